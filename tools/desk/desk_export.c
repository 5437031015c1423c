/* SPDX-License-Identifier: Apache-2.0 */
/* Exports sealed records as tables and attachments, record by record. */
#include "tools/desk/desk_export.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_codebook.h"
#include "platform/custody/age.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/custody/tar.h"
#include "platform/machine/csv.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_attachments.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_files.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_sounds.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"

/* A file that grows while records are read. */
struct growing {
    const char *path; /* the final one */
    struct buf pending;
    bool begun;
};
enum { PENDING_MAX = 64 * 1024, DESK_NAME = 16 };

struct group { /* all versions of one form */
    const char *form_id;
    struct dataset *dataset;
    struct growing *tables; /* one for each table of the dataset … */
    struct dataset_write write;
    struct dataset_book book;     /* that holds all of them, if the format has books */
    struct dataset_sheet *sheets; /* … with what is written into it */
    size_t begun;                 /* sheets that were begun */
    struct growing audit, memos,  /* rows of all interviews, in one file as ODK Central exports */
        sounds, turns,            /* what happened in recordings; who spoke at tables … */
        said;                     /* … and what */
    struct buf all_turns;         /* for formats that have tables of their own */
};

struct exporting {
    struct desk *desk;
    struct desk_records records;
    struct desk_reviews reviews;
    struct desk_codings codings; /* if the format has texts */
    struct desk_transcripts transcripts;
    const struct export_options *options;
    struct export_counts *counts;
    struct group *groups;
    size_t group_count;
    struct desk_filter filter;
    bool scan;
    const struct desk_family *family; /* of the record being taken, or NULL */
    const struct form *form;          /* its form */
    size_t names, named;      /* files that its answers name, and how many of them are with it */
    uint64_t read, held;      /* records of this pass, of the desk */
    char name[DESK_NAME + 1]; /* the beginning of the key that its log is signed with */
    uint64_t revision;
    const struct desk_object *object; /* the record that is read */
    struct arena arena, own;          /* own: of the record that is taken */
    struct map tables;    /* table paths in lower case, to find clashes on disks that ignore case */
    struct tally keys;    /* record ids */
    struct tally media;   /* digests of attachment names */
    struct tally objects; /* digests of the objects opened so far */
    struct desk_files out;
};

/* ---- files ---- */

static bool begin_file(struct exporting *x, struct growing *g, struct err *err)
{
    bool ok = g->begun || desk_files_put(&x->out, g->path, "", 0, err);
    x->counts->files += ok && !g->begun;
    g->begun = ok;
    return ok;
}

/* Writes what is pending, if it is much or `all` is set.  A file begins with its first bytes. */
static bool flush(struct exporting *x, struct growing *g, bool all, struct err *err)
{
    if (!g->pending.len || (!all && g->pending.len < PENDING_MAX)) {
        return true;
    }
    bool ok = begin_file(x, g, err) &&
              desk_files_append(&x->out, g->path, g->pending.data, g->pending.len, err);
    buf_cut(&g->pending, 0);
    return ok;
}

static struct group *group_of(struct exporting *x, const char *form_id)
{
    for (size_t i = 0; i < x->group_count; i++) {
        if (strcmp(x->groups[i].form_id, form_id) == 0) {
            return &x->groups[i];
        }
    }
    return NULL;
}

static char *small_letters(struct arena *arena, const char *text)
{
    char *out = arena_text(arena, text);
    for (char *p = out; *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    }
    return out;
}

/* The path of a table.  Form "a-r" and repeat "r" of form "a" give the same name; the later
 * one gets "~2".  Names that differ only in case count as equal, because Windows disks treat
 * them so. */
static char *table_path(struct exporting *x, const char *name, const char *ending)
{
    char *path = arena_printf(&x->arena, "%s/%s%s", x->options->out, name, ending);
    for (size_t n = 2; map_get(&x->tables, small_letters(&x->arena, path)); n++) {
        path = arena_printf(&x->arena, "%s/%s~%zu%s", x->options->out, name, n, ending);
    }
    map_put(&x->tables, small_letters(&x->arena, path), path);
    return path;
}

static void name_files(struct exporting *x, struct group *g)
{
    size_t count = dataset_tables(g->dataset);
    const char *root = dataset_table(g->dataset, 0)->name;
    g->tables = mem_zero(count, sizeof *g->tables);
    g->sheets = mem_zero(count, sizeof *g->sheets);
    for (size_t t = 0; t < count; t++) {
        bool shared = x->options->writer->open && t;
        g->tables[t].path =
            shared ? g->tables[0].path
                   : table_path(x, dataset_table(g->dataset, t)->name, x->options->writer->ending);
    }
    g->audit.path = table_path(x, arena_printf(&x->arena, "%s - audit", root), ".csv");
    g->memos.path = table_path(x, arena_printf(&x->arena, "%s - memos", root), ".csv");
    g->turns.path = table_path(x, arena_printf(&x->arena, "%s - turns", root), ".csv");
    g->said.path = table_path(x, arena_printf(&x->arena, "%s - transcripts", root), ".csv");
    g->sounds.path = table_path(x, arena_printf(&x->arena, "%s - recordings", root), ".csv");
}

static bool make_groups(struct exporting *x, struct err *err)
{
    const struct form **forms = mem_alloc((x->records.version_count + 1) * sizeof *forms);
    bool ok = true;
    for (size_t v = 0; v < x->records.version_count && ok; v++) {
        const char *id = x->records.versions[v].form->id;
        size_t count = 0;
        if (group_of(x, id) || (x->filter.form && strcmp(id, x->filter.form) != 0)) {
            continue;
        }
        for (size_t k = v; k < x->records.version_count; k++) {
            if (strcmp(x->records.versions[k].form->id, id) == 0) {
                forms[count++] = x->records.versions[k].form;
            }
        }
        struct dataset *dataset;
        ok = dataset_new(&dataset, forms, count, &x->options->columns, err);
        if (ok) {
            x->groups = mem_grow(x->groups, x->group_count + 1, sizeof *x->groups);
            x->groups[x->group_count] = (struct group){.form_id = id, .dataset = dataset};
            name_files(x, &x->groups[x->group_count++]);
        }
    }
    free(forms);
    return ok;
}

/* Begins the file that holds all tables of a form.  The writer fills it itself. */
static bool open_book(struct exporting *x, struct group *group, struct err *err)
{
    struct growing *file = &group->tables[0];
    const char *side = desk_files_side(&x->out, file->path);
    group->book = (struct dataset_book){.write = &group->write, .path = side, .arena = &x->arena};
    bool ok = desk_files_put(&x->out, file->path, "", 0, err) &&
              x->options->writer->open(&group->book, err);
    x->counts->files += ok;
    return ok;
}

/* Every table has its file, or its place in the form's book, also without rows. */
static bool begin_tables(struct exporting *x, struct err *err)
{
    const struct dataset_writer *writer = x->options->writer;
    bool ok = true;
    for (size_t g = 0; ok && g < x->group_count; g++) {
        struct group *group = &x->groups[g];
        group->write = (struct dataset_write){.dataset = group->dataset,
                                              .look = x->options->look,
                                              .text_max = writer->text_max,
                                              .training = x->options->filter.training,
                                              .partial = desk_filter_narrows(&x->options->filter)};
        group->write.look.both |= writer->both;
        ok = !writer->open || open_book(x, group, err);
        for (size_t t = 0; ok && t < dataset_tables(group->dataset); t++) {
            group->sheets[t] = (struct dataset_sheet){.write = &group->write,
                                                      .table = t,
                                                      .book = writer->open ? &group->book : NULL,
                                                      .out = &group->tables[t].pending};
            group->begun++;
            ok = writer->begin(&group->sheets[t], err) &&
                 (writer->open || begin_file(x, &group->tables[t], err)) &&
                 flush(x, &group->tables[t], true, err);
        }
    }
    return ok;
}

/* Ends all sheets, also after a failure: they free what they hold. */
static bool end_tables(struct exporting *x, bool ok, struct err *err)
{
    for (size_t g = 0; g < x->group_count; g++) {
        struct group *group = &x->groups[g];
        x->counts->hidden_columns += (unsigned)dataset_hidden(group->dataset);
        x->counts->other_ids += (unsigned)dataset_other_ids(group->dataset);
        for (size_t t = 0; t < group->begun; t++) {
            ok = x->options->writer->end(&group->sheets[t], ok, ok ? err : NULL) && ok;
            ok = ok && flush(x, &group->tables[t], true, err);
            x->counts->continued += group->sheets[t].continued;
            x->counts->shortened += group->sheets[t].shortened;
            x->counts->more_sheets += group->sheets[t].more_sheets;
        }
        if (group->book.state) {
            ok = x->options->writer->close(&group->book, ok, ok ? err : NULL) && ok;
            ok = ok && (!group->book.out.len ||
                        desk_files_append(&x->out, group->tables[0].path, group->book.out.data,
                                          group->book.out.len, err));
            buf_fini(&group->book.out);
            x->counts->adrift += group->book.adrift;
        }
        ok = ok && flush(x, &group->audit, true, err) && flush(x, &group->memos, true, err) &&
             flush(x, &group->sounds, true, err) && flush(x, &group->turns, true, err) &&
             flush(x, &group->said, true, err);
    }
    return ok;
}

/* The turns of all groups as a table of the format. */
static bool put_turns(struct exporting *x, struct group *g, struct err *err)
{
    static const char *turn_columns[] = {"instance_ID", "topic",        "event",
                                         "who",         "start_ms",     "duration_ms",
                                         "recording",   "recording_ms", "code"};
    struct csv csv;
    struct buf bytes = {0};
    if (!g->all_turns.len) {
        return true;
    }
    const char *name = arena_printf(&x->arena, "%s - turns", dataset_table(g->dataset, 0)->name);
    bool ok = csv_parse(&csv, &x->arena, g->all_turns.data, g->all_turns.len, err);
    if (ok) { /* a device's own headings do not become names of variables */
        csv.rows[0].cells = turn_columns;
        csv.rows[0].count = sizeof turn_columns / sizeof *turn_columns;
    }
    ok = ok && x->options->writer->plain(&bytes, &csv, err) &&
         desk_files_put(&x->out, table_path(x, name, x->options->writer->ending), bytes.data,
                        bytes.len, err);
    x->counts->files += ok;
    buf_fini(&bytes);
    return ok;
}

/* What stands beside the tables: the format's script; the codebook as CSV, JSON and HTML. */
static bool put_beside(struct exporting *x, struct group *g, struct err *err)
{
    size_t count = dataset_tables(g->dataset);
    const char **files = arena_alloc(&x->arena, count * sizeof *files);
    bool ok = true;
    for (size_t t = 0; t < count; t++) {
        files[t] = file_name(g->tables[t].path);
        if (x->options->writer->open) {
            files[t] = arena_printf(&x->arena, "%s, sheet %s", files[t], g->book.names[t]);
        }
    }
    const char *root = dataset_table(g->dataset, 0)->name;
    if (x->options->writer->script) {
        const struct export_counts *n = x->counts;
        struct buf bytes = {0};
        g->write.partial |= n->closed || n->unreadable || n->without_form;
        g->write.desk = x->name;
        g->write.revision = x->revision;
        x->options->writer->script(&bytes, &g->write, files);
        ok = desk_files_put(&x->out, table_path(x, root, x->options->writer->script_ending),
                            bytes.data, bytes.len, err);
        x->counts->files += ok;
        buf_fini(&bytes);
    }
    for (int f = 0; ok && !x->options->writer->texts && f < CODEBOOK_FORMATS; f++) {
        struct buf bytes = {0};
        char *path =
            table_path(x, arena_printf(&x->arena, "%s - codebook", root), codebook_endings[f]);
        dataset_codebook(&bytes, &g->write, x->options->writer, files, (enum codebook_format)f);
        ok = desk_files_put(&x->out, path, bytes.data, bytes.len, err);
        buf_fini(&bytes);
    }
    return ok;
}

static void free_groups(struct exporting *x)
{
    for (size_t g = 0; g < x->group_count; g++) {
        struct group *group = &x->groups[g];
        for (size_t t = 0; t < dataset_tables(group->dataset); t++) {
            buf_fini(&group->tables[t].pending);
        }
        free(group->tables);
        free(group->sheets);
        buf_fini(&group->audit.pending);
        buf_fini(&group->memos.pending);
        buf_fini(&group->sounds.pending);
        buf_fini(&group->turns.pending);
        buf_fini(&group->said.pending);
        buf_fini(&group->all_turns);
        dataset_free(group->dataset);
    }
    free(x->groups);
}

/* ---- attachments ---- */

/* Appends one interview's log, each row preceded by the interview's id. */
static bool take_rows(const struct dataset *dataset, struct growing *file, const char *key,
                      const struct tar_member *m, bool no_sound, struct err *err)
{
    bool head = !file->begun && !file->pending.len;
    return desk_put_log(&file->pending, dataset, m, key, head, no_sound, err);
}

/* The answers of one record that name a file: name → path without entry positions. */
struct named_files {
    struct arena arena;
    struct map paths;
    bool readable;
};

static void gather_named(struct named_files *n, const struct xml *node, struct buf *path)
{
    size_t before = path->len;
    const struct xml *text = node->first;
    buf_join(path, "/", node->name, NULL);
    if (!xml_child(node, NULL) && text && !text->name && desk_is_attachment(text->text) &&
        !map_get(&n->paths, text->text)) {
        map_put(&n->paths, text->text, arena_copy(&n->arena, path->data, path->len));
    }
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        gather_named(n, c, path);
    }
    buf_cut(path, before);
}

/* Walks the instance once, whatever the number of its files. */
static void named_begin(struct named_files *n, const struct record *r)
{
    struct xml *root;
    struct buf path = {0};
    arena_init(&n->arena);
    map_init(&n->paths, &n->arena);
    n->readable = xml_parse(&root, &n->arena, r->xml, r->xml_len, &xml_foreign, NULL);
    if (n->readable) {
        gather_named(n, root, &path);
    }
    buf_fini(&path);
}

static bool is_hidden_file(const struct dataset *dataset, const struct named_files *n,
                           const char *name)
{
    const char *path = map_get(&n->paths, name);
    return !n->readable || (path && dataset_hides(dataset, path));
}

static bool take_medium(struct exporting *x, const struct tar_member *m, const char *key,
                        struct err *err)
{
    char *folder = arena_printf(&x->arena, "%s/media", x->options->out);
    uint8_t digest[32];
    hash_plain(digest, m->name, strlen(m->name));
    bool another = tally_add(&x->media, digest) > 1;
    if (another) { /* name used by another record, or by a second history of the same record */
        folder = arena_printf(&x->arena, "%s/%s", folder, key + strlen("uuid:"));
    }
    bool ok = file_folder(folder, 0700, err) &&
              desk_files_put(&x->out, arena_printf(&x->arena, "%s/%s", folder, m->name), m->bytes,
                             m->len, err);
    x->counts->media += ok;
    x->counts->same_name += ok && another;
    return ok;
}

/* The interviewer's memos, for formats of texts. */
static bool read_memos(struct exporting *x, const struct tar_member *m, struct submission *about,
                       struct err *err)
{
    enum { NODE, BEGUN, LANGUAGE, TEXT, COLUMNS };
    struct csv csv;
    if (!csv_parse(&csv, &x->own, m->bytes, m->len, err)) {
        return false;
    }
    struct dataset_memo *memos = arena_alloc(&x->own, csv.count * sizeof *memos);
    for (size_t r = 1; r < csv.count; r++) {
        const char *const *cells = (const char *const *)csv.rows[r].cells;
        if (csv.rows[r].count >= COLUMNS) {
            memos[about->memo_count++] =
                (struct dataset_memo){cells[NODE], cells[BEGUN], cells[TEXT]};
        }
    }
    about->memos = memos;
    return true;
}

/* Recordings are named by their own version of the record. */
static void name_sound(char key[80], const struct record *r, const struct submission *about)
{
    const char *other = strchr(about->record_key, '~'); /* one of two with the same id */
    desk_record_key(key, r->record_id);
    if (other) {
        snprintf(key + strlen(key), 80 - strlen(key), "%s", other);
    }
}

struct files_of { /* one record's attachments, on their way into the export */
    const char *key;
    char sound_key[80]; /* that its recordings are named by */
    struct group *group;
    struct submission *about;
    struct named_files named;
    const struct desk_edit *newest; /* the version that counts, if this one does not */
    bool no_sound, no_quotes;       /* the person took recordings, or quotes, back */
};

/* Whether the newest version of the record names another file instead. */
static bool is_replaced(struct exporting *x, const struct files_of *f, const char *name)
{
    x->named += map_get(&f->named.paths, name) != NULL;
    return f->newest && !map_get(&f->newest->files, name);
}

/* What was said in a recording: free text, that may contain anything sensitive. */
static bool take_transcripts(struct exporting *x, const struct files_of *f,
                             struct dataset_sound *sound, struct err *err)
{
    struct growing *file = &f->group->said;
    bool head = !file->begun && !file->pending.len;
    bool ok = desk_transcripts_said(&x->transcripts, &x->own, sound, err);
    if (ok && sound->transcript_count && !x->options->columns.sensitive_extra) {
        x->counts->hidden_transcripts += (unsigned)sound->transcript_count;
        sound->transcript_count = 0;
    } else if (ok && sound->transcript_count) {
        desk_transcripts_put(&file->pending, sound, 1, f->key, head);
        x->counts->transcripts += (unsigned)sound->transcript_count;
        ok = flush(x, file, false, err);
    }
    return ok;
}

/* What happened in the recordings: as a table, and for formats of texts. */
static bool take_moments(struct exporting *x, const struct files_of *f, const struct tar_member *m,
                         struct err *err)
{
    struct growing *file = &f->group->sounds;
    bool head = !file->begun && !file->pending.len;
    struct dataset_sound *list;
    size_t count;
    bool ok = desk_sounds_read(&list, &count, &x->own, m, f->sound_key,
                               x->options->sound ? "audio" : NULL, err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = take_transcripts(x, f, &list[i], err);
    }
    if (ok) {
        desk_sounds_put(&file->pending, list, count, f->key, head);
        f->about->sounds = list;
        f->about->sound_count = count;
    }
    return ok;
}

/* Who spoke: as a table, for formats of texts, and for those that have tables of their own. */
static bool take_turns(struct exporting *x, const struct files_of *f, const struct tar_member *m,
                       struct err *err)
{
    struct group *group = f->group;
    struct turns_rules rules = {.form = x->form,
                                .dataset = group->dataset,
                                .no_sound = f->no_sound,
                                .no_quotes = f->no_quotes};
    struct buf rows = {0};
    bool ok = desk_turns_clear(&rows, m, &rules, err);
    struct tar_member clear = *m;
    clear.bytes = rows.data;
    clear.len = rows.len;
    ok = ok && desk_turns_read(&f->about->turns, &f->about->turn_count, &x->own, &clear, err) &&
         take_rows(group->dataset, &group->turns, f->key, &clear, false, err) &&
         (!x->options->writer->plain || desk_put_log(&group->all_turns, group->dataset, &clear,
                                                     f->key, !group->all_turns.len, false, err));
    x->counts->hidden_codes += rules.hidden;
    buf_fini(&rows);
    return ok;
}

static bool take_file(struct exporting *x, const struct files_of *f, const struct tar_member *m,
                      struct err *err)
{
    if (strcmp(m->name, "audit.csv") == 0) {
        return take_rows(f->group->dataset, &f->group->audit, f->key, m, f->no_sound, err);
    }
    if (strcmp(m->name, "memos.csv") == 0 && x->options->columns.sensitive_extra) {
        return (!x->options->writer->texts || read_memos(x, m, f->about, err)) &&
               take_rows(f->group->dataset, &f->group->memos, f->key, m, false, err);
    }
    if (strcmp(m->name, "turns.csv") == 0) {
        return take_turns(x, f, m, err);
    }
    if (strcmp(m->name, "recordings.csv") == 0) {
        return f->no_sound || take_moments(x, f, m, err);
    }
    if (strcmp(m->name, "memos.csv") == 0) {
        x->counts->hidden_memos++; /* memos are free text and may contain anything sensitive */
    } else if (!desk_is_attachment(m->name) || is_replaced(x, f, m->name)) {
        return true;
    } else if (is_hidden_file(f->group->dataset, &f->named, m->name)) {
        x->counts->hidden_media++;
    } else if (f->no_sound && desk_is_recording(m->name)) {
        x->counts->withdrawn_media++;
    } else {
        return take_medium(x, m, f->key, err);
    }
    return true;
}

static bool take_files(struct exporting *x, const struct record *r, const char *key,
                       struct group *group, struct submission *about, struct err *err)
{
    struct files_of f = {.key = key, .group = group, .about = about};
    name_sound(f.sound_key, r, about);
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    struct err why = {0};
    bool ok = true;
    f.no_sound = about->withdrawn && text_has_word(about->withdrawn, withdrawn_name(USE_RECORDING));
    f.no_quotes = about->withdrawn && text_has_word(about->withdrawn, withdrawn_name(USE_QUOTES));
    if (!desk_edit_counts(&x->records.edits, r->record_id)) {
        f.newest = x->family->versions[x->family->count - 1];
        f.no_quotes = true; /* the correction may take a consent back */
    }
    named_begin(&f.named, r);
    x->names = f.named.paths.count;
    while (ok && tar_next(&tar, &m, &why)) {
        about->attachments_present++;
        ok = take_file(x, &f, &m, &why);
    }
    arena_fini(&f.named.arena);
    if (why.code) {
        *err = why;
    }
    return ok && !why.code && flush(x, &group->audit, false, err) &&
           flush(x, &group->memos, false, err) && flush(x, &group->sounds, false, err) &&
           flush(x, &group->turns, false, err);
}

/* ---- recordings ---- */

struct sounding { /* one record's recordings, part by part */
    struct exporting *x;
    const struct submission *about;
    const char *key;
    uint8_t name[16]; /* of the recording that is written … */
    const char *path; /* … and its file; NULL: none yet */
    unsigned unnamed; /* recordings that recordings.csv does not name */
    unsigned unreadable;
};

/* The file that recordings.csv's row of it says.  One that is not named there comes after them. */
static const char *sound_file(struct sounding *s)
{
    struct arena *arena = &s->x->arena;
    unsigned named = 0;
    for (size_t i = 0; i < s->about->sound_count; i++) {
        const struct dataset_sound *one = &s->about->sounds[i];
        uint8_t id[16], name[16];
        named += one->file != NULL;
        if (one->file && text_unhex(id, 16, one->id)) {
            desk_recording_name(s->x->desk, name, id);
            if (memcmp(name, s->name, 16) == 0) {
                return arena_printf(arena, "%s/%s", s->x->options->out, one->file);
            }
        }
    }
    s->unnamed++;
    return arena_printf(arena, "%s/audio/%s-%u.opus", s->x->options->out, s->key + strlen("uuid:"),
                        named + s->unnamed);
}

static bool put_part(void *user, const uint8_t name[16], uint32_t part, const void *sealed,
                     size_t len, struct err *err)
{
    struct sounding *s = user;
    struct exporting *x = s->x;
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])x->records.identity,
                                  .count = 1};
    struct buf plain = {0};
    bool ok = true;
    (void)part;
    if (!s->path || memcmp(s->name, name, 16) != 0) {
        const char *folder = arena_printf(&x->arena, "%s/audio", x->options->out);
        memcpy(s->name, name, 16);
        s->path = sound_file(s);
        ok = file_folder(folder, 0700, err) && desk_files_begin(&x->out, s->path, err);
        x->counts->recordings += ok;
    }
    if (ok && age_open(&plain, sealed, len, &keys, NULL, NULL)) {
        ok = desk_files_append(&x->out, s->path, plain.data, plain.len, err);
    } else {
        s->unreadable += ok;
    }
    buf_fini(&plain);
    return ok;
}

/* The sound that was recorded with this version of the record: without parts that are missing the
 * rest plays. */
static bool take_sound(struct exporting *x, const struct record *r, const struct submission *about,
                       struct err *err)
{
    char key[80];
    struct sounding s = {.x = x, .about = about, .key = key};
    unsigned missing;
    name_sound(key, r, about);
    bool back = about->withdrawn && text_has_word(about->withdrawn, withdrawn_name(USE_RECORDING));
    if (!x->options->sound || back) {
        return true;
    }
    bool ok = desk_recordings_of(x->desk, x->object, put_part, &s, &missing, err);
    x->counts->cut_recordings += ok && missing + s.unreadable > 0;
    return ok;
}

/* Counts an unreadable record and continues with the others.  Other errors stop the export. */
static bool bad(struct exporting *x, const struct err *why, struct err *err)
{
    if (why->code != ERR_INPUT && why->code != ERR_LIMIT) {
        *err = *why;
        return false;
    }
    x->counts->unreadable += !x->scan;
    return true;
}

/* Writes the record's rows. */
static bool add_rows(struct exporting *x, struct group *group, const struct form *version,
                     const struct record *r, const struct submission *about, struct err *why)
{
    struct dataset_reader reader;
    struct dataset_row row;
    bool ok = true;
    if (!dataset_open(&reader, group->dataset, version, r->xml, r->xml_len, about, why)) {
        return false;
    }
    while (ok && dataset_next(&reader, &row)) {
        struct growing *table = &group->tables[row.table];
        ok = x->options->writer->row(&group->sheets[row.table], &reader, &row, why) &&
             flush(x, table, false, why);
    }
    dataset_close(&reader);
    x->counts->records += ok;
    return ok;
}

/* Whether a use was taken back for which the form has no question: no cell can say so. */
static bool has_unmarked(const struct form *form, const char *withdrawn)
{
    struct arena arena;
    bool unmarked = false;
    arena_init(&arena);
    for (const char *at = withdrawn; *at;) {
        size_t len = strcspn(at, " ");
        const char *use = arena_copy(&arena, at, len);
        bool asked = false;
        for (size_t i = 0; i < form->item_count; i++) {
            asked = asked || (form->items[i]->use && strcmp(form->items[i]->use, use) == 0);
        }
        unmarked = unmarked || !asked;
        at += len + (at[len] == ' ');
    }
    arena_fini(&arena);
    return unmarked;
}

/* Whether the record is to be in the tables: counts why not. */
static bool is_wanted(struct exporting *x, const struct record *r, const struct form *form,
                      enum review_state state, const char *code)
{
    const struct desk_family *family = desk_family_of(&x->records.edits, r->record_id);
    if (family && (family->withdrawn & USE_ANSWERS)) {
        return false; /* another version was withdrawn */
    }
    bool passes = desk_filter_passes(&x->filter, r, form, code, state);
    x->counts->filtered += !passes && !x->scan;
    return passes;
}

/* What people took back of any version. */
static bool uses_of(struct exporting *x, const struct record *r, char text[WITHDRAWN_TEXT],
                    struct err *err)
{
    unsigned uses;
    if (!desk_withdrawn(x->desk, r->record_id, &uses, err)) {
        return false;
    }
    withdrawn_text(text, uses | (x->family ? x->family->withdrawn : 0));
    return true;
}

/* An older version: its logs, and the files that the newest one names. */
static bool take_older(struct exporting *x, const struct record *r, const char *key,
                       struct group *group, struct submission *about, struct err *err)
{
    struct err why = {0};
    x->counts->replaced += !x->scan;
    return x->scan ||
           ((!r->files || take_files(x, r, key, group, about, &why) || bad(x, &why, err)) &&
            take_sound(x, r, about, err));
}

/* What was coded of the record, as the format takes it. */
static void add_codings(struct exporting *x, const struct record *r, struct arena *arena,
                        struct submission *s)
{
    size_t count;
    const uint8_t *root = x->family ? x->family->root : r->record_id;
    const struct coding *list = desk_codings_of(&x->codings, root, &count);
    struct dataset_coding *out = arena_alloc(arena, (count + 1) * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        char key[48];
        desk_record_key(key, list[i].id);
        out[i] = (struct dataset_coding){.path = list[i].path,
                                         .from = list[i].from,
                                         .to = list[i].to,
                                         .words = list[i].words,
                                         .code = list[i].code,
                                         .quote = list[i].quote,
                                         .translation = list[i].translation,
                                         .guid = arena_text(arena, key + strlen("uuid:")),
                                         .who = list[i].who,
                                         .when_ms = list[i].wall_ms};
    }
    s->codings = out;
    s->coding_count = count;
}

static bool put_record(struct exporting *x, const struct record *r, const struct form *form,
                       struct group *group, struct submission *s, struct err *err)
{
    struct err why = {0};
    if (x->scan) {
        return dataset_scan(group->dataset, form, r->xml, r->xml_len, s, &why) || bad(x, &why, err);
    }
    if (r->files && !take_files(x, r, s->record_key, group, s, &why) && !bad(x, &why, err)) {
        return false;
    }
    if (!take_sound(x, r, s, err)) {
        return false;
    }
    if (x->family) { /* the others stayed in an older version */
        s->attachments_present += (unsigned)(x->names - x->named);
    }
    s->attachments_expected = s->attachments_present;
    struct arena arena;
    arena_init(&arena);
    if (x->options->writer->texts) {
        add_codings(x, r, &arena, s);
    }
    bool ok = add_rows(x, group, form, r, s, &why) || bad(x, &why, err);
    arena_fini(&arena);
    return ok;
}

static bool take_whole(struct exporting *x, struct record *r, struct err *err)
{
    const struct form *form = desk_record_form(&x->records, r);
    char device[33], code[64], key[80], withdrawn[WITHDRAWN_TEXT];
    desk_record_date(&x->records, r);
    if (((r->flags & RECORD_TRAINING) != 0) != x->filter.training) {
        return true; /* training records are never mixed with real ones */
    }
    if (!form) {
        x->counts->without_form += !x->scan;
        return true;
    }
    /* Counted before the filter: a record has one KEY in all exports. */
    bool counts = desk_edit_counts(&x->records.edits, r->record_id);
    uint32_t times = counts ? tally_add(&x->keys, r->record_id) : 0;
    enum review_state state;
    (void)desk_review_now(&x->reviews, &x->records.edits, r->record_id, &state);
    desk_record_submitter(code, sizeof code, form, r);
    const struct desk_family *family = desk_family_of(&x->records.edits, r->record_id);
    if (family) { /* all versions are chosen by the one that counts */
        snprintf(code, sizeof code, "%s", family->versions[family->count - 1]->submitter);
    }
    if (!is_wanted(x, r, form, state, code)) {
        return true;
    }
    struct group *group = group_of(x, form->id);
    assert(group);
    x->family = family;
    x->form = form;
    x->named = x->names = 0;
    text_hex(device, r->device_id, 16);
    desk_record_key(key, x->family ? x->family->root : r->record_id);
    if (!uses_of(x, r, withdrawn, err)) {
        return false;
    }
    struct submission s = {.date_ms = r->finalised_ms,
                           .submitter_id = code,
                           .submitter_name = "",
                           .device_id = device,
                           .form_version = form->version,
                           .status = "",
                           .review_state = review_names[state],
                           .record_key = key,
                           .edits = x->family ? x->family->edits : 0,
                           .withdrawn = *withdrawn ? withdrawn : NULL};
    if (!counts) {
        return take_older(x, r, key, group, &s, err);
    }
    x->counts->withdrawn += *withdrawn && !x->scan;
    x->counts->unmarked += !x->scan && has_unmarked(form, withdrawn);
    if (times > 1) {
        snprintf(key + strlen(key), sizeof key - strlen(key), "~%u", times);
        x->counts->twice += !x->scan;
    }
    return put_record(x, r, form, group, &s, err);
}

static bool take_record(struct exporting *x, struct record *r, struct err *err)
{
    arena_init(&x->own);
    bool ok = take_whole(x, r, err);
    arena_fini(&x->own);
    return ok;
}

/* Whether the same bytes were opened before: a batch may be in two histories of a device. */
static bool was_opened(struct exporting *x, const struct desk_object *o)
{
    uint8_t hash[32];
    hash_plain(hash, o->sealed, o->len);
    return tally_add(&x->objects, hash) > 1;
}

static bool open_object(void *user, const struct desk_object *o, struct err *err)
{
    struct exporting *x = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (x->options->progress) {
        x->options->progress(x->scan ? "scanned" : "written", ++x->read, x->held);
    }
    if (was_opened(x, o)) {
        return true;
    }
    x->object = o;
    switch (desk_record_open(&x->records, o, &plain, &r)) {
    case DESK_OPENED:
        ok = take_record(x, &r, err);
        break;
    case DESK_CLOSED:
        x->counts->closed += !x->scan;
        break;
    case DESK_UNREADABLE:
        x->counts->unreadable += !x->scan;
        break;
    }
    buf_fini(&plain);
    return ok;
}

/* Before the first row is written: an export that is cut off leaves a trace in the log, too. */
static bool log_begun(struct exporting *x, struct err *err)
{
    const char *what = arena_printf(&x->arena, "export %s begins", x->options->writer->name);
    struct ledger_entry e = {
        .wall_ms = clock_wall_ms(), .kind = LEDGER_ACCESS, .what = what, .why = x->options->why};
    return desk_ledger_add(x->desk, &e, err);
}

/* A first reading, where the columns depend on the records. */
static bool scan_first(struct exporting *x, struct err *err)
{
    if (x->options->look.split == SPLIT_NONE && !x->options->writer->scans) {
        return true;
    }
    x->scan = true;
    bool ok = desk_objects(x->desk, open_object, x, err);
    x->scan = false;
    tally_fini(&x->keys); /* the second reading meets the same records in the same order */
    tally_fini(&x->objects);
    x->keys = x->objects = (struct tally){0};
    x->read = 0;
    x->records.again = true;
    return ok;
}

/* Everything that is read before the first row.  What was begun is ended by export_fini. */
static bool prepare(struct exporting *x, const uint8_t identity[32], struct err *err)
{
    struct desk *desk = x->desk;
    uint64_t apart = 0;
    uint8_t key[SIGN_PUBLIC];
    desk_ledger_key(desk, key);
    text_hex(x->name, key, DESK_NAME / 2);
    bool ok = desk_records_init(&x->records, desk, identity, err);
    ok = desk_reviews_read(&x->reviews, desk, ok ? err : NULL) && ok;
    ok = desk_codings_read(&x->codings, desk, ok ? err : NULL) && ok;
    ok = desk_transcripts_read(&x->transcripts, desk, NULL, ok ? err : NULL) && ok &&
         desk_filter_prepare(&x->filter, &x->records, err) && desk_kept_apart(desk, &apart, err) &&
         desk_held(desk, &x->held, err) && desk_revision(desk, &x->revision, err) &&
         make_groups(x, err);
    x->counts->kept_apart = (unsigned)apart;
    return ok && scan_first(x, err);
}

static void export_fini(struct exporting *x)
{
    free_groups(x);
    tally_fini(&x->keys);
    tally_fini(&x->media);
    tally_fini(&x->objects);
    arena_fini(&x->arena);
    desk_records_fini(&x->records);
    desk_reviews_fini(&x->reviews);
    desk_codings_fini(&x->codings);
    desk_transcripts_fini(&x->transcripts);
}

bool desk_export(struct desk *desk, const uint8_t identity[32],
                 const struct export_options *options, struct export_counts *counts,
                 struct err *err)
{
    struct exporting x = {
        .desk = desk, .options = options, .counts = counts, .filter = options->filter};
    memset(counts, 0, sizeof *counts);
    arena_init(&x.arena);
    desk_files_init(&x.out, &x.arena, options->out, options->force);
    map_init(&x.tables, &x.arena);
    bool ok = prepare(&x, identity, err) && log_begun(&x, err) &&
              file_folder(options->out, 0700, err) && begin_tables(&x, err) &&
              desk_objects(desk, open_object, &x, err);
    ok = end_tables(&x, ok, err);
    for (size_t g = 0; ok && g < x.group_count; g++) {
        ok = put_beside(&x, &x.groups[g], err) && put_turns(&x, &x.groups[g], err);
    }
    const char *what = arena_printf(&x.arena, "export %s%s", options->writer->name,
                                    options->columns.sensitive_extra ? ", sensitive" : "");
    ok = desk_records_log(&x.records, what, options->why, ok ? err : NULL) && ok;
    ok = desk_files_end(&x.out, ok, ok ? err : NULL) && ok;
    export_fini(&x);
    return ok;
}

struct forwarding {
    const uint8_t *identity;
    const char *folder;
    unsigned *count;
};

static bool forward_object(void *user, const struct desk_object *o, struct err *err)
{
    struct forwarding *f = user;
    struct buf plain = {0};
    struct age_keys keys = {.identities = (const uint8_t(*)[32])f->identity, .count = 1};
    enum age_result result = AGE_OPENED;
    bool opens = age_open(&plain, o->sealed, o->len, &keys, &result, NULL);
    char path[512], hex[33];
    buf_fini(&plain);
    if (opens || result != AGE_NO_MATCH) {
        return true;
    }
    text_hex(hex, o->id, 16);
    snprintf(path, sizeof path, "%s/%s.age", f->folder, hex);
    ++*f->count;
    return file_write(path, o->sealed, o->len, FILE_PRIVATE, true, err);
}

bool desk_forward(struct desk *desk, const uint8_t identity[32], const char *folder,
                  unsigned *count, struct err *err)
{
    struct forwarding f = {identity, folder, count};
    *count = 0;
    return file_folder(folder, 0700, err) && desk_objects(desk, forward_object, &f, err);
}
