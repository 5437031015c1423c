/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FORGET_H
#define TOOLS_DESK_DESK_FORGET_H
/*
 * desk_forget: what withdrawn records said about cases leaves the desk and the devices.
 *
 * A case's properties are copies of answers: they stand in the messages that assigned it, and on
 * the device that holds it.
 * Source: docs/RECORD.md section 16.
 */
#include "platform/machine/map.h"
#include "tools/desk/desk_withdraw.h"

struct forget_report {
    unsigned cases;     /* that the records made or changed */
    unsigned messages;  /* to the devices that hold them; the next receipts carry them */
    unsigned unread;    /* records that did not open: which cases they made is not known */
    uint8_t (*ids)[16]; /* with keep_ids: all versions that were withdrawn; or NULL */
    size_t id_count;
};
void desk_forgotten_fini(struct forget_report *report);
struct withdraw_options {
    unsigned uses;   /* bits of withdrawn_use, at least one */
    const char *why; /* for the log; "": not said */
    int64_t wall_ms;
    bool keep_ids; /* the report lists all versions: desk_forgotten_fini */
};
/* Withdraws several records (with USE_ANSWERS in all their versions) and, with USE_ANSWERS, what
 * they said about cases, all of it or nothing: the desk's messages that hold these cases are
 * deleted, and their holders are told to forget them.  A case that other records made can be
 * assigned again.  The reports are sums. */
MUST_CHECK bool desk_withdraw_all(struct desk *desk, const uint8_t identity[32],
                                  const uint8_t (*ids)[16], size_t count,
                                  const struct withdraw_options *options,
                                  struct withdraw_report *sum, struct forget_report *forgotten,
                                  struct err *err);

/* After an import: a correction that was on its way when its record was withdrawn is destroyed,
 * too.  *destroyed: how many sealed contents. */
MUST_CHECK bool desk_withdraw_late(struct desk *desk, const uint8_t identity[32], int64_t wall_ms,
                                   unsigned *destroyed, struct err *err);

/* Puts into `cases` the ids of the cases that these records made or changed, in any of their
 * versions, as records have them; their texts live in the map's arena.  *unread: records that did
 * not open.  The desk's log says that they were opened for a merge. */
MUST_CHECK bool desk_cases_of(struct desk *desk, const uint8_t identity[32],
                              const uint8_t (*ids)[16], size_t count, struct map *cases,
                              unsigned *unread, struct err *err);

#endif
