/* Private instances (isolation: session): processes of one launch that are one client's alone. What they have in common is with their origin: the
 * catalog, the log, and whether the server asks clients for input. */
#include "backend/internal.h"
#include "base/alloc.h"

struct mc_backend *mc_backend_private(struct mc_backend *of, const char *capabilities)
{
    struct mc_backend_spec spec = {.name = of->name,
                                   .protocol = of->protocol,
                                   .start_ms = of->start_ms,
                                   .call_ms = of->call_ms,
                                   .isolation = of->isolation,
                                   .idle_ms = of->idle_ms,
                                   .max_calls = of->max_calls,
                                   .restart = of->restart,
                                   .cached = mc_catalog_ref(of->catalog)};

    memcpy(spec.key, of->key, sizeof(spec.key));
    mc_launch_copy(&of->launch, &spec.launch);
    struct mc_backend *b = mc_backend_new(of->loop, &spec, of->ops, of->arg);
    b->origin = mc_backend_ref(of);
    b->capabilities = mc_strdup(capabilities);
    b->asks = of->asks;
    return b;
}

struct mc_backend *mc_backend_origin(const struct mc_backend *b)
{
    return b->origin;
}

unsigned mc_backend_adopt(struct mc_backend *b, struct mc_catalog *c)
{
    struct mc_catalog *old = b->catalog;
    unsigned changed = 0;

    for (int k = 0; k < MC_KIND_MAX; k++)
        if (!old || !mc_list_same(old->list[k], c->list[k]))
            changed |= 1u << k;
    b->catalog = mc_catalog_ref(c);
    mc_catalog_unref(old);
    return changed;
}

bool mc_backend_note_asks(struct mc_backend *b)
{
    bool news = !b->asks;

    for (; b; b = b->origin) {
        b->asks = true;
        if (b->catalog)
            b->catalog->asks = true;
    }
    return news;
}

bool mc_backend_asks(const struct mc_backend *b)
{
    return b->asks || (b->origin && b->origin->asks);
}

bool mc_backend_idle(const struct mc_backend *b)
{
    return !b->queued && b->in_flight == b->endless;
}
