/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are calculated from several answers. */
#include "tools/report/report_measures.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"

enum { MONTHS = 12 };

const char *report_answer(const char *value)
{
    return desk_is_missing(value) || strcmp(value, "withdrawn") == 0 ? "" : value;
}

/* An answer of the same entry of a repeat: the nearest question of this name. */
static const struct node *below(const struct node *node, const char *name)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind == NODE_ELEMENT && strcmp(n->name, name) == 0) {
            return n;
        }
        const struct node *inner = n->kind == NODE_ELEMENT ? below(n, name) : NULL;
        if (inner) {
            return inner;
        }
    }
    return NULL;
}

const char *report_beside(const struct node *node, const char *name)
{
    const struct node *found = *name && node->parent ? below(node->parent, name) : NULL;
    return found ? report_answer(tree_value(found)) : "";
}

static const char *said(const struct measured *of, const char *name)
{
    return of->entry ? report_beside(of->entry, name) : report_answer(desk_fact(of->facts, name));
}

static bool number_of(const struct measured *of, const char *name, double *number)
{
    const char *value = said(of, name);
    char *end;
    *number = strtod(value, &end);
    return *value && !*end;
}

/* ---- the household, the ban ---- */

static bool household(const struct measured *of, double *number)
{
    return number_of(of, "hh_size", number);
}

static bool children(const struct measured *of, double *number)
{
    return number_of(of, "hh_kids", number);
}

static bool ban_years(const struct measured *of, double *number)
{
    return number_of(of, "ban_years", number);
}

/* Months from the interview to the end of a ban that is in force, or may be; 0: it is over. */
static bool ban_left(const struct measured *of, double *number)
{
    static const char in_force[] = "active unsure";
    double until;
    char *end;
    double year = strtod(of->month, &end);
    if (!text_has_word(in_force, said(of, "ban_state")) || !number_of(of, "ban_to_cm", &until) ||
        *end != '-') {
        return false;
    }
    *number = until - (year * MONTHS + strtod(end + 1, NULL));
    *number = *number > 0 ? *number : 0;
    return true;
}

/* ---- I4: rights; I5: plan; I6: legality ---- */

static bool concerns(const struct csv *law, size_t row, const char *country, const char *citizen)
{
    const char *whose = desk_list_cell(law, row, desk_list_column(law, "citizen"));
    return strcmp(desk_list_cell(law, row, desk_list_column(law, "param")), "reg_days") == 0 &&
           strcmp(desk_list_cell(law, row, desk_list_column(law, "country")), country) == 0 &&
           (strcmp(whose, citizen) == 0 || strcmp(whose, "*") == 0);
}

/* Days until registration as law_params.csv has them for a country and a citizen in a year: what
 * names the citizenship before "*", and of these the newest that was in force.  -1: no row. */
static double days_to_register(const struct csv *law, const char *country, const char *citizen,
                               double year)
{
    double best = -1, best_since = 0;
    bool best_own = false;
    for (size_t r = 1; law && r < law->count; r++) {
        double since = strtod(desk_list_cell(law, r, desk_list_column(law, "since")), NULL);
        bool own = strcmp(desk_list_cell(law, r, desk_list_column(law, "citizen")), "*") != 0;
        if (concerns(law, r, country, citizen) && since <= year &&
            (best < 0 || (own && !best_own) || (own == best_own && since > best_since))) {
            best = strtod(desk_list_cell(law, r, desk_list_column(law, "value")), NULL);
            best_since = since;
            best_own = own;
        }
    }
    return best;
}

/* 0 to 3: knows rights mostly or fully, knows where to go, knows the days for registration.  "Don't
 * know" about the days is a wrong answer; who was not asked for them has no number. */
static bool rights(const struct measured *of, double *number)
{
    double level, days;
    const char *where = said(of, "rt_where"), *told = desk_fact(of->facts, "rt_days");
    double right = days_to_register(of->law, said(of, "last_ctry"), said(of, "citizen"),
                                    strtod(of->month, NULL));
    if (!number_of(of, "rt_self", &level) || !*where || !*told || right < 0) {
        return false;
    }
    bool knows = number_of(of, "rt_days", &days) && days == right;
    *number = (level >= 3) + (strcmp(where, "yes") == 0) + knows;
    return true;
}

/* 0 to 8: how much was ready before the last departure. */
static bool plan(const struct measured *of, double *number)
{
    static const char *const parts[] = {"job",  "addr",   "money",   "docs",
                                        "lang", "rights", "contact", "course"};
    const char *had = said(of, "str_had");
    *number = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *number += text_has_word(had, parts[i]);
    }
    return *had != '\0';
}

/* 0 to 3 of the last job: a written contract, registered all the time, a status that allows work.
 * Trips begin with the last one. */
static bool legality(const struct measured *of, double *number)
{
    static const char allowed[] = "citizen eaeu patent permit";
    const char *contract = said(of, "job_agree"), *registered = said(of, "job_reg"),
               *status = said(of, "tr_status");
    *number = (strcmp(contract, "contract") == 0) + (strcmp(registered, "all") == 0) +
              text_has_word(allowed, status);
    return *contract && *registered && *status;
}

static bool pay_due(const struct measured *of, double *number)
{
    return number_of(of, "pay_due", number);
}

static bool job_hours(const struct measured *of, double *number)
{
    return number_of(of, "job_hours", number);
}

/* ---- days of a referral ---- */

/* Days since 1970 of "2026-03-08"; false: it is none. */
static bool day_of(const char *date, double *day)
{
    char *month, *at, *end;
    long year = strtol(date, &month, 10), of_year = strtol(*month ? month + 1 : month, &at, 10);
    long of_month = strtol(*at ? at + 1 : at, &end, 10);
    bool known = *month == '-' && *at == '-' && !*end &&
                 clock_is_date((int)year, (int)of_year, (int)of_month);
    *day = known ? (double)clock_days((int)year, (int)of_year, (int)of_month) : 0;
    return known;
}

static bool referral_days(const struct measured *of, double *number)
{
    double sent, done;
    bool known =
        day_of(said(of, "rf_date"), &sent) && day_of(said(of, "rf_done"), &done) && done >= sent;
    *number = known ? done - sent : 0;
    return known;
}

/* ---- the list ---- */

static const char *const sizes[] = {"1–2", "3–4", "5–6", "7+"};
static const double size_ends[] = {2, 4, 6};
static const char *const kids[] = {"0", "1–2", "3–4", "5+"};
static const double kid_ends[] = {0, 2, 4};
static const char *const years[] = {"0–1", "1–3", "3–5", "5–10", "> 10"};
static const double year_ends[] = {1, 3, 5, 10};
static const char *const months[] = {"0", "1–12", "13–36", "37–60", "> 60"};
static const double month_ends[] = {0, 12, 36, 60};
static const char *const days[] = {"0–7", "8–30", "31–90", "> 90"};
static const double day_ends[] = {7, 30, 90};
static const char *const unpaid[] = {"0–1", "2–3", "4–6", "7+"};
static const double unpaid_ends[] = {1, 3, 6};
static const char *const hours[] = {"1–8", "9–10", "11–12", "13+"};
static const double hour_ends[] = {8, 10, 12};
static const char *const points[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
static const double point_ends[] = {0, 1, 2, 3, 4, 5, 6, 7};
enum { OF_THREE = 4, OF_EIGHT = 9 };
static const struct measure measures[] = {
    {"@household", W_household, household, sizes, size_ends, 4},
    {"@children", W_children, children, kids, kid_ends, 4},
    {"@ban_years", W_ban_years, ban_years, years, year_ends, 5},
    {"@ban_left", W_ban_left, ban_left, months, month_ends, 5},
    {"@rights", W_rights, rights, points, point_ends, OF_THREE},
    {"@plan", W_plan, plan, points, point_ends, OF_EIGHT},
    {"@legality", W_legality, legality, points, point_ends, OF_THREE},
    {"@pay_due", W_pay_due, pay_due, unpaid, unpaid_ends, 4},
    {"@job_hours", W_job_hours, job_hours, hours, hour_ends, 4},
    {"@rf_days", W_referral_days, referral_days, days, day_ends, 4},
};

const struct measure *report_measure(const char *name)
{
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
        if (strcmp(measures[i].name, name) == 0) {
            return &measures[i];
        }
    }
    return NULL;
}

size_t report_measure_step(const struct measure *m, double number)
{
    size_t step = 0;
    while (step + 1 < m->count && number > m->ends[step]) {
        step++;
    }
    return step;
}
