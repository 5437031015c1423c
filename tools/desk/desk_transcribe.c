/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes recordings into a command, and keeps what it writes. */
#include "tools/desk/desk_transcribe.h"

#include <stdlib.h>
#include <string.h>

#include "forms/dataset/webvtt.h"
#include "platform/machine/file.h"
#include "platform/machine/filter.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_listen.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"

enum { WAV_HEAD = 44, OUTPUT_MAX = 16 << 20 };

struct transcribing {
    struct desk *desk;
    const uint8_t *identity;
    const struct transcribe_options *options;
    struct transcribe_report *report;
    struct arena arena;
    struct desk_list all;
    struct desk_transcripts had;
};

/* ---- one recording ---- */

static void put_wav(uint8_t head[WAV_HEAD], uint32_t samples)
{
    static const uint8_t fixed[WAV_HEAD] = "RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0"
                                           "\200\76\0\0\0\175\0\0\2\0\20\0data";
    const uint32_t sizes[] = {2 * samples + WAV_HEAD - 8, 2 * samples};
    const size_t at[] = {4, 40};
    memcpy(head, fixed, WAV_HEAD);
    for (size_t i = 0; i < 2; i++) {
        for (size_t b = 0; b < 4; b++) {
            head[at[i] + b] = (uint8_t)(sizes[i] >> (8 * b));
        }
    }
}

static bool pass_on(void *user, const int16_t *samples, size_t count, struct err *err)
{
    return filter_put(user, samples, count * sizeof *samples, err); /* little-endian, as WAV is */
}

static bool keep(struct transcribing *t, const struct listed *one, const struct buf *out,
                 int64_t length_ms, struct err *err)
{
    const struct dataset_said *list;
    size_t count;
    struct buf text = {0};
    const char *command = t->options->command;
    const char *with = file_name(arena_copy(&t->arena, command + strspn(command, " "),
                                            strcspn(command + strspn(command, " "), " ")));
    if (!webvtt_read(&list, &count, &t->arena, out->data ? out->data : "", out->len, length_ms,
                     err)) {
        return err_at(err, "what '%s' wrote", with);
    }
    webvtt_put(&text, list, count);
    struct transcript made = {.wall_ms = t->options->wall_ms, .with = with, .text = text.data};
    unsigned uses = 0;
    memcpy(made.record, one->record, 16);
    memcpy(made.recording, one->id, 16);
    bool ok = desk_begin(t->desk, err);
    if (ok) {
        ok = desk_withdrawn(t->desk, one->record, &uses, err);
        if (ok && !(uses & (USE_ANSWERS | USE_RECORDING))) { /* or it was meanwhile */
            struct ledger_entry e = {.wall_ms = made.wall_ms,
                                     .kind = LEDGER_CODING,
                                     .what = "transcribe",
                                     .why = t->options->why};
            ok = desk_transcript_put(t->desk, &made, err);
            e.body = made.id;
            e.len = 16;
            ok = ok && desk_ledger_add(t->desk, &e, err);
            t->report->made += ok;
            t->report->empty += ok && !count;
        }
        ok = desk_end(t->desk, ok, err);
    }
    buf_fini(&text);
    return ok;
}

static bool hear(struct transcribing *t, const struct listed *one, struct err *err)
{
    struct filter *filter = NULL;
    struct buf out = {0};
    uint8_t head[WAV_HEAD];
    uint32_t missing = 0;
    const int64_t ms = desk_listed_ms(one);
    bool ok = filter_begin(&filter, t->options->command, OUTPUT_MAX, err);
    if (ok) {
        put_wav(head, (uint32_t)(ms * (VOICE_READ_RATE / 1000)));
        ok = filter_put(filter, head, sizeof head, err) &&
             desk_listen(t->desk, t->identity, one, 0, ms, pass_on, filter, &missing, err) &&
             filter_end(filter, &out, err) &&
             (missing == one->parts || keep(t, one, &out, ms, err));
        t->report->cut += ok && missing && missing < one->parts;
        t->report->without += ok && missing == one->parts;
    }
    filter_free(filter);
    buf_fini(&out);
    return ok;
}

/* What a recogniser does with one recording says nothing of the others; no command, or a disk that
 * fails, does. */
static bool goes_on(struct transcribing *t, const struct listed *one, struct err *why,
                    struct err *err)
{
    char key[48];
    desk_record_key(key, one->record);
    err_at(why, "a recording of %s", key);
    if (why->code == ERR_MISUSE || why->code == ERR_FULL || why->code == ERR_AUTH) {
        *err = *why;
        return false;
    }
    t->report->failed++;
    if (t->options->failed) {
        t->options->failed(why);
    }
    return true;
}

static bool transcribe_all(struct transcribing *t, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < t->all.count; i++) {
        const struct listed *one = &t->all.list[i];
        struct err why = {0};
        size_t had;
        (void)desk_transcripts_of(&t->had, one->id, &had);
        if (had && !t->options->again) {
            t->report->had++;
            continue;
        }
        if (!one->parts) {
            t->report->without++;
            continue;
        }
        if (t->options->progress) {
            t->options->progress(one->record, i, t->all.count);
        }
        ok = hear(t, one, &why) || goes_on(t, one, &why, err);
    }
    return ok;
}

bool desk_transcribe(struct desk *desk, const uint8_t identity[32],
                     const struct transcribe_options *options, struct transcribe_report *report,
                     struct err *err)
{
    struct transcribing t = {
        .desk = desk, .identity = identity, .options = options, .report = report};
    const struct list_options wanted = {.records = options->records,
                                        .count = options->count,
                                        .what = "transcribe",
                                        .why = options->why};
    *report = (struct transcribe_report){0};
    arena_init(&t.arena);
    bool ok = desk_list_recordings(&t.all, desk, identity, &wanted, err);
    ok = desk_transcripts_read(&t.had, desk, NULL, ok ? err : NULL) && ok;
    report->found = t.all.found;
    report->closed = t.all.closed;
    ok = ok && transcribe_all(&t, err);
    desk_transcripts_fini(&t.had);
    desk_list_fini(&t.all);
    arena_fini(&t.arena);
    return ok;
}
