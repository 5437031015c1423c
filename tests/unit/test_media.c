/* SPDX-License-Identifier: Apache-2.0 */
/* What if a stick does not answer?  What of a photo is taken from it, and what stays behind? */
#include <sys/stat.h>
#include "platform/machine/clock.h"
#include "platform/machine/task.h"
#include "platform/machine/media.h"
#include "platform/machine/stick.h"
#include "tests/lib/slow_scene.h"
#include <SDL2/SDL.h>
#include <pthread.h>

#include "tests/lib/scan.h"
#include "tests/lib/steps.h"

static void tick(struct scene *s)
{
    scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
}

/* Those that were left behind are gone, too. */
static void let_go(void)
{
    slow_disk_hangs = slow_disk_stops = false;
    for (int k = 0; k < 2000 && slow_disk_hung; k++) {
        usleep(1000);
    }
    assert_int_equal(slow_disk_hung, 0);
}

static const struct scene_look look = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};

/* Two photos and a text; title and question as given. */
static char *photo_form(const char *title)
{
    struct buf out = {0};
    buf_printf(
        &out,
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
        "xmlns:suhbat='https://suhbat.org/xforms'><h:head><h:title>%s</h:title><model><instance>"
        "<data id='photos'><clean/><whole/><any/><said/></data></instance>"
        "<bind nodeset='/data/clean' type='binary'/>"
        "<bind nodeset='/data/whole' type='binary' suhbat:exif='keep'/>"
        "<bind nodeset='/data/any' type='binary'/>"
        "<bind nodeset='/data/said' type='string'/></model></h:head><h:body>"
        "<input ref='/data/said'><label>S</label></input>"
        "<upload ref='/data/clean' mediatype='image/*'><label>C</label></upload>"
        "<upload ref='/data/whole' mediatype='image/*'><label>W</label></upload>"
        "<upload ref='/data/any' mediatype='*/*'><label>A</label></upload>"
        "</h:body></h:html>",
        title);
    char *form = mem_text(out.data);
    buf_fini(&out);
    return form;
}

static void begin(struct scene *s, const char *form)
{
    slow_disk_hangs = slow_disk_stops = false; /* a test before may have failed in their midst */
    scene_open(s, window, form, "photos", &look);
    scene_unlock(s);
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
}

static void test_media__a_stick_that_hangs_holds_nobody_up(void **state)
{
    struct scene *s = *state;
    char *form = photo_form("P");
    struct buf notes = {0};
    begin(s, form);
    go_to(s, "/data/clean");
    buf_text(&notes, "notes");
    study_put(&s->study, "stick", "a.jpg", &notes);
    slow_disk_hangs = true;
    int64_t start = clock_mono_ms();
    tap_alone(s, "choose");
    assert_true(clock_mono_ms() - start < 2000);
    assert_non_null(s->app.task.task);
    assert_true(shows(s, "Читается носитель"));
    assert_false(shows(s, "не отвечает")); /* it may only be slow */
    assert_null(scene_find(s, "found:1"));
    tick(s);
    assert_non_null(s->app.task.task);
    s->app.task.since_ms -= 6000;
    tick(s);
    assert_true(shows(s, "не отвечает"));
    tap_alone(s, "stop");
    assert_null(s->app.task.task);
    assert_int_equal(s->app.sheet, SHEET_FILES);
    assert_true(shows(s, "не отвечает"));
    assert_null(scene_find(s, "found:1"));
    let_go();
    tick(s); /* what was left behind brings nothing any more */
    assert_null(scene_find(s, "found:1"));
    assert_true(scene_tap(s, "look"));
    assert_non_null(scene_find(s, "found:1"));
    /* slow, but it comes */
    slow_disk_hangs = true;
    tap_alone(s, "look");
    assert_null(scene_find(s, "found:1"));
    let_go();
    scene_event(s, (struct window_event){.kind = WINDOW_SAVED});
    assert_non_null(scene_find(s, "found:1"));
    buf_fini(&notes);
    free(form);
}

static void test_media__one_that_hangs_hides_no_other(void **state)
{
    (void)state;
    static const char mounts[] = "/dev/sda1 /media/dead vfat rw 0 0\n"
                                 "/dev/sda1 /media/dead vfat rw 0 0\n"
                                 "proc /proc proc rw 0 0\n"
                                 "/dev/sdb1 /media/alive\\040one vfat rw 0 0\n"
                                 "/dev/sdc1 /media/alive vfat rw 0 0\n"
                                 "/dev/sdd1 /media/nowhere vfat rw 0 0\n";
    struct medium media[MEDIA_MAX];
    size_t silent;
    slow_disk_hangs = true;
    for (int again = 0; again < 6; again++) { /* whoever looks again sends no second task */
        char text[sizeof mounts];
        memcpy(text, mounts, sizeof text);
        int64_t start = clock_mono_ms();
        assert_int_equal(media_read(media, text, &silent), 2);
        assert_in_range(clock_mono_ms() - start, again ? 0 : MEDIA_ANSWER_MS,
                        again ? MEDIA_ANSWER_MS / 2 : 2 * MEDIA_ANSWER_MS);
        assert_int_equal(silent, 1);
        assert_string_equal(media[0].path, "/media/alive one");
        assert_string_equal(media[1].path, "/media/alive");
        assert_int_equal(slow_disk_hung, 1);
    }
    let_go();
    for (int k = 0; k < 500; k++) { /* it answers at last, and is asked again */
        char text[sizeof mounts];
        memcpy(text, mounts, sizeof text);
        if (media_read(media, text, &silent) == 3) {
            break;
        }
        usleep(1000);
    }
    assert_int_equal(silent, 0);
    assert_string_equal(media[0].path, "/media/dead");
}

struct chore {
    atomic_bool *hold;
    atomic_uint *done, *dropped;
};

static bool work_on(void *context, struct err *err)
{
    struct chore *c = context;
    while (*c->hold) {
        usleep(1000);
    }
    ++*c->done;
    return err_set(err, ERR_INPUT, "as it should");
}

static void drop_chore(void *context)
{
    ++*((struct chore *)context)->dropped;
    free(context);
}

static void on_done(void *user)
{
    (void)user;
}

static struct task *send(atomic_bool *hold, atomic_uint *done, atomic_uint *dropped, bool must)
{
    struct chore *c = calloc(1, sizeof *c);
    *c = (struct chore){hold, done, dropped};
    return task_begin(work_on, c, drop_chore, on_done, NULL, must);
}

static void test_media__a_task_is_dropped_once_and_few_may_hang(void **state)
{
    (void)state;
    atomic_bool hold = false;
    atomic_uint done = 0, dropped = 0;
    struct err err = {0};
    void *context;
    struct task *e = send(&hold, &done, &dropped, false);
    assert_true(task_wait(e, 5000));
    assert_false(task_end(e, &context, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(dropped, 0); /* it is the caller's now */
    drop_chore(context);
    e = send(&hold, &done, &dropped, false);
    assert_true(task_wait(e, 5000));
    task_leave(e); /* left when it is done */
    assert_int_equal(dropped, 2);
    hold = true;
    for (int k = 0; k < 3; k++) {
        e = send(&hold, &done, &dropped, false);
        assert_false(task_wait(e, 1));
        task_leave(e); /* left before it is done */
    }
    assert_int_equal(done, 2);
    e = send(&hold, &done, &dropped, false); /* none is sent after them */
    assert_true(task_wait(e, 0));
    memset(&err, 0, sizeof err);
    assert_false(task_end(e, &context, &err));
    assert_int_equal(err.code, ERR_ENV);
    drop_chore(context);
    struct task *must = send(&hold, &done, &dropped, true);
    assert_false(task_wait(must, 1)); /* but what must be done is */
    hold = false;
    assert_true(task_wait(must, 5000));
    (void)!task_end(must, &context, NULL);
    drop_chore(context);
    for (int k = 0; k < 5000 && dropped < 7; k++) {
        usleep(1000);
    }
    assert_int_equal(done, 6);
    assert_int_equal(dropped, 7);
    usleep(20000);
    e = send(&hold, &done, &dropped, false); /* they are gone: it goes again */
    assert_true(task_wait(e, 5000));
    memset(&err, 0, sizeof err);
    assert_false(task_end(e, &context, &err));
    assert_int_equal(err.code, ERR_INPUT);
    drop_chore(context);
}

static void test_media__locks_at_once_while_a_folder_does_not_open(void **state)
{
    (void)state;
    struct scene s;
    char *form = photo_form("P");
    for (int idle = 0; idle < 2; idle++) {
        struct err err = {0};
        begin(&s, form);
        assert_true(scene_tap(&s, "menu"));
        assert_true(scene_tap(&s, "leave"));
        assert_true(scene_tap(&s, "load"));
        slow_disk_hangs = true;
        tap_alone(&s, "folder");
        assert_non_null(s.app.task.task);
        if (idle) {
            s.app.loop.last_input_ms -= 2 * 60 * 1000 + 1000;
            tick(&s);
        } else {
            tap_alone(&s, "lock");
        }
        assert_int_equal(s.app.screen, SCREEN_UNLOCK);
        assert_null(s.app.task.task);
        assert_non_null(scene_find(&s, "show")); /* the passphrase's field */
        OK(writer_call(s.app.writer, is_locked, NULL, &err));
        scene_unlock(&s); /* and opens again, hanging stick or not */
        assert_int_equal(s.app.screen, SCREEN_HOME);
        if (idle) {
            let_go();
        }
        scene_close(&s); /* the program ends behind it, too */
        let_go();
    }
    free(form);
}

static bool never_locked(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    return device_is_unlocked(d);
}

static void hold_on(const struct scene *s)
{
    for (int k = 0; k < 2000 && !slow_disk_hung; k++) {
        usleep(1000); /* until the stick is being waited for */
    }
    assert_int_equal(slow_disk_hung, 1);
    assert_non_null(s->app.exchange.pending);
}

static size_t on_stick(struct scene *s)
{
    struct arena arena;
    const char **names;
    size_t count = 0;
    arena_init(&arena);
    (void)!file_list(&arena, &names, &count, study_path(&s->study, "stick"), "", NULL);
    arena_fini(&arena);
    return count;
}

/* Loading and handing over: a stick that hangs in the midst of a byte is said to, can be stopped
 * and keeps nobody from locking; and what it was given comes to nothing, or whole. */
static void test_media__one_that_hangs_at_a_byte_is_left(void **state)
{
    struct scene *s = *state;
    static const char *const ways[] = {"load", "hand-over"};
    struct err err = {0};
    char *form = photo_form("P");
    begin(s, form);
    go_to(s, "/data/said");
    scene_type(s, "Ош");
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "seal-yes"));
    assert_int_equal(s->app.screen, SCREEN_SEALED);
    assert_true(scene_tap(s, "right"));
    size_t files = on_stick(s);
    for (int way = 0; way < 2; way++) {
        for (int how = 0; how < 3; how++) {
            assert_true(scene_tap(s, ways[way]));
            slow_disk_stops = true;
            tap_alone(s, "medium:1");
            hold_on(s);
            assert_false(shows(s, "не отвечает"));
            s->app.exchange.moved_ms -= 6000;
            tick(s);
            assert_true(shows(s, "не отвечает"));
            int64_t start = clock_mono_ms();
            if (how == 0) {
                tap_alone(s, "stop");
            } else if (how == 1) {
                tap_alone(s, "lock");
            } else {
                s->app.loop.last_input_ms -= 2 * 60 * 1000 + 1000;
                tick(s);
                assert_false(s->app.exchange.progress.stop);
                s->app.exchange.moved_ms -= 11000; /* it hangs */
                tick(s);
                assert_true(s->app.exchange.progress.stop);
            }
            assert_int_equal(s->app.screen, how   ? SCREEN_UNLOCK
                                            : way ? SCREEN_HAND_OVER
                                                  : SCREEN_LOAD);
            scene_event(s, (struct window_event){.kind = WINDOW_NONE}); /* still it hangs */
            assert_true(clock_mono_ms() - start < STICK_GRACE_MS + 1500);
            assert_null(s->app.exchange.pending);
            assert_null(s->app.exchange.locking);
            if (how == 0) {
                assert_true(shows(s, "Остановлено"));
                OK(writer_call(s->app.writer, never_locked, NULL, &err));
                assert_true(scene_tap(s, "back"));
            } else {
                OK(writer_call(s->app.writer, is_locked, NULL, &err));
                assert_int_equal(s->app.exchange.coming_count, 0);
                assert_string_equal(s->app.exchange.folder, "");
                scene_unlock(s);
            }
            assert_int_equal(s->app.screen, SCREEN_HOME);
            assert_int_equal(s->app.home.waiting.count, 1);
            let_go();
            for (int k = 0; k < 2000 && on_stick(s) != files; k++) {
                usleep(1000); /* what was left behind tidies up */
            }
            assert_int_equal(on_stick(s), files);
        }
    }
    assert_true(scene_tap(s, "hand-over")); /* and then it goes */
    assert_true(scene_tap(s, "medium:1"));
    assert_true(s->app.exchange.done);
    assert_int_equal(on_stick(s), files + 1);
    free(form);
}

static void *stop_when_it_hangs(void *progress)
{
    for (int k = 0; k < 4000 && !slow_disk_hung; k++) {
        usleep(1000);
    }
    ((struct progress *)progress)->stop = true;
    return NULL;
}

static char stick[64]; /* the folder of the test below */

static bool put_one(struct progress *p, struct err *err)
{
    struct buf bytes = {0};
    for (int k = 0; k < 5000; k++) {
        buf_text(&bytes, "сӯҳбат ");
    }
    return stick_put(stick, "new.bin", &bytes, p, err);
}

static bool get_one(struct progress *p, struct err *err)
{
    struct buf bytes = {0};
    bool ok = stick_read(&bytes, stick, "old.bin", 1 << 20, p, err);
    assert_int_equal(bytes.len, ok ? 3 : 0);
    buf_fini(&bytes);
    return ok;
}

static bool list_all(struct progress *p, struct err *err)
{
    struct arena arena;
    struct stick_file *files;
    size_t count;
    arena_init(&arena);
    bool ok = stick_list(&arena, &files, &count, stick, ".bin", p, err);
    assert_int_equal(count, ok ? 1 : 0);
    arena_fini(&arena);
    return ok;
}

/* Whichever call of the kernel a stick hangs in: it is left, and no half of a file is there. */
static void test_media__no_call_that_hangs_holds_anybody(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        bool (*what)(struct progress *p, struct err *err);
    } cases[] = {{"open", put_one},  {"fdatasync", put_one}, {"fsync", put_one},
                 {"close", put_one}, {"rename", put_one},    {"syncfs", put_one},
                 {"open", get_one},  {"close", get_one},     {"open", list_all},
                 {"stat", list_all}, {"close", list_all}};
    struct err err = {0};
    struct stat st;
    char top[] = "/tmp/suhbat-media-XXXXXX", old[96], new[96], part[96];
    assert_non_null(mkdtemp(top));
    snprintf(stick, sizeof stick, "%s/stick", top);
    snprintf(old, sizeof old, "%s/old.bin", stick);
    snprintf(new, sizeof new, "%s/new.bin", stick);
    snprintf(part, sizeof part, "%s/~new.bin.part", stick);
    OK(file_folder(stick, 0700, &err));
    OK(file_write(old, "old", 3, 0600, true, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct progress p = {0};
        pthread_t thread;
        OK(cases[i].what(&p, &err)); /* as long as it answers */
        p = (struct progress){0};
        unlink(new);
        slow_disk_stuck = cases[i].call;
        assert_int_equal(pthread_create(&thread, NULL, stop_when_it_hangs, &p), 0);
        int64_t start = clock_mono_ms();
        assert_false(cases[i].what(&p, &err));
        assert_int_equal(err.code, ERR_ENV);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(slow_disk_hung, 1); /* it hangs still, but nobody with it */
        assert_true(clock_mono_ms() - start < STICK_GRACE_MS + 1500);
        slow_disk_stuck = NULL;
        let_go();
        usleep(20000); /* what was left goes on, and tidies up */
        for (int k = 0; k < 2000 && stat(part, &st) == 0; k++) {
            usleep(1000);
        }
        assert_int_not_equal(stat(part, &st), 0);
        if (stat(new, &st) == 0) {
            assert_int_equal(st.st_size, 5000 * strlen("сӯҳбат "));
        }
        unlink(new);
    }
    unlink(old);
    assert_int_equal(rmdir(stick), 0);
    rmdir(top);
}

/* A JPEG that tells where it was taken. */
static void jpeg(struct buf *out)
{
    static const uint8_t start[] = {0xFF, 0xD8, 0xFF, 0xE1, 0,   16,  'E', 'x', 'i',  'f',  0,   0,
                                    'B',  'i',  's',  'h',  'k', 'e', 'k', '!', 0xFF, 0xDB, 0,   4,
                                    1,    2,    0xFF, 0xDA, 0,   4,   1,   2,   0x34, 0xFF, 0xD9};
    buf_add(out, start, sizeof start);
}

static const struct buf *attached(struct scene *s, const char *path)
{
    go_to(s, path);
    assert_true(scene_tap(s, "choose"));
    assert_true(scene_tap(s, "found:1"));
    assert_int_equal(s->app.sheet, SHEET_NONE);
    const struct buf *file = interview_file(s->app.interview, value(s, path));
    assert_non_null(file);
    return file;
}

static bool tells(const struct buf *file)
{
    return memmem(file->data, file->len, "Bishkek", 7) != NULL;
}

static void test_media__a_photo_goes_without_its_place_unless_the_form_wants_it(void **state)
{
    struct scene *s = *state;
    char *form = photo_form("P");
    struct buf photo = {0}, heic = {0};
    begin(s, form);
    jpeg(&photo);
    study_put(&s->study, "stick", "IMG.jpg", &photo);
    const struct buf *file = attached(s, "/data/clean");
    assert_true(file->len < photo.len);
    assert_false(tells(file));
    assert_string_equal(s->app.message.text, "");
    file = attached(s, "/data/any"); /* known by its first bytes, whatever was asked for */
    assert_false(tells(file));
    file = attached(s, "/data/whole");
    assert_int_equal(file->len, photo.len);
    assert_memory_equal(file->data, photo.data, photo.len);
    assert_string_equal(s->app.message.text, "");
    /* of a kind that cannot be cleaned it is told */
    buf_text(&heic, "\1\1\1\1ftypheic Bishkek");
    study_put(&s->study, "stick", "IMG.jpg", &heic);
    file = attached(s, "/data/clean");
    assert_true(tells(file));
    assert_true(shows(s, "место и время"));
    buf_fini(&photo);
    buf_fini(&heic);
    free(form);
}

static void test_media__an_empty_a_large_and_a_lost_file_are_told(void **state)
{
    struct scene *s = *state;
    char *form = photo_form("P");
    struct buf bytes = {0};
    char *path;
    begin(s, form);
    go_to(s, "/data/clean");
    study_put(&s->study, "stick", "IMG.jpg", &bytes);
    assert_true(scene_tap(s, "choose"));
    assert_true(scene_tap(s, "found:1"));
    assert_true(shows(s, "Файл пуст"));
    path = study_path(&s->study, "stick/IMG.jpg");
    assert_int_equal(truncate(path, INTERVIEW_FILE_MAX + 1), 0);
    assert_true(scene_tap(s, "look"));
    assert_true(scene_tap(s, "found:1"));
    assert_true(shows(s, "больше 8 МБ"));
    assert_int_equal(truncate(path, 100), 0);
    assert_true(scene_tap(s, "look"));
    assert_int_equal(unlink(path), 0); /* pulled out */
    assert_true(scene_tap(s, "found:1"));
    assert_int_equal(s->app.sheet, SHEET_FILES);
    assert_string_not_equal(s->app.message.text, "");
    assert_string_equal(value(s, "/data/clean"), "");
    free(form);
}

/* ---- what stays in memory ---- */

/* `words` come masked and leave so; half of each would do for a reader. */
static unsigned left_of(const char *masked, size_t len)
{
    return scan_memory((const uint8_t *)masked, len);
}

static void unmask(char *out, const char *masked, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)(masked[i] ^ SCAN_MASK);
    }
    out[len] = '\0';
}

enum { WORDS = 12 };

static void random_words(char masked[WORDS])
{
    uint8_t noise[WORDS];
    secret_random(noise, sizeof noise);
    for (size_t i = 0; i < WORDS; i++) {
        masked[i] = (char)(('a' + noise[i] % 26) ^ SCAN_MASK);
    }
}

static void test_media__after_a_soft_lock_no_title_and_no_word_is_left(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    char title[WORDS], typed[WORDS], answer[WORDS], plain[WORDS + 1];
    random_words(title);
    random_words(typed);
    random_words(answer);
    unmask(plain, title, WORDS);
    char *form = photo_form(plain);
    begin(&s, form);
    secret_wipe(form, strlen(form)); /* the harness's own copy */
    s.study.form = NULL;
    secret_wipe(plain, sizeof plain);
    go_to(&s, "/data/said");
    unmask(plain, answer, WORDS);
    scene_type(&s, plain);
    assert_true(scene_tap(&s, "key:enter"));
    assert_string_equal(value(&s, "/data/said"), plain);
    go_to(&s, "/data/said");
    struct node *said = s.app.interview->page.node;
    assert_true(scene_tap(&s, typed_id(&s.app, said)));
    for (int k = 0; k < WORDS; k++) {
        scene_key(&s, KEY_BACKSPACE);
    }
    unmask(plain, typed, WORDS);
    scene_type(&s, plain);
    assert_string_equal(s.app.ui.edit.text.data, plain);
    secret_wipe(plain, sizeof plain);
    unsigned seen = left_of(typed, WORDS);
    if (!scan_readable) {
        skip(); /* the machine lets nobody look, not even itself */
    }
    assert_true(seen > 0);
    assert_true(left_of(answer, WORDS) > 0);
    assert_true(left_of(title, WORDS) > 0);
    app_lock(&s.app);
    scene_draw(&s);
    OK(writer_call(s.app.writer, is_locked, NULL, &err));
    assert_int_equal(left_of(typed, WORDS), 0);
    assert_int_equal(left_of(answer, WORDS), 0);
    assert_int_equal(left_of(title, WORDS), 0);
    scene_unlock(&s);
    resume(&s);
    unmask(plain, typed, WORDS);
    assert_string_equal(s.app.ui.edit.text.data, plain); /* nothing was lost by it */
    scene_close(&s);
    free(form);
}

/* The name of a file that was refused says something, too. */
static void test_media__after_a_lock_no_name_of_a_file_is_left(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    struct buf sealed = {0};
    uint8_t key[1][32];
    char name[WORDS], plain[WORDS + 1], from[300], path[300];
    random_words(name);
    char *form = photo_form("Photo");
    begin(&s, form);
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "leave"));
    age_recipient_of(key[0], s.study.package);
    OK(age_seal(&sealed, "SBP1 nothing", 12, (const uint8_t(*)[32])key, 1, &err));
    study_put(&s.study, "stick", "x.age", &sealed);
    snprintf(from, sizeof from, "%s", study_path(&s.study, "stick/x.age"));
    unmask(plain, name, WORDS);
    snprintf(path, sizeof path, "%s/%s.age", study_path(&s.study, "stick"), plain);
    assert_int_equal(rename(from, path), 0);
    secret_wipe(path, sizeof path);
    assert_true(scene_tap(&s, "load"));
    assert_true(scene_tap(&s, "medium:1"));
    assert_int_equal(s.app.exchange.step, LOADING_DONE);
    assert_true(shows(&s, plain)); /* for the coordinator */
    secret_wipe(plain, sizeof plain);
    unsigned seen = left_of(name, WORDS);
    if (!scan_readable) {
        skip(); /* the machine lets nobody look, not even itself */
    }
    assert_true(seen > 0);
    app_lock(&s.app);
    scene_draw(&s);
    OK(writer_call(s.app.writer, is_locked, NULL, &err));
    assert_int_equal(left_of(name, WORDS), 0);
    scene_close(&s);
    free(form);
    buf_fini(&sealed);
}

/* A physical keyboard: an input method hands over whole words. */
static void test_media__after_a_lock_no_word_is_left_in_the_queue_of_keys(void **state)
{
    (void)state;
    struct scene s;
    char words[3][WORDS];
    char *form = photo_form("Photo");
    begin(&s, form);
    for (int i = 0; i < 3; i++) {
        SDL_Event e = {.text = {.type = SDL_TEXTINPUT}};
        random_words(words[i]);
        unmask(e.text.text, words[i], WORDS);
        assert_int_equal(SDL_PushEvent(&e), 1);
        secret_wipe(&e, sizeof e);
    }
    struct window_event e;
    for (int i = 0; i < 3; i++) {
        do {
            window_wait(s.app.ui.window, 1000, &e);
        } while (e.kind != WINDOW_TEXT && e.kind != WINDOW_NONE);
        assert_int_equal(e.kind, WINDOW_TEXT);
        assert_int_equal(strlen(e.text), WORDS);
    }
    secret_wipe(&e, sizeof e);
    unsigned seen = left_of(words[0], WORDS) + left_of(words[1], WORDS) + left_of(words[2], WORDS);
    if (!scan_readable) {
        skip();
    }
    assert_true(seen > 0);
    window_tell(s.app.ui.window, WINDOW_SAVED);
    app_lock(&s.app);
    scene_draw(&s);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(left_of(words[i], WORDS), 0);
    }
    bool told = false; /* what was waiting is still there */
    do {
        window_wait(s.app.ui.window, 1000, &e);
        told = e.kind == WINDOW_SAVED;
    } while (e.kind != WINDOW_NONE && !told);
    assert_true(told);
    scene_close(&s);
    free(form);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SLOW_SCENE_TEST(test_media__a_stick_that_hangs_holds_nobody_up),
        cmocka_unit_test_teardown(test_media__one_that_hangs_hides_no_other, slow_disk_mend),
        cmocka_unit_test_teardown(test_media__a_task_is_dropped_once_and_few_may_hang,
                                  slow_disk_mend),
        cmocka_unit_test_teardown(test_media__locks_at_once_while_a_folder_does_not_open,
                                  slow_disk_mend),
        SLOW_SCENE_TEST(test_media__one_that_hangs_at_a_byte_is_left),
        cmocka_unit_test_teardown(test_media__no_call_that_hangs_holds_anybody, slow_disk_mend),
        SLOW_SCENE_TEST(test_media__a_photo_goes_without_its_place_unless_the_form_wants_it),
        SLOW_SCENE_TEST(test_media__an_empty_a_large_and_a_lost_file_are_told),
        cmocka_unit_test_teardown(test_media__after_a_soft_lock_no_title_and_no_word_is_left,
                                  slow_disk_mend),
        cmocka_unit_test_teardown(test_media__after_a_lock_no_name_of_a_file_is_left,
                                  slow_disk_mend),
        cmocka_unit_test_teardown(test_media__after_a_lock_no_word_is_left_in_the_queue_of_keys,
                                  slow_disk_mend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
