/* SPDX-License-Identifier: Apache-2.0 */
/* Runs an interview from a file of steps. */
#include "tools/form/form_fill.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/json.h"
#include "platform/machine/text.h"

const char *form_fill_result(enum answer_result result)
{
    static const char *const names[] = {[ANSWER_OK] = "accepted",
                                        [ANSWER_TYPE] = "not of the question's type",
                                        [ANSWER_CHOICE] = "not among the choices",
                                        [ANSWER_CONSTRAINT] = "against the constraint",
                                        [ANSWER_REQUIRED] = "required",
                                        [ANSWER_READONLY] = "read only",
                                        [ANSWER_HIDDEN] = "not asked now",
                                        [ANSWER_FAULT] = "the form's expression failed"};
    static_assert(sizeof names / sizeof *names == ANSWER_RESULT_COUNT, "one name a result");
    return names[result];
}

static const char *full_path(struct session *s, struct arena *arena, const char *path)
{
    if (*path == '/') {
        return path;
    }
    return arena_printf(arena, "/%s/%s", session_root(s)->first->name, path);
}

/* The path without entry positions. */
static char *plain(struct arena *arena, const char *path)
{
    char *out = arena_text(arena, path), *to = out;
    for (const char *p = path; *p; p++) {
        if (*p == '[' && strchr(p, ']')) {
            p = strchr(p, ']');
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return out;
}

static bool no_question(struct session *s, struct arena *arena, const char *path, struct err *err)
{
    const struct form *form = session_form(s);
    size_t root = strlen(session_root(s)->first->name) + 2;
    const char **names = arena_alloc(arena, (form->item_count + 1) * sizeof *names);
    const char *asked = plain(arena, path);
    size_t count = 0;
    err_set(err, ERR_INPUT, "there is no question '%s'", path);
    for (size_t i = 0; i < form->item_count; i++) {
        const char *own = form->items[i]->path;
        own = *path == '/' || strlen(own) < root ? own : own + root;
        if (strcmp(own, asked) == 0) { /* the question exists; only its entry number is wrong or
                                        * missing */
            return err_hint(err, form->items[i]->shape.in_repeat
                                     ? "there is no such entry: repeats need a number, trip[1]/…"
                                     : "it is not there now");
        }
        names[count++] = own;
    }
    const char *near = text_nearest(asked, names, count);
    return near ? err_hint(err, "did you mean '%s'?", near)
                : err_hint(err, "repeats need a number: trip[1]/tr_country");
}

static bool find(struct session *s, struct arena *arena, const char *path, struct node **node,
                 struct err *err)
{
    *node = session_find(s, full_path(s, arena, path));
    return *node || no_question(s, arena, path, err);
}

bool form_fill_language(struct session *s, const char *code, struct err *err)
{
    const struct form *form = session_form(s);
    struct buf names = {0};
    if (!form->language_count || form_language(form, code) >= 0) {
        session_set_language(s, code);
        return true;
    }
    for (size_t i = 0; i < form->language_count; i++) {
        buf_printf(&names, "%s%s", i ? ", " : "", form->languages[i]);
    }
    err_set(err, ERR_INPUT, "the form does not have the language '%s'", code);
    err_hint(err, "it has: %s", names.data);
    buf_fini(&names);
    return false;
}

static bool answer(struct session *s, struct arena *arena, const char *path, const char *value,
                   bool must_refuse, struct err *err)
{
    struct node *node;
    struct err why = {0};
    if (!find(s, arena, path, &node, err)) {
        return false;
    }
    enum answer_result result = session_answer(s, node, value ? value : "", &why);
    if (result == ANSWER_FAULT) {
        *err = why;
        return false;
    }
    if (must_refuse) {
        return result != ANSWER_OK ||
               err_set(err, ERR_INPUT, "'%s' accepted an answer that it should refuse", path);
    }
    if (result == ANSWER_OK) {
        return true;
    }
    err_set(err, ERR_INPUT, "'%s' refused the answer '%s': %s", path, value ? value : "",
            form_fill_result(result));
    const char *message = session_refusal(s, arena, node, result, NULL);
    return *message ? err_hint(err, "%s", message) : false;
}

static bool add(struct session *s, struct arena *arena, const char *path, struct err *err)
{
    const char *full = full_path(s, arena, path);
    const char *slash = strrchr(full, '/');
    struct node *parent = slash == full
                              ? session_root(s)
                              : session_find(s, arena_copy(arena, full, (size_t)(slash - full)));
    const struct item *item = NULL;
    if (parent && parent->item) {
        item =
            form_item(session_form(s), arena_printf(arena, "%s/%s", parent->item->path, slash + 1));
    }
    if (!item || !item->shape.is_repeat) {
        return err_set(err, ERR_INPUT, "there is no repeat '%s'", path);
    }
    struct page roster = {PAGE_ROSTER, item->control, parent};
    struct node *entry;
    return session_add_entry(s, &roster, &entry, err);
}

static bool step(struct session *s, struct arena *arena, const struct json_pair *line,
                 struct err *err)
{
    const char *value = json_get(line, "value"), *path;
    struct node *node;
    if ((path = json_get(line, "answer"))) {
        return answer(s, arena, path, value, false, err);
    }
    if ((path = json_get(line, "refuse"))) {
        return answer(s, arena, path, value, true, err);
    }
    if ((path = json_get(line, "add"))) {
        return add(s, arena, path, err);
    }
    if ((path = json_get(line, "remove"))) {
        return find(s, arena, path, &node, err) &&
               (node->item->shape.is_repeat
                    ? session_remove_entry(s, node, err)
                    : err_set(err, ERR_INPUT, "'%s' is no repeat entry", path));
    }
    if ((path = json_get(line, "language"))) {
        return form_fill_language(s, path, err);
    }
    err_set(err, ERR_INPUT, "the step has none of answer, refuse, add, remove, language");
    return err_hint(err, "suhbat-form help fill shows the steps");
}

bool form_fill_in(struct session *s, const char *steps, size_t len, const char *name,
                  form_fill_refused *refused, void *user, struct err *err)
{
    size_t number = 0;
    bool ok = true;
    for (size_t at = 0; at < len && ok;) {
        const char *start = steps + at;
        const char *end = memchr(start, '\n', len - at);
        size_t line_len = end ? (size_t)(end - start) : len - at;
        struct arena arena;
        struct json_pair *line;
        at += line_len + 1;
        number++;
        if (strspn(start, " \t\r") >= line_len || *start == '#') {
            continue;
        }
        arena_init(&arena);
        ok = json_line(&line, &arena, start, line_len, err);
        if (ok && !step(s, &arena, line, err)) {
            const char *path = json_get(line, "answer");
            ok = refused && path && session_find(s, full_path(s, &arena, path));
            if (ok) { /* reported; continue with the next step */
                err_at(err, "%s, line %zu", name, number);
                refused(user, session_find(s, full_path(s, &arena, path)), err);
                *err = (struct err){0};
            }
        }
        arena_fini(&arena);
    }
    return ok || err_at(err, "%s, line %zu", name, number);
}

bool form_fill_rest(struct session *s, struct err *err)
{
    struct arena arena;
    struct problem *problems;
    size_t count;
    arena_init(&arena);
    bool ok = session_problems(s, &arena, &problems, &count, err);
    if (ok && count) {
        struct buf names = {0};
        for (size_t i = 0; i < count && i < 5; i++) {
            buf_text(&names, i ? ", " : "");
            session_path(problems[i].node, &names);
            buf_printf(&names, " (%s)", form_fill_result(problems[i].why));
        }
        ok = err_set(err, ERR_INPUT, "the interview cannot be finished, %zu questions: %s%s", count,
                     names.data, count > 5 ? ", …" : "");
        err_hint(err, "answer them, or use --partial to write an incomplete instance");
        buf_fini(&names);
    }
    arena_fini(&arena);
    return ok;
}
