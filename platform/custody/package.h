/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_PACKAGE_H
#define PLATFORM_CUSTODY_PACKAGE_H
/*
 * package: a form with its lists and media, signed by an author whom the roots trust.
 *
 * Here it is just named bytes; forms/ parses form.xml.  In transport it is an age file sealed
 * to the study's package key and its recipients, so that a lost stick reveals no title.  Its
 * length is padded to a power of two from 16 KiB, so that the length does not identify the
 * form.
 * Source: docs/RECORD.md section 8.
 */
#include "platform/custody/catalogue.h"

enum { PACKAGE_MIN = 16 << 10, PACKAGE_MAX = 64 << 20, PACKAGE_TRAINING = 1, PACKAGE_OWN = 2 };
/* PACKAGE_OWN: records may be sealed only to recipients that the catalogue names for this form. */

enum { PACKAGE_CERT_AT = 256 }; /* offset of the author's certificate, after the header */

struct package {
    uint16_t flags;
    uint8_t study_id[16], form_hash[32], hash[32]; /* hash: of the whole package */
    uint64_t serial, min_epoch;
    struct cert author;
    uint8_t cert[CERT_BYTES]; /* the author's certificate, as signed */
    const char *content;      /* tar archive; borrowed */
    size_t content_len;
};

struct package_file {
    const char *name;
    const void *bytes;
    size_t len;
};

struct package_spec {        /* what a package is made of; all borrowed */
    const uint8_t *study_id; /* 16 bytes */
    const char *form_id;
    uint64_t serial;
    uint16_t flags;
    const struct package_file *files;
    size_t count;
};
/* Append a signed package of `files`.  ERR_AUTH if `form_id` is outside the certificate's
 * scope. */
MUST_CHECK bool package_write(struct buf *out, const struct package_spec *spec,
                              const uint8_t cert[CERT_BYTES], const uint8_t author_seed[32],
                              struct err *err);
/* Verify the signature and, if `catalogue` is not NULL, that the author is trusted and the
 * package is listed.  ERR_INPUT: not a package; ERR_AUTH: a check failed; ERR_ENV: a newer
 * program is needed. */
MUST_CHECK bool package_read(struct package *package, const void *bytes, size_t len,
                             const struct catalogue *catalogue, struct err *err);
/* The two catalogue checks of package_read, for callers that get the catalogue later. */
bool package_trusted(const struct package *package, const struct catalogue *catalogue);
bool package_listed(const struct package *package, const struct catalogue *catalogue);
/* True if the package is for this form id and the author's scope covers it. */
bool package_in_scope(const struct package *package, const char *form_id);
/* Find a file of the content by name; borrowed.  False if it is absent or the content is
 * damaged. */
bool package_find(const struct package *package, const char *name, const char **bytes, size_t *len);

#endif
