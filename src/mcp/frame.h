/* stdio framing: bytes in, lines out. One JSON message per line; \r\n tolerated; empty lines skipped. Pure, no I/O.
 * Lines that lie whole in the fed bytes are handed out in place, without a copy. */
#ifndef MC_MCP_FRAME_H
#define MC_MCP_FRAME_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

struct mc_frame {
    struct mc_buf part; /* the unfinished line */
    size_t max;
    bool skipping;    /* inside a line that was too long */
    uint64_t skipped; /* such lines so far */
};
void mc_frame_init(struct mc_frame *f, size_t max_line);
void mc_frame_done(struct mc_frame *f);
/* on_line gets each whole line without its end; borrowed. on_long is called once per line over max_line with its first bytes. on_line may call
 * mc_frame_done's owner to stop: it returns false to end the feeding at once. */
void mc_frame_feed(struct mc_frame *f, const char *p, size_t n,
                   bool (*on_line)(void *arg, struct mc_str line),
                   void (*on_long)(void *arg, struct mc_str head), void *arg);
/* At end of input: the unfinished rest, or an empty span. */
struct mc_str mc_frame_rest(const struct mc_frame *f);

#endif
