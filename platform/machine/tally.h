/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TALLY_H
#define PLATFORM_MACHINE_TALLY_H
/* tally: how often each 16-byte id has occurred, or another number of it; about 30 bytes an id.
 * Zero is an empty one. */
#include <stddef.h>
#include <stdint.h>

struct tally_slot;
struct tally {
    struct tally_slot *slots;
    size_t count, cap; /* cap: a power of two, or 0 */
};

/* Counts the id; returns how often it has occurred, including this time. */
uint32_t tally_add(struct tally *tally, const uint8_t id[16]);
/* The number of an id; 0: it has none. */
uint32_t tally_get(const struct tally *tally, const uint8_t id[16]);
/* Gives an id a number, which is not 0. */
void tally_put(struct tally *tally, const uint8_t id[16], uint32_t number);
void tally_fini(struct tally *tally);

#endif
