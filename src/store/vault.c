#include "store/vault.h"
#include "base/aead.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/time.h"
#include "json/doc.h"
#include "store/private.h"
#include "store/vaultkey.h"

#include <string.h>

/* {"version": 1, "key": {"kind": "file"|"scrypt", "n", "r", "p", "salt"}, "check": sealed "", "secrets": {NAME: {"sealed": …, "changed": …}}} */
#define FILE_NAME "secrets.json"
#define LOCK_NAME "secrets.lock"
#define FILE_MAX (256u << 20)
#define VERSION 1

struct mc_vault {
    cJSON *doc;
    char *path;
    int lock;
};

/* ---- keys ---- */

static bool by_passphrase(const cJSON *doc)
{
    const char *kind = mc_doc_str(mc_doc_get(doc, "key"), "kind");

    return kind && strcmp(kind, "scrypt") == 0;
}

bool mc_vault_has_passphrase(const struct mc_vault *v)
{
    return by_passphrase(v->doc);
}

/* ---- sealing ---- */

static int unseal(const cJSON *entry, const char *member, const char *name,
                  const unsigned char key[MC_AEAD_KEY_LEN], struct mc_buf *out)
{
    struct mc_buf raw = MC_BUF_INIT(2 * MC_VAULT_VALUE_MAX);
    const char *text = mc_doc_str(entry, member);
    bool good = text && mc_base64_decode(MC_BASE64URL, mc_str_of(text), &raw) &&
                mc_aead_open(key, mc_buf_str(&raw), mc_str_of(name), out);

    mc_buf_done(&raw);
    return good ? 0 : -MC_E_DENIED;
}

static void seal(cJSON *entry, const char *member, const char *name, struct mc_str value,
                 const unsigned char key[MC_AEAD_KEY_LEN])
{
    struct mc_buf raw = MC_BUF_INIT(2 * MC_VAULT_VALUE_MAX),
                  text = MC_BUF_INIT(4 * MC_VAULT_VALUE_MAX);

    mc_aead_close(key, value, mc_str_of(name), &raw);
    mc_base64_add(MC_BASE64URL, mc_buf_str(&raw), &text);
    cJSON_DeleteItemFromObjectCaseSensitive(entry, member);
    mc_doc_add_str(entry, member, text.data);
    mc_buf_done(&raw);
    mc_buf_done(&text);
}

/* Is this the key of this file? */
static bool fits(const struct mc_vault *v, const unsigned char key[MC_AEAD_KEY_LEN])
{
    struct mc_buf none = MC_BUF_INIT(64);
    bool good = unseal(v->doc, "check", "", key, &none) == 0;

    mc_buf_done(&none);
    return good;
}

static int get_key(const struct mc_vault *v, unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err)
{
    struct mc_err why;
    int ret = mc_vaultkey_read(mc_vault_has_passphrase(v) ? MC_VAULTKEY_UNLOCKED : MC_VAULTKEY_FILE,
                               key, &why);

    if (ret < 0)
        return mc_err_set(err, ret == -MC_E_NOT_FOUND ? MC_E_DENIED : why.code, "%s", why.msg);
    if (!fits(v, key))
        return mc_err_set(err, MC_E_DENIED,
                          "%s was sealed with another key than the one that is here", v->path);
    return 0;
}

/* The key of this vault, which gets one when it has none yet. */
static int need_key(struct mc_vault *v, unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err)
{
    int ret;

    if (mc_doc_get(v->doc, "key"))
        return get_key(v, key, err);
    ret = mc_vaultkey_ensure(key, err);
    if (ret == 0) {
        mc_doc_add_str(mc_doc_add(v->doc, "key", mc_doc_object()), "kind", "file");
        seal(v->doc, "check", "", MC_STR(""), key);
    }
    return ret;
}

/* ---- the file ---- */

static int read_doc(const char *path, cJSON **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n = 0;
    int failed = mc_private_check(path, 077, "chmod 600 it", err);

    if (failed == 0)
        failed = mc_io_read(path, FILE_MAX, &text, &n, err);
    if (failed == -MC_E_NOT_FOUND) {
        *ret = mc_doc_object();
        mc_doc_add_num(*ret, "version", VERSION);
        mc_doc_add(*ret, "secrets", mc_doc_object());
        return 0;
    }
    if (failed < 0)
        return failed;
    *ret = mc_doc_parse((struct mc_str){text, n}, NULL);
    if (*ret && mc_doc_num(*ret, "version", 0) > VERSION)
        return mc_err_set(err, MC_E_CONFIG, "%s was written by a newer mcpctl: update this one",
                          path);
    if (!cJSON_IsObject(mc_doc_get(*ret, "secrets")))
        return mc_err_set(err, MC_E_CONFIG,
                          "%s is damaged: restore it from a backup, or remove it and set the "
                          "secrets anew",
                          path);
    return 0;
}

int mc_vault_open(bool change, struct mc_vault **ret, struct mc_err *err)
{
    struct mc_vault *v = MC_NEW(struct mc_vault);
    MC_CLEANUP(mc_freep) char *lock_path = NULL;
    int failed = mc_path_in(MC_DIR_STATE, FILE_NAME, &v->path, err);

    v->lock = -1;
    if (failed == 0 && change)
        failed = mc_path_ensure(MC_DIR_STATE, err);
    if (failed == 0 && change)
        failed = mc_path_in(MC_DIR_STATE, LOCK_NAME, &lock_path, err);
    if (failed == 0 && change)
        failed = mc_io_lock(lock_path, true, &v->lock, err);
    if (failed == 0)
        failed = read_doc(v->path, &v->doc, err);
    if (failed < 0) {
        mc_vault_close(v);
        v = NULL;
    }
    *ret = v;
    return failed;
}

void mc_vault_close(struct mc_vault *v)
{
    if (!v)
        return;
    mc_closep(&v->lock);
    mc_doc_free(v->doc);
    mc_free(v->path);
    mc_free(v);
}

int mc_vault_save(struct mc_vault *v, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *text = mc_doc_print(v->doc, true);

    MC_ASSERT(v->lock >= 0);
    return mc_io_replace(v->path, text, strlen(text), 0600, err);
}

/* ---- entries ---- */

static cJSON *entries(const struct mc_vault *v)
{
    return cJSON_GetObjectItemCaseSensitive(v->doc, "secrets");
}

static cJSON *entry(const struct mc_vault *v, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(entries(v), name);
}

const char *mc_vault_name(const struct mc_vault *v, size_t i)
{
    const cJSON *e = cJSON_GetArrayItem(entries(v), (int)i);

    return e ? e->string : NULL;
}

bool mc_vault_has(const struct mc_vault *v, const char *name)
{
    return entry(v, name) != NULL;
}

bool mc_vault_in_keyring(const struct mc_vault *v, const char *name)
{
    return mc_doc_bool(entry(v, name), "keyring", false);
}

const char *mc_vault_changed(const struct mc_vault *v, const char *name)
{
    return mc_doc_str(entry(v, name), "changed");
}

int mc_vault_get(const struct mc_vault *v, const char *name, struct mc_buf *out, struct mc_err *err)
{
    unsigned char key[MC_AEAD_KEY_LEN];
    int ret;

    if (!mc_vault_has(v, name))
        return mc_err_set(err, MC_E_NOT_FOUND, "there is no secret %s: run `mcpctl secret set %s`",
                          name, name);
    ret = get_key(v, key, err);
    if (ret == 0 && unseal(entry(v, name), "sealed", name, key, out) < 0)
        ret = mc_err_set(err, MC_E_DENIED, "the secret %s is damaged in %s: set it anew", name,
                         v->path);
    explicit_bzero(key, sizeof(key));
    return ret;
}

/* The entry of that name, new or emptied. */
static cJSON *renew(struct mc_vault *v, const char *name, struct mc_err *err)
{
    char now[MC_ISO_LEN];
    cJSON *e = entry(v, name);

    if (!e && cJSON_GetArraySize(entries(v)) >= MC_VAULT_SECRETS_MAX) {
        mc_err_set(err, MC_E_TOO_BIG, "there are %d secrets, no more are kept",
                   MC_VAULT_SECRETS_MAX);
        return NULL;
    }
    if (!e)
        e = mc_doc_add(entries(v), name, mc_doc_object());
    while (e->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(e, e->child));
    mc_iso_now(now);
    mc_doc_add_str(e, "changed", now);
    return e;
}

int mc_vault_put(struct mc_vault *v, const char *name, struct mc_str value, struct mc_err *err)
{
    unsigned char key[MC_AEAD_KEY_LEN];
    cJSON *e = NULL;
    int ret;

    if (value.n > MC_VAULT_VALUE_MAX)
        return mc_err_set(err, MC_E_TOO_BIG, "a secret has at most %d bytes, this one %zu",
                          MC_VAULT_VALUE_MAX, value.n);
    ret = need_key(v, key, err);
    if (ret == 0 && !(e = renew(v, name, err)))
        ret = -MC_E_TOO_BIG;
    if (ret == 0)
        seal(e, "sealed", name, value, key);
    explicit_bzero(key, sizeof(key));
    return ret;
}

int mc_vault_put_keyring(struct mc_vault *v, const char *name, struct mc_err *err)
{
    cJSON *e = renew(v, name, err);

    if (e)
        mc_doc_add_bool(e, "keyring", true);
    return e ? 0 : -MC_E_TOO_BIG;
}

void mc_vault_remove(struct mc_vault *v, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(entries(v), name);
}

/* ---- changing the key ---- */

static int reseal(struct mc_vault *v, const unsigned char from[MC_AEAD_KEY_LEN],
                  const unsigned char to[MC_AEAD_KEY_LEN], struct mc_err *err)
{
    cJSON *e;

    cJSON_ArrayForEach(e, entries(v))
    {
        struct mc_buf value = MC_BUF_INIT(2 * MC_VAULT_VALUE_MAX);
        if (mc_doc_bool(e, "keyring", false))
            continue;
        if (unseal(e, "sealed", e->string, from, &value) < 0)
            return mc_err_set(err, MC_E_DENIED, "the secret %s is damaged in %s: set it anew",
                              e->string, v->path);
        seal(e, "sealed", e->string, mc_buf_str(&value), to);
        if (value.data)
            explicit_bzero(value.data, value.len);
        mc_buf_done(&value);
    }
    seal(v->doc, "check", "", MC_STR(""), to);
    return 0;
}

/* The old key stays where it is until the file was saved: a crash in between loses nothing. */
int mc_vault_rekey(struct mc_vault *v, const char *passphrase, struct mc_err *err)
{
    unsigned char from[MC_AEAD_KEY_LEN], to[MC_AEAD_KEY_LEN];
    cJSON *how = passphrase ? mc_vaultkey_recipe() : mc_doc_object();
    int ret = need_key(v, from, err);

    if (ret == 0 && passphrase)
        ret = mc_vaultkey_derive(how, passphrase, to, err);
    else if (ret == 0)
        ret = mc_vaultkey_ensure(to, err);
    if (ret == 0)
        ret = reseal(v, from, to, err);
    if (ret == 0 && passphrase)
        ret = mc_vaultkey_write(MC_VAULTKEY_UNLOCKED, to, err);
    if (!passphrase)
        mc_doc_add_str(how, "kind", "file");
    if (ret == 0) {
        cJSON_DeleteItemFromObjectCaseSensitive(v->doc, "key");
        mc_doc_add(v->doc, "key", how);
    } else {
        mc_doc_free(how);
    }
    explicit_bzero(from, sizeof(from));
    explicit_bzero(to, sizeof(to));
    return ret;
}

int mc_vault_unlock(const struct mc_vault *v, const char *passphrase, struct mc_err *err)
{
    unsigned char key[MC_AEAD_KEY_LEN];
    int ret;

    if (!mc_vault_has_passphrase(v))
        return mc_err_set(err, MC_E_USAGE, "the secrets have no passphrase");
    ret = mc_vaultkey_derive(mc_doc_get(v->doc, "key"), passphrase, key, err);
    if (ret == 0 && !fits(v, key))
        ret = mc_err_set(err, MC_E_DENIED, "this is not the passphrase");
    if (ret == 0)
        ret = mc_vaultkey_write(MC_VAULTKEY_UNLOCKED, key, err);
    explicit_bzero(key, sizeof(key));
    return ret;
}
