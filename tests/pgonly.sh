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
    ok postgres
fi

