/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DISKS_H
#define PLATFORM_MACHINE_DISKS_H
/*
 * disks: sticks and cards, as reported by UDisks2 on the system bus (sd-bus).
 *
 * A thread watches removable drives come and go.  On request it mounts filesystems that nobody
 * else mounts: noexec, nosuid, nodev, and without asking for a password.  Only filesystems of
 * removable drives are touched.  Without UDisks2 nothing is reported or mounted;
 * platform/machine/media.h finds what others have mounted in either case.
 *
 * Source: udisks2's D-Bus interface, org.freedesktop.UDisks2.Filesystem and .Drive.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/err.h"

struct disks;
/* Called on the watch thread: a filesystem was mounted or removed, or could not be mounted. */
typedef void disks_on_change(void *user);

/* Start watching; with `mount`, also mount new filesystems.  NULL if no thread can be
 * started. */
struct disks *disks_watch(bool mount, disks_on_change *on_change, void *user);
void disks_unwatch(struct disks *disks); /* NULL allowed */

/* True if disks_take_out can eject what is mounted at `path`.  Callable from any thread;
 * `disks` may be NULL. */
bool disks_knows(struct disks *disks, const char *path);
/* UDisks2's message if the last mount failed; false if it did not. */
bool disks_trouble(struct disks *disks, char *why, size_t size);

/* Unmount all filesystems of the drive mounted at `path`, and power it off if it supports that.
 * True: everything is written and the drive can be removed.  Each call may wait up to two
 * minutes for the disk: run it as a background task.  ERR_ENV: the drive is in use, or UDisks2
 * refused. */
MUST_CHECK bool disks_take_out(const char *path, struct err *err);

#ifdef SUHBAT_TEST
void disks_pretend(const char *path); /* also known to disks_knows; NULL: none; borrowed */
#endif

#endif
