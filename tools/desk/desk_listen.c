/* SPDX-License-Identifier: Apache-2.0 */
/* Finds recordings in their records, and decodes them part by part. */
#include "tools/desk/desk_listen.h"

#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/custody/tar.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_sounds.h"

enum { PART_MS = 5000 /* of sound; part 0 is the head alone */ };

/* ---- which there are ---- */

struct listing {
    struct desk_list *out;
    const struct list_options *options;
    struct desk_records records;
    struct map wanted; /* in hex */
    struct map known;  /* speakers */
};

static bool take_recordings(struct listing *l, const uint8_t root[16], const struct tar_member *m,
                            struct err *err)
{
    struct desk_list *out = l->out;
    struct dataset_sound *list;
    size_t count;
    bool ok = desk_sounds_read(&list, &count, &out->arena, m, "uuid:", "", err);
    for (size_t i = 0; ok && i < count; i++) {
        struct listed one = {.begun = list[i].begun, .path = list[i].moments[0].path};
        memcpy(one.record, root, 16);
        if (list[i].file && text_unhex(one.id, 16, list[i].id)) { /* not deleted */
            ok = desk_recording_parts(l->records.desk, one.id, &one.parts, err);
            out->list = mem_grow(out->list, out->count + 1, sizeof *out->list);
            out->list[out->count++] = one;
        }
    }
    return ok;
}

/* Moments that belong to nobody, such as silence, are no speakers: see docs/XFORMS.md. */
static bool is_nobody(const char *who)
{
    static const char *const nobody[] = {"", "silence", "crosstalk", "pause", "refused"};
    size_t i = 0;
    while (i < sizeof nobody / sizeof *nobody && strcmp(who, nobody[i]) != 0) {
        i++;
    }
    return i < sizeof nobody / sizeof *nobody;
}

static bool take_speakers(struct listing *l, const struct tar_member *m, struct err *err)
{
    struct desk_list *out = l->out;
    const struct dataset_turn *turns;
    size_t count;
    bool ok = desk_turns_read(&turns, &count, &out->arena, m, err);
    for (size_t i = 0; ok && i < count; i++) {
        const char *who = turns[i].who;
        if (!is_nobody(who) && !map_get(&l->known, who)) {
            map_put(&l->known, who, l);
            out->speakers = mem_grow(out->speakers, out->speaker_count + 1, sizeof *out->speakers);
            out->speakers[out->speaker_count++] = who;
        }
    }
    return ok;
}

static bool is_wanted(const struct listing *l, const uint8_t id[16], const uint8_t root[16])
{
    char own[33], first[33];
    text_hex(own, id, 16);
    text_hex(first, root, 16);
    return !l->options->records || map_get(&l->wanted, own) || map_get(&l->wanted, first);
}

static bool take_record(void *user, const struct desk_object *o, struct err *err)
{
    struct listing *l = user;
    const struct desk_family *family = desk_family_of(&l->records.edits, o->id);
    const uint8_t *root = family ? family->root : o->id;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (!is_wanted(l, o->id, root)) {
        return true;
    }
    if (desk_record_open(&l->records, o, &plain, &r) != DESK_OPENED) {
        l->out->closed++;
    } else if (l->options->records || !(r.flags & RECORD_TRAINING)) {
        struct tar_reader tar = {.bytes = r.files, .len = r.files_len};
        struct tar_member m;
        struct err why = {0};
        l->out->found++;
        while (ok && r.files && tar_next(&tar, &m, &why)) {
            ok = (strcmp(m.name, "recordings.csv") != 0 || take_recordings(l, root, &m, err)) &&
                 (strcmp(m.name, "turns.csv") != 0 || take_speakers(l, &m, err));
        }
    }
    buf_fini(&plain);
    return ok;
}

static int by_label(const void *a, const void *b)
{
    return text_collate(*(const char *const *)a, *(const char *const *)b);
}

bool desk_list_recordings(struct desk_list *out, struct desk *desk, const uint8_t identity[32],
                          const struct list_options *options, struct err *err)
{
    struct listing l = {.out = out, .options = options};
    *out = (struct desk_list){.count = 0};
    arena_init(&out->arena);
    map_init(&l.wanted, &out->arena);
    map_init(&l.known, &out->arena);
    for (size_t i = 0; i < options->count; i++) {
        char hex[33];
        text_hex(hex, options->records[i], 16);
        map_put(&l.wanted, arena_text(&out->arena, hex), &l);
    }
    bool ok = desk_records_init(&l.records, desk, identity, err) &&
              desk_objects(desk, take_record, &l, err);
    ok = desk_records_log(&l.records, options->what, options->why ? options->why : "",
                          ok ? err : NULL) &&
         ok;
    if (out->speaker_count) {
        qsort(out->speakers, out->speaker_count, sizeof *out->speakers, by_label);
    }
    desk_records_fini(&l.records);
    return ok;
}

void desk_list_fini(struct desk_list *out)
{
    free(out->list);
    free(out->speakers);
    arena_fini(&out->arena);
}

/* ---- hearing one ---- */

int64_t desk_listed_ms(const struct listed *listed)
{
    return listed->parts ? (int64_t)(listed->parts - 1) * PART_MS : 0;
}

struct hearing {
    int64_t at, from, to; /* samples: of the recording; that are wanted */
    voice_samples *each;
    void *user;
};

static bool pass_on(void *user, const int16_t *samples, size_t count, struct err *err)
{
    struct hearing *h = user;
    int64_t first = h->at < h->from ? h->from - h->at : 0, last = h->to - h->at;
    h->at += (int64_t)count;
    last = last < (int64_t)count ? last : (int64_t)count;
    return first >= last || h->each(h->user, samples + first, (size_t)(last - first), err);
}

bool desk_listen(struct desk *desk, const uint8_t identity[32], const struct listed *listed,
                 int64_t from_ms, int64_t to_ms, voice_samples *each, void *user, uint32_t *missing,
                 struct err *err)
{
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    const int64_t length_ms = desk_listed_ms(listed), rate = VOICE_READ_RATE / 1000;
    to_ms = to_ms < length_ms ? to_ms : length_ms;
    struct hearing h = {.from = from_ms * rate, .to = to_ms * rate, .each = each, .user = user};
    struct voice_reader *voice = NULL;
    /* The part before it, too: the decoder needs some sound before what is to be heard. */
    uint32_t first = (uint32_t)(from_ms / PART_MS), last = (uint32_t)((to_ms - 1) / PART_MS) + 1;
    *missing = 0;
    bool ok = to_ms <= from_ms || voice_read_begin(&voice, pass_on, &h, err);
    for (uint32_t p = 0; ok && voice && p <= last; p = p || first < 2 ? p + 1 : first) {
        struct buf sealed = {0}, plain = {0};
        ok = desk_recording_part_read(desk, listed->id, p, &sealed, err);
        if (ok && sealed.len && age_open(&plain, sealed.data, sealed.len, &keys, NULL, NULL)) {
            ok = voice_read_put(voice, plain.data, plain.len, err);
        } else {
            ++*missing;
        }
        buf_fini(&sealed);
        buf_fini(&plain);
    }
    ok = ok && (!voice || voice_read_fill(voice, to_ms, err));
    voice_read_free(voice);
    return ok;
}
