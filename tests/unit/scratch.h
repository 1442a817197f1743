/* A temporary directory for one test program, removed when it ends; and files in it. */
#ifndef MC_TESTS_SCRATCH_H
#define MC_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_dir_[256];
static pid_t scratch_owner_;

static int scratch_remove_(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (type == FTW_DNR && chmod(path, 0700) < 0)
        return 0;
    (void)!remove(path);
    return 0;
}

static void scratch_clean_(void)
{
    if (getpid() == scratch_owner_)
        nftw(scratch_dir_, scratch_remove_, 16, FTW_DEPTH | FTW_PHYS);
}

/* The directory; HOME and the XDG variables point into it from the first call on. */
__attribute__((unused)) static const char *scratch(void)
{
    if (scratch_dir_[0])
        return scratch_dir_;
    const char *tmp = getenv("TMPDIR");
    snprintf(scratch_dir_, sizeof(scratch_dir_), "%s/mcpctl-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(scratch_dir_)) {
        perror("mkdtemp");
        exit(99);
    }
    scratch_owner_ = getpid();
    atexit(scratch_clean_);
    setenv("HOME", scratch_dir_, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    setenv("XDG_RUNTIME_DIR", scratch_dir_, 1);
    return scratch_dir_;
}

/* "<scratch>/<name>" in one of 32 buffers that take turns. */
__attribute__((unused)) static const char *scratch_path(const char *name)
{
    static char paths[32][512];
    static unsigned turn;
    char *path = paths[turn++ % 32];
    snprintf(path, sizeof(paths[0]), "%s/%s", scratch(), name);
    return path;
}

__attribute__((unused)) static void scratch_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(path);
        exit(99);
    }
}

/* A whole file, NUL-terminated, or NULL; the caller frees. */
__attribute__((unused)) static char *slurp(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    if (!f || fstat(fileno(f), &st) < 0) {
        if (f)
            fclose(f);
        return NULL;
    }
    char *text = calloc(1, (size_t)st.st_size + 1);
    size_t n = text ? fread(text, 1, (size_t)st.st_size, f) : 0;
    fclose(f);
    if (ret_len)
        *ret_len = n;
    return text;
}

/* The number of entries in a directory whose names contain `part`. */
__attribute__((unused)) static int count_files(const char *dir, const char *part)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
             strstr(e->d_name, part) != NULL;
    if (d)
        closedir(d);
    return n;
}

#endif
