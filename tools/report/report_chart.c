/* SPDX-License-Identifier: Apache-2.0 */
/* Bars, dots, flows, curves, maps of tiles. */
#include "tools/report/report_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"
#include "tools/report/report_page.h"

static void begin_titled(struct buf *out, const char *title, int w, int h)
{
    buf_printf(out, "<svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\"><title>", w, h, w);
    page_text(out, title);
    buf_text(out, "</title>\n");
}

static void begin(struct buf *out, const struct report_table *t, int w, int h)
{
    begin_titled(out, t->title, w, h);
}

/* At most LETTERS letters of a label. */
static void put_short(struct buf *out, const char *label, size_t letters)
{
    size_t len = 0, seen = 0;
    for (; label[len] && seen <= letters; len++) {
        seen += ((unsigned char)label[len + 1] & 0xC0) != 0x80;
    }
    struct buf text = {0};
    buf_add(&text, label, len);
    buf_text(&text, label[len] ? "…" : "");
    page_text(out, text.len ? text.data : "");
    buf_fini(&text);
}

static bool shown(const struct report_table *t, size_t row, size_t column)
{
    return report_state(t, row, column) == COUNT_SHOWN;
}

/* ---- bars of the rows' totals: what is suppressed has a hollow bar of no length ---- */

static void bars(struct buf *out, const struct report_table *t)
{
    enum { LABEL = 330, WIDTH = 400, ROOM = 90, ROW = 24, BAR = 16, LETTERS = 44 };
    size_t rows =
        t->rows - (t->has_missing && t->rows > 1); /* who did not answer would dwarf all */
    unsigned most = 1;
    for (size_t r = 0; r < rows; r++) {
        unsigned count = *report_count(t, r, t->columns);
        most = shown(t, r, t->columns) && count > most ? count : most;
    }
    begin(out, t, LABEL + WIDTH + ROOM, (int)rows * ROW + 4);
    for (size_t r = 0; r < rows; r++) {
        char text[16];
        bool solid = shown(t, r, t->columns);
        double width = solid ? (double)WIDTH * *report_count(t, r, t->columns) / most : 3;
        size_t y = r * ROW;
        buf_printf(out, "<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">", LABEL - 8, y + BAR);
        put_short(out, t->row_labels[r], LETTERS);
        buf_printf(out,
                   "</text><rect x=\"%d\" y=\"%zu\" width=\"%.1f\" height=\"%d\" fill=\"%s\" "
                   "stroke=\"#333\"/><text x=\"%.1f\" y=\"%zu\">",
                   LABEL, y + 3, width, BAR, solid ? "#5b7f95" : "#fff", LABEL + width + 6,
                   y + BAR);
        page_text(out, report_text(t, r, t->columns, text));
        buf_text(out, "</text>\n");
    }
    buf_text(out, "</svg>\n");
}

/* ---- dots: for each item the shares of its first two answers, filled and hollow ---- */

static double share(const struct report_table *t, size_t row, size_t column)
{
    size_t missing = t->has_missing ? t->columns - 1 : t->columns;
    unsigned all = *report_count(t, row, t->columns);
    bool known = shown(t, row, column) && shown(t, row, t->columns) &&
                 (missing == t->columns || shown(t, row, missing));
    unsigned base = known && missing < t->columns ? all - *report_count(t, row, missing) : all;
    return known && base >= REPORT_PERCENT_FROM ? (double)*report_count(t, row, column) / base : -1;
}

static void dots(struct buf *out, const struct report_table *t)
{
    enum { LABEL = 330, WIDTH = 400, ROOM = 60, ROW = 26, TOP = 30, STEPS = 4, LETTERS = 44 };
    int bottom = TOP + (int)t->rows * ROW;
    begin(out, t, LABEL + WIDTH + ROOM, bottom + 26);
    size_t kinds = t->columns - t->has_missing < 2 ? t->columns - t->has_missing : 2;
    for (size_t k = 0; k < kinds; k++) { /* what the dots mean */
        int x = LABEL + (int)k * WIDTH / 2;
        buf_printf(out,
                   "<circle cx=\"%d\" cy=\"10\" r=\"6\" fill=\"%s\" stroke=\"#24505f\" "
                   "stroke-width=\"2\"/><text x=\"%d\" y=\"15\">",
                   x + 6, k ? "#fff" : "#24505f", x + 18);
        put_short(out, t->column_labels[k], 22);
        buf_text(out, "</text>\n");
    }
    for (int s = 0; s <= STEPS; s++) {
        int x = LABEL + s * WIDTH / STEPS;
        buf_printf(out,
                   "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#bbb\"/><text "
                   "x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d %%</text>\n",
                   x, TOP, x, bottom, x, bottom + 18, s * 100 / STEPS);
    }
    for (size_t r = 0; r < t->rows; r++) {
        int y = TOP + (int)r * ROW + ROW / 2;
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 10, y + 5);
        put_short(out, t->row_labels[r], LETTERS);
        buf_text(out, "</text>");
        for (size_t k = 0; k < kinds; k++) {
            double part = share(t, r, k);
            if (part >= 0) {
                buf_printf(out,
                           "<circle cx=\"%.1f\" cy=\"%d\" r=\"6\" fill=\"%s\" stroke=\"#24505f\" "
                           "stroke-width=\"2\"/>",
                           LABEL + part * WIDTH, y, k ? "#fff" : "#24505f");
            }
        }
        buf_text(out, "\n");
    }
    buf_text(out, "</svg>\n");
}

/* Who answered only one of the two questions is in the table, not in the picture. */
static bool flows(const struct report_table *t, size_t row, size_t column)
{
    const char *key = t->column_keys[column];
    size_t len = strlen(key);
    return *t->row_values[row] && !(len && key[len - 1] == '=') && shown(t, row, column);
}

/* ---- flow: from the rows to the columns, as thick as many people; suppressed ones are not drawn
 */

struct lane { /* a value on one side */
    double at, used;
};

/* Places the values of a side under each other; returns the units' total. */
static unsigned stack(const struct report_table *t, bool rows, struct lane *lanes)
{
    unsigned total = 0;
    size_t count = rows ? t->rows : t->columns, other = rows ? t->columns : t->rows;
    for (size_t i = 0; i < count; i++) {
        lanes[i] = (struct lane){total, 0};
        for (size_t k = 0; k < other; k++) {
            size_t r = rows ? i : k, c = rows ? k : i;
            total += flows(t, r, c) ? *report_count(t, r, c) : 0;
        }
    }
    return total;
}

static void flow_labels(struct buf *out, const struct report_table *t, bool rows,
                        const struct lane *lanes, double unit, int x)
{
    enum { GAP = 20, TOP = 8, LETTERS = 28 };
    size_t count = rows ? t->rows : t->columns;
    for (size_t i = 0; i < count; i++) {
        const char *key = t->column_keys[rows ? 0 : i];
        if (rows ? !*t->row_values[i] : *key && key[strlen(key) - 1] == '=') {
            continue; /* no answer */
        }
        double y = TOP + lanes[i].at * unit + (double)i * GAP;
        double end = i + 1 < count ? lanes[i + 1].at : lanes[i].used;
        double high = (end - lanes[i].at) * unit;
        buf_printf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"%s\">", x, y + high / 2 + 5,
                   rows ? "end" : "start");
        put_short(out, rows ? t->row_labels[i] : t->column_labels[i], LETTERS);
        buf_text(out, "</text>\n");
    }
}

static void flow(struct buf *out, const struct report_table *t)
{
    enum { LEFT = 250, WIDTH = 320, RIGHT = 250, HIGH = 320, GAP = 20, TOP = 8 };
    struct lane *from = mem_zero(t->rows + 1, sizeof *from);
    struct lane *to = mem_zero(t->columns + 1, sizeof *to);
    unsigned total = stack(t, true, from);
    (void)stack(t, false, to);
    size_t lanes = t->rows > t->columns ? t->rows : t->columns;
    double unit = total ? (double)HIGH / total : 1;
    for (size_t i = 0; i < t->rows; i++) {
        from[i].used = from[i].at;
    }
    for (size_t i = 0; i < t->columns; i++) {
        to[i].used = to[i].at;
    }
    begin(out, t, LEFT + WIDTH + RIGHT, HIGH + (int)lanes * GAP + 2 * TOP);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            unsigned n = flows(t, r, c) ? *report_count(t, r, c) : 0;
            if (n) {
                double y0 = TOP + (from[r].used + n / 2.0) * unit + (double)r * GAP;
                double y1 = TOP + (to[c].used + n / 2.0) * unit + (double)c * GAP;
                buf_printf(out,
                           "<path d=\"M%d %.1fC%d %.1f %d %.1f %d %.1f\" fill=\"none\" "
                           "stroke=\"%s\" stroke-opacity=\"0.6\" stroke-width=\"%.1f\"/>\n",
                           LEFT, y0, LEFT + WIDTH / 2, y0, LEFT + WIDTH / 2, y1, LEFT + WIDTH, y1,
                           r % 2 ? "#8a8a8a" : "#5b7f95", n * unit);
                from[r].used += n;
                to[c].used += n;
            }
        }
    }
    flow_labels(out, t, true, from, unit, LEFT - 8);
    flow_labels(out, t, false, to, unit, LEFT + WIDTH + 8);
    buf_text(out, "</svg>\n");
    free(from);
    free(to);
}

/* ---- curve: the sum so far, row after row ---- */

static void curve(struct buf *out, const struct report_table *t)
{
    enum { LEFT = 60, WIDTH = 640, HIGH = 240, TOP = 12, FOOT = 34 };
    unsigned all = *report_count(t, t->rows, t->columns), sum = 0;
    double step = t->rows > 1 ? (double)WIDTH / (double)(t->rows - 1) : 0;
    begin(out, t, LEFT + WIDTH + 30, TOP + HIGH + FOOT);
    buf_printf(
        out,
        "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#333\"/><text x=\"%d\" y=\"%d\" "
        "text-anchor=\"end\">%u</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n",
        LEFT, TOP, TOP + HIGH, LEFT + WIDTH, LEFT - 6, TOP + 10, all, LEFT - 6, TOP + HIGH);
    struct buf line = {0};
    for (size_t r = 0; r < t->rows; r++) {
        sum += *report_count(t, r, t->columns);
        double x = LEFT + step * (double)r, y = TOP + HIGH - (all ? (double)HIGH * sum / all : 0);
        buf_printf(&line, "%s%.1f %.1f", r ? "L" : "M", x, y);
        buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#24505f\"/>", x, y);
        if (t->rows <= 20 || r % 5 == 0) {
            buf_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x,
                       TOP + HIGH + 20);
            page_text(out, t->row_labels[r]);
            buf_text(out, "</text>");
        }
        buf_text(out, "\n");
    }
    buf_printf(out, "<path d=\"%s\" fill=\"none\" stroke=\"#24505f\" stroke-width=\"2\"/></svg>\n",
               line.len ? line.data : "M0 0");
    buf_fini(&line);
}

/* ---- map: a tile for each region, where it lies among its neighbours ---- */

struct tile {
    const char *region, *country;
    int column, row;
};

static struct tile tile_of(const struct csv *tiles, size_t row)
{
    return (struct tile){desk_list_cell(tiles, row, desk_list_column(tiles, "region")),
                         desk_list_cell(tiles, row, desk_list_column(tiles, "country")),
                         atoi(desk_list_cell(tiles, row, desk_list_column(tiles, "column"))),
                         atoi(desk_list_cell(tiles, row, desk_list_column(tiles, "row")))};
}

/* A region's number: in the total of its row, or in its column of one row. */
struct place_of {
    size_t row, column; /* SIZE_MAX: the table has not this region */
    const char *label;
};

static struct place_of place_of(const struct report_table *t, const char *region, size_t row)
{
    size_t count = row == SIZE_MAX ? t->rows : t->columns;
    const char *const *values = row == SIZE_MAX ? t->row_values : t->column_values;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i], region) == 0) {
            return row == SIZE_MAX ? (struct place_of){i, t->columns, t->row_labels[i]}
                                   : (struct place_of){row, i, t->column_labels[i]};
        }
    }
    return (struct place_of){SIZE_MAX, SIZE_MAX, ""};
}

/* "город Ош" → "Ош": without a first word in small letters. */
static const char *proper(const char *label)
{
    size_t at = 0;
    const char *space = strchr(label, ' ');
    uint32_t first = text_next(label, strlen(label), &at);
    return space && !text_is_capital(first) ? space + 1 : label;
}

/* Four shades of grey; what is suppressed is dashed. */
static void put_tile(struct buf *out, const struct report_table *t, const struct place_of *at,
                     int x, int y, unsigned most)
{
    static const char *const fills[] = {"#ffffff", "#dcdcdc", "#b4b4b4", "#7f95a3", "#24505f"};
    enum { W = 78, H = 54 };
    bool known = at->row != SIZE_MAX, open = known && shown(t, at->row, at->column);
    unsigned count = open ? *report_count(t, at->row, at->column) : 0;
    size_t shade = count ? 1 + (size_t)(3.999 * count / most) : 0;
    char text[16] = "0";
    buf_printf(out, "<g>");
    if (known) {
        buf_text(out, "<title>");
        page_text(out, at->label);
        buf_text(out, "</title>");
    }
    buf_printf(out,
               "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" "
               "stroke=\"#333\"%s/>",
               x, y, W - 4, H - 4, fills[shade], known && !open ? " stroke-dasharray=\"4 3\"" : "");
    const char *ink = shade > 3 ? "#fff" : "#111";
    if (known) {
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">",
                   x + W / 2 - 2, y + 18, ink);
        put_short(out, proper(at->label), 7);
        buf_text(out, "</text>");
    }
    buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">", x + W / 2 - 2,
               y + 39, ink);
    page_text(out, known ? report_text(t, at->row, at->column, text) : text);
    buf_text(out, "</text></g>\n");
}

static unsigned most_of(const struct report_table *t, const struct csv *tiles, size_t row)
{
    unsigned most = 1;
    for (size_t i = 1; i < tiles->count; i++) {
        const struct place_of at = place_of(t, tile_of(tiles, i).region, row);
        bool open = at.row != SIZE_MAX && shown(t, at.row, at.column);
        unsigned n = open ? *report_count(t, at.row, at.column) : 0;
        most = n > most ? n : most;
    }
    return most;
}

enum { TILE_W = 78, TILE_H = 54 };

/* The countries beside each other, each with its code above it; returns the height.  `row`: of one
 * row of a table whose columns are regions; SIZE_MAX: the rows are. */
static int put_map(struct buf *body, const struct report_table *t, const struct csv *tiles,
                   size_t row, int from)
{
    enum { W = TILE_W, H = TILE_H, TOP = 24, GAP = 30 };
    unsigned most = most_of(t, tiles, row);
    int left = 0, wide = 0, high = 0, tall = 0, top = from + TOP;
    const char *country = "";
    for (size_t i = 1; i < tiles->count; i++) {
        const struct tile one = tile_of(tiles, i);
        const struct place_of at = place_of(t, one.region, row);
        if (strcmp(one.country, country) != 0) {
            left += wide ? wide + GAP : 0;
            if (left > 7 * W) { /* a new line of countries */
                top += tall + GAP + TOP;
                left = tall = 0;
            }
            wide = 0;
            country = one.country;
            buf_printf(body, "<text x=\"%d\" y=\"%d\">", left, top - 8);
            page_text(body, country);
            buf_text(body, "</text>\n");
        }
        put_tile(body, t, &at, left + one.column * W, top + one.row * H, most);
        wide = (one.column + 1) * W > wide ? (one.column + 1) * W : wide;
        tall = (one.row + 1) * H > tall ? (one.row + 1) * H : tall;
        high = top + tall > high ? top + tall : high;
    }
    return high;
}

static void map(struct buf *out, const struct report_table *t, const struct csv *tiles)
{
    struct buf body = {0};
    int high = put_map(&body, t, tiles, SIZE_MAX, 0);
    begin(out, t, 15 * TILE_W, high + 8);
    buf_add(out, body.data, body.len);
    buf_text(out, "</svg>\n");
    buf_fini(&body);
}

/* The row with the most people among those not yet drawn; SIZE_MAX: no further one is printed. */
static size_t next_row(const struct report_table *t, const bool *drawn)
{
    size_t best = SIZE_MAX;
    for (size_t r = 0; r < t->rows - t->has_missing; r++) {
        unsigned n = *report_count(t, r, t->columns);
        if (!drawn[r] && n && shown(t, r, t->columns) &&
            (best == SIZE_MAX || n > *report_count(t, best, t->columns))) {
            best = r;
        }
    }
    return best;
}

/* A map for each of the largest rows, under each other. */
static void maps(struct buf *out, const struct report_table *t, const struct csv *tiles)
{
    enum { MAPS = 3, HEAD = 26 };
    bool *drawn = mem_zero(t->rows + 1, sizeof *drawn);
    struct buf body = {0};
    int high = 0;
    for (size_t i = 0, r; i < MAPS && (r = next_row(t, drawn)) != SIZE_MAX; i++) {
        drawn[r] = true;
        high += HEAD;
        buf_printf(&body, "<text x=\"0\" y=\"%d\" font-weight=\"bold\">", high - 8);
        page_text(&body, t->row_labels[r]);
        buf_text(&body, "</text>\n");
        high = put_map(&body, t, tiles, r, high) + 8;
    }
    if (high) {
        begin(out, t, 15 * TILE_W, high);
        buf_add(out, body.data, body.len);
        buf_text(out, "</svg>\n");
    }
    buf_fini(&body);
    free(drawn);
}

/* ---- heat: each number in a cell, the darker the more ---- */

static void heat(struct buf *out, const struct report_table *t)
{
    static const char *const fills[] = {"#ffffff", "#e6e6e6", "#c8c8c8", "#9fb0bb", "#5b7f95"};
    enum { LABEL = 330, CELL = 96, ROW = 30, HEAD = 30, LETTERS = 44, SHORT = 11 };
    unsigned most = 1;
    for (size_t i = 0; i < t->rows * t->columns; i++) {
        size_t r = i / t->columns, c = i % t->columns;
        most = shown(t, r, c) && *report_count(t, r, c) > most ? *report_count(t, r, c) : most;
    }
    begin(out, t, LABEL + (int)t->columns * CELL + 4, HEAD + (int)t->rows * ROW + 4);
    for (size_t c = 0; c < t->columns; c++) {
        buf_printf(out, "<text x=\"%d\" y=\"20\" text-anchor=\"middle\"><title>",
                   LABEL + (int)c * CELL + CELL / 2);
        page_text(out, t->column_labels[c]);
        buf_text(out, "</title>");
        put_short(out, t->column_labels[c], SHORT);
        buf_text(out, "</text>\n");
    }
    for (size_t r = 0; r < t->rows; r++) {
        int y = HEAD + (int)r * ROW;
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 8, y + 20);
        put_short(out, t->row_labels[r], LETTERS);
        buf_text(out, "</text>");
        for (size_t c = 0; c < t->columns; c++) {
            char text[16];
            bool open = shown(t, r, c);
            unsigned n = open ? *report_count(t, r, c) : 0;
            size_t shade = n ? 1 + (size_t)(3.999 * n / most) : 0;
            buf_printf(out,
                       "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" "
                       "stroke=\"#777\"%s/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\" "
                       "fill=\"%s\">",
                       LABEL + (int)c * CELL, y, CELL - 2, ROW - 2, fills[shade],
                       open ? "" : " stroke-dasharray=\"4 3\"", LABEL + (int)c * CELL + CELL / 2,
                       y + 19, shade > 3 ? "#fff" : "#111");
            page_text(out, report_text(t, r, c, text));
            buf_text(out, "</text>");
        }
        buf_text(out, "\n");
    }
    buf_text(out, "</svg>\n");
}

/* ---- pyramid: the first column to the left, the second to the right ---- */

static void pyramid_bar(struct buf *out, const struct report_table *t, size_t r, size_t c, int y,
                        unsigned most)
{
    enum { MIDDLE = 390, HALF = 60, WIDTH = 230, BAR = 18 };
    char text[16];
    bool open = shown(t, r, c), left = c == 0;
    double width = open ? (double)WIDTH * *report_count(t, r, c) / most : 3;
    double x = left ? MIDDLE - HALF - width : MIDDLE + HALF;
    buf_printf(out,
               "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" "
               "stroke=\"#333\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">",
               x, y, width, BAR,
               !open  ? "#fff"
               : left ? "#5b7f95"
                      : "#b4b4b4",
               left ? x - 6 : x + width + 6, y + 14, left ? "end" : "start");
    page_text(out, report_text(t, r, c, text));
    buf_text(out, "</text>\n");
}

static void pyramid(struct buf *out, const struct report_table *t)
{
    enum { MIDDLE = 390, ROW = 26, HEAD = 26 };
    size_t rows = t->rows - t->has_missing;
    unsigned most = 1;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < 2; c++) {
            unsigned n = shown(t, r, c) ? *report_count(t, r, c) : 0;
            most = n > most ? n : most;
        }
    }
    begin(out, t, 2 * MIDDLE, HEAD + (int)rows * ROW + 4);
    for (size_t c = 0; c < 2; c++) {
        buf_printf(out, "<text x=\"%d\" y=\"16\" text-anchor=\"middle\">",
                   c ? MIDDLE + MIDDLE / 2 : MIDDLE / 2);
        page_text(out, t->column_labels[c]);
        buf_text(out, "</text>\n");
    }
    for (size_t i = 0; i < rows; i++) { /* the oldest on top */
        size_t r = rows - 1 - i;
        int y = HEAD + (int)i * ROW;
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", MIDDLE, y + 14);
        put_short(out, t->row_labels[r], 14);
        buf_text(out, "</text>");
        pyramid_bar(out, t, r, 0, y, most);
        pyramid_bar(out, t, r, 1, y, most);
    }
    buf_text(out, "</svg>\n");
}

/* ---- shares, goals, a funnel ---- */

static void share_bars(struct buf *out, const char *title, const struct chart_share *shares,
                       size_t count)
{
    enum { LABEL = 330, WIDTH = 400, ROOM = 60, ROW = 24, BAR = 16, LETTERS = 44, ALL = 100 };
    begin_titled(out, title, LABEL + WIDTH + ROOM, (int)count * ROW + 4);
    for (size_t i = 0; i < count; i++) {
        bool known = shares[i].percent >= 0;
        double width = known ? WIDTH * shares[i].percent / ALL : 3;
        int y = (int)i * ROW;
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 8, y + BAR);
        put_short(out, shares[i].label, LETTERS);
        buf_printf(out,
                   "</text><rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" "
                   "stroke=\"#333\"/><text x=\"%.1f\" y=\"%d\">",
                   LABEL, y + 3, width, BAR, known ? "#5b7f95" : "#fff", LABEL + width + 6,
                   y + BAR);
        if (known) {
            buf_printf(out, "%.0f", shares[i].percent);
        }
        buf_text(out, "</text>\n");
    }
    buf_text(out, "</svg>\n");
}

static void share_curve(struct buf *out, const char *title, const struct chart_share *shares,
                        size_t count)
{
    enum { LEFT = 60, WIDTH = 640, HIGH = 220, TOP = 14, FOOT = 34, ALL = 100, LETTERS = 16 };
    double step = count > 1 ? (double)WIDTH / (double)(count - 1) : 0;
    const char *go = "M";
    struct buf line = {0};
    begin_titled(out, title, LEFT + WIDTH + 60, TOP + HIGH + FOOT);
    buf_printf(out,
               "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#333\"/><text x=\"%d\" "
               "y=\"%d\" text-anchor=\"end\">100</text><text x=\"%d\" y=\"%d\" "
               "text-anchor=\"end\">0</text>\n",
               LEFT, TOP, TOP + HIGH, LEFT + WIDTH, LEFT - 6, TOP + 8, LEFT - 6, TOP + HIGH);
    for (size_t i = 0; i < count; i++) {
        double x = LEFT + step * (double)i, y = TOP + HIGH - HIGH * shares[i].percent / ALL;
        buf_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x, TOP + HIGH + 20);
        put_short(out, shares[i].label, LETTERS);
        buf_text(out, "</text>");
        if (shares[i].percent >= 0) {
            buf_printf(&line, "%s%.1f %.1f", go, x, y);
            buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#24505f\"/>", x, y);
        }
        go = shares[i].percent >= 0 ? "L" : "M";
        buf_text(out, "\n");
    }
    buf_printf(out, "<path d=\"%s\" fill=\"none\" stroke=\"#24505f\" stroke-width=\"2\"/></svg>\n",
               line.len ? line.data : "M0 0");
    buf_fini(&line);
}

void chart_shares(struct buf *out, const char *title, const struct chart_share *shares,
                  size_t count, bool curve)
{
    (curve ? share_curve : share_bars)(out, title, shares, count);
}

void chart_goals(struct buf *out, const char *title, const struct chart_goal *goals, size_t count)
{
    enum { LABEL = 330, WIDTH = 400, ROOM = 80, ROW = 24, BAR = 14, LETTERS = 44 };
    double most = 1;
    for (size_t i = 0; i < count; i++) {
        most = goals[i].done > most ? goals[i].done : most;
        most = goals[i].target > most ? goals[i].target : most;
    }
    begin_titled(out, title, LABEL + WIDTH + ROOM, (int)count * ROW + 4);
    for (size_t i = 0; i < count; i++) {
        int y = (int)i * ROW;
        double at = LABEL + WIDTH * goals[i].target / most;
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 8, y + BAR + 2);
        put_short(out, goals[i].label, LETTERS);
        buf_printf(out,
                   "</text><rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" "
                   "fill=\"#5b7f95\" stroke=\"#333\"/><path d=\"M%.1f %dv%d\" stroke=\"#111\" "
                   "stroke-width=\"3\"/><text x=\"%d\" y=\"%d\">%.0f / %.0f</text>\n",
                   LABEL, y + 4, WIDTH * goals[i].done / most, BAR, at, y + 1, BAR + 6,
                   LABEL + WIDTH + 8, y + BAR + 2, goals[i].done, goals[i].target);
    }
    buf_text(out, "</svg>\n");
}

/* ---- funnel ---- */

enum { FUNNEL_LEFT = 60, FUNNEL_WIDTH = 640, FUNNEL_HIGH = 260, FUNNEL_TOP = 14 };
struct funnel {
    double share, top; /* of all; the largest share that the picture has room for */
    unsigned most;     /* the largest number */
};

static double funnel_y(const struct funnel *f, double part)
{
    const double within = part < 0 ? 0 : part > f->top ? f->top : part;
    return FUNNEL_TOP + FUNNEL_HIGH - FUNNEL_HIGH * within / f->top;
}

static double error_of(const struct funnel *f, double n)
{
    return sqrt(f->share * (1 - f->share) / n);
}

/* The borders at some standard errors above and below the share of all. */
static void funnel_borders(struct buf *out, const struct funnel *f, int errors)
{
    enum { STEPS = 48 };
    for (int sign = -1; sign <= 1; sign += 2) {
        buf_text(out, "<path fill=\"none\" stroke=\"#777\" stroke-dasharray=\"4 3\" d=\"");
        for (int i = 1; i <= STEPS; i++) {
            double n = (double)f->most * i / STEPS;
            buf_printf(out, "%s%.1f %.1f", i == 1 ? "M" : "L",
                       FUNNEL_LEFT + FUNNEL_WIDTH * n / f->most,
                       funnel_y(f, f->share + sign * errors * error_of(f, n)));
        }
        buf_text(out, "\"/>\n");
    }
}

/* Only what chance hardly explains has its name. */
static void funnel_point(struct buf *out, const struct funnel *f, const struct chart_point *p)
{
    double part = (double)p->part / p->of;
    double x = FUNNEL_LEFT + (double)FUNNEL_WIDTH * p->of / f->most, y = funnel_y(f, part);
    buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#24505f\"><title>", x, y);
    page_text(out, p->label);
    buf_text(out, "</title></circle>");
    if (fabs(part - f->share) > 2 * error_of(f, p->of)) {
        buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + 7, y + 4);
        page_text(out, p->label);
        buf_text(out, "</text>");
    }
    buf_text(out, "\n");
}

void chart_funnel(struct buf *out, const char *title, const struct chart_point *points,
                  size_t count)
{
    const double least = 0.1, beyond = 1.2;
    struct funnel f = {.most = 1, .top = least};
    unsigned part = 0, of = 0;
    for (size_t i = 0; i < count; i++) {
        double own = points[i].of ? beyond * points[i].part / points[i].of : 0;
        f.most = points[i].of > f.most ? points[i].of : f.most;
        f.top = own > f.top ? own : f.top;
        part += points[i].part;
        of += points[i].of;
    }
    f.share = of ? (double)part / of : 0;
    f.top = f.top > 1 ? 1 : f.top;
    begin_titled(out, title, FUNNEL_LEFT + FUNNEL_WIDTH + 60, FUNNEL_TOP + FUNNEL_HIGH + 34);
    buf_printf(out,
               "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#333\"/><path d=\"M%d %.1fh%d\" "
               "stroke=\"#bbb\"/><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f %%</text><text "
               "x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text><text x=\"%d\" y=\"%d\" "
               "text-anchor=\"end\">n = %u</text>\n",
               FUNNEL_LEFT, FUNNEL_TOP, FUNNEL_TOP + FUNNEL_HIGH, FUNNEL_LEFT + FUNNEL_WIDTH,
               FUNNEL_LEFT, funnel_y(&f, f.share), FUNNEL_WIDTH, FUNNEL_LEFT - 6, FUNNEL_TOP + 10,
               100 * f.top, FUNNEL_LEFT - 6, FUNNEL_TOP + FUNNEL_HIGH, FUNNEL_LEFT + FUNNEL_WIDTH,
               FUNNEL_TOP + FUNNEL_HIGH + 20, f.most);
    funnel_borders(out, &f, 2);
    funnel_borders(out, &f, 3);
    for (size_t i = 0; i < count; i++) {
        if (points[i].of) {
            funnel_point(out, &f, &points[i]);
        }
    }
    buf_text(out, "</svg>\n");
}

/* ---- which ---- */

void chart_table(struct buf *out, const struct report_table *t, const struct csv *tiles)
{
    switch (t->chart) {
    case CHART_DOTS:
        dots(out, t);
        break;
    case CHART_FLOW:
        flow(out, t);
        break;
    case CHART_CURVE:
        curve(out, t);
        break;
    case CHART_MAP:
    case CHART_MAPS:
        if (tiles) {
            (t->chart == CHART_MAP ? map : maps)(out, t, tiles);
        } else {
            bars(out, t);
        }
        break;
    case CHART_HEAT:
        heat(out, t);
        break;
    case CHART_PYRAMID:
        if (t->columns >= 2) {
            pyramid(out, t);
        } else {
            bars(out, t);
        }
        break;
    default:
        if (!t->items && t->rows > 1) {
            bars(out, t);
        }
    }
}
