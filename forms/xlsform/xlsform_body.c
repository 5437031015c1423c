/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the body of an XForm: controls, labels, choices, actions. */
#include "forms/xlsform/xlsform_write.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

static bool put_text(struct writer *w, const struct question *q, const char *key)
{
    const struct field *v = field_get(q->row, key);
    const char *xml = "", *text = v ? v->text : NULL;
    const char *appearance = field_text2(q->row, "control", "appearance");
    bool hint = text_is(key, "hint");
    bool itext =
        hint ? (v && v->first) || field_get(q->row, "guidance_hint") : text_needs_itext(q->row);
    if (itext) {
        buf_join(&w->body, "<", key, NULL);
        write_attr(&w->body, "ref",
                   arena_join(w->m->arena, "jr:itext('", q->path, ":", key, "')", NULL));
        buf_text(&w->body, "/>");
        return true;
    }
    if (!text && hint && q->type) {
        text = q->type->hint;
    }
    if (!text && !hint && appearance && text_is(appearance, "label")) {
        text = " ";
    }
    if (text && !refs_markup(w->m, &xml, q, text)) {
        return model_at(w->m, "survey", q->number, v && v->header ? v->header : key);
    }
    if (*xml) {
        buf_printf(&w->body, "<%s>%s</%s>", key, xml, key);
    } else {
        buf_printf(&w->body, "<%s/>", key);
    }
    return true;
}

static bool put_label_and_hint(struct writer *w, const struct question *q)
{
    const char *appearance = field_text2(q->row, "control", "appearance");
    const struct field *media = field_get(q->row, "media");
    bool label =
        field_get(q->row, "label") || media || (appearance && text_is(appearance, "label"));
    bool hint = field_get(q->row, "hint") || (q->type && q->type->hint);
    if (!label && !hint) {
        err_set(w->m->err, ERR_INPUT, "the question '%s' has no label or hint", q->name);
        err_hint(w->m->err, "write what the interviewer reads out; a guidance_hint is not enough");
        return model_at(w->m, "survey", q->number, "label");
    }
    if (media && field_get(media, "big-image") && !field_get(media, "image")) {
        err_set(w->m->err, ERR_INPUT, "a big-image needs an image, too");
        err_hint(w->m->err, "fill in the column image");
        return model_at(w->m, "survey", q->number, "big-image");
    }
    return put_text(w, q, "label") &&
           (!(hint || field_get(q->row, "guidance_hint")) || put_text(w, q, "hint"));
}

static bool put_attrs(struct writer *w, const struct question *q)
{
    const struct field *control = field_get(q->row, "control");
    for (const struct field *v = control ? control->first : NULL; v; v = v->next) {
        const char *text = v->text;
        if (text && !refs_text(w->m, &text, q, text, 0)) {
            return model_at(w->m, "survey", q->number, v->header ? v->header : v->key);
        }
        if (text && !text_is(v->key, "tag")) {
            write_attr(&w->body, v->key, text);
        }
    }
    return true;
}

/* For choices that are the answers in a repeat: the path of its entries, and the question's
 * name. */
static bool from_answers(struct writer *w, const struct question *q, const char **nodeset,
                         const char **name)
{
    const char *path;
    if (!refs_text(w->m, &path, q, q->itemset, REF_PARENT)) {
        return model_at(w->m, "survey", q->number, "type");
    }
    path += strspn(path, " ");
    size_t len = strlen(path);
    while (len && path[len - 1] == ' ') {
        len--;
    }
    size_t slash = len;
    while (slash && path[slash - 1] != '/') {
        slash--;
    }
    *nodeset = arena_copy(w->m->arena, path, slash ? slash - 1 : 0);
    *name = arena_copy(w->m->arena, path + slash, len - slash);
    return true;
}

/* `text` with every `from` replaced by `to`. */
static const char *replaced(struct arena *arena, const char *text, const char *from, const char *to)
{
    struct buf out = {0};
    size_t len = strlen(from);
    for (const char *p = text; *p;) {
        if (len && text_starts(p, from)) {
            buf_text(&out, to);
            p += len;
        } else {
            buf_char(&out, *p++);
        }
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

/* Names of the value's and the label's column in a list from elsewhere or of the form. */
static void list_columns(struct writer *w, const struct question *q, const char **value,
                         const char **label)
{
    const char *ext = write_extension(q->itemset);
    bool geojson = ext && text_is(ext, ".geojson");
    const char *own_value = q->select ? field_text(q->parameters, "value") : NULL;
    const char *own_label = q->select ? field_text(q->parameters, "label") : NULL;
    *value = own_value ? own_value : geojson ? "id" : "name";
    *label = own_label ? own_label : geojson ? "title" : "label";
    if (!ext && !ref_has(q->itemset)) {
        const struct choice_list *list = model_list(w->m, q->itemset);
        *label = list && list->itext ? "jr:itext(itextId)" : *label;
    }
}

/* A list that consists of answers to a question in a repeat. */
static bool list_of_answers(struct writer *w, const struct question *q, const char **nodeset,
                            const char **name, const char **predicate)
{
    struct arena *arena = w->m->arena;
    if (!q->select) { /* geometries drawn in the entries of a repeat */
        *nodeset =
            model_find(w->m, arena_copy(arena, q->itemset + 2, strlen(q->itemset) - 3))->path;
        *name = "geometry";
    } else if (!from_answers(w, q, nodeset, name)) {
        return false;
    }
    if (!*predicate) {
        *predicate = arena_printf(arena, "./%s != ''", *name);
        return true;
    }
    *predicate = replaced(arena, *predicate, arena_printf(arena, "current()/%s", *nodeset), ".");
    *predicate = replaced(arena, *predicate, *nodeset, ".");
    return true;
}

/* The parameter `seed` as an expression; NULL: none. */
static bool seed_of(struct writer *w, const struct question *q, const char **by)
{
    const char *seed = field_text(q->parameters, "seed");
    *by = NULL;
    if (!seed) {
        return true;
    }
    if (!refs_text(w->m, by, q, seed, 0)) {
        return model_at(w->m, "survey", q->number, "parameters");
    }
    *by += strspn(*by, " ");
    size_t len = strlen(*by);
    while (len && (*by)[len - 1] == ' ') {
        len--;
    }
    *by = arena_copy(w->m->arena, *by, len);
    return true;
}

static bool put_itemset(struct writer *w, const struct question *q)
{
    struct arena *arena = w->m->arena;
    const struct field *filter = field_get(q->row, "choice_filter");
    const char *randomize = field_text(q->parameters, "randomize");
    const char *nodeset = NULL, *predicate = NULL, *value, *label, *seed;
    bool answers = ref_has(q->itemset);
    list_columns(w, q, &value, &label);
    if (filter && !write_expression(w, &predicate, q, filter, filter->text,
                                    REF_CURRENT | (answers ? REF_PARENT : 0))) {
        return false;
    }
    if (answers) {
        if (!list_of_answers(w, q, &nodeset, &value, &predicate)) {
            return false;
        }
        label = value;
    } else {
        nodeset =
            arena_printf(arena, "instance('%s')/root/item",
                         write_extension(q->itemset) ? write_file_id(w, q->itemset) : q->itemset);
    }
    if (predicate) {
        nodeset = arena_printf(arena, "%s[%s]", nodeset, predicate);
    }
    if (randomize && text_is(randomize, "true")) {
        if (!seed_of(w, q, &seed)) {
            return false;
        }
        nodeset =
            arena_printf(arena, "randomize(%s%s%s)", nodeset, seed ? ", " : "", seed ? seed : "");
    }
    buf_text(&w->body, "<itemset");
    write_attr(&w->body, "nodeset", nodeset);
    buf_text(&w->body, "><value");
    write_attr(&w->body, "ref", value);
    buf_text(&w->body, "/><label");
    write_attr(&w->body, "ref", label);
    buf_text(&w->body, "/></itemset>");
    return true;
}

static bool put_choices_in_place(struct writer *w, const struct question *q)
{
    const struct choice_list *list = model_list(w->m, q->itemset);
    size_t index = 0;
    for (const struct choice_row *r = list ? list->first : NULL; r; r = r->next, index++) {
        const char *label = field_text(r->cells, "label"), *xml = "";
        buf_text(&w->body, "<item>");
        if (list->itext) {
            buf_text(&w->body, "<label");
            write_attr(&w->body, "ref",
                       arena_printf(w->m->arena, "jr:itext('%s-%zu')", list->name, index));
            buf_text(&w->body, "/>");
        } else {
            if (label && !refs_markup(w->m, &xml, NULL, label)) {
                return model_at(w->m, "choices", r->number, "label");
            }
            buf_printf(&w->body, *xml ? "<label>%s</label>" : "<label/>", xml);
        }
        buf_text(&w->body, "<value>");
        xml_put_text(&w->body, r->name);
        buf_text(&w->body, "</value></item>");
    }
    return true;
}

static void put_tags(struct writer *w, const struct question *q)
{
    for (size_t i = 0; i < q->osm->count; i++) {
        const struct field *cells = q->osm->rows[i].cells;
        const char *list = field_text(cells, "list name"), *name = field_text(cells, "name");
        const char *label = field_text(cells, "label");
        if (list && name && text_is(list, q->osm_list)) {
            buf_text(&w->body, "<tag");
            write_attr(&w->body, "key", name);
            buf_text(&w->body, "><label>");
            xml_put_text(&w->body, label ? label : "");
            buf_text(&w->body, "</label></tag>");
        }
    }
}

/* Writes the actions that run when this question changes. */
static bool put_triggered(struct writer *w, const struct question *q)
{
    for (unsigned geo = 0; geo < 2; geo++) {
        for (const struct triggered *t = q->triggered; t; t = t->next) {
            const struct field *v = field_get(field_get(t->target->row, "bind"), "calculate");
            const char *text = "";
            if (t->geopoint != (geo == 1)) {
                continue;
            }
            if (t->value && !geo) {
                if (!refs_text(w->m, &text, q, t->value, 0)) {
                    return model_at(w->m, "survey", t->target->number,
                                    v && v->header ? v->header : "calculation");
                }
            }
            buf_text(&w->body, geo ? "<odk:setgeopoint" : "<setvalue");
            write_attr(&w->body, "ref", t->target->path);
            write_attr(&w->body, "event", "xforms-value-changed");
            if (*text) {
                write_attr(&w->body, "value", text);
            }
            buf_text(&w->body, "/>");
        }
    }
    return true;
}

static bool put_query(struct writer *w, const struct question *q)
{
    const struct field *filter = field_get(q->row, "choice_filter");
    const char *predicate;
    if (!filter) {
        return true;
    }
    if (!write_expression(w, &predicate, q, filter, filter->text, REF_CURRENT)) {
        return false;
    }
    write_attr(&w->body, "query",
               arena_printf(w->m->arena, "instance('%s')/root/item[%s]", q->itemset, predicate));
    return true;
}

/* Whether the question is calculated and has no label or hint, so nothing is shown. */
static bool is_silent(const struct question *q)
{
    bool words = field_get(q->row, "label") || field_get(q->row, "hint");
    bool works = field_text2(q->row, "bind", "calculate") || field_get(q->row, "trigger");
    return !q->type || !q->type->tag || (works && !words);
}

static bool put_control(struct writer *w, const struct question *q)
{
    if (is_silent(q)) {
        if (q->triggered && !q->triggered->geopoint) {
            err_set(w->m->err, ERR_INPUT, "'%s' is not asked, so it cannot trigger '%s'", q->name,
                    q->triggered->target->name);
            err_hint(w->m->err, "name a question that the interviewer answers");
            return model_at(w->m, "survey", q->triggered->target->number, "trigger");
        }
        return true;
    }
    buf_join(&w->body, "<", q->type->tag, NULL);
    write_attr(&w->body, "ref", q->path);
    if (q->type->mediatype && !field_get(field_get(q->row, "control"), "mediatype")) {
        write_attr(&w->body, "mediatype", q->type->mediatype);
    }
    if (!put_attrs(w, q) || (q->external && !put_query(w, q))) {
        return false;
    }
    buf_char(&w->body, '>');
    if (!put_label_and_hint(w, q)) {
        return false;
    }
    if (write_searches(q) && model_list(w->m, q->itemset)) {
        if (!put_choices_in_place(w, q)) {
            return false;
        }
    } else if (q->itemset && !q->external && !put_itemset(w, q)) {
        return false;
    }
    if (q->osm) {
        put_tags(w, q);
    }
    if (!put_triggered(w, q)) {
        return false;
    }
    buf_join(&w->body, "</", q->type->tag, ">", NULL);
    return true;
}

/* Writes the actions that run for each new entry of this repeat, but not those of repeats
 * inside it. */
static bool put_entry_actions(struct writer *w, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        if (q->shape == SHAPE_REPEAT) {
            continue;
        }
        for (const struct action_spec *a = q->actions; a; a = a->next) {
            if (text_is(a->event, "odk-new-repeat") && !write_action(w, &w->body, q, a)) {
                return false;
            }
        }
        if (!put_entry_actions(w, q)) {
            return false;
        }
    }
    return true;
}

static bool put_repeat(struct writer *w, const struct question *q)
{
    buf_text(&w->body, "<group");
    write_attr(&w->body, "ref", q->path);
    buf_char(&w->body, '>');
    if (!put_text(w, q, "label")) {
        return false;
    }
    buf_text(&w->body, "<repeat");
    write_attr(&w->body, "nodeset", q->path);
    if (!put_attrs(w, q)) {
        return false;
    }
    buf_char(&w->body, '>');
    if (!write_body(w, q) || !put_entry_actions(w, q)) {
        return false;
    }
    buf_text(&w->body, "</repeat></group>");
    return true;
}

static bool put_group(struct writer *w, const struct question *q)
{
    if (field_text2(q->row, "control", "bodyless")) {
        return true;
    }
    buf_text(&w->body, "<group");
    write_attr(&w->body, "ref", q->path);
    if (!put_attrs(w, q)) {
        return false;
    }
    buf_char(&w->body, '>');
    if ((field_get(q->row, "label") && !put_text(w, q, "label")) || !write_body(w, q)) {
        return false;
    }
    buf_text(&w->body, "</group>");
    return true;
}

bool write_body(struct writer *w, const struct question *parent)
{
    assert(!parent->type); /* a question has no children */
    for (const struct question *q = parent->first; q; q = q->next) {
        bool ok = q->shape == SHAPE_QUESTION ? put_control(w, q)
                  : q->shape == SHAPE_GROUP  ? put_group(w, q)
                  : q->shape == SHAPE_REPEAT ? put_repeat(w, q)
                                             : true;
        if (!ok) {
            return false;
        }
    }
    return true;
}
