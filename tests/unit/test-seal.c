#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/seal.h"
#include "tests/tap.h"

#define PLAIN MC_STR("call 7, round 1")
#define BOUND MC_STR("ada|work|tools/call")
#define EXPIRES 1000

static struct mc_buf sealed = MC_BUF_INIT(MC_SEAL_TEXT_MAX), opened = MC_BUF_INIT(MC_SEAL_TEXT_MAX);

static int open_it(const struct mc_seal *s, struct mc_str text, struct mc_str bound, uint64_t now)
{
    struct mc_err err = {0};

    mc_buf_clear(&opened);
    int rc = mc_seal_open(s, text, bound, now, &opened, &err);
    if ((rc != 0) != (err.code != 0) || (rc != 0 && opened.len != 0))
        return 1; /* nothing may come out of what does not open */
    return rc;
}

static void seal_it(const struct mc_seal *s, struct mc_str plain)
{
    mc_buf_clear(&sealed);
    mc_seal_close(s, plain, BOUND, EXPIRES, &sealed);
}

static void test_changes(const struct mc_seal *s)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
    int wrong = 0;

    seal_it(s, PLAIN);
    for (size_t i = 0; i < sealed.len; i++) {
        char was = sealed.data[i];
        for (const char *c = alphabet; *c; c++) {
            sealed.data[i] = *c;
            wrong += *c != was && open_it(s, mc_buf_str(&sealed), BOUND, 0) != -MC_E_DENIED;
        }
        sealed.data[i] = was;
    }
    is_int(wrong, 0, "no other character anywhere opens");
    for (size_t n = 0; n < sealed.len; n++)
        wrong += open_it(s, (struct mc_str){sealed.data, n}, BOUND, 0) != -MC_E_DENIED;
    is_int(wrong, 0, "no part of it opens");
    mc_buf_addc(&sealed, 'A');
    is_int(open_it(s, mc_buf_str(&sealed), BOUND, 0), -MC_E_DENIED, "something behind it");
}

static void test_lengths(const struct mc_seal *s)
{
    char plain[600];
    int wrong = 0;

    for (size_t n = 0; n < sizeof(plain); n++) {
        memset(plain, (int)n, sizeof(plain));
        seal_it(s, (struct mc_str){plain, n});
        wrong += open_it(s, mc_buf_str(&sealed), BOUND, 0) != 0 || opened.len != n || memcmp(opened.data ? opened.data : "", plain, n) != 0;
        wrong += strspn(sealed.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != sealed.len;
    }
    is_int(wrong, 0, "every length comes back, as base64url");
}

int main(void)
{
    struct mc_seal *s = mc_seal_new(), *other = mc_seal_new();
    struct mc_buf first = MC_BUF_INIT(MC_SEAL_TEXT_MAX), huge = MC_BUF_INIT(3 * MC_SEAL_TEXT_MAX);

    mc_seal_close(s, PLAIN, BOUND, EXPIRES, &first);
    is_int(open_it(s, mc_buf_str(&first), BOUND, 0), 0, "it opens");
    is_str(opened.data, PLAIN.p, "and holds what was sealed");
    is_int(open_it(s, mc_buf_str(&first), BOUND, EXPIRES - 1), 0, "until it expires");
    is_int(open_it(s, mc_buf_str(&first), BOUND, EXPIRES), -MC_E_TIMEOUT, "and not afterwards");
    is_int(open_it(s, mc_buf_str(&first), MC_STR("bob|work|tools/call"), 0), -MC_E_DENIED, "not for somebody else");
    is_int(open_it(s, mc_buf_str(&first), MC_STR_NONE, 0), -MC_E_DENIED, "not for nobody");
    is_int(open_it(other, mc_buf_str(&first), BOUND, 0), -MC_E_DENIED, "not under other keys");
    is_int(open_it(s, MC_STR_NONE, BOUND, 0), -MC_E_DENIED, "nothing at all");
    seal_it(s, PLAIN);
    ok(!mc_str_eq(mc_buf_str(&sealed), mc_buf_str(&first)), "sealed again it looks different");
    ok(!memmem(sealed.data, sealed.len, "Y2FsbCA3", 8), "and the plain text is not in it");
    mc_seal_close(s, PLAIN, MC_STR_NONE, EXPIRES, &huge);
    is_int(open_it(s, mc_buf_str(&huge), MC_STR_NONE, 0), 0, "bound to nothing");
    while (huge.len <= 2 * MC_SEAL_TEXT_MAX)
        mc_buf_addc(&huge, 'A');
    is_int(open_it(s, mc_buf_str(&huge), MC_STR_NONE, 0), -MC_E_DENIED, "a text that is too long is not looked at");
    test_changes(s);
    test_lengths(s);

    for (int i = 1; i < MC_SEAL_KEYS_MAX; i++)
        mc_seal_rotate(s);
    is_int(open_it(s, mc_buf_str(&first), BOUND, 0), 0, "older keys still open");
    mc_seal_rotate(s);
    is_int(open_it(s, mc_buf_str(&first), BOUND, 0), -MC_E_DENIED, "until there are too many");
    seal_it(s, PLAIN);
    is_int(open_it(s, mc_buf_str(&sealed), BOUND, 0), 0, "the newest key is used");

    mc_buf_done(&first);
    mc_buf_done(&huge);
    mc_buf_done(&sealed);
    mc_buf_done(&opened);
    mc_seal_free(s);
    mc_seal_free(other);
    return done_testing();
}
