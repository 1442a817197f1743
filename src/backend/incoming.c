/* What a server says: messages on stdout, free text on stderr. */
#include "backend/internal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/rotlog.h"
#include "base/time.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define RUBBISH_LOGGED_MAX 20 /* lines; after that they are only counted */

static void rubbish(struct mc_backend *b, struct mc_str line, const char *why)
{
    if (b->rubbish++ >= RUBBISH_LOGGED_MAX)
        return;
    char *text = mc_str_printable((struct mc_str){line.p, line.n > 200 ? 200 : line.n}, false);
    mc_warn("backend", "%s: ignored a line on stdout (%s): %s%s", b->name, why, text,
            b->rubbish == RUBBISH_LOGGED_MAX ? " (further ones are only counted)" : "");
    mc_free(text);
}

static void on_answer(struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_call *call = calls_find(b, mc_env(e, MC_F_ID));

    if (!call) {
        /* late after a cancel or timeout, answered twice, or an id that nobody gave */
        mc_debug("backend", "%s: dropped an answer to id %.*s, which no request waits for", b->name,
                 MC_STR_ARG(mc_env(e, MC_F_ID)));
        return;
    }
    calls_release(b, call);
    call->ops->on_answer(call, e);
}

static void on_progress(struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_call *call = calls_find(b, mc_env(e, MC_F_P_TOKEN));

    if (!call) { /* of a task, perhaps, that a call has become */
        b->ops->on_notification(b->arg, b, e);
        return;
    }
    calls_renew(b, call);
    if (call->ops->on_progress)
        call->ops->on_progress(call, e);
}

static void on_notification(struct mc_backend *b, const struct mc_envelope *e)
{
    if (listen_is_old(b, mc_env(e, MC_F_M_SUBSCRIPTION)) &&
        e->method != MC_METHOD_SUBSCRIPTIONS_ACK)
        return;
    switch (e->method) {
    case MC_METHOD_PROGRESS:
        on_progress(b, e);
        return;
    case MC_METHOD_SUBSCRIPTIONS_ACK:
        listen_acknowledged(b, mc_env(e, MC_F_M_SUBSCRIPTION));
        return;
    case MC_METHOD_CANCELLED:
        if (listen_cancelled(b, mc_env(e, MC_F_REQUEST_ID)))
            return;
        break;
    case MC_METHOD_TOOLS_CHANGED:
        listing_begin(b, 1u << MC_KIND_TOOL, true);
        return;
    case MC_METHOD_RESOURCES_CHANGED:
        listing_begin(b, 1u << MC_KIND_RESOURCE | 1u << MC_KIND_TEMPLATE | 1u << MC_KIND_SKILL,
                      true);
        return;
    case MC_METHOD_PROMPTS_CHANGED:
        listing_begin(b, 1u << MC_KIND_PROMPT, true);
        return;
    default:
        break;
    }
    b->ops->on_notification(b->arg, b, e);
}

static void on_request(struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    switch (e->method) {
    case MC_METHOD_PING:
        mc_rpc_result(&out, mc_env(e, MC_F_ID), MC_STR("{}"));
        mc_backend_send(b, mc_buf_str(&out));
        break;
    case MC_METHOD_SAMPLING:
    case MC_METHOD_ELICITATION:
    case MC_METHOD_ROOTS_LIST:
    case MC_METHOD_TASKS_GET:
    case MC_METHOD_TASKS_RESULT:
    case MC_METHOD_TASKS_LIST:
    case MC_METHOD_TASKS_CANCEL:
        b->ops->on_request(b->arg, b, e);
        break;
    default:
        mc_rpc_error(&out, mc_env(e, MC_F_ID), MC_RPC_METHOD_NOT_FOUND,
                     "the hub does not know this method", MC_STR_NONE);
        mc_backend_send(b, mc_buf_str(&out));
    }
    mc_buf_done(&out);
}

/* Broken, but it says whose answer it is: that call need not wait until its time is over. */
static void on_broken(struct mc_backend *b, struct mc_str line, const struct mc_envelope *e,
                      const char *why)
{
    struct mc_call *call = mc_env_has(e, MC_F_METHOD) ? NULL : calls_find(b, mc_env(e, MC_F_ID));
    struct mc_err err;

    rubbish(b, line, why);
    if (!call)
        return;
    mc_err_set(&err, MC_E_PROTOCOL, "server %s gave a broken answer: %s", b->name, why);
    backend_note_error(b, "%s", err.msg);
    calls_release(b, call);
    call->ops->on_failed(call, &err);
}

static void on_message(struct mc_backend *b, struct mc_str line)
{
    struct mc_envelope e;
    struct mc_err err;

    if (mc_envelope_scan(line, &e, &err)) {
        on_broken(b, line, &e, err.msg);
        return;
    }
    switch (e.kind) {
    case MC_MSG_RESULT:
        on_answer(b, &e);
        break;
    case MC_MSG_ERROR:
        if (mc_env_has(&e, MC_F_ID))
            on_answer(b, &e);
        else
            rubbish(b, line, "an error without an id");
        break;
    case MC_MSG_NOTIFICATION:
        on_notification(b, &e);
        break;
    case MC_MSG_REQUEST:
        on_request(b, &e);
        break;
    }
}

/* A legacy server of 2025-03-26 may send batches. */
static void on_batch(struct mc_backend *b, struct mc_str line)
{
    struct mc_err err;
    struct mc_jiter it;
    struct mc_jval v;

    if (mc_json_check(line.p, line.n, NULL, &err)) {
        rubbish(b, line, err.msg);
        return;
    }
    mc_jiter_init(&it, mc_jval_of(line));
    while (b->child && mc_jiter_next(&it, NULL, &v))
        on_message(b, v.s);
}

static bool on_line(void *arg, struct mc_str line)
{
    struct mc_backend *b = arg;

    if (mc_envelope_is_batch(line))
        on_batch(b, line);
    else
        on_message(b, line);
    return b->child != NULL; /* a callback may have stopped it for good */
}

static void on_long_line(void *arg, struct mc_str head)
{
    struct mc_backend *b = arg;
    struct mc_envelope e;
    struct mc_err err;
    char why[80];

    snprintf(why, sizeof(why), "a message of more than %u bytes was dropped", MC_BACKEND_LINE_MAX);
    backend_note_error(b, "%s", why);
    mc_envelope_scan(head, &e, &err); /* as far as it goes: perhaps to the id */
    on_broken(b, head, &e, why);
}

void incoming_bytes(struct mc_backend *b, const char *p, size_t n)
{
    b->heard = true;
    mc_backend_ref(b);
    mc_frame_feed(&b->frame, p, n, on_line, on_long_line, b);
    mc_backend_unref(b);
}

static void ring_keep(struct stderr_ring *r, char *line)
{
    unsigned at = (r->first + r->n) % MC_BACKEND_STDERR_LINES;
    if (r->n == MC_BACKEND_STDERR_LINES) {
        mc_free(r->line[r->first].line);
        at = r->first;
        r->first = (r->first + 1) % MC_BACKEND_STDERR_LINES;
    } else {
        r->n++;
    }
    r->line[at] = (struct mc_said){line, mc_now_us(), mc_wall_ms()};
}

static void ring_push(struct mc_backend *b)
{
    struct stderr_ring *r = &b->ring;
    char *line = mc_str_printable((struct mc_str){r->part, r->part_len}, false);
    struct mc_backend *shown = b->origin ? b->origin : b;

    r->part_len = 0;
    ring_keep(r, line);
    if (b->origin)
        ring_keep(&b->origin->ring, mc_strdup(line));
    b->ops->on_stderr(b->arg, shown, line);
}

void incoming_stderr(struct mc_backend *b, const char *p, size_t n)
{
    struct mc_backend *logs = b->origin ? b->origin : b;
    struct stderr_ring *r = &b->ring;

    if (logs->log_path && !logs->log) /* most servers are silent: no file without a word */
        logs->log = mc_rotlog_new(logs->log_path, MC_BACKEND_LOG_MAX);
    mc_rotlog_write(logs->log, p, n);
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n')
            ring_push(b);
        else if (p[i] != '\r' && r->part_len < sizeof(r->part))
            r->part[r->part_len++] = p[i]; /* the rest of a longer line is in the log file */
    }
}

void incoming_stderr_done(struct mc_backend *b)
{
    if (b->ring.part_len > 0)
        ring_push(b);
}
