/* SPDX-License-Identifier: Apache-2.0 */
/* XForm XML → form → session → instance, and an answer to everything. */
#include "tests/fuzz/fuzz.h"

#include "forms/engine/instance.h"

static int64_t wall(void *user)
{
    (void)user;
    return 1795507200000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct xml_limits limits = {256 << 10, 3000, false};
    struct form *form;
    struct session *session;
    struct session_env env = {.wall_ms = wall};
    struct err err = {0};
    if (!form_load(&form, (const char *)data, size, &limits, &err)) {
        return 0;
    }
    if (session_new(&session, form, &env, &err)) {
        struct arena arena;
        struct page *pages;
        size_t count;
        struct buf xml = {0};
        arena_init(&arena);
        session_pages(session, &arena, NULL, &pages, &count);
        for (size_t i = 0; i < count && i < 50; i++) {
            session_text(session, &arena, &pages[i].control->label, pages[i].node, FORM_LONG, NULL);
            if (pages[i].kind == PAGE_QUESTION) {
                session_answer(session, pages[i].node, "1", &err);
            } else if (pages[i].kind == PAGE_ROSTER) {
                struct node *entry;
                if (session_add_entry(session, &pages[i], &entry, &err) &&
                    !session_remove_entry(session, entry, &err)) {
                    break;
                }
            }
        }
        if (!instance_write(&xml, session, &err)) {
            abort();
        }
        for (size_t i = 0; i < form->item_count && i < 40; i++) {
            struct node *node = session_first(session, form->items[i]);
            if (node) {
                session_why(session, node, &xml);
            }
        }
        struct session *again;
        buf_cut(&xml, 0);
        if (instance_write(&xml, session, &err) &&
            instance_open(&again, form, &env, xml.data, xml.len, true, &err)) {
            session_free(again);
        }
        buf_fini(&xml);
        arena_fini(&arena);
        session_free(session);
    }
    form_free(form);
    return 0;
}
