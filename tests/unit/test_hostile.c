/* SPDX-License-Identifier: Apache-2.0 */
/* Do bombs and traps end in a clear error, soon, and without opening anything? */
#include "tests/lib/help.h"

#include <sys/resource.h>
#include <time.h>
#include <zip.h>

#if defined(__SANITIZE_ADDRESS__)
enum { LIMIT_MS = 8000, LIMIT_MIB = 128 };
#else
enum { LIMIT_MS = 2000, LIMIT_MIB = 128 };
#endif

/* Of the processor's time, which is ours alone: other work on the machine does not count. */
static long now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static long peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* Must fail, with words, inside 2 s of the processor and 128 MiB. */
static void must_fail(const char *what, bool ok, const struct err *err, long start, long memory)
{
    if (ok) {
        fail_msg("%s was taken", what);
    }
    if (err->code == ERR_NONE || !err->what[0]) {
        fail_msg("%s: no words", what);
    }
    long limit = getenv("EMULATOR") ? 20 * LIMIT_MS : LIMIT_MS; /* make emulated */
    if (now_ms() - start > limit) {
        fail_msg("%s took %ld ms", what, now_ms() - start);
    }
#if !defined(__SANITIZE_ADDRESS__)
    if (peak_kib() - memory > LIMIT_MIB * 1024) {
        fail_msg("%s took %ld KiB", what, peak_kib() - memory);
    }
#else
    (void)memory;
#endif
}

static void try_form(const char *what, const char *bytes, size_t len)
{
    struct err err = {0};
    struct form *form = NULL;
    long start = now_ms(), memory = peak_kib();
    bool ok = form_load(&form, bytes, len, &xml_foreign, &err);
    struct session *s = NULL;
    if (ok) { /* loads, but then it must not run away */
        struct still still;
        still_init(&still);
        ok = session_new(&s, form, &still.env, &err);
        session_free(s);
    }
    form_free(form);
    must_fail(what, ok, &err, start, memory);
}

static void try_book(const char *what, const char *name, const char *bytes, size_t len)
{
    struct err err = {0};
    struct arena arena;
    struct workbook book;
    struct buf xml = {0};
    struct xlsform_options options = {.fallback_id = "x"};
    long start = now_ms(), memory = peak_kib();
    arena_init(&arena);
    bool ok = workbook_read(&book, &arena, name, bytes, len, &err) &&
              xlsform_convert(&xml, &book, &options, &arena, NULL, &err);
    arena_fini(&arena);
    buf_fini(&xml);
    must_fail(what, ok, &err, start, memory);
}

#define HEAD                                                                                       \
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "        \
    "xmlns:jr='http://openrosa.org/javarosa'><h:head><model><instance><data id='x'>"
#define TAIL "</model></h:head><h:body/></h:html>"

static void test_hostile__xforms(void **state)
{
    (void)state;
    static const char xxe[] = "<?xml version='1.0'?><!DOCTYPE h [<!ENTITY x SYSTEM "
                              "'file:///etc/passwd'>]>" HEAD "<a>&x;</a></data></instance>" TAIL;
    static const char parameter[] =
        "<!DOCTYPE h [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]>" HEAD
        "<a/></data></instance>" TAIL;
    try_form("XXE", xxe, sizeof xxe - 1);
    try_form("parameter entity", parameter, sizeof parameter - 1);
    struct buf b = {0};
    buf_text(&b, "<!DOCTYPE h [<!ENTITY a0 'ha'>");
    for (int i = 1; i < 30; i++) {
        buf_printf(&b, "<!ENTITY a%d '&a%d;&a%d;'>", i, i - 1, i - 1);
    }
    buf_text(&b, "]>" HEAD "<a>&a29;</a></data></instance>" TAIL);
    try_form("entity bomb", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD);
    for (int i = 0; i < 100000; i++) {
        buf_text(&b, "<a>");
    }
    try_form("deep nesting", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD "<a/></data></instance><bind nodeset='/data/a' calculate='");
    for (int i = 0; i < 50000; i++) {
        buf_char(&b, '(');
    }
    buf_text(&b, "1'/>" TAIL);
    try_form("deep XPath", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD "<a");
    for (int i = 0; i < 600000; i++) {
        buf_printf(&b, " a%d='x'", i);
    }
    buf_text(&b, "/></data></instance>" TAIL);
    try_form("many attributes", b.data, b.len);
    buf_cut(&b, 0); /* each step multiplies: 1000^4 nodes to look at */
    buf_text(&b, HEAD "<n/>");
    for (int i = 0; i < 1000; i++) {
        buf_text(&b, "<r/>");
    }
    buf_text(&b, "</data></instance><bind nodeset='/data/n' "
                 "calculate='count(/data/r[count(/data/r[count(/data/r[count(/data/r) > 1]) > 1]) "
                 "> 1])'/>" TAIL);
    try_form("runaway XPath", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b,
             HEAD "<c>999999999</c><r jr:template=''><x/></r></data></instance></model></h:head>"
                  "<h:body><group ref='/data/r'><repeat nodeset='/data/r' jr:count='/data/c'>"
                  "</repeat></group></h:body></h:html>");
    try_form("a thousand million entries", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD "<a>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!</a><b/></data></instance>"
                      "<bind nodeset='/data/b' calculate=\"regex(/data/a, '(a+)+$')\"/>" TAIL);
    try_form("hostile pattern", b.data, b.len);
    buf_fini(&b);
}

/* What looks harmless piece by piece. */
static void test_hostile__xforms_that_add_up(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_text(&b, "<!-- <x ' -->" HEAD "<a");
    for (int i = 0; i < 100000; i++) {
        buf_printf(&b, " a%d='x'", i);
    }
    buf_text(&b, "/></data></instance>" TAIL);
    try_form("many attributes behind a comment", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD);
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "<q%d/>", i);
    }
    buf_text(&b, "</data></instance>");
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "<bind nodeset='/data/q%d' relevant='count(//*) > 1'/>", i);
    }
    buf_text(&b, TAIL);
    try_form("everything depends on everything", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD "<q0>twelve bytes</q0>");
    for (int i = 1; i < 33; i++) {
        buf_printf(&b, "<q%d/>", i);
    }
    buf_text(&b, "</data></instance>");
    for (int i = 1; i < 33; i++) {
        buf_printf(&b, "<bind nodeset='/data/q%d' calculate='concat(/data/q%d, /data/q%d)'/>", i,
                   i - 1, i - 1);
    }
    buf_text(&b, TAIL);
    try_form("a text doubled and doubled", b.data, b.len);
    buf_cut(&b, 0);
    buf_text(&b, HEAD "<n/><t>");
    for (int i = 0; i < 1 << 16; i++) {
        buf_text(&b, "sixteen letters ");
    }
    buf_text(&b, "</t>");
    for (int i = 0; i < 10000; i++) {
        buf_text(&b, "<r/>");
    }
    buf_text(&b, "</data></instance><bind nodeset='/data/n' "
                 "calculate='count(/data/r[string-length(/data) > 3])'/>" TAIL);
    try_form("a long text read again and again", b.data, b.len);
    buf_cut(&b, 0);
    static const char *const repeats[] = {"/data/a/@x", "/data"};
    for (size_t i = 0; i < 2; i++) {
        buf_printf(&b,
                   HEAD "<a x='1'/></data></instance></model></h:head><h:body><repeat "
                        "nodeset='%s' jr:count='1'/></h:body></h:html>",
                   repeats[i]);
        try_form("a repeat where none can be", b.data, b.len);
        buf_cut(&b, 0);
    }
    /* and the guard takes no quiet comment for a bomb */
    struct err err = {0};
    struct form *form;
    buf_text(&b, HEAD "<a/></data></instance><!-- <x ");
    for (int i = 0; i < 3000; i++) {
        buf_text(&b, "'\" ");
    }
    buf_text(&b, "-->" TAIL);
    OK(form_load(&form, b.data, b.len, &xml_foreign, &err));
    form_free(form);
    buf_fini(&b);
}

/* An archive in memory with one member. */
static void make_zip(struct buf *out, const char *const *names, const struct buf *bodies,
                     size_t count)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *body = zip_source_buffer(zip, bodies[i].data, bodies[i].len, 0);
        assert_true(zip_file_add(zip, names[i], body, 0) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(source), 0);
    char chunk[65536];
    for (zip_int64_t n; (n = zip_source_read(source, chunk, sizeof chunk)) > 0;) {
        buf_add(out, chunk, (size_t)n);
    }
    zip_source_close(source);
    zip_source_free(source);
}

static void test_hostile__workbooks(void **state)
{
    (void)state;
    struct buf bodies[3] = {{0}}, zip = {0};
    static const char *const names[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                        "xl/worksheets/sheet1.xml"};
    buf_text(&bodies[0],
             "<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/"
             "relationships'><sheets><sheet name='survey' r:id='r1'/></sheets></workbook>");
    buf_text(&bodies[1], "<R><Relationship Id='r1' Target='worksheets/sheet1.xml'/></R>");
    for (int i = 0; i < 60 << 10; i++) { /* 60 MiB of blanks pack into some 60 KiB */
        static char blanks[1024];
        memset(blanks, ' ', sizeof blanks);
        buf_add(&bodies[2], blanks, sizeof blanks);
    }
    make_zip(&zip, names, bodies, 3);
    assert_true(zip.len < 1 << 20);
    buf_fini(&bodies[2]);
    try_book("zip bomb", "x.xlsx", zip.data, zip.len);
    buf_fini(&zip);
    static const char *const traps[] = {
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><worksheet><sheetData><row><c "
        "t='str'><v>&e;</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row r='1'><c r='ZZZZZZZZ1' t='str'><v>x</v></c></row></sheetData>"
        "</worksheet>",
        "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>99999999999</v></c></row></sheetData>"
        "</worksheet>",
        "not xml at all"};
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
        buf_text(&bodies[2], traps[i]);
        make_zip(&zip, names, bodies, 3);
        try_book("a trap in a sheet", "x.xlsx", zip.data, zip.len);
        for (size_t cut = 0; cut < zip.len; cut += 17) {
            try_book("a cut workbook", "x.xlsx", zip.data, cut);
        }
        buf_fini(&zip);
        buf_fini(&bodies[2]);
    }
    struct buf styled[4] = {bodies[0], bodies[1], {0}, {0}};
    static const char *const styled_names[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                               "xl/worksheets/sheet1.xml", "xl/styles.xml"};
    buf_text(&styled[2], "<worksheet><sheetData/></worksheet>");
    buf_text(&styled[3], "<styleSheet><numFmts>");
    for (int i = 0; i < 30000; i++) {
        buf_text(&styled[3], "<numFmt numFmtId='9' formatCode='0'/>");
    }
    buf_text(&styled[3], "</numFmts><cellXfs>");
    for (int i = 0; i < 60000; i++) {
        buf_text(&styled[3], "<xf numFmtId='200'/>");
    }
    buf_text(&styled[3], "</cellXfs></styleSheet>");
    make_zip(&zip, styled_names, styled, 4);
    try_book("styles beyond measure", "x.xlsx", zip.data, zip.len);
    buf_fini(&zip);
    buf_fini(&styled[2]);
    buf_fini(&styled[3]);
    buf_fini(&bodies[0]);
    buf_fini(&bodies[1]);
    try_book("an open quote", "x.csv", "\"survey\n,type", 13);
    try_book("bytes that are no text", "x.csv", "survey\n,\xFF\xFE\n", 11);
    try_book("nothing", "x.csv", "", 0);
    struct buf deep = {0};
    buf_text(&deep, "| survey |\n| | type | name | label |\n");
    for (int i = 0; i < 3000; i++) {
        buf_printf(&deep, "| | begin_group | g%d | G |\n", i);
    }
    try_book("groups without end", "x.md", deep.data, deep.len);
    buf_fini(&deep);
}

/* ---- instances, lists and actions ---- */

static const char small_form[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>T</h:title><model>"
    "<instance><data id='f'><a/><r jr:template=''><x/></r></data></instance>"
    "<instance id='places' src='jr://file/places.geojson'/>"
    "<bind nodeset='/data/a' calculate=\"count(instance('places')/root/item)\"/>"
    "</model></h:head><h:body><select1 ref='/data/a' appearance=\"search('l', 'contains', 'n', "
    "/data/r/x)\"><item><value>n</value><label>n</label></item></select1><group ref='/data/r'>"
    "<repeat nodeset='/data/r'><input ref='/data/r/x'/></repeat></group></h:body></h:html>";

static const struct buf *resource_bytes;
static bool any_resource(void *user, const char *uri, struct buf *out, struct err *err)
{
    (void)user;
    (void)uri;
    (void)err;
    buf_add(out, resource_bytes->data, resource_bytes->len);
    return true;
}

static void try_instance(const char *what, const char *bytes, size_t len)
{
    struct err err = {0};
    struct form *form;
    struct session *s;
    struct still still;
    long start = now_ms(), memory = peak_kib();
    still_init(&still);
    OK(form_load(&form, small_form, sizeof small_form - 1, &xml_trusted, &err));
    bool ok = instance_open(&s, form, &still.env, bytes, len, true, &err);
    session_free(s);
    form_free(form);
    must_fail(what, ok, &err, start, memory);
}

static void test_hostile__instances(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_text(&b, "<data>");
    for (int i = 0; i < 20000; i++) {
        buf_text(&b, "<r><x>1</x></r>");
    }
    buf_text(&b, "</data>");
    try_instance("an instance of too many entries", b.data, b.len);
    buf_cut(&b, 0);
    for (int i = 0; i < 5000; i++) {
        buf_text(&b, "<data>");
    }
    try_instance("an instance nested too deep", b.data, b.len);
    static const char *const wrong[] = {"<other/>", "<data><b/></data>", "<data><a></data>", "",
                                        "<!DOCTYPE data [<!ENTITY a 'b'>]><data><a>&a;</a></data>"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        try_instance(wrong[i], wrong[i], strlen(wrong[i]));
    }
    buf_fini(&b);
}

/* Milliseconds to restore an instance of COUNT entries and as many elements of other programs. */
static long restore_ms(int count)
{
    struct still still;
    struct form *form;
    struct session *s;
    struct err err = {0};
    struct buf b = {0};
    buf_text(&b, "<data>");
    for (int i = 0; i < count; i++) {
        buf_text(&b, "<r><x>1</x></r><meta/>");
    }
    buf_text(&b, "</data>");
    still_init(&still);
    OK(form_load(&form, small_form, sizeof small_form - 1, &xml_trusted, &err));
    long start = now_ms();
    OK(instance_open(&s, form, &still.env, b.data, b.len, true, &err));
    long took = now_ms() - start;
    session_free(s);
    form_free(form);
    buf_fini(&b);
    return took;
}

static void test_hostile__restoring_grows_with_the_instance(void **state)
{
    (void)state;
    long half = restore_ms(4000), whole = restore_ms(8000);
    if (whole > half * 3 + 20) {
        fail_msg("4,000 entries take %ld ms, 8,000 take %ld ms", half, whole);
    }
}

/* A list that is no list is an empty one: the interview goes on. */
static void test_hostile__lists_from_outside(void **state)
{
    (void)state;
    struct buf deep = {0}, wide = {0};
    for (int i = 0; i < 100000; i++) {
        buf_text(&deep, "{\"features\":[");
    }
    buf_text(&wide, "{\"features\":[");
    for (int i = 0; i < 20000; i++) {
        buf_text(&wide, i ? ",{}" : "{}");
    }
    buf_text(&wide, "]}");
    static const char odd[] = "{\"features\":{\"a\":7},\"x\":[1,[2]]}";
    static const char geometry[] =
        "{\"features\":[{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":7}},"
        "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[[1]]}},"
        "{\"geometry\":{\"type\":5,\"coordinates\":[]}},7,{\"properties\":[{\"a\":1}]}]}";
    struct buf bodies[] = {deep,
                           wide,
                           {.data = (char *)odd, .len = sizeof odd - 1},
                           {.data = (char *)geometry, .len = sizeof geometry - 1},
                           {.data = (char *)"\xff\xfe", .len = 2},
                           {.data = (char *)"", .len = 0}};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct err err = {0};
        struct form *form;
        struct session *s;
        struct still still;
        struct arena arena;
        struct choice *choices;
        size_t count;
        long start = now_ms();
        resource_bytes = &bodies[i];
        still_init(&still);
        still.env.resource = any_resource;
        arena_init(&arena);
        OK(form_load(&form, small_form, sizeof small_form - 1, &xml_trusted, &err));
        OK(session_new(&s, form, &still.env, &err));
        struct node *a = session_find(s, "/data/a");
        OK(session_choices(s, &arena, a->item->control, a, &choices, &count, &err));
        assert_true(now_ms() - start < LIMIT_MS);
        arena_fini(&arena);
        session_free(s);
        form_free(form);
    }
    buf_fini(&deep);
    buf_fini(&wide);
}

/* Each of these is said to be wrong where it stands. */
static void test_hostile__actions_and_searches(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "<setvalue event='odk-instance-first-load' ref='/data/r[' value='1'/>",
        "<setvalue event='odk-instance-first-load' ref='/data/r[[[[' value='1'/>",
        "<setvalue event='no-such-event' ref='/data/a' value='1'/>",
        "<setvalue event='odk-instance-first-load' ref='' value='1'/>",
        "<setvalue event='odk-instance-first-load' ref='/data/none' value='1'/>",
        "<setgeopoint event='odk-instance-first-load' ref='/data/a'/>",
        "<submission method='shout'/>"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buf b = {0};
        buf_printf(&b,
                   "<h:html xmlns='http://www.w3.org/2002/xforms' "
                   "xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><instance><data id='f'>"
                   "<a/></data></instance>%s</model></h:head><h:body/></h:html>",
                   wrong[i]);
        try_form(wrong[i], b.data, b.len);
        buf_fini(&b);
    }
    static const char search[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'>"
        "<h:head><model><instance><data id='f'><a/></data></instance></model></h:head><h:body>"
        "<select1 ref='/data/a' appearance=\"search('l', ((]\"/></h:body></h:html>";
    struct form *form;
    struct err err = {0};
    assert_true(form_load(&form, search, sizeof search - 1, &xml_foreign, &err)); /* only a word */
    form_free(form);
}

/* An event of the journal has two bytes for the length of its path. */
static void test_hostile__a_path_longer_than_the_journal_can_hold(void **state)
{
    (void)state;
    static const size_t depths[] = {4, 66}; /* of elements whose names have 1,000 bytes */
    for (size_t d = 0; d < 2; d++) {
        struct form *form = NULL;
        struct err err = {0};
        struct buf b = {0};
        buf_text(&b, "<h:html xmlns='http://www.w3.org/2002/xforms' "
                     "xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><instance>"
                     "<data id='f'>");
        for (size_t i = 0; i < depths[d]; i++) {
            buf_printf(&b, "<q%0999d>", 0);
        }
        for (size_t i = 0; i < depths[d]; i++) {
            buf_printf(&b, "</q%0999d>", 0);
        }
        buf_text(&b, "</data></instance></model></h:head><h:body/></h:html>");
        bool ok = form_load(&form, b.data, b.len, &xml_foreign, &err);
        assert_int_equal(err.code, d ? ERR_LIMIT : ERR_NONE);
        assert_int_equal(ok, d == 0);
        if (ok) {
            form_free(form);
        }
        buf_fini(&b);
    }
}

/* A record is well-formed, however many namespaces its form has. */
static void test_hostile__many_namespaces(void **state)
{
    (void)state;
    enum { PREFIXES = 200 };
    struct err err = {0};
    struct form *form;
    struct session *s;
    struct still still;
    struct buf b = {0}, instance = {0};
    struct arena arena;
    struct xml *root;
    buf_text(&b, "<h:html xmlns='http://www.w3.org/2002/xforms' "
                 "xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><instance><data id='f'");
    for (int i = 0; i < PREFIXES; i++) {
        buf_printf(&b, " xmlns:p%d='urn:p%d'", i, i);
    }
    buf_char(&b, '>');
    for (int i = 0; i < PREFIXES; i++) {
        buf_printf(&b, "<p%d:q%d>%d</p%d:q%d>", i, i, i, i, i);
    }
    buf_text(&b, "</data></instance></model></h:head><h:body/></h:html>");
    still_init(&still);
    OK(form_load(&form, b.data, b.len, &xml_foreign, &err));
    OK(session_new(&s, form, &still.env, &err));
    OK(instance_write(&instance, s, &err));
    session_free(s);
    arena_init(&arena);
    OK(xml_parse(&root, &arena, instance.data, instance.len, &xml_trusted, &err));
    int i = 0;
    for (const struct xml *q = root->first; q; q = q->next, i++) {
        char uri[16];
        snprintf(uri, sizeof uri, "urn:p%d", i);
        assert_string_equal(q->uri, uri);
    }
    assert_int_equal(i, PREFIXES);
    OK(instance_open(&s, form, &still.env, instance.data, instance.len, false, &err));
    session_free(s);
    arena_fini(&arena);
    form_free(form);
    buf_fini(&b);
    buf_fini(&instance);
}

/* An edit adds deprecatedID to meta, a node that the form does not declare. */
static void test_hostile__an_edit_of_a_form_whose_meta_is_readonly(void **state)
{
    (void)state;
    static const char form_xml[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'>"
        "<h:head><h:title>T</h:title><model><instance><data id='f'><a/><meta><instanceID/></meta>"
        "</data></instance><bind nodeset='/data' readonly='true()'/></model></h:head><h:body>"
        "<input ref='/data/a'/></h:body></h:html>";
    static const char bytes[] =
        "<data id='f'><a>1</a><meta><instanceID>uuid:1</instanceID></meta></data>";
    struct err err = {0};
    struct form *form;
    struct session *s;
    struct still still;
    struct buf xml = {0};
    still_init(&still);
    OK(form_load(&form, form_xml, sizeof form_xml - 1, &xml_trusted, &err));
    OK(instance_open(&s, form, &still.env, bytes, sizeof bytes - 1, true, &err));
    OK(instance_write(&xml, s, &err));
    assert_non_null(strstr(xml.data, "<deprecatedID>uuid:1</deprecatedID>"));
    buf_fini(&xml);
    session_free(s);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile__xforms),
        cmocka_unit_test(test_hostile__xforms_that_add_up),
        cmocka_unit_test(test_hostile__workbooks),
        cmocka_unit_test(test_hostile__instances),
        cmocka_unit_test(test_hostile__restoring_grows_with_the_instance),
        cmocka_unit_test(test_hostile__lists_from_outside),
        cmocka_unit_test(test_hostile__actions_and_searches),
        cmocka_unit_test(test_hostile__many_namespaces),
        cmocka_unit_test(test_hostile__an_edit_of_a_form_whose_meta_is_readonly),
        cmocka_unit_test(test_hostile__a_path_longer_than_the_journal_can_hold),
    };
    xml_setup();
    return RUN(tests);
}
