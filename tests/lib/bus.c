/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bus.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char bus_folder[] = "/tmp/suhbat-bus-XXXXXX";
static pid_t bus_daemon;

/* Whether the daemon takes calls: the socket's file is there a moment before. */
static bool answers(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return is;
}

/* A bus of our own at bus_folder/bus. */
static bool bus_start(void)
{
    char config[64], path[64], address[96];
    snprintf(config, sizeof config, "%s/config", bus_folder);
    snprintf(path, sizeof path, "%s/bus", bus_folder);
    snprintf(address, sizeof address, "unix:path=%s", path);
    FILE *f = fopen(config, "w");
    assert_non_null(f);
    fprintf(f,
            "<busconfig><type>system</type><listen>%s</listen><auth>EXTERNAL</auth>"
            "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
            "<allow own=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>",
            address);
    fclose(f);
    setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
    unlink(path);
    bus_daemon = fork();
    if (bus_daemon == 0) {
        char option[96];
        snprintf(option, sizeof option, "--config-file=%s", config);
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        dup2(null, STDOUT_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails must not leave it behind */
        execlp("dbus-daemon", "dbus-daemon", "--nofork", option, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 500 && !answers(path); i++) {
        if (waitpid(bus_daemon, NULL, WNOHANG) == bus_daemon) {
            return false;
        }
        usleep(10000);
    }
    return answers(path);
}

void bus_stop(void)
{
    kill(bus_daemon, SIGKILL);
    waitpid(bus_daemon, NULL, 0);
}

bool no_bus(void)
{
    if (!bus_start()) {
        printf("skipped: dbus-daemon is not there\n");
        return true;
    }
    return false;
}

int bus_tests_run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    char path[64];
    static const char *const left[] = {"config", "bus"};
    assert_non_null(mkdtemp(bus_folder));
    int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", bus_folder, left[i]);
        unlink(path);
    }
    rmdir(bus_folder);
    return failed;
}
