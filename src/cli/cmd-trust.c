/* trust, untrust */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "config/config.h"
#include "json/doc.h"
#include "store/trust.h"

#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX (4u << 20)

/* Those named, or all that are not ours. */
static int select_specs(const struct mc_cli *cli, const struct mc_config *config,
                        const struct mc_server_spec **specs, size_t *ret_n, struct mc_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < cli->args->n_operands; i++) {
        const struct mc_server_spec *spec = mc_config_find(config, mc_args_operand(cli->args, i));
        if (!spec)
            return mc_repo_no_server(config, mc_args_operand(cli->args, i), err);
        if (!spec->mine)
            specs[n++] = spec;
    }
    for (size_t i = 0; cli->args->n_operands == 0 && i < mc_config_server_count(config); i++) {
        if (!mc_config_server(config, i)->mine)
            specs[n++] = mc_config_server(config, i);
    }
    *ret_n = n;
    return 0;
}

static void show(const struct mc_cli *cli, const struct mc_server_spec *const *specs, size_t n,
                 const char *root)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "trusted", mc_doc_array());
    for (size_t i = 0; i < n; i++) {
        mc_doc_add_str(list, NULL, specs[i]->name);
        mc_ask_describe(specs[i], root, "", 0, &out);
    }
    if (cli->json) {
        mc_out_json(doc);
    } else if (n == 0) {
        puts("This repo brought no server along; nothing needs trust.");
    } else {
        puts("Trusted, as they are written now:");
        mc_out_text(mc_buf_str(&out));
    }
}

int mc_cmd_trust(struct mc_cli *cli)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    struct mc_config *config = NULL;
    const struct mc_server_spec **specs = NULL;
    struct mc_err err;
    size_t n = 0;
    int ret = mc_repo_load(cli, &root, &config, &err);
    if (ret == 0) {
        specs =
            mc_calloc(mc_config_server_count(config) + cli->args->n_operands + 1, sizeof(*specs));
        ret = select_specs(cli, config, specs, &n, &err);
    }
    if (ret == 0 && n)
        ret = mc_trust_grant(root, specs, n, &err);
    if (ret == 0) {
        show(cli, specs, n, root);
        ret = mc_repo_refresh(root, &err);
    }
    mc_free(specs);
    mc_config_unref(config);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}

/* A name that is neither written nor trusted is a slip, and what was meant would stay allowed. What is no longer written can still be taken
 * back. */
static int check_names(const struct mc_cli *cli, const char *root, struct mc_err *err)
{
    struct mc_config *config = NULL;
    struct mc_trust_book *book = NULL;
    int ret = mc_trust_load(&book, err);
    (void)mc_config_load(&(struct mc_config_input){.root = root, .env = environ}, &config,
                         NULL); /* its mistakes are not the matter here */
    for (size_t i = 0; ret == 0 && config && i < cli->args->n_operands; i++) {
        const char *name = mc_args_operand(cli->args, i);
        if (!mc_config_find(config, name) && !mc_trust_knows(book, root, name))
            ret = mc_repo_no_server(config, name, err);
    }
    mc_config_unref(config);
    mc_trust_free(book);
    return ret;
}

int mc_cmd_untrust(struct mc_cli *cli)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    struct mc_err err;
    int ret = mc_path_repo_root(".", &root, &err);
    if (ret == 0)
        ret = check_names(cli, root, &err);
    if (ret == 0 && cli->args->n_operands == 0)
        ret = mc_trust_revoke(root, NULL, &err);
    for (size_t i = 0; ret == 0 && i < cli->args->n_operands; i++)
        ret = mc_trust_revoke(root, mc_args_operand(cli->args, i), &err);
    if (ret == 0)
        ret = mc_repo_refresh(root, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        puts("{}");
    else
        puts(cli->args->n_operands
                 ? "Trust taken back; they are blocked until you allow them again."
                 : "Trust taken back from every server of this repo.");
    return 0;
}
