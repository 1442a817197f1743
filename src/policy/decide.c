#include "policy/decide.h"

typedef enum mc_decision (*policy_fn)(const struct mc_call_facts *facts, const char **reason);

static enum mc_decision allow_all(const struct mc_call_facts *facts, const char **reason)
{
    (void)facts;
    *reason = "no policy forbids it";
    return MC_DECIDE_ALLOW;
}

static const policy_fn policies[] = {allow_all};

void mc_decide(const struct mc_call_facts *facts,
               void (*answer)(void *arg, enum mc_decision d, const char *reason), void *arg)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(policies); i++) {
        const char *reason = "";
        enum mc_decision d = policies[i](facts, &reason);
        if (d != MC_DECIDE_NONE) {
            answer(arg, d, reason);
            return;
        }
    }
    answer(arg, MC_DECIDE_DENY, "no policy allows it");
}
