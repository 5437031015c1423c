/* SPDX-License-Identifier: Apache-2.0 */
/* Do the formats of recordings and turns stay as they are? */
#include "app/interview/interview_takes.h"
#include "app/interview/interview_turns.h"
#include "forms/engine/journal.h"
#include "platform/custody/age.h"
#include "platform/custody/device_recordings.h"
#include "platform/machine/voice.h"
#include "platform/machine/voice_read.h"
#include "tests/lib/custody.h"
#include "tests/lib/golden.h"

/* ---- events of kinds 19 and 20 ---- */

static void put_event(struct buf *out, const char *name, const struct journal_event *e)
{
    struct buf now = {0};
    journal_write(&now, e);
    same(name, &now);
    golden(out, name, &now);
    buf_fini(&now);
}

static void test_golden_sound__event_of_a_recording(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct journal_sound sound;
    } cases[] = {{"event-19-begin", {.what = SOUND_BEGUN}},
                 {"event-19-pause", {.what = SOUND_PAUSED, .ms = 4711}},
                 {"event-19-end", {.what = SOUND_ENDED, .why = WHY_CONSENT, .ms = 1234567890123}},
                 {"event-19-delete", {.what = SOUND_DELETED, .ms = 5000}}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct journal_sound sound = cases[k].sound, back;
        struct buf stored = {0};
        struct journal_event e;
        struct arena arena;
        struct err err = {0};
        uint8_t value[JOURNAL_SOUND_BYTES];
        arena_init(&arena);
        memset(sound.recording, 0x5C, sizeof sound.recording);
        journal_sound_write(value, &sound);
        put_event(&stored, cases[k].name,
                  &(struct journal_event){.kind = JOURNAL_SOUND,
                                          .wall_ms = study_wall,
                                          .mono_ms = 12345,
                                          .language = "tg",
                                          .path = "/data/story",
                                          .value = (const char *)value,
                                          .value_len = sizeof value});
        OK(journal_read(&e, &arena, stored.data, stored.len, &err));
        OK(journal_sound_read(&back, &e, &err));
        assert_int_equal(back.what, sound.what);
        assert_int_equal(back.why, sound.why);
        assert_int_equal(back.ms, sound.ms);
        assert_memory_equal(back.recording, sound.recording, sizeof back.recording);
        buf_fini(&stored);
        arena_fini(&arena);
    }
}

/* The stored bytes, in this order, give these turns. */
static void test_golden_sound__events_of_turns(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
    } cases[] = {{"event-20-begin", "\1У3"},
                 {"event-20-quote", "\4У3\n/data/topic[1]/tp_q[2]/q_who"},
                 {"event-20-code", "\5У3\ntrust"},
                 {"event-20-right", "\3У4"},
                 {"event-20-end", "\2"}};
    struct interview i = {0};
    struct err err = {0};
    struct arena arena;
    arena_init(&arena);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct buf stored = {0};
        struct journal_event e;
        put_event(&stored, cases[k].name,
                  &(struct journal_event){.kind = JOURNAL_TURN,
                                          .wall_ms = study_wall + (int64_t)k * 1000,
                                          .mono_ms = 5000 + (int64_t)k * 1000,
                                          .language = "ky",
                                          .path = "/data/topic[1]",
                                          .value = cases[k].value,
                                          .value_len = strlen(cases[k].value)});
        OK(journal_read(&e, &arena, stored.data, stored.len, &err));
        OK(turns_keep(&i, &e, &err));
        buf_fini(&stored);
    }
    assert_int_equal(i.turns->count, 3);
    const struct turn *t = i.turns->list;
    assert_string_equal(t[0].who, "У4");
    assert_int_equal(t[0].ms, 4000);
    assert_true(t[1].quote);
    assert_int_equal(t[1].start, 1000);
    assert_string_equal(t[1].entry, "/data/topic[1]/tp_q[2]/q_who");
    assert_string_equal(t[2].code, "trust");
    assert_string_equal(t[2].who, "У4");
    turns_free(&i);
    arena_fini(&arena);
}

/* ---- the Ogg file ---- */

static bool count_samples(void *user, const int16_t *samples, size_t count, struct err *err)
{
    (void)samples;
    (void)err;
    *(size_t *)user += count;
    return true;
}

/* How long the decoder finds it, ms. */
static int64_t length_of(const struct buf *ogg)
{
    struct voice_reader *reader;
    struct err err = {0};
    size_t samples = 0;
    OK(voice_read_begin(&reader, count_samples, &samples, &err));
    OK(voice_read_put(reader, ogg->data, ogg->len, &err));
    voice_read_free(reader);
    return (int64_t)samples * 1000 / VOICE_READ_RATE;
}

/* The head is ours to the byte; what an encoder makes of sound is not, and must still be read. */
static void test_golden_sound__an_ogg_file(void **state)
{
    (void)state;
    static const char *const tags[] = {"suhbat=1", NULL};
    struct err err = {0};
    struct buf file = {0}, stored = {0};
    struct voice *v;
    int16_t *samples = mem_zero((size_t)voice_rate(VOICE_LOW), sizeof *samples);
    OK(voice_begin(&v, &(struct voice_spec){.bits = VOICE_LOW, .serial = 9, .tags = tags}, &err));
    voice_head(v, &file);
    same("ogg-head", &file);
    for (int i = 0; i < voice_rate(VOICE_LOW); i++) {
        samples[i] = (int16_t)(i % 97 * 200);
    }
    assert_int_equal(voice_put(v, samples, (size_t)voice_rate(VOICE_LOW), &file), 1);
    golden(&stored, "ogg-second", &file);
    assert_memory_equal(stored.data, file.data, 100); /* the head */
    assert_in_range(length_of(&stored), 950, 1000);
    voice_free(v);
    free(samples);
    buf_fini(&file);
    buf_fini(&stored);
}

/* ---- a recording's rows on the device ---- */

static const char folder_store[] = "device/store.db", folder_vault[] = "device/vault";

static bool dump_row(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    buf_printf(user, "%.*s\n", (int)columns[0].len, (const char *)columns[0].bytes);
    return true;
}

/* Writes the golden files: a device with a draft, whose recording has a head and five seconds. */
static void make_device(struct study *s)
{
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf bytes = {0}, part = {0};
    struct db *db;
    uint8_t hash[32];
    struct voice *v;
    int16_t *samples = mem_zero((size_t)voice_rate(VOICE_LOW) * VOICE_PAGES, sizeof *samples);
    study_device(s);
    study_enrol(s, hash);
    draft(s, &d, hash);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    OK(recording_let_review(r, &err));
    OK(voice_begin(&v, &(struct voice_spec){.bits = VOICE_LOW, .serial = 9}, &err));
    voice_head(v, &part);
    OK(recording_put(r, part.data, part.len, &err));
    buf_cut(&part, 0);
    (void)voice_put(v, samples, (size_t)voice_rate(VOICE_LOW) * VOICE_PAGES, &part);
    OK(recording_put(r, part.data, part.len, &err));
    OK(recording_close(r, &err));
    device_close(s->device);
    s->device = NULL;
    OK(file_read(&bytes, study_path(s, folder_vault), VAULT_FILE, &err));
    golden_write("device-sound-vault", &bytes);
    buf_cut(&bytes, 0);
    OK(db_open(&db, study_path(s, folder_store), "", &err));
    OK(db_run(db, "SELECT sql || ';' FROM sqlite_schema", NULL, 0, dump_row, &bytes, &err));
    OK(db_run(db, "SELECT 'INSERT INTO r VALUES(' || quote(i) || ',' || quote(d) || ');' FROM r",
              NULL, 0, dump_row, &bytes, &err));
    db_close(db);
    OK(file_write("tests/cases/golden/device-sound.sql", bytes.data, bytes.len, 0644, false, &err));
    voice_free(v);
    free(samples);
    buf_fini(&bytes);
    buf_fini(&part);
}

static void open_golden(struct study *s)
{
    struct err err = {0};
    struct buf vault = {0}, sql = {0};
    struct db *db;
    OK(golden_read(&vault, "device-sound-vault"));
    OK(file_read(&sql, "tests/cases/golden/device-sound.sql", 1 << 20, &err));
    OK(file_folder(study_path(s, "device"), 0700, &err));
    OK(file_write(study_path(s, folder_vault), vault.data, vault.len, 0600, true, &err));
    OK(db_open(&db, study_path(s, folder_store), sql.data, &err));
    db_checkpoint(db);
    db_close(db);
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    buf_fini(&vault);
    buf_fini(&sql);
}

/* By the draft's key at the device, and by the coordinator's at the desk. */
static void both_hear(struct study *s, const struct device_draft *d, const uint8_t id[16])
{
    struct err err = {0};
    struct buf review = {0}, desk = {0}, sealed = {0}, list = {0};
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])s->coordinator, .count = 1};
    bool found;
    OK(device_recording_list(s->device, id, &list, &found, &err));
    assert_true(found);
    assert_int_equal(list.len, 2 * 32);
    for (uint32_t part = 0; part < 2; part++) {
        uint8_t hash[32];
        buf_cut(&sealed, 0);
        OK(device_recording_hear(s->device, d->id, id, part, &review, &err));
        OK(device_recording_part(s->device, id, part, &sealed, &found, &err));
        assert_true(found);
        hash_plain(hash, sealed.data, sealed.len);
        assert_memory_equal(hash, list.data + part * 32, 32);
        OK(age_open(&desk, sealed.data, sealed.len, &keys, NULL, &err));
    }
    assert_int_equal(desk.len, review.len);
    assert_memory_equal(desk.data, review.data, desk.len);
    assert_memory_equal(desk.data, "OggS", 4);
    assert_in_range(length_of(&desk), 4950, 5000);
    buf_fini(&review);
    buf_fini(&desk);
    buf_fini(&sealed);
    buf_fini(&list);
}

static void test_golden_sound__a_recording_on_the_device(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    struct device_recording list[RECORDINGS_MAX];
    uint8_t root[32], record_id[16] = {0xAB};
    bool found;
    size_t count;
    if (!file_exists("tests/cases/golden/device-sound.sql") && getenv("GOLDEN_WRITE")) {
        make_device(s);
        study_fini(s);
        study_init(s);
    }
    open_golden(s);
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 1);
    OK(device_recordings(s->device, drafts[0].id, list, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].bits, VOICE_LOW);
    assert_int_equal(list[0].begun_ms, study_wall);
    assert_int_equal(list[0].parts, 2);
    assert_int_equal(list[0].holes, 0);
    assert_false(list[0].open || list[0].cut);
    both_hear(s, &drafts[0], list[0].id);
    OK(device_finish(s->device, &drafts[0], record_id, &finished, study_wall, &err));
    OK(device_recording_root(s->device, list[0].id, root, &found, &err));
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_sound__event_of_a_recording),
        cmocka_unit_test(test_golden_sound__events_of_turns),
        cmocka_unit_test(test_golden_sound__an_ogg_file),
        STUDY_TEST(test_golden_sound__a_recording_on_the_device),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
