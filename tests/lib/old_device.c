/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/old_device.h"

#include "tests/lib/golden.h"

bool old_device(struct study *s)
{
    struct buf vault = {0}, sql = {0};
    struct db *db = NULL;
    bool ok = golden_read(&vault, "device-1-vault") &&
              file_read(&sql, "tests/cases/golden/device-1.sql", 1 << 20, NULL) &&
              file_folder(study_path(s, "device"), 0700, NULL) &&
              file_write(study_path(s, "device/vault"), vault.data, vault.len, 0600, true, NULL) &&
              db_open(&db, study_path(s, "device/store.db"), sql.data, NULL);
    if (ok) {
        db_checkpoint(db);
    }
    db_close(db);
    buf_fini(&vault);
    buf_fini(&sql);
    return ok;
}

static bool old_event(void *user, uint64_t n, const void *event, size_t len, struct err *err)
{
    static const char *const starts[] = {"first", "second answer", "xxxx"};
    unsigned *right = user;
    (void)err;
    if (n < 3 && memcmp(event, starts[n], strlen(starts[n])) == 0 &&
        len == (n == 2 ? (size_t)OLD_LONG : strlen(starts[n]))) {
        *right += 1;
    }
    return true;
}

static bool old_record(void *user, const struct device_record *r)
{
    unsigned *right = user;
    *right += (memcmp(r->id, old_first, 16) == 0 && r->state == RECORD_PURGED && r->seq == 2) ||
              (memcmp(r->id, old_second, 16) == 0 && r->state == RECORD_SEALED && r->seq == 3);
    return true;
}

const char *old_whole(struct device *d)
{
    struct device_draft drafts[VAULT_DRAFTS];
    struct device_form forms[DEVICE_FORMS_MAX];
    struct device_waiting waiting;
    struct buf package = {0};
    unsigned events = 0, records = 0;
    size_t count;
    if (!device_drafts(d, drafts, &count, NULL) || count != 1 || drafts[0].number != 4 ||
        drafts[0].events != 3 || drafts[0].left.questions != 7 ||
        !device_draft_read(d, &drafts[0], old_event, &events, NULL) || events != 3) {
        return "the draft";
    }
    if (!device_records(d, old_record, &records, NULL) || records != 2) {
        return "the records";
    }
    if (!device_waiting(d, &waiting, NULL) || waiting.count != 1 || waiting.copied != 0) {
        return "what waits";
    }
    bool has = device_forms(d, forms, &count, NULL) && count == 1 && forms[0].serial == 3 &&
               device_package(d, forms[0].hash, &package, NULL) && package.len > 0;
    buf_fini(&package);
    return has ? NULL : "the form";
}
