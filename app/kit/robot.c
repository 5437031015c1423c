/* SPDX-License-Identifier: Apache-2.0 */
/* Reports frames to a test. */
#include "app/kit/robot.h"

#ifdef SUHBAT_TEST
#include <assert.h>
#include <string.h>
#include <unistd.h>

void robot_report(int fd, const struct ui *ui, unsigned frame, const char *page, const char *more)
{
    static const char *const roles[] = {
        [ROLE_BUTTON] = "button", [ROLE_CHOICE] = "choice", [ROLE_KEY] = "key",
        [ROLE_FIELD] = "field",   [ROLE_ROW] = "row",       [ROLE_PILL] = "pill",
        [ROLE_ICON] = "icon",     [ROLE_STEP] = "step",     [ROLE_GRAB] = "grab",
        [ROLE_PAPER] = "paper"};
    static_assert(sizeof roles / sizeof *roles == ROLE_COUNT, "a name for each role");
    struct buf out = {0};
    buf_printf(&out, "frame %u %s\n", frame, page);
    for (size_t i = 0; i < ui->target_count; i++) {
        const struct target *t = &ui->targets[i];
        buf_printf(&out, "target %s %s %d %d %d %d %s %s\n", t->id, roles[t->kind], t->rect.x,
                   t->rect.y, t->rect.w, t->rect.h, t->hidden ? "hidden" : "seen",
                   ui->show_focus && strcmp(ui->focus, t->id) == 0 ? "focus" : "-");
    }
    buf_text(&out, more ? more : "");
    buf_printf(&out, "end %u\n", frame);
    for (size_t at = 0; at < out.len;) {
        ssize_t n = write(fd, out.data + at, out.len - at);
        if (n <= 0) {
            break;
        }
        at += (size_t)n;
    }
    buf_fini(&out);
}
#else
typedef int robot_has_no_use_in_a_release; /* a file is not empty */
#endif
