/* What of a config is a secret, and must not be shown. */
#include "base/alloc.h"
#include "config/redact.h"
#include "tests/tap.h"

int main(void)
{
    static const struct {
        const char *name, *text, *want;
    } t[] = {
        {"GITHUB_TOKEN", "abc", "********"},
        {"apiKey", "abc", "********"},
        {"x-api-key", "abc", "********"},
        {"DB_PASSWORD", "", ""},
        {"Authorization", "Bearer abc", "********"},
        {"Authorization", "Bearer ${secret:x}", "Bearer ${secret:x}"},
        {"TOKEN", "${TOKEN:-}", "${TOKEN:-}"},
        {"PATH", "/usr/bin:/bin", "/usr/bin:/bin"},
        {"KEYBOARD", "us", "us"},
        {"MONKEY", "banana", "banana"},
        {"", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "********"},
        {"", "use ghp_abcdefghijklmnopqrstuvwxyz0123456789, please", "use ********, please"},
        {"", "sk-short", "sk-short"},
        {"", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "********"},
        {"", "--token=abc", "--token=********"},
        {"", "--api-key=${KEY}", "--api-key=${KEY}"},
        {"", "--verbose=yes", "--verbose=yes"},
        {"", "postgres://me:pw@host/db", "postgres://********@host/db"},
        {"", "postgres://${USER}:${PW}@host/db", "postgres://${USER}:${PW}@host/db"},
        {"", "https://host/a@b", "https://host/a@b"},
        {"", "https://host/x?a=1&token=abc&b=2", "https://host/x?a=1&token=********&b=2"},
        {"", "https://host/x?key=${KEY}", "https://host/x?key=${KEY}"},
        {"", "@scope/server@1.2.3", "@scope/server@1.2.3"},
        {"", "caf\xC3\xA9 = 1?", "caf\xC3\xA9 = 1?"},
        {"", "", ""},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *got = mc_redact(mc_str_of(t[i].name), t[i].text);
        is_str(got, t[i].want, "%s=%s", t[i].name, t[i].text);
        mc_free(got);
    }
    return done_testing();
}
