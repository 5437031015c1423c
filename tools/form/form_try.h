/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_TRY_H
#define TOOLS_FORM_FORM_TRY_H
/* form_try: runs the field program on a form, on a training device that lives as long as it. */
#include "platform/machine/err.h"

struct form_try {        /* all borrowed */
    const char *file;    /* the form */
    const char *program; /* path of suhbat */
    const char *lang;    /* of the interface; NULL: it asks */
    const char *window;  /* "720x1280", or NULL: the full screen */
};
/* Makes a study, a package and a device in a private folder in memory ($XDG_RUNTIME_DIR, else
 * /dev/shm, else $TMPDIR), runs `program` on it until it ends, and removes the folder.  The
 * study's keys are never written.  *status: exit status of the program.  ERR_INPUT if the form
 * is faulty, ERR_ENV if the program does not start. */
MUST_CHECK bool form_try(const struct form_try *spec, int *status, struct err *err);

#endif
