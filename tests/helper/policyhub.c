/* mcpctl with a policy that has opinions, which are in the names of servers and of what is called: "forbidden…" is denied, "consent…" wants a person's
 * yes, "later…" is decided when "release" is called ("later…consent": then a person is asked). Everything else is allowed. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/cli.h"
#include "policy/decide.h"
#include <stdio.h>

#define LATER_MAX 8

static struct mc_deciding *waiting[LATER_MAX];

static bool about(const struct mc_deciding *d, struct mc_str word)
{
    return memmem(d->facts.subject.p, d->facts.subject.n, word.p, word.n) ||
           memmem(d->facts.server, strlen(d->facts.server), word.p, word.n);
}

static void release(void)
{
    for (size_t i = 0; i < LATER_MAX; i++) {
        struct mc_deciding *d = MC_TAKE(waiting[i]);
        if (d)
            mc_decide_answer(d, about(d, MC_STR("consent")) ? MC_DECIDE_ASK : MC_DECIDE_NONE,
                             "it was thought over");
    }
}

static enum mc_decision by_name(struct mc_deciding *d, const char **reason)
{
    *reason = "its name says so";
    if (about(d, MC_STR("forbidden")))
        return MC_DECIDE_DENY;
    if (mc_str_eq(d->facts.subject, MC_STR("release")))
        release();
    for (size_t i = 0; i < LATER_MAX && about(d, MC_STR("later")); i++)
        if (!waiting[i]) {
            waiting[i] = d;
            return MC_DECIDE_LATER;
        }
    return about(d, MC_STR("consent")) ? MC_DECIDE_ASK : MC_DECIDE_NONE;
}

static void forget(struct mc_deciding *d)
{
    for (size_t i = 0; i < LATER_MAX; i++)
        if (waiting[i] == d)
            waiting[i] = NULL;
    fprintf(stderr, "policy: forgot %.*s\n", MC_STR_ARG(d->facts.subject));
}

static enum mc_decision allow(struct mc_deciding *d, const char **reason)
{
    (void)d;
    *reason = "why not";
    return MC_DECIDE_ALLOW;
}

static const struct mc_policy policies[] = {{.judge = by_name, .forget = forget}, {.judge = allow}};

int main(int argc, char **argv)
{
    mc_decide_install(policies, MC_ARRAY_LEN(policies));
    return mc_cli_main(argc, argv);
}
