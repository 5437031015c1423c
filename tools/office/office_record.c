/* SPDX-License-Identifier: Apache-2.0 */
/* One record: its answers, what was said of it, and what to do with it. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_sendback.h"
#include "tools/office/office.h"

static const char field[] = "comment";

/* ---- reading ---- */

static void close_record(struct office *o)
{
    struct office_record_page *r = &o->record;
    if (r->open) {
        desk_reading_fini(&r->reading);
        desk_codings_fini(&r->codings);
        r->open = false;
    }
}

/* Of the version that counts, and of the first one. */
static bool count_sounds(struct office *o, struct err *err)
{
    struct office_record_page *r = &o->record;
    int64_t first = 0;
    bool ok = desk_recordings_count(o->desk, r->fresh.id, &r->recordings, err);
    if (ok && memcmp(r->fresh.id, r->fresh.root, 16) != 0) {
        ok = desk_recordings_count(o->desk, r->fresh.root, &first, err);
        r->recordings += first;
    }
    return ok;
}

/* What is shown stays until all is read. */
static bool read_record(struct office *o, struct err *err)
{
    struct office_record_page *r = &o->record;
    const struct desk_reading_options options = {language_code(o->ui.language), NULL, r->sensitive};
    bool ok = desk_reading_read(&r->fresh, o->desk, o->identity, r->id, &options, err);
    ok = desk_codings_read(&r->fresh_codings, o->desk, ok ? err : NULL) && ok;
    ok = ok && desk_device_text(o->desk, r->fresh.device, r->device, err) && count_sounds(o, err);
    if (!ok) {
        desk_reading_fini(&r->fresh);
        desk_codings_fini(&r->fresh_codings);
    }
    return ok;
}

static void forget_comments(struct office *o)
{
    struct office_record_page *r = &o->record;
    for (size_t i = 0; i < r->comment_count; i++) {
        free(r->comments[i].question);
        mem_wipe_text(r->comments[i].text);
    }
    free(r->comments);
    r->comments = NULL;
    r->comment_count = 0;
}

void office_record_forget(struct office *o)
{
    close_record(o);
    forget_comments(o);
    mem_wipe_text(o->record.comment);
    o->record = (struct office_record_page){.open = false};
}

static void record_is_read(struct office *o, bool ok, const struct err *err)
{
    struct office_record_page *r = &o->record;
    if (ok) {
        close_record(o);
        r->reading = r->fresh;
        r->codings = r->fresh_codings;
        r->open = true;
        if (o->page == OFFICE_QUESTION) {
            office_question_again(o);
        }
        return;
    }
    struct err why = *err;
    if (!r->open ||
        why.code == ERR_INPUT) { /* or it is withdrawn: nothing of it stays on the page */
        office_record_forget(o);
        office_forget(o, OFFICE_RECORDS);
        office_go(o, OFFICE_RECORDS);
    }
    office_failed(o, &why);
}

void office_record_open(struct office *o, const uint8_t id[16])
{
    uint8_t kept[16];
    memcpy(kept, id, 16);
    office_record_forget(o);
    memcpy(o->record.id, kept, 16);
    office_go(o, OFFICE_RECORD);
    office_work(o, S_desk_wait_read, read_record, record_is_read);
}

/* The same record again, as it is now; comments that are not sent yet stay. */
void office_record_again(struct office *o)
{
    office_read(o, S_desk_wait_read, read_record, record_is_read);
}

/* ---- review ---- */

static bool say(struct office *o, struct err *err)
{
    const struct office_record_page *r = &o->record;
    return desk_review(o->desk, r->reading.id, r->verdict, r->comment ? r->comment : "",
                       clock_wall_ms(), err);
}

static void said(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        office_failed(o, err);
        return;
    }
    office_records_say(o, o->record.reading.root, o->record.verdict,
                       o->record.comment ? o->record.comment : "");
    mem_wipe_text(o->record.comment);
    o->record.comment = NULL;
    edit_end(&o->ui.edit);
    office_say(o, ui_str(&o->ui, S_desk_kept), true);
    office_record_again(o);
}

static bool send(struct office *o, struct err *err)
{
    struct office_record_page *r = &o->record;
    struct send_comment *comments = mem_zero(r->comment_count + 1, sizeof *comments);
    for (size_t i = 0; i < r->comment_count; i++) {
        comments[i] = (struct send_comment){r->comments[i].question, r->comments[i].text};
    }
    struct send_back what = {.on_all = r->comment && *r->comment ? r->comment : NULL,
                             .comments = comments,
                             .count = r->comment_count,
                             .why = "",
                             .wall_ms = clock_wall_ms()};
    bool ok = desk_send_back(o->desk, o->identity, r->reading.id, &what, err);
    free(comments);
    return ok;
}

static void sent(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        office_failed(o, err);
        return;
    }
    const char *text = ui_fill(&o->ui, S_desk_sent, o->record.device, NULL);
    office_records_say(o, o->record.reading.root, REVIEW_HAS_ISSUES,
                       o->record.comment ? o->record.comment : "");
    forget_comments(o);
    mem_wipe_text(o->record.comment);
    o->record.comment = NULL;
    edit_end(&o->ui.edit);
    office_say(o, text, true);
    office_record_again(o);
}

static void send_record(struct office *o)
{
    const struct office_record_page *r = &o->record;
    if (!r->comment_count && !(r->comment && *r->comment)) {
        office_say(o, ui_str(&o->ui, S_desk_send_nothing), false);
        return;
    }
    office_work(o, S_desk_wait, send, sent);
}

/* ---- the page ---- */

static const char *comment_on(const struct office *o, const char *question)
{
    for (size_t i = 0; i < o->record.comment_count; i++) {
        if (strcmp(o->record.comments[i].question, question) == 0) {
            return o->record.comments[i].text;
        }
    }
    return NULL;
}

static size_t codings_on(const struct office *o, const char *question)
{
    size_t count, here = 0;
    const struct coding *c = desk_codings_of(&o->record.codings, o->record.reading.root, &count);
    for (size_t i = 0; i < count; i++) {
        here += strcmp(c[i].path, question) == 0;
    }
    return here;
}

/* The question left, the answer right; a touch opens it. */
static void show_answer(struct office *o, size_t i)
{
    struct ui *ui = &o->ui;
    const struct desk_answer *a = &o->record.reading.answers[i];
    if (a->entry) {
        const char *slash = strchr(a->entry, '/');
        ui_gap(ui, 10);
        ui_say(ui, TEXT_BODY_BOLD, slash ? slash + 1 : a->entry, ui->theme.soft);
        ui_gap(ui, 4);
        return;
    }
    int pad = ui_px(ui, 8), left = ui->at.w * 42 / 100, gap = ui_px(ui, 16), y = ui->at.y + pad;
    int right = ui->at.w - left - gap, x = ui->at.x;
    const char *note = comment_on(o, a->question);
    size_t marks = *a->question ? codings_on(o, a->question) : 0;
    int h1 = ui_text_height(ui, left, TEXT_HINT, a->label);
    int h2 = ui_text_height(ui, right, TEXT_BODY, a->text);
    const char *below = note ? arena_join(&ui->frame, "• ", note, NULL)
                        : marks
                            ? arena_printf(&ui->frame, "%s: %zu", ui_str(ui, S_desk_coded), marks)
                            : "";
    int h3 = *below ? ui_text_height(ui, right, TEXT_HINT, below) : 0;
    int h = h1 > h2 + h3 ? h1 : h2 + h3, min = ui_px(ui, UI_TOUCH_DP);
    struct rect row = {x, ui->at.y, ui->at.w, h + 2 * pad < min ? min : h + 2 * pad};
    if (*a->question &&
        ui_target(ui, arena_printf(&ui->frame, "answer:%s", a->question), ROLE_ROW, row)) {
        office_question_open(o, a->question);
    }
    ui_text(ui, x, y, left, TEXT_HINT, a->label, ui->theme.soft);
    ui_text(ui, x + left + gap, y, right, TEXT_BODY, a->text, ui->theme.ink);
    if (*below) {
        ui_text(ui, x + left + gap, y + h2, right, TEXT_HINT, below, ui->theme.accent);
    }
    ui->at.y += row.h;
    ui_fill_rect(ui, (struct rect){x, ui->at.y - ui_px(ui, 1), row.w, ui_px(ui, 1)},
                 ui->theme.line);
}

static void show_said(struct office *o)
{
    struct ui *ui = &o->ui;
    const struct desk_reading *r = &o->record.reading;
    if (*r->changes) {
        office_heading(o, S_desk_changes);
        ui_say(ui, TEXT_HINT, r->changes, ui->theme.ink);
    }
    for (size_t i = 0; i < r->asked_count; i++) {
        const struct desk_asked *a = &r->asked[i];
        if (!i) {
            office_heading(o, S_desk_asked);
        }
        ui_say(ui, TEXT_HINT,
               arena_join(&ui->frame, office_day(o, a->wall_ms), " · ",
                          *a->question ? a->question : "", *a->question ? ": " : "", a->text,
                          a->taken ? "" : " (", a->taken ? "" : ui_str(ui, S_desk_not_taken),
                          a->taken ? "" : ")", NULL),
               ui->theme.ink);
        ui_gap(ui, 4);
    }
    for (size_t i = 0; i < r->opinion_count; i++) {
        const struct desk_opinion *v = &r->opinions[i];
        if (!i) {
            office_heading(o, S_desk_said);
        }
        ui_say(ui, TEXT_HINT,
               arena_join(&ui->frame, office_day(o, v->wall_ms), " · ", v->who, " · ",
                          ui_str(ui, v->sent_back ? S_desk_state_sent : office_state(v->state)),
                          *v->why ? ": " : "", v->why, NULL),
               ui->theme.ink);
        ui_gap(ui, 4);
    }
}

/* What the reviewer says, and sends. */
static void show_actions(struct office *o)
{
    struct ui *ui = &o->ui;
    static const struct {
        const char *id;
        enum string_id text;
        enum review_state state;
    } verdicts[] = {{"approve", S_desk_approve, REVIEW_APPROVED},
                    {"issues", S_desk_issues, REVIEW_HAS_ISSUES},
                    {"reject", S_desk_reject, REVIEW_REJECTED}};
    office_heading(o, S_desk_verdict);
    (void)office_field(o, field, S_desk_comment, &o->record.comment, 2);
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        if (ui_pill(ui, verdicts[i].id, ui_str(ui, verdicts[i].text), false, false)) {
            o->record.verdict = verdicts[i].state;
            office_work(o, S_desk_wait, say, said);
            return;
        }
    }
    ui_pills_end(ui);
    if (o->record.comment_count) {
        ui_say(ui, TEXT_HINT,
               ui_fill(ui, S_desk_pending, ui_number(ui, (long long)o->record.comment_count), NULL),
               ui->theme.ink);
        ui_gap(ui, 6);
    }
    if (ui_wide_button(ui, "send", ui_str(ui, S_desk_send_back), true)) {
        send_record(o);
        return;
    }
    if (ui_wide_button(ui, "withdraw", ui_str(ui, S_desk_withdraw), false)) {
        office_forget(o, OFFICE_WITHDRAW);
        office_go(o, OFFICE_WITHDRAW);
    }
}

static void show_hidden(struct office *o)
{
    struct ui *ui = &o->ui;
    size_t hidden = o->record.reading.hidden;
    if (!hidden) {
        return;
    }
    ui_gap(ui, 8);
    ui_say(ui, TEXT_HINT, ui_fill(ui, S_desk_hidden, ui_number(ui, (long long)hidden), NULL),
           ui->theme.soft);
    ui_gap(ui, 6);
    if (ui_pill(ui, "hidden", ui_str(ui, S_desk_show_hidden), false, false)) {
        o->record.sensitive = true;
        office_record_again(o);
    }
    ui_pills_end(ui);
}

/* Comments that were not sent are not dropped at the first touch. */
static void leave(struct office *o)
{
    struct office_record_page *r = &o->record;
    size_t waiting = r->comment_count + (r->comment && *r->comment);
    if (waiting && !r->leaving) {
        r->leaving = true;
        office_say(
            o, ui_fill(&o->ui, S_desk_leave_comments, ui_number(&o->ui, (long long)waiting), NULL),
            false);
        return;
    }
    office_record_forget(o);
    office_go(o, OFFICE_RECORDS);
}

void office_record(struct office *o)
{
    struct ui *ui = &o->ui;
    const struct desk_reading *r = &o->record.reading;
    const char *title =
        arena_printf(&ui->frame, "%s · %s", *r->submitter ? r->submitter : "–", r->title);
    const char *below =
        arena_printf(&ui->frame, "%s · %s%s%s", office_day(o, r->finalised_ms), o->record.device,
                     r->training ? " · " : "", r->training ? ui_str(ui, S_desk_training) : "");
    office_page_begin(o, title, below);
    if (r->withdrawn) {
        ui_warning(ui, arena_join(&ui->frame, ui_str(ui, S_desk_withdraw), ": ",
                                  office_uses(o, r->withdrawn), NULL));
    }
    ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_touch_answer), ui->theme.soft);
    ui_gap(ui, 8);
    for (size_t i = 0; i < r->answer_count; i++) {
        if (r->answers[i].entry || !strstr(r->answers[i].path, "/meta/")) { /* ids are no answers */
            show_answer(o, i);
        }
    }
    if (o->record.recordings) {
        ui_gap(ui, 10);
        if (ui_wide_button(ui, "listen", ui_str(ui, S_desk_listen), false)) {
            office_listen_open(o, r->root);
        }
    }
    bool again = ui->again;
    show_hidden(o);
    if (!o->work.task && ui->again == again) {
        show_said(o);
        show_actions(o);
    }
    office_page_end(o);
    if (ui_took(ui, "back")) {
        leave(o);
    }
}
