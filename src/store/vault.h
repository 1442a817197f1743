/* The file of secrets: <state>/secrets.json (0600). Each value is sealed by itself (AES-256-GCM, bound to its name), or stands in the OS keyring and
 * is only named here.
 *
 * The key is in <config>/secrets.key (0600), made on first use; a copy of one directory alone opens nothing. Or it is derived from a passphrase
 * (scrypt, RFC 7914): then it is kept in <runtime>/secrets.unlocked (0600, gone with the login session) from unlock until lock. Against programs that run
 * as the same user, a key file protects no better than the file's mode. */
#ifndef MC_STORE_VAULT_H
#define MC_STORE_VAULT_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_VAULT_SECRETS_MAX 1000
#define MC_VAULT_NAME_MAX 128
#define MC_VAULT_VALUE_MAX 65536

struct mc_vault;

/* Reads the file; none is an empty vault. change: under a lock that is held until it is closed. */
int mc_vault_open(bool change, struct mc_vault **ret, struct mc_err *err);
void mc_vault_close(struct mc_vault *v); /* NULL is fine; what was not saved is dropped */
int mc_vault_save(struct mc_vault *v, struct mc_err *err);

/* Names in the order in which they were made; NULL past the end. Borrowed. */
const char *mc_vault_name(const struct mc_vault *v, size_t i);
bool mc_vault_has(const struct mc_vault *v, const char *name);
bool mc_vault_in_keyring(const struct mc_vault *v, const char *name);
const char *mc_vault_changed(const struct mc_vault *v, const char *name); /* ISO 8601, UTC */
/* Appends the value. -MC_E_NOT_FOUND; -MC_E_DENIED: locked, or damaged. */
int mc_vault_get(const struct mc_vault *v, const char *name, struct mc_buf *out,
                 struct mc_err *err);
/* -MC_E_TOO_BIG above the bounds. */
int mc_vault_put(struct mc_vault *v, const char *name, struct mc_str value, struct mc_err *err);
int mc_vault_put_keyring(struct mc_vault *v, const char *name, struct mc_err *err);
void mc_vault_remove(struct mc_vault *v, const char *name);

/* Seals everything anew: under a key from this passphrase, or that of the key file (NULL). Save it then. */
int mc_vault_rekey(struct mc_vault *v, const char *passphrase, struct mc_err *err);
bool mc_vault_has_passphrase(const struct mc_vault *v);
/* Keeps the derived key until mc_vaultkey_forget(). -MC_E_DENIED: wrong passphrase. */
int mc_vault_unlock(const struct mc_vault *v, const char *passphrase, struct mc_err *err);

#endif
