#include "hub/headers.h"
#include "base/base64.h"
#include "base/buf.h"
#include "http/http.h"
#include "json/scan.h"
#include "mcp/envelope.h"
#include "mcp/params.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define VALUE_MAX MC_HTTP_HEADERS_MAX
#define SAFE_INTEGER 9007199254740991.0 /* what every client can hold exactly */

static bool fault_set(struct header_fault *f, const char *name, const char *what)
{
    snprintf(f->message, sizeof(f->message), "Header mismatch: %s %s", name, what);
    return true;
}

bool header_value_decode(struct mc_str value, struct mc_buf *out)
{
    static const struct mc_str open = MC_STR("=?base64?"), close = MC_STR("?=");

    mc_buf_clear(out);
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] != '\t' && (value.p[i] < ' ' || value.p[i] > '~'))
            return false;
    if (value.n < open.n + close.n || !mc_str_starts(value, open) || !mc_str_ends(value, close))
        return mc_buf_adds(out, value) == 0;
    struct mc_str inner = {value.p + open.n, value.n - open.n - close.n};
    return mc_base64_decode(MC_BASE64, inner, out) && mc_utf8_valid(out->data, out->len);
}

/* header == the string that the body has at f? */
static bool compare(struct mc_http_req *req, const char *name, const struct mc_envelope *e,
                    enum mc_field f, bool sentinel, struct header_fault *fault)
{
    struct mc_buf header = MC_BUF_INIT(VALUE_MAX), body = MC_BUF_INIT(VALUE_MAX);
    struct mc_str value = mc_http_header(req, name);
    bool bad = false;

    if (!value.p)
        return fault_set(fault, name, "is missing");
    if (mc_http_header_count(req, name) > 1)
        return fault_set(fault, name, "is given more than once");
    struct mc_str quoted = mc_env(e, f);
    if (quoted.n >= 2 && value.n + 2 == quoted.n && memcmp(quoted.p + 1, value.p, value.n) == 0 &&
        !mc_jstr_has_escape(quoted) && !mc_str_starts(value, MC_STR("=?")))
        return false; /* nearly always */
    if (sentinel ? !header_value_decode(value, &header) : mc_buf_adds(&header, value) != 0)
        bad = fault_set(fault, name, "is malformed");
    else if (!mc_env_string(e, f, &body) || !mc_str_eq(mc_buf_str(&header), mc_buf_str(&body)))
        bad = fault_set(fault, name, "differs from the body");
    mc_buf_done(&header);
    mc_buf_done(&body);
    return bad;
}

bool headers_version(struct mc_http_req *req, const struct mc_envelope *e,
                     struct header_fault *fault)
{
    return compare(req, "MCP-Protocol-Version", e, MC_F_M_VERSION, false, fault);
}

bool headers_method(struct mc_http_req *req, const struct mc_envelope *e,
                    struct header_fault *fault)
{
    return compare(req, "Mcp-Method", e, MC_F_METHOD, false, fault);
}

bool headers_name(struct mc_http_req *req, const struct mc_envelope *e, struct header_fault *fault)
{
    switch (mc_method_info(e->method)->subject) {
    case MC_SUBJECT_NAME:
        return compare(req, "Mcp-Name", e, MC_F_NAME, true, fault);
    case MC_SUBJECT_URI:
        return compare(req, "Mcp-Name", e, MC_F_URI, true, fault);
    case MC_SUBJECT_TASK:
        return compare(req, "Mcp-Name", e, MC_F_TASK_ID, true, fault);
    default:
        return false;
    }
}

bool headers_accept(struct mc_http_req *req, const char *type)
{
    struct mc_str accept = mc_http_header(req, "Accept");

    return !accept.p || memmem(accept.p, accept.n, type, strlen(type)) ||
           memmem(accept.p, accept.n, "*/*", 3);
}

/* Media types are case-insensitive, and parameters may follow. */
bool headers_json(struct mc_http_req *req)
{
    static const struct mc_str json = MC_STR("application/json");
    struct mc_str type = mc_http_header(req, "Content-Type");

    return type.n >= json.n && strncasecmp(type.p, json.p, json.n) == 0 &&
           (type.n == json.n || memchr("; \t", type.p[json.n], 3));
}

enum headers_revision headers_revision(struct mc_http_req *req)
{
    struct mc_str version = mc_http_header(req, "MCP-Protocol-Version");

    if (!version.p)
        return HEADERS_REV_NONE;
    if (mc_http_header_count(req, "MCP-Protocol-Version") > 1)
        return HEADERS_REV_BAD;
    switch (mc_rev_era(mc_rev_find(version))) {
    case MC_ERA_LEGACY:
        return HEADERS_REV_LEGACY;
    case MC_ERA_MODERN:
        return HEADERS_REV_MODERN;
    default:
        return HEADERS_REV_BAD;
    }
}

/* ---- Mcp-Param-* ---- */

static bool number(struct mc_str text, double *ret)
{
    char digits[64], *end;

    if (text.n == 0 || text.n >= sizeof(digits))
        return false;
    memcpy(digits, text.p, text.n);
    digits[text.n] = '\0';
    if (strspn(digits, "+-.0123456789eE") < text.n)
        return false;
    *ret = strtod(digits, &end);
    return *end == '\0';
}

/* Integers compare as numbers: 42 is 42.0. */
static bool same_number(struct mc_str header, struct mc_str body)
{
    double a, b;

    return mc_str_eq(header, body) ||
           (number(header, &a) && number(body, &b) && fabs(b) <= SAFE_INTEGER && !(a < b || a > b));
}

/* Is there a value that a client must repeat? Larger numbers have no form that all agree upon. */
static bool mirrored(struct mc_jval v)
{
    double n;

    switch (v.type) {
    case MC_JSON_STRING:
    case MC_JSON_TRUE:
    case MC_JSON_FALSE:
        return true;
    case MC_JSON_NUMBER:
        return number(v.s, &n) && fabs(n) <= SAFE_INTEGER;
    default:
        return false;
    }
}

static bool says(struct mc_str header, struct mc_jval v)
{
    struct mc_buf body = MC_BUF_INIT(VALUE_MAX);
    bool same;

    if (v.type == MC_JSON_NUMBER)
        return same_number(header, v.s);
    if (v.type != MC_JSON_STRING)
        return mc_str_eq(header, v.s);
    same = mc_jstr_decode(v.s, &body) == 0 && mc_str_eq(header, mc_buf_str(&body));
    mc_buf_done(&body);
    return same;
}

static bool compare_param(struct mc_http_req *req, const struct mc_param *p, struct mc_jval v,
                          struct header_fault *fault)
{
    struct mc_str value = mc_http_header(req, p->header);
    struct mc_buf header = MC_BUF_INIT(VALUE_MAX);
    bool bad = false;

    if (!value.p)
        return mirrored(v) && fault_set(fault, p->header, "is missing");
    if (mc_http_header_count(req, p->header) > 1)
        return fault_set(fault, p->header, "is given more than once");
    if (v.type == MC_JSON_NONE || v.type == MC_JSON_NULL)
        return fault_set(fault, p->header, "has no value in the body");
    if (!header_value_decode(value, &header))
        bad = fault_set(fault, p->header, "is malformed");
    else if (!says(mc_buf_str(&header), v))
        bad = fault_set(fault, p->header, "differs from the body");
    mc_buf_done(&header);
    return bad;
}

bool headers_params(struct mc_http_req *req, const struct mc_params *params,
                    const struct mc_envelope *e, struct header_fault *fault)
{
    struct mc_jval arguments = mc_jval_of(mc_env(e, MC_F_ARGUMENTS));

    for (size_t i = 0; params && i < params->n; i++)
        if (compare_param(req, &params->v[i], mc_param_value(&params->v[i], arguments), fault))
            return true;
    return false;
}
