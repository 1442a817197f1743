/* The guard: run on every request before anything else, fails closed. Order: Host, Origin, caller.
 *
 * Host: loopback names (localhost, *.localhost, 127.0.0.0/8, [::1]) with any port, plus allowed_hosts; on the unix socket any Host.
 * Origin: absent, or http/https on a loopback name, or one of allowed_origins. "null", every other, and Sec-Fetch-Site: cross-site → 403.
 * Caller: on the unix socket by SO_PEERCRED, on loopback TCP by the owner of the peer's socket (http/peer.h). The hub's own user is let in;
 * anybody else needs "Authorization: Bearer <token>" and gets a 401 that says how. */
#ifndef MC_HTTP_GUARD_H
#define MC_HTTP_GUARD_H

#include "base/fwd.h"
#include "base/str.h"
#include <sys/types.h>

struct mc_http_req;
struct mc_guard;

/* Who a request is from: the answer of the first authenticator in the table that knows. */
enum mc_principal_kind { MC_PRINCIPAL_NONE, MC_PRINCIPAL_USER, MC_PRINCIPAL_TOKEN };
struct mc_principal {
    enum mc_principal_kind kind;
    char id[64]; /* "uid:1000", "token:<first 8 hex of its digest>"; stable, safe to log, the key that sessions are bound to */
};

struct mc_guard *mc_guard_new(uid_t self);
void mc_guard_free(struct mc_guard *g);
void mc_guard_allow_host(struct mc_guard *g, const char *host);
void mc_guard_allow_origin(struct mc_guard *g, const char *origin);
/* The bearer token that others need; NULL: nobody else is let in. Copied. */
void mc_guard_set_token(struct mc_guard *g, const char *token);

enum mc_guard_verdict { MC_GUARD_OK, MC_GUARD_FORBIDDEN, MC_GUARD_UNAUTHORIZED };
/* *why: static text for the error body. On OK *who is filled. */
enum mc_guard_verdict mc_guard_check(struct mc_guard *g, struct mc_http_req *r, struct mc_principal *who, const char **why);
/* Pure parts, for tests: */
bool mc_guard_host_is_loopback(struct mc_str host); /* with or without a port */
bool mc_guard_origin_ok(const struct mc_guard *g, struct mc_str origin);

#endif
