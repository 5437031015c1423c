/* SPDX-License-Identifier: Apache-2.0 */
/* Which records a command is about. */
#include "tools/desk/desk_filter.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/machine/clock.h"
#include "platform/machine/text.h"

/* The first ms of a local day. */
static bool day_begins(int64_t *out, const char *text, int add, struct err *err)
{
    int year, month, day, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || text[used] ||
        !clock_is_date(year, month, day)) {
        err_set(err, ERR_MISUSE, "'%s' is no day", text);
        return err_hint(err, "give it as 2026-11-24");
    }
    enum { DAY_MS = 24 * 60 * 60 * 1000, MINUTE_MS = 60 * 1000 };
    int64_t utc = (clock_days(year, month, day) + add) * (int64_t)DAY_MS;
    *out = utc - (int64_t)clock_zone_minutes(utc) * MINUTE_MS;
    return true;
}

static bool find_form(const struct desk_filter *f, const struct desk_records *records,
                      struct err *err)
{
    bool form = !f->form, version = !f->version;
    for (size_t v = 0; v < records->version_count; v++) {
        const struct form *one = records->versions[v].form;
        bool same = !f->form || strcmp(one->id, f->form) == 0;
        form = form || same;
        version = version || (same && strcmp(one->version, f->version) == 0);
    }
    if (!form) {
        return err_set(err, ERR_INPUT, "the desk has no form '%s'", f->form);
    }
    return version ||
           err_set(err, ERR_INPUT, "the desk has no version '%s' of the form", f->version);
}

static bool find_device(struct desk_filter *f, const struct desk_records *records, struct err *err)
{
    enum { MIN = 4 };
    unsigned found = 0;
    for (size_t d = 0; d < records->device_count; d++) {
        struct buf label = {0};
        char hex[33];
        text_hex(hex, records->devices[d].id, 16);
        if (!desk_label(records->desk, records->devices[d].id, &label, err)) {
            buf_fini(&label);
            return false;
        }
        bool same =
            (label.len && strcmp(label.data, f->device) == 0) ||
            (strlen(f->device) >= MIN && strncasecmp(hex, f->device, strlen(f->device)) == 0);
        if (same && (!found || memcmp(f->device_id, records->devices[d].id, 16) != 0)) {
            memcpy(f->device_id, records->devices[d].id, 16);
            found++;
        }
        buf_fini(&label);
    }
    f->by_device = true;
    if (found != 1) {
        err_set(err, ERR_INPUT,
                found ? "several devices are called '%s'" : "no device is called '%s'", f->device);
        return err_hint(err,
                        "'suhbat-sync status' lists them; give a label, or the beginning of an "
                        "id");
    }
    return true;
}

/* "received" is what ODK Central leaves empty. */
static bool state_named(enum review_state *state, const char *name, int count)
{
    *state = REVIEW_RECEIVED;
    for (int i = 0; i < count; i++) {
        if (strcasecmp(name, i ? review_names[i] : "received") == 0) {
            *state = (enum review_state)i;
            return true;
        }
    }
    return false;
}

bool desk_review_named(enum review_state *state, const char *name, struct err *err)
{
    if (state_named(state, name, REVIEW_STATES)) {
        return true;
    }
    err_set(err, ERR_MISUSE, "'%s' is no state of review", name);
    return err_hint(err, "approved, hasIssues, rejected or received");
}

static bool state_wanted(struct desk_filter *f, struct err *err)
{
    if (state_named(&f->review, f->state, REVIEW_NAMES)) {
        return true;
    }
    err_set(err, ERR_MISUSE, "'%s' is no state of review", f->state);
    return err_hint(err, "approved, hasIssues, rejected, edited or received");
}

bool desk_filter_prepare(struct desk_filter *f, const struct desk_records *records, struct err *err)
{
    f->since_ms = f->until_ms = 0;
    f->by_device = false;
    return (!f->since || day_begins(&f->since_ms, f->since, 0, err)) &&
           (!f->until || day_begins(&f->until_ms, f->until, 1, err)) &&
           (!f->state || state_wanted(f, err)) && find_form(f, records, err) &&
           (!f->device || find_device(f, records, err));
}

bool desk_filter_passes(const struct desk_filter *f, const struct record *r,
                        const struct form *form, const char *submitter, enum review_state review)
{
    bool training = (r->flags & RECORD_TRAINING) != 0;
    return training == f->training && (!f->form || (form && strcmp(form->id, f->form) == 0)) &&
           (!f->version || (form && strcmp(form->version, f->version) == 0)) &&
           (!f->since || r->finalised_ms >= f->since_ms) &&
           (!f->until || r->finalised_ms < f->until_ms) &&
           (!f->by_device || memcmp(r->device_id, f->device_id, 16) == 0) &&
           (!f->state || f->review == review) &&
           (!f->interviewer || strcmp(submitter, f->interviewer) == 0);
}

bool desk_filter_narrows(const struct desk_filter *f)
{
    return f->version || f->since || f->until || f->device || f->interviewer || f->state;
}
