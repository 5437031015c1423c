/* SPDX-License-Identifier: Apache-2.0 */
/* Translates patterns of Java and JavaScript to PCRE2 and matches them within limits. */
#include "platform/machine/regex.h"

#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "platform/machine/arena.h"

/* ---- Java and JavaScript syntax that PCRE2 writes differently ---- */

static const struct {
    const char *theirs, *ours; /* names of character properties */
} properties[] = {{"Alnum", "Xan"},      {"Alpha", "L"},  {"Alphabetic", "L"},  {"Letter", "L"},
                  {"Digit", "Nd"},       {"Upper", "Lu"}, {"Uppercase", "Lu"},  {"Lower", "Ll"},
                  {"Lowercase", "Ll"},   {"Punct", "P"},  {"Punctuation", "P"}, {"Space", "Xsp"},
                  {"White_Space", "Xsp"}};

/* Append the \p{…} at `at` with PCRE2's name of the property.  Returns the length read, or 0 if
 * it is none. */
static size_t put_property(struct buf *out, const char *at)
{
    size_t len = at[2] == '{' ? strcspn(at + 3, "}") : 0;
    char name[48] = "";
    if (!len || len >= sizeof name || !at[3 + len]) {
        return 0;
    }
    memcpy(name, at + 3, len);
    const char *ours = name, *value = strchr(name, '=');
    if (value) { /* Script=Cyrillic, gc=Lu */
        ours = value + 1;
    } else if (strncmp(name, "Is", 2) == 0 || strncmp(name, "In", 2) == 0) {
        ours = name + 2; /* a script, or a block of the same name */
    }
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (strcmp(ours, properties[i].theirs) == 0) {
            ours = properties[i].ours;
            break;
        }
    }
    buf_printf(out, "\\%c{%s}", at[1], ours);
    return len + 4;
}

/* Append the escape at `at` and return the length read; *is_class: it matches a class of
 * characters. */
static size_t put_escape(struct buf *out, const char *at, bool *is_class)
{
    *is_class = at[1] && strchr("wWdDsSpPhHvVR", at[1]) != NULL;
    if (at[1] == 'p' || at[1] == 'P') {
        size_t len = put_property(out, at);
        if (len) {
            return len;
        }
        size_t n = at[2] ? 3 : 2;
        buf_add(out, at, n);
        return n;
    }
    buf_add(out, at, at[1] ? 2 : 1);
    return at[1] ? 2 : 1;
}

/* Translate a pattern.  A `-` next to a class becomes a literal `-`, as in the often copied
 * "[\w-\.]". */
static void translate(struct buf *out, const char *pattern)
{
    bool inside = false, after_class = false, is_class;
    buf_add(out, "", 0);
    for (const char *p = pattern; *p;) {
        if (*p == '\\') {
            p += put_escape(out, p, &is_class);
            after_class = is_class;
            continue;
        }
        if (!inside && *p == '[') {
            inside = true;
            after_class = false;
            buf_char(out, *p++);
            if (*p == '^') {
                buf_char(out, *p++);
            }
            if (*p == ']') { /* a "]" in first place is a literal */
                buf_char(out, *p++);
            }
            continue;
        }
        if (inside && *p == '[' && p[1] == ':') { /* [:alpha:] */
            const char *end = strstr(p, ":]");
            if (end) {
                buf_add(out, p, (size_t)(end + 2 - p));
                p = end + 2;
                after_class = true;
                continue;
            }
        }
        if (inside && *p == '-' && p[1] != ']' &&
            (after_class || (p[1] == '\\' && p[2] && strchr("wWdDsSpPhHvV", p[2])))) {
            buf_text(out, "\\-");
            p++;
            after_class = false;
            continue;
        }
        inside = inside && *p != ']';
        after_class = false;
        buf_char(out, *p++);
    }
}

static pcre2_code *compile(const char *pattern, struct err *err)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    struct buf ours = {0};
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) {
        err_out_of_memory();
    }
    translate(&ours, pattern);
    pcre2_code *re = NULL;
    for (int loose = 0; !re && loose < 2; loose++) {
        if (loose && code != PCRE2_ERROR_UNKNOWN_ESCAPE) {
            break;
        }
        /* JavaScript reads an unknown escape such as "\y" as a plain "y" */
        pcre2_set_compile_extra_options(context, loose ? PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL : 0);
        re = pcre2_compile((PCRE2_SPTR)ours.data, ours.len,
                           PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                               PCRE2_ALT_BSUX,
                           &code, &at, context);
    }
    pcre2_compile_context_free(context);
    buf_fini(&ours);
    if (!re) {
        PCRE2_UCHAR why[160] = "";
        pcre2_get_error_message(code, why, sizeof why);
        err_set(err, ERR_INPUT, "regex: the pattern is faulty at character %zu: %s", at + 1,
                (const char *)why);
    }
    return re;
}

bool regex_check(const char *pattern, struct err *err)
{
    if (strlen(pattern) > REGEX_PATTERN_MAX) {
        return err_set(err, ERR_LIMIT, "regex: the pattern is longer than %d bytes",
                       (int)REGEX_PATTERN_MAX);
    }
    pcre2_code *re = compile(pattern, err);
    pcre2_code_free(re);
    return re != NULL;
}

bool regex_matches(bool *matches, const char *pattern, const char *text, struct err *err)
{
    if (strlen(pattern) > REGEX_PATTERN_MAX || strlen(text) > REGEX_TEXT_MAX) {
        return err_set(err, ERR_LIMIT, "regex: the pattern or the text is too long");
    }
    pcre2_code *re = compile(pattern, err);
    if (!re) {
        return false;
    }
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(re, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!data || !context) {
        err_out_of_memory();
    }
    pcre2_set_match_limit(context, 100000);
    pcre2_set_depth_limit(context, 1000);
    int rc = pcre2_match(re, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(re);
    if (rc < PCRE2_ERROR_NOMATCH) {
        return err_set(err, ERR_LIMIT, "regex: the pattern costs too much on this text");
    }
    *matches = rc >= 0;
    return true;
}
