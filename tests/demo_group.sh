#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make demo-group: eight people talk, a robot moderates, and what they said is found where the turns
# say.
#
#   espeak-ng's voices → a room's sound, as fast as time goes → SDL's disk driver → the real program
#   in a real window → sealed → handed over → imported → CSV, sound, QDPX
#
# MINUTES=12 of talk; one comes late, the power goes, one takes the consent to sound back.  The room is known, so
# that each turn can be looked for by its loudness, not by recognising words.
set -eu
cd "$(dirname "$0")/.."
B=build/bin T=build/test/bin D=$PWD/build/demo-group
MINUTES=${MINUTES:-12}
PASS='Көк асман ак булут сары'
KEYPASS='Тоо башында кар жатат али'
rm -rf "$D"
mkdir -p "$D/screens" "$D/stick" "$D/voices"
say() { printf '\n== %s\n' "$1"; }
fail() { echo "demo-group: $1" >&2; exit 1; }
key() { $B/suhbat-key "$@" --passphrase-fd 3 3<<< "$KEYPASS"; }
desk() { $B/suhbat-sync --desk "$D/desk" --identity "$D/study/coordinator.identity" "$@" --passphrase-fd 3 3<<< "$KEYPASS"; }

say 'a study, and a device with the form of a group'
key init "$D/study" > /dev/null
key invite "$D/study" -o "$D/stick/invitation.sbi"
echo "$PASS" | $B/suhbat --data "$D/device" --enrol "$D/stick/invitation.sbi" --label 'Ош 07'
key enrol "$D/study" "$D/stick/invitation.sbe" --root "$D/study/root-1.key" -o "$D/stick/grant.age" > /dev/null
$B/suhbat-form convert tests/cases/group.csv -o "$D/group.xml"
$B/suhbat-form pack "$D/group.xml" --study "$D/study" -o "$D/stick/group.age" --passphrase-fd 3 3<<< "$KEYPASS"
key catalogue "$D/study" "$D/stick/group.age" --root "$D/study/root-1.key" -o "$D/stick/catalogue.age"
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick"
cp "$D/stick/group.age" "$D/package.age"
rm "$D"/stick/*

say "the room: eight voices, $MINUTES minutes"
# ---- who says what, and when; what the moderator taps ----
voices=(- ru+m1 ky+f1 ru+f2 ky+m3 ru+m4 ky+f3 ru+f4 ky+m7)
said=('Айдоочу менин банкым. Ага акча берем, ал үйгө жеткирет.' 'Мы идём к землякам. В банк не идём, там спрашивают бумаги.'
    'Я узнала о запрете на границе. Никто раньше не сказал.' 'Мечитте жардам беришет. Бирок документ боюнча эч ким билбейт.'
    'Надо знать права до дороги. Потом уже поздно.' 'Интернетте окуйбуз, бирок ишенбейбиз.')
total=$((MINUTES * 60000)) t=2500 turn=0 block=0
: > "$D/taps"
: > "$D/plan"
: > "$D/expected"
: > "$D/talk.drive"
drive() { printf '%s\n' "$@" >> "$D/talk.drive"; }
tap() { # AT WHAT: by the plan, to be compared with how long turns lasted
    echo "$block $1" >> "$D/taps"
    drive "at $1" "tap $2"
}
# SPEAKERS UNTIL: they speak in turn until then; some of it is quoted, or gets a code
talk() {
    local who=0 file ms quoted=
    block=$((block + 1))
    while [ "$t" -lt $(($2 - 9000)) ]; do
        who=$((turn * 3 % $1 + 1)) turn=$((turn + 1)) # everybody, and never twice running
        file=$D/voices/$turn.wav
        espeak-ng -v "${voices[$who]}" -s 150 --stdout "${said[$((turn % ${#said[@]}))]}" > "$file"
        ms=$((($(stat -c %s "$file") - 44) * 1000 / 44100))
        echo "$t $file" >> "$D/plan"
        echo "У$who $t $((t + ms))" >> "$D/expected"
        tap $((t + 300)) "chair:$who"
        if [ -z "$quoted" ] && [ "$ms" -gt 4000 ]; then
            drive "at $((t + 2200))" 'tap quote' "shot table-quote-$turn"
            quoted=yes
        elif [ $((turn % 4)) = 0 ]; then
            drive "at $((t + 2200))" 'tap code:trust'
        fi
        t=$((t + ms + 700))
        if [ $((turn % 5)) = 0 ]; then
            echo "silence $t $((t + 4000))" >> "$D/expected"
            tap $((t + 300)) silence
            t=$((t + 4300))
        fi
    done
    drive "at $t"
}
pages() { for _ in $(seq "$1"); do drive 'tap right'; done; }
agree() { drive 'tap choice:yes'; }
person() { for _ in 1 2 3; do agree; pages 1; done; pages 2; } # takes part, sound, quotes; did not leave, nor come later
late() { for _ in 1 2 3; do agree; pages 1; done; pages 1; agree; pages 1; }

drive start 'wait unlock' "type $PASS" 'tap key:enter' 'wait home' 'tap start' 'wait forms' 'tap form:0' 'wait interview'
drive 'tap entry:1'
person
for _ in 2 3 4 5 6 7; do drive 'tap add'; person; done
drive 'shot round'
pages 1
drive 'see sound-stop' # they are all here: now it is recorded
drive 'tap entry:1' 'see chair:1' "go $D/go"
talk 7 $((total * 45 / 100))
drive 'tap left' 'tap left' 'tap add' 'shot late-comer-stops-the-recording' # nobody asked the late one yet
late
drive 'shot late-comer'
pages 1
drive 'see sound-stop' 'tap entry:1' 'see chair:8'
t=$((t + 20000))
talk 8 $((total * 70 / 100))
drive 'shot table' 'tap right' # the topic ends
agree
pages 1
drive 'type Чек арадан билишет.' 'tap key:enter' 'shot codes'
pages 1
drive 'shot quotes'
pages 1
drive 'tap entry:2' 'see chair:8'
t=$((t + 25000))
talk 8 $((total * 80 / 100))
drive kill start 'wait unlock' "type $PASS" 'tap key:enter' 'wait home' 'tap draft:1' 'wait interview' # the power goes
drive 'shot after-the-power-cut' 'tap sound-begin' 'see sound-stop' 'see chair:8'
t=$((t + 20000))
talk 8 $((total * 90 / 100))
drive 'tap left' 'tap left' 'tap entry:3' # takes the consent to sound back
pages 1
drive 'tap choice:no' 'shot a-no-stops-the-recording'
pages 4
pages 1
drive 'tap entry:2' 'see chair:8'
t=$((t + 15000))
recorded=$(wc -l < "$D/expected") # from here on nothing is
talk 8 "$total"
drive 'shot table-not-recorded' 'tap right'
agree
pages 1
drive 'type Ишенбейбиз.' 'tap key:enter'
pages 3
drive 'wait finish' 'shot finish' 'pause 900' 'tap right' 'pause 900' 'see seal-yes' 'tap seal-yes' 'wait sealed' 'tap right'
drive 'wait home' 'tap hand-over' 'wait hand-over' 'shot hand-over'
sed -n '/^tap hand-over/,/^wait home/p' tests/cases/demo.drive | tail -n +2 >> "$D/talk.drive"
drive quit
$T/help_voices room "$D/room.raw" $((t / 1000 + 60)) < "$D/plan" > "$D/voices.txt"

say 'the robot moderates'
mkfifo "$D/air"
$T/help_voices play "$D/room.raw" "$D/air" "$D/go" &
player=$!
exec 6> "$D/display"
Xvfb -displayfd 6 -screen 0 720x1280x24 -nolisten tcp -noreset > /dev/null 2>&1 &
server=$!
exec 6>&-
trap 'kill $server $player 2>/dev/null || true' EXIT
for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$D/display")
export DISPLAY SDL_VIDEODRIVER=x11 SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILEIN="$D/air" SDL_DISKAUDIODELAY=1
$T/help_drive "$D/talk.drive" "$D/screens" "$D/timing.txt" $T/suhbat --data "$D/device" --media "$D/stick" --lang ky --window 720x1280 2> "$D/drive.txt" ||
    { tail -20 "$D/drive.txt"; fail 'the robot did not come to the end'; }
grep -v CRITICAL "$D/drive.txt" || true

say 'the desk'
desk init "$D/study" > /dev/null
desk add-form "$D/package.age"
desk import "$D/stick"
desk export --format csv --audio --sensitive --out "$D/csv"
desk export --format qdpx --audio --sensitive --out "$D/qdpx" > /dev/null
mv "$D/csv/audio" "$D/audio"
mv "$D/qdpx/group.qdpx" "$D/project.qdpx"
rm -rf "$D/qdpx"

say 'what was said is where the turns say'
for f in "$D"/audio/*.opus; do
    set -- $($T/help_voices find "$D/room.raw" "$f")
    echo "$(basename "$f") begins at $1 ms of the room, $2 % alike"
    [ "$2" -ge 60 ] || fail "$f is not the room's sound"
    printf '%s %s\n' "audio/$(basename "$f")" "$1" >> "$D/begins"
done
# turns.csv: who, recording → file; recording_ms → ms of the room
awk -F, 'FILENAME ~ /begins/ {split($0, b, " "); begins[b[1]] = b[2]; next}
    FILENAME ~ /recordings/ {file[$2] = $3; next}
    FNR > 1 && $3 == "turn" && $7 != "" {print $4, begins[file[$7]] + $8, $6, file[$7], $8}
' "$D/begins" "$D/csv/group - recordings.csv" "$D/csv/group - turns.csv" > "$D/turns"
# each turn of a person stands within a second and a half of where the voice began
awk 'FILENAME ~ /expected/ {who[FNR] = $1; from[FNR] = $2; to[FNR] = $3; n = FNR; next}
    {
        best = ""
        for (i = 1; i <= n; i++) if (who[i] == $1) {d = $2 - from[i]; d = d < 0 ? -d : d; if (best == "" || d < best) {best = d; at = i}}
        if ($1 == "pause" || $1 == "crosstalk") next
        all++
        if (best == "" || best > 1500) {print "not found: " $0; bad++; next}
        late = best > late ? best : late
        found[at] = 1
        print $4, $5 + 700, $5 + (to[at] - from[at]) - 700, $1 > places
    }
    END {
        for (i = 1; i <= n; i++) {lost += i <= recorded && !found[i]; still += i > recorded && found[i]}
        printf "%d turns were recorded, the latest %d ms after the voice; %d not found; %d voices lost; %d of %d after the withdrawal recorded\n", all, late, bad, lost, still, n - recorded
        exit bad > 0 || lost > 0 || still > 0 || all != recorded
    }' places="$D/places" recorded="$recorded" "$D/expected" "$D/turns" || fail 'a turn is not where it should be'
for f in $(cut -d' ' -f1 "$D/places" | sort -u); do
    awk -v f="$f" '$1 == f {print $2, $3}' "$D/places" | $T/help_voices loud "$D/$f" |
        paste -d' ' <(awk -v f="$f" '$1 == f {print $4}' "$D/places") -
done > "$D/loud"
awk '$1 == "silence" {q++; bad += $2 > 120; next} {v++; bad += $2 < 300} END {printf "%d turns are loud, %d silences quiet, %d not\n", v, q, bad; exit bad > 0 || !v || !q}' "$D/loud" ||
    fail 'a turn is silent, or a silence is loud'
# no turn is lost, neither by the power cut nor where nothing is recorded
taps=$(wc -l < "$D/expected")
turns=$(awk -F, 'FNR > 1 && $3 == "turn"' "$D/csv/group - turns.csv" | wc -l)
echo "$turns turns of $taps taps"
[ "$turns" -eq "$taps" ] || fail 'a turn is lost'
# each turn lasts from its tap to the next one, by the plan of the taps
awk -F, 'FILENAME ~ /taps/ {split($0, w, " "); block[FNR] = w[1]; at[FNR] = w[2]; next}
    FNR > 1 && $3 == "turn" {
        if (block[++k] != block[k + 1]) next # the last before the table is left
        gap = at[k + 1] - at[k]; off = $6 - gap; off = off < 0 ? -off : off
        worst = off > worst ? off : worst; sum += $6; all += gap; compared++
    }
    END {printf "%d turns lasted %d ms, by the plan %d ms; each differs by at most %d ms\n", compared, sum, all, worst; exit worst > 1000 || !compared || sum - all > 1000 || all - sum > 1000}
' "$D/taps" "$D/csv/group - turns.csv" || fail 'turns do not last as long as people spoke'
# the late-comer, whom nobody had asked yet, and the withdrawal stopped the microphone
[ "$(grep -c ',end: consent,' "$D/csv/group - recordings.csv")" -eq 2 ] || fail 'not every "no" stopped the recording'
[ "$(grep -c ',end: cut,' "$D/csv/group - recordings.csv")" -eq 1 ] || fail 'the power cut is not told'
[ "$(awk -F, 'FNR == 1 {for (c = 1; c <= NF; c++) late = $c ~ /p_late$/ ? c : late; next} $late == "yes"' "$D/csv/group-part.csv" | wc -l)" -eq 1 ] ||
    fail 'the late-comer is not marked'
grep -q ',code,' "$D/csv/group - turns.csv" || fail 'no code was named'
grep -q ',quote,' "$D/csv/group - turns.csv" || fail 'nothing was quoted'
unzip -p "$D/project.qdpx" project.qde | grep -q '<AudioSelection' || fail 'the project has no turns'
rm -rf "$D"/{begins,taps,expected,loud,places,turns,voices.txt,drive.txt,group.xml} "$D/voices" "$D/room.raw" "$D/air" "$D/plan" "$D/go" "$D/display"
echo
echo "demo-group: done; see build/demo-group: csv/, audio/, project.qdpx, screens/"
