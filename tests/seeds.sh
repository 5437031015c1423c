#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prepares seeds for a fuzz target from the test data: `seeds.sh TARGET` prints the folder that
# holds them.
set -eu
target=$1
dir=build/seeds/$target
rm -rf "$dir" && mkdir -p "$dir"
unhex() { xxd -r -p "$1" "$2" 2>/dev/null || sed 's/../\\x&/g' "$1" | tr -d '\n' | xargs -0 printf '%b' > "$2"; }
case $target in
fuzz_xform)
    for f in forms/study/*_interview.csv forms/study/*_group.csv; do
        build/bin/suhbat-form convert "$f" -o "$dir/$(basename "$f").xml" 2>/dev/null
    done
    cp tests/cases/seeds/*.xml "$dir" 2>/dev/null || true ;;
fuzz_workbook) cp tests/cases/group_short.csv "$dir"; cp tests/cases/seeds/*.md "$dir" 2>/dev/null || true ;;
fuzz_xpath) n=0; grep -v '^#' tests/cases/xpath.test | while read -r line; do
        n=$((n + 1)); printf '%s' "${line%% =>*}" > "$dir/$n"; done ;;
fuzz_xls) printf '\0\0\320\1\2\3' > "$dir/turned" ;;
fuzz_tables) cp tests/cases/seeds/instance-*.txt "$dir"
    printf "<data id='f' version='1'><a>=1+1</a><n>3</n><gps>42.8 74.5 800 4</gps><lang>ky ru xx</lang><secret>s</secret><r><x>1</x><k><y>1 2 3 4; 5 6 7 8</y></k><k/></r><r/><g><h>,&quot;</h></g><meta><instanceID>uuid:x</instanceID></meta></data>" > "$dir/whole" ;;
fuzz_instance) cp tests/cases/seeds/instance-*.txt "$dir" ;;
fuzz_picture) for kind in png jpg; do convert -size 24x18 gradient:red-blue "$dir/a.$kind" 2>/dev/null || true; done ;;
fuzz_audio) printf 'RIFF\044\000\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\004\000\000\000\001\002\003\004' > "$dir/a.wav" ;;
fuzz_entities)
    printf 'list,id,version,trunk,branch,counter,property,value\ncases,11111111-1111-4111-8111-111111111111,2,1,b,3,label,L\ncases,11111111-1111-4111-8111-111111111111,2,1,b,3,site,"K,""G"\n' > "$dir/list"
    printf '<data id="f"><a>1</a><r><b>2</b><meta><entity dataset="l" id="22222222-2222-4222-8222-222222222222" create="1"><label>R</label></entity></meta></r><meta><entity dataset="l" id="11111111-1111-4111-8111-111111111111" create="1" update="1" baseVersion="" branchId=""><label>L</label></entity></meta></data>' > "$dir/record" ;;
fuzz_logs)
    printf 'recording,ms,event,node,begun\na,0,begin,/data/q,2026-11-24T09:00:00.000Z\na,5,question,/data/r[1],\nb,0,begin,/data/q,x\na,9,delete,/data/q,\nb,7,end,/data/q,\n' > "$dir/recordings"
    printf 'WEBVTT\n\nNOTE x\n\n1\n00:01.000 --> 01:00:02.500 a:b\n<v.x У2>&lt;w&gt; <i>w</i>\n\n' > "$dir/vtt"
    printf '[00:00:00.000 --> 00:00:04.120]  w <3\n' > "$dir/heard"
    printf 'topic,event,who,start_ms,duration_ms,recording,recording_ms\n/data/t[1],turn,"У1",0,4200,a,-1\n' > "$dir/turns"
    printf '\001\023\000\000\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\002\000\000\000\032\000\000\000\001\000aaaaaaaaaaaaaaaa\000\000\000\000\000\000\000\000' > "$dir/event" ;;
fuzz_age) unhex tests/cases/golden/age.hex "$dir/age" ;;
fuzz_custody) for f in tests/cases/golden/*.hex; do unhex "$f" "$dir/$(basename "$f" .hex)"; done ;;
esac
echo "$dir"
