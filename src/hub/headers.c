#include "hub/headers.h"
#include "base/buf.h"
#include "http/http.h"
#include "json/scan.h"
#include "mcp/envelope.h"
#include <stdio.h>
#include <strings.h>

#define VALUE_MAX 8192

static bool fault_set(struct header_fault *f, const char *name, const char *what)
{
    snprintf(f->message, sizeof(f->message), "Header mismatch: %s %s", name, what);
    return true;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Standard alphabet, padding required. */
static bool base64_decode(struct mc_str in, struct mc_buf *out)
{
    if (in.n % 4 != 0)
        return false;
    for (size_t i = 0; i < in.n; i += 4) {
        unsigned bits = 0, pad = 0;
        for (size_t j = 0; j < 4; j++) {
            char c = in.p[i + j];
            int d = base64_digit(c);
            bool may_pad = i + 4 == in.n && j >= 2;
            if (c == '=' && may_pad)
                pad++, d = 0;
            else if (d < 0 || pad)
                return false;
            bits = bits << 6 | (unsigned)d;
        }
        char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        mc_buf_add(out, bytes, 3 - pad);
    }
    return true;
}

bool header_value_decode(struct mc_str value, struct mc_buf *out)
{
    static const struct mc_str open = MC_STR("=?base64?"), close = MC_STR("?=");

    mc_buf_clear(out);
    if (value.n < open.n + close.n || !mc_str_starts(value, open) || !mc_str_ends(value, close))
        return mc_buf_adds(out, value) == 0;
    struct mc_str inner = {value.p + open.n, value.n - open.n - close.n};
    return base64_decode(inner, out) && mc_utf8_valid(out->data, out->len);
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
        bad = fault_set(fault, name, "has malformed Base64");
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
