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
		# one by one made small, then laid out: so it stays within what Debian lets ImageMagick take
		mkdir -p "$OUT/small"
		mogrify -path "$OUT/small" -resize 200x200 "$OUT/$lang"/*.png
		montage "$OUT/small"/*.png -tile 24x -geometry 200x200+4+4 "$OUT/$lang.png"
		rm -r "$OUT/small"
		echo "contact sheet: $OUT/$lang.png"
	done
fi
exit $status
