/* SPDX-License-Identifier: Apache-2.0 */
/* Who sits in a group, and who speaks. */
#include "app/interview/interview_group.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "platform/machine/text.h"

bool group_is(const struct control *repeat)
{
    static const char appearance[] = "focus-group";
    return control_has(repeat, appearance) ||
           (repeat->parent && repeat->parent->kind == CONTROL_GROUP &&
            control_has(repeat->parent, appearance));
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && strcmp(name + len - tail, end) == 0;
}

/* The first question or calculation of an entry whose name ends so; NULL: none. */
static struct node *find_in(struct node *entry, const char *end)
{
    for (struct node *n = entry->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->item || n->item->shape.is_repeat) {
            continue;
        }
        if (n->item->is_leaf && ends_with(n->item->shape.name, end)) {
            return n;
        }
        struct node *deeper = n->item->is_leaf ? NULL : find_in(n, end);
        if (deeper) {
            return deeper;
        }
    }
    return NULL;
}

bool group_is_round(const struct control *repeat)
{
    const struct item *item = repeat->item;
    if (!item || !group_is(repeat) || !item->template) {
        return false;
    }
    return find_in(item->template, "_lab") != NULL;
}

const char *group_label(const struct node *entry)
{
    const struct control *repeat = entry->item ? entry->item->control : NULL;
    bool person = repeat && repeat->item && repeat->item->shape.is_repeat && group_is_round(repeat);
    const struct node *label = person ? find_in((struct node *)entry, "_lab") : NULL;
    return label ? tree_value(label) : "";
}

static bool says_yes(const struct node *node)
{
    return node && node->active && strcmp(tree_value(node), "yes") == 0;
}

/* A default is nobody's answer. */
static bool any_answer(const struct interview *i, const struct node *node)
{
    for (const struct node *n = node->first; n; n = n->next) {
        bool leaf = n->item && n->item->is_leaf;
        if (n->active &&
            (leaf ? n->item->control && *tree_value(n) && !session_is_default(i->session, n)
                  : any_answer(i, n))) {
            return true;
        }
    }
    return false;
}

/* The question in an entry that a use, or the recording of the whole, asks for. */
static const struct node *consent_in(const struct interview *i, const struct node *node,
                                     const char *use)
{
    const struct item *whole = i->form->background;
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->item) {
            continue;
        }
        bool mine = use ? n->item->use && strcmp(n->item->use, use) == 0
                        : whole && whole->audio_consent &&
                              text_has_word(whole->audio_consent, n->item->shape.name);
        const struct node *found = mine ? n : consent_in(i, n, use);
        if (found) {
            return found;
        }
    }
    return NULL;
}

static int64_t yes_since(const struct interview *i, const struct node *node)
{
    struct buf path = {0};
    int64_t ms = 0;
    if (says_yes(node)) {
        session_path(node, &path);
        buf_add(&path, "", 0);
        ms = turns_when(i, path.data);
    }
    buf_fini(&path);
    return ms;
}

static void read_person(const struct interview *i, struct node *entry, struct group_person *p)
{
    const struct node *label = find_in(entry, "_lab"), *take = find_in(entry, "_take");
    *p = (struct group_person){.entry = entry,
                               .label = label ? tree_value(label) : "",
                               .fresh = !any_answer(i, entry),
                               .refused = take && strcmp(tree_value(take), "no") == 0,
                               .late = says_yes(find_in(entry, "_late")),
                               .left = says_yes(find_in(entry, "_left")),
                               .late_ms = yes_since(i, find_in(entry, "_late")),
                               .left_ms = yes_since(i, find_in(entry, "_left")),
                               .sound = says_yes(consent_in(i, entry, NULL)),
                               .quotes = says_yes(consent_in(i, entry, "quotes"))};
}

size_t group_people(struct interview *i, struct arena *arena, struct group_person **people)
{
    const struct item *round = NULL;
    size_t count = 0;
    *people = NULL;
    for (size_t k = 0; k < i->form->item_count && !round; k++) {
        const struct item *one = i->form->items[k];
        round = one->shape.is_repeat && one->control && group_is_round(one->control) ? one : NULL;
    }
    struct node *first = round ? session_first(i->session, round) : NULL;
    for (struct node *n = first; n; n = n->same_next) {
        count += n->active;
    }
    *people = arena_alloc(arena, (count + 1) * sizeof **people);
    count = 0;
    for (struct node *n = first; n; n = n->same_next) {
        if (n->active) {
            read_person(i, n, &(*people)[count++]);
        }
    }
    return count;
}

enum turns_told group_tells(struct interview *i, const char *who)
{
    static const char *const nobody[] = {TURN_SILENCE, TURN_CROSSTALK, TURN_PAUSE};
    struct group_person *people;
    struct arena arena;
    bool found = false;
    enum turns_told told = TOLD_ALL;
    for (size_t k = 0; k < sizeof nobody / sizeof *nobody; k++) {
        if (strcmp(who, nobody[k]) == 0) {
            return TOLD_ALL;
        }
    }
    arena_init(&arena);
    size_t count = group_people(i, &arena, &people);
    for (size_t p = 0; p < count; p++) {
        if (strcmp(people[p].label, who) == 0) { /* of two with one label the stricter counts */
            enum turns_told one = people[p].refused  ? TOLD_NOTHING
                                  : people[p].quotes ? TOLD_ALL
                                                     : TOLD_NO_QUOTES;
            told = one > told ? one : told;
            found = true;
        }
    }
    arena_fini(&arena);
    return found || !count ? told : TOLD_NOTHING; /* who was removed agrees to nothing */
}

struct node *group_takes_part(struct node *entry)
{
    return find_in(entry, "_take");
}

/* ---- what is marked ---- */

static void post(struct interview *i, enum journal_turns what, const char *path, const char *who)
{
    struct buf value = {0};
    char *own = mem_text(path);
    buf_char(&value, (char)what);
    buf_text(&value, who);
    buf_add(&value, "", 0);
    interview_post(i, JOURNAL_TURN, own, value.data, value.len);
    mem_wipe_text(own);
    buf_fini(&value);
}

static size_t times_said(const struct interview *i, const char *topic, const char *code)
{
    size_t said = 0;
    for (size_t k = 0; i->turns && k < i->turns->count; k++) {
        const struct turn *t = &i->turns->list[k];
        said += t->code && strcmp(t->code, code) == 0 && strcmp(t->topic, topic) == 0;
    }
    return said;
}

size_t group_codes(struct interview *i, struct arena *arena, const struct node *topic,
                   struct group_code **codes)
{
    struct node *question = turns_codes((struct node *)topic);
    struct choice *choices;
    struct buf path = {0};
    size_t all, count = 0;
    *codes = arena_alloc(arena, GROUP_CODES * sizeof **codes);
    if (!question || !question->active ||
        !session_choices(i->session, arena, question->item->control, question, &choices, &all,
                         NULL)) {
        return 0;
    }
    struct node *named = find_in((struct node *)topic, "_chips");
    const char *chips = named ? tree_value(named) : NULL, *answer = tree_value(question);
    session_path(topic, &path);
    buf_add(&path, "", 0);
    for (size_t c = 0; c < all && count < GROUP_CODES; c++) {
        const char *value = choices[c].value;
        if (!chips || text_has_word(chips, value)) {
            (*codes)[count++] = (struct group_code){.value = value,
                                                    .label = choices[c].label,
                                                    .chosen = text_has_word(answer, value),
                                                    .said = times_said(i, path.data, value)};
        }
    }
    buf_fini(&path);
    return count;
}

enum answer_result group_names(struct interview *i, struct node *topic, const char *code,
                               struct err *err)
{
    struct node *question = turns_codes(topic);
    const struct turn *open = turns_open(i);
    struct buf path = {0}, said = {0}, value = {0};
    enum answer_result result = ANSWER_OK;
    assert(question);
    if (!text_has_word(tree_value(question), code)) {
        buf_join(&value, tree_value(question), *tree_value(question) ? " " : "", code, NULL);
        result = interview_answer(i, question, value.data, err);
    }
    if (result == ANSWER_OK) {
        session_path(topic, &path);
        buf_add(&path, "", 0);
        buf_join(&said, open ? open->who : "", "\n", code, NULL);
        post(i, TURN_CODED, path.data, said.data);
    }
    buf_fini(&path);
    buf_fini(&said);
    buf_fini(&value);
    return result;
}

/* ---- a topic's quotes ---- */

/* The repeat in a topic whose entries say whose words they are; NULL: none. */
static struct item *quotes_of(const struct interview *i, const struct node *topic)
{
    for (size_t k = 0; k < i->form->item_count; k++) {
        struct item *one = i->form->items[k];
        const struct item *up = one->shape.parent;
        while (up && up != topic->item && !up->shape.is_repeat) {
            up = up->shape.parent;
        }
        if (one->shape.is_repeat && one->template && up == topic->item &&
            find_in(one->template, "_who")) {
            return one;
        }
    }
    return NULL;
}

/* The topic's number of quotes, if the form asks for it beforehand: REPEAT_n. */
static struct node *number_of(struct node *topic, const struct item *repeat)
{
    struct buf name = {0};
    buf_join(&name, repeat->shape.name, "_n", NULL);
    struct node *number = NULL;
    for (struct node *n = topic->first; n && !number; n = n->next) {
        bool leaf = n->kind == NODE_ELEMENT && n->item && n->item->is_leaf;
        number = leaf && strcmp(n->item->shape.name, name.data) == 0 ? n : NULL;
    }
    buf_fini(&name);
    return number;
}

static struct node *words_in(struct node *entry)
{
    for (struct node *n = entry->first; n; n = n->next) {
        const struct control *c = n->kind == NODE_ELEMENT && n->item ? n->item->control : NULL;
        if (c && c->kind == CONTROL_INPUT && n->item->type == TYPE_TEXT) {
            return n;
        }
    }
    return NULL;
}

/* Nobody's yet, and without words that somebody typed. */
static bool is_free(const struct interview *i, struct node *entry)
{
    const struct node *whose = find_in(entry, "_who"), *words = words_in(entry);
    return whose && !*tree_value(whose) &&
           !(words && (*tree_value(words) || interview_typed(i, words)));
}

/* The first entry that is free; NULL: none. */
static struct node *free_entry(struct interview *i, const struct page *roster)
{
    struct arena arena;
    struct node **entries, *found = NULL;
    size_t count;
    arena_init(&arena);
    session_entries(i->session, &arena, roster, &entries, &count);
    for (size_t e = 0; e < count && !found; e++) {
        found = is_free(i, entries[e]) ? entries[e] : NULL;
    }
    arena_fini(&arena);
    return found;
}

/* One more: of a repeat whose number the form asks for, by that answer. */
static struct node *new_entry(struct interview *i, struct node *topic, const struct page *roster)
{
    struct item *repeat = roster->control->item;
    struct node *entry = NULL, *number = repeat->fixed ? number_of(topic, repeat) : NULL;
    if (!repeat->fixed) {
        return interview_add(i, roster, &entry, NULL) ? entry : NULL;
    }
    char more[24];
    char *before = mem_text(number ? tree_value(number) : "");
    snprintf(more, sizeof more, "%ld", strtol(before, NULL, 10) + 1);
    if (number && interview_answer(i, number, more, NULL) == ANSWER_OK) {
        if (session_check(i->session, number, NULL) == ANSWER_OK) {
            entry = free_entry(i, roster);
        } else { /* the form takes no more */
            (void)interview_answer(i, number, before, NULL);
        }
    }
    mem_wipe_text(before);
    return entry;
}

/* The node whose entries are of the repeat: the topic, or a group in it. */
static struct node *parent_in(struct node *node, const struct item *repeat)
{
    if (node->item == repeat->shape.parent) {
        return node;
    }
    for (struct node *n = node->first; n; n = n->next) {
        bool group =
            n->kind == NODE_ELEMENT && n->item && !n->item->is_leaf && !n->item->shape.is_repeat;
        struct node *found = group ? parent_in(n, repeat) : NULL;
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* Returns the question that says whose words they are; NULL: no entry is there for them. */
static struct node *fill_entry(struct interview *i, struct node *topic, const char *who)
{
    struct item *repeat = quotes_of(i, topic);
    struct page roster = {.kind = PAGE_ROSTER, .control = repeat ? repeat->control : NULL};
    roster.node = roster.control ? parent_in(topic, repeat) : NULL;
    if (!roster.node || !roster.node->active) {
        return NULL;
    }
    struct node *entry = free_entry(i, &roster);
    entry = entry ? entry : new_entry(i, topic, &roster);
    struct node *whose = entry ? find_in(entry, "_who") : NULL;
    return whose && interview_answer(i, whose, who, NULL) == ANSWER_OK ? whose : NULL;
}

struct node *group_quotes(struct interview *i, struct node *topic, const char *who)
{
    const struct turn *open = turns_open(i);
    struct node *whose;
    struct buf value = {0};
    assert(open);
    buf_text(&value, who);
    whose = fill_entry(i, topic, who);
    if (whose) {
        buf_char(&value, '\n');
        session_path(whose, &value);
    }
    buf_add(&value, "", 0);
    post(i, TURN_QUOTED, open->topic, value.data);
    buf_fini(&value);
    return whose ? words_in(session_entry_of(whose)) : NULL;
}

/* ---- turns ---- */

void group_speaks(struct interview *i, const struct node *topic, const char *who)
{
    struct buf path = {0};
    session_path(topic, &path);
    buf_add(&path, "", 0);
    const struct turn *open = turns_open(i);
    if (!open || strcmp(open->who, who) != 0 || strcmp(open->topic, path.data) != 0) {
        post(i, TURN_BEGUN, path.data, who);
    }
    buf_fini(&path);
}

void group_ends(struct interview *i)
{
    const struct turn *open = turns_open(i);
    if (open) {
        post(i, TURN_ENDED, open->topic, "");
    }
}

/* The entries that were filled in for a turn's quotes become another's. */
static void rename_quotes(struct interview *i, const char *old, const char *who)
{
    size_t count;
    const struct turn *marks = turns_marks(i, &count);
    for (size_t k = 0; k < count; k++) {
        struct node *whose = marks[k].entry ? session_find(i->session, marks[k].entry) : NULL;
        if (whose && strcmp(tree_value(whose), old) == 0) {
            (void)interview_answer(i, whose, who, NULL); /* refused: it is judged at the end */
        }
    }
}

bool group_puts_right(struct interview *i, const char *who)
{
    const struct turn *open = turns_open(i);
    struct group_person *people;
    struct arena arena;
    bool agreed = false;
    assert(open);
    size_t mark_count, quotes = 0;
    const struct turn *marks = turns_marks(i, &mark_count);
    for (size_t k = 0; k < mark_count; k++) {
        quotes += marks[k].quote;
    }
    arena_init(&arena);
    size_t count = group_people(i, &arena, &people);
    for (size_t p = 0; p < count; p++) {
        agreed = agreed || (people[p].quotes && strcmp(people[p].label, who) == 0);
    }
    if (!quotes || agreed) {
        char *old = mem_text(open->who), *label = mem_text(who);
        rename_quotes(i, old, label);
        post(i, TURN_PUT_RIGHT, open->topic, label);
        mem_wipe_text(old);
        mem_wipe_text(label);
    }
    arena_fini(&arena);
    return !quotes || agreed;
}
