/* SPDX-License-Identifier: Apache-2.0 */
/* backup, restore: a desk as one file. */
#include <stdio.h>

#include "platform/machine/secret.h"
#include "tools/desk/desk_backup.h"
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
