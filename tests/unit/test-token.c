/* One token for all programs of the user, closed to others. */
#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "store/token.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <sys/wait.h>

#define STATE ".local/state/mcpctl"

static void test_get(void)
{
    char *first = NULL, *again = NULL, *rotated = NULL;
    struct stat st;

    is_int(mc_token_get(&first, NULL), 0, "made on first use");
    is_int(strlen(first), 64, "256 bits");
    is_int(strspn(first, "0123456789abcdef"), 64, "in hex");
    ok(stat(scratch_path(STATE "/token"), &st) == 0 && (st.st_mode & 07777) == 0600, "0600");
    is_int(mc_token_get(&again, NULL), 0, "the next use");
    is_str(again, first, "finds the same");
    is_int(mc_token_rotate(&rotated, NULL), 0, "rotate");
    ok(strcmp(rotated, first) != 0, "makes another");
    mc_free(again);
    mc_token_get(&again, NULL);
    is_str(again, rotated, "which is kept");
    mc_free(first);
    mc_free(again);
    mc_free(rotated);
}

static void test_refused(void)
{
    static const struct {
        const char *what, *text;
    } t[] = {
        {"an empty file", ""},
        {"a short one", "secret\n"},
        {"one with blanks", "0123456789abcdef 0123456789abcdef0123456789abcdef\n"},
        {"two lines", "0123456789abcdef0123456789abcdef\n0123456789abcdef\n"},
    };
    char *path = mc_strdup(scratch_path(STATE "/token"));
    char *token = NULL;
    struct mc_err err = {0};

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        scratch_write(path, t[i].text);
        is_int(mc_token_get(&token, &err), -MC_E_CONFIG, "%s", t[i].what);
        ok(strstr(err.msg, path) != NULL, "the error names the file: %s", err.msg);
    }
    scratch_write(path, "0123456789abcdef0123456789abcdef\r\n");
    is_int(mc_token_get(&token, NULL), 0, "a token of the user's own");
    is_str(token, "0123456789abcdef0123456789abcdef", "without its line end");
    mc_free(token);

    chmod(path, 0644);
    is_int(mc_token_get(&token, &err), -MC_E_DENIED, "a file that others can read");
    ok(strstr(err.msg, "0644") && strstr(err.msg, "remove it"), "says what to do: %s", err.msg);
    is_int(mc_token_rotate(&token, NULL), 0, "a new one");
    struct stat st;
    ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "is closed");
    mc_free(token);
    mc_free(path);
}

static void test_together(void)
{
    enum { CHILDREN = 8 };
    int ends[2], different = 0;
    char token[64], first[64];

    unlink(scratch_path(STATE "/token"));
    if (pipe(ends) < 0)
        exit(99);
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            char *mine = NULL;
            if (mc_token_get(&mine, NULL) < 0 || write(ends[1], mine, 64) != 64)
                _exit(1);
            _exit(0);
        }
    }
    for (int i = 0, status; i < CHILDREN; i++) {
        wait(&status);
        different += status != 0;
    }
    close(ends[1]);
    for (int i = 0; i < CHILDREN; i++) {
        different += read(ends[0], token, 64) != 64;
        if (i == 0)
            memcpy(first, token, 64);
        different += memcmp(first, token, 64) != 0;
    }
    close(ends[0]);
    is_int(different, 0, "%d programs that start at once agree", CHILDREN);
}

int main(void)
{
    scratch();
    test_get();
    test_refused();
    test_together();
    return done_testing();
}
