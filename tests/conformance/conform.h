/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONFORMANCE_CONFORM_H
#define TESTS_CONFORMANCE_CONFORM_H
/*
 * conform: suites that others wrote (their folder's README gives the formats), scored.
 *
 * A suite reports each item once: passed, failed with what differed, decided (it differs by a
 * decision of docs/XFORMS.md), or skipped because the suite's README does not count it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"
#include "platform/machine/json.h"

enum { CLASSES_MAX = 64 };

struct report {
    bool verbose;
    const char *suite;
    struct buf decisions; /* of tests/conformance/conformance.decided */
    size_t passed, failed, skipped, decided;
    struct {
        char name[80];
        size_t passed, failed, skipped;
    } classes[CLASSES_MAX];
    size_t class_count;
};

void report_pass(struct report *r, const char *class);
void report_fail(struct report *r, const char *class, const char *id, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void report_skip(struct report *r, const char *class);

/* Call `item` for every line of a .jsonl file, with an arena of its own. */
typedef void item_fn(struct report *r, const char *dir, const struct json *line,
                     struct arena *arena);
MUST_CHECK bool each_line(struct report *r, const char *dir, const char *file, item_fn *item,
                          struct err *err);
/* All bytes of dir/name. */
MUST_CHECK bool read_in(struct buf *out, const char *dir, const char *name, struct err *err);

bool suite_xpath(struct report *r, const char *path, struct err *err);
bool suite_scenarios(struct report *r, const char *path, struct err *err);
bool suite_xlsform(struct report *r, const char *path, struct err *err);
bool suite_xlsform_invalid(struct report *r, const char *path, struct err *err);
bool suite_pyxform(struct report *r, const char *path, struct err *err);
bool suite_xforms(struct report *r, const char *path, struct err *err);
bool suite_xforms_invalid(struct report *r, const char *path, struct err *err);

#endif
