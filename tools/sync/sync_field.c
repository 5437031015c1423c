/* SPDX-License-Identifier: Apache-2.0 */
/* status --field: how the field goes. */
#include <stdio.h>
#include <stdlib.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_field.h"
#include "tools/desk/desk_retention.h"
#include "tools/key/keys.h"
#include "tools/sync/sync.h"

static const char *opt_lists;

const struct cli_option sync_field_options[] = {
    {"csv", 0, NULL, "the devices as a table for scripts", &sync_given.csv, CLI_TEXT, 0, 0},
    {"field", 0, NULL,
     "open the records, and tell who works how much, which quotas are filled, what looks odd",
     &sync_given.field, CLI_TEXT, 0, 0},
    {"lists", 0, "DIR",
     "folder with quota.csv, quality.csv, retention.csv: the study's quotas and rules", &opt_lists,
     CLI_TEXT, 0, 0},
    {"out", 0, "DIR", "also write tables as CSV into this folder", &sync_given.out, CLI_FOLDER, 0,
     0},
    {"labels", 0, "CODE", "ru, ky, tg or en: the language of the quotas' labels (default: ru)",
     &sync_given.labels, CLI_TEXT, 0, 0},
    {"force", 0, NULL, "replace existing files", &sync_given.force, CLI_TEXT, 0, 0},
    SYNC_FILTERS,
    SYNC_WHY,
    CLI_END};

/* A list that is not there is not needed. */
static bool read_list(struct buf *out, struct arena *arena, const char *name, bool *found,
                      struct err *err)
{
    enum { MAX = 4 << 20 };
    const char *path = opt_lists ? keys_path(arena, opt_lists, name) : NULL;
    *found = path && file_exists(path);
    return !*found || file_read(out, path, MAX, err) || err_at(err, "%s", name);
}

static bool write_tables(const struct desk_field *field, struct arena *arena, struct err *err)
{
    bool ok = file_folder(sync_given.out, 0700, err);
    for (int t = 0; ok && t < FIELD_TABLES; t++) {
        struct buf bytes = {0};
        const char *path =
            arena_join(arena, sync_given.out, "/", field_table_names[t], ".csv", NULL);
        desk_field_table(&bytes, field, (enum field_table)t);
        ok = file_write(path, bytes.data, bytes.len, FILE_PRIVATE, sync_given.force, err) ||
             err_at(err, "%s", path);
        buf_fini(&bytes);
    }
    return ok;
}

/* What the list says will be destroyed, a month before. */
static bool tell_retention(struct desk *desk, const uint8_t identity[32], const struct buf *list,
                           struct err *err)
{
    struct desk_retention retention;
    size_t soon = 0;
    if (!desk_retention_read(&retention, desk, identity, list, sync_given.why ? sync_given.why : "",
                             clock_wall_ms(), err)) {
        return false;
    }
    for (size_t i = 0; i < retention.count; i++) {
        soon += retention.forms[i].soon;
    }
    if (retention.unread) {
        printf("by retention.csv %zu records could not be judged; 'suhbat-sync retention' says "
               "why\n",
               retention.unread);
    }
    if (soon || retention.due_count) {
        printf("to be destroyed by retention.csv: %zu records now, %zu within %d days; "
               "'suhbat-sync retention' lists them\n",
               retention.due_count, soon, RETENTION_SOON);
    }
    desk_retention_fini(&retention);
    return true;
}

static bool verdict(const struct desk_field *field, struct err *err)
{
    if (field->faults) {
        return err_set(err, ERR_INPUT, "%zu cells of quota.csv cannot be judged", field->faults);
    }
    if (field->without_form) {
        err_set(err, ERR_INPUT, "%zu records belong to forms that the desk does not have",
                field->without_form);
        return err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
    }
    return !field->unreadable ||
           err_set(err, ERR_AUTH, "%zu records cannot be read", field->unreadable);
}

enum { QUOTAS, RULES, TIMES, LISTS };
static bool read_lists(struct buf lists[LISTS], bool there[LISTS], struct arena *arena,
                       struct err *err)
{
    static const char *const names[LISTS] = {"quota.csv", "quality.csv", "retention.csv"};
    bool any = false, ok = true;
    for (int i = 0; ok && i < LISTS; i++) {
        ok = read_list(&lists[i], arena, names[i], &there[i], err);
        any = any || there[i];
    }
    return ok && (any || !opt_lists ||
                  err_set(err, ERR_INPUT,
                          "there is no quota.csv, quality.csv or retention.csv in "
                          "%s",
                          opt_lists));
}

bool sync_field(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct desk_field field;
    struct buf lists[LISTS] = {{0}}, out = {0};
    struct field_options options = {
        .filter = sync_filter(), .language = sync_given.labels, .why = sync_given.why};
    struct arena arena;
    uint8_t identity[32];
    bool there[LISTS] = {false};
    (void)words;
    arena_init(&arena);
    bool ok = read_lists(lists, there, &arena, err) && sync_open(&desk, identity, err);
    options.quotas = there[QUOTAS] ? &lists[QUOTAS] : NULL;
    options.rules = there[RULES] ? &lists[RULES] : NULL;
    ok = ok && desk_field_read(&field, desk, identity, &options, err);
    if (ok) {
        desk_field_tell(&out, &field, clock_wall_ms());
        sync_print(&out);
        ok = (!there[TIMES] || tell_retention(desk, identity, &lists[TIMES], err)) &&
             (!sync_given.out || write_tables(&field, &arena, err)) && verdict(&field, err);
        desk_field_fini(&field);
    }
    desk_close(desk);
    secret_wipe(identity, sizeof identity);
    for (int i = 0; i < LISTS; i++) {
        buf_fini(&lists[i]);
    }
    buf_fini(&out);
    arena_fini(&arena);
    return ok;
}
