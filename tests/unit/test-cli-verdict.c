/* cli/verdict: did anything start? What `up` returns with. */
#include "cli/verdict.h"

#include "base/err.h"
#include "tests/tap.h"

#define READY "{\"state\":\"READY\",\"transport\":\"stdio\",\"tools\":1}"
#define ASLEEP "{\"state\":\"STOPPED\",\"transport\":\"stdio\",\"tools\":1}"
#define UNSEEN "{\"state\":\"STOPPED\",\"transport\":\"stdio\"}"
#define STARTING "{\"state\":\"STARTING\",\"transport\":\"stdio\"}"
#define RETRYING "{\"state\":\"BACKOFF\",\"transport\":\"stdio\"}"
#define FAILED "{\"state\":\"FAILED\",\"transport\":\"stdio\"}"
#define BLOCKED "{\"state\":\"BLOCKED\",\"transport\":\"stdio\"}"
#define DISABLED "{\"state\":\"DISABLED\",\"transport\":\"stdio\"}"

static const struct {
    const char *what, *servers;
    bool late, settled;
    enum mc_code code;
} rows[] = {
    {"no servers", "", false, true, MC_OK},
    {"one that is ready", READY, false, true, MC_OK},
    {"one that is asleep", ASLEEP, false, true, MC_OK},
    {"one that is due", UNSEEN, false, false, MC_OK},
    {"one on its way", STARTING, false, false, MC_OK},
    {"one on its way, at the deadline", STARTING, true, false, MC_OK},
    {"one that is retried", RETRYING, false, false, MC_OK},
    {"one that is retried, at the deadline", RETRYING, true, true, MC_E_UNREACHABLE},
    {"one that has failed", FAILED, false, true, MC_E_UNREACHABLE},
    {"one beside a ready one", FAILED "," READY, false, true, MC_OK},
    {"one beside one on its way", FAILED "," STARTING, false, false, MC_OK},
    {"one without trust", BLOCKED, false, true, MC_E_DENIED},
    {"one without trust beside a ready one", BLOCKED "," READY, false, true, MC_OK},
    {"one without trust beside one that failed", BLOCKED "," FAILED, false, true, MC_E_UNREACHABLE},
    {"disabled ones", DISABLED "," DISABLED, false, true, MC_OK},
    {"disabled beside failed", DISABLED "," FAILED, false, true, MC_E_UNREACHABLE},
};

int main(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        char text[1024];
        snprintf(text, sizeof(text), "{\"servers\":[%s]}", rows[i].servers);
        cJSON *workspace = mc_doc_parse(mc_str_of(text), NULL);
        struct mc_verdict v = mc_verdict_of(workspace, rows[i].late);
        is_int(mc_verdict_settled(&v), rows[i].settled, "%s: %s", rows[i].what,
               rows[i].settled ? "settled" : "not settled");
        is_int(mc_verdict_code(&v), rows[i].code, "%s: the code", rows[i].what);
        mc_doc_free(workspace);
    }
    return done_testing();
}
