/* The other end of a backend, without a process: what was written to the server, and what it says. The program that includes this is linked
 * with $(WRAP_CHILD), which put these in the place of loop/child.h, and a clock of the test in the place of the loop's. Everything happens at once, in the order of the test. */
#ifndef MC_TESTS_WIRE_H
#define MC_TESTS_WIRE_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "loop/child.h"
#include "loop/loop.h"
#include "tests/tap.h"

struct mc_child {
    struct mc_child_ops ops;
    void *arg;
    bool stopping;
};

static struct wire {
    struct mc_child *child; /* the newest that lives */
    struct mc_buf sent;
    unsigned spawned, closed;
    int spawn_rc, write_rc; /* what the next ones answer */
    uint64_t now;           /* the loop's clock, which stands still unless the test moves it */
    uint64_t timer_ms;      /* of the timer that was started last */
    struct mc_timer *timer; /* that one */
} wire = {.sent = {.max = 256u << 20}, .now = 1000000000};

uint64_t __wrap_mc_loop_now(struct mc_loop *l);
uint64_t __wrap_mc_loop_now(struct mc_loop *l)
{
    (void)l;
    return wire.now;
}

void __real_mc_timer_start(struct mc_loop *l, struct mc_timer *t, uint64_t ms,
                           void (*fn)(struct mc_timer *t));
void __wrap_mc_timer_start(struct mc_loop *l, struct mc_timer *t, uint64_t ms,
                           void (*fn)(struct mc_timer *t));
void __wrap_mc_timer_start(struct mc_loop *l, struct mc_timer *t, uint64_t ms,
                           void (*fn)(struct mc_timer *t))
{
    wire.timer_ms = ms;
    wire.timer = t;
    __real_mc_timer_start(l, t, ms, fn);
}

int __wrap_mc_child_spawn(struct mc_loop *l, const struct mc_child_spec *spec,
                          const struct mc_child_ops *ops, void *arg, struct mc_child **ret,
                          struct mc_err *err);
int __wrap_mc_child_write(struct mc_child *c, const char *p, size_t n);
void __wrap_mc_child_stop(struct mc_child *c, struct mc_child_ladder ladder);
void __wrap_mc_child_close(struct mc_child *c);
pid_t __wrap_mc_child_pid(const struct mc_child *c);
void __wrap_mc_child_unref(struct mc_child *c);

int __wrap_mc_child_spawn(struct mc_loop *l, const struct mc_child_spec *spec,
                          const struct mc_child_ops *ops, void *arg, struct mc_child **ret,
                          struct mc_err *err)
{
    (void)l, (void)spec;
    if (wire.spawn_rc)
        return mc_err_set(err, (enum mc_code) - wire.spawn_rc, "it is not to be had");
    struct mc_child *c = MC_NEW(struct mc_child);
    c->ops = *ops;
    c->arg = arg;
    wire.spawned++;
    *ret = wire.child = c;
    return 0;
}

int __wrap_mc_child_write(struct mc_child *c, const char *p, size_t n)
{
    (void)c;
    if (wire.write_rc)
        return wire.write_rc;
    mc_buf_add(&wire.sent, p, n);
    return 0;
}

void __wrap_mc_child_stop(struct mc_child *c, struct mc_child_ladder ladder)
{
    (void)ladder;
    c->stopping = true;
}

void __wrap_mc_child_unref(struct mc_child *c)
{
    if (wire.child == c)
        wire.child = NULL;
    mc_free(c);
}

void __wrap_mc_child_close(struct mc_child *c)
{
    wire.closed++;
    __wrap_mc_child_unref(c);
}

pid_t __wrap_mc_child_pid(const struct mc_child *c)
{
    (void)c;
    return 4711;
}

/* The server writes these lines. */
__attribute__((format(printf, 1, 2), unused)) static void wire_says(const char *fmt, ...)
{
    char line[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
    va_end(ap);
    MC_ASSERT(n >= 0 && n < (int)sizeof(line) - 1 && wire.child);
    line[n++] = '\n';
    wire.child->ops.on_out(wire.child->arg, line, (size_t)n);
}

/* The server ends. */
__attribute__((unused)) static void wire_exits(int code)
{
    struct mc_child *c = wire.child;
    MC_ASSERT(c);
    wire.child = NULL;
    c->ops.on_exit(c->arg, code, 0);
}

/* What was written to it since the last time; static storage. */
__attribute__((unused)) static const char *wire_sent(void)
{
    static char text[64u << 10];
    snprintf(text, sizeof(text), "%.*s", (int)wire.sent.len, wire.sent.len ? wire.sent.data : "");
    mc_buf_clear(&wire.sent);
    return text;
}

/* The time has come, whatever the clock says. */
__attribute__((unused)) static void wire_fire(struct mc_loop *l, struct mc_timer *t)
{
    void (*fn)(struct mc_timer *) = t->fn;
    MC_ASSERT(mc_timer_active(t));
    mc_timer_stop(l, t);
    fn(t);
}

#endif
