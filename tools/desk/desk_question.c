/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a record's questions. */
#include "tools/desk/desk_question.h"

#include <string.h>

#include "forms/engine/form_events.h"

struct walk {
    struct arena *arena;
    const struct form *form;
    desk_question_each *each;
    void *user;
    struct buf path, plain; /* with and without the entries' numbers */
};

/* `position`: among the elements of its name. */
static void walk(struct walk *w, const struct xml *node, unsigned position)
{
    size_t before = w->path.len, plain_before = w->plain.len;
    buf_join(&w->path, "/", node->name, NULL);
    buf_join(&w->plain, "/", node->name, NULL);
    const struct item *item = form_item(w->form, w->plain.data);
    if (item && item->shape.is_repeat) {
        buf_printf(&w->path, "[%u]", position);
    }
    if (item && item->control && !item->shape.is_repeat) {
        const struct desk_question q = {arena_copy(w->arena, w->path.data, w->path.len),
                                        xml_child(node, NULL) ? "" : xml_content(w->arena, node),
                                        node};
        w->each(w->user, &q);
    }
    const char *last = "";
    unsigned n = 0;
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        n = strcmp(c->name, last) == 0 ? n + 1 : 1; /* entries of one repeat stand together */
        last = c->name;
        walk(w, c, n);
    }
    buf_cut(&w->path, before);
    buf_cut(&w->plain, plain_before);
}

void desk_questions(struct arena *arena, const struct form *form, const struct xml *root,
                    desk_question_each *each, void *user)
{
    struct walk w = {.arena = arena, .form = form, .each = each, .user = user};
    walk(&w, root, 1);
    buf_fini(&w.path);
    buf_fini(&w.plain);
}

/* ---- by name ---- */

struct finding {
    const char *name;
    struct desk_question *out;
    unsigned found;
};

/* Whether the path ends with these names. */
static bool fits(const char *path, const char *name)
{
    size_t len = strlen(path), end = strlen(name);
    return end && end <= len && strcmp(path + len - end, name) == 0 &&
           (end == len || name[0] == '/' || path[len - end - 1] == '/');
}

static void look(void *user, const struct desk_question *question)
{
    struct finding *f = user;
    if (fits(question->path, f->name) && !f->found++) {
        *f->out = *question;
    }
}

/* A question that was not asked has no element in the record. */
static void look_in_form(struct finding *f, const struct form *form)
{
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        if (item->control && !item->shape.is_repeat && !form_repeat_around(item) &&
            fits(item->path, f->name) && !f->found++) {
            *f->out = (struct desk_question){item->path, "", NULL};
        }
    }
}

bool desk_question_find(struct desk_question *out, struct arena *arena, const struct form *form,
                        const struct xml *root, const char *name, struct err *err)
{
    struct finding f = {.name = name, .out = out};
    *out = (struct desk_question){.path = "", .value = ""};
    desk_questions(arena, form, root, look, &f);
    if (!f.found) {
        look_in_form(&f, form);
    }
    if (f.found == 1) {
        return true;
    }
    err_set(err, ERR_INPUT,
            f.found ? "the record has several questions '%s'" : "the record has no question '%s'",
            name);
    return err_hint(err,
                    f.found ? "number the entry: trips[2]/%s"
                            : "'suhbat-sync show' lists the questions with their names: %s",
                    name);
}
