#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints the study's forms to A4: nothing is missing, nothing is fetched, no question is cut by a
# page.  ALL=1: all forms in all languages; else one form in one language.
set -u
B=build/bin
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0 skipped=0
check() { # NAME CONDITION…
    name=$1; shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "print: $name"; fi
}
paper() { # FORM LANGUAGE
    html=$T/$1-$2.html pdf=$T/$1-$2.pdf
    check "$1 in $2" $B/suhbat-form print "forms/study/$1.csv" --lang "$2" -o "$html"
    check "$1 in $2: it fetches something" test "$(grep -c 'src=\|href=\|url(' "$html")" -eq 0
    asked=$(grep -o '<b class="n">[0-9]*</b>' "$html" | wc -l)
    rows=$(grep -o '<tr><td><b>' "$html" | wc -l)
    questions=$($B/suhbat-form show "forms/study/$1.csv" --lang "$2" | grep -c '^ *[0-9][0-9]*\. ')
    check "$1 in $2: no question is there" test $((asked + rows)) -gt 0
    [ "$questions" -eq 0 ] || check "$1 in $2: $asked and $rows of $questions" test $((asked + rows)) -le "$questions"
    if ! command -v chromium > /dev/null || ! command -v pdftotext > /dev/null; then
        skipped=$((skipped + 1)); echo "skipped: the PDF of $1 needs chromium and poppler-utils"; return
    fi
    chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer --user-data-dir="$T/profile" \
        --print-to-pdf="$pdf" "file://$html" > "$T/log" 2>&1
    check "$1 in $2: no PDF" test -s "$pdf"
    pages=$(pdfinfo "$pdf" | sed -n 's/^Pages: *//p')
    check "$1 in $2: not A4" sh -c "pdfinfo '$pdf' | grep -q 'A4'"
    cut=0 seen=0
    for page in $(seq "$pages"); do
        # A question's name stands, invisible, at its beginning and at its end.
        pdftotext -raw -f "$page" -l "$page" "$pdf" - | grep -o '~[a-z0-9_]*~' | tr -d '~' | sort | uniq -c > "$T/names"
        seen=$((seen + $(wc -l < "$T/names")))
        for name in $(awk '$1 % 2 { print $2 }' "$T/names"); do
            cut=$((cut + 1)); echo "print: $1 in $2, page $page: $name is cut"
        done
    done
    check "$1 in $2: $cut questions are cut" test $cut -eq 0
    check "$1 in $2: no question was seen" test $seen -gt 0
}
if [ -n "${ALL:-}" ]; then
    for source in forms/study/source/*.csv; do
        for language in ru ky tg en; do paper "$(basename "$source" .csv)" $language; done
    done
else
    paper contact_card tg
    paper migrant_interview ru
fi
$B/suhbat-form print forms/study/contact_card.csv --lang de -o "$T/x" 2> "$T/err"
check 'a language that the form lacks' test $? -eq 1
$B/suhbat-form print forms/study/contact_card.csv 2> "$T/err"
check 'no language' test $? -eq 2
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
