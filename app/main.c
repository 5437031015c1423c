/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat: the collector.  Starts the window, or does from a terminal what the screens do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "app/app.h"
#include "platform/file.h"
#include "platform/font.h"

enum { EXIT_MISUSE = 2, EXIT_MACHINE = 3 };

#ifdef SUHBAT_TEST
enum { MEMORY_FLOOR_MIB = 8 };
#else
enum { MEMORY_FLOOR_MIB = 64 }; /* below, guessing a stolen passphrase gets cheap */
#endif

struct options {
    const char *data, *media, *enrol, *load, *lang, *fonts, *label, *guide;
    int w, h, robot_fd;
    float scale, text;
    bool night, windowed, kiosk;
    unsigned memory_mib;
};

static void help(void)
{
    puts("suhbat: interviews on a handheld, sealed on the spot\n\n"
         "  suhbat                     open the window\n"
         "  suhbat --enrol INVITE      join a study; writes INVITE's request beside it (.sbe)\n"
         "  suhbat --load FOLDER       take forms, lists and receipts from a folder\n"
         "  suhbat --guide LANG        print the interviewer's guide: ru, ky, tg or en\n\n"
         "  --data DIR        where the device keeps its vault (~/.local/share/suhbat)\n"
         "  --kiosk           the only program of the device: mounts sticks, offers a page with\n"
         "                    brightness, clock and power, locks when the device sleeps\n"
         "  --media DIR       one folder in the place of sticks and cards\n"
         "  --lang CODE       ru, ky, tg or en\n"
         "  --window WxH      a window of this size, not the full screen\n"
         "  --scale N         px per dp, where the display does not tell\n"
         "  --text PERCENT    size of texts, 100 to 200\n"
         "  --night           the dark theme\n"
         "  --memory MIB      memory of the lock at --enrol, 64 to 256 (64)\n"
         "  --label TEXT      name of the device, for the coordinator only\n"
         "  --version         which one this is\n"
         "  --fonts DIR       where the PT faces lie\n\n"
         "  --enrol and --load read the passphrase from standard input, one line.\n"
         "  exit status: 0 done, 1 the data has faults, 2 misuse, 3 the machine, 4 the key");
}

static int misuse(const char *what, const char *word)
{
    fprintf(stderr, "suhbat: %s '%s'\nhint: suhbat --help\n", what, word);
    return EXIT_MISUSE;
}

static int say(const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    fprintf(stderr, "suhbat: %s\n", text);
    return err_exit_status(err);
}

/* 0 = go on; else the exit status + 1. */
static int parse(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        const char *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) {
            help();
            return 1;
        }
        if (strcmp(a, "--version") == 0) {
            puts("suhbat " SUHBAT_VERSION);
            return 1;
        }
        if (strcmp(a, "--night") == 0) {
            o->night = true;
            continue;
        }
        if (strcmp(a, "--kiosk") == 0) {
            o->kiosk = true;
            continue;
        }
        if (!v || strncmp(a, "--", 2) != 0) {
            return misuse(v ? "unknown word" : "an argument is missing behind", a) + 1;
        }
        i++;
        if (strcmp(a, "--data") == 0) {
            o->data = v;
        } else if (strcmp(a, "--media") == 0) {
            o->media = v;
        } else if (strcmp(a, "--enrol") == 0) {
            o->enrol = v;
        } else if (strcmp(a, "--load") == 0) {
            o->load = v;
        } else if (strcmp(a, "--guide") == 0) {
            o->guide = v;
        } else if (strcmp(a, "--lang") == 0) {
            o->lang = v;
        } else if (strcmp(a, "--fonts") == 0) {
            o->fonts = v;
        } else if (strcmp(a, "--label") == 0) {
            o->label = v;
        } else if (strcmp(a, "--window") == 0) {
            if (sscanf(v, "%dx%d", &o->w, &o->h) != 2 || o->w < 320 || o->h < 320) {
                return misuse("not a size", v) + 1;
            }
            o->windowed = true;
        } else if (strcmp(a, "--scale") == 0) {
            o->scale = strtof(v, NULL);
        } else if (strcmp(a, "--text") == 0) {
            o->text = strtof(v, NULL) / 100;
        } else if (strcmp(a, "--memory") == 0) {
            o->memory_mib = (unsigned)strtoul(v, NULL, 10);
#ifdef SUHBAT_TEST
        } else if (strcmp(a, "--robot") == 0) {
            o->robot_fd = atoi(v);
#endif
        } else {
            return misuse("unknown option", a) + 1;
        }
    }
    if (o->memory_mib < MEMORY_FLOOR_MIB || o->memory_mib > 512) {
        return misuse("memory out of range", "--memory") + 1;
    }
    return 0;
}

static bool data_dir(struct buf *out, const struct options *o)
{
    const char *home = getenv("XDG_DATA_HOME");
    if (o->data) {
        buf_text(out, o->data);
    } else if (home && *home) {
        buf_printf(out, "%s/suhbat", home);
    } else if ((home = getenv("HOME"))) {
        buf_printf(out, "%s/.local/share/suhbat", home);
    }
    return out->len > 0;
}

/* One line from standard input, without echo on a terminal; into locked memory. */
static bool read_pass(char *pass, size_t size, struct err *err)
{
    struct termios was, quiet;
    bool tty = tcgetattr(STDIN_FILENO, &was) == 0;
    size_t len = 0;
    if (tty) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        fputs("passphrase: ", stderr);
    }
    while (len + 1 < size) {
        ssize_t n = read(STDIN_FILENO, pass + len, 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0 || pass[len] == '\n') {
            break;
        }
        len++;
    }
    pass[len] = '\0';
    if (tty) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        fputc('\n', stderr);
    }
    return len > 0 || err_set(err, ERR_AUTH, "no passphrase on standard input");
}

static void put_words(const char *what, const char *words)
{
    char cyrillic[160];
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    printf("%s: %s  (%s)\n", what, words, cyrillic);
}

/* The request of a device that was made before, but whose request did not reach the stick. */
static bool request_again(struct device **device, const char *dir, const char *pass,
                          const struct invite *invite, struct buf *request, struct err *err)
{
    uint8_t roots[32];
    if (!device_open(device, dir, err) || !device_unlock(*device, pass, strlen(pass), err)) {
        return false;
    }
    catalogue_root_set(roots, device_catalogue(*device));
    if (memcmp(roots, invite->root_set, 32) != 0) {
        err_set(err, ERR_AUTH, "this device was made by another study's invitation");
        return err_hint(err, "give a new --data folder for this one");
    }
    return device_request(*device, request, err);
}

static bool enrol(const struct options *o, const char *dir, const char *pass, struct err *err)
{
    struct buf bytes = {0}, request = {0}, path = {0};
    struct invite *invite = mem_zero(1, sizeof *invite);
    struct device *device = NULL;
    char words[64];
    const char *dot = strrchr(o->enrol, '.');
    buf_printf(&path, "%.*s.sbe",
               (int)(dot && dot > o->enrol ? dot - o->enrol : (ptrdiff_t)strlen(o->enrol)),
               o->enrol);
    bool ok =
        file_read(&bytes, o->enrol, ENROL_FILE_MAX, err) &&
        (invite_read(invite, bytes.data, bytes.len, err) || err_at(err, "%s", file_name(o->enrol)));
    if (ok && file_exists(path.data)) {
        err_set(err, ERR_INPUT, "a request lies beside this invitation already");
        err_at(err, "%s", path.data);
        ok = err_hint(err, "an invitation is for one device: take another one");
    }
    ok = ok &&
         (device_exists(dir) ? request_again(&device, dir, pass, invite, &request, err)
                             : device_create(&device, dir, invite, pass, strlen(pass),
                                             o->memory_mib * 1024, o->label, &request, err)) &&
         file_write(path.data, request.data, request.len, FILE_PRIVATE, false, err);
    if (ok) {
        printf("request written: %s\n", path.data);
        enrol_words(words, invite->root_set, 32);
        put_words("the study's words, to compare with the coordinator", words);
        device_words(device, words);
        put_words("this device's words", words);
    }
    device_close(device);
    secret_wipe(invite, sizeof *invite);
    free(invite);
    buf_fini(&bytes);
    buf_fini(&request);
    buf_fini(&path);
    return ok;
}

static bool load(const struct options *o, const char *dir, const char *pass, struct err *err)
{
    struct device *device = NULL;
    struct load_report r;
    bool ok = device_open(&device, dir, err) && device_unlock(device, pass, strlen(pass), err) &&
              device_load_folder(device, o->load, &r, err);
    if (ok) {
        printf("%s%u catalogues, %u forms, %u receipts, %u records deleted after receipt\n",
               r.grants ? "enrolled; " : "", r.catalogues, r.packages, r.receipts, r.purged);
        if (r.refused) {
            *err = r.why;
            ok = false;
        }
    }
    device_close(device);
    return ok;
}

static int terminal(const struct options *o, const char *dir)
{
    enum { PASS = 512 };
    struct err err = {0};
    char *pass = secret_new(PASS);
    bool ok = read_pass(pass, PASS, &err) &&
              (o->enrol ? enrol(o, dir, pass, &err) : load(o, dir, pass, &err));
    secret_free(pass);
    return ok ? 0 : say(&err);
}

static bool find_fonts(struct buf *out, const struct options *o)
{
    static const char *const dirs[] = {"/usr/local/share/suhbat", "/usr/share/suhbat",
                                       "/usr/share/fonts/truetype/paratype"};
    if (o->fonts) {
        buf_text(out, o->fonts);
        return true;
    }
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) { /* in the build tree: build/bin/suhbat, build/share */
        self[n] = '\0';
        for (int up = 0; up < 3; up++) {
            char *slash = strrchr(self, '/');
            if (!slash) {
                break;
            }
            *slash = '\0';
            buf_cut(out, 0);
            buf_printf(out, "%s/share/PTS55F.ttf", self);
            if (file_exists(out->data)) {
                buf_cut(out, out->len - strlen("/PTS55F.ttf"));
                return true;
            }
        }
    }
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        buf_cut(out, 0);
        buf_printf(out, "%s/PTS55F.ttf", dirs[i]);
        if (file_exists(out->data)) {
            buf_cut(out, strlen(dirs[i]));
            return true;
        }
    }
    return false;
}

/* On the threads of the two watches. */
static void on_media(void *window)
{
    window_tell(window, WINDOW_MEDIA);
}

static void on_sleep(void *window, bool near)
{
    window_tell(window, near ? WINDOW_SLEEP : WINDOW_AWAKE);
}

static int window(const struct options *o, const char *dir)
{
    struct app *app = mem_zero(1, sizeof *app);
    struct buf fonts = {0};
    struct window *w = NULL;
    struct err err = {0};
    struct device *device = NULL;
    int status = 0;
    struct window_options wo = {.title = "suhbat", .w = o->w, .h = o->h, .windowed = o->windowed, .scale = o->scale};
    bool ok = find_fonts(&fonts, o) || err_set(&err, ERR_ENV, "the PT fonts are not there");
    if (!ok) {
        err_hint(&err, "install Debian's fonts-paratype, or give --fonts DIR");
    }
    bool exists = device_exists(dir);
    ok = ok && (!exists || device_open(&device, dir, &err)) && window_open(&w, &wo, &err) &&
         font_setup(fonts.data, &err);
    if (ok) {
        struct app_options options = {.data_dir = dir,
                                      .media_dir = o->media,
                                      .memory_kib = o->memory_mib * 1024,
                                      .night = o->night,
                                      .kiosk = o->kiosk,
                                      .text_scale = o->text,
                                      .language =
                                          o->lang ? language_from(o->lang) : UI_LANGUAGE_COUNT};
        app_begin(app, w, device, &options);
        app->watch = sleep_watch(on_sleep, w);
        app->disks = o->media ? NULL : disks_watch(o->kiosk, on_media, w);
        status = app_run(app, o->robot_fd);
        struct disks *disks = app->disks;
        struct sleep_watch *watch = app->watch;
        device = app_end(app); /* first: a watch may wait for a stick that does not answer */
        sleep_unwatch(watch);
        disks_unwatch(disks);
    } else {
        status = say(&err);
    }
    device_close(device);
    font_finish();
    window_close(w);
    buf_fini(&fonts);
    secret_wipe(app, sizeof *app);
    free(app);
    return status;
}

int main(int argc, char **argv)
{
    struct options o = {.w = 720, .h = 1280, .robot_fd = -1, .memory_mib = 64, .label = "suhbat"};
    struct err err = {0};
    struct buf dir = {0};
    umask(077);
    mem_share();
    db_setup();
    xml_setup();
    if (!secret_setup(&err)) {
        return say(&err);
    }
    int stop = parse(&o, argc, argv);
    if (stop) {
        return stop - 1;
    }
    if (o.guide) {
        struct buf text = {0};
        help_guide(&text, language_from(o.guide));
        fputs(text.data, stdout);
        buf_fini(&text);
        return fflush(stdout) == 0 ? 0 : EXIT_MACHINE;
    }
    if (!data_dir(&dir, &o)) {
        return misuse("no place for data: give", "--data DIR");
    }
    int status = o.enrol || o.load ? terminal(&o, dir.data) : window(&o, dir.data);
    buf_fini(&dir);
    if (fflush(stdout) != 0) {
        return EXIT_MACHINE;
    }
    return status;
}
