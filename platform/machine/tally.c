/* SPDX-License-Identifier: Apache-2.0 */
/* Counts ids in a table with open addressing. */
#include "platform/machine/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/arena.h"

struct tally_slot {
    uint8_t id[16];
    uint32_t n; /* 0: free */
};

/* FNV-1a over the whole id: ids are not always random in every byte. */
static size_t hash_of(const uint8_t id[16])
{
    uint64_t h = 14695981039346656037u;
    for (int i = 0; i < 16; i++) {
        h = (h ^ id[i]) * 1099511628211u;
    }
    return (size_t)(h ^ h >> 32);
}

static struct tally_slot *slot_of(const struct tally *t, const uint8_t id[16])
{
    size_t at = hash_of(id) & (t->cap - 1);
    while (t->slots[at].n && memcmp(t->slots[at].id, id, 16) != 0) {
        at = (at + 1) & (t->cap - 1);
    }
    return &t->slots[at];
}

static void grow(struct tally *t)
{
    struct tally old = *t;
    t->cap = old.cap ? old.cap * 2 : 64;
    t->slots = mem_zero(t->cap, sizeof *t->slots);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.slots[i].n) {
            *slot_of(t, old.slots[i].id) = old.slots[i];
        }
    }
    free(old.slots);
}

/* The id's slot, a new one if it has none: its number is to be set. */
static struct tally_slot *take(struct tally *t, const uint8_t id[16])
{
    if (t->count * 8 >=
        t->cap * 7) { /* memory counts: a desk has one for each record, several times */
        grow(t);
    }
    struct tally_slot *slot = slot_of(t, id);
    if (!slot->n) {
        memcpy(slot->id, id, 16);
        t->count++;
    }
    assert(t->count < t->cap);
    return slot;
}

uint32_t tally_add(struct tally *t, const uint8_t id[16])
{
    struct tally_slot *slot = take(t, id);
    assert(slot->n < UINT32_MAX);
    return ++slot->n;
}

uint32_t tally_get(const struct tally *t, const uint8_t id[16])
{
    return t->cap ? slot_of(t, id)->n : 0;
}

void tally_put(struct tally *t, const uint8_t id[16], uint32_t number)
{
    assert(number > 0);
    take(t, id)->n = number;
}

void tally_fini(struct tally *t)
{
    free(t->slots);
    *t = (struct tally){.slots = NULL};
}
