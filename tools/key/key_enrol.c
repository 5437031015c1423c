/* SPDX-License-Identifier: Apache-2.0 */
/* Answers a device's request. */
#include "tools/key/key_enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/file.h"
#include "platform/machine/text.h"
#include "tools/key/keys.h"

static void describe(struct key_request *out, const struct enrol_request *r)
{
    uint8_t keys[64], id[16];
    chain_device_id(id, r->sign_pk);
    text_hex(out->hex, id, 16);
    memcpy(keys, r->sign_pk, 32);
    memcpy(keys + 32, r->box_pk, 32);
    enrol_words(out->words, keys, sizeof keys);
}

bool key_request_read(struct key_request *out, const char *path, struct err *err)
{
    struct buf bytes = {0};
    struct enrol_request r;
    bool ok =
        file_get(&bytes, path, ENROL_FILE_MAX, NULL, err) &&
        (enrol_request_read(&r, bytes.data, bytes.len, err) || err_at(err, "%s", file_name(path)));
    if (ok) {
        describe(out, &r);
    }
    buf_fini(&bytes);
    return ok;
}

/* Finds the file of the open invitation whose token this request proves.  The caller removes
 * it at the end, because a token works once. */
static bool find_token(struct arena *arena, char **out, const char *dir, const struct buf *request,
                       uint64_t now_s, struct err *err)
{
    const char **names;
    size_t count;
    char *tokens = keys_path(arena, dir, "tokens");
    if (!file_list(arena, &names, &count, tokens, "", err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct buf token = {0};
        char *path = keys_path(arena, tokens, names[i]);
        bool read = file_read(&token, path, 64, err) && token.len == 40;
        bool proves =
            read && enrol_request_proves(request->data, request->len, (const uint8_t *)token.data);
        bool expired = proves && get_u64((const uint8_t *)token.data + 32) < now_s;
        buf_fini(&token);
        if (expired) {
            err_set(err, ERR_AUTH, "the invitation has expired");
            return err_hint(err, "make a new one with 'suhbat-key invite'");
        }
        if (proves) {
            *out = path;
            return true;
        }
    }
    err_set(err, ERR_AUTH, "no open invitation fits this request");
    return err_hint(err, "an invitation works once; make a new one with 'suhbat-key invite'");
}

/* What an enrolment reads and makes; secret parts are wiped by enrolling_fini. */
struct enrolling {
    struct arena arena;
    const struct key_answer *answer;
    const char *dir;
    struct buf request, catalogue_bytes;
    struct catalogue *catalogue;
    struct enrol_request r;
    uint8_t root[32], identity[32], package_secret[32];
    struct err no_identity; /* why the coordinator's identity could not be read */
};

static void enrolling_fini(struct enrolling *e)
{
    secret_wipe(e->root, sizeof e->root);
    secret_wipe(e->identity, sizeof e->identity);
    secret_wipe(e->package_secret, sizeof e->package_secret);
    buf_fini(&e->request);
    buf_fini(&e->catalogue_bytes);
    free(e->catalogue);
    arena_fini(&e->arena);
}

static bool read_enrolment(struct enrolling *e, struct err *err)
{
    const char *own = e->answer->identity ? e->answer->identity
                                          : keys_path(&e->arena, e->dir, "coordinator.identity");
    const char *root =
        e->answer->root ? e->answer->root : keys_path(&e->arena, e->dir, "root-1.key");
    const char *request = e->answer->request;
    e->catalogue = mem_zero(1, sizeof *e->catalogue);
    if (!file_read(&e->request, request, ENROL_FILE_MAX, err) ||
        !(enrol_request_read(&e->r, e->request.data, e->request.len, err) ||
          err_at(err, "%s", file_name(request))) ||
        !keys_read_catalogue(e->catalogue, &e->catalogue_bytes,
                             keys_path(&e->arena, e->dir, "catalogue.sbg"), err) ||
        !keys_read_seed(e->root, root, err) ||
        !keys_read_identity(e->package_secret, keys_path(&e->arena, e->dir, "package.identity"),
                            err)) {
        return false;
    }
    /* read the identity before the invitation is used up */
    if (!keys_read_identity(e->identity, own, &e->no_identity) && e->no_identity.code == ERR_NONE) {
        e->no_identity.code = ERR_AUTH;
    }
    return memcmp(e->r.study_id, e->catalogue->study_id, 16) == 0 ||
           err_set(err, ERR_AUTH, "the request is for another study");
}

/* Writes the answer and the device's file, and uses the invitation up. */
static bool write_enrolment(struct enrolling *e, const char *token, const char *hex,
                            struct err *err)
{
    struct buf out = {0};
    uint8_t known[KEYS_DEVICE];
    const struct keys_enrolment enrolment = {&e->r, e->catalogue, &e->catalogue_bytes, e->root,
                                             e->package_secret};
    bool ok = keys_enrol(&out, known, &enrolment, err) &&
              file_write(arena_printf(&e->arena, "%s/devices/%s.device", e->dir, hex), known,
                         sizeof known, FILE_PRIVATE, true, err) &&
              file_write(e->answer->out, out.data, out.len, FILE_PRIVATE, e->answer->force, err) &&
              file_remove(token, err);
    buf_fini(&out);
    return ok;
}

/* Stores the label that the interviewer gave the device, so that the device can be named by it. */
static bool keep_label(struct enrolling *e, struct key_enrolled *done, struct err *err)
{
    struct buf label = {0};
    struct age_keys keys = {.identities = (const uint8_t(*)[32])e->identity, .count = 1};
    bool ok = true;
    done->no_label = e->no_identity;
    if (done->no_label.code == ERR_NONE &&
        !(age_open(&label, e->r.label, e->r.label_len, &keys, NULL, NULL) &&
          label.len <= ENROL_LABEL_MAX && text_valid(label.data, label.len))) {
        done->no_label.code = ERR_AUTH; /* and no reason */
    }
    if (done->no_label.code == ERR_NONE) {
        for (size_t i = 0; i < label.len; i++) { /* a label stays on one line of lists and logs */
            label.data[i] = (unsigned char)label.data[i] < ' ' ? '?' : label.data[i];
        }
        memcpy(done->label, label.data, label.len);
        ok = file_write(arena_printf(&e->arena, "%s/devices/%s.label", e->dir, done->device.hex),
                        label.data, label.len, FILE_PRIVATE, true, err);
    }
    buf_fini(&label);
    return ok;
}

static bool answer_is_free(const struct key_answer *answer, struct err *err)
{
    if (answer->force || !file_exists(answer->out)) {
        return true;
    }
    err_set(err, ERR_INPUT, "the file already exists");
    err_at(err, "%s", answer->out);
    return err_hint(err, "choose another name with -o, or use --force to replace it");
}

static bool is_expected(const struct key_answer *answer, const char *hex, struct err *err)
{
    if (!answer->expected || strcmp(answer->expected, hex) == 0) {
        return true;
    }
    err_set(err, ERR_AUTH,
            "the request is another device's than the one whose words were compared");
    return err_hint(err, "compare the words again");
}

bool key_enrol(const struct key_answer *answer, struct key_enrolled *done, struct err *err)
{
    struct enrolling e = {.answer = answer, .dir = answer->study};
    char *token = NULL;
    *done = (struct key_enrolled){.label = ""};
    arena_init(&e.arena);
    bool ok = read_enrolment(&e, err);
    if (ok) {
        describe(&done->device, &e.r);
        ok = is_expected(answer, done->device.hex, err);
    }
    ok = ok && find_token(&e.arena, &token, e.dir, &e.request, answer->now_s, err) &&
         answer_is_free(answer, err);
    if (ok) {
        ok = write_enrolment(&e, token, done->device.hex, err) && keep_label(&e, done, err);
    }
    enrolling_fini(&e);
    return ok;
}
