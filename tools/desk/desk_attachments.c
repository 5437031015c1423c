/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings, and the rows of logs. */
#include "tools/desk/desk_attachments.h"

#include <string.h>

#include "forms/engine/audit.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"

bool desk_is_attachment(const char *name)
{
    size_t hex = strspn(name, "0123456789abcdef");
    const char *ext = name + hex + 1;
    return hex == 32 && name[hex] == '.' && *ext && strlen(ext) <= 8 &&
           strspn(ext, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(ext);
}

bool desk_is_recording(const char *name)
{
    static const char *const endings[] = {".wav", ".flac", ".ogg", ".opus", ".m4a", ".mp3", ".amr"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
        if (strcmp(dot, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

void desk_plain_path(struct buf *out, const char *path)
{
    bool inside = false;
    for (const char *p = path; *p; p++) {
        inside = *p == '[' || (inside && *p != ']');
        if (!inside && *p != ']') {
            buf_char(out, *p);
        }
    }
    buf_add(out, "", 0);
}

/* Whether the column of this path is left out.  `path` may have entry positions. */
static bool is_left_out(const struct dataset *dataset, const char *path)
{
    struct buf plain = {0};
    desk_plain_path(&plain, path);
    bool out = dataset_hides(dataset, plain.data);
    buf_fini(&plain);
    return out;
}

/* The columns that an older program's log lacks: `row` 0 is the row of headings. */
static void fill_up(struct buf *out, const struct csv *columns, size_t row, size_t have)
{
    for (size_t c = have; columns->count && c < columns->rows[0].count; c++) {
        csv_cell(out, row ? "" : columns->rows[0].cells[c], false);
    }
}

enum { EVENT = 0, NODE = 1, BEFORE = 7, AFTER = 8, RECORDING = 12 };

static bool is_of_recording(const struct csv_row *row)
{
    return row->count > EVENT && text_starts(row->cells[EVENT], "recording ");
}

static void put_row(struct buf *out, const struct dataset *dataset, const struct csv_row *row,
                    bool named, bool no_sound)
{
    bool hide = row->count > NODE && is_left_out(dataset, row->cells[NODE]);
    for (size_t c = 0; c < row->count; c++) {
        bool gone = (hide && (c == BEFORE || c == AFTER)) || (no_sound && c >= RECORDING);
        csv_cell(out, gone ? "" : row->cells[c], !named && c == 0);
    }
}

bool desk_put_log(struct buf *out, const struct dataset *dataset, const struct tar_member *log,
                  const char *key, bool head, bool no_sound, struct err *err)
{
    struct arena arena;
    struct csv csv, columns = {0};
    arena_init(&arena);
    bool ok = csv_parse(&csv, &arena, log->bytes, log->len, err);
    if (ok && strcmp(log->name, "audit.csv") == 0) {
        ok = csv_parse(&columns, &arena, audit_columns, strlen(audit_columns), err);
    }
    for (size_t r = head ? 0 : 1; ok && r < csv.count; r++) {
        if (r && no_sound && is_of_recording(&csv.rows[r])) {
            continue;
        }
        if (key) {
            csv_cell(out, r ? key : "instance ID", true);
        }
        if (r) {
            put_row(out, dataset, &csv.rows[r], key != NULL, no_sound);
        } else { /* the headings */
            for (size_t c = 0; c < csv.rows[0].count; c++) {
                csv_cell(out, csv.rows[0].cells[c], !key && c == 0);
            }
        }
        fill_up(out, &columns, r, csv.rows[r].count);
        csv_end(out);
    }
    arena_fini(&arena);
    return ok;
}
