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
    struct map others; /* names of messages that are known not to send a record back */
    struct map since; /* name of an owner → uint64_t: the first entry after which it may correct */
    struct map seen;  /* id in hex → struct desk_edit */
    struct map replaces; /* id in hex → id in hex of the record that it replaces */
    struct desk_edit **links;
    size_t link_count;
    struct map wanted; /* replaced records that are not read yet */
    size_t wanted_count;
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

/* ---- one record ---- */

static bool is_file_name(const char *text)
{
    enum { HEX = 32 };
    return strspn(text, "0123456789abcdef") == HEX && text[HEX] == '.';
}

static void walk(struct reading *r, struct desk_edit *edit, const struct xml *node,
                 const char **replaced)
{
    struct arena *arena = &r->edits->arena;
    const struct xml *text = node->first;
    if (text && !text->name && !xml_child(node, NULL)) {
        if (strcmp(node->name, "deprecatedID") == 0) {
            *replaced = arena_text(arena, text->text);
        } else if (is_file_name(text->text)) {
            map_put(&edit->files, arena_text(arena, text->text), edit);
        }
    }
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        walk(r, edit, c, replaced);
    }
}

static struct desk_edit *note(struct reading *r, const struct record *record)
{
    struct arena *arena = &r->edits->arena;
    struct desk_edit *edit = arena_alloc(arena, sizeof *edit);
    *edit = (struct desk_edit){.seq = record->seq, .finalised_ms = record->finalised_ms};
    memcpy(edit->id, record->record_id, 16);
    memcpy(edit->device, record->device_id, 16);
    map_init(&edit->files, arena);
    map_put(&r->seen, hex_of(arena, edit->id), edit);
    return edit;
}

/* Only a record with the word in it is parsed. */
static void look(struct reading *r, const struct record *record)
{
    static const char word[] = "deprecatedID";
    struct arena parsed, *arena = &r->edits->arena;
    struct xml *root;
    const char *replaced = NULL;
    uint8_t old[16];
    if (!memmem(record->xml, record->xml_len, word, strlen(word)) ||
        map_get(&r->seen, hex_of(arena, record->record_id))) {
        return;
    }
    arena_init(&parsed);
    if (xml_parse(&root, &parsed, record->xml, record->xml_len, &xml_foreign, NULL)) {
        struct desk_edit *edit = note(r, record);
        walk(r, edit, root, &replaced);
        bool names = replaced && desk_whole_key(replaced, old) && memcmp(old, edit->id, 16) != 0;
        if (names) {
            const char *of = hex_of(arena, old);
            map_put(&r->replaces, hex_of(arena, edit->id), (void *)(uintptr_t)of);
            r->links = mem_grow(r->links, r->link_count + 1, sizeof *r->links);
            r->links[r->link_count++] = edit;
            if (!map_get(&r->wanted, of)) {
                map_put(&r->wanted, of, r);
                r->wanted_count++;
            }
        }
    }
    arena_fini(&parsed);
}

static bool read_one(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    struct buf plain = {0};
    struct record record;
    (void)err;
    if (desk_record_open(r->records, o, &plain, &record) == DESK_OPENED) {
        look(r, &record);
    }
    buf_fini(&plain);
    return true;
}

static bool read_candidates(struct reading *r, struct err *err)
{
    bool ok = true;
    for (size_t d = 0; ok && d < r->records->device_count; d++) {
        const struct desk_device *one = &r->records->devices[d];
        uint8_t name[16];
        char hex[33];
        desk_name(r->records->desk, name, "owner", one->history_id, 16);
        text_hex(hex, name, 16);
        const uint64_t *since = map_get(&r->since, hex);
        ok = !since ||
             desk_objects_between(r->records->desk, one->id, *since, INT64_MAX, read_one, r, err);
    }
    return ok;
}

/* ---- the records that were replaced ---- */

struct first {
    struct reading *r;
    uint8_t id[16];
};

static bool read_replaced(void *user, const struct desk_object *o, struct err *err)
{
    struct first *f = user;
    struct buf plain = {0};
    struct record record;
    char hex[33];
    (void)err;
    text_hex(hex, f->id, 16);
    if (memcmp(o->id, f->id, 16) == 0 && !map_get(&f->r->seen, hex) &&
        desk_record_open(f->r->records, o, &plain, &record) == DESK_OPENED) {
        note(f->r, &record);
    }
    buf_fini(&plain);
    return true;
}

static bool find_replaced(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    struct first f = {.r = r};
    char hex[33];
    text_hex(hex, o->id, 16);
    memcpy(f.id, o->id, 16);
    return !map_get(&r->wanted, hex) || map_get(&r->seen, hex) || !o->len ||
           desk_objects_between(r->records->desk, o->device, o->seq, o->seq, read_replaced, &f,
                                err);
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

bool desk_edits_read(struct desk_edits *edits, struct desk_records *records, struct err *err)
{
    struct reading r = {.edits = edits, .records = records};
    *edits = (struct desk_edits){.count = 0};
    arena_init(&edits->arena);
    map_init(&edits->by_record, &edits->arena);
    map_init(&r.others, &edits->arena);
    map_init(&r.since, &edits->arena);
    map_init(&r.seen, &edits->arena);
    map_init(&r.replaces, &edits->arena);
    map_init(&r.wanted, &edits->arena);
    bool ok = find_since(&r, err) && (!r.since.count || read_candidates(&r, err)) &&
              (!r.wanted_count || desk_ids(records->desk, find_replaced, &r, err)) &&
              make_families(&r, err);
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
