#include "store/kv.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/time.h"

struct entry {
    uint64_t expires;
    size_t len;
    char data[];
};

struct mc_kv {
    struct mc_map *entries;
    size_t max;
};

struct mc_kv *mc_kv_memory_new(size_t max_entries)
{
    struct mc_kv *kv = MC_NEW(struct mc_kv);

    kv->entries = mc_map_new();
    kv->max = max_entries;
    return kv;
}

void mc_kv_free(struct mc_kv *kv)
{
    if (!kv)
        return;
    mc_map_free(kv->entries, mc_free);
    mc_free(kv);
}

void mc_kv_get(struct mc_kv *kv, const char *key, mc_kv_got got, void *arg)
{
    struct entry *e = mc_map_get(kv->entries, mc_str_of(key));

    if (e && e->expires <= mc_now_ms()) {
        mc_free(mc_map_del(kv->entries, mc_str_of(key)));
        e = NULL;
    }
    got(arg, e ? (struct mc_str){e->data, e->len} : MC_STR_NONE);
}

static void sweep(struct mc_kv *kv)
{
    uint64_t now = mc_now_ms();
    struct mc_str key;
    void *value;

    for (size_t i = 0; mc_map_next(kv->entries, &i, &key, &value);)
        if (((struct entry *)value)->expires <= now)
            mc_free(mc_map_del(kv->entries, key));
}

int mc_kv_put(struct mc_kv *kv, const char *key, struct mc_str value, uint64_t ttl_ms)
{
    bool there = mc_map_get(kv->entries, mc_str_of(key)) != NULL;

    if (value.n > MC_KV_VALUE_MAX)
        return -MC_E_TOO_BIG;
    if (!there && mc_map_count(kv->entries) >= kv->max) {
        sweep(kv);
        if (mc_map_count(kv->entries) >= kv->max)
            return -MC_E_TOO_BIG;
    }
    struct entry *e = mc_malloc(sizeof(*e) + value.n);
    e->expires = mc_now_ms() + ttl_ms;
    e->len = value.n;
    memcpy(e->data, value.p, value.n);
    mc_free(mc_map_put(kv->entries, mc_str_of(key), e));
    return 0;
}

void mc_kv_del(struct mc_kv *kv, const char *key)
{
    mc_free(mc_map_del(kv->entries, mc_str_of(key)));
}
