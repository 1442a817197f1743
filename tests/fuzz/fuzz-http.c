/* HTTP requests: every split of the bytes gives the same requests and the same refusals.
 * The first byte of the input decides the splits. A target that ends with 'h' is answered only when all has been read. */
#include "base/alloc.h"
#include "base/err.h"
#include "http/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define BODY_MAX 1000
#define INPUT_MAX (32u << 10) /* below what a connection keeps behind a request in flight */
#define OUT_MAX (16u << 20)

struct run {
    struct mc_buf seen;
    struct mc_http_req *held;
};

static void check_headers(const struct mc_http_req *r)
{
    MC_ASSERT(r->n_hdr <= MC_HTTP_HEADER_COUNT_MAX && mc_http_header_count(r, "host") <= 1);
    MC_ASSERT(r->minor == 0 || mc_http_header_count(r, "host") == 1);
    MC_ASSERT(!mc_http_header(r, "transfer-encoding").p || !mc_http_header(r, "content-length").p);
    MC_ASSERT(mc_http_path(r).n > 0 &&
              (mc_http_path(r).p[0] == '/' || mc_http_path(r).p[0] == '*'));
    for (unsigned i = 0; i < r->n_hdr; i++)
        for (unsigned k = 0; k < r->hdr[i].value_n; k++) {
            unsigned char c = (unsigned char)r->head[r->hdr[i].value + k];
            MC_ASSERT((c >= 0x20 || c == '\t') && c != 0x7f);
        }
}

static void note(struct run *run, const char *what, const struct mc_http_req *r)
{
    mc_buf_addf(&run->seen, "%s %d ", what, r->minor);
    mc_buf_adds(&run->seen, mc_http_method(r));
    mc_buf_addc(&run->seen, ' ');
    mc_buf_adds(&run->seen, mc_http_path(r));
    mc_buf_addc(&run->seen, '?');
    mc_buf_adds(&run->seen, mc_http_query(r));
    for (unsigned i = 0; i < r->n_hdr; i++) {
        mc_buf_add(&run->seen, r->head + r->hdr[i].name, r->hdr[i].name_n);
        mc_buf_addc(&run->seen, ':');
        mc_buf_add(&run->seen, r->head + r->hdr[i].value, r->hdr[i].value_n);
        mc_buf_addc(&run->seen, '\n');
    }
    mc_buf_addf(&run->seen, "body %zu ", mc_http_body(r).n);
    mc_buf_adds(&run->seen, mc_http_body(r));
    mc_buf_addc(&run->seen, '\n');
}

static void on_request(void *arg, struct mc_http_req *r)
{
    struct run *run = arg;
    struct mc_str path = mc_http_path(r);
    check_headers(r);
    MC_ASSERT(mc_http_body(r).n <= BODY_MAX && !run->held);
    mc_free(mc_http_query_get(r, "a"));
    if (path.p[path.n - 1] == 'h') {
        run->held = r;
        return;
    }
    note(run, "request", r);
    mc_http_reply(r, 202, NULL, NULL, MC_STR_NONE);
}

static void on_gone(void *arg, struct mc_http_req *r)
{
    struct run *run = arg;
    MC_ASSERT(run->held == r);
    run->held = NULL;
}

/* The statuses that were sent. Whether 100 is among them depends on the splits, and may. */
static void note_answers(struct run *run, const struct mc_conn *c)
{
    const char *p = c->out.data, *end = p ? p + c->out.len : p;
    while (p && (p = memmem(p, (size_t)(end - p), "HTTP/1.1 ", 9)) && end - p >= 12) {
        p += 9;
        if (memcmp(p, "100", 3) != 0)
            mc_buf_addf(&run->seen, "%.3s ", p);
    }
    mc_buf_addf(&run->seen, "state %d", c->state);
}

static void no_flush(struct mc_flush *f)
{
    (void)f;
}

static void feed(struct run *run, struct mc_loop *loop, struct mc_str text, unsigned seed)
{
    static const struct mc_http_ops ops = {.on_request = on_request, .on_gone = on_gone};
    struct mc_http *h = mc_http_new(loop, &ops, run);
    struct mc_conn c = {.h = h, .flush.fn = no_flush};
    bool whole = seed == 0;
    mc_http_set_body_max(h, BODY_MAX);
    mc_buf_init(&c.in, MC_HTTP_PIPELINE_MAX);
    mc_buf_init(&c.out, OUT_MAX);
    while (text.n) {
        seed = seed * 1103515245 + 12345;
        size_t n = whole ? text.n : 1 + (seed >> 16) % 23;
        if (n > text.n)
            n = text.n;
        char *piece = mc_memdup(text.p, n); /* nothing may point into it afterwards */
        if (c.state < MC_CONN_CLOSING)
            mc_input_bytes(&c, piece, n);
        mc_free(piece);
        text = (struct mc_str){text.p + n, text.n - n};
    }
    while (run->held) {
        struct mc_http_req *r = run->held;
        run->held = NULL;
        note(run, "held", r);
        mc_http_reply(r, 200, "text/plain", NULL, MC_STR_NONE);
        if (c.state == MC_CONN_HEAD && c.in.len)
            mc_input_resume(&c);
    }
    note_answers(run, &c);
    MC_ASSERT(!c.cut);
    mc_conn_forget(&c);
    mc_buf_done(&c.in);
    mc_buf_done(&c.out);
    mc_loop_flush_cancel(loop, &c.flush);
    mc_http_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > INPUT_MAX)
        return 0;
    struct mc_str text = {(const char *)data + 1, n - 1};
    struct run whole = {.seen = MC_BUF_INIT(OUT_MAX)}, split = {.seen = MC_BUF_INIT(OUT_MAX)};
    struct mc_loop *loop = mc_loop_new();
    feed(&whole, loop, text, 0);
    feed(&split, loop, text, 1u + data[0]);
    MC_ASSERT(mc_str_eq(mc_buf_str(&whole.seen), mc_buf_str(&split.seen)));
    mc_buf_done(&whole.seen);
    mc_buf_done(&split.seen);
    mc_loop_free(loop);
    return 0;
}
