/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_REGEX_H
#define PLATFORM_MACHINE_REGEX_H
/*
 * regex: matches a whole text against a pattern.  Home of PCRE2.
 *
 * Patterns are read as Java and JavaScript do: a "-" next to a class is a literal "-", and
 * \p{IsCyrillic} and \p{Script=Cyrillic} mean the same.  Patterns come from forms, so their
 * length (256 bytes; texts 4096), backtracking and depth are limited.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/err.h"

enum { REGEX_PATTERN_MAX = 256, REGEX_TEXT_MAX = 4096 };

/* Check a pattern.  ERR_INPUT: faulty, with position and reason; ERR_LIMIT: too long. */
MUST_CHECK bool regex_check(const char *pattern, struct err *err);
/* Sets *matches on success.  ERR_INPUT: faulty pattern; ERR_LIMIT: pattern or text too long, or
 * matching takes too many steps. */
MUST_CHECK bool regex_matches(bool *matches, const char *pattern, const char *text,
                              struct err *err);

#endif
