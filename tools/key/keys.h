/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KEY_KEYS_H
#define TOOLS_KEY_KEYS_H
/*
 * desk_keys: the key files of a study, and the study folder that suhbat-key makes.
 *
 *   STUDY/catalogue.sbg                 the root-signed catalogue (public to members)
 *   STUDY/root-1.key …                  root seeds: keep offline
 *   STUDY/author.key, author.cert       who signs forms
 *   STUDY/desk.key, desk.cert           who signs receipts
 *   STUDY/coordinator.identity, escrow.identity, package.identity, recovery.identity
 *                                       age identities
 *   STUDY/tokens/, STUDY/devices/       open invitations, enrolled devices' certificates
 *
 * A key file is an age file under a passphrase, so that stock `age` opens it, or (older ones) its
 * text in clear: that is taken with a warning.  Files are 0600, folders 0700.  A key comes by file,
 * never by argument.
 */
#include "platform/custody/age.h"
#include "platform/custody/catalogue.h"

enum { DESK_KEY_FILE_MAX = 64 * 1024 };

/* ---- passphrases: those that opened a key file are tried on the next, before one is asked for
 * ---- */

/* A new one for the key files that are written from here on: asked for twice on a terminal, read
 * once from a descriptor.  ERR_INPUT when it has fewer than five words. */
MUST_CHECK bool desk_ask_new_passphrase(struct err *err);
/* Key files are written in clear. */
void desk_no_passphrase(void);
/* Wipe all that are known. */
void desk_forget_passphrases(void);
/* Put a key file under the new passphrase; *was: it was in clear. */
MUST_CHECK bool desk_protect(const char *path, bool *was_clear, struct err *err);

char *desk_path(struct arena *arena, const char *dir, const char *name);

MUST_CHECK bool desk_write_seed(const char *path, const uint8_t seed[32], const char *what,
                                struct err *err);
MUST_CHECK bool desk_read_seed(uint8_t seed[32], const char *path, struct err *err);
MUST_CHECK bool desk_write_identity(const char *path, const uint8_t identity[32], const char *what,
                                    struct err *err);
MUST_CHECK bool desk_read_identity(uint8_t identity[32], const char *path, struct err *err);
MUST_CHECK bool desk_read_cert(uint8_t cert[CERT_BYTES], const char *path, struct err *err);

/* Bytes and contents of STUDY/catalogue.sbg. */
MUST_CHECK bool desk_read_catalogue(struct catalogue *catalogue, struct buf *bytes,
                                    const char *path, struct err *err);

/* Append `bytes` as an age file to the study's package key and all recipients: what a stick may
 * carry. */
MUST_CHECK bool desk_wrap(struct buf *out, const struct catalogue *catalogue, const void *bytes,
                          size_t len, struct err *err);

/* Is the opened package of this study, by one of its authors, for a form that they may sign?
 * ERR_AUTH, ERR_INPUT. */
struct package;
MUST_CHECK bool desk_package_is_ours(const struct package *package, const void *bytes,
                                     const struct catalogue *catalogue, struct err *err);

/* Six words of a key or hash, in both scripts, to compare with a device's: a line on stdout. */
void desk_say_words(const char *what, const void *bytes, size_t len);

#endif
