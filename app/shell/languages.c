/* SPDX-License-Identifier: Apache-2.0 */
/* The languages of interface and questions, and their names. */
#include <assert.h>
#include <string.h>

#include "app/shell/languages.h"
#include "app/shell/typing.h"
#include "platform/machine/text.h"

/* Repeats the refusal in the new language and sets the keyboard. */
void app_say_anew(struct app *app)
{
    app_follow_keys(app);
    if (app->view.refused) {
        app_refusal(app, app->view.refused, app->view.refusal);
    } else {
        app->message.text[0] = '\0';
    }
    app->ui.again = true;
}

void app_language(struct app *app, enum ui_language language)
{
    app->ui.language = language;
    if (app->interview && !app->looks.apart) {
        interview_language(app->interview, language_code(language));
    }
    app_say_anew(app);
}

void app_question_language(struct app *app, const char *code)
{
    assert(app->interview);
    interview_language(app->interview, code);
    if (!app->looks.apart && language_known(code)) {
        app->ui.language = language_from(code);
    }
    app_say_anew(app);
}

size_t app_question_languages(const struct app *app, const char *codes[APP_LANGUAGES])
{
    const struct form *form = app->interview->form;
    size_t count = 0;
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
        const char *code = language_code((enum ui_language)l);
        bool has = form_language(form, code) >= 0;
        /* a form without languages: the button changes the interface's */
        if (has || (form->language_count == 0 && l != UI_EN)) {
            codes[count++] = code;
        }
    }
    for (size_t i = 0; i < form->language_count; i++) {
        const char *code = form_language_code(form, i);
        if (!language_known(code)) {
            codes[count++] = code;
        }
    }
    return count;
}

/* Languages of forms that the interface does not have. */
static const struct {
    const char *code, *sign, *name;
} further[] = {{"uz", "ЎЗ", "Ўзбекча"}, {"kk", "ҚЗ", "Қазақша"}};

/* The row of a language in `further`, or -1. */
static int further_at(const char *code)
{
    for (size_t i = 0; i < sizeof further / sizeof *further; i++) {
        if (strcmp(further[i].code, code) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* XLSForm's name for columns without a language. */
static bool is_nameless(const char *code)
{
    return strcmp(code, "default") == 0;
}

const char *app_language_name(struct app *app, const char *code)
{
    return language_known(code)    ? language_own_name(language_from(code))
           : is_nameless(code)     ? ui_str(&app->ui, S_language_nameless)
           : further_at(code) >= 0 ? further[further_at(code)].name
                                   : code;
}

void app_follow_keys(struct app *app)
{
    const char *own = language_code(app->ui.language);
    const char *code = app->interview ? session_language(app->interview->session) : own;
    keyboard_language(&app->keyboard, is_nameless(code) ? own : code);
}

/* The first two letters of the code in brackets, or of the name. */
const char *app_language_sign(struct app *app, const char *code)
{
    const char *bracket = strrchr(code, '(');
    struct buf out = {0};
    if (language_known(code)) {
        return language_sign(language_from(code));
    }
    if (is_nameless(code)) {
        return "*";
    }
    if (further_at(code) >= 0) {
        return further[further_at(code)].sign;
    }
    code = bracket && strlen(bracket) > 2 ? bracket + 1 : code;
    for (size_t at = 0, len = strlen(code), k = 0; at < len && k < 2; k++) {
        text_put(&out, text_capital(text_next(code, len, &at)));
    }
    const char *sign = arena_text(&app->ui.frame, out.data ? out.data : "");
    buf_fini(&out);
    return sign;
}
