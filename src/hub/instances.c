#include "hub/instances.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "config/config.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include <stdio.h>

struct instance {
    struct link link; /* in the hub */
    struct mc_backend *backend;
    struct session *session; /* NULL: of modern clients */
    char who[64];
    char *endpoint;
    uint64_t used; /* loop ms: a call was sent there, or was still there */
};

static struct instance *entry(struct link *l)
{
    return link_entry(l, struct instance, link);
}

static char *endpoint_of(const struct view *v)
{
    return mc_asprintf("%s/%s", v->ws->name, v->only ? v->only : "");
}

/* What it is must be known before it is started twice. */
static bool is_private(const struct mc_backend *origin)
{
    const struct mc_catalog *known = mc_backend_catalog(origin);

    return mc_backend_isolation(origin) == MC_ISOLATION_SESSION && !mc_backend_origin(origin) &&
           known && mc_rev_era(known->rev) == MC_ERA_LEGACY;
}

/* ---- whose is it ---- */

static struct instance *find(struct hub *h, const struct mc_backend *b)
{
    link_each(l, &h->instances)
    {
        if (entry(l)->backend == b)
            return entry(l);
    }
    return NULL;
}

static struct instance *of_session(const struct session *s, const struct mc_backend *origin)
{
    link_each(l, &s->hub->instances)
    {
        if (entry(l)->session == s && mc_backend_origin(entry(l)->backend) == origin)
            return entry(l);
    }
    return NULL;
}

static bool is_callers(const struct instance *in, const char *who, const struct view *v)
{
    MC_CLEANUP(mc_freep) char *endpoint = endpoint_of(v);

    return !in->session && strcmp(in->who, who) == 0 && strcmp(in->endpoint, endpoint) == 0;
}

struct session *instances_session(struct hub *h, const struct mc_backend *b)
{
    struct instance *in = mc_backend_origin(b) ? find(h, b) : NULL;

    return in ? in->session : NULL;
}

bool instances_is_for(struct hub *h, const struct mc_backend *b, const char *who,
                      const struct view *v)
{
    const struct instance *in = find(h, b);

    return in && is_callers(in, who, v);
}

struct mc_backend *instances_origin(struct mc_backend *b)
{
    struct mc_backend *origin = mc_backend_origin(b);

    return origin ? origin : b;
}

struct mc_backend *instances_running(const struct session *s, struct mc_backend *origin)
{
    struct instance *in;

    if (!origin || !is_private(origin))
        return origin;
    in = of_session(s, origin);
    return in ? in->backend : NULL;
}

unsigned instances_count(const struct hub *h, const struct mc_backend *origin)
{
    unsigned n = 0;

    link_each(l, (struct link *)&h->instances) n += mc_backend_origin(entry(l)->backend) == origin;
    return n;
}

const struct mc_backend *instances_at(struct hub *h, const struct mc_backend *origin, unsigned i,
                                      const struct session **ret_session)
{
    link_each(l, &h->instances)
    {
        if ((origin && mc_backend_origin(entry(l)->backend) != origin) || i-- > 0)
            continue;
        *ret_session = entry(l)->session;
        return entry(l)->backend;
    }
    return NULL;
}

/* ---- ends ---- */

static void end(struct hub *h, struct instance *in)
{
    link_del(&in->link);
    h->n_instances--;
    registry_retire(h, in->backend); /* takes the reference */
    mc_free(in->endpoint);
    mc_free(in);
}

void instances_of_session_over(struct session *s)
{
    link_each(l, &s->hub->instances)
    {
        if (entry(l)->session == s)
            end(s->hub, entry(l));
    }
}

void instances_of_backend_over(struct hub *h, const struct mc_backend *origin)
{
    link_each(l, &h->instances)
    {
        if (mc_backend_origin(entry(l)->backend) == origin)
            end(h, entry(l));
    }
}

static void count(void *arg, struct mc_call *base)
{
    const struct call *c = call_of(base);

    *(unsigned *)arg += c && call_may_ask(c);
}

/* Has it neither calls that may ask nor tasks? */
static bool is_free(struct hub *h, const struct mc_backend *b)
{
    unsigned n = 0;

    mc_backend_each_call(b, count, &n);
    mc_backend_each_queued(b, count, &n);
    return n == 0 && !tasks_at(h, b);
}

static bool is_idle(struct hub *h, const struct instance *in)
{
    return !in->session && is_free(h, in->backend) && mc_backend_idle(in->backend) &&
           !subscribe_watches(h, in->backend);
}

void instances_sweep(struct hub *h)
{
    uint64_t now = mc_loop_now(h->loop);

    link_each(l, &h->instances)
    {
        struct instance *in = entry(l);
        if (!is_idle(h, in))
            in->used = now;
        else if (now - in->used > HUB_INSTANCE_IDLE_MS)
            end(h, in);
    }
}

/* Of modern clients' idle ones, the one that was not used for longest gives way. */
static bool make_room(struct hub *h)
{
    struct instance *oldest = NULL;

    if (h->n_instances < HUB_INSTANCES_MAX)
        return true;
    link_each(l, &h->instances)
    {
        struct instance *in = entry(l);
        if (is_idle(h, in) && (!oldest || in->used < oldest->used))
            oldest = in;
    }
    if (oldest)
        end(h, oldest);
    return oldest;
}

/* ---- choice ---- */

static struct instance *create(struct exchange *x, struct mc_backend *origin)
{
    struct instance *in = MC_NEW(struct instance);
    struct mc_buf caps = MC_BUF_INIT(4096);

    in->session = x->session;
    in->endpoint = endpoint_of(x->view);
    snprintf(in->who, sizeof(in->who), "%s", x->who);
    if (x->session)
        ask_add_caps(x->session->caps, &caps);
    in->backend = mc_backend_private(origin, x->session ? caps.data : NULL);
    mc_buf_done(&caps);
    link_add(&x->hub->instances, &in->link);
    x->hub->n_instances++;
    mc_info("hub", "%s: an instance of its own for a %s", mc_backend_name(origin),
            x->session ? "session" : "caller");
    return in;
}

/* A modern client's: c, when it may ask, is to be alone there. One that was given up may still ask in the process where it was. */
static struct instance *of_caller(const struct exchange *x, const struct mc_backend *origin,
                                  const struct call *c)
{
    link_each(l, &x->hub->instances)
    {
        struct instance *in = entry(l);
        if (mc_backend_origin(in->backend) == origin && is_callers(in, x->who, x->view) &&
            (!c || !call_may_ask(c) ||
             (is_free(x->hub, in->backend) && !turns_haunted(c, in->backend))))
            return in;
    }
    return NULL;
}

static struct mc_backend *choose(struct exchange *x, struct mc_backend *origin,
                                 const struct call *c)
{
    struct instance *in = x->session ? of_session(x->session, origin) : of_caller(x, origin, c);

    if (!in && make_room(x->hub))
        in = create(x, origin);
    if (!in)
        return NULL;
    in->used = mc_loop_now(x->hub->loop);
    return in->backend;
}

struct mc_backend *instances_for(struct exchange *x, struct mc_backend *origin)
{
    return is_private(origin) ? choose(x, origin, NULL) : origin;
}

int instances_choose(struct call *c, struct mc_err *err)
{
    struct mc_backend *origin = c->backend, *own;

    if (!is_private(origin))
        return 0;
    own = choose(c->x, origin, c);
    if (!own)
        return mc_err_set(err, MC_E_TOO_BIG,
                          "server %s has an instance for each session (isolation: session), and "
                          "%u such instances run already; end some sessions, or let servers be "
                          "shared",
                          mc_backend_name(origin), c->x->hub->n_instances);
    c->backend = mc_backend_ref(own);
    mc_backend_unref(origin);
    return 0;
}
