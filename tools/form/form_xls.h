/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_XLS_H
#define TOOLS_FORM_FORM_XLS_H
/*
 * desk_xls: old .xls workbooks (Excel 97 to 2003).  Home of FreeXL.
 *
 * Such a file may come from anybody and FreeXL is no fortress: it is read by a process of its own,
 * with little memory and time, that can write to one pipe.  The desk's programs alone use it.
 */
#include "forms/workbook/workbook.h"

/* Is it one, whatever its name says? */
bool desk_xls_is(const void *bytes, size_t len);
/* The same sheets as an .xlsx, appended.  ERR_INPUT for what is damaged, has a password, or is too
 * large. */
MUST_CHECK bool desk_xls_convert(struct buf *xlsx, const void *bytes, size_t len, struct err *err);
/* The work itself, in this process: for the fuzzer. */
MUST_CHECK bool desk_xls_read(struct workbook *book, struct arena *arena, const void *bytes,
                              size_t len, struct err *err);

#endif
