/* Tells when files may have changed: inotify under uv_poll, or looking every MC_WATCH_POLL_MS where the kernel has no watches left.
 *
 * Files are watched through the directories that lead to them, symlinks followed, so that those which are not there yet, atomic renames, symlinked dotfiles
 * and directories that are replaced are seen. A tree is watched with all its directories, new ones included, but for those that hold no sources
 * (.git, node_modules, …).
 *
 * What is told is "look again", after a pause: a file that was written or moved here MC_WATCH_SOON_MS later, one that vanished or was only made
 * MC_WATCH_LATE_MS later (it is probably about to be written), and after MC_WATCH_MOST_MS in any case. Lost events count as a change. */
#ifndef MC_LOOP_WATCH_H
#define MC_LOOP_WATCH_H

#include "base/fwd.h"
#include "loop/loop.h"

#define MC_WATCH_SOON_MS 15
#define MC_WATCH_LATE_MS 150
#define MC_WATCH_MOST_MS 1000
#define MC_WATCH_POLL_MS 2000
#define MC_WATCH_DIRS_MAX 4096 /* of one watch; further ones are looked at every MC_WATCH_POLL_MS */

struct mc_watch;
struct mc_watch_ops {
    void (*changed)(void *arg);
    /* A tree: is a change of this file (absolute path) of interest? NULL: of every one. */
    bool (*wants)(void *arg, const char *path);
};
struct mc_watch *mc_watch_new(struct mc_loop *l, const struct mc_watch_ops *ops, void *arg);
/* Instead of what was watched before. Directories are read and watches made on the pool; what changes meanwhile is told, too. */
void mc_watch_files(struct mc_watch *w, char *const *paths, size_t n);
void mc_watch_tree(struct mc_watch *w, const char *root);
/* Why it looks every few seconds instead of being told, as a sentence; NULL while it is told. */
const char *mc_watch_polling(const struct mc_watch *w);
void mc_watch_free(struct mc_watch *w); /* no call comes after this */

#endif
