/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_LANGUAGES_H
#define APP_SHELL_LANGUAGES_H
/* languages: of the interface and of the questions, changed together or apart. */
#include "app/shell/app.h"

/* For a new language: repeats the message and sets the keyboard. */
void app_say_anew(struct app *app);
/* Sets the interface language; also the questions' language, unless app->looks.apart. */
void app_language(struct app *app, enum ui_language language);
/* Sets the questions' language by code; also the interface language, unless app->looks.apart. */
void app_question_language(struct app *app, const char *code);
/* Lists the languages of the form's questions, those of the interface first and in its
 * order. Each element is a language code, or the form's own name for the language; borrowed.
 * Returns the count. */
enum { APP_LANGUAGES = FORM_LANGUAGES_MAX + UI_LANGUAGE_COUNT };
size_t app_question_languages(const struct app *app, const char *codes[APP_LANGUAGES]);
/* The text on a language's button, and the language's name; valid until the next build. */
const char *app_language_sign(struct app *app, const char *code);
const char *app_language_name(struct app *app, const char *code);
void app_follow_keys(struct app *app); /* sets the keyboard to the questions' language */

#endif
