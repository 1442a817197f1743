/* Where things live (XDG base directories), and paths in general. Every returned char* is owned by the caller. */
#ifndef MC_BASE_PATH_H
#define MC_BASE_PATH_H

#include "base/fwd.h"

enum mc_dir {
    MC_DIR_CONFIG,  /* $XDG_CONFIG_HOME/mcpctl, else ~/.config/mcpctl */
    MC_DIR_STATE,   /* $XDG_STATE_HOME/mcpctl, else ~/.local/state/mcpctl: trust, catalogs, logs, token */
    MC_DIR_RUNTIME, /* $XDG_RUNTIME_DIR/mcpctl, else /tmp/mcpctl-UID (0700, owner verified): socket, lock */
};

/* "<dir>/<name>" (name may be NULL). Does not create. Relative XDG values are ignored, as the XDG spec says.
 * -MC_E_CONFIG when neither the variable nor HOME is set. */
int mc_path_in(enum mc_dir dir, const char *name, char **ret, struct mc_err *err);
/* Creates the directory 0700 and checks that it is a real directory (RUNTIME: no symlink), ours, and closed to others (CONFIG: not
 * writable by them); -MC_E_DENIED with what to do otherwise. */
int mc_path_ensure(enum mc_dir dir, struct mc_err *err);

char *mc_path_join(const char *dir, const char *name);
const char *mc_path_base(const char *path); /* borrowed */
char *mc_path_dir(const char *path);
/* realpath(), or the error. */
int mc_path_real(const char *path, char **ret, struct mc_err *err);
/* Upwards from dir, as git does, to the first directory that holds .git (a directory, or the file of a worktree or submodule) or .mcpctl, or is a
 * bare repository; not beyond the file system that dir is on. Without any, dir itself. Real path. */
int mc_path_repo_root(const char *dir, char **ret, struct mc_err *err);
/* The directory of the helper executables: $MCPCTL_LIBEXECDIR, else beside /proc/self/exe when mcpctl-keeper is there (build tree), else ../libexec/mcpctl
 * relative to it, else the configured libexecdir. Cached, borrowed. */
const char *mc_path_libexec(void);
/* Absolute path of the running executable. Cached, borrowed. */
const char *mc_path_self(void);

#endif
