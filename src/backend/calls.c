/* The table of calls in flight and the queue of those that wait for the server to start. */
#include "backend/internal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "json/scan.h"

#define SWEEP_MS 250
#define SLOT_BITS 16 /* id = generation << SLOT_BITS | slot; MC_BACKEND_CALLS_MAX fits */

static void queue_push(struct mc_backend *b, struct mc_call *c)
{
    c->next = NULL;
    c->prev = b->queue_tail;
    *(b->queue_tail ? &b->queue_tail->next : &b->queue_head) = c;
    b->queue_tail = c;
    b->queued++;
    c->backend = b;
    c->state = MC_CALL_QUEUED;
}

static void queue_remove(struct mc_backend *b, struct mc_call *c)
{
    *(c->prev ? &c->prev->next : &b->queue_head) = c->next;
    *(c->next ? &c->next->prev : &b->queue_tail) = c->prev;
    c->prev = c->next = NULL;
    b->queued--;
    c->state = MC_CALL_IDLE;
    c->backend = NULL;
}

static int slot_take(struct mc_backend *b, struct mc_call *call)
{
    if (b->free_slot < 0) {
        size_t n = b->n_slots ? b->n_slots * 2 : 8;
        if (b->n_slots >= MC_BACKEND_CALLS_MAX)
            return -1;
        b->slots = mc_realloc(b->slots, n * sizeof(*b->slots));
        for (size_t i = n; i-- > b->n_slots;) {
            b->slots[i] = (struct call_slot){NULL, 1, b->free_slot};
            b->free_slot = (int32_t)i;
        }
        b->n_slots = n;
    }
    struct call_slot *s = &b->slots[b->free_slot];
    call->id = (uint64_t)s->gen << SLOT_BITS | (unsigned)b->free_slot;
    b->free_slot = s->next_free;
    s->call = call;
    b->in_flight++;
    if (!call->internal) {
        b->working++;
        b->used_at = mc_loop_now(b->loop);
    }
    return 0;
}

static bool is_full(const struct mc_backend *b)
{
    return b->max_calls && b->working >= b->max_calls;
}

static void on_room(struct mc_timer *t)
{
    calls_flush_queue(mc_container_of(t, struct mc_backend, room));
}

void calls_release(struct mc_backend *b, struct mc_call *call)
{
    struct call_slot *s = &b->slots[call->id & ((1u << SLOT_BITS) - 1)];

    MC_ASSERT(s->call == call);
    s->call = NULL;
    s->gen++;
    s->next_free = b->free_slot;
    b->free_slot = (int32_t)(s - b->slots);
    b->in_flight--;
    if (!call->internal) {
        b->working--;
        b->used_at = mc_loop_now(b->loop);
        if (b->queue_head && b->state == MC_BACKEND_READY)
            mc_timer_start(b->loop, &b->room, 0, on_room);
    }
    b->endless -= call->endless;
    call->endless = false;
    call->state = MC_CALL_IDLE;
    call->backend = NULL;
    if (b->drain_until && calls_idle(b))
        backend_drained(b);
}

bool calls_idle(const struct mc_backend *b)
{
    return b->queued == 0 && b->in_flight == b->endless;
}

struct mc_call *calls_find(struct mc_backend *b, struct mc_str raw_id)
{
    uint64_t id;

    if (!mc_str_u64(raw_id, &id))
        return NULL;
    size_t slot = id & ((1u << SLOT_BITS) - 1);
    if (slot >= b->n_slots || !b->slots[slot].call ||
        b->slots[slot].gen != (uint32_t)(id >> SLOT_BITS))
        return NULL;
    return b->slots[slot].call;
}

static void cancel_at_server(struct mc_backend *b, uint64_t id, const char *reason)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_buf_addf(&out,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
                "cancelled\",\"params\":{\"requestId\":%llu",
                (unsigned long long)id);
    if (reason) {
        mc_buf_adds(&out, MC_STR(",\"reason\":"));
        mc_jstr_quote(mc_str_of(reason), &out);
    }
    mc_buf_adds(&out, MC_STR("}}"));
    mc_backend_send(b, mc_buf_str(&out));
    mc_buf_done(&out);
}

void calls_renew(struct mc_backend *b, struct mc_call *call)
{
    uint64_t due = mc_loop_now(b->loop) + (call->timeout_ms ? call->timeout_ms : b->call_ms);

    call->deadline = due < call->hard ? due : call->hard;
}

void calls_endless(struct mc_backend *b, struct mc_call *call)
{
    b->endless += !call->endless;
    call->endless = true;
}

static void on_sweep(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, sweep);
    uint64_t now = mc_loop_now(b->loop);
    struct mc_err err;

    mc_backend_ref(b);
    for (size_t i = 0; i < b->n_slots; i++) {
        struct mc_call *c = b->slots[i].call;
        if (c && c->waits_for_client && c->hard > now)
            calls_renew(b, c);
        if (!c || c->endless || c->deadline > now)
            continue;
        if (c != &b->init) /* initialize is never cancelled */
            cancel_at_server(b, c->id, "timeout");
        calls_release(b, c);
        mc_err_set(&err, MC_E_TIMEOUT, "server %s did not answer within %u s", b->name,
                   (c->timeout_ms ? c->timeout_ms : b->call_ms) / 1000);
        if (!c->internal)
            backend_note_error(b, "%s", err.msg);
        c->ops->on_failed(c, &err);
    }
    for (struct mc_call *c = b->queue_head, *next; c; c = next) {
        next = c->next;
        if (c->deadline > now)
            continue;
        queue_remove(b, c);
        if (is_full(b))
            mc_err_set(
                &err, MC_E_TIMEOUT,
                "server %s was busy with %u calls, as many as maxConcurrency lets it work on",
                b->name, b->working);
        else
            mc_err_set(&err, MC_E_TIMEOUT,
                       "server %s did not become ready within %u s; see `mcpctl logs %s`", b->name,
                       b->start_ms / 1000, b->name);
        c->ops->on_failed(c, &err);
        next = b->queue_head; /* the callback may have changed the queue */
    }
    if (b->in_flight + b->queued > b->endless)
        mc_timer_start(b->loop, &b->sweep, SWEEP_MS, on_sweep);
    mc_backend_unref(b);
}

static void watch_deadlines(struct mc_backend *b)
{
    if (!mc_timer_active(&b->sweep))
        mc_timer_start(b->loop, &b->sweep, SWEEP_MS, on_sweep);
}

int calls_send(struct mc_backend *b, struct mc_call *call, struct mc_err *err)
{
    struct mc_buf line = MC_BUF_INIT(MC_BACKEND_LINE_MAX);
    uint64_t timeout = call->timeout_ms ? call->timeout_ms : b->call_ms;
    int rc;

    if (slot_take(b, call))
        return mc_err_set(err, MC_E_TOO_BIG,
                          "server %s has %d calls in flight, no more are accepted; try again later",
                          b->name, MC_BACKEND_CALLS_MAX);
    call->backend = b;
    call->state = MC_CALL_SENT;
    call->deadline = mc_loop_now(b->loop) + timeout;
    call->hard = mc_loop_now(b->loop) + timeout * MC_BACKEND_CALL_HARD;
    rc = call->ops->compose(call, call->id, b->rev, &line, err);
    if (rc == 0 && (line.failed || mc_buf_addc(&line, '\n')))
        rc = mc_err_set(err, MC_E_TOO_BIG, "the request is larger than %u bytes",
                        MC_BACKEND_LINE_MAX);
    if (rc == 0) {
        rc = b->child ? mc_child_write(b->child, line.data, line.len) : -MC_E_UNREACHABLE;
        if (rc == -MC_E_TOO_BIG)
            mc_err_set(err, MC_E_TOO_BIG, "server %s does not read its input; %u bytes are waiting",
                       b->name, MC_CHILD_QUEUE_MAX);
        else if (rc)
            mc_err_set(err, MC_E_UNREACHABLE, "server %s has closed its input", b->name);
    }
    mc_buf_done(&line);
    if (rc)
        calls_release(b, call);
    else
        watch_deadlines(b);
    return rc;
}

int mc_backend_call(struct mc_backend *b, struct mc_call *call, struct mc_err *err)
{
    if (b->retired)
        return mc_err_set(err, MC_E_UNREACHABLE, "server %s was stopped", b->name);
    switch (b->state) {
    case MC_BACKEND_READY:
    case MC_BACKEND_DRAINING: /* what belongs to a call that it has */
        /* with those that wait already it takes its turn behind them */
        if (call->internal || (!is_full(b) && !b->queue_head))
            return calls_send(b, call, err);
        break;
    case MC_BACKEND_BLOCKED:
        return mc_err_set(err, MC_E_DENIED, "server %s is %s", b->name,
                          mc_backend_state_name(b->state));
    default:
        break;
    }
    if (b->queued >= MC_BACKEND_QUEUE_MAX)
        return mc_err_set(err, MC_E_TOO_BIG,
                          "%u calls are waiting for server %s%s, no more are accepted", b->queued,
                          b->name, b->state == MC_BACKEND_READY ? "" : " to start");
    call->deadline = mc_loop_now(b->loop) + (b->state != MC_BACKEND_READY ? b->start_ms
                                             : call->timeout_ms           ? call->timeout_ms
                                                                          : b->call_ms);
    queue_push(b, call);
    watch_deadlines(b);
    mc_backend_start(b);
    return 0;
}

void mc_backend_forget(struct mc_call *call, bool cancel, const char *reason)
{
    struct mc_backend *b = call->backend;

    if (call->state == MC_CALL_QUEUED) {
        queue_remove(b, call);
    } else if (call->state == MC_CALL_SENT) {
        if (cancel)
            cancel_at_server(b, call->id, reason);
        calls_release(b, call);
    }
}

void mc_backend_replace(struct mc_call *call, struct mc_call *by)
{
    struct mc_backend *b = call->backend;

    MC_ASSERT(call->state == MC_CALL_SENT && by->state == MC_CALL_IDLE);
    b->slots[call->id & ((1u << SLOT_BITS) - 1)].call = by;
    by->backend = b;
    by->state = MC_CALL_SENT;
    by->id = call->id;
    by->deadline = call->deadline;
    by->hard = call->hard;
    call->backend = NULL;
    call->state = MC_CALL_IDLE;
}

void calls_flush_queue(struct mc_backend *b)
{
    struct mc_err err;

    while (b->queue_head && !is_full(b) &&
           (b->state == MC_BACKEND_READY || b->state == MC_BACKEND_DRAINING)) {
        struct mc_call *c = b->queue_head;
        queue_remove(b, c);
        if (calls_send(b, c, &err))
            c->ops->on_failed(c, &err);
    }
}

void calls_fail_sent(struct mc_backend *b, const struct mc_err *err)
{
    for (size_t i = 0; i < b->n_slots; i++) {
        struct mc_call *c = b->slots[i].call;
        if (!c)
            continue;
        calls_release(b, c);
        c->ops->on_failed(c, err);
    }
}

void calls_fail_queue(struct mc_backend *b, const struct mc_err *err)
{
    /* only those that wait now: a callback may queue anew */
    for (unsigned n = b->queued; n > 0 && b->queue_head; n--) {
        struct mc_call *c = b->queue_head;
        queue_remove(b, c);
        c->ops->on_failed(c, err);
    }
}

void calls_done(struct mc_backend *b)
{
    mc_timer_stop(b->loop, &b->sweep);
    mc_timer_stop(b->loop, &b->room);
    mc_free(b->slots);
}

void mc_backend_each_call(const struct mc_backend *b, void (*fn)(void *arg, struct mc_call *call),
                          void *arg)
{
    for (size_t i = 0; i < b->n_slots; i++)
        if (b->slots[i].call && b->slots[i].call->asked)
            fn(arg, b->slots[i].call);
}

void mc_backend_each_queued(const struct mc_backend *b, void (*fn)(void *arg, struct mc_call *call),
                            void *arg)
{
    for (struct mc_call *c = b->queue_head; c; c = c->next)
        if (c->asked)
            fn(arg, c);
}
