#include "config.h"

#include "http/internal.h"

#include "base/alloc.h"
#ifdef HAVE_LLHTTP
#include <llhttp.h>
typedef llhttp_t parser_state;
typedef llhttp_settings_t parser_settings;
#else
#include <http_parser.h>
typedef http_parser parser_state;
typedef http_parser_settings parser_settings;
#endif

struct mc_parser {
    parser_state state;
    mc_parser_sink sink;
    void *arg;
    bool done;
};

static int on_body(parser_state *state, const char *p, size_t n)
{
    struct mc_parser *ps = state->data;
    return ps->sink(ps->arg, p, n) ? 0 : 1;
}

/* Stops the parser behind the message: what follows is the next request's. */
static int on_complete(parser_state *state)
{
    struct mc_parser *ps = state->data;
    ps->done = true;
#ifdef HAVE_LLHTTP
    return HPE_PAUSED;
#else
    http_parser_pause(state, 1);
    return 0;
#endif
}

static const parser_settings settings = {.on_body = on_body, .on_message_complete = on_complete};

struct mc_parser *mc_parser_new(mc_parser_sink sink, void *arg)
{
    struct mc_parser *ps = mc_malloc(sizeof(*ps));
#ifdef HAVE_LLHTTP
    llhttp_init(&ps->state, HTTP_REQUEST, &settings);
#else
    http_parser_init(&ps->state, HTTP_REQUEST);
#endif
    ps->state.data = ps;
    ps->sink = sink;
    ps->arg = arg;
    ps->done = false;
    return ps;
}

void mc_parser_free(struct mc_parser *ps)
{
    mc_free(ps);
}

ssize_t mc_parser_feed(struct mc_parser *ps, const char *p, size_t n, const char **why)
{
#ifdef HAVE_LLHTTP
    llhttp_errno_t e = llhttp_execute(&ps->state, p, n);
    if (ps->done)
        return llhttp_get_error_pos(&ps->state) - p;
    if (e == HPE_OK)
        return (ssize_t)n;
    *why = llhttp_get_error_reason(&ps->state);
#else
    size_t used = http_parser_execute(&ps->state, &settings, p, n);
    if (ps->done)
        return (ssize_t)used;
    enum http_errno e = HTTP_PARSER_ERRNO(&ps->state);
    if (e == HPE_OK)
        return (ssize_t)n;
    *why = http_errno_description(e);
#endif
    return -1;
}

bool mc_parser_done(const struct mc_parser *ps)
{
    return ps->done;
}

bool mc_parser_keep_alive(const struct mc_parser *ps)
{
#ifdef HAVE_LLHTTP
    return llhttp_should_keep_alive(&ps->state);
#else
    return http_should_keep_alive(&ps->state);
#endif
}

uint64_t mc_parser_length(const struct mc_parser *ps)
{
    if (ps->done || (ps->state.flags & F_CHUNKED))
        return 0;
    return ps->state.content_length;
}

const char *mc_parser_name(void)
{
#ifdef HAVE_LLHTTP
    return "llhttp";
#else
    return "http_parser";
#endif
}
