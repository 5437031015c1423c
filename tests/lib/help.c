/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/help.h"

static int64_t still_wall(void *user)
{
    return ((struct still *)user)->wall;
}
static int still_zone(void *user, int64_t wall)
{
    (void)user;
    (void)wall;
    return 360;
}
static void still_random(void *user, void *bytes, size_t len)
{
    struct still *still = user;
    for (size_t i = 0; i < len; i++) {
        ((unsigned char *)bytes)[i] = still->next++;
    }
}

void still_init(struct still *still)
{
    *still = (struct still){.wall = 1795507200000};
    still->env = (struct session_env){
        .user = still, .wall_ms = still_wall, .zone_minutes = still_zone, .random = still_random};
}

void fail_err(const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    fail_msg("%s", text);
}

enum answer_result put(struct session *s, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(s, path);
    if (!node) {
        fail_msg("no node %s", path);
    }
    return session_answer(s, node, value, &err);
}

const char *got(struct session *s, const char *path)
{
    struct node *node = session_find(s, path);
    return node ? tree_value(node) : "(none)";
}

const char *shared_dir(void)
{
    const char *dir = getenv("SHARED");
    static char path[512];
    snprintf(path, sizeof path, "%s/corpus/README.md", dir ? dir : "../shared");
    if (!file_exists(path)) {
        print_message("skipped: no shared material at SHARED\n");
        return NULL;
    }
    return dir ? dir : "../shared";
}
