/* SPDX-License-Identifier: Apache-2.0 */
/* What a device does when the desk's messages arrive. */
#include <string.h>

#include "platform/custody/device_recordings.h"
#include "platform/custody/message.h"

bool device_judge_message(struct device *d, const struct catalogue *c, const struct buf *plain,
                          struct message *m, enum load_verdict *verdict, struct err *why,
                          struct err *err)
{
    bool taken = false;
    *verdict = LOAD_TAKE;
    if (!message_read(m, plain->data, plain->len, c, why)) {
        *verdict = why->code == ERR_AUTH  ? LOAD_UNTRUSTED
                   : why->code == ERR_ENV ? LOAD_NEWER
                                          : LOAD_DAMAGED;
        return true;
    }
    if (memcmp(m->device_id, vault_keys(d->vault)->device_id, 16) != 0) {
        *verdict = LOAD_HAD;
        return true;
    }
    if (!device_row_has(d, "message", m->message_id, 16, &taken, err)) {
        return false;
    }
    if (taken) {
        *verdict = LOAD_HAD;
    } else if (!d->apply) {
        err_set(why, ERR_ENV, "the message needs a newer version of the program");
        *verdict = LOAD_NEWER;
    }
    return true;
}

/* The recordings of a record stand just before it in the chain. */
static bool destroy_recordings(struct device *d, uint64_t seq, struct err *err)
{
    bool ok = true, more = true;
    while (ok && more && --seq > 0) {
        uint8_t bytes[CHAIN_ENTRY];
        struct chain_entry e = {.seq = 0};
        ok = device_entry(d, seq, bytes, &more, err);
        if (ok && more) {
            chain_parse(&e, bytes);
            more = e.kind == CHAIN_RECORDING;
        }
        ok = ok && (!more || device_recording_purge(d, e.object_id, err));
    }
    return ok;
}

/* Delete the sealed bytes of a record whose content was withdrawn, if they are still here. */
static bool destroy(struct device *d, const uint8_t id[16], struct err *err)
{
    struct device_record r;
    uint8_t draft[16], info[RECORD_INFO];
    bool found;
    if (!device_record_read(d, id, &r, draft, &found, err) ||
        !device_row_delete(d, "object", id, 16, err)) {
        return false;
    }
    r.state = RECORD_PURGED;
    if (found) { /* without it the bytes go all the same */
        device_record_info(info, &r, draft);
    }
    return !found || (device_row_put(d, (struct row_key){"record", id, 16}, ROW_META, r.seq, info,
                                     sizeof info, err) &&
                      destroy_recordings(d, r.seq, err));
}

/* The answers stay; the sound made with them goes. */
static bool destroy_sound(struct device *d, const uint8_t id[16], struct err *err)
{
    struct device_record r;
    uint8_t draft[16];
    bool found;
    return device_record_read(d, id, &r, draft, &found, err) &&
           (!found || destroy_recordings(d, r.seq, err));
}

/* All in one transaction: what the message changes, that it was taken, and the chain's entry.
 * `why`: what is wrong with the message. */
static bool commit_message(struct device *d, const struct message *m, const struct chain_entry *e,
                           const struct buf *cases, uint8_t hash[32], struct err *why,
                           struct err *err)
{
    if (!store_begin(d->store, err)) {
        return false;
    }
    bool ok = (m->kind != MESSAGE_WITHDRAW || destroy(d, m->about, err)) &&
              (m->kind != MESSAGE_WITHDRAW_SOUND || destroy_sound(d, m->about, err)) &&
              (m->kind != MESSAGE_SEND_BACK || device_return_put(d, m, why, err)) &&
              device_row_put(d, (struct row_key){"cases", "", 0}, ROW_META, 0, cases->data,
                             cases->len, err) &&
              device_row_put(d, (struct row_key){"message", m->message_id, 16}, ROW_META, e->seq,
                             e->object_hash, sizeof e->object_hash, err) &&
              device_put_entry(d, e, hash, err) && store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
    }
    return ok;
}

/* Destroys a correction that was sealed already: it has an entry of its own in the chain. */
static bool withdraw_correction(struct device *d, const uint8_t id[16], const uint8_t object[32],
                                struct err *err)
{
    uint8_t hash[32];
    struct chain_entry e = device_next_entry(d, CHAIN_WITHDRAWAL, id, object);
    if (!store_begin(d->store, err)) {
        return false;
    }
    bool ok =
        destroy(d, id, err) && device_put_entry(d, &e, hash, err) && store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
        return false;
    }
    return device_advance(d, e.seq, hash, NULL, 0, err);
}

/* Destroys what was made of a withdrawn record that had been sent back: the copy that waits, the
 * draft, the new record, and what was made of that.  If it is interrupted, the message is not
 * taken yet, and the next loading goes on. */
static bool withdraw_returns(struct device *d, const uint8_t about[16], const uint8_t object[32],
                             struct err *err)
{
    struct device_return one;
    bool found = true, ok = true;
    while (ok) {
        ok = device_return_next(d, about, &one, &found, err);
        if (!ok || !found) {
            break;
        }
        if (one.state == RETURN_BEGUN && vault_find_draft(d->vault, one.other)) {
            struct device_draft draft = {.number = 0};
            memcpy(draft.id, one.other, 16);
            ok = device_draft_discard(d, &draft, err);
        } else if (one.state == RETURN_SEALED) {
            ok = withdraw_returns(d, one.other, object, err) &&
                 withdraw_correction(d, one.other, object, err);
        }
        ok = ok && device_return_drop(d, one.id, err);
    }
    return ok;
}

bool device_apply_message(struct device *d, const struct message *m, const struct buf *plain,
                          struct err *why, struct err *err)
{
    struct buf cases = {0};
    uint8_t object[32], hash[32];
    bool withdrawn = m->kind == MESSAGE_WITHDRAW; /* its entry also says that it was taken */
    hash_plain(object, plain->data, plain->len);
    if (withdrawn && !withdraw_returns(d, m->about, object, err)) {
        return false;
    }
    struct chain_entry e = device_next_entry(d, withdrawn ? CHAIN_WITHDRAWAL : CHAIN_MESSAGE,
                                             withdrawn ? m->about : m->message_id, object);
    bool ok = device_cases(d, &cases, err) &&
              (withdrawn || d->apply(d->apply_user, &cases, m, why)) &&
              commit_message(d, m, &e, &cases, hash, why, err) &&
              device_advance(d, e.seq, hash, NULL, 0, err);
    buf_fini(&cases);
    if (ok && (withdrawn || m->kind == MESSAGE_WITHDRAW_SOUND)) {
        store_checkpoint(d->store); /* the bytes are gone from the log, too */
    }
    return ok;
}
