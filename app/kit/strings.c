/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up texts of the interface; fills in their placeholders. */
#include "app/kit/strings.h"

#include <assert.h>
#include <string.h>

#define STR(id, ru, ky, tg, en) {#id, {ru, ky, tg, en}},
static const struct {
    const char *name;
    const char *text[UI_LANGUAGE_COUNT];
} strings[] = {
#include "app/kit/strings.def"
};
#undef STR
static_assert(sizeof strings / sizeof *strings == STRING_COUNT, "one row an id");

const char *string(enum string_id id, enum ui_language language)
{
    return strings[id].text[language];
}

const char *string_name(enum string_id id)
{
    return strings[id].name;
}

const char *string_fill(struct arena *arena, enum string_id id, enum ui_language language,
                        const char *const with[3])
{
    struct buf out = {0};
    for (const char *p = string(id, language); *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
            const char *text = with[p[1] - '0'];
            buf_text(&out, text ? text : "");
            p += 2;
        } else {
            buf_char(&out, *p);
        }
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static const struct {
    const char *code, *sign, *name;
} languages[] = {[UI_RU] = {"ru", "РУ", "Русский"},
                 [UI_KY] = {"ky", "КЫ", "Кыргызча"},
                 [UI_TG] = {"tg", "ТҶ", "Тоҷикӣ"},
                 [UI_EN] = {"en", "EN", "English"}};
static_assert(sizeof languages / sizeof *languages == UI_LANGUAGE_COUNT, "one row a language");

const char *language_code(enum ui_language language)
{
    return languages[language].code;
}

const char *language_sign(enum ui_language language)
{
    return languages[language].sign;
}

const char *language_own_name(enum ui_language language)
{
    return languages[language].name;
}

bool language_known(const char *code)
{
    return strcmp(languages[language_from(code)].code, code) == 0;
}

enum ui_language language_from(const char *code)
{
    for (size_t i = 0; i < UI_LANGUAGE_COUNT; i++) {
        if (strcmp(languages[i].code, code) == 0) {
            return (enum ui_language)i;
        }
    }
    return UI_RU;
}
