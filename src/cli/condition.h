/* What `mcpctl wait` waits for, of one server in the hub's status. Pure. */
#ifndef MC_CLI_CONDITION_H
#define MC_CLI_CONDITION_H

#include "base/fwd.h"
#include "json/doc.h"

enum mc_condition { MC_FOR_UP, MC_FOR_READY, MC_FOR_STOPPED, MC_FOR_FAILED, MC_FOR_SETTLED };
extern const char *const mc_condition_words[];       /* by enum, NULL at the end */
enum mc_condition mc_condition_of(const char *word); /* one of the words */

enum mc_met {
    MC_MET_NOT_YET,
    MC_MET_YES,
    MC_MET_NEVER /* not before somebody changes something: it gave up, or may not start */
};
enum mc_met mc_condition_met(enum mc_condition c, const cJSON *server);

#endif
