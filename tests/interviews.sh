#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each form of the study, from its first page to the seal, by touch, in three languages: face to
# face, by phone, with parts on the respondent's screen, cases through their visits.
set -eu
cd "$(dirname "$0")/.."
passed=0 failed=0
play() { # FORM CASES REPLAY…
	form=$1 cases=$2
	shift 2
	steps=
	for replay; do steps="$steps tests/cases/study/$replay.jsonl"; done
	# shellcheck disable=SC2086
	said=$("$BIN/help_interviews" "forms/study/$form.csv" "$cases" $steps) || true
	echo "$said" | sed '$d'
	sums=$(echo "$said" | tail -n 1)
	passed=$((passed + ${sums%% passed*}))
	rest=${sums#*, }
	failed=$((failed + ${rest%% failed*}))
}
CASES=tests/cases/study/avrr_cases.csv
play migrant_interview - mi_face_to_face mi_phone_osh mi_refused mi_withdrawn mi_woman_left
play expert_interview - ex_both_sides
play focus_group - fg_quote_withdrawn
play needs_assessment - na_spouse na_phone
play avrr_case $CASES av_a_goes av_c_arrival av_c_phone av_a_minor
play reintegration_monitoring $CASES rm_third_month rm_phone rm_lost rm_proxy
play contact_card - cc_card
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
