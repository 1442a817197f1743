/* policy/decide: an ordered table; the first opinion counts; whoever wants to think answers later. */
#include "policy/decide.h"

#include "base/err.h"
#include "tests/tap.h"

struct asker {
    struct mc_deciding d;
    unsigned answers;
    enum mc_decision decision;
    char reason[64];
};

static char judged[16]; /* which policies were asked, in order */
static struct mc_deciding *thinking;
static unsigned forgotten;
static enum mc_decision first_says, last_says;

static void note(char which)
{
    size_t n = strlen(judged);
    judged[n] = which;
}

static enum mc_decision judge_first(struct mc_deciding *d, const char **reason)
{
    (void)d;
    note('1');
    *reason = "the first says so";
    return first_says;
}

static enum mc_decision judge_later(struct mc_deciding *d, const char **reason)
{
    (void)reason;
    note('2');
    if (strcmp(d->facts.server, "slow") != 0)
        return MC_DECIDE_NONE;
    thinking = d;
    return MC_DECIDE_LATER;
}

static void forget_later(struct mc_deciding *d)
{
    forgotten++;
    if (thinking == d)
        thinking = NULL;
}

static enum mc_decision judge_last(struct mc_deciding *d, const char **reason)
{
    note('3');
    *reason = mc_str_eq(d->facts.subject, MC_STR("x")) ? "x it is" : "the last says so";
    return last_says;
}

static const struct mc_policy table[] = {
    {.judge = judge_first}, {.judge = judge_later, .forget = forget_later}, {.judge = judge_last}};

static void on_decision(struct mc_deciding *d, enum mc_decision decision, const char *reason)
{
    struct asker *a = mc_container_of(d, struct asker, d);
    a->answers++;
    a->decision = decision;
    snprintf(a->reason, sizeof(a->reason), "%s", reason);
}

static struct asker ask(const char *server, const char *subject)
{
    return (struct asker){.d = {.on_decision = on_decision,
                                .facts = {.principal = "uid:1",
                                          .workspace = "w",
                                          .server = server,
                                          .method = "tools/call",
                                          .subject = mc_str_of(subject)}}};
}

static void begin(enum mc_decision first, enum mc_decision last)
{
    first_says = first;
    last_says = last;
    memset(judged, 0, sizeof(judged));
    forgotten = 0;
    thinking = NULL;
}

int main(void)
{
    struct asker a = ask("s", "t");
    mc_decide(&a.d);
    ok(a.answers == 1 && a.decision == MC_DECIDE_ALLOW, "the built-in policy allows all, at once");

    mc_decide_install(table, MC_ARRAY_LEN(table));
    begin(MC_DECIDE_DENY, MC_DECIDE_ALLOW);
    a = ask("s", "t");
    mc_decide(&a.d);
    ok(a.answers == 1 && a.decision == MC_DECIDE_DENY, "the first opinion counts");
    is_str(a.reason, "the first says so", "with its reason");
    is_str(judged, "1", "the others are not asked");

    begin(MC_DECIDE_NONE, MC_DECIDE_ASK);
    a = ask("s", "x");
    mc_decide(&a.d);
    ok(a.answers == 1 && a.decision == MC_DECIDE_ASK, "who has none leaves it to the next");
    is_str(a.reason, "x it is", "which knows what it is about");
    is_str(judged, "123", "in their order");

    begin(MC_DECIDE_NONE, MC_DECIDE_NONE);
    a = ask("s", "t");
    mc_decide(&a.d);
    ok(a.answers == 1 && a.decision == MC_DECIDE_DENY, "without any opinion it is denied");
    is_str(a.reason, "no policy allows it", "and said so");
    mc_decide_install(table, 0);
    a = ask("s", "t");
    mc_decide(&a.d);
    ok(a.answers == 1 && a.decision == MC_DECIDE_DENY, "an empty table denies all");
    mc_decide_install(table, MC_ARRAY_LEN(table));

    begin(MC_DECIDE_NONE, MC_DECIDE_ALLOW);
    a = ask("slow", "t");
    mc_decide(&a.d);
    ok(a.answers == 0 && thinking == &a.d, "one that thinks about it answers later");
    mc_decide_answer(&a.d, MC_DECIDE_DENY, "thought about it");
    ok(a.answers == 1 && a.decision == MC_DECIDE_DENY, "once");
    is_str(a.reason, "thought about it", "with its reason");
    is_str(judged, "12", "that is an opinion too");
    mc_decide_forget(&a.d);
    is_int(forgotten, 0, "after its answer there is nothing to forget");

    begin(MC_DECIDE_NONE, MC_DECIDE_ALLOW);
    a = ask("slow", "t");
    mc_decide(&a.d);
    mc_decide_answer(&a.d, MC_DECIDE_NONE, "");
    ok(a.answers == 1 && a.decision == MC_DECIDE_ALLOW, "or it comes to none: the next is asked");
    is_str(judged, "123", "where it stopped");

    begin(MC_DECIDE_NONE, MC_DECIDE_ALLOW);
    a = ask("slow", "t");
    mc_decide(&a.d);
    mc_decide_forget(&a.d);
    ok(a.answers == 0 && forgotten == 1 && !thinking,
       "who does not want the answer any more says so");
    mc_decide_forget(&a.d);
    is_int(forgotten, 1, "once");
    mc_decide(&a.d);
    mc_decide_answer(&a.d, MC_DECIDE_ALLOW, "");
    is_int(a.answers, 1, "and may ask again");
    return done_testing();
}
