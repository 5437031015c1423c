#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests exit statuses, help and overwriting, the same for every tool, and runs the kinds of
# commands that the docs show.
set -u
B=build/bin
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
want() { # STATUS NAME COMMAND…
    status=$1 name=$2; shift 2
    "$@" > "$T/out" 2> "$T/err" < /dev/null
    got=$?
    if [ $got -eq "$status" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "tools: $name: status $got, wanted $status"; cat "$T/err"; fi
}
says() { # NAME TEXT: the last error or output contains TEXT
    if grep -qF -- "$2" "$T/err" "$T/out"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "tools: $1: does not say '$2'"; cat "$T/err"; fi
}
for t in suhbat suhbat-form suhbat-key suhbat-sync suhbat-desk; do
    want 0 "$t --help" $B/$t --help
    says "$t --help" 'exit status'
    want 2 "$t unknown option" $B/$t --nonsense x
done
for t in suhbat-form suhbat-key suhbat-sync suhbat-desk; do
    want 2 "$t without a verb" $B/$t
    want 2 "$t unknown verb" $B/$t nonsense
done
# manual pages and completion come from the tables that the command line is read by
complete_line() { # PROGRAM WORD…: what bash would offer for the last word
    bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' - \
        "$T/$1.bash" "$@"
}
for t in suhbat-form suhbat-key suhbat-sync suhbat-desk; do
    want 0 "$t help --completion" $B/$t help --completion; cp "$T/out" "$T/$t.bash"
    want 0 "$t help --man" $B/$t help --man; cp "$T/out" "$T/$t.1"
    want 0 "$t: troff reads its page" groff -K utf8 -man -Tutf8 -ww "$T/$t.1"
    sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' "$T/out" > "$T/$t.txt" # without bold
    [ ! -s "$T/err" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "tools: $t: troff complains"; cat "$T/err"; }
    verbs=$($B/$t --help | sed -n "s/^  $t \([a-z-]*\).*/\1/p" | grep -v '^help$' | sort -u)
    complete_line $t '' > "$T/offered"
    for v in $verbs; do # "VERB OPTION" for each that bash offers
        complete_line $t $v - | sed "s/^/$v /"
    done >> "$T/offered"
    for v in $verbs; do
        grep -q "^   $v" "$T/$t.txt" && grep -qxF -- $v "$T/offered" && passed=$((passed + 1)) ||
            { failed=$((failed + 1)); echo "tools: $t $v is not in the page, or not offered"; }
        for o in $($B/$t help $v | sed -n 's/^      \(-., \)\{0,1\}\(--[a-z-]*\) .*/\2/p'); do
            grep -q -- "$o" "$T/$t.txt" && grep -qxF -- "$v $o" "$T/offered" && passed=$((passed + 1)) ||
                { failed=$((failed + 1)); echo "tools: $t $v $o is not in the page, or not offered"; }
        done
    done
done
# every example of the manual pages runs, in a folder where the ones before have run
mkdir -p "$T/story/load"; echo 'mino sida sizo puro daji' > "$T/story/pass"
example() { # PROGRAM WORD…: with the passphrase where the verb asks for it, and no window
    at=$PWD; cd "$T/story" || return 1
    set -- "$at/$B/$1" "${@:2}"
    if [ "${1##*/}" = suhbat-desk ]; then
        SDL_VIDEODRIVER=dummy timeout 2 "$@"; [ $? -eq 124 ]
    elif "$1" help 2>&1 | grep -q 'passphrase-fd' && [ "$2" != new ] && [ "$2" != check ] && [ "$2" != print ]; then
        "$@" --passphrase-fd 3 3< pass
    else "$@"; fi
    got=$?; cd "$at" || return 1; return $got
}
examples() { # PROGRAM: one a line
    sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/s/^\.B //p' "$T/$1.1" | sed 's/\\-/-/g'
}
for t in suhbat-form suhbat-key suhbat-sync suhbat-desk; do
    [ "$(examples $t | wc -l)" -ge 1 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "tools: $t: no example"; }
done
{ examples suhbat-key | head -1; examples suhbat-form | head -4; examples suhbat-key | tail -n +2; examples suhbat-form | tail -n +5
    examples suhbat-sync; examples suhbat-desk; } > "$T/story/examples"
while read -r line; do
    read -ra command <<< "$line"
    want 0 "example: $line" example "${command[@]}"
done < "$T/story/examples"
[ -s "$T/story/tables/clinic.xlsx" ] && [ -s "$T/story/report/index.html" ] && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo 'tools: the examples made no tables or no report'; ls -R "$T/story/tables" "$T/story/report"; }
mkdir -p "$T/here/a folder"; : > "$T/here/a file"
[ "$(cd "$T/here" && complete_line suhbat-sync import --desk 'a ')" = 'a folder' ] && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo 'tools: after --desk bash offers more than folders'; }
[ "$(cd "$T/here" && complete_line suhbat-sync import 'a ' | sort | tr '\n' ,)" = 'a file,a folder,' ] && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo 'tools: bash does not offer files'; }
complete_line suhbat-sync --desk export im | grep -qx import && passed=$((passed + 1)) ||
    { failed=$((failed + 1)); echo "tools: bash takes an option's value for the verb"; }
want 2 'a near verb' $B/suhbat-form chek x; says 'a near verb' "did you mean 'check'"
want 2 'a near option' $B/suhbat-form convert x --forse; says 'a near option' "did you mean '--force'"
want 0 check $B/suhbat-form check tests/cases/migrant_short.csv
want 3 'a file that is not there' $B/suhbat-form check "$T/none.csv"
printf '| survey |\n| | type | name | label | relevant |\n| | integer | age | A | |\n| | text | b | B | ${agee} > 1 |\n' > "$T/bad.md"
want 1 'a faulty form' $B/suhbat-form check "$T/bad.md"
says 'a faulty form' 'bad.md, survey row 4, column relevant: unknown question'
says 'a faulty form' "did you mean 'age'"
printf '| survey |\n| | type | name | label::%s |\n| | text | b | B |\n' 'Язык, чьё имя написано длиннее всякой меры' > "$T/long.md"
want 1 'a language with a long name' $B/suhbat-form check "$T/long.md"
says 'a language with a long name' "name of the language 'Язык, чьё имя"
says 'a language with a long name' "write a short one, such as 'Кыргызча (ky)'"
printf '| survey |\n| | type | name | label | appearance |\n| | date | d | D | ethiopian |\n' > "$T/cal.md"
want 0 'a calendar that is not drawn' $B/suhbat-form check "$T/cal.md"
says 'a calendar that is not drawn' "survey row 3: suhbat has no 'ethiopian'"
want 0 convert $B/suhbat-form convert tests/cases/group_short.csv -o "$T/f.xml"
want 1 'never over a file' $B/suhbat-form convert tests/cases/group_short.csv -o "$T/f.xml"
want 0 'but with --force' $B/suhbat-form convert tests/cases/group_short.csv -o "$T/f.xml" --force
mkfifo "$T/pipe"
cat "$T/pipe" > "$T/from-pipe" &
want 0 'into a pipe' $B/suhbat-form convert tests/cases/group_short.csv -o "$T/pipe" --force
wait $!
want 0 'a pipe stays a pipe' test -p "$T/pipe"
want 0 'and passes all on' cmp "$T/from-pipe" "$T/f.xml"
want 0 '--root' $B/suhbat-form convert tests/cases/group_short.csv --root fg -o -
says '--root' '<fg id="focus_group"'
want 0 fill $B/suhbat-form fill tests/cases/migrant_short.csv --answers tests/cases/migrant.jsonl --lang ky -o "$T/i.xml"
printf '{"answer":"ctx/int_code","value":"nope"}\n' > "$T/steps"
want 1 'a refused answer' $B/suhbat-form fill tests/cases/migrant_short.csv --answers "$T/steps"
says 'a refused answer' "steps, line 1: 'ctx/int_code' refused the answer"
want 1 'an incomplete interview' $B/suhbat-form fill tests/cases/migrant_short.csv --answers /dev/null
want 0 'unless partial' $B/suhbat-form fill tests/cases/migrant_short.csv --answers /dev/null --partial -o -
want 0 show $B/suhbat-form show tests/cases/migrant_short.csv
says show 'must be  . >= 18 and . <= 85'
want 0 'show in Kyrgyz' $B/suhbat-form show tests/cases/migrant_short.csv --lang ky
says 'show in Kyrgyz' 'Интервьюердин коду'
want 0 doc $B/suhbat-form doc tests/cases/migrant_short.csv
says doc '| KG | Кыргызстан | Кыргызстан | Қирғизистон |'
sed 's/integer,age/text,age/; s/. <= 85/. <= 90/; /,hs_first_o,/d' tests/cases/migrant_short.csv > "$T/new.csv"
want 0 diff $B/suhbat-form diff tests/cases/migrant_short.csv "$T/new.csv"
says diff '- /data/main/help/hs_first_o'
says diff '! /data/main/person/age: integer  →  text'
says diff '~ /data/main/person/age, must be:'
want 0 'no difference' $B/suhbat-form diff tests/cases/migrant_short.csv tests/cases/migrant_short.csv
says 'no difference' 'No visible changes'
printf '| survey |\n| | type | name | label | apearance |\n| | begin_repeat | r | R | |\n| | select_one c | s | S | |\n| | end_repeat | | | |\n| choices |\n| | list_name | name | label |\n| | c | a | Old word |\n| settigns |\n| | form_id |\n| | slips |\n' > "$T/slips.md"
sed 's/Old word/New word/' "$T/slips.md" > "$T/slips2.md"
want 0 'slips in names' $B/suhbat-form check "$T/slips.md"
says 'slips in names' "the column 'apearance' is not known and does nothing; did you mean 'appearance'?"
says 'slips in names' "the sheet 'settigns' is left out; did you mean 'settings'?"
want 0 'words of choices' $B/suhbat-form diff "$T/slips.md" "$T/slips2.md"
says 'words of choices' "choice 'a': «Old word»  →  «New word»"
want 0 trace $B/suhbat-form trace tests/cases/migrant_short.csv sex
says trace 'sex is not asked, because /data/main is not'
says trace '${cns_take} is not asked itself'
want 0 'trace after answers' $B/suhbat-form trace tests/cases/migrant_short.csv hs_first_o --answers tests/cases/migrant.jsonl
says 'trace after answers' "\${hs_first} is 'relatives'"
want 1 'trace of nothing' $B/suhbat-form trace tests/cases/migrant_short.csv nobody
printf 'survey\n,type,name,label\n,text,a,"two\nlines"\n,,,\n,text,b,B\n' > "$T/lines.csv"
want 0 'a cell of two lines' $B/suhbat-form convert "$T/lines.csv" -o "$T/lines1.csv"
want 0 'a cell of two lines, to xlsx' $B/suhbat-form convert "$T/lines1.csv" -o "$T/lines.xlsx"
want 0 'a cell of two lines, back' $B/suhbat-form convert "$T/lines.xlsx" -o "$T/lines2.csv"
want 0 'is one row' cmp "$T/lines1.csv" "$T/lines2.csv"
want 0 'and the empty row stays one' test "$(grep -c '^,$' "$T/lines2.csv")" = 1
for f in migrant_short group_short; do # to Excel and back, unchanged
    want 0 "$f to csv" $B/suhbat-form convert tests/cases/$f.csv -o "$T/$f-1.csv"
    want 0 "$f to xlsx" $B/suhbat-form convert "$T/$f-1.csv" -o "$T/$f.xlsx"
    want 0 "$f back to csv" $B/suhbat-form convert "$T/$f.xlsx" -o "$T/$f-2.csv"
    want 0 "$f is the same" cmp "$T/$f-1.csv" "$T/$f-2.csv"
    want 0 "$f as XForm" $B/suhbat-form convert tests/cases/$f.csv -o "$T/$f-a.xml"
    want 0 "$f by way of xlsx as XForm" $B/suhbat-form convert "$T/$f.xlsx" -o "$T/$f-b.xml"
    want 0 "$f asks the same" cmp "$T/$f-a.xml" "$T/$f-b.xml"
done
printf '| survey |\n| | type | name | label |\n| | integer | age | A |\n| settings |\n| | public_key |\n| | MIIBIjANBgkq |\n' > "$T/key.md"
want 0 'a form with a key' $B/suhbat-form check "$T/key.md"
says 'a form with a key' "the form asks for ODK's encryption"
sed 's/ref="\/data\/ctx\/serial"/ref="\/data\/nowhere"/' "$T/migrant_short-a.xml" > "$T/unbound.xml"
want 1 'a question that stores nowhere' $B/suhbat-form check "$T/unbound.xml"
says 'a question that stores nowhere' "the first is '/data/nowhere'"
mkdir "$T/lists"
cat > "$T/lists/s.md" <<'END'
| survey |
| | type | name | label::English (en) | label::Русский (ru) | appearance | choice_filter |
| | text | q | Q | К | | |
| | select_one f | fruit | Fruit | Фрукт | search('fruits', 'contains', 'name,label', ${q}) | |
| | select_one_from_file shops.geojson | shop | Shop | Лавка | | |
| | select_one_external city | city | City | Город | | region = ${q} |
| choices |
| | list_name | name | label::English (en) | label::Русский (ru) |
| | f | 1 | Other | Другое |
| | f | name | label | label_ru |
| external_choices |
| | list_name | name | label::English (en) | label::Русский (ru) | region |
| | city | osh | Osh | Ош | app |
| | city | bat | Batken | Баткен | zzz |
END
printf 'name,label,label_ru\napple,Apple,Яблоко\npear,Pear,Груша\npineapple,Pineapple,Ананас\n' > "$T/lists/fruits.csv"
printf '{"features":[{"id":"s1","geometry":{"type":"Point","coordinates":[74.5,42.8]},"properties":{"title":"Osh bazaar"}},{"properties":{"id":"s2","title":"Dordoi"}}]}' > "$T/lists/shops.geojson"
cat > "$T/lists/steps" <<'END'
{"answer":"q","value":"app"}
{"answer":"fruit","value":"pineapple"}
{"refuse":"fruit","value":"pear"}
{"answer":"fruit","value":"1"}
{"answer":"shop","value":"s2"}
{"refuse":"shop","value":"s3"}
{"answer":"city","value":"osh"}
{"refuse":"city","value":"bat"}
END
want 0 'itemsets of the workbook itself' $B/suhbat-form fill "$T/lists/s.md" --answers "$T/lists/steps" --partial
says 'itemsets of the workbook itself' '<city>osh</city>'
want 0 'lists from outside' $B/suhbat-form convert "$T/lists/s.md" -o "$T/lists/s.xml"
want 0 'itemsets beside it' grep -q Баткен "$T/lists/itemsets.csv"
want 0 'search, geojson, itemsets' $B/suhbat-form fill "$T/lists/s.xml" --answers "$T/lists/steps" --partial
says 'search, geojson, itemsets' '<fruit>1</fruit><shop>s2</shop><city>osh</city>'
want 0 'their labels' $B/suhbat-form doc "$T/lists/s.xml"
says 'their labels' '| pineapple | Pineapple | Ананас |'
says 'their labels' '| bat | Batken | Баткен |'
rm "$T/lists/fruits.csv"
want 0 'a list that is not there yet' $B/suhbat-form check "$T/lists/s.xml"
says 'a list that is not there yet' 'put the list in the form'
want 1 'a list that is missing' $B/suhbat-form fill "$T/lists/s.xml" --answers "$T/lists/steps" --partial
want 2 'init with nobody to ask' setsid -w $B/suhbat-key init "$T/study"; says 'init with nobody to ask' '--passphrase-fd N'
[ ! -e "$T/study" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: init that failed leaves a study'; }
want 0 init $B/suhbat-key init "$T/study" --no-passphrase; says init 'written unencrypted'
says init 'where each key belongs'; says init 'with the others in'
want 1 'a study is never made twice' $B/suhbat-key init "$T/study"
mkdir -p "$T/lists"
printf 'name,label\n1,One\n' > "$T/lists/villages.csv"
printf '| survey |\n| | type | name | label |\n| | select_one_from_file villages.csv | v | V |\n| settings |\n| | form_id |\n| | with_list |\n' > "$T/lists/f.md"
want 0 'a form with a list of its own' $B/suhbat-form pack "$T/lists/f.md" --study "$T/study" -o "$T/lists/f.age"
says 'a form with a list of its own' '2 files'
a1=age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
a2=age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z
printf '# whom contact cards are sealed to\n%s Гуля, Ош\r\n%s # escrow\n' $a1 $a2 > "$T/own.txt"
want 0 'a card packed' $B/suhbat-form pack forms/study/contact_card.csv --study "$T/study" -o "$T/card.age"
want 1 'a card without recipients of its own' $B/suhbat-key catalogue "$T/study" "$T/card.age"; says 'a card without recipients of its own' 'card.age: records of this form must not be sealed to the whole study'
want 1 'recipients of a form that is not there' $B/suhbat-key catalogue "$T/study" "$T/card.age" --recipients "contact_crad=$T/own.txt"; says 'recipients of a form that is not there' "no form 'contact_crad'"
want 0 'recipients of one form' $B/suhbat-key catalogue "$T/study" "$T/card.age" --recipients "contact_card=$T/own.txt"; says 'recipients of one form' 'records of contact_card are sealed to: Гуля, Ош'
: > "$T/nobody.txt"
want 1 'a file that names nobody' $B/suhbat-key catalogue "$T/study" --recipients "contact_card=$T/nobody.txt"; says 'a file that names nobody' 'nobody.txt: the file names nobody'
want 0 'are shown' $B/suhbat-key show "$T/study"; says 'are shown' "Гуля, Ош $a1"
printf '%s\n' $a1 > "$T/own.txt"
want 1 'one is not enough' $B/suhbat-key catalogue "$T/study" --recipients "contact_card=$T/own.txt"; says 'one is not enough' 'needs at least two'
printf '%s\nage1nonsense\n' $a1 > "$T/own.txt"
want 1 'a key that is none' $B/suhbat-key catalogue "$T/study" --recipients "contact_card=$T/own.txt"; says 'a key that is none' 'own.txt, line 2: this is no age recipient'
want 2 'no form named' $B/suhbat-key catalogue "$T/study" --recipients "$T/own.txt"
want 0 'back to those of the study' $B/suhbat-key catalogue "$T/study" --recipients contact_card=
want 0 'none are shown' $B/suhbat-key show "$T/study"
if grep -q 'recipient of form' "$T/out"; then failed=$((failed + 1)); echo 'tools: recipients of a form are still there'; else passed=$((passed + 1)); fi
want 1 'no such form to withdraw' $B/suhbat-key catalogue "$T/study" --withdraw nobody
for days in abc 0 -3 1e3 '' 366; do
    want 2 "an invitation for '$days' days" $B/suhbat-key invite "$T/study" -o "$T/none.sbi" --days "$days"
done
says 'too many days' "--days takes a number from 1 to 365, not '366'"
for option in '--scale abc' '--scale 0' '--text 50' '--memory 1' '--memory 64x' '--window 10x10' '--window 720x1280x' '--lang de' '--guide xx'; do
    # shellcheck disable=SC2086
    want 2 "suhbat $option" $B/suhbat $option
done
want 0 invite $B/suhbat-key invite "$T/study" -o "$T/i.sbi"
want 0 'desk init' $B/suhbat-sync --desk "$T/desk" init "$T/study"
want 4 'a wrong identity' $B/suhbat-sync --desk "$T/desk" --identity "$T/i.sbi" import "$T/i.sbi"; says 'a wrong identity' 'holds no age identity'
I="--identity $T/study/coordinator.identity"
want 1 'no desk' $B/suhbat-sync --desk "$T/nothing" $I status
want 0 status $B/suhbat-sync --desk "$T/desk" $I status --csv; says status 'is not under a passphrase'
for verb in status 'receipt --out x' 'accept aaaa' 'export --out x' "import $T"; do
    # shellcheck disable=SC2086
    want 4 "$verb without an identity" $B/suhbat-sync --desk "$T/desk" $verb; says "$verb without an identity" 'no identity given'
done
# shellcheck disable=SC2086
want 2 'an unknown format' $B/suhbat-sync --desk "$T/desk" $I export --out "$T/x" --format ods; says 'an unknown format' 'known are: csv, xlsx, sav, dta, r, qdpx'
# shellcheck disable=SC2086
want 2 'an export to nowhere' $B/suhbat-sync --desk "$T/desk" $I export; says 'an export to nowhere' 'no folder given'
want 4 'init again without one' $B/suhbat-sync --desk "$T/desk" init "$T/study"
want 0 'init again' $B/suhbat-sync --desk "$T/desk" --identity "$T/study/escrow.identity" init "$T/study"

# ---- key files under a passphrase ----
echo 'one two three four five' > "$T/p1"
printf 'six seven eight nine ten\none two three four five\n' > "$T/p2"
echo 'one two three' > "$T/p0"
by() { "$@" 3< "$T/pN"; }
cp "$T/p0" "$T/pN"; want 1 'a short passphrase' by $B/suhbat-key init "$T/s2" --passphrase-fd 3; says 'a short passphrase' 'fewer than 5 words'
want 2 'no such descriptor' $B/suhbat-key init "$T/s2" --passphrase-fd 99; says 'no such descriptor' 'is not open'
cp "$T/p1" "$T/pN"; want 0 'init under a passphrase' by $B/suhbat-key init "$T/s2" --passphrase-fd 3
grep -qrE 'AGE-SECRET|SUHBAT-SEED' "$T/s2" && { failed=$((failed + 1)); echo 'tools: a key lies in clear'; } || passed=$((passed + 1))
[ "$(grep -cE '^-> scrypt [^ ]+ 18$' "$T"/s2/*.key "$T"/s2/*.identity | grep -c ':1$')" = 7 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: not all seven key files are protected'; }
want 0 'a catalogue, asked once' by $B/suhbat-key catalogue "$T/s2" --passphrase-fd 3
cp "$T/p0" "$T/pN"; want 4 'a wrong passphrase' by $B/suhbat-key catalogue "$T/s2" --passphrase-fd 3; says 'a wrong passphrase' 'root-1.key'
mv "$T/s2/root-1.key" "$T/away.key"
cp "$T/p1" "$T/pN"; want 3 'the root key is elsewhere' by $B/suhbat-key catalogue "$T/s2" --passphrase-fd 3
want 0 'and given' by $B/suhbat-key catalogue "$T/s2" --root "$T/away.key" --passphrase-fd 3
cp "$T/p2" "$T/pN"; want 0 'another passphrase' by $B/suhbat-key protect "$T/s2" "$T/away.key" --passphrase-fd 3; says 'another passphrase' 'under the new passphrase'
cp "$T/p1" "$T/pN"; want 4 'the old one' by $B/suhbat-key catalogue "$T/s2" --root "$T/away.key" --passphrase-fd 3
head -n 1 "$T/p2" > "$T/pN"; want 0 'the new one' by $B/suhbat-key catalogue "$T/s2" --root "$T/away.key" --passphrase-fd 3
want 2 'a key file with nobody to ask' setsid -w $B/suhbat-key catalogue "$T/s2" --root "$T/away.key"; says 'a key file with nobody to ask' '--passphrase-fd N'
cp -r "$T/study" "$T/s3"; want 0 'keys in clear are protected' by $B/suhbat-key protect "$T/s3" --passphrase-fd 3; says 'keys in clear are protected' 'root-1.key: protected'
want 1 'no key in it' by $B/suhbat-key protect "$T/s3/tokens" --passphrase-fd 3
echo 'secret words' | age -r "$(sed -n 's/^# public key: //p' "$T/study/coordinator.identity")" > "$T/letter.age"
printf '%s\n' 'six seven eight nine ten' | script -qec "age -d -i $T/s3/coordinator.identity -o $T/letter $T/letter.age" /dev/null > /dev/null 2>&1
[ "$(cat "$T/letter" 2> /dev/null)" = 'secret words' ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: stock age does not open a protected identity'; }
printf '%s\n%s\n' 'one two three four five' 'one two three four five' | script -qec "age -p -a -o $T/armored.identity $T/study/coordinator.identity" /dev/null > /dev/null 2>&1
cp "$T/p1" "$T/pN"; want 0 "stock age's own, armored" by $B/suhbat-sync --desk "$T/desk" --identity "$T/armored.identity" status --passphrase-fd 3
# On a terminal, a new passphrase is asked twice, and the typed text is not shown.
(sleep 1; printf 'one two three four five\n'; sleep 1; printf 'one two three four six\n'; sleep 1) | timeout 20 script -qec "$B/suhbat-key init $T/s4" /dev/null > "$T/out" 2>&1
: > "$T/err"; says 'two passphrases' 'the two passphrases differ'
grep -q 'three' "$T/out" && { failed=$((failed + 1)); echo 'tools: a passphrase is shown'; } || passed=$((passed + 1))
[ ! -e "$T/s4" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: half a study'; }
echo 'one two three' > "$T/short"
if $B/suhbat --data "$T/dev" --enrol "$T/i.sbi" < "$T/short" >/dev/null 2> "$T/err"; then
    failed=$((failed + 1)); echo 'tools: three words were enough'
else passed=$((passed + 1)); fi
echo 'one two three four five' > "$T/pass"
$B/suhbat --data "$T/dev" --enrol "$T/i.sbi" < "$T/pass" > "$T/out" 2> "$T/err" && passed=$((passed + 1)) || { failed=$((failed + 1)); cat "$T/err"; }
mkdir "$T/nothing-there"
want_load() { $B/suhbat --data "$T/dev" --load "$T/nothing-there" < "$T/pass" > "$T/out" 2> "$T/err"; }
want_load && { failed=$((failed + 1)); echo 'tools: a device that was not enrolled loaded'; } || passed=$((passed + 1))
says 'not enrolled' 'has not joined a study'
want 1 'a passphrase from a descriptor' sh -c "$B/suhbat --data $T/dev --load $T/nothing-there --passphrase-fd 5 5< $T/pass"; says 'a passphrase from a descriptor' 'has not joined a study'
want 2 'a descriptor that is not open' $B/suhbat --data "$T/dev" --load "$T/nothing-there" --passphrase-fd 9; says 'a descriptor that is not open' 'is not open'
want 2 'no number of a descriptor' $B/suhbat --data "$T/dev" --load "$T/nothing-there" --passphrase-fd x
want 3 'no display' env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER XDG_RUNTIME_DIR=/nonexistent timeout 20 $B/suhbat --data "$T/dev"
says 'no display' 'cannot open the screen'
want 0 enrol $B/suhbat-key enrol "$T/study" "$T/i.sbe" -o "$T/grant.age"
want 4 'an invitation works once' $B/suhbat-key enrol "$T/study" "$T/i.sbe" -o "$T/grant2.age"
[ "$(stat -c %a "$T/study/root-1.key" "$T/desk/desk.db" "$T/dev" | tr '\n' ' ')" = '600 600 700 ' ] &&
    passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: keys or stores are open to others'; }

# ---- messages that a trainer sees ----
form() { printf "$2" > "$T/$1.md"; }
slip() { # RELEVANT HINT
    form slip "| survey |\n| | type | name | label | relevant |\n| | integer | cows | C | |\n| | text | b | B | $1 |\n"
    want 1 "slip $1" $B/suhbat-form check "$T/slip.md"; says "slip $1" "$2"; says "slip $1" 'survey row 4, column relevant'
}
slip '$(cows) > 1' 'a question is written ${name}'
slip '${cows} => 1' 'greater or equal is written >='
slip '${cows} > 1 AND ${cows} < 3' "write 'and' in small letters"
slip '${cows} == 1' 'equal is written ='
slip '${cows} <> 1' 'not equal is written !='
slip '${cows} > 1 && ${cows} < 3' "write 'and'"
says 'in the own words' 'in "${cows} > 1 &&'
slip '${cows} = "x' 'a quote is opened'
form bare '| survey |\n| | type | name | label |\n| | select_one | a | A |\n'
want 1 'a select without a list' $B/suhbat-form check "$T/bare.md"; says 'a select without a list' 'names no list'
form good '| survey |\n| | type | name | label::Русский (ru) | label::English (en) | relevant | bind::suhbat:sensitive |\n| | text | a | Имя | Name | | extra |\n| | integer | age | Сколько лет, ${a}? | How old, ${a}? | | |\n| | text | job | Дело | Job | ${age} > 15 | |\n'
want 0 'our own columns need no setting' $B/suhbat-form check "$T/good.md"
form events '| survey |\n| | type | name | label | bind::suhbat:event |\n| | begin_repeat | trip | T | |\n| | integer | y | Y | trip from-year |\n| | integer | z | Z | trip from-year |\n| | integer | v | V | trip since |\n| | end_repeat | | | |\n| | date | d | D | trip to |\n'
want 0 'parts of a calendar' $B/suhbat-form check "$T/events.md"
says 'parts of a calendar' "survey row 5, column bind::suhbat:event: 'trip from-year' is said of y already"
says 'parts of a calendar' "row 6, column bind::suhbat:event: 'trip since' is no lane and part"
says 'parts of a calendar' "row 8, column bind::suhbat:event: the lane 'trip' has questions in and out of a repeat"
want 1 'several forms' $B/suhbat-form check "$T/good.md" "$T/bare.md"; says 'several forms' '1 of 2 forms are faulty'; says 'several forms' 'good'
want 0 show $B/suhbat-form show "$T/good.md"; says show '${a}?'
want 0 doc $B/suhbat-form doc "$T/good.md"; says doc 'How old, ${a}?'
printf '{"answer":"age","value":"7"}\n{"answer":"job","value":"x"}\n' > "$T/s.jsonl"
want 0 'trace of what a hidden question refuses' $B/suhbat-form trace "$T/good.md" --answers "$T/s.jsonl"
says 'trace of what a hidden question refuses' 'line 2'; says 'trace of what a hidden question refuses' '${age} > 15'
printf '{"answer":"agee","value":"7"}\n' > "$T/s.jsonl"
want 1 'a misspelt path' $B/suhbat-form fill "$T/good.md" --answers "$T/s.jsonl"; says 'a misspelt path' "did you mean 'age'"
want 1 'no such language' $B/suhbat-form fill "$T/good.md" --lang ky --answers "$T/s.jsonl"; says 'no such language' 'it has: Русский (ru), English (en)'
for t in suhbat-form suhbat-key suhbat-sync suhbat-desk; do
    want 0 "$t help" $B/$t help; says "$t help" 'exit status'
    verb=$($B/$t help | sed -n "s/^  $t \([a-z-]*\) .*/\1/p" | head -n 1)
    want 0 "$t help $verb" $B/$t help "$verb"; says "$t help $verb" "$t $verb"
    [ "$(grep -c "^  $t " "$T/out")" = 1 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "tools: $t help $verb is not its page"; }
    want 0 "$t $verb --help" $B/$t "$verb" --help; says "$t $verb --help" "$t $verb"
    want 2 "$t help nonsense" $B/$t help nonsense
done
want 0 'the steps of fill' $B/suhbat-form help fill; says 'the steps of fill' '"add": "trip"'

# ---- a starter, and the trainer's guide ----
for suffix in xlsx csv; do
    want 0 "a starter .$suffix" $B/suhbat-form new "$T/starter.$suffix" --lang ru,ky,tg,en
    want 0 "the starter .$suffix is good" $B/suhbat-form check "$T/starter.$suffix"; says "the starter .$suffix is good" '4 languages: good'
    want 0 "lint of the starter .$suffix" $B/suhbat-form lint "$T/starter.$suffix"
    want 0 "interviews with the starter .$suffix" $B/suhbat-form simulate "$T/starter.$suffix" --n 5 -o "$T/starter-$suffix"
done
want 0 'a language to be translated' $B/suhbat-form new "$T/uz.csv" --lang uz,ru; says 'a language to be translated' 'a starter'
grep -q 'label::Ўзбекча (uz),label::Русский (ru)' "$T/uz.csv" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: the columns of a starter'; }
want 1 'a starter that exists' $B/suhbat-form new "$T/uz.csv" --lang ru
want 1 'a starter in no language' $B/suhbat-form new "$T/none.csv" --lang ru,; says 'a starter in no language' 'is no language code'
want 1 'a starter in one language twice' $B/suhbat-form new "$T/none.csv" --lang ru,ru; says 'a starter in one language twice' 'named twice'
want 1 'a starter without an id' $B/suhbat-form new "$T/1 form.csv"; says 'a starter without an id' "form's id"
want 1 'a starter of another format' $B/suhbat-form new "$T/form.ods"; says 'a starter of another format' '.xlsx or a .csv'
want 2 'a guide in another language' $B/suhbat-form guide --lang ky; says 'a guide in another language' '--lang ru or --lang en'
want 0 'the guide' $B/suhbat-form guide
cmp -s "$T/out" docs/TRAINER.md && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: docs/TRAINER.md is not what suhbat-form guide prints'; }
! LC_ALL=C.UTF-8 grep -E '^.{121,}' docs/TRAINER.md && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: lines of the guide are too long'; }
grep '^    ' docs/TRAINER.md | while read -r tool verb rest; do # each command names a verb and its options
    $B/$tool help 2> /dev/null | grep -q "^  $tool $verb " || [ "$tool" = suhbat-sync ] || echo "$tool $verb"
    page=$($B/$tool help $verb 2> /dev/null || true)
    for word in $rest; do
        case $word in --*) case $page in *"$word"*) ;; *) echo "$tool $verb $word";; esac;; esac
    done
done > "$T/unknown"
[ ! -s "$T/unknown" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: the guide names what is not there:'; cat "$T/unknown"; }
sed -n 's|.*build/screens/\(.*\)\.png.*|\1|p' docs/TRAINER.md | while read -r picture; do
    grep -q "^$picture " tests/screens.digests || echo "$picture"
done > "$T/unknown"
[ ! -s "$T/unknown" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: the guide shows pictures that are not drawn:'; cat "$T/unknown"; }

# ---- terminal and machine limits ----
(sleep 1; printf '\003'; sleep 1) | timeout 20 script -qec "sh -c 'trap : INT; $B/suhbat --data $T/dev --load $T; stty -a'" /dev/null > "$T/out" 2>&1
grep -qE '(^|[ ;])echo ' "$T/out" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: Ctrl-C at a passphrase leaves the terminal without echo'; cat "$T/out"; }
if setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock true 2> /dev/null; then
    (ulimit -l 0; setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock $B/suhbat-key help) > "$T/out" 2> "$T/err" < /dev/null
    says 'memory that cannot be locked' 'memory cannot be locked'
fi
printf '\033[31mred\342\200\256' > "$T/name"
form odd "| survey |\n| | type | name | label |\n| | $(cat "$T/name") | a | A |\n"
want 1 'a name that steers a terminal' $B/suhbat-form check "$T/odd.md"
grep -q "$(printf '\033')" "$T/err" "$T/out" && { failed=$((failed + 1)); echo 'tools: an escape reaches the terminal'; } || passed=$((passed + 1))
make -s install DESTDIR="$T/root" PREFIX=/usr > /dev/null
[ -s "$T/root/usr/share/man/man1/suhbat-sync.1" ] && [ -s "$T/root/usr/share/bash-completion/completions/suhbat-sync" ] &&
    passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: make install: no manual page, or no completion'; }
[ -x "$T/root/usr/bin/suhbat-sync" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: make install'; }
make -s uninstall DESTDIR="$T/root" PREFIX=/usr > /dev/null
[ -z "$(find "$T/root" -type f)" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo 'tools: make uninstall leaves something'; find "$T/root" -type f; }
# each line of the data-protection pages names a test that exists
for page in docs/DATA-PROTECTION.md docs/DATA-PROTECTION.ru.md; do
    for test in $(grep -o 'test_[a-z_]*__[a-z_0-9]*' $page | sort -u); do
        grep -rqw "$test" tests/unit && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "tools: $page names $test, which is no test"; }
    done
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
