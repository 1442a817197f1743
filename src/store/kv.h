/* Shared state behind one asynchronous interface: session records now, parked calls and pins later. The implementation here is the process's own memory;
 * a hub that is one of many replicas puts a server behind the same calls.
 * Callbacks come on the loop's thread, perhaps before the function returns. Entries expire; the number of entries is bounded. */
#ifndef MC_STORE_KV_H
#define MC_STORE_KV_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_KV_VALUE_MAX (64u << 10)

struct mc_kv;
struct mc_kv *mc_kv_memory_new(size_t max_entries);
void mc_kv_free(struct mc_kv *kv);

/* value.p == NULL: not there (or expired). Borrowed during the callback. */
typedef void (*mc_kv_got)(void *arg, struct mc_str value);
void mc_kv_get(struct mc_kv *kv, const char *key, mc_kv_got got, void *arg);
/* Replaces. 0, -MC_E_TOO_BIG above the bounds (expired entries are swept first). ttl_ms counts from now. */
int mc_kv_put(struct mc_kv *kv, const char *key, struct mc_str value, uint64_t ttl_ms);
void mc_kv_del(struct mc_kv *kv, const char *key);

#endif
