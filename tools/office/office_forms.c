/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that the desk has, new ones from sticks, and those put in force. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/form.h"
#include "platform/custody/age.h"
#include "platform/custody/package.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/prompt.h"
#include "platform/machine/secret.h"
#include "tools/key/key_catalogue.h"
#include "tools/key/keys.h"
#include "tools/office/office.h"

/* ---- the list ---- */

static bool keep_form(void *user, const struct desk_form_row *row, struct err *err)
{
    struct office *o = user;
    const struct catalogue *c = desk_catalogue(o->desk);
    struct arena arena;
    const char *id, *version, *title;
    (void)err;
    o->forms.list = mem_grow(o->forms.list, o->forms.count + 1, sizeof *o->forms.list);
    struct office_form *one = &o->forms.list[o->forms.count++];
    *one = (struct office_form){.serial = row->serial};
    for (unsigned i = 0; i < c->form_count; i++) {
        one->in_force = one->in_force || memcmp(c->forms[i].package, row->hash, 32) == 0;
    }
    arena_init(&arena);
    if (form_head(&id, &version, &title, &arena, row->xml, row->xml_len, NULL)) {
        snprintf(one->id, sizeof one->id, "%s", id);
        snprintf(one->title, sizeof one->title, "%s", title);
        snprintf(one->version, sizeof one->version, "%s", version);
    }
    arena_fini(&arena);
    return true;
}

static bool read_forms(struct office *o, struct err *err)
{
    return desk_forms(o->desk, keep_form, o, err);
}

static void forms_are_read(struct office *o, bool ok, const struct err *err)
{
    o->forms.read = true;
    if (!ok) {
        office_failed(o, err);
    }
}

void office_forms_forget(struct office *o)
{
    free(o->forms.list);
    o->forms = (struct office_forms){.read = false};
}

/* ---- from a stick ---- */

struct found { /* packages among the files of a place */
    struct arena arena;
    const char **paths;
    size_t count;
};

/* Adds the file if it is a package of this study's; other files lie on sticks, too. */
static bool add_file(struct office *o, struct found *f, const char *path, struct err *err)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])o->identity, .count = 1};
    struct buf file = {0}, plain = {0};
    struct package p;
    bool fresh, ok = true;
    if (file_get(&file, path, PACKAGE_MAX + (1 << 20), NULL, NULL) &&
        age_open(&plain, file.data, file.len, &keys, NULL, NULL) &&
        package_read(&p, plain.data, plain.len, NULL, NULL)) {
        ok = desk_add_form(o->desk, plain.data, plain.len, &fresh, err) ||
             err_at(err, "%s", file_name(path));
        o->forms.fresh += ok && fresh;
        o->forms.known += ok && !fresh;
        f->paths[f->count++] = path;
    }
    buf_fini(&file);
    buf_fini(&plain);
    return ok;
}

static bool add_files(struct office *o, struct found *f, struct err *err)
{
    const char *folder = o->places.list[o->forms.place].path, **names;
    size_t count;
    bool ok = file_list(&f->arena, &names, &count, folder, ".age", err);
    f->paths = arena_alloc(&f->arena, ((ok ? count : 0) + 1) * sizeof *f->paths);
    for (size_t i = 0; ok && i < count; i++) {
        ok = add_file(o, f, keys_path(&f->arena, folder, names[i]), err);
        office_progress("", i + 1, count);
    }
    if (ok && !f->count) {
        ok = err_set(err, ERR_INPUT, "%s", string(S_desk_forms_none, o->ui.language));
    }
    return ok;
}

/* Signs the next catalogue with these forms: for the stick, and for the desk. */
static bool issue(struct office *o, struct found *f, struct err *err)
{
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    const struct catalogue_change change = {
        .study = o->options.study,
        .root = o->options.root,
        .packages = f->paths,
        .count = f->count,
        .out = keys_path(&f->arena, o->places.list[o->forms.place].path, "catalogue.age"),
        .force = true,
        .wall_ms = clock_wall_ms()};
    bool ok =
        key_catalogue(&change, c, err) &&
        file_read(&bytes, keys_path(&f->arena, o->options.study, "catalogue.sbg"), 4 << 20, err) &&
        desk_set_catalogue(o->desk, bytes.data, bytes.len, err);
    o->forms.epoch = c->epoch;
    buf_fini(&bytes);
    free(c);
    return ok;
}

static bool take_forms(struct office *o, struct err *err)
{
    struct found f = {.count = 0};
    arena_init(&f.arena);
    if (o->pass) {
        keys_offer_passphrase(o->pass);
        secret_free(o->pass);
        o->pass = NULL;
    }
    o->forms.fresh = o->forms.known = 0;
    o->forms.epoch = 0;
    bool ok = add_files(o, &f, err) && (!o->forms.issue || issue(o, &f, err));
    arena_fini(&f.arena);
    return ok;
}

static void forms_are_taken(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const char *text = ui_fill(ui, S_desk_forms_added, ui_number(ui, o->forms.fresh),
                               ui_number(ui, o->forms.known));
    if (o->forms.issue && ok) {
        text = arena_join(
            &ui->frame, text, ". ",
            ui_fill(ui, S_desk_forms_issued, ui_number(ui, (long long)o->forms.epoch), NULL), NULL);
    }
    office_forms_forget(o);
    office_forget(o, OFFICE_RECORDS);
    o->media = true;
    if (ok) {
        office_say(o, text, true);
    } else {
        office_failed(o, err);
    }
}

/* ---- the page ---- */

static void show_form(struct office *o, size_t i)
{
    struct ui *ui = &o->ui;
    const struct office_form *f = &o->forms.list[i];
    const char *below =
        arena_join(&ui->frame, f->id, " · ",
                   ui_fill(ui, S_desk_form_row, f->version, ui_number(ui, (long long)f->serial)),
                   " · ", ui_str(ui, f->in_force ? S_desk_form_in_force : S_desk_form_old), NULL);
    (void)ui_row(ui, arena_printf(&ui->frame, "form:%zu", i), *f->title ? f->title : f->id, below,
                 f->in_force ? '+' : '-');
}

static void show_sources(struct office *o)
{
    struct ui *ui = &o->ui;
    bool issues = o->options.study;
    for (size_t i = 0; i < o->places.count; i++) {
        const struct office_place *p = &o->places.list[i];
        if (!p->files) {
            continue;
        }
        ui_gap(ui, 12);
        ui_say(ui, TEXT_BODY_BOLD, office_place(o, i), ui->theme.ink);
        ui_gap(ui, 6);
        bool add = ui_pill(ui, arena_printf(&ui->frame, "add:%zu", i), ui_str(ui, S_desk_add_forms),
                           false, false);
        bool force = issues && ui_pill(ui, arena_printf(&ui->frame, "issue:%zu", i),
                                       ui_str(ui, S_desk_put_in_force), false, false);
        ui_pills_end(ui);
        if (add || force) {
            o->forms.place = i;
            o->forms.issue = force;
            office_take_secret(o);
            office_work(o, S_desk_wait, take_forms, forms_are_taken);
            return;
        }
    }
    if (issues) {
        office_secret(o, "root-pass", S_desk_root_pass);
    } else {
        ui_gap(ui, 8);
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_no_study), ui->theme.soft);
    }
}

bool office_forms_wait(struct office *o)
{
    if (!o->forms.read) {
        office_read(o, S_desk_wait_read, read_forms, forms_are_read);
    }
    return o->work.task;
}

void office_forms(struct office *o)
{
    if (office_look(o) || office_forms_wait(o)) {
        return;
    }
    office_page_begin(o, NULL, NULL);
    for (size_t i = 0; i < o->forms.count; i++) {
        show_form(o, i);
    }
    office_heading(o, S_desk_add_forms);
    show_sources(o);
    office_page_end(o);
}
