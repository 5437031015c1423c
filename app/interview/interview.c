/* SPDX-License-Identifier: Apache-2.0 */
/* Begins, resumes and finishes an interview. */
#include "app/interview/interview_files.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_cases.h"
#include "app/interview/interview_correction.h"
#include "app/interview/interview_takes.h"
#include "app/interview/interview_turns.h"
#include "app/interview/interview_typing.h"
#include "app/kit/strings.h"
#include "forms/engine/instance.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"

/* ---- environment of the session ---- */

static int64_t wall(void *user)
{
    struct interview *i = user;
    return i->clock_ms ? i->clock_ms : clock_wall_ms();
}

static int zone(void *user, int64_t wall_ms)
{
    (void)user;
    return clock_zone_minutes(wall_ms);
}

/* Random numbers derived from the draft's seed, so that a replay gets the same ones. The
 * counter advances only in operations that the journal replays. Looking (choices of a page,
 * labels) always gets the same numbers, so that a shuffled list keeps its order on the
 * screen. */
static void draw_random(void *user, void *bytes, size_t len)
{
    struct interview *i = user;
    uint8_t block[32];
    for (size_t at = 0; at < len; at += sizeof block) {
        if (i->journalled && !i->looking) {
            secret_derive(block, i->seed, "sbRANDOM", ++i->random_count);
        } else {
            secret_derive(block, i->seed, "sbLOOKED", at / sizeof block);
        }
        memcpy((uint8_t *)bytes + at, block, len - at < sizeof block ? len - at : sizeof block);
    }
}

static void looking(void *user, bool on)
{
    struct interview *i = user;
    i->looking = on;
}

/* A list of the package, with the device's cases of that name. */
static bool list_with_cases(struct interview *i, const char *file, const char *base, size_t len,
                            struct buf *out, struct err *err)
{
    struct arena arena;
    struct entities cases;
    arena_init(&arena);
    entities_init(&cases, &arena);
    const char *list = file_stem(&arena, file);
    bool ok = entities_parse(&cases, i->cases.data ? i->cases.data : "", i->cases.len, err);
    bool any = !base && entities_any(i->form); /* the form makes the list by and by */
    for (const struct entity *one = cases.first; ok && one; one = one->next) {
        any = any || strcmp(one->list, list) == 0;
    }
    if (ok && any) {
        ok = entities_table(out, &cases, list, base, len, err);
    } else if (ok && base) {
        buf_add(out, base, len);
    } else if (ok) {
        ok = err_set(err, ERR_INPUT, "the form's package has no file '%s'", file);
    }
    arena_fini(&arena);
    return ok;
}

static bool resource(void *user, const char *uri, struct buf *out, struct err *err)
{
    struct interview *i = user;
    const char *name = strrchr(uri, '/'), *bytes = NULL;
    size_t len = 0;
    bool found = name && package_find(&i->package, name + 1, &bytes, &len);
    if (name && file_ends(name, ".csv")) {
        return list_with_cases(i, name + 1, found ? bytes : NULL, len, out, err);
    }
    if (!found) {
        return err_set(err, ERR_INPUT, "the form's package has no file '%s'", uri);
    }
    buf_add(out, bytes, len);
    return true;
}

/* ---- opening ---- */

struct fetch {
    const uint8_t *hash;
    struct buf *out;
};

static bool fetch_package(struct device *d, void *arg, struct err *err)
{
    struct fetch *f = arg;
    return device_package(d, f->hash, f->out, err);
}

static struct interview *fresh(struct writer *writer)
{
    struct interview *i = mem_zero(1, sizeof *i);
    i->writer = writer;
    return i;
}

static bool may_seal(struct device *d, void *arg, struct err *err)
{
    return device_may_seal(d, arg, err);
}

static bool fetch_cases(struct device *d, void *arg, struct err *err)
{
    return device_cases(d, arg, err);
}

static bool load_form(struct interview *i, const uint8_t hash[32], struct err *err)
{
    struct fetch f = {hash, &i->package_bytes};
    const char *xml;
    size_t len;
    if (!writer_call(i->writer, fetch_package, &f, err) ||
        !package_read(&i->package, i->package_bytes.data, i->package_bytes.len, NULL, err)) {
        return false;
    }
    i->training = i->package.flags & PACKAGE_TRAINING;
    if (!package_find(&i->package, "form.xml", &xml, &len)) {
        return err_set(err, ERR_INPUT, "the package holds no form");
    }
    return (i->training || writer_call(i->writer, fetch_cases, &i->cases, err)) &&
           form_load(&i->form, xml, len, &xml_trusted, err) &&
           (package_in_scope(&i->package, i->form->id) ||
            err_set(err, ERR_AUTH, "the form is not the one that was signed"));
}

/* Words of the engine (months, days, "other") in the question language; in Russian for languages of
 * the field that the interface does not have; NULL: the engine's English. */
static const char *word(void *user, const char *language, enum session_word what, unsigned which)
{
    (void)user;
    bool further = strcmp(language, "uz") == 0 || strcmp(language, "kk") == 0;
    if ((!language_known(language) && !further) || language_from(language) == UI_EN) {
        return NULL;
    }
    enum string_id id = what == WORD_MONTH   ? S_short_month_1 + which - 1
                        : what == WORD_DAY   ? S_day_1 + which - 1
                        : what == WORD_OTHER ? S_other
                                             : S_specify_other;
    return string(id, language_from(language));
}

static bool open_session(struct interview *i, struct err *err)
{
    struct session_env env = {.user = i,
                              .wall_ms = wall,
                              .zone_minutes = zone,
                              .random = draw_random,
                              .looking = looking,
                              .word = word,
                              .resource = resource};
    const struct interview_correction *old = i->corrects;
    uint64_t before = interview_begin_act(i);
    i->audit = audit_new(i->form->track_changes);
    bool ok = old ? instance_open(&i->session, i->form, &env, old->xml, old->xml_len, true, err)
                  : session_new(&i->session, i->form, &env, err);
    interview_end_act(i, before, ok);
    return ok;
}

static void first_page(struct interview *i)
{
    struct arena arena;
    struct page *pages;
    size_t count;
    arena_init(&arena);
    session_pages(i->session, &arena, NULL, &pages, &count);
    if (count) {
        i->page = pages[0];
    }
    arena_fini(&arena);
}

struct beginning {
    struct device_draft *draft;
    const uint8_t *hash;
    const struct device_return *sent_back; /* or NULL */
    struct buf body;                       /* what the desk sent */
};

static bool begin_draft(struct device *d, void *arg, struct err *err)
{
    struct beginning *b = arg;
    return b->sent_back ? device_draft_correct(d, b->draft, b->sent_back, clock_wall_ms(), err)
                        : device_draft_begin(d, b->draft, b->hash, clock_wall_ms(), err);
}

static bool fetch_body(struct device *d, void *arg, struct err *err)
{
    struct beginning *b = arg;
    return device_return_body(d, b->sent_back->id, &b->body, err);
}

/* The first event: the seed; of a correction also what it corrects, so that one write holds all. */
static void post_beginning(struct interview *i, const struct beginning *b, const char *language)
{
    struct buf bytes = {0}, value = {0};
    if (i->form->language_count && form_language(i->form, language) < 0) {
        language = form_language_code(i->form, i->form->default_language);
    }
    session_set_language(i->session, language);
    buf_add(&value, i->seed, sizeof i->seed);
    buf_add(&value, b->body.data, b->body.len);
    struct journal_event e = {.kind = b->sent_back ? JOURNAL_CORRECT : JOURNAL_BEGIN,
                              .wall_ms = i->happened_ms,
                              .mono_ms = clock_mono_ms(),
                              .language = language,
                              .value = value.data,
                              .value_len = value.len};
    writer_draft(i->writer, &i->draft);
    journal_write(&bytes, &e);
    i->ticket = writer_post(i->writer, bytes.data, bytes.len);
    buf_fini(&bytes);
    buf_fini(&value);
    audit_event(i->audit, &e, i->session);
}

static bool begin(struct interview **out, struct writer *writer, struct beginning *b,
                  const char *language, struct err *err)
{
    struct interview *i = fresh(writer);
    *out = NULL;
    b->draft = &i->draft;
    secret_random(i->seed, sizeof i->seed);
    bool ok = (!b->sent_back || (writer_call(writer, fetch_body, b, err) &&
                                 correction_new(&i->corrects, b->body.data, b->body.len, err))) &&
              load_form(i, b->hash, err) && writer_call(writer, may_seal, &i->package, err) &&
              open_session(i, err) && writer_call(writer, begin_draft, b, err);
    if (ok) {
        correction_bind(i);
        post_beginning(i, b, language);
        first_page(i);
        if (i->page.node) { /* a form may have nothing to ask at first */
            interview_post_node(i, JOURNAL_PAGE, i->page.node, NULL);
        }
        ok = interview_sync(i, err);
    }
    buf_fini(&b->body);
    if (!ok) {
        interview_free(i);
        return false;
    }
    *out = i;
    return true;
}

bool interview_begin(struct interview **out, struct writer *writer, const uint8_t package_hash[32],
                     const char *language, struct err *err)
{
    struct beginning b = {.hash = package_hash};
    return begin(out, writer, &b, language, err);
}

bool interview_correct(struct interview **out, struct writer *writer,
                       const struct device_return *sent_back, const char *language, struct err *err)
{
    struct beginning b = {.hash = sent_back->package_hash, .sent_back = sent_back};
    return begin(out, writer, &b, language, err);
}

struct replay {
    struct interview *i;
    struct arena arena;
    struct buf page, roster;
    enum journal_kind last;
    struct progress *progress;
};

static bool replay_beginning(struct interview *i, const struct journal_event *e, struct err *err)
{
    enum { SEED = sizeof i->seed };
    bool whole = e->kind == JOURNAL_BEGIN     ? e->value_len == SEED
                 : e->kind == JOURNAL_CORRECT ? e->value_len > SEED
                                              : false;
    if (!whole) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    memcpy(i->seed, e->value, SEED);
    if (e->kind == JOURNAL_CORRECT &&
        !correction_new(&i->corrects, e->value + SEED, e->value_len - SEED, err)) {
        return false;
    }
    if (!open_session(i, err)) {
        return false;
    }
    correction_bind(i);
    session_set_language(i->session, e->language);
    audit_event(i->audit, e, i->session);
    return true;
}

/* Runs on the writer's thread, while the opening task waits in writer_call. */
static bool replay_event(void *user, uint64_t n, const void *bytes, size_t len, struct err *err)
{
    struct replay *r = user;
    struct interview *i = r->i;
    struct journal_event e;
    if (progress_stopped(r->progress)) {
        return err_set(err, ERR_ENV, "stopped");
    }
    progress_add(r->progress, 1);
    if (!journal_read(&e, &r->arena, bytes, len, err)) {
        return false;
    }
    i->clock_ms = e.wall_ms;
    i->replaying = true;
    r->last = e.kind;
    i->last_ms = e.wall_ms;
    if (n == 0) {
        return replay_beginning(i, &e, err);
    }
    if (e.kind == JOURNAL_FILE && !files_keep(i, e.value, e.value_len, err)) {
        return false;
    }
    if (!takes_keep(i, &e, err) || !turns_keep(i, &e, err)) {
        return false;
    }
    if (e.kind == JOURNAL_MEMO) {
        memos_keep(i, &e);
    }
    if (e.kind == JOURNAL_LABEL) {
        label_keep_text(i, e.value, e.value_len);
    }
    if (e.kind == JOURNAL_REASON && i->corrects) {
        correction_keep_reason(i->corrects, e.value, e.value_len);
    }
    if (e.kind == JOURNAL_PAGE) {
        buf_cut(&r->page, 0);
        buf_cut(&r->roster, 0);
        buf_text(&r->page, e.path);
        buf_add(&r->roster, e.value, e.value_len);
    }
    if (e.kind == JOURNAL_EDIT) {
        typing_keep(i, e.path, session_find(i->session, e.path), e.value, e.value_len);
    } else if (e.kind == JOURNAL_ANSWER) {
        typing_drop(i, e.path);
    } else if (e.kind == JOURNAL_REMOVE) {
        typing_entry_went(i, e.path);
    } else if (e.kind == JOURNAL_RESTORE) {
        typing_entry_came(i);
    }
    uint64_t before = interview_begin_act(i);
    bool ok = journal_replay(i->session, &e, err);
    interview_end_act(i, before, ok);
    if (ok) {
        audit_event(i->audit, &e, i->session);
    }
    return ok;
}

static bool replay_all(struct device *d, void *arg, struct err *err)
{
    struct replay *r = arg;
    return device_draft_read(d, &r->i->draft, replay_event, r, err);
}

static bool roster_at(struct interview *i, struct arena *arena, struct node *holder,
                      const char *item_path, struct page *page)
{
    struct page *pages;
    size_t count;
    bool is_entry = holder->item && holder->item->shape.is_repeat;
    session_pages(i->session, arena, is_entry ? holder : session_entry_of(holder), &pages, &count);
    for (size_t p = 0; p < count; p++) {
        if (pages[p].kind == PAGE_ROSTER && pages[p].node == holder &&
            strcmp(pages[p].control->item->path, item_path) == 0) {
            *page = pages[p];
            return true;
        }
    }
    return false;
}

static bool page_at(struct interview *i, const char *path, const struct buf *roster)
{
    struct arena arena;
    struct node *node = session_find(i->session, path);
    struct page page;
    arena_init(&arena);
    bool found = node && (roster->len ? roster_at(i, &arena, node, roster->data, &page)
                                      : interview_find(i, &arena, node, &page));
    if (found) {
        i->page = page;
    }
    arena_fini(&arena);
    return found;
}

bool interview_resume(struct interview **out, struct writer *writer,
                      const struct device_draft *draft, struct progress *progress, struct err *err)
{
    struct interview *i = fresh(writer);
    struct replay r = {.i = i, .progress = progress};
    *out = NULL;
    i->draft = *draft;
    if (progress) {
        progress->total = (size_t)draft->events;
    }
    arena_init(&r.arena);
    bool ok = load_form(i, draft->package_hash, err) && writer_call(writer, replay_all, &r, err) &&
              (i->session || err_set(err, ERR_INPUT, "the draft is empty"));
    i->replaying = false;
    if (ok) {
        uint64_t before = interview_begin_act(i);
        session_resume(i->session);
        interview_end_act(i, before, true);
        first_page(i);
        if (r.page.len) {
            page_at(i, r.page.data, &r.roster);
        }
        i->recovered = r.last != JOURNAL_PAUSE; /* otherwise it was put aside */
        writer_draft(writer, &i->draft);
        interview_post(i, JOURNAL_RESUME, "", NULL,
                       0); /* not waited for: a draft can be finished even on a full disk */
    }
    buf_fini(&r.page);
    buf_fini(&r.roster);
    arena_fini(&r.arena);
    if (!ok) {
        interview_free(i);
        return false;
    }
    *out = i;
    return true;
}

void interview_show_page(struct interview *i)
{
    if (i->page.node) {
        struct page page = i->page;
        interview_go(i, &page);
    }
}

void interview_free(struct interview *i)
{
    if (i) {
        audit_free(i->audit);
        takes_free(i);
        turns_free(i);
        files_forget(i);
        session_free(i->session);
        form_free(i->form);
        buf_fini(&i->package_bytes);
        buf_fini(&i->cases);
        typing_forget(i);
        correction_free(i->corrects);
        secret_wipe(i->seed, sizeof i->seed);
        free(i);
    }
}

/* ---- the end ---- */

struct finishing {
    struct device_draft draft;
    uint8_t record_id[16];
    struct buf xml, files;
    const struct form *form;
    const struct interview_correction *corrects; /* or NULL */
    bool training;
    struct progress *progress;
};

static bool seal(struct device *d, void *arg, struct err *err)
{
    struct finishing *f = arg;
    struct buf cases = {0};
    struct device_finished finished = {.xml = f->xml.data,
                                       .xml_len = f->xml.len,
                                       .files = f->files.data,
                                       .files_len = f->files.len,
                                       .training = f->training};
    device_watch(d, f->progress);
    struct err why = {0};
    const struct case_record record = {f->form, f->xml.data, f->xml.len,
                                       f->corrects ? f->corrects->xml : NULL,
                                       f->corrects ? f->corrects->xml_len : 0};
    if (!f->training && !cases_after(&cases, d, &record, &why) && why.code != ERR_INPUT) {
        *err = why;
        return false;
    } /* a damaged list of cases does not hold up a record */
    finished.cases = cases.data;
    finished.cases_len = cases.len;
    bool ok = device_finish(d, &f->draft, f->record_id, &finished, clock_wall_ms(), err);
    device_watch(d, NULL);
    buf_fini(&cases);
    return ok;
}

bool interview_finish(struct interview *i, struct progress *progress, struct err *err)
{
    struct finishing f = {
        .form = i->form, .corrects = i->corrects, .training = i->training, .progress = progress};
    if (progress) {
        progress->total = 1 + DEVICE_FINISH_STEPS;
    }
    if (i->corrects && !i->corrects->reason) {
        return err_set(err, ERR_INPUT, "a correction needs its reason");
    }
    assert(!i->sound || !i->sound->recorder); /* sound_finish */
    interview_post(i, JOURNAL_FINISH, "", NULL, 0);
    /* Wait for the journal, but ignore a failure: the record is written from the session,
     * which has every answer even if the disk is full. */
    (void)!interview_sync(i, NULL);
    uint64_t before = interview_begin_act(i);
    bool ok = session_finish(i->session, err);
    if (ok) {
        files_gather(i, &f.files);
        ok = instance_write(&f.xml, i->session, err);
    }
    interview_end_act(i, before, ok);
    progress_add(progress, 1);
    if (ok) {
        f.draft = writer_draft_now(i->writer);
        if (!session_record_id(i->session, f.record_id)) { /* a form without instanceID */
            memcpy(f.record_id, i->draft.id, 16);
        }
        ok = writer_call(i->writer, seal, &f, err);
    }
    buf_fini(&f.files);
    buf_fini(&f.xml);
    return ok;
}

static bool discard(struct device *d, void *arg, struct err *err)
{
    return device_draft_discard(d, arg, err);
}

bool interview_discard(struct interview *i, struct err *err)
{
    struct device_draft draft = writer_draft_now(i->writer);
    assert(!i->sound || !i->sound->recorder);
    return interview_sync(i, err) && writer_call(i->writer, discard, &draft, err);
}

/* ---- names ---- */

bool interview_form_title(struct arena *arena, const struct package *package, const char **id,
                          const char **title, const char **version)
{
    const char *xml;
    size_t len;
    return package_find(package, "form.xml", &xml, &len) &&
           form_head(id, version, title, arena, xml, len, NULL);
}

enum form_state interview_form_state(const struct interview *i, const struct form_in_force *forms,
                                     size_t count)
{
    enum form_state form_state = FORM_WITHDRAWN;
    for (size_t f = 0; f < count; f++) {
        if (memcmp(forms[f].hash, i->draft.package_hash, 32) == 0) {
            return FORM_IN_FORCE;
        }
        if (strcmp(forms[f].id, i->form->id) == 0) {
            form_state = FORM_OUTDATED;
        }
    }
    return form_state;
}
