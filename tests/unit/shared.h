/* Files beside the project that a developer may have: real configurations and the examples of the MCP specification. */
#ifndef MC_TESTS_SHARED_H
#define MC_TESTS_SHARED_H

#include "tests/unit/scratch.h"

static void (*shared_each_)(const char *path, const char *text, size_t n);
static int shared_count_;

static int shared_visit_(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)ftw;
    size_t len = strlen(path), n;
    bool json = len > 5 && (strcmp(path + len - 5, ".json") == 0 || strcmp(path + len - 6, ".jsonc") == 0);
    char *text = type == FTW_F && json ? slurp(path, &n) : NULL;
    if (text) {
        shared_count_++;
        shared_each_(path, text, n);
    }
    free(text);
    return 0;
}

/* Calls `each` for every JSON file under $top_srcdir/../shared/<sub>; the number of them, 0 when there are none. */
__attribute__((unused)) static int each_shared(const char *sub,
                                               void (*each)(const char *path, const char *text, size_t n))
{
    char dir[4096];
    const char *top = getenv("top_srcdir");
    snprintf(dir, sizeof(dir), "%s/../shared/%s", top ? top : ".", sub);
    shared_each_ = each;
    shared_count_ = 0;
    nftw(dir, shared_visit_, 16, FTW_PHYS);
    return shared_count_;
}

#endif
