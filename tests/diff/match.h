/* Are two messages the same but for what the protocol lets a hop write? */
#ifndef MC_TESTS_DIFF_MATCH_H
#define MC_TESTS_DIFF_MATCH_H

#include "tests/diff/gen.h"

struct match {
    unsigned
        open; /* 1 << what: these holes may differ, and are checked for what they have to be; all others are bytes like any */
    struct mc_str id;           /* what HOLE_ID has to be, or none: a number of the hub's own */
    struct mc_str subscription; /* what HOLE_SUBSCRIPTION has to be; none: it is gone */
    const char *name;           /* what HOLE_NAME means */
    const char *client_info;
    enum era to;    /* era of who gets it */
    bool cacheable; /* HOLE_RESULT: may get ttlMs and cacheScope */
    char why[512];  /* when they differ */
};
bool match_message(struct match *k, const struct msg *want, struct mc_str got);
/* Equal bytes; raw line ends and blanks between tokens are the same thing to a hop that has to put a message into one line. */
bool match_bytes(struct match *k, struct mc_str want, struct mc_str got);

#endif
