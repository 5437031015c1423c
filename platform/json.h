/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_JSON_H
#define PLATFORM_JSON_H
/* json: one JSON object of strings (or numbers, booleans) per line.  Home of jansson. */
#include "platform/arena.h"

struct json_pair {
    const char *name, *value; /* numbers and booleans as text; null is NULL */
    struct json_pair *next;
};

/* Parse one object into the arena.  ERR_INPUT says what is wrong in the line. */
MUST_CHECK bool json_line(struct json_pair **pairs, struct arena *arena, const char *line,
                            size_t len, struct err *err);
const char *json_get(const struct json_pair *pairs, const char *name);

#endif
