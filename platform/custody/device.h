/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DEVICE_H
#define PLATFORM_CUSTODY_DEVICE_H
/*
 * device: one interviewer's vault, store and chain, and the whole life of a record on the
 * device.
 *
 *   NONE ─draft_begin▶ DRAFT ─finish▶ SEALED ─receipt▶ PURGED
 *                        └─discard▶ (an entry in the chain)
 *
 * Handles bytes and ids; knows nothing about questions.
 * Promise: an event accepted by device_draft_append survives power loss.  After device_finish
 *          no key on the device opens the record.  Nothing is purged before a verified receipt.
 * Threads: all calls from one thread (the writer), except device_exists.
 * Source:  docs/RECORD.md.
 */
#include "platform/custody/enrol.h"
#include "platform/custody/package.h"
#include "platform/custody/store.h"
#include "platform/custody/vault.h"
#include "platform/machine/progress.h"

enum { DEVICE_EVENT_MAX = 2 << 20, DEVICE_RESERVE = 8 << 20, DEVICE_FORMS_MAX = 256 };

struct device;

bool device_exists(const char *dir);
struct device_spec { /* all borrowed */
    const char *dir;
    const struct invite *invite;
    const char *pass;
    size_t pass_len;
    uint32_t memory_kib;
    const char *label;
};
/* Create the folder (0700), vault, store and genesis entry.  Appends the enrolment request to
 * `request`; the device is open afterwards.  `memory_kib` is for Argon2id; `label` names the
 * device to the coordinator only. */
MUST_CHECK bool device_create(struct device **device, const struct device_spec *spec,
                              struct buf *request, struct err *err);
/* Append the enrolment request again, for another stick.  ERR_INPUT if the device is
 * enrolled. */
MUST_CHECK bool device_request(struct device *device, struct buf *out, struct err *err);
/* Open the folder; the device stays locked.  ERR_ENV if another suhbat uses the folder. */
MUST_CHECK bool device_open(struct device **device, const char *dir, struct err *err);
void device_close(struct device *device);

/* Try the passphrase once, then complete what a crash interrupted (docs/RECORD.md section
 * 3). */
MUST_CHECK bool device_unlock(struct device *device, const char *pass, size_t len, struct err *err);
void device_lock(struct device *device);
bool device_is_unlocked(const struct device *device);

/* The soft lock (vault.h): for short breaks, unlocked by a PIN.  `lasts_ms`: how long the PIN
 * works. */
MUST_CHECK bool device_set_pin(struct device *device, const char *digits, struct err *err);
void device_soft_lock(struct device *device, int64_t lasts_ms);
MUST_CHECK bool device_try_pin(struct device *device, const char *digits, struct err *err);

/* The travel lock (vault.h): only the coordinator's answer to a request unlocks the device. */
MUST_CHECK bool device_travel_lock(struct device *device, struct err *err);
/* Append the unlock request; `words` are the six words to read to the coordinator. */
MUST_CHECK bool device_travel_request(struct device *device, const char *pass, size_t len,
                                      struct buf *out, char words[64], struct err *err);
/* Unlock with the coordinator's answer.  From now on `pass`, the passphrase given with the
 * request, unlocks the device. */
MUST_CHECK bool device_travel_return(struct device *device, const void *answer, size_t answer_len,
                                     const char *pass, size_t len, struct err *err);

struct device_locks {
    unsigned failures, wait_s; /* wrong passphrases in a row; s until the next try */
    bool pin;                  /* a PIN is set */
    bool can_travel, travelling;
    bool unsure;          /* the state on disk is unknown: a write failed, and so did its undo */
    unsigned pin_tries;   /* PIN tries left; 0 = the PIN does not unlock */
    int64_t soft_left_ms; /* ms the PIN still works, while softly locked */
};
struct device_locks device_locks(const struct device *device);
#ifdef SUHBAT_TEST
void device_forget_wait(struct device *device);
void device_end_soft(struct device *device);
#endif

/* ---- identity ---- */

const uint8_t *device_id(struct device *device); /* 16 bytes */
/* Six words made from the device's keys, to compare with those at the desk. */
void device_words(struct device *device, char out[64]);
/* True once the desk's answer to the enrolment was loaded. */
bool device_is_enrolled(struct device *device);
const struct catalogue *device_catalogue(struct device *device);
/* Seconds past the catalogue's warn_after time; 0 = not yet. */
uint64_t device_catalogue_overdue(struct device *device, int64_t wall_ms);

/* ---- cases ---- */

/* Append what the device keeps about its cases; their owner (forms/entities) gives it a meaning.
 * Nothing is appended if there are none. */
MUST_CHECK bool device_cases(struct device *device, struct buf *out, struct err *err);

struct message;
/* Called while a message is taken: changes `cases` accordingly, in place.  False: `err` says why
 * the message makes no sense; it is refused. */
typedef bool device_apply(void *user, struct buf *cases, const struct message *message,
                          struct err *err);
/* Without this, messages are refused as needing a newer version.  `user` is borrowed. */
void device_on_message(struct device *device, device_apply *apply, void *user);

/* ---- loading ---- */

/* Report the progress of long calls (loading, handing over) in bytes, and let them be stopped:
 * the call then fails with ERR_ENV and what it did so far is kept.  `progress` is borrowed;
 * NULL: none. */
void device_watch(struct device *device, struct progress *progress);

enum load_kind {
    LOAD_GRANT,
    LOAD_CATALOGUE,
    LOAD_PACKAGE,
    LOAD_RECEIPT,
    LOAD_MESSAGE,
    LOAD_UNREAD
};
enum load_verdict {
    LOAD_UNJUDGED,
    LOAD_TAKE,
    LOAD_HAD, /* already on the device, or meant for another device */
    /* refused: */
    LOAD_DAMAGED,   /* damaged, of an unknown kind, or unreadable */
    LOAD_UNTRUSTED, /* not signed by an authorised key of the study, or not for this device */
    LOAD_OLD,       /* older than what the device has */
    LOAD_UNLISTED,  /* a form that is not, or no longer, in force */
    LOAD_NEWER,     /* needs a newer version of the program */
    LOAD_VERDICTS
};
struct load_item { /* a file for this device, or an unreadable one */
    const char *name;
    enum load_kind kind;
    enum load_verdict verdict;
    struct err why;   /* reason for refusal */
    uint8_t hash[32]; /* of the content */
    uint64_t size;    /* file size, bytes */
    uint64_t number;  /* as stated in it: a catalogue's epoch, a message's counter; else 0 */
    struct buf plain; /* content, if kept in memory */
    bool unlike;      /* a receipt that does not match this device's chain */
};
struct load_find {
    struct arena arena;
    struct load_item **items; /* sorted by kind; files already on the device left out */
    size_t count, takes;
    unsigned skipped;            /* number of files not for this device */
    uint64_t epoch_now, epoch;   /* epoch of the catalogue: present, and after device_take */
    struct catalogue *catalogue; /* the catalogue after device_take */
    uint8_t (*forms)[32];        /* hashes of the packages in force after device_take */
    size_t form_count;
    uint8_t (*missing)[32]; /* hashes of the ids of listed forms without a file */
    size_t missing_count;
    uint64_t purges; /* records that device_take will purge, as acknowledged */
};
/* Called for each form that will be taken: checked, signed and listed.  `package` is
 * borrowed. */
typedef void load_package(void *user, const struct package *package);

/* Find the files in the folder that are for this device, and judge each.  Changes nothing.
 * False: an I/O failure.  The caller calls device_find_end in either case. */
MUST_CHECK bool device_find(struct device *device, const char *folder, struct load_find *find,
                            load_package *each, void *user, struct err *err);
void device_find_end(struct load_find *find);
#ifdef SUHBAT_TEST
void device_keep(size_t max); /* max bytes of found content kept in memory */
#endif

struct load_report {
    unsigned grants, catalogues, packages, receipts, messages, purged, skipped, refused;
    unsigned of[LOAD_VERDICTS]; /* refused files by verdict */
    struct err why;             /* reason for the last refusal */
};
/* Store what device_find found.  Forms come before the catalogue that puts them in force, so
 * that an interruption leaves the forms in force unchanged. */
MUST_CHECK bool device_take(struct device *device, const char *folder, struct load_find *find,
                            struct load_report *report, struct err *err);
/* device_find and device_take in one call; files for other devices are skipped.  False: an I/O
 * failure.  Refused files are counted in the report. */
MUST_CHECK bool device_load_folder(struct device *device, const char *folder,
                                   struct load_report *report, struct err *err);

/* Load receipts and messages only, before handing over into the same folder. */
MUST_CHECK bool device_load_receipts(struct device *device, const char *folder,
                                     struct load_report *report, struct err *err);

/* ---- forms ---- */

struct device_form {
    uint8_t hash[32]; /* of the package */
    uint64_t serial;
    bool training;
};
/* The packages listed in the catalogue that are on the device; `forms` has room for
 * DEVICE_FORMS_MAX. */
MUST_CHECK bool device_forms(struct device *device, struct device_form *forms, size_t *count,
                             struct err *err);
/* Append the bytes of a package, in force or not; it was verified when it was loaded. */
MUST_CHECK bool device_package(struct device *device, const uint8_t hash[32], struct buf *out,
                               struct err *err);

/* ---- drafts ---- */

/* Progress of a draft when the interviewer left it, and the interviewer's label for it. */
enum { DEVICE_LABEL = 164 }; /* bytes, NUL included: 40 characters of up to 4 bytes */
struct device_left {
    uint32_t questions, answered; /* of the questions that are relevant */
    int64_t at_ms;
    uint64_t events; /* event count at that time; if it differs from the draft's, all these
                      * counts are outdated */
    char label[DEVICE_LABEL];
};
struct device_draft {
    uint8_t id[16], package_hash[32];
    uint32_t number; /* 1, 2, 3 … on this device; reveals nothing */
    int64_t begun_ms;
    uint64_t events;
    struct device_left left; /* set by device_drafts; zeros: never stored */
};
/* Whether a record of this form could be sealed: ERR_AUTH if the form needs recipients of its own
 * (PACKAGE_OWN) and the catalogue names none. */
struct package;
MUST_CHECK bool device_may_seal(const struct device *device, const struct package *package,
                                struct err *err);
MUST_CHECK bool device_draft_begin(struct device *device, struct device_draft *draft,
                                   const uint8_t package_hash[32], int64_t wall_ms,
                                   struct err *err);
/* Append one event: one commit, one fsync. */
MUST_CHECK bool device_draft_append(struct device *device, struct device_draft *draft,
                                    const void *event, size_t len, struct err *err);
typedef bool device_event(void *user, uint64_t n, const void *event, size_t len, struct err *err);
/* Call `event` (may be NULL) for each event in order; sets draft->events. */
MUST_CHECK bool device_draft_read(struct device *device, struct device_draft *draft,
                                  device_event *event, void *user, struct err *err);
/* List the drafts, newest first, with their event counts.  Events are counted, not read. */
MUST_CHECK bool device_drafts(struct device *device, struct device_draft *drafts, size_t *count,
                              struct err *err); /* drafts: room for VAULT_DRAFTS */
/* Store what the list of drafts shows: counts, a time and a label, no answer. */
MUST_CHECK bool device_draft_left(struct device *device, const struct device_draft *draft,
                                  const struct device_left *left, struct err *err);
MUST_CHECK bool device_draft_discard(struct device *device, struct device_draft *draft,
                                     struct err *err);

/* ---- records sent back ---- */

/* A record that the desk sent back, to be corrected by a draft of its own. */
enum return_state { RETURN_WAITING, RETURN_BEGUN, RETURN_SEALED };
enum { DEVICE_RETURNS_MAX = 256 };
struct device_return {
    uint8_t id[16];    /* of the message that brought it */
    uint8_t about[16]; /* the record that was sent back */
    uint8_t other[16]; /* begun: the draft; sealed: the new record; else zeros */
    enum return_state state;
    uint32_t number; /* of the first record on this device; 0: unknown */
    int64_t sent_ms;
    uint8_t package_hash[32];
};
/* List those that are not corrected yet, oldest first; `list`: room for DEVICE_RETURNS_MAX. */
MUST_CHECK bool device_returns(struct device *device, struct device_return *list, size_t *count,
                               struct err *err);
/* Append what the desk sent (sendback.h).  ERR_INPUT: it was corrected, or withdrawn. */
MUST_CHECK bool device_return_body(struct device *device, const uint8_t id[16], struct buf *out,
                                   struct err *err);
/* As device_draft_begin, for the correction of a record that was sent back. */
MUST_CHECK bool device_draft_correct(struct device *device, struct device_draft *draft,
                                     const struct device_return *sent_back, int64_t wall_ms,
                                     struct err *err);

struct device_finished {
    const char *xml; /* the instance XML */
    size_t xml_len;
    const char *files; /* attachments as a ustar archive, or NULL */
    size_t files_len;
    bool training;
    const char *cases; /* what the device keeps about its cases from now on; NULL: unchanged */
    size_t cases_len;
};
enum { DEVICE_FINISH_STEPS = 2 }; /* progress steps of device_finish, which cannot be stopped */
/* Seal the instance to the catalogue's recipients and destroy the draft's key.  A record id that
 * was used before is replaced by the draft's.  ERR_INPUT: the draft is gone.  ERR_FULL: the disk is
 * full, even without the reserve.  If only the vault's last change fails, the record is stored
 * already, and the next unlocking adopts it. */
MUST_CHECK bool device_finish(struct device *device, struct device_draft *draft,
                              const uint8_t record_id[16], const struct device_finished *finished,
                              int64_t wall_ms, struct err *err);

/* ---- records ---- */

enum record_state { /* in the file; 2 is reserved: a receipt purges what it acknowledges */
                    RECORD_SEALED = 1,
                    RECORD_PURGED = 3
};
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
/* Records that are sealed and not acknowledged. */
struct device_waiting {
    uint64_t count, bytes;
    int64_t oldest_ms; /* when the oldest was sealed; 0 = there is none */
    int64_t newest_ms; /* when the last record was sealed, acknowledged or not; 0 = never */
    uint64_t copied;   /* how many of them were handed over and await a receipt */
    int64_t copied_ms; /* time of the last handover; 0 = never */
};
MUST_CHECK bool device_waiting(struct device *device, struct device_waiting *waiting,
                               struct err *err);

struct export_report {
    unsigned volumes, records;
    uint64_t bytes, head_seq;
    char words[64]; /* six words of the chain's head, to read out over the phone */
};
/* Write all unacknowledged records into the folder as sealed batches.  Entries that are damaged
 * or missing are declared lost first. */
MUST_CHECK bool device_export(struct device *device, const char *folder, int64_t wall_ms,
                              struct export_report *report, struct err *err);

/* Checkpoint the store; call only when idle, because it syncs. */
void device_idle(struct device *device);

#endif
