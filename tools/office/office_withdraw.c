/* SPDX-License-Identifier: Apache-2.0 */
/* A person takes consent back: for everything, or for a use. */
#include <stdio.h>
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
    o->withdrawing = (struct office_withdrawing){.uses = 0};
}

/* The page for the person, beside the tables. */
static bool write_proof(struct office *o, const struct forget_report *forgotten, struct err *err)
{
    struct buf page = {0};
    struct arena arena;
    struct desk_holding holding = {.language = language_code(o->ui.language),
                                   .ids = (const uint8_t(*)[16])forgotten->ids,
                                   .count = forgotten->id_count};
    arena_init(&arena);
    snprintf(o->withdrawing.page, sizeof o->withdrawing.page, "%s/withdrawal-%s.html",
             o->options.out, office_stamp(&arena, clock_wall_ms()));
    bool ok = file_folder(o->options.out, 0700, err) && desk_proof(&page, o->desk, &holding, err) &&
              file_write(o->withdrawing.page, page.data, page.len, FILE_PRIVATE, false, err);
    buf_fini(&page);
    arena_fini(&arena);
    return ok;
}

static bool withdraw(struct office *o, struct err *err)
{
    struct office_withdrawing *w = &o->withdrawing;
    struct withdraw_report sum = {0};
    struct forget_report forgotten = {0};
    const struct withdraw_options options = {
        .uses = w->uses, .why = w->why ? w->why : "", .wall_ms = clock_wall_ms(), .keep_ids = true};
    bool ok = desk_withdraw_all(o->desk, o->identity, (const uint8_t(*)[16])o->record.reading.id, 1,
                                &options, &sum, &forgotten, err);
    if (ok && forgotten.unread) {
        err_set(err, ERR_INPUT,
                "it is withdrawn, but %u of its versions did not open: which cases they made is "
                "not known",
                forgotten.unread);
        ok = err_hint(err, "look for its cases with 'suhbat-sync cases'");
    }
    ok = ok && write_proof(o, &forgotten, err);
    desk_forgotten_fini(&forgotten);
    return ok;
}

static void withdrawn(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    struct err why = *err;
    const char *text =
        ui_fill(ui, S_desk_withdrawn, office_uses(o, o->withdrawing.uses), o->withdrawing.page);
    office_forget(o, OFFICE_RECORD);
    office_forget(o, OFFICE_RECORDS);
    office_forget(o, OFFICE_FIELD);
    office_go(o, OFFICE_RECORDS);
    if (ok) {
        office_say(o, text, true);
    } else {
        office_failed(o, &why);
    }
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
