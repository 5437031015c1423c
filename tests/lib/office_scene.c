/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/office_scene.h"

#include <fcntl.h>

#include "platform/custody/tar.h"
#include "platform/machine/prompt.h"
#include "platform/machine/text.h"
#include "tests/lib/custody.h"
#include "tools/key/keys.h"

static const char office_md[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | label::Кыргызча (ky) | label::Тоҷикӣ (tg) | "
    "label::English (en) | bind::suhbat:submitter | bind::suhbat:sensitive |\n"
    "| | text | int_code | Код интервьюера | Интервьюердин коду | Рамзи мусоҳиб | Interviewer | "
    "yes | |\n"
    "| | integer | age | Сколько Вам лет? | Жашыңыз канчада? | Шумо чандсолаед? | How old are you? "
    "| | |\n"
    "| | select_one yn | ban | Есть ли запрет на въезд? | Кирүүгө тыюу барбы? | Манъи вуруд ҳаст? "
    "| Is there an entry ban? | | |\n"
    "| | text | nar_story | Расскажите, как Вы вернулись | Кантип кайтканыңызды айтып бериңиз | "
    "Нақл "
    "кунед, ки чӣ тавр баргаштед | Tell how you came back | | |\n"
    "| | text | debt | Кому Вы должны? | Кимге карызсыз? | Аз кӣ қарздоред? | Whom do you owe? | | "
    "extra |\n"
    "| | begin_repeat | trip | Поездки | Сапарлар | Сафарҳо | Trips | | |\n"
    "| | text | place | Куда? | Кайда? | Ба куҷо? | Where to? | | |\n"
    "| | end_repeat | | | | | | | |\n"
    "| | text | res | Итог | Жыйынтык | Натиҷа | Result | | |\n"
    "| choices |\n"
    "| | list_name | name | label::Русский (ru) | label::Кыргызча (ky) | label::Тоҷикӣ (tg) | "
    "label::English (en) |\n"
    "| | yn | yes | Да | Ооба | Ҳа | Yes |\n| | yn | no | Нет | Жок | Не | No |\n"
    "| settings |\n| | form_id | form_title | version | default_language |\n"
    "| | test_form | Вернувшиеся мигранты | 3 | Русский (ru) |\n";

static const char quota_csv[] =
    "form,cell,main,expression,target,label::Русский (ru),label::Кыргызча (ky),label::Тоҷикӣ "
    "(tg),label::English (en)\n"
    "test_form,banned,yes,${ban} = 'yes',4,Запрет на въезд,Кирүүгө тыюу,Манъи вуруд,Entry ban\n"
    "test_form,free,yes,${ban} = 'no',1,Без запрета,Тыюусуз,Бе манъ,No ban\n";
static const char quality_csv[] = "rule,form,measure,amber,red,unit\n"
                                  "Q4,*,short_stories,1,,stories\n"
                                  "Q4,*,story_length,40,,letters\n";
static const char elem_csv[] =
    "name,label::Русский (ru),label::Кыргызча (ky),label::Тоҷикӣ (tg),label::English (en)\n"
    "E01,Узнал на границе,Чек арадан билди,Дар сарҳад фаҳмид,"
    "Learned at the border\n"
    "E02,Долг,Карыз,Қарз,Debt\n"
    "E03,Помощь родных,Туугандардын жардамы,Ёрии хешон,Help of kin\n";

static const struct talk {
    const char *code, *age, *ban, *story, *debt, *trips;
} talks[] = {
    {"A12", "34", "yes",
     "О запрете я узнал на границе. Меня сняли с автобуса, и я два дня ждал. Брат прислал денег на "
     "обратную дорогу.",
     "соседу", "<trip><place>Москва</place></trip><trip><place>Казань</place></trip>"},
    {"A12", "91", "no", "Сам решил вернуться, к детям.", "никому",
     "<trip><place>Шымкент</place></trip>"},
    {"B07", "27", "yes", "Көңүлүм чөктү, эмне кылам дедим.", "банк",
     "<trip><place>Екатеринбург</place></trip>"},
    {"B07", "45", "no", "Корҳо тамом шуд, баргаштам.", "бародар",
     "<trip><place>Санкт-Петербург</place></trip>"},
};
enum { TALKS = sizeof talks / sizeof *talks };

/* Twenty seconds, in which two people speak. */
static void record(struct office_scene *s, struct device_draft *d, struct buf *files)
{
    struct buf table = {0};
    uint8_t id[16];
    char hex[33];
    record_tone(&s->study, d, 20, id);
    text_hex(hex, id, 16);
    buf_printf(
        &table,
        "recording,ms,event,node,begun\n%s,0,begin,/data/nar_story,2026-11-24T10:00:00.000Z\n"
        "%s,20000,end,/data/nar_story,\n",
        hex, hex);
    tar_add(files, "recordings.csv", table.data, table.len);
    buf_cut(&table, 0);
    buf_printf(&table,
               "topic,event,who,start_ms,duration_ms,recording,recording_ms\n"
               "/data/trip[1],turn,У1,0,8000,%s,0\n/data/trip[1],turn,silence,8000,1000,%s,8000\n"
               "/data/trip[1],turn,У2,9000,11000,%s,9000\n",
               hex, hex, hex);
    tar_add(files, "turns.csv", table.data, table.len);
    tar_end(files);
    buf_fini(&table);
}

static void finish(struct office_scene *s, size_t n)
{
    struct err err = {0};
    struct device_draft d;
    struct buf xml = {0};
    const struct talk *t = &talks[n];
    uint8_t id[16] = {(uint8_t)(0xA1 + n), 1};
    int64_t at = study_wall + (int64_t)n * 90 * 60 * 1000;
    buf_printf(&xml,
               "<data id='test_form' version='3'><int_code>%s</int_code><age>%s</age><ban>%s</ban>"
               "<nar_story>%s</nar_story><debt>%s</debt>%s<res>complete</res>"
               "<meta><instanceID>uuid:%02x010000-0000-0000-0000-000000000000</instanceID></meta>"
               "</data>",
               t->code, t->age, t->ban, t->story, t->debt, t->trips, (unsigned)(0xA1 + n));
    struct buf files = {0};
    OK(device_draft_begin(s->study.device, &d, s->hash, at, &err));
    OK(device_draft_append(s->study.device, &d, "one", 3, &err));
    if (n == 0) {
        record(s, &d, &files);
    }
    const struct device_finished f = {
        .xml = xml.data, .xml_len = xml.len, .files = files.data, .files_len = files.len};
    OK(device_finish(s->study.device, &d, id, &f, at, &err));
    buf_fini(&xml);
    buf_fini(&files);
}

static void put_file(const char *folder, const char *name, const char *text, size_t len)
{
    struct err err = {0};
    char path[256];
    OK(file_folder(folder, 0700, &err));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    OK(file_write(path, text, len, FILE_PRIVATE, true, &err));
}

/* The study's folder as suhbat-key would leave it, under a passphrase. */
static void put_keys(struct office_scene *s)
{
    struct err err = {0};
    struct arena arena;
    int pipes[2];
    arena_init(&arena);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], office_pass, sizeof office_pass - 1), sizeof office_pass - 1);
    close(pipes[1]);
    prompt_from(pipes[0]);
    OK(keys_ask_new_passphrase(&err));
    close(pipes[0]);
    prompt_from(-1);
    put_file(s->keys, "catalogue.sbg", s->study.catalogue_bytes.data, s->study.catalogue_bytes.len);
    put_file(keys_path(&arena, s->keys, "devices"), "README", "", 0);
    OK(keys_write_identity(s->identity, s->study.coordinator, "coordinator", &err));
    OK(keys_write_identity(keys_path(&arena, s->keys, "package.identity"), s->study.package,
                           "package", &err));
    OK(keys_write_seed(keys_path(&arena, s->keys, "root-1.key"), s->study.root, "root", &err));
    OK(keys_write_seed(keys_path(&arena, s->desk, "desk.key"), s->study.desk, "desk", &err));
    put_file(s->desk, "desk.cert", (const char *)s->study.desk_cert, CERT_BYTES);
    keys_forget_passphrases();
    arena_fini(&arena);
}

static void make_desk(struct office_scene *s)
{
    struct err err = {0};
    struct buf package = {0};
    bool fresh;
    struct desk *desk = open_desk(&s->study);
    OK(device_package(s->study.device, s->hash, &package, &err));
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));

    OK(desk_set_label(desk, device_id(s->study.device), "Ош 07", &err));
    desk_close(desk);
    buf_fini(&package);
}

void office_scene_open(struct office_scene *s, struct window *window, const struct scene_look *look)
{
    struct err err = {0};
    struct export_report out;
    memset(s, 0, sizeof *s);
    s->window = window;
    study_init(&s->study);
    study_device(&s->study);
    OK(convert_md(&s->form, office_md, &err));
    s->study.form = s->form.data;
    study_enrol(&s->study, s->hash);
    static const char *const names[] = {"desk", "keys", "lists", "sticks", "tables"};
    char *const paths[] = {s->desk, s->keys, s->lists, s->stick, s->out};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(paths[i], sizeof s->desk, "%s", study_path(&s->study, names[i]));
    }
    snprintf(s->identity, sizeof s->identity, "%s",
             study_path(&s->study, "keys/coordinator.identity"));
    for (size_t n = 0; n < TALKS; n++) {
        finish(s, n);
    }
    OK(file_folder(s->stick, 0700, &err));
    OK(device_export(s->study.device, s->stick, study_wall, &out, &err));
    make_desk(s);
    put_keys(s);
    put_file(s->lists, "quota.csv", quota_csv, sizeof quota_csv - 1);
    put_file(s->lists, "quality.csv", quality_csv, sizeof quality_csv - 1);
    put_file(s->lists, "elem.csv", elem_csv, sizeof elem_csv - 1);
    const struct office_options options = {.desk = s->desk,
                                           .identity = s->identity,
                                           .study = s->keys,
                                           .lists = s->lists,
                                           .media = s->stick,
                                           .out = s->out,
                                           .person = "Айгүл",
                                           .language = look->language,
                                           .night = look->night,
                                           .text_scale = look->text_scale};
    window_resize(window, look->w, look->h);
    office_begin(&s->office, window, office_rows, &options);
    office_draw(&s->office);
}

void office_scene_close(struct office_scene *s)
{
    office_end(&s->office);
    buf_fini(&s->form);
    study_fini(&s->study);
}

void office_scene_event(struct office_scene *s, struct window_event e)
{
    if (office_handle(&s->office, &e)) {
        office_draw(&s->office);
    }
    while (s->office.work.task) {
        (void)task_wait(s->office.work.task, 1000);
        e = (struct window_event){.kind = WINDOW_SAVED};
        if (office_handle(&s->office, &e)) {
            office_draw(&s->office);
        }
    }
}

const struct target *office_scene_find(struct office_scene *s, const char *id)
{
    struct ui *ui = &s->office.ui;
    const struct target *t = NULL;
    for (int tries = 0; tries < 40; tries++) {
        t = NULL;
        for (size_t i = 0; i < ui->target_count && !t; i++) {
            t = strcmp(ui->targets[i].id, id) == 0 ? &ui->targets[i] : NULL;
        }
        if (!t || !t->hidden) {
            return t;
        }
        ui->scroll += t->rect.y - ui->body.y - ui->body.h / 3;
        office_draw(&s->office);
    }
    return NULL;
}

bool office_scene_tap(struct office_scene *s, const char *id)
{
    const struct target *t = office_scene_find(s, id);
    if (!t) {
        return false;
    }
    s->office.ui.last[0] = '\0';
    struct window_event e = {
        .kind = WINDOW_DOWN, .x = t->rect.x + t->rect.w / 2, .y = t->rect.y + t->rect.h / 2};
    office_scene_event(s, e);
    e.kind = WINDOW_UP;
    office_scene_event(s, e);
    return true;
}

void office_scene_type(struct office_scene *s, const char *text)
{
    for (size_t at = 0, len = strlen(text); at < len;) {
        struct window_event e = {.kind = WINDOW_TEXT};
        size_t from = at;
        text_next(text, len, &at);
        snprintf(e.text, sizeof e.text, "%.*s", (int)(at - from), text + from);
        office_scene_event(s, e);
    }
}

void office_scene_unlock(struct office_scene *s)
{
    office_scene_type(s, office_pass);
    assert_true(office_scene_tap(s, "right"));
}

/* Only what is in sight is drawn. */
static bool shows(const struct ui *ui, const char *words)
{
    struct buf all = {0};
    for (size_t i = 0; i < ui->draws.count; i++) { /* lines of one text follow each other */
        const struct draw *d = &ui->draws.list[i];
        if (d->kind == DRAW_TEXT) {
            buf_add(&all, d->text, d->len);
            buf_char(&all, ' ');
        }
    }
    bool shown = all.len && strstr(all.data, words);
    buf_fini(&all);
    return shown;
}

bool office_scene_says(struct office_scene *s, const char *words)
{
    struct ui *ui = &s->office.ui;
    int before = ui->scroll;
    bool says = false;
    ui->scroll = 0;
    office_draw(&s->office);
    for (int at = 0; !says && at < ui->content; at += ui->body.h / 2) {
        ui->scroll = at;
        office_draw(&s->office);
        says = shows(ui, words);
    }
    ui->scroll = before;
    office_draw(&s->office);
    return says;
}
