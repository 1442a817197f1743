/* Calls that fail on demand, for tests (--enable-fault-injection). Included by alloc.c and io.c only.
 *
 *     static struct mc_fault fault = MC_FAULT_INIT("MC_FAULT_IO");
 *     if (mc_fault_due(&fault)) …fail…
 *
 * The variable's value N makes the N-th call due; -N ends the process there instead, as a crash would. */
#ifndef MC_BASE_FAULT_H
#define MC_BASE_FAULT_H

#include "base/fwd.h"

#ifdef MC_FAULT_INJECTION
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct mc_fault {
    const char *env;
    atomic_long calls;
};
#define MC_FAULT_INIT(name) {.env = (name)}
#define MC_FAULT_EXIT_STATUS 99

static inline bool mc_fault_due(struct mc_fault *f)
{
    const char *v = getenv(f->env);
    long n = v ? strtol(v, NULL, 10) : 0;
    long call = ++f->calls;
    if (n < 0 && call == -n)
        _exit(MC_FAULT_EXIT_STATUS);
    return n > 0 && call == n;
}

#else

struct mc_fault {
    char unused;
};
#define MC_FAULT_INIT(name) {0}

static inline bool mc_fault_due(struct mc_fault *f)
{
    (void)f;
    return false;
}

#endif
#endif
