/* Random bytes and digests. */
#ifndef MC_BASE_RAND_H
#define MC_BASE_RAND_H

#include "base/fwd.h"
#include "base/str.h"

void mc_random(void *out, size_t n); /* getrandom(); aborts if the kernel has none */
/* Hex text of n random bytes; out holds 2n+1. */
void mc_random_hex(char *out, size_t n);

#define MC_SHA256_LEN 32
#define MC_SHA256_HEX 65 /* with the NUL */
void mc_sha256(const void *p, size_t n, unsigned char out[MC_SHA256_LEN]);
void mc_sha256_hex(struct mc_str s, char out[MC_SHA256_HEX]);
/* Constant-time comparison for tokens; different lengths are unequal. */
bool mc_secret_eq(struct mc_str a, struct mc_str b);

#endif
