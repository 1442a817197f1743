#include "base/rand.h"
#include "tests/tap.h"

int main(void)
{
    char hex[MC_SHA256_HEX];
    mc_sha256_hex(MC_STR("abc"), hex);
    is_str(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");
    mc_sha256_hex(MC_STR_NONE, hex);
    is_str(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256 of nothing");

    unsigned char a[300] = {0}, b[300] = {0};
    mc_random(a, sizeof(a));
    mc_random(b, sizeof(b));
    ok(memcmp(a, b, sizeof(a)) != 0, "random bytes differ");
    mc_random(a, 0);

    int wrong = 0;
    for (size_t n = 0; n < 150; n++) {
        char out[302];
        memset(out, '#', sizeof(out));
        mc_random_hex(out, n);
        wrong += strspn(out, "0123456789abcdef") != 2 * n || out[2 * n] != '\0' || out[2 * n + 1] != '#';
    }
    is_int(wrong, 0, "hex text of every length, and nothing behind it");

    ok(mc_secret_eq(MC_STR("token"), MC_STR("token")), "equal secrets");
    ok(!mc_secret_eq(MC_STR("token"), MC_STR("tokem")), "the last byte differs");
    ok(!mc_secret_eq(MC_STR("token"), MC_STR("Token")), "the first byte differs");
    ok(!mc_secret_eq(MC_STR("token"), MC_STR("toke")), "a prefix is not equal");
    ok(!mc_secret_eq(MC_STR("token"), MC_STR_NONE), "nothing is not equal");
    return done_testing();
}
