/* SPDX-License-Identifier: Apache-2.0 */
/* Cases between the device and forms/entities. */
#include "app/interview/interview_cases.h"

#include <stdio.h>
#include <string.h>

#include "app/interview/interview_correction.h"
#include "platform/custody/message.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

static void uuid(char out[37], const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* The case that an assignment carries.  A device's branch upon it is named after the message. */
static bool assign(struct entities *cases, const struct message *m, struct err *err)
{
    struct entities told;
    char branch[37], about[37];
    entities_init(&told, cases->arena);
    uuid(branch, m->message_id);
    uuid(about, m->about);
    if (!entities_parse(&told, m->body, m->len, err)) {
        return false;
    }
    struct entity *one = entities_find(&told, about);
    if (!one || one->version == 0 || one != told.first || one->next) {
        return err_set(err, ERR_INPUT, "the message does not hold the case that it is about");
    }
    one->branch = branch;
    entities_assign(cases, one, m->counter);
    return true;
}

bool cases_on_message(void *user, struct buf *bytes, const struct message *m, struct err *err)
{
    struct arena arena;
    struct entities cases;
    char about[37];
    (void)user;
    arena_init(&arena);
    entities_init(&cases, &arena);
    uuid(about, m->about);
    bool ok = entities_parse(&cases, bytes->data ? bytes->data : "", bytes->len, err);
    switch (ok ? m->kind : MESSAGE_KIND_END) {
    case MESSAGE_ASSIGN:
        ok = assign(&cases, m, err);
        break;
    case MESSAGE_TAKE_BACK:
        entities_forget(&cases, about, m->counter);
        break;
    case MESSAGE_SEND_BACK: /* the device keeps it; it changes no case */
        ok = correction_fits(m->body, m->len, err);
        break;
    case MESSAGE_WITHDRAW_SOUND: /* nor does this */
        break;
    case MESSAGE_WITHDRAW:
        ok = err_set(err, ERR_ENV, "the message needs a newer version of the program");
        break;
    case MESSAGE_KIND_END:
        break;
    }
    if (ok) {
        buf_cut(bytes, 0);
        entities_print(bytes, &cases);
    }
    arena_fini(&arena);
    return ok;
}

bool cases_read(struct entities *cases, struct arena *arena, struct device *device, struct err *err)
{
    struct buf bytes = {0};
    entities_init(cases, arena);
    bool ok = device_cases(device, &bytes, err) &&
              entities_parse(cases, bytes.data ? bytes.data : "", bytes.len, err);
    buf_fini(&bytes);
    return ok;
}

/* ---- meetings ---- */

static int number_at(const char *text, size_t at, size_t len)
{
    int number = 0;
    for (size_t i = at; i < at + len; i++) {
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

const char *case_due(const struct entity *one)
{
    static const char shape[] = "dddd-dd-dd";
    const char *due = entity_property(one, "next_due");
    const char *status = entity_property(one, "status");
    size_t i = 0;
    while (shape[i] && (shape[i] == 'd' ? due[i] >= '0' && due[i] <= '9' : due[i] == shape[i])) {
        i++;
    }
    bool wanted = !*status || strcmp(status, "active") == 0;
    return wanted && !shape[i] && !due[i] ? due : "";
}

int64_t case_days_late(const char *due, int64_t wall_ms)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000, MINUTE_MS = 60 * 1000 };
    int64_t local = wall_ms + (int64_t)clock_zone_minutes(wall_ms) * MINUTE_MS;
    return local / DAY_MS -
           clock_days(number_at(due, 0, 4), number_at(due, 5, 2), number_at(due, 8, 2));
}

bool cases_form_reads(const struct package *package, const char *list)
{
    char uri[200];
    const char *xml;
    size_t len;
    snprintf(uri, sizeof uri, "jr://file-csv/%s.csv", list);
    return package_find(package, "form.xml", &xml, &len) && memmem(xml, len, uri, strlen(uri));
}

bool cases_count(struct case_counts *counts, struct device *device, int64_t wall_ms,
                 struct err *err)
{
    struct arena arena;
    struct entities cases;
    *counts = (struct case_counts){.all = 0};
    arena_init(&arena);
    bool ok = cases_read(&cases, &arena, device, err);
    for (const struct entity *one = ok ? cases.first : NULL; one; one = one->next) {
        const char *due = case_due(one);
        int64_t late = *due ? case_days_late(due, wall_ms) : 0;
        counts->all += one->version > 0;
        counts->overdue += *due && late > 0;
        counts->soon += *due && late <= 0 && late >= -CASE_SOON;
    }
    arena_fini(&arena);
    return ok;
}

static const struct entity_change *change_of(const struct entity_change *changes, const char *id)
{
    while (changes && strcmp(changes->id, id) != 0) {
        changes = changes->next;
    }
    return changes;
}

bool cases_after(struct buf *out, struct device *device, const struct case_record *record,
                 struct err *err)
{
    struct arena arena;
    struct entities cases;
    struct entity_change *changes = NULL, *before = NULL;
    bool ok = true;
    if (!entities_any(record->form)) {
        return true;
    }
    arena_init(&arena);
    ok = entities_read(&changes, &arena, record->form, record->xml, record->len, err) &&
         (!record->old ||
          entities_read(&before, &arena, record->form, record->old, record->old_len, err)) &&
         ((!changes && !before) || cases_read(&cases, &arena, device, err));
    for (const struct entity_change *c = changes; ok && c; c = c->next) {
        const struct entity_change *old = change_of(before, c->id);
        if (old) {
            entities_correct(&cases, old, c);
        } else {
            entities_apply(&cases, c);
        }
    }
    for (const struct entity_change *b = before; ok && b; b = b->next) {
        if (!change_of(changes, b->id)) {
            entities_unmake(&cases, b);
        }
    }
    if (ok && (changes || before)) {
        entities_print(out, &cases);
    }
    arena_fini(&arena);
    return ok;
}
