#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define META "io.modelcontextprotocol/"
#define MODERN_VERSION "2026-07-28"

static const char *const revisions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
static const char *const levels[] = {"debug", "info",     "notice", "warning",
                                     "error", "critical", "alert",  "emergency"};

/* ---- opening ---- */

static struct fake_caps caps_of(struct mc_jval caps)
{
    struct mc_jval elicitation = mc_jget(caps, "elicitation");
    bool url = mc_jget(elicitation, "url").type == MC_JSON_OBJECT;
    return (struct fake_caps){
        .sampling = mc_jget(caps, "sampling").type == MC_JSON_OBJECT,
        .form = elicitation.type == MC_JSON_OBJECT &&
                (!url || mc_jget(elicitation, "form").type == MC_JSON_OBJECT),
        .url = url,
        .roots = mc_jget(caps, "roots").type == MC_JSON_OBJECT,
    };
}

static char *capabilities(bool modern)
{
    const struct fake_options *o = &fake.opt;
    const char *changed = o->list_changed ? "true" : "false";
    struct mc_buf b = MC_BUF_INIT(4096);
    mc_buf_addf(&b, "{\"tools\":{\"listChanged\":%s}", changed);
    if (o->resources || o->subscribe)
        mc_buf_addf(&b, ",\"resources\":{\"subscribe\":%s}", o->subscribe ? "true" : "false");
    if (o->prompts)
        mc_buf_addz(&b, ",\"prompts\":{},\"completions\":{}");
    if (o->log && !modern)
        mc_buf_addz(&b, ",\"logging\":{}");
    mc_buf_addc(&b, '}');
    return mc_buf_steal(&b);
}

static const char *negotiated(struct mc_jval offered)
{
    if (fake.opt.version)
        return fake.opt.version;
    for (size_t i = 0; i < MC_ARRAY_LEN(revisions); i++)
        if (offered.type == MC_JSON_STRING && mc_jstr_eq(offered.s, mc_str_of(revisions[i])))
            return revisions[i];
    return revisions[MC_ARRAY_LEN(revisions) - 1];
}

static void initialize(const struct fake_request *r)
{
    if (fake.opt.no_initialize_answer)
        return;
    struct mc_jval version = mc_jget(r->params, "protocolVersion");
    if (version.type != MC_JSON_STRING) {
        fake_error(r, -32602, "params.protocolVersion is missing", NULL);
        return;
    }
    fake.initialized = true;
    fake.caps = caps_of(mc_jget(r->params, "capabilities"));
    MC_CLEANUP(mc_freep) char *name = fake_quote(mc_str_of(fake.opt.name));
    MC_CLEANUP(mc_freep) char *caps = capabilities(false);
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"protocolVersion\":\"%s\",\"capabilities\":%s,\"serverInfo\":{"
                                "\"name\":%s,\"version\":\"1.0\"},"
                                "\"instructions\":\"Made for tests.\"",
                                negotiated(version), caps, name);
    fake_result(r, members);
}

static void discover(const struct fake_request *r)
{
    MC_CLEANUP(mc_freep) char *caps = capabilities(true);
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"supportedVersions\":[\"" MODERN_VERSION
                                "\"],\"capabilities\":%s,\"instructions\":\"Made for tests.\"",
                                caps);
    fake_result_cacheable(r, members);
}

/* ---- small methods ---- */

static void ping(const struct fake_request *r)
{
    fake_result(r, "");
}

static void set_level(const struct fake_request *r)
{
    struct mc_jval level = mc_jget(r->params, "level");
    for (size_t i = 0; i < MC_ARRAY_LEN(levels); i++) {
        if (level.type == MC_JSON_STRING && mc_jstr_eq(level.s, mc_str_of(levels[i]))) {
            fake.level = (int)i;
            fake_result(r, "");
            return;
        }
    }
    fake_error(r, -32602, "params.level is none of the eight levels", NULL);
}

static bool has_logging(void)
{
    return fake.opt.log > 0;
}

static bool has_resources(void)
{
    return fake.opt.resources || fake.opt.subscribe;
}

static bool has_subscribe(void)
{
    return fake.opt.subscribe;
}

static bool has_prompts(void)
{
    return fake.opt.prompts;
}

enum { IN_LEGACY = 1, IN_MODERN = 2, IN_BOTH = 3 };

static const struct {
    const char *name;
    unsigned eras;
    bool (*has)(void);
    void (*run)(const struct fake_request *r);
} methods[] = {
    {"server/discover", IN_MODERN, NULL, discover},
    {"ping", IN_LEGACY, NULL, ping},
    {"logging/setLevel", IN_LEGACY, has_logging, set_level},
    {"tools/list", IN_BOTH, NULL, fake_list_tools},
    {"tools/call", IN_BOTH, NULL, fake_call},
    {"resources/list", IN_BOTH, has_resources, fake_list_resources},
    {"resources/templates/list", IN_BOTH, has_resources, fake_list_templates},
    {"resources/read", IN_BOTH, has_resources, fake_read_resource},
    {"resources/subscribe", IN_LEGACY, has_subscribe, fake_subscribe},
    {"resources/unsubscribe", IN_LEGACY, has_subscribe, fake_unsubscribe},
    {"prompts/list", IN_BOTH, has_prompts, fake_list_prompts},
    {"prompts/get", IN_BOTH, has_prompts, fake_get_prompt},
    {"completion/complete", IN_BOTH, has_prompts, fake_complete},
    {"subscriptions/listen", IN_MODERN, NULL, fake_listen},
};

/* ---- requests ---- */

/* False when the request was answered with an error. */
static bool check_modern(struct fake_request *r)
{
    struct mc_jval version = mc_jget(r->meta, META "protocolVersion");
    struct mc_jval caps = mc_jget(r->meta, META "clientCapabilities");
    if (version.type != MC_JSON_STRING || caps.type != MC_JSON_OBJECT) {
        fake_error(r, -32602, "params._meta lacks " META "protocolVersion or clientCapabilities",
                   NULL);
        return false;
    }
    if (!mc_jstr_eq(version.s, MC_STR(MODERN_VERSION))) {
        MC_CLEANUP(mc_freep)
        char *data = mc_asprintf("{\"supported\":[\"" MODERN_VERSION "\"],\"requested\":%.*s}",
                                 MC_STR_ARG(version.s));
        fake_error(r, -32022, "Unsupported protocol version", data);
        return false;
    }
    r->caps = caps_of(caps);
    return true;
}

static bool before_initialize(const struct fake_request *r)
{
    if (fake.initialized || mc_str_eq(r->method, MC_STR("ping")))
        return false;
    if (fake.opt.probe_exit)
        exit(1);
    if (fake.opt.probe_mute)
        fake.wedged = true;
    else if (mc_str_eq(r->method, MC_STR("server/discover")))
        fake_error(r, -32601, "Method not found", NULL);
    else
        fake_error(r, -32600, "initialize comes first", NULL);
    return true;
}

static void request(struct fake_request *r)
{
    if (mc_str_eq(r->method, MC_STR("initialize"))) {
        if (fake.opt.era == FAKE_MODERN)
            fake_error(r, -32022, "Unsupported protocol version",
                       "{\"supported\":[\"" MODERN_VERSION "\"]}");
        else
            initialize(r);
        return;
    }
    bool has_version = mc_jget(r->meta, META "protocolVersion").type != MC_JSON_NONE;
    r->modern = fake.opt.era == FAKE_MODERN || (fake.opt.era == FAKE_DUAL && has_version);
    r->caps = fake.caps;
    if (r->modern ? !check_modern(r) : before_initialize(r))
        return;
    for (size_t i = 0; i < MC_ARRAY_LEN(methods); i++) {
        if (!mc_str_eq(r->method, mc_str_of(methods[i].name)))
            continue;
        if (!(methods[i].eras & (r->modern ? IN_MODERN : IN_LEGACY)) ||
            (methods[i].has && !methods[i].has()))
            break;
        methods[i].run(r);
        return;
    }
    fake_error(r, -32601, "Method not found", NULL);
}

/* ---- what is not a request ---- */

static bool is_parked_as(const struct fake_parked *p, struct mc_str id)
{
    return mc_str_eq(mc_jget(mc_jval_of((struct mc_str){p->line, p->len}), "id").s, id);
}

static void park_free(struct fake_parked *p)
{
    mc_free(p->line);
    mc_free(p);
}

static void cancelled(struct mc_jval params)
{
    struct mc_str id = mc_jget(params, "requestId").s;
    if (fake_listen_cancel(id))
        return;
    for (struct fake_parked **at = &fake.parked; *at; at = &(*at)->next) {
        struct fake_parked *p = *at;
        if (!is_parked_as(p, id))
            continue;
        *at = p->next;
        if (p->asked) {
            MC_CLEANUP(mc_freep) char *members = mc_asprintf("\"requestId\":\"ask-%u\"", p->asked);
            fake_notify("notifications/cancelled", members);
        }
        park_free(p);
        return;
    }
}

static void notification(struct mc_str method, struct mc_jval params)
{
    if (mc_str_eq(method, MC_STR("notifications/cancelled"))) {
        cancelled(params);
    } else if (mc_str_eq(method, MC_STR("notifications/initialized")) && fake.initialized &&
               !fake.session) {
        fake.session = true;
        fake_ask_roots_at_start();
    } else if (mc_str_eq(method, MC_STR("notifications/roots/list_changed")) && fake.session) {
        fake_ask_roots_at_start();
    }
}

static void answer(struct mc_jval message)
{
    struct mc_jval id = mc_jget(message, "id"), result = mc_jget(message, "result");
    struct mc_jval what = result.type != MC_JSON_NONE ? result : mc_jget(message, "error");
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(id);
    unsigned number =
        name && strncmp(name, "ask-", 4) == 0 ? (unsigned)strtoul(name + 4, NULL, 10) : 0;
    if (!number || what.type == MC_JSON_NONE)
        return;
    if (number == fake.roots_asked) {
        mc_free(fake.roots);
        fake.roots = mc_str_dup(what.s);
    }
    for (struct fake_parked **at = &fake.parked; *at; at = &(*at)->next) {
        struct fake_parked *p = *at;
        if (p->asked == number) {
            *at = p->next;
            fake_answered(p, what);
            park_free(p);
            return;
        }
    }
}

static void message(struct mc_jval v, bool delayed)
{
    struct mc_jval method = mc_jget(v, "method"), id = mc_jget(v, "id"),
                   params = mc_jget(v, "params");
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(method);
    if (v.type != MC_JSON_OBJECT) {
        fake_error_without_id(-32600, "a message is an object");
    } else if (!name) {
        answer(v);
    } else if (id.type == MC_JSON_NONE) {
        notification(mc_str_of(name), params);
    } else if (id.type != MC_JSON_STRING && id.type != MC_JSON_NUMBER) {
        fake_error_without_id(-32600, "an id is a string or an integer");
    } else {
        struct fake_request r = {.line = v.s,
                                 .id = id.s,
                                 .method = mc_str_of(name),
                                 .params = params,
                                 .delayed = delayed};
        r.meta = mc_jget(params, "_meta");
        request(&r);
    }
}

void fake_message(struct mc_str line)
{
    struct mc_jiter items;
    if (mc_json_check(line.p, line.n, NULL, NULL) < 0) {
        fake_error_without_id(-32700, "Parse error");
        return;
    }
    struct mc_jval v = mc_jval_of(line);
    if (v.type != MC_JSON_ARRAY) {
        message(v, false);
        return;
    }
    /* A batch of 2025-03-26: answered one by one, in order. */
    mc_jiter_init(&items, v);
    for (struct mc_jval item; mc_jiter_next(&items, NULL, &item);)
        message(item, false);
}

void fake_call_again(struct fake_parked *p)
{
    message(mc_jval_of((struct mc_str){p->line, p->len}), true);
    park_free(p);
}
