/* Hash table from byte strings to pointers. Keys are copied, values borrowed. Hashing is seeded per process
 * (SipHash), so that peers cannot choose colliding keys. Iteration is in insertion order. */
#ifndef MC_BASE_MAP_H
#define MC_BASE_MAP_H

#include "base/fwd.h"
#include "base/str.h"

struct mc_map *mc_map_new(void);
void mc_map_free(struct mc_map *m, void (*free_value)(void *)); /* free_value may be NULL */
size_t mc_map_count(const struct mc_map *m);
void *mc_map_get(const struct mc_map *m, struct mc_str key);               /* NULL if absent */
void *mc_map_put(struct mc_map *m, struct mc_str key, void *value);        /* returns the value it replaced, or NULL */
void *mc_map_del(struct mc_map *m, struct mc_str key);                     /* returns the value it removed, or NULL */
/* for (size_t i = 0; mc_map_next(m, &i, &key, &value);) …   Deleting the current entry inside the loop is allowed. */
bool mc_map_next(const struct mc_map *m, size_t *i, struct mc_str *key, void **value);

#endif
