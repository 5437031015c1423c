/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps drafts: begin, append, read, list, discard; seals a finished draft as a record. */
#include <assert.h>
#include <string.h>

#include "platform/custody/device_recordings.h"
#include "platform/custody/record.h"

/* ---- drafts ---- */

enum { DRAFT_INFO = 44 }; /* package hash 32, number u32, begun u64 */
enum { LEFT_INFO = 24 };  /* questions u32, answered u32, at u64, events u64; then the label */

static bool next_number(struct device *d, uint32_t *number, struct err *err)
{
    struct buf last = {0};
    bool found;
    uint8_t bytes[4];
    bool ok = device_row_get(d, "number", "", 0, &last, &found, err);
    *number = ok && found && last.len == 4 ? get_u32((const uint8_t *)last.data) + 1 : 1;
    put_u32(bytes, *number);
    buf_fini(&last);
    return ok && device_row_put(d, (struct row_key){"number", "", 0}, ROW_META, 0, bytes, 4, err);
}

/* `corrects`: id of what was sent back, or NULL. */
static bool begin(struct device *d, struct device_draft *draft, const uint8_t package_hash[32],
                  const uint8_t *corrects, int64_t wall_ms, struct err *err)
{
    static const uint8_t none[16];
    struct vault_draft *slot = vault_find_draft(d->vault, none);
    uint8_t info[DRAFT_INFO];
    if (!slot) {
        err_set(err, ERR_LIMIT, "there are %d unfinished interviews already", (int)VAULT_DRAFTS);
        return err_hint(err, "finish or discard one of them first");
    }
    memset(draft, 0, sizeof *draft);
    secret_random(draft->id, 16);
    memcpy(draft->package_hash, package_hash, 32);
    draft->begun_ms = wall_ms;
    memcpy(slot->id, draft->id, 16);
    secret_random(slot->key, 32);
    if (!store_begin(d->store, err)) {
        secret_wipe(slot, sizeof *slot);
        return false;
    }
    bool ok = next_number(d, &draft->number, err);
    memcpy(info, package_hash, 32);
    put_u32(info + 32, draft->number);
    put_u64(info + 36, (uint64_t)wall_ms);
    ok = ok &&
         device_row_put(d, (struct row_key){"draft", draft->id, 16}, ROW_META, 0, info, sizeof info,
                        err) &&
         (!corrects || device_return_begun(d, corrects, draft->id, err)) &&
         store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
        secret_wipe(slot, sizeof *slot);
        return false;
    }
    return vault_save(d->vault, err); /* before the first event: its key must be on disk */
}

bool device_draft_begin(struct device *d, struct device_draft *draft,
                        const uint8_t package_hash[32], int64_t wall_ms, struct err *err)
{
    return begin(d, draft, package_hash, NULL, wall_ms, err);
}

bool device_draft_correct(struct device *d, struct device_draft *draft,
                          const struct device_return *sent_back, int64_t wall_ms, struct err *err)
{
    return begin(d, draft, sent_back->package_hash, sent_back->id, wall_ms, err);
}

bool device_draft_append(struct device *d, struct device_draft *draft, const void *event,
                         size_t len, struct err *err)
{
    struct vault_draft *slot = vault_find_draft(d->vault, draft->id);
    uint8_t id[16];
    struct buf locked = {0};
    if (!slot) {
        return err_set(err, ERR_INPUT, "the interview is finished already");
    }
    if (len > DEVICE_EVENT_MAX) {
        return err_set(err, ERR_LIMIT, "the answer is too long");
    }
    device_event_name(id, slot, draft->events);
    device_event_lock(&locked, slot, draft->events, event, len);
    bool ok;
    do {
        ok = store_put(d->store, id, locked.data, locked.len, err);
    } while (!ok && err->code == ERR_FULL && device_use_reserve(d, DEVICE_RESERVE / 2));
    draft->events += ok;
    buf_fini(&locked);
    return ok;
}

bool device_draft_read(struct device *d, struct device_draft *draft, device_event *event,
                       void *user, struct err *err)
{
    struct vault_draft *slot = vault_find_draft(d->vault, draft->id);
    if (!slot) {
        return err_set(err, ERR_INPUT, "the interview is finished already");
    }
    for (uint64_t n = 0;; n++) {
        uint8_t id[16];
        struct buf locked = {0}, plain = {0};
        bool found;
        device_event_name(id, slot, n);
        bool ok = store_get(d->store, id, &locked, &found, err);
        if (ok && !found) {
            draft->events = n;
            return true;
        }
        ok = ok && device_event_unlock(&plain, slot, n, &locked, err) &&
             (!event || event(user, n, plain.data ? plain.data : "", plain.len, err));
        buf_fini(&locked);
        buf_fini(&plain);
        if (!ok) {
            return false;
        }
    }
}

static bool has_event(struct device *d, const struct vault_draft *slot, uint64_t n, bool *found,
                      struct err *err)
{
    uint8_t id[16];
    device_event_name(id, slot, n);
    return store_has(d->store, id, found, err);
}

/* Events are numbered without gaps: find the first missing one by doubling, then by binary
 * search. */
static bool count_events(struct device *d, struct device_draft *draft, struct err *err)
{
    const struct vault_draft *slot = vault_find_draft(d->vault, draft->id);
    uint64_t min = 0, max = 1; /* all before `min` exist; `max` does not */
    bool found = true;
    while (found) {
        if (!has_event(d, slot, max - 1, &found, err)) {
            return false;
        }
        min = found ? max : min;
        max = found ? max * 2 : max - 1;
    }
    while (min < max) {
        uint64_t middle = min + (max - min) / 2;
        if (!has_event(d, slot, middle, &found, err)) {
            return false;
        }
        min = found ? middle + 1 : min;
        max = found ? max : middle;
    }
    draft->events = min;
    return true;
}

bool device_draft_left(struct device *d, const struct device_draft *draft,
                       const struct device_left *left, struct err *err)
{
    uint8_t info[LEFT_INFO + DEVICE_LABEL];
    size_t label = strnlen(left->label, DEVICE_LABEL - 1);
    if (!vault_find_draft(d->vault, draft->id)) {
        return err_set(err, ERR_INPUT, "the interview is finished already");
    }
    put_u32(info, left->questions);
    put_u32(info + 4, left->answered);
    put_u64(info + 8, (uint64_t)left->at_ms);
    put_u64(info + 16, left->events);
    memcpy(info + LEFT_INFO, left->label, label);
    return device_row_put(d, (struct row_key){"left", draft->id, 16}, ROW_META, 0, info,
                          LEFT_INFO + label, err);
}

static bool left_info(struct device *d, struct device_draft *draft, struct err *err)
{
    struct buf info = {0};
    bool found, ok = device_row_get(d, "left", draft->id, 16, &info, &found, err);
    size_t label = info.len - LEFT_INFO;
    if (ok && found && info.len >= LEFT_INFO && label < DEVICE_LABEL) {
        const uint8_t *p = (const uint8_t *)info.data;
        draft->left = (struct device_left){.questions = get_u32(p),
                                           .answered = get_u32(p + 4),
                                           .at_ms = (int64_t)get_u64(p + 8),
                                           .events = get_u64(p + 16)};
        memcpy(draft->left.label, p + LEFT_INFO, label);
    }
    buf_fini(&info);
    return ok;
}

static bool draft_info(struct device *d, struct device_draft *draft, bool *found, struct err *err)
{
    struct buf info = {0};
    bool ok = device_row_get(d, "draft", draft->id, 16, &info, found, err);
    *found = ok && *found && info.len == DRAFT_INFO;
    if (*found) {
        const uint8_t *p = (const uint8_t *)info.data;
        memcpy(draft->package_hash, p, 32);
        draft->number = get_u32(p + 32);
        draft->begun_ms = (int64_t)get_u64(p + 36);
    }
    buf_fini(&info);
    return ok;
}

bool device_drafts(struct device *d, struct device_draft *drafts, size_t *count, struct err *err)
{
    static const uint8_t none[16];
    struct keystore *k = vault_keys(d->vault);
    *count = 0;
    for (size_t i = 0; i < VAULT_DRAFTS; i++) {
        struct device_draft draft = {.number = 0};
        bool found;
        if (memcmp(k->drafts[i].id, none, 16) == 0) {
            continue;
        }
        memcpy(draft.id, k->drafts[i].id, 16);
        if (!draft_info(d, &draft, &found, err) ||
            (found && (!count_events(d, &draft, err) || !left_info(d, &draft, err)))) {
            return false;
        }
        if (found) {
            size_t at = (*count)++;
            while (at > 0 && drafts[at - 1].number < draft.number) { /* newest first */
                drafts[at] = drafts[at - 1];
                at--;
            }
            drafts[at] = draft;
        }
    }
    return true;
}

static bool delete_draft_rows(struct device *d, const struct device_draft *draft, struct err *err)
{
    struct vault_draft *slot = vault_find_draft(d->vault, draft->id);
    uint8_t id[16];
    for (uint64_t n = 0; n < draft->events; n++) {
        device_event_name(id, slot, n);
        if (!store_delete(d->store, id, err)) {
            return false;
        }
    }
    return device_row_delete(d, "left", draft->id, 16, err) &&
           device_row_delete(d, "draft", draft->id, 16, err);
}

bool device_draft_discard(struct device *d, struct device_draft *draft, struct err *err)
{
    static const uint8_t nothing[32];
    uint8_t hash[32];
    struct chain_entry e = device_next_entry(d, CHAIN_DISCARDED, draft->id, nothing);
    if (!vault_find_draft(d->vault, draft->id)) {
        return err_set(err, ERR_INPUT, "the interview is finished already");
    }
    bool ok = count_events(d, draft, err) && store_begin(d->store, err);
    if (!ok) {
        return false;
    }
    ok = delete_draft_rows(d, draft, err) && device_recordings_drop(d, draft->id, err) &&
         device_return_left(d, draft->id, NULL, err) && device_put_entry(d, &e, hash, err) &&
         store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
        return false;
    }
    ok = device_advance(d, e.seq, hash, draft->id, 0, err);
    store_checkpoint(d->store);
    return ok;
}

/* ---- sealing ---- */

void device_record_info(uint8_t out[RECORD_INFO], const struct device_record *r,
                        const uint8_t draft_id[16])
{
    memcpy(out, r->id, 16);
    put_u32(out + 16, (uint32_t)r->state);
    put_u32(out + 20, r->number);
    put_u64(out + 24, r->seq);
    put_u64(out + 32, r->sealed_len);
    put_u64(out + 40, (uint64_t)r->finalised_ms);
    memcpy(out + RECORD_INFO_DRAFT, draft_id, 16);
}

struct finishing { /* what is committed together when a draft becomes a record */
    struct device_draft *draft;
    struct device_record record;
    struct buf sealed;
    const struct device_finished *finished;
    struct chain_entry entry;
    struct chain_entry recordings[RECORDINGS_MAX]; /* before it */
    size_t recording_count;
};

/* The chain's entries for the draft's recordings; `head`: in, the chain's; out, the last one's. */
static bool enter_recordings(struct device *d, struct finishing *c, uint8_t head[32],
                             struct err *err)
{
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    bool ok = device_recordings(d, c->draft->id, list, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct chain_entry *e = &c->recordings[c->recording_count];
        uint8_t bytes[CHAIN_ENTRY], root[32];
        bool found;
        ok = (!list[i].open || err_set(err, ERR_INPUT, "the recording still runs")) &&
             device_recording_root(d, list[i].id, root, &found, err);
        if (ok && found) {
            *e = device_next_entry(d, CHAIN_RECORDING, list[i].id, root);
            e->seq += c->recording_count++;
            memcpy(e->prev, head, 32);
            chain_make(bytes, e, vault_keys(d->vault)->sign_seed);
            chain_hash(head, bytes);
        }
    }
    return ok;
}

/* `prev`: the hash of the entry before the record's. */
static bool seal(struct device *d, struct finishing *c, const uint8_t record_id[16],
                 const uint8_t prev[32], int64_t wall_ms, struct err *err)
{
    const struct device_finished *f = c->finished;
    const struct device_draft *draft = c->draft;
    struct keystore *k = vault_keys(d->vault);
    struct record r = {.flags = f->training ? RECORD_TRAINING : 0,
                       .seq = k->chain_seq + 1 + c->recording_count,
                       .finalised_ms = wall_ms,
                       .xml = f->xml,
                       .xml_len = f->xml_len,
                       .files = f->files,
                       .files_len = f->files_len};
    uint8_t recipients[CATALOGUE_RECIPIENTS_MAX][32];
    size_t count;
    struct buf plain = {0};
    if (!device_recipients_of(d, draft, recipients, &count, err)) {
        return false;
    }
    assert(count >= 2); /* catalogue_read refuses fewer */
    memcpy(r.record_id, record_id, 16);
    memcpy(r.study_id, k->study_id, 16);
    memcpy(r.device_id, k->device_id, 16);
    memcpy(r.prev_hash, prev, 32);
    memcpy(r.package_hash, draft->package_hash, 32);
    record_recipients_hash(r.recipients_hash, (const uint8_t(*)[32])recipients, count);
    bool ok =
        record_write(&plain, &r, k->sign_seed, err) &&
        age_seal(&c->sealed, plain.data, plain.len, (const uint8_t(*)[32])recipients, count, err);
    buf_fini(&plain);
    return ok;
}

static bool put_recordings(struct device *d, const struct finishing *c, struct err *err)
{
    bool ok = device_recordings_sealed(d, c->draft->id, err);
    for (size_t i = 0; ok && i < c->recording_count; i++) {
        uint8_t hash[32];
        ok = device_put_entry(d, &c->recordings[i], hash, err);
    }
    return ok;
}

/* `hash`: out, the entry's. */
static bool commit_record(struct device *d, const struct finishing *c, uint8_t hash[32],
                          struct err *err)
{
    const struct device_record *r = &c->record;
    const struct device_finished *f = c->finished;
    uint8_t info[RECORD_INFO];
    device_record_info(info, r, c->draft->id);
    if (!store_begin(d->store, err)) {
        return false;
    }
    bool ok = put_recordings(d, c, err) &&
              device_row_put(d, (struct row_key){"object", r->id, 16}, ROW_OBJECT, r->seq,
                             c->sealed.data, c->sealed.len, err) &&
              device_put_entry(d, &c->entry, hash, err) &&
              device_row_put(d, (struct row_key){"record", r->id, 16}, ROW_META, r->seq, info,
                             sizeof info, err) &&
              (!f->cases || device_row_put(d, (struct row_key){"cases", "", 0}, ROW_META, 0,
                                           f->cases, f->cases_len, err)) &&
              delete_draft_rows(d, c->draft, err) &&
              device_return_left(d, c->draft->id, r->id, err) && store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
    }
    return ok;
}

bool device_finish(struct device *d, struct device_draft *draft, const uint8_t record_id[16],
                   const struct device_finished *f, int64_t wall_ms, struct err *err)
{
    struct finishing c = {.draft = draft, .finished = f};
    struct buf other = {0};
    uint8_t object_hash[32], hash[32], head[32];
    bool taken;
    if (!vault_find_draft(d->vault, draft->id)) {
        return err_set(err, ERR_INPUT, "the interview is finished already");
    }
    bool ok = device_row_get(d, "record", record_id, 16, &other, &taken, err);
    buf_fini(&other);
    if (ok && taken) { /* the form's instanceID is already used: keep two records apart */
        record_id = draft->id;
    }
    memcpy(head, vault_keys(d->vault)->chain_head, 32);
    ok = ok && count_events(d, draft, err) && enter_recordings(d, &c, head, err) &&
         seal(d, &c, record_id, head, wall_ms, err);
    progress_add(d->progress, 1);
    if (ok) {
        hash_plain(object_hash, c.sealed.data, c.sealed.len);
        c.entry = device_next_entry(d, CHAIN_RECORD, record_id, object_hash);
        c.entry.seq += c.recording_count;
        memcpy(c.entry.prev, head, 32);
        c.record = (struct device_record){.state = RECORD_SEALED,
                                          .number = draft->number,
                                          .seq = c.entry.seq,
                                          .sealed_len = c.sealed.len,
                                          .finalised_ms = wall_ms};
        memcpy(c.record.id, record_id, 16);
        ok = commit_record(d, &c, hash, err);
        if (!ok && err->code == ERR_FULL && device_use_reserve(d, 0)) {
            ok = commit_record(d, &c, hash, err);
        }
        ok = ok && device_advance(d, c.entry.seq, hash, draft->id, wall_ms, err);
    }
    buf_fini(&c.sealed);
    progress_add(d->progress, 1);
    if (ok) {
        store_checkpoint(
            d->store); /* also removes the draft's old pages; its key is already gone */
        device_keep_reserve(d);
    }
    return ok;
}
