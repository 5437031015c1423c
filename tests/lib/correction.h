/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CORRECTION_H
#define TESTS_LIB_CORRECTION_H
/* correction: a device with one sealed record, the desk that has it, and the way there and back. */
#include "app/interview/interview_cases.h"
#include "app/interview/interview_correction.h"
#include "platform/custody/device_internal.h"
#include "platform/custody/message.h"
#include "tests/lib/custody.h"
#include "tools/desk/desk_cases.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_sendback.h"

extern const char correction_md[]; /* code (submitter), town, age, photo, trips; makes a case */

struct field { /* a device, and the desk that it hands over to */
    struct study study;
    struct writer *writer;
    struct desk *desk;
    uint8_t hash[32], first[16];
    unsigned turns;
    struct buf batch; /* taken in last */
    int64_t at_ms;
    char *form; /* its XML */
    bool other_form;
};

/* A device and a desk with one record of the form; `md` NULL: of correction_md, all answered. */
void correction_begin(struct field *f, const char *md);
void correction_end(struct field *f);
void correction_set(struct interview *i, const char *path, const char *value);
const char *correction_at(struct interview *i, const char *path);
void correction_trip(struct interview *i, const char *where);
/* Hands everything over; takes it in unless `keep`. */
void correction_carry(struct field *f, bool keep);
/* The desk's messages, loaded by the device. */
struct load_report correction_deliver(struct field *f);
/* With a comment on the whole record, on age and on the second trip; of other forms, on the whole
 * record alone. */
bool correction_send(struct field *f, const uint8_t id[16], bool again, struct err *err);
size_t correction_returned(struct field *f, struct device_return *one);
/* Sends the record back and opens it on the device. */
struct interview *correction_open(struct field *f, const uint8_t id[16]);
void correction_seal(struct interview *i, const char *reason, uint8_t id[16]);
struct export_counts correction_export(struct field *f, const char *interviewer);
struct buf correction_table(struct field *f, const char *name);
/* Fails unless `show` prints these texts; NULL at the end. */
void correction_shows(struct field *f, const uint8_t id[16], const char *const *texts);
struct withdraw_report correction_withdraw(struct field *f, const uint8_t id[16], unsigned uses);
unsigned correction_drafts(struct field *f);
uint64_t correction_sealed(struct field *f);
/* The one case that the device has; NULL: none. */
struct entity *correction_case(struct field *f, struct arena *arena);

#endif
