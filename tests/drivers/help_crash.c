/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_crash: kill -9 at every write of a short interview, of a store that takes the new format,
 * of messages about cases that are taken, and of a day at the desk.
 *
 *   help_crash campaign SHIM [STEP [PART]]   all kill points (every STEP-th); prints the sums
 *   help_crash run DIR                one interview in DIR's device; a line on stdout per
 *                                     acknowledged thing
 *   help_crash messages DIR           three messages are taken
 *   help_crash correction DIR         a record is sent back, corrected, sealed, withdrawn
 *   help_crash recording DIR          sound is recorded, under the lock too, and sealed
 *   help_crash desk DIR               a desk imports, reviews, withdraws and backs up
 *   help_crash migrate DIR            the first unlocking of a device of the first format
 *
 * What must hold after any death: what was acknowledged is there, whole; nothing is there by half;
 * a sealed record is in the store or the draft is, never neither; the device opens.
 */
#include "tests/lib/crash_correction.h"
#include "tests/lib/crash_desk.h"
#include "tests/lib/crash_merge.h"
#include "tests/lib/crash_recording.h"
#include "tests/lib/old_device.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "app/interview/interview.h"
#include "app/interview/interview_cases.h"
#include "platform/custody/device_internal.h"
#include "platform/custody/message.h"

static const char form_md_text[] = "| survey |\n| | type | name | label | required | constraint |\n"
                                   "| | integer | age | Age | yes | . > 17 |\n"
                                   "| | text | story | Story | | |\n"
                                   "| | begin_repeat | trip | Trips | | |\n| | text | where | "
                                   "Where | | |\n| | end_repeat | | | | |\n";
enum { STORY_LEN = 3000 };

static void story(char out[STORY_LEN + 1])
{
    for (int i = 0; i < STORY_LEN; i++) {
        out[i] = (char)('a' + i * 7 % 26);
    }
    out[STORY_LEN] = '\0';
}

static void ack(const char *what)
{
    if (write(STDOUT_FILENO, what, strlen(what)) < 0) {
        _exit(9);
    }
}

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            char text_[1200];                                                                      \
            err_text(&err, text_, sizeof text_);                                                   \
            fprintf(stderr, "%s\n", text_);                                                        \
            exit(5);                                                                               \
        }                                                                                          \
    } while (0)

static bool export(struct device *d, void *arg, struct err *err)
{
    struct export_report report;
    return device_export(d, arg, study_wall, &report, err);
}

static const char after_pass[] = "one two three four five"; /* chosen on the way back */

/* Back from a journey, with the coordinator's answer. */
static bool come_back(struct device *d, struct err *err)
{
    struct buf asked = {0}, answer = {0};
    struct travel_request r;
    uint8_t recovery[32], *plain = secret_new(TRAVEL_PLAIN);
    char words[64];
    memset(recovery, 0x77, sizeof recovery); /* as in tests/lib/study.h */
    bool ok = device_travel_request(d, after_pass, sizeof after_pass - 1, &asked, words, err) &&
              travel_request_read(&r, asked.data, asked.len, err) &&
              travel_request_open(plain, &r, recovery, err);
    if (ok) {
        travel_answer_write(&answer, &r, plain);
        ok = device_travel_return(d, answer.data, answer.len, after_pass, sizeof after_pass - 1,
                                  err);
    }
    secret_free(plain);
    buf_fini(&asked);
    buf_fini(&answer);
    return ok;
}

static int run(const char *dir)
{
    struct err err = {0};
    struct device *device;
    struct interview *i;
    struct device_form forms[DEVICE_FORMS_MAX];
    struct node *entry;
    char path[300], text[STORY_LEN + 1];
    size_t count;
    snprintf(path, sizeof path, "%s/device", dir);
    MUST(device_open(&device, path, &err));
    MUST(device_unlock(device, study_pass, sizeof study_pass - 1, &err));
    MUST(device_forms(device, forms, &count, &err));
    struct writer *w = writer_new(device);
    ack("open\n");
    MUST(interview_begin(&i, w, forms[0].hash, "ru", &err));
    ack("begun\n");
    MUST(interview_answer(i, session_find(i->session, "/data/age"), "33", &err) == ANSWER_OK);
    MUST(interview_sync(i, &err));
    ack("age\n");
    story(text);
    interview_typing(i, session_find(i->session, "/data/story"), "abc");
    MUST(interview_answer(i, session_find(i->session, "/data/story"), text, &err) == ANSWER_OK);
    MUST(interview_sync(i, &err));
    ack("story\n");
    struct page roster = {PAGE_ROSTER, session_find(i->session, "/data/trip[1]")->item->control,
                          session_root(i->session)->first};
    MUST(interview_add(i, &roster, &entry, &err));
    MUST(interview_answer(i, session_find(i->session, "/data/trip[2]/where"), "Ош", &err) ==
         ANSWER_OK);
    MUST(interview_sync(i, &err));
    ack("trip\n");
    MUST(interview_finish(i, NULL, &err));
    ack("sealed\n");
    interview_free(i);
    snprintf(path, sizeof path, "%s/stick", dir);
    MUST(writer_call(w, export, path, &err));
    ack("exported\n");
    device = writer_free(w);
    MUST(device_travel_lock(device, &err));
    ack("travelling\n");
    MUST(come_back(device, &err));
    ack("returned\n");
    device_close(device);
    ack("closed\n");
    return 0;
}

static int migrate(const char *dir)
{
    struct err err = {0};
    struct device *device;
    char path[300];
    snprintf(path, sizeof path, "%s/device", dir);
    device_migrate_by(4, NULL, NULL);
    MUST(device_open(&device, path, &err));
    MUST(device_unlock(device, study_pass, sizeof study_pass - 1, &err));
    ack("open\n");
    device_close(device);
    ack("closed\n");
    return 0;
}

/* ---- messages: one case is there; it is taken back, and another comes and changes ---- */

enum { CASES = 2 };

static const char *const case_ids[CASES] = {"11111111-1111-4111-8111-111111111111",
                                            "22222222-1111-4111-8111-111111111111"};

static void put_message(struct study *s, const char *folder, unsigned n, unsigned which,
                        const char *state)
{
    struct buf body = {0};
    char name[20];
    struct entity_property status = {"status", state ? state : "", NULL};
    struct entity one = {.list = "cases",
                         .id = case_ids[which],
                         .label = which ? "second" : "first",
                         .branch = "",
                         .version = n,
                         .properties = &status};
    entities_print_one(&body, &one);
    struct message m = {.counter = n,
                        .kind = state ? MESSAGE_ASSIGN : MESSAGE_TAKE_BACK,
                        .issued_at = 1795500000,
                        .body = body.data,
                        .len = state ? body.len : 0};
    memcpy(m.device_id, device_id(s->device), 16);
    memset(m.message_id, (int)n, 16);
    memset(m.about, 0x11, 16);
    memset(m.about, which ? 0x22 : 0x11, 4);
    m.about[6] = 0x41, m.about[8] = 0x81;
    snprintf(name, sizeof name, "m%u.age", n);
    study_message(s, folder, name, &m);
    buf_fini(&body);
}

static void prepare_messages(struct study *s)
{
    struct err err = {0};
    struct load_report report;
    uint8_t hash[32];
    study_init(s);
    study_device(s);
    study_enrol(s, hash);
    device_on_message(s->device, cases_on_message, NULL);
    put_message(s, "before", 1, 0, "active");
    MUST(device_load_folder(s->device, study_path(s, "before"), &report, &err));
    put_message(s, "post", 2, 0, NULL);
    put_message(s, "post", 3, 1, "active");
    put_message(s, "post", 4, 1, "visited");
    device_close(s->device);
    s->device = NULL;
    if (report.messages != 1) {
        exit(6);
    }
}

static struct device *open_for_messages(const char *dir, struct err *err)
{
    struct device *device;
    char path[300];
    snprintf(path, sizeof path, "%s/device", dir);
    if (!device_open(&device, path, err)) {
        return NULL;
    }
    device_forget_wait(device);
    if (!device_unlock(device, study_pass, sizeof study_pass - 1, err)) {
        device_close(device);
        return NULL;
    }
    device_on_message(device, cases_on_message, NULL);
    return device;
}

static int take_messages(const char *dir)
{
    struct err err = {0};
    struct load_report report;
    char path[300];
    struct device *device = open_for_messages(dir, &err);
    MUST(device != NULL);
    ack("open\n");
    snprintf(path, sizeof path, "%s/post", dir);
    MUST(device_load_folder(device, path, &report, &err) && !report.refused);
    ack("taken\n");
    device_close(device);
    ack("closed\n");
    return 0;
}

/* What the device knows of its cases: "first active, second visited". */
static bool tell_cases(struct device *device, char out[100])
{
    struct arena arena;
    struct entities cases;
    struct err err = {0};
    arena_init(&arena);
    *out = '\0';
    bool ok = cases_read(&cases, &arena, device, &err);
    for (const struct entity *e = ok ? cases.first : NULL; e; e = e->next) {
        size_t len = strlen(out);
        snprintf(out + len, 100 - len, "%s%s", len ? ", " : "",
                 e->version ? entity_property(e, "status") : "gone");
    }
    arena_fini(&arena);
    return ok;
}

/* Each message has its whole effect or none, in their order; the next load gives the rest, and says
 * each once. */
static const char *judge_messages(struct study *s, const char *acks)
{
    static const char *const after[] = {"active", "gone", "gone, active", "gone, visited"};
    enum { ALL = 3 };
    struct err err = {0};
    struct load_report report;
    char known[100], path[300];
    int taken = 0;
    struct device *device = open_for_messages(s->dir, &err);
    if (!device || !tell_cases(device, known)) {
        device_close(device);
        return "the device does not open";
    }
    while (taken <= ALL && strcmp(known, after[taken]) != 0) {
        taken++;
    }
    const char *fault = taken > ALL                             ? "a message is there by half"
                        : taken != ALL && strstr(acks, "taken") ? "a message that was taken is gone"
                                                                : NULL;
    snprintf(path, sizeof path, "%s/post", s->dir);
    if (!fault && (!device_load_folder(device, path, &report, &err) || report.refused)) {
        fault = "the messages cannot be loaded again";
    } else if (!fault && report.messages != (unsigned)(ALL - taken)) {
        fault = "a message has no entry in the chain, or two";
    } else if (!fault && (!tell_cases(device, known) || strcmp(known, after[ALL]) != 0)) {
        fault = "the rest of the messages had no effect";
    }
    device_close(device);
    return fault;
}

/* ---- the judge ---- */

static const char *judge_migrated(struct study *s, const char *acks)
{
    struct err err = {0};
    struct device *device;
    char path[300];
    (void)acks; /* all of it must be there, whatever was said */
    snprintf(path, sizeof path, "%s/device", s->dir);
    if (!device_open(&device, path, &err)) {
        return "the device does not open";
    }
    device_forget_wait(device);
    const char *fault = device_unlock(device, study_pass, sizeof study_pass - 1, &err)
                            ? old_whole(device)
                            : "the device does not unlock";
    device_close(device);
    return fault;
}

struct record_count {
    unsigned records;
};

static bool count_record(void *user, const struct device_record *r)
{
    (void)r;
    ((struct record_count *)user)->records++;
    return true;
}

static bool has(const char *acks, const char *what)
{
    return strstr(acks, what) != NULL;
}

/* The batch files of the stick: each whole and importable, or none under its final name. */
static const char *judge_stick(struct study *s, const char *acks, unsigned records)
{
    struct arena arena;
    const char **names, *fault = NULL;
    size_t count;
    unsigned objects = 0;
    char path[300];
    arena_init(&arena);
    snprintf(path, sizeof path, "%s/stick", s->dir);
    if (file_list(&arena, &names, &count, path, ".age", NULL)) {
        for (size_t i = 0; i < count && !fault; i++) {
            struct buf file = {0}, tar = {0};
            struct age_keys keys = {.identities = (const uint8_t(*)[32]) & s->escrow, .count = 1};
            snprintf(path, sizeof path, "%s/stick/%s", s->dir, names[i]);
            if (strlen(names[i]) != 20) { /* the enrolment's own files */
                continue;
            }
            if (!file_read(&file, path, BATCH_MAX, NULL) ||
                !age_open(&tar, file.data, file.len, &keys, NULL, NULL)) {
                fault = "a batch is there by half";
            }
            objects++;
            buf_fini(&file);
            buf_fini(&tar);
        }
    }
    if (!fault && has(acks, "exported") && (!objects || !records)) {
        fault = "an acknowledged batch is not on the stick";
    }
    arena_fini(&arena);
    return fault;
}

/* A lock that was claimed holds, against the old passphrase for ever; and there is always a way in.
 */
static const char *judge_locks(struct device *d, const char *acks)
{
    struct err err = {0};
    bool travels = device_locks(d).travelling;
    if (travels && !has(acks, "exported")) {
        return "it is locked for travel without having been asked";
    }
    if (travels) {
        return come_back(d, &err) ? NULL : "the answer does not bring it back";
    }
    device_forget_wait(d);
    bool before = device_unlock(d, study_pass, sizeof study_pass - 1, &err);
    if (before) {
        return has(acks, "travelling") ? "the old passphrase opens what was locked for travel"
                                       : NULL;
    }
    device_forget_wait(d);
    return has(acks, "exported") && device_unlock(d, after_pass, sizeof after_pass - 1, &err)
               ? NULL
               : "the device does not unlock";
}

/* What was said to be saved of a draft must be in it. */
static const char *judge_answers(struct interview *i, const char *acks)
{
    char text[STORY_LEN + 1];
    struct node *trip = session_find(i->session, "/data/trip[2]/where");
    const char *age = tree_value(session_find(i->session, "/data/age"));
    const char *told = tree_value(session_find(i->session, "/data/story"));
    story(text);
    if ((has(acks, "age") || *age) && strcmp(age, "33") != 0) {
        return "the age is lost or half";
    }
    if ((has(acks, "story") || *told) && strcmp(told, text) != 0) {
        return "the story is lost or half";
    }
    if (has(acks, "trip") && (!trip || strcmp(tree_value(trip), "Ош") != 0)) {
        return "the trip is lost";
    }
    return NULL;
}

/* Resumes a draft, and goes on with it to the end. */
static const char *judge_draft(struct writer *w, const struct device_draft *draft, const char *acks)
{
    struct err err = {0};
    struct interview *i;
    if (!draft->events) {
        return has(acks, "begun") ? "a begun draft has no events" : NULL;
    }
    if (!interview_resume(&i, w, draft, NULL, &err)) {
        return "the draft cannot be resumed";
    }
    const char *fault = judge_answers(i, acks);
    if (!fault &&
        (interview_answer(i, session_find(i->session, "/data/age"), "34", &err) != ANSWER_OK ||
         !interview_finish(i, NULL, &err))) {
        fault = "the resumed draft cannot be finished";
    }
    interview_free(i);
    return fault;
}

/* DRAFTS and RECORDS: how many of each there are. */
static const char *judge_counts(const char *acks, size_t drafts, size_t records)
{
    if (has(acks, "sealed") && (drafts || records != 1)) {
        return "a sealed record is not the one thing there";
    }
    if (drafts && records) {
        return "a record is there twice: draft and sealed";
    }
    if (has(acks, "begun") && !drafts && !records) {
        return "the interview is gone";
    }
    return NULL;
}

static const char *judge(struct study *s, const char *acks)
{
    struct err err = {0};
    struct device *device;
    struct device_draft drafts[VAULT_DRAFTS];
    struct record_count records = {0};
    size_t count = 0;
    char path[300];
    snprintf(path, sizeof path, "%s/device", s->dir);
    if (!device_open(&device, path, &err)) {
        return "the device does not open";
    }
    const char *fault = judge_locks(device, acks);
    if (fault) {
        device_close(device);
        return fault;
    }
    if (!device_drafts(device, drafts, &count, &err) ||
        !device_records(device, count_record, &records, &err)) {
        fault = "drafts or records cannot be listed";
    }
    struct writer *w = writer_new(device);
    fault = fault ? fault : judge_counts(acks, count, records.records);
    if (!fault && count == 1) {
        fault = judge_draft(w, &drafts[0], acks);
    }
    device_close(writer_free(w));
    return fault ? fault : judge_stick(s, acks, records.records);
}

/* ---- the campaign ---- */

static void copy(const char *from, const char *to)
{
    char command[700];
    snprintf(command, sizeof command, "rm -rf %s && cp -r %s %s", to, from, to);
    if (system(command) != 0) {
        exit(6);
    }
}

struct killed { /* this program, in the part of a device, with the shim */
    const char *self, *what, *shim, *dir;
};

static void spawn(const struct killed *run, const char *mode, long at, const char *count_file,
                  struct buf *acks)
{
    int pipes[2];
    char number[24], bytes[512];
    if (pipe(pipes) != 0) {
        exit(6);
    }
    snprintf(number, sizeof number, "%ld", at);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        close(pipes[0]);
        setenv("LD_PRELOAD", run->shim, 1);
        setenv("CRASH_DIR", run->dir, 1);
        setenv("CRASH_MODE", mode, 1);
        setenv("CRASH_AT", number, 1);
        if (count_file) {
            setenv("CRASH_COUNT", count_file, 1);
        }
        execl(run->self, run->self, run->what, run->dir, (char *)NULL);
        _exit(7);
    }
    close(pipes[1]);
    for (ssize_t n; (n = read(pipes[0], bytes, sizeof bytes)) > 0;) {
        buf_add(acks, bytes, (size_t)n);
    }
    buf_add(acks, "", 0);
    close(pipes[0]);
    waitpid(pid, NULL, 0);
}

static void prepare(struct study *s)
{
    struct err err = {0};
    struct buf xml = {0}, package = {0}, wrapped = {0};
    struct load_report report;
    struct package p;
    uint8_t hash[32], key[32];
    study_init(s);
    study_device(s);
    study_enrol(s, hash);
    MUST(convert_md(&xml, form_md_text, &err));
    struct package_file file = {"form.xml", xml.data, xml.len};
    MUST(package_write(&package,
                       &(struct package_spec){s->catalogue.study_id, "form", 4, 0, &file, 1},
                       s->author_cert, s->author, &err));
    MUST(package_read(&p, package.data, package.len, NULL, &err));
    s->catalogue.epoch++;
    memcpy(s->catalogue.forms[0].form, p.form_hash, 32);
    memcpy(s->catalogue.forms[0].package, p.hash, 32);
    s->catalogue.forms[0].serial = 4;
    study_sign_catalogue(s);
    age_recipient_of(key, s->package);
    MUST(age_seal(&wrapped, package.data, package.len, (const uint8_t(*)[32])key, 1, &err));
    study_put(s, "more", "form.age", &wrapped);
    buf_fini(&wrapped);
    MUST(age_seal(&wrapped, s->catalogue_bytes.data, s->catalogue_bytes.len,
                  (const uint8_t(*)[32])key, 1, &err));
    study_put(s, "more", "catalogue.age", &wrapped);
    MUST(device_load_folder(s->device, study_path(s, "more"), &report, &err));
    if (report.packages != 1) {
        exit(6);
    }
    device_close(s->device);
    s->device = NULL;
    buf_fini(&xml);
    buf_fini(&package);
    buf_fini(&wrapped);
}

static void prepare_old(struct study *s)
{
    study_init(s);
    if (!old_device(s)) {
        exit(6);
    }
}

static int run_desk(const char *dir)
{
    return crash_desk_run(dir, ack);
}

static int run_merge(const char *dir)
{
    return crash_merge_run(dir, ack);
}

static int run_correction(const char *dir)
{
    return crash_correction_run(dir, ack);
}

static int run_recording(const char *dir)
{
    return crash_recording_run(dir, ack);
}

static const struct part {
    const char *what, *title;
    int (*run)(const char *dir); /* in the process that is killed */
    void (*prepare)(struct study *s);
    const char *(*judge)(struct study *s, const char *acks);
} parts[] = {
    {"run", "an interview", run, prepare, judge},
    {"messages", "messages about cases", take_messages, prepare_messages, judge_messages},
    {"migrate", "a store that takes the new format", migrate, prepare_old, judge_migrated},
    {"correction", "a record that comes back", run_correction, crash_correction_prepare,
     crash_correction_judge},
    {"recording", "a recording", run_recording, crash_recording_prepare, crash_recording_judge},
    {"merge", "a desk that takes over another", run_merge, crash_merge_prepare, crash_merge_judge},
    {"desk", "a day at the desk", run_desk, crash_desk_prepare, crash_desk_judge}};

static unsigned campaign(const char *self, const char *shim, long step, const struct part *part,
                         unsigned *faults)
{
    static const char *const modes[] = {"before", "half", "after", "enospc", "eio"};
    struct study s;
    struct buf acks = {0}, counted = {0};
    char base[40], work[60], count_file[60];
    unsigned points = 0, violations = 0;
    part->prepare(&s);
    memcpy(base, s.dir, sizeof base);
    snprintf(work, sizeof work, "%s-work", base);
    snprintf(count_file, sizeof count_file, "%s-count", base);
    copy(base, work);
    const struct killed run = {self, part->what, shim, work};
    spawn(&run, "count", 0, count_file, &acks);
    if (!has(acks.data, "closed") || !file_read(&counted, count_file, 64, NULL)) {
        fprintf(stderr, "crash: %s does not even run undisturbed: %s\n", part->title, acks.data);
        exit(1);
    }
    long calls = atol(counted.data);
    for (long at = 1; at <= calls; at += step) {
        for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
            buf_cut(&acks, 0);
            copy(base, work);
            spawn(&run, modes[m], at, NULL, &acks);
            memcpy(s.dir, work, sizeof work);
            const char *fault = part->judge(&s, acks.data);
            points++;
            if (fault) {
                violations++;
                printf("crash: %s at call %ld of %ld: %s (acknowledged: %.*s)\n", modes[m], at,
                       calls, fault, (int)strcspn(acks.data, ""), acks.data);
            }
        }
    }
    printf("crash: %s: %ld calls, %u faults, %u violations\n", part->title, calls, points,
           violations);
    *faults += points;
    memcpy(s.dir, base, sizeof base);
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s %s", work, count_file);
    if (system(command) != 0) {
        exit(1);
    }
    study_fini(&s);
    buf_fini(&acks);
    buf_fini(&counted);
    return violations;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    db_setup();
    xml_setup();
    if (!secret_setup(&err)) {
        return 3;
    }
    for (size_t i = 0; argc == 3 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].what) == 0) {
            return parts[i].run(argv[2]);
        }
    }
    if (argc >= 3 && strcmp(argv[1], "campaign") == 0) {
        long step = argc > 3 && atol(argv[3]) > 0 ? atol(argv[3]) : 1;
        const char *only = argc > 4 ? argv[4] : NULL;
        unsigned points = 0, violations = 0;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            if (only && strcmp(only, parts[i].what) != 0) {
                continue;
            }
            violations += campaign(argv[0], argv[2], step, &parts[i], &points);
        }
        printf("%u passed, %u failed, 0 skipped\n", points - violations, violations);
        return violations ? 1 : 0;
    }
    fprintf(stderr, "usage: help_crash campaign SHIM [STEP [PART]]\n");
    return 2;
}
