/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_CATALOGUE_H
#define PLATFORM_CUSTODY_CATALOGUE_H
/*
 * catalogue: the root-signed list of who may read, which forms are in force, who is trusted, and
 * the certificates that the roots give.
 *
 * Recipients come only from here, never from a form.  A device takes a catalogue whose root set it
 * has pinned and whose epoch is not older than the one it knows.
 * Source: docs/RECORD.md sections 6 and 7.
 */
#include "platform/machine/arena.h"
#include "platform/custody/sign.h"

enum {
    CATALOGUE_ROOTS_MAX = 8,
    CATALOGUE_RECIPIENTS_MAX = 8,
    CATALOGUE_FORMS_MAX = 256,
    CATALOGUE_REVOKED_MAX = 256,
    CATALOGUE_CERTS_MAX = 64,
    CATALOGUE_JUMP_MAX = 1000,
    CERT_BYTES = 208,
    CERT_SCOPE = 32
};
enum cert_role { ROLE_AUTHOR = 1, ROLE_IMPORT, ROLE_TRAINER, ROLE_DEVICE, ROLE_COORDINATOR };

struct cert {
    enum cert_role role;
    uint8_t study_id[16], subject[32], issuer[32];
    uint64_t serial, not_before, not_after; /* seconds; advisory: clocks in the field lie */
    char scope[CERT_SCOPE + 1];             /* form-id prefix */
};
void cert_make(uint8_t out[CERT_BYTES], const struct cert *cert, const uint8_t issuer_seed[32]);
/* Shape and signature by the issuer it names; not whether that issuer is trusted. */
bool cert_read(struct cert *cert, const uint8_t bytes[CERT_BYTES]);

struct catalogue {
    uint8_t study_id[16];
    uint64_t epoch, issued_at, warn_after; /* seconds */
    uint8_t recovery[32], package_key[32]; /* X25519; zero = none */
    uint8_t roots[CATALOGUE_ROOTS_MAX][32];
    unsigned root_count, threshold;
    struct {
        uint8_t key[32];
        uint8_t role; /* 1 coordinator, 2 escrow, 3 other */
        char label[33];
    } recipients[CATALOGUE_RECIPIENTS_MAX];
    unsigned recipient_count;
    struct {
        uint8_t form[32]; /* H(sb1-form-id, id) */
        uint64_t serial;
        uint8_t package[32]; /* hash of the exact package */
    } forms[CATALOGUE_FORMS_MAX];
    unsigned form_count;
    struct {
        uint8_t kind; /* 1 certificate's subject, 2 device, 3 package */
        uint8_t id[32];
    } revoked[CATALOGUE_REVOKED_MAX];
    unsigned revoked_count;
    uint8_t certs[CATALOGUE_CERTS_MAX][CERT_BYTES]; /* delegated coordinators */
    unsigned cert_count;
};

/* Append the bytes signed by `count` roots' seeds (each must belong to the root set). */
MUST_CHECK bool catalogue_write(struct buf *out, const struct catalogue *catalogue,
                                const uint8_t (*root_seeds)[32], size_t count, struct err *err);
/* Parse; ERR_AUTH unless `threshold` roots signed and (when not NULL) the set is the pinned one. */
MUST_CHECK bool catalogue_read(struct catalogue *catalogue, const void *bytes, size_t len,
                               const uint8_t *pinned_root_set, struct err *err);
/* May the catalogue `c`, read from `bytes`, take the place of the one with number `epoch` and the
 * bytes `had`?  Both are of one study and root set.  Refused: an older number, another catalogue
 * under the same number, a number that jumps by more than CATALOGUE_JUMP_MAX. */
enum catalogue_follow { CATALOGUE_NEXT, CATALOGUE_SAME, CATALOGUE_OLDER, CATALOGUE_REFUSED };
enum catalogue_follow catalogue_follows(const struct catalogue *c, const void *bytes, size_t len,
                                        uint64_t epoch, const void *had, size_t had_len,
                                        struct err *err);
void catalogue_root_set(uint8_t out[32], const struct catalogue *catalogue);
void catalogue_form_hash(uint8_t out[32], const char *form_id);

/* Is the certificate given, directly or through a coordinator, by a root, for this role, and not
 * revoked? */
bool catalogue_trusts(const struct catalogue *catalogue, const uint8_t cert[CERT_BYTES],
                      enum cert_role role, struct cert *out);
bool catalogue_revoked(const struct catalogue *catalogue, unsigned kind, const uint8_t id[32]);
/* The recipients' keys, for age_seal. */
size_t catalogue_recipients(const struct catalogue *catalogue, uint8_t out[][32]);

#endif
