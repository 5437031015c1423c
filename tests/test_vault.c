/* SPDX-License-Identifier: Apache-2.0 */
/* Do the keys survive everything but the wrong passphrase? */
#include "tests/help.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/vault.h"

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
    OK(vault_create(&v, path, pass, sizeof pass - 1, 1, 8, NULL, &err));
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
    assert_false(vault_is_open(v));
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

static void test_vault__wants_five_words(void **state)
{
    (void)state;
    struct err err = {0};
    struct vault *v;
    struct buf tidy = {0};
    char words[64];
    assert_false(vault_create(&v, path, "one two three four", 18, 1, 8, NULL, &err));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vault__opens_with_its_passphrase_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__wants_five_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__counts_tries_before_they_are_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__mends_a_torn_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vault__a_dropped_key_is_in_neither_copy, setup, teardown),
    };
    struct err err = {0};
    return secret_setup(&err) ? RUN(tests) : 1;
}
