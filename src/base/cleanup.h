/* Scope-bound ownership: a local that owns something says so where it is declared.
 *
 *     MC_CLEANUP(mc_freep) char *path = NULL;
 *     ...
 *     return MC_TAKE(path);           // hands it over, nothing is freed
 */
#ifndef MC_BASE_CLEANUP_H
#define MC_BASE_CLEANUP_H

#include "base/fwd.h"

#define MC_CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands over a pointer and forgets it. */
#define MC_TAKE(p)                                                                                 \
    ({                                                                                             \
        __typeof__(p) mc_taken_ = (p);                                                             \
        (p) = NULL;                                                                                \
        mc_taken_;                                                                                 \
    })

/* Hands over a file descriptor and forgets it. */
#define MC_TAKE_FD(fd)                                                                             \
    ({                                                                                             \
        int mc_taken_ = (fd);                                                                      \
        (fd) = -1;                                                                                 \
        mc_taken_;                                                                                 \
    })

/* Cleanup functions take the address of the local: free(*p), close(*fd) when >= 0. errno is kept. */
void mc_freep(void *p);
void mc_closep(int *fd);

#endif
