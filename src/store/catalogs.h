/* The catalog cache: what a server last said of itself, so that a cold hub answers lists before the server runs.
 * <state>/catalogs/<launch digest>.json, 0600, one strict JSON document made by backend/catalog.c; bounded in size and in number of files
 * (the least recently used are removed). A damaged or foreign file is ignored and removed. */
#ifndef MC_STORE_CATALOGS_H
#define MC_STORE_CATALOGS_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_CATALOG_FILE_MAX (32u << 20)
#define MC_CATALOG_FILES_MAX 512

/* Caller frees *ret. -MC_E_NOT_FOUND when there is none (or it was damaged). The text has passed the strict scanner. */
int mc_catalogs_get(const char *digest, char **ret, size_t *ret_len, struct mc_err *err);
int mc_catalogs_put(const char *digest, struct mc_str text, struct mc_err *err);

#endif
