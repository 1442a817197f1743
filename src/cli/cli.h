/* What a command's handler gets, and the handlers. */
#ifndef MC_CLI_CLI_H
#define MC_CLI_CLI_H

#include "base/fwd.h"

struct mc_args;

struct mc_cli {
    const struct mc_args *args;
    bool json;
    unsigned verbose;
};

/* The whole program: parse, run, flush. Returns the exit status. */
int mc_cli_main(int argc, char **argv);

/* Handlers, one file per group. Each reports its failure itself (once) and returns the exit status. */
int mc_cmd_up(struct mc_cli *cli);
int mc_cmd_down(struct mc_cli *cli);
int mc_cmd_hub_run(struct mc_cli *cli);
int mc_cmd_use(struct mc_cli *cli);
int mc_cmd_init(struct mc_cli *cli);
int mc_cmd_add(struct mc_cli *cli);
int mc_cmd_remove(struct mc_cli *cli);
int mc_cmd_enable(struct mc_cli *cli);
int mc_cmd_disable(struct mc_cli *cli);
int mc_cmd_config_set(struct mc_cli *cli);
int mc_cmd_config_unset(struct mc_cli *cli);
int mc_cmd_config_add(struct mc_cli *cli);
int mc_cmd_config_edit(struct mc_cli *cli);
int mc_cmd_token(struct mc_cli *cli);
int mc_cmd_secret_set(struct mc_cli *cli);
int mc_cmd_secret_get(struct mc_cli *cli);
int mc_cmd_secret_list(struct mc_cli *cli);
int mc_cmd_secret_rm(struct mc_cli *cli);
int mc_cmd_secret_rotate(struct mc_cli *cli);
int mc_cmd_secret_unlock(struct mc_cli *cli);
int mc_cmd_secret_lock(struct mc_cli *cli);
int mc_cmd_secret_passphrase(struct mc_cli *cli);
int mc_cmd_trust(struct mc_cli *cli);
int mc_cmd_untrust(struct mc_cli *cli);
int mc_cmd_status(struct mc_cli *cli);
int mc_cmd_ps(struct mc_cli *cli);
int mc_cmd_logs(struct mc_cli *cli);
int mc_cmd_start(struct mc_cli *cli);
int mc_cmd_stop(struct mc_cli *cli);
int mc_cmd_restart(struct mc_cli *cli);
int mc_cmd_wait(struct mc_cli *cli);
int mc_cmd_tools(struct mc_cli *cli);
int mc_cmd_call(struct mc_cli *cli);
int mc_cmd_serve(struct mc_cli *cli);
int mc_cmd_version(struct mc_cli *cli);
int mc_cmd_help(struct mc_cli *cli);
int mc_cmd_complete(struct mc_cli *cli);
int mc_cmd_config_show(struct mc_cli *cli);
int mc_cmd_config_get(struct mc_cli *cli);
int mc_cmd_config_check(struct mc_cli *cli);
int mc_cmd_config_explain(struct mc_cli *cli);
int mc_cmd_config_path(struct mc_cli *cli);
int mc_cmd_config_schema(struct mc_cli *cli);

#endif
