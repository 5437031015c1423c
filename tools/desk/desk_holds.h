/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_HOLDS_H
#define TOOLS_DESK_DESK_HOLDS_H
/* desk_holds: what is held of a person, to be printed for that person; and what a withdrawal did.
 * Pages of HTML, in Russian, Kyrgyz, Tajik or English. */
#include "tools/desk/desk_withdraw.h"

struct desk_holding {         /* what a page is about */
    const char *code;         /* of the person or case, or a record's KEY */
    const uint8_t (*ids)[16]; /* or these records … */
    size_t count;
    const char *language; /* "ru", "ky", "tg", "en" */
    const char *why;      /* for the log; NULL: not said */
    size_t found;         /* out: records that the page lists */
    size_t unread;        /* out: records that could not be opened; the page says so */
};
/* Appends the page of all records whose own code (rec_code, case_code, case_id) or KEY is `code`:
 * what was asked and when, what may be done with it, who opened it, where copies are.  The answers
 * themselves are not on it. */
MUST_CHECK bool desk_holds(struct buf *out, struct desk *desk, const uint8_t identity[32],
                           struct desk_holding *holding, struct err *err);
/* Appends the page that proves a withdrawal, from the log: what was destroyed, when; which copies
 * the desk cannot reach. */
MUST_CHECK bool desk_proof(struct buf *out, struct desk *desk, const struct desk_holding *holding,
                           struct err *err);
/* Whether the pages exist in a language. */
bool desk_holds_speaks(const char *language);

#endif
