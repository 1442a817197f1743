/* Follows one workspace: `up` in the foreground, until it ends or a signal says so; quietly, until something holds. */
#ifndef MC_CLI_ATTACH_H
#define MC_CLI_ATTACH_H

#include "base/fwd.h"
#include "json/doc.h"

struct mc_cli;
struct mc_client;

enum mc_attach_end {
    MC_ATTACH_SIGNAL,  /* Ctrl-C, SIGTERM or SIGHUP */
    MC_ATTACH_REMOVED, /* somebody took the workspace away */
    MC_ATTACH_LOST,    /* the hub went away */
    MC_ATTACH_NOTHING, /* no server could start; the workspace is still there */
    MC_ATTACH_REACHED, /* what was waited for */
    MC_ATTACH_LATE,    /* that was not so at the deadline */
};

/* Blocks the signals that end it; to be called before the workspace is added, so that none is lost. */
void mc_attach_hold_signals(void);
void mc_attach_release_signals(void);

struct mc_attach_options {
    const struct mc_cli *cli;
    const char *workspace;
    bool (*until)(const cJSON *workspace, void *arg); /* quiet: returns when it holds, or after wait_ms */
    void *arg;
    int wait_ms;
    bool aside; /* looks on: the workspace does not stay because of us */
};
/* ret_workspace: what was last seen of the workspace (may be NULL); caller frees. */
int mc_attach_run(struct mc_client *c, const struct mc_attach_options *options,
                  enum mc_attach_end *ret, cJSON **ret_workspace, struct mc_err *err);

#endif
