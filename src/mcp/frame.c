#include "mcp/frame.h"

/* What on_long is shown of a line that was too long. */
#define HEAD_MAX 256
/* An unfinished line's memory is kept for the next one up to this size: idle servers must cost nothing. */
#define KEEP_MAX (16u << 10)

void mc_frame_init(struct mc_frame *f, size_t max_line)
{
    *f = (struct mc_frame){.max = max_line};
    mc_buf_init(&f->part, max_line + 1); /* one more for the '\r' that may end it */
}

void mc_frame_done(struct mc_frame *f)
{
    mc_buf_done(&f->part);
}

static void clear_part(struct mc_frame *f)
{
    if (f->part.cap <= KEEP_MAX) {
        mc_buf_clear(&f->part);
        return;
    }
    mc_buf_done(&f->part);
    mc_buf_init(&f->part, f->max + 1);
}

static struct mc_str without_cr(struct mc_str line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* Is a line of these bytes too long, whatever follows? Counted without its end, so that the answer is the same
 * for "\n" and "\r\n" and for every way in which the bytes were split. */
static bool too_long(const struct mc_frame *f, size_t n, char last)
{
    return n > f->max + 1 || (n == f->max + 1 && last != '\r');
}

static void report_long(struct mc_frame *f, struct mc_str more,
                        void (*on_long)(void *arg, struct mc_str head), void *arg)
{
    size_t want = f->max < HEAD_MAX ? f->max : HEAD_MAX;
    struct mc_str head = more;

    f->skipped++;
    if (f->part.len) {
        size_t lack = f->part.len < want ? want - f->part.len : 0;
        (void)mc_buf_add(&f->part, more.p, lack < more.n ? lack : more.n);
        head = mc_buf_str(&f->part);
    }
    if (head.n > want)
        head.n = want;
    if (on_long)
        on_long(arg, head);
    clear_part(f);
}

/* Bytes without a line end. Returns false when the line has become too long. */
static bool keep_part(struct mc_frame *f, struct mc_str s)
{
    if (s.n == 0)
        return true;
    return !too_long(f, f->part.len + s.n, s.p[s.n - 1]) && mc_buf_add(&f->part, s.p, s.n) == 0;
}

void mc_frame_feed(struct mc_frame *f, const char *p, size_t n,
                   bool (*on_line)(void *arg, struct mc_str line),
                   void (*on_long)(void *arg, struct mc_str head), void *arg)
{
    while (n) {
        const char *end = memchr(p, '\n', n);
        struct mc_str s = {p, end ? (size_t)(end - p) : n};

        p += s.n + (end != NULL);
        n -= s.n + (end != NULL);
        if (!f->skipping) {
            bool in_place = end && f->part.len == 0;
            bool fits = in_place ? s.n == 0 || !too_long(f, s.n, s.p[s.n - 1]) : keep_part(f, s);

            if (!fits) {
                report_long(f, s, on_long, arg);
                f->skipping = true;
            } else if (end) {
                struct mc_str line = without_cr(in_place ? s : mc_buf_str(&f->part));
                /* After false the frame may be gone. */
                if (line.n && !on_line(arg, line))
                    return;
                clear_part(f);
            }
        }
        if (end)
            f->skipping = false;
    }
}

struct mc_str mc_frame_rest(const struct mc_frame *f)
{
    return f->skipping ? MC_STR_NONE : without_cr(mc_buf_str(&f->part));
}
