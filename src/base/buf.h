/* Bytes that grow up to a named maximum, and bytes that are shared.
 *
 * An mc_buf gets its maximum at init and refuses to pass it: the append fails, `failed` stays set until
 * mc_buf_clear(), the old contents are intact. So a sequence of appends needs one check at its end. */
#ifndef MC_BASE_BUF_H
#define MC_BASE_BUF_H

#include "base/fwd.h"
#include "base/str.h"

#include <stdarg.h>

struct mc_buf {
    char *data; /* NUL-terminated after every append, for debuggers and C strings */
    size_t len;
    size_t cap;
    size_t max; /* bytes, without the NUL */
    bool failed;
};

#define MC_BUF_INIT(max_bytes) ((struct mc_buf){.max = (max_bytes)})

void mc_buf_init(struct mc_buf *b, size_t max);
void mc_buf_done(struct mc_buf *b);  /* frees; usable as a cleanup function */
void mc_buf_clear(struct mc_buf *b); /* len = 0, memory kept, failed reset */
int mc_buf_add(struct mc_buf *b, const void *p, size_t n); /* 0 or -MC_E_TOO_BIG */
int mc_buf_addz(struct mc_buf *b, const char *z);
int mc_buf_adds(struct mc_buf *b, struct mc_str s);
int mc_buf_addc(struct mc_buf *b, char c);
int mc_buf_addf(struct mc_buf *b, const char *fmt, ...) MC_PRINTF(2, 3);
int mc_buf_addv(struct mc_buf *b, const char *fmt, va_list ap) MC_PRINTF(2, 0);
int mc_buf_reserve(struct mc_buf *b, size_t more); /* room for `more` bytes behind len */
void mc_buf_drop(struct mc_buf *b, size_t n);      /* removes n bytes from the front */
char *mc_buf_steal(struct mc_buf *b);              /* NUL-terminated, caller frees; b is empty afterwards */
static inline struct mc_str mc_buf_str(const struct mc_buf *b)
{
    return (struct mc_str){b->data, b->len};
}

/* Immutable, counted bytes: a request kept until it is answered, a message sent to many streams.
 * One thread only. */
struct mc_bytes {
    unsigned refs;
    size_t len;
    char data[]; /* NUL-terminated */
};
struct mc_bytes *mc_bytes_new(const void *p, size_t n); /* one reference; p may be NULL: uninitialised */
struct mc_bytes *mc_bytes_ref(struct mc_bytes *b);
void mc_bytes_unref(struct mc_bytes *b); /* NULL is fine */

#endif
