/* SPDX-License-Identifier: Apache-2.0 */
/* The sheet for a draft's label, by which the interviewer recognises the draft. */
#include "app/screens/screen_label.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/screens/page.h"
#include "app/shell/typing.h"
#include "platform/machine/text.h"

static const char field[] = "label";

bool label_is_open(const struct app *app)
{
    return app->interview && edit_is(&app->ui.edit, field);
}

/* Writes the label to the journal, and to the list of drafts at once: it is needed most
 * after a power cut. */
static void label_draft(struct app *app, const char *text)
{
    struct device_draft draft = writer_draft_now(app->writer);
    if (strcmp(app->interview->label, text) == 0) {
        return;
    }
    interview_label(app->interview, text);
    snprintf(draft.left.label, sizeof draft.left.label, "%s", text);
    app_write_left(app, &draft);
}

void label_keep(struct app *app)
{
    if (label_is_open(app)) {
        label_draft(app, app->ui.edit.text.data);
    }
}

void label_open(struct app *app)
{
    assert(app->interview);
    struct node *node = typed_node(app);
    if (node) { /* unfinished typing is kept with its page */
        interview_typing(app->interview, node, app->ui.edit.text.data);
    }
    edit_begin(&app->ui.edit, field, app->interview->label);
    app->sheet = SHEET_LABEL;
    app->ui.again = true;
}

void label_close(struct app *app)
{
    label_keep(app);
    edit_end(&app->ui.edit);
    app_close_sheet(app);
    if (app->screen == SCREEN_INTERVIEW) {
        page_reopen_typed(app);
    }
}

/* Cuts the text after this many characters; the hint on the sheet states the limit. */
static void hold_to(struct edit *edit, size_t max)
{
    size_t at = 0;
    for (size_t n = 0; n < max && at < edit->text.len; n++) {
        (void)text_next(edit->text.data, edit->text.len, &at);
    }
    if (at < edit->text.len) {
        buf_cut(&edit->text, at);
        edit->cursor = edit->cursor < at ? edit->cursor : at;
    }
}

void label_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!label_is_open(app)) { /* typing ended elsewhere: close the sheet, too */
        app_close_sheet(app);
        return;
    }
    hold_to(&ui->edit, INTERVIEW_LABEL_LETTERS);
    ui_say(ui, TEXT_HINT, ui_fill(ui, S_label_hint, ui_number(ui, INTERVIEW_LABEL_LETTERS), NULL),
           ui->theme.soft);
    ui_gap(ui, 8);
    (void)ui_field(ui, field,
                   &(struct field){.text = ui->edit.text.data,
                                   .cursor = ui->edit.cursor,
                                   .active = true,
                                   .style = TEXT_BODY});
}
