/* What the machine and the orgs forbid. Locks and requirements are in tests/golden/locks. */
#include "base/alloc.h"
#include "base/err.h"
#include "config/config.h"
#include "tests/tap.h"

/* What is forbidden is also looked for in what a launch has become. */
static void test_permits(void)
{
    static const char text[] = "{\"$forbid\": {\"commands\": [\"curl\"], \"packages\": [\"@bad/*\"], \"hosts\": [\"*.evil.example\", \"::1\"]}}";
    static const struct {
        const char *command, *arg, *url;
        bool allowed;
    } t[] = {
        {"curl", NULL, NULL, false},
        {"/usr/bin/curl", NULL, NULL, false},
        {"curly", NULL, NULL, true},
        {"npx", "@bad/x@1.2", NULL, false},
        {"docker", "--image=@bad/x:latest", NULL, false},
        {"npx", "@good/x", NULL, true},
        {NULL, NULL, "https://a.EVIL.example./mcp", false},
        {NULL, NULL, "https://a.evil.example@good.example/mcp", true},
        {NULL, NULL, "https://good.example@a.evil.example:1/mcp", false},
        {NULL, NULL, "http://[::1]:80/", false},
    };
    struct mc_config *c;

    mc_config_parse_as(MC_LAYER_SYSTEM, "/etc/mcpctl/config.json", mc_str_of(text), &c, NULL);
    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        struct mc_strv argv = {0};
        struct mc_err err = {0};
        if (t[i].command)
            mc_strv_push(&argv, t[i].command);
        if (t[i].arg)
            mc_strv_push(&argv, t[i].arg);
        int ret = mc_config_permits(c, "srv", &argv, t[i].url, &err);
        is_int(ret, t[i].allowed ? 0 : -MC_E_DENIED, "%s %s", t[i].url ? t[i].url : t[i].command, t[i].arg ? t[i].arg : "");
        ok(t[i].allowed || strstr(err.msg, "/etc/mcpctl/config.json:1:"), "with the place: %s", err.msg);
        mc_strv_done(&argv);
    }
    mc_config_unref(c);
}

int main(void)
{
    test_permits();
    return done_testing();
}
