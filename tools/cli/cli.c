/* SPDX-License-Identifier: Apache-2.0 */
/* Parses command lines and prints help, for all tools. */
#include "tools/cli/cli.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/machine/arena.h"
#include "platform/machine/clock.h"
#include "platform/machine/prompt.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/cli/cli_internal.h"
#include "tools/key/keys.h"

/* Options of every program. */
static const char *opt_passphrase_fd;
static const struct cli_option everywhere[] = {
    {"passphrase-fd", 0, "N", "read passphrases from this file descriptor, one per line",
     &opt_passphrase_fd, CLI_NUMBER, 0, 1023},
    CLI_END};

static void print_options(const struct cli_option *options)
{
    for (const struct cli_option *o = options; o && o->name; o++) {
        char left[64], letter[8] = "";
        if (o->letter) {
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        }
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("      %-26s %s\n", left, o->help);
    }
}

static void print_verb(const struct cli *cli, const struct cli_verb *verb)
{
    printf("  %s %s%s%s\n      %s\n", cli->program, verb->name, *verb->words ? " " : "",
           verb->words, verb->help);
    print_options(verb->options);
}

static void print_end(const struct cli *cli)
{
    printf("\n  options for every verb\n");
    print_options(cli->common);
    print_options(cli->everywhere);
    printf("\n  '-' means standard input or output; '--' ends the options.\n"
           "  exit status: 0 success, 1 fault in the data, 2 wrong usage, 3 system error,\n"
           "  4 wrong or missing key\n");
}

/* Prints the help for one verb, or (`verb` NULL) for all. */
static int print_help(const struct cli *cli, const struct cli_verb *verb)
{
    if (verb) {
        print_verb(cli, verb);
        for (size_t i = 0; verb->more && verb->more[i]; i++) {
            printf("%s      %s\n", i ? "" : "\n", verb->more[i]);
        }
    } else {
        printf("%s: %s\n\n", cli->program, cli->about);
        for (size_t i = 0; i < cli->count; i++) {
            print_verb(cli, &cli->verbs[i]);
        }
        printf("  %s help VERB\n      show help for one verb.\n", cli->program);
        printf("  %s help --man | --completion\n      print the manual page, or the completion for "
               "bash.\n",
               cli->program);
    }
    print_end(cli);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
}

static const struct cli_verb *find_verb(const struct cli *cli, const char *name)
{
    for (size_t v = 0; v < cli->count; v++) {
        if (strcmp(cli->verbs[v].name, name) == 0) {
            return &cli->verbs[v];
        }
    }
    return NULL;
}

static const struct cli_option *find_option(const struct cli_option *options, const char *word,
                                            size_t len)
{
    for (const struct cli_option *o = options; o && o->name; o++) {
        bool is_long = len > 2 && text_starts(word, "--") && strlen(o->name) == len - 2 &&
                       strncmp(o->name, word + 2, len - 2) == 0;
        bool is_short = len == 2 && o->letter && word[1] == o->letter;
        if (is_long || is_short) {
            return o;
        }
    }
    return NULL;
}

static int misuse(const char *program, const char *what, const char *word, const char *near)
{
    fprintf(stderr, "%s: %s '%s'\n", program, what, word);
    if (near) {
        fprintf(stderr, "hint: did you mean '%s'?\n", near);
    } else {
        fprintf(stderr, "hint: %s --help\n", program);
    }
    return 2;
}

static int unknown_option(const char *program, const struct cli_verb *verb,
                          const struct cli_option *common, const char *word)
{
    const char *names[2 * CLI_OPTIONS_MAX + sizeof everywhere / sizeof *everywhere];
    size_t count = 0;
    for (const struct cli_option *o = verb->options; o && o->name; o++) {
        names[count++] = o->name;
    }
    for (const struct cli_option *o = common; o && o->name; o++) {
        names[count++] = o->name;
    }
    for (const struct cli_option *o = everywhere; o->name; o++) {
        names[count++] = o->name;
    }
    const char *near = text_nearest(word + strspn(word, "-"), names, count);
    char full[64];
    if (near) {
        snprintf(full, sizeof full, "--%s", near);
    }
    return misuse(program, "unknown option", word, near ? full : NULL);
}

/* Checks an option's value.  Returns 0, or 2 after printing the error. */
static int check_value(const char *program, const struct cli_option *o, const char *value)
{
    unsigned long long n = 0;
    bool digits = *value != '\0';
    for (const char *p = value; *p; p++) {
        unsigned digit = (unsigned)(*p - '0');
        digits = digits && digit < 10 && n <= (~0ull - digit) / 10;
        n = digits ? n * 10 + digit : n;
    }
    if (o->kind == CLI_NUMBER && (!digits || n < o->min || n > o->max)) {
        fprintf(stderr, "%s: --%s takes a number from %llu to %llu, not '%s'\nhint: %s --help\n",
                program, o->name, o->min, o->max, value, program);
        return 2;
    }
    if (o->kind == CLI_FOLDER && strcmp(value, "-") == 0) {
        fprintf(stderr, "%s: --%s takes a folder, not a stream\nhint: %s --help\n", program,
                o->name, program);
        return 2;
    }
    if (!*value) {
        fprintf(stderr, "%s: --%s is empty\nhint: %s --help\n", program, o->name, program);
        return 2;
    }
    return 0;
}

/* Disables core files and ptrace by other processes: the tools hold keys and answers. */
static void harden(void)
{
    struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
}

static int unknown_verb(const struct cli *cli, const char *word)
{
    const char *names[64];
    size_t count = 0;
    for (size_t v = 0; v < cli->count && count < sizeof names / sizeof *names; v++) {
        names[count++] = cli->verbs[v].name;
    }
    return misuse(cli->program, "unknown verb", word, text_nearest(word, names, count));
}

/* help --man, help --completion: what `make install` puts beside the program. */
static bool print_page(const struct cli *cli, const char *which)
{
    bool manual = strcmp(which, "--man") == 0;
    if (manual || strcmp(which, "--completion") == 0) {
        (manual ? cli_manual : cli_completion)(cli);
        return true;
    }
    return false;
}

/* A verb may have an option --version of its own: that of a form. */
static bool asks_version(const struct cli_verb *verb, const char *word)
{
    return strcmp(word, "--version") == 0 &&
           !(verb && find_option(verb->options, word, strlen(word)));
}

/* Handles --help and --version, which take precedence over everything else.  Returns the
 * exit status, or -1 if neither was given. */
static int answer_about(const struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = NULL;
    if (argc > 2 && strcmp(argv[1], "help") == 0 && print_page(cli, argv[2])) {
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
    }
    if (argc > 1 && strcmp(argv[1], "help") == 0) {
        verb = argc > 2 ? find_verb(cli, argv[2]) : NULL;
        return argc > 2 && !verb ? unknown_verb(cli, argv[2]) : print_help(cli, verb);
    }
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        verb = verb ? verb : find_verb(cli, argv[i]);
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return print_help(cli, verb);
        }
        if (asks_version(verb, argv[i])) {
            printf("%s " SUHBAT_VERSION "\n", cli->program);
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
        }
    }
    return -1;
}

/* Takes the option at argv[*i] and its argument.  Returns 0, or 2 after printing the error. */
static int take_option(const struct cli *cli, const struct cli_verb *verb, int argc, char **argv,
                       int *i)
{
    const char *word = argv[*i], *equals = strchr(word, '=');
    size_t len = equals && text_starts(word, "--") ? (size_t)(equals - word) : strlen(word);
    const struct cli_option *o = find_option(cli->common, word, len);
    struct cli_verb none = {.name = ""};
    if (!o && verb) {
        o = find_option(verb->options, word, len);
    }
    o = o ? o : find_option(everywhere, word, len);
    if (!o) {
        return unknown_option(cli->program, verb ? verb : &none, cli->common, word);
    }
    if (!o->argument) {
        *o->value = "";
    } else if (word[len] == '=') {
        *o->value = word + len + 1;
    } else if (*i + 1 < argc) {
        *o->value = argv[++*i];
    } else {
        return misuse(cli->program, "missing argument after", word, NULL);
    }
    return o->argument ? check_value(cli->program, o, *o->value) : 0;
}

/* Sets *verb and `words`, whose list has room for all arguments.  Returns 0, or 2 after
 * printing the error. */
static int read_line(const struct cli *cli, int argc, char **argv, const struct cli_verb **verb,
                     struct cli_words *words)
{
    bool options_end = false;
    *verb = NULL;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        int wrong = 0;
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!options_end && word[0] == '-' && word[1]) {
            wrong = take_option(cli, *verb, argc, argv, &i);
        } else if (*verb) {
            words->list[words->count++] = word;
        } else {
            *verb = find_verb(cli, word);
            wrong = *verb ? 0 : unknown_verb(cli, word);
        }
        if (wrong) {
            return wrong;
        }
    }
    if (!*verb) {
        fprintf(stderr, "%s: no verb given\nhint: %s --help\n", cli->program, cli->program);
        return 2;
    }
    if (words->count < (*verb)->min || words->count > (*verb)->max) {
        fprintf(stderr, "%s: usage: %s %s %s\nhint: %s help %s\n", cli->program, cli->program,
                (*verb)->name, (*verb)->words, cli->program, (*verb)->name);
        return 2;
    }
    return 0;
}

/* Applies --passphrase-fd.  Returns 0, or 2 after printing the error. */
static int take_descriptor(const char *program)
{
    int fd = opt_passphrase_fd ? (int)strtoul(opt_passphrase_fd, NULL, 10) : -1;
    if (fd >= 0 && fcntl(fd, F_GETFD) < 0) {
        fprintf(stderr,
                "%s: --passphrase-fd %d is not open\nhint: %s … --passphrase-fd 3 3< FILE\n",
                program, fd, program);
        return 2;
    }
    prompt_from(fd);
    return 0;
}

static int run_verb(const struct cli *cli, const struct cli_verb *verb,
                    const struct cli_words *words)
{
    struct err err = {0};
    if (!verb->run(words, &err)) {
        char text[1200];
        fflush(stdout);
        if (err.code == ERR_NONE) {
            return 1; /* the verb has already printed what it found */
        }
        err_text(&err, text, sizeof text);
        fprintf(stderr, "%s: %s\n", cli->program, text);
        return err_exit_status(&err);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write standard output\n", cli->program);
        return 3;
    }
    return 0;
}

bool cli_secrets(const char *program)
{
    struct err err = {0};
    char text[600];
    if (!secret_setup(&err)) {
        err_text(&err, text, sizeof text);
        fprintf(stderr, "%s: %s\n", program, text);
        return false;
    }
    if (!secret_can_lock()) {
        fprintf(stderr,
                "%s: warning: memory cannot be locked here, so keys may reach the swap space\n"
                "hint: raise the limit of locked memory (ulimit -l), or switch swap off\n",
                program);
    }
    return true;
}

void cli_say(FILE *to, const char *before, const char *text)
{
    char *plain = mem_text(text);
    text_defuse(plain);
    fprintf(to, "%s%s\n", before, plain);
    free(plain);
}

void cli_progress(const char *pass, uint64_t done, uint64_t all)
{
    enum { EACH_MS = 100 };
    static int64_t last; /* when the line was written */
    int64_t now = clock_mono_ms();
    if (!isatty(STDERR_FILENO) || (done < all && now - last < EACH_MS)) {
        return;
    }
    fprintf(stderr, "\r%llu of %llu records %s\033[K%s", (unsigned long long)done,
            (unsigned long long)all, pass, done < all ? "" : "\r\033[K");
    fflush(stderr);
    last = now;
}

int cli_main(const char *program, const char *about, const struct cli_verb *verbs, size_t count,
             const struct cli_option *common, const struct cli_example *examples, int argc,
             char **argv)
{
    assert(count > 0 && argc > 0);
    const struct cli cli = {program, about, verbs, count, common, everywhere, examples};
    const struct cli_verb *verb;
    struct cli_words words = {.list = mem_zero((size_t)argc, sizeof *words.list)};
    harden();
    mem_keep();
    xml_setup();
    int status = answer_about(&cli, argc, argv);
    if (status < 0) {
        status = read_line(&cli, argc, argv, &verb, &words);
        status = status ? status : take_descriptor(program);
        status = status ? status : run_verb(&cli, verb, &words);
    }
    free(words.list);
    keys_forget_passphrases();
    return status;
}
