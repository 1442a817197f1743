/* The arguments of `mcpctl call` as one JSON object. Pure.
 *
 * NAME=VALUE takes the type that the tool's inputSchema gives NAME; where it allows text, or is silent, VALUE is text.
 * NAME:=JSON is taken as it is, so numbers keep every digit. Both go over what --args gave. */
#ifndef MC_CLI_CALLARGS_H
#define MC_CLI_CALLARGS_H

#include "base/buf.h"
#include "base/fwd.h"
#include "json/scan.h"

#define MC_CALLARGS_MAX (64u << 20)

/* Does any word need the schema? */
bool mc_callargs_need_schema(const char *const *words, size_t n);
/* base: the object of --args, strict JSON already, or empty. schema: type MC_JSON_NONE when it is not known. -MC_E_USAGE names the word. */
int mc_callargs_build(struct mc_str base, const char *const *words, size_t n, struct mc_jval schema,
                      struct mc_buf *out, struct mc_err *err);

#endif
