# SPDX-License-Identifier: Apache-2.0
"""peers_postgres.py R-FOLDER POSTGRES-FOLDER SOCKET-FOLDER LATER-FOLDER

Loads the tables for PostgreSQL by their scripts, twice, and compares what the server then has with
the tables for R, which have the same variables.  Then the server's time for our scripts, against a
bare COPY of the same rows into tables of texts: ours must be at least 70 % as fast.

LATER-FOLDER has exports of one desk as time went by: 0-empty, 1-sensitive, 2-plain, 3-part (of one
device, sensitive), 4-next (a version that moves the sensitive repeat), 5-next-plain."""
import csv, glob, io, json, os, re, shutil, subprocess, sys, tempfile, time

ours, folder, socket, later = sys.argv[1:5]
csv.field_size_limit(1 << 30)
KINDS = {"dk": "dk", "refused": "refused", "na": "na", "-98": "dk", "-99": "refused", "-97": "na"}
cells = wrong = 0


SCHEMA = "a study"


def psql(*args, text=None, cwd=None, user="postgres"):
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", user, *args, "postgres"],
        cwd=cwd or folder, input=text, capture_output=True, text=True,
        env={**os.environ, "PGOPTIONS": f'-c search_path="{SCHEMA}",public'.replace(" ", "\\ ").replace("-c\\ ", "-c ")})
    if done.returncode or done.stderr:
        print("postgres:", *args[:2], done.stderr[:500])
        sys.exit(1)
    return done.stdout


def fail(*what):
    global wrong
    wrong += 1
    if wrong <= 20:
        print("postgres:", *what)


def same(raw, cell, missing):
    if missing is not None:
        return cell == "" and KINDS.get(raw, raw) == missing
    if cell in ("t", "f") and raw in ("0", "1"):
        return (cell == "t") == (raw == "1")
    if raw == cell or raw[:8] == cell[:8] and ":" in raw:  # a time, with its zone in R
        return True
    return raw.replace("T", " ") == cell


scripts = sorted(os.path.basename(p) for p in glob.glob(folder + "/*.sql"))
def load(cwd=None):
    for script in scripts:
        psql("-f", script, "-v", f"schema={SCHEMA}", "-v", "reader=analyst", cwd=cwd)


for _ in range(2):  # a second time changes nothing
    load()
for path in sorted(glob.glob(ours + "/*.csv")):
    name = os.path.basename(path)[:-4]
    if " - " in name:
        continue
    with open(path, newline="", encoding="utf-8") as file:
        want = list(csv.reader(file))
    out = psql("--csv", "-c", f'SELECT * FROM "{name}"')
    got = list(csv.reader(io.StringIO(out)))
    rows = {row[want[0].index("KEY")]: row for row in want[1:]}
    if got[0][:-1] != want[0] or len(got) != len(want):
        fail(name, "has other columns, or", len(got) - 1, "rows, not", len(want) - 1)
        continue
    for row in got[1:]:
        why = json.loads(row[-1]) if row[-1] else {}
        for at, cell in enumerate(row[:-1]):
            cells += 1
            raw = rows[row[got[0].index("KEY")]][at]
            if not same(raw, cell, why.get(got[0][at])):
                fail(name, got[0][at], repr(raw), "|", repr(cell), why.get(got[0][at]))

# ---- a record that is withdrawn goes, with its entries; from a part of the records nothing goes ----
root = next(s[:-4] for s in scripts if glob.glob(glob.escape(f"{folder}/{s[:-4]}") + "-*.copy"))
keys = psql("-At", "-c", f'SELECT "KEY" FROM "{root}" ORDER BY 1').split("\n")[:-1]


def tables_of(name):
    return sorted(os.path.basename(p)[:-5] for p in glob.glob(glob.escape(f"{folder}/{name}") + "*.copy"))


def rows_with(key):
    return sum(int(psql("-At", "-c", f"SELECT count(*) FROM \"{t}\" t WHERE t::text LIKE '%{key}%'")) for t in tables_of(root))


with tempfile.TemporaryDirectory() as less:
    os.chmod(less, 0o755)
    for path in glob.glob(folder + "/*"):
        with open(path, encoding="utf-8") as source, open(f"{less}/{os.path.basename(path)}", "w", encoding="utf-8") as to:
            to.writelines(line for line in source if not path.endswith(".copy") or keys[0] not in line)
    if rows_with(keys[0]) < 2:
        fail("the record to be withdrawn has no entries")
    load(less)
    if rows_with(keys[0]) or not rows_with(keys[1]):
        fail("a withdrawn record is still there, or another one went")
    load()
    if not rows_with(keys[0]):
        fail("a record does not come back")
psql("-c", "ALTER ROLE analyst LOGIN")
psql("-c", f'SELECT count(*) FROM "{root}"', user="analyst")
done = subprocess.run(["psql", "-X", "-q", "-h", socket, "-U", "analyst", "-c", f'DELETE FROM "{SCHEMA}"."{root}"', "postgres"],
                      capture_output=True, text=True)
if done.returncode == 0:
    fail("a role that may only read has deleted rows")

# ---- real records never replace training records; what is exported no more is emptied ----
def refused(text):
    with tempfile.TemporaryDirectory() as other:
        os.chmod(other, 0o755)
        for path in glob.glob(folder + "/*"):
            with open(path, encoding="utf-8") as source, open(f"{other}/{os.path.basename(path)}", "w", encoding="utf-8") as to:
                to.write(text(source.read()) if path.endswith(".sql") else source.read())
        done = subprocess.run(["psql", "-X", "-q", "-h", socket, "-U", "postgres", "-f", f"{root}.sql", "-v", f"schema={SCHEMA}", "postgres"],
                              cwd=other, capture_output=True, text=True)
        return done.returncode != 0 and "the schema has training records" in done.stderr


before = psql("-At", "-c", f'SELECT count(*) FROM "{root}"')
swapped = {"training records": "real records", "real records": "training records"}
if not refused(lambda s: re.sub("|".join(swapped), lambda m: swapped[m[0]], s)):
    fail("real records go into the schema of training records")
if psql("-At", "-c", f'SELECT count(*) FROM "{root}"') != before:
    fail("a refused export has deleted rows")
psql("-c", f'ALTER TABLE "{root}" ADD COLUMN "Тайна" text; UPDATE "{root}" SET "Тайна" = \'still there\'')
load()
if psql("-At", "-c", f'SELECT count("Тайна") FROM "{root}"') != "0\n":
    fail("a column that the export no longer has keeps its answers")
psql("-c", f'ALTER TABLE "{root}" DROP COLUMN "Тайна"')

# ---- one desk as time goes by ----
def small(name, *args, user="postgres", change=lambda s: s):
    """Loads an export; what the server said, or "" if it took it."""
    with tempfile.TemporaryDirectory() as readable:
        os.chmod(readable, 0o755)
        for path in glob.glob(f"{later}/{name}/*"):
            shutil.copyfile(path, f"{readable}/{os.path.basename(path)}")
        with open(f"{readable}/small.sql", encoding="utf-8") as file:
            text = change(file.read())
        with open(f"{readable}/small.sql", "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(["psql", "-X", "-q", "-h", socket, "-U", user, "-f", "small.sql", *args, "postgres"],
                              cwd=readable, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def rows_of(schema="suhbat_training"):
    """How many rows each table of the form has."""
    names = psql("-At", "-c", f"SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r'"
                 " AND relname LIKE 'small%' AND relname NOT LIKE '% codes'").split()
    return {n: int(psql("-At", "-c", f'SELECT count(*) FROM {schema}."{n}"')) for n in names}


def has(table, column, schema="suhbat_training"):
    return psql("-At", "-c", "SELECT 1 FROM information_schema.columns WHERE table_schema ="
                f" '{schema}' AND table_name = '{table}' AND column_name = '{column}'") != ""


def debts(schema="suhbat_training"):
    """How many answers to the sensitive question there are, in whatever table."""
    return sum(int(psql("-At", "-c", f'SELECT count(owed) FROM {schema}."{n}"'))
               for n in rows_of(schema) if has(n, "owed", schema))


def lines(name):
    return sum(sum(1 for _ in open(p, encoding="utf-8")) for p in glob.glob(f"{later}/{name}/small*.copy"))


def expect(what, is_so):
    global cells
    cells += 1
    if not is_so:
        fail(what, rows_of())


def reads(table):
    done = subprocess.run(["psql", "-X", "-q", "-h", socket, "-U", "donor", "-c", f"SELECT * FROM suhbat_training.{table}", "postgres"],
                          capture_output=True)
    return done.returncode == 0


expect("an export without records", small("0-empty") == "" and sum(rows_of().values()) == 0)
expect("the first records", small("1-sensitive") == "" and sum(rows_of().values()) == lines("1-sensitive") and debts() > 0)
owed, all_rows = debts(), rows_of()
expect("a plain export empties what is sensitive", small("2-plain") == "" and debts() == 0 and rows_of()["small"] == all_rows["small"])
expect("a part leaves the others", small("3-part") == "" and 0 < debts() < owed and rows_of() == all_rows)
expect("the same export again", small("1-sensitive") == "" and debts() == owed)
expect("another desk is refused", "from another desk" in small("1-sensitive", change=lambda s: re.sub("'[0-9a-f]{16}'", "'00'", s)))
expect("a later version moves the repeat", small("4-next") == "" and sum(rows_of().values()) == lines("4-next") and has("small", "more"))
expect("the table of the old name is there, and empty", rows_of().get("small-debt") == 0)
expect("an older export is refused", "from a later export" in small("1-sensitive") and sum(rows_of().values()) == lines("4-next"))
expect("unless it is wanted", small("1-sensitive", "-v", "older=yes") == "" and sum(rows_of().values()) == lines("1-sensitive"))
expect("then the later one again", small("4-next") == "" and sum(rows_of().values()) == lines("4-next") and debts() > 0)
expect("and the plain one", small("5-next-plain", "-v", "reader=donor") == "" and debts() == 0)
psql("-c", "CREATE TABLE suhbat_training.of_others (n int)", "-c", "ALTER ROLE donor LOGIN")
small("5-next-plain", "-v", "reader=donor")
expect("the reader reads the form's tables, and no other", reads("small") and not reads("of_others"))
psql("-c", "CREATE ROLE clerk LOGIN", "-c", "CREATE SCHEMA clerks AUTHORIZATION clerk")
expect("a schema that is there needs no right to make one", small("4-next", "-v", "schema=clerks", user="clerk") == "" and debts("clerks") > 0)
psql("-c", 'ALTER TABLE clerks."small-debt~1" DROP CONSTRAINT "small-debt~1_PARENT_KEY_fkey"',
     "-c", 'ALTER TABLE clerks."small-debt~1" ADD CONSTRAINT other FOREIGN KEY ("KEY") REFERENCES clerks."small-debt~1"')
expect("a parent of an earlier version is dropped", small("4-next", "-v", "schema=clerks", user="clerk") == "" and psql(
    "-At", "-c", "SELECT string_agg(confrelid::regclass::text, ',') FROM pg_constraint WHERE contype = 'f'"
    " AND conrelid = 'clerks.\"small-debt~1\"'::regclass") == "clerks.small\n")

# ---- how fast: the script with all rows many times over, against a bare COPY into texts ----
TIMES = 100
with tempfile.TemporaryDirectory() as much:
    os.chmod(much, 0o755)
    for path in [f"{folder}/{t}.copy" for t in tables_of(root)] + [f"{folder}/{root}.sql"]:
        with open(path, encoding="utf-8") as source, open(f"{much}/{os.path.basename(path)}", "w", encoding="utf-8") as to:
            text = source.read()
            for i in range(TIMES if path.endswith(".copy") else 1):  # other records: other KEYs
                to.write(text.replace("uuid:", f"uuid:{i:04d}-") if path.endswith(".copy") else text)
    psql("-c", "CREATE SCHEMA texts")
    for t in tables_of(root):
        psql("-c", f'CREATE TABLE texts."{t}" AS SELECT * FROM "{SCHEMA}"."{t}" LIMIT 0')
        columns = psql("-At", "-c", f"SELECT attname FROM pg_attribute WHERE attrelid = 'texts.\"{t}\"'::regclass AND attnum > 0"
                       " AND NOT attisdropped ORDER BY attnum").split("\n")[:-1]
        psql("-c", f'ALTER TABLE texts."{t}" ' + ", ".join(f'ALTER "{c}" TYPE text' for c in columns))

    def bare():
        for t in tables_of(root):
            psql("-c", f'TRUNCATE texts."{t}"', "-c", f"\\copy texts.\"{t}\" from '{t}.copy'", cwd=much)

    def ours_first():
        psql("-f", f"{root}.sql", "-v", "schema=much", cwd=much)

    def ours_again():
        psql("-f", f"{root}.sql", "-v", "schema=much", cwd=much)

    best = {}
    for _ in range(4):
        for what in bare, ours_first, ours_again:
            if what is ours_first:
                psql("-c", "SET client_min_messages = warning", "-c", "DROP SCHEMA IF EXISTS much CASCADE")
            psql("-c", "CHECKPOINT")
            begun = time.monotonic()
            what()
            best[what] = min(best.get(what, 1e9), time.monotonic() - begun)
ratio, again = best[bare] / best[ours_first], best[bare] / best[ours_again]
print(f"postgres: {cells} cells compared, {wrong} differ; the script at {ratio:.0%} of a bare COPY of the same rows, {again:.0%} where all are there")
sys.exit(1 if wrong or ratio < 0.7 or not cells else 0)
