/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_JSON_H
#define PLATFORM_MACHINE_JSON_H
/*
 * json: JSON values as a read-only tree, one-line flat objects, and texts to be written.
 * Home of jansson.
 *
 * Everything returned is owned by the caller's arena.  Nesting is limited to jansson's 2048
 * levels.
 */
#include "platform/machine/arena.h"

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOLEAN,
    JSON_KIND_NUMBER,
    JSON_KIND_TEXT,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

struct json {
    enum json_kind kind;
    const char *name; /* name of an object's member, else NULL */
    const char *text; /* strings, numbers and booleans as text; else NULL */
    double number;
    struct json *first, *next; /* members or elements, in order */
    size_t count;
};

/* Parse one value.  ERR_INPUT: not JSON, trailing data, or a duplicate name. */
MUST_CHECK bool json_parse(struct json **out, struct arena *arena, const char *bytes, size_t len,
                           struct err *err);
const struct json *json_member(const struct json *object, const char *name); /* or NULL */
const char *json_text(const struct json *object, const char *name); /* a member's text, or NULL */
bool json_flag(const struct json *object, const char *name);

struct json_pair {
    const char *name, *value; /* numbers and booleans as text; null, arrays and objects are NULL */
    struct json_pair *next;
};

/* Parse one object into the arena.  ERR_INPUT says what is wrong. */
MUST_CHECK bool json_line(struct json_pair **pairs, struct arena *arena, const char *line,
                          size_t len, struct err *err);
const char *json_get(const struct json_pair *pairs, const char *name);

/* Append a text, valid UTF-8, as a JSON string with its quotes. */
void json_put_text(struct buf *out, const char *text);

#endif
