/* SPDX-License-Identifier: Apache-2.0 */
/* Writes packages, and reads and verifies them. */
#include "platform/custody/package.h"

#include <assert.h>
#include <string.h>

#include "platform/custody/tar.h"
#include "platform/machine/text.h"

enum {
    AT_FLAGS = 6,
    AT_STUDY = 8,
    AT_FORM = 24,
    AT_SERIAL = 56,
    AT_EPOCH = 64,
    AT_APP = 72,
    AT_LEN = 80,
    AT_HASH = 88,
    AT_SIGNER = 120,
    AT_CERT_LEN = 152,
    HEADER = 256,
    FIXED = HEADER + CERT_BYTES + SIGN_BYTES
};
static const char magic[] = "SBP1";

/* Zeros to append to the content: version 2 pads to a power of two, so that the length does not
 * identify the form. */
static size_t padding(size_t content)
{
    size_t size = PACKAGE_MIN;
    while (size < FIXED + content) {
        size *= 2;
    }
    assert((size & (size - 1)) == 0);
    return size - FIXED - content;
}

bool package_write(struct buf *out, const struct package_spec *spec,
                   const uint8_t cert_bytes[CERT_BYTES], const uint8_t author_seed[32],
                   struct err *err)
{
    uint8_t head[HEADER + CERT_BYTES] = {0}, sig[SIGN_BYTES], pk[32];
    struct buf content = {0};
    struct cert cert;
    sign_public(pk, author_seed);
    if (!cert_read(&cert, cert_bytes) || memcmp(cert.subject, pk, 32) != 0 ||
        memcmp(cert.study_id, spec->study_id, 16) != 0) {
        return err_set(err, ERR_AUTH, "the certificate does not belong to this key and study");
    }
    if (!text_starts(spec->form_id, cert.scope)) {
        return err_set(err, ERR_AUTH, "the certificate does not cover the form '%s'",
                       spec->form_id);
    }
    for (size_t i = 0; i < spec->count; i++) {
        if (strlen(spec->files[i].name) >= TAR_NAME) {
            buf_fini(&content);
            return err_set(err, ERR_INPUT, "the file name '%s' is too long", spec->files[i].name);
        }
        tar_add(&content, spec->files[i].name, spec->files[i].bytes, spec->files[i].len);
    }
    tar_end(&content);
    size_t content_len = content.len;
    if (content_len > PACKAGE_MAX - FIXED) {
        buf_fini(&content);
        return err_set(err, ERR_LIMIT, "the form and its spec->files are larger than %d MiB",
                       (int)(PACKAGE_MAX >> 20));
    }
    buf_reserve(&content, content_len + padding(content_len));
    while (padding(content_len) > content.len - content_len) {
        buf_char(&content, '\0');
    }
    memcpy(head, magic, 4);
    put_u16(head + 4, 2);
    put_u16(head + AT_FLAGS, spec->flags);
    memcpy(head + AT_STUDY, spec->study_id, 16);
    catalogue_form_hash(head + AT_FORM, spec->form_id);
    put_u64(head + AT_SERIAL, spec->serial);
    put_u64(head + AT_APP, 1);
    put_u64(head + AT_LEN, content_len);
    hash_plain(head + AT_HASH, content.data, content.len);
    memcpy(head + AT_SIGNER, pk, 32);
    put_u32(head + AT_CERT_LEN, CERT_BYTES);
    memcpy(head + HEADER, cert_bytes, CERT_BYTES);
    sign_make(sig, "package", head, sizeof head, author_seed);
    buf_add(out, head, sizeof head);
    buf_add(out, content.data, content.len);
    buf_add(out, sig, sizeof sig);
    buf_fini(&content);
    return true;
}

bool package_trusted(const struct package *p, const struct catalogue *c)
{
    struct cert cert;
    return memcmp(p->study_id, c->study_id, 16) == 0 &&
           catalogue_trusts(c, p->cert, CERT_AUTHOR, &cert) && !catalogue_revoked(c, 3, p->hash);
}

bool package_listed(const struct package *p, const struct catalogue *c)
{
    for (unsigned i = 0; i < c->form_count; i++) {
        if (memcmp(c->forms[i].form, p->form_hash, 32) == 0 && c->forms[i].serial == p->serial &&
            memcmp(c->forms[i].package, p->hash, 32) == 0) {
            return p->min_epoch <= c->epoch; /* else it was made for a newer catalogue */
        }
    }
    return false;
}

bool package_read(struct package *p, const void *data, size_t len, const struct catalogue *c,
                  struct err *err)
{
    const uint8_t *bytes = data;
    uint8_t hash[32];
    if (len < FIXED || len > PACKAGE_MAX || memcmp(bytes, magic, 4) != 0) {
        return err_set(err, ERR_INPUT, "this is no form package");
    }
    unsigned version = get_u16(bytes + 4);
    if (version < 1 || version > 2 || get_u32(bytes + AT_CERT_LEN) != CERT_BYTES ||
        get_u64(bytes + AT_APP) > 1) {
        err_set(err, ERR_ENV, "the package needs a newer suhbat");
        return err_hint(err, "ask for the newer program first");
    }
    uint64_t content_len = get_u64(bytes + AT_LEN);
    if (content_len > len - FIXED ||
        len - FIXED - content_len != (version == 1 ? 0 : padding((size_t)content_len)) ||
        !sign_check(bytes + len - SIGN_BYTES, "package", bytes, HEADER + CERT_BYTES,
                    bytes + AT_SIGNER)) {
        return err_set(err, ERR_AUTH, "the package is not signed as it should be");
    }
    hash_plain(hash, bytes + HEADER + CERT_BYTES, len - FIXED);
    memset(p, 0, sizeof *p);
    if (memcmp(hash, bytes + AT_HASH, 32) != 0 || !cert_read(&p->author, bytes + HEADER) ||
        p->author.role != CERT_AUTHOR || memcmp(p->author.subject, bytes + AT_SIGNER, 32) != 0) {
        return err_set(err, ERR_AUTH, "the package is not signed as it should be");
    }
    memcpy(p->cert, bytes + HEADER, CERT_BYTES);
    p->flags = get_u16(bytes + AT_FLAGS);
    memcpy(p->study_id, bytes + AT_STUDY, 16);
    memcpy(p->form_hash, bytes + AT_FORM, 32);
    p->serial = get_u64(bytes + AT_SERIAL);
    p->min_epoch = get_u64(bytes + AT_EPOCH);
    hash_plain(p->hash, bytes, len);
    p->content = (const char *)bytes + HEADER + CERT_BYTES;
    p->content_len = (size_t)content_len;
    if (c) {
        if (!package_trusted(p, c)) {
            return err_set(err, ERR_AUTH, "the study does not trust who signed this package");
        }
        if (!package_listed(p, c)) {
            err_set(err, ERR_AUTH, "the catalogue does not list this package");
            return err_hint(err, "load the newest catalogue together with the form");
        }
    }
    return true;
}

bool package_in_scope(const struct package *p, const char *form_id)
{
    uint8_t hash[32];
    catalogue_form_hash(hash, form_id);
    return memcmp(hash, p->form_hash, 32) == 0 && text_starts(form_id, p->author.scope);
}

bool package_find(const struct package *p, const char *name, const char **bytes, size_t *len)
{
    struct tar_reader r = {.bytes = p->content, .len = p->content_len};
    struct tar_member m;
    struct err err = {0};
    while (tar_next(&r, &m, &err)) {
        if (strcmp(m.name, name) == 0) {
            *bytes = m.bytes;
            *len = m.len;
            return true;
        }
    }
    return false;
}
