#include "cli/await.h"

#include "base/err.h"
#include "cli/args.h"
#include "cli/attach.h"
#include "cli/cli.h"
#include "cli/view.h"

bool mc_await_concerns(const struct mc_await *a, const cJSON *server)
{
    const struct mc_args *args = a->cli->args;
    const char *name = mc_doc_str(server, "name"), *state = mc_doc_str(server, "state");
    for (size_t i = 0; i < args->n_operands; i++) {
        if (name && strcmp(name, mc_args_operand(args, i)) == 0)
            return true;
    }
    if (args->n_operands > 0)
        return false;
    bool off = state && strcmp(state, "DISABLED") == 0;
    return !off && (!mc_view_remote(server) || mc_view_phase(server) == MC_VIEW_UP);
}

/* Every one of them is there, or one of them never will be. */
static bool over(const cJSON *workspace, void *arg)
{
    struct mc_await *a = arg;
    const cJSON *server;
    a->never = NULL;
    a->late = false;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        enum mc_met met =
            mc_await_concerns(a, server) ? mc_condition_met(a->until, server) : MC_MET_YES;
        if (met == MC_MET_NEVER && !a->never)
            a->never = server;
        a->late |= met == MC_MET_NOT_YET;
    }
    return !a->late || (a->never && !a->all);
}

int mc_await(struct mc_await *a, struct mc_client *c, const char *workspace, struct mc_err *err)
{
    struct mc_attach_options options = {.cli = a->cli,
                                        .workspace = workspace,
                                        .until = over,
                                        .arg = a,
                                        .wait_ms = (int)a->wait_ms,
                                        .aside = true};
    enum mc_attach_end end = MC_ATTACH_LOST;
    int ret = mc_attach_run(c, &options, &end, &a->seen, err);
    if (ret < 0 || end == MC_ATTACH_REACHED || end == MC_ATTACH_LATE)
        return ret;
    if (end == MC_ATTACH_REMOVED)
        return mc_err_set(err, MC_E_UNREACHABLE, "the workspace was taken down meanwhile");
    return mc_err_set(err, MC_E_UNREACHABLE, "the hub has ended; `mcpctl up` starts it again");
}

int mc_await_refusal(const cJSON *server, struct mc_err *err)
{
    const char *name = mc_doc_str(server, "name"), *why = mc_view_why(server);
    enum mc_code code = mc_view_phase(server) == MC_VIEW_BLOCKED ? MC_E_DENIED
                        : mc_view_phase(server) == MC_VIEW_FAILED || mc_view_retrying(server)
                            ? MC_E_UNREACHABLE
                            : MC_E_CONFIG;
    return mc_err_set(err, code, "server \"%s\" is %s%s%s", name ? name : "?",
                      mc_view_state(server), why ? ": " : "", why ? why : "");
}
