/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_QDPX_H
#define FORMS_DATASET_DATASET_QDPX_H
/*
 * dataset_qdpx: the GUIDs of a REFI-QDA project, by which what comes back is found again.
 *
 * A GUID is a digest of what it names: of the kind "source" the record's KEY; "code" a code of the
 * study; QDPX_QUOTE the code that marks quotes.  It is of version 8, so that it cannot be one that
 * another program drew.
 */

enum { QDPX_GUID = 37 }; /* with its end */
#define QDPX_QUOTE "quote"
void qdpx_guid(char out[QDPX_GUID], const char *kind, const char *what);

#endif
