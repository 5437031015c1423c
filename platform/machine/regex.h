/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_REGEX_H
#define PLATFORM_MACHINE_REGEX_H
/*
 * regex: does a whole text match a pattern?  Home of PCRE2.
 *
 * Patterns are as Java and JavaScript read them: a "-" beside a class is a "-", \p{IsCyrillic} and
 * \p{Script=Cyrillic} are one.  They come from forms, so length (256 pattern, 4096 text),
 * backtracking and depth are capped.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/err.h"

enum { REGEX_PATTERN_MAX = 256, REGEX_TEXT_MAX = 4096 };

/* Is it one at all?  ERR_INPUT says where it is faulty, and why. */
MUST_CHECK bool regex_check(const char *pattern, struct err *err);
/* *matches is set on success.  ERR_INPUT for a faulty pattern, ERR_LIMIT for one that costs too
 * much. */
MUST_CHECK bool regex_matches(bool *matches, const char *pattern, const char *text,
                              struct err *err);

#endif
