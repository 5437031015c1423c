/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_QDPX_INTERNAL_H
#define FORMS_DATASET_DATASET_QDPX_INTERNAL_H
/* What dataset_qdpx.c (the project, stories and codes) and dataset_qdpx_people.c (participants,
 * memos, recordings) share. */
#include "forms/dataset/dataset_qdpx.h"
#include "forms/dataset/dataset_writer.h"
#include "platform/machine/map.h"
#include "platform/machine/zip.h"

enum { GUID = QDPX_GUID, WHEN = 40 };

struct participant { /* of the record being gathered */
    const char *key;
    struct buf head, refs; /* its case; where it speaks */
};
struct project { /* the book's state */
    struct arena arena;
    struct map sections; /* that stories stand in */
    const struct dataset_write *write;
    struct map users;  /* code of an interviewer → its GUID */
    struct map coded;  /* codes that texts were coded with … */
    const char **used; /* … and their list */
    size_t used_count;
    unsigned adrift;
    struct buf user_list, cases, sources, speakers;
    bool memos; /* some record has one: there is a code for them */
    struct zip_part *parts;
    size_t part_count;
    /* the record being gathered */
    bool open;
    char key[80], name[80], when[WHEN], user[GUID];
    struct buf text, selections, values;
    struct buf refs;     /* its sources beside the text */
    struct map by_label; /* label of a participant → struct participant */
    struct participant **people;
    size_t people_count;
    struct arena of_record;
    size_t letters; /* of `text` */
};

/* Appends an attribute: the GUID of what it names. */
void qdpx_put_guid(struct buf *out, const char *name, const char *kind, const char *what);
void qdpx_put_code(struct buf *out, const char *kind, const char *what, const char *name);
/* Appends a coding by the record's user; `where`: what is coded. */
void qdpx_put_coding(struct project *p, struct buf *out, const char *where, const char *kind,
                     const char *code);
void qdpx_put_value(struct buf *out, const struct project *p, struct dataset_reader *reader,
                    const struct dataset_column *column, const char *value);
/* Something is coded with it: the codebook has it. */
void qdpx_use_code(struct project *p, const char *code);
bool qdpx_is_variable(const struct dataset_column *column);
const char *qdpx_section(const struct dataset_write *write, const struct dataset_column *column);

/* ---- dataset_qdpx_people.c ---- */

/* The column with the label of a participant, if the table is a round of participants: a repeat
 * with the appearance focus-group, in which a calculation's name ends in "_lab"; or NULL. */
const struct dataset_column *qdpx_label_column(const struct dataset_table *table, size_t *at);
/* A row of such a table: a case, and a code of the speaker. */
void qdpx_add_participant(struct project *p, struct dataset_reader *reader,
                          const struct dataset_row *row);
/* The participant whom an answer of the row names; or NULL. */
struct participant *qdpx_speaker(struct project *p, struct dataset_reader *reader,
                                 const struct dataset_table *table);
/* Ends the record's cases of participants. */
void qdpx_end_participants(struct project *p);
/* Sources of the record: its memos, its recordings with what happened in them. */
void qdpx_add_memos(struct project *p, const struct submission *about);
void qdpx_add_sounds(struct project *p, struct dataset_reader *reader);

#endif
