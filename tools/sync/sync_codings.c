/* SPDX-License-Identifier: Apache-2.0 */
/* code, codings, import-qdpx, source: what stories say, and the documents beside them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_qdpx.h"
#include "tools/desk/desk_sources.h"
#include "tools/sync/sync.h"

static const char *opt_drop, *opt_title, *opt_kind, *opt_country, *opt_date, *opt_place;
enum { TABLE_MAX = 64 << 20 };

#define LISTS                                                                                      \
    {                                                                                              \
        "lists", 0, "DIR", "the study's lists: elem.csv has the codes", &sync_given.lists,         \
            CLI_TEXT, 0, 0                                                                         \
    }
const struct cli_option sync_code_options[] = {LISTS, SYNC_WHY, CLI_END};
const struct cli_option sync_codings_options[] = {
    {"out", 0, "FILE.csv", "the table; without it, it is printed", &sync_given.out, CLI_TEXT, 0, 0},
    {"drop", 0, "ID", "take this coding away instead", &opt_drop, CLI_TEXT, 0, 0},
    {"force", 0, NULL, "replace an existing file", &sync_given.force, CLI_TEXT, 0, 0},
    SYNC_WHY,
    CLI_END};
const struct cli_option sync_source_options[] = {
    {"title", 0, "TEXT", "of the document", &opt_title, CLI_TEXT, 0, 0},
    {"kind", 0, "NAME", "report, law, statistics …, as the study calls them", &opt_kind, CLI_TEXT,
     0, 0},
    {"country", 0, "CODE", "KG, TJ, KZ …: which it is about", &opt_country, CLI_TEXT, 0, 0},
    {"date", 0, "DATE", "2026, 2026-03 or 2026-03-08: when it was made", &opt_date, CLI_TEXT, 0, 0},
    {"place", 0, "TEXT", "where it is kept or found", &opt_place, CLI_TEXT, 0, 0},
    CLI_END};

bool sync_elements(struct desk_elements *elements, struct err *err)
{
    enum { LIST_MAX = 4 << 20 };
    struct buf bytes = {0};
    char path[600];
    *elements = (struct desk_elements){.name = 0};
    if (!sync_given.lists) {
        err_set(err, ERR_MISUSE, "no lists given");
        return err_hint(err, "--lists DIR, the study's lists; elem.csv has the codes");
    }
    snprintf(path, sizeof path, "%s/elem.csv", sync_given.lists);
    bool ok = (file_read(&bytes, path, LIST_MAX, err) || err_at(err, "%s", path)) &&
              desk_elements_read(elements, &bytes, err);
    buf_fini(&bytes);
    return ok;
}

/* ---- codings ---- */

bool sync_code(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct desk_elements elements;
    struct desk_coded done = {0};
    struct buf table = {0};
    uint8_t identity[32];
    const char *path = words->list[0];
    bool ok = sync_elements(&elements, err) &&
              (file_read(&table, path, TABLE_MAX, err) || err_at(err, "%s", path)) &&
              sync_open(&desk, identity, err);
    if (ok) {
        ok = desk_code(desk, identity, &table, &elements, sync_given.why ? sync_given.why : "",
                       clock_wall_ms(), &done, err) ||
             err_at(err, "%s", file_name(path));
        secret_wipe(identity, sizeof identity);
        desk_close(desk);
    }
    if (ok) {
        printf("%u codings added, %u were there already\n", done.fresh, done.same);
    }
    buf_fini(&table);
    desk_elements_fini(&elements);
    return ok;
}

static bool drop_coding(struct desk *desk, struct err *err)
{
    uint8_t ids[1][16];
    bool found = false;
    if (!desk_whole_key(opt_drop, ids[0])) {
        err_set(err, ERR_MISUSE, "'%s' is no coding", opt_drop);
        return err_hint(err, "'suhbat-sync codings' lists them with their ids");
    }
    bool ok = desk_begin(desk, err) && desk_coding_drop(desk, ids[0], &found, err) &&
              (found || err_set(err, ERR_INPUT, "there is no coding '%s'", opt_drop)) &&
              desk_codings_log(desk, "coding dropped", sync_given.why ? sync_given.why : "",
                               (const uint8_t(*)[16])ids, 1, clock_wall_ms(), err);
    ok = desk_end(desk, ok, err);
    if (ok) {
        puts("1 coding was taken away");
    }
    return ok;
}

static bool list_codings(struct desk *desk, struct err *err)
{
    struct buf out = {0};
    bool ok =
        desk_codings_print(&out, desk, sync_given.why ? sync_given.why : "", clock_wall_ms(), err);
    if (ok && sync_given.out) {
        ok = file_write(sync_given.out, out.data, out.len, FILE_PRIVATE, sync_given.force, err) ||
             err_at(err, "%s", sync_given.out);
    } else if (ok) {
        sync_print(&out);
    }
    buf_fini(&out);
    return ok;
}

bool sync_codings(const struct cli_words *words, struct err *err)
{
    struct desk *desk;
    (void)words;
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = opt_drop ? drop_coding(desk, err) : list_codings(desk, err);
    desk_close(desk);
    return ok;
}

static bool tell_qdpx(const struct qdpx_report *r, struct err *err)
{
    const struct {
        unsigned count;
        const char *text;
    } more[] = {
        {r->ours, "codings are the form's own, as they were exported"},
        {r->sources, "texts of the project are no records of this desk"},
        {r->gone, "texts are of records that are not here, or do not open: left out"},
        {r->beyond, "codings lie in no single answer: left out"},
    };
    printf("%u codings added, %u changed, %u were there already\n", r->done.fresh, r->done.changed,
           r->done.same);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (more[i].count) {
            printf("%u %s\n", more[i].count, more[i].text);
        }
    }
    if (r->codes) {
        err_set(err, ERR_INPUT, "%u codings have codes that the study does not have: %s", r->codes,
                r->names.data);
        return err_hint(err, "add them to elem.csv, or use the study's codes; then import again");
    }
    return (!r->gone && !r->beyond) ||
           err_set(err, ERR_INPUT, "%u codings or texts were left out", r->gone + r->beyond);
}

bool sync_import_qdpx(const struct cli_words *words, struct err *err)
{
    struct desk *desk = NULL;
    struct desk_elements elements;
    struct qdpx_report report = {.ours = 0};
    struct buf file = {0};
    uint8_t identity[32];
    const char *path = words->list[0];
    bool ok = sync_elements(&elements, err) &&
              (file_read(&file, path, TABLE_MAX, err) || err_at(err, "%s", path)) &&
              sync_open(&desk, identity, err);
    if (ok) {
        ok =
            desk_import_qdpx(desk, identity, &file, &elements, sync_given.why ? sync_given.why : "",
                             clock_wall_ms(), &report, err) ||
            err_at(err, "%s", file_name(path));
        secret_wipe(identity, sizeof identity);
        desk_close(desk);
    }
    ok = ok && tell_qdpx(&report, err);
    buf_fini(&report.names);
    buf_fini(&file);
    desk_elements_fini(&elements);
    return ok;
}

/* ---- documents ---- */

static bool add_source(struct desk *desk, const struct cli_words *words, struct err *err)
{
    struct source_document source = {.wall_ms = clock_wall_ms(),
                                     .title = opt_title ? opt_title : "",
                                     .kind = opt_kind ? opt_kind : "",
                                     .country = opt_country ? opt_country : "",
                                     .date = opt_date ? opt_date : "",
                                     .place = opt_place ? opt_place : ""};
    char hex[33];
    (void)words;
    if (!desk_source_add(desk, &source, err)) {
        return false;
    }
    text_hex(hex, source.id, 16);
    printf("registered as %.8s\n", hex);
    return true;
}

static bool list_sources(struct desk *desk, const struct cli_words *words, struct err *err)
{
    struct desk_sources all;
    struct buf out = {0};
    (void)words;
    bool ok = desk_sources_read(&all, desk, err);
    buf_text(&out, "id,kind,country,date,title,place,who\n");
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct source_document *s = &all.list[i];
        char hex[33];
        text_hex(hex, s->id, 16);
        const char *cells[] = {hex, s->kind, s->country, s->date, s->title, s->place, s->who};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
            csv_cell(&out, cells[c], c == 0);
        }
        csv_end(&out);
    }
    if (ok) {
        sync_print(&out);
    }
    buf_fini(&out);
    desk_sources_fini(&all);
    return ok;
}

static bool drop_source(struct desk *desk, const struct cli_words *words, struct err *err)
{
    if (words->count < 2) {
        err_set(err, ERR_MISUSE, "no document given");
        return err_hint(err, "source drop ID");
    }
    return desk_source_drop(desk, words->list[1], clock_wall_ms(), err);
}

bool sync_source(const struct cli_words *words, struct err *err)
{
    static const struct {
        const char *name;
        bool (*run)(struct desk *desk, const struct cli_words *words, struct err *err);
    } parts[] = {{"add", add_source}, {"list", list_sources}, {"drop", drop_source}};
    struct desk *desk;
    size_t at = 0, count = sizeof parts / sizeof *parts;
    while (at < count && strcmp(parts[at].name, words->list[0]) != 0) {
        at++;
    }
    if (at == count) {
        err_set(err, ERR_MISUSE, "'%s' cannot be done with documents", words->list[0]);
        return err_hint(err, "source add --title TEXT --kind NAME, source list, or source drop ID");
    }
    if (!sync_open(&desk, NULL, err)) {
        return false;
    }
    bool ok = parts[at].run(desk, words, err);
    desk_close(desk);
    return ok;
}
