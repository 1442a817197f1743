#include "loop/spawn.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "loop/child.h"
#include "loop/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define KEEPER "mcpctl-keeper"

static void close_fds(int fds[MC_ENDS])
{
    for (int i = 0; i < MC_ENDS; i++)
        mc_closep(&fds[i]);
}

static int no_pipes(const char *name, int why, struct mc_err *err)
{
    struct rlimit lim;
    if (why == EMFILE && getrlimit(RLIMIT_NOFILE, &lim) == 0)
        return mc_err_sys(err, why,
                          "cannot start '%s': all %llu file descriptors of this process are in use "
                          "(see ulimit -n)",
                          name, (unsigned long long)lim.rlim_cur);
    return mc_err_sys(err, why, "cannot start '%s': no pipe could be made", name);
}

/* Real pipes: half the round trip of the socketpairs that libuv would make. */
int mc_spawn_pipes(const char *name, int ours[MC_ENDS], int theirs[MC_ENDS], struct mc_err *err)
{
    for (int i = 0; i < MC_ENDS; i++)
        ours[i] = theirs[i] = -1;
    for (int i = 0; i < MC_ENDS; i++) {
        int fd[2];
        if (pipe2(fd, O_CLOEXEC) < 0) {
            int why = errno;
            close_fds(ours);
            close_fds(theirs);
            return no_pipes(name, why, err);
        }
        ours[i] = fd[i == MC_END_IN];
        theirs[i] = fd[i != MC_END_IN];
        if (i == MC_END_IN || i == MC_END_OUT)
            fcntl(fd[0], F_SETPIPE_SZ, MC_SPAWN_PIPE_SIZE);
    }
    return 0;
}

static int no_keeper(const char *name, const char *keeper, int r, struct mc_err *err)
{
    switch (r) {
    case UV_ENOENT:
    case UV_EACCES:
        return mc_err_sys(
            err, -r,
            "cannot start '%s': its keeper '%s' cannot be run; is mcpctl installed completely?",
            name, keeper);
    case UV_EAGAIN:
        return mc_err_sys(err, -r, "cannot start '%s': no process could be made (see ulimit -u)",
                          name);
    case UV_EMFILE:
        return no_pipes(name, EMFILE, err);
    case UV_E2BIG:
        return mc_err_sys(err, -r, "cannot start '%s': its arguments and environment are too long",
                          name);
    default:
        return mc_err_sys(err, -r, "cannot start '%s'", name);
    }
}

static char **keeper_argv(const char *keeper, const char *parent, const char *path,
                          char *const *argv)
{
    const char *head[] = {keeper, "--parent", parent, "--exec", path, "--"};
    size_t n = MC_ARRAY_LEN(head), args = 0;
    while (argv[args])
        args++;
    const char **all = mc_calloc(n + args + 1, sizeof(*all));
    memcpy(all, head, sizeof(head));
    memcpy(all + n, argv, args * sizeof(*all));
    return (char **)all; /* only exec reads it */
}

int mc_spawn_keeper(struct mc_loop *l, const struct mc_child_spec *spec, const char *path,
                    int theirs[MC_ENDS], uv_exit_cb exited, uv_process_t *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *keeper = mc_path_join(mc_path_libexec(), KEEPER);
    MC_CLEANUP(mc_freep) char *parent = mc_asprintf("%d", (int)getpid());
    MC_CLEANUP(mc_freep) char **argv = keeper_argv(keeper, parent, path, spec->argv);
    uv_stdio_container_t stdio[MC_ENDS];
    for (int i = 0; i < MC_ENDS; i++)
        stdio[i] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = theirs[i]};
    uv_process_options_t options = {
        .exit_cb = exited,
        .file = keeper,
        .args = argv,
        .env = (char **)spec->env,
        .cwd = spec->cwd,
        .flags = UV_PROCESS_DETACHED, /* a session of its own: no Ctrl-C of our terminal */
        .stdio_count = MC_ENDS,
        .stdio = stdio,
    };
    int r = uv_spawn(mc_loop_uv(l), ret, &options);
    close_fds(theirs);
    return r < 0 ? no_keeper(spec->argv[0], keeper, r, err) : 0;
}
