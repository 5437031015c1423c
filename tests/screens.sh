#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every screen into build/screens, and one contact sheet a language.  APPROVE=1 writes the digests anew;
# ONLY=PART draws a few.
set -eu
cd "$(dirname "$0")/.."
OUT=build/screens
rm -rf "$OUT"
mkdir -p "$OUT"
status=0
"$BIN/help_screens" "$OUT" tests/screens.digests ${APPROVE:+--approve} ${ONLY:+--only "$ONLY"} || status=$?
if [ -z "${QUICK:-}" ] && command -v montage >/dev/null; then
	for lang in ru ky tg; do
		ls "$OUT/$lang"/*.png >/dev/null 2>&1 || continue
		montage "$OUT/$lang"/*.png -resize 240x240 -tile 12x -geometry 240x240+4+4 "$OUT/$lang.png"
		echo "contact sheet: $OUT/$lang.png"
	done
fi
exit $status
