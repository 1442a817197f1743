/* The only caller of malloc.
 *
 * Small sizes that we choose ourselves abort the process when memory is out (there is nothing useful left
 * to do); sizes that a peer or a file chose go through the try functions, which return NULL and set nothing.
 * Everything is released with mc_free(). Under --enable-fault-injection, MC_FAULT_ALLOC=N makes the N-th
 * try-call of the process fail. */
#ifndef MC_BASE_ALLOC_H
#define MC_BASE_ALLOC_H

#include "base/fwd.h"

void *mc_malloc(size_t n);
void *mc_calloc(size_t count, size_t size);
void *mc_realloc(void *p, size_t n);
char *mc_strdup(const char *s);             /* NULL in, NULL out */
char *mc_strndup(const char *s, size_t n);
void *mc_memdup(const void *p, size_t n);
char *mc_asprintf(const char *fmt, ...) MC_PRINTF(1, 2);
void mc_free(void *p);

void *mc_try_malloc(size_t n) MC_CHECK;
void *mc_try_realloc(void *p, size_t n) MC_CHECK;

#define MC_NEW(type) ((type *)mc_calloc(1, sizeof(type)))

#endif
