#include "base/buf.h"
#include "base/alloc.h"
#include "base/err.h"

#include <stdio.h>

#define CAP_FIRST 64

void mc_buf_init(struct mc_buf *b, size_t max)
{
    *b = MC_BUF_INIT(max);
}

void mc_buf_done(struct mc_buf *b)
{
    mc_free(b->data);
    *b = MC_BUF_INIT(b->max);
}

void mc_buf_clear(struct mc_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

static int refuse(struct mc_buf *b)
{
    b->failed = true;
    return -MC_E_TOO_BIG;
}

int mc_buf_reserve(struct mc_buf *b, size_t more)
{
    if (b->failed || more > b->max - b->len)
        return refuse(b);
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return 0;
    size_t cap = b->cap ? b->cap : CAP_FIRST;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap - 1 > b->max)
        cap = b->max + 1;
    char *data = mc_try_realloc(b->data, cap);
    if (!data)
        return refuse(b);
    b->data = data;
    b->cap = cap;
    return 0;
}

int mc_buf_add(struct mc_buf *b, const void *p, size_t n)
{
    int ret = mc_buf_reserve(b, n);
    if (ret < 0)
        return ret;
    if (n)
        memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int mc_buf_addz(struct mc_buf *b, const char *z)
{
    return mc_buf_add(b, z, strlen(z));
}

int mc_buf_adds(struct mc_buf *b, struct mc_str s)
{
    return mc_buf_add(b, s.p, s.n);
}

int mc_buf_addc(struct mc_buf *b, char c)
{
    return mc_buf_add(b, &c, 1);
}

int mc_buf_addv(struct mc_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    size_t room = b->data ? b->cap - b->len : 0;
    int n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
    int ret = n < 0 ? refuse(b) : mc_buf_reserve(b, (size_t)n);
    if (ret == 0) {
        if ((size_t)n >= room)
            vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    } else if (room) {
        b->data[b->len] = '\0';
    }
    va_end(again);
    return ret;
}

int mc_buf_addf(struct mc_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int ret = mc_buf_addv(b, fmt, ap);
    va_end(ap);
    return ret;
}

void mc_buf_drop(struct mc_buf *b, size_t n)
{
    MC_ASSERT(n <= b->len);
    if (n == 0)
        return;
    b->len -= n;
    memmove(b->data, b->data + n, b->len + 1);
}

char *mc_buf_steal(struct mc_buf *b)
{
    char *data = b->data ? b->data : mc_strdup("");
    *b = MC_BUF_INIT(b->max);
    return data;
}

struct mc_bytes *mc_bytes_new(const void *p, size_t n)
{
    MC_ASSERT(n < PTRDIFF_MAX - sizeof(struct mc_bytes));
    struct mc_bytes *b = mc_malloc(sizeof(*b) + n + 1);
    b->refs = 1;
    b->len = n;
    if (p && n)
        memcpy(b->data, p, n);
    b->data[n] = '\0';
    return b;
}

struct mc_bytes *mc_bytes_ref(struct mc_bytes *b)
{
    b->refs++;
    return b;
}

void mc_bytes_unref(struct mc_bytes *b)
{
    if (b && --b->refs == 0)
        mc_free(b);
}
