/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DEVICE_H
#define PLATFORM_CUSTODY_DEVICE_H
/*
 * device: one interviewer's vault, store and chain, and a record's whole life on the device.
 *
 *   NONE ─draft_begin▶ DRAFT ─finish▶ SEALED ─receipt▶ ACKNOWLEDGED ─purge▶ PURGED
 *                        └─discard▶ (an entry in the chain)
 *
 * Knows bytes and ids, never a question.
 * Promise: an event that device_draft_append accepted survives power loss.  After device_finish no
 *          key on the device opens the record.  Nothing is purged before a verified receipt.
 * Threads: all calls from one thread (the writer), but device_exists.
 * Source:  docs/RECORD.md; docs/ARCHITECTURE.md "a record's life".
 */
#include "platform/custody/enrol.h"
#include "platform/custody/package.h"
#include "platform/custody/store.h"
#include "platform/custody/vault.h"
#include "platform/machine/progress.h"

enum { DEVICE_EVENT_MAX = 2 << 20, DEVICE_RESERVE = 8 << 20, DEVICE_FORMS_MAX = 256 };

struct device;

bool device_exists(const char *dir);
/* Folder (0700), vault, store, genesis entry.  The request goes to `request`; the device is open
 * afterwards.  `memory_kib` is Argon2id's; `label` names the device to the coordinator only. */
MUST_CHECK bool device_create(struct device **device, const char *dir, const struct invite *invite,
                              const char *pass, size_t pass_len, uint32_t memory_kib,
                              const char *label, struct buf *request, struct err *err);
/* The request once more, for another stick; ERR_INPUT when the device is enrolled. */
MUST_CHECK bool device_request(struct device *device, struct buf *out, struct err *err);
/* Locked afterwards.  ERR_ENV when another suhbat has the folder. */
MUST_CHECK bool device_open(struct device **device, const char *dir, struct err *err);
void device_close(struct device *device);

/* One try; then what a crash interrupted is finished (docs/RECORD.md, roll forward). */
MUST_CHECK bool device_unlock(struct device *device, const char *pass, size_t len, struct err *err);
void device_lock(struct device *device);
bool device_is_open(const struct device *device);

/* The soft lock (vault.h): for short breaks, opened by a PIN. */
MUST_CHECK bool device_set_pin(struct device *device, const char *digits, struct err *err);
void device_soft_lock(struct device *device, int64_t lasts_ms);
MUST_CHECK bool device_try_pin(struct device *device, const char *digits, struct err *err);

/* The travel lock (vault.h): nobody here opens it; the coordinator's answer to a request does. */
MUST_CHECK bool device_travel_lock(struct device *device, struct err *err);
/* The request's bytes, and the six words that the coordinator has to hear. */
MUST_CHECK bool device_travel_request(struct device *device, const char *pass, size_t len,
                                      struct buf *out, char words[64], struct err *err);
/* Opened, and from now on by this passphrase. */
MUST_CHECK bool device_travel_return(struct device *device, const void *answer, size_t answer_len,
                                     const char *pass, size_t len, struct err *err);

struct device_locks {
    unsigned failures, wait_s; /* of the passphrase; s until the next try */
    bool pin;                  /* one was chosen */
    bool can_travel, travelling;
    bool unsure;        /* whether it is closed: what was written was not taken, nor its undoing */
    unsigned pin_tries; /* left; 0: the PIN opens nothing */
    int64_t soft_left_ms; /* how long it still does, while softly locked */
};
struct device_locks device_locks(const struct device *device);
#ifdef SUHBAT_TEST
void device_forget_wait(struct device *device);
void device_end_soft(struct device *device);
#endif

/* ---- who ---- */

const uint8_t *device_id(struct device *device); /* 16 bytes */
/* Six words of the device's keys, to compare with the desk's. */
void device_words(struct device *device, char out[64]);
/* Has the desk answered the enrolment? */
bool device_is_enrolled(struct device *device);
const struct catalogue *device_catalogue(struct device *device);
/* Seconds since the catalogue's warning time; 0 = fresh. */
uint64_t device_catalogue_overdue(struct device *device, int64_t wall_ms);

/* ---- loading ---- */

/* What takes long (loading, handing over) tells how far it is, in bytes, and may be stopped: then
 * it fails with ERR_ENV, and what it did so far stands.  Lent; NULL: nobody watches. */
void device_watch(struct device *device, struct progress *progress);

enum load_kind { LOAD_GRANT, LOAD_CATALOGUE, LOAD_PACKAGE, LOAD_RECEIPT, LOAD_UNREAD };
enum load_verdict {
    LOAD_UNJUDGED,
    LOAD_TAKE,
    LOAD_HAD, /* it is here already, or another device's */
    /* refused: */
    LOAD_DAMAGED,   /* or of another kind, or unreadable */
    LOAD_UNTRUSTED, /* nobody of the study signed it so, or not for this device */
    LOAD_OLD,       /* older than what is here */
    LOAD_UNLISTED,  /* a form that the study has not (or no more) put in force */
    LOAD_NEWER,     /* it needs a newer program */
    LOAD_VERDICTS
};
struct load_item { /* a file that is for this device, or cannot be read */
    const char *name;
    enum load_kind kind;
    enum load_verdict verdict;
    struct err why;   /* when it is refused */
    uint8_t hash[32]; /* of what is in it */
    uint64_t size;    /* of the file, bytes */
    uint64_t number;  /* a catalogue's, as it says */
    struct buf plain; /* what is in it, if it was kept */
    bool unlike;      /* a receipt that does not fit what this device has done */
};
struct load_find {
    struct arena arena;
    struct load_item **items; /* in the order of their kinds; nothing that is here already */
    size_t count, takes;
    unsigned skipped;            /* files that this device cannot open */
    uint64_t epoch_now, epoch;   /* of the catalogue: here, and once all is taken */
    struct catalogue *catalogue; /* … which is this */
    uint8_t (*forms)[32];        /* … and the packages in force then: their hashes … */
    size_t form_count;
    uint8_t (
        *missing)[32]; /* … and forms (H of their ids) that would be, but nobody has the file */
    size_t missing_count;
    uint64_t purges; /* … and how many records will have gone, as received */
};
/* A form that is to be taken: checked, signed and listed.  Lent. */
typedef void load_package(void *user, const struct package *package);

/* What is there for this device in the folder?  Nothing is taken.  False: a failure of the world;
 * `find` is the caller's to end in any case. */
MUST_CHECK bool device_find(struct device *device, const char *folder, struct load_find *find,
                            load_package *each, void *user, struct err *err);
void device_find_end(struct load_find *find);
#ifdef SUHBAT_TEST
void device_keep(size_t max); /* bytes of what was found, until it is taken */
#endif

struct load_report {
    unsigned grants, catalogues, packages, receipts, purged, skipped, refused;
    unsigned of[LOAD_VERDICTS]; /* the refused ones apart */
    struct err why;             /* of the last of them */
};
/* Take what was found there: forms before the list that puts them in force, so that whatever stops
 * it leaves what was in force. */
MUST_CHECK bool device_take(struct device *device, const char *folder, struct load_find *find,
                            struct load_report *report, struct err *err);
/* Both at once: all that is for this device; what is not is skipped.  A false return is a
 * failure of the world; refused files are in the report. */
MUST_CHECK bool device_load_folder(struct device *device, const char *folder,
                                   struct load_report *report, struct err *err);

/* Its receipts alone, and nothing else: before handing over into the same folder. */
MUST_CHECK bool device_load_receipts(struct device *device, const char *folder,
                                     struct load_report *report, struct err *err);

/* ---- forms ---- */

struct device_form {
    uint8_t hash[32]; /* of the package */
    uint64_t serial;
    bool training;
};
/* Packages in force, as the catalogue lists them. */
MUST_CHECK bool device_forms(struct device *device, struct device_form *forms, size_t *count,
                             struct err *err);
/* Append the package's bytes, whichever version; checked when it was loaded. */
MUST_CHECK bool device_package(struct device *device, const uint8_t hash[32], struct buf *out,
                               struct err *err);

/* ---- drafts ---- */

/* How far a draft had come when it was put aside, and what its interviewer calls it. */
enum { DEVICE_LABEL = 164 }; /* bytes, NUL included: 40 letters of any kind */
struct device_left {
    uint32_t questions, answered; /* of what is asked */
    int64_t at_ms;
    uint64_t events; /* other than the draft's: it was cut off since, none of these counts holds */
    char label[DEVICE_LABEL];
};
struct device_draft {
    uint8_t id[16], package_hash[32];
    uint32_t number; /* neutral: 1, 2, 3 … on this device */
    int64_t begun_ms;
    uint64_t events;
    struct device_left left; /* as device_drafts reads it; zeros: never told */
};
MUST_CHECK bool device_draft_begin(struct device *device, struct device_draft *draft,
                                   const uint8_t package_hash[32], int64_t wall_ms,
                                   struct err *err);
/* One event, one commit, one fsync. */
MUST_CHECK bool device_draft_append(struct device *device, struct device_draft *draft,
                                    const void *event, size_t len, struct err *err);
typedef bool device_event(void *user, uint64_t n, const void *event, size_t len, struct err *err);
/* All events in order; sets draft->events. */
MUST_CHECK bool device_draft_read(struct device *device, struct device_draft *draft,
                                  device_event *event, void *user, struct err *err);
/* The newest first, with how many events each has: they are counted, not read. */
MUST_CHECK bool device_drafts(struct device *device, struct device_draft *drafts, size_t *count,
                              struct err *err); /* room for VAULT_DRAFTS */
/* For the list of drafts: counts, a time and a label, no answer. */
MUST_CHECK bool device_draft_left(struct device *device, const struct device_draft *draft,
                                  const struct device_left *left, struct err *err);
MUST_CHECK bool device_draft_discard(struct device *device, struct device_draft *draft,
                                     struct err *err);

struct device_finished {
    const char *xml; /* the instance */
    size_t xml_len;
    const char *files; /* its attachments as a ustar archive, or NULL */
    size_t files_len;
    bool training;
};
enum { DEVICE_FINISH_STEPS = 2 }; /* as which it is watched; it cannot be stopped */
/* Seal the instance to the catalogue's recipients and destroy the draft's key. */
MUST_CHECK bool device_finish(struct device *device, struct device_draft *draft,
                              const uint8_t record_id[16], const struct device_finished *finished,
                              int64_t wall_ms, struct err *err);

/* ---- records ---- */

enum record_state { RECORD_SEALED = 1, RECORD_ACKNOWLEDGED, RECORD_PURGED };
struct device_record {
    uint8_t id[16];
    enum record_state state;
    uint32_t number;
    uint64_t seq, sealed_len;
    int64_t finalised_ms;
};
typedef bool device_record_row(void *user, const struct device_record *record);
MUST_CHECK bool device_records(struct device *device, device_record_row *row, void *user,
                               struct err *err);
/* Sealed and not acknowledged. */
struct device_waiting {
    uint64_t count, bytes;
    int64_t oldest_ms; /* when the first of them was sealed; 0: none is there */
    int64_t newest_ms; /* when any record was sealed last, acknowledged or not; 0: never */
    uint64_t copied;   /* of them: how many were handed over before, and wait for a receipt */
    int64_t copied_ms; /* when that was, last */
};
MUST_CHECK bool device_waiting(struct device *device, struct device_waiting *waiting,
                               struct err *err);

struct export_report {
    unsigned volumes, records;
    uint64_t bytes, head_seq;
    char words[64]; /* six words of the chain's head, to read over the phone */
};
/* Everything unacknowledged into the folder, as sealed batches. */
MUST_CHECK bool device_export(struct device *device, const char *folder, int64_t wall_ms,
                              struct export_report *report, struct err *err);

/* Fold the log away; only when idle, it syncs. */
void device_idle(struct device *device);

#endif
