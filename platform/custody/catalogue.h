/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_CATALOGUE_H
#define PLATFORM_CUSTODY_CATALOGUE_H
/*
 * catalogue: the list, signed by the study's root keys, of recipients, forms in force, trusted
 * and revoked keys; and the certificates issued under those roots.
 *
 * Recipients come only from here, never from a form.  A device accepts a catalogue only if it
 * has the pinned root set and a newer epoch than the present one (catalogue_follows).
 * Source: docs/RECORD.md sections 6 and 7.
 */
#include "platform/machine/arena.h"
#include "platform/custody/sign.h"

enum {
    CATALOGUE_ROOTS_MAX = 8,
    CATALOGUE_RECIPIENTS_MAX = 8,
    CATALOGUE_FORMS_MAX = 256,
    CATALOGUE_OWN_MAX = 64,
    CATALOGUE_REVOKED_MAX = 256,
    CATALOGUE_CERTS_MAX = 64,
    CATALOGUE_JUMP_MAX = 1000,
    CERT_BYTES = 208,
    CERT_SCOPE = 32
};
enum cert_role { CERT_AUTHOR = 1, CERT_IMPORT, CERT_TRAINER, CERT_DEVICE, CERT_COORDINATOR };

struct cert {
    enum cert_role role;
    uint8_t study_id[16], subject[32], issuer[32];
    uint64_t serial, not_before, not_after; /* seconds since 1970; advisory only */
    char scope[CERT_SCOPE + 1];             /* prefix of the form ids covered */
};
void cert_make(uint8_t out[CERT_BYTES], const struct cert *cert, const uint8_t issuer_seed[32]);
/* Check the layout and the signature of the issuer named in it.  Whether that issuer is
 * trusted: catalogue_trusts. */
bool cert_read(struct cert *cert, const uint8_t bytes[CERT_BYTES]);

struct catalogue {
    uint8_t study_id[16];
    uint64_t epoch, issued_at, warn_after; /* seconds */
    uint8_t recovery[32], package_key[32]; /* X25519; all zero = none */
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
        uint8_t package[32]; /* hash of the whole package */
    } forms[CATALOGUE_FORMS_MAX];
    unsigned form_count;
    struct {
        uint8_t kind; /* 1 subject of a certificate, 2 device, 3 package */
        uint8_t id[32];
    } revoked[CATALOGUE_REVOKED_MAX];
    unsigned revoked_count;
    uint8_t certs[CATALOGUE_CERTS_MAX][CERT_BYTES]; /* of coordinators appointed by a root */
    unsigned cert_count;
    /* Recipients of single forms (version 2): records of such a form are sealed to these, and
     * not to `recipients`.  At least two for each form that has any. */
    struct {
        uint8_t form[32], key[32];
        uint8_t role; /* as above */
        char label[33];
    } own[CATALOGUE_OWN_MAX];
    unsigned own_count;
};

/* Append the catalogue, signed with `count` root seeds.  ERR_AUTH if one is not in the root
 * set; ERR_INPUT with fewer than two recipients. */
MUST_CHECK bool catalogue_write(struct buf *out, const struct catalogue *catalogue,
                                const uint8_t (*root_seeds)[32], size_t count, struct err *err);
/* Parse and verify.  ERR_AUTH unless at least `threshold` roots signed and, if
 * `pinned_root_set` is not NULL, the root set is the pinned one; ERR_INPUT if the bytes are
 * malformed. */
MUST_CHECK bool catalogue_read(struct catalogue *catalogue, const void *bytes, size_t len,
                               const uint8_t *pinned_root_set, struct err *err);
/* Decide whether catalogue `c`, read from `bytes`, may replace the one with number `epoch` and
 * bytes `had`.  Both belong to the same study and root set.  Refused: an older number, a
 * different catalogue under the same number, or a number more than CATALOGUE_JUMP_MAX ahead. */
enum catalogue_follow {
    CATALOGUE_NEXT,
    CATALOGUE_SAME,
    CATALOGUE_OLDER,
    CATALOGUE_REFUSED,
    CATALOGUE_FOLLOW_COUNT
};
enum catalogue_follow catalogue_follows(const struct catalogue *c, const void *bytes, size_t len,
                                        uint64_t epoch, const void *had, size_t had_len,
                                        struct err *err);
void catalogue_root_set(uint8_t out[32], const struct catalogue *catalogue);
void catalogue_form_hash(uint8_t out[32], const char *form_id);

/* True if the certificate is for this role, is not revoked, and was issued by a root or by a
 * coordinator whom a root appointed.  Sets *out. */
bool catalogue_trusts(const struct catalogue *catalogue, const uint8_t cert[CERT_BYTES],
                      enum cert_role role, struct cert *out);
bool catalogue_revoked(const struct catalogue *catalogue, unsigned kind, const uint8_t id[32]);
/* Copy the recipients' keys for age_seal; returns their number.  `out` holds
 * CATALOGUE_RECIPIENTS_MAX. */
size_t catalogue_recipients(const struct catalogue *catalogue, uint8_t out[][32]);
/* As above, for records of a form: its own recipients, or else those of the study. */
/* Whether the catalogue names recipients for this form. */
bool catalogue_has_own(const struct catalogue *catalogue, const uint8_t form[32]);
size_t catalogue_recipients_of(const struct catalogue *catalogue, const uint8_t form[32],
                               uint8_t out[][32]);

#endif
