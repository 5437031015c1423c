# SPDX-License-Identifier: Apache-2.0
"""peers_tables.py CSV-FOLDER XLSX-FOLDER R-FOLDER DTA-FOLDER WORK-FOLDER

.xlsx as openpyxl, pandas and LibreOffice read it, against the CSV with labels beside codes; .dta as
pandas reads it, against the tables for R, which have the same variables."""
import csv, datetime, glob, os, subprocess, sys
import openpyxl, pandas

ours, books, tables, stata, work = sys.argv[1:6]
csv.field_size_limit(1 << 30)
cells, wrong = {}, 0


def fail(*what):
    global wrong
    wrong += 1
    if wrong <= 20:
        print("tables:", *what)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def same(text, cell):
    """A cell of a workbook, whatever its type, and the text of the CSV."""
    if cell is None or cell == "" or cell != cell:
        return text == ""
    if isinstance(cell, datetime.datetime):
        return cell.replace(microsecond=0).isoformat() == text[:19] or (cell.strftime("%Y-%m-%d") == text)
    if isinstance(cell, datetime.time):
        return abs((cell.hour * 60 + cell.minute) * 60 + cell.second - sum(
            float(p) * f for p, f in zip(text[:8].split(":"), (3600, 60, 1)))) <= 1
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return number(text) == float(cell)
    if number(text) is not None and number(str(cell)) is not None:
        return number(text) == number(str(cell))
    return str(cell) == text or str(cell)[:10] == text


def compare(program, name, expected, found):
    if len(expected) != len(found):
        fail(program, name, "has", len(found), "rows, not", len(expected))
        return
    for n, (want, got) in enumerate(zip(expected, found)):
        got = list(got) + [None] * (len(want) - len(got))
        for at, text in enumerate(want):
            if expected[0][at] == "SubmissionDate" and n:
                continue  # UTC there, the desk's clock here
            cells[program] = cells.get(program, 0) + 1
            if not same(text, got[at]):
                fail(program, name, "row", n, expected[0][at], repr(text), "|", repr(got[at]))


for path in sorted(glob.glob(books + "/*.xlsx")):
    subprocess.run(["soffice", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
                    "--outdir", work, path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.sheetnames[:-1]:
        expected = rows_of(f"{ours}/{sheet}.csv")
        compare("openpyxl", sheet, expected, list(book[sheet].iter_rows(values_only=True)))
        frame = pandas.read_excel(path, sheet_name=sheet, dtype=object, keep_default_na=False)
        compare("pandas", sheet, expected, [list(frame.columns)] + frame.values.tolist())
        stem = os.path.basename(path)[:-5]
        text = [[c.replace(" ", "T") if len(c) == 19 and c[4:5] == "-" and c[10:11] == " " else c for c in row]
                for row in rows_of(f"{work}/{stem}-{sheet}.csv")]
        short = [[c[:19] if len(c) > 19 and c[4:5] == "-" and c[10:11] == "T" else c for c in row] for row in expected]
        compare("LibreOffice", sheet, short, text)

for path in sorted(glob.glob(stata + "/*.dta")):
    name = os.path.basename(path)[:-4]
    expected = rows_of(f"{tables}/{name}.csv")
    reader = pandas.io.stata.StataReader(path, convert_categoricals=False, convert_dates=False)
    frame, listed = reader.read(), dict(zip(reader.varlist, reader.lbllist))
    for at, column in enumerate(expected[0]):
        for n, row in enumerate(expected[1:]):
            got, want = frame[column].iloc[n], row[at]
            if isinstance(got, str):
                fine = want.startswith(got)  # a long text goes on in the next variable
            elif listed[column] or number(want) is None:
                continue  # answers of a list and dates: haven compares them
            else:
                fine = number(want) == float(got)
            cells["pandas .dta"] = cells.get("pandas .dta", 0) + 1
            if not fine:
                fail("pandas .dta", name, "row", n, column, repr(want), "|", repr(got))

for program, count in cells.items():
    print(f"tables: {count} cells as {program} reads them")
print(f"tables: {wrong} differ")
sys.exit(1 if wrong or not cells else 0)
