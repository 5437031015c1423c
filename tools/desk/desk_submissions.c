/* SPDX-License-Identifier: Apache-2.0 */
/* Writes records as ODK submissions. */
#include "tools/desk/desk_submissions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_odk.h"
#include "platform/custody/tar.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_attachments.h"
#include "tools/desk/desk_files.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

struct group { /* all versions of one form */
    const char *id;
    struct dataset *dataset; /* what is hidden in any version is hidden in all */
    struct buf order;        /* submissions.csv */
};
struct submitting {
    struct desk *desk;
    const struct export_options *options;
    struct export_counts *counts;
    struct desk_records records;
    struct desk_reviews reviews;
    struct desk_filter filter;
    struct arena arena;
    struct desk_files out;
    struct group *groups;
    size_t group_count;
    struct tally seen;
    uint64_t read, held;
};

static struct group *group_of(struct submitting *s, const char *id)
{
    for (size_t i = 0; i < s->group_count; i++) {
        if (strcmp(s->groups[i].id, id) == 0) {
            return &s->groups[i];
        }
    }
    return NULL;
}

static bool make_groups(struct submitting *s, struct err *err)
{
    const struct desk_records *r = &s->records;
    const struct form **forms = arena_alloc(&s->arena, (r->version_count + 1) * sizeof *forms);
    bool ok = true;
    for (size_t v = 0; ok && v < r->version_count; v++) {
        const char *id = r->versions[v].form->id;
        size_t count = 0;
        if (group_of(s, id) || (s->filter.form && strcmp(id, s->filter.form) != 0)) {
            continue;
        }
        for (size_t k = v; k < r->version_count; k++) {
            if (strcmp(r->versions[k].form->id, id) == 0) {
                forms[count++] = r->versions[k].form;
            }
        }
        struct group group = {.id = id};
        ok = dataset_new(&group.dataset, forms, count, &s->options->columns, err);
        if (ok) {
            s->groups = mem_grow(s->groups, s->group_count + 1, sizeof *s->groups);
            s->groups[s->group_count++] = group;
        }
    }
    return ok;
}

static bool put(struct submitting *s, const char *path, const void *bytes, size_t len,
                struct err *err)
{
    bool ok = desk_files_put(&s->out, arena_text(&s->arena, path), bytes, len, err);
    s->counts->files += ok;
    return ok;
}

/* ---- forms ---- */

static bool put_form(void *user, const struct desk_form_row *row, struct err *err)
{
    struct submitting *s = user;
    const struct form *form = NULL;
    for (size_t v = 0; v < s->records.version_count; v++) {
        if (memcmp(s->records.versions[v].hash, row->hash, 32) == 0) {
            form = s->records.versions[v].form;
        }
    }
    if (!form || !group_of(s, form->id)) {
        return true;
    }
    const char *folder = arena_join(&s->arena, s->options->out, "/", form->id, NULL);
    const char *path = arena_join(&s->arena, folder, "/", form->id, " - ",
                                  *form->version ? form->version : "0", ".xml", NULL);
    return file_folder(folder, 0700, err) && put(s, path, row->xml, row->xml_len, err);
}

/* ---- files ---- */

/* The log without the answers to hidden questions. */
static bool put_log(struct submitting *s, const struct group *group, const char *path,
                    const struct tar_member *m, bool no_sound, struct err *err)
{
    struct buf out = {0};
    bool ok = desk_put_log(&out, group->dataset, m, NULL, true, no_sound, err) &&
              put(s, path, out.data, out.len, err);
    buf_fini(&out);
    return ok;
}

/* Files that the submission still names, and the log. */
static bool put_files(struct submitting *s, const struct group *group, const struct record *r,
                      const struct buf *xml, const char *folder, bool no_sound, struct err *err)
{
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    bool ok = true;
    while (ok && r->files && tar_next(&tar, &m, NULL)) {
        const char *path = arena_join(&s->arena, folder, "/", m.name, NULL);
        bool named = memmem(xml->data, xml->len, m.name, strlen(m.name)) != NULL;
        if (strcmp(m.name, "memos.csv") == 0) {
            s->counts->hidden_memos++; /* no part of a submission */
        } else if (named && strcmp(m.name, "audit.csv") == 0) {
            ok = put_log(s, group, path, &m, no_sound, err);
        } else if (!named || !desk_is_attachment(m.name)) {
            continue;
        } else if (no_sound && desk_is_recording(m.name)) {
            s->counts->withdrawn_media++;
        } else {
            ok = put(s, path, m.bytes, m.len, err);
            s->counts->media += ok;
        }
    }
    return ok;
}

/* ---- records ---- */

static void note_order(struct group *group, const char *folder, const struct buf *xml)
{
    struct arena arena;
    struct xml *root;
    const char *own = "", *old = "";
    arena_init(&arena);
    if (xml_parse(&root, &arena, xml->data, xml->len, &xml_foreign, NULL)) {
        const struct xml *meta = xml_child(root, "meta");
        const struct xml *id = meta ? xml_child(meta, "instanceID") : NULL;
        const struct xml *replaced = meta ? xml_child(meta, "deprecatedID") : NULL;
        own = id ? xml_content(&arena, id) : "";
        old = replaced ? xml_content(&arena, replaced) : "";
    }
    csv_cell(&group->order, folder, true);
    csv_cell(&group->order, own, false);
    csv_cell(&group->order, old, false);
    csv_end(&group->order);
    arena_fini(&arena);
}

static bool put_record(struct submitting *s, struct group *group, const struct form *form,
                       const struct record *r, unsigned uses, struct err *err)
{
    char key[48], withdrawn[WITHDRAWN_TEXT];
    struct buf xml = {0};
    unsigned hidden = 0;
    withdrawn_text(withdrawn, uses);
    desk_record_key(key, r->record_id);
    const char *name = arena_join(&s->arena, "uuid", strchr(key, ':') + 1, NULL);
    const char *instances =
        arena_join(&s->arena, s->options->out, "/", form->id, "/instances", NULL);
    const char *folder = arena_join(&s->arena, instances, "/", name, NULL);
    struct err why = {0};
    if (!dataset_submission(&xml, group->dataset, form, r->xml, r->xml_len, uses ? withdrawn : NULL,
                            &hidden, &why)) {
        s->counts->unreadable++;
        buf_fini(&xml);
        return true;
    }
    bool ok =
        file_folder(instances, 0700, err) && file_folder(folder, 0700, err) &&
        put(s, arena_join(&s->arena, folder, "/submission.xml", NULL), xml.data, xml.len, err) &&
        put_files(s, group, r, &xml, folder, (uses & USE_RECORDING) != 0, err);
    note_order(group, name, &xml);
    s->counts->records += ok;
    s->counts->hidden_columns += hidden;
    s->counts->withdrawn += uses != 0;
    buf_fini(&xml);
    return ok;
}

static bool take_record(struct submitting *s, struct record *r, struct err *err)
{
    const struct form *form = desk_record_form(&s->records, r);
    const struct desk_family *family = desk_family_of(&s->records.edits, r->record_id);
    enum review_state state;
    unsigned uses;
    char code[64];
    if (((r->flags & RECORD_TRAINING) != 0) != s->filter.training) {
        return true;
    }
    if (!form) {
        s->counts->without_form++;
        return true;
    }
    desk_record_date(&s->records, r);
    desk_record_submitter(code, sizeof code, form, r);
    if (family) { /* all versions are chosen by the one that counts */
        snprintf(code, sizeof code, "%s", family->versions[family->count - 1]->submitter);
    }
    (void)desk_review_now(&s->reviews, &s->records.edits, r->record_id, &state);
    if (!desk_withdrawn(s->desk, r->record_id, &uses, err)) {
        return false;
    }
    uses |= family ? family->withdrawn : 0;
    if (uses & USE_ANSWERS) {
        return true; /* another version was withdrawn */
    }
    if (!desk_filter_passes(&s->filter, r, form, code, state)) {
        s->counts->filtered++;
        return true;
    }
    return put_record(s, group_of(s, form->id), form, r, uses, err);
}

static bool open_object(void *user, const struct desk_object *o, struct err *err)
{
    struct submitting *s = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (s->options->progress) {
        s->options->progress("written", ++s->read, s->held);
    }
    if (tally_add(&s->seen, o->id) > 1) {
        s->counts->twice++;
        return true;
    }
    switch (desk_record_open(&s->records, o, &plain, &r)) {
    case DESK_OPENED:
        ok = take_record(s, &r, err);
        break;
    case DESK_CLOSED:
        s->counts->closed++;
        break;
    case DESK_UNREADABLE:
        s->counts->unreadable++;
        break;
    }
    buf_fini(&plain);
    return ok;
}

static bool put_orders(struct submitting *s, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < s->group_count; i++) {
        struct buf all = {0};
        buf_join(&all, "folder,instanceID,deprecatedID\n",
                 s->groups[i].order.len ? s->groups[i].order.data : "", NULL);
        ok = put(
            s,
            arena_join(&s->arena, s->options->out, "/", s->groups[i].id, "/submissions.csv", NULL),
            all.data, all.len, err);
        buf_fini(&all);
    }
    return ok;
}

bool desk_export_submissions(struct desk *desk, const uint8_t identity[32],
                             const struct export_options *options, struct export_counts *counts,
                             struct err *err)
{
    struct submitting s = {
        .desk = desk, .options = options, .counts = counts, .filter = options->filter};
    uint64_t apart = 0;
    memset(counts, 0, sizeof *counts);
    arena_init(&s.arena);
    desk_files_init(&s.out, &s.arena, options->out, options->force);
    bool ok = desk_records_init(&s.records, desk, identity, err);
    ok = desk_reviews_read(&s.reviews, desk, ok ? err : NULL) && ok &&
         desk_filter_prepare(&s.filter, &s.records, err) && desk_kept_apart(desk, &apart, err) &&
         desk_held(desk, &s.held, err) && make_groups(&s, err) &&
         file_folder(options->out, 0700, err) && desk_forms(desk, put_form, &s, err) &&
         desk_objects(desk, open_object, &s, err) && put_orders(&s, err);
    counts->kept_apart = (unsigned)apart;
    const char *what = options->columns.sensitive_extra ? "export odk, sensitive" : "export odk";
    ok = desk_records_log(&s.records, what, options->why, ok ? err : NULL) && ok;
    ok = desk_files_end(&s.out, ok, ok ? err : NULL) && ok;
    for (size_t i = 0; i < s.group_count; i++) {
        dataset_free(s.groups[i].dataset);
        buf_fini(&s.groups[i].order);
    }
    free(s.groups);
    tally_fini(&s.seen);
    desk_reviews_fini(&s.reviews);
    desk_records_fini(&s.records);
    arena_fini(&s.arena);
    return ok;
}
