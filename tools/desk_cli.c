/* SPDX-License-Identifier: Apache-2.0 */
/* What did the caller ask for? */
#include "tools/desk_cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "platform/arena.h"
#include "platform/text.h"
#include "platform/xml.h"

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

static void print_help(const char *program, const char *about, const struct cli_verb *verbs,
                       size_t count, const struct cli_option *common)
{
    printf("%s: %s\n\n", program, about);
    for (size_t i = 0; i < count; i++) {
        printf("  %s %s %s\n      %s\n", program, verbs[i].name, verbs[i].words, verbs[i].help);
        print_options(verbs[i].options);
    }
    if (common) {
        printf("\n  options for every verb\n");
        print_options(common);
    }
    printf("\n  '-' is standard input or output, '--' ends the options.\n"
           "  exit status: 0 done, 1 the data has faults, 2 misuse, 3 the machine, 4 the key\n");
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
    const char *names[2 * CLI_OPTIONS_MAX];
    size_t count = 0;
    for (const struct cli_option *o = verb->options; o && o->name; o++) {
        names[count++] = o->name;
    }
    for (const struct cli_option *o = common; o && o->name; o++) {
        names[count++] = o->name;
    }
    const char *near = text_nearest(word + strspn(word, "-"), names, count);
    char full[64];
    if (near) {
        snprintf(full, sizeof full, "--%s", near);
    }
    return misuse(program, "unknown option", word, near ? full : NULL);
}

/* 0, or misuse said. */
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

/* No core file, no other process reading along: tools hold keys and answers too. */
static void harden(void)
{
    struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
}

/* `words` has room for every word of the line. */
static int run_line(const char *program, const char *about, const struct cli_verb *verbs,
                    size_t count, const struct cli_option *common, int argc, char **argv,
                    struct cli_words *words)
{
    const struct cli_verb *verb = NULL;
    bool options_end = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            break;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(program, about, verbs, count, common);
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("%s " SUHBAT_VERSION "\n", program);
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
        }
    }
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
            continue;
        }
        if (options_end || word[0] != '-' || !word[1]) {
            if (!verb) {
                const char *names[64];
                for (size_t v = 0; v < count; v++) {
                    names[v] = verbs[v].name;
                    verb = strcmp(verbs[v].name, word) == 0 ? &verbs[v] : verb;
                }
                if (!verb) {
                    return misuse(program, "unknown verb", word, text_nearest(word, names, count));
                }
            } else {
                words->list[words->count++] = word;
            }
            continue;
        }
        const char *equals = strchr(word, '=');
        size_t len = equals && text_starts(word, "--") ? (size_t)(equals - word) : strlen(word);
        const struct cli_option *o = find_option(common, word, len);
        struct cli_verb none = {.name = ""};
        if (!o && verb) {
            o = find_option(verb->options, word, len);
        }
        if (!o) {
            return unknown_option(program, verb ? verb : &none, common, word);
        }
        if (!o->argument) {
            *o->value = "";
        } else if (word[len] == '=') {
            *o->value = word + len + 1;
        } else if (i + 1 < argc) {
            *o->value = argv[++i];
        } else {
            return misuse(program, "an argument is missing behind", word, NULL);
        }
        int wrong = o->argument ? check_value(program, o, *o->value) : 0;
        if (wrong) {
            return wrong;
        }
    }
    if (!verb) {
        fprintf(stderr, "%s: no verb given\nhint: %s --help\n", program, program);
        return 2;
    }
    if (words->count < verb->least || words->count > verb->most) {
        fprintf(stderr, "%s: usage: %s %s %s\n", program, program, verb->name, verb->words);
        return 2;
    }
    struct err err = {0};
    if (!verb->run(words, &err)) {
        char text[1200];
        fflush(stdout);
        if (err.code == ERR_NONE) {
            return 1; /* the verb has said what it found */
        }
        err_text(&err, text, sizeof text);
        fprintf(stderr, "%s: %s\n", program, text);
        return err_exit_status(&err);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write standard output\n", program);
        return 3;
    }
    return 0;
}

int cli_main(const char *program, const char *about, const struct cli_verb *verbs, size_t count,
             const struct cli_option *common, int argc, char **argv)
{
    struct cli_words words = {.list = mem_zero((size_t)argc, sizeof *words.list)};
    harden();
    mem_keep();
    xml_setup();
    int status = run_line(program, about, verbs, count, common, argc, argv, &words);
    free(words.list);
    return status;
}
