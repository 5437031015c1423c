/* SPDX-License-Identifier: Apache-2.0 */
/* Streams a desk's folder through tar and age, and back. */
#include "tools/desk/desk_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/custody/age.h"
#include "platform/custody/tar.h"
#include "platform/machine/file.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_ledger.h"

/* The database comes last: what precedes it is small. */
static const char *const names[] = {"desk-key.age", "desk.key", "desk.cert", "desk.db"};
enum { NAMES = sizeof names / sizeof *names, PIECE = 256 * 1024, KEY_FILE = 0, DATABASE = 3 };

static const char *path_in(struct arena *arena, const char *dir, const char *name)
{
    return arena_join(arena, dir, "/", name, NULL);
}

static bool failed(const char *what, const char *path, struct err *err)
{
    err_set(err, ERR_ENV, "%s: %s", what, strerror(errno));
    return err_at(err, "%s", path);
}

/* ---- backup ---- */

struct writing {
    struct arena arena;
    struct age_stream stream;
    const char *side; /* the file until it is whole */
    struct buf out;   /* sealed, not yet written */
};

static bool flush(struct writing *w, bool all, struct err *err)
{
    if (!w->out.len || (!all && w->out.len < PIECE)) {
        return true;
    }
    bool ok = file_append(w->side, w->out.data, w->out.len, FILE_PRIVATE, err);
    buf_cut(&w->out, 0);
    return ok;
}

static bool add_file(struct writing *w, const char *name, const char *path, struct err *err)
{
    static const char zeros[TAR_BLOCK];
    char *piece = mem_alloc(PIECE);
    struct buf header = {0};
    unsigned long long size = file_size(path), left = size;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 || failed("it cannot be read", path, err);
    tar_head(&header, name, size);
    age_seal_more(&w->stream, &w->out, header.data, header.len);
    while (ok && left) {
        ssize_t n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        ok = n > 0 || failed("it cannot be read whole", path, err);
        if (ok) {
            age_seal_more(&w->stream, &w->out, piece, (size_t)n);
            left -= (unsigned long long)n;
            ok = flush(w, false, err);
        }
    }
    age_seal_more(&w->stream, &w->out, zeros, (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK));
    if (fd >= 0) {
        close(fd);
    }
    buf_fini(&header);
    free(piece);
    return ok;
}

static bool write_all(struct writing *w, struct desk *desk, struct err *err)
{
    uint8_t keys[CATALOGUE_RECIPIENTS_MAX][32];
    size_t count = catalogue_recipients(&desk->catalogue, keys);
    static const char end[2 * TAR_BLOCK];
    if (!age_seal_begin(&w->stream, &w->out, (const uint8_t(*)[32])keys, count, err)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < NAMES; i++) {
        const char *path = path_in(&w->arena, desk->dir, names[i]);
        if (file_exists(path)) {
            ok = add_file(w, names[i], path, err);
        }
    }
    age_seal_more(&w->stream, &w->out, end, sizeof end);
    age_seal_end(&w->stream, &w->out);
    return ok && flush(w, true, err);
}

/* While the transaction is open nobody writes; the write-ahead log was emptied before, so that the
 * database's file is whole. */
static bool hold_still(struct desk *desk, struct arena *arena, struct err *err)
{
    enum { TRIES = 20 };
    const char *log = path_in(arena, desk->dir, "desk.db-wal");
    for (int i = 0; i < TRIES; i++) {
        db_checkpoint(desk->db);
        if (!db_begin(desk->db, err)) {
            return false;
        }
        if (file_size(log) == 0) {
            return true;
        }
        db_rollback(desk->db); /* somebody wrote in between */
    }
    return err_set(err, ERR_ENV, "the desk is being written to: try again");
}

bool desk_backup(struct desk *desk, const char *path, bool force, uint64_t *records,
                 struct err *err)
{
    struct writing w = {.side = NULL};
    arena_init(&w.arena);
    w.side = arena_join(&w.arena, path, ".new", NULL);
    bool ok = true;
    if (!force && file_exists(path)) {
        err_set(err, ERR_INPUT, "the file already exists");
        err_at(err, "%s", path);
        ok = err_hint(err, "choose another name, or use --force to replace it");
    }
    ok = ok && (!file_exists(w.side) || file_remove(w.side, err)) &&
         desk_held(desk, records, err) && hold_still(desk, &w.arena, err);
    if (ok) {
        ok = write_all(&w, desk, err);
        db_rollback(desk->db);
        ok = ok && file_flush(desk->dir, err) && file_rename(w.side, path, err);
    }
    if (!ok && w.side && file_exists(w.side)) {
        (void)!file_remove(w.side, NULL);
    }
    age_stream_fini(&w.stream);
    buf_fini(&w.out);
    arena_fini(&w.arena);
    return ok;
}

/* ---- restore ---- */

struct reading {
    struct arena arena;
    struct age_stream stream;
    const char *dir; /* where the files go until all are there */
    struct buf plain;
    const char *name; /* the member being written; NULL: a header comes next */
    uint64_t left, padding;
    bool seen[NAMES], ended;
};

static bool damaged(struct err *err)
{
    err_set(err, ERR_INPUT, "the backup is damaged or cut off");
    return err_hint(err, "use another copy");
}

/* Reads a member's header from the beginning of `plain`. */
static bool begin_member(struct reading *r, struct err *err)
{
    char name[TAR_NAME];
    if (tar_is_end(r->plain.data)) {
        r->ended = true;
        return true;
    }
    if (!tar_read_head(r->plain.data, name, &r->left)) {
        return damaged(err);
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i], name) == 0 && !r->seen[i]) {
            r->seen[i] = true;
            r->name = path_in(&r->arena, r->dir, names[i]);
            r->padding = (TAR_BLOCK - r->left % TAR_BLOCK) % TAR_BLOCK;
            return file_append(r->name, "", 0, FILE_PRIVATE, err);
        }
    }
    return damaged(err);
}

static void drop_front(struct buf *b, size_t len)
{
    memmove(b->data, b->data + len, b->len - len);
    buf_cut(b, b->len - len);
}

/* Writes as much of the members as is there. */
static bool take_plain(struct reading *r, struct err *err)
{
    bool ok = true;
    while (ok && !r->ended && r->plain.len) {
        if (!r->name) {
            if (r->plain.len < TAR_BLOCK) {
                break;
            }
            ok = begin_member(r, err);
            drop_front(&r->plain, TAR_BLOCK);
            continue;
        }
        size_t n = r->plain.len < r->left ? r->plain.len : (size_t)r->left;
        ok = !n || file_append(r->name, r->plain.data, n, FILE_PRIVATE, err);
        r->left -= n;
        drop_front(&r->plain, n);
        if (!r->left) {
            n = r->plain.len < r->padding ? r->plain.len : (size_t)r->padding;
            r->padding -= n;
            drop_front(&r->plain, n);
            r->name = r->padding ? r->name : NULL;
            if (r->padding) {
                break;
            }
        }
    }
    return ok;
}

/* Fills a piece as far as the file goes. */
static bool read_piece(int fd, char *piece, size_t *len, struct err *err)
{
    *len = 0;
    while (*len < PIECE) {
        ssize_t n = read(fd, piece + *len, PIECE - *len);
        if (n < 0 && errno != EINTR) {
            return err_set(err, ERR_ENV, "it cannot be read: %s", strerror(errno));
        }
        if (n == 0) {
            break;
        }
        *len += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool take_piece(struct reading *r, const char *bytes, size_t len, struct err *err)
{
    return (age_open_more(&r->stream, &r->plain, bytes, len) || damaged(err)) && take_plain(r, err);
}

static bool read_all(struct reading *r, int fd, const struct age_keys *keys, struct err *err)
{
    char *piece = mem_alloc(PIECE);
    size_t len, used; /* the first piece holds the whole header */
    bool ok = read_piece(fd, piece, &len, err) &&
              age_open_begin(&r->stream, piece, len, &used, keys, err) &&
              take_piece(r, piece + used, len - used, err);
    while (ok && len) {
        ok = read_piece(fd, piece, &len, err) && take_piece(r, piece, len, err);
    }
    free(piece);
    return ok && (age_open_end(&r->stream, &r->plain) || damaged(err)) && take_plain(r, err) &&
           ((r->ended && r->seen[KEY_FILE] && r->seen[DATABASE]) || damaged(err));
}

/* A desk that opens, and whose log is whole. */
static bool check(const char *dir, const uint8_t identity[32], uint64_t *records, struct err *err)
{
    struct desk *desk;
    bool ok = desk_open(&desk, dir, identity, err);
    ok = ok && desk_ledger_read(desk, NULL, NULL, err) && desk_held(desk, records, err);
    desk_close(desk);
    return ok;
}

bool desk_restore(const char *path, const char *dir, const uint8_t identity[32], uint64_t *records,
                  struct err *err)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    struct reading r = {.dir = NULL};
    arena_init(&r.arena);
    r.dir = arena_join(&r.arena, dir, ".new", NULL);
    if (file_exists(dir)) {
        err_set(err, ERR_INPUT, "there is something already");
        err_at(err, "%s", dir);
        arena_fini(&r.arena);
        return err_hint(err, "restore into a folder that does not exist");
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 || failed("it cannot be read", path, err);
    ok = ok && (!file_exists(r.dir) || file_remove_folder(r.dir, err)) &&
         file_folder(r.dir, 0700, err) &&
         (read_all(&r, fd, &keys, err) || err_at(err, "%s", path)) &&
         check(r.dir, identity, records, err) && file_flush(r.dir, err) &&
         file_rename(r.dir, dir, err);
    if (!ok && file_exists(r.dir)) {
        (void)!file_remove_folder(r.dir, NULL);
    }
    if (fd >= 0) {
        close(fd);
    }
    age_stream_fini(&r.stream);
    buf_fini(&r.plain);
    arena_fini(&r.arena);
    return ok;
}
