/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the study's tables. */
#include "tools/desk/desk_lists.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/text.h"

size_t desk_list_column(const struct csv *csv, const char *name)
{
    for (size_t c = 0; csv->count && c < csv->rows[0].count; c++) {
        if (strcmp(csv->rows[0].cells[c], name) == 0) {
            return c;
        }
    }
    return SIZE_MAX;
}

const char *desk_list_cell(const struct csv *csv, size_t row, size_t column)
{
    return column < csv->rows[row].count ? csv->rows[row].cells[column] : "";
}

size_t desk_list_label(const struct csv *csv, const char *language)
{
    char end[16];
    snprintf(end, sizeof end, "(%.8s)", language);
    for (size_t c = 0; csv->count && c < csv->rows[0].count; c++) {
        const char *name = csv->rows[0].cells[c];
        size_t len = strlen(name), tail = strlen(end);
        if (text_starts(name, "label::") && len > tail && strcmp(name + len - tail, end) == 0) {
            return c;
        }
    }
    return SIZE_MAX;
}

bool desk_list_read(struct csv *csv, struct arena *arena, const struct buf *bytes, const char *file,
                    const char *const *wanted, struct err *err)
{
    if (!csv_parse(csv, arena, bytes->data ? bytes->data : "", bytes->len, err)) {
        return err_at(err, "%s", file);
    }
    for (size_t i = 0; wanted[i]; i++) {
        if (desk_list_column(csv, wanted[i]) == SIZE_MAX) {
            err_set(err, ERR_INPUT, "there is no column '%s'", wanted[i]);
            return err_at(err, "%s", file);
        }
    }
    return true;
}
