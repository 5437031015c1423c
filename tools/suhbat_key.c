/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat-key: makes a study's keys, invites and enrols devices, writes the catalogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/custody/enrol.h"
#include "platform/machine/file.h"
#include "platform/custody/package.h"
#include "platform/machine/text.h"
#include "platform/custody/vault.h"
#include "tools/cli/cli.h"
#include "tools/key/keys.h"

static const char *opt_withdraw, *opt_out, *opt_force, *opt_days, *opt_identity, *opt_words,
    *opt_device, *opt_revoke, *opt_root, *opt_no_passphrase, *opt_recipients;

enum { WARN_DAYS = 30, TOKEN_DAYS = 14 };

static const char *root_path(struct arena *arena, const char *dir)
{
    return opt_root ? opt_root : keys_path(arena, dir, "root-1.key");
}

static uint64_t now_s(void)
{
    return (uint64_t)clock_wall_ms() / 1000;
}

static bool write_file(struct arena *arena, const char *dir, const char *name, const void *bytes,
                       size_t len, bool force, struct err *err)
{
    return file_write(keys_path(arena, dir, name), bytes, len, FILE_PRIVATE, force, err);
}

/* Makes a signing key and its certificate, signed by the root. */
static bool make_role(struct arena *arena, const char *dir, const char *name, enum cert_role role,
                      const uint8_t study_id[16], const uint8_t root_seed[32], struct err *err)
{
    uint8_t seed[32], bytes[CERT_BYTES];
    struct cert cert = {.role = role,
                        .serial = 1,
                        .not_before = now_s(),
                        .not_after = now_s() + 10ull * 365 * 86400};
    secret_random(seed, sizeof seed);
    memcpy(cert.study_id, study_id, 16);
    sign_public(cert.subject, seed);
    cert_make(bytes, &cert, root_seed);
    char *key = arena_printf(arena, "%s/%s.key", dir, name);
    char *file = arena_printf(arena, "%s.cert", name);
    bool ok = keys_write_seed(key, seed, name, err) &&
              write_file(arena, dir, file, bytes, sizeof bytes, false, err);
    secret_wipe(seed, sizeof seed);
    return ok;
}

static bool make_identity(struct arena *arena, const char *dir, const char *name,
                          uint8_t recipient[32], struct err *err)
{
    uint8_t identity[32];
    age_generate(identity, recipient);
    char *path = arena_printf(arena, "%s/%s.identity", dir, name);
    bool ok = keys_write_identity(path, identity, name, err);
    secret_wipe(identity, sizeof identity);
    return ok;
}

/* ---- where each key file belongs ---- */

static const struct {
    const char *file, *place;
    bool apart; /* must not stay with the desk's keys */
} places[] = {
    {"root-1.key", "offline, with the study's head: enrols devices, signs the catalogue", true},
    {"escrow.identity", "with another person, in another building: opens what the desk lost", true},
    {"recovery.identity", "offline: opens a device that locked itself for travel", true},
    {"author.key", "with who signs forms", false},
    {"desk.key", "at the desk: signs receipts", false},
    {"coordinator.identity", "at the desk: opens records", false},
    {"package.identity", "with root-1.key: enrols devices, signs the catalogue", false},
};

static void say_places(void)
{
    puts("where each key belongs:");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        printf("  %-22s%s\n", places[i].file, places[i].place);
    }
}

/* Warns if keys that belong elsewhere are still in the study's folder: whoever takes it has
 * all keys. */
static void warn_together(struct arena *arena, const char *dir)
{
    struct buf together = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].apart && file_exists(keys_path(arena, dir, places[i].file))) {
            buf_printf(&together, "%s%s", together.len ? ", " : "", places[i].file);
        }
    }
    if (together.len) {
        fflush(stdout);
        fprintf(stderr,
                "warning: these keys are still stored with the others in %s: %s\n"
                "hint: move them to where they belong, then pass their paths by --root and "
                "--identity\n",
                dir, together.data);
    }
    buf_fini(&together);
}

/* Asks for the passphrase of new key files, or with --no-passphrase warns that there is
 * none. */
static bool choose_passphrase(struct err *err)
{
    if (!opt_no_passphrase) {
        return keys_ask_new_passphrase(err);
    }
    fputs("warning: the key files are written unencrypted: whoever has the folder can read the "
          "study\n"
          "hint: suhbat-key protect STUDY\n",
          stderr);
    keys_no_passphrase();
    return true;
}

static bool run_init(const struct cli_words *words, struct err *err)
{
    const char *dir = words->list[0];
    struct arena arena;
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    uint8_t seed[32], set[32];
    arena_init(&arena);
    bool ok = true;
    if (file_exists(keys_path(&arena, dir, "catalogue.sbg"))) {
        ok = err_set(err, ERR_INPUT, "this folder already contains a study");
        err_at(err, "%s", dir);
    }
    ok = ok && choose_passphrase(err);
    secret_random(seed, sizeof seed);
    secret_random(c->study_id, 16);
    c->epoch = 1;
    c->issued_at = now_s();
    c->warn_after = c->issued_at + WARN_DAYS * 86400ull;
    c->root_count = c->threshold = 1;
    sign_public(c->roots[0], seed);
    c->recipient_count = 2;
    c->recipients[0].role = 1;
    c->recipients[1].role = 2;
    strcpy(c->recipients[0].label, "coordinator");
    strcpy(c->recipients[1].label, "escrow");
    ok = ok && file_folder(dir, 0700, err) &&
         file_folder(keys_path(&arena, dir, "tokens"), 0700, err) &&
         file_folder(keys_path(&arena, dir, "devices"), 0700, err) &&
         keys_write_seed(keys_path(&arena, dir, "root-1.key"), seed, "root", err) &&
         make_role(&arena, dir, "author", CERT_AUTHOR, c->study_id, seed, err) &&
         make_role(&arena, dir, "desk", CERT_IMPORT, c->study_id, seed, err) &&
         make_identity(&arena, dir, "coordinator", c->recipients[0].key, err) &&
         make_identity(&arena, dir, "escrow", c->recipients[1].key, err) &&
         make_identity(&arena, dir, "package", c->package_key, err) &&
         make_identity(&arena, dir, "recovery", c->recovery, err) &&
         catalogue_write(&bytes, c, (const uint8_t(*)[32]) & seed, 1, err) &&
         write_file(&arena, dir, "catalogue.sbg", bytes.data, bytes.len, false, err);
    if (ok) {
        catalogue_root_set(set, c);
        printf("study made in %s\n", dir);
        keys_say_words("the study's words", set, sizeof set);
        uint8_t cert[CERT_BYTES];
        struct cert author;
        if (keys_read_cert(cert, keys_path(&arena, dir, "author.cert"), NULL) &&
            cert_read(&author, cert)) {
            keys_say_words("the author's words, shown next to each new form", author.subject, 32);
        }
        say_places();
        printf("next: suhbat-key invite %s -o invitation.sbi\n", dir);
        warn_together(&arena, dir);
    }
    secret_wipe(seed, sizeof seed);
    buf_fini(&bytes);
    free(c);
    arena_fini(&arena);
    return ok;
}

/* Puts key files under a new passphrase: all of a study's folder, or those named. */
static bool run_protect(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    unsigned done = 0;
    arena_init(&arena);
    bool ok = keys_ask_new_passphrase(err);
    for (size_t i = 0; ok && i < words->count; i++) {
        static const char *const ends[] = {".key", ".identity"};
        const char *path = words->list[i], **names;
        size_t count, found = 0;
        bool clear, folder = file_list(&arena, &names, &count, path, ends[0], NULL);
        for (size_t e = 0; ok && folder && e < 2; e++) {
            ok = file_list(&arena, &names, &count, path, ends[e], err);
            for (size_t k = 0; ok && k < count; k++) {
                const char *file = keys_path(&arena, path, names[k]);
                ok = keys_protect(file, &clear, err);
                if (ok) {
                    printf("%s: %s\n", file, clear ? "protected" : "under the new passphrase");
                    done++;
                    found++;
                }
            }
        }
        if (ok && !folder) {
            ok = keys_protect(path, &clear, err);
            if (ok) {
                printf("%s: %s\n", path, clear ? "protected" : "under the new passphrase");
                done++;
            }
        } else if (ok && !found) {
            err_set(err, ERR_INPUT, "there is no key file in this folder");
            ok = err_at(err, "%s", path);
        }
    }
    if (done) {
        puts("the desk has its own copy of desk.key; to update it: suhbat-sync --desk DESK init "
             "STUDY");
    }
    if (!ok && done) {
        err_hint(err, "%u files are under the new passphrase, the others are unchanged", done);
    }
    arena_fini(&arena);
    return ok;
}

static bool run_invite(const struct cli_words *words, struct err *err)
{
    const char *dir = words->list[0];
    struct arena arena;
    struct buf catalogue = {0}, out = {0};
    struct invite *invite = mem_zero(1, sizeof *invite);
    uint64_t days = opt_days ? strtoull(opt_days, NULL, 10) : TOKEN_DAYS;
    char hex[33];
    arena_init(&arena);
    bool ok = keys_read_catalogue(&invite->catalogue, &catalogue,
                                  keys_path(&arena, dir, "catalogue.sbg"), err);
    if (ok) {
        memcpy(invite->study_id, invite->catalogue.study_id, 16);
        catalogue_root_set(invite->root_set, &invite->catalogue);
        secret_random(invite->token, 32);
        invite->expires = now_s() + days * 86400;
        invite->catalogue_bytes = (const uint8_t *)catalogue.data;
        invite->catalogue_len = catalogue.len;
        invite_write(&out, invite);
        uint8_t token[40], name[32];
        memcpy(token, invite->token, 32);
        put_u64(token + 32, invite->expires);
        hash_tagged(name, "sb1-token", invite->token, 32);
        text_hex(hex, name, 16);
        ok = write_file(&arena, dir, arena_printf(&arena, "tokens/%s", hex), token, sizeof token,
                        false, err) &&
             file_write(opt_out ? opt_out : "invitation.sbi", out.data, out.len, FILE_PRIVATE,
                        opt_force, err);
        secret_wipe(token, sizeof token);
    }
    if (ok) {
        keys_say_words("the study's words, to compare on the device", invite->root_set, 32);
    }
    secret_wipe(invite->token, 32);
    buf_fini(&catalogue);
    buf_fini(&out);
    free(invite);
    arena_fini(&arena);
    return ok;
}

/* Finds the file of the open invitation whose token this request proves.  The caller removes
 * it at the end, because a token works once. */
static bool find_token(struct arena *arena, char **out, const char *dir, const struct buf *request,
                       struct err *err)
{
    const char **names;
    size_t count;
    char *tokens = keys_path(arena, dir, "tokens");
    if (!file_list(arena, &names, &count, tokens, "", err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct buf token = {0};
        char *path = keys_path(arena, tokens, names[i]);
        bool read = file_read(&token, path, 64, err) && token.len == 40;
        bool proves =
            read && enrol_request_proves(request->data, request->len, (const uint8_t *)token.data);
        bool expired = proves && get_u64((const uint8_t *)token.data + 32) < now_s();
        buf_fini(&token);
        if (expired) {
            err_set(err, ERR_AUTH, "the invitation has expired");
            return err_hint(err, "make a new one with 'suhbat-key invite'");
        }
        if (proves) {
            *out = path;
            return true;
        }
    }
    err_set(err, ERR_AUTH, "no open invitation fits this request");
    return err_hint(err, "an invitation works once; make a new one with 'suhbat-key invite'");
}

/* Stores the label that the interviewer gave the device, so that the device can be named by
 * it.  `why`: the error if the identity could not be read; the device then has no label. */
static bool keep_label(struct arena *arena, const char *dir, const struct enrol_request *r,
                       const char *hex, const uint8_t identity[32], const struct err *why,
                       struct err *err)
{
    struct buf label = {0};
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    bool ok = true;
    if (why->code == ERR_NONE && age_open(&label, r->label, r->label_len, &keys, NULL, NULL) &&
        text_valid(label.data, label.len)) {
        for (size_t i = 0; i < label.len; i++) { /* a label must stay on one line of lists and
                                                  * logs */
            label.data[i] = (unsigned char)label.data[i] < ' ' ? '?' : label.data[i];
        }
        cli_say(stdout, "label: ", label.data);
        ok = write_file(arena, dir, arena_printf(arena, "devices/%s.label", hex), label.data,
                        label.len, true, err);
    } else {
        fflush(stdout);
        fprintf(stderr,
                "warning: the device's label cannot be read%s%s: use its id to name it\n"
                "hint: pass the coordinator's identity by --identity FILE\n",
                why->code ? ": " : "", why->code ? why->what : "");
    }
    buf_fini(&label);
    return ok;
}

/* What an enrolment reads and makes; secret parts are wiped by enrolling_fini. */
struct enrolling {
    struct arena arena;
    const char *dir;
    struct buf request, catalogue_bytes;
    struct catalogue *catalogue;
    struct enrol_request r;
    uint8_t root[32], identity[32], package_secret[32];
    struct err no_identity; /* why the coordinator's identity could not be read */
};

static void enrolling_fini(struct enrolling *e)
{
    secret_wipe(e->root, sizeof e->root);
    secret_wipe(e->identity, sizeof e->identity);
    secret_wipe(e->package_secret, sizeof e->package_secret);
    buf_fini(&e->request);
    buf_fini(&e->catalogue_bytes);
    free(e->catalogue);
    arena_fini(&e->arena);
}

static bool read_enrolment(struct enrolling *e, const char *request, struct err *err)
{
    const char *own =
        opt_identity ? opt_identity : keys_path(&e->arena, e->dir, "coordinator.identity");
    e->catalogue = mem_zero(1, sizeof *e->catalogue);
    if (!file_read(&e->request, request, ENROL_FILE_MAX, err) ||
        !(enrol_request_read(&e->r, e->request.data, e->request.len, err) ||
          err_at(err, "%s", file_name(request))) ||
        !keys_read_catalogue(e->catalogue, &e->catalogue_bytes,
                             keys_path(&e->arena, e->dir, "catalogue.sbg"), err) ||
        !keys_read_seed(e->root, root_path(&e->arena, e->dir), err) ||
        !keys_read_identity(e->package_secret, keys_path(&e->arena, e->dir, "package.identity"),
                            err)) {
        return false;
    }
    /* read the identity before the invitation is used up */
    if (!keys_read_identity(e->identity, own, &e->no_identity) && e->no_identity.code == ERR_NONE) {
        e->no_identity.code = ERR_AUTH;
    }
    return memcmp(e->r.study_id, e->catalogue->study_id, 16) == 0 ||
           err_set(err, ERR_AUTH, "the request is for another study");
}

/* Writes the answer and the device's file, and uses the invitation up. */
static bool write_enrolment(struct enrolling *e, const char *answer, const char *token,
                            const char *hex, struct err *err)
{
    struct buf out = {0};
    uint8_t known[KEYS_DEVICE];
    const struct keys_enrolment enrolment = {&e->r, e->catalogue, &e->catalogue_bytes, e->root,
                                             e->package_secret};
    bool ok = keys_enrol(&out, known, &enrolment, err) &&
              write_file(&e->arena, e->dir, arena_printf(&e->arena, "devices/%s.device", hex),
                         known, sizeof known, true, err) &&
              file_write(answer, out.data, out.len, FILE_PRIVATE, opt_force, err) &&
              file_remove(token, err);
    buf_fini(&out);
    return ok;
}

static bool run_enrol(const struct cli_words *words, struct err *err)
{
    struct enrolling e = {.dir = words->list[0]};
    const char *answer = opt_out ? opt_out : "grant.age";
    char *token = NULL, hex[33];
    uint8_t keys[64], id[16];
    arena_init(&e.arena);
    bool ok = read_enrolment(&e, words->list[1], err) &&
              find_token(&e.arena, &token, e.dir, &e.request, err);
    if (ok && !opt_force && file_exists(answer)) {
        err_set(err, ERR_INPUT, "the file already exists");
        err_at(err, "%s", answer);
        ok = err_hint(err, "choose another name with -o, or use --force to replace it");
    }
    if (ok) {
        chain_device_id(id, e.r.sign_pk);
        text_hex(hex, id, 16);
        ok = write_enrolment(&e, answer, token, hex, err);
    }
    if (ok) {
        memcpy(keys, e.r.sign_pk, 32);
        memcpy(keys + 32, e.r.box_pk, 32);
        printf("device: %s\n", hex);
        ok = keep_label(&e.arena, e.dir, &e.r, hex, e.identity, &e.no_identity, err);
        keys_say_words("the device's words, to compare on its screen", keys, sizeof keys);
        warn_together(&e.arena, e.dir);
    }
    enrolling_fini(&e);
    return ok;
}

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

/* ---- the study's devices ---- */

struct device_known {
    uint8_t id[32]; /* 16 bytes, padded with zeros */
    char hex[33];
    const char *label; /* "" if unknown */
    bool revoked;
};

static bool read_device(struct device_known *d, struct arena *arena, const char *folder,
                        const char *name, struct err *err)
{
    struct buf known = {0}, label = {0};
    struct cert cert;
    bool ok = file_read(&known, keys_path(arena, folder, name), 4096, err) &&
              ((known.len >= CERT_BYTES && cert_read(&cert, (const uint8_t *)known.data)) ||
               err_set(err, ERR_INPUT, "%s is no device", name));
    if (ok) {
        chain_device_id(d->id, cert.subject);
        text_hex(d->hex, d->id, 16);
        const char *path = keys_path(arena, folder, arena_printf(arena, "%s.label", d->hex));
        bool labelled = file_exists(path) && file_read(&label, path, 4096, NULL) && label.len;
        d->label = "";
        if (labelled) { /* the label is untrusted: its interviewer chose it */
            char *shown = arena_copy(arena, label.data, label.len);
            text_defuse(shown);
            d->label = shown;
        }
    }
    buf_fini(&known);
    buf_fini(&label);
    return ok;
}

/* Lists all enrolled devices, in the arena. */
static bool known_devices(struct device_known **list, size_t *count, struct arena *arena,
                          const char *dir, struct err *err)
{
    const char **names, *folder = keys_path(arena, dir, "devices");
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    bool ok = file_list(arena, &names, count, folder, ".device", err) &&
              keys_read_catalogue(c, &bytes, keys_path(arena, dir, "catalogue.sbg"), err);
    *list = ok ? arena_alloc(arena, (*count + 1) * sizeof **list) : NULL;
    for (size_t i = 0; ok && i < *count; i++) {
        (*list)[i] = (struct device_known){.label = ""};
        ok = read_device(&(*list)[i], arena, folder, names[i], err);
        (*list)[i].revoked = ok && catalogue_revoked(c, 2, (*list)[i].id);
    }
    buf_fini(&bytes);
    free(c);
    return ok;
}

/* Finds a device by its label, or by at least the first 12 hex digits of its id.  Fewer
 * could be matched by a forged key. */
static bool name_device(const struct device_known **found, struct arena *arena, const char *dir,
                        const char *name, struct err *err)
{
    enum { MIN = 12 };
    struct device_known *list;
    size_t count, fit = 0;
    if (!known_devices(&list, &count, arena, dir, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool by_id = strlen(name) >= MIN && strncmp(list[i].hex, name, strlen(name)) == 0;
        if (by_id || strcmp(list[i].label, name) == 0) {
            *found = &list[i];
            fit++;
        }
    }
    if (fit == 1) {
        return true;
    }
    err_set(err, ERR_INPUT, fit ? "%s is the name of several devices" : "no device is called %s",
            name);
    return err_hint(err, "give its label, or at least the first 12 characters of its id: "
                         "'suhbat-key devices STUDY' lists them");
}

/* Revokes a device: its records and requests are refused from now on. */
static bool revoke(struct catalogue *c, struct arena *arena, const char *dir, const char *name,
                   struct err *err)
{
    const struct device_known *d;
    if (!name_device(&d, arena, dir, name, err)) {
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

/* Says whom the form's records are sealed to, and warns if the desk is among them. */
static void tell_own(const struct catalogue *c, const uint8_t form[32], struct arena *arena,
                     const char *id)
{
    for (unsigned i = 0; i < c->own_count; i++) {
        if (memcmp(c->own[i].form, form, 32) != 0) {
            continue;
        }
        cli_say(stdout, arena_printf(arena, "records of %s are sealed to: ", id), c->own[i].label);
        for (unsigned k = 0; k < c->recipient_count; k++) {
            if (c->recipients[k].role == 1 &&
                memcmp(c->own[i].key, c->recipients[k].key, 32) == 0) {
                fprintf(stderr, "warning: the coordinator's own key is among the recipients of the "
                                "form: the desk can open its records\n");
            }
        }
    }
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
        printf("records of %s are sealed to the study's recipients again\n", id);
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
    tell_own(c, form, arena, id);
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

static bool run_catalogue(const struct cli_words *words, struct err *err)
{
    const char *dir = words->list[0];
    struct arena arena;
    struct buf old = {0}, fresh = {0}, wrapped = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    struct needs_own *needs = mem_zero(words->count, sizeof *needs);
    uint8_t root[32], identity[32];
    arena_init(&arena);
    bool ok = keys_read_catalogue(c, &old, keys_path(&arena, dir, "catalogue.sbg"), err) &&
              keys_read_seed(root, root_path(&arena, dir), err) &&
              keys_read_identity(identity, keys_path(&arena, dir, "package.identity"), err);
    for (size_t i = 1; ok && i < words->count; i++) {
        ok = take_package(c, words->list[i], identity, &needs[i], err) ||
             err_at(err, "%s", file_name(words->list[i]));
    }
    ok = ok && (!opt_withdraw || withdraw(c, opt_withdraw, err)) &&
         (!opt_revoke || revoke(c, &arena, dir, opt_revoke, err)) &&
         (!opt_recipients || set_own(c, &arena, opt_recipients, err)) &&
         needs_met(c, needs, words->count, err);
    if (ok) {
        c->epoch++;
        c->issued_at = now_s();
        c->warn_after = c->issued_at + WARN_DAYS * 86400ull;
        ok = catalogue_write(&fresh, c, (const uint8_t(*)[32]) & root, 1, err) &&
             keys_wrap(&wrapped, c, fresh.data, fresh.len, err) &&
             write_file(&arena, dir, "catalogue.sbg", fresh.data, fresh.len, true, err) &&
             (!opt_out ||
              file_write(opt_out, wrapped.data, wrapped.len, FILE_PRIVATE, opt_force, err));
    }
    if (ok) {
        printf("catalogue %llu: %u forms, %u recipients\n", (unsigned long long)c->epoch,
               c->form_count, c->recipient_count);
        warn_together(&arena, dir);
    }
    secret_wipe(root, sizeof root);
    secret_wipe(identity, sizeof identity);
    free(needs);
    buf_fini(&old);
    buf_fini(&fresh);
    buf_fini(&wrapped);
    free(c);
    arena_fini(&arena);
    return ok;
}

/* Checks the six words that the caller read out, after the coordinator recognised the voice. */
static bool words_agree(const char *heard, const struct travel_request *request, struct err *err)
{
    char words[64];
    struct buf tidy = {0};
    travel_request_words(words, request);
    bool ok =
        heard && vault_passphrase(&tidy, heard, strlen(heard)) && strcmp(tidy.data, words) == 0;
    buf_fini(&tidy);
    if (!ok) {
        err_set(err, ERR_AUTH,
                heard ? "these are not the request's words"
                      : "the words that the device shows are missing");
        err_hint(err, "ask the interviewer to read you the six words on the screen, and be sure "
                      "who is speaking; then use --words 'the six words'");
    }
    return ok;
}

static bool run_devices(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct device_known *list;
    size_t count;
    arena_init(&arena);
    bool ok = known_devices(&list, &count, &arena, words->list[0], err);
    for (size_t i = 0; i < (ok ? count : 0); i++) {
        printf("device: %s%s%s%s\n", list[i].hex, *list[i].label ? " " : "", list[i].label,
               list[i].revoked ? " (revoked)" : "");
    }
    arena_fini(&arena);
    return ok;
}

/* Finds the device of the study whose id begins with `start`.  ERR_AUTH if there is none, or
 * it is revoked. */
static bool find_device(const struct device_known **found, struct arena *arena, const char *dir,
                        const uint8_t start[TRAVEL_DEVICE], struct err *err)
{
    struct device_known *list;
    size_t count;
    *found = NULL;
    if (!known_devices(&list, &count, arena, dir, err)) {
        return false;
    }
    for (size_t i = 0; i < count && !*found; i++) {
        *found = memcmp(list[i].id, start, TRAVEL_DEVICE) == 0 ? &list[i] : NULL;
    }
    if (!*found) {
        char begins[2 * TRAVEL_DEVICE + 1];
        text_hex(begins, start, TRAVEL_DEVICE);
        err_set(err, ERR_AUTH,
                "the request comes from a device that is not enrolled in this study: %s…", begins);
        return err_hint(
            err, "somebody may have copied a device: ask whose it is, and do not send an answer");
    }
    return !(*found)->revoked ||
           err_set(err, ERR_AUTH, "the device %s was revoked: it stays closed", (*found)->hex);
}

/* Checks that the request comes from the device that the coordinator names.  Recognising the
 * voice is not enough: the caller may have a copy of another person's device.  The
 * coordinator must name the device and is not told which one asks. */
static bool device_agrees(struct arena *arena, const char *dir, const struct device_known *asks,
                          struct err *err)
{
    const struct device_known *named;
    if (!opt_device) {
        err_set(err, ERR_AUTH, "whose device should it be?");
        return err_hint(err, "--device and the label, or the id, of the device that belongs to the "
                             "person whose voice you hear: suhbat-key devices STUDY lists them");
    }
    if (!name_device(&named, arena, dir, opt_device, err)) {
        return false;
    }
    if (memcmp(named->id, asks->id, sizeof named->id) == 0) {
        return true;
    }
    err_set(err, ERR_AUTH, "the request does not come from the device %s", opt_device);
    return err_hint(
        err, "it comes from another device: ask who is calling, and send no answer until you know");
}

/* Logs the answer, and prints earlier answers to the same device. */
static bool log_answer(struct arena *arena, const char *dir, const struct device_known *d,
                       struct err *err)
{
    struct buf log = {0};
    char when[64];
    const char *path = keys_path(arena, dir, "unlocked.log");
    bool ok = !file_exists(path) || file_read(&log, path, 16 << 20, err);
    buf_add(&log, "", 0);
    for (const char *p = ok ? strstr(log.data, d->hex) : NULL; p; p = strstr(p + 1, d->hex)) {
        const char *line = p;
        while (line > log.data && line[-1] != '\n') {
            line--;
        }
        printf("a request of this device was answered before, at %.*s\n", (int)strcspn(line, " "),
               line);
    }
    clock_iso(when, sizeof when, clock_wall_ms(), 0, true);
    buf_printf(&log, "%s %s %s\n", when, d->hex, d->label);
    ok = ok && file_write(path, log.data, log.len, FILE_PRIVATE, true, err);
    buf_fini(&log);
    return ok;
}

static bool run_unlock(const struct cli_words *words, struct err *err)
{
    const char *dir = words->list[0], *from = words->list[1];
    const char *answer = opt_out ? opt_out : "answer.sbv";
    struct arena arena;
    struct buf bytes = {0}, out = {0};
    struct travel_request request;
    uint8_t recovery[32], *plain = secret_new(TRAVEL_PLAIN);
    const struct device_known *asks = NULL;
    arena_init(&arena);
    const char *path = opt_identity ? opt_identity : keys_path(&arena, dir, "recovery.identity");
    bool ok = file_read(&bytes, from, 4096, err) &&
              (travel_request_read(&request, bytes.data, bytes.len, err) ||
               err_at(err, "%s", file_name(from))) &&
              words_agree(opt_words, &request, err) && keys_read_identity(recovery, path, err) &&
              travel_request_open(plain, &request, recovery, err) &&
              find_device(&asks, &arena, dir, plain + SECRET_KEY, err) &&
              device_agrees(&arena, dir, asks, err);
    if (ok) {
        travel_answer_write(&out, &request, plain);
        ok = log_answer(&arena, dir, asks, err) &&
             file_write(answer, out.data, out.len, FILE_PRIVATE, opt_force, err);
    }
    if (ok) {
        printf(
            "%s: opens device %s once, together with the passphrase that its interviewer chose\n",
            answer, asks->hex);
    }
    secret_wipe(recovery, sizeof recovery);
    secret_free(plain);
    buf_fini(&bytes);
    buf_fini(&out);
    arena_fini(&arena);
    return ok;
}

static bool run_show(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    uint8_t set[32];
    char text[AGE_TEXT], hex[65];
    arena_init(&arena);
    bool ok =
        keys_read_catalogue(c, &bytes, keys_path(&arena, words->list[0], "catalogue.sbg"), err);
    if (ok) {
        catalogue_root_set(set, c);
        text_hex(hex, c->study_id, 16);
        printf("study: %s\ncatalogue: %llu\n", hex, (unsigned long long)c->epoch);
        keys_say_words("the study's words", set, sizeof set);
        for (unsigned i = 0; i < c->recipient_count; i++) {
            age_recipient_text(text, c->recipients[i].key);
            text_defuse(c->recipients[i].label);
            printf("recipient: %s %s\n", c->recipients[i].label, text);
        }
        for (unsigned i = 0; i < c->own_count; i++) {
            text_hex(hex, c->own[i].form, 16);
            age_recipient_text(text, c->own[i].key);
            text_defuse(c->own[i].label);
            printf("recipient of form %.8s…: %s %s\n", hex, c->own[i].label, text);
        }
        for (unsigned i = 0; i < c->form_count; i++) {
            text_hex(hex, c->forms[i].package, 32);
            printf("form: serial %llu package %s\n", (unsigned long long)c->forms[i].serial, hex);
        }
    }
    buf_fini(&bytes);
    free(c);
    arena_fini(&arena);
    return ok;
}

static bool run_passphrase(const struct cli_words *words, struct err *err)
{
    char latin[64], cyrillic[160];
    (void)words;
    (void)err;
    vault_suggest(latin);
    words_cyrillic(cyrillic, sizeof cyrillic, latin);
    printf("%s\n%s\n", latin, cyrillic);
    secret_wipe(latin, sizeof latin);
    secret_wipe(cyrillic, sizeof cyrillic);
    return true;
}

int main(int argc, char **argv)
{
    static const struct cli_option inviting[] = {
        {"output", 'o', "FILE", "output file; default: invitation.sbi", &opt_out, CLI_TEXT, 0, 0},
        {"days", 0, "N", "validity of the invitation in days; default: 14", &opt_days, CLI_NUMBER,
         1, 365},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option unlocking[] = {
        {"words", 0, "WORDS", "the six words that the interviewer reads to you", &opt_words,
         CLI_TEXT, 0, 0},
        {"device", 0, "NAME",
         "the caller's device: its label, or at least the first 12 characters of its id",
         &opt_device, CLI_TEXT, 0, 0},
        {"output", 'o', "FILE", "output file for the answer; default: answer.sbv", &opt_out,
         CLI_TEXT, 0, 0},
        {"identity", 0, "FILE", "the recovery identity; default: STUDY/recovery.identity",
         &opt_identity, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option enrolling[] = {
        {"output", 'o', "FILE", "output file for the answer; default: grant.age", &opt_out,
         CLI_TEXT, 0, 0},
        {"identity", 0, "FILE", "age identity that decrypts the device's label", &opt_identity,
         CLI_TEXT, 0, 0},
        {"root", 0, "FILE", "the root key; default: STUDY/root-1.key", &opt_root, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option cataloguing[] = {
        {"output", 'o', "FILE", "output file", &opt_out, CLI_TEXT, 0, 0},
        {"withdraw", 0, "FORM_ID", "withdraw this form; its drafts can still be finished",
         &opt_withdraw, CLI_TEXT, 0, 0},
        {"recipients", 0, "FORM=FILE",
         "seal this form's records to the recipients in FILE only, not to the desk",
         &opt_recipients, CLI_TEXT, 0, 0},
        {"root", 0, "FILE", "the root key; default: STUDY/root-1.key", &opt_root, CLI_TEXT, 0, 0},
        {"revoke", 0, "NAME",
         "revoke this device: its records are refused and it cannot be unlocked", &opt_revoke,
         CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option making[] = {{"no-passphrase", 0, NULL,
                                                "write the key files unencrypted",
                                                &opt_no_passphrase, CLI_TEXT, 0, 0},
                                               CLI_END};
    static const char *const init_page[] = {
        "The key files are encrypted with one passphrase of at least five words; stock age opens "
        "them.",
        "The passphrase is asked for on the terminal, or read from --passphrase-fd.", NULL};
    static const char *const protect_page[] = {
        "The new passphrase is asked for first, then the current passphrases of the files.",
        "A file for another person can have a different passphrase.", NULL};
    static const struct cli_verb verbs[] = {
        {"init", "STUDY", "make a study: root, author and desk keys, age identities, catalogue.", 1,
         1, making, run_init, init_page},
        {"protect", "STUDY|FILE…", "encrypt key files with a new passphrase.", 1, CLI_ANY, NULL,
         run_protect, protect_page},
        {"invite", "STUDY", "make an invitation for one device; print the study's words.", 1, 1,
         inviting, run_invite, NULL},
        {"enrol", "STUDY REQUEST", "answer a device's request; print the device's words.", 2, 2,
         enrolling, run_enrol, NULL},
        {"catalogue", "STUDY [PACKAGE…]",
         "sign the next catalogue, with these form packages added.", 1, CLI_ANY, cataloguing,
         run_catalogue, NULL},
        {"unlock", "STUDY REQUEST", "open a device that locked itself for travel.", 2, 2, unlocking,
         run_unlock, NULL},
        {"devices", "STUDY", "list the enrolled devices.", 1, 1, NULL, run_devices, NULL},
        {"show", "STUDY", "print the catalogue.", 1, 1, NULL, run_show, NULL},
        {"passphrase", "", "generate a passphrase of five words, in both scripts.", 0, 0, NULL,
         run_passphrase, NULL},
    };
    if (!cli_secrets("suhbat-key")) {
        return 3;
    }
    return cli_main("suhbat-key", "a study's keys, invitations and catalogue", verbs,
                    sizeof verbs / sizeof *verbs, NULL, argc, argv);
}
