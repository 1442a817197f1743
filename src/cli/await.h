/* Waits, on the hub's events, until servers of a workspace are in a state. */
#ifndef MC_CLI_AWAIT_H
#define MC_CLI_AWAIT_H

#include "cli/condition.h"

struct mc_cli;
struct mc_client;

struct mc_await {
    const struct mc_cli *cli; /* its operands are the servers; none: all that are to run */
    enum mc_condition until;
    bool all; /* also when one will never come the others are waited for */
    unsigned wait_ms;
    cJSON *seen;        /* the workspace as it was at the end; the caller frees it */
    const cJSON *never; /* in it: the first server that will not come; NULL */
    bool late;          /* there are others that have not come yet */
};
/* 0 whatever has come of it; an error when the workspace or the hub went away. */
int mc_await(struct mc_await *a, struct mc_client *c, const char *workspace, struct mc_err *err);
/* Is this one of the servers? */
bool mc_await_concerns(const struct mc_await *a, const cJSON *server);
/* Why a server will not come. */
int mc_await_refusal(const cJSON *server, struct mc_err *err);

#endif
