#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make coverage: the share of branches of custody and of the desk that the unit tests take, by
# gcov's "taken at least once".  Fails if either is below GOAL percent.
set -eu
cd "$(dirname "$0")/.."
GOAL=${GOAL:-85}
OUT=build/coverage
CUSTODY='../machine/secret sign age vault vault_locks store chain record tar batch catalogue package receipt enrol travel device device_rows device_drafts device_exchange device_load'
DESK='desk_store desk_import desk_histories desk_lock ../key/keys desk_export'
find $OUT -name '*.gcda' -delete
BIN=$OUT/bin tests/run.sh > $OUT/run.log 2>&1 || { tail -n 40 $OUT/run.log; exit 1; }
failed=0 passed=0
part() { # NAME FOLDER FILES…
    name=$1 folder=$2; shift 2
    for f in "$@"; do
        gcov -b -n -o "$OUT/$folder" "$folder/$f.c" 2> /dev/null |
            awk -v f="$folder/$f.c" '$0 == "File \047" f "\047" {on = 1} on && /^Taken at least once/ {split($0, a, "[:% ]+"); print f, a[5], a[7]; exit}
                                     on && /^No branches/ {exit}'
    done > "$OUT/$name.txt"
    awk '{printf "  %-28s %6.1f %% of %d\n", $1, $2, $3}' "$OUT/$name.txt"
    sum=$(awk '{t += $2 / 100 * $3; n += $3} END {printf "%.1f", n ? 100 * t / n : 0}' "$OUT/$name.txt")
    echo "coverage: $name: $sum % of the branches (goal $GOAL %)"
    if awk -v s="$sum" -v g="$GOAL" 'BEGIN {exit !(s >= g)}'; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
part custody platform/custody $CUSTODY
part desk tools/desk $DESK
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
