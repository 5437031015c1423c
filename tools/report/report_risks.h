/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_RISKS_H
#define TOOLS_REPORT_REPORT_RISKS_H
/*
 * report_risks: the experts' ratings of risks, R19: the matrices of the report's annexes.
 *
 * A rating is the upper median of the experts' ratings of one axis, low 1, medium 2, high 3; "don't
 * know" and refusals do not count.  An even split is flagged, never silent.
 * Source: docs/REPORT.md.
 */
#include "tools/desk/desk_facts.h"
#include "tools/report/report_page.h"

enum { RISK_LEVELS = 3, RISK_TYPES = 24 };
struct risk_ratings {                        /* of one risk and axis */
    unsigned counts[RISK_LEVELS];            /* low, medium, high */
    unsigned missing;                        /* don't know, refused */
    unsigned types[RISK_TYPES][RISK_LEVELS]; /* the same by type of expert */
};
enum risk_flag {                    /* bits */
                 RISK_FEW = 1,      /* fewer than five ratings */
                 RISK_SPLIT = 2,    /* an even number, and the two in the middle differ */
                 RISK_NOT_MODE = 4, /* another was named more often */
                 RISK_DISAGREE = 8, /* D > 0.5 */
                 RISK_BY_TYPE = 16  /* the median of the types' medians differs */
};
struct risk_result {
    unsigned n;
    unsigned rating; /* 1 to 3; 0: no ratings */
    double spread;   /* D: 0 agreement … 1 two opposite halves */
    double mode;     /* share of the rating that was given most often */
    unsigned flags;
};
struct risk_result risk_rate(const struct risk_ratings *ratings);

struct report_risks;
/* `list`: risks.csv.  ERR_INPUT names its place. */
MUST_CHECK bool report_risks_new(struct report_risks **risks, const struct buf *list,
                                 const char *language, struct err *err);
/* Names the measures: `list` is meas.csv.  Without it they are shown by their codes. */
MUST_CHECK bool report_risks_name_measures(struct report_risks *risks, const struct buf *list,
                                           const char *language, struct err *err);
/* The same of who should take them: the rows `actor` of `list`, answers.csv. */
MUST_CHECK bool report_risks_name_actors(struct report_risks *risks, const struct buf *list,
                                         const char *language, struct err *err);
void report_risks_free(struct report_risks *risks);
/* Takes the ratings of an expert's record. */
void report_risks_add(struct report_risks *risks, struct desk_facts *facts);

struct risk_line {                                 /* a row of the matrix */
    const char *code, *label, *component, *report; /* the report's rating: "H/H", "n/a", "-" */
    struct risk_result likely, impact;
    unsigned sure_likely, sure_impact; /* ratings of those alone who are sure of theirs; 0: none */
    const unsigned (*joint)[RISK_LEVELS]; /* experts by likelihood and impact; not suppressed */
    unsigned missing_likely, missing_impact;
    bool meant;          /* false: not applicable to this side */
    const char *compare; /* with the report's: a word, or "" */
};
enum risk_side { RISK_DEST, RISK_ORIG, RISK_BODY, RISK_SIDES };
/* The lines of a side, of experts from one country ("KG"; "": all), in the list's order. */
size_t report_risks_lines(struct report_risks *risks, enum risk_side side, const char *country,
                          const struct risk_line **lines);
size_t report_risks_experts(const struct report_risks *risks);
/* The risks of the list, in its order. */
struct risk_head {
    const char *code, *label, *component;
};
size_t report_risks_count(const struct report_risks *risks);
struct risk_head report_risk(const struct report_risks *risks, size_t at);
/* Appends what all experts say of a risk, a paragraph for each side that it is meant for. */
void report_risks_say(struct buf *out, struct report_risks *risks, const struct report_about *about,
                      const char *code);
void report_risks_page(struct buf *out, struct report_risks *risks,
                       const struct report_about *about);
void report_risks_csv(struct buf *out, struct report_risks *risks,
                      const struct report_about *about);

#endif
