/* Resident memory of the hub and of its servers, for status. Read on the pool: the kernel's answer may have to wait for the process. */
#include "base/alloc.h"
#include "base/map.h"
#include "hub/instances.h"
#include "loop/work.h"
#include <stdio.h>
#include <unistd.h>

struct reading {
    struct hub *hub;
    struct resident *v;
    size_t n;
    void (*done)(void *arg);
    void *arg;
};

static long resident_kb(int pid)
{
    char path[40];
    long pages = 0;

    snprintf(path, sizeof(path), "/proc/%d/statm", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    if (fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void on_pool(void *arg)
{
    struct reading *r = arg;

    for (size_t i = 0; i < r->n; i++)
        r->v[i].kb = resident_kb(r->v[i].pid);
}

static void on_loop(void *arg)
{
    struct reading *r = arg;

    mc_free(r->hub->resident);
    r->hub->resident = r->v;
    r->hub->n_resident = r->n;
    r->done(r->arg);
    mc_free(r);
}

void memory_read(struct hub *h, void (*done)(void *arg), void *arg)
{
    struct reading *r = MC_NEW(struct reading);
    const struct session *s;
    const struct mc_backend *b;
    struct mc_str key;
    void *value;

    *r = (struct reading){.hub = h, .done = done, .arg = arg};
    r->v = mc_calloc(1 + mc_map_count(h->backends) + h->n_instances, sizeof(*r->v));
    r->v[r->n++].pid = getpid();
    for (size_t i = 0; mc_map_next(h->backends, &i, &key, &value);)
        if (mc_backend_pid(value))
            r->v[r->n++].pid = mc_backend_pid(value);
    for (unsigned i = 0; (b = instances_at(h, NULL, i, &s)); i++)
        if (mc_backend_pid(b))
            r->v[r->n++].pid = mc_backend_pid(b);
    mc_work(h->loop, on_pool, on_loop, r);
}

long memory_kb(const struct hub *h, int pid)
{
    for (size_t i = 0; i < h->n_resident; i++)
        if (h->resident[i].pid == pid)
            return h->resident[i].kb;
    return 0;
}
