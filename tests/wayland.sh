#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests the program on Wayland: weston inside Xvfb with our own touchscreen (weston_touch.c),
# and sway for what weston lacks (text-input, a keyboard of any layout).  It checks:
#
#   an interview by touch alone, from the lock screen to the table; the same picture as on X11,
#   at scales 1 and 2 and on a rotated display; that the page follows the window's size; that a
#   palm, two fingers, the edge and a cancelled touch press nothing; that nothing wakes it at
#   rest; that no on-screen keyboard is requested; that a real keyboard types all languages
set -eu
cd "$(dirname "$0")/.."
B=build/bin T=build/test/bin D=$PWD/build/wayland
# contains letters of every language, so that typing it tests the keyboard
PASS='Көк ҷавоб ёлка жеңил ғӯзаҳ қалӣ word'
passed=0
fail() { echo "wayland: $1" >&2; exit 1; }
ok() { passed=$((passed + 1)); }
rm -rf "$D"
mkdir -p "$D/screens" "$D/stick"
mkdir -m 700 "$D/run"
export XDG_RUNTIME_DIR=$D/run
trap 'kill $(jobs -p) 2>/dev/null || true; rm -f "$D/display"' EXIT

x_server() { # WxH
    : > "$D/display"
    exec 6> "$D/display"
    Xvfb -displayfd 6 -screen 0 "$1x24" -nolisten tcp -noreset >/dev/null 2>&1 &
    exec 6>&-
    for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
    [ -s "$D/display" ] || fail 'no X server'
    DISPLAY=:$(cat "$D/display")
}
wait_socket() {
    for _ in $(seq 100); do [ -S "$XDG_RUNTIME_DIR/$1" ] && return; sleep 0.1; done
    fail "no compositor at $1"
}
compositor() { # NAME WIDTH HEIGHT SCALE (width and height in the surface's units)
    DISPLAY=$DISPLAY WESTON_TOUCH=$D/touch weston --backend=x11-backend.so --width="$2" --height="$3" \
        --scale="$4" --use-pixman --shell=kiosk-shell.so --socket="$1" --no-config --idle-time=0 \
        --modules="$D/weston-touch.so" > "$D/$1.log" 2>&1 &
    weston=$!
    wait_socket "$1"
}
touch_pipe() { rm -f "$D/touch"; mkfifo "$D/touch"; exec 7<> "$D/touch"; }
finger() { printf '%s\n' "$@" >&7; }
app() { # SOCKET ARGUMENTS…: starts the program in the background; its touch targets go to $D/robot
    socket=$1; shift
    : > "$D/robot"
    env -u DISPLAY WAYLAND_DISPLAY="$socket" $T/suhbat "$@" --robot 3 3> "$D/robot" 2> "$D/app.log" &
    app=$!
    for _ in $(seq 100); do grep -q '^end' "$D/robot" && break; sleep 0.05; done
    grep -q '^end' "$D/robot" || fail "no frame on $socket: $(cat "$D/app.log")"
    sleep 0.3
}
screen() { sed -n 's/^frame [0-9]* //p' "$D/robot" | tail -n 1; }
frames() { grep -c '^end' "$D/robot" || true; }
wait_screen() {
    for _ in $(seq 100); do [ "$(screen)" = "$1" ] && return; sleep 0.05; done
    fail "wanted screen $1, on $(screen)"
}
middle() { # TARGET → X Y of its middle
    tac "$D/robot" | sed -n "s/^target $1 [a-z]* \([0-9 -]*\) [a-z]* .*/\1/p" | head -n 1 |
        { read -r x y w h && echo $((x + w / 2)) $((y + h / 2)); }
}
end_app() { kill "$app" 2>/dev/null || true; wait "$app" 2>/dev/null || true; }
end_weston() { kill "$weston"; wait "$weston" 2>/dev/null || true; }

for lib in libweston-10 libweston-14; do
    ! pkg-config --exists $lib || libweston=$lib
done
# shellcheck disable=SC2046
gcc -shared -fPIC -O1 -Wall -Wextra -Werror $(pkg-config --cflags "${libweston:?}") tests/drivers/weston_touch.c -o "$D/weston-touch.so"

# ---- a device ----
$B/suhbat-key init "$D/study" --no-passphrase > /dev/null 2>&1
$B/suhbat-key invite "$D/study" -o "$D/stick/invitation.sbi" > /dev/null
echo "$PASS" | $B/suhbat --data "$D/device" --enrol "$D/stick/invitation.sbi" > /dev/null
$B/suhbat-key enrol "$D/study" "$D/stick/invitation.sbe" -o "$D/stick/grant.age" > /dev/null
$B/suhbat-form pack tests/cases/migrant_short.csv --study "$D/study" -o "$D/stick/migrant_interview.age" > /dev/null
$B/suhbat-key catalogue "$D/study" "$D/stick/migrant_interview.age" -o "$D/stick/catalogue.age" > /dev/null
echo "$PASS" | $B/suhbat --data "$D/device" --load "$D/stick" > /dev/null
mkdir "$D/packages"
mv "$D/stick/migrant_interview.age" "$D/packages/"
rm "$D"/stick/*

# ---- an interview by touch alone ----
x_server 1280x1280
touch_pipe
compositor one 720 1280 1
sed "s/^type Көк асман ак булут сары\$/type $PASS/" tests/cases/demo.drive > "$D/touch.drive"
env WAYLAND_DISPLAY=one SDL_VIDEODRIVER=wayland DISPLAY="$DISPLAY" DRIVE_TOUCH="$D/touch" \
    $T/help_drive "$D/touch.drive" "$D/screens" "$D/timing.txt" \
    $T/suhbat --data "$D/device" --media "$D/stick" --lang ky || fail 'the interview by touch'
$B/suhbat-sync --desk "$D/desk" init "$D/study" > /dev/null
I="--identity $D/study/coordinator.identity"
$B/suhbat-sync --desk "$D/desk" $I import "$D/stick" > /dev/null
$B/suhbat-sync --desk "$D/desk" $I add-form "$D"/packages/*.age > /dev/null
$B/suhbat-sync --desk "$D/desk" $I export --format csv --out "$D/csv" > /dev/null
grep -qF ',male,34,KG,KG,KG-O,KG-41706226,6,,2,active,3.5,fines overstay,' "$D/csv/migrant_interview.csv" ||
    fail 'the table is not what was touched'
grep -qF '"Чек арадан билдим. Көңүлүм чөктү, эмне кылам дедим."' "$D/csv/migrant_interview.csv" ||
    fail 'the sentence is not what was touched'
ok

# ---- touches that press nothing ----
N=$D/nobody # a folder without a device, so that the first screen asks for the language
app one --data "$N" --lang ky --scale 2
[ "$(screen)" = first-language ] || fail "the first screen is $(screen)"
read -r x y <<< "$(middle lang:ky)"
press_nothing() { # WHAT
    sleep 0.4
    [ "$(screen)" = first-language ] || fail "$1 pressed a button"
    ok
}
finger "down 0 $x $y"; sleep 0.1; finger cancel; sleep 0.1; finger "down 0 40 1200"; sleep 0.1; finger 'up 0'
press_nothing 'a cancelled touch'
finger "down 0 $x $y" "down 1 300 900"; sleep 0.2; finger 'up 1' 'up 0'
press_nothing 'a palm'
finger "down 0 $x $y"; sleep 0.1; for n in 5 4 3 2 1 0; do finger "move 0 $((x * n / 5)) $y"; sleep 0.02; done; finger 'up 0'
press_nothing 'a finger over the edge'
finger 'down 0 40 1200'; sleep 0.2; finger "down 1 $x $y"; sleep 0.1; finger 'up 1' 'up 0'
press_nothing 'a second finger'
finger "down 0 $x $y" 'up 0'
press_nothing 'a touch of no time'
finger "down 0 $x $y"; sleep 0.08; finger 'up 0'
wait_screen first-invite
ok

# ---- at rest ----
switches() { cat "/proc/$app"/task/*/status | awk '/ctxt_switches/ {n += $2} END {print n}'; } # of all threads
at_rest() { # WHERE
    sleep 1
    before=$(switches)
    sleep 5
    [ "$(switches)" = "$before" ] || fail "at rest on $1 it woke $(($(switches) - before)) times in 5 s"
    ok
}
end_app
app one --data "$D/device" --lang ky # the lock screen has a field with a cursor
wait_screen unlock
at_rest Wayland
end_app

# ---- the page has the window's size, either way up; the pixels equal those of X11 ----
# weston draws a pointer: it is parked at the lower edge, which is cropped
picture() { # WxH NAME
    DISPLAY=$DISPLAY xdotool mousemove 5 5 mousemove $((${1%x*} - 1)) $((${1#*x} - 1))
    sleep 0.3
    import -display "$DISPLAY" -window root -crop "${1%x*}x$((${1#*x} - 8))+0+0" +repage "$D/screens/$2.png"
}
differ() { compare -metric AE "$D/screens/$1.png" "$D/screens/$2.png" null: 2>&1 || true; }
env -u WAYLAND_DISPLAY DISPLAY="$DISPLAY" $T/suhbat --data "$D/device" --window 720x1280 2> /dev/null &
app=$!
DISPLAY=$DISPLAY xdotool search --sync --name '^suhbat$' > /dev/null
at_rest X11
end_app
app one --data "$N" --lang ky --scale 2
window=$(DISPLAY=$DISPLAY xdotool search --class weston)
for size in 1280x720 540x960 480x800 720x1280; do
    DISPLAY=$DISPLAY xdotool windowsize "$window" "${size%x*}" "${size#*x}"
    sleep 0.7
    picture "$size" "wayland-$size"
done
end_app
end_weston
x11() { # SIZE
    env -u WAYLAND_DISPLAY DISPLAY="$DISPLAY" $T/suhbat --data "$N" --lang ky --scale 2 --window "$1" 2> /dev/null &
    app=$!
    DISPLAY=$DISPLAY xdotool search --sync --name '^suhbat$' > /dev/null
    sleep 0.7
    picture "$1" "x11-$1"
    end_app
}
for size in 1280x720 540x960 480x800 720x1280; do
    x11 "$size"
    [ "$(differ "wayland-$size" "x11-$size")" = 0 ] || fail "at $size the picture is not that of X11"
    ok
done
compositor two 360 640 2
app two --data "$N" --lang ky
picture 720x1280 wayland-scale-2
[ "$(differ wayland-scale-2 x11-720x1280)" = 0 ] || fail 'at scale 2 the picture is not sharp'
read -r x y <<< "$(middle lang:ky)"
finger "down 0 $x $y"; sleep 0.08; finger 'up 0'
wait_screen first-invite
ok
end_app
end_weston

# ---- a rotated display: the page is in landscape, and a finger hits what it shows ----
printf '[output]\nname=X1\nmode=720x1280\ntransform=rotate-90\n' > "$D/turned.ini"
DISPLAY=$DISPLAY WESTON_TOUCH=$D/touch weston --backend=x11-backend.so --use-pixman --shell=kiosk-shell.so --socket=turned \
    --config="$D/turned.ini" --idle-time=0 --modules="$D/weston-touch.so" > "$D/turned.log" 2>&1 &
weston=$!
wait_socket turned
app turned --data "$N" --lang ky --scale 2
DISPLAY=$DISPLAY xdotool mousemove 5 5 mousemove 719 1279
sleep 0.3
import -display "$DISPLAY" -window root -crop 720x1280+0+0 +repage "$D/screens/turned-raw.png"
same=no
for angle in 90 270; do # the direction of rotate-90 is not assumed
    convert "$D/screens/turned-raw.png" -rotate $angle +repage -crop 1180x600+50+60 +repage "$D/screens/turned.png"
    convert "$D/screens/x11-1280x720.png" -crop 1180x600+50+60 +repage "$D/screens/across.png"
    [ "$(differ turned across)" != 0 ] || same=yes
done
[ $same = yes ] || fail 'on a turned display the picture is not the one that lies across'
read -r x y <<< "$(middle lang:ky)"
finger "down 0 $x $y"; sleep 0.08; finger 'up 0'
wait_screen first-invite
ok
end_app
end_weston

# ---- no second keyboard appears; a real one types every language ----
sway_run=$(mktemp -d /tmp/suhbat-sway-XXXXXX)
printf 'xwayland disable\noutput HEADLESS-1 mode 720x1280\n' > "$sway_run/config"
as_user= # sway refuses to run as root
if [ "$(id -u)" = 0 ]; then
    chown -R nobody "$sway_run"
    as_user='setpriv --reuid=nobody --regid=nogroup --clear-groups'
fi
env -u DISPLAY XDG_RUNTIME_DIR="$sway_run" HOME="$sway_run" WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
    WLR_RENDERER=pixman $as_user sway -c "$sway_run/config" > "$D/sway.log" 2>&1 &
sway=$!
export XDG_RUNTIME_DIR=$sway_run
wait_socket wayland-1
export WAYLAND_DEBUG=1
app wayland-1 --data "$D/device" --lang tg
unset WAYLAND_DEBUG
wait_screen unlock
sleep 0.5
# the keyboard is connected twice, like a Bluetooth keyboard that reconnects
for part in "${PASS%ғ*}" "ғ${PASS#*ғ}"; do
    env WAYLAND_DISPLAY=wayland-1 wtype -s 500 -d 20 "$part" -s 300
    sleep 0.3
done
env WAYLAND_DISPLAY=wayland-1 wtype -s 500 -k Return -s 300
wait_screen home
ok
grep -q 'zwp_text_input_manager_v3' "$D/app.log" || fail 'sway offers no text-input: nothing was proved'
# SDL 2.32 enables one for an instant before there is a window; the check begins when the window
# has the focus
awk '/text_input[^ ]*\.enable/ {on = 1} /text_input[^ ]*\.disable/ {on = 0} /wl_keyboard[^ ]*\.enter/ {focus = 1} focus && on {bad = 1} END {exit bad || !focus}' "$D/app.log" ||
    fail 'a text-input was enabled: a second keyboard would rise'
ok
end_app
kill $sway
wait $sway 2>/dev/null || true

# ---- fractional scale: sway in an X window, clicks near the edges of a button ----
rm -f "$sway_run"/wayland-*
printf 'xwayland disable\ndefault_border none\noutput X11-1 mode 1080x1280\noutput X11-1 scale 1.5\n' > "$sway_run/config"
exec 6> "$D/display"
Xvfb -displayfd 6 -screen 0 1200x1400x24 -nolisten tcp -noreset -ac > /dev/null 2>&1 & # -ac: sway runs as another user here
x_of_sway=$!
exec 6>&-
for _ in $(seq 100); do [ -s "$D/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$D/display")
env XDG_RUNTIME_DIR="$sway_run" HOME="$sway_run" WLR_BACKENDS=x11 WLR_RENDERER=pixman DISPLAY="$DISPLAY" \
    $as_user sway -c "$sway_run/config" > "$D/sway.log" 2>&1 &
sway=$!
wait_socket wayland-1
app wayland-1 --data "$N" --lang ky
wait_screen first-language
sleep 1
read -r x y w h <<< "$(tac "$D/robot" | sed -n 's/^target lang:ky [a-z]* \([0-9 -]*\) [a-z]* .*/\1/p' | head -n 1)"
[ $((2 * x + w)) = 1080 ] || fail "at scale 1.5 a page is $((2 * x + w)) px wide, not the display's 1080"
DISPLAY=$DISPLAY xdotool mousemove $((x + w / 2)) $((y - 6)) click 1
sleep 0.5
[ "$(screen)" = first-language ] || fail 'at scale 1.5 a click above a button pressed it'
DISPLAY=$DISPLAY xdotool mousemove $((x + w - 6)) $((y + h - 6)) click 1
wait_screen first-invite
ok
end_app
kill $sway $x_of_sway
wait $sway $x_of_sway 2>/dev/null || true
rm -rf "$sway_run"

echo "$passed passed, 0 failed, 0 skipped"
