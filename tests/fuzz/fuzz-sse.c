/* Event streams: every split gives the same events, and what is written is read back.
 * The first byte of the input decides the splits. */
#include "base/alloc.h"
#include "base/err.h"
#include "mcp/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define EVENT_MAX 256
#define OUT_MAX (16u << 20)

static void on_event(void *arg, const struct mc_sse_event *ev)
{
    struct mc_buf *out = arg;

    MC_ASSERT(ev->event.n > 0 && ev->data.n <= EVENT_MAX);
    MC_ASSERT(!memchr(ev->data.n ? ev->data.p : "", '\r', ev->data.n));
    mc_buf_addf(out, "%d %lld ", ev->has_data, (long long)ev->retry_ms);
    mc_buf_adds(out, ev->id);
    mc_buf_addc(out, ' ');
    mc_buf_adds(out, ev->event);
    mc_buf_addc(out, ' ');
    mc_buf_adds(out, ev->data);
    mc_buf_addc(out, '\n');
}

static int read_split(struct mc_str text, unsigned seed, struct mc_buf *out)
{
    struct mc_sse_reader *r = mc_sse_reader_new(EVENT_MAX);
    int ret = 0;

    while (text.n && ret == 0) {
        seed = seed * 1103515245 + 12345;
        size_t n = seed == 12345 ? text.n : (seed >> 16) % 17;
        if (n > text.n)
            n = text.n;
        ret = mc_sse_read(r, (struct mc_str){text.p, n}, on_event, out, NULL);
        text = (struct mc_str){text.p + n, text.n - n};
    }
    mc_sse_reader_free(r);
    return ret;
}

static void on_own_event(void *arg, const struct mc_sse_event *ev)
{
    struct mc_str *want = arg;
    size_t i = 0, at = 0;

    MC_ASSERT(ev->has_data && mc_str_eq(ev->event, MC_STR("e")) && mc_str_eq(ev->id, MC_STR("7")));
    /* CR and CRLF come back as LF. */
    for (; i < want->n; i++, at++) {
        char c = want->p[i];
        if (c == '\r' && i + 1 < want->n && want->p[i + 1] == '\n')
            i++;
        MC_ASSERT(at < ev->data.n && ev->data.p[at] == (c == '\r' ? '\n' : c));
    }
    MC_ASSERT(at == ev->data.n);
    *want = MC_STR_NONE;
}

static void round_trip(struct mc_str data)
{
    struct mc_sse_reader *r = mc_sse_reader_new(OUT_MAX);
    struct mc_buf out = MC_BUF_INIT(OUT_MAX);
    struct mc_str want = data.n ? data : (struct mc_str){"", 0};

    MC_ASSERT(mc_sse_write(&out, MC_STR("7"), MC_STR("e"), data) == 0);
    MC_ASSERT(mc_sse_read(r, mc_buf_str(&out), on_own_event, &want, NULL) == 0);
    MC_ASSERT(!want.p);
    mc_buf_done(&out);
    mc_sse_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    struct mc_str text = {(const char *)data + 1, n - 1};
    struct mc_buf whole = MC_BUF_INIT(OUT_MAX), split = MC_BUF_INIT(OUT_MAX);

    int whole_ret = read_split(text, 0, &whole);
    int split_ret = read_split(text, data[0] + 1, &split);
    MC_ASSERT(whole_ret == split_ret);
    MC_ASSERT(mc_str_eq(mc_buf_str(&whole), mc_buf_str(&split)));
    mc_buf_done(&whole);
    mc_buf_done(&split);
    round_trip(text);
    return 0;
}
