/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the rows of a sheet into fields under standard names. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

/* ---- values ---- */

const struct field *field_get(const struct field *of, const char *key)
{
    for (const struct field *v = of ? of->first : NULL; v; v = v->next) {
        if (text_is(v->key, key)) {
            return v;
        }
    }
    return NULL;
}

const char *field_text(const struct field *of, const char *key)
{
    const struct field *v = field_get(of, key);
    return v ? v->text : NULL;
}

const char *field_text2(const struct field *of, const char *outer, const char *key)
{
    return field_text(field_get(of, outer), key);
}

static struct field *add(struct arena *arena, struct field *of, const char *key)
{
    struct field *v = arena_alloc(arena, sizeof *v);
    v->key = key;
    if (of->last) {
        of->last->next = v;
    } else {
        of->first = v;
    }
    of->last = v;
    of->text = NULL;
    return v;
}

struct field *field_put(struct arena *arena, struct field *of, const char *key, const char *text)
{
    assert(of && key);
    struct field *v = (struct field *)field_get(of, key);
    v = v ? v : add(arena, of, key);
    v->text = text;
    v->first = v->last = NULL;
    return v;
}

void field_put2(struct arena *arena, struct field *of, const char *outer, const char *key,
                const char *text)
{
    struct field *v = (struct field *)field_get(of, outer);
    field_put(arena, v ? v : add(arena, of, outer), key, text);
}

void field_drop(struct field *of, const char *key)
{
    assert(of);
    struct field *before = NULL;
    for (struct field *v = of->first; v; before = v, v = v->next) {
        if (text_is(v->key, key)) {
            if (before) {
                before->next = v->next;
            } else {
                of->first = v->next;
            }
            of->last = of->last == v ? before : of->last;
            return;
        }
    }
}

struct field *field_copy(struct arena *arena, const struct field *from)
{
    struct field *copy = arena_alloc(arena, sizeof *copy);
    *copy = *from;
    copy->first = copy->last = copy->next = NULL;
    for (const struct field *v = from->first; v; v = v->next) {
        struct field *child = field_copy(arena, v);
        if (copy->last) {
            copy->last->next = child;
        } else {
            copy->first = child;
        }
        copy->last = child;
    }
    return copy;
}

/* Stores a text under nested names.  A column without a language next to columns with one
 * belongs to the default language, unless that has a column of its own. */
static void merge(struct arena *arena, struct field *of, const char *const *names, size_t count,
                  const char *text, const char *header, const char *default_language)
{
    struct field *at = of;
    for (size_t i = 0; i < count; i++) {
        struct field *next = (struct field *)field_get(at, names[i]);
        if (!next && at->text) { /* the plain text becomes one of several languages */
            const char *had = at->text, *had_header = at->header;
            bool same = text_is(names[i], default_language);
            at->text = NULL;
            if (!same) {
                struct field *own = add(arena, at, default_language);
                own->text = had;
                own->header = had_header;
            }
        }
        at = next ? next : add(arena, at, names[i]);
    }
    if (at->first) { /* the plain text is added to the languages that exist */
        if (!field_get(at, default_language)) {
            struct field *own = add(arena, at, default_language);
            own->text = text;
            own->header = header;
        }
        return;
    }
    at->text = text;
    at->header = header;
}

/* ---- headers ---- */

struct alias {
    const char *name;
    const char *to[2];
};

/* Sources: xlsform.org's reference table; pyxform for older spellings. */
static const struct alias survey_alias[] = {
    {"read_only", {"bind", "readonly"}},
    {"readonly", {"bind", "readonly"}},
    {"relevant", {"bind", "relevant"}},
    {"relevance", {"bind", "relevant"}},
    {"required", {"bind", "required"}},
    {"constraint", {"bind", "constraint"}},
    {"constraining_message", {"bind", "jr:constraintMsg"}},
    {"constraint_message", {"bind", "jr:constraintMsg"}},
    {"calculation", {"bind", "calculate"}},
    {"calculate", {"bind", "calculate"}},
    {"noapperrorstring", {"bind", "jr:noAppErrorString"}},
    {"no_app_error_string", {"bind", "jr:noAppErrorString"}},
    {"requiredmsg", {"bind", "jr:requiredMsg"}},
    {"required_message", {"bind", "jr:requiredMsg"}},
    {"save_to", {"bind", "entities:saveto"}},
    {"caption", {"label", NULL}},
    {"command", {"type", NULL}},
    {"tag", {"name", NULL}},
    {"value", {"name", NULL}},
    {"appearance", {"control", "appearance"}},
    {"autoplay", {"control", "autoplay"}},
    {"rows", {"control", "rows"}},
    {"count", {"control", "jr:count"}},
    {"repeat_count", {"control", "jr:count"}},
    {"jr:count", {"control", "jr:count"}},
    {"body", {"control", NULL}},
    {"image", {"media", "image"}},
    {"big-image", {"media", "big-image"}},
    {"audio", {"media", "audio"}},
    {"video", {"media", "video"}},
    {"compact_tag", {"instance", "odk:tag"}},
};
static const struct alias choices_alias[] = {
    {"caption", {"label", NULL}},
    {"list_name", {"list name", NULL}},
    {"value", {"name", NULL}},
    {"image", {"media", "image"}},
    {"big-image", {"media", "big-image"}},
    {"audio", {"media", "audio"}},
    {"video", {"media", "video"}},
};
static const struct alias settings_alias[] = {
    {"form_title", {"title", NULL}},  {"set_form_title", {"title", NULL}},
    {"form_id", {"id_string", NULL}}, {"set_form_id", {"id_string", NULL}},
    {"prefix", {"prefix", NULL}},
};
static const struct alias entities_alias[] = {{"list_name", {"dataset", NULL}}};

static const char *const survey_names[] = {
    "type",     "name",          "label",      "hint",    "guidance_hint", "default",
    "trigger",  "choice_filter", "parameters", "bind",    "control",       "media",
    "instance", "disabled",      "intent",     "query",   "sms_field",     "list_name",
    "itemset",  "choices",       "note",       "comment", "flat",          "actions"};
static const char *const choices_names[] = {"list name", "name", "label", "media", "sms_option"};
static const char *const settings_names[] = {"title",
                                             "id_string",
                                             "name",
                                             "version",
                                             "default_language",
                                             "style",
                                             "instance_name",
                                             "namespaces",
                                             "public_key",
                                             "submission_url",
                                             "auto_send",
                                             "auto_delete",
                                             "instance_xmlns",
                                             "allow_choice_duplicates",
                                             "clean_text_values",
                                             "omit_instanceid",
                                             "client_editable",
                                             "sms_keyword",
                                             "sms_separator",
                                             "delimiter",
                                             "prefix",
                                             "attribute",
                                             "instance_id",
                                             "add_none_option",
                                             "flat"};
static const char *const entities_names[] = {"dataset",   "entity_id", "create_if",
                                             "update_if", "label",     "repeat"};

static const struct {
    const struct alias *aliases;
    size_t alias_count;
    const char *const *names;
    size_t name_count;
} dialects[] = {
#define LIST(x) x, sizeof(x) / sizeof *(x)
    [TABLE_SURVEY] = {LIST(survey_alias), LIST(survey_names)},
    [TABLE_CHOICES] = {LIST(choices_alias), LIST(choices_names)},
    [TABLE_SETTINGS] = {LIST(settings_alias), LIST(settings_names)},
    [TABLE_ENTITIES] = {LIST(entities_alias), LIST(entities_names)},
    [TABLE_OSM] = {LIST(choices_alias), LIST(choices_names)},
};

static const struct alias *find_alias(enum table_kind kind, const char *name)
{
    for (size_t i = 0; i < dialects[kind].alias_count; i++) {
        if (text_is(dialects[kind].aliases[i].name, name)) {
            return &dialects[kind].aliases[i];
        }
    }
    return NULL;
}

static const char *find_name(enum table_kind kind, const char *name)
{
    for (size_t i = 0; i < dialects[kind].name_count; i++) {
        if (text_is(dialects[kind].names[i], name)) {
            return dialects[kind].names[i];
        }
    }
    return NULL;
}

/* "Choice  Filter" → "choice_filter". */
static char *snake(struct arena *arena, const char *text)
{
    struct buf out = {0};
    buf_add(&out, "", 0);
    for (const char *p = text; *p;) {
        size_t word = strcspn(p, " \t\r\n");
        if (word && out.len) {
            buf_char(&out, '_');
        }
        for (size_t i = 0; i < word; i++) {
            buf_char(&out, p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i]);
        }
        p += word;
        p += strspn(p, " \t\r\n");
    }
    char *kept = arena_copy(arena, out.data, out.len);
    buf_fini(&out);
    return kept;
}

static char *trimmed(struct arena *arena, const char *text, size_t len)
{
    while (len && strchr(" \t\r\n", *text)) {
        text++;
        len--;
    }
    while (len && strchr(" \t\r\n", text[len - 1])) {
        len--;
    }
    return arena_copy(arena, text, len);
}

enum { PARTS_MAX = 6 };
struct header {
    const char *parts[PARTS_MAX];
    size_t count;
    bool renamed; /* the author's spelling is not the standard one */
};

static const char *near_header(enum table_kind kind, const char *name)
{
    const char *names[256];
    size_t count = 0;
    for (size_t i = 0; i < dialects[kind].name_count && count < 256; i++) {
        names[count++] = dialects[kind].names[i];
    }
    for (size_t i = 0; i < dialects[kind].alias_count && count < 256; i++) {
        names[count++] = dialects[kind].aliases[i].name;
    }
    return strlen(name) > 5 ? text_nearest(name, names, count)
                            : NULL; /* short words are too similar to one another */
}

/* The standard name for a column name in Russian, Kyrgyz or Tajik; NULL if unknown. */
static const char *native_header(enum table_kind kind, const char *name)
{
    static const char *const names[][2] = {{"тип", "type"},
                                           {"имя", "name"},
                                           {"название", "name"},
                                           {"подпись", "label"},
                                           {"метка", "label"},
                                           {"вопрос", "label"},
                                           {"подсказка", "hint"},
                                           {"обязательный", "required"},
                                           {"обязательно", "required"},
                                           {"условие", "relevant"},
                                           {"ограничение", "constraint"},
                                           {"расчёт", "calculation"},
                                           {"расчет", "calculation"},
                                           {"вид", "appearance"},
                                           {"түрү", "type"},
                                           {"аты", "name"},
                                           {"ном", "name"},
                                           {"навъ", "type"},
                                           {"список", "list_name"}};
    struct buf small = {0};
    const char *found = NULL;
    for (size_t at = 0, len = strlen(name); at < len;) {
        text_put(&small, text_small(text_next(name, len, &at)));
    }
    for (size_t i = 0; small.data && kind != TABLE_SETTINGS && i < sizeof names / sizeof *names;
         i++) {
        found = strcmp(small.data, names[i][0]) == 0 ? names[i][1] : found;
    }
    buf_fini(&small);
    return found;
}

/* The header as a standard name that stands for itself; NULL: it has parts, or another name. */
static const char *name_of_header(struct arena *arena, enum table_kind kind, const char *text)
{
    const char *whole = snake(arena, text);
    return find_name(kind, text) && !find_alias(kind, text)     ? text
           : find_name(kind, whole) && !find_alias(kind, whole) ? whole
                                                                : NULL;
}

/* Splits a header at "::" (or at ":", where the sheet has none of the others); returns the number
 * of pieces. */
static size_t split_header(struct arena *arena, const char *text, bool doubles,
                           const char *pieces[PARTS_MAX])
{
    const char *between = doubles || strstr(text, "::") ? "::" : ":";
    size_t count = 0;
    for (const char *p = text; count < PARTS_MAX;) {
        const char *end = count == PARTS_MAX - 1 ? NULL : strstr(p, between);
        pieces[count++] = trimmed(arena, p, end ? (size_t)(end - p) : strlen(p));
        if (!end) {
            break;
        }
        p = end + strlen(between);
    }
    for (size_t i = 0; between[1] == '\0' && i + 1 < count; i++) { /* jr:count is one name */
        if (text_is(pieces[i], "jr")) {
            pieces[i] = arena_printf(arena, "jr:%s", pieces[i + 1]);
            memmove(&pieces[i + 1], &pieces[i + 2], (count - i - 2) * sizeof *pieces);
            count--;
        }
    }
    return count;
}

/* Notes an unknown column, with the name that is probably meant. */
static void note_header(struct model *m, enum table_kind kind, const char *text, const char *piece)
{
    struct arena *arena = m->arena;
    const char *near = near_header(kind, snake(arena, piece));
    const char *single = strchr(text, ':'); /* "label:Русский (ru)", one colon instead of two */
    const char *before = single ? snake(arena, trimmed(arena, text, (size_t)(single - text))) : "";
    const char *meant = native_header(kind, piece);
    if (single && single[1] != ':' && (find_name(kind, before) || find_alias(kind, before))) {
        model_note(m,
                   "the column '%s' is not known and does nothing; write '%s::%s', with two colons",
                   text, before, single + 1 + strspn(single + 1, " "));
    } else if (meant) {
        model_note(m, "the column '%s' is not known and does nothing; the standard's name is '%s'",
                   text, meant);
    } else if (near) {
        model_note(m, "the column '%s' is not known and does nothing; did you mean '%s'?", text,
                   near);
    }
}

static void read_header(struct model *m, struct header *h, const char *text, enum table_kind kind,
                        bool doubles)
{
    const char *known = name_of_header(m->arena, kind, text), *pieces[PARTS_MAX];
    memset(h, 0, sizeof *h);
    if (known) {
        h->parts[h->count++] = known;
        h->renamed = !text_is(known, text);
        return;
    }
    size_t count = split_header(m->arena, text, doubles, pieces);
    const char *first = snake(m->arena, pieces[0]);
    const struct alias *alias = find_alias(kind, first);
    known = find_name(kind, first);
    h->renamed = alias || known;
    if (alias) {
        h->parts[h->count++] = alias->to[0];
        if (alias->to[1]) {
            h->parts[h->count++] = alias->to[1];
        }
    } else {
        if (!known && *pieces[0] && kind != TABLE_CHOICES && kind != TABLE_OSM) {
            note_header(m, kind, text, pieces[0]);
        }
        /* unknown columns keep their names; filters may use them */
        h->parts[h->count++] = known ? known : pieces[0];
    }
    if (kind == TABLE_SETTINGS && count > 1 && (alias || known)) {
        model_note(m, "settings: the column '%s' is left out; '%s' cannot be translated", text,
                   pieces[0]);
    }
    for (size_t i = 1; i < count && h->count < PARTS_MAX; i++) {
        h->parts[h->count++] = pieces[i];
    }
}

static bool same_header(const struct header *a, const struct header *b)
{
    bool same = a->count == b->count && a->count > 0;
    for (size_t i = 0; same && i < a->count; i++) {
        same = text_is(a->parts[i], b->parts[i]);
    }
    return same;
}

static bool read_headers(struct model *m, struct header *headers, const struct sheet *sheet,
                         enum table_kind kind)
{
    const struct sheet_row *row = &sheet->rows[0];
    bool doubles = false;
    for (size_t i = 0; i < row->count; i++) {
        doubles = doubles || strstr(row->cells[i], "::");
    }
    for (size_t i = 0; i < row->count; i++) {
        read_header(m, &headers[i], row->cells[i], kind, doubles);
        for (size_t k = 0; k < i && *row->cells[i]; k++) {
            bool twice = text_is(row->cells[k], row->cells[i]);
            bool both_ids = kind == TABLE_SETTINGS && !twice &&
                            same_header(&headers[k], &headers[i]) &&
                            text_is(headers[i].parts[0], "id_string");
            if (both_ids) { /* form_id is the newer name and takes precedence */
                model_note(m, "settings: form_id and id_string are one; form_id is taken");
                headers[text_is(row->cells[i], "id_string") ? i : k].count = 0;
                continue;
            }
            if (twice || (headers[i].renamed && same_header(&headers[k], &headers[i]))) {
                err_set(m->err, ERR_INPUT,
                        twice ? "the header '%s' comes twice"
                              : "the header '%s' means the same as '%s'",
                        row->cells[i], row->cells[k]);
                err_hint(m->err, "delete or rename one of the two columns");
                return model_at(m, sheet->name, row->number, row->cells[i]);
            }
        }
    }
    return true;
}

/* ---- cells ---- */

/* Straightens curly quotes; with `squeeze`, also trims blanks and reduces runs of blanks to
 * one. */
static const char *clean(struct arena *arena, const char *text, bool squeeze)
{
    static const char *const straight[][2] = {{"\xE2\x80\x98", "'"},
                                              {"\xE2\x80\x99", "'"},
                                              {"\xE2\x80\x9C", "\""},
                                              {"\xE2\x80\x9D", "\""}};
    const char *typeset = strchr(text, '\xE2'); /* first byte of typographic quotes */
    bool plain = !(typeset && strstr(typeset, "\xE2\x80")) && !(squeeze && strstr(text, "  "));
    if (plain) {
        return text;
    }
    struct buf out = {0};
    for (const char *p = text; *p;) {
        size_t quote = 0;
        while (quote < 4 && !text_starts(p, straight[quote][0])) {
            quote++;
        }
        if (quote < 4) {
            buf_text(&out, straight[quote][1]);
            p += 3;
        } else {
            if (!(squeeze && *p == ' ' && out.len && out.data[out.len - 1] == ' ')) {
                buf_char(&out, *p);
            }
            p++;
        }
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

bool table_read(struct model *m, struct table *table, const struct sheet *sheet,
                enum table_kind kind, bool squeeze)
{
    memset(table, 0, sizeof *table);
    if (!sheet || !sheet->count) {
        return true;
    }
    const struct sheet_row *top = &sheet->rows[0];
    struct header *headers = arena_alloc(m->arena, (top->count + 1) * sizeof *headers);
    if (!read_headers(m, headers, sheet, kind)) {
        return false;
    }
    table->header_count = top->count;
    table->headers = top->cells;
    table->names = arena_alloc(m->arena, (top->count + 1) * sizeof *table->names);
    for (size_t i = 0; i < top->count; i++) {
        table->names[i] = headers[i].count ? headers[i].parts[0] : "";
    }
    table->rows = arena_alloc(m->arena, (sheet->count + 1) * sizeof *table->rows);
    for (size_t r = 1; r < sheet->count; r++) {
        const struct sheet_row *from = &sheet->rows[r];
        struct row *row = &table->rows[table->count++];
        row->cells = arena_alloc(m->arena, sizeof *row->cells);
        row->cells->key = "";
        row->number = from->number;
        row->ordinal = m->book->lines ? r + 1 : from->number;
        for (size_t i = 0; i < from->count; i++) {
            if (i >= top->count || !*from->cells[i] || !*top->cells[i] || !headers[i].count) {
                continue;
            }
            const char *text = clean(m->arena, from->cells[i], squeeze);
            if (headers[i].count == 1) {
                struct field *v = field_put(m->arena, row->cells, headers[i].parts[0], text);
                v->header = top->cells[i];
            } else {
                merge(m->arena, row->cells, headers[i].parts, headers[i].count, text, top->cells[i],
                      m->default_language);
            }
        }
    }
    return true;
}
