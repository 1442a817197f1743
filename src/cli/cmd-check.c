/* config check: every problem at once */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/args.h"
#include "cli/confview.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "config/config.h"
#include "config/tree.h"

#include <stdio.h>
#include <unistd.h>

#define FILE_MAX (4u << 20)

static void print_json(const struct mc_config *config)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "problems", mc_doc_array());

    for (size_t i = 0; i < mc_config_diag_count(config); i++) {
        const struct mc_diag *d = mc_config_diag(config, i);
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(item, "file", d->at.file);
        if (d->at.line) {
            mc_doc_add_num(item, "line", d->at.line);
            mc_doc_add_num(item, "column", d->at.col);
        }
        mc_doc_add_str(item, "severity", d->severity == MC_SEV_ERROR ? "error" : "warning");
        mc_doc_add_str(item, "message", d->msg);
    }
    mc_out_json(doc);
}

static void print_text(const struct mc_config *config)
{
    bool color = mc_out_color(STDOUT_FILENO);
    size_t errors = mc_config_error_count(config), files = 0;

    for (size_t i = 0; i < mc_config_diag_count(config); i++) {
        const struct mc_diag *d = mc_config_diag(config, i);
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(d, mc_config_root(config));
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), true);
        printf("%s%s%s\n",
               mc_out_tint(color, d->severity == MC_SEV_ERROR ? MC_TINT_RED : MC_TINT_YELLOW),
               shown, mc_out_plain(color));
    }
    for (size_t i = 1; i < mc_config_source_count(config); i++)
        files += mc_config_source(config, i)->found;
    printf("%zu file%s, %zu server%s: %zu error%s, %zu warning%s\n", files, files == 1 ? "" : "s",
           mc_config_server_count(config), mc_config_server_count(config) == 1 ? "" : "s", errors,
           errors == 1 ? "" : "s", mc_config_diag_count(config) - errors,
           mc_config_diag_count(config) - errors == 1 ? "" : "s");
}

/* The layer that a file belongs to by its path; what no layer has is looked at as a file of another program. */
static enum mc_layer layer_of(const char *path)
{
    struct mc_places places;
    enum mc_layer layer = MC_LAYER_CLIENTS;
    MC_CLEANUP(mc_freep) char *dir = mc_path_dir(path);
    MC_CLEANUP(mc_freep) char *root = NULL;

    if (mc_path_repo_root(dir, &root, NULL) < 0)
        return layer;
    mc_places_find(&(struct mc_config_input){.root = root}, &places);
    for (size_t i = 0; i < places.n; i++)
        if (strcmp(places.v[i].path, path) == 0)
            layer = places.v[i].layer;
    mc_places_done(&places);
    return layer;
}

static int check_file(const char *file, struct mc_config **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n = 0;

    int failed = mc_path_real(file, &path, err);
    if (failed == 0)
        failed = mc_io_read(path, FILE_MAX, &text, &n, err);
    if (failed < 0)
        return failed;
    return mc_config_parse_as(layer_of(path), file, (struct mc_str){text, n}, ret, err);
}

int mc_cmd_config_check(struct mc_cli *cli)
{
    const char *file = mc_args_operand(cli->args, 0);
    struct mc_config *config = NULL;
    struct mc_err err;

    int ret = file ? check_file(file, &config, &err) : mc_repo_config(cli, &config, &err);
    if (ret < 0 && ret != -MC_E_CONFIG) {
        mc_config_unref(config);
        return mc_out_fail(cli, &err);
    }
    mc_config_check_references(config, environ);
    if (cli->json)
        print_json(config);
    else
        print_text(config);
    ret = mc_config_error_count(config) ? mc_code_exit(MC_E_CONFIG) : 0;
    mc_config_unref(config);
    return ret;
}
