/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_WITHDRAW_H
#define TOOLS_DESK_DESK_WITHDRAW_H
/*
 * desk_withdraw: a person takes consent back: for everything, or for a use.
 *
 * Answers: the sealed content is destroyed at the desk, and a message of kind 4 takes the word to
 * the device that made it.  Importing its batch again does not bring it back.  Quotes, recording,
 * re-contact: the record stays; exports and reports heed it.
 * Source: docs/RECORD.md section 16.
 */
#include "tools/desk/desk_ledger.h"

enum withdrawn_use { /* bits */
                     USE_ANSWERS = 1,
                     USE_QUOTES = 2,
                     USE_RECORDING = 4,
                     USE_RECONTACT = 8,
                     USE_ALL = 15
};
/* "answers", "quotes", "recording", "recontact": of one bit. */
const char *withdrawn_name(enum withdrawn_use use);
/* The names of several, separated by spaces. */
enum { WITHDRAWN_TEXT = 48 };
void withdrawn_text(char out[WITHDRAWN_TEXT], unsigned uses);
/* The bit of a name; ERR_MISUSE if there is none. */
MUST_CHECK bool withdrawn_named(unsigned *use, const char *name, struct err *err);

struct withdraw_report {
    unsigned destroyed; /* sealed contents that were here */
    unsigned messages;  /* to devices; the next receipts carry them */
    unsigned exports;   /* openings of the record in the log: tables may still have it */
    bool before;        /* all this had been withdrawn before */
};
/* All of it happens, or nothing; in the caller's transaction, or in one of its own.  In the
 * caller's, the old bytes leave the disk when the desk is closed. */
MUST_CHECK bool desk_withdraw(struct desk *desk, const uint8_t (*ids)[16], size_t count,
                              unsigned uses, const char *why, int64_t wall_ms,
                              struct withdraw_report *report, struct err *err);
/* What was withdrawn of a record: bits of withdrawn_use. */
MUST_CHECK bool desk_withdrawn(struct desk *desk, const uint8_t id[16], unsigned *uses,
                               struct err *err);

#endif
