#include "cli/api.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/client.h"
#include "cli/out.h"

#include <ctype.h>

#define NEAR_ENOUGH 3

enum mc_code mc_api_code(const char *slug)
{
    for (int code = 1; slug && code < MC_E_MAX; code++) {
        if (strcmp(mc_code_slug((enum mc_code)code), slug) == 0)
            return (enum mc_code)code;
    }
    return MC_E_FAILED;
}

static enum mc_code code_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return MC_E_DENIED;
    case 404:
        return MC_E_NOT_FOUND;
    case 408:
    case 504:
        return MC_E_TIMEOUT;
    case 409:
        return MC_E_CONFLICT;
    case 413:
        return MC_E_TOO_BIG;
    case 502:
    case 503:
        return MC_E_UNREACHABLE;
    default:
        return status >= 500 ? MC_E_FAILED : MC_E_PROTOCOL;
    }
}

int mc_api_refusal(int status, struct mc_str body, struct mc_err *err)
{
    cJSON *doc = mc_doc_parse(body, NULL);
    const cJSON *e = mc_doc_get(doc, "error");
    const char *message = mc_doc_str(e, "message");
    const char *slug = mc_doc_str(e, "code");
    int ret;
    if (message)
        ret = mc_err_set(err, slug ? mc_api_code(slug) : code_of_status(status), "%s", message);
    else
        ret = mc_err_set(err, code_of_status(status), "the hub answered HTTP %d", status);
    mc_doc_free(doc);
    return ret;
}

int mc_api_text(struct mc_client *c, const char *method, const char *path, struct mc_str body,
                struct mc_buf *out, struct mc_err *err)
{
    struct mc_client_request req = {.method = method, .path = path, .body = body};
    struct mc_client_reply reply;
    size_t before = out->len;
    int ret = mc_client_send(c, &req, MC_API_TIMEOUT_MS, &reply, err);
    if (ret < 0)
        return ret;
    ret = mc_client_body(c, MC_API_TIMEOUT_MS, out, err);
    if (ret < 0)
        return ret;
    if (reply.status >= 200 && reply.status < 300)
        return 0;
    return mc_api_refusal(reply.status,
                          (struct mc_str){out->data ? out->data + before : NULL, out->len - before},
                          err);
}

int mc_api_doc(struct mc_client *c, const char *method, const char *path, struct mc_str body,
               cJSON **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_API_ANSWER_MAX);
    int r = mc_api_text(c, method, path, body, &out, err);
    if (r < 0 || !ret)
        return r;
    struct mc_err why;
    *ret = mc_doc_parse(mc_buf_str(&out), &why);
    return *ret ? 0 : mc_err_set(err, MC_E_PROTOCOL, "the hub's answer is not JSON: %s", why.msg);
}

int mc_api_stream(struct mc_client *c, const char *path, struct mc_err *err)
{
    struct mc_client_request req = {
        .method = "GET", .path = path, .headers = MC_STR("Accept: text/event-stream\r\n")};
    struct mc_client_reply reply;
    int ret = mc_client_send(c, &req, MC_API_TIMEOUT_MS, &reply, err);
    if (ret < 0)
        return ret;
    if (reply.status == 200 && reply.event_stream)
        return 0;
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_API_ANSWER_MAX);
    ret = mc_client_body(c, MC_API_TIMEOUT_MS, &out, err);
    return ret < 0 ? ret : mc_api_refusal(reply.status, mc_buf_str(&out), err);
}

void mc_api_escape(struct mc_buf *out, const char *s)
{
    for (; *s; s++) {
        unsigned char b = (unsigned char)*s;
        if (b < 0x80 && (isalnum(b) || strchr("-._~", b)))
            mc_buf_addc(out, *s);
        else
            mc_buf_addf(out, "%%%02X", b);
    }
}

const cJSON *mc_api_workspace(const cJSON *status, const char *root)
{
    const cJSON *w;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
    {
        const char *r = mc_doc_str(w, "root");
        if (r && strcmp(r, root) == 0)
            return w;
    }
    return NULL;
}

static bool is_absent(const cJSON *server, const char *tool)
{
    static const char *const states[] = {"BLOCKED", "FAILED", "BACKOFF", "DISABLED", "STARTING"};
    const char *name = mc_doc_str(server, "name"), *state = mc_doc_str(server, "state");
    size_t n = name ? strlen(name) : 0;

    if (!name || !state || (tool && (strncmp(tool, name, n) != 0 || tool[n] != '_')))
        return false;
    for (size_t i = 0; i < MC_ARRAY_LEN(states); i++)
        if (strcmp(state, states[i]) == 0)
            return mc_doc_num(server, "tools", 0) == 0;
    return false;
}

void mc_api_absent(const cJSON *w, const char *tool, struct mc_buf *out, enum mc_code *ret_code)
{
    const cJSON *server;

    cJSON_ArrayForEach(server, mc_doc_get(w, "servers"))
    {
        const char *reason = mc_doc_str(server, "reason"), *state = mc_doc_str(server, "state");
        if (!is_absent(server, tool))
            continue;
        if (ret_code)
            *ret_code = strcmp(state, "BLOCKED") == 0 ? MC_E_DENIED : MC_E_UNREACHABLE;
        mc_buf_addf(out, "%sserver %s is ", out->len ? "; " : "", mc_doc_str(server, "name"));
        for (const char *p = state; *p; p++)
            mc_buf_addc(out, (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p));
        if (reason)
            mc_buf_addf(out, ": %s", reason);
    }
}

int mc_api_check_server(const cJSON *w, const char *name, struct mc_err *err)
{
    const cJSON *server;
    const char *best = NULL;
    unsigned distance = NEAR_ENOUGH + 1;
    cJSON_ArrayForEach(server, mc_doc_get(w, "servers"))
    {
        const char *s = mc_doc_str(server, "name");
        if (s && strcmp(s, name) == 0)
            return 0;
        unsigned d = s ? mc_str_distance(s, name) : distance;
        if (d < distance) {
            best = s;
            distance = d;
        }
    }
    if (best)
        return mc_err_set(err, MC_E_USAGE, "workspace %s has no server '%s'; did you mean '%s'?",
                          mc_doc_str(w, "name"), name, best);
    return mc_err_set(err, MC_E_USAGE,
                      "workspace %s has no server '%s'; `mcpctl status` lists them",
                      mc_doc_str(w, "name"), name);
}

static const cJSON *here(const cJSON *status)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    return mc_path_repo_root(".", &root, NULL) == 0 ? mc_api_workspace(status, root) : NULL;
}

const cJSON *mc_api_current(const cJSON *status, struct mc_err *err)
{
    const cJSON *w = here(status);
    if (w)
        return w;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
    {
        if (mc_doc_bool(w, "default", false))
            return w;
    }
    mc_err_set(err, MC_E_UNREACHABLE,
               "the hub runs, but serves no workspace; `mcpctl up` adds this repo");
    return NULL;
}

static const cJSON *by_name(const cJSON *status, const char *name)
{
    const cJSON *w;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
    {
        const char *n = mc_doc_str(w, "name");
        if (n && strcmp(n, name) == 0)
            return w;
    }
    return NULL;
}

int mc_api_target(const cJSON *status, const char *named, const cJSON **ret, struct mc_err *err)
{
    const cJSON *all = mc_doc_get(status, "workspaces");
    int n = cJSON_GetArraySize(all);
    *ret = named ? by_name(status, named) : here(status);
    if (*ret)
        return 0;
    if (named)
        return mc_err_set(err, MC_E_NOT_FOUND, "no such workspace: %s; `mcpctl status` lists them",
                          named);
    if (n > 1)
        return mc_err_set(err, MC_E_USAGE,
                          "this directory is not up, and the hub serves %d workspaces: say which "
                          "one is meant with --workspace NAME, as in `mcpctl status`",
                          n);
    *ret = mc_api_current(status, err);
    if (!*ret)
        return -MC_E_UNREACHABLE;
    mc_out_note("this directory is not up; taking the only workspace, %s (%s)",
                mc_doc_str(*ret, "name"), mc_doc_str(*ret, "root"));
    return 0;
}

int mc_api_here(struct mc_client *c, cJSON **ret_status, const cJSON **ret_workspace,
                struct mc_err *err)
{
    int ret = mc_api_doc(c, "GET", "/api/status", MC_STR_NONE, ret_status, err);
    if (ret < 0 || !ret_workspace)
        return ret;
    *ret_workspace = mc_api_current(*ret_status, err);
    if (*ret_workspace)
        return 0;
    mc_doc_free(*ret_status);
    *ret_status = NULL;
    return -MC_E_UNREACHABLE;
}
