/* wait */
#include "cli/cli.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/await.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/view.h"

#include <stdio.h>

#define WAIT_S 60

static int too_late(const struct mc_await *w, const cJSON *workspace, unsigned long seconds,
                    struct mc_err *err)
{
    const cJSON *server, *first = NULL;
    unsigned more = 0;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        if (!mc_await_concerns(w, server) || mc_condition_met(w->until, server) == MC_MET_YES)
            continue;
        more += first != NULL;
        first = first ? first : server;
    }
    const char *name = mc_doc_str(first, "name");
    mc_err_set(err, MC_E_TIMEOUT, "server \"%s\" is %s after %lu s", name ? name : "?",
               mc_view_state(first), seconds);
    if (more)
        return mc_err_set(err, MC_E_TIMEOUT, "%s, and %u more are not %s", err->msg, more,
                          mc_condition_words[w->until]);
    return -MC_E_TIMEOUT;
}

static void print(const struct mc_cli *cli, const struct mc_await *w, const cJSON *workspace)
{
    MC_CLEANUP(mc_doc_freep) cJSON *list = mc_doc_array();
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        const char *name = mc_doc_str(server, "name");
        if (!mc_await_concerns(w, server))
            continue;
        if (cli->json)
            mc_doc_add(list, NULL, cJSON_Duplicate(server, true));
        else
            printf("%s: %s\n", name ? name : "?", mc_view_state(server));
    }
    if (cli->json)
        mc_out_json(list);
}

int mc_cmd_wait(struct mc_cli *cli)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    const char *word = mc_args_value(cli->args, "for");
    unsigned long seconds = mc_args_number(cli->args, "timeout", WAIT_S);
    struct mc_await w = {.cli = cli,
                         .until = word ? mc_condition_of(word) : MC_FOR_UP,
                         .wait_ms = (unsigned)(seconds * 1000)};
    const cJSON *workspace = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_here(c, &status, &workspace, &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = mc_api_check_server(workspace, mc_args_operand(cli->args, i), &err);
    if (ret == 0)
        ret = mc_await(&w, c, mc_doc_str(workspace, "name"), &err);
    if (ret == 0 && w.never)
        ret = mc_await_refusal(w.never, &err);
    else if (ret == 0 && w.late)
        ret = too_late(&w, w.seen, seconds, &err);
    if (ret == 0)
        print(cli, &w, w.seen);
    mc_doc_free(w.seen);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}
