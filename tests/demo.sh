#!/bin/bash
# make demo, first leg: a workbook becomes a form, an interview without a window becomes an instance.
set -eu
cd "$(dirname "$0")/.."
D=build/demo
rm -rf $D && mkdir -p $D
build/bin/suhbat-form convert forms/study/migrant_interview.csv -o $D/migrant_interview.xml
build/bin/suhbat-form fill $D/migrant_interview.xml --answers tests/cases/migrant.jsonl --lang ky -o $D/instance.xml
echo "filled: $D/instance.xml"
