/* SPDX-License-Identifier: Apache-2.0 */
/* What did the author mean by these rows? */
#include "forms/xlsform_model.h"

#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

/* ---- headers ---- */

/* Old and other spellings → the one we use.  Source: xlsform.org and pyxform's aliases. */
static const char *const header_alias[][2] = {
    {"relevance", "relevant"},
    {"bind::relevant", "relevant"},
    {"bind::required", "required"},
    {"bind::constraint", "constraint"},
    {"bind::calculate", "calculation"},
    {"bind::readonly", "read_only"},
    {"calculate", "calculation"},
    {"constraint message", "constraint_message"},
    {"constraining message", "constraint_message"},
    {"bind::jr:constraintMsg", "constraint_message"},
    {"jr:constraintMsg", "constraint_message"},
    {"required message", "required_message"},
    {"bind::jr:requiredMsg", "required_message"},
    {"jr:requiredMsg", "required_message"},
    {"readonly", "read_only"},
    {"read only", "read_only"},
    {"caption", "label"},
    {"list name", "list_name"},
    {"value", "name"},
    {"command", "type"},
    {"tag", "name"},
    {"repeat count", "repeat_count"},
    {"count", "repeat_count"},
    {"jr:count", "repeat_count"},
    {"choice filter", "choice_filter"},
    {"guidance hint", "guidance_hint"},
    {"control::appearance", "appearance"},
    {"body::appearance", "appearance"},
    {"media::image", "image"},
    {"media::audio", "audio"},
    {"media::video", "video"},
    {"media::big-image", "big-image"},
    {"form id", "form_id"},
    {"id_string", "form_id"},
    {"form title", "form_title"},
    {"title", "form_title"},
    {"set form title", "form_title"},
    {"set form id", "form_id"},
    {"default language", "default_language"},
};
static const char *const translatable[] = {"label", "hint", "guidance_hint", "constraint_message",
                                           "required_message", "image", "audio", "video",
                                           "big-image"};
static const char *const known[] = {
    "type", "name", "label", "hint", "guidance_hint", "relevant", "required", "required_message",
    "constraint", "constraint_message", "calculation", "default", "appearance", "read_only",
    "choice_filter", "repeat_count", "parameters", "trigger", "image", "audio", "video",
    "big-image", "note", "comment", "disabled", "list_name", "form_id", "form_title", "version",
    "default_language", "style", "instance_name", "namespaces", "public_key", "submission_url",
    "allow_choice_duplicates", "auto_send", "auto_delete"};

static bool is_in(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], text) == 0) {
            return true;
        }
    }
    return false;
}
#define IS_IN(list, text) is_in(list, sizeof(list) / sizeof *(list), text)

static const char *alias_of(const char *key)
{
    for (size_t i = 0; i < sizeof header_alias / sizeof *header_alias; i++) {
        if (text_same(header_alias[i][0], key)) {
            return header_alias[i][1];
        }
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (text_same(known[i], key)) {
            return known[i];
        }
    }
    return key;
}

static char *trim_copy(struct arena *arena, const char *text, size_t len)
{
    while (len && *text == ' ') {
        text++;
        len--;
    }
    while (len && text[len - 1] == ' ') {
        len--;
    }
    return arena_copy(arena, text, len);
}

/* "media::image::Кыргызча (ky)" → key "image", language "Кыргызча (ky)". */
static void read_header(struct arena *arena, const char *header, const char **key,
                        const char **lang)
{
    const char *parts[4];
    size_t count = 0;
    const char *between = strstr(header, "::") ? "::" : ":";
    bool whole = strcmp(between, ":") == 0 && text_starts(header, "jr:");
    *lang = "";
    for (const char *p = header; count < 4;) {
        const char *end = whole ? NULL : strstr(p, between);
        if (count == 3) {
            end = NULL;
        }
        parts[count++] = trim_copy(arena, p, end ? (size_t)(end - p) : strlen(p));
        if (!end) {
            break;
        }
        p = end + strlen(between);
    }
    *key = alias_of(parts[0]);
    if (count == 1) {
        return;
    }
    if (text_same(parts[0], "media") || text_same(parts[0], "bind") ||
        text_same(parts[0], "control") || text_same(parts[0], "body") ||
        text_same(parts[0], "instance")) {
        char *first = arena_text(arena, parts[0]);
        for (char *p = first; *p; p++) {
            *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
        }
        *key = alias_of(arena_printf(arena, "%s::%s", first, parts[1]));
        *lang = count > 2 ? parts[2] : "";
        return;
    }
    if (IS_IN(translatable, *key)) {
        *lang = parts[1];
    } else {
        *key = alias_of(header);
    }
}

struct headers {
    const char **keys, **langs, **texts;
    size_t count;
    size_t rows; /* rows used up: 1, or 0 when the sheet is empty */
};

static bool read_headers(struct model *m, struct headers *h, const struct sheet *sheet)
{
    memset(h, 0, sizeof *h);
    if (!sheet->count) {
        return true;
    }
    const struct sheet_row *row = &sheet->rows[0];
    h->count = row->count;
    h->rows = 1;
    h->keys = arena_alloc(m->arena, (row->count + 1) * sizeof *h->keys);
    h->langs = arena_alloc(m->arena, (row->count + 1) * sizeof *h->langs);
    h->texts = arena_alloc(m->arena, (row->count + 1) * sizeof *h->texts);
    for (size_t i = 0; i < row->count; i++) {
        h->texts[i] = row->cells[i];
        read_header(m->arena, row->cells[i], &h->keys[i], &h->langs[i]);
        for (size_t k = 0; k < i; k++) {
            if (*h->keys[i] && strcmp(h->keys[k], h->keys[i]) == 0 &&
                strcmp(h->langs[k], h->langs[i]) == 0) {
                err_set(m->err, ERR_INPUT, "the header '%s' comes twice", row->cells[i]);
                err_hint(m->err, "delete or rename one of the two columns");
                return model_at(m, sheet->name, row->number, row->cells[i]);
            }
        }
    }
    return true;
}

static void read_cells(struct model *m, struct cells *cells, const struct headers *h,
                       const struct sheet_row *row)
{
    cells->list = arena_alloc(m->arena, (row->count + 1) * sizeof *cells->list);
    cells->row = row->number;
    for (size_t i = 0; i < row->count && i < h->count; i++) {
        if (*row->cells[i] && *h->keys[i]) {
            cells->list[cells->count++] =
                (struct cell){h->keys[i], h->langs[i], row->cells[i], h->texts[i]};
        }
    }
}

/* ---- types ---- */

static const struct question_type types[] = {
    {"text", "input", "string", NULL, NULL, NULL},
    {"integer", "input", "int", NULL, NULL, NULL},
    {"decimal", "input", "decimal", NULL, NULL, NULL},
    {"note", "input", "string", NULL, NULL, NULL},
    {"date", "input", "date", NULL, NULL, NULL},
    {"time", "input", "time", NULL, NULL, NULL},
    {"dateTime", "input", "dateTime", NULL, NULL, NULL},
    {"geopoint", "input", "geopoint", NULL, NULL, NULL},
    {"geotrace", "input", "geotrace", NULL, NULL, NULL},
    {"geoshape", "input", "geoshape", NULL, NULL, NULL},
    {"barcode", "input", "barcode", NULL, NULL, NULL},
    {"image", "upload", "binary", "image/*", NULL, NULL},
    {"audio", "upload", "binary", "audio/*", NULL, NULL},
    {"video", "upload", "binary", "video/*", NULL, NULL},
    {"file", "upload", "binary", "application/*", NULL, NULL},
    {"range", "range", "int", NULL, NULL, NULL},
    {"acknowledge", "trigger", "string", NULL, NULL, NULL},
    {"select_one", "select1", "string", NULL, NULL, NULL},
    {"select_multiple", "select", "string", NULL, NULL, NULL},
    {"rank", "odk:rank", "odk:rank", NULL, NULL, NULL},
    {"calculate", NULL, "string", NULL, NULL, NULL},
    {"hidden", NULL, "string", NULL, NULL, NULL},
    {"phone number", "input", "string", NULL, NULL, NULL},
    {"start", NULL, "dateTime", NULL, "timestamp", "start"},
    {"end", NULL, "dateTime", NULL, "timestamp", "end"},
    {"today", NULL, "date", NULL, "date", "today"},
    {"deviceid", NULL, "string", NULL, "property", "deviceid"},
    {"username", NULL, "string", NULL, "property", "username"},
    {"email", NULL, "string", NULL, "property", "email"},
    {"phonenumber", NULL, "string", NULL, "property", "phonenumber"},
    {"subscriberid", NULL, "string", NULL, "property", "subscriberid"},
    {"simserial", NULL, "string", NULL, "property", "simserial"},
    {"audit", NULL, "binary", NULL, NULL, NULL},
    {"csv-external", NULL, NULL, NULL, NULL, NULL},
    {"xml-external", NULL, NULL, NULL, NULL, NULL},
};
static const char *const type_alias[][2] = {
    {"string", "text"},        {"int", "integer"},        {"datetime", "dateTime"},
    {"gps", "geopoint"},       {"location", "geopoint"},  {"photo", "image"},
    {"trigger", "acknowledge"}, {"calculation", "calculate"}, {"select one", "select_one"},
    {"select1", "select_one"}, {"select multiple", "select_multiple"},
    {"select all that apply from", "select_multiple"}, {"select one from", "select_one"},
    {"add select one prompt using", "select_one"},
    {"add select multiple prompt using", "select_multiple"},
    {"select_one_from_file", "select_one"}, {"select_multiple_from_file", "select_multiple"},
    {"select one from file", "select_one"}, {"select multiple from file", "select_multiple"},
    {"start time", "start"},   {"end time", "end"},       {"device id", "deviceid"},
    {"add note prompt", "note"}, {"text prompt", "text"}, {"integer prompt", "integer"},
    {"q string", "text"},      {"q int", "integer"},      {"q note", "note"},
};

static const struct question_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof type_alias / sizeof *type_alias; i++) {
        if (text_same(type_alias[i][0], name)) {
            name = type_alias[i][1];
            break;
        }
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (text_same(types[i].name, name)) {
            return &types[i];
        }
    }
    return NULL;
}

static bool unknown_type(struct model *m, const struct cells *cells, const char *type)
{
    const char *names[sizeof types / sizeof *types + 4];
    size_t count = 0;
    for (; count < sizeof types / sizeof *types; count++) {
        names[count] = types[count].name;
    }
    names[count++] = "begin_group";
    names[count++] = "begin_repeat";
    names[count++] = "end_group";
    names[count++] = "end_repeat";
    err_set(m->err, ERR_INPUT, "unknown question type '%s'", type);
    const char *near = text_nearest(type, names, count);
    if (near) {
        err_hint(m->err, "did you mean '%s'?", near);
    } else {
        err_hint(m->err, "docs/XFORMS.md lists the types");
    }
    return model_at(m, "survey", cells->row, "type");
}

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        size_t start = at;
        uint32_t c = text_next(text, len, &at);
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0xC0;
        bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
        if (!letter && !(later && start > 0)) {
            return false;
        }
    }
    return len > 0;
}

/* ---- the tree of questions ---- */

static struct question *append(struct model *m, struct question *parent)
{
    struct question *q = arena_alloc(m->arena, sizeof *q);
    q->parent = parent;
    q->depth = parent->depth + 1;
    if (parent->last) {
        parent->last->next = q;
    } else {
        parent->first = q;
    }
    parent->last = q;
    return q;
}

static bool name_question(struct model *m, struct question *q, const char *name)
{
    for (const struct question *s = q->parent->first; s; s = s->next) {
        if (s != q && s->name && strcmp(s->name, name) == 0) {
            err_set(m->err, ERR_INPUT, "the name '%s' is used twice here", name);
            err_hint(m->err, "row %zu has it already; names are unique within a group",
                     s->cells.row);
            return model_at(m, "survey", q->cells.row, "name");
        }
    }
    q->name = name;
    q->path = arena_printf(m->arena, "%s/%s", q->parent->path, name);
    struct named *named = arena_alloc(m->arena, sizeof *named);
    named->question = q;
    named->other = map_get(&m->by_name, name);
    map_put(&m->by_name, name, named);
    return true;
}

static bool question_name(struct model *m, struct question *q)
{
    const char *name = cells_text(&q->cells, "name");
    if (!*name) {
        err_set(m->err, ERR_INPUT, "the question has no name");
        err_hint(m->err, "give it one: letters, digits, '_', beginning with a letter");
        return model_at(m, "survey", q->cells.row, "name");
    }
    if (!is_name(name)) {
        err_set(m->err, ERR_INPUT, "'%s' is not a valid name", name);
        err_hint(m->err, "use letters, digits, '-', '_', '.', and begin with a letter or '_'");
        return model_at(m, "survey", q->cells.row, "name");
    }
    return name_question(m, q, name);
}

/* "begin group", "begin_repeat", "end group" …; returns the rest or NULL. */
static const char *bracket(const char *type, const char *word)
{
    size_t len = strlen(word);
    if (strncasecmp(type, word, len) != 0 || !strchr(" _", type[len]) || !type[len]) {
        return NULL;
    }
    type += len + 1;
    return text_same(type, "group") || text_same(type, "repeat") ? type : NULL;
}

static struct question *begin(struct model *m, struct question *open, const struct cells *cells,
                              const char *what)
{
    struct question *count = NULL;
    const char *expr = cells_text(cells, "repeat_count");
    const char *name = cells_text(cells, "name");
    bool repeat = text_same(what, "repeat");
    size_t len = strlen(expr);
    bool plain = len > 3 && text_starts(expr, "${") && strchr(expr, '}') == expr + len - 1;
    if (repeat && *expr && !plain && *name) {
        count = append(m, open); /* the count gets a question of its own, before the repeat */
        count->generated = true;
        count->type = find_type("calculate");
        count->cells = *cells;
        if (!name_question(m, count, arena_printf(m->arena, "%s_count", name))) {
            return NULL;
        }
    }
    struct question *q = append(m, open);
    q->shape = repeat ? SHAPE_REPEAT : SHAPE_GROUP;
    q->cells = *cells;
    return question_name(m, q) ? q : NULL;
}

static bool end(struct model *m, struct question **open, const struct cells *cells,
                const char *what)
{
    bool repeat = text_same(what, "repeat");
    struct question *q = *open;
    if (q == &m->root || (q->shape == SHAPE_REPEAT) != repeat) {
        err_set(m->err, ERR_INPUT, "this ends a %s, but %s", what,
                q == &m->root ? "none is open" : "something else is open");
        if (q != &m->root) {
            err_hint(m->err, "'%s' of row %zu is open: end that first", q->name, q->cells.row);
        }
        return model_at(m, "survey", cells->row, "type");
    }
    *open = q->parent;
    return true;
}

/* "select_one list or_other", "rank list", "select_one_from_file x.csv", "integer". */
static bool read_type(struct model *m, struct question *q, const char *type)
{
    static const char *const selects[] = {
        "select_one_from_file", "select_multiple_from_file", "select one from file",
        "select multiple from file", "select_one", "select_multiple", "select one from",
        "select all that apply from", "add select one prompt using",
        "add select multiple prompt using", "select one", "select multiple", "select1", "rank"};
    for (size_t i = 0; i < sizeof selects / sizeof *selects; i++) {
        size_t len = strlen(selects[i]);
        if (strncasecmp(type, selects[i], len) != 0 || type[len] != ' ') {
            continue;
        }
        char *rest = trim_copy(m->arena, type + len, strlen(type + len));
        char *other = strstr(rest, " or_other");
        if (!other) {
            other = strstr(rest, " or specify other");
        }
        if (other) {
            *other = '\0';
            q->or_other = true;
        }
        q->type = find_type(selects[i]);
        if (strstr(selects[i], "file")) {
            q->file = rest;
            return true;
        }
        q->list = rest;
        struct choice_list *list = model_list(m, rest);
        if (!list && text_starts(rest, "${")) {
            return true; /* choices from a repeat */
        }
        if (!list) {
            const char *names[256];
            size_t count = 0;
            for (struct choice_list *l = m->lists; l && count < 256; l = l->next) {
                names[count++] = l->name;
            }
            err_set(m->err, ERR_INPUT, "there is no list '%s' in the sheet choices", rest);
            const char *near = text_nearest(rest, names, count);
            if (near) {
                err_hint(m->err, "did you mean '%s'?", near);
            } else {
                err_hint(m->err, "add its choices with list_name '%s'", rest);
            }
            return model_at(m, "survey", q->cells.row, "type");
        }
        list->used = true;
        return true;
    }
    q->type = find_type(type);
    return q->type ? true : unknown_type(m, &q->cells, type);
}

static bool add_other(struct model *m, struct question *q)
{
    struct choice_list *list = model_list(m, q->list);
    if (list && !list->other_added) {
        bool has = false;
        for (struct choice_row *r = list->first; r; r = r->next) {
            has = has || strcmp(r->name, "other") == 0;
        }
        if (!has) {
            struct choice_row *row = arena_alloc(m->arena, sizeof *row);
            row->name = "other";
            row->cells.list = arena_alloc(m->arena, (m->language_count + 1) * sizeof *row->cells.list);
            row->cells.row = list->last->cells.row;
            size_t count = m->language_count ? m->language_count : 1;
            for (size_t i = 0; i < count; i++) {
                const char *lang = m->language_count ? m->languages[i] : "";
                row->cells.list[row->cells.count++] = (struct cell){"label", lang, "Other", "label"};
            }
            list->last->next = row;
            list->last = row;
            list->count++;
        }
        list->other_added = true;
    }
    struct question *other = append(m, q->parent);
    other->generated = true;
    other->type = find_type("text");
    other->cells.row = q->cells.row;
    other->cells.list = arena_alloc(m->arena, 2 * sizeof *other->cells.list);
    other->cells.list[0] = (struct cell){"label", "", "Specify other.", "label"};
    other->cells.list[1] =
        (struct cell){"relevant", "",
                      arena_printf(m->arena, "selected(../%s, 'other')", q->name), "relevant"};
    other->cells.count = 2;
    return name_question(m, other, arena_printf(m->arena, "%s_other", q->name));
}

static bool is_disabled(const struct cells *cells)
{
    const char *text = cells_text(cells, "disabled");
    return text_same(text, "yes") || text_same(text, "true") || text_same(text, "true()");
}

static bool read_survey(struct model *m, const struct sheet *sheet)
{
    struct headers h;
    struct question *open = &m->root;
    if (!read_headers(m, &h, sheet)) {
        return false;
    }
    if (!is_in(h.keys, h.count, "type")) {
        err_set(m->err, ERR_INPUT, "there is no column 'type'");
        err_hint(m->err, "the first row of the sheet survey names the columns: type, name, label");
        return model_at(m, sheet->name, 0, NULL);
    }
    for (size_t i = h.rows; i < sheet->count; i++) {
        struct cells cells = {0};
        read_cells(m, &cells, &h, &sheet->rows[i]);
        const char *type = cells_text(&cells, "type");
        if (!cells.count || is_disabled(&cells)) {
            continue;
        }
        if (!*type) {
            if (!*cells_text(&cells, "name") && !*cells_text(&cells, "label")) {
                continue; /* a remark between questions */
            }
            err_set(m->err, ERR_INPUT, "the question has no type");
            err_hint(m->err, "write one, for example 'text' or 'select_one LIST'");
            return model_at(m, "survey", cells.row, "type");
        }
        const char *what = bracket(type, "begin");
        if (what) {
            open = begin(m, open, &cells, what);
            if (!open) {
                return false;
            }
            continue;
        }
        what = bracket(type, "end");
        if (what) {
            if (!end(m, &open, &cells, what)) {
                return false;
            }
            continue;
        }
        struct question *q = append(m, open);
        q->cells = cells;
        if (!read_type(m, q, type)) {
            return false;
        }
        if (strcmp(q->type->name, "audit") == 0) {
            q->name = "audit"; /* lives in meta, see xlsform_write */
            q->path = arena_printf(m->arena, "%s/meta/audit", m->root.path);
            continue;
        }
        if (!question_name(m, q) || (q->or_other && !add_other(m, q))) {
            return false;
        }
    }
    if (open != &m->root) {
        err_set(m->err, ERR_INPUT, "the %s '%s' is never ended",
                open->shape == SHAPE_REPEAT ? "repeat" : "group", open->name);
        err_hint(m->err, "add a row with type 'end_%s'",
                 open->shape == SHAPE_REPEAT ? "repeat" : "group");
        return model_at(m, "survey", open->cells.row, "type");
    }
    if (!m->root.first) {
        err_set(m->err, ERR_INPUT, "the sheet has no questions");
        return model_at(m, sheet->name, 0, NULL);
    }
    return true;
}

/* ---- choices and settings ---- */

static bool read_choices(struct model *m, const struct sheet *sheet)
{
    struct headers h;
    if (!sheet) {
        return true;
    }
    if (!read_headers(m, &h, sheet)) {
        return false;
    }
    for (size_t i = h.rows; i < sheet->count; i++) {
        struct choice_row *row = arena_alloc(m->arena, sizeof *row);
        read_cells(m, &row->cells, &h, &sheet->rows[i]);
        const char *list_name = cells_text(&row->cells, "list_name");
        row->name = cells_text(&row->cells, "name");
        if (!*list_name) {
            continue; /* a remark between lists */
        }
        if (!*row->name) {
            err_set(m->err, ERR_INPUT, "the choice has no name");
            err_hint(m->err, "the name is what is stored when it is chosen");
            return model_at(m, sheet->name, row->cells.row, "name");
        }
        struct choice_list *list = model_list(m, list_name);
        if (!list) {
            list = arena_alloc(m->arena, sizeof *list);
            list->name = list_name;
            if (m->lists_end) {
                m->lists_end->next = list;
            } else {
                m->lists = list;
            }
            m->lists_end = list;
        }
        if (list->last) {
            list->last->next = row;
        } else {
            list->first = row;
        }
        list->last = row;
        list->count++;
        list->translated = list->translated || cells_translated(&row->cells, "label") ||
                           cells_find(&row->cells, "image") || cells_find(&row->cells, "audio") ||
                           cells_find(&row->cells, "video");
    }
    return true;
}

static bool unique_choices(struct model *m)
{
    const char *allow = cells_text(&m->settings, "allow_choice_duplicates");
    if (text_same(allow, "yes") || text_same(allow, "true")) {
        return true;
    }
    for (struct choice_list *l = m->lists; l; l = l->next) {
        struct map seen;
        map_init(&seen, m->arena);
        for (struct choice_row *r = l->first; r; r = r->next) {
            struct choice_row *before = map_get(&seen, r->name);
            if (before) {
                err_set(m->err, ERR_INPUT, "the list '%s' has the choice '%s' twice", l->name,
                        r->name);
                err_hint(m->err,
                         "row %zu has it already; rename one, or set allow_choice_duplicates",
                         before->cells.row);
                return model_at(m, "choices", r->cells.row, "name");
            }
            map_put(&seen, r->name, r);
        }
    }
    return true;
}

static bool read_settings(struct model *m, const struct sheet *sheet)
{
    struct headers h;
    if (!sheet || sheet->count < 2) {
        return true;
    }
    if (!read_headers(m, &h, sheet)) {
        return false;
    }
    read_cells(m, &m->settings, &h, &sheet->rows[1]);
    return true;
}

static void add_language(struct model *m, const char *lang)
{
    for (size_t i = 0; i < m->language_count; i++) {
        if (strcmp(m->languages[i], lang) == 0) {
            return;
        }
    }
    if (m->language_count < 64) {
        m->languages[m->language_count++] = lang;
    }
}

/* Languages in the order in which the headers name them. */
static void collect_languages(struct model *m, const struct sheet *sheet)
{
    const struct sheet_row *row = sheet && sheet->count ? &sheet->rows[0] : NULL;
    for (size_t i = 0; row && i < row->count; i++) {
        const char *key, *lang;
        read_header(m->arena, row->cells[i], &key, &lang);
        bool media = strcmp(key, "image") == 0 || strcmp(key, "audio") == 0 ||
                     strcmp(key, "video") == 0 || strcmp(key, "guidance_hint") == 0;
        if (IS_IN(translatable, key) && (*lang || media)) {
            add_language(m, *lang ? lang : m->default_language);
        }
    }
}

/* Texts without a language belong to the default one as soon as there are others. */
static void settle_language(struct model *m, struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        if (IS_IN(translatable, cells->list[i].key) && !*cells->list[i].lang) {
            bool given = cells_lang(cells, cells->list[i].key, m->default_language) != NULL;
            if (cells_translated(cells, cells->list[i].key) && !given) {
                cells->list[i].lang = m->default_language;
                add_language(m, m->default_language);
            }
        }
    }
}

static void settle_languages(struct model *m, struct question *q)
{
    for (struct question *c = q->first; c; c = c->next) {
        settle_language(m, &c->cells);
        settle_languages(m, c);
    }
}

bool xlsform_read(struct model *m, const char *root, const char *fallback_id)
{
    const struct sheet *survey = workbook_sheet(m->book, "survey");
    const struct sheet *choices = workbook_sheet(m->book, "choices");
    if (!choices) {
        choices = workbook_sheet(m->book, "choices and columns");
    }
    if (!survey) {
        err_set(m->err, ERR_INPUT, "there is no sheet 'survey'");
        err_hint(m->err, "an XLSForm needs a sheet named 'survey'; docs/XFORMS.md shows one");
        return err_at(m->err, "%s", m->book->file);
    }
    m->languages = arena_alloc(m->arena, 65 * sizeof *m->languages);
    if (!read_settings(m, workbook_sheet(m->book, "settings"))) {
        return false;
    }
    const char *setting = cells_text(&m->settings, "form_id");
    m->form_id = *setting ? setting : fallback_id;
    setting = cells_text(&m->settings, "form_title");
    m->title = *setting ? setting : m->form_id;
    m->version = cells_text(&m->settings, "version");
    setting = cells_text(&m->settings, "default_language");
    m->default_language = *setting ? setting : "default";
    setting = cells_text(&m->settings, "name");
    m->root.shape = SHAPE_GROUP;
    m->root.name = *setting ? setting : root;
    m->root.path = arena_printf(m->arena, "/%s", m->root.name);
    m->root.depth = 1;
    collect_languages(m, survey);
    collect_languages(m, choices);
    if (!read_choices(m, choices) || !read_survey(m, survey) || !unique_choices(m)) {
        return false;
    }
    settle_languages(m, &m->root);
    for (struct choice_list *l = m->lists; l; l = l->next) {
        for (struct choice_row *r = l->first; r; r = r->next) {
            if (l->translated) {
                for (size_t i = 0; i < r->cells.count; i++) {
                    struct cell *cell = &r->cells.list[i];
                    if (IS_IN(translatable, cell->key) && !*cell->lang) {
                        cell->lang = m->default_language;
                        add_language(m, m->default_language);
                    }
                }
            }
        }
    }
    return true;
}
