/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_GALLERY_H
#define TESTS_LIB_GALLERY_H
/* gallery: pictures of screens as files, and as digests that are compared with what was approved.
 */
#include <stdint.h>

#include "platform/machine/file.h"
#include "tests/lib/lint.h"

enum { ACROSS = 10, DOWN = 18, FIELDS = ACROSS * DOWN, FIELD_OFF = 2, NAME = 80, SHOTS_MAX = 4000 };
static const double mean_off = 0.12;
struct gallery {
    const char *out, *only;
    bool approve;
    char names[SHOTS_MAX][NAME], digests[SHOTS_MAX][FIELDS + 1];
    size_t known;
    bool met[SHOTS_MAX];
    struct buf fresh;
    char seen_names[SHOTS_MAX][NAME], seen_digests[SHOTS_MAX][FIELDS + 1];
    size_t seen;
    unsigned shots, differing, faults, unknown;
    bool quick;  /* a part of the pictures */
    bool linted; /* and not compared */
    const char *variant;
};
extern struct gallery gallery;

/* Ends the program if a step of a tour led nowhere. */
void gallery_must(bool ok, const char *what);
void gallery_save(const char *path, const uint8_t *rgb, int w, int h);
void gallery_digest(char out[FIELDS + 1], const uint8_t *rgb, int w, int h, colour paper);

void gallery_compare(const char *name, const char *have, uint8_t *rgb, int w, int h);
void gallery_keep(const char *name, const char *digest);

/* Is the eye keen enough?  How many pairs that must differ pass for each other. */
unsigned gallery_blind_pairs(unsigned *pairs);
void gallery_read(const char *file);
/* What is approved now: the pictures of this run; of a part, with the others as they were. */
void gallery_approved(struct buf *out);

#endif
