/* SPDX-License-Identifier: Apache-2.0 */
/* records, show, review, log: what the desk holds, what reviewers say, who looked at it. */
#include <stdio.h>
#include <stdlib.h>

#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_review.h"
#include "tools/sync/sync.h"

static const char *opt_state, *opt_comment, *opt_each;

const struct cli_option sync_records_options[] = {
    {"csv", 0, NULL, "as a table for scripts", &sync_given.csv, CLI_TEXT, 0, 0},
    SYNC_FILTERS,
    SYNC_WHY,
    CLI_END};
const struct cli_option sync_show_options[] = {
    {"labels", 0, "CODE", "ru, ky, tg or en: the language of questions and answers",
     &sync_given.labels, CLI_TEXT, 0, 0},
    {"sensitive", 0, NULL, "also the answers marked sensitive=extra", &sync_given.sensitive,
     CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};
const struct cli_option sync_review_options[] = {
    {"state", 0, "NAME", "approved, hasIssues, rejected, or received: as if not reviewed",
     &opt_state, CLI_TEXT, 0, 0},
    {"comment", 0, "TEXT", "what to say about it", &opt_comment, CLI_TEXT, 0, 0},
    CLI_END};
const struct cli_option sync_log_options[] = {
    {"records", 0, NULL, "also the KEY of each record that was opened", &opt_each, CLI_TEXT, 0, 0},
    CLI_END};

bool sync_records(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct buf out = {0};
    struct desk_listing listing = {
        .filter = sync_filter(), .why = sync_given.why, .csv = sync_given.csv};
    (void)words;
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_list_records(&out, desk, identity, &listing, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (ok) {
        sync_print(&out);
    }
    if (ok && !listing.csv) {
        printf("%zu records\n", listing.records);
    }
    buf_fini(&out);
    if (ok && listing.without_form) {
        err_set(err, ERR_INPUT, "%zu records belong to forms that the desk does not have",
                listing.without_form);
        return err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
    }
    return ok && (!listing.unreadable ||
                  err_set(err, ERR_AUTH, "%zu records cannot be opened with this identity",
                          listing.unreadable));
}

bool sync_show(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32], id[16];
    struct buf out = {0};
    const struct desk_listing listing = {
        .language = sync_given.labels, .why = sync_given.why, .sensitive = sync_given.sensitive};
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_find_record(desk, words->list[0], id, err) &&
              desk_show_record(&out, desk, identity, id, &listing, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (ok) {
        sync_print(&out);
    }
    buf_fini(&out);
    return ok;
}

bool sync_review(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    enum review_state state;
    uint8_t id[16];
    if (!opt_state) {
        err_set(err, ERR_MISUSE, "no state given");
        return err_hint(err, "review RECORD… --state approved|hasIssues|rejected|received");
    }
    if (!desk_review_named(&state, opt_state, err) || !sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = desk_begin(desk, err); /* all of them, or none */
    for (size_t i = 0; ok && i < words->count; i++) {
        ok = desk_find_record(desk, words->list[i], id, err) &&
             desk_review(desk, id, state, opt_comment ? opt_comment : "", clock_wall_ms(), err);
    }
    ok = desk_end(desk, ok, err);
    desk_close(desk);
    if (ok) {
        printf("%zu records: %s\n", words->count, state ? review_names[state] : "received");
    }
    return ok;
}

bool sync_log(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    struct buf out = {0};
    uint8_t key[SIGN_PUBLIC];
    char hex[2 * SIGN_PUBLIC + 1];
    (void)words;
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = desk_tell_log(&out, desk, opt_each, err);
    desk_ledger_key(desk, key);
    desk_close(desk);
    sync_print(&out); /* what could be read, even if the log is broken */
    if (ok) {
        text_hex(hex, key, sizeof key);
        printf("the log is whole; it is signed with %s\n", hex);
    }
    buf_fini(&out);
    return ok;
}
