/* SPDX-License-Identifier: Apache-2.0 */
/* Prints manual pages and bash completion from the tables that the command line is read by. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli_internal.h"

/* ---- the manual page ---- */

/* Text for troff: hyphens stay hyphens, and no line becomes a request. */
static void troff(const char *text)
{
    if (*text == '.' || *text == '\'') {
        fputs("\\&", stdout);
    }
    for (const char *c = text; *c; c++) {
        if (*c == '\\') {
            fputs("\\e", stdout);
        } else if (*c == '-') {
            fputs("\\-", stdout);
        } else {
            putchar(*c);
        }
    }
}

static void manual_options(const struct cli_option *options)
{
    for (const struct cli_option *o = options; o && o->name; o++) {
        fputs(".TP\n", stdout);
        if (o->letter) {
            printf("\\fB\\-%c\\fR, ", o->letter);
        }
        fputs("\\fB\\-\\-", stdout);
        troff(o->name);
        fputs("\\fR", stdout);
        if (o->argument) {
            fputs(" \\fI", stdout);
            troff(o->argument);
            fputs("\\fR", stdout);
        }
        putchar('\n');
        troff(o->help);
        putchar('\n');
    }
}

static void manual_verb(const struct cli_verb *verb)
{
    fputs(".SS \"\\fB", stdout);
    troff(verb->name);
    fputs("\\fR", stdout);
    if (*verb->words) {
        fputs(" \\fI", stdout);
        troff(verb->words);
        fputs("\\fR", stdout);
    }
    fputs("\"\n", stdout);
    putchar(toupper((unsigned char)*verb->help));
    troff(verb->help + 1);
    putchar('\n');
    for (size_t i = 0; verb->more && verb->more[i]; i++) { /* line by line: some are examples */
        fputs(i ? "" : ".PP\n.nf\n", stdout);
        troff(verb->more[i]);
        fputs(verb->more[i + 1] ? "\n" : "\n.fi\n", stdout);
    }
    manual_options(verb->options);
}

static void manual_examples(const struct cli_example *examples)
{
    puts(".SH EXAMPLES");
    for (const struct cli_example *e = examples; e->command; e++) {
        puts(".TP");
        troff(e->says);
        fputs("\n.B ", stdout);
        troff(e->command);
        putchar('\n');
    }
}

void cli_manual(const struct cli *cli)
{
    static const char *const others[] = {"suhbat", "suhbat-form", "suhbat-key", "suhbat-sync",
                                         "suhbat-desk"};
    printf(".\\\" SPDX-License-Identifier: Apache-2.0\n.TH ");
    for (const char *c = cli->program; *c; c++) {
        putchar(toupper((unsigned char)*c));
    }
    printf(" 1 \"\" \"suhbat " SUHBAT_VERSION "\" \"User Commands\"\n.SH NAME\n");
    troff(cli->program);
    fputs(" \\- ", stdout);
    troff(cli->about);
    fputs("\n.SH SYNOPSIS\n.B ", stdout);
    troff(cli->program);
    puts("\n.I VERB\n[options] [arguments]\n.SH VERBS");
    for (size_t i = 0; i < cli->count; i++) {
        manual_verb(&cli->verbs[i]);
    }
    puts(".SH OPTIONS OF EVERY VERB");
    manual_options(cli->common);
    manual_options(cli->everywhere);
    puts(".TP\n\\fB\\-\\-help\\fR, \\fB\\-\\-version\\fR\nsay what the program does, or its "
         "version\n"
         ".PP\n\\(aq\\-\\(aq means standard input or output; \\(aq\\-\\-\\(aq ends the options.\n"
         ".SH EXIT STATUS\n0 success, 1 a fault in the data, 2 wrong usage, 3 a failure of the "
         "machine (disk, memory), 4 a wrong or missing key.");
    manual_examples(cli->examples);
    puts(".SH SEE ALSO");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i], cli->program) != 0) {
            fputs(".BR ", stdout);
            troff(others[i]);
            puts(" (1),");
        }
    }
    puts(".BR age (1)");
}

/* ---- completion ---- */

enum which { ALL, TAKES_FOLDER, TAKES_OTHER };

static void completion_names(const struct cli_option *options, enum which which)
{
    for (const struct cli_option *o = options; o && o->name; o++) {
        bool folder = o->argument && o->kind == CLI_FOLDER;
        if (which == ALL || (which == TAKES_FOLDER ? folder : o->argument && !folder)) {
            printf(" --%s", o->name);
            if (o->letter) {
                printf(" -%c", o->letter);
            }
        }
    }
}

static void completion_list(const struct cli *cli, const struct cli_option *options,
                            enum which which)
{
    completion_names(options, which);
    completion_names(cli->common, which);
    completion_names(cli->everywhere, which);
}

void cli_completion(const struct cli *cli)
{
    char name[64];
    snprintf(name, sizeof name, "_%s", cli->program);
    for (char *c = name; *c; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    printf("# SPDX-License-Identifier: Apache-2.0\n# bash completion for %s\n%s() {\n",
           cli->program, name);
    fputs("    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= w\n"
          "    local options= folders= others= verbs='help",
          stdout);
    for (size_t i = 0; i < cli->count; i++) {
        printf(" %s", cli->verbs[i].name);
    }
    fputs("'\n    local before='", stdout);
    completion_list(cli, NULL, TAKES_FOLDER);
    completion_list(cli, NULL, TAKES_OTHER);
    puts(" ' last=\n    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "        [[ -z $verb && $before != *\" $last \"* && \" $verbs \" == *\" $w \"* ]] && "
         "verb=$w\n"
         "        last=$w\n"
         "    done\n    case $verb in");
    for (size_t i = 0; i < cli->count; i++) {
        const struct cli_option *options = cli->verbs[i].options;
        printf("    %s)\n        options='--help", cli->verbs[i].name);
        completion_list(cli, options, ALL);
        fputs("'\n        folders='", stdout);
        completion_list(cli, options, TAKES_FOLDER);
        fputs("'\n        others='", stdout);
        completion_list(cli, options, TAKES_OTHER);
        puts("' ;;");
    }
    fputs("    *)\n        options='--help --version", stdout);
    completion_list(cli, NULL, ALL);
    fputs("'\n        folders='", stdout);
    completion_list(cli, NULL, TAKES_FOLDER);
    fputs("'\n        others='", stdout);
    completion_list(cli, NULL, TAKES_OTHER);
    puts("' ;;\n    esac\n"
         "    if [[ \" $folders \" == *\" $prev \"* ]]; then\n"
         "        compopt -o filenames 2> /dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
         "    elif [[ \" $others \" == *\" $prev \"* ]]; then\n"
         "        compopt -o filenames 2> /dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
         "    elif [[ $cur == -* ]]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
         "    elif [[ -z $verb || $verb == help ]]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$cur\")\n"
         "    else\n"
         "        compopt -o filenames 2> /dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
         "    fi\n}");
    printf("complete -F %s %s\n", name, cli->program);
}
