/* SPDX-License-Identifier: Apache-2.0 */
/* The list of records. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/office/office.h"

enum { SHOWN = 40 };
static const char search[] = "search";

/* ---- reading ---- */

static const char *searched(struct arena *arena, const struct office_record *r, const char *form)
{
    struct buf all = {0}, folded = {0};
    char key[48];
    desk_record_key(key, r->id);
    buf_join(&all, r->interviewer, " ", r->title, " ", form, " ", r->device, " ", key, " ",
             r->comment, NULL);
    text_fold(&folded, all.data, all.len);
    const char *kept = arena_copy(arena, folded.len ? folded.data : "", folded.len);
    buf_fini(&all);
    buf_fini(&folded);
    return kept;
}

static bool keep_record(void *user, const struct desk_listed *r, struct err *err)
{
    struct office_records *all = user;
    (void)err;
    if (all->count == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 256;
        all->list = mem_grow(all->list, all->cap, sizeof *all->list);
    }
    struct office_record *one = &all->list[all->count++];
    *one = (struct office_record){.title = arena_text(&all->arena, r->title),
                                  .device = arena_text(&all->arena, r->device),
                                  .interviewer = arena_text(&all->arena, r->interviewer),
                                  .comment = arena_text(&all->arena, r->comment),
                                  .finalised_ms = r->finalised_ms,
                                  .state = r->state};
    memcpy(one->id, r->id, 16);
    one->folded = searched(&all->arena, one, r->form);
    return true;
}

static int newest_first(const void *a, const void *b)
{
    const struct office_record *one = a, *other = b;
    int by_time =
        (one->finalised_ms < other->finalised_ms) - (one->finalised_ms > other->finalised_ms);
    return by_time ? by_time : memcmp(one->id, other->id, 16);
}

static bool read_list(struct office *o, struct err *err)
{
    struct office_records *all = &o->records;
    struct desk_listing listing = {.filter = {.training = all->training}};
    bool ok = desk_each_record(o->desk, o->identity, &listing, keep_record, all, err);
    qsort(all->list, all->count, sizeof *all->list, newest_first);
    all->unreadable = listing.unreadable;
    all->without_form = listing.without_form;
    return ok;
}

void office_records_forget(struct office *o)
{
    struct office_records *all = &o->records;
    free(all->list);
    if (all->arena.head) {
        arena_fini(&all->arena);
    }
    *all = (struct office_records){
        .training = all->training, .state = all->state, .first = all->first, .search = all->search};
}

static void list_is_read(struct office *o, bool ok, const struct err *err)
{
    if (!ok) { /* nothing that is half read is shown */
        office_records_forget(o);
        o->records.failed = true;
        office_failed(o, err);
    }
    o->records.read = true;
}

void office_records_say(struct office *o, const uint8_t id[16], enum review_state state,
                        const char *comment)
{
    for (size_t i = 0; i < o->records.count; i++) {
        struct office_record *r = &o->records.list[i];
        if (memcmp(r->id, id, 16) == 0) {
            r->state = state;
            r->comment = arena_text(&o->records.arena, comment);
        }
    }
}

/* ---- the page ---- */

static bool fits(const struct office_record *r, int state, const char *folded)
{
    return (state < 0 || (int)r->state == state) && (!*folded || strstr(r->folded, folded));
}

/* The search field, and which states are shown. */
static void filters(struct office *o)
{
    struct ui *ui = &o->ui;
    static const int states[] = {
        -1, REVIEW_RECEIVED, REVIEW_EDITED, REVIEW_HAS_ISSUES, REVIEW_APPROVED, REVIEW_REJECTED};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        enum string_id text =
            states[i] < 0 ? S_desk_state_all : office_state((enum review_state)states[i]);
        if (ui_pill(ui, arena_printf(&ui->frame, "state:%d", states[i]), ui_str(ui, text),
                    o->records.state == states[i], false)) {
            o->records.state = states[i];
            o->records.first = 0;
            ui->again = true;
        }
    }
    if (ui_pill(ui, "training", ui_str(ui, S_desk_training), o->records.training, true)) {
        o->records.training = !o->records.training;
        o->records.first = 0;
        office_records_forget(o);
        ui->again = true;
    }
    ui_pills_end(ui);
    if (office_field(o, search, S_search, &o->records.search, 1)) {
        o->records.first = 0;
    }
    ui_gap(ui, 4);
}

static void show_record(struct office *o, const struct office_record *r)
{
    struct ui *ui = &o->ui;
    char key[48];
    desk_record_key(key, r->id);
    const char *title = arena_printf(&ui->frame, "%s · %s · %s", office_day(o, r->finalised_ms),
                                     *r->interviewer ? r->interviewer : "–", r->title);
    const char *small =
        arena_printf(&ui->frame, "%s · %s · %.13s%s%s", ui_str(ui, office_state(r->state)),
                     r->device, key, *r->comment ? " · " : "", r->comment);
    if (ui_row(ui, arena_printf(&ui->frame, "record:%s", key), title, small,
               office_state_mark(r->state))) {
        office_record_open(o, r->id);
    }
}

static void pager(struct office *o, size_t fit)
{
    struct ui *ui = &o->ui;
    struct office_records *all = &o->records;
    size_t last = all->first + SHOWN < fit ? all->first + SHOWN : fit;
    if (!fit) {
        ui_gap(ui, 8);
        ui_say(ui, TEXT_BODY, ui_str(ui, S_desk_none), ui->theme.soft);
        return;
    }
    ui_say(ui, TEXT_HINT,
           ui_fill3(ui, S_desk_listed, ui_number(ui, (long long)all->first + 1),
                    ui_number(ui, (long long)last), ui_number(ui, (long long)fit)),
           ui->theme.soft);
    ui_gap(ui, 6);
    if (all->first && ui_pill(ui, "newer", ui_str(ui, S_desk_newer), false, false)) {
        all->first -= all->first < SHOWN ? all->first : SHOWN;
        ui->scroll = 0;
        ui->again = true;
    }
    if (last < fit && ui_pill(ui, "older", ui_str(ui, S_desk_older), false, false)) {
        all->first += SHOWN;
        ui->scroll = 0;
        ui->again = true;
    }
    ui_pills_end(ui);
}

void office_records(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_records *all = &o->records;
    struct buf words = {0};
    size_t fit = 0;
    if (!all->read) {
        arena_init(&all->arena);
        office_read(o, S_desk_wait_read, read_list, list_is_read);
        if (o->work.task) {
            return;
        }
    }
    office_page_begin(o, NULL, NULL);
    filters(o);
    text_fold(&words, all->search ? all->search : "", all->search ? strlen(all->search) : 0);
    if (all->unreadable || all->without_form) {
        ui_warning(ui, ui_fill(ui, S_desk_unread, ui_number(ui, (long long)all->unreadable),
                               ui_number(ui, (long long)all->without_form)));
    }
    for (size_t i = 0; i < all->count; i++) {
        bool hit = fits(&all->list[i], all->state, words.len ? words.data : "");
        if (hit && fit >= all->first && fit < all->first + SHOWN) {
            show_record(o, &all->list[i]);
        }
        fit += hit;
    }
    buf_fini(&words);
    if (all->first >= fit && all->first) {
        all->first = 0;
        ui->again = true;
    }
    pager(o, fit);
    ui_gap(ui, 10);
    ui_say(ui, TEXT_SMALL, ui_str(ui, S_desk_no_people), ui->theme.soft);
    office_page_end(o);
}
