/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_HELP_H
#define TESTS_LIB_HELP_H
/* help: what many tests need: cmocka's headers in order, a still clock, a form from markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "forms/engine/instance.h"
#include "forms/xlsform/xlsform.h"
#include "platform/machine/file.h"

/* 2026-11-24 08:00:00 UTC, zone +06:00, randomness that counts up from zero. */
struct still {
    struct session_env env;
    unsigned char next;
    const char *list; /* of test_field_forms */
    int64_t wall;
};
void still_init(struct still *still);
void fail_err(const struct err *err);
#define OK(call)                                                                                   \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            fail_err(&err);                                                                        \
        }                                                                                          \
    } while (0)
bool convert_md(struct buf *xml, const char *md, struct err *err);
struct form *form_md(const char *md);
enum answer_result put(struct session *s, const char *path, const char *value);
const char *got(struct session *s, const char *path);

#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Where shared material lies, or NULL (then the test skips with one line). */
const char *shared_dir(void);
#endif
