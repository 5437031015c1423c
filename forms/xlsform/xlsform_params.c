/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the parameters of questions.  Source: xlsform.org. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

static bool bad(struct model *m, const struct question *q, const char *hint)
{
    err_hint(m->err, "%s", hint);
    return model_at(m, "survey", q->number, "parameters");
}

static char *small(struct arena *arena, const char *text, size_t len)
{
    char *out = arena_copy(arena, text, len);
    for (char *p = out; *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    }
    return out;
}

/* Parses "key=value key2 = value2, key3=value3; …". */
static bool parse(struct model *m, struct question *q)
{
    static const char delimiters[] = " \t\r\n,;";
    const char *text = field_text(q->row, "parameters");
    q->parameters = arena_alloc(m->arena, sizeof *q->parameters);
    q->parameters->key = "";
    const char *p = text ? text : "";
    p += strspn(p, delimiters);
    while (*p) {
        size_t key = strcspn(p, " \t\r\n,;=");
        const char *name = small(m->arena, p, key);
        p += key;
        p += strspn(p, delimiters);
        if (!key || *p != '=') {
            err_set(m->err, ERR_INPUT, "'%s' are no parameters", text);
            return bad(m, q, "write them as key=value, with blanks between");
        }
        p++;
        p += strspn(p, delimiters);
        size_t len = strcspn(p, " \t\r\n,;=");
        if (!len) {
            err_set(m->err, ERR_INPUT, "the parameter '%s' has no value", name);
            return bad(m, q, "write parameters as key=value, with blanks between");
        }
        bool exact = text_is(name, "reference-geometry") || text_is(name, "label") ||
                     text_is(name, "value") || text_starts(p, "${");
        field_put(m->arena, q->parameters, name,
                  exact ? arena_copy(m->arena, p, len) : small(m->arena, p, len));
        p += len;
        p += strspn(p, delimiters);
    }
    return true;
}

/* Checks that all parameters are in `accepted`, a list of names separated by blanks. */
static bool only(struct model *m, const struct question *q, const char *accepted)
{
    for (const struct field *v = q->parameters->first; v; v = v->next) {
        size_t len = strlen(v->key);
        bool found = false;
        for (const char *p = accepted; *p && !found;) {
            size_t word = strcspn(p, " ");
            found = word == len && strncmp(p, v->key, len) == 0;
            p += word;
            p += strspn(p, " ");
        }
        if (!found) {
            err_set(m->err, ERR_INPUT, "questions of this type have no parameter '%s'", v->key);
            err_hint(m->err, "they have: %s", accepted);
            return model_at(m, "survey", q->number, "parameters");
        }
    }
    return true;
}

static const char *parameter(const struct question *q, const char *name)
{
    return field_text(q->parameters, name);
}

static bool one_of(struct model *m, const struct question *q, const char *name,
                   const char *const *values)
{
    const char *value = parameter(q, name);
    for (size_t i = 0; value && values[i]; i++) {
        if (text_is(values[i], value)) {
            return true;
        }
    }
    if (!value) {
        return true;
    }
    err_set(m->err, ERR_INPUT, "%s cannot be '%s'", name, value);
    struct buf list = {0};
    for (size_t i = 0; values[i]; i++) {
        buf_printf(&list, "%s%s", i ? ", " : "it is one of: ", values[i]);
    }
    bad(m, q, list.data ? list.data : "");
    buf_fini(&list);
    return false;
}

static bool is_integer(const char *text)
{
    const char *p = text + (*text == '-' || *text == '+');
    return *p && !p[strspn(p, "0123456789")];
}

static bool is_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && !strpbrk(text, "xX") && !isnan(*number);
}

static bool whole(struct model *m, const struct question *q, const char *name)
{
    const char *value = parameter(q, name);
    if (!value || is_integer(value)) {
        return true;
    }
    err_set(m->err, ERR_INPUT, "%s must be a whole number, not '%s'", name, value);
    return bad(m, q, "write a number without a point");
}

static bool numeric(struct model *m, const struct question *q, const char *name)
{
    const char *value = parameter(q, name);
    double number;
    if (!value || is_number(value, &number)) {
        return true;
    }
    err_set(m->err, ERR_INPUT, "%s must be a number, not '%s'", name, value);
    return bad(m, q, "write a number");
}

static void to_bind(struct model *m, struct question *q, const char *name, const char *attr)
{
    if (parameter(q, name)) {
        field_put2(m->arena, q->row, "bind", attr, parameter(q, name));
    }
}

static void to_control(struct model *m, struct question *q, const char *name, const char *attr)
{
    if (parameter(q, name)) {
        field_put2(m->arena, q->row, "control", attr, parameter(q, name));
    }
}

static const char *const true_false[] = {"true", "false", NULL};

static void act(struct model *m, struct question *q, enum action_kind kind, const char *event)
{
    struct action_spec *a = arena_alloc(m->arena, sizeof *a);
    struct action_spec **end = &q->actions;
    while (*end) {
        end = &(*end)->next;
    }
    a->kind = kind;
    a->event = event;
    *end = a;
}

/* ---- by type ---- */

static bool audit(struct model *m, struct question *q)
{
    static const char *const priorities[] = {"no-power", "low-power", "balanced", "high-accuracy",
                                             NULL};
    static const char *const reasons[] = {"on-form-edit", NULL};
    static const char *const location[] = {"location-priority", "location-min-interval",
                                           "location-max-age"};
    size_t given = 0;
    if (!only(m, q,
              "location-priority location-min-interval location-max-age track-changes "
              "identify-user track-changes-reasons") ||
        !one_of(m, q, "track-changes", true_false) || !one_of(m, q, "identify-user", true_false) ||
        !one_of(m, q, "track-changes-reasons", reasons) ||
        !one_of(m, q, "location-priority", priorities) || !whole(m, q, "location-min-interval") ||
        !whole(m, q, "location-max-age")) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        given += parameter(q, location[i]) != NULL;
    }
    if (given && given < 3) {
        err_set(m->err, ERR_INPUT,
                "an audit with places needs all of location-priority, "
                "location-min-interval and location-max-age");
        return bad(m, q, "give all three, or none");
    }
    if (given) {
        long interval = strtol(parameter(q, location[1]), NULL, 10);
        long age = strtol(parameter(q, location[2]), NULL, 10);
        if (interval < 0 || age < interval) {
            err_set(m->err, ERR_INPUT,
                    "location-min-interval is not negative, and location-max-age not below it");
            return bad(m, q, "both are in seconds");
        }
    }
    to_bind(m, q, "track-changes", "odk:track-changes");
    to_bind(m, q, "track-changes-reasons", "odk:track-changes-reasons");
    to_bind(m, q, "identify-user", "odk:identify-user");
    for (size_t i = 0; i < 3; i++) {
        to_bind(m, q, location[i], arena_printf(m->arena, "odk:%s", location[i]));
    }
    return true;
}

static bool column_name(struct model *m, const struct question *q, const char *name)
{
    const char *value = parameter(q, name);
    if (!value || (model_is_name(value) && !strchr(value, ':'))) {
        return true;
    }
    err_set(m->err, ERR_INPUT, "%s names a column of the file, and '%s' is no name", name, value);
    return bad(m, q, "names begin with a letter or '_'; then letters, digits, '_', '-', '.'");
}

static bool choosing(struct model *m, struct question *q)
{
    bool file = strstr(q->type_name, "_from_file") != NULL;
    const char *seed = parameter(q, "seed");
    double number;
    if (!only(m, q, file ? "label randomize seed value" : "randomize seed") ||
        !one_of(m, q, "randomize", true_false) || !column_name(m, q, "value") ||
        !column_name(m, q, "label")) {
        return false;
    }
    if (seed && !parameter(q, "randomize")) {
        err_set(m->err, ERR_INPUT, "a seed goes with randomize=true");
        return bad(m, q, "add randomize=true, or take the seed out");
    }
    if (seed && !ref_is(seed) && !is_number(seed, &number)) {
        err_set(m->err, ERR_INPUT, "the seed '%s' is neither a number nor a question", seed);
        return bad(m, q, "calculate it in a question of its own, and write ${question}");
    }
    return true;
}

/* Whether `value` is a whole number of steps from `from`, with a tolerance of 1e-9 (relative
 * for many steps). */
static bool on_grid(double value, double from, double step)
{
    double steps = (value - from) / step;
    return fabs(steps - round(steps)) < 1e-9 * fmax(1, fabs(steps));
}

static bool tick_labels(struct model *m, struct question *q, double start, double end, double step,
                        const double *interval, bool no_ticks)
{
    const char *name = parameter(q, "tick_labelset");
    const struct choice_list *list = model_list(m, name);
    size_t count = 0;
    bool at_start = false, at_end = false, outside = false;
    if (!list) {
        err_set(m->err, ERR_INPUT, "there is no list '%s' in the sheet choices", name);
        return bad(m, q, "add the labels there, with numbers for names");
    }
    for (const struct choice_row *r = list->first; r; r = r->next) {
        double value;
        if (!is_number(r->name, &value) || isinf(value)) {
            err_set(m->err, ERR_INPUT, "the label '%s' of '%s' stands at no number", r->name, name);
            return bad(m, q, "names of tick labels are numbers");
        }
        if (value < fmin(start, end) || value > fmax(start, end)) {
            err_set(m->err, ERR_INPUT, "the tick label %s lies outside the range", r->name);
            return bad(m, q, "keep it between start and end");
        }
        if ((interval && !on_grid(value, start, *interval)) || !on_grid(value, start, step)) {
            err_set(m->err, ERR_INPUT, "the tick label %s falls between the ticks", r->name);
            return bad(m, q, "place it at the start plus a multiple of step and tick_interval");
        }
        count++;
        at_start = at_start || value == start;
        at_end = at_end || value == end;
        outside = outside || (value != start && value != end);
    }
    if (no_ticks && (count > 2 || outside || !at_start || !at_end)) {
        err_set(m->err, ERR_INPUT, "without ticks only start and end can have labels");
        return bad(m, q, "keep two labels, or take the appearance no-ticks out");
    }
    q->itemset = name;
    return true;
}

enum { RANGE_START, RANGE_END, RANGE_STEP, RANGE_TICK, RANGE_PLACEHOLDER, RANGE_COUNT };
struct range_values {
    double v[RANGE_COUNT];
    bool given[RANGE_COUNT]; /* by the author; start, end and step have usual values */
    bool whole;              /* all of them are whole numbers */
};
static const char *const range_names[RANGE_COUNT] = {[RANGE_START] = "start",
                                                     [RANGE_END] = "end",
                                                     [RANGE_STEP] = "step",
                                                     [RANGE_TICK] = "tick_interval",
                                                     [RANGE_PLACEHOLDER] = "placeholder"};
static_assert(sizeof range_names / sizeof *range_names == RANGE_COUNT, "one name a value");

static bool range_appearance_is_plain(const char *appearance)
{
    static const char *const plain[] = {"vertical", "no-ticks", "vertical no-ticks",
                                        "no-ticks vertical"};
    bool is = !appearance;
    for (size_t i = 0; i < sizeof plain / sizeof *plain && !is; i++) {
        is = text_is(appearance, plain[i]);
    }
    return is;
}

static bool read_range(struct model *m, struct question *q, struct range_values *r)
{
    static const char *const usual[RANGE_COUNT] = {"1", "10", "1", NULL, NULL};
    r->whole = true;
    for (size_t i = 0; i < RANGE_COUNT; i++) {
        const char *text = parameter(q, range_names[i]);
        r->given[i] = text != NULL;
        if (!text && usual[i]) {
            text = field_put(m->arena, q->parameters, range_names[i], usual[i])->text;
        }
        if (text && (!is_number(text, &r->v[i]) || isinf(r->v[i]))) {
            err_set(m->err, ERR_INPUT, "%s must be a number, not '%s'", range_names[i], text);
            return bad(m, q, "write a number");
        }
        r->whole = r->whole && (!text || r->v[i] == floor(r->v[i]));
    }
    return true;
}

static bool check_range(struct model *m, struct question *q, const struct range_values *r)
{
    double start = r->v[RANGE_START], end = r->v[RANGE_END], step = r->v[RANGE_STEP];
    double width = fabs(end - start), tick = r->v[RANGE_TICK], rest = r->v[RANGE_PLACEHOLDER];
    if (step == 0 || step > width) {
        err_set(m->err, ERR_INPUT,
                "step must not be 0, nor larger than the range, from start to end");
        return bad(m, q, "choose another value");
    }
    if (r->given[RANGE_TICK] && (tick == 0 || tick > width || !on_grid(tick, 0, step))) {
        err_set(m->err, ERR_INPUT,
                "tick_interval must not be 0, nor larger than the range, and a multiple of step");
        return bad(m, q, "choose another value");
    }
    if (r->given[RANGE_PLACEHOLDER] &&
        (!on_grid(rest, start, step) || rest < fmin(start, end) || rest > fmax(start, end))) {
        err_set(m->err, ERR_INPUT, "the placeholder is no value that one could choose");
        return bad(m, q, "place it between start and end, on a step");
    }
    return true;
}

static bool range(struct model *m, struct question *q)
{
    const char *appearance = field_text2(q->row, "control", "appearance");
    struct range_values r = {.whole = true};
    if (!only(m, q, "end placeholder start step tick_interval tick_labelset")) {
        return false;
    }
    if (!range_appearance_is_plain(appearance) &&
        (parameter(q, "tick_interval") || parameter(q, "placeholder") ||
         parameter(q, "tick_labelset"))) {
        err_set(m->err, ERR_INPUT, "this appearance has no ticks or placeholder to set");
        return bad(m, q, "use the appearance vertical, no-ticks, or none");
    }
    if (!read_range(m, q, &r) || !check_range(m, q, &r)) {
        return false;
    }
    if (parameter(q, "tick_labelset") &&
        !tick_labels(m, q, r.v[RANGE_START], r.v[RANGE_END], r.v[RANGE_STEP],
                     r.given[RANGE_TICK] ? &r.v[RANGE_TICK] : NULL,
                     appearance && strstr(appearance, "no-ticks"))) {
        return false;
    }
    if (!r.whole) {
        field_put2(m->arena, q->row, "bind", "type", "decimal");
    }
    to_control(m, q, "start", "start");
    to_control(m, q, "end", "end");
    to_control(m, q, "step", "step");
    to_control(m, q, "tick_interval", "odk:tick-interval");
    to_control(m, q, "placeholder", "odk:placeholder");
    return true;
}

static bool package_name(const char *name)
{
    const char *dot = strchr(name, '.');
    bool first = true;
    for (const char *p = name; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        bool later = (*p >= '0' && *p <= '9') || *p == '_';
        if (*p == '.' ? first : !(letter || (later && !first))) {
            return false;
        }
        first = *p == '.';
    }
    return dot && !first;
}

static bool image(struct model *m, struct question *q)
{
    const char *value = field_text(q->row, "default"), *app = parameter(q, "app");
    const char *appearance = field_text2(q->row, "control", "appearance");
    if (value && !strstr(value, "jr://images/") && !q->dynamic) {
        field_put(m->arena, q->row, "default", arena_printf(m->arena, "jr://images/%s", value));
    }
    if (!only(m, q, "app max-pixels") || !whole(m, q, "max-pixels")) {
        return false;
    }
    if (!parameter(q, "max-pixels")) {
        model_note(m, "survey row %zu: max-pixels would keep pictures small", q->number);
    }
    to_bind(m, q, "max-pixels", "orx:max-pixels");
    if (app && (!appearance || text_is(appearance, "annotate"))) {
        if (!package_name(app)) {
            err_set(m->err, ERR_INPUT, "'%s' is no name of an Android package", app);
            return bad(m, q, "such a name has parts of letters with dots between: org.example.app");
        }
        to_control(m, q, "app", "intent");
    }
    return true;
}

static bool audio(struct model *m, struct question *q, bool background)
{
    static const char *const qualities[] = {"voice-only", "low", "normal", "external", NULL};
    static const char *const inside[] = {"voice-only", "low", "normal", NULL};
    if (!only(m, q, "quality") || !one_of(m, q, "quality", background ? inside : qualities)) {
        return false;
    }
    if (background) {
        act(m, q, ACTION_RECORDAUDIO, "odk-instance-load");
        q->actions->quality = parameter(q, "quality");
    } else {
        to_bind(m, q, "quality", "odk:quality");
    }
    return true;
}

static bool geo(struct model *m, struct question *q, bool point)
{
    const char *incremental = parameter(q, "incremental");
    if (!only(m, q,
              point ? "allow-mock-accuracy capture-accuracy reference-geometry warning-accuracy"
                    : "allow-mock-accuracy incremental reference-geometry") ||
        !one_of(m, q, "allow-mock-accuracy", true_false) || !numeric(m, q, "capture-accuracy") ||
        !numeric(m, q, "warning-accuracy")) {
        return false;
    }
    if (incremental && !model_yes(incremental, false)) {
        err_set(m->err, ERR_INPUT, "incremental can only be true");
        return bad(m, q, "write incremental=true, or leave it out");
    }
    if (incremental) {
        field_put2(m->arena, q->row, "control", "incremental", "true");
    }
    to_control(m, q, "capture-accuracy", "accuracyThreshold");
    to_control(m, q, "warning-accuracy", "unacceptableAccuracyThreshold");
    to_bind(m, q, "allow-mock-accuracy", "odk:allow-mock-accuracy");
    if (parameter(q, "reference-geometry")) {
        q->itemset = parameter(q, "reference-geometry");
    }
    return true;
}

static bool background_geopoint(struct model *m, struct question *q)
{
    bool calculation = field_text2(q->row, "bind", "calculate") != NULL;
    if (field_text(q->row, "trigger") && !calculation) {
        return true;
    }
    err_set(m->err, ERR_INPUT,
            calculation ? "a background-geopoint is not calculated"
                        : "a background-geopoint needs a trigger");
    err_hint(m->err, "its column trigger names the question that sets it");
    return model_at(m, "survey", q->number, calculation ? "calculation" : "trigger");
}

static bool missing_calculation(struct model *m, struct question *q)
{
    err_set(m->err, ERR_INPUT, "there is nothing to calculate");
    err_hint(m->err, "write an expression in the column calculation");
    return model_at(m, "survey", q->number, "calculation");
}

/* Warns of appearances that suhbat does not support; the question is asked without them. */
static void note_appearance(struct model *m, const struct question *q)
{
    static const char *const others[] = {
        "ethiopian", "islamic",       "coptic", "bikram-sambat", "myanmar", "persian",
        "buddhist",  "map",           "maps",   "placement-map", "counter", "image-map",
        "bearing",   "hidden-answer", "url",    "printer",       "selfie",  "new-front"};
    const char *appearance = field_text2(q->row, "control", "appearance");
    for (const char *p = appearance ? appearance : ""; *p; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            if (strlen(others[i]) == len && strncmp(p, others[i], len) == 0) {
                model_note(m, "survey row %zu: suhbat has no '%s'; it asks the question without",
                           q->number, others[i]);
            }
        }
        p += len;
    }
}

/* ---- which types have parameters ---- */

static bool calculation(struct model *m, struct question *q)
{
    return field_text2(q->row, "bind", "calculate") || q->dynamic || missing_calculation(m, q);
}

static bool text_rows(struct model *m, struct question *q)
{
    to_control(m, q, "rows", "rows");
    return only(m, q, "rows") && whole(m, q, "rows");
}

static bool sound(struct model *m, struct question *q)
{
    return audio(m, q, text_is(q->type_name, "background-audio"));
}

static bool place(struct model *m, struct question *q)
{
    return geo(m, q, text_is(q->type_name, "geopoint"));
}

static bool start_geopoint(struct model *m, struct question *q)
{
    act(m, q, ACTION_SETGEOPOINT, "odk-instance-first-load");
    return true;
}

bool xlsform_parameters(struct model *m, struct question *q)
{
    static const struct {
        const char *type;
        bool (*read)(struct model *m, struct question *q);
    } types[] = {{"audit", audit},
                 {"calculate", calculation},
                 {"range", range},
                 {"text", text_rows},
                 {"photo", image},
                 {"audio", sound},
                 {"background-audio", sound},
                 {"geopoint", place},
                 {"geoshape", place},
                 {"geotrace", place},
                 {"start-geopoint", start_geopoint},
                 {"background-geopoint", background_geopoint}};
    const char *value = field_text(q->row, "default");
    note_appearance(m, q);
    if (!parse(m, q)) {
        return false;
    }
    if (value && default_is_dynamic(value, q->type_name)) {
        const struct question *up = q->parent;
        q->dynamic = true;
        act(m, q, ACTION_SETVALUE, "odk-instance-first-load");
        while (up && up->shape != SHAPE_REPEAT) {
            up = up->parent;
        }
        if (up) {
            act(m, q, ACTION_SETVALUE, "odk-new-repeat");
        }
    }
    if (q->select) {
        return choosing(m, q);
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (text_is(q->type_name, types[i].type)) {
            return types[i].read(m, q);
        }
    }
    return true;
}
