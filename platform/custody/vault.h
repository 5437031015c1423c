/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_VAULT_H
#define PLATFORM_CUSTODY_VAULT_H
/*
 * vault: the one small file that holds the device's keys, and what it takes to open it.
 *
 *   LOCKED ──vault_unlock──▶ OPEN ──vault_lock──▶ LOCKED
 *                             │ vault_save after every change of the keystore
 *                             └─vault_soft_lock──▶ SOFT ──vault_try_pin──▶ OPEN
 *                                                   └─ 5 wrong tries, 30 minutes ──▶ LOCKED
 *
 * Promise: written in place, two copies, each synced before the other is touched: after any crash
 *          one whole copy is there, and a key that was dropped is in neither.
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
    VAULT_PIN_LEAST = 6,
    VAULT_PIN_MOST = 10,
    VAULT_PIN_TRIES = 5,
    VAULT_SOFT_MS = 30 * 60 * 1000
};

struct vault_draft {
    uint8_t id[16], key[32], review[32];
};

/* Plaintext of the keystore; lives in locked memory inside the vault. */
struct keystore {
    uint8_t sign_seed[32], box_secret[32], root_set[32], study_id[16], device_id[16];
    uint64_t catalogue_epoch, time_floor, receipt_counter, chain_seq;
    uint8_t chain_head[32], db_secret[32];
    uint8_t package_secret[32]; /* opens form packages; all zero until enrolment is answered */
    uint8_t pin_salt[16], pin_key[32]; /* of the soft lock; salt all zero = no PIN was chosen */
    struct vault_draft drafts[VAULT_DRAFTS]; /* id all zero = free */
};

struct vault;

/* Canonical form of a passphrase: NFC, small letters, single blanks, our own words in Latin.
 * False when it has fewer than five words. */
bool vault_passphrase(struct buf *out, const char *text, size_t len);
/* Five fresh words, Latin, into `out` (64 bytes). */
void vault_suggest(char out[64]);

/* Make the file (must not exist) with a new keystore: fresh device keys, nothing else set.  It is
 * open afterwards.  `recovery` (X25519) may be NULL. */
MUST_CHECK bool vault_create(struct vault **vault, const char *path, const char *pass, size_t len,
                             uint32_t passes, uint32_t memory_kib, const uint8_t *recovery,
                             struct err *err);
/* Read and mend the file; no key is needed.  Locked afterwards. */
MUST_CHECK bool vault_open(struct vault **vault, const char *path, struct err *err);
void vault_close(struct vault *vault);

/* Seconds that must pass since the last failure, or since this start, before the next try. */
unsigned vault_wait_s(const struct vault *vault);
unsigned vault_failures(const struct vault *vault);
/* One try.  The failure is on disk before the key is stretched, and cleared after success. */
MUST_CHECK bool vault_unlock(struct vault *vault, const char *pass, size_t len, struct err *err);
/* After vault_unlock: a fresh key, so that no older copy of the file opens keys that come later;
 * the recovery slot is made for today's recovery key (NULL: none).  Durable when true; else as it
 * was. */
MUST_CHECK bool vault_renew(struct vault *vault, const uint8_t *recovery, struct err *err);
/* The last change was not taken, and neither was its undoing: nobody knows what the disk holds. */
bool vault_is_unsure(const struct vault *vault);
void vault_lock(struct vault *vault);
bool vault_is_open(const struct vault *vault);

/* ---- the soft lock: a PIN for short breaks ---- */

/* 6 to 10 digits, neither one digit over and over nor a run like 123456. */
bool vault_pin_is_good(const char *digits);
/* While open.  NULL: none any more.  Durable when true; else it is as it was. */
MUST_CHECK bool vault_set_pin(struct vault *vault, const char *digits, struct err *err);
bool vault_has_pin(const struct vault *vault); /* while open, or softly locked */
/* The keys go; what is left in memory is the vault's key, locked under the PIN's, for `lasts_ms`.
 * Where no PIN was chosen it is vault_lock. */
void vault_soft_lock(struct vault *vault, int64_t lasts_ms);
/* ms until only the passphrase opens it; 0: that is so now, or it is open. */
int64_t vault_soft_left_ms(const struct vault *vault);
unsigned vault_pin_tries(const struct vault *vault); /* left */
/* One try: opens what is softly locked, and while open only tells.  The fifth wrong one in a row,
 * or one that comes too late, ends the soft lock; while open it is the caller who locks then.
 * ERR_AUTH. */
MUST_CHECK bool vault_try_pin(struct vault *vault, const char *digits, struct err *err);

/* Lent while the vault is open. */
struct keystore *vault_keys(struct vault *vault);
/* Key for everything kept under the lock that is no draft (chain, forms, lists). */
const uint8_t *vault_meta_key(const struct vault *vault);
/* Write the keystore as it is now: durable when true. */
MUST_CHECK bool vault_save(struct vault *vault, struct err *err);

struct vault_draft *vault_find_draft(struct vault *vault, const uint8_t id[16]); /* or NULL */

/* ---- the travel lock: only the study's recovery key brings the vault back ---- */

/* Was it made with a recovery key? */
bool vault_can_travel(const struct vault *vault);
/* All keyslots are overwritten, in both copies: no passphrase opens it any more.  Open, with the
 * study's recovery key of today, the vault's key is renewed first and the PIN forgotten.  No older
 * copy of the file opens the keys of drafts that are begun later; drafts that were open when the
 * copy was made, the chain and the catalogue keep their keys, and such a copy with its passphrase
 * reads them.  Locked afterwards; false: as it was (or unsure).  ERR_INPUT when it could never be
 * opened again.  The tenth wrong passphrase in a row does the same, without renewing. */
MUST_CHECK bool vault_travel_lock(struct vault *vault, const uint8_t *recovery, struct err *err);
bool vault_is_travelling(const struct vault *vault);
/* Ask to be opened for a new passphrase. */
MUST_CHECK bool vault_travel_request(struct vault *vault, struct travel_request *request,
                                     const char *pass, size_t len, struct err *err);
/* Open it with the answer; on the disk it travels on.  ERR_AUTH: not its answer. */
MUST_CHECK bool vault_travel_open(struct vault *vault, const void *answer, size_t answer_len,
                                  const char *pass, size_t len, struct err *err);
/* From now on this passphrase opens it, and its key is another.  False: locked, and it travels. */
MUST_CHECK bool vault_travel_settle(struct vault *vault, const uint8_t *recovery, struct err *err);
/* While open: the study has another recovery key. */
MUST_CHECK bool vault_set_recovery(struct vault *vault, const uint8_t recovery[32],
                                   struct err *err);

#ifdef SUHBAT_TEST
/* Tests and campaigns: unlock with a wait of zero. */
void vault_forget_wait(struct vault *vault);
/* The soft lock's time is up. */
void vault_end_soft(struct vault *vault);
#endif

#endif
