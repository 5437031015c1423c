/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_XLS_H
#define TOOLS_FORM_FORM_XLS_H
/*
 * form_xls: reads old .xls workbooks (Excel 97 to 2003).  The only file that uses FreeXL.
 *
 * Such a file may come from anybody, and FreeXL is not hardened against hostile input.  A
 * separate process with limited memory and time reads it; it can write to one pipe only.  Used
 * only by the desk's programs.
 */
#include "forms/workbook/workbook.h"

/* Whether the bytes are an .xls, regardless of the file's name. */
bool form_xls_is(const void *bytes, size_t len);
/* Appends the same sheets as an .xlsx.  ERR_INPUT if the file is damaged, has a password, or
 * is too large. */
MUST_CHECK bool form_xls_convert(struct buf *xlsx, const void *bytes, size_t len, struct err *err);
/* The conversion within this process: used by the child process and the fuzzer. */
MUST_CHECK bool form_xls_read(struct workbook *book, struct arena *arena, const void *bytes,
                              size_t len, struct err *err);

#endif
