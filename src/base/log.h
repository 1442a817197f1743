/* Diagnostics of the program itself, one line each. Sinks: stderr (text, with time when not a terminal) or a file
 * (rotated: at max_bytes it becomes FILE.1). A failing sink (full disk) never fails the caller: lines are counted
 * as dropped and the count is logged when writing works again. Not for results: those are the CLI's stdout.
 *
 * Never pass secrets: argument values, environment values and headers are logged by name only. */
#ifndef MC_BASE_LOG_H
#define MC_BASE_LOG_H

#include "base/fwd.h"

enum mc_log_level { MC_LOG_ERROR, MC_LOG_WARN, MC_LOG_INFO, MC_LOG_DEBUG, MC_LOG_TRACE };

void mc_log_set_level(enum mc_log_level level); /* default MC_LOG_WARN */
bool mc_log_on(enum mc_log_level level);
/* NULL path: stderr. The file is opened 0600 with O_APPEND|O_CLOEXEC. */
int mc_log_open(const char *path, size_t max_bytes, struct mc_err *err);
void mc_log_close(void);
/* cat: a short category such as "http" or "backend". Control characters in the text are made printable. */
void mc_log(enum mc_log_level level, const char *cat, const char *fmt, ...) MC_PRINTF(3, 4);

#define mc_error(cat, ...) mc_log(MC_LOG_ERROR, cat, __VA_ARGS__)
#define mc_warn(cat, ...) mc_log(MC_LOG_WARN, cat, __VA_ARGS__)
#define mc_info(cat, ...) mc_log(MC_LOG_INFO, cat, __VA_ARGS__)
#define mc_debug(cat, ...)                                                                         \
    (mc_log_on(MC_LOG_DEBUG) ? mc_log(MC_LOG_DEBUG, cat, __VA_ARGS__) : (void)0)

/* A bounded, rotated text log of somebody else's output (a server's stderr): FILE and FILE.1. */
struct mc_rotlog;
struct mc_rotlog *mc_rotlog_open(const char *path, size_t max_bytes, struct mc_err *err);
void mc_rotlog_write(struct mc_rotlog *r, const char *p, size_t n); /* NULL r is fine; errors are counted, not raised */
/* Removes the logs in a directory (*.log, *.log.1) that have not been written to for so long. */
void mc_rotlog_sweep(const char *dir, unsigned age_s);
void mc_rotlog_close(struct mc_rotlog *r);

#endif
