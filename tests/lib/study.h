/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_STUDY_H
#define TESTS_LIB_STUDY_H
/* study: a whole study in memory (roots, author, desk, recipients) and a device in a folder. */
#include "tests/lib/help.h"

#include <unistd.h>

#include "platform/custody/device.h"
#include "platform/custody/message.h"
#include "platform/custody/receipt.h"
#include "platform/custody/record.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_store.h"

static const char study_pass[] = "Бир эки үч төрт беш";
enum { STUDY_MEMORY_KIB = 8, STUDY_WALL = 1000000 };
static const int64_t study_wall = 1795507200000;

struct study {
    char dir[64]; /* scratch folder */
    uint8_t root[32], author[32], desk[32], coordinator[32], escrow[32], package[32];
    uint8_t author_cert[CERT_BYTES], desk_cert[CERT_BYTES];
    struct catalogue catalogue;
    struct buf catalogue_bytes;
    struct device *device;
    uint8_t token[32];
    uint8_t recovery[32]; /* of devices, not of the golden files */
    struct buf request;
    const char *form;          /* the form's XML; NULL = a stand-in that nobody opens */
    uint16_t package_flags;    /* of the form that the device gets with the answer */
    const char *form_id;       /* NULL = "test_form" */
    const struct buf *picture; /* picture.png in the package, or NULL */
};
char *study_path(struct study *s, const char *name);
void study_cert(struct study *s, uint8_t out[CERT_BYTES], enum cert_role role,
                const uint8_t seed[32]);
void study_sign_catalogue(struct study *s);

/* Keys from fixed bytes, so that golden files stay golden. */
void study_init(struct study *s);
void study_device_with(struct study *s, uint32_t memory_kib);
void study_device(struct study *s);
void study_put(struct study *s, const char *folder, const char *name, const struct buf *bytes);

/* The device's certificate and keys as STUDY/devices/….device holds them. */
void study_device_file(struct study *s, struct buf *out);

/* Onto the stick: the enrolment's answer, and one form in force. */
void study_answer(struct study *s, uint8_t package_hash[32]);

/* ... and load both. */
void study_enrol(struct study *s, uint8_t package_hash[32]);

/* A later catalogue in the folder: this form in force instead, or (NULL) none at all. */
void study_issue(struct study *s, const char *folder, const char *form, uint64_t serial,
                 uint8_t package_hash[32]);

/* ... and on the device. */
void study_publish(struct study *s, const char *form, uint64_t serial, uint8_t package_hash[32]);

/* A message of the desk, sealed to the study's device, into the folder. */
void study_message(struct study *s, const char *folder, const char *name,
                   const struct message *message);

/* The coordinator's answer, onto the stick, to the one request that lies there. */
void study_answer_travel(struct study *s);
void study_fini(struct study *s);
/* A study for each test: *state is a struct study, gone after it even if the test fails. */
int study_setup(void **state);
int study_teardown(void **state);
#define STUDY_TEST(test) cmocka_unit_test_setup_teardown(test, study_setup, study_teardown)

#endif
