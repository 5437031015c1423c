/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_TEXTS_H
#define TOOLS_DESK_DESK_TEXTS_H
/*
 * desk_texts: rows of the desk that hold a head of numbers, some texts, and a signature:
 *
 *   head (its last fields: the length of each text, u32) ‖ texts, one after another ‖ signature 64
 *
 * Source: docs/RECORD.md section 18.
 */
#include "tools/desk/desk_internal.h"

struct desk_text_kind {
    const char *type;     /* of the signature: "deskcode" */
    const char *what;     /* of the encryption, and of its name in the database: "coding" */
    const char *noun;     /* in messages: "a coding" */
    size_t lengths, head; /* bytes of the head before the lengths, and with them */
    size_t texts, max;    /* how many; bytes of one */
};

/* Appends a row.  `head` has kind->head bytes; the lengths are filled in.  ERR_LIMIT: a text is too
 * long. */
MUST_CHECK bool desk_text_write(const struct desk *desk, const struct desk_text_kind *kind,
                                struct buf *row, uint8_t *head, const char *const *texts,
                                struct err *err);
/* Opens and verifies a row (columns: name, d).  *head and the texts are in the arena.  ERR_INPUT:
 * it is not as it was written. */
MUST_CHECK bool desk_text_read(const struct desk *desk, const struct desk_text_kind *kind,
                               struct arena *arena, const struct db_value *columns,
                               const uint8_t **head, const char **texts, struct err *err);
/* Fills in a random GUID, version 4, if the id is zeros. */
void desk_guid(uint8_t id[16]);

#endif
