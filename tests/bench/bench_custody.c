/* SPDX-License-Identifier: Apache-2.0 */
/* What do sealing, importing, an answer's way to the medium and unlocking cost, beside bare loops
 * of the same primitives?  Goals: rows 11 and 14 of the peers' figures. */
#include "tests/lib/slow_disk.h"
#include "tests/lib/study.h"

#include <math.h>
#include <opus/opus.h>
#include <sodium.h>
#include <time.h>

#include "platform/custody/batch.h"
#include "platform/custody/recording.h"
#include "platform/machine/voice.h"

enum { RECORDS = 4000, XML = 3500, ROUNDS = 9 };

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static unsigned missed;
static char xml[XML + 1];
static struct study s;
static uint8_t recipients[2][32];

/* ---- sealing: record and age file; no disk ---- */

static double seal_ours(void)
{
    struct err err = {0};
    double start = now();
    for (int i = 0; i < RECORDS; i++) {
        struct buf plain = {0}, sealed = {0};
        struct record r = {.seq = (uint64_t)i, .xml = xml, .xml_len = XML};
        OK(record_write(&plain, &r, s.author, &err));
        OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32])recipients, 2, &err));
        buf_fini(&plain);
        buf_fini(&sealed);
    }
    return RECORDS / (now() - start);
}

static double seal_bare(void)
{
    static uint8_t body[4096], out[4096 + 16];
    uint8_t pk[32], sk[64], sig[64], hash[64], eph[32], share[32], shared[32], key[32] = {1};
    static const uint8_t nonce[12];
    crypto_sign_seed_keypair(pk, sk, s.author);
    double start = now();
    for (int i = 0; i < RECORDS; i++) {
        crypto_generichash(hash, 32, body, sizeof body, NULL, 0);
        crypto_sign_seed_keypair(pk, sk, s.author);
        crypto_sign_detached(sig, NULL, hash, 64, sk);
        for (int r = 0; r < 2; r++) {
            randombytes_buf(eph, 32);
            crypto_scalarmult_base(share, eph);
            if (crypto_scalarmult(shared, eph, recipients[r]) != 0) {
                exit(1);
            }
            crypto_auth_hmacsha256(hash, shared, 32, key);
            crypto_auth_hmacsha256(hash, hash, 32, key);
        }
        crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, body, sizeof body, NULL, 0, NULL,
                                                  nonce, key);
    }
    return RECORDS / (now() - start);
}

/* ---- import: a batch of RECORDS into a fresh desk ---- */

static void make_batch(struct buf *tar)
{
    struct err err = {0};
    static uint8_t entries[(RECORDS + 1) * CHAIN_ENTRY];
    static struct batch_object objects[RECORDS];
    static struct buf sealed[RECORDS];
    uint8_t seed[32] = {0x42}, box[32] = {9}, id[16];
    struct batch b = {.first_seq = 1,
                      .last_seq = RECORDS + 1,
                      .volume = 1,
                      .entries = entries,
                      .entry_count = RECORDS + 1,
                      .objects = objects,
                      .object_count = RECORDS};
    memcpy(b.study_id, s.catalogue.study_id, 16);
    sign_public(b.device_key, seed);
    chain_device_id(id, b.device_key);
    for (size_t i = 0; i <= RECORDS; i++) {
        struct chain_entry e = {.seq = i + 1, .kind = CHAIN_RECORD};
        if (i == 0) {
            chain_genesis(&e, b.device_key, box, b.study_id, id);
        } else {
            struct buf plain = {0};
            struct record r = {.seq = i + 1, .xml = xml, .xml_len = XML};
            chain_hash(e.prev, entries + (i - 1) * CHAIN_ENTRY);
            OK(record_write(&plain, &r, seed, &err));
            OK(age_seal(&sealed[i - 1], plain.data, plain.len, (const uint8_t(*)[32])recipients, 2,
                        &err));
            put_u64(e.object_id, i);
            hash_plain(e.object_hash, sealed[i - 1].data, sealed[i - 1].len);
            memcpy(objects[i - 1].id, e.object_id, 16);
            objects[i - 1].bytes = sealed[i - 1].data;
            objects[i - 1].len = sealed[i - 1].len;
            buf_fini(&plain);
        }
        chain_make(entries + i * CHAIN_ENTRY, &e, seed);
    }
    chain_hash(b.head_hash, entries + RECORDS * CHAIN_ENTRY);
    OK(batch_write(tar, &b, seed, &err));
}

static double import_ours(const struct buf *tar, int round)
{
    struct err err = {0};
    struct desk *desk;
    struct import_report report;
    uint8_t device[CERT_BYTES + 64] = {0}, seed[32] = {0x42};
    char name[40];
    bool fresh;
    snprintf(name, sizeof name, "desk-%d", round);
    OK(desk_make(&desk, study_path(&s, name), &s.catalogue, NULL, &err));
    OK(desk_set_catalogue(desk, s.catalogue_bytes.data, s.catalogue_bytes.len, &err));
    study_cert(&s, device, CERT_DEVICE, seed);
    OK(desk_add_device(desk, device, sizeof device, &fresh, &err));
    double start = now();
    OK(desk_import(desk, tar->data, tar->len, 1, &report, &err));
    double took = now() - start;
    if (report.objects != RECORDS) {
        exit(1);
    }
    desk_close(desk);
    return RECORDS / took;
}

/* ---- import of sound: one recording, its parts beside bare rows ---- */

enum { SOUND_PARTS = 1000, SOUND_PART = 15683 };

static void make_sound(struct buf *tar)
{
    struct err err = {0};
    static uint8_t entries[2 * CHAIN_ENTRY], list[SOUND_PARTS * 32], bytes[SOUND_PART];
    static struct batch_object objects[SOUND_PARTS + 1];
    uint8_t seed[32] = {0x42}, box[32] = {9}, id[16];
    struct batch b = {.first_seq = 1,
                      .last_seq = 2,
                      .volume = 1,
                      .entries = entries,
                      .entry_count = 2,
                      .objects = objects,
                      .object_count = SOUND_PARTS + 1};
    struct chain_entry e;
    memcpy(b.study_id, s.catalogue.study_id, 16);
    sign_public(b.device_key, seed);
    chain_device_id(id, b.device_key);
    chain_genesis(&e, b.device_key, box, b.study_id, id);
    chain_make(entries, &e, seed);
    for (uint32_t i = 0; i < SOUND_PARTS; i++) { /* all alike: what they hold costs nothing */
        hash_plain(list + i * 32, bytes, sizeof bytes);
        objects[i + 1] = (struct batch_object){
            .kind = BATCH_PART, .part = i, .bytes = bytes, .len = sizeof bytes};
    }
    objects[0] = (struct batch_object){
        .kind = BATCH_PARTS, .part = SOUND_PARTS, .bytes = list, .len = sizeof list};
    e = (struct chain_entry){.seq = 2, .kind = CHAIN_RECORDING};
    chain_hash(e.prev, entries);
    hash_tagged(e.object_hash, "sb1-rec-root", list, sizeof list);
    chain_make(entries + CHAIN_ENTRY, &e, seed);
    chain_hash(b.head_hash, entries + CHAIN_ENTRY);
    OK(batch_write(tar, &b, seed, &err));
}

static double sound_ours(const struct buf *tar, int round)
{
    struct err err = {0};
    struct desk *desk;
    struct import_report report;
    uint8_t device[CERT_BYTES + 64] = {0}, seed[32] = {0x42};
    char name[40];
    bool fresh;
    snprintf(name, sizeof name, "sound-%d", round);
    OK(desk_make(&desk, study_path(&s, name), &s.catalogue, NULL, &err));
    OK(desk_set_catalogue(desk, s.catalogue_bytes.data, s.catalogue_bytes.len, &err));
    study_cert(&s, device, CERT_DEVICE, seed);
    OK(desk_add_device(desk, device, sizeof device, &fresh, &err));
    double start = now();
    OK(desk_import(desk, tar->data, tar->len, 1, &report, &err));
    double took = now() - start;
    if (report.recordings != 1) {
        exit(1);
    }
    desk_close(desk);
    return SOUND_PARTS / took;
}

static double sound_bare(int round)
{
    struct err err = {0};
    struct db *db;
    static uint8_t bytes[SOUND_PART];
    uint8_t id[16] = {1}, hash[32];
    char name[40];
    snprintf(name, sizeof name, "sound-%d.db", round);
    OK(db_open(&db, study_path(&s, name),
               "CREATE TABLE t(r BLOB, p INT, b BLOB, PRIMARY KEY(r, p))", &err));
    double start = now();
    OK(db_begin(db, &err));
    for (int i = 0; i < SOUND_PARTS; i++) {
        struct db_value v[] = {db_blob(id, 16), db_int(i), db_blob(bytes, sizeof bytes)};
        crypto_generichash(hash, 32, bytes, sizeof bytes, NULL, 0);
        OK(db_run(db, "INSERT INTO t VALUES(?1, ?2, ?3)", v, 3, NULL, NULL, &err));
    }
    OK(db_commit(db, &err));
    double took = now() - start;
    db_close(db);
    return SOUND_PARTS / took;
}

/* ---- verify: reading the same batch, without a desk ---- */

static bool any_device(void *user, const uint8_t study_id[16], const uint8_t key[32])
{
    (void)user;
    (void)study_id;
    (void)key;
    return true;
}

static double verify_ours(const struct buf *tar)
{
    struct err err = {0};
    struct arena arena;
    struct batch b;
    arena_init(&arena);
    double start = now();
    OK(batch_read(&b, &arena, tar->data, tar->len, any_device, NULL, &err));
    double took = now() - start;
    arena_fini(&arena);
    return RECORDS / took;
}

enum { SIGNED = CHAIN_ENTRY - SIGN_BYTES }; /* bytes of an entry that its signature covers */

/* The signature and the link of each entry, the hash of its object. */
static double verify_bare(const struct buf *tar, size_t size)
{
    uint8_t pk[32], sk[64], sig[64], body[SIGNED] = {1}, hash[64];
    crypto_sign_seed_keypair(pk, sk, s.author);
    crypto_sign_detached(sig, NULL, body, SIGNED, sk);
    double start = now();
    for (size_t i = 0; i < RECORDS; i++) {
        if (crypto_sign_verify_detached(sig, body, SIGNED, pk) != 0) {
            exit(1);
        }
        crypto_generichash(hash, 32, body, SIGNED, NULL, 0);
        crypto_generichash(hash, 32, (const uint8_t *)tar->data + i * size, size, NULL, 0);
    }
    return RECORDS / (now() - start);
}

/* What no import can do without: the signature and the link of each entry, the hash of its object,
 * a row of each. */
static double import_bare(size_t size, int round)
{
    struct err err = {0};
    struct db *db;
    uint8_t pk[32], sk[64], sig[64], body[SIGNED] = {1}, hash[64];
    uint8_t *object = calloc(1, size);
    char name[40];
    snprintf(name, sizeof name, "bare-%d.db", round);
    crypto_sign_seed_keypair(pk, sk, s.author);
    crypto_sign_detached(sig, NULL, body, SIGNED, sk);
    OK(db_open(&db, study_path(&s, name),
               "CREATE TABLE t(d BLOB, s INT, i BLOB, b BLOB, "
               "PRIMARY KEY(d, s)); CREATE TABLE e(d BLOB, s INT, b "
               "BLOB, PRIMARY KEY(d, s)) WITHOUT ROWID",
               &err));
    double start = now();
    OK(db_begin(db, &err));
    for (int i = 0; i < RECORDS; i++) {
        struct db_value v[] = {db_blob(pk, 16), db_int(i), db_blob(body, 16),
                               db_blob(object, size)};
        struct db_value e[] = {db_blob(pk, 16), db_int(i), db_blob(object, CHAIN_ENTRY)};
        if (crypto_sign_verify_detached(sig, body, SIGNED, pk) != 0) {
            exit(1);
        }
        crypto_generichash(hash, 32, body, SIGNED, NULL, 0); /* the link of the chain */
        crypto_generichash(hash, 32, object, size, NULL, 0);
        OK(db_run(db, "INSERT INTO t VALUES(?1, ?2, ?3, ?4)", v, 4, NULL, NULL, &err));
        OK(db_run(db, "INSERT INTO e VALUES(?1, ?2, ?3)", e, 3, NULL, NULL, &err));
    }
    OK(db_commit(db, &err));
    double took = now() - start;
    db_close(db);
    free(object);
    return RECORDS / took;
}

/* ---- an answer durable: the whole way of an event, beside a bare row of the same size ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double part(double *list, size_t count, double at)
{
    qsort(list, count, sizeof *list, by_value);
    return list[(size_t)((double)(count - 1) * at)];
}

static double median(double *list, size_t count)
{
    return part(list, count, 0.5);
}

/* The best of several runs: other work on the machine only ever slows one down. */
static double best(const double *list, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        most = list[i] > most ? list[i] : most;
    }
    return most;
}

static void goal(const char *row, const char *what, double value, const char *unit, bool met,
                 const char *min)
{
    printf("%-4s %-48s %10.4g %-7s %s (%s)\n", row, what, value, unit, met ? "met" : "MISSED", min);
    missed += !met;
}

static void answers(void)
{
    enum { ANSWERS = 1000 };
    struct err err = {0};
    struct device_draft d;
    struct db *db;
    static double a[ANSWERS], b[ANSWERS];
    uint8_t hash[32], row[300] = {1}, id[16] = {0};
    unsigned max = 0, min = UINT_MAX;
    study_device(&s);
    study_enrol(&s, hash);
    OK(device_draft_begin(s.device, &d, hash, study_wall, &err));
    OK(db_open(&db, study_path(&s, "row.db"),
               "CREATE TABLE o(i BLOB PRIMARY KEY, k INT, g INT, d BLOB) WITHOUT ROWID", &err));
    for (int i = 0; i < ANSWERS; i++) { /* in turn, so that the disk's moods are shared */
        unsigned before = slow_disk_syncs;
        double start = now();
        OK(device_draft_append(s.device, &d, "an answer of some length, as they are", 38, &err));
        a[i] = (now() - start) * 1e3;
        unsigned took = slow_disk_syncs - before;
        max = took > max ? took : max;
        min = took < min ? took : min;
        put_u32(id, (uint32_t)i * 2654435761u);
        struct db_value v[] = {db_blob(id, 16), db_int(0), db_int(i), db_blob(row, 296)};
        start = now();
        OK(db_run(db, "INSERT INTO o VALUES(?1, ?2, ?3, ?4)", v, 4, NULL, NULL, &err));
        b[i] = (now() - start) * 1e3;
    }
    db_close(db);
    goal("11", "fsyncs for an answer, least and most", max, "", min == 1 && max == 1, "1");
    double ours = median(a, ANSWERS), bare = median(b, ANSWERS);
    printf("     an answer durable: median ms %.3f, a bare row %.3f\n", ours, bare);
    goal("11", "an answer durable, over a bare row", ours / bare, "x", ours <= 1.25 * bare,
         "at most 1.25");
    ours = part(a, ANSWERS, 0.99);
    bare = part(b, ANSWERS, 0.99);
    printf("     the same, p99: ms %.3f, a bare row %.3f\n", ours, bare);
    goal("11", "an answer durable, p99 over a bare row's", ours / bare, "x", ours <= 1.5 * bare,
         "at most 1.5");
}

/* ---- recording: from samples to sealed, durable parts, beside encoding alone ---- */

static double cpu(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Something like a voice: tones that come and go, with noise. */
static void speak(int16_t *samples, size_t count)
{
    uint32_t seed = 7;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / 16000;
        seed = seed * 1664525U + 1013904223U;
        double loud = 0.5 + 0.5 * sin(2 * 3.14159265 * 2.5 * t);
        samples[i] = (int16_t)(loud * (6000 * sin(2 * 3.14159265 * 180 * t) +
                                       3000 * sin(2 * 3.14159265 * 720 * t)) +
                               (double)(seed >> 24));
    }
}

static double encode_bare(const int16_t *samples, size_t seconds)
{
    enum { FRAME = 320, BYTES = 60 };
    int fault;
    unsigned char packet[400];
    OpusEncoder *e = opus_encoder_create(16000, 1, OPUS_APPLICATION_VOIP, &fault);
    opus_encoder_ctl(e, OPUS_SET_BITRATE(VOICE_LOW));
    opus_encoder_ctl(e, OPUS_SET_VBR(0));
    double start = cpu();
    for (size_t at = 0; at + FRAME <= seconds * 16000; at += FRAME) {
        if (opus_encode(e, samples + at, FRAME, packet, BYTES) != BYTES) {
            exit(1);
        }
    }
    double took = cpu() - start;
    opus_encoder_destroy(e);
    return took;
}

static void recordings(void)
{
    enum { SECONDS = 600, PARTS = SECONDS / VOICE_PAGES };
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct voice *v;
    struct buf bytes = {0};
    const struct voice_spec spec = {.bits = VOICE_LOW, .serial = 1};
    static double took[PARTS];
    double ours = 1e9, bare = 1e9;
    uint8_t hash[32];
    int16_t *samples = mem_zero((size_t)SECONDS * 16000, sizeof *samples);
    struct device_form forms[DEVICE_FORMS_MAX];
    size_t count;
    speak(samples, (size_t)SECONDS * 16000);
    OK(device_forms(s.device, forms, &count, &err));
    memcpy(hash, forms[0].hash, 32);
    for (int round = 0; round < 3; round++) {
        OK(device_draft_begin(s.device, &d, hash, study_wall, &err));
        OK(recording_begin(&r, s.device, &d, VOICE_LOW, study_wall, &err));
        OK(voice_begin(&v, &spec, &err));
        double start = cpu();
        for (size_t p = 0; p < PARTS; p++) {
            (void)voice_put(v, samples + p * VOICE_PAGES * 16000, VOICE_PAGES * 16000, &bytes);
            double begun = now();
            OK(recording_put(r, bytes.data, bytes.len, &err));
            took[p] = (now() - begun) * 1e3;
            buf_cut(&bytes, 0);
        }
        double one = cpu() - start;
        ours = one < ours ? one : ours;
        one = encode_bare(samples, SECONDS);
        bare = one < bare ? one : bare;
        voice_free(v);
        OK(recording_close(r, &err));
    }
    goal("19", "a recording, processor, over bare Opus", ours / bare, "x", ours <= 1.3 * bare,
         "at most 1.3");
    goal("19", "five seconds sealed and durable, p99", part(took, PARTS, 0.99), "ms",
         part(took, PARTS, 0.99) <= 20, "at most 20");
    buf_fini(&bytes);
    free(samples);
}

/* KiB of memory: now ("VmRSS:"), or the most since it was asked with `anew` ("VmHWM:"). */
static long memory_kib(const char *what, bool anew)
{
    char line[200];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, what, strlen(what)) == 0) {
            kib = atol(line + strlen(what));
        }
    }
    if (f) {
        fclose(f);
    }
    f = anew ? fopen("/proc/self/clear_refs", "w") : NULL;
    if (f) {
        fputs("5", f);
        fclose(f);
    }
    return kib;
}

/* Two recordings of four hours each, one interview, one batch. */
static void eight_hours(void)
{
    enum { HOUR = 3600 / VOICE_PAGES, HOURS = 8 };
    struct err err = {0};
    struct device_draft d;
    struct device_form forms[DEVICE_FORMS_MAX];
    struct recording *r = NULL;
    struct voice *v;
    struct buf head = {0}, part = {0};
    const struct voice_spec spec = {.bits = VOICE_LOW, .serial = 1};
    static const uint8_t id[16] = {8, 8};
    int16_t *samples = mem_zero((size_t)VOICE_PAGES * 16000, sizeof *samples);
    struct export_report out;
    size_t count;
    long first = 0;
    speak(samples, (size_t)VOICE_PAGES * 16000);
    OK(device_forms(s.device, forms, &count, &err));
    OK(device_draft_begin(s.device, &d, forms[0].hash, study_wall, &err));
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, &head);
    (void)voice_put(v, samples, (size_t)VOICE_PAGES * 16000, &part);
    for (size_t p = 0; p < (size_t)HOURS * HOUR; p++) {
        if (p % (4 * HOUR) == 0) {
            OK(!r || recording_close(r, &err));
            OK(recording_begin(&r, s.device, &d, VOICE_LOW, study_wall, &err));
            OK(recording_put(r, head.data, head.len, &err));
        }
        OK(recording_put(r, part.data, part.len, &err));
        first = p + 1 == HOUR ? memory_kib("VmRSS:", false) : first;
    }
    long last = memory_kib("VmRSS:", true);
    OK(recording_close(r, &err));
    goal("19", "memory from the first to the eighth hour", (double)(last - first) / 1024, "MiB",
         last - first <= 4096, "at most 4 MiB more");
    struct device_finished f = {.xml = "<data id='test_form'/>", .xml_len = 22};
    OK(device_finish(s.device, &d, id, &f, study_wall, &err));
    OK(file_folder(study_path(&s, "eight"), 0700, &err));
    OK(device_export(s.device, study_path(&s, "eight"), study_wall, &out, &err));
    long peak = memory_kib("VmHWM:", false);
    goal("19", "the same, sealed and handed over, at most", (double)peak / 1024, "MiB",
         peak <= 512 * 1024, "at most 512 MiB");
    voice_free(v);
    buf_fini(&head);
    buf_fini(&part);
    free(samples);
}

static void unlocking(void)
{
    enum { TIMES = 9, KIB = 64 * 1024, PASSES = 3 };
    struct err err = {0};
    double ours[TIMES], bare[TIMES], over[TIMES];
    uint8_t key[32];
    static const uint8_t salt[crypto_pwhash_SALTBYTES] = {7};
    study_fini(&s);
    study_init(&s);
    study_device_with(&s, KIB);
    for (int i = 0; i < TIMES; i++) {
        device_lock(s.device);
        double start = now();
        OK(device_unlock(s.device, study_pass, sizeof study_pass - 1, &err));
        ours[i] = (now() - start) * 1e3;
        start = now();
        if (crypto_pwhash(key, sizeof key, study_pass, sizeof study_pass - 1, salt, PASSES,
                          KIB * 1024ul, crypto_pwhash_ALG_ARGON2ID13) != 0) {
            printf("no memory for crypto_pwhash\n");
            exit(1);
        }
        bare[i] = (now() - start) * 1e3;
        over[i] = ours[i] - 1.15 * bare[i];
    }
    double past = median(over, TIMES);
    printf("     unlocking at 64 MiB: ms %.1f, bare crypto_pwhash %.1f\n", median(ours, TIMES),
           median(bare, TIMES));
    goal("14", "unlocking less 1.15 x crypto_pwhash", past, "ms", past <= 5, "at most 5");
}

int main(void)
{
    struct err err = {0};
    struct buf tar = {0};
    double a[ROUNDS], b[ROUNDS], ours, bare;
    db_setup();
    if (!secret_setup(&err)) {
        return 3;
    }
    memset(xml, 'x', XML);
    study_init(&s);
    catalogue_recipients(&s.catalogue, recipients);
    for (int i = 0; i < ROUNDS; i++) {
        a[i] = seal_ours();
        b[i] = seal_bare();
    }
    ours = best(a, ROUNDS);
    bare = best(b, ROUNDS);
    printf("sealed: %.0f records/s, bare loop %.0f/s: %.0f %%\n", ours, bare, 100 * ours / bare);
    make_batch(&tar);
    for (int i = 0; i < ROUNDS; i++) {
        a[i] = import_ours(&tar, i);
        b[i] = import_bare(tar.len / RECORDS - 512 - CHAIN_ENTRY, i);
    }
    ours = best(a, ROUNDS);
    bare = best(b, ROUNDS);
    printf("imported: %.0f records/s, bare loop %.0f/s: %.0f %%\n", ours, bare, 100 * ours / bare);
    for (int i = 0; i < ROUNDS; i++) {
        a[i] = verify_ours(&tar);
        b[i] = verify_bare(&tar, tar.len / RECORDS - 512 - CHAIN_ENTRY);
    }
    ours = best(a, ROUNDS);
    bare = best(b, ROUNDS);
    struct buf sound = {0};
    double c[ROUNDS], d[ROUNDS];
    make_sound(&sound);
    for (int i = 0; i < ROUNDS; i++) {
        c[i] = sound_ours(&sound, i);
        d[i] = sound_bare(i);
    }
    goal("19", "a recording imported, of a bare loop", best(c, ROUNDS) / best(d, ROUNDS), "x",
         best(c, ROUNDS) >= 0.7 * best(d, ROUNDS), "at least 0.7");
    buf_fini(&sound);
    printf("verified: %.0f records/s, bare loop %.0f/s: %.0f %%\n", ours, bare, 100 * ours / bare);
    answers();
    recordings();
    eight_hours();
    unlocking();
    buf_fini(&tar);
    study_fini(&s);
    printf("%u goals missed\n", missed);
    return 0;
}
