#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes up interviews through the real engine, seals them as devices do, imports and exports them:
# the same seed gives the same bytes, and each answer stands in its cell.
# ALL=1: the numbers that the study plans; else a few.
set -u
B=build/bin
F=forms/study
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
check() { # NAME CONDITION…
    name=$1; shift
    if "$@" > "$T/out" 2> "$T/err"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "simulate: $name"; tail -n 3 "$T/err" "$T/out"; fi
}
key() { $B/suhbat-key "$@" 2> /dev/null; }
desk() { $B/suhbat-sync --desk "$T/desk" --identity "$T/study/coordinator.identity" "$@"; }
figure() { # FILE KIND COLUMN: the mean of a kind of interviewer
    awk -F, -v k="$2" -v c="$3" '$3 == k { n++; s += $c } END { printf "%d", n ? s / n : 0 }' "$1"
}

# ---- the same seed, the same bytes ----
M=$F/migrant_interview.csv
check 'a first run' $B/suhbat-form simulate $M --n 100 --seed 7 -o "$T/a"
check 'a second run' $B/suhbat-form simulate $M --n 100 --seed 7 -o "$T/b"
check 'another seed' $B/suhbat-form simulate $M --n 100 --seed 8 -o "$T/c"
check 'the same seed gives the same bytes' diff -r "$T/a" "$T/b"
check 'another seed gives other answers' sh -c "! cmp -s $T/a/00001.xml $T/c/00001.xml"
check 'no folder: misuse' sh -c "$B/suhbat-form simulate $M; test \$? -eq 2"
check 'a folder with records is kept' sh -c "! $B/suhbat-form simulate $M --n 1 -o $T/a"

# ---- implausible interviewers can be seen ----
for kind in honest fast straight copy; do
    check "interviewers: $kind" grep -q "^[0-9]*.xml,A[0-9]*,$kind,[0-9]*,[0-9]*,yes$" "$T/a/log.csv"
done
check 'fast ones take less than a third of the time' \
    test $(($(figure "$T/a/log.csv" fast 4) * 3)) -lt "$(figure "$T/a/log.csv" honest 4)"
# The study's own limit of red (Q1 of quality.csv) tells them apart.
red=$(awk -F, '$1 == "Q1" && $2 == "migrant_interview" { print $5 }' $F/lists/quality.csv)
below() { # KIND: percent of the complete interviews that are shorter than the limit
    grep -l '<res>complete' "$T/a"/*.xml | sed 's|.*/||' |
        awk -F, -v k="$1" -v red="$red" 'NR == FNR { done[$1]; next }
            $1 in done && $3 == k { n++; bad += $4 < red * 60 } END { printf "%d", n ? 100 * bad / n : 0 }' - "$T/a/log.csv"
}
check 'honest interviews keep the limit' test "$(below honest)" -le 5
check 'fast ones do not' test "$(below fast)" -ge 90
check 'recalled years are years' test "$(grep -oh '<tr_from_y>20' "$T/a"/*.xml | wc -l)" -gt 100
repeated() { # KIND: how many of 100 stories of an interviewer were told before
    for f in $(awk -F, -v k="$1" '$3 == k { print $1 }' "$T/a/log.csv"); do
        tr '<' '\n' < "$T/a/$f" | grep '^nar_[a-z_]*>..................'
    done | sort | uniq -c | awk '{ n += $1; d += $1 - 1 } END { printf "%d", n ? 100 * d / n : 0 }'
}
check "who copies repeats stories" test "$(repeated copy)" -gt $(($(repeated honest) * 2))
check 'no code is given twice' test -z "$(grep -rho '<rec_code>[^<]*' "$T/a" | sort | uniq -d)"
for f in complete refused partial; do
    check "ends: $f" grep -rqh "<res>$f" "$T/a" "$T/b" "$T/c"
done

# ---- sealed by devices, imported, exported ----
key init "$T/study" --no-passphrase > "$T/out"
mkdir "$T/load"
sealed() { # FORM N DEVICES [OPTION…]
    check "$1: packed" $B/suhbat-form pack "$F/$1.csv" --study "$T/study" --training -o "$T/load/$1.age"
    check "$1: listed" key catalogue "$T/study" "$T/load/$1.age" -o "$T/load/catalogue.age" --force
    check "$1: $2 sealed by $3 devices" $B/suhbat-form simulate "$F/$1.csv" --n "$2" -o "$T/$1" \
        --seal "$T/study" --load "$T/load" --devices "$3" "${@:4}"
    check "$1: the devices are gone" test ! -e "$T/$1/devices"
    check "$1: the desk learns the devices" desk init "$T/study"
    check "$1: the desk learns the form" desk add-form "$T/load/$1.age"
    check "$1: imported" desk import "$T/$1/stick"
    check "$1: exported" desk export --format csv --out "$T/tables-$1" --training --sensitive
    check "$1: no record is real" sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity \
        export --format csv --out $T/real --force | grep -q '^0 records'"
    mkdir -p "$T/only-$1"
    check "$1: a codebook" test -s "$T/tables-$1/$1 - codebook.html"
    rm -f "$T/tables-$1/"*" - codebook."*
    cp "$T/tables-$1/$1"*.csv "$T/only-$1/"
    check "$1: each answer in its cell" build/test/bin/help_cells "$T/$1" "$T/only-$1"
    cat "$T/out"
    check "$1: all rows" test "$(tail -n +2 "$T/only-$1/$1.csv" | wc -l)" -eq "$2"
}
if [ -n "${ALL:-}" ]; then
    sealed expert_interview 98 5
    sealed migrant_interview 350 7
    sealed focus_group 12 3
    sealed needs_assessment 40 2
    sealed avrr_case 180 3 --cases "$T/cases"
    sealed reintegration_monitoring 300 3 --cases "$T/cases"
else
    sealed expert_interview 60 2
    sealed focus_group 8 2
    sealed migrant_interview 100 2
    sealed needs_assessment 30 1
    sealed avrr_case 40 2 --cases "$T/cases"
    sealed reintegration_monitoring 60 2 --cases "$T/cases"
fi

# ---- how the field goes: the interviewers whom the simulation makes implausible stand out ----
check 'how the field goes' desk status --field --training --lists $F/lists --out "$T/field"
check 'the tables of it' test -s "$T/field/quotas.csv"
red() { # KIND: red findings about speed, per hundred records of such interviewers
    awk -F, -v k="$1" 'FNR == 1 { file++ }
        file == 1 && $3 == k { of[$2] = 1; n++ }
        file == 2 && $1 == "red" && $2 == "Q1" && $4 == "migrant_interview" && $3 in of { r++ }
        END { printf "%d", n ? 100 * r / n : 0 }' "$T/migrant_interview/log.csv" "$T/field/findings.csv"
}
echo "simulate: red of fast $(red fast) %, of honest $(red honest) %"
check 'fast interviewers are seen' test "$(red fast)" -gt $(($(red honest) * 2))
check 'openings are in the log' sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity log | grep -q 'status  [0-9]* records'"

# ---- the report ----
for lang in ru ky tg en; do
    check "report: $lang" desk report --training --out "$T/report-$lang" --lang $lang --lists $F/lists
done
check 'report: the same bytes' sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity report --training \
    --out $T/report-again --lists $F/lists && diff -r $T/report-ru $T/report-again"
check 'report: as JSON' sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity report --training --json --force \
    --out $T/report-ru --lists $F/lists | grep -qE '^\{\"records\": [1-9][0-9]*, .*\"unreadable\": 0\}$'"
check 'report: training records say so' sh -c "! grep -L 'УЧЕБНЫЕ ДАННЫЕ' $T/report-ru/*.html $T/report-ru/desk/*.html | grep ."
check 'report: no script, no network' sh -c "! grep -rlE '<script|https?://|@import|url\(' $T/report-ru"
check 'report: small numbers are suppressed' grep -rq '<5' "$T/report-ru" --include=*.csv
check 'report: none is printed but totals by country' sh -c "! cat $T/report-ru/R0[3-9]-*_*.csv $T/report-ru/R1[0-8]-*_*.csv $T/report-ru/R2[0127]-*_*.csv |
    grep -vE '^(Всего|Участвовали|Медиана|Нет ответа),' | grep -E ',[1-4](,|$)'"
check 'report: elements, with what is wanted' grep -q 'Как должно быть' "$T/report-ru/R20.html"
check 'report: and where experts would begin' grep -q 'Эксперты начали бы с этого: ' "$T/report-ru/R20.html"
check 'report: evidence beside each risk' test "$(grep -c '<h2>' "$T/report-ru/R21.html")" -ge 19
check 'report: a rating beside it' grep -q 'Вероятность .* (n [0-9]' "$T/report-ru/R21.html"
check 'report: what nobody was asked about' test "$(grep -c 'Данных нет намеренно' "$T/report-ru/R21.html")" -eq 3
# each printed number of R20 and R21 is that of the table, suppressed there
check 'report: nothing small in the lists' sh -c "! sed -n 's/^<li>.*: //p' $T/report-ru/R20.html $T/report-ru/R21.html | grep -E '^[1-4]( |$|</li>)'"
check 'report: a map of tiles' sh -c "grep -q 'stroke-dasharray' $T/report-ru/R05.html && test \$(grep -c '<rect' $T/report-ru/R05.html) -eq 48"
check 'report: dots' sh -c "test \$(grep -o '<circle' $T/report-ru/R12.html | wc -l) -gt 2"
check 'report: an outcome of each attempt' grep -q '^Не согласился' "$T/report-ru/R03-migrant_interview-response-study_country.csv"
check 'report: medians' grep -q '^Медиана,' "$T/report-ru/R04-migrant_interview-household-study_country.csv"
check 'report: a ladder of trust' test "$(grep -cE '^[^,]+,[0-9]+,[0-9]+,[0-9]+' "$T/report-ru/R12-ladder.csv")" -ge 2
check 'report: a pyramid of ages' sh -c "grep -o '18–24' $T/report-ru/R04.html | wc -l | grep -qx 2"
check 'report: goals of the quotas' sh -c "grep -q 'stroke-width=\"3\"' $T/report-ru/desk/R02.html"
check 'report: a funnel of refusals' grep -q 'n = ' "$T/report-ru/desk/R26.html"
check 'report: organisations' grep -q '^legal,KG,1' "$T/report-ru/R15-organisations.csv"
check 'report: languages and interpreters' grep -q 'R27-migrant_interview-interp' "$T/report-ru/R27.html"
check 'report: methods beside them' grep -q 'Выборка не вероятностная' "$T/report-ru/R27.html"
check 'report: paths from trip to trip' grep -q 'R06-migrant_interview-from-to\|Из какой страны' "$T/report-ru/R06.html"
check 'report: turns are not there, and it says so' grep -q 'очередями' "$T/report-ru/R24.html"
check 'report: a curve' grep -q '<path d="M60' "$T/report-ru/R24.html"
check 'report: new elements by group' test "$(tail -n +2 "$T/report-ru/R24-focus_group-new.csv" | wc -l)" -ge 2
check 'report: a public one' desk report --training --public --out "$T/report-public" --lists $F/lists
check 'report: has no pages for the desk' test ! -e "$T/report-public/desk"
check 'public tables' desk export --public --training --labels en --out "$T/public"
check 'public tables: counts alone' test -z "$(ls "$T/public" | grep -vE '^R[0-9]{2}-.*\.csv$')"
check 'public tables: the same numbers as in the report' diff "$T/public/R04-migrant_interview-sex-study_country.csv" \
    "$T/report-en/R04-migrant_interview-sex-study_country.csv"
check 'public tables: no record' sh -c "! grep -rqE 'uuid:|[A-Z]{2}-MI-' $T/public"
check 'public tables: no base beside what was named' sh -c "head -1 $T/public/R24-focus_group-tp_codes.csv | grep -qE '^[^,]*,Named.?$'"
check 'public tables: not into the report' sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity export --public --training --force \
    --out $T/report-ru 2>&1 | grep -q \"tables for the public stand alone\" && test -e $T/report-ru/R23.html -o -e $T/report-ru/index.html"
mkdir -p "$T/older"; echo x > "$T/older/R99-older.csv"
check 'public tables: not beside older ones' sh -c "! $B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity export --public --training \
    --out $T/older && test \"\$(ls $T/older)\" = R99-older.csv"
check 'public tables: again' desk export --public --training --labels en --out "$T/public" --force
for one in '--interviewer A03' '--device device'; do
    check "public tables: not of one: $one" sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity export --public --training $one --out $T/no4; test \$? -eq 2"
    check "public report: not of one: $one" sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity report --public --training $one --out $T/no4; test \$? -eq 2"
done
check 'public tables: misuse' sh -c "$B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity export --public --sensitive --out $T/no3; test \$? -eq 2"
check 'report: names no interviewer' sh -c "! grep -rlw 'A0[1-9]' $T/report-public"
check 'report: a folder is not overwritten' sh -c "! $B/suhbat-sync --desk $T/desk --identity $T/study/coordinator.identity report --training --out $T/report-ru"
check 'report: without training records there is nothing to count' sh -c "$B/suhbat-sync --desk $T/desk \
    --identity $T/study/coordinator.identity report --out $T/report-real --lists $F/lists | grep -q '^0 of 0 records'"
if command -v chromium > /dev/null; then
    check 'report: as PDF' chromium --headless --no-sandbox --disable-gpu --print-to-pdf="$T/report.pdf" "file://$T/report-ru/R04.html"
    check 'report: it is one' sh -c "head -c 5 $T/report.pdf | grep -q %PDF"
fi

# ---- experts who say what the annexes say: sealed, imported, and reported as the annexes are (T1) ----
says=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    function word(letter) { return letter == "L" ? "low" : letter == "M" ? "mid" : "high" }
    function say(side, cell) { if (length(cell) == 3 && cell ~ /^[LMH]\/[LMH]$/)
        printf "r_like@%s@%s=%s r_imp@%s@%s=%s ", $2, side, word(substr(cell, 1, 1)), $2, side, word(substr(cell, 3, 1)) }
    { gsub(/"[^"]*"/, "x"); say("dest", $(at["_kz"])); say("orig", $(at["_kgtj"])) }' $F/lists/risks.csv)
check 'experts of the annexes: sealed' $B/suhbat-form simulate $F/expert_interview.csv --n 30 --seed 4711 --day 2027-01-04 -o "$T/annex" \
    --set "cns_take=yes res=complete $says" --seal "$T/study" --load "$T/load" --devices 2
check 'experts of the annexes: the desk learns the devices' desk init "$T/study"
check 'experts of the annexes: imported' desk import "$T/annex/stick"
check 'experts of the annexes: reported' desk report --training --since 2027-01-01 --lang en --lists $F/lists --out "$T/report-annex"
check 'experts of the annexes: 18 cells are equal' test "$(grep -cE '^(dest|orig),,.*,same$' "$T/report-annex/R19-risks.csv")" -eq 18
check 'measures name who should take them' grep -qE '\([0-9]+\): [^<;]+ [0-9]+' "$T/report-annex/R19.html"
check 'experts of the annexes: none differs' sh -c "! grep -E '^(dest|orig),,' $T/report-annex/R19-risks.csv | grep -qE '(higher|lower)$'"
dest_orig() { grep -cE "$1" "$T/$2/R19-risks.csv"; } # PATTERN REPORT
check 'experts of the annexes: what returns no more bring is not applicable at the destination' test "$(dest_orig '^dest,,c3_.*not applicable' report-annex)" -eq 3 # T3
check 'experts of the annexes: injustice is of the origin alone' test "$(dest_orig '^dest,,c4_injustice' report-annex)$(dest_orig '^orig,,c4_injustice' report-annex)" = 01
check 'experts of the annexes: development differs by side' test "$(dest_orig '^(dest,,c4_dev_.*,M,[0-9]+,0,[0-9.]+,[0-9.]+,H|orig,,c4_dev_.*,H,[0-9]+,0,[0-9.]+,[0-9.]+,H),' report-annex)" -eq 2
check 'experts of the annexes: where the text differs from its annex' test "$(dest_orig "^(dest|orig),,c1_low_trust,.*otherwise in the report's text: L/M" report-annex)" -eq 2 # T6
experts() { # N SEED DAY ANSWERS: experts, imported
    rm -rf "$T/experts"
    $B/suhbat-form simulate $F/expert_interview.csv --n "$1" --seed "$2" --day "$3" -o "$T/experts" --set "cns_take=yes res=complete $4" \
        --seal "$T/study" --load "$T/load" --devices 1 && desk init "$T/study" && desk import "$T/experts/stick"
}
check 'a majority: 55 of a hundred say what the annexes say' experts 33 4712 2028-01-03 "$says" # T2
check 'a majority: the others say anything' experts 27 4713 2028-01-04 ''
check 'a majority: reported' desk report --training --since 2028-01-01 --until 2028-12-31 --lang en --lists $F/lists --out "$T/report-most"
check 'a majority: is enough for 18 cells' test "$(dest_orig '^(dest|orig),,.*,same$' report-most)" -eq 18
check 'an even split: one half says high' experts 8 4714 2029-01-08 'ex_roles=dest r_like@c1_no_dialogue@dest=high own_any=1 own_near=c4_destab own_role=orig' # T4, T5
check 'an even split: the other moderate' experts 8 4715 2029-01-09 'ex_roles=dest r_like@c1_no_dialogue@dest=mid own_any=0'
check 'an even split: reported' desk report --training --since 2029-01-01 --lang en --lists $F/lists --out "$T/report-split"
check 'an even split: takes the upper, and says so' test "$(dest_orig '^dest,,c1_no_dialogue,.*,H,16,0,0\.5000,.*even split, the upper taken' report-split)" -eq 1
check 'an own risk: stands under those that were added' sh -c "sed -n '/Added by experts/,\$p' $T/report-split/R19.html | grep -q 'Unrest'"
check 'an own risk: is in no matrix' test "$(dest_orig '^(dest|orig),,.*destab' report-split)" -eq 0

# ---- after a withdrawal its words are nowhere ----
# The code of the interview stands in its answers, and in no other record.
gone=$(grep -l '<res>complete' "$T/migrant_interview"/*.xml | head -n 1)
key=$(grep -o 'uuid:[0-9a-f-]*' "$gone" | head -n 1) code=$(grep -o '<rec_code>[^<]*' "$gone" | cut -d'>' -f2)
everywhere() { # FOLDER: all outputs of the desk
    rm -rf "$1"; mkdir "$1"
    for format in csv xlsx sav dta r qdpx odk postgres; do
        desk export --format $format --training --sensitive --lists $F/lists --out "$1/$format" > /dev/null || return 1
    done
    desk report --training --lists $F/lists --out "$1/report" > /dev/null || return 1
    find "$1" \( -name '*.xlsx' -o -name '*.qdpx' \) -exec sh -c 'unzip -qo "$1" -d "$1.d" && rm "$1"' - {} \;
}
check 'before a withdrawal: all outputs' everywhere "$T/before"
for format in csv xlsx sav dta r qdpx odk postgres; do
    check "before a withdrawal: $format has the words" grep -rqaF "$code" "$T/before/$format"
done
check 'postgres: all records, apart from real ones' sh -c "grep -q 'holds all records' $T/before/postgres/migrant_interview.sql &&
    grep -q '^.set schema suhbat_training$' $T/before/postgres/migrant_interview.sql"
check 'a withdrawal' desk withdraw "$key"
check 'after a withdrawal: all outputs' everywhere "$T/after"
check 'after a withdrawal: the words are nowhere' sh -c "! grep -raqF '$code' $T/after $T/desk"
check 'after a withdrawal: nor the record' sh -c "! grep -raqF '$key' $T/after"
rm -rf "$T/before" "$T/after"

# ---- a year of cases: opened, arrived, and met after 1, 3, 6, 9 and 12 months ----
N=$([ -n "${ALL:-}" ] && echo 60 || echo 6)
took="cns_take=yes who_ok=yes reach=self res=complete"
seed=100 # one seed gives the same records, and the desk would know them
visit() { # FORM NAME OPTION…: sealed and taken in
    seed=$((seed + 1))
    check "$2: sealed" $B/suhbat-form simulate "$F/$1.csv" -o "$T/year-$2" --cases "$T/year" \
        --seed $seed --seal "$T/study" --load "$T/load" --devices 2 "${@:3}"
    check "$2: the desk learns the devices" desk init "$T/study"
    check "$2: imported" desk import "$T/year-$2/stick"
}
visit avrr_case a --n "$N" --day 2026-01-05 --set "part=a track=avrr age=30 $(echo "$took" | sed 's/who_ok=yes reach=self //')"
held=$(awk -F, '$7 == "label" && $3 > 0' "$T/year" | wc -l)
visit avrr_case c --each --day 2026-02-01 --set 'part=c fu_ok=yes cns_take=yes res=complete'
day=2026-03-10
for wave in 1 3 6 9 12; do
    visit reintegration_monitoring $wave --each --day $day --set "wave=$wave $took"
    met=$(grep -l "<wave>$wave<" "$T/year-$wave"/*.xml | wc -l)
    check "$met of $held cases are met after $wave months" test "$met" -eq "$held"
    day=$(date -d "$day + 80 days" +%F)
done
check 'after a year all cases are closed' test -z "$(awk -F, '$7 == "label" && $3 > 0' "$T/year")"
echo "$held of $N cases opened, then met five times"
check 'report of the year' desk report --training --out "$T/report-year" --lang en --lists $F/lists
check 'the same people, from the first meeting to the last' grep -q 'Change of the same people' "$T/report-year/R25.html"
[ -z "${ALL:-}" ] || check 'how many of them do better' grep -qE '^(Economy|Society|Mood and support),[0-9]' \
    "$T/report-year/R25-reintegration_monitoring-change.csv"
check 'most cases were opened' test "$held" -ge $((N * 3 / 4))
check 'misuse: a question that is not there' sh -c "$B/suhbat-form simulate $F/avrr_case.csv --n 1 --set 'no=1' -o $T/no; test \$? -eq 2"
check 'misuse: each without cases' sh -c "$B/suhbat-form simulate $F/avrr_case.csv --each -o $T/no2; test \$? -eq 2"

# ---- the desk computes the same cases from the records ----
check 'cases at the desk' desk cases --training --csv
sed -n '2,$p' "$T/out" > "$T/at-desk"
column=$(head -n 1 "$T/out" | tr ',' '\n' | grep -nx status | cut -d: -f1)
awk -F, -v s="$column" '$s != "closed" { print $1 "," $4 }' "$T/at-desk" | sort > "$T/desk-versions"
awk -F, '$7 == "label" && $3 > 0 { print $2 "," $3 }' "$T/cases" "$T/year" | sort > "$T/own-versions"
check 'there are cases, and some were visited' sh -c "test \$(wc -l < $T/own-versions) -gt 5 && grep -q ',[2-9]' $T/own-versions"
check 'the desk has each case in its version' diff "$T/own-versions" "$T/desk-versions"
check 'none is in conflict' desk cases --training
echo "$(wc -l < "$T/at-desk") cases at the desk, $(wc -l < "$T/own-versions") of them open"
check 'a form that is not in force is refused' sh -c "! $B/suhbat-form simulate $F/contact_card.csv --n 2 \
    -o $T/no --seal $T/study --load $T/load"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
