/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the report's tables of counts. */
#include "tools/report/report_specs.h"

#include <string.h>

#define MI "migrant_interview"
#define EX "expert_interview"
#define FG "focus_group"
#define NA "needs_assessment"
#define RM "reintegration_monitoring"
const struct spec report_specs[] = {
    {W_R01, KIND_CROSS, NULL, "@form", COUNTRY, NULL, W_COUNT},
    {W_R01, KIND_CROSS, NULL, "@month", "@form", NULL, W_COUNT},
    {W_R03, KIND_BASE, MI, "", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_CROSS, MI, "mode", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_REFUSED, MI, "cns_no_why", "", NULL, W_COUNT},
    {W_R03, KIND_REFUSED, MI, "nr_sex", "", NULL, W_COUNT},
    {W_R03, KIND_REFUSED, MI, "nr_age", "", NULL, W_COUNT},
    {W_R03, KIND_REFUSED, MI, "mode", "", NULL, W_COUNT},
    {W_R03, KIND_BASE, EX, "", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_REFUSED, EX, "cns_no_why", "", NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "sex", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "sex", "role", NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "age_g", "sex", "age_grp", W_age},
    {W_R04, KIND_CROSS, MI, "mig_profile", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "citizen", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "home_lang", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "settle", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "edu", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "skill", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "marital", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "@household", COUNTRY, NULL, W_household},
    {W_R04, KIND_CROSS, MI, "@children", COUNTRY, NULL, W_children},
    {W_R04, KIND_CROSS, MI, "breadwin", "sex", NULL, W_COUNT},
    {W_R04, KIND_CROSS, EX, "ex_type", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, FG, "fg_type", COUNTRY, NULL, W_COUNT},
    {W_R05, KIND_CROSS, MI, "org_region", "", NULL, W_COUNT},
    {W_R06, KIND_ENTRIES, MI, "tr_country", "", NULL, W_COUNT},
    {W_R06, KIND_ENTRIES, MI, "tr_end", "", NULL, W_COUNT},
    {W_R06, KIND_PATHS, MI, "@from", "@to", "tr_country", W_paths},
    {W_R07, KIND_CROSS, MI, "ban_state", COUNTRY, NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_ctry", "", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_how", "", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_told", "", NULL, W_COUNT},
    {W_R07, KIND_CODES, MI, "ban_why", "", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "@ban_years", "", NULL, W_ban_years},
    {W_R07, KIND_CROSS, MI, "@ban_left", "", NULL, W_ban_left},
    {W_R07, KIND_CROSS, MI, "ban_try_res", "", NULL, W_COUNT},
    {W_R07, KIND_CODES, MI, "ban_try", "ban_try_res", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "stk", "", NULL, W_COUNT},
    {W_R08, KIND_CROSS, MI, "stg_m1", "stg_m6", NULL, W_COUNT},
    {W_R08, KIND_CROSS, MI, "stg_m6", "stg_now", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "job_agree", "", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "job_reg", "", NULL, W_COUNT},
    {W_R09, KIND_ENTRIES, MI, "tr_sector", "tr_status", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "pay_ok", "", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "@pay_due", "", NULL, W_pay_due},
    {W_R09, KIND_CROSS, MI, "@job_hours", "", NULL, W_job_hours},
    {W_R09, KIND_CROSS, MI, "@legality", "@sector", NULL, W_legality},
    {W_R10, KIND_CROSS, MI, "@rights", "", NULL, W_rights},
    {W_R10, KIND_CROSS, MI, "@plan", "", NULL, W_plan},
    {W_R10, KIND_CROSS, MI, "rt_self", COUNTRY, NULL, W_COUNT},
    {W_R10, KIND_CROSS, MI, "rt_where", COUNTRY, NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_abr", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_abr_who", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_home", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_home_who", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_told", "", NULL, W_COUNT},
    {W_R12, KIND_ITEMS, MI, "trust_", "", NULL, W_COUNT},
    {W_R13, KIND_CROSS, MI, "hs_first", COUNTRY, NULL, W_COUNT},
    {W_R13, KIND_ENTRIES, MI, "hs_for", "", NULL, W_asked_for},
    {W_R13, KIND_ENTRIES, MI, "hs_src", "hs_res", "hs_first", W_COUNT},
    {W_R13, KIND_ENTRIES, MI, "hs_src", "hs_paid", "hs_first", W_COUNT},
    {W_R14, KIND_CROSS, MI, "need_first", "", "need_1", W_COUNT},
    {W_R14, KIND_CROSS, MI, "need_first", "org_region", "need_1", W_COUNT},
    {W_R14, KIND_CROSS, MI, "need_2", "", NULL, W_COUNT},
    {W_R14, KIND_CROSS, MI, "need_3", "", NULL, W_COUNT},
    {W_R14, KIND_CODES, MI, "need_any", "", NULL, W_COUNT},
    {W_R14, KIND_CROSS, NA, "need_first", COUNTRY, "need_1", W_COUNT},
    {W_R14, KIND_ENTRIES, NA, "nd_code", "nd_sev", "need_1", W_COUNT},
    {W_R15, KIND_ROSTER, NA, "sv_code", "@service", "sv_first", W_service_use},
    {W_R15, KIND_CODES, NA, "sv_bar", "", NULL, W_COUNT},
    {W_R15, KIND_CROSS, NA, "sv_first", COUNTRY, NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, MI, "rf_need", "rf_state", NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, MI, "rf_cons", "", NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, MI, "rf_urg", "", NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, MI, "@rf_days", "", "rf_state", W_referral_days},
    {W_R16, KIND_ENTRIES, NA, "rf_need", "rf_state", NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, "avrr_case", "rf_need", "rf_state", NULL, W_COUNT},
    {W_R17, KIND_FACTORS, MI, "@factors", COUNTRY, NULL, W_factors},
    {W_R17, KIND_GROUPS, MI, "v_groups", "", NULL, W_groups},
    {W_R18, KIND_CROSS, MI, "fair_abr", "fair_home", NULL, W_COUNT},
    {W_R18, KIND_CODES, MI, "fair_area", "", NULL, W_COUNT},
    {W_R20, KIND_CODED, NULL, "@coded", "", NULL, W_coded},
    {W_R20, KIND_CROSS, EX, "ent_1", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, EX, "ent_2", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, EX, "ent_3", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, EX, "ent_4", "", NULL, W_COUNT},
    {W_R20, KIND_ENTRIES, EX, "bp_comp", "", NULL, W_COUNT},
    {W_R21, KIND_CODES, MI, "doc_held", "", NULL, W_COUNT},
    {W_R21, KIND_CODES, MI, "integ_use", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "lang_ru", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "stg_now", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "ret_money", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "inc_chg", "", NULL, W_COUNT},
    {W_R22, KIND_CODES, EX, "av_barr", "", NULL, W_COUNT},
    {W_R22, KIND_CROSS, EX, "av_agree", COUNTRY, NULL, W_COUNT},
    {W_R24, KIND_CODES, FG, "tp_codes", "", NULL, W_COUNT},
    {W_R24, KIND_ROSTER, FG, "tp_code", "tp_agree", NULL, W_topics},
    {W_R24, KIND_ROSTER, FG, "tp_code", "tp_energy", NULL, W_topics},
    {W_R24, KIND_NEW, FG, "@new", "", NULL, W_new_codes},
    {W_R25, KIND_CROSS, RM, "wave", "@met", NULL, W_COUNT},
    {W_R25, KIND_CROSS, RM, "@not_met", "", "reach", W_not_met},
    {W_R25, KIND_CHANGE, RM, "@change", "", NULL, W_change},
    {W_R25, KIND_KEPT, RM, "@kept", "x_econ", NULL, W_kept},
    {W_R25, KIND_KEPT, RM, "@kept", "x_soc", NULL, W_kept},
    {W_R25, KIND_KEPT, RM, "@kept", "x_psy", NULL, W_kept},
    {W_R25, KIND_CROSS, RM, "biz_state", "wave", NULL, W_COUNT},
    {W_R27, KIND_CROSS, MI, "talk_lang", "", NULL, W_COUNT},
    {W_R27, KIND_CROSS, MI, "interp", "", NULL, W_COUNT},
    {W_R27, KIND_CODES, MI, "present", "", NULL, W_COUNT},
    {W_R27, KIND_CROSS, EX, "talk_lang", "", NULL, W_COUNT},
    {W_R27, KIND_CROSS, EX, "mode", "", NULL, W_COUNT},
    {W_R27, KIND_CROSS, FG, "talk_lang", "", NULL, W_COUNT},
};
const size_t report_spec_count = sizeof report_specs / sizeof *report_specs;

const char *report_median_of(const struct spec *s)
{
    return strcmp(s->row, "age_g") == 0 ? "age" : NULL;
}

/* Ties by the forms' conditions and formulas. */
static const struct {
    const char *row, *gate; /* of the tables that are tied; the question that they are tied to */
    enum report_tie tie;
} ties[] = {
    {"ban_ctry", "ban_state", TIE_SUMS},    {"ban_how", "ban_state", TIE_SUMS},
    {"ban_told", "ban_state", TIE_SUMS},    {"ban_why", "ban_state", TIE_SUMS},
    {"@ban_years", "ban_state", TIE_SUMS},  {"@ban_left", "ban_state", TIE_SUMS},
    {"ban_try_res", "ban_state", TIE_SUMS}, {"ban_try", "ban_try_res", TIE_SUMS},
    {"stk", "ban_state", TIE_SUMS},         {"stg_m1", "ban_state", TIE_SUMS},
    {"stg_m6", "ban_state", TIE_SUMS},      {"stg_now", "ban_state", TIE_SUMS},
    {"ret_money", "mig_profile", TIE_SUMS}, {"inc_chg", "mig_profile", TIE_SUMS},
    {"@pay_due", "pay_ok", TIE_SUMS},       {"@legality", "tr_sector", TIE_SUMS},
    {"@legality", "job_agree", TIE_SUMS},   {"@legality", "job_reg", TIE_SUMS},
    {"@rights", "rt_self", TIE_SUMS},       {"@rights", "rt_where", TIE_SUMS},
    {"@rf_days", "rf_state", TIE_SUMS},     {"fair_area", "fair_abr", TIE_CELLS},
    {"nd_code", "need_first", TIE_SUMS},    {"nd_code", "nd_code", TIE_SUMS},
    {"nd_code", "sv_code", TIE_CELLS},      {"ab_abr_who", "ab_abr", TIE_ANY},
    {"ab_home_who", "ab_home", TIE_ANY},    {"ab_told", "ab_abr", TIE_ANY},
    {"ab_told", "ab_home", TIE_ANY},        {"v_groups", "ban_state", TIE_SUMS},
    {"v_groups", "breadwin", TIE_SUMS},     {"v_groups", "marital", TIE_SUMS},
    {"v_groups", "skill", TIE_SUMS},        {"v_groups", "edu", TIE_SUMS},
    {"v_groups", "age_g", TIE_SUMS},        {"tp_code", "fg_type", TIE_SUMS},
    {"@change", "@met", TIE_CELLS},         {"@not_met", "@met", TIE_SUMS},
    {"@kept", "@not_met", TIE_SUMS},
};

const char *report_tied(const struct spec *s, size_t at, enum report_tie *tie)
{
    for (size_t i = 0; i < sizeof ties / sizeof *ties; i++) {
        if (strcmp(ties[i].row, s->row) == 0 && at-- == 0) {
            *tie = ties[i].tie;
            return ties[i].gate;
        }
    }
    return NULL;
}

bool report_counts_any(const struct spec *s)
{
    static const char *const questions[] = {"ab_abr", "ab_home", "doc_held"};
    bool any = false;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        any = any || (s->kind == KIND_CODES && strcmp(s->row, questions[i]) == 0);
    }
    return any;
}
