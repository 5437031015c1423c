/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KEY_KEYS_H
#define TOOLS_KEY_KEYS_H
/*
 * keys: reads and writes the key files of a study, in the folder that suhbat-key makes.
 *
 *   STUDY/catalogue.sbg                 the root-signed catalogue (public to members)
 *   STUDY/root-1.key …                  root seeds: keep offline
 *   STUDY/author.key, author.cert       for signing forms
 *   STUDY/desk.key, desk.cert           for signing receipts
 *   STUDY/coordinator.identity, escrow.identity, package.identity, recovery.identity
 *                                       age identities
 *   STUDY/tokens/, STUDY/devices/       open invitations, enrolled devices' certificates
 *
 * A key file is an age file with a passphrase, which stock `age` can open.  Older key files are
 * unencrypted; they are accepted with a warning.  Files have mode 0600, folders 0700.  Keys are
 * passed as files, never as command-line arguments.
 */
#include "platform/custody/age.h"
#include "platform/custody/catalogue.h"

enum { DESK_KEY_FILE_MAX = 64 * 1024 };

/* ---- passphrases: those that have opened a key file are tried on the next one before
 * asking ---- */

/* Reads a new passphrase, used for all key files written from now on: twice on a terminal,
 * once from a descriptor.  ERR_INPUT if it has fewer than five words. */
MUST_CHECK bool keys_ask_new_passphrase(struct err *err);
/* Key files are written unencrypted from now on. */
void keys_no_passphrase(void);
/* Remembers a passphrase that was typed elsewhere (PROMPT_MAX bytes).  Until all are forgotten, no
 * other is asked for: a key file that none opens is ERR_AUTH.  False: it was known. */
bool keys_offer_passphrase(const char *pass);
/* Forgets this one, which opened nothing. */
void keys_drop_passphrase(const char *pass);
/* Wipes all remembered passphrases. */
void keys_forget_passphrases(void);
/* Rewrites a key file under the new passphrase.  *was_clear: it was unencrypted before. */
MUST_CHECK bool keys_protect(const char *path, bool *was_clear, struct err *err);

char *keys_path(struct arena *arena, const char *dir, const char *name);

MUST_CHECK bool keys_write_seed(const char *path, const uint8_t seed[32], const char *what,
                                struct err *err);
MUST_CHECK bool keys_read_seed(uint8_t seed[32], const char *path, struct err *err);
MUST_CHECK bool keys_write_identity(const char *path, const uint8_t identity[32], const char *what,
                                    struct err *err);
MUST_CHECK bool keys_read_identity(uint8_t identity[32], const char *path, struct err *err);
MUST_CHECK bool keys_read_cert(uint8_t cert[CERT_BYTES], const char *path, struct err *err);

/* Reads STUDY/catalogue.sbg: its bytes and its contents. */
MUST_CHECK bool keys_read_catalogue(struct catalogue *catalogue, struct buf *bytes,
                                    const char *path, struct err *err);

/* Appends `bytes` encrypted to the study's package key and all recipients; safe to carry on
 * a stick. */
MUST_CHECK bool keys_wrap(struct buf *out, const struct catalogue *catalogue, const void *bytes,
                          size_t len, struct err *err);

/* Answers a device's request to join: appends the grant, and fills `known`, the content of
 * STUDY/devices/ID.device.  Whether the device may join is the caller's matter. */
enum { KEYS_DEVICE = CERT_BYTES + 32 + 32, KEYS_DEVICE_YEARS = 5 };
struct enrol_request;
struct keys_enrolment {
    const struct enrol_request *request;
    const struct catalogue *catalogue;
    const struct buf *catalogue_bytes;
    const uint8_t *root, *package_secret; /* 32 bytes each */
};
MUST_CHECK bool keys_enrol(struct buf *grant, uint8_t known[KEYS_DEVICE],
                           const struct keys_enrolment *enrolment, struct err *err);

/* Checks that an opened package is of this study and that its author may sign this form.
 * ERR_AUTH, ERR_INPUT. */
struct package;
MUST_CHECK bool keys_package_is_ours(const struct package *package, const void *bytes,
                                     const struct catalogue *catalogue, struct err *err);

/* Prints six words of a key or hash in both scripts, to compare with those on a device. */
void keys_say_words(const char *what, const void *bytes, size_t len);
void keys_say_words_of(const char *what, const char *words);

#endif
