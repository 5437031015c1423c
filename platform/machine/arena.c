/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates memory in arenas and buffers, and wipes it before freeing. */
#include "platform/machine/arena.h"

#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, BLOCK_MAX = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(16) unsigned char bytes[];
};

void arena_init(struct arena *arena)
{
    memset(arena, 0, sizeof *arena);
}

void arena_fini(struct arena *arena)
{
    struct arena_block *block = arena->head;
    while (block) {
        struct arena_block *next = block->next;
        explicit_bzero(block->bytes, block->used);
        free(block);
        block = next;
    }
    memset(arena, 0, sizeof *arena);
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->head;
    if (!keep) {
        return;
    }
    struct arena rest = {.head = keep->next};
    arena_fini(&rest);
    explicit_bzero(keep->bytes, keep->used);
    keep->next = NULL;
    keep->used = 0;
    arena->used = 0;
}

static struct arena_block *new_block(struct arena *arena, size_t need)
{
    struct arena_block *head = arena->head;
    size_t next = arena->used / 4; /* blocks grow with what the arena holds */
    next = next < BLOCK_SIZE ? BLOCK_SIZE : next > BLOCK_MAX ? BLOCK_MAX : next;
    bool apart = need > next / 4;
    size_t room = apart ? need : next;
    struct arena_block *fresh = mem_zero(1, sizeof *fresh + room);
    fresh->size = room;
    if (head && apart) { /* put a large block second, so that the head's free rest stays usable */
        fresh->next = head->next;
        head->next = fresh;
    } else {
        fresh->next = head;
        arena->head = fresh;
    }
    return fresh;
}

/* Unused bytes are always zero: blocks are allocated zeroed and wiped before reuse. */
static inline void *take(struct arena *arena, size_t size)
{
    size_t need = (size + 15) & ~(size_t)15;
    if (need < size) {
        err_out_of_memory();
    }
    struct arena_block *block = arena->head;
    assert(!block || block->used <= block->size);
    if (!block || block->size - block->used < need) {
        block = new_block(arena, need);
    }
    void *out = block->bytes + block->used;
    block->used += need;
    arena->used += need;
    return out;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return take(arena, size);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    char *out = take(arena, len + 1);
    if (len) {
        memcpy(out, text, len);
    }
    out[len] = '\0';
    return out;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}

char *arena_join(struct arena *arena, const char *first, ...)
{
    va_list args, again;
    size_t len = 0;
    va_start(args, first);
    va_copy(again, args);
    for (const char *text = first; text; text = va_arg(args, const char *)) {
        len += strlen(text);
    }
    va_end(args);
    char *out = take(arena, len + 1), *end = out;
    for (const char *text = first; text; text = va_arg(again, const char *)) {
        end = stpcpy(end, text);
    }
    va_end(again);
    *end = '\0';
    return out;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    char guess[160]; /* most results fit here: formatted once, then wiped */
    int len = vsnprintf(guess, sizeof guess, fmt, args);
    va_end(args);
    char *out = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
    if (len > 0 && (size_t)len < sizeof guess) {
        memcpy(out, guess, (size_t)len);
    } else if (len > 0) {
        vsnprintf(out, (size_t)len + 1, fmt, again);
    }
    va_end(again);
    explicit_bzero(guess, len > 0 && (size_t)len < sizeof guess ? (size_t)len : sizeof guess);
    return out;
}

void *mem_alloc(size_t size)
{
    void *out = malloc(size ? size : 1);
    if (!out) {
        err_out_of_memory();
    }
    return out;
}

void *mem_zero(size_t count, size_t size)
{
    void *out = calloc(count ? count : 1, size ? size : 1);
    if (!out) {
        err_out_of_memory();
    }
    return out;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        err_out_of_memory();
    }
    size_t bytes = count * size;
    void *out = realloc(old, bytes > 0 ? bytes : 1);
    if (!out) {
        err_out_of_memory();
    }
    return out;
}

void mem_keep(void)
{
    enum { MIB = 1 << 20 };
    mallopt(M_TRIM_THRESHOLD, 64 * MIB);
    mallopt(M_MMAP_THRESHOLD, 32 * MIB);
    mallopt(M_TOP_PAD, 2 * MIB);
}

void mem_share(void)
{
    mallopt(M_ARENA_MAX, 1);
}

char *mem_text(const char *text)
{
    size_t len = strlen(text);
    char *out = mem_alloc(len + 1);
    memcpy(out, text, len + 1);
    return out;
}

void mem_wipe_text(char *text)
{
    if (text) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

static void buf_move(struct buf *buf, size_t cap)
{
    assert(cap > buf->len);
    char *fresh = mem_alloc(cap); /* not realloc: it would leave an unwiped copy behind */
    if (buf->data) {
        memcpy(fresh, buf->data, buf->len + 1);
        explicit_bzero(buf->data, buf->len);
        free(buf->data);
    }
    buf->data = fresh;
    buf->cap = cap;
}

static void buf_grow(struct buf *buf, size_t more)
{
    if (more > SIZE_MAX - buf->len - 1) {
        err_out_of_memory();
    }
    size_t need = buf->len + more + 1;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < need) {
        cap = cap > SIZE_MAX / 4 ? need : cap < 64 * 1024 ? cap * 2 : cap * 4;
    }
    buf_move(buf, cap);
}

static inline void buf_room(struct buf *buf, size_t more)
{
    if (more >= buf->cap - buf->len) {
        buf_grow(buf, more);
    }
}

void buf_reserve(struct buf *buf, size_t len)
{
    if (len >= buf->cap && len < SIZE_MAX) {
        buf_move(buf, len + 1);
        buf->data[buf->len] = '\0';
    }
}

char *buf_ahead(struct buf *buf, size_t len)
{
    buf_room(buf, len);
    return buf->data + buf->len;
}

void buf_took(struct buf *buf, size_t len)
{
    assert(len < buf->cap - buf->len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void *wiped_alloc(size_t size)
{
    size_t *block = size < SIZE_MAX / 2 ? malloc(2 * sizeof *block + size) : NULL;
    if (!block) {
        return NULL;
    }
    block[0] = size;
    return block + 2; /* two words: as aligned as malloc itself */
}

size_t wiped_size(const void *block)
{
    return block ? ((const size_t *)block)[-2] : 0;
}

void wiped_free(void *block)
{
    if (block) {
        explicit_bzero(block, wiped_size(block));
        free((size_t *)block - 2);
    }
}

void *wiped_resize(void *block, size_t size)
{
    size_t old = wiped_size(block);
    void *fresh = wiped_alloc(size);
    if (fresh && block) {
        memcpy(fresh, block, old < size ? old : size);
        wiped_free(block);
    }
    return fresh;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    buf_room(buf, len);
    if (len) {
        memcpy(buf->data + buf->len, bytes, len);
    }
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_join(struct buf *buf, const char *first, ...)
{
    va_list args;
    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *)) {
        buf_text(buf, text);
    }
    va_end(args);
}

void buf_char(struct buf *buf, char c)
{
    buf_room(buf, 1);
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    enum { GUESS = 120 };
    buf_room(buf, GUESS);
    int len = vsnprintf(buf->data + buf->len, buf->cap - buf->len, fmt, args);
    va_end(args);
    if (len > 0 && (size_t)len >= buf->cap - buf->len) {
        buf_room(buf, (size_t)len);
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
    }
    buf->len += len > 0 ? (size_t)len : 0;
    va_end(again);
}

void buf_cut(struct buf *buf, size_t len)
{
    if (buf->data && len < buf->len) {
        explicit_bzero(buf->data + len, buf->len - len);
        buf->len = len;
        buf->data[len] = '\0';
    }
}

void buf_fini(struct buf *buf)
{
    if (buf->data) {
        explicit_bzero(buf->data, buf->len);
        free(buf->data);
    }
    memset(buf, 0, sizeof *buf);
}

void put_u16(uint8_t *out, uint16_t v)
{
    out[0] = (uint8_t)v;
    out[1] = (uint8_t)(v >> 8);
}

void put_u32(uint8_t *out, uint32_t v)
{
    put_u16(out, (uint16_t)v);
    put_u16(out + 2, (uint16_t)(v >> 16));
}

void put_u64(uint8_t *out, uint64_t v)
{
    put_u32(out, (uint32_t)v);
    put_u32(out + 4, (uint32_t)(v >> 32));
}

uint16_t get_u16(const uint8_t *in)
{
    return (uint16_t)(in[0] | in[1] << 8);
}

uint32_t get_u32(const uint8_t *in)
{
    return (uint32_t)get_u16(in) | (uint32_t)get_u16(in + 2) << 16;
}

uint64_t get_u64(const uint8_t *in)
{
    return (uint64_t)get_u32(in) | (uint64_t)get_u32(in + 4) << 32;
}
