/* SPDX-License-Identifier: Apache-2.0 */
/* Reads pieces with their times, line by line. */
#include "forms/dataset/webvtt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

static const char arrow[] = "-->";

struct reading {
    struct arena *arena;
    const char *at, *end; /* what is left */
    char *line;           /* the line that was taken; NULL after the last */
    size_t number;
    struct dataset_said *list;
    size_t count, room;
    struct buf text; /* of the piece that is open */
    bool open;
};

static bool next_line(struct reading *r)
{
    r->line = NULL;
    if (r->at >= r->end) {
        return false;
    }
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t len = (size_t)((stop ? stop : r->end) - r->at);
    r->line = arena_copy(r->arena, r->at, len && r->at[len - 1] == '\r' ? len - 1 : len);
    r->at += len + 1;
    r->number++;
    return true;
}

/* "01:02:03.456", "02:03,456".  Returns what stands after it, or NULL. */
static const char *read_time(const char *text, int64_t *ms)
{
    enum { PARTS = 3, HOURS_MAX = 10000 };
    int64_t part[PARTS], sum = 0;
    size_t count = 0;
    char *end = NULL;
    do {
        const char *from = count ? text + 1 : text;
        if (count == PARTS || !isdigit((unsigned char)*from)) {
            return NULL;
        }
        part[count++] = strtoll(from, &end, 10);
        text = end;
    } while (*text == ':');
    if (count < 2 || (*text != '.' && *text != ',') || !isdigit((unsigned char)text[1]) ||
        !isdigit((unsigned char)text[2]) || !isdigit((unsigned char)text[3])) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (part[i] >= (i ? 60 : HOURS_MAX)) {
            return NULL;
        }
        sum = sum * 60 + part[i];
    }
    *ms = sum * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    return text + 4;
}

static void close_piece(struct reading *r)
{
    if (r->open) {
        struct dataset_said *said = &r->list[r->count];
        while (r->text.len && r->text.data[r->text.len - 1] == ' ') {
            buf_cut(&r->text, r->text.len - 1);
        }
        buf_add(&r->text, "", 0);
        said->text = arena_text(r->arena, r->text.data);
        r->count += *said->text != '\0'; /* nothing was said */
        buf_cut(&r->text, 0);
    }
    r->open = false;
}

static void add_piece(struct reading *r, struct dataset_said said)
{
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        struct dataset_said *list = arena_alloc(r->arena, room * sizeof *list);
        if (r->count) {
            memcpy(list, r->list, r->count * sizeof *list);
        }
        r->list = list;
        r->room = room;
    }
    r->list[r->count] = said;
    r->open = true;
}

/* Begins a piece with the times in the line; returns what stands after them. */
static const char *open_piece(struct reading *r, const char *line, struct err *err)
{
    struct dataset_said said = {.who = "", .text = ""};
    close_piece(r);
    const char *at = read_time(line, &said.from_ms);
    at = at ? at + strspn(at, " \t") : NULL;
    at = at && text_starts(at, arrow) ? at + strlen(arrow) : NULL;
    at = at ? read_time(at + strspn(at, " \t"), &said.to_ms) : NULL;
    if (!at || said.to_ms < said.from_ms) {
        err_set(err, ERR_INPUT, "line %zu has no two times", r->number);
        err_hint(err, "as in: 00:00:01.000 --> 00:00:04.000");
        return NULL;
    }
    add_piece(r, said);
    return at;
}

/* ---- text ---- */

/* Letters; white space becomes one space, and none at the beginning. */
static void add_letter(struct reading *r, char c)
{
    bool space = (unsigned char)c <= ' ';
    if (!space || (r->text.len && r->text.data[r->text.len - 1] != ' ')) {
        buf_char(&r->text, space ? ' ' : c);
    }
}

static const struct {
    const char *name;
    char letter;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&nbsp;", ' '}};

/* The length of an entity at the text's beginning, and its letter; 0: there is none. */
static size_t entity_at(const char *text, char *letter)
{
    size_t e = 0, count = sizeof entities / sizeof *entities;
    while (e < count && !text_starts(text, entities[e].name)) {
        e++;
    }
    *letter = e < count ? entities[e].letter : '\0';
    return e < count ? strlen(entities[e].name) : 0;
}

static const char *voice_name(struct reading *r, const char *from, const char *end)
{
    struct buf name = {0};
    char letter;
    buf_add(&name, "", 0);
    while (from < end) {
        size_t len = *from == '&' ? entity_at(from, &letter) : 0;
        buf_char(&name, len ? letter : *from);
        from += len ? len : 1;
    }
    const char *out = arena_text(r->arena, name.data);
    buf_fini(&name);
    return out;
}

/* Another voice in the same cue: what it says is a piece of its own, at the same times. */
static void change_voice(struct reading *r, const char *name)
{
    struct dataset_said *now = &r->list[r->count];
    const struct dataset_said next = {.from_ms = now->from_ms, .to_ms = now->to_ms, .text = ""};
    if (r->text.len && strcmp(now->who, name) != 0) {
        close_piece(r);
        add_piece(r, next);
    }
    r->list[r->count].who = name;
}

/* "<v.loud Name>": who speaks.  Other marks say how, or when: they are left out. */
static const char *skip_mark(struct reading *r, const char *at)
{
    const char *end = strchr(at, '>');
    if (end && (text_starts(at, "<v ") || text_starts(at, "<v."))) {
        const char *name = at + strcspn(at, " ");
        if (name < end) {
            change_voice(r, voice_name(r, name + 1, end));
        }
    }
    return end;
}

static void add_text(struct reading *r, const char *text, bool marks)
{
    add_letter(r, ' ');
    while (*text) {
        const char *end = marks && *text == '<' ? skip_mark(r, text) : NULL;
        char letter = '\0';
        size_t len = marks ? entity_at(text, &letter) : 0;
        if (end) {
            text = end + 1;
        } else if (len) {
            add_letter(r, letter);
            text += len;
        } else {
            add_letter(r, *text++);
        }
    }
}

/* ---- the three ways ---- */

/* Blocks: a line with times, lines of text, an empty line.  What stands between is a note, or the
 * number of a piece. */
static bool read_blocks(struct reading *r, struct err *err)
{
    bool ok = true;
    while (ok && next_line(r)) {
        if (strstr(r->line, arrow)) {
            ok = open_piece(r, r->line, err) != NULL;
        } else if (!*r->line) {
            close_piece(r);
        } else if (r->open) {
            add_text(r, r->line, true);
        }
    }
    return ok;
}

static bool is_bracketed(const char *line)
{
    int64_t ms;
    return *line == '[' && read_time(line + 1, &ms) && strstr(line, arrow) && strchr(line, ']');
}

static bool read_bracketed(struct reading *r, struct err *err)
{
    bool ok = true;
    while (ok && next_line(r)) {
        if (is_bracketed(r->line)) {
            const char *at = open_piece(r, r->line + 1, err);
            ok = at && (*at == ']' || err_set(err, ERR_INPUT, "line %zu has no ]", r->number));
            if (ok) {
                add_text(r, at + 1, false);
            }
        } else if (r->open) {
            add_text(r, r->line, false);
        }
    }
    return ok;
}

static void read_plain(struct reading *r, int64_t length_ms)
{
    r->list = arena_alloc(r->arena, sizeof *r->list);
    *r->list = (struct dataset_said){.to_ms = length_ms, .who = ""};
    r->open = true;
    while (next_line(r)) {
        add_text(r, r->line, false);
    }
}

enum kind { PLAIN, BLOCKS, BRACKETED };

/* By the first line that tells. */
static enum kind kind_of(struct reading r)
{
    int64_t ms;
    while (next_line(&r)) {
        if (text_starts(r.line, "WEBVTT") || (strstr(r.line, arrow) && read_time(r.line, &ms))) {
            return BLOCKS;
        }
        if (is_bracketed(r.line)) {
            return BRACKETED;
        }
    }
    return PLAIN;
}

bool webvtt_read(const struct dataset_said **list, size_t *count, struct arena *arena,
                 const char *text, size_t len, int64_t length_ms, struct err *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t skip = len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    struct reading r = {.arena = arena, .at = text + skip, .end = text + len};
    bool ok = true;
    *list = NULL;
    *count = 0;
    if (memchr(text, '\0', len) || !text_valid(text, len)) {
        return err_set(err, ERR_INPUT, "it is no UTF-8 text");
    }
    switch (kind_of(r)) {
    case BLOCKS:
        ok = read_blocks(&r, err);
        break;
    case BRACKETED:
        ok = read_bracketed(&r, err);
        break;
    case PLAIN:
        read_plain(&r, length_ms);
        break;
    }
    close_piece(&r);
    buf_fini(&r.text);
    *list = r.list;
    *count = ok ? r.count : 0;
    return ok;
}

void webvtt_put_time(struct buf *out, int64_t ms)
{
    buf_printf(out, "%02lld:%02lld:%02lld.%03lld", (long long)(ms / 3600000),
               (long long)(ms / 60000 % 60), (long long)(ms / 1000 % 60), (long long)(ms % 1000));
}

static void put_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        size_t e = 0;
        while (e < 3 && entities[e].letter != *text) { /* & < > */
            e++;
        }
        if (e < 3) {
            buf_text(out, entities[e].name);
        } else { /* an empty line would end the piece */
            buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
        }
    }
}

void webvtt_put(struct buf *out, const struct dataset_said *list, size_t count)
{
    buf_text(out, "WEBVTT\n");
    for (size_t i = 0; i < count; i++) {
        buf_char(out, '\n');
        webvtt_put_time(out, list[i].from_ms);
        buf_text(out, " --> ");
        webvtt_put_time(out, list[i].to_ms);
        buf_char(out, '\n');
        if (*list[i].who) {
            buf_text(out, "<v ");
            put_text(out, list[i].who);
            buf_char(out, '>');
        }
        put_text(out, list[i].text);
        buf_char(out, '\n');
    }
}
