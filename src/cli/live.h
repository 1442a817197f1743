/* The status block at the end of a terminal: drawn again in place, with lines printed above it. */
#ifndef MC_CLI_LIVE_H
#define MC_CLI_LIVE_H

#include "base/buf.h"
#include "base/fwd.h"

struct mc_live {
    int fd;
    unsigned drawn;      /* lines of the block on the screen */
    struct mc_buf above; /* lines that go above it with the next drawing */
};
#define MC_LIVE_INIT(terminal_fd)                                                                  \
    ((struct mc_live){.fd = (terminal_fd), .above = MC_BUF_INIT(1u << 20)})

void mc_live_above(struct mc_live *l, const char *p,
                   size_t n); /* whole lines; dropped when too much waits */
/* Whole lines; what does not fit the height is left out. One write. */
void mc_live_draw(struct mc_live *l, const struct mc_buf *block);
/* Leaves the block where it is, for good. */
void mc_live_done(struct mc_live *l);

#endif
