/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the field program on a form that is being written. */
#include "tools/form/form_try.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forms/engine/form.h"
#include "platform/custody/age.h"
#include "platform/custody/sign.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "tools/form/form_join.h"
#include "tools/form/form_pack.h"

enum { MEMORY_KIB = 64 * 1024, YEAR_S = 366 * 86400 };

struct trial {
    const struct form_try *spec;
    struct form_pack form;
    struct catalogue *catalogue;
    struct buf catalogue_bytes;
    uint8_t root[32], author[32], package_secret[32], cert[CERT_BYTES];
    char pass[FORM_JOIN_PASS];
    char folder[400];
};

/* ---- the study: made in memory, forgotten with the process ---- */

static void make_study(struct trial *t)
{
    struct catalogue *c = t->catalogue;
    uint8_t nobody[32];
    secret_random(t->root, sizeof t->root);
    secret_random(t->author, sizeof t->author);
    secret_random(c->study_id, sizeof c->study_id);
    c->epoch = 1;
    c->issued_at = (uint64_t)clock_wall_ms() / 1000;
    c->warn_after = c->issued_at + YEAR_S;
    c->root_count = c->threshold = 1;
    sign_public(c->roots[0], t->root);
    age_generate(t->package_secret, c->package_key);
    c->recipient_count = 2;
    for (unsigned i = 0; i < c->recipient_count; i++) { /* nobody opens what is sealed here */
        age_generate(nobody, c->recipients[i].key);
        c->recipients[i].role = (uint8_t)(i + 1);
        strcpy(c->recipients[i].label, i ? "nobody either" : "nobody");
    }
    age_generate(nobody, c->recovery);
    secret_wipe(nobody, sizeof nobody);
    struct cert cert = {
        .role = CERT_AUTHOR, .serial = 1, .not_before = c->issued_at, .not_after = c->warn_after};
    memcpy(cert.study_id, c->study_id, sizeof cert.study_id);
    sign_public(cert.subject, t->author);
    cert_make(t->cert, &cert, t->root);
}

/* Packs the form, and makes the catalogue that lists it. */
static bool pack(struct trial *t, const char *path, struct err *err)
{
    struct catalogue *c = t->catalogue;
    struct buf bytes = {0}, wrapped = {0};
    struct package package;
    const struct package_spec spec = {.study_id = c->study_id,
                                      .form_id = t->form.form->id,
                                      .serial = 1,
                                      .flags = PACKAGE_TRAINING,
                                      .files = t->form.files,
                                      .count = t->form.count};
    bool ok = package_write(&bytes, &spec, t->cert, t->author, err) &&
              package_read(&package, bytes.data, bytes.len, NULL, err);
    if (ok) {
        c->form_count = 1;
        c->forms[0].serial = package.serial;
        memcpy(c->forms[0].form, package.form_hash, 32);
        memcpy(c->forms[0].package, package.hash, 32);
    }
    ok = ok && catalogue_write(&t->catalogue_bytes, c, (const uint8_t(*)[32]) & t->root, 1, err) &&
         keys_wrap(&wrapped, c, bytes.data, bytes.len, err) &&
         file_write(path, wrapped.data, wrapped.len, FILE_PRIVATE, false, err);
    buf_fini(&bytes);
    buf_fini(&wrapped);
    return ok;
}

/* ---- the device ---- */

static bool is_folder(const char *path)
{
    struct stat st;
    return path && *path == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
           access(path, W_OK) == 0;
}

static bool make_folder(struct trial *t, struct err *err)
{
    const char *places[] = {getenv("XDG_RUNTIME_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (is_folder(places[i])) {
            snprintf(t->folder, sizeof t->folder, "%.300s/suhbat-try-XXXXXX", places[i]);
            if (mkdtemp(t->folder)) {
                return true;
            }
        }
    }
    *t->folder = '\0';
    return err_set(err, ERR_ENV, "there is no folder for the training device: %s", strerror(errno));
}

static const char *inside(const struct trial *t, char path[500], const char *name)
{
    snprintf(path, 500, "%s/%s", t->folder, name);
    return path;
}

static bool make_device(struct trial *t, struct err *err)
{
    char data[500], stick[500], form[500];
    uint8_t known[KEYS_DEVICE];
    struct device *device = NULL;
    inside(t, data, "device");
    inside(t, stick, "stick");
    inside(t, form, "stick/form.age");
    bool ok = file_folder(stick, 0700, err) && pack(t, form, err);
    const struct form_join join = {
        {NULL, t->catalogue, &t->catalogue_bytes, t->root, t->package_secret},
        data,
        "training",
        MEMORY_KIB};
    ok = ok && form_join(&device, &join, t->pass, known, err) &&
         form_join_load(device, stick, err) && file_remove(form, err);
    device_close(device);
    return ok;
}

/* ---- the program ---- */

enum { ARGUMENTS = 16 };

static bool start(const struct trial *t, int pass_fd, pid_t *child, const sigset_t *mask,
                  struct err *err)
{
    char data[500], stick[500], fd[12];
    const char *argv[ARGUMENTS] = {
        t->spec->program,          "--data",      inside(t, data, "device"), "--media",
        inside(t, stick, "stick"), "--interview", t->form.form->id,          "--passphrase-fd"};
    size_t n = 8;
    snprintf(fd, sizeof fd, "%d", pass_fd);
    argv[n++] = fd;
    if (t->spec->lang) {
        argv[n++] = "--lang";
        argv[n++] = t->spec->lang;
    }
    if (t->spec->window) {
        argv[n++] = "--window";
        argv[n++] = t->spec->window;
    }
    argv[n] = NULL;
    *child = fork();
    if (*child == 0) {
        sigprocmask(SIG_SETMASK, mask, NULL);
        execv(argv[0], (char *const *)argv);
        fprintf(stderr, "suhbat-form: %s: %s\n", argv[0], strerror(errno));
        _exit(3);
    }
    return *child > 0 || err_set(err, ERR_ENV, "cannot start a program: %s", strerror(errno));
}

/* Waits for the program; a signal to end this one ends that one first. */
static int wait_for(pid_t child, const sigset_t *signals)
{
    int status = 0;
    for (;;) {
        int got = sigwaitinfo(signals, NULL);
        if (got > 0 && got != SIGCHLD) {
            kill(child, SIGTERM);
        }
        if (waitpid(child, &status, WNOHANG) == child) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

static bool run(struct trial *t, int *status, struct err *err)
{
    sigset_t signals, before;
    int ends[2];
    pid_t child;
    if (pipe(ends) != 0) {
        return err_set(err, ERR_ENV, "cannot make a pipe: %s", strerror(errno));
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &before);
    size_t len = strlen(t->pass);
    bool ok = write(ends[1], t->pass, len) == (ssize_t)len && write(ends[1], "\n", 1) == 1;
    close(ends[1]);
    ok = ok ? start(t, ends[0], &child, &before, err)
            : err_set(err, ERR_ENV, "cannot write to a pipe: %s", strerror(errno));
    close(ends[0]);
    if (ok) {
        *status = wait_for(child, &signals);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

bool form_try(const struct form_try *spec, int *status, struct err *err)
{
    struct trial *t = secret_new(sizeof *t);
    t->spec = spec;
    t->catalogue = mem_zero(1, sizeof *t->catalogue);
    bool ok = form_pack_read(&t->form, spec->file, NULL, err) && make_folder(t, err);
    if (ok) {
        make_study(t);
        ok = make_device(t, err);
    }
    if (ok) {
        printf("a training device with form '%s'; if it locks, its passphrase is: %s\n",
               t->form.form->id, t->pass);
        fflush(stdout);
        ok = run(t, status, err);
    }
    if (*t->folder) {
        struct err why = {0};
        bool gone = file_remove_folder(t->folder, ok ? err : &why);
        if (ok && gone) {
            puts("the training device is removed, with all that was answered");
        }
        ok = ok && gone;
    }
    form_pack_fini(&t->form);
    buf_fini(&t->catalogue_bytes);
    free(t->catalogue);
    secret_free(t);
    return ok;
}
