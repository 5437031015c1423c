/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of quality.csv: what looks odd in a record, between records, and of an interviewer. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/tar.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_field_internal.h"
#include "tools/desk/desk_internal.h"

enum { DAY_S = 24 * 60 * 60, MINUTE_S = 60 };

static const char *const kinds[] = {
    [FOUND_SHORT] = "took {0} minutes",
    [FOUND_HOUR] = "began at {0}",
    [FOUND_EQUAL] = "all {0} answers to {1}… are {2}",
    [FOUND_MISSING] = "in {0} {1} % are \"don't know\" or \"refused\"",
    [FOUND_STORIES] = "{0} stories, each shorter than {1} letters",
    [FOUND_CHECKS] = "{0} contradictions are said to be right",
    [FOUND_LANGUAGE] = "another language than at home, nobody interprets, and not reliable",
    [FOUND_SAME] = "has the same answers as {0} of {1}",
    [FOUND_PERSON] = "may be the same person as {0} of {1}",
    [FOUND_OVERLAP] = "began {0} minutes before the end of {1}",
    [FOUND_DAY] = "more than {0} interviews on one day",
    [FOUND_NO_REFUSAL] = "nobody refused a sensitive question: answers may be pressed or filled in",
    [FOUND_ALL_SOUND] = "everybody agreed to be recorded",
    [FOUND_NO_SOUND] = "nobody agreed to be recorded"};
static_assert(sizeof kinds / sizeof *kinds == FOUND_KINDS, "a text for each kind");

void field_put_words(struct buf *out, const struct field_words *words)
{
    for (const char *p = kinds[words->kind]; *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
            buf_text(out, words->with[p[1] - '0']);
            p += 2;
        } else {
            buf_char(out, *p);
        }
    }
}

/* The one copy of a text: minutes, names of forms and interviewers repeat. */
static const char *once(struct field_gathering *g, const char *text)
{
    const char *known = map_get(&g->texts, text);
    if (!known) {
        known = arena_text(g->arena, text);
        map_put(&g->texts, known, (void *)known);
    }
    return known;
}

void field_find(struct field_gathering *g, enum field_level level, const char *rule, size_t who,
                const char *form, const uint8_t *record, const struct field_words *words)
{
    enum { LONGER = 32 }; /* KEYs, which hardly repeat */
    struct desk_field *f = g->field;
    if (f->finding_count == g->finding_cap) {
        g->finding_cap = g->finding_cap ? g->finding_cap * 2 : 64;
        f->findings = mem_grow(f->findings, g->finding_cap, sizeof *f->findings);
    }
    struct field_interviewer *one = &f->interviewers[who];
    struct field_finding *found = &f->findings[f->finding_count++];
    *found = (struct field_finding){.level = level,
                                    .rule = rule,
                                    .interviewer = one->code,
                                    .form = once(g, form), /* outlives the forms */
                                    .words = {.kind = words->kind}};
    for (size_t i = 0; i < 3; i++) {
        const char *text = words->with[i];
        found->words.with[i] = !text                   ? NULL
                               : strlen(text) < LONGER ? once(g, text)
                                                       : arena_text(g->arena, text);
    }
    if (record) {
        memcpy(found->record, record, 16);
    }
    one->red += level == FIELD_RED;
    one->amber += level == FIELD_AMBER;
}

const char *field_limit(const struct field_gathering *g, const char *measure, const char *form,
                        enum field_level level, const char **rule)
{
    const struct field_rule *best = NULL;
    for (size_t i = 0; i < g->rule_count; i++) {
        const struct field_rule *r = &g->rules[i];
        bool own = strcmp(r->form, form) == 0, any = strcmp(r->form, "*") == 0;
        if (strcmp(r->measure, measure) == 0 && (own || (any && !best))) {
            best = r;
        }
    }
    if (rule) {
        *rule = best ? best->rule : "";
    }
    return !best ? "" : level == FIELD_RED ? best->red : best->amber;
}

/* The limit as a number; false if there is none. */
static bool number_limit(const struct field_gathering *g, const char *measure, const char *form,
                         enum field_level level, const char **rule, double *limit)
{
    const char *text = field_limit(g, measure, form, level, rule);
    char *end;
    *limit = strtod(text, &end);
    return *text && !*end;
}

double field_estimate(const struct field_gathering *g, const char *form)
{
    double minutes;
    return number_limit(g, "estimate", form, FIELD_AMBER, NULL, &minutes) && minutes > 0 ? minutes
                                                                                         : 0;
}

/* What is judged: a record, and where a finding goes. */
struct judged {
    struct field_gathering *g;
    struct desk_facts *facts;
    const struct record *record;
    const struct field_seen *seen;
};

/* A finding about the record; `a` to `c` fill its text, NULL where it has no such place. */
static void find(const struct judged *j, enum field_level level, const char *rule,
                 enum field_kind kind, const char *a, const char *b, const char *c)
{
    field_find(j->g, level, rule, j->seen->who, j->seen->form, j->seen->id,
               &(struct field_words){kind, {a, b, c}});
}

enum { NUMBER = 32 };
static const char *number(char out[NUMBER], double n)
{
    snprintf(out, NUMBER, "%.0f", n);
    return out;
}

static bool is_complete(const struct judged *j)
{
    return strcmp(desk_fact(j->facts, "res"), "complete") == 0;
}

/* ---- time ---- */

static int by_time(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

double field_active(const struct field_gathering *g, const struct record *r, const char *form)
{
    enum { START = 2, END = 3, MS = 1000 };
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    struct arena arena;
    struct csv csv = {0};
    double limit, sum = 0, *times = NULL;
    size_t count = 0;
    bool found = false;
    arena_init(&arena);
    while (r->files && !found && tar_next(&tar, &m, NULL)) {
        found = strcmp(m.name, "audit.csv") == 0 && csv_parse(&csv, &arena, m.bytes, m.len, NULL);
    }
    if (!number_limit(g, "pause", form, FIELD_AMBER, NULL, &limit)) {
        limit = 10;
    }
    times = arena_alloc(&arena, (csv.count * 2 + 1) * sizeof *times);
    for (size_t i = 1; i < csv.count; i++) {
        for (size_t c = START; c <= END && c < csv.rows[i].count; c++) {
            double ms = strtod(csv.rows[i].cells[c], NULL);
            times[count] = ms / MS;
            count += ms > 0;
        }
    }
    if (count) {
        qsort(times, count, sizeof *times, by_time);
    }
    for (size_t i = 1; i < count; i++) {
        double step = times[i] - times[i - 1];
        sum += step <= limit * MINUTE_S ? step : 0;
    }
    arena_fini(&arena);
    return sum / MINUTE_S;
}

static void judge_active(const struct judged *j)
{
    double red, amber;
    const char *rule;
    char minutes[NUMBER];
    bool has_red = number_limit(j->g, "active", j->seen->form, FIELD_RED, &rule, &red);
    bool has_amber = number_limit(j->g, "active", j->seen->form, FIELD_AMBER, &rule, &amber);
    if (!is_complete(j) || j->seen->active <= 0) {
        return;
    }
    number(minutes, j->seen->active);
    if (has_red && j->seen->active < red) {
        find(j, FIELD_RED, rule, FOUND_SHORT, minutes, NULL, NULL);
    } else if (has_amber && j->seen->active < amber) {
        find(j, FIELD_AMBER, rule, FOUND_SHORT, minutes, NULL, NULL);
    }
}

/* "07:00" as seconds of the day. */
static bool clock_limit(const struct judged *j, const char *measure, const char **rule,
                        double *seconds)
{
    int hour, minute;
    const char *text = field_limit(j->g, measure, j->seen->form, FIELD_AMBER, rule);
    bool is = sscanf(text, "%d:%d", &hour, &minute) == 2;
    *seconds = is ? hour * 60.0 * MINUTE_S + minute * (double)MINUTE_S : 0;
    return is;
}

static void judge_hours(const struct judged *j)
{
    double limit, at = fmod(j->seen->begun, DAY_S);
    const char *rule;
    char text[NUMBER];
    int minutes = (int)(at / MINUTE_S);
    snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    if (j->seen->begun <= 0) {
        return;
    }
    if ((clock_limit(j, "earliest", &rule, &limit) && at < limit) ||
        (clock_limit(j, "latest", &rule, &limit) && at > limit)) {
        find(j, FIELD_AMBER, rule, FOUND_HOUR, text, NULL, NULL);
    }
}

/* ---- answers ---- */

/* Answers of one scale that are all equal. */
struct equal {
    const char *begins; /* names of the questions */
    const char *value;
    size_t count;
    bool differ;
};

static void take_equal(void *user, const char *name, const char *value)
{
    struct equal *e = user;
    if (text_starts(name, e->begins) && !desk_is_missing(value)) {
        e->differ = e->differ || (e->value && strcmp(e->value, value) != 0);
        e->value = value;
        e->count++;
    }
}

static void judge_equal(const struct judged *j)
{
    static const char *const scales[] = {"trust_", "r_like", "r_imp"};
    double limit;
    const char *rule;
    if (!number_limit(j->g, "equal_items", j->seen->form, FIELD_AMBER, &rule, &limit)) {
        return;
    }
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct equal e = {.begins = scales[i]};
        char count[NUMBER];
        desk_facts_each(j->facts, take_equal, &e);
        if (!e.differ && (double)e.count >= limit) {
            find(j, FIELD_AMBER, rule, FOUND_EQUAL, number(count, (double)e.count), scales[i],
                 e.value);
        }
    }
}

/* The share of "don't know" and "refused" among the answers of one group. */
static void judge_group(const struct judged *j, const struct node *group, const char *rule,
                        double limit)
{
    enum { MIN = 5, PERCENT = 100 };
    unsigned answers = 0, missing = 0;
    for (const struct node *n = group->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT) {
            continue;
        }
        if (n->first) {
            judge_group(j, n, rule, limit);
        } else if (*tree_value(n)) {
            answers++;
            missing += desk_is_missing(tree_value(n));
        }
    }
    double share = answers ? PERCENT * (double)missing / answers : 0;
    if (answers >= MIN && share > limit) {
        char percent[NUMBER];
        find(j, FIELD_AMBER, rule, FOUND_MISSING, group->name, number(percent, share), NULL);
    }
}

static void judge_missing(const struct judged *j)
{
    double limit;
    const char *rule;
    if (number_limit(j->g, "missing_share", j->seen->form, FIELD_AMBER, &rule, &limit)) {
        judge_group(j, j->facts->document->first, rule, limit);
    }
}

struct stories {
    const struct desk_facts *facts;
    double limit; /* letters */
    unsigned told, full;
};

static void take_story(void *user, const char *name, const char *value)
{
    struct stories *s = user;
    char sound[64];
    if (!text_starts(name, "nar_") || strchr(value, ' ') == NULL) {
        return; /* a choice about the story */
    }
    size_t letters = 0;
    for (const char *c = value; *c; c++) {
        letters += ((unsigned char)*c & 0xC0) != 0x80;
    }
    snprintf(sound, sizeof sound, "%.60s_a", name);
    s->told++;
    s->full += (double)letters >= s->limit || *desk_fact(s->facts, sound);
}

static void judge_stories(const struct judged *j)
{
    double limit;
    const char *rule;
    struct stories s = {.facts = j->facts};
    char told[NUMBER], letters[NUMBER];
    if (!number_limit(j->g, "story_length", j->seen->form, FIELD_AMBER, &rule, &s.limit) ||
        !number_limit(j->g, "short_stories", j->seen->form, FIELD_AMBER, &rule, &limit)) {
        return;
    }
    desk_facts_each(j->facts, take_story, &s);
    if (s.told >= limit && !s.full) {
        find(j, FIELD_AMBER, rule, FOUND_STORIES, number(told, s.told), number(letters, s.limit),
             NULL);
    }
}

static void take_check(void *user, const char *name, const char *value)
{
    *(unsigned *)user += text_starts(name, "chk_") && strcmp(value, "right") == 0;
}

static void judge_checks(const struct judged *j)
{
    double limit;
    const char *rule;
    unsigned count = 0;
    char text[NUMBER];
    desk_facts_each(j->facts, take_check, &count);
    if (number_limit(j->g, "checks_right", j->seen->form, FIELD_AMBER, &rule, &limit) &&
        count > limit) {
        find(j, FIELD_AMBER, rule, FOUND_CHECKS, number(text, count), NULL, NULL);
    }
}

static void judge_language(const struct judged *j)
{
    double limit;
    const char *rule, *talk = desk_fact(j->facts, "talk_lang"),
                      *home = desk_fact(j->facts, "home_lang"),
                      *reliable = desk_fact(j->facts, "relia");
    if (number_limit(j->g, "reliability", j->seen->form, FIELD_AMBER, &rule, &limit) && *talk &&
        *home && *reliable && !desk_is_missing(reliable) && strcmp(talk, home) != 0 &&
        strcmp(desk_fact(j->facts, "interp"), "none") == 0 && strtod(reliable, NULL) <= limit) {
        find(j, FIELD_AMBER, rule, FOUND_LANGUAGE, NULL, NULL, NULL);
    }
}

/* ---- records that are alike ---- */

static void keyed(const struct judged *j, const struct buf *of, uint8_t name[16])
{
    uint8_t hash[32];
    hash_plain(hash, of->data, of->len);
    desk_name(j->g->desk, name, "alike", hash, sizeof hash);
}

/* What the tallies keep of this record. */
static uint32_t place_of(const struct judged *j)
{
    return (uint32_t)(j->seen - j->g->seen + 1);
}

/* Answers that differ even if one interview was copied. */
static bool is_own(const char *name)
{
    static const char *const names[] = {"start",    "end",       "today",    "instanceID",
                                        "rec_code", "meet_date", "serial",   "instanceName",
                                        "deviceid", "audit",     "case_code"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void take_answer(void *user, const char *name, const char *value)
{
    if (!is_own(name)) {
        buf_join(user, name, "=", value, "\n", NULL);
    }
}

static void tell_alike(const struct judged *j, enum field_level level, const char *rule,
                       size_t other, enum field_kind kind)
{
    char key[48];
    const struct field_seen *seen = &j->g->seen[other];
    desk_record_key(key, seen->id);
    find(j, level, rule, kind, key, j->g->field->interviewers[seen->who].code, NULL);
}

static void judge_same(const struct judged *j)
{
    enum { FEW = 200 }; /* bytes: refusals are all alike */
    struct buf all = {0};
    uint8_t name[16];
    desk_facts_each(j->facts, take_answer, &all);
    if (all.len > FEW) {
        keyed(j, &all, name);
        size_t other = tally_get(&j->g->same, name);
        if (other) {
            tell_alike(j, FIELD_RED, "same", other - 1, FOUND_SAME);
        } else {
            tally_put(&j->g->same, name, place_of(j));
        }
    }
    buf_fini(&all);
}

/* The same sex, district, beginning of the ban and size of the household, and about the same age:
 * perhaps one person.  Only keyed hashes of these are compared. */
static bool person(const struct judged *j, long age, uint8_t hashed[16])
{
    static const char *const names[] = {"sex", "org_district", "ban_from_cm", "hh_size"};
    struct buf of = {0};
    bool known = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = desk_fact(j->facts, names[i]);
        known = known && *value && !desk_is_missing(value);
        buf_join(&of, value, "\n", NULL);
    }
    buf_printf(&of, "%ld", age);
    if (known) {
        keyed(j, &of, hashed);
    }
    buf_fini(&of);
    return known;
}

static void judge_person(const struct judged *j)
{
    double limit;
    const char *rule, *age = desk_fact(j->facts, "age");
    uint8_t hashed[16];
    if (!number_limit(j->g, "age_difference", j->seen->form, FIELD_AMBER, &rule, &limit) || !*age ||
        desk_is_missing(age)) {
        return;
    }
    long years = strtol(age, NULL, 10), span = (long)limit;
    for (long d = -span; d <= span; d++) {
        size_t other = person(j, years + d, hashed) ? tally_get(&j->g->persons, hashed) : 0;
        if (other) {
            tell_alike(j, FIELD_AMBER, rule, other - 1, FOUND_PERSON);
        }
    }
    if (person(j, years, hashed) && !tally_get(&j->g->persons, hashed)) {
        tally_put(&j->g->persons, hashed, place_of(j));
    }
}

/* ---- what is counted by interviewer ---- */

static void count_for_interviewer(const struct judged *j)
{
    struct field_gathering *g = j->g;
    bool refused = false, asked = false;
    for (size_t i = 0; i < j->facts->form->item_count; i++) {
        const struct item *item = j->facts->form->items[i];
        if (item->sensitive && strcmp(item->sensitive, "extra") == 0) {
            const char *value = desk_fact(j->facts, item->shape.name);
            asked = asked || *value;
            refused = refused || strcmp(value, "refused") == 0 || strcmp(value, "-99") == 0;
        }
    }
    g->with_sensitive[j->seen->who] += asked && is_complete(j);
    g->refusals[j->seen->who] += refused;
    g->sounds[j->seen->who] += strcmp(desk_fact(j->facts, "cns_audio"), "yes") == 0;
}

void field_judge(struct field_gathering *g, struct desk_facts *facts, const struct record *record,
                 size_t seen)
{
    static void (*const judges[])(const struct judged *j) = {
        judge_active, judge_hours,    judge_equal, judge_missing, judge_stories,
        judge_checks, judge_language, judge_same,  judge_person,  count_for_interviewer};
    const struct judged j = {g, facts, record, &g->seen[seen]};
    assert(seen < g->seen_count);
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        judges[i](&j);
    }
}

/* ---- interviewers ---- */

static int by_who_and_time(const void *a, const void *b)
{
    const struct field_seen *one = a, *other = b;
    if (one->who != other->who) {
        return one->who < other->who ? -1 : 1;
    }
    return (one->begun > other->begun) - (one->begun < other->begun);
}

/* The one that ends last of those that began before: a long one may contain several others. */
static void judge_overlaps(struct field_gathering *g)
{
    const struct field_seen *last = NULL;
    double limit;
    const char *rule;
    for (size_t i = 0; i < g->seen_count; i++) {
        const struct field_seen *one = &g->seen[i];
        if (one->begun <= 0) {
            continue;
        }
        if (!last || last->who != one->who) {
            last = one;
            continue;
        }
        double minutes = (last->ended - one->begun) / MINUTE_S;
        if (number_limit(g, "overlap", one->form, FIELD_RED, &rule, &limit) && minutes > limit) {
            char text[NUMBER], key[48];
            desk_record_key(key, last->id);
            field_find(g, FIELD_RED, rule, one->who, one->form, one->id,
                       &(struct field_words){FOUND_OVERLAP, {number(text, minutes), key, NULL}});
        }
        last = one->ended > last->ended ? one : last;
    }
}

/* How many interviews of the form its interviewer did on that day, so far. */
static unsigned *count_of(struct map *days, struct arena *arena, const struct field_seen *one)
{
    struct buf key = {0};
    buf_printf(&key, "%u %d %s", one->who, (int)one->day, one->form);
    unsigned *count = map_get(days, key.data);
    if (!count) {
        count = arena_alloc(arena, sizeof *count);
        *count = 0;
        map_put(days, arena_text(arena, key.data), count);
    }
    buf_fini(&key);
    return count;
}

/* Interviews of one form on one day. */
static void judge_days(struct field_gathering *g)
{
    struct map days;
    struct arena arena; /* one key for each day of an interviewer */
    arena_init(&arena);
    map_init(&days, &arena);
    for (size_t i = 0; i < g->seen_count; i++) {
        const struct field_seen *one = &g->seen[i];
        double limit;
        const char *rule;
        if (!number_limit(g, "a_day", one->form, FIELD_AMBER, &rule, &limit)) {
            continue;
        }
        unsigned *count = count_of(&days, &arena, one);
        if ((double)++*count == floor(limit) + 1) { /* told once a day */
            char text[NUMBER];
            field_find(g, FIELD_AMBER, rule, one->who, one->form, one->id,
                       &(struct field_words){FOUND_DAY, {number(text, limit), NULL, NULL}});
        }
    }
    arena_fini(&arena);
}

static void judge_habits(struct field_gathering *g)
{
    for (size_t who = 0; who < g->field->interviewer_count; who++) {
        const struct field_interviewer *one = &g->field->interviewers[who];
        double limit;
        const char *rule;
        if (number_limit(g, "interviews_without_refusal", "*", FIELD_AMBER, &rule, &limit) &&
            g->with_sensitive[who] >= limit && !g->refusals[who]) {
            field_find(g, FIELD_AMBER, rule, who, "", NULL,
                       &(struct field_words){.kind = FOUND_NO_REFUSAL});
        }
        if (number_limit(g, "audio_interviews", "*", FIELD_AMBER, &rule, &limit) &&
            one->complete >= limit && (!g->sounds[who] || g->sounds[who] == one->complete)) {
            field_find(
                g, FIELD_AMBER, rule, who, "", NULL,
                &(struct field_words){.kind = g->sounds[who] ? FOUND_ALL_SOUND : FOUND_NO_SOUND});
        }
    }
}

/* Measures of quality.csv that nothing here computes: they are said, not passed over. */
static void tell_unjudged(struct field_gathering *g)
{
    static const char known[] =
        "estimate active pause equal_items missing_share short_stories story_length "
        "a_day earliest latest overlap checks_right age_difference "
        "reliability audio_interviews interviews_without_refusal";
    struct buf out = {0};
    for (size_t i = 0; i < g->rule_count; i++) {
        const char *measure = g->rules[i].measure;
        if (!text_has_word(known, measure) && !(out.len && text_has_word(out.data, measure))) {
            buf_join(&out, out.len ? " " : "", measure, NULL);
        }
    }
    g->field->unjudged = arena_text(g->arena, out.len ? out.data : "");
    buf_fini(&out);
}

void field_judge_all(struct field_gathering *g)
{
    if (g->seen_count) {
        qsort(g->seen, g->seen_count, sizeof *g->seen, by_who_and_time);
    }
    judge_overlaps(g);
    judge_days(g);
    judge_habits(g);
    tell_unjudged(g);
}
