/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_VAULT_H
#define PLATFORM_CUSTODY_VAULT_H
/*
 * vault: the small file that holds the device's keys, and the ways to unlock it.
 *
 *   LOCKED ──vault_unlock──▶ OPEN ──vault_lock──▶ LOCKED
 *                             │ vault_save after every change of the keystore
 *                             └─vault_soft_lock──▶ SOFT ──vault_try_pin──▶ OPEN
 *                                                   └─ 5 wrong tries, 30 minutes ──▶ LOCKED
 *
 * Promise: the file is written in place as two copies, each synced before the other is touched.
 *          After any crash one copy is intact, and a dropped key is in neither.
 * Fails:   ERR_AUTH wrong passphrase (never says more), ERR_INPUT not a vault, ERR_ENV disk.
 * Source:  docs/RECORD.md section 2 (byte layout).
 */
#include "platform/machine/secret.h"
#include "platform/custody/sign.h"
#include "platform/custody/travel.h"

enum {
    VAULT_SLOT = 4096,
    VAULT_FILE = 2 * VAULT_SLOT,
    VAULT_DRAFTS = 40,
    VAULT_WORDS_MIN = 5,
    VAULT_TRIES = 10,
    VAULT_PASSES = 3,
    VAULT_MEMORY_KIB = 64 * 1024,
    VAULT_PIN_MIN = 6,
    VAULT_PIN_MAX = 10,
    VAULT_PIN_TRIES = 5,
    VAULT_SOFT_MS = 30 * 60 * 1000
};

struct vault_draft {
    uint8_t id[16], key[32], review[32];
};

/* Plaintext of the keystore; kept in locked memory inside the vault. */
struct keystore {
    uint8_t sign_seed[32], box_secret[32], root_set[32], study_id[16], device_id[16];
    uint64_t catalogue_epoch, time_floor, receipt_counter, chain_seq;
    uint8_t chain_head[32], db_secret[32];
    uint8_t package_secret[32];              /* opens form packages; all zero until enrolled */
    uint8_t pin_salt[16], pin_key[32];       /* of the soft lock; salt all zero = no PIN */
    struct vault_draft drafts[VAULT_DRAFTS]; /* id all zero = free */
};

struct vault;

/* Append the canonical form of a passphrase: NFC, lower case, single spaces; if all letters are
 * of our word list, in Latin script.  False if it has fewer than VAULT_WORDS_MIN words. */
bool vault_passphrase(struct buf *out, const char *text, size_t len);
/* Write five new random words in Latin letters into `out`. */
void vault_suggest(char out[64]);

struct vault_spec { /* all borrowed */
    const char *path;
    const char *pass;
    size_t len;
    uint32_t passes, memory_kib; /* of Argon2id */
    const uint8_t *recovery;     /* 32 bytes, or NULL */
};
/* Create the file, which must not exist, with a new keystore: new device keys, all else zero.
 * The vault is open afterwards.  `recovery` (X25519) may be NULL. */
MUST_CHECK bool vault_create(struct vault **vault, const struct vault_spec *spec, struct err *err);
/* Read the file and repair an interrupted write; no key is needed.  The vault is locked
 * afterwards. */
MUST_CHECK bool vault_open(struct vault **vault, const char *path, struct err *err);
void vault_close(struct vault *vault);

/* Seconds left before the next try; the delay counts from the last failure or from
 * vault_open. */
unsigned vault_wait_s(const struct vault *vault);
unsigned vault_failures(const struct vault *vault);
/* Try a passphrase.  The failure is counted on disk before the key is derived, and cleared on
 * success.  After VAULT_TRIES failures in a row the vault is travel-locked, if it can be. */
MUST_CHECK bool vault_unlock(struct vault *vault, const char *pass, size_t len, struct err *err);
/* Call after vault_unlock: replace the vault's key, so that no older copy of the file opens
 * later keys.  The recovery slot is sealed to the present recovery key (NULL: none).  True: on
 * disk; false: unchanged. */
MUST_CHECK bool vault_renew(struct vault *vault, const uint8_t *recovery, struct err *err);
/* True if the last write failed and so did undoing it: what is on disk is unknown. */
bool vault_is_unsure(const struct vault *vault);
void vault_lock(struct vault *vault);
bool vault_is_unlocked(const struct vault *vault);

/* ---- the soft lock: a PIN for short breaks ---- */

/* True for 6 to 10 digits that are not all the same and not a run such as 123456. */
bool vault_pin_is_good(const char *digits);
/* Set the PIN; NULL removes it.  The vault must be open.  True: on disk; false: unchanged. */
MUST_CHECK bool vault_set_pin(struct vault *vault, const char *digits, struct err *err);
bool vault_has_pin(const struct vault *vault); /* only while open or softly locked */
/* Wipe the keys.  Only the vault's key stays in memory, encrypted under the PIN's key, for
 * `lasts_ms` (at most VAULT_SOFT_MS).  Without a PIN this is vault_lock. */
void vault_soft_lock(struct vault *vault, int64_t lasts_ms);
/* ms the PIN still works; 0 if the vault is open or only the passphrase unlocks it. */
int64_t vault_soft_left_ms(const struct vault *vault);
unsigned vault_pin_tries(const struct vault *vault); /* PIN tries left */
/* Try a PIN: unlocks a softly locked vault; while open, only checks it.  The fifth wrong PIN in
 * a row, or one after the time limit, ends the soft lock; while open, the caller must lock.
 * ERR_AUTH: wrong or too late. */
MUST_CHECK bool vault_try_pin(struct vault *vault, const char *digits, struct err *err);

/* Borrowed; valid while the vault is open. */
struct keystore *vault_keys(struct vault *vault);
/* Key of all encrypted rows except those of drafts (chain, forms, lists). */
const uint8_t *vault_meta_key(const struct vault *vault);
/* Write the present keystore.  True: on disk. */
MUST_CHECK bool vault_save(struct vault *vault, struct err *err);

struct vault_draft *vault_find_draft(struct vault *vault, const uint8_t id[16]); /* or NULL */

/* ---- the travel lock: only the study's recovery key unlocks the vault ---- */

/* True if the vault has a recovery slot. */
bool vault_can_travel(const struct vault *vault);
/* Overwrite all keyslots in both copies: no passphrase unlocks the vault any more.  If it is
 * open and `recovery` is the study's present recovery key, the vault's key is replaced first
 * and the PIN is removed.  Then no older copy of the file opens keys of drafts begun later.  An
 * older copy with its passphrase still reads the chain, the catalogue and the drafts open when
 * it was made: they keep their keys.  True: locked.  False: unchanged (or vault_is_unsure).
 * ERR_INPUT if the vault could never be unlocked again.  The tenth wrong passphrase in a row
 * does the same without replacing the key. */
MUST_CHECK bool vault_travel_lock(struct vault *vault, const uint8_t *recovery, struct err *err);
bool vault_is_travelling(const struct vault *vault);
/* Make a request to unlock the vault with a new passphrase. */
MUST_CHECK bool vault_travel_request(struct vault *vault, struct travel_request *request,
                                     const char *pass, size_t len, struct err *err);
/* Open the vault with the answer; on disk it stays travel-locked.  ERR_AUTH: the answer is for
 * another passphrase or device. */
MUST_CHECK bool vault_travel_open(struct vault *vault, const void *answer, size_t answer_len,
                                  const char *pass, size_t len, struct err *err);
/* Replace the vault's key, make the new passphrase the one that unlocks, and end the travel
 * lock.  False: locked, and still travel-locked. */
MUST_CHECK bool vault_travel_settle(struct vault *vault, const uint8_t *recovery, struct err *err);
/* Seal the recovery slot to the study's new recovery key.  The vault must be open. */
MUST_CHECK bool vault_set_recovery(struct vault *vault, const uint8_t recovery[32],
                                   struct err *err);

#ifdef SUHBAT_TEST
/* For tests: skip the waiting time. */
void vault_forget_wait(struct vault *vault);
/* End the soft lock's time now. */
void vault_end_soft(struct vault *vault);
#endif

#endif
