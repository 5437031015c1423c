#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests suhbat-form review: the workbook, what a reviewer wrote put back into sources, blocks and
# lists, and into a form without sources.
set -u
B=build/bin
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
check() { # NAME CONDITION…
    name=$1; shift
    if "$@" > "$T/out" 2> "$T/err"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "review: $name"; cat "$T/out" "$T/err"; fi
}
says() { # NAME TEXT
    if grep -qF -- "$2" "$T/out" "$T/err"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "review: $1: does not say '$2'"; cat "$T/out" "$T/err"; fi
}
cp -r forms/study "$T/study"
F=$T/study/contact_card.csv
check 'a review' $B/suhbat-form review "$F" --lang ky -o "$T/r.xlsx"
says 'a review' 'texts in ky, 0 of them reviewed'
check 'as a table' $B/suhbat-form convert "$T/r.xlsx" -o "$T/r.csv"
check 'its head' grep -q 'where,Russian,translation,English,your wording,remark,reviewed (x)' "$T/r.csv"
check 'its place' grep -q 'survey 8 case_code,Код дела,Иштин коду,Case code,,,' "$T/r.csv"
# The reviewer changes a text of the source, one of a block or list, and marks one as good.
sed -i 's/^\(,survey 8 case_code,Код дела,Иштин коду,Case code,\),,$/\1Иштин шифри,жакшы,/;
    s/^\(,[^,]*,Звонок,Чалуу,Call,\),,$/\1Телефон чалуу,,/;
    s/^\(,[^,]*,Сообщение,Билдирүү,Message,\),,$/\1,,x/' "$T/r.csv"
check 'the reviewer writes' test "$(grep -c 'Иштин шифри\|Телефон чалуу\|Message,,,x' "$T/r.csv")" -eq 3
before=$(find "$T/study" -name '*.csv' -exec md5sum {} + | sort)
check 'put back' $B/suhbat-form review "$F" --apply "$T/r.csv"
says 'put back' '2 texts changed, 4 cells in 2 files; 3 texts reviewed'
says 'remarks are told' ': жакшы'
check 'in the source' grep -q ',Иштин шифри,' "$T/study/source/contact_card.csv"
check 'in the list' grep -q ',Телефон чалуу,' "$T/study/lists/answers.csv"
check 'assembled' grep -q ',Иштин шифри,' "$F"
check 'assembled, too' grep -q ',Телефон чалуу,' "$T/study/avrr_case.csv"
changed=$(find "$T/study" -name '*.csv' -exec md5sum {} + | sort | comm -13 <(echo "$before") - | sed 's/.*study//' | tr '\n' ' ')
case $changed in *source/blocks*) check "other files: $changed" false ;; *) check 'no other source' true ;; esac
lines=$(diff "$T/study/source/contact_card.csv" forms/study/source/contact_card.csv | grep -c '^<')
check "one line of the source: $lines" test "$lines" -eq 1
check 'counted' $B/suhbat-form review "$F" --lang ky
says 'counted' '3 of them reviewed'
# A wording that loses or invents an answer's place would break the form: nothing is touched.
R=$T/study/reintegration_monitoring.csv
$B/suhbat-form review "$R" --lang ky -o "$T/places.xlsx" && $B/suhbat-form convert "$T/places.xlsx" -o "$T/places.csv" --force
for wording in 'Жолугушуу' 'Жолугушуу: ${no_such}' 'Жолугушуу: ${next_due} ${next_due}'; do
    sed "s/^\(,[^,]*nxt_note,[^,]*,[^,]*,[^,]*,\),,$/\1$wording,,/" "$T/places.csv" > "$T/places2.csv"
    check "the wording is there: $wording" grep -qF ",$wording,," "$T/places2.csv"
    find "$T/study" -name '*.csv' -exec md5sum {} + | sort > "$T/before"
    check "refused: $wording" sh -c "! $B/suhbat-form review $R --apply $T/places2.csv"
    says "refused: $wording" 'does not have the same ${…}'
    check "untouched: $wording" sh -c "find $T/study -name '*.csv' -exec md5sum {} + | sort | cmp -s - $T/before"
done
check 'another language' $B/suhbat-form review "$F" --lang tg
says 'another language' '0 of them reviewed'
check 'a second time' sh -c "! $B/suhbat-form review '$F' --apply '$T/r.csv'"
says 'a second time' '2 texts are in no file any more'
# A form without sources becomes a new file.
cp tests/cases/group_short.csv "$T/plain.csv"
check 'a plain form' $B/suhbat-form review "$T/plain.csv" --lang tg -o "$T/p.xlsx"
check 'as a table' $B/suhbat-form convert "$T/p.xlsx" -o "$T/p.csv"
sed -i 's/^\(,[^,]*,Темы,Мавзуъҳо,[^,]*,\),,$/\1Мавзуъҳои мо,,/' "$T/p.csv"
check 'needs a file' sh -c "! $B/suhbat-form review '$T/plain.csv' --apply '$T/p.csv'"
says 'needs a file' 'has no sources'
check 'into a file' $B/suhbat-form review "$T/plain.csv" --apply "$T/p.csv" -o "$T/new.csv"
check 'it is there' grep -q ',Мавзуъҳои мо,' "$T/new.csv"
check 'the old one stays' cmp "$T/plain.csv" tests/cases/group_short.csv
check 'it still loads' $B/suhbat-form check "$T/new.csv"
check 'a language that is not there' sh -c "! $B/suhbat-form review '$F' --lang de"
check 'no review' sh -c "! $B/suhbat-form review '$F' --apply tests/cases/group_short.csv"
says 'no review' "there is no sheet 'review LANGUAGE'"
check 'never over a file' sh -c "! $B/suhbat-form review '$F' --lang ky -o '$T/r.xlsx'"
# docs/TRANSLATING.md says how many texts wait.
for language in ky tg en; do
    waits=$(for s in forms/study/source/*.csv; do
        $B/suhbat-form review "forms/study/$(basename "$s")" --lang $language; done |
        awk '{ texts += $2; done += $6 } END { print texts - done }')
    check "docs/TRANSLATING.md: $language has $waits" grep -q "| $language | $waits |" docs/TRANSLATING.md
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
