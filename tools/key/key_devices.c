/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the study's folder of devices. */
#include "tools/key/key_devices.h"

#include <stdlib.h>
#include <string.h>

#include "platform/custody/chain.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"
#include "tools/key/keys.h"

static bool read_device(struct key_device *d, struct arena *arena, const char *folder,
                        const char *name, struct err *err)
{
    struct buf known = {0}, label = {0};
    struct cert cert;
    bool ok = file_read(&known, keys_path(arena, folder, name), 4096, err) &&
              ((known.len >= CERT_BYTES && cert_read(&cert, (const uint8_t *)known.data)) ||
               err_set(err, ERR_INPUT, "%s is no device", name));
    if (ok) {
        chain_device_id(d->id, cert.subject);
        text_hex(d->hex, d->id, 16);
        const char *path = keys_path(arena, folder, arena_printf(arena, "%s.label", d->hex));
        bool labelled = file_exists(path) && file_read(&label, path, 4096, NULL) && label.len;
        d->label = "";
        if (labelled) { /* the label is untrusted: its interviewer chose it */
            char *shown = arena_copy(arena, label.data, label.len);
            text_defuse(shown);
            d->label = shown;
        }
    }
    buf_fini(&known);
    buf_fini(&label);
    return ok;
}

bool key_devices(struct key_device **list, size_t *count, struct arena *arena, const char *dir,
                 struct err *err)
{
    const char **names, *folder = keys_path(arena, dir, "devices");
    struct buf bytes = {0};
    struct catalogue *c = mem_zero(1, sizeof *c);
    bool ok = file_list(arena, &names, count, folder, ".device", err) &&
              keys_read_catalogue(c, &bytes, keys_path(arena, dir, "catalogue.sbg"), err);
    *list = ok ? arena_alloc(arena, (*count + 1) * sizeof **list) : NULL;
    for (size_t i = 0; ok && i < *count; i++) {
        (*list)[i] = (struct key_device){.label = ""};
        ok = read_device(&(*list)[i], arena, folder, names[i], err);
        (*list)[i].revoked = ok && catalogue_revoked(c, 2, (*list)[i].id);
    }
    buf_fini(&bytes);
    free(c);
    return ok;
}

bool key_device_named(const struct key_device **found, struct arena *arena, const char *dir,
                      const char *name, struct err *err)
{
    enum { MIN = 12 };
    struct key_device *list;
    size_t count, fit = 0;
    if (!key_devices(&list, &count, arena, dir, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool by_id = strlen(name) >= MIN && strncmp(list[i].hex, name, strlen(name)) == 0;
        if (by_id || strcmp(list[i].label, name) == 0) {
            *found = &list[i];
            fit++;
        }
    }
    if (fit == 1) {
        return true;
    }
    err_set(err, ERR_INPUT, fit ? "%s is the name of several devices" : "no device is called %s",
            name);
    return err_hint(err, "give its label, or at least the first 12 characters of its id: "
                         "'suhbat-key devices STUDY' lists them");
}
