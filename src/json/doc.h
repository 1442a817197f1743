/* Trees, for cold paths: management answers, state files, CLI output. Only json/ and its callers that build output
 * include cJSON; a tree never re-prints a user's file or a forwarded message (it damages numbers).
 * The strict scanner runs before cJSON parses anything. */
#ifndef MC_JSON_DOC_H
#define MC_JSON_DOC_H

#include "base/fwd.h"
#include "base/str.h"
#include <cjson/cJSON.h>

/* Strict check, then a tree; NULL and err on failure, which \u0000 and half a surrogate pair are here too: a tree cannot hold them.
 * Caller frees with mc_doc_free. Installs our allocator on first use. */
cJSON *mc_doc_parse(struct mc_str text, struct mc_err *err);
cJSON *mc_doc_object(void);
cJSON *mc_doc_array(void);
void mc_doc_free(cJSON *doc);
void mc_doc_freep(cJSON **doc);
/* Reads: NULL, 0 or false when absent or of another type. Names are case-sensitive. Strings are borrowed from the tree. */
const cJSON *mc_doc_get(const cJSON *obj, const char *name);
const char *mc_doc_str(const cJSON *obj, const char *name);
double mc_doc_num(const cJSON *obj, const char *name, double otherwise);
bool mc_doc_bool(const cJSON *obj, const char *name, bool otherwise);
/* Writes into an object (name) or array (name NULL). mc_doc_add takes child. */
cJSON *mc_doc_add(cJSON *parent, const char *name, cJSON *child);
cJSON *mc_doc_add_str(cJSON *parent, const char *name, const char *value); /* NULL value: JSON null */
cJSON *mc_doc_add_num(cJSON *parent, const char *name, double value);
cJSON *mc_doc_add_bool(cJSON *parent, const char *name, bool value);
cJSON *mc_doc_add_raw(cJSON *parent, const char *name, struct mc_str json); /* pastes bytes that the scanner accepted */
/* Text, caller frees. pretty: two spaces of indent, sorted as built. */
char *mc_doc_print(const cJSON *doc, bool pretty);

#endif
