/* store/kv: what is kept, for how long, and how much. The clock is the test's: --wrap=mc_now_ms. */
#include "store/kv.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/time.h"
#include "tests/tap.h"

static uint64_t now = 1000;
uint64_t __wrap_mc_now_ms(void);
uint64_t __wrap_mc_now_ms(void)
{
    return now;
}

static char got[64];
static unsigned answers;

static void on_got(void *arg, struct mc_str value)
{
    (void)arg;
    answers++;
    snprintf(got, sizeof(got), value.p ? "%.*s" : "(nothing)", MC_STR_ARG(value));
}

static const char *get(struct mc_kv *kv, const char *key)
{
    mc_kv_get(kv, key, on_got, NULL);
    return got;
}

static int put(struct mc_kv *kv, const char *key, const char *value, uint64_t ttl_ms)
{
    return mc_kv_put(kv, key, mc_str_of(value), ttl_ms);
}

static void test_values(void)
{
    struct mc_kv *kv = mc_kv_memory_new(10);
    is_str(get(kv, "a"), "(nothing)", "what is not there");
    is_int(answers, 1, "is an answer");
    is_int(put(kv, "a", "one", 100), 0, "a value");
    is_str(get(kv, "a"), "one", "comes back");
    is_str(get(kv, "A"), "(nothing)", "under its own key");
    put(kv, "a", "another", 100);
    is_str(get(kv, "a"), "another", "and is replaced");
    is_int(mc_kv_put(kv, "empty", MC_STR(""), 100), 0, "an empty value");
    is_str(get(kv, "empty"), "", "is one");
    mc_kv_del(kv, "a");
    mc_kv_del(kv, "a");
    is_str(get(kv, "a"), "(nothing)", "what is deleted is gone");
    mc_kv_free(kv);
    mc_kv_free(NULL);
}

static void test_expiry(void)
{
    struct mc_kv *kv = mc_kv_memory_new(10);
    put(kv, "a", "v", 100);
    now += 99;
    is_str(get(kv, "a"), "v", "it lasts so long");
    put(kv, "a", "w", 100);
    now += 99;
    is_str(get(kv, "a"), "w", "from when it was put last");
    now += 1;
    is_str(get(kv, "a"), "(nothing)", "and no longer");
    is_int(put(kv, "a", "x", 0), 0, "one that is over at once");
    is_str(get(kv, "a"), "(nothing)", "never is there");
    mc_kv_free(kv);
}

static void test_bounds(void)
{
    struct mc_kv *kv = mc_kv_memory_new(3);
    char *big = mc_calloc(1, MC_KV_VALUE_MAX + 1);
    is_int(put(kv, "a", "1", 100) | put(kv, "b", "2", 1000) | put(kv, "c", "3", 1000), 0, "three");
    is_int(put(kv, "d", "4", 1000), -MC_E_TOO_BIG, "a fourth does not fit");
    is_str(get(kv, "d"), "(nothing)", "and is not there");
    is_int(put(kv, "b", "two", 1000), 0, "one that is there can be replaced");
    now += 100;
    is_int(put(kv, "d", "4", 1000), 0, "what has expired gives way");
    ok(strcmp(get(kv, "b"), "two") == 0 && strcmp(get(kv, "c"), "3") == 0 &&
           strcmp(get(kv, "d"), "4") == 0,
       "and nothing else");
    memset(big, 'x', MC_KV_VALUE_MAX + 1);
    is_int(mc_kv_put(kv, "b", (struct mc_str){big, MC_KV_VALUE_MAX + 1}, 1000), -MC_E_TOO_BIG,
           "a value that is too large");
    is_str(get(kv, "b"), "two", "leaves the old one");
    is_int(mc_kv_put(kv, "b", (struct mc_str){big, MC_KV_VALUE_MAX}, 1000), 0, "the largest");
    mc_free(big);
    mc_kv_free(kv);
}

int main(void)
{
    test_values();
    test_expiry();
    test_bounds();
    return done_testing();
}
