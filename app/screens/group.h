/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_GROUP_H
#define APP_SCREENS_GROUP_H
/*
 * group: the round of a focus group, and the table of its topics.
 *
 * A chair is a participant: in a circle, or in rows where there are more than eight, the screen
 * lies across, or texts are large.  What was said is nowhere on the table.
 */
#include "app/shell/app.h"

/* The page lists the participants: chairs instead of rows.  True: they are shown; the caller draws
 * what adds and restores. */
bool group_round_is_here(const struct app *app);
/* A pill that shows the round as a list, in which participants can be removed.  Whether it is to be
 * shown so; true of any other repeat. */
bool group_round_as_list(struct app *app);
/* True: a chair was tapped, and the page left. */
bool group_round_show(struct app *app, struct node *const *entries, size_t count);

/* The page is the table of a topic: instead of the topic's first question, until it is left. */
bool group_table_is_here(struct app *app);
void group_table_show(struct app *app);
/* Leaves the table for the topic's questions.  False: the page is none. */
bool group_table_left(struct app *app);
/* On the first page of a topic whose table was left: a way back to it.  True: it was tapped. */
bool group_table_again(struct app *app);
/* Before each build: nobody speaks where the table is not on the screen, or under a sheet. */
void group_watch(struct app *app);
/* Another page was reached: nobody speaks at the table any more. */
void group_arrive(struct app *app);
/* ms until the time shown changes; -1: nobody speaks. */
int group_timeout(struct app *app);

/* Whether an entry of the round is to be removed only after a second touch: its person was marked
 * at a table.  True: it was said. */
bool group_asks_first(struct app *app, const struct node *entry);
/* Instead of being removed, the chair of such a person stays, empty: the form's question says that
 * she takes no part.  False: the person was marked nowhere, or the form does not ask that. */
bool group_empties_chair(struct app *app, struct node *entry);

#endif
