/* Files under one directory, and nothing else, whatever symbolic links and ".." say.
 *
 * The kernel decides (openat2 with RESOLVE_BENEATH). Where it cannot (an old kernel, a sandbox, or a link with an absolute target, which RESOLVE_BENEATH
 * always refuses although it may point back inside) the path is walked component by component, never following a link blindly and never leaving the
 * descriptors that the walk itself opened, so that a rename or a swapped link at the same time cannot lead out either. */
#ifndef MC_SERVE_BENEATH_H
#define MC_SERVE_BENEATH_H

#include "base/fwd.h"
#include <sys/stat.h>

#define MC_BENEATH_DEPTH_MAX 128 /* directories that a walk holds open */
#define MC_BENEATH_LINKS_MAX 40

struct mc_beneath;
int mc_beneath_new(const char *root, struct mc_beneath **ret, struct mc_err *err);
void mc_beneath_free(struct mc_beneath *b);
void mc_beneath_freep(struct mc_beneath **b);
const char *mc_beneath_root(const struct mc_beneath *b); /* the real path */

/* The path relative to the root: an absolute path below the root loses the root, "" and "/" at its end go, "." stands for the root itself.
 * -MC_E_DENIED for an absolute path elsewhere. Lexical: ".." stays. Caller frees. */
int mc_beneath_relative(const struct mc_beneath *b, const char *path, char **ret,
                        struct mc_err *err);
/* O_PATH, O_RDONLY, O_DIRECTORY, O_NOFOLLOW (the last component alone) and the like; O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added.
 * -MC_E_DENIED when the path leads out of the root or into a .git, -MC_E_NOT_FOUND, -MC_E_SYSTEM. */
int mc_beneath_open(const struct mc_beneath *b, const char *path, int flags, int *ret_fd,
                    struct mc_err *err);
/* A regular file for reading, without ever opening anything else for reading (a FIFO, a device). */
int mc_beneath_open_file(const struct mc_beneath *b, const char *path, int *ret_fd,
                         struct stat *ret_st, struct mc_err *err);
/* For tests: behave as on a kernel without openat2. */
void mc_beneath_walk_only(struct mc_beneath *b, bool on);

const char *mc_beneath_kind(mode_t mode); /* "file", "directory", "symlink", "fifo", "socket", "device" */

#endif
