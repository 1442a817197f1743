#include "store/private.h"
#include "base/err.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int mc_private_check(const char *path, mode_t forbidden, const char *remedy, struct mc_err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno == ENOENT ? -MC_E_NOT_FOUND
                               : mc_err_sys(err, errno, "cannot look at %s", path);
    if (st.st_uid != geteuid())
        return mc_err_set(err, MC_E_DENIED, "%s belongs to another user: %s", path, remedy);
    if (st.st_mode & forbidden)
        return mc_err_set(err, MC_E_DENIED, "%s is open to other users (mode %04o): %s", path,
                          (unsigned)(st.st_mode & 07777), remedy);
    return 0;
}
