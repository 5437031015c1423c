/* SPDX-License-Identifier: Apache-2.0 */
/* What does a .sav cost beside ReadStat?  The same interviews of 100 questions are written by the
 * dataset's writer, and by a bare loop that parses the same XML and inserts the same values.
 *
 *   bench_stat [N]         interviews (default 20000)
 */
#include <readstat.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"
#include "tests/lib/help.h"

enum { QUESTIONS = 100, TEXT_EACH = 5, CODES = 9, TEXT = 24, ABOUT = 9, ALL = QUESTIONS + ABOUT };
static const double goal = 1.5;

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static bool is_text(int q)
{
    return q % TEXT_EACH == 0;
}

static void form_of(struct buf *md)
{
    buf_text(md, "| survey |\n| | type | name | label |\n");
    for (int q = 0; q < QUESTIONS; q++) {
        buf_printf(md, "| | %s | q%d | Question %d |\n", is_text(q) ? "text" : "select_one l", q,
                   q);
    }
    buf_text(md, "| choices |\n| | list_name | name | label |\n");
    for (int c = 0; c < CODES; c++) {
        buf_printf(md, "| | l | code%d | Answer %d |\n", c, c);
    }
    buf_text(md, "| settings |\n| | form_id | version |\n| | bench | 1 |\n");
    buf_add(md, "", 0);
}

static void instance_of(struct buf *xml, unsigned n)
{
    buf_cut(xml, 0);
    buf_text(xml, "<data id='bench' version='1'>");
    for (int q = 0; q < QUESTIONS; q++) {
        if (is_text(q)) {
            buf_printf(xml, "<q%d>Answer %06u of %03d</q%d>", q, n, q, q);
        } else {
            buf_printf(xml, "<q%d>code%u</q%d>", q, (n + (unsigned)q) % CODES, q);
        }
    }
    buf_text(xml, "</data>");
}

/* ---- ours ---- */

static double ours(unsigned count, size_t *bytes)
{
    struct err err = {0};
    struct buf md = {0}, xform = {0}, xml = {0}, out = {0};
    struct form *form;
    struct dataset *dataset;
    const struct dataset_writer *writer = dataset_writer_find("sav");
    const struct submission about = {.date_ms = 1795478400000,
                                     .record_key = "uuid:00000000-0000-4000-8000-000000000000",
                                     .submitter_id = "A12",
                                     .submitter_name = "",
                                     .device_id = "00112233445566778899aabbccddeeff",
                                     .form_version = "1",
                                     .status = "",
                                     .review_state = ""};
    form_of(&md);
    OK(convert_md(&xform, md.data, &err));
    OK(form_load(&form, xform.data, xform.len, &xml_trusted, &err));
    OK(dataset_new(&dataset, (const struct form *const[]){form}, 1, &(struct dataset_options){0},
                   &err));
    for (unsigned n = 0; n < count; n++) { /* widths and rows; not measured */
        instance_of(&xml, n);
        OK(dataset_scan(dataset, form, xml.data, xml.len, &about, &err));
    }
    const struct dataset_write write = {.dataset = dataset, .text_max = writer->text_max};
    struct dataset_sheet sheet = {.write = &write, .out = &out};
    double took = 0;
    *bytes = 0;
    OK(writer->begin(&sheet, &err));
    for (unsigned n = 0; n < count; n++) {
        struct dataset_reader reader;
        struct dataset_row row;
        instance_of(&xml, n);
        double start = now();
        OK(dataset_open(&reader, dataset, form, xml.data, xml.len, &about, &err));
        while (dataset_next(&reader, &row)) {
            OK(writer->row(&sheet, &reader, &row, &err));
        }
        dataset_close(&reader);
        *bytes += out.len;
        buf_cut(&out, 0);
        took += now() - start;
    }
    OK(writer->end(&sheet, true, &err));
    dataset_free(dataset);
    form_free(form);
    buf_fini(&md);
    buf_fini(&xform);
    buf_fini(&xml);
    buf_fini(&out);
    return took;
}

/* ---- bare ---- */

static ssize_t take(const void *bytes, size_t len, void *user)
{
    buf_add(user, bytes, len);
    return (ssize_t)len;
}

static void add_variables(readstat_writer_t *w)
{
    char name[16];
    for (int q = 0; q < QUESTIONS; q++) {
        snprintf(name, sizeof name, "q%d", q);
        readstat_add_variable(w, name, is_text(q) ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE,
                              is_text(q) ? TEXT : 0);
    }
    /* what surrounds the answers: moment, key, submitter, …, as in ours */
    static const size_t widths[ABOUT] = {0, 41, 3, 0, 32, 32, 32, 0, 1};
    for (size_t i = 0; i < ABOUT; i++) {
        snprintf(name, sizeof name, "about%zu", i);
        readstat_add_variable(w, name, widths[i] ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE,
                              widths[i]);
    }
}

static double bare(unsigned count, bool parses, size_t *bytes)
{
    struct err err = {0};
    struct buf xml = {0}, out = {0};
    readstat_writer_t *w = readstat_writer_init();
    double took = 0;
    *bytes = 0;
    (void)!readstat_set_data_writer(w, take);
    add_variables(w);
    assert_int_equal(readstat_begin_writing_sav(w, &out, count), READSTAT_OK);
    for (unsigned n = 0; n < count; n++) {
        struct arena arena;
        struct xml *root = NULL;
        instance_of(&xml, n);
        double start = now();
        arena_init(&arena);
        if (parses) {
            OK(xml_parse(&root, &arena, xml.data, xml.len, &xml_foreign, &err));
        }
        const struct xml *child = root ? xml_child(root, NULL) : NULL;
        readstat_error_t code = readstat_begin_row(w);
        for (int q = 0; q < QUESTIONS && code == READSTAT_OK; q++) {
            const readstat_variable_t *v = readstat_get_variable(w, q);
            const char *text = child ? xml_content(&arena, child) : "Answer 000001 of 001";
            code = is_text(q) ? readstat_insert_string_value(w, v, text)
                              : readstat_insert_double_value(w, v, child ? text[4] - '0' : 1.0);
            child = child ? xml_sibling(child, NULL) : NULL;
        }
        for (int i = QUESTIONS; i < ALL && code == READSTAT_OK; i++) {
            const readstat_variable_t *v = readstat_get_variable(w, i);
            code = readstat_variable_get_type(v) == READSTAT_TYPE_STRING
                       ? readstat_insert_string_value(w, v, "A12")
                       : readstat_insert_double_value(w, v, n);
        }
        assert_int_equal(code, READSTAT_OK);
        assert_int_equal(readstat_end_row(w), READSTAT_OK);
        arena_fini(&arena);
        *bytes += out.len;
        buf_cut(&out, 0);
        took += now() - start;
    }
    assert_int_equal(readstat_end_writing(w), READSTAT_OK);
    readstat_writer_free(w);
    buf_fini(&xml);
    buf_fini(&out);
    return took;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000;
    size_t our_bytes, bare_bytes, only_bytes;
    double our = ours(count, &our_bytes), loop = bare(count, true, &bare_bytes),
           only = bare(count, false, &only_bytes);
    printf(".sav of %u interviews of %d questions: %.2f s (%zu MB), %.2f x a bare loop that parses "
           "them (%.2f s, %zu MB; ReadStat alone %.2f s)%s\n",
           count, QUESTIONS, our, our_bytes >> 20, our / loop, loop, bare_bytes >> 20, only,
           our / loop > goal ? " (over the goal)" : "");
    return our / loop > goal;
}
