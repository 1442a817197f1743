/* wait */
#include "cli/cli.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/attach.h"
#include "cli/client.h"
#include "cli/condition.h"
#include "cli/out.h"
#include "cli/view.h"

#include <stdio.h>

#define WAIT_S 60

struct wait {
    const struct mc_args *args;
    enum mc_condition until;
    const cJSON *never; /* in the last status: the first server that will not come */
};

/* Those that were named; all that are to run, when none was. */
static bool concerns(const struct wait *w, const cJSON *server)
{
    const char *name = mc_doc_str(server, "name"), *state = mc_doc_str(server, "state");
    for (size_t i = 0; i < w->args->n_operands; i++) {
        if (name && strcmp(name, mc_args_operand(w->args, i)) == 0)
            return true;
    }
    if (w->args->n_operands > 0)
        return false;
    bool off = state && strcmp(state, "DISABLED") == 0;
    return !off && (!mc_view_remote(server) || mc_view_phase(server) == MC_VIEW_UP);
}

/* Every one of them is there, or one of them never will be. */
static bool over(const cJSON *workspace, void *arg)
{
    struct wait *w = arg;
    const cJSON *server;
    bool all = true;
    w->never = NULL;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        enum mc_met met = concerns(w, server) ? mc_condition_met(w->until, server) : MC_MET_YES;
        if (met == MC_MET_NEVER && !w->never)
            w->never = server;
        all &= met == MC_MET_YES;
    }
    return all || w->never;
}

static int too_late(const struct wait *w, const cJSON *workspace, unsigned long seconds,
                    struct mc_err *err)
{
    const cJSON *server, *first = NULL;
    unsigned more = 0;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        if (!concerns(w, server) || mc_condition_met(w->until, server) == MC_MET_YES)
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

static int will_not_come(const cJSON *server, struct mc_err *err)
{
    const char *name = mc_doc_str(server, "name"), *why = mc_view_why(server);
    enum mc_code code = mc_view_phase(server) == MC_VIEW_BLOCKED  ? MC_E_DENIED
                        : mc_view_phase(server) == MC_VIEW_FAILED ? MC_E_UNREACHABLE
                                                                  : MC_E_CONFIG;
    return mc_err_set(err, code, "server \"%s\" is %s%s%s", name ? name : "?",
                      mc_view_state(server), why ? ": " : "", why ? why : "");
}

static int verdict(const struct wait *w, enum mc_attach_end end, const cJSON *workspace,
                   unsigned long seconds, struct mc_err *err)
{
    switch (end) {
    case MC_ATTACH_REACHED:
        return w->never ? will_not_come(w->never, err) : 0;
    case MC_ATTACH_LATE:
        return too_late(w, workspace, seconds, err);
    case MC_ATTACH_REMOVED:
        return mc_err_set(err, MC_E_UNREACHABLE, "the workspace was taken down meanwhile");
    default:
        return mc_err_set(err, MC_E_UNREACHABLE, "the hub has ended; `mcpctl up` starts it again");
    }
}

static void print(const struct mc_cli *cli, const struct wait *w, const cJSON *workspace)
{
    MC_CLEANUP(mc_doc_freep) cJSON *list = mc_doc_array();
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        const char *name = mc_doc_str(server, "name");
        if (!concerns(w, server))
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
    MC_CLEANUP(mc_doc_freep) cJSON *seen = NULL;
    const char *word = mc_args_value(cli->args, "for");
    unsigned long seconds = mc_args_number(cli->args, "timeout", WAIT_S);
    struct wait w = {.args = cli->args, .until = word ? mc_condition_of(word) : MC_FOR_UP};
    struct mc_attach_options options = {
        .cli = cli, .until = over, .arg = &w, .wait_ms = (int)(seconds * 1000), .aside = true};
    enum mc_attach_end end = MC_ATTACH_LOST;
    const cJSON *workspace = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_here(c, &status, &workspace, &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = mc_api_check_server(workspace, mc_args_operand(cli->args, i), &err);
    if (ret == 0) {
        options.workspace = mc_doc_str(workspace, "name");
        ret = mc_attach_run(c, &options, &end, &seen, &err);
    }
    if (ret == 0)
        ret = verdict(&w, end, seen, seconds, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    print(cli, &w, seen);
    return 0;
}
