/* Blocking work on libuv's thread pool: copied input, owned output, the result delivered on the loop's thread. */
#ifndef MC_LOOP_WORK_H
#define MC_LOOP_WORK_H

#include "base/fwd.h"

struct mc_loop;

/* run(arg) on a pool thread, then done(arg) on the loop's thread, always, also at shutdown (mc_loop_free waits for it). */
void mc_work(struct mc_loop *l, void (*run)(void *arg), void (*done)(void *arg), void *arg);

#endif
