/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that join a study in one step. */
#include "tools/form/form_join.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"

bool form_join_load(struct device *device, const char *folder, struct err *err)
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

static void make_invite(struct invite *invite, const struct keys_enrolment *study)
{
    enum { DAY = 86400 };
    memcpy(invite->study_id, study->catalogue->study_id, 16);
    catalogue_root_set(invite->root_set, study->catalogue);
    secret_random(invite->token, 32);
    invite->expires = (uint64_t)clock_wall_ms() / 1000 + DAY;
    invite->catalogue = *study->catalogue;
    invite->catalogue_bytes = (const uint8_t *)study->catalogue_bytes->data;
    invite->catalogue_len = study->catalogue_bytes->len;
}

/* The study's answer, as a file that the device loads. */
static bool answer(const struct form_join *join, const struct buf *request, const char *folder,
                   uint8_t known[KEYS_DEVICE], struct err *err)
{
    struct keys_enrolment enrolment = join->study;
    struct enrol_request r;
    struct buf grant = {0}, path = {0};
    enrolment.request = &r;
    buf_printf(&path, "%s/grant.age", folder);
    bool ok = enrol_request_read(&r, request->data, request->len, err) &&
              keys_enrol(&grant, known, &enrolment, err) &&
              file_write(path.data, grant.data, grant.len, FILE_PRIVATE, true, err);
    buf_fini(&grant);
    buf_fini(&path);
    return ok;
}

bool form_join(struct device **out, const struct form_join *join, char pass[FORM_JOIN_PASS],
               uint8_t known[KEYS_DEVICE], struct err *err)
{
    struct invite *invite = mem_zero(1, sizeof *invite);
    struct buf request = {0}, post = {0};
    uint8_t drawn[32];
    secret_random(drawn, sizeof drawn);
    enrol_words(pass, drawn, sizeof drawn);
    make_invite(invite, &join->study);
    buf_printf(&post, "%s.post", join->folder);
    *out = NULL;
    bool ok = device_create(out,
                            &(struct device_spec){join->folder, invite, pass, strlen(pass),
                                                  join->memory_kib, join->label},
                            &request, err) &&
              file_folder(post.data, 0700, err) && answer(join, &request, post.data, known, err) &&
              form_join_load(*out, post.data, err) && file_remove_folder(post.data, err);
    secret_wipe(drawn, sizeof drawn);
    secret_wipe(invite, sizeof *invite);
    buf_fini(&request);
    buf_fini(&post);
    free(invite);
    return ok;
}
