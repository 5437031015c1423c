/* SPDX-License-Identifier: Apache-2.0 */
/* Reads recordings.csv, and writes it with the names of files. */
#include "tools/desk/desk_sounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "tools/desk/desk_attachments.h"

enum { RECORDING, MS, EVENT, NODE, BEGUN, COLUMNS };
enum { SOUNDS_MAX = 4096 }; /* a device makes 64, and some that are deleted */
static const char *const columns[COLUMNS] = {"recording", "ms", "event", "node", "begun"};

static bool is_it(const struct csv *csv, struct err *err)
{
    bool ok = csv->count > 0;
    for (size_t r = 0; ok && r < csv->count; r++) {
        ok = csv->rows[r].count >= COLUMNS;
        for (size_t c = 0; ok && r == 0 && c < COLUMNS; c++) {
            ok = strcmp(csv->rows[r].cells[c], columns[c]) == 0;
        }
    }
    return ok || err_set(err, ERR_INPUT, "recordings.csv is damaged");
}

static bool is_event(const char *const *cells, const char *event)
{
    return strcmp(cells[EVENT], event) == 0;
}

/* The rows of one recording, which may stand among those of others: a deletion comes later. */
static void gather(struct dataset_sound *sound, struct arena *arena, const struct csv *csv,
                   const char *folder, const char *key, unsigned *number)
{
    size_t room = 0;
    bool deleted = false;
    for (size_t r = 1; r < csv->count; r++) {
        room += strcmp(csv->rows[r].cells[RECORDING], sound->id) == 0;
    }
    struct dataset_moment *moments = arena_alloc(arena, (room + 1) * sizeof *moments);
    for (size_t r = 1; r < csv->count; r++) {
        const char *const *cells = (const char *const *)csv->rows[r].cells;
        if (strcmp(cells[RECORDING], sound->id) == 0) {
            moments[sound->moment_count++] =
                (struct dataset_moment){strtoll(cells[MS], NULL, 10), cells[EVENT], cells[NODE]};
            deleted = deleted || is_event(cells, "delete");
        }
    }
    sound->moments = moments;
    if (!deleted) {
        ++*number;
        sound->file =
            folder ? arena_printf(arena, "%s/%s-%u.opus", folder, key + strlen("uuid:"), *number)
                   : NULL;
    }
}

bool desk_sounds_read(struct dataset_sound **list, size_t *count, struct arena *arena,
                      const struct tar_member *table, const char *key, const char *folder,
                      struct err *err)
{
    struct csv csv;
    unsigned number = 0;
    *count = 0;
    if (!csv_parse(&csv, arena, table->bytes, table->len, err) || !is_it(&csv, err)) {
        return false;
    }
    struct dataset_sound *sounds = arena_alloc(arena, csv.count * sizeof *sounds);
    for (size_t r = 1; r < csv.count; r++) {
        const char *const *cells = (const char *const *)csv.rows[r].cells;
        if (is_event(cells, "begin")) {
            if (*count == SOUNDS_MAX) {
                return err_set(err, ERR_LIMIT, "recordings.csv names more than %d recordings",
                               SOUNDS_MAX);
            }
            struct dataset_sound *one = &sounds[(*count)++];
            *one = (struct dataset_sound){.id = cells[RECORDING], .begun = cells[BEGUN]};
            gather(one, arena, &csv, folder, key, &number);
        }
    }
    *list = sounds;
    return true;
}

static const char *const turn_columns[] = {"topic",       "event",     "who",         "start_ms",
                                           "duration_ms", "recording", "recording_ms"};
enum { TOPIC, EVENT_OF, WHO, START, DURATION, OF, OF_MS, TURN_COLUMNS, CODE = TURN_COLUMNS };

static bool are_turns(const struct csv *csv, struct err *err)
{
    bool ok = csv->count > 0;
    for (size_t r = 0; ok && r < csv->count; r++) {
        ok = csv->rows[r].count >= TURN_COLUMNS;
        for (size_t c = 0; ok && r == 0 && c < TURN_COLUMNS; c++) {
            ok = strcmp(csv->rows[r].cells[c], turn_columns[c]) == 0;
        }
    }
    return ok || err_set(err, ERR_INPUT, "turns.csv is damaged");
}

static bool is_within(const struct item *item, const struct item *topic)
{
    const struct item *up = item->shape.parent;
    while (up && up != topic && !up->shape.is_repeat) {
        up = up->shape.parent;
    }
    return up == topic;
}

/* The path of the topic's codes, its first question for several answers, as the device takes it;
 * NULL: none. */
static const char *codes_of(const struct form *form, const char *topic)
{
    const struct item *entry = NULL;
    struct buf plain = {0};
    desk_plain_path(&plain, topic);
    const char *path = NULL;
    for (size_t i = 0; i < form->item_count && !path; i++) {
        const struct item *item = form->items[i];
        if (!entry) {
            entry = strcmp(item->path, plain.data) == 0 ? item : NULL;
        } else if (item->is_leaf && item->control && item->control->kind == CONTROL_SELECT &&
                   is_within(item, entry)) {
            path = item->path;
        }
    }
    buf_fini(&plain);
    return path;
}

static bool is_left_out(struct turns_rules *rules, const char *const *cells)
{
    if (strcmp(cells[EVENT_OF], "code") == 0) {
        const char *path = codes_of(rules->form, cells[TOPIC]);
        bool hide = path && dataset_hides(rules->dataset, path);
        rules->hidden += hide;
        return hide;
    }
    return rules->no_quotes && strcmp(cells[EVENT_OF], "quote") == 0;
}

bool desk_turns_clear(struct buf *out, const struct tar_member *table, struct turns_rules *rules,
                      struct err *err)
{
    struct arena arena;
    struct csv csv;
    arena_init(&arena);
    bool ok = csv_parse(&csv, &arena, table->bytes, table->len, err) && are_turns(&csv, err);
    for (size_t r = 0; ok && r < csv.count; r++) {
        const char *const *cells = (const char *const *)csv.rows[r].cells;
        if (r && is_left_out(rules, cells)) {
            continue;
        }
        for (size_t c = 0; c <= CODE; c++) { /* older devices write no codes */
            bool gone = r && rules->no_sound && (c == OF || c == OF_MS);
            const char *cell = c < csv.rows[r].count ? cells[c] : r ? "" : "code";
            csv_cell(out, gone ? "" : cell, c == 0);
        }
        csv_end(out);
    }
    arena_fini(&arena);
    return ok;
}

bool desk_turns_read(const struct dataset_turn **list, size_t *count, struct arena *arena,
                     const struct tar_member *table, struct err *err)
{
    struct csv csv;
    *count = 0;
    if (!csv_parse(&csv, arena, table->bytes, table->len, err) || !are_turns(&csv, err)) {
        return false;
    }
    struct dataset_turn *turns = arena_alloc(arena, (csv.count + 1) * sizeof *turns);
    for (size_t r = 1; r < csv.count; r++) {
        const char *const *cells = (const char *const *)csv.rows[r].cells;
        if (strcmp(cells[EVENT_OF], "memo") == 0) {
            continue; /* the memo is a source of its own; its time stands in the table */
        }
        bool coded = csv.rows[r].count > CODE && strcmp(cells[EVENT_OF], "code") == 0;
        turns[(*count)++] = (struct dataset_turn){.code = coded ? cells[CODE] : "",
                                                  .quote = strcmp(cells[EVENT_OF], "quote") == 0,
                                                  .who = cells[WHO],
                                                  .recording = cells[OF],
                                                  .recorded_ms = strtoll(cells[OF_MS], NULL, 10),
                                                  .ms = strtoll(cells[DURATION], NULL, 10)};
    }
    *list = turns;
    return true;
}

void desk_sounds_put(struct buf *out, const struct dataset_sound *list, size_t count,
                     const char *key, bool head)
{
    if (head) {
        buf_text(out, "instance ID,recording,file,ms,event,node,begun\n");
    }
    for (size_t s = 0; s < count; s++) {
        for (size_t m = 0; m < list[s].moment_count; m++) {
            const struct dataset_moment *one = &list[s].moments[m];
            char ms[24];
            snprintf(ms, sizeof ms, "%lld", (long long)one->ms);
            csv_cell(out, key, true);
            csv_cell(out, list[s].id, false);
            csv_cell(out, list[s].file ? list[s].file : "", false);
            csv_cell(out, ms, false);
            csv_cell(out, one->event, false);
            csv_cell(out, one->path, false);
            csv_cell(out, m ? "" : list[s].begun, false);
            csv_end(out);
        }
    }
}
