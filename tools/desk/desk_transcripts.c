/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps transcripts in the desk's database. */
#include "tools/desk/desk_transcripts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/webvtt.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_texts.h"

enum { /* layout of a row; docs/RECORD.md section 18 */
       AT_ID = 0,
       AT_RECORD = 16,
       AT_RECORDING = 32,
       AT_MS = 48,
       AT_VERIFIED = 56,
       AT_LENGTHS = 60,
       TEXTS = 3,
       HEAD = AT_LENGTHS + 4 * TEXTS
};
static const struct desk_text_kind kind = {.type = "deskheard",
                                           .what = "heard",
                                           .noun = "a transcript",
                                           .lengths = AT_LENGTHS,
                                           .head = HEAD,
                                           .texts = TEXTS,
                                           .max = TRANSCRIPT_TEXT_MAX};

/* ---- bytes ---- */

static bool write_row(const struct desk *desk, struct buf *row, const struct transcript *t,
                      struct err *err)
{
    uint8_t head[HEAD] = {0};
    const char *const texts[TEXTS] = {t->who, t->with, t->text};
    memcpy(head + AT_ID, t->id, 16);
    memcpy(head + AT_RECORD, t->record, 16);
    memcpy(head + AT_RECORDING, t->recording, 16);
    put_u64(head + AT_MS, (uint64_t)t->wall_ms);
    put_u32(head + AT_VERIFIED, t->verified);
    return desk_text_write(desk, &kind, row, head, texts, err);
}

static bool read_row(const struct desk *desk, struct arena *arena, struct transcript *t,
                     const struct db_value *columns, struct err *err)
{
    const uint8_t *p;
    const char *texts[TEXTS];
    if (!desk_text_read(desk, &kind, arena, columns, &p, texts, err)) {
        return false;
    }
    *t = (struct transcript){.wall_ms = (int64_t)get_u64(p + AT_MS),
                             .verified = get_u32(p + AT_VERIFIED) != 0,
                             .who = texts[0],
                             .with = texts[1],
                             .text = texts[2]};
    memcpy(t->id, p + AT_ID, 16);
    memcpy(t->record, p + AT_RECORD, 16);
    memcpy(t->recording, p + AT_RECORDING, 16);
    return true;
}

/* ---- reading ---- */

struct reading {
    struct desk *desk;
    struct desk_transcripts *all;
    size_t cap;
};

static bool take_row(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct desk_transcripts *all = r->all;
    (void)count;
    if (all->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 16;
        all->list = mem_grow(all->list, r->cap, sizeof *all->list);
    }
    bool ok = read_row(r->desk, &all->arena, &all->list[all->count], c, err);
    all->count += ok;
    return ok;
}

static int in_order(const void *a, const void *b)
{
    const struct transcript *one = a, *other = b;
    int order = memcmp(one->record, other->record, 16);
    order = order ? order : memcmp(one->recording, other->recording, 16);
    if (!order && one->wall_ms != other->wall_ms) {
        return one->wall_ms < other->wall_ms ? -1 : 1;
    }
    return order ? order : memcmp(one->id, other->id, 16);
}

bool desk_transcripts_read(struct desk_transcripts *all, struct desk *desk, const uint8_t *record,
                           struct err *err)
{
    struct reading r = {.desk = desk, .all = all};
    uint8_t name[16] = {0};
    *all = (struct desk_transcripts){.count = 0};
    arena_init(&all->arena);
    map_init(&all->by_recording, &all->arena);
    if (record) {
        desk_name(desk, name, "record", record, 16);
    }
    struct db_value v[] = {db_blob(name, 16), db_int(record == NULL)};
    bool ok = db_run(desk->db, "SELECT id, d FROM transcript WHERE ?2 OR record = ?1", v, 2,
                     take_row, &r, err);
    if (all->count) {
        qsort(all->list, all->count, sizeof *all->list, in_order);
    }
    for (size_t i = all->count; i > 0; i--) { /* the first of each recording is noted last */
        char hex[33];
        text_hex(hex, all->list[i - 1].recording, 16);
        map_put(&all->by_recording, arena_text(&all->arena, hex), (void *)(uintptr_t)i);
    }
    return ok;
}

void desk_transcripts_fini(struct desk_transcripts *all)
{
    free(all->list);
    arena_fini(&all->arena);
}

const struct transcript *desk_transcripts_of(const struct desk_transcripts *all,
                                             const uint8_t recording[16], size_t *count)
{
    char hex[33];
    text_hex(hex, recording, 16);
    size_t first = all->count ? (size_t)(uintptr_t)map_get(&all->by_recording, hex) : 0;
    *count = 0;
    while (first && first - 1 + *count < all->count &&
           memcmp(all->list[first - 1 + *count].recording, recording, 16) == 0) {
        ++*count;
    }
    return first ? &all->list[first - 1] : NULL;
}

bool desk_transcripts_said(const struct desk_transcripts *all, struct arena *arena,
                           struct dataset_sound *sound, struct err *err)
{
    uint8_t id[16];
    size_t count;
    bool ok = true;
    if (!text_unhex(id, 16, sound->id)) {
        return true; /* a damaged table names none */
    }
    const struct transcript *list = desk_transcripts_of(all, id, &count);
    struct dataset_transcript *out = arena_alloc(arena, (count + 1) * sizeof *out);
    for (size_t i = 0; ok && i < count; i++) {
        const struct transcript *t = &list[i];
        char key[48];
        desk_record_key(key, t->id);
        out[i] = (struct dataset_transcript){.guid = arena_text(arena, key + strlen("uuid:")),
                                             .verified = t->verified,
                                             .who = t->who,
                                             .with = t->with,
                                             .when_ms = t->wall_ms};
        ok = webvtt_read(&out[i].said, &out[i].count, arena, t->text, strlen(t->text), 0, err);
    }
    sound->transcripts = out;
    sound->transcript_count = count;
    return ok;
}

const char desk_transcripts_head[] =
    "instance ID,recording,file,transcript,verified,by,with,from,to,who,text\n";

void desk_transcripts_put(struct buf *out, const struct dataset_sound *sounds, size_t count,
                          const char *key, bool head)
{
    if (head) {
        buf_text(out, desk_transcripts_head);
    }
    for (size_t s = 0; s < count; s++) {
        for (size_t t = 0; t < sounds[s].transcript_count; t++) {
            const struct dataset_transcript *one = &sounds[s].transcripts[t];
            for (size_t i = 0; i < one->count; i++) {
                char from[24], to[24];
                snprintf(from, sizeof from, "%lld", (long long)one->said[i].from_ms);
                snprintf(to, sizeof to, "%lld", (long long)one->said[i].to_ms);
                const char *cells[] = {key,
                                       sounds[s].id,
                                       sounds[s].file ? sounds[s].file : "",
                                       one->guid,
                                       one->verified ? "yes" : "no",
                                       one->who,
                                       one->with,
                                       from,
                                       to,
                                       one->said[i].who,
                                       one->said[i].text};
                for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
                    csv_cell(out, cells[c], c == 0);
                }
                csv_end(out);
            }
        }
    }
}

/* ---- writing ---- */

bool desk_transcript_put(struct desk *desk, struct transcript *t, struct err *err)
{
    struct buf row = {0}, locked = {0};
    uint8_t name[16], record[16];
    desk_guid(t->id);
    t->who = t->who ? t->who : desk->person ? desk->person : "";
    desk_name(desk, name, "heard", t->id, 16);
    desk_name(desk, record, "record", t->record, 16);
    bool ok = write_row(desk, &row, t, err);
    if (ok) {
        desk_lock(desk, &locked, "heard", name, 0, row.data, row.len);
        struct db_value v[] = {db_blob(name, 16), db_blob(record, 16),
                               db_blob(locked.data, locked.len)};
        ok = db_run(desk->db, "INSERT INTO transcript(id, record, d) VALUES(?1, ?2, ?3)", v, 3,
                    NULL, NULL, err);
    }
    buf_fini(&row);
    buf_fini(&locked);
    return ok;
}

bool desk_transcript_drop(struct desk *desk, const uint8_t id[16], bool *found, struct err *err)
{
    uint8_t name[16];
    int64_t here;
    desk_name(desk, name, "heard", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_number(desk->db, &here, 0, "SELECT 1 FROM transcript WHERE id = ?1", v, 1, err) &&
              db_run(desk->db, "DELETE FROM transcript WHERE id = ?1", v, 1, NULL, NULL, err);
    *found = ok && here;
    return ok;
}
