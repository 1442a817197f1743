/* A stdio MCP server's process: spawned through the keeper, with three real pipes, read and written without blocking.
 *
 * The keeper (libexec/mcpctl-keeper) is the direct child: subreaper with a parent-death signal, it starts argv in an own process
 * group and session, passes on its exit status, and when the server ends, or the hub dies, it kills every descendant.
 * The server has exactly the descriptors 0, 1, 2 and default signal dispositions.
 * A server that closes its stdin or stdout while it runs is of no more use: the default ladder ends it (a ladder that mc_child_stop
 * gives takes its place as long as SIGTERM was not sent).
 *
 * Ownership: spawn gives one reference; the process and each pipe hold their own. on_exit is the last callback; after it (or after
 * mc_child_close, which drops the callbacks and kills at once) the caller drops its reference. */
#ifndef MC_LOOP_CHILD_H
#define MC_LOOP_CHILD_H

#include "base/fwd.h"
#include <sys/types.h>

struct mc_loop;
struct mc_child;

/* Bytes that may wait for a server that does not read its stdin; above: mc_child_write fails with -MC_E_TOO_BIG. */
#define MC_CHILD_QUEUE_MAX (32u << 20)
/* Above high, mc_child_congested() is true and sources should stop; on_drain is called below low. */
#define MC_CHILD_QUEUE_HIGH (1u << 20)
#define MC_CHILD_QUEUE_LOW (256u << 10)

struct mc_child_spec {
    char *const *argv; /* argv[0] is looked up in the PATH of env, as execvpe does; relative paths with a slash are from cwd */
    char *const *env;  /* the whole environment, NAME=value */
    const char *cwd;
};

struct mc_child_ops {
    void (*on_out)(void *arg, const char *p, size_t n); /* stdout bytes as they come; borrowed */
    void (*on_err)(void *arg, const char *p, size_t n); /* stderr bytes */
    void (*on_drain)(void *arg);
    /* Process gone and both outputs drained (at most one pipe buffer more). code: exit status or -1, sig: signal or 0.
     * What the lookup in mc_child_spawn could not see (a missing interpreter, a wrong binary format) is exit 127/126 with a line that
     * names it through on_err. */
    void (*on_exit)(void *arg, int code, int sig);
};

/* Milliseconds each rung of the stop ladder waits: stdin closed → term → SIGTERM to the group → kill → SIGKILL to all descendants. */
struct mc_child_ladder {
    unsigned close_ms;
    unsigned term_ms;
};
#define MC_CHILD_LADDER_DEFAULT ((struct mc_child_ladder){2000, 2000})

/* ops is copied; its members may be NULL.
 * -MC_E_NOT_FOUND when the command or cwd is not there (loop/lookup.h), before anything is started.
 * Fails with an error that names argv[0] and the reason when the keeper cannot be started or pipes/processes are out (EMFILE, EAGAIN). */
int mc_child_spawn(struct mc_loop *l, const struct mc_child_spec *spec, const struct mc_child_ops *ops, void *arg, struct mc_child **ret, struct mc_err *err);
/* Copies into the out buffer, which is written once per loop turn. 0, -MC_E_TOO_BIG (queue cap), -MC_E_UNREACHABLE (stdin closed). */
int mc_child_write(struct mc_child *c, const char *p, size_t n) MC_CHECK;
bool mc_child_congested(const struct mc_child *c);
/* Stops and starts the reading of stdout (back pressure). stderr is always read. */
void mc_child_pause(struct mc_child *c, bool paused);
/* Begins the ladder; on_exit follows. Calling it again is a no-op. */
void mc_child_stop(struct mc_child *c, struct mc_child_ladder ladder);
/* Kills everything at once and drops the callbacks; the reference is taken. */
void mc_child_close(struct mc_child *c);
pid_t mc_child_pid(const struct mc_child *c); /* of the server itself when known, else of its keeper */
void mc_child_unref(struct mc_child *c);

#endif
