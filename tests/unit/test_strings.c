/* SPDX-License-Identifier: Apache-2.0 */
/* Is every text there, in four languages, with letters that the faces hold? */
#include "tests/lib/help.h"

#include "app/screens/help.h"
#include "app/shell/app.h"
#include "platform/machine/font.h"
#include "platform/machine/text.h"

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
                bool here = strstr(text, mark),
                     there = strstr(string((enum string_id)id, UI_RU), mark);
                if (here != there) {
                    fail_msg("'%s' in %s: %s", string_name((enum string_id)id),
                             language_code((enum ui_language)l), mark);
                }
                const char *at = strstr(text, mark);
                unsigned char after = at ? (unsigned char)at[3] : 0;
                if (after >= 0x80 && memcmp(at + 3, "»", 2) != 0 &&
                    memcmp(at + 3, "\u00a0", 2) != 0) {
                    fail_msg("'%s' in %s glues an ending to a place",
                             string_name((enum string_id)id), language_code((enum ui_language)l));
                }
            }
        }
    }
}

/* One spelling for one word: the newer one of Tajik, "флешка" for a stick, and a word that is no
 * word. */
static void test_strings__one_word_for_one_thing(void **state)
{
    (void)state;
    static const char *const old[] = {"кӯмак",    "Кӯмак",    "пажӯҳиш", "мавзӯъ", "шурӯъ",
                                      "мӯҳлат",   "суҳбат",   "Суҳбат",  "ҳомил",  "Ҳомил",
                                      "алып жүр", "Алып жүр", "маек",    "Маек"};
    static const char *const files[] = {"app/kit/strings.def", "app/screens/help.def"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct err err = {0};
        struct buf bytes = {0};
        OK(file_read(&bytes, files[f], 1 << 20, &err));
        for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
            const char *at = strstr(bytes.data, old[i]);
            if (at) {
                fail_msg("%s: '%s' in '%.60s…'", files[f], old[i], at);
            }
        }
        buf_fini(&bytes);
    }
}

/* What the help puts in quotation marks can be found on the screen. */
static void test_strings__help_names_what_is_there(void **state)
{
    (void)state;
    unsigned quoted = 0, strangers = 0;
    for (int l = UI_RU; l <= UI_TG; l++) {
        struct buf guide = {0};
        help_guide(&guide, (enum ui_language)l);
        for (const char *p = guide.data; (p = strstr(p, "«")); quoted++) {
            p += strlen("«");
            size_t len = (size_t)(strstr(p, "»") - p);
            bool known = len == 1; /* a sign */
            for (int id = 0; id < STRING_COUNT && !known; id++) {
                known = strncmp(string((enum string_id)id, (enum ui_language)l), p, len) == 0;
            }
            if (!known) {
                print_message("help in %s: '%.*s' is nowhere on the screen\n",
                              language_code((enum ui_language)l), (int)len, p);
                strangers++;
            }
        }
        buf_fini(&guide);
    }
    assert_int_equal(strangers, 0);
    assert_true(quoted > 30);
}

/* What stands in the texts of a source file that is drawn: a character outside ASCII that the face
 * lacks would be an empty box. */
static void check_literals(const char *path, const char *text, unsigned *seen)
{
    bool inside = false, comment = false;
    for (size_t at = 0, len = strlen(text); at < len;) {
        size_t from = at;
        uint32_t cp = text_next(text, len, &at);
        if (!inside && strncmp(text + from, "/*", 2) == 0) {
            comment = true;
        } else if (comment && strncmp(text + from, "*/", 2) == 0) {
            comment = false;
        } else if (inside && cp == '\\') {
            at++;
        } else if (!comment && cp == '"' && !(from && text[from - 1] == '\'')) {
            inside = !inside;
        } else if (inside && cp > 127) {
            ++*seen;
            if (!font_has(FACE_SANS, cp)) {
                fail_msg("%s draws U+%04X, which the face lacks", path, cp);
            }
        }
    }
}

static void test_strings__faces_hold_what_sources_draw(void **state)
{
    (void)state;
    static const char *const folders[] = {"app/kit",       "app/shell",   "app/interview",
                                          "app/questions", "app/screens", "tools/office"};
    struct err err = {0};
    struct arena arena;
    unsigned seen = 0;
    arena_init(&arena);
    OK(font_setup("/usr/share/fonts/truetype/paratype", &err));
    for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
        const char **names;
        size_t count;
        OK(file_list(&arena, &names, &count, folders[f], ".c", &err));
        for (size_t i = 0; i < count; i++) {
            struct buf text = {0};
            const char *path = arena_join(&arena, folders[f], "/", names[i], NULL);
            OK(file_read(&text, path, 1 << 20, &err));
            check_literals(path, text.data, &seen);
            buf_fini(&text);
        }
    }
    assert_true(seen > 20);
    arena_fini(&arena);
}

static void test_strings__faces_hold_every_letter(void **state)
{
    (void)state;
    struct err err = {0};
    OK(font_setup("/usr/share/fonts/truetype/paratype", &err));
    static const char extra[] = "ҢӨҮңөүҒӢҚӮҲҶғӣқӯҳҷЎӘІҰҺўәіұһЁёЪъЫы«»№–—•…·−";
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

/* Each screen that people stay on has its page, with the same points in every language. */
static void test_strings__help_is_whole(void **state)
{
    (void)state;
    static const int needed[] = {
        SCREEN_FIRST_INVITE, SCREEN_UNLOCK, SCREEN_HOME,   SCREEN_FORMS,     SCREEN_INTERVIEW,
        SCREEN_OUTLINE,      SCREEN_FINISH, SCREEN_SEALED, SCREEN_HAND_OVER, SCREEN_LOAD,
        SCREEN_SETTINGS,     SCREEN_HAND,   HELP_SOUND,    HELP_ROUND,       HELP_TABLE};
    struct err err = {0};
    OK(font_setup("/usr/share/fonts/truetype/paratype", &err));
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        size_t points[UI_LANGUAGE_COUNT] = {0};
        for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
            const char *title, *text;
            if (!help_page(needed[i], (enum ui_language)l, &title, &text) || !*title || !*text) {
                fail_msg("screen %d has no help in %s", needed[i],
                         language_code((enum ui_language)l));
            }
            struct buf nfc = {0};
            assert_true(text_nfc(&nfc, text, strlen(text), NULL));
            assert_string_equal(nfc.data, text);
            buf_fini(&nfc);
            for (size_t at = 0, len = strlen(text); at < len;) {
                uint32_t cp = text_next(text, len, &at);
                points[l] += cp == '\n';
                if (cp >= ' ' && !font_has(FACE_SANS, cp)) {
                    fail_msg("the face lacks U+%04X of the help of screen %d", cp, needed[i]);
                }
            }
            assert_int_equal(points[l], points[0]);
        }
    }
    struct buf guide = {0};
    help_guide(&guide, UI_KY);
    assert_non_null(strstr(guide.data, "\n## "));
    buf_fini(&guide);
    font_finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings__complete_in_every_language),
        cmocka_unit_test(test_strings__places_agree),
        cmocka_unit_test(test_strings__one_word_for_one_thing),
        cmocka_unit_test(test_strings__help_names_what_is_there),
        cmocka_unit_test(test_strings__faces_hold_what_sources_draw),
        cmocka_unit_test(test_strings__faces_hold_every_letter),
        cmocka_unit_test(test_strings__help_is_whole),
    };
    return RUN(tests);
}
