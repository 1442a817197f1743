#include "base/seal.h"
#include "base/aead.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/rand.h"

#include <openssl/crypto.h>

#define ID_LEN 4
#define EXPIRY_LEN 8
#define RAW_MAX (MC_SEAL_TEXT_MAX / 4 * 3)

struct key {
    unsigned char id[ID_LEN];
    unsigned char secret[MC_AEAD_KEY_LEN];
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

/* What a key seals is bound to the key's id, too. */
static void binding(const struct key *key, struct mc_str bound_to, struct mc_buf *out)
{
    mc_buf_add(out, key->id, ID_LEN);
    mc_buf_adds(out, bound_to);
}

void mc_seal_close(const struct mc_seal *s, struct mc_str plain, struct mc_str bound_to,
                   uint64_t expires_ms, struct mc_buf *out)
{
    const struct key *key = &s->keys[0];
    struct mc_buf bound = MC_BUF_INIT(ID_LEN + bound_to.n), raw = MC_BUF_INIT(RAW_MAX),
                  inner = MC_BUF_INIT(RAW_MAX);

    for (int i = 0; i < EXPIRY_LEN; i++)
        mc_buf_addc(&inner, (char)(expires_ms >> (56 - 8 * i)));
    mc_buf_adds(&inner, plain);
    binding(key, bound_to, &bound);
    mc_buf_add(&raw, key->id, ID_LEN);
    mc_aead_close(key->secret, mc_buf_str(&inner), mc_buf_str(&bound), &raw);
    MC_ASSERT(!raw.failed && !inner.failed);
    mc_base64_add(MC_BASE64URL, mc_buf_str(&raw), out);
    mc_buf_done(&bound);
    mc_buf_done(&inner);
    mc_buf_done(&raw);
}

/* Appends expiry and plain text. */
static bool unseal(const struct mc_seal *s, struct mc_str text, struct mc_str bound_to,
                   struct mc_buf *inner)
{
    struct mc_buf bound = MC_BUF_INIT(ID_LEN + bound_to.n), raw = MC_BUF_INIT(RAW_MAX);
    const struct key *key = NULL;
    bool good = false;

    if (text.n <= MC_SEAL_TEXT_MAX && mc_base64_decode(MC_BASE64URL, text, &raw) &&
        raw.len >= ID_LEN + MC_AEAD_OVERHEAD + EXPIRY_LEN)
        key = find_key(s, (const unsigned char *)raw.data);
    if (key) {
        binding(key, bound_to, &bound);
        good = mc_aead_open(key->secret, (struct mc_str){raw.data + ID_LEN, raw.len - ID_LEN},
                            mc_buf_str(&bound), inner);
    }
    mc_buf_done(&bound);
    mc_buf_done(&raw);
    return good;
}

int mc_seal_open(const struct mc_seal *s, struct mc_str text, struct mc_str bound_to,
                 uint64_t now_ms, struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf inner = MC_BUF_INIT(RAW_MAX);
    uint64_t expires = 0;

    if (!unseal(s, text, bound_to, &inner))
        return mc_err_set(err, MC_E_DENIED, "it was not given for this, or it was changed");
    for (int i = 0; i < EXPIRY_LEN; i++)
        expires = expires << 8 | (unsigned char)inner.data[i];
    if (now_ms >= expires)
        return mc_err_set(err, MC_E_TIMEOUT, "it has expired");
    if (mc_buf_add(out, inner.data + EXPIRY_LEN, inner.len - EXPIRY_LEN))
        return mc_err_set(err, MC_E_TOO_BIG, "it is too large");
    return 0;
}
