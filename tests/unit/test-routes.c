/* Paths against patterns, and the Base64 sentinel of header values. */
#include "base/buf.h"
#include "hub/headers.h"
#include "hub/routes.h"
#include "tests/tap.h"

static const struct {
    const char *pattern, *path;
    const char *want; /* captures with '|' behind each; NULL: no match */
} routes[] = {
    {"/mcp", "/mcp", ""},
    {"/mcp", "/mcp/", ""}, /* people write it so */
    {"/mcp", "/mcp//", NULL},
    {"/mcp", "//mcp", NULL},
    {"/mcp", "/MCP", NULL},
    {"/mcp", "/mc", NULL},
    {"/mcp", "/mcpx", NULL},
    {"/mcp", "mcp", NULL},
    {"/mcp", "", NULL},
    {"/mcp", "/", NULL},
    {"/s/:server/mcp", "/s/git/mcp", "git|"},
    {"/s/:server/mcp", "/s//mcp", NULL},
    {"/s/:server/mcp", "/s/mcp", NULL},
    {"/s/:server/mcp", "/s/a/b/mcp", NULL},
    {"/s/:server/mcp", "/s/a%2Fb/mcp", "a/b|"},
    {"/s/:server/mcp", "/s/%c3%A4/mcp", "\xc3\xa4|"},
    {"/s/:server/mcp", "/s/a%/mcp", NULL},
    {"/s/:server/mcp", "/s/a%2/mcp", NULL},
    {"/s/:server/mcp", "/s/a%zz/mcp", NULL},
    {"/s/:server/mcp", "/s/../mcp", "..|"},
    {"/w/:workspace/s/:server/mcp", "/w/app-1/s/my%20server/mcp", "app-1|my server|"},
    {"/w/:workspace/s/:server/mcp", "/w/app/s/x/mcp/y", NULL},
    {"/w/:workspace/s/:server/mcp", "/w/app/s/x", NULL},
};

static void test_routes(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(routes); i++) {
        struct route_captures caps;
        struct mc_buf got = MC_BUF_INIT(4096);
        bool match = route_match(routes[i].pattern, mc_str_of(routes[i].path), &caps);
        for (unsigned c = 0; match && c < caps.n; c++)
            mc_buf_addf(&got, "%.*s|", MC_STR_ARG(caps.v[c]));
        ok(match == !!routes[i].want && (!match || mc_str_eq(mc_buf_str(&got), mc_str_of(routes[i].want))), "%s against %s",
           routes[i].path, routes[i].pattern);
        mc_buf_done(&got);
    }
}

static void test_long_captures(void)
{
    for (size_t n = ROUTE_CAPTURE_MAX - 2; n <= ROUTE_CAPTURE_MAX; n++) {
        struct mc_buf path = MC_BUF_INIT(4096);
        struct route_captures caps;
        mc_buf_addz(&path, "/s/");
        for (size_t i = 0; i < n; i++)
            mc_buf_addc(&path, 'x');
        mc_buf_addz(&path, "/mcp");
        is_int(route_match("/s/:server/mcp", mc_buf_str(&path), &caps), n < ROUTE_CAPTURE_MAX, "a segment of %zu bytes", n);
        mc_buf_done(&path);
    }
    struct route_captures caps;
    ok(!route_match("/s/:server/mcp", MC_STR("/s/%00/mcp"), &caps) || caps.v[0].n == 1, "a NUL is one byte");
}

static const struct {
    const char *value, *want; /* NULL: malformed */
} values[] = {
    {"", ""},
    {"plain", "plain"},
    {"=?base64?Z29vZA==?=", "good"},
    {"=?base64?" "?=", ""},
    {"=?base64?w6Q=?=", "\xc3\xa4"},
    {"=?base64?Zm9vYmFy?=", "foobar"},
    {"=?base64?Z29vZA?=", NULL},
    {"=?base64?Z29vZA=?=", NULL},
    {"=?base64?Z29vZA===?=", NULL},
    {"=?base64?=Z29?=", NULL},
    {"=?base64?Z=9v?=", NULL},
    {"=?base64?Z2 v?=", NULL},
    {"=?base64?Z2-v?=", NULL},
    {"=?base64?/w==?=", NULL}, /* no UTF-8 */
    {"=?base64?Z29vZA==", "=?base64?Z29vZA=="},
    {"Z29vZA==?=", "Z29vZA==?="},
    {"=?BASE64?Z29vZA==?=", "=?BASE64?Z29vZA==?="},
    {"=?base64?=", "=?base64?="}, /* the markers overlap: not a sentinel */
    {" =?base64?Z29vZA==?=", " =?base64?Z29vZA==?="},
};

int main(void)
{
    test_routes();
    test_long_captures();
    for (size_t i = 0; i < MC_ARRAY_LEN(values); i++) {
        struct mc_buf out = MC_BUF_INIT(4096);
        mc_buf_addz(&out, "left over");
        bool good = header_value_decode(mc_str_of(values[i].value), &out);
        ok(good == !!values[i].want && (!good || mc_str_eq(mc_buf_str(&out), mc_str_of(values[i].want))), "the header value %s", values[i].value);
        mc_buf_done(&out);
    }
    return done_testing();
}
