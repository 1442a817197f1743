/* A bounded, rotated text log, FILE and FILE.1: the program's own, and what servers write to stderr.
 *
 * One thread writes them all, in the order in which the lines came, so that a slow disk or a stopped terminal holds up nobody. Errors
 * are queued like other lines: the writer is a moment behind, and a program that aborts waits for it; only who is killed loses what is
 * queued. A log whose queue is full, or whose disk is, loses lines; how many is told in the file when there is room again. */
#ifndef MC_BASE_ROTLOG_H
#define MC_BASE_ROTLOG_H

#include "base/fwd.h"

#define MC_ROTLOG_QUEUE_MAX (1u << 20) /* bytes of one log that wait for the disk */
#define MC_ROTLOG_END_MS 2000          /* a disk that hangs keeps no program from ending */

struct mc_rotlog;
/* Opened now, so that the caller learns of an error. The file is opened 0600 with O_APPEND|O_CLOEXEC. */
struct mc_rotlog *mc_rotlog_open(const char *path, size_t max_bytes, struct mc_err *err);
/* Opened with the first line. */
struct mc_rotlog *mc_rotlog_new(const char *path, size_t max_bytes);
/* An open descriptor, taken; it is not rotated. */
struct mc_rotlog *mc_rotlog_fd(int fd);
/* Whole lines, as a rule. NULL r is fine. */
void mc_rotlog_write(struct mc_rotlog *r, const char *p, size_t n);
void mc_rotlog_close(struct mc_rotlog *r); /* when all of it is written; does not wait for that */
/* Waits until all that was given so far is written; false: not in time. */
bool mc_rotlog_flush(unsigned ms);
/* The end of the program: flushes, and ends the thread. Not for a child after fork(). */
void mc_rotlog_end(void);
/* Removes the logs in a directory (*.log, *.log.1) that have not been written to for so long. */
void mc_rotlog_sweep(const char *dir, unsigned age_s);

#endif
