/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts and messages for the devices. */
#include "tools/desk/desk_post.h"

#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/custody/receipt.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"

struct box { /* a device, and the key that its post is sealed to */
    uint8_t device[16], key[32];
};
struct posting {
    struct desk *desk;
    const uint8_t *seed, *cert;
    const char *out;
    int64_t wall_ms;
    struct post_report *report;
    struct box *boxes;
    size_t box_count;
};

static bool put_sealed(const struct posting *p, const struct buf *plain, const uint8_t box_pk[32],
                       struct err *err)
{
    struct buf sealed = {0};
    uint8_t id[8];
    char name[32];
    secret_random(id, sizeof id);
    text_hex(name, id, sizeof id);
    strcat(name, ".age");
    bool ok = age_seal(&sealed, plain->data, plain->len, (const uint8_t(*)[32])box_pk, 1, err) &&
              file_put(p->out, name, sealed.data, sealed.len, NULL, err);
    buf_fini(&sealed);
    return ok;
}

static bool write_message(void *user, const struct message *kept, int64_t wall_ms, bool taken,
                          struct err *err)
{
    struct posting *p = user;
    struct buf plain = {0};
    const uint8_t *key = NULL;
    (void)wall_ms;
    if (taken) {
        return true;
    }
    bool holds_answers = kept->kind == MESSAGE_ASSIGN || kept->kind == MESSAGE_SEND_BACK;
    if (holds_answers && !desk_may_tell(p->desk, kept->device_id, NULL)) {
        p->report->revoked++;
        return true;
    }
    for (size_t i = 0; i < p->box_count; i++) {
        if (memcmp(p->boxes[i].device, kept->device_id, 16) == 0) {
            key = p->boxes[i].key;
        }
    }
    bool ok = (key || err_set(err, ERR_INPUT, "a message is for a device that is not here")) &&
              message_write(&plain, kept, p->cert, p->seed, err) && put_sealed(p, &plain, key, err);
    p->report->messages += ok;
    buf_fini(&plain);
    return ok;
}

static bool write_receipt(void *user, const struct desk_device *d, struct err *err)
{
    struct posting *p = user;
    struct receipt r = {
        .acked_seq = d->contiguous, .copies = 1, .issued_at = (uint64_t)p->wall_ms / 1000};
    struct buf plain = {0};
    p->boxes = mem_grow(p->boxes, p->box_count + 1, sizeof *p->boxes);
    memcpy(p->boxes[p->box_count].device, d->id, 16);
    memcpy(p->boxes[p->box_count++].key, d->box_pk, 32);
    if (!d->contiguous) {
        return true;
    }
    memcpy(r.study_id, desk_catalogue(p->desk)->study_id, 16);
    memcpy(r.device_id, d->id, 16);
    memcpy(r.acked_head, d->head, 32);
    secret_random(r.receipt_id, 16);
    bool ok = desk_count_receipt(p->desk, d, &r.counter, err);
    if (ok) {
        receipt_write(&plain, &r, p->cert, p->seed);
        ok = put_sealed(p, &plain, d->box_pk, err);
    }
    p->report->receipts += ok;
    buf_fini(&plain);
    return ok;
}

bool desk_post(struct desk *desk, const uint8_t seed[32], const uint8_t cert[CERT_BYTES],
               const char *out, int64_t wall_ms, struct post_report *report, struct err *err)
{
    struct posting p = {
        .desk = desk, .seed = seed, .cert = cert, .out = out, .wall_ms = wall_ms, .report = report};
    *report = (struct post_report){0};
    bool ok = file_folder(out, 0700, err) && desk_devices(desk, write_receipt, &p, err) &&
              desk_messages(desk, write_message, &p, err);
    free(p.boxes);
    return ok;
}
