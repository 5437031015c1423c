/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: a form, what somebody does, and the state that a peer's engine then held. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/instance.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/xml.h"
#include "tests/conformance/conform.h"

struct play {
    struct report *r;
    const char *dir, *id;
    const struct json *line;
    struct arena *arena;
    struct form *form;
    struct session *session;
    struct session_env env;
    bool web_forms; /* stores what the form refuses, and marks it */
    bool generated;
    uint32_t random;
    char *before[64]; /* the instance before each of the last steps */
    size_t steps;
    const char *awaited; /* an instance that is to be seen in one of the next steps, or NULL */
    char class[80];
    char why[700]; /* of the first failure */
};

static bool miss(struct play *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool miss(struct play *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(p->why, sizeof p->why, fmt, args);
    va_end(args);
    return false;
}

/* ---- the world of a session ---- */

static int64_t wall(void *user)
{
    (void)user;
    return clock_wall_ms();
}

static int zone(void *user, int64_t at)
{
    const struct play *p = user;
    (void)at;
    return p->web_forms ? -420 : 0;
}

static void random_bytes(void *user, void *bytes, size_t len)
{
    struct play *p = user;
    for (size_t i = 0; i < len; i++) {
        p->random = p->random * 1103515245u + 12345u;
        ((unsigned char *)bytes)[i] = (unsigned char)(p->random >> 16);
    }
}

static bool resource(void *user, const char *uri, struct buf *out, struct err *err)
{
    const struct play *p = user;
    const struct json *media = json_member(p->line, "media");
    const struct json *file = json_member(media, uri);
    if (!file) { /* by the file's name: pulldata() names no folder */
        const char *name = strrchr(uri, '/');
        for (const struct json *m = media ? media->first : NULL; m && !file && name; m = m->next) {
            const char *own = strrchr(m->name, '/');
            file = own && strcmp(own, name) == 0 ? m : NULL;
        }
    }
    if (!file || !file->text) {
        return err_set(err, ERR_ENV, "no file '%s'", uri);
    }
    return read_in(out, p->dir, file->text, err);
}

/* The recorder's device: always here. */
static bool geopoint(void *user, struct buf *out)
{
    const struct play *p = user;
    buf_text(out, p->generated ? "42.8746 74.5698 760.0 5.0" : "no client implementation");
    return true;
}

/* ---- nodes by path ---- */

/* "" where it is missing. */
static const char *word(const struct json *of, const char *name)
{
    const char *text = json_text(of, name);
    return text ? text : "";
}

/* A step's path; one that has none names no node. */
static const char *path_of(const struct json *step)
{
    const char *path = json_text(step, "path");
    return path ? path : "?";
}

/* The path without prefixes, in the arena. */
static const char *bare(struct play *p, const char *path)
{
    struct buf out = {0};
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, "/@");
        const char *colon = memchr(at, ':', len);
        const char *from = colon ? colon + 1 : at;
        buf_add(&out, from, (size_t)(at + len - from));
        at += len;
        if (*at) {
            buf_char(&out, *at++);
        }
    }
    const char *kept = arena_copy(p->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static struct node *node_at(struct play *p, const char *path)
{
    return session_find(p->session, bare(p, path));
}

static const char *without_positions(struct play *p, const char *path)
{
    struct buf out = {0};
    for (const char *at = bare(p, path); *at; at++) {
        const char *close = *at == '[' ? strchr(at, ']') : NULL;
        if (close) {
            at = close;
        } else {
            buf_char(&out, *at);
        }
    }
    const char *kept = arena_copy(p->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static bool same_value(const char *want, const char *got)
{
    char *end_want, *end_got;
    if (strcmp(want, got) == 0) {
        return true;
    }
    double a = strtod(want, &end_want), b = strtod(got, &end_got);
    return *want && *got && !*end_want && !*end_got && fabs(a - b) <= 1e-9 * fmax(1, fabs(a));
}

static bool left_out(const struct play *p, const char *path)
{
    const struct json *differences = json_member(p->line, "differences");
    for (const struct json *d = differences ? differences->first : NULL; d; d = d->next) {
        const struct json *own = d->first ? d->first->next : NULL;
        if (own && own->text && strcmp(own->text, path) == 0) {
            return true;
        }
    }
    return false;
}

static bool same_flag(struct play *p, const struct json *want, const char *path, const char *name,
                      bool got, bool usual)
{
    const struct json *flag = json_member(want, name);
    bool wanted = flag ? flag->number != 0 : usual;
    return wanted == got || miss(p, "%s: %s expected %d, got %d", path, name, wanted, got);
}

static bool same_invalid(struct play *p, const struct json *want, const char *path,
                         struct node *node)
{
    const char *wanted = json_text(want, "invalid");
    enum answer_result result = session_check(p->session, node, NULL);
    const char *got = result == ANSWER_CONSTRAINT ? "constraint"
                      : result == ANSWER_REQUIRED ? "required"
                                                  : "valid";
    wanted = wanted ? wanted : "valid";
    return strcmp(wanted, got) == 0 || miss(p, "%s: expected %s, got %s", path, wanted, got);
}

/* ODK Web Forms adds meta, instanceID and deprecatedID to forms that have none. */
static bool added_meta(const struct play *p, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *colon = strchr(name, ':');
    name = colon ? colon + 1 : name;
    return p->web_forms && (strcmp(name, "meta") == 0 || strcmp(name, "instanceID") == 0 ||
                            strcmp(name, "deprecatedID") == 0);
}

/* JavaRosa fits the entries of a counted repeat to its count only when somebody steps there; until
 * then its state lists those of the form. */
static bool not_stepped_into(struct play *p, const char *path)
{
    const struct item *item = form_item(p->form, without_positions(p, path));
    for (; item && !p->web_forms; item = item->shape.parent) {
        if (item->count && !session_first(p->session, item)) {
            return true; /* the count says none as yet */
        }
    }
    return false;
}

static bool same_node(struct play *p, const struct json *want)
{
    const char *path = want->name, *value = json_text(want, "v");
    struct node *node;
    if (left_out(p, path)) {
        return true;
    }
    node = node_at(p, path);
    if (!node && (added_meta(p, path) || not_stepped_into(p, path))) {
        return true;
    }
    if (!node) {
        return miss(p, "%s: there is no such node", path);
    }
    const struct json *relevant = json_member(want, "relevant");
    if (!same_flag(p, want, path, "relevant", node->active, true)) {
        return false;
    }
    if (relevant && relevant->number == 0) {
        return true;
    }
    if (value && strcmp(value, "$volatile") != 0 && !same_value(value, tree_value(node))) {
        return miss(p, "%s: expected '%.200s', got '%.200s'", path, value, tree_value(node));
    }
    return same_flag(p, want, path, "required", node->required, false) &&
           same_flag(p, want, path, "readonly", node->readonly, false) &&
           (!p->web_forms || same_invalid(p, want, path, node));
}

static bool same_state(struct play *p, const struct json *step)
{
    const struct json *state = json_member(step, "state"), *gone = json_member(step, "gone");
    for (const struct json *n = state ? state->first : NULL; n; n = n->next) {
        if (!same_node(p, n)) {
            return false;
        }
    }
    for (const struct json *g = gone ? gone->first : NULL; g; g = g->next) {
        if (g->text && !left_out(p, g->text) && node_at(p, g->text)) {
            return miss(p, "%s: is still there", g->text);
        }
    }
    return true;
}

/* ---- steps ---- */

static bool renew(struct play *p, struct session *fresh)
{
    char language[64];
    snprintf(language, sizeof language, "%s", session_language(p->session));
    session_free(p->session);
    p->session = fresh;
    session_set_language(fresh, language);
    return true;
}

/* The parent of the last part of a path, the repeat's control, and the position. */
static bool repeat_at(struct play *p, const char *path, struct page *roster, size_t *position)
{
    const char *plain = bare(p, path);
    const char *slash = strrchr(plain, '/');
    if (!slash) {
        return false;
    }
    char *parent = arena_copy(p->arena, plain, (size_t)(slash - plain));
    struct node *holder = *parent ? session_find(p->session, parent) : session_root(p->session);
    if (!holder || !holder->item) {
        return false;
    }
    size_t len = strcspn(slash + 1, "[");
    const char *name = arena_copy(p->arena, slash + 1, len);
    const struct item *item =
        form_item(p->form, arena_printf(p->arena, "%s/%s", holder->item->path, name));
    if (!item || !item->shape.is_repeat) {
        return false;
    }
    *roster = (struct page){PAGE_ROSTER, item->control, holder};
    *position = slash[1 + len] ? strtoul(slash + 2 + len, NULL, 10) : 1;
    return true;
}

static struct node *make_node(struct play *p, const char *path)
{
    struct node *node = node_at(p, path);
    struct page roster;
    size_t position;
    struct err err = {0};
    if (!node && repeat_at(p, path, &roster, &position) && !roster.control->item->fixed &&
        !session_insert_entry(p->session, &roster, SIZE_MAX, &node, &err)) {
        return NULL;
    }
    return node;
}

/* Some instances that are restored or edited stand nowhere but in the state that follows: answers
 * that it lists were in the instance.  What is worked out from them is still to be right. */
static bool fill_from_state(struct play *p, const struct json *step)
{
    const struct json *state = json_member(step, "state");
    struct err err = {0};
    for (const struct json *n = state ? state->first : NULL; n; n = n->next) {
        const char *value = json_text(n, "v");
        struct node *node = make_node(p, n->name);
        if (value && *value != '$' && node && node->item && node->item->is_leaf &&
            !node->item->calculate && !session_replay(p->session, node, value, &err)) {
            return miss(p, "restoring %s: %s", n->name, err.what);
        }
    }
    return true;
}

/* The instance written and read into a session of its own. */
static bool through_xml(struct play *p, bool edit)
{
    struct err err = {0};
    struct buf xml = {0};
    struct session *fresh = NULL;
    bool ok = instance_write(&xml, p->session, &err) &&
              instance_open(&fresh, p->form, &p->env, xml.data, xml.len, edit, &err);
    buf_fini(&xml);
    return ok ? renew(p, fresh) : miss(p, "restoring: %s", err.what);
}

static bool new_instance(struct play *p)
{
    struct err err = {0};
    struct session *fresh;
    return session_new(&fresh, p->form, &p->env, &err) ? renew(p, fresh)
                                                       : miss(p, "new instance: %s", err.what);
}

/* The answer as the peer's engine takes it.  False: it cannot be given, and that was told. */
static bool give(struct play *p, const char *path, struct node *node, const char *text,
                 enum answer_result *result)
{
    struct err err = {0};
    *result = session_answer(p->session, node, text, &err);
    bool refused = *result == ANSWER_CONSTRAINT || *result == ANSWER_REQUIRED;
    switch (*result) {
    case ANSWER_OK:
        return true;
    case ANSWER_FAULT:
        return miss(p, "answer %s: %s", path, err.what);
    case ANSWER_HIDDEN:
        return miss(p, "answer %s: the question is not asked", path);
    case ANSWER_READONLY:
        return miss(p, "answer %s: it is read only", path);
    default: /* an invalid answer: stored as that engine stores it, "" where it has no such value */
        return (refused && !p->web_forms) ||
               session_replay(p->session, node, *result == ANSWER_TYPE ? "" : text, &err) ||
               miss(p, "answer %s: %s", path, err.what);
    }
}

static bool answer(struct play *p, const struct json *step)
{
    const char *path = path_of(step), *wanted = json_text(step, "result");
    const struct json *value = json_member(step, "value");
    const char *text = value && value->text ? value->text : json_text(value, "file");
    struct node *node = node_at(p, path);
    enum answer_result result;
    if (json_member(step, "error")) {
        return true;
    }
    if (!node) {
        return left_out(p, path) || not_stepped_into(p, path) ||
               miss(p, "answer %s: there is no such node", path);
    }
    text = text ? text : "";
    if (!give(p, path, node, text, &result)) {
        return false;
    }
    const char *got = result == ANSWER_CONSTRAINT ? "CONSTRAINT_VIOLATED"
                      : result == ANSWER_REQUIRED ? "REQUIRED_BUT_EMPTY"
                                                  : "OK";
    return !wanted || left_out(p, path) || strcmp(wanted, got) == 0 ||
           miss(p, "answer %s = '%.100s': expected %s, got %s (%d)", path, text, wanted, got,
                (int)result);
}

static bool new_repeat(struct play *p, const struct json *step)
{
    const char *path = path_of(step);
    struct page roster;
    struct node *entry;
    struct err err = {0};
    size_t position;
    if (!repeat_at(p, path, &roster, &position)) {
        return left_out(p, path) || miss(p, "new_repeat %s: no such repeat", path);
    }
    struct node **entries;
    size_t count;
    session_entries(p->session, p->arena, &roster, &entries, &count);
    if (roster.control->item->count && count >= position) {
        return true; /* the count made it at once */
    }
    return session_insert_entry(p->session, &roster, position - 1, &entry, &err) ||
           miss(p, "new_repeat %s: %s", path, err.what);
}

static bool remove_repeat(struct play *p, const struct json *step)
{
    const char *path = path_of(step);
    struct node *node = node_at(p, path);
    struct err err = {0};
    if (!node) {
        return left_out(p, path) || miss(p, "remove_repeat %s: there is none", path);
    }
    return session_remove_entry(p->session, node, &err) ||
           miss(p, "remove_repeat %s: %s", path, err.what);
}

static bool check_value(struct play *p, const struct json *step)
{
    const char *path = path_of(step), *value = json_text(step, "value");
    const struct json *exists = json_member(step, "exists");
    const char *named = json_text(step, "node");
    if (left_out(p, named ? named : path) || left_out(p, path)) {
        return true;
    }
    struct node *node = node_at(p, named ? named : path);
    if (exists && exists->number == 0) {
        return !node || !node->active || miss(p, "%s: should not be there", path);
    }
    if (json_flag(step, "irrelevant")) {
        return !node || !node->active || miss(p, "%s: should not be relevant", path);
    }
    if (!node) {
        return (value && !*value) || miss(p, "%s: there is no such node", path);
    }
    const char *got = node->active ? tree_value(node) : "";
    return !value || strcmp(value, "$volatile") == 0 || same_value(value, got) ||
           miss(p, "%s: expected '%.200s', got '%.200s'", path, value, got);
}

static bool check_node(struct play *p, const struct json *step)
{
    const char *path = path_of(step), *named = json_text(step, "node");
    const char *value = json_text(step, "value");
    path = named ? named : path;
    struct node *node = node_at(p, path);
    if (left_out(p, path)) {
        return true;
    }
    if (!node) {
        return miss(p, "%s: there is no such node", path);
    }
    return same_flag(p, step, path, "relevant", node->active, true) &&
           (!node->active ||
            (same_flag(p, step, path, "required", node->required, false) &&
             same_flag(p, step, path, "readonly", node->readonly, false) &&
             (!value || strcmp(value, "$volatile") == 0 || same_value(value, tree_value(node)) ||
              miss(p, "%s: expected '%.200s', got '%.200s'", path, value, tree_value(node)))));
}

static bool same_choice(struct play *p, const struct json *wanted, const struct choice *got,
                        size_t number, const char *path)
{
    const char *value = wanted->first && wanted->first->text ? wanted->first->text : "";
    const char *label = wanted->first && wanted->first->next ? wanted->first->next->text : NULL;
    return (same_value(value, got->value) && (!label || strcmp(label, got->label) == 0)) ||
           miss(p, "choice %zu of %s: expected '%s' '%.100s', got '%s' '%.100s'", number, path,
                value, label ? label : "", got->value, got->label);
}

static bool check_choices(struct play *p, const struct json *step, const char *path)
{
    const struct json *wanted = json_member(step, "choices"), *n = json_member(step, "n");
    struct node *node = node_at(p, path);
    struct choice *choices;
    struct err err = {0};
    size_t count, i = 0;
    if (left_out(p, path)) {
        return true;
    }
    if (!node || !node->item || !node->item->control) {
        return miss(p, "choices of %s: no such question", path);
    }
    if (!session_choices(p->session, p->arena, node->item->control, node, &choices, &count, &err)) {
        return miss(p, "choices of %s: %s", path, err.what);
    }
    if (n ? (size_t)n->number != count : wanted && wanted->count > count) {
        return miss(p, "choices of %s: expected %s, got %zu", path, n ? n->text : "more", count);
    }
    for (const struct json *c = wanted ? wanted->first : NULL; c && i < count; c = c->next, i++) {
        if (!same_choice(p, c, &choices[i], i + 1, path)) {
            return false;
        }
    }
    return true;
}

static bool check_label(struct play *p, const struct json *step, bool hint)
{
    const char *path = path_of(step), *label = json_text(step, hint ? "hint" : "label");
    struct node *node = node_at(p, path);
    if (!node || !node->item || !node->item->control) {
        return left_out(p, path) || miss(p, "label of %s: no such question", path);
    }
    const char *got = session_text(p->session, p->arena,
                                   hint ? &node->item->control->hint : &node->item->control->label,
                                   node, FORM_LONG, NULL);
    return left_out(p, path) || strcmp(label ? label : "", got) == 0 ||
           miss(p, "label of %s: expected '%.200s', got '%.200s'", path, label, got);
}

static bool check_count(struct play *p, const struct json *step)
{
    const char *path = path_of(step);
    struct page roster;
    struct node **entries;
    size_t position, count;
    const struct json *given = json_member(step, "count");
    double wanted = given ? given->number : 0;
    if (!given || !given->text) {
        return miss(p, "count of %s: the step names none", path);
    }
    if (left_out(p, path) || *given->text == '$') {
        return true;
    }
    if (!repeat_at(p, path, &roster, &position)) {
        return wanted == 0 || miss(p, "count of %s: no such repeat", path);
    }
    session_entries(p->session, p->arena, &roster, &entries, &count);
    return (double)count == wanted ||
           miss(p, "count of %s: expected %g, got %zu", path, wanted, count);
}

static bool validate(struct play *p, const struct json *step)
{
    const struct json *wanted = json_member(step, "violations");
    struct problem *problems;
    struct err err = {0};
    size_t count;
    if (!session_problems(p->session, p->arena, &problems, &count, &err)) {
        return miss(p, "validate: %s", err.what);
    }
    for (const struct json *v = wanted ? wanted->first : NULL; v; v = v->next) {
        const char *path = word(v, "path");
        struct node *node = path ? node_at(p, path) : NULL;
        bool found = false;
        for (size_t i = 0; i < count; i++) {
            found = found || problems[i].node == node;
        }
        if (!found && !left_out(p, path)) {
            return miss(p, "validate: %s should be a problem", path);
        }
    }
    return (wanted && wanted->count) || !count ||
           miss(p, "validate: %zu problems, none expected", count);
}

/* ---- instances ---- */

static const char *text_below(struct arena *arena, const struct xml *x)
{
    return xml_child(x, NULL) ? "" : xml_content(arena, x);
}

static bool same_xml(struct play *p, const struct xml *want, const struct xml *got)
{
    const char *a = text_below(p->arena, want), *b = text_below(p->arena, got);
    if (strcmp(want->name, got->name) != 0) {
        return miss(p, "instance: expected <%s>, got <%s>", want->name, got->name);
    }
    if (strcmp(a, "$volatile") != 0 && !same_value(a, b)) {
        return miss(p, "instance: <%s> expected '%.100s', got '%.100s'", want->name, a, b);
    }
    const struct xml *x = xml_child(want, NULL), *y = xml_child(got, NULL);
    for (; x && y; x = xml_sibling(x, NULL), y = xml_sibling(y, NULL)) {
        if (!same_xml(p, x, y)) {
            return false;
        }
    }
    if (x && !y && added_meta(p, arena_printf(p->arena, "/%s", x->name))) {
        return true;
    }
    return (!x && !y) || miss(p, "instance: in <%s> expected <%s>, got <%s>", want->name,
                              x ? x->name : "(nothing)", y ? y->name : "(nothing)");
}

static bool same_instance(struct play *p, const char *instance)
{
    struct err err = {0};
    struct buf xml = {0};
    struct xml *want, *got;
    bool ok =
        !instance || (xml_parse(&want, p->arena, instance, strlen(instance), &xml_trusted, &err) &&
                      instance_write(&xml, p->session, &err) &&
                      xml_parse(&got, p->arena, xml.data, xml.len, &xml_trusted, &err));
    ok = ok ? !instance || same_xml(p, want, got) : miss(p, "instance: %s", err.what);
    buf_fini(&xml);
    return ok;
}

static void keep_xml(struct play *p)
{
    struct err err = {0};
    struct buf xml = {0};
    if (p->web_forms && instance_write(&xml, p->session, &err)) {
        p->before[p->steps++ % 64] = arena_copy(p->arena, xml.data, xml.len);
    }
    buf_fini(&xml);
}

/* ODK Web Forms serialises while the test goes on, and holds several instances: what it writes may
 * be one from before the last steps, or after the next ones.  A text that never fits is missed at
 * the end. */
static bool serialized(struct play *p, const char *instance)
{
    struct err err = {0};
    struct xml *want, *got;
    if (same_instance(p, instance)) {
        return true;
    }
    if (!p->web_forms) {
        return false;
    }
    for (size_t i = 0; instance && i < 64 && p->before[i]; i++) {
        if (xml_parse(&want, p->arena, instance, strlen(instance), &xml_trusted, &err) &&
            xml_parse(&got, p->arena, p->before[i], strlen(p->before[i]), &xml_trusted, &err) &&
            same_xml(p, want, got)) {
            return true;
        }
    }
    p->awaited = instance;
    return true;
}

/* ---- playing ---- */

static bool open_form(struct play *p, const char *edit_of, struct err *err)
{
    struct buf bytes = {0};
    bool ok = read_in(&bytes, p->dir, word(p->line, "form"), err) &&
              form_load(&p->form, bytes.data, bytes.len, &xml_trusted, err);
    (void)edit_of;
    ok = ok && session_new(&p->session, p->form, &p->env, err);
    buf_fini(&bytes);
    return ok;
}

static bool state_names(const struct json *step, const char *name)
{
    const struct json *state = json_member(step, "state");
    for (const struct json *n = state ? state->first : NULL; n; n = n->next) {
        if (strstr(n->name, name)) {
            return true;
        }
    }
    return false;
}

static bool switch_language(struct play *p, const struct json *step)
{
    session_set_language(p->session, word(step, "value"));
    return true;
}

static bool choices_of_step(struct play *p, const struct json *step)
{
    return check_choices(p, step, path_of(step));
}

static bool choices_of_prompt(struct play *p, const struct json *step)
{
    const struct json *prompt = json_member(step, "prompt");
    return check_choices(p, prompt, word(prompt, "ref"));
}

static bool check_question_label(struct play *p, const struct json *step)
{
    return check_label(p, step, false);
}

static bool check_hint(struct play *p, const struct json *step)
{
    return check_label(p, step, true);
}

static bool serialize(struct play *p, const struct json *step)
{
    return serialized(p, word(step, "instance"));
}

static bool begin_anew(struct play *p, const struct json *step)
{
    (void)step;
    return new_instance(p);
}

static bool reload(struct play *p, const struct json *step)
{
    return json_flag(step, "new") ? new_instance(p) : through_xml(p, false);
}

static bool roundtrip(struct play *p, const struct json *step)
{
    (void)step;
    return through_xml(p, false);
}

static bool restore(struct play *p, const struct json *step)
{
    return through_xml(p, state_names(step, "deprecatedID")) && fill_from_state(p, step);
}

static bool init_edit(struct play *p, const struct json *step)
{
    return through_xml(p, true) && fill_from_state(p, step);
}

/* The steps of a scenario; NULL: it changes nothing here. */
static const struct {
    const char *op;
    bool (*play)(struct play *p, const struct json *step);
} step_kinds[] = {
    {"answer", answer},
    {"new_repeat", new_repeat},
    {"remove_repeat", remove_repeat},
    {"language", switch_language},
    {"check_value", check_value},
    {"check_node", check_node},
    {"check_choices", choices_of_step},
    {"check_prompt", choices_of_prompt},
    {"check_label", check_question_label},
    {"check_hint", check_hint},
    {"check_count", check_count},
    {"validate", validate},
    {"serialize", serialize},
    {"new_instance", begin_anew},
    {"reload", reload},
    {"roundtrip_instance", roundtrip},
    {"new_instance_or_restore", restore},
    {"init_edit", init_edit},
    {"roundtrip_form", NULL}, /* the form, which nothing changes */
    {"init", NULL},
    {"next", NULL},
    {"prev", NULL},
    {"jump", NULL},
    {"finalize", NULL},
    {"check_index", NULL},
};

static bool play_step(struct play *p, const struct json *step)
{
    const char *op = word(step, "op");
    for (size_t i = 0; i < sizeof step_kinds / sizeof *step_kinds; i++) {
        if (strcmp(op, step_kinds[i].op) == 0) {
            return (!step_kinds[i].play || step_kinds[i].play(p, step)) && same_state(p, step);
        }
    }
    return miss(p, "the step '%s' is not known", op);
}

static void scenario_item(struct report *r, const char *dir, const struct json *line,
                          struct arena *arena)
{
    struct play *p = mem_zero(1, sizeof *p);
    const char *second = word(line, "second_engine");
    struct err err = {0};
    p->r = r;
    p->dir = dir;
    p->line = line;
    p->arena = arena;
    p->id = word(line, "id");
    p->random = 1;
    p->web_forms = strcmp(word(line, "engine"), "web-forms") == 0;
    p->generated = strcmp(word(line, "origin"), "generated") == 0;
    p->env = (struct session_env){.user = p,
                                  .wall_ms = wall,
                                  .zone_minutes = zone,
                                  .random = random_bytes,
                                  .resource = resource,
                                  .geopoint = geopoint};
    snprintf(p->class, sizeof p->class, "%s, second engine %.*s", word(line, "origin"),
             (int)strcspn(second, ":"), second);
    if (json_flag(line, "uses_internals")) {
        report_skip(r, p->class);
        free(p);
        return;
    }
    bool invalid = strcmp(word(line, "expect"), "ok") != 0;
    bool loads = open_form(p, NULL, &err);
    size_t number = 0;
    bool ok = invalid ? !loads || miss(p, "loads, and should not: %.200s", word(line, "init_error"))
                      : loads || miss(p, "does not load: %s: %s", err.where, err.what);
    const struct json *steps = json_member(line, "steps");
    for (const struct json *s = ok && !invalid && steps ? steps->first : NULL; s && ok;
         s = s->next) {
        bool passive = strcmp(word(s, "op"), "serialize") == 0;
        if (!passive) {
            keep_xml(p);
        }
        ok = play_step(p, s);
        if (ok && p->awaited && same_instance(p, p->awaited)) {
            p->awaited = NULL;
        }
        ok = ok && (!p->awaited || s->next || same_instance(p, p->awaited));
        number++;
    }
    if (ok) {
        report_pass(r, p->class);
    } else {
        report_fail(r, p->class, p->id, "step %zu: %s [%s]", number, p->why, word(line, "form"));
    }
    session_free(p->session);
    form_free(p->form);
    free(p);
}

bool suite_scenarios(struct report *r, const char *path, struct err *err)
{
    struct buf file = {0};
    buf_printf(&file, "%s/scenarios.jsonl", path);
    bool ok = each_line(r, path, file.data, scenario_item, err);
    buf_fini(&file);
    return ok;
}
