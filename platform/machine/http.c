/* SPDX-License-Identifier: Apache-2.0 */
/* Requests by libcurl. */
#include "platform/machine/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/machine/text.h"

struct http {
    CURL *curl;
    struct curl_slist *headers;
    struct http_answer *answer; /* of the request that runs */
};

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    struct http *h = user;
    size_t len = size * count, room = HTTP_BODY_MAX - h->answer->body.len;
    buf_add(&h->answer->body, bytes, len < room ? len : room);
    return len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *user)
{
    static const char name[] = "X-OpenRosa-Accept-Content-Length:";
    struct http *h = user;
    size_t len = size * count;
    if (len > sizeof name && strncasecmp(bytes, name, sizeof name - 1) == 0) {
        char number[24] = "";
        size_t at = sizeof name - 1, n = 0;
        while (at < len && bytes[at] == ' ') {
            at++;
        }
        while (at < len && bytes[at] >= '0' && bytes[at] <= '9' && n + 1 < sizeof number) {
            number[n++] = bytes[at++];
        }
        h->answer->room = strtoull(number, NULL, 10);
    }
    return len;
}

static void fit(struct http *h, const struct http_spec *spec)
{
    curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
    curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, h);
    curl_easy_setopt(h->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, spec->timeout_s);
    curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_TIME, spec->timeout_s);
    curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, h->headers);
    if (spec->user) {
        curl_easy_setopt(h->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC | CURLAUTH_DIGEST);
        curl_easy_setopt(h->curl, CURLOPT_USERNAME, spec->user);
        curl_easy_setopt(h->curl, CURLOPT_PASSWORD, spec->password ? spec->password : "");
    }
}

bool http_open(struct http **out, const struct http_spec *spec, struct err *err)
{
    struct http *h = *out = mem_zero(1, sizeof *h);
    h->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    h->headers = curl_slist_append(NULL, "Expect:"); /* no waiting for 100 Continue */
    for (size_t i = 0; spec->headers && spec->headers[i]; i++) {
        h->headers = curl_slist_append(h->headers, spec->headers[i]);
    }
    if (!h->curl) {
        http_close(h);
        *out = NULL;
        return err_set(err, ERR_ENV, "libcurl does not start");
    }
    fit(h, spec);
    return true;
}

void http_close(struct http *h)
{
    if (h) {
        curl_easy_cleanup(h->curl);
        curl_slist_free_all(h->headers);
        free(h);
    }
}

/* https anywhere, http on this machine. */
static bool may_go(const char *url, struct err *err)
{
    static const char *const own[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    bool ok = text_starts(url, "https://");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const char *rest = url + strlen(own[i]);
        ok = ok || (text_starts(url, own[i]) && (*rest == '/' || *rest == ':' || !*rest));
    }
    if (ok) {
        return true;
    }
    err_set(err, ERR_INPUT, "answers travel by https alone");
    err_at(err, "%s", url);
    return err_hint(err, "give an address that begins with https://");
}

static bool go(struct http *h, const char *url, struct http_answer *answer, struct err *err)
{
    *answer = (struct http_answer){.status = 0};
    if (!may_go(url, err)) {
        return false;
    }
    h->answer = answer;
    curl_easy_setopt(h->curl, CURLOPT_URL, url);
    CURLcode code = curl_easy_perform(h->curl);
    h->answer = NULL;
    if (code != CURLE_OK) {
        buf_fini(&answer->body);
        err_set(err, ERR_ENV, "%s", curl_easy_strerror(code));
        return err_at(err, "%s", url);
    }
    curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    buf_add(&answer->body, "", 0);
    return true;
}

bool http_head(struct http *h, const char *url, struct http_answer *answer, struct err *err)
{
    curl_easy_setopt(h->curl, CURLOPT_NOBODY, 1L);
    bool ok = go(h, url, answer, err);
    curl_easy_setopt(h->curl, CURLOPT_NOBODY, 0L);
    return ok;
}

bool http_post(struct http *h, const char *url, const struct http_part *parts, size_t count,
               struct http_answer *answer, struct err *err)
{
    curl_mime *form = curl_mime_init(h->curl);
    bool ok = form != NULL || err_set(err, ERR_ENV, "libcurl makes no form");
    for (size_t i = 0; ok && i < count; i++) {
        curl_mimepart *part = curl_mime_addpart(form);
        ok = part && curl_mime_name(part, parts[i].name) == CURLE_OK &&
             curl_mime_filename(part, parts[i].file_name) == CURLE_OK &&
             curl_mime_type(part, parts[i].type) == CURLE_OK &&
             curl_mime_data(part, parts[i].len ? parts[i].bytes : "", parts[i].len) == CURLE_OK;
        ok = ok || err_set(err, ERR_ENV, "libcurl makes no form");
    }
    curl_easy_setopt(h->curl, CURLOPT_MIMEPOST, form);
    ok = ok && go(h, url, answer, err);
    curl_easy_setopt(h->curl, CURLOPT_MIMEPOST, NULL);
    curl_mime_free(form);
    return ok;
}
