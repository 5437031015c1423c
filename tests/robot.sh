#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The robot: 10,000 steps over each of our forms, 500 over each form of the corpus that loads. 
# SHORT=1: one minute. SEED=N sets the first seed; a failure prints its own seed.
set -eu
cd "$(dirname "$0")/.."
SEED=${SEED:-1}
OURS="tests/cases/group_short.csv tests/cases/migrant_short.csv tests/cases/widgets.csv tests/cases/sound.csv tests/cases/group.csv"
CORPUS=$SHARED/corpus/xforms
[ -d "$CORPUS" ] && FORMS="$CORPUS"/*.xml || { FORMS=; echo "skipped: the corpus's forms need $CORPUS"; }
# shellcheck disable=SC2086
if [ -n "${SHORT:-}" ]; then
	"$BIN/help_robot" --seed "$SEED" --seconds 30 --steps 4000 $OURS
	[ -z "$FORMS" ] || exec "$BIN/help_robot" --seed "$SEED" --seconds 40 --steps 200 $FORMS
else
	exec "$BIN/help_robot" --seed "$SEED" --study 3 --steps 500 $OURS $FORMS
fi
