/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the coordinator what is known of the cases. */
#include "tools/desk/desk_cases_tell.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"

static bool tell_device(struct buf *out, struct desk *desk, const uint8_t device[16],
                        struct err *err)
{
    char name[DESK_DEVICE_TEXT];
    bool ok = desk_device_text(desk, device, name, err);
    buf_join(out, "device ", ok ? name : "", NULL);
    return ok;
}

static void tell_difference(struct buf *out, const struct entity *side, const struct entity *now)
{
    unsigned count = 0;
    for (const struct entity_property *p = side->properties; p; p = p->next) {
        const char *had = entity_property(now, p->name);
        if (strcmp(p->value, had) != 0) {
            buf_join(out, count++ ? ", " : ": ", p->name, " = ", p->value, NULL);
            buf_join(out, " (in force: ", *had ? had : "nothing", ")", NULL);
        }
    }
    buf_text(out, count ? "\n" : ": the same answers\n");
}

static bool tell_side(struct buf *out, struct desk *desk, const struct desk_case *one,
                      const struct desk_side *side, const char *what, struct err *err)
{
    char hex[33], day[40];
    text_hex(hex, side->record, 16);
    clock_iso(day, sizeof day, side->finalised_ms, 0, false);
    buf_printf(out, "  %s: record %.8s of %.10s, ", what, hex, day);
    bool ok = tell_device(out, desk, side->device, err);
    if (side == &one->maker) {
        buf_text(out, "\n");
    } else {
        tell_difference(out, &side->state, &one->now);
    }
    return ok;
}

static bool tell_case(struct buf *out, struct desk *desk, const struct desk_case *one,
                      struct err *err)
{
    static const uint8_t nobody[16];
    const char *status = entity_property(&one->now, "status");
    bool ok = true;
    buf_join(out, *one->now.label ? one->now.label : one->now.id, "  ", status, NULL);
    buf_printf(out, "%s%.8s, version %llu, ", *status ? "  " : "", one->now.id,
               (unsigned long long)one->now.version);
    if (strcmp(status, "closed") == 0) {
        buf_text(out, "on no device\n");
    } else if (memcmp(one->holder, nobody, 16) == 0) {
        buf_text(out, "on no device: assign it\n");
    } else {
        ok = tell_device(out, desk, one->holder, err);
        buf_text(out, one->pending ? ", which has not yet been told\n" : "\n");
    }
    if (one->sides) {
        ok = ok && tell_side(out, desk, one, &one->maker, "CONFLICT, in force", err);
    }
    for (const struct desk_side *s = one->sides; ok && s; s = s->next) {
        ok = tell_side(out, desk, one, s, "not in force", err);
    }
    return ok;
}

bool desk_cases_tell(struct buf *out, struct desk *desk, const struct desk_cases *cases,
                     struct err *err)
{
    bool ok = true;
    for (const struct desk_case *one = cases->first; ok && one; one = one->next) {
        ok = tell_case(out, desk, one, err);
    }
    for (const struct desk_fault *f = cases->faults; f; f = f->next) {
        char hex[33];
        text_hex(hex, f->record, 16);
        buf_printf(out, "left out: record %.8s: %s\n", hex, f->why);
    }
    buf_printf(out, "%zu cases, %zu in conflict\n", cases->count, cases->conflicts);
    return ok;
}

void desk_cases_table(struct buf *out, const struct desk_cases *cases)
{
    static const char *const fixed[] = {"id",      "list",   "label", "version",
                                        "changes", "device", "told",  "conflict"};
    struct arena arena;
    struct map known;
    const char **names = NULL;
    size_t count = 0;
    arena_init(&arena);
    map_init(&known, &arena);
    for (const struct desk_case *one = cases->first; one; one = one->next) {
        for (const struct entity_property *p = one->now.properties; p; p = p->next) {
            if (!map_get(&known, p->name)) {
                names = mem_grow(names, count + 1, sizeof *names);
                names[count++] = p->name;
                map_put(&known, p->name, &known);
            }
        }
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        csv_cell(out, fixed[i], i == 0);
    }
    for (size_t i = 0; i < count; i++) {
        csv_cell(out, names[i], false);
    }
    csv_end(out);
    for (const struct desk_case *one = cases->first; one; one = one->next) {
        char hex[33];
        text_hex(hex, one->holder, 16);
        csv_cell(out, one->now.id, true);
        csv_cell(out, one->now.list, false);
        csv_cell(out, one->now.label, false);
        buf_printf(out, ",%llu,%u", (unsigned long long)one->now.version, one->changes);
        csv_cell(out, strspn(hex, "0") == 32 ? "" : hex, false);
        csv_cell(out, one->pending ? "no" : "yes", false);
        csv_cell(out, one->sides ? "yes" : "no", false);
        for (size_t i = 0; i < count; i++) {
            csv_cell(out, entity_property(&one->now, names[i]), false);
        }
        csv_end(out);
    }
    free(names);
    arena_fini(&arena);
}

struct naming {
    struct desk *desk;
    const char *name;
    uint8_t *id;
    unsigned count;
};

static bool is_named(void *user, const struct desk_device *device, struct err *err)
{
    struct naming *n = user;
    struct buf label = {0};
    if (device->history > 1) { /* another history of a device that was here already */
        return true;
    }
    bool ok = desk_label(n->desk, device->id, &label, err);
    if (ok && strcmp(label.data, n->name) == 0) {
        memcpy(n->id, device->id, 16);
        n->count++;
    }
    buf_fini(&label);
    return ok;
}

bool desk_device_named(struct desk *desk, const char *name, uint8_t id[16], struct err *err)
{
    struct naming n = {desk, name, id, 0};
    if (!desk_devices(desk, is_named, &n, err) ||
        (n.count == 0 && !desk_find_device(desk, name, id, &n.count, err))) {
        return false;
    }
    if (n.count != 1) {
        err_set(err, ERR_INPUT,
                n.count ? "several devices are called so" : "the desk knows no such device");
        err_at(err, "%s", name);
        return err_hint(err, "give its label, or at least four characters of its id; "
                             "'suhbat-sync status' lists them");
    }
    return true;
}
