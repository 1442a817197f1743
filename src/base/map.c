#include "base/map.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/rand.h"

/* Entries lie in insertion order; `index` is the hash table: entry number + 1, or 0. A deleted entry keeps its place
 * (key NULL) until the entries are full, so that probing and iteration never see a hole move. */
struct entry {
    char *key; /* NUL-terminated copy */
    size_t n;
    uint64_t hash;
    void *value;
};

struct mc_map {
    struct entry *entries;
    size_t used; /* entries in use or deleted */
    size_t room; /* of entries; the index is twice as large */
    size_t live;
    uint32_t *index;
};

#define ROOM_FIRST 8

/* ---- SipHash-1-3 ---- */

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1, s->v1 = ROTL(s->v1, 13), s->v1 ^= s->v0, s->v0 = ROTL(s->v0, 32);
    s->v2 += s->v3, s->v3 = ROTL(s->v3, 16), s->v3 ^= s->v2;
    s->v0 += s->v3, s->v3 = ROTL(s->v3, 21), s->v3 ^= s->v0;
    s->v2 += s->v1, s->v1 = ROTL(s->v1, 17), s->v1 ^= s->v2, s->v2 = ROTL(s->v2, 32);
}

static uint64_t sip_hash(const uint64_t seed[2], const char *p, size_t n)
{
    struct sip s = {seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
                    seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573};
    uint64_t last = (uint64_t)n << 56, word;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    for (size_t i = 0; i < n; i++)
        last |= (uint64_t)(unsigned char)p[i] << (8 * i);
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static uint64_t hash_of(struct mc_str key)
{
    static uint64_t seed[2];
    static bool seeded;
    if (!seeded) {
        mc_random(seed, sizeof(seed));
        seeded = true;
    }
    return sip_hash(seed, key.p, key.n);
}

/* ---- table ---- */

struct mc_map *mc_map_new(void)
{
    return MC_NEW(struct mc_map);
}

void mc_map_free(struct mc_map *m, void (*free_value)(void *))
{
    if (!m)
        return;
    for (size_t i = 0; i < m->used; i++) {
        if (m->entries[i].key && free_value)
            free_value(m->entries[i].value);
        mc_free(m->entries[i].key);
    }
    mc_free(m->entries);
    mc_free(m->index);
    mc_free(m);
}

size_t mc_map_count(const struct mc_map *m)
{
    return m->live;
}

static struct entry *find(const struct mc_map *m, struct mc_str key, uint64_t hash)
{
    if (m->room == 0)
        return NULL;
    size_t mask = m->room * 2 - 1;
    for (size_t at = hash & mask; m->index[at]; at = (at + 1) & mask) {
        struct entry *e = &m->entries[m->index[at] - 1];
        if (e->key && e->hash == hash && mc_str_eq((struct mc_str){e->key, e->n}, key))
            return e;
    }
    return NULL;
}

static void link_entry(struct mc_map *m, size_t nr)
{
    size_t mask = m->room * 2 - 1;
    size_t at = m->entries[nr].hash & mask;
    while (m->index[at])
        at = (at + 1) & mask;
    m->index[at] = (uint32_t)(nr + 1);
}

/* Makes room for one more: closes the gaps of deleted entries, and doubles when there were few. */
static void rebuild(struct mc_map *m)
{
    size_t room = m->room ? m->room : ROOM_FIRST;
    if (m->live >= room - room / 4)
        room *= 2;
    MC_ASSERT(room < UINT32_MAX / 2);
    size_t live = 0;
    for (size_t i = 0; i < m->used; i++)
        if (m->entries[i].key)
            m->entries[live++] = m->entries[i];
    m->used = live;
    m->room = room;
    m->entries = mc_realloc(m->entries, room * sizeof(*m->entries));
    mc_free(m->index);
    m->index = mc_calloc(room * 2, sizeof(*m->index));
    for (size_t i = 0; i < live; i++)
        link_entry(m, i);
}

void *mc_map_get(const struct mc_map *m, struct mc_str key)
{
    struct entry *e = m->live ? find(m, key, hash_of(key)) : NULL;
    return e ? e->value : NULL;
}

void *mc_map_put(struct mc_map *m, struct mc_str key, void *value)
{
    uint64_t hash = hash_of(key);
    struct entry *e = find(m, key, hash);
    if (e) {
        void *old = e->value;
        e->value = value;
        return old;
    }
    if (m->used == m->room)
        rebuild(m);
    m->entries[m->used] = (struct entry){mc_str_dup(key), key.n, hash, value};
    link_entry(m, m->used++);
    m->live++;
    return NULL;
}

void *mc_map_del(struct mc_map *m, struct mc_str key)
{
    struct entry *e = m->live ? find(m, key, hash_of(key)) : NULL;
    if (!e)
        return NULL;
    void *old = e->value;
    mc_free(e->key);
    *e = (struct entry){0};
    m->live--;
    return old;
}

bool mc_map_next(const struct mc_map *m, size_t *i, struct mc_str *key, void **value)
{
    while (*i < m->used) {
        const struct entry *e = &m->entries[(*i)++];
        if (!e->key)
            continue;
        if (key)
            *key = (struct mc_str){e->key, e->n};
        if (value)
            *value = e->value;
        return true;
    }
    return false;
}
