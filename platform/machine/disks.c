/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts and ejects removable drives through UDisks2. */
#include "platform/machine/disks.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/machine/arena.h"
#include "platform/machine/bus.h"

static const char service[] = "org.freedesktop.UDisks2", root[] = "/org/freedesktop/UDisks2",
                  block_interface[] = "org.freedesktop.UDisks2.Block",
                  filesystem_interface[] = "org.freedesktop.UDisks2.Filesystem",
                  drive_interface[] = "org.freedesktop.UDisks2.Drive";
/* A slow stick needs a minute to write its cached data. */
enum { CALL_USEC = 120 * 1000000, NAME = 192 };

/* An object of UDisks2: a block device, a drive, or one that is not used here. */
struct object {
    char path[NAME], drive[NAME], bus[16];
    char mount[256]; /* its first mount point, or "" */
    bool filesystem, system, ignored;
    bool removable, changes_media, powers_off, ejects;
};

struct objects {
    struct object *list;
    size_t count;
};

/* ---- UDisks2's objects ---- */

enum kind { KIND_FLAG, KIND_TEXT, KIND_PATHS };

static const struct property {
    const char *interface, *name;
    enum kind kind;
    size_t at, size;
} properties[] = {
#define FIELD(member) offsetof(struct object, member), sizeof((struct object *)0)->member
    {block_interface, "Drive", KIND_TEXT, FIELD(drive)},
    {block_interface, "HintSystem", KIND_FLAG, FIELD(system)},
    {block_interface, "HintIgnore", KIND_FLAG, FIELD(ignored)},
    {filesystem_interface, "MountPoints", KIND_PATHS, FIELD(mount)},
    {drive_interface, "ConnectionBus", KIND_TEXT, FIELD(bus)},
    {drive_interface, "Removable", KIND_FLAG, FIELD(removable)},
    {drive_interface, "MediaRemovable", KIND_FLAG, FIELD(changes_media)},
    {drive_interface, "CanPowerOff", KIND_FLAG, FIELD(powers_off)},
    {drive_interface, "Ejectable", KIND_FLAG, FIELD(ejects)},
#undef FIELD
};

static const struct property *property(const char *interface, const char *name)
{
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (strcmp(properties[i].interface, interface) == 0 &&
            strcmp(properties[i].name, name) == 0) {
            return &properties[i];
        }
    }
    return NULL;
}

static int read_flag(sd_bus_message *m, bool *out)
{
    int flag = 0, r = sd_bus_message_read(m, "v", "b", &flag);
    *out = flag != 0;
    return r;
}

static int read_text(sd_bus_message *m, const char *type, char *out, size_t size)
{
    const char *text = "";
    int r = sd_bus_message_read(m, "v", type, &text);
    if (r >= 0) {
        snprintf(out, size, "%s", text);
    }
    return r;
}

/* Read the first of an array of NUL-terminated byte strings. */
static int read_paths(sd_bus_message *m, char *out, size_t size)
{
    const void *bytes;
    size_t len;
    int r = sd_bus_message_enter_container(m, 'v', "aay");
    r = r < 0 ? r : sd_bus_message_enter_container(m, 'a', "ay");
    for (bool first = true; r >= 0 && sd_bus_message_at_end(m, false) == 0; first = false) {
        r = sd_bus_message_read_array(m, 'y', &bytes, &len);
        if (r >= 0 && first) {
            snprintf(out, size, "%.*s", (int)len, (const char *)bytes);
        }
    }
    r = r < 0 ? r : sd_bus_message_exit_container(m);
    return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_value(sd_bus_message *m, struct object *o, const struct property *p)
{
    const char *type = "";
    int r = sd_bus_message_peek_type(m, NULL, &type);
    char *at = p ? (char *)o + p->at : NULL;
    if (r < 0) {
        return r;
    }
    if (p && p->kind == KIND_FLAG && strcmp(type, "b") == 0) {
        return read_flag(m, (bool *)at);
    }
    if (p && p->kind == KIND_TEXT && (strcmp(type, "s") == 0 || strcmp(type, "o") == 0)) {
        return read_text(m, type, at, p->size);
    }
    if (p && p->kind == KIND_PATHS && strcmp(type, "aay") == 0) {
        return read_paths(m, at, p->size);
    }
    return sd_bus_message_skip(m, "v");
}

static int read_interface(sd_bus_message *m, struct object *o)
{
    const char *interface, *name;
    int r = sd_bus_message_read(m, "s", &interface);
    if (r < 0) {
        return r;
    }
    o->filesystem = o->filesystem || strcmp(interface, filesystem_interface) == 0;
    r = sd_bus_message_enter_container(m, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
        r = sd_bus_message_read(m, "s", &name);
        r = r < 0 ? r : read_value(m, o, property(interface, name));
        r = r < 0 ? r : sd_bus_message_exit_container(m);
    }
    return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_object(sd_bus_message *m, struct object *o)
{
    const char *path;
    int r = sd_bus_message_read(m, "o", &path);
    if (r < 0) {
        return r;
    }
    snprintf(o->path, sizeof o->path, "%s", path);
    r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
        r = read_interface(m, o);
        r = r < 0 ? r : sd_bus_message_exit_container(m);
    }
    return r < 0 ? r : sd_bus_message_exit_container(m);
}

static bool read_objects(sd_bus *bus, struct objects *out, sd_bus_error *error)
{
    sd_bus_message *m = NULL;
    *out = (struct objects){0};
    int r = sd_bus_call_method(bus, service, root, "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects", error, &m, "");
    r = r < 0 ? r : sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
        out->list = mem_grow(out->list, out->count + 1, sizeof *out->list);
        struct object *o = &out->list[out->count++];
        memset(o, 0, sizeof *o);
        r = read_object(m, o);
        r = r < 0 ? r : sd_bus_message_exit_container(m);
    }
    sd_bus_message_unref(m);
    return r >= 0;
}

static const struct object *find(const struct objects *all, const char *path)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->list[i].path, path) == 0) {
            return &all->list[i];
        }
    }
    return NULL;
}

/* True for a filesystem on a removable drive. */
static bool is_outside(const struct objects *all, const struct object *o)
{
    const struct object *drive = find(all, o->drive);
    return o->filesystem && !o->system && !o->ignored && drive &&
           (drive->removable || drive->changes_media || strcmp(drive->bus, "usb") == 0);
}

/* ---- the watch ---- */

struct disks {
    disks_on_change *on_change;
    void *user;
    bool mount, changed;
    struct bus_thread *thread;
    pthread_mutex_t mutex;
    char (*mounted)[256]; /* mount points on removable drives */
    size_t mounted_count;
    char (*tried)[NAME]; /* mounted by us, or failed: not tried again while plugged in */
    size_t tried_count;
    char trouble[200];
};

static bool was_tried(const struct disks *d, const char *path)
{
    for (size_t i = 0; i < d->tried_count; i++) {
        if (strcmp(d->tried[i], path) == 0) {
            return true;
        }
    }
    return false;
}

/* Forget drives that were unplugged, so that they are tried again. */
static void forget_gone(struct disks *d, const struct objects *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->tried_count; i++) {
        if (find(all, d->tried[i])) {
            memmove(d->tried[kept++], d->tried[i], sizeof d->tried[0]);
        }
    }
    d->tried_count = kept;
}

static void set_trouble(struct disks *d, const char *why)
{
    pthread_mutex_lock(&d->mutex);
    snprintf(d->trouble, sizeof d->trouble, "%s", why);
    pthread_mutex_unlock(&d->mutex);
}

static void keep_tried(struct disks *d, const struct object *o)
{
    d->tried = mem_grow(d->tried, d->tried_count + 1, sizeof *d->tried);
    snprintf(d->tried[d->tried_count++], sizeof *d->tried, "%s", o->path);
}

/* Take ownership of the root folder: on ext4 it belongs to whoever formatted the stick, and we
 * could not write to it. */
static void own(sd_bus *bus, const struct object *o, sd_bus_message *mounted)
{
    const char *path;
    if (sd_bus_message_read(mounted, "s", &path) >= 0 && access(path, W_OK) != 0) {
        (void)sd_bus_call_method(bus, service, o->path, filesystem_interface, "TakeOwnership", NULL,
                                 NULL, "a{sv}", 1, "auth.no_user_interaction", "b", 1);
    }
}

static void mount_one(struct disks *d, sd_bus *bus, const struct object *o)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message *reply = NULL;
    keep_tried(d, o);
    int r = sd_bus_call_method(bus, service, o->path, filesystem_interface, "Mount", &error, &reply,
                               "a{sv}", 2, "options", "s", "noexec,nosuid,nodev",
                               "auth.no_user_interaction", "b", 1);
    if (r >= 0) {
        own(bus, o, reply);
    }
    set_trouble(d, r >= 0 ? "" : bus_words(&error, r));
    sd_bus_message_unref(reply);
    sd_bus_error_free(&error);
}

/* Mount new filesystems; true if a mount was attempted. */
static bool mount_new(struct disks *d, sd_bus *bus, const struct objects *all)
{
    bool any = false;
    for (size_t i = 0; d->mount && i < all->count; i++) {
        const struct object *o = &all->list[i];
        if (!is_outside(all, o) || was_tried(d, o->path)) {
            continue;
        }
        if (o->mount[0]) { /* mounted before this watch: if ejected, not mounted again */
            keep_tried(d, o);
        } else {
            mount_one(d, bus, o);
            any = true;
        }
    }
    return any;
}

/* Update the list of mount points; true if it changed. */
static bool keep_mounted(struct disks *d, const struct objects *all)
{
    char(*now)[256] = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (is_outside(all, &all->list[i]) && all->list[i].mount[0]) {
            now = mem_grow(now, count + 1, sizeof *now);
            memcpy(now[count++], all->list[i].mount, sizeof *now); /* with the zeros */
        }
    }
    pthread_mutex_lock(&d->mutex);
    bool same =
        count == d->mounted_count && (!count || memcmp(now, d->mounted, count * sizeof *now) == 0);
    char(*old)[256] = d->mounted;
    d->mounted = now;
    d->mounted_count = count;
    pthread_mutex_unlock(&d->mutex);
    free(old);
    return !same;
}

static void look(struct disks *d, sd_bus *bus)
{
    struct objects all;
    bool any = false;
    for (bool again = true; again;) { /* read again after mounting */
        again = false;
        if (read_objects(bus, &all, NULL)) {
            forget_gone(d, &all);
            again = mount_new(d, bus, &all);
            any = keep_mounted(d, &all) || again || any;
        }
        free(all.list);
    }
    if (any) {
        d->on_change(d->user);
    }
}

static int on_signal(sd_bus_message *m, void *user, sd_bus_error *error)
{
    (void)m;
    (void)error;
    ((struct disks *)user)->changed = true;
    return 0;
}

static bool begin(sd_bus *bus, void *user)
{
    struct disks *d = user;
    sd_bus_set_method_call_timeout(bus, CALL_USEC);
    d->changed = true; /* for drives plugged in before the start */
    return sd_bus_match_signal(bus, NULL, service, NULL, "org.freedesktop.DBus.ObjectManager", NULL,
                               on_signal, d) >= 0 &&
           sd_bus_match_signal(bus, NULL, service, NULL, "org.freedesktop.DBus.Properties",
                               "PropertiesChanged", on_signal, d) >= 0;
}

static void rest(sd_bus *bus, void *user)
{
    struct disks *d = user;
    if (d->changed) {
        d->changed = false;
        look(d, bus);
    }
}

static const struct bus_listener listener = {.begin = begin, .rest = rest};

struct disks *disks_watch(bool mount, disks_on_change *on_change, void *user)
{
    assert(on_change);
    struct disks *d = mem_zero(1, sizeof *d);
    *d = (struct disks){.mount = mount, .on_change = on_change, .user = user};
    pthread_mutex_init(&d->mutex, NULL);
    d->thread = bus_begin(&listener, d);
    if (!d->thread) {
        pthread_mutex_destroy(&d->mutex);
        free(d);
        return NULL;
    }
    return d;
}

void disks_unwatch(struct disks *d)
{
    if (d) {
        bus_end(d->thread);
        pthread_mutex_destroy(&d->mutex);
        free(d->mounted);
        free(d->tried);
        free(d);
    }
}

#ifdef SUHBAT_TEST
static const char *pretended;

void disks_pretend(const char *path)
{
    pretended = path;
}
#endif

bool disks_knows(struct disks *d, const char *path)
{
    bool known = false;
#ifdef SUHBAT_TEST
    known = pretended && strcmp(path, pretended) == 0;
#endif
    if (d) {
        pthread_mutex_lock(&d->mutex);
        for (size_t i = 0; i < d->mounted_count && !known; i++) {
            known = strcmp(d->mounted[i], path) == 0;
        }
        pthread_mutex_unlock(&d->mutex);
    }
    return known;
}

bool disks_trouble(struct disks *d, char *why, size_t size)
{
    *why = '\0';
    if (d) {
        pthread_mutex_lock(&d->mutex);
        snprintf(why, size, "%s", d->trouble);
        pthread_mutex_unlock(&d->mutex);
    }
    return *why != '\0';
}

/* ---- ejecting ---- */

static bool call(sd_bus *bus, const char *path, const char *interface, const char *method,
                 struct err *err)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r = sd_bus_call_method(bus, service, path, interface, method, &error, NULL, "a{sv}", 1,
                               "auth.no_user_interaction", "b", 1);
    if (r < 0) {
        err_set(err, ERR_ENV, "%s", bus_words(&error, r));
    }
    sd_bus_error_free(&error);
    return r >= 0;
}

/* True if a filesystem of the drive is mounted, or if UDisks2 does not answer. */
static bool is_mounted_still(sd_bus *bus, const char *drive)
{
    struct objects now;
    bool mounted = !read_objects(bus, &now, NULL);
    for (size_t i = 0; i < now.count; i++) {
        mounted = mounted || (now.list[i].mount[0] && strcmp(now.list[i].drive, drive) == 0);
    }
    free(now.list);
    return mounted;
}

static bool take_out(sd_bus *bus, const struct objects *all, const char *mount, struct err *err)
{
    const struct object *disk = NULL;
    for (size_t i = 0; i < all->count; i++) {
        if (is_outside(all, &all->list[i]) && strcmp(all->list[i].mount, mount) == 0) {
            disk = &all->list[i];
        }
    }
    if (!disk) {
        return err_set(err, ERR_ENV, "nothing is mounted there that can be taken out");
    }
    for (size_t i = 0; i < all->count; i++) { /* a stick may have several partitions */
        const struct object *o = &all->list[i];
        if (o->mount[0] && strcmp(o->drive, disk->drive) == 0 &&
            !call(bus, o->path, filesystem_interface, "Unmount", err)) {
            return false;
        }
    }
    if (is_mounted_still(bus, disk->drive)) {
        return err_set(err, ERR_ENV, "it was mounted again, or twice");
    }
    /* Everything is written now.  A card reader that cannot be powered off does not matter. */
    const struct object *drive = find(all, disk->drive);
    if (drive->powers_off) {
        (void)!call(bus, drive->path, drive_interface, "PowerOff", NULL);
    } else if (drive->ejects) {
        (void)!call(bus, drive->path, drive_interface, "Eject", NULL);
    }
    return true;
}

bool disks_take_out(const char *path, struct err *err)
{
    sd_bus *bus = NULL;
    sd_bus_error error = SD_BUS_ERROR_NULL;
    struct objects all = {0};
    int r = sd_bus_open_system(&bus);
    if (r < 0) {
        return err_set(err, ERR_ENV, "the system bus does not answer: %s", strerror(-r));
    }
    sd_bus_set_method_call_timeout(bus, CALL_USEC);
    bool ok = read_objects(bus, &all, &error)
                  ? take_out(bus, &all, path, err)
                  : err_set(err, ERR_ENV, "UDisks2 does not answer: %s", bus_words(&error, -EIO));
    free(all.list);
    sd_bus_error_free(&error);
    sd_bus_close_unref(bus);
    return ok;
}
