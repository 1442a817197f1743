/* start, stop, restart */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/view.h"

#include <stdio.h>

static int act(struct mc_client *c, const cJSON *w, const char *name, const char *verb, cJSON **ret,
               struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf path = MC_BUF_INIT(64u << 10);
    mc_buf_addz(&path, "/api/workspaces/");
    mc_api_escape(&path, mc_doc_str(w, "name"));
    mc_buf_addz(&path, "/servers/");
    mc_api_escape(&path, name);
    mc_buf_addf(&path, "/%s", verb);
    int r = mc_api_doc(c, "POST", path.data, MC_STR("{}"), ret, err);
    if (r < 0 || mc_view_phase(*ret) != MC_VIEW_FAILED)
        return r;
    const char *why = mc_view_why(*ret);
    r = mc_err_set(err, MC_E_UNREACHABLE, "server \"%s\": %s", name, why ? why : "it cannot be started");
    mc_doc_free(*ret);
    *ret = NULL;
    return r;
}

/* What was asked for may take a moment: say so, unless it is over already. */
static void say(const char *name, const char *doing, const cJSON *server)
{
    bool over = mc_view_phase(server) == MC_VIEW_UP && strcmp(doing, "starting") == 0;
    printf("%s: %s\n", name, over ? mc_view_state(server) : doing);
}

static int each(struct mc_cli *cli, const char *verb, const char *doing)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *list = mc_doc_array();
    const cJSON *w = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_here(c, &status, &w, &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = mc_api_check_server(w, mc_args_operand(cli->args, i), &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++) {
        cJSON *server = NULL;
        ret = act(c, w, mc_args_operand(cli->args, i), verb, &server, &err);
        if (ret == 0 && !cli->json)
            say(mc_args_operand(cli->args, i), doing, server);
        if (ret == 0)
            mc_doc_add(list, NULL, server);
    }
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        mc_out_json(list);
    return 0;
}

int mc_cmd_start(struct mc_cli *cli)
{
    return each(cli, "start", "starting");
}

int mc_cmd_stop(struct mc_cli *cli)
{
    return each(cli, "stop", "stopping");
}

int mc_cmd_restart(struct mc_cli *cli)
{
    return each(cli, "restart", "restarting");
}
