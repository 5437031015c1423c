#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make complexity: prints the functions whose cyclomatic complexity is over LIMIT, and fails if there are any.
# The figure is pmccabe's modified one: a switch counts as one decision, however many flat cases it has.
# A lexer is one decision per letter by nature; LEXERS names those that may stay.
set -u
cd "$(dirname "$0")/.."
LIMIT=${LIMIT:-20}
LEXERS='forms/xpath/xpath_parse.c:lex forms/xlsform/xlsform_refs.c:next_token forms/xlsform/xlsform_refs.c:literal_length app/kit/ui_text.c:rich_mark'
find platform forms app tools package tests -name '*.c' | sort | xargs pmccabe | awk -v limit="$LIMIT" -v lexers="$LEXERS" '
    BEGIN {n = split(lexers, l, " "); for (i = 1; i <= n; i++) exempt[l[i]] = 1}
    {
        file = $6; sub(/\(.*/, "", file)
        if ($1 > limit && !((file ":" $7) in exempt)) {
            printf "%s: %s: complexity %d, %d lines\n", $6, $7, $1, $5
            bad = 1
        }
    }
    END {exit bad}'
