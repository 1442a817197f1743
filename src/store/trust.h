/* Which servers of which repo the user has allowed to run: root → server name → digest of the unexpanded spec.
 * Kept in <state>/trust.json (0600), changed under a lock, replaced atomically. A file that cannot be read or parsed trusts nothing (and says so). */
#ifndef MC_STORE_TRUST_H
#define MC_STORE_TRUST_H

#include "base/fwd.h"

struct mc_server_spec;

enum mc_trust { MC_TRUST_NO, MC_TRUST_YES, MC_TRUST_CHANGED };

struct mc_trust_book;
/* Reads the file; a missing one is an empty book. *ret is always given: with an error it is a book that trusts nothing. */
int mc_trust_load(struct mc_trust_book **ret, struct mc_err *err);
void mc_trust_free(struct mc_trust_book *b);
/* Servers in which no layer of the repo has a say are always MC_TRUST_YES. */
enum mc_trust mc_trust_check(const struct mc_trust_book *b, const char *root,
                             const struct mc_server_spec *spec);
/* Some spec of that name was allowed, as it is now or as it was. */
bool mc_trust_knows(const struct mc_trust_book *b, const char *root, const char *server);
/* Each call locks, re-reads, changes, replaces. */
int mc_trust_grant(const char *root, const struct mc_server_spec *const *specs, size_t n,
                   struct mc_err *err);
int mc_trust_revoke(const char *root, const char *server /* NULL: all of the root */,
                    struct mc_err *err);

#endif
