#include "cli/verdict.h"

#include "base/err.h"
#include "cli/view.h"

struct mc_verdict mc_verdict_of(const cJSON *workspace, bool at_deadline)
{
    struct mc_verdict v = {0};
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        enum mc_view_phase phase = mc_view_phase(server);
        v.servers++;
        if (mc_view_remote(server) && phase != MC_VIEW_UP) {
            v.remote += phase != MC_VIEW_OFF;
            continue;
        }
        if (mc_view_unseen(server))
            phase = MC_VIEW_PENDING;
        if (phase == MC_VIEW_PENDING && at_deadline && mc_view_retrying(server))
            phase = MC_VIEW_FAILED;
        v.up += phase == MC_VIEW_UP;
        v.pending += phase == MC_VIEW_PENDING;
        v.failed += phase == MC_VIEW_FAILED;
        v.blocked += phase == MC_VIEW_BLOCKED;
        v.off += phase == MC_VIEW_OFF;
    }
    return v;
}

bool mc_verdict_settled(const struct mc_verdict *v)
{
    return v->pending == 0;
}

enum mc_code mc_verdict_code(const struct mc_verdict *v)
{
    if (v->up || v->pending)
        return MC_OK;
    if (v->failed)
        return MC_E_UNREACHABLE;
    if (v->blocked)
        return MC_E_DENIED;
    return v->remote ? MC_E_UNREACHABLE : MC_OK;
}
