/* SPDX-License-Identifier: Apache-2.0 */
/* Measures, wraps and sets text, with emphasis. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "app/kit/ui.h"
#include "platform/machine/font.h"
#include "platform/machine/text.h"

static const struct {
    enum face face;
    float size_dp, line_dp;
} styles[] = {[TEXT_QUESTION] = {FACE_SERIF, 21, 26}, [TEXT_BODY] = {FACE_SANS, 18, 22},
              [TEXT_BODY_BOLD] = {FACE_BOLD, 18, 22}, [TEXT_HINT] = {FACE_SANS, 16, 20},
              [TEXT_NOTE] = {FACE_ITALIC, 16, 20},    [TEXT_TITLE] = {FACE_BOLD, 16, 19},
              [TEXT_SMALL] = {FACE_SANS, 14, 18},     [TEXT_BUTTON] = {FACE_BOLD, 18, 20},
              [TEXT_HEADING] = {FACE_BOLD, 19, 24},   [TEXT_DIGIT] = {FACE_SANS, 25, 30},
              [TEXT_KEY] = {FACE_SANS, 20, 24},       [TEXT_KEY_SMALL] = {FACE_SANS, 14, 18}};
static_assert(sizeof styles / sizeof *styles == TEXT_STYLE_COUNT, "face and size for each style");

float ui_cap_text(struct ui *ui, float max)
{
    float before = ui->text_scale;
    ui->text_scale = before < max ? before : max;
    return before;
}

int ui_text_px(const struct ui *ui, enum text_style style)
{
    int px = (int)lroundf(styles[style].size_dp * ui->scale * ui->text_scale);
    bool held = ui->question_px && px > ui->question_px && style != TEXT_QUESTION;
    return held ? ui->question_px : px;
}

int ui_line(const struct ui *ui, enum text_style style)
{
    float usual = styles[style].size_dp * ui->scale * ui->text_scale;
    int px = ui_text_px(ui, style);
    float line = styles[style].line_dp * ui->scale * ui->text_scale;
    return (int)lroundf(px < (int)lroundf(usual) ? line * (float)px / usual : line);
}

/* Nothing in the body may be larger than a question that was reduced. */
static void keep_order(struct ui *ui, enum text_style style, bool draw, float uncapped)
{
    if (draw && style == TEXT_QUESTION && ui->text_scale < uncapped) {
        int px = ui_text_px(ui, style);
        ui->question_px = ui->question_px && ui->question_px < px ? ui->question_px : px;
    }
}

int ui_line_text(struct ui *ui, int x, int y, enum text_style style, const char *text, size_t len,
                 colour c)
{
    enum face face = styles[style].face;
    int size = ui_text_px(ui, style);
    if (len) {
        draw_add(&ui->draws, &(struct draw){.kind = DRAW_TEXT,
                                            .rect = {x, y, 0, size},
                                            .ink = c,
                                            .face = face,
                                            .size_px = size,
                                            .text = arena_copy(&ui->frame, text, len),
                                            .len = len});
    }
    return font_width(face, size, text, len);
}

/* The next byte where a line may break: only at a space or line end, so "2017-жылы" and
 * "{0}/{1}" stay whole. */
static size_t next_break(const char *text, size_t at, size_t len)
{
    while (at < len && text[at] != ' ' && text[at] != '\n') {
        at++;
    }
    return at;
}

/* How many bytes of text fit into w px: at least one character. */
static size_t fit(enum face face, int size, const char *text, size_t len, int w)
{
    size_t best = 0;
    for (size_t at = 0; at < len;) {
        size_t end = next_break(text, at, len);
        if (font_width(face, size, text, end) > w) {
            break;
        }
        best = end;
        if (end < len && text[end] == '\n') {
            return end;
        }
        at = end + 1;
    }
    if (best) {
        return best;
    }
    /* A word wider than the line is broken between characters. */
    size_t end = next_break(text, 0, len), at = 0;
    while (at < end) {
        size_t next = at;
        text_next(text, end, &next);
        if (at > 0 && font_width(face, size, text, next) > w) {
            break;
        }
        at = next;
    }
    return at;
}

float ui_word_scale(const struct ui *ui, enum text_style style, const char *text, int w)
{
    enum face face = styles[style].face;
    int size = ui_text_px(ui, style);
    int usual = (int)lroundf(styles[style].size_dp * ui->scale);
    for (const char *p = text; ui->text_scale > 1 && *p;) {
        size_t len = strcspn(p, " \n");
        int smaller = size;
        while (smaller > usual && font_width(face, smaller, p, len) > w) {
            smaller--;
        }
        if (font_width(face, smaller, p, len) <= w) { /* otherwise it is broken at any size */
            size = smaller;
        }
        p += len + (p[len] != '\0');
    }
    return size == ui_text_px(ui, style) ? ui->text_scale
                                         : (float)size / (styles[style].size_dp * ui->scale);
}

/* Marks a line that ends inside a word, for the layout tests. */
static void tell_break(struct ui *ui, const char *text, size_t end, size_t len)
{
    if (end < len && text[end] != ' ' && text[end] != '\n' && ui->draws.count) {
        ui->draws.list[ui->draws.count - 1].broken = true;
    }
}

/* Where and how a text is set; without `draw` it is only measured. */
struct place {
    struct ui *ui;
    int x, y, w;
    enum text_style style;
    colour ink;
    bool draw;
};

static int set_text(const struct place *p, const char *text)
{
    struct ui *ui = p->ui;
    enum face face = styles[p->style].face;
    int size = ui_text_px(ui, p->style), line = ui_line(ui, p->style), height = 0;
    size_t len = strlen(text);
    while (len && *text == ' ') {
        text++;
        len--;
    }
    for (size_t at = 0; at < len;) {
        size_t n = fit(face, size, text + at, len - at, p->w);
        if (p->draw) {
            ui_line_text(ui, p->x, p->y + height, p->style, text + at, n, p->ink);
            tell_break(ui, text, at + n, len);
        }
        height += line;
        at += n;
        if (at < len && text[at] == '\n') {
            at++;
        } else {
            while (at < len && text[at] == ' ') {
                at++;
            }
        }
        if (n == 0 && at < len && text[at - 1] != '\n' && text[at - 1] != ' ') {
            break;
        }
    }
    return height;
}

static int place_text(struct place p, const char *text)
{
    struct ui *ui = p.ui;
    float before = ui_cap_text(ui, ui_word_scale(ui, p.style, text, p.w));
    int height = set_text(&p, text);
    keep_order(ui, p.style, p.draw, before);
    ui->text_scale = before;
    return height;
}

int ui_text(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c)
{
    return place_text((struct place){ui, x, y, w, style, c, true}, text);
}

int ui_text_height(struct ui *ui, int w, enum text_style style, const char *text)
{
    return place_text((struct place){ui, 0, 0, w, style, 0, false}, text);
}

int ui_line_width(const struct ui *ui, enum text_style style, const char *text)
{
    return font_width(styles[style].face, ui_text_px(ui, style), text, strlen(text));
}

bool ui_words_fit(const struct ui *ui, enum text_style style, const char *text, int w)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, " \n");
        if (font_width(styles[style].face, ui_text_px(ui, style), p, len) > w) {
            return false;
        }
        p += len + (p[len] != '\0');
    }
    return true;
}

void ui_text_top(struct ui *ui, struct rect r, enum text_style style, const char *text, colour c)
{
    size_t len = strlen(text);
    float before = ui_cap_text(ui, ui_word_scale(ui, style, text, r.w));
    int size = ui_text_px(ui, style), y = r.y;
    for (size_t at = 0; at < len;) {
        size_t n = fit(styles[style].face, size, text + at, len - at, r.w);
        int tw = font_width(styles[style].face, size, text + at, n);
        ui_line_text(ui, r.x + (r.w - tw) / 2, y, style, text + at, n, c);
        tell_break(ui, text, at + n, len);
        y += ui_line(ui, style);
        at += n;
        while (at < len && (text[at] == ' ' || text[at] == '\n')) {
            at++;
        }
    }
    ui->text_scale = before;
}

void ui_text_centre(struct ui *ui, struct rect r, enum text_style style, const char *text, colour c)
{
    enum face face = styles[style].face;
    float before = ui_cap_text(ui, ui_word_scale(ui, style, text, r.w));
    int size = ui_text_px(ui, style), line = ui_line(ui, style);
    size_t len = strlen(text), at = 0, lines = 0;
    struct {
        size_t from, len;
    } parts[4];
    while (at < len && lines < 4) {
        size_t n = fit(face, size, text + at, len - at, r.w);
        parts[lines].from = at;
        parts[lines++].len = n;
        at += n;
        while (at < len && (text[at] == ' ' || text[at] == '\n')) {
            at++;
        }
    }
    int glyphs = font_line(face, size);
    int y = r.y + (r.h - (int)(lines - (lines > 0)) * line - glyphs) / 2;
    for (size_t i = 0; i < lines; i++) {
        int tw = font_width(face, size, text + parts[i].from, parts[i].len);
        ui_line_text(ui, r.x + (r.w - tw) / 2, y + (int)i * line, style, text + parts[i].from,
                     parts[i].len, c);
        tell_break(ui, text, parts[i].from + parts[i].len, len);
    }
    ui->text_scale = before;
}

int ui_centre_height(struct ui *ui, int w, enum text_style style, const char *text)
{
    float before = ui_cap_text(ui, ui_word_scale(ui, style, text, w));
    int lines = 0, size = ui_text_px(ui, style);
    size_t len = strlen(text), at = 0;
    while (at < len && lines < 4) {
        at += fit(styles[style].face, size, text + at, len - at, w);
        while (at < len && (text[at] == ' ' || text[at] == '\n')) {
            at++;
        }
        lines++;
    }
    int height = lines * ui_line(ui, style);
    ui->text_scale = before;
    return height;
}

/* ---- emphasis ---- */

struct rich {
    struct ui *ui;
    int x, y, w;    /* position and width of the paragraph */
    int at, height; /* px used in this line; px of the lines above */
    enum text_style style;
    colour ink;
    bool draw, bold, italic;
    struct buf *letters; /* collects the text instead of setting it; or NULL */
};

static enum face rich_face(const struct rich *r)
{
    enum face base = styles[r->style].face;
    return r->italic ? FACE_ITALIC : r->bold && base != FACE_SERIF ? FACE_BOLD : base;
}

/* Sets a run of characters without spaces, on this line or the next. */
static void rich_word(struct rich *r, const char *text, size_t len, bool blank_before)
{
    enum face face = rich_face(r);
    int size = ui_text_px(r->ui, r->style), line = ui_line(r->ui, r->style);
    if (r->letters) {
        buf_text(r->letters, blank_before && r->letters->len ? " " : "");
        buf_add(r->letters, text, len);
        return;
    }
    while (len) {
        int blank = blank_before && r->at ? font_width(face, size, " ", 1) : 0;
        int width = font_width(face, size, text, len);
        size_t n = len;
        if (r->at + blank + width > r->w) {
            if (r->at && blank_before) {
                r->height += line;
                r->at = blank = 0;
            }
            n = r->at + width > r->w ? fit(face, size, text, len, r->w - r->at) : len;
            width = font_width(face, size, text, n);
        }
        if (r->draw) {
            draw_add(&r->ui->draws,
                     &(struct draw){.kind = DRAW_TEXT,
                                    .broken = n < len,
                                    .rect = {r->x + r->at + blank, r->y + r->height, 0, size},
                                    .ink = r->ink,
                                    .face = face,
                                    .size_px = size,
                                    .text = arena_copy(&r->ui->frame, text, n),
                                    .len = n});
        }
        r->at += blank + width;
        text += n;
        len -= n;
        if (len) {
            r->height += line;
            r->at = 0;
        }
    }
}

/* Handles the mark that begins at p. Returns its length, or 0. All tags are removed. */
static size_t rich_mark(struct rich *r, const char *p, bool word_start)
{
    if (*p == '<') {
        size_t len = strcspn(p, ">");
        bool tag = p[len] == '>' && len < 200 && (p[1] == '/' || (p[1] >= 'a' && p[1] <= 'z'));
        if (tag && (strncmp(p, "<b>", 3) == 0 || strncmp(p, "<strong>", 8) == 0)) {
            r->bold = true;
        } else if (tag && (strncmp(p, "</b>", 4) == 0 || strncmp(p, "</strong>", 9) == 0)) {
            r->bold = false;
        } else if (tag && (strncmp(p, "<i>", 3) == 0 || strncmp(p, "<em>", 4) == 0)) {
            r->italic = true;
        } else if (tag && (strncmp(p, "</i>", 4) == 0 || strncmp(p, "</em>", 5) == 0)) {
            r->italic = false;
        }
        return tag ? len + 1 : 0;
    }
    if (*p != '*' && *p != '_') {
        return 0;
    }
    size_t n = p[1] == *p ? 2 : 1;
    bool *on = n == 2 ? &r->bold : &r->italic;
    char two[3] = {*p, n == 2 ? *p : '\0', '\0'};
    bool opens = word_start && !*on && p[n] && p[n] != ' ' && p[n] != *p && strstr(p + n, two);
    bool closes = *on && (!p[n] || strchr(" \n.,;:!?)»\"*_<", p[n]) || (p[n] & 0x80));
    if (!opens && !closes) {
        return 0;
    }
    *on = opens;
    return n;
}

/* Sets the word that was gathered, with the emphasis at its start. */
static void end_word(struct rich *r, const struct rich *at_start, struct buf *word, bool blank)
{
    struct rich before = *at_start;
    rich_word(&before, word->data, word->len, blank);
    r->at = before.at;
    r->height = before.height;
    buf_cut(word, 0);
}

static void end_line(struct rich *r)
{
    if (r->letters) {
        buf_char(r->letters, '\n');
    }
    r->height += ui_line(r->ui, r->style);
    r->at = 0;
    r->bold = r->italic = false;
}

/* [words](address): only the words; links are never opened.  Returns the link's last byte; NULL:
 * it is none. */
static const char *link_words(const char *p, struct buf *word)
{
    const char *close = *p == '[' ? strchr(p, ']') : NULL;
    const char *end = close && close[1] == '(' ? strchr(close, ')') : NULL;
    if (end) {
        buf_add(word, p + 1, (size_t)(close - p) - 1);
    }
    return end;
}

/* The marks at the start of a line: "# " a heading, "- " or "* " a bullet.  Returns how many bytes
 * they take. */
static size_t line_marks(struct rich *r, const char *p, struct buf *word)
{
    size_t marks = strspn(p, "#");
    if (marks && marks <= 6 && p[marks] == ' ') {
        r->bold = true;
        return marks + 1;
    }
    if ((*p == '-' || *p == '*') && p[1] == ' ') {
        buf_text(word, "•");
        return 1;
    }
    return 0;
}

/* Returns the height. */
static int set_rich(struct rich r, const char *text)
{
    struct buf word = {0};
    bool blank = false, line_start = true;
    for (const char *p = text;; p++) {
        size_t marks = line_start ? line_marks(&r, p, &word) : 0;
        if (marks) {
            line_start = marks > 1 && !word.len; /* a heading's text begins its line */
            p += marks - 1;
            continue;
        }
        line_start = false;
        struct rich before = r;
        bool may = !word.len || strchr("(«\"*_>", p > text ? p[-1] : ' ');
        size_t mark = *p ? rich_mark(&r, p, may) : 0;
        if (!mark && *p && *p != ' ' && *p != '\n') {
            const char *end = link_words(p, &word);
            p += *p == '\\' && p[1] && strchr("*_#\\<", p[1]);
            if (end) {
                p = end;
            } else {
                buf_char(&word, *p);
            }
            continue;
        }
        if (word.len) {
            end_word(&r, &before, &word, blank);
            blank = false;
        }
        if (mark) {
            p += mark - 1;
            continue;
        }
        if (!*p) {
            break;
        }
        blank = *p == ' ';
        if (*p == '\n') {
            end_line(&r);
            line_start = true;
        }
    }
    buf_fini(&word);
    return r.height + (r.at ? ui_line(r.ui, r.style) : 0);
}

const char *ui_plain(struct ui *ui, const char *text)
{
    struct buf letters = {0};
    (void)set_rich((struct rich){.ui = ui, .letters = &letters}, text);
    const char *kept = arena_copy(&ui->frame, letters.data ? letters.data : "", letters.len);
    buf_fini(&letters);
    return kept;
}

/* Text without emphasis is set as plain text, so the glyph cache gives the same pixels. */
static int place_rich(struct place p, const char *text)
{
    struct ui *ui = p.ui;
    if (!strpbrk(text, "*_<#[")) {
        return place_text(p, text);
    }
    float before = ui_cap_text(ui, ui_word_scale(ui, p.style, ui_plain(ui, text), p.w));
    int height = set_rich(
        (struct rich){
            .ui = ui, .x = p.x, .y = p.y, .w = p.w, .style = p.style, .ink = p.ink, .draw = p.draw},
        text);
    keep_order(ui, p.style, p.draw, before);
    ui->text_scale = before;
    return height;
}

int ui_rich(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c)
{
    return place_rich((struct place){ui, x, y, w, style, c, true}, text);
}

int ui_rich_height(struct ui *ui, int w, enum text_style style, const char *text)
{
    return place_rich((struct place){ui, 0, 0, w, style, 0, false}, text);
}

/* ---- at the cursor ---- */

void ui_say(struct ui *ui, enum text_style style, const char *text, colour c)
{
    ui->at.y += ui_text(ui, ui->at.x, ui->at.y, ui->at.w, style, text, c);
}

void ui_say_rich(struct ui *ui, enum text_style style, const char *text, colour c)
{
    ui->at.y += ui_rich(ui, ui->at.x, ui->at.y, ui->at.w, style, text, c);
}

struct cursor ui_at(struct ui *ui, int x, int y, int w)
{
    struct cursor was = ui->at;
    ui->at = (struct cursor){x, y, w};
    return was;
}

void ui_gap(struct ui *ui, float dp)
{
    ui->at.y += ui_px(ui, dp);
}
