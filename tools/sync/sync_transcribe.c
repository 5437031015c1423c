/* SPDX-License-Identifier: Apache-2.0 */
/* transcribe, transcripts: what was said in recordings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_transcribe.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/sync/sync.h"

static const char *opt_with, *opt_again, *opt_drop;

const struct cli_option sync_transcribe_options[] = {
    {"with", 0, "COMMAND",
     "the recogniser: it reads WAV (16 kHz, mono) on its standard input, and writes WebVTT or text",
     &opt_with, CLI_TEXT, 0, 0},
    {"again", 0, NULL, "also recordings that have a transcript: the new one stands beside it",
     &opt_again, CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};
const struct cli_option sync_transcripts_options[] = {
    {"out", 0, "FILE.csv", "the table; without it, it is printed", &sync_given.out, CLI_TEXT, 0, 0},
    {"drop", 0, "ID", "take this transcript away instead", &opt_drop, CLI_TEXT, 0, 0},
    {"force", 0, NULL, "replace an existing file", &sync_given.force, CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};

static const char *why(void)
{
    return sync_given.why ? sync_given.why : "";
}

/* ---- transcribe ---- */

static void tell_progress(const uint8_t record[16], size_t done, size_t all)
{
    char key[48];
    desk_record_key(key, record);
    fprintf(stderr, "%zu of %zu: a recording of %s\n", done + 1, all, key);
}

static void tell_failed(const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    cli_say(stderr, "", text);
}

static bool tell_transcribed(const struct transcribe_report *r, bool ok, struct err *err)
{
    const struct {
        unsigned count;
        const char *text;
    } more[] = {{r->made - r->empty, "transcripts made; nobody has verified them"},
                {r->empty, "recordings in which the recogniser heard nothing"},
                {r->had, "recordings have a transcript; --again makes another"},
                {r->cut, "recordings lack a part: silence stood for it"},
                {r->without, "recordings are not here, or do not open with this identity"},
                {r->failed, "recordings failed; the next call tries them again"},
                {r->closed, "records do not open with this identity"}};
    bool any = false;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (more[i].count) {
            printf("%u %s\n", more[i].count, more[i].text);
            any = true;
        }
    }
    if (ok && !any) {
        puts("there are no recordings");
    }
    unsigned left_out = r->without + r->closed + r->failed;
    return ok && (!left_out ||
                  err_set(err, ERR_INPUT, "%u recordings or records were left out", left_out));
}

bool sync_transcribe(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct transcribe_report report = {0};
    uint8_t identity[32];
    uint8_t(*ids)[16] = NULL;
    if (!opt_with) {
        err_set(err, ERR_MISUSE, "no recogniser given");
        return err_hint(err, "--with COMMAND; it runs on this computer, without a shell");
    }
    bool ok = sync_open(&desk, identity, err);
    if (ok && words->count) {
        ids = mem_zero(words->count, sizeof *ids);
    }
    for (size_t i = 0; ok && i < words->count; i++) {
        ok = desk_find_record(desk, words->list[i], ids[i], err);
    }
    if (ok) {
        struct transcribe_options options = {.command = opt_with,
                                             .records = (const uint8_t(*)[16])ids,
                                             .count = words->count,
                                             .again = opt_again != NULL,
                                             .why = why(),
                                             .wall_ms = clock_wall_ms(),
                                             .progress = tell_progress,
                                             .failed = tell_failed};
        ok = desk_transcribe(desk, identity, &options, &report, err);
        ok = tell_transcribed(&report, ok, err);
    }
    secret_wipe(identity, sizeof identity);
    if (desk) {
        desk_close(desk);
    }
    free(ids);
    return ok;
}

/* ---- transcripts ---- */

static bool drop(struct desk *desk, struct err *err)
{
    uint8_t ids[1][16];
    bool found = false;
    if (!desk_whole_key(opt_drop, ids[0])) {
        err_set(err, ERR_MISUSE, "'%s' is no transcript", opt_drop);
        return err_hint(err, "'suhbat-sync transcripts' lists them with their ids");
    }
    bool ok = desk_begin(desk, err) && desk_transcript_drop(desk, ids[0], &found, err) &&
              (found || err_set(err, ERR_INPUT, "there is no transcript '%s'", opt_drop)) &&
              desk_codings_log(desk, "transcript dropped", why(), (const uint8_t(*)[16])ids, 1,
                               clock_wall_ms(), err);
    ok = desk_end(desk, ok, err);
    if (ok) {
        puts("1 transcript was taken away");
    }
    return ok;
}

static bool log_listed(struct desk *desk, const struct desk_transcripts *all, struct err *err)
{
    struct buf ids = {0};
    for (size_t i = 0; i < all->count; i++) { /* sorted by record */
        if (i == 0 || memcmp(all->list[i].record, all->list[i - 1].record, 16) != 0) {
            buf_add(&ids, all->list[i].record, 16);
        }
    }
    struct ledger_entry e = {.wall_ms = clock_wall_ms(),
                             .kind = LEDGER_ACCESS,
                             .what = "transcripts",
                             .why = why(),
                             .body = ids.data,
                             .len = ids.len};
    bool ok = desk_ledger_add(desk, &e, err);
    buf_fini(&ids);
    return ok;
}

static bool list(struct desk *desk, struct err *err)
{
    struct desk_transcripts all;
    struct arena arena;
    struct buf out = {0};
    arena_init(&arena);
    bool ok = desk_transcripts_read(&all, desk, NULL, err) && log_listed(desk, &all, err);
    buf_text(&out, desk_transcripts_head);
    for (size_t i = 0; ok && i < all.count; i++) {
        char key[48], id[33];
        struct dataset_sound sound = {.id = id};
        if (i && memcmp(all.list[i].recording, all.list[i - 1].recording, 16) == 0) {
            continue; /* written with the first of its recording */
        }
        desk_record_key(key, all.list[i].record);
        text_hex(id, all.list[i].recording, 16);
        ok = desk_transcripts_said(&all, &arena, &sound, err);
        desk_transcripts_put(&out, &sound, ok, key, false);
    }
    if (ok && sync_given.out) {
        ok = file_write(sync_given.out, out.data, out.len, FILE_PRIVATE, sync_given.force, err) ||
             err_at(err, "%s", sync_given.out);
    } else if (ok) {
        sync_print(&out);
    }
    buf_fini(&out);
    arena_fini(&arena);
    desk_transcripts_fini(&all);
    return ok;
}

bool sync_transcripts(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    (void)words;
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = opt_drop ? drop(desk, err) : list(desk, err);
    desk_close(desk);
    return ok;
}
