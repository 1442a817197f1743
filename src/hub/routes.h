/* Matching of paths against patterns such as "/w/:workspace/s/:server/mcp". Pure. */
#ifndef MC_HUB_ROUTES_H
#define MC_HUB_ROUTES_H

#include "base/fwd.h"
#include "base/str.h"

#define ROUTE_CAPTURES_MAX 3
#define ROUTE_CAPTURE_MAX 384 /* bytes, decoded, with the NUL */

struct route_captures {
    unsigned n;
    struct mc_str v[ROUTE_CAPTURES_MAX]; /* percent-decoded, never empty */
    char text[ROUTE_CAPTURES_MAX][ROUTE_CAPTURE_MAX];
};
bool route_match(const char *pattern, struct mc_str path, struct route_captures *caps);

#endif
