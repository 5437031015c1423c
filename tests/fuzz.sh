#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each target for SECONDS_EACH seconds from its seeds; a finding ends in build/fuzz/findings.
set -u
mkdir -p build/fuzz/findings
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
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
