/* From the client's bytes to the server's and back: ids, tokens and names are spliced, metadata is translated between eras, everything else is
 * copied through untouched. PROTOCOL: basic/index § _meta, § ResultType, § Error Codes. */
#include "config.h"

#include "base/alloc.h"
#include "base/err.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define IO_MCP "io.modelcontextprotocol/"
#define SERVER_INFO                                                                                \
    "\"" IO_MCP "serverInfo\":{\"name\":\"mcpctl\",\"version\":\"" PACKAGE_VERSION "\"}"
#define TTL "\"ttlMs\":0"
#define SCOPE "\"cacheScope\":\"private\""
#define META_MAX (1u << 20)
#define RETRY_MAX (64u << 20)
#define NOT_FOUND_MODERN MC_STR("-32602")

/* Members of a request's _meta that are said anew to the server of the other era, or of this hop. */
static const enum mc_field hop_fields[] = {MC_F_M_VERSION, MC_F_M_CLIENT_INFO, MC_F_M_CAPABILITIES,
                                           MC_F_M_LOG_LEVEL};

/* Members of a request's params that belong to a question of the other era. */
static const enum mc_field input_fields[] = {MC_F_INPUT_RESPONSES, MC_F_REQUEST_STATE};

static bool hop_member(const struct call *c, struct mc_str key)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(hop_fields); i++)
        if (c->e.f[hop_fields[i]].key.p == key.p)
            return true;
    return false;
}

static void comma(struct mc_buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        mc_buf_addc(out, ',');
}

/* Never more than the client can do; but where the hub drives a task for it, the extension is the hub's to declare. */
static void add_capabilities(const struct call *c, struct mc_buf *out)
{
    struct mc_buf caps = MC_BUF_INIT(META_MAX);

    if (c->x->session)
        session_add_caps(c->x->session, &caps);
    else
        mc_buf_adds(&caps, mc_env(&c->e, MC_F_M_CAPABILITIES));
    if (caps.failed)
        out->failed = true;
    else if (c->declares_tasks)
        mc_tasks_declare(mc_buf_str(&caps), out);
    else
        mc_buf_adds(out, mc_buf_str(&caps));
    mc_buf_done(&caps);
}

/* What a modern server needs to know on every request (basic/index § _meta). */
void bridge_modern_members(const struct call *c, struct mc_buf *out)
{
    const struct session *s = c->x->session;
    struct mc_str info = s && s->client_info ? mc_str_of(s->client_info)
                         : s                 ? MC_STR_NONE
                                             : mc_env(&c->e, MC_F_M_CLIENT_INFO);

    comma(out);
    mc_buf_addf(out, "\"" IO_MCP "protocolVersion\":\"%s\",\"" IO_MCP "clientInfo\":",
                mc_rev_name(MC_REV_MODERN_LATEST));
    mc_buf_adds(out, info.n ? info
                            : MC_STR("{\"name\":\"mcpctl\",\"version\":\"" PACKAGE_VERSION "\"}"));
    mc_buf_adds(out, MC_STR(",\"" IO_MCP "clientCapabilities\":"));
    add_capabilities(c, out);
    if (s && s->level >= 0)
        mc_buf_addf(out, ",\"" IO_MCP "logLevel\":\"%s\"", level_name(s->level));
    else if (!s && mc_env_has(&c->e, MC_F_M_LOG_LEVEL)) {
        mc_buf_adds(out, MC_STR(",\"" IO_MCP "logLevel\":"));
        mc_buf_adds(out, mc_env(&c->e, MC_F_M_LOG_LEVEL));
    }
}

/* The _meta of a request to a modern server: foreign members as they came, the token replaced, this hop's own members. */
static void compose_meta(const struct call *c, struct mc_str token, struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    mc_buf_addc(out, '{');
    if (mc_env_has(&c->e, MC_F_META) && mc_jiter_init(&it, mc_jval_of(mc_env(&c->e, MC_F_META)))) {
        while (mc_jiter_next(&it, &key, &val)) {
            if (hop_member(c, key))
                continue;
            comma(out);
            mc_buf_adds(out, key);
            mc_buf_addc(out, ':');
            mc_buf_adds(out, key.p == c->e.f[MC_F_M_TOKEN].key.p ? token : val.s);
        }
    }
    bridge_modern_members(c, out);
    mc_buf_addc(out, '}');
}

static bool empty_object(struct mc_str object)
{
    for (size_t i = 1; i < object.n; i++)
        if (object.p[i] != ' ' && object.p[i] != '\t' && object.p[i] != '\n' && object.p[i] != '\r')
            return object.p[i] == '}';
    return true;
}

/* A place right behind the opening brace. */
static struct mc_str inside(struct mc_str object)
{
    return (struct mc_str){object.p + 1, 0};
}

/* What the client sent under these names is none of the server's revision, or is not meant for it. */
static void drop_fields(const struct call *c, const enum mc_field *fields, size_t n,
                        struct mc_splice *sp)
{
    for (size_t i = 0; i < n; i++)
        if (mc_env_has(&c->e, fields[i]))
            mc_splice_drop_member(sp, c->e.f[fields[i]].key, mc_env(&c->e, fields[i]));
}

/* A modern server's _meta is composed: there may be none yet. */
static void splice_meta(const struct call *c, struct mc_str token, struct mc_buf *meta,
                        struct mc_splice *sp)
{
    struct mc_str params = mc_env(&c->e, MC_F_PARAMS);

    compose_meta(c, token, meta);
    if (mc_env_has(&c->e, MC_F_META)) {
        mc_splice_put(sp, mc_env(&c->e, MC_F_META), mc_buf_str(meta));
        return;
    }
    mc_splice_put(sp, inside(params), MC_STR("\"_meta\":"));
    mc_splice_put(sp, inside(params), mc_buf_str(meta));
    if (!empty_object(params))
        mc_splice_put(sp, inside(params), MC_STR(","));
}

int bridge_request(const struct call *c, uint64_t id, enum mc_rev to, struct mc_buf *out,
                   struct mc_err *err)
{
    enum mc_era era = mc_rev_era(to);
    struct mc_buf meta = MC_BUF_INIT(META_MAX), input = MC_BUF_INIT(MC_BACKEND_LINE_MAX);
    struct mc_splice sp;
    char digits[24];
    int rc;

    struct mc_str own_id = {
        digits, (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)id)};
    mc_splice_init(&sp, c->e.text);
    mc_splice_put(&sp, mc_env(&c->e, MC_F_ID), own_id);
    if (c->original.n > 0)
        mc_splice_put(&sp, mc_env(&c->e, MC_F_NAME), c->original);
    task_compose(c, &sp);
    if (era == MC_ERA_MODERN && c->x->rev != to) {
        splice_meta(c, own_id, &meta, &sp);
    } else {
        if (mc_env_has(&c->e, MC_F_M_TOKEN))
            mc_splice_put(&sp, mc_env(&c->e, MC_F_M_TOKEN), own_id);
        if (c->x->era == MC_ERA_MODERN && era == MC_ERA_LEGACY)
            drop_fields(c, hop_fields, MC_ARRAY_LEN(hop_fields), &sp);
    }
    if (c->x->era != era)
        drop_fields(c, input_fields, MC_ARRAY_LEN(input_fields), &sp);
    if (c->x->session && era == MC_ERA_MODERN) {
        input_add_members(c, &input);
        mc_splice_put(&sp, inside(mc_env(&c->e, MC_F_PARAMS)),
                      mc_buf_str(&input)); /* in front of a name or URI */
    }
    rc = meta.failed || input.failed ? -1 : mc_splice_apply(&sp, true, out);
    mc_buf_done(&input);
    mc_buf_done(&meta);
    return rc ? mc_err_set(err, MC_E_TOO_BIG, "the request is too large for server %s",
                           mc_backend_name(c->backend))
              : 0;
}

struct mc_bytes *bridge_retry(const struct mc_envelope *first, const struct mc_envelope *retry)
{
    struct mc_buf out = MC_BUF_INIT(RETRY_MAX), put = MC_BUF_INIT(RETRY_MAX);
    struct mc_bytes *bytes = NULL;
    struct mc_splice sp;

    mc_splice_init(&sp, retry->text);
    for (size_t i = 0; i < MC_ARRAY_LEN(input_fields); i++) {
        if (mc_env_has(retry, input_fields[i]))
            mc_splice_drop_member(&sp, retry->f[input_fields[i]].key,
                                  mc_env(retry, input_fields[i]));
        if (mc_env_has(first, input_fields[i]))
            mc_buf_addf(&put, "%.*s:%.*s,", MC_STR_ARG(first->f[input_fields[i]].key),
                        MC_STR_ARG(mc_env(first, input_fields[i])));
    }
    mc_splice_put(&sp, (struct mc_str){mc_env(retry, MC_F_PARAMS).p + 1, 0}, mc_buf_str(&put));
    MC_ASSERT(!put.failed &&
              mc_splice_apply(&sp, false, &out) == 0); /* two requests' bytes at most */
    bytes = mc_bytes_new(out.data, out.len);
    mc_buf_done(&put);
    mc_buf_done(&out);
    return bytes;
}

/* Every result to a modern client says what it is and who answered; reads say how long they hold. */
static void stamp_result(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp)
{
    struct mc_str result = mc_env(e, MC_F_RESULT), at = inside(result);
    struct mc_str meta = mc_env(e, MC_F_R_META);
    bool more = !empty_object(result);

    if (!mc_env_has(e, MC_F_RESULT_TYPE))
        mc_splice_put(
            sp, at,
            MC_STR("\"resultType\":\"complete\",")); /* something follows: a member, or our _meta */
    else if (mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_LEGACY) /* its own, and no type */
        mc_splice_put(sp, mc_env(e, MC_F_RESULT_TYPE), MC_STR("\"complete\""));
    if (c->e.method == MC_METHOD_RESOURCES_READ && !input_required(c, e)) {
        if (!mc_env_has(e, MC_F_R_TTL))
            mc_splice_put(sp, at, MC_STR(TTL ","));
        if (!mc_env_has(e, MC_F_R_SCOPE))
            mc_splice_put(sp, at, MC_STR(SCOPE ","));
    }
    if (!meta.p)
        mc_splice_put(sp, at,
                      more ? MC_STR("\"_meta\":{" SERVER_INFO "},")
                           : MC_STR("\"_meta\":{" SERVER_INFO "}"));
    else if (meta.p[0] == '{' &&
             mc_jget(mc_jval_of(meta), IO_MCP "serverInfo").type == MC_JSON_NONE)
        mc_splice_put(sp, inside(meta),
                      empty_object(meta) ? MC_STR(SERVER_INFO) : MC_STR(SERVER_INFO ","));
}

/* The specification's own range: what a server says there is about its exchange with the hub, or of another era. */
static bool reserved(int64_t code)
{
    return code >= -32099 && code <= MC_RPC_HEADER_MISMATCH;
}

/* Codes that the client's era does not have (basic/index § Error Codes). */
static struct mc_str translate_code(const struct call *c, const struct mc_envelope *e)
{
    int64_t code;

    if (!mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code))
        return MC_STR("-32603");
    if (c->x->era == MC_ERA_MODERN) {
        if (code == MC_RPC_RESOURCE_NOT_FOUND)
            return NOT_FOUND_MODERN;
        if (reserved(code) && code != MC_RPC_MISSING_CAPABILITY)
            return MC_STR("-32603");
    } else if (reserved(code) &&
               (code != MC_RPC_URL_ELICITATION || c->x->rev < MC_REV_2025_11_25)) {
        return MC_STR("-32603");
    } else if (code == MC_RPC_INVALID_PARAMS && c->e.method == MC_METHOD_RESOURCES_READ &&
               mc_jget(mc_jval_of(mc_env(e, MC_F_E_DATA)), "uri").type == MC_JSON_STRING) {
        return MC_STR("-32002");
    }
    return MC_STR_NONE;
}

static void translate_error(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp)
{
    struct mc_str code = translate_code(c, e), at = inside(mc_env(e, MC_F_ERROR));

    if (code.n > 0)
        mc_splice_put(sp, mc_env(e, MC_F_E_CODE), code);
    /* the code alone does not tell a modern client that it is the resource which is missing */
    if (mc_str_eq(code, NOT_FOUND_MODERN) && !mc_env_has(e, MC_F_E_DATA) &&
        mc_env_has(&c->e, MC_F_URI)) {
        mc_splice_put(sp, at, MC_STR("\"data\":{\"uri\":"));
        mc_splice_put(sp, at, mc_env(&c->e, MC_F_URI));
        mc_splice_put(sp, at, MC_STR("},"));
    }
}

/* Why a server's message cannot be passed on; NULL when it can. */
static const char *broken(const struct call *c, const struct mc_envelope *e)
{
    if (e->kind == MC_MSG_ERROR)
        return mc_env_has(e, MC_F_E_CODE) ? NULL : "the server's error has no code";
    if (mc_env(e, MC_F_RESULT).p[0] != '{')
        return "the server's result is not an object";
    return fit_type(c, e);
}

int bridge_answer(const struct call *c, const struct mc_envelope *e, struct mc_buf *out)
{
    const char *why = broken(c, e);
    struct mc_buf text = MC_BUF_INIT(RETRY_MAX);
    struct mc_splice sp;

    if (why)
        return mc_rpc_error(out, mc_env(&c->e, MC_F_ID), MC_RPC_INTERNAL, why,
                            MC_STR("{\"reason\":\"protocol\"}"));
    mc_splice_init(&sp, e->text);
    mc_splice_put(&sp, mc_env(e, MC_F_ID), mc_env(&c->e, MC_F_ID));
    task_answer(c, e, &sp);
    if (e->kind == MC_MSG_ERROR)
        translate_error(c, e, &sp);
    else
        fit_result(c, e, &sp, &text);
    if (e->kind == MC_MSG_RESULT && c->x->era == MC_ERA_MODERN)
        stamp_result(c, e, &sp);
    int rc = mc_splice_apply(&sp, true, out);
    mc_buf_done(&text);
    return rc;
}

void bridge_close_result(enum mc_era era, bool cacheable, struct mc_buf *out)
{
    if (era == MC_ERA_MODERN) {
        comma(out);
        mc_buf_adds(out, MC_STR("\"resultType\":\"complete\",\"_meta\":{" SERVER_INFO "}"));
        if (cacheable)
            mc_buf_adds(out, MC_STR("," TTL "," SCOPE));
    }
    mc_buf_addc(out, '}');
}

void bridge_close_interim(struct mc_buf *out)
{
    mc_buf_adds(out, MC_STR(",\"resultType\":\"input_required\",\"_meta\":{" SERVER_INFO "}}"));
}
