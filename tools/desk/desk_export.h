/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_EXPORT_H
#define TOOLS_DESK_DESK_EXPORT_H
/* desk_export: the desk's sealed records, opened and written as tables. */
#include "forms/dataset/columns.h"
#include "tools/desk/desk_store.h"

struct export_options {
    struct columns_options columns;
    const char *out; /* folder, made 0700 */
    bool training;   /* also records of training forms, alone */
    bool force;
};
struct export_counts {
    unsigned records, files, media;
    unsigned hidden_media, hidden_memos, hidden_columns; /* sensitive=extra */
    unsigned without_form, unreadable;
    unsigned kept_apart; /* records of a fork or a revoked device, not in the tables */
    unsigned twice;      /* records that bear the id of another: their KEY ends in ~2 … */
    unsigned same_name;  /* attachments that bear the name of another: in media/RECORD/ */
    unsigned
        other_ids; /* instances whose instanceID is not the signed record's, which is the KEY */
};

/* All of the files, or none of them: on a full disk what was there before stands. */
MUST_CHECK bool desk_export_csv(struct desk *desk, const uint8_t identity[32],
                                const struct export_options *options, struct export_counts *counts,
                                struct err *err);

#endif
