/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/tables.h"

#include <stdlib.h>
#include <string.h>

bool tables_new(struct tables *t, const struct form *const *versions, size_t count,
                const struct tables_look *look, struct err *err)
{
    struct dataset_options options = {.sensitive_extra = look->sensitive_extra};
    memset(t, 0, sizeof *t);
    if (!dataset_new(&t->dataset, versions, count, &options, err)) {
        return false;
    }
    t->write = (struct dataset_write){
        .dataset = t->dataset,
        .look = {.split = look->split_multiple ? SPLIT_SEEN : SPLIT_NONE, .labels = look->labels}};
    return dataset_tables(t->dataset) <= TABLES_MAX;
}

bool tables_scan(struct tables *t, const struct form *version, const char *xml, size_t len,
                 struct err *err)
{
    return t->write.look.split == SPLIT_NONE ||
           dataset_scan(t->dataset, version, xml, len, NULL, err);
}

bool tables_add(struct tables *t, const struct form *version, const char *xml, size_t len,
                const struct submission *about, struct err *err)
{
    struct dataset_reader reader;
    struct dataset_row row;
    if (!dataset_open(&reader, t->dataset, version, xml, len, about, err)) {
        return false;
    }
    while (dataset_next(&reader, &row)) {
        struct dataset_sheet sheet = {
            .write = &t->write, .table = row.table, .out = &t->rows[row.table]};
        if (!dataset_writer_find("csv")->row(&sheet, &reader, &row, err)) {
            return false;
        }
    }
    dataset_close(&reader);
    return true;
}

void tables_text(const struct tables *t, size_t table, struct buf *out)
{
    struct dataset_sheet sheet = {.write = &t->write, .table = table, .out = out};
    (void)dataset_writer_find("csv")->begin(&sheet, NULL);
    buf_add(out, t->rows[table].data ? t->rows[table].data : "", t->rows[table].len);
}

void tables_free(struct tables *t)
{
    for (size_t i = 0; i < TABLES_MAX; i++) {
        buf_fini(&t->rows[i]);
    }
    dataset_free(t->dataset);
    t->dataset = NULL;
}
