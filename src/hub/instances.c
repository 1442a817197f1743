#include "hub/instances.h"
#include "base/alloc.h"
#include "base/err.h"
#include "config/config.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include <stdio.h>

struct instance {
    struct link link;
    struct mc_backend *backend; /* one reference */
    struct mc_backend *origin;  /* one reference */
    char session[33];           /* whose it is; empty: modern clients' */
    uint64_t used;              /* loop ms: a call was sent there, or was still there */
};

static struct instance *find(const struct hub *h, const struct mc_backend *b)
{
    link_each(l, (struct link *)&h->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (in->backend == b)
            return in;
    }
    return NULL;
}

struct mc_backend *instances_origin(const struct hub *h, struct mc_backend *b)
{
    const struct instance *in = find(h, b);

    return in ? in->origin : b;
}

bool instances_concerns(const struct hub *h, const struct mc_backend *b, const struct session *s)
{
    const struct instance *in = find(h, b);

    return !in || strcmp(in->session, s->id) == 0;
}

void instances_each(struct hub *h, const struct mc_backend *origin,
                    void (*fn)(struct hub *h, struct mc_backend *b))
{
    link_each(l, &h->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (in->origin == origin)
            fn(h, in->backend);
    }
}

unsigned instances_count(const struct hub *h, const struct mc_backend *origin)
{
    unsigned n = 0;

    link_each(l, (struct link *)&h->instances) n +=
        link_entry(l, struct instance, link)->origin == origin;
    return n;
}

static struct instance *of_session(const struct session *s, const struct mc_backend *origin)
{
    link_each(l, (struct link *)&s->hub->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (in->origin == origin && strcmp(in->session, s->id) == 0)
            return in;
    }
    return NULL;
}

struct mc_backend *instances_of(const struct session *s, const struct mc_backend *origin)
{
    const struct instance *in = of_session(s, origin);

    return in ? in->backend : NULL;
}

/* ---- ends ---- */

static void end(struct hub *h, struct instance *in)
{
    link_del(&in->link);
    registry_retire(h, in->backend); /* takes the reference */
    mc_backend_unref(in->origin);
    mc_free(in);
}

void instances_of_session_over(struct session *s)
{
    link_each(l, &s->hub->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (strcmp(in->session, s->id) == 0)
            end(s->hub, in);
    }
}

void instances_of_backend_over(struct hub *h, const struct mc_backend *origin)
{
    link_each(l, &h->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (in->origin == origin)
            end(h, in);
    }
}

static void count(void *arg, struct mc_call *base)
{
    const struct call *c = call_of(base);

    *(unsigned *)arg += c && call_may_ask(c);
}

/* Has it neither calls that may ask nor tasks? */
static bool is_free(const struct hub *h, const struct mc_backend *b)
{
    unsigned n = 0;

    mc_backend_each_call(b, count, &n);
    mc_backend_each_queued(b, count, &n);
    return n == 0 && !tasks_at(h, b);
}

void instances_sweep(struct hub *h)
{
    uint64_t now = mc_loop_now(h->loop);

    link_each(l, &h->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (!is_free(h, in->backend))
            in->used = now;
        else if (!in->session[0] && now - in->used > HUB_INSTANCE_IDLE_MS)
            end(h, in);
    }
}

/* ---- choice ---- */

static struct instance *create(struct hub *h, struct mc_backend *origin, const struct session *s)
{
    struct instance *in = MC_NEW(struct instance);

    in->origin = mc_backend_ref(origin);
    in->backend = mc_backend_twin(origin, ++h->next_instance);
    snprintf(in->session, sizeof(in->session), "%s", s ? s->id : "");
    link_add(&h->instances, &in->link);
    return in;
}

/* For a modern client's call. One that was given up may still ask in the process where it was. */
static bool may_have(const struct call *c, const struct mc_backend *b)
{
    return is_free(c->x->hub, b) && !turns_haunted(c, b);
}

static struct instance *free_one(const struct call *c, const struct mc_backend *origin)
{
    link_each(l, &c->x->hub->instances)
    {
        struct instance *in = link_entry(l, struct instance, link);
        if (in->origin == origin && !in->session[0] && may_have(c, in->backend))
            return in;
    }
    return NULL;
}

int instances_choose(struct call *c, struct mc_err *err)
{
    const struct mc_catalog *known = mc_backend_catalog(c->backend);
    struct hub *h = c->x->hub;
    struct mc_backend *origin = c->backend;
    struct session *s = c->x->session;

    /* a modern server asks in its results, and what it is must be known before it is started twice */
    if (mc_backend_isolation(origin) != MC_ISOLATION_SESSION || !call_may_ask(c) || !known ||
        mc_rev_era(known->rev) != MC_ERA_LEGACY || find(h, origin))
        return 0;
    if (!s && may_have(c, origin))
        return 0;
    struct instance *in = s ? of_session(s, origin) : free_one(c, origin);
    if (!in && instances_count(h, origin) < HUB_INSTANCES_MAX)
        in = create(h, origin, s);
    if (!in)
        return mc_err_set(err, MC_E_TOO_BIG,
                          "server %s runs %d times already, once for each client (isolation: "
                          "session), and not more often; try again later",
                          mc_backend_name(origin), HUB_INSTANCES_MAX);
    in->used = mc_loop_now(h->loop);
    c->backend = mc_backend_ref(in->backend);
    mc_backend_unref(origin);
    return 0;
}
