/* SPDX-License-Identifier: Apache-2.0 */
/* report: the study's outputs as pages. */
#include <stdio.h>
#include <string.h>

#include "platform/machine/secret.h"
#include "tools/report/report.h"
#include "tools/sync/sync.h"

static const char *opt_lists, *opt_public, *opt_lang;

const struct cli_option sync_report_options[] = {
    {"out", 0, "DIR", "output folder (created with mode 0700; files 0600)", &sync_given.out,
     CLI_FOLDER, 0, 0},
    {"lang", 0, "CODE", "ru, ky, tg or en (default: ru)", &opt_lang, CLI_TEXT, 0, 0},
    {"lists", 0, "DIR", "the study's lists: risks.csv, meas.csv, quota.csv, quality.csv",
     &opt_lists, CLI_TEXT, 0, 0},
    {"public", 0, NULL, "without the pages that are for the desk alone", &opt_public, CLI_TEXT, 0,
     0},
    {"force", 0, NULL, "replace existing files", &sync_given.force, CLI_TEXT, 0, 0},
    {"json", 0, NULL, "tell what was counted, and what was left out, as a JSON object",
     &sync_given.json, CLI_TEXT, 0, 0},
    SYNC_FILTERS,
    SYNC_WHY,
    CLI_END};

bool sync_tell_report(const struct report_counts *counts, const char *out, struct err *err)
{
    if (sync_given.json) {
        printf("{\"records\": %zu, \"base\": %zu, \"files\": %zu, \"few\": %zu, \"hidden\": %zu,"
               " \"dropped\": %zu, \"faults\": %zu, \"without_form\": %zu, \"unreadable\": %zu}\n",
               counts->records, counts->base, counts->files, counts->few, counts->hidden,
               counts->dropped, counts->faults, counts->without_form, counts->unreadable);
    } else {
        printf("%zu of %zu records count; %zu files in %s\n", counts->base, counts->records,
               counts->files, out);
        printf("%zu numbers are small and suppressed, %zu more would have given them away\n",
               counts->few, counts->hidden);
    }
    if (counts->dropped && !sync_given.json) {
        printf("%zu tables are not shown: too few people\n", counts->dropped);
    }
    if (counts->faults) {
        return err_set(err, ERR_INPUT, "%zu cells of quota.csv cannot be judged: see desk/R02.html",
                       counts->faults);
    }
    if (counts->without_form) {
        err_set(err, ERR_INPUT, "%zu records belong to forms that the desk does not have",
                counts->without_form);
        return err_hint(err, "add them: suhbat-sync --desk DIR add-form PACKAGE");
    }
    return !counts->unreadable ||
           err_set(err, ERR_AUTH, "%zu records cannot be read", counts->unreadable);
}

bool sync_report(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    uint8_t identity[32];
    struct report_counts counts;
    struct report_options options = {.filter = sync_filter(),
                                     .out = sync_given.out,
                                     .language = opt_lang ? opt_lang : "ru",
                                     .lists = opt_lists,
                                     .why = sync_given.why,
                                     .public = opt_public,
                                     .force = sync_given.force,
                                     .progress = cli_progress};
    (void)words;
    if (!options.out) {
        err_set(err, ERR_MISUSE, "no folder given");
        return err_hint(err, "report --out DIR");
    }
    if (opt_public && !sync_for_all(err)) {
        return false;
    }
    if (!report_speaks(options.language)) {
        err_set(err, ERR_MISUSE, "there is no report in '%s'", options.language);
        return err_hint(err, "--lang ru, ky, tg or en");
    }
    if (!sync_open(&desk, identity, err)) {
        return false;
    }
    bool ok = report_write(desk, identity, &options, &counts, err);
    secret_wipe(identity, sizeof identity);
    desk_close(desk);
    if (!ok) {
        return false;
    }
    return sync_tell_report(&counts, options.out, err);
}
