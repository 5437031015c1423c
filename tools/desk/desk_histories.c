/* SPDX-License-Identifier: Apache-2.0 */
/* Reads which histories a device has. */
#include <string.h>

#include "tools/desk/desk_internal.h"

struct gathering {
    const struct desk *desk;
    struct histories *out;
};

static struct history *add_history(struct histories *all, const uint8_t id[16], uint64_t from,
                                   uint64_t held, uint64_t receipt_seq)
{
    all->list = mem_grow(all->list, all->count + 1, sizeof *all->list);
    struct history *h = &all->list[all->count++];
    *h = (struct history){.from = from, .held = held, .receipt_seq = receipt_seq};
    memcpy(h->id, id, 16);
    return h;
}

static bool gather_device(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct gathering *g = user;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock_row(g->desk, &plain, "device", c, DEVICE_ROW, err);
    if (ok) {
        const uint8_t *row = (const uint8_t *)plain.data;
        add_history(g->out, row + DEVICE_ID, 1, (uint64_t)c[2].number,
                    get_u64(row + DEVICE_RECEIPT));
    }
    buf_fini(&plain);
    return ok;
}

static bool gather_branch(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct gathering *g = user;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock_row(g->desk, &plain, "branch", c, BRANCH_ROW, err);
    if (ok) {
        const uint8_t *row = (const uint8_t *)plain.data;
        struct history *h = add_history(g->out, row + BRANCH_ID, get_u64(row + BRANCH_FROM),
                                        (uint64_t)c[2].number, get_u64(row + BRANCH_RECEIPT));
        for (size_t i = 0; i + 1 < g->out->count; i++) { /* a parent is stored before its
                                                          * children */
            if (memcmp(g->out->list[i].id, row + BRANCH_PARENT, 16) == 0) {
                h->parent = i;
            }
        }
    }
    buf_fini(&plain);
    return ok;
}

bool desk_histories(struct desk *desk, const uint8_t device[16], struct histories *out,
                    struct err *err)
{
    struct gathering g = {desk, out};
    uint8_t name[16];
    *out = (struct histories){0};
    desk_name(desk, name, "owner", device, 16);
    struct db_value v[] = {db_blob(name, 16)};
    return db_run(desk->db,
                  "SELECT d.id, d.d, coalesce(h.seq, 0) FROM device d"
                  " LEFT JOIN hold h ON h.id = d.id WHERE d.id = ?1",
                  v, 1, gather_device, &g, err) &&
           db_run(desk->db,
                  "SELECT b.id, b.d, coalesce(h.seq, 0) FROM branch b"
                  " LEFT JOIN hold h ON h.id = b.id WHERE b.device = ?1 ORDER BY b.n",
                  v, 1, gather_branch, &g, err);
}
