/* SPDX-License-Identifier: Apache-2.0 */
/* Seals and opens age files: X25519 and scrypt stanzas, armor, STREAM payload. */
#include "platform/custody/age.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_KEY = 16, MAC = 32, TAG = 16, STREAM_NONCE = 16, BODY = FILE_KEY + TAG };
enum { STANZAS_MAX = 64, ARGS_MAX = 8, HEADER_MAX = 64 * 1024, SCRYPT_LOG_MAX = 22 };
static const char version_line[] = "age-encryption.org/v1\n";
static const char x25519_info[] = "age-encryption.org/v1/X25519";
static const char scrypt_label[] = "age-encryption.org/v1/scrypt";

/* ---- HKDF-SHA-256, one block ---- */

static void hmac(uint8_t out[32], const uint8_t *key, size_t key_len, const void *a, size_t a_len,
                 const void *b, size_t b_len)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_len);
    crypto_auth_hmacsha256_update(&state, a, a_len);
    if (b_len) {
        crypto_auth_hmacsha256_update(&state, b, b_len);
    }
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

static void hkdf(uint8_t out[32], const uint8_t *key, size_t key_len, const uint8_t *salt,
                 size_t salt_len, const char *info)
{
    static const uint8_t one = 1;
    static const uint8_t no_salt[32];
    uint8_t prk[32];
    hmac(prk, salt_len ? salt : no_salt, salt_len ? salt_len : 32, key, key_len, NULL, 0);
    hmac(out, prk, sizeof prk, info, strlen(info), &one, 1);
    sodium_memzero(prk, sizeof prk);
}

/* ---- base64 without padding; the alphabet is checked first because libsodium 1.0.18 accepts
 * bytes ≥ 0x80 ---- */

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool b64_alphabet(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!text[i] || !strchr(b64, text[i])) {
            return false;
        }
    }
    return true;
}

/* Decode exactly `size` bytes; only canonical base64 is accepted. */
static bool b64_decode(uint8_t *out, size_t size, const char *text, size_t len)
{
    size_t got = 0;
    return b64_alphabet(text, len) &&
           sodium_base642bin(out, size, text, len, NULL, &got, NULL,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           got == size;
}

static void b64_add(struct buf *out, const uint8_t *bytes, size_t len)
{
    char text[128];
    sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    buf_text(out, text);
}

/* ---- Bech32 (BIP 173), without its length limit ---- */

static const char bech_letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t bech_step(uint32_t sum, uint8_t value)
{
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++) {
        sum ^= top >> i & 1 ? generator[i] : 0;
    }
    return sum;
}

static uint32_t bech_prefix(const char *prefix)
{
    uint32_t sum = 1;
    for (const char *p = prefix; *p; p++) {
        sum = bech_step(sum, (uint8_t)*p >> 5);
    }
    sum = bech_step(sum, 0);
    for (const char *p = prefix; *p; p++) {
        sum = bech_step(sum, (uint8_t)*p & 31);
    }
    return sum;
}

enum { BECH_DATA = 52, BECH_CHECK = 6 }; /* characters of 5 bits: 32 bytes, checksum */

static void bech_write(char *out, const char *prefix, const uint8_t bytes[32])
{
    size_t at = strlen(prefix);
    uint32_t sum = bech_prefix(prefix), bits = 0;
    unsigned count = 0;
    memcpy(out, prefix, at);
    out[at++] = '1';
    for (size_t i = 0; i < 33; i++) {
        if (i < 32) {
            bits = bits << 8 | bytes[i];
            count += 8;
        } else if (count) { /* the last bit, padded with zeros */
            bits <<= 5 - count;
            count = 5;
        }
        while (count >= 5) {
            count -= 5;
            uint8_t five = bits >> count & 31;
            sum = bech_step(sum, five);
            out[at++] = bech_letters[five];
        }
        bits &= 255;
    }
    for (unsigned i = 0; i < BECH_CHECK; i++) {
        sum = bech_step(sum, 0);
    }
    sum ^= 1;
    for (unsigned i = 0; i < BECH_CHECK; i++) {
        out[at++] = bech_letters[sum >> (5 * (5 - i)) & 31];
    }
    out[at] = '\0';
}

static bool bech_read(uint8_t bytes[32], const char *prefix, const char *text)
{
    size_t start = strlen(prefix), len = strlen(text);
    if (len != start + 1 + BECH_DATA + BECH_CHECK || strncmp(text, prefix, start) != 0 ||
        text[start] != '1') {
        return false;
    }
    uint32_t sum = bech_prefix(prefix), bits = 0;
    unsigned count = 0;
    size_t at = 0;
    for (size_t i = start + 1; i < len; i++) {
        const char *letter = text[i] ? strchr(bech_letters, text[i]) : NULL;
        if (!letter) {
            return false;
        }
        uint8_t five = (uint8_t)(letter - bech_letters);
        sum = bech_step(sum, five);
        if (i < start + 1 + BECH_DATA) {
            bits = bits << 5 | five;
            count += 5;
            if (count >= 8) {
                count -= 8;
                bytes[at++] = (uint8_t)(bits >> count);
            }
            bits &= 0xFFF;
        }
    }
    assert(at == 32); /* 52 characters of 5 bits hold 32 bytes */
    return sum == 1 && (bits & ((1u << count) - 1)) == 0;
}

void age_generate(uint8_t identity[AGE_KEY], uint8_t recipient[AGE_KEY])
{
    randombytes_buf(identity, AGE_KEY);
    crypto_scalarmult_base(recipient, identity);
}

bool age_recipient_sound(const uint8_t recipient[32])
{
    static const uint8_t one[32] = {9, 7, 5};
    uint8_t shared[32];
    return crypto_scalarmult_curve25519(shared, one, recipient) == 0;
}

void age_recipient_of(uint8_t recipient[AGE_KEY], const uint8_t identity[AGE_KEY])
{
    crypto_scalarmult_base(recipient, identity);
}

void age_recipient_text(char out[AGE_TEXT], const uint8_t recipient[AGE_KEY])
{
    bech_write(out, "age", recipient);
}

static void change_case(char *text, char from, char to, int by)
{
    for (; *text; text++) {
        if (*text >= from && *text <= to) {
            *text = (char)(*text + by);
        }
    }
}

void age_identity_text(char out[AGE_TEXT], const uint8_t identity[AGE_KEY])
{
    bech_write(out, "age-secret-key-", identity);
    change_case(out, 'a', 'z', 'A' - 'a');
}

bool age_recipient_parse(uint8_t recipient[AGE_KEY], const char *text)
{
    return bech_read(recipient, "age", text);
}

bool age_identity_parse(uint8_t identity[AGE_KEY], const char *text)
{
    char small[AGE_TEXT];
    size_t len = strlen(text);
    if (len >= sizeof small) {
        return false;
    }
    for (size_t i = 0; i <= len; i++) {
        if (text[i] >= 'a' && text[i] <= 'z') {
            return false; /* Bech32 must be all upper or all lower case */
        }
        small[i] = text[i];
    }
    change_case(small, 'A', 'Z', 'a' - 'A');
    bool ok = bech_read(identity, "age-secret-key-", small);
    sodium_memzero(small, sizeof small);
    return ok;
}

bool age_identity_file(uint8_t identity[AGE_KEY], const char *bytes, size_t len, struct err *err)
{
    for (size_t at = 0; at < len;) {
        const char *end = memchr(bytes + at, '\n', len - at);
        size_t n = end ? (size_t)(end - bytes) - at : len - at;
        char line[AGE_TEXT];
        while (n && strchr(" \r\t", bytes[at + n - 1])) {
            n--;
        }
        if (n < sizeof line) {
            memcpy(line, bytes + at, n);
            line[n] = '\0';
            bool ok = age_identity_parse(identity, line);
            sodium_memzero(line, sizeof line);
            if (ok) {
                return true;
            }
        }
        at = end ? (size_t)(end - bytes) + 1 : len;
    }
    return err_set(err, ERR_AUTH, "the file holds no age identity");
}

/* ---- sealing ---- */

static bool wrap(uint8_t share[32], uint8_t body[BODY], const uint8_t file_key[FILE_KEY],
                 const uint8_t recipient[AGE_KEY])
{
    uint8_t secret[32], shared[32], salt[64], key[32];
    static const uint8_t nonce[12];
    randombytes_buf(secret, sizeof secret);
    crypto_scalarmult_base(share, secret);
    bool ok = crypto_scalarmult(shared, secret, recipient) == 0;
    memcpy(salt, share, 32);
    memcpy(salt + 32, recipient, 32);
    hkdf(key, shared, 32, salt, 64, x25519_info);
    crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, FILE_KEY, NULL, 0, NULL, nonce,
                                              key);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(key, sizeof key);
    return ok;
}

static void chunk_nonce(uint8_t nonce[12], uint64_t counter, bool last)
{
    memset(nonce, 0, 12);
    for (unsigned i = 0; i < 8; i++) {
        nonce[10 - i] = (uint8_t)(counter >> (8 * i));
    }
    nonce[11] = last;
}

static void seal_chunk(struct age_stream *s, struct buf *out, const void *bytes, size_t len,
                       bool last)
{
    uint8_t nonce[12];
    uint8_t *chunk = mem_alloc(AGE_CHUNK + TAG);
    chunk_nonce(nonce, s->counter++, last);
    crypto_aead_chacha20poly1305_ietf_encrypt(chunk, NULL, bytes, len, NULL, 0, NULL, nonce,
                                              s->key);
    buf_add(out, chunk, len + TAG);
    free(chunk);
}

/* Finish a header whose version line begins at `start` (the MAC line), and begin the payload.
 * Wipes `file_key`. */
static void begin_payload(struct age_stream *s, struct buf *out, size_t start,
                          uint8_t file_key[FILE_KEY])
{
    uint8_t key[32], mac[MAC], nonce[STREAM_NONCE];
    *s = (struct age_stream){.counter = 0};
    buf_text(out, "---");
    hkdf(key, file_key, FILE_KEY, NULL, 0, "header");
    hmac(mac, key, sizeof key, out->data + start, out->len - start, NULL, 0);
    buf_char(out, ' ');
    b64_add(out, mac, sizeof mac);
    buf_char(out, '\n');
    randombytes_buf(nonce, sizeof nonce);
    buf_add(out, nonce, sizeof nonce);
    hkdf(s->key, file_key, FILE_KEY, nonce, sizeof nonce, "payload");
    sodium_memzero(file_key, FILE_KEY);
    sodium_memzero(key, sizeof key);
}

void age_seal_more(struct age_stream *s, struct buf *out, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) { /* a full chunk waits: it may be the last */
        size_t room = AGE_CHUNK - s->pending.len, n = len < room ? len : room;
        if (!room) {
            seal_chunk(s, out, s->pending.data, s->pending.len, false);
            buf_cut(&s->pending, 0);
            continue;
        }
        buf_add(&s->pending, at, n);
        at += n;
        len -= n;
    }
}

void age_seal_end(struct age_stream *s, struct buf *out)
{
    seal_chunk(s, out, s->pending.data, s->pending.len, true);
    age_stream_fini(s);
}

void age_stream_fini(struct age_stream *s)
{
    if (s->pending.data) {
        sodium_memzero(s->pending.data, s->pending.len);
    }
    buf_fini(&s->pending);
    sodium_memzero(s->key, sizeof s->key);
}

bool age_seal_begin(struct age_stream *s, struct buf *out, const uint8_t (*recipients)[AGE_KEY],
                    size_t count, struct err *err)
{
    uint8_t file_key[FILE_KEY];
    size_t start = out->len;
    if (count < 1 || count > AGE_RECIPIENTS_MAX) {
        return err_set(err, ERR_LIMIT, "between 1 and %d recipients", (int)AGE_RECIPIENTS_MAX);
    }
    randombytes_buf(file_key, sizeof file_key);
    buf_text(out, version_line);
    for (size_t i = 0; i < count; i++) {
        uint8_t share[32], body[BODY];
        if (!wrap(share, body, file_key, recipients[i])) {
            sodium_memzero(file_key, sizeof file_key);
            buf_cut(out, start);
            return err_set(err, ERR_INPUT, "recipient %zu is no valid key", i + 1);
        }
        buf_text(out, "-> X25519 ");
        b64_add(out, share, sizeof share);
        buf_char(out, '\n');
        b64_add(out, body, sizeof body);
        buf_char(out, '\n');
    }
    begin_payload(s, out, start, file_key);
    return true;
}

bool age_seal(struct buf *out, const void *bytes, size_t len, const uint8_t (*recipients)[AGE_KEY],
              size_t count, struct err *err)
{
    struct age_stream s;
    if (!age_seal_begin(&s, out, recipients, count, err)) {
        return false;
    }
    age_seal_more(&s, out, bytes, len);
    age_seal_end(&s, out);
    return true;
}

/* Derive a key with scrypt.  Running out of memory ends the program. */
static bool stretch(uint8_t key[32], const char *passphrase, const uint8_t salt[16], unsigned log_n)
{
    uint8_t labelled[sizeof scrypt_label - 1 + 16];
    memcpy(labelled, scrypt_label, sizeof scrypt_label - 1);
    memcpy(labelled + sizeof scrypt_label - 1, salt, 16);
    errno = 0;
    bool ok = crypto_pwhash_scryptsalsa208sha256_ll((const uint8_t *)passphrase, strlen(passphrase),
                                                    labelled, sizeof labelled, (uint64_t)1 << log_n,
                                                    8, 1, key, 32) == 0;
    if (!ok && errno == ENOMEM) {
        err_out_of_memory(); /* not a wrong passphrase */
    }
    return ok;
}

bool age_seal_passphrase(struct buf *out, const void *bytes, size_t len, const char *passphrase,
                         unsigned log_n, struct err *err)
{
    static const uint8_t nonce[12];
    uint8_t file_key[FILE_KEY], salt[16], key[32], body[BODY];
    size_t start = out->len;
    randombytes_buf(salt, sizeof salt);
    if (!stretch(key, passphrase, salt, log_n)) {
        return err_set(err, ERR_ENV, "the passphrase cannot be stretched");
    }
    randombytes_buf(file_key, sizeof file_key);
    crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, FILE_KEY, NULL, 0, NULL, nonce,
                                              key);
    sodium_memzero(key, sizeof key);
    buf_text(out, version_line);
    buf_text(out, "-> scrypt ");
    b64_add(out, salt, sizeof salt);
    buf_printf(out, " %u\n", log_n);
    b64_add(out, body, sizeof body);
    buf_char(out, '\n');
    struct age_stream s;
    begin_payload(&s, out, start, file_key);
    age_seal_more(&s, out, bytes, len);
    age_seal_end(&s, out);
    return true;
}

/* ---- armored text (RFC 7468, as age writes it) ---- */

static const char armor_begin[] = "-----BEGIN AGE ENCRYPTED FILE-----";
static const char armor_end[] = "-----END AGE ENCRYPTED FILE-----";

static bool starts(const void *bytes, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

bool age_is_file(const void *bytes, size_t len)
{
    return starts(bytes, len, version_line) || starts(bytes, len, armor_begin);
}

bool age_dearmor(struct buf *out, const void *bytes, size_t len, struct err *err)
{
    if (!starts(bytes, len, armor_begin)) {
        buf_add(out, bytes, len);
        return true;
    }
    const char *text = (const char *)bytes + sizeof armor_begin - 1, *end = NULL;
    size_t left = len - (sizeof armor_begin - 1), got = 0;
    uint8_t *room = mem_alloc(left + 1);
    bool ok = sodium_base642bin(room, left, text, left, "\r\n", &got, &end,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              starts(end, len - (size_t)(end - (const char *)bytes), armor_end);
    if (ok) {
        buf_add(out, room, got);
    }
    free(room);
    return ok || err_set(err, ERR_INPUT, "the armored text is damaged");
}

/* ---- opening ---- */

struct word {
    const char *text;
    size_t len;
};

struct stanza {
    struct word args[ARGS_MAX];
    size_t arg_count;
    uint8_t body[BODY]; /* set if body_len == BODY */
    size_t body_len;    /* length of the body, whatever the stanza's type */
};

struct header {
    struct stanza stanzas[STANZAS_MAX];
    size_t count;
    size_t mac_from; /* number of bytes covered by the MAC */
    uint8_t mac[MAC];
    size_t end; /* offset of the payload */
};

/* Read the line at `at` without its LF and advance past it; false if there is none. */
static bool next_line(const char *bytes, size_t len, size_t *at, struct word *line)
{
    size_t left = len - *at < HEADER_MAX ? len - *at : HEADER_MAX;
    const char *end = memchr(bytes + *at, '\n', left);
    if (!end) {
        return false;
    }
    *line = (struct word){bytes + *at, (size_t)(end - bytes) - *at};
    *at += line->len + 1;
    return true;
}

static bool read_args(struct stanza *s, struct word line)
{
    size_t at = 3; /* after "-> " */
    while (at <= line.len) {
        size_t start = at;
        while (at < line.len && line.text[at] != ' ') {
            unsigned char c = (unsigned char)line.text[at++];
            if (c < 33 || c > 126) {
                return false;
            }
        }
        if (at == start) {
            return false; /* an empty argument */
        }
        if (s->arg_count < ARGS_MAX) {
            s->args[s->arg_count] = (struct word){line.text + start, at - start};
        }
        s->arg_count++;
        at++;
    }
    return s->arg_count > 0;
}

static bool read_body(struct stanza *s, const char *bytes, size_t len, size_t *at)
{
    enum { COLUMNS = 64 };
    char text[BODY * 2];
    size_t sum = 0;
    struct word line;
    do {
        uint8_t scratch[48];
        if (!next_line(bytes, len, at, &line) || line.len > COLUMNS) {
            return false;
        }
        size_t n = line.len * 3 / 4; /* each line is decoded by itself; all but the last are full */
        if (!b64_decode(scratch, n, line.text, line.len)) {
            return false;
        }
        if (sum + line.len <= sizeof text) {
            memcpy(text + sum, line.text, line.len);
        }
        sum += line.len;
        s->body_len += n;
    } while (line.len == COLUMNS);
    return s->body_len != BODY || b64_decode(s->body, BODY, text, sum);
}

static bool read_header(struct header *h, const char *bytes, size_t len)
{
    size_t at = 0;
    struct word line;
    memset(h, 0, sizeof *h);
    if (len < sizeof version_line - 1 ||
        memcmp(bytes, version_line, sizeof version_line - 1) != 0) {
        return false;
    }
    at = sizeof version_line - 1;
    while (at < HEADER_MAX && next_line(bytes, len, &at, &line)) {
        if (line.len >= 4 && memcmp(line.text, "--- ", 4) == 0) {
            h->mac_from = (size_t)(line.text - bytes) + 3;
            h->end = at;
            return h->count > 0 && line.len == 4 + 43 && b64_decode(h->mac, MAC, line.text + 4, 43);
        }
        if (line.len < 4 || memcmp(line.text, "-> ", 3) != 0 || h->count == STANZAS_MAX) {
            return false;
        }
        struct stanza *s = &h->stanzas[h->count++];
        if (!read_args(s, line) || !read_body(s, bytes, len, &at)) {
            return false;
        }
    }
    return false;
}

static bool word_is(struct word w, const char *text)
{
    return w.len == strlen(text) && memcmp(w.text, text, w.len) == 0;
}

static bool unwrap(uint8_t file_key[FILE_KEY], const uint8_t body[BODY], const uint8_t key[32])
{
    static const uint8_t nonce[12];
    return crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, body, BODY, NULL, 0,
                                                     nonce, key) == 0;
}

static enum age_result try_x25519(uint8_t file_key[FILE_KEY], const struct stanza *s,
                                  const struct age_keys *keys)
{
    uint8_t share[32];
    if (s->arg_count != 2 || !b64_decode(share, 32, s->args[1].text, s->args[1].len) ||
        s->body_len != BODY) {
        return AGE_HEADER;
    }
    for (size_t i = 0; i < keys->count; i++) {
        uint8_t shared[32], salt[64], key[32];
        if (crypto_scalarmult(shared, keys->identities[i], share) != 0) {
            return AGE_HEADER; /* a point of low order */
        }
        memcpy(salt, share, 32);
        crypto_scalarmult_base(salt + 32, keys->identities[i]);
        hkdf(key, shared, 32, salt, 64, x25519_info);
        bool ok = unwrap(file_key, s->body, key);
        sodium_memzero(shared, sizeof shared);
        sodium_memzero(key, sizeof key);
        if (ok) {
            return AGE_OPENED;
        }
    }
    return AGE_NO_MATCH;
}

static enum age_result try_scrypt(uint8_t file_key[FILE_KEY], const struct stanza *s,
                                  const struct age_keys *keys)
{
    uint8_t salt[16], key[32];
    unsigned log_n = 0;
    if (s->arg_count != 3 || !b64_decode(salt, 16, s->args[1].text, s->args[1].len) ||
        s->body_len != BODY || s->args[2].len > 2 || s->args[2].text[0] == '0') {
        return AGE_HEADER;
    }
    for (size_t i = 0; i < s->args[2].len; i++) {
        if (s->args[2].text[i] < '0' || s->args[2].text[i] > '9') {
            return AGE_HEADER;
        }
        log_n = log_n * 10 + (unsigned)(s->args[2].text[i] - '0');
    }
    if (log_n > SCRYPT_LOG_MAX) {
        return AGE_HEADER;
    }
    if (!keys->passphrase) {
        return AGE_NO_MATCH;
    }
    if (!stretch(key, keys->passphrase, salt, log_n)) {
        return AGE_NO_MATCH;
    }
    bool ok = unwrap(file_key, s->body, key);
    sodium_memzero(key, sizeof key);
    return ok ? AGE_OPENED : AGE_NO_MATCH;
}

static enum age_result find_key(uint8_t file_key[FILE_KEY], const struct header *h,
                                const struct age_keys *keys)
{
    enum age_result best = AGE_NO_MATCH;
    for (size_t i = 0; i < h->count; i++) {
        const struct stanza *s = &h->stanzas[i];
        enum age_result r = AGE_NO_MATCH;
        uint8_t key[FILE_KEY];
        if (word_is(s->args[0], "scrypt")) {
            r = h->count == 1 ? try_scrypt(key, s, keys) : AGE_HEADER;
        } else if (word_is(s->args[0], "X25519")) {
            r = try_x25519(key, s, keys);
        }
        if (r == AGE_HEADER) {
            return r;
        }
        if (r == AGE_OPENED && best != AGE_OPENED) {
            memcpy(file_key, key, FILE_KEY);
            best = r;
        }
        sodium_memzero(key, sizeof key);
    }
    return best;
}

static bool open_chunk(struct age_stream *s, struct buf *out, const void *bytes, size_t len,
                       bool last)
{
    uint8_t nonce[12];
    if (len < TAG || (len == TAG && s->counter > 0)) {
        return false; /* only an empty file ends in an empty chunk */
    }
    uint8_t *chunk = mem_alloc(AGE_CHUNK + 1);
    chunk_nonce(nonce, s->counter++, last);
    bool ok = crypto_aead_chacha20poly1305_ietf_decrypt(chunk, NULL, NULL, bytes, len, NULL, 0,
                                                        nonce, s->key) == 0;
    if (ok) {
        buf_add(out, chunk, len - TAG);
    }
    sodium_memzero(chunk, AGE_CHUNK);
    free(chunk);
    return ok;
}

bool age_open_more(struct age_stream *s, struct buf *out, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) { /* a full chunk waits: it may be the last */
        size_t room = AGE_CHUNK + TAG - s->pending.len, n = len < room ? len : room;
        if (!room) {
            if (!open_chunk(s, out, s->pending.data, s->pending.len, false)) {
                return false;
            }
            buf_cut(&s->pending, 0);
            continue;
        }
        buf_add(&s->pending, at, n);
        at += n;
        len -= n;
    }
    return true;
}

bool age_open_end(struct age_stream *s, struct buf *out)
{
    return open_chunk(s, out, s->pending.data, s->pending.len, true);
}

/* Reads the header; *used: where the payload's chunks begin. */
static enum age_result open_begin(struct age_stream *s, const char *bytes, size_t len,
                                  const struct age_keys *keys, size_t *used)
{
    struct header *h = mem_alloc(sizeof *h);
    uint8_t file_key[FILE_KEY], key[32], mac[MAC];
    enum age_result result = AGE_HEADER;
    *s = (struct age_stream){.counter = 0};
    if (read_header(h, bytes, len)) {
        result = find_key(file_key, h, keys);
    }
    if (result == AGE_OPENED) {
        hkdf(key, file_key, FILE_KEY, NULL, 0, "header");
        hmac(mac, key, sizeof key, bytes, h->mac_from, NULL, 0);
        if (sodium_memcmp(mac, h->mac, MAC) != 0) {
            result = AGE_HMAC;
        } else if (len - h->end < STREAM_NONCE) {
            result = AGE_HEADER;
        } else {
            hkdf(s->key, file_key, FILE_KEY, (const uint8_t *)bytes + h->end, STREAM_NONCE,
                 "payload");
            *used = h->end + STREAM_NONCE;
        }
    }
    sodium_memzero(file_key, sizeof file_key);
    sodium_memzero(key, sizeof key);
    free(h);
    return result;
}

static enum age_result open_all(struct buf *out, const char *bytes, size_t len,
                                const struct age_keys *keys)
{
    struct age_stream s;
    size_t used = 0;
    enum age_result result = open_begin(&s, bytes, len, keys, &used);
    if (result == AGE_OPENED &&
        (!age_open_more(&s, out, bytes + used, len - used) || !age_open_end(&s, out))) {
        result = AGE_PAYLOAD;
    }
    age_stream_fini(&s);
    return result;
}

static bool not_opened(const void *bytes, size_t len, struct err *err)
{
    if (len < sizeof version_line - 1 ||
        memcmp(bytes, version_line, sizeof version_line - 1) != 0) {
        return err_set(err, ERR_INPUT, "this is no age file");
    }
    return err_set(err, ERR_AUTH, "it cannot be opened with this key");
}

bool age_open_begin(struct age_stream *s, const void *head, size_t len, size_t *used,
                    const struct age_keys *keys, struct err *err)
{
    return open_begin(s, head, len, keys, used) == AGE_OPENED || not_opened(head, len, err);
}

bool age_open(struct buf *out, const void *bytes, size_t len, const struct age_keys *keys,
              enum age_result *result, struct err *err)
{
    buf_reserve(out, out->len + len); /* at once: a buffer that grows is in memory twice */
    enum age_result r = open_all(out, bytes, len, keys);
    if (result) {
        *result = r;
    }
    if (r == AGE_OPENED) {
        return true;
    }
    return not_opened(bytes, len, err);
}
