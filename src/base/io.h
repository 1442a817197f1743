/* Files. The only caller of open/write/fsync/rename for state and config, so that fault injection has one seam: under
 * --enable-fault-injection, MC_FAULT_IO=N makes the N-th such call of the process fail with ENOSPC, and -N ends the process there. */
#ifndef MC_BASE_IO_H
#define MC_BASE_IO_H

#include "base/fwd.h"
#include <sys/types.h>

/* Whole file, at most max bytes (-MC_E_TOO_BIG above), NUL-terminated, caller frees *ret. -MC_E_NOT_FOUND when absent.
 * Refuses what is not a regular file (after following links). */
int mc_io_read(const char *path, size_t max, char **ret, size_t *ret_len, struct mc_err *err);
/* All or nothing: temporary file in the same directory, fsync, rename, fsync of the directory.
 * Keeps the mode of an existing target, else uses mode. A symlink's target is replaced, not the link.
 * Sweeps the temporary file that a killed writer of the same target left. */
int mc_io_replace(const char *path, const void *data, size_t len, mode_t mode, struct mc_err *err);
/* mkdir -p; directories that it makes get `mode`. */
int mc_io_mkdirs(const char *path, mode_t mode, struct mc_err *err);
/* An flock()ed file, made 0600 when absent. wait=false: -MC_E_CONFLICT when somebody holds it. Released by close(fd). */
int mc_io_lock(const char *path, bool wait, int *ret_fd, struct mc_err *err);
/* write() until all is written or an error; EINTR is retried. 0 or -errno. */
int mc_io_write_all(int fd, const void *p, size_t n);

#endif
