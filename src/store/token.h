/* The bearer token for callers that the kernel does not know as us: <state>/token, 0600, made on first use (256 random bits, base64url-safe hex). */
#ifndef MC_STORE_TOKEN_H
#define MC_STORE_TOKEN_H

#include "base/fwd.h"

/* Caller frees. A token file that others can read is refused (-MC_E_DENIED, with what to do). */
int mc_token_get(char **ret, struct mc_err *err);
int mc_token_rotate(char **ret, struct mc_err *err);

#endif
