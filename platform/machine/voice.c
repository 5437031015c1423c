/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes with libopus, and makes pages with libogg. */
#include "platform/machine/voice.h"

#include <assert.h>
#include <ogg/ogg.h>
#include <opus/opus.h>
#include <stdlib.h>
#include <string.h>

enum {
    PACKETS_A_SECOND = 50,
    PACKET_MAX = 400,
    CLOCK = 48000, /* Ogg counts Opus in these, whatever the rate */
    HEAD = 19
};

struct voice {
    OpusEncoder *encoder;
    ogg_stream_state stream;
    struct voice_spec spec;
    int16_t frame[CLOCK / PACKETS_A_SECOND]; /* not yet a packet */
    size_t have, frame_len;
    uint64_t packets; /* encoded so far */
    int pre_skip;     /* of the clock: what a player leaves out at the beginning */
    unsigned pages;   /* of sound */
    unsigned in_page; /* packets of the page that is being filled */
};

int voice_rate(int bits)
{
    return bits == VOICE_LOW ? CLOCK / 3 : CLOCK; /* 16 kHz is enough for voices */
}

bool voice_begin(struct voice **out, const struct voice_spec *spec, struct err *err)
{
    assert(spec->bits == VOICE_LOW || spec->bits == VOICE_NORMAL);
    struct voice *o = *out = mem_zero(1, sizeof *o);
    int rate = voice_rate(spec->bits), fault = OPUS_OK, skip = 0;
    o->spec = *spec;
    o->frame_len = (size_t)rate / PACKETS_A_SECOND;
    o->encoder = opus_encoder_create(rate, 1, OPUS_APPLICATION_VOIP, &fault);
    bool ok = o->encoder && opus_encoder_ctl(o->encoder, OPUS_SET_BITRATE(spec->bits)) == OPUS_OK &&
              opus_encoder_ctl(o->encoder, OPUS_SET_VBR(0)) == OPUS_OK &&
              opus_encoder_ctl(o->encoder, OPUS_SET_DTX(0)) == OPUS_OK &&
              opus_encoder_ctl(o->encoder, OPUS_GET_LOOKAHEAD(&skip)) == OPUS_OK &&
              ogg_stream_init(&o->stream, spec->serial) == 0;
    o->pre_skip = skip * (CLOCK / rate);
    if (!ok) {
        voice_free(o);
        *out = NULL;
        return err_set(err, ERR_ENV, "the sound cannot be encoded");
    }
    return true;
}

void voice_free(struct voice *o)
{
    if (o) {
        if (o->encoder) {
            opus_encoder_destroy(o->encoder);
        }
        ogg_stream_clear(&o->stream);
        memset(o->frame, 0, sizeof o->frame);
        free(o);
    }
}

static void put_u32_le(uint8_t *out, uint32_t n)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(n >> (8 * i));
    }
}

static void add_text(struct buf *out, const char *text)
{
    uint8_t len[4];
    put_u32_le(len, (uint32_t)strlen(text));
    buf_add(out, len, 4);
    buf_add(out, text, strlen(text));
}

static void add_page(struct buf *out, const ogg_page *page)
{
    buf_add(out, page->header, (size_t)page->header_len);
    buf_add(out, page->body, (size_t)page->body_len);
}

/* A packet with a page of its own. */
static void put_alone(struct voice *o, const void *bytes, size_t len, bool first, struct buf *out)
{
    ogg_packet packet = {.packet = (unsigned char *)bytes,
                         .bytes = (long)len,
                         .b_o_s = first,
                         .packetno = first ? 0 : 1};
    ogg_page page;
    (void)ogg_stream_packetin(&o->stream, &packet);
    while (ogg_stream_flush(&o->stream, &page)) {
        add_page(out, &page);
    }
}

void voice_head(struct voice *o, struct buf *out)
{
    uint8_t head[HEAD] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 1}, count[4];
    struct buf tags = {0};
    size_t n = 0;
    head[10] = (uint8_t)o->pre_skip;
    head[11] = (uint8_t)(o->pre_skip >> 8);
    put_u32_le(head + 12, (uint32_t)voice_rate(o->spec.bits));
    while (o->spec.tags && o->spec.tags[n]) {
        n++;
    }
    buf_text(&tags, "OpusTags");
    add_text(&tags, "suhbat");
    put_u32_le(count, (uint32_t)n);
    buf_add(&tags, count, 4);
    for (size_t i = 0; i < n; i++) {
        add_text(&tags, o->spec.tags[i]);
    }
    put_alone(o, head, sizeof head, true, out);
    put_alone(o, tags.data, tags.len, false, out);
    buf_fini(&tags);
}

/* Encodes the frame; a page is made of fifty. */
static unsigned encode(struct voice *o, bool last, struct buf *out)
{
    unsigned char bytes[PACKET_MAX];
    const int packet_bytes = o->spec.bits / 8 / PACKETS_A_SECOND;
    int len = opus_encode(o->encoder, o->frame, (int)o->frame_len, bytes, packet_bytes);
    assert(len == packet_bytes); /* the rate is constant */
    o->packets++;
    o->in_page++;
    o->have = 0;
    ogg_packet packet = {.packet = bytes,
                         .bytes = len,
                         .e_o_s = last,
                         .granulepos = (ogg_int64_t)(o->packets * (CLOCK / PACKETS_A_SECOND)),
                         .packetno = (ogg_int64_t)o->packets + 1};
    (void)ogg_stream_packetin(&o->stream, &packet);
    if (o->in_page < PACKETS_A_SECOND) {
        return 0;
    }
    ogg_page page; /* one for the whole second: libogg would begin a new one after 4 KiB */
    while (ogg_stream_flush_fill(&o->stream, &page, PACKETS_A_SECOND * PACKET_MAX)) {
        add_page(out, &page);
    }
    o->in_page = 0;
    o->pages++;
    return 1;
}

unsigned voice_put(struct voice *o, const int16_t *samples, size_t count, struct buf *out)
{
    unsigned pages = 0;
    while (count) {
        size_t n = o->frame_len - o->have < count ? o->frame_len - o->have : count;
        memcpy(o->frame + o->have, samples, n * sizeof *samples);
        o->have += n;
        samples += n;
        count -= n;
        pages += o->have == o->frame_len ? encode(o, false, out) : 0;
    }
    return pages;
}

unsigned voice_end(struct voice *o, struct buf *out)
{
    unsigned pages = 0;
    bool last = false;
    while (!last) {
        memset(o->frame + o->have, 0, (o->frame_len - o->have) * sizeof *o->frame);
        last = o->in_page == PACKETS_A_SECOND - 1 && o->pages % VOICE_PAGES == VOICE_PAGES - 1;
        pages += encode(o, last, out);
    }
    return pages;
}
