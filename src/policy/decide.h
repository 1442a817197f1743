/* Who may call what: one decision per call, asynchronous, because policies ask a person or a service.
 * The policies are an ordered table; the first that has an opinion decides. */
#ifndef MC_POLICY_DECIDE_H
#define MC_POLICY_DECIDE_H

#include "base/fwd.h"
#include "base/str.h"

enum mc_decision {
    MC_DECIDE_NONE, /* no opinion: the next policy is asked */
    MC_DECIDE_ALLOW,
    MC_DECIDE_DENY,
    MC_DECIDE_ASK,  /* if a person allows it: whoever asked for the decision asks them */
    MC_DECIDE_LATER /* of a policy alone: mc_decide_answer() follows */
};

/* What is known of a call before it is made. */
struct mc_call_facts {
    const char *principal; /* struct mc_principal's id */
    const char *workspace;
    const char *server;
    const char *method;    /* "tools/call" */
    struct mc_str subject; /* the server's own name of the tool or prompt, or the URI; decoded */
};

struct mc_policy;

/* One decision on its way; embedded in what waits for it. The facts are borrowed until the answer. */
struct mc_deciding {
    struct mc_call_facts facts;
    /* Exactly once, perhaps before mc_decide() returns; never after mc_decide_forget(). reason: why it is denied, or why a person has to
     * be asked; borrowed during the callback. */
    void (*on_decision)(struct mc_deciding *d, enum mc_decision decision, const char *reason);
    const struct mc_policy *waits_for; /* that said LATER; NULL: none */
    size_t next;
};

struct mc_policy {
    /* *reason: borrowed until the decision is out. */
    enum mc_decision (*judge)(struct mc_deciding *d, const char **reason);
    void (*forget)(struct mc_deciding *d); /* no answer is wanted any more; only after LATER */
};

/* facts and on_decision are set. */
void mc_decide(struct mc_deciding *d);
void mc_decide_forget(struct mc_deciding *d);
/* The opinion of the policy that said LATER, after its judge() has returned. */
void mc_decide_answer(struct mc_deciding *d, enum mc_decision decision, const char *reason);
/* Another table instead of the one that allows all; borrowed, from then on. */
void mc_decide_install(const struct mc_policy *policies, size_t n);

#endif
