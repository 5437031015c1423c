/* SPDX-License-Identifier: Apache-2.0 */
/* Where do the study's keys lie, and how are they read? */
#include "tools/desk_keys.h"

#include <stdio.h>
#include <string.h>

#include "forms/form.h"
#include "platform/enrol.h"
#include "platform/file.h"
#include "platform/package.h"
#include "platform/text.h"

static const char seed_mark[] = "SUHBAT-SEED-1 ";

char *desk_path(struct arena *arena, const char *dir, const char *name)
{
    return arena_printf(arena, "%s/%s", dir, name);
}

bool desk_write_seed(const char *path, const uint8_t seed[32], const char *what, struct err *err)
{
    struct buf text = {0};
    char hex[65];
    text_hex(hex, seed, 32);
    buf_printf(&text, "# suhbat: %s; keep it secret\n%s%s\n", what, seed_mark, hex);
    bool ok = file_write(path, text.data, text.len, FILE_PRIVATE, false, err);
    secret_wipe(hex, sizeof hex);
    buf_fini(&text);
    return ok;
}

bool desk_read_seed(uint8_t seed[32], const char *path, struct err *err)
{
    struct buf text = {0};
    bool ok = file_read(&text, path, DESK_KEY_FILE_MAX, err);
    const char *at = ok ? strstr(text.data, seed_mark) : NULL;
    if (ok) {
        char hex[65] = "";
        if (at) {
            strncat(hex, at + sizeof seed_mark - 1, 64);
        }
        ok = at && text_unhex(seed, 32, hex);
        secret_wipe(hex, sizeof hex);
        if (!ok) {
            err_set(err, ERR_AUTH, "the file holds no signing key");
            err_at(err, "%s", path);
        }
    }
    buf_fini(&text);
    return ok;
}

bool desk_write_identity(const char *path, const uint8_t identity[32], const char *what,
                         struct err *err)
{
    struct buf text = {0};
    char secret[AGE_TEXT], public[AGE_TEXT];
    uint8_t recipient[32];
    age_recipient_of(recipient, identity);
    age_recipient_text(public, recipient);
    age_identity_text(secret, identity);
    buf_printf(&text, "# suhbat: %s; keep it secret\n# public key: %s\n%s\n", what, public, secret);
    bool ok = file_write(path, text.data, text.len, FILE_PRIVATE, false, err);
    secret_wipe(secret, sizeof secret);
    buf_fini(&text);
    return ok;
}

bool desk_read_identity(uint8_t identity[32], const char *path, struct err *err)
{
    struct buf text = {0};
    bool ok = file_read(&text, path, DESK_KEY_FILE_MAX, err) &&
              (age_identity_file(identity, text.data, text.len, err) || err_at(err, "%s", path));
    buf_fini(&text);
    return ok;
}

bool desk_read_cert(uint8_t cert[CERT_BYTES], const char *path, struct err *err)
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

bool desk_read_catalogue(struct catalogue *c, struct buf *bytes, const char *path, struct err *err)
{
    return file_read(bytes, path, 1 << 20, err) &&
           (catalogue_read(c, bytes->data, bytes->len, NULL, err) || err_at(err, "%s", path));
}

bool desk_wrap(struct buf *out, const struct catalogue *c, const void *bytes, size_t len,
               struct err *err)
{
    uint8_t keys[CATALOGUE_RECIPIENTS_MAX + 1][32];
    size_t count = catalogue_recipients(c, keys);
    memcpy(keys[count++], c->package_key, 32);
    return age_seal(out, bytes, len, (const uint8_t(*)[32])keys, count, err);
}

bool desk_package_is_ours(const struct package *p, const void *bytes, const struct catalogue *c,
                          struct err *err)
{
    struct cert cert;
    struct form *form;
    const char *xml;
    size_t len;
    if (memcmp(p->study_id, c->study_id, 16) != 0) {
        return err_set(err, ERR_AUTH, "the package is of another study");
    }
    if (!catalogue_trusts(c, (const uint8_t *)bytes + PACKAGE_CERT_AT, ROLE_AUTHOR, &cert)) {
        return err_set(err, ERR_AUTH, "the package's signer is no author of this study");
    }
    if (p->min_epoch > c->epoch) {
        err_set(err, ERR_AUTH, "the package is for catalogue %llu or later",
                (unsigned long long)p->min_epoch);
        return err_hint(err, "take the study's newest catalogue first: suhbat-sync init STUDY");
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

void desk_say_words(const char *what, const void *bytes, size_t len)
{
    char words[64], cyrillic[160];
    enrol_words(words, bytes, len);
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    printf("%s: %s  (%s)\n", what, words, cyrillic);
}
