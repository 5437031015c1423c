/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CLI_CLI_H
#define TOOLS_CLI_CLI_H
/*
 * desk_cli: verbs, options, help and exit statuses, the same for every tool.
 *
 * Exit: 0 done, 1 the data has faults, 2 misuse, 3 the machine, 4 the key.
 */
#include <stdint.h>

#include <stdio.h>

#include "platform/machine/err.h"

enum cli_kind {
    CLI_TEXT,   /* anything, but not nothing */
    CLI_NUMBER, /* digits alone, from `min` to `max` */
    CLI_FOLDER  /* no "-": a folder is no stream */
};

struct cli_option {
    const char *name;     /* "root" = --root */
    char letter;          /* 'o' = -o, or 0 */
    const char *argument; /* "OUT", or NULL for a flag */
    const char *help;
    const char **value; /* set to the argument, or to "" for a flag */
    enum cli_kind kind; /* checked when it is read, before anything is opened */
    unsigned long long min, max;
};

#define CLI_END                                                                                    \
    {                                                                                              \
        NULL, 0, NULL, NULL, NULL, CLI_TEXT, 0, 0                                                  \
    } /* of a table of options */

enum { CLI_OPTIONS_MAX = 12 };
#define CLI_ANY SIZE_MAX /* as many words as the caller gives */

struct cli_words {     /* what is no option */
    const char **list; /* the caller's */
    size_t count;
};

struct cli_verb {
    const char *name, *words, *help; /* "convert", "FILE", one sentence */
    size_t min, max;                 /* words */
    const struct cli_option *options;
    /* true = done; false = `err` says why */
    bool (*run)(const struct cli_words *words, struct err *err);
    const char *const *more; /* lines of its own page, NULL at the end; NULL: none */
};

/* secret_setup, and what there is to say about it; false: said, end with status 3. */
bool cli_secrets(const char *program);
/* A text from elsewhere onto a terminal: nothing in it steers that (text_defuse). */
void cli_say(FILE *to, const char *before, const char *text);

/* Parse, dispatch, print the error; returns the exit status. */
int cli_main(const char *program, const char *about, const struct cli_verb *verbs, size_t count,
             const struct cli_option *common, int argc, char **argv);

#endif
