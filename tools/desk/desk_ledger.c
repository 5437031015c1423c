/* SPDX-License-Identifier: Apache-2.0 */
/* The desk's signed log. */
#include "tools/desk/desk_ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_internal.h"

const char *const review_names[REVIEW_NAMES] = {[REVIEW_RECEIVED] = "",
                                                [REVIEW_APPROVED] = "approved",
                                                [REVIEW_HAS_ISSUES] = "hasIssues",
                                                [REVIEW_REJECTED] = "rejected",
                                                [REVIEW_EDITED] = "edited"};

enum { /* layout of a row; docs/RECORD.md section 12 */
       ROW_MS = 0,
       ROW_KIND = 8,
       ROW_STATE = 9,
       ROW_WHO = 10,
       ROW_WHAT = 12,
       ROW_WHY = 14,
       ROW_RECORD = 16,
       ROW_BEFORE = 32,
       ROW_LEN = 64,
       ROW_TEXTS = 72
};
enum { HEAD_N = 0, HEAD_HASH = 8, HEAD = 40 };
static const char type[] = "desklog", tag[] = "sb1-desk-log";

/* ---- the key, and the place of the last entry ---- */

static void signing_seed(const struct desk *desk, uint8_t seed[SIGN_SEED])
{
    secret_derive(seed, desk->key, "sbDSKLOG", 1);
}

void desk_ledger_key(const struct desk *desk, uint8_t public_key[SIGN_PUBLIC])
{
    uint8_t seed[SIGN_SEED];
    signing_seed(desk, seed);
    sign_public(public_key, seed);
    secret_wipe(seed, sizeof seed);
}

void desk_sign(const struct desk *desk, uint8_t sig[SIGN_BYTES], const char *what,
               const void *bytes, size_t len)
{
    uint8_t seed[SIGN_SEED];
    signing_seed(desk, seed);
    sign_make(sig, what, bytes, len, seed);
    secret_wipe(seed, sizeof seed);
}

bool desk_signed(const struct desk *desk, const uint8_t sig[SIGN_BYTES], const char *what,
                 const void *bytes, size_t len)
{
    uint8_t key[SIGN_PUBLIC];
    desk_ledger_key(desk, key);
    return sign_check(sig, what, bytes, len, key);
}

void desk_set_person(struct desk *desk, const char *person)
{
    free(desk->person);
    desk->person = mem_text(person);
}

/* Zeros if there is no entry yet. */
static bool read_head(struct desk *desk, uint8_t head[HEAD], struct err *err)
{
    struct buf locked = {0}, plain = {0};
    memset(head, 0, HEAD);
    bool ok = db_run(desk->db, "SELECT d FROM meta WHERE name = 'ledger'", NULL, 0, desk_take_blob,
                     &locked, err);
    if (ok && locked.len) {
        struct db_value v = db_blob(locked.data, locked.len);
        ok = desk_unlock(desk, &plain, (struct desk_row){"head", NULL, 0}, &v, HEAD, err);
        if (ok) {
            memcpy(head, plain.data, HEAD);
        }
    }
    buf_fini(&locked);
    buf_fini(&plain);
    return ok;
}

static bool write_head(struct desk *desk, const uint8_t head[HEAD], struct err *err)
{
    struct buf locked = {0};
    desk_lock(desk, &locked, "head", NULL, 0, head, HEAD);
    struct db_value v[] = {db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT OR REPLACE INTO meta(name, d) VALUES('ledger', ?1)", v, 1,
                     NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

/* ---- adding ---- */

static bool add_text(struct buf *row, size_t at, const char *text, struct err *err)
{
    size_t len = strlen(text);
    if (len > UINT16_MAX) {
        return err_set(err, ERR_LIMIT, "a text of the log may have 65,535 bytes");
    }
    put_u16((uint8_t *)row->data + at, (uint16_t)len);
    buf_add(row, text, len);
    return true;
}

static bool make_row(const struct desk *desk, struct buf *row, const struct ledger_entry *e,
                     const uint8_t before[32], struct err *err)
{
    uint8_t fixed[ROW_TEXTS] = {0}, sig[SIGN_BYTES];
    put_u64(fixed + ROW_MS, (uint64_t)e->wall_ms);
    fixed[ROW_KIND] = (uint8_t)e->kind;
    fixed[ROW_STATE] = e->state;
    memcpy(fixed + ROW_RECORD, e->record, 16);
    memcpy(fixed + ROW_BEFORE, before, 32);
    put_u32(fixed + ROW_LEN, (uint32_t)e->len);
    buf_add(row, fixed, sizeof fixed);
    if (!add_text(row, ROW_WHO, e->who, err) || !add_text(row, ROW_WHAT, e->what, err) ||
        !add_text(row, ROW_WHY, e->why, err)) {
        return false;
    }
    buf_add(row, e->body, e->len);
    desk_sign(desk, sig, type, row->data, row->len);
    buf_add(row, sig, sizeof sig);
    return true;
}

static bool put_row(struct desk *desk, const struct ledger_entry *e, const struct buf *row,
                    struct err *err)
{
    struct buf locked = {0};
    desk_lock(desk, &locked, "ledger", NULL, e->n, row->data, row->len);
    struct db_value v[] = {db_int((int64_t)e->n), db_int(e->kind),
                           db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT INTO ledger(n, kind, d) VALUES(?1, ?2, ?3)", v, 3, NULL,
                     NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_ledger_add(struct desk *desk, struct ledger_entry *e, struct err *err)
{
    struct buf row = {0};
    uint8_t head[HEAD];
    assert(e->kind > 0 && e->kind < LEDGER_KIND_END && e->len <= UINT32_MAX);
    bool own = !db_in_transaction(desk->db); /* two programs at once: one waits */
    if (own && !db_begin(desk->db, err)) {
        return false;
    }
    bool ok = read_head(desk, head, err);
    if (ok) {
        e->n = get_u64(head + HEAD_N) + 1;
        e->who = e->who ? e->who : desk->person ? desk->person : "";
        e->what = e->what ? e->what : "";
        e->why = e->why ? e->why : "";
        ok = make_row(desk, &row, e, head + HEAD_HASH, err) && put_row(desk, e, &row, err);
    }
    if (ok) {
        put_u64(head + HEAD_N, e->n);
        hash_tagged(head + HEAD_HASH, tag, row.data, row.len);
        ok = write_head(desk, head, err);
    }
    buf_fini(&row);
    return own ? desk_end(desk, ok, err) : ok;
}

bool desk_revision(struct desk *desk, uint64_t *revision, struct err *err)
{
    struct db_value access = db_int(LEDGER_ACCESS);
    int64_t n;
    bool ok = db_number(desk->db, &n, 0,
                        "SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM form)"
                        " + (SELECT count(*) FROM ledger WHERE kind <> ?)",
                        &access, 1, err);
    *revision = ok ? (uint64_t)n : 0;
    return ok;
}

bool desk_log(struct desk *desk, int64_t wall_ms, const char *what, struct err *err)
{
    struct ledger_entry e = {.wall_ms = wall_ms, .kind = LEDGER_ACCESS, .what = what};
    return desk_ledger_add(desk, &e, err);
}

/* ---- reading ---- */

struct reading {
    const struct desk *desk;
    uint8_t key[SIGN_PUBLIC];
    uint64_t n; /* of the entry read last */
    uint8_t hash[32];
    desk_ledger_row *row;
    void *user;
};

static bool broken(uint64_t n, struct err *err)
{
    err_set(err, ERR_INPUT, "the log is not as it was written, from entry %llu on",
            (unsigned long long)n);
    return err_hint(err, "restore the desk from a backup, and compare the two");
}

/* The texts and the body; false if the lengths do not fit. */
static bool parse_row(struct arena *arena, const struct buf *plain, struct ledger_entry *e)
{
    const uint8_t *p = (const uint8_t *)plain->data;
    size_t who = get_u16(p + ROW_WHO), what = get_u16(p + ROW_WHAT), why = get_u16(p + ROW_WHY),
           len = get_u32(p + ROW_LEN);
    if (plain->len - ROW_TEXTS - SIGN_BYTES != who + what + why + len) {
        return false;
    }
    const char *at = plain->data + ROW_TEXTS;
    e->wall_ms = (int64_t)get_u64(p + ROW_MS);
    e->kind = (enum ledger_kind)p[ROW_KIND];
    e->state = p[ROW_STATE];
    memcpy(e->record, p + ROW_RECORD, 16);
    e->who = arena_copy(arena, at, who);
    e->what = arena_copy(arena, at + who, what);
    e->why = arena_copy(arena, at + who + what, why);
    e->body = at + who + what + why;
    e->len = len;
    return true;
}

static bool give_row(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct buf plain = {0};
    struct arena arena;
    uint64_t n = (uint64_t)c[0].number;
    struct ledger_entry e = {.n = n};
    (void)count;
    arena_init(&arena);
    bool ok = n == r->n + 1 && desk_unlock(r->desk, &plain, (struct desk_row){"ledger", NULL, n},
                                           &c[1], ROW_TEXTS + SIGN_BYTES, NULL);
    if (ok) {
        const uint8_t *p = (const uint8_t *)plain.data;
        size_t signed_len = plain.len - SIGN_BYTES;
        ok = memcmp(p + ROW_BEFORE, r->hash, 32) == 0 &&
             sign_check(p + signed_len, type, p, signed_len, r->key) &&
             parse_row(&arena, &plain, &e);
    }
    if (ok) {
        hash_tagged(r->hash, tag, plain.data, plain.len);
        r->n = n;
        ok = !r->row || r->row(r->user, &e, err);
    } else {
        broken(r->n + 1, err);
    }
    arena_fini(&arena);
    buf_fini(&plain);
    return ok;
}

bool desk_ledger_read(struct desk *desk, desk_ledger_row *row, void *user, struct err *err)
{
    struct reading r = {.desk = desk, .row = row, .user = user};
    uint8_t head[HEAD];
    desk_ledger_key(desk, r.key);
    bool ok = read_head(desk, head, err) &&
              db_run(desk->db, "SELECT n, d FROM ledger ORDER BY n", NULL, 0, give_row, &r, err);
    if (ok && (r.n != get_u64(head + HEAD_N) || memcmp(r.hash, head + HEAD_HASH, 32) != 0)) {
        ok = broken(r.n + 1, err);
    }
    return ok;
}

/* ---- reviews ---- */

/* At the same moment both desks choose the same. */
static bool is_later(const struct ledger_entry *e, const struct desk_review *than)
{
    return e->wall_ms != than->wall_ms        ? e->wall_ms > than->wall_ms
           : e->state != (uint8_t)than->state ? e->state > (uint8_t)than->state
                                              : strcmp(e->why, than->comment) > 0;
}

static bool take_review(void *user, const struct ledger_entry *e, struct err *err)
{
    struct desk_reviews *reviews = user;
    char hex[33];
    (void)err;
    if ((e->kind != LEDGER_REVIEW && e->kind != LEDGER_SENT_BACK) || e->state >= REVIEW_STATES) {
        return true;
    }
    text_hex(hex, e->record, 16);
    struct desk_review *review = map_get(&reviews->by_record, hex);
    if (!review) {
        review = arena_alloc(&reviews->arena, sizeof *review);
        *review = (struct desk_review){.wall_ms = INT64_MIN, .comment = ""};
        map_put(&reviews->by_record, arena_text(&reviews->arena, hex), review);
    }
    review->words++;
    if (e->len && !is_later(e, review)) { /* said at another desk, before */
        return true;
    }
    review->state = (enum review_state)e->state;
    review->comment = arena_text(&reviews->arena, e->why);
    review->wall_ms = e->wall_ms;
    return true;
}

bool desk_reviews_read(struct desk_reviews *reviews, struct desk *desk, struct err *err)
{
    arena_init(&reviews->arena);
    map_init(&reviews->by_record, &reviews->arena);
    return desk_ledger_read(desk, take_review, reviews, err);
}

void desk_reviews_fini(struct desk_reviews *reviews)
{
    arena_fini(&reviews->arena);
}

const struct desk_review *desk_review_of(const struct desk_reviews *reviews, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    return map_get(&reviews->by_record, hex);
}
