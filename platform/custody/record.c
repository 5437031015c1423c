/* SPDX-License-Identifier: Apache-2.0 */
/* Writes records, and reads and verifies them. */
#include "platform/custody/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    AT_MAGIC = 0,
    AT_VERSION = 4,
    AT_FLAGS = 6,
    AT_RECORD = 8,
    AT_STUDY = 24,
    AT_DEVICE = 40,
    AT_SEQ = 56,
    AT_PREV = 64,
    AT_PACKAGE = 96,
    AT_RECIPIENTS = 128,
    AT_TIME = 144,
    AT_XML_LEN = 152,
    AT_ATT_LEN = 156,
    AT_BODY_HASH = 160,
    AT_SIG = 192
};
static const char magic[] = "SBR1";

/* The smallest power of two, at least 4096, that holds `len`. */
static size_t record_bucket(size_t len)
{
    size_t bucket = RECORD_BUCKET_MIN;
    while (bucket < len) {
        bucket *= 2;
    }
    assert((bucket & (bucket - 1)) == 0); /* lengths tell nothing but a power of two */
    return bucket;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

void record_recipients_hash(uint8_t out[16], const uint8_t (*recipients)[32], size_t count)
{
    uint8_t hash[32];
    uint8_t *sorted = mem_alloc(count * 32);
    memcpy(sorted, recipients, count * 32);
    qsort(sorted, count, 32, by_bytes);
    hash_tagged(hash, "sb1-recips", sorted, count * 32);
    memcpy(out, hash, 16);
    free(sorted);
}

bool record_write(struct buf *out, const struct record *r, const uint8_t seed[SIGN_SEED],
                  struct err *err)
{
    uint8_t head[RECORD_HEADER] = {0};
    if (r->xml_len > RECORD_MAX || r->files_len > RECORD_MAX - r->xml_len) {
        return err_set(err, ERR_LIMIT, "the interview is larger than %d MiB",
                       (int)(RECORD_MAX >> 20));
    }
    struct buf body = {0};
    size_t size = record_bucket(RECORD_HEADER + r->xml_len + r->files_len);
    buf_reserve(&body, size - RECORD_HEADER);
    buf_add(&body, r->xml, r->xml_len);
    buf_add(&body, r->files ? r->files : "", r->files_len);
    while (body.len < size - RECORD_HEADER) {
        static const char zeros[1024];
        size_t left = size - RECORD_HEADER - body.len;
        buf_add(&body, zeros, left < sizeof zeros ? left : sizeof zeros);
    }
    memcpy(head + AT_MAGIC, magic, 4);
    put_u16(head + AT_VERSION, 1);
    put_u16(head + AT_FLAGS, (uint16_t)(r->flags | (r->files_len ? RECORD_ATTACHMENTS : 0)));
    memcpy(head + AT_RECORD, r->record_id, 16);
    memcpy(head + AT_STUDY, r->study_id, 16);
    memcpy(head + AT_DEVICE, r->device_id, 16);
    put_u64(head + AT_SEQ, r->seq);
    memcpy(head + AT_PREV, r->prev_hash, 32);
    memcpy(head + AT_PACKAGE, r->package_hash, 32);
    memcpy(head + AT_RECIPIENTS, r->recipients_hash, 16);
    put_u64(head + AT_TIME, (uint64_t)r->finalised_ms);
    put_u32(head + AT_XML_LEN, (uint32_t)r->xml_len);
    put_u32(head + AT_ATT_LEN, (uint32_t)r->files_len);
    hash_tagged(head + AT_BODY_HASH, "sb1-record-body", body.data, body.len);
    sign_make(head + AT_SIG, "record", head, AT_SIG, seed);
    buf_add(out, head, sizeof head);
    buf_add(out, body.data, body.len);
    buf_fini(&body);
    return true;
}

bool record_read(struct record *r, const void *data, size_t len,
                 const uint8_t public_key[SIGN_PUBLIC], struct err *err)
{
    const uint8_t *bytes = data;
    uint8_t hash[32];
    if (len < RECORD_HEADER || memcmp(bytes, magic, 4) != 0) {
        return err_set(err, ERR_INPUT, "this is no record");
    }
    if (!sign_check(bytes + AT_SIG, "record", bytes, AT_SIG, public_key)) {
        return err_set(err, ERR_AUTH, "the record is not signed by this device");
    }
    if (get_u16(bytes + AT_VERSION) != 1) {
        return err_set(err, ERR_INPUT, "the record is of a newer version");
    }
    size_t xml_len = get_u32(bytes + AT_XML_LEN), att_len = get_u32(bytes + AT_ATT_LEN);
    hash_tagged(hash, "sb1-record-body", bytes + RECORD_HEADER, len - RECORD_HEADER);
    if (memcmp(hash, bytes + AT_BODY_HASH, 32) != 0 || xml_len > len - RECORD_HEADER ||
        att_len > len - RECORD_HEADER - xml_len) {
        return err_set(err, ERR_INPUT, "the record is damaged");
    }
    memset(r, 0, sizeof *r);
    r->flags = get_u16(bytes + AT_FLAGS);
    memcpy(r->record_id, bytes + AT_RECORD, 16);
    memcpy(r->study_id, bytes + AT_STUDY, 16);
    memcpy(r->device_id, bytes + AT_DEVICE, 16);
    r->seq = get_u64(bytes + AT_SEQ);
    memcpy(r->prev_hash, bytes + AT_PREV, 32);
    memcpy(r->package_hash, bytes + AT_PACKAGE, 32);
    memcpy(r->recipients_hash, bytes + AT_RECIPIENTS, 16);
    r->finalised_ms = (int64_t)get_u64(bytes + AT_TIME);
    r->xml = (const char *)bytes + RECORD_HEADER;
    r->xml_len = xml_len;
    r->files = att_len ? r->xml + xml_len : NULL;
    r->files_len = att_len;
    return true;
}
