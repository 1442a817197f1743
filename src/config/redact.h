/* Secrets that were written into a config in clear: found by the names of what holds them, and by how tokens look. References
 * (${secret:NAME}) are no secrets, and are shown. */
#ifndef MC_CONFIG_REDACT_H
#define MC_CONFIG_REDACT_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_REDACTED "********"

/* Does a variable, header or option of this name hold a secret? */
bool mc_redact_name(struct mc_str name);
/* A copy of text, with MC_REDACTED in the place of what is secret in it. name: of what holds it, or "". Caller frees. */
char *mc_redact(struct mc_str name, const char *text);

#endif
