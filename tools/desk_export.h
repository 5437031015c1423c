/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_EXPORT_H
#define TOOLS_DESK_EXPORT_H
/* desk_export: the desk's sealed records, opened and written as tables. */
#include "forms/columns.h"
#include "tools/desk_store.h"

struct export_options {
    struct columns_options columns;
    const char *out; /* folder, made 0700 */
    bool training;   /* also records of training forms, alone */
    bool force;
};
struct export_counts {
    unsigned records, files, media, hidden_media, hidden_memos, without_form, unreadable, hidden_columns;
};

MUST_CHECK bool desk_export_csv(struct desk *desk, const uint8_t identity[32],
                                const struct export_options *options, struct export_counts *counts,
                                struct err *err);

#endif
