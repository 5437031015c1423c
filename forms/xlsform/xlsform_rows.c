/* SPDX-License-Identifier: Apache-2.0 */
/* Turns each row of the survey into a question or a group. */
#include "forms/xlsform/xlsform_rows.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

static bool at_type(struct model *m, const struct row *row)
{
    return model_at(m, "survey", row->number, "type");
}

static bool unknown_type(struct model *m, const struct row *row, const char *type)
{
    const char *names[256];
    size_t count = question_type_names(names);
    static const char *const lists[] = {"select_one", "select_multiple", "rank",
                                        "select one", "select multiple", "select1"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (text_is(type, lists[i])) {
            err_set(m->err, ERR_INPUT, "the type '%s' names no list", type);
            err_hint(m->err, "write '%s LIST', LIST being a list_name of the sheet choices", type);
            return at_type(m, row);
        }
    }
    err_set(m->err, ERR_INPUT, "unknown question type '%s'", type);
    const char *near = text_nearest(type, names, count);
    if (near) {
        err_hint(m->err, "did you mean '%s'?", near);
    } else {
        err_hint(m->err, "docs/XFORMS.md lists the types");
    }
    return at_type(m, row);
}

/* "begin group", "begin_repeat", "end loop", "begin lgroup" → "group", "repeat" or "loop";
 * else NULL. */
static const char *bracket(const char *type, const char *word, const char **rest)
{
    static const char *const kinds[][2] = {{"looped group", "repeat"},
                                           {"lgroup", "repeat"},
                                           {"group", "group"},
                                           {"repeat", "repeat"},
                                           {"loop", "loop"}};
    size_t len = strlen(word);
    if (strncmp(type, word, len) != 0 || (type[len] != ' ' && type[len] != '_')) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *p = type + len + 1;
        if (text_starts(p, kinds[i][0])) {
            p += strlen(kinds[i][0]);
            if (!*p || (rest && *p == ' ')) {
                if (rest) {
                    p += *p == ' ';
                    p += text_starts(p, "over ") ? strlen("over ") : 0;
                    *rest = p;
                    if (strchr(p, ' ')) {
                        return NULL;
                    }
                }
                return kinds[i][1];
            }
        }
    }
    return NULL;
}

static bool good_name(struct model *m, struct question *q, const char *name)
{
    if (!model_is_name(name)) {
        err_set(m->err, ERR_INPUT, "'%s' is not a valid name", name);
        err_hint(m->err, "names begin with a letter or '_'; then letters, digits, '_', '-', '.'");
        return model_at(m, "survey", q->number, "name");
    }
    if (text_is(name, "meta")) {
        err_set(m->err, ERR_INPUT, "the name 'meta' is kept for what the form says of itself");
        err_hint(m->err, "choose another name");
        return model_at(m, "survey", q->number, "name");
    }
    return true;
}

bool row_media_known(struct model *m, const char *sheet, const struct row *row)
{
    static const char *const kinds[] = {"image", "big-image", "audio", "video"};
    const struct field *media = field_get(row->cells, "media");
    for (const struct field *v = media ? media->first : NULL; v; v = v->next) {
        size_t i = 0;
        while (i < 4 && !text_is(kinds[i], v->key)) {
            i++;
        }
        if (i == 4) {
            err_set(m->err, ERR_INPUT, "'%s' is no kind of media", v->key);
            err_hint(m->err, "there are image, big-image, audio and video");
            return model_at(m, sheet, row->number, v->header ? v->header : v->key);
        }
    }
    return true;
}

static struct question *new_question(struct model *m, struct question *parent,
                                     enum question_shape shape, const struct row *row,
                                     const char *name)
{
    struct question *q = model_append(m, parent, shape, NULL);
    q->number = row->number;
    q->ordinal = row->ordinal;
    q->row = row->cells;
    if (!good_name(m, q, name) || !row_media_known(m, "survey", row)) {
        return NULL;
    }
    q->name = name;
    q->path = arena_join(m->arena, parent->path, "/", name, NULL);
    char *folded = arena_text(m->arena, q->path);
    for (char *p = folded + strlen(parent->path); *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    }
    const struct question *near = map_get(&m->by_folded, folded);
    if (near && !text_is(near->name, name)) {
        model_note(m,
                   "survey row %zu: the name '%s' differs from '%s' in capitals only; some "
                   "programs take them for the same",
                   row->number, name, near->name);
    }
    map_put(&m->by_folded, folded, q);
    return model_name(m, q) ? q : NULL;
}

/* Adds a question that the author did not write: a repeat's count, the label of a table
 * list, "other". */
static struct question *made(struct model *m, struct question *parent, const struct row *row,
                             const char *name, const char *type)
{
    struct question *q = model_append(m, parent, SHAPE_QUESTION, name);
    q->type = question_type(type);
    q->type_name = type;
    q->number = row->number;
    q->ordinal = row->ordinal;
    return model_name(m, q) ? q : NULL;
}

static bool repeat_count(struct model *m, struct question *parent, const struct row *row,
                         const char *name)
{
    const char *count = field_text2(row->cells, "control", "jr:count");
    if (!count || ref_is(count)) {
        return true;
    }
    char *own = arena_printf(m->arena, "%s_count", name);
    struct question *q = made(m, parent, row, own, "calculate");
    if (!q) {
        return false;
    }
    field_put2(m->arena, q->row, "bind", "readonly", "true()");
    field_put2(m->arena, q->row, "bind", "calculate", count);
    field_put2(m->arena, row->cells, "control", "jr:count", arena_printf(m->arena, "${%s}", own));
    return true;
}

/* Turns a table-list group into a field list; label and hint move to a note inside it. */
static bool table_list(struct model *m, struct survey *s, struct question *group,
                       const struct row *row)
{
    const char *appearance = field_text2(row->cells, "control", "appearance");
    struct buf rest = {0};
    bool found = false;
    buf_text(&rest, "field-list");
    for (const char *p = appearance ? appearance : ""; *p;) {
        size_t len = strcspn(p, " ");
        bool is = len == strlen("table-list") && strncmp(p, "table-list", len) == 0;
        found = found || is;
        if (!is && len) {
            buf_char(&rest, ' ');
            buf_add(&rest, p, len);
        }
        p += len;
        p += strspn(p, " ");
    }
    if (found) {
        const struct field *label = field_get(row->cells, "label");
        const struct field *hint = field_get(row->cells, "hint");
        s->table_list = "";
        field_put2(m->arena, row->cells, "control", "appearance", arena_text(m->arena, rest.data));
        if (label || hint) {
            struct question *note = made(
                m, group, row,
                arena_printf(m->arena, "generated_table_list_label_%zu", row->ordinal), "note");
            if (!note) {
                buf_fini(&rest);
                return false;
            }
            const struct field *texts[] = {label, hint};
            for (size_t i = 0; i < 2; i++) {
                if (texts[i]) {
                    struct field *v = field_put(m->arena, note->row, texts[i]->key, NULL);
                    *v = *field_copy(m->arena, texts[i]);
                }
            }
            field_drop(row->cells, "label");
            field_drop(row->cells, "hint");
        }
    }
    buf_fini(&rest);
    return true;
}

static const char *row_name(struct model *m, const struct row *row, const char *type)
{
    const char *name = field_text(row->cells, "name");
    if (name) {
        return name;
    }
    if (text_is(type, "note")) {
        return arena_printf(m->arena, "generated_note_name_%zu", row->ordinal);
    }
    err_set(m->err, ERR_INPUT, "the question has no name");
    err_hint(m->err, "give it one: letters, digits, '_', beginning with a letter");
    model_at(m, "survey", row->number, "name");
    return NULL;
}

static bool begin(struct model *m, struct survey *s, const struct row *row, const char *kind,
                  const char *rest)
{
    bool repeat = text_is(kind, "repeat");
    const char *name = row_name(m, row, kind);
    if (!name) {
        return false;
    }
    if (repeat && model_is_name(name)) {
        if (text_is(name, m->root.name) || map_get(&s->repeats, name)) {
            err_set(m->err, ERR_INPUT, "the repeat's name '%s' is taken", name);
            err_hint(m->err, "the names of repeats are unique in the whole form, and not '%s'",
                     m->root.name);
            return model_at(m, "survey", row->number, "name");
        }
        map_put(&s->repeats, name, row->cells);
        if (!repeat_count(m, s->open, row, name)) {
            return false;
        }
    }
    struct question *q = new_question(m, s->open, repeat ? SHAPE_REPEAT : SHAPE_GROUP, row, name);
    if (!q) {
        return false;
    }
    q->type_name = kind;
    if (text_is(kind, "loop")) {
        q->itemset = rest;
        if (!*rest || !model_list(m, rest)) {
            err_set(m->err, ERR_INPUT,
                    *rest ? "there is no list '%s' in the sheet choices"
                          : "the loop%s names no list",
                    rest);
            err_hint(m->err, "write 'begin_loop over LIST'");
            return at_type(m, row);
        }
    }
    if (field_text(row->cells, "intent")) {
        field_put2(m->arena, row->cells, "control", "intent", field_text(row->cells, "intent"));
    }
    if (repeat && !field_get(row->cells, "label") && !field_get(row->cells, "media")) {
        model_note(m, "survey row %zu: the repeat '%s' has no label", row->number, name);
    }
    s->open = q;
    return table_list(m, s, q, row);
}

static bool end(struct model *m, struct survey *s, const struct row *row, const char *kind)
{
    struct question *q = s->open;
    if (q == &m->root || !text_is(q->type_name, kind)) {
        err_set(m->err, ERR_INPUT, "this ends a %s, but %s", kind,
                q == &m->root ? "none is open" : "something else is open");
        if (q != &m->root) {
            err_hint(m->err, "'%s' of row %zu is open: end that first", q->name, q->number);
        }
        return at_type(m, row);
    }
    if (field_text2(row->cells, "bind", "entities:saveto")) {
        err_set(m->err, ERR_INPUT, "a group or repeat is no property of an entity");
        err_hint(m->err, "put save_to on a question inside");
        return model_at(m, "survey", row->number, "save_to");
    }
    s->open = q->parent;
    s->table_list = NULL;
    return true;
}

/* ---- selects ---- */

struct select_type {
    bool one, from_file, external, rank;
    const char *list;
    bool or_other;
};

/* Parses "select_one list or_other", "rank list", "select_one_from_file x.csv". */
static bool parse_select(struct model *m, struct select_type *s, const char *type)
{
    static const struct {
        const char *word;
        bool one, file, external, rank;
    } words[] = {
        {"add select one prompt using", true, false, false, false},
        {"add select multiple prompt using", false, false, false, false},
        {"select all that apply from", false, false, false, false},
        {"select one from file", true, true, false, false},
        {"select one from", true, false, false, false},
        {"select1", true, false, false, false},
        {"select_one", true, false, false, false},
        {"select one", true, false, false, false},
        {"select_multiple", false, false, false, false},
        {"select all that apply", false, false, false, false},
        {"select_one_external", true, false, true, false},
        {"select_one_from_file", true, true, false, false},
        {"select_multiple_from_file", false, true, false, false},
        {"select multiple from file", false, true, false, false},
        {"rank", false, false, false, true},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i].word);
        if (strncmp(type, words[i].word, len) != 0 || type[len] != ' ') {
            continue;
        }
        const char *list = type + len + 1;
        size_t list_len = strcspn(list, " ");
        const char *rest = list + list_len;
        bool other = text_is(rest, " or_other") || text_is(rest, " or other") ||
                     text_is(rest, " or specify other");
        if (!list_len || (*rest && !other)) {
            continue; /* also try shorter types: "select one from LIST" may be "select one" */
        }
        *s = (struct select_type){.one = words[i].one,
                                  .from_file = words[i].file,
                                  .external = words[i].external,
                                  .rank = words[i].rank,
                                  .list = arena_copy(m->arena, list, list_len),
                                  .or_other = other};
        return true;
    }
    return false;
}

bool row_list_file(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot > name &&
           (text_is(dot, ".csv") || text_is(dot, ".xml") || text_is(dot, ".geojson"));
}

static bool no_list(struct model *m, const struct row *row, const char *list)
{
    const char *names[256];
    size_t count = 0;
    for (struct choice_list *l = m->lists; l && count < 256; l = l->next) {
        names[count++] = l->name;
    }
    err_set(m->err, ERR_INPUT, "there is no list '%s' in the sheet choices", list);
    const char *near = text_nearest(list, names, count);
    if (near) {
        err_hint(m->err, "did you mean '%s'?", near);
    } else if (m->lists) {
        err_hint(m->err, "add its choices with list_name '%s'", list);
    } else {
        err_hint(m->err, "add a sheet 'choices' with the columns list_name, name, label");
        model_near_sheet(m, "choices");
    }
    return at_type(m, row);
}

static bool external_list(struct model *m, const struct row *row, const char *list)
{
    if (!m->external.count) {
        err_set(m->err, ERR_INPUT, "there is no sheet 'external_choices'");
        err_hint(m->err, "add it, with the columns list_name, name, label");
        model_near_sheet(m, "external_choices");
        return at_type(m, row);
    }
    for (size_t i = 0; i < m->external.count; i++) {
        const char *own = field_text(m->external.rows[i].cells, "list name");
        if (own && text_is(own, list)) {
            return true;
        }
    }
    err_set(m->err, ERR_INPUT, "there is no list '%s' in the sheet external_choices", list);
    err_hint(m->err, "add its choices there");
    return at_type(m, row);
}

/* Adds the choice "Other", with a label in every language of the list. */
static void add_other_choice(struct model *m, struct choice_list *list)
{
    struct choice_row *row = arena_alloc(m->arena, sizeof *row);
    struct field *label = NULL;
    for (struct choice_row *r = list->first; r; r = r->next) {
        if (text_is(r->name, "other")) {
            return;
        }
    }
    row->name = "other";
    row->number = list->last->number;
    row->cells = arena_alloc(m->arena, sizeof *row->cells);
    row->cells->key = "";
    field_put(m->arena, row->cells, "name", "other");
    label = field_put(m->arena, row->cells, "label", "Other");
    for (struct choice_row *r = list->first; r; r = r->next) {
        const struct field *theirs = field_get(r->cells, "label");
        for (const struct field *v = theirs ? theirs->first : NULL; v; v = v->next) {
            label->text = NULL;
            field_put(m->arena, label, v->key, "Other");
        }
    }
    list->last->next = row;
    list->last = row;
    list->count++;
}

static bool or_other(struct model *m, struct question *q, const struct row *row,
                     const struct select_type *s)
{
    struct choice_list *list = model_list(m, s->list);
    if (field_text(row->cells, "choice_filter") || !list) {
        err_set(m->err, ERR_INPUT, "or_other goes with a list of the sheet choices, unfiltered");
        err_hint(m->err, "add the choice 'other' and a text question yourself");
        return at_type(m, row);
    }
    add_other_choice(m, list);
    struct question *other =
        made(m, q->parent, row, arena_printf(m->arena, "%s_other", q->name), "text");
    if (!other) {
        return false;
    }
    field_put(m->arena, other->row, "label", "Specify other.");
    field_put2(m->arena, other->row, "bind", "relevant",
               arena_printf(m->arena, "selected(../%s, 'other')", q->name));
    return true;
}

static bool blank_in_choice(struct model *m, const struct row *row, const char *name)
{
    const struct choice_list *list = model_list(m, name);
    for (const struct choice_row *r = list ? list->first : NULL; r; r = r->next) {
        if (strchr(r->name, ' ')) {
            err_set(m->err, ERR_INPUT, "the choice '%s' of the list '%s' has a blank in its name",
                    r->name, name);
            err_hint(m->err, "several answers are stored with blanks between; write '_'");
            model_at(m, "choices", r->number, "name");
            return true;
        }
    }
    (void)row;
    return false;
}

/* Can the list be used here? */
static bool check_list(struct model *m, const struct row *row, const struct select_type *t)
{
    bool file = row_list_file(t->list);
    if (t->from_file && !file) {
        err_set(m->err, ERR_INPUT, "'%s' is no file of choices", t->list);
        err_hint(m->err, "the file's name ends in .csv, .xml or .geojson");
        return at_type(m, row);
    }
    if (t->external
            ? !external_list(m, row, t->list)
            : !model_list(m, t->list) && !file && !ref_has(t->list) && !no_list(m, row, t->list)) {
        return false;
    }
    return t->one || t->rank || file || !blank_in_choice(m, row, t->list);
}

static const char *select_name(const struct select_type *t)
{
    return t->rank ? "rank" : t->one ? "select one" : "select all that apply";
}

/* A row of a table list.  The first one also makes the head, which shows the labels. */
static bool join_table(struct model *m, struct survey *s, const struct row *row,
                       const struct select_type *t)
{
    if (!*s->table_list) {
        s->table_list = t->list;
        if (field_text(row->cells, "choice_filter")) {
            err_set(m->err, ERR_INPUT, "a table list cannot be filtered");
            err_hint(m->err, "take the choice_filter out, or the appearance table-list");
            return model_at(m, "survey", row->number, "choice_filter");
        }
        struct question *head =
            made(m, s->open, row,
                 arena_printf(m->arena, "reserved_name_for_field_list_labels_%zu", row->ordinal),
                 select_name(t));
        if (!head) {
            return false;
        }
        head->select = true;
        head->itemset = t->list;
        field_put2(m->arena, head->row, "control", "appearance", "label");
    } else if (!text_is(s->table_list, t->list)) {
        err_set(m->err, ERR_INPUT, "a table list has one list; this is '%s', not '%s'", t->list,
                s->table_list);
        err_hint(m->err, "end the group first, or take the appearance table-list out");
        return at_type(m, row);
    }
    field_put2(m->arena, row->cells, "control", "appearance", "list-nolabel");
    return true;
}

static bool read_select(struct model *m, struct survey *s, const struct row *row, const char *name,
                        const struct select_type *t)
{
    if (!check_list(m, row, t) || (s->table_list && !join_table(m, s, row, t))) {
        return false;
    }
    struct question *q = new_question(m, s->open, SHAPE_QUESTION, row, name);
    if (!q) {
        return false;
    }
    q->select = true;
    q->external = t->external;
    q->itemset = t->list;
    q->type_name = t->external    ? "select one external"
                   : t->from_file ? (t->one ? "select_one_from_file" : "select_multiple_from_file")
                                  : select_name(t);
    q->type = question_type(q->type_name);
    return xlsform_parameters(m, q) && (!t->or_other || or_other(m, q, row, t));
}

/* ---- other questions ---- */

bool row_trigger(struct model *m, struct question *q)
{
    const struct field *trigger = field_get(q->row, "trigger");
    const char *p = trigger && trigger->text ? trigger->text : NULL;
    if (!p) {
        return true;
    }
    for (bool more = true; more;) {
        size_t len = strcspn(p, ","), at = 0, count = 0;
        char *piece = arena_copy(m->arena, p, len);
        struct ref ref = {.bad = false};
        while (ref_next(piece, &at, &ref, m->arena)) {
            count++;
            if (ref.bad || count > 1) {
                break;
            }
        }
        if (count > 1 || ref.bad || (!count && !strstr(trigger->text, "${"))) {
            err_set(m->err, ERR_INPUT, "'%s' is no list of references", trigger->text);
            err_hint(m->err, "write ${question}, several with commas between");
            return model_at(m, "survey", q->number, trigger->header);
        }
        more = p[len] == ',';
        p += len + more;
    }
    return true;
}

static void note_old_device_types(struct model *m, const struct row *row, const char *type)
{
    if (text_is(type, "subscriberid") || text_is(type, "simserial") ||
        text_is(type, "phonenumber")) {
        model_note(m, "survey row %zu: few devices still tell their %s", row->number, type);
    }
}

static bool read_audit(struct model *m, const struct row *row, struct question *meta)
{
    const char *name = field_text(row->cells, "name");
    if (name && !text_is(name, "audit")) {
        err_set(m->err, ERR_INPUT, "the audit is always named 'audit'");
        err_hint(m->err, "leave the name empty");
        return model_at(m, "survey", row->number, "name");
    }
    struct question *q = model_append(m, meta, SHAPE_QUESTION, "audit");
    q->row = row->cells;
    q->number = row->number;
    q->type_name = "audit";
    q->type = question_type("audit");
    return xlsform_parameters(m, q);
}

static bool read_question(struct model *m, struct survey *s, const struct row *row,
                          const char *type, const char *name)
{
    struct select_type t;
    if (parse_select(m, &t, type)) {
        return read_select(m, s, row, name, &t);
    }
    bool external = text_is(type, "csv-external") || text_is(type, "xml-external");
    bool osm = text_starts(type, "osm ");
    const struct question_type *known = question_type(osm ? "osm" : type);
    if (!known || (known->tag && strstr(known->tag, "select")) ||
        text_is(known->name, "select one external") || text_is(type, "rank")) {
        return unknown_type(m, row, type);
    }
    if (external) {
        for (const struct question *up = s->open; up; up = up->parent) {
            if (up->shape == SHAPE_REPEAT) {
                err_set(m->err, ERR_INPUT, "an external list cannot stand in a repeat");
                err_hint(m->err, "move the row out of '%s'", up->name);
                return at_type(m, row);
            }
        }
    }
    struct question *q =
        new_question(m, s->open, external ? SHAPE_EXTERNAL : SHAPE_QUESTION, row, name);
    if (!q) {
        return false;
    }
    q->type = known;
    q->type_name = known->name;
    q->osm = osm ? &m->osm : NULL;
    q->osm_list = osm ? type + strlen("osm ") : NULL;
    note_old_device_types(m, row, type);
    return external || xlsform_parameters(m, q);
}

/* Resolves aliases, before anything else as in the standard. */
static const char *plain_type(const char *type)
{
    static const char *const alias[][2] = {
        {"imei", "deviceid"},          {"image", "photo"},
        {"add image prompt", "photo"}, {"add photo prompt", "photo"},
        {"add audio prompt", "audio"}, {"add video prompt", "video"},
        {"add file prompt", "file"}};
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++) {
        if (text_is(alias[i][0], type)) {
            return alias[i][1];
        }
    }
    return type;
}

/* Takes a setting that is written as a question row, as in very old forms. */
static bool is_setting(struct model *m, const struct row *row, const char *type)
{
    bool title = text_is(type, "form_title") || text_is(type, "set_form_title");
    bool id = text_is(type, "form_id") || text_is(type, "set_form_id");
    const char *name = field_text(row->cells, "name");
    if (title && name) {
        m->title = name;
    } else if (id && name) {
        m->form_id = name;
    }
    return title || id;
}

void row_placeholder(struct model *m, struct survey *s, const struct row *row)
{
    const char *type = field_text(row->cells, "type"), *name = field_text(row->cells, "name");
    const char *rest = "", *kind = type ? bracket(plain_type(type), "begin", &rest) : NULL;
    for (struct question **at = &s->open->first; *at; at = &(*at)->next) {
        if (!(*at)->path) { /* left behind by the faulty row, before it got a name */
            *at = NULL;
            break;
        }
    }
    s->open->last = s->open->first;
    while (s->open->last && s->open->last->next) {
        s->open->last = s->open->last->next;
    }
    bool named = name && model_is_name(name) && !map_get(&m->by_name, name);
    if (!kind && !named) {
        return;
    }
    name = named ? name : arena_printf(m->arena, "row%zu", row->number);
    struct question *q = model_append(m, s->open, kind ? SHAPE_GROUP : SHAPE_QUESTION, name);
    q->number = row->number;
    q->type_name = kind ? kind : "text";
    q->type = kind ? NULL : question_type("text");
    q->other = map_get(&m->by_name, name);
    map_put(&m->by_name, name, q);
    s->open = kind ? q : s->open;
}

bool row_read(struct model *m, struct survey *s, const struct row *row, struct question *meta)
{
    assert(s->open);
    const char *disabled = field_text(row->cells, "disabled");
    const char *type = field_text(row->cells, "type");
    const char *rest = "", *kind;
    if (disabled) {
        model_note(m, "survey row %zu: 'disabled' is not of the standard; relevant is",
                   row->number);
        if (model_yes(disabled, false)) {
            return true;
        }
        field_drop(row->cells, "disabled");
    }
    if (!row->cells->first) {
        return true;
    }
    if (!type) {
        if (!field_get(row->cells, "name") && !field_get(row->cells, "label")) {
            model_note(m, "survey row %zu is left out: it has no type, name or label", row->number);
            return true; /* a comment row between questions */
        }
        err_set(m->err, ERR_INPUT, "the question has no type");
        err_hint(m->err, "write one, for example 'text' or 'select_one LIST'");
        return at_type(m, row);
    }
    type = plain_type(type);
    if (text_is(type, "audit")) {
        return read_audit(m, row, meta);
    }
    if (is_setting(m, row, type)) {
        return true;
    }
    kind = bracket(type, "end", NULL);
    if (kind) {
        return end(m, s, row, kind);
    }
    kind = bracket(type, "begin", &rest);
    if (kind) {
        return begin(m, s, row, kind, rest);
    }
    const char *name = row_name(m, row, type);
    return name && read_question(m, s, row, type, name);
}
