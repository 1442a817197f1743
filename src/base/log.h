/* Diagnostics of the program itself, one line each. Sinks: stderr (text, with time when not a terminal) or a file
 * (base/rotlog.h: rotated, and written by a thread). A failing sink (full disk) never fails the caller. Not for results: those are the
 * CLI's stdout.
 *
 * Never pass secrets: argument values, environment values and headers are logged by name only. */
#ifndef MC_BASE_LOG_H
#define MC_BASE_LOG_H

#include "base/fwd.h"

enum mc_log_level { MC_LOG_ERROR, MC_LOG_WARN, MC_LOG_INFO, MC_LOG_DEBUG, MC_LOG_TRACE };

void mc_log_set_level(enum mc_log_level level); /* default MC_LOG_WARN */
bool mc_log_on(enum mc_log_level level);
int mc_log_open(const char *path, size_t max_bytes, struct mc_err *err); /* instead of stderr */
void mc_log_background(
    void); /* to stderr, but not by the caller: it may be a terminal that was stopped */
void mc_log_close(void); /* at the end: waits until all logs are written; then stderr again */
/* cat: a short category such as "http" or "backend". Control characters in the text are made printable. */
void mc_log(enum mc_log_level level, const char *cat, const char *fmt, ...) MC_PRINTF(3, 4);

#define mc_error(cat, ...) mc_log(MC_LOG_ERROR, cat, __VA_ARGS__)
#define mc_warn(cat, ...) mc_log(MC_LOG_WARN, cat, __VA_ARGS__)
#define mc_info(cat, ...) mc_log(MC_LOG_INFO, cat, __VA_ARGS__)
#define mc_debug(cat, ...)                                                                         \
    (mc_log_on(MC_LOG_DEBUG) ? mc_log(MC_LOG_DEBUG, cat, __VA_ARGS__) : (void)0)

#endif
