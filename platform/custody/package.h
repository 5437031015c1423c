/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_PACKAGE_H
#define PLATFORM_CUSTODY_PACKAGE_H
/*
 * package: a form with its lists and media, signed by an author the roots trust.
 *
 * Custody knows it as named bytes; form.xml is for forms/ to read.  In transport it is an age file
 * to the study's package key and its recipients, so that a found stick tells no title.  Its length
 * is a power of two from 16 KiB, so that it tells no form either.
 * Source: docs/RECORD.md section 8.
 */
#include "platform/custody/catalogue.h"

enum { PACKAGE_LEAST = 16 << 10, PACKAGE_MAX = 64 << 20, PACKAGE_TRAINING = 1 };

enum { PACKAGE_CERT_AT = 256 }; /* the author's certificate, behind the header */

struct package {
    uint16_t flags;
    uint8_t study_id[16], form_hash[32], hash[32]; /* hash: of the whole package */
    uint64_t serial, min_epoch;
    struct cert author;
    uint8_t cert[CERT_BYTES]; /* the author's, as it was signed */
    const char *content;      /* tar; lent */
    size_t content_len;
};

struct package_file {
    const char *name;
    const void *bytes;
    size_t len;
};

/* Append a package of `files`; `form_id` must lie in the certificate's scope. */
MUST_CHECK bool package_write(struct buf *out, const uint8_t study_id[16], const char *form_id,
                              uint64_t serial, uint16_t flags, const struct package_file *files,
                              size_t count, const uint8_t cert[CERT_BYTES],
                              const uint8_t author_seed[32], struct err *err);
/* Check the signature and, with a catalogue, that the author is trusted and the package listed. */
MUST_CHECK bool package_read(struct package *package, const void *bytes, size_t len,
                             const struct catalogue *catalogue, struct err *err);
/* The two checks of package_read with a catalogue, for whoever has it only later. */
bool package_trusted(const struct package *package, const struct catalogue *catalogue);
bool package_listed(const struct package *package, const struct catalogue *catalogue);
/* Is the author allowed this form id? */
bool package_in_scope(const struct package *package, const char *form_id);
/* One file of the content by name; lent.  False when absent or the content is damaged. */
bool package_find(const struct package *package, const char *name, const char **bytes, size_t *len);

#endif
