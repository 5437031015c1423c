/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_CODINGS_H
#define TOOLS_DESK_DESK_CODINGS_H
/*
 * desk_codings: what coders marked in stories: a span of an answer with an element of the study, or
 * as a quote, and its Russian translation.
 *
 * A coding holds the words that it marks.  It is encrypted and signed with the desk's keys, and
 * destroyed with its record's content.  The log says who coded what, without the words.
 * Source: docs/RECORD.md section 18.
 */
#include "tools/desk/desk_ledger.h"

enum { CODING_TEXT_MAX = 1 << 20 };
struct coding {
    uint8_t id[16];     /* its GUID; zeros: desk_coding_put makes one */
    uint8_t record[16]; /* the first version of the record: the KEY of tables */
    int64_t wall_ms;
    uint32_t from, to;       /* the span: letters of the answer, from 0; `to` is the one after */
    bool quote;              /* it may be shown as a quote */
    const char *path;        /* of the question; entries of repeats are numbered */
    const char *code;        /* an element of the study; "": none, a quote alone */
    const char *words;       /* the marked words */
    const char *translation; /* into Russian; "": none */
    const char *comment;     /* NULL, for desk_coding_put: as it was */
    const char *who;
};
enum coding_put { CODING_NEW, CODING_CHANGED, CODING_SAME };
/* Keeps a coding, in the caller's transaction.  One with the same GUID is replaced; one that marks
 * the same span with the same code is left as it is (CODING_SAME).  `who` NULL: who works at the
 * desk.  ERR_LIMIT: a text is too long. */
MUST_CHECK bool desk_coding_put(struct desk *desk, struct coding *coding, enum coding_put *done,
                                struct err *err);
/* Takes one away, in the caller's transaction.  *found: whether it was there. */
MUST_CHECK bool desk_coding_drop(struct desk *desk, const uint8_t id[16], bool *found,
                                 struct err *err);
/* In the caller's transaction: what happened, for the log: "code", "import-qdpx".  `ids`: of
 * `count` codings, 16 bytes each. */
MUST_CHECK bool desk_codings_log(struct desk *desk, const char *what, const char *why,
                                 const uint8_t (*ids)[16], size_t count, int64_t wall_ms,
                                 struct err *err);

struct desk_codings { /* all of them, by record, question and place */
    struct arena arena;
    struct coding *list;
    size_t count;
    struct map by_record; /* id in hex → the place of its first + 1 */
};
/* Reads and verifies all.  ERR_INPUT: one is not as it was written.  The caller calls
 * desk_codings_fini in either case. */
MUST_CHECK bool desk_codings_read(struct desk_codings *codings, struct desk *desk, struct err *err);
void desk_codings_fini(struct desk_codings *codings);
/* Those of a record (its first version); *count may be 0. */
const struct coding *desk_codings_of(const struct desk_codings *codings, const uint8_t id[16],
                                     size_t *count);

#endif
