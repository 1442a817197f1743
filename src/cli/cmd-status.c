/* status, ps */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/time.h"
#include "cli/api.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/view.h"

#include <unistd.h>

/* The status as bytes and as a tree. */
static int fetch(struct mc_buf *text, cJSON **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    int r = mc_client_open(&c, err);
    if (r == 0)
        r = mc_api_text(c, "GET", "/api/status", MC_STR_NONE, text, err);
    if (r < 0)
        return r;
    *ret = mc_doc_parse(mc_buf_str(text), err);
    return *ret ? 0 : -MC_E_PROTOCOL;
}

static void workspace(const cJSON *w, struct mc_buf *out, bool color, unsigned width)
{
    const cJSON *problem;
    const char *name = mc_doc_str(w, "name"), *root = mc_doc_str(w, "root"),
               *endpoint = mc_doc_str(w, "endpoint");
    mc_buf_addf(out, "\n%s%s%s%s  %s  %s\n", mc_out_tint(color, MC_TINT_BOLD), name ? name : "?",
                mc_out_plain(color), mc_doc_bool(w, "default", false) ? " (default)" : "",
                root ? root : "?", endpoint ? endpoint : "");
    mc_view_servers(w, out, color, width, NULL);
    cJSON_ArrayForEach(problem, mc_doc_get(w, "problems"))
    {
        if (cJSON_IsString(problem))
            mc_buf_addf(out, "  %s%s%s\n", mc_out_tint(color, MC_TINT_YELLOW), problem->valuestring,
                        mc_out_plain(color));
    }
}

int mc_cmd_status(struct mc_cli *cli)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_API_ANSWER_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_API_ANSWER_MAX);
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    struct mc_err err;
    bool color = mc_out_color(STDOUT_FILENO);
    if (fetch(&text, &status, &err) < 0)
        return mc_out_fail(cli, &err);
    if (cli->json) {
        mc_buf_addc(&text, '\n');
        mc_out_bytes(mc_buf_str(&text));
        return 0;
    }
    mc_view_hub(status, &out, color);
    const cJSON *w;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
        workspace(w, &out, color, mc_out_width(STDOUT_FILENO));
    if (cJSON_GetArraySize(mc_doc_get(status, "workspaces")) == 0)
        mc_buf_addz(&out, "\nno workspace; `mcpctl up` in a repo adds one\n");
    mc_out_bytes(mc_buf_str(&out));
    return 0;
}

static void process_row(struct mc_table *t, const cJSON *w, const cJSON *server)
{
    char size[MC_SIZE_LEN], age[MC_AGE_LEN];
    double pid = mc_doc_num(server, "pid", 0);
    mc_out_size(mc_doc_num(server, "rssKb", 0) * 1024, size);
    mc_age((uint64_t)mc_doc_num(server, "uptimeMs", 0), age);
    mc_view_name(t, server);
    if (pid > 0)
        mc_table_addf(t, MC_TINT_NONE, "%.0f", pid);
    else
        mc_table_add(t, MC_TINT_DIM, "-");
    mc_table_add(t, mc_view_tint(server), mc_view_state(server));
    mc_table_add(t, MC_TINT_NONE, pid > 0 ? size : "-");
    mc_table_add(t, MC_TINT_NONE, pid > 0 ? age : "-");
    mc_table_addf(t, MC_TINT_NONE, "%.0f", mc_doc_num(server, "restarts", 0));
    mc_table_add(t, MC_TINT_DIM, mc_doc_str(w, "name"));
}

static void process_json(cJSON *list, const cJSON *w, const cJSON *server)
{
    static const char *const numbers[] = {"pid", "rssKb", "uptimeMs", "restarts"};
    cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
    mc_doc_add_str(item, "workspace", mc_doc_str(w, "name"));
    mc_doc_add_str(item, "server", mc_doc_str(server, "name"));
    if (mc_doc_str(server, "client"))
        mc_doc_add_str(item, "client", mc_doc_str(server, "client"));
    mc_doc_add_str(item, "state", mc_doc_str(server, "state"));
    for (size_t i = 0; i < MC_ARRAY_LEN(numbers); i++) {
        if (cJSON_IsNumber(mc_doc_get(server, numbers[i])))
            mc_doc_add_num(item, numbers[i], mc_doc_num(server, numbers[i], 0));
    }
}

int mc_cmd_ps(struct mc_cli *cli)
{
    static const struct mc_column columns[] = {
        {"SERVER", false}, {"PID", true},      {"STATE", false},    {"MEMORY", true},
        {"UPTIME", true},  {"RESTARTS", true}, {"WORKSPACE", false}};
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_API_ANSWER_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_API_ANSWER_MAX);
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *list = mc_doc_array();
    struct mc_err err;
    if (fetch(&text, &status, &err) < 0)
        return mc_out_fail(cli, &err);
    struct mc_table *t = mc_table_new(columns, MC_ARRAY_LEN(columns));
    const cJSON *w, *server;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
    {
        cJSON_ArrayForEach(server, mc_doc_get(w, "servers"))
        {
            const cJSON *instance;
            process_row(t, w, server);
            process_json(list, w, server);
            cJSON_ArrayForEach(instance, mc_doc_get(server, "instances"))
            {
                process_row(t, w, instance);
                process_json(list, w, instance);
            }
        }
    }
    if (cli->json)
        mc_out_json(list);
    else
        mc_table_print(t, &out, mc_out_color(STDOUT_FILENO), mc_out_width(STDOUT_FILENO), 0);
    mc_table_free(t);
    mc_out_bytes(mc_buf_str(&out));
    return 0;
}
