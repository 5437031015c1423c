/* SPDX-License-Identifier: Apache-2.0 */
/* Stores the keystore in two slots, and unlocks it with the passphrase. */
#include "platform/custody/vault_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "platform/custody/chain.h"
#include "platform/machine/clock.h"
#include "platform/machine/fault.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"

/* Offsets in the keystore. */
enum {
    KS_SEED = 0,
    KS_BOX = 32,
    KS_ROOT = 64,
    KS_STUDY = 96,
    KS_DEVICE = 112,
    KS_EPOCH = 128,
    KS_TIME = 136,
    KS_RECEIPT = 144,
    KS_SEQ = 152,
    KS_HEAD = 160,
    KS_DB = 192,
    KS_PACKAGE = 224,
    KS_PIN_SALT = 256,
    KS_DRAFTS = 272,
    KS_DRAFT = 80,
    KS_PIN_KEY = KS_DRAFTS + VAULT_DRAFTS * KS_DRAFT
};
static const char magic[] = "SBVAULT2", magic_1[] = "SBVAULT1";
static_assert(KS_PIN_KEY + SECRET_KEY <= KEYSTORE, "the drafts and the PIN's key fit");
static_assert(AT_NONCE + SECRET_OVERHEAD + KEYSTORE == AT_TORN, "the keystore fits the slot");

/* ---- passphrases ---- */

static bool to_latin(struct buf *out, const char *text, size_t len)
{
    static const char letters[] = "bvgdjzklmnprstfhaiou";
    static const uint16_t cyrillic[] = {0x431, 0x432, 0x433, 0x434, 0x436, 0x437, 0x43A,
                                        0x43B, 0x43C, 0x43D, 0x43F, 0x440, 0x441, 0x442,
                                        0x444, 0x445, 0x430, 0x438, 0x43E, 0x443};
    for (size_t at = 0; at < len;) {
        uint32_t c = text_next(text, len, &at);
        size_t i = 0;
        while (c != ' ' && i < 20 && cyrillic[i] != c) {
            i++;
        }
        bool latin = c < 0x80 && strchr(letters, (int)c);
        if (c == ' ' || latin) {
            buf_char(out, (char)c);
        } else if (i < 20) {
            buf_char(out, letters[i]);
        } else {
            return false;
        }
    }
    return true;
}

bool vault_passphrase(struct buf *out, const char *text, size_t len)
{
    struct buf nfc = {0}, tidy = {0}, latin = {0};
    size_t words = 0;
    bool ok = text_nfc(&nfc, text, len, NULL);
    for (size_t at = 0; ok && at < nfc.len;) {
        uint32_t c = text_next(nfc.data, nfc.len, &at);
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0;
        if (blank) {
            continue;
        }
        if (words) {
            buf_char(&tidy, ' ');
        }
        words++;
        for (;; c = text_next(nfc.data, nfc.len, &at)) {
            blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0;
            if (blank) {
                break;
            }
            text_put(&tidy, text_small(c));
            if (at >= nfc.len) {
                break;
            }
        }
    }
    ok = ok && words >= VAULT_WORDS_MIN;
    if (ok) {
        bool ours = to_latin(&latin, tidy.data, tidy.len);
        buf_add(out, ours ? latin.data : tidy.data, ours ? latin.len : tidy.len);
    }
    buf_fini(&nfc);
    buf_fini(&tidy);
    buf_fini(&latin);
    return ok;
}

void vault_suggest(char out[64])
{
    uint8_t bits[8];
    secret_random(bits, sizeof bits);
    words_of(out, bits, 5);
    secret_wipe(bits, sizeof bits);
}

/* ---- slots on disk ---- */

static uint64_t generation(const uint8_t *slot)
{
    return get_u64(slot + AT_GEN);
}

static void torn_hash(uint8_t out[32], const uint8_t *slot)
{
    hash_tagged(out, "sb1-vault-torn", slot, AT_TORN);
}

static bool whole(const uint8_t *slot)
{
    uint8_t hash[32];
    torn_hash(hash, slot);
    return (memcmp(slot, magic, 8) == 0 || memcmp(slot, magic_1, 8) == 0) &&
           memcmp(hash, slot + AT_TORN, 32) == 0;
}

static bool write_at(struct vault *v, const uint8_t *slot, off_t at, struct err *err)
{
    if (fault_due()) {
        return err_set(err, ERR_ENV, "cannot write the vault: made to fail");
    }
    for (size_t done = 0; done < VAULT_SLOT;) {
        ssize_t n = pwrite(v->fd, slot + done, VAULT_SLOT - done, at + (off_t)done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            err_set(err, ERR_ENV, "cannot write the vault: %s", strerror(errno));
            return err_hint(err, "nothing was lost; free some space and start again");
        }
        done += (size_t)n;
    }
    if (fdatasync(v->fd) != 0) {
        return err_set(err, ERR_ENV, "cannot sync the vault: %s", strerror(errno));
    }
    return true;
}

/* Write slot A, then the same bytes to slot B: otherwise the other copy would keep a key that
 * was dropped. */
static bool commit(struct vault *v, struct err *err)
{
    put_u64(v->slot + AT_GEN, generation(v->slot) + 1);
    torn_hash(v->slot + AT_TORN, v->slot);
    return write_at(v, v->slot, 0, err) && write_at(v, v->slot, VAULT_SLOT, err);
}

/* ---- encoding of the keystore ---- */

static void pack(uint8_t out[KEYSTORE], const struct keystore *k)
{
    memset(out, 0, KEYSTORE);
    memcpy(out + KS_SEED, k->sign_seed, 32);
    memcpy(out + KS_BOX, k->box_secret, 32);
    memcpy(out + KS_ROOT, k->root_set, 32);
    memcpy(out + KS_STUDY, k->study_id, 16);
    memcpy(out + KS_DEVICE, k->device_id, 16);
    put_u64(out + KS_EPOCH, k->catalogue_epoch);
    put_u64(out + KS_TIME, k->time_floor);
    put_u64(out + KS_RECEIPT, k->receipt_counter);
    put_u64(out + KS_SEQ, k->chain_seq);
    memcpy(out + KS_HEAD, k->chain_head, 32);
    memcpy(out + KS_DB, k->db_secret, 32);
    memcpy(out + KS_PACKAGE, k->package_secret, 32);
    memcpy(out + KS_PIN_SALT, k->pin_salt, SECRET_SALT);
    memcpy(out + KS_PIN_KEY, k->pin_key, SECRET_KEY);
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        uint8_t *d = out + KS_DRAFTS + i * KS_DRAFT;
        memcpy(d, k->drafts[i].id, 16);
        memcpy(d + 16, k->drafts[i].key, 32);
        memcpy(d + 48, k->drafts[i].review, 32);
    }
}

static void unpack(struct keystore *k, const uint8_t in[KEYSTORE])
{
    memcpy(k->sign_seed, in + KS_SEED, 32);
    memcpy(k->box_secret, in + KS_BOX, 32);
    memcpy(k->root_set, in + KS_ROOT, 32);
    memcpy(k->study_id, in + KS_STUDY, 16);
    memcpy(k->device_id, in + KS_DEVICE, 16);
    k->catalogue_epoch = get_u64(in + KS_EPOCH);
    k->time_floor = get_u64(in + KS_TIME);
    k->receipt_counter = get_u64(in + KS_RECEIPT);
    k->chain_seq = get_u64(in + KS_SEQ);
    memcpy(k->chain_head, in + KS_HEAD, 32);
    memcpy(k->db_secret, in + KS_DB, 32);
    memcpy(k->package_secret, in + KS_PACKAGE, 32);
    memcpy(k->pin_salt, in + KS_PIN_SALT, SECRET_SALT);
    memcpy(k->pin_key, in + KS_PIN_KEY, SECRET_KEY);
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        const uint8_t *d = in + KS_DRAFTS + i * KS_DRAFT;
        memcpy(k->drafts[i].id, d, 16);
        memcpy(k->drafts[i].key, d + 16, 32);
        memcpy(k->drafts[i].review, d + 48, 32);
    }
}

/* Associated data: magic, salt and parameters of the slot, and a purpose. */
size_t vault_bound(uint8_t out[64], const uint8_t *slot, const void *purpose, size_t len)
{
    memcpy(out, slot, 8);
    memcpy(out + 8, slot + AT_SALT, 32);
    memcpy(out + 40, purpose, len);
    return 40 + len;
}

/* Associated data of the keystore; from version 2 on it includes the state bits that only an
 * open vault may change. */
static size_t keystore_ad(uint8_t out[64], const uint8_t *slot, uint8_t state)
{
    size_t len = vault_bound(out, slot, "ks", 2);
    if (memcmp(slot, magic, 8) == 0) {
        out[len++] = state & STATE_SEALED;
    }
    return len;
}

void vault_seal_keystore(struct vault *v)
{
    uint8_t ad[64];
    size_t ad_len = keystore_ad(ad, v->slot, v->slot[AT_STATE]);
    uint8_t *plain = secret_new(KEYSTORE);
    struct buf locked = {0};
    pack(plain, &v->open->keys);
    secret_lock(&locked, v->open->keystore_key, ad, ad_len, plain, KEYSTORE);
    memcpy(v->slot + AT_NONCE, locked.data, KEYSTORE + SECRET_OVERHEAD);
    secret_free(plain);
    buf_fini(&locked);
}

/* Decrypt the keystore.  The state bits it was encrypted with are the true ones: if they were
 * tampered with in the file, they are corrected, so that no interview is lost. */
static bool unseal(struct vault *v, const struct open_keys *keys, struct buf *plain,
                   struct err *err)
{
    static const uint8_t flips[] = {0, STATE_RECOVERABLE, STATE_META_KEPT,
                                    STATE_RECOVERABLE | STATE_META_KEPT};
    for (size_t i = 0; i < sizeof flips; i++) {
        uint8_t ad[64], state = v->slot[AT_STATE] ^ flips[i];
        size_t ad_len = keystore_ad(ad, v->slot, state);
        if (secret_unlock(plain, keys->keystore_key, ad, ad_len, v->slot + AT_NONCE,
                          KEYSTORE + SECRET_OVERHEAD, NULL)) {
            v->slot[AT_STATE] = state;
            return plain->len == KEYSTORE;
        }
    }
    return err_set(err, ERR_AUTH, "the keystore does not open");
}

bool vault_open_keystore(struct vault *v, struct open_keys *keys, struct err *err)
{
    struct buf plain = {0};
    secret_derive(keys->keystore_key, keys->vk, "sbVAULT1", 1);
    secret_derive(keys->meta_key, keys->vk, "sbVAULT1", 2);
    bool ok = unseal(v, keys, &plain, err);
    if (ok) {
        unpack(&keys->keys, (const uint8_t *)plain.data);
        if (v->slot[AT_STATE] & STATE_META_KEPT) {
            memcpy(keys->meta_key, keys->keys.db_secret, sizeof keys->meta_key);
        }
    }
    buf_fini(&plain);
    return ok;
}

/* Seal the vault's key and the device's id to the study's recovery key (X25519). */
void vault_seal_recovery(struct vault *v, const uint8_t recovery[32])
{
    uint8_t *plain = secret_new(TRAVEL_PLAIN), public_key[32], id[16];
    sign_public(public_key, v->open->keys.sign_seed);
    chain_device_id(id, public_key);
    memcpy(plain, v->open->vk, SECRET_KEY);
    memcpy(plain + SECRET_KEY, id, TRAVEL_DEVICE);
    secret_box_to(v->slot + AT_RECOVERY, plain, TRAVEL_PLAIN, recovery);
    v->slot[AT_STATE] |= STATE_RECOVERABLE;
    secret_free(plain);
}

/* Replace the vault's key by one that no older copy of the file contains.  The rows' key stays
 * the same and moves into the keystore. */
void vault_renew_key(struct vault *v, const uint8_t *recovery)
{
    struct open_keys *o = v->open;
    memcpy(v->slot, magic, 8); /* a version 1 file becomes version 2 */
    memcpy(o->keys.db_secret, o->meta_key, sizeof o->keys.db_secret);
    v->slot[AT_STATE] |= STATE_META_KEPT;
    secret_random(o->vk, sizeof o->vk);
    secret_derive(o->keystore_key, o->vk, "sbVAULT1", 1);
    if (recovery) {
        vault_seal_recovery(v, recovery);
    } else { /* without a recovery key: what the slot holds was sealed with an older key */
        v->slot[AT_STATE] &= (uint8_t)~STATE_RECOVERABLE;
        secret_random(v->slot + AT_RECOVERY, TRAVEL_SEALED);
    }
    vault_seal_keystore(v);
}

/* Write the slot.  If that fails, write the old state again: the first copy may already be on
 * disk, and memory and disk must agree.  The failed generation number is not reused. */
bool vault_commit(struct vault *v, const uint8_t before[VAULT_SLOT], struct err *err)
{
    v->unsure = false;
    if (commit(v, err)) {
        return true;
    }
    uint64_t failed = generation(v->slot);
    memcpy(v->slot, before, VAULT_SLOT);
    put_u64(v->slot + AT_GEN, failed);
    v->unsure = !commit(v, NULL);
    return false;
}

/* ---- create, open, lock ---- */

bool vault_stretch(uint8_t kek[32], struct vault *v, const char *pass, size_t len, struct err *err)
{
    struct buf tidy = {0};
    if (!vault_passphrase(&tidy, pass, len)) { /* too short: treated as a wrong passphrase */
        buf_add(&tidy, pass, len);
    }
    bool ok = secret_stretch(kek, tidy.data, tidy.len, v->slot + AT_SALT,
                             get_u32(v->slot + AT_PASSES), get_u32(v->slot + AT_MEMORY), err);
    buf_fini(&tidy);
    return ok;
}

static void put_keyslot(struct vault *v, uint8_t index, const uint8_t kek[32])
{
    uint8_t ad[64], key[32];
    uint8_t *plain = secret_new(KEYSLOT_PLAIN);
    struct buf locked = {0};
    size_t ad_len = vault_bound(ad, v->slot, &index, 1);
    plain[0] = TYPE_UNLOCK;
    memcpy(plain + 16, v->open->vk, 32);
    secret_derive(key, kek, "sbKEK-v1", index);
    secret_lock(&locked, key, ad, ad_len, plain, KEYSLOT_PLAIN);
    memcpy(v->slot + AT_KEYSLOTS + index * KEYSLOT, locked.data, KEYSLOT);
    secret_wipe(key, sizeof key);
    secret_free(plain);
    buf_fini(&locked);
}

/* Ask btrfs and f2fs to overwrite this file in place instead of writing elsewhere.  Other file
 * systems overwrite in place, or do not support the request. */
static void pin_place(int fd)
{
    int flags = 0;
    uint32_t pin = 1;
    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && !(flags & FS_NOCOW_FL)) {
        flags |= FS_NOCOW_FL;
        (void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
    (void)ioctl(fd, _IOW(0xf5, 13, uint32_t), &pin); /* F2FS_IOC_SET_PIN_FILE */
}

/* Creates the file at its full size.  A file that was there before stays. */
static bool make_file(struct vault *v, struct err *err)
{
    v->fd = open(v->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_PRIVATE);
    bool made = v->fd >= 0;
    if (made) {
        pin_place(v->fd);
    }
    int why = made ? posix_fallocate(v->fd, 0, VAULT_FILE) : errno;
    if (why == 0) {
        return true;
    }
    if (made) {
        unlink(v->path);
    }
    err_set(err, ERR_ENV, "cannot make the vault: %s", strerror(why));
    return err_at(err, "%s", v->path);
}

/* The slot and the keys of a vault that nobody has written yet. */
static void fill_new(struct vault *v, const struct vault_spec *spec)
{
    secret_random(v->slot, VAULT_SLOT); /* unused keyslots look like used ones */
    memcpy(v->slot, magic, 8);
    put_u64(v->slot + AT_GEN, 0);
    put_u32(v->slot + AT_PASSES, spec->passes);
    put_u32(v->slot + AT_MEMORY, spec->memory_kib);
    memset(v->slot + AT_ALG, 0, 8);
    v->slot[AT_ALG] = ALG_ARGON2ID13;
    memset(v->slot + AT_FAILS, 0, AT_NONCE - AT_FAILS);
    v->open = secret_new(sizeof *v->open);
    secret_random(v->open->vk, 32);
    secret_random(v->open->keys.sign_seed, 32);
    secret_random(v->open->keys.box_secret, 32);
    secret_random(v->open->keys.db_secret, 32);
    secret_derive(v->open->keystore_key, v->open->vk, "sbVAULT1", 1);
    secret_derive(v->open->meta_key, v->open->vk, "sbVAULT1", 2);
}

bool vault_create(struct vault **out, const struct vault_spec *spec, struct err *err)
{
    struct buf tidy = {0};
    uint8_t kek[32];
    *out = NULL;
    if (!vault_passphrase(&tidy, spec->pass, spec->len)) {
        err_set(err, ERR_INPUT, "the passphrase has fewer than %d words", (int)VAULT_WORDS_MIN);
        return err_hint(err, "five words or more, any language, blanks between them");
    }
    buf_fini(&tidy);
    struct vault *v = mem_zero(1, sizeof *v);
    v->path = mem_text(spec->path);
    if (!make_file(v, err)) {
        vault_close(v);
        return false;
    }
    fill_new(v, spec);
    bool ok = vault_stretch(kek, v, spec->pass, spec->len, err);
    if (ok) {
        put_keyslot(v, 0, kek);
        if (spec->recovery) {
            vault_seal_recovery(v, spec->recovery);
        }
        vault_seal_keystore(v);
        ok = commit(v, err);
    }
    secret_wipe(kek, sizeof kek);
    if (!ok) {
        vault_close(v);
        unlink(spec->path);
        return false;
    }
    *out = v;
    return true;
}

static bool read_slots(struct vault *v, struct err *err)
{
    uint8_t both[VAULT_FILE];
    /* drop the cache: after a failed sync it may differ from the disk */
    (void)posix_fadvise(v->fd, 0, 0, POSIX_FADV_DONTNEED);
    ssize_t n = pread(v->fd, both, sizeof both, 0);
    bool a = n == VAULT_FILE && whole(both), b = n == VAULT_FILE && whole(both + VAULT_SLOT);
    if (!a && !b) {
        return err_set(err, ERR_INPUT, "this is no vault, or both its copies are damaged");
    }
    bool take_a = a && (!b || generation(both) >= generation(both + VAULT_SLOT));
    memcpy(v->slot, take_a ? both : both + VAULT_SLOT, VAULT_SLOT);
    if (memcmp(both, both + VAULT_SLOT, VAULT_SLOT) == 0) {
        return true;
    }
    return write_at(v, v->slot, take_a ? VAULT_SLOT : 0, err); /* complete the interrupted write */
}

bool vault_open(struct vault **out, const char *path, struct err *err)
{
    struct vault *v = mem_zero(1, sizeof *v);
    *out = NULL;
    v->path = mem_text(path);
    v->fd = open(path, O_RDWR | O_CLOEXEC);
    if (v->fd < 0) {
        err_set(err, ERR_ENV, "cannot open the vault: %s", strerror(errno));
    }
    if (v->fd < 0 || !read_slots(v, err)) {
        err_at(err, "%s", path);
        vault_close(v);
        return false;
    }
    v->wait_from_ms = clock_mono_ms(); /* a restart restarts the delay */
    *out = v;
    return true;
}

void vault_close(struct vault *v)
{
    if (v) {
        vault_lock(v);
        if (v->fd >= 0) {
            close(v->fd);
        }
        free(v->path);
        free(v);
    }
}

unsigned vault_failures(const struct vault *v)
{
    return get_u32(v->slot + AT_FAILS);
}

unsigned vault_wait_s(const struct vault *v)
{
    static const unsigned delay_s[] = {0, 0, 0, 0, 0, 30, 120, 600, 1800, 3600};
    unsigned fails = vault_failures(v);
    unsigned delay = delay_s[fails < 10 ? fails : 9];
    int64_t gone = (clock_mono_ms() - v->wait_from_ms) / 1000;
    return gone >= delay ? 0 : delay - (unsigned)gone;
}

#ifdef SUHBAT_TEST
void vault_forget_wait(struct vault *v)
{
    v->wait_from_ms = clock_mono_ms() - 3600 * 1000;
}
#endif

/* Overwrite the keyslots with random bytes: no passphrase unlocks the vault any more.  The
 * recovery slot stays. */
void vault_drop_keyslots(struct vault *v)
{
    secret_random(v->slot + AT_KEYSLOTS, KEYSLOTS * KEYSLOT);
    v->slot[AT_STATE] |= STATE_TRAVELLING;
}

bool vault_unlock(struct vault *v, const char *pass, size_t len, struct err *err)
{
    uint8_t kek[32];
    unsigned fails = vault_failures(v);
    if (vault_is_travelling(v)) { /* not counted as a try */
        err_set(err, ERR_AUTH, "the device is closed for travel: no passphrase opens it");
        return err_hint(err, "ask the coordinator for the answer to its request");
    }
    if (vault_wait_s(v) > 0) {
        return err_set(err, ERR_AUTH, "wait %u seconds before the next try", vault_wait_s(v));
    }
    put_u32(v->slot + AT_FAILS, fails + 1);
    if (!commit(v, err)) {
        return false;
    }
    if (!vault_stretch(kek, v, pass, len, err)) { /* out of memory: not counted as a try */
        put_u32(v->slot + AT_FAILS, fails);
        (void)!commit(v, NULL);
        return false;
    }
    struct open_keys *keys = secret_new(sizeof *keys);
    bool found = false;
    for (uint8_t i = 0; i < KEYSLOTS; i++) {
        uint8_t ad[64], key[32];
        struct buf plain = {0};
        size_t ad_len = vault_bound(ad, v->slot, &i, 1);
        secret_derive(key, kek, "sbKEK-v1", i);
        if (secret_unlock(&plain, key, ad, ad_len, v->slot + AT_KEYSLOTS + i * KEYSLOT, KEYSLOT,
                          NULL) &&
            plain.data[0] == TYPE_UNLOCK) {
            memcpy(keys->vk, plain.data + 16, 32);
            found = true;
        }
        secret_wipe(key, sizeof key);
        buf_fini(&plain);
    }
    memcpy(keys->kek, kek, sizeof keys->kek);
    secret_wipe(kek, sizeof kek);
    found = found && vault_open_keystore(v, keys, err);
    if (!found) {
        secret_free(keys);
        v->wait_from_ms = clock_mono_ms();
        if (fails + 1 >= VAULT_TRIES && vault_can_travel(v) && !vault_travel_lock(v, NULL, err)) {
            return false;
        }
        return err_set(err, ERR_AUTH, "it cannot be opened with this passphrase");
    }
    vault_lock(v);
    v->open = keys;
    put_u32(v->slot + AT_FAILS, 0);
    if (!commit(v, err)) {
        vault_lock(v);
        return false;
    }
    return true;
}

/* Replace the vault's key and make the keyslot of the passphrase for it; the other keyslots
 * become random. */
void vault_renew_keyslots(struct vault *v, const uint8_t *recovery)
{
    vault_renew_key(v, recovery);
    secret_random(v->slot + AT_KEYSLOTS, KEYSLOTS * KEYSLOT);
    put_keyslot(v, 0, v->open->kek);
    secret_wipe(v->open->kek, sizeof v->open->kek);
}

bool vault_renew(struct vault *v, const uint8_t *recovery, struct err *err)
{
    uint8_t before[VAULT_SLOT];
    struct open_keys *was = secret_new(sizeof *was);
    memcpy(before, v->slot, VAULT_SLOT);
    *was = *v->open;
    vault_renew_keyslots(v, recovery);
    bool ok = vault_commit(v, before, err);
    if (!ok) {
        *v->open = *was;
    }
    secret_free(was);
    return ok;
}

void vault_close_keys(struct vault *v)
{
    secret_free(v->open); /* wipes */
    v->open = NULL;
}

void vault_lock(struct vault *v)
{
    vault_close_keys(v);
    secret_free(v->soft);
    v->soft = NULL;
    v->pin_failures = 0;
}

bool vault_is_unlocked(const struct vault *v)
{
    return v->open != NULL;
}

struct keystore *vault_keys(struct vault *v)
{
    return &v->open->keys;
}

const uint8_t *vault_meta_key(const struct vault *v)
{
    return v->open->meta_key;
}

bool vault_save(struct vault *v, struct err *err)
{
    vault_seal_keystore(v);
    return commit(v, err);
}

struct vault_draft *vault_find_draft(struct vault *v, const uint8_t id[16])
{
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        if (memcmp(v->open->keys.drafts[i].id, id, 16) == 0) {
            return &v->open->keys.drafts[i];
        }
    }
    return NULL;
}
