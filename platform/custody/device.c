/* SPDX-License-Identifier: Apache-2.0 */
/* Creates, opens and locks the device; extends its chain; recovers after a crash. */
#include "platform/custody/device.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/custody/device_recordings.h"
#include "platform/machine/file.h"

static char *path_in(const char *dir, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", dir, name);
    char *out = mem_text(path.data);
    buf_fini(&path);
    return out;
}

/* ---- the chain ---- */

bool device_put_entry(struct device *d, const struct chain_entry *e, uint8_t hash[32],
                      struct err *err)
{
    uint8_t bytes[CHAIN_ENTRY], seq[8];
    chain_make(bytes, e, vault_keys(d->vault)->sign_seed);
    chain_hash(hash, bytes);
    put_u64(seq, e->seq);
    return device_row_put(d, (struct row_key){"chain", seq, 8}, ROW_CHAIN, e->seq, bytes,
                          sizeof bytes, err);
}

bool device_entry(struct device *d, uint64_t number, uint8_t bytes[CHAIN_ENTRY], bool *found,
                  struct err *err)
{
    uint8_t seq[8];
    struct buf entry = {0};
    put_u64(seq, number);
    struct err why = {0};
    bool ok = device_row_get(d, "chain", seq, 8, &entry, found, &why);
    if (!ok && (why.code == ERR_AUTH || why.code == ERR_INPUT)) {
        ok = true; /* a damaged row counts as missing and must not stop the handover */
        *found = false;
    } else if (!ok && err) {
        *err = why;
    }
    *found = ok && *found && entry.len == CHAIN_ENTRY;
    if (*found) {
        memcpy(bytes, entry.data, CHAIN_ENTRY);
    }
    buf_fini(&entry);
    return ok;
}

/* Prepare the next entry; the caller stores it in its transaction, then device_advance makes it
 * the head. */
struct chain_entry device_next_entry(struct device *d, enum chain_kind kind,
                                     const uint8_t object_id[16], const uint8_t hash[32])
{
    struct keystore *k = vault_keys(d->vault);
    struct chain_entry e = {.seq = k->chain_seq + 1, .kind = kind};
    memcpy(e.prev, k->chain_head, 32);
    memcpy(e.object_id, object_id, 16);
    memcpy(e.object_hash, hash, 32);
    return e;
}

static void forget_draft(struct keystore *k, const uint8_t id[16])
{
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        if (memcmp(k->drafts[i].id, id, 16) == 0) {
            secret_wipe(&k->drafts[i], sizeof k->drafts[i]);
        }
    }
}

bool device_advance(struct device *d, uint64_t seq, const uint8_t head[32], const uint8_t *draft_id,
                    int64_t wall_ms, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    k->chain_seq = seq;
    memcpy(k->chain_head, head, 32);
    if (wall_ms > 0 && (uint64_t)wall_ms / 1000 > k->time_floor) {
        k->time_floor = (uint64_t)wall_ms / 1000;
    }
    if (draft_id) {
        forget_draft(k, draft_id);
    }
    return vault_save(d->vault, err);
}

/* ---- create, open, lock ---- */

bool device_exists(const char *dir)
{
    char *path = path_in(dir, "vault");
    bool is = file_exists(path);
    free(path);
    return is;
}

/* Reserve disk space: half of it for the last answers, the rest for finishing an interview. */
void device_keep_reserve(struct device *d)
{
    char *path = path_in(d->dir, "reserve");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_PRIVATE);
    if (fd >= 0) {
        struct stat was = {.st_size = 0};
        if (fstat(fd, &was) == 0 && posix_fallocate(fd, 0, DEVICE_RESERVE) != 0 &&
            ftruncate(fd, was.st_size) != 0) {
            errno = 0; /* disk full: keep the reserve at its old size */
        }
        close(fd);
    }
    free(path);
}

/* Shrink the reserve to `keep` bytes; false if there was nothing to free. */
bool device_use_reserve(struct device *d, int64_t keep)
{
    char *path = path_in(d->dir, "reserve");
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct stat st;
    bool gave = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > keep && ftruncate(fd, keep) == 0;
    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return gave;
}

static bool open_parts(struct device *d, const char *dir, struct err *err)
{
    char *lock = path_in(dir, "lock"), *db = path_in(dir, "store.db");
    d->dir = mem_text(dir);
    bool ok = file_lock(&d->lock, lock, err) && store_open(&d->store, db, err);
    free(lock);
    free(db);
    return ok;
}

static bool save_catalogue(struct device *d, const void *bytes, size_t len, struct err *err)
{
    return device_row_put(d, (struct row_key){"catalogue", "", 0}, ROW_META, 0, bytes, len, err);
}

static bool write_request(struct device *d, const struct invite *invite, const char *label,
                          const uint8_t genesis_hash[32], struct buf *request, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    struct enrol_request r = {.label = NULL};
    uint8_t recipients[CATALOGUE_RECIPIENTS_MAX][32];
    struct buf sealed = {0};
    size_t count = catalogue_recipients(&invite->catalogue, recipients);
    memcpy(r.study_id, invite->study_id, 16);
    sign_public(r.sign_pk, k->sign_seed);
    age_recipient_of(r.box_pk, k->box_secret);
    memcpy(r.genesis_hash, genesis_hash, 32);
    size_t len = strnlen(label, ENROL_LABEL_MAX);
    bool ok = age_seal(&sealed, label, len, (const uint8_t(*)[32])recipients, count, err);
    r.label = (const uint8_t *)sealed.data;
    r.label_len = sealed.len;
    ok = ok && enrol_request_write(request, &r, invite->token, k->sign_seed, err);
    buf_fini(&sealed);
    return ok;
}

bool device_create(struct device **out, const struct device_spec *spec, struct buf *request,
                   struct err *err)
{
    static const uint8_t none[32];
    struct device *d = mem_zero(1, sizeof *d);
    char *path = path_in(spec->dir, "vault.new"), *final = path_in(spec->dir, "vault");
    d->lock = -1;
    uint8_t hash[32], sign_pk[32], box_pk[32];
    struct chain_entry genesis;
    bool has_recovery = memcmp(spec->invite->catalogue.recovery, none, 32) != 0;
    *out = NULL;
    bool ok = file_folder(spec->dir, 0700, err) && open_parts(d, spec->dir, err) &&
              (!file_exists(final) || err_set(err, ERR_INPUT, "this device has a vault already"));
    if (ok) {
        unlink(path); /* left by an interrupted attempt; no data was collected under it */
    }
    ok = ok && vault_create(&d->vault,
                            &(struct vault_spec){
                                path, spec->pass, spec->pass_len, VAULT_PASSES, spec->memory_kib,
                                has_recovery ? spec->invite->catalogue.recovery : NULL},
                            err);
    if (ok) {
        struct keystore *k = vault_keys(d->vault);
        sign_public(sign_pk, k->sign_seed);
        age_recipient_of(box_pk, k->box_secret);
        memcpy(k->root_set, spec->invite->root_set, 32);
        memcpy(k->study_id, spec->invite->study_id, 16);
        chain_device_id(k->device_id, sign_pk);
        k->catalogue_epoch = spec->invite->catalogue.epoch;
        chain_genesis(&genesis, sign_pk, box_pk, k->study_id, k->device_id);
        d->catalogue = mem_alloc(sizeof *d->catalogue);
        *d->catalogue = spec->invite->catalogue;
        device_keep_reserve(d);
        ok = store_begin(d->store, err) && device_put_entry(d, &genesis, hash, err) &&
             save_catalogue(d, spec->invite->catalogue_bytes, spec->invite->catalogue_len, err) &&
             write_request(d, spec->invite, spec->label, hash, request, err) &&
             device_row_put(d, (struct row_key){"request", "", 0}, ROW_META, 0, request->data,
                            request->len, err) &&
             store_commit(d->store, err) && device_advance(d, 1, hash, NULL, 0, err) &&
             file_rename(path, final, err); /* from here on the device exists, complete */
    }
    free(path);
    free(final);
    if (!ok) {
        device_close(d);
        return false;
    }
    *out = d;
    return true;
}

bool device_request(struct device *d, struct buf *out, struct err *err)
{
    bool found;
    if (device_is_enrolled(d)) {
        return err_set(err, ERR_INPUT, "this device is enrolled already");
    }
    return device_row_get(d, "request", "", 0, out, &found, err) &&
           (found || err_set(err, ERR_INPUT, "the device keeps no request"));
}

bool device_open(struct device **out, const char *dir, struct err *err)
{
    struct device *d = mem_zero(1, sizeof *d);
    char *path = path_in(dir, "vault");
    d->lock = -1;
    *out = NULL;
    bool ok = open_parts(d, dir, err) && vault_open(&d->vault, path, err);
    free(path);
    if (!ok) {
        device_close(d);
        return false;
    }
    *out = d;
    return true;
}

void device_close(struct device *d)
{
    if (d) {
        device_lock(d);
        vault_close(d->vault);
        store_close(d->store);
        file_unlock(d->lock);
        free(d->dir);
        free(d);
    }
}

static bool load_catalogue(struct device *d, struct err *err)
{
    struct buf bytes = {0};
    bool found;
    bool ok = device_row_get(d, "catalogue", "", 0, &bytes, &found, err) &&
              (found || err_set(err, ERR_INPUT, "the store has no catalogue"));
    if (ok) {
        free(d->catalogue); /* may be unlocked twice: on the terminal, then in the window */
        d->catalogue = mem_zero(1, sizeof *d->catalogue);
        ok = catalogue_read(d->catalogue, bytes.data, bytes.len, vault_keys(d->vault)->root_set,
                            err);
    }
    buf_fini(&bytes);
    struct keystore *k = vault_keys(d->vault);
    if (ok && d->catalogue->epoch < k->catalogue_epoch) { /* an older store was restored */
        return err_set(err, ERR_INPUT, "the store holds an older catalogue than the vault knows");
    }
    if (ok && d->catalogue->epoch > k->catalogue_epoch) { /* crash between row and vault */
        k->catalogue_epoch = d->catalogue->epoch;
        ok = vault_save(d->vault, err);
    }
    return ok;
}

bool device_cases(struct device *d, struct buf *out, struct err *err)
{
    bool found;
    return device_row_get(d, "cases", "", 0, out, &found, err);
}

void device_on_message(struct device *d, device_apply *apply, void *user)
{
    d->apply = apply;
    d->apply_user = user;
}

/* Recover from a crash between the store's commit and the vault's: follow the store's valid
 * entries and drop the keys of drafts that were finished or discarded.  If the vault's head is
 * missing from the store, the storage lost writes: declare the loss. */
static bool roll_forward(struct device *d, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    uint8_t bytes[CHAIN_ENTRY], pk[32], hash[32];
    bool found = false, changed = false;
    sign_public(pk, k->sign_seed);
    for (;;) {
        struct chain_entry e;
        if (!device_entry(d, k->chain_seq + 1, bytes, &found, err)) {
            return false;
        }
        if (!found || !chain_read(&e, bytes, pk) || e.seq != k->chain_seq + 1 ||
            memcmp(e.prev, k->chain_head, 32) != 0) {
            break;
        }
        struct buf info = {0};
        bool has_info;
        if (!device_row_get(d, "record", e.object_id, 16, &info, &has_info, err)) {
            buf_fini(&info);
            return false;
        }
        if (has_info && info.len == RECORD_INFO) {
            forget_draft(k, (const uint8_t *)info.data + RECORD_INFO_DRAFT);
        }
        if (e.kind == CHAIN_DISCARDED) {
            forget_draft(k, e.object_id);
        }
        buf_fini(&info);
        chain_hash(hash, bytes);
        k->chain_seq = e.seq;
        memcpy(k->chain_head, hash, 32);
        changed = true;
    }
    assert(k->chain_seq > 0); /* genesis has number 1 */
    if (!device_entry(d, k->chain_seq, bytes, &found, err)) {
        return false;
    }
    if (!found) { /* never reuse a number: declare the loss and continue */
        struct chain_entry e =
            device_next_entry(d, CHAIN_DECLARED_LOSS, k->device_id, k->chain_head);
        uint64_t first = k->chain_seq;
        while (!found && first > 1) {
            if (!device_entry(d, first - 1, bytes, &found, err)) {
                return false;
            }
            first -= !found;
        }
        chain_loss(&e, first, k->chain_seq);
        if (!device_put_entry(d, &e, hash, err)) {
            return false;
        }
        k->chain_seq = e.seq;
        memcpy(k->chain_head, hash, 32);
        changed = true;
    }
    return !changed || vault_save(d->vault, err);
}

/* Drop drafts whose row was written but no event: they are empty, and their slots are freed.
 * If the row is missing too, the store may be an older one, and the key is kept. */
static bool drop_unbegun(struct device *d, struct err *err)
{
    static const uint8_t none[16];
    struct keystore *k = vault_keys(d->vault);
    bool changed = false;
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        uint8_t id[16], row[16];
        struct buf first = {0};
        bool begun;
        if (memcmp(k->drafts[i].id, none, 16) == 0) {
            continue;
        }
        memcpy(id, k->drafts[i].id, 16);
        device_event_name(row, &k->drafts[i], 0);
        bool ok = store_get(d->store, row, &first, &begun, err);
        bool listed = false;
        buf_cut(&first, 0);
        ok = ok && device_row_get(d, "draft", id, 16, &first, &listed, err);
        buf_fini(&first);
        if (!ok) {
            return false;
        }
        if (listed && !begun) { /* the 44-byte row that remains is harmless without its slot */
            forget_draft(k, id);
            changed = true;
        }
    }
    return !changed || vault_save(d->vault, err);
}

/* After the vault was opened: migrate, load the catalogue and recover.  On failure the device
 * is locked again. */
static bool open_rest(struct device *d, struct err *err)
{
    if (!device_migrate(d, err) || !load_catalogue(d, err) || !roll_forward(d, err) ||
        !drop_unbegun(d, err) || !device_recordings_recover(d, err)) {
        device_lock(d);
        if (err && err->code == ERR_AUTH) { /* the passphrase was right */
            err->code = ERR_INPUT;
            err_at(err, "the device's store is damaged");
        }
        return false;
    }
    return true;
}

bool device_unlock(struct device *d, const char *pass, size_t len, struct err *err)
{
    if (!vault_unlock(d->vault, pass, len, err) || !open_rest(d, err)) {
        return false;
    }
    bool ok = vault_renew(d->vault, device_recovery(d->catalogue), err);
    if (!ok) {
        device_lock(d);
    }
    return ok;
}

static void close_rest(struct device *d)
{
    free(d->catalogue);
    d->catalogue = NULL;
}

void device_lock(struct device *d)
{
    close_rest(d);
    if (d->vault) {
        vault_lock(d->vault);
    }
}

bool device_set_pin(struct device *d, const char *digits, struct err *err)
{
    return vault_set_pin(d->vault, digits, err);
}

void device_soft_lock(struct device *d, int64_t lasts_ms)
{
    close_rest(d);
    vault_soft_lock(d->vault, lasts_ms);
}

bool device_try_pin(struct device *d, const char *digits, struct err *err)
{
    bool was_open = vault_is_unlocked(d->vault);
    return vault_try_pin(d->vault, digits, err) && (was_open || open_rest(d, err));
}

bool device_is_unlocked(const struct device *d)
{
    return vault_is_unlocked(d->vault);
}

const uint8_t *device_recovery(const struct catalogue *c)
{
    static const uint8_t none[32];
    bool given = memcmp(c->recovery, none, sizeof none) != 0;
    return given && secret_box_usable(c->recovery) ? c->recovery : NULL;
}

bool device_travel_lock(struct device *d, struct err *err)
{
    if (!vault_travel_lock(d->vault, d->catalogue ? device_recovery(d->catalogue) : NULL, err)) {
        return false;
    }
    close_rest(d);
    return true;
}

bool device_travel_request(struct device *d, const char *pass, size_t len, struct buf *out,
                           char words[64], struct err *err)
{
    struct travel_request r;
    if (!vault_travel_request(d->vault, &r, pass, len, err)) {
        return false;
    }
    travel_request_write(out, &r);
    travel_request_words(words, &r);
    return true;
}

bool device_travel_return(struct device *d, const void *answer, size_t answer_len, const char *pass,
                          size_t len, struct err *err)
{
    if (!vault_travel_open(d->vault, answer, answer_len, pass, len, err)) {
        return false;
    }
    bool ok =
        open_rest(d, err) && vault_travel_settle(d->vault, device_recovery(d->catalogue), err);
    if (!ok) {
        device_lock(d);
    }
    return ok;
}

struct device_locks device_locks(const struct device *d)
{
    return (struct device_locks){.failures = vault_failures(d->vault),
                                 .wait_s = vault_wait_s(d->vault),
                                 .pin = vault_has_pin(d->vault),
                                 .can_travel = vault_can_travel(d->vault),
                                 .travelling = vault_is_travelling(d->vault),
                                 .unsure = vault_is_unsure(d->vault),
                                 .pin_tries = vault_pin_tries(d->vault),
                                 .soft_left_ms = vault_soft_left_ms(d->vault)};
}

#ifdef SUHBAT_TEST
void device_forget_wait(struct device *d)
{
    vault_forget_wait(d->vault);
}

void device_end_soft(struct device *d)
{
    vault_end_soft(d->vault);
}
#endif

const uint8_t *device_id(struct device *d)
{
    return vault_keys(d->vault)->device_id;
}

void device_words(struct device *d, char out[64])
{
    uint8_t keys[64];
    sign_public(keys, vault_keys(d->vault)->sign_seed);
    age_recipient_of(keys + 32, vault_keys(d->vault)->box_secret);
    enrol_words(out, keys, sizeof keys);
}

bool device_is_enrolled(struct device *d)
{
    static const uint8_t none[32];
    return memcmp(vault_keys(d->vault)->package_secret, none, 32) != 0;
}

const struct catalogue *device_catalogue(struct device *d)
{
    return d->catalogue;
}

uint64_t device_catalogue_overdue(struct device *d, int64_t wall_ms)
{
    uint64_t now = (uint64_t)(wall_ms > 0 ? wall_ms : 0) / 1000;
    if (vault_keys(d->vault)->time_floor > now) {
        now = vault_keys(d->vault)->time_floor;
    }
    return now > d->catalogue->warn_after ? now - d->catalogue->warn_after : 0;
}

void device_idle(struct device *d)
{
    store_checkpoint(d->store);
}
