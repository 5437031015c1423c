/* SPDX-License-Identifier: Apache-2.0 */
/* Each step of a correction is done or not done, and the next try goes on. */
#include "tests/lib/crash_correction.h"

#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_cases.h"
#include "app/interview/interview_correction.h"
#include "platform/custody/sendback.h"
#include "tests/lib/help.h"

#define MUST(what) ((what) ? (void)0 : exit(6))

static const char record_md[] = "| survey |\n"
                                "| | type | name | label |\n"
                                "| | integer | age | Age |\n"
                                "| settings |\n| | form_id | version |\n| | test_form | 7 |\n";
static const uint8_t record_id[16] = {0x11, 0x22, 0x33};

static void put_post(struct study *s, const char *folder, enum message_kind kind, unsigned n,
                     const struct buf *body)
{
    struct message m = {.counter = n,
                        .kind = kind,
                        .issued_at = 1795500000,
                        .body = body ? body->data : "",
                        .len = body ? body->len : 0};
    memcpy(m.device_id, device_id(s->device), 16);
    memset(m.message_id, (int)n, 16);
    memcpy(m.about, record_id, 16);
    study_message(s, folder, "m.age", &m);
}

void crash_correction_prepare(struct study *s)
{
    struct err err = {0};
    struct buf xml = {0}, body = {0};
    struct device_draft draft;
    uint8_t hash[32];
    static const char answers[] =
        "<data id=\"test_form\" version=\"7\" xmlns:orx=\"http://openrosa.org/xforms\">"
        "<age>19</age><orx:meta><orx:instanceID>uuid:11223300-0000-0000-0000-000000000000"
        "</orx:instanceID></orx:meta></data>";
    study_init(s);
    study_device(s);
    MUST(convert_md(&xml, record_md, &err));
    s->form = xml.data;
    study_enrol(s, hash);
    s->form = NULL;
    device_on_message(s->device, cases_on_message, NULL);
    MUST(device_draft_begin(s->device, &draft, hash, study_wall, &err));
    MUST(device_draft_append(s->device, &draft, "x", 1, &err));
    MUST(device_finish(s->device, &draft, record_id,
                       &(struct device_finished){.xml = answers, .xml_len = sizeof answers - 1},
                       study_wall, &err));
    struct sendback b = {.comments = "path,comment\n/data/age,?\n",
                         .comments_len = 25,
                         .xml = answers,
                         .xml_len = sizeof answers - 1};
    memcpy(b.package_hash, hash, 32);
    sendback_write(&body, &b);
    put_post(s, "sent", MESSAGE_SEND_BACK, 1, &body);
    put_post(s, "gone", MESSAGE_WITHDRAW, 2, NULL);
    device_close(s->device);
    s->device = NULL;
    buf_fini(&xml);
    buf_fini(&body);
}

static struct device *open_one(const char *dir, struct err *err)
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

/* Runs on the writer's thread. */
static bool load(struct device *device, void *folder, struct err *err)
{
    struct load_report report;
    return device_load_folder(device, folder, &report, err) && !report.refused;
}

static bool first_return(struct device *device, void *out, struct err *err)
{
    static struct device_return list[DEVICE_RETURNS_MAX];
    size_t count;
    bool ok = device_returns(device, list, &count, err) && count == 1;
    *(struct device_return *)out = list[0];
    return ok;
}

int crash_correction_run(const char *dir, void (*ack)(const char *what))
{
    struct err err = {0};
    struct interview *i;
    struct device_return one;
    char path[300];
    struct device *device = open_one(dir, &err);
    MUST(device != NULL);
    ack("open\n");
    struct writer *w = writer_new(device);
    snprintf(path, sizeof path, "%s/sent", dir);
    MUST(writer_call(w, load, path, &err));
    ack("taken\n");
    MUST(writer_call(w, first_return, &one, &err));
    MUST(interview_correct(&i, w, &one, "ru", &err));
    ack("begun\n");
    MUST(interview_answer(i, session_find(i->session, "/data/age"), "91", &err) == ANSWER_OK);
    interview_reason(i, "a slip");
    MUST(interview_sync(i, &err));
    ack("age\n");
    MUST(interview_finish(i, NULL, &err));
    ack("sealed\n");
    interview_free(i);
    snprintf(path, sizeof path, "%s/gone", dir);
    MUST(writer_call(w, load, path, &err));
    ack("withdrawn\n");
    device_close(writer_free(w));
    ack("closed\n");
    return 0;
}

/* ---- the judge ---- */

struct held { /* on the device */
    struct device_return returns[DEVICE_RETURNS_MAX];
    struct device_draft drafts[VAULT_DRAFTS];
    size_t waiting, begun, draft_count;
    unsigned sealed, first; /* records whose bytes are here; the first one among them */
};

static bool count_sealed(void *user, const struct device_record *r)
{
    struct held *h = user;
    h->sealed += r->state == RECORD_SEALED;
    h->first += r->state == RECORD_SEALED && memcmp(r->id, record_id, 16) == 0;
    return true;
}

static bool look(struct device *device, void *arg, struct err *err)
{
    struct held *h = arg;
    size_t count;
    memset(h, 0, sizeof *h);
    bool ok = device_returns(device, h->returns, &count, err) &&
              device_drafts(device, h->drafts, &h->draft_count, err) &&
              device_records(device, count_sealed, h, err);
    for (size_t i = 0; ok && i < count; i++) {
        h->waiting += h->returns[i].state == RETURN_WAITING;
        h->begun += h->returns[i].state == RETURN_BEGUN;
    }
    return ok;
}

static const char *judge_held(const struct held *h, const char *acks)
{
    bool said_gone = strstr(acks, "withdrawn"), sealed = strstr(acks, "sealed");
    size_t places = h->waiting + h->draft_count + (h->sealed - h->first);
    if (h->begun != h->draft_count) {
        return "a draft and what it corrects have lost each other";
    }
    if (places > 1) {
        return "a correction is in two places";
    }
    if (said_gone && (places || h->sealed)) {
        return "what was withdrawn is still here";
    }
    if (!sealed && strstr(acks, "taken") && !places) {
        return "what was sent back is lost";
    }
    if (!sealed && !h->first) {
        return "the first record is lost";
    }
    return NULL;
}

/* A draft of a correction goes on as one. */
static const char *judge_draft(struct writer *w, const struct device_draft *draft, const char *acks)
{
    struct err err = {0};
    struct interview *i;
    const char *fault = NULL;
    if (!interview_resume(&i, w, draft, NULL, &err)) {
        return "the correction cannot be resumed";
    }
    const char *age = tree_value(session_find(i->session, "/data/age"));
    bool known = i->corrects && i->corrects->count == 1;
    if (known && !i->corrects->reason && !strstr(acks, "age")) {
        interview_reason(i, "a slip"); /* it was cut off before the reason was given */
    }
    if (!known) {
        fault = "the draft does not know what it corrects";
    } else if (strcmp(age, "91") != 0 && (strstr(acks, "age") || strcmp(age, "19") != 0)) {
        fault = "an answer of the correction is lost";
    } else if (strstr(acks, "age") &&
               (!i->corrects->reason || strcmp(i->corrects->reason, "a slip") != 0)) {
        fault = "the reason is lost";
    } else if (!interview_finish(i, NULL, &err)) {
        fault = "the correction cannot be sealed";
    }
    interview_free(i);
    return fault;
}

const char *crash_correction_judge(struct study *s, const char *acks)
{
    struct err err = {0};
    struct held *h = mem_zero(1, sizeof *h);
    char path[300];
    struct device *device = open_one(s->dir, &err);
    if (!device) {
        free(h);
        return "the device does not open";
    }
    struct writer *w = writer_new(device);
    const char *fault = writer_call(w, look, h, &err) ? judge_held(h, acks) : "it cannot be read";
    if (!fault && h->draft_count) {
        fault = judge_draft(w, &h->drafts[0], acks);
    }
    snprintf(path, sizeof path, "%s/gone", s->dir);
    if (!fault && !writer_call(w, load, path, &err)) {
        fault = "the withdrawal cannot be loaded again";
    }
    if (!fault && (!writer_call(w, look, h, &err) || h->waiting || h->draft_count || h->sealed)) {
        fault = "the withdrawal had half of its effect";
    }
    device_close(writer_free(w));
    free(h);
    return fault;
}
