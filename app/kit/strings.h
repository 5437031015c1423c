/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_STRINGS_H
#define APP_KIT_STRINGS_H
/* strings: all texts of the interface in four languages, from one table, strings.def. */
#include "platform/machine/arena.h"

enum ui_language { UI_RU, UI_KY, UI_TG, UI_EN, UI_LANGUAGE_COUNT };

#define STR(id, ru, ky, tg, en) S_##id,
enum string_id {
#include "app/kit/strings.def"
    STRING_COUNT
};
#undef STR

const char *string(enum string_id id, enum ui_language language);
/* The same with {0}, {1}, {2} replaced (NULL = empty); kept in the arena. */
const char *string_fill(struct arena *arena, enum string_id id, enum ui_language language,
                        const char *const with[3]);
const char *string_name(enum string_id id); /* "next", for tests */

/* Code ("ru", "ky", "tg", "en"); text on the button (РУ, КЫ, ТҶ, EN); the language's own
 * name. */
const char *language_code(enum ui_language language);
const char *language_sign(enum ui_language language);
const char *language_own_name(enum ui_language language);
enum ui_language language_from(const char *code); /* UI_RU when unknown */
bool language_known(const char *code);

#endif
