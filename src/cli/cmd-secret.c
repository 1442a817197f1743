/* secret set, get, list, rm, rotate, unlock, lock, passphrase */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/args.h"
#include "cli/edit.h"
#include "cli/out.h"
#include "cli/prompt.h"
#include "store/secrets.h"
#include "store/vault.h"
#include "store/vaultkey.h"

#include <stdio.h>
#include <unistd.h>

#define TABLE_MAX (1u << 20)

/* A buffer for something that nobody may see later. */
static void wipe(struct mc_buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    mc_buf_done(b);
}

static const char *place_name(bool keyring)
{
    return keyring ? "keyring" : "file";
}

/* Whatever uses it gets the new value: the hub reads every config again, and replaces what has changed. */
static int tell_hub(struct mc_err *err)
{
    bool told;

    return mc_edit_tell_hub(&told, err);
}

/* ---- values ---- */

static int ask_value(const char *name, struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *question = mc_asprintf("Value of %s (not shown): ", name);
    int ret =
        isatty(STDIN_FILENO) ? mc_prompt_hidden(question, out, err) : mc_prompt_stdin(out, err);

    if (ret == 0 && out->len == 0)
        ret = mc_err_set(err, MC_E_USAGE,
                         "an empty value; to remove the secret: mcpctl secret rm %s", name);
    return ret;
}

static enum mc_secrets_place wanted_place(const struct mc_cli *cli)
{
    const char *store = mc_args_value(cli->args, "store");

    return !store                          ? MC_SECRETS_ANYWHERE
           : strcmp(store, "keyring") == 0 ? MC_SECRETS_KEYRING
                                           : MC_SECRETS_FILE;
}

static int has(const char *name, bool *ret, struct mc_err *err)
{
    struct mc_vault *v = NULL;
    int failed = mc_vault_open(false, &v, err);

    *ret = failed == 0 && mc_vault_has(v, name);
    mc_vault_close(v);
    return failed;
}

static int set(struct mc_cli *cli, bool must_be_there)
{
    MC_CLEANUP(wipe) struct mc_buf value = MC_BUF_INIT(MC_PROMPT_MAX);
    const char *name = mc_args_operand(cli->args, 0);
    enum mc_secrets_place place = wanted_place(cli);
    bool there = false;
    struct mc_err err;
    int ret = mc_secrets_check_name(name, &err);

    if (ret == 0)
        ret = has(name, &there, &err);
    if (ret == 0 && must_be_there && !there)
        ret = mc_err_set(&err, MC_E_NOT_FOUND,
                         "there is no secret %s; to make it: mcpctl secret set %s", name, name);
    if (ret == 0)
        ret = ask_value(name, &value, &err);
    if (ret == 0)
        ret = mc_secrets_set(name, mc_buf_str(&value), place, &place, &err);
    if (ret == 0)
        ret = tell_hub(&err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        printf("{\"secret\":\"%s\",\"store\":\"%s\",\"replaced\":%s}\n", name,
               place_name(place == MC_SECRETS_KEYRING), there ? "true" : "false");
    else
        printf("%s %s in the %s. Use it in a config as ${secret:%s}\n", name,
               there ? "replaced" : "is",
               place == MC_SECRETS_KEYRING ? "keyring" : "encrypted file", name);
    return 0;
}

int mc_cmd_secret_set(struct mc_cli *cli)
{
    return set(cli, false);
}

int mc_cmd_secret_rotate(struct mc_cli *cli)
{
    return set(cli, true);
}

int mc_cmd_secret_get(struct mc_cli *cli)
{
    const char *name = mc_args_operand(cli->args, 0);
    char *value = NULL;
    struct mc_err err;

    if (mc_secrets_get(name, "mcpctl secret get", &value, &err) < 0)
        return mc_out_fail(cli, &err);
    if (cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
        mc_doc_add_str(doc, "secret", name);
        mc_doc_add_str(doc, "value", value);
        mc_out_json(doc);
    } else {
        puts(value);
    }
    mc_secrets_free(value);
    return 0;
}

int mc_cmd_secret_rm(struct mc_cli *cli)
{
    const char *name = mc_args_operand(cli->args, 0);
    struct mc_err err;
    int ret = mc_secrets_remove(name, &err);

    if (ret == 0)
        ret = tell_hub(&err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        puts("{}");
    else
        printf("%s removed\n", name);
    return 0;
}

/* ---- names ---- */

static void print_table(const struct mc_vault *v)
{
    static const struct mc_column columns[] = {
        {"NAME", false}, {"STORE", false}, {"CHANGED", false}};
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TABLE_MAX);
    struct mc_table *t = mc_table_new(columns, MC_ARRAY_LEN(columns));
    const char *name;

    for (size_t i = 0; (name = mc_vault_name(v, i)); i++) {
        mc_table_add(t, MC_TINT_NONE, name);
        mc_table_add(t, MC_TINT_NONE, place_name(mc_vault_in_keyring(v, name)));
        mc_table_add(t, MC_TINT_DIM, mc_vault_changed(v, name));
    }
    if (mc_table_rows(t)) {
        mc_table_print(t, &out, mc_out_color(STDOUT_FILENO), mc_out_width(STDOUT_FILENO), 0);
        mc_out_bytes(mc_buf_str(&out));
    } else {
        puts("No secrets yet: mcpctl secret set NAME");
    }
    mc_table_free(t);
}

static void print_json(const struct mc_vault *v)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "secrets", mc_doc_array());
    const char *name;

    for (size_t i = 0; (name = mc_vault_name(v, i)); i++) {
        cJSON *one = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(one, "name", name);
        mc_doc_add_str(one, "store", place_name(mc_vault_in_keyring(v, name)));
        mc_doc_add_str(one, "changed", mc_vault_changed(v, name));
    }
    mc_out_json(doc);
}

int mc_cmd_secret_list(struct mc_cli *cli)
{
    struct mc_vault *v = NULL;
    struct mc_err err;

    if (mc_vault_open(false, &v, &err) < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        print_json(v);
    else
        print_table(v);
    mc_vault_close(v);
    return 0;
}

/* ---- the key of the encrypted file ---- */

static int ask_passphrase(const char *question, struct mc_buf *out, struct mc_err *err)
{
    int ret =
        isatty(STDIN_FILENO) ? mc_prompt_hidden(question, out, err) : mc_prompt_stdin(out, err);

    if (ret == 0 && out->len == 0)
        ret = mc_err_set(err, MC_E_USAGE, "an empty passphrase protects nothing");
    return ret;
}

int mc_cmd_secret_unlock(struct mc_cli *cli)
{
    MC_CLEANUP(wipe) struct mc_buf phrase = MC_BUF_INIT(MC_PROMPT_MAX);
    struct mc_vault *v = NULL;
    struct mc_err err;
    int ret = mc_vault_open(false, &v, &err);

    if (ret == 0 && !mc_vault_has_passphrase(v))
        ret = mc_err_set(&err, MC_E_USAGE, "the secrets have no passphrase, they are open to you");
    if (ret == 0)
        ret = ask_passphrase("Passphrase of your secrets: ", &phrase, &err);
    if (ret == 0)
        ret = mc_vault_unlock(v, phrase.data, &err);
    if (ret == 0)
        ret = tell_hub(&err);
    mc_vault_close(v);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    puts(cli->json ? "{}" : "Unlocked until you log out, or `mcpctl secret lock`.");
    return 0;
}

int mc_cmd_secret_lock(struct mc_cli *cli)
{
    struct mc_err err;

    if (mc_vaultkey_forget(&err) < 0)
        return mc_out_fail(cli, &err);
    puts(cli->json ? "{}" : "Locked. Servers that run keep what they were given.");
    return 0;
}

static int new_passphrase(struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(wipe) struct mc_buf again = MC_BUF_INIT(MC_PROMPT_MAX);
    int ret = ask_passphrase("New passphrase: ", out, err);

    if (ret == 0 && isatty(STDIN_FILENO)) {
        ret = ask_passphrase("The same again: ", &again, err);
        if (ret == 0 && !mc_str_eq(mc_buf_str(out), mc_buf_str(&again)))
            ret = mc_err_set(err, MC_E_USAGE, "these are two different ones, nothing was changed");
    }
    return ret;
}

int mc_cmd_secret_passphrase(struct mc_cli *cli)
{
    MC_CLEANUP(wipe) struct mc_buf phrase = MC_BUF_INIT(MC_PROMPT_MAX);
    bool remove = mc_args_has(cli->args, "remove");
    struct mc_vault *v = NULL;
    struct mc_err err;
    int ret = remove ? 0 : new_passphrase(&phrase, &err);

    if (ret == 0)
        ret = mc_vault_open(true, &v, &err);
    if (ret == 0)
        ret = mc_vault_rekey(v, remove ? NULL : phrase.data, &err);
    if (ret == 0)
        ret = mc_vault_save(v, &err);
    mc_vault_close(v);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (cli->json)
        puts("{}");
    else
        puts(remove ? "The secrets are opened by a key file again."
                    : "The secrets have this passphrase now, and are unlocked until you log out.");
    return 0;
}
