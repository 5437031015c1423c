/* SPDX-License-Identifier: Apache-2.0 */
/* Participants of groups, memos and recordings in a REFI-QDA project. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_qdpx_internal.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"

/* ---- participants ---- */

static bool is_round(const struct item *item)
{
    static const char appearance[] = "focus-group";
    while (item && !item->shape.is_repeat) {
        item = (const struct item *)item->shape.parent;
    }
    const struct control *c = item ? item->control : NULL;
    return c && (control_has(c, appearance) || (c->parent && control_has(c->parent, appearance)));
}

const struct dataset_column *qdpx_label_column(const struct dataset_table *table, size_t *at)
{
    static const char end[] = "_lab";
    for (size_t c = 0; *table->repeat && c < table->count; c++) {
        const struct dataset_column *column = &table->columns[c];
        size_t len = strlen(column->name), tail = sizeof end - 1;
        if (len > tail && strcmp(column->name + len - tail, end) == 0 && !column->item->control &&
            is_round(column->item)) {
            *at = c;
            return column;
        }
    }
    return NULL;
}

void qdpx_add_participant(struct project *p, struct dataset_reader *reader,
                          const struct dataset_row *row)
{
    const struct dataset_table *table = dataset_table(p->write->dataset, row->table);
    char name[200];
    size_t label_at;
    if (!qdpx_label_column(table, &label_at)) {
        return;
    }
    const char *label = dataset_cell(reader, label_at);
    if (!*label) {
        return;
    }
    struct participant *one = mem_zero(1, sizeof *one);
    p->people = mem_grow(p->people, p->people_count + 1, sizeof *p->people);
    p->people[p->people_count++] = one;
    one->key = arena_text(&p->of_record, row->key);
    snprintf(name, sizeof name, "%s %.80s", p->name, label);
    map_put(&p->by_label, arena_text(&p->of_record, label), one);
    buf_text(&one->head, "  <Case");
    qdpx_put_guid(&one->head, "guid", "case", row->key);
    xml_put_attr(&one->head, "name", name);
    buf_text(&one->head, ">\n   <CodeRef");
    qdpx_put_guid(&one->head, "targetGUID", "speaker", row->key);
    buf_text(&one->head, "/>\n");
    for (size_t c = 0; c < table->count; c++) {
        if (qdpx_is_variable(&table->columns[c])) {
            qdpx_put_value(&one->head, p, reader, &table->columns[c], dataset_cell(reader, c));
        }
    }
    qdpx_put_code(&p->speakers, "speaker", row->key, name);
}

void qdpx_end_participants(struct project *p)
{
    for (size_t i = 0; i < p->people_count; i++) {
        struct participant *one = p->people[i];
        buf_join(&p->cases, one->head.data, one->refs.len ? one->refs.data : "", "  </Case>\n",
                 NULL);
        buf_fini(&one->head);
        buf_fini(&one->refs);
        free(one);
    }
    free(p->people);
    p->people = NULL;
    p->people_count = 0;
}

struct participant *qdpx_speaker(struct project *p, struct dataset_reader *reader,
                                 const struct dataset_table *table)
{
    for (size_t c = 0; c < table->count; c++) {
        const char *value = table->columns[c].type == DATASET_CHOICE ? dataset_cell(reader, c) : "";
        struct participant *one = *value ? map_get(&p->by_label, value) : NULL;
        if (one) {
            return one;
        }
    }
    return NULL;
}

/* ---- memos ---- */

static void put_when(struct buf *out, const char *when)
{
    size_t second = strlen("2026-11-24T10:00:00");
    if (strlen(when) >= second) {
        buf_text(out, " creationDateTime=\"");
        buf_add(out, when, second);
        buf_text(out, "Z\"");
    }
}

static void put_source_ref(struct project *p, const char *guid)
{
    buf_join(&p->refs, "   <SourceRef targetGUID=\"", guid, "\"/>\n", NULL);
}

void qdpx_add_memos(struct project *p, const struct submission *about)
{
    for (size_t m = 0; m < about->memo_count; m++) {
        const struct dataset_memo *memo = &about->memos[m];
        struct buf what = {0};
        char guid[GUID], name[120];
        size_t letters = text_count(memo->text, strlen(memo->text));
        buf_join(&what, p->key, "|memo|", NULL);
        buf_printf(&what, "%zu", m + 1);
        qdpx_guid(guid, "source", what.data);
        snprintf(name, sizeof name, "%s memo %zu", p->name, m + 1);
        buf_join(&p->sources, "  <TextSource guid=\"", guid, "\"", NULL);
        xml_put_attr(&p->sources, "name", name);
        buf_join(&p->sources, " creatingUser=\"", p->user, "\"", NULL);
        put_when(&p->sources, memo->begun);
        buf_text(&p->sources, ">\n   <Description>");
        xml_put_text(&p->sources, memo->path);
        buf_text(&p->sources, "</Description>\n   <PlainTextContent>");
        xml_put_text(&p->sources, memo->text);
        buf_text(&p->sources, "</PlainTextContent>\n   <PlainTextSelection");
        qdpx_put_guid(&p->sources, "guid", "selection", what.data);
        buf_printf(&p->sources, " startPosition=\"0\" endPosition=\"%zu\">\n", letters);
        qdpx_put_coding(p, &p->sources, what.data, "memo", "memo");
        buf_text(&p->sources, "   </PlainTextSelection>\n  </TextSource>\n");
        put_source_ref(p, guid);
        p->memos = true;
        buf_fini(&what);
    }
}

/* ---- recordings ---- */

/* The section of the form that a path with entry numbers stands in; NULL: no story has it. */
static const char *section_at(const struct project *p, const char *path)
{
    struct buf plain = {0};
    const char *section = NULL;
    bool inside = false;
    for (const char *c = path; *c; c++) {
        inside = *c == '[' || (inside && *c != ']');
        if (!inside && *c != ']') {
            buf_char(&plain, *c);
        }
    }
    buf_add(&plain, "", 0);
    for (size_t t = 0; t < dataset_tables(p->write->dataset) && !section; t++) {
        const struct dataset_table *table = dataset_table(p->write->dataset, t);
        for (size_t c = 0; c < table->count && !section; c++) {
            if (strcmp(table->columns[c].path, plain.data) == 0) {
                section = qdpx_section(p->write, &table->columns[c]);
            }
        }
    }
    buf_fini(&plain);
    return section && map_get(&p->sections, section) ? section : NULL;
}

/* From each page that came on the screen to the next one. */
static void put_pages(struct project *p, const struct dataset_sound *sound)
{
    for (size_t m = 0; m < sound->moment_count; m++) {
        const struct dataset_moment *one = &sound->moments[m];
        int64_t end = sound->moments[sound->moment_count - 1].ms;
        struct buf what = {0};
        if (strcmp(one->event, "question") != 0) {
            continue;
        }
        for (size_t next = m + 1; next < sound->moment_count; next++) {
            if (strcmp(sound->moments[next].event, "question") == 0) {
                end = sound->moments[next].ms;
                break;
            }
        }
        buf_join(&what, sound->id, "|", NULL);
        buf_printf(&what, "%zu", m);
        buf_text(&p->sources, "   <AudioSelection");
        qdpx_put_guid(&p->sources, "guid", "selection", what.data);
        xml_put_attr(&p->sources, "name", one->path);
        buf_printf(&p->sources, " begin=\"%lld\" end=\"%lld\" creatingUser=\"%s\">\n",
                   (long long)one->ms, (long long)end, p->user);
        const char *section = section_at(p, one->path);
        if (section) {
            qdpx_put_coding(p, &p->sources, what.data, "section", section);
        }
        buf_text(&p->sources, "   </AudioSelection>\n");
        buf_fini(&what);
    }
}

/* A moment is marked after it was heard, and not before its speaker began. */
static int64_t begins_at(const struct submission *about, const struct dataset_turn *turn)
{
    enum { BEFORE_MS = 10000 };
    int64_t from = turn->recorded_ms > BEFORE_MS ? turn->recorded_ms - BEFORE_MS : 0;
    if (!turn->quote && !*turn->code) {
        return turn->recorded_ms;
    }
    for (size_t t = 0; t < about->turn_count; t++) {
        const struct dataset_turn *one = &about->turns[t];
        bool mark = one->quote || *one->code;
        if (!mark && one->recorded_ms > from && one->recorded_ms <= turn->recorded_ms &&
            strcmp(one->who, turn->who) == 0 && strcmp(one->recording, turn->recording) == 0) {
            from = one->recorded_ms;
        }
    }
    return from;
}

/* Each turn of a participant that was recorded; the ten seconds before a quote, or a code, was
 * marked. */
static void put_turns(struct project *p, const struct submission *about,
                      const struct dataset_sound *sound)
{
    for (size_t t = 0; t < about->turn_count; t++) {
        const struct dataset_turn *turn = &about->turns[t];
        struct participant *one = map_get(&p->by_label, turn->who);
        struct buf what = {0};
        if ((!one && !*turn->code) || strcmp(turn->recording, sound->id) != 0) {
            continue;
        }
        buf_join(&what, sound->id, "|turn|", NULL);
        buf_printf(&what, "%zu", t);
        buf_text(&p->sources, "   <AudioSelection");
        qdpx_put_guid(&p->sources, "guid", "selection", what.data);
        xml_put_attr(&p->sources, "name", *turn->code ? turn->code : turn->who);
        buf_printf(&p->sources, " begin=\"%lld\" end=\"%lld\" creatingUser=\"%s\">\n",
                   (long long)begins_at(about, turn), (long long)(turn->recorded_ms + turn->ms),
                   p->user);
        if (one) {
            qdpx_put_coding(p, &p->sources, what.data, "speaker", one->key);
        }
        if (*turn->code) {
            qdpx_use_code(p, turn->code);
            qdpx_put_coding(p, &p->sources, what.data, "code", turn->code);
        }
        if (turn->quote) {
            qdpx_put_coding(p, &p->sources, what.data, QDPX_QUOTE, QDPX_QUOTE);
        }
        buf_text(&p->sources, "   </AudioSelection>\n");
        if (one) {
            buf_text(&one->refs, "   <SelectionRef");
            qdpx_put_guid(&one->refs, "targetGUID", "selection", what.data);
            buf_text(&one->refs, "/>\n");
        }
        buf_fini(&what);
    }
}

/* ---- transcripts ---- */

static void put_sync_point(struct buf *out, const char *guid, size_t n, int64_t ms, size_t letter)
{
    struct buf what = {0};
    buf_printf(&what, "%s|%zu", guid, n);
    buf_text(out, "    <SyncPoint");
    qdpx_put_guid(out, "guid", "sync", what.data);
    buf_printf(out, " timeStamp=\"%lld\" position=\"%zu\"/>\n", (long long)ms, letter);
    buf_fini(&what);
}

static void put_said(struct project *p, const char *guid, size_t i, const struct dataset_said *said)
{
    struct participant *one = *said->who ? map_get(&p->by_label, said->who) : NULL;
    struct buf *out = &p->sources, what = {0}, from = {0}, to = {0};
    buf_printf(&what, "%s|said|%zu", guid, i);
    buf_printf(&from, "%s|%zu", guid, 2 * i);
    buf_printf(&to, "%s|%zu", guid, 2 * i + 1);
    buf_text(out, "    <TranscriptSelection");
    qdpx_put_guid(out, "guid", "selection", what.data);
    if (*said->who) {
        xml_put_attr(out, "name", said->who);
    }
    qdpx_put_guid(out, "fromSyncPoint", "sync", from.data);
    qdpx_put_guid(out, "toSyncPoint", "sync", to.data);
    buf_text(out, ">\n");
    if (one) {
        qdpx_put_coding(p, out, what.data, "speaker", one->key);
    }
    buf_text(out, "    </TranscriptSelection>\n");
    buf_fini(&what);
    buf_fini(&from);
    buf_fini(&to);
}

/* One line for each piece, "У2: words"; its sync points stand before and after the words. */
static void put_transcript(struct project *p, const struct dataset_transcript *t, size_t n)
{
    struct buf name = {0}, text = {0}, points = {0};
    size_t letters = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct dataset_said *said = &t->said[i];
        if (*said->who) {
            buf_join(&text, said->who, ": ", NULL);
            letters += text_count(said->who, strlen(said->who)) + strlen(": ");
        }
        put_sync_point(&points, t->guid, 2 * i, said->from_ms, letters);
        buf_join(&text, said->text, "\n", NULL);
        letters += text_count(said->text, strlen(said->text));
        put_sync_point(&points, t->guid, 2 * i + 1, said->to_ms, letters++);
    }
    buf_join(&name, p->name, " transcript ", NULL);
    buf_printf(&name, "%zu", n + 1);
    buf_join(&name, t->verified ? "" : ", not verified", *t->with ? ", " : "", t->with, NULL);
    buf_join(&p->sources, "   <Transcript guid=\"", t->guid, "\"", NULL);
    xml_put_attr(&p->sources, "name", name.data);
    buf_text(&p->sources, ">\n    <PlainTextContent>");
    xml_put_text(&p->sources, text.data ? text.data : "");
    buf_join(&p->sources, "</PlainTextContent>\n", points.data ? points.data : "", NULL);
    for (size_t i = 0; i < t->count; i++) {
        put_said(p, t->guid, i, &t->said[i]);
    }
    buf_text(&p->sources, "   </Transcript>\n");
    buf_fini(&name);
    buf_fini(&text);
    buf_fini(&points);
}

void qdpx_add_sounds(struct project *p, struct dataset_reader *reader)
{
    for (size_t s = 0; s < reader->about->sound_count; s++) {
        const struct dataset_sound *sound = &reader->about->sounds[s];
        char guid[GUID], name[120];
        if (!sound->file) {
            continue;
        }
        qdpx_guid(guid, "sound", sound->id);
        snprintf(name, sizeof name, "%s sound %zu", p->name, s + 1);
        buf_join(&p->sources, "  <AudioSource guid=\"", guid, "\"", NULL);
        xml_put_attr(&p->sources, "name", name);
        buf_text(&p->sources, " path=\"relative:///");
        buf_join(&p->sources, sound->file, "\" creatingUser=\"", p->user, "\"", NULL);
        put_when(&p->sources, sound->begun);
        buf_text(&p->sources, ">\n");
        for (size_t t = 0; t < sound->transcript_count; t++) {
            put_transcript(p, &sound->transcripts[t], t);
        }
        put_pages(p, sound);
        put_turns(p, reader->about, sound);
        buf_text(&p->sources, "  </AudioSource>\n");
        put_source_ref(p, guid);
    }
}
