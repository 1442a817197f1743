/* What the benchmark's programs share: a clock, a histogram, numbers on the command line, loopback connections, HTTP answers.
 * They depend on nothing of mcpctl's, so that they measure it from outside. A fault ends the program with a message. */
#ifndef MC_TESTS_BENCH_H
#define MC_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

__attribute__((noreturn, format(printf, 1, 2))) void bench_die(const char *fmt, ...);
uint64_t bench_now(void); /* nanoseconds, monotonic */
unsigned long bench_number(const char *what, const char *text);
void bench_raise_nofile(void);

/* Latencies in steps of 100 ns up to 1 s; what is above counts as 1 s. */
struct bench_hist;
struct bench_hist *bench_hist_new(void);
void bench_hist_add(struct bench_hist *h, uint64_t ns);
uint64_t bench_hist_count(const struct bench_hist *h);
double bench_hist_us(const struct bench_hist *h, double quantile);
double bench_hist_max_us(const struct bench_hist *h);

/* A blocking socket to 127.0.0.1, TCP_NODELAY; -1 with errno when refused. */
int bench_connect(unsigned port);
unsigned bench_free_port(void);
void bench_write_all(int fd, const char *p, size_t n);

#define BENCH_ANSWER_MAX (256u << 10)
struct bench_answer {
    char buf[BENCH_ANSWER_MAX + 1]; /* always ends with a NUL, for strstr */
    size_t len;
    size_t head; /* length of status line and headers, 0 until they are whole */
    size_t total;
    int status;
    bool chunked;
};
/* Reads once; false at the end of the connection. */
bool bench_answer_read(struct bench_answer *a, int fd);
/* Is a whole answer in the buffer? (A chunked one ends with its last chunk.) */
bool bench_answer_whole(struct bench_answer *a);
/* Drops it, keeps what follows. */
void bench_answer_next(struct bench_answer *a);
/* Value of a header of the answer, copied; false when it is not there. */
bool bench_answer_header(const struct bench_answer *a, const char *name, char *out, size_t size);

/* "POST path ..." with Content-Type, Accept, the given extra header lines and the body; malloc()ed. */
char *bench_post(const char *path, const char *headers, const char *body, size_t *ret_len);

#endif
