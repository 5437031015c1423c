/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_DEVICES_H
#define TOOLS_FORM_FORM_DEVICES_H
/*
 * form_devices: devices that seal made-up interviews as real devices do.
 *
 * Each joins the study, loads the form, seals its records as training records into its own chain,
 * and hands them over.  Afterwards the device is removed; the desk knows it by the certificate
 * that is left in STUDY/devices.
 */
#include "tools/form/form_simulate.h"

enum { FORM_DEVICES_MAX = 64 };

struct form_devices;

struct form_devices_spec { /* all borrowed */
    const char *study;     /* the study's folder */
    const char *root;      /* path of the root key; NULL: STUDY/root-1.key */
    const char *load;      /* folder with the packed form and the catalogue that lists it */
    const char *work;      /* folder for the devices while they exist */
    const struct form *form;
    unsigned count; /* 1 .. FORM_DEVICES_MAX */
};
/* Enrols the devices.  ERR_INPUT if the form is not in force on them.  *out is NULL on failure. */
MUST_CHECK bool form_devices_open(struct form_devices **out, const struct form_devices_spec *spec,
                                  struct err *err);
/* Seals one interview on the device of its interviewer. */
MUST_CHECK bool form_devices_seal(struct form_devices *devices, const struct simulated *done,
                                  struct err *err);
/* Writes the batches of all devices into the folder.  *volumes: how many. */
MUST_CHECK bool form_devices_hand_over(struct form_devices *devices, const char *folder,
                                       int64_t wall_ms, unsigned *volumes, struct err *err);
/* Removes the devices. */
void form_devices_close(struct form_devices *devices);

#endif
