/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_H
#define FORMS_DATASET_DATASET_H
/*
 * dataset: submissions as typed tables, read record by record.
 *
 * Use:    dataset_new with the form's versions, newest first; dataset_scan every submission, if
 *         the values that occur are wanted; then for every submission dataset_open,
 *         dataset_next until it returns false, dataset_cell for each column, dataset_close.
 * Shape:  one root table and one table for each repeat; column names by path below the
 *         nearest repeat, '-' between.  The layout is ODK Central's.
 * Memory: nothing of a submission stays after dataset_close but the values seen by dataset_scan.
 * Source: docs/TABLES.md; ODK Central lib/data/briefcase.js.
 */
#include "forms/engine/form.h"
#include "platform/machine/map.h"

struct dataset;

enum dataset_type {
    DATASET_TEXT,
    DATASET_INT,
    DATASET_DECIMAL,
    DATASET_DATE,
    DATASET_TIME,
    DATASET_MOMENT,
    DATASET_GEOPOINT, /* four numbers: latitude, longitude, altitude, accuracy */
    DATASET_CHOICE,
    DATASET_CHOICES, /* codes separated by spaces */
    DATASET_ORDER,   /* the same, ranked */
    DATASET_FILE,    /* name of an attachment */
    DATASET_TYPE_COUNT
};

struct dataset_column {
    const char *path;  /* "/data/trip/name", without entry positions */
    const char *below; /* the part below the nearest repeat: "person/age" */
    const char *name;  /* the same with '-': "person-age" */
    enum dataset_type type;
    const struct item *item; /* in the newest version that has it: label, sensitive, missing */
    const char **seen;       /* choices: values that dataset_scan found, sorted */
    size_t seen_count;
    size_t longest; /* bytes of the longest cell that dataset_scan found */
};

struct dataset_table {
    const char *repeat; /* path of the repeat; "": the root */
    const char *name;   /* "form" or "form-repeat"; "~2" is appended to a name that comes twice */
    struct dataset_column *columns;
    size_t count;
    struct {
        size_t rows;
        size_t key, parent, submitter, version; /* bytes of the longest */
    } seen;                                     /* by dataset_scan */
};

struct dataset_options {
    bool sensitive_extra; /* include columns marked sensitive=extra */
};

struct dataset_coding { /* a span of an answer that somebody coded; for formats of texts */
    const char *path;   /* of the question; entries of repeats are numbered */
    unsigned from, to;  /* letters of the answer, from 0; `to` is the one after */
    const char *words;  /* that stand there */
    const char *code;   /* "": none */
    bool quote;
    const char *translation; /* "": none */
    const char *guid, *who;
    int64_t when_ms;
};
struct dataset_memo {                /* of the interviewer, beside a page */
    const char *path, *begun, *text; /* begun: "2026-11-24T10:00:00.000Z" */
};
struct dataset_moment { /* in a recording */
    int64_t ms;
    const char *event, *path; /* "question", "/data/trip[2]/place" */
};
struct dataset_turn {            /* at the table of a group */
    bool quote;                  /* no turn: words worth quoting were said then */
    const char *code;            /* no turn: this code was named then; "": not so */
    const char *who, *recording; /* a participant's label; as dataset_sound.id, or "" */
    int64_t recorded_ms, ms;     /* its place in the recording, how long it is */
};
struct dataset_said { /* in a recording */
    int64_t from_ms, to_ms;
    const char *who, *text; /* "": nobody named; in one line */
};
struct dataset_transcript { /* one of a recording; it may have several */
    const char *guid;       /* "7d3c…-…" */
    bool verified;          /* a person wrote or checked it */
    const char *who, *with; /* who made it; the program's name, or "" */
    int64_t when_ms;
    const struct dataset_said *said;
    size_t count;
};
struct dataset_sound { /* a recording; for formats of texts */
    const char *id;    /* 32 hex digits */
    const char *file;  /* beside the tables: "audio/KEY-1.opus"; NULL: it was not written */
    const char *begun; /* as of a memo */
    const struct dataset_moment *moments;
    size_t moment_count;
    const struct dataset_transcript *transcripts;
    size_t transcript_count;
};
struct submission {  /* what the desk knows about a record in addition to the instance */
    int64_t date_ms; /* SubmissionDate: when the record was finalised */
    const char *submitter_id, *submitter_name, *device_id, *form_version;
    const char *status, *review_state; /* "" = none */
    const char *record_key; /* "uuid:…" of the signed record, possibly followed by "~2".  Used as
                             * KEY, whatever instanceID says.  NULL: unknown */
    unsigned attachments_present, attachments_expected, edits;
    const char *withdrawn; /* uses that the person took back: "quotes recontact"; NULL: none */
    const struct dataset_coding *codings; /* in the order of their questions */
    size_t coding_count;
    const struct dataset_memo *memos;
    size_t memo_count;
    const struct dataset_sound *sounds;
    size_t sound_count;
    const struct dataset_turn *turns;
    size_t turn_count;
};

MUST_CHECK bool dataset_new(struct dataset **dataset, const struct form *const *versions,
                            size_t count, const struct dataset_options *options, struct err *err);
void dataset_free(struct dataset *dataset);

size_t dataset_tables(const struct dataset *dataset);
const struct dataset_table *dataset_table(const struct dataset *dataset, size_t table);
const char *dataset_type_name(enum dataset_type type); /* for the codebook: "choices" */

/* Gathers what writers must know before the first row: the values that occur in columns of several
 * choices, the number of rows, the longest texts.  `about` may be NULL, if keys do not matter. */
MUST_CHECK bool dataset_scan(struct dataset *dataset, const struct form *version, const char *xml,
                             size_t len, const struct submission *about, struct err *err);

/* ---- reading one submission ---- */

struct dataset_row {
    size_t table;
    const char *key;    /* "uuid:…" or "uuid:…/trip[2]" */
    const char *parent; /* key of the row around it; NULL in the root table */
    const struct xml *node;
};
struct dataset_reader {
    struct dataset *dataset;
    const struct form *version;
    const struct submission *about;
    struct arena arena; /* everything of this submission */
    struct dataset_row *rows;
    size_t row_count, row_cap, at;
    const struct xml **cells; /* of the row read last, one per column; NULL: no such node */
};
/* Borrows all arguments until dataset_close, which is to be called only after success. */
MUST_CHECK bool dataset_open(struct dataset_reader *reader, struct dataset *dataset,
                             const struct form *version, const char *xml, size_t len,
                             const struct submission *about, struct err *err);
/* The next row, the root's first, then entries in document order; false at the end. */
bool dataset_next(struct dataset_reader *reader, struct dataset_row *row);
/* A cell of the row that dataset_next gave last; "" if it has no value; "withdrawn" if its question
 * asked for a use that was taken back since.  Valid until dataset_close. */
const char *dataset_cell(struct dataset_reader *reader, size_t column);
void dataset_close(struct dataset_reader *reader);

/* The label of a choice value in a language, or the next language that has one; the value if there
 * is none.  A list's filter is ignored.  Built once for each list: lookups do not walk it. */
const char *dataset_choice_label(struct dataset *dataset, const struct form *version,
                                 const struct dataset_column *column, const char *value,
                                 const char *language);

/* The question's text in a language, or the next that has one, in one line; "" if it has none.
 * Answers inside the text are shown as "…".  Owned by the dataset. */
const char *dataset_column_label(struct dataset *dataset, const struct dataset_column *column,
                                 const char *language);
/* The group or repeat that a column stands in: its text, or that of a group around it, or its name;
 * "" for a column of the top.  Owned by the dataset. */
const char *dataset_group_label(struct dataset *dataset, const struct dataset_column *column,
                                const char *language);
/* As dataset_choice_label, in the newest version that has the value. */
const char *dataset_code_label(struct dataset *dataset, const struct dataset_column *column,
                               const char *value, const char *language);

/* The codes of a column's list: those of the newest version that asks it, in the list's order; then
 * those that only older versions have, then those that only submissions have (dataset_scan).
 * Strings and array are owned by the dataset. */
size_t dataset_codes(struct dataset *dataset, const struct dataset_column *column,
                     const char *const **codes);

/* Number of submissions opened whose instanceID is a UUID other than the signed record's. */
size_t dataset_other_ids(const struct dataset *dataset);
/* Number of columns left out because any version marks them, or a group that contains them,
 * sensitive=extra. */
size_t dataset_hidden(const struct dataset *dataset);
/* Whether the answer at this path is left out.  The path has no entry positions:
 * "/data/trip/name". */
bool dataset_hides(const struct dataset *dataset, const char *path);

#endif
