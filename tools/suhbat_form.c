/* SPDX-License-Identifier: Apache-2.0 */
/* suhbat-form: checks, converts and tries out forms before they are used in the field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forms/engine/instance.h"
#include "forms/workbook/workbook.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/custody/package.h"
#include "platform/machine/text.h"
#include "tools/form/form_assemble.h"
#include "tools/form/form_check.h"
#include "tools/cli/cli.h"
#include "tools/form/form_devices.h"
#include "tools/form/form_fill.h"
#include "tools/form/form_new.h"
#include "tools/form/form_print.h"
#include "tools/form/form_review.h"
#include "tools/form/form_simulate.h"
#include "tools/form/form_source.h"
#include "tools/form/form_try.h"
#include "tools/key/keys.h"
#include "tools/form/form_lint.h"
#include "tools/form/form_outline.h"
#include "tools/form/form_pack.h"

static const char *opt_cases, *opt_load, *opt_devices, *opt_root_key, *opt_n, *opt_seed,
    *opt_weights, *opt_apply, *opt_terms, *opt_check, *opt_root, *opt_out, *opt_force, *opt_answers,
    *opt_lang, *opt_partial, *opt_study, *opt_serial, *opt_training, *opt_window, *opt_program,
    *opt_set, *opt_each, *opt_day;

static void print_notes(const struct xlsform_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        cli_say(stderr, "warning: ", notes->text[i]);
    }
}

/* Checks one file and reports everything that is wrong with it. */
static bool check_file(const char *file, struct err *err)
{
    static const struct xlsform_options all = {.all = true};
    struct arena arena;
    struct form *form = NULL;
    struct session *session = NULL;
    struct form_source_env desk;
    struct xlsform_notes notes = {0};
    const char *name = file_name(file);
    arena_init(&arena);
    bool ok = form_source_load(&form, file, &all, &arena, &notes, err) &&
              (form_source_fit(form, &arena, &notes, err) || err_at(err, "%s", name));
    if (ok) {
        form_source_env_init(&desk, file);
        form_check_report(form, &desk, &notes, &arena);
        if (!session_new(&session, form, &desk.env, err)) {
            ok = err_at(err, "%s", name);
        }
    }
    print_notes(&notes);
    for (size_t i = 0; i < notes.fault_count; i++) {
        bool placed = text_starts(notes.faults[i], name);
        cli_say(stderr, "suhbat-form: ",
                arena_printf(&arena, "%s%s%s", placed ? "" : name, placed ? "" : ", ",
                             notes.faults[i]));
    }
    if (notes.fault_count) {
        *err = (struct err){0};
        ok = err_set(err, ERR_INPUT, "%zu %s", notes.fault_count,
                     notes.fault_count == 1 ? "fault" : "faults");
        err_at(err, "%s", name);
    }
    if (ok) {
        form_pack_check(form, &desk, &arena);
        size_t questions = 0, repeats = 0;
        for (size_t i = 0; i < form->item_count; i++) {
            const struct control *c = form->items[i]->control;
            questions += c && control_is_question(c);
            repeats += form->items[i]->shape.is_repeat;
        }
        printf("%s: form '%s'%s%s, %zu questions, %zu repeats, %zu languages: good\n", name,
               form->id, *form->version ? ", version " : "", form->version, questions, repeats,
               form->language_count);
    }
    session_free(session);
    form_free(form);
    arena_fini(&arena);
    return ok;
}

static bool run_check(const struct cli_words *words, struct err *err)
{
    size_t faulty = 0;
    for (size_t i = 0; i < words->count; i++) {
        struct err why = {0};
        if (check_file(words->list[i], &why)) {
            continue;
        }
        if (words->count == 1) {
            *err = why;
            return false;
        }
        char text[1200];
        err_text(&why, text, sizeof text);
        fprintf(stderr, "suhbat-form: %s\n", text);
        faulty++;
    }
    return !faulty || err_set(err, ERR_INPUT, "%zu of %zu forms are faulty", faulty, words->count);
}

/* Writes external_choices as itemsets.csv next to the XForm, where Collect looks for it. */
static bool write_itemsets(const struct buf *csv, struct arena *arena, struct err *err)
{
    if (!csv->len) {
        return true;
    }
    if (!opt_out) {
        fprintf(stderr, "warning: external_choices are written only with -o OUT.xml\n");
        return true;
    }
    const char *slash = strrchr(opt_out, '/');
    char *path =
        arena_printf(arena, "%.*sitemsets.csv", slash ? (int)(slash - opt_out) + 1 : 0, opt_out);
    return file_write(path, csv->data, csv->len, FILE_SHARED, opt_force, err);
}

/* Converts a workbook to another workbook format. */
static bool convert_workbook(const char *file, struct err *err)
{
    struct arena arena;
    struct workbook book;
    struct buf bytes = {0}, out = {0};
    arena_init(&arena);
    bool ok = file_read(&bytes, file, DESK_FILE_MAX, err) &&
              form_source_workbook(&book, &arena, file, &bytes, err);
    if (ok && file_ends(opt_out, ".csv")) {
        workbook_write_csv(&out, &book);
    } else if (ok) {
        ok = workbook_write_xlsx(&out, &book, err);
    }
    ok = ok && file_write(opt_out, out.data, out.len, FILE_SHARED, opt_force, err);
    buf_fini(&bytes);
    buf_fini(&out);
    arena_fini(&arena);
    return ok;
}

/* Writes the XForm even if an expression is invalid, because other programs may support more.
 * Faults are reported as warnings; `check` treats them as errors. */
static bool run_convert(const struct cli_words *words, struct err *err)
{
    if (opt_out && (file_ends(opt_out, ".xlsx") || file_ends(opt_out, ".csv"))) {
        return convert_workbook(words->list[0], err); /* workbook to workbook */
    }
    struct arena arena;
    struct buf xml = {0}, itemsets = {0};
    struct form *form = NULL;
    struct xlsform_notes notes;
    struct err loading = {0};
    struct xlsform_options options = {.root = opt_root, .itemsets = &itemsets, .lenient = true};
    arena_init(&arena);
    bool ok = form_source_xml(&xml, words->list[0], &options, &arena, &notes, err);
    print_notes(&notes);
    if (ok && !form_load(&form, xml.data, xml.len, &xml_trusted, &loading)) {
        char text[1100];
        err_text(&loading, text, sizeof text);
        fprintf(stderr, "warning: this form cannot be used as it is: %s\n", text);
    }
    ok = ok &&
         file_write(opt_out ? opt_out : "-", xml.data, xml.len, FILE_SHARED, opt_force, err) &&
         write_itemsets(&itemsets, &arena, err);
    form_free(form);
    buf_fini(&xml);
    buf_fini(&itemsets);
    arena_fini(&arena);
    return ok;
}

static bool fill(struct session *session, struct buf *steps, struct buf *xml, struct err *err)
{
    return (!opt_lang || form_fill_language(session, opt_lang, err)) &&
           form_fill_in(session, steps->data, steps->len, file_name(opt_answers), NULL, NULL,
                        err) &&
           (opt_partial || form_fill_rest(session, err)) && session_finish(session, err) &&
           instance_write(xml, session, err);
}

static bool run_fill(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    struct form *form = NULL;
    struct session *session = NULL;
    struct buf steps = {0}, xml = {0};
    struct form_source_env desk;
    if (!opt_answers) {
        err_set(err, ERR_INPUT, "no answers given");
        return err_hint(err, "--answers STEPS.jsonl; '-' reads standard input");
    }
    arena_init(&arena);
    form_source_env_init(&desk, words->list[0]);
    bool ok = form_source_load(&form, words->list[0], NULL, &arena, NULL, err) &&
              session_new(&session, form, &desk.env, err) &&
              file_read(&steps, opt_answers, DESK_FILE_MAX, err) &&
              fill(session, &steps, &xml, err) &&
              file_write(opt_out ? opt_out : "-", xml.data, xml.len, FILE_PRIVATE, opt_force, err);
    session_free(session);
    form_free(form);
    buf_fini(&steps);
    buf_fini(&xml);
    arena_fini(&arena);
    return ok;
}

/* A form opened for reading, with no answers. */
struct opened {
    struct arena arena;
    struct form *form;
    struct session *session;
    struct form_source_env desk;
};

static bool open_file(struct opened *o, const char *file, struct err *err)
{
    memset(o, 0, sizeof *o);
    arena_init(&o->arena);
    form_source_env_init(&o->desk, file);
    if (!form_source_load(&o->form, file, NULL, &o->arena, NULL, err)) {
        return false;
    }
    return session_new(&o->session, o->form, &o->desk.env, err) ||
           err_at(err, "%s", file_name(file));
}

static void shut_file(struct opened *o)
{
    session_free(o->session);
    form_free(o->form);
    arena_fini(&o->arena);
}

static bool give(struct buf *out, bool ok, struct err *err)
{
    if (ok && !opt_out && isatty(STDOUT_FILENO)) { /* text from a form is untrusted: make control
                                                    * characters harmless */
        buf_add(out, "", 0);
        text_defuse(out->data);
        out->len = strlen(out->data);
    }
    ok =
        ok && file_write(opt_out ? opt_out : "-", out->data, out->len, FILE_SHARED, opt_force, err);
    buf_fini(out);
    return ok;
}

static bool run_show(const struct cli_words *words, struct err *err)
{
    struct opened o;
    struct buf out = {0};
    bool ok = open_file(&o, words->list[0], err);
    ok = ok && (!opt_lang || form_fill_language(o.session, opt_lang, err));
    if (ok) {
        session_texts_by_name(o.session, true);
        outline_show(&out, o.session);
    }
    shut_file(&o);
    return give(&out, ok, err);
}

static bool run_doc(const struct cli_words *words, struct err *err)
{
    struct opened o;
    struct buf out = {0};
    bool ok = open_file(&o, words->list[0], err);
    if (ok) {
        session_texts_by_name(o.session, true);
        ok = outline_doc(&out, o.session, err);
    }
    shut_file(&o);
    return give(&out, ok, err);
}

static bool run_diff(const struct cli_words *words, struct err *err)
{
    struct opened old, fresh;
    struct buf out = {0};
    bool ok = open_file(&old, words->list[0], err);
    bool both = open_file(&fresh, words->list[1], ok ? err : NULL) && ok;
    if (both) {
        outline_diff(&out, old.session, fresh.session);
    }
    shut_file(&old);
    shut_file(&fresh);
    return give(&out, both, err);
}

/* Explains one question, given by path or name, or (`question` NULL) every question that is
 * not asked. */
static bool trace(struct buf *out, struct session *session, const char *question, struct err *err)
{
    const struct form *form = session_form(session);
    size_t told = 0;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        bool shown = item->control && control_is_question(item->control);
        bool meant = question &&
                     (strcmp(question, item->shape.name) == 0 || strcmp(question, item->path) == 0);
        for (struct node *n = session_first(session, item); n; n = n->same_next) {
            if (question ? meant : shown && !n->active) {
                session_why(session, n, out);
                told++;
            }
        }
    }
    struct node *named = question && !told ? session_find(session, question) : NULL;
    if (named) {
        session_why(session, named, out);
    } else if (question && !told) {
        err_set(err, ERR_INPUT, "there is no question '%s'", question);
        return err_hint(err, "suhbat-form show lists them");
    } else if (!told) {
        buf_text(out, "every question is asked\n");
    }
    return true;
}

struct refusals {
    struct buf *out;
    char path[300]; /* path of the question that refused an answer last */
};

static void tell_refusal(void *user, struct node *node, const struct err *why)
{
    struct refusals *r = user;
    struct buf path = {0};
    char text[1200];
    err_text(why, text, sizeof text);
    buf_printf(r->out, "%s\n", text);
    session_path(node, &path);
    snprintf(r->path, sizeof r->path, "%s", path.data ? path.data : "");
    buf_fini(&path);
}

/* Reports refused answers, then explains the question given, or the one that refused last. */
static bool run_trace(const struct cli_words *words, struct err *err)
{
    struct opened o;
    struct buf out = {0}, steps = {0};
    struct refusals refusals = {.out = &out};
    const char *question = words->count > 1 ? words->list[1] : NULL;
    bool ok = open_file(&o, words->list[0], err);
    if (ok && opt_answers) {
        ok = file_read(&steps, opt_answers, DESK_FILE_MAX, err) &&
             form_fill_in(o.session, steps.data, steps.len, file_name(opt_answers), tell_refusal,
                          &refusals, err);
    }
    question = question ? question : *refusals.path ? refusals.path : NULL;
    ok = ok && trace(&out, o.session, question, err);
    buf_fini(&steps);
    shut_file(&o);
    return give(&out, ok, err);
}

/* What signs and seals a package. */
struct packing {
    struct arena arena;
    struct catalogue *catalogue;
    struct buf catalogue_bytes;
    uint8_t seed[32], cert[CERT_BYTES]; /* the author's */
    struct form_pack form;
};

static bool read_keys(struct packing *p, struct err *err)
{
    return keys_read_catalogue(p->catalogue, &p->catalogue_bytes,
                               keys_path(&p->arena, opt_study, "catalogue.sbg"), err) &&
           keys_read_seed(p->seed, keys_path(&p->arena, opt_study, "author.key"), err) &&
           keys_read_cert(p->cert, keys_path(&p->arena, opt_study, "author.cert"), err);
}

static bool write_pack(const struct packing *p, struct err *err)
{
    struct buf package = {0}, wrapped = {0};
    const struct package_spec spec = {
        .study_id = p->catalogue->study_id,
        .form_id = p->form.form->id,
        .serial = opt_serial ? strtoull(opt_serial, NULL, 10) : (uint64_t)clock_wall_ms() / 1000,
        .flags = (uint16_t)((opt_training ? PACKAGE_TRAINING : 0) |
                            (p->form.form->own_recipients ? PACKAGE_OWN : 0)),
        .files = p->form.files,
        .count = p->form.count};
    bool ok = package_write(&package, &spec, p->cert, p->seed, err) &&
              keys_wrap(&wrapped, p->catalogue, package.data, package.len, err) &&
              file_write(opt_out, wrapped.data, wrapped.len, FILE_PRIVATE, opt_force, err);
    buf_fini(&package);
    buf_fini(&wrapped);
    return ok;
}

static bool run_pack(const struct cli_words *words, struct err *err)
{
    if (!opt_study || !opt_out) {
        err_set(err, ERR_INPUT, "give the study's folder and where to write");
        return err_hint(err, "suhbat-form pack FORM --study STUDY -o FORM.age");
    }
    struct packing *p = mem_zero(1, sizeof *p);
    p->catalogue = mem_zero(1, sizeof *p->catalogue);
    arena_init(&p->arena);
    bool ok = form_pack_read(&p->form, words->list[0], opt_root, err) && read_keys(p, err) &&
              write_pack(p, err);
    struct cert author;
    if (ok) {
        printf("%s: form '%s', version %s, %zu files\n", opt_out, p->form.form->id,
               p->form.form->version, p->form.count);
    }
    if (ok && cert_read(&author, p->cert)) {
        keys_say_words("the author's words, shown next to the form on the device", author.subject,
                       32);
    }
    form_pack_fini(&p->form);
    buf_fini(&p->catalogue_bytes);
    free(p->catalogue);
    arena_fini(&p->arena);
    secret_wipe(p, sizeof *p); /* the author's seed */
    free(p);
    return ok;
}

static bool run_print(const struct cli_words *words, struct err *err)
{
    struct opened o;
    struct buf out = {0};
    if (!opt_lang) {
        err_set(err, ERR_MISUSE, "no language given");
        return err_hint(err, "suhbat-form print FORM --lang ru -o FORM.html");
    }
    struct form_terms terms;
    bool ok = open_file(&o, words->list[0], err) &&
              form_terms_read(&terms, &o.arena, words->list[0], NULL, err);
    if (ok) {
        terms.form_id = o.form->id;
        ok = form_print(&out, o.session, opt_lang, &terms, err);
    }
    shut_file(&o);
    return give(&out, ok, err);
}

static bool run_review(const struct cli_words *words, struct err *err)
{
    struct review_counts n;
    const char *form = words->list[0];
    if (opt_apply) {
        bool ok = form_review_apply(form, opt_apply, opt_out, &n, err);
        if (n.remarks.len) {
            text_defuse(n.remarks.data);
            printf("the reviewer's remarks:\n%s", n.remarks.data);
        }
        buf_fini(&n.remarks);
        if (ok) {
            printf("%zu texts changed, %zu cells in %zu files; %zu texts reviewed\n", n.changed,
                   n.cells, n.files, n.marked);
        }
        return ok && (!n.unknown ||
                      err_set(err, ERR_INPUT, "%zu texts are in no file any more", n.unknown));
    }
    if (!opt_lang) {
        err_set(err, ERR_MISUSE, "no language given");
        return err_hint(err, "suhbat-form review FORM --lang ky -o REVIEW.xlsx");
    }
    if (opt_out && file_exists(opt_out) && !opt_force) {
        return err_set(err, ERR_ENV, "%s exists; --force replaces it", opt_out);
    }
    bool ok = opt_out ? form_review_write(form, opt_lang, opt_out, &n, err)
                      : form_review_count(form, opt_lang, &n, err);
    if (ok) {
        printf("%s: %zu texts in %s, %zu of them reviewed\n", file_name(form), n.texts, opt_lang,
               n.reviewed);
    }
    return ok;
}

struct simulated_files {
    struct buf log;
    unsigned long answers;
    unsigned count;
    struct form_devices *devices; /* NULL: the records are written as plain XML */
    int64_t last_ms;
};

static bool keep_simulated(void *user, const struct simulated *done, struct err *err)
{
    struct simulated_files *files = user;
    char path[512];
    snprintf(path, sizeof path, "%s/%05u.xml", opt_out, done->number);
    char code[4];
    simulate_code(code, done->interviewer);
    buf_printf(&files->log, "%05u.xml,%s,%s,%lld,%u,yes\n", done->number, code,
               simulate_kind_name(done->kind), (long long)(done->ended_ms - done->begun_ms) / 1000,
               done->answers);
    files->answers += done->answers;
    files->count++;
    files->last_ms = done->ended_ms > files->last_ms ? done->ended_ms : files->last_ms;
    return file_write(path, done->xml->data, done->xml->len, FILE_SHARED, opt_force, err) &&
           (!files->devices || form_devices_seal(files->devices, done, err));
}

/* Runs the simulation; with devices, seals and hands over what it makes. */
static bool simulate(const struct simulate_spec *spec, struct simulated_files *files,
                     struct arena *arena, struct err *err)
{
    const struct form_devices_spec devices = {
        .study = opt_study,
        .root = opt_root_key,
        .load = opt_load,
        .work = arena_join(arena, opt_out, "/devices", NULL),
        .form = spec->form,
        .count = opt_devices ? (unsigned)strtoul(opt_devices, NULL, 10) : 1};
    unsigned volumes = 0;
    bool ok = (!opt_study || form_devices_open(&files->devices, &devices, err)) &&
              form_simulate(spec, keep_simulated, files, err) &&
              (!opt_study ||
               form_devices_hand_over(files->devices, arena_join(arena, opt_out, "/stick", NULL),
                                      files->last_ms, &volumes, err));
    if (files->devices) {
        form_devices_close(files->devices);
    }
    if (ok) {
        printf("%u interviews, %lu answers in %s\n", files->count, files->answers, opt_out);
    }
    if (ok && opt_study) {
        printf("sealed by %u devices: %u volumes in %s/stick\n", devices.count, volumes, opt_out);
    }
    return ok;
}

/* Reads the cases that an earlier run left; a file that is not there is an empty list. */
static bool read_cases(struct entities *cases, struct err *err)
{
    enum { CASES_MAX = 256 << 20 };
    struct buf bytes = {0};
    bool ok = !file_exists(opt_cases) || file_read(&bytes, opt_cases, CASES_MAX, err);
    ok = ok && (entities_parse(cases, bytes.data ? bytes.data : "", bytes.len, err) ||
                err_at(err, "%s", file_name(opt_cases)));
    buf_fini(&bytes);
    return ok;
}

static bool write_cases(const struct entities *cases, struct err *err)
{
    struct buf bytes = {0};
    entities_print(&bytes, cases);
    bool ok = file_write(opt_cases, bytes.data, bytes.len, FILE_SHARED, true, err);
    buf_fini(&bytes);
    return ok;
}

static bool read_day(int64_t *ms, const char *text, struct err *err)
{
    int year, month, day, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || text[used] ||
        !clock_is_date(year, month, day)) {
        err_set(err, ERR_MISUSE, "'%s' is no day", text);
        return err_hint(err, "--day 2026-03-02");
    }
    *ms = clock_days(year, month, day) * 24 * 60 * 60 * 1000;
    return true;
}

static bool run_simulate(const struct cli_words *words, struct err *err)
{
    struct opened o;
    struct simulated_files files = {0};
    struct entities cases;
    if (!opt_out || !opt_study != !opt_load) {
        err_set(err, ERR_MISUSE, opt_out ? "--seal and --load belong together" : "no folder given");
        return err_hint(err, "suhbat-form simulate FORM --n 350 --seed 1 -o DIR [--seal STUDY "
                             "--load STICK --devices 7]");
    }
    buf_text(&files.log, "file,interviewer,kind,seconds,answers,training\n");
    bool ok = open_file(&o, words->list[0], err) && file_folder(opt_out, 0755, err);
    struct simulate_spec spec = {.form = ok ? o.form : NULL,
                                 .file = words->list[0],
                                 .weights = opt_weights,
                                 .set = opt_set,
                                 .each = opt_each != NULL,
                                 .count = opt_n ? (unsigned)strtoul(opt_n, NULL, 10) : 10,
                                 .seed = opt_seed ? strtoull(opt_seed, NULL, 10) : 1,
                                 .devices =
                                     opt_devices ? (unsigned)strtoul(opt_devices, NULL, 10) : 1};
    ok = ok && (!opt_day || read_day(&spec.day_ms, opt_day, err));
    if (ok && opt_each && !opt_cases) {
        ok = err_set(err, ERR_MISUSE, "--each needs the cases: --cases FILE");
    }
    if (ok && opt_cases) {
        entities_init(&cases, &o.arena);
        spec.cases = &cases;
        ok = read_cases(&cases, err);
    }
    ok = ok && simulate(&spec, &files, &o.arena, err) &&
         file_write(arena_join(&o.arena, opt_out, "/log.csv", NULL), files.log.data, files.log.len,
                    FILE_SHARED, opt_force, err) &&
         (!opt_cases || write_cases(&cases, err));
    buf_fini(&files.log);
    shut_file(&o);
    return ok;
}

static bool run_lint(const struct cli_words *words, struct err *err)
{
    size_t all = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < words->count; i++) {
        struct buf findings = {0}, said = {0};
        size_t count = 0;
        ok = form_lint(&findings, &count, &said, words->list[i], opt_terms, err);
        fputs(said.data ? said.data : "", stdout);
        fputs(findings.data ? findings.data : "", stdout);
        all += count;
        buf_fini(&findings);
        buf_fini(&said);
    }
    return ok && (!all || err_set(err, ERR_INPUT, "%zu findings", all));
}

static bool run_assemble(const struct cli_words *words, struct err *err)
{
    return form_assemble_folder(words->list[0], opt_check != NULL, err);
}

static bool run_new(const struct cli_words *words, struct err *err)
{
    struct buf out = {0};
    const char *path = words->list[0];
    bool ok = form_new(&out, path, opt_lang ? opt_lang : "ru,ky,tg", err) &&
              file_write(path, out.data, out.len, FILE_SHARED, opt_force, err);
    if (ok) {
        printf("%s: a starter; next: suhbat-form check %s\n", path, path);
        puts("columns of languages other than ru, ky, tg and en are empty: translate them");
    }
    buf_fini(&out);
    return ok;
}

/* Both languages, unless one is given. */
static bool run_guide(const struct cli_words *words, struct err *err)
{
    (void)words;
    struct buf out = {0};
    bool ok = opt_lang ? form_guide(&out, opt_lang)
                       : form_guide(&out, "ru") && (buf_char(&out, '\n'), form_guide(&out, "en"));
    if (!ok) {
        err_set(err, ERR_MISUSE, "there is no guide in '%s'", opt_lang);
        err_hint(err, "--lang ru or --lang en");
    }
    return give(&out, ok, err);
}

/* The field program: beside this one, or installed. */
static const char *field_program(struct arena *arena)
{
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = NULL;
    if (n > 0) {
        self[n] = '\0';
        slash = strrchr(self, '/');
    }
    return slash ? arena_printf(arena, "%.*s/suhbat", (int)(slash - self), self)
                 : "/usr/bin/suhbat";
}

static bool run_try(const struct cli_words *words, struct err *err)
{
    struct arena arena;
    int status = 0;
    arena_init(&arena);
    const struct form_try spec = {words->list[0], opt_program ? opt_program : field_program(&arena),
                                  opt_lang, opt_window};
    bool ok = form_try(&spec, &status, err);
    if (ok && status) {
        ok = err_set(err, ERR_ENV, "%s ended with status %d", spec.program, status);
    }
    arena_fini(&arena);
    return ok;
}

static const struct cli_example examples[] = {
    {"Begin a form in three languages:", "suhbat-form new clinic.xlsx --lang ru,ky,tg"},
    {"List its faults, each with its place:", "suhbat-form check clinic.xlsx"},
    {"Write the paper questionnaire in Kyrgyz:",
     "suhbat-form print clinic.xlsx --lang ky -o clinic.html"},
    {"Pack it for the study's devices:",
     "suhbat-form pack clinic.xlsx --study study -o load/clinic.age"},
    {"Make up twenty interviews, sealed as devices seal them, to try the desk with:",
     "suhbat-form simulate clinic.xlsx --n 20 --seal study --load load -o made"},
    CLI_EXAMPLES_END};

int main(int argc, char **argv)
{
    static const struct cli_option out[] = {
        {"output", 'o', "OUT",
         "output file (.xml, .xlsx or .csv); default: XForm on standard output", &opt_out, CLI_TEXT,
         0, 0},
        {"root", 0, "NAME", "name of the instance's root element; default: data", &opt_root,
         CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option filling[] = {
        {"answers", 0, "STEPS.jsonl", "file of steps, one JSON object per line", &opt_answers,
         CLI_TEXT, 0, 0},
        {"lang", 0, "CODE", "language of the questions: ky, ru, tg, …", &opt_lang, CLI_TEXT, 0, 0},
        {"partial", 0, NULL, "write the instance even if it is incomplete", &opt_partial, CLI_TEXT,
         0, 0},
        {"output", 'o', "INSTANCE.xml", "output file; default: standard output", &opt_out, CLI_TEXT,
         0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option reading[] = {
        {"lang", 0, "CODE", "language of the questions: ky, ru, tg, …", &opt_lang, CLI_TEXT, 0, 0},
        {"output", 'o', "OUT", "output file; default: standard output", &opt_out, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option tracing[] = {
        {"answers", 0, "STEPS.jsonl",
         "file of steps that were done so far, one JSON object per line", &opt_answers, CLI_TEXT, 0,
         0},
        {"output", 'o', "OUT", "output file; default: standard output", &opt_out, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option packing[] = {
        {"study", 0, "STUDY", "the study's folder, with the author's key", &opt_study, CLI_TEXT, 0,
         0},
        {"output", 'o', "FORM.age", "output file", &opt_out, CLI_TEXT, 0, 0},
        {"serial", 0, "N", "must increase with every version; default: seconds since 1970",
         &opt_serial, CLI_NUMBER, 1, 1ull << 62},
        {"training", 0, NULL, "mark the form as training only", &opt_training, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const char *const steps[] = {
        "Steps, one per line:",
        "  {\"answer\": \"trip[1]/country\", \"value\": \"RU\"}   set an answer; separate the "
        "values of a list by blanks",
        "  {\"add\": \"trip\"}                                add an entry to a repeat",
        "  {\"remove\": \"trip[2]\"}                          remove an entry",
        "  {\"language\": \"ru\"}                             switch the questions' language",
        "  {\"refuse\": \"age\", \"value\": \"7\"}              check that the form refuses this "
        "answer",
        "Paths are relative to the form's root, or absolute. Empty lines and lines that begin with "
        "# are ignored.",
        NULL};
    static const struct cli_option printing[] = {
        {"lang", 0, "CODE", "language of the questionnaire, such as ru", &opt_lang, CLI_TEXT, 0, 0},
        {"output", 'o', "OUT", "output file; default: standard output", &opt_out, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option reviewing[] = {
        {"lang", 0, "CODE", "language to review, such as ky", &opt_lang, CLI_TEXT, 0, 0},
        {"apply", 0, "REVIEW", "put the wordings of this workbook back", &opt_apply, CLI_TEXT, 0,
         0},
        {"output", 'o', "OUT",
         "the workbook; without it, only count.  With --apply: the changed form, if it has no "
         "sources",
         &opt_out, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option trying[] = {
        {"lang", 0, "CODE", "language of the screens: ru, ky, tg or en", &opt_lang, CLI_TEXT, 0, 0},
        {"window", 0, "WxH", "a window of this size instead of the full screen", &opt_window,
         CLI_TEXT, 0, 0},
        {"program", 0, "FILE", "the field program; default: suhbat beside this one", &opt_program,
         CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option simulating[] = {
        {"n", 0, "N", "number of interviews; default: 10", &opt_n, CLI_NUMBER, 1, 1000000},
        {"seed", 0, "N", "the same seed gives the same bytes; default: 1", &opt_seed, CLI_NUMBER, 0,
         4000000000},
        {"weights", 0, "FILE", "how likely answers are; default: simulate.weights beside the form",
         &opt_weights, CLI_TEXT, 0, 0},
        {"output", 'o', "DIR", "folder for the records and log.csv", &opt_out, CLI_TEXT, 0, 0},
        {"seal", 0, "STUDY",
         "also seal the records on devices of this study, as training, into DIR/stick", &opt_study,
         CLI_TEXT, 0, 0},
        {"load", 0, "STICK", "folder with the packed form and the catalogue, for the devices",
         &opt_load, CLI_TEXT, 0, 0},
        {"cases", 0, "FILE",
         "cases (entities) that the interviews find, create and update; the next run goes on there",
         &opt_cases, CLI_TEXT, 0, 0},
        {"each", 0, NULL, "one interview about each open case of --cases, instead of --n",
         &opt_each, CLI_TEXT, 0, 0},
        {"set", 0, "ANSWERS",
         "answers that are given: 'part=c wave=3'; 'q@x=high': where an entry has the answer x",
         &opt_set, CLI_TEXT, 0, 0},
        {"day", 0, "DAY", "first day of the interviews; default: 2026-03-02", &opt_day, CLI_TEXT, 0,
         0},
        {"devices", 0, "N", "number of devices; default: 1", &opt_devices, CLI_NUMBER, 1,
         FORM_DEVICES_MAX},
        {"root", 0, "FILE", "the root key; default: STUDY/root-1.key", &opt_root_key, CLI_TEXT, 0,
         0},
        {"force", 0, NULL, "replace existing files", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option linting[] = {
        {"terms", 0, "FILE", "words and limits; default: lint.terms beside the form", &opt_terms,
         CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_option assembling[] = {
        {"check", 0, NULL, "write nothing; exit status 1 if a form is stale", &opt_check, CLI_TEXT,
         0, 0},
        CLI_END};
    static const struct cli_option starting[] = {
        {"lang", 0, "CODES", "languages, such as ru,ky,tg (default); the first one is the form's",
         &opt_lang, CLI_TEXT, 0, 0},
        {"force", 0, NULL, "replace an existing file", &opt_force, CLI_TEXT, 0, 0},
        CLI_END};
    static const struct cli_verb verbs[] = {
        {"guide", "", "print the trainer's guide: from a workbook to the device in ten steps.", 0,
         0, reading, run_guide, NULL},
        {"new", "FILE", "write a starter workbook (.xlsx or .csv) in the languages given.", 1, 1,
         starting, run_new, NULL},
        {"check", "FILE…", "check forms and list all faults, each with its place.", 1, CLI_ANY,
         NULL, run_check, NULL},
        {"convert", "FILE",
         "convert a workbook (.csv, .md, .xlsx, .xlsm, .xls) to an XForm, or to another workbook "
         "format.",
         1, 1, out, run_convert, NULL},
        {"fill", "FILE", "run an interview from a file of steps and write the instance.", 1, 1,
         filling, run_fill, steps},
        {"show", "FILE", "print the form as an outline: questions, groups, conditions.", 1, 1,
         reading, run_show, NULL},
        {"doc", "FILE", "print the codebook in Markdown: types, labels, choices, routing.", 1, 1,
         reading + 1, run_doc, NULL},
        {"diff", "OLD NEW", "show how a new version affects drafts and columns.", 2, 2, reading + 1,
         run_diff, NULL},
        {"trace", "FILE [QUESTION]", "explain why a question is not asked.", 1, 2, tracing,
         run_trace, steps},
        {"print", "FILE", "write the paper questionnaire as HTML: routing in words, codes, space.",
         1, 1, printing, run_print, NULL},
        {"review", "FILE",
         "write a workbook for a native reviewer, or put back what they wrote (--apply).", 1, 1,
         reviewing, run_review, NULL},
        {"try", "FILE",
         "run the form in the field program, on a training device that is removed afterwards.", 1,
         1, trying, run_try, NULL},
        {"simulate", "FILE", "make up interviews through the real engine, for tests.", 1, 1,
         simulating, run_simulate, NULL},
        {"lint", "FILE…",
         "find what a methodologist and a translator would mark: texts, ways out, conditions, "
         "minutes.",
         1, CLI_ANY, linting, run_lint, NULL},
        {"assemble", "FOLDER",
         "put the forms of FOLDER/source together from their blocks and lists, into FOLDER.", 1, 1,
         assembling, run_assemble, NULL},
        {"pack", "FILE", "pack the form and its lists as a signed package for the devices.", 1, 1,
         packing, run_pack, NULL},
    };
    if (!cli_secrets("suhbat-form")) {
        return 3;
    }
    return cli_main("suhbat-form", "forms: check, convert, try out", verbs,
                    sizeof verbs / sizeof *verbs, NULL, examples, argc, argv);
}
