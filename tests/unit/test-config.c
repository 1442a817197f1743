/* Reading config: what is taken, and what is said about what is not, with exact places. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "config/config.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"
#include "tests/unit/shared.h"

#include <unistd.h>

#define ROOT "/repo"

/* All reports, one a line. */
static char *reports(const struct mc_config *c)
{
    struct mc_buf out = MC_BUF_INIT(1 << 20);

    for (size_t i = 0; i < mc_config_diag_count(c); i++) {
        char *text = mc_diag_text(mc_config_diag(c, i), mc_config_root(c));
        mc_buf_addf(&out, "%s\n", text);
        mc_free(text);
    }
    return mc_buf_steal(&out);
}

/* Without the machine's own config. */
static int load(const char *root, struct mc_config **ret, struct mc_err *err)
{
    return mc_config_load(&(struct mc_config_input){.root = root, .system_dir = "/nonexistent"}, ret, err);
}

static struct mc_config *parse(const char *file, const char *text, int want)
{
    struct mc_config *c;
    /* A copy of the exact size, so that the sanitizer sees every byte too many. */
    char *copy = mc_memdup(text, strlen(text));
    int ret = mc_config_parse(ROOT, file, (struct mc_str){copy, strlen(text)}, &c, NULL);

    mc_free(copy);
    if (ret != want)
        is_int(ret, want, "the result for %s", text);
    return c;
}

static void is_reported(const char *what, const char *file, const char *text, const char *want)
{
    struct mc_config *c = parse(file, text, strstr(want, ": error: ") ? -MC_E_CONFIG : 0);
    char *got = reports(c);

    is_str(got, want, "%s", what);
    mc_free(got);
    mc_config_unref(c);
}

/* ---- what is taken ---- */

static void test_entry(void)
{
    struct mc_config *c = parse(".mcpctl/config.json",
                                "// ours\n"
                                "{\"workspace\": \"my-app\", \"nameMax\": 64,\n"
                                " \"servers\": {\n"
                                "  \"\\u0061ll\": {\"type\": \"local\", \"command\": \"run\", \"args\": [\"-x\", \"\"],\n"
                                "   \"env\": {\"S\": \"t\\u00e9xt\", \"N\": 1.0, \"B\": true, \"U\": null},\n"
                                "   \"envFile\": \".env\", \"cwd\": \"sub\", \"prefix\": \"\", \"start\": \"eager\",\n"
                                "   \"protocol\": \"2026-07-28\", \"isolation\": \"shared\", \"timeout\": {\"start\": 1500, \"call\": \"2m\"},\n"
                                "   \"disabled\": true,},\n"
                                "  \"far\": {\"url\": \"https://x.example/mcp\", \"headers\": {\"X-Key\": \"v\"}},\n"
                                "  \"old\": {\"type\": \"sse\", \"url\": \"https://x.example/sse\", \"enabled\": false},\n"
                                " }}\n",
                                0);
    const struct mc_server_spec *s = mc_config_find(c, "all");

    is_int(mc_config_diag_count(c), 0, "nothing to say");
    is_int(mc_config_server_count(c), 3, "three servers");
    is_str(mc_config_workspace(c), "my-app", "workspace");
    is_int(mc_config_name_max(c), 64, "nameMax");
    if (!ok(s != NULL, "the name is decoded"))
        exit(1);
    ok(s == mc_config_server(c, 0), "it is the first");
    is_int(s->transport, MC_TRANSPORT_STDIO, "type local is stdio");
    is_str(s->command, "run", "command");
    is_int(s->args.n, 2, "args");
    is_str(s->args.v[1], "", "an empty argument is one");
    is_int(s->n_env, 4, "env");
    is_str(s->env[0].value, "t\xC3\xA9xt", "a string is decoded");
    is_str(s->env[1].value, "1.0", "a number stays as written");
    is_str(s->env[2].value, "true", "a boolean");
    is_str(s->env[3].value, NULL, "null unsets");
    is_str(s->env_file, ".env", "envFile");
    is_str(s->cwd, "sub", "cwd");
    is_str(s->prefix, "", "prefix");
    is_int(s->start, MC_START_EAGER, "start");
    is_int(s->protocol, MC_PROTOCOL_MODERN, "protocol by revision");
    is_int(s->isolation, MC_ISOLATION_SHARED, "isolation");
    is_int(s->start_timeout_ms, 1500, "timeout.start");
    is_int(s->call_timeout_ms, 120000, "timeout.call");
    ok(s->disabled, "disabled");
    is_int(s->origin.line, 4, "origin: line");
    is_int(s->origin.col, 3, "origin: column");
    is_str(s->origin.file, ROOT "/.mcpctl/config.json", "origin: file");
    s = mc_config_find(c, "far");
    is_int(s->transport, MC_TRANSPORT_HTTP, "a url without type is http");
    is_str(s->headers[0].key, "X-Key", "headers");
    ok(!s->disabled && !s->prefix && s->start == MC_START_LAZY, "defaults");
    s = mc_config_find(c, "old");
    is_int(s->transport, MC_TRANSPORT_SSE, "type sse");
    ok(s->disabled, "enabled: false");
    ok(!mc_config_find(c, "none") && !mc_config_server(c, 3), "what is not there is NULL");
    mc_config_unref(mc_config_ref(c));
    mc_config_unref(c);
}

static void test_quiet(void)
{
    is_reported("what other programs know is not wrong", ".mcp.json",
                "{\"$schema\": \"x\", \"inputs\": [], \"_note\": \"hello\", \"mcpServers\": {\"_why\": \"text\",\n"
                " \"a\": {\"command\": \"x\", \"alwaysLoad\": true, \"gallery\": \"u\", \"version\": \"1\", \"timeout\": 60,\n"
                "  \"oauth\": {}, \"sandboxEnabled\": true, \"autoApprove\": [], \"alwaysAllow\": [], \"disabledTools\": [],\n"
                "  \"_tier\": 1, \"//\": \"comment\", \"dev\": {\"watch\": \"*\"}, \"type\": \"stdio\"}}}",
                "");
    is_reported("a number as timeout is wrong in our own file", ".mcpctl/config.json",
                "{\"servers\": {\"a\": {\"command\": \"x\", \"timeout\": 60}}}",
                ".mcpctl/config.json:1:47: error: servers.a.timeout: expected an object, found a number\n");
    is_reported("our own root keys are not read elsewhere", ".vscode/mcp.json",
                "{\"servers\": {\"a\": {\"command\": \"x\"}}, \"nameMax\": 64}",
                ".vscode/mcp.json:1:38: warning: nameMax: not read here; this key belongs into "
                ".mcpctl/config.json\n");
    is_reported("no repo opens the hub to others", ".mcpctl/config.json",
                "{\"allowedHosts\": [\"evil\"], \"servers\": {\"a\": {\"command\": \"x\"}}}",
                ".mcpctl/config.json:1:2: warning: allowedHosts: not read from a repo; this key belongs into "
                "config.json in ~/.config/mcpctl\n");
}

static void test_user(void)
{
    char dir[] = "/tmp/mcpctl-user-XXXXXX";
    struct mc_config *c = NULL;

    if (!ok(mkdtemp(dir) != NULL, "a config home"))
        exit(1);
    setenv("XDG_CONFIG_HOME", dir, 1);
    is_int(load(NULL, &c, NULL), 0, "no file of the user's");
    is_int(mc_config_allowed_hosts(c)->n, 0, "allows nothing");
    mc_config_unref(c);

    MC_CLEANUP(mc_freep) char *sub = mc_path_join(dir, "mcpctl");
    MC_CLEANUP(mc_freep) char *file = mc_path_join(sub, "config.json");
    static const char text[] = "{\"allowedHosts\": [\"devbox\"], \"allowedOrigins\": [\"https://a.example\"], \"workspace\": \"x\"}";
    mc_io_mkdirs(sub, 0700, NULL);
    mc_io_replace(file, text, sizeof text - 1, 0600, NULL);
    is_int(load(NULL, &c, NULL), 0, "the user's file");
    is_str(mc_config_allowed_hosts(c)->v[0], "devbox", "allowedHosts");
    is_str(mc_config_allowed_origins(c)->v[0], "https://a.example", "allowedOrigins");
    is_int(mc_config_diag_count(c), 1, "a repo's key is warned about");
    mc_config_unref(c);
    unlink(file);
    rmdir(sub);
    rmdir(dir);
    unsetenv("XDG_CONFIG_HOME");
}

/* ---- what is said ---- */

static void test_five_mistakes(void)
{
    is_reported("five mistakes, five lines", ".mcp.json",
                "{\n"                                                              /* 1 */
                "  // h\xC3\xA9h\xC3\xA9\n"                                       /* 2 */
                "  \"mcpServers\": {\n"                                            /* 3 */
                "    \"github\": { \"command\": \"x\", \"args\": 7 },\n"          /* 4 */
                "    \"\xC3\xA9t\xC3\xA9\": { \"command\": \"x\", \"url\": \"http://y\" },\n" /* 5 */
                "    \"empty\": {},\n"                                             /* 6 */
                "    \"typo\": { \"type\": \"stdi\", \"command\": \"x\" }, \"list\": [],\n" /* 7 */
                "  }\n"
                "}\n",
                ".mcp.json:4:41: error: mcpServers.github.args: expected an array of strings, found a number\n"
                ".mcp.json:5:5: error: mcpServers[\"\xC3\xA9t\xC3\xA9\"]: both \"command\" and \"url\" are given; expected one of them\n"
                ".mcp.json:6:5: error: mcpServers.empty: neither \"command\" nor \"url\" is given; expected the program to "
                "start or the address of a remote server\n"
                ".mcp.json:7:23: error: mcpServers.typo.type: expected \"stdio\", \"http\" or \"sse\", found \"stdi\" (did you "
                "mean \"stdio\"?)\n"
                ".mcp.json:7:57: error: mcpServers.list: expected an object, found an array\n");
    is_reported("five mistakes of syntax and their places", ".mcp.json",
                "{\n"
                "  \"mcpServers\": {\n"
                "    \"a\": { \"command\" \"x\" },\n"
                "    \"b\": { \"command\": nope },\n"
                "    \"c\": { \"command\": \"x\" }\n"
                "    \"d\": { \"args\": [\"x\" \"y\"] },\n"
                "    \"a\": {}\n"
                "  }\n"
                "}\n",
                ".mcp.json:3:22: error: expected ':' after the member name, found a string\n"
                ".mcp.json:4:23: error: unknown word 'nope', expected true, false, null or a string in double quotes\n"
                ".mcp.json:6:5: error: expected ',' or '}' after this value, found a string\n"
                ".mcp.json:6:25: error: expected ',' or ']' after this value, found a string\n"
                ".mcp.json:7:5: error: \"a\" was already given on line 3\n");
}

static void test_mistakes(void)
{
    static const struct {
        const char *what, *entry, *want;
    } t[] = {
        {"an empty command", "{\"command\": \" \"}", "1:17: error: mcpServers.a: \"command\" is empty; expected the program to start"},
        {"a command of another type", "{\"command\": [\"x\"]}", "1:34: error: mcpServers.a.command: expected a string, found an array"},
        {"an argument of another type", "{\"command\": \"x\", \"args\": [\"y\", 1, null]}",
         "1:53: error: mcpServers.a.args[1]: expected a string, found a number\n"
         "1:56: error: mcpServers.a.args[2]: expected a string, found null"},
        {"a variable of another type", "{\"command\": \"x\", \"env\": {\"A\": {}}}",
         "1:52: error: mcpServers.a.env.A: expected a string, a number, true, false or null, found an object"},
        {"a variable's name", "{\"command\": \"x\", \"env\": {\"A=B\": \"\"}}",
         "1:47: error: mcpServers.a.env[\"A=B\"]: this cannot be the name of a variable"},
        {"a header's name", "{\"url\": \"http://x\", \"headers\": {\"A B\": \"\"}}",
         "1:54: error: mcpServers.a.headers[\"A B\"]: this cannot be the name of a header"},
        {"a header's value", "{\"url\": \"http://x\", \"headers\": {\"A\": \"b\\r\\nC: d\"}}",
         "1:59: error: mcpServers.a.headers.A: a header's value cannot hold a line break"},
        {"a header that is no string", "{\"url\": \"http://x\", \"headers\": {\"A\": null}}",
         "1:59: error: mcpServers.a.headers.A: expected a string, found null"},
        {"an unknown key with a likely meaning", "{\"comand\": \"x\"}",
         "1:17: error: mcpServers.a: neither \"command\" nor \"url\" is given; expected the program to start or the address of a remote server\n"
         "1:23: warning: mcpServers.a.comand: unknown key; did you mean \"command\"?"},
        {"another case", "{\"command\": \"x\", \"ENV\": {}}",
         "1:39: warning: mcpServers.a.ENV: unknown key; did you mean \"env\"?"},
        {"an unknown key", "{\"command\": \"x\", \"florp\": {}}", "1:39: warning: mcpServers.a.florp: unknown key"},
        {"an unknown key that hides something", "{\"command\": \"x\", \"a\\u001b[2Jb\": 1}",
         "1:39: warning: mcpServers.a[\"a?[2Jb\"]: unknown key"},
        {"a NUL", "{\"command\": \"x\\u0000y\"}", "1:34: error: mcpServers.a.command: a NUL character cannot stand here"},
        {"a NUL in a key", "{\"command\\u0000\": \"x\", \"url\": \"http://y\"}", "1:23: error: mcpServers.a: a NUL character cannot stand here"},
        {"stdio with a url", "{\"type\": \"stdio\", \"url\": \"http://y\"}",
         "1:17: error: mcpServers.a: type \"stdio\" needs a \"command\", found a \"url\" (that would be type \"http\")"},
        {"http with a command", "{\"type\": \"http\", \"command\": \"y\"}",
         "1:17: error: mcpServers.a: this \"type\" needs a \"url\", found a \"command\" (that would be type \"stdio\")"},
        {"an unknown type", "{\"type\": \"websocket\", \"url\": \"ws://y\"}",
         "1:31: error: mcpServers.a.type: expected \"stdio\", \"http\" or \"sse\", found \"websocket\""},
        {"a type of another type", "{\"type\": 1, \"url\": \"http://y\"}",
         "1:31: error: mcpServers.a.type: expected \"stdio\", \"http\" or \"sse\", found a number"},
        {"disabled as text", "{\"command\": \"x\", \"disabled\": \"true\"}",
         "1:51: error: mcpServers.a.disabled: expected true or false, found a string"},
        {"a command line", "{\"command\": \"npx -y x\"}",
         "1:17: warning: mcpServers.a: \"command\" holds spaces, but it is one program name, not a command line; put the rest "
         "into \"args\""},
        {"an unknown protocol", "{\"command\": \"x\", \"protocol\": \"2025-11-26\"}",
         "1:51: error: mcpServers.a.protocol: expected \"auto\", \"legacy\" or \"modern\", found \"2025-11-26\" (did you mean "
         "\"2025-11-25\"?)"},
        {"timeouts", "{\"command\": \"x\", \"timeout\": {\"start\": 0, \"call\": \"5 s\", \"kall\": 1}}",
         "1:60: error: mcpServers.a.timeout.start: expected a time above 0 and up to 24h, in milliseconds (30000) or with a unit (\"30s\")\n"
         "1:71: error: mcpServers.a.timeout.call: expected a time above 0 and up to 24h, in milliseconds (30000) or with a unit (\"30s\")\n"
         "1:78: warning: mcpServers.a.timeout.kall: unknown key; did you mean \"call\"?"},
        {"a timeout of another type", "{\"command\": \"x\", \"timeout\": {\"start\": true}}",
         "1:60: error: mcpServers.a.timeout.start: expected milliseconds (30000) or text with a unit (\"30s\"), found true"},
        {"an overlong timeout", "{\"command\": \"x\", \"timeout\": {\"start\": \"18446744073709551616ms\"}}",
         "1:60: error: mcpServers.a.timeout.start: expected a time above 0 and up to 24h, in milliseconds (30000) or with a unit (\"30s\")"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *text = mc_asprintf("{\"mcpServers\": {\"a\": %s}}", t[i].entry);
        struct mc_buf want = MC_BUF_INIT(4096);
        for (const char *line = t[i].want; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
            mc_buf_addf(&want, ".mcp.json:%.*s\n", (int)strcspn(line, "\n"), line);
        is_reported(t[i].what, ".mcp.json", text, want.data);
        mc_buf_done(&want);
        mc_free(text);
    }
}

static void test_root(void)
{
    is_reported("an empty file", ".mcp.json", "", "");
    is_reported("an empty object", ".mcp.json", "{}", "");
    is_reported("an array", ".mcp.json", " [1]",
                ".mcp.json:1:2: error: expected an object such as {\"mcpServers\": {…}}, found an array\n");
    is_reported("servers as a list", ".mcp.json", "{\"mcpServers\": [{\"name\": \"a\"}]}",
                ".mcp.json:1:16: error: mcpServers: expected an object of servers by name, found an array\n");
    is_reported("no servers", ".mcp.json", "{\"mcpServers\": null}",
                ".mcp.json:1:16: error: mcpServers: expected an object of servers by name, found null\n");
    is_reported("a misspelt root key", ".mcp.json", "{\"mcpserver\": {}}",
                ".mcp.json:1:2: warning: mcpserver: unknown key; did you mean \"mcpServers\"?\n");
    is_reported("a server outside", ".mcp.json", "{\"github\": {\"command\": \"x\"}}",
                ".mcp.json:1:2: error: github: this server stands outside of \"mcpServers\"; move it in there\n");
    is_reported("names", ".mcp.json", "{\"mcpServers\": {\"\": {}, \"a\\nb\": {}}}",
                ".mcp.json:1:17: error: mcpServers: a server's name cannot be empty\n"
                ".mcp.json:1:25: error: mcpServers: a server's name cannot hold control characters\n");
    is_reported("a workspace's name", ".mcpctl/config.json", "{\"workspace\": \"My App\"}",
                ".mcpctl/config.json:1:15: error: workspace: expected 1 to 40 of a-z, 0-9 and '-', because it stands in URLs "
                "(\"my-app\" would do)\n");
    is_reported("nameMax", ".mcpctl/config.json", "{\"nameMax\": 10}",
                ".mcpctl/config.json:1:13: error: nameMax: expected a whole number from 24 to 128, found 10\n");
    is_reported("nameMax as text", ".mcpctl/config.json", "{\"nameMax\": \"64\"}",
                ".mcpctl/config.json:1:13: error: nameMax: expected a whole number from 24 to 128, found a string\n");
    is_reported("prefixes that look the same", ".mcp.json",
                "{\"mcpServers\": {\"a.b\": {\"command\": \"x\"}, \"a_b\": {\"command\": \"y\"},\n"
                "\"c\": {\"command\": \"x\", \"prefix\": \"\"}, \"d\": {\"command\": \"y\", \"prefix\": \"\"}}}",
                ".mcp.json:1:42: warning: servers \"a.b\" and \"a_b\" both show their tools as a_b__…; give one of them "
                "another \"prefix\"\n");
    is_reported("the same name under both keys", ".mcp.json",
                "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}, \"servers\": {\"a\": {\"command\": \"y\"}}}",
                ".mcp.json:1:53: warning: server \"a\" is given with different content in .mcp.json:1:17 too; this one is used\n");
    is_reported("a name of another program's file", ".mcp.json", "\xEF\xBB\xBF{\"mcpServers\": {\"a\": 1}}",
                ".mcp.json:1:22: error: mcpServers.a: expected an object, found a number\n");

    struct mc_config *c;
    struct mc_err err = {0};
    is_int(mc_config_parse(ROOT, "other.json", MC_STR("{}"), &c, &err), -MC_E_USAGE, "a file that is no source");
    mc_config_unref(c);
    is_int(mc_config_parse(ROOT, ".mcp.json", MC_STR("{\"mcpServers\": {\"a\": {}, \"b\": 1}}"), &c, &err),
           -MC_E_CONFIG, "errors are returned");
    is_str(err.msg,
           ".mcp.json:1:17: error: mcpServers.a: neither \"command\" nor \"url\" is given; expected the program to "
           "start or the address of a remote server (and 1 more)",
           "with the first and their number");
    mc_config_unref(c);
}

static void test_bounds(void)
{
    struct mc_buf text = MC_BUF_INIT(4 << 20);

    mc_buf_addz(&text, "{\"mcpServers\": {\n");
    for (int i = 0; i < 1000; i++)
        mc_buf_addf(&text, "\"s%d\": {\"command\": \"x\", \"florp%d\": 1},\n", i, i);
    mc_buf_addz(&text, "}}");
    struct mc_config *c = parse(".mcp.json", text.data, 0);
    is_int(mc_config_server_count(c), 1000, "1,000 servers");
    is_int(mc_config_find(c, "s999")->origin.line, 1001, "the last one's line");
    is_int(mc_config_diag_count(c), 501, "reports are bounded");
    ok(strstr(mc_config_diag(c, 500)->msg, "too many") != NULL, "and it is said");
    mc_config_unref(c);
    mc_buf_done(&text);

    char *name = mc_asprintf("{\"mcpServers\": {\"%0129d\": {\"command\": \"x\"}, \"%0128d\": {\"command\": \"x\"}}}", 1, 1);
    is_reported("a name of 128 bytes is the longest", ".mcp.json", name,
                ".mcp.json:1:17: error: mcpServers: a server's name cannot be longer than 128 bytes\n");
    mc_free(name);
}

/* ---- the hub itself, digests ---- */

static void test_hub_entries(void)
{
    static const struct {
        const char *entry;
        bool hub;
    } t[] = {
        {"{\"url\": \"http://localhost:37373/mcp\"}", true},
        {"{\"url\": \"http://127.0.0.1:37373/mcp/\"}", true},
        {"{\"url\": \"http://[::1]:37373/w/app/mcp\"}", true},
        {"{\"url\": \"http://LOCALHOST:37373/s/files/mcp?x=1\"}", true},
        {"{\"url\": \"http://localhost:4711/mcp\"}", true},
        {"{\"url\": \"http://localhost:${MCPCTL_PORT:-37373}/mcp\"}", true},
        {"{\"command\": \"/usr/local/bin/mcpctl\", \"args\": [\"connect\", \"x\"]}", true},
        {"{\"command\": \"mcpctl\", \"args\": [\"connect\"], \"florp\": 1, \"env\": 7}", true},
        {"{\"url\": \"http://localhost:37374/mcp\"}", false},
        {"{\"url\": \"http://localhost:373730/mcp\"}", false},
        {"{\"url\": \"http://localhost.evil.example:37373/mcp\"}", false},
        {"{\"url\": \"https://localhost:37373/mcp\"}", false},
        {"{\"url\": \"http://localhost:37373/other\"}", false},
        {"{\"url\": \"http://localhost:37373/x/y/mcp\"}", false},
        {"{\"url\": \"http://example.com:37373/mcp\"}", false},
        {"{\"command\": \"mcpctl\", \"args\": [\"serve\", \"git\"]}", false},
        {"{\"command\": \"mcpctl\"}", false},
        {"{\"command\": \"notmcpctl\", \"args\": [\"connect\"]}", false},
    };

    setenv("MCPCTL_PORT", "4711", 1);
    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *text = mc_asprintf("{\"mcpServers\": {\"a\": %s}}", t[i].entry);
        struct mc_config *c = parse(".mcp.json", text, 0);
        ok((mc_config_find(c, "a") == NULL) == t[i].hub && mc_config_diag_count(c) == 0, "%s: %s", t[i].entry,
           t[i].hub ? "is the hub" : "is not the hub");
        is_int(mc_config_server_count(c), t[i].hub ? 2 : 1, "the embedded servers only when there is no other");
        mc_config_unref(c);
        mc_free(text);
    }
    unsetenv("MCPCTL_PORT");
}

static void is_same(const char *what, const char *a, const char *b, bool want)
{
    char *text = mc_asprintf("{\"mcpServers\": {\"a\": %s, \"b\": %s}}", a, b);
    struct mc_config *c = parse(".mcp.json", text, 0);
    const struct mc_server_spec *x = mc_config_find(c, "a"), *y = mc_config_find(c, "b");

    ok(x && y && (strcmp(x->digest, y->digest) == 0) == want, "digest: %s", what);
    mc_config_unref(c);
    mc_free(text);
}

static void test_digest(void)
{
    is_same("space, order and escapes do not matter",
            "{\"command\": \"x\", \"args\": [\"\\u0061\"], \"env\": {\"A\": \"1\", \"B\": \"2\"}}",
            "{ \"env\":{\"B\":\"2\",  \"A\":\"1\"},\"args\":[\"a\"], \"command\":\"x\", \"type\": \"stdio\"}", true);
    is_same("when it starts does not matter", "{\"command\": \"x\"}",
            "{\"command\": \"x\", \"disabled\": true, \"start\": \"eager\", \"timeout\": {\"call\": 5}, \"description\": \"d\"}", true);
    is_same("the command does", "{\"command\": \"x\"}", "{\"command\": \"y\"}", false);
    is_same("each argument does", "{\"command\": \"x\", \"args\": [\"a\", \"b\"]}", "{\"command\": \"x\", \"args\": [\"a b\"]}", false);
    is_same("an empty argument does", "{\"command\": \"x\", \"args\": []}", "{\"command\": \"x\", \"args\": [\"\"]}", false);
    is_same("a variable does", "{\"command\": \"x\", \"env\": {\"A\": \"1\"}}", "{\"command\": \"x\", \"env\": {\"A\": \"2\"}}", false);
    is_same("unset is not empty", "{\"command\": \"x\", \"env\": {\"A\": null}}", "{\"command\": \"x\", \"env\": {\"A\": \"\"}}", false);
    is_same("envFile does", "{\"command\": \"x\"}", "{\"command\": \"x\", \"envFile\": \".env\"}", false);
    is_same("cwd does", "{\"command\": \"x\"}", "{\"command\": \"x\", \"cwd\": \"/\"}", false);
    is_same("the prefix does: it is a name to hide behind", "{\"command\": \"x\"}", "{\"command\": \"x\", \"prefix\": \"\"}", false);
    is_same("the transport does", "{\"url\": \"http://x\"}", "{\"url\": \"http://x\", \"type\": \"sse\"}", false);
    is_same("a header does", "{\"url\": \"http://x\"}", "{\"url\": \"http://x\", \"headers\": {\"A\": \"b\"}}", false);

    struct mc_config *c = parse(".mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}", 0);
    is_str(mc_config_find(c, "a")->digest, "183ce7f22fa0503793248161580ecad9aa09c2b26b5cd8cab28e6fa19ee5e466", "what was trusted stays trusted");
    mc_config_unref(c);
}

/* ---- several files ---- */

static char *make_repo(const char *name)
{
    static const char *const dirs[] = {"", "/.cursor", "/.vscode", "/.mcpctl"};
    char *root = mc_asprintf("%s/%s", scratch(), name);

    for (size_t i = 0; i < MC_ARRAY_LEN(dirs); i++) {
        char *dir = mc_asprintf("%s%s", root, dirs[i]);
        if (mkdir(dir, 0700) < 0) {
            perror(dir);
            exit(99);
        }
        mc_free(dir);
    }
    return root;
}

static void put(const char *root, const char *file, const char *text)
{
    char *path = mc_asprintf("%s/%s", root, file);

    scratch_write(path, text);
    mc_free(path);
}

static void test_files(void)
{
    char *root = make_repo("files");
    struct mc_config *c;

    put(root, ".mcp.json", "{\"mcpServers\": {\"one\": {\"command\": \"a\"}, \"two\": {\"command\": \"a\"}, \"three\": {\"command\": \"a\"}}}");
    put(root, ".cursor/mcp.json", "{\"mcpServers\": {\"two\": {\"command\": \"b\"}, \"one\": {\"command\": \"a\", \"disabled\": true}}}");
    put(root, ".vscode/mcp.json", "{\"servers\": {\"four\": {\"type\": \"stdio\", \"command\": \"a\"}}, // and\n}");
    put(root, ".mcpctl/config.json", "{\"servers\": {\"three\": {\"command\": 7}}}");
    is_int(load(root, &c, NULL), -MC_E_CONFIG, "four files, one of them with an error");
    char *got = reports(c);
    is_str(got,
           ".cursor/mcp.json:1:17: warning: server \"two\" is given with different content in .mcp.json:1:42 too; this "
           "one is used\n"
           ".mcpctl/config.json:1:35: error: servers.three.command: expected a string, found a number\n",
           "the reports");
    is_int(mc_config_server_count(c), 3, "a broken entry hides the lower one");
    is_str(mc_config_server(c, 0)->name, "one", "the order is that of first mention");
    ok(mc_config_server(c, 0)->disabled, "the later entry wins whole");
    is_str(mc_config_server(c, 1)->command, "b", "also when it differs");
    is_str(mc_config_server(c, 2)->name, "four", "servers and mcpServers");
    is_str(mc_config_find(c, "four")->command, "a", "found by name after the gap");
    ok(!mc_config_find(c, "three"), "the broken one is not there");
    mc_free(got);
    mc_config_unref(c);
    mc_free(root);
}

static void test_builtin(void)
{
    char *root = make_repo("builtin");
    struct mc_config *c;

    is_int(load(root, &c, NULL), 0, "no file at all");
    is_int(mc_config_server_count(c), 2, "gives the embedded servers");
    const struct mc_server_spec *s = mc_config_find(c, "git");
    ok(s && s->builtin && s->transport == MC_TRANSPORT_STDIO, "git");
    is_str(s ? s->origin.file : NULL, "built-in", "its origin");
    ok(mc_config_find(c, "files") && mc_config_find(c, "files")->builtin, "files");
    mc_config_unref(c);

    put(root, ".mcp.json", "{\"mcpServers\": {}}");
    load(root, &c, NULL);
    is_int(mc_config_server_count(c), 2, "so does a file without servers");
    mc_config_unref(c);

    put(root, ".mcp.json", "{\"mcpServers\": {\"a\": }}");
    is_int(load(root, &c, NULL), -MC_E_CONFIG, "a broken file");
    is_int(mc_config_server_count(c), 0, "does not: nothing hides the error");
    mc_config_unref(c);

    put(root, ".mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"disabled\": true}}}");
    is_int(load(root, &c, NULL), 0, "a file with one server, switched off");
    is_int(mc_config_server_count(c), 1, "does not either");
    mc_config_unref(c);
    mc_free(root);
}

static void test_unreadable(void)
{
    char *root = make_repo("unreadable");
    char *path = mc_asprintf("%s/.mcp.json", root);
    struct mc_config *c;
    struct mc_err err = {0};

    mkdir(path, 0700);
    is_int(load(root, &c, NULL), -MC_E_CONFIG, "a directory in the place of a file");
    is_int(mc_config_diag_count(c), 1, "is reported");
    char *got = reports(c);
    ok(strncmp(got, ".mcp.json: error: ", 18) == 0, "by its name: %s", got);
    mc_free(got);
    mc_config_unref(c);
    rmdir(path);

    struct mc_buf big = MC_BUF_INIT(8 << 20);
    mc_buf_reserve(&big, 5 << 20);
    for (int i = 0; i < 5 << 10; i++)
        mc_buf_addf(&big, "%1024s", "");
    put(root, ".mcp.json", big.data);
    is_int(load(root, &c, NULL), -MC_E_CONFIG, "a file of 5 MiB");
    got = reports(c);
    ok(strstr(got, "larger than 4194304 bytes") != NULL, "names the bound: %s", got);
    mc_free(got);
    mc_config_unref(c);
    mc_buf_done(&big);

    is_int(load("/nonexistent/repo", &c, &err), -MC_E_SYSTEM, "no such root");
    ok(c && mc_config_server_count(c) == 0, "gives an empty snapshot");
    mc_config_unref(c);
    is_int(load("/dev/null", &c, &err), -MC_E_SYSTEM, "a root that is a file");
    mc_config_unref(c);
    mc_free(path);
    mc_free(root);
}

/* ---- real files ---- */

static const struct {
    const char *file;
    int servers, errors;
} corpus[] = {
    {"claude-code/1.json", 10, 0}, {"claude-code/3.json", 9, 0}, {"claude-code/5.json", 0, 1},
    {"claude-code/7.json", 0, 1},  {"cursor/2.json", 4, 0},      {"cursor/4.json", 1, 0},
    {"cursor/6.json", 2, 0},       {"vscode/1.json", 2, 0},      {"vscode/3.json", 1, 0},
    {"vscode/5.json", 3, 0},       {"vscode/7.json", 2, 0},      {"vscode/9.json", 2, 0},
};

static void try_file(const char *path, const char *text, size_t n)
{
    static const char *const sources[] = {".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json"};

    for (size_t i = 0; i < MC_ARRAY_LEN(sources); i++) {
        struct mc_config *c;
        char *copy = mc_memdup(text, n);
        mc_config_parse(ROOT, sources[i], (struct mc_str){copy, n}, &c, NULL);
        int servers = 0, errors = 0;
        for (size_t j = 0; j < mc_config_server_count(c); j++)
            servers += !mc_config_server(c, j)->builtin;
        for (size_t j = 0; j < mc_config_diag_count(c); j++)
            errors += mc_config_diag(c, j)->severity == MC_SEV_ERROR;
        for (size_t j = 0; j < MC_ARRAY_LEN(corpus); j++) {
            size_t len = strlen(corpus[j].file), have = strlen(path);
            if (have > len && strcmp(path + have - len, corpus[j].file) == 0)
                ok(servers == corpus[j].servers && errors == corpus[j].errors, "%s as %s: %d servers, %d errors",
                   corpus[j].file, sources[i], servers, errors);
        }
        mc_config_unref(c);
        mc_free(copy);
    }
}

int main(void)
{
    scratch();
    test_entry();
    test_user();
    test_quiet();
    test_five_mistakes();
    test_mistakes();
    test_root();
    test_bounds();
    test_hub_entries();
    test_digest();
    test_files();
    test_builtin();
    test_unreadable();
    if (each_shared("corpus", try_file) == 0)
        skip("no shared corpus here");
    return done_testing();
}
