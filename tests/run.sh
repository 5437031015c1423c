#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every unit test program in $BIN (under EMULATOR if it is set) and ends with one line of
# sums.
set -u
EMULATOR=${EMULATOR:-} TEST_SECONDS=${TEST_SECONDS:-300}
passed=0 failed=0 skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
list() {
    for t in "$BIN"/test_*; do
        case $t in *.d) continue ;; esac
        [ ! -x "$t" ] || echo "$t"
    done
}
# One more at once than there are processors: several wait for disks and clocks.  A program that hangs counts as failed.  The signal is
# KILL because SDL catches TERM and only ends if it wants to.
export CMOCKA_MESSAGE_OUTPUT=TAP results EMULATOR TEST_SECONDS
list | xargs -P "$(($(nproc) + 1))" -I{} sh -c '
    name=$(basename "{}")
    timeout -s KILL "${TEST_SECONDS:-300}" ${EMULATOR:-} "{}" > "$results/$name" 2>&1
    echo $? > "$results/$name.status"'
for t in $(list); do
    name=$(basename "$t")
    out=$(cat "$results/$name") status=$(cat "$results/$name.status")
    [ "$status" -ne 137 ] || out="$out
not ok - killed after ${TEST_SECONDS:-300} s"
    # cmocka 1.1.7 reports a skipped test as `not ok … # SKIP`; other versions as `ok … # skip`
    s=$(printf '%s\n' "$out" | grep -ciE '^(not )?ok .*# ?skip')
    p=$(printf '%s\n' "$out" | grep -E '^ok ' | grep -viEc '# ?skip')
    f=$(printf '%s\n' "$out" | grep -E '^not ok ' | grep -viEc '# ?skip')
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    printf '%-28s %4d passed %4d failed %4d skipped\n' "$name" "$p" "$f" "$s"
    [ "$f" -eq 0 ] || printf '%s\n' "$out" | tail -n 60
    printf '%s\n' "$out" | grep -E '^skipped: ' | sort -u
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
# each fuzz target runs over its seeds
for t in "$BIN"/fuzz_*; do
    case $t in *.d | *'*') continue ;; esac
    name=$(basename "$t")
    if ${EMULATOR:-} "$t" "$(tests/seeds.sh "$name")"/* > build/seeds.log 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  $name over its seeds"
        tail -n 40 build/seeds.log
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
