/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_TABLES_H
#define TESTS_LIB_TABLES_H
/* tables: submissions written as CSV into memory, as the desk writes them into files. */
#include "forms/dataset/dataset_writer.h"

enum { TABLES_MAX = 16 };
struct tables {
    struct dataset *dataset;
    struct dataset_write write;
    struct buf rows[TABLES_MAX];
};
struct tables_look {
    bool sensitive_extra, split_multiple;
    const char *labels;
};

bool tables_new(struct tables *t, const struct form *const *versions, size_t count,
                const struct tables_look *look, struct err *err);
bool tables_scan(struct tables *t, const struct form *version, const char *xml, size_t len,
                 struct err *err);
bool tables_add(struct tables *t, const struct form *version, const char *xml, size_t len,
                const struct submission *about, struct err *err);
/* Header and rows; appended. */
void tables_text(const struct tables *t, size_t table, struct buf *out);
void tables_free(struct tables *t);

#endif
