/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that seal made-up interviews. */
#include "tools/form/form_devices.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/form.h"
#include "platform/custody/device.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/key/keys.h"

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

/* The study's answer to a device, as a file that the device loads. */
static bool answer(struct form_devices *d, const struct buf *request, const char *folder,
                   struct err *err)
{
    struct enrol_request r;
    struct buf grant = {0};
    uint8_t known[KEYS_DEVICE], id[16];
    char hex[33];
    const struct keys_enrolment enrolment = {&r, d->catalogue, &d->catalogue_bytes, d->root,
                                             d->package_secret};
    bool ok = enrol_request_read(&r, request->data, request->len, err) &&
              keys_enrol(&grant, known, &enrolment, err);
    if (ok) {
        chain_device_id(id, r.sign_pk);
        text_hex(hex, id, 16);
        ok = file_write(keys_path(&d->arena, d->spec->study,
                                  arena_printf(&d->arena, "devices/%s.device", hex)),
                        known, sizeof known, FILE_PRIVATE, true, err) &&
             file_write(keys_path(&d->arena, folder, "grant.age"), grant.data, grant.len,
                        FILE_PRIVATE, true, err);
    }
    buf_fini(&grant);
    return ok;
}

static bool load(struct device *device, const char *folder, struct err *err)
{
    struct load_report report;
    if (!device_load_folder(device, folder, &report, err)) {
        return err_at(err, "%s", folder);
    }
    if (report.refused) {
        *err = report.why;
        return err_at(err, "%s", folder);
    }
    return true;
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
    enum { DAY = 86400 };
    struct one_device *one = &d->list[n];
    struct invite *invite = mem_zero(1, sizeof *invite);
    struct buf request = {0};
    uint8_t drawn[32];
    char pass[64], label[32];
    secret_random(drawn, sizeof drawn);
    enrol_words(pass, drawn, sizeof drawn);
    snprintf(label, sizeof label, "simulated %u", n + 1);
    one->folder = arena_printf(&d->arena, "%s/device-%u", d->spec->work, n + 1);
    memcpy(invite->study_id, d->catalogue->study_id, 16);
    catalogue_root_set(invite->root_set, d->catalogue);
    secret_random(invite->token, 32);
    invite->expires = (uint64_t)clock_wall_ms() / 1000 + DAY;
    invite->catalogue = *d->catalogue;
    invite->catalogue_bytes = (const uint8_t *)d->catalogue_bytes.data;
    invite->catalogue_len = d->catalogue_bytes.len;
    const char *post = arena_printf(&d->arena, "%s/post-%u", d->spec->work, n + 1);
    bool ok = device_create(
                  &one->device,
                  &(struct device_spec){one->folder, invite, pass, strlen(pass), MEMORY_KIB, label},
                  &request, err) &&
              file_folder(post, 0700, err) && answer(d, &request, post, err) &&
              load(one->device, post, err) && load(one->device, d->spec->load, err) &&
              find_package(d, one->device, err) && file_remove_folder(post, err);
    secret_wipe(drawn, sizeof drawn);
    secret_wipe(pass, sizeof pass);
    buf_fini(&request);
    free(invite);
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
