/* SPDX-License-Identifier: Apache-2.0 */
/* Do submissions leave the desk as ODK's servers take them, each once, and nothing that may not? */
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

#include "tests/lib/correction.h"
#include "tools/desk/desk_push.h"
#include "tools/desk/desk_submissions.h"

/* ---- a server that checks the protocol ---- */

enum { REQUESTS = 32 };
struct server {
    int fd;
    unsigned port;
    pthread_t thread;
    const char *room;   /* X-OpenRosa-Accept-Content-Length, or NULL */
    const char *refuse; /* requests with this text are refused with 409 */
    int fail_at;        /* this POST, from 1, is answered with 500 */
    bool stop;
    int posts;
    unsigned faults; /* of the protocol */
    struct {
        char instance[64];
        unsigned files;
    } taken[REQUESTS];
    unsigned taken_count;
};

static bool receive(int fd, struct buf *all, size_t want)
{
    char bytes[4096];
    while (all->len < want) {
        ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0) {
            return false;
        }
        buf_add(all, bytes, (size_t)n);
    }
    return true;
}

static void reply(int fd, const char *status, const char *headers, const char *body)
{
    struct buf out = {0};
    buf_printf(&out,
               "HTTP/1.1 %s\r\n%sX-OpenRosa-Version: 1.0\r\nContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n%s",
               status, headers, strlen(body), body);
    assert_true(send(fd, out.data, out.len, MSG_NOSIGNAL) > 0);
    buf_fini(&out);
}

static void take_post(struct server *s, int fd, struct buf *all, size_t head)
{
    const char *length = strcasestr(all->data, "Content-Length: ");
    size_t len = length ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0;
    if (!len || !receive(fd, all, head + len)) {
        s->faults++;
        return;
    }
    buf_add(all, "", 0);
    const char *body = all->data + head;
    const char *first = strstr(body, "name=\""), *id = strstr(body, "uuid:");
    s->faults += !first || strncmp(first, "name=\"xml_submission_file\"", 26) != 0 || !id;
    unsigned parts = 0;
    for (const char *at = body; (at = memmem(at, (size_t)(all->data + all->len - at),
                                             "Content-Disposition: form-data", 30)) != NULL;
         at++) {
        parts++;
    }
    s->posts++;
    if (s->posts == s->fail_at) {
        reply(fd, "500 Internal Server Error", "", "");
    } else if (s->refuse && memmem(body, len, s->refuse, strlen(s->refuse))) {
        reply(fd, "409 Conflict", "Content-Type: text/xml\r\n",
              "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">"
              "<message>the form is not known</message></OpenRosaResponse>");
    } else {
        snprintf(s->taken[s->taken_count].instance, 42, "%.41s", id ? id : "");
        s->taken[s->taken_count++].files = parts - 1;
        reply(fd, "201 Created", "Content-Type: text/xml\r\n",
              "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">"
              "<message>full submission upload was successful!</message></OpenRosaResponse>");
    }
}

static void serve(struct server *s, int fd)
{
    struct buf all = {0};
    char *end = NULL, room[80] = "";
    while (!end && receive(fd, &all, all.len + 1)) {
        buf_add(&all, "", 0);
        end = strstr(all.data, "\r\n\r\n");
    }
    if (end) {
        size_t head = (size_t)(end - all.data) + 4;
        bool head_only = strncmp(all.data, "HEAD /v1/projects/1/submission ", 31) == 0;
        bool post = strncmp(all.data, "POST /v1/projects/1/submission ", 31) == 0;
        s->faults += (!head_only && !post) ||
                     !strcasestr(all.data, "X-OpenRosa-Version: 1.0\r\n") ||
                     !strcasestr(all.data, "\r\nDate: ");
        if (s->room) {
            snprintf(room, sizeof room, "X-OpenRosa-Accept-Content-Length: %s\r\n", s->room);
        }
        if (!strstr(all.data, "Authorization: Basic YXNhbjpzZWNyZXQ=\r\n")) {
            reply(fd, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
        } else if (head_only) {
            reply(fd, "204 No Content", room, "");
        } else {
            take_post(s, fd, &all, head);
        }
    }
    buf_fini(&all);
}

static void *run(void *user)
{
    struct server *s = user;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0 || s->stop) {
            return NULL;
        }
        serve(s, fd);
        close(fd);
    }
}

static void begin_server(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *s = (struct server){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

static void end_server(struct server *s)
{
    s->stop = true;
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    pthread_join(s->thread, NULL);
}

/* ---- */

static char told_last[400];

static void told(const char *folder, const char *what)
{
    snprintf(told_last, sizeof told_last, "%s: %s", folder, what);
}

struct pushing {
    struct field f;
    struct server server;
    uint8_t second[16];
    char folder[300], url[100];
};

static void export_submissions(struct field *f, bool sensitive, struct export_counts *counts)
{
    struct err err = {0};
    char out[300];
    snprintf(out, sizeof out, "%s/odk", f->study.dir);
    struct export_options options = {
        .out = out, .columns = {.sensitive_extra = sensitive}, .force = true};
    OK(desk_export_submissions(f->desk, f->study.coordinator, &options, counts, &err));
}

/* A record and its correction, as submissions, and a server. */
static void begin(struct pushing *p)
{
    struct export_counts counts;
    memset(p, 0, sizeof *p);
    correction_begin(&p->f, NULL);
    struct interview *i = correction_open(&p->f, p->f.first);
    correction_set(i, "/data/age", "91");
    correction_seal(i, "why", p->second);
    correction_carry(&p->f, false);
    export_submissions(&p->f, false, &counts);
    assert_int_equal(counts.records, 2);
    assert_int_equal(counts.media, 1);
    begin_server(&p->server);
    snprintf(p->folder, sizeof p->folder, "%s/odk", p->f.study.dir);
    snprintf(p->url, sizeof p->url, "http://127.0.0.1:%u/v1/projects/1", p->server.port);
}

static void end(struct pushing *p)
{
    end_server(&p->server);
    correction_end(&p->f);
}

static bool push(struct pushing *p, const char *password, struct push_report *report,
                 struct err *err)
{
    const struct push_options options = {
        .folder = p->folder, .url = p->url, .user = "asan", .password = password, .told = told};
    return desk_push(&options, report, err);
}

static void test_push__a_server_gets_each_once_and_in_order(void **state)
{
    (void)state;
    struct pushing p;
    struct err err = {0};
    struct push_report report;
    char key[48];
    begin(&p);
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.accepted, 2);
    assert_int_equal(p.server.faults, 0);
    desk_record_key(key, p.f.first); /* what is corrected goes before its correction */
    assert_string_equal(p.server.taken[0].instance, key);
    assert_int_equal(p.server.taken[0].files, 2); /* photo, log */
    desk_record_key(key, p.second);
    assert_string_equal(p.server.taken[1].instance, key);
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.accepted, 0);
    assert_int_equal(report.before, 2);
    assert_int_equal(p.server.taken_count, 2);
    end(&p);
}

static void test_push__it_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct pushing p;
    struct err err = {0};
    struct push_report report;
    begin(&p);
    p.server.fail_at = 2;
    assert_false(push(&p, "secret", &report, &err));
    assert_int_equal(err.code, ERR_ENV);
    assert_int_equal(report.accepted, 1);
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.before, 1);
    assert_int_equal(report.accepted, 1);
    assert_int_equal(p.server.taken_count, 2);
    end(&p);
}

static void test_push__large_ones_go_in_pieces(void **state)
{
    (void)state;
    struct pushing p;
    struct err err = {0};
    struct push_report report;
    begin(&p);
    p.server.room = "2500"; /* not room for both files */
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.accepted, 2);
    assert_true(p.server.taken_count > 2);
    assert_int_equal(p.server.faults, 0);
    assert_string_equal(p.server.taken[0].instance, p.server.taken[1].instance);
    end(&p);
}

static void test_push__what_is_refused_is_told(void **state)
{
    (void)state;
    struct pushing p;
    struct err err = {0};
    struct push_report report;
    begin(&p);
    assert_false(push(&p, "wrong", &report, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_true(*err.hint);
    assert_int_equal(p.server.taken_count, 0);
    p.server.refuse = "deprecatedID";
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.accepted, 1);
    assert_int_equal(report.refused, 1);
    assert_non_null(strstr(told_last, "409: the form is not known"));
    p.server.refuse = NULL; /* it is tried again */
    OK(push(&p, "secret", &report, &err));
    assert_int_equal(report.accepted, 1);
    assert_int_equal(report.before, 1);
    /* not to anybody in clear, nor to what is no server */
    snprintf(p.url, sizeof p.url, "http://127.0.0.1.example.org/v1");
    assert_false(push(&p, "secret", &report, &err));
    assert_non_null(strstr(err.what, "https"));
    snprintf(p.url, sizeof p.url, "http://127.0.0.1:1/v1");
    assert_false(push(&p, "secret", &report, &err));
    assert_int_equal(err.code, ERR_ENV);
    end(&p);
}

/* ---- what leaves the desk ---- */

static const char hidden_md[] =
    "| survey |\n"
    "| | type | name | label | bind::suhbat:submitter | bind::suhbat:sensitive | bind::suhbat:use "
    "|\n"
    "| | text | code | Code | yes | | |\n| | text | town | Town | | extra | |\n"
    "| | select_one yn | cq | May we quote? | | | quotes |\n"
    "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 7 |\n";

static struct buf submission(struct field *f, const uint8_t id[16])
{
    struct err err = {0};
    struct buf xml = {0};
    char key[48], path[500];
    desk_record_key(key, id);
    snprintf(path, sizeof path, "%s/odk/test_form/instances/uuid%s/submission.xml", f->study.dir,
             key + strlen("uuid:"));
    OK(file_read(&xml, path, 1 << 20, &err));
    return xml;
}

static void test_push__what_may_not_leave_stays(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct export_counts counts;
    char path[400];
    correction_begin(&f, hidden_md);
    export_submissions(&f, false, &counts);
    assert_int_equal(counts.hidden_columns, 1);
    struct buf xml = submission(&f, f.first);
    assert_non_null(strstr(xml.data, "<code>A12</code>"));
    assert_null(strstr(xml.data, "Osh"));
    assert_non_null(strstr(xml.data, "instanceID"));
    buf_fini(&xml);
    export_submissions(&f, true, &counts);
    xml = submission(&f, f.first);
    assert_non_null(strstr(xml.data, "<town>Osh</town>"));
    buf_fini(&xml);
    correction_withdraw(&f, f.first, USE_QUOTES);
    export_submissions(&f, false, &counts);
    xml = submission(&f, f.first);
    assert_non_null(strstr(xml.data, "<cq>withdrawn</cq>"));
    buf_fini(&xml);
    snprintf(path, sizeof path, "%s/odk/test_form/test_form - 7.xml", f.study.dir);
    struct buf form = {0};
    OK(file_read(&form, path, 1 << 20, &err));
    assert_string_equal(form.data, f.form);
    buf_fini(&form);
    correction_withdraw(&f, f.first, USE_ANSWERS);
    (void)!file_remove_folder(study_path(&f.study, "odk"), NULL);
    export_submissions(&f, true, &counts);
    assert_int_equal(counts.records, 0);
    correction_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push__a_server_gets_each_once_and_in_order),
        cmocka_unit_test(test_push__it_goes_on_where_it_stopped),
        cmocka_unit_test(test_push__large_ones_go_in_pieces),
        cmocka_unit_test(test_push__what_is_refused_is_told),
        cmocka_unit_test(test_push__what_may_not_leave_stays),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
