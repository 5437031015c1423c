/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DEVICE_INTERNAL_H
#define PLATFORM_CUSTODY_DEVICE_INTERNAL_H
/* Shared by device.c (life cycle, chain), device_rows.c (rows, migration of the first format),
 * device_forms.c (forms), device_drafts.c (drafts, sealing), device_recordings.c (sound),
 * device_load.c (loading), device_messages.c (the desk's messages), device_returns.c (records sent
 * back) and device_exchange.c (handing over) only. */
#include "platform/custody/device.h"

struct device {
    char *dir;
    int lock;
    struct vault *vault;
    struct store *store;
    struct catalogue *catalogue; /* while open */
    struct progress *progress;   /* reports long calls, or NULL */
    device_apply *apply;         /* what a message does to the cases, or NULL */
    void *apply_user;
    const struct recording *running; /* one at a time; NULL: none */
};

enum { RECORD_INFO = 64, RECORD_INFO_DRAFT = 48 };

/* Kind of a row; stored only inside the encrypted row. */
enum row_kind { ROW_EVENT, ROW_OBJECT, ROW_CHAIN, ROW_META, ROW_PACKAGE };

void device_row_name(struct device *d, uint8_t id[16], const char *what, const void *of,
                     size_t len);
struct row_key { /* what a row is, and of what: "draft", the draft's id, 16 bytes */
    const char *what;
    const void *of;
    size_t len;
};
bool device_row_put(struct device *d, struct row_key key, enum row_kind kind, uint64_t number,
                    const void *bytes, size_t len, struct err *err);
bool device_row_get(struct device *d, const char *what, const void *of, size_t of_len,
                    struct buf *out, bool *found, struct err *err);
bool device_row_has(struct device *d, const char *what, const void *of, size_t of_len, bool *found,
                    struct err *err);
bool device_row_delete(struct device *d, const char *what, const void *of, size_t of_len,
                       struct err *err);
/* Fill up with zeros to a size class. */
void device_pad(struct buf *plain);
/* The recipients of the draft's form; `out` has room for CATALOGUE_RECIPIENTS_MAX. */
bool device_recipients_of(struct device *d, const struct device_draft *draft, uint8_t out[][32],
                          size_t *count, struct err *err);
/* Encrypt an event for its row, and decrypt it. */
void device_event_lock(struct buf *out, const struct vault_draft *slot, uint64_t n,
                       const void *event, size_t len);
bool device_event_unlock(struct buf *event, const struct vault_draft *slot, uint64_t n,
                         const struct buf *locked, struct err *err);
/* Convert rows of the first format to the present one, in several transactions.  If
 * interrupted, it continues at the next unlock.  Rows that cannot be decrypted are kept. */
bool device_migrate(struct device *d, struct err *err);
#ifdef SUHBAT_TEST
/* Set the rows per transaction; `cut` is called before each transaction, false stops. */
void device_migrate_by(unsigned rows, bool (*cut)(void *user), void *user);
#endif
/* Read an entry; *found is false if it is missing or damaged. */
bool device_entry(struct device *d, uint64_t seq, uint8_t bytes[CHAIN_ENTRY], bool *found,
                  struct err *err);
void device_record_info(uint8_t out[RECORD_INFO], const struct device_record *r,
                        const uint8_t draft_id[16]);

/* Prepare the next entry.  The caller stores it with device_put_entry in its transaction, then
 * calls device_advance, which makes it the head and, unless `draft_id` is NULL, drops the
 * draft's key. */
struct chain_entry device_next_entry(struct device *d, enum chain_kind kind,
                                     const uint8_t object_id[16], const uint8_t hash[32]);
bool device_put_entry(struct device *d, const struct chain_entry *e, uint8_t hash[32],
                      struct err *err);
bool device_advance(struct device *d, uint64_t seq, const uint8_t head[32], const uint8_t *draft_id,
                    int64_t wall_ms, struct err *err);
/* device_keep_reserve sets aside disk space for the last answers and for finishing.
 * device_use_reserve frees it down to `keep` bytes; false if there is nothing to free. */
void device_keep_reserve(struct device *d);
bool device_use_reserve(struct device *d, int64_t keep);
/* Row id of event `n` of a draft. */
void device_event_name(uint8_t id[16], const struct vault_draft *slot, uint64_t n);

/* Call `row` for each record named in the chain entries `from` to `up_to`, in order; false from
 * it ends the loop early. */
typedef bool device_record_each(void *user, const struct device_record *r,
                                const uint8_t draft_id[16]);
bool device_each_record(struct device *d, uint64_t from, uint64_t up_to, device_record_each *row,
                        void *user, struct err *err);
/* Read what is noted about a record; *found is false if there is nothing, or it is damaged. */
bool device_record_read(struct device *d, const uint8_t id[16], struct device_record *r,
                        uint8_t draft_id[16], bool *found, struct err *err);

/* Judge a message.  A message that was taken is known by its id.  False: an I/O failure. */
struct message;
bool device_judge_message(struct device *d, const struct catalogue *c, const struct buf *plain,
                          struct message *m, enum load_verdict *verdict, struct err *why,
                          struct err *err);
/* Do what the message says, note that it was taken, and put that into the chain, in one
 * transaction.  False: `why` says what is wrong with the message; or `err`, why it failed. */
bool device_apply_message(struct device *d, const struct message *m, const struct buf *plain,
                          struct err *why, struct err *err);

/* ---- records that were sent back (device_returns.c); all in the caller's transaction ---- */

/* Keep what the message holds.  False: `why` says what is wrong with it, or `err`, why it
 * failed. */
bool device_return_put(struct device *d, const struct message *m, struct err *why, struct err *err);
/* The correction was begun as this draft. */
bool device_return_begun(struct device *d, const uint8_t id[16], const uint8_t draft_id[16],
                         struct err *err);
/* The draft was sealed as this record, or discarded (NULL).  Drafts that correct nothing have no
 * effect. */
bool device_return_left(struct device *d, const uint8_t draft_id[16], const uint8_t *record_id,
                        struct err *err);
/* Any that is about this record, in whatever state. */
bool device_return_next(struct device *d, const uint8_t about[16], struct device_return *one,
                        bool *found, struct err *err);
bool device_return_drop(struct device *d, const uint8_t id[16], struct err *err);

/* False with ERR_ENV if a stop was requested. */
bool device_go_on(struct device *d, struct err *err);

/* The study's recovery key, or NULL if there is none or it is unusable. */
const uint8_t *device_recovery(const struct catalogue *catalogue);

#endif
