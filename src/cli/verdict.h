/* Could anything start? Over the servers of a workspace, for the exit status of `up`. Pure. */
#ifndef MC_CLI_VERDICT_H
#define MC_CLI_VERDICT_H

#include "base/fwd.h"
#include "json/doc.h"

struct mc_verdict {
    unsigned up, pending, failed, blocked, remote, off;
    unsigned servers;
};
/* at_deadline: those that are retried after a failure count as failed. */
struct mc_verdict mc_verdict_of(const cJSON *workspace, bool at_deadline);
/* Nothing is pending. */
bool mc_verdict_settled(const struct mc_verdict *v);
/* MC_OK while something runs or may still; MC_E_DENIED when trust alone is in the way; else MC_E_UNREACHABLE. Nothing enabled is fine. */
enum mc_code mc_verdict_code(const struct mc_verdict *v);

#endif
