/* One event when a call starts and one when it ends; the log consumes them, later metrics, traces and audit. */
#include "base/log.h"
#include "hub/internal.h"

static void to_log(const struct call_event *ev)
{
    if (ev->end)
        mc_debug("call", "%s %s/%s %s %.*s: %s after %llu us", ev->principal, ev->workspace,
                 ev->server, ev->method, MC_STR_ARG(ev->subject), ev->failed ? "failed" : "fine",
                 (unsigned long long)ev->us);
    else
        mc_debug("call", "%s %s/%s %s %.*s", ev->principal, ev->workspace, ev->server, ev->method,
                 MC_STR_ARG(ev->subject));
}

static void (*const consumers[])(const struct call_event *ev) = {to_log};

void call_event(const struct call_event *ev)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(consumers); i++)
        consumers[i](ev);
}
