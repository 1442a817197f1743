#include "store/catalogs.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/rand.h"
#include "json/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIR_NAME "catalogs"
#define SUFFIX ".json"
#define DIGEST_LEN (MC_SHA256_HEX - 1)
/* What is not a catalog is removed when it is this old: the leftovers of a write that was cut off. */
#define STRAY_AGE_S 3600

static bool is_digest(struct mc_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789abcdef", s.p[i]) || !s.p[i])
            return false;
    return s.n == DIGEST_LEN;
}

static int file_path(const char *digest, char **ret, struct mc_err *err)
{
    if (!is_digest(mc_str_of(digest)))
        return mc_err_set(err, MC_E_USAGE, "\"%s\" is not a digest", digest);
    MC_CLEANUP(mc_freep) char *name = mc_asprintf(DIR_NAME "/%s" SUFFIX, digest);
    return mc_path_in(MC_DIR_STATE, name, ret, err);
}

int mc_catalogs_get(const char *digest, char **ret, size_t *ret_len, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n = 0;

    int failed = file_path(digest, &path, err);
    if (failed == 0)
        failed = mc_io_read(path, MC_CATALOG_FILE_MAX, &text, &n, err);
    if (failed == -MC_E_TOO_BIG || (failed == 0 && mc_json_check(text, n, NULL, NULL) < 0)) {
        (void)unlink(path);
        return mc_err_set(err, MC_E_NOT_FOUND, "the cached catalog %s was damaged", path);
    }
    if (failed < 0)
        return failed;
    /* The time of last use decides what is removed first. */
    (void)utimensat(AT_FDCWD, path, NULL, 0);
    *ret = MC_TAKE(text);
    *ret_len = n;
    return 0;
}

/* ---- bounds ---- */

struct entry {
    struct timespec used;
    char name[DIGEST_LEN + sizeof(SUFFIX)];
};

static int by_use(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

static bool is_catalog(const char *name)
{
    size_t n = strlen(name);

    return n == DIGEST_LEN + sizeof(SUFFIX) - 1 && strcmp(name + DIGEST_LEN, SUFFIX) == 0 &&
           is_digest((struct mc_str){name, DIGEST_LEN});
}

/* All catalogs of the directory; strays are removed on the way. Caller frees *ret. */
static size_t list(DIR *dir, struct entry **ret)
{
    struct entry *entries = NULL;
    size_t n = 0, cap = 0;
    time_t now = time(NULL);

    for (struct dirent *e; (e = readdir(dir));) {
        struct stat st;
        if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
            continue;
        if (!is_catalog(e->d_name)) {
            if (now - st.st_mtim.tv_sec > STRAY_AGE_S)
                (void)unlinkat(dirfd(dir), e->d_name, 0);
            continue;
        }
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            entries = mc_realloc(entries, cap * sizeof(*entries));
        }
        entries[n].used = st.st_mtim;
        memcpy(entries[n++].name, e->d_name, sizeof(entries->name));
    }
    *ret = entries;
    return n;
}

static void trim(const char *path)
{
    DIR *dir = opendir(path);
    struct entry *entries;

    if (!dir)
        return;
    size_t n = list(dir, &entries);
    if (n > MC_CATALOG_FILES_MAX) {
        qsort(entries, n, sizeof(*entries), by_use);
        for (size_t i = 0; i < n - MC_CATALOG_FILES_MAX; i++)
            (void)unlinkat(dirfd(dir), entries[i].name, 0);
    }
    mc_free(entries);
    closedir(dir);
}

int mc_catalogs_put(const char *digest, struct mc_str text, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *dir = NULL;

    int failed = file_path(digest, &path, err);
    if (failed < 0)
        return failed;
    if (text.n > MC_CATALOG_FILE_MAX)
        return mc_err_set(err, MC_E_TOO_BIG, "a catalog of %zu bytes is not kept (at most %u)",
                          text.n, MC_CATALOG_FILE_MAX);
    dir = mc_path_dir(path);
    failed = mc_path_ensure(MC_DIR_STATE, err);
    if (failed == 0)
        failed = mc_io_mkdirs(dir, 0700, err);
    if (failed == 0)
        failed = mc_io_replace(path, text.p, text.n, 0600, err);
    if (failed == 0)
        trim(dir);
    return failed;
}
