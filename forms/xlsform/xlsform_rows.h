/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_ROWS_H
#define FORMS_XLSFORM_XLSFORM_ROWS_H
/* xlsform_rows: what xlsform_read.c (sheets) and xlsform_rows.c (a row's question) share. */
#include "forms/xlsform/xlsform_model.h"

struct survey {
    struct question *open;
    const char *table_list; /* "" = the first select tells the list; NULL = none open */
    struct map repeats;
    bool ignored_name_case;
};

/* One row of the survey: its question into the open group, or a group opened or ended; what belongs
 * to the form as a whole goes to `meta`. */
/* In the place of a row that is faulty, when all faults are wanted: a question of that name, or a
 * group that its end can end, so that one slip is not told as many. */
void row_placeholder(struct model *m, struct survey *s, const struct row *row);
bool row_read(struct model *m, struct survey *s, const struct row *row, struct question *meta);
/* The questions named in the column trigger, which set this one. */
bool row_trigger(struct model *m, struct question *q);
bool row_media_known(struct model *m, const char *sheet, const struct row *row);
bool row_list_file(const char *name); /* choices from a file */

#endif
