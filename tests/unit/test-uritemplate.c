#include "base/buf.h"
#include "mcp/uritemplate.h"
#include "tests/tap.h"

static const struct {
    const char *tmpl, *uri;
    int want; /* literal bytes, -1: no match */
} cases[] = {
    {"", "", 0},
    {"", "x", -1},
    {"file:///a", "file:///a", 9},
    {"file:///a", "file:///ab", -1},
    {"file:///ab", "file:///a", -1},
    {"file:///{path}", "file:///x", 8},
    {"file:///{path}", "file:///", -1},
    {"file:///{path}", "file:///a/b", -1},
    {"file:///{+path}", "file:///a/b", 8},
    {"file:///{+path}", "file:///", -1},
    {"{x}", "anything", 0},
    {"db://{schema}/{table}", "db://public/users", 6},
    {"db://{schema}/{table}", "db://public/users/1", -1},
    {"db://{schema}/{table}/rows", "db://public/users/rows", 11},
    {"a{x}a", "aaa", 2},
    {"a{x}a", "aa", -1},
    {"{a}{b}", "x", -1},
    {"{a}{b}", "xy", 0},
    {"{a},{b}", "1,2,3", 1},
    {"x{y}z{y}z", "x1z2z3z", 3},
    {"s://items{?q,limit}", "s://items", 9},
    {"s://items{?q,limit}", "s://items?q=1&limit=2", 9},
    {"s://items{?q,limit}", "s://itemsx", -1},
    {"s://i?fixed=1{&q}", "s://i?fixed=1&q=2", 13},
    {"s://i{#part}", "s://i#there", 5},
    {"s://i{#part}", "s://i", 5},
    {"s://i{/path*}", "s://i/a/b/c", 5},
    {"s://i{/path*}/end", "s://i/a/b/end", 9},
    {"s://i{/path*}", "s://i", 5},
    {"s://i{/path*}", "s://ix", -1},
    {"s://file{.ext}", "s://file.tar.gz", 8},
    {"s://file{.ext}", "s://file.tar/gz", -1},
    {"s://i{;a,b}", "s://i;a=1;b=2", 5},
    {"s://{host}{/p*}{?q}", "s://h/a/b?q=1", 4},
    {"s://{var:3}", "s://abc", 4},
    {"s://{list*}", "s://a,b,c", 4},
    {"s://{unclosed", "s://x", -1},
    {"s://{}", "s://x", -1},
    {"s://a}b", "s://a}b", 7},
};

int main(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++)
        is_int(mc_uritemplate_match(mc_str_of(cases[i].tmpl), mc_str_of(cases[i].uri)), cases[i].want,
               "%s for %s", cases[i].tmpl, cases[i].uri);

    /* A backtracking matcher would not come back from this one. */
    struct mc_buf tmpl = MC_BUF_INIT(1 << 20), uri = MC_BUF_INIT(1 << 20);
    for (int i = 0; i < 64; i++)
        mc_buf_addz(&tmpl, "{+x}a");
    for (int i = 0; i < 8000; i++)
        mc_buf_addc(&uri, 'a');
    mc_buf_addc(&tmpl, 'b');
    is_int(mc_uritemplate_match(mc_buf_str(&tmpl), mc_buf_str(&uri)), -1, "no blow-up without a match");
    mc_buf_addc(&uri, 'b');
    is_int(mc_uritemplate_match(mc_buf_str(&tmpl), mc_buf_str(&uri)), 65, "nor with one");

    mc_buf_addz(&tmpl, "{x}");
    mc_buf_addc(&uri, 'b');
    is_int(mc_uritemplate_match(mc_buf_str(&tmpl), mc_buf_str(&uri)), -1, "more than 64 expressions match nothing");
    for (int i = 0; i < 9000; i++)
        mc_buf_addc(&uri, 'a');
    is_int(mc_uritemplate_match(MC_STR("{+x}"), mc_buf_str(&uri)), -1, "a URI over the bound matches nothing");
    is_int(mc_uritemplate_match(mc_buf_str(&uri), mc_buf_str(&uri)), -1, "nor does a template");
    mc_buf_done(&tmpl);
    mc_buf_done(&uri);
    return done_testing();
}
