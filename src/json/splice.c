#include "json/splice.h"
#include "base/err.h"

void mc_splice_init(struct mc_splice *sp, struct mc_str src)
{
    sp->src = src;
    sp->n = 0;
}

/* Kept sorted by place; an insertion comes before a replacement of what stands there. */
void mc_splice_put(struct mc_splice *sp, struct mc_str at, struct mc_str with)
{
    MC_ASSERT(sp->n < MC_SPLICE_MAX);
    MC_ASSERT(at.p >= sp->src.p && at.p + at.n <= sp->src.p + sp->src.n);
    size_t off = (size_t)(at.p - sp->src.p);
    unsigned i = sp->n;
    while (i > 0 && (sp->edit[i - 1].off > off ||
                     (sp->edit[i - 1].off == off && at.n == 0 && sp->edit[i - 1].len > 0))) {
        sp->edit[i] = sp->edit[i - 1];
        i--;
    }
    sp->n++;
    sp->edit[i].off = off;
    sp->edit[i].len = at.n;
    sp->edit[i].with = with;
    MC_ASSERT(i == 0 || sp->edit[i - 1].off + sp->edit[i - 1].len <= off);
    MC_ASSERT(i + 1 == sp->n || off + at.n <= sp->edit[i + 1].off);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static size_t behind_space(const struct mc_splice *sp, size_t off)
{
    while (off < sp->src.n && is_space(sp->src.p[off]))
        off++;
    return off;
}

static size_t before_space(const struct mc_splice *sp, size_t off)
{
    while (off > 0 && is_space(sp->src.p[off - 1]))
        off--;
    return off;
}

/* Takes out an earlier removal that touches this place; *start and *end become its own. */
static bool take_removal(struct mc_splice *sp, size_t at, bool begins, size_t *start, size_t *end)
{
    for (unsigned i = 0; i < sp->n; i++) {
        size_t from = sp->edit[i].off, to = from + sp->edit[i].len;
        if (from == to || sp->edit[i].with.n > 0 || (begins ? from : to) != at)
            continue;
        *start = from;
        *end = to;
        for (sp->n--; i < sp->n; i++)
            sp->edit[i] = sp->edit[i + 1];
        return true;
    }
    return false;
}

/* The comma behind goes with a member, and the white space up to the next one. The last member takes the comma before
 * it instead; where its neighbours are being removed too, it takes their removals over to find that comma. */
void mc_splice_drop_member(struct mc_splice *sp, struct mc_str key, struct mc_str val)
{
    size_t start = (size_t)(key.p - sp->src.p);
    size_t end = (size_t)(val.p + val.n - sp->src.p);
    size_t next = behind_space(sp, end), other;
    bool merged = take_removal(sp, end, true, &other, &end) || take_removal(sp, next, true, &other, &end);
    if (!merged && next < sp->src.n && sp->src.p[next] == ',') {
        end = behind_space(sp, next + 1);
    } else {
        while (take_removal(sp, start, false, &start, &other)) {
            /* start has moved */
        }
        size_t comma = before_space(sp, start);
        if (comma > 0 && sp->src.p[comma - 1] == ',')
            start = comma - 1;
    }
    mc_splice_put(sp, (struct mc_str){sp->src.p + start, end - start}, MC_STR_NONE);
}

/* Line ends occur between tokens only: strings cannot hold raw ones. */
static void join_lines(char *p, size_t n)
{
    static const char ends[] = "\n\r";
    for (const char *c = ends; *c; c++)
        for (char *at = p, *end = p + n; (at = memchr(at, *c, (size_t)(end - at)));)
            *at++ = ' ';
}

int mc_splice_apply(const struct mc_splice *sp, bool one_line, struct mc_buf *out)
{
    size_t total = sp->src.n, begin = out->len, at = 0;
    for (unsigned i = 0; i < sp->n; i++)
        total += sp->edit[i].with.n - sp->edit[i].len;
    int ret = mc_buf_reserve(out, total);
    if (ret < 0)
        return ret;
    for (unsigned i = 0; i < sp->n; i++) {
        mc_buf_add(out, sp->src.p + at, sp->edit[i].off - at);
        mc_buf_adds(out, sp->edit[i].with);
        at = sp->edit[i].off + sp->edit[i].len;
    }
    mc_buf_add(out, sp->src.p + at, sp->src.n - at);
    if (one_line)
        join_lines(out->data + begin, out->len - begin);
    return 0;
}
