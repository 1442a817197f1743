/* Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with a random nonce for each text. */
#ifndef MC_BASE_AEAD_H
#define MC_BASE_AEAD_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_AEAD_KEY_LEN 32
#define MC_AEAD_OVERHEAD 28 /* bytes that the sealed text is longer: nonce and tag */

/* Appends nonce, ciphertext, tag. bound_to: what the text belongs to; it is not in the text, and has to be given again to open it. */
void mc_aead_close(const unsigned char key[MC_AEAD_KEY_LEN], struct mc_str plain,
                   struct mc_str bound_to, struct mc_buf *out);
/* Appends the plain text; false, with nothing appended, when it was sealed with another key, for something else, or was changed. */
bool mc_aead_open(const unsigned char key[MC_AEAD_KEY_LEN], struct mc_str sealed,
                  struct mc_str bound_to, struct mc_buf *out) MC_CHECK;

#endif
