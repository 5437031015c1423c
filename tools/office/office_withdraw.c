/* SPDX-License-Identifier: Apache-2.0 */
/* A person takes consent back: for everything, or for a use. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_holds.h"
#include "tools/office/office.h"

static const struct {
    const char *id;
    unsigned use;
    enum string_id text;
} uses[] = {
    {"use:all", USE_ANSWERS, S_desk_withdraw_all},
    {"use:quotes", USE_QUOTES, S_desk_withdraw_quotes},
    {"use:recording", USE_RECORDING, S_desk_withdraw_recording},
    {"use:recontact", USE_RECONTACT, S_desk_withdraw_recontact},
};
enum { USES = sizeof uses / sizeof *uses };

const char *office_uses(struct office *o, unsigned which)
{
    const char *text = "";
    for (size_t i = 0; i < USES; i++) {
        if (which & uses[i].use) {
            text = arena_join(&o->ui.frame, text, *text ? ", " : "", ui_str(&o->ui, uses[i].text),
                              NULL);
        }
    }
    return text;
}

void office_withdraw_forget(struct office *o)
{
    mem_wipe_text(o->withdrawing.why);
    free(o->withdrawing.page);
    o->withdrawing = (struct office_withdrawing){.uses = 0};
}

/* The page for the person, beside the tables. */
static bool write_proof(struct office *o, const uint8_t (*ids)[16], size_t count, struct err *err)
{
    struct buf page = {0};
    struct arena arena;
    struct desk_holding holding = {
        .language = language_code(o->ui.language), .ids = ids, .count = count};
    arena_init(&arena);
    free(o->withdrawing.page);
    o->withdrawing.page =
        mem_text(arena_join(&arena, o->options.out, "/withdrawal-",
                            office_stamp(&arena, clock_wall_ms()), ".html", NULL));
    bool ok = desk_proof(&page, o->desk, &holding, err) &&
              file_write(o->withdrawing.page, page.data, page.len, FILE_PRIVATE, false, err);
    buf_fini(&page);
    arena_fini(&arena);
    return ok;
}

/* Fails only if nothing was withdrawn; what failed then is in `problem`. */
static bool withdraw(struct office *o, struct err *err)
{
    struct office_withdrawing *w = &o->withdrawing;
    struct withdraw_report sum = {0};
    struct forget_report forgotten = {0};
    const uint8_t(*own)[16] = (const uint8_t(*)[16])o->record.reading.id;
    const struct withdraw_options options = {
        .uses = w->uses, .why = w->why ? w->why : "", .wall_ms = clock_wall_ms(), .keep_ids = true};
    w->problem = (struct err){.code = ERR_NONE};
    if (!file_folder(o->options.out, 0700, err) || /* before: the page can be written */
        !desk_withdraw_all(o->desk, o->identity, own, 1, &options, &sum, &forgotten, err)) {
        return false;
    }
    w->messages = sum.messages;
    w->exports = sum.exports;
    bool all = forgotten.id_count > 0; /* all versions; of a use, only the one that was named */
    bool wrote = write_proof(o, all ? (const uint8_t(*)[16])forgotten.ids : own,
                             all ? forgotten.id_count : 1, &w->problem);
    if (wrote && forgotten.unread) {
        err_set(&w->problem, ERR_INPUT,
                "%u of its versions did not open: which cases they made is not known",
                forgotten.unread);
        err_hint(&w->problem, "look for its cases with 'suhbat-sync cases'");
    }
    desk_forgotten_fini(&forgotten);
    return true;
}

static void withdrawn(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const struct office_withdrawing *w = &o->withdrawing;
    char problem[1200] = "";
    if (!ok) { /* the record stays open, with its comments */
        office_failed(o, err);
        return;
    }
    const char *text = arena_join(
        &ui->frame, ui_fill(ui, S_desk_withdrawn, office_uses(o, w->uses), w->page), ". ",
        ui_fill(ui, S_desk_withdrawn_more, ui_number(ui, w->messages), ui_number(ui, w->exports)),
        NULL);
    bool fine = w->problem.code == ERR_NONE;
    if (!fine) {
        err_text(&w->problem, problem, sizeof problem);
        text = ui_fill(ui, S_desk_withdrawn_but, problem, NULL);
    }
    office_forget(o, OFFICE_RECORD);
    office_forget(o, OFFICE_RECORDS);
    office_forget(o, OFFICE_FIELD);
    office_go(o, OFFICE_RECORDS);
    office_say(o, text, fine);
    office_withdraw_forget(o);
}

static void choose_uses(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_withdrawing *w = &o->withdrawing;
    for (size_t i = 0; i < USES; i++) {
        if (ui_choice(ui, uses[i].id, ui_str(ui, uses[i].text), w->uses & uses[i].use, true)) {
            bool all = uses[i].use == USE_ANSWERS;
            w->uses = all ? (w->uses & USE_ANSWERS) ^ USE_ANSWERS
                          : (w->uses & ~(unsigned)USE_ANSWERS) ^ uses[i].use;
            w->sure = false;
            ui->again = true;
        }
    }
}

void office_withdraw(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_withdrawing *w = &o->withdrawing;
    office_page_begin(o, ui_str(ui, S_desk_withdraw), o->record.reading.title);
    choose_uses(o);
    ui_gap(ui, 12);
    (void)office_field(o, "why", S_desk_withdraw_why, &w->why, 2);
    bool destroys = w->uses & USE_ANSWERS;
    if (w->sure) {
        ui_warning(ui, ui_str(ui, S_desk_withdraw_sure));
    }
    bool go = w->uses &&
              ui_wide_button(
                  ui, "do", ui_str(ui, destroys ? S_desk_withdraw_do : S_desk_withdraw_note), true);
    office_page_end(o);
    if (go && destroys && !w->sure) {
        w->sure = true;
        ui->again = true;
    } else if (go) {
        office_work(o, S_desk_wait, withdraw, withdrawn);
    } else if (ui_took(ui, "back")) {
        office_withdraw_forget(o);
        office_go(o, OFFICE_RECORD);
    }
}
