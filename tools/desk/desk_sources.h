/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_SOURCES_H
#define TOOLS_DESK_DESK_SOURCES_H
/*
 * desk_sources: the register of documents that the study draws on besides its records: reports,
 * laws, statistics.  The report counts them among its sources (R01).
 *
 * Encrypted and signed with the desk's keys.  Source: docs/RECORD.md section 18.
 */
#include "tools/desk/desk_ledger.h"

enum { SOURCE_TEXT_MAX = 4096 };
struct source_document {
    uint8_t id[16];
    int64_t wall_ms;     /* when it was registered */
    const char *title;   /* not empty */
    const char *kind;    /* "report", "law", "statistics" … as the study calls them; not empty */
    const char *country; /* "KG"; "": none in particular */
    const char *date;    /* "2026", "2026-03", "2026-03-08"; "": unknown */
    const char *place, *who; /* where it is kept or found; who registered it */
};
/* Registers a document, and says so in the log.  Fills its id, and who.  ERR_INPUT: a
 * field is not as above; or a document of this title, kind and date is there. */
MUST_CHECK bool desk_source_add(struct desk *desk, struct source_document *source, struct err *err);
/* The same for a document of another desk: its id and who registered it stay. */
MUST_CHECK bool desk_source_carry(struct desk *desk, const struct source_document *source,
                                  struct err *err);
/* Takes one out.  ERR_INPUT: there is none whose id begins so, or several. */
MUST_CHECK bool desk_source_drop(struct desk *desk, const char *begins, int64_t wall_ms,
                                 struct err *err);

struct desk_sources { /* all of them, by kind, country, date, title */
    struct arena arena;
    struct source_document *list;
    size_t count;
};
/* The caller calls desk_sources_fini in either case. */
MUST_CHECK bool desk_sources_read(struct desk_sources *sources, struct desk *desk, struct err *err);
void desk_sources_fini(struct desk_sources *sources);

#endif
