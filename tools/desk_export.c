/* SPDX-License-Identifier: Apache-2.0 */
/* How do sealed records become tables? */
#include "tools/desk_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/age.h"
#include "platform/file.h"
#include "platform/record.h"
#include "platform/text.h"

struct version {
    uint8_t hash[32];
    struct form *form;
};

struct exporting {
    struct desk *desk;
    const uint8_t *identity;
    const struct export_options *options;
    struct export_counts *counts;
    struct version *versions; /* newest first */
    size_t version_count;
    struct {
        const char *form_id;
        struct columns *columns;
    } * groups;
    size_t group_count;
    bool scan;
    struct desk_device *devices;
    size_t device_count;
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
            x->groups[x->group_count].form_id = id;
            x->groups[x->group_count++].columns = columns;
        }
    }
    free(forms);
    return ok;
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
    char device[33], code[64];
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
    submitter(code, sizeof code, v->form, r->xml, r->xml_len);
    struct submission s = {.date_ms = r->finalised_ms,
                           .submitter_id = code,
                           .submitter_name = "",
                           .device_id = device,
                           .form_version = v->form->version,
                           .status = "",
                           .review_state = ""};
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

static bool write_tables(struct exporting *x, struct err *err)
{
    for (size_t g = 0; g < x->group_count; g++) {
        struct columns *c = x->groups[g].columns;
        x->counts->hidden_columns += (unsigned)columns_hidden(c);
        for (size_t t = 0; t < columns_tables(c); t++) {
            struct buf csv = {0}, path = {0};
            columns_write(c, t, &csv);
            buf_printf(&path, "%s/%s", x->options->out, columns_name(c, t));
            bool ok =
                file_write(path.data, csv.data, csv.len, FILE_PRIVATE, x->options->force, err);
            buf_fini(&csv);
            buf_fini(&path);
            if (!ok) {
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
    memset(counts, 0, sizeof *counts);
    bool ok = desk_forms(desk, load_version, &x, err) && desk_devices(desk, keep_device, &x, err) &&
              make_groups(&x, err);
    if (ok && options->columns.split_multiple) {
        x.scan = true;
        ok = desk_objects(desk, open_object, &x, err);
        x.scan = false;
    }
    ok = ok && desk_objects(desk, open_object, &x, err) && file_folder(options->out, 0700, err) &&
         write_tables(&x, err);
    for (size_t i = 0; i < x.group_count; i++) {
        columns_free(x.groups[i].columns);
    }
    for (size_t i = 0; i < x.version_count; i++) {
        form_free(x.versions[i].form);
    }
    free(x.groups);
    free(x.versions);
    free(x.devices);
    return ok;
}
