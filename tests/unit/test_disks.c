/* SPDX-License-Identifier: Apache-2.0 */
/* platform/machine/disks: a real bus, and a stand-in for UDisks2 on it. */
#include <pthread.h>
#include <stdatomic.h>

#include "platform/machine/arena.h"
#include "platform/machine/disks.h"
#include "tests/lib/bus.h"

#define UDISKS "org.freedesktop.UDisks2"
#define ROOT "/org/freedesktop/UDisks2"
#define BLOCKS ROOT "/block_devices/"
#define DRIVES ROOT "/drives/"

/* ---- UDisks2's part ---- */

struct block {
    char path[96], drive[96], mount[64];
    int system, mounts, unmounts, owned, stays; /* stays: mounted by somebody else, too */
    const char *refuses;                        /* what Mount or Unmount says, or NULL */
    char options[64];
};
struct drive {
    char path[96];
    const char *bus;
    int removable, changes_media, powers_off, ejects, switched_off, ejected;
};

static struct udisks {
    sd_bus *bus;
    pthread_t thread;
    atomic_bool stop;
    atomic_int add; /* this block, 1 …, is put in now */
    atomic_int gone;
    struct block blocks[4];
    struct drive drives[4];
    sd_bus_slot *slots[12];
} udisks;

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *reply, void *user, sd_bus_error *error)
{
    struct block *b = user;
    (void)bus, (void)path, (void)interface, (void)property, (void)error;
    return sd_bus_message_append(reply, "o", b->drive);
}

static int get_mounts(sd_bus *bus, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *user, sd_bus_error *error)
{
    struct block *b = user;
    (void)bus, (void)path, (void)interface, (void)property, (void)error;
    int r = sd_bus_message_open_container(reply, 'a', "ay");
    if (r >= 0 && b->mount[0]) {
        r = sd_bus_message_append_array(reply, 'y', b->mount, strlen(b->mount) + 1);
    }
    return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_bus(sd_bus *bus, const char *path, const char *interface, const char *property,
                   sd_bus_message *reply, void *user, sd_bus_error *error)
{
    struct drive *d = user;
    (void)bus, (void)path, (void)interface, (void)property, (void)error;
    return sd_bus_message_append(reply, "s", d->bus);
}

static int told(struct block *b, const char *property)
{
    return sd_bus_emit_properties_changed(udisks.bus, b->path, UDISKS ".Filesystem", property,
                                          NULL);
}

static int on_mount(sd_bus_message *m, void *user, sd_bus_error *error)
{
    struct block *b = user;
    const char *key, *text;
    int flag;
    (void)error;
    b->mounts++;
    if (b->refuses) {
        return sd_bus_reply_method_errorf(m, UDISKS ".Error.Failed", "%s", b->refuses);
    }
    int r = sd_bus_message_enter_container(m, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
        sd_bus_message_read(m, "s", &key);
        if (strcmp(key, "options") == 0) {
            sd_bus_message_read(m, "v", "s", &text);
            snprintf(b->options, sizeof b->options, "%s", text);
        } else {
            assert_string_equal(key, "auth.no_user_interaction");
            sd_bus_message_read(m, "v", "b", &flag);
            assert_int_equal(flag, 1);
        }
        sd_bus_message_exit_container(m);
    }
    snprintf(b->mount, sizeof b->mount, "/media/suhbat/%c", b->path[strlen(b->path) - 1]);
    told(b, "MountPoints");
    return sd_bus_reply_method_return(m, "s", b->mount);
}

static int on_unmount(sd_bus_message *m, void *user, sd_bus_error *error)
{
    struct block *b = user;
    (void)error;
    if (b->refuses) {
        return sd_bus_reply_method_errorf(m, UDISKS ".Error.DeviceBusy", "%s", b->refuses);
    }
    b->unmounts++;
    if (!b->stays) {
        b->mount[0] = '\0';
    }
    told(b, "MountPoints");
    return sd_bus_reply_method_return(m, "");
}

static int on_own(sd_bus_message *m, void *user, sd_bus_error *error)
{
    (void)error;
    ((struct block *)user)->owned++;
    return sd_bus_reply_method_return(m, "");
}

static int on_power_off(sd_bus_message *m, void *user, sd_bus_error *error)
{
    (void)error;
    ((struct drive *)user)->switched_off++;
    return sd_bus_reply_method_return(m, "");
}

static int on_eject(sd_bus_message *m, void *user, sd_bus_error *error)
{
    (void)error;
    ((struct drive *)user)->ejected++;
    return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable block_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Drive", "o", get_text, 0, 0),
    SD_BUS_PROPERTY("HintSystem", "b", NULL, offsetof(struct block, system), 0),
    SD_BUS_PROPERTY("Symlinks", "aay", get_mounts, 0,
                    0), /* of a kind that is known, but not asked for */
    SD_BUS_VTABLE_END,
};
static const sd_bus_vtable filesystem_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("MountPoints", "aay", get_mounts, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD("Mount", "a{sv}", "s", on_mount, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Unmount", "a{sv}", "", on_unmount, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("TakeOwnership", "a{sv}", "", on_own, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};
static const sd_bus_vtable drive_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("ConnectionBus", "s", get_bus, 0, 0),
    SD_BUS_PROPERTY("Removable", "b", NULL, offsetof(struct drive, removable), 0),
    SD_BUS_PROPERTY("MediaRemovable", "b", NULL, offsetof(struct drive, changes_media), 0),
    SD_BUS_PROPERTY("CanPowerOff", "b", NULL, offsetof(struct drive, powers_off), 0),
    SD_BUS_PROPERTY("Ejectable", "b", NULL, offsetof(struct drive, ejects), 0),
    SD_BUS_METHOD("PowerOff", "a{sv}", "", on_power_off, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Eject", "a{sv}", "", on_eject, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static void put_in(struct block *b)
{
    sd_bus_slot **slot = &udisks.slots[2 * (b - udisks.blocks)];
    assert_true(
        sd_bus_add_object_vtable(udisks.bus, slot, b->path, UDISKS ".Block", block_vtable, b) >= 0);
    assert_true(sd_bus_add_object_vtable(udisks.bus, slot + 1, b->path, UDISKS ".Filesystem",
                                         filesystem_vtable, b) >= 0);
    sd_bus_emit_object_added(udisks.bus, b->path);
}

static void pull_out(struct block *b)
{
    sd_bus_slot **slot = &udisks.slots[2 * (b - udisks.blocks)];
    sd_bus_emit_object_removed(udisks.bus, b->path);
    slot[0] = sd_bus_slot_unref(slot[0]);
    slot[1] = sd_bus_slot_unref(slot[1]);
    b->mount[0] = '\0';
}

static void *serve(void *user)
{
    (void)user;
    while (!udisks.stop) {
        int add = atomic_exchange(&udisks.add, 0), gone = atomic_exchange(&udisks.gone, 0);
        if (add) {
            put_in(&udisks.blocks[add - 1]);
        }
        if (gone) {
            pull_out(&udisks.blocks[gone - 1]);
        }
        while (sd_bus_process(udisks.bus, NULL) > 0) {
        }
        sd_bus_wait(udisks.bus, 10000);
    }
    return NULL;
}

/* A stick with two partitions, an SD card in a reader that cannot be switched off, and the
 * machine's own disk, which is not mounted either. */
static void udisks_start(void)
{
    memset(&udisks, 0, sizeof udisks);
    static const struct drive drives[] = {
        {.path = DRIVES "stick", .bus = "usb", .removable = 1, .powers_off = 1, .ejects = 1},
        {.path = DRIVES "card", .bus = "sdio", .changes_media = 1, .ejects = 1},
        {.path = DRIVES "own", .bus = ""}};
    static const struct block blocks[] = {{.path = BLOCKS "a", .drive = DRIVES "stick"},
                                          {.path = BLOCKS "b", .drive = DRIVES "stick"},
                                          {.path = BLOCKS "c", .drive = DRIVES "card"},
                                          {.path = BLOCKS "d", .drive = DRIVES "own"}};
    memcpy(udisks.drives, drives, sizeof drives);
    memcpy(udisks.blocks, blocks, sizeof blocks);
    assert_true(sd_bus_open_system(&udisks.bus) >= 0);
    assert_true(sd_bus_add_object_manager(udisks.bus, NULL, ROOT) >= 0);
    for (int i = 0; i < 3; i++) {
        assert_true(sd_bus_add_object_vtable(udisks.bus, NULL, udisks.drives[i].path,
                                             UDISKS ".Drive", drive_vtable,
                                             &udisks.drives[i]) >= 0);
    }
    put_in(&udisks.blocks[3]);
    assert_true(sd_bus_request_name(udisks.bus, UDISKS, 0) >= 0);
    assert_int_equal(pthread_create(&udisks.thread, NULL, serve, NULL), 0);
}

static void udisks_stop(void)
{
    udisks.stop = true;
    pthread_join(udisks.thread, NULL);
    for (size_t i = 0; i < sizeof udisks.slots / sizeof *udisks.slots; i++) {
        sd_bus_slot_unref(udisks.slots[i]); /* each holds the bus */
    }
    sd_bus_close_unref(udisks.bus);
    bus_stop();
}

/* ---- what the watch said ---- */

static atomic_int on_change;

static void on_news(void *user)
{
    (void)user;
    on_change++;
}

/* At most five seconds. */
static bool comes(struct disks *d, const char *path, bool in)
{
    for (int i = 0; i < 500 && disks_knows(d, path) != in; i++) {
        usleep(10000);
    }
    return disks_knows(d, path) == in;
}

static void test_disks__a_stick_is_mounted_once_and_not_executable(void **state)
{
    (void)state;
    if (no_bus()) {
        skip();
    }
    udisks_start();
    on_change = 0;
    struct disks *d = disks_watch(true, on_news, NULL);
    assert_non_null(d);
    assert_false(disks_knows(d, "/media/suhbat/a"));
    udisks.add = 1;
    assert_true(comes(d, "/media/suhbat/a", true));
    assert_string_equal(udisks.blocks[0].options, "noexec,nosuid,nodev");
    assert_int_equal(udisks.blocks[0].owned, 1); /* nothing could be written there */
    for (int i = 0; i < 500 && on_change == 0; i++) {
        usleep(10000);
    }
    assert_true(on_change > 0);
    udisks.add = 3;
    assert_true(comes(d, "/media/suhbat/c", true));
    assert_int_equal(udisks.blocks[0].mounts, 1);
    assert_int_equal(udisks.blocks[3].mounts, 0); /* the machine's own is left alone */
    udisks.gone = 1;
    assert_true(comes(d, "/media/suhbat/a", false));
    udisks.add = 1; /* and once more */
    assert_true(comes(d, "/media/suhbat/a", true));
    assert_int_equal(udisks.blocks[0].mounts, 2);
    disks_unwatch(d);
    udisks_stop();
}

static void test_disks__a_desktop_that_mounts_goes_on_doing_so(void **state)
{
    (void)state;
    if (no_bus()) {
        skip();
    }
    udisks_start();
    strcpy(udisks.blocks[0].mount, "/media/somebody/STICK");
    struct disks *d = disks_watch(false, on_news, NULL);
    udisks.add = 1;
    assert_true(comes(d, "/media/somebody/STICK", true)); /* it can be taken out all the same */
    udisks.add = 3;
    usleep(300000);
    assert_int_equal(udisks.blocks[0].mounts + udisks.blocks[2].mounts, 0);
    disks_unwatch(d);
    udisks_stop();
}

static void test_disks__what_cannot_be_mounted_is_told_and_not_tried_for_ever(void **state)
{
    (void)state;
    char why[200];
    if (no_bus()) {
        skip();
    }
    udisks_start();
    udisks.blocks[0].refuses = "wrong fs type, bad superblock";
    on_change = 0;
    struct disks *d = disks_watch(true, on_news, NULL);
    udisks.add = 1;
    for (int i = 0; i < 500 && !disks_trouble(d, why, sizeof why); i++) {
        usleep(10000);
    }
    assert_string_equal(why, "wrong fs type, bad superblock");
    for (int i = 0; i < 500 && on_change == 0; i++) {
        usleep(10000);
    }
    assert_true(on_change > 0);
    udisks.add = 3; /* another one works, and the first is left alone */
    assert_true(comes(d, "/media/suhbat/c", true));
    assert_int_equal(udisks.blocks[0].mounts, 1);
    disks_unwatch(d);
    udisks_stop();
}

static void test_disks__out_means_unmounted_and_switched_off(void **state)
{
    (void)state;
    struct err err = {0};
    if (no_bus()) {
        skip();
    }
    udisks_start();
    struct disks *d = disks_watch(true, on_news, NULL);
    udisks.add = 1;
    assert_true(comes(d, "/media/suhbat/a", true));
    udisks.add = 2;
    assert_true(comes(d, "/media/suhbat/b", true));
    udisks.add = 3;
    assert_true(comes(d, "/media/suhbat/c", true));
    /* in use: nothing is switched off, and it is said why */
    udisks.blocks[1].refuses = "target is busy";
    assert_false(disks_take_out("/media/suhbat/a", &err));
    assert_int_equal(err.code, ERR_ENV);
    assert_string_equal(err.what, "target is busy");
    assert_int_equal(udisks.drives[0].switched_off, 0);
    udisks.blocks[1].refuses = NULL;
    assert_true(disks_take_out("/media/suhbat/b", &err)); /* all of the stick */
    assert_int_equal(udisks.drives[0].switched_off, 1);
    assert_true(comes(d, "/media/suhbat/a", false));
    usleep(200000);
    assert_int_equal(udisks.blocks[0].mounts, 1); /* it is not mounted again by itself */
    assert_int_equal(udisks.drives[0].ejected, 0);
    assert_true(disks_take_out("/media/suhbat/c", &err));
    assert_int_equal(udisks.drives[1].ejected, 1);
    assert_false(disks_take_out("/media/suhbat/c", &err)); /* it is not there any more */
    assert_false(disks_take_out("/", &err));
    disks_unwatch(d);
    udisks_stop();
}

/* A kiosk that was started anew finds the stick mounted. */
static void test_disks__out_stays_out_whoever_mounted_it(void **state)
{
    (void)state;
    struct err err = {0};
    if (no_bus()) {
        skip();
    }
    udisks_start();
    strcpy(udisks.blocks[0].mount, "/media/suhbat/a");
    udisks.add = 1;
    while (udisks.add) {
        usleep(1000);
    }
    struct disks *d = disks_watch(true, on_news, NULL);
    assert_true(comes(d, "/media/suhbat/a", true));
    udisks.blocks[0].stays = 1;
    assert_false(disks_take_out("/media/suhbat/a", &err)); /* it is in use elsewhere */
    assert_int_equal(udisks.drives[0].switched_off, 0);
    udisks.blocks[0].stays = 0;
    assert_true(disks_take_out("/media/suhbat/a", &err));
    assert_true(comes(d, "/media/suhbat/a", false));
    usleep(300000);
    assert_int_equal(udisks.blocks[0].mounts, 0);
    disks_unwatch(d);
    udisks_stop();
}

static void test_disks__without_udisks_or_bus_nothing_is_told(void **state)
{
    (void)state;
    struct err err = {0};
    char why[200];
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    on_change = 0;
    struct disks *d = disks_watch(true, on_news, NULL);
    assert_false(disks_take_out("/media/x", &err));
    assert_int_equal(err.code, ERR_ENV);
    disks_unwatch(d);
    if (no_bus()) {
        skip();
    }
    d = disks_watch(true, on_news, NULL);
    usleep(200000);
    assert_false(disks_knows(d, "/media/x"));
    assert_false(disks_trouble(d, why, sizeof why));
    assert_false(disks_take_out("/media/x", &err));
    disks_unwatch(d);
    assert_int_equal(on_change, 0);
    assert_false(disks_knows(NULL, "/media/x"));
    disks_unwatch(NULL);
    bus_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disks__a_stick_is_mounted_once_and_not_executable),
        cmocka_unit_test(test_disks__a_desktop_that_mounts_goes_on_doing_so),
        cmocka_unit_test(test_disks__what_cannot_be_mounted_is_told_and_not_tried_for_ever),
        cmocka_unit_test(test_disks__out_means_unmounted_and_switched_off),
        cmocka_unit_test(test_disks__out_stays_out_whoever_mounted_it),
        cmocka_unit_test(test_disks__without_udisks_or_bus_nothing_is_told),
    };
    return bus_tests(tests, sizeof tests / sizeof *tests);
}
