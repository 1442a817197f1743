/* "server | line": the lines of several servers, told apart by a column and a colour each. */
#ifndef MC_CLI_LOGLINE_H
#define MC_CLI_LOGLINE_H

#include "base/fwd.h"
#include "json/doc.h"

struct mc_logline {
    bool color;
    bool raw; /* not a terminal: the line's bytes as they are */
    size_t width;
};
/* Makes room for the longest name of an array of servers. */
void mc_logline_widen(struct mc_logline *l, const cJSON *servers);
void mc_logline_add(struct mc_logline *l, const char *server, const char *line, struct mc_buf *out);

#endif
