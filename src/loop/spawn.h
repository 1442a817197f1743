/* The parts of mc_child_spawn that know no mc_child: the pipes, and the start of the keeper. */
#ifndef MC_LOOP_SPAWN_H
#define MC_LOOP_SPAWN_H

#include "base/fwd.h"
#include <uv.h>

struct mc_child_spec;
struct mc_loop;

/* Descriptors of the keeper; the last is where it reports (keeper/keeper.c). */
enum { MC_END_IN, MC_END_OUT, MC_END_ERR, MC_END_NOTE, MC_ENDS };
/* Of stdin and stdout. Best effort; the kernel's default is 64 KiB. */
#define MC_SPAWN_PIPE_SIZE (256 << 10)

/* Four pipes, close-on-exec, both ends of each; on failure none. name is for the error. */
int mc_spawn_pipes(const char *name, int ours[MC_ENDS], int theirs[MC_ENDS], struct mc_err *err);
/* Starts the keeper, which executes path with spec->argv. Closes `theirs` in any case. The handle is to be closed by the caller
 * in any case as well: libuv has it in its list even when nothing was started. */
int mc_spawn_keeper(struct mc_loop *l, const struct mc_child_spec *spec, const char *path, int theirs[MC_ENDS],
                    uv_exit_cb exited, uv_process_t *ret, struct mc_err *err);

#endif
