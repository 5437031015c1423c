/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command between two pipes. */
#include "platform/machine/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/machine/arena.h"

extern char **environ;

struct filter {
    struct arena arena;
    char **words; /* of the command; ends with NULL */
    pid_t pid;    /* 0: it does not run */
    int in, out;  /* our ends; -1: closed */
    struct buf said;
    size_t max;
};

/* ---- words ---- */

static char *next_word(struct arena *arena, const char **at, struct err *err)
{
    struct buf word = {0};
    char quote = '\0';
    for (; **at && (quote || **at != ' '); ++*at) {
        if (quote ? **at == quote : **at == '\'' || **at == '"') {
            quote = quote ? '\0' : **at;
        } else {
            buf_char(&word, **at);
        }
    }
    buf_add(&word, "", 0);
    char *out = arena_text(arena, word.data ? word.data : "");
    buf_fini(&word);
    if (quote) {
        err_set(err, ERR_MISUSE, "the command has a %c without its end", quote);
        return NULL;
    }
    return out;
}

static bool split(struct filter *f, const char *command, struct err *err)
{
    size_t room = strlen(command) / 2 + 2, count = 0;
    f->words = arena_alloc(&f->arena, room * sizeof *f->words);
    while (*command) {
        if (*command == ' ') {
            command++;
            continue;
        }
        f->words[count] = next_word(&f->arena, &command, err);
        if (!f->words[count++]) {
            return false;
        }
    }
    f->words[count] = NULL;
    return count || err_set(err, ERR_MISUSE, "the command is empty");
}

/* ---- the process ---- */

static void shut(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

static bool start(struct filter *f, int from, int to, struct err *err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, from, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, to, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &pipes);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    int fault = posix_spawnp(&f->pid, f->words[0], &files, &attr, f->words, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (fault) {
        f->pid = 0;
        err_set(err, ERR_MISUSE, "'%s' cannot be run: %s", f->words[0], strerror(fault));
        return err_hint(err, "give a program that is installed, or its whole path");
    }
    return true;
}

static bool not_block(int end)
{
    return fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) == 0;
}

bool filter_begin(struct filter **out, const char *command, size_t max, struct err *err)
{
    struct filter *f = *out = mem_zero(1, sizeof *f);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int to_it[2] = {-1, -1}, from_it[2] = {-1, -1};
    f->max = max;
    f->in = f->out = -1;
    arena_init(&f->arena);
    sigaction(SIGPIPE, &ignore, NULL); /* one that stops reading must not end us; for good, since
                                        * another filter may run on another thread */
    bool ok = split(f, command, err);
    if (ok && (pipe2(to_it, O_CLOEXEC) != 0 || pipe2(from_it, O_CLOEXEC) != 0)) {
        ok = err_set(err, ERR_ENV, "cannot make a pipe: %s", strerror(errno));
    }
    ok = ok && start(f, to_it[0], from_it[1], err);
    shut(&to_it[0]);
    shut(&from_it[1]);
    f->in = to_it[1];
    f->out = from_it[0];
    if (ok && !(not_block(f->in) && not_block(f->out))) {
        ok = err_set(err, ERR_ENV, "cannot use a pipe: %s", strerror(errno));
    }
    if (!ok) {
        filter_free(f);
        *out = NULL;
    }
    return ok;
}

void filter_free(struct filter *f)
{
    if (!f) {
        return;
    }
    shut(&f->in);
    shut(&f->out);
    if (f->pid) {
        kill(f->pid, SIGKILL);
        while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    buf_fini(&f->said);
    arena_fini(&f->arena);
    free(f);
}

/* Takes what it wrote; its end closes the pipe. */
static bool listen_to(struct filter *f, struct err *err)
{
    char bytes[16384];
    ssize_t got = read(f->out, bytes, sizeof bytes);
    if (got == 0) {
        shut(&f->out);
    } else if (got > 0) {
        buf_add(&f->said, bytes, (size_t)got);
        memset(bytes, 0, (size_t)got);
    } else if (errno != EAGAIN && errno != EINTR) {
        return err_set(err, ERR_ENV, "cannot read what '%s' writes: %s", f->words[0],
                       strerror(errno));
    }
    if (f->said.len > f->max) {
        err_set(err, ERR_LIMIT, "'%s' writes more than %zu kB", f->words[0], f->max / 1024);
        return err_hint(err, "is it the right program? it should write text");
    }
    return true;
}

/* Waits until it reads or writes. */
static bool wait_for(const struct filter *f, struct pollfd ends[2], struct err *err)
{
    ends[0] = (struct pollfd){.fd = f->out, .events = POLLIN};
    ends[1] = (struct pollfd){.fd = f->in, .events = POLLOUT};
    return poll(ends, 2, -1) >= 0 || errno == EINTR ||
           err_set(err, ERR_ENV, "cannot wait for '%s': %s", f->words[0], strerror(errno));
}

bool filter_put(struct filter *f, const void *bytes, size_t len, struct err *err)
{
    const char *p = bytes;
    struct pollfd ends[2];
    bool ok = true;
    while (ok && len && f->in >= 0) {
        ok = wait_for(f, ends, err);
        if (ok && ends[0].revents) {
            ok = listen_to(f, err);
        }
        if (ok && ends[1].revents) {
            ssize_t put = write(f->in, p, len);
            if (put > 0) {
                p += put;
                len -= (size_t)put;
            } else if (errno == EPIPE) {
                shut(&f->in);
            } else if (errno != EAGAIN && errno != EINTR) {
                ok =
                    err_set(err, ERR_ENV, "cannot write to '%s': %s", f->words[0], strerror(errno));
            }
        }
    }
    return ok;
}

bool filter_end(struct filter *f, struct buf *out, struct err *err)
{
    struct pollfd ends[2];
    int status = 0;
    bool ok = true;
    shut(&f->in);
    while (ok && f->out >= 0) {
        ok = wait_for(f, ends, err) && listen_to(f, err);
    }
    if (!ok) {
        return false; /* filter_free kills it */
    }
    while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR) {
    }
    f->pid = 0;
    if (WIFSIGNALED(status)) {
        return err_set(err, ERR_ENV, "'%s' was ended by signal %d", f->words[0], WTERMSIG(status));
    }
    if (WEXITSTATUS(status) != 0) {
        return err_set(err, ERR_ENV, "'%s' failed with exit status %d", f->words[0],
                       WEXITSTATUS(status));
    }
    buf_add(out, f->said.data ? f->said.data : "", f->said.len);
    return true;
}
