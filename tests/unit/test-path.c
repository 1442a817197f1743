#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <limits.h>

static void is_owned(char *got, const char *want, const char *what)
{
    is_str(got, want, "%s", what);
    mc_free(got);
}

static const char *in(enum mc_dir dir, const char *name)
{
    static char out[1024];
    struct mc_err err = {0};
    char *path = NULL;
    int ret = mc_path_in(dir, name, &path, &err);
    snprintf(out, sizeof(out), "%s", ret == 0 ? path : mc_code_slug(err.code));
    mc_free(path);
    return out;
}

static void places(void)
{
    char fallback[64];
    setenv("HOME", "/home/u", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    snprintf(fallback, sizeof(fallback), "/tmp/mcpctl-%u/hub.sock", (unsigned)geteuid());
    is_str(in(MC_DIR_CONFIG, NULL), "/home/u/.config/mcpctl", "config below HOME");
    is_str(in(MC_DIR_STATE, "token"), "/home/u/.local/state/mcpctl/token", "state below HOME");
    is_str(in(MC_DIR_RUNTIME, "hub.sock"), fallback, "runtime in /tmp");
    setenv("XDG_CONFIG_HOME", "/x/c", 1);
    setenv("XDG_STATE_HOME", "/x/s/", 1);
    setenv("XDG_RUNTIME_DIR", "/run/u", 1);
    is_str(in(MC_DIR_CONFIG, "config.json"), "/x/c/mcpctl/config.json", "XDG_CONFIG_HOME");
    is_str(in(MC_DIR_STATE, NULL), "/x/s/mcpctl", "XDG_STATE_HOME");
    is_str(in(MC_DIR_RUNTIME, NULL), "/run/u/mcpctl", "XDG_RUNTIME_DIR");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("XDG_STATE_HOME", "", 1);
    is_str(in(MC_DIR_CONFIG, NULL), "/home/u/.config/mcpctl", "a relative value is ignored");
    is_str(in(MC_DIR_STATE, NULL), "/home/u/.local/state/mcpctl", "an empty one too");
    unsetenv("HOME");
    is_str(in(MC_DIR_CONFIG, NULL), "config", "without HOME there is no place");
    setenv("HOME", "not/absolute", 1);
    is_str(in(MC_DIR_STATE, NULL), "config", "nor with a relative one");
}

static int ensured(enum mc_dir dir, struct mc_err *err)
{
    *err = (struct mc_err){0};
    return mc_path_ensure(dir, err);
}

static void ensuring(void)
{
    struct mc_err err;
    struct stat st;
    setenv("HOME", scratch(), 1);
    setenv("XDG_STATE_HOME", scratch_path("state/deep"), 1);
    setenv("XDG_CONFIG_HOME", scratch_path("config"), 1);
    setenv("XDG_RUNTIME_DIR", scratch_path("run"), 1);
    const char *state = scratch_path("state/deep/mcpctl"), *run = scratch_path("run/mcpctl");
    const char *config = scratch_path("config/mcpctl");
    umask(0);
    is_int(ensured(MC_DIR_STATE, &err), 0, "made");
    ok(stat(state, &st) == 0 && (st.st_mode & 07777) == 0700, "for us alone");
    is_int(ensured(MC_DIR_STATE, &err), 0, "fine as it is");
    chmod(state, 0750);
    is_int(ensured(MC_DIR_STATE, &err), -MC_E_DENIED, "open to a group: %s", err.msg);
    ok(strstr(err.msg, "chmod 700"), "the error says what to do");
    is_int(ensured(MC_DIR_CONFIG, &err), 0, "config is made");
    chmod(config, 0755);
    is_int(ensured(MC_DIR_CONFIG, &err), 0, "others may read the configuration");
    chmod(config, 0777);
    is_int(ensured(MC_DIR_CONFIG, &err), -MC_E_DENIED, "but not write: %s", err.msg);
    is_int(ensured(MC_DIR_RUNTIME, &err), 0, "runtime is made");
    (void)!rmdir(run);
    (void)!symlink("../state", run);
    is_int(ensured(MC_DIR_RUNTIME, &err), -MC_E_DENIED, "a link: %s", err.msg);
    unlink(run);
    scratch_write(run, "x");
    ok(ensured(MC_DIR_RUNTIME, &err) < 0, "a file: %s", err.msg);
    unlink(run);
    umask(0022);
}

static void foreign(void)
{
    struct mc_err err = {0};
    if (geteuid() != 0) {
        skip("needs root to make a directory of another user");
        return;
    }
    const char *run = scratch_path("run/mcpctl");
    (void)!mkdir(run, 0700);
    (void)!chown(run, 12345, 12345);
    is_int(ensured(MC_DIR_RUNTIME, &err), -MC_E_DENIED, "somebody else's: %s", err.msg);
    (void)!rmdir(run);
}

static void texts(void)
{
    is_owned(mc_path_join("/a", "b"), "/a/b", "join");
    is_owned(mc_path_join("/a/", "b"), "/a/b", "join with a slash");
    is_owned(mc_path_join("/", "b"), "/b", "join to the root");
    is_owned(mc_path_join("", "b"), "b", "join to nothing");
    is_str(mc_path_base("/a/b"), "b", "base");
    is_str(mc_path_base("b"), "b", "base without a slash");
    is_str(mc_path_base("/a/"), "", "base of a directory with a slash");
    is_owned(mc_path_dir("/a/b"), "/a", "dir");
    is_owned(mc_path_dir("/a//b"), "/a", "dir with two slashes");
    is_owned(mc_path_dir("/a"), "/", "dir below the root");
    is_owned(mc_path_dir("a"), ".", "dir without a slash");
}

static void roots(void)
{
    struct mc_err err = {0};
    char *path = NULL, *real = NULL;
    is_int(mc_path_real(scratch(), &real, &err), 0, "real");
    is_int(mc_path_real(scratch_path("none"), &path, &err), -MC_E_NOT_FOUND, "absent: %s", err.msg);
    is_int(mc_path_repo_root(scratch_path("none"), &path, &err), -MC_E_NOT_FOUND, "no such directory");

    (void)!mkdir(scratch_path("repo"), 0700);
    (void)!mkdir(scratch_path("repo/.git"), 0700);
    (void)!mkdir(scratch_path("repo/sub"), 0700);
    (void)!mkdir(scratch_path("repo/sub/deep"), 0700);
    (void)!symlink("repo/sub/deep", scratch_path("link"));
    char want[PATH_MAX];
    snprintf(want, sizeof(want), "%s/repo", real);
    is_int(mc_path_repo_root(scratch_path("repo/sub/deep"), &path, &err), 0, "from below");
    is_owned(path, want, "up to .git");
    is_int(mc_path_repo_root(scratch_path("link"), &path, &err), 0, "through a link");
    is_owned(path, want, "its real path counts");
    (void)!mkdir(scratch_path("repo/sub/.mcpctl"), 0700);
    snprintf(want, sizeof(want), "%s/repo/sub", real);
    is_int(mc_path_repo_root(scratch_path("repo/sub/deep"), &path, &err), 0, "from below");
    is_owned(path, want, "a nearer .mcpctl wins");
    scratch_write(scratch_path("repo/sub/deep/.git"), "gitdir: elsewhere\n");
    snprintf(want, sizeof(want), "%s/repo/sub/deep", real);
    is_int(mc_path_repo_root(scratch_path("link"), &path, &err), 0, "in a worktree");
    is_owned(path, want, "whose .git is a file");
    (void)!mkdir(scratch_path("repo/.git/hooks"), 0700);
    snprintf(want, sizeof(want), "%s/repo", real);
    is_int(mc_path_repo_root(scratch_path("repo/.git/hooks"), &path, &err), 0, "inside of .git");
    is_owned(path, want, "the repo whose it is");
    static const char *const bare[] = {"bare.git", "bare.git/objects", "bare.git/refs", "bare.git/hooks"};
    for (size_t i = 0; i < MC_ARRAY_LEN(bare); i++)
        (void)!mkdir(scratch_path(bare[i]), 0700);
    scratch_write(scratch_path("bare.git/HEAD"), "ref: refs/heads/main\n");
    snprintf(want, sizeof(want), "%s/bare.git", real);
    is_int(mc_path_repo_root(scratch_path("bare.git/hooks"), &path, &err), 0, "in a bare repository");
    is_owned(path, want, "its directory");
    is_int(mc_path_repo_root("/proc/self", &path, &err), 0, "on a file system without any");
    ok(strncmp(path, "/proc/", 6) == 0, "nothing beyond it is looked at: %s", path);
    mc_free(path);
    is_int(mc_path_repo_root(scratch(), &path, &err), 0, "outside of any");
    is_owned(path, real, "the directory itself");
    mc_free(real);
}

static void self(void)
{
    char exe[PATH_MAX] = "";
    (void)!readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    is_str(mc_path_self(), exe, "self");
    ok(mc_path_libexec()[0] == '/' && mc_path_libexec() == mc_path_libexec(), "libexec is %s", mc_path_libexec());
}

int main(void)
{
    scratch();
    places();
    ensuring();
    foreign();
    texts();
    roots();
    self();
    return done_testing();
}
