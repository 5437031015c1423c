#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests what a coordinator's sticks contain besides good batches: each file gets a line of
# output, and the exit status gives the result.  Uses the study, device and batch of make demo.
set -eu
cd "$(dirname "$0")/.."
B=build/bin D=build/demo
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
[ -s $D/batch.age ] || { echo 'skipped: make demo has left no batch'; echo '0 passed, 0 failed, 1 skipped'; exit 0; }
passed=0 failed=0
want() { # STATUS NAME COMMAND…
    status=$1 name=$2; shift 2
    got=0
    "$@" > "$T/out" 2> "$T/err" < /dev/null || got=$?
    if [ $got -eq "$status" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "desk: $name: status $got, wanted $status"; cat "$T/out" "$T/err"; fi
}
says() { # NAME TEXT
    if grep -qF -- "$2" "$T/err" "$T/out"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "desk: $1: does not say '$2'"; cat "$T/out" "$T/err"; fi
}
echo 'Тоо башында кар жатат али' > "$T/pass" # as in make demo
printf '#!/bin/sh\nexec %s/suhbat-sync --desk %s/desk --identity %s/study/coordinator.identity --passphrase-fd 3 "$@" 3< %s/pass\n' $B "$T" $D "$T" > "$T/sync"
chmod +x "$T/sync"
S=$T/sync
$S init $D/study > /dev/null
$B/suhbat-key init "$T/other" --no-passphrase > /dev/null 2>&1
mkdir "$T/stick"

want 1 'an empty stick' $S import "$T/stick"; says 'an empty stick' 'no batches found'
: > "$T/stick/empty.age"
want 1 'an empty file' $S import "$T/stick"; says 'an empty file' 'empty.age: '
head -c 100 $D/batch.age > "$T/stick/cut.age"
want 1 'cut off in its head' $S import "$T/stick"; says 'cut off in its head' 'cut.age: damaged or cut off'
rm "$T"/stick/*
head -c -20 $D/batch.age > "$T/stick/cut.age"
want 1 'cut off at its end' $S import "$T/stick"; says 'cut off at its end' 'cut.age: damaged or cut off'
says 'cut off at its end' 'copy it again'
cp $D/batch.age "$T/stick/good.age"
want 1 'a good one beside it' $S import "$T/stick"; says 'a good one beside it' 'good.age: 1 new records'
rm "$T/stick/cut.age"
want 0 'the same again' $S import "$T/stick"; says 'the same again' 'good.age: already imported'
mkfifo "$T/stick/pipe.age"
want 1 'a pipe' timeout 20 $S import "$T/stick"; says 'a pipe' 'pipe.age'
rm "$T/stick/pipe.age"
ln -s /etc/passwd "$T/stick/link.age"
want 1 'a link' $S import "$T/stick"; says 'a link' 'link.age'
rm "$T/stick/link.age"
want 4 'the wrong identity' $B/suhbat-sync --desk "$T/desk" --identity "$T/other/coordinator.identity" import "$T/stick"
says 'the wrong identity' 'this identity does not open the desk'
$B/suhbat-sync --desk "$T/other-desk" init "$T/other" > /dev/null
want 4 'batches of others' $B/suhbat-sync --desk "$T/other-desk" --identity "$T/other/coordinator.identity" import "$T/stick"
says 'batches of others' '1 batches found, none opens with this identity'
cp "$T/stick/good.age" "$T/stick/also.age"
cp $D/study/catalogue.sbg "$T/stick/none.txt"
want 4 'two of them' $B/suhbat-sync --desk "$T/other-desk" --identity "$T/other/coordinator.identity" import "$T/stick"
says 'two of them' '2 batches found'
rm "$T/stick/also.age"
for i in $(seq 300); do cp $D/batch.age "$T/stick/n$i.age"; done
rm "$T/stick/good.age"
want 0 'more files than 256' $S import "$T"/stick/n*.age
[ "$(grep -c 'already imported' "$T/out")" = 300 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: some of 300 files were left out'; }
# form "a-r" and repeat "r" of form "a" want the same table name
printf '| survey |\n| | type | name | label |\n| | begin repeat | r | R |\n| | text | t | T |\n| | end repeat | | |\n| settings |\n| | form_id | version |\n| | a | 1 |\n' > "$T/a.md"
printf '| survey |\n| | type | name | label |\n| | text | t | T |\n| settings |\n| | form_id | version |\n| | a-r | 1 |\n' > "$T/b.md"
for form in a b; do
    $B/suhbat-form convert "$T/$form.md" -o "$T/$form.xml" > /dev/null
    $B/suhbat-form pack "$T/$form.xml" --study $D/study -o "$T/$form.age" --passphrase-fd 3 3< "$T/pass" > /dev/null
done
want 0 'their forms' $S add-form "$T/a.age" "$T/b.age"
$S export --out "$T/csv" > "$T/out" 2>&1 || true # exit status ignored: the form of the imported interview was not added to this desk
[ -e "$T/csv/a-r.csv" ] && [ -e "$T/csv/a-r~2.csv" ] && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo 'desk: two tables of one name'; ls "$T/csv"; cat "$T/out"; }
# for scripts: one JSON object, with the records that the message on stderr is about
want 1 'export for scripts' $S export --out "$T/json" --json
grep -q '^{"records": [0-9]*, "files": [0-9]*, "attachments": 0, .*"without_form": [1-9][0-9]*, .*"filtered": 0, .*"shortened": 0.*}$' "$T/out" &&
    passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: export --json'; cat "$T/out"; }
# the same desk gives the same bytes
for format in csv xlsx sav dta r qdpx postgres; do
    want 1 "$format, once" $S export --format $format --out "$T/one-$format"
    want 1 "$format, again" $S export --format $format --out "$T/two-$format"
    diff -r "$T/one-$format" "$T/two-$format" && passed=$((passed + 1)) ||
        { failed=$((failed + 1)); echo "desk: $format differs from export to export"; }
done
# a record without a form is not in the tables: their script must not delete it in the database
grep -q 'holds a part of the records' "$T/one-postgres/a.sql" && grep -q '^.set schema suhbat$' "$T/one-postgres/a.sql" &&
    passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: postgres takes a part for the whole'; head -20 "$T/one-postgres/a.sql"; }
# --version is the form's here, not the question which program this is
want 1 'a version that the desk has not' $S export --version 999 --out "$T/nv"; says 'a version that the desk has not' "no version '999' of the form"
want 0 'which program it is' $S --version; says 'which program it is' 'suhbat-sync '
want 2 'two codes' $S holds A12 --case B07 --out "$T/page.html"; says 'two codes' 'two codes are given'
# on a terminal it says how far it is; elsewhere it does not
script -qec "$S export --out $T/far --form a" /dev/null < /dev/null > "$T/out" 2>&1 || true # judged by what it says
grep -q ' of [0-9]* records written' "$T/out" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: no progress on a terminal'; cat -v "$T/out"; }
want 1 'no progress in a file' $S export --out "$T/near"
! grep -q 'records written' "$T/out" "$T/err" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: progress in a file'; }
# reviews, withdrawals, pages, the log: what is refused
want 2 'review without a state' $S review 0000aaaa; says 'review without a state' 'no state given'
want 2 'review in an unknown state' $S review 0000aaaa --state fine; says 'review in an unknown state' "'fine' is no state of review"
want 1 'review of nothing' $S review 0000aaaa --state approved; says 'review of nothing' "no record '0000aaaa'"
want 2 'send back without a word' $S send-back 0000aaaa; says 'send back without a word' 'nothing is said about the record'
want 2 'send back with half a comment' $S send-back 0000aaaa age; says 'send back with half a comment' 'QUESTION=TEXT'
want 1 'send back nothing' $S send-back 0000aaaa age=?; says 'send back nothing' "no record '0000aaaa'"
printf 'question,what\nage,?\n' > "$T/said.csv"
want 1 'comments without their columns' $S send-back 0000aaaa --comments "$T/said.csv"; says 'comments without their columns' 'the first row must be: question,comment'
key=$(grep -o 'uuid:[0-9a-f-]*' $D/tables/csv/migrant_interview.csv | head -n 1)
printf 'question,comment\nsex,Which of the two?\nno_such,?\n' > "$T/said.csv"
want 1 'send back without its form' $S send-back "$key" --comments "$T/said.csv"; says 'send back without its form' "does not have the record's form"
cp -r "$T/desk" "$T/desk2"; sed "s|--desk $T/desk|--desk $T/desk2|" "$T/sync" > "$T/sync3"; chmod +x "$T/sync3"
"$T/sync3" add-form $D/packages/*.age > /dev/null
want 1 'a comment on no question' "$T/sync3" send-back "$key" --comments "$T/said.csv"; says 'a comment on no question' "the record has no question 'no_such'"
want 0 'and nothing was sent' "$T/sync3" receipt --out "$T/post0"; ! grep -q 'messages' "$T/out" && passed=$((passed + 1)) || { failed=$((failed + 1)); cat "$T/out"; }
want 0 'sent back' "$T/sync3" send-back "$key" trip[1]/tr_sector='RU or KZ?' --comment 'Please look again'; says 'sent back' 'goes back to its device: Ош 07'
want 1 'sent back twice' "$T/sync3" send-back "$key" --comment 'Again'; says 'sent back twice' 'was sent back already'
want 0 'the message' "$T/sync3" receipt --out "$T/post1"; says 'the message' '1 messages'
printf 'record,question,words,code,quote,translation\n%s,nar_end,Чек арадан,trust,yes,На границе\n' "$key" > "$T/codes.csv"
want 2 'code without lists' "$T/sync3" code "$T/codes.csv"; says 'code without lists' 'elem.csv has the codes'
want 1 'code of no question' "$T/sync3" code "$T/codes.csv" --lists forms/study/lists; says 'code of no question' 'codes.csv, row 2'
sed -i "s/nar_end/nar_ban/" "$T/codes.csv"
want 0 'code' "$T/sync3" code "$T/codes.csv" --lists forms/study/lists; says 'code' '1 codings added'
want 0 'codings' "$T/sync3" codings; says 'codings' 'Чек арадан,trust,yes,На границе'
want 0 'a project' "$T/sync3" export --format qdpx --lists forms/study/lists --out "$T/qda"
want 0 'and back' "$T/sync3" import-qdpx "$T/qda/migrant_interview.qdpx" --lists forms/study/lists; says 'and back' '0 codings added, 0 changed, 1 were there already'
want 2 'transcribe with nothing' "$T/sync3" transcribe; says 'transcribe with nothing' 'no recogniser given'
want 0 'nothing to transcribe' "$T/sync3" transcribe --with cat; says 'nothing to transcribe' 'there are no recordings'
want 1 'transcribe an unknown record' "$T/sync3" transcribe uuid:00000000 --with cat
want 0 'no transcripts' "$T/sync3" transcripts; says 'no transcripts' 'instance ID,recording,file,transcript,verified'
want 2 'drop no transcript' "$T/sync3" transcripts --drop x; says 'drop no transcript' "'x' is no transcript"
want 2 'source of nothing' "$T/sync3" source tell; says 'source of nothing' 'source add --title'
want 1 'source without a title' "$T/sync3" source add --kind law; says 'source without a title' 'needs a title and a kind'
want 0 'a source' "$T/sync3" source add --title 'Закон о миграции' --kind law --country KG --date 2000-07
want 1 'a source twice' "$T/sync3" source add --title 'Закон о миграции' --kind law --date 2000-07; says 'a source twice' 'registered already'
want 0 'sources' "$T/sync3" source list; says 'sources' 'law,KG,2000-07,Закон о миграции'
want 0 'submissions' "$T/sync3" export --format odk --out "$T/odk"; says 'submissions' '1 records'
[ -s "$T"/odk/migrant_interview/instances/uuid*/submission.xml ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: no submission'; }
want 2 'push to nobody' "$T/sync3" push "$T/odk"; says 'push to nobody' 'no server given'
want 1 'push in clear' "$T/sync3" push "$T/odk" --to http://central.example.org/v1/projects/1; says 'push in clear' 'https'
want 3 'push to a closed door' "$T/sync3" push "$T/odk" --to http://127.0.0.1:1/v1/projects/1; says 'push to a closed door' '0 submissions accepted'
want 0 'its comments' "$T/sync3" show "$key"; says 'its comments' 'tr_sector: RU or KZ?'
want 2 'withdraw of no use' $S withdraw 0000aaaa --use answers,jokes; says 'withdraw of no use' "'jokes' is no use"
want 1 'withdraw of nothing' $S withdraw 0000aaaa; says 'withdraw of nothing' "no record '0000aaaa'"
want 2 'a page in German' $S holds A12 --out "$T/page.html" --lang de; says 'a page in German' "no page in 'de'"
want 0 'the log is whole' $S log; says 'the log is whole' 'the log is whole'
# retention: the desk misses one form, so that not everything can be judged
want 2 'retention without lists' $S retention; says 'retention without lists' 'no lists given'
want 3 'retention without its list' $S retention --lists "$T"; says 'retention without its list' 'retention.csv'
printf 'form,months\n*,1200\n' > "$T/retention.csv"
want 1 'retention' $S retention --lists "$T"; says 'retention' 'could not be judged'
want 1 'retention of another number' $S retention --lists "$T" --destroy 3; says 'retention of another number' '0 records are due, not 3'
rm "$T/retention.csv"
# a backup, which stock age and tar open, too; a full disk leaves none
want 0 'a backup' $S backup "$T/desk.age"; says 'a backup' 'records in'
sed "s|--desk $T/desk|--desk $T/again|" "$T/sync" > "$T/sync2"; chmod +x "$T/sync2"
want 0 'restored' "$T/sync2" restore "$T/desk.age"
want 1 'restored twice' "$T/sync2" restore "$T/desk.age"; says 'restored twice' 'there is something already'
$S records --csv > "$T/before" 2> /dev/null || true # judged by what it says: the form is missing
"$T/sync2" records --csv > "$T/after" 2> /dev/null || true
cmp -s "$T/before" "$T/after" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: a restored desk says otherwise'; }
# two desks of a study: the second takes over what the first has, once
sed "s|--desk $T/desk|--desk $T/second|" "$T/sync" > "$T/sync3"; chmod +x "$T/sync3"
"$T/sync3" init $D/study > /dev/null
want 0 'merge' "$T/sync3" --as Zarina merge "$T/desk"; says 'merge' '1 records'
want 0 'merge again' "$T/sync3" merge "$T/desk"; says 'merge again' 'nothing new'
"$T/sync3" records --csv > "$T/after" 2> /dev/null || true
cmp -s "$T/before" "$T/after" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: a merged desk says otherwise'; diff "$T/before" "$T/after" || true; }
want 0 'the log after a merge' "$T/sync3" log; says 'the log after a merge' 'Zarina  merge desk '
want 1 'merge with itself' "$T/sync3" merge "$T/second"; says 'merge with itself' 'the other desk is this desk'
want 1 'merge with nothing' "$T/sync3" merge "$T/stick"; says 'merge with nothing' 'there is no desk in this folder'
want 4 'merge with others' "$T/sync3" merge "$T/other-desk"; says 'merge with others' 'does not open the desk'
want 3 'a backup on a full disk' bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' - $S backup "$T/full.age"
[ ! -e "$T/full.age" ] && [ ! -e "$T/full.age.new" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'desk: half a backup'; }
cp "$T/desk.age" $D/stock.age
printf '%s\n' 'Тоо башында кар жатат али' | script -qec "age -d -i $D/study/coordinator.identity -o $T/stock.tar $D/stock.age" /dev/null > /dev/null
rm $D/stock.age
[ "$(tar -tf "$T/stock.tar" | tr '\n' ' ')" = 'desk-key.age desk.key desk.cert desk.db ' ] && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo 'desk: stock age and tar do not open the backup'; }
# a full disk: nothing is half written, and existing files stay unchanged
for format in csv xlsx sav dta r qdpx postgres; do
    cp -r "$T/csv" "$T/full-$format"
    echo kept > "$T/full-$format/a.$format"
    ls -A "$T/full-$format" > "$T/before"
    want 3 "a full disk: $format" bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' - $S export --format $format \
        --out "$T/full-$format" --force
    ls -A "$T/full-$format" > "$T/after"
    cmp -s "$T/before" "$T/after" && [ "$(cat "$T/full-$format/a.$format")" = kept ] && passed=$((passed + 1)) ||
        { failed=$((failed + 1)); echo "desk: a full disk leaves something: $format"; diff "$T/before" "$T/after"; }
done
want 1 'a device that nobody knows' $S accept ffffffff; says 'a device that nobody knows' 'knows no such device'
device=$($S status --csv | sed -n 's/^\([0-9a-f]\{8\}\)[0-9a-f]*,.*/\1/p')
want 0 'nothing was kept apart' $S accept "$device"; says 'nothing was kept apart' '0 records'
want 1 'no history' $S accept "$device" x
want 2 'export into a stream' $S export --out -
says 'export into a stream' '--out takes a folder'
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
