#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each fuzz target for SECONDS_EACH seconds, from its seeds.  Findings are written to
# build/fuzz/findings.
set -u
mkdir -p build/fuzz/findings
export LLVM_PROFILE_FILE=build/fuzz/last.profraw # the coverage profile that a target writes on exit
failed=0 passed=0
for t in "$BIN"/fuzz_*; do
    [ -x "$t" ] || continue
    name=$(basename "$t")
    seeds=$(tests/seeds.sh "$name")
    mkdir -p "build/fuzz/corpus/$name"
    if "$t" -max_total_time="$SECONDS_EACH" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -verbosity=0 \
        -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "$seeds" \
        > "build/fuzz/$name.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name: $(ls build/fuzz/corpus/$name | wc -l) inputs kept"
    else
        failed=$((failed + 1))
        echo "FAIL  $name"
        tail -n 25 "build/fuzz/$name.log"
    fi
done
# line coverage of the code that runs only after a signature check
reached() { # TARGET FILE…
    name=$1; shift
    [ -x "$BIN/$name" ] || return 0
    LLVM_PROFILE_FILE="build/fuzz/$name.profraw" "$BIN/$name" -runs=0 -verbosity=0 "build/fuzz/corpus/$name" "$(tests/seeds.sh "$name")" > /dev/null 2>&1
    llvm-profdata merge -o "build/fuzz/$name.profdata" "build/fuzz/$name.profraw"
    for file in "$@"; do
        # columns: file, regions, missed, %, functions, missed, %, lines, missed, %
        percent=$(llvm-cov report "$BIN/$name" -instr-profile="build/fuzz/$name.profdata" "$file" 2> /dev/null | awk '/^TOTAL/ {sub("%", "", $10); print $10}')
        if awk -v p="$percent" 'BEGIN {exit !(p >= 85)}'; then
            passed=$((passed + 1))
            echo "ok    $file: $percent % of its lines"
        else
            failed=$((failed + 1))
            echo "FAIL  $file: $percent % of its lines, under 85"
        fi
    done
}
reached fuzz_custody platform/custody/batch.c platform/custody/record.c platform/custody/receipt.c platform/custody/catalogue.c platform/custody/package.c
reached fuzz_tables forms/dataset/dataset.c forms/dataset/dataset_csv.c
reached fuzz_entities forms/entities/entities.c
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
