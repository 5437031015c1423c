/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the desk's sealed records. */
#include "tools/desk/desk_records.h"

#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"

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

bool desk_records_init(struct desk_records *r, struct desk *desk, const uint8_t identity[32],
                       struct err *err)
{
    *r = (struct desk_records){.desk = desk, .identity = identity};
    return desk_forms(desk, keep_version, r, err) && desk_devices(desk, keep_device, r, err);
}

void desk_records_fini(struct desk_records *r)
{
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

enum desk_opened desk_record_open(const struct desk_records *records, const struct desk_object *o,
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
