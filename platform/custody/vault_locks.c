/* SPDX-License-Identifier: Apache-2.0 */
/* The soft lock (PIN) and the travel lock (recovery key). */
#include <assert.h>
#include <string.h>

#include "platform/custody/chain.h"
#include "platform/machine/clock.h"
#include "platform/custody/vault_internal.h"

/* ---- the soft lock ---- */

bool vault_pin_is_good(const char *digits)
{
    size_t len = strlen(digits);
    bool same = true, up = true, down = true;
    if (len < VAULT_PIN_MIN || len > VAULT_PIN_MAX || strspn(digits, "0123456789") != len) {
        return false;
    }
    for (size_t i = 1; i < len; i++) {
        int step = digits[i] - digits[i - 1];
        same = same && step == 0;
        up = up && (step == 1 || step == -9); /* 9 is followed by 0, as in 7890 */
        down = down && (step == -1 || step == 9);
    }
    return !same && !up && !down;
}

/* Derive the PIN's key with the vault's parameters, as for the passphrase. */
static bool stretch_pin(uint8_t key[SECRET_KEY], const struct vault *v, const char *digits,
                        const uint8_t salt[SECRET_SALT], struct err *err)
{
    return secret_stretch(key, digits, strlen(digits), salt, get_u32(v->slot + AT_PASSES),
                          get_u32(v->slot + AT_MEMORY), err);
}

bool vault_set_pin(struct vault *v, const char *digits, struct err *err)
{
    assert(v->open);
    struct keystore *k = &v->open->keys;
    uint8_t *was = secret_new(SECRET_SALT + SECRET_KEY);
    memcpy(was, k->pin_salt, SECRET_SALT);
    memcpy(was + SECRET_SALT, k->pin_key, SECRET_KEY);
    secret_wipe(k->pin_salt, SECRET_SALT);
    secret_wipe(k->pin_key, SECRET_KEY);
    bool ok = true;
    if (digits) {
        secret_random(k->pin_salt, SECRET_SALT);
        ok = stretch_pin(k->pin_key, v, digits, k->pin_salt, err);
    }
    ok = ok && vault_save(v, err);
    if (ok) {
        v->pin_failures = 0;
    } else {
        memcpy(k->pin_salt, was, SECRET_SALT);
        memcpy(k->pin_key, was + SECRET_SALT, SECRET_KEY);
    }
    secret_free(was);
    return ok;
}

bool vault_has_pin(const struct vault *v)
{
    static const uint8_t none[SECRET_SALT];
    return v->open ? memcmp(v->open->keys.pin_salt, none, SECRET_SALT) != 0 : v->soft != NULL;
}

void vault_soft_lock(struct vault *v, int64_t lasts_ms)
{
    if (!v->open) {
        return; /* already locked, softly or fully */
    }
    if (!vault_pin_tries(v) || lasts_ms <= 0) {
        vault_lock(v);
        return;
    }
    const struct keystore *k = &v->open->keys;
    uint8_t ad[64];
    size_t ad_len = vault_bound(ad, v->slot, "pin", 3);
    struct buf locked = {0};
    v->soft = secret_new(sizeof *v->soft);
    memcpy(v->soft->salt, k->pin_salt, SECRET_SALT);
    secret_lock(&locked, k->pin_key, ad, ad_len, v->open->vk, sizeof v->open->vk);
    memcpy(v->soft->locked_vk, locked.data, sizeof v->soft->locked_vk);
    v->soft->until_ms = clock_mono_ms() + (lasts_ms < VAULT_SOFT_MS ? lasts_ms : VAULT_SOFT_MS);
    buf_fini(&locked);
    vault_close_keys(v);
}

int64_t vault_soft_left_ms(const struct vault *v)
{
    int64_t left = v->soft ? v->soft->until_ms - clock_mono_ms() : 0;
    return left > 0 ? left : 0;
}

unsigned vault_pin_tries(const struct vault *v)
{
    return vault_has_pin(v) ? VAULT_PIN_TRIES - v->pin_failures : 0;
}

/* Restore the keys from what the soft lock kept; false if the PIN's key is wrong. */
static bool open_softly(struct vault *v, const uint8_t pin_key[SECRET_KEY])
{
    uint8_t ad[64];
    size_t ad_len = vault_bound(ad, v->slot, "pin", 3);
    struct buf vk = {0};
    struct open_keys *keys = secret_new(sizeof *keys);
    bool ok = secret_unlock(&vk, pin_key, ad, ad_len, v->soft->locked_vk, sizeof v->soft->locked_vk,
                            NULL);
    if (ok) {
        memcpy(keys->vk, vk.data, sizeof keys->vk);
    }
    ok = ok && vault_open_keystore(v, keys, NULL);
    buf_fini(&vk);
    if (!ok) {
        secret_free(keys);
        return false;
    }
    vault_lock(v);
    v->open = keys;
    return true;
}

bool vault_try_pin(struct vault *v, const char *digits, struct err *err)
{
    uint8_t key[SECRET_KEY];
    if (v->soft && vault_soft_left_ms(v) == 0) {
        vault_lock(v);
    }
    if (!vault_pin_tries(v)) {
        return err_set(err, ERR_AUTH, "only the passphrase opens it");
    }
    if (!stretch_pin(key, v, digits, v->soft ? v->soft->salt : v->open->keys.pin_salt, err)) {
        return false; /* out of memory: not counted as a try */
    }
    bool right =
        v->soft ? open_softly(v, key) : secret_equal(key, v->open->keys.pin_key, sizeof key);
    secret_wipe(key, sizeof key);
    if (right) {
        v->pin_failures = 0;
        return true;
    }
    v->pin_failures++;
    if (v->soft && !vault_pin_tries(v)) {
        vault_lock(v);
    }
    return err_set(err, ERR_AUTH, "that is not the PIN");
}

/* ---- the travel lock ---- */

bool vault_can_travel(const struct vault *v)
{
    return v->slot[AT_STATE] & STATE_RECOVERABLE;
}

bool vault_is_unsure(const struct vault *v)
{
    return v->unsure;
}

bool vault_is_travelling(const struct vault *v)
{
    return v->slot[AT_STATE] & STATE_TRAVELLING;
}

/* Remove the PIN: somebody may have learned it on the journey. */
static void forget_pin(struct vault *v)
{
    secret_wipe(v->open->keys.pin_salt, SECRET_SALT);
    secret_wipe(v->open->keys.pin_key, SECRET_KEY);
}

bool vault_travel_lock(struct vault *v, const uint8_t *recovery, struct err *err)
{
    uint8_t before[VAULT_SLOT];
    struct open_keys *was = NULL;
    if (!(v->open && recovery) && !vault_can_travel(v)) {
        err_set(err, ERR_INPUT,
                "the study has no recovery key: nobody could open the device again");
        return err_hint(err, "lock it with the passphrase instead");
    }
    memcpy(before, v->slot, VAULT_SLOT);
    if (v->open && recovery) {
        was = secret_new(sizeof *was);
        *was = *v->open;
        forget_pin(v);
        vault_renew_key(v, recovery);
    }
    vault_drop_keyslots(v);
    bool ok = vault_commit(v, before, err);
    if (ok) {
        vault_lock(v);
    } else if (was) {
        *v->open = *was;
    }
    secret_free(was);
    return ok;
}

/* Derive from the new passphrase its key for a keyslot and its X25519 secret.  The secret is
 * unique to this travel lock, because the random keyslots are part of it. */
static bool travel_keys(struct vault *v, uint8_t kek[32], uint8_t secret[32], const char *pass,
                        size_t len, struct err *err)
{
    enum { SLOTS = KEYSLOTS * KEYSLOT };
    struct buf tidy = {0};
    bool words = vault_passphrase(&tidy, pass, len);
    buf_fini(&tidy);
    if (!vault_is_travelling(v)) {
        return err_set(err, ERR_INPUT, "the device is not locked for travel");
    }
    if (get_u32(v->slot + AT_PASSES) < PASSES_FLOOR ||
        get_u32(v->slot + AT_MEMORY) < MEMORY_FLOOR) {
        err_set(err, ERR_INPUT, "somebody made the vault's lock weaker");
        return err_hint(err, "type no passphrase: tell the coordinator, and enrol anew");
    }
    if (!words) {
        err_set(err, ERR_INPUT, "the passphrase has fewer than %d words", (int)VAULT_WORDS_MIN);
        return err_hint(err, "five words or more, any language, blanks between them");
    }
    if (!vault_stretch(kek, v, pass, len, err)) {
        return false;
    }
    uint8_t *both = secret_new(32 + SLOTS), key[32];
    memcpy(both, kek, 32);
    memcpy(both + 32, v->slot + AT_KEYSLOTS, SLOTS);
    hash_tagged(key, "sb1-travel", both, 32 + SLOTS);
    secret_derive(secret, key, "sbTRAVEL", 1);
    secret_wipe(key, sizeof key);
    secret_free(both);
    return true;
}

bool vault_travel_request(struct vault *v, struct travel_request *r, const char *pass, size_t len,
                          struct err *err)
{
    uint8_t kek[32], secret[32];
    if (!travel_keys(v, kek, secret, pass, len, err)) {
        return false;
    }
    secret_box_public(r->public_key, secret);
    memcpy(r->sealed, v->slot + AT_RECOVERY, TRAVEL_SEALED);
    secret_wipe(kek, sizeof kek);
    secret_wipe(secret, sizeof secret);
    return true;
}

bool vault_travel_open(struct vault *v, const void *answer, size_t answer_len, const char *pass,
                       size_t len, struct err *err)
{
    uint8_t secret[32], public_key[32], sealed[TRAVEL_SEALED];
    struct open_keys *keys = secret_new(sizeof *keys);
    uint8_t *plain = secret_new(TRAVEL_PLAIN);
    bool ok = travel_keys(v, keys->kek, secret, pass, len, err);
    if (ok) {
        secret_box_public(public_key, secret);
        ok = travel_answer_read(sealed, answer, answer_len, public_key, err);
    }
    if (ok) {
        ok = secret_box_open(plain, sealed, sizeof sealed, secret);
        memcpy(keys->vk, plain, sizeof keys->vk);
        ok = (ok && vault_open_keystore(v, keys, NULL)) ||
             err_set(err, ERR_AUTH, "the answer does not open this device");
    }
    secret_wipe(secret, sizeof secret);
    secret_free(plain);
    if (!ok) {
        secret_free(keys);
        return false;
    }
    vault_lock(v);
    v->open = keys;
    return true;
}

bool vault_travel_settle(struct vault *v, const uint8_t *recovery, struct err *err)
{
    assert(v->open);
    uint8_t before[VAULT_SLOT];
    memcpy(before, v->slot, VAULT_SLOT);
    forget_pin(v);
    vault_renew_keyslots(v, recovery);
    v->slot[AT_STATE] &= (uint8_t)~STATE_TRAVELLING;
    put_u32(v->slot + AT_FAILS, 0);
    bool ok = vault_commit(v, before, err);
    if (!ok) {
        vault_lock(v);
    }
    return ok;
}

bool vault_set_recovery(struct vault *v, const uint8_t recovery[32], struct err *err)
{
    assert(v->open);
    uint8_t before[VAULT_SLOT];
    memcpy(before, v->slot, VAULT_SLOT);
    vault_seal_recovery(v, recovery);
    vault_seal_keystore(v);
    return vault_commit(v, before, err);
}

#ifdef SUHBAT_TEST
void vault_end_soft(struct vault *v)
{
    assert(v->soft);
    v->soft->until_ms = 0;
}
#endif
