#include "base/seal.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/rand.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define KEY_LEN 32
#define ID_LEN 4
#define NONCE_LEN 12
#define TAG_LEN 16
#define EXPIRY_LEN 8
#define OVERHEAD (ID_LEN + NONCE_LEN + EXPIRY_LEN + TAG_LEN)
#define RAW_MAX (MC_SEAL_TEXT_MAX / 4 * 3)

struct key {
    unsigned char id[ID_LEN];
    unsigned char secret[KEY_LEN];
};
struct mc_seal {
    struct key keys[MC_SEAL_KEYS_MAX]; /* the newest first */
    unsigned n;
};

struct mc_seal *mc_seal_new(void)
{
    struct mc_seal *s = MC_NEW(struct mc_seal);

    mc_seal_rotate(s);
    return s;
}

void mc_seal_free(struct mc_seal *s)
{
    if (s)
        OPENSSL_cleanse(s, sizeof(*s));
    mc_free(s);
}

static const struct key *find_key(const struct mc_seal *s, const unsigned char id[ID_LEN])
{
    for (unsigned i = 0; i < s->n; i++)
        if (memcmp(s->keys[i].id, id, ID_LEN) == 0)
            return &s->keys[i];
    return NULL;
}

void mc_seal_rotate(struct mc_seal *s)
{
    struct key fresh;

    do
        mc_random(&fresh, sizeof(fresh));
    while (find_key(s, fresh.id));
    if (s->n < MC_SEAL_KEYS_MAX)
        s->n++;
    memmove(s->keys + 1, s->keys, (s->n - 1) * sizeof(s->keys[0]));
    s->keys[0] = fresh;
    OPENSSL_cleanse(&fresh, sizeof(fresh));
}

/* ---- base64url (RFC 4648 § 5), without padding ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(const unsigned char *p, size_t n, struct mc_buf *out)
{
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
                        (i + 2 < n ? p[i + 2] : 0);
        size_t chars = n - i >= 3 ? 4 : n - i + 1;
        for (size_t c = 0; c < chars; c++)
            mc_buf_addc(out, digits[bits >> (18 - 6 * c) & 63]);
    }
}

/* Strict: one text has one spelling only. Bytes written, or 0. */
static size_t decode(struct mc_str text, unsigned char out[RAW_MAX])
{
    uint32_t bits = 0;
    size_t n = 0;
    unsigned have = 0;

    if (text.n > MC_SEAL_TEXT_MAX || text.n % 4 == 1)
        return 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(digits, text.p[i]) : NULL;
        if (!at)
            return 0;
        bits = bits << 6 | (uint32_t)(at - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return bits & ((1u << have) - 1) ? 0 : n;
}

/* ---- the cipher ---- */

static void check(int done)
{
    MC_ASSERT(done == 1); /* libcrypto without AES-GCM, or without memory */
}

void mc_seal_close(const struct mc_seal *s, struct mc_str plain, struct mc_str bound_to,
                   uint64_t expires_ms, struct mc_buf *out)
{
    unsigned char raw[RAW_MAX], expiry[EXPIRY_LEN], *at = raw + ID_LEN + NONCE_LEN;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    MC_ASSERT(ctx && plain.n + OVERHEAD <= RAW_MAX);
    for (int i = 0; i < EXPIRY_LEN; i++)
        expiry[i] = (unsigned char)(expires_ms >> (56 - 8 * i));
    memcpy(raw, s->keys[0].id, ID_LEN);
    mc_random(raw + ID_LEN, NONCE_LEN);
    check(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, s->keys[0].secret, raw + ID_LEN));
    check(EVP_EncryptUpdate(ctx, NULL, &n, raw, ID_LEN));
    if (bound_to.n > 0)
        check(EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)bound_to.p, (int)bound_to.n));
    check(EVP_EncryptUpdate(ctx, at, &n, expiry, EXPIRY_LEN));
    at += n;
    if (plain.n > 0) {
        check(EVP_EncryptUpdate(ctx, at, &n, (const unsigned char *)plain.p, (int)plain.n));
        at += n;
    }
    check(EVP_EncryptFinal_ex(ctx, at, &n));
    check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, at));
    EVP_CIPHER_CTX_free(ctx);
    encode(raw, (size_t)(at - raw) + TAG_LEN, out);
}

/* Deciphers n bytes of raw in place; false unless the tag is right. */
static bool decipher(const struct key *key, unsigned char *raw, size_t n, struct mc_str bound_to)
{
    unsigned char *at = raw + ID_LEN + NONCE_LEN;
    int inner = (int)(n - ID_LEN - NONCE_LEN - TAG_LEN), len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    MC_ASSERT(ctx);
    check(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->secret, raw + ID_LEN));
    check(EVP_DecryptUpdate(ctx, NULL, &len, raw, ID_LEN));
    if (bound_to.n > 0)
        check(
            EVP_DecryptUpdate(ctx, NULL, &len, (const unsigned char *)bound_to.p, (int)bound_to.n));
    check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, at + inner));
    check(EVP_DecryptUpdate(ctx, at, &len, at, inner));
    bool good = EVP_DecryptFinal_ex(ctx, at + len, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

int mc_seal_open(const struct mc_seal *s, struct mc_str text, struct mc_str bound_to,
                 uint64_t now_ms, struct mc_buf *out, struct mc_err *err)
{
    unsigned char raw[RAW_MAX];
    size_t n = decode(text, raw);
    const struct key *key = n >= OVERHEAD ? find_key(s, raw) : NULL;
    uint64_t expires = 0;

    if (!key || !decipher(key, raw, n, bound_to))
        return mc_err_set(err, MC_E_DENIED, "it was not given for this, or it was changed");
    const unsigned char *at = raw + ID_LEN + NONCE_LEN;
    for (int i = 0; i < EXPIRY_LEN; i++)
        expires = expires << 8 | at[i];
    if (now_ms >= expires)
        return mc_err_set(err, MC_E_TIMEOUT, "it has expired");
    if (mc_buf_add(out, at + EXPIRY_LEN, n - OVERHEAD))
        return mc_err_set(err, MC_E_TOO_BIG, "it is too large");
    return 0;
}
