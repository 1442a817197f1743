/* Secrets in the encrypted file: what is kept, what is refused, and that nothing stands there in plain text. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"
#include "store/secrets.h"
#include "store/vault.h"
#include "store/vaultkey.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#define STATE ".local/state/mcpctl/"
#define CONFIG ".config/mcpctl/"

static struct mc_err err;

static int put(const char *name, const char *value)
{
    enum mc_secrets_place place;
    return mc_secrets_set(name, mc_str_of(value), MC_SECRETS_FILE, &place, &err);
}

/* The value, or the error in brackets. */
static const char *got(const char *name)
{
    static char text[MC_ERR_MSG_MAX + 8];
    char *value = NULL;
    if (mc_secrets_get(name, "a test", &value, &err) < 0)
        snprintf(text, sizeof(text), "[%s]", err.msg);
    else
        snprintf(text, sizeof(text), "%s", value);
    mc_secrets_free(value);
    return text;
}

static mode_t mode_of(const char *file)
{
    struct stat st;
    return stat(scratch_path(file), &st) == 0 ? st.st_mode & 07777 : 0;
}

static bool holds(const char *file, const char *text)
{
    size_t n;
    char *all = slurp(scratch_path(file), &n);
    bool yes = all && memmem(all, n, text, strlen(text));
    free(all);
    return yes;
}

static void keeping(void)
{
    is_str(got("a"), "[there is no secret a: run `mcpctl secret set a`]", "none yet");
    is_int(put("a", "first value"), 0, "one is set");
    is_int(put("b.B_1-x", "\xc3\xa9 second"), 0, "and another");
    is_str(got("a"), "first value", "it is there");
    is_str(got("b.B_1-x"), "\xc3\xa9 second", "so is the other");
    is_int(put("a", "third value"), 0, "a new value");
    is_str(got("a"), "third value", "takes the place of the old");
    is_int(mode_of(STATE "secrets.json"), 0600, "the file is closed to others");
    is_int(mode_of(CONFIG "secrets.key"), 0600, "so is the key");
    ok(!holds(STATE "secrets.json", "value") && !holds(STATE "secrets.json", "second"),
       "no value stands in the file");
    ok(holds(STATE "secrets.log", "\"secret\":\"a\"") &&
           holds(STATE "secrets.log", "\"reader\":\"a test\""),
       "reads are logged");
    ok(!holds(STATE "secrets.log", "value"), "without values");
    is_int(mode_of(STATE "secrets.log"), 0600, "in a file of the same mode");
    is_int(mc_secrets_remove("b.B_1-x", &err), 0, "one is removed");
    is_str(got("b.B_1-x"), "[there is no secret b.B_1-x: run `mcpctl secret set b.B_1-x`]",
           "and gone");
    is_int(mc_secrets_remove("b.B_1-x", &err), -MC_E_NOT_FOUND, "twice is an error");
    is_str(got("a"), "third value", "the other one stays");
}

static void refused(void)
{
    static const char *const names[] = {"", "a b", "a/b", "../a", "\xc3\xa9", "a}"};
    enum mc_secrets_place place;
    char *large = mc_malloc(MC_VAULT_VALUE_MAX + 2);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        is_int(put(names[i], "x"), -MC_E_USAGE, "no name: '%s'", names[i]);
    memset(large, 'x', MC_VAULT_VALUE_MAX + 1);
    large[MC_VAULT_VALUE_MAX + 1] = '\0';
    is_int(put("large", large), -MC_E_TOO_BIG, "a value above the bound");
    large[MC_VAULT_VALUE_MAX] = '\0';
    is_int(put("large", large), 0, "one at the bound");
    char *back = NULL;
    is_int(mc_secrets_get("large", "a test", &back, &err), 0, "which comes back");
    ok(back && strcmp(back, large) == 0, "whole");
    mc_secrets_free(back);
    is_int(mc_secrets_set("nul", (struct mc_str){"a\0b", 3}, MC_SECRETS_FILE, &place, &err),
           -MC_E_USAGE, "a NUL byte");
    mc_free(large);
}

/* Changes the member "sealed" of one secret to that of another. */
static void swap(const char *to, const char *from)
{
    size_t n;
    char *text = slurp(scratch_path(STATE "secrets.json"), &n);
    cJSON *doc = mc_doc_parse((struct mc_str){text, n}, NULL);
    cJSON *all = cJSON_GetObjectItemCaseSensitive(doc, "secrets");
    cJSON *entry = cJSON_GetObjectItemCaseSensitive(all, to);
    char *sealed = mc_strdup(mc_doc_str(mc_doc_get(all, from), "sealed"));
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "sealed");
    mc_doc_add_str(entry, "sealed", sealed);
    char *changed = mc_doc_print(doc, true);
    scratch_write(scratch_path(STATE "secrets.json"), changed);
    mc_free(sealed);
    mc_free(changed);
    mc_doc_free(doc);
    free(text);
}

static void hostile(void)
{
    put("one", "the first");
    put("two", "the second");
    swap("one", "two");
    ok(strstr(got("one"), "the secret one is damaged in "),
       "a value that is put under another name does not open");
    is_str(got("two"), "the second", "while that one does");
    put("one", "again");
    is_str(got("one"), "again", "set anew, it is fine");

    chmod(scratch_path(STATE "secrets.json"), 0644);
    ok(strstr(got("one"), "secrets.json is open to other users (mode 0644): chmod 600 it"),
       "a file that others can read is refused");
    chmod(scratch_path(STATE "secrets.json"), 0600);
    chmod(scratch_path(CONFIG "secrets.key"), 0640);
    ok(strstr(got("one"), "secrets.key is open to other users (mode 0640)"), "so is a key");
    chmod(scratch_path(CONFIG "secrets.key"), 0600);

    rename(scratch_path(CONFIG "secrets.key"), scratch_path("kept.key"));
    ok(strstr(got("one"), "secrets.key, which opens the secrets, is missing"),
       "without the key nothing opens");
    is_int(put("three", "x"), -MC_E_DENIED, "and nothing is sealed with a second one");
    unsigned char key[MC_AEAD_KEY_LEN];
    is_int(mc_vaultkey_ensure(key, &err), 0, "another key");
    ok(strstr(got("one"), "was sealed with another key"), "is seen to be another one");
    rename(scratch_path("kept.key"), scratch_path(CONFIG "secrets.key"));
    is_str(got("one"), "again", "the right one opens");

    scratch_write(scratch_path(STATE "secrets.json"), "{\"version\": 2, \"secrets\": {}}");
    chmod(scratch_path(STATE "secrets.json"), 0600);
    ok(strstr(got("one"), "was written by a newer mcpctl"), "a newer file is left alone");
    scratch_write(scratch_path(STATE "secrets.json"), "{\"version\": 1");
    ok(strstr(got("one"), "is damaged: restore it"), "half a file is told");
    is_int(put("one", "x"), -MC_E_CONFIG, "and not written over");
    unlink(scratch_path(STATE "secrets.json"));
}

static int rekey(const char *passphrase)
{
    struct mc_vault *v = NULL;
    int ret = mc_vault_open(true, &v, &err);
    if (ret == 0)
        ret = mc_vault_rekey(v, passphrase, &err);
    if (ret == 0)
        ret = mc_vault_save(v, &err);
    mc_vault_close(v);
    return ret;
}

static int unlock(const char *passphrase)
{
    struct mc_vault *v = NULL;
    int ret = mc_vault_open(false, &v, &err);
    if (ret == 0)
        ret = mc_vault_unlock(v, passphrase, &err);
    mc_vault_close(v);
    return ret;
}

static void passphrases(void)
{
    put("p", "kept");
    is_int(unlock("x"), -MC_E_USAGE, "no passphrase yet");
    is_int(rekey("correct horse"), 0, "a passphrase");
    is_str(got("p"), "kept", "it is open at first");
    is_int(mode_of("mcpctl/secrets.unlocked"), 0600, "the open key is closed to others");
    is_int(mc_vaultkey_forget(&err), 0, "locked");
    is_str(got("p"), "[the secrets are locked: run `mcpctl secret unlock`]", "nothing opens");
    is_int(put("q", "x"), -MC_E_DENIED, "nothing can be added");
    is_int(unlock("battery staple"), -MC_E_DENIED, "another passphrase");
    is_str(err.msg, "this is not the passphrase", "is not it");
    is_int(unlock("correct horse"), 0, "the right one");
    is_str(got("p"), "kept", "opens");
    is_int(rekey("battery staple"), 0, "a new passphrase");
    is_int(unlock("correct horse"), -MC_E_DENIED, "the old one is over");
    is_str(got("p"), "kept", "and everything is still there");
    is_int(rekey(NULL), 0, "back to a key file");
    mc_vaultkey_forget(NULL);
    is_str(got("p"), "kept", "which opens it");
}

int main(void)
{
    setenv("MCPCTL_LIBEXECDIR", scratch(), 1); /* no keyring here */
    keeping();
    refused();
    hostile();
    passphrases();
    return done_testing();
}
