#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make layers: proves docs/ARCHITECTURE.md.  Who includes whom, where each third-party library is at home,
# which files call each other in a circle, and what each program is linked to.  Prints each breach.
set -u
cd "$(dirname "$0")/.."
bad=0
say() { echo "layers: $1"; bad=1; }

# ---- the table: a folder, and the folders it may include besides itself ----
table() {
    cat << 'TABLE'
platform/machine
platform/custody     platform/machine
forms/workbook       platform/machine
forms/xpath          platform
forms/xlsform        platform/machine forms/workbook forms/xpath
forms/engine         platform/machine forms/xpath
forms/dataset        platform/machine forms/engine forms/xpath
forms/entities       platform/machine forms/engine forms/xpath
app/kit              platform/machine
app/interview        platform forms app/kit
app/shell            platform forms app/kit app/interview
app/questions        platform forms app/kit app/interview app/shell
app/screens          platform forms app/kit app/interview app/shell app/questions
app                  platform forms app/kit app/interview app/shell app/questions app/screens
tools/cli            platform tools/key
tools/key            platform forms
tools/form           platform forms tools/key
tools/desk           platform forms tools/key
tools/report         platform forms tools/key tools/desk
tools/sync           platform forms tools/cli tools/key tools/desk tools/report
tools/office         platform forms app/kit tools/key tools/desk tools/report
tools                platform forms app/kit tools/cli tools/key tools/form tools/desk tools/report tools/sync tools/office
package              platform
TABLE
}
sources() { find platform forms app tools package -name '*.[ch]' | sort; }
includes() { # FILE ⇥ INCLUDED FILE
    for f in $(sources); do
        sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f" | while read -r i; do echo "$f $i"; done
    done
}
breaches=$(includes | awk -v table="$(table)" '
    function folder(path) {sub(/\/[^\/]*$/, "", path); return path}
    BEGIN {
        n = split(table, rows, "\n")
        for (r = 1; r <= n; r++) {
            k = split(rows[r], w, " ")
            known[w[1]] = 1
            for (i = 1; i <= k; i++) may[w[1], w[i]] = 1
        }
    }
    {
        from = folder($1); to = folder($2); top = to; sub(/\/.*/, "", top)
        if (!(from in known)) print $1 ": its folder is not in the table"
        else if (!((from, to) in may) && !(top != to && (from, top) in may && top != "app"))
            print $1 " includes " $2
    }')
[ -z "$breaches" ] || say "$breaches"

# ---- each third-party header has its home ----
home() { # HEADER-REGEX FILES…
    regex=$1; shift
    for f in $(sources | xargs grep -lE "^#include <($regex)"); do
        case " $* " in *" $f "*) ;; *) say "$f includes <$regex>, whose home is $*" ;; esac
    done
}
M=platform/machine C=platform/custody
home 'libxml/' $M/xml.c
home 'zip.h' $M/zip.c
home 'freexl.h' tools/form/form_xls.c
home 'xlsxwriter.h' $M/spreadsheet.c
home 'readstat.h' forms/dataset/dataset_stat.c
home 'jansson.h' $M/json.c
home 'pcre2.h' $M/regex.c
home 'utf8proc.h' $M/text.c
home '(md5|sha1|sha2)\.h' $M/digest.c
home 'sqlite3.h' $C/db.c
home 'sodium' $M/secret.c $C/age.c $C/sign.c
home 'SDL' $M/window.c $M/window_internal.h $M/window_wayland.c $M/font.c $M/audio.c $M/microphone.c $M/player.c
home 'png.h|turbojpeg.h' $M/picture.c
home 'wayland-' $M/window_wayland.c
home 'sndfile.h' $M/audio.c
home '(opus|ogg)/' $M/voice.c $M/voice_read.c
home 'sonic.h' $M/player.c
home 'curl/' $M/http.c
home 'systemd/' $M/bus.h

# forms does no input or output and uses no clock or randomness itself
for f in $(find forms -name '*.c' | xargs grep -lE '\b(fopen|open|getrandom|clock_gettime|clock_wall_ms|clock_mono_ms|time)\('); do
    say "$f asks the machine"
done
# nothing below the programs prints or exits, but for want of memory
for f in $(find platform forms -name '*.c' | xargs grep -lE '\b(printf|puts|exit|abort)\(' | grep -v $M/err.c); do
    say "$f prints or exits"
done

# each text is shown somewhere; months and weekdays are found by counting on from the first
for id in $(sed -n 's/^STR(\([a-z_0-9]*\),.*/\1/p' app/kit/strings.def | grep -vE '^(short_)?(month|day)_[0-9]+$'); do
    grep -rqw "S_$id" app platform tools/office --include='*.[ch]' || say "app/kit/strings.def: nobody shows '$id'"
done

# ---- circles: who uses a symbol of whom, by the objects of the release build ----
calls() { # OBJECT OBJECT: the first uses what the second defines
    (find platform forms app tools -name '*.c' ! -name no_egl.c | sort | sed 's/c$/o/' | (cd build/release && xargs nm -A -g)) | awk '
        {sub(/:.*/, "", $1)}
        $(NF - 1) == "U" {uses[++n] = $1 " " $NF; next}
        NF == 4 {home[$4] = $1}
        NF == 3 && $2 ~ /^[A-Z]$/ {home[$3] = $1}
        END {
            for (i = 1; i <= n; i++) {
                split(uses[i], u, " ")
                if (u[2] in home && home[u[2]] != u[1] && !seen[u[1], home[u[2]]]++) print u[1], home[u[2]]
            }
        }'
}
if [ -d build/release/platform ]; then
    circles=$(calls | awk -v most="${CIRCLE:-4}" '
        function folder(path) {sub(/\/[^\/]*$/, "", path); return path}
        function visit(v, start,   k, i, w) { # everything that can be reached from start
            k = split(out[v], next_of, " ")
            for (i = 1; i <= k; i++) list[v, i] = next_of[i]
            for (i = 1; i <= k; i++) {
                w = list[v, i]
                if (!((start, w) in reach)) {reach[start, w] = 1; visit(w, start)}
            }
        }
        {out[$1] = out[$1] " " $2; node[$1] = node[$2] = 1}
        END {
            for (v in node) visit(v, v)
            for (v in node) {
                if (done[v] || !((v, v) in reach)) continue
                size = 0; members = ""; folders = 1
                for (w in node) if ((v, w) in reach && (w, v) in reach) {
                    size++; done[w] = 1; members = members " " w
                    if (folder(w) != folder(v)) folders = 2
                }
                if (size > most || folders > 1) print "a circle of " size " files:" members
            }
        }')
    [ -z "$circles" ] || say "$circles"
fi

# ---- what each program is linked to ----
links() { # PROGRAM "allowed|…"
    [ -x "$1" ] || return 0
    for lib in $(readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p'); do
        echo "$lib" | grep -qE "^($2)" || say "$1 is linked to $lib"
    done
}
base='libc\.so|libm\.so|ld-linux|libgcc_s|libasan|libubsan'
links build/bin/suhbat "$base|libSDL2|libSDL2_ttf|libpng16|libturbojpeg|libsndfile|libsystemd|libwayland-client|libsqlite3|libsodium|libxml2|libpcre2|libutf8proc|libmd|libjansson|libopus|libogg"
window='libsonic|libopus|libogg|libSDL2|libSDL2_ttf|libsystemd|libwayland-client'
for t in build/bin/suhbat-*; do
    links "$t" "$base|libsqlite3|libsodium|libxml2|libpcre2|libutf8proc|libmd|libjansson|libzip|libfreexl|libxlsxwriter|libreadstat$([ "$t" != build/bin/suhbat-sync ] || echo '|libcurl|libopus|libogg')$([ "$t" != build/bin/suhbat-desk ] || echo "|$window")"
done
[ $bad -eq 0 ] && echo "layers: clean"
exit $bad
