/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_CORRECTION_H
#define APP_INTERVIEW_INTERVIEW_CORRECTION_H
/*
 * interview_correction: an interview that corrects a record that the desk sent back: what was asked
 * about it, and the interviewer's reason.
 *
 * The answers are those of the record.  The new record has an id of its own and names the old one
 * (deprecatedID).  Attachments stayed in the sealed record; the answers go on naming them.
 */
#include "app/interview/interview.h"

struct interview_comment {
    const char *path, *text; /* path "": on the whole record */
    const struct node *node; /* the question, wherever its entry stands now; NULL: none is asked */
};
struct interview_correction {
    struct arena arena;
    struct interview_comment *comments; /* in the desk's order */
    size_t count;
    struct buf bytes; /* what the desk sent */
    const char *xml;  /* the record as it was sealed, inside `bytes` */
    size_t xml_len;
    char *reason; /* what the interviewer says about the changes; NULL: nothing yet */
};

/* Begins a correction.  As interview_begin; ERR_INPUT: it does not fit the form, or was corrected
 * already. */
MUST_CHECK bool interview_correct(struct interview **interview, struct writer *writer,
                                  const struct device_return *sent_back, const char *language,
                                  struct err *err);
/* What the coordinator says about a question, a line for each comment; "": nothing. */
const char *interview_comment(const struct interview *interview, struct arena *arena,
                              const struct node *node);
/* The question that a comment is on, if it is part of the interview now; or NULL. */
struct node *interview_comment_node(const struct interview *interview,
                                    const struct interview_comment *comment);
/* Journals the reason, if it is another.  "", or blanks alone: none. */
enum { INTERVIEW_REASON_LETTERS = 500 };
void interview_reason(struct interview *interview, const char *text);

/* ---- for interview.c ---- */

/* Whether what the desk sent can be opened: before it is taken. */
MUST_CHECK bool correction_fits(const void *bytes, size_t len, struct err *err);
/* Reads what the desk sent (sendback.h).  ERR_INPUT: damaged. */
MUST_CHECK bool correction_new(struct interview_correction **correction, const void *bytes,
                               size_t len, struct err *err);
/* Finds the questions that comments are on, once the session is open. */
void correction_bind(struct interview *interview);
void correction_free(struct interview_correction *correction);
void correction_keep_reason(struct interview_correction *correction, const char *text, size_t len);

#endif
