/* SPDX-License-Identifier: Apache-2.0 */
/* Which words does the person see: labels in their language, and choices? */
#include "forms/session_internal.h"

#include <stdio.h>
#include <string.h>

#include "platform/text.h"

/* ---- texts ---- */

static const char *text_of(struct session *s, struct arena *arena, const struct text *text,
                           struct node *node)
{
    if (text->count == 1 && text->parts[0].literal) {
        return text->parts[0].literal;
    }
    struct buf out = {0};
    for (size_t i = 0; i < text->count; i++) {
        struct xpath_value v;
        if (text->parts[i].literal) {
            buf_text(&out, text->parts[i].literal);
        } else if (xpath_eval(&v, text->parts[i].output, &s->xpath, node, NULL)) {
            buf_text(&out, xpath_to_text(&s->xpath, &v));
        }
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

/* pyxform writes "-" where a language lacks a text that others have. */
static const struct text *present(const struct text *text)
{
    bool gap = text && text->count == 1 && text->parts[0].literal &&
               strcmp(text->parts[0].literal, "-") == 0;
    return gap ? NULL : text;
}

static const struct text *itext_pick(struct session *s, const struct itext *itext,
                                     enum text_form form, bool *fallback)
{
    int asked = form_language(s->form, s->language);
    int russian = form_language(s->form, "ru");
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
        /* the argument of jr:itext() gives the id; the rest of the work is done here */
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
    const char *out = label_text(s, arena, label, node, form, fallback);
    arena_reset(&s->temp);
    return out;
}

void session_set_language(struct session *s, const char *code)
{
    snprintf(s->language, sizeof s->language, "%s", code);
}

const char *session_language(const struct session *s)
{
    return s->language;
}

/* ---- choices ---- */

static const char *choice_label(struct session *s, struct arena *arena,
                                const struct control *control, struct node *row,
                                struct node *current, bool *fallback, struct err *err)
{
    struct xpath_value v;
    *fallback = false;
    if (control->external) {
        return arena_text(arena, session_external_label(s, row));
    }
    if (!control->label_ref) {
        return "";
    }
    const struct xpath *ref = control->label_ref;
    if (control->label_is_itext && ref->op == XP_CALL) {
        ref = ref->args[0];
    }
    if (!xpath_eval_at(&v, ref, &s->xpath, row, current, err)) {
        return NULL;
    }
    const char *text = xpath_to_text(&s->xpath, &v);
    if (!control->label_is_itext) {
        return arena_text(arena, text);
    }
    const struct itext *itext = map_get(&s->form->itexts, text);
    const struct text *found = itext ? itext_pick(s, itext, FORM_LONG, fallback) : NULL;
    return found ? text_of(s, arena, found, current) : "";
}

bool session_list_choices(struct session *s, struct arena *arena, const struct control *control,
                          struct node *node, bool labels, struct choice **choices, size_t *count,
                          struct err *err)
{
    *choices = NULL;
    *count = 0;
    if (!control->itemset) {
        *count = control->choice_count;
        *choices = arena_alloc(arena, (*count + 1) * sizeof **choices);
        for (size_t i = 0; i < *count; i++) {
            struct choice *c = &(*choices)[i];
            c->value = control->choices[i].value;
            c->fixed = &control->choices[i];
            c->label = labels || control->search ? label_text(s, arena, &control->choices[i].label,
                                                              node, FORM_LONG, &c->fallback)
                                                 : "";
        }
        return !control->search || session_search(s, arena, control, node, choices, count, err);
    }
    struct xpath_value rows;
    if (!xpath_eval(&rows, control->itemset, &s->xpath, node, err)) {
        return false;
    }
    if (rows.type != XV_NODES) {
        return err_set(err, ERR_INPUT, "the list of choices is no node-set");
    }
    *choices = arena_alloc(arena, (rows.count + 1) * sizeof **choices);
    for (size_t i = 0; i < rows.count; i++) {
        struct choice *c = &(*choices)[i];
        struct xpath_value v;
        if (!xpath_eval_at(&v, control->value_ref, &s->xpath, rows.nodes[i], node, err)) {
            return false;
        }
        c->value = arena_text(arena, xpath_to_text(&s->xpath, &v));
        c->row = rows.nodes[i];
        c->label =
            labels ? choice_label(s, arena, control, rows.nodes[i], node, &c->fallback, err) : "";
        if (!c->label) {
            return false;
        }
    }
    *count = rows.count;
    return true;
}

bool session_choices(struct session *s, struct arena *arena, const struct control *control,
                     struct node *node, struct choice **choices, size_t *count, struct err *err)
{
    bool ok = session_list_choices(s, arena, control, node, true, choices, count, err);
    arena_reset(&s->temp);
    return ok;
}

/* Is this what was answered, or one word of it? */
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
    struct choice *all;
    size_t have, found = 0;
    const char *answer = tree_value(node);
    bool ok = session_list_choices(s, &s->temp, control, node, false, &all, &have, err);
    for (size_t i = 0; ok && i < have; i++) {
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
            c->label = choice_label(s, arena, control, c->row, node, &c->fallback, err);
            ok = c->label != NULL;
        } else {
            c->label = label_text(s, arena, &c->fixed->label, node, FORM_LONG, &c->fallback);
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
    const struct xpath *ref = control->label_ref;
    struct xpath_value v;
    if (choice->fixed) {
        out = label_text(s, arena, &choice->fixed->label, node, form, NULL);
    } else if (choice->row && ref && control->label_is_itext && !control->external) {
        ref = ref->op == XP_CALL ? ref->args[0] : ref;
        const struct itext *itext = xpath_eval_at(&v, ref, &s->xpath, choice->row, node, NULL)
                                        ? map_get(&s->form->itexts, xpath_to_text(&s->xpath, &v))
                                        : NULL;
        const struct text *found = itext ? itext_pick(s, itext, form, NULL) : NULL;
        out = found ? text_of(s, arena, found, node) : "";
    }
    arena_reset(&s->temp);
    return out;
}

/* jr:choice-name(value, 'path'): path names the question whose list is meant.  "" when its list has
 * no such choice, NULL when there is no such question. */
const char *session_choice_name(void *user, const char *value, const char *path, struct node *at)
{
    struct session *s = user;
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
            from = from->parent;
            rest += 3;
        }
        char *full = arena_printf(&s->temp, "%s/%s", from ? from->path : "", rest);
        item = map_get(&s->form->by_path, full);
    }
    buf_fini(&clean);
    const struct control *control = item ? item->control : NULL;
    if (!control) {
        return item ? "" : NULL;
    }
    struct node *node = s->nodes[item->index].first;
    for (struct node *n = node; n; n = n->same_next) {
        if (session_entry_of(n) && tree_is_ancestor(session_entry_of(n), at)) {
            node = n;
        }
    }
    struct choice *choices;
    size_t count;
    if (!node || !session_list_choices(s, &s->temp, control, node, true, &choices, &count, NULL)) {
        return "";
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i].value, value) == 0) {
            return choices[i].label;
        }
    }
    return "";
}
