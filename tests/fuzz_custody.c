/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that custody reads behind the age layer: each parser gets the bytes. */
#include "tests/fuzz.h"

#include "forms/journal.h"
#include "platform/batch.h"
#include "platform/enrol.h"
#include "platform/package.h"
#include "platform/receipt.h"
#include "platform/record.h"
#include "platform/tar.h"
#include "platform/travel.h"

static bool anybody(void *user, const uint8_t study[16], const uint8_t key[32])
{
    (void)user;
    (void)study;
    (void)key;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct catalogue catalogue;
    static struct invite invite;
    struct arena arena;
    struct batch batch;
    struct record record;
    struct package package;
    struct receipt receipt;
    struct enrol_request request;
    struct enrol_grant grant;
    struct journal_event event;
    struct tar_reader reader = {.bytes = (const char *)data, .len = size};
    struct tar_member member;
    struct err err = {0};
    unsigned taken = 0;
    arena_init(&arena);
    taken += batch_read(&batch, &arena, data, size, anybody, NULL, &err);
    static const uint8_t key[32] = {1};
    taken += record_read(&record, data, size, key, &err);
    taken += package_read(&package, data, size, NULL, &err);
    taken += catalogue_read(&catalogue, data, size, NULL, &err);
    taken += receipt_read(&receipt, data, size, &catalogue, &err);
    taken += invite_read(&invite, data, size, &err);
    taken += enrol_request_read(&request, data, size, &err);
    taken += enrol_grant_read(&grant, data, size, &err);
    taken += journal_read(&event, &arena, data, size, &err);
    struct travel_request journey;
    uint8_t sealed[TRAVEL_SEALED];
    taken += travel_request_read(&journey, data, size, &err);
    taken += travel_answer_read(sealed, data, size, key, &err);
    while (tar_next(&reader, &member, &err)) {
        taken++;
    }
    arena_fini(&arena);
    return taken > 1000000;
}
