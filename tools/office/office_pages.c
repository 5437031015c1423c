/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the pages. */
#include <assert.h>

#include "tools/office/office.h"

const struct office_row office_rows[] = {
    [OFFICE_UNLOCK] = {"unlock", office_unlock, NULL, NULL, NULL, NULL},
    [OFFICE_TAKE] = {"take", office_take, office_take_forget, NULL, NULL, NULL},
    [OFFICE_RECORDS] = {"records", office_records, office_records_forget, NULL, NULL, NULL},
    [OFFICE_FIELD] = {"field", office_field_page, office_field_forget, NULL, NULL, NULL},
    [OFFICE_OUTPUT] = {"output", office_output, office_output_forget, NULL, NULL, NULL},
    [OFFICE_DEVICES] = {"devices", office_devices, office_devices_forget, NULL, NULL, NULL},
    [OFFICE_FORMS] = {"forms", office_forms, office_forms_forget, NULL, NULL, NULL},
    [OFFICE_RECORD] = {"record", office_record, office_record_forget, office_record_again, NULL,
                       NULL},
    [OFFICE_QUESTION] = {"question", office_question, office_question_forget, NULL, NULL, NULL},
    [OFFICE_LISTEN] = {"listen", office_listen, office_listen_forget, NULL, office_listen_beat,
                       office_listen_key},
    [OFFICE_WITHDRAW] = {"withdraw", office_withdraw, office_withdraw_forget, NULL, NULL, NULL},
};
static_assert(sizeof office_rows / sizeof *office_rows == OFFICE_PAGES, "a row for each page");
