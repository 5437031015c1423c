/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers quotes, labels them, and writes their page. */
#include "tools/report/report_quotes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"

enum { SHARED = 5, SHARED_EXPERTS = 3 };

/* What a person's label may say, from the least to the most. */
enum part { PART_KIND, PART_COUNTRY, PART_SEX, PART_AGE, PARTS };

struct quote {
    const char *element; /* "": none */
    const char *words, *translation;
    const char *parts[PARTS]; /* as labels have them; "": unknown */
    bool expert;
};
struct known_form { /* for the labels of its lists */
    const struct form *form;
    struct dataset *dataset;
};
struct report_quotes {
    struct arena arena;
    const struct desk_elements *elements;
    const char *language;
    const char *const *words;
    struct map people; /* "kind|country|sex" → how many records share it */
    struct map texts;  /* parts of labels, each once */
    struct quote *list;
    size_t count, cap, held;
    struct known_form *forms;
    size_t form_count;
    bool sorted;
};

struct report_quotes *report_quotes_new(const struct desk_elements *elements, const char *language)
{
    struct report_quotes *q = mem_zero(1, sizeof *q);
    arena_init(&q->arena);
    map_init(&q->people, &q->arena);
    map_init(&q->texts, &q->arena);
    q->elements = elements;
    q->language = language;
    q->words = report_words(language);
    return q;
}

void report_quotes_free(struct report_quotes *q)
{
    if (q) {
        for (size_t i = 0; i < q->form_count; i++) {
            dataset_free(q->forms[i].dataset);
        }
        free(q->forms);
        free(q->list);
        arena_fini(&q->arena);
        free(q);
    }
}

/* ---- who may be recognised ---- */

static bool has_digits(const char *text)
{
    enum { MANY = 6 };
    size_t run = 0;
    for (const char *c = text; *c; c++) {
        run = isdigit((unsigned char)*c) ? run + 1 : *c == ' ' || *c == '-' ? run : 0;
        if (run >= MANY) {
            return true;
        }
    }
    return false;
}

/* Two words with capitals side by side.  A short word that begins a sentence ("In Moscow") has its
 * capital for that. */
static bool has_names(const char *text)
{
    enum { SHORT = 4 };
    size_t len = strlen(text);
    bool begins = true,
         before = false; /* the next word begins a sentence; the last had a capital */
    for (size_t at = 0; at < len;) {
        size_t from = at;
        uint32_t letter = text_next(text, len, &at);
        if (letter == ' ' || letter == '\n' || letter == '"' || letter == 0xAB) {
            continue;
        }
        bool capital = text_is_capital(letter);
        if (capital && before) {
            return true;
        }
        size_t word = from + strcspn(text + from, " \n");
        before = capital && (!begins || text_count(text + from, word - from) >= SHORT);
        char last = word > from ? text[word - 1] : ' ';
        begins = last == '.' || last == '!' || last == '?' || last == ':';
        before = before && !begins;
        at = word;
    }
    return false;
}

bool report_quote_tells(const char *words)
{
    static const char *const tellers[] = {"паспорт", "шиноснома", "passport"};
    struct buf small = {0};
    text_fold(&small, words, strlen(words));
    bool tells = strchr(words, '@') || has_digits(words) || has_names(words);
    for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++) {
        tells = tells || (small.len && strstr(small.data, tellers[i]));
    }
    buf_fini(&small);
    return tells;
}

/* ---- labels ---- */

static struct dataset *dataset_for(struct report_quotes *q, const struct form *form)
{
    for (size_t i = 0; i < q->form_count; i++) {
        if (q->forms[i].form == form) {
            return q->forms[i].dataset;
        }
    }
    struct dataset *dataset = NULL;
    const struct dataset_options options = {.sensitive_extra = true};
    if (!dataset_new(&dataset, &form, 1, &options, NULL)) {
        return NULL;
    }
    q->forms = mem_grow(q->forms, q->form_count + 1, sizeof *q->forms);
    q->forms[q->form_count++] = (struct known_form){form, dataset};
    return dataset;
}

/* The one copy of a text: records have few different ones. */
static const char *once(struct report_quotes *q, const char *text)
{
    const char *known = map_get(&q->texts, text);
    if (!known) {
        known = arena_text(&q->arena, text);
        map_put(&q->texts, known, (void *)known);
    }
    return known;
}

/* The label of an answer to a list question. */
static const char *label_of(struct report_quotes *q, const struct desk_facts *facts,
                            const char *name)
{
    const char *value = desk_fact(facts, name);
    struct dataset *dataset = dataset_for(q, facts->form);
    if (!*value || desk_is_missing(value) || !dataset) {
        return "";
    }
    for (size_t t = 0; t < dataset_tables(dataset); t++) {
        const struct dataset_table *table = dataset_table(dataset, t);
        for (size_t c = 0; c < table->count; c++) {
            const char *slash = strrchr(table->columns[c].path, '/');
            if (strcmp(slash + 1, name) == 0) {
                return once(q, dataset_choice_label(dataset, facts->form, &table->columns[c], value,
                                                    q->language));
            }
        }
    }
    return once(q, value);
}

static void parts_of(struct report_quotes *q, const struct desk_facts *facts,
                     const char *parts[PARTS], bool *expert)
{
    const char *form = facts->form->id;
    *expert = strcmp(form, "expert_interview") == 0;
    const char *type = *expert ? label_of(q, facts, "ex_type") : "";
    parts[PART_KIND] = *expert && *type                   ? type
                       : *expert                          ? q->words[W_expert]
                       : strcmp(form, "focus_group") == 0 ? q->words[W_participant]
                                                          : q->words[W_migrant];
    parts[PART_COUNTRY] = label_of(q, facts, "study_country");
    parts[PART_SEX] = *expert ? "" : label_of(q, facts, "sex");
    parts[PART_AGE] = *expert ? "" : label_of(q, facts, "age_g");
}

static const char *joined(struct arena *arena, const char *const parts[PARTS], int count,
                          const char *between)
{
    struct buf text = {0};
    for (int i = 0; i < count; i++) {
        if (*parts[i]) {
            buf_join(&text, text.len ? between : "", parts[i], NULL);
        }
    }
    const char *out = arena_copy(arena, text.len ? text.data : "", text.len);
    buf_fini(&text);
    return out;
}

static void count_person(struct report_quotes *q, const char *const parts[PARTS])
{
    struct arena scratch;
    arena_init(&scratch);
    for (int n = 1; n <= PARTS; n++) {
        const char *key =
            once(q, arena_printf(&scratch, "%d|%s", n, joined(&scratch, parts, n, "|")));
        map_put(&q->people, key, (void *)((uintptr_t)map_get(&q->people, key) + 1));
    }
    arena_fini(&scratch);
}

/* The fullest label that enough records share. */
static const char *label(struct report_quotes *q, const struct quote *one)
{
    struct arena *arena = &q->arena;
    size_t enough = one->expert ? SHARED_EXPERTS : SHARED;
    for (int n = PARTS; n > 1; n--) {
        const char *key = arena_printf(arena, "%d|%s", n, joined(arena, one->parts, n, "|"));
        if ((size_t)(uintptr_t)map_get(&q->people, key) >= enough) {
            return joined(arena, one->parts, n, " · ");
        }
    }
    return one->expert ? q->words[W_expert] : one->parts[PART_KIND];
}

/* ---- gathering ---- */

static void keep(struct report_quotes *q, const struct desk_facts *facts, const char *element,
                 const char *words, const char *translation)
{
    if (report_quote_tells(words) || report_quote_tells(translation)) {
        q->held++;
        return;
    }
    if (q->count == q->cap) {
        q->cap = q->cap ? q->cap * 2 : 32;
        q->list = mem_grow(q->list, q->cap, sizeof *q->list);
    }
    struct quote *one = &q->list[q->count++];
    *one = (struct quote){.element = arena_text(&q->arena, element),
                          .words = arena_text(&q->arena, words),
                          .translation = arena_text(&q->arena, translation)};
    parts_of(q, facts, one->parts, &one->expert);
}

static const struct node *find_below(const struct node *node, const char *name)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind == NODE_ELEMENT && strcmp(n->name, name) == 0) {
            return n;
        }
        const struct node *inner = n->kind == NODE_ELEMENT ? find_below(n, name) : NULL;
        if (inner) {
            return inner;
        }
    }
    return NULL;
}

/* The answer of this name that stands nearest: in the same entry, or in one around it. */
static const char *nearest(const struct node *node, const char *name)
{
    for (const struct node *at = node->parent; at; at = at->parent) {
        const struct node *found = find_below(at, name);
        if (found) {
            return tree_value(found);
        }
    }
    return "";
}

/* A group's quotes: the moderator asked each speaker, and says whether the words tell who spoke. */
static void add_group(struct report_quotes *q, const struct desk_facts *facts)
{
    struct node *const *nodes;
    size_t count = desk_facts_all(facts, "q_txt", &nodes);
    for (size_t i = 0; i < count; i++) {
        const char *words = tree_value(nodes[i]), *codes = nearest(nodes[i], "tp_codes");
        const struct node *tells = find_below(nodes[i]->parent, "q_id"); /* of this quote */
        if (!*words || !tells || strcmp(tree_value(tells), "no") != 0) {
            q->held += *words != '\0';
            continue;
        }
        size_t len = strcspn(codes, " "); /* the topic's first code: a quote stands once */
        keep(q, facts, arena_copy(&q->arena, codes, len), words, "");
    }
}

void report_quotes_add(struct report_quotes *q, struct desk_facts *facts,
                       const struct coding *codings, size_t count, bool withdrawn)
{
    const char *parts[PARTS];
    bool expert;
    parts_of(q, facts, parts, &expert);
    count_person(q, parts);
    if (withdrawn) {
        return;
    }
    if (strcmp(facts->form->id, "focus_group") == 0) {
        add_group(q, facts);
        return;
    }
    for (size_t i = 0; i < count && strcmp(desk_fact(facts, "cns_quote"), "yes") == 0; i++) {
        if (codings[i].quote) {
            keep(q, facts, codings[i].code, codings[i].words, codings[i].translation);
        }
    }
}

/* ---- the page ---- */

static size_t place_of(const struct report_quotes *q, const char *element)
{
    const struct csv *csv = &q->elements->csv;
    for (size_t r = 1; r < csv->count; r++) {
        if (strcmp(desk_list_cell(csv, r, q->elements->name), element) == 0) {
            return r;
        }
    }
    return SIZE_MAX;
}

struct placed {
    const struct quote *quote;
    size_t place;
};

static int in_order(const void *a, const void *b)
{
    const struct placed *one = a, *other = b;
    if (one->place != other->place) {
        return one->place < other->place ? -1 : 1;
    }
    int country = strcmp(one->quote->parts[PART_COUNTRY], other->quote->parts[PART_COUNTRY]);
    return country ? country : strcmp(one->quote->words, other->quote->words);
}

static struct placed *placed(struct report_quotes *q)
{
    struct placed *list = arena_alloc(&q->arena, (q->count + 1) * sizeof *list);
    for (size_t i = 0; i < q->count; i++) {
        list[i] = (struct placed){&q->list[i], place_of(q, q->list[i].element)};
    }
    if (q->count) {
        qsort(list, q->count, sizeof *list, in_order);
    }
    return list;
}

static const char *element_name(const struct report_quotes *q, const struct placed *p)
{
    return p->place == SIZE_MAX ? "–" : desk_element_label(q->elements, p->place, q->language);
}

size_t report_quotes_count(struct report_quotes *q, size_t *held)
{
    *held = q->held;
    return q->count;
}

static void put_quote(struct buf *out, struct report_quotes *q, const struct quote *one)
{
    buf_text(out, "<blockquote><p>");
    page_text(out, *one->translation ? one->translation : one->words);
    buf_text(out, "</p>");
    if (*one->translation) {
        buf_text(out, "<p><i>");
        page_text(out, one->words);
        buf_text(out, "</i></p>");
    }
    buf_text(out, "<footer>— ");
    page_text(out, label(q, one));
    buf_text(out, "</footer></blockquote>\n");
}

void report_quotes_some(struct buf *out, struct report_quotes *q, const char *element, size_t most)
{
    const struct placed *list = placed(q);
    for (size_t i = 0, put = 0; i < q->count && put < most; i++) {
        if (strcmp(list[i].quote->element, element) == 0) {
            put_quote(out, q, list[i].quote);
            put++;
        }
    }
}

void report_quotes_page(struct buf *out, struct report_quotes *q, const struct report_about *about)
{
    const struct placed *list = placed(q);
    page_begin(out, about, about->words[W_R23]);
    for (size_t i = 0; i < q->count; i++) {
        const struct quote *one = list[i].quote;
        if (i == 0 || list[i].place != list[i - 1].place) {
            buf_text(out, i ? "</section>\n<section><h2>" : "<section><h2>");
            page_text(out, element_name(q, &list[i]));
            buf_text(out, "</h2>\n");
        }
        put_quote(out, q, one);
    }
    buf_text(out, q->count ? "</section>\n" : "");
    if (q->held) {
        buf_join(out, "<p>", about->words[W_held_back], NULL);
        buf_printf(out, ": %zu</p>\n", q->held);
    }
    page_end(out, about, false);
}

void report_quotes_csv(struct buf *out, struct report_quotes *q, const struct report_about *about)
{
    const struct placed *list = placed(q);
    (void)about;
    buf_text(out, "element,who,words,translation\n");
    for (size_t i = 0; i < q->count; i++) {
        const char *cells[] = {list[i].quote->element, label(q, list[i].quote),
                               list[i].quote->words, list[i].quote->translation};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
            csv_cell(out, cells[c], c == 0);
        }
        csv_end(out);
    }
}
