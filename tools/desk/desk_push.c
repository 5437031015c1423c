/* SPDX-License-Identifier: Apache-2.0 */
/* Sends submissions to an OpenRosa server. */
#include "tools/desk/desk_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/http.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"

enum { TIMEOUT_S = 60, FILE_LIMIT = 64 << 20, ROOM_DEFAULT = 10 << 20, OVERHEAD = 1024 };

struct pushing {
    const struct push_options *options;
    struct push_report *report;
    struct arena arena;
    struct http *http;
    const char *url;
    unsigned long long room; /* bytes that a request may have */
    struct map done;         /* "FORM/folder" that this server accepted */
    const char *noted;       /* path of pushed.csv */
};

/* ---- what was accepted ---- */

static const char *join_path(struct pushing *p, const char *a, const char *b)
{
    return arena_join(&p->arena, a, "/", b, NULL);
}

static bool read_noted(struct pushing *p, struct err *err)
{
    struct buf bytes = {0};
    struct csv csv;
    if (!file_exists(p->noted)) {
        return file_write(p->noted, "url,submission\n", strlen("url,submission\n"), FILE_PRIVATE,
                          false, err);
    }
    bool ok = file_read(&bytes, p->noted, FILE_LIMIT, err) &&
              csv_parse(&csv, &p->arena, bytes.data ? bytes.data : "", bytes.len, err);
    for (size_t r = 1; ok && r < csv.count; r++) {
        if (csv.rows[r].count == 2 && strcmp(csv.rows[r].cells[0], p->url) == 0) {
            map_put(&p->done, csv.rows[r].cells[1], p);
        }
    }
    buf_fini(&bytes);
    return ok || err_at(err, "%s", p->noted);
}

static bool note(struct pushing *p, const char *name, struct err *err)
{
    struct buf row = {0};
    csv_cell(&row, p->url, true);
    csv_cell(&row, name, false);
    csv_end(&row);
    bool ok = file_append(p->noted, row.data, row.len, FILE_PRIVATE, err);
    buf_fini(&row);
    return ok;
}

/* ---- one submission ---- */

static const char *type_of(const char *name)
{
    static const struct {
        const char *end, *type;
    } types[] = {{".xml", "text/xml"},  {".csv", "text/csv"},  {".jpg", "image/jpeg"},
                 {".png", "image/png"}, {".wav", "audio/wav"}, {".ogg", "audio/ogg"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot, types[i].end) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* What the server says: the message of an OpenRosaResponse, or its status. */
static const char *message_of(struct pushing *p, const struct http_answer *answer)
{
    struct xml *root;
    if (answer->body.len > 1 && xml_parse(&root, &p->arena, answer->body.data,
                                          strlen(answer->body.data), &xml_foreign, NULL)) {
        const struct xml *said = xml_child(root, "message");
        if (said) {
            return arena_printf(&p->arena, "%ld: %s", answer->status, xml_content(&p->arena, said));
        }
    }
    return arena_printf(&p->arena, "status %ld", answer->status);
}

static bool is_accepted(long status)
{
    return status == 201 || status == 202 || status == 200;
}

/* One request: submission.xml, and some of its files. */
static bool send(struct pushing *p, const struct http_part *parts, size_t count,
                 const char **refusal, struct err *err)
{
    struct http_answer answer;
    if (!http_post(p->http, p->url, parts, count, &answer, err)) {
        return false;
    }
    bool ok = true;
    if (answer.status == 401 || answer.status == 403) {
        err_set(err, ERR_AUTH, "the server does not let us in: %s", message_of(p, &answer));
        ok = err_hint(err, "check the file with the user's name and password");
    } else if (answer.status >= 500) {
        err_set(err, ERR_ENV, "the server fails: %s", message_of(p, &answer));
        ok = err_hint(err, "push again later: it goes on where it stopped");
    } else if (!is_accepted(answer.status)) {
        *refusal = message_of(p, &answer);
    }
    p->room = answer.room ? answer.room : p->room;
    buf_fini(&answer.body);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_parts(struct pushing *p, const char *folder, struct http_part **parts,
                       size_t *count, struct buf **bytes, struct err *err)
{
    static const char xml[] = "submission.xml";
    const char **names;
    size_t files;
    if (!file_list(&p->arena, &names, &files, folder, "", err)) {
        return false;
    }
    qsort(names, files, sizeof *names, by_name);
    *parts = arena_alloc(&p->arena, (files + 1) * sizeof **parts);
    *bytes = mem_zero(files + 1, sizeof **bytes);
    *count = 1; /* the instance comes first */
    bool ok = true, found = false;
    for (size_t i = 0; ok && i < files; i++) {
        bool instance = strcmp(names[i], xml) == 0;
        size_t at = instance ? 0 : (*count)++;
        ok = file_read(&(*bytes)[at], join_path(p, folder, names[i]), FILE_LIMIT, err);
        (*parts)[at] = (struct http_part){.name = instance ? "xml_submission_file" : names[i],
                                          .file_name = names[i],
                                          .type = type_of(names[i]),
                                          .bytes = (*bytes)[at].data,
                                          .len = (*bytes)[at].len};
        found = found || instance;
    }
    if (ok && !found) {
        err_set(err, ERR_INPUT, "there is no submission.xml");
        ok = err_at(err, "%s", folder);
    }
    return ok;
}

/* As many files at once as the server has room for; the instance goes with each request. */
static bool send_all(struct pushing *p, const struct http_part *parts, size_t count,
                     const char **refusal, struct err *err)
{
    struct http_part *some = arena_alloc(&p->arena, count * sizeof *some);
    size_t at = 1;
    bool ok = true;
    do {
        size_t n = 1;
        unsigned long long size = parts[0].len + OVERHEAD;
        some[0] = parts[0];
        while (at < count && (n == 1 || size + parts[at].len + OVERHEAD <= p->room)) {
            size += parts[at].len + OVERHEAD;
            some[n++] = parts[at++];
        }
        ok = send(p, some, n, refusal, err);
    } while (ok && !*refusal && at < count);
    return ok;
}

static bool push_one(struct pushing *p, const char *form, const char *name, struct err *err)
{
    const char *key = join_path(p, file_name(form), name), *refusal = NULL;
    const char *folder = join_path(p, join_path(p, form, "instances"), name);
    struct http_part *parts;
    struct buf *bytes = NULL;
    size_t count = 0;
    if (map_get(&p->done, key)) {
        p->report->before++;
        p->options->told(key, "accepted before");
        return true;
    }
    bool ok = read_parts(p, folder, &parts, &count, &bytes, err) &&
              send_all(p, parts, count, &refusal, err);
    for (size_t i = 0; i < count && bytes; i++) {
        buf_fini(&bytes[i]);
    }
    free(bytes);
    if (!ok) {
        return false;
    }
    p->options->told(key, refusal ? refusal : "accepted");
    p->report->accepted += !refusal;
    p->report->refused += refusal != NULL;
    return refusal || note(p, key, err);
}

/* ---- forms ---- */

/* In the order of submissions.csv: a correction after what it corrects. */
static bool push_form(struct pushing *p, const char *form, struct err *err)
{
    enum { FOLDER = 0 };
    const char *list = join_path(p, form, "submissions.csv");
    struct buf bytes = {0};
    struct csv csv;
    bool ok = file_read(&bytes, list, FILE_LIMIT, err) &&
              csv_parse(&csv, &p->arena, bytes.data ? bytes.data : "", bytes.len, err);
    for (size_t r = 1; ok && r < csv.count; r++) {
        const char *name = csv.rows[r].count ? csv.rows[r].cells[FOLDER] : "";
        if (!text_starts(name, "uuid") || strchr(name, '/')) {
            err_set(err, ERR_INPUT, "row %zu: '%s' is no folder of a submission", r + 1, name);
            ok = err_at(err, "%s", list);
            break;
        }
        ok = push_one(p, form, name, err);
    }
    buf_fini(&bytes);
    return ok;
}

/* Asks how much the server takes, and whether it lets us in. */
static bool ask(struct pushing *p, struct err *err)
{
    struct http_answer answer;
    if (!http_head(p->http, p->url, &answer, err)) {
        return false;
    }
    buf_fini(&answer.body);
    p->room = answer.room ? answer.room : ROOM_DEFAULT;
    if (answer.status == 204 || answer.status == 200) {
        return true;
    }
    bool closed = answer.status == 401 || answer.status == 403;
    err_set(err, closed ? ERR_AUTH : ERR_ENV,
            closed ? "the server does not let us in: status %ld"
                   : "there is no OpenRosa server: status %ld",
            answer.status);
    err_at(err, "%s", p->url);
    return err_hint(err, closed ? "check the file with the user's name and password"
                                : "give the address of the project: of ODK Central "
                                  "https://HOST/v1/projects/1");
}

static bool push_all(struct pushing *p, struct err *err)
{
    const char **forms;
    size_t count;
    if (file_exists(join_path(p, p->options->folder, "submissions.csv"))) {
        return push_form(p, p->options->folder, err);
    }
    bool ok = file_folders(&p->arena, &forms, &count, p->options->folder, err);
    size_t found = 0;
    for (size_t i = 0; ok && i < count; i++) {
        const char *form = join_path(p, p->options->folder, forms[i]);
        if (file_exists(join_path(p, form, "submissions.csv"))) {
            found++;
            ok = push_form(p, form, err);
        }
    }
    if (ok && !found) {
        err_set(err, ERR_INPUT, "there are no submissions");
        err_at(err, "%s", p->options->folder);
        ok = err_hint(err, "write them: suhbat-sync export --format odk --out DIR");
    }
    return ok;
}

bool desk_push(const struct push_options *options, struct push_report *report, struct err *err)
{
    struct pushing p = {.options = options, .report = report};
    char date[64];
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm utc;
    *report = (struct push_report){0};
    arena_init(&p.arena);
    map_init(&p.done, &p.arena);
    p.url = arena_join(&p.arena, options->url, "/submission", NULL);
    p.noted = join_path(&p, options->folder, "pushed.csv");
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT", &utc);
    const char *const headers[] = {"X-OpenRosa-Version: 1.0", date, NULL};
    const struct http_spec spec = {.user = options->user,
                                   .password = options->password,
                                   .headers = headers,
                                   .timeout_s = TIMEOUT_S};
    bool ok = http_open(&p.http, &spec, err);
    ok = ok && ask(&p, err) && read_noted(&p, err) && push_all(&p, err);
    http_close(p.http);
    arena_fini(&p.arena);
    return ok;
}
