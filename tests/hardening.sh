#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks that the release binaries are built as docs/SECURITY.md says, and have no --robot.
set -u
bad=0
say() { echo "hardening: $1"; bad=1; }
for b in build/bin/suhbat build/bin/suhbat-form build/bin/suhbat-key build/bin/suhbat-sync; do
    h=$(readelf -Wh "$b"); l=$(readelf -Wl "$b"); d=$(readelf -Wd "$b"); s=$(readelf -Ws "$b")
    echo "$h" | grep -q 'DYN' || say "$b is no PIE"
    echo "$l" | grep -q 'GNU_RELRO' || say "$b has no RELRO"
    echo "$d" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' || say "$b binds lazily"
    echo "$l" | grep 'GNU_STACK' | grep -q 'RWE' && say "$b has an executable stack"
    echo "$l" | grep -E '^ *LOAD' | grep -q 'RWE' && say "$b has writable code"
    echo "$d" | grep -qE 'RPATH|RUNPATH' && say "$b has an RPATH"
    echo "$d" | grep -q TEXTREL && say "$b has text relocations"
    echo "$s" | grep -q '__stack_chk_fail' || say "$b has no stack protector"
    echo "$s" | grep -qE '__(memcpy|snprintf|vsnprintf|printf|fprintf)_chk' || say "$b is not fortified"
done
# Each of our object files carries the mark; the linker drops it if Debian's own crt files lack
# it.
if [ "$(uname -m)" = x86_64 ]; then
    for o in $(find build/release -name "*.o"); do
        readelf -n "$o" 2>/dev/null | grep -q 'IBT' || say "$o has no control-flow protection"
    done
fi
grep -q -- '--robot' build/bin/suhbat && say 'the release program knows --robot'
build/bin/suhbat --robot 1 >/dev/null 2>&1 && say 'the release program takes --robot'
grep -q -- '--robot' build/test/bin/suhbat || say 'the test flavour does not know --robot'
[ $bad -eq 0 ] && echo 'hardening: clean'
exit $bad
