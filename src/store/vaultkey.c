#include "store/vaultkey.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/rand.h"
#include "store/private.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#define KEY_NAME "secrets.key"
#define UNLOCKED_NAME "secrets.unlocked"
#define SALT_LEN 16
#define KEY_TEXT_MAX 64 /* of a key in base64url */
/* 32 MiB and about 0.1 s for each guess */
#define SCRYPT_N 32768
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEM (256u << 20)

#define REMEDY_KEY "chmod 600 it, and change what it protects if others may have read it"

static int key_path(enum mc_vaultkey_place place, char **ret, struct mc_err *err)
{
    return place == MC_VAULTKEY_UNLOCKED ? mc_path_in(MC_DIR_RUNTIME, UNLOCKED_NAME, ret, err)
                                         : mc_path_in(MC_DIR_CONFIG, KEY_NAME, ret, err);
}

int mc_vaultkey_read(enum mc_vaultkey_place place, unsigned char key[MC_AEAD_KEY_LEN],
                     struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf raw = MC_BUF_INIT(KEY_TEXT_MAX);
    size_t n = 0;
    int ret = key_path(place, &path, err);

    if (ret == 0)
        ret = mc_private_check(path, 077, REMEDY_KEY, err);
    if (ret == 0)
        ret = mc_io_read(path, KEY_TEXT_MAX, &text, &n, err);
    if (ret == -MC_E_NOT_FOUND)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          place == MC_VAULTKEY_UNLOCKED
                              ? "the secrets are locked: run `mcpctl secret unlock`"
                              : "%s, which opens the secrets, is missing",
                          path);
    if (ret < 0)
        return ret;
    while (n && text[n - 1] == '\n')
        n--;
    if (!mc_base64_decode(MC_BASE64URL, (struct mc_str){text, n}, &raw) ||
        raw.len != MC_AEAD_KEY_LEN)
        return mc_err_set(err, MC_E_DENIED, "%s holds no key", path);
    memcpy(key, raw.data, MC_AEAD_KEY_LEN);
    explicit_bzero(raw.data, raw.len);
    if (text)
        explicit_bzero(text, n);
    return 0;
}

int mc_vaultkey_write(enum mc_vaultkey_place place, const unsigned char key[MC_AEAD_KEY_LEN],
                      struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(KEY_TEXT_MAX);
    int ret = mc_path_ensure(place == MC_VAULTKEY_UNLOCKED ? MC_DIR_RUNTIME : MC_DIR_CONFIG, err);

    if (ret == 0)
        ret = key_path(place, &path, err);
    if (ret < 0)
        return ret;
    mc_base64_add(MC_BASE64URL, (struct mc_str){(const char *)key, MC_AEAD_KEY_LEN}, &text);
    mc_buf_addc(&text, '\n');
    ret = mc_io_replace(path, text.data, text.len, 0600, err);
    explicit_bzero(text.data, text.len);
    return ret;
}

int mc_vaultkey_derive(const cJSON *recipe, const char *passphrase,
                       unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf salt = MC_BUF_INIT(KEY_TEXT_MAX);
    const char *text = mc_doc_str(recipe, "salt");
    double n = mc_doc_num(recipe, "n", 0), r = mc_doc_num(recipe, "r", 0),
           p = mc_doc_num(recipe, "p", 0);

    if (!text || !mc_base64_decode(MC_BASE64URL, mc_str_of(text), &salt) || n < 2 || r < 1 ||
        p < 1 ||
        EVP_PBE_scrypt(passphrase, strlen(passphrase), (const unsigned char *)salt.data, salt.len,
                       (uint64_t)n, (uint64_t)r, (uint64_t)p, SCRYPT_MEM, key,
                       MC_AEAD_KEY_LEN) != 1)
        return mc_err_set(err, MC_E_DENIED, "what the passphrase is checked with is damaged");
    return 0;
}

int mc_vaultkey_ensure(unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err)
{
    int ret = mc_vaultkey_read(MC_VAULTKEY_FILE, key, err);

    if (ret != -MC_E_NOT_FOUND)
        return ret;
    mc_random(key, MC_AEAD_KEY_LEN);
    return mc_vaultkey_write(MC_VAULTKEY_FILE, key, err);
}

int mc_vaultkey_forget(struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    int ret = key_path(MC_VAULTKEY_UNLOCKED, &path, err);

    if (ret == 0 && unlink(path) < 0 && errno != ENOENT)
        ret = mc_err_sys(err, errno, "cannot remove %s", path);
    return ret;
}

cJSON *mc_vaultkey_recipe(void)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(KEY_TEXT_MAX);
    cJSON *recipe = mc_doc_object();
    char salt[SALT_LEN];

    mc_random(salt, sizeof(salt));
    mc_base64_add(MC_BASE64URL, (struct mc_str){salt, sizeof(salt)}, &text);
    mc_doc_add_str(recipe, "kind", "scrypt");
    mc_doc_add_num(recipe, "n", SCRYPT_N);
    mc_doc_add_num(recipe, "r", SCRYPT_R);
    mc_doc_add_num(recipe, "p", SCRYPT_P);
    mc_doc_add_str(recipe, "salt", text.data);
    return recipe;
}
