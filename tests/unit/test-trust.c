/* What the user allowed, and only that. */
#include "base/alloc.h"
#include "base/err.h"
#include "base/io.h"
#include "config/config.h"
#include "store/trust.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <sys/wait.h>

#define STATE ".local/state/mcpctl"

static struct mc_config *config_of(const char *text)
{
    struct mc_config *c;

    mc_config_parse("/r", ".mcp.json", mc_str_of(text), &c, NULL);
    return c;
}

static enum mc_trust check(const char *root, const struct mc_server_spec *spec)
{
    struct mc_trust_book *b;
    struct mc_err err = {0};

    if (mc_trust_load(&b, &err) < 0)
        printf("# %s\n", err.msg);
    enum mc_trust t = mc_trust_check(b, root, spec);
    mc_trust_free(b);
    return t;
}

static void test_grant(void)
{
    struct mc_config *c = config_of("{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b.c/d\": {\"command\": \"y\"}}}");
    struct mc_config *changed = config_of("{\"mcpServers\": {\"a\": {\"command\": \"z\"}}}");
    const struct mc_server_spec *both[] = {mc_config_server(c, 0), mc_config_server(c, 1)};
    struct stat st;

    is_int(check("/r", both[0]), MC_TRUST_NO, "nothing is trusted at first");
    is_int(mc_trust_grant("/r", both, 2, NULL), 0, "two servers are allowed");
    is_int(check("/r", both[0]), MC_TRUST_YES, "the first");
    is_int(check("/r", both[1]), MC_TRUST_YES, "the second, with an odd name");
    is_int(check("/other", both[0]), MC_TRUST_NO, "not in another repo");
    is_int(check("/r", mc_config_server(changed, 0)), MC_TRUST_CHANGED, "another command is another server");
    ok(stat(scratch_path(STATE "/trust.json"), &st) == 0 && (st.st_mode & 07777) == 0600, "the file is ours alone");

    const struct mc_server_spec *one = mc_config_server(changed, 0);
    is_int(mc_trust_grant("/r", &one, 1, NULL), 0, "the change is allowed");
    is_int(check("/r", one), MC_TRUST_YES, "and trusted");
    is_int(check("/r", both[0]), MC_TRUST_CHANGED, "the old one no longer is");
    is_int(check("/r", both[1]), MC_TRUST_YES, "the other one still is");

    is_int(mc_trust_grant("/other", &one, 1, NULL), 0, "another repo");
    struct mc_trust_book *book = NULL;
    ok(mc_trust_load(&book, NULL) == 0 && mc_trust_knows(book, "/r", "a"), "a name that was allowed is known");
    ok(!mc_trust_knows(book, "/r", "nobody") && !mc_trust_knows(book, "/elsewhere", "a"), "no other one, and nowhere else");
    mc_trust_free(book);
    is_int(mc_trust_revoke("/r", "a", NULL), 0, "one server is no longer allowed");
    is_int(check("/r", one), MC_TRUST_NO, "it is not");
    is_int(check("/r", both[1]), MC_TRUST_YES, "the other one is");
    is_int(mc_trust_revoke("/r", NULL, NULL), 0, "none of the repo is");
    is_int(check("/r", both[1]), MC_TRUST_NO, "it is not");
    is_int(check("/other", one), MC_TRUST_YES, "the other repo's is");
    is_int(mc_trust_revoke("/unknown", NULL, NULL), 0, "an unknown repo is no error");
    is_int(mc_trust_revoke("/other", "unknown", NULL), 0, "nor is an unknown server");
    is_int(mc_trust_revoke("/other", "a", NULL), 0, "the last one goes");
    char *text = slurp(scratch_path(STATE "/trust.json"), NULL);
    ok(text && !strstr(text, "/other"), "and leaves no empty repo behind");
    free(text);
    mc_config_unref(c);
    mc_config_unref(changed);
}

static void test_builtin(void)
{
    struct mc_config *c = config_of("{}");
    struct mc_config *named = config_of("{\"mcpServers\": {\"git\": {\"command\": \"evil\"}}}");
    const struct mc_server_spec *git = mc_config_find(c, "git");

    is_int(check("/r", git), MC_TRUST_YES, "the embedded servers need no yes");
    is_int(mc_trust_grant("/r", &git, 1, NULL), 0, "and one is not kept");
    is_int(check("/r", mc_config_find(named, "git")), MC_TRUST_NO, "nor lent to another of that name");
    mc_config_unref(c);
    mc_config_unref(named);
}

static void test_damage(void)
{
    static const char *const texts[] = {
        "", "{", "[]", "null", "{\"version\": 1}", "{\"version\": 1, \"roots\": []}",
        "{\"version\": 1, \"roots\": {\"/r\": \"yes\"}}", "{\"version\": 1, \"roots\": {\"/r\": {\"a\": true}}}",
        "{\"version\": 2, \"roots\": {}}",
    };
    struct mc_config *c = config_of("{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}");
    const struct mc_server_spec *spec = mc_config_server(c, 0);
    const char *path = mc_strdup(scratch_path(STATE "/trust.json"));

    for (size_t i = 0; i < MC_ARRAY_LEN(texts); i++) {
        struct mc_trust_book *b;
        struct mc_err err = {0};
        scratch_write(path, texts[i]);
        is_int(mc_trust_load(&b, &err), -MC_E_CONFIG, "damaged: %s", texts[i]);
        ok(strstr(err.msg, path) && b, "the error names the file: %s", err.msg);
        is_int(mc_trust_check(b, "/r", spec), MC_TRUST_NO, "nothing is trusted");
        mc_trust_free(b);
        is_int(mc_trust_grant("/r", &spec, 1, NULL), -MC_E_CONFIG, "and it is not written over");
        char *text = slurp(path, NULL);
        is_str(text, texts[i], "it is as it was");
        free(text);
    }

    char *good = mc_asprintf("{\"version\": 1, \"roots\": {\"/r\": {\"a\": \"%s\"}}}", spec->digest);
    scratch_write(path, good);
    is_int(check("/r", spec), MC_TRUST_YES, "a good file");
    struct mc_trust_book *b;
    struct mc_err err = {0};
    chmod(path, 0622);
    is_int(mc_trust_load(&b, &err), -MC_E_DENIED, "that others can write");
    ok(strstr(err.msg, "chmod 600") != NULL, "says what to do: %s", err.msg);
    is_int(mc_trust_check(b, "/r", spec), MC_TRUST_NO, "and trusts nothing");
    mc_trust_free(b);
    unlink(path);
    mc_free(good);
    mc_free((char *)path);
    mc_config_unref(c);
}

/* Several programs at once lose nothing. */
static void test_together(void)
{
    enum { CHILDREN = 4, EACH = 5 };
    int failed = 0, missing = 0;

    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            for (int j = 0; j < EACH; j++) {
                char *text = mc_asprintf("{\"mcpServers\": {\"s%d-%d\": {\"command\": \"x\"}}}", i, j);
                struct mc_config *c = config_of(text);
                const struct mc_server_spec *spec = mc_config_server(c, 0);
                if (mc_trust_grant("/r", &spec, 1, NULL) < 0)
                    _exit(1);
                mc_config_unref(c);
                mc_free(text);
            }
            _exit(0);
        }
    }
    for (int i = 0, status; i < CHILDREN; i++) {
        wait(&status);
        failed += status != 0;
    }
    is_int(failed, 0, "%d programs grant at once", CHILDREN);
    for (int i = 0; i < CHILDREN * EACH; i++) {
        char *text = mc_asprintf("{\"mcpServers\": {\"s%d-%d\": {\"command\": \"x\"}}}", i / EACH, i % EACH);
        struct mc_config *c = config_of(text);
        missing += check("/r", mc_config_server(c, 0)) != MC_TRUST_YES;
        mc_config_unref(c);
        mc_free(text);
    }
    is_int(missing, 0, "none of the %d grants is lost", CHILDREN * EACH);
    is_int(count_files(scratch_path(STATE), ""), 2, "nothing but the file and its lock is left");
}

int main(void)
{
    scratch();
    test_grant();
    test_builtin();
    test_damage();
    test_together();
    return done_testing();
}
