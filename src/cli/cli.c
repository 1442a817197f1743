#include "cli/cli.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/out.h"
#include "cli/render.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Descriptors 0 to 2 are open from here on: a socket that became "standard error" would be written to. */
static void hold_standard_fds(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
            _exit(1);
    }
}

static void print_help(const struct mc_command *c, FILE *to)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf b = MC_BUF_INIT(MC_RENDER_MAX);
    mc_render_help(c, &b);
    fwrite(b.data, 1, b.len, to);
}

static int usage_error(const struct mc_cli *cli, const struct mc_err *err)
{
    int status = mc_out_fail(cli, err);
    if (cli->json)
        return status;
    MC_CLEANUP(mc_buf_done) struct mc_buf b = MC_BUF_INIT(MC_RENDER_MAX);
    mc_render_usage(cli->args->command, &b);
    mc_out_note("Usage: %s", b.data);
    if (cli->args->command)
        mc_out_note("`mcpctl help %s` says more.", cli->args->command->path);
    return status;
}

static int run(struct mc_cli *cli)
{
    const struct mc_command *c = cli->args->command;
    if (mc_args_has(cli->args, "help")) {
        print_help(c, stdout);
        return 0;
    }
    if (mc_args_has(cli->args, "version"))
        return mc_cmd_version(cli);
    if (!c) {
        print_help(NULL, stderr);
        return mc_code_exit(MC_E_USAGE);
    }
    return c->run(cli);
}

/* A mistake before --json keeps the parser from seeing it. */
static bool names_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            return true;
    }
    return false;
}

int mc_cli_main(int argc, char **argv)
{
    struct mc_args args;
    struct mc_err err;
    struct mc_cli cli = {.args = &args};
    hold_standard_fds();
    int ret = mc_args_parse(argc, argv, &args, &err);
    cli.json = mc_args_has(&args, "json") || (ret < 0 && names_json(argc, argv));
    if (cli.json)
        mc_out_set_json();
    cli.verbose = mc_args_count(&args, "verbose");
    mc_log_set_level(cli.verbose == 0   ? MC_LOG_WARN
                     : cli.verbose == 1 ? MC_LOG_INFO
                                        : MC_LOG_DEBUG);
    int status = ret < 0 ? usage_error(&cli, &err) : run(&cli);
    if (mc_out_flush(&err) < 0 && status == 0)
        status = mc_out_fail(&cli, &err);
    mc_args_done(&args);
    return status;
}
