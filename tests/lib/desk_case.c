/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/desk_case.h"

const char *const case_names[] = {"00112233445566778899aabbccddeeff.png",
                                  "ffeeddccbbaa99887766554433221100.jpg"};

void case_xml(struct buf *xml, const char *code, const char *id)
{
    buf_printf(xml,
               "<data id='test_form' version='7'><audit>audit.csv</audit><code>%s</code>"
               "<phone>+996 555</phone><lang>ky ru</lang><photo>%s</photo><face>%s</face>"
               "<trip><where>Ош</where></trip><trip><where>Казань, РФ</where></trip>"
               "<meta><instanceID>uuid:%s</instanceID></meta></data>",
               code, case_names[CASE_PHOTO], case_names[CASE_FACE], id);
}

static void case_files(struct buf *tar)
{
    static const char audit[] =
        "event,node,start,end,latitude,longitude,accuracy,old-value,new-value\n"
        "question,/data/code,1,2,,,,,A12\nquestion,/data/phone,3,4,,,,+1,+996 555\n"
        "question,/data/trip[1]/where,5,6,,,,,Ош\n";
    static const char memos[] = "node,begun,language,memo\n/data/code,2026,ru,Муж отвечал\n";
    tar_add(tar, "audit.csv", audit, sizeof audit - 1);
    tar_add(tar, case_names[CASE_PHOTO], "a photo", 7);
    tar_add(tar, case_names[CASE_FACE], "a face", 6);
    tar_add(tar, "memos.csv", memos, sizeof memos - 1);
    tar_add(tar, "out.png", "no", 2); /* no name of ours: left where it is */
    tar_end(tar);
}

void case_begin(struct study *s, uint8_t hash[32])
{
    struct err err = {0};
    static struct buf xml;
    study_init(s);
    study_device(s);
    buf_fini(&xml);
    OK(convert_md(&xml, case_md, &err));
    s->form = xml.data;
    study_enrol(s, hash);
}

bool case_finish(struct study *s, const uint8_t hash[32], const uint8_t id[16], const char *code,
                 const char *instance, bool training, struct err *err)
{
    struct device_draft d;
    struct buf xml = {0}, tar = {0};
    case_xml(&xml, code, instance);
    case_files(&tar);
    struct device_finished f = {.xml = xml.data,
                                .xml_len = xml.len,
                                .files = tar.data,
                                .files_len = tar.len,
                                .training = training};
    bool ok = device_draft_begin(s->device, &d, hash, study_wall, err) &&
              device_draft_append(s->device, &d, "one", 3, err) &&
              device_finish(s->device, &d, id, &f, study_wall, err);
    buf_fini(&xml);
    buf_fini(&tar);
    return ok;
}

struct desk *case_desk(struct study *s, const uint8_t hash[32], bool bare)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    struct buf tar = {0}, package = {0};
    bool fresh;
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    take_batch(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, study_wall, &in, &err));
    if (!bare) {
        OK(device_package(s->device, hash, &package, &err));
        OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
        assert_true(fresh);
        OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
        assert_false(fresh);
    }
    buf_fini(&tar);
    buf_fini(&package);
    return desk;
}
