/* SPDX-License-Identifier: Apache-2.0 */
/* Makes up interviews through the real engine. */
#include "tools/form/form_simulate.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/instance.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "tools/form/form_source.h"

enum {
    PASSES_MAX = 24, /* over all pages: an answer may open pages before it */
    TRIES_MAX = 60,  /* of one answer */
    PER_INTERVIEWER = 25,
    PERSONAS_FROM = 4, /* interviewers; below, all work well */
    ENTRIES_MIN = 3,   /* of a repeat that the interviewer counts */
    ENTRIES_MAX = 6,
    WEIGHTS_MAX = 8 << 20
};

/* ---- chance ---- */

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double chance(uint64_t *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

/* ---- weights ---- */

struct weight { /* a row of the weights, for a question or for all */
    const char *answer;
    double weight, min, max;
    struct weight *next;
};

struct simulation {
    const struct simulate_spec *spec;
    struct arena arena;
    struct map weights; /* name of a question, or "*" → its rows */
    struct form_source_env files;
    struct session_env env;
    uint64_t state;
    int64_t now_ms;
    struct session *s;
    enum simulate_kind kind;
    unsigned interviewer, serial, answers;
    struct entity **open; /* with `each`: the cases, in their order */
    size_t open_count;
    const struct entity *about; /* the case of this interview, or NULL */
    struct map set;             /* question → the answer that is given */
    struct set_beside *beside;  /* … where other answers of the entry are these */
    struct map made;            /* case made in this run → its device, from 1 */
    struct map told;            /* question → what somebody told this interviewer before */
    struct arena told_arena;
};

static const char *cell(const struct csv *csv, size_t row, const char *column)
{
    for (size_t c = 0; c < csv->rows[0].count && c < csv->rows[row].count; c++) {
        if (strcmp(csv->rows[0].cells[c], column) == 0) {
            return csv->rows[row].cells[c];
        }
    }
    return "";
}

static bool is_for(struct simulation *m, const char *forms)
{
    const char *all = arena_join(&m->arena, " ", forms, " ", NULL);
    return !*forms || strstr(all, arena_join(&m->arena, " ", m->spec->form->id, " ", NULL));
}

static void add_weight(struct simulation *m, const struct csv *csv, size_t r)
{
    struct weight *w = arena_alloc(&m->arena, sizeof *w);
    const char *weight = cell(csv, r, "weight"), *name = cell(csv, r, "name");
    *w = (struct weight){.answer = cell(csv, r, "answer"),
                         .weight = *weight ? strtod(weight, NULL) : 1,
                         .min = *cell(csv, r, "min") ? strtod(cell(csv, r, "min"), NULL) : NAN,
                         .max = *cell(csv, r, "max") ? strtod(cell(csv, r, "max"), NULL) : NAN,
                         .next = map_get(&m->weights, name)};
    map_put(&m->weights, name, w);
}

static bool read_weights(struct simulation *m, struct err *err)
{
    struct buf bytes = {0};
    struct csv csv = {0};
    const char *slash = strrchr(m->spec->file, '/');
    const char *path = m->spec->weights ? m->spec->weights
                                        : arena_printf(&m->arena, "%.*ssimulate.weights",
                                                       slash ? (int)(slash - m->spec->file) + 1 : 0,
                                                       m->spec->file);
    if (!m->spec->weights && !file_exists(path)) {
        return true;
    }
    bool ok = file_read(&bytes, path, WEIGHTS_MAX, err) &&
              (csv_parse(&csv, &m->arena, bytes.data ? bytes.data : "", bytes.len, err) ||
               err_at(err, "%s", file_name(path)));
    for (size_t r = 1; ok && r < csv.count; r++) {
        if (is_for(m, cell(&csv, r, "forms"))) {
            add_weight(m, &csv, r);
        }
    }
    buf_fini(&bytes);
    return ok;
}

static const struct weight *weight_of(struct simulation *m, const char *name, const char *answer)
{
    const char *names[] = {name, "*"};
    for (size_t i = 0; i < 2; i++) {
        for (const struct weight *w = map_get(&m->weights, names[i]); w; w = w->next) {
            if (strcmp(w->answer, answer) == 0) {
                return w;
            }
        }
    }
    return NULL;
}

/* ---- the world of a session ---- */

static int64_t wall(void *user)
{
    return ((struct simulation *)user)->now_ms;
}

static int zone(void *user, int64_t wall_ms)
{
    enum { MINUTES = 360 }; /* Bishkek */
    (void)user;
    (void)wall_ms;
    return MINUTES;
}

static void random_bytes(void *user, void *bytes, size_t len)
{
    struct simulation *m = user;
    uint8_t *out = bytes;
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)next_random(&m->state);
    }
}

static unsigned device_of(const struct simulation *m)
{
    return m->interviewer % m->spec->devices;
}

/* A case belongs to the device that made it in this run; one of an earlier run, to any one. */
static bool is_here(const struct simulation *m, const struct entity *one)
{
    if (m->about) { /* whoever visits a case has it */
        return strcmp(one->id, m->about->id) == 0;
    }
    size_t made = (size_t)map_get(&m->made, one->id);
    unsigned sum = 0;
    for (const char *c = one->id; *c; c++) {
        sum = sum * 31 + (unsigned char)*c;
    }
    return (made ? made - 1 : sum % m->spec->devices) == device_of(m);
}

/* A list of the form's folder, with the cases that this device has. */
static bool resource(void *user, const char *uri, struct buf *out, struct err *err)
{
    struct simulation *m = user;
    struct arena arena;
    struct entities here;
    struct buf base = {0};
    if (!m->spec->cases || !file_ends(uri, ".csv")) {
        return form_source_resource(&m->files, uri, out, err);
    }
    arena_init(&arena);
    entities_init(&here, &arena);
    bool ok = form_source_resource(&m->files, uri, &base, err);
    const char *list = file_stem(&arena, uri);
    for (const struct entity *one = m->spec->cases->first; ok && one; one = one->next) {
        if (one->version && strcmp(one->list, list) == 0 && is_here(m, one)) {
            entities_assign(&here, one, 0);
            entities_find(&here, one->id)->trunk = one->trunk;
        }
    }
    if (ok && here.first) {
        ok = entities_table(out, &here, list, base.data, base.len, err);
    } else if (ok) {
        buf_add(out, base.data, base.len);
    }
    buf_fini(&base);
    arena_fini(&arena);
    return ok;
}

/* What a finished interview does to the cases. */
static bool change_cases(struct simulation *m, const struct buf *xml, struct err *err)
{
    struct arena arena;
    struct entity_change *changes;
    if (!m->spec->cases) {
        return true;
    }
    arena_init(&arena);
    bool ok = entities_read(&changes, &arena, m->spec->form, xml->data, xml->len, err);
    for (const struct entity_change *c = ok ? changes : NULL; c; c = c->next) {
        bool had = entities_find(m->spec->cases, c->id) != NULL;
        entities_apply(m->spec->cases, c);
        const struct entity *one = entities_find(m->spec->cases, c->id);
        if (one && !had) {
            map_put(&m->made, one->id, (void *)((size_t)device_of(m) + 1));
        }
    }
    arena_fini(&arena);
    return ok;
}

/* ---- answers ---- */

static const char *name_of(const struct node *node)
{
    return node->item->shape.name;
}

void simulate_code(char out[4], unsigned interviewer)
{
    enum { NUMBERS = 99, LETTERS = 25 };
    unsigned n = interviewer % NUMBERS + 1;
    out[0] = (char)('A' + interviewer / NUMBERS % LETTERS);
    out[1] = (char)('0' + n / 10);
    out[2] = (char)('0' + n % 10);
    out[3] = '\0';
}

/* What an interviewer writes of themselves; NULL: it is no such question. */
static const char *own_answer(struct simulation *m, struct arena *arena, const struct node *node)
{
    static const char *const own[] = {"int_code", "mod_code", "note_code"};
    char code[4];
    simulate_code(code, m->interviewer);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(name_of(node), own[i]) == 0) {
            code[0] = i == 2 ? 'Z' : code[0]; /* who takes notes is another person */
            return arena_text(arena, code);
        }
    }
    return strcmp(name_of(node), "serial") == 0 ? arena_printf(arena, "%u", m->serial) : NULL;
}

/* One of the offered choices, by weight. */
static const struct choice *pick(struct simulation *m, const struct node *node,
                                 const struct choice *choices, size_t count)
{
    double total = 0, at;
    double *weights = mem_alloc((count + 1) * sizeof *weights);
    for (size_t i = 0; i < count; i++) {
        const struct weight *w = weight_of(m, name_of(node), choices[i].value);
        weights[i] = w ? w->weight : 1;
        total += weights[i];
    }
    at = chance(&m->state) * total;
    size_t i = 0;
    while (i + 1 < count && at >= weights[i]) {
        at -= weights[i++];
    }
    free(weights);
    return &choices[i];
}

static const char *choose(struct simulation *m, struct arena *arena, struct node *node,
                          struct err *err)
{
    const struct control *c = node->item->control;
    struct choice *choices;
    size_t count;
    if (!session_choices(m->s, arena, c, node, &choices, &count, err) || !count) {
        return NULL;
    }
    if (c->kind == CONTROL_RANK) {
        struct buf all = {0};
        for (size_t i = 0; i < count; i++) {
            buf_join(&all, i ? " " : "", choices[i].value, NULL);
        }
        const char *kept = arena_text(arena, all.data);
        buf_fini(&all);
        return kept;
    }
    if (c->kind == CONTROL_SELECT1) {
        bool straight = m->kind == SIMULATE_STRAIGHT && count >= ENTRIES_MIN &&
                        strcspn(choices[0].value, "0123456789") < strlen(choices[0].value);
        return straight ? choices[0].value : pick(m, node, choices, count)->value;
    }
    const char *out = "";
    size_t wanted = 1 + (size_t)(chance(&m->state) * 3);
    for (size_t i = 0; i < wanted; i++) {
        const char *value = pick(m, node, choices, count)->value;
        const char *have = arena_join(arena, " ", out, " ", NULL);
        if (!strstr(have, arena_join(arena, " ", value, " ", NULL))) {
            out = arena_join(arena, out, *out ? " " : "", value, NULL);
        }
    }
    return out;
}

static const char *number(struct simulation *m, struct arena *arena, const struct node *node,
                          unsigned attempt)
{
    double min = 0, max = 12;
    const struct weight *w = map_get(&m->weights, name_of(node));
    if (!session_bounds(node->item, &min, &max)) {
        min = 0, max = 12;
    }
    min = isfinite(min) ? min : 0;
    max = isfinite(max) ? max : min + 12;
    if (w && isfinite(w->min) && attempt < TRIES_MAX / 2) {
        min = w->min;
        max = isfinite(w->max) ? w->max : max;
    }
    if (node->item->missing && chance(&m->state) < 0.03) {
        return strstr(node->item->missing, "dk") && chance(&m->state) < 0.6 ? "-98" : "-99";
    }
    double n = floor(min + chance(&m->state) * (max - min + 1));
    n = n > max ? max : n;
    return arena_printf(arena, "%.0f", n);
}

static const char *day(struct simulation *m, struct arena *arena)
{
    enum { DAYS = 200 };
    char text[40];
    clock_iso(text, sizeof text, m->now_ms - (int64_t)(chance(&m->state) * DAYS) * 24 * 3600 * 1000,
              zone(NULL, 0), false);
    return arena_copy(arena, text, 10);
}

/* A told story: sentences of the weights, or what was told before. */
static const char *story(struct simulation *m, struct arena *arena, const struct node *node)
{
    const char *before = map_get(&m->told, node->item->path);
    if (m->kind == SIMULATE_COPY && before) {
        return before;
    }
    size_t count = 0;
    const struct weight *all = map_get(&m->weights, name_of(node));
    all = all ? all : map_get(&m->weights, "*text");
    for (const struct weight *w = all; w; w = w->next) {
        count += *w->answer != '\0';
    }
    if (!count) {
        return arena_printf(arena, "Ответ %u на вопрос %s, придуманный для проверки.", m->serial,
                            name_of(node));
    }
    const char *out = "";
    for (size_t i = 0; i < 2; i++) {
        size_t at = (size_t)(chance(&m->state) * (double)count);
        for (const struct weight *w = all; w; w = w->next) {
            if (*w->answer && at-- == 0) {
                out = arena_join(arena, out, *out ? " " : "", w->answer, NULL);
                break;
            }
        }
    }
    map_put(&m->told, node->item->path, arena_text(&m->told_arena, out));
    return out;
}

/* "r_like@c1_low_trust@dest=high": given in entries that have the answers after '@'. */
struct set_beside {
    const char *name, *values, *answer; /* values: "c1_low_trust@dest" */
    struct set_beside *next;
};

/* Whether a question below the node has this answer. */
static bool has_answer(const struct node *node, const char *value, size_t len)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->value && strlen(n->value) == len && memcmp(n->value, value, len) == 0) {
            return true;
        }
        if (has_answer(n, value, len)) {
            return true;
        }
    }
    return false;
}

static bool stands_beside(const struct node *node, const char *values)
{
    const struct node *entry = node->parent;
    while (entry && !(entry->item && entry->item->shape.is_repeat)) {
        entry = entry->parent;
    }
    bool all = entry != NULL;
    for (const char *at = values; all && *at;) {
        size_t len = strcspn(at, "@");
        all = has_answer(entry, at, len);
        at += len + (at[len] == '@');
    }
    return all;
}

/* An answer that is given: by the caller, or by the case that the interview is about. */
static const char *given(struct simulation *m, const struct node *node)
{
    const char *name = node->item->shape.name, *value = map_get(&m->set, name);
    const struct control *c = node->item->control;
    for (const struct set_beside *b = m->beside; b && !value; b = b->next) {
        if (strcmp(b->name, name) == 0 && stands_beside(node, b->values)) {
            value = b->answer;
        }
    }
    if (value || !m->about) {
        return value;
    }
    if (c->kind == CONTROL_SELECT1 && c->itemset && strcmp(name, "case_id") == 0) {
        return m->about->id;
    }
    value = entity_property(m->about, name);
    return *value ? value : NULL;
}

static const char *guess(struct simulation *m, struct arena *arena, struct node *node,
                         unsigned attempt, struct err *err)
{
    const struct control *c = node->item->control;
    const char *own = own_answer(m, arena, node);
    if (!own && attempt < TRIES_MAX / 2) {
        own = given(m, node);
    }
    if (own) {
        return own;
    }
    switch (c->kind) {
    case CONTROL_SELECT1:
    case CONTROL_SELECT:
    case CONTROL_RANK:
        return choose(m, arena, node, err);
    case CONTROL_TRIGGER:
        return "OK";
    case CONTROL_UPLOAD:
        return NULL; /* no file is made up */
    default:
        break;
    }
    if (node->item->type == TYPE_INT || node->item->type == TYPE_DECIMAL ||
        c->kind == CONTROL_RANGE) {
        return number(m, arena, node, attempt);
    }
    return node->item->type == TYPE_DATE ? day(m, arena) : story(m, arena, node);
}

/* Milliseconds before the first question: greeting, who asks and why, consent. */
static int64_t greeting_ms(struct simulation *m)
{
    enum { SECONDS = 480 };
    double seconds = SECONDS * (0.8 + 0.6 * chance(&m->state));
    return (int64_t)(seconds * (m->kind == SIMULATE_FAST ? 120 : 1000));
}

/* Milliseconds that the question takes: it is read aloud, and answered.  The figures are those of
 * suhbat-form lint, give or take a third. */
static int64_t takes_ms(struct simulation *m, struct arena *arena, struct node *node)
{
    enum { WORDS_A_MINUTE = 130, STORY = 100, TEXT = 20, CHOICES = 10, OTHER = 7 };
    const struct control *c = node->item->control;
    const char *label = session_text(m->s, arena, &c->label, node, FORM_LONG, NULL);
    unsigned words = 1;
    for (const char *p = label; *p; p++) {
        words += *p == ' ' || *p == '\n';
    }
    bool text = c->kind == CONTROL_INPUT && node->item->type == TYPE_TEXT;
    double seconds = words * 60.0 / WORDS_A_MINUTE + (text && control_has(c, "multiline") ? STORY
                                                      : text                              ? TEXT
                                                      : c->kind == CONTROL_SELECT         ? CHOICES
                                                                                          : OTHER);
    seconds *= 0.8 + 0.6 * chance(&m->state);
    return (int64_t)(seconds * (m->kind == SIMULATE_FAST ? 120 : 1000));
}

/* Answers one question.  *changed: it has an answer now. */
static bool answer(struct simulation *m, struct node *node, bool *changed, struct err *err)
{
    struct arena arena;
    enum answer_result result = ANSWER_CONSTRAINT;
    struct err why = {0};
    arena_init(&arena);
    m->now_ms += takes_ms(m, &arena, node);
    for (unsigned t = 0; t < TRIES_MAX && result != ANSWER_OK && result != ANSWER_FAULT; t++) {
        const char *value = guess(m, &arena, node, t, &why);
        if (!value) {
            break;
        }
        result = session_answer(m->s, node, value, &why);
    }
    *changed = result == ANSWER_OK;
    m->answers += *changed;
    arena_fini(&arena);
    if (result == ANSWER_FAULT) {
        *err = why;
        return err_at(err, "%s", node->item->path);
    }
    return true;
}

/* Whether a question waits for an answer.  An optional one is left out at times. */
static bool waits(struct simulation *m, const struct node *node, struct map *left)
{
    const struct control *c = node->item ? node->item->control : NULL;
    if (!c || !control_is_question(c) || c->kind == CONTROL_UPLOAD || !node->active ||
        node->readonly || *tree_value(node) || !tree_is_ancestor(session_root(m->s), node)) {
        return false;
    }
    if (!node->required && !map_get(left, node->item->path) && chance(&m->state) < 0.6) {
        map_put(left, node->item->path, m);
    }
    return node->required || !map_get(left, node->item->path);
}

static bool walk(struct simulation *m, struct node *entry, struct map *left, bool *any,
                 struct err *err);

static bool walk_roster(struct simulation *m, const struct page *roster, struct map *left,
                        bool *any, struct err *err)
{
    struct arena arena;
    struct node **entries, *made;
    size_t count;
    bool ok = true;
    arena_init(&arena);
    session_entries(m->s, &arena, roster, &entries, &count);
    bool fresh = !map_get(left, roster->control->item->path);
    size_t wanted = ENTRIES_MIN + (size_t)(chance(&m->state) * (ENTRIES_MAX - ENTRIES_MIN + 1));
    while (ok && fresh && !roster->control->item->fixed && count < wanted) {
        ok = session_add_entry(m->s, roster, &made, err);
        count++;
        *any = true;
    }
    map_put(left, roster->control->item->path, m);
    session_entries(m->s, &arena, roster, &entries, &count);
    for (size_t i = 0; ok && i < count; i++) {
        if (tree_is_ancestor(session_root(m->s), entries[i])) {
            ok = walk(m, entries[i], left, any, err);
        }
    }
    arena_fini(&arena);
    return ok;
}

/* The next question of a list that waits; NULL: none. */
static struct node *next_waiting(struct simulation *m, const struct page *fields, size_t count,
                                 struct map *left)
{
    for (size_t i = 0; i < count; i++) {
        if (waits(m, fields[i].node, left)) {
            return fields[i].node;
        }
    }
    return NULL;
}

static bool walk_page(struct simulation *m, const struct page *page, struct map *left, bool *any,
                      struct err *err)
{
    struct arena arena;
    bool ok = true, changed = true;
    if (page->kind == PAGE_ROSTER) {
        return walk_roster(m, page, left, any, err);
    }
    while (ok && changed) { /* an answer may open further fields of the page */
        struct page *fields = (struct page *)page;
        struct node *node;
        size_t count = 1;
        arena_init(&arena);
        if (page->kind == PAGE_FIELDS) {
            session_fields(m->s, &arena, page, &fields, &count);
        }
        changed = false;
        node = next_waiting(m, fields, count, left);
        ok = !node || answer(m, node, &changed, err);
        *any = *any || changed;
        changed = changed && page->kind == PAGE_FIELDS;
        arena_fini(&arena);
    }
    return ok;
}

/* The place after a page in a list that answers may have changed; `at` if the page is gone. */
static size_t place_after(const struct page *pages, size_t count, const struct page *page,
                          size_t at)
{
    for (size_t i = 0; i < count; i++) {
        if (pages[i].control == page->control && pages[i].node == page->node) {
            return i + 1;
        }
    }
    return at;
}

/* Asks what waits, as an interviewer does: what an answer opens comes next. */
static bool walk(struct simulation *m, struct node *entry, struct map *left, bool *any,
                 struct err *err)
{
    bool ok = true;
    for (size_t at = 0, count = 1; ok && at < count;) {
        struct arena arena;
        struct page *pages;
        bool answered = false;
        arena_init(&arena);
        session_pages(m->s, &arena, entry, &pages, &count);
        while (ok && !answered && at < count) {
            const struct page page = pages[at];
            ok = walk_page(m, &page, left, &answered, err);
            at++;
            if (answered) {
                struct page *now;
                session_pages(m->s, &arena, entry, &now, &count);
                at = place_after(now, count, &page, at);
            }
        }
        *any = *any || answered;
        arena_fini(&arena);
    }
    return ok;
}

/* ---- interviews ---- */

const char *simulate_kind_name(enum simulate_kind kind)
{
    static const char *const names[] = {[SIMULATE_HONEST] = "honest",
                                        [SIMULATE_FAST] = "fast",
                                        [SIMULATE_STRAIGHT] = "straight",
                                        [SIMULATE_COPY] = "copy"};
    static_assert(sizeof names / sizeof *names == SIMULATE_KIND_COUNT, "one name a kind");
    return names[kind];
}

static unsigned interviewers(const struct simulate_spec *spec)
{
    return (spec->count + PER_INTERVIEWER - 1) / PER_INTERVIEWER;
}

/* The last three of many interviewers do not work well. */
static enum simulate_kind kind_of(const struct simulate_spec *spec, unsigned interviewer)
{
    unsigned all = interviewers(spec), from_end = all - 1 - interviewer;
    return all < PERSONAS_FROM || from_end >= SIMULATE_KIND_COUNT - 1
               ? SIMULATE_HONEST
               : (enum simulate_kind)((unsigned)SIMULATE_FAST + from_end);
}

static bool finish(struct simulation *m, struct buf *xml, struct err *err)
{
    bool any = true, ok = true;
    struct arena arena;
    struct map left;
    arena_init(&arena);
    map_init(&left, &arena);
    for (unsigned pass = 0; ok && any && pass < PASSES_MAX; pass++) {
        any = false;
        ok = walk(m, NULL, &left, &any, err);
    }
    arena_fini(&arena);
    return ok && session_finish(m->s, err) && instance_write(xml, m->s, err);
}

static bool one(struct simulation *m, unsigned number, simulate_take *take, void *user,
                struct err *err)
{
    enum { HOUR = 9, MINUTES_APART = 95, A_DAY = 4 };
    struct buf xml = {0};
    unsigned all = interviewers(m->spec);
    m->interviewer = (number - 1) % all;
    m->serial = (number - 1) / all + 1;
    m->kind = kind_of(m->spec, m->interviewer);
    m->state = m->spec->seed * 0x9E3779B97F4A7C15u + number;
    for (const char *c = m->spec->form->id; *c; c++) { /* forms of one seed differ, too */
        m->state = (m->state ^ (uint8_t)*c) * 0x100000001B3u;
    }
    m->answers = 0;
    enum { DAY_MS = 24 * 3600000 };
    int64_t first = m->spec->day_ms ? m->spec->day_ms / DAY_MS : clock_days(2026, 3, 2);
    int64_t days = first + (int64_t)(m->serial - 1) / A_DAY;
    m->about = m->spec->each ? m->open[number - 1] : NULL;
    m->now_ms = days * 24 * 3600000 + ((int64_t)HOUR * 60 - zone(NULL, 0) +
                                       (int64_t)((m->serial - 1) % A_DAY) * MINUTES_APART) *
                                          60000;
    struct simulated done = {
        .number = number, .interviewer = m->interviewer, .kind = m->kind, .begun_ms = m->now_ms};
    m->now_ms += greeting_ms(m);
    bool ok = session_new(&m->s, m->spec->form, &m->env, err) && finish(m, &xml, err);
    done.ended_ms = m->now_ms;
    done.answers = m->answers;
    if (ok && !session_record_id(m->s, done.record_id)) {
        memset(done.record_id, 0, sizeof done.record_id);
    }
    done.xml = &xml;
    ok = ok && change_cases(m, &xml, err);
    ok = (ok || err_at(err, "interview %u", number)) && take(user, &done, err);
    session_free(m->s);
    m->s = NULL;
    buf_fini(&xml);
    return ok;
}

/* The cases that are open now, in their order: interviews may close them. */
static void list_open(struct simulation *m)
{
    const struct entities *cases = m->spec->each ? m->spec->cases : NULL;
    size_t count = 0;
    for (struct entity *e = cases ? cases->first : NULL; e; e = e->next) {
        count++;
    }
    m->open = arena_alloc(&m->arena, (count + 1) * sizeof(struct entity *));
    for (struct entity *e = cases ? cases->first : NULL; e; e = e->next) {
        if (e->version) {
            m->open[m->open_count++] = e;
        }
    }
}

static bool read_set(struct simulation *m, struct err *err)
{
    char *text = arena_text(&m->arena, m->spec->set ? m->spec->set : ""), *rest = NULL;
    for (char *pair = strtok_r(text, " ", &rest); pair; pair = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(pair, '=');
        bool known = false;
        char *at = equals ? strchr(pair, '@') : NULL;
        if (equals) {
            *equals = '\0';
            if (at) {
                *at = '\0';
            }
            for (size_t i = 0; i < m->spec->form->item_count && !known; i++) {
                known = strcmp(m->spec->form->items[i]->shape.name, pair) == 0;
            }
        }
        if (!known) {
            err_set(err, ERR_MISUSE, "there is no question '%s'", pair);
            return err_hint(err, "--set 'part=c wave=3'");
        }
        if (at) {
            struct set_beside *b = arena_alloc(&m->arena, sizeof *b);
            *b = (struct set_beside){pair, at + 1, equals + 1, m->beside};
            m->beside = b;
        } else {
            map_put(&m->set, pair, equals + 1);
        }
    }
    return true;
}

bool form_simulate(const struct simulate_spec *spec, simulate_take *take, void *user,
                   struct err *err)
{
    struct simulation *m = mem_zero(1, sizeof *m);
    m->spec = spec;
    arena_init(&m->arena);
    arena_init(&m->told_arena);
    map_init(&m->weights, &m->arena);
    map_init(&m->told, &m->told_arena);
    map_init(&m->made, &m->arena);
    form_source_env_init(&m->files, spec->file);
    m->env = (struct session_env){.user = m,
                                  .wall_ms = wall,
                                  .zone_minutes = zone,
                                  .random = random_bytes,
                                  .resource = resource};
    map_init(&m->set, &m->arena);
    list_open(m);
    bool ok = read_weights(m, err) && read_set(m, err);
    unsigned count = spec->each ? (unsigned)m->open_count : spec->count;
    for (unsigned i = 1; ok && i <= count; i++) {
        ok = one(m, i, take, user, err);
    }
    arena_fini(&m->told_arena);
    arena_fini(&m->arena);
    free(m);
    return ok;
}
