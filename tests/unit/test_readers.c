/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does each reader refuse what is signed as it should be, and says what it must not?
 *
 * One field is changed at a time and the signature made anew, so that only the rule about that
 * field can refuse it.  Beside each table stands the same thing unchanged, which is taken.
 */
#include "tests/lib/custody.h"

#include "platform/custody/message.h"
#include "platform/custody/batch.h"
#include "platform/custody/tar.h"

struct change {
    size_t at, len;    /* bytes that are replaced … */
    const char *bytes; /* … by these */
    const char *rule;
};

static struct buf changed(const struct buf *from, const struct change *c)
{
    struct buf b = {0};
    buf_add(&b, from->data, from->len);
    assert_true(c->at + c->len <= b.len);
    memcpy(b.data + c->at, c->bytes, c->len);
    return b;
}

/* A copy that ends where its bytes end: whoever reads on is seen by AddressSanitizer. */
static void *exact(const void *bytes, size_t len)
{
    void *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    return copy;
}

/* `call` reads `bytes_`, the first `len` of them and no more. */
#define CUT_TO(from, len, call)                                                                    \
    do {                                                                                           \
        void *bytes_ = exact(from, len);                                                           \
        bool taken_ = call;                                                                        \
        free(bytes_);                                                                              \
        if (taken_) {                                                                              \
            fail_msg("taken: cut to %zu bytes", (size_t)(len));                                    \
        }                                                                                          \
    } while (0)

#define FAIL_IF_TAKEN(taken, what)                                                                 \
    do {                                                                                           \
        if (taken) {                                                                               \
            fail_msg("taken: %s", what);                                                           \
        }                                                                                          \
    } while (0)

/* ---- certificates and the catalogue ---- */

enum { CATALOGUE_HEAD = 128, ONE_SIGNATURE = 72 };

/* The last signature, made anew by `seed`, which is root `index`. */
static void sign_catalogue(struct buf *b, const uint8_t seed[32], uint8_t index)
{
    uint8_t *sig = (uint8_t *)b->data + b->len - ONE_SIGNATURE;
    sig[0] = index;
    sign_make(sig + 8, "catalog", b->data, b->len - ONE_SIGNATURE, seed);
}

static void test_readers__a_catalogue(void **state)
{
    struct study *s = *state;
    struct catalogue c;
    uint8_t set[32];
    catalogue_root_set(set, &s->catalogue);
    const struct buf *good = &s->catalogue_bytes;
    size_t recipients = CATALOGUE_HEAD + 32;
    const struct change changes[] = {
        {0, 4, "SBG2", "magic"},
        {4, 2, "\2\0", "version"},
        {48, 1, "\0", "no root"},
        {48, 1, "\11", "too many roots"},
        {49, 1, "\0", "threshold 0"},
        {49, 1, "\2", "threshold over the roots"},
        {50, 2, "\1\0", "one recipient"},
        {50, 2, "\11\0", "too many recipients"},
        {52, 2, "\377\377", "too many forms"},
        {54, 2, "\377\377", "too many revoked"},
        {56, 2, "\377\377", "too many certificates"},
        {52, 2, "\1\0", "a form that is not there"},
        {54, 2, "\1\0", "a revocation that is not there"},
        {56, 2, "\1\0", "a certificate that is not there"},
        {recipients, 32, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         "a key of low order"},
        {recipients, 32, good->data + recipients + 80, "one key twice"},
        {recipients + 48, 2, "\377\376", "a label that is no text"},
        {64, 32, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         "a recovery key of low order"},
    };
    struct err err = {0};
    OK(catalogue_read(&c, good->data, good->len, set, &err));
    struct change none = {24, 1, "\7", "another number"};
    struct buf b = changed(good, &none);
    FAIL_IF_TAKEN(catalogue_read(&c, b.data, b.len, set, NULL), "what is not signed anew");
    sign_catalogue(&b, s->root, 0);
    OK(catalogue_read(&c, b.data, b.len, set, &err));
    buf_fini(&b);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        b = changed(good, &changes[i]);
        sign_catalogue(&b, s->root, 0);
        FAIL_IF_TAKEN(catalogue_read(&c, b.data, b.len, NULL, NULL), changes[i].rule);
        assert_int_equal(c.epoch, 0); /* nothing of it may be used */
        buf_fini(&b);
    }
    for (size_t len = 0; len < good->len; len++) {
        CUT_TO(good->data, len, catalogue_read(&c, bytes_, len, set, NULL));
    }
    uint8_t other[32] = {1};
    FAIL_IF_TAKEN(catalogue_read(&c, good->data, good->len, other, NULL), "another study's");
    b = changed(good, &none); /* by a root that there is not, by another than it says */
    sign_catalogue(&b, s->root, 1);
    FAIL_IF_TAKEN(catalogue_read(&c, b.data, b.len, set, NULL), "a root out of range");
    sign_catalogue(&b, s->author, 0);
    FAIL_IF_TAKEN(catalogue_read(&c, b.data, b.len, set, NULL), "an author's signature");
    buf_fini(&b);
}

/* As many of each as may be are taken, one more is refused, though all of it is there and signed.
 */
static void test_readers__a_catalogue_of_many(void **state)
{
    struct study *s = *state;
    enum { ROOTS, RECIPIENTS, FORMS, REVOKED, CERTS, KINDS };
    static const size_t size[KINDS] = {32, 80, 72, 40, CERT_BYTES};
    static const unsigned max[KINDS] = {CATALOGUE_ROOTS_MAX, CATALOGUE_RECIPIENTS_MAX,
                                        CATALOGUE_FORMS_MAX, CATALOGUE_REVOKED_MAX,
                                        CATALOGUE_CERTS_MAX};
    struct catalogue *c = calloc(1, sizeof *c);
    for (int kind = 0; kind < KINDS; kind++) {
        for (unsigned over = 0; over < 2; over++) {
            unsigned count[KINDS] = {1, 2, 0, 0, 0};
            struct buf b = {0};
            count[kind] = max[kind] + over;
            buf_add(&b, s->catalogue_bytes.data, CATALOGUE_HEAD);
            uint8_t *head = (uint8_t *)b.data;
            head[48] = (uint8_t)count[ROOTS];
            for (int k = RECIPIENTS; k < KINDS; k++) {
                put_u16(head + 48 + 2 * k, (uint16_t)count[k]);
            }
            for (int k = 0; k < KINDS; k++) {
                for (unsigned i = 0; i < count[k]; i++) {
                    uint8_t row[CERT_BYTES] = {0};
                    uint8_t secret[32] = {8, (uint8_t)(i + 1)};
                    if (k == ROOTS && i == 0) {
                        sign_public(row, s->root);
                    } else if (k == RECIPIENTS) {
                        age_recipient_of(row, secret);
                    }
                    buf_add(&b, row, size[k]);
                }
            }
            uint8_t signature[ONE_SIGNATURE] = {0};
            buf_add(&b, signature, sizeof signature);
            sign_catalogue(&b, s->root, 0);
            void *copy = exact(b.data, b.len);
            struct err err = {0};
            bool taken = catalogue_read(c, copy, b.len, NULL, &err);
            if (taken != (over == 0)) {
                fail_msg("%s %u of kind %d: %s", taken ? "taken:" : "refused:", count[kind], kind,
                         err.what);
            }
            free(copy);
            buf_fini(&b);
        }
    }
    /* none at all, though it is there and signed */
    for (int none = 0; none < 2; none++) {
        struct buf b = {0};
        uint8_t signature[ONE_SIGNATURE] = {0};
        buf_add(&b, s->catalogue_bytes.data, CATALOGUE_HEAD + (none ? 32 + 80 : 0));
        b.data[48] = (char)none;
        b.data[49] = (char)none;
        b.data[50] = (char)(none ? 1 : 2);
        if (!none) {
            buf_add(&b, s->catalogue_bytes.data + CATALOGUE_HEAD + 32, 160);
        }
        buf_add(&b, signature, sizeof signature);
        sign_catalogue(&b, s->root, 0);
        FAIL_IF_TAKEN(catalogue_read(c, b.data, b.len, NULL, NULL),
                      none ? "one recipient" : "no root");
        buf_fini(&b);
    }
    free(c);
}

static void test_readers__two_roots_are_two(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct catalogue c;
    struct buf one = {0}, both = {0};
    uint8_t seeds[2][32], stranger[1][32] = {{9}};
    memcpy(seeds[0], s->root, 32);
    memset(seeds[1], 0x99, 32);
    s->catalogue.root_count = s->catalogue.threshold = 2;
    sign_public(s->catalogue.roots[1], seeds[1]);
    OK(catalogue_write(&one, &s->catalogue, (const uint8_t(*)[32])seeds, 1, &err));
    FAIL_IF_TAKEN(catalogue_read(&c, one.data, one.len, NULL, NULL), "one of two signatures");
    buf_add(&one, one.data + one.len - ONE_SIGNATURE, ONE_SIGNATURE);
    FAIL_IF_TAKEN(catalogue_read(&c, one.data, one.len, NULL, NULL), "one root's twice");
    OK(catalogue_write(&both, &s->catalogue, (const uint8_t(*)[32])seeds, 2, &err));
    OK(catalogue_read(&c, both.data, both.len, NULL, &err));
    assert_false(catalogue_write(&both, &s->catalogue, (const uint8_t(*)[32])stranger, 1, &err));
    assert_int_equal(err.code, ERR_AUTH);
    s->catalogue.recipient_count = 1;
    assert_false(catalogue_write(&both, &s->catalogue, (const uint8_t(*)[32])seeds, 2, &err));
    s->catalogue.recipient_count = 2;
    memcpy(s->catalogue.recipients[1].key, s->catalogue.recipients[0].key, 32);
    assert_false(catalogue_write(&both, &s->catalogue, (const uint8_t(*)[32])seeds, 2, &err));
    buf_fini(&one);
    buf_fini(&both);
}

static void test_readers__one_catalogue_follows_another(void **state)
{
    (void)state;
    static const struct {
        uint64_t had, epoch;
        enum catalogue_follow follow;
    } cases[] = {{5, 6, CATALOGUE_NEXT},
                 {5, 4, CATALOGUE_OLDER},
                 {5, 5, CATALOGUE_REFUSED},
                 {5, 5 + CATALOGUE_JUMP_MAX, CATALOGUE_NEXT},
                 {5, 6 + CATALOGUE_JUMP_MAX, CATALOGUE_REFUSED}};
    struct catalogue c = {.epoch = 0};
    struct err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c.epoch = cases[i].epoch;
        assert_int_equal(catalogue_follows(&c, "new", 3, cases[i].had, "old", 3, &err),
                         cases[i].follow);
    }
    c.epoch = 5;
    assert_int_equal(catalogue_follows(&c, "same", 4, 5, "same", 4, &err), CATALOGUE_SAME);
    assert_int_equal(catalogue_follows(&c, "same", 4, 5, "samething", 9, &err), CATALOGUE_REFUSED);
}

static void test_readers__certificates(void **state)
{
    struct study *s = *state;
    struct cert cert, out;
    uint8_t bytes[CERT_BYTES], coordinator[32], by_him[CERT_BYTES], his[CERT_BYTES], seed[32] = {3};
    memset(coordinator, 0x66, 32);
    const struct change changes[] = {{0, 4, "SBC2", "magic"},
                                     {4, 2, "\2\0", "version"},
                                     {6, 2, "\0\0", "role 0"},
                                     {6, 2, "\6\0", "role 6"}};
    assert_true(cert_read(&cert, s->author_cert));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(bytes, s->author_cert, CERT_BYTES);
        memcpy(bytes + changes[i].at, changes[i].bytes, changes[i].len);
        sign_make(bytes + 144, "cert", bytes, 144, s->root);
        FAIL_IF_TAKEN(cert_read(&cert, bytes), changes[i].rule);
    }
    memcpy(bytes, s->author_cert, CERT_BYTES);
    bytes[80] ^= 1;
    FAIL_IF_TAKEN(cert_read(&cert, bytes), "a scope that was not signed");
    FAIL_IF_TAKEN(catalogue_trusts(&s->catalogue, bytes, CERT_AUTHOR, &out), "the same, trusted");

    struct catalogue *c = &s->catalogue;
    assert_true(catalogue_trusts(c, s->author_cert, CERT_AUTHOR, &out));
    FAIL_IF_TAKEN(catalogue_trusts(c, s->author_cert, CERT_IMPORT, &out), "another role");
    cert = out;
    cert.study_id[3] ^= 1;
    cert_make(bytes, &cert, s->root);
    FAIL_IF_TAKEN(catalogue_trusts(c, bytes, CERT_AUTHOR, &out), "another study's");
    cert.study_id[3] ^= 1;
    cert_make(bytes, &cert, seed);
    FAIL_IF_TAKEN(catalogue_trusts(c, bytes, CERT_AUTHOR, &out), "a stranger's signature");

    /* a coordinator whom a root delegated */
    struct cert of = {.role = CERT_COORDINATOR, .serial = 2, .scope = "field_"};
    memcpy(of.study_id, c->study_id, 16);
    sign_public(of.subject, coordinator);
    cert_make(his, &of, s->root);
    struct cert author = {.role = CERT_AUTHOR, .serial = 3, .scope = "field_a"};
    memcpy(author.study_id, c->study_id, 16);
    sign_public(author.subject, seed);
    cert_make(by_him, &author, coordinator);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "nobody delegated him");
    c->cert_count = 1;
    memcpy(c->certs[0], his, CERT_BYTES);
    assert_true(catalogue_trusts(c, by_him, CERT_AUTHOR, &out));
    author.role = CERT_COORDINATOR;
    cert_make(by_him, &author, coordinator);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_COORDINATOR, &out),
                  "he makes another of his kind");
    author.role = CERT_AUTHOR;
    strcpy(author.scope, "other");
    cert_make(by_him, &author, coordinator);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "more than he has");
    strcpy(author.scope, "field_a");
    cert_make(by_him, &author, coordinator);
    of.role = CERT_AUTHOR; /* what delegates is no coordinator's */
    cert_make(c->certs[0], &of, s->root);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "an author delegates");
    of.role = CERT_COORDINATOR;
    cert_make(c->certs[0], &of, seed);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "no root delegated him");
    memcpy(c->certs[0], his, CERT_BYTES);
    c->revoked_count = 1;
    c->revoked[0].kind = 1;
    memcpy(c->revoked[0].id, of.subject, 32);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "he was revoked");
    memcpy(c->revoked[0].id, author.subject, 32);
    FAIL_IF_TAKEN(catalogue_trusts(c, by_him, CERT_AUTHOR, &out), "the author was revoked");
    c->revoked[0].kind = 2;
    assert_true(catalogue_trusts(c, by_him, CERT_AUTHOR, &out)); /* a device of that id was */
}

/* ---- packages ---- */

static struct buf package_of(struct study *s)
{
    struct err err = {0};
    struct buf b = {0};
    struct package_file file = {"form.xml", "<form/>", 7};
    OK(package_write(&b, &(struct package_spec){s->catalogue.study_id, "test_form", 3, 0, &file, 1},
                     s->author_cert, s->author, &err));
    return b;
}

static void sign_package(struct buf *b, const uint8_t seed[32])
{
    sign_make((uint8_t *)b->data + b->len - SIGN_BYTES, "package", b->data, 256 + CERT_BYTES, seed);
}

static void test_readers__a_package(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct package p;
    uint8_t other[CERT_BYTES], pk[32];
    struct buf good = package_of(s);
    sign_public(pk, s->desk);
    study_cert(s, other, CERT_IMPORT, s->author);
    const struct change changes[] = {
        {0, 4, "SBP2", "magic"},
        {4, 2, "\3\0", "version"},
        {4, 2, "\0\0", "version 0"},
        {4, 2, "\1\0", "version 1, with zeros behind its content"},
        {72, 8, "\2\0\0\0\0\0\0\0", "a newer program's"},
        {80, 8, "\1\0\0\0\0\0\0\1", "a length"},
        {80, 8, "\377\377\377\377\377\377\377\377", "a length without end"},
        {88, 1, "\0", "another content's hash"},
        {120, 32, (const char *)pk, "another signer"},
        {152, 4, "\0\0\0\0", "a certificate's length"},
        {256, CERT_BYTES, (const char *)other, "a certificate of another role"},
        {256, CERT_BYTES, (const char *)s->desk_cert, "somebody else's certificate"},
        {256, 1, "x", "no certificate"},
    };
    OK(package_read(&p, good.data, good.len, NULL, &err));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i]);
        sign_package(&b, s->author);
        FAIL_IF_TAKEN(package_read(&p, b.data, b.len, NULL, NULL), changes[i].rule);
        buf_fini(&b);
    }
    uint8_t twisted[CERT_BYTES]; /* signed by whom it says, who is not whom it certifies */
    struct cert someone = {.role = CERT_AUTHOR, .serial = 1};
    memcpy(someone.study_id, s->catalogue.study_id, 16);
    sign_public(someone.subject, s->desk);
    cert_make(twisted, &someone, s->root);
    struct change of_another = {256, CERT_BYTES, (const char *)twisted,
                                "another author's certificate"};
    struct buf t = changed(&good, &of_another);
    sign_package(&t, s->author);
    FAIL_IF_TAKEN(package_read(&p, t.data, t.len, NULL, NULL), of_another.rule);
    buf_fini(&t);
    uint8_t wider[CERT_BYTES]; /* its scope was not signed */
    memcpy(wider, s->author_cert, CERT_BYTES);
    wider[80] = 't';
    struct change of_wider = {256, CERT_BYTES, (const char *)wider,
                              "a certificate that was changed"};
    t = changed(&good, &of_wider);
    sign_package(&t, s->author);
    FAIL_IF_TAKEN(package_read(&p, t.data, t.len, NULL, NULL), of_wider.rule);
    buf_fini(&t);
    char *vast = calloc(1, (size_t)PACKAGE_MAX + 1);
    memcpy(vast, good.data, 256 + CERT_BYTES);
    FAIL_IF_TAKEN(package_read(&p, vast, (size_t)PACKAGE_MAX + 1, NULL, &err), "too large");
    assert_int_equal(err.code, ERR_INPUT);
    free(vast);
    for (size_t len = 0; len < 256 + CERT_BYTES + SIGN_BYTES; len += 8) {
        CUT_TO(good.data, len, package_read(&p, bytes_, len, NULL, NULL));
    }
    struct change silent = {6, 1, "\1", "a flag that was not signed"};
    struct buf b = changed(&good, &silent);
    FAIL_IF_TAKEN(package_read(&p, b.data, b.len, NULL, NULL), silent.rule);
    buf_fini(&b);

    /* with a catalogue: trusted, not revoked, listed as it is */
    OK(package_read(&p, good.data, good.len, NULL, &err));
    struct catalogue *c = &s->catalogue;
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "it is not listed");
    c->form_count = 1;
    memcpy(c->forms[0].form, p.form_hash, 32);
    memcpy(c->forms[0].package, p.hash, 32);
    c->forms[0].serial = 3;
    OK(package_read(&p, good.data, good.len, c, &err));
    c->forms[0].serial = 4;
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "another serial is listed");
    c->forms[0].serial = 3;
    c->forms[0].form[0] ^= 1;
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "another form is listed");
    c->forms[0].form[0] ^= 1;
    c->forms[0].package[0] ^= 1;
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "another package is listed");
    c->forms[0].package[0] ^= 1;
    c->revoked_count = 1;
    c->revoked[0].kind = 3;
    memcpy(c->revoked[0].id, p.hash, 32);
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "it was revoked");
    c->revoked_count = 0;
    c->study_id[0] ^= 1;
    FAIL_IF_TAKEN(package_read(&p, good.data, good.len, c, NULL), "another study's");
    c->study_id[0] ^= 1;
    struct change study = {8, 1, "x", "for another study than its author's"};
    b = changed(&good, &study);
    sign_package(&b, s->author);
    OK(package_read(&p, b.data, b.len, NULL, &err));
    assert_false(package_trusted(&p, c));
    buf_fini(&b);
    struct change epoch = {64, 1, "\5", "for a later catalogue"};
    b = changed(&good, &epoch);
    sign_package(&b, s->author);
    OK(package_read(&p, b.data, b.len, NULL, &err));
    memcpy(c->forms[0].package, p.hash, 32);
    FAIL_IF_TAKEN(package_read(&p, b.data, b.len, c, NULL), epoch.rule);
    c->epoch = 5;
    OK(package_read(&p, b.data, b.len, c, &err));
    assert_true(package_in_scope(&p, "test_form"));
    assert_false(package_in_scope(&p, "other_form"));
    buf_fini(&b);
    buf_fini(&good);

    /* who may write one */
    struct buf out = {0};
    struct package_file file = {"form.xml", "<form/>", 7};
    char long_name[200];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[199] = '\0';
    struct package_file named = {long_name, "", 0};
    uint8_t scoped[CERT_BYTES];
    struct cert cert = {.role = CERT_AUTHOR, .serial = 1, .scope = "mine_"};
    memcpy(cert.study_id, c->study_id, 16);
    sign_public(cert.subject, s->author);
    cert_make(scoped, &cert, s->root);
    assert_false(package_write(&out,
                               &(struct package_spec){c->study_id, "test_form", 1, 0, &file, 1},
                               s->author_cert, s->desk, &err));
    assert_false(package_write(&out,
                               &(struct package_spec){c->study_id, "test_form", 1, 0, &file, 1},
                               scoped, s->author, &err));
    cert_make(scoped, &cert, s->root);
    memset(scoped + 80, 0, 5); /* any form, he says */
    assert_false(package_write(&out,
                               &(struct package_spec){c->study_id, "test_form", 1, 0, &file, 1},
                               scoped, s->author, &err));
    cert_make(scoped, &cert, s->root);
    assert_false(package_write(&out,
                               &(struct package_spec){c->recovery, "test_form", 1, 0, &file, 1},
                               s->author_cert, s->author, &err));
    assert_false(package_write(&out,
                               &(struct package_spec){c->study_id, "test_form", 1, 0, &named, 1},
                               s->author_cert, s->author, &err));
    assert_int_equal(out.len, 0);
    OK(package_write(&out, &(struct package_spec){c->study_id, "mine_form", 1, 0, &file, 1}, scoped,
                     s->author, &err));
    OK(package_read(&p, out.data, out.len, NULL, &err));
    assert_true(package_in_scope(&p, "mine_form"));
    p.author.scope[0] = 'x'; /* what the author may sign is asked, too */
    assert_false(package_in_scope(&p, "mine_form"));
    const char *bytes;
    size_t len;
    assert_false(package_find(&p, "none.csv", &bytes, &len));
    buf_fini(&out);
}

/* ---- receipts ---- */

static void test_readers__a_receipt(void **state)
{
    struct study *s = *state;
    enum { SIGNED = 160 + CERT_BYTES };
    struct err err = {0};
    struct receipt r = {.counter = 3, .acked_seq = 9}, back;
    struct buf good = {0};
    uint8_t pk[32];
    memcpy(r.study_id, s->catalogue.study_id, 16);
    receipt_write(&good, &r, s->desk_cert, s->desk);
    sign_public(pk, s->author);
    const struct change changes[] = {
        {0, 4, "SBK2", "magic"},
        {4, 2, "\2\0", "version"},
        {104, 2, "\1\0", "entries behind it"},
        {8, 1, "x", "another study"},
        {128, 32, (const char *)pk, "another signer"},
        {160, CERT_BYTES, (const char *)s->author_cert, "an author's certificate"},
    };
    OK(receipt_read(&back, good.data, good.len, &s->catalogue, &err));
    uint8_t by_stranger[CERT_BYTES], stranger[32] = {9};
    struct cert theirs = {.role = CERT_IMPORT, .serial = 1};
    memcpy(theirs.study_id, s->catalogue.study_id, 16);
    sign_public(theirs.subject, s->desk);
    cert_make(by_stranger, &theirs, stranger);
    struct buf forged = {0};
    receipt_write(&forged, &r, by_stranger, s->desk);
    FAIL_IF_TAKEN(receipt_read(&back, forged.data, forged.len, &s->catalogue, NULL),
                  "a desk that a stranger certified");
    buf_fini(&forged);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i]);
        sign_make((uint8_t *)b.data + SIGNED, "receipt", b.data, SIGNED, s->desk);
        FAIL_IF_TAKEN(receipt_read(&back, b.data, b.len, &s->catalogue, NULL), changes[i].rule);
        buf_fini(&b);
    }
    for (size_t at = 0; at < good.len; at++) {
        good.data[at] ^= 1;
        FAIL_IF_TAKEN(receipt_read(&back, good.data, good.len, &s->catalogue, NULL),
                      "a changed byte");
        good.data[at] ^= 1;
    }
    for (size_t len = 0; len < good.len; len++) {
        CUT_TO(good.data, len, receipt_read(&back, bytes_, len, &s->catalogue, NULL));
    }
    buf_fini(&good);
}

/* ---- messages ---- */

static void test_readers__a_message(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct message m = {.counter = 3, .kind = MESSAGE_ASSIGN, .body = "a case", .len = 6}, back;
    struct buf good = {0}, large = {0};
    uint8_t pk[32];
    memcpy(m.study_id, s->catalogue.study_id, 16);
    OK(message_write(&good, &m, s->desk_cert, s->desk, &err));
    assert_int_equal(good.len, MESSAGE_BUCKET_MIN);
    size_t end = good.len - SIGN_BYTES;
    sign_public(pk, s->author);
    const struct {
        struct change change;
        enum err_code code;
    } changes[] = {
        {{0, 4, "SBN2", "magic"}, ERR_INPUT},
        {{4, 2, "\2\0", "version"}, ERR_ENV},
        {{6, 2, "\0\0", "no kind"}, ERR_ENV},
        {{6, 2, "\6\0", "a kind to come"}, ERR_ENV},
        {{8, 1, "x", "another study"}, ERR_AUTH},
        {{88, 4, "\0\4\0\0", "a body beyond its end"}, ERR_INPUT},
        {{88, 4, "\377\377\377\377", "a body without end"}, ERR_INPUT},
        {{96, 32, (const char *)pk, "another signer"}, ERR_AUTH},
        {{128, CERT_BYTES, (const char *)s->author_cert, "an author's certificate"}, ERR_AUTH},
    };
    OK(message_read(&back, good.data, good.len, &s->catalogue, &err));
    assert_int_equal(back.len, 6);
    assert_memory_equal(back.body, "a case", 6);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i].change);
        sign_make((uint8_t *)b.data + end, "message", b.data, end, s->desk);
        FAIL_IF_TAKEN(message_read(&back, b.data, b.len, &s->catalogue, &err),
                      changes[i].change.rule);
        assert_int_equal(err.code, changes[i].code);
        buf_fini(&b);
    }
    for (size_t at = 0; at < good.len; at++) {
        good.data[at] ^= 1;
        FAIL_IF_TAKEN(message_read(&back, good.data, good.len, &s->catalogue, NULL),
                      "a changed byte");
        good.data[at] ^= 1;
    }
    for (size_t len = 0; len < good.len; len++) {
        CUT_TO(good.data, len, message_read(&back, bytes_, len, &s->catalogue, NULL));
    }
    m.body = mem_zero(1, MESSAGE_BODY_MAX + 1);
    m.len = MESSAGE_BODY_MAX;
    OK(message_write(&large, &m, s->desk_cert, s->desk, &err));
    OK(message_read(&back, large.data, large.len, &s->catalogue, &err));
    m.len++;
    assert_false(message_write(&large, &m, s->desk_cert, s->desk, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    free((void *)m.body);
    buf_fini(&good);
    buf_fini(&large);
}

/* ---- batches and their chain ---- */

enum { MANIFEST_HEAD = 256, OBJECT_ENTRY = 64 };

struct made { /* two entries, one object */
    uint8_t seed[32], key[32], study[16], entries[2 * CHAIN_ENTRY];
    struct batch b;
    struct batch_object object;
};

static bool is_known(void *user, const uint8_t study[16], const uint8_t key[32])
{
    struct made *m = user;
    return memcmp(study, m->study, 16) == 0 && memcmp(key, m->key, 32) == 0;
}

static void make(struct made *m)
{
    struct chain_entry e = {.seq = 1, .kind = CHAIN_GENESIS};
    memset(m, 0, sizeof *m);
    memset(m->seed, 0x42, 32);
    memset(m->study, 2, 16);
    sign_public(m->key, m->seed);
    chain_make(m->entries, &e, m->seed);
    chain_hash(e.prev, m->entries);
    e.seq = 2;
    e.kind = CHAIN_RECORD;
    memset(e.object_id, 7, 16);
    hash_plain(e.object_hash, "sealed", 6);
    chain_make(m->entries + CHAIN_ENTRY, &e, m->seed);
    m->object = (struct batch_object){.bytes = "sealed", .len = 6};
    memset(m->object.id, 7, 16);
    m->b = (struct batch){.first_seq = 1,
                          .last_seq = 2,
                          .device_head_seq = 2,
                          .volume = 1,
                          .entries = m->entries,
                          .entry_count = 2,
                          .objects = &m->object,
                          .object_count = 1};
    memcpy(m->b.study_id, m->study, 16);
    memcpy(m->b.device_key, m->key, 32);
    chain_hash(m->b.head_hash, m->entries + CHAIN_ENTRY);
}

static bool reads(struct made *m, const void *bytes, size_t len)
{
    struct arena arena;
    struct batch back;
    arena_init(&arena);
    bool ok = batch_read(&back, &arena, bytes, len, is_known, m, NULL);
    arena_fini(&arena);
    return ok;
}

static bool is_taken(struct made *m)
{
    struct err err = {0};
    struct buf tar = {0};
    OK(batch_write(&tar, &m->b, m->seed, &err));
    bool taken = reads(m, tar.data, tar.len);
    buf_fini(&tar);
    return taken;
}

static void test_readers__a_batch(void **state)
{
    (void)state;
    struct err err = {0};
    struct made m;
    struct buf good = {0};
    make(&m);
    assert_true(is_taken(&m));
    m.b.study_id[0] ^= 1;
    FAIL_IF_TAKEN(is_taken(&m), "another study's");
    make(&m);
    memset(m.seed, 0x43, 32);
    sign_public(m.b.device_key, m.seed);
    FAIL_IF_TAKEN(is_taken(&m), "an unknown device's");
    make(&m);
    m.b.prev_hash[0] ^= 1;
    FAIL_IF_TAKEN(is_taken(&m), "another entry before it");
    make(&m);
    m.b.head_hash[0] ^= 1;
    FAIL_IF_TAKEN(is_taken(&m), "another head");
    make(&m);
    m.b.last_seq = 3;
    FAIL_IF_TAKEN(is_taken(&m), "another last number");
    make(&m);
    m.b.first_seq = 2;
    m.b.last_seq = 3;
    FAIL_IF_TAKEN(is_taken(&m), "other numbers");
    make(&m);
    m.entries[CHAIN_ENTRY + 100] ^= 1;
    FAIL_IF_TAKEN(is_taken(&m), "an entry that is not signed");
    make(&m);
    m.object.id[0] ^= 1;
    FAIL_IF_TAKEN(is_taken(&m), "an object of another name");
    make(&m);
    m.object.bytes = "SEALED";
    FAIL_IF_TAKEN(is_taken(&m), "an object that no entry vouches for");
    make(&m);
    m.b.entry_count = 1;
    m.b.last_seq = 1;
    chain_hash(m.b.head_hash, m.entries);
    FAIL_IF_TAKEN(is_taken(&m), "an object without its entry");

    /* the manifest's counts, and what lies beside it */
    make(&m);
    OK(batch_write(&good, &m.b, m.seed, &err));
    size_t manifest = MANIFEST_HEAD + 2 * CHAIN_ENTRY + OBJECT_ENTRY + SIGN_BYTES;
    const struct change changes[] = {
        {512, 4, "SBM2", "magic"},
        {512 + 4, 2, "\3\0", "version"},
        {512 + 168, 4, "\1\0\0\0", "fewer entries"},
        {512 + 168, 4, "\1\20\0\0", "more entries than may be"},
        {512 + 172, 4, "\0\0\0\0", "fewer objects"},
        {512 + 172, 4, "\1\0\1\0", "more objects than may be"},
        {512 + MANIFEST_HEAD + 2 * CHAIN_ENTRY + 24, 1, "\7", "another length"},
        {512 + MANIFEST_HEAD + 2 * CHAIN_ENTRY + 32, 1, "\0", "another hash"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i]);
        sign_make((uint8_t *)b.data + 512 + manifest - SIGN_BYTES, "manifest", b.data + 512,
                  manifest - SIGN_BYTES, m.seed);
        FAIL_IF_TAKEN(reads(&m, b.data, b.len), changes[i].rule);
        buf_fini(&b);
    }
    for (size_t cut = 0; cut < good.len; cut += 32) {
        CUT_TO(good.data, cut, reads(&m, bytes_, cut));
    }
    struct buf small = {0}; /* a manifest that has no room for itself */
    for (size_t len = 0; len < MANIFEST_HEAD + SIGN_BYTES; len += 4) {
        buf_fini(&small);
        struct arena own;
        struct batch none;
        tar_add(&small, "manifest", good.data + 512, len);
        tar_end(&small);
        arena_init(&own);
        err = (struct err){.code = ERR_NONE};
        assert_false(batch_read(&none, &own, small.data, small.len, is_known, &m, &err));
        assert_int_equal(err.code, ERR_INPUT); /* no signature of nothing is looked for */
        arena_fini(&own);
    }
    buf_fini(&small);
    struct buf more = {0}, long_one = {0};
    buf_add(&long_one, good.data + 512, manifest - SIGN_BYTES); /* something behind its counts */
    buf_add(&long_one, good.data, 64 + SIGN_BYTES);
    sign_make((uint8_t *)long_one.data + long_one.len - SIGN_BYTES, "manifest", long_one.data,
              long_one.len - SIGN_BYTES, m.seed);
    tar_add(&more, "manifest", long_one.data, long_one.len);
    char object[TAR_NAME];
    struct tar_reader own_reader = {.bytes = good.data, .len = good.len};
    struct tar_member member;
    assert_true(tar_next(&own_reader, &member, &err) && tar_next(&own_reader, &member, &err));
    snprintf(object, sizeof object, "%s", member.name);
    tar_add(&more, object, "sealed", 6);
    tar_end(&more);
    FAIL_IF_TAKEN(reads(&m, more.data, more.len), "a manifest that is longer than its counts");
    buf_fini(&more);
    buf_fini(&long_one);
    buf_add(&more, good.data, good.len - 1024);
    tar_add(&more, "more", "x", 1);
    tar_end(&more);
    FAIL_IF_TAKEN(reads(&m, more.data, more.len), "something behind its end");
    buf_fini(&more);
    buf_add(&more, good.data, 512 + manifest + (512 - manifest % 512) % 512);
    tar_add(&more, "o/00.age", "sealed", 6);
    tar_end(&more);
    FAIL_IF_TAKEN(reads(&m, more.data, more.len), "an object under another name");
    buf_fini(&more);
    tar_add(&more, "other", good.data + 512, manifest);
    tar_add(&more, object, "sealed", 6);
    tar_end(&more);
    FAIL_IF_TAKEN(reads(&m, more.data, more.len), "a manifest under another name");
    buf_fini(&more);
    tar_add(&more, "other", "x", 1);
    tar_end(&more);
    FAIL_IF_TAKEN(reads(&m, more.data, more.len), "no manifest");
    buf_fini(&more);
    char *huge = calloc(1, (size_t)BATCH_MAX + 1);
    struct arena arena;
    struct batch back;
    arena_init(&arena);
    assert_false(batch_read(&back, &arena, huge, (size_t)BATCH_MAX + 1, is_known, &m, &err));
    assert_int_equal(err.code, ERR_LIMIT); /* before anything of it is looked at */
    arena_fini(&arena);
    free(huge);
    buf_fini(&good);
}

/* The same of a batch. */
static void test_readers__a_batch_of_many(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    for (unsigned over = 0; over < 2; over++) {
        for (int objects = 0; objects < 2; objects++) {
            struct buf manifest = {0}, tar = {0};
            uint8_t head[MANIFEST_HEAD] = {0}, prev[32] = {0}, sig[SIGN_BYTES];
            unsigned count = (objects ? 1 : BATCH_ENTRIES_MAX + over);
            unsigned rows = objects ? BATCH_OBJECTS_MAX + over : 0;
            if (objects && !over) {
                continue; /* so many objects that no entry vouches for are none */
            }
            memcpy(head, "SBM1", 4);
            put_u16(head + 4, 1);
            memcpy(head + 24, m.study, 16);
            memcpy(head + 40, m.key, 32);
            put_u64(head + 72, 1);
            put_u64(head + 80, count);
            put_u32(head + 168, count);
            put_u32(head + 172, rows);
            buf_add(&manifest, head, sizeof head);
            for (unsigned i = 0; i < count; i++) {
                struct chain_entry e = {.seq = i + 1, .kind = CHAIN_DISCARDED};
                uint8_t bytes[CHAIN_ENTRY];
                memcpy(e.prev, prev, 32);
                chain_make(bytes, &e, m.seed);
                chain_hash(prev, bytes);
                buf_add(&manifest, bytes, sizeof bytes);
            }
            memcpy(manifest.data + 120, prev, 32);
            for (unsigned i = 0; i < rows; i++) {
                uint8_t row[OBJECT_ENTRY] = {0};
                buf_add(&manifest, row, sizeof row);
            }
            sign_make(sig, "manifest", manifest.data, manifest.len, m.seed);
            buf_add(&manifest, sig, sizeof sig);
            tar_add(&tar, "manifest", manifest.data, manifest.len);
            tar_end(&tar);
            struct err err = {0};
            struct arena arena;
            struct batch back;
            arena_init(&arena);
            bool taken = batch_read(&back, &arena, tar.data, tar.len, is_known, &m, &err);
            assert_int_equal(taken, !over);
            if (over) {
                assert_non_null(strstr(err.what, "counts"));
            }
            arena_fini(&arena);
            buf_fini(&manifest);
            buf_fini(&tar);
        }
    }
    struct buf out = {0};
    struct err err = {0};
    m.b.entry_count = BATCH_ENTRIES_MAX + 1;
    assert_false(batch_write(&out, &m.b, m.seed, &err));
    m.b.entry_count = 2;
    m.b.object_count = BATCH_OBJECTS_MAX + 1;
    assert_false(batch_write(&out, &m.b, m.seed, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    buf_fini(&out);
}

static void test_readers__an_entry(void **state)
{
    (void)state;
    struct made m;
    struct chain_entry e;
    uint64_t first, last;
    static const struct {
        size_t at;
        uint8_t value;
        bool taken;
    } cases[] = {{56, CHAIN_RECORD, true},       {56, 0, false}, {56, CHAIN_MESSAGE, true},
                 {56, CHAIN_MESSAGE + 1, false}, {57, 1, false}, {63, 1, false}};
    make(&m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[CHAIN_ENTRY];
        memcpy(bytes, m.entries + CHAIN_ENTRY, CHAIN_ENTRY);
        bytes[cases[i].at] = cases[i].value;
        sign_make(bytes + 96, "entry", bytes, 96, m.seed);
        assert_int_equal(chain_read(&e, bytes, m.key), cases[i].taken);
        bytes[0] ^= 1;
        assert_false(chain_read(&e, bytes, m.key));
    }
    static const struct {
        uint64_t first, last, seq;
        bool lost;
    } losses[] = {{2, 3, 4, true}, {2, 2, 3, true}, {2, 4, 4, false}, {2, 9, 4, false}};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        e = (struct chain_entry){.seq = losses[i].seq, .kind = CHAIN_DECLARED_LOSS};
        chain_loss(&e, losses[i].first, losses[i].last);
        assert_int_equal(chain_lost(&e, &first, &last), losses[i].lost);
        e.kind = CHAIN_RECORD;
        assert_false(chain_lost(&e, &first, &last));
        e.kind = CHAIN_DECLARED_LOSS;
        put_u64(e.object_hash + 8, 0); /* from nothing on */
        assert_false(chain_lost(&e, &first, &last));
        put_u64(e.object_hash + 8, losses[i].last + 1); /* the wrong way round */
        assert_false(chain_lost(&e, &first, &last));
        chain_loss(&e, losses[i].first, losses[i].last);
        e.object_hash[0] ^= 1; /* as older versions wrote it */
        assert_false(chain_lost(&e, &first, &last));
    }
}

/* ---- records, requests, invitations, travel ---- */

static void test_readers__a_record(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf good = {0};
    uint8_t seed[32] = {0x42}, pk[32], hash[32];
    struct record r = {.xml = "<data/>", .xml_len = 7, .files = "tar", .files_len = 3}, back;
    sign_public(pk, seed);
    OK(record_write(&good, &r, seed, &err));
    OK(record_read(&back, good.data, good.len, pk, &err));
    assert_int_equal(back.files_len, 3);
    const struct change changes[] = {
        {0, 4, "SBR2", "magic"},
        {4, 2, "\2\0", "version"},
        {152, 4, "\377\377\377\377", "an XML longer than all of it"},
        {156, 4, "\377\377\377\377", "files longer than all of it"},
        {160, 1, "\0", "another body's hash"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i]);
        sign_make((uint8_t *)b.data + 192, "record", b.data, 192, seed);
        FAIL_IF_TAKEN(record_read(&back, b.data, b.len, pk, NULL), changes[i].rule);
        buf_fini(&b);
    }
    good.data[300] ^= 1;
    FAIL_IF_TAKEN(record_read(&back, good.data, good.len, pk, NULL), "a changed body");
    good.data[300] ^= 1;
    for (size_t len = 0; len < 300; len++) {
        CUT_TO(good.data, len, record_read(&back, bytes_, len, pk, NULL));
    }
    hash_plain(hash, "x", 1);
    FAIL_IF_TAKEN(record_read(&back, good.data, good.len, hash, NULL), "another device's");
    r.xml_len = (size_t)UINT32_MAX;
    struct buf out = {0};
    assert_false(record_write(&out, &r, seed, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    r.xml_len = 7;
    r.files_len = (size_t)UINT32_MAX;
    assert_false(record_write(&out, &r, seed, &err));
    buf_fini(&good);
    buf_fini(&out);
}

static void test_readers__invitations_and_requests(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct invite *invite = calloc(1, sizeof *invite), *back = calloc(1, sizeof *back);
    struct buf good = {0}, request = {0};
    uint8_t token[32] = {0x77}, seed[32] = {0x42};
    memcpy(invite->study_id, s->catalogue.study_id, 16);
    catalogue_root_set(invite->root_set, &s->catalogue);
    invite->catalogue_bytes = (const uint8_t *)s->catalogue_bytes.data;
    invite->catalogue_len = s->catalogue_bytes.len;
    invite_write(&good, invite);
    OK(invite_read(back, good.data, good.len, &err));
    const struct change changes[] = {{0, 4, "SBI2", "magic"},
                                     {4, 1, "x", "another study than its catalogue's"},
                                     {20, 1, "x", "other roots"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf b = changed(&good, &changes[i]);
        FAIL_IF_TAKEN(invite_read(back, b.data, b.len, NULL), changes[i].rule);
        buf_fini(&b);
    }
    for (size_t len = 0; len < good.len; len++) {
        CUT_TO(good.data, len, invite_read(back, bytes_, len, NULL));
    }

    struct enrol_request r = {.label = (const uint8_t *)"label", .label_len = 5}, rb;
    sign_public(r.sign_pk, seed);
    OK(enrol_request_write(&request, &r, token, seed, &err));
    OK(enrol_request_read(&rb, request.data, request.len, &err));
    const struct change asked[] = {
        {0, 4, "SBE2", "magic"}, {4, 2, "\2\0", "version"}, {6, 2, "\6\0", "a longer label"}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct buf b = changed(&request, &asked[i]);
        sign_make((uint8_t *)b.data + b.len - SIGN_BYTES, "enrol", b.data, b.len - SIGN_BYTES,
                  seed);
        FAIL_IF_TAKEN(enrol_request_read(&rb, b.data, b.len, NULL), asked[i].rule);
        buf_fini(&b);
    }
    for (size_t at = 0; at < request.len; at++) {
        request.data[at] ^= 1;
        FAIL_IF_TAKEN(enrol_request_read(&rb, request.data, request.len, NULL), "a changed byte");
        request.data[at] ^= 1;
    }
    for (size_t len = 0; len < request.len; len++) {
        CUT_TO(request.data, len, enrol_request_read(&rb, bytes_, len, NULL));
    }
    r.label_len = 70000;
    assert_false(enrol_request_write(&good, &r, token, seed, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    free(invite);
    free(back);
    buf_fini(&good);
    buf_fini(&request);
}

static void test_readers__an_archive(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        char byte;
        const char *rule;
    } changes[] = {{0, '/', "a path from the root"},
                   {100, '7', "a mode"},
                   {108, '7', "an owner"},
                   {136, '1', "a time"},
                   {156, '2', "a link"},
                   {157, 'x', "where a link leads"},
                   {257, 'x', "another format"},
                   {148, '7', "the sum"},
                   {130, '8', "a length that is none"},
                   {512 + 5, 'x', "something behind a file"},
                   {1024, 1, "no end"},
                   {1536, 1, "half an end"}};
    struct buf good = {0};
    struct tar_member m;
    tar_add(&good, "abc", "12345", 5);
    tar_end(&good);
    for (size_t i = 0; i <= sizeof changes / sizeof *changes; i++) {
        struct buf b = {0};
        struct err err = {0};
        bool whole = i == sizeof changes / sizeof *changes;
        buf_add(&b, good.data, good.len);
        if (!whole) {
            b.data[changes[i].at] = changes[i].byte;
        }
        struct tar_reader r = {.bytes = b.data, .len = b.len};
        while (tar_next(&r, &m, &err)) {
        }
        if (whole != (err.code == ERR_NONE)) {
            fail_msg("%s", whole ? "refused as it is" : changes[i].rule);
        }
        assert_int_equal(r.ended, whole);
        assert_false(tar_next(&r, &m, &err)); /* at its end it stays there */
        buf_fini(&b);
    }
    static const char *const names[] = {"", "../a", "a/../b", "/a"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf b = {0};
        struct err err = {0};
        tar_add(&b, names[i], "x", 1);
        tar_end(&b);
        struct tar_reader r = {.bytes = b.data, .len = b.len};
        FAIL_IF_TAKEN(tar_next(&r, &m, &err), names[i]);
        assert_int_equal(err.code, ERR_INPUT);
        buf_fini(&b);
    }
    for (size_t len = 0; len < good.len; len++) {
        struct err err = {0};
        char *cut = exact(good.data, len);
        struct tar_reader r = {.bytes = cut, .len = len};
        while (tar_next(&r, &m, &err)) {
        }
        assert_int_equal(err.code, ERR_INPUT);
        free(cut);
    }
    /* a name without an end; lengths that are none */
    static const struct {
        size_t at, len;
        const char *bytes;
    } odd[] = {{0, 8, "nnnnnnnn"},
               {124, 11, "0000000000/"},
               {124, 11, "0000000000:"},
               {124, 11, "77777777777"}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct buf b = {0};
        struct err err = {0};
        buf_add(&b, good.data, good.len);
        for (size_t k = 0; i == 0 && k < 100; k++) {
            b.data[k] = 'n';
        }
        memcpy(b.data + odd[i].at, odd[i].bytes, odd[i].len);
        unsigned sum = 0;
        for (size_t k = 0; k < 512; k++) {
            sum += k >= 148 && k < 156 ? ' ' : (uint8_t)b.data[k];
        }
        snprintf(b.data + 148, 8, "%06o", sum);
        b.data[155] = ' ';
        char *copy = exact(b.data, b.len);
        struct tar_reader r = {.bytes = copy, .len = b.len};
        FAIL_IF_TAKEN(tar_next(&r, &m, &err), "an odd header");
        free(copy);
        buf_fini(&b);
    }
    buf_fini(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_readers__a_catalogue),
        STUDY_TEST(test_readers__a_catalogue_of_many),
        cmocka_unit_test(test_readers__a_batch_of_many),
        STUDY_TEST(test_readers__two_roots_are_two),
        cmocka_unit_test(test_readers__one_catalogue_follows_another),
        STUDY_TEST(test_readers__certificates),
        STUDY_TEST(test_readers__a_package),
        STUDY_TEST(test_readers__a_receipt),
        STUDY_TEST(test_readers__a_message),
        cmocka_unit_test(test_readers__a_batch),
        cmocka_unit_test(test_readers__an_entry),
        cmocka_unit_test(test_readers__a_record),
        STUDY_TEST(test_readers__invitations_and_requests),
        cmocka_unit_test(test_readers__an_archive),
    };
    struct err err = {0};
    return secret_setup(&err) ? RUN(tests) : 1;
}
