/* hub run, down, use, token, serve */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/client.h"
#include "cli/launch.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "hub/hub.h"
#include "json/scan.h"
#include "serve/serve.h"
#include "store/token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Whoever started us learns why there is no hub; also when nothing can be written to the log. */
static int could_not_begin(struct mc_cli *cli, int ready_fd, const struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf line = MC_BUF_INIT(64u << 10);
    mc_buf_addf(&line, "{\"error\":{\"code\":\"%s\",\"message\":", mc_code_slug(err->code));
    mc_jstr_quote(mc_str_of(err->msg), &line);
    mc_buf_addz(&line, "}}\n");
    (void)mc_io_write_all(ready_fd, line.data, line.len);
    return mc_out_fail(cli, err);
}

int mc_cmd_hub_run(struct mc_cli *cli)
{
    struct mc_hub_options options = {.verbose = (int)cli->verbose,
                                     .ephemeral = mc_args_has(cli->args, "ephemeral"),
                                     .ready_fd = -1};
    const char *fd = mc_args_value(cli->args, "ready-fd");
    struct mc_err err;
    if (mc_launch_port(mc_args_value(cli->args, "port"), &options.port, NULL, &err) < 0)
        return mc_out_fail(cli, &err);
    if (fd) {
        options.ready_fd = (int)mc_args_number(cli->args, "ready-fd", 0);
        if (fcntl(options.ready_fd, F_SETFD, FD_CLOEXEC) < 0) {
            mc_err_set(&err, MC_E_USAGE, "--ready-fd %s is not an open descriptor", fd);
            return mc_out_fail(cli, &err);
        }
    } else if (cli->json) {
        options.ready_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    options.foreground_log = !fd;
    int ret = mc_hub_main(&options, &err);
    if (ret < 0)
        return fd ? could_not_begin(cli, options.ready_fd, &err) : mc_out_fail(cli, &err);
    return 0;
}

static int shut_down(struct mc_client *c, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int pidfd = mc_launch_watch(c);
    int ret = mc_api_doc(c, "POST", "/api/shutdown", MC_STR("{}"), NULL, err);
    return ret < 0 ? ret : mc_launch_await_end(c, pidfd, err);
}

static void say_stopped(const struct mc_cli *cli, const cJSON *status, const cJSON *only)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "stopped", mc_doc_array());
    const cJSON *w;
    cJSON_ArrayForEach(w, mc_doc_get(status, "workspaces"))
    {
        const char *name = mc_doc_str(w, "name");
        if (only && w != only)
            continue;
        if (cli->json)
            mc_doc_add_str(list, NULL, name);
        else
            printf("Stopped %s\n", name);
    }
    if (cli->json)
        mc_out_json(doc);
}

static int down(struct mc_cli *cli, struct mc_client *c, const cJSON *status, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    int ret;
    if (mc_args_has(cli->args, "all")) {
        ret = shut_down(c, err);
        if (ret == 0)
            say_stopped(cli, status, NULL);
        return ret;
    }
    ret = mc_path_repo_root(".", &root, err);
    if (ret < 0)
        return ret;
    const cJSON *w = mc_api_workspace(status, root);
    if (!w)
        return mc_err_set(
            err, MC_E_NOT_FOUND,
            "%s is not up; `mcpctl status` shows what is, `mcpctl down --all` ends all", root);
    ret = mc_repo_remove(c, NULL, status, w, err);
    if (ret == 0)
        say_stopped(cli, status, w);
    return ret;
}

int mc_cmd_down(struct mc_cli *cli)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    struct mc_err err;
    int ret = mc_client_open(&c, &err);
    if (ret == -MC_E_UNREACHABLE) { /* what is asked for is so already */
        if (cli->json)
            puts("{\"stopped\":[]}");
        else
            mc_out_note("No hub is running.");
        return 0;
    }
    if (ret == 0)
        ret = mc_api_here(c, &status, NULL, &err);
    if (ret == 0)
        ret = down(cli, c, status, &err);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}

int mc_cmd_use(struct mc_cli *cli)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf body = MC_BUF_INIT(64u << 10);
    const char *name = mc_args_operand(cli->args, 0);
    struct mc_err err;
    mc_buf_addz(&body, "{\"workspace\":");
    mc_jstr_quote(mc_str_of(name), &body);
    mc_buf_addc(&body, '}');
    int ret = mc_client_open(&c, &err);
    if (ret == 0)
        ret = mc_api_doc(c, "POST", "/api/use", mc_buf_str(&body), NULL, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        puts(body.data);
    else
        printf("/mcp is now workspace %s\n", name);
    return 0;
}

/* A hub that runs goes on letting the old token in until it is told. */
static int tell_hub(struct mc_err *err)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    int ret = mc_client_open(&c, err);

    if (ret == -MC_E_UNREACHABLE)
        return 0;
    return ret < 0 ? ret : mc_api_doc(c, "POST", "/api/token", MC_STR("{}"), NULL, err);
}

int mc_cmd_token(struct mc_cli *cli)
{
    MC_CLEANUP(mc_freep) char *token = NULL;
    bool rotate = mc_args_has(cli->args, "rotate");
    struct mc_err err;
    int ret = rotate ? mc_token_rotate(&token, &err) : mc_token_get(&token, &err);
    int told =
        ret == 0 ? tell_hub(&err) : 0; /* without --rotate too: it may have started without one */
    if (rotate && told < 0)
        ret = told;
    if (ret < 0)
        return mc_out_fail(cli, &err);
    printf(cli->json ? "{\"token\":\"%s\"}\n" : "%s\n", token);
    return 0;
}

static int serve_git(struct mc_cli *cli, const char *root)
{
    MC_CLEANUP(mc_freep) char *helper = mc_path_join(mc_path_libexec(), "mcpctl-git");
    char *argv[] = {(char *)"mcpctl-git", (char *)"serve", (char *)root, NULL};
    struct mc_err err;
    execv(helper, argv);
    mc_err_sys(&err, errno, "starting %s, a part of mcpctl's installation", helper);
    return mc_out_fail(cli, &err);
}

int mc_cmd_serve(struct mc_cli *cli)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    const char *dir = mc_args_operand(cli->args, 1);
    struct mc_err err;
    if (mc_path_real(dir ? dir : ".", &root, &err) < 0)
        return mc_out_fail(cli, &err);
    if (strcmp(mc_args_operand(cli->args, 0), "git") == 0)
        return serve_git(cli, root);
    return mc_serve_files_main(root);
}
