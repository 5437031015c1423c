/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_EXPORT_H
#define TOOLS_DESK_DESK_EXPORT_H
/* desk_export: opens the desk's sealed records and writes them as tables. */
#include "forms/dataset/dataset_writer.h"
#include "tools/desk/desk_filter.h"

struct export_options {
    struct dataset_options columns;
    struct dataset_look look;
    const struct dataset_writer *writer;
    const char *out; /* output folder, created with mode 0700 */
    struct desk_filter filter;
    const char *why; /* for the desk's log; NULL: not said */
    bool force;
    bool sound; /* also the recordings, as OUT/audio/RECORD-N.opus */
    /* Told after each record, if set: how many of all were read in this pass. */
    void (*progress)(const char *pass, uint64_t done, uint64_t all);
};
struct export_counts {
    unsigned records, files, media;
    unsigned hidden_media, hidden_memos, hidden_columns; /* left out because of sensitive=extra */
    unsigned hidden_codes; /* marks of codes at tables, left out for the same reason */
    unsigned transcripts, hidden_transcripts; /* written; left out because they are free text */
    unsigned withdrawn;       /* records of which a use was taken back: the cell says so */
    unsigned unmarked;        /* … for which the form has no question: no cell says so */
    unsigned withdrawn_media; /* recordings left out for that */
    unsigned recordings, cut_recordings; /* written; … that lack a part */
    unsigned without_form, unreadable;
    unsigned adrift;     /* codings whose words do not stand in the answer any more */
    unsigned replaced;   /* older versions of records that were corrected: not in the tables */
    unsigned filtered;   /* left out by the filter */
    unsigned closed;     /* records of a form that the catalogue seals to others than the desk */
    unsigned kept_apart; /* records of a fork or a revoked device, not in the tables */
    unsigned twice;      /* records with the same id as another: their KEY ends in ~2, ~3, … */
    unsigned same_name;  /* attachments with the same name as another: stored in media/RECORD/ */
    unsigned other_ids;  /* instances whose instanceID differs from the signed record's id, which
                          * is the KEY */
    unsigned continued, shortened, more_sheets; /* columns, labels, rows beyond the format's limits:
                                                 * dataset_writer.h */
};

/* Writes all files or none: if the disk is full, existing files remain unchanged. */
MUST_CHECK bool desk_export(struct desk *desk, const uint8_t identity[32],
                            const struct export_options *options, struct export_counts *counts,
                            struct err *err);

/* Writes the records that are not sealed to this identity into the folder, still sealed, as
 * ID.age.  *count: how many. */
MUST_CHECK bool desk_forward(struct desk *desk, const uint8_t identity[32], const char *folder,
                             unsigned *count, struct err *err);

#endif
