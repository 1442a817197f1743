/* Reading a server's lists: every page of every kind that it has, then one new catalog. */
#include "backend/internal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "json/scan.h"

#define SETTLE_MS 50 /* notices of one change come close together */
#define TELL_MS 200  /* a notice is passed on after that, whether the list could be read or not */

static void next_kind(struct mc_backend *b);

static struct mc_backend *of_call(struct mc_call *c)
{
    return mc_container_of(c, struct mc_backend, listing.call);
}

static unsigned kinds_of(const struct mc_catalog *c)
{
    unsigned mask = 0;

    if (c->caps & MC_CAP_TOOLS)
        mask |= 1u << MC_KIND_TOOL;
    if (c->caps & MC_CAP_RESOURCES)
        mask |= 1u << MC_KIND_RESOURCE | 1u << MC_KIND_TEMPLATE;
    if (c->caps & MC_CAP_PROMPTS)
        mask |= 1u << MC_KIND_PROMPT;
    if (c->caps & MC_CAP_SKILLS)
        mask |= 1u << MC_KIND_SKILL;
    return mask;
}

static int compose(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err)
{
    struct listing *l = &of_call(c)->listing;
    bool modern = mc_rev_era(rev) == MC_ERA_MODERN;

    (void)err;
    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":{",
                (unsigned long long)id, mc_kind_method(l->kind));
    if (l->cursor)
        mc_buf_addf(out, "\"cursor\":%s%s", l->cursor, modern ? "," : "");
    if (modern)
        handshake_modern_meta(out);
    mc_buf_adds(out, MC_STR("}}"));
    return 0;
}

static void request_page(struct mc_backend *b)
{
    struct listing *l = &b->listing;
    struct mc_err err;

    l->pages++;
    if (calls_send(b, &l->call, &err))
        l->call.ops->on_failed(&l->call, &err);
}

static void finish(struct mc_backend *b)
{
    struct listing *l = &b->listing;
    struct mc_catalog *old = b->catalog;
    unsigned told = l->announce & (l->owed | l->changed), changed = l->changed;

    l->running = false;
    b->catalog = l->next;
    b->catalog->asks = b->asks;
    l->next = NULL;
    b->got_catalog = true;
    mc_catalog_unref(old);
    if (b->state == MC_BACKEND_HANDSHAKE)
        backend_set_state(b, MC_BACKEND_READY, "initialized");
    l->owed &= ~l->announce;
    if (!l->owed)
        mc_timer_stop(b->loop, &l->late);
    if (told)
        b->ops->on_catalog(b->arg, b, told, true);
    if (changed & ~told)
        b->ops->on_catalog(b->arg, b, changed & ~told, false);
    if (l->due && !l->running)
        listing_begin(b, 0, false);
    else if (b->lists_only && mc_rev_era(b->rev) == MC_ERA_LEGACY) /* others stay one process */
        mc_backend_stop(b);
}

static void kind_done(struct mc_backend *b)
{
    struct listing *l = &b->listing;
    struct mc_err err;
    size_t bad = 0;

    mc_buf_addc(&l->items, ']');
    struct mc_list *list =
        l->items.failed ? NULL : mc_list_new(l->kind, mc_buf_str(&l->items), &bad, &err);
    if (l->items.failed)
        mc_err_set(&err, MC_E_TOO_BIG, "%s has more than %u bytes", mc_kind_member(l->kind),
                   MC_CATALOG_BYTES_MAX);
    if (!list) {
        backend_note_error(b, "its list was not taken: %s", err.msg);
    } else {
        if (bad)
            backend_note_error(b, "%zu of its %s have no name and were left out", bad,
                               mc_kind_member(l->kind));
        if (list->blanked)
            mc_warn("backend",
                    "%s: %u x-mcp-header annotations of its tools are not allowed as they are, and "
                    "were taken out",
                    b->name, list->blanked);
        if (!mc_list_same(list, l->next->list[l->kind]))
            l->changed |= 1u << l->kind;
        mc_catalog_set(l->next, l->kind, list);
    }
    next_kind(b);
}

static void next_kind(struct mc_backend *b)
{
    struct listing *l = &b->listing;

    mc_free(MC_TAKE(l->cursor));
    mc_buf_done(&l->items);
    if (!l->due) {
        finish(b);
        return;
    }
    l->kind = (enum mc_kind)__builtin_ctz(l->due);
    l->due &= ~(1u << l->kind);
    if (l->told & 1u << l->kind) {
        l->told &= ~(1u << l->kind);
        l->announce |= 1u << l->kind;
    }
    l->pages = 0;
    mc_buf_init(&l->items, MC_CATALOG_BYTES_MAX);
    mc_buf_addc(&l->items, '[');
    request_page(b);
}

static bool array_has_items(struct mc_jval array)
{
    struct mc_jiter it;
    struct mc_jval v;

    return mc_jiter_init(&it, array) && mc_jiter_next(&it, NULL, &v);
}

static void on_page(struct mc_call *c, const struct mc_envelope *e)
{
    struct mc_backend *b = of_call(c);
    struct listing *l = &b->listing;

    if (e->kind == MC_MSG_ERROR) {
        /* a server that has the capability but not this method, resources/templates/list often: an empty list */
        mc_debug("backend", "%s: %s: %.*s", b->name, mc_kind_method(l->kind),
                 MC_STR_ARG(mc_env(e, MC_F_E_MESSAGE)));
        kind_done(b);
        return;
    }
    struct mc_jval result = mc_jval_of(mc_env(e, MC_F_RESULT));
    struct mc_jval items = mc_jget(result, mc_kind_member(l->kind));
    struct mc_jval cursor = mc_jget(result, "nextCursor");
    if (items.type != MC_JSON_ARRAY)
        backend_note_error(b, "the answer to %s has no array \"%s\"", mc_kind_method(l->kind),
                           mc_kind_member(l->kind));
    else if (array_has_items(items)) {
        if (l->items.len > 1)
            mc_buf_addc(&l->items, ',');
        mc_buf_add(&l->items, items.s.p + 1, items.s.n - 2);
    }
    bool again = l->cursor && mc_str_eq(mc_str_of(l->cursor), cursor.s);
    mc_free(MC_TAKE(l->cursor));
    if (cursor.type !=
        MC_JSON_STRING) { /* an empty string is a cursor, only a missing one ends the list */
        kind_done(b);
    } else if (again || l->pages >= MC_BACKEND_PAGES_MAX) {
        backend_note_error(b, "%s does not end: stopped after %u pages", mc_kind_method(l->kind),
                           l->pages);
        kind_done(b);
    } else {
        l->cursor = mc_str_dup(cursor.s);
        request_page(b);
    }
}

static void on_page_failed(struct mc_call *c, const struct mc_err *err)
{
    struct mc_backend *b = of_call(c);

    if (!b->listing.running)
        return;
    if (b->state !=
        MC_BACKEND_STOPPING) /* what was asked to end may do so in the middle of a list */
        backend_note_error(b, "%s failed: %s", mc_kind_method(b->listing.kind), err->msg);
    if (b->child)
        kind_done(b);
}

static const struct mc_call_ops page_ops = {
    .compose = compose, .on_answer = on_page, .on_failed = on_page_failed};

static void start_now(struct mc_backend *b)
{
    struct listing *l = &b->listing;

    l->due &= kinds_of(b->catalog);
    l->running = true;
    l->changed = l->announce = 0;
    l->next = mc_catalog_copy(b->catalog);
    memset(&l->call, 0, sizeof(l->call));
    l->call.ops = &page_ops;
    l->call.internal = true;
    l->call.timeout_ms = b->start_ms;
    next_kind(b);
}

static void on_soon(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, listing.soon);

    if (b->listing.running || !b->child || !b->catalog)
        return;
    mc_backend_ref(b);
    start_now(b);
    mc_backend_unref(b);
}

/* Clients are to hear of it soon; what has changed they are told again when it is known. */
static void on_late(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, listing.late);
    unsigned owed = b->listing.owed;

    b->listing.owed = 0;
    if (owed && b->catalog)
        b->ops->on_catalog(b->arg, b, owed, true);
}

void listing_begin(struct mc_backend *b, unsigned kinds, bool told)
{
    struct listing *l = &b->listing;

    l->due |= kinds;
    if (told) {
        l->told |= kinds;
        l->owed |= b->catalog ? kinds & kinds_of(b->catalog) : 0;
        if (!mc_timer_active(&l->late))
            mc_timer_start(b->loop, &l->late, TELL_MS, on_late);
    }
    if (l->running)
        return;
    if (b->got_catalog && mc_timer_active(&l->soon))
        return; /* it is not put off: notices may never end */
    if (b->got_catalog)
        mc_timer_start(b->loop, &l->soon, SETTLE_MS, on_soon);
    else if (b->rev != MC_REV_NONE)
        start_now(b);
}

void listing_abandon(struct mc_backend *b)
{
    struct listing *l = &b->listing;

    l->running = false;
    l->due = l->told = l->owed = 0;
    mc_timer_stop(b->loop, &l->late);
    mc_timer_stop(b->loop, &l->soon);
    mc_free(MC_TAKE(l->cursor));
    mc_buf_done(&l->items);
    mc_catalog_unref(l->next);
    l->next = NULL;
}
