#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make check: runs each step, prints one line for each, and ends with one line of sums.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
log=build/check.log
mkdir -p build
: > "$log"

sums() { # add the numbers of the last line "N passed, N failed, N skipped" in a step's output
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -n 1)
    [ -n "$line" ] || return 1
    set -- $(echo "$line" | tr -dc '0-9 ')
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

report() { # NAME LOG STATUS SECONDS
    cat "$2" >> "$log"
    before=$failed
    if sums "$2"; then
        [ "$3" -eq 0 ] || [ "$failed" -gt "$before" ] || failed=$((failed + 1))
    elif [ "$3" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    if [ "$3" -eq 0 ]; then
        echo "ok    $1 ($4 s)"
    else
        echo "FAIL  $1 ($4 s)"
        tail -n 60 "$2"
    fi
    grep -hE '^skipped: ' "$2" | sort -u
    rm -f "$2"
}

step() { # NAME COMMAND…
    name=$1; shift
    start=$(date +%s)
    "$@" > build/step.log 2>&1
    report "$name" build/step.log $? $(($(date +%s) - start))
}

# A step that waits for disks and windows more than it computes runs in the background of the
# steps that follow.
beside() { # NAME COMMAND…: one at a time; `together` waits for it
    beside_name=$1; shift
    beside_start=$(date +%s)
    "$@" > build/beside.log 2>&1 &
    beside_pid=$!
}
together() {
    wait $beside_pid
    report "$beside_name" build/beside.log $? $(($(date +%s) - beside_start))
}

M="${MAKE:-make} --no-print-directory -s"
step "build, warnings are errors" $M all WERROR=-Werror
step "unit tests" $M test WERROR=-Werror
step "the peers' own suites" $M conformance
step "layers" $M layers
step "formatting" tests/formatted.sh
step "complexity" $M complexity
[ -f tests/unit/test_strings.c ] && step "strings complete" $M strings WERROR=-Werror
[ -f tests/hardening.sh ] && step "hardening" tests/hardening.sh
[ -f tests/tools.sh ] && step "tools" tests/tools.sh
step "the study's forms: assembled, replayed" tests/study.sh
step "interviews: each form by touch, in three languages" env BIN=build/test/bin tests/interviews.sh
step "lint: seeded faults, the study's forms" tests/lint.sh
step "print: a form on A4" tests/print.sh
step "review: written, put back" tests/review.sh
step "simulate: made-up interviews, sealed, exported" tests/simulate.sh
[ -f tests/crash.sh ] && step "kill points" env SHORT=1 $M crash WERROR=-Werror
beside "screens: drawn, linted, compared" env QUICK=1 BIN=build/test/bin tests/screens.sh
step "demo" $M demo WERROR=-Werror
step "desk: sticks with faults on them" tests/desk.sh
step "window: first run, request, pages of questions, lying across" tests/window.sh
step "Wayland: an interview by touch, sizes, scales, rest, keyboards" tests/wayland.sh
together
beside "robot, one minute" env SHORT=1 BIN=build/test/bin tests/robot.sh
step "package" tests/package.sh
step "unit tests under ASan and UBSan" $M asan WERROR=-Werror
together
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
