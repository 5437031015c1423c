/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the sheets into a tree of questions, choice lists and settings. */
#include "forms/xlsform/xlsform_rows.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

/* ---- loops: their questions are repeated for each choice ---- */

/* Replaces "%(label)s" and "%(name)s". */
static const char *fill_in(struct model *m, const char *text, const char *name, const char *label)
{
    struct buf out = {0};
    if (!strstr(text, "%(")) {
        return text;
    }
    for (const char *p = text; *p;) {
        if (text_starts(p, "%(label)s")) {
            buf_text(&out, label);
            p += strlen("%(label)s");
        } else if (text_starts(p, "%(name)s")) {
            buf_text(&out, name);
            p += strlen("%(name)s");
        } else {
            buf_char(&out, *p++);
        }
    }
    const char *kept = arena_copy(m->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static void fill_values(struct model *m, struct field *v, const struct choice_row *choice,
                        const char *lang)
{
    const struct field *label = field_get(choice->cells, "label");
    if (v->text) {
        const char *own = lang && label ? field_text(label, lang) : NULL;
        own = own                     ? own
              : label && label->text  ? label->text
              : label && label->first ? label->first->text
                                      : "";
        v->text = fill_in(m, v->text, choice->name, own);
    }
    for (struct field *c = v->first; c; c = c->next) {
        fill_values(m, c, choice, c->key);
    }
}

static bool unroll(struct model *m, struct question *into, const struct question *from,
                   const struct choice_row *choice, bool direct)
{
    for (const struct question *q = from->first; q; q = q->next) {
        struct question *copy = model_append(m, into, q->shape, q->name);
        const char *path = copy->path;
        struct question *parent = copy->parent;
        *copy = *q;
        copy->parent = parent;
        copy->path = path;
        copy->first = copy->last = copy->next = NULL;
        copy->other = map_get(&m->by_name, copy->name);
        map_put(&m->by_name, copy->name, copy);
        copy->row = field_copy(m->arena, q->row);
        if (direct) { /* deeper questions are left unchanged, as pyxform does */
            fill_values(m, copy->row, choice, NULL);
        }
        if (!unroll(m, copy, q, choice, false)) {
            return false;
        }
    }
    return true;
}

static void forget(struct model *m, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        struct question *top = map_get(&m->by_name, q->name);
        if (top == q) {
            map_put(&m->by_name, q->name, q->other);
        } else {
            for (; top && top->other != q; top = top->other) {
            }
            if (top) {
                top->other = q->other;
            }
        }
        forget(m, q);
    }
}

static bool unroll_loops(struct model *m, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if (!q->type_name || !text_is(q->type_name, "loop")) {
            if (!unroll_loops(m, q)) {
                return false;
            }
            continue;
        }
        struct question body = *q;
        const struct choice_list *list = model_list(m, q->itemset);
        q->first = q->last = NULL;
        forget(m, &body);
        for (const struct choice_row *r = list->first; r; r = r->next) {
            if (text_is(r->name, "none")) {
                continue;
            }
            struct question *column = model_append(m, q, SHAPE_GROUP, r->name);
            const struct field *label = field_get(r->cells, "label");
            column->type_name = "group";
            column->number = q->number;
            if (label) {
                *field_put(m->arena, column->row, "label", NULL) = *field_copy(m->arena, label);
            }
            if (!model_name(m, column) || !unroll(m, column, &body, r, true)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- sheets ---- */

static bool has_header(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->header_count; i++) {
        if (text_is(table->names[i], name)) {
            return true;
        }
    }
    return false;
}

static bool need_header(struct model *m, const struct table *table, const struct sheet *sheet,
                        const char *name)
{
    if (has_header(table, name)) {
        return true;
    }
    err_set(m->err, ERR_INPUT, "there is no column '%s'", name);
    err_hint(m->err, "the first row of the sheet %s names the columns", sheet->name);
    return model_at(m, sheet->name, 0, NULL);
}

static bool read_survey(struct model *m, const struct sheet *sheet, struct table *table,
                        struct question *meta)
{
    struct survey s = {.open = &m->root};
    map_init(&s.repeats, m->arena);
    if (!table_read(m, table, sheet, TABLE_SURVEY, m->squeeze) ||
        !need_header(m, table, sheet, "type")) {
        return false;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (!row_read(m, &s, &table->rows[i], meta)) {
            if (!model_go_on(m)) {
                return false;
            }
            row_placeholder(m, &s, &table->rows[i]);
        }
    }
    if (s.open != &m->root) {
        err_set(m->err, ERR_INPUT, "the %s '%s' is never ended", s.open->type_name, s.open->name);
        err_hint(m->err, "add a row with type 'end_%s'", s.open->type_name);
        return model_at(m, "survey", s.open->number, "type") || model_go_on(m);
    }
    return true;
}

static bool check_triggers(struct model *m, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if ((!row_trigger(m, q) && !model_go_on(m)) || !check_triggers(m, q)) {
            return false;
        }
    }
    return true;
}

/* Attaches every question that has a trigger to the questions that trigger it. */
static bool hang_triggers(struct model *m, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        const struct field *trigger = field_get(q->row, "trigger");
        size_t at = 0;
        struct ref ref;
        if (trigger && q->shape != SHAPE_QUESTION) {
            model_note(m, "survey row %zu: a trigger of a group or repeat does nothing", q->number);
            trigger = NULL;
        }
        while (trigger && trigger->text && ref_next(trigger->text, &at, &ref, m->arena)) {
            struct question *by = ref.bad ? NULL : model_find(m, ref.name);
            if (!by || by->shape != SHAPE_QUESTION) {
                err_set(m->err, ERR_INPUT, "'%s' is no question that could trigger this", ref.name);
                err_hint(m->err, "name a question that is asked");
                model_at(m, "survey", q->number, trigger->header);
                if (!model_go_on(m)) {
                    return false;
                }
                continue;
            }
            struct triggered *t = arena_alloc(m->arena, sizeof *t);
            t->target = q;
            t->geopoint = text_is(q->type_name, "background-geopoint");
            t->value = field_text2(q->row, "bind", "calculate");
            if (by->triggered_last) {
                by->triggered_last->next = t;
            } else {
                by->triggered = t;
            }
            by->triggered_last = t;
        }
        if (!hang_triggers(m, q)) {
            return false;
        }
    }
    return true;
}

/* Whether there is an external list of this name: csv-external, a select from a file, or an
 * entity list. */
static bool model_declares(struct model *m, const struct question *parent, const char *name)
{
    size_t len = strlen(name);
    for (const struct question *q = parent->first; q; q = q->next) {
        bool file = q->select && row_list_file(q->itemset) && strncmp(q->itemset, name, len) == 0 &&
                    q->itemset + len == strrchr(q->itemset, '.');
        if (file || (q->shape == SHAPE_EXTERNAL && text_is(q->name, name)) ||
            model_declares(m, q, name)) {
            return true;
        }
    }
    for (size_t i = 0; parent == &m->root && i < m->entities.count; i++) {
        const char *own = field_text(m->entities.rows[i].cells, "dataset");
        if (own && text_is(own, name)) {
            return true;
        }
    }
    return false;
}

/* Checks that reference-geometry names a list, a declared file, an entity list or a repeat. */
static bool check_geometries(struct model *m, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        const char *name = field_text(q->parameters, "reference-geometry");
        const struct question *to = NULL;
        bool known = name && model_list(m, name);
        if (name && ref_is(name) && !text_starts(name, "${last-saved#")) {
            to = model_find(m, arena_copy(m->arena, name + 2, strlen(name) - 3));
        }
        known = known || (to && to->shape == SHAPE_REPEAT);
        known = known || (name && !to && model_declares(m, &m->root, name));
        if (name && !known) {
            err_set(m->err, ERR_INPUT, "reference-geometry: there is no list '%s'", name);
            err_hint(m->err, "name a list, an attached file or an entity list, or ${repeat}");
            model_at(m, "survey", q->number, "parameters");
            if (!model_go_on(m)) {
                return false;
            }
        }
        if (!check_geometries(m, q)) {
            return false;
        }
    }
    return true;
}

/* Whether the name is a valid XML name.  Kobo's exports have columns "$autovalue" and
 * "$kuid", which are not. */
static bool is_plain_tag(const char *name)
{
    return model_is_name(name);
}

static void note_odd_columns(struct model *m, const struct table *table)
{
    for (size_t i = 0; i < table->header_count; i++) {
        if (!is_plain_tag(table->names[i]) && !text_is(table->names[i], "list name") &&
            *table->headers[i]) {
            model_note(m, "choices: the column '%s' is left out, its name is no XML name",
                       table->headers[i]);
        }
    }
}

/* The list of this name; made if it is new. */
static struct choice_list *need_list(struct model *m, const char *name)
{
    struct choice_list *list = model_list(m, name);
    if (list) {
        return list;
    }
    list = arena_alloc(m->arena, sizeof *list);
    list->name = name;
    if (m->lists_end) {
        m->lists_end->next = list;
    } else {
        m->lists = list;
    }
    m->lists_end = list;
    map_put(&m->lists_by_name, name, list);
    return list;
}

static void append_choice(struct choice_list *list, struct choice_row *choice)
{
    const struct field *label = field_get(choice->cells, "label");
    if (list->last) {
        list->last->next = choice;
    } else {
        list->first = choice;
    }
    list->last = choice;
    list->count++;
    list->itext = list->itext || field_get(choice->cells, "media") ||
                  (label && (label->first || (label->text && ref_has(label->text))));
}

static bool read_choice(struct model *m, const struct sheet *sheet, const struct row *row,
                        const char *list_name)
{
    struct choice_row *choice = arena_alloc(m->arena, sizeof *choice);
    choice->cells = row->cells;
    choice->number = row->number;
    choice->name = field_text(row->cells, "name");
    if (!choice->name) {
        err_set(m->err, ERR_INPUT, "the choice has no name");
        err_hint(m->err, "the name is what is stored when it is chosen");
        model_at(m, sheet->name, row->number, "name");
        return model_go_on(m);
    }
    if (!row_media_known(m, sheet->name, row) && !model_go_on(m)) {
        return false;
    }
    if (!field_get(row->cells, "label")) {
        model_note(m, "choices row %zu: the choice '%s' has no label", row->number, choice->name);
    }
    append_choice(need_list(m, list_name), choice);
    return true;
}

static bool read_choices(struct model *m, const struct sheet *sheet, struct table *table)
{
    if (!table_read(m, table, sheet, TABLE_CHOICES, false) ||
        (table->count && !need_header(m, table, sheet, "name"))) {
        return false;
    }
    note_odd_columns(m, table);
    for (size_t i = 0; i < table->count; i++) {
        const char *list = field_text(table->rows[i].cells, "list name");
        /* no list name: a comment row between lists */
        if (list && !read_choice(m, sheet, &table->rows[i], list)) {
            return false;
        }
    }
    return true;
}

static bool unique_choices(struct model *m)
{
    if (model_yes(field_text(m->settings, "allow_choice_duplicates"), false)) {
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
                         before->number);
                model_at(m, "choices", r->number, "name");
                if (!model_go_on(m)) {
                    return false;
                }
            }
            map_put(&seen, r->name, r);
        }
    }
    return true;
}

static bool read_settings(struct model *m)
{
    struct table table;
    const struct sheet *sheet = model_sheet(m, "settings");
    const struct xlsform_options *options = m->options;
    m->default_language = "default";
    if (!table_read(m, &table, sheet, TABLE_SETTINGS, false)) {
        return false;
    }
    m->settings = table.count ? table.rows[0].cells : arena_alloc(m->arena, sizeof *m->settings);
    m->settings->key = "";
    const char *text = field_text(m->settings, "id_string");
    m->form_id = text ? text : options->fallback_id;
    text = field_text(m->settings, "title");
    m->title = text ? text : m->form_id;
    m->version = field_text(m->settings, "version");
    text = field_text(m->settings, "default_language");
    m->default_language = text ? text : "default";
    m->squeeze = model_yes(field_text(m->settings, "clean_text_values"), true);
    text = field_text(m->settings, "name");
    m->root.shape = SHAPE_GROUP;
    m->root.name = text ? text : options->root ? options->root : "data";
    m->root.path = arena_printf(m->arena, "/%s", m->root.name);
    m->root.type_name = "survey";
    m->root.row = arena_alloc(m->arena, sizeof *m->root.row);
    m->root.row->key = "";
    if (!model_is_name(m->root.name)) {
        err_set(m->err, ERR_INPUT, "'%s' is not a valid name for the form's root", m->root.name);
        err_hint(m->err, "names begin with a letter or '_'; then letters, digits, '_', '-', '.'");
        return model_at(m, "settings", 1, "name");
    }
    if (model_yes(field_text(m->settings, "omit_instanceid"), false) &&
        field_text(m->settings, "public_key")) {
        err_set(m->err, ERR_INPUT, "omit_instanceID does not go with a public key");
        err_hint(m->err, "take one of the two out");
        return model_at(m, "settings", 0, NULL);
    }
    return true;
}

/* Adds instanceID and instanceName at the end of meta. */
static bool fill_meta(struct model *m, struct question *meta)
{
    struct question *q;
    const char *id = field_text(m->settings, "instance_id");
    const char *name = field_text(m->settings, "instance_name");
    if (!model_yes(field_text(m->settings, "omit_instanceid"), false)) {
        q = model_append(m, meta, SHAPE_QUESTION, "instanceID");
        q->type = question_type("calculate");
        q->type_name = "calculate";
        field_put2(m->arena, q->row, "bind", "readonly", "true()");
        field_put2(m->arena, q->row, "bind", "jr:preload", id ? id : "uid");
    }
    if (name) {
        q = model_append(m, meta, SHAPE_QUESTION, "instanceName");
        q->type = question_type("calculate");
        q->type_name = "calculate";
        field_put2(m->arena, q->row, "bind", "calculate", name);
        size_t at = 0;
        struct ref ref;
        while (ref_next(name, &at, &ref, m->arena)) {
            struct buf ignored = {0};
            bool ok = !ref.bad &&
                      refs_put(m, &ignored, NULL, arena_printf(m->arena, "${%s}", ref.name), 0);
            buf_fini(&ignored);
            if (!ok) {
                if (ref.bad) {
                    err_set(m->err, ERR_INPUT, "'%s' is no reference to a question", ref.name);
                }
                return model_at(m, "settings", 2, "instance_name");
            }
        }
    }
    return true;
}

/* The sheets in the order in which they need each other. */
static bool read_sheets(struct model *m, const struct sheet *survey, struct question *meta)
{
    const struct sheet *choices = model_sheet(m, "choices");
    struct table survey_table, choices_table;
    if (!choices) {
        choices = model_sheet(m, "choices and columns");
    }
    return read_choices(m, choices, &choices_table) &&
           table_read(m, &m->external, model_sheet(m, "external_choices"), TABLE_CHOICES, false) &&
           table_read(m, &m->osm, model_sheet(m, "osm"), TABLE_OSM, false) &&
           table_read(m, &m->entities, model_sheet(m, "entities"), TABLE_ENTITIES, false) &&
           read_survey(m, survey, &survey_table, meta) && unique_choices(m) &&
           check_triggers(m, &m->root) && refs_check(m, &survey_table, &choices_table) &&
           check_geometries(m, &m->root) && unroll_loops(m, &m->root) && hang_triggers(m, &m->root);
}

static void append_meta(struct model *m, struct question *meta)
{
    meta->parent = &m->root;
    meta->next = NULL;
    if (m->root.last) {
        m->root.last->next = meta;
    } else {
        m->root.first = meta;
    }
    m->root.last = meta;
}

static void remove_meta(struct model *m, const struct question *meta)
{
    struct question **at = &m->root.first;
    while (*at != meta) {
        at = &(*at)->next;
    }
    *at = NULL;
}

bool xlsform_read(struct model *m)
{
    assert(!m->root.first);
    const struct sheet *survey = model_sheet(m, "survey");
    if (!survey && m->book->count == 1 && !m->book->lines) {
        survey = &m->book->sheets[0]; /* a single sheet must be the survey */
    }
    if (!survey || !survey->count) {
        err_set(m->err, ERR_INPUT, "there is no sheet 'survey'");
        err_hint(m->err, "an XLSForm needs a sheet named 'survey'; docs/XFORMS.md shows one");
        model_near_sheet(m, "survey");
        return err_at(m->err, "%s", m->book->file);
    }
    if (!read_settings(m)) {
        return false;
    }
    struct question holder = {.path = m->root.path, .name = ""};
    struct question *meta = model_append(m, &holder, SHAPE_META, "meta");
    meta->type_name = "group";
    if (!read_sheets(m, survey, meta)) {
        return false;
    }
    append_meta(m, meta);
    if (!xlsform_entities(m) || !fill_meta(m, meta)) {
        return false;
    }
    if (!meta->first) {
        remove_meta(m, meta);
    }
    if (!m->root.first || m->root.first == meta) {
        model_note(m, "sheet survey has no questions");
    }
    return true;
}
