/* SPDX-License-Identifier: Apache-2.0 */
/* Reads old .xls workbooks. */
#include "tools/form/form_xls.h"

#include <errno.h>
#include <freexl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/machine/text.h"

enum { MEMORY_MAX = 1 << 30, SECONDS_MAX = 30, XLSX_MAX = 64 << 20 };

bool form_xls_is(const void *bytes, size_t len)
{
    static const unsigned char magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    return len > 512 && memcmp(bytes, magic, sizeof magic) == 0;
}

/* ---- reading ---- */

static const char *number_text(struct arena *arena, double n)
{
    char out[64];
    if (n == floor(n) && fabs(n) < 1e21) {
        snprintf(out, sizeof out, "%.0f", n);
        return arena_text(arena, out);
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(out, sizeof out, "%.*g", precision, n);
        if (strtod(out, NULL) == n) {
            break;
        }
    }
    return arena_text(arena, out);
}

/* The text in NFC, without leading and trailing blanks; "" if it is not valid text. */
static const char *tidy(struct arena *arena, const char *text)
{
    struct buf nfc = {0};
    bool ok = text && text_nfc(&nfc, text, strlen(text), NULL);
    const char *from = ok && nfc.data ? nfc.data : "";
    size_t len = ok ? nfc.len : 0;
    while (len && strchr(" \t\r\n", from[0])) {
        from++;
        len--;
    }
    while (len && strchr(" \t\r\n", from[len - 1])) {
        len--;
    }
    const char *kept = arena_copy(arena, from, len);
    buf_fini(&nfc);
    return kept;
}

/* The text of a cell; NULL if it cannot be read. */
static const char *cell_text(struct arena *arena, const void *xls, unsigned row,
                             unsigned short column)
{
    FreeXL_CellValue cell;
    if (freexl_get_cell_value(xls, row, column, &cell) != FREEXL_OK) {
        return NULL;
    }
    switch (cell.type) {
    case FREEXL_CELL_INT:
        return arena_printf(arena, "%d", cell.value.int_value);
    case FREEXL_CELL_DOUBLE:
        return number_text(arena, cell.value.double_value);
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
        return tidy(arena, cell.value.text_value);
    default:
        return "";
    }
}

static bool read_sheet(struct sheet *sheet, struct arena *arena, const void *xls, unsigned short at,
                       struct err *err)
{
    const char *name = NULL;
    unsigned rows = 0;
    unsigned short columns = 0;
    if (freexl_get_worksheet_name(xls, at, &name) != FREEXL_OK ||
        freexl_select_active_worksheet(xls, at) != FREEXL_OK ||
        freexl_worksheet_dimensions(xls, &rows, &columns) != FREEXL_OK) {
        return err_set(err, ERR_INPUT, "sheet %u cannot be read", at + 1u);
    }
    if (rows > WORKBOOK_ROWS_MAX || columns > WORKBOOK_COLUMNS_MAX) {
        return err_set(err, ERR_LIMIT, "sheet %u has more than %d rows or %d columns", at + 1u,
                       (int)WORKBOOK_ROWS_MAX, (int)WORKBOOK_COLUMNS_MAX);
    }
    sheet->name = tidy(arena, name);
    sheet->rows = arena_alloc(arena, (rows + 1) * sizeof *sheet->rows);
    for (unsigned r = 0; r < rows; r++) {
        const char **cells = arena_alloc(arena, (columns + 1u) * sizeof *cells);
        size_t used = 0;
        for (unsigned short c = 0; c < columns; c++) {
            cells[c] = cell_text(arena, xls, r, c);
            if (!cells[c]) {
                return err_set(err, ERR_INPUT, "sheet %u, row %u, column %u cannot be read",
                               at + 1u, r + 1, c + 1u);
            }
            used = *cells[c] ? c + 1u : used;
        }
        if (used) {
            sheet->rows[sheet->count++] = (struct sheet_row){
                .cells = cells, .count = used, .number = r + 1u, .place = r + 1u};
        }
    }
    return true;
}

bool form_xls_read(struct workbook *book, struct arena *arena, const void *bytes, size_t len,
                   struct err *err)
{
    char path[64];
    const void *xls = NULL;
    unsigned secret = FREEXL_BIFF_PLAIN, sheets = 0;
    int fd = memfd_create("xls", MFD_CLOEXEC); /* FreeXL accepts only a path */
    memset(book, 0, sizeof *book);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len) {
        if (fd >= 0) {
            close(fd);
        }
        return err_set(err, ERR_ENV, "no memory for the workbook");
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool ok = freexl_open(path, &xls) == FREEXL_OK;
    if (!ok) {
        err_set(err, ERR_INPUT, "this is not a readable .xls file");
        err_hint(err, "save it as .xlsx");
    } else if (freexl_get_info(xls, FREEXL_BIFF_PASSWORD, &secret) == FREEXL_OK &&
               secret == FREEXL_BIFF_OBFUSCATED) {
        ok = err_set(err, ERR_INPUT, "the workbook has a password");
        err_hint(err, "save it without one");
    } else {
        ok = freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets) == FREEXL_OK;
    }
    if (ok && sheets > WORKBOOK_SHEETS_MAX) {
        ok = err_set(err, ERR_LIMIT, "more than %d sheets", (int)WORKBOOK_SHEETS_MAX);
    }
    if (ok) {
        book->sheets = arena_alloc(arena, (sheets + 1) * sizeof *book->sheets);
        memset(book->sheets, 0, (sheets + 1) * sizeof *book->sheets);
    }
    for (unsigned s = 0; ok && s < sheets; s++) {
        ok = read_sheet(&book->sheets[book->count++], arena, xls, (unsigned short)s, err);
    }
    if (xls) {
        freexl_close(xls);
    }
    close(fd);
    return ok;
}

/* ---- the child process ---- */

static void confine(void)
{
#ifdef __SANITIZE_ADDRESS__
    enum { CHECKED = 1 }; /* AddressSanitizer's shadow memory exceeds any limit: set no RLIMIT_AS */
#else
    enum { CHECKED = 0 };
#endif
    const struct {
        int what;
        rlim_t max;
    } limits[] = {
        {RLIMIT_AS, MEMORY_MAX}, {RLIMIT_CPU, SECONDS_MAX}, {RLIMIT_CORE, 0}, {RLIMIT_NPROC, 0}};
    for (size_t i = CHECKED; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit r = {limits[i].max, limits[i].max};
        setrlimit((unsigned)limits[i].what, &r);
    }
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Writes '0' and an .xlsx, or '1' and an error message.  Returns the exit status. */
static int work(int out, const void *bytes, size_t len)
{
    struct arena arena;
    struct workbook book;
    struct buf xlsx = {0};
    struct err err = {0};
    char text[600];
    arena_init(&arena);
    bool ok =
        form_xls_read(&book, &arena, bytes, len, &err) && workbook_write_xlsx(&xlsx, &book, &err);
    if (!ok) {
        snprintf(text, sizeof text, "1%s", err.what);
        return send_all(out, text, strlen(text)) ? 0 : 1;
    }
    return send_all(out, "0", 1) && send_all(out, xlsx.data, xlsx.len) ? 0 : 1;
}

static bool receive(struct buf *got, int fd)
{
    char part[65536];
    ssize_t n;
    do {
        n = read(fd, part, sizeof part);
        if (n > 0) {
            buf_add(got, part, (size_t)n);
        }
    } while ((n > 0 && got->len <= XLSX_MAX) || (n < 0 && errno == EINTR));
    return n == 0;
}

bool form_xls_convert(struct buf *xlsx, const void *bytes, size_t len, struct err *err)
{
    int ends[2], status = 0;
    struct buf got = {0};
    if (pipe(ends) != 0) {
        return err_set(err, ERR_ENV, "no pipe can be made");
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        confine();
        _exit(work(ends[1], bytes, len));
    }
    close(ends[1]);
    bool ok = pid > 0 && receive(&got, ends[0]);
    close(ends[0]);
    if (pid > 0) {
        if (!ok) {
            kill(pid, SIGKILL);
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    if (pid < 0) {
        err_set(err, ERR_ENV, "cannot start a process to read the .xls file");
    } else if (!ok || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || !got.len) {
        ok = err_set(err, ERR_INPUT, "this .xls is damaged, or too large");
        err_hint(err, "open it in a spreadsheet program and save it as .xlsx");
    } else if (got.data[0] != '0') {
        int len_told = got.len - 1 < 400 ? (int)got.len - 1 : 400;
        ok = err_set(err, ERR_INPUT, "%.*s", len_told, got.data + 1);
        err_hint(err, "save it as .xlsx");
    } else {
        buf_add(xlsx, got.data + 1, got.len - 1);
    }
    buf_fini(&got);
    return ok;
}
