/* A directory tree in a fixed order (by name, bytes), bounded, without following any link. */
#ifndef MC_SERVE_WALK_H
#define MC_SERVE_WALK_H

#include "base/fwd.h"
#include <sys/stat.h>

#define MC_WALK_DEPTH_MAX 64      /* directories below the first; one descriptor each */
#define MC_WALK_NAMES_MAX 100000  /* entries that are seen in one directory */

enum mc_walk_step { MC_WALK_ON, MC_WALK_PRUNE, MC_WALK_STOP };

struct mc_walk_entry {
    const char *path; /* from the root */
    const char *name;
    int dir_fd; /* of the directory that it is in */
    unsigned depth; /* 1 for the entries of the first directory */
    struct stat st; /* of the entry itself, links not followed */
};

struct mc_walk {
    enum mc_walk_step (*on_entry)(void *arg, const struct mc_walk_entry *e);
    void *arg;
    unsigned depth; /* at most MC_WALK_DEPTH_MAX; how deep to go */
    /* what was left out */
    int64_t unreadable, too_deep, too_many;
};

/* Takes dir_fd. path is its name in the paths that are handed out ("." or "" for none). ".git" is left out everywhere. */
void mc_walk_run(struct mc_walk *w, int dir_fd, const char *path);

#endif
