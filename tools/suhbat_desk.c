/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat-desk: the coordinator's window on the desk. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/kit/fonts.h"
#include "platform/custody/db.h"
#include "platform/machine/disks.h"
#include "platform/machine/font.h"
#include "platform/machine/secret.h"
#include "tools/cli/cli.h"
#include "tools/office/office.h"

static const char *opt_identity, *opt_study, *opt_root, *opt_lists, *opt_inbox, *opt_media,
    *opt_out, *opt_person, *opt_lang, *opt_night, *opt_window, *opt_text, *opt_fonts;
#ifdef SUHBAT_TEST
static const char *opt_robot;
#endif

static void on_media(void *window)
{
    window_tell(window, WINDOW_MEDIA);
}

static bool size_given(struct window_options *wo, struct err *err)
{
    int used = 0;
    wo->w = 1280;
    wo->h = 720;
    if (!opt_window) {
        return true;
    }
    wo->windowed = true;
    if (sscanf(opt_window, "%dx%d%n", &wo->w, &wo->h, &used) == 2 && !opt_window[used] &&
        wo->w >= 640 && wo->h >= 480 && wo->w <= 16384 && wo->h <= 16384) {
        return true;
    }
    err_set(err, ERR_MISUSE, "'%s' is no size of a window", opt_window);
    return err_hint(err, "--window 1280x720");
}

static bool options_given(struct office_options *o, const char *desk, struct arena *arena,
                          struct err *err)
{
    if (opt_lang && !language_known(opt_lang)) {
        return err_set(err, ERR_MISUSE, "the language is ru, ky, tg or en, not '%s'", opt_lang);
    }
    if (!opt_identity) {
        err_set(err, ERR_MISUSE, "no identity given");
        return err_hint(err, "--identity STUDY/coordinator.identity");
    }
    const char *home = getenv("HOME"), *login = getenv("USER");
    *o = (struct office_options){
        .desk = desk,
        .identity = opt_identity,
        .study = opt_study,
        .root = opt_root,
        .lists = opt_lists,
        .inbox = opt_inbox,
        .media = opt_media,
        .out = opt_out ? opt_out : arena_join(arena, home ? home : ".", "/suhbat-tables", NULL),
        .person = opt_person ? opt_person
                  : login    ? login
                             : "",
        .language = language_from(opt_lang ? opt_lang : "ru"),
        .night = opt_night,
        .text_scale = opt_text ? (float)strtoul(opt_text, NULL, 10) / 100 : 1};
    return true;
}

static int robot(void)
{
#ifdef SUHBAT_TEST
    return opt_robot ? (int)strtoul(opt_robot, NULL, 10) : -1;
#else
    return -1;
#endif
}

static bool run_open(const struct cli_words *words, struct err *err)
{
    struct office *office = mem_zero(1, sizeof *office);
    struct office_options options;
    struct window_options wo = {.title = "suhbat-desk", .desktop = true};
    struct window *window = NULL;
    struct buf fonts = {0};
    struct arena arena;
    arena_init(&arena);
    bool ok = size_given(&wo, err) && options_given(&options, words->list[0], &arena, err) &&
              fonts_find(&fonts, opt_fonts, err) && window_open(&window, &wo, err) &&
              font_setup(fonts.data, err);
    if (ok) {
        office_begin(office, window, office_rows, &options);
        struct disks *disks = opt_media ? NULL : disks_watch(false, on_media, window);
        ok = office_run(office, robot()) == 0;
        office_end(office);
        disks_unwatch(disks);
    }
    font_finish();
    window_close(window);
    buf_fini(&fonts);
    secret_wipe(office, sizeof *office);
    free(office);
    arena_fini(&arena);
    return ok;
}

static const struct cli_example examples[] = {
    {"Open the desk in Kyrgyz; the passphrase is typed in the window:",
     "suhbat-desk open desk --identity study/coordinator.identity --lang ky"},
    CLI_EXAMPLES_END};

int main(int argc, char **argv)
{
    static const struct cli_option common[] = {
        {"identity", 0, "FILE", "the coordinator's identity; its passphrase is typed in the window",
         &opt_identity, CLI_TEXT, 0, 0},
        {"study", 0, "DIR", "the study's folder, to let devices join and put forms in force",
         &opt_study, CLI_TEXT, 0, 0},
        {"root", 0, "FILE", "the root key for that; default: STUDY/root-1.key", &opt_root, CLI_TEXT,
         0, 0},
        {"lists", 0, "DIR", "the study's lists: quota.csv, quality.csv, elem.csv, risks.csv",
         &opt_lists, CLI_FOLDER, 0, 0},
        {"inbox", 0, "DIR", "a folder with batches, beside sticks and cards", &opt_inbox,
         CLI_FOLDER, 0, 0},
        {"media", 0, "DIR", "use one folder instead of sticks and cards", &opt_media, CLI_FOLDER, 0,
         0},
        {"out", 0, "DIR", "where tables and reports go; default: ~/suhbat-tables", &opt_out,
         CLI_FOLDER, 0, 0},
        {"as", 0, "NAME", "who works at the desk, for its log; default: the login name",
         &opt_person, CLI_TEXT, 0, 0},
        {"lang", 0, "CODE", "ru, ky, tg or en; default: ru", &opt_lang, CLI_TEXT, 0, 0},
        {"night", 0, NULL, "the dark theme", &opt_night, CLI_TEXT, 0, 0},
        {"window", 0, "WxH", "size of the window", &opt_window, CLI_TEXT, 0, 0},
        {"text", 0, "PERCENT", "size of texts, 100 to 200", &opt_text, CLI_NUMBER, 100, 200},
        {"fonts", 0, "DIR", "folder of the PT fonts", &opt_fonts, CLI_FOLDER, 0, 0},
#ifdef SUHBAT_TEST
        {"robot", 0, "N", "where a test reads what can be touched", &opt_robot, CLI_NUMBER, 0,
         1 << 20},
#endif
        CLI_END};
    static const struct cli_verb verbs[] = {
        {"open", "DESK", "open the window on this desk.", 1, 1, NULL, run_open, NULL},
    };
    umask(077);
    mem_share();
    db_setup();
    if (!cli_secrets("suhbat-desk")) {
        return 3;
    }
    return cli_main("suhbat-desk", "the coordinator's window on the desk", verbs,
                    sizeof verbs / sizeof *verbs, common, examples, argc, argv);
}
