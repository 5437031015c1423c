/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes files; a written file is complete or absent. */
#include "platform/machine/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/fault.h"

static bool env(struct err *err, const char *path, const char *doing)
{
    int why = errno;
    err_set(err, ERR_ENV, "cannot %s: %s", doing, strerror(why));
    return err_at(err, "%s", path);
}

static bool made_to_fail(struct err *err, const char *path)
{
    err_set(err, ERR_ENV, "made to fail");
    return err_at(err, "%s", file_name(path));
}

static bool read_all(struct buf *out, int fd, const char *path, size_t max,
                     struct progress *progress, struct err *err)
{
    char chunk[64 * 1024];
    size_t sum = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return env(err, path, "read");
        }
        if (n == 0) {
            explicit_bzero(chunk, sizeof chunk);
            buf_add(out, "", 0);
            return true;
        }
        sum += (size_t)n;
        if (sum > max) {
            err_set(err, ERR_LIMIT, "the file is larger than %zu bytes", max);
            return err_at(err, "%s", path);
        }
        buf_add(out, chunk, (size_t)n);
        progress_add(progress, (size_t)n);
        if (progress_stopped(progress)) {
            explicit_bzero(chunk, sizeof chunk);
            return err_set(err, ERR_ENV, "the reading was stopped");
        }
    }
}

/* Open a regular file only: a stick may hold a link to a device, or a pipe that nobody writes
 * to. */
static int open_plain(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

bool file_get(struct buf *out, const char *path, size_t max, struct progress *progress,
              struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    struct stat st;
    int fd = open_plain(path, &st);
    if (fd < 0) {
        return env(err, path, "open");
    }
    if (progress && st.st_size > 0) {
        progress->total = (size_t)st.st_size;
    }
    if (st.st_size > 0 && (size_t)st.st_size <= max) {
        buf_reserve(out, out->len + (size_t)st.st_size);
    }
    bool ok = read_all(out, fd, path, max, progress, err);
    close(fd);
    return ok;
}

bool file_head(struct buf *out, const char *path, size_t len, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    struct stat st;
    int fd = open_plain(path, &st);
    size_t left = len;
    ssize_t n;
    if (fd < 0) {
        return env(err, path, "open");
    }
    buf_add(out, "", 0);
    do {
        n = read(fd, buf_ahead(out, left), left);
        if (n > 0) {
            buf_took(out, (size_t)n);
            left -= (size_t)n;
        }
    } while (left && (n > 0 || (n < 0 && errno == EINTR)));
    bool ok = n >= 0 || env(err, path, "read");
    close(fd);
    return ok;
}

bool file_read(struct buf *out, const char *path, size_t max, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return env(err, path, "open");
    }
    bool ok = read_all(out, fd, standard ? "standard input" : path, max, NULL, err);
    if (!standard) {
        close(fd);
    }
    return ok;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool sync_folder_of(const char *path, bool whole_system)
{
    char *folder = mem_text(path);
    char *slash = strrchr(folder, '/');
    const char *name = ".";
    if (slash) {
        slash[slash == folder] = '\0';
        name = folder;
    }
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0) {
        return false;
    }
    bool ok = fsync(fd) == 0 && (!whole_system || syncfs(fd) == 0);
    close(fd);
    return ok;
}

bool file_rename(const char *from, const char *to, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, to);
    }
    return (rename(from, to) == 0 && sync_folder_of(to, false)) || env(err, to, "write");
}

bool file_move(const char *from, const char *to, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, to);
    }
    return rename(from, to) == 0 || env(err, to, "write");
}

bool file_flush(const char *folder, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, folder);
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;
    ok = (fd < 0 || close(fd) == 0) && ok;
    return ok || env(err, folder, "write");
}

bool file_append(const char *path, const void *bytes, size_t len, unsigned mode, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, mode);
    bool ok = fd >= 0 && write_all(fd, bytes, len);
    ok = (fd < 0 || close(fd) == 0) && ok;
    return ok || env(err, path, "write");
}

bool file_write(const char *path, const void *bytes, size_t len, unsigned mode, bool force,
                struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    if (strcmp(path, "-") == 0) {
        return write_all(STDOUT_FILENO, bytes, len) || env(err, "standard output", "write");
    }
    if (!force && file_exists(path)) {
        err_set(err, ERR_INPUT, "the file is there already");
        err_at(err, "%s", path);
        return err_hint(err, "give another name, or --force to replace it");
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* /dev/null or a pipe: write to it, do
                                                         * not replace it */
        int out = S_ISDIR(st.st_mode) ? -1 : open(path, O_WRONLY | O_CLOEXEC);
        bool written = out >= 0 && write_all(out, bytes, len);
        written = (out < 0 || close(out) == 0) && written;
        return written || err_set(err, ERR_ENV, "%s: cannot be written to", path);
    }
    struct buf side = {0};
    buf_printf(&side, "%s.%ld.part", path, (long)getpid());
    unlink(side.data);
    int fd = open(side.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool ok = fd >= 0;
    if (ok) {
        ok = write_all(fd, bytes, len) && fsync(fd) == 0;
        ok = close(fd) == 0 && ok;
        ok = ok && rename(side.data, path) == 0 && sync_folder_of(path, false);
    }
    if (!ok) {
        env(err, path, "write");
        unlink(side.data);
    }
    buf_fini(&side);
    return ok;
}

static bool same_on_medium(const char *path, const void *bytes, size_t len,
                           struct progress *progress)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    struct buf back = {0};
    bool ok = read_all(&back, fd, path, len, progress, NULL) && back.len == len &&
              (len == 0 || memcmp(back.data, bytes, len) == 0);
    buf_fini(&back);
    close(fd);
    return ok;
}

/* Write in steps of 1 MiB; each is synced before progress counts it. */
static bool write_watched(int fd, const char *bytes, size_t len, struct progress *progress)
{
    enum { STEP = 1 << 20 };
    while (len) {
        size_t n = len < STEP ? len : STEP;
        if (progress_stopped(progress)) {
            errno = ECANCELED;
            return false;
        }
        if (!write_all(fd, bytes, n) || fdatasync(fd) != 0) {
            return false;
        }
        progress_add(progress, n);
        bytes += n;
        len -= n;
    }
    return true;
}

bool file_put(const char *folder, const char *name, const void *bytes, size_t len,
              struct progress *progress, struct err *err)
{
    assert(!strchr(name, '/'));
    if (fault_due()) {
        return made_to_fail(err, name);
    }
    struct buf part = {0}, final = {0};
    buf_printf(&part, "%s/~%s.part", folder, name);
    buf_printf(&final, "%s/%s", folder, name);
    unlink(part.data); /* left over when the stick was pulled out earlier */
    int fd = open(part.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_PRIVATE);
    bool ok = fd >= 0;
    if (ok) {
        /* constant times: the stick must not reveal when the file was handed over */
        static const struct timespec constant[2] = {{.tv_sec = 946684800}, {.tv_sec = 946684800}};
        ok = progress ? write_watched(fd, bytes, len, progress) : write_all(fd, bytes, len);
        ok = ok && futimens(fd, constant) == 0 && fsync(fd) == 0;
        ok = close(fd) == 0 && ok;
        if (ok && !same_on_medium(part.data, bytes, len, progress)) {
            errno = EIO;
            ok = false;
        }
        ok = ok && rename(part.data, final.data) == 0 && sync_folder_of(final.data, true);
    }
    if (!ok) {
        env(err, final.data, "write");
        err_hint(err, "try another stick or card; nothing was lost");
        unlink(part.data);
    }
    buf_fini(&part);
    buf_fini(&final);
    return ok;
}

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool file_folder(const char *path, unsigned mode, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    char *copy = mem_text(path);
    bool ok = true;
    for (char *p = copy + 1; ok; p++) {
        if (*p == '/' || *p == '\0') {
            char keep = *p;
            *p = '\0';
            struct stat st;
            if (mkdir(copy, mode) != 0 &&
                !(errno == EEXIST && stat(copy, &st) == 0 && S_ISDIR(st.st_mode))) {
                ok = env(err, path, "make the folder");
            }
            *p = keep;
            if (!keep) {
                break;
            }
        }
    }
    free(copy);
    return ok;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_folder(int dir, const char *name)
{
    struct stat st;
    return fstatat(dir, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Uses getdents64, because readdir's buffer would keep the names in memory. */
bool file_each(const char *folder, file_seen *each, void *user, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, folder);
    }
    enum { ROOM = 32 * 1024 };
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        return env(err, folder, "open the folder");
    }
    struct arena room;
    arena_init(&room);
    char *entries = arena_alloc(&room, ROOM);
    bool more = true;
    ssize_t got = 0;
    while (more && (got = getdents64(dir, entries, ROOM)) > 0) {
        for (char *at = entries; more && at < entries + got;) {
            const struct dirent64 *entry = (const struct dirent64 *)at;
            const char *name = entry->d_name;
            at += entry->d_reclen;
            more = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || each(user, dir, name);
        }
    }
    bool ok = got >= 0 || env(err, folder, "read the folder");
    close(dir);
    arena_fini(&room);
    return ok;
}

struct listing {
    struct arena *arena;
    const char *ending; /* NULL: list folders */
    const char **names;
    size_t count;
};

static bool list_one(void *user, int dir, const char *name)
{
    struct listing *l = user;
    if (name[0] != '.' && name[0] != '~' &&
        (l->ending ? file_ends(name, l->ending) : is_folder(dir, name))) {
        l->names = mem_grow(l->names, l->count + 1, sizeof *l->names);
        l->names[l->count++] = arena_text(l->arena, name);
    }
    return true;
}

static bool list_names(struct arena *arena, const char ***names, size_t *count, const char *folder,
                       const char *ending, struct err *err)
{
    struct listing l = {.arena = arena, .ending = ending};
    bool ok = file_each(folder, list_one, &l, err);
    *count = ok ? l.count : 0;
    *names = arena_alloc(arena, (l.count + 1) * sizeof **names);
    if (l.count) {
        qsort(l.names, l.count, sizeof *l.names, by_text);
        memcpy(*names, l.names, l.count * sizeof *l.names);
    }
    free(l.names);
    return ok;
}

bool file_list(struct arena *arena, const char ***names, size_t *count, const char *folder,
               const char *ending, struct err *err)
{
    return list_names(arena, names, count, folder, ending, err);
}

bool file_folders(struct arena *arena, const char ***names, size_t *count, const char *folder,
                  struct err *err)
{
    return list_names(arena, names, count, folder, NULL, err);
}

bool file_remove(const char *path, struct err *err)
{
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    return unlink(path) == 0 || env(err, path, "remove");
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

bool file_remove_folder(const char *path, struct err *err)
{
    enum { OPEN_FOLDERS = 16 };
    return nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 ||
           env(err, path, "remove");
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *file_stem(struct arena *arena, const char *path)
{
    const char *name = file_name(path);
    const char *dot = strrchr(name, '.');
    return arena_copy(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

bool file_ends(const char *path, const char *ending)
{
    size_t lp = strlen(path), le = strlen(ending);
    return lp >= le && strcasecmp(path + lp - le, ending) == 0;
}

unsigned long long file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size > 0 ? (unsigned long long)st.st_size : 0;
}

unsigned long long file_free_bytes(const char *path)
{
    struct statvfs fs;
    if (statvfs(path, &fs) != 0) {
        return 0;
    }
    return (unsigned long long)fs.f_bavail * fs.f_frsize;
}

bool file_lock(int *held, const char *path, struct err *err)
{
    return file_lock_wait(held, path, 0, err);
}

bool file_lock_wait(int *held, const char *path, int ms, struct err *err)
{
    enum { STEP_MS = 20 };
    *held = -1;
    if (fault_due()) {
        return made_to_fail(err, path);
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_PRIVATE);
    if (fd < 0) {
        return env(err, path, "open");
    }
    bool mine = flock(fd, LOCK_EX | LOCK_NB) == 0;
    while (!mine && errno == EWOULDBLOCK && ms > 0) {
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
        ms -= STEP_MS;
        mine = flock(fd, LOCK_EX | LOCK_NB) == 0;
    }
    if (!mine) {
        close(fd);
        err_set(err, ERR_ENV, "another suhbat is using this folder");
        err_at(err, "%s", path);
        return err_hint(err, "close the other one first");
    }
    *held = fd;
    return true;
}

void file_unlock(int held)
{
    if (held >= 0) {
        close(held);
    }
}
