/* SPDX-License-Identifier: Apache-2.0 */
/* One answer of a record: a comment on it, and words of it marked with a code or as a quote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "tools/office/office.h"

/* NULL: the record, as it was read last, has no such answer. */
static const struct desk_answer *answer_of(const struct office *o)
{
    const struct desk_reading *r = &o->record.reading;
    for (size_t i = 0; o->record.open && i < r->answer_count; i++) {
        const struct desk_answer *a = &r->answers[i];
        if (!a->entry && strcmp(a->question, o->question.path) == 0) {
            return a;
        }
    }
    return NULL;
}

/* ---- words ---- */

static void split(struct office_question *q)
{
    size_t room = strlen(q->story) / 2 + 2;
    q->words = arena_alloc(&q->arena, room * sizeof *q->words);
    q->starts = arena_alloc(&q->arena, room * sizeof *q->starts);
    for (const char *p = q->story; *(p += strspn(p, " \t\n"));) {
        size_t len = strcspn(p, " \t\n");
        q->starts[q->word_count] = (size_t)(p - q->story);
        q->words[q->word_count++] = arena_copy(&q->arena, p, len);
        p += len;
    }
}

void office_question_forget(struct office *o)
{
    struct office_question *q = &o->question;
    mem_wipe_text(q->translation);
    mem_wipe_text(q->comment);
    free(q->path);
    if (q->arena.head) {
        arena_fini(&q->arena);
    }
    *q = (struct office_question){.from = OFFICE_NOWHERE, .to = OFFICE_NOWHERE};
}

/* Its words as they are now; what is typed stays. */
void office_question_again(struct office *o)
{
    struct office_question *q = &o->question;
    const struct desk_answer *a = answer_of(o);
    if (q->arena.head) {
        arena_fini(&q->arena);
    }
    arena_init(&q->arena);
    q->story = a && a->story ? desk_story(&q->arena, a->text) : "";
    q->word_count = 0;
    q->from = q->to = OFFICE_NOWHERE;
    split(q);
}

void office_question_open(struct office *o, const char *question)
{
    struct office_question *q = &o->question;
    char *path = mem_text(question);
    office_question_forget(o);
    q->path = path;
    for (size_t i = 0; i < o->record.comment_count; i++) {
        if (strcmp(o->record.comments[i].question, path) == 0) {
            q->comment = mem_text(o->record.comments[i].text);
        }
    }
    office_go(o, OFFICE_QUESTION);
    office_question_again(o);
}

/* The first touch marks a word, the second the words up to it; a third begins anew. */
static void touch_word(struct office_question *q, int word)
{
    if (q->from == OFFICE_NOWHERE || q->to != q->from) {
        q->from = q->to = word;
    } else {
        q->to = word > q->from ? word : q->from;
        q->from = word < q->from ? word : q->from;
    }
}

/* The story as words that can be touched, set like a text. */
static void show_words(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_question *q = &o->question;
    int x = ui->at.x, y = ui->at.y, pad = ui_px(ui, 5), high = ui_px(ui, UI_TOUCH_DP);
    int line = ui_line(ui, TEXT_BODY);
    for (size_t i = 0; i < q->word_count; i++) {
        int w = ui_line_width(ui, TEXT_BODY, q->words[i]) + 2 * pad;
        int text = w - 2 * pad;
        w = w < high ? high : w;
        if (x + w > ui->at.x + ui->at.w && x > ui->at.x) {
            x = ui->at.x;
            y += high;
        }
        struct rect r = {x, y, w, high};
        bool in = (int)i >= q->from && (int)i <= q->to && q->from != OFFICE_NOWHERE;
        if (ui_target(ui, arena_printf(&ui->frame, "word:%zu", i), ROLE_STEP, r)) {
            touch_word(q, (int)i);
            ui->again = true;
        }
        if (in) {
            ui_fill_rect(ui, (struct rect){x, y + (high - line) / 2 - pad, w, line + 2 * pad},
                         ui->theme.tint);
            ui_fill_rect(ui, (struct rect){x, y + (high + line) / 2, w, ui_px(ui, 2)},
                         ui->theme.accent);
        }
        ui_line_text(ui, x + (w - text) / 2, y + (high - line) / 2, TEXT_BODY, q->words[i],
                     strlen(q->words[i]), ui->theme.ink);
        x += w;
    }
    ui->at.y = y + high + ui_px(ui, 8);
}

/* ---- coding ---- */

/* A table of one row, as suhbat-sync code reads it. */
static void code_table(const struct office *o, struct buf *table)
{
    const struct office_question *q = &o->question;
    char key[48], from[24];
    size_t start = q->starts[q->from];
    size_t end = q->starts[q->to] + strlen(q->words[q->to]);
    char *words = mem_alloc(end - start + 1);
    memcpy(words, q->story + start, end - start);
    words[end - start] = '\0';
    desk_record_key(key, o->record.reading.root);
    snprintf(from, sizeof from, "%zu", text_count(q->story, start));
    const char *cells[] = {key,
                           q->path,
                           words,
                           q->code,
                           q->quote ? "yes" : "no",
                           from,
                           q->translation ? q->translation : ""};
    buf_text(table, "record,question,words,code,quote,from,translation\n");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        csv_cell(table, cells[i], i == 0);
    }
    csv_end(table);
    mem_wipe_text(words);
}

static bool code(struct office *o, struct err *err)
{
    struct buf table = {0};
    struct desk_coded done;
    code_table(o, &table);
    bool ok =
        desk_code(o->desk, o->identity, &table, &o->elements, "", clock_wall_ms(), &done, err);
    buf_fini(&table);
    return ok;
}

static void coded(struct office *o, bool ok, const struct err *err)
{
    struct office_question *q = &o->question;
    if (!ok) {
        office_failed(o, err);
        return;
    }
    q->code[0] = '\0';
    q->quote = false;
    mem_wipe_text(q->translation);
    q->translation = NULL;
    edit_end(&o->ui.edit);
    office_say(o, ui_str(&o->ui, S_desk_kept), true);
    office_record_again(o);
}

static bool drop(struct office *o, struct err *err)
{
    const uint8_t(*id)[16] = (const uint8_t(*)[16])o->question.dropped;
    bool found;
    bool ok = desk_begin(o->desk, err);
    if (!ok) {
        return false;
    }
    ok = desk_coding_drop(o->desk, *id, &found, err) &&
         (!found || desk_codings_log(o->desk, "coding dropped", "", id, 1, clock_wall_ms(), err));
    return desk_end(o->desk, ok, err);
}

/* What is marked in this answer already.  True: one is being taken away. */
static bool show_marks(struct office *o)
{
    struct ui *ui = &o->ui;
    size_t count, shown = 0;
    const struct coding *c = desk_codings_of(&o->record.codings, o->record.reading.root, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(c[i].path, o->question.path) != 0) {
            continue;
        }
        if (!shown++) {
            office_heading(o, S_desk_coded);
        }
        const char *below =
            arena_join(&ui->frame, c[i].code, *c[i].code && c[i].quote ? ", " : "",
                       c[i].quote ? ui_str(ui, S_desk_is_quote) : "", " · ", c[i].who,
                       *c[i].translation ? " · " : "", c[i].translation, NULL);
        (void)ui_row(ui, arena_printf(&ui->frame, "mark:%zu", i), c[i].words, below, '+');
        if (ui_pill(ui, arena_printf(&ui->frame, "drop:%zu", i), ui_str(ui, S_desk_drop_code),
                    false, true)) {
            memcpy(o->question.dropped, c[i].id, 16);
            office_work(o, S_desk_wait, drop, coded);
            return true;
        }
        ui_pills_end(ui);
    }
    return false;
}

/* True: a mark is being saved. */
static bool choose_code(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_question *q = &o->question;
    office_heading(o, S_desk_code);
    if (ui_pill(ui, "code:", ui_str(ui, S_desk_no_code), !q->code[0], true)) {
        q->code[0] = '\0';
        ui->again = true;
    }
    for (size_t r = 1; o->has_elements && r < o->elements.csv.count; r++) {
        const char *name = desk_element_code(&o->elements, r);
        if (*name && ui_pill(ui, arena_join(&ui->frame, "code:", name, NULL),
                             desk_element_label(&o->elements, r, language_code(ui->language)),
                             strcmp(q->code, name) == 0, false)) {
            snprintf(q->code, sizeof q->code, "%s", name);
            ui->again = true;
        }
    }
    ui_pills_end(ui);
    if (ui_choice(ui, "quote", ui_str(ui, S_desk_quote), q->quote, true)) {
        q->quote = !q->quote;
        ui->again = true;
    }
    ui_gap(ui, 8);
    (void)office_field(o, "translation", S_desk_translation, &q->translation, 2);
    if (!ui_wide_button(ui, "put-code", ui_str(ui, S_desk_put_code), false)) {
        return false;
    }
    if (q->from == OFFICE_NOWHERE || (!q->code[0] && !q->quote)) {
        office_say(o, ui_str(ui, S_desk_code_nothing), false);
        return false;
    }
    office_work(o, S_desk_wait, code, coded);
    return true;
}

static bool code_words(struct office *o)
{
    return choose_code(o) || show_marks(o);
}

/* ---- the comment ---- */

static void keep_comment(struct office *o)
{
    struct office_record_page *r = &o->record;
    const char *question = o->question.path, *text = o->question.comment;
    size_t at = 0;
    while (at < r->comment_count && strcmp(r->comments[at].question, question) != 0) {
        at++;
    }
    if (at < r->comment_count) {
        mem_wipe_text(r->comments[at].text);
        free(r->comments[at].question);
        r->comments[at] = r->comments[--r->comment_count];
    }
    if (text && *text) {
        r->comments = mem_grow(r->comments, r->comment_count + 1, sizeof *r->comments);
        r->comments[r->comment_count++] =
            (struct office_comment){mem_text(question), mem_text(text)};
    }
}

void office_question(struct office *o)
{
    struct ui *ui = &o->ui;
    const struct desk_answer *a = answer_of(o);
    if (!a) {
        office_go(o, OFFICE_RECORD);
        return;
    }
    office_page_begin(o, o->record.reading.title, a->question);
    ui_say(ui, TEXT_HINT, a->label, ui->theme.soft);
    ui_gap(ui, 6);
    bool story = a->story && o->question.word_count;
    if (story) {
        show_words(o);
        ui_say(ui, TEXT_SMALL, ui_str(ui, S_desk_mark), ui->theme.soft);
    } else {
        ui_say(ui, TEXT_QUESTION, a->text, ui->theme.ink);
    }
    ui_gap(ui, 14);
    (void)office_field(o, "on-question", S_desk_comment_on, &o->question.comment, 2);
    bool keep = ui_wide_button(ui, "keep", ui_str(ui, S_desk_keep_comment), true);
    bool coding = story && code_words(o);
    office_page_end(o);
    if (coding || o->work.task || o->page != OFFICE_QUESTION) {
        return;
    }
    if (keep || ui_took(ui, "back")) { /* what was typed is kept in either case */
        keep_comment(o);
        office_question_forget(o);
        office_go(o, OFFICE_RECORD);
    }
}
