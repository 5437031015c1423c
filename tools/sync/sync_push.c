/* SPDX-License-Identifier: Apache-2.0 */
/* push: submissions to an OpenRosa server. */
#include <stdio.h>
#include <string.h>

#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_push.h"
#include "tools/sync/sync.h"

static const char *opt_to, *opt_credentials;
enum { CREDENTIALS_MAX = 4096 };

const struct cli_option sync_push_options[] = {
    {"to", 0, "URL", "the server: of ODK Central https://HOST/v1/projects/1", &opt_to, CLI_TEXT, 0,
     0},
    {"credentials", 0, "FILE", "two lines: the user's name, and the password", &opt_credentials,
     CLI_TEXT, 0, 0},
    CLI_END};

static void told(const char *folder, const char *what)
{
    struct buf line = {0};
    buf_join(&line, folder, ": ", what, NULL);
    cli_say(stdout, "", line.data);
    buf_fini(&line);
}

/* The two lines of the file, each with its end; they stay in `bytes`. */
static bool read_credentials(struct buf *bytes, struct push_options *options, struct err *err)
{
    if (!opt_credentials) {
        return true;
    }
    if (!file_read(bytes, opt_credentials, CREDENTIALS_MAX, err)) {
        return err_at(err, "%s", opt_credentials);
    }
    buf_add(bytes, "", 0);
    char *line = strchr(bytes->data, '\n');
    if (!line || line == bytes->data) {
        err_set(err, ERR_INPUT, "the first line is to be the user's name, the second the password");
        return err_at(err, "%s", opt_credentials);
    }
    *line++ = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    bytes->data[strcspn(bytes->data, "\r")] = '\0';
    options->user = bytes->data;
    options->password = line;
    return true;
}

bool sync_push(const struct cli_words *words, struct err *err)
{
    struct push_options options = {.folder = words->list[0], .told = told};
    struct push_report report;
    struct buf credentials = {0};
    char url[1000];
    if (!opt_to) {
        err_set(err, ERR_MISUSE, "no server given");
        return err_hint(err, "push DIR --to https://HOST/v1/projects/1 --credentials FILE");
    }
    snprintf(url, sizeof url, "%s", opt_to);
    size_t len = strlen(url);
    while (len && url[len - 1] == '/') {
        url[--len] = '\0';
    }
    options.url = url;
    bool ok = read_credentials(&credentials, &options, err);
    bool pushed = ok && desk_push(&options, &report, err);
    buf_fini(&credentials); /* wiped */
    if (ok) {
        printf("%u submissions accepted, %u before, %u refused\n", report.accepted, report.before,
               report.refused);
    }
    if (pushed && report.refused) {
        err_set(err, ERR_INPUT, "%u submissions were refused by the server", report.refused);
        return err_hint(err, "what it said stands beside each; its forms must be those of "
                             "FORM - VERSION.xml");
    }
    return pushed;
}
