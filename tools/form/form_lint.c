/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a methodologist would mark in a form: rows, names and ways out. */
#include "tools/form/form_lint.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/file.h"
#include "platform/machine/text.h"
#include "tools/form/form_lint_internal.h"
#include "tools/form/form_source.h"

enum { NAME_MAX_BYTES = 32, MULTI_MAX_BYTES = 20, CODE_MAX_BYTES = 11 };

void lint_find(struct lint *l, const char *sheet, const struct sheet_row *row, const char *column,
               const char *fmt, ...)
{
    char text[600];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_printf(l->out, "%s, %s row %zu%s%s: %s\n", l->file, sheet, row->number,
               column ? ", column " : "", column ? column : "", text);
    l->count++;
}

const char *lint_cell(const struct sheet *sheet, const struct sheet_row *row, const char *header)
{
    const struct sheet_row *top = &sheet->rows[0];
    for (size_t c = 0; c < top->count && c < row->count; c++) {
        if (strcmp(top->cells[c], header) == 0) {
            return row->cells[c];
        }
    }
    return "";
}

const char *lint_list(struct lint *l, const struct sheet_row *row)
{
    const char *type = lint_cell(l->survey, row, "type");
    bool select = text_starts(type, "select_one ") || text_starts(type, "select_multiple ") ||
                  text_starts(type, "rank ");
    const char *name = select ? strchr(type, ' ') + 1 : "";
    return arena_copy(&l->arena, name, strcspn(name, " "));
}

bool lint_has_code(struct lint *l, const char *list, const char *code)
{
    const char *codes = map_get(&l->codes, list);
    const char *wanted = arena_join(&l->arena, " ", code, " ", NULL);
    return codes && strstr(codes, wanted);
}

/* ---- rows ---- */

/* Whether the person can leave the question: by a code, or by going on without an answer. */
static bool has_way_out(struct lint *l, const struct sheet_row *row)
{
    const char *type = lint_cell(l->survey, row, "type"), *list = lint_list(l, row);
    if (!*lint_cell(l->survey, row, "required") ||
        *lint_cell(l->survey, row, "bind::suhbat:asked")) {
        return true; /* `asked` names why no way out is needed: observed, consent */
    }
    if (*list) {
        return *list == '$' || lint_has_code(l, list, "refused");
    }
    bool number = strcmp(type, "integer") == 0 || strcmp(type, "decimal") == 0;
    return number && strstr(lint_cell(l->survey, row, "bind::suhbat:missing"), "refused");
}

static bool has_message(struct lint *l, const struct sheet_row *row)
{
    const struct sheet_row *top = &l->survey->rows[0];
    for (size_t c = 0; c < top->count && c < row->count; c++) {
        if (text_starts(top->cells[c], "constraint_message") && *row->cells[c]) {
            return true;
        }
    }
    return false;
}

static void check_names(struct lint *l, const struct sheet_row *row)
{
    const char *name = lint_cell(l->survey, row, "name"), *list = lint_list(l, row);
    const char *codes = map_get(&l->codes, list);
    bool multi = text_starts(lint_cell(l->survey, row, "type"), "select_multiple ");
    if (strlen(name) > NAME_MAX_BYTES) {
        lint_find(l, "survey", row, "name", "'%s' is longer than %d bytes", name,
                  (int)NAME_MAX_BYTES);
    }
    if (multi && strlen(name) > MULTI_MAX_BYTES) {
        lint_find(l, "survey", row, "name",
                  "'%s' is longer than %d bytes: its columns add the codes", name,
                  (int)MULTI_MAX_BYTES);
    }
    for (const char *code = multi && codes ? codes + 1 : ""; *code;) {
        size_t len = strcspn(code, " ");
        if (len > CODE_MAX_BYTES) {
            lint_find(l, "survey", row, "type", "'%.*s' of the list %s is longer than %d bytes",
                      (int)len, code, list, (int)CODE_MAX_BYTES);
        }
        code += len + strspn(code + len, " ");
    }
}

/* A consent to be recorded that the form fills in is nobody's: it would never be recorded. */
static void check_consent(struct lint *l, const struct sheet_row *row)
{
    static const char *const fills[] = {"default", "calculation"};
    const char *name = lint_cell(l->survey, row, "name");
    bool named = false;
    for (size_t r = 1; *name && r < l->survey->count && !named; r++) {
        named = text_has_word(
            lint_cell(l->survey, &l->survey->rows[r], "bind::suhbat:audio-consent"), name);
    }
    for (size_t i = 0; named && i < sizeof fills / sizeof *fills; i++) {
        if (*lint_cell(l->survey, row, fills[i])) {
            lint_find(l, "survey", row, fills[i],
                      "a consent to be recorded must be answered: what the form fills in lets "
                      "nothing be recorded");
        }
    }
}

static void check_row(struct lint *l, const struct sheet_row *row)
{
    const char *sensitive = lint_cell(l->survey, row, "bind::suhbat:sensitive");
    const char *use = lint_cell(l->survey, row, "bind::suhbat:use");
    check_names(l, row);
    check_consent(l, row);
    if (*use && !text_has_word("quotes recording recontact", use)) {
        lint_find(l, "survey", row, "bind::suhbat:use",
                  "'%s' is no use: quotes, recording or recontact", use);
    }
    if (*lint_cell(l->survey, row, "constraint") && !has_message(l, row)) {
        lint_find(l, "survey", row, "constraint", "there is no message for whom it refuses");
    }
    if (*sensitive && !has_way_out(l, row)) {
        lint_find(l, "survey", row, "bind::suhbat:sensitive",
                  "a sensitive question must have a way out: the code 'refused'");
    }
}

/* ---- reading ---- */

static void gather_rows(struct lint *l)
{
    map_init(&l->rows, &l->arena);
    map_init(&l->codes, &l->arena);
    for (size_t r = 1; r < l->survey->count; r++) {
        const char *name = lint_cell(l->survey, &l->survey->rows[r], "name");
        if (*name && !map_get(&l->rows, name)) {
            map_put(&l->rows, name, &l->survey->rows[r]);
        }
    }
    struct buf all = {0};
    const char *open = NULL;
    for (size_t r = 1; l->choices && r < l->choices->count; r++) {
        const struct sheet_row *row = &l->choices->rows[r];
        const char *list = lint_cell(l->choices, row, "list_name");
        list = *list ? list : lint_cell(l->choices, row, "list name");
        if (!open || strcmp(open, list) != 0) {
            if (open) {
                map_put(&l->codes, open, arena_text(&l->arena, all.data));
            }
            const char *before = map_get(&l->codes, list); /* the list goes on */
            open = list;
            buf_cut(&all, 0);
            buf_text(&all, before ? before : " ");
        }
        buf_join(&all, lint_cell(l->choices, row, "name"), " ", NULL);
    }
    if (open) {
        map_put(&l->codes, open, arena_text(&l->arena, all.data));
    }
    buf_fini(&all);
}

static bool read_form(struct lint *l, const struct buf *bytes, const char *file, struct err *err)
{
    if (!form_source_workbook(&l->book, &l->arena, file, bytes, err)) {
        return false;
    }
    l->survey = workbook_sheet(&l->book, "survey");
    l->choices = workbook_sheet(&l->book, "choices");
    if (!l->survey || !l->survey->count) {
        return err_set(err, ERR_INPUT, "%s: there is no sheet 'survey'", file_name(file));
    }
    if (l->choices && !l->choices->count) {
        l->choices = NULL;
    }
    return form_source_load(&l->form, file, NULL, &l->arena, NULL, err);
}

bool form_lint(struct buf *findings, size_t *count, struct buf *said, const char *file,
               const char *terms, struct err *err)
{
    struct lint *l = mem_zero(1, sizeof *l);
    struct buf bytes = {0};
    arena_init(&l->arena);
    l->out = findings;
    l->said = said;
    l->file = file_name(file);
    bool ok = file_read(&bytes, file, DESK_FILE_MAX, err) && read_form(l, &bytes, file, err);
    if (ok) {
        ok = form_terms_read(&l->terms, &l->arena, file, terms, err);
        l->terms.form_id = l->form->id;
    }
    if (ok) {
        gather_rows(l);
        for (size_t r = 1; r < l->survey->count; r++) {
            check_row(l, &l->survey->rows[r]);
        }
        lint_texts(l, bytes.data ? bytes.data : "", bytes.len);
        lint_logic(l);
        lint_minutes(l);
    }
    *count = l->count;
    form_free(l->form);
    buf_fini(&bytes);
    arena_fini(&l->arena);
    free(l);
    return ok;
}
