/* notifications/…/list_changed to everybody whom they concern: thousands of streams, perhaps, and so a slice of them in each turn of the loop. */
#include "base/map.h"
#include "hub/instances.h"
#include "hub/telling.h"

#define SLICE_MS 1 /* a timer of 0 would go on in the same turn */
#define CHANGED(list)                                                                              \
    MC_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/" list "/list_changed\"}")

static const struct {
    unsigned kinds;
    const char *method;
    struct mc_str message;
} changes[] = {
    {1u << MC_KIND_TOOL, "notifications/tools/list_changed", CHANGED("tools")},
    {1u << MC_KIND_RESOURCE | 1u << MC_KIND_TEMPLATE | 1u << MC_KIND_SKILL,
     "notifications/resources/list_changed", CHANGED("resources")},
    {1u << MC_KIND_PROMPT, "notifications/prompts/list_changed", CHANGED("prompts")},
};

void news_drop(struct news *n)
{
    n->lists = 0;
    link_del(&n->link);
}

void news_of_session_flush(struct session *s)
{
    unsigned lists = s->news.lists;

    news_drop(&s->news);
    for (size_t c = 0; lists && c < MC_ARRAY_LEN(changes); c++)
        if (lists & 1u << c)
            session_push(s, changes[c].message);
}

void news_of_listen_flush(struct listen *l)
{
    unsigned lists = l->news.lists;

    news_drop(&l->news);
    for (size_t c = 0; lists && c < MC_ARRAY_LEN(changes); c++)
        if (lists & 1u << c)
            listen_notify(l, changes[c].method, MC_STR_NONE);
}

static void on_slice(struct mc_timer *t)
{
    struct hub *h = mc_container_of(t, struct hub, broadcast);
    unsigned n = 0;

    for (; n < HUB_BROADCAST_MAX && !link_empty(&h->news_sessions); n++)
        news_of_session_flush(link_entry(h->news_sessions.next, struct session, news.link));
    for (; n < HUB_BROADCAST_MAX && !link_empty(&h->news_listens); n++)
        news_of_listen_flush(link_entry(h->news_listens.next, struct listen, news.link));
    if (!link_empty(&h->news_sessions) || !link_empty(&h->news_listens))
        mc_timer_start(h->loop, &h->broadcast, SLICE_MS, on_slice);
}

static void add(struct link *queue, struct news *n, unsigned lists)
{
    if (lists && !n->lists)
        link_add(queue, &n->link);
    n->lists |= lists;
}

static bool in_view(const struct view *v, const struct workspace *ws, const struct server *srv)
{
    return v && v->ws == ws && (!srv || !v->only || strcmp(v->only, srv->spec->name) == 0);
}

static unsigned lists_of(unsigned kinds)
{
    unsigned lists = 0;

    for (size_t c = 0; c < MC_ARRAY_LEN(changes); c++)
        lists |= kinds & changes[c].kinds ? 1u << c : 0;
    return lists;
}

static void begin(struct hub *h)
{
    if (!mc_timer_active(&h->broadcast))
        mc_timer_start(h->loop, &h->broadcast, SLICE_MS, on_slice);
}

void notify_owner(struct hub *h, struct mc_backend *b, unsigned kinds)
{
    struct session *s = instances_session(h, b);

    if (s)
        add(&h->news_sessions, &s->news, lists_of(kinds));
    link_each(l, &h->listens)
    {
        struct listen *li = link_entry(l, struct listen, link);
        if (!s && instances_is_for(h, b, li->who, li->view))
            add(&h->news_listens, &li->news, lists_of(kinds & li->kinds));
    }
    begin(h);
}

void notify_lists(struct workspace *ws, struct server *srv, unsigned kinds)
{
    struct hub *h = ws->hub;
    struct mc_str key;
    void *value;

    for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        if (in_view(session_view(s), ws, srv))
            add(&h->news_sessions, &s->news, lists_of(kinds));
    }
    link_each(l, &h->listens)
    {
        struct listen *li = link_entry(l, struct listen, link);
        if (in_view(li->view, ws, srv))
            add(&h->news_listens, &li->news, lists_of(kinds & li->kinds));
    }
    begin(h);
}
