/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_RECORDS_H
#define TOOLS_DESK_DESK_RECORDS_H
/* desk_records: opens the desk's sealed records with an identity, and finds their forms. */
#include "forms/engine/form.h"
#include "platform/custody/record.h"
#include "platform/machine/tally.h"
#include "tools/desk/desk_edits.h"
#include "tools/desk/desk_store.h"

struct desk_version { /* a form's version that records were made with */
    uint8_t hash[32]; /* of its package */
    struct form *form;
};
struct desk_records {
    struct desk *desk;
    const uint8_t *identity;       /* 32 bytes, borrowed */
    struct desk_version *versions; /* newest first */
    size_t version_count;
    struct desk_device *devices;
    size_t device_count;
    struct buf opened; /* ids of the records opened since the last desk_records_log, each once */
    struct tally noted;
    bool again; /* they are opened a second time: not noted */
    struct desk_edits edits;
};
/* The caller calls desk_records_log and desk_records_fini in either case. */
MUST_CHECK bool desk_records_init(struct desk_records *records, struct desk *desk,
                                  const uint8_t identity[32], struct err *err);
/* The same; its `edits` know also of records that are kept apart: for what is to be destroyed. */
MUST_CHECK bool desk_records_init_held(struct desk_records *records, struct desk *desk,
                                       const uint8_t identity[32], struct err *err);
void desk_records_fini(struct desk_records *records);

enum desk_opened {
    DESK_OPENED,
    DESK_CLOSED,    /* of a form that is sealed to others than the desk */
    DESK_UNREADABLE /* damaged, or for another identity */
};
/* Decrypts and verifies.  *record borrows from `plain`, which the caller frees. */
enum desk_opened desk_record_open(struct desk_records *records, const struct desk_object *object,
                                  struct buf *plain, struct record *record);
/* Writes into the desk's log which records were opened, what for ("export csv"), and why ("": not
 * said).  To be called before anything is shown of them, and after failures; desk_records_fini
 * asserts it. */
MUST_CHECK bool desk_records_log(struct desk_records *records, const char *what, const char *why,
                                 struct err *err);
/* The form that the record was made with; NULL: the desk does not have it. */
const struct form *desk_record_form(const struct desk_records *records,
                                    const struct record *record);

/* Copies the interviewer's code, the answer to the form's suhbat:submitter question; "" if there is
 * none. */
void desk_record_submitter(char *out, size_t size, const struct form *form,
                           const struct record *record);
/* Makes the time when it was finished that of its first version. */
void desk_record_date(const struct desk_records *records, struct record *record);
/* "2026-11-24 10:00", as the clock at the desk shows. */
void desk_put_when(char out[40], int64_t ms);
/* Appends a text that people gave, in one line: it cannot look like another line. */
void desk_put_line(struct buf *out, const char *text);
/* "uuid:…", the record's KEY in the tables. */
void desk_record_key(char out[48], const uint8_t id[16]);

#endif
