/* The hub: the composition root, run as a process of its own (`mcpctl hub run`). */
#ifndef MC_HUB_HUB_H
#define MC_HUB_HUB_H

#include "base/fwd.h"

#define MC_HUB_PORT_DEFAULT 37373

struct mc_hub_options {
    unsigned port; /* 0 picks one */
    int ready_fd; /* gets {"pid":…,"port":…,"socket":"…"}\n when the endpoint answers; -1: none */
    bool ephemeral;      /* end with the last workspace */
    int verbose;         /* 0 warnings, 1 information, 2 debugging */
    bool foreground_log; /* log to stderr instead of <state>/logs/hub.log */
};

/* Runs until it is told to end; an error when it could not begin. */
int mc_hub_main(const struct mc_hub_options *options, struct mc_err *err);

#endif
