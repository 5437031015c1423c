/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_STORE_H
#define TOOLS_DESK_DESK_STORE_H
/*
 * desk_store: the coordinator's desk, one SQLite file in a folder of mode 0700.
 *
 * Records stay sealed as received; only export opens them, with an identity passed as a file.
 * Other data about forms, devices and people is encrypted with the desk's key.  The key is in
 * the same folder, as an age file to the study's recipients: any of their identities opens the
 * desk. Import is idempotent: a known entry is ignored.  A different entry with a known number
 * is a fork: an alarm is stored and both sides are kept apart.  Source: docs/RECORD.md section
 * 5.
 */
#include "platform/custody/batch.h"
#include "platform/custody/catalogue.h"
#include "platform/custody/db.h"
#include "platform/custody/message.h"

struct desk;

/* Opens DIR.  An unencrypted desk of an older version is encrypted first, in one
 * transaction. */
MUST_CHECK bool desk_open(struct desk **desk, const char *dir, const uint8_t identity[32],
                          struct err *err);
/* As desk_open, but creates a missing desk for the recipients of `catalogue`; then
 * `identity` may be NULL.  ERR_AUTH if the desk exists and `identity` is NULL. */
MUST_CHECK bool desk_make(struct desk **desk, const char *dir, const struct catalogue *catalogue,
                          const uint8_t *identity, struct err *err);
void desk_close(struct desk *desk);
const struct catalogue *desk_catalogue(const struct desk *desk);
/* Whether another program changed the desk since this was asked last, or since it was opened; then
 * the catalogue is read anew. */
MUST_CHECK bool desk_refresh(struct desk *desk, bool *changed, struct err *err);

/* Stores a newer catalogue.  If its recipients differ, the desk's key is encrypted to the
 * new ones. */
MUST_CHECK bool desk_set_catalogue(struct desk *desk, const void *bytes, size_t len,
                                   struct err *err);
/* Adds a device from the contents of a file STUDY/devices/….device: certificate, box key,
 * genesis hash. */
MUST_CHECK bool desk_add_device(struct desk *desk, const void *bytes, size_t len, bool *fresh,
                                struct err *err);
/* Adds a form from an opened package. */
MUST_CHECK bool desk_add_form(struct desk *desk, const void *bytes, size_t len, bool *fresh,
                              struct err *err);

struct import_report {
    unsigned entries, objects, recordings; /* number of new ones */
    bool known;                            /* nothing in the batch was new */
    bool apart;                            /* was kept apart; see desk_accept */
    bool revoked;                          /* the device is revoked */
    uint64_t fork_seq;         /* number of the entry that contradicts the desk's; 0 = none */
    uint64_t gap_from, gap_to; /* entries missing before this batch; 0 = none */
};
/* Imports an opened batch (tar).  Entries of a revoked device are stored but kept apart;
 * after a fork, both sides are.  The alarm is stored. */
MUST_CHECK bool desk_import(struct desk *desk, const void *tar, size_t len, int64_t wall_ms,
                            struct import_report *report, struct err *err);
/* Accepts entries of a device that were kept apart: their records go into the tables, the
 * entries get receipts.  `device`: the beginning of its id in hex; `history`: 1 or more, 0 =
 * all.  *records: number of records accepted. */
MUST_CHECK bool desk_accept(struct desk *desk, const char *device, unsigned history,
                            int64_t wall_ms, unsigned *records, struct err *err);

/* A range of entries, both ends included. */
struct desk_span {
    uint64_t first, last;
};
/* A device; if it was copied or restored, one struct for each of its histories. */
struct desk_device {
    uint8_t id[16], sign_pk[32], box_pk[32];
    uint8_t history_id[16];
    unsigned history, histories; /* number of this history and of all; 1 of 1 without a fork */
    uint8_t head[32];            /* hash of the entry with number `contiguous` */
    uint64_t entries, contiguous, highest, receipt_seq;
    uint64_t records, kept; /* of this history only: records in use, records kept apart */
    uint64_t held;          /* entries from this number on are kept apart; 0 = none */
    struct desk_span *lost; /* ranges that the device declared lost, up to `contiguous`;
                             * valid during the callback */
    size_t lost_count;
};
typedef bool desk_device_row(void *user, const struct desk_device *device, struct err *err);
MUST_CHECK bool desk_devices(struct desk *desk, desk_device_row *row, void *user, struct err *err);
/* Finds the device whose id in hex begins with `begins` (at least four characters).  *count:
 * number of devices that match. */
MUST_CHECK bool desk_find_device(struct desk *desk, const char *begins, uint8_t id[16],
                                 unsigned *count, struct err *err);
/* Increments the receipt counter of a device and stores it, before the receipt is written. */
MUST_CHECK bool desk_count_receipt(struct desk *desk, const struct desk_device *device,
                                   uint64_t *counter, struct err *err);

struct desk_object {
    const uint8_t *id, *device;
    uint64_t seq;
    int64_t imported_ms;
    const void *sealed;
    size_t len;
};
typedef bool desk_object_row(void *user, const struct desk_object *object, struct err *err);
/* Calls `row` for every record in use: neither withdrawn nor kept apart. */
MUST_CHECK bool desk_objects(struct desk *desk, desk_object_row *row, void *user, struct err *err);
struct desk_range {
    const uint8_t *device; /* 16 bytes; NULL: all */
    uint64_t from, to;     /* its entries */
    bool held;             /* also what is kept apart; never what was withdrawn */
    bool gone; /* also what its device says was withdrawn, if this desk still has the content */
};
/* As desk_objects, for a part of the records. */
MUST_CHECK bool desk_objects_between(struct desk *desk, const struct desk_range *range,
                                     desk_object_row *row, void *user, struct err *err);
/* Number of records held, whether in use or not: for progress. */
MUST_CHECK bool desk_held(struct desk *desk, uint64_t *records, struct err *err);
/* Calls `row` for every record held, whether in use or not, without its sealed bytes:
 * `sealed` is NULL, `len` their number, 0 if the content was withdrawn. */
MUST_CHECK bool desk_ids(struct desk *desk, desk_object_row *row, void *user, struct err *err);
/* Finds the record whose KEY is `text`, or begins so ("uuid:3f2a", at least four hex digits).
 * ERR_INPUT: none, or several. */
MUST_CHECK bool desk_find_record(struct desk *desk, const char *text, uint8_t id[16],
                                 struct err *err);
/* The id that a whole KEY names, whether the desk has the record or not; false if it is none. */
bool desk_whole_key(const char *text, uint8_t id[16]);
MUST_CHECK bool desk_kept_apart(struct desk *desk, uint64_t *records, struct err *err);

struct desk_form_row {
    const uint8_t *hash;
    uint64_t serial;
    const char *xml;
    size_t xml_len;
};
typedef bool desk_form_each(void *user, const struct desk_form_row *form, struct err *err);
/* Calls `row` for every form, newest first. */
MUST_CHECK bool desk_forms(struct desk *desk, desk_form_each *row, void *user, struct err *err);

typedef bool desk_alarm_row(void *user, const char *text);
MUST_CHECK bool desk_alarms(struct desk *desk, desk_alarm_row *row, void *user, struct err *err);

/* ---- messages to devices ---- */

/* Keeps a message until its device says that it was taken.  Fills its id and counter. */
MUST_CHECK bool desk_add_message(struct desk *desk, struct message *message, int64_t wall_ms,
                                 struct err *err);
/* The same for a message of another desk: its id stays, and its counter is higher than at either.
 */
MUST_CHECK bool desk_carry_message(struct desk *desk, const struct message *message,
                                   int64_t wall_ms, struct err *err);
/* Calls `row` for every message, oldest first.  `taken`: the device's chain says so. */
typedef bool desk_message_row(void *user, const struct message *message, int64_t wall_ms,
                              bool taken, struct err *err);
MUST_CHECK bool desk_messages(struct desk *desk, desk_message_row *row, void *user,
                              struct err *err);

/* ERR_INPUT if the device is revoked: whoever has it may read what is sealed to it. */
MUST_CHECK bool desk_may_tell(const struct desk *desk, const uint8_t device[16], struct err *err);
/* What a device is called: set from the study's folder, "" if it has no label. */
MUST_CHECK bool desk_set_label(struct desk *desk, const uint8_t device[16], const char *label,
                               struct err *err);
MUST_CHECK bool desk_label(struct desk *desk, const uint8_t device[16], struct buf *out,
                           struct err *err);
/* What to call a device in a text: "Ош 07 (0010d42d)"; without a label, the beginning of its id. */
enum { DESK_DEVICE_TEXT = 96 };
MUST_CHECK bool desk_device_text(struct desk *desk, const uint8_t device[16],
                                 char out[DESK_DEVICE_TEXT], struct err *err);
/* Several changes as one: all are kept, or none. */
MUST_CHECK bool desk_begin(struct desk *desk, struct err *err);
MUST_CHECK bool desk_end(struct desk *desk, bool ok, struct err *err);

#endif
