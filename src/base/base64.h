/* Base64 (RFC 4648): § 4, with padding, and § 5, base64url, without. Decoding is strict: one value has one spelling. */
#ifndef MC_BASE_BASE64_H
#define MC_BASE_BASE64_H

#include "base/fwd.h"
#include "base/str.h"

enum mc_base64 { MC_BASE64, MC_BASE64URL };

void mc_base64_add(enum mc_base64 kind, struct mc_str raw, struct mc_buf *out);
/* Appends the bytes; false when the text is not of that kind, or out is full. */
bool mc_base64_decode(enum mc_base64 kind, struct mc_str text, struct mc_buf *out);

#endif
