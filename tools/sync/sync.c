/* SPDX-License-Identifier: Apache-2.0 */
/* The desk that a verb works at. */
#include "tools/sync/sync.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/key/keys.h"

struct sync_options sync_given;

bool sync_need_identity(uint8_t identity[32], struct err *err)
{
    if (!sync_given.identity) {
        err_set(err, ERR_AUTH, "no identity given");
        return err_hint(err, "--identity FILE, an age identity of one of the study's recipients");
    }
    return keys_read_identity(identity, sync_given.identity, err);
}

bool sync_need_folder(struct err *err)
{
    if (sync_given.desk) {
        return true;
    }
    err_set(err, ERR_INPUT, "no desk given");
    return err_hint(err, "suhbat-sync --desk DIR …");
}

void sync_name_person(struct desk *desk)
{
    const struct passwd *login = sync_given.person ? NULL : getpwuid(getuid());
    desk_set_person(desk, sync_given.person ? sync_given.person : login ? login->pw_name : "");
}

bool sync_open(struct desk **desk, uint8_t identity[32], struct err *err)
{
    uint8_t own[32];
    *desk = NULL;
    bool ok = sync_need_folder(err) && sync_need_identity(own, err) &&
              desk_open(desk, sync_given.desk, own, err);
    if (ok) {
        sync_name_person(*desk);
    }
    if (ok && identity) {
        memcpy(identity, own, 32);
    }
    secret_wipe(own, sizeof own);
    return ok;
}

struct desk_filter sync_filter(void)
{
    return (struct desk_filter){.form = sync_given.form,
                                .version = sync_given.version,
                                .since = sync_given.since,
                                .until = sync_given.until,
                                .device = sync_given.device,
                                .interviewer = sync_given.interviewer,
                                .state = sync_given.state,
                                .training = sync_given.training};
}

bool sync_for_all(struct err *err)
{
    if (!sync_given.interviewer && !sync_given.device) {
        return true;
    }
    err_set(err, ERR_MISUSE, "what is public must not speak of one interviewer or device");
    return err_hint(err, "leave out --interviewer and --device, or --public");
}

void sync_print(struct buf *out)
{
    if (out->len) {
        text_defuse(out->data);
        fputs(out->data, stdout);
    }
}
