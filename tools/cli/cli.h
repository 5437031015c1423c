/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CLI_CLI_H
#define TOOLS_CLI_CLI_H
/*
 * cli: verbs, options, help and exit statuses, the same for every tool.
 *
 * Exit: 0 success, 1 fault in the data, 2 wrong usage, 3 system error, 4 wrong or missing key.
 */
#include <stdint.h>

#include <stdio.h>

#include "platform/machine/err.h"

enum cli_kind {
    CLI_TEXT,   /* any text except "" */
    CLI_NUMBER, /* digits only, value from `min` to `max` */
    CLI_FOLDER  /* a folder; "-" is refused */
};

struct cli_option {
    const char *name;     /* "root" = --root */
    char letter;          /* 'o' = -o, or 0 */
    const char *argument; /* "OUT", or NULL for a flag */
    const char *help;
    const char **value; /* set to the argument; "" for a flag */
    enum cli_kind kind; /* checked while parsing, before any file is opened */
    unsigned long long min, max;
};

#define CLI_END                                                                                    \
    {                                                                                              \
        NULL, 0, NULL, NULL, NULL, CLI_TEXT, 0, 0                                                  \
    } /* ends a table of options */

enum { CLI_OPTIONS_MAX = 24 };
#define CLI_ANY SIZE_MAX /* no maximum number of words */

struct cli_words {     /* the arguments that are not options */
    const char **list; /* owned by the caller */
    size_t count;
};

struct cli_verb {
    const char *name, *words, *help; /* "convert", "FILE", one sentence */
    size_t min, max;                 /* minimum and maximum number of words */
    const struct cli_option *options;
    /* false: `err` is set; or, with err unset, the verb has reported the fault itself */
    bool (*run)(const struct cli_words *words, struct err *err);
    const char *const *more; /* further lines of help, NULL at the end; NULL = none */
};

/* Calls secret_setup and prints its warnings.  False: an error was printed; exit with status
 * 3. */
bool cli_secrets(const char *program);
/* Prints text from an untrusted source; control characters are made harmless (text_defuse). */
void cli_say(FILE *to, const char *before, const char *text);

/* On a terminal, a line of stderr that is written over: "120 of 500 records written", at most ten
 * times a second; it vanishes when all are done.  Elsewhere nothing. */
void cli_progress(const char *pass, uint64_t done, uint64_t all);

struct cli_example { /* for the manual page; tests/tools.sh runs each */
    const char *says, *command;
};
#define CLI_EXAMPLES_END                                                                           \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

/* Parses the command line, runs the verb, prints errors; returns the exit status. */
int cli_main(const char *program, const char *about, const struct cli_verb *verbs, size_t count,
             const struct cli_option *common, const struct cli_example *examples, int argc,
             char **argv);

#endif
