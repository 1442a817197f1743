/* Everything about a workspace that has to be read from disk, read on the thread pool: config, trust, environment files, cached catalogs. */
#ifndef MC_HUB_LOAD_H
#define MC_HUB_LOAD_H

#include "base/err.h"
#include "hub/internal.h"

struct loaded {
    const struct mc_server_spec *spec; /* in config */
    enum server_mode mode;
    enum mc_trust trust;
    char *reason;
    bool keep; /* it is not on for a reason for which one that runs need not end */
    struct mc_backend_spec backend; /* valid when mode is SERVER_ON */
    char *log_path;
};
struct load {
    char *root;
    struct mc_strv env, sets;
    struct mc_err err; /* code 0: it worked */
    struct mc_config *config;
    struct loaded *servers;
    size_t n;
    struct mc_strv files; /* that it was read from, or would have been */
    char digest[65];      /* of all of this */
    uint64_t no;          /* loads are counted: a later one knows better */
    char *warning;        /* logged on the loop's thread; NULL */
    /* private */
    void (*done)(struct load *job, void *arg);
    void *arg;
};
/* Takes env and sets. done gets the job and frees it with load_free. */
void load_begin(struct mc_loop *l, const char *root, struct mc_strv *env, struct mc_strv *sets,
                void (*done)(struct load *job, void *arg), void *arg);
void load_free(struct load *job);

#endif
