/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes key files; remembers passphrases. */
#include "tools/key/keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "forms/engine/form.h"
#include "platform/custody/enrol.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/custody/package.h"
#include "platform/machine/prompt.h"
#include "platform/machine/text.h"
#include "platform/custody/vault.h"

static const char seed_mark[] = "SUHBAT-SEED-1 ";

/* Parses the hex key after the mark in the text of a key file. */
static bool seed_of(uint8_t seed[32], const struct buf *text)
{
    const char *at = text->len ? strstr(text->data, seed_mark) : NULL;
    char hex[65] = "";
    if (at) {
        strncat(hex, at + sizeof seed_mark - 1, 64);
    }
    bool ok = at && text_unhex(seed, 32, hex);
    secret_wipe(hex, sizeof hex);
    return ok;
}

char *keys_path(struct arena *arena, const char *dir, const char *name)
{
    return arena_printf(arena, "%s/%s", dir, name);
}

/* ---- passphrases ---- */

#ifdef SUHBAT_TEST
enum { KEY_LOG_N = 10 };
#else
enum { KEY_LOG_N = 18 }; /* age's default: about one second and 256 MiB */
#endif
enum { KNOWN_MAX = 8, TRIES = 3 };

static struct { /* PROMPT_MAX bytes of locked memory each */
    char *known[KNOWN_MAX], *fresh;
    size_t count;
    bool clear;  /* write key files unencrypted */
    bool silent; /* nobody is asked */
} passphrases;

void keys_no_passphrase(void)
{
    passphrases.clear = true;
}

void keys_forget_passphrases(void)
{
    for (size_t i = 0; i < passphrases.count; i++) {
        secret_free(passphrases.known[i]);
    }
    secret_free(passphrases.fresh);
    memset(&passphrases, 0, sizeof passphrases);
}

/* Remembers a passphrase as the first to try.  If there are too many, the oldest is
 * forgotten. */
static void keep_known(const char *pass)
{
    if (passphrases.count == KNOWN_MAX) {
        secret_free(passphrases.known[--passphrases.count]);
    }
    memmove(passphrases.known + 1, passphrases.known, passphrases.count * sizeof(char *));
    passphrases.known[0] = secret_new(PROMPT_MAX);
    memcpy(passphrases.known[0], pass, PROMPT_MAX);
    passphrases.count++;
}

void keys_drop_passphrase(const char *pass)
{
    for (size_t i = 0; i < passphrases.count; i++) {
        if (strcmp(passphrases.known[i], pass) == 0) {
            secret_free(passphrases.known[i]);
            passphrases.count--;
            memmove(passphrases.known + i, passphrases.known + i + 1,
                    (passphrases.count - i) * sizeof(char *));
            return;
        }
    }
}

bool keys_offer_passphrase(const char *pass)
{
    size_t before = passphrases.count;
    keys_drop_passphrase(pass);
    bool fresh = passphrases.count == before;
    keep_known(pass);
    passphrases.silent = true;
    return fresh;
}

/* Counts in place: a copy would be outside locked memory. */
static int words_in(const char *pass)
{
    int words = 0;
    for (const char *p = pass; *(p += strspn(p, " \t"));) {
        p += strcspn(p, " \t");
        words++;
    }
    return words;
}

bool keys_ask_new_passphrase(struct err *err)
{
    char *pass = secret_new(PROMPT_MAX), *again = secret_new(PROMPT_MAX);
    bool ok = prompt_read(pass, "new passphrase for the key files", err);
    if (ok && words_in(pass) < VAULT_WORDS_MIN) {
        err_set(err, ERR_INPUT, "the passphrase has fewer than %d words", (int)VAULT_WORDS_MIN);
        ok = err_hint(err, "use at least five words; 'suhbat-key passphrase' generates some");
    }
    if (ok && prompt_is_terminal()) {
        ok = prompt_read(again, "once more", err) &&
             (strcmp(pass, again) == 0 || err_set(err, ERR_INPUT, "the two passphrases differ"));
    }
    secret_free(again);
    secret_free(passphrases.fresh);
    passphrases.fresh = ok ? pass : NULL;
    if (ok) {
        keep_known(pass);
    } else {
        secret_free(pass);
    }
    return ok;
}

static bool open_with(struct buf *text, const struct buf *file, const char *pass)
{
    struct age_keys keys = {.passphrase = pass};
    buf_cut(text, 0);
    return age_open(text, file->data, file->len, &keys, NULL, NULL);
}

/* Tries the remembered passphrases first; then asks: up to three times on a terminal, until
 * the end of input on a descriptor. */
static bool open_protected(struct buf *text, const struct buf *file, const char *path,
                           struct err *err)
{
    char *pass = secret_new(PROMPT_MAX);
    bool ok = false, more = !passphrases.silent;
    for (size_t i = 0; i < passphrases.count && !ok; i++) {
        ok = open_with(text, file, passphrases.known[i]);
    }
    for (int k = 0; !ok && more && (k < TRIES || !prompt_is_terminal()); k++) {
        struct buf what = {0};
        buf_printf(&what, "passphrase of %s", file_name(path));
        more = prompt_read(pass, what.data, err);
        buf_fini(&what);
        ok = more && open_with(text, file, pass);
        if (ok) {
            keep_known(pass);
        }
    }
    secret_free(pass);
    bool unasked =
        !more && !passphrases.silent && err && err->code == ERR_MISUSE; /* no passphrase could be
                                                                         * read: keep that error */
    if (!ok && !unasked) {
        err_set(err, ERR_AUTH, "none of the given passphrases opens the file");
    }
    return ok;
}

/* Reads the text of a key file; *was_clear: it is unencrypted. */
static bool read_key_file(struct buf *text, const char *path, bool *was_clear, struct err *err)
{
    struct buf file = {0}, plain = {0};
    bool ok = file_read(&file, path, DESK_KEY_FILE_MAX, err);
    *was_clear = ok && !age_is_file(file.data, file.len);
    if (*was_clear) {
        buf_add(text, file.data, file.len);
    } else if (ok) {
        ok = age_dearmor(&plain, file.data, file.len, err) &&
             open_protected(text, &plain, path, err);
        if (!ok && err && !strstr(err->where, path)) {
            err_at(err, "%s", path);
        }
    }
    buf_fini(&file);
    buf_fini(&plain);
    return ok;
}

static bool read_secret(struct buf *text, const char *path, struct err *err)
{
    bool clear;
    if (!read_key_file(text, path, &clear, err)) {
        return false;
    }
    if (clear) {
        fprintf(stderr, "warning: %s is not under a passphrase\nhint: suhbat-key protect %s\n",
                path, path);
    }
    return true;
}

static bool write_secret(const char *path, const struct buf *text, bool force, struct err *err)
{
    struct buf sealed = {0};
    assert(passphrases.fresh || passphrases.clear);
    bool ok = passphrases.clear
                  ? file_write(path, text->data, text->len, FILE_PRIVATE, force, err)
                  : age_seal_passphrase(&sealed, text->data, text->len, passphrases.fresh,
                                        KEY_LOG_N, err) &&
                        file_write(path, sealed.data, sealed.len, FILE_PRIVATE, force, err);
    buf_fini(&sealed);
    return ok;
}

bool keys_protect(const char *path, bool *was_clear, struct err *err)
{
    struct buf text = {0};
    uint8_t key[32];
    bool ok = read_key_file(&text, path, was_clear, err);
    if (ok && !seed_of(key, &text) && !age_identity_file(key, text.data, text.len, NULL)) {
        err_set(err, ERR_INPUT, "the file holds no key");
        ok = err_at(err, "%s", path);
    }
    secret_wipe(key, sizeof key);
    ok = ok && write_secret(path, &text, true, err);
    buf_fini(&text);
    return ok;
}

/* ---- key files ---- */

bool keys_write_seed(const char *path, const uint8_t seed[32], const char *what, struct err *err)
{
    struct buf text = {0};
    char hex[65];
    text_hex(hex, seed, 32);
    buf_printf(&text, "# suhbat: %s; keep it secret\n%s%s\n", what, seed_mark, hex);
    bool ok = write_secret(path, &text, false, err);
    secret_wipe(hex, sizeof hex);
    buf_fini(&text);
    return ok;
}

bool keys_read_seed(uint8_t seed[32], const char *path, struct err *err)
{
    struct buf text = {0};
    bool ok = read_secret(&text, path, err);
    if (ok && !seed_of(seed, &text)) {
        err_set(err, ERR_AUTH, "the file holds no signing key");
        ok = err_at(err, "%s", path);
    }
    buf_fini(&text);
    return ok;
}

bool keys_write_identity(const char *path, const uint8_t identity[32], const char *what,
                         struct err *err)
{
    struct buf text = {0};
    char secret[AGE_TEXT], public[AGE_TEXT];
    uint8_t recipient[32];
    age_recipient_of(recipient, identity);
    age_recipient_text(public, recipient);
    age_identity_text(secret, identity);
    buf_printf(&text, "# suhbat: %s; keep it secret\n# public key: %s\n%s\n", what, public, secret);
    bool ok = write_secret(path, &text, false, err);
    secret_wipe(secret, sizeof secret);
    buf_fini(&text);
    return ok;
}

bool keys_read_identity(uint8_t identity[32], const char *path, struct err *err)
{
    struct buf text = {0};
    bool ok = read_secret(&text, path, err) &&
              (age_identity_file(identity, text.data, text.len, err) || err_at(err, "%s", path));
    buf_fini(&text);
    return ok;
}

bool keys_read_cert(uint8_t cert[CERT_BYTES], const char *path, struct err *err)
{
    struct buf bytes = {0};
    bool ok = file_read(&bytes, path, DESK_KEY_FILE_MAX, err);
    if (ok && bytes.len != CERT_BYTES) {
        err_set(err, ERR_INPUT, "the file is no certificate");
        ok = err_at(err, "%s", path);
    }
    if (ok) {
        memcpy(cert, bytes.data, CERT_BYTES);
    }
    buf_fini(&bytes);
    return ok;
}

bool keys_read_catalogue(struct catalogue *c, struct buf *bytes, const char *path, struct err *err)
{
    return file_read(bytes, path, 1 << 20, err) &&
           (catalogue_read(c, bytes->data, bytes->len, NULL, err) || err_at(err, "%s", path));
}

bool keys_wrap(struct buf *out, const struct catalogue *c, const void *bytes, size_t len,
               struct err *err)
{
    uint8_t keys[CATALOGUE_RECIPIENTS_MAX + 1][32];
    size_t count = catalogue_recipients(c, keys);
    memcpy(keys[count++], c->package_key, 32);
    return age_seal(out, bytes, len, (const uint8_t(*)[32])keys, count, err);
}

bool keys_enrol(struct buf *grant, uint8_t known[KEYS_DEVICE], const struct keys_enrolment *e,
                struct err *err)
{
    uint64_t now = (uint64_t)clock_wall_ms() / 1000;
    struct cert cert = {.role = CERT_DEVICE,
                        .not_before = now,
                        .not_after = now + KEYS_DEVICE_YEARS * 365ull * 86400,
                        .serial = now};
    struct enrol_grant g = {.catalogue = (const uint8_t *)e->catalogue_bytes->data,
                            .catalogue_len = e->catalogue_bytes->len};
    memcpy(cert.study_id, e->catalogue->study_id, 16);
    memcpy(cert.subject, e->request->sign_pk, 32);
    cert_make(g.cert, &cert, e->root);
    memcpy(g.package_secret, e->package_secret, 32);
    memcpy(known, g.cert, CERT_BYTES);
    memcpy(known + CERT_BYTES, e->request->box_pk, 32);
    memcpy(known + CERT_BYTES + 32, e->request->genesis_hash, 32);
    bool ok = enrol_grant_write(grant, &g, e->root, e->request->box_pk, err);
    secret_wipe(&g, sizeof g);
    return ok;
}

bool keys_package_is_ours(const struct package *p, const void *bytes, const struct catalogue *c,
                          struct err *err)
{
    struct cert cert;
    struct form *form;
    const char *xml;
    size_t len;
    if (memcmp(p->study_id, c->study_id, 16) != 0) {
        return err_set(err, ERR_AUTH, "the package is of another study");
    }
    if (!catalogue_trusts(c, (const uint8_t *)bytes + PACKAGE_CERT_AT, CERT_AUTHOR, &cert)) {
        return err_set(err, ERR_AUTH, "the package's signer is no author of this study");
    }
    if (p->min_epoch > c->epoch) {
        err_set(err, ERR_AUTH, "the package is for catalogue %llu or later",
                (unsigned long long)p->min_epoch);
        return err_hint(err, "import the study's newest catalogue first: suhbat-sync init STUDY");
    }
    if (!package_find(p, "form.xml", &xml, &len)) {
        return err_set(err, ERR_INPUT, "the package holds no form");
    }
    if (!form_load(&form, xml, len, &xml_trusted, err)) {
        return false;
    }
    bool ok = package_in_scope(p, form->id);
    form_free(form);
    return ok || err_set(err, ERR_AUTH, "the author may not sign this form");
}

void keys_say_words(const char *what, const void *bytes, size_t len)
{
    char words[64];
    enrol_words(words, bytes, len);
    keys_say_words_of(what, words);
}

void keys_say_words_of(const char *what, const char *words)
{
    char cyrillic[160];
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    printf("%s: %s  (%s)\n", what, words, cyrillic);
}
