/* logs */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/client.h"
#include "cli/logline.h"
#include "cli/out.h"
#include "mcp/sse.h"

#include <stdio.h>
#include <unistd.h>

#define LINES_DEFAULT 100
#define EVENT_MAX (4u << 20)

struct logs {
    const struct mc_cli *cli;
    struct mc_logline names;
};

static void on_event(void *arg, const struct mc_sse_event *ev)
{
    struct logs *l = arg;
    if (!ev->has_data || !mc_str_eq(ev->event, MC_STR("log")))
        return;
    if (l->cli->json) {
        mc_out_bytes(ev->data);
        mc_out_bytes(MC_STR("\n"));
        return;
    }
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_parse(ev->data, NULL);
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(EVENT_MAX * 2);
    mc_logline_add(&l->names, mc_doc_str(doc, "server"), mc_doc_str(doc, "line"), &out);
    mc_out_bytes(mc_buf_str(&out));
}

static void build_path(const struct mc_cli *cli, const cJSON *w, struct mc_buf *path)
{
    const char *server = mc_args_operand(cli->args, 0);
    mc_buf_addz(path, "/api/logs?workspace=");
    mc_api_escape(path, mc_doc_str(w, "name"));
    if (server) {
        mc_buf_addz(path, "&server=");
        mc_api_escape(path, server);
    }
    mc_buf_addf(path, "&n=%lu", mc_args_number(cli->args, "lines", LINES_DEFAULT));
    if (mc_args_has(cli->args, "follow"))
        mc_buf_addz(path, "&follow=1");
}

static int show(struct logs *l, struct mc_client *c, struct mc_err *err)
{
    struct mc_sse_reader *sse = mc_sse_reader_new(EVENT_MAX);
    bool follow = mc_args_has(l->cli->args, "follow");
    struct mc_str piece;
    int ret;
    while ((ret = mc_client_read(c, follow ? -1 : MC_API_TIMEOUT_MS, &piece, err)) > 0) {
        ret = mc_sse_read(sse, piece, on_event, l, err);
        if (ret < 0)
            break;
        fflush(stdout);
    }
    mc_sse_reader_free(sse);
    return ret;
}

int mc_cmd_logs(struct mc_cli *cli)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf path = MC_BUF_INIT(64u << 10);
    struct logs l = {
        .cli = cli,
        .names = {.color = mc_out_color(STDOUT_FILENO), .raw = !mc_out_terminal(STDOUT_FILENO)}};
    const cJSON *w = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_here(c, &status, &w, &err);
    const char *server = mc_args_operand(cli->args, 0);
    if (ret == 0 && server)
        ret = mc_api_check_server(w, server, &err);
    if (ret == 0) {
        build_path(cli, w, &path);
        mc_logline_widen(&l.names, mc_doc_get(w, "servers"));
        ret = mc_api_stream(c, path.data, &err);
    }
    if (ret == 0)
        ret = show(&l, c, &err);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}
