/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_LINT_H
#define TOOLS_FORM_FORM_LINT_H
/*
 * form_lint: finds what a survey methodologist and a translator would mark in a form that works.
 *
 * docs/INSTRUMENTS.md lists the findings and the file of terms.
 */
#include "platform/machine/arena.h"

/* Append each finding as a line "FILE, survey row 14, column relevant: …", and count them.  `said`
 * gets what is no finding: the estimated minutes.  `terms`: path of the file of terms, or NULL for
 * lint.terms beside the form, if it is there.  False if the form cannot be read or loaded. */
MUST_CHECK bool form_lint(struct buf *findings, size_t *count, struct buf *said, const char *file,
                          const char *terms, struct err *err);

#endif
