/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, judges and stores files meant for the device: grants, catalogues, packages,
 * receipts, messages. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/device_recordings.h"
#include "platform/custody/message.h"
#include "platform/custody/receipt.h"
#include "platform/machine/stick.h"

/* ---- verdicts for a hypothetical device state ---- */

/* Device state that files are judged against: the present one, or the one after all files
 * accepted so far are taken. */
struct load_state {
    struct catalogue *catalogue;
    struct buf bytes; /* bytes of the catalogue */
    uint64_t epoch;
    uint64_t acked;          /* highest acknowledged entry */
    bool fits;               /* a receipt was found that matches this device's chain */
    uint8_t *package_secret; /* 32 bytes, in locked memory */
};

static void load_state_fini(struct load_state *s)
{
    free(s->catalogue);
    buf_fini(&s->bytes);
    secret_free(s->package_secret);
    memset(s, 0, sizeof *s);
}

static bool read_load_state(struct device *d, struct load_state *s, struct err *err)
{
    const struct keystore *k = vault_keys(d->vault);
    struct buf ack = {0};
    bool found;
    memset(s, 0, sizeof *s);
    s->catalogue = mem_alloc(sizeof *s->catalogue);
    *s->catalogue = *d->catalogue;
    s->epoch = k->catalogue_epoch;
    s->package_secret = secret_new(32);
    memcpy(s->package_secret, k->package_secret, 32);
    bool ok = device_row_get(d, "catalogue", "", 0, &s->bytes, &found, err) &&
              device_row_get(d, "ack", "", 0, &ack, &found, err);
    s->acked = ok && found && ack.len == 40 ? get_u64((const uint8_t *)ack.data) : 0;
    buf_fini(&ack);
    return ok;
}

/* Judge a catalogue.  With LOAD_TAKE the state `s` is updated with it. */
static enum load_verdict judge_catalogue(const struct device *d, struct load_state *s,
                                         const void *bytes, size_t len, struct err *why)
{
    const struct keystore *k = vault_keys(d->vault);
    enum load_verdict verdict = LOAD_UNTRUSTED;
    struct catalogue *c = mem_alloc(sizeof *c);
    if (!catalogue_read(c, bytes, len, k->root_set, why)) {
        verdict = why->code == ERR_AUTH ? LOAD_UNTRUSTED : LOAD_DAMAGED;
    } else if (memcmp(c->study_id, k->study_id, 16) != 0) {
        err_set(why, ERR_AUTH, "the catalogue is of another study");
    } else {
        static const enum load_verdict verdicts[] = {[CATALOGUE_NEXT] = LOAD_TAKE,
                                                     [CATALOGUE_SAME] = LOAD_HAD,
                                                     [CATALOGUE_OLDER] = LOAD_OLD,
                                                     [CATALOGUE_REFUSED] = LOAD_UNTRUSTED};
        static_assert(sizeof verdicts / sizeof *verdicts == CATALOGUE_FOLLOW_COUNT,
                      "a verdict for each");
        verdict =
            verdicts[catalogue_follows(c, bytes, len, s->epoch, s->bytes.data, s->bytes.len, why)];
    }
    if (verdict == LOAD_TAKE) {
        *s->catalogue = *c;
        s->epoch = c->epoch;
        buf_cut(&s->bytes, 0);
        buf_add(&s->bytes, bytes, len);
    }
    free(c);
    return verdict;
}

/* Judge a grant and the catalogue in it.  A catalogue that is not taken is no reason to refuse
 * the grant.  `s` is updated with both, or left unchanged.  False: an I/O failure. */
static bool judge_grant(struct device *d, struct load_state *s, const struct enrol_grant *g,
                        enum load_verdict *verdict, struct err *why, struct err *err)
{
    const struct keystore *k = vault_keys(d->vault);
    struct err ignored = {0};
    struct cert cert;
    struct buf have = {0};
    uint8_t pk[32];
    bool found;
    struct catalogue *was = mem_alloc(sizeof *was);
    struct buf bytes = {0};
    uint64_t epoch = s->epoch;
    *was = *s->catalogue;
    buf_add(&bytes, s->bytes.data, s->bytes.len);
    enum load_verdict with = judge_catalogue(d, s, g->catalogue, g->catalogue_len, &ignored);
    sign_public(pk, k->sign_seed);
    bool ok = device_row_get(d, "cert", "", 0, &have, &found, err);
    if (!catalogue_trusts(s->catalogue, g->cert, CERT_DEVICE, &cert) ||
        memcmp(cert.subject, pk, 32) != 0) {
        err_set(why, ERR_AUTH, "the answer to the enrolment is not for this device");
        *verdict = LOAD_UNTRUSTED;
    } else if (!g->is_signed && device_is_enrolled(d)) { /* older desks did not sign */
        err_set(why, ERR_AUTH, "the answer to the enrolment is not signed");
        *verdict = LOAD_UNTRUSTED;
    } else {
        assert(!found || have.len == CERT_BYTES); /* a row that this device encrypted itself */
        bool had = ok && found && memcmp(have.data, g->cert, CERT_BYTES) == 0 &&
                   with != LOAD_TAKE && memcmp(s->package_secret, g->package_secret, 32) == 0;
        *verdict = had ? LOAD_HAD : LOAD_TAKE;
        memcpy(s->package_secret, g->package_secret, 32);
    }
    if (*verdict == LOAD_UNTRUSTED && with == LOAD_TAKE) {
        *s->catalogue = *was;
        s->epoch = epoch;
        buf_cut(&s->bytes, 0);
        buf_add(&s->bytes, bytes.data, bytes.len);
    }
    buf_fini(&have);
    buf_fini(&bytes);
    free(was);
    return ok;
}

/* True if a later version of this form is in force. */
static bool is_outdated(const struct package *p, const struct catalogue *c)
{
    for (unsigned i = 0; i < c->form_count; i++) {
        if (memcmp(c->forms[i].form, p->form_hash, 32) == 0) {
            return p->serial < c->forms[i].serial;
        }
    }
    return false;
}

/* Judge a package against catalogue `c`.  False: an I/O failure. */
static bool judge_package(struct device *d, const struct catalogue *c, const struct buf *plain,
                          struct package *p, enum load_verdict *verdict, struct err *why,
                          struct err *err)
{
    bool found = false;
    if (!package_read(p, plain->data, plain->len, NULL, why)) {
        *verdict = why->code == ERR_AUTH  ? LOAD_UNTRUSTED
                   : why->code == ERR_ENV ? LOAD_NEWER
                                          : LOAD_DAMAGED;
        return true;
    }
    if (!device_row_has(d, "package", p->hash, 32, &found, err)) {
        return false;
    }
    if (found) {
        *verdict = LOAD_HAD;
    } else if (!package_trusted(p, c)) {
        bool withdrawn =
            catalogue_revoked(c, 3, p->hash) || catalogue_revoked(c, 1, p->author.subject);
        err_set(why, ERR_AUTH, "the study does not trust who signed this package");
        *verdict = withdrawn ? LOAD_UNLISTED : LOAD_UNTRUSTED;
    } else if (!package_listed(p, c)) {
        err_set(why, ERR_AUTH, "the catalogue does not list this package");
        err_hint(why, "load the newest catalogue together with the form");
        *verdict = is_outdated(p, c) ? LOAD_OLD : LOAD_UNLISTED;
    } else {
        *verdict = LOAD_TAKE;
    }
    return true;
}

/* Judge a receipt.  ERR_AUTH also if it does not match this device's chain.  A receipt is new
 * if it acknowledges more than any before; its counter is not compared, because each desk has
 * its own.  False: an I/O failure. */
static bool judge_receipt(struct device *d, struct load_state *s, const struct buf *plain,
                          struct receipt *r, enum load_verdict *verdict, struct err *why,
                          struct err *err)
{
    const struct keystore *k = vault_keys(d->vault);
    uint8_t entry[CHAIN_ENTRY], head[32];
    bool found = false;
    *verdict = LOAD_TAKE;
    if (!receipt_read(r, plain->data, plain->len, s->catalogue, why)) {
        *verdict = why->code == ERR_AUTH ? LOAD_UNTRUSTED : LOAD_DAMAGED;
        return true;
    }
    if (memcmp(r->device_id, k->device_id, 16) != 0) {
        *verdict = LOAD_HAD;
        return true;
    }
    if (!device_entry(d, r->acked_seq, entry, &found, err)) {
        return false;
    }
    if (found) {
        chain_hash(head, entry);
    }
    bool fits = found && memcmp(head, r->acked_head, 32) == 0;
    s->fits = s->fits || fits;
    if (r->acked_seq <= s->acked) {
        *verdict = LOAD_HAD;
    } else if (!fits) {
        err_set(why, ERR_AUTH, "the receipt does not fit what this device has done");
        err_hint(why, "nothing was deleted; tell the coordinator");
        *verdict = LOAD_UNTRUSTED;
    } else {
        s->acked = r->acked_seq;
    }
    return true;
}

/* ---- purging acknowledged records ---- */

struct purge {
    uint64_t up_to;
    struct {
        struct device_record record;
        uint8_t draft[16];
    } * list;
    size_t count;
};

static bool gather_purge(void *user, const struct device_record *r, const uint8_t draft[16])
{
    struct purge *p = user;
    if (r->seq <= p->up_to && r->state != RECORD_PURGED) {
        p->list = mem_grow(p->list, p->count + 1, sizeof *p->list);
        p->list[p->count].record = *r;
        memcpy(p->list[p->count++].draft, draft, 16);
    }
    return true;
}

static bool count_purge(struct device *d, uint64_t up_to, uint64_t *count, struct err *err)
{
    struct purge p = {.up_to = up_to};
    bool ok = device_each_record(d, 1, up_to, gather_purge, &p, err);
    *count = p.count;
    free(p.list);
    return ok;
}

/* Entries that an earlier receipt named are not looked at again. */
static bool purge_recordings(struct device *d, uint64_t up_to, struct err *err)
{
    struct buf ack = {0};
    bool found;
    bool ok = device_row_get(d, "ack", "", 0, &ack, &found, err);
    uint64_t from = ok && found && ack.len == 40 ? get_u64((const uint8_t *)ack.data) + 1 : 1;
    buf_fini(&ack);
    for (uint64_t seq = from; ok && seq <= up_to; seq++) {
        uint8_t bytes[CHAIN_ENTRY];
        struct chain_entry e;
        ok = device_entry(d, seq, bytes, &found, err);
        if (ok && found) {
            chain_parse(&e, bytes);
            ok = e.kind != CHAIN_RECORDING || device_recording_purge(d, e.object_id, err);
        }
    }
    return ok;
}

/* Delete the sealed bytes up to entry `seq`; the chain stays.  One transaction; repeating it
 * has no effect. */
static bool purge_up_to(struct device *d, uint64_t seq, const uint8_t receipt_hash[32],
                        unsigned *purged, struct err *err)
{
    struct purge p = {.up_to = seq};
    uint8_t ack[40];
    bool ok = device_each_record(d, 1, seq, gather_purge, &p, err) && store_begin(d->store, err);
    if (!ok) {
        free(p.list);
        return false;
    }
    ok = purge_recordings(d, seq, err);
    for (size_t i = 0; i < p.count && ok; i++) {
        uint8_t info[RECORD_INFO];
        p.list[i].record.state = RECORD_PURGED;
        device_record_info(info, &p.list[i].record, p.list[i].draft);
        ok = device_row_delete(d, "object", p.list[i].record.id, 16, err) &&
             device_row_put(d, (struct row_key){"record", p.list[i].record.id, 16}, ROW_META,
                            p.list[i].record.seq, info, sizeof info, err);
    }
    put_u64(ack, seq);
    memcpy(ack + 8, receipt_hash, 32);
    ok = ok &&
         device_row_put(d, (struct row_key){"ack", "", 0}, ROW_META, 0, ack, sizeof ack, err) &&
         store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
    } else {
        *purged += (unsigned)p.count;
    }
    free(p.list);
    return ok;
}

/* ---- finding ---- */

enum {
    ITEM_MAX = PACKAGE_MAX + (1 << 20), /* max bytes of a file */
    RECEIPTS_MAX = 256 << 10            /* the same when only receipts are looked for */
};
static size_t kept_max = 16 << 20; /* max bytes kept; the rest is read again */
#ifdef SUHBAT_TEST
void device_keep(size_t max)
{
    kept_max = max;
}
#endif
static const char *const magics[] = {[LOAD_GRANT] = "SBW1",
                                     [LOAD_CATALOGUE] = "SBG1",
                                     [LOAD_PACKAGE] = "SBP1",
                                     [LOAD_RECEIPT] = "SBK1",
                                     [LOAD_MESSAGE] = "SBN1"};
static_assert(sizeof magics / sizeof *magics == LOAD_UNREAD,
              "a name for each kind that can be read");

struct search {
    struct device *d;
    const char *folder;
    struct load_find *find;
    bool receipts; /* receipts only; catalogues are judged to learn who may sign them */
    bool granted;  /* second pass, with the key from a grant */
    struct load_state load_state, now;
    struct stick_file *closed; /* files that our keys do not open; a grant's key may */
    size_t closed_count, kept;
    load_package *each;
    void *user;
};

/* Decrypt a file with any of our keys that fits.  Unless the result is AGE_OPENED, nothing is
 * appended. */
static enum age_result unwrap(struct device *d, const uint8_t *package_secret,
                              const struct buf *file, struct buf *plain)
{
    static const uint8_t none[32];
    struct keystore *k = vault_keys(d->vault);
    const uint8_t *all[] = {k->box_secret, k->package_secret, package_secret};
    uint8_t(*identities)[32] = secret_new(sizeof all / sizeof *all * 32);
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identities};
    enum age_result result;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] && memcmp(all[i], none, 32) != 0 &&
            (i < 2 || memcmp(all[i], k->package_secret, 32) != 0)) {
            memcpy(identities[keys.count++], all[i], 32);
        }
    }
    if (!age_open(plain, file->data, file->len, &keys, &result, NULL)) {
        buf_cut(plain, 0);
    }
    secret_free(identities);
    return result;
}

/* True if the header alone shows that the file is not for us. */
static bool is_anothers(enum age_result result)
{
    return result == AGE_NO_MATCH || result == AGE_HEADER;
}

static void refuse(struct load_item *item, enum load_verdict verdict, const struct err *why)
{
    item->verdict = verdict;
    item->why = *why;
    err_at(&item->why, "%s", item->name);
}

static struct load_item *add_item(struct load_find *find, const struct stick_file *file)
{
    struct load_item *item = arena_alloc(&find->arena, sizeof *item);
    memset(item, 0, sizeof *item);
    item->name = file->name;
    item->size = file->size;
    find->items = mem_grow(find->items, find->count + 1, sizeof *find->items);
    return find->items[find->count++] = item;
}

/* Epoch of a catalogue, to sort older ones first; whether it is authentic is judged later. */
static uint64_t number_of(const struct buf *plain)
{
    struct catalogue *c = mem_alloc(sizeof *c);
    uint64_t number = catalogue_read(c, plain->data, plain->len, NULL, NULL) ? c->epoch : 0;
    free(c);
    return number;
}

/* Counter of a message, to take older ones first. */
static uint64_t counter_of(const struct search *s, const struct buf *plain)
{
    struct message m;
    return message_read(&m, plain->data, plain->len, s->load_state.catalogue, NULL) ? m.counter : 0;
}

static void add_refused(struct search *s, const struct stick_file *file, const struct err *why)
{
    struct load_item *item = add_item(s->find, file);
    item->kind = LOAD_UNREAD;
    refuse(item, LOAD_DAMAGED, why);
}

static void add_closed(struct search *s, const struct stick_file *file)
{
    s->closed = mem_grow(s->closed, s->closed_count + 1, sizeof *s->closed);
    s->closed[s->closed_count++] = *file;
}

/* Add a decrypted file as an item if it is of a wanted kind; may take over `plain`. */
static void add_opened(struct search *s, const struct stick_file *file, struct buf *plain)
{
    int kind = LOAD_UNREAD;
    while (--kind >= 0 && (plain->len < 4 || memcmp(plain->data, magics[kind], 4) != 0)) {
    }
    if (kind < 0 || (kind == LOAD_GRANT && s->granted) ||
        (s->receipts && kind != LOAD_CATALOGUE && kind != LOAD_RECEIPT && kind != LOAD_MESSAGE)) {
        s->find->skipped++;
        return;
    }
    struct load_item *item = add_item(s->find, file);
    item->kind = (enum load_kind)kind;
    hash_plain(item->hash, plain->data, plain->len);
    item->number = kind == LOAD_CATALOGUE ? number_of(plain)
                   : kind == LOAD_MESSAGE ? counter_of(s, plain)
                                          : 0;
    if (kind != LOAD_GRANT && s->kept + plain->len <= kept_max) { /* grants hold keys */
        s->kept += plain->len;
        item->plain = *plain;
        *plain = (struct buf){0};
    }
}

/* For a large file, check only its beginning: sticks often hold old batches. */
static bool is_for_us(struct search *s, const struct stick_file *file, bool *ours, struct err *why)
{
    enum { HEAD = 16 << 10 };
    struct buf head = {0}, plain = {0};
    *ours = true;
    if (file->size <= 4 * HEAD) {
        return true;
    }
    bool ok = stick_head(&head, s->folder, file->name, HEAD, s->d->progress, why);
    *ours = ok && !is_anothers(unwrap(s->d, s->load_state.package_secret, &head, &plain));
    buf_fini(&head);
    buf_fini(&plain);
    return ok;
}

/* Read and decrypt one file.  An unreadable file is added as refused, if its folder is still
 * readable.  False: an I/O failure, or stopped. */
static bool look_at(struct search *s, const struct stick_file *file, struct err *err)
{
    struct device *d = s->d;
    struct buf bytes = {0}, plain = {0};
    struct err why = {0};
    size_t max = s->receipts ? RECEIPTS_MAX : ITEM_MAX;
    bool ours = true;
    if (file->size > max) {
        s->find->skipped++;
        return device_go_on(d, err);
    }
    bool ok = is_for_us(s, file, &ours, &why) &&
              (!ours || stick_read(&bytes, s->folder, file->name, max, d->progress, &why));
    if (!ok) {
        buf_fini(&bytes);
        ok = device_go_on(d, err) && stick_is_there(s->folder, d->progress, err);
        if (ok) {
            add_refused(s, file, &why);
        }
        return ok;
    }
    enum age_result result =
        ours ? unwrap(d, s->load_state.package_secret, &bytes, &plain) : AGE_NO_MATCH;
    if (result == AGE_OPENED) {
        add_opened(s, file, &plain);
    } else if (is_anothers(result)) {
        progress_add(d->progress, ours ? 0 : (size_t)file->size);
        add_closed(s, file);
    } else {
        err_set(&why, ERR_INPUT, "the file is damaged");
        err_hint(&why, "write it to the stick once more");
        add_refused(s, file, &why);
    }
    buf_fini(&bytes);
    buf_fini(&plain);
    return device_go_on(d, err);
}

/* Content of a file examined before: kept in memory, or read again into `room`.  NULL: an I/O
 * failure, or, with *changed, the file has changed since. */
static const struct buf *content(struct device *d, const char *folder,
                                 const uint8_t *package_secret, const struct load_item *item,
                                 struct buf *room, bool *changed, struct err *err)
{
    struct buf bytes = {0};
    uint8_t hash[32];
    *changed = false;
    if (item->plain.data) {
        return &item->plain;
    }
    if (d->progress) {
        d->progress->total += (size_t)item->size;
    }
    bool ok = stick_read(&bytes, folder, item->name, ITEM_MAX, d->progress, err);
    if (ok) {
        bool open = unwrap(d, package_secret, &bytes, room) == AGE_OPENED;
        hash_plain(hash, room->data, room->len);
        *changed = !open || memcmp(hash, item->hash, sizeof hash) != 0;
    }
    buf_fini(&bytes);
    return ok && !*changed ? room : NULL;
}

static void expect(struct device *d, const struct stick_file *files, size_t count, size_t max)
{
    for (size_t i = 0; i < count && d->progress; i++) {
        d->progress->total += files[i].size <= max ? (size_t)files[i].size : 0;
    }
}

/* Judge a receipt; sets *unlike.  If only receipts are loaded, one that only a newer catalogue
 * makes valid is left for a full load. */
static bool judge_receipt_here(struct search *s, const struct buf *plain, bool *unlike,
                               enum load_verdict *verdict, struct err *why, struct err *err)
{
    struct receipt r;
    if (!judge_receipt(s->d, &s->load_state, plain, &r, verdict, why, err)) {
        return false;
    }
    *unlike = *verdict == LOAD_UNTRUSTED &&
              receipt_read(&r, plain->data, plain->len, s->load_state.catalogue, NULL);
    if (s->receipts && *verdict == LOAD_TAKE && s->now.epoch != s->load_state.epoch &&
        !receipt_read(&r, plain->data, plain->len, s->now.catalogue, NULL)) {
        *verdict = LOAD_HAD;
        s->load_state.acked = s->now.acked;
    }
    s->now.acked = s->load_state.acked;
    return true;
}

static bool judge_item(struct search *s, struct load_item *item, const struct buf *plain,
                       struct err *err)
{
    struct device *d = s->d;
    struct err why = {0};
    struct enrol_grant grant;
    struct package p;
    struct message m;
    enum load_verdict verdict = LOAD_DAMAGED;
    bool ok = true;
    switch (item->kind) {
    case LOAD_GRANT:
        if (enrol_grant_read(&grant, plain->data, plain->len, &why)) {
            ok = judge_grant(d, &s->load_state, &grant, &verdict, &why, err);
        }
        secret_wipe(&grant, sizeof grant);
        break;
    case LOAD_CATALOGUE:
        verdict = judge_catalogue(d, &s->load_state, plain->data, plain->len, &why);
        if (s->receipts) {
            verdict = LOAD_HAD;
        }
        break;
    case LOAD_PACKAGE:
        ok = judge_package(d, s->load_state.catalogue, plain, &p, &verdict, &why, err);
        if (ok && verdict == LOAD_TAKE && s->each) {
            s->each(s->user, &p);
        }
        break;
    case LOAD_RECEIPT:
        ok = judge_receipt_here(s, plain, &item->unlike, &verdict, &why, err);
        break;
    case LOAD_MESSAGE:
        ok = device_judge_message(d, (s->receipts ? &s->now : &s->load_state)->catalogue, plain, &m,
                                  &verdict, &why, err);
        if (s->receipts && verdict > LOAD_HAD) { /* left for a full load, which says why */
            verdict = LOAD_HAD;
        }
        break;
    case LOAD_UNREAD:
        break;
    }
    item->verdict = verdict;
    if (verdict > LOAD_HAD) {
        refuse(item, verdict, &why);
    }
    return ok;
}

/* Judge all items of a kind, in the order in which they will be taken. */
static bool judge(struct search *s, enum load_kind kind, struct err *err)
{
    struct load_find *f = s->find;
    bool ok = true;
    for (size_t i = 0; i < f->count && ok; i++) {
        struct load_item *item = f->items[i];
        struct buf room = {0};
        bool changed;
        if (item->kind != kind) {
            continue;
        }
        const struct buf *plain =
            content(s->d, s->folder, s->load_state.package_secret, item, &room, &changed, err);
        if (plain) {
            ok = judge_item(s, item, plain, err);
        } else if (changed) {
            struct err why = {0};
            err_set(&why, ERR_ENV, "the file changes while it is read");
            refuse(item, LOAD_DAMAGED, &why);
        } else {
            ok = false;
        }
        buf_fini(&room);
        ok = ok && device_go_on(s->d, err);
    }
    return ok;
}

/* Sort by kind, as each kind depends on the one before; older catalogues first. */
static int in_order(const void *a, const void *b)
{
    const struct load_item *one = *(struct load_item *const *)a,
                           *other = *(struct load_item *const *)b;
    int order = (int)one->kind - (int)other->kind;
    order = order ? order : one->number < other->number ? -1 : one->number > other->number;
    return order ? order : strcmp(one->name, other->name);
}

/* Remove items that the device already has.  If one receipt matches this device, also remove
 * receipts for a copy of it or for its past before a restore. */
static void leave_out(struct load_find *f, bool fits)
{
    size_t left = 0;
    for (size_t i = 0; i < f->count; i++) {
        struct load_item *item = f->items[i];
        if (item->unlike && fits) {
            item->verdict = LOAD_HAD;
        }
        if (item->verdict != LOAD_TAKE) {
            buf_fini(&item->plain);
        }
        f->takes += item->verdict == LOAD_TAKE;
        if (item->verdict == LOAD_TAKE || item->verdict > LOAD_HAD) {
            f->items[left++] = item;
        }
    }
    f->count = left;
}

static bool is_coming(const struct load_find *f, const uint8_t hash[32])
{
    for (size_t i = 0; i < f->count; i++) {
        const struct load_item *item = f->items[i];
        if (item->kind == LOAD_PACKAGE && item->verdict == LOAD_TAKE &&
            memcmp(item->hash, hash, 32) == 0) {
            return true;
        }
    }
    return false;
}

/* Compute which listed forms will be in force, which lack their file, and how many records will
 * be purged. */
static bool foresee(struct search *s, struct err *err)
{
    struct load_find *f = s->find;
    const struct catalogue *c = s->load_state.catalogue;
    f->epoch = s->load_state.epoch;
    f->epoch_now = vault_keys(s->d->vault)->catalogue_epoch;
    f->catalogue = mem_alloc(sizeof *f->catalogue);
    *f->catalogue = *c;
    f->forms = arena_alloc(&f->arena, (c->form_count + 1) * sizeof *f->forms);
    f->missing = arena_alloc(&f->arena, (c->form_count + 1) * sizeof *f->missing);
    for (unsigned k = 0; k < c->form_count; k++) {
        const uint8_t *hash = c->forms[k].package;
        bool found = is_coming(f, hash);
        if (!found && !device_row_has(s->d, "package", hash, 32, &found, err)) {
            return false;
        }
        if (found) {
            memcpy(f->forms[f->form_count++], hash, 32);
        } else {
            memcpy(f->missing[f->missing_count++], c->forms[k].form, 32);
        }
    }
    return s->load_state.acked == 0 || count_purge(s->d, s->load_state.acked, &f->purges, err);
}

/* Try the unopened files again with the key from a grant. */
static bool look_again(struct search *s, struct err *err)
{
    const uint8_t *had = vault_keys(s->d->vault)->package_secret;
    struct stick_file *closed = s->closed;
    size_t count = s->closed_count;
    bool ok = true;
    if (memcmp(s->load_state.package_secret, had, 32) == 0) {
        return true;
    }
    s->closed = NULL;
    s->closed_count = 0;
    s->granted = true;
    expect(s->d, closed, count, ITEM_MAX);
    for (size_t i = 0; ok && i < count; i++) {
        ok = look_at(s, &closed[i], err);
    }
    free(closed);
    return ok;
}

static bool find(struct device *d, const char *folder, bool receipts, struct load_find *f,
                 load_package *each, void *user, struct err *err)
{
    struct search s = {
        .d = d, .folder = folder, .find = f, .receipts = receipts, .each = each, .user = user};
    struct stick_file *files;
    size_t count = 0;
    memset(f, 0, sizeof *f);
    arena_init(&f->arena);
    bool ok = read_load_state(d, &s.load_state, err) && read_load_state(d, &s.now, err) &&
              stick_list(&f->arena, &files, &count, folder, ".age", d->progress, err);
    if (ok) {
        expect(d, files, count, receipts ? RECEIPTS_MAX : ITEM_MAX);
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = look_at(&s, &files[i], err);
    }
    ok = ok && judge(&s, LOAD_GRANT, err) && look_again(&s, err);
    if (f->count) {
        qsort(f->items, f->count, sizeof *f->items, in_order);
    }
    ok = ok && judge(&s, LOAD_CATALOGUE, err) && judge(&s, LOAD_PACKAGE, err) &&
         judge(&s, LOAD_RECEIPT, err) && judge(&s, LOAD_MESSAGE, err) &&
         (receipts || foresee(&s, err));
    f->skipped += (unsigned)s.closed_count;
    leave_out(f, s.load_state.fits);
    free(s.closed);
    load_state_fini(&s.load_state);
    load_state_fini(&s.now);
    return ok;
}

bool device_find(struct device *d, const char *folder, struct load_find *f, load_package *each,
                 void *user, struct err *err)
{
    return find(d, folder, false, f, each, user, err);
}

void device_find_end(struct load_find *f)
{
    for (size_t i = 0; i < f->count; i++) {
        buf_fini(&f->items[i]->plain);
    }
    free(f->items);
    free(f->catalogue);
    arena_fini(&f->arena);
    memset(f, 0, sizeof *f);
}

/* ---- taking ---- */

struct loading {
    struct device *d;
    const struct load_find *find;
    struct load_report *report;
};

static bool refused(struct loading *l, const char *name, enum load_verdict verdict,
                    const struct err *why)
{
    l->report->refused++;
    l->report->of[verdict]++;
    l->report->why = *why;
    err_at(&l->report->why, "%s", name);
    return true;
}

/* Make the catalogue of state `s` the device's. */
static bool adopt(struct device *d, const struct load_state *s, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    const struct catalogue *c = s->catalogue;
    if (!device_row_put(d, (struct row_key){"catalogue", "", 0}, ROW_META, 0, s->bytes.data,
                        s->bytes.len, err)) {
        return false;
    }
    bool other = memcmp(c->recovery, d->catalogue->recovery, sizeof c->recovery) != 0;
    *d->catalogue = *c;
    k->catalogue_epoch = c->epoch;
    return vault_save(d->vault, err) &&
           (!other || !device_recovery(c) || vault_set_recovery(d->vault, c->recovery, err));
}

static bool take_grant(struct loading *l, const char *name, const struct buf *plain,
                       struct err *err)
{
    struct device *d = l->d;
    struct keystore *k = vault_keys(d->vault);
    struct enrol_grant grant;
    struct load_state s;
    struct err why = {0};
    enum load_verdict verdict = LOAD_DAMAGED;
    bool ok = read_load_state(d, &s, err);
    if (ok && enrol_grant_read(&grant, plain->data, plain->len, &why)) {
        ok = judge_grant(d, &s, &grant, &verdict, &why, err);
    }
    if (ok && verdict == LOAD_TAKE) {
        ok = (s.epoch == k->catalogue_epoch || adopt(d, &s, err)) &&
             device_row_put(d, (struct row_key){"cert", "", 0}, ROW_META, 0, grant.cert, CERT_BYTES,
                            err);
        if (ok) {
            memcpy(k->package_secret, grant.package_secret, 32);
            l->report->grants++;
            ok = vault_save(d->vault, err);
        }
    } else if (ok && verdict > LOAD_HAD) {
        refused(l, name, verdict, &why);
    }
    secret_wipe(&grant, sizeof grant);
    load_state_fini(&s);
    return ok;
}

/* Store a package, judged against the catalogue to be stored after it; until then it is not in
 * force. */
static bool take_package(struct loading *l, const char *name, const struct buf *plain,
                         struct err *err)
{
    struct package p;
    struct err why = {0};
    enum load_verdict verdict;
    if (!judge_package(l->d, l->find->catalogue, plain, &p, &verdict, &why, err)) {
        return false;
    }
    if (verdict != LOAD_TAKE) {
        return verdict == LOAD_HAD || refused(l, name, verdict, &why);
    }
    l->report->packages++;
    return device_row_put(l->d, (struct row_key){"package", p.hash, 32}, ROW_PACKAGE, p.serial,
                          plain->data, plain->len, err);
}

static bool take_catalogue(struct loading *l, const char *name, const struct buf *plain,
                           struct err *err)
{
    struct load_state s;
    struct err why = {0};
    bool ok = read_load_state(l->d, &s, err);
    enum load_verdict verdict =
        ok ? judge_catalogue(l->d, &s, plain->data, plain->len, &why) : LOAD_HAD;
    if (verdict == LOAD_TAKE) {
        ok = adopt(l->d, &s, err);
        l->report->catalogues += ok;
    } else if (verdict > LOAD_HAD) {
        refused(l, name, verdict, &why);
    }
    load_state_fini(&s);
    return ok;
}

static bool take_receipt(struct loading *l, const char *name, const struct buf *plain,
                         struct err *err)
{
    struct device *d = l->d;
    struct keystore *k = vault_keys(d->vault);
    struct load_state s;
    struct receipt r;
    struct err why = {0};
    enum load_verdict verdict = LOAD_HAD;
    uint8_t hash[32];
    bool ok = read_load_state(d, &s, err) && judge_receipt(d, &s, plain, &r, &verdict, &why, err);
    load_state_fini(&s);
    if (!ok || verdict != LOAD_TAKE) {
        return ok && (verdict == LOAD_HAD || refused(l, name, verdict, &why));
    }
    hash_plain(hash, plain->data, plain->len);
    if (!purge_up_to(d, r.acked_seq, hash, &l->report->purged, err)) {
        return false;
    }
    l->report->receipts++;
    k->receipt_counter = r.counter > k->receipt_counter ? r.counter : k->receipt_counter;
    if (!vault_save(d->vault, err)) {
        return false;
    }
    store_checkpoint(d->store);
    return true;
}

static bool take_message(struct loading *l, const char *name, const struct buf *plain,
                         struct err *err)
{
    struct message m;
    struct err why = {0};
    enum load_verdict verdict;
    if (!device_judge_message(l->d, l->d->catalogue, plain, &m, &verdict, &why, err)) {
        return false;
    }
    if (verdict != LOAD_TAKE) {
        return verdict == LOAD_HAD || refused(l, name, verdict, &why);
    }
    if (!device_apply_message(l->d, &m, plain, &why, err)) {
        return why.code != ERR_NONE && refused(l, name, LOAD_DAMAGED, &why);
    }
    l->report->messages++;
    return true;
}

typedef bool taker(struct loading *l, const char *name, const struct buf *plain, struct err *err);

static bool take_item(struct loading *l, const char *folder, const struct load_item *item,
                      taker *take, struct err *err)
{
    struct device *d = l->d;
    struct buf room = {0};
    bool changed = false, ok = device_go_on(d, err);
    const struct buf *plain = ok ? content(d, folder, NULL, item, &room, &changed, err) : NULL;
    if (plain) {
        ok = take(l, item->name, plain, err);
    } else if (ok && changed) {
        struct err why = {0};
        err_set(&why, ERR_AUTH, "the file is another than the one that was looked at");
        refused(l, item->name, LOAD_UNTRUSTED, &why);
    } else {
        ok = false;
    }
    buf_fini(&room);
    return ok;
}

bool device_take(struct device *d, const char *folder, struct load_find *f,
                 struct load_report *report, struct err *err)
{
    static const struct {
        enum load_kind kind;
        taker *take;
    } order[] = {{LOAD_GRANT, take_grant}, /* contains the key of the packages */
                 {LOAD_PACKAGE, take_package},
                 {LOAD_CATALOGUE, take_catalogue},
                 {LOAD_RECEIPT, take_receipt}, /* the catalogue says who may sign them */
                 {LOAD_MESSAGE, take_message}};
    struct loading l = {d, f, report};
    bool ok = true;
    memset(report, 0, sizeof *report);
    report->skipped = f->skipped;
    for (size_t i = 0; i < f->count; i++) {
        const struct load_item *item = f->items[i];
        if (item->verdict != LOAD_TAKE) {
            report->refused++;
            report->of[item->verdict]++;
            report->why = item->why;
        }
    }
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (size_t i = 0; ok && i < f->count; i++) {
            const struct load_item *item = f->items[i];
            if (item->kind == order[k].kind && item->verdict == LOAD_TAKE) {
                ok = take_item(&l, folder, item, order[k].take, err);
            }
        }
    }
    return ok;
}

static bool load(struct device *d, const char *folder, bool receipts, struct load_report *report,
                 struct err *err)
{
    struct load_find f;
    memset(report, 0, sizeof *report);
    bool ok =
        find(d, folder, receipts, &f, NULL, NULL, err) && device_take(d, folder, &f, report, err);
    device_find_end(&f);
    return ok;
}

bool device_load_folder(struct device *d, const char *folder, struct load_report *report,
                        struct err *err)
{
    return load(d, folder, false, report, err);
}

bool device_load_receipts(struct device *d, const char *folder, struct load_report *report,
                          struct err *err)
{
    return load(d, folder, true, report, err);
}
