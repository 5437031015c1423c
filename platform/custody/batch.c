/* SPDX-License-Identifier: Apache-2.0 */
/* Writes batches, and reads and verifies them. */
#include "platform/custody/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "platform/custody/tar.h"
#include "platform/machine/text.h"

enum {
    AT_FLAGS = 6,
    AT_BATCH = 8,
    AT_STUDY = 24,
    AT_KEY = 40,
    AT_FIRST = 72,
    AT_LAST = 80,
    AT_PREV = 88,
    AT_HEAD = 120,
    AT_DEVICE_HEAD = 152,
    AT_VOLUME = 160,
    AT_OF = 164,
    AT_ENTRIES = 168,
    AT_OBJECTS = 172,
    AT_TOTAL = 176,
    AT_CREATED = 184,
    AT_RECEIPT = 192,
    HEADER = 256,
    OBJECT = 64
};

static void object_name(char out[TAR_NAME], enum batch_kind kind, const uint8_t id[16],
                        uint32_t part)
{
    char hex[33];
    text_hex(hex, id, 16);
    switch (kind) {
    case BATCH_PARTS:
        snprintf(out, TAR_NAME, "s/%s/parts", hex);
        break;
    case BATCH_PART:
        snprintf(out, TAR_NAME, "s/%s/%05u.age", hex, part);
        break;
    default:
        snprintf(out, TAR_NAME, "o/%s.age", hex);
    }
}

static enum batch_kind kind_of(const struct batch_object *o)
{
    return o->kind ? o->kind : BATCH_RECORD;
}

/* Older programs read version 1 only. */
static uint16_t version_of(const struct batch *b)
{
    bool plain = true;
    for (size_t i = 0; plain && i < b->object_count; i++) {
        plain = kind_of(&b->objects[i]) == BATCH_RECORD;
    }
    return plain ? 1 : 2;
}

bool batch_write(struct buf *out, const struct batch *b, const uint8_t seed[SIGN_SEED],
                 struct err *err)
{
    assert(b->objects || !b->object_count);
    assert(b->entries || !b->entry_count);
    uint8_t head[HEADER] = {0}, sig[SIGN_BYTES];
    struct buf manifest = {0};
    uint64_t total = 0;
    char name[TAR_NAME];
    if (b->entry_count > BATCH_ENTRIES_MAX || b->object_count > BATCH_OBJECTS_MAX) {
        return err_set(err, ERR_LIMIT, "too much for one batch");
    }
    for (size_t i = 0; i < b->object_count; i++) {
        total += b->objects[i].len;
    }
    memcpy(head, "SBM1", 4);
    put_u16(head + 4, version_of(b));
    memcpy(head + AT_BATCH, b->batch_id, 16);
    memcpy(head + AT_STUDY, b->study_id, 16);
    memcpy(head + AT_KEY, b->device_key, 32);
    put_u64(head + AT_FIRST, b->first_seq);
    put_u64(head + AT_LAST, b->last_seq);
    memcpy(head + AT_PREV, b->prev_hash, 32);
    memcpy(head + AT_HEAD, b->head_hash, 32);
    put_u64(head + AT_DEVICE_HEAD, b->device_head_seq);
    put_u32(head + AT_VOLUME, b->volume);
    put_u32(head + AT_OF, b->of);
    put_u32(head + AT_ENTRIES, (uint32_t)b->entry_count);
    put_u32(head + AT_OBJECTS, (uint32_t)b->object_count);
    put_u64(head + AT_TOTAL, total);
    put_u64(head + AT_CREATED, (uint64_t)b->created_ms);
    memcpy(head + AT_RECEIPT, b->last_receipt, 32);
    buf_add(&manifest, head, sizeof head);
    buf_add(&manifest, b->entries, b->entry_count * CHAIN_ENTRY);
    for (size_t i = 0; i < b->object_count; i++) {
        uint8_t row[OBJECT] = {0};
        memcpy(row, b->objects[i].id, 16);
        row[16] = (uint8_t)kind_of(&b->objects[i]);
        put_u32(row + 20, b->objects[i].part);
        put_u64(row + 24, b->objects[i].len);
        hash_plain(row + 32, b->objects[i].bytes, b->objects[i].len);
        buf_add(&manifest, row, sizeof row);
    }
    sign_make(sig, "manifest", manifest.data, manifest.len, seed);
    buf_add(&manifest, sig, sizeof sig);
    tar_add(out, "manifest", manifest.data, manifest.len);
    for (size_t i = 0; i < b->object_count; i++) {
        object_name(name, kind_of(&b->objects[i]), b->objects[i].id, b->objects[i].part);
        tar_add(out, name, b->objects[i].bytes, b->objects[i].len);
    }
    tar_end(out);
    buf_fini(&manifest);
    return true;
}

static bool bad(struct err *err, const char *what)
{
    return err_set(err, ERR_INPUT, "the batch is not whole: %s", what);
}

static bool read_manifest(struct batch *b, const uint8_t *m, size_t len, batch_known *known,
                          void *user, struct err *err)
{
    if (len < HEADER + SIGN_BYTES || memcmp(m, "SBM1", 4) != 0) {
        return bad(err, "it has no manifest");
    }
    if (!known(user, m + AT_STUDY, m + AT_KEY) ||
        !sign_check(m + len - SIGN_BYTES, "manifest", m, len - SIGN_BYTES, m + AT_KEY)) {
        return err_set(err, ERR_AUTH, "the batch is not signed by a device of this study");
    }
    memset(b, 0, sizeof *b);
    b->entry_count = get_u32(m + AT_ENTRIES);
    b->object_count = get_u32(m + AT_OBJECTS);
    uint16_t version = get_u16(m + 4);
    if (version < 1 || version > 2 || b->entry_count > BATCH_ENTRIES_MAX ||
        b->object_count > BATCH_OBJECTS_MAX ||
        len != HEADER + b->entry_count * CHAIN_ENTRY + b->object_count * OBJECT + SIGN_BYTES) {
        return bad(err, "the manifest's counts are wrong");
    }
    memcpy(b->batch_id, m + AT_BATCH, 16);
    memcpy(b->study_id, m + AT_STUDY, 16);
    memcpy(b->device_key, m + AT_KEY, 32);
    b->first_seq = get_u64(m + AT_FIRST);
    b->last_seq = get_u64(m + AT_LAST);
    memcpy(b->prev_hash, m + AT_PREV, 32);
    memcpy(b->head_hash, m + AT_HEAD, 32);
    b->device_head_seq = get_u64(m + AT_DEVICE_HEAD);
    b->volume = get_u32(m + AT_VOLUME);
    b->of = get_u32(m + AT_OF);
    b->created_ms = (int64_t)get_u64(m + AT_CREATED);
    memcpy(b->last_receipt, m + AT_RECEIPT, 32);
    b->entries = m + HEADER;
    return true;
}

static bool check_chain(const struct batch *b, struct err *err)
{
    uint8_t prev[32];
    memcpy(prev, b->prev_hash, 32);
    for (size_t i = 0; i < b->entry_count; i++) {
        struct chain_entry e;
        const uint8_t *bytes = b->entries + i * CHAIN_ENTRY;
        if (!chain_read(&e, bytes, b->device_key)) {
            return err_set(err, ERR_AUTH, "an entry is not signed by the device");
        }
        if (e.seq != b->first_seq + i || memcmp(e.prev, prev, 32) != 0) {
            return bad(err, "the chain is broken");
        }
        chain_hash(prev, bytes);
    }
    if (b->entry_count &&
        (memcmp(prev, b->head_hash, 32) != 0 || b->last_seq != b->first_seq + b->entry_count - 1)) {
        return bad(err, "the chain's head is wrong");
    }
    return true;
}

enum { AT_OBJECT = 40, AT_OBJECT_HASH = 64 }; /* in a chain entry */

static int by_object(const void *a, const void *b)
{
    const uint8_t *one = *(const uint8_t *const *)a, *other = *(const uint8_t *const *)b;
    int order = memcmp(one + AT_OBJECT, other + AT_OBJECT, 16);
    return order ? order : memcmp(one + AT_OBJECT_HASH, other + AT_OBJECT_HASH, 32);
}

/* The batch's chain entries, sorted by the object that each names. */
static const uint8_t **entries_by_object(const struct batch *b, struct arena *arena)
{
    const uint8_t **list = arena_alloc(arena, (b->entry_count + 1) * sizeof *list);
    for (size_t i = 0; i < b->entry_count; i++) {
        list[i] = b->entries + i * CHAIN_ENTRY;
    }
    if (b->entry_count) {
        qsort(list, b->entry_count, sizeof *list, by_object);
    }
    return list;
}

/* True if a chain entry of the batch names this object and its hash. */
static bool vouched(const uint8_t *const *entries, size_t count, const uint8_t id[16],
                    const uint8_t hash[32])
{
    uint8_t key[CHAIN_ENTRY] = {0};
    const uint8_t *wanted = key;
    memcpy(key + AT_OBJECT, id, 16);
    memcpy(key + AT_OBJECT_HASH, hash, 32);
    return count && bsearch(&wanted, entries, count, sizeof *entries, by_object) != NULL;
}

static bool read_row(struct batch_object *o, const uint8_t row[OBJECT], uint16_t version,
                     struct err *err)
{
    *o = (struct batch_object){.kind = version == 1 ? BATCH_RECORD : (enum batch_kind)row[16]};
    if (o->kind < BATCH_RECORD || o->kind > BATCH_PART) {
        return bad(err, "an object is of an unknown kind");
    }
    memcpy(o->id, row, 16);
    o->part = o->kind == BATCH_RECORD ? 0 : get_u32(row + 20);
    return true;
}

static bool read_object(struct batch_object *o, struct tar_reader *r, uint64_t len, struct err *err)
{
    char name[TAR_NAME];
    struct tar_member m;
    struct err fault = {0};
    object_name(name, o->kind, o->id, o->part);
    if (!tar_next(r, &m, &fault) || strcmp(m.name, name) != 0 || m.len != len) {
        return bad(err, "an object is missing");
    }
    o->bytes = m.bytes;
    o->len = m.len;
    hash_plain(o->hash, o->bytes, o->len);
    return true;
}

/* A part is in the list that stands before it in the batch.  One that the device has no more is
 * vouched for by the manifest's signature alone. */
static bool is_listed(const struct batch_object *o, const struct batch_object *list)
{
    return list && memcmp(list->id, o->id, 16) == 0 && o->part < list->part &&
           (!o->len ||
            memcmp((const uint8_t *)list->bytes + o->part * (size_t)32, o->hash, 32) == 0);
}

/* `hash`: what the manifest says.  *list: that of the recording whose parts follow. */
static bool check_object(const struct batch *b, const struct batch_object *o,
                         const uint8_t *const *entries, const uint8_t hash[32],
                         const struct batch_object **list, struct err *err)
{
    uint8_t root[32];
    bool right = memcmp(o->hash, hash, 32) == 0;
    if (o->kind == BATCH_PART) {
        right = right && is_listed(o, *list);
    } else if (o->kind == BATCH_PARTS) {
        hash_tagged(root, "sb1-rec-root", o->bytes, o->len);
        right = right && o->len == o->part * (size_t)32 &&
                vouched(entries, b->entry_count, o->id, root);
        *list = o;
    } else {
        right = right && vouched(entries, b->entry_count, o->id, o->hash);
    }
    return right || bad(err, "an object is not what the chain says");
}

bool batch_read(struct batch *b, struct arena *arena, const void *bytes, size_t len,
                batch_known *known, void *user, struct err *err)
{
    struct tar_reader r = {.bytes = bytes, .len = len};
    struct tar_member m;
    struct err fault = {0};
    if (len > BATCH_MAX) {
        return err_set(err, ERR_LIMIT, "the batch is larger than %d MiB", (int)(BATCH_MAX >> 20));
    }
    if (!tar_next(&r, &m, &fault) || strcmp(m.name, "manifest") != 0) {
        return bad(err, "it has no manifest");
    }
    const uint8_t *manifest = (const uint8_t *)m.bytes;
    size_t manifest_len = m.len;
    if (!read_manifest(b, manifest, manifest_len, known, user, err) || !check_chain(b, err)) {
        return false;
    }
    const uint8_t *row = manifest + HEADER + b->entry_count * CHAIN_ENTRY;
    const uint8_t **entries = entries_by_object(b, arena);
    b->objects = arena_alloc(arena, (b->object_count + 1) * sizeof *b->objects);
    const struct batch_object *list = NULL;
    uint16_t version = get_u16(manifest + 4);
    for (size_t i = 0; i < b->object_count; i++, row += OBJECT) {
        struct batch_object *o = &b->objects[i];
        if (!read_row(o, row, version, err) || !read_object(o, &r, get_u64(row + 24), err) ||
            !check_object(b, o, entries, row + 32, &list, err)) {
            return false;
        }
    }
    if (tar_next(&r, &m, &fault) || fault.code != ERR_NONE) {
        return bad(err, "something follows its end");
    }
    return true;
}
