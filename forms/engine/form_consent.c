/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the questions that suhbat:audio-consent names. */
#include "forms/engine/form_consent.h"

#include <string.h>

const struct item *form_named(const struct form *form, const char *name, size_t len)
{
    const struct item *found = NULL;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *one = form->items[i];
        if (one->is_leaf && strlen(one->shape.name) == len &&
            memcmp(one->shape.name, name, len) == 0) {
            if (found) {
                return NULL;
            }
            found = one;
        }
    }
    return found;
}

bool form_check_consents(const struct form *form, struct err *err)
{
    for (size_t i = 0; i < form->item_count; i++) {
        const char *words = form->items[i]->audio_consent;
        for (const char *at = words ? words : ""; *(at += strspn(at, " "));) {
            size_t len = strcspn(at, " ");
            if (!form_named(form, at, len)) {
                err_set(err, ERR_INPUT, "suhbat:audio-consent names '%.*s', which is no question",
                        (int)(len < 64 ? len : 64), at);
                err_hint(err, "name questions of the form, each name once in it");
                return err_at(err, "%s", form->items[i]->path);
            }
            at += len;
        }
    }
    return true;
}
