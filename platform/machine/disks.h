/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DISKS_H
#define PLATFORM_MACHINE_DISKS_H
/*
 * disks: sticks and cards, as UDisks2 knows them on the system bus (sd-bus).
 *
 * A thread of its own watches what is put in and pulled out.  Asked to, it mounts what nobody
 * mounts: not executable, without set-uid bits and device nodes, and without asking for a password.
 * Only filesystems of removable drives are ever touched.  Where there is no UDisks2 nothing is told
 * and nothing is mounted; platform/machine/media.h finds what others have mounted either way.
 *
 * Source: udisks2's D-Bus interface, org.freedesktop.UDisks2.Filesystem and .Drive.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/err.h"

struct disks;
/* On the watch's thread: something was mounted, or is gone. */
typedef void disks_on_change(void *user);

/* NULL where no thread can be started. */
struct disks *disks_watch(bool mount, disks_on_change *on_change, void *user);
void disks_unwatch(struct disks *disks); /* NULL allowed */

/* Can disks_take_out do something for what is mounted there?  From any thread; `disks` may be NULL.
 */
bool disks_knows(struct disks *disks, const char *path);
/* Why something that was put in could not be mounted, in UDisks2's words; false: nothing failed. */
bool disks_trouble(struct disks *disks, char *why, size_t size);

/* Unmount all of the drive that is mounted at `path`, and switch it off where it can be.  True: all
 * is written, it can be taken out.  Waits for the disk, up to two minutes: a task of its own.
 * ERR_ENV: it is in use, or UDisks2 refused. */
MUST_CHECK bool disks_take_out(const char *path, struct err *err);

#ifdef SUHBAT_TEST
void disks_pretend(const char *path); /* this is known, too; NULL: no longer.  Lent. */
#endif

#endif
