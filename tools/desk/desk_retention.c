/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the records whose time is over. */
#include "tools/desk/desk_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, MINUTE_MS = 60 * 1000, YEAR = 12, MONTHS_MAX = 1200 };

struct judging {
    struct desk_retention *out;
    struct desk_records records;
    struct tally seen;
    struct map months;  /* form → struct retention_form: the rule */
    struct map by_form; /* form → its place in out->forms, plus 1 */
    size_t due_cap;
    size_t content, given; /* records with their content; those that are in use */
    int64_t now_ms, today;
};

/* ---- the list ---- */

static bool read_months(unsigned *months, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    *months = (unsigned)number;
    return *text >= '0' && *text <= '9' && !*end && number > 0 && number <= MONTHS_MAX;
}

/* A form that the desk does not have is a slip of the pen: the records that were meant would stay.
 */
static bool is_known(const struct judging *j, const char *form)
{
    bool known = strcmp(form, "*") == 0;
    for (size_t v = 0; v < j->records.version_count && !known; v++) {
        known = strcmp(j->records.versions[v].form->id, form) == 0;
    }
    return known;
}

static bool read_rules(struct judging *j, const struct buf *list, struct err *err)
{
    static const char *const wanted[] = {"form", "months", NULL};
    struct csv csv;
    struct arena *arena = &j->out->arena;
    if (!desk_list_read(&csv, arena, list, "retention.csv", wanted, err)) {
        return false;
    }
    size_t form = desk_list_column(&csv, "form"), months = desk_list_column(&csv, "months");
    for (size_t row = 1; row < csv.count; row++) {
        struct retention_form *rule = arena_alloc(arena, sizeof *rule);
        *rule = (struct retention_form){.form = desk_list_cell(&csv, row, form)};
        if (!is_known(j, rule->form) || map_get(&j->months, rule->form)) {
            err_set(err, ERR_INPUT,
                    is_known(j, rule->form) ? "the form '%s' has two rules"
                                            : "the desk has no form '%s'",
                    rule->form);
            return err_at(err, "retention.csv, row %zu, column form", row + 1);
        }
        if (!read_months(&rule->months, desk_list_cell(&csv, row, months))) {
            err_set(err, ERR_INPUT, "'%s' is no number of months from 1 to %d",
                    desk_list_cell(&csv, row, months), MONTHS_MAX);
            return err_at(err, "retention.csv, row %zu, column months", row + 1);
        }
        map_put(&j->months, rule->form, rule);
    }
    return true;
}

/* ---- the records ---- */

int64_t desk_retention_day(int64_t from_ms, unsigned months)
{
    int year, month, day;
    int64_t local = from_ms + (int64_t)clock_zone_minutes(from_ms) * MINUTE_MS;
    int64_t days = local / DAY_MS - (local % DAY_MS < 0);
    clock_civil(days, &year, &month, &day);
    unsigned later = (unsigned)(month - 1) + months;
    year += (int)(later / YEAR);
    month = (int)(later % YEAR) + 1;
    while (!clock_is_date(year, month, day)) {
        day--;
    }
    return clock_days(year, month, day);
}

static struct retention_form *form_of(struct judging *j, const char *id)
{
    struct desk_retention *out = j->out;
    size_t place = (size_t)(uintptr_t)map_get(&j->by_form, id);
    if (!place) {
        const struct retention_form *rule = map_get(&j->months, id);
        const char *own = arena_text(&out->arena, id); /* outlives the forms */
        rule = rule ? rule : map_get(&j->months, "*");
        out->forms = mem_grow(out->forms, out->count + 1, sizeof *out->forms);
        out->forms[out->count++] =
            (struct retention_form){.form = own, .months = rule ? rule->months : 0};
        place = out->count;
        map_put(&j->by_form, own, (void *)(uintptr_t)place);
    }
    return &out->forms[place - 1];
}

/* When the record was finished.  A time that is still to come, or a year before the import, is that
 * of a wrong clock: then the import counts.  A time after the import stands: it is the desk's clock
 * that may have been behind. */
static int64_t finished(const struct judging *j, const struct record *r, int64_t imported_ms)
{
    const int64_t year_ms = 365 * (int64_t)DAY_MS;
    bool wrong = r->finalised_ms > j->now_ms || r->finalised_ms < imported_ms - year_ms;
    return wrong ? imported_ms : r->finalised_ms;
}

static void judge(struct judging *j, const struct record *r, int64_t imported_ms, const char *form)
{
    struct desk_retention *out = j->out;
    struct retention_form *f = form_of(j, form);
    f->records++;
    if (!f->months) {
        return;
    }
    int64_t day = desk_retention_day(finished(j, r, imported_ms), f->months);
    if (day <= j->today) {
        f->due++;
        if (out->due_count == j->due_cap) {
            j->due_cap = j->due_cap ? j->due_cap * 2 : 64;
            out->due = mem_grow(out->due, j->due_cap, sizeof *out->due);
        }
        memcpy(out->due[out->due_count++], r->record_id, 16);
        return;
    }
    f->soon += day - j->today <= RETENTION_SOON;
    f->next_day = !f->next_day || day < f->next_day ? day : f->next_day;
}

static bool take(void *user, const struct desk_object *o, struct err *err)
{
    struct judging *j = user;
    struct buf plain = {0};
    struct record record;
    (void)err;
    j->given++;
    bool opened = desk_record_open(&j->records, o, &plain, &record) == DESK_OPENED &&
                  memcmp(o->id, record.record_id, 16) == 0; /* what is destroyed goes by o->id */
    const struct form *form = opened ? desk_record_form(&j->records, &record) : NULL;
    if (!form) {
        j->out->unread++;
    } else if (desk_edit_counts(&j->records.edits, record.record_id) &&
               tally_add(&j->seen, record.record_id) == 1) { /* with all its versions */
        desk_record_date(&j->records, &record); /* all versions are destroyed together */
        judge(j, &record, o->imported_ms, form->id);
    }
    buf_fini(&plain);
    return true;
}

static bool count_content(void *user, const struct desk_object *o, struct err *err)
{
    struct judging *j = user;
    (void)err;
    j->content += o->len > 0;
    return true;
}

bool desk_retention_read(struct desk_retention *out, struct desk *desk, const uint8_t identity[32],
                         const struct buf *list, const char *why, int64_t wall_ms, struct err *err)
{
    struct judging j = {.out = out};
    int64_t local = wall_ms + (int64_t)clock_zone_minutes(wall_ms) * MINUTE_MS;
    *out = (struct desk_retention){0};
    j.now_ms = wall_ms;
    j.today = local / DAY_MS;
    arena_init(&out->arena);
    map_init(&j.months, &out->arena);
    map_init(&j.by_form, &out->arena);
    bool ok = desk_records_init(&j.records, desk, identity, err) && read_rules(&j, list, err) &&
              desk_objects(desk, take, &j, err) && desk_ids(desk, count_content, &j, err);
    out->unread += j.content - j.given; /* kept apart */
    ok = desk_records_log(&j.records, "retention", why, ok ? err : NULL) && ok;
    desk_records_fini(&j.records);
    tally_fini(&j.seen);
    if (!ok) {
        desk_retention_fini(out);
    }
    return ok;
}

void desk_retention_fini(struct desk_retention *r)
{
    free(r->forms);
    free(r->due);
    arena_fini(&r->arena);
    *r = (struct desk_retention){0};
}

void desk_retention_tell(struct buf *out, const struct desk_retention *r)
{
    buf_printf(out, "%-24s %8s %8s %8s %8s  %s\n", "form", "months", "records", "due", "soon",
               "next");
    for (size_t i = 0; i < r->count; i++) {
        const struct retention_form *f = &r->forms[i];
        char months[16] = "no rule", next[16] = "";
        if (f->months) {
            snprintf(months, sizeof months, "%u", f->months);
        }
        if (f->next_day) {
            int year, month, day;
            clock_civil(f->next_day, &year, &month, &day);
            snprintf(next, sizeof next, "%04d-%02d-%02d", year % 10000, month, day);
        }
        buf_printf(out, "%-24s %8s %8zu %8zu %8zu  %s\n", f->form, months, f->records, f->due,
                   f->soon, next);
    }
}
