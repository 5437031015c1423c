/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the pages that a person may ask for: what we hold, and what a withdrawal did. */
#include "tools/desk/desk_holds.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/custody/tar.h"
#include "platform/machine/clock.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_records.h"

/* ---- words ---- */

enum word {
    W_HOLDS,
    W_PROOF,
    W_PERSON,
    W_PRINTED,
    W_RECORD,
    W_FORM,
    W_FINISHED,
    W_DEVICE,
    W_ANSWERS,
    W_FILES,
    W_WITHDRAWN,
    W_OPENED,
    W_DESTROYED,
    W_REASON,
    W_NONE,
    W_UNREAD,
    W_USE_ANSWERS,
    W_USE_QUOTES,
    W_USE_RECORDING,
    W_USE_RECONTACT,
    W_COPIES,
    W_ON_DEVICE,
    W_ON_STICKS,
    W_ESCROW,
    W_TABLES,
    W_COUNT
};
static const struct {
    const char *language;
    const char *words[W_COUNT];
} languages[] = {
    {"ru",
     {[W_HOLDS] = "Что у нас хранится о Вас",
      [W_PROOF] = "Подтверждение: согласие отозвано",
      [W_PERSON] = "Код",
      [W_PRINTED] = "Дата",
      [W_RECORD] = "Запись",
      [W_FORM] = "Анкета",
      [W_FINISHED] = "Когда записано",
      [W_DEVICE] = "Устройство",
      [W_ANSWERS] = "Сколько ответов",
      [W_FILES] = "Сколько файлов (фото, аудио)",
      [W_WITHDRAWN] = "Согласие отозвано на",
      [W_OPENED] = "Кто открывал и зачем",
      [W_DESTROYED] = "Ответы и файлы этой записи уничтожены",
      [W_REASON] = "Причина",
      [W_NONE] = "Ничего не найдено.",
      [W_UNREAD] = "Не все записи удалось открыть: здесь может быть не всё.",
      [W_USE_ANSWERS] = "ответы",
      [W_USE_QUOTES] = "цитаты",
      [W_USE_RECORDING] = "аудиозапись",
      [W_USE_RECONTACT] = "повторное обращение",
      [W_COPIES] = "Где ещё могут быть копии, до которых отсюда не дотянуться",
      [W_ON_DEVICE] =
          "На устройстве интервьюера, пока оно не получит сообщение. Копия зашифрована.",
      [W_ON_STICKS] = "На флешках, с которых записи привезли. Копии зашифрованы.",
      [W_ESCROW] = "У хранителя запасного ключа, если записи ему передавали. Копии зашифрованы.",
      [W_TABLES] =
          "В таблицах и отчётах, которые сделали раньше: даты стоят выше, в списке открытий."}},
    {"ky",
     {[W_HOLDS] = "Биз сиз жөнүндө эмне сактап жатабыз",
      [W_PROOF] = "Ырастоо: макулдук кайтарылып алынды",
      [W_PERSON] = "Код",
      [W_PRINTED] = "Дата",
      [W_RECORD] = "Жазуу",
      [W_FORM] = "Анкета",
      [W_FINISHED] = "Качан жазылган",
      [W_DEVICE] = "Түзмөк",
      [W_ANSWERS] = "Канча жооп",
      [W_FILES] = "Канча файл (сүрөт, аудио)",
      [W_WITHDRAWN] = "Макулдук эмнеге кайтарылып алынды",
      [W_OPENED] = "Ким жана эмне үчүн ачты",
      [W_DESTROYED] = "Бул жазуунун жооптору менен файлдары жок кылынды",
      [W_REASON] = "Себеби",
      [W_NONE] = "Эч нерсе табылган жок.",
      [W_UNREAD] = "Бардык жазуулар ачылган жок: бул жерде баары эмес болушу мүмкүн.",
      [W_USE_ANSWERS] = "жооптор",
      [W_USE_QUOTES] = "цитаталар",
      [W_USE_RECORDING] = "аудиожазуу",
      [W_USE_RECONTACT] = "кайра кайрылуу",
      [W_COPIES] = "Бул жерден жете албаган көчүрмөлөр дагы кайда болушу мүмкүн",
      [W_ON_DEVICE] = "Интервьюердин түзмөгүндө, ал билдирүүнү алганга чейин. Көчүрмө шифрленген.",
      [W_ON_STICKS] = "Жазуулар алынып келинген флешкаларда. Көчүрмөлөр шифрленген.",
      [W_ESCROW] = "Камдык ачкычты сактоочуда, эгер жазуулар ага берилсе. Көчүрмөлөр шифрленген.",
      [W_TABLES] = "Мурда даярдалган таблицаларда жана отчёттордо: даталары жогоруда, ачуулардын "
                   "тизмесинде."}},
    {"tg",
     {[W_HOLDS] = "Мо дар бораи Шумо чӣ нигоҳ медорем",
      [W_PROOF] = "Тасдиқ: розигӣ бозпас гирифта шуд",
      [W_PERSON] = "Рамз",
      [W_PRINTED] = "Сана",
      [W_RECORD] = "Сабт",
      [W_FORM] = "Саволнома",
      [W_FINISHED] = "Кай сабт шудааст",
      [W_DEVICE] = "Дастгоҳ",
      [W_ANSWERS] = "Чанд ҷавоб",
      [W_FILES] = "Чанд файл (сурат, аудио)",
      [W_WITHDRAWN] = "Розигӣ барои чӣ бозпас гирифта шуд",
      [W_OPENED] = "Кӣ ва барои чӣ кушодааст",
      [W_DESTROYED] = "Ҷавобҳо ва файлҳои ин сабт нест карда шуданд",
      [W_REASON] = "Сабаб",
      [W_NONE] = "Чизе ёфт нашуд.",
      [W_UNREAD] = "На ҳамаи сабтҳо кушода шуданд: шояд дар ин ҷо на ҳамааш бошад.",
      [W_USE_ANSWERS] = "ҷавобҳо",
      [W_USE_QUOTES] = "иқтибосҳо",
      [W_USE_RECORDING] = "сабти овоз",
      [W_USE_RECONTACT] = "муроҷиати дубора",
      [W_COPIES] = "Нусхаҳое, ки аз ин ҷо дастнорасанд, боз дар куҷо буда метавонанд",
      [W_ON_DEVICE] =
          "Дар дастгоҳи мусоҳибагар, то он даме ки паёмро мегирад. Нусха рамзгузорӣ шудааст.",
      [W_ON_STICKS] = "Дар флешкаҳое, ки сабтҳоро овардаанд. Нусхаҳо рамзгузорӣ шудаанд.",
      [W_ESCROW] = "Дар нигаҳдорандаи калиди эҳтиётӣ, агар сабтҳо ба ӯ дода шуда бошанд. Нусхаҳо "
                   "рамзгузорӣ шудаанд.",
      [W_TABLES] = "Дар ҷадвалу ҳисоботҳое, ки пештар тайёр шудаанд: санаҳо дар боло, дар рӯйхати "
                   "кушоданҳо."}},
    {"en",
     {[W_HOLDS] = "What we hold about you",
      [W_PROOF] = "Confirmation: consent was withdrawn",
      [W_PERSON] = "Code",
      [W_PRINTED] = "Date",
      [W_RECORD] = "Record",
      [W_FORM] = "Questionnaire",
      [W_FINISHED] = "When it was recorded",
      [W_DEVICE] = "Device",
      [W_ANSWERS] = "Number of answers",
      [W_FILES] = "Number of files (photos, sound)",
      [W_WITHDRAWN] = "Consent was withdrawn for",
      [W_OPENED] = "Who opened it, and what for",
      [W_DESTROYED] = "The answers and files of this record were destroyed",
      [W_REASON] = "Reason",
      [W_NONE] = "Nothing was found.",
      [W_UNREAD] = "Not all records could be opened: there may be more than is listed here.",
      [W_USE_ANSWERS] = "answers",
      [W_USE_QUOTES] = "quotes",
      [W_USE_RECORDING] = "recording",
      [W_USE_RECONTACT] = "further contact",
      [W_COPIES] = "Where copies may still be that cannot be reached from here",
      [W_ON_DEVICE] =
          "On the interviewer's device, until it gets the message. The copy is encrypted.",
      [W_ON_STICKS] = "On the sticks that brought the records. The copies are encrypted.",
      [W_ESCROW] = "With the keeper of the spare key, if records were given to him. The copies are "
                   "encrypted.",
      [W_TABLES] = "In tables and reports made earlier: their dates stand above, among the "
                   "openings."}},
};
enum { LANGUAGES = sizeof languages / sizeof *languages };

static const char *const *words_in(const char *language)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (strcmp(languages[i].language, language) == 0) {
            return languages[i].words;
        }
    }
    return NULL;
}

bool desk_holds_speaks(const char *language)
{
    return words_in(language) != NULL;
}

/* ---- a page ---- */

static void put_row(struct buf *out, const char *name, const char *text)
{
    buf_text(out, "<tr><th>");
    xml_put_text(out, name);
    buf_text(out, "</th><td>");
    xml_put_text(out, text);
    buf_text(out, "</td></tr>\n");
}

static void put_when(char out[40], int64_t ms)
{
    clock_iso(out, 40, ms, clock_zone_minutes(ms), false);
    out[10] = ' ';
    out[16] = '\0';
}

static void begin_page(struct buf *out, const struct desk_holding *h, enum word title)
{
    const char *const *words = words_in(h->language);
    char now[40];
    put_when(now, clock_wall_ms());
    buf_join(
        out, "<!DOCTYPE html>\n<html lang=\"", h->language,
        "\"><head><meta charset=\"utf-8\"><title>", words[title],
        "</title>\n<style>body{font:16px/1.5 \"PT Sans\",\"Noto Sans\",sans-serif;max-width:50em;"
        "margin:2em auto}table{border-collapse:collapse;margin:1em 0;width:100%;"
        "break-inside:avoid}td,th{border:1px solid #666;padding:4px 8px;text-align:left;"
        "vertical-align:top}th{width:14em;font-weight:normal}</style></head><body>\n<h1>",
        words[title], "</h1>\n<table>", NULL);
    if (h->code) {
        put_row(out, words[W_PERSON], h->code);
    }
    put_row(out, words[W_PRINTED], now);
    buf_text(out, "</table>\n");
}

static void end_page(struct buf *out, const struct desk_holding *h)
{
    static const enum word places[] = {W_ON_DEVICE, W_ON_STICKS, W_ESCROW, W_TABLES};
    const char *const *words = words_in(h->language);
    if (!h->found) {
        buf_join(out, "<p>", words[W_NONE], "</p>\n", NULL);
    }
    buf_join(out, "<h2>", words[W_COPIES], "</h2>\n<ul>\n", NULL);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        buf_join(out, "<li>", words[places[i]], "</li>\n", NULL);
    }
    buf_text(out, "</ul>\n</body></html>\n");
}

/* ---- what the log says of a record ---- */

struct traces {
    struct buf *out;
    const uint8_t *id;
    const char *const *words;
    struct buf openings;
};

static bool take_trace(void *user, const struct ledger_entry *e, struct err *err)
{
    struct traces *t = user;
    char when[40];
    bool about = false;
    (void)err;
    for (size_t at = 0; e->kind == LEDGER_ACCESS && at + 16 <= e->len && !about; at += 16) {
        about = memcmp((const uint8_t *)e->body + at, t->id, 16) == 0;
    }
    put_when(when, e->wall_ms);
    if (about) {
        buf_join(&t->openings, t->openings.len ? "<br>" : "", when, " ", NULL);
        xml_put_text(&t->openings, e->who);
        buf_text(&t->openings, ": ");
        xml_put_text(&t->openings, e->what);
        buf_text(&t->openings, *e->why ? ", " : "");
        xml_put_text(&t->openings, e->why);
    } else if (e->kind == LEDGER_WITHDRAWAL && memcmp(e->record, t->id, 16) == 0) {
        static const enum word uses[] = {W_USE_ANSWERS, W_USE_QUOTES, W_USE_RECORDING,
                                         W_USE_RECONTACT};
        struct buf text = {0};
        buf_join(&text, when, ": ", NULL);
        for (size_t u = 0, n = 0; u < sizeof uses / sizeof *uses; u++) {
            if (e->state & 1U << u) {
                buf_join(&text, n++ ? ", " : "", t->words[uses[u]], NULL);
            }
        }
        buf_text(&text, ".");
        if (e->state & USE_ANSWERS) {
            buf_join(&text, " ", t->words[W_DESTROYED], ".", NULL);
        }
        if (*e->why) {
            buf_join(&text, " ", t->words[W_REASON], ": ", e->why, NULL);
        }
        put_row(t->out, t->words[W_WITHDRAWN], text.data);
        buf_fini(&text);
    }
    return true;
}

/* The rows that come from the log, and the end of the record's table. */
static bool put_traces(struct buf *out, struct desk *desk, const uint8_t id[16],
                       const struct desk_holding *h, struct err *err)
{
    struct traces t = {.out = out, .id = id, .words = words_in(h->language)};
    bool ok = desk_ledger_read(desk, take_trace, &t, err);
    if (t.openings.len) {
        buf_join(out, "<tr><th>", t.words[W_OPENED], "</th><td>", t.openings.data, "</td></tr>\n",
                 NULL);
    }
    buf_text(out, "</table>\n");
    buf_fini(&t.openings);
    return ok;
}

static void begin_record(struct buf *out, const uint8_t id[16], const char *const *words)
{
    char key[48];
    desk_record_key(key, id);
    buf_text(out, "<table>");
    put_row(out, words[W_RECORD], key);
}

/* ---- what we hold ---- */

struct holding {
    struct desk *desk;
    struct desk_holding *given;
    struct desk_records records;
    struct tally seen;
    struct buf *out;
};

/* Questions that hold the code of a person or case. */
static bool is_code(const char *name)
{
    static const char *const names[] = {"rec_code", "case_code", "case_id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Counts answers; true if the record's own code is `code`, small letters or not. */
static bool count_answers(struct arena *arena, const struct xml *node, const char *code,
                          unsigned *answers)
{
    bool found = false;
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        if (xml_child(c, NULL)) {
            found = count_answers(arena, c, code, answers) || found;
            continue;
        }
        const char *text = xml_content(arena, c);
        *answers += *text != '\0';
        found = found || (is_code(c->name) && strcasecmp(text, code) == 0);
    }
    return found;
}

static unsigned count_files(const struct record *r)
{
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    unsigned count = 0;
    while (r->files && tar_next(&tar, &m, NULL)) {
        count++;
    }
    return count;
}

static bool put_held(struct holding *h, const struct record *r, unsigned answers, struct err *err)
{
    const char *const *words = words_in(h->given->language);
    const struct form *form = desk_record_form(&h->records, r);
    char text[40];
    struct buf label = {0};
    begin_record(h->out, r->record_id, words);
    put_row(h->out, words[W_FORM],
            !form                         ? "?"
            : form->title && *form->title ? form->title
                                          : form->id);
    put_when(text, r->finalised_ms);
    put_row(h->out, words[W_FINISHED], text);
    bool ok = desk_label(h->desk, r->device_id, &label, err);
    if (ok && label.len) {
        put_row(h->out, words[W_DEVICE], label.data);
    }
    snprintf(text, sizeof text, "%u", answers);
    put_row(h->out, words[W_ANSWERS], text);
    snprintf(text, sizeof text, "%u", count_files(r));
    put_row(h->out, words[W_FILES], text);
    buf_fini(&label);
    h->given->found++;
    return ok && put_traces(h->out, h->desk, r->record_id, h->given, err);
}

/* Whether two records are versions of one. */
static bool is_version(const struct desk_edits *edits, const uint8_t a[16], const uint8_t b[16])
{
    const struct desk_family *family = desk_family_of(edits, a);
    return family && family == desk_family_of(edits, b);
}

static bool look_at(void *user, const struct desk_object *o, struct err *err)
{
    struct holding *h = user;
    struct buf plain = {0};
    struct record r;
    struct xml *root;
    struct arena arena;
    uint8_t hash[32];
    bool ok = true;
    unsigned answers = 0;
    hash_plain(hash, o->id, 16);
    bool opened = desk_record_open(&h->records, o, &plain, &r) == DESK_OPENED;
    bool parsed = false;
    if (opened && tally_add(&h->seen, hash) == 1) {
        uint8_t id[16];
        arena_init(&arena);
        parsed = xml_parse(&root, &arena, r.xml, r.xml_len, &xml_foreign, NULL);
        bool own = parsed && count_answers(&arena, root, h->given->code, &answers);
        own = own || (desk_whole_key(h->given->code, id) &&
                      (memcmp(id, o->id, 16) == 0 || is_version(&h->records.edits, id, o->id)));
        ok = !own || put_held(h, &r, answers, err);
        arena_fini(&arena);
        opened = parsed;
    }
    h->given->unread += !opened;
    buf_fini(&plain);
    return ok;
}

bool desk_holds(struct buf *out, struct desk *desk, const uint8_t identity[32],
                struct desk_holding *given, struct err *err)
{
    struct holding h = {.desk = desk, .given = given, .out = out};
    assert(given->code && desk_holds_speaks(given->language));
    given->found = given->unread = 0;
    begin_page(out, given, W_HOLDS);
    bool ok =
        desk_records_init(&h.records, desk, identity, err) && desk_objects(desk, look_at, &h, err);
    ok = desk_records_log(&h.records, "holds", given->why, ok ? err : NULL) && ok;
    uint64_t apart = 0;
    ok = ok && desk_kept_apart(desk, &apart, err);
    given->unread += (size_t)apart;
    if (given->unread) {
        buf_join(out, "<p><b>", words_in(given->language)[W_UNREAD], "</b></p>\n", NULL);
    }
    end_page(out, given);
    tally_fini(&h.seen);
    desk_records_fini(&h.records);
    return ok;
}

bool desk_proof(struct buf *out, struct desk *desk, const struct desk_holding *given,
                struct err *err)
{
    const struct desk_holding page = {.language = given->language, .found = given->count};
    assert(desk_holds_speaks(given->language));
    bool ok = true;
    begin_page(out, &page, W_PROOF);
    for (size_t i = 0; ok && i < given->count; i++) {
        begin_record(out, given->ids[i], words_in(given->language));
        ok = put_traces(out, desk, given->ids[i], given, err);
    }
    end_page(out, &page);
    return ok;
}
