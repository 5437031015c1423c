/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_PUSH_H
#define TOOLS_DESK_DESK_PUSH_H
/*
 * desk_push: sends submissions that `export --format odk` wrote to a server (OpenRosa form
 * submission API, as ODK Central, Kobo and Ona have it).
 *
 * What the server accepted is noted beside the submissions (pushed.csv): the next push goes on
 * there.  A submission with more files than the server takes at once goes in several requests.
 */
#include "platform/machine/err.h"

struct push_options {
    const char *folder;          /* of one form, or of several */
    const char *url;             /* …/submission is added */
    const char *user, *password; /* NULL: none */
    /* Told of each submission: its folder, and "accepted", "accepted before", or what the server
     * says. */
    void (*told)(const char *folder, const char *what);
};
struct push_report {
    unsigned accepted, before, refused;
};
/* ERR_ENV: the server cannot be reached, or does not let us in; what was accepted is noted. */
MUST_CHECK bool desk_push(const struct push_options *options, struct push_report *report,
                          struct err *err);

#endif
