#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make scale: a desk of RECORDS made-up interviews, by the programs themselves: made up, sealed by
# devices, imported; then exported and reported at half the number and at all of it.  Prints time,
# memory, and how both grow.
#   FORM=study (the migrant interview, more than 150 questions) or small (20 questions)
# Growth is that of the processor's time: other work on the machine disturbs it little.
# It can be stopped and goes on: what is imported stays in build/scale.
set -eu
cd "$(dirname "$0")/.."
B=build/bin F=forms/study
FORM=${FORM:-study} RECORDS=${RECORDS:-100000} STEP=${STEP:-2000}
S=build/scale/$FORM
mkdir -p "$S"
# Devices wait for their disk at each record, which is not measured here: they are made in memory.
P=$S/part
[ ! -w /dev/shm ] || P=/dev/shm/suhbat-scale-$FORM
trap 'rm -rf "$P"' EXIT
desk() { $B/suhbat-sync --desk "$S/desk" --identity "$S/study/coordinator.identity" "$@" 2>> "$S/log"; }

if [ ! -e "$S/ready" ]; then
    rm -rf "$S"; mkdir -p "$S/load"
    if [ "$FORM" = study ]; then cp $F/migrant_interview.csv $F/simulate.weights "$S/"; cp -r $F/lists "$S/"; W=$F/migrant_interview.csv
    else
        W=$S/small.csv
        {
            echo 'survey,,,'
            echo ',type,name,label'
            for q in $(seq 8); do echo ",integer,n$q,Number $q"; done
            for q in $(seq 6); do echo ",select_one yn,c$q,Choice $q"; done
            for q in $(seq 5); do echo ",text,t$q,Text $q"; done
            echo ',text,int_code,Interviewer'
            echo 'choices,,,'
            echo ',list_name,name,label'
            echo ',yn,yes,Yes'; echo ',yn,no,No'; echo ',yn,dk,Unknown'
            echo 'settings,,,'
            echo ',form_id,version,'
            echo ',small,1,'
        } > "$W"
    fi
    echo "$W" > "$S/form"
    $B/suhbat-key init "$S/study" --no-passphrase > "$S/log" 2>&1
    $B/suhbat-form pack "$W" --study "$S/study" -o "$S/load/form.age" --training >> "$S/log" 2>&1
    $B/suhbat-key catalogue "$S/study" "$S/load/form.age" -o "$S/load/catalogue.age" >> "$S/log" 2>&1
    desk init "$S/study" >> "$S/log"
    desk add-form "$S/load/form.age" >> "$S/log"
    : > "$S/times"
    touch "$S/ready"
fi
W=$(cat "$S/form")

# NAME N: one command of the desk, its seconds, the most memory it took (KiB) and the processor's
# seconds, into $S/times
measure() {
    name=$1 n=$2; shift 2
    [ ! -e "$S/$name-$n.done" ] || return 0
    /usr/bin/time -f '%e %M %U %S' -o "$S/one" "$B/suhbat-sync" --desk "$S/desk" --identity "$S/study/coordinator.identity" \
        "$@" >> "$S/log" 2>&1
    echo "$name $n $(cat "$S/one")" >> "$S/times"
    touch "$S/$name-$n.done"
}
outputs() { # N
    measure csv "$1" export --format csv --training --force --out "$S/csv"
    measure sav "$1" export --format sav --training --force --out "$S/sav"
    [ "$FORM" != study ] || measure report "$1" report --training --force --out "$S/report" --lists "$F/lists"
    du -sm "$S/desk" | awk -v n="$1" '{ print "disk", n, $1, 0, 0, 0 }' >> "$S/times"
}

# ---- interviews, in steps ----
have=0
while [ $have -lt "$RECORDS" ]; do
    have=$((have + STEP))
    if [ ! -e "$S/step-$have" ]; then
        rm -rf "$P"
        # each step takes its own weeks, as in the field: on the same days all would overlap
        day=$(date -d "2022-01-03 + $((have / STEP * 35)) days" +%F)
        $B/suhbat-form simulate "$W" --day "$day" --n "$STEP" --seed "$have" -o "$P" --seal "$S/study" --load "$S/load" --devices 1 \
            >> "$S/log" 2>&1
        desk init "$S/study" >> "$S/log"
        /usr/bin/time -f '%e %M %U %S' -o "$S/one" "$B/suhbat-sync" --desk "$S/desk" \
            --identity "$S/study/coordinator.identity" import "$P/stick" >> "$S/log" 2>&1
        echo "import $have $(cat "$S/one")" >> "$S/times"
        rm -rf "$P"
        touch "$S/step-$have"
    fi
    [ $have -ne $((RECORDS / 2)) ] || outputs $have
done
outputs "$RECORDS"

awk -v all="$RECORDS" '
    function cpu() { return $5 + $6 }
    $1 == "import" { if ($2 <= all / 2) half += cpu(); if ($2 <= all) { sum += cpu(); wall += $3 }
                     if ($4 > most) most = $4; next }
    { seen[$1] = 1; s[$1, $2] = $3; m[$1, $2] = $4; c[$1, $2] = cpu() }
    END {
        printf "import: %d records %.1f s of the processor, %d records %.1f s: %.2f x; %d a second, at most %.0f MiB\n",
            all / 2, half, all, sum, sum / half, all / wall, most / 1024
        bad = sum / half > 2.2
        room = all <= 100000 ? 66 * 1024 : 1e9 # 64 MiB beside the 2 of SQLite'"'"'s cache
        bad = bad || most > room
        for (name in seen) if (name != "disk" && c[name, all] && c[name, all / 2]) {
            x = c[name, all] / c[name, all / 2]
            printf "%s: %.1f s, %.1f s of the processor: %.2f x; %.1f s, at most %.0f MiB\n", name, c[name, all / 2],
                c[name, all], x, s[name, all], m[name, all] / 1024
            bad = bad || x > 2.2 || m[name, all] > room
        }
        printf "the desk: %d MB on disk\n", s["disk", all]
        exit bad
    }' "$S/times"
