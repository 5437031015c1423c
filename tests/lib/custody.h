/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CUSTODY_H
#define TESTS_LIB_CUSTODY_H
/* custody: one record on its way, for tests of the device and of the desk. */
#include "tests/lib/study.h"

static const char xml_text[] = "<data id='test_form'><q>Көңүл чөктү</q></data>";
static const struct device_finished finished = {.xml = xml_text, .xml_len = sizeof xml_text - 1};
void draft(struct study *s, struct device_draft *d, const uint8_t hash[32]);
struct desk *open_desk(struct study *s);

/* Records a tone of so many seconds (a multiple of five), and fills in the recording's id. */
void record_tone(struct study *s, struct device_draft *d, unsigned seconds, uint8_t id[16]);

/* The one batch in the folder, opened. */
void take_batch(struct study *s, const char *folder, struct buf *tar);
void put_receipt(struct study *s, const struct desk_device *at, uint64_t counter,
                 const uint8_t signer[32], const uint8_t cert[CERT_BYTES]);

#endif
