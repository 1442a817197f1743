/* The guard: Host, Origin, caller. Requests are made by hand, without a connection behind them. */
#include "tests/tap.h"

#include "base/rand.h"
#include "http/guard.h"
#include "http/internal.h"

static void test_hosts(void)
{
    static const struct {
        const char *host;
        bool loopback;
    } rows[] = {
        {"localhost", true},          {"localhost:37373", true},       {"LOCALHOST:1", true},
        {"localhost.", true},         {"localhost.:80", true},         {"foo.localhost", true},
        {"a.b.localhost:8080", true}, {"127.0.0.1", true},             {"127.0.0.1:37373", true},
        {"127.255.3.4:1", true},      {"[::1]", true},                 {"[::1]:37373", true},
        {"[0:0:0:0:0:0:0:1]:1", true},
        {"", false},                  {":80", false},                  {"localhost:", false},
        {"localhost:x", false},       {"localhost:65536", false},      {"localhost:80:80", false},
        {"localhost:-1", false},      {"evil.example", false},         {"localhost.evil.example", false},
        {"evil-localhost", false},    {".localhost", false},           {"a..localhost", false},
        {"127.0.0.1.evil.example", false},                             {"128.0.0.1", false},
        {"10.0.0.1:80", false},       {"0.0.0.0", false},              {"127.1", false},
        {"2130706433", false},        {"0x7f.0.0.1", false},           {"0177.0.0.1", false},
        {"::1", false},               {"[::1", false},                 {"[::1]x:80", false},
        {"[::]", false},              {"[::2]:80", false},             {"[::ffff:127.0.0.1]", false},
        {"[localhost]", false},       {"[]", false},                   {"localhost/x", false},
        {"user@localhost", false},    {"localhost localhost", false},  {"localhost,evil.example", false},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++)
        is_int(mc_guard_host_is_loopback(mc_str_of(rows[i].host)), rows[i].loopback, "Host \"%s\": %s", rows[i].host,
               rows[i].loopback ? "loopback" : "refused");
    char longest[400];
    memset(longest, 'a', sizeof(longest));
    ok(!mc_guard_host_is_loopback((struct mc_str){longest, sizeof(longest)}), "a Host of 400 bytes: refused");
}

static void test_origins(void)
{
    struct mc_guard *g = mc_guard_new(1000);
    mc_guard_allow_origin(g, "https://play.example");
    mc_guard_allow_origin(g, "vscode-webview://abc");
    static const struct {
        const char *origin;
        bool good;
    } rows[] = {
        {"http://localhost", true},          {"http://localhost:6274", true},      {"https://localhost", true},
        {"HTTP://LocalHost:1", true},        {"http://127.0.0.1:6274", true},      {"http://[::1]:6274", true},
        {"https://play.example", true},      {"vscode-webview://abc", true},
        {"null", false},                     {"", false},                          {"https://evil.example", false},
        {"http://localhost.evil.example", false},                                  {"https://play.example:444", false},
        {"http://play.example", false},      {"file://", false},                   {"http://", false},
        {"localhost", false},                {"ftp://localhost", false},           {"http://localhost/", false},
        {"http://localhost http://evil.example", false},                           {"chrome-extension://abc", false},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++)
        is_int(mc_guard_origin_ok(g, mc_str_of(rows[i].origin)), rows[i].good, "Origin \"%s\": %s", rows[i].origin,
               rows[i].good ? "fine" : "refused");
    mc_guard_free(g);
}

enum caller { OWN, OTHER, UNKNOWN };

static const struct row {
    const char *what, *headers;
    enum mc_http_via via;
    enum caller caller;
    enum mc_guard_verdict verdict;
    const char *id;
} rows[] = {
    {"the own user", "Host: localhost:1\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"the own user on the socket", "Host: anything\r\n", MC_HTTP_UNIX, OWN, MC_GUARD_OK, "uid:1000"},
    {"no Host on the socket", "", MC_HTTP_UNIX, OWN, MC_GUARD_OK, "uid:1000"},
    {"no Host", "", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"an allowed host", "Host: box.lan:8080\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"an allowed host with its port", "Host: BOX2.lan:8080\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"... with another", "Host: box2.lan:8081\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a rebound name", "Host: evil.example\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a rebound name with the token", "Host: evil.example\r\nAuthorization: Bearer s3cret\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_FORBIDDEN, NULL},
    {"a loopback Origin", "Host: localhost\r\nOrigin: http://localhost:3000\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"Origin: null", "Host: localhost\r\nOrigin: null\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"an empty Origin", "Host: localhost\r\nOrigin:\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a foreign Origin", "Host: localhost\r\nOrigin: https://evil.example\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a foreign Origin on the socket", "Origin: https://evil.example\r\n", MC_HTTP_UNIX, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"two Origins", "Host: localhost\r\nOrigin: http://localhost\r\nOrigin: https://evil.example\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a cross-site fetch", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"... with a loopback Origin", "Host: localhost\r\nOrigin: http://localhost\r\nSec-Fetch-Site: cross-site\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"... after another value", "Host: localhost\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n", MC_HTTP_TCP, OWN, MC_GUARD_FORBIDDEN, NULL},
    {"a configured Origin, cross-site", "Host: localhost\r\nOrigin: https://play.example\r\nSec-Fetch-Site: cross-site\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"a same-origin fetch", "Host: localhost\r\nSec-Fetch-Site: same-origin\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
    {"another user", "Host: localhost\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"an unknown caller", "Host: localhost\r\n", MC_HTTP_TCP, UNKNOWN, MC_GUARD_UNAUTHORIZED, NULL},
    {"another user on the socket", "", MC_HTTP_UNIX, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"another user with the token", "Host: localhost\r\nAuthorization: Bearer s3cret\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_OK, "token:"},
    {"an unknown caller with the token", "Host: localhost\r\nauthorization: bearer   s3cret \r\n", MC_HTTP_TCP, UNKNOWN, MC_GUARD_OK, "token:"},
    {"a wrong token", "Host: localhost\r\nAuthorization: Bearer s3creT\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"a part of the token", "Host: localhost\r\nAuthorization: Bearer s3cre\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"the token and more", "Host: localhost\r\nAuthorization: Bearer s3cret2\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"no token", "Host: localhost\r\nAuthorization: Bearer \r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"another scheme", "Host: localhost\r\nAuthorization: Basic s3cret\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"two tokens", "Host: localhost\r\nAuthorization: Bearer s3cret\r\nAuthorization: Bearer s3cret\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_UNAUTHORIZED, NULL},
    {"the own user with a wrong token", "Host: localhost\r\nAuthorization: Bearer x\r\n", MC_HTTP_TCP, OWN, MC_GUARD_OK, "uid:1000"},
};

static enum mc_guard_verdict check(struct mc_guard *g, const struct row *row, struct mc_principal *who, const char **why)
{
    static struct mc_head head;
    char text[512];
    struct mc_refusal no = {0};
    struct mc_conn c = {.peer_asked = true};
    int n = snprintf(text, sizeof(text), "GET / HTTP/1.0\r\n%s\r\n", row->headers);
    if (mc_head_scan(text, (size_t)n, 0, &head, &no) != n)
        printf("# %s\n", no.why);
    c.peer = (struct mc_http_peer){.via = row->via, .known = row->caller != UNKNOWN, .uid = row->caller == OWN ? 1000 : 1001};
    if (row->caller == UNKNOWN)
        c.peer.uid = 1000; /* whatever stands there must not count */
    struct mc_http_req r = {.c = &c, .head = text, .hdr = head.hdr, .n_hdr = head.n_hdr};
    return mc_guard_check(g, &r, who, why);
}

static void test_verdicts(void)
{
    struct mc_guard *g = mc_guard_new(1000);
    mc_guard_allow_host(g, "box.lan");
    mc_guard_allow_host(g, "box2.lan:8080");
    mc_guard_allow_origin(g, "https://play.example");
    mc_guard_set_token(g, "s3cret");
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct mc_principal who;
        const char *why = NULL;
        enum mc_guard_verdict verdict = check(g, &rows[i], &who, &why);
        is_int(verdict, rows[i].verdict, "%s", rows[i].what);
        if (rows[i].id)
            ok(strncmp(who.id, rows[i].id, strlen(rows[i].id)) == 0 && who.kind != MC_PRINCIPAL_NONE, "... is %s", who.id);
        else
            ok(why && who.kind == MC_PRINCIPAL_NONE, "... nobody: %s", why ? why : "no reason");
        if (verdict == MC_GUARD_UNAUTHORIZED)
            ok(why && strstr(why, "mcpctl token") && strstr(why, "Authorization: Bearer"), "... is told how");
    }
    mc_guard_free(g);
}

static void test_token_id(void)
{
    static const struct row with = {"", "Host: localhost\r\nAuthorization: Bearer s3cret\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_OK, NULL};
    static const struct row empty = {"", "Host: localhost\r\nAuthorization: Bearer\r\n", MC_HTTP_TCP, OTHER, MC_GUARD_OK, NULL};
    struct mc_guard *g = mc_guard_new(1000);
    struct mc_principal who;
    const char *why;
    char hex[MC_SHA256_HEX], want[64];
    is_int(check(g, &with, &who, &why), MC_GUARD_UNAUTHORIZED, "without a token nobody else is let in");
    mc_guard_set_token(g, "");
    is_int(check(g, &empty, &who, &why), MC_GUARD_UNAUTHORIZED, "nor with an empty one");
    mc_guard_set_token(g, "s3cret");
    is_int(check(g, &with, &who, &why), MC_GUARD_OK, "a token lets in");
    mc_sha256_hex(MC_STR("s3cret"), hex);
    snprintf(want, sizeof(want), "token:%.8s", hex);
    is_str(who.id, want, "its principal is named by its digest");
    is_int(who.kind, MC_PRINCIPAL_TOKEN, "... of kind token");
    mc_guard_set_token(g, NULL);
    is_int(check(g, &with, &who, &why), MC_GUARD_UNAUTHORIZED, "until it is taken back");
    mc_guard_free(g);
}

int main(void)
{
    test_hosts();
    test_origins();
    test_verdicts();
    test_token_id();
    return done_testing();
}
