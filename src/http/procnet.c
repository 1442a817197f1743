#include "http/internal.h"

/* One line of /proc/net/tcp or tcp6:
 *     sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ... */

enum column { LOCAL = 1, REMOTE = 2, STATE = 3, UID = 7, INODE = 9, COLUMNS };

static struct mc_str next_word(const char **p)
{
    const char *from = *p + strspn(*p, " ");
    *p = from + strcspn(from, " \n");
    return (struct mc_str){from, (size_t)(*p - from)};
}

bool mc_procnet_next(FILE *f, struct mc_procnet *ret)
{
    while (fgets(ret->line, sizeof(ret->line), f)) {
        struct mc_str word[COLUMNS];
        uint64_t uid, inode;
        const char *p = ret->line;
        for (int i = 0; i < COLUMNS; i++)
            word[i] = next_word(&p);
        if (!mc_str_u64(word[UID], &uid) || !mc_str_u64(word[INODE], &inode))
            continue; /* the heading */
        ret->local = word[LOCAL];
        ret->remote = word[REMOTE];
        ret->listens = mc_str_eq(word[STATE], MC_STR("0A"));
        ret->uid = (uid_t)uid;
        ret->inode = inode;
        return true;
    }
    return false;
}
