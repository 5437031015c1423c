/* SPDX-License-Identifier: Apache-2.0 */
/* backup, restore, merge: whole desks. */
#include <stdio.h>

#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_backup.h"
#include "tools/desk/desk_merge.h"
#include "tools/sync/sync.h"

const struct cli_option sync_backup_options[] = {
    {"force", 0, NULL, "replace an existing file", &sync_given.force, CLI_TEXT, 0, 0}, CLI_END};

bool sync_backup(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint64_t records;
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = desk_backup(desk, words->list[0], sync_given.force, &records, err);
    desk_close(desk);
    if (ok) {
        printf("%llu records in %s: keep it away from this machine\n", (unsigned long long)records,
               words->list[0]);
    }
    return ok;
}

bool sync_restore(const struct cli_words *words, struct err *err)
{
    uint8_t identity[32];
    uint64_t records;
    if (!sync_need_folder(err) || !sync_need_identity(identity, err)) {
        return false;
    }
    bool ok = desk_restore(words->list[0], sync_given.desk, identity, &records, err);
    secret_wipe(identity, sizeof identity);
    if (ok) {
        printf("%llu records in %s\n"
               "import the batches that came since, and repeat the withdrawals made since\n",
               (unsigned long long)records, sync_given.desk);
    }
    return ok;
}

/* ---- merge ---- */

static void tell_line(void *user, const char *text)
{
    (void)user;
    cli_say(stdout, "", text);
}

/* What a number counts, and its name. */
static void tell_counts(const struct desk_merge *merge, bool ok)
{
    const struct {
        unsigned count;
        const char *what;
    } rows[] = {{merge->devices, "devices"},
                {merge->forms, "forms"},
                {merge->entries, "entries"},
                {merge->records, "records"},
                {merge->withdrawals, "withdrawals"},
                {merge->destroyed, "sealed contents destroyed"},
                {merge->messages, "messages to devices"},
                {merge->reviews, "reviews"},
                {merge->codings, "changes of codings"},
                {merge->transcripts, "transcripts, or taken away"},
                {merge->sources, "changes of the register of documents"}};
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].count) {
            printf("%u %s\n", rows[i].count, rows[i].what);
            any = true;
        }
    }
    if (ok && !any) {
        printf("nothing new\n");
    }
}

bool sync_merge(const struct cli_words *words, struct err *err)
{
    struct desk *desk, *other = NULL;
    struct desk_merge merge = {.wall_ms = clock_wall_ms(), .tell = tell_line};
    uint8_t identity[32];
    bool ok = sync_open(&desk, identity, err);
    if (!ok) {
        return false;
    }
    ok = desk_open(&other, words->list[0], identity, err);
    if (ok) {
        sync_name_person(other);
        ok = desk_merge(desk, other, identity, &merge, err);
        tell_counts(&merge, ok); /* what was done before a failure, too */
    } else {
        err_at(err, "%s", words->list[0]);
    }
    secret_wipe(identity, sizeof identity);
    desk_close(other);
    desk_close(desk);
    if (ok && merge.apart) {
        err_set(err, ERR_INPUT, "%u runs of entries are kept apart", merge.apart);
        return err_hint(err, "see 'suhbat-sync status', ask who has the device, then 'accept' it");
    }
    if (ok && (merge.conflicts || merge.left_out)) {
        err_set(err, ERR_INPUT, "%u conflicts, %u devices left out: see above", merge.conflicts,
                merge.left_out);
        return err_hint(err, "all else was taken over; merging again does no harm");
    }
    return ok;
}
