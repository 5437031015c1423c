/* SPDX-License-Identifier: Apache-2.0 */
/* Do the tools at the bottom hold: text, tables, XML, clock, files? */
#include "tests/lib/help.h"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/machine/photo.h"
#include "platform/machine/picture.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/regex.h"
#include "platform/machine/text.h"

static const char *fold(const char *text)
{
    static char kept[200];
    struct buf out = {0};
    text_fold(&out, text, strlen(text));
    snprintf(kept, sizeof kept, "%s", out.data);
    buf_fini(&out);
    return kept;
}

/* What steers a terminal, or turns its writing round. */
static void test_text__nothing_steers_a_terminal(void **state)
{
    (void)state;
    char text[] = "a\x1b[31mb\tc\nd\xC2\x9B"
                  "31m\xE2\x80\xAE"
                  "e\xE2\x81\xA6"
                  "f\x7F"
                  "Көңүл";
    text_defuse(text);
    assert_string_equal(text, "a?[31mb\tc\nd?31m?e?f?Көңүл");
    struct err err = {0};
    char told[200];
    err_set(&err, ERR_INPUT, "the form '\xE2\x80\xAE%s\xC2\x9B'", "x");
    err_text(&err, told, sizeof told);
    assert_string_equal(told, "the form '?x?'");
}

/* A table that is refused has no rows, not some number without them. */
static void test_csv__a_fault_leaves_nothing(void **state)
{
    (void)state;
    struct arena arena;
    struct csv csv;
    struct err err = {0};
    static const char text[] = "a,b\n1,2\n\"open";
    arena_init(&arena);
    assert_false(csv_parse(&csv, &arena, text, sizeof text - 1, &err));
    assert_int_equal(csv.count, 0);
    assert_null(csv.rows);
    arena_fini(&arena);
}

static void test_text__folds_and_normalises(void **state)
{
    (void)state;
    struct buf nfc = {0};
    assert_true(text_nfc(&nfc, "и\xCC\x84", 4, NULL));
    assert_string_equal(nfc.data, "ӣ");
    assert_false(text_nfc(&nfc, "\xFF\xFE", 2, NULL));
    assert_string_equal(fold("Өмүрбек"), "омурбек");
    assert_string_equal(fold("Ҷамшед"), "чамшед");
    assert_string_equal(fold("Рӯдакӣ"), fold("Рудакий"));
    assert_string_equal(fold("Ысык-Көл"), "ысык кол");
    assert_string_equal(fold("Тоҷикистон"), fold("Точикистон"));
    assert_int_equal(text_capital(0x49B), 0x49A);
    assert_int_equal(text_small(0x4E8), 0x4E9);
    buf_fini(&nfc);
}

static void test_text__suggests_only_what_is_near(void **state)
{
    (void)state;
    const char *names[] = {"age", "sex", "country"};
    assert_string_equal(text_nearest("agee", names, 3), "age");
    assert_string_equal(text_nearest("contry", names, 3), "country");
    assert_null(text_nearest("zzzzzz", names, 3));
}

static void test_csv__reads_and_writes(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena;
    struct csv csv;
    arena_init(&arena);
    static const char text[] = "\xEF\xBB\xBF"
                               "a,\"b \"\"q\"\"\nline\"\r\n,,x\n";
    OK(csv_parse(&csv, &arena, text, sizeof text - 1, &err));
    assert_int_equal(csv.count, 2);
    assert_string_equal(csv.rows[0].cells[0], "a");
    assert_string_equal(csv.rows[0].cells[1], "b \"q\"\nline");
    assert_int_equal(csv.rows[1].count, 3);
    assert_int_equal(csv.rows[1].line, 3);
    assert_false(csv_parse(&csv, &arena, "a\n\"b", 4, &err));
    assert_non_null(strstr(err.what, "line 2"));
    struct buf out = {0};
    csv_cell(&out, "x", true);
    csv_cell(&out, "a,b", false);
    csv_cell(&out, "say \"q\"", false);
    csv_end(&out);
    assert_string_equal(out.data, "x,\"a,b\",\"say \"\"q\"\"\"\n");
    buf_fini(&out);
    arena_fini(&arena);
}

static bool parses(const char *text, struct err *err)
{
    struct arena arena;
    struct xml *root;
    arena_init(&arena);
    bool ok = xml_parse(&root, &arena, text, strlen(text), &xml_foreign, err);
    arena_fini(&arena);
    return ok;
}

static void test_xml__refuses_what_could_harm(void **state)
{
    (void)state;
    struct err err = {0};
    assert_true(parses("<a b='1'>x<c/>y</a>", &err));
    assert_false(parses("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", &err));
    assert_non_null(strstr(err.what, "DOCTYPE"));
    assert_false(parses("<!DOCTYPE a><a/>", &err));
    assert_false(parses("<a>&x;</a>", &err));
    assert_false(parses("<a><b></a>", &err));
    assert_false(parses("", &err));
    struct buf deep = {0};
    for (int i = 0; i < 100000; i++) {
        buf_text(&deep, "<a>");
    }
    assert_false(parses(deep.data, &err));
    assert_true(err.code == ERR_LIMIT || err.code == ERR_INPUT);
    buf_cut(&deep, 0);
    buf_text(&deep, "<a>");
    for (int i = 0; i < 200001; i++) {
        buf_text(&deep, "<b/>");
    }
    buf_text(&deep, "</a>");
    assert_false(parses(deep.data, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    buf_fini(&deep);
}

static void test_clock__counts_days(void **state)
{
    (void)state;
    int y, m, d;
    char iso[40];
    assert_int_equal(clock_days(1970, 1, 1), 0);
    assert_int_equal(clock_days(2000, 3, 1), 11017);
    for (int64_t day = -800000; day < 800000; day += 97) {
        clock_civil(day, &y, &m, &d);
        assert_int_equal(clock_days(y, m, d), day);
        assert_true(clock_is_date(y, m, d));
    }
    assert_false(clock_is_date(2023, 2, 29));
    assert_true(clock_is_date(2024, 2, 29));
    clock_iso(iso, sizeof iso, -1, 0, true);
    assert_string_equal(iso, "1969-12-31T23:59:59.999Z");
    clock_iso(iso, sizeof iso, 0, 360, false);
    assert_string_equal(iso, "1970-01-01T06:00:00.000+06:00");
}

static void test_regex__is_bounded(void **state)
{
    (void)state;
    struct err err = {0};
    bool matches;
    char text[60];
    memset(text, 'a', 50);
    strcpy(text + 50, "!");
    assert_false(regex_matches(&matches, "(a+)+$", text, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_false(regex_matches(&matches, "(", "x", &err));
    assert_int_equal(err.code, ERR_INPUT);
}

static void test_file__never_half_and_never_over(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf back = {0};
    char dir[] = "/tmp/suhbat-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a", dir);
    OK(file_write(path, "one", 3, FILE_PRIVATE, false, &err));
    assert_false(file_write(path, "two", 3, FILE_PRIVATE, false, &err));
    assert_int_equal(err.code, ERR_INPUT);
    OK(file_write(path, "two", 3, FILE_PRIVATE, true, &err));
    OK(file_read(&back, path, 10, &err));
    assert_string_equal(back.data, "two");
    assert_false(file_read(&back, path, 2, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    OK(file_put(dir, "b.age", "sealed", 6, NULL, &err));
    /* watched, and stopped: nothing is left of it */
    size_t len = (2 << 20) + 5;
    char *large = mem_zero(1, len);
    struct progress progress = {.total = 2 * len};
    OK(file_put(dir, "c.age", large, len, &progress, &err));
    assert_int_equal(progress.done, 2 * len); /* written, and read back */
    progress.stop = true;
    assert_false(file_put(dir, "d.age", large, len, &progress, &err));
    assert_int_equal(err.code, ERR_ENV);
    struct arena arena;
    const char **names;
    size_t count;
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, dir, "", &err));
    assert_int_equal(count, 3); /* a, b.age, c.age */
    arena_fini(&arena);
    free(large);
    snprintf(path, sizeof path, "%s/c.age", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/a", dir);
    buf_fini(&back);
    unlink(path);
    snprintf(path, sizeof path, "%s/b.age", dir);
    unlink(path);
    rmdir(dir);
}

/* Spellings of one name in passports and mouths; and names that are none of it. */
static void test_text__names_sound_alike(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Джамшед", "Ҷамшед"}, {"Джумабек", "Жумабек"},    {"Турсунзаде", "Турсунзода"},
        {"Усенов", "Үсөнов"},  {"Иссык-Куль", "Ысык-Көл"}, {"Худжанд", "Хуҷанд"},
        {"Куляб", "Кӯлоб"},    {"Гулямов", "Ғуломов"},     {"Омурбек", "Өмүрбек"}};
    static const char *const others[][2] = {
        {"Ош", "Баткен"}, {"Худжанд", "Душанбе"}, {"Нарын", "Талас"}};
    for (size_t set = 0; set < 2; set++) {
        size_t count = set ? sizeof others / sizeof *others : sizeof pairs / sizeof *pairs;
        for (size_t i = 0; i < count; i++) {
            struct buf fold[2] = {{0}}, sound[2] = {{0}};
            for (size_t k = 0; k < 2; k++) {
                const char *text = set ? others[i][k] : pairs[i][k];
                text_fold(&fold[k], text, strlen(text));
                text_skeleton(&sound[k], fold[k].data, fold[k].len);
            }
            if ((strcmp(sound[0].data, sound[1].data) == 0) == (set == 1)) {
                fail_msg("%s and %s: %s, %s", set ? others[i][0] : pairs[i][0],
                         set ? others[i][1] : pairs[i][1], sound[0].data, sound[1].data);
            }
            for (size_t k = 0; k < 2; k++) {
                buf_fini(&fold[k]);
                buf_fini(&sound[k]);
            }
        }
    }
}

/* Each alphabet is in its own order already; and what counts last. */
static void test_text__sorts_by_the_alphabets(void **state)
{
    (void)state;
    static const char *const alphabets[] = {
        "А Б В Г Д Е Ж З И Й К Л М Н О П Р С Т У Ф Х Ц Ч Ш Щ Ъ Ы Ь Э Ю Я",
        "А Б В Г Д Е Ж З И Й К Л М Н Ң О Ө П Р С Т У Ү Ф Х Ц Ч Ш Щ Ъ Ы Ь Э Ю Я",
        "А Б В Г Ғ Д Е Ж З И Й К Қ Л М Н О П Р С Т У Ф Х Ҳ Ч Ҷ Ш Ъ Э Ю Я"};
    for (size_t a = 0; a < sizeof alphabets / sizeof *alphabets; a++) {
        char last[8] = "", letter[8];
        for (const char *p = alphabets[a]; *p;) {
            size_t len = strcspn(p, " ");
            snprintf(letter, sizeof letter, "%.*s", (int)len, p);
            if (*last && text_collate(last, letter) >= 0) {
                fail_msg("%s is not before %s", last, letter);
            }
            memcpy(last, letter, sizeof last);
            p += len + (p[len] == ' ');
        }
    }
    assert_true(text_collate("Ёлка", "Ель") < 0); /* ё is е here: л before ь */
    assert_true(text_collate("Жалал Абад", "Жалал-Абад, шаар") < 0);
    assert_true(text_collate("Ӯш", "Фарғона") < 0);
    assert_true(text_collate("Ошская", "Өзгөн") < 0);
    assert_true(text_collate("Тоҷикистон", "тоҷикистонӣ") < 0);
    assert_int_equal(text_collate("Ош", "Ош"), 0);
}

/* A segment of a JPEG. */
static void segment(struct buf *out, uint8_t marker, const void *body, size_t len)
{
    const uint8_t head[] = {0xFF, marker, (uint8_t)((len + 2) >> 8), (uint8_t)(len + 2)};
    buf_add(out, head, sizeof head);
    buf_add(out, body, len);
}

static bool holds(const struct buf *b, const char *word)
{
    return memmem(b->data, b->len, word, strlen(word)) != NULL;
}

static void test_photo__of_a_jpeg_only_the_picture_is_left(void **state)
{
    (void)state;
    static const uint8_t soi[] = {0xFF, 0xD8}, scan[] = {0x12, 0xFF, 0x00, 0xFF, 0xD1, 0x34},
                         eoi[] = {0xFF, 0xD9};
    static const uint8_t exif[] = {
        'E', 'x', 'i', 'f', 0,   0,   'I',  'I', 42, 0, 8, 0, 0, 0, 2, 0, 0x0F, 1, 2, 0, 4, 0,
        0,   0,   'G', 'P', 'S', '!', 0x12, 1,   3,  0, 1, 0, 0, 0, 6, 0, 0,    0, 0, 0, 0, 0};
    struct buf jpeg = {0}, out = {0};
    buf_add(&jpeg, soi, 2);
    segment(&jpeg, 0xE0, "JFIF\0\1\1\0\0\1\0\1\1\1THUMB", 19);
    segment(&jpeg, 0xE0, "JFXX\0 another thumbnail", 24);
    segment(&jpeg, 0xF3, "unheard of", 10);
    segment(&jpeg, 0xE1, exif, sizeof exif);
    segment(&jpeg, 0xE1, "http://ns.adobe.com/xap/ OWNER", 30);
    segment(&jpeg, 0xE2, "MPF\0 second picture", 19);
    segment(&jpeg, 0xE2, "ICC_PROFILE\0\1\1colours", 21);
    segment(&jpeg, 0xED, "Photoshop IPTC Bishkek", 22);
    segment(&jpeg, 0xFE, "made by a phone", 15);
    segment(&jpeg, 0xDB, "tables", 6);
    segment(&jpeg, 0xDA, "scan", 4);
    buf_add(&jpeg, scan, sizeof scan);
    segment(&jpeg, 0xC4, "between", 7); /* a progressive one has tables between its scans */
    segment(&jpeg, 0xDA, "scan2", 5);
    buf_add(&jpeg, scan, sizeof scan);
    buf_add(&jpeg, eoi, 2);
    buf_text(&jpeg, "a film of two seconds");
    assert_int_equal(photo_clean(&out, jpeg.data, jpeg.len), PHOTO_CLEANED);
    static const char *const gone[] = {"GPS!", "OWNER", "second", "Bishkek",   "phone",
                                       "film", "THUMB", "JFXX",   "unheard of"};
    static const char *const kept[] = {"JFIF", "colours", "tables", "scan", "between", "scan2"};
    for (size_t k = 0; k < sizeof gone / sizeof *gone; k++) {
        assert_false(holds(&out, gone[k]));
    }
    for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
        assert_true(holds(&out, kept[k]));
    }
    assert_memory_equal(out.data + out.len - 2, eoi, 2);
    assert_true(holds(&out, "Exif")); /* how it is to be turned, and nothing else */
    const char *tag = memmem(out.data, out.len, "\x01\x12\x00\x03", 4);
    assert_non_null(tag);
    assert_int_equal(tag[9], 6);
    struct buf again = {0};
    assert_int_equal(photo_clean(&again, out.data, out.len), PHOTO_CLEANED);
    assert_int_equal(again.len, out.len);
    assert_memory_equal(again.data, out.data, out.len);
    for (size_t cut = 0; cut + 30 < jpeg.len; cut++) { /* half a file is not half cleaned */
        buf_cut(&again, 0);
        assert_int_equal(photo_clean(&again, jpeg.data, cut), PHOTO_UNKNOWN);
        assert_int_equal(again.len, 0);
    }
    buf_fini(&jpeg);
    buf_fini(&out);
    buf_fini(&again);
}

static void test_photo__of_a_png_and_a_webp_only_the_picture_is_left(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf png = {0}, noted = {0}, out = {0};
    uint8_t dots[16 * 16] = {0};
    OK(picture_png(&png, dots, 1, 16, 16, &err));
    static const uint8_t text[] = {0,   0, 0,   14,  't', 'E', 'X', 't', 'A', 'u', 't', 'h', 'o',
                                   'r', 0, 'N', 'u', 'r', 'l', 'a', 'n', '!', 1,   2,   3,   4};
    buf_add(&noted, png.data, 33); /* signature and IHDR */
    buf_add(&noted, text, sizeof text);
    buf_add(&noted, png.data + 33, png.len - 33);
    buf_text(&noted, "something behind it");
    assert_int_equal(photo_clean(&out, noted.data, noted.len), PHOTO_CLEANED);
    assert_int_equal(out.len, png.len);
    assert_memory_equal(out.data, png.data, png.len);
    static const uint8_t webp[] = {'R', 'I', 'F', 'F', 52,  0,   0,   0,   'W',  'E', 'B', 'P',
                                   'V', 'P', '8', 'X', 10,  0,   0,   0,   0x0C, 0,   0,   0,
                                   0,   0,   0,   0,   0,   0,   'E', 'X', 'I',  'F', 3,   0,
                                   0,   0,   'G', 'P', 'S', 0,   'V', 'P', '8',  ' ', 6,   0,
                                   0,   0,   'p', 'i', 'x', 'e', 'l', 's', 0,    0,   0,   0};
    buf_cut(&out, 0);
    assert_int_equal(photo_clean(&out, webp, 56), PHOTO_UNKNOWN); /* shorter than it says */
    assert_int_equal(photo_clean(&out, webp, sizeof webp), PHOTO_CLEANED);
    assert_false(holds(&out, "GPS"));
    assert_true(holds(&out, "pixels"));
    assert_int_equal(out.data[20], 0);
    assert_int_equal(out.data[4], (int)out.len - 8);
    buf_cut(&out, 0);
    assert_int_equal(photo_clean(&out,
                                 "\0\0\0\x18"
                                 "ftypheic",
                                 12),
                     PHOTO_UNKNOWN);
    buf_fini(&png);
    buf_fini(&noted);
    buf_fini(&out);
}

static void test_photo__a_webp_without_pixels_is_no_picture(void **state)
{
    (void)state;
    static const uint8_t empty[] = {'R', 'I', 'F', 'F', 24,  0, 0,   0,   'W', 'E', 'B',
                                    'P', 'V', 'P', '8', ' ', 0, 0,   0,   0,   'E', 'X',
                                    'I', 'F', 4,   0,   0,   0, 'a', 'b', 'c', 'd'};
    struct buf out = {0};
    assert_int_equal(photo_clean(&out, empty, sizeof empty), PHOTO_UNKNOWN);
    assert_int_equal(out.len, 0);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__names_sound_alike),
        cmocka_unit_test(test_text__sorts_by_the_alphabets),
        cmocka_unit_test(test_text__folds_and_normalises),
        cmocka_unit_test(test_text__suggests_only_what_is_near),
        cmocka_unit_test(test_csv__reads_and_writes),
        cmocka_unit_test(test_xml__refuses_what_could_harm),
        cmocka_unit_test(test_clock__counts_days),
        cmocka_unit_test(test_regex__is_bounded),
        cmocka_unit_test(test_file__never_half_and_never_over),
        cmocka_unit_test(test_photo__of_a_jpeg_only_the_picture_is_left),
        cmocka_unit_test(test_text__nothing_steers_a_terminal),
        cmocka_unit_test(test_csv__a_fault_leaves_nothing),
        cmocka_unit_test(test_photo__of_a_png_and_a_webp_only_the_picture_is_left),
        cmocka_unit_test(test_photo__a_webp_without_pixels_is_no_picture),
    };
    xml_setup();
    return RUN(tests);
}
