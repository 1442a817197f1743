/* Secrets by name, for ${secret:NAME} in the config. Values live in the OS keyring (org.freedesktop.secrets, asked by the helper mcpctl-keyring) where
 * one answers, else in the encrypted file of store/vault.h, which also knows all the names. Every read is written to <state>/secrets.log.
 *
 * These functions block, for the keyring up to MC_SECRETS_KEYRING_MS: not for the loop's thread. */
#ifndef MC_STORE_SECRETS_H
#define MC_STORE_SECRETS_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_SECRETS_KEYRING_MS 10000   /* the keyring may ask its user something, but not for ever */
#define MC_SECRETS_LOG_MAX (1u << 20) /* then it becomes secrets.log.1 */

/* Letters, digits, '_', '-' and '.', at most MC_VAULT_NAME_MAX. */
int mc_secrets_check_name(const char *name, struct mc_err *err);

/* The value as a NUL-terminated text, caller overwrites and frees it with mc_secrets_free. reader: who gets it, for the log: "server github of /repo".
 * -MC_E_NOT_FOUND; -MC_E_DENIED: locked or damaged; -MC_E_UNREACHABLE: it is in a keyring that does not answer. */
int mc_secrets_get(const char *name, const char *reader, char **ret, struct mc_err *err);
void mc_secrets_free(char *value);

enum mc_secrets_place { MC_SECRETS_ANYWHERE, MC_SECRETS_FILE, MC_SECRETS_KEYRING };
/* A new value, or one in place of the old; it must not hold a NUL byte. ANYWHERE: where it was, else the keyring if one answers. *ret_place: where it is now. */
int mc_secrets_set(const char *name, struct mc_str value, enum mc_secrets_place place,
                   enum mc_secrets_place *ret_place, struct mc_err *err);
int mc_secrets_remove(const char *name, struct mc_err *err);

#endif
