/* SPDX-License-Identifier: Apache-2.0 */
/* The sheet for the words of a quote. */
#include "app/screens/screen_quote.h"

#include <stdio.h>

#include "app/interview/interview_files.h"
#include "app/screens/page.h"

static const char field[] = "quote";

bool quote_is_open(const struct app *app)
{
    return app->interview && edit_is(&app->ui.edit, field);
}

static struct node *typed_into(struct app *app)
{
    return session_find(app->interview->session, app->sheets.quote);
}

/* As unfinished typing: it waits at its question until the sheet is closed. */
void quote_keep(struct app *app)
{
    struct node *node = quote_is_open(app) ? typed_into(app) : NULL;
    if (node) {
        interview_typing(app->interview, node, app->ui.edit.text.data);
    }
}

void quote_open(struct app *app, const struct node *words)
{
    struct buf path = {0};
    session_path(words, &path);
    buf_add(&path, "", 0);
    snprintf(app->sheets.quote, sizeof app->sheets.quote, "%s", path.data);
    buf_fini(&path);
    const char *typed = interview_typed(app->interview, words);
    edit_begin(&app->ui.edit, field, typed ? typed : tree_value(words));
    app->sheet = SHEET_QUOTE;
    app->ui.again = true;
}

void quote_close(struct app *app)
{
    struct node *node = quote_is_open(app) ? typed_into(app) : NULL;
    const struct edit *edit = &app->ui.edit;
    struct err err = {0};
    if (node && edit->text.len &&
        interview_answer(app->interview, node, edit->text.data, &err) != ANSWER_OK) {
        quote_keep(app); /* it is judged at the topic's end */
    }
    edit_end(&app->ui.edit);
    app->view.typed_ms = 0;
    app_close_sheet(app);
    if (app->screen == SCREEN_INTERVIEW) {
        page_reopen_typed(app);
    }
}

void quote_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!quote_is_open(app)) { /* typing ended elsewhere: close the sheet, too */
        app_close_sheet(app);
        return;
    }
    (void)ui_field(ui, field,
                   &(struct field){.text = ui->edit.text.data,
                                   .cursor = ui->edit.cursor,
                                   .active = true,
                                   .min_lines = ui->landscape ? 1 : 4,
                                   .style = TEXT_BODY});
}
