/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes what a message holds that sends a record back. */
#include "platform/custody/sendback.h"

#include <string.h>

enum { AT_COMMENTS_LEN = 4, AT_PACKAGE = 8, HEAD = 40 };
static const char magic[] = "SBK1";

void sendback_write(struct buf *out, const struct sendback *s)
{
    uint8_t head[HEAD];
    memcpy(head, magic, 4);
    put_u32(head + AT_COMMENTS_LEN, (uint32_t)s->comments_len);
    memcpy(head + AT_PACKAGE, s->package_hash, 32);
    buf_add(out, head, sizeof head);
    buf_add(out, s->comments, s->comments_len);
    buf_add(out, s->xml, s->xml_len);
}

bool sendback_read(struct sendback *s, const void *data, size_t len, struct err *err)
{
    const uint8_t *p = data;
    memset(s, 0, sizeof *s);
    if (len < HEAD || memcmp(p, magic, 4) != 0 || get_u32(p + AT_COMMENTS_LEN) > len - HEAD) {
        return err_set(err, ERR_INPUT, "the message does not hold a record that was sent back");
    }
    memcpy(s->package_hash, p + AT_PACKAGE, 32);
    s->comments = (const char *)data + HEAD;
    s->comments_len = get_u32(p + AT_COMMENTS_LEN);
    s->xml = s->comments + s->comments_len;
    s->xml_len = len - HEAD - s->comments_len;
    return true;
}
