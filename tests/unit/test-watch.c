/* What is told of files that change, come, go and are replaced. */
#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/watch.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <sys/resource.h>

#define DEADLINE_MS 20000

static struct mc_loop *loop;
static struct mc_watch *watch;
static struct mc_timer deadline;
static unsigned told;
static const char *wanted; /* suffix of the files that matter in a tree */

static void on_changed(void *arg)
{
    (void)arg;
    told++;
    mc_loop_stop(loop);
}

static bool wants(void *arg, const char *path)
{
    (void)arg;
    return mc_str_ends(mc_str_of(path), mc_str_of(wanted));
}

static void on_deadline(struct mc_timer *t)
{
    (void)t;
    mc_loop_stop(loop);
}

/* Runs until something is told: how often it was since the last time, 0 when the time is over. */
static unsigned wait_told(void)
{
    unsigned before = told;
    uv_timer_t *hold = MC_NEW(uv_timer_t); /* a watch does not keep the loop alive */
    uv_timer_init(mc_loop_uv(loop), hold);
    uv_timer_start(hold, (uv_timer_cb)(void *)on_deadline, DEADLINE_MS * 2, 0);
    mc_timer_start(loop, &deadline, DEADLINE_MS, on_deadline);
    mc_loop_run(loop);
    mc_timer_stop(loop, &deadline);
    uv_close((uv_handle_t *)hold, (uv_close_cb)(void *)mc_free);
    return told - before;
}

static void begin(void)
{
    static const struct mc_watch_ops ops = {.changed = on_changed, .wants = wants};
    loop = mc_loop_new();
    watch = mc_watch_new(loop, &ops, NULL);
    told = 0;
}

static void end(void)
{
    mc_watch_free(watch);
    mc_loop_free(loop);
}

static void watch_file(const char *path)
{
    char *const paths[] = {(char *)path};
    mc_watch_files(watch, paths, 1);
    is_int(wait_told(), 1, "%s: told once it is watched, as it may have changed before",
           mc_path_base(path));
}

static void move(const char *from, const char *to)
{
    if (rename(from, to) < 0)
        perror(to);
}

static void files(void)
{
    const char *dir = scratch_path("config"), *file = scratch_path("config/a.json"),
               *other = scratch_path("config/b.json"), *temp = scratch_path("config/a.json.tmp");
    mkdir(dir, 0700);
    begin();
    watch_file(file);
    scratch_write(file, "1");
    ok(wait_told() > 0, "a file that comes");
    scratch_write(other, "1");
    scratch_write(temp, "2");
    move(temp, file);
    is_int(wait_told(), 1, "an atomic rename; others in the directory are nobody's business");
    scratch_write(file, "3");
    is_int(wait_told(), 1, "written in place");
    unlink(file);
    is_int(wait_told(), 1, "removed");
    for (int i = 0; i < 1000; i++)
        scratch_write(file, "4");
    is_int(wait_told(), 1, "a thousand times in a row are told once");
    move(dir, scratch_path("away"));
    ok(wait_told() > 0, "its directory goes");
    mkdir(dir, 0700);
    scratch_write(file, "5");
    ok(wait_told() > 0, "another takes its place");
    end();
}

static void far_away(void)
{
    const char *file = scratch_path("deep/er/still/a.json");
    begin();
    watch_file(file);
    mkdir(scratch_path("deep"), 0700);
    ok(wait_told() > 0, "the first directory on the way comes");
    mkdir(scratch_path("deep/er"), 0700);
    mkdir(scratch_path("deep/er/still"), 0700);
    scratch_write(file, "1");
    ok(wait_told() > 0, "and all the others at once, with the file");
    while (!mc_watch_polling(watch) &&
           told < 5) { /* told again when the last directory is watched */
        scratch_write(file, "2");
        if (!wait_told())
            break;
    }
    is_int(told, 5, "which is watched from then on");
    end();
}

static void links(void)
{
    const char *link = scratch_path("dot.json"), *one = scratch_path("dotfiles/one.json"),
               *two = scratch_path("dotfiles/two.json"), *temp = scratch_path("dot.tmp");
    mkdir(scratch_path("dotfiles"), 0700);
    scratch_write(one, "1");
    scratch_write(two, "2");
    (void)!symlink("dotfiles/one.json", link);
    begin();
    watch_file(link);
    scratch_write(one, "3");
    is_int(wait_told(), 1, "what a link points to is written");
    (void)!symlink("dotfiles/two.json", temp);
    move(temp, link);
    ok(wait_told() > 0, "the link is turned to another file");
    while (told < 6) {
        scratch_write(two, "4");
        if (!wait_told())
            break;
    }
    is_int(told, 6, "which is watched from then on");
    end();
}

static void tree(void)
{
    begin();
    wanted = ".c";
    mkdir(scratch_path("src"), 0700);
    mkdir(scratch_path("src/node_modules"), 0700);
    mc_watch_tree(watch, scratch_path("src"));
    is_int(wait_told(), 1, "a tree");
    scratch_write(scratch_path("src/node_modules/x.c"), "1");
    scratch_write(scratch_path("src/x.txt"), "1");
    scratch_write(scratch_path("src/x.c"), "1");
    is_int(wait_told(), 1, "a source in it; nothing else");
    mkdir(scratch_path("src/sub"), 0700);
    ok(wait_told() > 0, "a new directory");
    unsigned before = told;
    while (told < before + 3) {
        scratch_write(scratch_path("src/sub/y.c"), "1");
        if (!wait_told())
            break;
    }
    ok(told >= before + 3, "is watched, too");
    ok(!mc_watch_polling(watch), "by the kernel");
    end();
}

static void without_inotify(void)
{
    struct rlimit old, none;
    const char *file = scratch_path("polled.json");
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = 3;
    loop = mc_loop_new();
    setrlimit(RLIMIT_NOFILE, &none);
    static const struct mc_watch_ops ops = {.changed = on_changed};
    watch = mc_watch_new(loop, &ops, NULL);
    setrlimit(RLIMIT_NOFILE, &old);
    watch_file(file);
    ok(mc_watch_polling(watch) && strstr(mc_watch_polling(watch), "no inotify instance left"),
       "without inotify it says so");
    scratch_write(file, "1");
    ok(wait_told() > 0, "and looks");
    scratch_write(file, "12");
    ok(wait_told() > 0, "again and again");
    end();
}

static void leaving(void)
{
    begin();
    char *const paths[] = {(char *)scratch_path("never")};
    mc_watch_files(watch, paths, 1);
    end();
    ok(told == 0, "one that is freed while it makes its watches is silent");
}

int main(void)
{
    files();
    far_away();
    links();
    tree();
    without_inotify();
    leaving();
    return done_testing();
}
