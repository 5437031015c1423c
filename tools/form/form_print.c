/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the paper questionnaire of a form: routing in words, codes, space for the answers. */
#include "tools/form/form_print.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/form/form_fill.h"
#include "tools/form/form_outline.h"

enum {
    LIST_MAX = 24,     /* choices that a question shows itself */
    COLUMNS_FROM = 7,  /* choices in two columns */
    DEPTH_MAX = 6,     /* calculations told by their conditions */
    WORDS_MAX = 600,   /* bytes of a condition in words */
    STANDING_FROM = 6, /* questions with the same condition: it is told once, at the top */
    PARTS_MAX = 64
};

/* ---- words ---- */

enum word {
    W_ASK_IF,
    W_AND,
    W_OR,
    W_NOT,
    W_QUESTION,
    W_IS,
    W_MARKED,
    W_ANSWERED,
    W_RULE,
    W_EACH,
    W_SHEETS,
    W_SEVERAL,
    W_LIST,
    W_LISTS,
    W_CODE,
    W_VERSION,
    W_MISSING,
    W_NO_SOUND,
    W_RULES,
    W_COUNT
};

static const struct {
    const char *language;
    const char *words[W_COUNT];
} languages[] = {
    {"ru",
     {[W_ASK_IF] = "Спросить, если",
      [W_AND] = "и",
      [W_OR] = "или",
      [W_NOT] = "неверно, что",
      [W_QUESTION] = "вопрос",
      [W_IS] = "ответ",
      [W_MARKED] = "отмечено",
      [W_ANSWERED] = "есть ответ",
      [W_RULE] = "по правилу",
      [W_EACH] = "Заполнить для каждого: ",
      [W_SHEETS] = "для следующих взять копию этого раздела",
      [W_SEVERAL] = "можно отметить несколько",
      [W_LIST] = "ответ из списка в конце: ",
      [W_LISTS] = "Списки",
      [W_CODE] = "Код записи",
      [W_VERSION] = "версия",
      [W_MISSING] = "нет ответа",
      [W_NO_SOUND] = "звук на бумаге не записывают",
      [W_RULES] = "Правила"}},
    {"ky",
     {[W_ASK_IF] = "Сураңыз, эгер",
      [W_AND] = "жана",
      [W_OR] = "же",
      [W_NOT] = "туура эмес:",
      [W_QUESTION] = "суроо",
      [W_IS] = "жообу",
      [W_MARKED] = "белгиленген",
      [W_ANSWERED] = "жооп бар",
      [W_RULE] = "эреже боюнча",
      [W_EACH] = "Ар бири үчүн толтуруңуз: ",
      [W_SHEETS] = "кийинкилери үчүн бул бөлүмдүн көчүрмөсүн алыңыз",
      [W_SEVERAL] = "бир нечесин белгилесе болот",
      [W_LIST] = "аягындагы тизмеден: ",
      [W_LISTS] = "Тизмелер",
      [W_CODE] = "Жазуунун коду",
      [W_VERSION] = "нуска",
      [W_MISSING] = "жооп жок",
      [W_NO_SOUND] = "кагазда үн жазылбайт",
      [W_RULES] = "Эрежелер"}},
    {"tg",
     {[W_ASK_IF] = "Пурсед, агар",
      [W_AND] = "ва",
      [W_OR] = "ё",
      [W_NOT] = "нодуруст аст, ки",
      [W_QUESTION] = "савол",
      [W_IS] = "ҷавоб",
      [W_MARKED] = "қайд шудааст",
      [W_ANSWERED] = "ҷавоб ҳаст",
      [W_RULE] = "аз рӯи қоида",
      [W_EACH] = "Барои ҳар якаш пур кунед: ",
      [W_SHEETS] = "барои навбатиҳо нусхаи ин қисматро гиред",
      [W_SEVERAL] = "чандтояшро қайд кардан мумкин",
      [W_LIST] = "аз рӯйхати охир: ",
      [W_LISTS] = "Рӯйхатҳо",
      [W_CODE] = "Рамзи сабт",
      [W_VERSION] = "версия",
      [W_MISSING] = "ҷавоб нест",
      [W_NO_SOUND] = "дар коғаз овоз сабт намешавад",
      [W_RULES] = "Қоидаҳо"}},
    {"en",
     {[W_ASK_IF] = "Ask if",
      [W_AND] = "and",
      [W_OR] = "or",
      [W_NOT] = "it is not so that",
      [W_QUESTION] = "question",
      [W_IS] = "answer",
      [W_MARKED] = "marked",
      [W_ANSWERED] = "is answered",
      [W_RULE] = "by the rule",
      [W_EACH] = "Fill in for each: ",
      [W_SHEETS] = "use a copy of this section for the next ones",
      [W_SEVERAL] = "several may be marked",
      [W_LIST] = "answer from the list at the end: ",
      [W_LISTS] = "Lists",
      [W_CODE] = "Code of the record",
      [W_VERSION] = "version",
      [W_MISSING] = "no answer",
      [W_NO_SOUND] = "no sound is recorded on paper",
      [W_RULES] = "Rules"}},
};

static const char style[] =
    "@page{size:A4;margin:16mm 14mm 16mm 16mm}"
    "body{font:10.5pt/1.35 'PT Sans',Arial,sans-serif;color:#000;margin:0}"
    "h1{font-size:16pt;margin:0 0 2mm}h2{font-size:12.5pt;margin:7mm 0 2mm;border-bottom:1pt solid "
    "#000;break-after:avoid}h3{font-size:11pt;margin:4mm 0 1mm;break-after:avoid}"
    ".q{break-inside:avoid;margin:0 0 4mm;padding:0 0 0 11mm;position:relative}"
    ".q>b.n{position:absolute;left:0}.hint{color:#333;font-style:italic;font-size:9pt}"
    ".if{font-size:8.5pt;border-left:2pt solid #666;padding-left:2mm;margin:0 0 1mm}"
    "ul{list-style:none;margin:1mm 0 0;padding:0}ul.two{columns:2;column-gap:6mm}"
    "li{break-inside:avoid;padding:0 0 .6mm 6mm;text-indent:-6mm}"
    "li i{display:inline-block;width:3.4mm;height:3.4mm;border:1pt solid #000;margin:0 2.4mm -.4mm "
    "0;vertical-align:baseline}li i.o{border-radius:50%}small{color:#555;font-size:7.5pt}"
    ".line{border-bottom:.7pt solid #000;height:7mm}.cells{margin-top:1mm}.cells span{display:"
    "inline-block;width:6mm;height:7mm;border:.8pt solid #000;margin-right:1mm}"
    ".note{break-inside:avoid;border:1pt solid #000;padding:2mm 3mm;margin:0 0 4mm}"
    ".each{border-left:1pt solid #000;padding-left:3mm}"
    "table{border-collapse:collapse;width:100%;margin-top:1mm}td,th{border:.7pt solid #000;padding:"
    "1mm;font-size:9pt;text-align:center}td:first-child{text-align:left}tr{break-inside:avoid}"
    "s{position:absolute;font-size:1px;color:#fff;text-decoration:none}"
    ".list{break-inside:auto}.list ul{columns:3;font-size:8.5pt}";

struct print {
    struct buf *out;
    struct session *s;
    const struct form *form;
    struct arena arena;
    const char *const *words;
    const char *missing[3]; /* the form's own words for dk, refused, na; NULL: none */
    const struct form_terms *terms;
    const char *language;
    struct map numbers;  /* path of a question → its number as text */
    struct map standing; /* condition → its name, "§1", or how often it was seen */
    const struct xpath *rules[PARTS_MAX];
    size_t rule_count;
    unsigned count;
    struct map lists; /* lists that stand at the end, by the path of their first question */
    const struct control *last_lists[64];
    size_t list_count;
};

static void put(struct print *p, const char *text)
{
    xml_put_text(p->out, text);
}

/* A text with a gap where an answer would be inserted. */
static const char *gapped(struct print *p, const struct label *label)
{
    const struct text *text = label->text;
    int language = form_language(p->form, session_language(p->s));
    if (label->itext && language >= 0) {
        text = label->itext->texts[language * TEXT_FORM_COUNT + FORM_LONG];
    }
    struct buf out = {0};
    buf_add(&out, "", 0);
    for (size_t i = 0; text && i < text->count; i++) {
        buf_text(&out, text->parts[i].literal ? text->parts[i].literal : "______");
    }
    const char *kept = arena_copy(&p->arena, out.data, out.len);
    buf_fini(&out);
    return kept;
}

/* ---- routing ---- */

static void say(struct print *p, struct buf *out, const struct xpath *x, unsigned depth);

/* NULL: a question without a number, such as a note. */
static const char *number_of(struct print *p, const struct item *item)
{
    return item ? map_get(&p->numbers, item->path) : NULL;
}

static const struct item *target(const struct xpath *x)
{
    return x->op == XP_PATH && !x->start_pred_count ? x->target : NULL;
}

static bool calls(const struct xpath *x, const char *name, size_t args)
{
    return x->op == XP_CALL && x->arg_count == args && strcmp(xpath_function_name(x), name) == 0;
}

/* An expression that has no words: as the form has it. */
static void say_rule(struct print *p, struct buf *out, const struct xpath *x)
{
    struct buf text = {0};
    xpath_print(&text, x);
    buf_join(out, p->words[W_RULE], " ", text.data ? text.data : "", NULL);
    buf_fini(&text);
}

static bool choices_of(struct print *p, const struct control *c, struct choice **choices,
                       size_t *count, struct err *err)
{
    struct node *node = session_find(p->s, c->item->path);
    return outline_choices(p->s, &p->arena, c, node ? node : session_root(p->s)->first, choices,
                           count, err);
}

/* The label of a choice, or the code itself. */
static const char *label_of_code(struct print *p, const struct item *item, const char *code)
{
    struct choice *choices;
    size_t count = 0;
    if (!item->control || !choices_of(p, item->control, &choices, &count, NULL)) {
        return code;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i].value, code) == 0) {
            return choices[i].label;
        }
    }
    return code;
}

/* What the file of terms calls a calculation, or NULL. */
static const char *words_of_rule(struct print *p, const char *name)
{
    const struct csv_row *row;
    for (size_t i = 0; (row = form_terms_row(p->terms, "rule", i)); i++) {
        if (strcmp(form_terms_cell(p->terms, row, "lang"), p->language) == 0 &&
            strcmp(form_terms_cell(p->terms, row, "text"), name) == 0) {
            return form_terms_cell(p->terms, row, "use");
        }
    }
    return NULL;
}

/* question = 'code' in words.  A calculation that is one of two texts is told by its condition. */
static bool say_answer(struct print *p, struct buf *out, const struct item *item, const char *code,
                       enum word verb, unsigned depth)
{
    const char *number = number_of(p, item);
    if (number) {
        buf_printf(out, "%s %s: %s «%s»", p->words[W_QUESTION], number, p->words[verb],
                   label_of_code(p, item, code));
        return true;
    }
    const char *words = words_of_rule(p, item->shape.name);
    if (words) {
        bool holds = strcmp(code, "yes") == 0;
        bool fails = strcmp(code, "no") == 0;
        buf_join(out, fails ? p->words[W_NOT] : "", fails ? " " : "", words, NULL);
        buf_join(out, holds || fails ? "" : ": ", holds || fails ? "" : code, NULL);
        return true;
    }
    const struct xpath *c = item->calculate;
    if (!c || !calls(c, "if", 3) || depth >= DEPTH_MAX || c->args[1]->op != XP_STRING ||
        c->args[2]->op != XP_STRING) {
        return false;
    }
    if (strcmp(c->args[1]->text, code) == 0) {
        say(p, out, c->args[0], depth + 1);
        return true;
    }
    if (strcmp(c->args[2]->text, code) == 0) {
        buf_join(out, p->words[W_NOT], " (", NULL);
        say(p, out, c->args[0], depth + 1);
        buf_text(out, ")");
        return true;
    }
    return false;
}

static bool say_equal(struct print *p, struct buf *out, const struct xpath *x, unsigned depth)
{
    const struct xpath *text = x->a->op == XP_STRING ? x->a : x->b;
    const struct item *item = target(text == x->a ? x->b : x->a);
    if (!item || text->op != XP_STRING) {
        return false;
    }
    if (x->op == XP_NE && !*text->text && number_of(p, item)) {
        buf_printf(out, "%s %s: %s", p->words[W_QUESTION], number_of(p, item),
                   p->words[W_ANSWERED]);
        return true;
    }
    if (x->op == XP_NE) {
        buf_join(out, p->words[W_NOT], " ", NULL);
    }
    return say_answer(p, out, item, text->text, W_IS, depth);
}

static bool say_bound(struct print *p, struct buf *out, const struct xpath *x)
{
    static const char *const signs[XP_OP_COUNT] = {
        [XP_EQ] = "=", [XP_NE] = "≠", [XP_LT] = "<", [XP_LE] = "≤", [XP_GT] = ">", [XP_GE] = "≥"};
    bool counts = calls(x->a, "count-selected", 1);
    const char *number = number_of(p, target(counts ? x->a->args[0] : x->a));
    bool minus = x->b->op == XP_NEG && x->b->a->op == XP_NUMBER;
    double n = minus ? -x->b->a->number : x->b->number;
    if (!number || (x->b->op != XP_NUMBER && !minus)) {
        return false;
    }
    if (counts && x->op == XP_GT && n == 0) {
        buf_printf(out, "%s %s: %s", p->words[W_QUESTION], number, p->words[W_ANSWERED]);
        return true;
    }
    if (counts) {
        return false;
    }
    int code = n == -98 ? 0 : n == -99 ? 1 : n == -97 ? 2 : -1;
    if (x->op == XP_EQ && code >= 0 && p->missing[code]) {
        buf_printf(out, "%s %s: «%s»", p->words[W_QUESTION], number, p->missing[code]);
    } else {
        buf_printf(out, "%s %s %s %.15g", p->words[W_QUESTION], number, signs[x->op], n);
    }
    return true;
}

static void say_both(struct print *p, struct buf *out, const struct xpath *x, unsigned depth)
{
    const struct xpath *sides[2] = {x->a, x->b};
    for (size_t i = 0; i < 2; i++) {
        bool brackets = x->op == XP_AND && sides[i]->op == XP_OR;
        buf_text(out, i ? " " : "");
        buf_text(out, i ? p->words[x->op == XP_AND ? W_AND : W_OR] : "");
        buf_text(out, i ? " " : "");
        buf_text(out, brackets ? "(" : "");
        say(p, out, sides[i], depth + 1);
        buf_text(out, brackets ? ")" : "");
    }
}

static bool say_call(struct print *p, struct buf *out, const struct xpath *x, unsigned depth)
{
    if (calls(x, "not", 1)) {
        buf_join(out, p->words[W_NOT], " (", NULL);
        say(p, out, x->args[0], depth + 1);
        buf_text(out, ")");
        return true;
    }
    const struct item *item = calls(x, "selected", 2) ? target(x->args[0]) : NULL;
    return item && x->args[1]->op == XP_STRING &&
           say_answer(p, out, item, x->args[1]->text, W_MARKED, depth);
}

static void say(struct print *p, struct buf *out, const struct xpath *x, unsigned depth)
{
    size_t before = out->len;
    bool said = true;
    if (x->op == XP_AND || x->op == XP_OR) {
        say_both(p, out, x, depth);
    } else if (x->op >= XP_EQ && x->op <= XP_GE) {
        said = say_equal(p, out, x, depth) || say_bound(p, out, x);
    } else {
        said = x->op == XP_CALL && say_call(p, out, x, depth);
    }
    if (!said) {
        buf_cut(out, before);
        say_rule(p, out, x);
    }
}

static void gather(const struct xpath *x, const struct xpath **parts, size_t *count)
{
    if (x && x->op == XP_AND) {
        gather(x->a, parts, count);
        gather(x->b, parts, count);
    } else if (x && *count < PARTS_MAX) {
        parts[(*count)++] = x;
    }
}

static const char *key_of(struct print *p, const struct xpath *x)
{
    struct buf text = {0};
    xpath_print(&text, x);
    const char *key = arena_text(&p->arena, text.data ? text.data : "");
    buf_fini(&text);
    return key;
}

/* Conditions that many questions share get a name, and are told once. */
static void find_standing(struct print *p)
{
    static const char *const seen[STANDING_FROM] = {"1", "2", "3", "4", "5", "6"};
    for (size_t i = 0; i < p->form->item_count; i++) {
        const struct xpath *parts[PARTS_MAX];
        size_t count = 0;
        gather(p->form->items[i]->control ? p->form->items[i]->relevant : NULL, parts, &count);
        for (size_t k = 0; k < count; k++) {
            const char *key = key_of(p, parts[k]), *have = map_get(&p->standing, key);
            size_t times = have ? (size_t)(*have - '0') : 0;
            if (have && *have == '#') {
                continue;
            }
            if (times + 1 < STANDING_FROM || p->rule_count == PARTS_MAX) {
                map_put(&p->standing, key, (void *)seen[times < STANDING_FROM ? times : 0]);
                continue;
            }
            p->rules[p->rule_count++] = parts[k];
            map_put(&p->standing, key, arena_printf(&p->arena, "#%zu", p->rule_count));
        }
    }
}

static void put_rules(struct print *p)
{
    if (p->rule_count) {
        buf_join(p->out, "<h2>", p->words[W_RULES], "</h2>", NULL);
    }
    for (size_t i = 0; i < p->rule_count; i++) {
        struct buf words = {0};
        say(p, &words, p->rules[i], 0);
        buf_printf(p->out, "<div class=\"q\"><b class=\"n\">#%zu</b>", i + 1);
        put(p, words.data);
        buf_text(p->out, "</div>");
        buf_fini(&words);
    }
}

static void put_route(struct print *p, const struct item *item)
{
    const struct xpath *parts[PARTS_MAX];
    struct buf words = {0};
    size_t count = 0;
    if (!item || !item->relevant) {
        return;
    }
    gather(item->relevant, parts, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = map_get(&p->standing, key_of(p, parts[i]));
        bool brackets = count > 1 && parts[i]->op == XP_OR;
        buf_join(&words, i ? " " : "", i ? p->words[W_AND] : "", i ? " " : "", NULL);
        if (name && *name == '#') {
            buf_text(&words, name);
            continue;
        }
        buf_text(&words, brackets ? "(" : "");
        say(p, &words, parts[i], 0);
        buf_text(&words, brackets ? ")" : "");
    }
    if (words.len > WORDS_MAX) { /* too long to follow on paper: the form's own expression */
        buf_cut(&words, 0);
        say_rule(p, &words, item->relevant);
    }
    buf_join(p->out, "<div class=\"if\">", p->words[W_ASK_IF], ": ", NULL);
    put(p, words.data);
    buf_text(p->out, "</div>");
    buf_fini(&words);
}

/* ---- answers ---- */

static void put_choices(struct print *p, const struct choice *choices, size_t count, bool one)
{
    buf_text(p->out, count >= COLUMNS_FROM ? "<ul class=\"two\">" : "<ul>");
    for (size_t i = 0; i < count; i++) {
        buf_join(p->out, "<li><i", one ? " class=\"o\"" : "", "></i>", NULL);
        put(p, choices[i].label);
        buf_text(p->out, " <small>");
        put(p, choices[i].value);
        buf_text(p->out, "</small></li>");
    }
    buf_text(p->out, "</ul>");
}

/* A long list stands once, at the end. */
static bool put_select(struct print *p, const struct control *c, struct err *err)
{
    struct choice *choices;
    size_t count;
    if (!choices_of(p, c, &choices, &count, err)) {
        return err_at(err, "%s", c->item->path);
    }
    bool one = c->kind == CONTROL_SELECT1;
    if (count <= LIST_MAX) {
        put_choices(p, choices, count, one);
        return true;
    }
    struct buf list = {0};
    xpath_print(&list, c->itemset);
    const char *key = arena_copy(&p->arena, list.data, strcspn(list.data, "["));
    buf_fini(&list);
    const char *number = map_get(&p->lists, key);
    if (!number && p->list_count < sizeof p->last_lists / sizeof *p->last_lists) {
        number = arena_printf(&p->arena, "%c", (char)('A' + (int)(p->list_count % 26)));
        map_put(&p->lists, key, (void *)number);
        p->last_lists[p->list_count++] = c;
    }
    buf_join(p->out, "<div class=\"hint\">", p->words[W_LIST], number ? number : "", "</div>",
             "<div class=\"line\"></div>", NULL);
    return true;
}

static void put_lines(struct print *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_text(p->out, "<div class=\"line\"></div>");
    }
}

static void put_cells(struct print *p, size_t count)
{
    buf_text(p->out, "<div class=\"cells\">");
    for (size_t i = 0; i < count; i++) {
        buf_text(p->out, "<span></span>");
    }
    buf_text(p->out, "</div>");
}

static void put_missing(struct print *p, const struct item *item)
{
    static const struct {
        const char *word, *code;
    } codes[] = {{"dk", "−98"}, {"refused", "−99"}, {"na", "−97"}};
    for (size_t i = 0; item->missing && i < sizeof codes / sizeof *codes; i++) {
        if (strstr(item->missing, codes[i].word)) {
            buf_text(p->out, " <small>");
            put(p, p->missing[i] ? p->missing[i] : codes[i].word);
            buf_join(p->out, " ", codes[i].code, "</small>", NULL);
        }
    }
}

static bool put_answer(struct print *p, const struct control *c, struct err *err)
{
    enum { LINES = 6, NUMBER = 6, DAY = 8 };
    switch (c->kind) {
    case CONTROL_SELECT1:
    case CONTROL_SELECT:
    case CONTROL_RANK:
        return put_select(p, c, err);
    case CONTROL_TRIGGER:
        buf_text(p->out, "<ul><li><i></i>OK</li></ul>");
        return true;
    case CONTROL_UPLOAD:
        buf_join(p->out, "<div class=\"hint\">", p->words[W_NO_SOUND], "</div>", NULL);
        return true;
    default:
        break;
    }
    if (c->item->type == TYPE_INT || c->item->type == TYPE_DECIMAL || c->kind == CONTROL_RANGE) {
        put_cells(p, NUMBER);
        put_missing(p, c->item);
    } else if (c->item->type == TYPE_DATE || c->item->type == TYPE_DATE_TIME) {
        put_cells(p, DAY);
    } else {
        put_lines(p, strstr(c->appearance, "multiline") ? LINES : 1);
    }
    return true;
}

/* ---- the body ---- */

static void put_hint(struct print *p, const struct control *c)
{
    const char *hint = gapped(p, &c->hint);
    if (*hint) {
        buf_text(p->out, "<div class=\"hint\">");
        put(p, hint);
        buf_text(p->out, "</div>");
    }
}

static bool put_question(struct print *p, const struct control *c, struct err *err)
{
    const char *number = number_of(p, c->item);
    if (strcmp(outline_type(c), "note") == 0) {
        put_route(p, c->item);
        buf_text(p->out, "<div class=\"note\">");
        put_hint(p, c);
        put(p, gapped(p, &c->label));
        buf_text(p->out, "</div>");
        return true;
    }
    /* <s> is invisible: it shows in the PDF's text on which pages a question begins and ends */
    buf_join(p->out, "<div class=\"q\"><s>~", c->item->shape.name, "~</s><b class=\"n\">",
             number ? number : "", "</b>", NULL);
    put_route(p, c->item);
    buf_text(p->out, "<b>");
    put(p, gapped(p, &c->label));
    buf_join(p->out, "</b> <small>", c->item->shape.name, NULL);
    buf_join(p->out, c->kind == CONTROL_SELECT ? ", " : "",
             c->kind == CONTROL_SELECT ? p->words[W_SEVERAL] : "", "</small>", NULL);
    put_hint(p, c);
    bool ok = put_answer(p, c, err);
    buf_join(p->out, "<s>~", c->item->shape.name, "~</s></div>", NULL);
    return ok;
}

/* A table-list: a row a question, a column a choice. */
static bool put_table(struct print *p, const struct control *group, struct err *err)
{
    struct choice *choices = NULL;
    size_t count = 0;
    for (const struct control *c = group->first; c; c = c->next) {
        if (c->kind != CONTROL_SELECT1) { /* the note that is the table's title */
            buf_text(p->out, "<h3>");
            put(p, gapped(p, &c->label));
            buf_text(p->out, "</h3>");
            continue;
        }
        if (!choices && !choices_of(p, c, &choices, &count, err)) {
            return err_at(err, "%s", c->item->path);
        }
        if (strcmp(c->appearance, "label") == 0) {
            buf_text(p->out, "<table><tr><td></td>");
            for (size_t i = 0; i < count; i++) {
                buf_text(p->out, "<th>");
                put(p, choices[i].label);
                buf_join(p->out, " <small>", choices[i].value, "</small></th>", NULL);
            }
            buf_text(p->out, "</tr>");
            continue;
        }
        buf_join(p->out, "<tr><td><b>", number_of(p, c->item), "</b> ", NULL);
        put(p, gapped(p, &c->label));
        buf_text(p->out, "</td>");
        for (size_t i = 0; i < count; i++) {
            buf_text(p->out, "<td>○</td>");
        }
        buf_text(p->out, "</tr>");
    }
    buf_text(p->out, choices ? "</table>" : "");
    return true;
}

static bool is_table(const struct control *group)
{
    const struct control *c = group->first;
    while (c && strcmp(c->appearance, "label") != 0) {
        c = c->next;
    }
    return c != NULL;
}

static bool put_controls(struct print *p, const struct control *parent, unsigned depth,
                         struct err *err);

static bool put_group(struct print *p, const struct control *c, bool again, unsigned depth,
                      struct err *err)
{
    const char *label = gapped(p, &c->label);
    bool repeat = c->kind == CONTROL_REPEAT;
    if (!again && *label) {
        buf_join(p->out, depth ? "<h3>" : "<h2>", NULL);
        put(p, label);
        buf_join(p->out, depth ? "</h3>" : "</h2>", NULL);
    }
    if (!again) {
        put_route(p, c->item);
    }
    if (repeat) {
        buf_join(p->out, "<div class=\"each\"><div class=\"hint\">", p->words[W_EACH],
                 p->words[W_SHEETS], "</div>", NULL);
    }
    bool ok = is_table(c) ? put_table(p, c, err) : put_controls(p, c, depth + (*label != 0), err);
    buf_text(p->out, repeat ? "</div>" : "");
    return ok;
}

static bool put_controls(struct print *p, const struct control *parent, unsigned depth,
                         struct err *err)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        bool again = c->kind == CONTROL_REPEAT && parent->item == c->item;
        bool ok =
            control_is_question(c) ? put_question(p, c, err) : put_group(p, c, again, depth, err);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* Gives all questions their numbers, before a condition names one. */
static void number_all(struct print *p, const struct control *parent)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        if (control_is_question(c) && strcmp(outline_type(c), "note") != 0 &&
            strcmp(c->appearance, "label") != 0) {
            map_put(&p->numbers, c->item->path, arena_printf(&p->arena, "%u", ++p->count));
        }
        number_all(p, c);
    }
}

static bool put_lists(struct print *p, struct err *err)
{
    for (size_t i = 0; i < p->list_count; i++) {
        struct choice *choices;
        size_t count;
        if (!choices_of(p, p->last_lists[i], &choices, &count, err)) {
            return false;
        }
        if (!i) {
            buf_join(p->out, "<h2>", p->words[W_LISTS], "</h2>", NULL);
        }
        buf_printf(p->out, "<div class=\"list\"><h3>%c</h3>", (char)('A' + (int)(i % 26)));
        put_choices(p, choices, count, true);
        buf_text(p->out, "</div>");
    }
    return true;
}

static const char *const *words_of(const char *code)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (strcmp(languages[i].language, code) == 0) {
            return languages[i].words;
        }
    }
    return languages[sizeof languages / sizeof *languages - 1].words;
}

/* The form's own words for missing answers, from the first list that has them both. */
static void find_missing(struct print *p)
{
    static const char *const codes[] = {"dk", "refused", "na"};
    for (size_t i = 0; i < p->form->item_count; i++) {
        const struct control *c = p->form->items[i]->control;
        const char *words[3] = {0};
        struct choice *choices;
        size_t count;
        if (!c || c->kind != CONTROL_SELECT1 || !choices_of(p, c, &choices, &count, NULL)) {
            continue;
        }
        for (size_t k = 0; k < count * 3; k++) {
            bool is = strcmp(choices[k / 3].value, codes[k % 3]) == 0;
            words[k % 3] = is ? choices[k / 3].label : words[k % 3];
        }
        if (words[0] && words[1]) {
            memcpy(p->missing, words, sizeof words);
            return;
        }
    }
}

static bool put_form(struct print *p, const char *code, struct err *err)
{
    buf_join(p->out, "<!DOCTYPE html>\n<html lang=\"", code,
             "\"><head><meta charset=\"utf-8\"><title>", NULL);
    put(p, p->form->title);
    buf_join(p->out, "</title><style>", style, "</style></head><body><h1>", NULL);
    put(p, p->form->title);
    buf_join(p->out, "</h1><div class=\"hint\">", p->form->id, ", ", p->words[W_VERSION], " ",
             p->form->version, "</div><p>", p->words[W_CODE], ": ____________________________</p>",
             NULL);
    put_rules(p);
    bool ok = put_controls(p, p->form->body, 0, err) && put_lists(p, err);
    buf_text(p->out, "</body></html>\n");
    return ok;
}

bool form_print(struct buf *out, struct session *s, const char *language,
                const struct form_terms *terms, struct err *err)
{
    struct print p = {
        .out = out, .s = s, .form = session_form(s), .terms = terms, .language = language};
    if (!form_fill_language(s, language, err)) {
        return false;
    }
    arena_init(&p.arena);
    map_init(&p.numbers, &p.arena);
    map_init(&p.lists, &p.arena);
    map_init(&p.standing, &p.arena);
    p.words = words_of(language);
    if (p.form->body) {
        number_all(&p, p.form->body);
    }
    find_missing(&p);
    find_standing(&p);
    bool ok = !p.form->body || put_form(&p, language, err);
    arena_fini(&p.arena);
    return ok;
}
