#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make microphones: what the program's microphone hears by PulseAudio, by ALSA (on PulseAudio: a
# machine without a sound card has no other) and by PipeWire, each with a source of 440 Hz in place
# of a microphone.  Both rates of recording; and a server that ends while it is heard.
set -u
cd "$(dirname "$0")/.."
H=$PWD/$BIN/help_microphone
T=$(mktemp -d)
passed=0 failed=0 servers=()
finish() {
    stop_servers
    rm -rf "$T"
}
trap finish EXIT
export XDG_RUNTIME_DIR=$T PIPEWIRE_RUNTIME_DIR=$T PULSE_SERVER=unix:$T/pulse.sock HOME=$T
chmod 700 "$T"

serve() { # COMMAND…: in the background, with what it starts itself
    setsid "$@" > "$T/server.log" 2>&1 &
    servers+=($!)
}
stop_servers() {
    for pid in "${servers[@]}"; do kill -- "-$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
    servers=()
}
hears() { # NAME DRIVER RATE: the tone, at its rate
    said=$(SDL_AUDIODRIVER=$2 "$H" "$3" 5 2>&1)
    echo "$1, $3 a second: $said"
    if echo "$said" | awk -v driver="$2" -v rate="$3" '
        match($0, /driver [a-z]+, samples a second [0-9]+, loudest [0-9]+, tone [0-9]+ Hz$/) {
            split($0, w, /[ ,]+/)
            ok = w[2] == driver && w[6] > rate * 0.95 && w[6] < rate * 1.05 && w[8] > 5000 && w[10] > 435 && w[10] < 445
        }
        END {exit !ok}'; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "microphones: $1 at $3 is not heard as it is"; cat "$T/server.log"; fi
}

# ---- PulseAudio: a sink that plays to nobody, what it plays as a microphone ----
begin_pulse() {
    serve pulseaudio -n --daemonize=no --exit-idle-time=-1 -L "module-native-protocol-unix socket=$T/pulse.sock auth-anonymous=1" \
        -L 'module-null-sink sink_name=air rate=48000' -L 'module-remap-source master=air.monitor source_name=mic'
    for _ in $(seq 50); do pactl set-default-source mic 2>/dev/null && break; sleep 0.1; done
    serve pacat --playback --device=air --raw --rate=16000 --channels=1 --format=s16le "$T/tone"
    sleep 1
}
# a minute of 440 Hz: a period of 400 samples that is 11 waves at 16,000 a second
awk 'BEGIN {for (n = 0; n < 400; n++) {v = int(9000 * sin(2 * 3.14159265 * 11 * n / 400)); if (v < 0) v += 65536
    printf "\\x%02x\\x%02x", v % 256, int(v / 256)}}' > "$T/period.txt"
printf "$(cat "$T/period.txt")" > "$T/period"
for _ in $(seq 2400); do cat "$T/period"; done > "$T/tone"
begin_pulse
hears PulseAudio pulseaudio 16000
hears PulseAudio pulseaudio 48000
printf '</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n' > "$T/alsa.conf"
export ALSA_CONFIG_PATH=$T/alsa.conf
hears 'ALSA over PulseAudio' alsa 16000
unset ALSA_CONFIG_PATH
# it ends while it is heard: told, not waited for
(sleep 4; stop_servers) &
if SDL_AUDIODRIVER=pulseaudio timeout 30 "$H" 16000 12 > "$T/said" 2>&1; then
    failed=$((failed + 1)); echo "microphones: a server that ended was not noticed: $(cat "$T/said")"
elif grep -q ', gone$' "$T/said"; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "microphones: a server that ended: $(cat "$T/said")"; fi
stop_servers

# ---- PipeWire: its own test source, which can be opened once ----
sed -e 's/#audiotestsrc/audiotestsrc/' -e 's/^context.objects = \[/&\n{ factory = adapter args = { factory.name = audiotestsrc node.name = mic node.description = mic media.class = Audio\/Source } }/' \
    /usr/share/pipewire/pipewire.conf > "$T/pipewire.conf"
for rate in 16000 48000; do
    serve dbus-run-session -- sh -c "pipewire -c $T/pipewire.conf & sleep 1; exec wireplumber"
    sleep 3
    hears PipeWire pipewire $rate
    stop_servers
    rm -f "$T"/pipewire-0*
done

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
