/* Which directories a watch needs, and making the kernel's watches for them: the blocking half of loop/watch.h, for the pool. */
#ifndef MC_LOOP_WATCHPLAN_H
#define MC_LOOP_WATCHPLAN_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

struct mc_watchdir {
    int wd; /* the kernel's, -1: none could be made */
    char *path;
    struct mc_strv names; /* that matter in it; none: all */
};
struct mc_watchplan {
    /* in */
    int fd; /* inotify; -1: only look */
    struct mc_strv files;
    char *tree; /* or NULL */
    /* out */
    struct mc_watchdir *dirs;
    size_t n, cap;
    struct mc_buf look;     /* what is there, as text: another one means a change */
    const char *incomplete; /* why not everything is watched, NULL: it is */
};
void mc_watchplan_run(struct mc_watchplan *p);
void mc_watchplan_done(struct mc_watchplan *p);

#endif
