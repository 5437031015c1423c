/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_PATHS_H
#define APP_INTERVIEW_INTERVIEW_PATHS_H
/* interview_paths: what is kept by the path of a node, when entries of a repeat come and go. */
#include "platform/machine/text.h"

enum path_move { PATH_STAYS, PATH_MOVED, PATH_WITHIN };
/* After the entry at `entry` ("/data/trip[2]") was removed (by −1) or inserted there (by 1): writes
 * the path anew if it is of an entry behind it.  PATH_WITHIN: it is of the removed entry, or of
 * something inside, and is left as it is. */
enum path_move path_move(char **path, const char *entry, int by);

#endif
