/* SPDX-License-Identifier: Apache-2.0 */
/* Does the coordinator's window do the day's work without the command line? */
#include "tests/lib/office_scene.h"

#include "platform/machine/clock.h"
#include "platform/machine/prompt.h"
#include "tools/key/keys.h"

#include <dirent.h>
#include <unistd.h>

#include "app/interview/interview_cases.h"

static struct window *window;
static const struct scene_look look = {1280, 720, 1, 1, UI_RU, false};
static struct office_scene s;

static int set_up(void **state)
{
    (void)state;
    window = window ? window : scene_window(&look);
    office_scene_open(&s, window, &look);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    office_scene_close(&s);
    return 0;
}

static void tap(const char *id)
{
    if (!office_scene_tap(&s, id)) {
        for (size_t i = 0; i < s.office.ui.target_count; i++) {
            print_message("  %s\n", s.office.ui.targets[i].id);
        }
        fail_msg("no target '%s' on page %d: %s", id, s.office.page, s.office.message.text);
    }
}

static void says(const char *words)
{
    if (!office_scene_says(&s, words)) {
        fail_msg("the page does not say '%s': %s", words, s.office.message.text);
    }
}

static void take_in(void)
{
    office_scene_unlock(&s);
    tap("take:0");
}

#define RECORD(n) "record:uuid:" n "010000-0000-0000-0000-000000000000"

static void test_office__another_passphrase_opens_nothing(void **state)
{
    (void)state;
    office_scene_type(&s, "not the words at all");
    tap("right");
    assert_int_equal(s.office.page, OFFICE_UNLOCK);
    assert_null(s.office.identity);
    says("Пароль не подходит");
    office_scene_unlock(&s);
    assert_int_equal(s.office.page, OFFICE_TAKE);
}

static void test_office__takes_a_stick_in_once(void **state)
{
    (void)state;
    take_in();
    says("Новых записей: 4");
    says("Принято пакетов: 1");
    tap("take:0");
    says("Уже принято раньше");
    tap("tab:records");
    assert_int_equal(s.office.records.count, 4);
    tap("tab:devices");
    says("Ош 07");
    says("Записей: 4");
}

static void test_office__a_damaged_file_is_told(void **state)
{
    (void)state;
    struct err err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s/broken.age", s.stick);
    OK(file_write(path, "no batch", 8, FILE_PRIVATE, false, &err));
    take_in();
    says("broken.age");
    says("Новых записей: 4"); /* it costs the others nothing */
    assert_false(s.office.message.good);
}

static void test_office__reviews_and_sends_back(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a2"));
    says("91");
    tap("answer:/data/age");
    tap("on-question");
    office_scene_type(&s, "19 или 91?");
    tap("keep");
    says("19 или 91?");
    tap("send");
    says("Запись вернётся на устройство Ош 07");
    says("устройство ещё не получило");
    tap("back");
    says("С вопросами");
    tap("tab:take");
    tap("post:0");
    says("Подтверждений: 1, сообщений: 1");
    /* the device takes the message */
    struct err err = {0};
    struct load_report loaded;
    device_on_message(s.study.device, cases_on_message, NULL);
    OK(device_load_folder(s.study.device, s.stick, &loaded, &err));
    assert_int_equal(loaded.messages, 1);
    struct device_return returns[DEVICE_RETURNS_MAX];
    size_t count;
    OK(device_returns(s.study.device, returns, &count, &err));
    assert_int_equal(count, 1);
}

static void test_office__nothing_to_say_is_not_sent(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    tap("send");
    says("Сначала напишите замечание");
}

static void test_office__a_word_of_review_is_kept_and_logged(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf log = {0};
    take_in();
    tap("tab:records");
    tap(RECORD("a3"));
    tap("comment");
    office_scene_type(&s, "Хорошо");
    tap("approve");
    says("Приняты: Хорошо");
    says("Айгүл");
    tap("back");
    tap("state:1");
    assert_non_null(office_scene_find(&s, RECORD("a3")));
    assert_null(office_scene_find(&s, RECORD("a1")));
    OK(desk_tell_log(&log, s.office.desk, false, &err));
    assert_non_null(strstr(log.data, "Айгүл  review approved"));
    assert_non_null(strstr(log.data, "Айгүл  show"));
    buf_fini(&log);
}

static void test_office__marks_words_of_a_story(void **state)
{
    (void)state;
    struct err err = {0};
    struct desk_codings all;
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    tap("answer:/data/nar_story");
    tap("put-code");
    says("Отметьте слова");
    tap("word:2"); /* О запрете [я узнал на границе.] */
    tap("word:5");
    tap("code:E01");
    tap("quote");
    tap("translation");
    office_scene_type(&s, "я узнал");
    tap("put-code");
    says("Узнал на границе");
    OK(desk_codings_read(&all, s.office.desk, &err));
    assert_int_equal(all.count, 1);
    assert_string_equal(all.list[0].words, "я узнал на границе.");
    assert_string_equal(all.list[0].code, "E01");
    assert_true(all.list[0].quote);
    assert_string_equal(all.list[0].translation, "я узнал");
    desk_codings_fini(&all);
    tap("drop:0");
    OK(desk_codings_read(&all, s.office.desk, &err));
    assert_int_equal(all.count, 0);
    desk_codings_fini(&all);
}

/* The sensitive answer shows only when it is asked for. */
/* ---- listening ---- */

static void press(enum window_key key)
{
    office_scene_event(&s, (struct window_event){.kind = WINDOW_KEY, .key = key});
}

/* Plays for so long: without events the page is drawn again and again. */
static void listen_ms(int ms)
{
    for (int64_t end = clock_mono_ms() + ms; clock_mono_ms() < end; usleep(20000)) {
        office_scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    }
}

static void open_recording(void)
{
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    tap("listen");
    assert_int_equal(s.office.page, OFFICE_LISTEN);
    says("0:00:00 из 0:00:20");
}

static size_t transcripts(struct transcript *first, struct desk_transcripts *all)
{
    struct err err = {0};
    OK(desk_transcripts_read(all, s.office.desk, NULL, &err));
    if (all->count) {
        *first = all->list[0];
    }
    return all->count;
}

static void test_office__listens_and_writes(void **state)
{
    (void)state;
    struct desk_transcripts all;
    struct transcript first;
    open_recording();
    assert_null(office_scene_find(&s, "keep"));
    press(KEY_F1);
    listen_ms(700);
    assert_true(s.office.listening.playing);
    press(KEY_F1 + 4); /* the first who spoke at the table */
    office_scene_type(&s, "Корҳо тамом шуд");
    listen_ms(300);
    press(KEY_F1 + 5);
    office_scene_type(&s, "баргаштам");
    press(KEY_F1);
    assert_false(s.office.listening.playing);
    const struct office_piece *p = s.office.listening.pieces;
    assert_int_equal(s.office.listening.count, 2);
    assert_string_equal(p[0].who, "У1");
    assert_in_range(p[0].from_ms, 100, 1500); /* the loudspeaker's own buffer is not known */
    assert_true(p[1].from_ms > p[0].from_ms + 100);
    assert_int_equal(p[0].to_ms, p[1].from_ms);
    tap("keep");
    assert_int_equal(transcripts(&first, &all), 1);
    assert_true(first.verified);
    assert_string_equal(first.who, "Айгүл");
    assert_non_null(strstr(first.text, "<v У1>Корҳо тамом шуд\n"));
    assert_non_null(strstr(first.text, "--> 00:00:20.000\n<v У2>баргаштам\n"));
    desk_transcripts_fini(&all);
    says("Проверено");
}

static void test_office__goes_where_it_is_touched(void **state)
{
    (void)state;
    open_recording();
    tap("place:8");
    assert_int_equal(s.office.listening.given_ms, 10000);
    press(KEY_F1 + 1);
    assert_int_equal(s.office.listening.given_ms, 7000);
    press(KEY_F1 + 2);
    press(KEY_F1 + 2);
    assert_int_equal(s.office.listening.given_ms, 13000);
    tap("place:0");
    press(KEY_F1 + 1);
    assert_int_equal(s.office.listening.given_ms, 0);
    tap("speed:60");
    tap("place:15");
    press(KEY_F1);
    listen_ms(900);
    int64_t left = player_left_ms(s.office.listening.player);
    assert_in_range(left, 100, 900); /* of the last 1250 ms */
    listen_ms(1800);
    assert_false(s.office.listening.playing); /* it ended */
    press(KEY_F1);
    assert_true(s.office.listening.playing); /* from the beginning */
    tap("back");
    assert_false(s.office.listening.open);
}

/* What was typed is not lost when the window locks; it is no checked transcript. */
static void test_office__what_was_typed_is_a_draft(void **state)
{
    (void)state;
    struct desk_transcripts all;
    struct transcript first;
    open_recording();
    tap("who:0");
    office_scene_type(&s, "Салом");
    tap("lock");
    assert_null(s.office.desk);
    office_scene_type(&s, office_pass);
    tap("right");
    tap("tab:records");
    tap(RECORD("a1"));
    assert_int_equal(transcripts(&first, &all), 1);
    assert_false(first.verified);
    assert_non_null(strstr(first.text, "\nСалом\n"));
    desk_transcripts_fini(&all);
    tap("listen"); /* it goes on from the draft */
    says("Салом");
    office_scene_type(&s, "");
    tap("remove");
    assert_int_equal(s.office.listening.count, 0);
}

/* Typing goes on while it plays; so does keeping. */
static void test_office__a_draft_is_kept_while_it_plays(void **state)
{
    (void)state;
    struct desk_transcripts all;
    struct transcript first;
    open_recording();
    press(KEY_F1);
    listen_ms(300);
    press(KEY_F1 + 4);
    office_scene_type(&s, "Салом");
    s.office.listening.changed_ms -= 120000; /* two minutes of typing */
    listen_ms(700);
    assert_true(s.office.listening.playing);
    assert_int_equal(transcripts(&first, &all), 1);
    desk_transcripts_fini(&all);
    press(KEY_F1);
    assert_int_equal(office_listen_beat(&s.office), 0);
    office_scene_type(&s, "!");
    assert_true(office_listen_beat(&s.office) > 0); /* it is looked after without a touch, too */
}

static void test_office__nothing_is_kept_of_a_withdrawn_recording(void **state)
{
    (void)state;
    struct desk_transcripts all;
    struct transcript first;
    struct err err = {0};
    struct withdraw_report report;
    open_recording();
    tap("who:0");
    office_scene_type(&s, "Салом");
    OK(desk_withdraw(s.office.desk, (const uint8_t(*)[16])s.office.listening.record, 1,
                     USE_RECORDING, "", study_wall, &report, &err));
    tap("keep");
    says("Согласие отозвали");
    tap("back");
    assert_int_equal(transcripts(&first, &all), 0);
    desk_transcripts_fini(&all);
}

/* Paragraphs are one piece; what was typed after "checked" is not behind it; nothing is not kept.
 */
static void test_office__what_is_kept_is_what_was_typed(void **state)
{
    (void)state;
    open_recording();
    tap("who:0");
    tap("keep");
    says("сохранять нечего");
    tap("said");
    office_scene_type(&s, "Биринчи\n\nЭкинчи");
    tap("keep");
    tap("place:8");
    tap("who:1");
    office_scene_type(&s, "Кийин");
    tap("back");
    tap("listen");
    says("Экинчи");
    assert_int_equal(s.office.listening.count, 2);
    assert_string_equal(s.office.listening.pieces[1].text, "Кийин");
}

/* A recogniser knows no speakers: they are set piece by piece, and its own text stays as it was. */
static void test_office__a_piece_gets_its_speaker(void **state)
{
    (void)state;
    struct desk_transcripts all;
    struct err err = {0};
    struct transcript heard = {
        .with = "hears", .wall_ms = 1, .text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nКорҳо\n"};
    open_recording();
    memcpy(heard.record, s.office.listening.record, 16);
    memcpy(heard.recording, s.office.listening.all.list[0].id, 16);
    OK(desk_begin(s.office.desk, &err));
    bool ok = desk_transcript_put(s.office.desk, &heard, &err);
    OK(desk_end(s.office.desk, ok, &err));
    tap("back");
    tap("listen");
    tap("is:2");
    assert_string_equal(s.office.listening.pieces[0].who, "У2");
    tap("keep");
    OK(desk_transcripts_read(&all, s.office.desk, NULL, &err));
    assert_int_equal(all.count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool own = !*all.list[i].with;
        assert_int_equal(all.list[i].verified, own);
        assert_int_equal(strstr(all.list[i].text, "<v У2>Корҳо") != NULL, own);
    }
    desk_transcripts_fini(&all);
}

/* The desk is busy: the page stays, with what was typed, and says so. */
static void test_office__back_waits_for_the_desk(void **state)
{
    (void)state;
    struct db *other;
    struct err err = {0};
    char path[300];
    open_recording();
    tap("who:0");
    office_scene_type(&s, "Салом");
    snprintf(path, sizeof path, "%s/desk.db", s.desk);
    OK(db_open(&other, path, "", &err));
    OK(db_script(other, "BEGIN IMMEDIATE", &err));
    tap("back");
    assert_int_equal(s.office.page, OFFICE_LISTEN);
    assert_true(s.office.message.text[0] && !s.office.message.good);
    assert_string_equal(s.office.listening.pieces[0].text, "Салом");
    OK(db_script(other, "ROLLBACK", &err));
    db_close(other);
    tap("back");
    assert_int_equal(s.office.page, OFFICE_RECORD);
}

static void test_office__sensitive_answers_wait(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    assert_false(office_scene_says(&s, "соседу"));
    tap("hidden");
    says("соседу");
}

static void test_office__a_withdrawal_destroys_after_two_touches(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a4"));
    tap("withdraw");
    tap("use:all");
    tap("do");
    says("Это нельзя вернуть");
    tap("do");
    says("Отозвано");
    assert_int_equal(s.office.records.count, 3);
    assert_null(office_scene_find(&s, RECORD("a4")));
    tap(RECORD("a1"));
    tap("withdraw");
    tap("use:quotes");
    tap("do");
    tap(RECORD("a1"));
    says("На цитаты");
}

static size_t files_in(const char *folder, char *first, size_t size)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] != '.') {
            snprintf(first, size, "%s/%s", folder, e->d_name);
            count++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return count;
}

static void test_office__makes_tables_and_the_report(void **state)
{
    (void)state;
    char folder[400], path[500];
    struct buf bytes = {0};
    struct err err = {0};
    take_in();
    tap("tab:output");
    tap("labels:-1");
    tap("export");
    says("Записей: 4");
    says("Особо чувствительные столбцы не вошли: 1");
    assert_int_equal(files_in(s.out, folder, sizeof folder), 1);
    snprintf(path, sizeof path, "%s/test_form.csv", folder);
    OK(file_read(&bytes, path, 1 << 20, &err));
    assert_non_null(strstr(bytes.data, "я узнал на границе"));
    assert_null(strstr(bytes.data, "соседу"));
    buf_fini(&bytes);
    tap("since");
    office_scene_type(&s, "2026-13-01");
    tap("export");
    says("Не получилось");
    tap("since");
    for (int i = 0; i < 10; i++) {
        office_scene_event(&s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_BACKSPACE});
    }
    tap("of:test_form");
    tap("report");
    says("Учтено записей: 4 из 4");
    snprintf(path, sizeof path, "%s/index.html", s.office.output.folder);
    assert_true(file_exists(path));
}

static void test_office__shows_how_the_field_goes(void **state)
{
    (void)state;
    take_in();
    tap("tab:field");
    says("A12");
    says("Запрет на въезд");
    says("2 из 4");
    says("Последняя передача");
    assert_true(s.office.field.finding_count > 0);
    tap("finding:0"); /* leads to the record that it is about */
    assert_int_equal(s.office.page, OFFICE_RECORD);
}

static void test_office__a_device_joins_by_its_words(void **state)
{
    (void)state;
    struct err err = {0};
    char words[64], hex[65], path[256];
    struct study other; /* a second device of the same study asks to join */
    office_scene_unlock(&s);
    tap("tab:devices");
    says("Заявок на флешках нет");
    study_init(&other);
    study_device(&other);
    uint8_t token[40], name[32];
    memcpy(token, other.token, 32);
    put_u64(token + 32, UINT64_MAX / 2);
    hash_tagged(name, "sb1-token", other.token, 32);
    text_hex(hex, name, 16);
    snprintf(path, sizeof path, "%s/tokens", s.keys);
    OK(file_folder(path, 0700, &err));
    snprintf(path, sizeof path, "%s/tokens/%s", s.keys, hex);
    OK(file_write(path, token, sizeof token, FILE_PRIVATE, true, &err));
    snprintf(path, sizeof path, "%s/invitation.sbe", s.stick);
    OK(file_write(path, other.request.data, other.request.len, FILE_PRIVATE, true, &err));
    device_words(other.device, words);
    tap("tab:take");
    tap("tab:devices");
    tap("request:0:0");
    char cyrillic[160];
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    says(cyrillic);
    tap("same");
    says("Устройство принято");
    snprintf(path, sizeof path, "%s/grant-invitation.sbe.age", s.stick);
    assert_true(file_exists(path));
    assert_int_equal(s.office.devices.count, 2);
    study_fini(&other);
}

/* The words that were compared are those of the device that joins, whatever is on the stick then.
 */
static void test_office__another_request_does_not_slip_in(void **state)
{
    (void)state;
    struct err err = {0};
    char path[256];
    struct study first, second;
    office_scene_unlock(&s);
    struct study *const both[] = {&first, &second};
    for (size_t i = 0; i < 2; i++) {
        char hex[65];
        uint8_t token[40], name[32];
        study_init(both[i]);
        study_device(both[i]);
        memcpy(token, both[i]->token, 32);
        put_u64(token + 32, UINT64_MAX / 2);
        hash_tagged(name, "sb1-token", both[i]->token, 32);
        text_hex(hex, name, 16);
        snprintf(path, sizeof path, "%s/tokens", s.keys);
        OK(file_folder(path, 0700, &err));
        snprintf(path, sizeof path, "%s/tokens/%s", s.keys, hex);
        OK(file_write(path, token, sizeof token, FILE_PRIVATE, true, &err));
    }
    snprintf(path, sizeof path, "%s/m.sbe", s.stick);
    OK(file_write(path, first.request.data, first.request.len, FILE_PRIVATE, true, &err));
    tap("tab:devices");
    tap("request:0:0");
    OK(file_write(path, second.request.data, second.request.len, FILE_PRIVATE, true, &err));
    tap("same");
    says("another device");
    assert_int_equal(s.office.devices.count, 1);
    unlink(path); /* and one that is gone */
    tap("tab:devices");
    says("Заявок на флешках нет");
    study_fini(&first);
    study_fini(&second);
}

static bool slow_job(struct office *o, struct err *err)
{
    (void)o;
    (void)err;
    usleep(400000);
    return true;
}

static unsigned ended;
static void then_more(struct office *o, bool ok, const struct err *err);
static void then_more(struct office *o, bool ok, const struct err *err)
{
    (void)ok;
    (void)err;
    if (ended++ == 0) {
        office_work(o, S_desk_wait, slow_job, then_more);
    }
}

/* What runs, and what follows from it, ends before the window does. */
static void test_office__closing_waits_for_the_work(void **state)
{
    (void)state;
    take_in();
    ended = 0;
    office_work(&s.office, S_desk_wait, slow_job, then_more);
    assert_non_null(s.office.work.task);
    office_end(&s.office);
    assert_int_equal(ended, 2);
    assert_null(s.office.desk);
    const struct office_options again = s.office.options;
    office_begin(&s.office, window, office_rows, &again); /* for tear_down */
}

/* Withdrawn by the command line meanwhile: nothing of it stays on the page. */
static void test_office__a_record_that_went_away_leaves_the_page(void **state)
{
    (void)state;
    struct err err = {0};
    struct desk *other;
    struct withdraw_report sum;
    const uint8_t id[16] = {0xA1, 1};
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    OK(desk_open(&other, s.desk, s.study.coordinator, &err));
    OK(desk_withdraw(other, (const uint8_t(*)[16])id, 1, USE_ANSWERS, "", study_wall, &sum, &err));
    desk_close(other);
    tap("hidden");
    assert_int_equal(s.office.page, OFFICE_RECORDS);
    assert_false(s.office.record.open);
    says("Не получилось");
    assert_int_equal(s.office.records.count, 3);
}

static void test_office__comments_are_not_dropped(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a2"));
    tap("answer:/data/age");
    tap("on-question");
    office_scene_type(&s, "19 или 91?");
    tap("back");
    says("• 19 или 91?");
    tap("back");
    says("Замечания не отправлены: 1");
    assert_int_equal(s.office.page, OFFICE_RECORD);
    tap("back");
    assert_int_equal(s.office.page, OFFICE_RECORDS);
}

/* The page for the person is about the record, after a withdrawal of a use, too. */
static void test_office__the_persons_page_names_the_record(void **state)
{
    (void)state;
    struct err err = {0};
    char path[400];
    struct buf page = {0};
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    tap("withdraw");
    tap("use:quotes");
    tap("do");
    says("Отозвано");
    assert_int_equal(files_in(s.out, path, sizeof path), 1);
    OK(file_read(&page, path, 1 << 20, &err));
    assert_non_null(strstr(page.data, "uuid:a1010000"));
    buf_fini(&page);
}

/* Typing the root key's passphrase often does not push the coordinator's out. */
static void test_office__passphrases_are_remembered_once(void **state)
{
    (void)state;
    char *pass = secret_new(PROMPT_MAX);
    take_in();
    for (int i = 0; i < 12; i++) {
        snprintf(pass, PROMPT_MAX, "wrong %d", i);
        assert_true(keys_offer_passphrase(pass));
        keys_drop_passphrase(pass);
        snprintf(pass, PROMPT_MAX, "%s", office_pass);
        assert_false(keys_offer_passphrase(pass));
    }
    secret_free(pass);
    tap("post:0");
    says("Подтверждений: 1");
}

static void test_office__forms_are_chosen_on_a_stick(void **state)
{
    (void)state;
    struct err err = {0};
    char path[256];
    struct buf package = {0}, sealed = {0};
    office_scene_unlock(&s);
    OK(device_package(s.study.device, s.hash, &package, &err));
    OK(keys_wrap(&sealed, &s.study.catalogue, package.data, package.len, &err));
    study_put(&s.study, "sticks", "form.age", &sealed);
    buf_fini(&package);
    buf_fini(&sealed);
    snprintf(path, sizeof path, "%s/damaged.age", s.stick);
    OK(file_write(path, "age-encryption.org/v1\n", 22, FILE_PRIVATE, false, &err));
    tap("tab:forms");
    tap("find:0");
    assert_int_equal(s.office.forms.found_count, 1); /* the batch is none */
    says("damaged.age");
    assert_false(s.office.forms.found[0].chosen); /* it is in force */
    tap("found:0");
    tap("add");
    says("уже были: 1");
    assert_int_equal(s.office.forms.count, 1);
    tap("find:0");
    tap("found:0");
    tap("issue");
    says("Каталог");
    snprintf(path, sizeof path, "%s/catalogue.age", s.stick);
    assert_true(file_exists(path));
    assert_int_equal(desk_catalogue(s.office.desk)->epoch, s.study.catalogue.epoch + 1);
}

static void test_office__the_lock_leaves_nothing(void **state)
{
    (void)state;
    take_in();
    tap("tab:records");
    tap(RECORD("a1"));
    tap("lock");
    assert_int_equal(s.office.page, OFFICE_UNLOCK);
    assert_null(s.office.desk);
    assert_null(s.office.identity);
    assert_int_equal(s.office.records.count, 0);
    assert_false(s.office.record.open);
    assert_false(office_scene_says(&s, "A12"));
    office_scene_unlock(&s);
    s.office.input_ms -= 11 * 60 * 1000; /* as if nobody touched it for so long */
    office_scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    assert_int_equal(s.office.page, OFFICE_UNLOCK);
}

#define OFFICE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_office__another_passphrase_opens_nothing),
        OFFICE_TEST(test_office__takes_a_stick_in_once),
        OFFICE_TEST(test_office__a_damaged_file_is_told),
        OFFICE_TEST(test_office__reviews_and_sends_back),
        OFFICE_TEST(test_office__nothing_to_say_is_not_sent),
        OFFICE_TEST(test_office__a_word_of_review_is_kept_and_logged),
        OFFICE_TEST(test_office__marks_words_of_a_story),
        OFFICE_TEST(test_office__listens_and_writes),
        OFFICE_TEST(test_office__goes_where_it_is_touched),
        OFFICE_TEST(test_office__what_was_typed_is_a_draft),
        OFFICE_TEST(test_office__a_draft_is_kept_while_it_plays),
        OFFICE_TEST(test_office__nothing_is_kept_of_a_withdrawn_recording),
        OFFICE_TEST(test_office__what_is_kept_is_what_was_typed),
        OFFICE_TEST(test_office__a_piece_gets_its_speaker),
        OFFICE_TEST(test_office__back_waits_for_the_desk),
        OFFICE_TEST(test_office__sensitive_answers_wait),
        OFFICE_TEST(test_office__a_withdrawal_destroys_after_two_touches),
        OFFICE_TEST(test_office__makes_tables_and_the_report),
        OFFICE_TEST(test_office__shows_how_the_field_goes),
        OFFICE_TEST(test_office__a_device_joins_by_its_words),
        OFFICE_TEST(test_office__another_request_does_not_slip_in),
        OFFICE_TEST(test_office__closing_waits_for_the_work),
        OFFICE_TEST(test_office__a_record_that_went_away_leaves_the_page),
        OFFICE_TEST(test_office__comments_are_not_dropped),
        OFFICE_TEST(test_office__the_persons_page_names_the_record),
        OFFICE_TEST(test_office__passphrases_are_remembered_once),
        OFFICE_TEST(test_office__forms_are_chosen_on_a_stick),
        OFFICE_TEST(test_office__the_lock_leaves_nothing),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
