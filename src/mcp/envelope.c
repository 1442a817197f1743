#include "mcp/envelope.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"

#define RPC_PARSE (-32700)
#define RPC_INVALID (-32600)

enum scope { SCOPE_TOP, SCOPE_PARAMS, SCOPE_META, SCOPE_RESULT, SCOPE_ERROR, SCOPE_NONE };

struct row {
    const char *name;
    unsigned char len;
    unsigned char field;
    unsigned char inside; /* scope of the value's own members, when they matter */
};
#define ROW(name_, field_, inside_)                                                                \
    {                                                                                              \
        name_, sizeof(name_) - 1, field_, inside_                                                  \
    }
#define IO_MCP "io.modelcontextprotocol/"

static const struct row top_rows[] = {
    ROW("jsonrpc", MC_F_JSONRPC, SCOPE_NONE),
    ROW("id", MC_F_ID, SCOPE_NONE),
    ROW("method", MC_F_METHOD, SCOPE_NONE),
    ROW("params", MC_F_PARAMS, SCOPE_PARAMS),
    ROW("result", MC_F_RESULT, SCOPE_RESULT),
    ROW("error", MC_F_ERROR, SCOPE_ERROR),
    {NULL, 0, 0, 0},
};
static const struct row params_rows[] = {
    ROW("name", MC_F_NAME, SCOPE_NONE),
    ROW("arguments", MC_F_ARGUMENTS, SCOPE_NONE),
    ROW("_meta", MC_F_META, SCOPE_META),
    ROW("uri", MC_F_URI, SCOPE_NONE),
    ROW("progressToken", MC_F_P_TOKEN, SCOPE_NONE),
    ROW("progress", MC_F_PROGRESS, SCOPE_NONE),
    ROW("cursor", MC_F_CURSOR, SCOPE_NONE),
    ROW("level", MC_F_LEVEL, SCOPE_NONE),
    ROW("ref", MC_F_REF, SCOPE_NONE),
    ROW("requestId", MC_F_REQUEST_ID, SCOPE_NONE),
    ROW("protocolVersion", MC_F_PROTOCOL_VERSION, SCOPE_NONE),
    ROW("capabilities", MC_F_CAPABILITIES, SCOPE_NONE),
    ROW("clientInfo", MC_F_CLIENT_INFO, SCOPE_NONE),
    ROW("notifications", MC_F_NOTIFICATIONS, SCOPE_NONE),
    ROW("inputResponses", MC_F_INPUT_RESPONSES, SCOPE_NONE),
    ROW("requestState", MC_F_REQUEST_STATE, SCOPE_NONE),
    ROW("task", MC_F_TASK, SCOPE_NONE),
    ROW("taskId", MC_F_TASK_ID, SCOPE_NONE),
    {NULL, 0, 0, 0},
};
static const struct row meta_rows[] = {
    ROW("progressToken", MC_F_M_TOKEN, SCOPE_NONE),
    ROW(IO_MCP "protocolVersion", MC_F_M_VERSION, SCOPE_NONE),
    ROW(IO_MCP "clientInfo", MC_F_M_CLIENT_INFO, SCOPE_NONE),
    ROW(IO_MCP "clientCapabilities", MC_F_M_CAPABILITIES, SCOPE_NONE),
    ROW(IO_MCP "logLevel", MC_F_M_LOG_LEVEL, SCOPE_NONE),
    ROW(IO_MCP "subscriptionId", MC_F_M_SUBSCRIPTION, SCOPE_NONE),
    {NULL, 0, 0, 0},
};
static const struct row result_rows[] = {
    ROW("resultType", MC_F_RESULT_TYPE, SCOPE_NONE),
    ROW("_meta", MC_F_R_META, SCOPE_NONE),
    ROW("ttlMs", MC_F_R_TTL, SCOPE_NONE),
    ROW("cacheScope", MC_F_R_SCOPE, SCOPE_NONE),
    ROW("isError", MC_F_R_IS_ERROR, SCOPE_NONE),
    ROW("task", MC_F_R_TASK, SCOPE_NONE),
    ROW("taskId", MC_F_R_TASK_ID, SCOPE_NONE),
    {NULL, 0, 0, 0},
};
static const struct row error_rows[] = {
    ROW("code", MC_F_E_CODE, SCOPE_NONE),
    ROW("message", MC_F_E_MESSAGE, SCOPE_NONE),
    ROW("data", MC_F_E_DATA, SCOPE_NONE),
    {NULL, 0, 0, 0},
};
static const struct row *const scopes[] = {
    [SCOPE_TOP] = top_rows,       [SCOPE_PARAMS] = params_rows, [SCOPE_META] = meta_rows,
    [SCOPE_RESULT] = result_rows, [SCOPE_ERROR] = error_rows,
};

/* key has its quotes. An escaped spelling of one of our names is found too: *escaped says so. */
static const struct row *find_row(enum scope scope, struct mc_str key, bool *escaped)
{
    const struct row *rows = scopes[scope];
    *escaped = memchr(key.p, '\\', key.n) != NULL;
    for (const struct row *r = rows; r->name; r++) {
        if (*escaped ? mc_jstr_eq(key, (struct mc_str){r->name, r->len})
                     : key.n == (size_t)r->len + 2 && memcmp(key.p + 1, r->name, r->len) == 0)
            return r;
    }
    return NULL;
}

/* 0, or a JSON-RPC code; errors of the grammar are left in s->err. */
static int scan_members(struct mc_scan *s, enum scope scope, struct mc_envelope *e,
                        struct mc_err *err)
{
    struct mc_str key, val;
    bool escaped;

    if (!mc_scan_open(s, '{'))
        return RPC_PARSE;
    while (mc_scan_key(s, &key)) {
        const struct row *r = find_row(scope, key, &escaped);
        if (!r) {
            if (!mc_scan_value(s, NULL))
                return RPC_PARSE;
            continue;
        }
        if (escaped) {
            mc_err_set(err, MC_E_PROTOCOL,
                       "the member name %.*s is written with escapes; send it as \"%s\"",
                       MC_STR_ARG(key), r->name);
            return RPC_INVALID;
        }
        if (e->f[r->field].val.p) {
            mc_err_set(err, MC_E_PROTOCOL, "the member \"%s\" is given twice", r->name);
            if (r->field == MC_F_ID)
                e->f[MC_F_ID].val = MC_STR_NONE; /* which one is it? */
            return RPC_INVALID;
        }
        if (r->inside != SCOPE_NONE && mc_scan_peek(s) == MC_JSON_OBJECT) {
            const char *from = s->p;
            int rc = scan_members(s, (enum scope)r->inside, e, err);
            if (rc)
                return rc;
            val = (struct mc_str){from, (size_t)(s->p - from)};
        } else if (!mc_scan_value(s, &val)) {
            return RPC_PARSE;
        }
        e->f[r->field].key = key;
        e->f[r->field].val = val;
    }
    return s->err ? RPC_PARSE : 0;
}

static bool is_integer(struct mc_str v)
{
    if (v.n > 0 && v.p[0] == '-')
        v.p++, v.n--;
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return v.n > 0;
}

static int check_id(const struct mc_envelope *e, struct mc_err *err)
{
    struct mc_str id = mc_env(e, MC_F_ID);

    if (id.n > MC_ID_MAX)
        return mc_err_set(err, MC_E_PROTOCOL, "the id has %zu bytes, at most %d are accepted", id.n,
                          MC_ID_MAX - 2);
    if (id.p[0] != '"' && !is_integer(id))
        return mc_err_set(err, MC_E_PROTOCOL, "the id must be a string or an integer, not %.*s",
                          (int)(id.n > 40 ? 40 : id.n), id.p);
    return 0;
}

/* An error can only be addressed to a proper id, given once. */
static void forget_bad_id(struct mc_envelope *e)
{
    struct mc_err ignored;

    if (mc_env_has(e, MC_F_ID) && check_id(e, &ignored))
        e->f[MC_F_ID].val = MC_STR_NONE;
}

static int classify(struct mc_envelope *e, struct mc_err *err)
{
    bool method = mc_env_has(e, MC_F_METHOD), id = mc_env_has(e, MC_F_ID);
    bool result = mc_env_has(e, MC_F_RESULT), error = mc_env_has(e, MC_F_ERROR);

    if (!mc_str_eq(mc_env(e, MC_F_JSONRPC), MC_STR("\"2.0\"")))
        return mc_err_set(err, MC_E_PROTOCOL, "\"jsonrpc\": \"2.0\" is missing");
    if (method + result + error != 1)
        return mc_err_set(err, MC_E_PROTOCOL,
                          "a message has exactly one of \"method\", \"result\" and \"error\"");
    if (error && id && mc_str_eq(mc_env(e, MC_F_ID), MC_STR("null")))
        e->f[MC_F_ID].val = MC_STR_NONE,
        id = false; /* an error about a message that could not be read */
    if (id && check_id(e, err))
        return -1;
    if (method) {
        if (mc_env(e, MC_F_METHOD).p[0] != '"')
            return mc_err_set(err, MC_E_PROTOCOL, "\"method\" must be a string");
        if (mc_env_has(e, MC_F_PARAMS) && mc_env(e, MC_F_PARAMS).p[0] != '{')
            return mc_err_set(err, MC_E_PROTOCOL, "\"params\" must be an object");
        e->kind = id ? MC_MSG_REQUEST : MC_MSG_NOTIFICATION;
        e->method = mc_method_find(mc_env(e, MC_F_METHOD));
        return 0;
    }
    if (!id && result)
        return mc_err_set(err, MC_E_PROTOCOL, "a result needs the \"id\" of its request");
    e->kind = result ? MC_MSG_RESULT : MC_MSG_ERROR;
    return 0;
}

int mc_envelope_scan(struct mc_str bytes, struct mc_envelope *e, struct mc_err *err)
{
    struct mc_scan s;

    memset(e, 0, sizeof(*e));
    mc_scan_init(&s, bytes.p, bytes.n);
    enum mc_json_type type = mc_scan_peek(&s);
    const char *from = s.p;
    if (type != MC_JSON_OBJECT) {
        if (mc_scan_value(&s, NULL) && mc_scan_end(&s)) {
            mc_err_set(err, MC_E_PROTOCOL, "a message is a JSON object%s",
                       type == MC_JSON_ARRAY ? "; batches belong to revision 2025-03-26 alone"
                                             : "");
            return RPC_INVALID;
        }
        mc_err_set(err, MC_E_PROTOCOL, "not JSON: %s at byte %zu", s.err ? s.err : "no value",
                   (size_t)((s.err ? s.err_at : s.p) - bytes.p));
        return RPC_PARSE;
    }
    int rc = scan_members(&s, SCOPE_TOP, e, err);
    e->text = (struct mc_str){from, (size_t)(s.p - from)};
    if (rc == 0 && !mc_scan_end(&s))
        rc = RPC_PARSE;
    if (rc == RPC_PARSE)
        mc_err_set(err, MC_E_PROTOCOL, "not JSON: %s at byte %zu", s.err ? s.err : "bad value",
                   (size_t)((s.err ? s.err_at : s.p) - bytes.p));
    if (rc == 0 && classify(e, err))
        rc = RPC_INVALID;
    if (rc)
        forget_bad_id(e);
    return rc;
}

bool mc_env_string(const struct mc_envelope *e, enum mc_field f, struct mc_buf *out)
{
    struct mc_str v = mc_env(e, f);

    mc_buf_clear(out);
    return v.n >= 2 && v.p[0] == '"' && mc_jstr_decode(v, out) == 0;
}

bool mc_envelope_is_batch(struct mc_str bytes)
{
    size_t i = 0;
    while (i < bytes.n &&
           (bytes.p[i] == ' ' || bytes.p[i] == '\t' || bytes.p[i] == '\r' || bytes.p[i] == '\n'))
        i++;
    return i < bytes.n && bytes.p[i] == '[';
}
