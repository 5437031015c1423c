/* SPDX-License-Identifier: Apache-2.0 */
/* retention: which records have been kept as long as they may be. */
#include <stdio.h>
#include <stdlib.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_retention.h"
#include "tools/key/keys.h"
#include "tools/sync/sync.h"

static const char *opt_lists, *opt_destroy;

const struct cli_option sync_retention_options[] = {
    {"lists", 0, "DIR", "folder with retention.csv: form, months", &opt_lists, CLI_TEXT, 0, 0},
    {"destroy", 0, "COUNT",
     "destroy the records that are due: as many as the list says, else nothing is destroyed",
     &opt_destroy, CLI_NUMBER, 1, 1000000000},
    SYNC_WHY,
    CLI_END};

static bool destroy(struct desk *desk, const uint8_t identity[32],
                    const struct desk_retention *retention, struct err *err)
{
    struct withdraw_report sum;
    struct forget_report forgotten;
    struct withdraw_options options = {.uses = USE_ANSWERS,
                                       .why = sync_given.why ? sync_given.why : "retention.csv",
                                       .wall_ms = clock_wall_ms()};
    if (strtoull(opt_destroy, NULL, 10) != retention->due_count) {
        err_set(err, ERR_INPUT, "%zu records are due, not %s: nothing was destroyed",
                retention->due_count, opt_destroy);
        return err_hint(err, "read the list again; is the machine's clock right?");
    }
    if (!desk_withdraw_all(desk, identity, (const uint8_t(*)[16])retention->due,
                           retention->due_count, &options, &sum, &forgotten, err)) {
        return false;
    }
    return sync_tell_withdrawn(&sum, &forgotten, retention->due_count, options.uses, err);
}

static bool look(struct desk *desk, const uint8_t identity[32], const struct buf *list,
                 struct err *err)
{
    struct desk_retention retention;
    struct buf out = {0};
    if (!desk_retention_read(&retention, desk, identity, list, sync_given.why ? sync_given.why : "",
                             clock_wall_ms(), err)) {
        return false;
    }
    bool ok = true;
    desk_retention_tell(&out, &retention);
    sync_print(&out);
    if (opt_destroy) {
        ok = destroy(desk, identity, &retention, err);
    } else if (retention.due_count) {
        printf("%zu records are due: export what is still needed, then retention --destroy %zu\n",
               retention.due_count, retention.due_count);
    }
    if (ok && retention.unread) {
        err_set(err, ERR_INPUT,
                "%zu records could not be judged: sealed to others, kept apart, damaged, or "
                "of a form that the desk does not have",
                retention.unread);
        ok = err_hint(err, "add the forms: suhbat-sync --desk DIR add-form PACKAGE");
    }
    desk_retention_fini(&retention);
    buf_fini(&out);
    return ok;
}

bool sync_retention(const struct cli_words *words, struct err *err)
{
    enum { MAX = 4 << 20 };
    struct desk *desk = NULL;
    struct arena arena;
    struct buf list = {0};
    uint8_t identity[32];
    (void)words;
    if (!opt_lists) {
        err_set(err, ERR_MISUSE, "no lists given");
        return err_hint(err, "retention --lists DIR: a folder with retention.csv (form, months)");
    }
    arena_init(&arena);
    bool ok = (file_read(&list, keys_path(&arena, opt_lists, "retention.csv"), MAX, err) ||
               err_at(err, "retention.csv")) &&
              sync_open(&desk, identity, err) && look(desk, identity, &list, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    buf_fini(&list);
    arena_fini(&arena);
    return ok;
}
