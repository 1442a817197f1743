#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/tap.h"

/* AddressSanitizer: let an absurd size fail as it does without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void growing(void)
{
    struct mc_buf b = MC_BUF_INIT(1000);
    ok(b.data == NULL && b.len == 0 && mc_buf_str(&b).n == 0, "an empty buffer owns nothing");
    is_int(mc_buf_addz(&b, "abc"), 0, "addz");
    is_int(mc_buf_addc(&b, 'd'), 0, "addc");
    is_int(mc_buf_adds(&b, MC_STR("ef")), 0, "adds");
    is_int(mc_buf_addf(&b, "%d-%s", 42, "x"), 0, "addf");
    is_int(mc_buf_add(&b, NULL, 0), 0, "nothing");
    is_str(b.data, "abcdef42-x", "all of it");
    mc_buf_drop(&b, 6);
    is_str(b.data, "42-x", "drop");
    mc_buf_drop(&b, 4);
    is_str(b.data, "", "drop all");
    mc_buf_drop(&b, 0);
    char *s = mc_buf_steal(&b);
    is_str(s, "", "steal");
    ok(b.data == NULL && b.len == 0 && b.max == 1000, "nothing is left, the bound is");
    mc_free(s);
    s = mc_buf_steal(&b);
    is_str(s, "", "steal from an empty one");
    mc_free(s);
    mc_buf_done(&b);
    mc_buf_done(&b);
}

/* addf over every seam of the first allocations. */
static void formatting(void)
{
    int wrong = 0;
    for (int pre = 0; pre < 140; pre++)
        for (int n = 0; n < 140; n += 7) {
            struct mc_buf b = MC_BUF_INIT(1000);
            for (int i = 0; i < pre; i++)
                mc_buf_addc(&b, 'p');
            mc_buf_addf(&b, "%*s", n, "");
            wrong += b.len != (size_t)(pre + n) || (b.data && strlen(b.data) != b.len);
            mc_buf_done(&b);
        }
    is_int(wrong, 0, "formatted text of every length behind text of every length");
}

static void bound(void)
{
    struct mc_buf b = MC_BUF_INIT(5);
    is_int(mc_buf_addz(&b, "12345"), 0, "exactly the bound fits");
    is_int(mc_buf_addc(&b, '6'), -MC_E_TOO_BIG, "one more does not");
    is_str(b.data, "12345", "the contents are intact");
    mc_buf_drop(&b, 5);
    is_int(mc_buf_addc(&b, 'x'), -MC_E_TOO_BIG, "a failure stays");
    ok(b.failed, "and is seen at the end");
    mc_buf_clear(&b);
    ok(!b.failed && b.len == 0, "until clear");
    is_int(mc_buf_addf(&b, "%s", "123456"), -MC_E_TOO_BIG, "addf above the bound");
    is_int(b.len, 0, "adds nothing");
    is_str(b.data, "", "and leaves the terminator");
    mc_buf_clear(&b);
    is_int(mc_buf_reserve(&b, SIZE_MAX), -MC_E_TOO_BIG, "an absurd size");
    mc_buf_clear(&b);
    is_int(mc_buf_reserve(&b, 5), 0, "room for the rest");
    is_int(mc_buf_addf(&b, "%s", "12345"), 0, "is there");
    mc_buf_done(&b);

    struct mc_buf none = MC_BUF_INIT(0);
    is_int(mc_buf_addz(&none, ""), 0, "nothing fits into nothing");
    is_int(mc_buf_addc(&none, 'x'), -MC_E_TOO_BIG, "but not a byte");
    mc_buf_done(&none);

    struct mc_buf endless = MC_BUF_INIT(SIZE_MAX - 1);
    is_int(mc_buf_addz(&endless, "x"), 0, "a bound that is none");
    is_int(mc_buf_reserve(&endless, SIZE_MAX / 8), -MC_E_TOO_BIG, "memory that is not there is an error, not an abort");
    is_str(endless.data, "x", "the contents are intact");
    mc_buf_done(&endless);
}

static void sharing(void)
{
    struct mc_bytes *b = mc_bytes_new("a\0b", 3);
    ok(b->len == 3 && memcmp(b->data, "a\0b", 4) == 0, "bytes with their terminator");
    ok(mc_bytes_ref(b) == b && b->refs == 2, "a second reference");
    mc_bytes_unref(b);
    is_int(b->refs, 1, "one less");
    mc_bytes_unref(b);
    mc_bytes_unref(NULL);
    b = mc_bytes_new(NULL, 10);
    ok(b->len == 10 && b->data[10] == '\0', "uninitialised ones");
    mc_bytes_unref(b);
}

int main(void)
{
    growing();
    formatting();
    bound();
    sharing();
    return done_testing();
}
