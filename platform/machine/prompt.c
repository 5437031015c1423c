/* SPDX-License-Identifier: Apache-2.0 */
/* Reads passphrases from a descriptor or, without echo, from the terminal. */
#include "platform/machine/prompt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int source = -1;
static int quiet_fd; /* for the signal handler */
static struct termios loud;

void prompt_from(int fd)
{
    source = fd;
}

bool prompt_is_terminal(void)
{
    return source < 0 || isatty(source);
}

/* Signal handler: restore the echo, then end as the signal would. */
static void give_echo_back(int sig)
{
    tcsetattr(quiet_fd, TCSAFLUSH, &loud);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0) {
        errno = 0; /* the prompt is lost: still wait for the passphrase */
    }
}

/* Read a line; false if it is empty, at the end of input, or (*longer) too long for the
 * buffer. */
static bool read_line(int fd, char *pass, bool *longer)
{
    size_t len = 0;
    *longer = false;
    for (;;) {
        ssize_t n = read(fd, pass + len, 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0 || pass[len] == '\n') {
            break;
        }
        if (++len == PROMPT_MAX - 1) {
            len = 0; /* never use half a passphrase */
            *longer = true;
            break;
        }
    }
    len -= len && pass[len - 1] == '\r'; /* CRLF line end */
    pass[len] = '\0';
    return len > 0;
}

static bool ask_quietly(int fd, char *pass, const char *what, bool *longer)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction before[sizeof ends / sizeof *ends];
    struct sigaction restore = {.sa_handler = give_echo_back};
    struct termios quiet = loud;
    quiet_fd = fd;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaction(ends[i], &restore, &before[i]);
    }
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &quiet);
    say(STDERR_FILENO, what);
    say(STDERR_FILENO, ": ");
    bool ok = read_line(fd, pass, longer);
    tcsetattr(fd, TCSAFLUSH, &loud);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaction(ends[i], &before[i], NULL);
    }
    say(STDERR_FILENO, "\n");
    return ok;
}

bool prompt_read(char *pass, const char *what, struct err *err)
{
    assert(what);
    int fd = source >= 0 ? source : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        err_set(err, ERR_MISUSE, "a passphrase is needed, and there is no terminal to ask for it");
        return err_hint(err, "--passphrase-fd N reads it from a descriptor, for example"
                             " --passphrase-fd 3 3< FILE");
    }
    bool longer;
    bool ok = tcgetattr(fd, &loud) == 0 ? ask_quietly(fd, pass, what, &longer)
                                        : read_line(fd, pass, &longer);
    if (fd != source) {
        close(fd);
    }
    return ok ||
           err_set(err, ERR_AUTH,
                   longer ? "the passphrase is longer than %d bytes" : "no passphrase was given",
                   PROMPT_MAX - 2);
}
