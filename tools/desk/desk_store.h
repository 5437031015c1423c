/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_STORE_H
#define TOOLS_DESK_DESK_STORE_H
/*
 * desk_store: what the coordinator's desk holds, in one SQLite file of a 0700 folder.
 *
 * Records stay sealed as they came; only export opens them, with an identity that comes by file.
 * What the file says about forms, devices and people is locked under the desk's key, which lies
 * beside it as an age file to the study's recipients: one of their identities opens the desk.
 * Import is idempotent: the same entry twice is nothing, another entry under the same number is a
 * fork: an alarm, and both sides are kept apart.  Source: docs/RECORD.md section 5.
 */
#include "platform/custody/batch.h"
#include "platform/custody/catalogue.h"
#include "platform/custody/db.h"

struct desk;

/* Open DIR.  A desk that an older version left in clear is locked first, in one transaction. */
MUST_CHECK bool desk_open(struct desk **desk, const char *dir, const uint8_t identity[32],
                          struct err *err);
/* The same; where there is none it is made for the recipients of `catalogue`, and needs no identity
 * (NULL; ERR_AUTH where there is one already). */
MUST_CHECK bool desk_make(struct desk **desk, const char *dir, const struct catalogue *catalogue,
                          const uint8_t *identity, struct err *err);
void desk_close(struct desk *desk);
const struct catalogue *desk_catalogue(const struct desk *desk);
const char *desk_dir(const struct desk *desk);

/* Where its recipients are others, the desk's key goes to them. */
MUST_CHECK bool desk_set_catalogue(struct desk *desk, const void *bytes, size_t len,
                                   struct err *err);
/* A file STUDY/devices/….device: certificate, box key, genesis hash. */
MUST_CHECK bool desk_add_device(struct desk *desk, const void *bytes, size_t len, bool *fresh,
                                struct err *err);
/* An opened package. */
MUST_CHECK bool desk_add_form(struct desk *desk, const void *bytes, size_t len, bool *fresh,
                              struct err *err);

struct import_report {
    unsigned entries, objects; /* new ones */
    bool known;                /* all of it was there */
    bool apart;                /* kept apart, as desk_accept says */
    bool revoked;              /* the device is */
    uint64_t fork_seq;         /* the batch contradicts the desk's entry of this number; 0 = no */
    uint64_t gap_from, gap_to; /* entries still missing before this batch; 0 = none */
};
/* An opened batch (tar).  What contradicts the entries that are here (a fork), and what comes from
 * a revoked device, is taken in and kept apart; of a fork both sides are.  The alarm is stored. */
MUST_CHECK bool desk_import(struct desk *desk, const void *tar, size_t len, int64_t wall_ms,
                            struct import_report *report, struct err *err);
/* Take in what was kept apart of a device: records for the tables, entries for receipts.  `device`
 * is its name in hex, or how that begins; `history` is 1 or more, 0 = all.  `records`: how many. */
MUST_CHECK bool desk_accept(struct desk *desk, const char *device, unsigned history,
                            int64_t wall_ms, unsigned *records, struct err *err);

/* Entries, from the first to the last of them. */
struct desk_span {
    uint64_t first, last;
};
/* A device; where it was copied or restored, one for each of its histories. */
struct desk_device {
    uint8_t id[16], sign_pk[32], box_pk[32];
    uint8_t history_id[16];
    unsigned history, histories; /* 1 of 1, unless there was a fork */
    uint8_t head[32];            /* hash of the entry `contiguous` */
    uint64_t entries, contiguous, highest, receipt_seq;
    uint64_t records, kept; /* of this history alone: in use, kept apart */
    uint64_t held;          /* kept apart from this entry on; 0 = nothing is */
    struct desk_span *lost; /* declared by the device, up to `contiguous`; lent to the row */
    size_t lost_count;
};
typedef bool desk_device_row(void *user, const struct desk_device *device, struct err *err);
MUST_CHECK bool desk_devices(struct desk *desk, desk_device_row *row, void *user, struct err *err);
/* The next receipt's number for a device; stored before the receipt is written. */
MUST_CHECK bool desk_count_receipt(struct desk *desk, const struct desk_device *device,
                                   uint64_t *counter, struct err *err);

struct desk_object {
    const uint8_t *id, *device;
    uint64_t seq;
    const void *sealed;
    size_t len;
};
typedef bool desk_object_row(void *user, const struct desk_object *object, struct err *err);
/* In use: neither withdrawn nor kept apart. */
MUST_CHECK bool desk_objects(struct desk *desk, desk_object_row *row, void *user, struct err *err);
MUST_CHECK bool desk_kept_apart(struct desk *desk, uint64_t *records, struct err *err);

struct desk_form_row {
    const uint8_t *hash;
    uint64_t serial;
    const char *xml;
    size_t xml_len;
};
typedef bool desk_form_each(void *user, const struct desk_form_row *form, struct err *err);
/* Newest first. */
MUST_CHECK bool desk_forms(struct desk *desk, desk_form_each *row, void *user, struct err *err);

typedef bool desk_alarm_row(void *user, const char *text);
MUST_CHECK bool desk_alarms(struct desk *desk, desk_alarm_row *row, void *user, struct err *err);

/* Note who exported what and when (the access log). */
MUST_CHECK bool desk_log(struct desk *desk, int64_t wall_ms, const char *what, struct err *err);

#endif
