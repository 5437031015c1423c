/* SPDX-License-Identifier: Apache-2.0 */
/* A recording is heard, slower if wanted, and written down: who speaks from when, and what. */
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/webvtt.h"
#include "platform/machine/clock.h"
#include "tools/office/office.h"

enum {
    STEP_MS = 3000,
    AHEAD_MS = 4000, /* what the player has at least */
    PIECE_MS = 8000, /* what it is given at once */
    BEAT_MS = 200,
    LOOK_MS = 5000,  /* whether it is time to keep what is written */
    KEEP_MS = 60000, /* what is written is kept as a draft after so long */
    AROUND = 4,      /* pieces that are shown before and after the one that is written */
    PLACES = 16      /* of the bar that can be touched */
};
static const char field[] = "said";
static const int speeds[] = {60, 80, 100, 125};
enum { SPEEDS = sizeof speeds / sizeof *speeds, KEY_NOBODY = 3 /* F4; then the speakers */ };

/* ---- pieces ---- */

static void free_pieces(struct office_listening *l)
{
    for (size_t i = 0; i < l->count; i++) {
        mem_wipe_text(l->pieces[i].who);
        mem_wipe_text(l->pieces[i].text);
    }
    free(l->pieces);
    l->pieces = NULL;
    l->count = l->at = 0;
}

static void touch_pieces(struct office_listening *l)
{
    if (!l->changed) {
        l->changed_ms = clock_mono_ms();
    }
    l->changed = true;
}

/* The piece that is written from now on; its field is open. */
static void write_piece(struct office *o, size_t at)
{
    struct office_listening *l = &o->listening;
    l->at = at;
    edit_end(&o->ui.edit);
    if (at < l->count) {
        edit_begin(&o->ui.edit, field, l->pieces[at].text);
        o->ui.edit.changed = false;
    }
    o->ui.again = true;
}

/* Somebody begins to speak: a new piece; one that is empty gets another speaker instead. */
static void begin_piece(struct office *o, int64_t ms, const char *who)
{
    struct office_listening *l = &o->listening;
    size_t at = l->count;
    touch_pieces(l);
    if (l->at < l->count && !*l->pieces[l->at].text) {
        mem_wipe_text(l->pieces[l->at].who);
        l->pieces[l->at].who = mem_text(who);
        write_piece(o, l->at);
        return;
    }
    while (at > 0 && l->pieces[at - 1].from_ms > ms) {
        at--;
    }
    l->pieces = mem_grow(l->pieces, l->count + 1, sizeof *l->pieces);
    memmove(&l->pieces[at + 1], &l->pieces[at], (l->count - at) * sizeof *l->pieces);
    l->count++;
    l->pieces[at] = (struct office_piece){ms, desk_listed_ms(&l->all.list[l->recording]),
                                          mem_text(who), mem_text("")};
    if (at + 1 < l->count) {
        l->pieces[at].to_ms = l->pieces[at + 1].from_ms;
    }
    if (at && l->pieces[at - 1].to_ms > ms) {
        l->pieces[at - 1].to_ms = ms;
    }
    write_piece(o, at);
}

static void remove_piece(struct office *o)
{
    struct office_listening *l = &o->listening;
    size_t at = l->at;
    touch_pieces(l);
    mem_wipe_text(l->pieces[at].who);
    mem_wipe_text(l->pieces[at].text);
    memmove(&l->pieces[at], &l->pieces[at + 1], (l->count - at - 1) * sizeof *l->pieces);
    l->count--;
    write_piece(o, at ? at - 1 : 0);
}

static bool load(struct office_listening *l, const struct transcript *t, struct err *err)
{
    struct arena arena;
    const struct dataset_said *said;
    size_t count;
    arena_init(&arena);
    bool ok = webvtt_read(&said, &count, &arena, t->text, strlen(t->text), 0, err);
    free_pieces(l);
    l->pieces = mem_zero(count + 1, sizeof *l->pieces);
    for (size_t i = 0; i < count; i++) {
        l->pieces[l->count++] = (struct office_piece){
            said[i].from_ms, said[i].to_ms, mem_text(said[i].who), mem_text(said[i].text)};
    }
    l->changed = false;
    arena_fini(&arena);
    return ok;
}

/* ---- keeping ---- */

static bool is_draft(const struct office_listening *l)
{
    static const uint8_t none[16];
    return memcmp(l->draft, none, 16) != 0;
}

/* The draft of this sitting makes room for what is written now; no other transcript does. */
static bool keep_now(struct office *o, struct err *err)
{
    struct office_listening *l = &o->listening;
    struct dataset_said *said = mem_zero(l->count + 1, sizeof *said);
    struct buf text = {0};
    size_t count = 0;
    unsigned uses = 0;
    bool gone;
    for (size_t i = 0; i < l->count; i++) {
        const struct office_piece *p = &l->pieces[i];
        if (*p->text) {
            said[count++] = (struct dataset_said){p->from_ms, p->to_ms, p->who, p->text};
        }
    }
    webvtt_put(&text, said, count);
    struct transcript t = {
        .wall_ms = clock_wall_ms(), .verified = l->checked, .with = "", .text = text.data};
    memcpy(t.record, l->record, 16);
    memcpy(t.recording, l->all.list[l->recording].id, 16);
    bool ok = desk_begin(o->desk, err);
    if (ok) {
        ok =
            desk_withdrawn(o->desk, l->record, &uses, err) &&
            (!is_draft(l) || (desk_transcript_drop(o->desk, l->draft, &gone, err) &&
                              desk_codings_log(o->desk, "transcript dropped", "",
                                               (const uint8_t(*)[16])l->draft, 1, t.wall_ms, err)));
        l->withdrawn = (uses & (USE_ANSWERS | USE_RECORDING)) != 0; /* meanwhile */
        if (ok && count && !l->withdrawn) {
            ok = desk_transcript_put(o->desk, &t, err) &&
                 desk_codings_log(o->desk, l->checked ? "transcript" : "transcript draft", "",
                                  (const uint8_t(*)[16])t.id, 1, t.wall_ms, err);
        }
        ok = desk_end(o->desk, ok, err);
    }
    if (ok) {
        memcpy(l->draft, t.id, 16);
        l->changed = false;
        desk_transcripts_fini(&l->had);
        ok = desk_transcripts_read(&l->had, o->desk, l->record, err);
    }
    buf_fini(&text);
    free(said);
    return ok;
}

static void kept(struct office *o, bool ok, const struct err *err)
{
    struct office_listening *l = &o->listening;
    if (!ok) {
        office_failed(o, err);
    } else if (l->withdrawn) {
        free_pieces(l);
        edit_end(&o->ui.edit);
        office_say(o, ui_str(&o->ui, S_desk_listen_gone), false);
    } else if (l->checked) {
        memset(l->draft, 0, sizeof l->draft); /* what is changed now is another transcript */
        office_say(o, ui_str(&o->ui, S_desk_kept), true);
    }
    l->checked = false;
}

void office_listen_forget(struct office *o)
{
    struct office_listening *l = &o->listening;
    if (l->open && l->changed && o->desk) {
        struct err err = {0};
        if (!keep_now(o, &err)) {
            office_failed(o, &err);
        }
    }
    player_close(l->player);
    free_pieces(l);
    if (l->open) {
        desk_list_fini(&l->all);
        desk_transcripts_fini(&l->had);
    }
    *l = (struct office_listening){.percent = 100};
}

/* ---- opening ---- */

static bool read_all(struct office *o, struct err *err)
{
    struct office_listening *l = &o->listening;
    const struct list_options wanted = {
        .records = (const uint8_t(*)[16]) & l->record, .count = 1, .what = "listen"};
    bool ok = desk_list_recordings(&l->all, o->desk, o->identity, &wanted, err);
    ok = desk_transcripts_read(&l->had, o->desk, l->record, ok ? err : NULL) && ok;
    if (!ok) {
        desk_list_fini(&l->all);
        desk_transcripts_fini(&l->had);
    }
    return ok;
}

/* The latest that a person wrote, else the latest. */
static void choose_recording(struct office *o, size_t recording)
{
    struct office_listening *l = &o->listening;
    const struct transcript *best = NULL;
    size_t count = 0;
    l->recording = recording;
    l->given_ms = 0;
    l->missing = 0;
    memset(l->draft, 0, sizeof l->draft);
    free_pieces(l);
    if (recording < l->all.count) {
        const struct transcript *t =
            desk_transcripts_of(&l->had, l->all.list[recording].id, &count);
        for (size_t i = 0; i < count; i++) {
            best = !best || !*t[i].with || *best->with ? &t[i] : best;
        }
    }
    struct err err = {0};
    if (best && !load(l, best, &err)) {
        office_failed(o, &err);
    }
}

static void opened(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        office_go(o, OFFICE_RECORD);
        office_failed(o, err);
        return;
    }
    o->listening.open = true;
    choose_recording(o, 0);
}

void office_listen_open(struct office *o, const uint8_t record[16])
{
    uint8_t kept_id[16];
    memcpy(kept_id, record, 16);
    office_listen_forget(o);
    memcpy(o->listening.record, kept_id, 16);
    office_go(o, OFFICE_LISTEN);
    office_work(o, S_desk_wait_read, read_all, opened);
}

/* ---- playing ---- */

static int64_t place_ms(const struct office_listening *l)
{
    int64_t left = l->playing ? player_left_ms(l->player) : 0;
    return l->given_ms > left ? l->given_ms - left : 0;
}

static bool to_player(void *user, const int16_t *samples, size_t count, struct err *err)
{
    return player_put(user, samples, count, err);
}

static bool give_more(struct office *o, struct err *err)
{
    struct office_listening *l = &o->listening;
    const struct listed *one = &l->all.list[l->recording];
    int64_t end = desk_listed_ms(one), to = l->given_ms + PIECE_MS;
    uint32_t missing;
    to = to < end ? to : end;
    bool ok = desk_listen(o->desk, o->identity, one, l->given_ms, to, to_player, l->player,
                          &missing, err) &&
              (to < end || player_end(l->player, err));
    l->given_ms = ok ? to : l->given_ms;
    l->missing = ok && missing > l->missing ? missing : l->missing;
    return ok;
}

static void stop(struct office_listening *l)
{
    if (l->playing) {
        l->given_ms = place_ms(l);
        player_clear(l->player);
        l->playing = false;
    }
}

static void gave_more(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        stop(&o->listening);
        office_failed(o, err);
    }
}

/* Keeps the player supplied; at the recording's end it stops. */
static void feed(struct office *o)
{
    struct office_listening *l = &o->listening;
    int64_t left = player_left_ms(l->player), end = desk_listed_ms(&l->all.list[l->recording]);
    if (l->given_ms >= end) {
        l->playing = left > 0;
    } else if (left < AHEAD_MS) {
        office_read(o, S_desk_wait, give_more, gave_more);
    }
}

static void play(struct office *o)
{
    struct office_listening *l = &o->listening;
    struct err err = {0};
    if (!l->player && !player_open(&l->player, VOICE_READ_RATE, &err)) {
        office_failed(o, &err);
        return;
    }
    if (l->given_ms >= desk_listed_ms(&l->all.list[l->recording])) {
        l->given_ms = 0;
    }
    player_speed(l->player, l->percent);
    l->playing = true;
}

static void jump(struct office *o, int64_t ms)
{
    struct office_listening *l = &o->listening;
    int64_t end = desk_listed_ms(&l->all.list[l->recording]);
    bool playing = l->playing;
    stop(l);
    l->given_ms = ms < 0 ? 0 : ms < end ? ms : end;
    l->playing = playing;
    o->ui.again = true;
}

int office_listen_beat(const struct office *o)
{
    return o->listening.playing ? BEAT_MS : o->listening.changed ? LOOK_MS : 0;
}

const char *office_listen_key(struct office *o, unsigned n)
{
    static const char *const ids[] = {"play", "back3", "on3"};
    const struct office_listening *l = &o->listening;
    if (!l->open || n < KEY_NOBODY) {
        return l->open ? ids[n] : NULL;
    }
    return n - KEY_NOBODY <= l->all.speaker_count
               ? arena_printf(&o->ui.frame, "who:%u", n - KEY_NOBODY)
               : NULL;
}

/* ---- the page ---- */

static const char *time_text(struct office *o, int64_t ms)
{
    int s = (int)(ms / 1000);
    return arena_printf(&o->ui.frame, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

static void show_recordings(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    for (size_t i = 0; l->all.count > 1 && i < l->all.count; i++) {
        if (ui_pill(ui, arena_printf(&ui->frame, "recording:%zu", i),
                    arena_printf(&ui->frame, "%zu · %s", i + 1,
                                 time_text(o, desk_listed_ms(&l->all.list[i]))),
                    i == l->recording, false) &&
            i != l->recording) {
            size_t wanted = i;
            stop(l);
            if (l->changed) {
                struct err err = {0};
                if (!keep_now(o, &err)) {
                    office_failed(o, &err);
                    return;
                }
            }
            choose_recording(o, wanted);
            write_piece(o, 0);
        }
    }
    ui_pills_end(ui);
}

/* Where it is; a touch goes there. */
static void show_bar(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    int64_t end = desk_listed_ms(&l->all.list[l->recording]), now = place_ms(l);
    int h = ui_px(ui, UI_TOUCH_DP), thick = ui_px(ui, 8);
    ui_say(ui, TEXT_QUESTION,
           ui_fill(ui, S_desk_listen_place, time_text(o, now), time_text(o, end)), ui->theme.ink);
    int y = ui->at.y + (h - thick) / 2;
    ui_fill_rect(ui, (struct rect){ui->at.x, y, ui->at.w, thick}, ui->theme.line);
    ui_fill_rect(ui, (struct rect){ui->at.x, y, (int)(end ? ui->at.w * now / end : 0), thick},
                 ui->theme.accent);
    for (int i = 0; i < PLACES; i++) {
        int from = ui->at.w * i / PLACES, to = ui->at.w * (i + 1) / PLACES;
        if (ui_target(ui, arena_printf(&ui->frame, "place:%d", i), ROLE_STEP,
                      (struct rect){ui->at.x + from, ui->at.y, to - from, h})) {
            jump(o, end * i / PLACES);
        }
    }
    ui->at.y += h;
}

static void show_buttons(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    if (ui_pill(ui, "play", ui_str(ui, l->playing ? S_desk_listen_stop : S_desk_listen_play),
                l->playing, false)) {
        if (l->playing) {
            stop(l);
        } else {
            play(o);
        }
        ui->again = true;
    }
    if (ui_pill(ui, "back3", ui_str(ui, S_desk_listen_back), false, false)) {
        jump(o, place_ms(l) - STEP_MS);
    }
    if (ui_pill(ui, "on3", ui_str(ui, S_desk_listen_on), false, false)) {
        jump(o, place_ms(l) + STEP_MS);
    }
    for (size_t i = 0; i < SPEEDS; i++) {
        if (ui_pill(ui, arena_printf(&ui->frame, "speed:%d", speeds[i]),
                    arena_printf(&ui->frame, "%d %%", speeds[i]), speeds[i] == l->percent, false)) {
            bool playing = l->playing;
            stop(l);
            l->percent = speeds[i];
            if (playing) {
                play(o);
            }
            ui->again = true;
        }
    }
    ui_pills_end(ui);
}

static void show_speakers(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_listen_who), ui->theme.soft);
    ui_gap(ui, 4);
    for (size_t i = 0; i <= l->all.speaker_count; i++) {
        const char *who = i ? l->all.speakers[i - 1] : "";
        const char *name = i ? who : ui_str(ui, S_desk_listen_somebody);
        if (i + KEY_NOBODY < WINDOW_F_KEYS) {
            name = arena_printf(&ui->frame, "%s (F%zu)", name, i + KEY_NOBODY + 1);
        }
        if (ui_pill(ui, arena_printf(&ui->frame, "who:%zu", i), name, false, i == 0)) {
            begin_piece(o, place_ms(l), who);
        }
    }
    ui_pills_end(ui);
}

static const char *piece_title(struct office *o, const struct office_piece *p)
{
    return arena_join(&o->ui.frame, time_text(o, p->from_ms), *p->who ? " · " : "", p->who, NULL);
}

/* Whose words the piece is: a recogniser does not know it. */
static void choose_speaker(struct office *o, struct office_piece *p)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    for (size_t i = 0; i <= l->all.speaker_count; i++) {
        const char *who = i ? l->all.speakers[i - 1] : "";
        bool is = strcmp(p->who, who) == 0;
        if (ui_pill(ui, arena_printf(&ui->frame, "is:%zu", i),
                    i ? who : ui_str(ui, S_desk_listen_somebody), is, false) &&
            !is) {
            mem_wipe_text(p->who);
            p->who = mem_text(who);
            touch_pieces(l);
            ui->again = true;
        }
    }
}

static void show_pieces(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    size_t first = l->at > AROUND ? l->at - AROUND : 0;
    for (size_t i = first; i < l->count && i <= l->at + AROUND; i++) {
        struct office_piece *p = &l->pieces[i];
        if (i != l->at) {
            if (ui_row(ui, arena_printf(&ui->frame, "piece:%zu", i), piece_title(o, p), p->text,
                       *p->text ? '+' : 'o')) {
                jump(o, p->from_ms);
                write_piece(o, i);
                return;
            }
            continue;
        }
        ui_gap(ui, 6);
        ui_say(ui, TEXT_BODY_BOLD, piece_title(o, p), ui->theme.ink);
        ui_gap(ui, 4);
        choose_speaker(o, p);
        ui_pills_end(ui);
        if (office_field(o, field, S_desk_listen_said, &p->text, 3)) {
            touch_pieces(l);
        }
        if (ui_pill(ui, "remove", ui_str(ui, S_desk_listen_remove), false, true)) {
            remove_piece(o);
            return;
        }
        ui_pills_end(ui);
    }
}

static void show_transcripts(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    size_t count;
    const struct transcript *t = desk_transcripts_of(&l->had, l->all.list[l->recording].id, &count);
    for (size_t i = 0; i < count; i++) {
        if (!i) {
            office_heading(o, S_desk_listen_had);
        }
        const char *who = arena_join(&ui->frame, *t[i].with ? t[i].with : t[i].who, " · ",
                                     office_day(o, t[i].wall_ms), NULL);
        if (ui_row(ui, arena_printf(&ui->frame, "transcript:%zu", i), who,
                   ui_str(ui, t[i].verified ? S_desk_listen_checked : S_desk_listen_unchecked),
                   t[i].verified ? '+' : '?') &&
            !l->changed) {
            struct err err = {0};
            memset(l->draft, 0, sizeof l->draft);
            if (!load(l, &t[i], &err)) {
                office_failed(o, &err);
            }
            write_piece(o, 0);
            return;
        }
    }
}

static bool has_words(const struct office_listening *l)
{
    bool any = false;
    for (size_t i = 0; i < l->count; i++) {
        any = any || *l->pieces[i].text;
    }
    return any;
}

static void show_all(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    show_recordings(o);
    show_bar(o);
    show_buttons(o);
    if (l->missing) {
        ui_warning(ui, ui_fill(ui, S_desk_listen_missing, ui_number(ui, l->missing), NULL));
    }
    show_speakers(o);
    show_pieces(o);
    ui_gap(ui, 10);
    if (l->count && ui_wide_button(ui, "keep", ui_str(ui, S_desk_listen_keep), true)) {
        stop(l);
        edit_end(&ui->edit);
        if (has_words(l)) {
            l->checked = true;
            office_work(o, S_desk_wait, keep_now, kept);
        } else {
            office_say(o, ui_str(ui, S_desk_listen_empty), false);
        }
        return;
    }
    ui_say(ui, TEXT_SMALL, ui_str(ui, S_desk_listen_draft), ui->theme.soft);
    show_transcripts(o);
}

static bool nothing_to_do(struct office *o, struct err *err)
{
    (void)o;
    (void)err;
    return true;
}

/* The page is left when what was written is kept, and not before. */
static void left(struct office *o, bool ok, const struct err *err)
{
    if (ok) {
        office_listen_forget(o);
        office_go(o, OFFICE_RECORD);
    } else {
        office_failed(o, err);
    }
}

void office_listen(struct office *o)
{
    struct ui *ui = &o->ui;
    struct office_listening *l = &o->listening;
    if (!l->open) { /* it did not open, or is being opened */
        office_go(o, OFFICE_RECORDS);
        return;
    }
    office_page_begin(o, ui_str(ui, S_desk_listen), o->record.reading.title);
    bool any = l->recording < l->all.count && l->all.list[l->recording].parts > 1;
    if (any) {
        show_all(o);
    } else {
        show_recordings(o);
        ui_say(ui, TEXT_BODY, ui_str(ui, S_desk_listen_none), ui->theme.ink);
    }
    office_page_end(o);
    if (o->work.task || o->page != OFFICE_LISTEN || !l->open) {
        return;
    }
    if (ui_took(ui, "back")) {
        stop(l);
        edit_end(&ui->edit);
        office_work(o, S_desk_wait, l->changed ? keep_now : nothing_to_do, left);
    } else if (l->changed && clock_mono_ms() - l->changed_ms >= KEEP_MS) {
        office_read(o, S_desk_wait, keep_now, kept);
    } else if (l->playing) {
        feed(o);
    }
}
