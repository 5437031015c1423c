/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that seal made-up interviews. */
#include "tools/form/form_devices.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/form.h"
#include "platform/custody/device.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/form/form_join.h"

enum { MEMORY_KIB = 8192 }; /* of Argon2id: these devices live for minutes */

struct one_device {
    struct device *device;
    const char *folder;
};

struct form_devices {
    const struct form_devices_spec *spec;
    struct arena arena;
    struct catalogue *catalogue;
    struct buf catalogue_bytes;
    uint8_t root[32], package_secret[32];
    uint8_t package[32]; /* hash of the form's package */
    struct one_device list[FORM_DEVICES_MAX];
    unsigned count;
};

static bool read_study(struct form_devices *d, struct err *err)
{
    const char *study = d->spec->study;
    return keys_read_catalogue(d->catalogue, &d->catalogue_bytes,
                               keys_path(&d->arena, study, "catalogue.sbg"), err) &&
           keys_read_seed(d->root,
                          d->spec->root ? d->spec->root : keys_path(&d->arena, study, "root-1.key"),
                          err) &&
           keys_read_identity(d->package_secret, keys_path(&d->arena, study, "package.identity"),
                              err);
}

/* Tells the study of the device, as suhbat-key enrol does. */
static bool keep(struct form_devices *d, const uint8_t known[KEYS_DEVICE], struct err *err)
{
    struct cert cert;
    uint8_t id[16];
    char hex[33];
    bool sound = cert_read(&cert, known);
    assert(sound); /* keys_enrol made it */
    (void)sound;
    chain_device_id(id, cert.subject);
    text_hex(hex, id, 16);
    return file_write(
        keys_path(&d->arena, d->spec->study, arena_printf(&d->arena, "devices/%s.device", hex)),
        known, KEYS_DEVICE, FILE_PRIVATE, true, err);
}

/* Finds the package whose form is the one that is simulated. */
static bool find_package(struct form_devices *d, struct device *device, struct err *err)
{
    struct device_form *forms = mem_alloc(DEVICE_FORMS_MAX * sizeof *forms);
    uint8_t wanted[32];
    size_t count = 0;
    bool ok = device_forms(device, forms, &count, err), found = false;
    catalogue_form_hash(wanted, d->spec->form->id);
    for (size_t i = 0; ok && !found && i < count; i++) {
        struct buf bytes = {0};
        struct package package;
        ok = device_package(device, forms[i].hash, &bytes, err) &&
             package_read(&package, bytes.data, bytes.len, NULL, err);
        found = ok && memcmp(package.form_hash, wanted, 32) == 0;
        if (found) {
            memcpy(d->package, forms[i].hash, 32);
        }
        buf_fini(&bytes);
    }
    free(forms);
    if (ok && !found) {
        err_set(err, ERR_INPUT, "form '%s' is not in force on the devices", d->spec->form->id);
        err_at(err, "%s", d->spec->load);
        return err_hint(err, "pack it with 'suhbat-form pack --training', and list it with "
                             "'suhbat-key catalogue'");
    }
    return ok;
}

static bool join(struct form_devices *d, unsigned n, struct err *err)
{
    struct one_device *one = &d->list[n];
    char pass[FORM_JOIN_PASS], label[32];
    uint8_t known[KEYS_DEVICE];
    snprintf(label, sizeof label, "simulated %u", n + 1);
    one->folder = arena_printf(&d->arena, "%s/device-%u", d->spec->work, n + 1);
    const struct form_join spec = {
        {NULL, d->catalogue, &d->catalogue_bytes, d->root, d->package_secret},
        one->folder,
        label,
        MEMORY_KIB};
    bool ok = form_join(&one->device, &spec, pass, known, err) && keep(d, known, err) &&
              form_join_load(one->device, d->spec->load, err) && find_package(d, one->device, err);
    secret_wipe(pass, sizeof pass);
    return ok;
}

bool form_devices_open(struct form_devices **out, const struct form_devices_spec *spec,
                       struct err *err)
{
    assert(spec->count >= 1 && spec->count <= FORM_DEVICES_MAX);
    struct form_devices *d = mem_zero(1, sizeof *d);
    d->spec = spec;
    d->catalogue = mem_zero(1, sizeof *d->catalogue);
    arena_init(&d->arena);
    bool ok = file_folder(spec->work, 0700, err) && read_study(d, err);
    while (ok && d->count < spec->count) {
        ok = join(d, d->count, err);
        d->count++;
    }
    if (!ok) {
        form_devices_close(d);
        d = NULL;
    }
    *out = d;
    return ok;
}

bool form_devices_seal(struct form_devices *d, const struct simulated *done, struct err *err)
{
    struct device *device = d->list[done->interviewer % d->count].device;
    struct device_draft draft;
    const struct device_finished finished = {
        .xml = done->xml->data, .xml_len = done->xml->len, .training = true};
    return device_draft_begin(device, &draft, d->package, done->begun_ms, err) &&
           device_finish(device, &draft, done->record_id, &finished, done->ended_ms, err);
}

bool form_devices_hand_over(struct form_devices *d, const char *folder, int64_t wall_ms,
                            unsigned *volumes, struct err *err)
{
    *volumes = 0;
    if (!file_folder(folder, 0700, err)) {
        return false;
    }
    for (unsigned i = 0; i < d->count; i++) {
        struct export_report report;
        if (!device_export(d->list[i].device, folder, wall_ms, &report, err)) {
            return err_at(err, "device %u", i + 1);
        }
        *volumes += report.volumes;
    }
    return true;
}

void form_devices_close(struct form_devices *d)
{
    for (unsigned i = 0; i < d->count; i++) {
        device_close(d->list[i].device);
    }
    (void)!file_remove_folder(d->spec->work, NULL);
    secret_wipe(d->root, sizeof d->root);
    secret_wipe(d->package_secret, sizeof d->package_secret);
    buf_fini(&d->catalogue_bytes);
    free(d->catalogue);
    arena_fini(&d->arena);
    free(d);
}
