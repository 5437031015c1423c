/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_ODK_H
#define FORMS_DATASET_DATASET_ODK_H
/* dataset_odk: a record as the submission.xml that ODK Central and Briefcase take. */
#include "forms/dataset/dataset.h"

/* Appends the instance without the answers that the dataset hides; the question that had asked for
 * a use which was taken back has the value "withdrawn".  `withdrawn`: "quotes recontact", or NULL.
 * *hidden: how many answers are left out.  ERR_INPUT: it is no instance. */
MUST_CHECK bool dataset_submission(struct buf *out, const struct dataset *dataset,
                                   const struct form *version, const char *xml, size_t len,
                                   const char *withdrawn, unsigned *hidden, struct err *err);

#endif
