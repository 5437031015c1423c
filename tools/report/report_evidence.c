/* SPDX-License-Identifier: Apache-2.0 */
/* Puts what people answered beside what experts rated. */
#include "tools/report/report_evidence.h"

#include <stdio.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"

/* ---- tables ---- */

static const struct report_output *output_of(const struct evidence *e, const char *question)
{
    for (size_t i = 0; i < e->count; i++) {
        if (strcmp(e->outputs[i].question, question) == 0) {
            return &e->outputs[i];
        }
    }
    return NULL;
}

/* " / 48": of all who answered, or of all who were asked, where that would give the others away;
 * of items, of those that the row is about. */
static void put_base(struct buf *out, const struct report_table *t, size_t row)
{
    size_t all = t->items ? row : t->rows;
    if (t->alone) {
        return;
    }
    buf_text(out, " / ");
    if (t->has_missing && !t->items && report_state(t, all, t->columns) == COUNT_SHOWN &&
        report_state(t, t->rows - 1, t->columns) == COUNT_SHOWN) {
        buf_printf(out, "%u",
                   *report_count(t, all, t->columns) - *report_count(t, t->rows - 1, t->columns));
    } else {
        page_count(out, t, all, t->columns);
    }
}

static bool is_wanted(const char *values, const char *value)
{
    return !*values || text_has_word(values, value);
}

static void put_row(struct buf *out, const struct report_table *t, size_t row)
{
    buf_text(out, "<li>");
    page_text(out, t->row_labels[row]);
    buf_text(out, ": ");
    if (t->items && !t->alone) { /* a scale: each answer */
        for (size_t c = 0; c < t->columns; c++) {
            buf_text(out, c ? ", " : "");
            page_text(out, t->column_labels[c]);
            buf_char(out, ' ');
            page_count(out, t, row, c);
        }
    } else {
        page_count(out, t, row, t->columns);
        put_base(out, t, row);
    }
    buf_text(out, "</li>\n");
}

/* The rows of a table that stand beside something; false: nobody was asked. */
static bool put_rows(struct buf *out, const struct evidence *e, const char *question,
                     const char *values)
{
    const struct report_output *o = output_of(e, question);
    const struct report_table *t = o ? &o->table : NULL;
    if (!t) {
        return false;
    }
    buf_text(out, "<p>");
    page_text(out, t->rows_head);
    buf_printf(out, " (<a href=\"R%02d.html\">R%02d</a>)", (int)(o->output - W_R01) + 1,
               (int)(o->output - W_R01) + 1);
    if (t->dropped) {
        buf_join(out, ": ", e->about->words[W_dropped], "</p>\n", NULL);
        return true;
    }
    buf_text(out, "</p>\n<ul>\n");
    for (size_t r = 0; r < t->rows; r++) {
        if (is_wanted(values, t->row_values[r]) && *t->row_values[r]) {
            put_row(out, t, r);
        }
    }
    buf_text(out, "</ul>\n");
    return true;
}

/* The tables that belong to a page alone. */
static void put_tables(struct buf *out, const struct evidence *e, enum report_word output)
{
    for (size_t i = 0; i < e->count; i++) {
        if (e->outputs[i].output == output) {
            page_table(out, e->about, &e->outputs[i].table);
        }
    }
}

/* ---- R21 ---- */

/* What stands beside a risk: INSTRUMENTS 8.3. */
static const struct {
    const char *risk, *question;
    const char *values; /* only these answers; "": all */
} beside[] = {
    {"c1_no_dialogue", "hs_first", ""},
    {"c1_no_dialogue", "rt_self", ""},
    {"c1_no_dialogue", "rt_where", ""},
    {"c1_low_trust", "trust_", ""},
    {"c1_abuse_informal", "ab_abr_who", "intermed driver"},
    {"c1_abuse_informal", "doc_held", ""},
    {"c2_few_legal_jobs", "job_agree", ""},
    {"c2_few_legal_jobs", "job_reg", ""},
    {"c2_no_services", "integ_use", ""},
    {"c2_no_services", "lang_ru", ""},
    {"c2_youth", "v_groups", "G5"},
    {"c3_failed_reint", "stg_now", ""},
    {"c3_failed_reint", "ret_money", ""},
    {"c3_failed_reint", "inc_chg", ""},
    {"c3_need_support", "@factors", "110 101 011 111"},
    {"c3_women", "v_groups", "G2 G6"},
    {"c4_injustice", "fair_abr", ""},
    {"c4_no_agreements", "ban_try_res", ""},
};
/* Nobody was asked about these, on purpose: the question would harm. */
static const char *const unasked[] = {"c1_manipulation", "c2_susceptible", "c2_despair"};

static bool is_unasked(const char *risk)
{
    for (size_t i = 0; i < sizeof unasked / sizeof *unasked; i++) {
        if (strcmp(unasked[i], risk) == 0) {
            return true;
        }
    }
    return false;
}

static bool put_risk(struct buf *out, const struct evidence *e, const struct risk_head *risk)
{
    bool any = false;
    buf_text(out, "<section><h2>");
    page_text(out, risk->label);
    buf_text(out, "</h2>\n");
    report_risks_say(out, e->risks, e->about, risk->code);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        any = (strcmp(beside[i].risk, risk->code) == 0 &&
               put_rows(out, e, beside[i].question, beside[i].values)) ||
              any;
    }
    if (!any) {
        buf_join(out, "<p>", e->about->words[is_unasked(risk->code) ? W_unasked : W_no_evidence],
                 "</p>\n", NULL);
    }
    buf_text(out, "</section>\n");
    return any;
}

bool report_evidence_page(struct buf *out, const struct evidence *e)
{
    bool any = false;
    struct buf body = {0};
    for (size_t i = 0; e->risks && i < report_risks_count(e->risks); i++) {
        const struct risk_head risk = report_risk(e->risks, i);
        any = put_risk(&body, e, &risk) || any;
    }
    if (any) {
        page_begin(out, e->about, e->about->words[W_R21]);
        buf_join(out, "<p>", e->about->words[W_described], "</p>\n", NULL);
        buf_add(out, body.data, body.len);
        put_tables(out, e, W_R21);
        page_end(out, e->about, false);
    }
    buf_fini(&body);
    return any;
}

/* ---- R20 ---- */

static const char *wanted_of(const struct evidence *e, const char *code)
{
    size_t name = e->wanted ? desk_list_column(e->wanted, "element") : SIZE_MAX;
    for (size_t r = 1; e->wanted && r < e->wanted->count; r++) {
        if (strcmp(desk_list_cell(e->wanted, r, name), code) == 0) {
            return desk_list_cell(e->wanted, r, desk_list_label(e->wanted, e->about->language));
        }
    }
    return "";
}

/* "Coded: 12 of 30" for one row of a table; nothing if nobody was asked. */
static void put_one(struct buf *out, const struct evidence *e, enum report_word what,
                    const char *question, const char *value)
{
    const struct report_output *o = output_of(e, question);
    if (o && o->table.dropped) {
        buf_join(out, "<li>", e->about->words[what], ": ", e->about->words[W_dropped], "</li>\n",
                 NULL);
        return;
    }
    for (size_t r = 0; o && r < o->table.rows; r++) {
        if (strcmp(o->table.row_values[r], value) == 0) {
            buf_join(out, "<li>", e->about->words[what], ": ", NULL);
            page_count(out, &o->table, r, o->table.columns);
            put_base(out, &o->table, r);
            buf_text(out, "</li>\n");
        }
    }
}

/* Whether so many are coded with it that their number is printed: else quotes would tell that there
 * is somebody. */
static bool is_coded_by_enough(const struct evidence *e, const char *code)
{
    const struct report_output *o = output_of(e, "@coded");
    for (size_t r = 0; o && r < o->table.rows; r++) {
        if (strcmp(o->table.row_values[r], code) == 0) {
            return report_state(&o->table, r, o->table.columns) == COUNT_SHOWN;
        }
    }
    return false;
}

static void put_element(struct buf *out, const struct evidence *e, size_t row,
                        const char *component)
{
    enum { QUOTES = 2 };
    const char *code = desk_element_code(e->elements, row), *wanted = wanted_of(e, code);
    char entry[8];
    buf_text(out, "<h3>");
    page_text(out, desk_element_label(e->elements, row, e->about->language));
    buf_text(out, "</h3>\n");
    if (*wanted) {
        buf_join(out, "<p><b>", e->about->words[W_wanted], ":</b> ", NULL);
        page_text(out, wanted);
        buf_text(out, "</p>\n");
    }
    buf_text(out, "<ul>\n");
    put_one(out, e, W_coded, "@coded", code);
    put_one(out, e, W_in_topics, "tp_codes", code);
    snprintf(entry, sizeof entry, "ent_%.1s", component);
    put_one(out, e, W_entry_point, entry, code);
    buf_text(out, "</ul>\n");
    if (e->quotes && is_coded_by_enough(e, code)) {
        report_quotes_some(out, e->quotes, code, QUOTES);
    }
}

static void put_component(struct buf *out, const struct evidence *e, const char *component)
{
    size_t column = desk_list_column(&e->elements->csv, "comp");
    buf_join(out, "<section><h2>", e->about->words[W_component], " ", component, "</h2>\n", NULL);
    for (size_t r = 1; r < e->elements->csv.count; r++) {
        if (strcmp(desk_list_cell(&e->elements->csv, r, column), component) == 0) {
            put_element(out, e, r, component);
        }
    }
    buf_join(out, "<h3>", e->about->words[W_risks], "</h3>\n<ul>\n", NULL);
    for (size_t i = 0; e->risks && i < report_risks_count(e->risks); i++) {
        const struct risk_head risk = report_risk(e->risks, i);
        if (strcmp(risk.component, component) == 0) {
            buf_text(out, "<li>");
            page_text(out, risk.label);
            report_risks_say(out, e->risks, e->about, risk.code);
            buf_text(out, "</li>\n");
        }
    }
    buf_text(out, "</ul>\n<ul>\n");
    put_one(out, e, W_practices, "bp_comp", component);
    buf_text(out, "</ul>\n</section>\n");
}

bool report_elements_page(struct buf *out, const struct evidence *e)
{
    static const char *const components[] = {"1", "2", "3", "4"};
    if (!e->elements || !(output_of(e, "@coded") || output_of(e, "ent_1"))) {
        return false;
    }
    page_begin(out, e->about, e->about->words[W_R20]);
    buf_join(out, "<p>", e->about->words[W_described], "</p>\n", NULL);
    for (size_t i = 0; i < sizeof components / sizeof *components; i++) {
        put_component(out, e, components[i]);
    }
    put_tables(out, e, W_R20);
    page_end(out, e->about, false);
    return true;
}
