#include "cli/live.h"

#include "base/io.h"
#include "cli/out.h"

#define FRAME_MAX (4u << 20)
/* Lines that are too long are cut at the edge by the terminal itself, so that a line of ours is a line of its. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

void mc_live_above(struct mc_live *l, const char *p, size_t n)
{
    mc_buf_add(&l->above, p, n);
}

void mc_live_draw(struct mc_live *l, const struct mc_buf *block)
{
    struct mc_buf frame = MC_BUF_INIT(FRAME_MAX);
    unsigned height = mc_out_height(l->fd);
    unsigned lines = 0;
    if (l->drawn)
        mc_buf_addf(&frame, "\033[%uA", l->drawn);
    mc_buf_addz(&frame, "\r\033[J");
    mc_buf_adds(&frame, mc_buf_str(&l->above));
    mc_buf_addz(&frame, WRAP_OFF);
    for (size_t i = 0; i < block->len && lines + 1 < height; lines++) {
        const char *nl = memchr(block->data + i, '\n', block->len - i);
        size_t n = nl ? (size_t)(nl - block->data) + 1 - i : block->len - i;
        mc_buf_add(&frame, block->data + i, n);
        i += n;
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
