/* SPDX-License-Identifier: Apache-2.0 */
/* How the field goes: as text, and as tables. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_field.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, WEEK = 7, ROOM = 64 };
static const char *const levels[] = {[FIELD_AMBER] = "amber", [FIELD_RED] = "red"};

const char *const field_table_names[FIELD_TABLES] = {[FIELD_INTERVIEWERS] = "interviewers",
                                                     [FIELD_DAYS] = "days",
                                                     [FIELD_QUOTAS] = "quotas",
                                                     [FIELD_FINDINGS] = "findings",
                                                     [FIELD_DEVICES] = "devices"};

static void put_day(char out[ROOM], int32_t day)
{
    clock_iso(out, ROOM, (int64_t)day * DAY_MS, 0, false);
    out[10] = '\0';
}

static double median(const struct field_interviewer *one)
{
    size_t n = one->minutes_count;
    return !n      ? 0
           : n % 2 ? one->minutes[n / 2]
                   : (one->minutes[n / 2 - 1] + one->minutes[n / 2]) / 2;
}

static double percent(double part, double whole)
{
    enum { PERCENT = 100 };
    return part * PERCENT / whole;
}

/* When the target is reached if it goes on so; "" if that cannot be said. */
static void forecast(char out[ROOM], const struct field_cell *cell)
{
    int32_t days = cell->last_day - cell->first_day + 1;
    *out = '\0';
    if (cell->done >= cell->target) {
        snprintf(out, ROOM, "reached");
    } else if (cell->done > 1 && days >= WEEK) {
        double left = (double)(cell->target - cell->done) * days / cell->done;
        put_day(out, cell->last_day + (int32_t)left + 1);
    }
}

/* "device Ош 07", or the beginning of its id. */
static void put_device(char out[ROOM], const struct field_device *d)
{
    char hex[33];
    text_hex(hex, d->id, 16);
    hex[8] = '\0';
    snprintf(out, ROOM, "%.60s", *d->label ? d->label : hex);
}

static int days_since(int64_t ms, int64_t wall_ms)
{
    return (int)((wall_ms - ms) / DAY_MS);
}

/* ---- text ---- */

static void tell_interviewers(struct buf *out, const struct desk_field *f)
{
    buf_printf(out, "INTERVIEWERS: %zu records\n", f->records);
    for (size_t i = 0; i < f->interviewer_count; i++) {
        const struct field_interviewer *one = &f->interviewers[i];
        char from[ROOM] = "", to[ROOM] = "";
        if (one->day_count) {
            put_day(from, one->days[0].day);
            put_day(to, one->days[one->day_count - 1].day);
        }
        buf_printf(out,
                   "  %-8s %4u records: %u complete, %u partial, %u refused; median %.0f minutes; "
                   "%zu days, %s to %s",
                   *one->code ? one->code : "?", one->records, one->complete, one->partial,
                   one->refused, median(one), one->day_count, from, to);
        if (one->estimate > 0) {
            buf_printf(out, "; %.0f %% of the estimated time", percent(one->lasted, one->estimate));
        }
        if (one->red + one->amber) {
            buf_printf(out, "; %u red, %u amber", one->red, one->amber);
        }
        buf_text(out, "\n");
    }
}

static void tell_quotas(struct buf *out, const struct desk_field *f)
{
    if (!f->cell_count) {
        return;
    }
    buf_text(out, "\nQUOTAS\n");
    for (size_t i = 0; i < f->cell_count; i++) {
        const struct field_cell *cell = &f->cells[i];
        char when[ROOM];
        forecast(when, cell);
        buf_printf(out, "  %4u of %4u  ", cell->done, cell->target);
        buf_join(out, cell->form, "  ", cell->label, *when ? "  " : "", when, "\n", NULL);
    }
    for (size_t i = 0; i < f->cell_count; i++) {
        if (f->cells[i].fault) {
            buf_join(out, "  not judged: ", f->cells[i].fault, "\n", NULL);
        }
    }
    if (f->outside) {
        buf_printf(out, "  %zu complete records are in no cell\n", f->outside);
    }
}

static void tell_findings(struct buf *out, const struct desk_field *f)
{
    static const uint8_t none[16];
    buf_text(out, "\nTO BE ASKED ABOUT\n");
    for (size_t i = 0; i < f->finding_count; i++) {
        const struct field_finding *one = &f->findings[i];
        char key[48] = "";
        if (memcmp(one->record, none, 16) != 0) {
            desk_record_key(key, one->record);
        }
        buf_join(out, "  ", levels[one->level], "  ", one->rule, "  ", one->interviewer, "  ",
                 NULL);
        field_put_words(out, &one->words);
        buf_join(out, *key ? "  " : "", key, "\n", NULL);
    }
    if (!f->finding_count) {
        buf_text(out, "  nothing\n");
    }
    if (*f->unjudged) {
        buf_join(out, "  not judged: ", f->unjudged, "\n", NULL);
    }
}

static void tell_devices(struct buf *out, const struct desk_field *f, int64_t wall_ms)
{
    buf_text(out, "\nDEVICES\n");
    for (size_t i = 0; i < f->device_count; i++) {
        const struct field_device *d = &f->devices[i];
        char name[ROOM];
        put_device(name, d);
        buf_join(out, "  ", name, NULL);
        buf_printf(out, ": %llu records", (unsigned long long)d->records);
        if (d->handed_ms) {
            buf_printf(out, ", handed over %d days ago", days_since(d->handed_ms, wall_ms));
        }
        if (d->missing_from) {
            buf_printf(out, "; MISSING: one or more of the entries %llu to %llu",
                       (unsigned long long)d->missing_from, (unsigned long long)d->missing_to);
        }
        buf_text(out, "\n");
    }
}

void desk_field_tell(struct buf *out, const struct desk_field *f, int64_t wall_ms)
{
    tell_interviewers(out, f);
    tell_quotas(out, f);
    tell_findings(out, f);
    tell_devices(out, f, wall_ms);
}

/* ---- tables ---- */

static void put_number(struct buf *out, unsigned long long number)
{
    char text[ROOM];
    snprintf(text, sizeof text, "%llu", number);
    csv_cell(out, text, false);
}

/* A share of the estimated time; blank if there is none. */
static void put_percent(struct buf *out, double lasted, double estimate)
{
    char text[ROOM] = "";
    if (estimate > 0) {
        snprintf(text, sizeof text, "%.0f", percent(lasted, estimate));
    }
    csv_cell(out, text, false);
}

static void row_interviewer(struct buf *out, const struct desk_field *f, size_t i)
{
    const struct field_interviewer *one = &f->interviewers[i];
    char text[ROOM];
    csv_cell(out, one->code, true);
    put_number(out, one->records);
    put_number(out, one->complete);
    put_number(out, one->partial);
    put_number(out, one->refused);
    snprintf(text, sizeof text, "%.1f", median(one));
    csv_cell(out, one->minutes_count ? text : "", false);
    put_number(out, one->day_count);
    put_number(out, one->red);
    put_number(out, one->amber);
    put_percent(out, one->lasted, one->estimate);
    csv_end(out);
}

static void row_days(struct buf *out, const struct desk_field *f, size_t i)
{
    for (size_t d = 0; d < f->interviewers[i].day_count; d++) {
        const struct field_day *one = &f->interviewers[i].days[d];
        char text[ROOM];
        csv_cell(out, f->interviewers[i].code, true);
        put_day(text, one->day);
        csv_cell(out, text, false);
        put_number(out, one->records);
        put_number(out, one->complete);
        put_number(out, one->refused);
        snprintf(text, sizeof text, "%.1f", one->minutes);
        csv_cell(out, one->estimate > 0 ? text : "", false);
        put_percent(out, one->minutes, one->estimate);
        csv_end(out);
    }
}

static void row_quota(struct buf *out, const struct desk_field *f, size_t i)
{
    const struct field_cell *cell = &f->cells[i];
    char when[ROOM];
    forecast(when, cell);
    csv_cell(out, cell->form, true);
    csv_cell(out, cell->cell, false);
    csv_cell(out, cell->label, false);
    csv_cell(out, cell->main ? "yes" : "no", false);
    put_number(out, cell->target);
    put_number(out, cell->done);
    csv_cell(out, when, false);
    csv_cell(out, cell->fault ? cell->fault : "", false);
    csv_end(out);
}

static void row_finding(struct buf *out, const struct desk_field *f, size_t i)
{
    static const uint8_t none[16];
    const struct field_finding *one = &f->findings[i];
    char key[48] = "";
    struct buf text = {0};
    if (memcmp(one->record, none, 16) != 0) {
        desk_record_key(key, one->record);
    }
    csv_cell(out, levels[one->level], true);
    csv_cell(out, one->rule, false);
    csv_cell(out, one->interviewer, false);
    csv_cell(out, one->form, false);
    field_put_words(&text, &one->words);
    csv_cell(out, text.data, false);
    buf_fini(&text);
    csv_cell(out, key, false);
    csv_end(out);
}

static void row_device(struct buf *out, const struct desk_field *f, size_t i)
{
    const struct field_device *d = &f->devices[i];
    char text[ROOM];
    put_device(text, d);
    csv_cell(out, text, true);
    put_number(out, d->records);
    clock_iso(text, sizeof text, d->handed_ms, 0, true);
    csv_cell(out, d->handed_ms ? text : "", false);
    put_number(out, d->missing_from);
    put_number(out, d->missing_to);
    csv_end(out);
}

static const struct {
    const char *head;
    void (*put)(struct buf *out, const struct desk_field *f, size_t i);
} tables[FIELD_TABLES] = {
    [FIELD_INTERVIEWERS] = {"interviewer,records,complete,partial,refused,median_minutes,days,red,"
                            "amber,percent_of_estimate\n",
                            row_interviewer},
    [FIELD_DAYS] = {"interviewer,day,records,complete,refused,minutes,percent_of_estimate\n",
                    row_days},
    [FIELD_QUOTAS] = {"form,cell,label,main,target,done,forecast,fault\n", row_quota},
    [FIELD_FINDINGS] = {"level,rule,interviewer,form,finding,KEY\n", row_finding},
    [FIELD_DEVICES] = {"device,records,handed_over,missing_from,missing_to\n", row_device},
};

size_t desk_field_count(const struct desk_field *f, enum field_table table)
{
    const size_t counts[FIELD_TABLES] = {[FIELD_INTERVIEWERS] = f->interviewer_count,
                                         [FIELD_DAYS] = f->interviewer_count,
                                         [FIELD_QUOTAS] = f->cell_count,
                                         [FIELD_FINDINGS] = f->finding_count,
                                         [FIELD_DEVICES] = f->device_count};
    assert(table < FIELD_TABLES);
    return counts[table];
}

void desk_field_part(struct buf *out, const struct desk_field *f, enum field_table table,
                     size_t from, size_t count)
{
    size_t all = desk_field_count(f, table);
    size_t end = count < all - from ? from + count : all;
    assert(from <= all);
    buf_text(out, from ? "" : tables[table].head);
    for (size_t i = from; i < end; i++) {
        tables[table].put(out, f, i);
    }
}

void desk_field_table(struct buf *out, const struct desk_field *f, enum field_table table)
{
    desk_field_part(out, f, table, 0, SIZE_MAX);
}
