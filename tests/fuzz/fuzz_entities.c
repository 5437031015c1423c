/* SPDX-License-Identifier: Apache-2.0 */
/* A list of entities, and a record that changes it: what is printed is read again, the same. */
#include "tests/fuzz/fuzz.h"

#include "forms/entities/entities.h"
#include "platform/machine/csv.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:entities='http://www.opendatakit.org/xforms/entities'><h:head><h:title>T</h:title>"
    "<model entities:entities-version='2024.1.0'><instance><data id='f' version='1'><a/>"
    "<r><b/><meta><entity dataset='l' id='' create='1'><label/></entity></meta></r>"
    "<meta><entity dataset='l' id='' create='1' update='1' baseVersion='' branchId=''><label/>"
    "</entity></meta></data></instance>"
    "<bind nodeset='/data/a' entities:saveto='a'/><bind nodeset='/data/r/b' entities:saveto='b'/>"
    "</model></h:head><h:body><input ref='/data/a'/></h:body></h:html>";

static void read_list(const char *text, size_t len)
{
    struct arena arena;
    struct entities e, back;
    struct buf once = {0}, twice = {0}, table = {0};
    arena_init(&arena);
    entities_init(&e, &arena);
    entities_init(&back, &arena);
    if (entities_parse(&e, text, len, NULL)) {
        entities_print(&once, &e);
        if (!entities_parse(&back, once.data, once.len, NULL)) {
            abort();
        }
        entities_print(&twice, &back);
        if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0) {
            abort();
        }
        struct csv csv;
        if (!entities_table(&table, &e, e.first ? e.first->list : "l", "name,label\na,A\n", 15,
                            NULL) ||
            !csv_parse(&csv, &arena, table.data, table.len, NULL)) {
            abort();
        }
        for (size_t r = 1; r < csv.count; r++) {
            if (csv.rows[r].count != csv.rows[0].count) {
                abort();
            }
        }
    }
    buf_fini(&once);
    buf_fini(&twice);
    buf_fini(&table);
    arena_fini(&arena);
}

static void read_record(const struct form *form, const char *text, size_t len)
{
    struct arena arena;
    struct entities e;
    struct entity_change *changes;
    struct buf out = {0};
    arena_init(&arena);
    entities_init(&e, &arena);
    if (entities_read(&changes, &arena, form, text, len, NULL)) {
        for (const struct entity_change *c = changes; c; c = c->next) {
            entities_apply(&e, c);
        }
        entities_print(&out, &e);
        read_list(out.data, out.len);
    }
    buf_fini(&out);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct form *form;
    if (!form && !form_load(&form, form_xml, sizeof form_xml - 1, &xml_trusted, NULL)) {
        abort();
    }
    read_list((const char *)data, size);
    read_record(form, (const char *)data, size);
    return 0;
}
