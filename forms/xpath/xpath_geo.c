/* SPDX-License-Identifier: Apache-2.0 */
/* Functions on positions: length, area, geofence.  A position is "lat lon [altitude
 * [accuracy]]"; several are separated by semicolons.  Source: ODK XForms; sphere radius and
 * rounding to a hundredth as in ODK's engines, see docs/XFORMS.md. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double radius = 6378100, pi = 3.14159265358979323846;

struct place {
    double lat, lon;
};
struct places {
    struct place *list;
    size_t count, cap;
    bool bad; /* some text was no valid position */
};

static double radians(double degrees)
{
    return degrees * pi / 180;
}

static void add_place(struct eval *e, struct places *p, const char *text, size_t len)
{
    char copy[200], *end;
    struct place place;
    if (len >= sizeof copy) {
        p->bad = true;
        return;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!copy[strspn(copy, " \t\r\n")]) {
        return;
    }
    place.lat = strtod(copy, &end);
    bool ok = end != copy;
    char *second = end;
    place.lon = strtod(second, &end);
    if (!ok || end == second || !(fabs(place.lat) <= 90) || !(fabs(place.lon) <= 180)) {
        p->bad = true;
        return;
    }
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 16;
        struct place *grown = arena_alloc(e->env->temp, cap * sizeof *grown);
        if (p->count) {
            memcpy(grown, p->list, p->count * sizeof *grown);
        }
        p->list = grown;
        p->cap = cap;
    }
    p->list[p->count++] = place;
}

static bool add_places(struct eval *e, struct places *p, const char *text)
{
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ";");
        add_place(e, p, at, len);
        at += len + (at[len] == ';');
    }
    return xpath_charge(e, strlen(text));
}

/* All positions of an argument: of a text, or of each node of a node-set. */
static bool places_of(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                      struct places *p)
{
    assert(i < call->arg_count);
    struct xpath_value v;
    if (!xpath_arg(e, f, call, i, &v)) {
        return false;
    }
    if (v.type != XV_NODES) {
        return add_places(e, p, xpath_to_text(e->env, &v));
    }
    for (size_t n = 0; n < v.count; n++) {
        if (!add_places(e, p, xpath_string_value(e->env, v.nodes[n]))) {
            return false;
        }
    }
    return true;
}

static double rounded(double n)
{
    return floor(n * 100 + 0.5) / 100;
}

static double between(const struct place *a, const struct place *b)
{
    double cosine = sin(radians(a->lat)) * sin(radians(b->lat)) +
                    cos(radians(a->lat)) * cos(radians(b->lat)) * cos(radians(b->lon - a->lon));
    return acos(fmin(1, fmax(-1, cosine))) * radius;
}

FN(fn_distance)
{
    struct places p = {0};
    double sum = 0;
    for (size_t i = 0; i < call->arg_count; i++) {
        if (!places_of(e, f, call, i, &p)) {
            return false;
        }
    }
    for (size_t i = 1; i < p.count; i++) {
        sum += between(&p.list[i - 1], &p.list[i]);
    }
    return value_number(out, p.bad ? 0 : rounded(sum));
}

/* Area of a polygon on the sphere, summed over its sides; the last point joins the first. */
FN(fn_area)
{
    struct places p = {0};
    double sum = 0;
    if (!places_of(e, f, call, 0, &p)) {
        return false;
    }
    for (size_t i = 0; i < p.count && p.count > 2; i++) {
        const struct place *a = &p.list[i], *b = &p.list[(i + 1) % p.count];
        sum += radians(b->lon - a->lon) * (2 + sin(radians(a->lat)) + sin(radians(b->lat)));
    }
    return value_number(out, p.bad ? 0 : rounded(fabs(sum * radius * radius / 2)));
}

/* Whether the point is in the polygon: a ray towards larger longitudes crosses an odd number
 * of sides. */
FN(fn_geofence)
{
    struct places point = {0}, ring = {0};
    bool inside = false;
    if (!places_of(e, f, call, 0, &point) || !places_of(e, f, call, 1, &ring)) {
        return false;
    }
    if (point.count != 1 || point.bad || ring.bad) {
        return value_bool(out, false);
    }
    double lat = point.list[0].lat, lon = point.list[0].lon;
    for (size_t i = 0, k = ring.count - 1; i < ring.count; k = i++) {
        const struct place *a = &ring.list[i], *b = &ring.list[k];
        if ((a->lat > lat) != (b->lat > lat) &&
            lon < (b->lon - a->lon) * (lat - a->lat) / (b->lat - a->lat) + a->lon) {
            inside = !inside;
        }
    }
    return value_bool(out, inside);
}

const struct xpath_function xpath_geo_functions[] = {
    {"distance", 1, 255, fn_distance}, {"area", 1, 1, fn_area}, {"enclosed-area", 1, 1, fn_area},
    {"geofence", 2, 2, fn_geofence},   {NULL, 0, 0, NULL},
};
