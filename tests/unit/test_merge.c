/* SPDX-License-Identifier: Apache-2.0 */
/* Do two desks of a study become one, without loss, twice over, and not against a person's will? */
#include "tests/lib/correction.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_merge.h"
#include "tools/desk/desk_sources.h"

struct desks { /* two devices of one study, each with a desk of its own */
    struct field here, there;
    struct buf told;
};

static void begin(struct desks *d)
{
    *d = (struct desks){.told = {0}};
    correction_begin(&d->here, NULL);
    correction_begin(&d->there, NULL);
    desk_set_person(d->here.desk, "Nurlan");
    desk_set_person(d->there.desk, "Zarina");
}

static void end(struct desks *d)
{
    buf_fini(&d->told);
    correction_end(&d->here);
    correction_end(&d->there);
}

static void tell(void *user, const char *text)
{
    buf_join(user, text, "\n", NULL);
}

static bool try_merge(struct desks *d, struct desk *to, struct desk *from, struct desk_merge *out,
                      struct err *err)
{
    *out = (struct desk_merge){.wall_ms = d->here.at_ms + 9000000, .tell = tell, .user = &d->told};
    buf_cut(&d->told, 0);
    buf_add(&d->told, "", 0);
    return desk_merge(to, from, d->here.study.coordinator, out, err);
}

static struct desk_merge merge(struct desks *d)
{
    struct err err = {0};
    struct desk_merge out;
    OK(try_merge(d, d->here.desk, d->there.desk, &out, &err));
    OK(desk_ledger_read(d->here.desk, NULL, NULL, &err));
    return out;
}

static void assert_nothing_new(const struct desk_merge *m)
{
    const unsigned counts[] = {m->devices,     m->forms,    m->entries,    m->records,
                               m->withdrawals, m->messages, m->reviews,    m->codings,
                               m->destroyed,   m->sources,  m->transcripts};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_int_equal(counts[i], 0);
    }
}

/* ---- records ---- */

struct found {
    const uint8_t *id;
    unsigned count;
    int64_t imported_ms;
    size_t len;
};

static bool find(void *user, const struct desk_object *o, struct err *err)
{
    struct found *f = user;
    (void)err;
    if (memcmp(o->id, f->id, 16) == 0) {
        f->count++;
        f->imported_ms = o->imported_ms;
        f->len = o->len;
    }
    return true;
}

static struct found held(struct desk *desk, const uint8_t id[16])
{
    struct err err = {0};
    struct found f = {.id = id};
    OK(desk_ids(desk, find, &f, &err));
    return f;
}

static bool note_device(void *user, const struct desk_device *d, struct err *err)
{
    struct desk_device *wanted = user;
    (void)err;
    if (memcmp(d->id, wanted->id, 16) == 0) {
        *wanted = *d;
    }
    return true;
}

static struct desk_device device_at(struct desk *desk, const uint8_t id[16])
{
    struct err err = {0};
    struct desk_device d = {.entries = 0};
    memcpy(d.id, id, 16);
    OK(desk_devices(desk, note_device, &d, &err));
    return d;
}

static void test_merge__takes_over_all_and_only_once(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    uint64_t counter;
    begin(&d);
    const uint8_t *device = device_id(d.there.study.device);
    struct desk_device its = device_at(d.there.desk, device);
    OK(desk_set_label(d.there.desk, device, "Khujand 03", &err));
    for (int i = 0; i < 3; i++) {
        OK(desk_count_receipt(d.there.desk, &its, &counter, &err));
    }
    struct desk_merge m = merge(&d);
    assert_int_equal(m.devices, 1);
    assert_int_equal(m.records, 1);
    assert_int_equal(m.entries, its.entries);
    assert_int_equal(m.apart + m.conflicts + m.left_out, 0);
    struct desk_device own = device_at(d.here.desk, device);
    assert_int_equal(own.contiguous, its.contiguous);
    assert_memory_equal(own.head, its.head, 32);
    assert_int_equal(own.receipt_seq, its.contiguous); /* the receipt that it has is known */
    OK(desk_count_receipt(d.here.desk, &own, &counter, &err));
    assert_int_equal(counter, 4); /* its device takes the next one, too */
    assert_int_equal(held(d.here.desk, d.there.first).imported_ms,
                     held(d.there.desk, d.there.first).imported_ms);
    char name[DESK_DEVICE_TEXT];
    OK(desk_device_text(d.here.desk, device, name, &err));
    assert_non_null(strstr(name, "Khujand 03"));
    m = merge(&d);
    assert_nothing_new(&m);
    OK(desk_count_receipt(d.here.desk, &own, &counter, &err));
    assert_int_equal(counter, 5); /* and is not set back */
    assert_int_equal(correction_export(&d.here, NULL).records, 2);
    end(&d);
}

/* The same batch went to both. */
static void test_merge__a_record_at_both_desks_is_one(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct import_report in;
    begin(&d);
    merge(&d);
    OK(desk_import(d.here.desk, d.there.batch.data, d.there.batch.len, 5, &in, &err));
    assert_true(in.known);
    assert_int_equal(held(d.here.desk, d.there.first).count, 1);
    end(&d);
}

/* The other desk has entries only from the middle on: what is missing stays missing. */
static void test_merge__gaps_are_filled_from_either_side(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct import_report in;
    uint8_t second[16];
    begin(&d);
    struct field *there = &d.there;
    struct interview *i = correction_open(there, there->first);
    correction_set(i, "/data/age", "91");
    correction_seal(i, "why", second);
    correction_carry(there, true); /* only this desk gets it */
    struct buf file = {0};
    bool fresh;
    study_device_file(&there->study, &file);
    OK(desk_add_device(d.here.desk, file.data, file.len, &fresh, &err));
    OK(desk_import(d.here.desk, there->batch.data, there->batch.len, 7, &in, &err));
    const uint8_t *device = device_id(there->study.device);
    merge(&d);
    struct desk_device own = device_at(d.here.desk, device);
    assert_int_equal(own.contiguous, own.highest);
    assert_int_equal(held(d.here.desk, there->first).count, 1);
    assert_int_equal(held(d.here.desk, second).count, 1);
    buf_fini(&file);
    end(&d);
}

static void test_merge__damage_at_the_other_desk_is_named(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    begin(&d);
    OK(db_run(d.there.desk->db, "UPDATE object SET sealed = x'00'", NULL, 0, NULL, NULL, &err));
    assert_false(try_merge(&d, d.here.desk, d.there.desk, &m, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.what, "damaged at the other desk"));
    assert_int_equal(held(d.here.desk, d.there.first).count, 0);
    end(&d);
}

static void test_merge__refuses_itself_and_other_studies(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    begin(&d);
    assert_false(try_merge(&d, d.here.desk, d.here.desk, &m, &err));
    assert_int_equal(err.code, ERR_INPUT);
    d.there.desk->catalogue.study_id[0] ^= 1;
    err = (struct err){0};
    assert_false(try_merge(&d, d.here.desk, d.there.desk, &m, &err));
    assert_int_equal(err.code, ERR_AUTH);
    d.there.desk->catalogue.study_id[0] ^= 1;
    end(&d);
}

/* ---- devices that are copied, revoked, or unknown ---- */

static void revoke_one(struct desks *d, uint8_t kind, const uint8_t *id, size_t len)
{
    struct err err = {0};
    struct study *s = &d->here.study;
    s->catalogue.revoked[s->catalogue.revoked_count].kind = kind;
    memcpy(s->catalogue.revoked[s->catalogue.revoked_count++].id, id, len);
    s->catalogue.epoch++;
    study_sign_catalogue(s);
    OK(desk_set_catalogue(d->here.desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
}

static void test_merge__a_revoked_device_is_kept_apart(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    unsigned records;
    char hex[33];
    begin(&d);
    struct desk_device its = device_at(d.there.desk, device_id(d.there.study.device));
    revoke_one(&d, 1, its.sign_pk, 32);
    struct desk_merge m = merge(&d);
    assert_int_equal(m.apart, 1);
    assert_int_equal(m.records, 1);
    assert_non_null(strstr(d.told.data, "kept apart"));
    assert_int_equal(correction_export(&d.here, NULL).records, 1);
    text_hex(hex, its.id, 16);
    OK(desk_accept(d.here.desk, hex, 0, study_wall, &records, &err));
    assert_int_equal(records, 1);
    m = merge(&d);
    assert_nothing_new(&m);
    assert_int_equal(m.apart, 0); /* what was accepted here stays accepted */
    end(&d);
}

static void test_merge__a_device_of_nobody_is_left_out(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    begin(&d);
    struct buf locked = {0}, plain = {0};
    uint8_t name[16];
    const uint8_t *device = device_id(d.there.study.device);
    desk_name(d.there.desk, name, "owner", device, 16);
    struct db_value v[] = {db_blob(name, 16)};
    OK(db_run(d.there.desk->db, "SELECT d FROM device WHERE id = ?1", v, 1, desk_take_blob, &locked,
              &err));
    struct db_value got = db_blob(locked.data, locked.len);
    OK(desk_unlock(d.there.desk, &plain, (struct desk_row){"device", name, 0}, &got, DEVICE_ROW,
                   &err));
    plain.data[DEVICE_CERT + 60] ^= 1; /* a certificate that no coordinator gave */
    OK(desk_put_device(d.there.desk, (const uint8_t *)plain.data, &err));
    OK(desk_review(d.there.desk, d.there.first, REVIEW_APPROVED, "ok", 5000, &err));
    struct desk_merge m = merge(&d);
    assert_int_equal(m.left_out, 1);
    assert_int_equal(m.records + m.devices + m.reviews, 0);
    assert_non_null(strstr(d.told.data, "not enrolled"));
    buf_fini(&locked);
    buf_fini(&plain);
    end(&d);
}

/* A device was copied: one copy handed over here, the other there. */
static void test_merge__two_sides_of_a_copied_device_are_kept_apart(void **state)
{
    uint8_t id[16];
    struct study *s = *state;
    struct err err = {0};
    struct desks d = {.told = {0}};
    struct desk *desks[2];
    struct import_report in;
    struct desk_merge m;
    struct export_report out;
    struct device_draft one;
    struct buf tar = {0};
    char command[300];
    uint64_t apart;
    uint8_t hash[32];
    static const char *const folders[2] = {"device", "copy"};
    study_device(s);
    study_enrol(s, hash);
    memcpy(d.here.study.coordinator, s->coordinator, 32);
    for (size_t i = 0; i < 2; i++) { /* two desks */
        struct buf file = {0};
        bool fresh;
        OK(desk_make(&desks[i], study_path(s, i ? "desk-b" : "desk-a"), &s->catalogue, NULL, &err));
        OK(desk_set_catalogue(desks[i], s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
        study_device_file(s, &file);
        OK(desk_add_device(desks[i], file.data, file.len, &fresh, &err));
        buf_fini(&file);
    }
    memcpy(id, device_id(s->device), 16);
    device_close(s->device);
    snprintf(command, sizeof command, "cp -r %s/device %s/copy", s->dir, s->dir);
    assert_int_equal(system(command), 0);
    for (uint8_t i = 0; i < 2; i++) {
        uint8_t record[16] = {7, i};
        const char *folder = i ? "out-b" : "out-a";
        OK(file_folder(study_path(s, folder), 0700, &err));
        OK(device_open(&s->device, study_path(s, folders[i]), &err));
        OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
        draft(s, &one, hash);
        OK(device_finish(s->device, &one, record, &finished, study_wall, &err));
        OK(device_export(s->device, study_path(s, folder), study_wall, &out, &err));
        buf_cut(&tar, 0);
        take_batch(s, folder, &tar);
        OK(desk_import(desks[i], tar.data, tar.len, 1, &in, &err));
        device_close(s->device);
        s->device = NULL;
    }
    struct desk_device side = device_at(desks[1], id);
    uint64_t counter;
    OK(desk_count_receipt(desks[1], &side, &counter, &err));
    OK(try_merge(&d, desks[0], desks[1], &m, &err));
    assert_int_equal(m.records, 1);
    assert_int_equal(m.apart, 1);
    assert_non_null(strstr(d.told.data, "two different entries"));
    assert_int_equal(device_at(desks[0], id).receipt_seq, 0); /* that was for the other side */
    OK(desk_kept_apart(desks[0], &apart, &err));
    assert_int_equal(apart, 2);
    OK(try_merge(&d, desks[0], desks[1], &m, &err));
    assert_nothing_new(&m);
    assert_int_equal(m.apart, 1); /* still to be decided */
    desk_close(desks[0]);
    desk_close(desks[1]);
    buf_fini(&tar);
    buf_fini(&d.told);
}

/* ---- reviews ---- */

static const struct desk_review *review_at(struct desk_reviews *all, struct desk *desk,
                                           const uint8_t id[16])
{
    struct err err = {0};
    OK(desk_reviews_read(all, desk, &err));
    return desk_review_of(all, id);
}

static void test_merge__the_later_review_counts_and_both_are_kept(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_reviews all;
    struct desk_merge m;
    struct buf log = {0};
    begin(&d);
    merge(&d);
    const uint8_t *id = d.there.first;
    OK(desk_review(d.there.desk, id, REVIEW_REJECTED, "too fast", 5000, &err));
    OK(desk_review(d.here.desk, id, REVIEW_APPROVED, "fine", 9000, &err));
    m = merge(&d);
    assert_int_equal(m.reviews, 1);
    const struct desk_review *r = review_at(&all, d.here.desk, id);
    assert_int_equal(r->state, REVIEW_APPROVED); /* said later, though taken over last */
    assert_int_equal(r->words, 2);
    desk_reviews_fini(&all);
    OK(desk_review(d.there.desk, id, REVIEW_HAS_ISSUES, "really", 12000, &err));
    m = merge(&d);
    assert_int_equal(m.reviews, 1);
    r = review_at(&all, d.here.desk, id);
    assert_int_equal(r->state, REVIEW_HAS_ISSUES);
    desk_reviews_fini(&all);
    /* back, and both are the same; nothing is said twice */
    OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
    assert_int_equal(m.reviews, 1);
    r = review_at(&all, d.there.desk, id);
    assert_int_equal(r->state, REVIEW_HAS_ISSUES);
    assert_int_equal(r->words, 3);
    desk_reviews_fini(&all);
    m = merge(&d);
    assert_int_equal(m.reviews, 0);
    /* who said it stays */
    OK(desk_tell_log(&log, d.here.desk, false, &err));
    assert_non_null(strstr(log.data, "Zarina  review rejected"));
    assert_non_null(strstr(log.data, "Nurlan  merge desk "));
    buf_fini(&log);
    /* a word at this desk counts after all that came, whatever its clock shows */
    OK(desk_review(d.here.desk, id, REVIEW_APPROVED, "last", 100, &err));
    r = review_at(&all, d.here.desk, id);
    assert_int_equal(r->state, REVIEW_APPROVED);
    desk_reviews_fini(&all);
    end(&d);
}

/* ---- withdrawals ---- */

static void test_merge__a_withdrawal_there_destroys_here(void **state)
{
    (void)state;
    struct desks d;
    struct buf log = {0};
    struct err err = {0};
    unsigned uses;
    begin(&d);
    merge(&d);
    correction_withdraw(&d.there, d.there.first, USE_ALL);
    assert_true(held(d.here.desk, d.there.first).len > 0);
    struct desk_merge m = merge(&d);
    assert_int_equal(m.withdrawals, 1);
    assert_int_equal(m.destroyed, 1);
    assert_int_equal(held(d.here.desk, d.there.first).len, 0);
    OK(desk_withdrawn(d.here.desk, d.there.first, &uses, &err));
    assert_int_equal(uses, USE_ALL);
    OK(desk_tell_log(&log, d.here.desk, false, &err));
    assert_non_null(strstr(log.data, "at another desk, by Zarina"));
    buf_fini(&log);
    m = merge(&d);
    assert_nothing_new(&m);
    struct desk_device own = device_at(d.here.desk, device_id(d.there.study.device));
    assert_int_equal(own.contiguous, own.highest); /* it does not count as missing */
    end(&d);
}

/* What cannot be opened here cannot say which cases it made. */
static void test_merge__a_withdrawn_record_that_does_not_open_is_named(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    begin(&d);
    merge(&d);
    correction_withdraw(&d.there, d.there.first, USE_ANSWERS);
    OK(db_run(d.here.desk->db, "UPDATE object SET sealed = x'00'", NULL, 0, NULL, NULL, &err));
    struct desk_merge m = merge(&d);
    assert_int_equal(m.withdrawals, 1);
    assert_int_equal(m.conflicts, 1);
    assert_non_null(strstr(d.told.data, "1 of the withdrawn records did not open"));
    end(&d);
}

static bool count_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *err)
{
    (void)wall_ms;
    (void)taken;
    (void)err;
    ((unsigned *)user)[m->kind]++;
    return true;
}

static void count_messages(struct desk *desk, unsigned kinds[MESSAGE_KIND_END])
{
    struct err err = {0};
    memset(kinds, 0, MESSAGE_KIND_END * sizeof *kinds);
    OK(desk_messages(desk, count_message, kinds, &err));
}

/* Both desks know both devices and both records. */
static void both(struct desks *d)
{
    struct err err = {0};
    struct desk_merge m;
    OK(try_merge(d, d->here.desk, d->there.desk, &m, &err));
    OK(try_merge(d, d->there.desk, d->here.desk, &m, &err));
}

/* The case that the other device made, for this one's device or back. */
static void assign(struct desks *d, struct desk *desk, bool back, int64_t wall_ms)
{
    struct desk_cases cases;
    struct err err = {0};
    struct desk_case *one = NULL;
    unsigned told = 0;
    OK(desk_cases_read(&cases, desk, d->here.study.coordinator, false, &err));
    for (struct desk_case *c = cases.first; c; c = c->next) {
        one = memcmp(c->maker.record, d->there.first, 16) == 0 ? c : one;
    }
    assert_non_null(one);
    const struct field *to = back ? &d->there : &d->here;
    OK(desk_begin(desk, &err));
    bool ok = desk_assign(desk, one, device_id(to->study.device), NULL, wall_ms, &told, &err);
    OK(desk_end(desk, ok, &err));
    assert_true(told > 0);
    desk_cases_fini(&cases);
}

/* Only this desk knows that the person withdrew.  The other has the record, has assigned its case,
 * and has sent it back. */
static void test_merge__what_was_withdrawn_here_does_not_come_back(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    unsigned kinds[MESSAGE_KIND_END];
    begin(&d);
    both(&d);
    assign(&d, d.there.desk, false, d.there.at_ms += 1000);
    OK(correction_send(&d.there, d.there.first, false, &err));
    d.here.at_ms += 500;
    correction_withdraw(&d.here, d.there.first, USE_ANSWERS);
    count_messages(d.there.desk, kinds);
    assert_int_equal(kinds[MESSAGE_ASSIGN], 1);
    assert_int_equal(kinds[MESSAGE_SEND_BACK], 1);
    struct desk_merge m = merge(&d);
    assert_int_equal(m.records, 0);
    assert_int_equal(held(d.here.desk, d.there.first).len, 0);
    count_messages(d.here.desk, kinds);
    assert_int_equal(kinds[MESSAGE_ASSIGN], 0);
    assert_int_equal(kinds[MESSAGE_SEND_BACK], 0);
    assert_non_null(strstr(d.told.data, "what a withdrawn record said"));
    assert_non_null(strstr(d.told.data, "still at the other desk"));
    /* the other desk learns of it */
    OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
    assert_int_equal(m.destroyed, 1);
    assert_int_equal(held(d.there.desk, d.there.first).len, 0);
    count_messages(d.there.desk, kinds);
    assert_int_equal(kinds[MESSAGE_ASSIGN] + kinds[MESSAGE_SEND_BACK], 0);
    assert_int_equal(kinds[MESSAGE_WITHDRAW], 1); /* the device is told once */
    m = merge(&d); /* whoever has the case is told to forget it: by both desks */
    assert_int_equal(m.withdrawals + m.destroyed + m.records, 0);
    count_messages(d.here.desk, kinds);
    assert_int_equal(kinds[MESSAGE_WITHDRAW], 1);
    m = merge(&d);
    assert_nothing_new(&m);
    assert_int_equal(m.conflicts, 0);
    end(&d);
}

/* ---- messages ---- */

static void test_merge__messages_come_once_and_devices_take_the_later(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    unsigned kinds[MESSAGE_KIND_END];
    begin(&d);
    OK(correction_send(&d.there, d.there.first, false, &err));
    struct desk_merge m = merge(&d);
    assert_int_equal(m.messages, 1);
    m = merge(&d);
    assert_int_equal(m.messages, 0);
    count_messages(d.here.desk, kinds);
    assert_int_equal(kinds[MESSAGE_SEND_BACK], 1);
    /* the other desk's message is known to be here: a second is asked for, as it would be there */
    d.here.at_ms += 100000;
    assert_false(correction_send(&d.here, d.there.first, false, &err));
    assert_non_null(strstr(err.what, "already"));
    end(&d);
}

static void test_merge__two_words_about_one_case_are_a_conflict(void **state)
{
    (void)state;
    static const struct {
        int64_t here_ms, there_ms; /* when each desk assigned the case; 0: it did not */
        unsigned conflicts, added;
        const char *told;
    } rows[] = {{0, 2000000, 0, 1, NULL},
                {1000000, 2000000, 1, 1, "both desks sent word"},
                {3000000, 2000000, 1, 0, "both desks sent word"}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct desks d;
        unsigned before[MESSAGE_KIND_END], after[MESSAGE_KIND_END];
        begin(&d);
        both(&d);
        assign(&d, d.there.desk, false, study_wall + rows[r].there_ms);
        if (rows[r].here_ms) {
            assign(&d, d.here.desk, false, study_wall + rows[r].here_ms);
        }
        count_messages(d.here.desk, before);
        struct desk_merge m = merge(&d);
        assert_int_equal(m.conflicts > 0, rows[r].conflicts);
        assert_true(!rows[r].told || strstr(d.told.data, rows[r].told));
        count_messages(d.here.desk, after);
        assert_int_equal(after[MESSAGE_ASSIGN], before[MESSAGE_ASSIGN] + rows[r].added);
        m = merge(&d);
        assert_nothing_new(&m);
        end(&d);
    }
}

/* The device took the withdrawal from here; the other desk knows it only from the device, still has
 * the content, and has assigned the case.  Nor does a withdrawal there leave the assignment. */
static void test_merge__a_case_that_only_its_device_knows_withdrawn(void **state)
{
    (void)state;
    struct desks d;
    unsigned kinds[MESSAGE_KIND_END];
    begin(&d);
    both(&d);
    d.here.at_ms += 500;
    correction_withdraw(&d.here, d.there.first, USE_ANSWERS);
    assign(&d, d.there.desk, false, d.here.at_ms += 5000000);
    struct desk *own = d.there.desk;
    d.there.desk = d.here.desk;
    correction_deliver(&d.there);
    d.there.desk = own;
    correction_carry(&d.there, false);
    assert_true(held(d.there.desk, d.there.first).len > 0);
    merge(&d);
    count_messages(d.here.desk, kinds);
    assert_int_equal(kinds[MESSAGE_ASSIGN], 0);
    correction_withdraw(&d.there, d.there.first, USE_ANSWERS);
    count_messages(d.there.desk, kinds);
    assert_int_equal(kinds[MESSAGE_ASSIGN], 0);
    end(&d);
}

/* Once both desks have the newer word, the older one is not sent out again. */
static void test_merge__an_older_word_does_not_follow_a_newer(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct desks d;
        struct err err = {0};
        struct desk_merge m;
        begin(&d);
        both(&d);
        if (way == 0) {
            assign(&d, d.there.desk, false, study_wall + 1000000);
            assign(&d, d.there.desk, true, study_wall + 2000000);
            assign(&d, d.here.desk, false, study_wall + 3000000);
        } else {
            struct send_back newer = {
                .on_all = "newer", .why = "", .again = true, .wall_ms = d.there.at_ms + 5000};
            OK(correction_send(&d.there, d.there.first, false, &err));
            OK(desk_send_back(d.here.desk, d.here.study.coordinator, d.there.first, &newer, &err));
        }
        OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
        m = merge(&d);
        assert_int_equal(m.messages, 0);
        if (way == 0) { /* the device has what the desk says it has */
            struct arena arena;
            struct entities cases;
            unsigned count = 0;
            correction_deliver(&d.here);
            arena_init(&arena);
            OK(cases_read(&cases, &arena, d.here.study.device, &err));
            for (struct entity *e = cases.first; e; e = e->next) {
                count += e->version > 0;
            }
            assert_int_equal(count, 2);
            arena_fini(&arena);
        }
        end(&d);
    }
}

static bool find_told(void *user, const struct message *m, int64_t wall_ms, bool taken,
                      struct err *err)
{
    struct message *wanted = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    if (memcmp(m->device_id, wanted->device_id, 16) == 0 && m->kind == wanted->kind) {
        wanted->counter = m->counter;
    }
    return true;
}

/* Both desks gave one case away, to different devices: one of them gives it back. */
static void test_merge__one_device_keeps_a_case_of_two(void **state)
{
    (void)state;
    for (int later = 0; later < 2; later++) { /* 1: the word of the other desk */
        struct desks d;
        struct err err = {0};
        begin(&d);
        both(&d);
        assign(&d, d.here.desk, false, study_wall + 1000000); /* to here's device, … */
        assign(&d, d.there.desk, false, study_wall + 500000);
        assign(&d, d.there.desk, true, study_wall + 600000 + later * 1000000); /* … and there's */
        struct desk_merge m = merge(&d);
        assert_true(m.conflicts > 0);
        struct message back = {.kind = MESSAGE_TAKE_BACK}, give = {.kind = MESSAGE_ASSIGN};
        const struct field *loser = later ? &d.here : &d.there;
        memcpy(back.device_id, device_id(loser->study.device), 16);
        memcpy(give.device_id, back.device_id, 16);
        OK(desk_messages(d.here.desk, find_told, &back, &err));
        OK(desk_messages(d.here.desk, find_told, &give, &err));
        assert_true(back.counter > give.counter);
        m = merge(&d);
        assert_nothing_new(&m);
        end(&d);
    }
}

static void test_merge__a_version_that_was_corrected_is_not_sent_back(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    uint8_t second[16];
    begin(&d);
    both(&d);
    struct interview *i = correction_open(&d.there, d.there.first);
    correction_set(i, "/data/age", "91");
    correction_seal(i, "why", second);
    correction_carry(&d.there, false);
    struct send_back late = {
        .on_all = "late", .why = "", .again = true, .wall_ms = d.there.at_ms + 5000};
    OK(desk_send_back(d.here.desk, d.here.study.coordinator, d.there.first, &late, &err));
    OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
    assert_int_equal(m.messages, 0);
    assert_non_null(strstr(d.told.data, "was corrected since"));
    correction_deliver(&d.there);
    assert_int_equal(correction_returned(&d.there, NULL), 0);
    end(&d);
}

/* The usual way: the other desk sent it back, and its device corrected it.  No conflict; what was
 * asked comes, too, and the correction counts. */
static void test_merge__a_correction_comes_with_what_was_asked(void **state)
{
    (void)state;
    struct desks d;
    unsigned kinds[MESSAGE_KIND_END];
    uint8_t second[16];
    begin(&d);
    struct interview *i = correction_open(&d.there, d.there.first);
    correction_set(i, "/data/age", "91");
    correction_seal(i, "a slip", second);
    correction_carry(&d.there, false);
    struct desk_merge m = merge(&d);
    assert_int_equal(m.conflicts, 0);
    count_messages(d.here.desk, kinds);
    assert_int_equal(kinds[MESSAGE_SEND_BACK], 1);
    correction_shows(&d.here, second,
                     (const char *const[]){"19 → 91", "a slip", "19 or 91?", NULL});
    m = merge(&d);
    assert_nothing_new(&m);
    assert_int_equal(m.conflicts, 0);
    end(&d);
}

/* ---- codings and sources ---- */

static void put_coding(struct desk *desk, const uint8_t record[16], uint8_t id, const char *code,
                       int64_t wall_ms)
{
    struct err err = {0};
    enum coding_put done;
    struct coding c = {.wall_ms = wall_ms,
                       .to = 3,
                       .path = "/data/town",
                       .code = code,
                       .words = "Osh",
                       .translation = "",
                       .comment = ""};
    memset(c.id, id, 16);
    memcpy(c.record, record, 16);
    OK(desk_begin(desk, &err));
    bool ok = desk_coding_put(desk, &c, &done, &err);
    OK(desk_end(desk, ok, &err));
    assert_int_not_equal(done, CODING_SAME);
}

static char *codes_at(struct desk *desk)
{
    static char out[200];
    struct desk_codings all;
    struct err err = {0};
    *out = '\0';
    OK(desk_codings_read(&all, desk, &err));
    for (size_t i = 0; i < all.count; i++) {
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s by %s;", all.list[i].code,
                 all.list[i].who);
    }
    desk_codings_fini(&all);
    return out;
}

static void put_transcript(struct desk *desk, const uint8_t record[16], uint8_t id, int64_t wall_ms)
{
    struct err err = {0};
    struct transcript t = {.wall_ms = wall_ms, .with = "hears", .text = "WEBVTT\n"};
    memset(t.id, id, 16);
    memcpy(t.record, record, 16);
    OK(desk_begin(desk, &err));
    bool ok = desk_transcript_put(desk, &t, &err);
    OK(desk_end(desk, ok, &err));
}

static void drop_transcript(struct desk *desk, uint8_t id, int64_t wall_ms)
{
    struct err err = {0};
    uint8_t bytes[16];
    bool found;
    memset(bytes, id, 16);
    OK(desk_begin(desk, &err));
    bool ok = desk_transcript_drop(desk, bytes, &found, &err) &&
              desk_codings_log(desk, "transcript dropped", "", (const uint8_t(*)[16])bytes, 1,
                               wall_ms, &err);
    OK(desk_end(desk, ok, &err));
    assert_true(found);
}

static size_t transcripts_at(struct desk *desk)
{
    struct desk_transcripts all;
    struct err err = {0};
    OK(desk_transcripts_read(&all, desk, NULL, &err));
    size_t count = all.count;
    desk_transcripts_fini(&all);
    return count;
}

static void test_merge__transcripts_stand_beside_each_other(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    begin(&d);
    merge(&d);
    const uint8_t *record = d.there.first;
    put_transcript(d.there.desk, record, 0x11, 1000);
    put_transcript(d.here.desk, record, 0x22, 2000);
    m = merge(&d);
    assert_int_equal(m.transcripts, 1);
    assert_int_equal(transcripts_at(d.here.desk), 2);
    m = merge(&d);
    assert_int_equal(m.transcripts, 0);
    /* one taken away there goes here; one taken away here does not come back */
    drop_transcript(d.there.desk, 0x11, 3000);
    m = merge(&d);
    assert_int_equal(m.transcripts, 1);
    assert_int_equal(transcripts_at(d.here.desk), 1);
    put_transcript(d.there.desk, record, 0x33, 4000);
    merge(&d);
    drop_transcript(d.here.desk, 0x33, 5000);
    merge(&d);
    assert_int_equal(transcripts_at(d.here.desk), 1);
    /* nor one of a recording that was taken back here */
    OK(desk_begin(d.here.desk, &err));
    bool ok = desk_put_withdrawn(d.here.desk, record, USE_RECORDING, &err);
    OK(desk_end(d.here.desk, ok, &err));
    assert_int_equal(transcripts_at(d.here.desk), 0);
    put_transcript(d.there.desk, record, 0x44, 6000);
    merge(&d);
    assert_int_equal(transcripts_at(d.here.desk), 0);
    end(&d);
}

static void test_merge__the_later_coding_counts_and_drops_are_heard(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    bool found;
    uint8_t id[16];
    begin(&d);
    merge(&d);
    const uint8_t *record = d.there.first;
    put_coding(d.there.desk, record, 0x11, "trust", 1000);
    m = merge(&d);
    assert_int_equal(m.codings, 1);
    assert_string_equal(codes_at(d.here.desk), "trust by Zarina;");
    put_coding(d.here.desk, record, 0x11, "dial", 3000);
    put_coding(d.there.desk, record, 0x11, "respect", 2000);
    m = merge(&d);
    assert_int_equal(m.conflicts, 1);
    assert_string_equal(codes_at(d.here.desk), "dial by Nurlan;");
    put_coding(d.there.desk, record, 0x11, "resource", 4000);
    m = merge(&d);
    assert_string_equal(codes_at(d.here.desk), "resource by Zarina;");
    /* one taken away there goes here; one taken away here does not come back */
    memset(id, 0x11, 16);
    OK(desk_begin(d.there.desk, &err));
    OK(desk_coding_drop(d.there.desk, id, &found, &err));
    bool ok = desk_codings_log(d.there.desk, "coding dropped", "", (const uint8_t(*)[16])id, 1,
                               5000, &err);
    OK(desk_end(d.there.desk, ok, &err));
    m = merge(&d);
    assert_int_equal(m.codings, 1);
    assert_string_equal(codes_at(d.here.desk), "");
    put_coding(d.there.desk, record, 0x22, "trust", 6000);
    merge(&d);
    memset(id, 0x22, 16);
    OK(desk_begin(d.here.desk, &err));
    OK(desk_coding_drop(d.here.desk, id, &found, &err));
    ok = desk_codings_log(d.here.desk, "coding dropped", "", (const uint8_t(*)[16])id, 1, 7000,
                          &err);
    OK(desk_end(d.here.desk, ok, &err));
    m = merge(&d);
    assert_int_equal(m.codings, 0);
    assert_string_equal(codes_at(d.here.desk), "");
    /* and none of a record that was withdrawn here */
    put_coding(d.there.desk, record, 0x33, "respect", 8000);
    correction_withdraw(&d.here, record, USE_ANSWERS);
    m = merge(&d);
    assert_int_equal(m.codings, 0);
    end(&d);
}

static void test_merge__documents_are_registered_once(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_sources all;
    begin(&d);
    for (size_t i = 0; i < 2; i++) { /* the same document at both, and one more there */
        struct source_document s = {.wall_ms = 1000,
                                    .title = "Law on migration",
                                    .kind = "law",
                                    .country = "TJ",
                                    .date = "1999",
                                    .place = ""};
        OK(desk_source_add(i ? d.there.desk : d.here.desk, &s, &err));
    }
    struct source_document more = {.wall_ms = 1000,
                                   .title = "Yearbook",
                                   .kind = "statistics",
                                   .country = "",
                                   .date = "2025",
                                   .place = ""};
    OK(desk_source_add(d.there.desk, &more, &err));
    struct desk_merge m = merge(&d);
    assert_int_equal(m.sources, 1);
    OK(desk_sources_read(&all, d.here.desk, &err));
    assert_int_equal(all.count, 2);
    assert_string_equal(all.list[1].title, "Yearbook");
    assert_string_equal(all.list[1].who, "Zarina");
    assert_memory_equal(all.list[1].id, more.id, 16);
    desk_sources_fini(&all);
    char hex[33];
    text_hex(hex, more.id, 16);
    OK(desk_source_drop(d.there.desk, hex, 2000, &err));
    m = merge(&d);
    assert_int_equal(m.sources, 1);
    m = merge(&d);
    assert_int_equal(m.sources, 0);
    OK(desk_sources_read(&all, d.here.desk, &err));
    assert_int_equal(all.count, 1);
    desk_sources_fini(&all);
    end(&d);
}

static void drop_at(struct desk *desk, uint8_t n, int64_t wall_ms)
{
    struct err err = {0};
    bool found;
    uint8_t id[16];
    memset(id, n, 16);
    OK(desk_begin(desk, &err));
    OK(desk_coding_drop(desk, id, &found, &err));
    bool ok =
        desk_codings_log(desk, "coding dropped", "", (const uint8_t(*)[16])id, 1, wall_ms, &err);
    OK(desk_end(desk, ok, &err));
}

/* Dropped and taken in again, with the same words or others: it stays at both. */
static void test_merge__a_coding_that_came_back_stays(void **state)
{
    (void)state;
    static const char *const codes[] = {"respect", "trust"};
    for (size_t i = 0; i < 2; i++) {
        struct desks d;
        struct err err = {0};
        struct desk_merge m;
        char want[40];
        begin(&d);
        merge(&d);
        put_coding(d.there.desk, d.there.first, 0x11, "trust", 1000);
        merge(&d);
        drop_at(d.there.desk, 0x11, 5000);
        put_coding(d.there.desk, d.there.first, 0x11, codes[i], 7000);
        snprintf(want, sizeof want, "%s by Zarina;", codes[i]);
        merge(&d);
        assert_string_equal(codes_at(d.here.desk), want);
        OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
        assert_string_equal(codes_at(d.there.desk), want);
        end(&d);
    }
}

/* The other desk gave a coding a code that another coding here has already. */
static void test_merge__a_conflict_is_named_once(void **state)
{
    (void)state;
    struct desks d;
    begin(&d);
    both(&d);
    put_coding(d.there.desk, d.there.first, 0x11, "trust", 1000);
    both(&d);
    put_coding(d.here.desk, d.there.first, 0x22, "dial", 2000);
    put_coding(d.there.desk, d.there.first, 0x11, "dial", 3000);
    merge(&d);
    assert_string_equal(codes_at(d.here.desk), "dial by Nurlan;");
    struct desk_merge m = merge(&d);
    assert_int_equal(m.conflicts, 0);
    assert_nothing_new(&m);
    both(&d);
    assert_string_equal(codes_at(d.there.desk), "dial by Nurlan;");
    end(&d);
}

static size_t sources_at(struct desk *desk, uint8_t first[16])
{
    struct err err = {0};
    struct desk_sources all;
    OK(desk_sources_read(&all, desk, &err));
    size_t count = all.count;
    if (count) {
        memcpy(first, all.list[0].id, 16);
    }
    desk_sources_fini(&all);
    return count;
}

/* Registered at both, taken away at one. */
static void test_merge__a_document_of_both_desks_goes_at_both(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct desk_merge m;
    uint8_t id[16], other[16];
    char hex[33];
    begin(&d);
    for (size_t i = 0; i < 2; i++) {
        struct source_document s = {.wall_ms = 1000,
                                    .title = "Law",
                                    .kind = "law",
                                    .country = "TJ",
                                    .date = "1999",
                                    .place = ""};
        OK(desk_source_add(i ? d.there.desk : d.here.desk, &s, &err));
    }
    both(&d);
    assert_int_equal(sources_at(d.here.desk, id), 1);
    assert_int_equal(sources_at(d.there.desk, other), 1);
    assert_memory_equal(id, other, 16);
    text_hex(hex, other, 16);
    OK(desk_source_drop(d.there.desk, hex, 2000, &err));
    merge(&d);
    assert_int_equal(sources_at(d.here.desk, id), 0);
    OK(try_merge(&d, d.there.desk, d.here.desk, &m, &err));
    assert_int_equal(m.sources, 0);
    assert_int_equal(sources_at(d.there.desk, id), 0);
    end(&d);
}

/* ---- what people said ---- */

static enum review_state state_at(struct desk *desk, const uint8_t id[16])
{
    struct desk_reviews all;
    enum review_state state = review_at(&all, desk, id)->state;
    desk_reviews_fini(&all);
    return state;
}

/* At the same moment, or by a clock that is behind: both desks come to the same. */
static void test_merge__reviews_come_to_the_same(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct desks d;
        struct err err = {0};
        begin(&d);
        both(&d);
        const uint8_t *id = d.there.first;
        OK(desk_review(d.here.desk, id, REVIEW_APPROVED, "b", 9000, &err));
        if (slow) { /* said after the other was read */
            both(&d);
        }
        OK(desk_review(d.there.desk, id, REVIEW_REJECTED, "a", slow ? 5000 : 9000, &err));
        both(&d);
        assert_int_equal(state_at(d.here.desk, id), REVIEW_REJECTED);
        assert_int_equal(state_at(d.there.desk, id), REVIEW_REJECTED);
        end(&d);
    }
}

static void test_merge__the_log_keeps_no_comment_on_what_was_withdrawn(void **state)
{
    (void)state;
    struct desks d;
    struct err err = {0};
    struct buf log = {0};
    begin(&d);
    both(&d);
    OK(desk_review(d.there.desk, d.there.first, REVIEW_REJECTED, "lives in Osh", 5000, &err));
    correction_withdraw(&d.here, d.there.first, USE_ANSWERS);
    struct desk_merge m = merge(&d);
    assert_int_equal(m.reviews, 1);
    OK(desk_tell_log(&log, d.here.desk, false, &err));
    assert_null(strstr(log.data, "lives in Osh"));
    buf_fini(&log);
    m = merge(&d);
    assert_int_equal(m.reviews, 0);
    end(&d);
}

/* A reason as long as the log takes does not stop a merge. */
static void test_merge__a_long_reason_is_cut(void **state)
{
    (void)state;
    enum { LONG = 65530 };
    struct desks d;
    struct err err = {0};
    struct withdraw_report sum;
    struct forget_report forgotten;
    begin(&d);
    char *why = mem_zero(1, LONG + 1);
    memset(why, 'x', LONG);
    const struct withdraw_options options = {.uses = USE_ALL, .why = why, .wall_ms = 5};
    OK(desk_withdraw_all(d.there.desk, d.there.study.coordinator,
                         (const uint8_t(*)[16]) & d.there.first, 1, &options, &sum, &forgotten,
                         &err));
    assert_int_equal(merge(&d).withdrawals, 1);
    free(why);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge__takes_over_all_and_only_once),
        cmocka_unit_test(test_merge__a_record_at_both_desks_is_one),
        cmocka_unit_test(test_merge__gaps_are_filled_from_either_side),
        cmocka_unit_test(test_merge__damage_at_the_other_desk_is_named),
        cmocka_unit_test(test_merge__refuses_itself_and_other_studies),
        cmocka_unit_test(test_merge__a_revoked_device_is_kept_apart),
        cmocka_unit_test(test_merge__a_device_of_nobody_is_left_out),
        STUDY_TEST(test_merge__two_sides_of_a_copied_device_are_kept_apart),
        cmocka_unit_test(test_merge__the_later_review_counts_and_both_are_kept),
        cmocka_unit_test(test_merge__a_withdrawal_there_destroys_here),
        cmocka_unit_test(test_merge__a_withdrawn_record_that_does_not_open_is_named),
        cmocka_unit_test(test_merge__what_was_withdrawn_here_does_not_come_back),
        cmocka_unit_test(test_merge__messages_come_once_and_devices_take_the_later),
        cmocka_unit_test(test_merge__two_words_about_one_case_are_a_conflict),
        cmocka_unit_test(test_merge__a_case_that_only_its_device_knows_withdrawn),
        cmocka_unit_test(test_merge__an_older_word_does_not_follow_a_newer),
        cmocka_unit_test(test_merge__one_device_keeps_a_case_of_two),
        cmocka_unit_test(test_merge__a_version_that_was_corrected_is_not_sent_back),
        cmocka_unit_test(test_merge__a_correction_comes_with_what_was_asked),
        cmocka_unit_test(test_merge__a_coding_that_came_back_stays),
        cmocka_unit_test(test_merge__a_conflict_is_named_once),
        cmocka_unit_test(test_merge__a_document_of_both_desks_goes_at_both),
        cmocka_unit_test(test_merge__reviews_come_to_the_same),
        cmocka_unit_test(test_merge__the_log_keeps_no_comment_on_what_was_withdrawn),
        cmocka_unit_test(test_merge__a_long_reason_is_cut),
        cmocka_unit_test(test_merge__transcripts_stand_beside_each_other),
        cmocka_unit_test(test_merge__the_later_coding_counts_and_drops_are_heard),
        cmocka_unit_test(test_merge__documents_are_registered_once),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
