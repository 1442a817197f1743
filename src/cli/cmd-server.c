/* start, stop, restart */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/view.h"

#include <stdio.h>
#include <unistd.h>

#define WAIT_MS 10000 /* as `up -d` does */

static int act(struct mc_client *c, const cJSON *w, const char *name, const char *verb,
               struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf path = MC_BUF_INIT(64u << 10);
    mc_buf_addz(&path, "/api/workspaces/");
    mc_api_escape(&path, mc_doc_str(w, "name"));
    mc_buf_addz(&path, "/servers/");
    mc_api_escape(&path, name);
    mc_buf_addf(&path, "/%s", verb);
    return mc_api_doc(c, "POST", path.data, MC_STR("{}"), NULL, err);
}

/* One that dies over and over again is not going to be there. */
static const cJSON *first_bad(const struct mc_await *a)
{
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(a->seen, "servers"))
    {
        if (mc_await_concerns(a, server) &&
            (mc_condition_met(a->until, server) == MC_MET_NEVER || mc_view_retrying(server)))
            return server;
    }
    return NULL;
}

static void say(const struct mc_await *a)
{
    MC_CLEANUP(mc_doc_freep) cJSON *list = mc_doc_array();
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(a->seen, "servers"))
    {
        const char *name = mc_doc_str(server, "name");
        if (!mc_await_concerns(a, server))
            continue;
        if (a->cli->json)
            mc_doc_add(list, NULL, cJSON_Duplicate(server, true));
        else
            printf("%s: %s\n", name ? name : "?", mc_view_state(server));
    }
    if (a->cli->json)
        mc_out_json(list);
}

/* Its last lines on standard error are what tells why. */
static void say_bad(const struct mc_await *a)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(1u << 20);
    const cJSON *server;
    if (a->cli->json)
        return;
    fflush(stdout);
    cJSON_ArrayForEach(server, mc_doc_get(a->seen, "servers"))
    {
        if (mc_await_concerns(a, server))
            mc_view_failure(server, &text, mc_out_color(STDERR_FILENO));
    }
    if (text.len > 0)
        fwrite(text.data, 1, text.len, stderr);
}

static int outcome(const struct mc_await *a, struct mc_err *err)
{
    const cJSON *bad = first_bad(a);
    if (bad) {
        say_bad(a);
        return mc_await_refusal(bad, err);
    }
    say(a);
    if (a->late)
        mc_out_note("not there after %u s; `mcpctl wait` goes on waiting", WAIT_MS / 1000);
    return 0;
}

static int each(struct mc_cli *cli, const char *verb, enum mc_condition until)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    struct mc_await a = {.cli = cli, .until = until, .all = true, .wait_ms = WAIT_MS};
    const cJSON *w = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_doc(c, "GET", "/api/status", MC_STR_NONE, &status, &err);
    if (ret == 0)
        ret = mc_api_target(status, mc_args_value(cli->args, "workspace"), &w, &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = mc_api_check_server(w, mc_args_operand(cli->args, i), &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = act(c, w, mc_args_operand(cli->args, i), verb, &err);
    if (ret == 0)
        ret = mc_await(&a, c, mc_doc_str(w, "name"), &err);
    if (ret == 0)
        ret = outcome(&a, &err);
    mc_doc_free(a.seen);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}

int mc_cmd_start(struct mc_cli *cli)
{
    return each(cli, "start", MC_FOR_READY);
}

int mc_cmd_stop(struct mc_cli *cli)
{
    return each(cli, "stop", MC_FOR_STOPPED);
}

int mc_cmd_restart(struct mc_cli *cli)
{
    return each(cli, "restart", MC_FOR_READY);
}
