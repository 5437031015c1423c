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
#include "tools/key/key_catalogue.h"
#include "tools/key/key_devices.h"
#include "tools/key/key_enrol.h"
#include "tools/key/keys.h"

static const char *opt_withdraw, *opt_out, *opt_force, *opt_days, *opt_identity, *opt_words,
    *opt_device, *opt_revoke, *opt_root, *opt_no_passphrase, *opt_recipients;

enum { TOKEN_DAYS = 14 };

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
    c->warn_after = c->issued_at + CATALOGUE_WARN_DAYS * 86400ull;
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

static bool run_enrol(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct key_enrolled done;
    const struct key_answer answer = {.study = words->list[0],
                                      .root = opt_root,
                                      .identity = opt_identity,
                                      .request = words->list[1],
                                      .out = opt_out ? opt_out : "grant.age",
                                      .force = opt_force,
                                      .now_s = now_s()};
    if (!key_enrol(&answer, &done, err)) {
        return false;
    }
    arena_init(&arena);
    printf("device: %s\n", done.device.hex);
    if (done.no_label.code == ERR_NONE) {
        cli_say(stdout, "label: ", done.label);
    } else {
        fflush(stdout);
        fprintf(stderr,
                "warning: the device's label cannot be read%s%s: use its id to name it\n"
                "hint: pass the coordinator's identity by --identity FILE\n",
                *done.no_label.what ? ": " : "", done.no_label.what);
    }
    keys_say_words_of("the device's words, to compare on its screen", done.device.words);
    warn_together(&arena, words->list[0]);
    arena_fini(&arena);
    return true;
}

/* Says whom a form's records are sealed to now, and warns if the desk is among them.  `given`:
 * "FORM=FILE". */
static void tell_recipients(const struct catalogue *c, struct arena *arena, const char *given)
{
    const char *id = arena_copy(arena, given, strcspn(given, "="));
    uint8_t form[32];
    catalogue_form_hash(form, id);
    if (!catalogue_has_own(c, form)) {
        printf("records of %s are sealed to the study's recipients again\n", id);
    }
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

static bool run_catalogue(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct catalogue *c = mem_zero(1, sizeof *c);
    const struct catalogue_change change = {.study = words->list[0],
                                            .root = opt_root,
                                            .packages = words->list + 1,
                                            .count = words->count - 1,
                                            .withdraw = opt_withdraw,
                                            .revoke = opt_revoke,
                                            .recipients = opt_recipients,
                                            .out = opt_out,
                                            .force = opt_force,
                                            .wall_ms = clock_wall_ms()};
    arena_init(&arena);
    bool ok = key_catalogue(&change, c, err);
    if (ok && opt_recipients) {
        tell_recipients(c, &arena, opt_recipients);
    }
    if (ok) {
        printf("catalogue %llu: %u forms, %u recipients\n", (unsigned long long)c->epoch,
               c->form_count, c->recipient_count);
        warn_together(&arena, words->list[0]);
    }
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
    struct key_device *list;
    size_t count;
    arena_init(&arena);
    bool ok = key_devices(&list, &count, &arena, words->list[0], err);
    for (size_t i = 0; i < (ok ? count : 0); i++) {
        printf("device: %s%s%s%s\n", list[i].hex, *list[i].label ? " " : "", list[i].label,
               list[i].revoked ? " (revoked)" : "");
    }
    arena_fini(&arena);
    return ok;
}

/* Finds the device of the study whose id begins with `start`.  ERR_AUTH if there is none, or
 * it is revoked. */
static bool find_device(const struct key_device **found, struct arena *arena, const char *dir,
                        const uint8_t start[TRAVEL_DEVICE], struct err *err)
{
    struct key_device *list;
    size_t count;
    *found = NULL;
    if (!key_devices(&list, &count, arena, dir, err)) {
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
static bool device_agrees(struct arena *arena, const char *dir, const struct key_device *asks,
                          struct err *err)
{
    const struct key_device *named;
    if (!opt_device) {
        err_set(err, ERR_AUTH, "whose device should it be?");
        return err_hint(err, "--device and the label, or the id, of the device that belongs to the "
                             "person whose voice you hear: suhbat-key devices STUDY lists them");
    }
    if (!key_device_named(&named, arena, dir, opt_device, err)) {
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
static bool log_answer(struct arena *arena, const char *dir, const struct key_device *d,
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
    const struct key_device *asks = NULL;
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

static const struct cli_example examples[] = {
    {"Make a study, with its keys and its passphrase:", "suhbat-key init study"},
    {"Put a form in force (suhbat-form pack made its package):",
     "suhbat-key catalogue study load/clinic.age -o load/catalogue.age"},
    {"Invite one device for three days:",
     "suhbat-key invite study --days 3 -o load/invitation.sbi"},
    {"Which devices are enrolled?", "suhbat-key devices study"},
    CLI_EXAMPLES_END};

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
                    sizeof verbs / sizeof *verbs, NULL, examples, argc, argv);
}
