/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for the fonts beside the program, and where packages put them. */
#include "app/kit/fonts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/machine/file.h"

static bool find(struct buf *out, const char *given)
{
    static const char *const dirs[] = {"/usr/local/share/suhbat", "/usr/share/suhbat",
                                       "/usr/share/fonts/truetype/paratype"};
    if (given) {
        buf_text(out, given);
        return true;
    }
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) { /* in the build tree: build/bin/suhbat, build/share */
        self[n] = '\0';
        for (int up = 0; up < 3; up++) {
            char *slash = strrchr(self, '/');
            if (!slash) {
                break;
            }
            *slash = '\0';
            buf_cut(out, 0);
            buf_printf(out, "%s/share/PTS55F.ttf", self);
            if (file_exists(out->data)) {
                buf_cut(out, out->len - strlen("/PTS55F.ttf"));
                return true;
            }
        }
    }
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        buf_cut(out, 0);
        buf_printf(out, "%s/PTS55F.ttf", dirs[i]);
        if (file_exists(out->data)) {
            buf_cut(out, strlen(dirs[i]));
            return true;
        }
    }
    return false;
}

bool fonts_find(struct buf *out, const char *given, struct err *err)
{
    if (find(out, given)) {
        return true;
    }
    err_set(err, ERR_ENV, "the PT fonts were not found");
    return err_hint(err, "install Debian's fonts-paratype, or give --fonts DIR");
}
