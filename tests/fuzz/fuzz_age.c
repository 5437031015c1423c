/* SPDX-License-Identifier: Apache-2.0 */
/* The age header and payload: stanzas, base64, MAC, chunks. */
#include "tests/fuzz/fuzz.h"

#include "platform/custody/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t identity[32];
    struct buf out = {0};
    char text[AGE_TEXT];
    memset(identity, 0x31, 32);
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    if (!age_open(&out, data, size, &keys, NULL, NULL)) {
        buf_cut(&out, 0);
    }
    buf_fini(&out);
    if (age_is_file(data, size) && age_dearmor(&out, data, size, NULL)) {
        struct buf inside = {0};
        if (!age_open(&inside, out.data ? out.data : "", out.len, &keys, NULL, NULL)) {
            buf_cut(&inside, 0);
        }
        buf_fini(&inside);
    }
    buf_fini(&out);
    if (size < sizeof text) { /* and the texts of keys */
        memcpy(text, data, size);
        text[size] = '\0';
        if (age_recipient_parse(identity, text)) {
            char back[AGE_TEXT];
            age_recipient_text(back, identity);
            if (strcmp(back, text) != 0) {
                abort();
            }
        }
        if (!age_identity_parse(identity, text)) {
            return 0;
        }
    }
    return 0;
}
