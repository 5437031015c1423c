/* SPDX-License-Identifier: Apache-2.0 */
/* Taking batches in from sticks and the inbox, and writing what goes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_post.h"
#include "tools/key/keys.h"
#include "tools/office/office.h"

/* ---- taking in ---- */

static void add_line(struct office *o, const char *name, const char *text, char mark)
{
    office_add_line(&o->take.lines, &o->take.line_count, name, text, mark);
}

/* On the work's thread: the texts are made in an arena of their own. */
static void told(void *user, const struct take_told *t)
{
    struct office *o = user;
    struct arena arena;
    enum ui_language l = o->ui.language;
    char a[32], b[32];
    arena_init(&arena);
    const struct import_report *r = t->report;
    if (t->why) {
        char text[1200];
        err_text(t->why, text, sizeof text);
        const char *said = strncmp(text, t->name, strlen(t->name)) == 0
                               ? text + strlen(t->name) + 2
                               : text; /* the name stands before it already */
        add_line(o, t->name, said, '!');
    } else if (!r) {
        bool foreign = t->result == TAKE_FOREIGN;
        add_line(o, t->name, string(foreign ? S_desk_took_foreign : S_desk_took_other, l),
                 foreign ? '!' : '-');
    } else if (r->apart) {
        add_line(o, t->name, string(S_desk_took_apart, l), '!');
    } else if (r->known) {
        add_line(o, t->name, string(S_desk_took_known, l), '-');
    } else {
        snprintf(a, sizeof a, "%u", r->objects);
        add_line(o, t->name,
                 string_fill(&arena, S_desk_took, l, (const char *const[3]){a, NULL, NULL}), '+');
    }
    if (r && r->gap_from) {
        snprintf(a, sizeof a, "%llu", (unsigned long long)r->gap_from);
        snprintf(b, sizeof b, "%llu", (unsigned long long)r->gap_to);
        add_line(o, t->name,
                 string_fill(&arena, S_desk_took_gap, l, (const char *const[3]){a, b, NULL}), '?');
    }
    office_progress(
        "", o->take.sums.opened + o->take.sums.foreign + o->take.sums.other + o->take.sums.refused,
        o->places.list[o->take.place].files);
    arena_fini(&arena);
}

static bool take(struct office *o, struct err *err)
{
    const char *path = o->places.list[o->take.place].path;
    return desk_take(o->desk, o->identity, &path, 1, clock_wall_ms(), told, o, &o->take.sums, err);
}

static void taken(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const struct take_sums *s = &o->take.sums;
    office_forget(o, OFFICE_RECORDS);
    office_forget(o, OFFICE_FIELD);
    office_forget(o, OFFICE_DEVICES);
    if (!ok && !s->opened && !s->refused && !s->foreign) {
        office_say(o, ui_str(ui, S_desk_took_none), false);
    } else if (!ok && !s->refused && !s->apart && !s->foreign) {
        office_failed(o, err);
    } else if (s->late_failed) {
        office_failed(o, &s->late_why);
    } else {
        const char *text = ui_fill(ui, S_desk_took_all, ui_number(ui, s->opened), NULL);
        if (s->late) {
            text = arena_join(&ui->frame, text, ". ",
                              ui_fill(ui, S_desk_took_late, ui_number(ui, s->late), NULL), NULL);
        }
        office_say(o, text, ok);
    }
}

static void begin_to_take(struct office *o, size_t place)
{
    o->take.place = place;
    office_free_lines(&o->take.lines, &o->take.line_count);
    office_work(o, S_desk_wait_take, take, taken);
}

/* ---- the post ---- */

static bool post(struct office *o, struct err *err)
{
    struct arena arena;
    struct post_report report;
    uint8_t *seed = secret_new(32), cert[CERT_BYTES];
    arena_init(&arena);
    bool ok = keys_read_seed(seed, keys_path(&arena, o->options.desk, "desk.key"), err) &&
              keys_read_cert(cert, keys_path(&arena, o->options.desk, "desk.cert"), err) &&
              desk_post(o->desk, seed, cert, o->places.list[o->take.place].path, clock_wall_ms(),
                        &report, err);
    if (ok) {
        o->take.receipts = report.receipts;
        o->take.messages = report.messages;
        o->take.revoked = report.revoked;
    }
    secret_free(seed);
    arena_fini(&arena);
    return ok;
}

static void posted(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    if (!ok) {
        office_failed(o, err);
        return;
    }
    const char *text = ui_fill(ui, S_desk_posted, ui_number(ui, o->take.receipts),
                               ui_number(ui, o->take.messages));
    if (o->take.revoked) {
        text =
            arena_join(&ui->frame, text, " ",
                       ui_fill(ui, S_desk_posted_not, ui_number(ui, o->take.revoked), NULL), NULL);
    }
    office_forget(o, OFFICE_DEVICES);
    o->media = true;
    office_say(o, text, !o->take.revoked);
}

/* ---- the page ---- */

static void show_places(struct office *o)
{
    struct ui *ui = &o->ui;
    for (size_t i = 0; i < o->places.count; i++) {
        const struct office_place *p = &o->places.list[i];
        if (p->trouble[0]) {
            ui_warning(ui, arena_join(&ui->frame, office_place(o, i), ": ", p->trouble, NULL));
            continue;
        }
        const char *files =
            p->files ? ui_fill(ui, S_desk_place_files, ui_number(ui, (long long)p->files), NULL)
                     : ui_str(ui, S_desk_place_empty);
        if (ui_card(ui, arena_printf(&ui->frame, "take:%zu", i), office_place(o, i), files,
                    p->files > 0) &&
            p->files) {
            begin_to_take(o, i);
            return;
        }
        if (!p->inbox && ui_pill(ui, arena_printf(&ui->frame, "post:%zu", i),
                                 ui_str(ui, S_desk_post), false, false)) {
            o->take.place = i;
            office_work(o, S_wait_write, post, posted);
            return;
        }
        ui_pills_end(ui);
    }
    if (o->places.silent) {
        ui_warning(ui, ui_str(ui, S_media_hangs));
    }
    if (!o->places.count) {
        ui_open_card(ui, NULL, ui_str(ui, S_desk_no_places), "");
    }
}

void office_take(struct office *o)
{
    struct ui *ui = &o->ui;
    if (office_look(o)) {
        return;
    }
    office_page_begin(o, NULL, NULL);
    office_heading(o, S_desk_places);
    show_places(o);
    if (o->work.task) { /* it fills the lines */
        office_page_end(o);
        return;
    }
    if (ui_pill(ui, "again", ui_str(ui, S_first_look), false, false)) {
        o->media = true;
        ui->again = true;
    }
    ui_pills_end(ui);
    for (size_t i = 0; i < o->take.line_count; i++) {
        const struct office_line *line = &o->take.lines[i];
        (void)ui_row(ui, arena_printf(&ui->frame, "line:%zu", i), line->text, "", line->mark);
    }
    office_page_end(o);
}

void office_take_forget(struct office *o)
{
    office_free_lines(&o->take.lines, &o->take.line_count);
    o->take = (struct office_take){0};
    office_look_forget(o);
}
