/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/lint.h"

#include <limits.h>
#include <math.h>

static void lint_say(struct lint *l, const char *fmt, ...)
{
    va_list args;
    if (l->out && l->told++ < 200) {
        fprintf(l->out, "%s: ", l->name);
        va_start(args, fmt);
        vfprintf(l->out, fmt, args);
        va_end(args);
        fputc('\n', l->out);
    }
    l->faults++;
}

static bool lint_cut(struct rect *r, struct rect by)
{
    int x1 = r->x + r->w < by.x + by.w ? r->x + r->w : by.x + by.w;
    int y1 = r->y + r->h < by.y + by.h ? r->y + r->h : by.y + by.h;
    r->x = r->x > by.x ? r->x : by.x;
    r->y = r->y > by.y ? r->y : by.y;
    r->w = x1 - r->x;
    r->h = y1 - r->y;
    return r->w > 0 && r->h > 0;
}

static double lint_light(colour c)
{
    double sum = 0;
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; i++) {
        double v = (c >> (16 - 8 * i) & 255) / 255.0;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* WCAG's contrast ratio, 1 to 21. */
static double lint_contrast(colour a, colour b)
{
    double la = lint_light(a), lb = lint_light(b);
    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

/* Which colour lies under this point when text number `at` is drawn? */
static colour lint_under(const struct ui *ui, size_t at, int x, int y)
{
    colour c = ui->theme.paper;
    struct rect clip = {0, 0, ui->w, ui->h};
    for (size_t i = 0; i < at; i++) {
        const struct draw *d = &ui->draws.list[i];
        if (d->kind == DRAW_CLIP) {
            clip = d->rect.w > 0 ? d->rect : (struct rect){0, 0, ui->w, ui->h};
        } else if ((d->kind == DRAW_FILL || d->kind == DRAW_BOX) && rect_holds(d->rect, x, y) &&
                   rect_holds(clip, x, y)) {
            c = d->ink;
        }
    }
    return c;
}

/* Is the title that the header had to cut on the page, whole? */
static bool lint_says_whole(const struct ui *ui)
{
    struct buf all = {0}, title = {0};
    if (!ui->title_cut) {
        return false;
    }
    for (size_t i = 0; i < ui->draws.count; i++) { /* wherever its lines end */
        const struct draw *d = &ui->draws.list[i];
        for (size_t k = 0; d->kind == DRAW_TEXT && d->rect.y >= ui->body.y && k < d->len; k++) {
            if (d->text[k] != ' ') {
                buf_char(&all, d->text[k]);
            }
        }
    }
    for (const char *p = ui->title_cut; *p; p++) {
        if (*p != ' ') {
            buf_char(&title, *p);
        }
    }
    bool is = all.len && title.len && strstr(all.data, title.data);
    buf_fini(&all);
    buf_fini(&title);
    return is || ui->scroll > 0; /* it stands above */
}

/* Large letters keep the order of sizes: where a long word makes the question smaller, what stands
 * in its page is no larger. */
static void lint_order(struct lint *l, const struct ui *ui)
{
    bool body = false;
    int min = INT_MAX, whole = ui_text_px(ui, TEXT_QUESTION);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < ui->draws.count; i++) {
            const struct draw *d = &ui->draws.list[i];
            if (d->kind == DRAW_CLIP) {
                body = d->rect.w > 0;
            } else if (body && d->kind == DRAW_TEXT && d->len && pass == 0 &&
                       d->face == FACE_SERIF) {
                min = d->size_px < min ? d->size_px : min;
            } else if (body && d->kind == DRAW_TEXT && d->len && pass == 1 && min < whole - 1 &&
                       d->face != FACE_SERIF && d->size_px > min) {
                lint_say(l, "larger than the question: '%.*s'", (int)d->len, d->text);
            }
        }
    }
}

/* One text of the draw list: where it stands, what of it is in sight, what it stands on. */
struct shown_text {
    size_t at; /* in the draw list */
    const struct draw *d;
    struct rect r, seen, clip;
    const struct target *target; /* the smallest around its middle; NULL: none */
};

static const struct target *target_around(const struct ui *ui, int x, int y)
{
    const struct target *best = NULL;
    for (size_t t = 0; t < ui->target_count; t++) {
        const struct target *one = &ui->targets[t];
        if (!one->hidden && rect_holds(one->rect, x, y) &&
            (!best || one->rect.w * one->rect.h < best->rect.w * best->rect.h)) {
            best = one;
        }
    }
    return best;
}

/* A text that ends in … is cut, unless one of the interface does, or the page has all of it. */
static void lint_whole(struct lint *l, const struct ui *ui, const struct draw *d)
{
    if (d->len <= 3 || memcmp(d->text + d->len - 3, "…", 3) != 0) {
        return;
    }
    char *copy = mem_alloc(d->len + 1);
    memcpy(copy, d->text, d->len);
    copy[d->len] = '\0';
    /* a header that has no room: then the page has the whole of it */
    bool known = d->rect.y < ui->body.y && lint_says_whole(ui);
    for (int s = 0; s < STRING_COUNT; s++) {
        known = known || strstr(string((enum string_id)s, ui->language), copy);
    }
    free(copy);
    if (!known) {
        lint_say(l, "text is cut: '%.*s'", (int)d->len, d->text);
    }
}

/* Stays in the page, large enough and whole. */
static void lint_place(struct lint *l, const struct ui *ui, const struct shown_text *t)
{
    const struct draw *d = t->d;
    struct rect r = t->r, clip = t->clip;
    if (r.x < clip.x - LINT_SLACK || r.x + r.w > clip.x + clip.w + LINT_SLACK) {
        lint_say(l, "text leaves the page: '%.*s'", (int)d->len, d->text);
    }
    if (d->size_px < (int)(14 * ui->scale)) {
        lint_say(l, "text is too small: '%.*s'", (int)d->len, d->text);
    }
    if (!l->typed) {
        lint_whole(l, ui, d);
    }
    if (d->broken && !l->typed) {
        lint_say(l, "a word is broken: '%.*s'", (int)d->len, d->text);
    }
    /* the header's: all of a line but the room below its letters is in sight */
    bool above = clip.y == 0 && ui->body.h > 0 && r.y < ui->body.y;
    int end = clip.y + clip.h < ui->body.y ? clip.y + clip.h : ui->body.y;
    if (above && r.y + r.h > end + r.h / 5) {
        lint_say(l, "text leaves the header: '%.*s'", (int)d->len, d->text);
    }
    if (ui->scroll <= 0 && r.y < clip.y - LINT_SLACK) {
        lint_say(l, "text begins above the page: '%.*s'", (int)d->len, d->text);
    }
}

static void lint_legible(struct lint *l, const struct ui *ui, const struct shown_text *t)
{
    const struct draw *d = t->d;
    bool plain = !t->target || t->target->kind == ROLE_CHOICE || t->target->kind == ROLE_ROW ||
                 t->target->kind == ROLE_FIELD;
    bool body = d->ink == ui->theme.ink && plain;
    colour under = lint_under(ui, t->at, t->seen.x + t->seen.w / 2, t->seen.y + t->seen.h / 2);
    double contrast = lint_contrast(d->ink, under);
    if (contrast < (body ? 10 : 7) && t->seen.h > t->r.h / 2) {
        lint_say(l, "contrast %.1f: '%.*s'", contrast, (int)d->len, d->text);
    }
}

/* Does the text lie over its target, as a key's bubble and a letter's variants do? */
static bool lies_over(const struct ui *ui, const struct shown_text *t)
{
    if (strncmp(ui->pressed, "key:", 4) == 0 &&
        (t->target->kind != ROLE_KEY || t->r.y < t->clip.y)) {
        return true;
    }
    return ui->held[0] && t->target->kind == ROLE_KEY && t->d->size_px != ui_text_px(ui, TEXT_KEY);
}

/* A text that begins inside a button ends inside it. */
static void lint_inside(struct lint *l, const struct ui *ui, const struct shown_text *t)
{
    const struct draw *d = t->d;
    struct rect r = t->r, clip = t->clip;
    if (!t->target || lies_over(ui, t)) {
        return;
    }
    struct rect b = t->target->rect;
    int room = r.h / 5; /* above and below its letters a line has room of its own */
    if (t->seen.h == r.h && b.y > clip.y && b.y + b.h < clip.y + clip.h &&
        (r.y < b.y - room || r.y + r.h > b.y + b.h + room)) {
        lint_say(l, "text is higher than its target %s: '%.*s'", t->target->id, (int)d->len,
                 d->text);
    }
    if (r.x < b.x - LINT_SLACK || r.x + r.w > b.x + b.w + LINT_SLACK) {
        lint_say(l, "text leaves its target %s: '%.*s'", t->target->id, (int)d->len, d->text);
    }
}

/* No text lies over another. */
static void lint_apart(struct lint *l, const struct ui *ui, const struct shown_text *t)
{
    struct rect r = t->r;
    for (size_t k = t->at + 1; k < ui->draws.count; k++) {
        const struct draw *o = &ui->draws.list[k];
        if (o->kind == DRAW_CLIP) {
            break; /* another layer of the page */
        }
        if (o->kind != DRAW_TEXT || !o->len) {
            continue;
        }
        int lead = font_line(o->face, o->size_px) / 4; /* lines may touch, letters not */
        struct rect q = {o->rect.x, o->rect.y + lead,
                         font_width(o->face, o->size_px, o->text, o->len),
                         font_line(o->face, o->size_px) - 2 * lead};
        if (lint_cut(&q, (struct rect){r.x, r.y + r.h / 4, r.w, r.h / 2}) && q.w > LINT_SLACK) {
            lint_say(l, "'%.*s' lies over '%.*s'", (int)o->len, o->text, (int)t->d->len,
                     t->d->text);
        }
    }
}

void lint_texts(struct lint *l, const struct ui *ui)
{
    struct rect clip = {0, 0, ui->w, ui->h};
    for (size_t i = 0; i < ui->draws.count; i++) {
        const struct draw *d = &ui->draws.list[i];
        if (d->kind == DRAW_CLIP) {
            clip = d->rect.w > 0 ? d->rect : (struct rect){0, 0, ui->w, ui->h};
            continue;
        }
        if (d->kind != DRAW_TEXT || !d->len) {
            continue;
        }
        struct shown_text t = {.at = i, .d = d, .clip = clip};
        t.r = (struct rect){d->rect.x, d->rect.y, font_width(d->face, d->size_px, d->text, d->len),
                            font_line(d->face, d->size_px)};
        t.seen = t.r;
        if (!lint_cut(&t.seen, clip)) {
            continue; /* scrolled away */
        }
        t.target = target_around(ui, t.r.x + t.r.w / 2, t.seen.y + t.seen.h / 2);
        lint_place(l, ui, &t);
        lint_legible(l, ui, &t);
        lint_inside(l, ui, &t);
        lint_apart(l, ui, &t);
    }
}

/* Target I and each one behind it: neither overlaps, nor shares its id. */
static void lint_others(struct lint *l, const struct ui *ui, size_t i)
{
    const struct target *a = &ui->targets[i];
    for (size_t k = i + 1; k < ui->target_count && !ui->held[0]; k++) {
        struct rect r = a->rect;
        if (!ui->targets[k].hidden && lint_cut(&r, ui->targets[k].rect) && r.w > 1 && r.h > 1) {
            lint_say(l, "targets %s and %s overlap", a->id, ui->targets[k].id);
        }
        if (strcmp(a->id, ui->targets[k].id) == 0) {
            lint_say(l, "two targets are called %s", a->id);
        }
    }
}

void lint_targets(struct lint *l, const struct ui *ui)
{
    int min = (int)(LINT_TARGET_DP * ui->scale);
    for (size_t i = 0; i < ui->target_count; i++) {
        const struct target *a = &ui->targets[i];
        if (a->hidden) {
            continue;
        }
        bool at_edge = a->rect.y <= ui->body.y || a->rect.y + a->rect.h >= ui->body.y + ui->body.h;
        int wide = a->kind == ROLE_KEY ? ui->w / 12 : min;
        if (a->rect.w < wide - 1 || (a->rect.h < min - 1 && !at_edge)) {
            lint_say(l, "target %s is %d x %d px", a->id, a->rect.w, a->rect.h);
        }
        if (strcmp(a->id, "right") == 0 && a->rect.h < (int)(LINT_MAIN_DP * ui->scale) - 1) {
            lint_say(l, "the main action is %d px high", a->rect.h);
        }
        lint_others(l, ui, i);
        if (a->rect.x < 0 || a->rect.y < 0 || a->rect.x + a->rect.w > ui->w ||
            a->rect.y + a->rect.h > ui->h) {
            lint_say(l, "target %s leaves the window", a->id);
        }
    }
}

/* A text that the interface has in the shown language only in another one. */
static void lint_language(struct lint *l, const struct ui *ui)
{
    for (size_t i = 0; i < ui->draws.count; i++) {
        const struct draw *d = &ui->draws.list[i];
        bool of_form = ui->language == UI_EN && strncmp(l->name, "en/desk-", 8) != 0;
        if (d->kind != DRAW_TEXT || d->len < 4 || of_form) { /* our test forms have no English */
            continue;
        }
        bool own = false, other = false;
        for (int s = 0; s < STRING_COUNT; s++) {
            for (int k = 0; k < UI_LANGUAGE_COUNT; k++) {
                const char *text = string((enum string_id)s, (enum ui_language)k);
                bool same = strlen(text) == d->len && memcmp(text, d->text, d->len) == 0;
                own = own || (same && k == (int)ui->language);
                other = other || (same && k != (int)ui->language);
            }
        }
        for (int k = 0; k < UI_LANGUAGE_COUNT; k++) {
            const char *name = language_own_name((enum ui_language)k);
            own = own || (strlen(name) == d->len && memcmp(name, d->text, d->len) == 0);
        }
        if (other && !own) {
            lint_say(l, "untranslated: '%.*s'", (int)d->len, d->text);
        }
    }
}

unsigned lint_all(const struct ui *ui, const char *name, FILE *out)
{
    struct lint l = {.name = name, .out = out};
    lint_texts(&l, ui);
    lint_order(&l, ui);
    lint_targets(&l, ui);
    lint_language(&l, ui);
    return l.faults;
}
