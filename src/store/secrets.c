#include "store/secrets.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/run.h"
#include "base/time.h"
#include "json/scan.h"
#include "store/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPER "mcpctl-keyring"
#define HELPER_NOT_FOUND 1 /* its exit statuses */
#define LOG_NAME "secrets.log"
#define LOG_LINE_MAX 4096

int mc_secrets_check_name(const char *name, struct mc_err *err)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    if (*name && strlen(name) <= MC_VAULT_NAME_MAX && name[strspn(name, good)] == '\0')
        return 0;
    return mc_err_set(err, MC_E_USAGE,
                      "'%s' is no name for a secret: letters, digits, '_', '-' and '.', at most %d",
                      name, MC_VAULT_NAME_MAX);
}

void mc_secrets_free(char *value)
{
    if (value)
        explicit_bzero(value, strlen(value));
    mc_free(value);
}

/* ---- the log of reads ---- */

static void rotate_log(const char *path)
{
    MC_CLEANUP(mc_freep) char *old = mc_asprintf("%s.1", path);
    struct stat st;

    if (stat(path, &st) == 0 && st.st_size >= MC_SECRETS_LOG_MAX)
        rename(path, old);
}

/* One line, one write: {"time", "secret", "reader", "pid"}. What cannot be written down is not read out. */
static int log_read(const char *name, const char *reader, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_closep) int fd = -1;
    MC_CLEANUP(mc_buf_done) struct mc_buf line = MC_BUF_INIT(LOG_LINE_MAX);
    char now[MC_ISO_LEN];
    int ret = mc_path_ensure(MC_DIR_STATE, err);

    if (ret == 0)
        ret = mc_path_in(MC_DIR_STATE, LOG_NAME, &path, err);
    if (ret < 0 || !path)
        return ret;
    mc_iso_now(now);
    mc_buf_addf(&line, "{\"time\":\"%s\",\"secret\":\"%s\",\"pid\":%d,\"reader\":", now, name,
                (int)getpid());
    mc_jstr_quote(mc_str_of(reader), &line);
    mc_buf_addz(&line, "}\n");
    rotate_log(path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || line.failed || mc_io_write_all(fd, line.data, line.len) < 0)
        return mc_err_sys(err, line.failed ? EMSGSIZE : errno,
                          "the secret %s is not read, as that cannot be logged in %s", name, path);
    return 0;
}

/* ---- the keyring ---- */

static int keyring(const char *verb, const char *name, struct mc_str input,
                   struct mc_run_result *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *helper = mc_path_join(mc_path_libexec(), HELPER);
    const char *const argv[] = {helper, verb, name, NULL};
    struct mc_run r = {.argv = argv,
                       .input = input,
                       .out_max = MC_VAULT_VALUE_MAX,
                       .timeout_ms = MC_SECRETS_KEYRING_MS};
    int failed = mc_run(&r, ret, err);

    if (failed == 0 && ret->status == HELPER_NOT_FOUND)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          "the secret %s is not in the keyring any more: set it anew", name);
    if (failed == 0 && ret->status)
        return mc_err_set(err, MC_E_UNREACHABLE, "the keyring: %s",
                          *ret->err ? ret->err : "no answer");
    return failed;
}

static bool keyring_answers(void)
{
    struct mc_run_result got;
    bool good = keyring("probe", NULL, MC_STR_NONE, &got, NULL) == 0;

    mc_run_done(&got);
    return good;
}

/* ---- the interface ---- */

static int get(const struct mc_vault *v, const char *name, char **ret, struct mc_err *err)
{
    struct mc_buf value = MC_BUF_INIT(MC_VAULT_VALUE_MAX + 64);
    struct mc_run_result got = {0};
    int failed;

    if (mc_vault_in_keyring(v, name)) {
        failed = keyring("get", name, MC_STR_NONE, &got, err);
        if (failed == 0)
            *ret = mc_strndup(got.out, got.out_len);
        mc_run_done(&got);
        return failed;
    }
    failed = mc_vault_get(v, name, &value, err);
    if (failed == 0)
        *ret = mc_strndup(value.data ? value.data : "", value.len);
    if (value.data)
        explicit_bzero(value.data, value.len);
    mc_buf_done(&value);
    return failed;
}

int mc_secrets_get(const char *name, const char *reader, char **ret, struct mc_err *err)
{
    struct mc_vault *v = NULL;
    char *value = NULL;
    int failed = mc_secrets_check_name(name, err);

    if (failed == 0)
        failed = mc_vault_open(false, &v, err);
    if (failed == 0)
        failed = get(v, name, &value, err);
    if (failed == 0)
        failed = log_read(name, reader, err);
    if (failed == 0)
        *ret = value;
    else
        mc_secrets_free(value);
    mc_vault_close(v);
    return failed;
}

static enum mc_secrets_place choose(const struct mc_vault *v, const char *name)
{
    if (mc_vault_has(v, name))
        return mc_vault_in_keyring(v, name) ? MC_SECRETS_KEYRING : MC_SECRETS_FILE;
    return keyring_answers() ? MC_SECRETS_KEYRING : MC_SECRETS_FILE;
}

static int put(struct mc_vault *v, const char *name, struct mc_str value,
               enum mc_secrets_place place, struct mc_err *err)
{
    struct mc_run_result got = {0};
    int failed;

    if (place == MC_SECRETS_FILE)
        return mc_vault_put(v, name, value, err);
    failed = keyring("set", name, value, &got, err);
    mc_run_done(&got);
    return failed ? failed : mc_vault_put_keyring(v, name, err);
}

int mc_secrets_set(const char *name, struct mc_str value, enum mc_secrets_place place,
                   enum mc_secrets_place *ret_place, struct mc_err *err)
{
    struct mc_vault *v = NULL;
    bool was_in_keyring;
    int failed = mc_secrets_check_name(name, err);

    if (failed == 0 && value.n && memchr(value.p, '\0', value.n))
        failed = mc_err_set(err, MC_E_USAGE, "a secret cannot hold a NUL byte");
    if (failed == 0 && value.n > MC_VAULT_VALUE_MAX)
        failed = mc_err_set(err, MC_E_TOO_BIG, "a secret has at most %d bytes, this one %zu",
                            MC_VAULT_VALUE_MAX, value.n);
    if (failed == 0)
        failed = mc_vault_open(true, &v, err);
    if (failed < 0)
        return failed;
    was_in_keyring = mc_vault_in_keyring(v, name);
    *ret_place = place == MC_SECRETS_ANYWHERE ? choose(v, name) : place;
    failed = put(v, name, value, *ret_place, err);
    if (failed < 0 && place == MC_SECRETS_ANYWHERE && !mc_vault_has(v, name)) {
        *ret_place = MC_SECRETS_FILE; /* a keyring that is locked, and stays so */
        failed = put(v, name, value, *ret_place, err);
    }
    if (failed == 0)
        failed = mc_vault_save(v, err);
    if (failed == 0 && was_in_keyring && *ret_place == MC_SECRETS_FILE) {
        struct mc_run_result got; /* the old value is not left behind */
        keyring("remove", name, MC_STR_NONE, &got, NULL);
        mc_run_done(&got);
    }
    mc_vault_close(v);
    return failed;
}

int mc_secrets_remove(const char *name, struct mc_err *err)
{
    struct mc_run_result got = {0};
    struct mc_vault *v = NULL;
    int failed = mc_vault_open(true, &v, err);

    if (failed == 0 && !mc_vault_has(v, name))
        failed = mc_err_set(err, MC_E_NOT_FOUND, "there is no secret %s", name);
    if (failed == 0 && mc_vault_in_keyring(v, name)) {
        failed = keyring("remove", name, MC_STR_NONE, &got, err);
        if (failed == -MC_E_NOT_FOUND)
            failed = 0; /* it was removed there */
        mc_run_done(&got);
    }
    if (failed == 0) {
        mc_vault_remove(v, name);
        failed = mc_vault_save(v, err);
    }
    mc_vault_close(v);
    return failed;
}
