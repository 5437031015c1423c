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
postgres() { # a server of its own, on a socket in a folder of its own
    local bin server status=0 as=() # a server does not run as root
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    server=$(mktemp -d)
    [ "$(id -u)" != 0 ] || { chown postgres "$server"; as=(runuser -u postgres --); }
    "${as[@]}" "$bin/initdb" -D "$server/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 > $P/postgres.log &&
        "${as[@]}" "$bin/pg_ctl" -D "$server/data" -w -l "$server/log" \
            -o "-k $server -c listen_addresses=''" start >> $P/postgres.log &&
        /usr/bin/python3 tests/drivers/peers_postgres.py $P/tables/r $P/tables/postgres "$server" || status=1
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
