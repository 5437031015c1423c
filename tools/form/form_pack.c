/* SPDX-License-Identifier: Apache-2.0 */
/* What a form's package holds. */
#include "tools/form/form_pack.h"

#include <stdio.h>
#include <string.h>

#include "forms/engine/form.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/json.h"
#include "platform/machine/text.h"

struct lists {
    struct form_source_env *desk;
    struct arena *arena;
    struct package_file *files;
    size_t max, count;
};

static bool gather(struct lists *l, const char *uri, struct err *err)
{
    const char *name = file_name(uri);
    struct buf bytes = {0};
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->files[i].name, name) == 0) {
            return true;
        }
    }
    if (l->count == l->max) {
        return err_set(err, ERR_LIMIT, "the form uses more than %zu external lists", l->max);
    }
    if (!form_source_resource(l->desk, uri, &bytes, err)) {
        return err_hint(err, "put the list in the form's folder");
    }
    l->files[l->count].name = arena_text(l->arena, name);
    l->files[l->count].bytes = arena_copy(l->arena, bytes.data, bytes.len);
    l->files[l->count++].len = bytes.len;
    buf_fini(&bytes);
    return true;
}

/* Collects the external lists of a form for its package; they keep their names. */
static bool gather_lists(const struct form *form, struct lists *l, struct err *err)
{
    for (const struct secondary *s = form->secondary; s; s = s->next) {
        if (!s->root && s->src && !strstr(s->src, "last-saved") && !gather(l, s->src, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < form->item_count; i++) {
        const struct control *c = form->items[i]->control;
        if (c && c->external && !gather(l, "jr://file-csv/itemsets.csv", err)) {
            return false;
        }
        bool named = c && c->search && c->search->arg_count && c->search->args[0]->op == XP_STRING;
        if (named &&
            !gather(l, arena_printf(l->arena, "jr://file-csv/%s.csv", c->search->args[0]->text),
                    err)) {
            return false;
        }
    }
    return true;
}

/* Collects images and sounds of labels, from the form's folder or its folder media.  A
 * missing file is only a warning: the question can be asked without it. */
static bool gather_media(const struct form *form, struct lists *l, struct err *err)
{
    static const enum text_form forms[] = {FORM_IMAGE, FORM_BIG_IMAGE, FORM_AUDIO, FORM_VIDEO};
    for (size_t i = 0; i < form->itexts.cap; i++) {
        const struct itext *text = form->itexts.slots[i].key ? form->itexts.slots[i].value : NULL;
        for (size_t k = 0; text && k < form->language_count * 4; k++) {
            const struct text *t = text->texts[k / 4 * TEXT_FORM_COUNT + forms[k % 4]];
            const char *uri = t && t->count == 1 ? t->parts[0].literal : NULL;
            const char *name = uri ? strrchr(uri, '/') : NULL;
            struct err why = {0};
            if (!name) {
                continue;
            }
            if (!gather(l, uri, &why)) {
                if (why.code == ERR_LIMIT) {
                    *err = why;
                    return false;
                }
                fprintf(stderr,
                        "warning: the file %s is missing; the question is asked without it\n",
                        name + 1);
            }
        }
    }
    return true;
}

static bool lists_read(struct lists *l, struct err *err)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct package_file *f = &l->files[i];
        struct csv csv;
        struct json *json;
        bool ok = true;
        if (file_ends(f->name, ".csv")) {
            ok = csv_parse(&csv, l->arena, f->bytes, f->len, err);
        } else if (file_ends(f->name, ".geojson")) {
            ok = json_parse(&json, l->arena, f->bytes, f->len, err) &&
                 (json_member(json, "features") ||
                  err_set(err, ERR_INPUT, "the file is not a FeatureCollection"));
        }
        if (!ok) {
            return err_at(err, "the list %s", f->name);
        }
    }
    return true;
}

/* Missing lists are reported as warnings: the form itself may still be correct. */
void form_pack_check(const struct form *form, struct form_source_env *desk, struct arena *arena)
{
    enum { FILES = 64 };
    struct package_file files[FILES];
    struct lists lists = {desk, arena, files, FILES, 0};
    struct err err = {0};
    if (!gather_lists(form, &lists, &err) || !lists_read(&lists, &err)) {
        char text[1100];
        err_text(&err, text, sizeof text);
        fprintf(stderr, "warning: %s\n", text);
    }
}

/* Opens a session, too: a form that no session can be opened with is not packed. */
bool form_pack_read(struct form_pack *p, const char *file, const char *root, struct err *err)
{
    struct xlsform_options options = {.root = root};
    struct session *session = NULL;
    struct form_source_env desk;
    struct lists lists = {&desk, &p->arena, p->files, FORM_PACK_FILES, 1};
    memset(p, 0, sizeof *p);
    arena_init(&p->arena);
    form_source_env_init(&desk, file);
    p->files[0].name = "form.xml"; /* its bytes follow; the lists are gathered behind it */
    bool ok = form_source_xml(&p->xml, file, &options, &p->arena, NULL, err) &&
              form_load(&p->form, p->xml.data, p->xml.len, &xml_trusted, err) &&
              form_source_fit(p->form, &p->arena, NULL, err) &&
              session_new(&session, p->form, &desk.env, err) &&
              gather_lists(p->form, &lists, err) && gather_media(p->form, &lists, err);
    p->files[0] =
        (struct package_file){.name = "form.xml", .bytes = p->xml.data, .len = p->xml.len};
    p->count = lists.count;
    session_free(session);
    return ok;
}

void form_pack_fini(struct form_pack *p)
{
    form_free(p->form);
    buf_fini(&p->xml);
    arena_fini(&p->arena);
}
