/* SPDX-License-Identifier: Apache-2.0 */
/* Finds pages with libogg, and decodes with libopus. */
#include "platform/machine/voice_read.h"

#include <ogg/ogg.h>
#include <opus/opus.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLOCK = 48000, /* Ogg counts Opus in these, whatever the rate */
    RATIO = CLOCK / VOICE_READ_RATE,
    PACKET_MAX = VOICE_READ_RATE * 120 / 1000, /* samples: a packet has at most 120 ms */
    SKIP_AT = 10,
    HEAD_MIN = 19
};

struct voice_reader {
    OpusDecoder *decoder;
    ogg_sync_state sync;
    ogg_stream_state stream;
    bool begun; /* `stream` is */
    voice_samples *each;
    void *user;
    int64_t at;        /* samples that were decoded or filled in, with those that are left out */
    int64_t skip;      /* of them, at the beginning: the encoder's delay */
    struct buf pieces; /* samples of the page that is read */
};

bool voice_read_begin(struct voice_reader **out, voice_samples *each, void *user, struct err *err)
{
    struct voice_reader *r = *out = mem_zero(1, sizeof *r);
    int fault = OPUS_OK;
    r->each = each;
    r->user = user;
    ogg_sync_init(&r->sync);
    r->decoder = opus_decoder_create(VOICE_READ_RATE, 1, &fault);
    if (!r->decoder) {
        voice_read_free(r);
        *out = NULL;
        return err_set(err, ERR_ENV, "the sound cannot be decoded");
    }
    return true;
}

void voice_read_free(struct voice_reader *r)
{
    if (r) {
        if (r->decoder) {
            opus_decoder_destroy(r->decoder);
        }
        if (r->begun) {
            ogg_stream_clear(&r->stream);
        }
        ogg_sync_clear(&r->sync);
        buf_fini(&r->pieces);
        free(r);
    }
}

/* Hands samples on, but for the encoder's delay. */
static bool give(struct voice_reader *r, const int16_t *samples, size_t count, struct err *err)
{
    int64_t left_out = r->at < r->skip ? r->skip - r->at : 0;
    r->at += (int64_t)count;
    if (left_out >= (int64_t)count) {
        return true;
    }
    return r->each(r->user, samples + left_out, count - (size_t)left_out, err);
}

static bool fill_to(struct voice_reader *r, int64_t at, struct err *err)
{
    static const int16_t silence[VOICE_READ_RATE / 10];
    const int64_t piece = sizeof silence / sizeof *silence;
    bool ok = at <= (int64_t)VOICE_READ_HOURS * 3600 * VOICE_READ_RATE ||
              err_set(err, ERR_LIMIT, "the recording has a time beyond %d hours", VOICE_READ_HOURS);
    while (ok && r->at < at) {
        ok = give(r, silence, (size_t)(at - r->at < piece ? at - r->at : piece), err);
    }
    return ok;
}

bool voice_read_fill(struct voice_reader *r, int64_t ms, struct err *err)
{
    return fill_to(r, r->skip + ms * (VOICE_READ_RATE / 1000), err);
}

static bool is(const ogg_packet *packet, const char *mark)
{
    size_t len = strlen(mark);
    return packet->bytes >= (long)len && memcmp(packet->packet, mark, len) == 0;
}

/* Appends a packet's samples to those of its page. */
static bool decode(struct voice_reader *r, const ogg_packet *packet, struct err *err)
{
    int16_t samples[PACKET_MAX];
    if (is(packet, "OpusHead") && packet->bytes >= HEAD_MIN) {
        r->skip = (packet->packet[SKIP_AT] | packet->packet[SKIP_AT + 1] << 8) / RATIO;
        return true;
    }
    if (is(packet, "OpusTags")) {
        return true;
    }
    int n = opus_decode(r->decoder, packet->packet, (int)packet->bytes, samples, PACKET_MAX, 0);
    if (n < 0) {
        return err_set(err, ERR_INPUT, "the recording is damaged");
    }
    buf_add(&r->pieces, samples, (size_t)n * sizeof *samples);
    return true;
}

static bool take_page(struct voice_reader *r, ogg_page *page, struct err *err)
{
    ogg_packet packet;
    bool ok = true;
    int got;
    if (!r->begun) { /* of the first page that is there; a recording has one stream */
        r->begun = ogg_stream_init(&r->stream, ogg_page_serialno(page)) == 0;
    }
    if (!r->begun || ogg_stream_pagein(&r->stream, page) != 0) {
        return true; /* of another stream */
    }
    buf_cut(&r->pieces, 0);
    while (ok && (got = ogg_stream_packetout(&r->stream, &packet)) != 0) {
        ok = got < 0 || decode(r, &packet, err); /* below 0: pages before it are missing */
    }
    size_t count = r->pieces.len / sizeof(int16_t);
    int64_t end = ogg_page_granulepos(page) / RATIO;
    if (ok && count && end > (int64_t)count) { /* -1: no packet ends in this page */
        ok = fill_to(r, end - (int64_t)count, err);
    }
    return ok && (!count || give(r, (const int16_t *)(const void *)r->pieces.data, count, err));
}

bool voice_read_put(struct voice_reader *r, const void *bytes, size_t len, struct err *err)
{
    char *room = ogg_sync_buffer(&r->sync, (long)len);
    ogg_page page;
    bool ok = true;
    int got;
    if (!room) {
        return err_set(err, ERR_ENV, "the sound cannot be decoded");
    }
    memcpy(room, bytes, len);
    (void)ogg_sync_wrote(&r->sync, (long)len);
    while (ok && (got = ogg_sync_pageout(&r->sync, &page)) != 0) {
        ok = got < 0 || take_page(r, &page, err);
    }
    return ok;
}
