/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_MERGE_H
#define TOOLS_DESK_DESK_MERGE_H
/*
 * desk_merge: takes over what another desk of the study holds: devices, forms, records, messages,
 * reviews, withdrawals, codings, transcripts, sources.
 *
 * Merging again adds nothing.  The other desk is only read.  Each device's entries are verified and
 * compared as if a batch brought them: a fork is kept apart here, whatever the other desk decided.
 * Of what two people changed at both desks, the later word counts, and is named.
 * Source: docs/RECORD.md section 19.
 */
#include "tools/desk/desk_ledger.h"

struct desk_merge {
    int64_t wall_ms;
    /* Called for each thing that people should know: a conflict, or what is not taken over. */
    void (*tell)(void *user, const char *text);
    void *user;
    /* out: how many were new here */
    unsigned devices, forms, entries, records, withdrawals, messages, reviews, codings, sources;
    unsigned transcripts;
    unsigned apart;     /* runs of entries that are kept apart; see desk_accept */
    unsigned conflicts; /* what both desks changed */
    unsigned left_out;  /* devices that are not enrolled, and what they made */
    unsigned destroyed; /* sealed contents, because the other desk knew of a withdrawal */
};
/* Each step is a transaction of its own; after a failure or an interruption, merging again goes on.
 * ERR_AUTH: the other desk is of another study; ERR_INPUT: it is this desk, or damaged. */
MUST_CHECK bool desk_merge(struct desk *desk, struct desk *other, const uint8_t identity[32],
                           struct desk_merge *merge, struct err *err);

#endif
