/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing with a finger: a signature, a sketch, marks on the form's picture. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question_draw.h"
#include "app/shell/form_media.h"
#include "platform/machine/clock.h"

struct ink *ink_of(const struct app *app)
{
    return question_state(app, KIND_DRAWING);
}

bool question_is_drawn(const struct control *c)
{
    return control_has(c, "signature") || control_has(c, "draw") || control_has(c, "annotate");
}

static const struct node *find_item(const struct node *in, const struct item *item)
{
    const struct node *found = in->item == item ? in : NULL;
    for (const struct node *n = in->first; n && !found; n = n->next) {
        found = find_item(n, item);
    }
    return found;
}

/* The item's default in the form. */
static const char *default_of(const struct app *app, const struct item *item)
{
    assert(app->interview && item);
    const struct node *found = find_item(app->interview->form->primary, item);
    for (const struct item *r = item->shape.parent; r && !found; r = r->shape.parent) {
        found = r->template ? find_item(r->template, item) : NULL;
    }
    return found ? tree_value(found) : "";
}

const char *question_drawn_upon(struct app *app, const struct node *node)
{
    const struct control *c = node->item->control;
    if (!control_has(c, "annotate")) {
        return "";
    }
    const char *value = default_of(app, node->item);
    if (strncmp(value, "jr://images/", strlen("jr://images/")) == 0) {
        return value;
    }
    return session_text(app->interview->session, &app->ui.frame, &c->label, (struct node *)node,
                        FORM_IMAGE, NULL);
}

static void forget(struct app *app)
{
    struct ink *ink = ink_of(app);
    explicit_bzero(ink->points, sizeof ink->points);
    ink->count = 0;
    ink->node = NULL;
    ink->fresh = ink->wiped = false;
}

static void ink_add(struct app *app, int x, int y)
{
    struct ink *ink = ink_of(app);
    if (ink->count < INK_POINTS) {
        ink->points[ink->count][0] = (int16_t)x;
        ink->points[ink->count++][1] = (int16_t)y;
    }
}

static bool is_lift(const int16_t *p)
{
    return p[0] == INT16_MIN;
}

static float segment_distance(float px, float py, const int16_t *a, const int16_t *b)
{
    float dx = (float)(b[0] - a[0]), dy = (float)(b[1] - a[1]), len = dx * dx + dy * dy;
    float t = len > 0 ? ((px - (float)a[0]) * dx + (py - (float)a[1]) * dy) / len : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    dx = px - ((float)a[0] + t * dx);
    dy = py - ((float)a[1] + t * dy);
    return sqrtf(dx * dx + dy * dy);
}

/* Points are in 1/10000 of the field's size, so that a drawing survives a rotation of the
 * device. */
enum { INK_ONE = 10000, INK_PNG_W = 800, INK_FIELD_W = 1200 };
static const uint8_t annotation[3] = {0xC0, 0x00, 0x00}; /* visible on maps and photos */

/* The image being drawn: one byte per pixel; on the form's picture, three. */
struct sheet {
    uint8_t *dots;
    int w, h, channels;
};

/* The saved drawing, to continue it. NULL: there is none, or it was erased. */
static const struct picture *kept_drawing(struct app *app, const struct node *node, int max_w,
                                          int max_h)
{
    struct ink *ink = ink_of(app);
    const struct buf *kept = interview_file(app->interview, tree_value(node));
    bool wiped = ink->node == node && ink->wiped;
    return kept && !wiped ? app_own_picture(app, tree_value(node), kept, max_w, max_h) : NULL;
}

static struct sheet sheet_of(struct app *app)
{
    struct ink *ink = ink_of(app);
    const char *uri = question_drawn_upon(app, ink->node);
    const struct picture *under = app_picture(app, uri, INK_PNG_W, 2 * INK_PNG_W);
    struct sheet s = {.w = INK_FIELD_W, .channels = under ? 3 : 1};
    const struct picture *kept = kept_drawing(app, ink->node, PICTURE_SIDE_MAX, PICTURE_SIDE_MAX);
    under = kept ? kept : under;
    s.h = ink->w > 0 ? s.w * ink->h / ink->w : s.w / 2;
    s.h = s.h < 1 ? 1 : s.h;
    if (under) {
        s.w = under->w;
        s.h = under->h;
    }
    size_t dots = (size_t)s.w * (size_t)s.h, size = dots * (size_t)s.channels;
    s.dots = mem_alloc(size);
    memset(s.dots, 255, size);
    for (size_t i = 0; under && i < size; i++) {
        s.dots[i] = under->rgb[s.channels == 3 ? i : 3 * i];
    }
    return s;
}

/* Darkens a dot: `left` of the image remains visible, 255 all, 0 nothing. */
static void ink_dot(const struct sheet *s, int x, int y, uint8_t left)
{
    uint8_t *dot = &s->dots[((size_t)y * (size_t)s->w + (size_t)x) * (size_t)s->channels];
    if (s->channels == 1) {
        *dot = left < *dot ? left : *dot;
        return;
    }
    for (int c = 0; c < 3; c++) {
        dot[c] = (uint8_t)((dot[c] * left + annotation[c] * (255 - left)) / 255);
    }
}

static void ink_segment(const struct sheet *s, const int16_t *p, const int16_t *q)
{
    float half = 1.5f * (float)s->w / INK_PNG_W;
    half = half < 1 ? 1 : half;
    int16_t a[2] = {(int16_t)(p[0] * s->w / INK_ONE), (int16_t)(p[1] * s->h / INK_ONE)};
    int16_t b[2] = {(int16_t)(q[0] * s->w / INK_ONE), (int16_t)(q[1] * s->h / INK_ONE)};
    int x0 = (a[0] < b[0] ? a[0] : b[0]) - 4, x1 = (a[0] < b[0] ? b[0] : a[0]) + 5;
    int y0 = (a[1] < b[1] ? a[1] : b[1]) - 4, y1 = (a[1] < b[1] ? b[1] : a[1]) + 5;
    for (int y = y0 < 0 ? 0 : y0; y < y1 && y < s->h; y++) {
        for (int x = x0 < 0 ? 0 : x0; x < x1 && x < s->w; x++) {
            float far = segment_distance((float)x + 0.5f, (float)y + 0.5f, a, b) - half;
            ink_dot(s, x, y, far <= 0 ? 0 : far >= 1 ? 255 : (uint8_t)(far * 255));
        }
    }
}

static bool save_ink(struct app *app, struct err *err)
{
    struct ink *ink = ink_of(app);
    struct sheet s = sheet_of(app);
    struct buf png = {0};
    for (size_t i = 0; i < ink->count; i++) {
        const int16_t *p = ink->points[i], *q = i + 1 < ink->count ? ink->points[i + 1] : p;
        if (!is_lift(p)) {
            ink_segment(&s, p, is_lift(q) ? p : q);
        }
    }
    bool ok = picture_png(&png, s.dots, s.channels, s.w, s.h, err) &&
              interview_attach(app->interview, ink->node, "png", png.data, png.len, err);
    explicit_bzero(s.dots, (size_t)s.w * (size_t)s.h * (size_t)s.channels);
    free(s.dots);
    buf_fini(&png);
    ink->fresh = ink->fresh && !ok;
    ink->wiped = ink->wiped && !ok;
    return ok;
}

static bool commit(struct app *app)
{
    struct ink *ink = ink_of(app);
    struct err err = {0};
    if (ink->wiped && ink->node && !ink->count) { /* erased, but not replaced yet */
        app_refusal(app, ink->node, ANSWER_REQUIRED);
        app_say(app, S_draw_missing);
        return false;
    }
    if (ink->fresh && ink->node && ink->count && !save_ink(app, &err)) {
        app_trouble(app, &err); /* the drawing stays on the screen */
        return false;
    }
    forget(app);
    return true;
}

static int rest(struct app *app)
{
    struct ink *ink = ink_of(app);
    enum { REST_MS = 1500 };
    struct err err = {0};
    if (!ink->fresh || !ink->node || app->ui.grabbed) {
        return -1;
    }
    int64_t left = REST_MS - (clock_mono_ms() - ink->ms);
    if (left > 0) {
        return (int)left;
    }
    if (!save_ink(app, &err)) {
        ink->ms = clock_mono_ms();
        app_trouble(app, &err);
        return REST_MS;
    }
    return -1;
}

/* Strokes in short pieces, so that finished pieces are painted from the cache. */
static void show_ink(struct app *app, int x, int y, int w, int h, colour pen)
{
    struct ink *ink = ink_of(app);
    enum { PIECE = 8 };
    struct ui *ui = &app->ui;
    for (size_t i = 0; i < ink->count;) {
        size_t n = 0;
        while (i + n < ink->count && n < PIECE && !is_lift(ink->points[i + n])) {
            n++;
        }
        if (n) {
            size_t count = n < 2 ? 2 : n;
            int16_t *p = arena_alloc(&ui->frame, 2 * count * sizeof *p);
            for (size_t k = 0; k < count; k++) {
                const int16_t *from = ink->points[i + (k < n ? k : n - 1)];
                p[2 * k] = (int16_t)(x + from[0] * w / INK_ONE);
                p[2 * k + 1] = (int16_t)(y + from[1] * h / INK_ONE);
            }
            draw_add(&ui->draws, &(struct draw){.kind = DRAW_STROKE,
                                                .ink = pen,
                                                .points = p,
                                                .point_count = count,
                                                .line = ui_px(ui, 3)});
        }
        bool lift = i + n < ink->count && is_lift(ink->points[i + n]);
        i += lift ? n + 1 : n > 1 ? n - 1 : n; /* pieces of one stroke share a point */
        if (!lift && i + 1 >= ink->count) {
            break;
        }
    }
}

/* The field's place: as wide as the page, or as the picture that is drawn upon. */
static struct rect paper_of(struct app *app, bool signature, const struct picture *under)
{
    struct ui *ui = &app->ui;
    int w = ui->at.w, h = signature ? w * 3 / 5 : w;
    int max = ui->body.h * 3 / 4, min = ui_px(ui, 120);
    h = h > max ? max : h;
    h = h < min ? min : h;
    w = w > INK_FIELD_W ? INK_FIELD_W : w;
    if (under) {
        return (struct rect){ui->at.x + (w - under->w) / 2, ui->at.y, under->w, under->h};
    }
    return (struct rect){ui->at.x, ui->at.y, w, h};
}

/* Takes the finger's points, as parts of the field. */
static void take_ink(struct app *app, struct node *node, struct rect r)
{
    struct ink *ink = ink_of(app);
    const char *id = question_part(app, node, "ink", "");
    int fx, fy;
    ui_place(&app->ui, id, ROLE_PAPER, r);
    bool held = ui_grabbed(&app->ui, id, &fx, &fy), dropped = ui_dropped(&app->ui, id, &fx, &fy);
    if (!held && !dropped) {
        return;
    }
    if (ink->node != node) {
        (void)!commit(app);
        ink->node = node;
    }
    ink->w = r.w;
    ink->h = r.h;
    int ix = fx - r.x, iy = fy - r.y;
    ix = ix < 0 ? 0 : ix >= r.w ? r.w - 1 : ix;
    iy = iy < 0 ? 0 : iy >= r.h ? r.h - 1 : iy;
    ink_add(app, ix * INK_ONE / r.w, iy * INK_ONE / r.h);
    ink->ms = clock_mono_ms();
    if (dropped) {
        ink_add(app, INT16_MIN, 0);
    }
    ink->fresh = true;
}

static void draw_here(struct ui *ui, struct rect r)
{
    const char *words = ui_str(ui, S_draw_here);
    bool roomy = ui_centre_height(ui, r.w, TEXT_HINT, words) <= r.h * 2 / 5;
    float before = ui_cap_text(ui, roomy ? ui->text_scale : 1);
    ui_text_centre(ui, (struct rect){r.x, r.y, r.w, r.h / 2}, TEXT_HINT, words, ui->theme.soft);
    ui->text_scale = before;
}

static void wipe(struct app *app, struct node *node)
{
    struct ink *ink = ink_of(app);
    forget(app);
    bool taken = !node->required && *tree_value(node) && question_answer(app, node, "");
    bool stands = *tree_value(node) && !taken;
    /* The answer was erased: the page is not left before it is replaced. */
    ink->node = stands ? node : NULL;
    ink->wiped = stands;
}

static void draw(struct app *app, struct node *node)
{
    struct ink *ink = ink_of(app);
    struct ui *ui = &app->ui;
    bool signature = control_has(node->item->control, "signature");
    const char *uri = question_drawn_upon(app, node);
    int w = ui->at.w > INK_FIELD_W ? INK_FIELD_W : ui->at.w;
    int max = ui->body.h * 3 / 4, min = ui_px(ui, 120);
    max = max > min ? max : min;
    if (question_file_stayed(app, node)) {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_correct_file), ui->theme.ink);
    }
    const struct picture *map = app_picture(app, uri, w < INK_PNG_W ? w : INK_PNG_W, max);
    const struct picture *kept = kept_drawing(app, node, w, max);
    const struct picture *under = kept ? kept : map;
    struct rect r = paper_of(app, signature, under);
    take_ink(app, node, r);
    ui_box(ui, r, 7, ui->theme.paper, ink->node == node ? ui->theme.accent : ui->theme.soft, 2);
    if (signature) {
        ui_fill_rect(ui,
                     (struct rect){r.x + r.w / 12, r.y + r.h * 3 / 4, r.w * 10 / 12, ui_px(ui, 1)},
                     ui->theme.line);
    }
    if (under) {
        app_show_picture(app, r.x, r.y, under);
    }
    if (ink->node == node) {
        colour red = (colour)annotation[0] << 16 | (colour)annotation[1] << 8 | annotation[2];
        /* on a saved drawing the ink is black by night, too: its paper is white */
        show_ink(app, r.x, r.y, r.w, r.h, map ? red : kept ? 0 : ui->theme.ink);
    } else if (!under) {
        draw_here(ui, r);
    }
    ui->at.y = r.y + r.h + ui_px(ui, 8);
    bool drawn = ink->node == node || interview_file(app->interview, tree_value(node));
    if (drawn &&
        ui_pill(ui, question_part(app, node, "wipe", ""), ui_str(ui, S_draw_again), false, false)) {
        wipe(app, node);
    }
    ui_pills_end(ui);
}

static void keep(struct app *app)
{
    (void)!commit(app);
}

static bool matches(const struct node *node)
{
    const struct control *c = node->item->control;
    return c->kind == CONTROL_UPLOAD && c->mediatype && strncmp(c->mediatype, "image/", 6) == 0 &&
           question_is_drawn(c);
}

static const char *value(struct app *app, struct node *node)
{
    return question_file_stayed(app, node)                    ? ui_str(&app->ui, S_correct_file)
           : interview_file(app->interview, tree_value(node)) ? ui_str(&app->ui, S_drawn)
                                                              : NULL;
}

const struct question_kind kind_drawing = {.name = "drawing",
                                           .state_size = sizeof(struct ink),
                                           .matches = matches,
                                           .draw = draw,
                                           .value = value,
                                           .commit = commit,
                                           .keep = keep,
                                           .rest = rest,
                                           .is_half = question_no_half,
                                           .between = question_nothing,
                                           .leave = question_nothing,
                                           .forget = forget,
                                           .roles = 1u << ROLE_PAPER | 1u << ROLE_PILL};
