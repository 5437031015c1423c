/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_ARENA_H
#define PLATFORM_MACHINE_ARENA_H
/*
 * arena: many small allocations with one lifetime, and a growing byte buffer.
 *
 * One arena per lifetime (a form, a session, a frame); freed whole.  Both may have held answers,
 * so both are wiped before their memory goes back.  Running out of memory ends the program.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/machine/err.h"

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out so far */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);
/* Wipe all that was handed out and begin anew, keeping one block. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t len); /* adds a NUL */
char *arena_text(struct arena *arena, const char *text);
/* Texts put together; NULL ends them. */
char *arena_join(struct arena *arena, const char *first, ...) __attribute__((sentinel));
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* malloc that cannot fail, and a free that wipes `len` bytes first (NULL allowed). */
void *mem_alloc(size_t size);
void *mem_zero(size_t count, size_t size);
void *mem_grow(void *old, size_t count, size_t size);
char *mem_text(const char *text);
void mem_wipe_text(char *text);

/* For a program that does one thing and ends: what is freed stays in the process instead of going
 * back to the system page by page, to be asked for again a moment later. */
void mem_keep(void);
/* For the collector: its threads share one heap, so that what a draft took to open is room for what
 * is drawn of it. */
void mem_share(void);

/* For libraries through which answers pass: memory that knows its size and is wiped when freed or
 * moved.  NULL when there is none; the library then says so. */
void *wiped_alloc(size_t size);
void *wiped_resize(void *block, size_t size);
size_t wiped_size(const void *block);
void wiped_free(void *block);

/* Growing bytes, always NUL-ended behind `len`.  Zero-initialise, buf_fini when done. */
struct buf {
    char *data;
    size_t len, cap;
};
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
/* Texts one after another; NULL ends them. */
void buf_join(struct buf *buf, const char *first, ...) __attribute__((sentinel));
/* Room for so many bytes in all: what is known to become long is not copied as it grows. */
void buf_reserve(struct buf *buf, size_t len);
/* Room for `len` bytes behind the end, to be written there; then say how many were. */
char *buf_ahead(struct buf *buf, size_t len);
void buf_took(struct buf *buf, size_t len);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_cut(struct buf *buf, size_t len);
void buf_fini(struct buf *buf);

/* Little-endian integers, for every layout of docs/RECORD.md. */
void put_u16(uint8_t *out, uint16_t v);
void put_u32(uint8_t *out, uint32_t v);
void put_u64(uint8_t *out, uint64_t v);
uint16_t get_u16(const uint8_t *in);
uint32_t get_u32(const uint8_t *in);
uint64_t get_u64(const uint8_t *in);

#endif
