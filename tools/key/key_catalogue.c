/* SPDX-License-Identifier: Apache-2.0 */
/* Changes a study's catalogue, and signs it. */
#include "tools/key/key_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "platform/custody/package.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"
#include "tools/key/key_devices.h"
#include "tools/key/keys.h"

/* Adds a package to the catalogue, replacing an older one of the same form. */
static bool list_package(struct catalogue *c, const struct package *p, struct err *err)
{
    unsigned at = 0;
    while (at < c->form_count && memcmp(c->forms[at].form, p->form_hash, 32) != 0) {
        at++;
    }
    if (at < c->form_count && c->forms[at].serial >= p->serial &&
        memcmp(c->forms[at].package, p->hash, 32) != 0) {
        return err_set(err, ERR_INPUT, "the catalogue already has this form with serial %llu",
                       (unsigned long long)c->forms[at].serial);
    }
    if (at == CATALOGUE_FORMS_MAX) {
        return err_set(err, ERR_LIMIT, "the catalogue is full");
    }
    c->form_count += at == c->form_count;
    memcpy(c->forms[at].form, p->form_hash, 32);
    c->forms[at].serial = p->serial;
    memcpy(c->forms[at].package, p->hash, 32);
    return true;
}

/* Revokes a device: its records and requests are refused from now on. */
static bool revoke(struct catalogue *c, struct arena *arena, const char *dir, const char *name,
                   struct err *err)
{
    const struct key_device *d;
    if (!key_device_named(&d, arena, dir, name, err)) {
        return false;
    }
    if (d->revoked) {
        return err_set(err, ERR_INPUT, "the device %s is already revoked", d->hex);
    }
    if (c->revoked_count == CATALOGUE_REVOKED_MAX) {
        return err_set(err, ERR_LIMIT, "the catalogue can revoke no more");
    }
    c->revoked[c->revoked_count].kind = 2;
    memcpy(c->revoked[c->revoked_count++].id, d->id, sizeof d->id);
    return true;
}

/* Withdraws a form: no new interviews; existing drafts can be finished. */
static bool withdraw(struct catalogue *c, const char *form_id, struct err *err)
{
    uint8_t hash[32];
    catalogue_form_hash(hash, form_id);
    for (unsigned i = 0; i < c->form_count; i++) {
        if (memcmp(c->forms[i].form, hash, 32) == 0) {
            memmove(&c->forms[i], &c->forms[i + 1], (c->form_count - i - 1) * sizeof c->forms[0]);
            c->form_count--;
            return true;
        }
    }
    err_set(err, ERR_INPUT, "the catalogue has no form '%s'", form_id);
    return err_hint(err, "give the form's id as 'suhbat-form show' prints it");
}

static void drop_own(struct catalogue *c, const uint8_t form[32])
{
    unsigned kept = 0;
    for (unsigned i = 0; i < c->own_count; i++) {
        if (memcmp(c->own[i].form, form, 32) != 0) {
            c->own[kept++] = c->own[i];
        }
    }
    c->own_count = kept;
}

/* Adds one line of a file of recipients: age1…, and what follows as its label. */
static bool add_own(struct catalogue *c, const uint8_t form[32], char *line, struct err *err)
{
    size_t key = strcspn(line, " \t");
    char *label = line + key + strspn(line + key, " \t#");
    line[key] = '\0';
    if (c->own_count == CATALOGUE_OWN_MAX) {
        return err_set(err, ERR_LIMIT, "the catalogue has no room for more recipients of forms");
    }
    memset(&c->own[c->own_count], 0, sizeof c->own[0]);
    if (!age_recipient_parse(c->own[c->own_count].key, line)) {
        return err_set(err, ERR_INPUT, "this is no age recipient");
    }
    memcpy(c->own[c->own_count].form, form, 32);
    c->own[c->own_count].role = 3;
    size_t len = strlen(label);
    while (len >= sizeof c->own[0].label) {
        len = text_prev(label, len);
    }
    memcpy(c->own[c->own_count].label, label, len);
    c->own_count++;
    return true;
}

static bool is_listed(const struct catalogue *c, const uint8_t form[32])
{
    unsigned i = 0;
    while (i < c->form_count && memcmp(c->forms[i].form, form, 32) != 0) {
        i++;
    }
    return i < c->form_count;
}

/* Adds the recipients that a file names, one a line, as `age -R` reads them. */
static bool read_own(struct catalogue *c, const uint8_t form[32], const char *path, struct err *err)
{
    struct buf file = {0};
    unsigned number = 0;
    bool ok = file_read(&file, path, DESK_KEY_FILE_MAX, err);
    for (char *at = file.data, *line; ok && at && *at;) {
        line = at;
        at += strcspn(at, "\r\n");
        at += *at ? (*at = '\0', 1) : 0;
        number++;
        if (*line && *line != '#') {
            ok = add_own(c, form, line, err) || err_at(err, "%s, line %u", file_name(path), number);
        }
    }
    buf_fini(&file);
    return ok;
}

/* Reads "FORM=FILE".  Records of FORM are sealed to the recipients in FILE and to nobody else.
 * "FORM=": to the study's recipients again. */
static bool set_own(struct catalogue *c, struct arena *arena, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    uint8_t form[32];
    if (!equals || equals == text) {
        err_set(err, ERR_MISUSE, "--recipients takes FORM=FILE");
        return err_hint(err, "FORM is the form's id, FILE has a line 'age1… name' for each person");
    }
    const char *id = arena_copy(arena, text, (size_t)(equals - text));
    catalogue_form_hash(form, id);
    if (!is_listed(c, form)) {
        err_set(err, ERR_INPUT, "the catalogue has no form '%s'", id);
        return err_hint(err, "add its package in the same command, or mend the form's id");
    }
    drop_own(c, form);
    if (!equals[1]) {
        return true;
    }
    if (!read_own(c, form, equals + 1, err)) {
        return false;
    }
    if (!catalogue_has_own(c, form)) {
        err_set(err, ERR_INPUT, "the file names nobody");
        err_at(err, "%s", file_name(equals + 1));
        return err_hint(err, "each line is 'age1… name'; '%s=' alone takes the recipients away",
                        id);
    }
    return true;
}

struct needs_own {    /* a package whose records must have recipients of their own */
    const char *path; /* NULL: it is no such package */
    uint8_t form[32];
};

/* Opens a packed form and puts it into the catalogue. */
static bool take_package(struct catalogue *c, const char *path, const uint8_t identity[32],
                         struct needs_own *needs, struct err *err)
{
    struct buf file = {0}, plain = {0};
    struct package p;
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    bool ok = file_read(&file, path, PACKAGE_MAX, err) &&
              age_open(&plain, file.data, file.len, &keys, NULL, err) &&
              package_read(&p, plain.data, plain.len, NULL, err) &&
              keys_package_is_ours(&p, plain.data, c, err) && list_package(c, &p, err);
    if (ok && p.flags & PACKAGE_OWN && !(p.flags & PACKAGE_TRAINING)) {
        needs->path = path;
        memcpy(needs->form, p.form_hash, 32);
    }
    buf_fini(&file);
    buf_fini(&plain);
    return ok;
}

/* All packages whose records need recipients of their own have them now. */
static bool needs_met(const struct catalogue *c, const struct needs_own *needs, size_t count,
                      struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (needs[i].path && !catalogue_has_own(c, needs[i].form)) {
            err_set(err, ERR_INPUT, "records of this form must not be sealed to the whole study");
            err_at(err, "%s", file_name(needs[i].path));
            return err_hint(err, "name two or more people: --recipients FORM=FILE");
        }
    }
    return true;
}

/* Signs it with the next number, and writes it to the study and to `out`. */
static bool sign(struct catalogue *c, const struct catalogue_change *change, struct arena *arena,
                 const uint8_t root[32], struct err *err)
{
    struct buf fresh = {0}, wrapped = {0};
    c->epoch++;
    c->issued_at = (uint64_t)change->wall_ms / 1000;
    c->warn_after = c->issued_at + CATALOGUE_WARN_DAYS * 86400ull;
    bool ok = catalogue_write(&fresh, c, (const uint8_t(*)[32])root, 1, err) &&
              keys_wrap(&wrapped, c, fresh.data, fresh.len, err) &&
              file_write(keys_path(arena, change->study, "catalogue.sbg"), fresh.data, fresh.len,
                         FILE_PRIVATE, true, err) &&
              (!change->out || file_write(change->out, wrapped.data, wrapped.len, FILE_PRIVATE,
                                          change->force, err));
    buf_fini(&fresh);
    buf_fini(&wrapped);
    return ok;
}

bool key_catalogue(const struct catalogue_change *change, struct catalogue *c, struct err *err)
{
    const char *dir = change->study;
    struct arena arena;
    struct buf old = {0};
    struct needs_own *needs = mem_zero(change->count + 1, sizeof *needs);
    uint8_t root[32], identity[32];
    arena_init(&arena);
    bool ok = keys_read_catalogue(c, &old, keys_path(&arena, dir, "catalogue.sbg"), err) &&
              keys_read_seed(
                  root, change->root ? change->root : keys_path(&arena, dir, "root-1.key"), err) &&
              keys_read_identity(identity, keys_path(&arena, dir, "package.identity"), err);
    for (size_t i = 0; ok && i < change->count; i++) {
        ok = take_package(c, change->packages[i], identity, &needs[i], err) ||
             err_at(err, "%s", file_name(change->packages[i]));
    }
    ok = ok && (!change->withdraw || withdraw(c, change->withdraw, err)) &&
         (!change->revoke || revoke(c, &arena, dir, change->revoke, err)) &&
         (!change->recipients || set_own(c, &arena, change->recipients, err)) &&
         needs_met(c, needs, change->count, err) && sign(c, change, &arena, root, err);
    secret_wipe(root, sizeof root);
    secret_wipe(identity, sizeof identity);
    free(needs);
    buf_fini(&old);
    arena_fini(&arena);
    return ok;
}
