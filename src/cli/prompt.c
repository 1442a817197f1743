#include "cli/prompt.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CTRL_C 3
#define CTRL_D 4

/* Ctrl-C comes as a byte, so that no signal can end us while the terminal is mute. */
static int mute(int tty, struct termios *before, struct mc_err *err)
{
    struct termios now;

    if (tcgetattr(tty, before) < 0)
        return mc_err_sys(err, errno, "cannot use the terminal");
    now = *before;
    now.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ISIG | ICANON);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    return tcsetattr(tty, TCSAFLUSH, &now) < 0 ? mc_err_sys(err, errno, "cannot use the terminal")
                                               : 0;
}

static int read_line(int tty, struct mc_buf *out, struct mc_err *err)
{
    for (;;) {
        char c = 0;
        ssize_t n = read(tty, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == CTRL_C || (c == CTRL_D && out->len == 0))
            return mc_err_set(err, MC_E_DENIED, "cancelled, nothing was changed");
        if (c == '\n' || c == '\r')
            return 0;
        if (c == 0x7f || c == '\b') {
            while (out->len && ((unsigned char)out->data[--out->len] & 0xc0) == 0x80) {
            }
        } else if (mc_buf_addc(out, c)) {
            return mc_err_set(err, MC_E_TOO_BIG, "that is longer than %zu bytes", out->max);
        }
    }
}

int mc_prompt_hidden(const char *question, struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    struct termios before;
    int ret;

    if (tty < 0)
        return mc_err_set(err, MC_E_USAGE,
                          "there is no terminal to ask on: give it on standard input");
    if (mc_buf_reserve(out, out->max)) /* never moved, so that no copy is left behind */
        return mc_err_set(err, MC_E_TOO_BIG, "no memory");
    ret = mute(tty, &before, err);
    if (ret < 0)
        return ret;
    mc_io_write_all(tty, question, strlen(question));
    ret = read_line(tty, out, err);
    tcsetattr(tty, TCSAFLUSH, &before);
    mc_io_write_all(tty, "\n", 1);
    return ret;
}

int mc_prompt_stdin(struct mc_buf *out, struct mc_err *err)
{
    if (mc_buf_reserve(out, out->max))
        return mc_err_set(err, MC_E_TOO_BIG, "no memory");
    for (;;) {
        char piece[4096];
        ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mc_err_sys(err, errno, "cannot read standard input");
        if (n == 0)
            break;
        int failed = mc_buf_add(out, piece, (size_t)n);
        explicit_bzero(piece, sizeof(piece));
        if (failed)
            return mc_err_set(err, MC_E_TOO_BIG, "that is longer than %zu bytes", out->max);
    }
    if (out->len && out->data[out->len - 1] == '\n')
        out->len--;
    if (out->len && out->data[out->len - 1] == '\r')
        out->len--;
    return 0;
}
