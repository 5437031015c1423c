#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make deb ARCH=arm64|armhf: builds the packages for another processor with Debian's cross
# compilers.  The libraries of the other architecture would not fit beside this machine's own,
# so they are in a chroot, made once and kept.
set -eu
cd "$(dirname "$0")/.."
: "${ARCH:?}" "${VERSION:?}" "${DEPS_BUILD:?}"
SUITE=${SUITE:-bookworm}
# MIRROR: the only mirror that the chroot is made from; if unset, Debian and its security
# updates
MIRROR=${MIRROR:-}
[ "$(id -u)" = 0 ] || { echo "cross: a root folder needs root: sudo make deb ARCH=$ARCH" >&2; exit 3; }
case $ARCH in
arm64) triplet=aarch64-linux-gnu ;;
armhf) triplet=arm-linux-gnueabihf ;;
*) echo "cross: ARCH is arm64 or armhf, not '$ARCH'" >&2; exit 2 ;;
esac
tests/deps.sh mmdebstrap dpkg-dev
build=$(dpkg --print-architecture)
root=$PWD/build/cross/$ARCH
libraries=
for p in $DEPS_BUILD; do
    case $p in
    gcc | make | libc6-dev | pkg-config | fonts-*) ;;
    *) libraries="$libraries $p:$ARCH" ;;
    esac
done
if [ ! -e "$root/etc/debian_version" ]; then
    mkdir -p "${root%/*}"
    mmdebstrap --quiet --variant=minbase --architectures="$build,$ARCH" \
        --include="make,gcc,libc6-dev,pkg-config,git,dpkg-dev,fonts-paratype,crossbuild-essential-$ARCH$(echo "$libraries" | tr ' ' ,)" \
        "$SUITE" "$root" ${MIRROR:+"deb $MIRROR $SUITE main"}
fi
# installs libraries that an older chroot lacks
missing=
for p in $libraries; do
    [ "$(chroot "$root" dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
# shellcheck disable=SC2086
[ -z "$missing" ] || chroot "$root" sh -c "apt-get update -qq && apt-get install -y -qq $missing" > /dev/null
away() {
    for m in proc dev; do
        ! mountpoint -q "$root/$m" || umount -l -R "$root/$m"
    done
}
trap away EXIT
mkdir -p "$root/work"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
git ls-files -z --cached --others --exclude-standard | tar --null -cf - -T - | tar -C "$root/work" -xf -
rm -rf "$root/work/.git"
cp -r .git "$root/work/.git"
mkdir -p "$root/work/build"
cp -r build/icon build/pages "$root/work/build/" # made on this machine
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 sh -eu -c "
    cd /work
    git config --global --add safe.directory /work
    make -s CC=$triplet-gcc AR=$triplet-ar PKG_CONFIG=$triplet-pkg-config OUT=build/$ARCH BIN=build/$ARCH/bin programs
    VERSION=$VERSION ARCH=$ARCH STRIP=$triplet-strip BIN=build/$ARCH/bin package/deb.sh"
mkdir -p build/deb
cp "$root"/work/build/deb/*_"$ARCH".deb build/deb/
