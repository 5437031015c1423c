/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_DESK_CASE_H
#define TESTS_LIB_DESK_CASE_H
/* desk_case: a study whose form has a repeat, ticks, a photo, a marked question and a log; records
 * of it with their files, on a device and at a desk. */
#include "tests/lib/custody.h"

#include "platform/custody/tar.h"
#include "tools/desk/desk_export.h"

static const char case_md[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | label::Кыргызча (ky) | bind::suhbat:sensitive | "
    "bind::suhbat:submitter |\n"
    "| | audit | audit | | | | |\n"
    "| | text | code | Код | Код | | yes |\n"
    "| | text | phone | Телефон | Телефон | extra | |\n"
    "| | select_multiple langs | lang | Языки | Тилдер | | |\n"
    "| | image | photo | Фото | Сүрөт | | |\n"
    "| | image | face | Лицо | Жүз | extra | |\n"
    "| | begin_repeat | trip | Поездки | Сапарлар | | |\n"
    "| | text | where | Куда | Кайда | | |\n"
    "| | end_repeat | | | | | |\n"
    "| choices |\n| | list_name | name | label::Русский (ru) | label::Кыргызча (ky) |\n"
    "| | langs | ky | Киргизский | Кыргызча |\n| | langs | ru | Русский | Орусча |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 7 |\n";

enum { CASE_PHOTO = 0, CASE_FACE = 1 };
extern const char *const case_names[];

/* One interview: `code` is the interviewer's, `id` what its instanceID says. */
void case_xml(struct buf *xml, const char *code, const char *id);

/* The device and its form; s->form is freed by case_end. */
void case_begin(struct study *s, uint8_t hash[32]);
bool case_finish(struct study *s, const uint8_t hash[32], const uint8_t id[16], const char *code,
                 const char *instance, bool training, struct err *err);

/* The device's records at a desk; with their form unless `bare`. */
struct desk *case_desk(struct study *s, const uint8_t hash[32], bool bare);

#endif
