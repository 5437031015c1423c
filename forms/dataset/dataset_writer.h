/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_WRITER_H
#define FORMS_DATASET_DATASET_WRITER_H
/* dataset_writer: the formats that a dataset is written in; one file a format. */
#include "forms/dataset/dataset.h"

enum dataset_split { SPLIT_NONE, SPLIT_SEEN, SPLIT_ALL };

struct dataset_look {         /* how tables look; not every format has all of it */
    enum dataset_split split; /* X/value columns of 0 and 1: for the values seen, or all codes */
    const char *labels;       /* language code: labels instead of choice values; NULL: values */
    bool both;                /* a column X-label beside each X with choices */
    bool excel; /* a byte order mark; cells that a spreadsheet would calculate get a ' */
};
struct dataset_write {
    struct dataset *dataset;
    struct dataset_look look;
};

struct dataset_sheet { /* a table that is being written */
    const struct dataset_write *write;
    size_t table;
    struct buf *out; /* what is written is appended; the caller takes it away between calls */
    void *state;     /* the writer's own, from begin to end; NULL before */
};
struct dataset_writer {
    const char *name, *ending; /* "csv", ".csv" */
    bool scans;                /* every submission must have gone through dataset_scan */
    /* The table's beginning; the row that the reader gave last; the end, which also frees the
     * state.  After a failure only `end` is called, with `ok` false. */
    bool (*begin)(struct dataset_sheet *sheet, struct err *err);
    bool (*row)(struct dataset_sheet *sheet, struct dataset_reader *reader,
                const struct dataset_row *row, struct err *err);
    bool (*end)(struct dataset_sheet *sheet, bool ok, struct err *err);
};
/* The writer of this name, or NULL. */
const struct dataset_writer *dataset_writer_find(const char *name);
/* The i-th format, from 0; NULL after the last. */
const struct dataset_writer *dataset_writer_at(size_t i);

#endif
