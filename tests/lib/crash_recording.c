/* SPDX-License-Identifier: Apache-2.0 */
/* Every part that was acknowledged is there, whole, whatever interrupts the recording. */
#include "tests/lib/crash_recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/device_recordings.h"
#include "tests/lib/help.h"

#define MUST(what) ((what) ? (void)0 : exit(6))

enum { PARTS = 3, PART_LEN = 15000 };
static const uint8_t record_id[16] = {0x11, 0x22, 0x33};
static const char answers[] = "<data id='test_form'><q>1</q></data>";
static const struct device_finished finished = {.xml = answers, .xml_len = sizeof answers - 1};

static void part_of(uint32_t part, char out[PART_LEN])
{
    for (int i = 0; i < PART_LEN; i++) {
        out[i] = (char)(i * 31 + (int)part * 7);
    }
}

void crash_recording_prepare(struct study *s)
{
    struct err err = {0};
    struct device_draft draft;
    uint8_t hash[32];
    study_init(s);
    study_device(s);
    study_enrol(s, hash);
    MUST(device_draft_begin(s->device, &draft, hash, study_wall, &err));
    MUST(device_draft_append(s->device, &draft, "x", 1, &err));
    device_close(s->device);
    s->device = NULL;
}

static struct device *open_device(const char *dir)
{
    struct err err = {0};
    struct device *device;
    char path[300];
    snprintf(path, sizeof path, "%s/device", dir);
    if (!device_open(&device, path, &err)) {
        return NULL;
    }
    device_forget_wait(device);
    if (!device_unlock(device, study_pass, sizeof study_pass - 1, &err)) {
        device_close(device);
        return NULL;
    }
    return device;
}

int crash_recording_run(const char *dir, void (*ack)(const char *what))
{
    struct err err = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    struct recording *r;
    struct export_report report;
    char bytes[PART_LEN], path[300], said[20];
    size_t count;
    struct device *device = open_device(dir);
    MUST(device != NULL);
    MUST(device_drafts(device, drafts, &count, &err) && count == 1);
    ack("open\n");
    MUST(recording_begin(&r, device, &drafts[0], 24000, study_wall, &err));
    ack("begun\n");
    for (uint32_t part = 0; part < PARTS; part++) {
        part_of(part, bytes);
        if (part == 1) {
            device_lock(device);
        }
        MUST(recording_put(r, bytes, sizeof bytes, &err));
        snprintf(said, sizeof said, "part%u\n", part);
        ack(said);
        MUST(part != 1 || device_unlock(device, study_pass, sizeof study_pass - 1, &err));
    }
    MUST(recording_close(r, &err));
    ack("ended\n");
    MUST(device_finish(device, &drafts[0], record_id, &finished, study_wall, &err));
    ack("sealed\n");
    snprintf(path, sizeof path, "%s/stick", dir);
    MUST(device_export(device, path, study_wall, &report, &err));
    ack("exported\n");
    device_close(device);
    ack("closed\n");
    return 0;
}

/* Each part opens, and is what was said. */
static const char *judge_parts(struct study *s, struct device *device, const uint8_t id[16],
                               uint32_t parts)
{
    struct err err = {0};
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])s->escrow, .count = 1};
    const char *fault = NULL;
    for (uint32_t part = 0; !fault && part < parts; part++) {
        struct buf sealed = {0}, plain = {0};
        char bytes[PART_LEN];
        bool found;
        part_of(part, bytes);
        if (!device_recording_part(device, id, part, &sealed, &found, &err) || !found ||
            !age_open(&plain, sealed.data, sealed.len, &keys, NULL, &err)) {
            fault = "a part is gone, or there by half";
        } else if (plain.len != PART_LEN || memcmp(plain.data, bytes, PART_LEN) != 0) {
            fault = "a part is another one";
        }
        buf_fini(&sealed);
        buf_fini(&plain);
    }
    return fault;
}

static uint32_t acknowledged(const char *acks)
{
    uint32_t parts = 0;
    char said[20];
    for (uint32_t part = 0; part < PARTS; part++) {
        snprintf(said, sizeof said, "part%u", part);
        parts += strstr(acks, said) != NULL;
    }
    return parts;
}

static const char *judge_draft(struct study *s, struct device *device, struct device_draft *draft,
                               const char *acks)
{
    struct err err = {0};
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    if (!device_recordings(device, draft->id, list, &count, &err)) {
        return "the recordings cannot be listed";
    }
    if (count > 1 || (strstr(acks, "begun") && !count)) {
        return "the recording is gone, or there twice";
    }
    const char *fault = NULL;
    if (count) {
        fault = list[0].open                           ? "it was not closed at the unlock"
                : list[0].holes                        ? "a part is damaged"
                : list[0].parts < acknowledged(acks)   ? "an acknowledged part is lost"
                : strstr(acks, "ended") && list[0].cut ? "a closed recording is marked as cut"
                                                       : NULL;
        fault = fault ? fault : judge_parts(s, device, list[0].id, list[0].parts);
    }
    return fault ? fault
           : device_finish(device, draft, record_id, &finished, study_wall, &err)
               ? NULL
               : "the interview cannot be sealed";
}

static bool count_record(void *user, const struct device_record *r)
{
    (void)r;
    ++*(unsigned *)user;
    return true;
}

const char *crash_recording_judge(struct study *s, const char *acks)
{
    struct err err = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    struct export_report report;
    size_t count = 0;
    unsigned records = 0;
    char path[300];
    struct device *device = open_device(s->dir);
    if (!device) {
        return "the device does not open";
    }
    const char *fault = NULL;
    if (!device_drafts(device, drafts, &count, &err) ||
        !device_records(device, count_record, &records, &err)) {
        fault = "drafts or records cannot be listed";
    } else if (count + records != 1 || (strstr(acks, "sealed") && !records)) {
        fault = "the interview is gone, or there twice";
    } else if (count) {
        fault = judge_draft(s, device, &drafts[0], acks);
    }
    snprintf(path, sizeof path, "%s/again", s->dir);
    if (!fault &&
        (!file_folder(path, 0700, &err) ||
         !device_export(device, path, study_wall, &report, &err) || report.records != 1)) {
        fault = "it cannot be handed over";
    }
    device_close(device);
    return fault;
}
