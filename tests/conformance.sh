#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every test suite in SHARED/corpus and compares its score with the floor in
# tests/conformance/conformance.floor. VERBOSE=1 prints each failing item.
set -u
cd "$(dirname "$0")/.."
corpus=${SHARED:-../shared}/corpus
if [ ! -e "$corpus/README.md" ]; then
    echo "skipped: no shared material at SHARED, so the peers' suites are not run"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
logs=build/conformance
rm -rf $logs
mkdir -p $logs
passed=0 failed=0
while read -r suite path floor class; do
    case $suite in '' | '#'*) continue ;; esac
    log=$logs/$suite-$(basename "$path").log
    if [ ! -e "$log" ]; then
        timeout 600 build/tests/conformance "$suite" "$corpus/$path" --verbose > "$log" 2>&1
        [ -z "${VERBOSE:-}" ] || grep -aE '^FAIL' "$log"
    fi
    if [ "$class" ]; then # one class of the suite; without `class`, the whole suite
        got=$(grep -aE "^$class: " "$log" | head -n 1 | sed -E 's/.*: ([0-9]+) of ([0-9]+).*/\1 \2/')
    else
        got=$(tail -n 1 "$log" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' |
            while read -r p f; do echo "$p $((p + f))"; done)
    fi
    set -- $got
    if [ "${1:-0}" -ge "$floor" ]; then
        echo "ok    $suite $path${class:+, $class}: $1 of $2"
        passed=$((passed + 1))
    else
        echo "FAIL  $suite $path${class:+, $class}: ${1:-none} of ${2:-?}, floor $floor"
        failed=$((failed + 1))
    fi
done < tests/conformance/conformance.floor
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
