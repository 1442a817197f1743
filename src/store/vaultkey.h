/* The key that opens the file of secrets (store/vault.h): where it is kept, and how a passphrase becomes one. */
#ifndef MC_STORE_VAULTKEY_H
#define MC_STORE_VAULTKEY_H

#include "base/aead.h"
#include "base/fwd.h"
#include "json/doc.h"

enum mc_vaultkey_place {
    MC_VAULTKEY_FILE,     /* <config>/secrets.key */
    MC_VAULTKEY_UNLOCKED, /* <runtime>/secrets.unlocked: one that was derived, until lock */
};

/* -MC_E_NOT_FOUND when there is none there (with what to do); -MC_E_DENIED when others may have read it. Callers overwrite key when they are done. */
int mc_vaultkey_read(enum mc_vaultkey_place place, unsigned char key[MC_AEAD_KEY_LEN],
                     struct mc_err *err);
int mc_vaultkey_write(enum mc_vaultkey_place place, const unsigned char key[MC_AEAD_KEY_LEN],
                      struct mc_err *err);
/* The one in the file, which is made when there is none. */
int mc_vaultkey_ensure(unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err);
int mc_vaultkey_forget(struct mc_err *err); /* the unlocked one */

/* How a passphrase is stretched: scrypt's parameters and a new salt, as an object for the file. */
cJSON *mc_vaultkey_recipe(void);
int mc_vaultkey_derive(const cJSON *recipe, const char *passphrase,
                       unsigned char key[MC_AEAD_KEY_LEN], struct mc_err *err);

#endif
