#include "cli/repo.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/launch.h"
#include "cli/out.h"
#include "config/config.h"
#include "json/scan.h"

#include <unistd.h>

static void print_diagnostics(const struct mc_config *config, const char *root)
{
    bool color = mc_out_color(STDERR_FILENO);
    for (size_t i = 0; i < mc_config_diag_count(config); i++) {
        const struct mc_diag *d = mc_config_diag(config, i);
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(d, root);
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), true);
        mc_out_note("%s%s%s",
                    mc_out_tint(color, d->severity == MC_SEV_ERROR ? MC_TINT_RED : MC_TINT_YELLOW),
                    shown, mc_out_plain(color));
    }
}

/* Something that the user wrote, as opposed to what we offer when there is nothing. */
static bool anything_written(const struct mc_config *config)
{
    for (size_t i = 0; i < mc_config_server_count(config); i++) {
        if (!mc_config_server(config, i)->builtin)
            return true;
    }
    return false;
}

int mc_repo_load(const struct mc_cli *cli, char **ret_root, struct mc_config **ret,
                 struct mc_err *err)
{
    MC_CLEANUP(mc_strv_done) struct mc_strv sets = {0};
    int r = mc_path_repo_root(".", ret_root, err);
    if (r < 0)
        return r;
    mc_args_values(cli->args, "set", &sets);
    r = mc_config_load(
        &(struct mc_config_input){.root = *ret_root, .env = environ, .sets = sets.v}, ret, err);
    if (*ret)
        print_diagnostics(*ret, *ret_root);
    if (r == -MC_E_CONFIG && *ret && anything_written(*ret))
        return 0; /* the good servers run, the diagnostics stand above */
    if (r == -MC_E_CONFIG)
        return mc_err_set(err, MC_E_CONFIG,
                          "the config of %s has errors and names no server that could run",
                          *ret_root);
    return r;
}

int mc_repo_config(const struct mc_cli *cli, struct mc_config **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    MC_CLEANUP(mc_strv_done) struct mc_strv sets = {0};
    int r = mc_path_repo_root(".", &root, err);
    if (r < 0)
        return r;
    mc_args_values(cli->args, "set", &sets);
    return mc_config_load(&(struct mc_config_input){.root = root, .env = environ, .sets = sets.v},
                          ret, err);
}

void mc_repo_note_problems(const struct mc_config *config)
{
    size_t errors = mc_config_error_count(config);
    if (errors)
        mc_out_note("the config has %zu error%s; `mcpctl config check` lists them", errors,
                    errors == 1 ? "" : "s");
}

#define NEAR_ENOUGH 3 /* edits between a name and the one that was meant */

int mc_repo_no_server(const struct mc_config *config, const char *name, struct mc_err *err)
{
    const char *best = NULL;
    unsigned distance =
        strlen(name) / 2 < NEAR_ENOUGH ? (unsigned)strlen(name) / 2 + 1 : NEAR_ENOUGH + 1;
    for (size_t i = 0; i < mc_config_server_count(config); i++) {
        unsigned d = mc_str_distance(mc_config_server(config, i)->name, name);
        if (d < distance) {
            best = mc_config_server(config, i)->name;
            distance = d;
        }
    }
    if (best)
        return mc_err_set(err, MC_E_USAGE, "this repo has no server '%s'; did you mean '%s'?", name,
                          best);
    return mc_err_set(err, MC_E_USAGE, "this repo has no server '%s'", name);
}

static void add_strings(struct mc_buf *out, const char *name, char *const *v)
{
    mc_buf_addf(out, ",\"%s\":[", name);
    for (size_t i = 0; v && v[i]; i++) {
        mc_buf_addz(out, i ? "," : "");
        mc_jstr_quote(mc_str_of(v[i]), out);
    }
    mc_buf_addc(out, ']');
}

void mc_repo_body(const char *root, bool detach, const struct mc_strv *sets, struct mc_buf *out)
{
    mc_buf_addz(out, "{\"root\":");
    mc_jstr_quote(mc_str_of(root), out);
    mc_buf_addf(out, ",\"detach\":%s", detach ? "true" : "false");
    add_strings(out, "env", environ);
    if (sets)
        add_strings(out, "sets", sets->v);
    mc_buf_addc(out, '}');
}

int mc_repo_refresh(const char *root, struct mc_err *err)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf body = MC_BUF_INIT(MC_REPO_BODY_MAX);
    int ret = mc_client_open(&c, err);
    if (ret == -MC_E_UNREACHABLE)
        return 0;
    if (ret == 0)
        ret = mc_api_here(c, &status, NULL, err);
    const cJSON *w = ret == 0 ? mc_api_workspace(status, root) : NULL;
    if (!w)
        return ret;
    mc_repo_body(root, mc_doc_bool(w, "detached", false), NULL, &body);
    return mc_api_doc(c, "POST", "/api/workspaces", mc_buf_str(&body), NULL, err);
}

int mc_repo_remove(struct mc_client *c, struct mc_client *other, const cJSON *status,
                   const cJSON *workspace, struct mc_err *err)
{
    bool last = cJSON_GetArraySize(mc_doc_get(status, "workspaces")) == 1;
    bool ends = last && mc_doc_bool(mc_doc_get(status, "hub"), "ephemeral", false);
    MC_CLEANUP(mc_closep) int pidfd = ends ? mc_launch_watch(c) : -1;
    MC_CLEANUP(mc_buf_done) struct mc_buf path = MC_BUF_INIT(4096);
    mc_buf_addz(&path, "/api/workspaces/");
    mc_api_escape(&path, mc_doc_str(workspace, "name"));
    int ret = mc_api_doc(c, "DELETE", path.data, MC_STR_NONE, NULL, err);
    if (other)
        mc_client_close(other);
    return ret < 0 ? ret : mc_launch_await_end(c, pidfd, err);
}
