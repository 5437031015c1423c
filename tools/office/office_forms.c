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

static void name_form(struct office_form *form, const char *xml, size_t len)
{
    struct arena arena;
    const char *id, *version, *title;
    arena_init(&arena);
    if (form_head(&id, &version, &title, &arena, xml, len, NULL)) {
        snprintf(form->id, sizeof form->id, "%s", id);
        snprintf(form->title, sizeof form->title, "%s", title);
        snprintf(form->version, sizeof form->version, "%s", version);
    }
    arena_fini(&arena);
}

static bool keep_form(void *user, const struct desk_form_row *row, struct err *err)
{
    struct office *o = user;
    const struct catalogue *c = desk_catalogue(o->desk);
    (void)err;
    o->forms.list = mem_grow(o->forms.list, o->forms.count + 1, sizeof *o->forms.list);
    struct office_form *one = &o->forms.list[o->forms.count++];
    *one = (struct office_form){.serial = row->serial};
    for (unsigned i = 0; i < c->form_count; i++) {
        one->in_force = one->in_force || memcmp(c->forms[i].package, row->hash, 32) == 0;
    }
    name_form(one, row->xml, row->xml_len);
    return true;
}

static bool read_forms(struct office *o, struct err *err)
{
    return desk_forms(o->desk, keep_form, o, err);
}

static void forget_found(struct office *o)
{
    for (size_t i = 0; i < o->forms.found_count; i++) {
        free(o->forms.found[i].path);
    }
    free(o->forms.found);
    o->forms.found = NULL;
    o->forms.found_count = 0;
    office_free_lines(&o->forms.broken, &o->forms.broken_count);
    o->forms.looked = false;
}

void office_forms_forget(struct office *o)
{
    forget_found(o);
    free(o->forms.list);
    o->forms = (struct office_forms){.read = false};
}

static void forms_are_read(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        office_forms_forget(o);
        o->forms.failed = true;
        office_failed(o, err);
    }
    o->forms.read = true;
}

/* ---- from a stick ---- */

static void keep_package(struct office *o, const char *path, const struct package *p)
{
    const struct catalogue *c = desk_catalogue(o->desk);
    const char *xml;
    size_t len;
    o->forms.found = mem_grow(o->forms.found, o->forms.found_count + 1, sizeof *o->forms.found);
    struct office_form *one = &o->forms.found[o->forms.found_count++];
    *one = (struct office_form){.serial = p->serial, .path = mem_text(path)};
    for (unsigned i = 0; i < c->form_count; i++) {
        one->in_force = one->in_force || memcmp(c->forms[i].package, p->hash, 32) == 0;
    }
    if (package_find(p, "form.xml", &xml, &len)) {
        name_form(one, xml, len);
    }
}

/* Other files lie on sticks, too: what is for somebody else, or is no package, is passed over. What
 * is damaged is told. */
static void look_into(struct office *o, const char *path)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])o->identity, .count = 1};
    struct buf file = {0}, plain = {0};
    struct package p;
    struct err why = {0};
    enum age_result result = AGE_HEADER;
    bool read = file_get(&file, path, PACKAGE_MAX + (1 << 20), NULL, &why);
    bool opened = read && age_open(&plain, file.data, file.len, &keys, &result, &why);
    bool ours = opened && package_read(&p, plain.data, plain.len, NULL, &why);
    bool other =
        (read && !opened && result == AGE_NO_MATCH) || (opened && !ours && why.code == ERR_INPUT);
    if (ours) {
        keep_package(o, path, &p);
    } else if (!other) {
        char text[1200];
        err_text(&why, text, sizeof text);
        office_add_line(&o->forms.broken, &o->forms.broken_count, file_name(path), text, '!');
    }
    buf_fini(&file);
    buf_fini(&plain);
}

/* Of each form the newest is chosen, if it is not in force. */
static void choose_newest(struct office_forms *f)
{
    for (size_t i = 0; i < f->found_count; i++) {
        struct office_form *one = &f->found[i];
        one->chosen = !one->in_force;
        for (size_t k = 0; k < f->found_count; k++) {
            bool same = strcmp(f->found[k].id, one->id) == 0;
            one->chosen = one->chosen && !(same && f->found[k].serial > one->serial);
        }
    }
}

static bool find_forms(struct office *o, struct err *err)
{
    struct arena arena;
    const char *folder = o->forms.folder, **names;
    size_t count;
    forget_found(o);
    arena_init(&arena);
    bool ok = file_list(&arena, &names, &count, folder, ".age", err);
    for (size_t i = 0; ok && i < count; i++) {
        look_into(o, keys_path(&arena, folder, names[i]));
        office_progress("", i + 1, count);
    }
    choose_newest(&o->forms);
    arena_fini(&arena);
    return ok;
}

static void forms_are_found(struct office *o, bool ok, const struct err *err)
{
    o->forms.looked = ok;
    if (!ok) {
        office_failed(o, err);
    } else if (!o->forms.found_count) {
        office_say(o, ui_str(&o->ui, S_desk_forms_none), false);
    }
}

static bool add_form(struct office *o, const char *path, struct err *err)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])o->identity, .count = 1};
    struct buf file = {0}, plain = {0};
    bool fresh = false;
    bool ok = (file_get(&file, path, PACKAGE_MAX + (1 << 20), NULL, err) &&
               age_open(&plain, file.data, file.len, &keys, NULL, err) &&
               desk_add_form(o->desk, plain.data, plain.len, &fresh, err)) ||
              err_at(err, "%s", file_name(path));
    o->forms.fresh += ok && fresh;
    o->forms.known += ok && !fresh;
    buf_fini(&file);
    buf_fini(&plain);
    return ok;
}

/* Signs the next catalogue with the chosen forms: for the stick, and for the desk. */
static bool issue(struct office *o, struct arena *arena, struct err *err)
{
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    const char **paths = arena_alloc(arena, (o->forms.found_count + 1) * sizeof *paths);
    size_t count = 0;
    for (size_t i = 0; i < o->forms.found_count; i++) {
        if (o->forms.found[i].chosen) {
            paths[count++] = o->forms.found[i].path;
        }
    }
    const struct catalogue_change change = {.study = o->options.study,
                                            .root = o->options.root,
                                            .packages = paths,
                                            .count = count,
                                            .out =
                                                keys_path(arena, o->forms.folder, "catalogue.age"),
                                            .force = true,
                                            .wall_ms = clock_wall_ms()};
    bool fresh = o->pass && keys_offer_passphrase(o->pass);
    bool ok = key_catalogue(&change, c, err);
    if (!ok && fresh) {
        keys_drop_passphrase(o->pass);
    }
    ok = ok &&
         file_read(&bytes, keys_path(arena, o->options.study, "catalogue.sbg"), 4 << 20, err) &&
         desk_set_catalogue(o->desk, bytes.data, bytes.len, err);
    o->forms.epoch = c->epoch;
    buf_fini(&bytes);
    free(c);
    return ok;
}

static bool take_forms(struct office *o, struct err *err)
{
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    o->forms.fresh = o->forms.known = 0;
    o->forms.epoch = 0;
    for (size_t i = 0; ok && i < o->forms.found_count; i++) {
        ok = !o->forms.found[i].chosen || add_form(o, o->forms.found[i].path, err);
    }
    ok = ok && (!o->forms.issue || issue(o, &arena, err));
    secret_free(o->pass);
    o->pass = NULL;
    arena_fini(&arena);
    return ok;
}

static void forms_are_taken(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const char *text = ui_fill(ui, S_desk_forms_added, ui_number(ui, o->forms.fresh),
                               ui_number(ui, o->forms.known));
    if (!ok) {
        office_failed(o, err);
        return;
    }
    if (o->forms.issue) {
        text = arena_join(
            &ui->frame, text, ". ",
            ui_fill(ui, S_desk_forms_issued, ui_number(ui, (long long)o->forms.epoch), NULL), NULL);
    }
    office_forms_forget(o);
    office_forget(o, OFFICE_RECORDS);
    office_forget(o, OFFICE_FIELD);
    o->media = true;
    office_say(o, text, true);
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

static void show_places(struct office *o)
{
    struct ui *ui = &o->ui;
    for (size_t i = 0; i < o->places.count; i++) {
        const struct office_place *p = &o->places.list[i];
        if (p->files && ui_card(ui, arena_printf(&ui->frame, "find:%zu", i), office_place(o, i),
                                ui_str(ui, S_desk_find_forms), false)) {
            snprintf(o->forms.folder, sizeof o->forms.folder, "%s", p->path);
            office_work(o, S_wait_media, find_forms, forms_are_found);
            return;
        }
    }
}

/* What lies on the stick, to be chosen. */
static void show_found(struct office *o)
{
    struct ui *ui = &o->ui;
    for (size_t i = 0; i < o->forms.found_count; i++) {
        struct office_form *f = &o->forms.found[i];
        const char *text = arena_join(
            &ui->frame, *f->title ? f->title : f->id, " · ",
            ui_fill(ui, S_desk_form_row, f->version, ui_number(ui, (long long)f->serial)),
            f->in_force ? " · " : "", f->in_force ? ui_str(ui, S_desk_form_in_force) : "", NULL);
        if (ui_choice(ui, arena_printf(&ui->frame, "found:%zu", i), text, f->chosen, true)) {
            f->chosen = !f->chosen;
            ui->again = true;
        }
    }
    for (size_t i = 0; i < o->forms.broken_count; i++) {
        (void)ui_row(ui, arena_printf(&ui->frame, "broken:%zu", i), o->forms.broken[i].text, "",
                     '!');
    }
}

static void show_choice(struct office *o)
{
    struct ui *ui = &o->ui;
    bool any = false;
    show_found(o);
    for (size_t i = 0; i < o->forms.found_count; i++) {
        any = any || o->forms.found[i].chosen;
    }
    if (!any) {
        return;
    }
    ui_gap(ui, 10);
    bool add = ui_wide_button(ui, "add", ui_str(ui, S_desk_add_forms), false);
    if (!o->options.study) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_no_study), ui->theme.soft);
    } else {
        office_secret(o, "root-pass", S_desk_root_pass);
    }
    bool force =
        o->options.study && ui_wide_button(ui, "issue", ui_str(ui, S_desk_put_in_force), true);
    if ((add || force) && office_take_secret(o)) {
        o->forms.issue = force;
        office_work(o, S_desk_wait, take_forms, forms_are_taken);
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
    show_places(o);
    if (o->forms.looked && !o->work.task) {
        show_choice(o);
    }
    office_page_end(o);
}
