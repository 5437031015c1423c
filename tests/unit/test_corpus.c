/* SPDX-License-Identifier: Apache-2.0 */
/* Do large forms of other people open unmodified, and can they be filled to the end? */
#include "tests/lib/help.h"

#include "platform/machine/text.h"

static const char *const ints[] = {"1",  "2",   "0",   "5",    "10",      "20",
                                   "35", "100", "500", "2016", "12345678"};
static const char *const texts[] = {"text", "A12", "0123456789", "a@b.org", "1", "2020"};
static const char *const dates[] = {"2020-01-15", "2026-11-24", "1990-06-01", "2026-11-20"};

static bool try(struct session *s, struct node *node, const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (session_answer(s, node, values[i], NULL) == ANSWER_OK) {
            return true;
        }
    }
    return false;
}
#define TRY(s, node, list) try(s, node, list, sizeof(list) / sizeof *(list))

static void answer(struct session *s, const struct page *page)
{
    struct node *node = page->node;
    const struct control *c = page->control;
    struct arena arena;
    struct choice *choices;
    size_t count;
    if (*tree_value(node) || node->readonly || node->item->calculate) {
        return;
    }
    arena_init(&arena);
    if (c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT || c->kind == CONTROL_RANK) {
        if (session_choices(s, &arena, c, node, &choices, &count, NULL)) {
            for (size_t i = 0; i < count; i++) {
                if (session_answer(s, node, choices[i].value, NULL) == ANSWER_OK) {
                    break;
                }
            }
        }
    } else if (c->kind == CONTROL_TRIGGER) {
        session_answer(s, node, "OK", NULL);
    } else {
        switch (node->item->type) {
        case TYPE_INT:
        case TYPE_DECIMAL:
            TRY(s, node, ints);
            break;
        case TYPE_DATE:
            TRY(s, node, dates);
            break;
        case TYPE_TIME:
            session_answer(s, node, "10:30:00.000+06:00", NULL);
            break;
        case TYPE_DATE_TIME:
            session_answer(s, node, "2020-01-15T10:30:00.000+06:00", NULL);
            break;
        case TYPE_GEOPOINT:
            session_answer(s, node, "42.87 74.59 800 4", NULL);
            break;
        default:
            TRY(s, node, texts);
            break;
        }
    }
    arena_fini(&arena);
}

static void walk(struct session *s, struct node *entry, unsigned depth)
{
    struct arena arena;
    struct page *pages;
    size_t count;
    arena_init(&arena);
    for (unsigned pass = 0; pass < 4; pass++) { /* answers open further questions */
        session_pages(s, &arena, entry, &pages, &count);
        for (size_t p = 0; p < count; p++) {
            if (pages[p].kind == PAGE_QUESTION) {
                answer(s, &pages[p]);
            } else if (pages[p].kind == PAGE_FIELDS) {
                struct page *fields;
                size_t n;
                session_fields(s, &arena, &pages[p], &fields, &n);
                for (size_t f = 0; f < n; f++) {
                    if (fields[f].kind == PAGE_QUESTION) {
                        answer(s, &fields[f]);
                    }
                }
            } else if (depth < 4) {
                struct node **entries;
                size_t n;
                session_entries(s, &arena, &pages[p], &entries, &n);
                for (size_t e = 0; e < n && e < 40; e++) {
                    walk(s, entries[e], depth + 1);
                }
            }
        }
    }
    arena_fini(&arena);
}

struct outcome {
    size_t questions, repeats, itemsets, problems;
};

static bool fill(const char *path, struct outcome *o)
{
    struct err err = {0};
    struct buf bytes = {0}, xml = {0}, back = {0};
    struct form *form = NULL;
    struct session *s, *again;
    struct still still;
    struct arena arena;
    struct problem *problems;
    memset(o, 0, sizeof *o);
    still_init(&still);
    arena_init(&arena);
    OK(file_read(&bytes, path, 64 << 20, &err));
    if (!form_load(&form, bytes.data, bytes.len, &xml_trusted, &err) ||
        !session_new(&s, form, &still.env, &err)) {
        form_free(form);
        buf_fini(&bytes);
        arena_fini(&arena);
        return false;
    }
    for (size_t i = 0; i < form->item_count; i++) {
        const struct control *c = form->items[i]->control;
        o->questions += c && control_is_question(c);
        o->itemsets += c && c->itemset;
        o->repeats += form->items[i]->shape.is_repeat;
    }
    walk(s, NULL, 0);
    OK(session_problems(s, &arena, &problems, &o->problems, &err));
    for (size_t i = 0; i < o->problems && i < 3 && getenv("VERBOSE"); i++) {
        struct buf at = {0};
        session_path(problems[i].node, &at);
        print_message("  %s why %d\n", at.data, problems[i].why);
        buf_fini(&at);
    }
    OK(instance_write(&xml, s, &err)); /* and what was filled comes back */
    OK(session_new(&again, form, &still.env, &err));
    if (instance_restore(again, xml.data, xml.len, &err)) {
        OK(instance_write(&back, again, &err));
    }
    session_free(again);
    session_free(s);
    form_free(form);
    buf_fini(&bytes);
    buf_fini(&xml);
    buf_fini(&back);
    arena_fini(&arena);
    return true;
}

static void test_corpus__large_forms_are_filled_to_the_end(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    static const char *const folders[] = {"corpus/xforms", "corpus/real"};
    unsigned whole = 0, large = 0;
    if (!shared) {
        skip();
    }
    for (size_t f = 0; f < 2; f++) {
        struct arena arena;
        const char **names;
        size_t count;
        char dir[500], path[900];
        arena_init(&arena);
        snprintf(dir, sizeof dir, "%s/%s", shared, folders[f]);
        assert_true(file_list(&arena, &names, &count, dir, ".xml", NULL));
        for (size_t i = 0; i < count; i++) {
            struct outcome o;
            snprintf(path, sizeof path, "%s/%s", dir, names[i]);
            if (!fill(path, &o) || o.questions < 50) {
                continue;
            }
            large++;
            /* a few questions block on purpose until answers agree with each other: 2 % is theirs
             */
            if (o.repeats && o.itemsets && o.problems * 50 <= o.questions) {
                whole++;
            }
            print_message("%s: %zu questions, %zu repeats, %zu itemsets, %zu left open\n", names[i],
                          o.questions, o.repeats, o.itemsets, o.problems);
        }
        arena_fini(&arena);
    }
    print_message("large forms: %u; with repeats and itemsets, filled to the end: %u\n", large,
                  whole);
    assert_true(whole >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__large_forms_are_filled_to_the_end),
    };
    xml_setup();
    return RUN(tests);
}
