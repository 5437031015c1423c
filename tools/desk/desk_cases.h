/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_CASES_H
#define TOOLS_DESK_DESK_CASES_H
/*
 * desk_cases: what the records say about cases (ODK Entities), computed from all records each time.
 *
 * A change that the holder made upon the version in force becomes the version in force.  Any other
 * change is one side of a conflict: it is kept and named, and the version in force stays, until the
 * coordinator takes one side.  So is a change that a device made before it heard that the case was
 * given away: whoever has the case now does not know it.
 */
#include "forms/entities/entities.h"
#include "tools/desk/desk_store.h"

struct desk_side { /* a version of a case, by the record that made it */
    uint8_t record[16], device[16];
    int64_t finalised_ms;
    struct entity state;
    struct desk_side *next;
};
struct desk_case {
    struct entity now;       /* the version in force */
    struct desk_side maker;  /* of the version in force; zeros after an assignment took a side */
    struct desk_side *sides; /* not in force, in conflict; NULL: no conflict */
    unsigned changes;
    int64_t last_ms;    /* of the last record or message about it, by the desk's clock */
    uint8_t holder[16]; /* the device that has the case; zeros: none */
    const char *branch; /* that changes of the holder carry: made upon what it was given last */
    bool pending;       /* the holder has not yet said that it was told so */
    struct desk_case *next;
};
struct desk_fault { /* a record whose change cannot be applied */
    uint8_t record[16];
    const char *why;
    struct desk_fault *next;
};
struct desk_cases {
    struct arena arena;
    struct desk_case *first, *last; /* in the order of their creation */
    struct desk_fault *faults;
    size_t count, conflicts, closed, unreadable, without_form;
    struct map by_id;
};

/* Reads all records in use.  The caller calls desk_cases_fini in either case. */
MUST_CHECK bool desk_cases_read(struct desk_cases *cases, struct desk *desk,
                                const uint8_t identity[32], bool training, struct err *err);
void desk_cases_fini(struct desk_cases *cases);
/* The case with this label, or whose id begins so (at least 4 characters).  NULL with ERR_INPUT:
 * none, or several. */
struct desk_case *desk_cases_find(const struct desk_cases *cases, const char *name,
                                  struct err *err);

/* Assigns the case to a device, and takes it back from its holder: two messages, in the caller's
 * transaction.  `take`: the beginning of the id of the record whose side is to be in force; NULL:
 * there must be no conflict.  *told: how many messages were added. */
MUST_CHECK bool desk_assign(struct desk *desk, struct desk_case *one, const uint8_t device[16],
                            const char *take, int64_t wall_ms, unsigned *told, struct err *err);

/* Takes the case back from its holder, and gives it to nobody; it can be assigned later.  A case
 * that nobody has needs no message. */
MUST_CHECK bool desk_take_back(struct desk *desk, struct desk_case *one, int64_t wall_ms,
                               unsigned *told, struct err *err);

#endif
