/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat-sync: the coordinator's desk: imports batches, issues receipts, exports tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/custody/age.h"
#include "platform/machine/clock.h"
#include "platform/custody/enrol.h"
#include "platform/machine/file.h"
#include "platform/custody/package.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_cases_tell.h"
#include "tools/desk/desk_export.h"
#include "tools/key/keys.h"
#include "tools/desk/desk_enrolled.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_lists.h"
#include "tools/desk/desk_post.h"
#include "tools/desk/desk_submissions.h"
#include "tools/desk/desk_store.h"
#include "tools/desk/desk_take.h"
#include "tools/report/report.h"
#include "tools/sync/sync.h"

static const char *opt_format, *opt_split, *opt_split_all, *opt_both, *opt_excel, *opt_take,
    *opt_back, *opt_public, *opt_audio;

/* As sync_open; a missing desk is created, for which no identity is needed. */
static bool make_desk(struct desk **desk, const struct catalogue *c, struct err *err)
{
    uint8_t own[32];
    *desk = NULL;
    bool ok = sync_need_folder(err) && (!sync_given.identity || sync_need_identity(own, err)) &&
              desk_make(desk, sync_given.desk, c, sync_given.identity ? own : NULL, err);
    if (ok) {
        sync_name_person(*desk);
    }
    secret_wipe(own, sizeof own);
    return ok;
}

static bool copy_private(struct arena *arena, const char *from, const char *name, const char *to,
                         struct err *err)
{
    struct buf bytes = {0};
    bool ok =
        file_read(&bytes, keys_path(arena, from, name), DESK_KEY_FILE_MAX, err) &&
        file_write(keys_path(arena, to, name), bytes.data, bytes.len, FILE_PRIVATE, true, err);
    buf_fini(&bytes);
    return ok;
}

/* May be repeated: takes the study's newest catalogue and devices. */
static bool run_init(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct desk *desk;
    struct buf catalogue = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    unsigned added = 0;
    const char *study = words->list[0];
    arena_init(&arena);
    bool ok = keys_read_catalogue(c, &catalogue, keys_path(&arena, study, "catalogue.sbg"), err) &&
              make_desk(&desk, c, err);
    if (ok) {
        ok = desk_set_catalogue(desk, catalogue.data, catalogue.len, err) &&
             copy_private(&arena, study, "desk.key", sync_given.desk, err) &&
             copy_private(&arena, study, "desk.cert", sync_given.desk, err) &&
             desk_add_devices(desk, keys_path(&arena, study, "devices"), &added, err);
        if (ok) {
            printf("desk %s: catalogue %llu, %u new devices\n", sync_given.desk,
                   (unsigned long long)c->epoch, added);
        }
        desk_close(desk);
    }
    buf_fini(&catalogue);
    free(c);
    arena_fini(&arena);
    return ok;
}

static bool run_add_form(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    bool ok = sync_open(&desk, identity, err);
    if (!ok) {
        return false;
    }
    for (size_t i = 0; i < words->count && ok; i++) {
        struct buf file = {0}, plain = {0};
        bool fresh;
        ok = file_read(&file, words->list[i], PACKAGE_MAX + (1 << 20), err);
        if (ok) {
            ok = age_open(&plain, file.data, file.len, &keys, NULL, err) &&
                 desk_add_form(desk, plain.data, plain.len, &fresh, err);
            if (ok) {
                printf("%s: %s\n", file_name(words->list[i]), fresh ? "added" : "already there");
            } else {
                err_at(err, "%s", file_name(words->list[i]));
                if (err->code == ERR_INPUT) {
                    err_hint(err, "give a package made by 'suhbat-form pack'");
                }
            }
        }
        buf_fini(&file);
        buf_fini(&plain);
    }
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok;
}

/* Says what became of a file, and whether something is wrong with its device. */
static void tell_taken(void *user, const struct take_told *t)
{
    const struct import_report *r = t->report;
    char text[1200];
    (void)user;
    if (t->result == TAKE_FOREIGN) {
        printf("%s: does not open with this identity\n", t->name);
    } else if (t->why) {
        err_text(t->why, text, sizeof text);
        fprintf(stderr, "suhbat-sync: %s\n", text);
    }
    if (!r) {
        return;
    }
    if (r->known) {
        printf("%s: already imported%s\n", t->name, r->apart ? ", kept apart" : "");
    } else {
        printf("%s: %u new records, %u new entries%s\n", t->name, r->objects, r->entries,
               r->apart ? ", kept apart" : "");
    }
    if (r->fork_seq) {
        fprintf(stderr,
                "suhbat-sync: %s: ALARM fork: its entry %llu differs from the desk's\n"
                "  the device was copied, or restored from an older copy; both sides are kept\n",
                t->name, (unsigned long long)r->fork_seq);
    } else if (r->revoked && r->apart) {
        fprintf(stderr, "suhbat-sync: %s: the device was revoked\n", t->name);
    }
    if (r->gap_from) {
        printf("%s: entries %llu to %llu are still missing\n", t->name,
               (unsigned long long)r->gap_from, (unsigned long long)r->gap_to);
    }
}

static void tell_late(unsigned late)
{
    if (late) {
        printf("%u corrections of withdrawn records were destroyed\n", late);
    }
}

static bool run_import(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct take_sums sums;
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_take(desk, identity, words->list, words->count, clock_wall_ms(), tell_taken,
                        NULL, &sums, err);
    tell_late(sums.late);
    if (sums.late_failed) {
        fprintf(stderr,
                "suhbat-sync: corrections of withdrawn records may be here still: %s\n"
                "hint: import again, or 'withdraw' the records again\n",
                sums.late_why.what);
    }
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok;
}

static bool run_receipt(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct desk *desk;
    struct post_report report;
    uint8_t seed[32], cert[CERT_BYTES];
    (void)words;
    if (!sync_given.out) {
        err_set(err, ERR_INPUT, "no folder given for the receipts");
        return err_hint(err, "--out DIR, for example the stick that goes back to the devices");
    }
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    arena_init(&arena);
    bool ok = keys_read_seed(seed, keys_path(&arena, sync_given.desk, "desk.key"), err) &&
              keys_read_cert(cert, keys_path(&arena, sync_given.desk, "desk.cert"), err) &&
              desk_post(desk, seed, cert, sync_given.out, clock_wall_ms(), &report, err);
    if (ok) {
        printf("%u receipts in %s\n", report.receipts, sync_given.out);
    }
    if (ok && report.messages) {
        printf("%u messages to devices in %s\n", report.messages, sync_given.out);
    }
    if (ok && report.revoked) {
        printf("%u messages are not written: their devices are revoked\n", report.revoked);
    }
    secret_wipe(seed, sizeof seed);
    desk_close(desk);
    arena_fini(&arena);
    return ok;
}

static void print_row(const struct desk_device *d, const char *hex)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < d->lost_count; i++) {
        lost += d->lost[i].last - d->lost[i].first + 1;
    }
    printf("%s,%llu,%llu,%llu,%llu,%llu,%u,%llu,%llu\n", hex, (unsigned long long)d->records,
           (unsigned long long)d->contiguous, (unsigned long long)d->highest,
           (unsigned long long)(d->highest - d->entries), (unsigned long long)d->receipt_seq,
           d->history, (unsigned long long)d->kept, (unsigned long long)lost);
}

static bool print_device(void *user, const struct desk_device *d, struct err *err)
{
    char hex[33], words[64], name[DESK_DEVICE_TEXT];
    text_hex(hex, d->id, 16);
    enrol_words(words, d->head, 32);
    if (sync_given.csv) {
        print_row(d, hex);
        return true;
    }
    if (!desk_device_text(user, d->id, name, err)) {
        return false;
    }
    printf("device %s", name);
    if (d->histories > 1) {
        printf(", history %u of %u", d->history, d->histories);
    }
    printf(": %llu records, complete up to entry %llu%s%s\n", (unsigned long long)d->records,
           (unsigned long long)d->contiguous, d->contiguous ? ", head words: " : "",
           d->contiguous ? words : "");
    for (size_t i = 0; i < d->lost_count; i++) {
        printf("  declared lost by the device: entries %llu to %llu\n",
               (unsigned long long)d->lost[i].first, (unsigned long long)d->lost[i].last);
    }
    if (d->held) {
        printf("  kept apart: %llu records, from entry %llu on; to accept them:"
               " suhbat-sync accept %.8s %u\n",
               (unsigned long long)d->kept, (unsigned long long)d->held, hex, d->history);
    }
    if (d->highest > d->contiguous && (!d->held || d->contiguous + 1 < d->held)) {
        printf("  missing: one or more of the entries %llu to %llu\n",
               (unsigned long long)d->contiguous + 1, (unsigned long long)d->highest);
    }
    if (d->receipt_seq < d->contiguous) {
        printf("  no receipt yet for entries %llu to %llu\n",
               (unsigned long long)d->receipt_seq + 1, (unsigned long long)d->contiguous);
    }
    return true;
}

static bool print_alarm(void *user, const char *text)
{
    (void)user;
    printf("ALARM %s\n", text);
    return true;
}

static bool run_status(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    if (sync_given.field) {
        return sync_field(words, err);
    }
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    if (sync_given.csv) {
        printf("device,records,complete_to,highest,missing,receipt_to,history,kept_apart,lost\n");
    }
    bool ok = desk_devices(desk, print_device, desk, err) &&
              (sync_given.csv || desk_alarms(desk, print_alarm, NULL, err));
    desk_close(desk);
    return ok;
}

static bool run_accept(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    unsigned records, late = 0;
    char *end = NULL;
    unsigned long history = words->count > 1 ? strtoul(words->list[1], &end, 10) : 0;
    if (words->count > 1 && (*end || history < 1 || history > 1000)) {
        err_set(err, ERR_INPUT, "the number of a history is 1 or more");
        return err_at(err, "%s", words->list[1]);
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_accept(desk, words->list[0], (unsigned)history, clock_wall_ms(), &records, err);
    if (ok) {
        printf("%u records taken in\n", records);
        ok = desk_withdraw_late(desk, identity, clock_wall_ms(), &late, err);
        tell_late(late);
    }
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok;
}

/* Says what was written, and what was left out and why. */
static void tell_export(const struct export_counts *counts)
{
    const struct {
        const char *name; /* with --json */
        unsigned count;
        const char *text;
    } more[] = {
        {"unreadable", counts->unreadable, NULL}, /* these two are errors: run_export says so */
        {"without_form", counts->without_form, NULL},
        {"hidden_media", counts->hidden_media,
         "attachments marked sensitive=extra are left out; --sensitive includes them"},
        {"hidden_memos", counts->hidden_memos,
         "records have interviewers' memos, which are left out; --sensitive includes them"},
        {"hidden_transcripts", counts->hidden_transcripts,
         "transcripts of recordings are left out; --sensitive includes them"},
        {"hidden_columns", counts->hidden_columns,
         "columns marked sensitive=extra are left out; --sensitive includes them"},
        {"hidden_codes", counts->hidden_codes,
         "codes named at tables are left out, as their question is sensitive=extra; --sensitive "
         "includes them"},
        {"withdrawn", counts->withdrawn,
         "records are those of people who took a use back: its question says 'withdrawn'"},
        {"unmarked", counts->unmarked,
         "of them took back a use that their form does not ask about: no cell says so"},
        {"withdrawn_media", counts->withdrawn_media,
         "recordings are left out, since the people took them back"},
        {"adrift", counts->adrift,
         "codings are left out: their words do not stand in the answer any more"},
        {"replaced", counts->replaced,
         "older versions of records that were corrected are kept, and are not in the tables"},
        {"filtered", counts->filtered, "records are left out by the filter"},
        {"closed", counts->closed,
         "records are sealed to others than the desk: see suhbat-sync forward"},
        {"kept_apart", counts->kept_apart,
         "records are kept apart and are not in the tables: see suhbat-sync status"},
        {"recordings", counts->recordings, "recordings are in audio/"},
        {"transcripts", counts->transcripts, "transcripts of recordings"},
        {"cut_recordings", counts->cut_recordings,
         "records have recordings that lack a part; the rest of them plays"},
        {"twice", counts->twice,
         "records have the same id as another record: their KEY ends in ~2, ~3, …"},
        {"same_name", counts->same_name,
         "attachments have the same name as another: they are in media/RECORD/"},
        {"other_ids", counts->other_ids,
         "records have an instanceID that differs from the signed id, which is used as KEY"},
        {"continued", counts->continued,
         "columns have texts longer than the format allows: they go on in NAME_2, NAME_3, …"},
        {"more_sheets", counts->more_sheets,
         "further sheets hold the rows beyond the 1,048,576 that Excel allows"},
        {"shortened", counts->shortened,
         "labels are longer than the format allows: the codebook has them whole"},
    };
    if (sync_given.json) {
        printf("{\"records\": %u, \"files\": %u, \"attachments\": %u", counts->records,
               counts->files, counts->media);
        for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
            printf(", \"%s\": %u", more[i].name, more[i].count);
        }
        puts("}");
        return;
    }
    printf("%u records in %u files in %s\n", counts->records, counts->files, sync_given.out);
    if (counts->media) {
        printf("%u attachments in %s/media\n", counts->media, sync_given.out);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (more[i].count && more[i].text) {
            printf("%u %s\n", more[i].count, more[i].text);
        }
    }
}

static bool unknown_format(struct err *err)
{
    struct buf known = {0};
    for (size_t i = 0; dataset_writer_at(i); i++) {
        buf_join(&known, dataset_writer_at(i)->name, ", ", NULL);
    }
    buf_text(&known, "odk");
    err_set(err, ERR_MISUSE, "unknown format '%s'", opt_format);
    err_hint(err, "known are: %s", known.data);
    buf_fini(&known);
    return false;
}

/* For the public no record leaves the desk: the report's tables of counts do, suppressed as there.
 */
static bool export_public(struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct report_counts counts;
    const struct report_options options = {.filter = sync_filter(),
                                           .out = sync_given.out,
                                           .language = sync_given.labels ? sync_given.labels : "ru",
                                           .lists = sync_given.lists,
                                           .why = sync_given.why,
                                           .public = true,
                                           .tables = true,
                                           .force = sync_given.force,
                                           .progress = cli_progress};
    if ((opt_format && strcmp(opt_format, "csv") != 0) || sync_given.sensitive || opt_audio) {
        err_set(err, ERR_MISUSE, "--public writes tables of counts, as CSV, and no records");
        return err_hint(err, "leave out --format, --sensitive and --audio");
    }
    if (!sync_for_all(err)) {
        return false;
    }
    if (!report_speaks(options.language)) {
        err_set(err, ERR_MISUSE, "there are no tables in '%s'", options.language);
        return err_hint(err, "--labels ru, ky, tg or en");
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = report_write(desk, identity, &options, &counts, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok && sync_tell_report(&counts, sync_given.out, err);
}

static bool run_export(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct export_counts counts;
    struct export_options options = {
        .columns = {.sensitive_extra = sync_given.sensitive},
        .look = {.split = opt_split_all ? SPLIT_ALL
                          : opt_split   ? SPLIT_SEEN
                                        : SPLIT_NONE,
                 .labels = sync_given.labels ? sync_given.labels : opt_both,
                 .both = opt_both,
                 .excel = opt_excel},
        .writer = dataset_writer_find(opt_format ? opt_format : "csv"),
        .out = sync_given.out,
        .filter = sync_filter(),
        .why = sync_given.why,
        .force = sync_given.force,
        .sound = opt_audio,
        .progress = cli_progress};
    (void)words;
    if (!sync_given.out) {
        err_set(err, ERR_MISUSE, "no folder given");
        return err_hint(err, "export --out DIR");
    }
    if (opt_public) {
        return export_public(err);
    }
    bool submissions = opt_format && strcmp(opt_format, "odk") == 0;
    if (!options.writer && !submissions) {
        return unknown_format(err);
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    struct desk_elements elements = {.name = 0};
    bool ok = !sync_given.lists || sync_elements(&elements, err);
    if (ok && sync_given.lists) {
        desk_elements_codes(&elements, &options.look);
    }
    ok = ok && (submissions ? desk_export_submissions : desk_export)(desk, identity, &options,
                                                                     &counts, err);
    desk_elements_fini(&elements);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (!ok) {
        return false;
    }
    tell_export(&counts);
    if (counts.without_form) {
        err_set(err, ERR_INPUT, "%u records belong to forms that the desk does not have",
                counts.without_form);
        return err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
    }
    return counts.unreadable == 0 ||
           err_set(err, ERR_AUTH, "%u records cannot be opened with this identity",
                   counts.unreadable);
}

static bool run_forward(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    unsigned count;
    (void)words;
    if (!sync_given.out) {
        err_set(err, ERR_MISUSE, "no folder given");
        return err_hint(err, "forward --out DIR");
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_forward(desk, identity, sync_given.out, &count, err) &&
              desk_log(desk, clock_wall_ms(), "forward", err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (ok) {
        printf("%u sealed records in %s: give them to whom they are sealed to\n", count,
               sync_given.out);
    }
    return ok;
}

/* ---- cases ---- */

static bool tell_cases(struct desk *desk, const struct desk_cases *cases, struct err *err)
{
    struct buf out = {0};
    bool ok = true;
    if (sync_given.csv) {
        desk_cases_table(&out, cases);
    } else {
        ok = desk_cases_tell(&out, desk, cases, err);
        text_defuse(out.data);
    }
    if (ok) {
        fwrite(out.data, 1, out.len, stdout);
    }
    buf_fini(&out);
    return ok;
}

static bool run_cases(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct desk_cases cases;
    (void)words;
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_cases_read(&cases, desk, identity, sync_given.training, err) &&
              tell_cases(desk, &cases, err);
    if (ok && cases.without_form) {
        ok = err_set(err, ERR_INPUT, "%zu records belong to forms that the desk does not have",
                     cases.without_form);
        err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
    } else if (ok && cases.unreadable) {
        ok = err_set(err, ERR_AUTH, "%zu records cannot be opened with this identity",
                     cases.unreadable);
    } else if (ok && (cases.conflicts || cases.faults)) {
        ok = err_set(err, ERR_INPUT, "%zu cases wait for a decision%s", cases.conflicts,
                     cases.faults ? ", and records were left out" : "");
        err_hint(err, "assign CASE --take RECORD puts one side in force");
    }
    desk_cases_fini(&cases);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok;
}

/* Assigns each case named; all are assigned, or none. */
static bool assign_all(struct desk *desk, const struct desk_cases *cases,
                       const struct cli_words *words, unsigned *told, struct err *err)
{
    uint8_t device[16];
    bool named = sync_given.device != NULL;
    if (named && !desk_device_named(desk, sync_given.device, device, err)) {
        return false;
    }
    bool ok = desk_begin(desk, err);
    for (size_t i = 0; ok && i < words->count; i++) {
        unsigned added = 0;
        struct desk_case *one = desk_cases_find(cases, words->list[i], err);
        ok = one && (opt_back ? desk_take_back(desk, one, clock_wall_ms(), &added, err)
                              : desk_assign(desk, one, named ? device : one->holder, opt_take,
                                            clock_wall_ms(), &added, err));
        if (ok && !added) {
            cli_say(stdout, opt_back ? "on no device: " : "already there: ", words->list[i]);
        }
        *told += added;
    }
    return desk_end(desk, ok, err);
}

static bool run_assign(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct desk_cases cases;
    unsigned told = 0;
    if (!sync_given.device && !opt_take && !opt_back) {
        err_set(err, ERR_MISUSE, "no device given");
        return err_hint(err, "assign CASE… --device LABEL");
    }
    if (opt_back && (sync_given.device || opt_take)) {
        return err_set(err, ERR_MISUSE, "--back gives the case to nobody: no --device, no --take");
    }
    if (opt_take && words->count > 1) {
        return err_set(err, ERR_MISUSE, "--take decides one case at a time");
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = desk_cases_read(&cases, desk, identity, false, err) &&
              assign_all(desk, &cases, words, &told, err) &&
              desk_log(desk, clock_wall_ms(), "assign", err);
    if (ok) {
        printf("%u messages wait: suhbat-sync receipt --out DIR writes them\n", told);
    }
    desk_cases_fini(&cases);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    return ok;
}

static const struct cli_example examples[] = {
    {"Make a desk, or tell it of a new catalogue:", "suhbat-sync --desk desk init study"},
    {"Take in a form:",
     "suhbat-sync --desk desk --identity study/coordinator.identity add-form load/clinic.age"},
    {"Take in what is on a stick:",
     "suhbat-sync --desk desk --identity study/coordinator.identity import made/stick"},
    {"How does the field go?",
     "suhbat-sync --desk desk --identity study/coordinator.identity status --field"},
    {"A workbook with labels in Russian:",
     "suhbat-sync --desk desk --identity study/coordinator.identity export --format xlsx --labels "
     "ru --out tables"},
    {"The report in Kyrgyz:",
     "suhbat-sync --desk desk --identity study/coordinator.identity report --lang ky --out report"},
    {"Who opened which records, when and why?",
     "suhbat-sync --desk desk --identity study/coordinator.identity log"},
    CLI_EXAMPLES_END};

int main(int argc, char **argv)
{
    static const struct cli_option common[] = {
        {"desk", 0, "DIR", "the desk's folder", &sync_given.desk, CLI_FOLDER, 0, 0},
        {"identity", 0, "FILE", "age identity of one of the study's recipients",
         &sync_given.identity, CLI_TEXT, 0, 0},
        {"as", 0, "NAME", "who you are, for the desk's log (default: the login name)",
         &sync_given.person, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option receipts[] = {
        {"out", 0, "DIR",
         "folder for the receipts, for example the stick that returns to the devices",
         &sync_given.out, CLI_FOLDER, 0, 0},
        CLI_END};
    static const struct cli_option forwarding[] = {
        {"out", 0, "DIR", "folder for the sealed records", &sync_given.out, CLI_FOLDER, 0, 0},
        CLI_END};
    static const struct cli_option listing[] = {
        {"csv", 0, NULL, "print a CSV table with all properties", &sync_given.csv, CLI_TEXT, 0, 0},
        {"training", 0, NULL, "only cases of training records", &sync_given.training, CLI_TEXT, 0,
         0},
        CLI_END};
    static const struct cli_option assigning[] = {
        {"device", 0, "LABEL", "the device's label, or the beginning of its id", &sync_given.device,
         CLI_TEXT, 0, 0},
        {"take", 0, "RECORD", "of a case in conflict: the record whose side is to be in force",
         &opt_take, CLI_TEXT, 0, 0},
        {"back", 0, NULL, "take the case back from its device, and give it to nobody", &opt_back,
         CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option exporting[] = {
        {"format", 0, "NAME",
         "csv: ODK Central's layout (default); xlsx: Excel; sav: SPSS; dta: Stata; r: R; postgres: "
         "PostgreSQL; qdpx: QDA; odk: submissions",
         &opt_format, CLI_TEXT, 0, 0},
        {"out", 0, "DIR", "output folder (created with mode 0700; files 0600)", &sync_given.out,
         CLI_FOLDER, 0, 0},
        {"labels", 0, "CODE",
         "ru, ky, tg or en: labels instead of choice values; but for csv: the labels' language",
         &sync_given.labels, CLI_TEXT, 0, 0},
        {"lists", 0, "DIR", "qdpx: the study's lists; elem.csv has the codes", &sync_given.lists,
         CLI_TEXT, 0, 0},
        {"both", 0, "CODE", "labels in columns of their own (X-label), beside the values",
         &opt_both, CLI_TEXT, 0, 0},
        {"split", 0, NULL, "0/1 columns for select-multiple questions: for the values that occur",
         &opt_split, CLI_TEXT, 0, 0},
        {"split-all", 0, NULL, "the same for all answers of the list", &opt_split_all, CLI_TEXT, 0,
         0},
        {"excel", 0, NULL,
         "for Excel: a byte order mark, and ' before cells that it would calculate", &opt_excel,
         CLI_TEXT, 0, 0},
        {"json", 0, NULL, "tell what was written, and what was left out, as a JSON object",
         &sync_given.json, CLI_TEXT, 0, 0},
        SYNC_FILTERS,
        SYNC_WHY,
        {"sensitive", 0, NULL, "also the columns marked sensitive=extra", &sync_given.sensitive,
         CLI_TEXT, 0, 0},
        {"public", 0, NULL,
         "no records: the report's tables of counts, suppressed as 'report --public' does",
         &opt_public, CLI_TEXT, 0, 0},
        {"audio", 0, NULL, "also the recordings, as audio/RECORD-N.opus", &opt_audio, CLI_TEXT, 0,
         0},
        {"force", 0, NULL, "replace existing files", &sync_given.force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_verb verbs[] = {
        {"init", "STUDY", "create the desk, or update its catalogue and devices.", 1, 1, NULL,
         run_init, NULL},
        {"add-form", "PACKAGE…", "add the form packages that records were made with.", 1, CLI_ANY,
         NULL, run_add_form, NULL},
        {"import", "BATCH…",
         "import sealed batches, or folders of them; importing twice does no harm.", 1, CLI_ANY,
         NULL, run_import, NULL},
        {"receipt", "", "write signed receipts for all complete entries.", 0, 0, receipts,
         run_receipt, NULL},
        {"status", "",
         "list devices, missing entries and alarms; with --field, how the field goes.", 0, 0,
         sync_field_options, run_status, NULL},
        {"accept", "DEVICE [HISTORY]",
         "accept what was kept apart: of a revoked device, or of a device with two histories.", 1,
         2, NULL, run_accept, NULL},
        {"cases", "", "list the cases, who has them, and conflicts between devices.", 0, 0, listing,
         run_cases, NULL},
        {"assign", "CASE…", "give cases to a device; the next receipts carry the word.", 1, CLI_ANY,
         assigning, run_assign, NULL},
        {"records", "", "list the records, with what reviewers say.", 0, 0, sync_records_options,
         sync_records, NULL},
        {"show", "RECORD", "show one record: its answers, and what reviewers said.", 1, 1,
         sync_show_options, sync_show, NULL},
        {"review", "RECORD…", "say what you think of records; a comment may go with it.", 1,
         CLI_ANY, sync_review_options, sync_review, NULL},
        {"send-back", "RECORD [QUESTION=TEXT…]",
         "send a record back to its device, to be corrected; the next receipts carry it.", 1,
         CLI_ANY, sync_send_back_options, sync_send_back, NULL},
        {"code", "TABLE.csv",
         "code stories: record, question, words, and a code of the study or quote.", 1, 1,
         sync_code_options, sync_code, NULL},
        {"codings", "", "list what is coded, as a table; or take one away.", 0, 0,
         sync_codings_options, sync_codings, NULL},
        {"transcribe", "[RECORD…]",
         "let your own recogniser hear recordings; it reads WAV and writes WebVTT or text.", 0,
         CLI_ANY, sync_transcribe_options, sync_transcribe, NULL},
        {"transcripts", "", "list what was said, as a table; or take a transcript away.", 0, 0,
         sync_transcripts_options, sync_transcripts, NULL},
        {"import-qdpx", "FILE.qdpx", "bring codings back that were made in another program.", 1, 1,
         sync_code_options, sync_import_qdpx, NULL},
        {"source", "add|list|drop [ID]", "keep the register of documents for the report.", 1, 2,
         sync_source_options, sync_source, NULL},
        {"report", "", "write the study's report: pages and tables, with small numbers suppressed.",
         0, 0, sync_report_options, sync_report, NULL},
        {"withdraw", "RECORD…",
         "take back a person's consent: the content is destroyed here and on the device.", 1,
         CLI_ANY, sync_withdraw_options, sync_withdraw, NULL},
        {"holds", "CODE", "write a page for a person: what is held under this code.", 0, 1,
         sync_holds_options, sync_holds, NULL},
        {"retention", "", "list which records are due to be destroyed, and destroy them.", 0, 0,
         sync_retention_options, sync_retention, NULL},
        {"backup", "FILE.age", "write the whole desk into one sealed file.", 1, 1,
         sync_backup_options, sync_backup, NULL},
        {"restore", "FILE.age", "make the desk anew from a backup; its folder must not exist.", 1,
         1, NULL, sync_restore, NULL},
        {"merge", "OTHER-DESK",
         "take over what another desk of the study holds; merging again does no harm.", 1, 1, NULL,
         sync_merge, NULL},
        {"log", "", "print who opened and changed what, and check that nothing is missing.", 0, 0,
         sync_log_options, sync_log, NULL},
        {"forward", "", "copy out the records that are sealed to others than the desk, sealed.", 0,
         0, forwarding, run_forward, NULL},
        {"export", "", "export tables for analysis; these are not encrypted.", 0, 0, exporting,
         run_export, NULL},
        {"push", "DIR",
         "send what 'export --format odk' wrote to ODK Central, or a server like it.", 1, 1,
         sync_push_options, sync_push, NULL},
    };
    umask(077);
    db_setup();
    if (!cli_secrets("suhbat-sync")) {
        return 3;
    }
    return cli_main("suhbat-sync", "the coordinator's desk", verbs, sizeof verbs / sizeof *verbs,
                    common, examples, argc, argv);
}
