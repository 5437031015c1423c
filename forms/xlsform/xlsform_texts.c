/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the texts of a form by language and writes the itext block.  Source: ODK XForms,
 * itext; the order of languages and texts is pyxform's. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

struct form_text {    /* one form of a text: plain, guidance, image, … */
    const char *form; /* "long" = plain */
    const char *text; /* NULL: missing in this language, present in another */
    const struct question *from;
    const char *sheet, *column; /* for messages */
    size_t row;
    struct form_text *next;
};
struct entry { /* a text in one language */
    struct id *of;
    const struct language *language;
    struct form_text *first, *last;
    struct entry *next, *other; /* next in the language; same id in another language */
};
struct language {
    const char *name;
    struct entry *first, *last;
    struct language *next;
    size_t missing; /* number of texts that only other languages have */
    struct gap *gaps, *last_gap;
};
struct gap { /* missing texts of one kind: label of the survey, … */
    const char *sheet, *what;
    struct buf rows; /* "6, 14"; freed once reported */
    struct gap *next;
};
struct id { /* a text in all its languages */
    const char *id;
    struct entry *first;
    bool filled; /* every language has an entry for it */
};
struct texts {
    struct model *m;
    struct language *first, *last;
};

static struct language *language(struct texts *t, const char *name)
{
    struct language *l = t->first;
    while (l && !text_is(l->name, name)) {
        l = l->next;
    }
    if (!l) {
        l = arena_alloc(t->m->arena, sizeof *l);
        l->name = name;
        if (t->last) {
            t->last->next = l;
        } else {
            t->first = l;
        }
        t->last = l;
    }
    return l;
}

static struct id *new_id(struct texts *t, const char *name)
{
    struct id *id = arena_alloc(t->m->arena, sizeof *id);
    id->id = name;
    return id;
}

/* The id for a question's label and its media, which share one text. */
static struct id *label_id(struct texts *t, struct question *q)
{
    if (!q->label) {
        q->label = new_id(t, arena_join(t->m->arena, q->path, ":label", NULL));
    }
    return q->label;
}

static struct entry *entry(struct texts *t, struct language *l, struct id *id)
{
    struct entry *e = id->first;
    while (e && e->language != l) {
        e = e->other;
    }
    if (!e) {
        e = arena_alloc(t->m->arena, sizeof *e);
        e->of = id;
        e->language = l;
        e->other = id->first;
        id->first = e;
        if (l->last) {
            l->last->next = e;
        } else {
            l->first = e;
        }
        l->last = e;
    }
    return e;
}

static struct form_text *form_of(struct texts *t, struct entry *e, const char *form)
{
    struct form_text *f = e->first;
    while (f && !text_is(f->form, form)) {
        f = f->next;
    }
    if (!f) {
        f = arena_alloc(t->m->arena, sizeof *f);
        f->form = form;
        if (e->last) {
            e->last->next = f;
        } else {
            e->first = f;
        }
        e->last = f;
    }
    return f;
}

/* Where a text comes from: its row, for messages; its question, for relative references. */
struct origin {
    const struct question *question; /* NULL: a choice */
    const char *sheet;
    size_t row;
};

static void put(struct texts *t, const char *lang, struct id *id, const char *form,
                const struct field *v, const struct origin *from)
{
    struct form_text *f = form_of(t, entry(t, language(t, lang), id), form);
    f->text = v->text;
    f->from = from->question;
    f->sheet = from->sheet;
    f->row = from->row;
    f->column = v->header ? v->header : form;
}

/* Adds a field's text, or its text in each language. */
static void put_each(struct texts *t, const struct field *v, struct id *id, const char *form,
                     const struct origin *from)
{
    if (v->text) {
        put(t, t->m->default_language, id, form, v, from);
    }
    for (const struct field *c = v->text ? NULL : v->first; c; c = c->next) {
        if (c->text) {
            put(t, c->key, id, form, c, from);
        }
    }
}

bool text_needs_itext(const struct field *row)
{
    const struct field *label = field_get(row, "label");
    const struct field *media = field_get(row, "media");
    return (label && label->first) || (media && media->first);
}

static void gather_choices(struct texts *t)
{
    for (const struct choice_list *l = t->m->lists; l; l = l->next) {
        size_t index = 0;
        for (const struct choice_row *r = l->itext ? l->first : NULL; r; r = r->next, index++) {
            struct id *id = new_id(t, arena_printf(t->m->arena, "%s-%zu", l->name, index));
            const struct field *label = field_get(r->cells, "label");
            const struct field *media = field_get(r->cells, "media");
            struct origin from = {NULL, "choices", r->number};
            if (label) {
                put_each(t, label, id, "long", &from);
            }
            for (const struct field *v = media ? media->first : NULL; v; v = v->next) {
                put_each(t, v, id, v->key, &from);
            }
        }
    }
}

static void gather_messages(struct texts *t, const struct question *q)
{
    static const char *const keys[] = {"jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"};
    struct origin from = {q, "survey", q->number};
    for (size_t i = 0; i < 3; i++) {
        const struct field *v = field_get(field_get(q->row, "bind"), keys[i]);
        if (v && (v->first || (v->text && i < 2 && ref_has(v->text)))) {
            put_each(t, v, new_id(t, arena_join(t->m->arena, q->path, ":", keys[i], NULL)), "long",
                     &from);
        }
    }
}

static void gather_labels(struct texts *t, struct question *q)
{
    const struct field *label = field_get(q->row, "label"), *hint = field_get(q->row, "hint");
    const struct field *guidance = field_get(q->row, "guidance_hint");
    struct id *hint_id = NULL;
    struct origin from = {q, "survey", q->number};
    if (hint || guidance) {
        hint_id = new_id(t, arena_join(t->m->arena, q->path, ":hint", NULL));
    }
    if (label && text_needs_itext(q->row)) {
        put_each(t, label, label_id(t, q), "long", &from);
    }
    if (hint && (hint->first || guidance)) {
        put_each(t, hint, hint_id, "long", &from);
    }
    if (guidance) {
        put_each(t, guidance, hint_id, "guidance", &from);
    }
}

static bool has_node(const struct question *q)
{
    return q->shape == SHAPE_QUESTION || q->shape == SHAPE_GROUP || q->shape == SHAPE_REPEAT;
}

static void gather_questions(struct texts *t, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if (has_node(q)) {
            gather_messages(t, q);
            gather_labels(t, q);
        }
        gather_questions(t, q);
    }
}

static void gather_media(struct texts *t, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        const struct field *media = has_node(q) ? field_get(q->row, "media") : NULL;
        const struct origin from = {q, "survey", q->number};
        for (const struct field *v = media ? media->first : NULL; v; v = v->next) {
            put_each(t, v, label_id(t, q), v->key, &from);
        }
        gather_media(t, q);
    }
}

/* Adds to every language an entry for each form that `e` has. */
static void fill_from(struct texts *t, const struct entry *e)
{
    for (const struct form_text *f = e->first; f; f = f->next) {
        for (struct language *l = t->first; l; l = l->next) {
            form_of(t, entry(t, l, e->of), f->form);
        }
    }
}

/* The text as its author wrote it in some language, to tell what is missing; or NULL. */
static const struct form_text *written(const struct id *id)
{
    for (const struct entry *e = id->first; e; e = e->other) {
        for (const struct form_text *f = e->first; f; f = f->next) {
            if (f->text && text_is(f->form, "long")) {
                return f;
            }
        }
    }
    return NULL;
}

static void add_gap(struct texts *t, struct language *l, const struct id *id)
{
    static const char *const names[][2] = {{"jr:constraintMsg", "constraint_message"},
                                           {"jr:requiredMsg", "required_message"}};
    const struct form_text *f = written(id);
    const char *colon = strrchr(id->id, '/') ? strchr(strrchr(id->id, '/'), ':') : NULL;
    const char *what = colon ? colon + 1 : "label";
    if (!f) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        what = text_is(what, names[i][0]) ? names[i][1] : what;
    }
    struct gap *g = l->gaps;
    while (g && !(text_is(g->sheet, f->sheet) && text_is(g->what, what))) {
        g = g->next;
    }
    if (!g) {
        g = arena_alloc(t->m->arena, sizeof *g);
        g->sheet = f->sheet;
        g->what = what;
        if (l->last_gap) {
            l->last_gap->next = g;
        } else {
            l->gaps = g;
        }
        l->last_gap = g;
    }
    buf_printf(&g->rows, g->rows.len ? ", %zu" : "%zu", f->row);
    l->missing++;
}

static void fill_id(struct texts *t, struct id *id)
{
    id->filled = true;
    for (struct language *l = t->first; l; l = l->next) {
        fill_from(t, entry(t, l, id));
    }
    for (struct language *l = t->first; l; l = l->next) {
        const struct form_text *f = entry(t, l, id)->first;
        for (; f && (f->text || !text_is(f->form, "long")); f = f->next) {
        }
        if (f) {
            add_gap(t, l, id);
        }
    }
}

/* Adds missing entries, which are written as "-", and warns of them. */
static void fill_gaps(struct texts *t)
{
    for (struct language *l = t->first; l; l = l->next) {
        for (struct entry *e = l->first; e; e = e->next) {
            if (!e->of->filled) {
                fill_id(t, e->of);
            }
        }
    }
    for (struct language *l = t->first; l; l = l->next) {
        struct buf where = {0};
        for (struct gap *g = l->gaps; g; g = g->next) {
            buf_printf(&where, "%s%s of %s rows %s", where.len ? "; " : "", g->what, g->sheet,
                       g->rows.data);
            buf_fini(&g->rows);
        }
        if (l->missing) {
            model_note(t->m, "%zu texts have no translation in '%s': %s", l->missing, l->name,
                       where.data);
        }
        buf_fini(&where);
    }
}

/* Warns of columns without a language if others have one: the language of the text is
 * unknown. */
static void note_plain(struct texts *t, const struct question *parent, struct map *told)
{
    static const char *const keys[] = {"label", "hint", "guidance_hint"};
    for (const struct question *q = parent->first; q; q = q->next) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            const struct field *v = q->number ? field_get(q->row, keys[i]) : NULL;
            if (v && v->text && v->header && !map_get(told, v->header)) {
                map_put(told, v->header, t);
                model_note(t->m,
                           "survey: the column '%s' has no language while others have; write "
                           "'%s::%s'",
                           v->header, v->header, t->first->name);
            }
        }
        note_plain(t, q, told);
    }
}

/* Warns of languages without a code; software recognises "Кыргызча (ky)", not a bare name. */
static void note_languages(struct texts *t)
{
    for (struct language *l = t->first; l; l = l->next) {
        const char *open = strrchr(l->name, '(');
        size_t len = open ? strcspn(open + 1, ")") : 0;
        if (!text_is(l->name, "default") && (len < 2 || len > 8)) {
            model_note(t->m, "the language '%s' has no code; write it as '%s (code)', such as (ru)",
                       l->name, l->name);
        }
    }
}

struct texts *texts_gather(struct model *m)
{
    struct texts *t = arena_alloc(m->arena, sizeof *t);
    t->m = m;
    gather_choices(t);
    gather_questions(t, &m->root);
    gather_media(t, &m->root);
    fill_gaps(t);
    note_languages(t);
    bool named = t->first && !text_is(t->first->name, "default");
    if (named && text_is(m->default_language, "default")) {
        struct map told;
        map_init(&told, m->arena);
        note_plain(t, &m->root, &told);
    }
    return t;
}

static bool write_form(struct texts *t, struct buf *out, const struct form_text *f, bool hint)
{
    bool plain = text_is(f->form, "long"), image = strstr(f->form, "image") != NULL;
    const char *xml = "-", *text = f->text;
    if (!text && !plain && !(hint && text_is(f->form, "guidance"))) {
        return true;
    }
    if (text && !plain && !text_is(f->form, "guidance")) {
        if (text_is(text, "-")) {
            return true;
        }
        text = arena_printf(t->m->arena, "jr://%s/%s", image ? "images" : f->form, text);
    }
    if (text && !text_is(text, "-") && !refs_markup(t->m, &xml, f->from, text)) {
        return model_at(t->m, f->sheet, f->row, f->column);
    }
    buf_text(out, "<value");
    if (!plain) {
        xml_put_attr(out, "form", f->form);
    }
    buf_join(out, ">", xml, "</value>", NULL);
    return true;
}

bool texts_write(struct model *m, struct texts *t, struct buf *out)
{
    assert(t->m == m);
    if (!t->first) {
        return true;
    }
    buf_text(out, "<itext>");
    for (struct language *l = t->first; l; l = l->next) {
        buf_text(out, "<translation");
        xml_put_attr(out, "lang", l->name);
        if (text_is(l->name, m->default_language)) {
            xml_put_attr(out, "default", "true()");
        }
        buf_char(out, '>');
        for (struct entry *e = l->first; e; e = e->next) {
            size_t len = strlen(e->of->id);
            bool hint = len > 5 && text_is(e->of->id + len - 5, ":hint");
            buf_text(out, "<text");
            xml_put_attr(out, "id", e->of->id);
            buf_char(out, '>');
            for (struct form_text *f = e->first; f; f = f->next) {
                if (!write_form(t, out, f, hint)) {
                    return false;
                }
            }
            buf_text(out, "</text>");
        }
        buf_text(out, "</translation>");
    }
    buf_text(out, "</itext>");
    return true;
}
