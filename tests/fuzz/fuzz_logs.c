/* SPDX-License-Identifier: Apache-2.0 */
/* What a record says of its recordings and turns, and an event of a draft: whatever they hold, the
 * tables stay tables, and a time belongs to a recording that is there. */
#include "tests/fuzz/fuzz.h"

#include "forms/dataset/webvtt.h"
#include "forms/engine/journal.h"
#include "platform/machine/csv.h"
#include "tools/desk/desk_sounds.h"

static void read_sounds(struct arena *arena, const struct tar_member *table, const char *folder)
{
    struct dataset_sound *list;
    size_t count;
    struct buf out = {0};
    struct csv csv;
    if (!desk_sounds_read(&list, &count, arena, table, "uuid:1", folder, NULL)) {
        return;
    }
    for (size_t s = 0; s < count; s++) {
        if (!list[s].moment_count || (list[s].file && !folder)) {
            abort();
        }
    }
    desk_sounds_put(&out, list, count, "uuid:1", true);
    if (!csv_parse(&csv, arena, out.data, out.len, NULL)) {
        abort();
    }
    for (size_t r = 1; r < csv.count; r++) {
        if (csv.rows[r].count != csv.rows[0].count) {
            abort();
        }
    }
    buf_fini(&out);
}

static void read_event(struct arena *arena, const uint8_t *data, size_t size)
{
    struct journal_event e;
    struct journal_sound sound;
    uint8_t again[JOURNAL_SOUND_BYTES];
    if (!journal_read(&e, arena, data, size, NULL)) {
        return;
    }
    if (journal_sound_read(&sound, &e, NULL)) {
        journal_sound_write(again, &sound);
        if (memcmp(again, e.value, sizeof again) != 0) {
            abort();
        }
    }
}

/* What was read of a transcript is written and read as the same. */
static void read_said(struct arena *arena, const uint8_t *data, size_t size)
{
    const struct dataset_said *list, *again;
    size_t count, again_count;
    struct buf out = {0};
    if (!webvtt_read(&list, &count, arena, (const char *)data, size, 1000, NULL)) {
        return;
    }
    webvtt_put(&out, list, count);
    if (!webvtt_read(&again, &again_count, arena, out.data, out.len, 0, NULL) ||
        again_count != count) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        if (again[i].from_ms != list[i].from_ms || again[i].to_ms != list[i].to_ms ||
            strcmp(again[i].text, list[i].text) != 0) {
            abort();
        }
    }
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct tar_member table = {.name = "x.csv", .bytes = (const char *)data, .len = size};
    const struct dataset_turn *turns;
    size_t count;
    struct arena arena;
    arena_init(&arena);
    read_sounds(&arena, &table, "audio");
    read_sounds(&arena, &table, NULL);
    (void)!desk_turns_read(&turns, &count, &arena, &table, NULL);
    read_event(&arena, data, size);
    read_said(&arena, data, size);
    arena_fini(&arena);
    return 0;
}
