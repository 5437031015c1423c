/* SPDX-License-Identifier: Apache-2.0 */
/* What does an export cost beside a bare loop that opens the same records and parses them?  Time by
 * the number of interviews, and memory, each in a process of its own.
 *
 *   bench_export [N…]      desks of N interviews of 150 questions (default 1000 2000 4000)
 */
#include "tests/lib/custody.h"
#include "tests/lib/slow_disk.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/desk/desk_export.h"

enum { QUESTIONS = 150, GOAL_MIB = 64 };

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void form_of(struct buf *md)
{
    buf_text(md, "| survey |\n| | type | name | label |\n");
    for (int q = 0; q < QUESTIONS; q++) {
        buf_printf(md, "| | %s | q%d | Question %d |\n", q % 3 ? "text" : "integer", q, q);
    }
    buf_text(md, "| settings |\n| | form_id | version |\n| | test_form | 1 |\n");
}

static void instance_of(struct buf *xml, unsigned n)
{
    buf_text(xml, "<data id='test_form' version='1'>");
    for (int q = 0; q < QUESTIONS; q++) {
        if (q % 3) {
            buf_printf(xml, "<q%d>Жооп %u, %d</q%d>", q, n, q, q);
        } else {
            buf_printf(xml, "<q%d>%u</q%d>", q, n + (unsigned)q, q);
        }
    }
    buf_printf(xml,
               "<meta><instanceID>uuid:%08x-0000-4000-8000-000000000000</instanceID></meta></data>",
               n);
}

/* Hands over what was sealed, and takes it in at the desk: then it is purged from the device. */
static void carry(struct study *s, struct desk *desk)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    struct arena arena;
    const char **names;
    size_t count;
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & s->coordinator, .count = 1};
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(s, "out"), ".age", &err));
    for (size_t i = 0; i < count; i++) {
        struct buf file = {0}, tar = {0};
        char *path = arena_printf(&arena, "%s/out/%s", s->dir, names[i]);
        OK(file_read(&file, path, BATCH_MAX, &err));
        OK(age_open(&tar, file.data, file.len, &keys, NULL, &err));
        OK(desk_import(desk, tar.data, tar.len, study_wall, &in, &err));
        unlink(path);
        buf_fini(&file);
        buf_fini(&tar);
    }
    arena_fini(&arena);
}

static bool note_device(void *user, const struct desk_device *device, struct err *err)
{
    (void)err;
    *(struct desk_device *)user = *device;
    return true;
}

static void build(struct study *s, unsigned count)
{
    enum { STEP = 2000 };
    struct err err = {0};
    uint8_t hash[32];
    struct buf md = {0}, xml = {0}, package = {0};
    bool fresh;
    study_init(s);
    study_device(s);
    form_of(&md);
    buf_add(&md, "", 0);
    OK(convert_md(&xml, md.data, &err));
    s->form = xml.data;
    study_enrol(s, hash);
    struct desk *desk = open_desk(s);
    OK(device_package(s->device, hash, &package, &err));
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    for (unsigned n = 0; n < count; n++) {
        struct device_draft d;
        struct buf instance = {0};
        uint8_t id[16] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        instance_of(&instance, n);
        struct device_finished f = {.xml = instance.data, .xml_len = instance.len};
        OK(device_draft_begin(s->device, &d, hash, study_wall, &err));
        OK(device_finish(s->device, &d, id, &f, study_wall, &err));
        buf_fini(&instance);
        if (n % STEP == STEP - 1 || n + 1 == count) {
            struct desk_device at;
            struct load_report report;
            carry(s, desk);
            OK(desk_devices(desk, note_device, &at, &err));
            put_receipt(s, &at, n + 1, s->desk, s->desk_cert);
            OK(device_load_receipts(s->device, study_path(s, "back"), &report, &err));
        }
    }
    desk_close(desk);
    buf_fini(&md);
    buf_fini(&xml);
    buf_fini(&package);
}

/* ---- in processes of their own ---- */

struct bare {
    struct buf csv;
    struct desk_device device;
};

static bool open_bare(void *user, const struct desk_object *o, struct err *err)
{
    struct bare *bare = user;
    struct buf plain = {0}, *csv = &bare->csv;
    struct arena arena;
    struct xml *xml;
    struct record r;
    uint8_t identity[1][32];
    memset(identity, 0x13, sizeof identity);
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    arena_init(&arena);
    bool ok = age_open(&plain, o->sealed, o->len, &keys, NULL, err) &&
              record_read(&r, plain.data, plain.len, bare->device.sign_pk, err) &&
              xml_parse(&xml, &arena, r.xml, r.xml_len, &xml_foreign, err);
    for (const struct xml *c = ok ? xml_child(xml, NULL) : NULL; c; c = xml_sibling(c, NULL)) {
        buf_text(csv, xml_content(&arena, c));
        buf_char(csv, ',');
    }
    buf_cut(csv, 0);
    arena_fini(&arena);
    buf_fini(&plain);
    return ok;
}

/* The most memory this program had, in KiB; wait4 would count its parent's, too. */
static bool tell_peak(const char *dir)
{
    struct buf status = {0};
    char path[300];
    bool ok = file_read(&status, "/proc/self/status", 1 << 16, NULL);
    const char *peak = ok ? strstr(status.data, "VmHWM:") : NULL;
    snprintf(path, sizeof path, "%s/peak", dir);
    ok = peak && file_write(path, peak + 6, strcspn(peak + 6, "k"), 0600, true, NULL);
    buf_fini(&status);
    return ok;
}

static int child(const char *what, const char *dir)
{
    struct err err = {0};
    struct desk *desk;
    uint8_t identity[32];
    char path[300], out[300];
    memset(identity, 0x13, sizeof identity); /* study_init's coordinator */
    snprintf(path, sizeof path, "%s/desk", dir);
    snprintf(out, sizeof out, "%s/tables", dir);
    if (!desk_open(&desk, path, identity, &err)) {
        return 1;
    }
    slow_disk_waits = true;
    bool ok;
    if (strcmp(what, "export") == 0) {
        struct export_options options = {
            .out = out, .force = true, .writer = dataset_writer_find("csv")};
        struct export_counts counts;
        ok = desk_export(desk, identity, &options, &counts, &err) && counts.unreadable == 0;
    } else {
        static struct bare bare;
        ok = desk_devices(desk, note_device, &bare.device, &err) &&
             desk_objects(desk, open_bare, &bare, &err);
        buf_fini(&bare.csv);
    }
    desk_close(desk);
    return ok && tell_peak(dir) ? 0 : 1;
}

static double run(const char *self, const char *what, const char *dir, long *kib)
{
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        execl(self, self, what, dir, (char *)NULL);
        _exit(127);
    }
    int status;
    struct buf peak = {0};
    char path[300];
    snprintf(path, sizeof path, "%s/peak", dir);
    if (waitpid(pid, &status, 0) != pid || status != 0 || !file_read(&peak, path, 64, NULL)) {
        fprintf(stderr, "bench_export: %s failed\n", what);
        exit(1);
    }
    double took = now() - start;
    *kib = strtol(peak.data, NULL, 10);
    buf_fini(&peak);
    return took;
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {"1000", "2000", "4000"};
    struct err why = {0};
    db_setup();
    if (!secret_setup(&why)) {
        return 3;
    }
    if (argc == 3 && (strcmp(argv[1], "export") == 0 || strcmp(argv[1], "bare") == 0)) {
        return child(argv[1], argv[2]);
    }
    slow_disk_waits = false; /* building a desk waits for no disk: only the export is measured */
    int count = argc > 1 ? argc - 1 : 3, missed = 0;
    double before = 0;
    unsigned before_n = 0;
    for (int i = 0; i < count; i++) {
        unsigned n = (unsigned)strtoul(argc > 1 ? argv[i + 1] : usual[i], NULL, 10);
        struct study s;
        long kib, bare_kib;
        build(&s, n);
        double took = run("/proc/self/exe", "export", s.dir, &kib);
        double bare = run("/proc/self/exe", "bare", s.dir, &bare_kib);
        bool slim = kib / 1024 < GOAL_MIB;
        printf("export of %u interviews of %d questions: %.2f s, %.2f x a bare loop; at most %ld "
               "MiB%s",
               n, QUESTIONS, took, took / bare, kib / 1024, slim ? "" : " (over the goal)");
        missed += !slim;
        if (before_n) {
            double growth = took / before, rows = (double)n / before_n;
            bool linear = growth <= 1.1 * rows;
            printf("; %.1f x the rows take %.2f x the time%s", rows, growth,
                   linear ? "" : " (not linear)");
            missed += !linear;
        }
        printf("; bare %ld MiB\n", bare_kib / 1024);
        before = took;
        before_n = n;
        study_fini(&s);
    }
    return missed != 0;
}
