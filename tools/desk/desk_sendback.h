/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_SENDBACK_H
#define TOOLS_DESK_DESK_SENDBACK_H
/*
 * desk_sendback: sends a record back to the device that made it, with comments on its questions.
 *
 * The record's answers travel in a message of kind 3, sealed to the device.  The interviewer
 * corrects them and seals a new record, which names the old one (desk_edits.h).
 * Source: docs/RECORD.md section 17.
 */
#include "tools/desk/desk_store.h"

struct send_comment {
    const char *question; /* its name, or its path with the entries' numbers: "trips[2]/tr_from" */
    const char *text;
};
struct send_back {
    const char *on_all; /* on the whole record; NULL: nothing */
    const struct send_comment *comments;
    size_t count;
    const char *why; /* for the log of openings; "": not said */
    bool again;      /* although it was sent back before and is not corrected yet */
    int64_t wall_ms;
    uint8_t newest[16], device[16]; /* out: the version that was sent, and where to */
};
/* Sends the version that counts.  ERR_INPUT: a question that the record does not have, or nothing
 * to say; the record was withdrawn, or waits on its device already; ERR_LIMIT: it is too long for a
 * message. */
MUST_CHECK bool desk_send_back(struct desk *desk, const uint8_t identity[32], const uint8_t id[16],
                               struct send_back *what, struct err *err);

#endif
