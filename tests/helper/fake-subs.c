#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

#define SUBSCRIPTION_ID "io.modelcontextprotocol/subscriptionId"
#define COUNTER "fake://counter"

static char *tag(const struct fake_listen *l)
{
    return mc_asprintf("\"_meta\":{\"" SUBSCRIPTION_ID "\":%s}", l->id);
}

static void acknowledge(const struct fake_listen *l)
{
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    MC_CLEANUP(mc_freep) char *meta = tag(l);
    const char *comma = "";
    mc_buf_addz(&b, "\"notifications\":{");
    if (l->tools) {
        mc_buf_addz(&b, "\"toolsListChanged\":true");
        comma = ",";
    }
    if (l->uris.n) {
        mc_buf_addf(&b, "%s\"resourceSubscriptions\":[", comma);
        for (size_t i = 0; i < l->uris.n; i++) {
            mc_buf_addz(&b, i ? "," : "");
            mc_jstr_quote(mc_str_of(l->uris.v[i]), &b);
        }
        mc_buf_addc(&b, ']');
    }
    mc_buf_addf(&b, "},%s", meta);
    fake_notify("notifications/subscriptions/acknowledged", b.data);
    mc_buf_done(&b);
}

void fake_listen(const struct fake_request *r)
{
    struct mc_jval wanted = mc_jget(r->params, "notifications"), uri;
    struct mc_jiter uris;
    if (wanted.type != MC_JSON_OBJECT) {
        fake_error(r, -32602, "params.notifications is missing", NULL);
        return;
    }
    struct fake_listen *l = MC_NEW(struct fake_listen);
    l->id = mc_str_dup(r->id);
    l->tools = fake.opt.list_changed && mc_jtrue(mc_jget(wanted, "toolsListChanged"));
    if (fake.opt.subscribe && mc_jiter_init(&uris, mc_jget(wanted, "resourceSubscriptions")))
        while (mc_jiter_next(&uris, NULL, &uri))
            if (uri.type == MC_JSON_STRING)
                mc_strv_take(&l->uris, mc_jstr_dup(uri));
    l->next = fake.listens;
    fake.listens = l;
    acknowledge(l);
}

bool fake_listen_cancel(struct mc_str id)
{
    for (struct fake_listen **at = &fake.listens; *at; at = &(*at)->next) {
        struct fake_listen *l = *at;
        if (!mc_str_eq(mc_str_of(l->id), id))
            continue;
        *at = l->next;
        mc_strv_done(&l->uris);
        mc_free(l->id);
        mc_free(l);
        return true;
    }
    return false;
}

static size_t find(const struct mc_strv *uris, const char *uri)
{
    size_t i = 0;
    while (i < uris->n && strcmp(uris->v[i], uri) != 0)
        i++;
    return i;
}

void fake_subscribe(const struct fake_request *r)
{
    MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(mc_jget(r->params, "uri"));
    if (!uri) {
        fake_error(r, -32602, "params.uri is missing", NULL);
        return;
    }
    if (find(&fake.subscribed, uri) == fake.subscribed.n)
        mc_strv_push(&fake.subscribed, uri);
    fake_result(r, "");
}

void fake_unsubscribe(const struct fake_request *r)
{
    MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(mc_jget(r->params, "uri"));
    size_t i = uri ? find(&fake.subscribed, uri) : fake.subscribed.n;
    if (i < fake.subscribed.n) {
        mc_free(fake.subscribed.v[i]);
        fake.subscribed.v[i] = fake.subscribed.v[--fake.subscribed.n];
        fake.subscribed.v[fake.subscribed.n] = NULL;
    }
    fake_result(r, "");
}

void fake_tools_changed(void)
{
    if (fake.session)
        fake_notify("notifications/tools/list_changed", "");
    for (const struct fake_listen *l = fake.listens; l; l = l->next) {
        MC_CLEANUP(mc_freep) char *meta = tag(l);
        if (l->tools)
            fake_notify("notifications/tools/list_changed", meta);
    }
}

void fake_counter_changed(void)
{
    fake.counter++;
    if (fake.session && find(&fake.subscribed, COUNTER) < fake.subscribed.n)
        fake_notify("notifications/resources/updated", "\"uri\":\"" COUNTER "\"");
    for (const struct fake_listen *l = fake.listens; l; l = l->next) {
        MC_CLEANUP(mc_freep) char *meta = tag(l);
        MC_CLEANUP(mc_freep) char *members = mc_asprintf("\"uri\":\"" COUNTER "\",%s", meta);
        if (find(&l->uris, COUNTER) < l->uris.n)
            fake_notify("notifications/resources/updated", members);
    }
}

void fake_hang_up(void)
{
    while (fake.listens) {
        struct fake_listen *l = fake.listens;
        struct fake_request r = {.id = mc_str_of(l->id), .method = MC_STR("subscriptions/listen")};
        MC_CLEANUP(mc_freep) char *meta = tag(l);
        MC_CLEANUP(mc_freep)
        char *members = mc_asprintf("\"resultType\":\"complete\",%s", meta);
        fake_result(&r, members);
        fake_listen_cancel(mc_str_of(l->id));
    }
}
