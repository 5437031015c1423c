#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may include and link what: docs/ARCHITECTURE.md, as a grep.  Prints each breach.
set -u
cd "$(dirname "$0")/.."
bad=0
say() { echo "layers: $1"; bad=1; }

# folder → folders it may include from
check() { # FOLDER "allowed|allowed"
    for f in "$1"/*.c "$1"/*.h; do
        [ -e "$f" ] || continue
        grep -nE '^#include "' "$f" | grep -vE "\"($2)/" | while read -r line; do
            echo "layers: $f:$line"
        done
    done
}
out=$(check platform platform; check forms 'forms|platform'; check app 'app|forms|platform'; check tools 'tools|forms|platform')
[ -z "$out" ] || { echo "$out"; bad=1; }

# each third-party header has its home
home() { # HEADER-REGEX FILES…
    regex=$1; shift
    for f in $(grep -lE "^#include <($regex)" platform/*.[ch] forms/*.[ch] app/*.[ch] tools/*.[ch] 2>/dev/null); do
        case " $* " in *" $f "*) ;; *) say "$f includes <$regex>, whose home is $*" ;; esac
    done
}
home 'libxml/' platform/xml.c platform/wipe.c
home 'zip.h' platform/zip.c
home 'freexl.h' tools/desk_xls.c
home 'jansson.h' platform/json.c
home 'pcre2.h' platform/regex.c
home 'utf8proc.h' platform/text.c
home '(md5|sha1|sha2)\.h' platform/digest.c
home 'sqlite3.h' platform/db.c platform/wipe.c
home 'sodium' platform/secret.c platform/age.c platform/sign.c platform/vault.c platform/draft.c
home 'SDL2?/' platform/window.c platform/window_internal.h platform/window_wayland.c platform/font.c platform/audio.c
home 'png.h|turbojpeg.h' platform/picture.c
home 'SDL' platform/window.c platform/window_internal.h platform/window_wayland.c platform/font.c platform/audio.c
home 'wayland-' platform/window_wayland.c
home 'sndfile.h' platform/audio.c
home 'systemd/' platform/bus.h

# forms does no input or output, has no clock and no randomness of its own
for f in $(grep -lE '\b(fopen|open|getrandom|clock_gettime|clock_wall_ms|clock_mono_ms|time)\(' forms/*.c); do
    say "$f asks the machine"
done
# nothing below main prints or exits, bar out-of-memory
for f in $(grep -lE '\b(printf|puts|exit|abort)\(' platform/*.c forms/*.c | grep -v platform/err.c); do
    say "$f prints or exits"
done

# what each program is linked to
links() { # PROGRAM "allowed|…"
    [ -x "$1" ] || return 0
    for lib in $(readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p'); do
        echo "$lib" | grep -qE "^($2)" || say "$1 is linked to $lib"
    done
}
base='libc\.so|libm\.so|ld-linux|libgcc_s|libasan|libubsan'
app="$base|libSDL2|libSDL2_ttf|libpng16|libturbojpeg|libsndfile|libsystemd|libwayland-client|libsqlite3|libsodium|libxml2|libpcre2|libutf8proc|libmd|libjansson"
links build/bin/suhbat "$app"
for t in build/bin/suhbat-*; do
    links "$t" "$base|libsqlite3|libsodium|libxml2|libpcre2|libutf8proc|libmd|libjansson|libzip|libfreexl"
done
[ $bad -eq 0 ] && echo "layers: clean"
exit $bad
