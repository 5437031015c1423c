/* SPDX-License-Identifier: Apache-2.0 */
/* Loads forms and their lists for the tools. */
#include "tools/form/form_source.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "tools/form/form_xls.h"

bool form_source_workbook(struct workbook *book, struct arena *arena, const char *file,
                          const struct buf *bytes, struct err *err)
{
    struct buf xlsx = {0};
    if (!form_xls_is(bytes->data, bytes->len)) {
        return workbook_read(book, arena, file, bytes->data, bytes->len, err);
    }
    char *name = arena_printf(arena, "%s.xlsx",
                              file_stem(arena, file)); /* regardless of the file's own suffix */
    bool ok = form_xls_convert(&xlsx, bytes->data, bytes->len, err)
                  ? workbook_read(book, arena, name, xlsx.data, xlsx.len, err)
                  : err_at(err, "%s", file_name(file));
    book->file = arena_text(arena, file_name(file));
    buf_fini(&xlsx);
    return ok;
}

bool form_source_xml(struct buf *xml, const char *file, const struct xlsform_options *given,
                     struct arena *arena, struct xlsform_notes *notes, struct err *err)
{
    struct buf bytes = {0};
    struct workbook book;
    if (notes) {
        *notes = (struct xlsform_notes){0};
    }
    if (file_ends(file, ".xml")) {
        return file_read(xml, file, DESK_FILE_MAX, err);
    }
    struct xlsform_options options = {0};
    if (given) {
        options = *given;
    }
    options.fallback_id = file_stem(arena, file);
    bool ok = file_read(&bytes, file, DESK_FILE_MAX, err) &&
              form_source_workbook(&book, arena, file, &bytes, err) &&
              xlsform_convert(xml, &book, &options, arena, notes, err);
    buf_fini(&bytes);
    return ok;
}

/* The rows of the nodes that a message names, as "4 and 7". */
static const char *rows_of(const struct xlsform_notes *notes, struct arena *arena, const char *what)
{
    const char *rows = "";
    for (size_t i = 0; i < notes->place_count; i++) {
        size_t len = strlen(notes->places[i].path);
        for (const char *p = strstr(what, notes->places[i].path); p;
             p = strstr(p + 1, notes->places[i].path)) {
            char behind = p[len], before = p > what ? p[-1] : ' ';
            if (notes->places[i].row && strchr(" :,", before) &&
                (!behind || strchr(" :,", behind))) {
                rows = arena_printf(arena, "%s%s%zu", rows, *rows ? " and " : "",
                                    notes->places[i].row);
                break;
            }
        }
    }
    return rows;
}

bool form_source_load(struct form **form, const char *file, const struct xlsform_options *given,
                      struct arena *arena, struct xlsform_notes *notes, struct err *err)
{
    struct buf xml = {0};
    bool ok = form_source_xml(&xml, file, given, arena, notes, err);
    if (ok && !form_load(form, xml.data, xml.len, &xml_trusted, err)) {
        const char *rows = notes ? rows_of(notes, arena, err->what) : "";
        ok = err_at(err, "%s%s%s", file_name(file), *rows ? ", survey rows " : "", rows);
    }
    buf_fini(&xml);
    return ok;
}

static void tell(struct xlsform_notes *notes, struct arena *arena, const char *text)
{
    if (notes) {
        xlsform_note(notes, arena, text);
    }
}

/* Whether suhbat makes the recordings that the form asks for. */
static bool sound_fits(const struct form *form, struct xlsform_notes *notes, struct arena *arena,
                       struct err *err)
{
    for (size_t i = 0; i < form->item_count; i++) {
        const char *quality = form->items[i]->quality;
        if (quality && strcmp(quality, "external") == 0) {
            err_set(
                err, ERR_INPUT,
                "quality=external: the sound of %s would be left unprotected by another program",
                form->items[i]->path);
            return err_hint(err,
                            "write voice-only, low or normal: suhbat records and seals itself");
        }
    }
    if (form->background && !form->background->audio_consent) {
        tell(notes, arena,
             "background-audio: nothing is recorded, since bind::suhbat:audio-consent names no "
             "question that allows it");
    }
    return true;
}

bool form_source_fit(const struct form *form, struct arena *arena, struct xlsform_notes *notes,
                     struct err *err)
{
    if (form->unbound) {
        err_set(err, ERR_INPUT,
                "questions that refer to no node of the form: %zu; the first is '%s'",
                form->unbound, form->first_unbound);
        return err_hint(
            err, "their answers would not be stored: correct the ref, or remove the questions");
    }
    if (form->encrypts) {
        tell(notes, arena,
             "the form asks for ODK's encryption by a public key; suhbat does not use that key, "
             "but seals every record for the study's recipients (docs/SECURITY.md)");
    }
    if (form->identify_user && !form->submitter) {
        tell(notes, arena,
             "identify-user: no question is marked bind::suhbat:submitter as the interviewer's "
             "code; the column `user` of audit.csv stays blank");
    }
    return sound_fits(form, notes, arena, err);
}

static int64_t wall(void *user)
{
    (void)user;
    return clock_wall_ms();
}

static int zone(void *user, int64_t wall_ms)
{
    (void)user;
    return clock_zone_minutes(wall_ms);
}

static void fill_random(void *user, void *bytes, size_t len)
{
    (void)user;
    if (getrandom(bytes, len, 0) != (ssize_t)len) {
        err_out_of_memory(); /* no randomness from the kernel: abort */
    }
}

/* Makes itemsets.csv from a workbook's external choices, which `convert` would write next to
 * the form. */
static bool own_itemsets(const char *file, struct buf *out)
{
    struct arena arena;
    struct buf xml = {0};
    struct xlsform_options options = {.itemsets = out, .lenient = true};
    arena_init(&arena);
    bool ok = !file_ends(file, ".xml") &&
              form_source_xml(&xml, file, &options, &arena, NULL, NULL) && out->len > 0;
    buf_fini(&xml);
    arena_fini(&arena);
    return ok;
}

bool form_source_resource(void *user, const char *uri, struct buf *out, struct err *err)
{
    const struct form_source_env *desk = user;
    const char *name = strrchr(uri, '/');
    const char *slash = strrchr(desk->file, '/');
    struct buf path = {0};
    if (!name || !name[1] || name[1] == '.') {
        return err_set(err, ERR_INPUT, "'%s' names no file", uri);
    }
    buf_add(&path, desk->file, slash ? (size_t)(slash - desk->file) : 0);
    buf_printf(&path, "%s%s", slash ? "/" : "", name + 1);
    bool made = strcmp(name + 1, "itemsets.csv") == 0 && !file_exists(path.data) &&
                own_itemsets(desk->file, out);
    if (!made && !file_exists(path.data)) { /* images and sounds may be in the folder media */
        struct buf inside = {0};
        buf_add(&inside, desk->file, slash ? (size_t)(slash - desk->file) : 0);
        buf_printf(&inside, "%smedia/%s", slash ? "/" : "", name + 1);
        if (file_exists(inside.data)) {
            buf_cut(&path, 0);
            buf_text(&path, inside.data);
        }
        buf_fini(&inside);
    }
    bool ok = made || file_read(out, path.data, DESK_FILE_MAX, err);
    buf_fini(&path);
    return ok;
}

void form_source_env_init(struct form_source_env *desk, const char *file)
{
    assert(file);
    desk->file = file;
    desk->env = (struct session_env){.user = desk,
                                     .wall_ms = wall,
                                     .zone_minutes = zone,
                                     .random = fill_random,
                                     .resource = form_source_resource};
}
