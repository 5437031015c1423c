/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CLI_CLI_INTERNAL_H
#define TOOLS_CLI_CLI_INTERNAL_H
/* What the files of cli share. */
#include "tools/cli/cli.h"

struct cli { /* the program and its verbs */
    const char *program, *about;
    const struct cli_verb *verbs;
    size_t count;
    const struct cli_option *common, *everywhere; /* of every verb; of every program */
    const struct cli_example *examples;
};

/* Prints the manual page, section 1. */
void cli_manual(const struct cli *cli);
/* Prints the program's completion for bash. */
void cli_completion(const struct cli *cli);

#endif
