/* up */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/attach.h"
#include "cli/client.h"
#include "cli/launch.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "cli/verdict.h"
#include "cli/view.h"
#include "config/config.h"

#include <stdio.h>
#include <unistd.h>

#define DETACH_WAIT_MS 10000 /* for servers that have never been seen */

struct up {
    struct mc_cli *cli;
    struct mc_client *client;
    cJSON *workspace; /* the last that is known of it */
    char *name;       /* the hub's name for it */
    char *endpoint;   /* what a client is pointed at */
    bool detach;
    bool fresh; /* it was this command that brought the workspace up */
};

static void say_remote(const struct mc_config *config)
{
    for (size_t i = 0; i < mc_config_server_count(config); i++) {
        const struct mc_server_spec *spec = mc_config_server(config, i);
        if (!spec->disabled && spec->transport != MC_TRANSPORT_STDIO)
            mc_out_note("%s: remote servers come in a later release; skipped", spec->name);
    }
}

/* Config, trust: all that is asked or said before anything runs. */
static int prepare(struct up *up, char **ret_root, struct mc_err *err)
{
    struct mc_config *config = NULL;
    int ret = mc_repo_load(up->cli, ret_root, &config, err);
    if (ret == 0) {
        say_remote(config);
        bool never = mc_args_has(up->cli->args, "no-trust-prompt");
        ret = mc_ask_trust(config, up->cli->json ? MC_ASK_QUIETLY : never ? MC_ASK_NEVER : MC_ASK,
                           err);
    }
    mc_config_unref(config);
    return ret;
}

static int check_port(const cJSON *status, unsigned port, struct mc_err *err)
{
    unsigned has = (unsigned)mc_doc_num(mc_doc_get(status, "hub"), "port", 0);
    if (port == 0 || has == port)
        return 0;
    return mc_err_set(err, MC_E_CONFLICT,
                      "a hub is running already, on port %u, not %u; leave out --port, or end it "
                      "with `mcpctl down --all`",
                      has, port);
}

/* A hub that ran before we came may listen elsewhere than we were asked to, and may serve this repo already. */
static int look_around(struct up *up, const char *root, bool asked, unsigned port,
                       struct mc_err *err)
{
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    int ret = mc_api_here(up->client, &status, NULL, err);
    if (ret < 0)
        return ret;
    up->fresh = !mc_api_workspace(status, root);
    return asked ? check_port(status, port, err) : 0;
}

static int reach_hub(struct up *up, const char *root, struct mc_err *err)
{
    unsigned port;
    bool asked = false, started = false;
    int ret = mc_launch_port(mc_args_value(up->cli->args, "port"), &port, &asked, err);
    if (ret == 0)
        ret = mc_launch_hub(port, up->cli->verbose, &up->client, &started, err);
    up->fresh = started;
    return ret < 0 || started ? ret : look_around(up, root, asked, port, err);
}

/* /mcp when this is the default workspace, else its own. */
static int find_endpoint(struct up *up, struct mc_err *err)
{
    const char *name = mc_doc_str(up->workspace, "name"),
               *endpoint = mc_doc_str(up->workspace, "endpoint");
    if (mc_doc_bool(up->workspace, "default", false))
        endpoint = mc_doc_str(mc_doc_get(up->workspace, "hub"), "endpoint");
    if (!endpoint || !name)
        return mc_err_set(err, MC_E_PROTOCOL, "the hub's answer lacks a name or an endpoint");
    up->endpoint = mc_strdup(endpoint);
    up->name = mc_strdup(name);
    return 0;
}

static int add_workspace(struct up *up, const char *root, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf body = MC_BUF_INIT(MC_REPO_BODY_MAX);
    MC_CLEANUP(mc_strv_done) struct mc_strv sets = {0};
    mc_args_values(up->cli->args, "set", &sets);
    mc_repo_body(root, up->detach, &sets, &body);
    if (!up->detach)
        mc_attach_hold_signals(); /* from here on there is something to take away again */
    int ret =
        mc_api_doc(up->client, "POST", "/api/workspaces", mc_buf_str(&body), &up->workspace, err);
    return ret < 0 ? ret : find_endpoint(up, err);
}

static void remove_workspace(struct up *up)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    const char *root = mc_doc_str(up->workspace, "root");
    if (root && mc_client_open(&c, NULL) == 0 && mc_api_here(c, &status, NULL, NULL) == 0) {
        const cJSON *w = mc_api_workspace(status, root);
        if (w)
            mc_repo_remove(c, up->client, status, w, NULL);
    }
}

static int could_not_start(struct up *up, const struct mc_verdict *v, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(1u << 20);
    fflush(stdout);
    if (!up->cli->json)
        mc_view_failures(up->workspace, &text, mc_out_color(STDERR_FILENO));
    if (text.len > 0)
        fwrite(text.data, 1, text.len, stderr);
    if (mc_verdict_code(v) == MC_E_DENIED)
        return mc_err_set(err, MC_E_DENIED, "no server may run before you trust it: `mcpctl trust`%s",
                          up->detach ? "; they start then, the hub goes on until `mcpctl down`"
                                     : "");
    /* what has failed will not get better by itself: what this command began is ended */
    bool stays = up->detach && !up->fresh;
    if (up->detach && up->fresh)
        remove_workspace(up);
    if (v->remote && !v->failed && !v->blocked)
        return mc_err_set(err, MC_E_UNREACHABLE,
                          "only remote servers are configured; they come in a later release");
    return mc_err_set(err, MC_E_UNREACHABLE, "no server could start; %s",
                      stays ? "mend that and type `mcpctl up -d` again, or `mcpctl down`"
                            : "mend that and try again; nothing of it is left running");
}

static void say_endpoint(const struct up *up)
{
    if (up->cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = cJSON_Duplicate(up->workspace, true);
        cJSON_DeleteItemFromObjectCaseSensitive(doc, "endpoint");
        mc_doc_add_str(doc, "endpoint", up->endpoint);
        mc_out_json(doc);
    } else if (up->detach) {
        printf("%s\n", up->endpoint);
    } else if (!mc_out_terminal(STDOUT_FILENO)) {
        printf("%s serves %s\n", up->endpoint, up->name);
    }
    fflush(stdout);
}

static bool settled(const cJSON *workspace, void *arg)
{
    (void)arg;
    struct mc_verdict v = mc_verdict_of(workspace, false);
    return mc_verdict_settled(&v);
}

static int detached(struct up *up, struct mc_err *err)
{
    struct mc_attach_options options = {
        .cli = up->cli, .workspace = up->name, .until = settled, .wait_ms = DETACH_WAIT_MS};
    struct mc_verdict v = mc_verdict_of(up->workspace, false);
    enum mc_attach_end end = MC_ATTACH_REACHED;
    if (!mc_verdict_settled(&v)) {
        cJSON *seen = NULL;
        int ret = mc_attach_run(up->client, &options, &end, &seen, err);
        if (seen) {
            mc_doc_free(up->workspace);
            up->workspace = seen;
        }
        if (ret < 0)
            return ret;
        if (end == MC_ATTACH_LOST || end == MC_ATTACH_REMOVED)
            return mc_err_set(
                err, MC_E_UNREACHABLE,
                "the hub ended while servers were starting; `mcpctl up` starts it again");
        v = mc_verdict_of(up->workspace, true);
    }
    if (mc_verdict_code(&v) != MC_OK)
        return could_not_start(up, &v, err);
    say_endpoint(up);
    if (v.pending)
        mc_out_note("%u of %u servers still starting; `mcpctl status` shows them", v.pending,
                    v.servers);
    return 0;
}

static int attached(struct up *up, struct mc_err *err)
{
    struct mc_attach_options options = {.cli = up->cli, .workspace = up->name};
    enum mc_attach_end end = MC_ATTACH_LOST;
    cJSON *seen = NULL;
    say_endpoint(up);
    int ret = mc_attach_run(up->client, &options, &end, &seen, err);
    if (seen) {
        mc_doc_free(up->workspace);
        up->workspace = seen;
    }
    mc_attach_release_signals(); /* a second Ctrl-C ends us at once */
    if (ret < 0)
        return ret;
    struct mc_verdict v = mc_verdict_of(up->workspace, true);
    switch (end) {
    case MC_ATTACH_SIGNAL:
    case MC_ATTACH_NOTHING:
        remove_workspace(up);
        if (end == MC_ATTACH_NOTHING)
            return could_not_start(up, &v, err);
        mc_out_note("Stopped %s", up->name);
        return 0;
    case MC_ATTACH_REMOVED:
        mc_out_note("%s was stopped by another command", up->name);
        return 0;
    default:
        return mc_err_set(err, MC_E_UNREACHABLE, "the hub has ended; `mcpctl up` starts it again");
    }
}

static int reach_and_add(struct up *up, const char *root, struct mc_err *err)
{
    int ret = reach_hub(up, root, err);
    return ret < 0 ? ret : add_workspace(up, root, err);
}

/* A hub that was ending took our connection and let it fall: there is room for a new one. */
static int add_to_hub(struct up *up, const char *root, struct mc_err *err)
{
    int ret = reach_and_add(up, root, err);
    if (ret != -MC_E_UNREACHABLE || !up->client)
        return ret;
    MC_CLEANUP(mc_closep) int pidfd = mc_launch_watch(up->client);
    ret = mc_launch_await_end(up->client, pidfd, err);
    mc_client_free(up->client);
    up->client = NULL;
    return ret < 0 ? ret : reach_and_add(up, root, err);
}

static int run(struct up *up, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    int ret = prepare(up, &root, err);
    if (ret < 0)
        return ret;
    ret = add_to_hub(up, root, err);
    if (ret < 0)
        return ret;
    if (cJSON_GetArraySize(mc_doc_get(up->workspace, "servers")) == 0)
        mc_out_note("no server is configured");
    return up->detach ? detached(up, err) : attached(up, err);
}

int mc_cmd_up(struct mc_cli *cli)
{
    struct up up = {.cli = cli, .detach = mc_args_has(cli->args, "detach")};
    struct mc_err err;
    int ret = run(&up, &err);
    mc_client_free(up.client);
    mc_doc_free(up.workspace);
    mc_free(up.name);
    mc_free(up.endpoint);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}
