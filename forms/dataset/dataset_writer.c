/* SPDX-License-Identifier: Apache-2.0 */
/* The table of output formats. */
#include "forms/dataset/dataset_writer.h"

#include <assert.h>
#include <string.h>

extern const struct dataset_writer dataset_csv, dataset_xlsx, dataset_sav, dataset_dta, dataset_r,
    dataset_qdpx, dataset_postgres;

static const struct dataset_writer *const writers[] = {
    &dataset_csv, &dataset_xlsx, &dataset_sav,     &dataset_dta,
    &dataset_r,   &dataset_qdpx, &dataset_postgres};

const struct dataset_writer *dataset_writer_find(const char *name)
{
    assert(name);
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (strcmp(writers[i]->name, name) == 0) {
            return writers[i];
        }
    }
    return NULL;
}

const struct dataset_writer *dataset_writer_at(size_t i)
{
    return i < sizeof writers / sizeof *writers ? writers[i] : NULL;
}
