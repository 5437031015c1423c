/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that custody reads behind the age layer: each parser gets the bytes. */
#include "tests/fuzz/fuzz.h"

#include "forms/engine/journal.h"
#include "platform/custody/message.h"
#include "platform/custody/batch.h"
#include "platform/custody/enrol.h"
#include "platform/custody/package.h"
#include "platform/custody/receipt.h"
#include "platform/custody/record.h"
#include "platform/custody/sendback.h"
#include "platform/custody/tar.h"
#include "platform/custody/travel.h"

static bool anybody(void *user, const uint8_t study[16], const uint8_t key[32])
{
    (void)user;
    (void)study;
    (void)key;
    return true;
}

static const uint8_t seed[32] = {0x42};

/* What is read is written again, and is read again. */
static void again_batch(const struct batch *b)
{
    struct buf out = {0};
    struct arena arena;
    struct batch back;
    struct batch own = *b;
    arena_init(&arena);
    sign_public(own.device_key, seed);
    if (batch_write(&out, &own, seed, NULL) && out.len <= BATCH_MAX &&
        !batch_read(&back, &arena, out.data, out.len, anybody, NULL, NULL)) {
        abort();
    }
    arena_fini(&arena);
    buf_fini(&out);
}

static void again_record(const struct record *r)
{
    struct buf out = {0};
    struct record back;
    if (!record_write(&out, r, seed, NULL) || !record_read(&back, out.data, out.len, seed, NULL) ||
        back.xml_len != r->xml_len || back.files_len != r->files_len) {
        abort();
    }
    uint8_t two[2][32] = {{1}, {2}}, one_way[16], other[16];
    record_recipients_hash(one_way, (const uint8_t(*)[32])two, 2);
    memset(two, 0, sizeof two);
    two[0][0] = 2;
    two[1][0] = 1;
    record_recipients_hash(other, (const uint8_t(*)[32])two, 2);
    if (memcmp(one_way, other, 16) != 0) { /* their order says nothing */
        abort();
    }
    buf_fini(&out);
}

static void again_catalogue(struct catalogue *c)
{
    struct buf out = {0};
    static struct catalogue back;
    struct cert cert;
    unsigned trusts = 0;
    sign_public(c->roots[0], seed);
    c->threshold = 1;
    if (catalogue_write(&out, c, (const uint8_t(*)[32]) & seed, 1, NULL) &&
        !catalogue_read(&back, out.data, out.len, NULL, NULL)) {
        abort();
    }
    for (unsigned i = 0; i < c->cert_count; i++) {
        for (int role = CERT_AUTHOR; role <= CERT_COORDINATOR; role++) {
            trusts += catalogue_trusts(c, c->certs[i], (enum cert_role)role, &cert);
        }
    }
    if (trusts > 5 * c->cert_count) {
        abort();
    }
    for (unsigned i = 0; i < c->own_count; i++) {
        uint8_t keys[CATALOGUE_RECIPIENTS_MAX][32];
        if (catalogue_recipients_of(c, c->own[i].form, keys) < 2) {
            abort();
        }
    }
    (void)!catalogue_follows(c, "new", 3, c->epoch / 2, "old", 3, NULL);
    (void)!catalogue_follows(c, "new", 3, c->epoch + 1, "old", 3, NULL);
    (void)!catalogue_follows(c, "new", 3, c->epoch, "old", 3, NULL);
    buf_fini(&out);
}

static void again_package(const struct package *p, const struct catalogue *c, const void *data,
                          size_t size)
{
    static struct catalogue lists;
    struct buf out = {0};
    struct package back;
    const char *bytes;
    size_t len;
    uint8_t cert[CERT_BYTES];
    struct cert own = p->author;
    bool found = package_find(p, "form.xml", &bytes, &len);
    struct package_file file = {"form.xml", found ? bytes : "", found ? len : 0};
    sign_public(own.subject, seed);
    cert_make(cert, &own, seed);
    own.scope[sizeof own.scope - 1] = '\0';
    if (package_write(
            &out, &(struct package_spec){own.study_id, own.scope, p->serial, p->flags, &file, 1},
            cert, seed, NULL) &&
        !package_read(&back, out.data, out.len, NULL, NULL)) {
        abort();
    }
    if (package_write(&out, &(struct package_spec){own.study_id, own.scope, 1, 0, &file, 1}, cert,
                      p->hash, NULL) ||
        (own.scope[0] &&
         package_write(&out, &(struct package_spec){own.study_id, "", 1, 0, &file, 1}, cert, seed,
                       NULL))) {
        abort(); /* another's key, a form that is not the author's */
    }
    static char long_name[200];
    memset(long_name, 'n', sizeof long_name - 1);
    struct package_file odd = {long_name, "", 0};
    if (package_write(&out, &(struct package_spec){own.study_id, own.scope, 1, 0, &odd, 1}, cert,
                      seed, NULL)) {
        abort();
    }
    /* in a catalogue that lists it: read if its author is trusted */
    lists = *c;
    lists.form_count = 1;
    memcpy(lists.forms[0].form, p->form_hash, 32);
    memcpy(lists.forms[0].package, p->hash, 32);
    lists.forms[0].serial = p->serial;
    if (package_read(&back, data, size, &lists, NULL) &&
        !(package_trusted(p, &lists) && package_listed(p, &lists))) {
        abort();
    }
    if (package_read(&back, data, size, c, NULL)) { /* this one lists nothing */
        abort();
    }
    (void)!package_in_scope(p, own.scope);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct catalogue catalogue, kept; /* kept: of the golden files' study */
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
    if (!kept.root_count) {
        uint8_t root[32];
        memset(root, 0x10, sizeof root);
        memset(kept.study_id, 0xA5, sizeof kept.study_id);
        kept.root_count = kept.threshold = 1;
        sign_public(kept.roots[0], root);
    }
    arena_init(&arena);
    if (batch_read(&batch, &arena, data, size, anybody, NULL, &err)) {
        again_batch(&batch);
        taken++;
    }
    static const uint8_t key[32] = {1};
    if (record_read(&record, data, size, key, &err)) {
        again_record(&record);
        taken++;
    }
    if (catalogue_read(&catalogue, data, size, NULL, &err)) {
        again_catalogue(&catalogue);
        taken++;
    }
    if (package_read(&package, data, size, NULL, &err)) {
        again_package(&package, &kept, data, size);
        taken++;
    }
    if (receipt_read(&receipt, data, size, &kept, &err)) {
        struct buf out = {0};
        receipt_write(&out, &receipt, data + 160, seed);
        buf_fini(&out);
        taken++;
    }
    struct message message;
    if (message_read(&message, data, size, &kept, &err)) {
        struct buf out = {0};
        if (message.len > size || !message_write(&out, &message, data + 128, seed, NULL)) {
            abort();
        }
        buf_fini(&out);
        taken++;
    }
    struct sendback sent;
    if (sendback_read(&sent, data, size, &err)) {
        struct buf out = {0};
        sendback_write(&out, &sent);
        if (out.len != size || memcmp(out.data, data, size) != 0) {
            abort();
        }
        buf_fini(&out);
        taken++;
    }
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
