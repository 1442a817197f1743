#include "config.h"

#include "serve/answer.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "mcp/envelope.h"
#include "mcp/methods.h"
#include "mcp/rpc.h"

#define META "io.modelcontextprotocol/"

/* {"jsonrpc":…,"id":…,"result":{ ; the members follow, then result_end */
static void result_begin(struct mc_buf *out, const struct mc_request *req)
{
    mc_buf_addz(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    mc_buf_adds(out, req->id);
    mc_buf_addz(out, ",\"result\":{");
}

static void implementation(struct mc_buf *out, const struct mc_serve_info *s, enum mc_rev rev)
{
    mc_buf_addf(out, "{\"name\":\"%s\",", s->name);
    if (rev >= MC_REV_2025_06_18)
        mc_buf_addf(out, "\"title\":\"%s\",", s->title);
    mc_buf_addz(out, "\"version\":\"" PACKAGE_VERSION "\"}");
}

static void result_end(struct mc_buf *out, const struct mc_serve_info *s,
                       const struct mc_request *req, bool cacheable)
{
    bool first = out->data[out->len - 1] == '{';
    if (mc_rev_era(req->rev) == MC_ERA_MODERN) {
        mc_buf_addf(out, "%s\"resultType\":\"complete\",", first ? "" : ",");
        if (cacheable)
            mc_buf_addf(out, "\"ttlMs\":%d,\"cacheScope\":\"public\",", MC_SERVE_TTL_MS);
        mc_buf_addz(out, "\"_meta\":{\"" META "serverInfo\":");
        implementation(out, s, req->rev);
        mc_buf_addc(out, '}');
    }
    mc_buf_addz(out, "}}");
}

static enum mc_answer answer_error(struct mc_buf *out, struct mc_str id, int code,
                                   const char *message, struct mc_str data)
{
    mc_rpc_error(out, id, code, message, data);
    return MC_ANSWER_SEND;
}

static enum mc_answer answer_initialize(const struct mc_serve_info *s, enum mc_rev *rev,
                                        const struct mc_envelope *e, struct mc_buf *out,
                                        struct mc_request *req)
{
    struct mc_buf wanted = MC_BUF_INIT(64);
    bool readable = mc_env_string(e, MC_F_PROTOCOL_VERSION, &wanted) || wanted.failed;
    if (readable)
        *rev = mc_rev_negotiate(mc_buf_str(&wanted));
    mc_buf_done(&wanted);
    if (!readable)
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "initialize: params.protocolVersion must be a string such as "
                            "\"2025-11-25\"",
                            MC_STR_NONE);
    req->rev = *rev;
    result_begin(out, req);
    mc_buf_addf(out, "\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},\"serverInfo\":",
                mc_rev_name(*rev));
    implementation(out, s, *rev);
    mc_buf_addz(out, ",\"instructions\":");
    mc_jstr_quote(mc_str_of(s->instructions), out);
    result_end(out, s, req, false);
    return MC_ANSWER_SEND;
}

static enum mc_answer answer_discover(const struct mc_serve_info *s, struct mc_buf *out,
                                      const struct mc_request *req)
{
    result_begin(out, req);
    mc_buf_addf(out, "\"supportedVersions\":[\"%s\"],\"capabilities\":{\"tools\":{}},",
                mc_rev_name(MC_REV_MODERN_LATEST));
    mc_buf_addz(out, "\"instructions\":");
    mc_jstr_quote(mc_str_of(s->instructions), out);
    result_end(out, s, req, true);
    return MC_ANSWER_SEND;
}

static void tool_entry(struct mc_buf *out, const struct mc_tool *t, enum mc_rev rev)
{
    mc_buf_addf(out, "{\"name\":\"%s\",", t->name);
    if (rev >= MC_REV_2025_06_18)
        mc_buf_addf(out, "\"title\":\"%s\",", t->title);
    mc_buf_addz(out, "\"description\":");
    mc_jstr_quote(mc_str_of(t->description), out);
    mc_buf_addz(out, ",\"inputSchema\":");
    mc_tool_schema(out, t);
    if (t->output_schema && rev >= MC_REV_2025_06_18)
        mc_buf_addf(out, ",\"outputSchema\":%s", t->output_schema);
    if (rev >= MC_REV_2025_03_26)
        mc_buf_addz(out, ",\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":false}");
    mc_buf_addc(out, '}');
}

static enum mc_answer answer_list(const struct mc_serve_info *s, const struct mc_envelope *e,
                                  struct mc_buf *out, const struct mc_request *req)
{
    if (mc_env_has(e, MC_F_CURSOR))
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "tools/list: params.cursor is not one of ours; the list has one page",
                            MC_STR_NONE);
    result_begin(out, req);
    mc_buf_addz(out, "\"tools\":[");
    for (const struct mc_tool *t = s->tools; t->name; t++) {
        if (t != s->tools)
            mc_buf_addc(out, ',');
        tool_entry(out, t, req->rev);
    }
    mc_buf_addc(out, ']');
    result_end(out, s, req, true);
    return MC_ANSWER_SEND;
}

static enum mc_answer unknown_tool(const struct mc_serve_info *s, struct mc_str name,
                                   struct mc_buf *out, const struct mc_request *req)
{
    struct mc_buf text = MC_BUF_INIT(2048);
    mc_buf_addf(&text, "Unknown tool: %.*s; there are", name.n < 100 ? (int)name.n : 100,
                name.n ? name.p : "");
    for (const struct mc_tool *t = s->tools; t->name; t++)
        mc_buf_addf(&text, "%s %s", t == s->tools ? "" : ",", t->name);
    answer_error(out, req->id, MC_RPC_INVALID_PARAMS, text.data, MC_STR_NONE);
    mc_buf_done(&text);
    return MC_ANSWER_SEND;
}

static enum mc_answer answer_tool(const struct mc_serve_info *s, const struct mc_envelope *e,
                                  struct mc_buf *out, struct mc_request *req)
{
    struct mc_str name = mc_env(e, MC_F_NAME);
    req->arguments = mc_env(e, MC_F_ARGUMENTS);
    if (name.n == 0 || name.p[0] != '"')
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "tools/call: params.name must be a string", MC_STR_NONE);
    if (req->arguments.n > 0 && req->arguments.p[0] != '{')
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "tools/call: params.arguments must be an object", MC_STR_NONE);
    for (const struct mc_tool *t = s->tools; t->name; t++)
        if (mc_jstr_eq(name, mc_str_of(t->name))) {
            req->tool = t;
            return MC_ANSWER_CALL;
        }
    return unknown_tool(s, name, out, req);
}

static enum mc_answer unsupported_version(const struct mc_envelope *e, struct mc_buf *out,
                                          struct mc_str id)
{
    struct mc_buf data = MC_BUF_INIT(MC_SERVE_LINE_MAX + 256);
    mc_buf_addf(&data, "{\"supported\":[\"%s\"],\"requested\":", mc_rev_name(MC_REV_MODERN_LATEST));
    mc_buf_adds(&data, mc_env(e, MC_F_M_VERSION));
    mc_buf_addc(&data, '}');
    answer_error(out, id, MC_RPC_UNSUPPORTED_VERSION, "Unsupported protocol version",
                 mc_buf_str(&data));
    mc_buf_done(&data);
    return MC_ANSWER_SEND;
}

/* The metadata that every request of 2026-07-28 must carry. NONE when it is in order. */
static enum mc_answer check_meta(const struct mc_envelope *e, struct mc_buf *out,
                                 struct mc_request *req)
{
    struct mc_str version = mc_env(e, MC_F_M_VERSION);
    struct mc_str caps = mc_env(e, MC_F_M_CAPABILITIES);
    if (version.p[0] != '"')
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "params._meta[\"" META "protocolVersion\"] must be a string",
                            MC_STR_NONE);
    if (!mc_jstr_eq(version, mc_str_of(mc_rev_name(MC_REV_MODERN_LATEST))))
        return unsupported_version(e, out, req->id);
    if (caps.n == 0 || caps.p[0] != '{')
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "params._meta[\"" META "clientCapabilities\"] is missing; "
                            "it must be an object, {} for none",
                            MC_STR_NONE);
    req->rev = MC_REV_MODERN_LATEST;
    return MC_ANSWER_NONE;
}

static enum mc_answer answer_request(const struct mc_serve_info *s, enum mc_rev *rev,
                                     const struct mc_envelope *e, struct mc_buf *out,
                                     struct mc_request *req)
{
    bool modern = mc_env_has(e, MC_F_M_VERSION);
    if (e->method == MC_METHOD_INITIALIZE && !modern)
        return answer_initialize(s, rev, e, out, req);
    if (modern) {
        enum mc_answer refused = check_meta(e, out, req);
        if (refused != MC_ANSWER_NONE)
            return refused;
    } else if (*rev != MC_REV_NONE) {
        req->rev = *rev;
    } else if (e->method == MC_METHOD_PING) {
        req->rev = MC_REV_LEGACY_LATEST; /* allowed before initialize */
    } else {
        return answer_error(out, req->id, MC_RPC_INVALID_PARAMS,
                            "params._meta[\"" META "protocolVersion\"] is missing; "
                            "give it, or send initialize first",
                            MC_STR_NONE);
    }
    if (mc_method_serves(e->method, req->rev)) {
        switch (e->method) {
        case MC_METHOD_PING:
            result_begin(out, req);
            result_end(out, s, req, false);
            return MC_ANSWER_SEND;
        case MC_METHOD_DISCOVER:
            return answer_discover(s, out, req);
        case MC_METHOD_TOOLS_LIST:
            return answer_list(s, e, out, req);
        case MC_METHOD_TOOLS_CALL:
            return answer_tool(s, e, out, req);
        default:
            break;
        }
    }
    return answer_error(out, req->id, MC_RPC_METHOD_NOT_FOUND,
                        "this server does not have that method: it offers tools/list and "
                        "tools/call",
                        MC_STR_NONE);
}

/* The id of a message that was refused, if it is fit to be echoed. */
static struct mc_str legal_id(const struct mc_envelope *e)
{
    struct mc_str id = mc_env(e, MC_F_ID);
    int64_t n;
    bool legal = id.n > 0 && id.n <= MC_ID_MAX && (id.p[0] == '"' || mc_jint(mc_jval_of(id), &n));
    return legal ? id : MC_STR_NONE;
}

enum mc_answer mc_answer(const struct mc_serve_info *s, enum mc_rev *rev, struct mc_str message,
                         struct mc_buf *out, struct mc_request *req)
{
    struct mc_envelope e;
    struct mc_err err;
    *req = (struct mc_request){0};
    int code = mc_envelope_scan(message, &e, &err);
    if (code != 0)
        return answer_error(out, code == MC_RPC_PARSE ? MC_STR_NONE : legal_id(&e), code, err.msg,
                            MC_STR_NONE);
    req->id = mc_env(&e, MC_F_ID);
    if (e.kind == MC_MSG_REQUEST)
        return answer_request(s, rev, &e, out, req);
    if (e.kind == MC_MSG_NOTIFICATION && e.method == MC_METHOD_CANCELLED &&
        mc_env_has(&e, MC_F_REQUEST_ID)) {
        req->id = mc_env(&e, MC_F_REQUEST_ID);
        return MC_ANSWER_CANCEL;
    }
    return MC_ANSWER_NONE; /* no other notification concerns us, and we ask nothing */
}

void mc_answer_call(const struct mc_serve_info *s, const struct mc_request *req, struct mc_call *c,
                    struct mc_buf *out)
{
    mc_call_close(c);
    result_begin(out, req);
    mc_buf_addz(out, "\"content\":[{\"type\":\"text\",\"text\":");
    mc_jstr_quote(mc_buf_str(&c->text), out);
    mc_buf_addz(out, "}]");
    if (c->data.len > 0 && req->rev >= MC_REV_2025_06_18) {
        mc_buf_addz(out, ",\"structuredContent\":");
        mc_buf_adds(out, mc_buf_str(&c->data));
    }
    if (c->failed)
        mc_buf_addz(out, ",\"isError\":true");
    result_end(out, s, req, false);
}
