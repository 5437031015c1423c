/* SPDX-License-Identifier: Apache-2.0 */
/* First frame after process start, in pairs: bench_first PROBE PROGRAM ARGUMENTS… */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 11 };

static double now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Start, wait for the first byte on the pipe (it is written behind the first present), end it. */
static double start(char *const *argv)
{
    int pipes[2];
    char fd[16], byte, *full[32];
    size_t n = 0;
    if (pipe(pipes) != 0) {
        exit(1);
    }
    double begun = now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        for (; argv[n] && n < 28; n++) {
            full[n] = argv[n];
        }
        snprintf(fd, sizeof fd, "%d", pipes[1]);
        full[n++] = "--robot";
        full[n++] = fd;
        full[n] = NULL;
        close(pipes[0]);
        execv(full[0], full);
        _exit(127);
    }
    close(pipes[1]);
    if (read(pipes[0], &byte, 1) != 1) {
        fprintf(stderr, "bench: no first frame\n");
        exit(1);
    }
    double took = now_ms() - begun;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(pipes[0]);
    return took;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    double probe[PAIRS], ours[PAIRS];
    char *const bare[] = {argv[1], NULL};
    if (argc < 3) {
        return 2;
    }
    for (int i = 0; i < PAIRS; i++) {
        probe[i] = start(bare);
        ours[i] = start(argv + 2);
    }
    qsort(probe, PAIRS, sizeof *probe, by_value);
    qsort(ours, PAIRS, sizeof *ours, by_value);
    printf("first frame: %.0f ms, bare SDL program %.0f ms: %.2f x\n", ours[PAIRS / 2],
           probe[PAIRS / 2], ours[PAIRS / 2] / probe[PAIRS / 2]);
    return 0;
}
