/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL: rows as COPY takes them, and for each form a script for psql that makes typed tables
 * of them.  docs/TABLES.md says what the columns become. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"
#include "platform/machine/clock.h"
#include "platform/machine/json.h"

/* No variable begins with '_'. */
#define MISSING "_missing"

enum { COLUMNS_MAX = 1600 }; /* MISSING among them */

static const char *missing_name(char missing)
{
    return missing == 'a' ? "dk" : missing == 'b' ? "refused" : "na";
}

static enum dataset_type type_of(const struct variables *v, const struct variable *x)
{
    return x->about || x->kind == VARIABLE_FLAG
               ? DATASET_TEXT
               : dataset_table(v->dataset, v->table)->columns[x->column].type;
}

/* ---- rows ---- */

/* A text as COPY takes it. */
static void put_copied(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        static const char plain[] = "\\\n\r\t", escaped[] = "\\nrt";
        const char *special = strchr(plain, *c);
        if (special) {
            buf_char(out, '\\');
            buf_char(out, escaped[special - plain]);
        } else {
            buf_char(out, *c);
        }
    }
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789+-.eE") == strlen(text);
}

/* A date, a time or a moment. */
static void put_clock(char *out, size_t room, enum variable_kind kind, double number)
{
    enum { MS = 1000, DAY = 86400, MINUTE = 60, HOUR = 3600 };
    if (kind == VARIABLE_TIME) {
        unsigned ms = (unsigned)(number * MS + 0.5), s = ms / MS;
        snprintf(out, room, "%02u:%02u:%02u.%03u", s / HOUR, s / MINUTE % MINUTE, s % MINUTE,
                 ms % MS);
        return;
    }
    int64_t ms = (int64_t)((kind == VARIABLE_DATE ? number * DAY : number) * MS);
    clock_iso(out, room, ms, 0, true);
    out[kind == VARIABLE_DATE ? strlen("2026-11-24") : strlen("2026-11-24T10:00:00")] = '\0';
}

/* The cell; NULL: none.  *why: then the kind of the missing answer, or what stands there instead,
 * "withdrawn"; or NULL: it was not asked or not answered. */
static const char *cell(const struct variables *v, const struct variable *x,
                        struct dataset_reader *r, const struct dataset_row *row, const char **why)
{
    enum { ROOM = 40 };
    enum dataset_type type = type_of(v, x);
    bool answer = !x->about && x->kind != VARIABLE_FLAG;
    const char *raw = answer ? dataset_cell(r, x->column) : "";
    char *text = arena_alloc(&r->arena, ROOM);
    double number;
    char missing;
    *why = NULL;
    if (x->kind == VARIABLE_TEXT) {
        raw = variable_text(v, x, r, row);
        return *raw ? raw : NULL;
    }
    const struct variable_value *value = map_get(&x->by_code, raw);
    if (value && value->missing) {
        *why = missing_name(value->missing);
        return NULL;
    }
    if (type == DATASET_CHOICE) {
        return *raw ? raw : NULL;
    }
    if (!variable_number(x, r, &number, &missing)) {
        *why = missing ? missing_name(missing) : *raw ? raw : NULL;
        return NULL;
    }
    if (type == DATASET_INT || type == DATASET_DECIMAL) { /* all digits: numeric is exact */
        *why = is_number(raw) ? NULL : raw;
        return is_number(raw) ? raw : NULL;
    }
    if (x->kind == VARIABLE_NUMBER) {
        snprintf(text, ROOM, "%.15g", number);
    } else if (x->kind == VARIABLE_FLAG) {
        snprintf(text, ROOM, "%s", number != 0 ? "t" : "f");
    } else {
        put_clock(text, ROOM, x->kind, number);
    }
    return text;
}

static bool begin(struct dataset_sheet *sheet, struct err *err)
{
    struct variables *v = mem_zero(1, sizeof *v);
    sheet->state = v;
    variables_new(v, sheet->write->dataset, sheet->table, sheet->write->look.labels, 0);
    if (v->count < COLUMNS_MAX) {
        return true;
    }
    err_set(err, ERR_LIMIT, "the table %s has %zu columns; PostgreSQL takes %d at most",
            dataset_table(sheet->write->dataset, sheet->table)->name, v->count + 1, COLUMNS_MAX);
    return err_hint(err, "export it as csv");
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *r,
                    const struct dataset_row *row, struct err *err)
{
    const struct variables *v = sheet->state;
    struct buf missing = {0};
    (void)err;
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *x = &v->list[i];
        const char *why, *text = cell(v, x, r, row, &why);
        if (text) {
            put_copied(sheet->out, text);
        } else {
            buf_text(sheet->out, "\\N");
        }
        buf_char(sheet->out, '\t');
        if (why) {
            buf_text(&missing, missing.len ? ", " : "{");
            json_put_text(&missing, x->name);
            buf_text(&missing, ": ");
            json_put_text(&missing, why);
        }
    }
    if (missing.len) {
        buf_char(&missing, '}');
        buf_add(&missing, "", 0);
        put_copied(sheet->out, missing.data);
    } else {
        buf_text(sheet->out, "\\N");
    }
    buf_char(sheet->out, '\n');
    buf_fini(&missing);
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

static void put_quoted(struct buf *out, const char *text, char quote)
{
    buf_char(out, quote);
    for (const char *c = text; *c; c++) {
        if (*c == quote) {
            buf_char(out, quote);
        }
        buf_char(out, *c);
    }
    buf_char(out, quote);
}

/* A table's name: the dataset's, cut to what PostgreSQL takes.  Cut ones are numbered. */
static void put_table(struct buf *out, const struct dataset *d, size_t t, const char *end)
{
    enum { NAME_MAX_BYTES = 63, ROOM = 40 };
    const char *name = dataset_table(d, t)->name;
    struct buf whole = {0};
    size_t len = strlen(name);
    if (len + strlen(end) > NAME_MAX_BYTES) {
        buf_add(&whole, name, variable_letters(name, len, NAME_MAX_BYTES - ROOM));
        buf_printf(&whole, "~%zu", t + 1);
    } else {
        buf_text(&whole, name);
    }
    buf_text(&whole, end);
    put_quoted(out, whole.data, '"');
    buf_fini(&whole);
}

static const char *sql_type(const struct variables *v, const struct variable *x)
{
    static const char *const types[] = {
        [VARIABLE_TEXT] = "text", [VARIABLE_NUMBER] = "numeric",   [VARIABLE_DATE] = "date",
        [VARIABLE_TIME] = "time", [VARIABLE_MOMENT] = "timestamp", [VARIABLE_FLAG] = "boolean"};
    return type_of(v, x) == DATASET_CHOICE ? "text" : types[x->kind];
}

/* The table whose rows have the entries of table `t` in them. */
static size_t parent_of(const struct dataset *d, size_t t)
{
    const char *path = dataset_table(d, t)->repeat;
    size_t best = 0, longest = 0;
    for (size_t u = 1; u < dataset_tables(d); u++) {
        const char *around = dataset_table(d, u)->repeat;
        size_t len = strlen(around);
        if (u != t && len > longest && strncmp(path, around, len) == 0 && path[len] == '/') {
            best = u;
            longest = len;
        }
    }
    return best;
}

static const char *key_name(struct arena *arena, const struct dataset_write *write, size_t t)
{
    struct variables v;
    const char *name = NULL;
    variables_new(&v, write->dataset, t, write->look.labels, 0);
    for (size_t i = 0; i < v.count; i++) {
        if (v.list[i].about == ABOUT_KEY) {
            name = arena_text(arena, v.list[i].name);
        }
    }
    variables_free(&v);
    assert(name);
    return name;
}

/* A table's columns, each with `before` and `after` it, joined by commas. */
static void put_columns(struct buf *out, const struct variables *v, const char *before,
                        const char *after)
{
    for (size_t i = 0; i <= v->count; i++) {
        buf_join(out, i ? ", " : "", before, NULL);
        put_quoted(out, i < v->count ? v->list[i].name : MISSING, '"');
        buf_text(out, after);
    }
}

static void put_key(struct buf *out, struct arena *arena, const struct dataset_write *write,
                    size_t t)
{
    put_quoted(out, key_name(arena, write, t), '"');
}

static const char *column_type(const struct variables *v, size_t i)
{
    return i < v->count ? sql_type(v, &v->list[i]) : "jsonb";
}

/* Inside a format between single quotes. */
static void put_escaped(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'' || *c == '%') {
            buf_char(out, *c);
        }
        buf_char(out, *c);
    }
}

/* The comment of all tables of the form, by which a later export finds them. */
static void put_rows_of(struct buf *out, const struct dataset *d)
{
    struct buf text = {0};
    buf_join(&text, "rows of ", dataset_table(d, 0)->name, NULL);
    put_quoted(out, text.data, '\'');
    buf_fini(&text);
}

/* The table, unless it is there; and columns that later versions of the form brought. */
static void create(struct buf *out, const struct dataset_write *write, const struct variables *v)
{
    const struct dataset *d = write->dataset;
    buf_text(out, "CREATE TABLE IF NOT EXISTS ");
    put_table(out, d, v->table, "");
    buf_text(out, " (\n");
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *x = &v->list[i];
        buf_text(out, "  ");
        put_quoted(out, x->name, '"');
        buf_join(out, " ", sql_type(v, x), NULL);
        buf_text(out, x->about == ABOUT_PARENT ? " NOT NULL" : "");
        buf_text(out, ",\n");
    }
    buf_text(out, "  \"" MISSING "\" jsonb\n);\n");
    for (size_t i = 0; i < v->count; i++) {
        buf_text(out, "ALTER TABLE ");
        put_table(out, d, v->table, "");
        buf_text(out, " ADD COLUMN IF NOT EXISTS ");
        put_quoted(out, v->list[i].name, '"');
        buf_join(out, " ", sql_type(v, &v->list[i]), ";\n", NULL);
    }
    buf_text(out, "COMMENT ON TABLE ");
    put_table(out, d, v->table, "");
    buf_text(out, " IS ");
    put_rows_of(out, d);
    buf_text(out, ";\n");
}

static void copy_rows(struct buf *out, const struct variables *v, const char *file)
{
    buf_text(out, " (");
    put_columns(out, v, "", "");
    buf_text(out, ") from ");
    put_quoted(out, file, '\'');
    buf_char(out, '\n');
}

/* The rows into a table that has none. */
static void take_first(struct buf *out, const struct dataset *d, const struct variables *v,
                       const char *file)
{
    buf_text(out, "\\copy ");
    put_table(out, d, v->table, "");
    copy_rows(out, v, file);
}

/* The rows of this export, beside the table. */
static void take_in(struct buf *out, const struct variables *v, const char *file)
{
    buf_printf(out, "CREATE TEMP TABLE \"new %zu\" (", v->table + 1);
    for (size_t i = 0; i <= v->count; i++) {
        buf_text(out, i ? ", " : "");
        put_quoted(out, i < v->count ? v->list[i].name : MISSING, '"');
        buf_join(out, " ", column_type(v, i), NULL);
    }
    buf_printf(out, ") ON COMMIT DROP;\n\\copy \"new %zu\"", v->table + 1);
    copy_rows(out, v, file);
}

/* Adds a constraint, unless the table has one of that type.  Its foreign keys to other tables than
 * its parent, of an earlier version of the form, are gone by then. */
static void add_constraint(struct buf *out, const struct dataset *d, size_t t, char type,
                           const char *constraint)
{
    struct buf alter = {0}, table = {0};
    put_table(&table, d, t, "");
    buf_join(&alter, "ALTER TABLE ", table.data, " ADD ", constraint, NULL);
    buf_text(out, "SELECT ");
    put_quoted(out, alter.data, '\'');
    buf_printf(out,
               "\n  WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE contype = '%c'"
               " AND conrelid = ",
               type);
    put_quoted(out, table.data, '\'');
    buf_text(out, "::regclass) \\gexec\n");
    buf_fini(&alter);
    buf_fini(&table);
}

/* The key of rows, once the first are there: an index of all at once takes less time. */
static void add_key(struct buf *out, const struct dataset_write *write, const struct variables *v,
                    struct arena *arena)
{
    struct buf constraint = {0};
    buf_text(&constraint, "PRIMARY KEY (");
    put_key(&constraint, arena, write, v->table);
    buf_char(&constraint, ')');
    add_constraint(out, write->dataset, v->table, 'p', constraint.data);
    buf_fini(&constraint);
}

/* The column with the key of the row around an entry; NULL in the root table. */
static const struct variable *parent_key(const struct variables *v)
{
    for (size_t i = 0; i < v->count; i++) {
        if (v->list[i].about == ABOUT_PARENT) {
            return &v->list[i];
        }
    }
    return NULL;
}

/* An earlier version of the form may have had the entries in rows of another table. */
static void drop_other_parents(struct buf *out, const struct dataset *d, const struct variables *v)
{
    struct buf table = {0}, parent = {0};
    if (!parent_key(v)) {
        return;
    }
    put_table(&table, d, v->table, "");
    put_table(&parent, d, parent_of(d, v->table), "");
    buf_text(out, "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)"
                  "\n  FROM pg_constraint WHERE contype = 'f' AND conrelid = ");
    put_quoted(out, table.data, '\'');
    buf_text(out, "::regclass AND confrelid <> ");
    put_quoted(out, parent.data, '\'');
    buf_text(out, "::regclass \\gexec\n");
    buf_fini(&table);
    buf_fini(&parent);
}

/* An entry's row goes with the row around it. */
static void add_parent(struct buf *out, const struct dataset_write *write,
                       const struct variables *v, struct arena *arena)
{
    const struct dataset *d = write->dataset;
    const struct variable *column = parent_key(v);
    struct buf constraint = {0};
    if (!column) {
        return;
    }
    buf_text(&constraint, "FOREIGN KEY (");
    put_quoted(&constraint, column->name, '"');
    buf_text(&constraint, ") REFERENCES ");
    put_table(&constraint, d, parent_of(d, v->table), "");
    buf_text(&constraint, " (");
    put_key(&constraint, arena, write, parent_of(d, v->table));
    buf_text(&constraint, ") ON DELETE CASCADE");
    add_constraint(out, d, v->table, 'f', constraint.data);
    buf_text(out, "CREATE INDEX IF NOT EXISTS ");
    put_table(out, d, v->table, " parent");
    buf_text(out, " ON ");
    put_table(out, d, v->table, "");
    buf_text(out, " (");
    put_quoted(out, column->name, '"');
    buf_text(out, ");\n");
    buf_fini(&constraint);
}

/* Rows with a KEY that is there are replaced, others are added. */
static void merge(struct buf *out, const struct dataset_write *write, const struct variables *v,
                  struct arena *arena)
{
    buf_text(out, "INSERT INTO ");
    put_table(out, write->dataset, v->table, "");
    buf_text(out, " AS t (");
    put_columns(out, v, "", "");
    buf_text(out, ") SELECT ");
    put_columns(out, v, "", "");
    buf_printf(out, " FROM \"new %zu\"\n  ON CONFLICT (", v->table + 1);
    put_key(out, arena, write, v->table);
    buf_text(out, ") DO UPDATE SET ");
    for (size_t i = 0; i <= v->count; i++) {
        const char *name = i < v->count ? v->list[i].name : MISSING;
        buf_text(out, i ? ", " : "");
        put_quoted(out, name, '"');
        buf_text(out, " = EXCLUDED.");
        put_quoted(out, name, '"');
    }
    buf_text(out, "\n  WHERE (");
    put_columns(out, v, "t.", "");
    buf_text(out, ") IS DISTINCT FROM (");
    put_columns(out, v, "EXCLUDED.", "");
    buf_text(out, ");\n");
}

/* Rows that are no more: entries that a record lost; and, unless the export holds only a part of
 * the records, those of records that were withdrawn. */
static void delete_gone(struct buf *out, const struct dataset_write *write,
                        const struct variables *v, struct arena *arena)
{
    const struct dataset *d = write->dataset;
    if (write->partial && v->table == 0) {
        return;
    }
    buf_text(out, "DELETE FROM ");
    put_table(out, d, v->table, "");
    buf_text(out, " t WHERE NOT EXISTS (SELECT 1 FROM ");
    buf_printf(out, "\"new %zu\" n WHERE n.", v->table + 1);
    put_key(out, arena, write, v->table);
    buf_text(out, " = t.");
    put_key(out, arena, write, v->table);
    buf_char(out, ')');
    if (write->partial) { /* an entry's KEY begins with that of its record */
        buf_text(out, " AND split_part(t.");
        put_key(out, arena, write, v->table);
        buf_text(out, ", '/', 1) IN (SELECT ");
        put_key(out, arena, write, 0);
        buf_text(out, " FROM \"new 1\")");
    }
    buf_text(out, ";\n");
}

/* Tables that an earlier export of the form filled and this one does not have: a repeat that was
 * sensitive, or that got another name.  Their rows go as any row that is no more. */
static void empty_other_tables(struct buf *out, const struct dataset_write *write,
                               struct arena *arena)
{
    const struct dataset *d = write->dataset;
    buf_text(out, "SELECT format('DELETE FROM %s");
    if (write->partial) {
        buf_text(out, " WHERE split_part(%I, ''/'', 1) IN (SELECT ");
        put_key(out, arena, write, 0);
        buf_text(out, " FROM \"new 1\")");
    }
    buf_text(out, "', c.oid::regclass, a.attname)\n"
                  "  FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = "
                  "'p'\n"
                  "  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]\n"
                  "  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
                  ":'schema')\n    AND obj_description(c.oid, 'pg_class') = ");
    put_rows_of(out, d);
    buf_text(out, "\n    AND c.oid <> ALL (ARRAY[");
    for (size_t t = 0; t < dataset_tables(d); t++) {
        struct buf table = {0};
        put_table(&table, d, t, "");
        buf_text(out, t ? ", " : "");
        put_quoted(out, table.data, '\'');
        buf_text(out, "::regclass");
        buf_fini(&table);
    }
    buf_text(out, "]) \\gexec\n");
}

/* Empties what this export has no column for: an earlier one, with sensitive answers, had. */
static void empty_others(struct buf *out, const struct dataset_write *write,
                         const struct variables *v, struct arena *arena)
{
    struct buf table = {0}, same = {0};
    put_table(&table, write->dataset, v->table, "");
    buf_printf(&same, " FROM \"new %zu\" n WHERE n.", v->table + 1);
    put_key(&same, arena, write, v->table);
    buf_text(&same, " = t.");
    put_key(&same, arena, write, v->table);
    buf_text(out, "SELECT format('UPDATE ");
    put_escaped(out, table.data);
    buf_text(out, " t SET %s");
    put_escaped(out, same.data);
    buf_text(out, " AND (%s)', string_agg(format('%I = NULL', attname), ', '),\n"
                  "    string_agg(format('t.%I IS NOT NULL', attname), ' OR '))\n"
                  "  FROM pg_attribute WHERE attrelid = ");
    put_quoted(out, table.data, '\'');
    buf_text(out, "::regclass AND attnum > 0 AND NOT attisdropped\n    AND attname <> ALL (ARRAY[");
    for (size_t i = 0; i <= v->count; i++) {
        buf_text(out, i ? ", " : "");
        put_quoted(out, i < v->count ? v->list[i].name : MISSING, '\'');
    }
    buf_text(out, "]::name[])\n  HAVING count(*) > 0 \\gexec\n");
    buf_fini(&table);
    buf_fini(&same);
}

static void comment(struct buf *out, const struct dataset *d, const struct variables *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *x = &v->list[i];
        if (*x->label) {
            buf_text(out, "COMMENT ON COLUMN ");
            put_table(out, d, v->table, "");
            buf_char(out, '.');
            put_quoted(out, x->name, '"');
            buf_text(out, " IS ");
            put_quoted(out, x->label, '\'');
            buf_text(out, ";\n");
        }
    }
}

/* What the values of lists mean. */
static void put_codes(struct buf *out, const struct dataset *d, const struct variables *v)
{
    const struct dataset_table *table = dataset_table(d, v->table);
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *x = &v->list[i];
        for (size_t k = 0; type_of(v, x) == DATASET_CHOICE && k < x->value_count; k++) {
            const struct variable_value *value = &x->values[k];
            buf_text(out, "INSERT INTO ");
            put_table(out, d, 0, " codes");
            buf_text(out, " VALUES (");
            put_quoted(out, table->name, '\'');
            const char *const cells[] = {x->name, value->code, value->label};
            for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
                buf_text(out, ", ");
                put_quoted(out, cells[c], '\'');
            }
            buf_join(out, value->missing ? ", '" : ", NULL",
                     value->missing ? missing_name(value->missing) : "", value->missing ? "'" : "",
                     ");\n", NULL);
        }
    }
}

static const char
    head[] = "-- Takes the rows in this folder into the tables of a schema.  In this folder:\n"
             "--   psql -X -f FILE.sql -v schema=STUDY -v reader=ROLE DATABASE\n"
             "-- schema: of the study (default: suhbat, for training records suhbat_training).\n"
             "-- reader: a role that may only read; it is made.\n"
             "-- older=yes: also if the schema has rows of a later export, or of another desk.\n"
             "-- Rows with a KEY that is there are replaced, others are added; all, or none.\n"
             "\\set ON_ERROR_STOP on\n"
             "\\if :{?schema}\n"
             "\\else\n",
    begins[] = "\\endif\n"
               "BEGIN;\n"
               "SET LOCAL client_encoding = 'UTF8';\n"
               "SET LOCAL standard_conforming_strings = on;\n"
               "SET LOCAL datestyle = 'ISO, YMD';\n"
               "SET LOCAL client_min_messages = warning;\n"
               "SELECT format('CREATE SCHEMA %I', :'schema')\n"
               "  WHERE NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = :'schema') \\gexec\n"
               "SET LOCAL search_path TO :\"schema\";\n",
    whole[] = "-- The export holds all records of the form: rows of others are deleted.\n",
    part[] =
        "-- The export holds a part of the records: rows of others stay, of withdrawn ones too.\n",
    foot[] = "\\if :{?reader}\n"
             "SELECT format('CREATE ROLE %I NOLOGIN', :'reader')\n"
             "  WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'reader') \\gexec\n"
             "GRANT USAGE ON SCHEMA :\"schema\" TO :\"reader\";\n";

static void make_codes(struct buf *out, const struct dataset *d)
{
    buf_text(out, "CREATE TABLE IF NOT EXISTS ");
    put_table(out, d, 0, " codes");
    buf_text(out, " (\n  table_name text, column_name text, code text, label text, missing text,\n"
                  "  PRIMARY KEY (table_name, column_name, code)\n);\n");
}

/* Ends in an error where the variable is true. */
static void refuse_if(struct buf *out, const char *variable, const char *message)
{
    buf_join(out, "\\if :", variable, "\nDO 'BEGIN RAISE EXCEPTION ''", message,
             "''; END';\n\\endif\n", NULL);
}

/* Real records and training records never stand in one table: an export of the ones would delete
 * the others.  Nor does an older export undo a newer one, or one desk what another has brought.
 * The comment of the codes' table says what the schema has. */
static void keep_apart(struct buf *out, const struct dataset_write *write)
{
    const char *now = write->training ? "training records" : "real records",
               *other = write->training ? "real records" : "training records";
    struct buf table = {0}, message = {0}, state = {0};
    put_table(&table, write->dataset, 0, " codes");
    buf_text(out, "SELECT coalesce(obj_description(");
    put_quoted(out, table.data, '\'');
    buf_text(out, "::regclass, 'pg_class'), '') AS has \\gset\nSELECT starts_with(:'has', '");
    buf_join(out, other, "') AS other", NULL);
    if (write->desk) {
        buf_printf(out,
                   ",\n  coalesce(substring(:'has' FROM 'desk ([0-9a-f]+)') <> '%s', false)"
                   " AS another,\n  coalesce(substring(:'has' FROM 'revision ([0-9]+)')::bigint"
                   " > %llu, false) AS newer",
                   write->desk, (unsigned long long)write->revision);
        buf_printf(&state, ", of desk %s, revision %llu", write->desk,
                   (unsigned long long)write->revision);
    }
    buf_text(out, " \\gset\n");
    buf_join(&message, "the schema has ", other,
             " of this form; name another one with -v schema=", NULL);
    refuse_if(out, "other", message.data);
    if (write->desk) {
        buf_text(out, "\\if :{?older}\n\\else\n");
        refuse_if(out, "another",
                  "the schema has this form from another desk; merge the desks, or name another "
                  "schema; -v older=yes replaces the rows");
        refuse_if(out, "newer",
                  "the schema has this form from a later export; export again; -v older=yes puts "
                  "the older rows back, withdrawn ones too");
        buf_text(out, "\\endif\n");
    }
    buf_join(out, "COMMENT ON TABLE ", table.data, " IS '", now, state.len ? state.data : "",
             "';\nDELETE FROM ", table.data, ";\n", NULL);
    buf_fini(&table);
    buf_fini(&message);
    buf_fini(&state);
}

/* The reader reads the form's tables, and no other that the schema has. */
static void let_read(struct buf *out, const struct dataset *d)
{
    buf_text(out, foot);
    for (size_t t = 0; t <= dataset_tables(d); t++) {
        buf_text(out, t ? ", " : "GRANT SELECT ON ");
        put_table(out, d, t ? t - 1 : 0, t ? "" : " codes");
    }
    buf_text(out, " TO :\"reader\";\n\\endif\nCOMMIT;\n");
}

/* Whether no table has a row: then the rows are copied into them, which is faster. */
static void ask_empty(struct buf *out, const struct dataset *d)
{
    buf_text(out, "SELECT NOT EXISTS (SELECT 1 FROM ");
    put_table(out, d, 0, ""); /* each entry of the others has its row there */
    buf_text(out, ") AS first \\gset\n");
}

static void script(struct buf *out, const struct dataset_write *write, const char *const *files)
{
    const struct dataset *d = write->dataset;
    struct arena arena;
    size_t count = dataset_tables(d);
    struct variables *all = mem_zero(count + 1, sizeof *all);
    arena_init(&arena);
    buf_join(out, head, "\\set schema ", write->training ? "suhbat_training" : "suhbat", "\n",
             begins, write->partial ? part : whole, NULL);
    make_codes(out, d);
    keep_apart(out, write);
    for (size_t t = 0; t < count; t++) {
        variables_new(&all[t], write->dataset, t, write->look.labels, 0);
        create(out, write, &all[t]);
        comment(out, d, &all[t]);
        put_codes(out, d, &all[t]);
    }
    ask_empty(out, d);
    buf_text(out, "\\if :first\n");
    for (size_t t = 0; t < count; t++) {
        take_first(out, d, &all[t], files[t]);
    }
    buf_text(out, "\\endif\n");
    for (size_t t = 0; t < count; t++) {
        add_key(out, write, &all[t], &arena);
        drop_other_parents(out, d, &all[t]);
    }
    buf_text(out, "\\if :first\n\\else\n");
    for (size_t t = 0; t < count; t++) {
        take_in(out, &all[t], files[t]);
    }
    empty_other_tables(out, write, &arena);
    for (size_t t = count; t-- > 0;) { /* entries before what they are in */
        delete_gone(out, write, &all[t], &arena);
    }
    for (size_t t = 0; t < count; t++) {
        merge(out, write, &all[t], &arena);
        empty_others(out, write, &all[t], &arena);
    }
    buf_text(out, "\\endif\n");
    for (size_t t = 0; t < count; t++) {
        add_parent(out, write, &all[t], &arena);
        variables_free(&all[t]);
    }
    let_read(out, d);
    free(all);
    arena_fini(&arena);
}

const struct dataset_writer dataset_postgres = {.name = "postgres",
                                                .ending = ".copy",
                                                .scans = true,
                                                .variables = true,
                                                .codes = true,
                                                .begin = begin,
                                                .row = add_row,
                                                .end = end,
                                                .script = script,
                                                .script_ending = ".sql"};
