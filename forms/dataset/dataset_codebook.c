/* SPDX-License-Identifier: Apache-2.0 */
/* Codebooks: one row a column, as CSV, JSON and HTML. */
#include "forms/dataset/dataset_codebook.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "platform/machine/csv.h"
#include "platform/machine/json.h"
#include "platform/machine/xml.h"

const char *const codebook_endings[] = {
    [CODEBOOK_CSV] = ".csv", [CODEBOOK_JSON] = ".json", [CODEBOOK_HTML] = ".html"};
static_assert(sizeof codebook_endings / sizeof *codebook_endings == CODEBOOK_FORMATS,
              "an ending for each format");

/* ---- one column ---- */

struct entry {
    const char *file, *column, *type, *path, *label;
    const struct variable_value *values;
    size_t value_count;
    bool numbers; /* the values stand as numbers, not as codes */
    bool tags;    /* missing ones stand as .a .b .c */
};

static const char *const types[] = {
    [VARIABLE_TEXT] = "text", [VARIABLE_NUMBER] = "number",    [VARIABLE_DATE] = "date",
    [VARIABLE_TIME] = "time", [VARIABLE_MOMENT] = "date-time", [VARIABLE_FLAG] = "0 or 1"};

/* "4=Много; 1=Мало"; with codes that are numbers only in the file: "1=Ош (osh)". */
static void put_values(struct buf *out, const struct entry *e)
{
    for (size_t i = 0; i < e->value_count; i++) {
        const struct variable_value *v = &e->values[i];
        char number[32];
        if (e->tags && v->missing) {
            snprintf(number, sizeof number, ".%c", v->missing);
        } else {
            snprintf(number, sizeof number, "%.15g", v->number);
        }
        const char *shown = e->numbers ? number : v->code;
        buf_join(out, i ? "; " : "", shown, "=", v->label, NULL);
        if (strcmp(shown, v->code) != 0) {
            buf_join(out, " (", v->code, ")", NULL);
        }
    }
}

static void put_csv(struct buf *out, const struct entry *e, bool first)
{
    struct buf values = {0};
    (void)first;
    put_values(&values, e);
    csv_cell(out, e->file, true);
    csv_cell(out, e->column, false);
    csv_cell(out, e->type, false);
    csv_cell(out, e->path, false);
    csv_cell(out, e->label, false);
    csv_cell(out, values.data ? values.data : "", false);
    csv_end(out);
    buf_fini(&values);
}

static void put_json(struct buf *out, const struct entry *e, bool first)
{
    const char *const names[] = {"file", "column", "type", "path", "label"};
    const char *const texts[] = {e->file, e->column, e->type, e->path, e->label};
    buf_text(out, first ? "\n  {" : ",\n  {");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        buf_join(out, i ? ", \"" : "\"", names[i], "\": ", NULL);
        json_put_text(out, texts[i]);
    }
    buf_text(out, ", \"values\": [");
    for (size_t i = 0; i < e->value_count; i++) {
        const struct variable_value *v = &e->values[i];
        buf_text(out, i ? ", {\"code\": " : "{\"code\": ");
        json_put_text(out, v->code);
        if (e->tags && v->missing) {
            buf_printf(out, ", \"tag\": \".%c\"", v->missing);
        } else if (e->numbers) {
            buf_printf(out, ", \"number\": %.15g", v->number);
        }
        buf_text(out, ", \"label\": ");
        json_put_text(out, v->label);
        buf_text(out, v->missing ? ", \"missing\": true}" : "}");
    }
    buf_text(out, "]}");
}

static void put_html(struct buf *out, const struct entry *e, bool first)
{
    struct buf values = {0};
    const char *texts[] = {e->file, e->column, e->type, e->path, e->label, NULL};
    (void)first;
    put_values(&values, e);
    texts[5] = values.data ? values.data : "";
    buf_text(out, "<tr>");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_text(out, "<td>");
        xml_put_text(out, texts[i]);
        buf_text(out, "</td>");
    }
    buf_text(out, "</tr>\n");
    buf_fini(&values);
}

static const struct {
    const char *before, *after;
    void (*put)(struct buf *out, const struct entry *e, bool first);
} formats[] = {
    [CODEBOOK_CSV] = {"file,column,type,path,label,values\n", "", put_csv},
    [CODEBOOK_JSON] = {"[", "\n]\n", put_json},
    [CODEBOOK_HTML] =
        {"<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Codebook</title>"
         "<style>body{font:15px/1.4 \"PT Sans\",\"Noto Sans\",sans-serif}"
         "table{border-collapse:collapse}td,th{border:1px solid #999;padding:2px 6px;"
         "text-align:left;vertical-align:top}</style></head><body><table>\n"
         "<tr><th>file</th><th>column</th><th>type</th><th>path</th><th>label</th>"
         "<th>values</th></tr>\n",
         "</table></body></html>\n", put_html},
};
static_assert(sizeof formats / sizeof *formats == CODEBOOK_FORMATS, "how each format is written");

/* ---- columns, as a writer names them ---- */

struct putting {
    struct buf *out;
    enum codebook_format format;
    bool first;
};

static void put(struct putting *p, const struct entry *e)
{
    formats[p->format].put(p->out, e, p->first);
    p->first = false;
}

/* sav, dta and r: the variables themselves. */
static void put_variables(struct putting *p, const struct variables *v, const char *file,
                          const struct dataset_writer *writer)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *x = &v->list[i];
        put(p, &(struct entry){file, x->name, types[x->kind], x->path, x->label, x->values,
                               x->value_count, !writer->codes, writer->tags});
    }
}

struct csv_putting {
    struct putting *p;
    const struct dataset_write *write;
    const struct dataset_table *table;
    const char *file;
    struct variables variables;
    size_t next; /* the variable of the column that was put last */
};

/* A column's variable: both stand in the same order. */
static const struct variable *variable_of(struct csv_putting *c,
                                          const struct dataset_column *column)
{
    size_t at = (size_t)(column - c->table->columns);
    const struct variables *v = &c->variables;
    while (c->next < v->count && (v->list[c->next].about || v->list[c->next].column < at)) {
        c->next++;
    }
    return c->next < v->count && v->list[c->next].column == at ? &v->list[c->next] : NULL;
}

/* The codes of a list of several answers, with their labels.  The caller frees the array. */
static struct variable_value *values_of(const struct dataset_write *w,
                                        const struct dataset_column *column, size_t *count)
{
    const char *const *codes;
    *count = dataset_codes(w->dataset, column, &codes);
    struct variable_value *values = mem_grow(NULL, *count + 1, sizeof *values);
    for (size_t i = 0; i < *count; i++) {
        values[i] = (struct variable_value){
            .code = codes[i],
            .label = dataset_code_label(w->dataset, column, codes[i], w->look.labels),
            .missing = variable_missing(codes[i])};
    }
    return values;
}

static void put_csv_column(void *user, const struct dataset_csv_column *head)
{
    struct csv_putting *c = user;
    const struct dataset_column *column = head->column;
    struct entry e = {c->file, head->name, dataset_type_name(head->type), "", "", NULL, 0,
                      false,   false};
    struct variable_value *several = NULL;
    struct buf label = {0};
    if (column) {
        e.path = column->path;
        e.label = dataset_column_label(c->write->dataset, column, c->write->look.labels);
    }
    if (head->code) {
        buf_join(&label, e.label, ": ",
                 dataset_code_label(c->write->dataset, column, head->code, c->write->look.labels),
                 NULL);
        e.label = label.data;
        e.type = types[VARIABLE_FLAG];
    } else if (head->type == DATASET_CHOICES || head->type == DATASET_ORDER) {
        e.values = several = values_of(c->write, column, &e.value_count);
    } else if (column && !head->labels) {
        const struct variable *x = variable_of(c, column);
        e.values = x ? x->values : NULL;
        e.value_count = x ? x->value_count : 0;
        e.numbers = head->type != DATASET_CHOICE;
    }
    put(c->p, &e);
    buf_fini(&label);
    free(several);
}

void dataset_codebook(struct buf *out, const struct dataset_write *write,
                      const struct dataset_writer *writer, const char *const *files,
                      enum codebook_format format)
{
    assert(format < CODEBOOK_FORMATS);
    struct putting p = {out, format, true};
    buf_text(out, format == CODEBOOK_CSV && write->look.excel ? "\xEF\xBB\xBF" : "");
    buf_text(out, formats[format].before);
    for (size_t t = 0; t < dataset_tables(write->dataset); t++) {
        struct csv_putting csv = {
            .p = &p, .write = write, .table = dataset_table(write->dataset, t), .file = files[t]};
        variables_new(&csv.variables, write->dataset, t, write->look.labels, writer->text_max);
        if (writer->variables) {
            put_variables(&p, &csv.variables, files[t], writer);
        } else {
            dataset_csv_columns(write, t, put_csv_column, &csv);
        }
        variables_free(&csv.variables);
    }
    buf_text(out, formats[format].after);
}
