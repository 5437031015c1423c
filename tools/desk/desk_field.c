/* SPDX-License-Identifier: Apache-2.0 */
/* Counts records by interviewer, day and quota. */
#include "tools/desk/desk_field.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "platform/machine/csv.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_field_internal.h"
#include "tools/desk/desk_lists.h"

/* ---- the lists ---- */

static bool read_quotas(struct field_gathering *g, struct err *err)
{
    static const char *const wanted[] = {"form", "cell", "main", "expression", "target", NULL};
    struct csv csv;
    if (!g->options->quotas) {
        return true;
    }
    if (!desk_list_read(&csv, g->arena, g->options->quotas, "quota.csv", wanted, err)) {
        return false;
    }
    size_t label = desk_list_label(&csv, g->options->language ? g->options->language : "ru");
    struct desk_field *f = g->field;
    f->cells = arena_alloc(g->arena, csv.count * sizeof *f->cells);
    for (size_t r = 1; r < csv.count; r++) {
        const char *target = desk_list_cell(&csv, r, desk_list_column(&csv, "target")), *name;
        char *end;
        unsigned long number = strtoul(target, &end, 10);
        if (!*target || *end || number > 1000000) {
            err_set(err, ERR_INPUT, "'%s' is no number", target);
            return err_at(err, "quota.csv, row %zu, column target", r + 1);
        }
        name = desk_list_cell(&csv, r, label);
        f->cells[f->cell_count++] = (struct field_cell){
            .form = desk_list_cell(&csv, r, desk_list_column(&csv, "form")),
            .cell = desk_list_cell(&csv, r, desk_list_column(&csv, "cell")),
            .label = *name ? name : desk_list_cell(&csv, r, desk_list_column(&csv, "cell")),
            .main = strcmp(desk_list_cell(&csv, r, desk_list_column(&csv, "main")), "yes") == 0,
            .target = (unsigned)number};
    }
    return true;
}

static bool read_rules(struct field_gathering *g, struct err *err)
{
    static const char *const wanted[] = {"rule", "form", "measure", "amber", "red", NULL};
    struct csv csv;
    if (!g->options->rules) {
        return true;
    }
    if (!desk_list_read(&csv, g->arena, g->options->rules, "quality.csv", wanted, err)) {
        return false;
    }
    g->rules = arena_alloc(g->arena, csv.count * sizeof *g->rules);
    for (size_t r = 1; r < csv.count; r++) {
        g->rules[g->rule_count++] =
            (struct field_rule){desk_list_cell(&csv, r, desk_list_column(&csv, "rule")),
                                desk_list_cell(&csv, r, desk_list_column(&csv, "form")),
                                desk_list_cell(&csv, r, desk_list_column(&csv, "measure")),
                                desk_list_cell(&csv, r, desk_list_column(&csv, "amber")),
                                desk_list_cell(&csv, r, desk_list_column(&csv, "red"))};
    }
    return true;
}

/* The conditions of the cells, for a version of a form.  Versions come one after the other: few
 * changes, so the conditions of one version are kept at a time.  A cell whose expression does not
 * fit the version is not judged for it, which is told. */
static bool need_conditions(struct field_gathering *g, const struct form *form, struct err *err)
{
    static const char *const wanted[] = {"expression", NULL};
    struct desk_field *f = g->field;
    struct csv csv;
    if (g->of == form || !f->cell_count) {
        return true;
    }
    if (!desk_list_read(&csv, g->arena, g->options->quotas, "quota.csv", wanted, err)) {
        return false;
    }
    g->conditions = arena_alloc(g->arena, f->cell_count * sizeof(struct desk_condition *));
    for (size_t i = 0; i < f->cell_count; i++) {
        struct field_cell *one = &f->cells[i];
        struct err why = {0};
        char text[400];
        g->conditions[i] = NULL;
        if (strcmp(one->form, form->id) != 0 ||
            desk_condition_new(&g->conditions[i], g->arena, form,
                               desk_list_cell(&csv, i + 1, desk_list_column(&csv, "expression")),
                               &why)) {
            continue;
        }
        g->conditions[i] = NULL;
        err_at(&why, "quota.csv, row %zu, column expression", i + 2);
        err_text(&why, text, sizeof text);
        f->faults += !one->fault;
        one->fault = one->fault ? one->fault : arena_text(g->arena, text);
    }
    g->of = form;
    return true;
}

/* ---- one record ---- */

static size_t who_is(struct field_gathering *g, const char *code)
{
    struct desk_field *f = g->field;
    size_t known = (size_t)(uintptr_t)map_get(&g->who, code);
    if (known) {
        return known - 1;
    }
    if (f->interviewer_count == g->interviewer_cap) {
        g->interviewer_cap = g->interviewer_cap ? g->interviewer_cap * 2 : 16;
        f->interviewers = mem_grow(f->interviewers, g->interviewer_cap, sizeof *f->interviewers);
        g->with_sensitive = mem_grow(g->with_sensitive, g->interviewer_cap, sizeof(unsigned));
        g->refusals = mem_grow(g->refusals, g->interviewer_cap, sizeof(unsigned));
        g->sounds = mem_grow(g->sounds, g->interviewer_cap, sizeof(unsigned));
    }
    size_t at = f->interviewer_count++;
    f->interviewers[at] = (struct field_interviewer){.code = arena_text(g->arena, code)};
    g->with_sensitive[at] = g->refusals[at] = g->sounds[at] = 0;
    map_put(&g->who, f->interviewers[at].code, (void *)(at + 1));
    return at;
}

static struct field_day *need_day(struct field_interviewer *one, int32_t day)
{
    for (size_t i = one->day_count; i > 0; i--) { /* nearly always the last */
        if (one->days[i - 1].day == day) {
            return &one->days[i - 1];
        }
    }
    one->days = mem_grow(one->days, one->day_count + 1, sizeof *one->days);
    one->days[one->day_count] = (struct field_day){.day = day};
    return &one->days[one->day_count++];
}

static void add_seen(struct field_gathering *g, const struct field_seen *seen)
{
    if (g->seen_count == g->seen_cap) {
        g->seen_cap = g->seen_cap ? g->seen_cap * 2 : 256;
        g->seen = mem_grow(g->seen, g->seen_cap, sizeof *g->seen);
    }
    g->seen[g->seen_count++] = *seen;
}

static bool is_complete(const struct desk_facts *facts)
{
    return strcmp(desk_fact(facts, "res"), "complete") == 0;
}

static void add_minutes(struct field_interviewer *one, struct field_day *day, double minutes,
                        double estimate)
{
    if (minutes <= 0) {
        return;
    }
    one->minutes = mem_grow(one->minutes, one->minutes_count + 1, sizeof *one->minutes);
    one->minutes[one->minutes_count++] = minutes;
    if (estimate > 0) {
        one->lasted += minutes;
        one->estimate += estimate;
        day->minutes += minutes;
        day->estimate += estimate;
    }
}

/* Counts how it ended, and how long it took. */
static void count_end(struct field_interviewer *one, struct field_day *day,
                      const struct desk_facts *facts, double minutes, double estimate)
{
    const char *res = desk_fact(facts, "res");
    if (strcmp(desk_fact(facts, "cns_take"), "no") == 0 || text_starts(res, "refus")) {
        one->refused++;
        day->refused++;
    } else if (strcmp(res, "partial") == 0) {
        one->partial++;
    } else if (is_complete(facts)) {
        one->complete++;
        day->complete++;
        add_minutes(one, day, minutes, estimate);
    }
}

static bool count_quotas(struct field_gathering *g, struct desk_facts *facts, int32_t day,
                         struct err *err)
{
    struct desk_field *f = g->field;
    bool any = false, main = false;
    if (!is_complete(facts) || !need_conditions(g, facts->form, err)) {
        return is_complete(facts) ? false : true;
    }
    for (size_t i = 0; i < f->cell_count; i++) {
        bool holds = false;
        if (!g->conditions[i]) {
            continue;
        }
        if (!desk_condition_holds(g->conditions[i], facts, &holds, err)) {
            return err_at(err, "quota.csv, row %zu, column expression", i + 2);
        }
        any = any || f->cells[i].main;
        main = main || (holds && f->cells[i].main);
        if (holds) {
            struct field_cell *cell = &f->cells[i];
            cell->done++;
            cell->first_day = !cell->first_day || day < cell->first_day ? day : cell->first_day;
            cell->last_day = day > cell->last_day ? day : cell->last_day;
        }
    }
    f->outside += any && !main;
    return true;
}

static struct field_times own_times(const struct field_gathering *g, const struct record *r,
                                    const struct desk_facts *facts)
{
    enum { MINUTE = 60 };
    struct field_times t = {.begun = 0};
    (void)variable_read(VARIABLE_MOMENT, desk_fact(facts, "start"), &t.begun);
    (void)variable_read(VARIABLE_MOMENT, desk_fact(facts, "end"), &t.ended);
    t.active = field_active(g, r, facts->form->id);
    if (t.active <= 0 && t.begun > 0 && t.ended > t.begun) {
        t.active = (t.ended - t.begun) / MINUTE;
    }
    return t;
}

/* Of a corrected record the times of the interview, if its first version is here. */
static struct field_times times_of(const struct field_gathering *g, const struct record *r,
                                   const struct desk_facts *facts, const struct desk_family *family)
{
    char key[48] = "";
    if (family) {
        desk_record_key(key, family->root);
    }
    const struct field_times *first = family ? map_get(&g->firsts, key) : NULL;
    return first ? *first : own_times(g, r, facts);
}

/* Notes the times of a first version that does not count any more. */
static void keep_first(struct field_gathering *g, const struct record *r)
{
    const struct desk_family *family = desk_family_of(&g->records.edits, r->record_id);
    const struct form *form = desk_record_form(&g->records, r);
    struct desk_facts facts;
    char key[48];
    if (!family || !form || memcmp(family->versions[0]->id, r->record_id, 16) != 0) {
        return;
    }
    if (desk_facts_read(&facts, form, r, NULL)) {
        struct field_times *times = arena_alloc(g->arena, sizeof *times);
        *times = own_times(g, r, &facts);
        desk_record_key(key, family->root);
        map_put(&g->firsts, arena_text(g->arena, key), times);
    }
    desk_facts_fini(&facts);
}

static bool take_record(struct field_gathering *g, const struct record *r, struct err *err)
{
    enum { DAY = 24 * 60 * 60, MS = 1000 };
    const struct form *form = desk_record_form(&g->records, r);
    struct desk_facts facts;
    char code[64];
    if (!form) {
        g->field->without_form += ((r->flags & RECORD_TRAINING) != 0) == g->filter.training;
        return true;
    }
    enum review_state state;
    (void)desk_review_now(&g->reviews, &g->records.edits, r->record_id, &state);
    desk_record_submitter(code, sizeof code, form, r);
    if (!desk_filter_passes(&g->filter, r, form, code, state)) {
        return true;
    }
    if (!desk_facts_read(&facts, form, r, NULL)) {
        desk_facts_fini(&facts);
        g->field->unreadable++;
        return true;
    }
    size_t who = who_is(g, code);
    struct field_interviewer *one = &g->field->interviewers[who];
    const struct desk_family *family = desk_family_of(&g->records.edits, r->record_id);
    const struct field_times times = times_of(g, r, &facts, family);
    double when = times.begun > 0 ? times.begun : (double)r->finalised_ms / MS;
    struct field_seen seen = {.who = (uint32_t)who,
                              .form = form->id,
                              .begun = times.begun,
                              .ended = times.ended,
                              .active = (float)times.active};
    memcpy(seen.id, family ? family->root : r->record_id, 16);
    seen.day = (int32_t)floor(when / DAY);
    g->field->records++;
    one->records++;
    struct field_day *day = need_day(one, seen.day);
    day->records++;
    count_end(one, day, &facts, seen.active, field_estimate(g, form->id));
    add_seen(g, &seen);
    field_judge(g, &facts, r, g->seen_count - 1);
    bool ok = count_quotas(g, &facts, seen.day, err);
    desk_facts_fini(&facts);
    return ok;
}

static bool open_object(void *user, const struct desk_object *o, struct err *err)
{
    struct field_gathering *g = user;
    struct buf plain = {0};
    struct record r;
    uint8_t hash[32];
    bool ok = true;
    for (size_t d = 0; d < g->field->device_count; d++) {
        struct field_device *device = &g->field->devices[d];
        if (memcmp(device->id, o->device, 16) == 0 && o->imported_ms > device->handed_ms) {
            device->handed_ms = o->imported_ms;
        }
    }
    hash_plain(hash, o->id, 16);
    if (tally_add(g->ids, hash) > 1) {
        return true;
    }
    enum desk_opened opened = desk_record_open(&g->records, o, &plain, &r);
    g->field->unreadable += opened == DESK_UNREADABLE;
    if (opened == DESK_OPENED && !desk_edit_counts(&g->records.edits, r.record_id)) {
        keep_first(g, &r);
    } else if (opened == DESK_OPENED) {
        desk_record_date(&g->records, &r);
        ok = take_record(g, &r, err);
    }
    buf_fini(&plain);
    return ok;
}

/* ---- devices ---- */

static bool take_devices(struct field_gathering *g, struct err *err)
{
    struct desk_field *f = g->field;
    f->devices = arena_alloc(g->arena, (g->records.device_count + 1) * sizeof *f->devices);
    for (size_t i = 0; i < g->records.device_count; i++) {
        const struct desk_device *d = &g->records.devices[i];
        struct buf label = {0};
        if (!desk_label(g->desk, d->id, &label, err)) {
            buf_fini(&label);
            return false;
        }
        struct field_device *one = &f->devices[f->device_count++];
        *one =
            (struct field_device){.label = arena_text(g->arena, label.data), .records = d->records};
        memcpy(one->id, d->id, 16);
        if (d->highest > d->contiguous && !d->held) {
            one->missing_from = d->contiguous + 1;
            one->missing_to = d->highest;
        }
        buf_fini(&label);
    }
    return true;
}

/* ---- the whole ---- */

static int by_number(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static int by_day(const void *a, const void *b)
{
    const struct field_day *one = a, *other = b;
    return (one->day > other->day) - (one->day < other->day);
}

static int by_code(const void *a, const void *b)
{
    const struct field_interviewer *one = a, *other = b;
    return strcmp(one->code, other->code);
}

static int red_first(const void *a, const void *b)
{
    const struct field_finding *one = a, *other = b;
    int level = (int)other->level - (int)one->level;
    int rule = level ? level : strcmp(one->rule, other->rule);
    int who = rule ? rule : strcmp(one->interviewer, other->interviewer);
    int id = who ? who : memcmp(one->record, other->record, 16);
    int kind = id ? id : (int)one->words.kind - (int)other->words.kind;
    for (size_t i = 0; !kind && i < 3; i++) {
        const char *mine = one->words.with[i], *its = other->words.with[i];
        kind = strcmp(mine ? mine : "", its ? its : "");
    }
    return kind;
}

static void sort_all(struct desk_field *f)
{
    for (size_t i = 0; i < f->interviewer_count; i++) {
        struct field_interviewer *one = &f->interviewers[i];
        if (one->minutes_count) {
            qsort(one->minutes, one->minutes_count, sizeof *one->minutes, by_number);
        }
        if (one->day_count) {
            qsort(one->days, one->day_count, sizeof *one->days, by_day);
        }
    }
    if (f->interviewer_count) {
        qsort(f->interviewers, f->interviewer_count, sizeof *f->interviewers, by_code);
    }
    if (f->finding_count) {
        qsort(f->findings, f->finding_count, sizeof *f->findings, red_first);
    }
}

bool desk_field_read(struct desk_field *f, struct desk *desk, const uint8_t identity[32],
                     const struct field_options *options, struct err *err)
{
    struct tally ids = {0};
    struct field_gathering g = {.field = f,
                                .desk = desk,
                                .options = options,
                                .filter = options->filter,
                                .arena = &f->arena,
                                .ids = &ids};
    *f = (struct desk_field){.unjudged = ""};
    arena_init(&f->arena);
    map_init(&g.who, &f->arena);
    map_init(&g.firsts, &f->arena);
    map_init(&g.texts, &f->arena);
    bool ok = desk_records_init(&g.records, desk, identity, err);
    ok = desk_reviews_read(&g.reviews, desk, ok ? err : NULL) && ok &&
         desk_filter_prepare(&g.filter, &g.records, err) && read_quotas(&g, err) &&
         read_rules(&g, err) && take_devices(&g, err) && desk_objects(desk, open_object, &g, err);
    ok = desk_records_log(&g.records, "status", options->why, ok ? err : NULL) && ok;
    tally_fini(&ids); /* before findings about many records take their room */
    tally_fini(&g.same);
    tally_fini(&g.persons);
    if (ok) {
        field_judge_all(&g);
        sort_all(f);
    }
    free(g.seen);
    free(g.with_sensitive);
    free(g.refusals);
    free(g.sounds);
    desk_reviews_fini(&g.reviews);
    desk_records_fini(&g.records);
    if (!ok) {
        desk_field_fini(f);
    }
    return ok;
}

void desk_field_fini(struct desk_field *f)
{
    for (size_t i = 0; i < f->interviewer_count; i++) {
        free(f->interviewers[i].minutes);
        free(f->interviewers[i].days);
    }
    free(f->interviewers);
    free(f->findings);
    arena_fini(&f->arena);
    *f = (struct desk_field){0};
}
