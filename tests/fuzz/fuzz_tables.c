/* SPDX-License-Identifier: Apache-2.0 */
/* A record's instance on its way into the tables: whatever it holds, each table stays a table. */
#include "tests/fuzz/fuzz.h"

#include "platform/machine/csv.h"
#include "tests/lib/tables.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa' xmlns:suhbat='https://suhbat.org/xforms'><h:head>"
    "<h:title>T</h:title><model><instance><data id='f' version='1'><a/><n/><gps/><lang/><secret/>"
    "<r jr:template=''><x/><k jr:template=''><y/></k></r><g><h/></g>"
    "<meta><instanceID/></meta></data></instance>"
    "<bind nodeset='/data/n' type='int'/><bind nodeset='/data/gps' type='geopoint'/>"
    "<bind nodeset='/data/secret' suhbat:sensitive='extra'/>"
    "<bind nodeset='/data/r/k/y' type='geotrace'/></model></h:head><h:body>"
    "<input ref='/data/a'/><input ref='/data/n'/><input ref='/data/gps'/>"
    "<select ref='/data/lang'><label>L</label><item><label>Ky</label><value>ky</value></item>"
    "<item><label>Ru</label><value>ru</value></item></select><input ref='/data/secret'/>"
    "<group ref='/data/r'><repeat nodeset='/data/r'><input ref='/data/r/x'/><group ref='/data/r/k'>"
    "<repeat nodeset='/data/r/k'><input ref='/data/r/k/y'/></repeat></group></repeat></group>"
    "<group ref='/data/g'><input ref='/data/g/h'/></group></h:body></h:html>";

static void read_tables(const struct tables *c)
{
    for (size_t t = 0; t < dataset_tables(c->dataset); t++) {
        struct buf out = {0};
        struct arena arena;
        struct csv csv;
        arena_init(&arena);
        tables_text(c, t, &out);
        if (!csv_parse(&csv, &arena, out.data, out.len, NULL)) {
            abort();
        }
        for (size_t r = 1; r < csv.count; r++) { /* a row has as many cells as there are columns */
            if (csv.rows[r].count != csv.rows[0].count) {
                abort();
            }
        }
        arena_fini(&arena);
        buf_fini(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct form *form;
    static const struct tables_look looks[] = {{.labels = NULL},
                                               {.split_multiple = true, .sensitive_extra = true},
                                               {.labels = "ky", .split_multiple = true}};
    if (!form && !form_load(&form, form_xml, sizeof form_xml - 1, &xml_trusted, NULL)) {
        abort();
    }
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        const struct form *versions[] = {form};
        struct submission about = {.date_ms = 1795334400000,
                                   .submitter_id = "7",
                                   .submitter_name = "",
                                   .device_id = "d",
                                   .form_version = "1",
                                   .status = "",
                                   .review_state = "",
                                   .record_key = i ? "uuid:x" : NULL};
        struct tables c;
        if (!tables_new(&c, versions, 1, &looks[i], NULL)) {
            abort();
        }
        (void)!(tables_scan(&c, form, (const char *)data, size, NULL) &&
                tables_add(&c, form, (const char *)data, size, &about, NULL) &&
                tables_add(&c, form, (const char *)data, size, &about, NULL));
        read_tables(&c);
        (void)dataset_hides(c.dataset, "/data/secret");
        if (dataset_hidden(c.dataset) > 16 || dataset_other_ids(c.dataset) > 2) {
            abort();
        }
        tables_free(&c);
    }
    return 0;
}
