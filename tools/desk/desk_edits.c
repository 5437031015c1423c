/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the corrections among the desk's records. */
#include "tools/desk/desk_edits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

struct reading {
    struct desk_edits *edits;
    struct desk_records *records;
    bool held;
    struct map others; /* names of messages that are known not to send a record back */
    struct map since; /* name of an owner → uint64_t: the first entry after which it may correct */
    struct map by_device; /* id of a device in hex → the same */
    struct map known;     /* id in hex → struct known: what the desk has noted of a record */
    struct map seen;      /* id in hex → struct desk_edit, at hand */
    struct map replaces;  /* id in hex → id in hex of the record that it replaces */
    struct desk_edit **links;
    size_t link_count;
    struct map wanted; /* records that are to be looked at: replaced ones */
};

static const char *hex_of(struct arena *arena, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    return arena_text(arena, hex);
}

/* ---- who may have corrected something ---- */

static bool note_other(void *user, const struct message *m, int64_t wall_ms, bool taken,
                       struct err *err)
{
    struct reading *r = user;
    uint8_t name[16];
    (void)wall_ms;
    (void)taken;
    (void)err;
    if (m->kind != MESSAGE_SEND_BACK) {
        desk_name(r->records->desk, name, "record", m->message_id, 16);
        map_put(&r->others, hex_of(&r->edits->arena, name), r);
    }
    return true;
}

/* A message that a device took: unless it is known to be of another kind, it may have sent a record
 * back. */
static bool note_taken(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct arena *arena = &r->edits->arena;
    (void)count;
    if (c[0].len != 16 || c[2].len != 16) {
        return err_set(err, ERR_INPUT, "the desk is damaged");
    }
    if (map_get(&r->others, hex_of(arena, c[2].bytes))) {
        return true;
    }
    const char *owner = hex_of(arena, c[0].bytes);
    uint64_t *since = map_get(&r->since, owner), seq = (uint64_t)c[1].number;
    if (!since) {
        since = arena_alloc(arena, sizeof *since);
        *since = seq;
        map_put(&r->since, owner, since);
    }
    *since = seq < *since ? seq : *since;
    return true;
}

static bool find_since(struct reading *r, struct err *err)
{
    struct desk *desk = r->records->desk;
    return desk_messages(desk, note_other, r, err) &&
           db_run(desk->db, "SELECT device, seq, object FROM entry WHERE kind = 8", NULL, 0,
                  note_taken, r, err);
}

/* ---- what was noted of a record: the table `edit` ---- */

enum { /* layout of a row; docs/RECORD.md section 12 */
       NOTED_ID = 0,
       NOTED_OLD = 16, /* zeros: it corrects nothing */
       NOTED_FINISHED = 32,
       NOTED_SUBMITTER = 40,
       NOTED_FILES = NOTED_SUBMITTER + EDIT_SUBMITTER /* their names, each with its end */
};
struct known {
    uint8_t old[16];
    struct desk_edit edit; /* device and seq are not known from here */
};

static bool take_known(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct arena *arena = &r->edits->arena;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock_row(r->records->desk, &plain, "edit", c, NOTED_FILES, err);
    if (ok) {
        const uint8_t *p = (const uint8_t *)plain.data;
        struct known *k = arena_alloc(arena, sizeof *k);
        *k = (struct known){.edit.finalised_ms = (int64_t)get_u64(p + NOTED_FINISHED)};
        memcpy(k->old, p + NOTED_OLD, 16);
        memcpy(k->edit.id, p + NOTED_ID, 16);
        memcpy(k->edit.submitter, p + NOTED_SUBMITTER, EDIT_SUBMITTER);
        k->edit.submitter[EDIT_SUBMITTER - 1] = '\0';
        map_init(&k->edit.files, arena);
        for (size_t at = NOTED_FILES; at < plain.len;) {
            size_t len = strnlen(plain.data + at, plain.len - at);
            map_put(&k->edit.files, arena_copy(arena, plain.data + at, len), k);
            at += len + 1;
        }
        map_put(&r->known, hex_of(arena, k->edit.id), k);
    }
    buf_fini(&plain);
    return ok;
}

struct contents { /* of a record, as it is looked at */
    struct reading *r;
    const struct record *record;
    struct buf files; /* names, each with its end */
    const char *replaced;
};

static bool is_file_name(const char *text)
{
    enum { HEX = 32 };
    return strspn(text, "0123456789abcdef") == HEX && text[HEX] == '.';
}

static void walk(struct contents *c, const struct xml *node)
{
    const struct xml *text = node->first;
    if (text && !text->name && !xml_child(node, NULL) && is_file_name(text->text)) {
        buf_add(&c->files, text->text, strlen(text->text) + 1);
    }
    for (const struct xml *n = xml_child(node, NULL); n; n = xml_sibling(n, NULL)) {
        walk(c, n);
    }
}

/* The record that its own meta block names, of the same device. */
static bool names_older(struct arena *arena, const struct xml *root, const uint8_t id[16],
                        uint8_t old[16])
{
    const struct xml *meta = xml_child(root, "meta");
    const struct xml *named = meta ? xml_child(meta, "deprecatedID") : NULL;
    return named && desk_whole_key(xml_content(arena, named), old) && memcmp(old, id, 16) != 0;
}

static bool put_known(struct reading *r, const struct record *record, const uint8_t old[16],
                      const struct buf *files, struct err *err)
{
    struct desk *desk = r->records->desk;
    const struct form *form = desk_record_form(r->records, record);
    uint8_t head[NOTED_FILES] = {0}, name[16];
    struct buf row = {0}, locked = {0};
    char submitter[EDIT_SUBMITTER] = "";
    if (form) {
        desk_record_submitter(submitter, sizeof submitter, form, record);
    }
    memcpy(head + NOTED_ID, record->record_id, 16);
    memcpy(head + NOTED_OLD, old, 16);
    put_u64(head + NOTED_FINISHED, (uint64_t)record->finalised_ms);
    memcpy(head + NOTED_SUBMITTER, submitter, sizeof submitter);
    buf_add(&row, head, sizeof head);
    buf_add(&row, files->data, files->len);
    desk_name(desk, name, "record", record->record_id, 16);
    desk_lock(desk, &locked, "edit", name, 0, row.data, row.len);
    struct db_value v[] = {db_blob(name, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT OR REPLACE INTO edit(id, d) VALUES(?1, ?2)", v, 2, NULL,
                     NULL, err) &&
              take_known(r, v, 2, err);
    buf_fini(&row);
    buf_fini(&locked);
    return ok;
}

/* Opens a record once, and notes what it says. */
static bool look(void *user, const struct desk_object *o, struct err *err)
{
    static const char word[] = "deprecatedID";
    struct reading *r = user;
    struct arena parsed;
    struct buf plain = {0};
    struct record record;
    struct xml *root;
    uint8_t old[16] = {0};
    bool ok = true;
    if (desk_record_open(r->records, o, &plain, &record) != DESK_OPENED ||
        memcmp(record.record_id, o->id, 16) != 0) {
        buf_fini(&plain);
        return true;
    }
    struct contents c = {.r = r, .record = &record};
    bool wanted = map_get(&r->wanted, hex_of(&r->edits->arena, o->id)) != NULL;
    arena_init(&parsed);
    if ((wanted || memmem(record.xml, record.xml_len, word, strlen(word))) &&
        xml_parse(&root, &parsed, record.xml, record.xml_len, &xml_foreign, NULL)) {
        if (!names_older(&parsed, root, o->id, old)) {
            memset(old, 0, sizeof old);
        }
        walk(&c, root);
    }
    ok = put_known(r, &record, old, &c.files, err);
    buf_fini(&c.files);
    arena_fini(&parsed);
    buf_fini(&plain);
    return ok;
}

/* ---- which records are at hand ---- */

static bool is_candidate(const struct reading *r, const struct desk_object *o)
{
    char hex[33];
    text_hex(hex, o->device, 16);
    const uint64_t *since = map_get(&r->by_device, hex);
    return since && o->seq > *since;
}

/* The entries of a device's histories together. */
static void since_by_device(struct reading *r)
{
    struct arena *arena = &r->edits->arena;
    for (size_t d = 0; d < r->records->device_count; d++) {
        const struct desk_device *one = &r->records->devices[d];
        uint8_t name[16];
        char hex[33];
        desk_name(r->records->desk, name, "owner", one->history_id, 16);
        text_hex(hex, name, 16);
        uint64_t *own = map_get(&r->since, hex);
        text_hex(hex, one->id, 16);
        uint64_t *all = map_get(&r->by_device, hex);
        if (own && !all) {
            map_put(&r->by_device, arena_text(arena, hex), own);
        } else if (own && *own < *all) {
            *all = *own;
        }
    }
}

static bool look_again(struct reading *r, const struct desk_object *o, struct err *err)
{
    return desk_objects_between(r->records->desk,
                                &(struct desk_range){o->device, o->seq, o->seq, r->held, false},
                                look, r, err);
}

/* All records of a desk, without their contents: opens those that nobody has looked at. */
static bool find_candidate(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    char hex[33];
    text_hex(hex, o->id, 16);
    return !o->len || map_get(&r->known, hex) || !is_candidate(r, o) || look_again(r, o, err);
}

static bool find_replaced(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    char hex[33];
    text_hex(hex, o->id, 16);
    return !o->len || !map_get(&r->wanted, hex) || map_get(&r->known, hex) || look_again(r, o, err);
}

static bool note_at_hand(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    struct arena *arena = &r->edits->arena;
    const char *hex = hex_of(arena, o->id);
    const struct known *k = map_get(&r->known, hex);
    struct desk_edit *edit = map_get(&r->seen, hex);
    (void)err;
    if (k && !edit) {
        edit = arena_alloc(arena, sizeof *edit);
        *edit = k->edit;
        edit->seq = o->seq;
        memcpy(edit->device, o->device, 16);
        map_put(&r->seen, hex, edit);
    }
    return true;
}

/* Corrections and what they replace, if they are in use (with `held`: if they are here). */
static bool place(void *user, const struct desk_object *o, struct err *err)
{
    static const uint8_t none[16];
    struct reading *r = user;
    char hex[33];
    text_hex(hex, o->id, 16);
    const struct known *k = map_get(&r->known, hex);
    bool part = k && (memcmp(k->old, none, 16) != 0 || map_get(&r->wanted, hex));
    return !o->len || !part ||
           desk_objects_between(r->records->desk,
                                &(struct desk_range){o->device, o->seq, o->seq, r->held, false},
                                note_at_hand, r, err);
}

static void want_replaced(struct reading *r)
{
    static const uint8_t none[16];
    for (size_t i = 0; i < r->known.cap; i++) {
        const struct known *k = r->known.slots[i].key ? r->known.slots[i].value : NULL;
        if (k && memcmp(k->old, none, 16) != 0) {
            map_put(&r->wanted, hex_of(&r->edits->arena, k->old), r);
        }
    }
}

static void link_all(struct reading *r)
{
    static const uint8_t none[16];
    for (size_t i = 0; i < r->known.cap; i++) {
        const struct known *k = r->known.slots[i].key ? r->known.slots[i].value : NULL;
        struct desk_edit *edit = k ? map_get(&r->seen, r->known.slots[i].key) : NULL;
        if (!edit || memcmp(k->old, none, 16) == 0) {
            continue;
        }
        const char *of = hex_of(&r->edits->arena, k->old);
        const struct desk_edit *old = map_get(&r->seen, of);
        if (old && memcmp(old->device, edit->device, 16) != 0) {
            continue; /* no device corrects what another has made */
        }
        map_put(&r->replaces, r->known.slots[i].key, (void *)(uintptr_t)of);
        r->links = mem_grow(r->links, r->link_count + 1, sizeof *r->links);
        r->links[r->link_count++] = edit;
    }
}

/* ---- families ---- */

static const char *root_of(const struct reading *r, const char *hex)
{
    for (size_t steps = 0; steps <= r->link_count; steps++) { /* a circle is no family */
        const char *older = map_get(&r->replaces, hex);
        if (!older) {
            return hex;
        }
        hex = older;
    }
    return NULL;
}

static int by_age(const void *a, const void *b)
{
    const struct desk_edit *one = *(struct desk_edit *const *)a;
    const struct desk_edit *other = *(struct desk_edit *const *)b;
    if (one->seq != other->seq) {
        return one->seq < other->seq ? -1 : 1;
    }
    return (one->finalised_ms > other->finalised_ms) - (one->finalised_ms < other->finalised_ms);
}

static void add_version(struct reading *r, struct desk_family *f, struct desk_edit *edit)
{
    struct desk_edit **all = arena_alloc(&r->edits->arena, (f->count + 1) * sizeof *all);
    if (f->count) {
        memcpy(all, f->versions, f->count * sizeof *all);
    }
    all[f->count++] = edit;
    f->versions = all;
    map_put(&r->edits->by_record, hex_of(&r->edits->arena, edit->id), f);
}

static struct desk_family *family(struct reading *r, const char *root)
{
    struct desk_edits *edits = r->edits;
    struct desk_family *f = map_get(&edits->by_record, root);
    if (!f) {
        f = arena_alloc(&edits->arena, sizeof *f);
        memset(f, 0, sizeof *f);
        if (!text_unhex(f->root, 16, root)) {
            assert(!"hex_of wrote it");
        }
        map_put(&edits->by_record, root, f);
        edits->families = mem_grow(edits->families, edits->count + 1, sizeof *edits->families);
        edits->families[edits->count++] = f;
        struct desk_edit *first = map_get(&r->seen, root);
        if (first) {
            add_version(r, f, first);
        }
    }
    return f;
}

/* What was withdrawn of any version, at hand or not. */
static bool note_withdrawn(struct desk *desk, struct desk_family *f, struct err *err)
{
    unsigned uses;
    bool ok = desk_withdrawn(desk, f->root, &uses, err);
    f->withdrawn = uses;
    for (size_t v = 0; ok && v < f->count; v++) {
        ok = desk_withdrawn(desk, f->versions[v]->id, &uses, err);
        f->withdrawn |= uses;
    }
    return ok;
}

static bool make_families(struct reading *r, struct err *err)
{
    struct desk_edits *edits = r->edits;
    bool ok = true;
    for (size_t l = 0; l < r->link_count; l++) {
        char hex[33];
        text_hex(hex, r->links[l]->id, 16);
        const char *root = root_of(r, hex);
        if (root) {
            struct desk_family *f = family(r, root);
            add_version(r, f, r->links[l]);
            f->edits++;
        }
    }
    for (size_t i = 0; ok && i < edits->count; i++) {
        struct desk_family *f = edits->families[i];
        qsort(f->versions, f->count, sizeof *f->versions, by_age);
        memcpy(f->newest, f->versions[f->count - 1]->id, 16);
        f->first_ms = f->versions[0]->finalised_ms;
        ok = note_withdrawn(r->records->desk, f, err);
    }
    return ok;
}

/* The openings are no use of the records: the log tells them apart. */
static bool log_looked(struct desk_records *records, struct err *err)
{
    return !records->opened.len ||
           desk_records_log(records, EDITS_LOOKED, "each record that may be a correction, once",
                            err);
}

static bool read_all(struct reading *r, struct err *err)
{
    struct desk *desk = r->records->desk;
    since_by_device(r);
    bool ok = db_run(desk->db, "SELECT id, d FROM edit", NULL, 0, take_known, r, err) &&
              desk_ids(desk, find_candidate, r, err);
    want_replaced(r);
    ok = ok && (!r->wanted.count ||
                (desk_ids(desk, find_replaced, r, err) && desk_ids(desk, place, r, err)));
    ok = log_looked(r->records, ok ? err : NULL) && ok;
    if (ok) {
        link_all(r);
    }
    return ok && make_families(r, err);
}

bool desk_edits_read(struct desk_edits *edits, struct desk_records *records, bool held,
                     struct err *err)
{
    struct reading r = {.edits = edits, .records = records, .held = held};
    struct map *maps[] = {&r.others, &r.since,    &r.by_device, &r.known,
                          &r.seen,   &r.replaces, &r.wanted};
    *edits = (struct desk_edits){.count = 0};
    arena_init(&edits->arena);
    map_init(&edits->by_record, &edits->arena);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], &edits->arena);
    }
    bool ok = find_since(&r, err) && (!r.since.count || read_all(&r, err));
    free(r.links);
    return ok;
}

void desk_edits_fini(struct desk_edits *edits)
{
    free(edits->families);
    arena_fini(&edits->arena);
}

const struct desk_family *desk_family_of(const struct desk_edits *edits, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    return edits->count ? map_get(&edits->by_record, hex) : NULL;
}

bool desk_edit_counts(const struct desk_edits *edits, const uint8_t id[16])
{
    const struct desk_family *f = desk_family_of(edits, id);
    return !f || (memcmp(f->newest, id, 16) == 0 && !(f->withdrawn & USE_ANSWERS));
}

const uint8_t *desk_newest(const struct desk_edits *edits, const uint8_t id[16])
{
    const struct desk_family *f = desk_family_of(edits, id);
    return f ? f->newest : id;
}

const struct desk_review *desk_review_now(const struct desk_reviews *reviews,
                                          const struct desk_edits *edits, const uint8_t id[16],
                                          enum review_state *state)
{
    const struct desk_family *f = desk_family_of(edits, id);
    const struct desk_review *review = desk_review_of(reviews, f ? f->newest : id);
    *state = review ? review->state : f ? REVIEW_EDITED : REVIEW_RECEIVED;
    return review;
}
