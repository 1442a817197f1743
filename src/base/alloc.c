#include "config.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mc_fault fault = MC_FAULT_INIT("MC_FAULT_ALLOC");

static void *checked(void *p)
{
    if (!p) {
        static const char msg[] = "mcpctl: out of memory\n";
        if (write(STDERR_FILENO, msg, sizeof(msg) - 1) < 0) {
            /* nobody left to tell */
        }
        abort();
    }
    return p;
}

void *mc_malloc(size_t n)
{
    return checked(malloc(n ? n : 1));
}

void *mc_calloc(size_t count, size_t size)
{
    return checked(count && size ? calloc(count, size) : calloc(1, 1));
}

void *mc_realloc(void *p, size_t n)
{
    return checked(realloc(p, n ? n : 1));
}

char *mc_strdup(const char *s)
{
    return s ? checked(strdup(s)) : NULL;
}

char *mc_strndup(const char *s, size_t n)
{
    return checked(strndup(s, n));
}

void *mc_memdup(const void *p, size_t n)
{
    void *copy = mc_malloc(n);
    if (n)
        memcpy(copy, p, n);
    return copy;
}

char *mc_asprintf(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        s = NULL;
    va_end(ap);
    return checked(s);
}

void mc_free(void *p)
{
    free(p);
}

void *mc_try_malloc(size_t n)
{
    return mc_fault_due(&fault) ? NULL : malloc(n ? n : 1);
}

void *mc_try_realloc(void *p, size_t n)
{
    return mc_fault_due(&fault) ? NULL : realloc(p, n ? n : 1);
}

void mc_freep(void *p)
{
    int saved = errno;
    free(*(void **)p);
    errno = saved;
}

void mc_closep(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}
