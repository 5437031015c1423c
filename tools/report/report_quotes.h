/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_QUOTES_H
#define TOOLS_REPORT_REPORT_QUOTES_H
/*
 * report_quotes: R23: what people said, by the study's elements and countries.
 *
 * Quotes are words that a coder marked as a quote, of people who allow it, and the quotes of groups
 * that their moderator wrote down as not telling who said them.  One that may tell who spoke is
 * held back: six digits in a row, @, a passport, two words with capitals side by side. Labels: S6,
 * shared by five records, else without age, then sex, then country; S7 for experts. Source:
 * docs/REPORT.md.
 */
#include "tools/desk/desk_code.h"
#include "tools/desk/desk_facts.h"
#include "tools/report/report_page.h"

struct report_quotes;
/* `elements` is borrowed. */
struct report_quotes *report_quotes_new(const struct desk_elements *elements, const char *language);
void report_quotes_free(struct report_quotes *quotes);
/* Takes a record of the base; `codings`: what was coded of it.  `withdrawn`: quotes were taken
 * back. */
void report_quotes_add(struct report_quotes *quotes, struct desk_facts *facts,
                       const struct coding *codings, size_t count, bool withdrawn);
/* How many quotes may be shown; *held: how many are held back. */
size_t report_quotes_count(struct report_quotes *quotes, size_t *held);
/* Appends some quotes of an element, the first in their order. */
void report_quotes_some(struct buf *out, struct report_quotes *quotes, const char *element,
                        size_t most);
void report_quotes_page(struct buf *out, struct report_quotes *quotes,
                        const struct report_about *about);
void report_quotes_csv(struct buf *out, struct report_quotes *quotes,
                       const struct report_about *about);
/* Whether these words may tell who said them. */
bool report_quote_tells(const char *words);

#endif
