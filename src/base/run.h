/* Runs a program to its end and takes what it prints: helpers under libexec, git, ssh-keygen, what a config names.
 *
 * By argv, never by a shell. It blocks for as long as it was given: never on the loop's thread. The program gets a process group
 * of its own, which is killed as a whole when its time is over or it prints more than it may. */
#ifndef MC_BASE_RUN_H
#define MC_BASE_RUN_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_RUN_ERR_MAX 4096 /* bytes kept of standard error: the last ones */

struct mc_run {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH when it has no slash */
    const char *const *env;  /* ends with NULL; NULL: that of this process */
    const char *cwd;         /* NULL: that of this process */
    struct mc_str input;     /* for standard input */
    size_t out_max;          /* bytes of standard output */
    unsigned timeout_ms;
};
struct mc_run_result {
    char *out; /* NUL-terminated; may hold NULs of its own */
    size_t out_len;
    char *err;  /* NUL-terminated, fit for a message, without line breaks at its end */
    int status; /* exit status, or 128 + the signal */
};
/* 0 when it has ended, whatever its status; -MC_E_NOT_FOUND: no such program; -MC_E_TIMEOUT, -MC_E_TOO_BIG, -MC_E_SYSTEM. *ret is always given; free it with
 * mc_run_done, which overwrites the output first, as it may be a secret. */
int mc_run(const struct mc_run *r, struct mc_run_result *ret, struct mc_err *err);
void mc_run_done(struct mc_run_result *ret);

#endif
