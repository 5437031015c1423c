/* SPDX-License-Identifier: Apache-2.0 */
/* An open-addressing hash table. */
#include "platform/machine/map.h"

#include <assert.h>
#include <string.h>

void map_init(struct map *map, struct arena *arena)
{
    memset(map, 0, sizeof *map);
    map->arena = arena;
}

/* FNV-1a.  Keys are names from forms that an author signed or a trainer opened, limited in
 * number when read, so crafted collisions cost little. */
static uint32_t hash_of(const char *key)
{
    uint32_t h = 2166136261u;
    for (; *key; key++) {
        h = (h ^ (unsigned char)*key) * 16777619u;
    }
    return h;
}

static struct map_slot *find(struct map_slot *slots, size_t cap, const char *key, uint32_t hash)
{
    for (size_t i = hash & (cap - 1);; i = (i + 1) & (cap - 1)) {
        if (!slots[i].key || (slots[i].hash == hash && strcmp(slots[i].key, key) == 0)) {
            return &slots[i];
        }
    }
}

void *map_get(const struct map *map, const char *key)
{
    return map->cap ? find(map->slots, map->cap, key, hash_of(key))->value : NULL;
}

void map_put(struct map *map, const char *key, void *value)
{
    assert(map->arena && key); /* a NULL value takes the key out */
    if ((map->count + 1) * 2 > map->cap) {
        size_t cap = map->cap ? map->cap * 2 : 16;
        struct map_slot *slots = arena_alloc(map->arena, cap * sizeof *slots);
        for (size_t i = 0; i < map->cap; i++) {
            if (map->slots[i].key) {
                *find(slots, cap, map->slots[i].key, map->slots[i].hash) = map->slots[i];
            }
        }
        map->slots = slots;
        map->cap = cap;
    }
    uint32_t hash = hash_of(key);
    struct map_slot *slot = find(map->slots, map->cap, key, hash);
    map->count += !slot->key;
    *slot = (struct map_slot){key, value, hash};
}
