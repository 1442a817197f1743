/* Config as people are shown it: keys that they typed, places, origins. */
#ifndef MC_CLI_CONFVIEW_H
#define MC_CLI_CONFVIEW_H

#include "base/fwd.h"
#include "json/doc.h"

struct mc_node;

/* A key as typed, in the schema's spelling: 0, or -MC_E_USAGE. Release with mc_strv_done, also after an error. */
int mc_confview_key(const char *text, struct mc_strv *ret, struct mc_err *err);
/* -MC_E_USAGE: the schema has no such key, and what was probably meant. */
int mc_confview_unknown(const struct mc_strv *path, const char *text, struct mc_err *err);
/* A file's name as short as it can be: below the root, or below ~. Caller frees. */
char *mc_confview_file(const char *file, const char *root);
/* "file:line:col"; caller frees. */
char *mc_confview_place(const struct mc_node *n, const char *root);
/* Adds layer, org, file, line and column. */
void mc_confview_origin(const struct mc_node *n, cJSON *to);
/* The value on one line, without secrets; caller frees. */
char *mc_confview_value(const struct mc_node *n);

#endif
