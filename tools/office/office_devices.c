/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, what is kept apart of them, and new ones that ask to join. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/prompt.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_enrolled.h"
#include "tools/desk/desk_forget.h"
#include "tools/key/key_enrol.h"
#include "tools/key/keys.h"
#include "tools/office/office.h"

/* ---- the list ---- */

static bool keep_device(void *user, const struct desk_device *d, struct err *err)
{
    struct office *o = user;
    struct office_devices *all = &o->devices;
    all->list = mem_grow(all->list, all->count + 1, sizeof *all->list);
    struct office_device *one = &all->list[all->count++];
    *one = (struct office_device){.is = *d};
    one->is.lost = NULL;
    for (size_t i = 0; i < d->lost_count; i++) {
        one->lost += d->lost[i].last - d->lost[i].first + 1;
    }
    return desk_device_text(o->desk, d->id, one->text, err);
}

static bool read_devices(struct office *o, struct err *err)
{
    return desk_devices(o->desk, keep_device, o, err);
}

void office_devices_forget(struct office *o)
{
    free(o->devices.list);
    free(o->devices.folder);
    free(o->devices.request);
    o->devices = (struct office_devices){.read = false};
}

static void devices_are_read(struct office *o, bool ok, const struct err *err)
{
    if (!ok) { /* nothing that is half read is shown */
        office_devices_forget(o);
        o->devices.failed = true;
        office_failed(o, err);
    }
    o->devices.read = true;
}

static bool accept(struct office *o, struct err *err)
{
    const struct office_device *d = &o->devices.list[o->devices.sure - 1];
    char hex[33];
    unsigned late;
    text_hex(hex, d->is.id, 16);
    return desk_accept(o->desk, hex, d->is.history, clock_wall_ms(), &o->devices.accepted, err) &&
           desk_withdraw_late(o->desk, o->identity, clock_wall_ms(), &late, err);
}

static void accepted(struct office *o, bool ok, const struct err *err)
{
    unsigned records = o->devices.accepted;
    office_devices_forget(o);
    office_forget(o, OFFICE_RECORDS);
    office_forget(o, OFFICE_FIELD);
    if (ok) {
        office_say(o, ui_fill(&o->ui, S_desk_accepted, ui_number(&o->ui, records), NULL), true);
    } else {
        office_failed(o, err);
    }
}

static const char *device_says(struct ui *ui, const struct office_device *d)
{
    const struct desk_device *is = &d->is;
    const char *text = ui_fill(ui, S_desk_device_records, ui_number(ui, (long long)is->records),
                               ui_number(ui, (long long)is->contiguous));
    if (is->highest > is->contiguous && (!is->held || is->contiguous + 1 < is->held)) {
        text = arena_join(&ui->frame, text, " ",
                          ui_fill(ui, S_desk_took_gap, ui_number(ui, (long long)is->contiguous + 1),
                                  ui_number(ui, (long long)is->highest)),
                          ".", NULL);
    }
    if (d->lost) {
        text = arena_join(&ui->frame, text, " ",
                          ui_fill(ui, S_desk_device_lost, ui_number(ui, (long long)d->lost), NULL),
                          ".", NULL);
    }
    if (is->held) {
        text = arena_join(&ui->frame, text, " ",
                          ui_fill(ui, S_desk_device_held, ui_number(ui, (long long)is->kept), NULL),
                          NULL);
    }
    if (is->receipt_seq < is->contiguous) {
        text = arena_join(&ui->frame, text, " ", ui_str(ui, S_desk_device_no_receipt), ".", NULL);
    }
    return text;
}

static void show_device(struct office *o, size_t i)
{
    struct ui *ui = &o->ui;
    const struct office_device *d = &o->devices.list[i];
    bool gap = d->is.highest > d->is.contiguous;
    const char *name = d->is.histories > 1 ? arena_printf(&ui->frame, "%s · %u/%u", d->text,
                                                          d->is.history, d->is.histories)
                                           : d->text;
    (void)ui_row(ui, arena_printf(&ui->frame, "device:%zu", i), name, device_says(ui, d),
                 d->is.held ? '!'
                 : gap      ? '?'
                            : '+');
    if (!d->is.held) {
        return;
    }
    bool sure = o->devices.sure == i + 1;
    if (sure) {
        ui_warning(ui, ui_str(ui, S_desk_accept_sure));
    }
    bool go = ui_pill(ui, arena_printf(&ui->frame, "accept:%zu", i), ui_str(ui, S_desk_accept),
                      sure, false);
    ui_pills_end(ui);
    if (go) {
        o->devices.sure = i + 1;
        ui->again = true;
    }
    if (go && sure) {
        office_work(o, S_desk_wait, accept, accepted);
    }
}

/* ---- joining ---- */

static const char *request_path(const struct office *o, struct arena *arena)
{
    return arena_join(arena, o->devices.folder, "/", o->devices.request, NULL);
}

static bool read_request(struct office *o, struct err *err)
{
    struct key_request r;
    struct arena arena;
    arena_init(&arena);
    bool ok = key_request_read(&r, request_path(o, &arena), err);
    if (ok) {
        snprintf(o->devices.id, sizeof o->devices.id, "%s", r.hex);
        snprintf(o->devices.words, sizeof o->devices.words, "%s", r.words);
    }
    arena_fini(&arena);
    return ok;
}

static void request_is_read(struct office *o, bool ok, const struct err *err)
{
    o->devices.asked = ok;
    if (!ok) {
        office_failed(o, err);
    }
}

/* A passphrase that opened nothing is not remembered. */
static bool answer(struct office *o, const struct key_answer *a, struct key_enrolled *done,
                   struct err *err)
{
    bool fresh = o->pass && keys_offer_passphrase(o->pass);
    bool ok = key_enrol(a, done, err);
    if (!ok && fresh) {
        keys_drop_passphrase(o->pass);
    }
    secret_free(o->pass);
    o->pass = NULL;
    return ok;
}

/* Fails only if the device did not join; if the desk cannot be told then, `problem` says why, and
 * opening the desk tells it. */
static bool enrol(struct office *o, struct err *err)
{
    struct arena arena;
    struct key_enrolled done;
    unsigned added = 0;
    arena_init(&arena);
    const struct key_answer a = {
        .study = o->options.study,
        .root = o->options.root,
        .identity = o->options.identity,
        .request = request_path(o, &arena),
        .expected = o->devices.id,
        .out = arena_join(&arena, o->devices.folder, "/grant-", o->devices.request, ".age", NULL),
        .force = true, /* what an attempt before left */
        .now_s = (uint64_t)clock_wall_ms() / 1000};
    bool ok = answer(o, &a, &done, err);
    if (ok) {
        snprintf(o->devices.name, sizeof o->devices.name, "%s",
                 *done.label ? done.label : done.device.hex);
        o->devices.unnamed = done.no_label.code != ERR_NONE;
        o->devices.problem = (struct err){.code = ERR_NONE};
        (void)!desk_add_devices(o->desk, keys_path(&arena, o->options.study, "devices"), &added,
                                &o->devices.problem);
    }
    arena_fini(&arena);
    return ok;
}

static void enrolled(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    char why[1200] = "";
    if (!ok) {
        office_failed(o, err);
        return;
    }
    bool known = o->devices.problem.code == ERR_NONE, fine = known && !o->devices.unnamed;
    const char *text = ui_fill(ui, S_desk_enrolled, o->devices.name, NULL);
    if (!known) {
        err_text(&o->devices.problem, why, sizeof why);
        text = ui_fill(ui, S_desk_enrolled_but, why, NULL);
    } else if (o->devices.unnamed) {
        text = arena_join(&ui->frame, text, " ", ui_str(ui, S_desk_enrolled_unnamed), NULL);
    }
    office_devices_forget(o);
    o->media = true;
    office_say(o, text, fine);
}

/* The words of the device, and the passphrase of the root key. */
static void show_request(struct office *o)
{
    struct ui *ui = &o->ui;
    char cyrillic[160];
    words_cyrillic(cyrillic, sizeof cyrillic, o->devices.words);
    ui_say(ui, TEXT_QUESTION, ui->language == UI_EN ? o->devices.words : cyrillic, ui->theme.ink);
    ui_gap(ui, 8);
    ui_warning(ui, ui_str(ui, S_desk_enrol_words));
    office_secret(o, "root-pass", S_desk_root_pass);
    if (ui_wide_button(ui, "same", ui_str(ui, S_first_same), true)) {
        if (office_take_secret(o)) {
            office_work(o, S_desk_wait, enrol, enrolled);
        }
        return;
    }
    if (ui_wide_button(ui, "cancel", ui_str(ui, S_cancel), false)) {
        o->devices.asked = false;
        edit_end(&ui->edit);
        ui->again = true;
    }
}

static void show_requests(struct office *o)
{
    struct ui *ui = &o->ui;
    size_t shown = 0;
    office_heading(o, S_desk_enrol);
    if (!o->options.study) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_no_study), ui->theme.soft);
        return;
    }
    if (o->devices.asked) {
        show_request(o);
        return;
    }
    for (size_t i = 0; i < o->places.count; i++) {
        const struct office_place *p = &o->places.list[i];
        for (size_t k = 0; k < p->request_count; k++) {
            shown++;
            if (ui_row(ui, arena_printf(&ui->frame, "request:%zu:%zu", i, k), p->requests[k],
                       file_name(p->path), 0)) {
                free(o->devices.folder);
                free(o->devices.request);
                o->devices.folder = mem_text(p->path); /* the list of sticks may change */
                o->devices.request = mem_text(p->requests[k]);
                office_work(o, S_wait_media, read_request, request_is_read);
                return;
            }
        }
    }
    if (!shown) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_enrol_none), ui->theme.soft);
    }
}

void office_devices(struct office *o)
{
    if (office_look(o)) {
        return;
    }
    if (!o->devices.read) {
        office_read(o, S_desk_wait_read, read_devices, devices_are_read);
        if (o->work.task) {
            return;
        }
    }
    office_page_begin(o, NULL, NULL);
    for (size_t i = 0; i < o->devices.count && !o->work.task; i++) {
        show_device(o, i);
    }
    if (!o->work.task) {
        show_requests(o);
    }
    office_page_end(o);
}
