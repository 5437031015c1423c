#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image.sh MODE: makes build/handheld/MODE.img, a Debian with our package and nothing that a
# device would not have, except the test's own input and output: touchscreen.c, and the test
# build, which reports what can be touched.
#   MODE   weston (what the package starts), console, xorg
# The root folder is made once and kept; FRESH=1 makes it anew.  ARCH=arm64: for another
# processor, with the programs of make emulated.
set -eu
cd "$(dirname "$0")/../.."
mode=$1
OUT=$PWD/build/handheld
native=$(dpkg --print-architecture)
ARCH=${ARCH:-$native}
SUITE=${SUITE:-bookworm}
root=$OUT/root eye=build/test tty=ttyS0
if [ "$ARCH" != "$native" ]; then
    root=$OUT/root-$ARCH eye=build/cross/$ARCH/work/build/$ARCH-test tty=ttyAMA0
    tests/deps.sh qemu-user-static
    # packages are configured here under emulation, so the kernel must know the emulator
    [ "$ARCH" = arm64 ] || { echo "image: no machine for $ARCH" >&2; exit 2; }
    [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || printf '%s' ':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' > /proc/sys/fs/binfmt_misc/register
    [ -e "$eye/bin/suhbat" ] || { echo "image: there is no $eye/bin/suhbat: make emulated ARCH=$ARCH" >&2; exit 1; }
fi
if [ -n "${FRESH:-}" ] || [ ! -e "$root/etc/debian_version" ]; then
    rm -rf "$root"
    mkdir -p "$OUT"
    # installs what a vendor's image contains: kernel, systemd, touchscreen driver; Xorg and
    # Mesa for the other two modes
    hooks=()
    if [ "$ARCH" != "$native" ]; then # under emulation, an initrd with all modules takes twenty minutes, and it is made twice
        hooks=('--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"'
            '--essential-hook=echo MODULES=list > "$1/etc/initramfs-tools/conf.d/eye"'
            '--essential-hook=printf "virtio_pci\nvirtio_blk\next4\n" > "$1/usr/share/initramfs-tools/modules.d/eye"')
    fi
    mmdebstrap --quiet "${hooks[@]}" --variant=minbase --architectures="$ARCH" --include=linux-image-$ARCH,systemd-sysv,udev,kmod,procps,adduser,dbus,\
xserver-xorg-core,xserver-xorg-input-libinput,xserver-xorg-video-fbdev,xserver-xorg-legacy,xinit,libgl1-mesa-dri,libegl1,\
libgbm1,libgles2,libgl1 "$SUITE" "$root"
fi
cp build/deb/suhbat_*_"$ARCH".deb "$root/tmp/suhbat.deb"
chroot "$root" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --reinstall /tmp/suhbat.deb' \
    > "$OUT/install-$mode.log" 2>&1
rm "$root/tmp/suhbat.deb"

# the test build of suhbat and the touchscreen
mkdir -p "$root/opt/eye/bin" "$root/opt/eye/lib/suhbat"
cp "$eye/bin/suhbat" "$root/opt/eye/bin/suhbat"
cp "$eye/lib/suhbat/no-egl.so" "$root/opt/eye/lib/suhbat/"
if [ "$ARCH" = "$native" ]; then
    cc -O1 -Wall -Wextra tests/handheld/touchscreen.c -o "$root/opt/eye/touchscreen"
    cp "$eye/bin/help_microphone" "$root/opt/eye/"
    # shellcheck disable=SC2046
    cc -O1 -Wall -Wextra tests/handheld/bare.c $(pkg-config --cflags --libs sdl2) -o "$root/opt/eye/bare"
else
    cp tests/handheld/touchscreen.c "build/cross/$ARCH/tmp/"
    chroot "build/cross/$ARCH" aarch64-linux-gnu-gcc -O1 -static /tmp/touchscreen.c -o /tmp/touchscreen
    cp "build/cross/$ARCH/tmp/touchscreen" "$root/opt/eye/touchscreen"
fi
cat > "$root/etc/default/suhbat" <<'U'
SUHBAT=/opt/eye/bin/suhbat
SUHBAT_OPTIONS="--robot 3"
exec 3> /dev/virtio-ports/suhbat.robot
U
cat > "$root/etc/udev/rules.d/90-eye.rules" <<'U'
SUBSYSTEM=="virtio-ports", MODE="0666"
U
cat > "$root/etc/systemd/system/touchscreen.service" <<'U'
[Unit]
DefaultDependencies=no
After=systemd-udevd.service
Before=suhbat-kiosk.service
[Service]
ExecStartPre=/sbin/modprobe uinput
ExecStart=/opt/eye/touchscreen 720 1280 /dev/virtio-ports/suhbat.touch
Restart=on-failure
[Install]
WantedBy=multi-user.target
U
mkdir -p "$root/etc/systemd/system/serial-getty@$tty.service.d" "$root/etc/systemd/system/suhbat-kiosk.service.d"
printf '[Service]\nExecStart=\nExecStart=-/bin/bash -l\nStandardInput=tty\nStandardOutput=tty\n' \
    > "$root/etc/systemd/system/serial-getty@$tty.service.d/shell.conf"
printf '[Unit]\nAfter=touchscreen.service\nWants=touchscreen.service\n' > "$root/etc/systemd/system/suhbat-kiosk.service.d/eye.conf"
case $mode in
weston) ;;
console) # no compositor: suhbat opens the screen itself, so it needs the groups video and input
    printf '[Service]\nExecStart=\nExecStart=/usr/lib/suhbat/kiosk-app\nSupplementaryGroups=video input\nMemoryDenyWriteExecute=no\nDevicePolicy=auto\n' \
        >> "$root/etc/systemd/system/suhbat-kiosk.service.d/eye.conf" ;;
xorg)
    printf 'allowed_users=anybody\nneeds_root_rights=yes\n' > "$root/etc/X11/Xwrapper.config"
    printf '[Service]\nExecStart=\nExecStart=/usr/bin/xinit /usr/lib/suhbat/kiosk-app -- :0 vt1 -keeptty -nolisten tcp\nNoNewPrivileges=no\nCapabilityBoundingSet=~\nRestrictSUIDSGID=no\nSystemCallFilter=\nProtectSystem=no\nMemoryDenyWriteExecute=no\nProtectClock=no\nProtectKernelTunables=no\nProtectKernelModules=no\nProtectKernelLogs=no\nProtectHostname=no\nRestrictRealtime=no\nLockPersonality=no\nRestrictNamespaces=no\nDevicePolicy=auto\nRestrictAddressFamilies=\n' \
        >> "$root/etc/systemd/system/suhbat-kiosk.service.d/eye.conf" ;;
esac
# logind puts a login prompt on a VT that Xorg leaves, which would keep the kiosk from
# restarting (docs/HANDHELD.md)
chroot "$root" systemctl $([ "$mode" = xorg ] && echo mask || echo unmask) -q getty@tty1.service autovt@tty1.service
chroot "$root" systemctl enable -q suhbat-kiosk.service touchscreen.service
chroot "$root" rm -rf /var/lib/suhbat
rm -f "$OUT/$mode.img"
truncate -s 3000M "$OUT/$mode.img"
mke2fs -q -t ext4 -d "$root" "$OUT/$mode.img"
cp "$(ls "$root"/boot/vmlinuz-* | tail -n 1)" "$OUT/vmlinuz-$ARCH"
cp "$(ls "$root"/boot/initrd.img-* | tail -n 1)" "$OUT/initrd-$ARCH"
