/* base64url (RFC 4648 § 5) without padding. */
#ifndef MC_BASE_BASE64_H
#define MC_BASE_BASE64_H

#include "base/fwd.h"
#include "base/str.h"

void mc_base64url_add(struct mc_str raw, struct mc_buf *out);
/* Appends the bytes; false when the text is not such a one (strict: one value has one spelling) or out is full. */
bool mc_base64url_decode(struct mc_str text, struct mc_buf *out);

#endif
