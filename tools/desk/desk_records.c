/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the desk's sealed records. */
#include "tools/desk/desk_records.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_ledger.h"

static bool keep_version(void *user, const struct desk_form_row *row, struct err *err)
{
    struct desk_records *r = user;
    struct form *form;
    if (!form_load(&form, row->xml, row->xml_len, &xml_trusted, err)) {
        return false;
    }
    r->versions = mem_grow(r->versions, r->version_count + 1, sizeof *r->versions);
    memcpy(r->versions[r->version_count].hash, row->hash, 32);
    r->versions[r->version_count++].form = form;
    return true;
}

static bool keep_device(void *user, const struct desk_device *device, struct err *err)
{
    struct desk_records *r = user;
    (void)err;
    r->devices = mem_grow(r->devices, r->device_count + 1, sizeof *r->devices);
    r->devices[r->device_count++] = *device;
    return true;
}

static bool init(struct desk_records *r, struct desk *desk, const uint8_t identity[32], bool held,
                 struct err *err)
{
    *r = (struct desk_records){.desk = desk, .identity = identity};
    return desk_forms(desk, keep_version, r, err) && desk_devices(desk, keep_device, r, err) &&
           desk_edits_read(&r->edits, r, held, err);
}

bool desk_records_init(struct desk_records *r, struct desk *desk, const uint8_t identity[32],
                       struct err *err)
{
    return init(r, desk, identity, false, err);
}

bool desk_records_init_held(struct desk_records *r, struct desk *desk, const uint8_t identity[32],
                            struct err *err)
{
    return init(r, desk, identity, true, err);
}

bool desk_records_log(struct desk_records *r, const char *what, const char *why, struct err *err)
{
    struct ledger_entry e = {.wall_ms = clock_wall_ms(),
                             .kind = LEDGER_ACCESS,
                             .what = what,
                             .why = why,
                             .body = r->opened.data,
                             .len = r->opened.len};
    if (e.len == 16) {
        memcpy(e.record, r->opened.data, 16);
    }
    bool ok = desk_ledger_add(r->desk, &e, err);
    buf_cut(&r->opened, 0);
    tally_fini(&r->noted);
    r->noted = (struct tally){0};
    return ok;
}

void desk_records_fini(struct desk_records *r)
{
    assert(!r->opened.len); /* each opening is in the log */
    buf_fini(&r->opened);
    tally_fini(&r->noted);
    desk_edits_fini(&r->edits);
    for (size_t i = 0; i < r->version_count; i++) {
        form_free(r->versions[i].form);
    }
    free(r->versions);
    free(r->devices);
}

static const uint8_t *device_key(const struct desk_records *r, const uint8_t id[16])
{
    for (size_t i = 0; i < r->device_count; i++) {
        if (memcmp(r->devices[i].id, id, 16) == 0) {
            return r->devices[i].sign_pk;
        }
    }
    return NULL;
}

enum desk_opened desk_record_open(struct desk_records *records, const struct desk_object *o,
                                  struct buf *plain, struct record *r)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])records->identity, .count = 1};
    const struct catalogue *catalogue = desk_catalogue(records->desk);
    const uint8_t *key = device_key(records, o->device);
    enum age_result result = AGE_OPENED;
    if (key && age_open(plain, o->sealed, o->len, &keys, &result, NULL) &&
        record_read(r, plain->data, plain->len, key, NULL) &&
        memcmp(r->study_id, catalogue->study_id, 16) == 0 &&
        memcmp(r->device_id, o->device, 16) == 0 && r->seq == o->seq) {
        if (!records->again && tally_add(&records->noted, r->record_id) == 1) {
            buf_add(&records->opened, r->record_id, 16);
        }
        return DESK_OPENED;
    }
    return result == AGE_NO_MATCH && catalogue->own_count ? DESK_CLOSED : DESK_UNREADABLE;
}

const struct form *desk_record_form(const struct desk_records *records, const struct record *r)
{
    for (size_t i = 0; i < records->version_count; i++) {
        if (memcmp(records->versions[i].hash, r->package_hash, 32) == 0) {
            return records->versions[i].form;
        }
    }
    return NULL;
}

void desk_record_submitter(char *out, size_t size, const struct form *form, const struct record *r)
{
    struct arena arena;
    struct xml *root;
    *out = '\0';
    arena_init(&arena);
    if (form->submitter && xml_parse(&root, &arena, r->xml, r->xml_len, &xml_foreign, NULL)) {
        const struct xml *at = root;
        const char *path = strchr(form->submitter->path + 1, '/');
        while (at && path && *path == '/') {
            size_t n = strcspn(++path, "/");
            at = xml_child(at, arena_copy(&arena, path, n));
            path += n;
        }
        if (at) {
            snprintf(out, size, "%s", xml_content(&arena, at));
        }
    }
    arena_fini(&arena);
}

void desk_record_key(char out[48], const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    snprintf(out, 48, "uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void desk_record_date(const struct desk_records *records, struct record *r)
{
    const struct desk_family *f = desk_family_of(&records->edits, r->record_id);
    r->finalised_ms = f ? f->first_ms : r->finalised_ms;
}

void desk_put_when(char out[40], int64_t ms)
{
    clock_iso(out, 40, ms, clock_zone_minutes(ms), false);
    out[10] = ' ';
    out[16] = '\0';
}

void desk_put_line(struct buf *out, const char *text)
{
    for (; *text; text++) {
        buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
    }
}
