/* SPDX-License-Identifier: Apache-2.0 */
/* Do the keys survive everything but the wrong passphrase? */
#include "tests/lib/help.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/machine/fault.h"
#include "platform/custody/vault.h"
#include "tests/lib/slow_disk.h"
#include "tests/lib/scan.h"

static const char pass[] = "Көк асман, ак булут, сары талаа";
static char dir[64], path[80];

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/suhbat-vault-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/vault", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    rmdir(dir);
    return 0;
}

static struct vault *fresh(void)
{
    struct err err = {0};
    struct vault *v;
    OK(vault_create(&v, &(struct vault_spec){path, pass, sizeof pass - 1, 1, 8, NULL}, &err));
    return v;
}

static void test_vault__opens_with_its_passphrase_only(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    uint8_t seed[32];
    memcpy(seed, vault_keys(v)->sign_seed, 32);
    vault_keys(v)->chain_seq = 42;
    OK(vault_save(v, &err));
    vault_close(v);
    OK(vault_open(&v, path, &err));
    assert_false(vault_is_unlocked(v));
    assert_false(vault_unlock(v, "көк асман ак булут башка", 40, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(vault_failures(v), 1);
    /* capitals, blanks and the form of letters do not matter */
    static const char same[] = "  көк АСМАН,  ак булут,\tсары талаа ";
    OK(vault_unlock(v, same, sizeof same - 1, &err));
    assert_int_equal(vault_failures(v), 0);
    assert_memory_equal(vault_keys(v)->sign_seed, seed, 32);
    assert_int_equal(vault_keys(v)->chain_seq, 42);
    vault_close(v);
}

/* Letters that end in the same byte as ours are other letters. */
static void test_vault__letters_are_whole(void **state)
{
    (void)state;
    struct buf out = {0};
    static const char far[] = "ŧŧ ŧŧ ŧŧ ŧŧ ŧŧ"; /* U+0167; g is 0x67 */
    assert_true(vault_passphrase(&out, far, sizeof far - 1));
    assert_string_equal(out.data, far);
    buf_fini(&out);
    static const char ours[] = "баба baba БАБА baba baba";
    assert_true(vault_passphrase(&out, ours, sizeof ours - 1));
    assert_string_equal(out.data, "baba baba baba baba baba");
    buf_fini(&out);
}

static void test_vault__wants_five_words(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v;
    struct buf tidy = {0};
    char words[64];
    assert_false(
        vault_create(&v, &(struct vault_spec){path, "one two three four", 18, 1, 8, NULL}, &err));
    assert_int_equal(err.code, ERR_INPUT);
    vault_suggest(words);
    assert_true(vault_passphrase(&tidy, words, strlen(words)));
    assert_string_equal(tidy.data, words);
    buf_cut(&tidy, 0);
    assert_true(vault_passphrase(&tidy, "Баба хуху ВАМУ жизо логи", 45));
    assert_string_equal(tidy.data, "baba huhu vamu jizo logi");
    buf_fini(&tidy);
}

static void test_vault__counts_tries_before_they_are_made(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    vault_close(v);
    OK(vault_open(&v, path, &err));
    for (unsigned i = 1; i <= 5; i++) {
        assert_false(vault_unlock(v, "a b c d e", 9, &err));
        assert_int_equal(vault_failures(v), i);
    }
    assert_true(vault_wait_s(v) > 25);
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err)); /* even the right one waits */
    vault_close(v);
    OK(vault_open(&v, path, &err)); /* a restart begins the delay anew */
    assert_true(vault_wait_s(v) > 25);
    vault_forget_wait(v);
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

/* Either copy alone is enough; a torn or a flipped one is mended from the other. */
static void test_vault__mends_a_torn_copy(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    vault_close(v);
    for (int copy = 0; copy < 2; copy++) {
        for (size_t at = 0; at < VAULT_SLOT; at += 61) {
            int fd = open(path, O_RDWR);
            uint8_t byte;
            off_t where = (off_t)(copy * VAULT_SLOT + (int)at);
            assert_int_equal(pread(fd, &byte, 1, where), 1);
            byte ^= 0x40;
            assert_int_equal(pwrite(fd, &byte, 1, where), 1);
            close(fd);
            OK(vault_open(&v, path, &err));
            vault_close(v);
        }
    }
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

static void test_vault__a_dropped_key_is_in_neither_copy(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    struct buf before = {0}, after = {0};
    memset(vault_keys(v)->drafts[3].id, 0x11, 16);
    memset(vault_keys(v)->drafts[3].key, 0x22, 32);
    OK(vault_save(v, &err));
    OK(file_read(&before, path, VAULT_FILE, &err));
    memset(&vault_keys(v)->drafts[3], 0, sizeof vault_keys(v)->drafts[3]);
    OK(vault_save(v, &err));
    OK(file_read(&after, path, VAULT_FILE, &err));
    assert_memory_equal(after.data, after.data + VAULT_SLOT, VAULT_SLOT);
    assert_memory_not_equal(before.data + 512, after.data + 512, 3512);
    assert_memory_not_equal(before.data + 512, after.data + VAULT_SLOT + 512, 3512);
    vault_close(v);
    buf_fini(&before);
    buf_fini(&after);
}

static void test_vault__knows_a_good_pin(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "12345", "123456",   "7890123",     "654321",
                                      "000000", "10987", "99999999", "27182818284", "12345a",
                                      "٤٧١١٢٣"};
    static const char *const good[] = {"471108", "112233", "1234567891", "098766"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(vault_pin_is_good(bad[i]));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(vault_pin_is_good(good[i]));
    }
}

static void test_vault__a_pin_ends_a_short_break(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    vault_soft_lock(v, VAULT_SOFT_MS); /* none was chosen */
    assert_int_equal(vault_soft_left_ms(v), 0);
    assert_false(vault_try_pin(v, "471108", &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_keys(v)->chain_seq = 7;
    OK(vault_set_pin(v, "471108", &err));
    vault_close(v);
    OK(vault_open(&v, path, &err));
    assert_false(vault_has_pin(v)); /* after a restart it opens nothing */
    assert_false(vault_try_pin(v, "471108", &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    assert_true(vault_has_pin(v)); /* but it is chosen once */
    vault_soft_lock(v, VAULT_SOFT_MS);
    assert_false(vault_is_unlocked(v));
    assert_true(vault_soft_left_ms(v) > VAULT_SOFT_MS - 60000);
    assert_false(vault_try_pin(v, "471109", &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(vault_pin_tries(v), VAULT_PIN_TRIES - 1);
    OK(vault_try_pin(v, "471108", &err));
    assert_true(vault_is_unlocked(v));
    assert_int_equal(vault_keys(v)->chain_seq, 7);
    assert_int_equal(vault_pin_tries(v), VAULT_PIN_TRIES);
    OK(vault_save(v, &err)); /* the keystore's key is the same as before */
    OK(vault_set_pin(v, NULL, &err));
    vault_soft_lock(v, VAULT_SOFT_MS);
    assert_false(vault_has_pin(v));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

static void test_vault__five_wrong_pins_or_half_an_hour_want_the_passphrase(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    OK(vault_set_pin(v, "471108", &err));
    assert_false(vault_try_pin(v, "111112", &err)); /* the respondent's tries count, too */
    assert_false(vault_try_pin(v, "111112", &err));
    vault_soft_lock(v, VAULT_SOFT_MS);
    for (unsigned left = 3; left > 0; left--) {
        assert_int_equal(vault_pin_tries(v), left);
        assert_false(vault_try_pin(v, "111112", &err));
    }
    assert_false(vault_has_pin(v));
    assert_false(vault_try_pin(v, "471108", &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    for (int k = 0; k < VAULT_PIN_TRIES; k++) {
        assert_false(vault_try_pin(v, "111112", &err));
    }
    assert_true(vault_is_unlocked(v)); /* what is typed is put away first */
    assert_false(vault_try_pin(v, "471108", &err));
    vault_soft_lock(v, VAULT_SOFT_MS);
    assert_false(vault_has_pin(v));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_soft_lock(v, VAULT_SOFT_MS);
    vault_end_soft(v);
    assert_int_equal(vault_soft_left_ms(v), 0);
    assert_false(vault_try_pin(v, "471108", &err));
    assert_false(vault_has_pin(v));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

static void test_vault__a_soft_lock_leaves_no_key_in_memory(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v = fresh();
    uint8_t seed[32], meta[32], pin[32];
    OK(vault_set_pin(v, "471108", &err));
    memcpy(seed, vault_keys(v)->sign_seed, 32);
    memcpy(meta, vault_meta_key(v), 32);
    memcpy(pin, vault_keys(v)->pin_key, 32);
    for (size_t i = 0; i < 32; i++) { /* so that this copy does not count */
        seed[i] ^= SCAN_MASK;
        meta[i] ^= SCAN_MASK;
        pin[i] ^= SCAN_MASK;
    }
    unsigned seen = scan_memory(seed, 32);
    if (!scan_readable) {
        skip(); /* the machine lets nobody look, not even itself */
    }
    assert_true(seen > 0);
    assert_true(scan_memory(meta, 32) > 0);
    assert_true(scan_memory(pin, 32) > 0);
    vault_soft_lock(v, VAULT_SOFT_MS);
    assert_int_equal(scan_memory(seed, 32), 0);
    assert_int_equal(scan_memory(meta, 32), 0);
    assert_int_equal(scan_memory(pin, 32), 0);
    OK(vault_try_pin(v, "471108", &err));
    assert_true(scan_memory(seed, 32) > 0);
    vault_lock(v);
    assert_int_equal(scan_memory(seed, 32), 0);
    vault_close(v);
}

static const char again[] = "one two three four five";

/* As the desk does it. */
static bool desk_answers(struct buf *out, const struct travel_request *request,
                         const uint8_t recovery[32], struct err *err)
{
    uint8_t *plain = secret_new(TRAVEL_PLAIN);
    bool ok = travel_request_open(plain, request, recovery, err);
    if (ok) {
        buf_cut(out, 0);
        travel_answer_write(out, request, plain);
    }
    secret_free(plain);
    return ok;
}

static bool return_with(struct vault *v, const struct buf *answer, const uint8_t *recovery,
                        struct err *err)
{
    uint8_t public_key[32];
    secret_box_public(public_key, recovery);
    return vault_travel_open(v, answer->data, answer->len, again, sizeof again - 1, err) &&
           vault_travel_settle(v, public_key, err);
}

static bool travel(struct vault *v, const uint8_t *recovery, struct err *err)
{
    uint8_t public_key[32];
    secret_box_public(public_key, recovery);
    return vault_travel_lock(v, public_key, err);
}

static void ask_for(struct vault *v, struct buf *answer, const uint8_t *recovery)
{
    struct err err = {0};
    struct travel_request request;
    OK(vault_travel_request(v, &request, again, sizeof again - 1, &err));
    OK(desk_answers(answer, &request, recovery, &err));
}

static struct vault *recoverable(uint8_t recovery[32])
{
    struct err err = {0};
    struct vault *v;
    uint8_t public_key[32];
    secret_random(recovery, 32);
    secret_box_public(public_key, recovery);
    OK(vault_create(&v, &(struct vault_spec){path, pass, sizeof pass - 1, 1, 8, public_key}, &err));
    return v;
}

static void test_vault__after_the_travel_lock_only_the_recovery_key_opens(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32], other[32];
    struct travel_request request;
    struct buf asked = {0}, answer = {0}, file = {0};
    struct vault *v = recoverable(recovery);
    vault_keys(v)->chain_seq = 9;
    OK(vault_set_pin(v, "471108", &err));
    OK(file_read(&file, path, VAULT_FILE, &err));
    OK(travel(v, recovery, &err));
    assert_false(vault_is_unlocked(v));
    assert_false(vault_has_pin(v));
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err));
    struct buf locked = {0};
    OK(file_read(&locked, path, VAULT_FILE, &err));
    for (size_t slot = 0; slot < 2; slot++) { /* of what the passphrase opened nothing is left */
        assert_null(memmem(locked.data, locked.len, file.data + 48 + slot * VAULT_SLOT, 88));
    }
    vault_close(v);
    OK(vault_open(&v, path, &err)); /* a restart is no way round it */
    assert_true(vault_is_travelling(v));
    assert_false(vault_travel_request(v, &request, "too few words", 13, &err));
    OK(vault_travel_request(v, &request, again, sizeof again - 1, &err));
    travel_request_write(&asked, &request);
    assert_int_equal(asked.len, TRAVEL_BYTES);
    for (size_t cut = 0; cut < asked.len; cut++) {
        assert_false(travel_request_read(&request, asked.data, cut, &err));
    }
    OK(travel_request_read(&request, asked.data, asked.len, &err));
    secret_random(other, 32);
    assert_false(desk_answers(&answer, &request, other, &err));
    OK(desk_answers(&answer, &request, recovery, &err));
    /* another passphrase, a flipped bit, another study's answer: nothing */
    assert_false(vault_travel_open(v, answer.data, answer.len, pass, sizeof pass - 1, &err));
    for (size_t at = 0; at < answer.len; at += 7) {
        answer.data[at] ^= 1;
        assert_false(vault_travel_open(v, answer.data, answer.len, again, sizeof again - 1, &err));
        answer.data[at] ^= 1;
    }
    assert_false(vault_is_unlocked(v));
    OK(return_with(v, &answer, recovery, &err));
    assert_int_equal(vault_keys(v)->chain_seq, 9);
    assert_false(vault_is_travelling(v));
    vault_close(v);
    OK(vault_open(&v, path, &err));
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err));
    OK(vault_unlock(v, again, sizeof again - 1, &err));
    assert_int_equal(vault_keys(v)->chain_seq, 9);
    vault_close(v);
    buf_fini(&asked);
    buf_fini(&answer);
    buf_fini(&file);
    buf_fini(&locked);
}

/* An answer that lies about, and the passphrase of then, which is that of now. */
static void test_vault__an_answer_is_good_for_one_lock(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32];
    struct buf first = {0}, second = {0};
    struct vault *v = recoverable(recovery);
    OK(travel(v, recovery, &err));
    ask_for(v, &first, recovery);
    OK(return_with(v, &first, recovery, &err));
    OK(travel(v, recovery, &err));
    assert_false(return_with(v, &first, recovery, &err));
    assert_true(vault_is_travelling(v));
    ask_for(v, &second, recovery);
    assert_false(return_with(v, &first, recovery, &err));
    OK(return_with(v, &second, recovery, &err));
    vault_close(v);
    buf_fini(&first);
    buf_fini(&second);
}

/* Into both copies of the file, as somebody would who knows the layout. */
static void forge(struct buf *file, size_t at, const void *bytes, size_t len)
{
    struct err err = {0};
    for (size_t slot = 0; slot < 2; slot++) {
        char *p = file->data + slot * VAULT_SLOT;
        memcpy(p + at, bytes, len);
        hash_tagged((uint8_t *)p + 4064, "sb1-vault-torn", p, 4064);
    }
    OK(file_write(path, file->data, file->len, 0600, true, &err));
}

static void test_vault__an_older_keyslot_opens_no_keys_that_came_later(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32], meta[32], open_state = 1 | 4;
    struct buf old = {0}, now = {0}, answer = {0};
    struct vault *v = recoverable(recovery);
    memcpy(meta, vault_meta_key(v), 32);
    OK(file_read(&old, path, VAULT_FILE, &err)); /* copied at a border */
    OK(travel(v, recovery, &err));
    for (int returned = 0; returned < 2; returned++) {
        if (returned) {
            ask_for(v, &answer, recovery);
            OK(return_with(v, &answer, recovery, &err));
            assert_memory_equal(vault_meta_key(v), meta, 32); /* rows are readable as before */
        }
        vault_close(v);
        buf_cut(&now, 0);
        OK(file_read(&now, path, VAULT_FILE, &err));
        struct buf forged = {0};
        buf_add(&forged, now.data, now.len);
        forge(&forged, 48, old.data + 48, 88); /* the keyslot that the old passphrase opens */
        forge(&forged, 496, &open_state, 1);
        OK(vault_open(&v, path, &err));
        assert_false(vault_is_travelling(v));
        assert_false(vault_unlock(v, pass, sizeof pass - 1, &err));
        vault_close(v);
        OK(file_write(path, now.data, now.len, 0600, true, &err));
        OK(vault_open(&v, path, &err));
        buf_fini(&forged);
    }
    OK(vault_unlock(v, again, sizeof again - 1, &err));
    assert_memory_equal(vault_meta_key(v), meta, 32);
    vault_close(v);
    buf_fini(&old);
    buf_fini(&now);
    buf_fini(&answer);
}

/* What it claims and what is on the disk are one. */
static void test_vault__a_lock_or_a_return_that_cannot_be_written_is_none(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32];
    struct buf answer = {0};
    struct vault *v = recoverable(recovery);
    slow_disk_broken = true;
    assert_false(travel(v, recovery, &err));
    assert_int_equal(err.code, ERR_ENV);
    slow_disk_broken = false;
    assert_false(vault_is_travelling(v));
    assert_true(vault_is_unlocked(v));
    vault_keys(v)->chain_seq = 5;
    OK(vault_save(v, &err)); /* commits no lock that was told to have failed */
    vault_close(v);
    OK(vault_open(&v, path, &err));
    assert_false(vault_is_travelling(v));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    assert_int_equal(vault_keys(v)->chain_seq, 5);
    OK(travel(v, recovery, &err));
    ask_for(v, &answer, recovery);
    slow_disk_broken = true;
    assert_false(return_with(v, &answer, recovery, &err));
    assert_int_equal(err.code, ERR_ENV);
    slow_disk_broken = false;
    assert_true(vault_is_travelling(v));
    assert_false(vault_is_unlocked(v));
    OK(return_with(v, &answer, recovery, &err)); /* the same answer once more */
    assert_int_equal(vault_keys(v)->chain_seq, 5);
    vault_close(v);
    buf_fini(&answer);
}

static void test_vault__a_try_without_memory_is_none(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32], memory[4], huge[4];
    struct buf file = {0};
    struct vault *v = recoverable(recovery);
    vault_close(v);
    OK(file_read(&file, path, VAULT_FILE, &err));
    memcpy(memory, file.data + 36, 4);
    put_u32(huge, 0x7FFFFFFF);
    forge(&file, 36, huge, 4);
    OK(vault_open(&v, path, &err));
    for (int k = 0; k < VAULT_TRIES + 2; k++) {
        assert_false(vault_unlock(v, pass, sizeof pass - 1, &err));
        assert_int_not_equal(err.code, ERR_AUTH);
        assert_int_equal(vault_failures(v), 0);
    }
    assert_false(vault_is_travelling(v));
    vault_close(v);
    forge(&file, 36, memory, 4);
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
    buf_fini(&file);
}

/* The study has another recovery key since: the old one is no use. */
static void test_vault__follows_the_studys_recovery_key(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t old[32], fresh_key[32], public_key[32];
    struct travel_request request;
    struct buf answer = {0};
    struct vault *v = recoverable(old);
    secret_random(fresh_key, 32);
    secret_box_public(public_key, fresh_key);
    OK(vault_set_recovery(v, public_key, &err));
    vault_close(v);
    OK(vault_open(&v, path, &err));
    for (int k = 1; k <= VAULT_TRIES; k++) { /* closed without being open */
        vault_forget_wait(v);
        assert_false(vault_unlock(v, "a b c d e", 9, &err));
    }
    assert_true(vault_is_travelling(v));
    OK(vault_travel_request(v, &request, again, sizeof again - 1, &err));
    assert_false(desk_answers(&answer, &request, old, &err));
    OK(desk_answers(&answer, &request, fresh_key, &err));
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err)); /* and that is no try … */
    OK(return_with(v, &answer, fresh_key, &err));               /* … that spoils the request */
    vault_close(v);
    buf_fini(&answer);
}

/* A copy made before is good for what was then: neither its keyslot nor the recovery key that was
 * withdrawn since opens what is written after the next unlocking. */
static void test_vault__each_unlocking_renews_the_key(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32], other[32], public_key[32], meta[32];
    struct buf old = {0}, now = {0}, answer = {0};
    struct vault *v = recoverable(recovery);
    memcpy(meta, vault_meta_key(v), 32);
    vault_keys(v)->chain_seq = 3;
    OK(vault_save(v, &err));
    vault_close(v);
    OK(file_read(&old, path, VAULT_FILE, &err));
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    secret_random(other, 32);
    secret_box_public(public_key, other);
    OK(vault_renew(v, public_key, &err));
    assert_memory_equal(vault_meta_key(v), meta, 32); /* rows are readable as before */
    vault_keys(v)->chain_seq = 4;
    OK(vault_save(v, &err));
    vault_close(v);
    OK(file_read(&now, path, VAULT_FILE, &err));
    for (size_t slot = 0; slot < 2; slot++) {
        assert_null(memmem(now.data, now.len, old.data + slot * VAULT_SLOT + 48, 88));
        assert_null(memmem(now.data, now.len, old.data + slot * VAULT_SLOT + 400, 88));
    }
    struct buf forged = {0};
    buf_add(&forged, now.data, now.len);
    forge(&forged, 48, old.data + 48, 88);
    OK(vault_open(&v, path, &err));
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
    OK(file_write(path, now.data, now.len, 0600, true, &err));
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    assert_int_equal(vault_keys(v)->chain_seq, 4);
    slow_disk_broken = true; /* not taken: it is open, and as it was */
    assert_false(vault_renew(v, public_key, &err));
    slow_disk_broken = false;
    assert_true(vault_is_unsure(v));
    OK(vault_save(v, &err));
    OK(travel(v, other, &err));
    assert_false(vault_is_unsure(v));
    struct travel_request request;
    OK(vault_travel_request(v, &request, again, sizeof again - 1, &err));
    assert_false(desk_answers(&answer, &request, recovery, &err)); /* withdrawn since */
    OK(desk_answers(&answer, &request, other, &err));
    OK(return_with(v, &answer, other, &err));
    vault_close(v);
    buf_fini(&old);
    buf_fini(&now);
    buf_fini(&forged);
    buf_fini(&answer);
}

/* The first copy is on the disk already when the second is refused. */
static void test_vault__half_a_lock_is_undone_or_told(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32];
    struct buf answer = {0};
    struct vault *v = recoverable(recovery);
    OK(vault_set_pin(v, "471108", &err));
    for (int at = 1; at <= 2; at++) {
        slow_disk_fails_at = at;
        assert_false(travel(v, recovery, &err));
        assert_int_equal(slow_disk_fails_at, 0);
        assert_false(vault_is_unsure(v));
        assert_true(vault_is_unlocked(v));
        vault_close(v);
        OK(vault_open(&v, path, &err));
        assert_false(vault_is_travelling(v)); /* as it was told */
        OK(vault_unlock(v, pass, sizeof pass - 1, &err));
        assert_true(vault_has_pin(v));
    }
    slow_disk_broken = true;
    assert_false(travel(v, recovery, &err));
    assert_true(vault_is_unsure(v));
    slow_disk_broken = false;
    OK(travel(v, recovery, &err));
    assert_false(vault_is_unsure(v));
    ask_for(v, &answer, recovery);
    for (int at = 1; at <= 2; at++) {
        slow_disk_fails_at = at;
        assert_false(return_with(v, &answer, recovery, &err));
        vault_close(v);
        OK(vault_open(&v, path, &err));
        assert_true(vault_is_travelling(v));
    }
    OK(return_with(v, &answer, recovery, &err));
    assert_false(vault_has_pin(v)); /* whoever learned it on the road */
    vault_close(v);
    buf_fini(&answer);
}

static void test_vault__knows_a_key_that_nothing_is_sealed_to(void **state)
{
    (void)state;
    uint8_t low[32] = {1}, none[32] = {0}, good[32], secret[32];
    secret_random(secret, 32);
    secret_box_public(good, secret);
    assert_true(secret_box_usable(good));
    assert_false(secret_box_usable(low));
    assert_false(secret_box_usable(none));
}

/* The keystore vouches for the state: what somebody makes of it in the file does not stay, and no
 * bit of it makes the rows' key another. */
static void test_vault__the_state_is_the_keystores(void **state)
{
    (void)state;
    enum { STATE = 496, TORN = 4064 };
    struct err err = {0};
    uint8_t recovery[32], meta[32];
    struct vault *v = recoverable(recovery);
    vault_close(v);
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    OK(vault_renew(v, recovery, &err)); /* from here on the rows' key is in the keystore */
    memcpy(meta, vault_meta_key(v), sizeof meta);
    vault_close(v);
    for (uint8_t flip = 1; flip < 8; flip++) {
        struct buf file = {0};
        if (flip & 2) {
            continue; /* travelling is set without any key */
        }
        OK(file_read(&file, path, VAULT_FILE, &err));
        for (size_t at = 0; at < VAULT_FILE; at += VAULT_SLOT) {
            uint8_t *slot = (uint8_t *)file.data + at;
            slot[STATE] ^= flip;
            hash_tagged(slot + TORN, "sb1-vault-torn", slot, TORN);
        }
        OK(file_write(path, file.data, file.len, 0600, true, &err));
        buf_fini(&file);
        OK(vault_open(&v, path, &err));
        assert_int_equal(vault_can_travel(v), !(flip & 1)); /* nobody can know better yet */
        OK(vault_unlock(v, pass, sizeof pass - 1, &err));
        assert_true(vault_can_travel(v));
        assert_memory_equal(vault_meta_key(v), meta, sizeof meta);
        vault_close(v);
        OK(vault_open(&v, path, &err));
        assert_true(vault_can_travel(v)); /* and it is written back */
        vault_close(v);
    }
}

/* Files that are no vault, or only once were. */
static void test_vault__refuses_what_is_none(void **state)
{
    (void)state;
    enum { TORN = 4064 };
    struct err err = {0};
    struct vault *v;
    struct buf old = {0}, now = {0};
    assert_false(vault_open(&v, path, &err)); /* nothing is there */
    assert_int_equal(err.code, ERR_ENV);
    v = fresh();
    vault_close(v);
    OK(file_read(&old, path, VAULT_FILE, &err));
    OK(vault_open(&v, path, &err));
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_keys(v)->chain_seq = 9;
    OK(vault_save(v, &err));
    vault_close(v);
    OK(file_read(&now, path, VAULT_FILE, &err));
    /* the second copy is the newer one, the first the newer one: whichever it is counts */
    for (int first = 0; first < 2; first++) {
        struct buf both = {0};
        buf_add(&both, (first ? &now : &old)->data, VAULT_SLOT);
        buf_add(&both, (first ? &old : &now)->data, VAULT_SLOT);
        OK(file_write(path, both.data, both.len, 0600, true, &err));
        OK(vault_open(&v, path, &err));
        OK(vault_unlock(v, pass, sizeof pass - 1, &err));
        assert_int_equal(vault_keys(v)->chain_seq, 9);
        vault_close(v);
        buf_fini(&both);
    }
    /* one copy is enough; two that are damaged are none, nor is half a file */
    for (int damaged = 0; damaged < 3; damaged++) {
        struct buf bad = {0};
        buf_add(&bad, now.data, now.len);
        bad.data[damaged == 1 ? VAULT_SLOT + 600 : 600] ^= 1;
        bad.data[damaged == 2 ? VAULT_SLOT + 600 : 0] ^= damaged == 2;
        OK(file_write(path, bad.data, bad.len, 0600, true, &err));
        bool ok = vault_open(&v, path, &err);
        assert_int_equal(ok, damaged < 2);
        if (ok) {
            OK(vault_unlock(v, pass, sizeof pass - 1, &err));
            vault_close(v);
        } else {
            assert_int_equal(err.code, ERR_INPUT);
        }
        buf_fini(&bad);
    }
    struct buf other = {0};
    buf_add(&other, now.data, now.len);
    for (int copy = 0; copy < 2; copy++) { /* another magic, the sum made anew */
        uint8_t *slot = (uint8_t *)other.data + copy * VAULT_SLOT;
        slot[7] = '3';
        hash_tagged(slot + TORN, "sb1-vault-torn", slot, TORN);
    }
    OK(file_write(path, other.data, other.len, 0600, true, &err));
    assert_false(vault_open(&v, path, &err));
    OK(file_write(path, now.data, VAULT_SLOT, 0600, true, &err));
    assert_false(vault_open(&v, path, &err));
    assert_int_equal(err.code, ERR_INPUT);
    buf_fini(&old);
    buf_fini(&now);
    buf_fini(&other);
}

/* Somebody who has the file makes the lock weaker, and waits for the new passphrase. */
static void test_vault__a_weaker_lock_gets_no_passphrase(void **state)
{
    (void)state;
    enum { PASSES = 32, MEMORY = 36, TORN = 4064 };
    static const struct {
        size_t at;
        uint32_t value;
    } weaker[] = {{PASSES, 0}, {MEMORY, 4}};
    struct err err = {0};
    uint8_t recovery[32];
    struct travel_request request;
    struct vault *v = recoverable(recovery);
    struct buf file = {0};
    assert_false(vault_travel_request(v, &request, pass, sizeof pass - 1, &err)); /* it is open */
    assert_int_equal(err.code, ERR_INPUT);
    OK(vault_travel_lock(v, NULL, &err));
    unsigned failures = vault_failures(v);
    assert_false(vault_unlock(v, pass, sizeof pass - 1, &err)); /* that is no try */
    assert_int_equal(vault_failures(v), failures);
    assert_non_null(strstr(err.what, "travel"));
    assert_false(vault_travel_request(v, &request, "too short", 9, &err));
    assert_int_equal(err.code, ERR_INPUT);
    OK(vault_travel_request(v, &request, pass, sizeof pass - 1, &err));
    vault_close(v);
    OK(file_read(&file, path, VAULT_FILE, &err));
    for (size_t i = 0; i < 2; i++) {
        struct buf bad = {0};
        buf_add(&bad, file.data, file.len);
        for (int copy = 0; copy < 2; copy++) {
            uint8_t *slot = (uint8_t *)bad.data + copy * VAULT_SLOT;
            put_u32(slot + weaker[i].at, weaker[i].value);
            hash_tagged(slot + TORN, "sb1-vault-torn", slot, TORN);
        }
        OK(file_write(path, bad.data, bad.len, 0600, true, &err));
        OK(vault_open(&v, path, &err));
        assert_false(vault_travel_request(v, &request, pass, sizeof pass - 1, &err));
        assert_non_null(strstr(err.what, "weaker"));
        vault_close(v);
        buf_fini(&bad);
    }
    uint8_t sealed[TRAVEL_SEALED], answer[124] = "SBV1";
    memcpy(answer + 4, request.public_key, 32);
    OK(travel_answer_read(sealed, answer, sizeof answer, request.public_key, &err));
    assert_false(travel_answer_read(sealed, answer, sizeof answer - 1, request.public_key, &err));
    answer[3] = '2';
    assert_false(travel_answer_read(sealed, answer, sizeof answer, request.public_key, &err));
    answer[3] = '1';
    answer[4] ^= 1;
    assert_false(travel_answer_read(sealed, answer, sizeof answer, request.public_key, &err));
    assert_int_equal(err.code, ERR_AUTH);
    buf_fini(&file);
}

/* The tenth mistake on a card that does not take the lock: that is what is told, not the mistake.
 */
static void test_vault__a_tenth_mistake_that_cannot_be_written(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32];
    struct vault *v = recoverable(recovery);
    vault_lock(v);
    for (int k = 1; k < VAULT_TRIES; k++) {
        vault_forget_wait(v);
        assert_false(vault_unlock(v, "a b c d e", 9, &err));
        assert_int_equal(err.code, ERR_AUTH);
    }
    vault_forget_wait(v);
    fault_at(3); /* the try itself is counted, in both copies */
    assert_false(vault_unlock(v, "a b c d e", 9, &err));
    fault_at(0);
    assert_int_equal(err.code, ERR_ENV);
    assert_false(vault_is_travelling(v));
    vault_forget_wait(v);
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

static void test_vault__ten_wrong_passphrases_are_a_travel_lock(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t recovery[32];
    struct vault *v = recoverable(recovery);
    vault_close(v);
    OK(vault_open(&v, path, &err));
    for (int k = 1; k <= VAULT_TRIES; k++) {
        vault_forget_wait(v);
        assert_false(vault_is_travelling(v));
        assert_false(vault_unlock(v, "a b c d e", 9, &err));
    }
    assert_true(vault_is_travelling(v));
    vault_close(v);
    unlink(path);
    v = fresh(); /* without a recovery key that would be the end of it: the waits stay */
    assert_false(vault_can_travel(v));
    assert_false(vault_travel_lock(v, NULL, &err));
    assert_true(vault_is_unlocked(v));
    vault_lock(v);
    for (int k = 0; k < VAULT_TRIES + 2; k++) {
        vault_forget_wait(v);
        assert_false(vault_unlock(v, "a b c d e", 9, &err));
    }
    vault_forget_wait(v);
    OK(vault_unlock(v, pass, sizeof pass - 1, &err));
    vault_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vault__opens_with_its_passphrase_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__wants_five_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__letters_are_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__counts_tries_before_they_are_made, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__mends_a_torn_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_dropped_key_is_in_neither_copy, setup,
                                        teardown),
        cmocka_unit_test_teardown(test_vault__knows_a_good_pin, slow_disk_mend),
        cmocka_unit_test_setup_teardown(test_vault__a_pin_ends_a_short_break, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_vault__five_wrong_pins_or_half_an_hour_want_the_passphrase, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_soft_lock_leaves_no_key_in_memory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_vault__after_the_travel_lock_only_the_recovery_key_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__an_answer_is_good_for_one_lock, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__an_older_keyslot_opens_no_keys_that_came_later,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_vault__a_lock_or_a_return_that_cannot_be_written_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_try_without_memory_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__follows_the_studys_recovery_key, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__each_unlocking_renews_the_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__half_a_lock_is_undone_or_told, setup, teardown),
        cmocka_unit_test_teardown(test_vault__knows_a_key_that_nothing_is_sealed_to,
                                  slow_disk_mend),
        cmocka_unit_test_setup_teardown(test_vault__the_state_is_the_keystores, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__refuses_what_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_weaker_lock_gets_no_passphrase, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_tenth_mistake_that_cannot_be_written, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_vault__ten_wrong_passphrases_are_a_travel_lock, setup,
                                        teardown),
    };
    struct err err = {0};
    return secret_setup(&err) ? RUN(tests) : 1;
}
