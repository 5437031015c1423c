/* SPDX-License-Identifier: Apache-2.0 */
/* The table of question types.  Source: xlsform.org; pyxform for older spellings. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

#define INPUT(name, type)                                                                          \
    {                                                                                              \
        name, "input", type, NULL, NULL, NULL, NULL, NULL, false                                   \
    }
#define NOTE(name)                                                                                 \
    {                                                                                              \
        name, "input", "string", NULL, NULL, NULL, NULL, NULL, true                                \
    }
#define UPLOAD(name, media)                                                                        \
    {                                                                                              \
        name, "upload", "binary", media, NULL, NULL, NULL, NULL, false                             \
    }
#define PRELOAD(name, type, kind, what)                                                            \
    {                                                                                              \
        name, NULL, type, NULL, kind, what, NULL, NULL, false                                      \
    }
#define PROPERTY(name, what) PRELOAD(name, "string", "property", what)
#define SELECT(name, tag)                                                                          \
    {                                                                                              \
        name, tag, "string", NULL, NULL, NULL, NULL, NULL, false                                   \
    }
#define SILENT(name, type)                                                                         \
    {                                                                                              \
        name, NULL, type, NULL, NULL, NULL, NULL, NULL, false                                      \
    }
#define RANGED(name, rule, hint)                                                                   \
    {                                                                                              \
        name, "input", "int", NULL, NULL, NULL, rule, hint, false                                  \
    }

static const struct question_type types[] = {
    INPUT("text", "string"),
    INPUT("string", "string"),
    INPUT("q string", "string"),
    INPUT("add text prompt", "string"),
    INPUT("integer", "int"),
    INPUT("int", "int"),
    INPUT("q int", "int"),
    INPUT("add integer prompt", "int"),
    INPUT("decimal", "decimal"),
    INPUT("q decimal", "decimal"),
    INPUT("add decimal prompt", "decimal"),
    NOTE("note"),
    NOTE("q note"),
    NOTE("add note prompt"),
    INPUT("date", "date"),
    INPUT("q date", "date"),
    INPUT("add date prompt", "date"),
    INPUT("time", "time"),
    INPUT("dateTime", "dateTime"),
    INPUT("datetime", "dateTime"),
    INPUT("date time", "dateTime"),
    INPUT("q date time", "dateTime"),
    INPUT("q dateTime", "dateTime"),
    INPUT("add date time prompt", "dateTime"),
    INPUT("add dateTime prompt", "dateTime"),
    INPUT("gps", "geopoint"),
    INPUT("geopoint", "geopoint"),
    INPUT("q geopoint", "geopoint"),
    INPUT("location", "geopoint"),
    INPUT("q location", "geopoint"),
    INPUT("add location prompt", "geopoint"),
    INPUT("geotrace", "geotrace"),
    INPUT("geoshape", "geoshape"),
    INPUT("barcode", "barcode"),
    INPUT("q barcode", "barcode"),
    INPUT("add barcode prompt", "barcode"),
    UPLOAD("image", "image/*"),
    UPLOAD("photo", "image/*"),
    UPLOAD("q picture", "image/*"),
    UPLOAD("q image", "image/*"),
    UPLOAD("add image prompt", "image/*"),
    UPLOAD("add photo prompt", "image/*"),
    UPLOAD("audio", "audio/*"),
    UPLOAD("q audio", "audio/*"),
    UPLOAD("add audio prompt", "audio/*"),
    UPLOAD("video", "video/*"),
    UPLOAD("q video", "video/*"),
    UPLOAD("add video prompt", "video/*"),
    UPLOAD("file", "application/*"),
    UPLOAD("add file prompt", "application/*"),
    UPLOAD("osm", "osm/*"),
    {"range", "range", "int", NULL, NULL, NULL, NULL, NULL, false},
    {"acknowledge", "trigger", "string", NULL, NULL, NULL, NULL, NULL, false},
    {"q acknowledge", "trigger", "string", NULL, NULL, NULL, NULL, NULL, false},
    {"add acknowledge prompt", "trigger", "string", NULL, NULL, NULL, NULL, NULL, false},
    {"trigger", "trigger", NULL, NULL, NULL, NULL, NULL, NULL, false},
    SELECT("select one", "select1"),
    SELECT("select all that apply", "select"),
    SELECT("select one external", "input"),
    {"rank", "odk:rank", "odk:rank", NULL, NULL, NULL, NULL, NULL, false},
    SILENT("calculate", "string"),
    SILENT("q calculate", "string"),
    SILENT("add calculate prompt", "string"),
    SILENT("hidden", "string"),
    RANGED("percentage", "0 <= . and . <= 100", NULL),
    RANGED("number of days in last month", "0 <= . and . <= 31", "Enter a number 0-31."),
    RANGED("number of days in last six months", "0 <= . and . <= 183", "Enter a number 0-183."),
    RANGED("number of days in last year", "0 <= . and . <= 365", "Enter a number 0-365."),
    {"phone number", "input", "string", NULL, NULL, NULL, "regex(., '^\\d*$')",
     "Enter numbers only.", false},
    PRELOAD("start", "dateTime", "timestamp", "start"),
    PRELOAD("start time", "dateTime", "timestamp", "start"),
    PRELOAD("get start time", "dateTime", "timestamp", "start"),
    PRELOAD("end", "dateTime", "timestamp", "end"),
    PRELOAD("end time", "dateTime", "timestamp", "end"),
    PRELOAD("get end time", "dateTime", "timestamp", "end"),
    PRELOAD("today", "date", "date", "today"),
    PRELOAD("get today", "date", "date", "today"),
    PROPERTY("deviceid", "deviceid"),
    PROPERTY("imei", "deviceid"),
    PROPERTY("device id", "deviceid"),
    PROPERTY("get device id", "deviceid"),
    PROPERTY("username", "username"),
    PROPERTY("email", "email"),
    PROPERTY("phonenumber", "phonenumber"),
    PROPERTY("get phone number", "phonenumber"),
    PROPERTY("subscriberid", "subscriberid"),
    PROPERTY("subscriber id", "subscriberid"),
    PROPERTY("get subscriber id", "subscriberid"),
    PROPERTY("simserial", "simserial"),
    PROPERTY("sim id", "simserial"),
    PROPERTY("get sim id", "simserial"),
    PROPERTY("uri:deviceid", "uri:deviceid"),
    PROPERTY("uri:username", "uri:username"),
    PROPERTY("uri:email", "uri:email"),
    PROPERTY("uri:phonenumber", "uri:phonenumber"),
    PROPERTY("uri:subscriberid", "uri:subscriberid"),
    PROPERTY("uri:simserial", "uri:simserial"),
    SILENT("audit", "binary"),
    SILENT("start-geopoint", "geopoint"),
    SILENT("background-geopoint", "geopoint"),
    SILENT("background-audio", "binary"),
    SILENT("csv-external", NULL),
    SILENT("xml-external", NULL),
};

/* Older or alternative name, and its name in the table above. */
static const char *const alias[][2] = {
    {"select_one", "select one"},
    {"select1", "select one"},
    {"q select1", "select one"},
    {"select one from", "select one"},
    {"select one using", "select one"},
    {"add select one prompt using", "select one"},
    {"select_one_from_file", "select one"},
    {"select one from file", "select one"},
    {"select_multiple", "select all that apply"},
    {"q select", "select all that apply"},
    {"select all that apply from", "select all that apply"},
    {"select multiple from", "select all that apply"},
    {"select multiple using", "select all that apply"},
    {"add select multiple prompt using", "select all that apply"},
    {"select_multiple_from_file", "select all that apply"},
    {"select multiple from file", "select all that apply"},
    {"select_one_external", "select one external"},
};

const struct question_type *question_type(const char *name)
{
    assert(name);
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++) {
        if (text_is(alias[i][0], name)) {
            name = alias[i][1];
            break;
        }
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (*types[i].name == *name && text_is(types[i].name, name)) {
            return &types[i];
        }
    }
    return NULL;
}

size_t question_type_names(const char **names)
{
    static const char *const brackets[] = {"begin_group", "end_group",       "begin_repeat",
                                           "end_repeat",  "begin_loop over", "end_loop",
                                           "select_one",  "select_multiple", "rank"};
    size_t count = 0;
    for (; count < sizeof types / sizeof *types; count++) {
        names[count] = types[count].name;
    }
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
        names[count++] = brackets[i];
    }
    return count;
}
