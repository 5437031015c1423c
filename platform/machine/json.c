/* SPDX-License-Identifier: Apache-2.0 */
/* Converts jansson's values to arena trees and pairs. */
#include "platform/machine/json.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *as_text(struct arena *arena, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return arena_copy(arena, json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        return arena_printf(arena, "%lld", (long long)json_integer_value(value));
    case JSON_REAL:
        return arena_printf(arena, "%.15g", json_real_value(value));
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    default:
        return NULL;
    }
}

static struct json *copy_value(struct arena *arena, const char *name, const json_t *value)
{
    struct json *out = arena_alloc(arena, sizeof *out);
    struct json **end = &out->first;
    const char *key;
    json_t *member;
    size_t i;
    out->name = name ? arena_text(arena, name) : NULL;
    out->text = as_text(arena, value);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        out->kind = JSON_KIND_OBJECT;
        json_object_foreach((json_t *)value, key, member)
        {
            *end = copy_value(arena, key, member);
            end = &(*end)->next;
            out->count++;
        }
        break;
    case JSON_ARRAY:
        out->kind = JSON_KIND_ARRAY;
        json_array_foreach(value, i, member)
        {
            *end = copy_value(arena, NULL, member);
            end = &(*end)->next;
            out->count++;
        }
        break;
    case JSON_STRING:
        out->kind = JSON_KIND_TEXT;
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        out->kind = JSON_KIND_NUMBER;
        out->number = json_number_value(value);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        out->kind = JSON_KIND_BOOLEAN;
        out->number = json_is_true(value) ? 1 : 0;
        break;
    default:
        out->kind = JSON_KIND_NULL;
        break;
    }
    return out;
}

bool json_parse(struct json **out, struct arena *arena, const char *bytes, size_t len,
                struct err *err)
{
    json_error_t why;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!root) {
        return err_set(err, ERR_INPUT, "not JSON: %s", why.text);
    }
    *out = copy_value(arena, NULL, root);
    json_decref(root);
    return true;
}

const struct json *json_member(const struct json *object, const char *name)
{
    for (const struct json *m = object ? object->first : NULL; m; m = m->next) {
        if (m->name && strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

const char *json_text(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, name);
    return member ? member->text : NULL;
}

bool json_flag(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, name);
    return member && member->kind == JSON_KIND_BOOLEAN && member->number != 0;
}

bool json_line(struct json_pair **pairs, struct arena *arena, const char *line, size_t len,
               struct err *err)
{
    json_error_t why;
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    *pairs = NULL;
    if (!root) {
        return err_set(err, ERR_INPUT, "not JSON: %s", why.text);
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return err_set(err, ERR_INPUT, "a line must be one JSON object");
    }
    struct json_pair **end = pairs;
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        struct json_pair *pair = arena_alloc(arena, sizeof *pair);
        pair->name = arena_text(arena, key);
        pair->value = as_text(arena, value);
        *end = pair;
        end = &pair->next;
    }
    json_decref(root);
    return true;
}

const char *json_get(const struct json_pair *pairs, const char *name)
{
    for (; pairs; pairs = pairs->next) {
        if (strcmp(pairs->name, name) == 0) {
            return pairs->value;
        }
    }
    return NULL;
}

void json_put_text(struct buf *out, const char *text)
{
    json_t *string = json_string(text);
    assert(string);
    char *quoted = json_dumps(string, JSON_ENCODE_ANY);
    assert(quoted);
    buf_text(out, quoted);
    free(quoted);
    json_decref(string);
}
