#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* AddressSanitizer: let an absurd size fail as it does without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* Runs f in a child; the signal that ended it, 0 for none. */
static int dies(void (*f)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        f();
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static volatile size_t huge = PTRDIFF_MAX;

static void ask_too_much(void)
{
    mc_free(mc_malloc(huge));
}

static void ask_overflow(void)
{
    mc_free(mc_calloc(huge, 16));
}

static void fail_assert(void)
{
    MC_ASSERT(huge == 0);
}

static char *take(void)
{
    MC_CLEANUP(mc_freep) char *s = mc_strdup("kept");
    return MC_TAKE(s);
}

int main(void)
{
    char *z = mc_malloc(0), *c = mc_calloc(0, 8);
    ok(z && c, "nothing is still something to free");
    z = mc_realloc(z, 0);
    ok(z != NULL, "also after a realloc to nothing");
    mc_free(z);
    mc_free(c);
    mc_free(NULL);

    ok(mc_strdup(NULL) == NULL, "strdup of NULL is NULL");
    char *s = mc_strndup("abcdef", 3);
    is_str(s, "abc", "strndup cuts");
    mc_free(s);
    s = mc_asprintf("%s-%d", "x", 7);
    is_str(s, "x-7", "asprintf");
    mc_free(s);
    s = mc_memdup("a\0b", 4);
    ok(memcmp(s, "a\0b", 4) == 0, "memdup keeps NULs");
    mc_free(s);
    s = mc_memdup(NULL, 0);
    ok(s != NULL, "memdup of nothing");
    mc_free(s);

    ok(mc_try_malloc(huge) == NULL, "a try that fails returns NULL");
    s = mc_try_malloc(8);
    ok(s && mc_try_realloc(s, huge) == NULL, "a failed try_realloc leaves the old block");
    mc_free(s);
    is_int(dies(ask_too_much), SIGABRT, "mc_malloc aborts when memory is out");
    is_int(dies(ask_overflow), SIGABRT, "mc_calloc sees the overflow");
    is_int(dies(fail_assert), SIGABRT, "a failed assertion aborts");

    s = take();
    is_str(s, "kept", "MC_TAKE hands over");
    mc_free(s);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), copy = fd;
    errno = EDOM;
    mc_closep(&fd);
    ok(errno == EDOM && fcntl(copy, F_GETFD) < 0, "mc_closep closes and keeps errno");
    fd = -1;
    errno = EDOM;
    mc_closep(&fd);
    is_int(errno, EDOM, "and leaves -1 alone");
    return done_testing();
}
