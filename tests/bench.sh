#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the figures of docs/MEASUREMENTS.md, each next to its bare loop, in the same run.
set -eu
$BIN/bench_custody
$BIN/bench_export
$BIN/bench_stat
$BIN/bench_engine growth
FORMS=build/bench/forms
GEN=$SHARED/perf/forms/gen_forms.py
if [ -f "$GEN" ] && command -v python3 >/dev/null; then
	mkdir -p $FORMS
	python3 "$GEN" q -o $FORMS/big1000.xml
	python3 "$GEN" q --groups 40 -o $FORMS/big4000.xml
	python3 "$GEN" q --groups 1 --per-group 1000 -o $FORMS/flat1000.xml
	python3 "$GEN" it -o $FORMS/itemset10k.xml
	python3 "$GEN" it --villages 500 -o $FORMS/itemset100k.xml
	python3 "$GEN" it --regions 100 -o $FORMS/itemset100k_same.xml
	python3 "$GEN" both -o $FORMS/both.xml
	python3 "$GEN" tsv -o $FORMS/answers.tsv
	$BIN/bench_engine $FORMS
	# Runs ODK's own JavaScript engine on the same forms, if npm and Chromium are installed.
	if command -v npm >/dev/null && command -v chromium >/dev/null; then
		mkdir -p build/bench/peers
		cp "$SHARED"/perf/peers/* build/bench/peers/
		(
			cd build/bench/peers
			[ -d node_modules ] || npm install --silent --no-audit --no-fund
			echo "ODK's JavaScript engine in Chromium, ms:"
			for run in 'load big1000.xml 3' 'load itemset10k.xml 3' 'load both.xml 2' \
				'cases big1000.xml 40' 'cascade itemset10k.xml 20'; do
				echo "  $run"
				timeout 120 node chrome_bench.mjs $run | grep -E 'first_load_ms|median' | sed 's/^/    /'
			done
		) || echo "skipped: ODK's JavaScript engine did not run"
	else
		echo "skipped: ODK's JavaScript engine needs npm and chromium"
	fi
else
	echo "skipped: engine figures need $GEN and python3"
fi
PROBE=
if [ -f "$SHARED/perf/ui/ui.c" ]; then
	# shellcheck disable=SC2046
	gcc -O2 -w -o build/bench/ui "$SHARED/perf/ui/ui.c" $(pkg-config --cflags --libs sdl2 SDL2_ttf) -lm && PROBE=build/bench/ui
fi
RENDERER=software SDL_VIDEODRIVER=dummy FONT="$PWD/build/share/PTS55F.ttf" build/test/bin/help_bench $FORMS $PROBE
D=$(mktemp -d)
exec 6> "$D/display"
Xvfb -displayfd 6 -screen 0 720x1280x24 -nolisten tcp -noreset >/dev/null 2>&1 &
server=$!
exec 6>&-
trap 'kill $server 2>/dev/null || true; rm -rf "$D"' EXIT
for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$D/display") SDL_VIDEODRIVER=x11
export DISPLAY SDL_VIDEODRIVER
# Counts the wake-ups of all threads while the screen is idle.
build/test/bin/suhbat --data "$D/none" --window 720x1280 >/dev/null 2>&1 &
idle=$!
sleep 2
wakes() { cat /proc/$idle/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { print n }'; }
before=$(wakes)
sleep 10
echo "idle for 10 s on the first screen: $(($(wakes) - before)) wake-ups of all threads (goal 0 a second)"
kill $idle
wait $idle 2>/dev/null || true
$BIN/bench_first $BIN/bench_probe build/test/bin/suhbat --data "$D/none" --window 720x1280
[ -f build/demo/timing.txt ] || make -s demo >/dev/null
echo "over the demo's interview:"
cat build/demo/timing.txt
