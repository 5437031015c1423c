/* SPDX-License-Identifier: Apache-2.0 */
/* A saved instance, restored and edited: what is written again must be restored, too. */
#include "tests/fuzz/fuzz.h"

#include "forms/engine/instance.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa' xmlns:orx='http://openrosa.org/xforms'><h:head>"
    "<h:title>T</h:title><model><instance><data id='f' version='1'><a/><n>1</n><total/>"
    "<r jr:template=''><x/><k jr:template=''><y/></k></r><c><z>first</z></c><g><h/></g>"
    "<meta><instanceID/></meta></data></instance>"
    "<bind nodeset='/data/n' type='int'/><bind nodeset='/data/total' calculate='sum(/data/r/x)'/>"
    "<bind nodeset='/data/r/x' type='int'/><bind nodeset='/data/r/k/y' type='geopoint'/>"
    "<bind nodeset='/data/g' relevant=\"/data/a != 'no'\"/>"
    "<bind nodeset='/data/meta/instanceID' jr:preload='uid'/></model></h:head><h:body>"
    "<input ref='/data/a'/><input ref='/data/n'/><group ref='/data/r'><repeat nodeset='/data/r'>"
    "<input ref='/data/r/x'/><group ref='/data/r/k'><repeat nodeset='/data/r/k'>"
    "<input ref='/data/r/k/y'/></repeat></group></repeat></group><group ref='/data/c'>"
    "<repeat nodeset='/data/c' jr:count='/data/n'><input ref='/data/c/z'/></repeat></group>"
    "<group ref='/data/g'><input ref='/data/g/h'/></group></h:body></h:html>";

static int64_t wall(void *user)
{
    (void)user;
    return 1795507200000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct form *form;
    struct err err = {0};
    struct session *session, *again;
    struct session_env env = {.wall_ms = wall};
    if (!form && !form_load(&form, form_xml, sizeof form_xml - 1, &xml_trusted, &err)) {
        abort();
    }
    for (int edit = 0; edit < 2; edit++) {
        if (!instance_open(&session, form, &env, (const char *)data, size, edit, &err)) {
            continue;
        }
        struct buf xml = {0}, twice = {0};
        if (!instance_write(&xml, session, &err) ||
            !instance_open(&again, form, &env, xml.data, xml.len, false, &err) ||
            !instance_write(&twice, again, &err) || strcmp(xml.data, twice.data) != 0) {
            abort();
        }
        session_free(again);
        session_free(session);
        buf_fini(&xml);
        buf_fini(&twice);
    }
    return 0;
}
