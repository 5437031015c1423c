/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_ROWS_H
#define FORMS_XLSFORM_XLSFORM_ROWS_H
/* xlsform_rows: shared by xlsform_read.c (sheets) and xlsform_rows.c (the question of a
 * row). */
#include "forms/xlsform/xlsform_model.h"

struct survey {
    struct question *open;
    const char *table_list; /* list of an open table-list group; "" = taken from its first
                             * select; NULL = no such group is open */
    struct map repeats;
    bool ignored_name_case;
};

/* Replaces a faulty row, if all faults are wanted, by a question of that name or an open group, so
 * that one mistake is not reported several times. */
void row_placeholder(struct model *m, struct survey *s, const struct row *row);
/* Reads one row of the survey: adds its question to the open group, or opens or closes a group.
 * Questions of the form as a whole (audit) are added to `meta`. */
bool row_read(struct model *m, struct survey *s, const struct row *row, struct question *meta);
/* Checks the column trigger, which names the questions that trigger this one. */
bool row_trigger(struct model *m, struct question *q);
bool row_media_known(struct model *m, const char *sheet, const struct row *row);
bool row_list_file(const char *name); /* whether the list name is that of a file */

#endif
