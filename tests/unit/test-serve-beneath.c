/* Paths below a root: the kernel's way and the walk must agree, and neither may lead out. */
#include "serve/beneath.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <errno.h>

static struct mc_beneath *root;

static void put(const char *name, const char *text)
{
    FILE *f = fopen(scratch_path(name), "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(name);
        exit(99);
    }
}

static void make_dir(const char *name)
{
    if (mkdir(scratch_path(name), 0700) < 0)
        exit(99);
}

static void make_link(const char *target, const char *name)
{
    if (symlink(target, scratch_path(name)) < 0)
        exit(99);
}

static void build(void)
{
    make_dir("root");
    make_dir("root/a");
    make_dir("root/a/b");
    make_dir("outside");
    put("root/a/b/file", "inside");
    put("outside/file", "outside");
    make_link("../outside", "root/up");
    make_link("../../../outside/file", "root/a/b/upfile");
    make_link(scratch_path("outside"), "root/abs-out");
    make_link(scratch_path("root/a"), "root/abs-in");
    make_link("b/../b/file", "root/a/rel-in");
    make_link("/", "root/slash");
    make_link("self", "root/self");
    make_link("a", "root/chain");
    make_link("chain/b", "root/chain2");
    make_link("nowhere", "root/dangling");
    mkfifo(scratch_path("root/fifo"), 0600);
}

/* The first byte of the file, or a letter for the error: D denied, N not found, S system, F not a regular file. */
static char first_byte(const char *path)
{
    static const char letters[MC_E_MAX] = {
        [MC_E_DENIED] = 'D', [MC_E_NOT_FOUND] = 'N', [MC_E_SYSTEM] = 'S', [MC_E_FAILED] = 'F'};
    struct stat st;
    struct mc_err err = {0};
    MC_CLEANUP(mc_closep) int fd = -1;
    char byte = '?';
    if (mc_beneath_open_file(root, path, &fd, &st, &err) < 0)
        return letters[err.code];
    return read(fd, &byte, 1) == 1 ? byte : '?';
}

static void test_paths(const char *how)
{
    static const struct {
        const char *path;
        char wanted;
    } rows[] = {
        {"a/b/file", 'i'},
        {"./a//b/file", 'i'},
        {"a/../a/b/./file", 'i'},
        {"a/b/../../a/b/file", 'i'},
        {"chain/b/file", 'i'},
        {"chain2/file", 'i'},
        {"chain2/../b/file", 'i'},
        {"abs-in/b/file", 'i'},
        {"a/rel-in", 'i'},
        {"../outside/file", 'D'},
        {"..", 'D'},
        {"a/../../outside/file", 'D'},
        {"a/b/../../../outside/file", 'D'},
        {"up/file", 'D'},
        {"a/b/upfile", 'D'},
        {"abs-out/file", 'D'},
        {"slash", 'D'},
        {"slash/etc/passwd", 'D'},
        {"/etc/passwd", 'D'},
        {"/", 'D'},
        {"self", 'S'},
        {"self/x", 'S'},
        {"a/b/file/x", 'S'},
        {"dangling", 'N'},
        {"nothing", 'N'},
        {"a", 'F'},
        {".", 'F'},
        {"fifo", 'F'},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        char got = first_byte(rows[i].path);
        if (!ok(got == rows[i].wanted, "%s: %s", how, rows[i].path))
            printf("# got %c, wanted %c\n", got, rows[i].wanted);
    }
    ok(first_byte(scratch_path("root/a/b/file")) == 'i', "%s: an absolute path below", how);
    ok(first_byte(scratch_path("root/../outside/file")) == 'D', "%s: an absolute path that climbs",
       how);
    ok(first_byte(scratch_path("rootless")) == 'D', "%s: the root as a mere prefix", how);
}

static void test_links(const char *how)
{
    struct stat st;
    struct mc_err err;
    MC_CLEANUP(mc_closep) int fd = -1;
    MC_CLEANUP(mc_closep) int dir = -1;
    ok(mc_beneath_open(root, "up", O_PATH | O_NOFOLLOW, &fd, &err) == 0 && fstat(fd, &st) == 0 &&
           S_ISLNK(st.st_mode),
       "%s: O_NOFOLLOW gives the link itself", how);
    ok(mc_beneath_open(root, "chain", O_RDONLY | O_DIRECTORY, &dir, &err) == 0, "%s: a directory",
       how);
}

/* More levels than a walk holds open. */
static void test_deep(const char *how, bool walked)
{
    char path[2 * (MC_BENEATH_DEPTH_MAX + 20) + 8] = "";
    size_t n = 0;
    for (int i = 0; i < MC_BENEATH_DEPTH_MAX + 10; i++) {
        n += (size_t)snprintf(path + n, sizeof path - n, "%sd", i ? "/" : "");
        char full[sizeof path + 300];
        snprintf(full, sizeof full, "%s/%s", scratch_path("root"), path);
        (void)!mkdir(full, 0700);
    }
    struct mc_err err = {0};
    MC_CLEANUP(mc_closep) int fd = -1;
    int r = mc_beneath_open(root, path, O_PATH, &fd, &err);
    if (walked)
        ok(r < 0 && err.sys_errno == ENAMETOOLONG, "%s: a tree that is too deep", how);
    else if (getenv("MC_VALGRIND"))
        skip("valgrind has no openat2()");
    else
        ok(r == 0, "%s: deep trees", how);
}

int main(void)
{
    struct mc_err err;
    scratch();
    build();
    if (mc_beneath_new(scratch_path("root"), &root, &err) < 0) {
        printf("Bail out! %s\n", err.msg);
        return 99;
    }
    static const char *const names[] = {"kernel", "walk"};
    for (int walk = 0; walk < 2; walk++) {
        mc_beneath_walk_only(root, walk);
        test_paths(names[walk]);
        test_links(names[walk]);
        test_deep(names[walk], walk);
    }
    mc_beneath_free(root);
    ok(mc_beneath_new(scratch_path("root/fifo"), &root, &err) < 0, "a root must be a directory");
    ok(mc_beneath_new(scratch_path("nowhere"), &root, &err) < 0, "a root must exist");
    return done_testing();
}
