#include "cli/live.h"

#include "base/io.h"
#include "cli/out.h"

#include <stdio.h>

#define FRAME_MAX (4u << 20)
/* What is cut here is cut by code points; where a terminal counts otherwise, it cuts the rest itself. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

void mc_live_above(struct mc_live *l, const char *p, size_t n)
{
    mc_buf_add(&l->above, p, n);
}

/* The bytes at p of one escape sequence, or of one character; *ret_columns is what they take on the screen. */
static size_t step(const char *p, size_t n, unsigned *ret_columns)
{
    size_t i = 1;
    *ret_columns = p[0] != '\033';
    if (p[0] == '\033' && n > 1 && p[1] == '[') {
        for (i = 2; i < n && (p[i] < '@' || p[i] > '~'); i++)
            ;
        return i < n ? i + 1 : n;
    }
    while (i < n && ((unsigned char)p[i] & 0xc0) == 0x80)
        i++;
    return i;
}

/* One line without its end, cut at the edge; what only changes the colour goes through. Returns its columns. */
static unsigned add_line(struct mc_buf *out, const char *p, size_t n, unsigned width)
{
    unsigned columns = 0, one;
    for (size_t i = 0, k; i < n; i += k) {
        k = step(p + i, n - i, &one);
        if (columns + one > width)
            continue;
        mc_buf_add(out, p + i, k);
        columns += one;
    }
    return columns;
}

/* The rows that the last block takes now. A terminal that has become narrower has wrapped its lines. */
static unsigned rows(const struct mc_live *l, unsigned width)
{
    unsigned n = 0;
    for (unsigned i = 0; i < l->drawn; i++)
        n += l->columns[i] > width ? (l->columns[i] + width - 1) / width : 1;
    return n;
}

static unsigned count_lines(const struct mc_buf *block)
{
    unsigned n = 0;
    for (size_t i = 0; i < block->len; i++)
        n += block->data[i] == '\n';
    return n;
}

void mc_live_draw(struct mc_live *l, const struct mc_buf *block)
{
    struct mc_buf frame = MC_BUF_INIT(FRAME_MAX);
    unsigned height = mc_out_height(l->fd), width = mc_out_width(l->fd);
    unsigned lines = 0, all = count_lines(block), room = height > 1 ? height - 1 : 1;
    room = room < MC_LIVE_LINES_MAX ? room : MC_LIVE_LINES_MAX;
    width = width ? width : UINT16_MAX;
    if (l->drawn)
        mc_buf_addf(&frame, "\033[%uA", rows(l, width));
    mc_buf_addz(&frame, "\r\033[J");
    mc_buf_adds(&frame, mc_buf_str(&l->above));
    mc_buf_addz(&frame, WRAP_OFF);
    for (size_t i = 0; i < block->len && lines < room;) {
        char more[80];
        const char *p = block->data + i, *nl = memchr(p, '\n', block->len - i);
        size_t n = nl ? (size_t)(nl - p) : block->len - i;
        i += n + 1;
        if (lines + 1 == room && all > room && room > 1) {
            p = more;
            n = (size_t)snprintf(more, sizeof(more), "  … %u more; `mcpctl status` shows all", all - lines);
        }
        l->columns[lines++] = (uint16_t)add_line(&frame, p, n, width);
        mc_buf_addc(&frame, '\n');
    }
    mc_buf_addz(&frame, WRAP_ON);
    mc_io_write_all(l->fd, frame.data, frame.len);
    mc_buf_done(&frame);
    mc_buf_clear(&l->above);
    l->drawn = lines;
}

void mc_live_done(struct mc_live *l)
{
    mc_buf_done(&l->above);
    l->drawn = 0;
}
