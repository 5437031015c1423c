/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KEY_KEY_CATALOGUE_H
#define TOOLS_KEY_KEY_CATALOGUE_H
/* key_catalogue: signs a study's next catalogue: forms put in force or withdrawn, devices revoked,
 * recipients of a form. */
#include "platform/custody/catalogue.h"

enum { CATALOGUE_WARN_DAYS = 30 };
struct catalogue_change { /* NULL: nothing of the kind */
    const char *study;    /* its folder */
    const char *root;     /* the root key; NULL: STUDY/root-1.key */
    const char *const *packages;
    size_t count;
    const char *withdraw;   /* a form's id */
    const char *revoke;     /* a device: key_device_named */
    const char *recipients; /* "FORM=FILE": the form's records are sealed to those in FILE only */
    const char *out;        /* where the catalogue goes for the stick, sealed */
    bool force;             /* replace an existing file */
    int64_t wall_ms;
};
/* `now` is the catalogue that was signed. */
MUST_CHECK bool key_catalogue(const struct catalogue_change *change, struct catalogue *now,
                              struct err *err);

#endif
