#include "base/alloc.h"
#include "base/map.h"
#include "tests/tap.h"

static int freed;

static void count_free(void *value)
{
    (void)value;
    freed++;
}

static struct mc_str key_of(unsigned i, char buf[16])
{
    return (struct mc_str){buf, (size_t)snprintf(buf, 16, "key%u", i)};
}

static void basics(void)
{
    int a, b;
    void *value;
    struct mc_str key;
    size_t i = 0;
    struct mc_map *m = mc_map_new();
    ok(mc_map_count(m) == 0 && !mc_map_get(m, MC_STR("a")) && !mc_map_del(m, MC_STR("a")), "an empty map");
    ok(!mc_map_next(m, &i, &key, &value), "has no entries");
    ok(!mc_map_put(m, MC_STR("a"), &a), "a new key");
    ok(mc_map_put(m, MC_STR("a"), &b) == &a && mc_map_count(m) == 1, "replacing returns the old value");
    ok(mc_map_get(m, MC_STR("a")) == &b, "the new one is there");
    ok(!mc_map_put(m, (struct mc_str){"a\0x", 3}, &a) && mc_map_count(m) == 2, "keys are bytes, not C strings");
    ok(!mc_map_put(m, MC_STR_NONE, &a) && mc_map_get(m, MC_STR("")) == &a, "the empty key");
    char volatile_key[] = "gone";
    mc_map_put(m, mc_str_of(volatile_key), &a);
    volatile_key[0] = 'x';
    ok(mc_map_get(m, MC_STR("gone")) == &a, "keys are copied");
    ok(mc_map_del(m, MC_STR("a")) == &b && !mc_map_get(m, MC_STR("a")) && mc_map_count(m) == 3, "delete");
    mc_map_free(m, count_free);
    is_int(freed, 3, "free calls for each value that is left");
    mc_map_free(NULL, count_free);
    m = mc_map_new();
    mc_map_put(m, MC_STR("x"), &a);
    mc_map_free(m, NULL);
}

/* Against a plain array, through growth, deletion and reuse. */
static void many(void)
{
    enum { KEYS = 2000 };
    static char values[KEYS];
    static bool there[KEYS];
    struct mc_map *m = mc_map_new();
    unsigned rnd = 12345, wrong = 0, live = 0;
    char buf[16];
    for (int step = 0; step < 50000; step++) {
        rnd = rnd * 1103515245 + 12345;
        unsigned k = rnd / 65536 % KEYS;
        struct mc_str key = key_of(k, buf);
        if (rnd / 7 % 3) {
            wrong += mc_map_put(m, key, &values[k]) != (there[k] ? &values[k] : NULL);
            live += !there[k];
            there[k] = true;
        } else {
            wrong += mc_map_del(m, key) != (there[k] ? &values[k] : NULL);
            live -= there[k];
            there[k] = false;
        }
        wrong += mc_map_count(m) != live;
    }
    for (unsigned k = 0; k < KEYS; k++)
        wrong += mc_map_get(m, key_of(k, buf)) != (there[k] ? &values[k] : NULL);
    is_int(wrong, 0, "many puts and deletes");
    mc_map_free(m, NULL);
}

static void order(void)
{
    static char values[100];
    struct mc_map *m = mc_map_new();
    char buf[16];
    struct mc_str key;
    void *value;
    for (unsigned i = 0; i < 100; i++)
        mc_map_put(m, key_of(i, buf), &values[i]);
    unsigned n = 0, wrong = 0;
    for (size_t i = 0; mc_map_next(m, &i, &key, &value); n++)
        wrong += value != &values[n] || !mc_str_eq(key, key_of(n, buf)) || key.p[key.n] != '\0';
    is_int(n, 100, "all entries");
    is_int(wrong, 0, "in the order of insertion, keys terminated");

    n = 0;
    for (size_t i = 0; mc_map_next(m, &i, &key, &value); n++)
        if (n % 2)
            mc_map_del(m, key);
    is_int(n, 100, "deleting the current entry skips none");
    is_int(mc_map_count(m), 50, "half are left");
    mc_map_put(m, MC_STR("key1"), &values[1]);
    mc_map_put(m, MC_STR("key0"), &values[0]);
    void *last = NULL, *first = NULL;
    for (size_t i = 0; mc_map_next(m, &i, NULL, &value);) {
        first = first ? first : value;
        last = value;
    }
    ok(first == &values[0] && last == &values[1], "a replaced entry keeps its place, a new one is last");
    mc_map_free(m, NULL);
}

int main(void)
{
    basics();
    many();
    order();
    return done_testing();
}
