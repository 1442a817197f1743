/* Names are part of what people and models remember: the expected ones must never change. */
#include "base/alloc.h"
#include "base/map.h"
#include "mcp/names.h"
#include "tests/tap.h"

static const struct {
    const char *prefix, *name;
    size_t max;
    const char *want;
} exposed[] = {
    /* unchanged */
    {"files", "read", 51, "files__read"},
    {"", "read-file_2", 51, "read-file_2"},
    {"a__b", "c__d", 51, "a__b__c__d"},
    {"0123456789", "0123456789ab", 24, "0123456789__0123456789ab"},
    /* too long: head and tail around the hash */
    {"0123456789", "0123456789abc", 24, "0123_92e4fcd2_3456789abc"},
    {"filesystem", "read_multiple_files", 28, "filesy_cd5176c0_ltiple_files"},
    /* changed: the hash keeps apart what would be the same */
    {"my server", "read", 51, "my_server__read_555be705"},
    {"my.server", "read", 51, "my_server__read_6c3b2370"},
    {"", "admin/tools.list", 51, "admin_tools_list_c4b0ac1d"},
    {"files", "", 51, "files___ff4f7bd2"},
    {"files", "\xC3\xA9t\xC3\xA9", 51, "files___t__bc9ff6b6"},
    {"microsoft/playwright-mcp", "browser_click", 51, "microsoft_playwright-mcp__browser_click_02462d02"},
    /* both */
    {"io.github.github/github-mcp-server", "create_or_update_file", 51,
     "io_github_git_186e580e_erver__create_or_update_file"},
    {"io.github.github/github-mcp-server", "create_or_update_file", 128,
     "io_github_github_github-mcp-server__create_or_update_file_186e580e"},
    /* maxima that no config allows are kept all the same */
    {"filesystem", "read_multiple_files", 12, "cd5176c0_es"},
    {"files", "read", 4, "49de"},
    {"files", "read", 0, ""},
};

static void test_exposed(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(exposed); i++) {
        char out[256];
        memset(out, '#', sizeof(out));
        mc_name_expose(exposed[i].prefix, mc_str_of(exposed[i].name), exposed[i].max, out);
        is_str(out, exposed[i].want, "\"%s\" and \"%s\" in %zu", exposed[i].prefix, exposed[i].name,
               exposed[i].max);
        ok(strlen(out) <= exposed[i].max && out[exposed[i].max + 1] == '#', "within its bound");
    }
}

static void test_limit(void)
{
    char name[400], out[400];

    memset(name, 'x', sizeof(name));
    for (size_t max = 0; max < 300; max++) {
        memset(out, '#', sizeof(out));
        mc_name_expose("p", (struct mc_str){name, sizeof(name)}, max, out);
        size_t want = max < MC_NAME_MAX_LIMIT ? max : MC_NAME_MAX_LIMIT;
        if (strlen(out) > want || out[want + 1] != '#') {
            ok(false, "max %zu gives %zu bytes", max, strlen(out));
            return;
        }
    }
    ok(true, "no name passes its maximum, nor %d", MC_NAME_MAX_LIMIT);
}

/* Every pair of these has the same characters left after the others have become '_'. */
static void test_apart(void)
{
    static const char marks[] = "_-./: ~!@#$%^&*()+={}[]|;'<>,?";
    struct mc_map *seen = mc_map_new();
    int n = 0, twice = 0;

    for (size_t a = 0; a < sizeof(marks) - 1; a++) {
        for (size_t b = 0; b < sizeof(marks) - 1; b++, n++) {
            char prefix[] = "my?srv", name[] = "read?file", out[MC_NAME_MAX_LIMIT + 1];
            prefix[2] = marks[a];
            name[4] = marks[b];
            mc_name_expose(prefix, mc_str_of(name), 51, out);
            twice += mc_map_put(seen, mc_str_of(out), seen) != NULL;
        }
    }
    is_int(twice, 0, "%d originals that look the same after cleaning stay apart", n);
    mc_map_free(seen, NULL);
}

static void test_sanitise(void)
{
    static const char *const t[][2] = {
        {"a-b_C9", "a-b_C9"}, {"a.b c", "a_b_c"}, {"\xE6\x97\xA5\xE6\x9C\xAC", "__"}, {"", ""},
        {"\x80\x80", "_"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *got = mc_name_sanitise(mc_str_of(t[i][0]));
        is_str(got, t[i][1], "\"%s\" cleaned", i == 4 ? "invalid UTF-8" : t[i][0]);
        mc_free(got);
    }
}

static void test_workspace(void)
{
    static const struct {
        const char *dirname, *want;
        bool taken;
    } t[] = {
        {"app", "app", false},
        {"My App", "my-app", false},
        {"--x--", "x", false},
        {"a..b__c", "a-b-c", false},
        {"", "workspace", false},
        {"\xE6\x97\xA5\xE6\x9C\xAC", "workspace", false},
        {"0123456789012345678901234567890123456789ABC", "0123456789012345678901234567890123456789", false},
        {"012345678901234567890123456789012345678 bc", "012345678901234567890123456789012345678", false},
        {"app", "app-fd86", true},
        {"", "workspace-fd86", true},
        {"0123456789012345678901234567890123456789ABC",
         "0123456789012345678901234567890123456789-fd86", true},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char out[48];
        mc_name_workspace(t[i].dirname, "/home/me/app", t[i].taken, out);
        is_str(out, t[i].want, "workspace \"%s\"%s", t[i].dirname, t[i].taken ? ", taken" : "");
    }

    char a[48], b[48];
    mc_name_workspace("app", "/a/app", true, a);
    mc_name_workspace("app", "/b/app", true, b);
    ok(strcmp(a, b) != 0, "two roots get two suffixes");
}

int main(void)
{
    test_exposed();
    test_limit();
    test_apart();
    test_sanitise();
    test_workspace();
    return done_testing();
}
