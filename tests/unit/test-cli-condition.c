/* cli/condition: what `mcpctl wait` makes of each state. */
#include "cli/condition.h"

#include "tests/tap.h"

static const struct {
    const char *server;
    const char *met; /* y yes, n never, - not yet; in the order of mc_condition_words */
} rows[] = {
    {"{\"state\":\"READY\",\"pid\":7,\"tools\":3}", "yy--y"},
    {"{\"state\":\"STOPPED\",\"tools\":3}", "y-y-y"}, /* asleep */
    {"{\"state\":\"STOPPED\"}", "--y--"},             /* its first start is due */
    {"{\"state\":\"STARTING\",\"pid\":7}", "-----"},
    {"{\"state\":\"HANDSHAKE\",\"pid\":7}", "-----"},
    {"{\"state\":\"BACKOFF\"}", "-----"},
    {"{\"state\":\"STOPPING\",\"pid\":7,\"tools\":3}", "-----"},
    {"{\"state\":\"FAILED\"}", "nnyyy"},
    {"{\"state\":\"BLOCKED\"}", "nnyny"},
    {"{\"state\":\"DISABLED\"}", "nnyny"},
};

int main(void)
{
    static const char letters[] = {
        [MC_MET_NOT_YET] = '-', [MC_MET_YES] = 'y', [MC_MET_NEVER] = 'n'};
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        cJSON *server = mc_doc_parse(mc_str_of(rows[i].server), NULL);
        char got[8] = "";
        for (size_t c = 0; mc_condition_words[c]; c++)
            got[c] = letters[mc_condition_met(mc_condition_of(mc_condition_words[c]), server)];
        is_str(got, rows[i].met, "%s", rows[i].server);
        mc_doc_free(server);
    }
    return done_testing();
}
