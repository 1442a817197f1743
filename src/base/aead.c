#include "base/aead.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rand.h"

#include <limits.h>
#include <openssl/evp.h>

#define NONCE_LEN 12
#define TAG_LEN 16

static void check(int done)
{
    MC_ASSERT(done == 1); /* libcrypto without AES-GCM, or without memory */
}

static unsigned char *room(struct mc_buf *out, size_t n)
{
    return mc_buf_reserve(out, n) ? NULL : (unsigned char *)out->data + out->len;
}

void mc_aead_close(const unsigned char key[MC_AEAD_KEY_LEN], struct mc_str plain,
                   struct mc_str bound_to, struct mc_buf *out)
{
    unsigned char nonce[NONCE_LEN], tag[TAG_LEN], *to = room(out, plain.n + MC_AEAD_OVERHEAD);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;

    MC_ASSERT(ctx && plain.n <= INT_MAX && bound_to.n <= INT_MAX);
    if (to) {
        mc_random(nonce, sizeof(nonce));
        check(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce));
        if (bound_to.n)
            check(EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)bound_to.p,
                                    (int)bound_to.n));
        if (plain.n)
            check(EVP_EncryptUpdate(ctx, to + NONCE_LEN, &n, (const unsigned char *)plain.p,
                                    (int)plain.n));
        check(EVP_EncryptFinal_ex(ctx, to + NONCE_LEN + plain.n, &n));
        check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag));
        memcpy(to, nonce, NONCE_LEN);
        memcpy(to + NONCE_LEN + plain.n, tag, TAG_LEN);
        out->len += plain.n + MC_AEAD_OVERHEAD;
        out->data[out->len] = '\0';
    }
    EVP_CIPHER_CTX_free(ctx);
}

bool mc_aead_open(const unsigned char key[MC_AEAD_KEY_LEN], struct mc_str sealed,
                  struct mc_str bound_to, struct mc_buf *out)
{
    const unsigned char *from = (const unsigned char *)sealed.p;
    size_t inner = sealed.n - MC_AEAD_OVERHEAD;
    unsigned char tag[TAG_LEN], *to;
    bool good;
    int n = 0;

    if (sealed.n < MC_AEAD_OVERHEAD || inner > INT_MAX || !(to = room(out, inner + TAG_LEN)))
        return false;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    MC_ASSERT(ctx);
    memcpy(tag, from + NONCE_LEN + inner, TAG_LEN);
    check(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, from));
    if (bound_to.n)
        check(EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)bound_to.p, (int)bound_to.n));
    check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag));
    if (inner)
        check(EVP_DecryptUpdate(ctx, to, &n, from + NONCE_LEN, (int)inner));
    good = EVP_DecryptFinal_ex(ctx, to + inner, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (good)
        out->len += inner;
    else
        explicit_bzero(to, inner);
    out->data[out->len] = '\0';
    return good;
}
