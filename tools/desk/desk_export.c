/* SPDX-License-Identifier: Apache-2.0 */
/* Exports sealed records as CSV tables and attachments. */
#include "tools/desk/desk_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/custody/record.h"
#include "platform/custody/tar.h"
#include "platform/machine/text.h"

struct version {
    uint8_t hash[32];
    struct form *form;
};

struct group { /* all versions of one form */
    const char *form_id;
    struct columns *columns;
    struct buf audit, memos; /* rows of all interviews, in one file as ODK Central exports them */
};

struct exporting {
    struct desk *desk;
    const uint8_t *identity;
    const struct export_options *options;
    struct export_counts *counts;
    struct version *versions; /* newest first */
    size_t version_count;
    struct group *groups;
    size_t group_count;
    bool scan;
    struct desk_device *devices;
    size_t device_count;
    struct arena arena;
    struct map tables;  /* table paths in lower case, to find clashes on disks that ignore case */
    struct map keys;    /* record id → number of records with it */
    struct map media;   /* attachment name → number of attachments with it */
    struct map objects; /* hashes of the objects opened so far */
    const char **files; /* files written so far, each still named with side_ending */
    size_t file_count;
};

/* ---- files ---- */

/* Suffix of each file until all are written. */
static const char side_ending[] = ".new";

static bool put_file(struct exporting *x, const char *path, const void *bytes, size_t len,
                     struct err *err)
{
    if (!x->options->force && file_exists(path)) {
        err_set(err, ERR_INPUT, "the file already exists");
        err_at(err, "%s", path);
        return err_hint(err, "choose another folder, or use --force to replace it");
    }
    x->files = mem_grow(x->files, x->file_count + 1, sizeof *x->files);
    x->files[x->file_count++] = path;
    return file_write(arena_printf(&x->arena, "%s%s", path, side_ending), bytes, len, FILE_PRIVATE,
                      true, err);
}

/* Renames all new files to their final names; on failure (`ok` false) removes them. */
static bool end_files(struct exporting *x, bool ok, struct err *err)
{
    for (size_t i = 0; i < x->file_count; i++) {
        const char *side = arena_printf(&x->arena, "%s%s", x->files[i], side_ending);
        if (ok) {
            ok = file_rename(side, x->files[i], err);
        } else {
            (void)(file_exists(side) && file_remove(side, NULL));
        }
    }
    return ok;
}

/* Counts a key; returns how often it has occurred, including this time. */
static size_t count_in(struct exporting *x, struct map *map, const char *key)
{
    size_t *n = map_get(map, key);
    if (!n) {
        n = arena_alloc(&x->arena, sizeof *n);
        *n = 0;
        map_put(map, arena_text(&x->arena, key), n);
    }
    return ++*n;
}

static bool load_version(void *user, const struct desk_form_row *row, struct err *err)
{
    struct exporting *x = user;
    struct form *form;
    if (!form_load(&form, row->xml, row->xml_len, &xml_trusted, err)) {
        return false;
    }
    x->versions = mem_grow(x->versions, x->version_count + 1, sizeof *x->versions);
    memcpy(x->versions[x->version_count].hash, row->hash, 32);
    x->versions[x->version_count++].form = form;
    return true;
}

static bool keep_device(void *user, const struct desk_device *device, struct err *err)
{
    struct exporting *x = user;
    (void)err;
    x->devices = mem_grow(x->devices, x->device_count + 1, sizeof *x->devices);
    x->devices[x->device_count++] = *device;
    return true;
}

static struct columns *group_of(struct exporting *x, const char *form_id)
{
    for (size_t i = 0; i < x->group_count; i++) {
        if (strcmp(x->groups[i].form_id, form_id) == 0) {
            return x->groups[i].columns;
        }
    }
    return NULL;
}

static bool make_groups(struct exporting *x, struct err *err)
{
    const struct form **forms = mem_alloc((x->version_count + 1) * sizeof *forms);
    bool ok = true;
    for (size_t v = 0; v < x->version_count && ok; v++) {
        const char *id = x->versions[v].form->id;
        size_t count = 0;
        if (group_of(x, id)) {
            continue;
        }
        for (size_t k = v; k < x->version_count; k++) {
            if (strcmp(x->versions[k].form->id, id) == 0) {
                forms[count++] = x->versions[k].form;
            }
        }
        struct columns *columns;
        ok = columns_new(&columns, forms, count, &x->options->columns, err);
        if (ok) {
            x->groups = mem_grow(x->groups, x->group_count + 1, sizeof *x->groups);
            x->groups[x->group_count] = (struct group){.form_id = id, .columns = columns};
            x->group_count++;
        }
    }
    free(forms);
    return ok;
}

/* ---- attachments ---- */

/* Whether the column of this path is left out.  `path` may have entry positions, [n]. */
static bool is_left_out(const struct columns *columns, const char *path)
{
    struct buf plain = {0};
    bool inside = false;
    for (const char *p = path; *p; p++) {
        inside = *p == '[' || (inside && *p != ']');
        if (!inside && *p != ']') {
            buf_char(&plain, *p);
        }
    }
    buf_add(&plain, "", 0);
    bool out = columns_hide(columns, plain.data);
    buf_fini(&plain);
    return out;
}

/* Appends one interview's log, each row preceded by the interview's id.  Values of hidden
 * columns are left out here too. */
static bool take_rows(const struct columns *columns, struct buf *out, const char *key,
                      const struct tar_member *m, struct err *err)
{
    enum { NODE = 1, BEFORE = 7, AFTER = 8 };
    struct arena arena;
    struct csv csv;
    arena_init(&arena);
    bool ok = csv_parse(&csv, &arena, m->bytes, m->len, err);
    for (size_t r = out->len ? 1 : 0; ok && r < csv.count; r++) {
        bool hide = r && csv.rows[r].count > NODE && is_left_out(columns, csv.rows[r].cells[NODE]);
        csv_cell(out, r ? key : "instance ID", true);
        for (size_t c = 0; c < csv.rows[r].count; c++) {
            csv_cell(out, hide && (c == BEFORE || c == AFTER) ? "" : csv.rows[r].cells[c], false);
        }
        csv_end(out);
    }
    arena_fini(&arena);
    return ok;
}

static bool is_safe_name(const char *name)
{
    size_t hex = strspn(name, "0123456789abcdef");
    const char *ext = name + hex + 1;
    return hex == 32 && name[hex] == '.' && *ext && strlen(ext) <= 8 &&
           strspn(ext, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(ext);
}

/* Finds the path of the answer that names this file in the record's instance; false: none
 * does. */
static bool names_file(const struct xml *node, const char *name, struct buf *path)
{
    size_t before = path->len;
    buf_join(path, "/", node->name, NULL);
    bool leaf = !xml_child(node, NULL);
    const struct xml *text = node->first;
    if (leaf && text && !text->name && strcmp(text->text, name) == 0) {
        return true;
    }
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        if (names_file(c, name, path)) {
            return true;
        }
    }
    buf_cut(path, before);
    return false;
}

static bool is_hidden_file(const struct columns *columns, const struct record *r, const char *name)
{
    struct arena arena;
    struct xml *root;
    struct buf path = {0};
    arena_init(&arena);
    buf_add(&path, "", 0);
    bool hidden = !xml_parse(&root, &arena, r->xml, r->xml_len, &xml_foreign, NULL) ||
                  (names_file(root, name, &path) && is_left_out(columns, path.data));
    buf_fini(&path);
    arena_fini(&arena);
    return hidden;
}

static bool take_medium(struct exporting *x, const struct tar_member *m, const char *key,
                        struct err *err)
{
    char *folder = arena_printf(&x->arena, "%s/media", x->options->out);
    bool another = count_in(x, &x->media, m->name) > 1;
    if (another) { /* name used by another record, or by a second history of the same record */
        folder = arena_printf(&x->arena, "%s/%s", folder, key + strlen("uuid:"));
    }
    bool ok = file_folder(folder, 0700, err) &&
              put_file(x, arena_printf(&x->arena, "%s/%s", folder, m->name), m->bytes, m->len, err);
    x->counts->media += ok;
    x->counts->same_name += ok && another;
    return ok;
}

static bool take_files(struct exporting *x, const struct record *r, const char *key,
                       struct group *group, unsigned *count, struct err *err)
{
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    struct err why = {0};
    bool ok = true;
    while (ok && tar_next(&tar, &m, &why)) {
        ++*count;
        if (strcmp(m.name, "audit.csv") == 0) {
            ok = take_rows(group->columns, &group->audit, key, &m, &why);
        } else if (strcmp(m.name, "memos.csv") == 0 && !x->options->columns.sensitive_extra) {
            x->counts->hidden_memos++; /* memos are free text and may contain anything sensitive */
        } else if (strcmp(m.name, "memos.csv") == 0) {
            ok = take_rows(group->columns, &group->memos, key, &m, &why);
        } else if (is_safe_name(m.name) && is_hidden_file(group->columns, r, m.name)) {
            x->counts->hidden_media++;
        } else if (is_safe_name(m.name)) {
            ok = take_medium(x, &m, key, &why);
        }
    }
    if (why.code) {
        *err = why;
    }
    return ok && !why.code;
}

/* Copies the interviewer's code, the answer to the form's suhbat:submitter question; "" if
 * there is none. */
static void submitter(char *out, size_t size, const struct form *form, const char *xml, size_t len)
{
    struct arena arena;
    struct xml *root;
    *out = '\0';
    arena_init(&arena);
    if (form->submitter && xml_parse(&root, &arena, xml, len, &xml_foreign, NULL)) {
        const struct xml *at = root;
        const char *path = strchr(form->submitter->path + 1, '/');
        while (at && path && *path == '/') {
            size_t n = strcspn(++path, "/");
            at = xml_child(at, arena_copy(&arena, path, n));
            path += n;
        }
        if (at) {
            snprintf(out, size, "%s", xml_content(&arena, at));
        }
    }
    arena_fini(&arena);
}

static const uint8_t *device_key(const struct exporting *x, const uint8_t id[16])
{
    for (size_t i = 0; i < x->device_count; i++) {
        if (memcmp(x->devices[i].id, id, 16) == 0) {
            return x->devices[i].sign_pk;
        }
    }
    return NULL;
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

static bool take_record(struct exporting *x, const struct record *r, struct err *err)
{
    struct version *v = NULL;
    struct err why = {0};
    char device[33], code[64], hex[33], key[80];
    for (size_t i = 0; i < x->version_count; i++) {
        if (memcmp(x->versions[i].hash, r->package_hash, 32) == 0) {
            v = &x->versions[i];
        }
    }
    if (((r->flags & RECORD_TRAINING) != 0) != x->options->training) {
        return true; /* training records are never mixed with real ones */
    }
    if (!v) {
        x->counts->without_form += !x->scan;
        return true;
    }
    struct columns *columns = group_of(x, v->form->id);
    if (x->scan) {
        return columns_scan(columns, v->form, r->xml, r->xml_len, &why) || bad(x, &why, err);
    }
    text_hex(device, r->device_id, 16);
    text_hex(hex, r->record_id, 16);
    snprintf(key, sizeof key, "uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    size_t times = count_in(x, &x->keys, key);
    if (times > 1) {
        snprintf(key + strlen(key), sizeof key - strlen(key), "~%zu", times);
        x->counts->twice++;
    }
    submitter(code, sizeof code, v->form, r->xml, r->xml_len);
    struct submission s = {.date_ms = r->finalised_ms,
                           .submitter_id = code,
                           .submitter_name = "",
                           .device_id = device,
                           .form_version = v->form->version,
                           .status = "",
                           .review_state = "",
                           .record_key = key};
    struct group *group = NULL;
    for (size_t g = 0; g < x->group_count; g++) {
        group = x->groups[g].columns == columns ? &x->groups[g] : group;
    }
    if (r->files && !take_files(x, r, key, group, &s.attachments_present, &why) &&
        !bad(x, &why, err)) {
        return false;
    }
    s.attachments_expected = s.attachments_present;
    bool added = columns_add(columns, v->form, r->xml, r->xml_len, &s, &why);
    x->counts->records += added;
    return added || bad(x, &why, err);
}

/* Whether the same bytes were opened before: a batch may be in two histories of a device. */
static bool was_opened(struct exporting *x, const struct desk_object *o)
{
    uint8_t hash[32];
    char hex[65];
    hash_plain(hash, o->sealed, o->len);
    text_hex(hex, hash, sizeof hash);
    return count_in(x, &x->objects, hex) > 1;
}

static bool open_object(void *user, const struct desk_object *o, struct err *err)
{
    struct exporting *x = user;
    struct buf plain = {0};
    struct record r;
    struct age_keys keys = {.identities = (const uint8_t(*)[32])x->identity, .count = 1};
    const uint8_t *key = device_key(x, o->device);
    struct err why = {0};
    bool ok = true;
    if (!x->scan && was_opened(x, o)) {
        return true;
    }
    if (key && age_open(&plain, o->sealed, o->len, &keys, NULL, &why) &&
        record_read(&r, plain.data, plain.len, key, &why) &&
        memcmp(r.study_id, desk_catalogue(x->desk)->study_id, 16) == 0 &&
        memcmp(r.device_id, o->device, 16) == 0 && r.seq == o->seq) {
        ok = take_record(x, &r, err);
    } else {
        x->counts->unreadable += !x->scan;
    }
    buf_fini(&plain);
    return ok;
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
static char *table_path(struct exporting *x, const char *name)
{
    size_t stem = strlen(name) - strlen(".csv");
    char *path = arena_printf(&x->arena, "%s/%s", x->options->out, name);
    for (size_t n = 2; map_get(&x->tables, small_letters(&x->arena, path)); n++) {
        path = arena_printf(&x->arena, "%s/%.*s~%zu.csv", x->options->out, (int)stem, name, n);
    }
    map_put(&x->tables, small_letters(&x->arena, path), path);
    return path;
}

static bool write_tables(struct exporting *x, struct err *err)
{
    for (size_t g = 0; g < x->group_count; g++) {
        struct columns *c = x->groups[g].columns;
        x->counts->hidden_columns += (unsigned)columns_hidden(c);
        x->counts->other_ids += (unsigned)columns_other_ids(c);
        for (size_t t = 0; t < columns_tables(c); t++) {
            struct buf csv = {0};
            columns_write(c, t, &csv);
            bool ok = put_file(x, table_path(x, columns_name(c, t)), csv.data, csv.len, err);
            buf_fini(&csv);
            if (!ok) {
                return false;
            }
            x->counts->files++;
        }
        const struct {
            const char *name;
            const struct buf *rows;
        } beside[] = {{"audit", &x->groups[g].audit}, {"memos", &x->groups[g].memos}};
        for (size_t k = 0; k < sizeof beside / sizeof *beside; k++) {
            const char *table = columns_name(c, 0);
            char *name = arena_printf(&x->arena, "%.*s - %s.csv",
                                      (int)(strlen(table) - strlen(".csv")), table, beside[k].name);
            if (!beside[k].rows->len) {
                continue;
            }
            if (!put_file(x, table_path(x, name), beside[k].rows->data, beside[k].rows->len, err)) {
                return false;
            }
            x->counts->files++;
        }
    }
    return true;
}

bool desk_export_csv(struct desk *desk, const uint8_t identity[32],
                     const struct export_options *options, struct export_counts *counts,
                     struct err *err)
{
    struct exporting x = {.desk = desk, .identity = identity, .options = options, .counts = counts};
    uint64_t apart = 0;
    memset(counts, 0, sizeof *counts);
    arena_init(&x.arena);
    map_init(&x.tables, &x.arena);
    map_init(&x.keys, &x.arena);
    map_init(&x.media, &x.arena);
    map_init(&x.objects, &x.arena);
    bool ok = desk_forms(desk, load_version, &x, err) && desk_devices(desk, keep_device, &x, err) &&
              desk_kept_apart(desk, &apart, err) && make_groups(&x, err);
    counts->kept_apart = (unsigned)apart;
    if (ok && options->columns.split_multiple) {
        x.scan = true;
        ok = desk_objects(desk, open_object, &x, err);
        x.scan = false;
    }
    ok = ok && file_folder(options->out, 0700, err) && desk_objects(desk, open_object, &x, err) &&
         write_tables(&x, err);
    ok = end_files(&x, ok, err);
    for (size_t i = 0; i < x.group_count; i++) {
        columns_free(x.groups[i].columns);
        buf_fini(&x.groups[i].audit);
        buf_fini(&x.groups[i].memos);
    }
    for (size_t i = 0; i < x.version_count; i++) {
        form_free(x.versions[i].form);
    }
    free(x.files);
    arena_fini(&x.arena);
    free(x.groups);
    free(x.versions);
    free(x.devices);
    return ok;
}
