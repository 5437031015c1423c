/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_WRITER_H
#define FORMS_DATASET_DATASET_WRITER_H
/* dataset_writer: the formats that a dataset is written in; one file a format. */
#include "forms/dataset/dataset.h"
#include "platform/machine/csv.h"

enum dataset_split { SPLIT_NONE, SPLIT_SEEN, SPLIT_ALL };

struct dataset_code { /* a code that texts are coded with */
    const char *code, *label;
};
struct dataset_look {         /* how tables look; not every format has all of it */
    enum dataset_split split; /* X/value columns of 0 and 1: for the values seen, or all codes */
    const char *labels;       /* language code: labels instead of choice values; NULL: values */
    bool both;                /* a column X-label beside each X with choices */
    bool excel; /* a byte order mark; cells that a spreadsheet would calculate get a ' */
    const struct dataset_code *codes; /* of the study, for coding texts; borrowed */
    size_t code_count;
};
struct dataset_write {
    struct dataset *dataset;
    struct dataset_look look;
    size_t text_max;   /* texts go on in columns NAME_2 … after so many bytes; 0: never */
    bool training;     /* the records are training records */
    bool partial;      /* the tables hold a part of the records */
    const char *desk;  /* where they were made, in hex; or NULL */
    uint64_t revision; /* that grows whenever the desk's contents change */
};

/* A file that holds all tables of a form. */
struct dataset_book {
    const struct dataset_write *write;
    const char *path; /* exists, is empty, and is filled by `close` */
    struct arena *arena;
    size_t rows_max;    /* of a sheet, with its heading; 0: the format's limit */
    void *state;        /* the writer's own, from open to close */
    struct buf out;     /* what `close` appends, the caller writes into the file, and frees */
    unsigned adrift;    /* codings whose words do not stand in their answer: left out */
    const char **names; /* of the sheets, one for each table; set by open, in the arena */
};

struct dataset_sheet { /* a table that is being written */
    const struct dataset_write *write;
    size_t table;
    struct dataset_book *book; /* or NULL, and the table has a file of its own: */
    struct buf *out; /* what is written is appended; the caller takes it away between calls */
    void *state;     /* the writer's own, from begin to end; NULL before */
    /* What is beyond the format's limits, for the user to be told after `end`: */
    unsigned continued; /* columns whose text goes on in NAME_2 … */
    unsigned shortened; /* labels of columns and values that are cut; the codebook has them whole */
    unsigned more_sheets; /* sheets that the table goes on on */
};
struct dataset_writer {
    const char *name, *ending; /* "csv", ".csv" */
    bool scans;                /* every submission must have gone through dataset_scan */
    bool variables;            /* its columns are those of dataset_variables */
    bool tags;                 /* … with missing answers as .a .b .c, not as numbers */
    bool codes;                /* … with choices as the form's codes, not as numbers */
    bool texts;                /* it has no columns: no codebook of them stands beside it */
    bool both;                 /* a column X-label beside each X with choices, always */
    size_t text_max;           /* texts are cut into pieces of so many bytes; 0: never */
    /* Begins and ends a book around its sheets; NULL: each table has a file.  After a successful
     * `open`, `close` is called in any case, with `ok` false after a failure. */
    bool (*open)(struct dataset_book *book, struct err *err);
    bool (*close)(struct dataset_book *book, bool ok, struct err *err);
    /* A table's beginning; the row that the reader gave last; the end, which also frees the
     * state.  After a failure only `end` is called, with `ok` false. */
    bool (*begin)(struct dataset_sheet *sheet, struct err *err);
    bool (*row)(struct dataset_sheet *sheet, struct dataset_reader *reader,
                const struct dataset_row *row, struct err *err);
    bool (*end)(struct dataset_sheet *sheet, bool ok, struct err *err);
    /* A script that reads the tables of a form, beside them; NULL: none.  `files`: their names. */
    void (*script)(struct buf *out, const struct dataset_write *write, const char *const *files);
    const char *script_ending; /* ".R" */
    /* Appends a table that is no part of the dataset, such as turns, as a file of this format.
     * NULL: it stands beside as CSV alone. */
    bool (*plain)(struct buf *out, const struct csv *table, struct err *err);
};

/* A column of the CSV. */
struct dataset_csv_column {
    const char *name;                    /* "person-age", "gps-Altitude", "help/osh", "KEY" */
    const struct dataset_column *column; /* whose answers stand in it; NULL: none's, as in KEY */
    const char *code;                    /* 0 or 1: whether this answer of several was given */
    bool labels;                         /* X-label */
    size_t piece;                        /* 1, 2 …: NAME_2, NAME_3 … of a long text */
    enum dataset_type type;
};
/* Calls `each` for the columns of a table, in order. */
void dataset_csv_columns(const struct dataset_write *write, size_t table,
                         void (*each)(void *user, const struct dataset_csv_column *column),
                         void *user);

/* Calls `each` for the cells of the row that the reader gave last, in the same order. */
void dataset_csv_cells(const struct dataset_write *write, struct dataset_reader *reader,
                       const struct dataset_row *row, void (*each)(void *user, const char *text),
                       void *user);

/* The writer of this name, or NULL. */
const struct dataset_writer *dataset_writer_find(const char *name);
/* The i-th format, from 0; NULL after the last. */
const struct dataset_writer *dataset_writer_at(size_t i);

#endif
