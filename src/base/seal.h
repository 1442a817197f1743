/* Bytes that are given away and must come back unread and unchanged: AES-256-GCM under keys that live as long as the process.
 *
 * A sealed text is base64url without padding: key id, nonce, ciphertext, tag. What it is bound to (who, for what) is additional data: it is not in the
 * text, and a text that is shown for anything else does not open. */
#ifndef MC_BASE_SEAL_H
#define MC_BASE_SEAL_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

#define MC_SEAL_KEYS_MAX 4    /* older ones are forgotten, and what they sealed with them */
#define MC_SEAL_TEXT_MAX 4096 /* longest text that is looked at */

struct mc_seal;

struct mc_seal *mc_seal_new(void); /* with one random key */
void mc_seal_free(struct mc_seal *s);
void mc_seal_rotate(
    struct mc_seal *s); /* seals with a new key from now on; the last MC_SEAL_KEYS_MAX still open */
/* Appends the sealed text. expires_ms: on the caller's clock, sealed with it. */
void mc_seal_close(const struct mc_seal *s, struct mc_str plain, struct mc_str bound_to,
                   uint64_t expires_ms, struct mc_buf *out);
/* Appends what was sealed. -MC_E_DENIED: not one of ours, changed, or bound to something else (which of these is not told); -MC_E_TIMEOUT: expired. */
int mc_seal_open(const struct mc_seal *s, struct mc_str text, struct mc_str bound_to,
                 uint64_t now_ms, struct mc_buf *out, struct mc_err *err) MC_CHECK;

#endif
