/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_HTTP_H
#define PLATFORM_MACHINE_HTTP_H
/*
 * http: requests to a server over HTTPS.  Home of libcurl.
 *
 * Certificates are verified.  Plain HTTP is allowed to this machine alone.  Redirections are not
 * followed: credentials go to the server that was named.
 */
#include "platform/machine/arena.h"

struct http;
struct http_spec {
    const char *user, *password; /* NULL: none; borrowed until http_close */
    const char *const *headers;  /* "X-OpenRosa-Version: 1.0" …, NULL at the end; borrowed */
    long timeout_s;              /* without any progress */
};
struct http_part { /* of a form (multipart/form-data) */
    const char *name, *file_name, *type, *bytes;
    size_t len;
};
enum { HTTP_BODY_MAX = 64 * 1024 };
struct http_answer {
    long status;
    struct buf body;         /* at most HTTP_BODY_MAX bytes; the caller frees it */
    unsigned long long room; /* X-OpenRosa-Accept-Content-Length; 0: not said */
};
MUST_CHECK bool http_open(struct http **http, const struct http_spec *spec, struct err *err);
void http_close(struct http *http);
/* ERR_INPUT: no URL for this, see above; ERR_ENV: the server cannot be reached, or is not the one
 * that its certificate says.  A status of any number is no error. */
MUST_CHECK bool http_head(struct http *http, const char *url, struct http_answer *answer,
                          struct err *err);
MUST_CHECK bool http_post(struct http *http, const char *url, const struct http_part *parts,
                          size_t count, struct http_answer *answer, struct err *err);

#endif
