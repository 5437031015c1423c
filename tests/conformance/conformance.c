/* SPDX-License-Identifier: Apache-2.0 */
/* How much of what the peers test themselves with do we pass?  conformance SUITE PATH [--verbose]
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/file.h"
#include "platform/machine/xml.h"
#include "tests/conformance/conform.h"

static size_t class_of(struct report *r, const char *class)
{
    size_t i = 0;
    while (i < r->class_count && strcmp(r->classes[i].name, class) != 0) {
        i++;
    }
    if (i == r->class_count) {
        if (i == CLASSES_MAX - 1) {
            class = "other";
        }
        if (i < CLASSES_MAX) {
            snprintf(r->classes[r->class_count++].name, sizeof r->classes[i].name, "%.79s", class);
        } else {
            i--;
        }
    }
    return i;
}

/* tests/conformance/conformance.decided: lines of "suite id", then why. */
static bool is_decided(const struct report *r, const char *id)
{
    size_t suite = strlen(r->suite), len = strlen(id);
    for (const char *at = r->decisions.data; at && *at;) {
        const char *end = strchr(at, '\n');
        if (strncmp(at, r->suite, suite) == 0 && at[suite] == ' ' &&
            strncmp(at + suite + 1, id, len) == 0 && at[suite + 1 + len] == ' ') {
            return true;
        }
        at = end ? end + 1 : NULL;
    }
    return false;
}

void report_pass(struct report *r, const char *class)
{
    r->passed++;
    r->classes[class_of(r, class)].passed++;
}

void report_skip(struct report *r, const char *class)
{
    r->skipped++;
    r->classes[class_of(r, class)].skipped++;
}

void report_fail(struct report *r, const char *class, const char *id, const char *fmt, ...)
{
    va_list args;
    bool decided = is_decided(r, id);
    if (decided) {
        r->decided++;
    } else {
        r->failed++;
        r->classes[class_of(r, class)].failed++;
    }
    if (r->verbose) {
        char text[1000];
        va_start(args, fmt);
        vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        for (char *p = text; *p; p++) {
            *p = *p == '\n' || *p == '\r' ? ' ' : *p;
        }
        printf("%s %s: %s\n", decided ? "DECIDED" : "FAIL", id, text);
    }
}

bool read_in(struct buf *out, const char *dir, const char *name, struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", dir, name);
    bool ok = file_read(out, path.data, 64 << 20, err);
    buf_fini(&path);
    return ok;
}

bool each_line(struct report *r, const char *dir, const char *file, item_fn *item, struct err *err)
{
    struct buf bytes = {0};
    bool ok = file_read(&bytes, file, 256 << 20, err);
    for (size_t at = 0, number = 1; ok && at < bytes.len; number++) {
        const char *start = bytes.data + at;
        const char *end = memchr(start, '\n', bytes.len - at);
        size_t len = end ? (size_t)(end - start) : bytes.len - at;
        struct arena arena;
        struct json *line;
        at += len + 1;
        if (!len) {
            continue;
        }
        arena_init(&arena);
        struct err why = {0};
        if (!json_parse(&line, &arena, start, len, &why)) { /* one item less, not all behind it */
            char id[32];
            snprintf(id, sizeof id, "line %zu", number);
            report_fail(r, "unreadable", id, "%s: %s", file, why.what);
        } else {
            item(r, dir, line, &arena);
        }
        arena_fini(&arena);
    }
    buf_fini(&bytes);
    return ok;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool (*run)(struct report *r, const char *path, struct err *err);
    } suites[] = {
        {"xpath", suite_xpath},
        {"scenarios", suite_scenarios},
        {"xlsform", suite_xlsform},
        {"xlsform-invalid", suite_xlsform_invalid},
        {"pyxform", suite_pyxform},
        {"xforms", suite_xforms},
        {"xforms-invalid", suite_xforms_invalid},
    };
    struct report r = {0};
    struct err err = {0};
    const char *words[2] = {NULL, NULL};
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0) {
            r.verbose = true;
        } else if (count < 2) {
            words[count++] = argv[i];
        }
    }
    size_t suite = 0;
    while (count == 2 && suite < sizeof suites / sizeof *suites &&
           strcmp(suites[suite].name, words[0]) != 0) {
        suite++;
    }
    if (count < 2 || suite == sizeof suites / sizeof *suites) {
        fputs("usage: conformance SUITE PATH [--verbose]\nSUITE: xpath scenarios xlsform "
              "xlsform-invalid pyxform xforms xforms-invalid\n",
              stderr);
        return 2;
    }
    setenv("TZ", "UTC", 1);
    xml_setup();
    r.suite = words[0];
    (void)!file_read(&r.decisions, "tests/conformance/conformance.decided", 1 << 20, NULL);
    if (!suites[suite].run(&r, words[1], &err)) {
        char text[1100];
        err_text(&err, text, sizeof text);
        fprintf(stderr, "%s\n", text);
        return 3;
    }
    for (size_t i = 0; i < r.class_count; i++) {
        printf("%s: %zu of %zu", r.classes[i].name, r.classes[i].passed,
               r.classes[i].passed + r.classes[i].failed);
        if (r.classes[i].passed + r.classes[i].failed) {
            printf(" (%.2f %%)", 100.0 * (double)r.classes[i].passed /
                                     (double)(r.classes[i].passed + r.classes[i].failed));
        }
        printf(r.classes[i].skipped ? ", %zu skipped\n" : "\n", r.classes[i].skipped);
    }
    if (r.decided) {
        printf("%zu decided differently (docs/XFORMS.md)\n", r.decided);
    }
    buf_fini(&r.decisions);
    printf("%zu passed, %zu failed, %zu skipped\n", r.passed, r.failed, r.skipped);
    return r.failed ? 1 : 0;
}
