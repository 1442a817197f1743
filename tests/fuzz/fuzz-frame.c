/* Framing: however the bytes are split, the lines are those that a plain search for line ends finds.
 * The first byte of the input is the longest line, the second decides the splits. */
#include "base/alloc.h"
#include "base/err.h"
#include "mcp/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define OUT_MAX (16u << 20)

static bool on_line(void *arg, struct mc_str line)
{
    struct mc_buf *out = arg;

    MC_ASSERT(line.n > 0);
    mc_buf_addc(out, 'L');
    mc_buf_adds(out, line);
    mc_buf_addc(out, '\n');
    return true;
}

static void on_long(void *arg, struct mc_str head)
{
    struct mc_buf *out = arg;

    mc_buf_addc(out, 'X');
    mc_buf_adds(out, head);
    mc_buf_addc(out, '\n');
}

static struct mc_str without_cr(struct mc_str s)
{
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}

static void expected(struct mc_str text, size_t max, struct mc_buf *out)
{
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        struct mc_str raw = {text.p, end ? (size_t)(end - text.p) : text.n};
        struct mc_str line = without_cr(raw);

        if (line.n > max)
            on_long(out, (struct mc_str){line.p, max});
        else if (end && line.n)
            on_line(out, line);
        else if (!end)
            mc_buf_adds(out, line);
        text = (struct mc_str){text.p + raw.n + (end != NULL), text.n - raw.n - (end != NULL)};
    }
}

static void fed(struct mc_str text, size_t max, unsigned seed, struct mc_buf *out)
{
    struct mc_frame f;

    mc_frame_init(&f, max);
    while (text.n) {
        seed = seed * 1103515245 + 12345;
        size_t n = (seed >> 16) % 23;
        if (n > text.n || seed == 0)
            n = text.n;
        mc_frame_feed(&f, text.p, n, on_line, on_long, out);
        text = (struct mc_str){text.p + n, text.n - n};
    }
    mc_buf_adds(out, mc_frame_rest(&f));
    mc_frame_done(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    size_t max = data[0] % 64 + 1;
    struct mc_str text = {(const char *)data + 2, n - 2};
    struct mc_buf want = MC_BUF_INIT(OUT_MAX), got = MC_BUF_INIT(OUT_MAX);

    expected(text, max, &want);
    fed(text, max, data[1], &got);
    MC_ASSERT(mc_str_eq(mc_buf_str(&want), mc_buf_str(&got)));
    mc_buf_done(&want);
    mc_buf_done(&got);
    return 0;
}
