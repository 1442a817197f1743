/* Who may call what: one decision per call, asynchronous, because later policies ask a person or a service.
 * The policies are an ordered table; the first that has an opinion decides. */
#ifndef MC_POLICY_DECIDE_H
#define MC_POLICY_DECIDE_H

#include "base/fwd.h"
#include "base/str.h"

enum mc_decision { MC_DECIDE_NONE, MC_DECIDE_ALLOW, MC_DECIDE_DENY, MC_DECIDE_ASK };

/* What is known of a call before it is made. All borrowed until the answer. */
struct mc_call_facts {
    const char *principal; /* struct mc_principal's id */
    const char *workspace;
    const char *server;
    const char *method;    /* "tools/call" */
    struct mc_str subject; /* the server's own name of the tool or prompt, or the URI */
};

/* Calls back exactly once, perhaps before it returns. reason: static or borrowed during the callback. */
void mc_decide(const struct mc_call_facts *facts,
               void (*answer)(void *arg, enum mc_decision d, const char *reason), void *arg);

#endif
