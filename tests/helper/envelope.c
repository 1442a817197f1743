/* What the envelope scanner makes of messages: one per line on stdin, one line of answer for each.
 *     request METHOD | notification METHOD | result | error CODE | refused CODE: why */
#include "base/buf.h"
#include "base/err.h"
#include "mcp/envelope.h"
#include "mcp/frame.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES (16u << 20)

static bool on_line(void *arg, struct mc_str line)
{
    struct mc_envelope e;
    struct mc_err err;
    int code = mc_envelope_scan(line, &e, &err);

    (void)arg;
    if (code)
        printf("refused %d: %s\n", code, err.msg);
    else if (e.kind == MC_MSG_RESULT)
        puts("result");
    else if (e.kind == MC_MSG_ERROR)
        printf("error %.*s\n", MC_STR_ARG(mc_env(&e, MC_F_E_CODE)));
    else
        printf("%s %s\n", e.kind == MC_MSG_REQUEST ? "request" : "notification",
               mc_method_info(e.method) ? mc_method_info(e.method)->name : "?");
    return true;
}

int main(void)
{
    static char buf[64u << 10];
    struct mc_frame f;

    mc_frame_init(&f, LINE_MAX_BYTES);
    for (ssize_t n; (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0;)
        mc_frame_feed(&f, buf, (size_t)n, on_line, NULL, NULL);
    mc_frame_done(&f);
    return 0;
}
