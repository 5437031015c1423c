/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_drive: a robot that uses the real program through the window system.
 *
 *   help_drive SCRIPT SHOTS TIMING PROGRAM ARGUMENTS…
 *
 * Starts the program (test flavour, --robot), reads what can be touched after each present, and
 * taps with xdotool.  A script is lines of: start, kill, quit, tap ID, type TEXT, key NAME, wait
 * SCREEN, see ID, shot NAME, pause MS, go FILE, at MS.  ID... is the first target whose id begins
 * so.  Exit 0 when every line went through.
 *
 * DRIVE_ROBOT=FILE: the program runs already, elsewhere, and what it reports is appended to FILE;
 * kill and quit are not for us.  DRIVE_SHOT=PROGRAM takes the pictures: PROGRAM FILE.
 * DRIVE_SETTLE=MS: how long no new frame means that the page rests, on a machine that takes long
 * for one. DRIVE_TOUCH=PIPE: touches instead of a pointer, as lines for weston_touch.c or
 * touchscreen.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/file.h"
#include "platform/machine/text.h"

enum { TARGETS = 600, TIMES = 20000, WAIT_MS = 60000 };

struct seen {
    char id[128];
    int x, y, w, h;
    bool hidden;
};

static struct {
    pid_t pid;
    int fd;
    char line[512];
    size_t len;
    struct seen now[TARGETS], next[TARGETS];
    size_t count, next_count;
    unsigned frame, timed; /* frames so far; those that followed a release or a key */
    char screen[64], next_screen[64];
    long present_us[TIMES], durable_us[TIMES];
    size_t present_count, durable_count;
    const char *shots;
    char **argv;
    long first_frame_ms, peak_unlock_kib, peak_kib;
    int touch; /* the pipe of DRIVE_TOUCH, or -1 */
    int settle_ms;
    long zero_ms;      /* `go` */
    const char *robot; /* DRIVE_ROBOT, or NULL */
    bool behind;       /* the last read of it brought something: there may be more */
    bool unlocked;     /* since the last start: the peak no longer holds Argon2id's memory */
    bool slow;
} d;

static long now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void take_line(const char *line)
{
    long present, durable;
    char state[16], focus[16], role[16];
    if (strncmp(line, "frame ", 6) == 0) {
        sscanf(line, "frame %*u %63s", d.next_screen);
        d.next_count = 0;
    } else if (strncmp(line, "target ", 7) == 0 && d.next_count < TARGETS) {
        struct seen *s = &d.next[d.next_count];
        if (sscanf(line, "target %127s %15s %d %d %d %d %15s %15s", s->id, role, &s->x, &s->y,
                   &s->w, &s->h, state, focus) == 8) {
            s->hidden = strcmp(state, "hidden") == 0;
            d.next_count++;
        }
    } else if (sscanf(line, "time %ld %ld", &present, &durable) == 2) {
        d.timed++;
        if (d.present_count < TIMES) {
            d.present_us[d.present_count++] = present;
        }
        if (durable >= 0 && d.durable_count < TIMES) {
            d.durable_us[d.durable_count++] = durable;
        }
    } else if (strncmp(line, "end ", 4) == 0) {
        memcpy(d.now, d.next, sizeof d.now);
        d.count = d.next_count;
        memcpy(d.screen, d.next_screen, sizeof d.screen);
        d.frame++;
    }
}

/* Read what is there; wait at most timeout_ms for more.  False when the program is gone. */
static bool pump(int timeout_ms)
{
    struct pollfd p = {.fd = d.fd, .events = POLLIN};
    if (d.fd < 0 || poll(&p, 1, timeout_ms) <= 0) {
        return d.fd >= 0;
    }
    char bytes[8192];
    ssize_t n = read(d.fd, bytes, sizeof bytes);
    for (long end = now_ms() + timeout_ms; d.robot && n == 0 && now_ms() < end;) {
        usleep(5000); /* a file is always readable, but it may not have grown */
        n = read(d.fd, bytes, sizeof bytes);
    }
    d.behind = d.robot && n > 0;
    if (d.robot && n == 0) {
        return true;
    }
    if (n <= 0) {
        close(d.fd);
        d.fd = -1;
        return false;
    }
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            d.line[d.len] = '\0';
            take_line(d.line);
            d.len = 0;
        } else if (d.len + 1 < sizeof d.line) {
            d.line[d.len++] = bytes[i];
        }
    }
    return true;
}

static void settle(int quiet_ms)
{
    unsigned before;
    do {
        before = d.frame;
        pump(quiet_ms);
    } while ((d.frame != before || d.behind) && d.fd >= 0);
}

static bool run(char *const argv[])
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* One that runs already: its latest frame. */
static bool attach(void)
{
    d.fd = d.fd >= 0 ? d.fd : open(d.robot, O_RDONLY | O_CLOEXEC);
    for (long end = now_ms() + WAIT_MS; d.fd >= 0 && d.frame == 0 && now_ms() < end;) {
        pump(200);
    }
    settle(300);
    return d.frame > 0;
}

static bool start(void)
{
    int pipes[2];
    char fd[16];
    d.unlocked = false;
    if (d.robot) {
        return attach();
    }
    if (pipe(pipes) != 0) {
        return false;
    }
    long begun = now_ms();
    d.pid = fork();
    if (d.pid == 0) {
        size_t n = 0;
        while (d.argv[n]) {
            n++;
        }
        char **argv = calloc(n + 3, sizeof *argv);
        memcpy(argv, d.argv, n * sizeof *argv);
        snprintf(fd, sizeof fd, "%d", pipes[1]);
        argv[n] = "--robot";
        argv[n + 1] = fd;
        close(pipes[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(pipes[1]);
    fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
    d.fd = pipes[0];
    d.len = d.count = 0;
    d.screen[0] = '\0';
    unsigned before = d.frame;
    while (d.frame == before && now_ms() - begun < WAIT_MS) {
        if (!pump(1000)) {
            return false;
        }
    }
    if (!d.first_frame_ms) {
        d.first_frame_ms = now_ms() - begun;
    }
    settle(150);
    if (d.touch >= 0) {
        return true;
    }
    /* no window manager: without focus no keys */
    if (system("xdotool search --sync --name '^suhbat' windowfocus >/dev/null 2>&1") != 0) {
        fprintf(stderr, "drive: the window cannot be given the keyboard\n");
    }
    return true;
}

static long peak_kib(bool reset);

static void stop(int signal_number)
{
    long peak = peak_kib(false);
    d.peak_kib = d.unlocked && peak > d.peak_kib ? peak : d.peak_kib;
    kill(d.pid, signal_number);
    waitpid(d.pid, NULL, 0);
    if (d.fd >= 0) {
        close(d.fd);
    }
    d.fd = -1;
}

/* Peak memory of the running program in KiB; the peak begins anew when `reset`. */
static long peak_kib(bool reset)
{
    char path[64], line[200];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)d.pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "VmHWM: %ld", &kib);
    }
    if (f) {
        fclose(f);
    }
    snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)d.pid);
    f = reset ? fopen(path, "w") : NULL;
    if (f) {
        fputs("5", f);
        fclose(f);
    }
    return kib;
}

static struct seen *find(const char *id)
{
    size_t len = strlen(id), begins = len > 3 && strcmp(id + len - 3, "...") == 0 ? len - 3 : 0;
    for (size_t i = 0; i < d.count; i++) {
        if (begins ? strncmp(d.now[i].id, id, begins) == 0 : strcmp(d.now[i].id, id) == 0) {
            return &d.now[i];
        }
    }
    return NULL;
}

static bool wait_for(const char *id)
{
    for (long end = now_ms() + WAIT_MS; now_ms() < end;) {
        if (find(id)) {
            return true;
        }
        if (!pump(200)) {
            return false;
        }
    }
    return false;
}

enum finger { FINGER_DOWN, FINGER_MOVE, FINGER_UP };

/* The finger, or the pointer and its button. */
static bool finger(enum finger what, int x, int y)
{
    static const char *const words[] = {"down", "move", "up"};
    static const char *const buttons[] = {"mousedown", "mousemove", "mouseup"};
    char line[64], xs[16], ys[16];
    snprintf(xs, sizeof xs, "%d", x);
    snprintf(ys, sizeof ys, "%d", y);
    if (d.touch >= 0) {
        int n = snprintf(line, sizeof line, what == FINGER_UP ? "up 0\n" : "%s 0 %d %d\n",
                         words[what], x, y);
        return write(d.touch, line, (size_t)n) == n;
    }
    return run((char *[]){"xdotool", "mousemove", xs, ys, NULL}) &&
           (what == FINGER_MOVE || run((char *[]){"xdotool", (char *)buttons[what], "1", NULL}));
}

static bool click(int x, int y)
{
    enum { PRESS_US = 60000 };
    char xs[16], ys[16];
    unsigned before = d.timed;
    snprintf(xs, sizeof xs, "%d", x);
    snprintf(ys, sizeof ys, "%d", y);
    if (d.touch >= 0) {
        bool down = finger(FINGER_DOWN, x, y);
        usleep(PRESS_US);
        if (!down || !finger(FINGER_UP, x, y)) {
            return false;
        }
    } else if (!run((char *[]){"xdotool", "mousemove", xs, ys, "click", "1", NULL})) {
        return false;
    }
    for (long end = now_ms() + WAIT_MS; d.timed == before && now_ms() < end;) {
        if (!pump(200)) {
            return false;
        }
    }
    settle(d.slow ? 150 : d.settle_ms);
    if (d.slow) {
        usleep(250000);
    }
    return d.timed != before;
}

/* A slow swipe, held still at its end, so that nothing slides on. */
static void swipe(int y, int to_y)
{
    enum { STEPS = 8, STEP_US = 15000, STILL_US = 90000, X = 360 };
    finger(FINGER_DOWN, X, y);
    for (int i = 1; i <= STEPS; i++) {
        usleep(STEP_US);
        finger(FINGER_MOVE, X, y + (to_y - y) * i / STEPS);
    }
    usleep(STILL_US);
    finger(FINGER_UP, X, to_y);
}

static bool scroll_into_sight(const char *id)
{
    for (int tries = 0; tries < 60; tries++) {
        struct seen *s = find(id);
        if (!s) {
            return false;
        }
        if (!s->hidden) {
            return true;
        }
        bool below = s->y > 180; /* hidden above the body or below it */
        if (d.touch >= 0) {
            int y = s->y;
            swipe(below ? 700 : 400, below ? 400 : 700);
            for (long end = now_ms() + 3000; s && s->y == y && now_ms() < end; s = find(id)) {
                pump(100); /* the finger is faster than a slow machine's frames */
            }
        } else {
            run((char *[]){"xdotool", "mousemove", "360", "250", "click", below ? "5" : "4", NULL});
        }
        pump(100);
        /* a page that still slides is not where it was told */
        settle(d.touch < 0 ? 30 : d.settle_ms > 250 ? d.settle_ms : 250);
    }
    return false;
}

static bool tap(const char *id)
{
    if (!wait_for(id) || !scroll_into_sight(id)) {
        fprintf(stderr, "drive: no target '%s' on screen '%s'; there are:\n", id, d.screen);
        for (size_t i = 0; i < d.count; i++) {
            fprintf(stderr, "  %s\n", d.now[i].id);
        }
        return false;
    }
    /* what is tapped twice within a moment counts once, except keys: a person waits, so do we */
    static char last[sizeof d.now[0].id];
    static long last_ms;
    if (strcmp(last, id) == 0 && strncmp(id, "key:", 4) != 0 && now_ms() - last_ms < 400) {
        usleep((useconds_t)(400 - (now_ms() - last_ms)) * 1000);
    }
    snprintf(last, sizeof last, "%s", id);
    last_ms = now_ms();
    struct seen *s = find(id);
    return click(s->x + s->w / 2, s->y + s->h / 2);
}

/* The id of a letter's key; ID has 64 bytes. */
static void key_id(char *id, uint32_t cp)
{
    struct buf letter = {0};
    text_put(&letter, cp);
    snprintf(id, 64, "key:%s", cp == ' ' ? "space" : letter.data);
    buf_fini(&letter);
}

/* Another page of the keyboard: the symbols' or the next language's.  False: there is none. */
static bool turn_keyboard(bool letter)
{
    bool shift = find("key:shift");
    if ((!shift || !letter) && find("key:123")) {
        return tap("key:123");
    }
    return (letter || !shift) && find("key:lang") && tap("key:lang");
}

/* One letter on the on-screen keyboard: its own key, else by ⇧, 123 or the language key. */
static bool type_letter(uint32_t cp)
{
    char id[64], other[64]; /* other: the key's id with ⇧ the other way */
    bool letter = text_small(cp) != text_capital(cp);
    key_id(id, cp);
    key_id(other, text_small(cp) != cp ? text_small(cp) : text_capital(cp));
    for (int tries = 0; tries < 12; tries++) {
        if (find(id)) {
            return tap(id);
        }
        if (letter && find(other)) {
            return tap("key:shift") && find(id) && tap(id);
        }
        if (!turn_keyboard(letter)) {
            break;
        }
    }
    fprintf(stderr, "drive: no key for '%s'\n", id + strlen("key:"));
    return false;
}

static bool type_text(const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        if (!type_letter(text_next(text, len, &at))) {
            return false;
        }
    }
    return true;
}

static bool finger_to(enum finger what, const char *id)
{
    if (!wait_for(id)) {
        fprintf(stderr, "drive: no '%s'\n", id);
        return false;
    }
    struct seen *s = find(id);
    return finger(what, s->x + s->w / 2, s->y + s->h / 2);
}

/* A long press on one key, a slide to the variant that opens above it, and up. */
static bool hold(char *ids)
{
    char *to = strchr(ids, ' ');
    if (!to) {
        return false;
    }
    *to++ = '\0';
    bool ok = finger_to(FINGER_DOWN, ids) && finger_to(FINGER_MOVE, to) && finger_to(FINGER_UP, to);
    pump(200);
    settle(60);
    return ok;
}

static bool shot(const char *name)
{
    char path[512];
    settle(60);
    snprintf(path, sizeof path, "%s/%s.png", d.shots, name);
    const char *taker = getenv("DRIVE_SHOT");
    if (taker) {
        return run((char *[]){(char *)taker, path, NULL});
    }
    return run((char *[]){"import", "-window", "root", path, NULL});
}

static bool wait_screen(const char *name)
{
    for (long end = now_ms() + WAIT_MS; now_ms() < end;) {
        if (strcmp(d.screen, name) == 0) {
            if (strcmp(name, "home") == 0 && !d.unlocked && !d.robot) {
                long peak = peak_kib(true); /* with Argon2id's memory; then without */
                d.peak_unlock_kib = peak > d.peak_unlock_kib ? peak : d.peak_unlock_kib;
                d.unlocked = true;
            }
            return true;
        }
        if (!pump(200)) {
            break;
        }
    }
    fprintf(stderr, "drive: wanted screen '%s', on '%s'\n", name, d.screen);
    return false;
}

/* Time begins: the file tells others when, in ms of the monotonic clock. */
static bool go(const char *path)
{
    char text[32];
    struct err err = {0};
    d.zero_ms = now_ms();
    snprintf(text, sizeof text, "%ld\n", d.zero_ms);
    return file_write(path, text, strlen(text), FILE_PRIVATE, true, &err);
}

/* So many ms after `go`; late is said, and no failure. */
static bool at_ms(long ms)
{
    long left = d.zero_ms + ms - now_ms();
    if (left < -1000) {
        fprintf(stderr, "drive: %ld ms late at %ld\n", -left, ms);
    }
    for (; left > 0; left = d.zero_ms + ms - now_ms()) {
        if (!pump((int)(left < 50 ? left : 50))) {
            return false;
        }
    }
    return true;
}

static bool step(char *line)
{
    char *rest = strchr(line, ' ');
    if (rest) {
        *rest++ = '\0';
    } else {
        rest = line + strlen(line);
    }
    if (strcmp(line, "start") == 0) {
        return start();
    } else if (strcmp(line, "kill") == 0) {
        stop(SIGKILL);
        return true;
    } else if (strcmp(line, "quit") == 0) {
        stop(SIGTERM);
        return true;
    } else if (strcmp(line, "tap") == 0) {
        return tap(rest);
    } else if (strcmp(line, "hold") == 0) {
        return hold(rest);
    } else if (strcmp(line, "type") == 0) {
        return type_text(rest);
    } else if (strcmp(line, "shot") == 0) {
        return shot(rest);
    } else if (strcmp(line, "wait") == 0) {
        return wait_screen(rest);
    } else if (strcmp(line, "see") == 0) {
        return wait_for(rest);
    } else if (strcmp(line, "pause") == 0) {
        usleep((useconds_t)atoi(rest) * 1000);
        settle(20);
        return true;
    } else if (strcmp(line, "go") == 0) {
        return go(rest);
    } else if (strcmp(line, "at") == 0) {
        return at_ms(atol(rest));
    } else if (strcmp(line, "key") == 0) {
        bool ok = run((char *[]){"xdotool", "key", rest, NULL});
        pump(100);
        settle(60);
        return ok;
    }
    fprintf(stderr, "drive: unknown step '%s'\n", line);
    return false;
}

static int by_value(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void put_times(FILE *out, const char *what, long *times, size_t count)
{
    if (count) {
        qsort(times, count, sizeof *times, by_value);
        fprintf(out, "%s: median %.2f ms, p99 %.2f ms, n %zu\n", what,
                (double)times[count / 2] / 1000, (double)times[(count * 99 - 1) / 100] / 1000,
                count);
    }
}

int main(int argc, char **argv)
{
    struct buf script = {0};
    struct err err = {0};
    int number = 0, status = 0;
    if (argc < 5 || !file_read(&script, argv[1], 1 << 20, &err)) {
        fprintf(stderr, "usage: help_drive SCRIPT SHOTS TIMING PROGRAM ARGUMENTS…\n");
        return 2;
    }
    d.shots = argv[2];
    d.argv = argv + 4;
    d.fd = -1;
    d.slow = getenv("SLOW") != NULL;
    d.robot = getenv("DRIVE_ROBOT");
    const char *settle_ms = getenv("DRIVE_SETTLE");
    d.settle_ms = settle_ms ? atoi(settle_ms) : 12;
    const char *touch = getenv("DRIVE_TOUCH");
    d.touch = touch ? open(touch, O_WRONLY | O_CLOEXEC) : -1;
    if (touch && d.touch < 0) {
        fprintf(stderr, "drive: cannot open the pipe %s\n", touch);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    for (char *line = script.data; line && *line && !status;) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        number++;
        if (*line && *line != '#' && !step(line)) {
            fprintf(stderr, "drive: line %d of %s failed\n", number, argv[1]);
            shot("failure");
            status = 1;
        }
        line = end ? end + 1 : NULL;
    }
    if (d.fd >= 0 && !d.robot) {
        stop(SIGTERM);
    }
    FILE *out = fopen(argv[3], "w");
    if (out) {
        fprintf(out, "first frame after process start: %ld ms\n", d.first_frame_ms);
        put_times(out, "tap to presented", d.present_us, d.present_count);
        put_times(out, "tap to durable", d.durable_us, d.durable_count);
        fprintf(out, "peak memory: %ld KiB at unlock (Argon2id's included), %ld KiB afterwards\n",
                d.peak_unlock_kib, d.peak_kib);
        fclose(out);
    }
    buf_fini(&script);
    return status;
}
