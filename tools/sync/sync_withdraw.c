/* SPDX-License-Identifier: Apache-2.0 */
/* withdraw, holds: what a person may ask of those who hold the answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_holds.h"
#include "tools/sync/sync.h"

static const char *opt_use, *opt_proof, *opt_lang, *opt_case;

const struct cli_option sync_withdraw_options[] = {
    {"use", 0, "NAMES",
     "quotes, recording, recontact, or several with commas between them (default: answers, which "
     "is everything)",
     &opt_use, CLI_TEXT, 0, 0},
    {"proof", 0, "FILE.html", "write a page for the person: what was done, where copies may be",
     &opt_proof, CLI_TEXT, 0, 0},
    {"lang", 0, "CODE", "ru, ky, tg or en: the page's language (default: ru)", &opt_lang, CLI_TEXT,
     0, 0},
    {"force", 0, NULL, "replace an existing file", &sync_given.force, CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};
const struct cli_option sync_holds_options[] = {
    {"case", 0, "CODE", "the code; the same as without the option", &opt_case, CLI_TEXT, 0, 0},
    {"out", 0, "FILE.html", "the page, to be printed", &sync_given.out, CLI_TEXT, 0, 0},
    {"lang", 0, "CODE", "ru, ky, tg or en: the page's language (default: ru)", &opt_lang, CLI_TEXT,
     0, 0},
    {"force", 0, NULL, "replace an existing file", &sync_given.force, CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};

static bool uses_given(unsigned *uses, struct err *err)
{
    struct arena arena;
    bool ok = true;
    *uses = opt_use ? 0 : USE_ANSWERS;
    arena_init(&arena);
    for (const char *at = opt_use; ok && at && *at;) {
        unsigned one;
        size_t len = strcspn(at, ",");
        ok = withdrawn_named(&one, arena_copy(&arena, at, len), err);
        *uses |= one;
        at += len + (at[len] == ',');
    }
    arena_fini(&arena);
    return ok;
}

static bool language_given(const char **language, struct err *err)
{
    *language = opt_lang ? opt_lang : "ru";
    if (desk_holds_speaks(*language)) {
        return true;
    }
    err_set(err, ERR_MISUSE, "there is no page in '%s'", *language);
    return err_hint(err, "--lang ru, ky, tg or en");
}

/* Before anything is destroyed: the page can be written. */
static bool is_free(const char *path, struct err *err)
{
    if (!path || sync_given.force || !file_exists(path)) {
        return true;
    }
    err_set(err, ERR_INPUT, "the file already exists");
    err_at(err, "%s", path);
    return err_hint(err, "choose another name, or use --force to replace it");
}

static bool put_page(const char *path, const struct buf *page, struct err *err)
{
    return file_write(path, page->data, page->len, FILE_PRIVATE, sync_given.force, err) ||
           err_at(err, "%s", path);
}

bool sync_tell_withdrawn(const struct withdraw_report *sum, const struct forget_report *forgotten,
                         size_t records, unsigned uses, struct err *err)
{
    char text[WITHDRAWN_TEXT];
    withdrawn_text(text, uses);
    printf("%zu records: withdrawn: %s\n", records, text);
    if (uses & USE_ANSWERS) {
        printf("%u sealed contents were destroyed here\n", sum->destroyed);
    }
    if (forgotten->cases) {
        printf("%u cases were taken out of messages and back from devices\n", forgotten->cases);
    }
    if (sum->messages) {
        printf("%u messages to devices wait: suhbat-sync receipt --out DIR writes them\n",
               sum->messages);
    }
    if (sum->exports) {
        printf("%u openings are in the log: tables and reports made then may still have the "
               "content\n",
               sum->exports);
    }
    if (!forgotten->unread) {
        return true;
    }
    err_set(err, ERR_INPUT,
            "%u of the withdrawn records did not open: which cases they made is not known",
            forgotten->unread);
    return err_hint(err,
                    "their content is destroyed; look for their cases with 'suhbat-sync cases', "
                    "and take those back: assign CASE --back");
}

bool sync_withdraw(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    struct buf page = {0};
    struct withdraw_report sum = {0};
    struct forget_report forgotten = {0};
    struct withdraw_options options = {
        .why = sync_given.why ? sync_given.why : "", .wall_ms = clock_wall_ms(), .keep_ids = true};
    uint8_t identity[32];
    struct desk_holding holding = {.count = words->count};
    if (!uses_given(&options.uses, err) || !language_given(&holding.language, err) ||
        !is_free(opt_proof, err) || !sync_open(&desk, identity, err)) {
        return false;
    }
    uint8_t(*ids)[16] = mem_zero(words->count, sizeof *ids);
    bool ok = true;
    for (size_t i = 0; ok && i < words->count; i++) {
        /* what is not here yet can be withdrawn, too: it is not taken in then */
        ok = desk_whole_key(words->list[i], ids[i]) ||
             desk_find_record(desk, words->list[i], ids[i], err);
    }
    ok = ok && desk_withdraw_all(desk, identity, (const uint8_t(*)[16])ids, words->count, &options,
                                 &sum, &forgotten, err);
    secret_wipe(identity, sizeof identity);
    bool told = !ok || sync_tell_withdrawn(&sum, &forgotten, words->count, options.uses, err);
    holding.ids = (const uint8_t(*)[16])(forgotten.ids ? forgotten.ids : ids);
    holding.count = forgotten.ids ? forgotten.id_count : words->count;
    if (ok && opt_proof) {
        ok = desk_proof(&page, desk, &holding, told ? err : NULL) &&
             put_page(opt_proof, &page, told ? err : NULL);
    }
    desk_close(desk);
    buf_fini(&page);
    desk_forgotten_fini(&forgotten);
    free(ids);
    return ok && told;
}

bool sync_holds(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct buf page = {0};
    struct desk_holding holding = {.code = opt_case       ? opt_case
                                           : words->count ? words->list[0]
                                                          : NULL,
                                   .why = sync_given.why};
    if (!holding.code || (opt_case && words->count)) {
        err_set(err, ERR_MISUSE, holding.code ? "two codes are given" : "no code given");
        return err_hint(err, "holds CODE --out FILE.html");
    }
    if (!sync_given.out) {
        err_set(err, ERR_MISUSE, "no file given");
        return err_hint(err, "holds CODE --out FILE.html");
    }
    if (!language_given(&holding.language, err) || !is_free(sync_given.out, err) ||
        !sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok =
        desk_holds(&page, desk, identity, &holding, err) && put_page(sync_given.out, &page, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (ok) {
        printf("%zu records in %s\n", holding.found, sync_given.out);
    }
    buf_fini(&page);
    return ok && (!holding.unread ||
                  err_set(err, ERR_INPUT,
                          "%zu records could not be looked at: sealed to others, damaged, or kept "
                          "apart",
                          holding.unread));
}
