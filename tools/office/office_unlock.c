/* SPDX-License-Identifier: Apache-2.0 */
/* The page before the desk is open: asks for the passphrase of the coordinator's key. */
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_enrolled.h"
#include "tools/desk/desk_ledger.h"
#include "tools/key/keys.h"
#include "tools/office/office.h"

static const char field[] = "pass";

static bool read_elements(struct office *o, struct err *err)
{
    struct buf bytes = {0};
    struct arena arena;
    arena_init(&arena);
    const char *path =
        o->options.lists ? arena_join(&arena, o->options.lists, "/elem.csv", NULL) : NULL;
    bool ok = true;
    if (path && file_exists(path)) {
        ok = file_read(&bytes, path, CODING_TEXT_MAX, err);
        o->has_elements = ok;
        ok = ok && desk_elements_read(&o->elements, &bytes, err);
    }
    buf_fini(&bytes);
    arena_fini(&arena);
    return ok;
}

/* Those that joined while the desk could not be told. */
static bool add_devices(struct office *o, struct err *err)
{
    struct arena arena;
    unsigned added = 0;
    arena_init(&arena);
    bool ok =
        !o->options.study ||
        desk_add_devices(o->desk, keys_path(&arena, o->options.study, "devices"), &added, err);
    arena_fini(&arena);
    return ok;
}

static bool open_desk(struct office *o, struct err *err)
{
    keys_offer_passphrase(o->pass);
    secret_free(o->pass);
    o->pass = NULL;
    o->identity = secret_new(32);
    bool changed;
    bool ok = keys_read_identity(o->identity, o->options.identity, err) &&
              desk_open(&o->desk, o->options.desk, o->identity, err) &&
              desk_refresh(o->desk, &changed, err);
    if (ok) {
        desk_set_person(o->desk, o->options.person);
        ok = read_elements(o, err) && add_devices(o, err);
    }
    return ok;
}

static void opened(struct office *o, bool ok, const struct err *err)
{
    if (ok) {
        office_go(o, OFFICE_TAKE);
        return;
    }
    struct err why = *err;
    office_lock(o);
    if (why.code == ERR_AUTH) {
        office_say(o, ui_str(&o->ui, S_desk_pass_wrong), false);
    } else {
        office_failed(o, &why);
    }
}

static void try_to_open(struct office *o)
{
    if (office_take_secret(o) && o->pass) {
        office_work(o, S_wait_check, open_desk, opened);
    }
}

void office_unlock(struct office *o)
{
    struct ui *ui = &o->ui;
    if (!edit_is(&ui->edit, field)) {
        edit_begin(&ui->edit, field, "");
    }
    office_page_begin(o, ui_str(ui, S_desk_title), "");
    ui_gap(ui, 24);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_desk_pass), ui->theme.ink);
    ui_gap(ui, 10);
    (void)ui_field(ui, field,
                   &(struct field){.text = ui->edit.text.data ? ui->edit.text.data : "",
                                   .cursor = ui->edit.cursor,
                                   .active = true,
                                   .masked = !o->show_pass,
                                   .style = TEXT_BODY});
    if (ui_pill(ui, "show", ui_str(ui, o->show_pass ? S_unlock_hide : S_unlock_show), false,
                false)) {
        o->show_pass = !o->show_pass;
        ui->again = true;
    }
    if (ui_pill(ui, "keys", ui_str(ui, S_desk_keys), o->keys, false)) {
        o->keys = !o->keys;
        ui->again = true;
    }
    ui_pills_end(ui);
    ui_gap(ui, 8);
    bool go = ui_wide_button(ui, "right", ui_str(ui, S_unlock_open), true);
    office_page_end(o);
    if (go || ui_took(ui, "key:enter")) {
        try_to_open(o);
    }
}
