/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KEY_KEY_ENROL_H
#define TOOLS_KEY_KEY_ENROL_H
/* key_enrol: answers a device's request to join the study.  Before it, the coordinator compares the
 * request's words with those on the device. */
#include "platform/custody/enrol.h"

struct key_request { /* what a request says of its device */
    char hex[33];    /* its id */
    char words[64];  /* six, to compare with those on its screen */
};
/* ERR_INPUT: the file is no request, or its signature is not the device's. */
MUST_CHECK bool key_request_read(struct key_request *out, const char *path, struct err *err);

struct key_answer {
    const char *study;    /* its folder */
    const char *root;     /* the root key; NULL: STUDY/root-1.key */
    const char *identity; /* reads the device's label; NULL: STUDY/coordinator.identity */
    const char *request;
    const char *expected; /* id of the device whose words were compared; NULL: not yet compared */
    const char *out;      /* the answer, for the stick */
    bool force;           /* replace an existing file */
    uint64_t now_s;
};
struct key_enrolled {
    struct key_request device;
    char label[ENROL_LABEL_MAX + 1]; /* in one line; "" if it could not be read, see no_label */
    struct err no_label;
};
/* ERR_AUTH: the request is not of the expected device.  Writes the answer and
 * STUDY/devices/ID.device with its label, and uses the invitation up. */
MUST_CHECK bool key_enrol(const struct key_answer *answer, struct key_enrolled *done,
                          struct err *err);

#endif
