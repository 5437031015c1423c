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
static inline int64_t still_wall(void *user)
{
    return ((struct still *)user)->wall;
}
static inline int still_zone(void *user, int64_t wall)
{
    (void)user;
    (void)wall;
    return 360;
}
static inline void still_random(void *user, void *bytes, size_t len)
{
    struct still *still = user;
    for (size_t i = 0; i < len; i++) {
        ((unsigned char *)bytes)[i] = still->next++;
    }
}
static inline void still_init(struct still *still)
{
    *still = (struct still){.wall = 1795507200000};
    still->env = (struct session_env){
        .user = still, .wall_ms = still_wall, .zone_minutes = still_zone, .random = still_random};
}

static inline void fail_err(const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    fail_msg("%s", text);
}
#define OK(call)                                                                                   \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            fail_err(&err);                                                                        \
        }                                                                                          \
    } while (0)

static inline bool convert_md(struct buf *xml, const char *md, struct err *err)
{
    struct arena arena;
    struct workbook book;
    struct xlsform_options options = {.fallback_id = "form"};
    arena_init(&arena);
    bool ok = workbook_read(&book, &arena, "form.md", md, strlen(md), err) &&
              xlsform_convert(xml, &book, &options, &arena, NULL, err);
    arena_fini(&arena);
    return ok;
}

static inline struct form *form_md(const char *md)
{
    struct err err = {0};
    struct buf xml = {0};
    struct form *form = NULL;
    OK(convert_md(&xml, md, &err));
    OK(form_load(&form, xml.data, xml.len, &xml_trusted, &err));
    buf_fini(&xml);
    return form;
}

static inline enum answer_result put(struct session *s, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(s, path);
    if (!node) {
        fail_msg("no node %s", path);
    }
    return session_answer(s, node, value, &err);
}

static inline const char *got(struct session *s, const char *path)
{
    struct node *node = session_find(s, path);
    return node ? tree_value(node) : "(none)";
}

#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Where shared material lies, or NULL (then the test skips with one line). */
static inline const char *shared_dir(void)
{
    const char *dir = getenv("SHARED");
    static char path[512];
    snprintf(path, sizeof path, "%s/corpus/README.md", dir ? dir : "../shared");
    if (!file_exists(path)) {
        print_message("skipped: no shared material at SHARED\n");
        return NULL;
    }
    return dir ? dir : "../shared";
}
#endif
