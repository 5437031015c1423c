#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws every screen into build/screens, with one contact sheet for each language.  APPROVE=1
# rewrites the digests; ONLY=PART draws a part; QUICK=1, as make check does, draws the night in Russian alone.
set -eu
cd "$(dirname "$0")/.."
OUT=build/screens
rm -rf "$OUT"
mkdir -p "$OUT"
status=0
"$BIN/help_screens" "$OUT" tests/screens.digests ${APPROVE:+--approve} ${ONLY:+--only "$ONLY"} ${QUICK:+--quick} || status=$?
if [ -z "${QUICK:-}" ] && command -v montage >/dev/null; then
	for lang in ru ky tg; do
		ls "$OUT/$lang"/*.png >/dev/null 2>&1 || continue
		# Pictures are shrunk one by one before being combined, to stay within Debian's limits for
		# ImageMagick.
		mkdir -p "$OUT/small"
		mogrify -path "$OUT/small" -resize 200x200 "$OUT/$lang"/*.png
		montage "$OUT/small"/*.png -tile 36x -geometry 200x200+4+4 "$OUT/$lang.png"
		rm -r "$OUT/small"
		echo "contact sheet: $OUT/$lang.png"
	done
fi
exit $status
