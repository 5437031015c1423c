/* SPDX-License-Identifier: Apache-2.0 */
/* Produces labels in the chosen language and lists of choices. */
#include "forms/engine/session_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "forms/xpath/dates.h"
#include "platform/machine/text.h"

/* ---- texts ---- */

static const char *word(struct session *s, enum session_word what, unsigned which)
{
    const char *code = s->asked >= 0 ? form_language_code(s->form, (size_t)s->asked) : s->language;
    return s->env.word ? s->env.word(s->env.user, code, what, which) : NULL;
}

static const char *date_name(void *user, bool month, unsigned which)
{
    return word(user, month ? WORD_MONTH : WORD_DAY, which);
}

/* pyxform writes the label of or_other in English for every language; translate it. */
static const char *other_word(struct session *s, const char *label, const char *english,
                              enum session_word what)
{
    const char *own = strcmp(label, english) == 0 ? word(s, what, 0) : NULL;
    return own ? own : label;
}

static void name_other(struct session *s, struct choice *c)
{
    if (strcmp(c->value, "other") == 0) {
        c->label = other_word(s, c->label, "Other", WORD_OTHER);
    }
}

static bool names_dates(const struct xpath *x)
{
    bool does = x && x->op == XP_CALL && text_starts(xpath_function_name(x), "format-date");
    for (size_t i = 0; x && !does && i < x->arg_count; i++) {
        does = names_dates(x->args[i]);
    }
    return does || (x && (names_dates(x->a) || names_dates(x->b)));
}

/* A calculated text that contains English month or weekday names, with the names in the
 * chosen language.  NULL: the calculation has no dates, or would now give another text. */
static const char *dates_named(struct session *s, const struct xpath_value *v)
{
    struct node *node = v->type == XV_NODES && v->count == 1 ? v->nodes[0] : NULL;
    const struct xpath *calculate = node && node->item ? node->item->calculate : NULL;
    struct xpath_value again, named;
    if (!calculate || !names_dates(calculate)) {
        return NULL;
    }
    date_word *words = s->xpath.date_word;
    s->xpath.date_word = NULL;
    bool same = xpath_eval(&again, calculate, &s->xpath, node, NULL) &&
                strcmp(xpath_to_text(&s->xpath, &again), tree_value(node)) == 0;
    s->xpath.date_word = words;
    return same && xpath_eval(&named, calculate, &s->xpath, node, NULL)
               ? xpath_to_text(&s->xpath, &named)
               : NULL;
}

/* Writes a path to a question as ${name}, as in the workbook; other expressions as XPath. */
static void put_name(struct buf *out, const struct xpath *x)
{
    bool plain = x->op == XP_PATH && !x->start && x->step_count;
    for (size_t i = 0; plain && i < x->step_count; i++) {
        plain = !x->steps[i].pred_count;
    }
    const char *name = plain ? x->steps[x->step_count - 1].name : NULL;
    if (name) {
        buf_printf(out, "${%s}", name);
    } else {
        xpath_print(out, x);
    }
}

static const char *text_of(struct session *s, struct arena *arena, const struct text *text,
                           struct node *node)
{
    if (text->count == 1 && text->parts[0].literal) {
        return text->parts[0].literal;
    }
    struct buf out = {0};
    date_word *before = s->xpath.date_word;
    s->xpath.date_word = date_name;
    for (size_t i = 0; i < text->count; i++) {
        struct xpath_value v;
        if (text->parts[i].literal) {
            buf_text(&out, text->parts[i].literal);
        } else if (s->by_name) {
            put_name(&out, text->parts[i].output);
        } else if (xpath_eval(&v, text->parts[i].output, &s->xpath, node, NULL)) {
            const char *named = dates_named(s, &v);
            buf_text(&out, named ? named : xpath_to_text(&s->xpath, &v));
        }
    }
    s->xpath.date_word = before;
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

/* pyxform writes "-" for a text that is missing in one language but present in others. */
static const struct text *present(const struct text *text)
{
    bool gap = text && text->count == 1 && text->parts[0].literal &&
               strcmp(text->parts[0].literal, "-") == 0;
    return gap ? NULL : text;
}

static const struct text *itext_pick(struct session *s, const struct itext *itext,
                                     enum text_form form, bool *fallback)
{
    int asked = s->asked, russian = s->russian;
    const struct text *text = NULL;
    if (asked >= 0) {
        text = present(itext->texts[(size_t)asked * TEXT_FORM_COUNT + form]);
        if (text) {
            return text;
        }
    }
    if (russian >= 0) {
        text = present(itext->texts[(size_t)russian * TEXT_FORM_COUNT + form]);
    }
    for (size_t i = 0; !text && i < s->form->language_count; i++) {
        text = present(itext->texts[i * TEXT_FORM_COUNT + form]);
    }
    if (text && fallback && s->form->language_count > 1) {
        *fallback = true;
    }
    return text;
}

const char *session_itext_text(void *user, const char *id)
{
    struct session *s = user;
    const struct itext *itext = map_get(&s->form->itexts, id);
    const struct text *text = itext ? itext_pick(s, itext, FORM_LONG, NULL) : NULL;
    return text ? text_of(s, &s->temp, text, s->root->first) : NULL;
}

static const char *label_text(struct session *s, struct arena *arena, const struct label *label,
                              struct node *node, enum text_form form, bool *fallback)
{
    if (fallback) {
        *fallback = false;
    }
    const struct itext *itext = label->itext;
    if (label->id) {
        struct xpath_value v;
        /* the argument of jr:itext() gives the id; the lookup is done here */
        const struct xpath *id = label->id;
        if (id->op == XP_CALL && strcmp(xpath_function_name(id), "jr:itext") == 0) {
            id = id->args[0];
        }
        if (xpath_eval(&v, id, &s->xpath, node, NULL)) {
            itext = map_get(&s->form->itexts, xpath_to_text(&s->xpath, &v));
        }
    }
    const char *out = "";
    if (itext) {
        const struct text *text = itext_pick(s, itext, form, fallback);
        out = text ? text_of(s, arena, text, node) : "";
    } else if (label->text && form == FORM_LONG) {
        out = text_of(s, arena, label->text, node);
    }
    return out;
}

const char *session_text(struct session *s, struct arena *arena, const struct label *label,
                         struct node *node, enum text_form form, bool *fallback)
{
    assert(arena != &s->temp); /* it is reset here */
    const char *out = label_text(s, arena, label, node, form, fallback);
    arena_reset(&s->temp);
    return form == FORM_LONG ? other_word(s, out, "Specify other.", WORD_SPECIFY_OTHER) : out;
}

void session_set_language(struct session *s, const char *code)
{
    snprintf(s->language, sizeof s->language, "%s", code);
    s->asked = form_language(s->form, s->language);
    s->russian = form_language(s->form, "ru");
}

void session_texts_by_name(struct session *s, bool on)
{
    s->by_name = on;
}

const char *session_language(const struct session *s)
{
    return s->language;
}

/* ---- choices ---- */

/* The child's name, if the expression is only that (true for most lists); else NULL. */
static const char *child_name(const struct xpath *x)
{
    bool plain = x && x->op == XP_PATH && !x->absolute && !x->start && x->step_count == 1 &&
                 x->steps[0].axis == AXIS_CHILD && x->steps[0].test == TEST_NAME &&
                 !*x->steps[0].prefix && !x->steps[0].pred_count;
    return plain ? x->steps[0].name : NULL;
}

/* The value of a list row's column, which lives as long as the list.  NULL: the expression
 * must be evaluated. */
static const char *column(const struct node *row, const struct xpath *x)
{
    const char *name = row->item ? NULL : child_name(x); /* rows of a repeat hold answers, which
                                                          * may change */
    for (const struct node *c = name ? row->first : NULL; c; c = c->next) {
        if (c->kind == NODE_ELEMENT && strcmp(c->name, name) == 0) {
            return c->first ? NULL : tree_value(c);
        }
    }
    return name ? "" : NULL;
}

static const struct xpath *itext_id(const struct control *control)
{
    const struct xpath *ref = control->label_ref;
    return control->label_is_itext && ref->op == XP_CALL ? ref->args[0] : ref;
}

bool session_list_is_fixed(const struct control *control)
{
    const struct xpath *x = control->itemset;
    const struct xpath *start = x && x->op == XP_PATH && !x->start_pred_count ? x->start : NULL;
    bool fixed = start && start->op == XP_CALL && start->arg_count == 1 &&
                 start->args[0]->op == XP_STRING &&
                 strcmp(xpath_function_name(start), "instance") == 0 && !control->search &&
                 !control->external && child_name(control->value_ref) &&
                 (!control->label_ref || child_name(itext_id(control)));
    for (size_t i = 0; fixed && i < x->step_count; i++) {
        fixed = x->steps[i].axis == AXIS_CHILD && !x->steps[i].pred_count;
    }
    return fixed;
}

static bool choice_label(struct session *s, struct arena *arena, const struct control *control,
                         struct choice *choice, struct node *current, struct err *err)
{
    struct xpath_value v;
    struct node *row = choice->row;
    choice->label = "";
    if (control->external) {
        choice->label = arena_text(arena, session_external_label(s, row));
    }
    if (control->external || !control->label_ref) {
        return true;
    }
    const struct xpath *ref = itext_id(control);
    const char *text = column(row, ref);
    bool stays = text != NULL;
    if (!text) {
        if (!xpath_eval_at(&v, ref, &s->xpath, row, current, err)) {
            return false;
        }
        text = xpath_to_text(&s->xpath, &v);
    }
    if (!control->label_is_itext) {
        choice->label = stays ? text : arena_text(arena, text);
        return true;
    }
    const struct itext *itext = map_get(&s->form->itexts, text);
    const struct text *found = itext ? itext_pick(s, itext, FORM_LONG, &choice->fallback) : NULL;
    choice->label = found ? text_of(s, arena, found, current) : "";
    choice->live = found && (found->count > 1 || (found->count == 1 && !found->parts[0].literal));
    return true;
}

static bool choice_rows(struct session *s, const struct control *control, struct node *node,
                        struct xpath_value *rows, struct err *err)
{
    return xpath_eval(rows, control->itemset, &s->xpath, node, err) &&
           (rows->type == XV_NODES ||
            err_set(err, ERR_INPUT, "the list of choices is no node-set"));
}

/* Kept in `arena` or in the list itself.  NULL on failure; see `err`. */
static const char *choice_value(struct session *s, struct arena *arena,
                                const struct control *control, struct node *row,
                                struct node *current, struct err *err)
{
    struct xpath_value v;
    const char *value = column(row, control->value_ref);
    if (!value && xpath_eval_at(&v, control->value_ref, &s->xpath, row, current, err)) {
        value = arena_text(arena, xpath_to_text(&s->xpath, &v));
    }
    return value;
}

/* The words of an answer that have not yet been found among the choices. */
struct words {
    struct {
        const char *text;
        size_t len;
    } * list;
    size_t count;
};

static void words_of(struct words *w, struct arena *arena, const char *answer, bool one)
{
    size_t max = 1;
    for (const char *p = answer; *p; p++) {
        max += *p == ' ';
    }
    w->list = arena_alloc(arena, max * sizeof *w->list);
    w->count = 0;
    for (const char *p = answer; *p;) {
        size_t len = one ? strlen(p) : strcspn(p, " ");
        if (len) {
            w->list[w->count].text = p;
            w->list[w->count++].len = len;
        }
        p += len + (p[len] == ' ');
    }
}

static void strike_out(struct words *w, const char *value)
{
    for (size_t i = 0; i < w->count;) {
        if (*w->list[i].text == *value && strncmp(w->list[i].text, value, w->list[i].len) == 0 &&
            !value[w->list[i].len]) {
            w->list[i] = w->list[--w->count];
        } else {
            i++;
        }
    }
}

enum { LONG_LIST = 500 }; /* rows; a shorter list is searched without an index */

static bool has_all(struct session *s, const struct fixed_list *l, const struct words *w)
{
    bool all = true;
    for (size_t i = 0; i < w->count && all; i++) {
        all = map_get(&l->values, arena_copy(&s->temp, w->list[i].text, w->list[i].len)) != NULL;
    }
    return all;
}

static const struct fixed_list *find_fixed(const struct session *s, const struct control *control)
{
    const struct fixed_list *l = s->fixed;
    while (l && l->control != control) {
        l = l->next;
    }
    return l;
}

/* Builds the index of a fixed list.  The values stay in the rows, which live as long as the
 * session. */
static const struct fixed_list *keep_fixed(struct session *s, const struct control *control,
                                           const struct xpath_value *rows)
{
    struct fixed_list *l = arena_alloc(&s->arena, sizeof *l);
    l->control = control;
    map_init(&l->values, &s->arena);
    for (size_t i = 0; i < rows->count; i++) {
        const char *value = column(rows->nodes[i], control->value_ref);
        if (value) {
            map_put(&l->values, value, rows->nodes[i]);
        }
    }
    l->next = s->fixed;
    s->fixed = l;
    return l;
}

static bool session_list_choices(struct session *s, struct arena *arena,
                                 const struct control *control, struct node *node, bool labels,
                                 struct offered *out, struct err *err);

bool session_list_has(struct session *s, const struct control *control, struct node *node,
                      const char *answer, bool *has, struct err *err)
{
    struct xpath_value rows;
    struct words w;
    words_of(&w, &s->temp, answer, control->kind == CONTROL_SELECT1);
    const struct fixed_list *fixed = find_fixed(s, control);
    if (fixed) {
        *has = has_all(s, fixed, &w);
        return true;
    }
    if (!control->itemset) {
        struct offered offered;
        if (!session_list_choices(s, &s->temp, control, node, false, &offered, err)) {
            return false;
        }
        for (size_t i = 0; i < offered.count && w.count; i++) {
            strike_out(&w, offered.list[i].value);
        }
    } else if (!choice_rows(s, control, node, &rows, err)) {
        return false;
    } else if (rows.count >= LONG_LIST && session_list_is_fixed(control)) {
        *has = has_all(s, keep_fixed(s, control, &rows), &w);
        return true;
    } else {
        for (size_t i = 0; i < rows.count && w.count; i++) {
            const char *own = choice_value(s, &s->temp, control, rows.nodes[i], node, err);
            if (!own) {
                return false;
            }
            strike_out(&w, own);
        }
    }
    *has = w.count == 0;
    return true;
}

static bool session_list_choices(struct session *s, struct arena *arena,
                                 const struct control *control, struct node *node, bool labels,
                                 struct offered *out, struct err *err)
{
    *out = (struct offered){NULL, 0};
    if (!control->itemset) {
        out->count = control->choice_count;
        out->list = arena_alloc(arena, (out->count + 1) * sizeof *out->list);
        for (size_t i = 0; i < out->count; i++) {
            struct choice *c = &out->list[i];
            c->value = control->choices[i].value;
            c->fixed = &control->choices[i];
            c->label = labels || control->search ? label_text(s, arena, &control->choices[i].label,
                                                              node, FORM_LONG, &c->fallback)
                                                 : "";
        }
        return !control->search ||
               session_search(s, arena, control, node, &out->list, &out->count, err);
    }
    struct xpath_value rows;
    if (!choice_rows(s, control, node, &rows, err)) {
        return false;
    }
    out->list = arena_alloc(arena, (rows.count + 1) * sizeof *out->list);
    for (size_t i = 0; i < rows.count; i++) {
        struct choice *c = &out->list[i];
        c->row = rows.nodes[i];
        c->label = "";
        c->value = choice_value(s, arena, control, c->row, node, err);
        if (!c->value || (labels && !choice_label(s, arena, control, c, node, err))) {
            return false;
        }
    }
    out->count = rows.count;
    return true;
}

bool session_choices(struct session *s, struct arena *arena, const struct control *control,
                     struct node *node, struct choice **choices, size_t *count, struct err *err)
{
    assert(arena != &s->temp); /* it is reset here */
    struct offered offered;
    bool ok = session_list_choices(s, arena, control, node, true, &offered, err);
    *choices = offered.list;
    *count = offered.count;
    arena_reset(&s->temp);
    for (size_t i = 0; ok && i < *count; i++) {
        name_other(s, &(*choices)[i]);
    }
    return ok;
}

/* Whether `value` is the answer, or one of its words. */
static bool names(const struct control *control, const char *answer, const char *value)
{
    size_t len = strlen(value);
    if (control->kind == CONTROL_SELECT1 || !len) {
        return strcmp(answer, value) == 0;
    }
    for (const char *p = answer; (p = strstr(p, value)); p += len) {
        if ((p == answer || p[-1] == ' ') && (!p[len] || p[len] == ' ')) {
            return true;
        }
    }
    return false;
}

bool session_chosen(struct session *s, struct arena *arena, const struct control *control,
                    struct node *node, struct choice **chosen, size_t *count, struct err *err)
{
    struct offered offered;
    size_t found = 0;
    const char *answer = tree_value(node);
    bool ok = session_list_choices(s, &s->temp, control, node, false, &offered, err);
    struct choice *all = offered.list;
    for (size_t i = 0; ok && i < offered.count; i++) {
        if (names(control, answer, all[i].value)) {
            all[found++] = all[i];
        }
    }
    *count = found;
    *chosen = arena_alloc(arena, (found + 1) * sizeof **chosen);
    for (size_t i = 0; ok && i < found; i++) {
        struct choice *c = &(*chosen)[i];
        *c = all[i];
        c->value = arena_text(arena, c->value);
        if (control->search) {
            c->label = arena_text(arena, c->label);
        } else if (c->row) {
            ok = choice_label(s, arena, control, c, node, err);
        } else {
            c->label = label_text(s, arena, &c->fixed->label, node, FORM_LONG, &c->fallback);
        }
        name_other(s, c);
    }
    if (control->kind == CONTROL_RANK) { /* in the order of the answer */
        size_t at = 0;
        for (const char *p = answer; *p;) {
            size_t len = strcspn(p, " ");
            for (size_t i = at; len && i < *count; i++) {
                struct choice *c = &(*chosen)[i];
                if (strlen(c->value) == len && strncmp(c->value, p, len) == 0) {
                    struct choice first = *c;
                    memmove(*chosen + at + 1, *chosen + at, (i - at) * sizeof first);
                    (*chosen)[at++] = first;
                    break;
                }
            }
            p += len + (p[len] == ' ');
        }
    }
    arena_reset(&s->temp);
    return ok;
}

const char *session_choice_text(struct session *s, struct arena *arena,
                                const struct control *control, struct node *node,
                                const struct choice *choice, enum text_form form)
{
    const char *out = "";
    struct xpath_value v;
    if (choice->fixed) {
        out = label_text(s, arena, &choice->fixed->label, node, form, NULL);
    } else if (choice->row && control->label_ref && control->label_is_itext && !control->external) {
        const struct itext *itext =
            xpath_eval_at(&v, itext_id(control), &s->xpath, choice->row, node, NULL)
                ? map_get(&s->form->itexts, xpath_to_text(&s->xpath, &v))
                : NULL;
        const struct text *found = itext ? itext_pick(s, itext, form, NULL) : NULL;
        out = found ? text_of(s, arena, found, node) : "";
    }
    arena_reset(&s->temp);
    return out;
}

/* The item that a path names, which may be relative to `at` and have blanks in it; or NULL. */
static const struct item *item_at(struct session *s, const char *path, const struct node *at)
{
    struct buf clean = {0};
    for (const char *p = path; *p; p++) {
        if (*p != ' ') {
            buf_char(&clean, *p);
        }
    }
    const struct item *item = clean.data ? map_get(&s->form->by_path, clean.data) : NULL;
    if (!item && at && at->item && clean.data && text_starts(clean.data, "../")) {
        const struct item *from = at->item;
        const char *rest = clean.data;
        while (from && text_starts(rest, "../")) {
            from = from->shape.parent;
            rest += 3;
        }
        char *full = arena_printf(&s->temp, "%s/%s", from ? from->path : "", rest);
        item = map_get(&s->form->by_path, full);
    }
    buf_fini(&clean);
    return item;
}

/* jr:choice-name(value, 'path'): `path` names the question whose list is used.  "" if the
 * list has no such choice, NULL if there is no such question. */
const char *session_choice_name(void *user, const char *value, const char *path, struct node *at)
{
    struct session *s = user;
    const struct item *item = item_at(s, path, at);
    const struct control *control = item ? item->control : NULL;
    if (!control) {
        return item ? "" : NULL;
    }
    struct node *node = s->nodes[item->shape.index].first;
    for (struct node *n = node; n; n = n->same_next) {
        if (session_entry_of(n) && tree_is_ancestor(session_entry_of(n), at)) {
            node = n;
        }
    }
    if (!node && session_list_is_fixed(control)) {
        node = at; /* the question stands in a repeat without entries: any place will do */
    }
    struct offered offered;
    if (!node || !session_list_choices(s, &s->temp, control, node, true, &offered, NULL)) {
        return "";
    }
    for (size_t i = 0; i < offered.count; i++) {
        if (strcmp(offered.list[i].value, value) == 0) {
            return offered.list[i].label;
        }
    }
    return "";
}
