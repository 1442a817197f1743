/* Backends by key: servers whose resolved launch and options of their connection are the same share a process. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/rand.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include "hub/telling.h"

struct retired { /* nobody's any more, but still on the stop ladder */
    struct link link;
    struct mc_backend *backend;
};

void registry_key(struct mc_backend_spec *spec)
{
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("%s isolation %d protocol %d start %u call %u idle %u max %u restart %d",
                    spec->launch.digest, spec->isolation, spec->protocol, spec->start_ms,
                    spec->call_ms, spec->idle_ms, spec->max_calls, spec->restart);

    mc_sha256_hex(mc_str_of(text), spec->key);
}

struct mc_backend *registry_get(struct hub *h, struct mc_backend_spec *spec)
{
    struct mc_str key = mc_str_of(spec->key);
    struct mc_backend *b = mc_map_get(h->backends, key);

    if (b) {
        mc_launch_done(&spec->launch);
        mc_catalog_unref(spec->cached);
        spec->cached = NULL;
        return mc_backend_ref(b);
    }
    b = mc_backend_new(h->loop, spec, &hub_backend_ops, h);
    mc_map_put(h->backends, mc_str_of(mc_backend_key(b)), b);
    return b;
}

static bool in_use(struct hub *h, const struct mc_backend *b)
{
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        for (size_t i = 0; i < ws->n_servers; i++)
            if (ws->servers[i].backend == b || ws->servers[i].next == b)
                return true;
    }
    return false;
}

void registry_put(struct hub *h, struct mc_backend *b)
{
    if (in_use(h, b)) {
        mc_backend_unref(b);
        return;
    }
    mc_map_del(h->backends, mc_str_of(mc_backend_key(b)));
    instances_of_backend_over(h, b);
    registry_retire(h, b);
}

void registry_retire(struct hub *h, struct mc_backend *b)
{
    subscribe_forget_backend(h, b);
    struct retired *r = MC_NEW(struct retired);
    r->backend = b;
    link_add(&h->retired, &r->link);
    mc_backend_ref(b); /* its last callback may come from inside */
    mc_backend_retire(b);
    if (!mc_backend_pid(b))
        registry_gone(h, b);
    mc_backend_unref(b);
}

void registry_gone(struct hub *h, struct mc_backend *b)
{
    link_each(l, &h->retired)
    {
        struct retired *r = link_entry(l, struct retired, link);
        if (r->backend != b)
            continue;
        link_del(l);
        mc_free(r);
        mc_backend_unref(b);
        return;
    }
}

void registry_kill_all(struct hub *h)
{
    link_each(l, &h->retired)
    {
        struct retired *r = link_entry(l, struct retired, link);
        link_del(l);
        mc_backend_kill(r->backend);
        mc_backend_unref(r->backend);
        mc_free(r);
    }
}
