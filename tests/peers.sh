#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make peers: the study's forms and tables in other programs.  Installs into build/peers, from npm,
# and from Debian what it names first; needs the network once.
#   - ODK's JavaScript engine (@getodk/xforms-engine): loads each form in each of its languages,
#     answers our replays, and must come to the same record, field by field
#   - R with haven, pandas, openpyxl and LibreOffice: must read each exported table cell by cell
#   - PostgreSQL: must take each table by its script, cell by cell
#   - pyxform, where Python has it: must convert each form to the XForm that we make
set -u
cd "$(dirname "$0")/.."
B=build/bin P=build/peers F=forms/study S=tests/cases/study
passed=0 failed=0 skipped=0
mkdir -p $P
ok() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

# ---- ODK's JavaScript engine ----
engine() { # FORM REPLAY [CASES]
    $B/suhbat-form fill "$P/forms/$1.csv" --answers "$S/$2.jsonl" -o "$P/ours.xml" --force &&
        node tests/drivers/peers_engine.mjs "$PWD/$P" "$P/forms/$1.xml" "${3:--}" "$S/$2.jsonl" "$P/ours.xml"
}
if ! command -v node > /dev/null || ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
    echo 'skipped: the JavaScript engine needs node 20 or newer (Debian 12 has 18)'
    skipped=$((skipped + 1))
else
    echo "peers: npm installs @getodk/xforms-engine and jsdom into $P/node_modules"
    if npm install --prefix $P --no-audit --no-fund --silent @getodk/xforms-engine jsdom@26 > $P/npm.log 2>&1; then
        rm -rf $P/forms; mkdir -p $P/forms
        for form in $F/*_*.csv $F/focus_group.csv; do
            cp "$form" $P/forms/
        done
        cp $S/avrr_cases.csv $P/forms/
        for days in $(grep -o '@[0-9]*@' $S/avrr_cases.csv | tr -d @ | sort -u); do
            sed -i "s/@$days@/$(date -d "-$days days" +%F)/g" $P/forms/avrr_cases.csv
        done
        for source in $F/source/*.csv; do
            name=$(basename "$source" .csv)
            $B/suhbat-form convert "$P/forms/$name.csv" -o "$P/forms/$name.xml" --force
        done
        for steps in $S/*.jsonl; do
            replay=$(basename "$steps" .jsonl)
            case $replay in
            mi_*) ok engine migrant_interview "$replay" ;;
            ex_*) ok engine expert_interview "$replay" ;;
            fg_*) ok engine focus_group "$replay" ;;
            na_*) ok engine needs_assessment "$replay" ;;
            av_*) ok engine avrr_case "$replay" $P/forms/avrr_cases.csv ;;
            rm_*) ok engine reintegration_monitoring "$replay" $P/forms/avrr_cases.csv ;;
            cc_*) ok engine contact_card "$replay" ;;
            esac
        done
    else
        echo 'skipped: npm cannot install (no network?)'; tail -n 3 $P/npm.log
        skipped=$((skipped + 1))
    fi
fi

# ---- tables in R, pandas and LibreOffice ----
PACKAGES='r-base-core r-cran-haven python3-pandas python3-openpyxl libreoffice-calc postgresql'
tables() { # made-up interviews, sealed, imported, exported in each format
    rm -rf $P/desk $P/study $P/load $P/records $P/tables; mkdir -p $P/load $P/tables/work
    $B/suhbat-key init $P/study --no-passphrase || return 1
    for form in expert_interview migrant_interview focus_group needs_assessment; do
        $B/suhbat-form pack $F/$form.csv --study $P/study --training -o $P/load/$form.age &&
            $B/suhbat-key catalogue $P/study $P/load/$form.age -o $P/load/catalogue.age --force &&
            $B/suhbat-form simulate $F/$form.csv --n 60 -o $P/records/$form --seal $P/study --load $P/load --devices 2 &&
            desk init $P/study && desk add-form $P/load/$form.age && desk import $P/records/$form/stick || return 1
    done
    for format in r sav dta xlsx postgres; do
        desk export --training --sensitive --labels ru --format $format --out $P/tables/$format || return 1
    done
    desk export --training --sensitive --both ru --out $P/tables/csv
}
small() { # VERSION: a form with a repeat that is kept to few, and a later version that moves it
    echo "| survey |"
    echo "| | type | name | label | bind::suhbat:sensitive |"
    echo "| | text | town | Town | |"
    [ "$1" = 1 ] || { echo "| | text | more | More | |"; echo "| | begin group | g | G | |"; }
    echo "| | begin repeat | debt | Debt | extra |"
    echo "| | text | owed | Owed | |"
    echo "| | end repeat | | | |"
    [ "$1" = 1 ] || echo "| | end group | | | |"
    echo "| settings |"
    echo "| | form_id | version |"
    echo "| | small | $1 |"
}
later() { # exports of one desk as time goes by: sensitive, plain, one device's, the next version's
    local L=$P/later v day
    rm -rf $L; mkdir -p $L/load/1 $L/load/2
    for v in 1 2; do
        small $v > $L/small.md && $B/suhbat-form convert $L/small.md -o $L/$v.xml &&
            $B/suhbat-form pack $L/$v.xml --study $P/study --training --serial $v -o $L/load/$v/small.age || return 1
    done
    at_desk() { $B/suhbat-sync --desk $L/desk --identity $P/study/coordinator.identity "$@"; }
    out() { local to=$L/$1; shift; at_desk export --training --format postgres --out $to "$@"; }
    at_desk init $P/study && at_desk add-form $L/load/1/small.age && out 0-empty || return 1
    for v in 1 2; do
        [ $v = 1 ] || at_desk add-form $L/load/2/small.age || return 1
        $B/suhbat-key catalogue $P/study $L/load/$v/small.age -o $L/load/$v/catalogue.age --force || return 1
        for day in 1 2; do # each day another device
            $B/suhbat-form simulate $L/$v.xml --n 6 --seed $v$day -o $L/records/$v$day --seal $P/study --load $L/load/$v &&
                at_desk init $P/study && at_desk import $L/records/$v$day/stick || return 1
        done
        if [ $v = 1 ]; then
            out 1-sensitive --sensitive && out 2-plain &&
                out 3-part --sensitive --device "$(at_desk status | sed -n 's/^device \([0-9a-f]*\): [1-9].*/\1/p' | head -n 1)" || return 1
        fi
    done
    out 4-next --sensitive && out 5-next-plain
}
postgres() { # a server of its own, on a socket in a folder of its own
    local bin server status=0 as=() # a server does not run as root
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    server=$(mktemp -d)
    [ "$(id -u)" != 0 ] || { chown postgres "$server"; as=(runuser -u postgres --); }
    "${as[@]}" "$bin/initdb" -D "$server/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 > $P/postgres.log &&
        "${as[@]}" "$bin/pg_ctl" -D "$server/data" -w -l "$server/log" \
            -o "-k $server -c listen_addresses=''" start >> $P/postgres.log &&
        /usr/bin/python3 tests/drivers/peers_postgres.py $P/tables/r $P/tables/postgres "$server" $P/later || status=1
    "${as[@]}" "$bin/pg_ctl" -D "$server/data" -m fast stop >> $P/postgres.log || status=1
    rm -rf "$server"
    return $status
}
desk() { $B/suhbat-sync --desk $P/desk --identity $P/study/coordinator.identity "$@"; }
missing=$(for p in $PACKAGES; do dpkg -s "$p" > /dev/null 2>&1 || echo "$p"; done)
if [ -n "$missing" ]; then
    echo "peers: apt-get installs" $missing
    [ "$(id -u)" = 0 ] && apt-get install -y --no-install-recommends $missing > $P/apt.log 2>&1
fi
if ! dpkg -s $PACKAGES > /dev/null 2>&1; then
    echo "skipped: tables in other programs need $PACKAGES"
    skipped=$((skipped + 1))
else
    ok tables > $P/tables.log 2>&1
    ok Rscript tests/drivers/peers_tables.R $P/tables/r $P/tables/sav $P/tables/dta
    ok /usr/bin/python3 tests/drivers/peers_tables.py $P/tables/{csv,xlsx,r,dta,work}
    ok later
    ok postgres
fi

# ---- pyxform ----
if ! python3 -c 'import pyxform' 2> /dev/null; then
    echo 'skipped: pyxform is not installed (pip install pyxform==4.5.0)'
    skipped=$((skipped + 1))
else
    same_form() { # NAME: equal but for the order of attributes
        python3 - "$F/$1.csv" "$P/pyxform.xml" << 'PY' &&
import sys
from pyxform.xls2xform import convert
open(sys.argv[2], "w").write(convert(sys.argv[1]).xform)
PY
            $B/suhbat-form convert "$F/$1.csv" -o "$P/ours.xml" --force &&
            cmp -s <(xmllint --c14n "$P/pyxform.xml" | xmllint --noblanks --c14n -) \
                <(xmllint --c14n "$P/ours.xml" | xmllint --noblanks --c14n -) ||
            { echo "$1: pyxform makes another XForm"; return 1; }
    }
    for source in $F/source/*.csv; do
        ok same_form "$(basename "$source" .csv)"
    done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
