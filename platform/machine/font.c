/* SPDX-License-Identifier: Apache-2.0 */
/* Opens faces, measures text, and renders it to alpha pixels. */
#include "platform/machine/font.h"

#include <assert.h>
#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/file.h"

enum { SIZES = 24, FILE_MAX = 4 << 20 };

static struct { /* shared by the whole process */
    TTF_Font *font;
    int size;
} cache[FACE_COUNT][SIZES];
static struct buf files[FACE_COUNT]; /* read once: a face reads its file per glyph */

/* Recently measured widths, by a hash of the text; the text itself is not kept. */
enum { WIDTHS = 8192 };
static struct {
    uint64_t hash;
    int width;
} widths[WIDTHS];

static const char *const names[] = {[FACE_SANS] = "PTS55F.ttf",
                                    [FACE_BOLD] = "PTS75F.ttf",
                                    [FACE_ITALIC] = "PTS56F.ttf",
                                    [FACE_SERIF] = "PTF75F.ttf"};
static_assert(sizeof names / sizeof *names == FACE_COUNT, "a file for each face");

static TTF_Font *open_face(enum face face, int size)
{
    SDL_RWops *bytes = SDL_RWFromConstMem(files[face].data, (int)files[face].len);
    return bytes ? TTF_OpenFontRW(bytes, 1, size) : NULL;
}

static TTF_Font *font_at(enum face face, int size)
{
    size_t i = 0;
    while (i < SIZES && cache[face][i].font && cache[face][i].size != size) {
        i++;
    }
    if (i == SIZES) { /* more sizes than screens use: replace the first */
        i = 0;
        TTF_CloseFont(cache[face][0].font);
        cache[face][0].font = NULL;
    }
    if (!cache[face][i].font) {
        cache[face][i].font = open_face(face, size);
        cache[face][i].size = size;
        if (!cache[face][i].font) {
            err_out_of_memory();
        }
        TTF_SetFontHinting(cache[face][i].font, TTF_HINTING_LIGHT);
    }
    return cache[face][i].font;
}

bool font_setup(const char *dir, struct err *err)
{
    if (TTF_Init() != 0) {
        return err_set(err, ERR_ENV, "cannot start the fonts: %s", TTF_GetError());
    }
    for (size_t f = 0; f < FACE_COUNT; f++) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, names[f]);
        TTF_Font *font =
            file_read(&files[f], path.data, FILE_MAX, NULL) ? open_face((enum face)f, 20) : NULL;
        if (!font) {
            err_set(err, ERR_ENV, "cannot open the font %s", path.data);
            buf_fini(&path);
            return err_hint(err, "install fonts-paratype");
        }
        buf_fini(&path);
        TTF_CloseFont(font);
    }
    return true;
}

void font_finish(void)
{
    for (size_t f = 0; f < FACE_COUNT; f++) {
        for (size_t i = 0; i < SIZES; i++) {
            if (cache[f][i].font) {
                TTF_CloseFont(cache[f][i].font);
                cache[f][i].font = NULL;
            }
        }
    }
    TTF_Quit();
    for (size_t f = 0; f < FACE_COUNT; f++) {
        buf_fini(&files[f]);
    }
    font_forget();
}

void font_forget(void)
{
    explicit_bzero(widths, sizeof widths);
}

static uint64_t hash_of(enum face face, int size, const char *text, size_t len)
{
    const uint64_t prime = 1099511628211u;
    /* size and face get their own multiplication, so that they cannot collide with letters */
    uint64_t hash = ((uint64_t)14695981039346656037u ^ (uint64_t)(unsigned)size) * prime;
    hash = (hash ^ (uint64_t)face) * prime;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)text[i]) * prime;
    }
    return hash ^ hash >> 29;
}

static const char *ended(const char *text, size_t len, char *small, size_t size, char **big)
{
    *big = NULL;
    char *out = small;
    if (len >= size) {
        out = *big = mem_alloc(len + 1);
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

int font_width(enum face face, int size_px, const char *text, size_t len)
{
    char small[512], *big;
    int w = 0;
    if (len) {
        uint64_t hash = hash_of(face, size_px, text, len);
        size_t slot = hash % WIDTHS;
        if (widths[slot].hash == hash) {
            return widths[slot].width;
        }
        TTF_SizeUTF8(font_at(face, size_px), ended(text, len, small, sizeof small, &big), &w, NULL);
        explicit_bzero(small, len < sizeof small ? len : sizeof small);
        mem_wipe_text(big);
        widths[slot].hash = hash;
        widths[slot].width = w;
    }
    return w;
}

int font_line(enum face face, int size_px)
{
    return TTF_FontHeight(font_at(face, size_px)) * 11 / 10;
}

bool font_has(enum face face, uint32_t codepoint)
{
    return TTF_GlyphIsProvided32(font_at(face, 28), codepoint) != 0;
}

bool font_pixels(struct font_pixels *out, enum face face, int size_px, const char *text, size_t len)
{
    char small[512], *big;
    SDL_Color white = {255, 255, 255, 255};
    memset(out, 0, sizeof *out);
    if (!len) {
        return false;
    }
    SDL_Surface *s = TTF_RenderUTF8_Blended(font_at(face, size_px),
                                            ended(text, len, small, sizeof small, &big), white);
    explicit_bzero(small, len < sizeof small ? len : sizeof small);
    mem_wipe_text(big);
    if (!s) {
        return false;
    }
    out->w = s->w;
    out->h = s->h;
    out->alpha = mem_alloc((size_t)s->w * (size_t)s->h);
    for (int y = 0; y < s->h; y++) {
        const uint32_t *row = (const uint32_t *)((const char *)s->pixels + y * s->pitch);
        for (int x = 0; x < s->w; x++) {
            out->alpha[y * s->w + x] = (uint8_t)(row[x] >> 24);
        }
    }
    SDL_FreeSurface(s);
    return true;
}
