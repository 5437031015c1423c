/* SPDX-License-Identifier: Apache-2.0 */
/* Bars, dots, flows, curves, maps of tiles. */
#include "tools/report/report_chart.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"
#include "tools/report/report_page.h"

static void begin(struct buf *out, const struct report_table *t, int w, int h)
{
    buf_printf(out, "<svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\"><title>", w, h, w);
    page_text(out, t->title);
    buf_text(out, "</title>\n");
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
    unsigned most = 1;
    for (size_t r = 0; r < t->rows; r++) {
        unsigned count = *report_count(t, r, t->columns);
        most = shown(t, r, t->columns) && count > most ? count : most;
    }
    begin(out, t, LABEL + WIDTH + ROOM, (int)t->rows * ROW + 4);
    for (size_t r = 0; r < t->rows; r++) {
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

static size_t row_of(const struct report_table *t, const char *region)
{
    for (size_t r = 0; r < t->rows; r++) {
        if (strcmp(t->row_values[r], region) == 0) {
            return r;
        }
    }
    return SIZE_MAX;
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
static void put_tile(struct buf *out, const struct report_table *t, size_t r, int x, int y,
                     unsigned most)
{
    static const char *const fills[] = {"#ffffff", "#dcdcdc", "#b4b4b4", "#7f95a3", "#24505f"};
    enum { W = 78, H = 54 };
    bool known = r != SIZE_MAX, open = known && shown(t, r, t->columns);
    unsigned count = open ? *report_count(t, r, t->columns) : 0;
    size_t shade = count ? 1 + (size_t)(3.999 * count / most) : 0;
    char text[16] = "0";
    buf_printf(out, "<g>");
    if (known) {
        buf_text(out, "<title>");
        page_text(out, t->row_labels[r]);
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
        put_short(out, proper(t->row_labels[r]), 7);
        buf_text(out, "</text>");
    }
    buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">", x + W / 2 - 2,
               y + 39, ink);
    page_text(out, known ? report_text(t, r, t->columns, text) : text);
    buf_text(out, "</text></g>\n");
}

static unsigned most_of(const struct report_table *t, const struct csv *tiles)
{
    unsigned most = 1;
    for (size_t i = 1; i < tiles->count; i++) {
        size_t r = row_of(t, tile_of(tiles, i).region);
        unsigned n = r != SIZE_MAX && shown(t, r, t->columns) ? *report_count(t, r, t->columns) : 0;
        most = n > most ? n : most;
    }
    return most;
}

/* The countries beside each other, each with its code above it. */
static void map(struct buf *out, const struct report_table *t, const struct csv *tiles)
{
    enum { W = 78, H = 54, TOP = 24, GAP = 30 };
    unsigned most = most_of(t, tiles);
    int left = 0, wide = 0, high = 0, tall = 0, top = TOP;
    const char *country = "";
    struct buf body = {0};
    for (size_t i = 1; i < tiles->count; i++) {
        const struct tile one = tile_of(tiles, i);
        if (strcmp(one.country, country) != 0) {
            left += wide ? wide + GAP : 0;
            if (left > 7 * W) { /* a new line of countries */
                top += tall + GAP + TOP;
                left = tall = 0;
            }
            wide = 0;
            country = one.country;
            buf_printf(&body, "<text x=\"%d\" y=\"%d\">", left, top - 8);
            page_text(&body, country);
            buf_text(&body, "</text>\n");
        }
        put_tile(&body, t, row_of(t, one.region), left + one.column * W, top + one.row * H, most);
        wide = (one.column + 1) * W > wide ? (one.column + 1) * W : wide;
        tall = (one.row + 1) * H > tall ? (one.row + 1) * H : tall;
        high = top + tall > high ? top + tall : high;
    }
    begin(out, t, 15 * W, high + 8);
    buf_add(out, body.data, body.len);
    buf_text(out, "</svg>\n");
    buf_fini(&body);
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
        if (tiles) {
            map(out, t, tiles);
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
