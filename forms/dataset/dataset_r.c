/* SPDX-License-Identifier: Apache-2.0 */
/* R: CSV with the names of the variables, and for each form a script that reads it into labelled
 * data frames with base R alone.  docs/TABLES.md says what the columns become. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"

/* ---- the tables ---- */

static bool begin(struct dataset_sheet *sheet, struct err *err)
{
    struct variables *v = mem_zero(1, sizeof *v);
    sheet->state = v;
    (void)err;
    variables_new(v, sheet->write->dataset, sheet->table, sheet->write->look.labels, 0);
    for (size_t i = 0; i < v->count; i++) {
        csv_cell(sheet->out, v->list[i].name, i == 0);
    }
    csv_end(sheet->out);
    return true;
}

/* A cell as the script expects it.  Codes stay codes: the script has their labels. */
static const char *cell(const struct variables *v, const struct variable *x,
                        struct dataset_reader *r, const struct dataset_row *row)
{
    enum { ROOM = 40, MS = 1000 };
    char *text = arena_alloc(&r->arena, ROOM);
    double number;
    char missing;
    bool answer = !x->about && x->kind != VARIABLE_FLAG;
    const char *raw = answer ? dataset_cell(r, x->column) : "";
    if (x->kind == VARIABLE_TEXT) {
        return variable_text(v, x, r, row);
    }
    if (map_get(&x->by_code, raw)) {
        return raw;
    }
    enum dataset_type type =
        answer ? dataset_table(v->dataset, v->table)->columns[x->column].type : DATASET_TEXT;
    if (type == DATASET_INT || type == DATASET_DECIMAL) {
        return raw; /* all digits: R rounds, not we */
    }
    if (!variable_number(x, r, &number, &missing)) {
        return x->kind == VARIABLE_NUMBER ? raw : ""; /* a code that is in no list */
    }
    if (x->kind == VARIABLE_DATE || x->kind == VARIABLE_MOMENT) {
        int64_t ms = (int64_t)(x->kind == VARIABLE_DATE ? number * 86400 : number) * MS;
        clock_iso(text, ROOM, ms, 0, true);
        text[x->kind == VARIABLE_DATE ? strlen("2026-11-24") : strlen("2026-11-24T10:00:00")] =
            '\0';
        return text;
    }
    if (answer && x->kind == VARIABLE_TIME) {
        return raw;
    }
    snprintf(text, ROOM, "%.15g", number);
    return text;
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *r,
                    const struct dataset_row *row, struct err *err)
{
    const struct variables *v = sheet->state;
    (void)err;
    for (size_t i = 0; i < v->count; i++) {
        csv_cell(sheet->out, cell(v, &v->list[i], r, row), i == 0);
    }
    csv_end(sheet->out);
    return true;
}

static bool end(struct dataset_sheet *sheet, bool ok, struct err *err)
{
    (void)err;
    if (sheet->state) {
        variables_free(sheet->state);
        free(sheet->state);
        sheet->state = NULL;
    }
    return ok;
}

/* ---- the script ---- */

/* A text of R.  Bytes beyond ASCII stay as they are: the script is UTF-8. */
static void put_string(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            buf_char(out, '\\');
            buf_char(out, *c);
        } else if ((unsigned char)*c < ' ') {
            buf_printf(out, "\\x%02x", (unsigned char)*c);
        } else {
            buf_char(out, *c);
        }
    }
    buf_char(out, '"');
}

static void put_strings(struct buf *out, const struct variable *x, bool labels, bool missing)
{
    bool first = true;
    buf_text(out, "c(");
    for (size_t i = 0; i < x->value_count; i++) {
        const struct variable_value *v = &x->values[i];
        if ((v->missing != 0) == missing) {
            buf_text(out, first ? "" : ", ");
            put_string(out, labels ? v->label : v->code);
            first = false;
        }
    }
    buf_text(out, ")");
}

/* The function that turns a column of texts into its kind. */
static const char *reader_of(const struct variable *x, bool choice)
{
    static const char *const readers[] = {
        [VARIABLE_TEXT] = "text", [VARIABLE_NUMBER] = "number", [VARIABLE_DATE] = "day",
        [VARIABLE_TIME] = "text", [VARIABLE_MOMENT] = "moment", [VARIABLE_FLAG] = "flag"};
    return choice ? "choice" : readers[x->kind];
}

static void put_variable(struct buf *out, const struct variable *x, const struct dataset_table *t)
{
    bool choice = !x->about && t->columns[x->column].type == DATASET_CHOICE;
    buf_printf(out, "  d[[\"%s\"]] <- %s(d[[\"%s\"]], ", x->name, reader_of(x, choice), x->name);
    put_string(out, x->label);
    if (choice) {
        buf_text(out, ",\n    ");
        put_strings(out, x, false, false);
        buf_text(out, ",\n    ");
        put_strings(out, x, true, false);
    }
    buf_text(out, ")\n");
}

static const char functions[] =
    "# Reads the tables of this folder into data frames.  In R, in this folder:\n"
    "#   source(\"%s.R\", encoding = \"UTF-8\")\n"
    "#\n"
    "# A column has its question as attr(x, \"label\").  One answer of a list is a factor; its "
    "codes\n"
    "# are attr(x, \"codes\").  Don't know, refused and not applicable are NA; which of them it "
    "was\n"
    "# stands in attr(x, \"missing\").  Moments are what the clock at the place showed.\n"
    "local({\n"
    "missing_codes <- c(\"dk\", \"refused\", \"na\", \"-98\", \"-99\", \"-97\")\n"
    "missing_names <- c(\"dk\", \"refused\", \"na\", \"dk\", \"refused\", \"na\")\n"
    "labelled <- function(x, label, missing = NULL) {\n"
    "  if (nzchar(label)) attr(x, \"label\") <- label\n"
    "  if (!is.null(missing) && !all(is.na(missing))) attr(x, \"missing\") <- missing\n"
    "  x\n"
    "}\n"
    "kind_of <- function(x) missing_names[match(x, missing_codes)]\n"
    "text <- function(x, label) labelled(x, label)\n"
    "number <- function(x, label) {\n"
    "  kind <- kind_of(x)\n"
    "  labelled(as.numeric(ifelse(is.na(kind), x, NA)), label, kind)\n"
    "}\n"
    "day <- function(x, label) labelled(as.Date(x), label)\n"
    "moment <- function(x, label)\n"
    "  labelled(as.POSIXct(x, format = \"%%Y-%%m-%%dT%%H:%%M:%%S\", tz = \"UTC\"), label)\n"
    "flag <- function(x, label) labelled(as.integer(x), label)\n"
    "choice <- function(x, label, codes, labels) {\n"
    "  kind <- kind_of(x)\n"
    "  kind[x %%in%% codes] <- NA\n"
    "  twice <- labels %%in%% labels[duplicated(labels)]\n"
    "  labels[twice] <- paste0(labels[twice], \" (\", codes[twice], \")\")\n"
    "  unknown <- setdiff(x[is.na(kind)], c(codes, NA))\n"
    "  f <- factor(ifelse(is.na(kind), x, NA), c(codes, unknown), c(labels, unknown))\n"
    "  attr(f, \"codes\") <- c(codes, unknown)\n"
    "  labelled(f, label, kind)\n"
    "}\n"
    "read <- function(file)\n"
    "  read.csv(file, colClasses = \"character\", na.strings = \"\", encoding = \"UTF-8\",\n"
    "           check.names = FALSE)\n"
    "\n";

static void script(struct buf *out, const struct dataset_write *write, const char *const *files)
{
    const struct dataset *d = write->dataset;
    buf_printf(out, functions, dataset_table(d, 0)->name);
    for (size_t t = 0; t < dataset_tables(d); t++) {
        const struct dataset_table *table = dataset_table(d, t);
        struct variables v;
        variables_new(&v, write->dataset, t, write->look.labels, 0);
        buf_text(out, "d <- read(");
        put_string(out, files[t]);
        buf_text(out, ")\n");
        for (size_t i = 0; i < v.count; i++) {
            put_variable(out, &v.list[i], table);
        }
        buf_text(out, "assign(");
        put_string(out, table->name);
        buf_text(out, ", d, envir = globalenv())\n\n");
        variables_free(&v);
    }
    buf_text(out, "})\n");
}

const struct dataset_writer dataset_r = {.name = "r",
                                         .ending = ".csv",
                                         .scans = true,
                                         .variables = true,
                                         .codes = true,
                                         .begin = begin,
                                         .row = add_row,
                                         .end = end,
                                         .script = script,
                                         .script_ending = ".R"};
