/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_TAKE_H
#define TOOLS_DESK_DESK_TAKE_H
/*
 * desk_take: takes sealed batches in from files and folders, and says what became of each file.
 *
 * Each batch is one transaction: a refused file costs the others nothing.
 */
#include "tools/desk/desk_store.h"

enum take_result {
    TAKE_BATCH,   /* a batch of this study: `report` says what was new, and what is kept apart */
    TAKE_OTHER,   /* something else that lies on sticks: a form, a list */
    TAKE_FOREIGN, /* it does not open with this identity */
    TAKE_REFUSED  /* damaged, or its contents were refused: `why` */
};
struct take_told {
    const char *name; /* of the file, without its folder */
    enum take_result result;
    const struct import_report *report; /* of a batch; else NULL */
    const struct err *why;              /* of a refused file; else NULL */
};
struct take_sums {
    unsigned opened;  /* batches of this study: new or already known */
    unsigned other;   /* opened, but not a batch */
    unsigned foreign; /* not encrypted to this identity */
    unsigned refused; /* damaged, or the contents were refused */
    unsigned apart;   /* opened, but kept apart */
    unsigned late;    /* corrections of withdrawn records that came now, and were destroyed */
    bool late_failed; /* such corrections may be here still: `late_why` */
    struct err late_why;
};
typedef void desk_take_tell(void *user, const struct take_told *told);

/* Takes in the files, and the .age files of the folders, that `paths` names.  `tell` is called
 * after each file.  ERR_AUTH: none opens; ERR_INPUT: some were refused or are kept apart, or there
 * is no batch: what could be taken in is in.  late_failed is an error of its own, told in any case.
 */
MUST_CHECK bool desk_take(struct desk *desk, const uint8_t identity[32], const char *const *paths,
                          size_t count, int64_t wall_ms, desk_take_tell *tell, void *user,
                          struct take_sums *sums, struct err *err);

#endif
