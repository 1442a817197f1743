/* The status block at the end of a terminal: drawn again in place, with lines printed above it. */
#ifndef MC_CLI_LIVE_H
#define MC_CLI_LIVE_H

#include "base/buf.h"
#include "base/fwd.h"

#define MC_LIVE_LINES_MAX 500

struct mc_live {
    int fd;
    unsigned drawn;                      /* lines of the block on the screen */
    uint16_t columns[MC_LIVE_LINES_MAX]; /* of each of them */
    struct mc_buf above; /* lines that go above it with the next drawing */
};
#define MC_LIVE_INIT(terminal_fd)                                                                  \
    ((struct mc_live){.fd = (terminal_fd), .above = MC_BUF_INIT(1u << 20)})

void mc_live_above(struct mc_live *l, const char *p,
                   size_t n); /* whole lines; dropped when too much waits */
/* Whole lines; what does not fit the width or the height is left out. One write. */
void mc_live_draw(struct mc_live *l, const struct mc_buf *block);
/* Leaves the block where it is, for good. */
void mc_live_done(struct mc_live *l);

#endif
