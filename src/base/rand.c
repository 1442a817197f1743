#include "base/rand.h"
#include "base/err.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sys/random.h>

void mc_random(void *out, size_t n)
{
    unsigned char *next = out;
    while (n > 0) {
        ssize_t got = getrandom(next, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        MC_ASSERT(got > 0);
        next += got;
        n -= (size_t)got;
    }
}

static void hex(const unsigned char *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

void mc_random_hex(char *out, size_t n)
{
    unsigned char bytes[64];
    while (n > 0) {
        size_t part = n < sizeof(bytes) ? n : sizeof(bytes);
        mc_random(bytes, part);
        hex(bytes, part, out);
        out += 2 * part;
        n -= part;
    }
    *out = '\0';
}

/* The one-shot call: libcrypto sets itself up at the first one and not before. */
void mc_sha256(const void *p, size_t n, unsigned char out[MC_SHA256_LEN])
{
    unsigned len = 0;
    int done = EVP_Digest(p, n, out, &len, EVP_sha256(), NULL);
    MC_ASSERT(done == 1 && len == MC_SHA256_LEN);
}

void mc_sha256_hex(struct mc_str s, char out[MC_SHA256_HEX])
{
    unsigned char digest[MC_SHA256_LEN];
    mc_sha256(s.p, s.n, digest);
    hex(digest, sizeof(digest), out);
}

bool mc_secret_eq(struct mc_str a, struct mc_str b)
{
    volatile unsigned char differ = 0;
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        differ |= (unsigned char)(a.p[i] ^ b.p[i]);
    return differ == 0;
}
