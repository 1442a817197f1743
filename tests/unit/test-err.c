#include "base/err.h"
#include "base/str.h"
#include "tests/tap.h"

#include <errno.h>

static void filling(void)
{
    struct mc_err err = {0};
    is_int(mc_err_set(&err, MC_E_CONFIG, "%s: %d", "x", 7), -MC_E_CONFIG, "set returns the code");
    is_str(err.msg, "x: 7", "its text");
    ok(err.code == MC_E_CONFIG && err.sys_errno == 0, "its code");
    is_int(mc_err_wrap(&err, -MC_E_CONFIG, "reading %s", "y"), -MC_E_CONFIG, "wrap returns what it was given");
    is_str(err.msg, "reading y: x: 7", "prefix and text");
    is_int(mc_err_sys(&err, ENOENT, "open %s", "z"), -MC_E_SYSTEM, "sys");
    ok(err.sys_errno == ENOENT && strstr(err.msg, "open z: "), "%s", err.msg);
    mc_err_wrap(&err, -MC_E_SYSTEM, "more");
    ok(err.sys_errno == ENOENT && err.code == MC_E_SYSTEM, "wrap keeps code and errno");
    mc_err_set(&err, MC_E_FAILED, "again: %s", err.msg);
    ok(strncmp(err.msg, "again: more: open z", 19) == 0, "an error's own text may be an argument");
    is_int(mc_err_set(NULL, MC_E_TIMEOUT, "x"), -MC_E_TIMEOUT, "nobody to tell");
    is_int(mc_err_sys(NULL, EIO, "x"), -MC_E_SYSTEM, "nobody to tell");
    is_int(mc_err_wrap(NULL, -3, "x"), -3, "nobody to tell");
}

static void cutting(void)
{
    int broken = 0, lengths = 0;
    for (int pre = MC_ERR_MSG_MAX - 12; pre < MC_ERR_MSG_MAX + 4; pre++) {
        struct mc_err err = {0};
        mc_err_set(&err, MC_E_FAILED, "%*s\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9", pre, "");
        broken += !mc_utf8_valid(err.msg, strlen(err.msg));
        lengths += strlen(err.msg) < MC_ERR_MSG_MAX - 13;
        mc_err_wrap(&err, -1, "\xc3\xa9");
        broken += !mc_utf8_valid(err.msg, strlen(err.msg));
    }
    is_int(broken, 0, "long texts are cut between characters");
    is_int(lengths, 0, "and not more than needed");
}

static void table(void)
{
    static const int exits[MC_E_MAX] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1};
    for (int i = 0; i < MC_E_MAX; i++) {
        enum mc_code code = (enum mc_code)i;
        bool unique = mc_code_slug(code) != NULL;
        for (int j = 0; j < i; j++)
            unique = unique && strcmp(mc_code_slug(code), mc_code_slug((enum mc_code)j)) != 0;
        ok(unique, "code %d has its own slug", i);
        is_int(mc_code_exit(code), exits[i], "its exit status");
        ok(i == 0 || mc_code_jsonrpc(code) < 0, "its JSON-RPC code");
        ok(mc_exit_help(mc_code_exit(code)) != NULL, "its help");
    }
    is_int(mc_code_exit((enum mc_code)99), 1, "an unknown code is a failure");
    ok(!mc_exit_help(9) && !mc_exit_help(-1), "other statuses are not ours");
}

int main(void)
{
    filling();
    cutting();
    table();
    return done_testing();
}
