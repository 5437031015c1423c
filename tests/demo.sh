#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make demo: the main workflow on real input, from an empty folder to a table.
#
#   study and keys → enrolment → forms signed and loaded → an interview in a real window, killed
#   in the middle and resumed → sealed → handed over → imported → receipt → purged → CSV
#
# With SLOW=1 the window opens in Xephyr, so that a person can watch.
set -eu
cd "$(dirname "$0")/.."
B=build/bin T=build/test/bin D=$PWD/build/demo
PASS='Көк асман ак булут сары'
KEYPASS='Тоо башында кар жатат али'
rm -rf "$D"
mkdir -p "$D/screens" "$D/stick"
say() { printf '\n== %s\n' "$1"; }
fail() { echo "demo: $1" >&2; exit 1; }

# the coordinator's tools; file descriptor 3 gives the passphrase of the key files
key() { $B/suhbat-key "$@" --passphrase-fd 3 3<<< "$KEYPASS"; }
desk() { $B/suhbat-sync --desk "$D/desk" --identity "$D/study/coordinator.identity" "$@" --passphrase-fd 3 3<<< "$KEYPASS"; }
# stock age reads the passphrase from its terminal
stock_age() { # IDENTITY FILE OUT
    printf '%s\n' "$KEYPASS" | script -qec "age -d -i '$D/$1.identity' -o '$3' '$2'" /dev/null > /dev/null
}

say 'a study: root, author, desk, coordinator and escrow keys'
key init "$D/study"
mkdir "$D/safe" # a place away from the study folder
mv "$D"/study/root-1.key "$D"/study/escrow.identity "$D"/study/recovery.identity "$D/safe/"
key invite "$D/study" -o "$D/stick/invitation.sbi"

say 'a device joins'
echo "$PASS" | $B/suhbat --data "$D/device" --enrol "$D/stick/invitation.sbi" --label 'Ош 07'
key enrol "$D/study" "$D/stick/invitation.sbe" --root "$D/safe/root-1.key" -o "$D/stick/grant.age"

say 'two forms: workbook → XForm → signed package → device'
for form in migrant_interview focus_group; do
    short=tests/cases/${form%%_*}
    [ -f "$short"_short.csv ] || short=tests/cases/group
    $B/suhbat-form convert "$short"_short.csv -o "$D/$form.xml"
    $B/suhbat-form pack "$D/$form.xml" --study "$D/study" -o "$D/stick/$form.age" \
        --passphrase-fd 3 3<<< "$KEYPASS"
done
key catalogue "$D/study" "$D/stick/migrant_interview.age" "$D/stick/focus_group.age" \
    --root "$D/safe/root-1.key" -o "$D/stick/catalogue.age"
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick"

say 'the interview, in a real window, by pointer'
mkdir "$D/packages"
mv "$D"/stick/migrant_interview.age "$D"/stick/focus_group.age "$D/packages/"
rm "$D"/stick/*
server=
screen() { # SIZE: an X server with a screen of this size, and only that one
    [ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null || true; }
    rm -f "$D/display"
    exec 6> "$D/display"
    if [ -n "${SLOW:-}" ]; then
        tests/deps.sh xserver-xephyr
        Xephyr -displayfd 6 -screen "$1" -nolisten tcp -noreset >/dev/null 2>&1 &
    else
        Xvfb -displayfd 6 -screen 0 "$1x24" -nolisten tcp -noreset >/dev/null 2>&1 &
    fi
    server=$!
    exec 6>&-
    for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
    [ -s "$D/display" ] || fail 'no X server'
    export DISPLAY=:$(cat "$D/display") SDL_VIDEODRIVER=x11
}
trap 'kill $server 2>/dev/null || true; rm -f "$D/display"' EXIT
screen 720x1280
$T/help_drive tests/cases/demo.drive "$D/screens" "$D/timing.txt" \
    $T/suhbat --data "$D/device" --media "$D/stick" --lang ky --window 720x1280
ls "$D"/stick/*.age >/dev/null || fail 'nothing was handed over'

say 'the desk: import, twice, and a look'
desk init "$D/study"
cp "$D"/stick/*.age "$D/batch.age"
desk import "$D/stick"
desk import "$D/stick" | tee "$D/again.txt"
grep -q 'already imported' "$D/again.txt" || fail 'the second import was not a no-op'
desk status

say 'a receipt goes back; the device deletes what the desk holds'
desk receipt --out "$D/back"
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/back" | tee "$D/purged.txt"
grep -q '1 receipts, 1 records deleted' "$D/purged.txt" || fail 'nothing was purged'

say 'the tables'
desk add-form "$D"/packages/*.age
mkdir "$D/tables"
desk export --format csv --out "$D/tables/csv"
desk export --format csv --out "$D/tables/csv-ky" --labels ky --split
desk export --format sav --out "$D/tables/sav" --labels ky
desk export --format dta --out "$D/tables/dta" --labels ky
desk export --format xlsx --out "$D/tables/xlsx" --labels ky
desk export --format r --out "$D/tables/r" --labels ky
say 'the report'
desk report --out "$D/report" --lang ky
[ -s "$D/report/index.html" ] || fail 'no report'
for f in "$D"/tables/csv/migrant_interview*.csv; do
    case $f in *codebook*) continue ;; esac
    echo "--- ${f#$PWD/}"
    cat "$f"
done

# the table contains the answers letter for letter
has() { grep -qF -- "$2" "$D/tables/csv/$1" || fail "$1 lacks '$2'"; }
has migrant_interview.csv 'KG,A12,7,'
has migrant_interview.csv 'KG-MI-A12-007'
has migrant_interview.csv ',male,34,KG,KG,KG-O,KG-41706226,6,,2,active,3.5,fines overstay,'
has migrant_interview.csv '"Чек арадан билдим. Көңүлүм чөктү, эмне кылам дедим."'
has migrant_interview.csv ',relatives,,job ban_help,ban_help,Спасибо,complete,'
has migrant_interview-trip.csv 'RU,2014,2016,constr,2,'
has migrant_interview-trip.csv 'KZ,2017,-98,trade,,'
[ "$(wc -l < "$D/tables/csv/migrant_interview.csv")" = 2 ] || fail 'not exactly one interview'
[ "$(stat -c %a "$D/tables/csv")" = 700 ] && [ "$(stat -c %a "$D/tables/csv/migrant_interview.csv")" = 600 ] ||
    fail 'the export is open to others'
for f in sav/migrant_interview.sav dta/migrant_interview-trip.dta xlsx/migrant_interview.xlsx r/migrant_interview.R; do
    [ -s "$D/tables/$f" ] || fail "no $f"
done
grep -qF '/data/' "$D/tables/sav/migrant_interview - codebook.csv" || fail 'the codebook names no question'
grep -qF 'Туугандар' "$D/tables/csv-ky/migrant_interview.csv" || fail 'labels are not Kyrgyz'

# stock age opens the batch, and the record in it
stock_age study/coordinator "$D/batch.age" "$D/batch.tar"
tar -xf "$D/batch.tar" -C "$D" --one-top-level=batch
for r in "$D"/batch/o/*.age; do
    stock_age safe/escrow "$r" "$D/record"
    n=$(head -c156 "$D/record" | tail -c4 | od -An -tu4)
    tail -c+257 "$D/record" | head -c$n | grep -q 'Көңүлүм чөктү' || fail 'stock age does not agree'
done
rm -rf "$D/batch" "$D/batch.tar" "$D/record"

say 'the coordinator'"'"'s window: takes the batch in again, reviews, makes tables and the report'
cp "$D/batch.age" "$D/stick/"
screen 1280x720
$T/help_drive tests/cases/desk.drive "$D/screens" "$D/timing-desk.txt" \
    $T/suhbat-desk open "$D/desk" --identity "$D/study/coordinator.identity" --study "$D/study" --root "$D/safe/root-1.key" \
    --lists forms/study/lists --media "$D/stick" --out "$D/window" --lang ky --window 1280x720
[ -s "$(ls "$D"/window/report-*/index.html)" ] || fail 'the window made no report'
ls "$D"/window/xlsx-*/*.xlsx > /dev/null || fail 'the window made no tables'
desk records | tee "$D/records.txt"
grep -q 'approved' "$D/records.txt" || fail 'the review in the window is not at the desk'
desk log | grep -q 'review approved' || fail 'the log does not tell of the review'
if command -v chromium > /dev/null; then
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1600 --user-data-dir="$D/profile" \
        --screenshot="$D/screens/report.png" "file://$D/report/index.html" > /dev/null 2>&1 || fail 'no picture of the report'
    rm -rf "$D/profile"
fi

say 'how long things took'
cat "$D/timing.txt"
say 'pictures of each screen'
ls "$D"/screens/*.png
[ -z "$(find "$D" -name core)" ] || fail 'a core file'
echo
echo 'demo: done'
