/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the XForm document: instance, binds, texts, body. */
#include "forms/xlsform/xlsform_write.h"

#include <assert.h>
#include <string.h>

#include "forms/xpath/xpath.h"
#include "platform/machine/text.h"

/* ---- secondary instances ---- */

static bool declare(struct writer *w, const char *id, const char *src, const struct question *q,
                    bool *fresh)
{
    const char *had = map_get(&w->instances, id);
    *fresh = !had;
    if (!had) {
        map_put(&w->instances, id, (void *)src);
        return true;
    }
    if (text_is(had, src)) {
        return true;
    }
    err_set(w->m->err, ERR_INPUT, "two different lists would have the name '%s'%s%s", id,
            *had ? ", one is " : "", had);
    err_hint(w->m->err, "rename the list, the question or the file");
    return q ? model_at(w->m, "survey", q->number, "name") : model_at(w->m, "choices", 0, NULL);
}

static bool declare_file(struct writer *w, const char *id, const char *src,
                         const struct question *q)
{
    bool fresh;
    if (!declare(w, id, src, q, &fresh)) {
        return false;
    }
    if (fresh) {
        buf_text(&w->secondary, "<instance");
        write_attr(&w->secondary, "id", id);
        write_attr(&w->secondary, "src", src);
        buf_text(&w->secondary, "/>");
    }
    return true;
}

/* Declares the CSV files that pulldata('file', …) in an expression uses. */
static bool declare_pulldata(struct writer *w, const struct question *q, const char *text)
{
    for (const char *p = text ? text : ""; (p = strstr(p, "pulldata"));) {
        p += strlen("pulldata");
        p += strspn(p, " ");
        if (*p != '(') {
            continue;
        }
        const char *comma = strchr(p, ',');
        if (!comma) {
            return true;
        }
        struct buf id = {0};
        for (const char *c = p + 1; c < comma; c++) {
            if (!strchr("'\" \t", *c)) {
                buf_char(&id, *c);
            }
        }
        const char *name = arena_copy(w->m->arena, id.data ? id.data : "", id.len);
        buf_fini(&id);
        if (!declare_file(w, name, arena_printf(w->m->arena, "jr://file-csv/%s.csv", name), q)) {
            return false;
        }
        p = comma;
    }
    return true;
}

static const char *const expressions[] = {"calculate", "constraint", "readonly", "required",
                                          "relevant"};

static bool is_expression(const char *key)
{
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        if (text_is(expressions[i], key)) {
            return true;
        }
    }
    return false;
}

static bool wants_last_saved(const char *text)
{
    return text && strstr(text, "${last-saved#");
}

/* csv-external, xml-external: a list beside the form. */
static bool declare_external(struct writer *w, const struct question *q)
{
    bool csv = text_is(q->type_name, "csv-external");
    const char *src = arena_printf(w->m->arena, "jr://%s/%s.%s", csv ? "file-csv" : "file", q->name,
                                   csv ? "csv" : "xml");
    if (map_get(&w->instances, q->name) && text_is(map_get(&w->instances, q->name), src)) {
        err_set(w->m->err, ERR_INPUT, "the external list '%s' is declared twice", q->name);
        err_hint(w->m->err, "once is enough for the whole form");
        return model_at(w->m, "survey", q->number, "name");
    }
    return declare_file(w, q->name, src, q);
}

/* What the expressions of a question read from elsewhere. */
static bool declare_read(struct writer *w, const struct question *q)
{
    const char *filter = field_text(q->row, "choice_filter");
    const char *value = field_text(q->row, "default");
    const struct field *bind = field_get(q->row, "bind");
    for (const struct field *v = bind ? bind->first : NULL; v; v = v->next) {
        const char *text = is_expression(v->key) ? v->text : NULL;
        w->last_saved = w->last_saved || wants_last_saved(text);
        if (!declare_pulldata(w, q, text)) {
            return false;
        }
    }
    w->last_saved = w->last_saved || wants_last_saved(filter) || wants_last_saved(value);
    return declare_pulldata(w, q, filter) && declare_pulldata(w, q, value);
}

/* select_one_from_file and its like. */
static bool declare_list(struct writer *w, const struct question *q)
{
    const char *ext = q->select && !q->external ? write_extension(q->itemset) : NULL;
    return !ext ||
           declare_file(w, write_file_id(w, q->itemset),
                        arena_printf(w->m->arena, "jr://%s/%s",
                                     text_is(ext, ".csv") ? "file-csv" : "file", q->itemset),
                        q);
}

static bool declare_instances(struct writer *w, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        bool ok = q->shape == SHAPE_EXTERNAL
                      ? declare_external(w, q)
                      : declare_read(w, q) && declare_list(w, q) && declare_instances(w, q);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool put_list(struct writer *w, const struct choice_list *list)
{
    struct buf *out = &w->secondary;
    size_t index = 0;
    bool fresh;
    if (!declare(w, list->name, "", NULL, &fresh)) {
        return false;
    }
    buf_text(out, "<instance");
    write_attr(out, "id", list->name);
    buf_text(out, "><root>");
    for (const struct choice_row *r = list->first; r; r = r->next, index++) {
        const char *label = field_text(r->cells, "label");
        const char *sms = field_text(r->cells, "sms_option");
        buf_text(out, "<item>");
        if (list->itext) {
            buf_text(out, "<itextId>");
            xml_put_text(out, list->name);
            buf_printf(out, "-%zu", index);
            buf_text(out, "</itextId>");
        }
        buf_text(out, "<name>");
        xml_put_text(out, r->name);
        buf_text(out, "</name>");
        if (!list->itext && label) {
            buf_text(out, "<label>");
            xml_put_text(out, label);
            buf_text(out, "</label>");
        }
        for (const struct field *v = r->cells->first; v; v = v->next) {
            static const char *const own[] = {"list name", "name", "label", "media", "sms_option"};
            size_t i = 0;
            while (i < 5 && !text_is(own[i], v->key)) {
                i++;
            }
            if (i == 5 && v->text && model_is_name(v->key)) {
                buf_join(out, "<", v->key, ">", NULL);
                xml_put_text(out, v->text);
                buf_join(out, "</", v->key, ">", NULL);
            }
        }
        if (sms) {
            buf_text(out, "<sms_option>");
            xml_put_text(out, sms);
            buf_text(out, "</sms_option>");
        }
        buf_text(out, "</item>");
    }
    buf_text(out, "</root></instance>");
    return true;
}

static bool mark_searched(struct writer *w, const struct question *parent, bool second)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        struct choice_list *list = q->select && q->itemset ? model_list(w->m, q->itemset) : NULL;
        if (write_searches(q) && !second) {
            if (write_extension(q->itemset)) {
                err_set(w->m->err, ERR_INPUT, "search() does not go with choices from a file");
                err_hint(w->m->err, "take search() out of the appearance, or use a list");
                return model_at(w->m, "survey", q->number, "appearance");
            }
            if (list) {
                list->searched = true;
            }
        } else if (second && q->select && !write_searches(q) && list && list->searched) {
            err_set(w->m->err, ERR_INPUT, "the list '%s' is used with search() elsewhere",
                    q->itemset);
            err_hint(w->m->err, "give the questions with search() a list of their own");
            return model_at(w->m, "survey", q->number, "type");
        }
        if (!mark_searched(w, q, second)) {
            return false;
        }
    }
    return true;
}

/* ---- binds ---- */

static const char *yes_no(const char *text)
{
    static const char *const yes[] = {"yes", "Yes", "YES", "true", "True", "TRUE"};
    static const char *const no[] = {"no", "No", "NO", "false", "False", "FALSE"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (text_is(yes[i], text)) {
            return "true()";
        }
        if (text_is(no[i], text)) {
            return "false()";
        }
    }
    return text;
}

static bool bind_value(struct writer *w, struct buf *bind, const struct question *q,
                       const struct field *v)
{
    const char *text = v->text;
    bool message = text_is(v->key, "jr:constraintMsg") || text_is(v->key, "jr:requiredMsg");
    bool error_string = text_is(v->key, "jr:noAppErrorString");
    if (text_is(v->key, "calculate") && field_get(q->row, "trigger")) {
        return true; /* set by an action when the trigger changes */
    }
    if ((message && (v->first || (text && ref_has(text)))) || (error_string && v->first)) {
        text = arena_join(w->m->arena, "jr:itext('", q->path, ":", v->key, "')", NULL);
    } else if (!text) {
        return true;
    } else if (is_expression(v->key)) {
        if (!write_expression(w, &text, q, v, yes_no(text), 0)) {
            return false;
        }
    } else if (!refs_text(w->m, &text, q, text, 0)) {
        return model_at(w->m, "survey", q->number, v->header ? v->header : v->key);
    }
    write_attr(bind, v->key, text);
    return true;
}

static void default_attr(struct buf *binds, const struct field *own, const char *name,
                         const char *text)
{
    if (text && !field_get(own, name)) {
        write_attr(binds, name, text);
    }
}

static bool put_bind(struct writer *w, const struct question *q)
{
    const struct field *own = field_get(q->row, "bind");
    const struct question_type *type = q->shape == SHAPE_QUESTION ? q->type : NULL;
    struct buf *binds = &w->binds;
    size_t before = binds->len;
    bool ok = true;
    buf_text(binds, "<bind");
    write_attr(binds, "nodeset", q->path);
    size_t named = binds->len;
    if (type) {
        default_attr(binds, own, "type", type->bind_type);
        default_attr(binds, own, "readonly", type->readonly ? "true()" : NULL);
        default_attr(binds, own, "jr:preload", type->preload);
        default_attr(binds, own, "jr:preloadParams", type->preload_params);
        default_attr(binds, own, "constraint", type->constraint);
    }
    for (const struct field *v = own ? own->first : NULL; v && ok; v = v->next) {
        ok = bind_value(w, binds, q, v);
    }
    if (own || binds->len > named) {
        buf_text(binds, "/>");
    } else { /* no attributes: drop the element */
        buf_cut(binds, before);
    }
    for (const struct action_spec *a = q->actions; a && ok; a = a->next) {
        if (!text_is(a->event, "odk-new-repeat")) {
            ok = write_action(w, binds, q, a);
        }
    }
    return ok;
}

static bool put_binds(struct writer *w, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        if ((q->shape != SHAPE_EXTERNAL && !put_bind(w, q)) || !put_binds(w, q)) {
            return false;
        }
    }
    return true;
}

/* ---- the instance ---- */

static bool put_node(struct writer *w, struct buf *out, const struct question *q, bool in_entry);

static bool put_instance_attrs(struct writer *w, struct buf *out, const struct question *q)
{
    const struct field *own = field_get(q->row, "instance");
    for (const struct field *v = own ? own->first : NULL; v; v = v->next) {
        const char *text = v->text;
        if (text && !refs_text(w->m, &text, q, text, 0)) {
            return model_at(w->m, "survey", q->number, v->header ? v->header : v->key);
        }
        if (text) {
            write_attr(out, v->key, text);
        }
    }
    for (const struct question *a = q->first; a; a = a->next) {
        if (a->shape == SHAPE_ATTRIBUTE) {
            write_attr(out, a->name, a->attribute);
        }
    }
    return true;
}

/* Writes the template of a repeat; repeats directly inside it are written as templates, too. */
static bool put_template(struct writer *w, struct buf *out, const struct question *repeat)
{
    buf_printf(out, "<%s jr:template=\"\">", repeat->name);
    for (const struct question *q = repeat->first; q; q = q->next) {
        if (!(q->shape == SHAPE_REPEAT ? put_template(w, out, q) : put_node(w, out, q, false))) {
            return false;
        }
    }
    buf_printf(out, "</%s>", repeat->name);
    return true;
}

static bool put_node(struct writer *w, struct buf *out, const struct question *q, bool in_entry)
{
    if (q->shape == SHAPE_EXTERNAL || q->shape == SHAPE_ATTRIBUTE) {
        return true;
    }
    if (q->shape == SHAPE_REPEAT && !in_entry && !put_template(w, out, q)) {
        return false;
    }
    const char *value = q->shape == SHAPE_QUESTION ? field_text(q->row, "default") : NULL;
    buf_join(out, "<", q->name, NULL);
    if (!put_instance_attrs(w, out, q)) {
        return false;
    }
    if (!q->first && (!value || q->dynamic)) {
        buf_text(out, "/>");
        return true;
    }
    buf_char(out, '>');
    xml_put_text(out, value && !q->dynamic ? value : "");
    for (const struct question *c = q->first; c; c = c->next) {
        if (!put_node(w, out, c, in_entry || q->shape == SHAPE_REPEAT)) {
            return false;
        }
    }
    buf_join(out, "</", q->name, ">", NULL);
    return true;
}

static bool put_root(struct writer *w, struct buf *out)
{
    struct model *m = w->m;
    const struct field *own = field_get(m->settings, "attribute");
    static const char *const others[][2] = {
        {"instance_xmlns", "xmlns"}, {"prefix", "odk:prefix"}, {"delimiter", "odk:delimiter"}};
    buf_printf(out, "<instance><%s", m->root.name);
    for (const struct field *v = own ? own->first : NULL; v; v = v->next) {
        if (v->text && !text_is(v->key, "id") && !text_is(v->key, "version")) {
            write_attr(out, v->key, v->text);
        }
    }
    write_attr(out, "id", m->form_id);
    if (m->version) {
        write_attr(out, "version", m->version);
    } else if (own && field_text(own, "version")) {
        write_attr(out, "version", field_text(own, "version"));
    }
    for (size_t i = 0; i < 3; i++) {
        if (field_text(m->settings, others[i][0])) {
            write_attr(out, others[i][1], field_text(m->settings, others[i][0]));
        }
    }
    buf_char(out, '>');
    for (const struct question *q = m->root.first; q; q = q->next) {
        if (!put_node(w, out, q, false)) {
            return false;
        }
    }
    buf_printf(out, "</%s></instance>", m->root.name);
    return true;
}

/* ---- the document ---- */

static const char *const usual_namespaces[][2] = {
    {"h", "http://www.w3.org/1999/xhtml"},       {"ev", "http://www.w3.org/2001/xml-events"},
    {"xsd", "http://www.w3.org/2001/XMLSchema"}, {"jr", "http://openrosa.org/javarosa"},
    {"orx", "http://openrosa.org/xforms"},       {"odk", "http://www.opendatakit.org/xforms"},
};

/* Whether a column such as bind::suhbat:sensitive occurs: the prefix is then declared
 * without a setting. */
static bool uses_ours(const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        static const char *const holders[] = {"bind", "control", "instance"};
        for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
            const struct field *holder = field_get(q->row, holders[i]);
            for (const struct field *v = holder ? holder->first : NULL; v; v = v->next) {
                if (text_starts(v->key, "suhbat:")) {
                    return true;
                }
            }
        }
        if (uses_ours(q)) {
            return true;
        }
    }
    return false;
}

static void put_namespaces(struct writer *w, struct buf *out)
{
    const char *own = field_text(w->m->settings, "namespaces");
    struct map seen;
    map_init(&seen, w->m->arena);
    buf_text(out, "<h:html xmlns=\"http://www.w3.org/2002/xforms\"");
    for (size_t i = 0; i < sizeof usual_namespaces / sizeof *usual_namespaces; i++) {
        write_attr(out, arena_printf(w->m->arena, "xmlns:%s", usual_namespaces[i][0]),
                   usual_namespaces[i][1]);
        map_put(&seen, usual_namespaces[i][0], w);
    }
    char *list = arena_printf(
        w->m->arena, "%s%s%s", own ? own : "",
        w->m->entities_version ? " entities=\"http://www.opendatakit.org/xforms/entities\"" : "",
        uses_ours(&w->m->root) ? " suhbat=\"https://suhbat.org/xforms\"" : "");
    for (const char *p = list; *p;) { /* name="uri" name2="uri2" */
        p += strspn(p, " \t\r\n");
        size_t len = strcspn(p, " \t\r\n");
        const char *equals = memchr(p, '=', len);
        size_t name_len = equals ? (size_t)(equals - p) : 0;
        if (name_len && !memchr(equals + 1, '=', len - name_len - 1)) {
            char *name = arena_copy(w->m->arena, p, name_len);
            struct buf uri = {0};
            for (const char *c = equals + 1; c < p + len; c++) {
                if (*c != '"' && *c != '\'') {
                    buf_char(&uri, *c);
                }
            }
            if (model_is_name(name) && !strchr(name, ':') && !map_get(&seen, name)) {
                map_put(&seen, name, w);
                write_attr(out, arena_printf(w->m->arena, "xmlns:%s", name),
                           uri.data ? uri.data : "");
            }
            buf_fini(&uri);
        }
        p += len;
    }
    buf_char(out, '>');
}

static void put_submission(struct writer *w, struct buf *out)
{
    static const char *const attrs[][2] = {{"submission_url", "action"},
                                           {"public_key", "base64RsaPublicKey"},
                                           {"auto_send", "orx:auto-send"},
                                           {"auto_delete", "orx:auto-delete"}};
    struct buf made = {0};
    for (size_t i = 0; i < 4; i++) {
        const char *text = field_text(w->m->settings, attrs[i][0]);
        if (text) {
            write_attr(&made, attrs[i][1], text);
            if (i == 0) {
                write_attr(&made, "method", "post");
            }
        }
    }
    if (model_yes(field_text(w->m->settings, "client_editable"), false)) {
        write_attr(&made, "odk:client-editable", "true");
    }
    if (made.len) {
        buf_printf(out, "<submission%s/>", made.data);
    }
    buf_fini(&made);
}

static bool put_document(struct writer *w, struct buf *out)
{
    struct model *m = w->m;
    const char *style = field_text(m->settings, "style");
    buf_reserve(out, out->len + 2 * (w->secondary.len + w->binds.len + w->body.len));
    buf_text(out, "<?xml version=\"1.0\"?>\n");
    put_namespaces(w, out);
    buf_text(out, "<h:head><h:title>");
    xml_put_text(out, m->title);
    buf_text(out, "</h:title><model odk:xforms-version=\"1.0.0\"");
    if (m->entities_version) {
        write_attr(out, "entities:entities-version", m->entities_version);
    }
    buf_char(out, '>');
    put_submission(w, out);
    if (!texts_write(m, texts_gather(m), out) || !put_root(w, out)) {
        return false;
    }
    buf_add(out, w->secondary.data ? w->secondary.data : "", w->secondary.len);
    buf_add(out, w->binds.data ? w->binds.data : "", w->binds.len);
    buf_text(out, "</model></h:head><h:body");
    if (style) {
        write_attr(out, "class", style);
    }
    buf_char(out, '>');
    buf_add(out, w->body.data ? w->body.data : "", w->body.len);
    buf_text(out, "</h:body></h:html>\n");
    return true;
}

/* Writes external_choices as Collect reads them: every cell quoted. */
static void put_itemsets(struct writer *w)
{
    struct buf *out = w->m->options->itemsets;
    const struct sheet *sheet = model_sheet(w->m, "external_choices");
    for (size_t r = 0; out && sheet && r < sheet->count; r++) {
        bool first = true;
        for (size_t i = 0; i < sheet->rows[r].count; i++) {
            if (!*sheet->rows[r].cells[i] || i >= sheet->rows[0].count ||
                !*sheet->rows[0].cells[i]) {
                continue; /* pyxform leaves out empty cells, and Collect reads the rest from left
                           * to right */
            }
            buf_text(out, first ? "\"" : ",\"");
            first = false;
            for (const char *p = sheet->rows[r].cells[i]; *p; p++) {
                buf_text(out, *p == '"' ? "\"" : "");
                buf_char(out, *p);
            }
            buf_char(out, '"');
        }
        buf_text(out, "\r\n");
    }
}

static void try_expressions(struct writer *w, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        const struct field *bind = field_get(q->row, "bind");
        const struct field *filter = field_get(q->row, "choice_filter");
        const char *ignored;
        for (const struct field *v = bind && q->path ? bind->first : NULL; v; v = v->next) {
            if (v->text && is_expression(v->key)) {
                (void)!write_expression(w, &ignored, q, v, yes_no(v->text), 0);
            }
        }
        if (filter && filter->text && q->path) {
            (void)!write_expression(w, &ignored, q, filter, filter->text, REF_CURRENT);
        }
        try_expressions(w, q);
    }
}

void xlsform_try(struct model *m)
{
    struct writer w = {.m = m};
    map_init(&w.instances, m->arena);
    map_init(&w.sound, m->arena);
    arena_init(&w.temp);
    try_expressions(&w, &m->root);
    arena_fini(&w.temp);
}

bool xlsform_write(struct model *m, struct buf *xml)
{
    assert(!m->err || m->err->code == ERR_NONE); /* faults ended it before */
    struct writer w = {.m = m};
    map_init(&w.instances, m->arena);
    map_init(&w.sound, m->arena);
    arena_init(&w.temp);
    bool ok = mark_searched(&w, &m->root, false) && mark_searched(&w, &m->root, true) &&
              declare_instances(&w, &m->root);
    if (ok && w.last_saved) {
        ok = declare_file(&w, "__last-saved", "jr://instance/last-saved", NULL);
    }
    for (struct choice_list *l = m->lists; l && ok; l = l->next) {
        ok = l->searched || put_list(&w, l);
    }
    ok = ok && put_binds(&w, &m->root) && write_body(&w, &m->root) && put_document(&w, xml);
    if (ok) {
        put_itemsets(&w);
    }
    arena_fini(&w.temp);
    buf_fini(&w.secondary);
    buf_fini(&w.binds);
    buf_fini(&w.body);
    return ok;
}
