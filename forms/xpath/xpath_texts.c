/* SPDX-License-Identifier: Apache-2.0 */
/* Functions on texts, bytes and dates. */
#include "forms/xpath/xpath_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "forms/xpath/dates.h"
#include "platform/machine/clock.h"
#include "platform/custody/sign.h"
#include "platform/machine/digest.h"
#include "platform/machine/regex.h"
#include "platform/machine/text.h"

/* ---- texts ---- */

FN(fn_string)
{
    if (!call->arg_count) {
        return value_text(out, xpath_string_value(e->env, f->node));
    }
    const char *text;
    return xpath_arg_text(e, f, call, 0, &text) && value_text(out, text);
}

FN(fn_string_length)
{
    const char *text = "";
    if (!call->arg_count) {
        text = xpath_string_value(e->env, f->node);
    } else if (!xpath_arg_text(e, f, call, 0, &text)) {
        return false;
    }
    return value_number(out, (double)text_count(text, strlen(text)));
}

static bool add_value(struct eval *e, struct buf *text, const struct xpath_value *v,
                      const char *between, size_t *count)
{
    size_t many = v->type == XV_NODES ? v->count : 1;
    for (size_t i = 0; i < many; i++) {
        if ((*count)++) {
            buf_text(text, between);
        }
        const char *part = v->type == XV_NODES ? xpath_string_value(e->env, v->nodes[i])
                                               : xpath_to_text(e->env, v);
        buf_text(text, part);
        if (text->len > XPATH_RESULT_MAX) {
            return err_set(e->err, ERR_LIMIT, "a text of more than %d MiB is put together",
                           (int)XPATH_RESULT_MAX >> 20);
        }
        if (!xpath_charge(e, strlen(part))) {
            return false;
        }
    }
    return true;
}

static bool join_from(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out, const char *between, size_t first)
{
    struct buf text = {0};
    size_t count = 0;
    for (size_t i = first; i < call->arg_count; i++) {
        struct xpath_value v;
        if (!xpath_arg(e, f, call, i, &v) || !add_value(e, &text, &v, between, &count)) {
            buf_fini(&text);
            return false;
        }
    }
    return value_text(out, xpath_keep(e, &text));
}

FN(fn_concat)
{
    return join_from(e, f, call, out, "", 0);
}

FN(fn_join)
{
    const char *between;
    return xpath_arg_text(e, f, call, 0, &between) && join_from(e, f, call, out, between, 1);
}

/* Code points from (inclusive) to to (exclusive) of the text. */
static const char *slice(struct eval *e, const char *text, double from, double to)
{
    struct buf part = {0};
    size_t len = strlen(text), i = 0;
    for (size_t at = 0; at < len; i++) {
        uint32_t cp = text_next(text, len, &at);
        if ((double)i >= from && (double)i < to) {
            text_put(&part, cp);
        }
    }
    return xpath_keep(e, &part);
}

/* substr(text, start [, end]): 0-based, end exclusive; negative values count from the end. */
FN(fn_substr)
{
    const char *text;
    double from, to = INFINITY;
    if (!xpath_arg_text(e, f, call, 0, &text) || !xpath_arg_number(e, f, call, 1, &from) ||
        (call->arg_count > 2 && !xpath_arg_number(e, f, call, 2, &to))) {
        return false;
    }
    double len = (double)text_count(text, strlen(text));
    from = from < 0 ? fmax(0, len + from) : from;
    to = to < 0 ? len + to : to;
    return value_text(out, slice(e, text, trunc(from), trunc(to)));
}

/* substring(text, start [, length]): XPath 1.0: 1-based, arguments are rounded. */
FN(fn_substring)
{
    const char *text;
    double from, count = INFINITY;
    if (!xpath_arg_text(e, f, call, 0, &text) || !xpath_arg_number(e, f, call, 1, &from) ||
        (call->arg_count > 2 && !xpath_arg_number(e, f, call, 2, &count))) {
        return false;
    }
    double start = floor(from + 0.5);
    double end = isinf(count) ? INFINITY : start + floor(count + 0.5);
    if (isnan(start) || isnan(end)) {
        return value_text(out, "");
    }
    return value_text(out, slice(e, text, start - 1, end - 1));
}

FN(fn_substring_before)
{
    const char *a, *b;
    if (!xpath_two_texts(e, f, call, &a, &b)) {
        return false;
    }
    const char *at = strstr(a, b);
    return value_text(out, at ? arena_copy(e->env->temp, a, (size_t)(at - a)) : "");
}

FN(fn_substring_after)
{
    const char *a, *b;
    if (!xpath_two_texts(e, f, call, &a, &b)) {
        return false;
    }
    const char *at = strstr(a, b);
    return value_text(out, at ? at + strlen(b) : "");
}

FN(fn_contains)
{
    const char *a, *b;
    return xpath_two_texts(e, f, call, &a, &b) && value_bool(out, strstr(a, b) != NULL);
}

FN(fn_starts_with)
{
    const char *a, *b;
    return xpath_two_texts(e, f, call, &a, &b) && value_bool(out, text_starts(a, b));
}

FN(fn_ends_with)
{
    const char *a, *b;
    if (!xpath_two_texts(e, f, call, &a, &b)) {
        return false;
    }
    size_t la = strlen(a), lb = strlen(b);
    return value_bool(out, la >= lb && strcmp(a + la - lb, b) == 0);
}

FN(fn_translate)
{
    const char *text, *from, *to;
    if (!xpath_two_texts(e, f, call, &text, &from) || !xpath_arg_text(e, f, call, 2, &to)) {
        return false;
    }
    struct buf mapped = {0};
    size_t len = strlen(text), from_len = strlen(from), to_len = strlen(to);
    if (!xpath_charge(e, len * (from_len / 8 + 1))) {
        return false;
    }
    for (size_t at = 0; at < len;) {
        uint32_t cp = text_next(text, len, &at);
        bool found = false;
        for (size_t i = 0, k = 0; i < from_len && !found;) {
            found = text_next(from, from_len, &i) == cp;
            bool has = k < to_len;
            uint32_t with = has ? text_next(to, to_len, &k) : 0;
            if (found && has) {
                text_put(&mapped, with);
            }
        }
        if (!found) {
            text_put(&mapped, cp);
        }
    }
    return value_text(out, xpath_keep(e, &mapped));
}

FN(fn_normalize_space)
{
    const char *text = "", *start;
    size_t len;
    if (!call->arg_count) {
        text = xpath_string_value(e->env, f->node);
    } else if (!xpath_arg_text(e, f, call, 0, &text)) {
        return false;
    }
    char *blank = arena_text(e->env->temp, text);
    for (char *p = blank; *p; p++) {
        *p = strchr("\t\r\n", *p) ? ' ' : *p;
    }
    struct buf tidy = {0};
    const char *at = blank;
    while (xpath_word(&at, &start, &len)) {
        if (tidy.len) {
            buf_char(&tidy, ' ');
        }
        buf_add(&tidy, start, len);
    }
    return value_text(out, xpath_keep(e, &tidy));
}

static bool change_case(struct eval *e, const struct frame *f, const struct xpath *call,
                        struct xpath_value *out, uint32_t (*change)(uint32_t))
{
    const char *text;
    if (!xpath_arg_text(e, f, call, 0, &text)) {
        return false;
    }
    struct buf changed = {0};
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        text_put(&changed, change(text_next(text, len, &at)));
    }
    return value_text(out, xpath_keep(e, &changed));
}

FN(fn_lower)
{
    return change_case(e, f, call, out, text_small);
}
FN(fn_upper)
{
    return change_case(e, f, call, out, text_capital);
}

FN(fn_regex)
{
    const char *text, *pattern;
    bool matches;
    return xpath_two_texts(e, f, call, &text, &pattern) &&
           regex_matches(&matches, pattern, text, e->err) && value_bool(out, matches);
}

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *to_base64(struct eval *e, const uint8_t *bytes, size_t len)
{
    struct buf text = {0};
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < len ? bytes[i + 2] : 0;
        for (unsigned k = 0; k < 4; k++) {
            buf_char(&text, i + k > len ? '=' : base64_letters[three >> (18 - 6 * k) & 63]);
        }
    }
    return xpath_keep(e, &text);
}

static void from_base64(struct buf *bytes, const char *text)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (; *text && *text != '='; text++) {
        const char *at = strchr(base64_letters, *text);
        if (!at) {
            continue;
        }
        bits = bits << 6 | (uint32_t)(at - base64_letters);
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_char(bytes, (char)(bits >> count & 255));
        }
    }
}

FN(fn_base64_decode)
{
    const char *text;
    if (!xpath_arg_text(e, f, call, 0, &text)) {
        return false;
    }
    struct buf bytes = {0};
    from_base64(&bytes, text);
    return value_text(out, xpath_keep(e, &bytes));
}

/* extract-signed(contents, public key), both base64.  `contents` is an Ed25519 signature (64
 * bytes) followed by the message.  Returns the message if the signature is valid, else "". */
FN(fn_extract_signed)
{
    const char *contents, *key;
    struct buf signed_bytes = {0}, public_key = {0}, message = {0};
    if (!xpath_two_texts(e, f, call, &contents, &key)) {
        return false;
    }
    from_base64(&signed_bytes, contents);
    from_base64(&public_key, key);
    if (public_key.len == SIGN_PUBLIC && signed_bytes.len > SIGN_BYTES &&
        sign_check_plain((const uint8_t *)signed_bytes.data, signed_bytes.data + SIGN_BYTES,
                         signed_bytes.len - SIGN_BYTES, (const uint8_t *)public_key.data)) {
        buf_add(&message, signed_bytes.data + SIGN_BYTES, signed_bytes.len - SIGN_BYTES);
    }
    buf_fini(&signed_bytes);
    buf_fini(&public_key);
    return value_text(out, xpath_keep(e, &message));
}

FN(fn_digest)
{
    const char *text, *name, *form = "base64";
    uint8_t hash[DIGEST_MAX];
    char hex[2 * DIGEST_MAX + 1];
    size_t len;
    if (!xpath_two_texts(e, f, call, &text, &name) ||
        (call->arg_count > 2 && !xpath_arg_text(e, f, call, 2, &form))) {
        return false;
    }
    char plain[16] = "";
    for (size_t i = 0, at = 0; name[i] && at + 1 < sizeof plain;
         i++) { /* accept sha256 and SHA-256 */
        if (name[i] != '-') {
            plain[at++] = (char)text_capital((unsigned char)name[i]);
        }
    }
    if (!digest_bytes(hash, &len, plain, text, strlen(text))) {
        return err_set(e->err, ERR_INPUT, "digest(): unknown method '%s'", name);
    }
    text_hex(hex, hash, len);
    return value_text(out, text_same(form, "hex") ? arena_text(e->env->temp, hex)
                                                  : to_base64(e, hash, len));
}

/* uuid(): a version 4 UUID; uuid(n): n random letters and digits. */
FN(fn_uuid)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    enum { LENGTH_MAX = 1000 };
    uint8_t id[16] = {0};
    char hex[33];
    double length;
    if (call->arg_count) {
        if (!xpath_arg_number(e, f, call, 0, &length)) {
            return false;
        }
        if (!(length >= 1 && length <= LENGTH_MAX)) {
            return err_set(e->err, ERR_INPUT, "uuid() of a length from 1 to %d", (int)LENGTH_MAX);
        }
        struct buf text = {0};
        for (size_t i = 0; i < (size_t)length; i++) {
            uint8_t byte = 0;
            do {
                if (e->env->random) {
                    e->env->random(e->env->user, &byte, 1);
                }
            } while (byte >= 252); /* 252 = 7 * 36: rejects values that would make some letters
                                    * more likely */
            buf_char(&text, letters[byte % 36]);
        }
        return value_text(out, xpath_keep(e, &text));
    }
    if (e->env->random) {
        e->env->random(e->env->user, id, sizeof id);
    }
    id[6] = (uint8_t)((id[6] & 15) | 64);
    id[8] = (uint8_t)((id[8] & 63) | 128);
    text_hex(hex, id, 16);
    return value_text(out, arena_printf(e->env->temp, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8,
                                        hex + 12, hex + 16, hex + 20));
}

/* ---- dates ---- */

static int zone_at(struct eval *e, int64_t wall)
{
    return e->env->zone_minutes ? e->env->zone_minutes(e->env->user, wall) : 0;
}

static int64_t wall_now(struct eval *e)
{
    return e->env->wall_ms ? e->env->wall_ms(e->env->user) : 0;
}

static bool value_date(struct eval *e, struct xpath_value *out, const char *iso)
{
    *out = (struct xpath_value){.type = XV_DATE, .text = arena_text(e->env->temp, iso)};
    return true;
}

FN(fn_now)
{
    char iso[64];
    int64_t wall = wall_now(e);
    (void)f;
    (void)call;
    clock_iso(iso, sizeof iso, wall, zone_at(e, wall), false);
    return value_date(e, out, iso);
}

FN(fn_today)
{
    char iso[64];
    int64_t wall = wall_now(e);
    (void)f;
    (void)call;
    clock_iso(iso, sizeof iso, wall, zone_at(e, wall), false);
    iso[10] = '\0';
    return value_date(e, out, iso);
}

/* The device's time zone offset, in minutes, at that moment. */
static int zone_of(struct eval *e, const struct moment *m)
{
    double days = m->has_date ? date_days(m, 0) : 0;
    return zone_at(e, m->has_date ? (int64_t)floor(days * 86400000.0 + 0.5) : wall_now(e));
}

static bool date_from(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out, bool with_time)
{
    struct xpath_value v;
    struct moment m;
    char iso[64];
    if (!xpath_arg(e, f, call, 0, &v)) {
        return false;
    }
    if (v.type == XV_BOOLEAN) {
        return err_set(e->err, ERR_INPUT, "%s(): yes and no are no dates", call->function->name);
    }
    if (v.type != XV_NUMBER) {
        const char *text = date_tidy(e->env->temp, xpath_to_text(e->env, &v));
        if (!*text || (date_parse(&m, text) && m.has_date)) {
            if (*text && !with_time && m.has_time) {
                date_in_zone(&m, zone_of(e, &m));
                snprintf(iso, sizeof iso, "%04d-%02d-%02d", m.year, m.month, m.day);
                return value_date(e, out, iso);
            }
            return value_date(e, out, text);
        }
    }
    double days = xpath_to_number(e->env, &v);
    if (isnan(days) || fabs(days) > 3e6) {
        return value_text(out, "");
    }
    int64_t wall = (int64_t)floor(days * 86400000.0 + 0.5);
    clock_iso(iso, sizeof iso, wall, with_time ? zone_at(e, wall) : 0, false);
    if (!with_time) {
        iso[10] = '\0';
    }
    return value_date(e, out, iso);
}

FN(fn_date)
{
    return date_from(e, f, call, out, false);
}
FN(fn_date_time)
{
    return date_from(e, f, call, out, true);
}

/* decimal-date-time: the moment in days; a date begins at local midnight. */
FN(fn_decimal_date_time)
{
    struct xpath_value v;
    struct moment m;
    if (!xpath_arg(e, f, call, 0, &v)) {
        return false;
    }
    double n = xpath_to_number(e->env, &v);
    if (v.type != XV_NUMBER && v.type != XV_BOOLEAN) {
        const char *text = xpath_to_text(e->env, &v);
        bool date = date_parse(&m, text) && m.has_date;
        if (!date && *text &&
            call->args[0]->op == XP_STRING) { /* a literal in the form is a mistake of the author */
            return err_set(e->err, ERR_INPUT, "%s(): '%.40s' is no date", call->function->name,
                           text);
        }
        if (date && !m.has_time) {
            int64_t wall = clock_days(m.year, m.month, m.day) * 86400000;
            n -= zone_at(e, wall) / 1440.0;
        }
    }
    return value_number(out, n);
}

FN(fn_decimal_time)
{
    const char *text;
    struct moment m;
    if (!xpath_arg_text(e, f, call, 0, &text)) {
        return false;
    }
    if (!date_parse(&m, text) || !m.has_time) {
        return value_number(out, NAN);
    }
    return value_number(out, (m.hour * 60 + m.minute + m.second / 60) / 1440);
}

FN(fn_format_date)
{
    struct xpath_value when, given;
    const char *format, *text_of;
    if (!xpath_arg(e, f, call, 0, &given) || !xpath_arg_text(e, f, call, 1, &format)) {
        return false;
    }
    bool time =
        given.type == XV_NODES && given.count && given.nodes[0]->item &&
        item_shape(given.nodes[0]->item)->is_time; /* an answer of type time: a time of day */
    if (time) {
        text_of = tree_value(given.nodes[0]);
    } else if (date_from(e, f, call, &when, true)) {
        text_of = when.text;
    } else {
        return false;
    }
    struct moment m;
    if (!date_parse(&m, text_of)) {
        return value_text(out, "");
    }
    date_in_zone(&m, zone_of(e, &m));
    struct buf text = {0};
    date_format(&text, &m, format, e->env->date_word, e->env->user);
    return value_text(out, xpath_keep(e, &text));
}

const struct xpath_function xpath_text_functions[] = {
    {"string", 0, 1, fn_string},
    {"string-length", 0, 1, fn_string_length},
    {"concat", 0, 255, fn_concat},
    {"join", 1, 255, fn_join},
    {"substr", 2, 3, fn_substr},
    {"substring", 2, 3, fn_substring},
    {"substring-before", 2, 2, fn_substring_before},
    {"substring-after", 2, 2, fn_substring_after},
    {"contains", 2, 2, fn_contains},
    {"starts-with", 2, 2, fn_starts_with},
    {"ends-with", 2, 2, fn_ends_with},
    {"translate", 3, 3, fn_translate},
    {"normalize-space", 0, 1, fn_normalize_space},
    {"lower-case", 1, 1, fn_lower},
    {"upper-case", 1, 1, fn_upper},
    {"regex", 2, 2, fn_regex},
    {"base64-decode", 1, 1, fn_base64_decode},
    {"digest", 2, 3, fn_digest},
    {"extract-signed", 2, 2, fn_extract_signed},
    {"uuid", 0, 1, fn_uuid},
    {"now", 0, 0, fn_now},
    {"today", 0, 0, fn_today},
    {"date", 1, 1, fn_date},
    {"date-time", 1, 1, fn_date_time},
    {"decimal-date-time", 1, 1, fn_decimal_date_time},
    {"decimal-date", 1, 1, fn_decimal_date_time},
    {"decimal-time", 1, 1, fn_decimal_time},
    {"format-date", 2, 2, fn_format_date},
    {"format-date-time", 2, 2, fn_format_date},
    {NULL, 0, 0, NULL},
};
