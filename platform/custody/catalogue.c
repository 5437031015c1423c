/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, writes and verifies catalogues and certificates. */
#include "platform/custody/catalogue.h"

#include <assert.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/machine/text.h"

/* ---- certificates ---- */

enum {
    C_ROLE = 6,
    C_STUDY = 8,
    C_SUBJECT = 24,
    C_SERIAL = 56,
    C_FROM = 64,
    C_TO = 72,
    C_SCOPE = 80,
    C_ISSUER = 112,
    C_SIG = 144
};

void cert_make(uint8_t out[CERT_BYTES], const struct cert *c, const uint8_t issuer_seed[32])
{
    memset(out, 0, CERT_BYTES);
    memcpy(out, "SBC1", 4);
    put_u16(out + 4, 1);
    put_u16(out + C_ROLE, (uint16_t)c->role);
    memcpy(out + C_STUDY, c->study_id, 16);
    memcpy(out + C_SUBJECT, c->subject, 32);
    put_u64(out + C_SERIAL, c->serial);
    put_u64(out + C_FROM, c->not_before);
    put_u64(out + C_TO, c->not_after);
    memcpy(out + C_SCOPE, c->scope, strnlen(c->scope, CERT_SCOPE));
    sign_public(out + C_ISSUER, issuer_seed);
    sign_make(out + C_SIG, "cert", out, C_SIG, issuer_seed);
}

bool cert_read(struct cert *c, const uint8_t bytes[CERT_BYTES])
{
    unsigned role = get_u16(bytes + C_ROLE);
    memset(c, 0, sizeof *c);
    c->role = (enum cert_role)role;
    memcpy(c->study_id, bytes + C_STUDY, 16);
    memcpy(c->subject, bytes + C_SUBJECT, 32);
    memcpy(c->issuer, bytes + C_ISSUER, 32);
    c->serial = get_u64(bytes + C_SERIAL);
    c->not_before = get_u64(bytes + C_FROM);
    c->not_after = get_u64(bytes + C_TO);
    memcpy(c->scope, bytes + C_SCOPE, CERT_SCOPE);
    return memcmp(bytes, "SBC1", 4) == 0 && get_u16(bytes + 4) == 1 && role >= CERT_AUTHOR &&
           role <= CERT_COORDINATOR &&
           sign_check(bytes + C_SIG, "cert", bytes, C_SIG, bytes + C_ISSUER);
}

/* ---- encoding ---- */

enum {
    G_STUDY = 8,
    G_EPOCH = 24,
    G_ISSUED = 32,
    G_WARN = 40,
    G_ROOTS = 48,
    G_THRESHOLD = 49,
    G_RECIPIENTS = 50,
    G_FORMS = 52,
    G_REVOKED = 54,
    G_CERTS = 56,
    G_OWN = 58, /* version 2 */
    G_RECOVERY = 64,
    G_PACKAGE = 96,
    G_HEAD = 128,
    RECIPIENT = 80,
    FORM = 72,
    REVOKED = 40,
    OWN = 112,
    OWN_ROLE = 64,
    OWN_LABEL = 80,
    SIGNATURE = 72
};

enum catalogue_follow catalogue_follows(const struct catalogue *c, const void *bytes, size_t len,
                                        uint64_t epoch, const void *had, size_t had_len,
                                        struct err *err)
{
    if (len == had_len && memcmp(bytes, had, len) == 0) {
        return CATALOGUE_SAME;
    }
    if (c->epoch < epoch) {
        err_set(err, ERR_AUTH, "the catalogue is older than the one that is here");
        return CATALOGUE_OLDER;
    }
    if (c->epoch == epoch) {
        err_set(err, ERR_AUTH, "two different catalogues carry the same number");
        err_hint(err, "tell the coordinator: somebody may be forging");
        return CATALOGUE_REFUSED;
    }
    if (c->epoch - epoch > CATALOGUE_JUMP_MAX) {
        err_set(err, ERR_AUTH, "the catalogue's number jumps too far ahead");
        return CATALOGUE_REFUSED;
    }
    return CATALOGUE_NEXT;
}

void catalogue_root_set(uint8_t out[32], const struct catalogue *c)
{
    assert(c->root_count <= CATALOGUE_ROOTS_MAX);
    uint8_t body[2 + CATALOGUE_ROOTS_MAX * 32];
    body[0] = (uint8_t)c->threshold;
    body[1] = (uint8_t)c->root_count;
    memcpy(body + 2, c->roots, c->root_count * 32);
    hash_tagged(out, "sb1-rootset", body, 2 + c->root_count * 32);
}

void catalogue_form_hash(uint8_t out[32], const char *form_id)
{
    hash_tagged(out, "sb1-form-id", form_id, strlen(form_id));
}

/* Check the keys that everything is sealed to: recipients must be distinct, and no key may be
 * of low order. */
static bool are_sound(const struct catalogue *c, struct err *err)
{
    static const uint8_t none[32];
    const uint8_t *others[] = {c->recovery, c->package_key};
    for (unsigned i = 0; i < c->recipient_count; i++) {
        if (!age_recipient_sound(c->recipients[i].key)) {
            return err_set(err, ERR_AUTH, "recipient %u of the catalogue is no sound key", i + 1);
        }
        for (unsigned k = 0; k < i; k++) {
            if (memcmp(c->recipients[i].key, c->recipients[k].key, 32) == 0) {
                return err_set(err, ERR_AUTH, "recipients %u and %u of the catalogue are one key",
                               k + 1, i + 1);
            }
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (memcmp(others[i], none, 32) != 0 && !age_recipient_sound(others[i])) {
            return err_set(err, ERR_AUTH, "a key of the catalogue is no sound key");
        }
    }
    return true;
}

/* The same for the recipients of single forms. */
static bool own_are_sound(const struct catalogue *c, struct err *err)
{
    for (unsigned i = 0; i < c->own_count; i++) {
        unsigned others = 0;
        if (!age_recipient_sound(c->own[i].key)) {
            return err_set(err, ERR_AUTH, "a recipient of a form is no sound key");
        }
        for (unsigned k = 0; k < c->own_count; k++) {
            bool same = k != i && memcmp(c->own[i].form, c->own[k].form, 32) == 0;
            if (same && memcmp(c->own[i].key, c->own[k].key, 32) == 0) {
                return err_set(err, ERR_AUTH, "two recipients of a form are one key");
            }
            others += same;
        }
        if (others == 0) {
            err_set(err, ERR_INPUT, "a form with recipients of its own needs at least two");
            return err_hint(err, "the case worker, and an escrow holder in another place");
        }
        if (others >= CATALOGUE_RECIPIENTS_MAX) {
            return err_set(err, ERR_LIMIT, "a form has more than %d recipients of its own",
                           (int)CATALOGUE_RECIPIENTS_MAX);
        }
    }
    return true;
}

/* Version 1 has no recipients of single forms. */
static unsigned version_of(const struct catalogue *c)
{
    return c->own_count ? 2 : 1;
}

static void put_body(struct buf *out, const struct catalogue *c)
{
    uint8_t head[G_HEAD] = {0};
    memcpy(head, "SBG1", 4);
    put_u16(head + 4, (uint16_t)version_of(c));
    memcpy(head + G_STUDY, c->study_id, 16);
    put_u64(head + G_EPOCH, c->epoch);
    put_u64(head + G_ISSUED, c->issued_at);
    put_u64(head + G_WARN, c->warn_after);
    head[G_ROOTS] = (uint8_t)c->root_count;
    head[G_THRESHOLD] = (uint8_t)c->threshold;
    put_u16(head + G_RECIPIENTS, (uint16_t)c->recipient_count);
    put_u16(head + G_FORMS, (uint16_t)c->form_count);
    put_u16(head + G_REVOKED, (uint16_t)c->revoked_count);
    put_u16(head + G_CERTS, (uint16_t)c->cert_count);
    put_u16(head + G_OWN, (uint16_t)c->own_count);
    memcpy(head + G_RECOVERY, c->recovery, 32);
    memcpy(head + G_PACKAGE, c->package_key, 32);
    buf_add(out, head, sizeof head);
    buf_add(out, c->roots, c->root_count * 32);
    for (unsigned i = 0; i < c->recipient_count; i++) {
        uint8_t r[RECIPIENT] = {0};
        memcpy(r, c->recipients[i].key, 32);
        r[32] = c->recipients[i].role;
        memcpy(r + 48, c->recipients[i].label, strnlen(c->recipients[i].label, 32));
        buf_add(out, r, sizeof r);
    }
    for (unsigned i = 0; i < c->form_count; i++) {
        uint8_t f[FORM];
        memcpy(f, c->forms[i].form, 32);
        put_u64(f + 32, c->forms[i].serial);
        memcpy(f + 40, c->forms[i].package, 32);
        buf_add(out, f, sizeof f);
    }
    for (unsigned i = 0; i < c->revoked_count; i++) {
        uint8_t r[REVOKED] = {0};
        r[0] = c->revoked[i].kind;
        memcpy(r + 8, c->revoked[i].id, 32);
        buf_add(out, r, sizeof r);
    }
    buf_add(out, c->certs, (size_t)c->cert_count * CERT_BYTES);
    for (unsigned i = 0; i < c->own_count; i++) {
        uint8_t o[OWN] = {0};
        memcpy(o, c->own[i].form, 32);
        memcpy(o + 32, c->own[i].key, 32);
        o[OWN_ROLE] = c->own[i].role;
        memcpy(o + OWN_LABEL, c->own[i].label, strnlen(c->own[i].label, 32));
        buf_add(out, o, sizeof o);
    }
}

bool catalogue_write(struct buf *out, const struct catalogue *c, const uint8_t (*seeds)[32],
                     size_t count, struct err *err)
{
    struct buf body = {0};
    if (c->recipient_count < 2) {
        err_set(err, ERR_INPUT, "a study needs at least two recipients");
        return err_hint(err, "the coordinator, and an escrow holder in another place");
    }
    if (!are_sound(c, err) || !own_are_sound(c, err)) {
        return false;
    }
    put_body(&body, c);
    size_t signed_len = body.len;
    for (size_t i = 0; i < count; i++) {
        uint8_t pk[32], sig[SIGNATURE] = {0};
        unsigned root = 0;
        sign_public(pk, seeds[i]);
        while (root < c->root_count && memcmp(c->roots[root], pk, 32) != 0) {
            root++;
        }
        if (root == c->root_count) {
            buf_fini(&body);
            return err_set(err, ERR_AUTH, "this key is none of the study's roots");
        }
        sig[0] = (uint8_t)root;
        sign_make(sig + 8, "catalog", body.data, signed_len, seeds[i]);
        buf_add(&body, sig, sizeof sig);
    }
    buf_add(out, body.data, body.len);
    buf_fini(&body);
    return true;
}

static bool read_head(struct catalogue *c, const uint8_t *p, size_t len)
{
    unsigned version = len < G_HEAD || memcmp(p, "SBG1", 4) != 0 ? 0 : get_u16(p + 4);
    if (version != 1 && version != 2) {
        return false;
    }
    memset(c, 0, sizeof *c);
    memcpy(c->study_id, p + G_STUDY, 16);
    c->epoch = get_u64(p + G_EPOCH);
    c->issued_at = get_u64(p + G_ISSUED);
    c->warn_after = get_u64(p + G_WARN);
    c->root_count = p[G_ROOTS];
    c->threshold = p[G_THRESHOLD];
    c->recipient_count = get_u16(p + G_RECIPIENTS);
    c->form_count = get_u16(p + G_FORMS);
    c->revoked_count = get_u16(p + G_REVOKED);
    c->cert_count = get_u16(p + G_CERTS);
    c->own_count = version == 2 ? get_u16(p + G_OWN) : 0;
    memcpy(c->recovery, p + G_RECOVERY, 32);
    memcpy(c->package_key, p + G_PACKAGE, 32);
    return c->root_count <= CATALOGUE_ROOTS_MAX && c->threshold >= 1 && c->recipient_count >= 2 &&
           c->recipient_count <= CATALOGUE_RECIPIENTS_MAX && c->form_count <= CATALOGUE_FORMS_MAX &&
           c->revoked_count <= CATALOGUE_REVOKED_MAX && c->cert_count <= CATALOGUE_CERTS_MAX &&
           c->own_count <= CATALOGUE_OWN_MAX && version == version_of(c);
}

static bool read_recipients(struct catalogue *c, const uint8_t *p)
{
    for (unsigned i = 0; i < c->recipient_count; i++, p += RECIPIENT) {
        memcpy(c->recipients[i].key, p, 32);
        c->recipients[i].role = p[32];
        memcpy(c->recipients[i].label, p + 48, 32);
        if (!text_valid(c->recipients[i].label, strlen(c->recipients[i].label))) {
            return false;
        }
    }
    return true;
}

static bool read_own(struct catalogue *c, const uint8_t *p)
{
    for (unsigned i = 0; i < c->own_count; i++, p += OWN) {
        memcpy(c->own[i].form, p, 32);
        memcpy(c->own[i].key, p + 32, 32);
        c->own[i].role = p[OWN_ROLE];
        memcpy(c->own[i].label, p + OWN_LABEL, 32);
        if (!text_valid(c->own[i].label, strlen(c->own[i].label))) {
            return false;
        }
    }
    return true;
}

static bool read_body(struct catalogue *c, const uint8_t *p, size_t len, size_t *body_len)
{
    if (!read_head(c, p, len)) {
        return false;
    }
    *body_len = G_HEAD + c->root_count * 32u + c->recipient_count * (unsigned)RECIPIENT +
                c->form_count * (unsigned)FORM + c->revoked_count * (unsigned)REVOKED +
                c->cert_count * (unsigned)CERT_BYTES + c->own_count * (unsigned)OWN;
    if (len < *body_len || (len - *body_len) % SIGNATURE != 0) {
        return false;
    }
    p += G_HEAD;
    memcpy(c->roots, p, c->root_count * 32);
    p += c->root_count * 32;
    if (!read_recipients(c, p)) {
        return false;
    }
    p += c->recipient_count * (unsigned)RECIPIENT;
    for (unsigned i = 0; i < c->form_count; i++, p += FORM) {
        memcpy(c->forms[i].form, p, 32);
        c->forms[i].serial = get_u64(p + 32);
        memcpy(c->forms[i].package, p + 40, 32);
    }
    for (unsigned i = 0; i < c->revoked_count; i++, p += REVOKED) {
        c->revoked[i].kind = p[0];
        memcpy(c->revoked[i].id, p + 8, 32);
    }
    memcpy(c->certs, p, (size_t)c->cert_count * CERT_BYTES);
    return read_own(c, p + (size_t)c->cert_count * CERT_BYTES);
}

bool catalogue_read(struct catalogue *c, const void *data, size_t len,
                    const uint8_t *pinned_root_set, struct err *err)
{
    const uint8_t *bytes = data;
    size_t body_len;
    uint8_t set[32];
    unsigned signers = 0;
    bool seen[CATALOGUE_ROOTS_MAX] = {false};
    if (!read_body(c, bytes, len, &body_len)) {
        memset(c, 0, sizeof *c); /* never leave a partly read catalogue */
        return err_set(err, ERR_INPUT, "this is no catalogue, or it is damaged");
    }
    catalogue_root_set(set, c);
    if (pinned_root_set && memcmp(set, pinned_root_set, 32) != 0) {
        memset(c, 0, sizeof *c);
        return err_set(err, ERR_AUTH, "the catalogue is of another study");
    }
    for (size_t at = body_len; at < len; at += SIGNATURE) {
        unsigned root = bytes[at];
        if (root < c->root_count && !seen[root] &&
            sign_check(bytes + at + 8, "catalog", bytes, body_len, c->roots[root])) {
            seen[root] = true;
            signers++;
        }
    }
    if (signers < c->threshold) {
        memset(c, 0, sizeof *c);
        return err_set(err, ERR_AUTH, "the catalogue is not signed by the study's roots");
    }
    if (!are_sound(c, err) || !own_are_sound(c, err)) {
        memset(c, 0, sizeof *c);
        return false;
    }
    return true;
}

/* ---- trust ---- */

bool catalogue_revoked(const struct catalogue *c, unsigned kind, const uint8_t id[32])
{
    for (unsigned i = 0; i < c->revoked_count; i++) {
        if (c->revoked[i].kind == kind && memcmp(c->revoked[i].id, id, 32) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_root(const struct catalogue *c, const uint8_t key[32])
{
    for (unsigned i = 0; i < c->root_count; i++) {
        if (memcmp(c->roots[i], key, 32) == 0) {
            return true;
        }
    }
    return false;
}

bool catalogue_trusts(const struct catalogue *c, const uint8_t bytes[CERT_BYTES],
                      enum cert_role role, struct cert *out)
{
    struct cert cert, issuer;
    if (!cert_read(&cert, bytes) || cert.role != role ||
        memcmp(cert.study_id, c->study_id, 16) != 0 || catalogue_revoked(c, 1, cert.subject)) {
        return false;
    }
    *out = cert;
    if (is_root(c, cert.issuer)) {
        return true;
    }
    for (unsigned i = 0; i < c->cert_count; i++) { /* a coordinator delegated by a root */
        if (cert_read(&issuer, c->certs[i]) && issuer.role == CERT_COORDINATOR &&
            memcmp(issuer.subject, cert.issuer, 32) == 0 && is_root(c, issuer.issuer) &&
            !catalogue_revoked(c, 1, issuer.subject) && role != CERT_COORDINATOR &&
            text_starts(cert.scope, issuer.scope)) { /* cannot grant more than its own scope */
            return true;
        }
    }
    return false;
}

size_t catalogue_recipients(const struct catalogue *c, uint8_t out[][32])
{
    assert(c->recipient_count <= CATALOGUE_RECIPIENTS_MAX);
    for (unsigned i = 0; i < c->recipient_count; i++) {
        memcpy(out[i], c->recipients[i].key, 32);
    }
    return c->recipient_count;
}

bool catalogue_has_own(const struct catalogue *c, const uint8_t form[32])
{
    unsigned i = 0;
    while (i < c->own_count && memcmp(c->own[i].form, form, 32) != 0) {
        i++;
    }
    return i < c->own_count;
}

size_t catalogue_recipients_of(const struct catalogue *c, const uint8_t form[32], uint8_t out[][32])
{
    size_t count = 0;
    for (unsigned i = 0; i < c->own_count; i++) {
        if (memcmp(c->own[i].form, form, 32) == 0) {
            assert(count < CATALOGUE_RECIPIENTS_MAX);
            memcpy(out[count++], c->own[i].key, 32);
        }
    }
    return count ? count : catalogue_recipients(c, out);
}
