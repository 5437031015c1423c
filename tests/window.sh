#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests in a real window what the demo does not show: the first run, a request that is written
# again, answers loaded by hand from the stick, a page of several questions, a screen in
# landscape.
set -eu
cd "$(dirname "$0")/.."
B=build/bin T=build/test/bin D=$PWD/build/window
PASS='Көк асман ак булут сары'
rm -rf "$D"
mkdir -p "$D/screens" "$D/stick" "$D/other"
fail() { echo "window: $1" >&2; exit 1; }
exec 6> "$D/display"
Xvfb -displayfd 6 -screen 0 1280x720x24 -nolisten tcp -noreset >/dev/null 2>&1 &
server=$!
exec 6>&-
trap 'kill $server 2>/dev/null || true; rm -f "$D/display"' EXIT
for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
[ -s "$D/display" ] || fail 'no X server'
export DISPLAY=:$(cat "$D/display") SDL_VIDEODRIVER=x11
drive() { # SCRIPT DATA
    $T/help_drive "tests/cases/$1.drive" "$D/screens" "$D/timing.txt" \
        $T/suhbat --data "$D/$2" --media "$D/stick" --lang tg --window 1280x720
}

$B/suhbat-key init "$D/study" --no-passphrase >/dev/null 2>&1
$B/suhbat-key invite "$D/study" -o "$D/stick/invitation.sbi" >/dev/null
drive first untouched
[ ! -e "$D/untouched/vault" ] || fail 'a passphrase that differs made a device'

# a request that did not reach the stick can be written again, from the window
echo "$PASS" | $B/suhbat --data "$D/device" --enrol "$D/stick/invitation.sbi" >/dev/null
rm "$D/stick/invitation.sbe"
drive request device
request=$(ls "$D"/stick/request-*.sbe) || fail 'the request was not written again'
$B/suhbat-key enrol "$D/study" "$request" -o "$D/stick/grant.age" >/dev/null
$B/suhbat-form pack tests/cases/fields.csv --study "$D/study" -o "$D/stick/fields.age" >/dev/null
$B/suhbat-key catalogue "$D/study" "$D/stick/fields.age" -o "$D/stick/catalogue.age" >/dev/null
head -c 300000 /dev/urandom > "$D/stick/photo.jpg"
drive fields device
$B/suhbat-sync --desk "$D/desk" init "$D/study" >/dev/null
I="--identity $D/study/coordinator.identity"
$B/suhbat-sync --desk "$D/desk" $I add-form "$D/stick/fields.age" >/dev/null
$B/suhbat-sync --desk "$D/desk" $I import "$D/stick" >/dev/null 2>&1 || true
$B/suhbat-sync --desk "$D/desk" $I export --format csv --out "$D/csv" >/dev/null
grep -qF ',yes,no,yes,Ош ш,41,,,эскертүүё,' "$D/csv/fields.csv" || fail 'an answer is not where it was given'
grep -q '^Москва,' "$D/csv/fields-trip.csv" || fail 'the entry is missing'

A="$D/csv/fields - audit.csv"
for row in ',form start,' ',constraint error,/data/page/age,' ',question,/data/mixed/trip\[1\]/where,.*,Москва,' \
    ',form resume,' ',form finalize,'; do
    grep -q "$row" "$A" || fail "the log has no row $row"
done

[ "$(grep -c ',Ош ш,,[a-z]*,,$' "$A")" = "$(($(wc -l < "$A") - 1))" ] || fail 'a row does not name who interviews'

grep -q ',memo,/data/' "$A" || fail 'the log does not tell of the memo'
[ ! -e "$D/csv/fields - memos.csv" ] || fail 'a memo left without being asked for'
[ ! -e "$D/csv/media" ] || fail 'an attachment marked sensitive=extra left without being asked for'
$B/suhbat-sync --desk "$D/desk" $I export --format csv --sensitive --out "$D/all" >/dev/null
grep -q '^uuid:.*,/data/.*,жолдошу жооп берди$' "$D/all/fields - memos.csv" || fail 'the memo is not there'
cmp -s "$D/stick/photo.jpg" "$D"/all/media/*.jpg || fail 'the attachment is not what was taken from the stick'

# the record is sent back, corrected in the window, and counts under its KEY; the photo stayed sealed
key=$(sed -n 's/.*,\(uuid:[0-9a-f-]*\),.*/\1/p' "$D/csv/fields.csv")
rm "$D"/stick/*
$B/suhbat-sync --desk "$D/desk" $I send-back "$key" age='41 же 14?' >/dev/null
$B/suhbat-sync --desk "$D/desk" $I receipt --out "$D/stick" | grep -q '1 messages' || fail 'the message was not written'
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick" >/dev/null
drive correct device
$B/suhbat-sync --desk "$D/desk" $I import "$D/stick" >/dev/null 2>&1 || true
$B/suhbat-sync --desk "$D/desk" $I export --format csv --sensitive --force --out "$D/corrected" >/dev/null
grep -qF ',yes,no,yes,Ош ш,14,,,эскертүүё,' "$D/corrected/fields.csv" || fail 'the correction does not count'
grep -qF "$key" "$D/corrected/fields.csv" || fail 'the corrected record has another KEY'
[ "$(wc -l < "$D/corrected/fields.csv")" = 2 ] || fail 'both versions are in the table'
grep -q '^[^,]*,change reason,.*,иштеги жаңылыш,' "$D/corrected/fields - audit.csv" || fail 'the reason is not there'
cmp -s "$D/all/media/"*.jpg "$D/corrected/media/"*.jpg || fail 'the photo of the sealed record is gone'
$B/suhbat-sync --desk "$D/desk" $I show "$key" | grep -qF '41 → 14' || fail 'nothing says what was corrected'

# a draft continues with its own version, whether a newer one was loaded or the form was
# withdrawn
sed 's/^,fields,Fields,1,/,fields,Fields,2,/' tests/cases/fields.csv > "$D/fields.csv"
drive draft device
rm "$D"/stick/*
$B/suhbat-form pack "$D/fields.csv" --study "$D/study" -o "$D/stick/fields2.age" --serial 4000000000 >/dev/null
$B/suhbat-key catalogue "$D/study" "$D/stick/fields2.age" -o "$D/stick/catalogue2.age" >/dev/null
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick" >/dev/null
drive resume device
rm "$D"/stick/*
$B/suhbat-key catalogue "$D/study" --withdraw fields -o "$D/stick/catalogue3.age" |
    grep -q ': 0 forms' || fail 'the form was not withdrawn'
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick" >/dev/null
drive resume device
# a lost device is revoked
id=$($B/suhbat-key devices "$D/study" | sed -n 's/^device: \([0-9a-f]*\) suhbat$/\1/p')
[ -n "$id" ] || fail 'the device has no label'
$B/suhbat-key catalogue "$D/study" --revoke "$(echo "$id" | cut -c1-12)" >/dev/null
$B/suhbat-key devices "$D/study" | grep -q "^device: $id suhbat (revoked)$" || fail 'it was not revoked'
! $B/suhbat-key catalogue "$D/study" --revoke suhbat 2>/dev/null || fail 'it was revoked twice'

# a form is tried out in the real program, on a device that is gone afterwards
mkdir -m 700 "$D/run"
export XDG_RUNTIME_DIR=$D/run
try="$B/suhbat-form try --window 720x1280 --lang ru"
shown() { # waits until the window shows more than one colour in its body
    for _ in $(seq 100); do
        sleep 0.2
        window=$(xdotool search --name '^suhbat$' 2>/dev/null | head -n 1)
        [ -n "$window" ] || continue
        colours=$(import -window "$window" -crop 720x400+0+100 -format %k info: 2>/dev/null || echo 0)
        [ "$colours" -lt 3 ] || return 0
    done
    fail 'no question was shown'
}
$try tests/cases/fields.csv > "$D/try.txt" & trying=$!
shown
[ -e "$(echo "$D"/run/suhbat-try-*/device/vault)" ] || fail 'the training device is not where it belongs'
! grep -rqa 'One page\|First' "$D/run" || fail 'the training device shows what it holds'
kill -TERM $(cat /proc/$trying/task/$trying/children)
wait $trying || fail 'a trial that was closed failed'
[ -z "$(ls "$D/run")" ] || fail 'the training device was left behind'
grep -q 'is removed, with all' "$D/try.txt" || fail 'nobody said that the device is removed'
$try tests/cases/fields.csv > "$D/try.txt" & trying=$!
shown
kill -TERM $trying
wait $trying || true
[ -z "$(ls "$D/run")" ] || fail 'a trial that was ended left its device behind'
! $try tests/cases/fields.csv --program "$D/none" > "$D/try.txt" 2>&1 || fail 'no program, and no word of it'
[ -z "$(ls "$D/run")" ] || fail 'a trial without a program left its device behind'
! $try tests/check.sh > "$D/try.txt" 2>&1 || fail 'what is no form was tried'
echo '1 passed, 0 failed, 0 skipped'
