/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_SIMULATE_H
#define TOOLS_FORM_FORM_SIMULATE_H
/*
 * form_simulate: made-up interviews through the real engine.
 *
 * The same form, weights and seed give the same bytes.  Most interviewers work well; from four on,
 * some are too fast, some give one answer all along, some copy what was told to them before.
 */
#include "forms/engine/session.h"
#include "forms/entities/entities.h"

enum simulate_kind {
    SIMULATE_HONEST,
    SIMULATE_FAST,
    SIMULATE_STRAIGHT,
    SIMULATE_COPY,
    SIMULATE_KIND_COUNT
};

struct simulated {           /* one interview */
    unsigned number;         /* from 1 */
    unsigned interviewer;    /* from 0 */
    enum simulate_kind kind; /* of the interviewer */
    int64_t begun_ms, ended_ms;
    unsigned answers;
    uint8_t record_id[16]; /* of instanceID; zeros if the form has none */
    const struct buf *xml;
};
const char *simulate_kind_name(enum simulate_kind kind);
/* The code of an interviewer: A01 … A99, B01 … Y99. */
void simulate_code(char out[4], unsigned interviewer);

/* Takes one finished interview; false stops. */
typedef bool simulate_take(void *user, const struct simulated *done, struct err *err);

struct simulate_spec {
    const struct form *form;
    const char *file;    /* of the form: its lists are read from this folder */
    const char *weights; /* path of the weights, or NULL for simulate.weights beside the form */
    unsigned count;
    uint64_t seed;
    struct entities *cases; /* cases that interviews find, create and update; or NULL */
    bool each;              /* one interview about each case that is open, instead of `count`; what
                             * the case knows is answered by questions of the same name */
    const char *set;        /* "part=c wave=3": these questions are answered so; "r_like@x@y=high":
                             * in entries of a repeat that have the answers x and y; or NULL */
    int64_t day_ms;         /* first day of the interviews, wall ms; 0: 2026-03-02 */
    unsigned devices;       /* an interviewer sees only the cases of their device; 1 or more */
};

/* ERR_INPUT if an interview cannot be finished: the message names the question. */
MUST_CHECK bool form_simulate(const struct simulate_spec *spec, simulate_take *take, void *user,
                              struct err *err);

#endif
