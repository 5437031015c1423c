#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make emulated: runs the unit tests for another processor (ARCH, arm64 by default): compiled
# here, executed by qemu-user in the chroot that `make deb ARCH=…` made.  It is slow, so
# measured times mean nothing.
set -eu
cd "$(dirname "$0")/.."
ARCH=${ARCH:-arm64}
case $ARCH in
arm64) triplet=aarch64-linux-gnu cpu=aarch64 ;;
armhf) triplet=arm-linux-gnueabihf cpu=arm ;;
*) echo "emulated: ARCH is arm64 or armhf, not '$ARCH'" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo 'emulated: a root folder needs root: sudo make emulated' >&2; exit 3; }
tests/deps.sh qemu-user-static
root=$PWD/build/cross/$ARCH
away() {
    for m in proc dev; do
        ! mountpoint -q "$root/$m" || umount -l -R "$root/$m"
    done
}
trap away EXIT
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
cp "/usr/bin/qemu-$cpu-static" "$root/usr/bin/"
git ls-files -z --cached --others --exclude-standard | tar --null -cf - -T - | tar -C "$root/work" -xf -
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -eu -c "
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends libcmocka-dev:$ARCH zlib1g-dev:$ARCH dbus-daemon age file > /dev/null
    cd /work
    make -s -j2 CC=$triplet-gcc AR=$triplet-ar PKG_CONFIG=$triplet-pkg-config FLAVOUR=test OUT=build/$ARCH-test BIN=build/$ARCH-test/bin \
        programs tests
    EMULATOR='qemu-$cpu-static' TEST_SECONDS=1200 BIN=build/$ARCH-test/bin tests/run.sh"
