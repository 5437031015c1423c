/* SPDX-License-Identifier: Apache-2.0 */
/* The sheet for the interviewer's memos on a page. */
#include "app/screens/screen_memo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/page.h"
#include "app/shell/typing.h"

static const char field[] = "memo";

bool memo_is_open(const struct app *app)
{
    return app->interview && edit_is(&app->ui.edit, field);
}

/* Unfinished text is kept, too. */
void memo_keep(struct app *app)
{
    if (memo_is_open(app)) {
        interview_memo(app->interview, app->sheets.memo, app->ui.edit.text.data);
    }
}

void memo_open(struct app *app)
{
    assert(app->interview);
    struct node *node = typed_node(app);
    if (node) { /* unfinished typing is kept with its page */
        interview_typing(app->interview, node, app->ui.edit.text.data);
    }
    app->sheets.memo = interview_new_memo(app->interview);
    edit_begin(&app->ui.edit, field, "");
    app->sheet = SHEET_MEMO;
    app->ui.again = true;
}

void memo_close(struct app *app)
{
    memo_keep(app);
    edit_end(&app->ui.edit);
    app->view.typed_ms = 0;
    app_close_sheet(app);
    if (app->screen == SCREEN_INTERVIEW) {
        page_reopen_typed(app);
    }
}

static bool is_of(const struct interview_memo *m, const struct buf *path)
{
    return m->text.len && strcmp(m->path, path->data) == 0;
}

bool memo_is_here(const struct app *app)
{
    assert(app->interview);
    struct buf path = {0};
    bool here = false;
    buf_add(&path, "", 0);
    session_path(app->interview->page.node, &path);
    for (const struct interview_memo *m = app->interview->memos; m && !here; m = m->next) {
        here = is_of(m, &path);
    }
    buf_fini(&path);
    return here;
}

/* Lists the other memos on this page; a tap continues one. */
static void show_earlier(struct app *app)
{
    struct ui *ui = &app->ui;
    struct buf path = {0};
    buf_add(&path, "", 0);
    session_path(app->interview->page.node, &path);
    for (const struct interview_memo *m = app->interview->memos; m; m = m->next) {
        if (m->number == app->sheets.memo || !is_of(m, &path)) {
            continue;
        }
        const char *id = arena_printf(&ui->frame, "memo:%u", m->number);
        if (ui_row(ui, id, arena_text(&ui->frame, m->text.data), "", 0)) {
            memo_keep(app);
            app->sheets.memo = m->number;
            edit_begin(&ui->edit, field, m->text.data);
            ui->again = true;
        }
    }
    buf_fini(&path);
}

void memo_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!memo_is_open(app)) { /* typing ended elsewhere: close the sheet, too */
        app_close_sheet(app);
        return;
    }
    if (!ui->landscape) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_memo_hint), ui->theme.soft);
        ui_gap(ui, 8);
    }
    (void)ui_field(ui, field,
                   &(struct field){.text = ui->edit.text.data,
                                   .cursor = ui->edit.cursor,
                                   .active = true,
                                   .min_lines = ui->landscape ? 1 : 4,
                                   .style = TEXT_BODY});
    show_earlier(app);
}
