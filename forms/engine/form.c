/* SPDX-License-Identifier: Apache-2.0 */
/* Loads an XForm: instance, binds, texts, secondary instances. */
#include "forms/engine/form_loader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/form_consent.h"
#include "forms/engine/form_graph.h"
#include "platform/machine/text.h"

const char *loader_text(const char *s)
{
    return s ? s : "";
}

bool loader_bad(struct loader *l, const struct xml *at, const char *what, const char *detail)
{
    return err_set(l->err, ERR_INPUT, "line %u: %s%s%s", at->line, what, detail ? ": " : "",
                   loader_text(detail));
}

bool loader_compile(struct loader *l, struct xpath **out, const struct xml *at, const char *name,
                    const char *text)
{
    if (!xpath_compile(out, l->arena, text, l->err)) {
        return err_at(l->err, "line %u, %s", at->line, name);
    }
    return true;
}

/* ---- items: the primary instance ---- */

static struct item *add_item(struct loader *l, struct item *parent, const char *name,
                             const char *prefix, const char *uri, bool attribute)
{
    const char *path =
        arena_printf(l->arena, "%s/%s%s", parent ? parent->path : "", attribute ? "@" : "", name);
    struct item *item = map_get(&l->form->by_path, path);
    if (item) {
        return item;
    }
    struct form *form = l->form;
    if (strlen(path) > FORM_PATH_MAX) {
        err_set(l->err, ERR_LIMIT, "the path %.60s… is longer than %d bytes", path,
                (int)FORM_PATH_MAX);
        return NULL;
    }
    if (form->item_count >= FORM_ITEMS_MAX) {
        err_set(l->err, ERR_LIMIT, "the form has more than %d nodes", (int)FORM_ITEMS_MAX);
        return NULL;
    }
    enum { FIRST = 64 };
    size_t count = form->item_count;
    if (count == 0 || (count >= FIRST && (count & (count - 1)) == 0)) {
        struct item **grown = arena_alloc(l->arena, (count ? count * 2 : FIRST) * sizeof *grown);
        if (count) {
            memcpy(grown, form->items, count * sizeof *grown);
        }
        form->items = grown;
    }
    item = arena_alloc(l->arena, sizeof *item);
    item->shape.index = (uint32_t)form->item_count;
    item->shape.name = name;
    item->prefix = prefix;
    item->uri = uri;
    item->path = path;
    item->shape.parent = parent;
    item->shape.is_attribute = attribute;
    item->is_leaf = true;
    form->items[form->item_count++] = item;
    map_put(&form->by_path, path, item);
    if (parent && !attribute) {
        parent->is_leaf = false;
    }
    return item;
}

/* Copies an element of the primary instance into nodes.  Templates are kept separately, in
 * the item. */
static struct node *add_instance(struct loader *l, const struct xml *xml, struct item *parent)
{
    struct item *item = add_item(l, parent, xml->name, xml->prefix, xml->uri, false);
    if (!item) {
        return NULL;
    }
    struct node *node = tree_node(l->arena, NODE_ELEMENT, xml->name, xml->prefix, xml->uri);
    node->item = item;
    for (const struct xml_attr *a = xml->attrs; a; a = a->next) {
        if (strcmp(a->uri, JAVAROSA) == 0 && strcmp(a->name, "template") == 0) {
            continue;
        }
        struct item *attr_item = add_item(l, item, a->name, a->prefix, a->uri, true);
        if (!attr_item) {
            tree_wipe(node);
            return NULL;
        }
        struct node *attr = tree_node(l->arena, NODE_ATTRIBUTE, a->name, a->prefix, a->uri);
        attr->item = attr_item;
        tree_set(attr, a->value);
        tree_add_attr(node, attr);
    }
    bool elements = false;
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        struct node *child = add_instance(l, c, item);
        if (!child) {
            tree_wipe(node);
            return NULL;
        }
        elements = true;
        if (xml_attr_ns(c, JAVAROSA, "template")) {
            ((struct item *)child->item)->template = child;
        } else {
            tree_append(node, child);
        }
    }
    if (!elements) {
        char *value = xml_content(l->arena, xml);
        tree_set(node, value);
    }
    return node;
}

/* Appends a step-wise path, without prefixes, blanks and leading dots. */
static void append_path(struct buf *path, const char *ref)
{
    if (*ref == '.' && (ref[1] == '\0' || ref[1] == '/')) {
        ref += ref[1] == '/' ? 2 : 1;
    }
    for (const char *p = ref; *p; p++) {
        while (*p == ':' && path->len && path->data[path->len - 1] != '/' &&
               path->data[path->len - 1] != '@') {
            buf_cut(path, path->len - 1); /* what stood before the colon was a prefix */
        }
        if (*p != ':' && *p != ' ') {
            buf_char(path, *p);
        }
    }
}

/* The item for an absolute path, or for one relative to `from`. */
struct item *loader_item(struct loader *l, const char *ref, const struct item *from)
{
    struct buf path = {0};
    ref += strspn(ref, " ");
    if (text_starts(ref, "current()/")) {
        ref += strlen("current()/");
    }
    if (!from && l->form->item_count) {
        from = l->form->items[0]; /* the root item */
    }
    if (*ref != '/') {
        buf_text(&path, from ? from->path : "");
        if (strcmp(ref, ".") != 0) {
            buf_char(&path, '/');
        }
    }
    append_path(&path, ref);
    while (path.len > 1 && path.data[path.len - 1] == '/') {
        buf_cut(&path, path.len - 1);
    }
    struct item *item = path.data ? map_get(&l->form->by_path, path.data) : NULL;
    buf_fini(&path);
    return item;
}

/* ---- texts ---- */

static bool read_text(struct loader *l, struct text **out, const struct xml *xml)
{
    size_t count = 0;
    for (const struct xml *c = xml->first; c; c = c->next) {
        count++;
    }
    struct text *text = arena_alloc(l->arena, sizeof *text);
    text->parts = arena_alloc(l->arena, (count + 1) * sizeof *text->parts);
    for (const struct xml *c = xml->first; c; c = c->next) {
        struct text_part *part = &text->parts[text->count];
        if (!c->name) {
            part->literal = c->text;
        } else if (strcmp(c->name, "output") == 0) {
            const char *value = xml_attr(c, "value");
            value = value ? value : loader_text(xml_attr(c, "ref"));
            if (!loader_compile(l, &part->output, c, "output", value)) {
                return false;
            }
        } else { /* markup of another vocabulary: only its text is used */
            part->literal = xml_content(l->arena, c);
        }
        text->count++;
    }
    *out = text;
    return true;
}

static bool read_translations(struct loader *l, const struct xml *itext)
{
    static const char *const form_names[] = {
        [FORM_LONG] = "long",           [FORM_SHORT] = "short", [FORM_IMAGE] = "image",
        [FORM_BIG_IMAGE] = "big-image", [FORM_AUDIO] = "audio", [FORM_VIDEO] = "video",
        [FORM_GUIDANCE] = "guidance"};
    static_assert(sizeof form_names / sizeof *form_names == TEXT_FORM_COUNT, "a name for each");
    struct form *form = l->form;
    size_t count = 0;
    for (const struct xml *t = xml_child(itext, "translation"); t;
         t = xml_sibling(t, "translation")) {
        count++;
    }
    if (count > FORM_LANGUAGES_MAX) {
        return err_set(l->err, ERR_LIMIT, "more than %d translations", (int)FORM_LANGUAGES_MAX);
    }
    form->languages = arena_alloc(l->arena, (count + 1) * sizeof *form->languages);
    size_t at = 0;
    for (const struct xml *t = xml_child(itext, "translation"); t;
         t = xml_sibling(t, "translation"), at++) {
        form->languages[at] = loader_text(xml_attr(t, "lang"));
        if (strlen(form->languages[at]) >= LANGUAGE_NAME) {
            err_set(l->err, ERR_LIMIT, "the name of the language '%s' is longer than %d bytes",
                    form->languages[at], (int)LANGUAGE_NAME - 1);
            return err_hint(l->err, "write a short one, such as 'Кыргызча (ky)'");
        }
        if (xml_attr(t, "default")) {
            form->default_language = at;
        }
        for (const struct xml *x = xml_child(t, "text"); x; x = xml_sibling(x, "text")) {
            const char *id = loader_text(xml_attr(x, "id"));
            struct itext *entry = map_get(&form->itexts, id);
            if (!entry) {
                entry = arena_alloc(l->arena, sizeof *entry);
                entry->id = id;
                entry->texts =
                    arena_alloc(l->arena, count * TEXT_FORM_COUNT * sizeof *entry->texts);
                map_put(&form->itexts, id, entry);
            }
            for (const struct xml *v = xml_child(x, "value"); v; v = xml_sibling(v, "value")) {
                const char *kind = xml_attr(v, "form");
                size_t k = 0;
                while (kind && k < TEXT_FORM_COUNT && strcmp(kind, form_names[k]) != 0) {
                    k++;
                }
                if (k < TEXT_FORM_COUNT &&
                    !read_text(l, &entry->texts[at * TEXT_FORM_COUNT + k], v)) {
                    return false;
                }
            }
        }
    }
    form->language_count = count;
    return true;
}

/* jr:itext('id') with a literal id → the id, else NULL. */
static const char *literal_itext(struct loader *l, const char *ref)
{
    static const char start[] = "jr:itext(";
    if (!text_starts(ref, start)) {
        return NULL;
    }
    const char *p = ref + sizeof start - 1;
    char quote = *p;
    if (quote != '\'' && quote != '"') {
        return NULL;
    }
    const char *end = strchr(p + 1, quote);
    return end && strcmp(end + 1, ")") == 0 ? arena_copy(l->arena, p + 1, (size_t)(end - p - 1))
                                            : NULL;
}

static bool label_from_ref(struct loader *l, struct label *label, const struct xml *at,
                           const char *ref)
{
    const char *id = literal_itext(l, ref);
    if (id) {
        label->itext = map_get(&l->form->itexts, id); /* unknown id: the text is empty, as in
                                                       * JavaRosa */
        return true;
    }
    return loader_compile(l, &label->id, at, "label", ref);
}

bool loader_label(struct loader *l, struct label *label, const struct xml *xml)
{
    const char *ref = xml_attr(xml, "ref");
    if (ref && *ref) {
        return label_from_ref(l, label, xml, ref);
    }
    return read_text(l, &label->text, xml);
}

static bool message(struct loader *l, struct label *label, const struct xml *at, const char *text)
{
    if (!text) {
        return true;
    }
    if (text_starts(text, "jr:itext(")) {
        return label_from_ref(l, label, at, text);
    }
    label->text = arena_alloc(l->arena, sizeof *label->text);
    label->text->parts = arena_alloc(l->arena, sizeof *label->text->parts);
    label->text->parts[0].literal = text;
    label->text->count = 1;
    return true;
}

/* ---- binds ---- */

static const struct {
    const char *name;
    enum data_type type;
} types[] = {{"string", TYPE_TEXT},       {"int", TYPE_INT},           {"integer", TYPE_INT},
             {"long", TYPE_INT},          {"decimal", TYPE_DECIMAL},   {"double", TYPE_DECIMAL},
             {"date", TYPE_DATE},         {"time", TYPE_TIME},         {"dateTime", TYPE_DATE_TIME},
             {"boolean", TYPE_BOOLEAN},   {"geopoint", TYPE_GEOPOINT}, {"geotrace", TYPE_GEOTRACE},
             {"geoshape", TYPE_GEOSHAPE}, {"binary", TYPE_BINARY},     {"barcode", TYPE_BARCODE}};

static enum data_type type_of(const char *name)
{
    const char *colon = strchr(name, ':');
    name = colon ? colon + 1 : name;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].type;
        }
    }
    return TYPE_TEXT;
}

const char *data_type_name(enum data_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].type == type) {
            return types[i].name;
        }
    }
    return "string";
}

static bool bind_expr(struct loader *l, struct xpath **out, const struct xml *bind,
                      const char *name, const char *path)
{
    const char *text = xml_attr(bind, name);
    if (!text || !*text) {
        return true;
    }
    return loader_compile(l, out, bind, name, text) || err_at(l->err, "%s", path);
}

static bool is_true(const char *value)
{
    return value && strcmp(value, "true") == 0;
}

/* The attributes of our own namespace (docs/XFORMS.md). */
static void read_own_attrs(struct loader *l, struct item *item, const struct xml *bind)
{
    const struct {
        const char *name;
        const char **value;
    } texts[] = {{"sensitive", &item->sensitive},
                 {"use", &item->use},
                 {"missing", &item->missing},
                 {"keys", &item->keys},
                 {"doubt", &item->doubt},
                 {"event", &item->event},
                 {"audio-consent", &item->audio_consent},
                 {"audio-review", &item->audio_review}};
    for (const struct xml_attr *a = bind->attrs; a; a = a->next) {
        if (!strstr(a->uri, SUHBAT_URI_PART)) {
            continue;
        }
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            if (strcmp(a->name, texts[i].name) == 0) {
                *texts[i].value = a->value;
            }
        }
        if (strcmp(a->name, "exif") == 0) {
            item->keep_exif = strcmp(a->value, "keep") == 0;
        } else if (strcmp(a->name, "recipients") == 0) {
            l->form->own_recipients = l->form->own_recipients || strcmp(a->value, "own") == 0;
        } else if (strcmp(a->name, "submitter") == 0) {
            l->form->submitter = item;
        }
    }
}

/* meta/audit: the log of the interview. */
static void read_audit(struct loader *l, struct item *item, const struct xml *bind)
{
    size_t path_len = strlen(item->path), tail = strlen("/meta/audit");
    if (path_len > tail && strcmp(item->path + path_len - tail, "/meta/audit") == 0) {
        l->form->audit = item;
        l->form->track_changes = is_true(xml_attr_ns(bind, ODK, "track-changes"));
        l->form->identify_user = is_true(xml_attr_ns(bind, ODK, "identify-user"));
    }
}

static bool read_bind(struct loader *l, const struct xml *bind)
{
    const char *nodeset = xml_attr(bind, "nodeset");
    if (!nodeset) {
        nodeset = loader_text(xml_attr(bind, "ref"));
    }
    struct item *item = loader_item(l, nodeset, NULL);
    if (!item) {
        return true; /* a bind whose node does not exist has no effect */
    }
    const char *id = xml_attr(bind, "id");
    if (id) {
        map_put(&l->binds, id, item);
    }
    const char *type = xml_attr(bind, "type");
    if (type) {
        item->type = type_of(type);
        item->shape.is_number = item->type == TYPE_INT || item->type == TYPE_DECIMAL;
        item->shape.is_time = item->type == TYPE_TIME;
        item->is_typed = true;
        item->is_long = strstr(type, "long") != NULL;
    }
    read_own_attrs(l, item, bind);
    item->quality = xml_attr_ns(bind, ODK, "quality");
    read_audit(l, item, bind);
    item->saveto = xml_attr_ns(bind, ENTITIES, "saveto");
    item->preload = xml_attr_ns(bind, JAVAROSA, "preload");
    item->preload_params = xml_attr_ns(bind, JAVAROSA, "preloadParams");
    return bind_expr(l, &item->relevant, bind, "relevant", item->path) &&
           bind_expr(l, &item->required, bind, "required", item->path) &&
           bind_expr(l, &item->readonly, bind, "readonly", item->path) &&
           bind_expr(l, &item->constraint, bind, "constraint", item->path) &&
           bind_expr(l, &item->calculate, bind, "calculate", item->path) &&
           message(l, &item->constraint_message, bind,
                   xml_attr_ns(bind, JAVAROSA, "constraintMsg")) &&
           message(l, &item->required_message, bind, xml_attr_ns(bind, JAVAROSA, "requiredMsg"));
}

/* ---- the whole form ---- */

static bool read_secondary(struct loader *l, const struct xml *instance)
{
    struct secondary *second = arena_alloc(l->arena, sizeof *second);
    second->id = loader_text(xml_attr(instance, "id"));
    second->src = xml_attr(instance, "src");
    const struct xml *root = xml_child(instance, NULL);
    if (!second->src && root) {
        second->root = tree_node(l->arena, NODE_DOCUMENT, "", "", "");
        tree_append(second->root, tree_from_xml(l->arena, root));
        uint32_t before = l->form->next_order;
        l->form->next_order = tree_number(second->root, before);
        l->form->list_nodes += l->form->next_order - before;
    }
    second->next = l->form->secondary;
    l->form->secondary = second;
    return true;
}

static bool is_method(const char *method)
{
    static const char *const known[] = {"post",           "form-data-post",  "get", "put",
                                        "multipart-post", "urlencoded-post", ""};
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(known[i], method) != 0) {
        i++;
    }
    return i < sizeof known / sizeof *known;
}

static bool read_model(struct loader *l, const struct xml *model)
{
    struct form *form = l->form;
    const struct xml *instance = xml_child(model, "instance");
    const struct xml *root = instance ? xml_child(instance, NULL) : NULL;
    if (!root) {
        return loader_bad(l, model, "the model has no primary instance", NULL);
    }
    form->id = loader_text(xml_attr(root, "id"));
    if (!*form->id) {
        form->id = *root->uri ? root->uri : root->name;
    }
    form->version = loader_text(xml_attr(root, "version"));
    form->root_uri = root->uri;
    form->primary = tree_node(l->arena, NODE_DOCUMENT, "", "", "");
    struct node *top = add_instance(l, root, NULL);
    if (!top) {
        return false;
    }
    tree_append(form->primary, top);
    for (instance = xml_sibling(instance, "instance"); instance;
         instance = xml_sibling(instance, "instance")) {
        if (!read_secondary(l, instance)) {
            return false;
        }
    }
    const struct xml *submission = xml_child(model, "submission");
    const char *method = submission ? xml_attr(submission, "method") : NULL;
    form->encrypts = submission && xml_attr(submission, "base64RsaPublicKey");
    if (method && !is_method(method)) {
        loader_bad(l, submission, "a submission method that there is not", method);
        return err_hint(l->err, "write method=\"post\", or leave it out");
    }
    const struct xml *itext = xml_child(model, "itext");
    if (itext && !read_translations(l, itext)) {
        return false;
    }
    for (const struct xml *b = xml_child(model, "bind"); b; b = xml_sibling(b, "bind")) {
        if (!read_bind(l, b)) {
            return false;
        }
    }
    for (const struct xml *a = xml_child(model, NULL); a; a = xml_sibling(a, NULL)) {
        enum action_kind kind;
        if (loader_action_kind(a, &kind) && !loader_action(l, a, kind, NULL)) {
            return false;
        }
    }
    return true;
}

static void empty(struct node *node)
{
    tree_set(node, NULL);
    for (struct node *c = node->first; c; c = c->next) {
        empty(c);
    }
}

/* A repeat without jr:template gets a template: a copy of its first entry with values
 * cleared (as in JavaRosa). */
static void make_templates(struct loader *l, struct node *node)
{
    struct item *item = (struct item *)node->item;
    if (item && item->shape.is_repeat && !item->template) {
        item->template = tree_copy(l->arena, node);
        empty(item->template);
    }
    if (item && item->shape.is_repeat && !item->first && node != item->template) {
        item->first = node;
    }
    for (struct node *c = node->first; c; c = c->next) {
        make_templates(l, c);
    }
}

static bool load(struct loader *l, const struct xml *root)
{
    struct form *form = l->form;
    const struct xml *head = xml_child(root, "head");
    const struct xml *body = xml_child(root, "body");
    const struct xml *model = head ? xml_child(head, "model") : NULL;
    const struct xml *title = head ? xml_child(head, "title") : NULL;
    if (strcmp(root->name, "html") != 0 || !model || !body) {
        loader_bad(l, root, "this is not an XForm", NULL);
        return err_hint(l->err, "expected h:html with h:head/model and h:body");
    }
    form->title = title ? xml_content(l->arena, title) : "";
    if (!read_model(l, model)) {
        return false;
    }
    form->body = arena_alloc(l->arena, sizeof *form->body);
    form->body->kind = CONTROL_GROUP;
    form->body->appearance = form->body->mediatype = "";
    form->body->index = (uint32_t)form->control_count++;
    if (!loader_controls(l, form->body, body) || !loader_body_actions(l, body, NULL)) {
        return false;
    }
    make_templates(l, form->primary);
    for (size_t i = 0; i < form->item_count; i++) {
        if (form->items[i]->template) { /* repeats that occur only inside a template */
            make_templates(l, form->items[i]->template);
        }
    }
    return form_check_consents(form, l->err) && form_graph_build(form, l->err);
}

static void wipe_instances(struct form *form)
{
    if (form->primary) {
        tree_wipe(form->primary);
    }
    for (size_t i = 0; i < form->item_count; i++) {
        if (form->items[i]->template) {
            tree_wipe(form->items[i]->template);
        }
    }
    for (struct secondary *s = form->secondary; s; s = s->next) {
        if (s->root) {
            tree_wipe(s->root);
        }
    }
}

bool form_load(struct form **out, const char *bytes, size_t len, const struct xml_limits *limits,
               struct err *err)
{
    struct form *form = mem_zero(1, sizeof *form);
    form->next_order = FORM_ORDER;
    arena_init(&form->arena);
    map_init(&form->by_path, &form->arena);
    map_init(&form->itexts, &form->arena);
    struct loader l = {.form = form, .arena = &form->arena, .err = err};
    map_init(&l.binds, &form->arena);
    struct xml *root = NULL;
    *out = NULL;
    struct arena elements; /* XML elements, freed after loading; the form keeps only their texts */
    arena_init(&elements);
    bool ok =
        xml_parse_apart(&root, &form->arena, &elements, bytes, len, limits, err) && load(&l, root);
    arena_fini(&elements);
    if (!ok) {
        form_free(form);
        return false;
    }
    *out = form;
    return true;
}

struct head {
    struct arena *arena;
    const char *id, *version, *title;
};

static bool take_title(void *user, const struct xml *title, struct err *err)
{
    struct head *h = user;
    (void)err;
    h->title = xml_content(h->arena, title);
    return false; /* stop parsing: the rest is not needed */
}

static bool take_root(void *user, const struct xml *instance, struct err *err)
{
    struct head *h = user;
    const struct xml *root = xml_child(instance, NULL);
    (void)err;
    h->id = arena_text(h->arena, root ? loader_text(xml_attr(root, "id")) : "");
    h->version = arena_text(h->arena, root ? loader_text(xml_attr(root, "version")) : "");
    return false;
}

bool form_head(const char **id, const char **version, const char **title, struct arena *arena,
               const char *bytes, size_t len, struct err *err)
{
    struct head h = {.arena = arena};
    struct err why = {0};
    (void)!xml_each(bytes, len, &xml_trusted, "title", take_title, &h, &why);
    (void)!xml_each(bytes, len, &xml_trusted, "instance", take_root, &h, &why);
    *id = h.id;
    *version = h.version;
    *title = h.title ? h.title : "";
    if (!h.id && err) {
        *err = why;
    }
    return h.id != NULL;
}

void form_free(struct form *form)
{
    if (form) {
        wipe_instances(form);
        arena_fini(&form->arena);
        free(form);
    }
}

struct item *form_item(const struct form *form, const char *path)
{
    return map_get(&form->by_path, path);
}

/* Names that authors use for the languages of the field if they give no code. */
static const struct {
    const char *code, *names;
} known_languages[] = {
    {"ru", "|русский|русский язык|russian|rus|орусча|орус тили|русӣ|забони русӣ|"},
    {"ky", "|кыргызча|кыргыз|кыргыз тили|киргизский|киргизский язык|кыргызский "
           "язык|кыргызский|kyrgyz|kirghiz|kyrgyzcha|kir|kgz|"},
    {"tg", "|тоҷикӣ|точикӣ|точики|забони тоҷикӣ|таджикский|таджикский "
           "язык|tajiki|тажикче|tajik|tojiki|tgk|"},
    {"uz", "|ўзбекча|ўзбек тили|узбекский|узбекский язык|uzbek|ozbekcha|uzb|өзбекче|ӯзбекӣ|"},
    {"kk", "|қазақша|қазақ тілі|казахский|казахский язык|kazakh|qazaqsha|kaz|казакча|қазоқӣ|"},
    {"en", "|english|английский|англисче|англисӣ|eng|"}};

static bool is_named(const char *name, const char *code)
{
    const char *bracket = strchr(name, '(');
    size_t at = 0, len = bracket ? (size_t)(bracket - name) : strlen(name);
    struct buf small = {0};
    bool is = false;
    while (len && name[len - 1] == ' ') {
        len--;
    }
    buf_char(&small, '|');
    while (at < len) {
        text_put(&small, text_small(text_next(name, len, &at)));
    }
    buf_char(&small, '|');
    for (size_t i = 0; len && i < sizeof known_languages / sizeof *known_languages; i++) {
        is = is || (strcmp(known_languages[i].code, code) == 0 &&
                    strstr(known_languages[i].names, small.data));
    }
    buf_fini(&small);
    return is;
}

static bool is_code(const char *text, const char *code)
{
    size_t len = strlen(code);
    char end = strncasecmp(text, code, len) == 0 ? text[len] : 'x';
    return end == '\0' || end == '-' || end == '_' || end == ')';
}

/* Whether the name is or contains the code: "ky", "ky-KG", "Кыргызча (ky)". */
static bool has_code(const char *name, const char *code)
{
    const char *bracket = strrchr(name, '(');
    return is_code(name, code) || (bracket && is_code(bracket + 1, code));
}

int form_language(const struct form *form, const char *code)
{
    if (!code) {
        return -1;
    }
    for (size_t i = 0; i < form->language_count; i++) {
        if (text_same(form->languages[i], code)) {
            return (int)i;
        }
    }
    for (size_t i = 0; *code && i < form->language_count; i++) {
        if (has_code(form->languages[i], code) || is_named(form->languages[i], code)) {
            return (int)i;
        }
    }
    return -1;
}

const char *form_language_code(const struct form *form, size_t index)
{
    for (size_t k = 0; k < sizeof known_languages / sizeof *known_languages; k++) {
        if (form_language(form, known_languages[k].code) == (int)index) {
            return known_languages[k].code;
        }
    }
    return form->languages[index];
}

bool control_has(const struct control *control, const char *appearance)
{
    size_t len = strlen(appearance);
    for (const char *p = control->appearance; (p = strstr(p, appearance)); p += len) {
        bool starts = p == control->appearance || p[-1] == ' ';
        if (starts && (p[len] == '\0' || p[len] == ' ')) {
            return true;
        }
    }
    return false;
}

bool control_is_question(const struct control *control)
{
    return control->kind != CONTROL_GROUP && control->kind != CONTROL_REPEAT;
}

bool item_lies_in(const struct item *item, const struct item *holder)
{
    while (item && item != holder) {
        item = item->shape.parent;
    }
    return item != NULL;
}
