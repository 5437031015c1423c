/* SPDX-License-Identifier: Apache-2.0 */
/* Writes outlines and codebooks of forms. */
#include "tools/form/form_outline.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

const char *outline_type(const struct control *control)
{
    assert(control->kind < CONTROL_KIND_COUNT);
    static const char *const by_kind[CONTROL_KIND_COUNT] = {
        [CONTROL_SELECT1] = "select_one", [CONTROL_SELECT] = "select_multiple",
        [CONTROL_RANK] = "rank",          [CONTROL_TRIGGER] = "acknowledge",
        [CONTROL_RANGE] = "range",        [CONTROL_SECRET] = "text",
        [CONTROL_GROUP] = "group",        [CONTROL_REPEAT] = "repeat"};
    static const char *const by_type[TYPE_COUNT] = {
        [TYPE_TEXT] = "text",         [TYPE_INT] = "integer",       [TYPE_DECIMAL] = "decimal",
        [TYPE_DATE] = "date",         [TYPE_TIME] = "time",         [TYPE_DATE_TIME] = "dateTime",
        [TYPE_BOOLEAN] = "boolean",   [TYPE_GEOPOINT] = "geopoint", [TYPE_GEOTRACE] = "geotrace",
        [TYPE_GEOSHAPE] = "geoshape", [TYPE_BINARY] = "file",       [TYPE_BARCODE] = "barcode"};
    static const char *const media[] = {"image", "audio", "video"};
    if (by_kind[control->kind]) {
        return by_kind[control->kind];
    }
    for (size_t i = 0; control->kind == CONTROL_UPLOAD && i < 3; i++) {
        if (text_starts(control->mediatype, media[i])) {
            return media[i];
        }
    }
    if (control->kind == CONTROL_UPLOAD) {
        return "file";
    }
    bool note =
        control->item->readonly && control->item->type == TYPE_TEXT && !control->item->calculate;
    return note ? "note" : by_type[control->item->type];
}

static struct node *first_node(struct session *s, const struct item *item)
{
    struct node *node = session_find(s, item->path);
    return node ? node : session_root(s)->first; /* a question in an empty repeat: use the root */
}

/* Writes the text as one line of at most `max` characters. */
static void put_line(struct buf *out, const char *text, size_t max)
{
    size_t len = strlen(text), at = 0, shown = 0;
    bool blank = true;
    while (at < len && shown < max) {
        uint32_t c = text_next(text, len, &at);
        bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!(space && blank)) {
            text_put(out, space ? ' ' : c);
            shown++;
        }
        blank = space;
    }
    buf_text(out, at < len ? "…" : "");
}

static const char *label_of(struct session *s, struct arena *arena, const struct control *c)
{
    struct node *node = c->item ? first_node(s, c->item) : session_root(s)->first;
    return session_text(s, arena, &c->label, node, FORM_LONG, NULL);
}

static void put_expression(struct buf *out, unsigned depth, const char *what, const struct xpath *x)
{
    if (x) {
        buf_printf(out, "%*s%s  ", (int)(depth * 2 + 6), "", what);
        xpath_print(out, x);
        buf_char(out, '\n');
    }
}

static bool always(const struct xpath *x)
{
    return x->op == XP_CALL && strcmp(xpath_function_name(x), "true") == 0;
}

static void put_conditions(struct buf *out, unsigned depth, const struct item *item)
{
    put_expression(out, depth, "asked if", item->relevant);
    if (item->required && always(item->required)) {
        buf_printf(out, "%*srequired\n", (int)(depth * 2 + 6), "");
    } else {
        put_expression(out, depth, "required if", item->required);
    }
    put_expression(out, depth, "must be", item->constraint);
    put_expression(out, depth, "worked out as", item->calculate);
    put_expression(out, depth, "as many as", item->count);
}

static void show_controls(struct buf *out, struct session *s, struct arena *arena,
                          const struct control *parent, unsigned depth, unsigned *number)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        bool question = control_is_question(c);
        if (question) {
            buf_printf(out, "%4u ", ++*number);
        } else {
            buf_text(out, "     ");
        }
        buf_printf(out, "%*s%s  %s", (int)(depth * 2), "",
                   c->item ? c->item->shape.name : "(group)", outline_type(c));
        if (*c->appearance) {
            buf_printf(out, " [%s]", c->appearance);
        }
        const char *label = label_of(s, arena, c);
        if (*label) {
            buf_text(out, "  «");
            put_line(out, label, 70);
            buf_text(out, "»");
        }
        buf_char(out, '\n');
        bool again = c->kind == CONTROL_REPEAT &&
                     parent->item == c->item; /* already written for its group */
        if (c->item && !again) {
            put_conditions(out, depth, c->item);
        }
        show_controls(out, s, arena, c, depth + 1, number);
    }
}

static void put_head(struct buf *out, struct session *s)
{
    const struct form *form = session_form(s);
    buf_printf(out, "%s", *form->title ? form->title : form->id);
    buf_printf(out, "\nform %s", form->id);
    if (*form->version) {
        buf_printf(out, ", version %s", form->version);
    }
    for (size_t i = 0; i < form->language_count; i++) {
        buf_printf(out, "%s%s", i ? ", " : "; languages: ", form->languages[i]);
    }
    buf_text(out, "\n");
}

void outline_show(struct buf *out, struct session *s)
{
    const struct form *form = session_form(s);
    struct arena arena;
    unsigned number = 0;
    bool any = false;
    arena_init(&arena);
    put_head(out, s);
    buf_char(out, '\n');
    show_controls(out, s, &arena, form->body, 0, &number);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        if (item->calculate && !item->control) {
            buf_text(out, any ? "" : "\nNot shown, calculated:\n");
            buf_printf(out, "     %s  ", item->shape.name);
            xpath_print(out, item->calculate);
            buf_char(out, '\n');
            any = true;
        }
    }
    arena_fini(&arena);
}

/* ---- codebook ---- */

static void put_cell(struct buf *out, const char *text)
{
    for (; *text; text++) { /* a cell must stay on one line of the Markdown table */
        if (*text == '|') {
            buf_text(out, "\\|");
        } else {
            buf_char(out, *text == '\n' || *text == '\r' ? ' ' : *text);
        }
    }
}

static void put_texts(struct buf *out, struct session *s, struct arena *arena, const char *what,
                      const struct label *label, enum text_form form, struct node *node)
{
    const struct form *f = session_form(s);
    size_t count = f->language_count ? f->language_count : 1;
    for (size_t i = 0; i < count; i++) {
        bool fallback = false;
        if (f->language_count) {
            session_set_language(s, f->languages[i]);
        }
        const char *text = session_text(s, arena, label, node, form, &fallback);
        if (*text) {
            buf_printf(out, "- %s%s%s%s: ", what, f->language_count ? ", " : "",
                       f->language_count ? f->languages[i] : "", fallback ? " (missing)" : "");
            put_cell(out, fallback ? "–" : text);
            buf_char(out, '\n');
        }
    }
}

static void put_rule(struct buf *out, const char *what, const struct xpath *x)
{
    if (x) {
        buf_printf(out, "- %s: `", what);
        xpath_print(out, x);
        buf_text(out, "`\n");
    }
}

bool outline_choices(struct session *s, struct arena *arena, const struct control *c,
                     struct node *node, struct choice **choices, size_t *count, struct err *err)
{
    struct control open = *c;
    struct xpath list;
    if (c->itemset && c->itemset->op == XP_PATH) {
        list = *c->itemset;
        list.steps = arena_alloc(arena, (list.step_count + 1) * sizeof *list.steps);
        memcpy(list.steps, c->itemset->steps, list.step_count * sizeof *list.steps);
        for (size_t i = 0; i < list.step_count; i++) {
            list.steps[i].pred_count = 0;
        }
        open.itemset = &list;
    }
    return session_choices(s, arena, &open, node, choices, count, err);
}

enum { CHOICES_SHOWN = 200, LANGUAGES_SHOWN = 16 };

static bool put_choices(struct buf *out, struct session *s, struct arena *arena,
                        const struct control *c, struct node *node, struct err *err)
{
    const struct form *f = session_form(s);
    struct choice *by_language[LANGUAGES_SHOWN];
    size_t languages = f->language_count ? f->language_count : 1, count = 0;
    languages = languages > LANGUAGES_SHOWN ? LANGUAGES_SHOWN : languages;
    for (size_t i = 0; i < languages; i++) {
        if (f->language_count) {
            session_set_language(s, f->languages[i]);
        }
        if (!outline_choices(s, arena, c, node, &by_language[i], &count, err)) {
            return false;
        }
    }
    if (c->itemset) {
        put_rule(out, "choices from", c->itemset);
    }
    buf_text(out, "\n| value |");
    for (size_t i = 0; i < languages; i++) {
        buf_printf(out, " %s |", f->language_count ? f->languages[i] : "label");
    }
    buf_text(out, "\n|---|");
    for (size_t i = 0; i < languages; i++) {
        buf_text(out, "---|");
    }
    for (size_t k = 0; k < count && k < CHOICES_SHOWN; k++) {
        buf_text(out, "\n| ");
        put_cell(out, by_language[0][k].value);
        for (size_t i = 0; i < languages; i++) {
            buf_text(out, " | ");
            put_cell(out, by_language[i][k].fallback ? "–" : by_language[i][k].label);
        }
        buf_text(out, " |");
    }
    if (count > CHOICES_SHOWN) {
        buf_printf(out, "\n\n… and %zu more", count - CHOICES_SHOWN);
    }
    buf_text(out, "\n");
    return true;
}

static bool doc_controls(struct buf *out, struct session *s, struct arena *arena,
                         const struct control *parent, unsigned *number, struct err *err)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        const struct item *item = c->item;
        struct node *node = item ? first_node(s, item) : session_root(s)->first;
        bool choices =
            c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT || c->kind == CONTROL_RANK;
        bool again = c->kind == CONTROL_REPEAT && parent->item == item;
        if (control_is_question(c)) {
            buf_printf(out, "\n### %u. `%s`\n\n- type: %s\n", ++*number, item->shape.name,
                       outline_type(c));
        } else if (!again) {
            buf_printf(out, "\n## %s `%s`\n\n", c->kind == CONTROL_REPEAT ? "Repeat" : "Group",
                       item ? item->shape.name : "(group)");
        }
        if (item && !again) {
            buf_printf(out, "- path: `%s`\n", item->path);
            put_rule(out, "asked if", item->relevant);
            if (item->required && always(item->required)) {
                buf_text(out, "- required\n");
            } else {
                put_rule(out, "required if", item->required);
            }
            put_rule(out, "must be", item->constraint);
            put_rule(out, "worked out as", item->calculate);
            put_rule(out, "as many as", item->count);
            put_texts(out, s, arena, "when refused", &item->constraint_message, FORM_LONG, node);
        }
        if (!again) {
            put_texts(out, s, arena, "label", &c->label, FORM_LONG, node);
            put_texts(out, s, arena, "hint", &c->hint, FORM_LONG, node);
            put_texts(out, s, arena, "guidance", &c->hint, FORM_GUIDANCE, node);
        }
        if ((choices && !put_choices(out, s, arena, c, node, err)) ||
            !doc_controls(out, s, arena, c, number, err)) {
            return err_at(err, "%s", item ? item->path : "group");
        }
    }
    return true;
}

bool outline_doc(struct buf *out, struct session *s, struct err *err)
{
    const struct form *form = session_form(s);
    struct arena arena;
    unsigned number = 0;
    bool any = false;
    arena_init(&arena);
    buf_text(out, "# ");
    put_head(out, s);
    bool ok = doc_controls(out, s, &arena, form->body, &number, err);
    for (size_t i = 0; i < form->item_count && ok; i++) {
        const struct item *item = form->items[i];
        if (item->calculate && !item->control) {
            buf_text(out,
                     any ? ""
                         : "\n## Calculated, not asked\n\n| name | calculation |\n|---|---|\n");
            struct buf text = {0};
            xpath_print(&text, item->calculate);
            buf_printf(out, "| `%s` | `", item->shape.name);
            put_cell(out, text.data);
            buf_text(out, "` |\n");
            buf_fini(&text);
            any = true;
        }
    }
    arena_fini(&arena);
    return ok;
}
