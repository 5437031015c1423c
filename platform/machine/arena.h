/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_ARENA_H
#define PLATFORM_MACHINE_ARENA_H
/*
 * arena: many small allocations with one lifetime, and a growing byte buffer.
 *
 * Use one arena per lifetime (a form, a session, a frame); it is freed as a whole.  Arenas and
 * buffers may hold answers, so both are wiped before their memory is freed.  Running out of
 * memory ends the program.
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
/* Wipe all allocations and start again; one block is kept. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t len); /* adds a NUL */
char *arena_text(struct arena *arena, const char *text);
/* Concatenate texts; the last argument is NULL. */
char *arena_join(struct arena *arena, const char *first, ...) __attribute__((sentinel));
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Allocators that never return NULL; mem_wipe_text wipes a text before freeing it (NULL
 * allowed). */
void *mem_alloc(size_t size);
void *mem_zero(size_t count, size_t size);
void *mem_grow(void *old, size_t count, size_t size);
char *mem_text(const char *text);
void mem_wipe_text(char *text);

/* For short-lived command-line programs: freed memory stays in the process instead of being
 * returned to the system and requested again. */
void mem_keep(void);
/* For suhbat: all threads share one heap, so that memory freed after opening a draft is reused
 * for painting. */
void mem_share(void);

/* Allocators for libraries that handle answers: each block knows its size and is wiped when
 * freed or moved.  NULL if memory runs out; the library reports it. */
void *wiped_alloc(size_t size);
void *wiped_resize(void *block, size_t size);
size_t wiped_size(const void *block);
void wiped_free(void *block);

/* A growing byte buffer; data[len] is always NUL once anything was added.  Zero-initialise it
 * and call buf_fini when done. */
struct buf {
    char *data;
    size_t len, cap;
};
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
/* Append several texts; the last argument is NULL. */
void buf_join(struct buf *buf, const char *first, ...) __attribute__((sentinel));
/* Reserve room for `len` bytes in total, so that a long content is not copied as it grows. */
void buf_reserve(struct buf *buf, size_t len);
/* buf_ahead returns room for `len` bytes at the end of the buffer.  After writing there,
 * buf_took adds the number of bytes written to the length. */
char *buf_ahead(struct buf *buf, size_t len);
void buf_took(struct buf *buf, size_t len);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_cut(struct buf *buf, size_t len);
void buf_fini(struct buf *buf);

/* Little-endian integers, as in all layouts of docs/RECORD.md. */
void put_u16(uint8_t *out, uint16_t v);
void put_u32(uint8_t *out, uint32_t v);
void put_u64(uint8_t *out, uint64_t v);
uint16_t get_u16(const uint8_t *in);
uint32_t get_u32(const uint8_t *in);
uint64_t get_u64(const uint8_t *in);

#endif
