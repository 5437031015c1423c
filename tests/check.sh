#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make check: every step in turn, a line each, and one closing line of sums.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
log=build/check.log
mkdir -p build
: > "$log"

sums() { # add the last "N passed, N failed, N skipped" of a step's output
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -n 1)
    [ -n "$line" ] || return 1
    set -- $(echo "$line" | tr -dc '0-9 ')
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

step() { # NAME COMMAND…
    name=$1; shift
    start=$(date +%s)
    "$@" > build/step.log 2>&1
    status=$?
    cat build/step.log >> "$log"
    before=$failed
    if sums build/step.log; then
        [ $status -eq 0 ] || [ "$failed" -gt "$before" ] || failed=$((failed + 1))
    elif [ $status -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    took=$(($(date +%s) - start))
    if [ $status -eq 0 ]; then
        echo "ok    $name (${took} s)"
    else
        echo "FAIL  $name (${took} s)"
        tail -n 60 build/step.log
    fi
    grep -hE '^skipped: ' build/step.log | sort -u
}

M="${MAKE:-make} --no-print-directory -s"
step "build, warnings are errors" $M all WERROR=-Werror
step "unit tests" $M test WERROR=-Werror
step "the peers' own suites" $M conformance
step "layers" $M layers
[ -f tests/test_strings.c ] && step "strings complete" $M strings WERROR=-Werror
[ -f tests/hardening.sh ] && step "hardening" tests/hardening.sh
[ -f tests/tools.sh ] && step "tools" tests/tools.sh
[ -f tests/crash.sh ] && step "kill points" env SHORT=1 $M crash WERROR=-Werror
step "demo" $M demo WERROR=-Werror
step "screens: drawn, linted, compared" env QUICK=1 BIN=build/test/bin tests/screens.sh
step "robot, one minute" env SHORT=1 BIN=build/test/bin tests/robot.sh
step "window: first run, request, pages of questions, lying across" tests/window.sh
step "Wayland: an interview by touch, sizes, scales, rest, keyboards" tests/wayland.sh
step "unit tests under ASan and UBSan" $M asan WERROR=-Werror
rm -f build/step.log
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
