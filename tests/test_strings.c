/* SPDX-License-Identifier: Apache-2.0 */
/* Is every text there, in four languages, with letters that the faces hold? */
#include "tests/help.h"

#include "app/strings.h"
#include "platform/font.h"
#include "platform/text.h"

static void test_strings__complete_in_every_language(void **state)
{
    (void)state;
    for (int id = 0; id < STRING_COUNT; id++) {
        for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
            const char *text = string((enum string_id)id, (enum ui_language)l);
            if (!text || !*text) {
                fail_msg("'%s' is missing in %s", string_name((enum string_id)id),
                         language_code((enum ui_language)l));
            }
            struct buf nfc = {0};
            assert_true(text_nfc(&nfc, text, strlen(text), NULL));
            assert_string_equal(nfc.data, text); /* NFC as written */
            buf_fini(&nfc);
        }
    }
}

/* The same places to fill in, in every language; no ending glued behind one. */
static void test_strings__places_agree(void **state)
{
    (void)state;
    for (int id = 0; id < STRING_COUNT; id++) {
        for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
            const char *text = string((enum string_id)id, (enum ui_language)l);
            for (int place = 0; place < 3; place++) {
                char mark[4] = {'{', (char)('0' + place), '}', 0};
                bool here = strstr(text, mark), there = strstr(string((enum string_id)id, UI_RU), mark);
                if (here != there) {
                    fail_msg("'%s' in %s: %s", string_name((enum string_id)id),
                             language_code((enum ui_language)l), mark);
                }
                const char *at = strstr(text, mark);
                unsigned char after = at ? (unsigned char)at[3] : 0;
                if (after >= 0x80 && memcmp(at + 3, "»", 2) != 0) {
                    fail_msg("'%s' in %s glues an ending to a place",
                             string_name((enum string_id)id), language_code((enum ui_language)l));
                }
            }
        }
    }
}

static void test_strings__faces_hold_every_letter(void **state)
{
    (void)state;
    struct err err = {0};
    OK(font_setup("/usr/share/fonts/truetype/paratype", &err));
    static const char extra[] = "ҢӨҮңөүҒӢҚӮҲҶғӣқӯҳҷЁёЪъЫы«»№–—•…·";
    for (int face = 0; face < FACE_COUNT; face++) {
        for (size_t at = 0; at < sizeof extra - 1;) {
            uint32_t cp = text_next(extra, sizeof extra - 1, &at);
            if (!font_has((enum face)face, cp)) {
                fail_msg("face %d lacks U+%04X", face, cp);
            }
        }
        for (int id = 0; id < STRING_COUNT; id++) {
            for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
                const char *text = string((enum string_id)id, (enum ui_language)l);
                for (size_t at = 0, len = strlen(text); at < len;) {
                    uint32_t cp = text_next(text, len, &at);
                    if (cp >= ' ' && !font_has((enum face)face, cp)) {
                        fail_msg("face %d lacks U+%04X of '%s'", face, cp,
                                 string_name((enum string_id)id));
                    }
                }
            }
        }
    }
    font_finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings__complete_in_every_language),
        cmocka_unit_test(test_strings__places_agree),
        cmocka_unit_test(test_strings__faces_hold_every_letter),
    };
    return RUN(tests);
}
