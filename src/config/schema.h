/* The tables of keys as text for others: a JSON schema for editors. */
#ifndef MC_CONFIG_SCHEMA_H
#define MC_CONFIG_SCHEMA_H

#include "base/fwd.h"

/* JSON Schema, draft 2020-12, of mcpctl's own config files; appends, indented. */
void mc_schema_json(struct mc_buf *out);

#endif
