/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the files of a stick, and imports those that are batches. */
#include "tools/desk/desk_take.h"

#include <string.h>

#include "platform/custody/age.h"
#include "platform/machine/file.h"
#include "tools/desk/desk_forget.h"

struct taking {
    struct desk *desk;
    const uint8_t *identity;
    int64_t wall_ms;
    struct take_sums *sums;
    desk_take_tell *tell;
    void *user;
};

static void refuse(struct taking *t, const char *path, const struct err *why)
{
    struct err placed = *why;
    err_at(&placed, "%s", file_name(path));
    t->sums->refused++;
    t->tell(t->user, &(struct take_told){file_name(path), TAKE_REFUSED, NULL, &placed});
}

static bool is_batch(const struct buf *tar)
{
    return tar->len > 512 && strcmp(tar->data, "manifest") == 0;
}

static bool take_batch(struct taking *t, const struct buf *tar, const char *path, struct err *err)
{
    struct import_report r;
    if (!desk_import(t->desk, tar->data, tar->len, t->wall_ms, &r, err)) {
        return false;
    }
    t->sums->opened++;
    t->sums->apart += r.apart;
    t->tell(t->user, &(struct take_told){file_name(path), TAKE_BATCH, &r, NULL});
    return true;
}

/* Opening the age header shows whether a file is damaged or only for somebody else. */
static void take_file(struct taking *t, const char *path, bool named)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])t->identity, .count = 1};
    struct buf file = {0}, tar = {0};
    struct err why = {0};
    enum age_result result = AGE_HEADER;
    if (!file_get(&file, path, BATCH_MAX, NULL, &why)) {
        refuse(t, path, &why);
    } else if (age_open(&tar, file.data, file.len, &keys, &result, &why)) {
        buf_fini(&file); /* while it is taken in, the batch is in memory once */
        if (!named && !is_batch(&tar)) {
            t->sums->other++; /* a stick also carries forms and lists */
            t->tell(t->user, &(struct take_told){file_name(path), TAKE_OTHER, NULL, NULL});
        } else if (!take_batch(t, &tar, path, &why)) {
            refuse(t, path, &why);
        }
    } else if (result == AGE_NO_MATCH) {
        t->sums->foreign++;
        t->tell(t->user, &(struct take_told){file_name(path), TAKE_FOREIGN, NULL, NULL});
    } else {
        err_set(&why, ERR_INPUT, "damaged or cut off");
        err_hint(&why, "copy it again");
        refuse(t, path, &why);
    }
    buf_fini(&file);
    buf_fini(&tar);
}

static bool judge(const struct take_sums *sums, struct err *err)
{
    if (!sums->opened && !sums->refused && sums->foreign) {
        err_set(err, ERR_AUTH, "%u batches found, none opens with this identity", sums->foreign);
        return err_hint(err, "give the identity of one of the study's recipients");
    }
    if (sums->refused) {
        return err_set(err, ERR_INPUT, "%u batches were refused", sums->refused);
    }
    if (sums->apart) {
        err_set(err, ERR_INPUT, "%u batches are kept apart", sums->apart);
        return err_hint(err, "see 'suhbat-sync status', ask who has the device, then 'accept' it");
    }
    return sums->opened || err_set(err, ERR_INPUT, "no batches found");
}

bool desk_take(struct desk *desk, const uint8_t identity[32], const char *const *paths,
               size_t count, int64_t wall_ms, desk_take_tell *tell, void *user,
               struct take_sums *sums, struct err *err)
{
    struct taking t = {desk, identity, wall_ms, sums, tell, user};
    struct arena arena;
    *sums = (struct take_sums){0};
    arena_init(&arena);
    for (size_t i = 0; i < count; i++) {
        const char **names;
        size_t files;
        if (!file_list(&arena, &names, &files, paths[i], ".age", NULL)) {
            take_file(&t, paths[i], true);
            continue;
        }
        for (size_t k = 0; k < files; k++) {
            take_file(&t, arena_join(&arena, paths[i], "/", names[k], NULL), false);
        }
    }
    bool ok = judge(sums, err);
    if (!desk_withdraw_late(desk, identity, wall_ms, &sums->late, &sums->late_why)) {
        sums->late_failed = true;
        if (ok && err) {
            *err = sums->late_why;
        }
        ok = false;
    }
    arena_fini(&arena);
    return ok;
}
