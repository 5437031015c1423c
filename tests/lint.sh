#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests suhbat-form lint: a clean form has no finding, and each seeded fault has the one that is
# meant for it, with its row and column.  The study's forms have none.
set -u
B=build/bin
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
cat > "$T/lint.terms" <<'END'
kind,lang,forms,text,use
stop,ru,clean,преступн,
stop,ru,other,слово,
term,tg,,пулис,полис
same,,,"Завод, фабрика",
word,,,SMS,
path,,clean,mode=phone,2
END
cat > "$T/clean.csv" <<'END'
survey
,type,name,label::Русский (ru),label::Кыргызча (ky),label::Тоҷикӣ (tg),required,relevant,constraint,constraint_message::Русский (ru),constraint_message::Кыргызча (ky),constraint_message::Тоҷикӣ (tg),calculation,bind::suhbat:sensitive,bind::suhbat:missing,bind::suhbat:asked
,select_one mode,mode,Как идёт разговор?,Маек кандай жүрүп жатат?,Суҳбат чӣ гуна меравад?,yes,,,,,,,,,
,select_one yn,job,Есть ли работа?,Жумуш барбы?,Кор ҳаст?,yes,,,,,,,,,
,integer,age,Сколько Вам лет?,Жашыңыз канчада?,Шумо чандсолаед?,yes,,. >= 18,Не меньше 18,18ден кем эмес,На камтар аз 18,,yes,dk refused,
,calculate,open,,,,,,,,,,"if(${mode} = 'phone', 'no', 'yes')",,,
,select_one yn,hard,Тяжело ли Вам?,Сизге оорбу?,Оё вазнин аст?,yes,${open} = 'yes',,,,,,extra,,
,select_one place,seen,Где это было?,Бул кайда болду?,Ин дар куҷо буд?,yes,${job} = 'yes',,,,,,yes,,observed
,select_multiple kind,kinds,Что из этого было SMS?,Кайсынысы SMS болду?,Кадомаш SMS буд?,yes,${age} > 20 and ${age} < 60,,,,,,,,
,begin_group,more,Ещё A12,Дагы A12,Боз A12,,${job} = 'yes',,,,,,,,
,text,why,"Почему ${age}?","Эмне үчүн ${age}?","Чаро ${age}?",,${mode} = 'face',,,,,,,,
,end_group,,,,,,,,,,,,,,
choices
,list_name,name,label::Русский (ru),label::Кыргызча (ky),label::Тоҷикӣ (tg)
,yn,yes,Да,Ооба,Ҳа
,yn,no,Нет,Жок,Не
,yn,dk,Не знаю,Билбейм,Намедонам
,yn,refused,Не отвечу,Жооп бербейм,Ҷавоб намедиҳам
,mode,face,Лично,Бетме-бет,Рӯ ба рӯ
,mode,phone,По телефону,Телефон менен,Бо телефон
,place,home,Дома,Үйдө,Дар хона
,place,work,"Завод, фабрика","Завод, фабрика","Завод, фабрика"
,kind,one,Первое,Биринчи,Якум
,kind,two,Второе,Экинчи,Дуюм
settings
,form_id,form_title,namespaces
,clean,Чисто,"suhbat=""urn:suhbat:xforms:1"""
END
lint() { $B/suhbat-form lint "$T/$1.csv" > "$T/out" 2> "$T/err"; }
check() { # NAME CONDITION…
    name=$1; shift
    if "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "lint: $name"; cat "$T/out" "$T/err"; fi
}
lint clean; status=$?
check 'a clean form has no finding' test $status -eq 0
check 'minutes are said' grep -q 'clean.csv: about 1 minutes with mode=phone' "$T/out"
seed() { # NAME SED FINDING: the fault gives this finding, and no other
    sed "$2" "$T/clean.csv" > "$T/seed.csv"
    check "$1: nothing was seeded" test "$(cmp "$T/clean.csv" "$T/seed.csv" | wc -l)" -eq 1
    lint seed; status=$?
    check "$1: status $status" test $status -eq 1
    check "$1" grep -qF -- "$3" "$T/out"
    check "$1: other findings" test "$(grep -c 'seed.csv, ' "$T/out")" -eq 1
}
seed '1 a missing text' 's/,Кор ҳаст?,/,,/' 'seed.csv, survey row 4, column label::Тоҷикӣ (tg): the text is missing'
seed '2 an untranslated text' 's/Жумуш барбы?/Есть ли работа?/' 'survey row 4, column label::Кыргызча (ky): the same as in ru'
seed '3 a letter of another alphabet' 's/Кор ҳаст?/Кор бор ещё?/' "column label::Тоҷикӣ (tg): 'ещё' has letters that tg does not use"
seed '4 a Latin look-alike' 's/Есть ли работа/Есть ли рaбота/' "column label::Русский (ru): 'рaбота' mixes Latin and Cyrillic"
seed '5 a letter of two characters' "s/Маек кандай/Мае$(printf 'и\xcc\x86') кандай/" 'seed.csv, line 3: a letter is written as two characters'
seed '6 a forbidden word' 's/Тяжело ли Вам/Преступник ли Вы/' "survey row 7, column label::Русский (ru): 'преступн' is not used here"
seed '7 another word than the glossary' 's/Дар хона/Назди пулис/' "choices row 21, column label::Тоҷикӣ (tg): 'пулис' is not used here; the word is полис"
seed '8 a constraint without a message' 's/,Не меньше 18,18ден кем эмес,На камтар аз 18,/,,,,/' 'survey row 5, column constraint: there is no message'
seed '9 no way out of a sensitive choice' 's/,observed$/,/' "survey row 8, column bind::suhbat:sensitive: a sensitive question must have a way out"
seed '10 no way out of a sensitive number' 's/,yes,dk refused,/,yes,dk,/' "survey row 5, column bind::suhbat:sensitive"
seed '11 no such answer' "s/\${job} = 'yes',,,,,,yes,,observed/\${job} = 'maybe',,,,,,yes,,observed/" "survey row 8, column relevant: this can never hold: the list of job has no 'maybe'"
seed '12 two answers at once' "s/\${job} = 'yes',,,,,,yes,,observed/\${job} = 'yes' and \${job} = 'no',,,,,,yes,,observed/" "column relevant: this can never hold: job cannot be 'yes' and 'no'"
seed '13 bounds that cross' 's/${age} > 20 and ${age} < 60/${age} > 60 and ${age} < 20/' 'column relevant: this can never hold: its bounds leave nothing'
seed '14 a condition that a calculation excludes' "s/\${open} = 'yes'/\${open} = 'yes' and \${mode} = 'phone'/" 'column relevant: this can never hold: given the rest'
seed '23 a value that no calculation gives' "s/\${open} = 'yes'/\${open} = 'perhaps'/" "column relevant: this can never hold: the calculation of open never gives 'perhaps'"
seed '15 a question that its group closes' "s/\${mode} = 'face'/\${job} = 'no'/" 'survey row 11, column relevant: the question is never reached'
seed '16 a gate that a missing answer opens' "s/,\${mode} = 'face'/,\${job} != 'no'/" 'column relevant: a missing answer to job opens this question'
seed '17 the same in another form' "s/,\${mode} = 'face'/,not(\${job} = 'no')/" 'column relevant: a missing answer to job opens this question'
seed '18 a name that is too long' 's/,text,why,/,text,why_this_one_is_longer_than_it_may_be,/' "column name: 'why_this_one_is_longer_than_it_may_be' is longer than 32 bytes"
seed '19 a name of several answers' 's/,kinds,/,kinds_of_the_very_many,/' "'kinds_of_the_very_many' is longer than 20 bytes"
seed '20 a code of several answers' 's/,kind,two,/,kind,two_and_more,/' "'two_and_more' of the list kind is longer than 11 bytes"
seed '21 a question of too many words' 's/Где это было?/Где это было и когда и с кем и как и почему и зачем и кто об этом знал и кто нет?/' 'survey row 8, column label::Русский (ru): the question has 22 words'
seed '22 a language that a choice lacks' 's/,place,home,Дома,Үйдө,Дар хона/,place,home,Дома,,Дар хона/' 'choices row 21, column label::Кыргызча (ky): the text is missing'
seed '24 a label that moves' "s/,bind::suhbat:asked\$/&,appearance/; s/^,calculate,open,.*/&\n,begin_repeat,man,Люди A12,Адамдар A12,Одамон A12,,,,,,,,,,,focus-group\n,calculate,m_lab,,,,,,,,,,\"concat('У', position(..))\"\n,end_repeat/" 'column calculation: the label moves to another person'
label='s/,bind::suhbat:asked$/&,appearance/; s/^,calculate,open,.*/&\n,begin_repeat,man,Люди A12,Адамдар A12,Одамон A12,,,,,,,,,,,focus-group\nNUMBER,calculate,m_lab,,,,,,,,,,CALC\n,end_repeat/'
seed '25 a label by another calculation' "$(echo "$label" | sed 's/NUMBER/,calculate,m_no,,,,,,,,,,position(..)\\n/; s/CALC/${m_no}/')" 'column calculation: the label moves to another person'
seed '26 a label that counts' "$(echo "$label" | sed 's/NUMBER//; s/CALC/count(${man})/')" 'column calculation: the label moves to another person'
seed '27 a label by a default that counts' "s/,bind::suhbat:asked\$/&,appearance,default/; s/^,calculate,open,.*/&\n,begin_repeat,man,Люди A12,Адамдар A12,Одамон A12,,,,,,,,,,,focus-group\n,calculate,m_no,,,,,,,,,,,,,,,count(\${man}) + 1\n,calculate,m_lab,,,,,,,,,,\${m_no}\n,end_repeat/" 'column calculation: the label moves to another person'
seed '28 a consent that is filled in' "s/,bind::suhbat:asked\$/&,default,bind::suhbat:audio-consent/; s/^,select_one yn,job,.*/&,yes,/; s/^,calculate,open,.*/&\n,background-audio,whole,,,,,,,,,,,,,,,job/" 'column default: a consent to be recorded must be answered'
sed -i 's/mode=phone,2/mode=phone,0/' "$T/lint.terms"
lint clean; status=$?
check 'too long by phone' test $status -eq 1
check 'too long by phone' grep -q 'about 1 minutes with mode=phone; at most 0' "$T/out"
check 'a file of terms that is not there' sh -c "$B/suhbat-form lint '$T/clean.csv' --terms '$T/none' 2>&1 | grep -q 'none'"
(cd forms/study/source && ls ./*.csv) | sed 's,^\.,forms/study,' | xargs $B/suhbat-form lint > "$T/out" 2> "$T/err"; status=$?
check "the study's forms" test $status -eq 0
check 'all of them' test "$(grep -c 'about .* minutes' "$T/out")" -ge 3
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
