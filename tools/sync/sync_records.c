/* SPDX-License-Identifier: Apache-2.0 */
/* records, show, review, log: what the desk holds, what reviewers say, who looked at it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_sendback.h"
#include "tools/sync/sync.h"

static const char *opt_state, *opt_comment, *opt_comments, *opt_again, *opt_each;

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
const struct cli_option sync_send_back_options[] = {
    {"comment", 0, "TEXT", "what to say about the whole record", &opt_comment, CLI_TEXT, 0, 0},
    {"comments", 0, "FILE.csv", "comments on questions, in the columns question and comment",
     &opt_comments, CLI_TEXT, 0, 0},
    {"again", 0, NULL, "although it was sent back before and is not corrected yet", &opt_again,
     CLI_TEXT, 0, 0},
    SYNC_WHY,
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

/* ---- sending back ---- */

enum { COMMENTS_MAX = 1 << 20 };

/* QUESTION=TEXT on the command line. */
static bool comment_given(struct send_comment *out, struct arena *arena, const char *word,
                          struct err *err)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || !equals[1]) {
        err_set(err, ERR_MISUSE, "'%s' is no comment on a question", word);
        return err_hint(err, "send-back RECORD QUESTION=TEXT…");
    }
    *out = (struct send_comment){arena_copy(arena, word, (size_t)(equals - word)), equals + 1};
    return true;
}

static bool comments_in_file(struct send_comment **list, size_t *count, struct arena *arena,
                             struct err *err)
{
    struct buf bytes = {0};
    struct csv csv;
    if (!opt_comments) {
        return true;
    }
    bool ok = file_read(&bytes, opt_comments, COMMENTS_MAX, err) &&
              csv_parse(&csv, arena, bytes.data, bytes.len, err);
    if (ok &&
        (!csv.count || csv.rows[0].count != 2 || strcmp(csv.rows[0].cells[0], "question") != 0 ||
         strcmp(csv.rows[0].cells[1], "comment") != 0)) {
        ok = err_set(err, ERR_INPUT, "the first row must be: question,comment");
    }
    for (size_t r = 1; ok && r < csv.count; r++) {
        if (csv.rows[r].count != 2 || !*csv.rows[r].cells[0] || !*csv.rows[r].cells[1]) {
            ok = err_set(err, ERR_INPUT, "row %zu: a question and a comment are needed", r + 1);
            break;
        }
        *list = mem_grow(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] = (struct send_comment){csv.rows[r].cells[0], csv.rows[r].cells[1]};
    }
    if (!ok) {
        err_at(err, "%s", opt_comments);
    }
    buf_fini(&bytes);
    return ok;
}

bool sync_send_back(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct arena arena;
    uint8_t identity[32], id[16];
    struct send_comment *comments = NULL;
    size_t count = 0;
    char key[48], device[DESK_DEVICE_TEXT];
    struct send_back what = {.on_all = opt_comment,
                             .again = opt_again,
                             .why = sync_given.why ? sync_given.why : "",
                             .wall_ms = clock_wall_ms()};
    arena_init(&arena);
    bool ok = true;
    for (size_t i = 1; ok && i < words->count; i++) {
        comments = mem_grow(comments, count + 1, sizeof *comments);
        ok = comment_given(&comments[count++], &arena, words->list[i], err);
    }
    ok = ok && comments_in_file(&comments, &count, &arena, err);
    what.comments = comments;
    what.count = count;
    if (ok && !count && !opt_comment) {
        err_set(err, ERR_MISUSE, "nothing is said about the record");
        ok = err_hint(err, "send-back RECORD QUESTION=TEXT…, or --comment TEXT");
    }
    ok = ok && sync_open(&desk, identity, err);
    if (ok) {
        ok = desk_find_record(desk, words->list[0], id, err) &&
             desk_send_back(desk, identity, id, &what, err) &&
             desk_device_text(desk, what.device, device, err);
        secret_wipe(identity, sizeof identity);
        desk_close(desk);
    }
    if (ok) {
        desk_record_key(key, what.newest);
        printf("%s goes back to its device: ", key);
        cli_say(stdout, "", device);
        puts("'suhbat-sync receipt --out DIR' writes the message; it is sealed to the device");
    }
    free(comments);
    arena_fini(&arena);
    return ok;
}

bool sync_review(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    enum review_state state;
    uint8_t identity[32];
    if (!opt_state) {
        err_set(err, ERR_MISUSE, "no state given");
        return err_hint(err, "review RECORD… --state approved|hasIssues|rejected|received");
    }
    if (!desk_review_named(&state, opt_state, err) || !sync_open(&desk, identity, err)) {
        return false;
    }
    uint8_t(*ids)[16] = mem_zero(words->count, sizeof *ids);
    bool ok = true;
    for (size_t i = 0; ok && i < words->count; i++) {
        ok = desk_find_record(desk, words->list[i], ids[i], err);
    }
    ok = ok && desk_newest_of(desk, identity, ids, words->count, err);
    if (ok && desk_begin(desk, err)) { /* all of them, or none */
        for (size_t i = 0; ok && i < words->count; i++) {
            ok = desk_review(desk, ids[i], state, opt_comment ? opt_comment : "", clock_wall_ms(),
                             err);
        }
        ok = desk_end(desk, ok, err);
    } else {
        ok = false;
    }
    free(ids);
    secret_wipe(identity, sizeof identity);
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
