/* SPDX-License-Identifier: Apache-2.0 */
/* status --field: how the field goes. */
#include <stdio.h>
#include <stdlib.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_field.h"
#include "tools/key/keys.h"
#include "tools/sync/sync.h"

static const char *opt_lists;

const struct cli_option sync_field_options[] = {
    {"csv", 0, NULL, "the devices as a table for scripts", &sync_given.csv, CLI_TEXT, 0, 0},
    {"field", 0, NULL,
     "open the records, and tell who works how much, which quotas are filled, what looks odd",
     &sync_given.field, CLI_TEXT, 0, 0},
    {"lists", 0, "DIR", "folder with quota.csv and quality.csv: the study's quotas and rules",
     &opt_lists, CLI_TEXT, 0, 0},
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

bool sync_field(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct desk_field field;
    struct buf quotas = {0}, rules = {0}, out = {0};
    struct field_options options = {
        .filter = sync_filter(), .language = sync_given.labels, .why = sync_given.why};
    struct arena arena;
    uint8_t identity[32];
    bool with_quotas, with_rules;
    (void)words;
    arena_init(&arena);
    bool ok = read_list(&quotas, &arena, "quota.csv", &with_quotas, err) &&
              read_list(&rules, &arena, "quality.csv", &with_rules, err);
    if (ok && opt_lists && !with_quotas && !with_rules) {
        ok = err_set(err, ERR_INPUT, "there is neither quota.csv nor quality.csv in %s", opt_lists);
    }
    ok = ok && sync_open(&desk, identity, err);
    options.quotas = ok && with_quotas ? &quotas : NULL;
    options.rules = ok && with_rules ? &rules : NULL;
    ok = ok && desk_field_read(&field, desk, identity, &options, err);
    desk_close(desk);
    secret_wipe(identity, sizeof identity);
    if (ok) {
        desk_field_tell(&out, &field, clock_wall_ms());
        sync_print(&out);
        ok = !sync_given.out || write_tables(&field, &arena, err);
        if (ok && field.faults) {
            ok = err_set(err, ERR_INPUT, "%zu cells of quota.csv cannot be judged", field.faults);
        } else if (ok && field.without_form) {
            err_set(err, ERR_INPUT, "%zu records belong to forms that the desk does not have",
                    field.without_form);
            ok = err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
        } else if (ok && field.unreadable) {
            ok = err_set(err, ERR_AUTH, "%zu records cannot be read", field.unreadable);
        }
        desk_field_fini(&field);
    }
    buf_fini(&quotas);
    buf_fini(&rules);
    buf_fini(&out);
    arena_fini(&arena);
    return ok;
}
