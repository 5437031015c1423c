/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets for one short text: the draft's label, and the reason for a correction. */
#include "app/screens/screen_label.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/interview/interview_correction.h"
#include "app/screens/page.h"
#include "app/shell/typing.h"
#include "platform/machine/text.h"

/* Writes the label to the journal, and to the list of drafts at once: it is needed most
 * after a power cut. */
static void keep_label(struct app *app, const char *text)
{
    struct device_draft draft = writer_draft_now(app->writer);
    if (strcmp(app->interview->label, text) == 0) {
        return;
    }
    interview_label(app->interview, text);
    snprintf(draft.left.label, sizeof draft.left.label, "%s", text);
    app_write_left(app, &draft);
}

static const char *label_of(const struct interview *i)
{
    return i->label;
}

static void keep_reason(struct app *app, const char *text)
{
    interview_reason(app->interview, text);
}

static const char *reason_of(const struct interview *i)
{
    return i->corrects->reason ? i->corrects->reason : "";
}

static const struct short_text {
    const char *field;
    enum app_sheet sheet;
    enum string_id hint; /* states the limit */
    size_t letters;
    int lines;
    const char *(*of)(const struct interview *i);
    void (*keep)(struct app *app, const char *text);
} texts[] = {
    {"label", SHEET_LABEL, S_label_hint, INTERVIEW_LABEL_LETTERS, 1, label_of, keep_label},
    {"reason", SHEET_REASON, S_correct_reason_hint, INTERVIEW_REASON_LETTERS, 3, reason_of,
     keep_reason},
};
enum { TEXTS = sizeof texts / sizeof *texts, LABEL = 0, REASON = 1 };

/* The text being typed, or NULL. */
static const struct short_text *open_text(const struct app *app)
{
    for (size_t t = 0; app->interview && t < TEXTS; t++) {
        if (edit_is(&app->ui.edit, texts[t].field)) {
            return &texts[t];
        }
    }
    return NULL;
}

bool label_is_open(const struct app *app)
{
    return open_text(app) != NULL;
}

void label_keep(struct app *app)
{
    const struct short_text *t = open_text(app);
    if (t) {
        t->keep(app, app->ui.edit.text.data);
    }
}

static void open_one(struct app *app, const struct short_text *t)
{
    assert(app->interview);
    struct node *node = typed_node(app);
    if (node) { /* unfinished typing is kept with its page */
        interview_typing(app->interview, node, app->ui.edit.text.data);
    }
    edit_begin(&app->ui.edit, t->field, t->of(app->interview));
    app->sheet = t->sheet;
    app->ui.again = true;
}

void label_open(struct app *app)
{
    open_one(app, &texts[LABEL]);
}

void reason_open(struct app *app)
{
    assert(app->interview->corrects);
    open_one(app, &texts[REASON]);
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
    const struct short_text *t = open_text(app);
    if (!t) { /* typing ended elsewhere: close the sheet, too */
        app_close_sheet(app);
        return;
    }
    hold_to(&ui->edit, t->letters);
    ui_say(ui, TEXT_HINT, ui_fill(ui, t->hint, ui_number(ui, (long long)t->letters), NULL),
           ui->theme.soft);
    ui_gap(ui, 8);
    (void)ui_field(ui, t->field,
                   &(struct field){.text = ui->edit.text.data,
                                   .cursor = ui->edit.cursor,
                                   .active = true,
                                   .min_lines = ui->landscape ? 1 : t->lines,
                                   .style = TEXT_BODY});
}
