/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_CHAIRS_H
#define APP_SCREENS_CHAIRS_H
/*
 * chairs: the people of a focus group as chairs.
 *
 * They stand in a circle, or in rows where there are more than eight, the screen lies across, or
 * texts are large.  Silence and several at once have chairs of nobody's: benches.
 */
#include "app/interview/interview_group.h"
#include "app/shell/app.h"

enum { CHAIRS_GAP_DP = 10 }; /* between chairs */
struct seats {
    int d, columns; /* px: of a chair; columns 0: a circle */
    struct rect all;
};
/* Where the chairs stand, from the cursor on; it is not moved. */
struct seats chairs_plan(struct ui *ui, size_t count);
struct rect chairs_seat(const struct ui *ui, const struct seats *s, size_t at, size_t count);
/* Where it takes touches: a little less than the circle, so that no two rectangles meet. */
struct rect chairs_touch(const struct ui *ui, struct rect seat);

struct chair {
    const struct group_person *person; /* NULL: a bench */
    bool speaks;
    int part; /* percent of who spoke most; -1: no bar */
};
void chairs_draw(struct ui *ui, struct rect r, const struct chair *c);

enum { BENCHES = 2 };
extern const struct bench {
    const char *id, *who;
    enum string_id words;
} chairs_benches[BENCHES];
/* Where benches stand: beside each other, as wide as their words ask; below each other
 * where the page is too narrow for both.  The cursor goes below them. */
void chairs_plan_benches(struct ui *ui, struct rect at[BENCHES]);
void chairs_draw_bench(struct ui *ui, struct rect r, const char *words, const struct chair *c);

/* Says who came later and who left, with the time. */
void chairs_comings(struct app *app, const struct group_person *people, size_t count);

#endif
