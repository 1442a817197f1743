/* Inside of config/: one file while it is being read. */
#ifndef MC_CONFIG_READER_H
#define MC_CONFIG_READER_H

#include "base/buf.h"
#include "base/fwd.h"
#include "config/build.h"
#include "json/jsonc.h"
#include "json/scan.h"

struct mc_key;

struct mc_reader {
    struct mc_config *config;
    const struct mc_source *source;
    const char *file;
    struct mc_str text; /* as it stands in the file */
    struct mc_jsonc doc;
    struct mc_buf path; /* where we are: "mcpServers.github.args[2]" */
    size_t errors;
    /* The last place that was asked for: most are asked for in order. */
    size_t place_off;
    unsigned place_line, place_col;
};

/* at: a span of doc. The message, which is taken, gets the path in front. */
void mc_reader_report(struct mc_reader *r, enum mc_severity severity, struct mc_str at, char *msg);
void mc_reader_place(struct mc_reader *r, struct mc_str at, struct mc_origin *ret);
/* Goes into a member; the return value is for mc_reader_leave. */
size_t mc_reader_enter(struct mc_reader *r, const char *name);
size_t mc_reader_enter_item(struct mc_reader *r, size_t index);
void mc_reader_leave(struct mc_reader *r, size_t where);

/* values.c: checks a value against its key and stores it below base. Reports what is wrong. */
void mc_reader_value(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, void *base);
/* All members of an object, by a table; what is not in it is warned about. */
void mc_reader_members(struct mc_reader *r, const struct mc_key *table, struct mc_jval object,
                       void *base);
/* The name of a member, caller frees; NULL when it was reported. */
char *mc_reader_name(struct mc_reader *r, struct mc_str key);
const char *mc_reader_kind(struct mc_jval v); /* "a number" */

#endif
