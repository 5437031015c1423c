/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes recordings into a command, and keeps what it writes. */
#include "tools/desk/desk_transcribe.h"

#include <stdlib.h>
#include <string.h>

#include "forms/dataset/webvtt.h"
#include "platform/custody/age.h"
#include "platform/custody/tar.h"
#include "platform/machine/file.h"
#include "platform/machine/filter.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "platform/machine/voice_read.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_sounds.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"

enum {
    PART_MS = 5000,
    /* of sound; part 0 is the head alone */ WAV_HEAD = 44,
    OUTPUT_MAX = 16 << 20
};

struct task { /* a recording */
    uint8_t record[16], recording[16];
};
struct transcribing {
    struct desk *desk;
    struct desk_records records;
    const struct transcribe_options *options;
    struct transcribe_report *report;
    struct arena arena;
    struct map wanted; /* records in hex, of any version */
    struct desk_transcripts had;
    struct task *tasks;
    size_t count;
};

/* ---- which recordings there are ---- */

static bool take_table(struct transcribing *t, const uint8_t root[16], const struct tar_member *m,
                       struct err *err)
{
    struct dataset_sound *list;
    size_t count;
    bool ok = desk_sounds_read(&list, &count, &t->arena, m, "uuid:", "", err);
    for (size_t i = 0; ok && i < count; i++) {
        struct task task;
        memcpy(task.record, root, 16);
        if (list[i].file && text_unhex(task.recording, 16, list[i].id)) { /* not deleted */
            t->tasks = mem_grow(t->tasks, t->count + 1, sizeof *t->tasks);
            t->tasks[t->count++] = task;
        }
    }
    return ok;
}

static bool is_wanted(const struct transcribing *t, const uint8_t id[16], const uint8_t root[16])
{
    char own[33], first[33];
    text_hex(own, id, 16);
    text_hex(first, root, 16);
    return !t->options->records || map_get(&t->wanted, own) || map_get(&t->wanted, first);
}

static bool take_record(void *user, const struct desk_object *o, struct err *err)
{
    struct transcribing *t = user;
    const struct desk_family *family = desk_family_of(&t->records.edits, o->id);
    const uint8_t *root = family ? family->root : o->id;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (!is_wanted(t, o->id, root)) {
        return true;
    }
    if (desk_record_open(&t->records, o, &plain, &r) != DESK_OPENED) {
        t->report->closed++;
    } else if (t->options->records || !(r.flags & RECORD_TRAINING)) {
        struct tar_reader tar = {.bytes = r.files, .len = r.files_len};
        struct tar_member m;
        struct err why = {0};
        t->report->found++;
        while (ok && r.files && tar_next(&tar, &m, &why)) {
            ok = strcmp(m.name, "recordings.csv") != 0 || take_table(t, root, &m, err);
        }
    }
    buf_fini(&plain);
    return ok;
}

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

static int64_t length_of(uint32_t parts)
{
    return (int64_t)(parts - 1) * PART_MS;
}

/* Decodes part after part.  *missing: of `parts`. */
static bool put_parts(struct transcribing *t, const struct task *task, struct voice_reader *voice,
                      uint32_t parts, uint32_t *missing, struct err *err)
{
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])t->records.identity,
                                  .count = 1};
    bool ok = true;
    for (uint32_t p = 0; ok && p < parts; p++) {
        struct buf sealed = {0}, plain = {0};
        ok = desk_recording_part_read(t->desk, task->recording, p, &sealed, err);
        if (ok && sealed.len && age_open(&plain, sealed.data, sealed.len, &keys, NULL, NULL)) {
            ok = voice_read_put(voice, plain.data, plain.len, err);
        } else {
            ++*missing;
        }
        buf_fini(&sealed);
        buf_fini(&plain);
    }
    return ok && voice_read_fill(voice, length_of(parts), err);
}

static bool keep(struct transcribing *t, const struct task *task, const struct buf *out,
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
    memcpy(made.record, task->record, 16);
    memcpy(made.recording, task->recording, 16);
    bool ok = desk_begin(t->desk, err);
    if (ok) {
        ok = desk_withdrawn(t->desk, task->record, &uses, err);
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

static bool hear(struct transcribing *t, const struct task *task, uint32_t parts, struct err *err)
{
    struct filter *filter = NULL;
    struct voice_reader *voice = NULL;
    struct buf out = {0};
    uint8_t head[WAV_HEAD];
    uint32_t missing = 0;
    const int64_t length_ms = length_of(parts);
    bool ok = filter_begin(&filter, t->options->command, OUTPUT_MAX, err) &&
              voice_read_begin(&voice, pass_on, filter, err);
    if (ok) {
        put_wav(head, (uint32_t)(length_ms * (VOICE_READ_RATE / 1000)));
        ok = filter_put(filter, head, sizeof head, err) &&
             put_parts(t, task, voice, parts, &missing, err) && filter_end(filter, &out, err) &&
             (missing == parts || keep(t, task, &out, length_ms, err));
        t->report->cut += ok && missing && missing < parts;
        t->report->without += ok && missing == parts;
    }
    voice_read_free(voice);
    filter_free(filter);
    buf_fini(&out);
    return ok;
}

static bool transcribe_all(struct transcribing *t, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < t->count; i++) {
        const struct task *task = &t->tasks[i];
        uint32_t parts;
        size_t had;
        (void)desk_transcripts_of(&t->had, task->recording, &had);
        if (had && !t->options->again) {
            t->report->had++;
            continue;
        }
        ok = desk_recording_parts(t->desk, task->recording, &parts, err);
        if (ok && !parts) {
            t->report->without++;
        } else if (ok) {
            if (t->options->progress) {
                t->options->progress(task->record, i, t->count);
            }
            ok = hear(t, task, parts, err);
            if (!ok) {
                char key[48];
                desk_record_key(key, task->record);
                err_at(err, "a recording of %s", key);
            }
        }
    }
    return ok;
}

bool desk_transcribe(struct desk *desk, const uint8_t identity[32],
                     const struct transcribe_options *options, struct transcribe_report *report,
                     struct err *err)
{
    struct transcribing t = {.desk = desk, .options = options, .report = report};
    *report = (struct transcribe_report){0};
    arena_init(&t.arena);
    map_init(&t.wanted, &t.arena);
    for (size_t i = 0; i < options->count; i++) {
        char hex[33];
        text_hex(hex, options->records[i], 16);
        map_put(&t.wanted, arena_text(&t.arena, hex), &t);
    }
    bool ok = desk_records_init(&t.records, desk, identity, err);
    ok = desk_transcripts_read(&t.had, desk, NULL, ok ? err : NULL) && ok &&
         desk_objects(desk, take_record, &t, err);
    ok = desk_records_log(&t.records, "transcribe", options->why, ok ? err : NULL) && ok &&
         transcribe_all(&t, err);
    free(t.tasks);
    desk_transcripts_fini(&t.had);
    desk_records_fini(&t.records);
    arena_fini(&t.arena);
    return ok;
}
