/* SPDX-License-Identifier: Apache-2.0 */
/* What does this line of JSON say? */
#include "platform/json.h"

#include <jansson.h>
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
