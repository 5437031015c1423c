/* SPDX-License-Identifier: Apache-2.0 */
/* What a correction keeps beside its answers. */
#include "app/interview/interview_correction.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "platform/custody/sendback.h"
#include "platform/machine/csv.h"
#include "platform/machine/xml.h"

bool correction_new(struct interview_correction **out, const void *bytes, size_t len,
                    struct err *err)
{
    struct interview_correction *c = mem_zero(1, sizeof *c);
    struct sendback body;
    struct csv csv;
    arena_init(&c->arena);
    buf_add(&c->bytes, bytes, len);
    *out = c;
    bool ok = sendback_read(&body, c->bytes.data, c->bytes.len, err) &&
              csv_parse(&csv, &c->arena, body.comments, body.comments_len, err);
    if (!ok) {
        return false;
    }
    c->comments = arena_alloc(&c->arena, (csv.count + 1) * sizeof *c->comments);
    for (size_t r = 1; r < csv.count; r++) { /* after the header */
        if (csv.rows[r].count >= 2) {
            c->comments[c->count++] =
                (struct interview_comment){csv.rows[r].cells[0], csv.rows[r].cells[1], NULL};
        }
    }
    c->xml = body.xml;
    c->xml_len = body.xml_len;
    return true;
}

void correction_free(struct interview_correction *c)
{
    if (c) {
        buf_fini(&c->bytes);
        arena_fini(&c->arena);
        mem_wipe_text(c->reason);
        free(c);
    }
}

void correction_keep_reason(struct interview_correction *c, const char *text, size_t len)
{
    struct buf copy = {0};
    buf_add(&copy, text, len);
    buf_add(&copy, "", 0);
    mem_wipe_text(c->reason);
    c->reason = copy.len > strspn(copy.data, " \n\t") ? mem_text(copy.data) : NULL;
    buf_fini(&copy);
}

void interview_reason(struct interview *i, const char *text)
{
    assert(i->corrects);
    if (strcmp(i->corrects->reason ? i->corrects->reason : "", text) != 0) {
        correction_keep_reason(i->corrects, text, strlen(text));
        interview_post(i, JOURNAL_REASON, "", text, strlen(text));
    }
}

void correction_bind(struct interview *i)
{
    struct interview_correction *c = i->corrects;
    for (size_t k = 0; c && k < c->count; k++) {
        c->comments[k].node =
            *c->comments[k].path ? session_find(i->session, c->comments[k].path) : NULL;
    }
}

struct node *interview_comment_node(const struct interview *i,
                                    const struct interview_comment *comment)
{
    struct buf path = {0};
    struct node *now = NULL;
    if (comment->node) { /* an entry that was removed keeps its nodes, but is not found */
        session_path(comment->node, &path);
        buf_add(&path, "", 0);
        now = session_find(i->session, path.data);
        now = now == comment->node ? now : NULL;
    }
    buf_fini(&path);
    return now;
}

const char *interview_comment(const struct interview *i, struct arena *arena,
                              const struct node *node)
{
    const struct interview_correction *c = i->corrects;
    const char *all = "";
    for (size_t k = 0; c && node && k < c->count; k++) {
        if (c->comments[k].node == node) {
            all = *all ? arena_join(arena, all, "\n", c->comments[k].text, NULL)
                       : c->comments[k].text;
        }
    }
    return all;
}

bool correction_fits(const void *bytes, size_t len, struct err *err)
{
    struct interview_correction *c = NULL;
    struct xml *root;
    bool ok = correction_new(&c, bytes, len, err) &&
              xml_parse(&root, &c->arena, c->xml, c->xml_len, &xml_foreign, err);
    correction_free(c);
    return ok;
}
