/* Runs a fuzz target over its corpus, without libFuzzer: every file, and every truncation of the small ones.
 * The corpus is the directory given, else corpus/NAME beside the sources for a program called fuzz-NAME. */
#include "tests/tap.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

/* Up to this size a file is also tried cut at every byte. */
#define CUT_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The bytes lie in a block of their exact size, so that a sanitizer sees a read behind them. */
static void run(const uint8_t *data, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static bool replay(const char *path)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    if (!f || fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode)) {
        if (f)
            fclose(f);
        return false;
    }
    uint8_t *data = malloc((size_t)st.st_size + 1);
    size_t n = fread(data, 1, (size_t)st.st_size, f);
    fclose(f);
    for (size_t cut = n <= CUT_MAX ? 0 : n; cut < n; cut++)
        run(data, cut);
    run(data, n);
    free(data);
    return n == (size_t)st.st_size;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    char dir[4096], path[4600];
    const char *top = getenv("top_srcdir");
    const char *name = strstr(argv[0], "fuzz-");
    for (const char *more; name && (more = strstr(name + 1, "fuzz-"));)
        name = more;
    snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top ? top : ".", name ? name + strlen("fuzz-") : "");

    struct dirent **files = NULL;
    const char *corpus = argc > 1 ? argv[1] : dir;
    int n = scandir(corpus, &files, visible, alphasort);
    ok(n > 0, "there are files in %s", corpus);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s", corpus, files[i]->d_name);
        ok(replay(path), "%s", files[i]->d_name);
        free(files[i]);
    }
    free(files);
    return done_testing();
}
