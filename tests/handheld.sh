#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make handheld: tests a whole simulated device.  For each display path (MODES, all three by
# default):
#
#   our package on a bare Debian, booted in QEMU with a touchscreen (uinput) and sticks
#   (usb-storage); by touch alone: first run, passphrase, request on the stick → the
#   coordinator's answer and forms → an interview in Kyrgyz → the power button in its middle → a
#   power cut in the middle of a sentence (unflushed writes are dropped) → the interview
#   resumed, sealed, handed over, the stick taken out → imported here, and the table compared
#   with what was touched
#
# Pictures are in build/handheld/MODE/screens, the machine's messages in
# build/handheld/MODE/*.log.
set -eu
cd "$(dirname "$0")/.."
tests/deps.sh mmdebstrap qemu-system-x86 qemu-system-arm nbdkit mtools dosfstools exfatprogs tesseract-ocr imagemagick python3 e2fsprogs
MODES=${MODES:-weston console xorg}
export ARCH=${ARCH:-$(dpkg --print-architecture)} # arm64: from boot to the first answer only, under qemu-system-aarch64
T=build/test/bin B=build/bin OUT=$PWD/build/handheld
passed=0 failed=0
mkdir -p "$OUT"
say() { printf '%s  %s\n' "$(date +%T)" "$1"; }

qmp() { python3 tests/handheld/qmp.py "$D/qmp" "$@"; }
serial() { printf '%s\n' "$1" | python3 tests/handheld/serial.py "$D/serial" "${2:-4}"; }
boot() {
    rm -f "$D/qmp" "$D/serial" "$D/disk"
    : > "$D/robot.log"
    [ -p "$D/touch.in" ] || mkfifo "$D/touch.in" "$D/touch.out"
    # a disk with its own cache, which is lost when the power is cut
    nbdkit -f -U "$D/disk" --filter=cache file "$OUT/$mode.img" cache=writeback > "$D/nbdkit.log" 2>&1 &
    nbd=$!
    for _ in $(seq 100); do [ -S "$D/disk" ] && break; sleep 0.1; done
    # amd64: not virtio-gpu, which stays dark after a sleep because its driver in Debian 12
    # forgets what it showed. TCG: KVM is not available everywhere, and TCG is fast enough.
    case $ARCH in
    amd64) set -- env ALSA_CONFIG_PATH="$OUT/alsa.conf" qemu-system-x86_64 -cpu max -device intel-hda -device hda-micro,audiodev=sound \
        -audiodev alsa,id=sound,in.dev=tone,in.frequency=48000,in.try-poll=off,in.buffer-length=10000,in.period-length=2500,out.dev=null,out.buffer-length=10000 -vga none -device bochs-display,xres=720,yres=1280,edid=on -append 'root=/dev/vda rw console=ttyS0 quiet' ;;
    arm64) set -- qemu-system-aarch64 -M virt -cpu cortex-a72 -device virtio-gpu-pci,xres=720,yres=1280 -append 'root=/dev/vda rw console=ttyAMA0 quiet' ;;
    *) die "no machine for $ARCH" ;;
    esac
    "$@" -accel tcg,thread=multi -smp 2 -m 1024 -no-reboot -display none -kernel "$OUT/vmlinuz-$ARCH" -initrd "$OUT/initrd-$ARCH" \
        -drive "file=nbd+unix:///?socket=$D/disk,if=virtio,format=raw" -device qemu-xhci -device virtio-serial-pci \
        -chardev "file,id=robot,path=$D/robot.log" -device virtserialport,chardev=robot,name=suhbat.robot \
        -chardev "pipe,id=touch,path=$D/touch" -device virtserialport,chardev=touch,name=suhbat.touch \
        -qmp "unix:$D/qmp,server,nowait" -serial "unix:$D/serial,server,nowait" > "$D/qemu.log" 2>&1 &
    qemu=$!
    for _ in $(seq 800); do grep -q '^end' "$D/robot.log" && return; sleep 0.5; done
    serial 'journalctl -b -t suhbat-kiosk -o cat --no-pager | tail -n 40' 6
    die "no frame after seven minutes"
}
cut_power() {
    kill -9 $qemu $nbd
    wait $qemu $nbd 2>/dev/null || true
}
die() {
    echo "handheld: $mode: $1" >&2
    [ ! -S "$D/qmp" ] || qmp shot "$D/failure.ppm" 2>/dev/null && convert "$D/failure.ppm" "$D/screens/failure.png" || true
    return 1
}
drive() { # SCRIPT
    # A frame takes 0.3 s on the console under emulation; what the program reports meanwhile
    # belongs to the previous page.
    env DRIVE_SETTLE=$([ "$mode" = console ] && echo 600 || echo 100) DRIVE_ROBOT="$D/robot.log" DRIVE_TOUCH="$D/touch.in" DRIVE_SHOT="$D/shot" \
        $T/help_drive "$1" "$D/screens" "$D/timing.txt" none || die "$1"
}
stick() { mformat -i "$D/stick.img" "$@"; }
on_stick() { mcopy -o -i "$D/stick.img" "$@" ::/; }
from_stick() { mcopy -o -n -i "$D/stick.img" "::/$1" "$2"; }
in_stick() { qmp stick-in "$D/stick.img"; }
seen() { tac "$D/robot.log" | awk '/^frame/ {exit} /^target/ {print $2}' | grep -q "$1"; }
# After "Take out": the page must no longer offer the stick, and nothing on it may be half
# written.
is_out() { # [IMAGE CHECKER ...]
    [ $# -gt 0 ] || set -- "$D/stick.img" fsck.vfat -n
    for _ in $(seq 100); do
        seen '^out:' || break
        sleep 0.1
    done
    ! seen '^out:' || die 'the stick was not taken out'
    image=$1
    shift
    "$@" "$image" > "$D/fsck.log" 2>&1 || { cat "$D/fsck.log"; die 'the stick was not unmounted'; }
    qmp stick-out
}
# Hands over once more, to a stick with another file system; the hand-over page is on the screen
# before and after.
other_stick() { # NAME MKFS FSCK: the commands that make and check the file system
    rm -f "$D/$1.img"
    truncate -s 64M "$D/$1.img"
    $2 "$D/$1.img" > "$D/mkfs.log" 2>&1 || die "no $1 can be made"
    printf 'start\ntap right\nwait home\ntap hand-over\n' > "$D/k.drive"
    drive "$D/k.drive"
    qmp stick-in "$D/$1.img"
    wait_seen '^medium:1$' 60
    printf 'start\nwait hand-over\ntap medium:1\nsee right\n' > "$D/l.drive"
    drive "$D/l.drive"
    serial "grep /$1 /proc/mounts; ls /media/suhbat/$1/*" 6 > "$D/$1.log"
    grep "/$1 " "$D/$1.log" | grep -q noexec || die "$1 is not mounted without execute rights"
    grep -q '[.]age' "$D/$1.log" || die "nothing was handed over to $1"
    printf 'start\ntap out:/media/suhbat/%s\nsee right\npause 3000\nshot 30-%s\n' "$1" "$1" > "$D/m.drive"
    drive "$D/m.drive"
    # shellcheck disable=SC2086
    is_out "$D/$1.img" $3
}
wait_seen() { # PATTERN SECONDS
    for _ in $(seq $(($2 * 10))); do
        if seen "$1"; then return; fi
        sleep 0.1
    done
    die "nothing on the screen is '$1'"
}

# Reads the passphrase that the first run proposes from the screen by OCR, as a person would:
# five numbered words of two syllables each, in two columns, each column read downwards.
read_words() {
    word='([bdfghjklmnprstvz][aiou]){2}'
    for percent in 100 150 200 300; do
        PASS=
        for column in 0 360; do
            convert "$D/screens/05-first-pass.png" -crop "360x700+$column+160" -colorspace Gray -resize $percent% "$D/words.png"
            PASS="$PASS $(tesseract "$D/words.png" - --psm 6 2>/dev/null | tr 'A-Z' 'a-z' | sed -nE "s/^.*[1-5][.,] *($word)[ |]*\$/\\1/p" | tr '\n' ' ')"
        done
        PASS=$(echo $PASS)
        ! echo "$PASS" | grep -qxE "($word ){4}$word" || return 0
    done
    PASS=
    return 1
}

# Measures memory and the wake-ups of all threads in ten seconds, at the lock screen; on the
# console also the memory of a minimal SDL program.
at_rest() {
    serial 'p=$(pgrep -x suhbat); s() { cat /proc/$p/task/*/status; }; grep VmRSS /proc/$p/status; s | grep ctxt; sleep 10; echo later; s | grep ctxt' \
        18 > "$D/rest.log"
    grep -q 'VmRSS:' "$D/rest.log" && [ "$(grep -c '^voluntary_ctxt' "$D/rest.log")" -ge 2 ] || die 'rest could not be measured'
    awk '/VmRSS:/ {print "memory at the lock screen:", $(NF-1), "KiB"} /^later/ {late = 1} /ctxt_switches/ {late ? b += $2 : a += $2}
         END {print "woken at rest:", b - a, "times in 10 s"}' "$D/rest.log" | tee -a "$D/figures.txt"
    woken=$(sed -n 's/^woken at rest: \([0-9]*\) .*/\1/p' "$D/figures.txt")
    case $mode in
    console) [ "$woken" -le 100 ] || die 'it does not rest' ;;
    *) [ "$woken" -le 2 ] || die 'it does not rest' ;; # up to 2: interrupts of the machine itself
    esac
    if [ "$mode" = console ]; then
        serial 'systemctl stop suhbat-kiosk; /opt/eye/bare & sleep 12; grep VmRSS /proc/$(pgrep -x bare)/status; pkill -9 bare; sleep 1; systemctl start suhbat-kiosk' \
            22 > "$D/bare.log"
        awk '/VmRSS:/ {print "a bare SDL program there:", $(NF-1), "KiB"}' "$D/bare.log" | tee -a "$D/figures.txt"
        awk '/^memory/ {a = $(NF-1)} /^a bare/ {b = $(NF-1)} END {exit !(a && b && a <= 1.2 * b)}' "$D/figures.txt" ||
            die 'more than 1.2 times the memory of a bare program'
    fi
}

# A microphone that hears a minute of 440 Hz.  The buffer of 10 ms (above) sets the pace: QEMU reads
# it once in 10 ms, and a file has always more.
make_tone() {
    python3 -c 'import math, struct, sys
sys.stdout.buffer.write(b"".join(struct.pack("<hh", v, v) for n in range(1200) for v in [int(9000 * math.sin(math.pi * 11 * n / 600))]) * 2400)' > "$OUT/tone"
    printf '</usr/share/alsa/alsa.conf>\npcm.tone {type file slave.pcm null file /dev/null infile "%s" format raw}\n' "$OUT/tone" > "$OUT/alsa.conf"
}

scenario() {
    D=$OUT/$mode
    rm -rf "$D"
    mkdir -p "$D/screens"
    printf '#!/bin/sh\npython3 tests/handheld/qmp.py %s shot %s.ppm && convert %s.ppm "$1"\n' "$D/qmp" "$D/s" "$D/s" > "$D/shot"
    chmod +x "$D/shot"
    say "$mode: a study, and an image with our package"
    $B/suhbat-key init "$D/study" --no-passphrase > /dev/null
    $B/suhbat-key invite "$D/study" -o "$D/invitation.sbi" > /dev/null
    $B/suhbat-form pack tests/cases/migrant_short.csv --study "$D/study" -o "$D/migrant_interview.age" > /dev/null
    tests/handheld/image.sh "$mode" || die 'the image'
    make_tone
    truncate -s 64M "$D/stick.img"
    mkfs.vfat -n SUHBAT "$D/stick.img" > /dev/null
    on_stick "$D/invitation.sbi"

    say "$mode: boot"
    boot
    begun=$(date +%s%N)
    printf 'start\nwait first-language\nshot 01-first-language\ntap lang:en\nwait first-invite\nshot 02-no-stick\n' > "$D/a.drive"
    drive "$D/a.drive"
    in_stick
    begun=$(date +%s%N)
    wait_seen '^invite:0$' 60
    echo "a stick appears after $((($(date +%s%N) - begun) / 1000000)) ms (emulated)" | tee "$D/figures.txt"
    printf 'start\nshot 03-first-invite\ntap invite:0\nwait first-words\nshot 04-first-words\ntap same\nwait first-pass\nshot 05-first-pass\n' > "$D/b.drive"
    drive "$D/b.drive"
    read_words || {
        printf 'start\ntap other\npause 500\nshot 05-first-pass\n' > "$D/other.drive"
        for _ in 1 2 3 4 5; do
            drive "$D/other.drive"
            ! read_words || break
        done
    }
    [ -n "$PASS" ] || die 'the words cannot be read'
    out=$(printf 'out:%s' /media/suhbat/SUHBAT)
    printf 'start\ntap right\nwait first-repeat\ntype %s\nshot 06-first-repeat\ntap key:enter\nwait first-request\nshot 07-first-request\ntap %s\nsee again\npause 3000\nshot 08-request-out\n' \
        "$PASS" "$out" > "$D/c.drive"
    drive "$D/c.drive"
    is_out
    from_stick 'invitation.sbe' "$D/request.sbe" 2>/dev/null || from_stick '*.sbe' "$D/request.sbe" || die 'no request on the stick'
    say "$mode: the coordinator answers"
    $B/suhbat-key enrol "$D/study" "$D/request.sbe" -o "$D/grant.age" > /dev/null
    $B/suhbat-key catalogue "$D/study" "$D/migrant_interview.age" -o "$D/catalogue.age" > /dev/null
    on_stick "$D/grant.age" "$D/catalogue.age" "$D/migrant_interview.age"
    printf 'start\ntap load\nwait load\n' > "$D/d.drive"
    drive "$D/d.drive"
    in_stick
    wait_seen '^medium:1$' 60
    printf 'start\nshot 09-load\ntap medium:1\nsee right\nshot 10-found\ntap right\nsee right\npause 1000\nshot 11-loaded\ntap right\nwait home\ntap language\ntap lang:ky\nshot 12-home\n' > "$D/e.drive"
    drive "$D/e.drive"

    say "$mode: an interview in Kyrgyz"
    # the interview of make demo, from the home screen on, in four parts
    sed -e '1,/^wait home$/d' tests/cases/demo.drive | sed -e '/^shot 02-home$/d' > "$D/all"
    { echo start; sed -e '/^shot 10-cascade$/q' "$D/all"; } > "$D/f.drive"
    { printf 'start\nwait unlock\nshot 13-after-sleep\ntype %s\ntap key:enter\nwait home\nshot 14-after-sleep-home\ntap draft:1\nwait interview\n' "$PASS"
      sed -e '1,/^shot 10-cascade$/d' "$D/all" | sed -e '/^kill$/,$d'; } > "$D/g.drive"
    { printf 'start\nwait unlock\ntype %s\ntap key:enter\n' "$PASS"
      sed -e '1,/^kill$/d' "$D/all" | sed -e '1,/^tap key:enter$/d' | sed -e '/^shot 25-hand-over$/,$d'; } > "$D/h.drive"
    printf 'start\nshot 25-hand-over\ntap medium:1\npause 4000\nsee back\nshot 26-pulled-out\ntap back\nwait home\ntap hand-over\n' > "$D/i.drive"
    printf 'start\nwait hand-over\ntap medium:1\nsee right\nshot 27-handed-over\ntap %s\nsee right\npause 3000\nshot 28-can-be-taken-out\n' \
        "$out" > "$D/j.drive"
    if [ "$ARCH" != amd64 ]; then # emulation is slow: only as far as the first answer
        { sed -e '/^tap choice:KG$/q' "$D/f.drive"; printf 'tap right\nshot 13-second-question\n'; } > "$D/short.drive"
        drive "$D/short.drive"
        at_rest
        qmp quit 2>/dev/null || true
        return
    fi
    drive "$D/f.drive"
    say "$mode: the power button"
    qmp button
    sleep 12
    qmp wake
    sleep 6
    drive "$D/g.drive"
    say "$mode: the power is cut"
    cut_power
    boot
    at_rest
    in_stick
    drive "$D/h.drive"
    wait_seen '^medium:1$' 60
    (sleep 1.2; qmp stick-out) & # pulled out at some point during the copy; whatever happens, nothing may be lost
    puller=$!
    drive "$D/i.drive"
    wait $puller
    fsck.vfat -a "$D/stick.img" > "$D/pulled.log" 2>&1 || true # without this it stays marked as not cleanly unmounted
    in_stick
    wait_seen '^medium:1$' 60
    drive "$D/j.drive"
    is_out
    other_stick EXFAT 'mkfs.exfat -L EXFAT' 'fsck.exfat -n'
    other_stick EXT4 'mke2fs -q -t ext4 -L EXT4' 'e2fsck -f -n'
    # restarts the kiosk with a stick in it, running the packaged program instead of the test
    # build; before it, what it hears by the kiosk's microphone.  This must be the first opening since the
    # boot: QEMU forgets that a microphone is muted when the codec has slept.
    in_stick
    sleep 5
    serial 'echo "/opt/eye/help_microphone 16000 3 > /var/lib/suhbat/heard 2>&1" > /etc/default/suhbat; systemctl restart suhbat-kiosk; sleep 24; cat /var/lib/suhbat/heard; p=$(pgrep -x suhbat); readlink /proc/$p/exe; grep VmRSS /proc/$p/status; cat /proc/$p/cgroup; grep SUHBAT /proc/$p/mounts' 34 > "$D/packaged.log"
    grep -q '/usr/bin/suhbat' "$D/packaged.log" || die 'the packaged program does not run in the kiosk'
    grep -qE 'driver alsa, samples a second 1[3-7][0-9]{3}, loudest [1-9][0-9]{3}, tone 4[34][0-9] Hz' "$D/packaged.log" || die 'the kiosk hears nothing'
    grep -E 'SUHBAT' "$D/packaged.log" | grep -q 'rw,' || die 'a stick that was in before the kiosk cannot be written to'
    qmp shot "$D/s.ppm" && convert "$D/s.ppm" "$D/screens/29-packaged.png"
    qmp quit 2>/dev/null || true
    kill $nbd 2>/dev/null || true
    wait 2>/dev/null || true

    say "$mode: the desk"
    mkdir "$D/back"
    mcopy -s -n -i "$D/stick.img" ::/ "$D/back/" || true
    $B/suhbat-sync --desk "$D/desk" init "$D/study" > /dev/null
    I="--identity $D/study/coordinator.identity"
    $B/suhbat-sync --desk "$D/desk" $I import "$D/back" || die 'nothing could be imported'
    $B/suhbat-sync --desk "$D/desk" $I add-form "$D/migrant_interview.age" > /dev/null
    $B/suhbat-sync --desk "$D/desk" $I export --format csv --out "$D/csv" > /dev/null
    [ "$(wc -l < "$D/csv/migrant_interview.csv")" = 2 ] || die 'not exactly one interview'
    grep -qF ',male,34,KG,KG,KG-O,KG-41706226,6,,2,active,3.5,fines overstay,' "$D/csv/migrant_interview.csv" ||
        die 'the table is not what was touched'
    grep -qF '"Чек арадан билдим. Көңүлүм чөктү, эмне кылам дедим."' "$D/csv/migrant_interview.csv" ||
        die 'the sentence that the power was cut in is not what was touched'
}

if [ "${1:-}" = --one ]; then # run in its own process, because bash ignores -e inside the condition of an if
    mode=$2
    scenario
    exit 0
fi
for mode in $MODES; do
    if bash "$0" --one "$mode"; then
        passed=$((passed + 1))
        say "$mode: passed"
    else
        failed=$((failed + 1))
        say "$mode: FAILED"
    fi
    pkill -9 -f "qemu-system-.*$OUT/$mode/" 2>/dev/null || true
    pkill -9 -f "nbdkit.*$OUT/$mode/" 2>/dev/null || true
done
# memory on Wayland may be at most 2.5 times that on X11
kib() { awk '/^memory at the lock screen/ {print $(NF - 1)}' "$OUT/$1/figures.txt" 2>/dev/null; }
if [ "$failed" -eq 0 ] && [ -n "$(kib weston)" ] && [ -n "$(kib xorg)" ]; then
    awk -v w="$(kib weston)" -v x="$(kib xorg)" 'BEGIN {printf "memory on Wayland: %.2f times that on X11\n", w / x; exit w > 2.5 * x}' ||
        failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
