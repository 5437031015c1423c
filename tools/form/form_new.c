/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a starter workbook. */
#include "tools/form/form_new.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "forms/workbook/workbook.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"

enum { LANGUAGES_MAX = 12, OWN = 4 };

/* Texts of one cell, in the languages that this program is written in. */
struct texts {
    const char *text[OWN]; /* as in `known` */
};
static const char *const known[OWN] = {"ru", "ky", "tg", "en"};
static const char *const names[OWN] = {"Русский", "Кыргызча", "Тоҷикӣ", "English"};

struct question {
    const char *type, *name, *relevant, *constraint, *required, *appearance;
    struct texts label, hint, message;
};

static const struct question survey[] = {
    {"start", "started", "", "", "", "", {{0}}, {{0}}, {{0}}},
    {"end", "ended", "", "", "", "", {{0}}, {{0}}, {{0}}},
    {"select_one yn",
     "consent",
     "",
     "",
     "yes",
     "",
     {{"Разговор добровольный. Вы можете не отвечать на вопрос или закончить. Вы согласны?",
       "Маек ыктыярдуу. Суроого жооп бербей койсоңуз же маекти токтотсоңуз болот. Макулсузбу?",
       "Сӯҳбат ихтиёрист. Шумо метавонед ба савол ҷавоб надиҳед ё сӯҳбатро қатъ кунед. Розӣ "
       "ҳастед?",
       "This talk is voluntary. You may skip a question or stop. Do you agree?"}},
     {{"Прочитайте вслух.", "Үн чыгарып окуңуз.", "Бо овоз хонед.", "Read aloud."}},
     {{0}}},
    {"begin_group",
     "person",
     "${consent} = 'yes'",
     "",
     "",
     "",
     {{"О Вас", "Сиз жөнүндө", "Дар бораи Шумо", "About you"}},
     {{0}},
     {{0}}},
    {"integer",
     "age",
     "",
     ". >= 18 and . <= 99 or . = -98 or . = -99",
     "yes",
     "",
     {{"Сколько Вам лет?", "Сиз канча жаштасыз?", "Шумо чандсолаед?", "How old are you?"}},
     {{"Не знает: −98. Не отвечает: −99.", "Билбейт: −98. Жооп бербейт: −99.",
       "Намедонад: −98. Ҷавоб намедиҳад: −99.", "Does not know: −98. No answer: −99."}},
     {{"От 18 до 99 лет.", "18 жаштан 99 жашка чейин.", "Аз 18 то 99 сола.",
       "From 18 to 99 years."}}},
    {"select_one region",
     "region",
     "",
     "",
     "yes",
     "",
     {{"Где Вы живёте?", "Сиз кайда жашайсыз?", "Шумо дар куҷо зиндагӣ мекунед?",
       "Where do you live?"}},
     {{0}},
     {{0}}},
    {"text",
     "region_other",
     "${region} = 'other'",
     "",
     "yes",
     "",
     {{"Где именно?", "Так айтканда кайда?", "Маҳз дар куҷо?", "Where exactly?"}},
     {{0}},
     {{0}}},
    {"select_multiple help",
     "help",
     "",
     "not(selected(., 'none') or selected(., 'dk') or selected(., 'refused')) or "
     "count-selected(.) = 1",
     "yes",
     "",
     {{"Кто Вам помогал?", "Сизге ким жардам берди?", "Ба Шумо кӣ кӯмак кард?", "Who helped you?"}},
     {{"Отметьте всё, что подходит.", "Ылайыктуусунун баарын белгилеңиз.",
       "Ҳамаи мувофиқро қайд кунед.", "Mark all that apply."}},
     {{"Этот ответ не сочетается с другими.", "Бул жооп башкалары менен айкалышпайт.",
       "Ин ҷавоб бо дигарон якҷоя намешавад.", "This answer excludes the others."}}},
    {"end_group", "", "", "", "", "", {{0}}, {{0}}, {{0}}},
    {"begin_repeat",
     "trip",
     "${consent} = 'yes'",
     "",
     "",
     "",
     {{"Поездка на работу", "Иштегени барган сапар", "Сафари корӣ", "A trip to work"}},
     {{0}},
     {{0}}},
    {"text",
     "trip_country",
     "",
     "",
     "yes",
     "",
     {{"В какую страну?", "Кайсы өлкөгө?", "Ба кадом кишвар?", "To which country?"}},
     {{0}},
     {{0}}},
    {"integer",
     "trip_year",
     "",
     ". >= 1991 and . <= int(format-date(today(), '%Y'))",
     "",
     "",
     {{"В каком году?", "Кайсы жылы?", "Дар кадом сол?", "In which year?"}},
     {{0}},
     {{"Год от 1991 до нынешнего.", "1991-жылдан быйылкы жылга чейин.", "Аз соли 1991 то имсол.",
       "A year from 1991 to this one."}}},
    {"end_repeat", "", "", "", "", "", {{0}}, {{0}}, {{0}}},
    {"text",
     "story",
     "${consent} = 'yes'",
     "",
     "",
     "multiline",
     {{"Что было самым трудным после возвращения?", "Кайтып келгенден кийин эмне эң кыйын болду?",
       "Пас аз бозгашт чӣ аз ҳама душвор буд?", "What was hardest after coming back?"}},
     {{"Запишите слова человека.", "Адамдын өз сөзүн жазыңыз.", "Сухани худи шахсро нависед.",
       "Write down the person's own words."}},
     {{0}}},
    {"note",
     "thanks",
     "",
     "",
     "",
     "",
     {{"Спасибо за разговор.", "Маек үчүн рахмат.", "Барои сӯҳбат раҳмат.",
       "Thank you for the talk."}},
     {{0}},
     {{0}}},
};

struct choice {
    const char *list, *name;
    struct texts label;
};

static const struct choice choices[] = {
    {"yn", "yes", {{"Да", "Ооба", "Ҳа", "Yes"}}},
    {"yn", "no", {{"Нет", "Жок", "Не", "No"}}},
    {"region", "osh", {{"Ошская область", "Ош облусу", "Вилояти Ӯш", "Osh Region"}}},
    {"region",
     "khatlon",
     {{"Хатлонская область", "Хатлон облусу", "Вилояти Хатлон", "Khatlon Region"}}},
    {"region", "other", {{"В другом месте", "Башка жерде", "Дар ҷойи дигар", "Elsewhere"}}},
    {"region",
     "refused",
     {{"Предпочитаю не отвечать", "Жооп бергим келбейт", "Намехоҳам ҷавоб диҳам",
       "Prefer not to answer"}}},
    {"help", "family", {{"Семья", "Үй-бүлө", "Оила", "Family"}}},
    {"help", "state", {{"Государство", "Мамлекет", "Давлат", "The state"}}},
    {"help", "org", {{"Организация", "Уюм", "Созмон", "An organisation"}}},
    {"help", "none", {{"Никто", "Эч ким", "Ҳеҷ кас", "Nobody"}}},
    {"help", "dk", {{"Не знаю", "Билбейм", "Намедонам", "Don't know"}}},
    {"help",
     "refused",
     {{"Предпочитаю не отвечать", "Жооп бергим келбейт", "Намехоҳам ҷавоб диҳам",
       "Prefer not to answer"}}},
};

/* ---- languages ---- */

struct columns {
    const char *heading[LANGUAGES_MAX]; /* "Русский (ru)" */
    int own[LANGUAGES_MAX];             /* index in `known`, or -1: to be translated */
    size_t count;
};

static bool is_code(const char *code, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!islower((unsigned char)code[i])) {
            return false;
        }
    }
    return len == 2 || len == 3;
}

static bool add_language(struct columns *c, struct arena *arena, const char *code, size_t len,
                         struct err *err)
{
    const char *heading = arena_printf(arena, "%.*s (%.*s)", (int)len, code, (int)len, code);
    static const char *const more[][2] = {{"uz", "Ўзбекча"}, {"kk", "Қазақша"}};
    int own = -1;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) { /* they have keyboards */
        if (len == 2 && memcmp(more[i][0], code, 2) == 0) {
            heading = arena_printf(arena, "%s (%s)", more[i][1], more[i][0]);
        }
    }
    for (int i = 0; i < OWN; i++) {
        if (strlen(known[i]) == len && memcmp(known[i], code, len) == 0) {
            own = i;
            heading = arena_printf(arena, "%s (%s)", names[i], known[i]);
        }
    }
    if (!is_code(code, len)) {
        err_set(err, ERR_INPUT, "'%.*s' is no language code", (int)len, code);
        return err_hint(err, "give codes of two or three letters, such as --lang ru,ky,tg");
    }
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->heading[i], heading) == 0) {
            return err_set(err, ERR_INPUT, "the language '%.*s' is named twice", (int)len, code);
        }
    }
    if (c->count == LANGUAGES_MAX) {
        return err_set(err, ERR_LIMIT, "a starter has at most %d languages", LANGUAGES_MAX);
    }
    c->heading[c->count] = heading;
    c->own[c->count++] = own;
    return true;
}

static bool read_languages(struct columns *c, struct arena *arena, const char *list,
                           struct err *err)
{
    c->count = 0;
    for (const char *p = list;; p++) {
        size_t len = strcspn(p, ",");
        if (!add_language(c, arena, p, len, err)) {
            return false;
        }
        p += len;
        if (!*p) {
            return true;
        }
    }
}

/* ---- rows ---- */

struct making {
    struct arena arena;
    struct columns languages;
};

/* The next row of a sheet; its cells are filled by put. */
static struct sheet_row *add_row(struct making *m, struct sheet *sheet, size_t columns)
{
    struct sheet_row *row = &sheet->rows[sheet->count];
    row->cells = arena_alloc(&m->arena, columns * sizeof *row->cells);
    row->count = 0;
    row->place = sheet->count++;
    row->number = sheet->count;
    return row;
}

static void put(struct sheet_row *row, const char *text)
{
    row->cells[row->count++] = text;
}

static void put_texts(const struct making *m, struct sheet_row *row, const struct texts *texts)
{
    for (size_t i = 0; i < m->languages.count; i++) {
        int own = m->languages.own[i];
        put(row, own >= 0 && texts->text[own] ? texts->text[own] : "");
    }
}

static void put_headings(struct making *m, struct sheet_row *row, const char *kind)
{
    for (size_t i = 0; i < m->languages.count; i++) {
        put(row, arena_join(&m->arena, kind, "::", m->languages.heading[i], NULL));
    }
}

enum { QUESTIONS = sizeof survey / sizeof *survey, CHOICES = sizeof choices / sizeof *choices };

static void make_survey(struct making *m, struct sheet *sheet)
{
    static const char *const heads[] = {"type",       "name",     "relevant",
                                        "constraint", "required", "appearance"};
    enum { HEADS = sizeof heads / sizeof *heads };
    size_t columns = HEADS + 3 * m->languages.count;
    struct sheet_row *top = add_row(m, sheet, columns);
    for (size_t i = 0; i < HEADS; i++) {
        put(top, heads[i]);
    }
    put_headings(m, top, "label");
    put_headings(m, top, "hint");
    put_headings(m, top, "constraint_message");
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct question *q = &survey[i];
        struct sheet_row *row = add_row(m, sheet, columns);
        const char *cells[HEADS] = {q->type,       q->name,     q->relevant,
                                    q->constraint, q->required, q->appearance};
        for (size_t c = 0; c < HEADS; c++) {
            put(row, cells[c]);
        }
        put_texts(m, row, &q->label);
        put_texts(m, row, &q->hint);
        put_texts(m, row, &q->message);
    }
}

static void make_choices(struct making *m, struct sheet *sheet)
{
    size_t columns = 2 + m->languages.count;
    struct sheet_row *top = add_row(m, sheet, columns);
    put(top, "list_name");
    put(top, "name");
    put_headings(m, top, "label");
    for (size_t i = 0; i < CHOICES; i++) {
        struct sheet_row *row = add_row(m, sheet, columns);
        put(row, choices[i].list);
        put(row, choices[i].name);
        put_texts(m, row, &choices[i].label);
    }
}

static void make_settings(struct making *m, struct sheet *sheet, const char *id)
{
    struct sheet_row *top = add_row(m, sheet, 4), *row = add_row(m, sheet, 4);
    put(top, "form_title");
    put(row, id);
    put(top, "form_id");
    put(row, id);
    put(top, "version");
    put(row, "1");
    put(top, "default_language");
    put(row, m->languages.heading[0]);
}

static bool good_id(const char *id)
{
    bool good = isalpha((unsigned char)*id) || *id == '_';
    for (const char *p = id; *p; p++) {
        good = good && (isalnum((unsigned char)*p) || *p == '_' || *p == '-' || *p == '.');
    }
    return good;
}

bool form_new(struct buf *out, const char *path, const char *languages, struct err *err)
{
    struct making m;
    struct sheet_row rows[3][QUESTIONS + CHOICES + 1];
    struct sheet sheets[3] = {
        {"survey", rows[0], 0}, {"choices", rows[1], 0}, {"settings", rows[2], 0}};
    const struct workbook book = {file_name(path), sheets, 3, false};
    arena_init(&m.arena);
    const char *id = file_stem(&m.arena, path);
    bool csv = file_ends(path, ".csv");
    bool ok = csv || file_ends(path, ".xlsx");
    if (!ok) {
        err_set(err, ERR_INPUT, "%s: a starter is an .xlsx or a .csv", file_name(path));
    } else if (!good_id(id)) {
        ok = err_set(err, ERR_INPUT, "'%s' cannot be a form's id", id);
        err_hint(err, "use Latin letters, digits, _ and -, and begin with a letter");
    }
    ok = ok && read_languages(&m.languages, &m.arena, languages, err);
    if (ok) {
        make_survey(&m, &sheets[0]);
        make_choices(&m, &sheets[1]);
        make_settings(&m, &sheets[2], id);
        if (csv) {
            workbook_write_csv(out, &book);
        } else {
            ok = workbook_write_xlsx(out, &book, err);
        }
    }
    arena_fini(&m.arena);
    return ok;
}
