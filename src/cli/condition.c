#include "cli/condition.h"

#include "base/err.h"
#include "cli/view.h"

const char *const mc_condition_words[] = {
    [MC_FOR_UP] = "up",         [MC_FOR_READY] = "ready",     [MC_FOR_STOPPED] = "stopped",
    [MC_FOR_FAILED] = "failed", [MC_FOR_SETTLED] = "settled", NULL};

enum mc_condition mc_condition_of(const char *word)
{
    size_t i = 0;
    while (mc_condition_words[i] && strcmp(mc_condition_words[i], word) != 0)
        i++;
    MC_ASSERT(mc_condition_words[i]);
    return (enum mc_condition)i;
}

/* Nothing of it runs, and nothing is about to. */
static bool at_rest(const cJSON *server)
{
    return mc_doc_num(server, "pid", 0) == 0 && mc_view_phase(server) != MC_VIEW_PENDING;
}

enum mc_met mc_condition_met(enum mc_condition c, const cJSON *server)
{
    enum mc_view_phase phase = mc_view_phase(server);
    const char *state = mc_doc_str(server, "state");
    bool cannot = phase == MC_VIEW_FAILED || phase == MC_VIEW_BLOCKED ||
                  (state && strcmp(state, "DISABLED") == 0);
    bool holds = false;
    switch (c) {
    case MC_FOR_UP:
        holds = phase == MC_VIEW_UP;
        break;
    case MC_FOR_READY:
        /* with isolation: session there is nothing more to wait for than its lists */
        holds = (state && strcmp(state, "READY") == 0) ||
                (phase == MC_VIEW_UP && mc_doc_get(server, "instances"));
        break;
    case MC_FOR_STOPPED:
        return at_rest(server) ? MC_MET_YES : MC_MET_NOT_YET;
    case MC_FOR_FAILED:
        holds = phase == MC_VIEW_FAILED;
        break;
    case MC_FOR_SETTLED:
        return cannot || phase == MC_VIEW_UP || (at_rest(server) && !mc_view_unseen(server))
                   ? MC_MET_YES
                   : MC_MET_NOT_YET;
    }
    return holds ? MC_MET_YES : cannot ? MC_MET_NEVER : MC_MET_NOT_YET;
}
