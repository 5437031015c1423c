/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the hashes of the XForms function digest(). */
#include "platform/machine/digest.h"

#include <assert.h>
#include <string.h>
#include <sys/types.h>
#include <md5.h>
#include <sha1.h>
#include <sha2.h>

static_assert(DIGEST_MAX >= SHA512_DIGEST_LENGTH, "the longest digest fits");

bool digest_bytes(uint8_t out[DIGEST_MAX], size_t *len, const char *name, const void *bytes,
                  size_t count)
{
    if (strcmp(name, "MD5") == 0) {
        MD5_CTX c;
        MD5Init(&c);
        MD5Update(&c, bytes, count);
        MD5Final(out, &c);
        *len = MD5_DIGEST_LENGTH;
    } else if (strcmp(name, "SHA1") == 0) {
        SHA1_CTX c;
        SHA1Init(&c);
        SHA1Update(&c, bytes, count);
        SHA1Final(out, &c);
        *len = SHA1_DIGEST_LENGTH;
    } else if (strcmp(name, "SHA256") == 0) {
        SHA2_CTX c;
        SHA256Init(&c);
        SHA256Update(&c, bytes, count);
        SHA256Final(out, &c);
        *len = SHA256_DIGEST_LENGTH;
    } else if (strcmp(name, "SHA384") == 0) {
        SHA2_CTX c;
        SHA384Init(&c);
        SHA384Update(&c, bytes, count);
        SHA384Final(out, &c);
        *len = SHA384_DIGEST_LENGTH;
    } else if (strcmp(name, "SHA512") == 0) {
        SHA2_CTX c;
        SHA512Init(&c);
        SHA512Update(&c, bytes, count);
        SHA512Final(out, &c);
        *len = SHA512_DIGEST_LENGTH;
    } else {
        return false;
    }
    return true;
}
