/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the records once, and writes the pages. */
#include "tools/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_field.h"
#include "tools/desk/desk_files.h"
#include "tools/desk/desk_lists.h"
#include "tools/desk/desk_sources.h"
#include "tools/desk/desk_withdraw.h"
#include "tools/report/report_chart.h"
#include "tools/report/report_counts.h"
#include "tools/report/report_derived.h"
#include "tools/report/report_evidence.h"
#include "tools/report/report_quotes.h"
#include "tools/report/report_risks.h"

bool report_speaks(const char *language)
{
    return report_words(language) != NULL;
}

struct list { /* one of the study's lists, if it is there */
    const char *name;
    struct buf bytes;
    bool found;
};
enum {
    LIST_RISKS,
    LIST_MEASURES,
    LIST_ANSWERS,
    LIST_QUOTAS,
    LIST_RULES,
    LIST_ELEMENTS,
    LIST_WANTED,
    LIST_TILES,
    LIST_LAW,
    LIST_SERVICES,
    LIST_ORGANISATIONS,
    LISTS
};

struct writing {
    struct desk *desk;
    const struct report_options *options;
    struct report_counts *counts;
    struct desk_filter filter;
    struct desk_records records;
    struct desk_reviews reviews;
    struct report_counting *counting;
    struct report_risks *risks; /* NULL: without risks.csv */
    struct desk_elements elements;
    struct report_quotes *quotes; /* NULL: without elem.csv */
    struct desk_codings codings;
    struct desk_sources sources;
    struct desk_field field;
    bool has_field;
    struct list lists[LISTS];
    struct csv tiles, law, services, organisations;
    struct arena arena;
    struct desk_files out;
    struct tally seen;
    uint64_t read, held; /* records; of the desk */
    struct report_about about;
    int64_t last_ms;
    const struct report_output *outputs; /* all tables, suppressed */
    size_t output_count;
    bool made[REPORT_OUTPUTS]; /* outputs that have a page */
};

/* ---- reading ---- */

/* Lists that are tables and nothing more. */
static bool read_tables(struct writing *w, struct err *err)
{
    enum { COLUMNS = 6 };
    const struct {
        size_t list;
        struct csv *csv;
        const char *columns[COLUMNS];
    } tables[] = {
        {LIST_TILES, &w->tiles, {"region", "country", "column", "row", NULL}},
        {LIST_LAW, &w->law, {"param", "country", "citizen", "since", "value", NULL}},
        {LIST_SERVICES, &w->services, {"need", "svc12", NULL}},
        {LIST_ORGANISATIONS, &w->organisations, {"name", "country", "svc", NULL}},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
        const struct list *l = &w->lists[tables[i].list];
        ok = !l->found ||
             desk_list_read(tables[i].csv, &w->arena, &l->bytes, l->name, tables[i].columns, err);
    }
    return ok;
}

static bool read_lists(struct writing *w, struct err *err)
{
    static const char *const names[LISTS] = {
        [LIST_RISKS] = "risks.csv",      [LIST_MEASURES] = "meas.csv",
        [LIST_ANSWERS] = "answers.csv",  [LIST_QUOTAS] = "quota.csv",
        [LIST_RULES] = "quality.csv",    [LIST_ELEMENTS] = "elem.csv",
        [LIST_WANTED] = "toc.csv",       [LIST_TILES] = "tiles.csv",
        [LIST_LAW] = "law_params.csv",   [LIST_SERVICES] = "need_svc.csv",
        [LIST_ORGANISATIONS] = "org.csv"};
    enum { MAX = 4 << 20 };
    bool ok = true;
    for (size_t i = 0; ok && i < LISTS; i++) {
        struct list *l = &w->lists[i];
        l->name = names[i];
        const char *path = w->options->lists
                               ? arena_join(&w->arena, w->options->lists, "/", names[i], NULL)
                               : NULL;
        l->found = path && file_exists(path);
        ok = !l->found || file_read(&l->bytes, path, MAX, err) || err_at(err, "%s", names[i]);
    }
    const struct list *risks = &w->lists[LIST_RISKS], *measures = &w->lists[LIST_MEASURES],
                      *answers = &w->lists[LIST_ANSWERS];
    if (ok && risks->found) {
        ok = report_risks_new(&w->risks, &risks->bytes, w->options->language, err) &&
             (!measures->found ||
              report_risks_name_measures(w->risks, &measures->bytes, w->options->language, err)) &&
             (!answers->found ||
              report_risks_name_actors(w->risks, &answers->bytes, w->options->language, err));
    }
    ok = ok && read_tables(w, err);
    const struct list *elements = &w->lists[LIST_ELEMENTS];
    if (ok && elements->found) {
        ok = desk_elements_read(&w->elements, &elements->bytes, err);
        w->quotes = ok ? report_quotes_new(&w->elements, w->options->language) : NULL;
        report_counting_elements(w->counting, ok ? &w->elements : NULL);
    }
    report_counting_lists(w->counting, w->lists[LIST_LAW].found ? &w->law : NULL,
                          w->lists[LIST_SERVICES].found ? &w->services : NULL);
    return ok;
}

/* What was coded of a record, and whether quotes of it may be shown. */
static bool take_quotes(struct writing *w, const struct record *r, struct desk_facts *facts,
                        const struct coding *codings, size_t count, struct err *err)
{
    const struct desk_family *family = desk_family_of(&w->records.edits, r->record_id);
    unsigned uses;
    if (!desk_withdrawn(w->desk, r->record_id, &uses, err)) {
        return false;
    }
    uses |= family ? family->withdrawn : 0;
    report_quotes_add(w->quotes, facts, codings, count, (uses & USE_QUOTES) != 0);
    return true;
}

/* Complete and partial ones whose person took part. */
static bool is_counted(const struct desk_facts *facts)
{
    const char *res = desk_fact(facts, "res"), *take = desk_fact(facts, "cns_take");
    return (strcmp(res, "complete") == 0 || strcmp(res, "partial") == 0) &&
           (strcmp(take, "yes") == 0 || !*take);
}

static bool take_record(struct writing *w, const struct record *r, const struct form *form,
                        struct err *err)
{
    bool ok = true;
    enum { MONTH = 7 }; /* "2026-03" */
    struct desk_facts facts;
    char code[64], month[40];
    enum review_state state;
    (void)desk_review_now(&w->reviews, &w->records.edits, r->record_id, &state);
    desk_record_submitter(code, sizeof code, form, r);
    if (!desk_filter_passes(&w->filter, r, form, code, state)) {
        return true;
    }
    if (desk_facts_read(&facts, form, r, NULL)) {
        size_t coded;
        const struct desk_family *family = desk_family_of(&w->records.edits, r->record_id);
        const struct coding *codings =
            desk_codings_of(&w->codings, family ? family->root : r->record_id, &coded);
        bool counted = is_counted(&facts);
        clock_iso(month, sizeof month, r->finalised_ms, clock_zone_minutes(r->finalised_ms), false);
        month[MONTH] = '\0';
        report_counting_add(w->counting, &(struct report_record){&facts, counted, month,
                                                                 r->finalised_ms, codings, coded});
        if (counted && w->risks && strcmp(form->id, "expert_interview") == 0) {
            report_risks_add(w->risks, &facts);
        }
        if (counted && w->quotes) {
            ok = take_quotes(w, r, &facts, codings, coded, err);
        }
        w->counts->records++;
        w->counts->base += counted;
        w->last_ms = r->finalised_ms > w->last_ms ? r->finalised_ms : w->last_ms;
    } else {
        w->counts->unreadable++;
    }
    desk_facts_fini(&facts);
    return ok;
}

static bool open_object(void *user, const struct desk_object *o, struct err *err)
{
    struct writing *w = user;
    struct buf plain = {0};
    struct record r;
    uint8_t hash[32];
    bool ok = true;
    if (w->options->progress) {
        w->options->progress("read", ++w->read, w->held);
    }
    hash_plain(hash, o->id, 16);
    if (tally_add(&w->seen, hash) > 1) {
        return true;
    }
    enum desk_opened opened = desk_record_open(&w->records, o, &plain, &r);
    w->counts->unreadable += opened == DESK_UNREADABLE;
    if (opened == DESK_OPENED && desk_edit_counts(&w->records.edits, r.record_id)) {
        desk_record_date(&w->records, &r);
        const struct form *form = desk_record_form(&w->records, &r);
        bool training = (r.flags & RECORD_TRAINING) != 0;
        w->counts->without_form += !form && training == w->filter.training;
        ok = !form || take_record(w, &r, form, err);
    }
    buf_fini(&plain);
    return ok;
}

static bool read_field(struct writing *w, const uint8_t identity[32], struct err *err)
{
    const struct field_options options = {
        .filter = w->options->filter,
        .language = w->options->language,
        .why = w->options->why,
        .quotas = w->lists[LIST_QUOTAS].found ? &w->lists[LIST_QUOTAS].bytes : NULL,
        .rules = w->lists[LIST_RULES].found ? &w->lists[LIST_RULES].bytes : NULL};
    w->has_field =
        !w->options->public && desk_field_read(&w->field, w->desk, identity, &options, err);
    w->counts->faults = w->has_field ? w->field.faults : 0;
    return w->has_field || w->options->public;
}

/* ---- pages ---- */

static bool put(struct writing *w, const char *name, const struct buf *bytes, struct err *err)
{
    const char *path = arena_join(&w->arena, w->options->out, "/", name, NULL);
    w->counts->files++;
    return desk_files_put(&w->out, path, bytes->data, bytes->len, err);
}

static const char *page_name(struct writing *w, enum report_word output)
{
    return arena_printf(&w->arena, "R%02d.html", (int)(output - W_R01) + 1);
}

/* The register of documents, by kind and country: what the study draws on besides its records. */
static bool put_documents(struct writing *w, struct buf *page, struct err *err)
{
    const char *const *words = w->about.words;
    const char *headings[] = {words[W_kind], words[W_country], words[W_count]};
    struct buf csv = {0};
    if (!w->sources.count) {
        return true;
    }
    buf_text(page, "<section><h2>");
    page_text(page, words[W_documents]);
    buf_text(page, "</h2>\n");
    page_rows_begin(page, headings, 3);
    buf_text(&csv, "kind,country,count\n");
    for (size_t i = 0, n = 0; i < w->sources.count; i++) { /* sorted by kind and country */
        const struct source_document *one = &w->sources.list[i], *next = one + 1;
        n++;
        if (i + 1 == w->sources.count || strcmp(one->kind, next->kind) != 0 ||
            strcmp(one->country, next->country) != 0) {
            const char *cells[] = {one->kind, *one->country ? one->country : "–",
                                   arena_printf(&w->arena, "%zu", n)};
            page_row(page, cells, 3);
            csv_cell(&csv, one->kind, true);
            csv_cell(&csv, one->country, false);
            csv_cell(&csv, cells[2], false);
            csv_end(&csv);
            n = 0;
        }
    }
    page_rows_end(page);
    buf_text(page, "</section>\n");
    bool ok = put(w, "R01-documents.csv", &csv, err);
    buf_fini(&csv);
    return ok;
}

/* What follows from an output's printed numbers. */
static bool put_derived(struct writing *w, struct buf *page, enum report_word output,
                        struct err *err)
{
    const struct derived_from from = {&w->about, w->outputs, w->output_count};
    struct buf csv = {0};
    const char *id;
    bool ok = !report_derived(page, &csv, &id, &from, output) ||
              put(w, arena_join(&w->arena, id, ".csv", NULL), &csv, err);
    buf_fini(&csv);
    return ok;
}

/* The organisations that people are referred to, by service and country: who is there, beside who
 * is needed.  The list says the country of each, no district. */
static bool put_organisations(struct writing *w, struct buf *page, struct err *err)
{
    const char *const *words = w->about.words;
    const struct csv *list = &w->organisations;
    const char *headings[] = {words[W_service_use], words[W_country], words[W_count]};
    struct buf csv = {0};
    struct map counts;
    struct arena arena;
    size_t kinds = 0;
    if (!w->lists[LIST_ORGANISATIONS].found) {
        return true;
    }
    const char **keys = mem_zero(list->count + 1, sizeof *keys);
    arena_init(&arena);
    map_init(&counts, &arena);
    for (size_t r = 1; r < list->count; r++) {
        const char *service = desk_list_cell(list, r, desk_list_column(list, "svc"));
        const char *key = arena_join(
            &arena, service, ",", desk_list_cell(list, r, desk_list_column(list, "country")), NULL);
        uintptr_t n = (uintptr_t)map_get(&counts, key);
        keys[kinds] = key;
        kinds += *service && !n; /* "other" has no service */
        map_put(&counts, key, (void *)(n + 1));
    }
    buf_join(page, "<section><h2>", words[W_organisations], "</h2>\n", NULL);
    page_rows_begin(page, headings, 3);
    buf_text(&csv, "svc,country,count\n");
    for (size_t i = 0; i < kinds; i++) {
        const char *comma = strchr(keys[i], ',');
        const char *cells[] = {
            arena_copy(&arena, keys[i], (size_t)(comma - keys[i])), comma + 1,
            arena_printf(&arena, "%zu", (size_t)(uintptr_t)map_get(&counts, keys[i]))};
        page_row(page, cells, 3);
        csv_cell(&csv, cells[0], true);
        csv_cell(&csv, cells[1], false);
        csv_cell(&csv, cells[2], false);
        csv_end(&csv);
    }
    page_rows_end(page);
    buf_text(page, "</section>\n");
    bool ok = put(w, "R15-organisations.csv", &csv, err);
    buf_fini(&csv);
    arena_fini(&arena);
    free(keys);
    return ok;
}

/* What an output has besides its tables of counts. */
static bool put_besides(struct writing *w, struct buf *page, enum report_word output,
                        struct err *err)
{
    if (output == W_R27) {
        buf_join(page, "<p>", w->about.words[W_limits], "</p>\n", NULL);
    }
    return put_derived(w, page, output, err) && (output != W_R01 || put_documents(w, page, err)) &&
           (output != W_R15 || put_organisations(w, page, err));
}

static bool put_quotes(struct writing *w, struct err *err)
{
    struct buf page = {0}, csv = {0};
    size_t held = 0, count = w->quotes ? report_quotes_count(w->quotes, &held) : 0;
    if (!count && !held) {
        return true;
    }
    report_quotes_page(&page, w->quotes, &w->about);
    report_quotes_csv(&csv, w->quotes, &w->about);
    bool ok = put(w, page_name(w, W_R23), &page, err) && put(w, "R23-quotes.csv", &csv, err);
    w->made[W_R23 - W_R01] = true;
    buf_fini(&page);
    buf_fini(&csv);
    return ok;
}

/* One page an output, with all its tables. */
static bool put_tables(struct writing *w, struct err *err)
{
    struct report_output *outputs;
    size_t count = report_counting_tables(w->counting, &outputs);
    bool ok = true;
    w->outputs = outputs;
    w->output_count = count;
    for (size_t i = 0; ok && i < count;) {
        enum report_word output = outputs[i].output;
        bool apart = output == W_R20 || output == W_R21; /* their pages are made later */
        struct buf page = {0};
        bool all = outputs[i].base_all;
        page_begin(&page, &w->about, w->about.words[output]);
        if (output == W_R24) {
            buf_join(&page, "<p>", w->about.words[W_no_turns], "</p>\n", NULL);
        }
        for (; ok && i < count && outputs[i].output == output; i++) {
            const struct report_table *t = &outputs[i].table;
            struct buf csv = {0};
            page_table(&page, &w->about, t);
            if (t->dropped) {
                w->counts->dropped++;
                continue;
            }
            page_csv(&csv, &w->about, t);
            ok = put(w, arena_join(&w->arena, t->id, ".csv", NULL), &csv, err);
            buf_fini(&csv);
            for (size_t c = 0; c < (t->rows + 1) * (t->columns + 1); c++) {
                w->counts->few += t->states[c] == COUNT_FEW;
                w->counts->hidden += t->states[c] == COUNT_HIDDEN && !t->alone;
            }
        }
        ok = ok && put_besides(w, &page, output, err);
        page_end(&page, &w->about, all);
        ok = ok && (apart || w->options->tables || put(w, page_name(w, output), &page, err));
        w->made[output - W_R01] = !apart;
        buf_fini(&page);
    }
    return ok;
}

/* What experts rated and people answered, by risk and by element. */
static bool put_evidence(struct writing *w, struct err *err)
{
    struct buf risks = {0}, elements = {0};
    struct csv wanted;
    static const char *const columns[] = {"element", NULL};
    const struct list *list = &w->lists[LIST_WANTED];
    bool ok =
        !list->found || desk_list_read(&wanted, &w->arena, &list->bytes, "toc.csv", columns, err);
    const struct evidence from = {.about = &w->about,
                                  .risks = w->risks,
                                  .outputs = w->outputs,
                                  .count = w->output_count,
                                  .elements = w->quotes ? &w->elements : NULL,
                                  .quotes = w->quotes,
                                  .wanted = list->found ? &wanted : NULL};
    if (ok && report_evidence_page(&risks, &from)) {
        ok = put(w, page_name(w, W_R21), &risks, err);
        w->made[W_R21 - W_R01] = true;
    }
    if (ok && report_elements_page(&elements, &from)) {
        ok = put(w, page_name(w, W_R20), &elements, err);
        w->made[W_R20 - W_R01] = true;
    }
    buf_fini(&risks);
    buf_fini(&elements);
    return ok;
}

static bool put_risks(struct writing *w, struct err *err)
{
    struct buf page = {0}, csv = {0};
    if (!w->risks || !report_risks_experts(w->risks)) {
        return true;
    }
    report_risks_page(&page, w->risks, &w->about);
    report_risks_csv(&csv, w->risks, &w->about);
    bool ok = put(w, page_name(w, W_R19), &page, err) && put(w, "R19-risks.csv", &csv, err);
    w->made[W_R19 - W_R01] = true;
    buf_fini(&page);
    buf_fini(&csv);
    return ok;
}

enum { PICTURED = 200 }; /* cells and interviewers that a picture has room for */
enum { PART = 1000 };    /* rows of a table that are in memory at a time, and those of a page */

/* A table of desk_field, part by part. */
static bool put_parts(struct writing *w, const char *name, enum field_table table, struct err *err)
{
    const char *path = arena_join(&w->arena, w->options->out, "/", name, NULL);
    size_t count = desk_field_count(&w->field, table), at = 0;
    bool ok = desk_files_begin(&w->out, path, err);
    do {
        struct buf part = {0};
        desk_field_part(&part, &w->field, table, at, PART);
        ok = ok && desk_files_append(&w->out, path, part.data, part.len, err);
        buf_fini(&part);
        at += PART;
    } while (ok && at < count);
    w->counts->files++;
    return ok;
}

static void draw_quotas(struct writing *w, struct buf *page)
{
    const struct desk_field *f = &w->field;
    struct chart_goal *goals = mem_zero(f->cell_count + 1, sizeof *goals);
    size_t count = 0;
    for (size_t i = 0; i < f->cell_count && count < PICTURED; i++) {
        const struct field_cell *cell = &f->cells[i];
        if (!cell->fault) {
            goals[count++] = (struct chart_goal){*cell->label ? cell->label : cell->cell,
                                                 cell->done, cell->target};
        }
    }
    chart_goals(page, w->about.words[W_R02], goals, count);
    free(goals);
}

/* How many refused, by interviewer, beside what chance would do; and what was found of each. */
static void draw_quality(struct writing *w, struct buf *page)
{
    const struct desk_field *f = &w->field;
    struct chart_point *points = mem_zero(f->interviewer_count + 1, sizeof *points);
    size_t count = f->interviewer_count < PICTURED ? f->interviewer_count : PICTURED;
    const char *const *words = w->about.words;
    const char *heads[] = {"", words[W_attempts], words[W_refusals], "red", "amber"};
    for (size_t i = 0; i < count; i++) {
        const struct field_interviewer *one = &f->interviewers[i];
        points[i] = (struct chart_point){one->code, one->refused, one->records};
    }
    buf_join(page, "<section><h2>", words[W_refusals], "</h2>\n", NULL);
    chart_funnel(page, words[W_refusals], points, count);
    page_rows_begin(page, heads, 5);
    for (size_t i = 0; i < count; i++) {
        const struct field_interviewer *one = &f->interviewers[i];
        const char *cells[] = {one->code, arena_printf(&w->arena, "%u", one->records),
                               arena_printf(&w->arena, "%u", one->refused),
                               arena_printf(&w->arena, "%u", one->red),
                               arena_printf(&w->arena, "%u", one->amber)};
        page_row(page, cells, 5);
    }
    page_rows_end(page);
    buf_text(page, "</section>\n");
    if (f->interviewer_count > count) {
        buf_join(page, "<p>", words[W_more_rows], NULL);
        buf_printf(page, ": %zu</p>\n", f->interviewer_count - count);
    }
    free(points);
}

/* A table of desk_field as rows of a page; the first thousand, the CSV has all. */
static bool put_field(struct writing *w, enum report_word output, enum field_table table,
                      struct err *err)
{
    struct buf first = {0}, page = {0};
    struct csv csv;
    size_t count = desk_field_count(&w->field, table);
    desk_field_part(&first, &w->field, table, 0, PART);
    bool ok = csv_parse(&csv, &w->arena, first.data, first.len, err);
    const char *name = arena_printf(&w->arena, "desk/R%02d-%s.csv", (int)(output - W_R01) + 1,
                                    field_table_names[table]);
    page_begin(&page, &w->about, w->about.words[output]);
    buf_join(&page, "<p>", w->about.words[W_desk_only], ". <a href=\"", strchr(name, '/') + 1,
             "\">", strchr(name, '/') + 1, "</a></p>\n", NULL);
    (output == W_R02 ? draw_quotas : draw_quality)(w, &page);
    for (size_t r = 0; ok && r < csv.count; r++) {
        if (r == 0) {
            page_rows_begin(&page, csv.rows[0].cells, csv.rows[0].count);
        } else {
            page_row(&page, csv.rows[r].cells, csv.rows[r].count);
        }
    }
    page_rows_end(&page);
    if (count > PART) {
        buf_join(&page, "<p>", w->about.words[W_more_rows], NULL);
        buf_printf(&page, ": %zu</p>\n", count - PART);
    }
    page_end(&page, &w->about, true);
    ok = ok && put_parts(w, name, table, err) &&
         put(w, arena_join(&w->arena, "desk/", page_name(w, output), NULL), &page, err);
    w->made[output - W_R01] = true;
    buf_fini(&first);
    buf_fini(&page);
    return ok;
}

/* What speaks of single interviewers goes into a folder of its own. */
static bool put_desk_pages(struct writing *w, struct err *err)
{
    if (!w->has_field) {
        return true;
    }
    bool ok = file_folder(arena_join(&w->arena, w->options->out, "/desk", NULL), 0700, err);
    if (ok && w->lists[LIST_QUOTAS].found) {
        ok = put_field(w, W_R02, FIELD_QUOTAS, err);
    }
    if (ok && w->lists[LIST_RULES].found) {
        ok = put_field(w, W_R26, FIELD_FINDINGS, err);
    }
    return ok;
}

static bool put_methods(struct writing *w, struct err *err)
{
    struct buf page = {0};
    if (w->made[W_R27 - W_R01]) { /* it stands with the tables of R27 */
        return true;
    }
    page_begin(&page, &w->about, w->about.words[W_R27]);
    buf_join(&page, "<p>", w->about.words[W_limits], "</p>\n", NULL);
    page_end(&page, &w->about, false);
    bool ok = put(w, page_name(w, W_R27), &page, err);
    w->made[W_R27 - W_R01] = true;
    buf_fini(&page);
    return ok;
}

static bool is_for_desk(size_t output)
{
    return output == W_R02 - W_R01 || output == W_R26 - W_R01;
}

static bool put_index(struct writing *w, struct err *err)
{
    struct buf page = {0};
    page_begin(&page, &w->about, w->about.words[W_report]);
    buf_text(&page, "<ul>\n");
    for (size_t i = 0; i < REPORT_OUTPUTS; i++) {
        if (w->made[i]) {
            buf_join(&page, "<li><a href=\"", is_for_desk(i) ? "desk/" : "",
                     page_name(w, (enum report_word)(W_R01 + (int)i)), "\">",
                     w->about.words[W_R01 + (int)i], "</a>", NULL);
            buf_join(&page, is_for_desk(i) ? " (" : "",
                     is_for_desk(i) ? w->about.words[W_desk_only] : "", is_for_desk(i) ? ")" : "",
                     "</li>\n", NULL);
        }
    }
    buf_join(&page, "</ul>\n<p>", w->about.words[W_no_records], ": ", NULL);
    for (size_t i = 0, n = 0; i < REPORT_OUTPUTS; i++) { /* said, not passed over */
        if (!w->made[i]) {
            buf_join(&page, n++ ? "; " : "", w->about.words[W_R01 + (int)i], NULL);
        }
    }
    buf_text(&page, ".</p>\n");
    page_end(&page, &w->about, false);
    bool ok = put(w, "index.html", &page, err);
    buf_fini(&page);
    return ok;
}

static void fill_about(struct writing *w)
{
    struct buf versions = {0};
    char day[40] = "";
    for (size_t v = 0; v < w->records.version_count; v++) {
        const struct form *form = w->records.versions[v].form;
        buf_join(&versions, versions.len ? "; " : "", form->id, " ", form->version, NULL);
    }
    if (w->last_ms) {
        clock_iso(day, sizeof day, w->last_ms, clock_zone_minutes(w->last_ms), false);
        day[10] = '\0';
    }
    w->about =
        (struct report_about){.language = w->options->language,
                              .words = report_words(w->options->language),
                              .versions = arena_text(&w->arena, versions.len ? versions.data : ""),
                              .until = arena_text(&w->arena, day),
                              .records = w->counts->base,
                              .tiles = w->lists[LIST_TILES].found ? &w->tiles : NULL,
                              .training = w->filter.training};
    buf_fini(&versions);
}

/* Whether a page or table of this name was written now. */
static bool is_new(const struct writing *w, const char *path)
{
    for (size_t i = 0; i < w->out.count; i++) {
        if (strcmp(w->out.paths[i], path) == 0) {
            return true;
        }
    }
    return false;
}

/* "R04-sex.csv", "R04.html" */
static bool is_ours(const char *name)
{
    return name[0] == 'R' && strspn(name + 1, "0123456789") == 2 && strlen(name) > 4;
}

struct public_folder {
    struct arena *arena;
    bool force;        /* tables that are there may be replaced */
    const char *other; /* what does not belong there; NULL: nothing yet */
};

static bool is_table(void *user, int dir, const char *name)
{
    struct public_folder *seen = user;
    size_t len = strlen(name);
    (void)dir;
    if (!seen->force || !is_ours(name) || strcmp(name + len - 4, ".csv") != 0) {
        seen->other = arena_text(seen->arena, name);
    }
    return !seen->other;
}

/* What goes to the public stands in a folder of its own: beside pages for the desk, or tables of
 * records, it would be handed on with them. */
static bool is_folder_for_tables(struct writing *w, struct err *err)
{
    struct public_folder seen = {.arena = &w->arena, .force = w->options->force};
    if (!w->options->tables || !file_exists(w->options->out)) {
        return true;
    }
    if (!file_each(w->options->out, is_table, &seen, err)) {
        return false;
    }
    if (seen.other) {
        err_set(err, ERR_INPUT, "%s: already holds '%s'; tables for the public stand alone",
                w->options->out, seen.other);
        return err_hint(err, "name an empty folder; --force replaces earlier tables of this kind");
    }
    return true;
}

/* With --force: what an earlier report left in a folder, and this one does not write.  Its numbers
 * would give away what is suppressed now. */
static bool remove_older(struct writing *w, const char *folder, struct err *err)
{
    static const char *const endings[] = {".csv", ".html"};
    bool ok = true;
    if (!w->options->force) {
        return true;
    }
    for (size_t e = 0; ok && e < sizeof endings / sizeof *endings && file_exists(folder); e++) {
        const char **names;
        size_t count;
        ok = file_list(&w->arena, &names, &count, folder, endings[e], err);
        for (size_t i = 0; ok && i < count; i++) {
            const char *path = arena_join(&w->arena, folder, "/", names[i], NULL);
            if (is_ours(names[i]) && !is_new(w, path)) {
                ok = file_remove(path, err);
            }
        }
    }
    return ok;
}

static bool put_pages(struct writing *w, struct err *err)
{
    return put_risks(w, err) && put_evidence(w, err) && put_quotes(w, err) &&
           put_desk_pages(w, err) && put_methods(w, err) && put_index(w, err);
}

static bool put_all(struct writing *w, struct err *err)
{
    const char *folder = w->options->out;
    fill_about(w);
    return is_folder_for_tables(w, err) && file_folder(folder, 0700, err) && put_tables(w, err) &&
           (w->options->tables || put_pages(w, err)) && remove_older(w, folder, err) &&
           remove_older(w, arena_join(&w->arena, folder, "/desk", NULL), err);
}

static void fini(struct writing *w)
{
    for (size_t i = 0; i < LISTS; i++) {
        buf_fini(&w->lists[i].bytes);
    }
    if (w->has_field) {
        desk_field_fini(&w->field);
    }
    report_counting_free(w->counting);
    report_risks_free(w->risks);
    report_quotes_free(w->quotes);
    desk_elements_fini(&w->elements);
    desk_codings_fini(&w->codings);
    desk_sources_fini(&w->sources);
    tally_fini(&w->seen);
    desk_reviews_fini(&w->reviews);
    desk_records_fini(&w->records);
    arena_fini(&w->arena);
}

/* What the log says of the openings. */
static const char *purpose(const struct report_options *options)
{
    return options->tables ? "export, public" : options->public ? "report, public" : "report";
}

bool report_write(struct desk *desk, const uint8_t identity[32],
                  const struct report_options *options, struct report_counts *counts,
                  struct err *err)
{
    struct writing w = {
        .desk = desk, .options = options, .counts = counts, .filter = options->filter};
    *counts = (struct report_counts){0};
    arena_init(&w.arena);
    desk_files_init(&w.out, &w.arena, options->out, options->force);
    bool ok = desk_records_init(&w.records, desk, identity, err);
    ok = desk_reviews_read(&w.reviews, desk, ok ? err : NULL) && ok;
    ok = desk_codings_read(&w.codings, desk, ok ? err : NULL) && ok;
    ok = desk_sources_read(&w.sources, desk, ok ? err : NULL) && ok &&
         desk_filter_prepare(&w.filter, &w.records, err) &&
         report_counting_new(&w.counting, &w.records, options->language, err) &&
         read_lists(&w, err) && desk_held(desk, &w.held, err) &&
         desk_objects(desk, open_object, &w, err);
    tally_fini(&w.seen); /* the field's reading has its own */
    ok = desk_records_log(&w.records, purpose(options), options->why, ok ? err : NULL) && ok &&
         read_field(&w, identity, err) && put_all(&w, err);
    ok = desk_files_end(&w.out, ok, ok ? err : NULL) && ok;
    fini(&w);
    return ok;
}
