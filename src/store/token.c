#include "store/token.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/rand.h"
#include "base/str.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "token"
#define LOCK_NAME "token.lock"
#define TOKEN_BYTES 32
/* A user may put in a token of their own choice: at least this long, printable, without blanks. */
#define TOKEN_LEN_MIN 32
#define FILE_MAX 1024

static int check_file(const char *path, struct mc_err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno == ENOENT ? -MC_E_NOT_FOUND
                               : mc_err_sys(err, errno, "cannot look at %s", path);
    if (st.st_uid != geteuid())
        return mc_err_set(
            err, MC_E_DENIED,
            "%s belongs to another user: remove it, a new token is made on the next use", path);
    if (st.st_mode & 077)
        return mc_err_set(
            err, MC_E_DENIED,
            "%s is open to other users (mode %04o), so the token may be known: remove "
            "it, a new one is made on the next use",
            path, (unsigned)(st.st_mode & 07777));
    return 0;
}

static int read_token(const char *path, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n;

    int failed = check_file(path, err);
    if (failed == 0)
        failed = mc_io_read(path, FILE_MAX, &text, &n, err);
    if (failed < 0)
        return failed;
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = '\0';
    bool fine = n >= TOKEN_LEN_MIN;
    for (size_t i = 0; i < n; i++)
        fine &= text[i] > ' ' && text[i] < 0x7f;
    if (!fine)
        return mc_err_set(err, MC_E_CONFIG,
                          "%s holds no token (at least %d printable characters): remove it, a new "
                          "one is made on the next use",
                          path, TOKEN_LEN_MIN);
    *ret = MC_TAKE(text);
    return 0;
}

static int make_token(const char *path, char **ret, struct mc_err *err)
{
    char text[2 * TOKEN_BYTES + 2];

    mc_random_hex(text, TOKEN_BYTES);
    memcpy(text + 2 * TOKEN_BYTES, "\n", 2);
    /* Removed first: a file's mode survives being replaced, and this one's may have been wrong. */
    if (unlink(path) < 0 && errno != ENOENT)
        return mc_err_sys(err, errno, "cannot remove %s", path);
    int failed = mc_io_replace(path, text, sizeof(text) - 1, 0600, err);
    if (failed == 0)
        *ret = mc_strndup(text, 2 * TOKEN_BYTES);
    return failed;
}

/* Under the lock, so that two programs that start at the same time agree on one token. */
static int get_locked(const char *path, bool rotate, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *lock_path = NULL;
    MC_CLEANUP(mc_closep) int lock = -1;

    int failed = mc_path_in(MC_DIR_STATE, LOCK_NAME, &lock_path, err);
    if (failed == 0)
        failed = mc_io_lock(lock_path, true, &lock, err);
    if (failed < 0)
        return failed;
    if (!rotate) {
        failed = read_token(path, ret, err);
        if (failed != -MC_E_NOT_FOUND)
            return failed;
    }
    return make_token(path, ret, err);
}

static int get(bool rotate, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;

    int failed = mc_path_ensure(MC_DIR_STATE, err);
    if (failed == 0)
        failed = mc_path_in(MC_DIR_STATE, FILE_NAME, &path, err);
    if (failed)
        return failed;
    if (!rotate) {
        failed = read_token(path, ret, err);
        if (failed != -MC_E_NOT_FOUND)
            return failed;
    }
    return get_locked(path, rotate, ret, err);
}

int mc_token_get(char **ret, struct mc_err *err)
{
    return get(false, ret, err);
}

int mc_token_rotate(char **ret, struct mc_err *err)
{
    return get(true, ret, err);
}
