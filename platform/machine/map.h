/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_MAP_H
#define PLATFORM_MACHINE_MAP_H
/* map: a hash table from text to pointer.  It grows in an arena and never shrinks.  Keys are
 * not copied and must live as long as the map. */
#include <stdint.h>

#include "platform/machine/arena.h"

struct map_slot {
    const char *key;
    void *value;
    uint32_t hash;
};
struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t count, cap;
};

void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, const char *key);       /* NULL when absent */
void map_put(struct map *map, const char *key, void *value); /* value NULL: takes the key out */

#endif
