/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat: the field program. Opens the window, or enrols and loads from a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/interview/interview_cases.h"
#include "app/kit/fonts.h"
#include "app/loop.h"
#include "app/screens/help.h"
#include "platform/machine/file.h"
#include "platform/machine/font.h"
#include "platform/machine/prompt.h"

enum { EXIT_MISUSE = 2, EXIT_MACHINE = 3 };

#ifdef SUHBAT_TEST
enum { MEMORY_FLOOR_MIB = 8 };
#else
enum { MEMORY_FLOOR_MIB = 64 }; /* less would make guessing a stolen vault's passphrase cheap */
#endif

struct options {
    const char *data, *media, *enrol, *load, *lang, *fonts, *label, *guide, *interview;
    int w, h;
    float scale, text_percent, memory_mib, robot_fd, passphrase_fd;
    bool night, windowed, kiosk;
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
         "  --media DIR       use one folder instead of sticks and cards\n"
         "  --lang CODE       ru, ky, tg or en\n"
         "  --window WxH      open a window of this size instead of the full screen\n"
         "  --scale N         px per dp, if the display does not report it\n"
         "  --text PERCENT    size of texts, 100 to 200\n"
         "  --night           the dark theme\n"
         "  --memory MIB      memory of the passphrase hash at --enrol, 64 to 512 (64)\n"
         "  --label TEXT      name of the device, for the coordinator only\n"
         "  --version         print the version\n"
         "  --fonts DIR       folder of the PT fonts\n"
         "  --interview FORM  begin an interview with the form of this id at once\n\n"
         "  --passphrase-fd N  the descriptor to read the passphrase from, one line; --enrol and\n"
         "                    --load read standard input by default, the window asks by itself\n"
         "  exit status: 0 done, 1 faulty data, 2 wrong usage, 3 system error, 4 wrong key");
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

/* ---- options: one table; every value is checked when it is read ---- */

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LANGUAGE, OPTION_NUMBER, OPTION_SIZE };

struct option {
    const char *name;
    enum option_kind kind;
    size_t at; /* in struct options: bool, text, language code, float, or first of two ints */
    double min, max;
};

static const struct option option_table[] = {
#define AT(member) offsetof(struct options, member)
    {"--night", OPTION_FLAG, AT(night), 0, 0},
    {"--kiosk", OPTION_FLAG, AT(kiosk), 0, 0},
    {"--data", OPTION_TEXT, AT(data), 0, 0},
    {"--media", OPTION_TEXT, AT(media), 0, 0},
    {"--enrol", OPTION_TEXT, AT(enrol), 0, 0},
    {"--load", OPTION_TEXT, AT(load), 0, 0},
    {"--interview", OPTION_TEXT, AT(interview), 0, 0},
    {"--guide", OPTION_LANGUAGE, AT(guide), 0, 0},
    {"--lang", OPTION_LANGUAGE, AT(lang), 0, 0},
    {"--fonts", OPTION_TEXT, AT(fonts), 0, 0},
    {"--label", OPTION_TEXT, AT(label), 0, 0},
    {"--window", OPTION_SIZE, AT(w), 320, 16384},
    {"--scale", OPTION_NUMBER, AT(scale), 0.5, 8},
    {"--text", OPTION_NUMBER, AT(text_percent), 100, 200},
    {"--memory", OPTION_NUMBER, AT(memory_mib), MEMORY_FLOOR_MIB, 512},
    {"--passphrase-fd", OPTION_NUMBER, AT(passphrase_fd), 0, 1023},
#ifdef SUHBAT_TEST
    {"--robot", OPTION_NUMBER, AT(robot_fd), 0, 1 << 20},
#endif
#undef AT
};

static int out_of_range(const struct option *o, const char *value)
{
    fprintf(stderr, "suhbat: %s takes a number from %g to %g, not '%s'\nhint: suhbat --help\n",
            o->name, o->min, o->max, value);
    return EXIT_MISUSE;
}

/* Returns 0, or the exit status for misuse. */
static int take_value(struct options *o, const struct option *option, const char *value)
{
    char *at = (char *)o + option->at, *end;
    double n = strtod(value, &end);
    int *size = (int *)at, used = 0;
    switch (option->kind) {
    case OPTION_NUMBER:
        if (end == value || *end || !(n >= option->min && n <= option->max)) {
            return out_of_range(option, value);
        }
        *(float *)at = (float)n;
        return 0;
    case OPTION_SIZE:
        if (sscanf(value, "%dx%d%n", &size[0], &size[1], &used) != 2 || value[used] ||
            size[0] < option->min || size[1] < option->min || size[0] > option->max ||
            size[1] > option->max) {
            return misuse("not a size", value);
        }
        o->windowed = true;
        return 0;
    case OPTION_LANGUAGE:
        if (!language_known(value)) {
            return misuse("the language is ru, ky, tg or en, not", value);
        }
        *(const char **)at = value;
        return 0;
    default:
        if (!*value) {
            return misuse("empty value after", option->name);
        }
        *(const char **)at = value;
        return 0;
    }
}

/* Returns 0 to go on, otherwise the exit status + 1. */
static int parse(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        const struct option *option = NULL;
        if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) {
            help();
            return 1;
        }
        if (strcmp(a, "--version") == 0) {
            puts("suhbat " SUHBAT_VERSION);
            return 1;
        }
        for (size_t k = 0; k < sizeof option_table / sizeof *option_table; k++) {
            option = strcmp(a, option_table[k].name) == 0 ? &option_table[k] : option;
        }
        if (!option) {
            return misuse(strncmp(a, "--", 2) == 0 ? "unknown option" : "unknown word", a) + 1;
        }
        if (option->kind == OPTION_FLAG) {
            *(bool *)((char *)o + option->at) = true;
            continue;
        }
        if (i + 1 == argc) {
            return misuse("missing value after", a) + 1;
        }
        int wrong = take_value(o, option, argv[++i]);
        if (wrong) {
            return wrong + 1;
        }
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

static void put_words(const char *what, const char *words)
{
    char cyrillic[160];
    words_cyrillic(cyrillic, sizeof cyrillic, words);
    printf("%s: %s  (%s)\n", what, words, cyrillic);
}

/* Makes the request again for a device that exists already but whose request did not reach
 * the stick. */
static bool request_again(struct device **device, const char *dir, const char *pass,
                          const struct invite *invite, struct buf *request, struct err *err)
{
    uint8_t roots[32];
    if (!device_open(device, dir, err) || !device_unlock(*device, pass, strlen(pass), err)) {
        return false;
    }
    catalogue_root_set(roots, device_catalogue(*device));
    if (memcmp(roots, invite->root_set, 32) != 0) {
        err_set(err, ERR_AUTH, "this device was enrolled with another study's invitation");
        return err_hint(err, "give a new --data folder for this study");
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
        err_set(err, ERR_INPUT, "a request exists beside this invitation already");
        err_at(err, "%s", path.data);
        ok = err_hint(err, "an invitation is for one device: use another invitation");
    }
    ok = ok &&
         (device_exists(dir)
              ? request_again(&device, dir, pass, invite, &request, err)
              : device_create(&device,
                              &(struct device_spec){dir, invite, pass, strlen(pass),
                                                    (uint32_t)o->memory_mib * 1024, o->label},
                              &request, err)) &&
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
    bool ok = device_open(&device, dir, err) && device_unlock(device, pass, strlen(pass), err);
    if (ok) {
        device_on_message(device, cases_on_message, NULL);
        ok = device_load_folder(device, o->load, &r, err);
    }
    if (ok && !device_is_enrolled(device)) {
        ok = err_set(err, ERR_INPUT,
                     "the device has not joined a study: no answer to its request "
                     "was found");
        err_at(err, "%s", o->load);
        err_hint(err, "give the folder with the coordinator's answer (grant.age)");
    }
    if (ok) {
        printf("%s%u catalogues, %u forms, %u receipts, %u records deleted after receipt\n",
               r.grants ? "enrolled; " : "", r.catalogues, r.packages, r.receipts, r.purged);
        if (r.messages) {
            printf("%u messages about cases\n", r.messages);
        }
        if (r.refused) {
            *err = r.why;
            ok = false;
        }
    }
    device_close(device);
    return ok;
}

/* True if the descriptor of the passphrase is open; else says so. */
static bool passphrase_given(int fd)
{
    if (fcntl(fd, F_GETFD) < 0) {
        fprintf(stderr, "suhbat: --passphrase-fd %d is not open\nhint: suhbat --help\n", fd);
        return false;
    }
    prompt_from(fd);
    return true;
}

static int terminal(const struct options *o, const char *dir)
{
    struct err err = {0};
    if (o->passphrase_fd < 0 && !passphrase_given(STDIN_FILENO)) {
        return EXIT_MISUSE;
    }
    char *pass = secret_new(PROMPT_MAX);
    bool ok = prompt_read(pass, "passphrase", &err) &&
              (o->enrol ? enrol(o, dir, pass, &err) : load(o, dir, pass, &err));
    secret_free(pass);
    return ok ? 0 : say(&err);
}

/* Opens the device of the window; with --passphrase-fd, unlocks it, too. */
static bool open_device(struct device **device, const struct options *o, const char *dir,
                        struct err *err)
{
    if (!device_exists(dir)) {
        return true;
    }
    char *pass = secret_new(PROMPT_MAX);
    bool ok = device_open(device, dir, err) &&
              (o->passphrase_fd < 0 || (prompt_read(pass, "passphrase", err) &&
                                        device_unlock(*device, pass, strlen(pass), err)));
    secret_free(pass);
    return ok;
}

/* Called on the threads of disks_watch and sleep_watch. */
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
    struct window_options wo = {
        .title = "suhbat", .w = o->w, .h = o->h, .windowed = o->windowed, .scale = o->scale};
    bool ok = fonts_find(&fonts, o->fonts, &err) && open_device(&device, o, dir, &err) &&
              window_open(&w, &wo, &err) && font_setup(fonts.data, &err);
    if (ok) {
        struct app_options options = {.data_dir = dir,
                                      .media_dir = o->media,
                                      .interview = o->interview,
                                      .unlocked = o->passphrase_fd >= 0,
                                      .memory_kib = (uint32_t)o->memory_mib * 1024,
                                      .night = o->night,
                                      .kiosk = o->kiosk,
                                      .text_scale = o->text_percent / 100,
                                      .language =
                                          o->lang ? language_from(o->lang) : UI_LANGUAGE_COUNT};
        app_begin(app, w, device, &options);
        app->loop.watch = sleep_watch(on_sleep, w);
        app->sticks.disks = o->media ? NULL : disks_watch(o->kiosk, on_media, w);
        status = app_run(app, (int)o->robot_fd);
        struct disks *disks = app->sticks.disks;
        struct sleep_watch *watch = app->loop.watch;
        device = app_end(app); /* first: stopping a watch may wait for a stick */
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
    struct options o = {.w = 720,
                        .h = 1280,
                        .robot_fd = -1,
                        .passphrase_fd = -1,
                        .memory_mib = 64,
                        .label = "suhbat"};
    struct err err = {0};
    struct buf dir = {0};
    umask(077);
    mem_share();
    db_setup();
    xml_setup();
    if (!secret_setup(&err)) {
        return say(&err);
    }
    if (!secret_can_lock()) {
        fputs("suhbat: warning: memory cannot be locked here, so secrets may reach the swap space\n"
              "hint: raise the limit of locked memory (ulimit -l), or switch swap off\n",
              stderr);
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
        return misuse("no folder for data: give", "--data DIR");
    }
    bool ready = o.passphrase_fd < 0 || passphrase_given((int)o.passphrase_fd);
    int status = !ready              ? EXIT_MISUSE
                 : o.enrol || o.load ? terminal(&o, dir.data)
                                     : window(&o, dir.data);
    buf_fini(&dir);
    if (fflush(stdout) != 0) {
        return EXIT_MACHINE;
    }
    return status;
}
