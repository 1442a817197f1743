/* Finding out a server's era, and the legacy handshake.
 *
 * basic/versioning and transports/stdio § Backward Compatibility: server/discover first; a DiscoverResult or a modern error means modern, anything else
 * (silence and death included) means legacy. After MC_BACKEND_PROBE_MS of silence initialize is sent as well, on the same pipe: whichever is answered
 * decides, a late answer to the other is dropped. A server that dies of the probe, or stays mute for MC_BACKEND_MUTE_MS, is started again without it.
 *
 * A server of both eras is spoken to in the modern one. initialize may bind its process to the legacy one (the official SDK's servers do): when that was
 * sent during the silence and both are answered, it is started again with the probe alone. The era is remembered with the catalog. */
#include "config.h"

#include "backend/internal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "config/config.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include "mcp/tasks.h"

/* What the hub can carry for its clients; per call it answers for a client that lacks one of them. */
#define HUB_CAPABILITIES                                                                           \
    "{\"roots\":{\"listChanged\":true},\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},"  \
    "\"url\":{}},\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"sampling\":{"                \
    "\"createMessage\":{}},\"elicitation\":{\"create\":{}}}}}"
#define HUB_INFO                                                                                   \
    "{\"name\":\"mcpctl\",\"title\":\"mcpctl hub\",\"version\":\"" PACKAGE_VERSION "\"}"
#define IO_MCP "io.modelcontextprotocol/"

static void add_meta(const char *capabilities, struct mc_buf *out)
{
    mc_buf_addf(out,
                "\"_meta\":{\"" IO_MCP "protocolVersion\":\"%s\",\"" IO_MCP "clientInfo\":" HUB_INFO
                ",\"" IO_MCP "clientCapabilities\":%s}",
                mc_rev_name(MC_REV_MODERN_LATEST), capabilities);
}

void handshake_modern_meta(struct mc_buf *out)
{
    add_meta("{}", out);
}

void handshake_tasks_meta(struct mc_buf *out)
{
    add_meta("{\"extensions\":{\"" MC_TASKS_EXTENSION "\":{}}}", out);
}

static int compose_discover(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                            struct mc_err *err)
{
    (void)c, (void)rev, (void)err;
    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"server/discover\",\"params\":{",
                (unsigned long long)id);
    handshake_modern_meta(out);
    mc_buf_adds(out, MC_STR("}}"));
    return 0;
}

static int compose_initialize(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                              struct mc_err *err)
{
    const struct mc_backend *b = mc_container_of(c, struct mc_backend, init);

    (void)rev, (void)err;
    mc_buf_addf(out,
                "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"initialize\",\"params\":{"
                "\"protocolVersion\":\"%s\","
                "\"capabilities\":%s,\"clientInfo\":" HUB_INFO "}}",
                (unsigned long long)id, mc_rev_name(MC_REV_LEGACY_LATEST),
                b->capabilities ? b->capabilities : HUB_CAPABILITIES);
    return 0;
}

/* The hub knows the server now: publish the first facts, read the lists. */
static void established(struct mc_backend *b, enum mc_rev rev, struct mc_jval result)
{
    struct mc_catalog *known = b->catalog;
    struct mc_catalog *c =
        mc_catalog_new(rev, mc_jget(result, "capabilities").s, mc_jget(result, "serverInfo").s,
                       mc_jget(result, "instructions").s);

    b->rev = rev;
    b->log_told = false;
    c->asks = b->asks;
    if (known) /* lists of the last run serve until the new ones are read */
        for (int k = 0; k < MC_KIND_MAX; k++) {
            known->list[k]->refs++;
            mc_catalog_set(c, (enum mc_kind)k, known->list[k]);
        }
    b->catalog = c;
    mc_catalog_unref(known);
    backend_set_state(b, known ? MC_BACKEND_READY : MC_BACKEND_HANDSHAKE, "handshake done");
    listen_start(b); /* before the lists are read: no change in between is missed */
    listing_begin(b, MC_KINDS_ALL, false);
}

static void send_initialize(struct mc_backend *b)
{
    struct mc_err err;

    if (b->init.state == MC_CALL_IDLE && calls_send(b, &b->init, &err))
        backend_start_failed(b, err.msg, false);
}

static void send_probe(struct mc_backend *b)
{
    struct mc_err err;

    if (calls_send(b, &b->probe, &err))
        backend_start_failed(b, err.msg, false);
}

static void drop_call(struct mc_call *c)
{
    if (c->state != MC_CALL_IDLE)
        mc_backend_forget(c, false, NULL);
}

static bool lists_modern(struct mc_jval versions)
{
    struct mc_jiter it;
    struct mc_jval v;

    if (versions.type != MC_JSON_ARRAY || !mc_jiter_init(&it, versions))
        return false;
    while (mc_jiter_next(&it, NULL, &v))
        if (v.type == MC_JSON_STRING &&
            mc_jstr_eq(v.s, mc_str_of(mc_rev_name(MC_REV_MODERN_LATEST))))
            return true;
    return false;
}

/* A recognised modern error: -32020 to -32022 with the data that belongs to it. */
static bool modern_error(const struct mc_envelope *e)
{
    int64_t code;

    if (!mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code))
        return false;
    if (code == MC_RPC_UNSUPPORTED_VERSION)
        return lists_modern(mc_jget(mc_jval_of(mc_env(e, MC_F_E_DATA)), "supported"));
    return code == MC_RPC_HEADER_MISMATCH || code == MC_RPC_MISSING_CAPABILITY;
}

static void on_discover(struct mc_call *c, const struct mc_envelope *e)
{
    struct mc_backend *b = mc_container_of(c, struct mc_backend, probe);
    struct mc_jval result = mc_jval_of(mc_env(e, MC_F_RESULT));
    struct mc_jval versions = mc_jget(result, "supportedVersions");
    bool modern =
        e->kind == MC_MSG_RESULT
            ? lists_modern(versions) && mc_jget(result, "capabilities").type == MC_JSON_OBJECT
            : modern_error(e);

    if (!modern) {
        b->known_modern = false;
        send_initialize(b);
        return;
    }
    if (e->kind == MC_MSG_ERROR) {
        backend_start_failed(b, "it speaks 2026-07-28 but refuses server/discover", true);
        return;
    }
    b->known_modern = true;
    if (b->init.state == MC_CALL_SENT)
        return; /* what it answers to initialize tells whether this process can still be used */
    established(b, MC_REV_MODERN_LATEST, result);
}

static void on_discover_failed(struct mc_call *c, const struct mc_err *err)
{
    (void)err;
    struct mc_backend *b = mc_container_of(c, struct mc_backend, probe);

    b->known_modern = false;
    if (b->child)
        send_initialize(b);
}

/* It has answered the probe late, and initialize as well: this process may be bound to the legacy era by now. */
static void start_for_modern(struct mc_backend *b)
{
    mc_info("backend", "%s: it speaks both eras, starting it again for the modern one", b->name);
    mc_backend_restart(b);
}

static void on_initialize(struct mc_call *c, const struct mc_envelope *e)
{
    struct mc_backend *b = mc_container_of(c, struct mc_backend, init);
    struct mc_buf text = MC_BUF_INIT(4096);
    struct mc_str version;

    if (e->kind == MC_MSG_ERROR) {
        if (b->probe.state == MC_CALL_SENT)
            return; /* perhaps a modern server: its answer to the probe is still to come */
        if (b->known_modern) {
            send_probe(b); /* it is: what it said of itself is asked for once more */
            return;
        }
        if (b->protocol == MC_PROTOCOL_AUTO && modern_error(e) && b->skip_probe) {
            b->skip_probe = false; /* it was legacy once, or seemed to be */
            send_probe(b);
            return;
        }
        mc_env_string(e, MC_F_E_MESSAGE, &text);
        MC_CLEANUP(mc_freep)
        char *why = mc_asprintf("it refused initialize%s%s", text.len ? ": " : "",
                                text.len ? text.data : "");
        backend_start_failed(b, why, true);
        mc_buf_done(&text);
        return;
    }
    if (b->known_modern) {
        start_for_modern(b);
        return;
    }
    struct mc_jval result = mc_jval_of(mc_env(e, MC_F_RESULT));
    version = mc_jget(result, "protocolVersion").s;
    enum mc_rev rev =
        version.n > 2 ? mc_rev_find((struct mc_str){version.p + 1, version.n - 2}) : MC_REV_NONE;
    if (mc_rev_era(rev) != MC_ERA_LEGACY) {
        mc_buf_addf(
            &text,
            "it answered initialize with the protocol version %.*s, which the hub does not speak",
            (int)(version.n < 60 ? version.n : 60), version.n ? version.p : "");
        backend_start_failed(b, text.data, true);
        mc_buf_done(&text);
        return;
    }
    drop_call(&b->probe);
    mc_backend_send(b, MC_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
    established(b, rev, result);
}

static void on_initialize_failed(struct mc_call *c, const struct mc_err *err)
{
    struct mc_backend *b = mc_container_of(c, struct mc_backend, init);

    if (b->child && b->known_modern)
        send_probe(b);
    else if (b->child)
        backend_start_failed(b, err->msg, false);
}

static const struct mc_call_ops discover_ops = {
    .compose = compose_discover, .on_answer = on_discover, .on_failed = on_discover_failed};
static const struct mc_call_ops initialize_ops = {
    .compose = compose_initialize, .on_answer = on_initialize, .on_failed = on_initialize_failed};

static void prepare(struct mc_backend *b, struct mc_call *c, const struct mc_call_ops *ops)
{
    memset(c, 0, sizeof(*c));
    c->ops = ops;
    c->internal = true;
    c->timeout_ms = b->start_ms;
}

static void on_timer(struct mc_timer *t)
{
    handshake_on_silence(mc_container_of(t, struct mc_backend, timer));
}

void handshake_begin(struct mc_backend *b)
{
    prepare(b, &b->probe, &discover_ops);
    prepare(b, &b->init, &initialize_ops);
    if (b->protocol == MC_PROTOCOL_LEGACY || b->skip_probe) {
        send_initialize(b);
        return;
    }
    send_probe(b);
    if (b->state == MC_BACKEND_STARTING && b->protocol == MC_PROTOCOL_AUTO && !b->known_modern)
        mc_timer_start(b->loop, &b->timer, MC_BACKEND_PROBE_MS, on_timer);
}

void handshake_on_silence(struct mc_backend *b)
{
    if (b->state != MC_BACKEND_STARTING)
        return;
    if (b->init.state == MC_CALL_IDLE) {
        mc_debug("backend", "%s: server/discover is not answered yet, sending initialize as well",
                 b->name);
        send_initialize(b);
        if (b->state == MC_BACKEND_STARTING)
            mc_timer_start(b->loop, &b->timer, MC_BACKEND_MUTE_MS, on_timer);
    } else if (!b->heard) {
        mc_info("backend", "%s: mute since the probe, starting it again without", b->name);
        b->skip_probe = true;
        mc_backend_restart(b);
    }
}

void handshake_abandon(struct mc_backend *b)
{
    drop_call(&b->probe);
    drop_call(&b->init);
}
