/* SPDX-License-Identifier: Apache-2.0 */
/* Reads zip archives within limits that stop zip bombs; writes reproducible ones. */
#include "platform/machine/zip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum {
    FILE_MAX = 20 << 20,
    MEMBERS_MAX = 500,
    MEMBER_MAX = 64 << 20,
    TOTAL_MAX = 128 << 20,
    RATIO_MAX = 100,
    RATIO_FROM = 1 << 20, /* small members may compress well and are harmless */
    STEP = 64 << 10,
    PROBE = 32 /* checks that no more follows than the declared size */
};

struct zip_file {
    zip_t *zip;
    size_t total;
};

static bool check_members(zip_t *zip, size_t len, struct err *err)
{
    zip_int64_t count = zip_get_num_entries(zip, 0);
    zip_uint64_t packed = 0;
    if (count < 0 || count > MEMBERS_MAX) {
        return err_set(err, ERR_LIMIT, "the archive has more than %d members", (int)MEMBERS_MAX);
    }
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t st;
        if (zip_stat_index(zip, (zip_uint64_t)i, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME)) {
            return err_set(err, ERR_INPUT, "the archive is damaged");
        }
        if (zip_name_locate(zip, st.name, 0) != i) {
            return err_set(err, ERR_INPUT, "the archive holds a name twice");
        }
        if (st.encryption_method != ZIP_EM_NONE) {
            return err_set(err, ERR_INPUT, "the archive is encrypted");
        }
        if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE) {
            return err_set(err, ERR_INPUT, "the archive uses an unknown compression");
        }
        if (st.size > MEMBER_MAX) {
            return err_set(err, ERR_LIMIT, "a member of the archive is larger than 64 MiB");
        }
        if (st.comp_size > len || packed + st.comp_size > len) {
            return err_set(err, ERR_INPUT, "members of the archive overlap");
        }
        packed += st.comp_size;
    }
    return true;
}

bool zip_open_bytes(struct zip_file **out, const char *bytes, size_t len, struct err *err)
{
    *out = NULL;
    if (len > FILE_MAX) {
        return err_set(err, ERR_LIMIT, "the file is larger than 20 MiB");
    }
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes, len, 0, &why);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
    zip_error_fini(&why);
    if (!zip) {
        if (source) {
            zip_source_free(source);
        }
        return err_set(err, ERR_INPUT, "this is not a whole .xlsx (zip) file");
    }
    if (!check_members(zip, len, err)) {
        zip_discard(zip);
        return false;
    }
    *out = mem_zero(1, sizeof **out);
    (*out)->zip = zip;
    return true;
}

void zip_shut(struct zip_file *zip)
{
    if (zip) {
        zip_discard(zip->zip);
        free(zip);
    }
}

bool zip_has(struct zip_file *zip, const char *name)
{
    return zip_name_locate(zip->zip, name, 0) >= 0;
}

bool zip_member(struct buf *out, struct zip_file *zip, const char *name, struct err *err)
{
    zip_stat_t st;
    zip_file_t *file = NULL;
    if (zip_stat(zip->zip, name, 0, &st) == 0) {
        file = zip_fopen(zip->zip, name, 0);
    }
    if (!file) {
        return err_set(err, ERR_INPUT, "the archive has no readable '%s'", name);
    }
    size_t got = 0, told = (st.valid & ZIP_STAT_SIZE) && st.size < RATIO_FROM ? st.size : 0;
    bool ok = true;
    for (;;) { /* memory grows with what is really read, not with the declared size */
        size_t step = got < told ? told - got : told ? PROBE : STEP;
        char *room = buf_ahead(out, step);
        zip_int64_t n = zip_fread(file, room, step);
        if (n < 0) {
            ok = err_set(err, ERR_INPUT, "'%s' in the archive is damaged", name);
            break;
        }
        if (n == 0) {
            break;
        }
        got += (size_t)n;
        zip->total += (size_t)n;
        buf_took(out, (size_t)n);
        if (got > MEMBER_MAX || zip->total > TOTAL_MAX ||
            (got > RATIO_FROM && got / RATIO_MAX > st.comp_size)) {
            ok = err_set(err, ERR_LIMIT, "'%s' in the archive unpacks to too much", name);
            break;
        }
    }
    buf_add(out, "", 0);
    zip_fclose(file);
    return ok;
}

static bool add_parts(zip_t *zip, const struct zip_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        zip_source_t *bytes = zip_source_buffer(zip, parts[i].bytes, parts[i].len, 0);
        zip_int64_t at = bytes ? zip_file_add(zip, parts[i].name, bytes, ZIP_FL_ENC_UTF_8) : -1;
        if (at < 0) {
            zip_source_free(bytes);
            return false;
        }
        /* 1980-01-01, the earliest date in a zip archive */
        zip_file_set_dostime(zip, (zip_uint64_t)at, 0, 1 << 5 | 1, 0);
    }
    return true;
}

bool zip_write(struct buf *out, const struct zip_part *parts, size_t count, struct err *err)
{
    assert(parts || !count);
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_t *zip = target ? zip_open_from_source(target, ZIP_TRUNCATE, &why) : NULL;
    zip_error_fini(&why);
    if (!zip) {
        zip_source_free(target);
        return err_set(err, ERR_ENV, "the archive cannot be made");
    }
    zip_source_keep(target); /* zip_close releases it */
    bool ok = add_parts(zip, parts, count) && zip_close(zip) == 0;
    if (!ok) {
        zip_discard(zip);
    }
    ok = ok && zip_source_open(target) == 0;
    char chunk[16384];
    for (zip_int64_t n; ok && (n = zip_source_read(target, chunk, sizeof chunk)) != 0;) {
        ok = n > 0;
        if (ok) {
            buf_add(out, chunk, (size_t)n);
        }
    }
    zip_source_close(target);
    zip_source_free(target);
    return ok || err_set(err, ERR_ENV, "the archive cannot be written");
}

bool zip_member_size(const char *path, const char *name, uint64_t *size)
{
    zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
    zip_stat_t st;
    bool found = zip && zip_stat(zip, name, 0, &st) == 0 && (st.valid & ZIP_STAT_SIZE);
    *size = found ? st.size : 0;
    if (zip) {
        zip_discard(zip);
    }
    return found;
}
