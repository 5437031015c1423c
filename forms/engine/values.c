/* SPDX-License-Identifier: Apache-2.0 */
/* Validates and normalises an answer for its type. */
#include "forms/engine/values.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forms/xpath/dates.h"
#include "platform/machine/text.h"

static bool is_whole_number(const char *text, bool is_long)
{
    const char *p = text + (*text == '-' || *text == '+');
    size_t digits = strlen(p);
    if (!digits || digits > 18 || strspn(p, "0123456789") != digits) {
        return false;
    }
    long long n = strtoll(text, NULL, 10);
    return is_long || (n >= INT32_MIN && n <= INT32_MAX);
}

/* One number of a position; ".0" is appended if it has no decimal point or exponent ("0" →
 * "0.0"). */
static bool put_coordinate(struct buf *out, const char *text, size_t len, double max)
{
    char *end;
    char *copy = mem_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    double n = strtod(copy, &end);
    bool ok = len && !*end && strspn(copy, "+-.0123456789eE") == len && fabs(n) <= max;
    if (ok) {
        buf_text(out, copy);
        if (!strpbrk(copy, ".eE")) {
            buf_text(out, ".0");
        }
    }
    free(copy);
    return ok;
}

/* One position: "lat lon [altitude [accuracy]]". */
static bool put_place(struct buf *out, const char *text, size_t len)
{
    static const double max[] = {90, 180, HUGE_VAL, HUGE_VAL};
    size_t count = 0;
    for (size_t i = 0; i < len;) {
        size_t word = 0;
        while (i < len && text[i] == ' ') {
            i++;
        }
        while (i + word < len && text[i + word] != ' ') {
            word++;
        }
        if (!word) {
            break;
        }
        if (count == 4) {
            return false;
        }
        if (count) {
            buf_char(out, ' ');
        }
        if (!put_coordinate(out, text + i, word, max[count++])) {
            return false;
        }
        i += word;
    }
    return count >= 2; /* missing altitude and accuracy stay missing, they are not 0 */
}

static bool put_places(struct buf *out, const char *text)
{
    bool any = false;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, ";");
        if (strspn(p, " ") < len) {
            if (any) {
                buf_text(out, "; ");
            }
            if (!put_place(out, p, len)) {
                return false;
            }
            any = true;
        }
        p += len + (p[len] == ';');
    }
    return any;
}

static bool put_decimal(struct buf *out, char *text)
{
    for (char *p = text; *p; p++) {
        *p = *p == ',' ? '.' : *p;
    }
    bool ok = !isnan(xpath_text_number(text, 0)) && !strchr(text + 1, '-');
    buf_text(out, text);
    return ok;
}

static bool put_typed(const struct item *item, char *text, struct buf *out)
{
    struct moment m;
    switch (item->type) {
    case TYPE_INT:
        buf_text(out, text + (*text == '+'));
        return is_whole_number(text, item->is_long);
    case TYPE_DECIMAL:
        return put_decimal(out, text);
    case TYPE_DATE:
        buf_text(out, text);
        return date_parse(&m, text) && m.has_date && !m.has_time;
    case TYPE_TIME:
        buf_text(out, text);
        return date_parse(&m, text) && m.has_time && !m.has_date;
    case TYPE_DATE_TIME:
        buf_text(out, text);
        return date_parse(&m, text) && m.has_time && m.has_date && text[10] == 'T';
    case TYPE_GEOPOINT:
        return put_place(out, text, strlen(text));
    case TYPE_GEOTRACE:
    case TYPE_GEOSHAPE:
        return put_places(out, text);
    default:
        buf_text(out, text);
        return true;
    }
}

static bool is_list_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* A text without blanks at its ends; blanks between list values become one. */
static bool tidy_text(const struct item *item, const char *text, struct buf *out)
{
    bool list = item->control &&
                (item->control->kind == CONTROL_SELECT || item->control->kind == CONTROL_RANK);
    struct buf tidy = {0};
    bool ok = value_tidy(item, text, &tidy), blank = false;
    size_t from = ok ? strspn(tidy.data, " \n\t\r") : 0;
    while (ok && tidy.len > from && is_list_blank(tidy.data[tidy.len - 1])) {
        tidy.len--;
    }
    for (size_t i = from; ok && i < tidy.len; i++) {
        bool is_blank = list && is_list_blank(tidy.data[i]);
        if (!is_blank || !blank) {
            buf_char(out, is_blank ? ' ' : tidy.data[i]);
        }
        blank = is_blank;
    }
    buf_fini(&tidy);
    buf_add(out, "", 0);
    return ok;
}

bool value_default(const struct item *item, const char *text, struct buf *out)
{
    struct moment m;
    bool timed = item->type == TYPE_DATE && strlen(text) > 10 && text[10] == 'T';
    if (timed && date_parse(&m, text)) {
        buf_add(out, text, 10);
        return true;
    }
    size_t whole = strcspn(text, ".");
    if (item->type == TYPE_INT && text[whole] && !isnan(xpath_text_number(text, 0))) {
        buf_add(out, text, whole);
        return true;
    }
    return item->type == TYPE_TEXT ? tidy_text(item, text, out) : value_tidy(item, text, out);
}

bool value_tidy(const struct item *item, const char *text, struct buf *out)
{
    assert(item);
    struct buf nfc = {0}, clean = {0};
    bool ok = text_nfc(&nfc, text, strlen(text), NULL);
    for (size_t i = 0; ok && i < nfc.len; i++) {
        unsigned char c = (unsigned char)nfc.data[i];
        if (c >= 0x20 || c == '\n' || c == '\t') {
            buf_char(&clean, (char)c);
        }
    }
    buf_fini(&nfc);
    buf_add(&clean, "", 0);
    if (item->type != TYPE_TEXT) {
        size_t start = strspn(clean.data, " \n\t");
        memmove(clean.data, clean.data + start, clean.len - start + 1);
        buf_cut(&clean, clean.len - start);
        while (clean.len && strchr(" \n\t", clean.data[clean.len - 1])) {
            buf_cut(&clean, clean.len - 1);
        }
    }
    ok = ok && (!clean.len || put_typed(item, clean.data, out));
    buf_fini(&clean);
    buf_add(out, "", 0);
    return ok;
}
