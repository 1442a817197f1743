/* A backend's life: one table of states, one place that changes them. */
#include "backend/internal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/rotlog.h"
#include "config/config.h"
#include <stdarg.h>
#include <stdio.h>

#define BIT(s) (1u << MC_BACKEND_##s)

static const struct {
    const char *name;
    unsigned next; /* states that may follow */
} states[MC_BACKEND_STATE_MAX] = {
    [MC_BACKEND_STOPPED] = {"STOPPED", BIT(STARTING) | BIT(FAILED) | BIT(BACKOFF) | BIT(BLOCKED)},
    [MC_BACKEND_STARTING] = {"STARTING", BIT(HANDSHAKE) | BIT(READY) | BIT(STOPPING) |
                                             BIT(BACKOFF) | BIT(FAILED) | BIT(STARTING)},
    [MC_BACKEND_HANDSHAKE] = {"HANDSHAKE", BIT(READY) | BIT(STOPPING) | BIT(BACKOFF) | BIT(FAILED)},
    [MC_BACKEND_READY] = {"READY", BIT(DRAINING) | BIT(STOPPING) | BIT(BACKOFF) | BIT(FAILED)},
    [MC_BACKEND_DRAINING] = {"DRAINING", BIT(STOPPING) | BIT(STOPPED)},
    [MC_BACKEND_STOPPING] = {"STOPPING", BIT(STOPPED) | BIT(STARTING) | BIT(FAILED) | BIT(BACKOFF)},
    [MC_BACKEND_BACKOFF] = {"BACKOFF", BIT(STARTING) | BIT(STOPPED) | BIT(FAILED)},
    [MC_BACKEND_BLOCKED] = {"BLOCKED", BIT(STOPPED) | BIT(STARTING)},
    [MC_BACKEND_FAILED] = {"FAILED", BIT(STARTING) | BIT(STOPPED) | BIT(BACKOFF) | BIT(FAILED)},
};

const char *mc_backend_state_name(enum mc_backend_state s)
{
    return states[s].name;
}

void backend_set_state(struct mc_backend *b, enum mc_backend_state to, const char *why)
{
    enum mc_backend_state from = b->state;

    MC_ASSERT(states[from].next & 1u << to);
    mc_timer_stop(b->loop, &b->timer);
    b->state = to;
    snprintf(b->reason, sizeof(b->reason), "%s",
             to == MC_BACKEND_FAILED || to == MC_BACKEND_BACKOFF ? why : "");
    mc_info("backend", "%s: %s -> %s (%s)", b->name, states[from].name, states[to].name, why);
    mc_backend_ref(b);
    b->ops->on_state(b->arg, b);
    if (b->state == MC_BACKEND_READY && from != to)
        idle_begin(b);
    else if (b->state != MC_BACKEND_READY)
        idle_end(b);
    if (b->state == MC_BACKEND_READY)
        calls_flush_queue(b);
    if (b->state == MC_BACKEND_READY && b->drain_until)
        backend_set_state(b, MC_BACKEND_DRAINING, "replaced, finishes its calls");
    mc_backend_unref(b);
}

void backend_note_error(struct mc_backend *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(b->last_error, sizeof(b->last_error), fmt, ap);
    va_end(ap);
    mc_warn("backend", "%s: %s", b->name, b->last_error);
}

static void spawn(struct mc_backend *b);

static void on_backoff_over(struct mc_timer *t)
{
    spawn(mc_container_of(t, struct mc_backend, timer));
}

/* Exponential with jitter: a pure function of how often it has failed. */
static uint64_t backoff_ms(unsigned failures)
{
    uint64_t base = (uint64_t)MC_BACKEND_BACKOFF_MS << (failures > 8 ? 8 : failures);
    unsigned char r;

    mc_random(&r, 1);
    return base + base * r / 512;
}

/* The process is gone, or never was. Try again after a pause, or give up. */
static void settle(struct mc_backend *b, const char *why, bool final)
{
    unsigned retries = b->restart == MC_RESTART_NEVER ? 0
                       : b->catalog                   ? MC_BACKEND_RETRIES_MAX
                                    : 1; /* one that never worked is not flogged */
    struct mc_err err;

    backend_note_error(b, "%s", why);
    if (b->started_at && mc_loop_now(b->loop) - b->started_at >= MC_BACKEND_STABLE_MS)
        b->failures = 0; /* it ran well until now */
    b->started_at = 0;
    b->failures++;
    if (!final && b->failures <= retries) {
        b->restarts++;
        backend_set_state(b, MC_BACKEND_BACKOFF, why);
        mc_timer_start(b->loop, &b->timer, backoff_ms(b->failures - 1), on_backoff_over);
        return;
    }
    b->failures = 0;
    backend_set_state(b, MC_BACKEND_FAILED, why);
    mc_err_set(&err, MC_E_UNREACHABLE, "server %s could not be started: %s", b->name, why);
    calls_fail_queue(b, &err);
}

/* Ends the calls of this run; the caller decides what follows. */
static void run_over(struct mc_backend *b, const char *why)
{
    struct mc_err err;

    handshake_abandon(b);
    listing_abandon(b);
    listen_abandon(b);
    b->rev = MC_REV_NONE;
    b->got_catalog = false;
    mc_err_set(&err, MC_E_UNREACHABLE, "server %s: %s; it may or may not have done what was asked",
               b->name, why);
    calls_fail_sent(b, &err);
}

void backend_start_failed(struct mc_backend *b, const char *why, bool final)
{
    MC_CLEANUP(mc_freep) char *text = mc_strdup(why);
    struct mc_child *child = b->child;

    if (b->state == MC_BACKEND_STOPPING) /* its end is on its way, and what follows is decided */
        return;
    b->child = NULL;
    if (child)
        mc_child_close(child);
    run_over(b, text);
    settle(b, text, final);
}

static void describe_exit(struct mc_backend *b, int code, int sig, char *out, size_t n)
{
    const struct stderr_ring *r = &b->ring;
    const char *last = r->n ? mc_backend_stderr(b, r->n - 1) : NULL;

    if (sig)
        snprintf(out, n, "it was ended by signal %d%s%s", sig,
                 last ? "; last line on stderr: " : "", last ? last : "");
    else
        snprintf(out, n, "it exited with status %d%s%s", code,
                 last ? "; last line on stderr: " : "", last ? last : "");
}

static void fail_waiting(struct mc_backend *b, const char *what)
{
    struct mc_err err;

    mc_err_set(&err, MC_E_UNREACHABLE, "server %s %s", b->name, what);
    calls_fail_queue(b, &err);
}

static void on_exit(void *arg, int code, int sig)
{
    struct mc_backend *b = arg;
    enum mc_backend_state was = b->state;
    bool probed = b->probe.state == MC_CALL_SENT;
    char why[MC_ERR_MSG_MAX];

    incoming_stderr_done(b);
    describe_exit(b, code, sig, why, sizeof(why));
    mc_backend_ref(b);
    mc_child_unref(b->child);
    b->child = NULL;
    run_over(b, was == MC_BACKEND_STOPPING ? "it was stopped" : why);
    if (was == MC_BACKEND_STOPPING || was == MC_BACKEND_DRAINING) {
        if (b->restart_wanted) {
            b->restart_wanted = false;
            spawn(b);
        } else {
            backend_set_state(b, MC_BACKEND_STOPPED, "stopped");
            fail_waiting(b, "was stopped");
        }
    } else if (was == MC_BACKEND_STARTING && probed && b->protocol == MC_PROTOCOL_AUTO &&
               !b->skip_probe) {
        /* some legacy servers exit on a request before initialize */
        b->skip_probe = true;
        b->known_modern = false;
        spawn(b);
    } else {
        settle(b, why, false);
    }
    mc_backend_unref(b);
}

static void on_out(void *arg, const char *p, size_t n)
{
    incoming_bytes(arg, p, n);
}

static void on_err(void *arg, const char *p, size_t n)
{
    incoming_stderr(arg, p, n);
}

static void on_drain(void *arg)
{
    (void)arg;
}

static const struct mc_child_ops child_ops = {
    .on_out = on_out, .on_err = on_err, .on_drain = on_drain, .on_exit = on_exit};

static void spawn(struct mc_backend *b)
{
    struct mc_child_spec spec = {
        .argv = b->launch.argv.v, .env = b->launch.env.v, .cwd = b->launch.cwd};
    struct mc_err err;

    mc_frame_done(&b->frame);
    mc_frame_init(&b->frame, MC_BACKEND_LINE_MAX);
    b->heard = false;
    b->rubbish = 0;
    if (mc_child_spawn(b->loop, &spec, &child_ops, b, &b->child, &err)) {
        b->child = NULL;
        settle(b, err.msg, err.code != MC_E_SYSTEM);
        return;
    }
    b->started_at = mc_loop_now(b->loop);
    mc_backend_ref(b);
    backend_set_state(b, MC_BACKEND_STARTING, "spawned");
    handshake_begin(b);
    mc_backend_unref(b);
}

struct mc_backend *mc_backend_new(struct mc_loop *l, struct mc_backend_spec *spec,
                                  const struct mc_backend_ops *ops, void *arg)
{
    struct mc_backend *b = MC_NEW(struct mc_backend);

    b->refs = 1;
    b->loop = l;
    b->ops = ops;
    b->arg = arg;
    b->name = mc_strdup(spec->name);
    memcpy(b->key, spec->key, sizeof(b->key));
    b->launch = spec->launch;
    memset(&spec->launch, 0, sizeof(spec->launch));
    b->log_path = mc_strdup(spec->log_path);
    b->protocol = spec->protocol;
    b->start_ms = spec->start_ms ? spec->start_ms : MC_BACKEND_START_MS;
    b->call_ms = spec->call_ms ? spec->call_ms : MC_BACKEND_CALL_MS;
    b->isolation = spec->isolation;
    b->idle_ms = spec->idle_ms;
    b->max_calls = spec->max_calls;
    b->restart = spec->restart;
    b->lists_only = spec->lists_only;
    b->catalog = MC_TAKE(spec->cached);
    b->asks = b->catalog && b->catalog->asks;
    if (b->catalog && b->protocol == MC_PROTOCOL_AUTO) { /* what it was the last time */
        b->skip_probe = mc_rev_era(b->catalog->rev) == MC_ERA_LEGACY;
        b->known_modern = mc_rev_era(b->catalog->rev) == MC_ERA_MODERN;
    }
    b->free_slot = -1;
    mc_frame_init(&b->frame, MC_BACKEND_LINE_MAX);
    return b;
}

struct mc_backend *mc_backend_ref(struct mc_backend *b)
{
    b->refs++;
    return b;
}

void mc_backend_unref(struct mc_backend *b)
{
    if (!b || --b->refs > 0)
        return;
    if (b->child)
        mc_child_close(b->child);
    b->child = NULL;
    mc_timer_stop(b->loop, &b->timer);
    idle_end(b);
    mc_timer_stop(b->loop, &b->drain);
    b->drain_until = 0;
    run_over(
        b,
        "nobody uses it any more"); /* only the hub's own requests can be left: a caller's call has a reference */
    MC_ASSERT(b->in_flight == 0 && b->queued == 0);
    calls_done(b);
    mc_frame_done(&b->frame);
    for (unsigned i = 0; i < b->ring.n; i++)
        mc_free(b->ring.line[(b->ring.first + i) % MC_BACKEND_STDERR_LINES].line);
    mc_rotlog_close(b->log);
    mc_catalog_unref(b->catalog);
    mc_strv_done(&b->listening.wanted);
    mc_strv_done(&b->listening.tasks);
    mc_launch_done(&b->launch);
    mc_free(b->log_path);
    mc_free(b->capabilities);
    mc_free(b->name);
    mc_backend_unref(b->origin);
    mc_free(b);
}

void mc_backend_start(struct mc_backend *b)
{
    if (b->retired)
        return;
    switch (b->state) {
    case MC_BACKEND_STOPPED:
    case MC_BACKEND_FAILED:
    case MC_BACKEND_BLOCKED:
        b->trying_since = mc_loop_now(b->loop);
        b->last_error[0] = '\0'; /* of an attempt that is over: this one has errors of its own */
        spawn(b);
        break;
    case MC_BACKEND_STOPPING:
        b->restart_wanted = true;
        break;
    default:
        break;
    }
}

static void begin_stop(struct mc_backend *b)
{
    if (b->child && b->state != MC_BACKEND_STOPPING) {
        handshake_abandon(b); /* an answer that is on its way makes it ready no more */
        backend_set_state(b, MC_BACKEND_STOPPING, "asked to stop");
        mc_child_stop(b->child, MC_CHILD_LADDER_DEFAULT);
    } else if (b->state == MC_BACKEND_BACKOFF || b->state == MC_BACKEND_FAILED) {
        backend_set_state(b, MC_BACKEND_STOPPED, "asked to stop");
    }
}

void mc_backend_stop(struct mc_backend *b)
{
    mc_backend_ref(b);
    b->restart_wanted = false;
    b->drain_until = 0;
    mc_timer_stop(b->loop, &b->drain);
    begin_stop(b);
    if (!b->child)
        fail_waiting(b, "was stopped");
    mc_backend_unref(b);
}

/* Not from inside the call that ended, and only if its end has not led to another one. */
static void on_drain_due(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, drain);
    uint64_t now = mc_loop_now(b->loop);

    if (!calls_idle(b) && now < b->drain_until) {
        mc_timer_start(b->loop, &b->drain, b->drain_until - now, on_drain_due);
        return;
    }
    b->retired = true;
    mc_backend_stop(b);
}

void backend_drained(struct mc_backend *b)
{
    mc_timer_start(b->loop, &b->drain, 0, on_drain_due);
}

void mc_backend_retire(struct mc_backend *b)
{
    if (!b->child || b->state == MC_BACKEND_STOPPING || calls_idle(b)) {
        b->retired = true;
        mc_backend_stop(b);
        return;
    }
    b->drain_until = mc_loop_now(b->loop) + MC_BACKEND_DRAIN_MS;
    mc_timer_start(b->loop, &b->drain, MC_BACKEND_DRAIN_MS, on_drain_due);
    if (b->state == MC_BACKEND_READY)
        backend_set_state(b, MC_BACKEND_DRAINING, "replaced, finishes its calls");
}

void mc_backend_restart(struct mc_backend *b)
{
    mc_backend_ref(b);
    b->restart_wanted = false;
    begin_stop(b);
    b->failures = 0;
    b->last_error[0] = '\0';
    b->restarts++;
    mc_backend_start(b);
    mc_backend_unref(b);
}

void mc_backend_kill(struct mc_backend *b)
{
    struct mc_child *child = b->child;

    b->child = NULL;
    if (child)
        mc_child_close(child);
    mc_timer_stop(b->loop, &b->timer);
    idle_end(b);
    mc_timer_stop(b->loop, &b->drain);
    b->drain_until = 0;
    b->state = MC_BACKEND_STOPPED;
    run_over(b, "the hub is ending");
    fail_waiting(b, "was stopped");
}

void mc_backend_send(struct mc_backend *b, struct mc_str message)
{
    /* a child buffers until the end of the turn: two writes are one */
    if (!b->child || mc_child_write(b->child, message.p, message.n) ||
        mc_child_write(b->child, "\n", 1))
        mc_debug("backend", "%s: a message could not be sent", b->name);
}

void *mc_backend_arg(const struct mc_backend *b)
{
    return b->arg;
}

const char *mc_backend_name(const struct mc_backend *b)
{
    return b->name;
}

const char *mc_backend_key(const struct mc_backend *b)
{
    return b->key;
}

const char *mc_backend_digest(const struct mc_backend *b)
{
    return b->launch.digest;
}

enum mc_backend_state mc_backend_state(const struct mc_backend *b)
{
    return b->state;
}

const char *mc_backend_reason(const struct mc_backend *b)
{
    return b->reason;
}

const char *mc_backend_last_error(const struct mc_backend *b)
{
    return b->last_error;
}

struct mc_catalog *mc_backend_catalog(const struct mc_backend *b)
{
    return b->catalog;
}

enum mc_rev mc_backend_rev(const struct mc_backend *b)
{
    return b->rev;
}

int mc_backend_isolation(const struct mc_backend *b)
{
    return b->isolation;
}

unsigned mc_backend_call_ms(const struct mc_backend *b)
{
    return b->call_ms;
}

int mc_backend_log_level(const struct mc_backend *b)
{
    return b->log_told ? b->log_level : -1;
}

void mc_backend_note_log_level(struct mc_backend *b, int level)
{
    b->log_level = level;
    b->log_told = true;
}

int mc_backend_pid(const struct mc_backend *b)
{
    return b->child ? mc_child_pid(b->child) : 0;
}

unsigned mc_backend_calls(const struct mc_backend *b)
{
    return b->working;
}

unsigned mc_backend_queued(const struct mc_backend *b)
{
    return b->queued;
}

unsigned mc_backend_restarts(const struct mc_backend *b)
{
    return b->restarts;
}

uint64_t mc_backend_uptime_ms(const struct mc_backend *b)
{
    return b->child ? mc_loop_now(b->loop) - b->started_at : 0;
}

uint64_t mc_backend_trying_ms(const struct mc_backend *b)
{
    return mc_loop_now(b->loop) - b->trying_since;
}

const struct mc_said *mc_backend_said(const struct mc_backend *b, size_t i)
{
    return i < b->ring.n ? &b->ring.line[(b->ring.first + i) % MC_BACKEND_STDERR_LINES] : NULL;
}

const char *mc_backend_stderr(const struct mc_backend *b, size_t i)
{
    const struct mc_said *said = mc_backend_said(b, i);

    return said ? said->line : NULL;
}
