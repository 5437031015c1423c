/* SPDX-License-Identifier: Apache-2.0 */
/* How do sealed records become tables? */
#include "tools/desk_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/age.h"
#include "platform/csv.h"
#include "platform/file.h"
#include "platform/record.h"
#include "platform/tar.h"
#include "platform/text.h"

struct version {
    uint8_t hash[32];
    struct form *form;
};

struct group { /* all versions of a form */
    const char *form_id;
    struct columns *columns;
    struct buf audit, memos; /* rows of all interviews, as Central collects them */
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
    char **names; /* of the files written so far */
    size_t name_count;
};

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

/* Is it left out of tables?  `path` may hold places of entries, [n]. */
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

/* One interview's log, each row behind the interview's id; what tables leave out, it leaves out,
 * too. */
static bool take_rows(const struct columns *columns, struct buf *out, const uint8_t id[16], const struct tar_member *m, struct err *err)
{
    enum { NODE = 1, BEFORE = 7, AFTER = 8 };
    struct arena arena;
    struct csv csv;
    char hex[33];
    arena_init(&arena);
    text_hex(hex, id, 16);
    const char *uuid = arena_printf(&arena, "uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
                                    hex + 12, hex + 16, hex + 20);
    bool ok = csv_parse(&csv, &arena, m->bytes, m->len, err);
    for (size_t r = out->len ? 1 : 0; ok && r < csv.count; r++) {
        bool hide = r && csv.rows[r].count > AFTER && is_left_out(columns, csv.rows[r].cells[NODE]);
        csv_cell(out, r ? uuid : "instance ID", true);
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

/* The path of the answer that names this file, in the record's own instance; false: none does. */
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

static bool take_files(struct exporting *x, const struct record *r, struct group *group, unsigned *count, struct err *err)
{
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    struct err why = {0};
    bool ok = true;
    while (ok && tar_next(&tar, &m, &why)) {
        ++*count;
        if (strcmp(m.name, "audit.csv") == 0) {
            ok = take_rows(group->columns, &group->audit, r->record_id, &m, &why);
        } else if (strcmp(m.name, "memos.csv") == 0 && !x->options->columns.sensitive_extra) {
            x->counts->hidden_memos++; /* nobody can say beforehand what stands in them */
        } else if (strcmp(m.name, "memos.csv") == 0) {
            ok = take_rows(group->columns, &group->memos, r->record_id, &m, &why);
        } else if (is_safe_name(m.name) && is_hidden_file(group->columns, r, m.name)) {
            x->counts->hidden_media++;
        } else if (is_safe_name(m.name)) {
            struct buf path = {0};
            buf_printf(&path, "%s/media", x->options->out);
            ok = file_folder(x->options->out, 0700, &why) && file_folder(path.data, 0700, &why);
            buf_printf(&path, "/%s", m.name);
            ok = ok && file_write(path.data, m.bytes, m.len, FILE_PRIVATE, x->options->force, &why);
            x->counts->media += ok;
            buf_fini(&path);
        }
    }
    if (why.code) {
        *err = why;
    }
    return ok && !why.code;
}

/* The interviewer's code, from the question that the form marks suhbat:submitter. */
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

/* A record that cannot be read is counted; it does not keep the others from their tables. */
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
    char device[33], code[64], hex[33], key[48];
    for (size_t i = 0; i < x->version_count; i++) {
        if (memcmp(x->versions[i].hash, r->package_hash, 32) == 0) {
            v = &x->versions[i];
        }
    }
    if (((r->flags & RECORD_TRAINING) != 0) != x->options->training) {
        return true; /* training never mixes with the field */
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
    if (r->files && !take_files(x, r, group, &s.attachments_present, &why) &&
        !bad(x, &why, err)) {
        return false;
    }
    s.attachments_expected = s.attachments_present;
    bool added = columns_add(columns, v->form, r->xml, r->xml_len, &s, &why);
    x->counts->records += added;
    return added || bad(x, &why, err);
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

/* Form "a-r" and the repeat "r" of form "a" want the same name: the later one is told apart. */
static char *table_path(struct exporting *x, struct arena *arena, const char *name)
{
    size_t stem = strlen(name) - strlen(".csv");
    char *path = arena_printf(arena, "%s/%s", x->options->out, name);
    for (size_t n = 2, i = 0; i < x->name_count; i++) {
        if (strcasecmp(x->names[i], path) == 0) { /* a disk of Windows' takes them for one, too */
            path = arena_printf(arena, "%s/%.*s~%zu.csv", x->options->out, (int)stem, name, n++);
            i = (size_t)-1; /* from the first on */
        }
    }
    x->names = mem_grow(x->names, x->name_count + 1, sizeof *x->names);
    return x->names[x->name_count++] = path;
}

static bool write_tables(struct exporting *x, struct arena *arena, struct err *err)
{
    for (size_t g = 0; g < x->group_count; g++) {
        struct columns *c = x->groups[g].columns;
        x->counts->hidden_columns += (unsigned)columns_hidden(c);
        for (size_t t = 0; t < columns_tables(c); t++) {
            struct buf csv = {0};
            columns_write(c, t, &csv);
            bool ok = file_write(table_path(x, arena, columns_name(c, t)), csv.data, csv.len,
                                 FILE_PRIVATE, x->options->force, err);
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
            struct buf path = {0};
            const char *table = columns_name(c, 0);
            buf_printf(&path, "%s/%.*s - %s.csv", x->options->out,
                       (int)(strlen(table) - strlen(".csv")), table, beside[k].name);
            bool ok = !beside[k].rows->len ||
                      file_write(path.data, beside[k].rows->data, beside[k].rows->len, FILE_PRIVATE,
                                 x->options->force, err);
            buf_fini(&path);
            if (!ok) {
                return false;
            }
            x->counts->files += beside[k].rows->len > 0;
        }
    }
    return true;
}

bool desk_export_csv(struct desk *desk, const uint8_t identity[32],
                     const struct export_options *options, struct export_counts *counts,
                     struct err *err)
{
    struct exporting x = {.desk = desk, .identity = identity, .options = options, .counts = counts};
    struct arena arena;
    memset(counts, 0, sizeof *counts);
    arena_init(&arena);
    bool ok = desk_forms(desk, load_version, &x, err) && desk_devices(desk, keep_device, &x, err) &&
              make_groups(&x, err);
    if (ok && options->columns.split_multiple) {
        x.scan = true;
        ok = desk_objects(desk, open_object, &x, err);
        x.scan = false;
    }
    ok = ok && desk_objects(desk, open_object, &x, err) && file_folder(options->out, 0700, err) &&
         write_tables(&x, &arena, err);
    for (size_t i = 0; i < x.group_count; i++) {
        columns_free(x.groups[i].columns);
        buf_fini(&x.groups[i].audit);
        buf_fini(&x.groups[i].memos);
    }
    for (size_t i = 0; i < x.version_count; i++) {
        form_free(x.versions[i].form);
    }
    free(x.names);
    arena_fini(&arena);
    free(x.groups);
    free(x.versions);
    free(x.devices);
    return ok;
}
