/* SPDX-License-Identifier: Apache-2.0 */
/* The forms on the device, and whom their records are for. */
#include <string.h>

#include "platform/custody/device_internal.h"

bool device_forms(struct device *d, struct device_form *forms, size_t *count, struct err *err)
{
    *count = 0;
    for (unsigned i = 0; i < d->catalogue->form_count; i++) {
        struct buf bytes = {0};
        struct package p;
        bool found;
        const uint8_t *hash = d->catalogue->forms[i].package;
        if (!device_row_get(d, "package", hash, 32, &bytes, &found, err)) {
            return false;
        }
        if (found && package_read(&p, bytes.data, bytes.len, d->catalogue, NULL) &&
            *count < DEVICE_FORMS_MAX) {
            struct device_form *f = &forms[(*count)++];
            memcpy(f->hash, hash, 32);
            f->serial = p.serial;
            f->training = p.flags & PACKAGE_TRAINING;
        }
        buf_fini(&bytes);
    }
    return true;
}

bool device_package(struct device *d, const uint8_t hash[32], struct buf *out, struct err *err)
{
    bool found;
    if (!device_row_get(d, "package", hash, 32, out, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_INPUT, "the form of this interview is not on the device");
}

bool device_may_seal(const struct device *d, const struct package *p, struct err *err)
{
    if (!(p->flags & PACKAGE_OWN) || p->flags & PACKAGE_TRAINING ||
        catalogue_has_own(d->catalogue, p->form_hash)) {
        return true;
    }
    err_set(err, ERR_AUTH, "nobody is named whom records of this form are for");
    return err_hint(err, "ask the coordinator for a list of forms that names them");
}

/* The recipients of the draft's form.  The catalogue lists only packages in force; a draft may
 * be of an older one, so its own package says which form it is. */
bool device_recipients_of(struct device *d, const struct device_draft *draft, uint8_t out[][32],
                          size_t *count, struct err *err)
{
    struct buf bytes = {0};
    struct package package;
    bool ok = device_package(d, draft->package_hash, &bytes, err) &&
              package_read(&package, bytes.data, bytes.len, NULL, err) &&
              device_may_seal(d, &package, err);
    *count = ok ? catalogue_recipients_of(d->catalogue, package.form_hash, out) : 0;
    buf_fini(&bytes);
    return ok;
}
