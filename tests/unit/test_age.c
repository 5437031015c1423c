/* SPDX-License-Identifier: Apache-2.0 */
/* Do we read and write age as age does? */
#include "tests/lib/help.h"

#include <unistd.h>
#include <zlib.h>

#include "platform/custody/age.h"
#include "platform/custody/sign.h"
#include "platform/machine/text.h"

static void test_age__keys_as_text(void **state)
{
    (void)state;
    uint8_t identity[32], recipient[32], back[32];
    char text[AGE_TEXT];
    for (int i = 0; i < 50; i++) {
        age_generate(identity, recipient);
        age_recipient_text(text, recipient);
        assert_int_equal(strncmp(text, "age1", 4), 0);
        assert_true(age_recipient_parse(back, text));
        assert_memory_equal(back, recipient, 32);
        text[20] = text[20] == 'q' ? 'p' : 'q';
        assert_false(age_recipient_parse(back, text));
        age_identity_text(text, identity);
        assert_true(age_identity_parse(back, text));
        assert_memory_equal(back, identity, 32);
    }
}

static void test_age__round_trips_at_every_edge(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 65535, 65536, 65537, 131072, 200001};
    struct err err = {0};
    uint8_t identities[2][32], recipients[2][32];
    for (int i = 0; i < 2; i++) {
        age_generate(identities[i], recipients[i]);
    }
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct buf plain = {0}, sealed = {0};
        for (size_t i = 0; i < sizes[s]; i++) {
            buf_char(&plain, (char)(i * 7));
        }
        buf_add(&plain, "", 0);
        OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32])recipients, 2, &err));
        for (int i = 0; i < 2; i++) {
            struct buf back = {0};
            struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identities[i],
                                    .count = 1};
            OK(age_open(&back, sealed.data, sealed.len, &keys, NULL, &err));
            assert_int_equal(back.len, plain.len);
            assert_memory_equal(back.data, plain.data, plain.len);
            buf_fini(&back);
        }
        buf_fini(&plain);
        buf_fini(&sealed);
    }
}

/* Every bit, every length, every byte put in or taken out of a small file is found. */
static void test_age__any_change_is_found(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t identity[32], recipient[32];
    struct buf sealed = {0};
    age_generate(identity, recipient);
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    OK(age_seal(&sealed, "some answers", 12, (const uint8_t(*)[32]) & recipient, 1, &err));
    for (size_t i = 0; i < sealed.len * 8; i++) {
        struct buf out = {0};
        sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ 1 << (i % 8));
        if (age_open(&out, sealed.data, sealed.len, &keys, NULL, &err)) {
            fail_msg("bit %zu", i);
        }
        assert_int_equal(out.len, 0);
        sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ 1 << (i % 8));
        buf_fini(&out);
    }
    for (size_t len = 0; len < sealed.len; len++) {
        struct buf out = {0};
        assert_false(age_open(&out, sealed.data, len, &keys, NULL, &err));
        buf_fini(&out);
    }
    for (size_t at = 0; at <= sealed.len; at++) {
        struct buf out = {0}, longer = {0};
        buf_add(&longer, sealed.data, at);
        buf_char(&longer, 'A');
        buf_add(&longer, sealed.data + at, sealed.len - at);
        assert_false(age_open(&out, longer.data, longer.len, &keys, NULL, &err));
        buf_fini(&out);
        buf_fini(&longer);
    }
    buf_fini(&sealed);
}

/* ---- stock age, both ways ---- */

static PRINTF_LIKE(1, 2) bool shell(const char *fmt, ...)
{
    char command[600];
    va_list args;
    va_start(args, fmt);
    vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    return system(command) == 0;
}

static void test_age__stock_age_agrees(void **state)
{
    (void)state;
    struct err err = {0};
    if (system("command -v age >/dev/null 2>&1") != 0) {
        print_message("skipped: Debian's age is not installed\n");
        skip();
    }
    char dir[] = "/tmp/suhbat-age-XXXXXX", path[64], identity_path[64], text[AGE_TEXT];
    uint8_t identity[32], recipient[32];
    struct buf plain = {0}, sealed = {0}, back = {0};
    assert_non_null(mkdtemp(dir));
    age_generate(identity, recipient);
    age_identity_text(text, identity);
    snprintf(identity_path, sizeof identity_path, "%s/id", dir);
    OK(file_write(identity_path, text, strlen(text), 0600, false, &err));
    for (int i = 0; i < 100001; i++) {
        buf_char(&plain, (char)(i * 31));
    }
    OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32]) & recipient, 1, &err));
    snprintf(path, sizeof path, "%s/x.age", dir);
    OK(file_write(path, sealed.data, sealed.len, 0600, false, &err));
    assert_true(shell("age -d -i %s -o %s/out %s", identity_path, dir, path));
    snprintf(path, sizeof path, "%s/out", dir);
    OK(file_read(&back, path, 1 << 20, &err));
    assert_int_equal(back.len, plain.len);
    assert_memory_equal(back.data, plain.data, plain.len);
    age_recipient_text(text, recipient);
    assert_true(shell("age -r %s -o %s/y.age %s/out", text, dir, dir));
    snprintf(path, sizeof path, "%s/y.age", dir);
    buf_fini(&back);
    buf_fini(&sealed);
    OK(file_read(&sealed, path, 1 << 20, &err));
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    OK(age_open(&back, sealed.data, sealed.len, &keys, NULL, &err));
    assert_int_equal(back.len, plain.len);
    assert_memory_equal(back.data, plain.data, plain.len);
    shell("rm -r %s", dir);
    buf_fini(&plain);
    buf_fini(&sealed);
    buf_fini(&back);
}

/* ---- the vectors ---- */

static const char *const classes[] = {"success", "no match", "header failure", "HMAC failure",
                                      "payload failure"};

static bool vector(const char *path)
{
    struct err err = {0};
    struct buf file = {0}, age = {0}, out = {0};
    uint8_t identities[8][32];
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identities};
    char expect[40] = "", pass[200] = "";
    bool packed = false;
    OK(file_read(&file, path, 1 << 24, &err));
    char *body = strstr(file.data, "\n\n");
    assert_non_null(body);
    *body = '\0';
    body += 2;
    for (char *line = strtok(file.data, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "expect: ", 8) == 0) {
            snprintf(expect, sizeof expect, "%s", line + 8);
        } else if (strncmp(line, "identity: ", 10) == 0) {
            assert_true(age_identity_parse(identities[keys.count++], line + 10));
        } else if (strncmp(line, "passphrase: ", 12) == 0) {
            snprintf(pass, sizeof pass, "%s", line + 12);
            keys.passphrase = pass;
        } else if (strcmp(line, "compressed: zlib") == 0) {
            packed = true;
        }
    }
    size_t body_len = file.len - (size_t)(body - file.data);
    if (packed) {
        uLongf size = 64 << 20;
        char *room = malloc(size);
        assert_int_equal(uncompress((Bytef *)room, &size, (Bytef *)body, body_len), Z_OK);
        buf_add(&age, room, size);
        free(room);
    } else {
        buf_add(&age, body, body_len);
    }
    enum age_result result;
    bool opened = age_open(&out, age.data, age.len, &keys, &result, &err);
    bool ok = opened == (result == AGE_OPENED) && strcmp(classes[result], expect) == 0;
    if (!ok) {
        print_error("%s: wanted %s, got %s\n", path, expect, classes[result]);
    }
    buf_fini(&file);
    buf_fini(&age);
    buf_fini(&out);
    return ok;
}

/* Keys as text are taken to the letter. */
static void test_age__texts_that_are_no_keys(void **state)
{
    (void)state;
    uint8_t identity[32], recipient[32], back[32];
    char good[AGE_TEXT], secret[AGE_TEXT], text[2 * AGE_TEXT];
    struct err err = {0};
    memset(identity, 0x31, 32);
    age_recipient_of(recipient, identity);
    age_recipient_text(good, recipient);
    age_identity_text(secret, identity);
    assert_true(age_recipient_parse(back, good));
    size_t len = strlen(good);
    for (size_t cut = 0; cut < len; cut++) {
        char *exact = strndup(good, cut); /* whoever reads on is seen by AddressSanitizer */
        assert_false(age_recipient_parse(back, exact));
        free(exact);
    }

    snprintf(text, sizeof text, "%sq", good);
    assert_false(age_recipient_parse(back, text)); /* longer */
    snprintf(text, sizeof text, "bge1%s", good + 4);
    assert_false(age_recipient_parse(back, text)); /* another kind */
    snprintf(text, sizeof text, "age2%s", good + 4);
    assert_false(age_recipient_parse(back, text));
    for (size_t at = 4; at < len; at++) {
        snprintf(text, sizeof text, "%s", good);
        text[at] = 'b'; /* no letter of Bech32's */
        assert_false(age_recipient_parse(back, text));
        text[at] = good[at] == 'q' ? 'p' : 'q';
        assert_false(age_recipient_parse(back, text));
    }
    assert_true(age_identity_parse(back, secret));
    assert_memory_equal(back, identity, 32);
    snprintf(text, sizeof text, "%s", secret);
    text[20] = (char)(text[20] | 0x20); /* small among capitals */
    assert_false(secret[20] != text[20] && age_identity_parse(back, text));
    snprintf(text, sizeof text, "AGE-SECRET-KEY-2%s", secret + 16);
    assert_false(age_identity_parse(back, text));
    snprintf(text, sizeof text, "%s%s", secret, secret);
    assert_false(age_identity_parse(back, text));
    snprintf(text, sizeof text, "# a comment\r\n\n  \t\n%s \t\r\n", secret);
    OK(age_identity_file(back, text, strlen(text), &err));
    assert_false(age_identity_file(back, "# nothing\n", 10, &err));
    assert_int_equal(err.code, ERR_AUTH);
}

/* Headers that are not as the format says, each by one thing. */
static void test_age__headers_that_are_none(void **state)
{
    (void)state;
    struct err err = {0};
    uint8_t identity[32], recipient[32], many[AGE_RECIPIENTS_MAX + 1][32];
    struct buf good = {0}, out = {0};
    memset(identity, 0x31, 32);
    age_recipient_of(recipient, identity);
    OK(age_seal(&good, "text", 4, (const uint8_t(*)[32]) & recipient, 1, &err));
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    const char *stanza = strstr(good.data, "-> X25519"), *mac = strstr(good.data, "---");
    size_t head = (size_t)(mac - good.data), from = (size_t)(stanza - good.data);
    static const struct {
        const char *before; /* put in front of the only stanza, or (whole) in its place */
        bool whole;
    } cases[] = {
        {"-> \n", false},
        {"->\n", false},
        {"-> a\nAA=\n", false},
        {"-> a\nA\n", false},
        {"-> a\nA A\n", false},
        {"-> a\n\303\244AA\n", false},
        {"-> a b\177\nAA\n", false},
        {"-> a  b\nAA\n", false},
        {"-> a \001b\nAA\n", false},
        {"-> a\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", false},
        {"-> a\nAAAAA\n", false},
        {"-> a\n", false},
        {"", true},
        {"-> X25519 AAAA\nAAAA\n", true},
        {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1:\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
         true},
        {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1/\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
         true},
        {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
         true},
        {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 99\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
         true},
        {"-> scrypt AAAA 10\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", true}};
    keys.passphrase = "one two three four five";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = {0};
        enum age_result result = AGE_OPENED;
        buf_add(&b, good.data, from);
        buf_text(&b, cases[i].before);
        buf_add(&b, cases[i].whole ? mac : stanza, good.len - (cases[i].whole ? head : from));
        char *exact = malloc(b.len);
        memcpy(exact, b.data, b.len);
        if (age_open(&out, exact, b.len, &keys, &result, NULL) || result != AGE_HEADER) {
            fail_msg("header %zu: result %d", i, (int)result);
        }
        free(exact);
        buf_fini(&b);
    }
    /* without a passphrase nothing is tried; and one that is short of its end */
    struct buf sealed = {0};
    OK(age_seal_passphrase(&sealed, "text", 4, "one two three four five", 4, &err));
    enum age_result result;
    struct age_keys none = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    assert_false(age_open(&out, sealed.data, sealed.len, &none, &result, NULL));
    assert_int_equal(result, AGE_NO_MATCH);
    buf_cut(&out, 0);
    OK(age_open(&out, sealed.data, sealed.len, &keys, &result, &err));
    assert_string_equal(out.data, "text");
    keys.passphrase = "one two three four six";
    assert_false(age_open(&out, sealed.data, sealed.len, &keys, &result, NULL));
    assert_int_equal(result, AGE_NO_MATCH);
    for (size_t len = 0; len < good.len; len++) {
        char *exact = malloc(len + 1);
        memcpy(exact, good.data, len);
        char *end = realloc(exact, len ? len : 1);
        assert_false(age_open(&out, end, len, &keys, &result, NULL));
        free(end);
    }
    static const char *const none_at_all[] = {"no age file",
                                              "a text that is as long as an age file's first line"};
    for (size_t i = 0; i < 2; i++) {
        assert_false(age_open(&out, none_at_all[i], strlen(none_at_all[i]), &keys, NULL, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
    char *version = strstr(good.data, "/v1\n");
    version[2] = '2'; /* another version's header is not read at all */
    assert_false(age_open(&out, good.data, good.len, &keys, &result, NULL));
    assert_int_equal(result, AGE_HEADER);
    version[2] = '1';
    char *letter = strstr(good.data, "X25519 ") + 7;
    char was = *letter;
    *letter = '\0'; /* no letter of the alphabet's, though strchr finds it */
    assert_false(age_open(&out, good.data, good.len, &keys, &result, NULL));
    assert_int_equal(result, AGE_HEADER);
    *letter = was;
    /* too many stanzas */
    struct buf full = {0};
    buf_add(&full, good.data, from);
    for (int i = 0; i < 64; i++) {
        buf_text(&full, "-> grease\n\n");
    }
    buf_add(&full, stanza, good.len - from);
    assert_false(age_open(&out, full.data, full.len, &keys, &result, NULL));
    assert_int_equal(result, AGE_HEADER);
    /* to nobody, to too many, to whom everybody could be */
    assert_false(age_seal(&full, "x", 1, (const uint8_t(*)[32])many, 0, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    for (size_t i = 0; i < AGE_RECIPIENTS_MAX + 1; i++) {
        memcpy(many[i], recipient, 32);
    }
    OK(age_seal(&full, "x", 1, (const uint8_t(*)[32])many, AGE_RECIPIENTS_MAX, &err));
    assert_false(age_seal(&full, "x", 1, (const uint8_t(*)[32])many, AGE_RECIPIENTS_MAX + 1, &err));
    memset(many[1], 0, 32);
    size_t before = full.len;
    assert_false(age_seal(&full, "x", 1, (const uint8_t(*)[32])many, 2, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(full.len, before); /* nothing of it is left */
    buf_fini(&good);
    buf_fini(&out);
    buf_fini(&sealed);
    buf_fini(&full);
}

static void test_age__armored_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *holds;
    } cases[] = {
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYWJj\nZA==\n-----END AGE ENCRYPTED FILE-----\n",
         "abcd"},
        {"-----BEGIN AGE ENCRYPTED FILE-----\r\nYWJj\r\n-----END AGE ENCRYPTED FILE-----\r\n",
         "abc"},
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYW Jj\n-----END AGE ENCRYPTED FILE-----\n", NULL},
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYWJj\n-----END AGE FILE-----\n", NULL},
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYWJj\n", NULL},
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYW=j\n-----END AGE ENCRYPTED FILE-----\n", NULL},
        {"-----BEGIN AGE ENCRYPTED FILE-----\nYWJ\n-----END AGE ENCRYPTED FILE-----\n", NULL},
        {"plain bytes", "plain bytes"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        struct err err = {0};
        bool ok = age_dearmor(&out, cases[i].text, strlen(cases[i].text), &err);
        assert_int_equal(ok, cases[i].holds != NULL);
        assert_int_equal(err.code, ok ? ERR_NONE : ERR_INPUT);
        if (ok) {
            assert_string_equal(out.data, cases[i].holds);
        }
        buf_fini(&out);
    }
    assert_true(age_is_file(cases[0].text, 40));
    assert_true(age_is_file("age-encryption.org/v1\n", 22));
    assert_false(age_is_file("age-encryption.org/v1", 21));
    assert_false(age_is_file("AGE-SECRET-KEY-1", 16));
}

static void test_age__parameters_of_a_lock(void **state)
{
    (void)state;
    static const struct {
        uint32_t passes, kib;
        bool taken;
    } cases[] = {
        {1, 8, true}, {0, 8, false}, {17, 8, false}, {1, 7, false}, {1, 512 * 1024 + 1, false}};
    uint8_t key[32], salt[16] = {1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_int_equal(secret_stretch(key, "x", 1, salt, cases[i].passes, cases[i].kib, &err),
                         cases[i].taken);
        assert_int_equal(err.code, cases[i].taken ? ERR_NONE : ERR_LIMIT);
    }
    struct buf out = {0};
    struct err err = {0};
    uint8_t locked[SECRET_OVERHEAD] = {0};
    for (size_t len = 0; len < SECRET_OVERHEAD; len++) {
        assert_false(secret_unlock(&out, key, "", 0, locked, len, &err));
    }
    buf_fini(&out);
}

static void test_age__vectors(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    struct err err = {0};
    struct arena arena;
    const char **names;
    size_t count, good = 0, all = 0;
    char dir[600], path[900];
    if (!shared) {
        skip();
    }
    arena_init(&arena);
    snprintf(dir, sizeof dir, "%s/corpus/age", shared);
    OK(file_list(&arena, &names, &count, dir, "", &err));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], "README.md") != 0) {
            snprintf(path, sizeof path, "%s/%s", dir, names[i]);
            all++;
            good += vector(path);
        }
    }
    print_message("age vectors: %zu of %zu\n", good, all);
    assert_int_equal(good, all);
    assert_true(all >= 92);
    arena_fini(&arena);
}

static void test_sign__types_and_tags_do_not_mix(void **state)
{
    (void)state;
    uint8_t seed[32] = {1}, pk[32], sig[64], a[32], b[32];
    char words[64], cyrillic[128];
    sign_public(pk, seed);
    sign_make(sig, "record", "body", 4, seed);
    assert_true(sign_check(sig, "record", "body", 4, pk));
    assert_false(sign_check(sig, "entry", "body", 4, pk));
    assert_false(sign_check(sig, "record", "bodY", 4, pk));
    hash_tagged(a, "sb1-rootset", "x", 1);
    hash_tagged(b, "sb1-device", "x", 1);
    assert_memory_not_equal(a, b, 32);
    uint8_t hash[9] = {0x00, 0x0F, 0xFF, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc};
    words_of(words, hash, 6);
    assert_string_equal(words, "baba huhu vamu jizo logi poha");
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    assert_int_equal(text_count(cyrillic, strlen(cyrillic)), 29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age__keys_as_text),
        cmocka_unit_test(test_age__round_trips_at_every_edge),
        cmocka_unit_test(test_age__any_change_is_found),
        cmocka_unit_test(test_age__stock_age_agrees),
        cmocka_unit_test(test_age__texts_that_are_no_keys),
        cmocka_unit_test(test_age__headers_that_are_none),
        cmocka_unit_test(test_age__armored_text),
        cmocka_unit_test(test_age__parameters_of_a_lock),
        cmocka_unit_test(test_age__vectors),
        cmocka_unit_test(test_sign__types_and_tags_do_not_mix),
    };
    struct err err = {0};
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
