/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares records with the tables that were exported from them, cell by cell, in both directions.
 *
 *     help_cells RECORDS TABLES
 *
 * RECORDS has instance XMLs, TABLES has CSV files in ODK Central's layout.  Exits 1 if an answer is
 * not in its cell, or if a table has a filled cell that no answer fills.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/machine/xml.h"

enum { FILE_MAX = 256 << 20, SHOWN_MAX = 20 };

struct cells {
    struct arena arena;
    struct map map; /* "KEY column" → cell */
    unsigned long filled, answers, wrong;
};

static void differs(struct cells *c, const char *key, const char *what, const char *told)
{
    if (c->wrong++ < SHOWN_MAX) {
        printf("%s: %s: %s\n", key, what, told);
    }
}

static bool read_table(struct cells *c, const char *path, struct err *err)
{
    struct buf bytes = {0};
    struct csv csv;
    bool ok = file_read(&bytes, path, FILE_MAX, err) &&
              csv_parse(&csv, &c->arena, bytes.data, bytes.len, err);
    for (size_t r = 1; ok && r < csv.count; r++) {
        const char *key = NULL;
        for (size_t i = 0; i < csv.rows[0].count; i++) {
            if (strcmp(csv.rows[0].cells[i], "KEY") == 0) {
                key = csv.rows[r].cells[i];
            }
        }
        for (size_t i = 0; key && i < csv.rows[0].count; i++) {
            const char *column = csv.rows[0].cells[i], *cell = csv.rows[r].cells[i];
            map_put(&c->map, arena_join(&c->arena, key, " ", column, NULL), (void *)cell);
            c->filled += *cell && islower((unsigned char)*column);
        }
        map_put(&c->map, arena_join(&c->arena, "row ", key ? key : "", NULL), c);
    }
    buf_fini(&bytes);
    return ok;
}

/* `key` is of the table's row; `path` is the element's below the root, `column` below the row. */
static void walk(struct cells *c, const struct xml *at, const char *key, const char *path,
                 const char *column)
{
    struct map seen;
    map_init(&seen, &c->arena);
    for (const struct xml *e = xml_child(at, NULL); e; e = xml_sibling(e, NULL)) {
        size_t n = (size_t)map_get(&seen, e->name) + 1;
        map_put(&seen, e->name, (void *)n);
        const char *below = arena_join(&c->arena, path, "/", e->name, NULL);
        const char *here = arena_join(&c->arena, column, *column ? "-" : "", e->name, NULL);
        const char *entry =
            arena_printf(&c->arena, "%.*s%s[%zu]", (int)strcspn(key, "/"), key, below, n);
        if (map_get(&c->map, arena_join(&c->arena, "row ", entry, NULL))) {
            walk(c, e, entry, arena_printf(&c->arena, "%s[%zu]", below, n), "");
        } else if (xml_child(e, NULL)) {
            walk(c, e, key, below, here);
        } else {
            const char *told = xml_content(&c->arena, e);
            const char *cell = map_get(&c->map, arena_join(&c->arena, key, " ", here, NULL));
            c->answers += *told != '\0';
            if (*told && (!cell || strcmp(told, cell) != 0)) {
                differs(c, key, here, cell ? cell : "no such cell");
            }
        }
    }
}

static bool read_record(struct cells *c, const char *path, struct err *err)
{
    struct buf bytes = {0};
    struct xml *root, *meta, *id;
    bool ok = file_read(&bytes, path, FILE_MAX, err) &&
              xml_parse(&root, &c->arena, bytes.data, bytes.len, &xml_foreign, err);
    if (ok && (meta = xml_child(root, "meta")) && (id = xml_child(meta, "instanceID"))) {
        walk(c, root, xml_content(&c->arena, id), "", "");
    } else if (ok) {
        differs(c, path, "instanceID", "missing");
    }
    buf_fini(&bytes);
    return ok;
}

static bool each(struct cells *c, const char *folder, const char *ending,
                 bool (*read)(struct cells *, const char *, struct err *), struct err *err)
{
    const char **names;
    size_t count;
    bool ok = file_list(&c->arena, &names, &count, folder, ending, err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = read(c, arena_join(&c->arena, folder, "/", names[i], NULL), err);
    }
    return ok;
}

int main(int argc, char **argv)
{
    struct cells c = {0};
    struct err err = {0};
    if (argc != 3) {
        fprintf(stderr, "help_cells RECORDS TABLES\n");
        return 2;
    }
    xml_setup();
    arena_init(&c.arena);
    map_init(&c.map, &c.arena);
    bool ok =
        each(&c, argv[2], ".csv", read_table, &err) && each(&c, argv[1], ".xml", read_record, &err);
    if (!ok) {
        fprintf(stderr, "help_cells: %s: %s\n", err.where, err.what);
        return 3;
    }
    printf("%lu answers, %lu filled cells, %lu wrong\n", c.answers, c.filled, c.wrong);
    arena_fini(&c.arena);
    return c.wrong || c.answers != c.filled || !c.answers;
}
