#include "http/guard.h"
#include "http/internal.h"

#include "base/alloc.h"
#include "base/rand.h"

#include <arpa/inet.h>
#include <stdio.h>

#define HOST_MAX 255 /* longest DNS name */

struct mc_guard {
    uid_t self;
    struct mc_strv hosts, origins;
    char *token;
    char token_id[64];
};

struct mc_guard *mc_guard_new(uid_t self)
{
    struct mc_guard *g = MC_NEW(struct mc_guard);
    g->self = self;
    return g;
}

void mc_guard_free(struct mc_guard *g)
{
    if (!g)
        return;
    mc_strv_done(&g->hosts);
    mc_strv_done(&g->origins);
    mc_free(g->token);
    mc_free(g);
}

void mc_guard_allow_host(struct mc_guard *g, const char *host)
{
    mc_strv_push(&g->hosts, host);
}

void mc_guard_allow_origin(struct mc_guard *g, const char *origin)
{
    mc_strv_push(&g->origins, origin);
}

void mc_guard_set_token(struct mc_guard *g, const char *token)
{
    char hex[MC_SHA256_HEX];
    mc_free(g->token);
    g->token = token && *token ? mc_strdup(token) : NULL;
    if (!g->token)
        return;
    mc_sha256_hex(mc_str_of(token), hex);
    snprintf(g->token_id, sizeof(g->token_id), "token:%.8s", hex);
}

/* ---- names ---- */

/* "name:port", "[v6]:port" or without a port → the name, brackets kept, a final dot dropped. False: no such form. */
static bool split_port(struct mc_str s, struct mc_str *name)
{
    const char *close = s.n && s.p[0] == '[' ? memchr(s.p, ']', s.n) : NULL;
    if (s.n && s.p[0] == '[' && !close)
        return false;
    const char *from = close ? close + 1 : s.p, *end = s.p + s.n;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    if (close && from != (colon ? colon : end))
        return false;
    uint64_t port;
    if (colon &&
        (!mc_str_u64((struct mc_str){colon + 1, (size_t)(end - colon - 1)}, &port) || port > 65535))
        return false;
    *name = (struct mc_str){s.p, (size_t)((colon ? colon : end) - s.p)};
    if (!close && name->n > 1 && name->p[name->n - 1] == '.')
        name->n--;
    return name->n > 0 && name->n <= HOST_MAX;
}

/* Labels of letters, digits, hyphens and underscores, none of them empty. */
static bool is_dns_name(struct mc_str s)
{
    bool label = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
        if (!ok && (c != '.' || !label))
            return false;
        label = ok;
    }
    return label;
}

static bool is_loopback_name(struct mc_str name)
{
    char text[HOST_MAX + 1];
    struct in_addr v4;
    struct in6_addr v6;
    const struct mc_str suffix = MC_STR(".localhost");
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    if (text[0] == '[') {
        text[name.n - 1] = '\0';
        return inet_pton(AF_INET6, text + 1, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    }
    if (inet_pton(AF_INET, text, &v4) == 1) /* four decimal numbers, nothing shorter */
        return (ntohl(v4.s_addr) >> 24) == 127;
    if (mc_str_eq_nocase(name, MC_STR("localhost")))
        return true;
    return name.n > suffix.n && is_dns_name(name) &&
           mc_str_eq_nocase((struct mc_str){name.p + name.n - suffix.n, suffix.n}, suffix);
}

bool mc_guard_host_is_loopback(struct mc_str host)
{
    struct mc_str name;
    return split_port(host, &name) && is_loopback_name(name);
}

/* An allowed host without a port stands for every port. */
static bool host_allowed(const struct mc_guard *g, struct mc_str host)
{
    struct mc_str name;
    if (!split_port(host, &name))
        return false;
    if (is_loopback_name(name))
        return true;
    for (size_t i = 0; i < g->hosts.n; i++) {
        struct mc_str allowed = mc_str_of(g->hosts.v[i]);
        if (mc_str_eq_nocase(allowed, name) || mc_str_eq_nocase(allowed, host))
            return true;
    }
    return false;
}

static bool origin_configured(const struct mc_guard *g, struct mc_str origin)
{
    for (size_t i = 0; i < g->origins.n; i++)
        if (mc_str_eq_nocase(mc_str_of(g->origins.v[i]), origin))
            return true;
    return false;
}

bool mc_guard_origin_ok(const struct mc_guard *g, struct mc_str origin)
{
    static const struct mc_str schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < MC_ARRAY_LEN(schemes); i++) {
        const struct mc_str s = schemes[i];
        if (origin.n > s.n && mc_str_eq_nocase((struct mc_str){origin.p, s.n}, s) &&
            mc_guard_host_is_loopback((struct mc_str){origin.p + s.n, origin.n - s.n}))
            return true;
    }
    return origin_configured(g, origin);
}

/* ---- who ---- */

static bool by_peer(const struct mc_guard *g, struct mc_http_req *r, struct mc_principal *who)
{
    const struct mc_http_peer *peer = mc_http_peer(r);
    if (!peer->known || peer->uid != g->self)
        return false;
    who->kind = MC_PRINCIPAL_USER;
    snprintf(who->id, sizeof(who->id), "uid:%u", (unsigned)peer->uid);
    return true;
}

static bool by_token(const struct mc_guard *g, struct mc_http_req *r, struct mc_principal *who)
{
    const struct mc_str scheme = MC_STR("Bearer ");
    struct mc_str value = mc_http_header(r, "authorization");
    if (!g->token || value.n <= scheme.n ||
        !mc_str_eq_nocase((struct mc_str){value.p, scheme.n}, scheme) ||
        mc_http_header_count(r, "authorization") != 1)
        return false;
    struct mc_str given = mc_str_trim((struct mc_str){value.p + scheme.n, value.n - scheme.n});
    if (!mc_secret_eq(given, mc_str_of(g->token)))
        return false;
    who->kind = MC_PRINCIPAL_TOKEN;
    memcpy(who->id, g->token_id, sizeof(who->id));
    return true;
}

/* The first that knows the caller decides who it is. */
static bool (*const authenticators[])(const struct mc_guard *g, struct mc_http_req *r,
                                      struct mc_principal *who) = {
    by_peer,
    by_token,
};

/* ---- the verdict ---- */

static bool host_ok(const struct mc_guard *g, struct mc_http_req *r, const char **why)
{
    struct mc_str host = mc_http_header(r, "host");
    if (mc_req_via(r) == MC_HTTP_UNIX || (host.p && host_allowed(g, host)))
        return true;
    *why = "Host is not a name of this machine's loopback interface; use localhost, or add it to "
           "allowedHosts";
    return false;
}

static bool origin_ok(const struct mc_guard *g, struct mc_http_req *r, const char **why)
{
    struct mc_str origin = mc_http_header(r, "origin"), site = mc_http_header(r, "sec-fetch-site");
    bool configured = origin.p && origin_configured(g, origin);
    if ((origin.p && !mc_guard_origin_ok(g, origin)) || mc_http_header_count(r, "origin") > 1) {
        *why = "Origin is neither on the loopback interface nor one of allowedOrigins";
        return false;
    }
    /* A browser calls a configured origin cross-site as well: it was let in by name. */
    if ((mc_str_eq_nocase(site, MC_STR("cross-site")) && !configured) ||
        mc_http_header_count(r, "sec-fetch-site") > 1) {
        *why = "a web page of another site sent this request (Sec-Fetch-Site: cross-site)";
        return false;
    }
    return true;
}

enum mc_guard_verdict mc_guard_check(struct mc_guard *g, struct mc_http_req *r,
                                     struct mc_principal *who, const char **why)
{
    *who = (struct mc_principal){.kind = MC_PRINCIPAL_NONE};
    if (!host_ok(g, r, why) || !origin_ok(g, r, why))
        return MC_GUARD_FORBIDDEN;
    for (size_t i = 0; i < MC_ARRAY_LEN(authenticators); i++)
        if (authenticators[i](g, r, who))
            return MC_GUARD_OK;
    *why = "this hub serves the user who started it; to use it as anybody else, run `mcpctl token` "
           "as that user "
           "and send the header Authorization: Bearer <token>";
    return MC_GUARD_UNAUTHORIZED;
}
