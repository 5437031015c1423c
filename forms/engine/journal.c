/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes and decodes journal events, and replays them. */
#include "forms/engine/journal.h"

#include <assert.h>
#include <string.h>

enum { VERSION = 1, FIXED = 20 };

void journal_write(struct buf *out, const struct journal_event *e)
{
    uint8_t head[FIXED] = {VERSION, (uint8_t)e->kind};
    uint8_t size[4];
    const char *language = e->language ? e->language : "", *path = e->path ? e->path : "";
    assert(strlen(language) <= UINT8_MAX && strlen(path) <= UINT16_MAX); /* form_load saw to it */
    put_u64(head + 4, (uint64_t)e->wall_ms);
    put_u64(head + 12, (uint64_t)e->mono_ms);
    buf_add(out, head, sizeof head);
    buf_char(out, (char)strlen(language));
    buf_text(out, language);
    put_u16(size, (uint16_t)strlen(path));
    buf_add(out, size, 2);
    buf_text(out, path);
    put_u32(size, (uint32_t)e->value_len);
    buf_add(out, size, 4);
    buf_add(out, e->value ? e->value : "", e->value_len);
}

bool journal_read(struct journal_event *e, struct arena *arena, const void *data, size_t len,
                  struct err *err)
{
    const uint8_t *p = data, *end = p + len;
    memset(e, 0, sizeof *e);
    if (len < FIXED + 1 || p[0] != VERSION || p[1] < JOURNAL_BEGIN || p[1] >= JOURNAL_KIND_COUNT) {
        return err_set(err, ERR_INPUT, "the draft holds an event of a newer version");
    }
    e->kind = (enum journal_kind)p[1];
    e->wall_ms = (int64_t)get_u64(p + 4);
    e->mono_ms = (int64_t)get_u64(p + 12);
    p += FIXED;
    size_t n = *p++;
    if ((size_t)(end - p) < n + 2) {
        goto bad;
    }
    e->language = arena_copy(arena, (const char *)p, n);
    p += n;
    n = get_u16(p);
    p += 2;
    if ((size_t)(end - p) < n + 4) {
        goto bad;
    }
    e->path = arena_copy(arena, (const char *)p, n);
    p += n;
    n = get_u32(p);
    p += 4;
    if ((size_t)(end - p) != n) {
        goto bad;
    }
    e->value = arena_copy(arena, (const char *)p, n);
    e->value_len = n;
    return true;
bad:
    return err_set(err, ERR_INPUT, "the draft is damaged");
}

void journal_sound_write(uint8_t out[JOURNAL_SOUND_BYTES], const struct journal_sound *s)
{
    out[0] = (uint8_t)s->what;
    out[1] = (uint8_t)s->why;
    memcpy(out + 2, s->recording, sizeof s->recording);
    put_u64(out + 2 + sizeof s->recording, (uint64_t)s->ms);
}

bool journal_sound_read(struct journal_sound *s, const struct journal_event *e, struct err *err)
{
    const uint8_t *p = (const uint8_t *)e->value;
    if (e->value_len != JOURNAL_SOUND_BYTES || p[0] < SOUND_BEGUN || p[0] >= JOURNAL_SOUND_END ||
        p[1] >= JOURNAL_WHY_END) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    s->what = (enum journal_sounds)p[0];
    s->why = (enum journal_why)p[1];
    memcpy(s->recording, p + 2, sizeof s->recording);
    s->ms = (int64_t)get_u64(p + 2 + sizeof s->recording);
    return true;
}

static bool missing(const struct journal_event *e, struct err *err)
{
    err_set(err, ERR_INPUT, "the form has no place for an answer of this draft: %s", e->path);
    return err_hint(err, "the draft needs the version of the form that it was begun with");
}

bool journal_replay(struct session *s, const struct journal_event *e, struct err *err)
{
    struct node *node = *e->path ? session_find(s, e->path) : NULL;
    struct node *entry;
    switch (e->kind) {
    case JOURNAL_ANSWER:
        return node ? session_replay(s, node, e->value, err) : missing(e, err);
    case JOURNAL_ADD: {
        struct arena arena;
        arena_init(&arena);
        const char *slash = strrchr(e->path, '/');
        const char *parent_path = arena_copy(&arena, e->path, (size_t)(slash - e->path));
        struct node *parent = slash == e->path ? session_root(s) : session_find(s, parent_path);
        size_t name_len = strcspn(slash + 1, "[");
        const struct item *item = NULL;
        if (parent && parent->item) {
            item = form_item(session_form(s), arena_printf(&arena, "%s/%.*s", parent->item->path,
                                                           (int)name_len, slash + 1));
        }
        bool ok = item && item->shape.is_repeat && item->control;
        if (ok) {
            struct page roster = {PAGE_ROSTER, item->control, parent};
            ok = session_add_entry(s, &roster, &entry, err);
        } else {
            missing(e, err);
        }
        arena_fini(&arena);
        return ok;
    }
    case JOURNAL_REMOVE:
        return node ? session_remove_entry(s, node, err) : missing(e, err);
    case JOURNAL_RESTORE:
        return session_restore_entry(s, err);
    case JOURNAL_RESUME:
        session_resume(s);
        return true;
    case JOURNAL_LANGUAGE:
        session_set_language(s, e->language);
        return true;
    default:
        return true;
    }
}
