/* TAP for C tests: ok, is_int, is_str, skip, done_testing. Lines are flushed at once, so that a test may fork. */
#ifndef MC_TESTS_TAP_H
#define MC_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count_, tap_failed_;

__attribute__((format(printf, 4, 5), unused)) static bool tap_ok_(bool pass, const char *file, int line, const char *fmt, ...)
{
    if (tap_count_ == 0)
        setvbuf(stdout, NULL, _IOLBF, 0);
    char what[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    for (char *p = what; *p; p++) /* a line break would begin another point, a '#' a directive */
        if (*p == '\n' || *p == '\r' || *p == '#')
            *p = ' ';
    printf("%sok %d - %s\n", pass ? "" : "not ", ++tap_count_, what);
    if (!pass) {
        tap_failed_++;
        printf("# failed at %s:%d\n", file, line);
    }
    return pass;
}

/* ok(condition, "what is shown %d", …) */
#define ok(cond, ...) tap_ok_((cond), __FILE__, __LINE__, __VA_ARGS__)

#define is_int(got, want, ...)                                                                     \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (!tap_ok_(got_ == want_, __FILE__, __LINE__, __VA_ARGS__))                              \
            printf("# got %lld, wanted %lld\n", got_, want_);                                      \
    } while (0)

/* Not inlined: where a test names its text in the message, gcc 14 would follow the NULL that this allows into that. */
__attribute__((noinline, unused)) static bool tap_same_(const char *got, const char *want)
{
    return got && want ? strcmp(got, want) == 0 : got == want;
}

#define is_str(got, want, ...)                                                                     \
    do {                                                                                           \
        const char *got_ = (got), *want_ = (want);                                                 \
        if (!tap_ok_(tap_same_(got_, want_), __FILE__, __LINE__, __VA_ARGS__))                     \
            printf("# got    \"%s\"\n# wanted \"%s\"\n", got_ ? got_ : "(null)",                   \
                   want_ ? want_ : "(null)");                                                      \
    } while (0)

#define skip(why)                                                                                  \
    do {                                                                                           \
        printf("ok %d # SKIP %s\n", ++tap_count_, (why));                                          \
    } while (0)

/* return done_testing();  at the end of main */
__attribute__((unused)) static int done_testing(void)
{
    printf("1..%d\n", tap_count_);
    return tap_failed_ ? 1 : 0;
}

#endif
