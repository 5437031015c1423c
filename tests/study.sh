#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests the study's forms: they are what their sources give, they load, and replays of interviews
# show that their rules hold.  A replay is named after its form: mi_ is migrant_interview.
set -u
B=build/bin
F=forms/study
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
want() { # STATUS NAME COMMAND…
    status=$1 name=$2; shift 2
    "$@" > "$T/out" 2> "$T/err" < /dev/null
    got=$?
    if [ $got -eq "$status" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "study: $name: status $got, wanted $status"; cat "$T/err"; fi
}
says() { # NAME TEXT: the last error or output contains TEXT
    if grep -qF -- "$2" "$T/err" "$T/out"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "study: $1: does not say '$2'"; cat "$T/err"; fi
}
lacks() { # NAME TEXT FILE: the file does not contain TEXT
    if grep -qF -- "$2" "$3"; then failed=$((failed + 1)); echo "study: $1: contains '$2'"; else
        passed=$((passed + 1)); fi
}

# ---- assembled forms ----
want 0 'no form is stale' $B/suhbat-form assemble $F --check
for source in $F/source/*.csv; do
    form=$F/$(basename "$source")
    want 0 "check $form" $B/suhbat-form check "$form"
    if [ -s "$T/err" ]; then failed=$((failed + 1)); echo "study: $form: warnings"; cat "$T/err"; fi
done

# ---- lists that the desk reads: what they name is there ----
named() { # FILE COLUMN LIST: each word of the column is a code of the list
    cut -d, -f"$2" "$F/lists/$1" | tail -n +2 | sort -u | grep . | while read -r word; do
        grep -q "^$3,$word," "$F"/lists/*.csv || echo "$1: '$word' is not in the list $3"
    done
}
{
    named need_svc.csv 1 need
    named need_svc.csv 2 svc
    named need_svc.csv 3 svc12
    for s in $(grep '^svc12,' "$F/lists/answers.csv" | cut -d, -f2); do cut -d, -f3 "$F/lists/need_svc.csv" | grep -qx "$s" || echo "need_svc.csv: no need is met by svc12 '$s'"; done
    named toc.csv 1 elem
    named topics.csv 2 probes
    named probes.csv 2 topics
    tail -n +2 "$F/lists/elem.csv" | cut -d, -f2 | while read -r e; do grep -q "^$e," "$F/lists/toc.csv" || echo "toc.csv: no row for $e"; done
    tail -n +2 "$F/lists/quality.csv" | cut -d, -f2 | sort -u | while read -r f; do [ "$f" = '*' ] || [ -f "$F/$f.csv" ] || echo "quality.csv: no form $f"; done
    for form in $(grep '^E1,' "$F/lists/quality.csv" | cut -d, -f2); do # what lint estimates, where it does
        says=$($B/suhbat-form lint "$F/$form.csv" 2>&1 | sed -n 's/.*: about \([0-9]*\) minutes.*/\1/p' | sort -n | tail -n 1)
        [ -z "$says" ] || grep -q "^E1,$form,estimate,$says," "$F/lists/quality.csv" || echo "quality.csv: $form is estimated at $says minutes"
    done
    cut -d, -f1,2 "$F/lists/quota.csv" | sort | uniq -d | sed 's/$/: twice in quota.csv/'
    tail -n +2 "$F/lists/quota.csv" | while IFS= read -r row; do
        form=$(echo "$row" | cut -d, -f1)
        for name in $(echo "$row" | grep -o '\${[a-z_0-9]*}' | tr -d '${}' | sort -u); do
            grep -q "^,[^,]*,$name," "$F/$form.csv" || echo "quota.csv: $form has no question $name"
        done
        for code in $(echo "$row" | grep -o "} = '[A-Za-z_0-9]*'" | cut -d"'" -f2 | sort -u); do
            grep -q "^[a-z_0-9]*,$code," "$F"/lists/*.csv || grep -q "'$code'" "$F/$form.csv" || echo "quota.csv: no list has the code $code"
        done
    done
} > "$T/out" 2> "$T/err"
if [ -s "$T/out" ]; then failed=$((failed + 1)); echo 'study: lists of the desk:'; cat "$T/out"; else passed=$((passed + 1)); fi
for sum in migrant_interview=350 expert_interview=98 focus_group=15; do
    got=$(grep "^${sum%=*},[^,]*,yes," "$F/lists/quota.csv" | sed "s/.*[)'],\([0-9]*\),.*/\1/" | awk '{n += $1} END {print n}')
    if [ "$got" = "${sum#*=}" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "study: quota of ${sum%=*}: $got, wanted ${sum#*=}"; fi
done

# ---- the assembler ----
mkdir -p "$T/f/source/blocks" "$T/f/lists"
cat > "$T/f/lists/answers.csv" <<'END'
list_name,name,label::English (en),label::Русский (ru),exclusive,_note
codes,dk,Don't know,Не знаю,yes,
codes,refused,No answer,Не отвечу,yes,
codes,na,Not applicable,Неприменимо,yes,
yn,yes,Yes,Да,,kept at the desk
yn,none,None,Нет,yes,
END
printf 'name,label::English (en),label::Русский (ru)\nexclusive,Alone,Только один\nhello,Hello,Привет\n' > "$T/f/lists/study_texts.csv"
printf 'survey\n,type,name,label::English (en),label::Русский (ru),relevant\n,text,@name@_why,Why @label@?,Почему @label@?,${@name@} != '"''"'\n' > "$T/f/source/blocks/why.csv"
cat > "$T/f/source/a.csv" <<'END'
survey
,type,name,label::English (en),label::Русский (ru),required,relevant,constraint,bind::suhbat:sensitive,bind::suhbat:missing,phone,open,also
,note,hi,@text:hello@,@text:hello@,,,,,,,,
,select_one yn+d,q,Q,К,must,,,,,,,why
,select_multiple yn+n,m,M,М,must,,,,,,,
,when,,,,,(${q} = 'yes')or (${q} = 'none'),,,,,,
,begin_group,g,G,Г,,,,,,no,,
,integer,n,N,Ч,must,,. >= 0 and . <= 9,yes,dk refused,,,
,integer,o,O,О,must,${n} = 1 or ${n} = 2,,extra,,,,
,integer,p,P,П,must,,,extra,,,yes,
,end_group,,,,,,,,,,,
,end_when,,,,,,,,,,,
settings
,form_title,form_id,namespaces,gate_yes,gate_extra,gate_phone,gate_must
,A,a,"suhbat=""urn:suhbat:xforms:1""",${q} != 'none',${q} = 'yes',${hi} != 'x',${q} != 'dk'
END
want 0 assemble $B/suhbat-form assemble "$T/f"
says assemble '1 forms, 1 written'
want 0 'assembled, it loads' $B/suhbat-form check "$T/f/a.csv"
want 0 'assembled' cat "$T/f/a.csv"
says 'a study text' ',note,hi,Hello,Привет,'
says 'a list with codes' ',select_one yn_d,q,Q,К,${q} != '"'dk'"
says 'a block' ',text,q_why,Why Q?,Почему К?,,${q} != '"''"
says 'what excludes others' "not((selected(., 'none') or selected(., 'dk') or selected(., 'refused') or selected(., 'na')) and count-selected(.) > 1)\",Alone,Только один"
says 'a condition around a group' ",begin_group,g,G,Г,,((\${q} = 'yes')or (\${q} = 'none')) and \${hi} != 'x'"
says 'a number with codes' "(. >= 0 and . <= 9) or . = -98 or . = -99"
says 'a sensitive question' ",integer,n,N,Ч,\${q} != 'dk',\${q} != 'none',"
says 'alternatives keep their brackets' "(\${n} = 1 or \${n} = 2) and \${q} = 'yes'"
says 'a question that stays open' ",integer,p,P,П,\${q} != 'dk',,"
lacks 'a list of the desk' 'kept at the desk' "$T/f/a.csv"
lacks 'codes that were not asked for' 'yn_d,na' "$T/f/a.csv"
sed 's/,gate_must$/,gate_must,text_columns/; s/{q} != .dk.$/&,far_off far yn/' "$T/f/source/a.csv" > "$T/f/source/t.csv"
printf 'name,label::English (en),label::Русский (ru)\nx,Far,Далеко\n' | tee "$T/f/lists/far.csv" > "$T/f/lists/far_off.csv"
want 0 'texts by an expression' $B/suhbat-form assemble "$T/f"
want 0 'texts by an expression' cat "$T/f/t.csv"
says 'a list that no question asks is there' ',far,x,Far,Далеко,Far,Далеко'
says 'a list that a question asks, too' ',yn,none,None,Нет,None,Нет'
rm "$T/f/source/t.csv" "$T/f/t.csv" "$T/f/lists/far.csv" "$T/f/lists/far_off.csv"
want 0 'twice the same' $B/suhbat-form assemble "$T/f"; says 'twice the same' '1 forms, 0 written'
sed -i 's/Hello/Good day/' "$T/f/lists/study_texts.csv"
want 1 'a stale form' $B/suhbat-form assemble "$T/f" --check; says 'a stale form' 'a.csv: stale'
slip() { # NAME SED TEXT: a source with a slip
    sed "$2" "$T/f/source/a.csv" > "$T/f/source/b.csv"
    want 1 "$1" $B/suhbat-form assemble "$T/f"; says "$1" "$3"
}
slip 'an unknown list' 's/yn+d/ym+d/' "b.csv, row 4, column type: there is no list 'ym'"
says 'an unknown list' "did you mean 'yn'"
slip 'an unknown addition' 's/yn+d/yn+z/' "'+z' is no addition"
slip 'an unknown block' 's/,why$/,who/' "there is no block 'who'"
slip 'an unknown list of texts' 's/,gate_must$/,gate_must,text_columns/; s/{q} != .dk.$/&,yn hallo/' "b.csv, row 15, column text_columns: there is no list 'hallo'"
slip 'an unknown text' 's/@text:hello@/@text:hallo@/' "'@text:hallo@' stands for nothing here"
slip 'a when too many' 's/,end_when,/,when,/' "a 'when' has no 'end_when'"
slip 'an end too many' '/,when,/d' "no 'when' is open"
rm "$T/f/source/b.csv"
cp "$T/f/lists/answers.csv" "$T/answers"
echo 'codes,maybe,Maybe,Может быть,,' >> "$T/f/lists/answers.csv"
want 1 'a list that begins again' $B/suhbat-form assemble "$T/f"; says 'a list that begins again' "the list 'codes' begins again"
cp "$T/answers" "$T/f/lists/answers.csv"
printf 'survey\n,type,name\n,include why,x\n' > "$T/f/source/blocks/why.csv"
want 1 'blocks that include each other' $B/suhbat-form assemble "$T/f"; says 'blocks that include each other' 'include each other'
want 3 'no such folder' $B/suhbat-form assemble "$T/nothing"

# ---- replays ----
form_of() {
    case $(basename "$1") in
    mi_*) echo $F/migrant_interview.csv ;;
    ex_*) echo $F/expert_interview.csv ;;
    fg_*) echo $F/focus_group.csv ;;
    na_*) echo $F/needs_assessment.csv ;;
    av_*) echo "$T/cases/avrr_case.csv" ;;
    rm_*) echo "$T/cases/reintegration_monitoring.csv" ;;
    cc_*) echo $F/contact_card.csv ;;
    esac
}
# Forms that choose a case have a list of cases beside them; @101@ is the day 101 days ago.
mkdir "$T/cases"
cp $F/avrr_case.csv $F/reintegration_monitoring.csv "$T/cases"
cp tests/cases/study/avrr_cases.csv "$T/cases"
for days in $(grep -o '@[0-9]*@' tests/cases/study/avrr_cases.csv | tr -d @ | sort -u); do
    sed -i "s/@$days@/$(date -d "-$days days" +%F)/g" "$T/cases/avrr_cases.csv"
done
for steps in tests/cases/study/*.jsonl; do
    name=$(basename "$steps" .jsonl)
    want 0 "$name" $B/suhbat-form fill "$(form_of "$steps")" --answers "$steps" -o "$T/$name.xml"
done
holds() { # NAME TEXT: the record of the replay contains TEXT
    if grep -qF -- "$2" "$T/$1.xml"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "study: $1: lacks '$2'"; fi
}
for gone in '<main>' '<ref>' '<saf>' '<memo'; do lacks 'a withdrawn interview' "$gone" "$T/mi_withdrawn.xml"; done
for gone in '<main>' '<ref>' cns_who; do lacks 'a minor who says so later' "$gone" "$T/mi_minor_said_later.xml"; done
for gone in ab_abr md_sleep nar_ban trust_police '<rec_from'; do lacks 'an interview by phone' "$gone" "$T/mi_phone_osh.xml"; done
# Labels of participants: У1 was removed, and its number was not given again.
want 0 'labels stay' grep -o '<p_lab>[^<]*' "$T/fg_chair_removed.xml"
for label in У2 У3 У4 У5; do says 'labels stay' "<p_lab>$label"; done
lacks 'labels are not given twice' '<p_lab>У1' "$T/fg_chair_removed.xml"
want 0 'a quote keeps its speaker' grep -F '<q_who>У4' "$T/fg_chair_removed.xml"
holds fg_hands_then_left '<vt_here>3' # three hands stay true after somebody left
holds fg_hands_on_paper '<vt_here>3' # … also if that was entered before the vote
want 0 'one no: no recording' grep -F '<rec_ok>no' "$T/fg_chair_removed.xml"
# A quote whose speaker takes the consent back holds the interview until its words are gone.
lacks 'a quote that was withdrawn' 'карыз төлөдүм' "$T/fg_quote_withdrawn.xml"
grep -v '"talk/topic\[1\]/tp_q_n", "value": "0"' tests/cases/study/fg_quote_withdrawn.jsonl > "$T/held.jsonl"
want 1 'a quote that was withdrawn, but is kept' $B/suhbat-form fill $F/focus_group.csv --answers "$T/held.jsonl" -o "$T/held.xml"
says 'a quote that was withdrawn, but is kept' '/q_who (not among the choices)'
# The expert of both sides rates 7 risks of one and 11 of the other, in the lists' order.
want 0 'the risks' sh -c "grep -o '<risk_code>[^<]*' '$T/ex_both_sides.xml' | sed 's/.*>//' | tr '\\n' ' '"
says 'the risks' 'c1_no_dialogue c1_low_trust c1_manipulation c2_few_legal_jobs c2_no_services c4_no_agreements c4_dev_problems c1_no_dialogue'
says 'the risks' 'c3_failed_reint c3_need_support c3_women c4_no_agreements c4_injustice c4_dev_problems '
# A departure is held by a stop sign, and by a question that was not asked.
holds av_a_goes '<ok_go>yes'
holds av_a_minor '<ok_go>yes'
holds av_a_minor '<vu_fear>no'
lacks 'a minor' '<sc_docs>' "$T/av_a_minor.xml"
holds av_a_not_alone '<ok_go>no'
holds av_a_not_alone '<hold_why>not asked'
holds av_a_fear '<hold_why>stop sign'
lacks 'a child alone' '<main>' "$T/av_child_alone.xml"
# The case as an entity, and what monitoring reads of it and writes to it.
holds av_a_goes 'create="true"'
holds av_c_arrival 'id="11111111-1111-4111-8111-111111111111"'
holds av_c_arrival '<di_first>2026-11-05'
holds av_c_arrival '<next_due>2026-12-01'
holds rm_third_month '<d_tot>0.345'
holds rm_third_month '<next_wave>6'
holds rm_third_month '<wave_due>3'
holds rm_third_month '<due_name>'
lacks 'a code of a case in words' '<due_name>3' "$T/rm_third_month.xml"
lacks 'a way of a case in words' '<known_way>visit' "$T/rm_third_month.xml"
holds rm_third_month '<known_way>'
holds rm_lost '<status>lost'
# A refusal at the year's meeting neither closes the case nor changes it.
lacks 'a refusal at the year' '<status>closed' "$T/rm_refused_year.xml"
lacks 'a refusal at the year' 'update="true"' "$T/rm_refused_year.xml"
holds rm_third_month 'update="true"'
lacks 'a proxy' '<x_econ>' "$T/rm_proxy.xml"
lacks 'no contact' '<number>' "$T/cc_no_contact.xml"
holds na_spouse '<elig_guess>G2 G7'
# ---- a further language, by columns alone ----
awk '/^[a-z]/ { sheet = $0 }
     /^,(type|list_name),/ { print $0 ",label::Ўзбекча (uz)"; next }
     /^,/ && (sheet ~ /^survey/ || sheet ~ /^choices/) { print $0 ",Ўзбекча матн " NR; next }
     { print }' $F/contact_card.csv > "$T/contact_card.csv"
want 0 'a form with Uzbek columns' $B/suhbat-form check "$T/contact_card.csv"
says 'a form with Uzbek columns' '5 languages'
want 0 'its outline in Uzbek' $B/suhbat-form show "$T/contact_card.csv" --lang uz
says 'its outline in Uzbek' 'Ўзбекча матн'
want 0 'on paper in Uzbek' $B/suhbat-form print "$T/contact_card.csv" --lang uz -o "$T/uz.html"

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
