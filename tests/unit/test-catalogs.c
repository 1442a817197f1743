/* The catalog cache: what is put is got, within its bounds; rubbish is nobody's catalog. */
#include "base/alloc.h"
#include "base/err.h"
#include "store/catalogs.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <time.h>

#define DIR_PATH ".local/state/mcpctl/catalogs"

static const char *digest(int i)
{
    static char out[4][65];
    static unsigned turn;
    char *d = out[turn++ % 4];

    snprintf(d, sizeof(out[0]), "%064x", i);
    return d;
}

static const char *file_of(int i)
{
    char name[128];

    snprintf(name, sizeof(name), DIR_PATH "/%s.json", digest(i));
    return scratch_path(name);
}

static void age(const char *path, long seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec times[2] = {{now.tv_sec - seconds, 0}, {now.tv_sec - seconds, 0}};
    if (utimensat(AT_FDCWD, path, times, 0) < 0)
        perror(path);
}

static bool has(int i)
{
    char *text;
    size_t n;

    if (mc_catalogs_get(digest(i), &text, &n, NULL) < 0)
        return false;
    mc_free(text);
    return true;
}

static void test_put(void)
{
    char *text = NULL;
    size_t n = 0;
    struct stat st;

    is_int(mc_catalogs_get(digest(1), &text, &n, NULL), -MC_E_NOT_FOUND, "nothing at first");
    is_int(mc_catalogs_put(digest(1), MC_STR("{\"tools\": [1.0]}"), NULL), 0, "put");
    is_int(mc_catalogs_get(digest(1), &text, &n, NULL), 0, "get");
    is_str(text, "{\"tools\": [1.0]}", "the same bytes");
    is_int(n, 16, "and their number");
    mc_free(text);
    is_int(mc_catalogs_put(digest(1), MC_STR("{}"), NULL), 0, "put again");
    mc_catalogs_get(digest(1), &text, &n, NULL);
    is_str(text, "{}", "replaces");
    mc_free(text);
    ok(stat(file_of(1), &st) == 0 && (st.st_mode & 07777) == 0600, "0600");
    ok(stat(scratch_path(DIR_PATH), &st) == 0 && (st.st_mode & 07777) == 0700, "in a directory 0700");
}

static void test_rubbish(void)
{
    static const char *const names[] = {"", "../../../token", "ABCDEF", "0123"};
    char *text;
    size_t n;

    for (size_t i = 0; i < MC_ARRAY_LEN(names); i++) {
        is_int(mc_catalogs_put(names[i], MC_STR("{}"), NULL), -MC_E_USAGE, "\"%s\" is no digest", names[i]);
        is_int(mc_catalogs_get(names[i], &text, &n, NULL), -MC_E_USAGE, "to get either");
    }
    scratch_write(file_of(2), "{\"tools\": [");
    is_int(mc_catalogs_get(digest(2), &text, &n, NULL), -MC_E_NOT_FOUND, "a damaged file is none");
    ok(access(file_of(2), F_OK) < 0, "and is removed");

    if (truncate(file_of(1), (off_t)MC_CATALOG_FILE_MAX + 1) < 0)
        perror("truncate");
    is_int(mc_catalogs_get(digest(1), &text, &n, NULL), -MC_E_NOT_FOUND, "nor is one over the bound");
    ok(access(file_of(1), F_OK) < 0, "which is removed too");

    struct mc_str big = {"", (size_t)MC_CATALOG_FILE_MAX + 1};
    is_int(mc_catalogs_put(digest(3), big, NULL), -MC_E_TOO_BIG, "and none is written");

    char *stray = mc_strdup(scratch_path(DIR_PATH "/half-written.tmp"));
    scratch_write(stray, "x");
    mc_catalogs_put(digest(1), MC_STR("{}"), NULL);
    ok(access(stray, F_OK) == 0, "somebody else's write of just now is left alone");
    age(stray, 7200);
    mc_catalogs_put(digest(1), MC_STR("{}"), NULL);
    ok(access(stray, F_OK) < 0, "what a dead process left is removed");
    mc_free(stray);
}

static void test_bound(void)
{
    for (int i = 0; i < MC_CATALOG_FILES_MAX; i++) {
        scratch_write(file_of(1000 + i), "{}");
        age(file_of(1000 + i), 100000 - i);
    }
    unlink(file_of(1));
    is_int(count_files(scratch_path(DIR_PATH), ".json"), MC_CATALOG_FILES_MAX, "as many as there may be");
    ok(has(1000), "the oldest is used");
    mc_catalogs_put(digest(1), MC_STR("{}"), NULL);
    is_int(count_files(scratch_path(DIR_PATH), ".json"), MC_CATALOG_FILES_MAX, "one more, and one goes");
    ok(has(1) && has(1000), "neither the new one nor the one just used");
    ok(!has(1001), "but the one that was unused for longest");
}

int main(void)
{
    scratch();
    test_put();
    test_rubbish();
    test_bound();
    return done_testing();
}
