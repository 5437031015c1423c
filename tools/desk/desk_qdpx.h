/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_QDPX_H
#define TOOLS_DESK_DESK_QDPX_H
/*
 * desk_qdpx: brings codings back that were made in another program (REFI-QDA).
 *
 * Sources and codes are found by the GUIDs that `export --format qdpx` gave them (dataset_qdpx.h);
 * codes of another GUID by their name.  A selection belongs to the answer that it lies in.
 */
#include "tools/desk/desk_code.h"

struct qdpx_report {
    struct desk_coded done;
    unsigned ours;    /* codings that the export itself had made of the form */
    unsigned sources; /* texts of the project that are no records of this desk */
    unsigned codes;   /* codings with codes that the study does not have: left out */
    unsigned beyond;  /* selections that lie in no single answer: left out */
    unsigned gone;    /* of records whose content is not here: left out */
    struct buf names; /* of the unknown codes, with commas; the caller frees it */
};
/* Takes the codings of a project, all or none of what can be taken; the report says what was left
 * out.  ERR_INPUT: it is no REFI-QDA project. */
MUST_CHECK bool desk_import_qdpx(struct desk *desk, const uint8_t identity[32],
                                 const struct buf *file, const struct desk_elements *elements,
                                 const char *why, int64_t wall_ms, struct qdpx_report *report,
                                 struct err *err);

#endif
