/* SPDX-License-Identifier: Apache-2.0 */
/* Wraps libsodium: locked memory, key derivation, encryption, sealed boxes. */
#include "platform/machine/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Wipe what libsodium's and our functions left of a key below the caller's frame: Argon2id
 * leaves all of it. */
static void clear_stack(void)
{
    enum { DEEP = 8192 };
    sodium_stackzero(DEEP);
}

void secret_wipe_stack(size_t len)
{
    sodium_stackzero(len);
}

bool secret_setup(struct err *err)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    if (sodium_init() < 0) {
        return err_set(err, ERR_ENV, "the system gives no randomness");
    }
    return true;
}

void *secret_new(size_t size)
{
    assert(size > 0);
    void *out = sodium_malloc(size);
    if (!out) {
        err_out_of_memory();
    }
    sodium_mlock(out, size); /* may fail under a small limit: then guarded, not locked */
    memset(out, 0, size);
    return out;
}

bool secret_can_lock(void)
{
    enum { PAGE = 4096 };
    void *probe = sodium_malloc(PAGE);
    bool can = probe && sodium_mlock(probe, PAGE) == 0;
    sodium_free(probe);
    return can;
}

void secret_free(void *secret)
{
    sodium_free(secret);
}

void secret_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

void secret_wipe(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

bool secret_stretch(uint8_t key[SECRET_KEY], const char *pass, size_t len,
                    const uint8_t salt[SECRET_SALT], uint32_t passes, uint32_t memory_kib,
                    struct err *err)
{
    if (passes < 1 || passes > 16 || memory_kib < 8 || memory_kib > 512 * 1024) {
        return err_set(err, ERR_LIMIT, "the lock's parameters are out of range");
    }
    bool ok = crypto_pwhash(key, SECRET_KEY, pass, len, salt, passes, (size_t)memory_kib * 1024,
                            crypto_pwhash_ALG_ARGON2ID13) == 0;
    clear_stack();
    if (!ok) {
        err_set(err, ERR_ENV, "there is not enough memory to unlock");
        return err_hint(err, "close other programs and try again");
    }
    return true;
}

void secret_derive(uint8_t out[SECRET_KEY], const uint8_t master[SECRET_KEY], const char *context,
                   uint64_t id)
{
    assert(strlen(context) == crypto_kdf_CONTEXTBYTES);
    crypto_kdf_derive_from_key(out, SECRET_KEY, id, context, master);
    clear_stack();
}

void secret_lock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad, size_t ad_len,
                 const void *bytes, size_t len)
{
    uint8_t nonce[SECRET_NONCE];
    size_t size = len + SECRET_OVERHEAD;
    uint8_t *room = mem_alloc(size);
    randombytes_buf(nonce, sizeof nonce);
    memcpy(room, nonce, sizeof nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(room + SECRET_NONCE, NULL, bytes, len, ad, ad_len,
                                               NULL, nonce, key);
    clear_stack();
    buf_add(out, room, size);
    free(room);
}

bool secret_unlock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad, size_t ad_len,
                   const uint8_t *locked, size_t len, struct err *err)
{
    if (len < SECRET_OVERHEAD) {
        return err_set(err, ERR_AUTH, "it cannot be opened");
    }
    size_t plain = len - SECRET_OVERHEAD;
    uint8_t *room = mem_alloc(plain + 1);
    bool ok = crypto_aead_xchacha20poly1305_ietf_decrypt(room, NULL, NULL, locked + SECRET_NONCE,
                                                         len - SECRET_NONCE, ad, ad_len, locked,
                                                         key) == 0;
    clear_stack();
    if (ok) {
        buf_add(out, room, plain);
    }
    sodium_memzero(room, plain);
    free(room);
    return ok || err_set(err, ERR_AUTH, "it cannot be opened");
}

void secret_name(uint8_t out[16], const uint8_t key[SECRET_KEY], const void *bytes, size_t len)
{
    crypto_generichash(out, 16, bytes, len, key, SECRET_KEY);
}

void secret_auth(uint8_t out[32], const void *bytes, size_t len, const uint8_t key[32])
{
    crypto_auth(out, bytes, len, key);
}

bool secret_auth_check(const uint8_t mac[32], const void *bytes, size_t len, const uint8_t key[32])
{
    return crypto_auth_verify(mac, bytes, len, key) == 0;
}

void secret_box_to(uint8_t *out, const uint8_t *bytes, size_t len, const uint8_t public_key[32])
{
    if (crypto_box_seal(out, bytes, len, public_key) != 0) {
        memset(out, 0, len + SECRET_BOX_OVERHEAD);
    }
}

bool secret_box_usable(const uint8_t public_key[32])
{
    uint8_t byte = 0, sealed[1 + SECRET_BOX_OVERHEAD];
    return crypto_box_seal(sealed, &byte, 1, public_key) == 0;
}

void secret_box_public(uint8_t public_key[32], const uint8_t secret[32])
{
    crypto_scalarmult_base(public_key, secret);
    clear_stack();
}

bool secret_box_open(uint8_t *out, const uint8_t *sealed, size_t len, const uint8_t secret[32])
{
    uint8_t public_key[32];
    secret_box_public(public_key, secret);
    bool ok = crypto_box_seal_open(out, sealed, len, public_key, secret) == 0;
    clear_stack();
    return ok;
}
