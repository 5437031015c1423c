#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make elsewhere: runs the tests in a chroot of another Debian release (SUITE, trixie by
# default), as on a machine that has only git, make and what `make deps` installs.
#
#   WHAT       the target for make there (check)
#   FRESH=1    creates the chroot anew
# Needs root.  mmdebstrap takes half a minute, the packages two more.
set -eu
cd "$(dirname "$0")/.."
SUITE=${SUITE:-trixie}
WHAT=${WHAT:-check}
root=$PWD/build/elsewhere/$SUITE
tests/deps.sh mmdebstrap
[ "$(id -u)" = 0 ] || { echo 'elsewhere: a root folder of another Debian needs root: sudo make elsewhere' >&2; exit 3; }
away() {
    for m in dev proc shared; do
        ! mountpoint -q "$root/$m" || umount -l -R "$root/$m"
    done
}
trap away EXIT
if [ -n "${FRESH:-}" ] || [ ! -e "$root/etc/debian_version" ]; then
    away
    rm -rf --one-file-system "$root"
    mkdir -p "${root%/*}"
    mmdebstrap --quiet --variant=minbase --include=git,make,ca-certificates "$SUITE" "$root"
fi
mkdir -p "$root/work" "$root/shared"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" 2>/dev/null || mount --bind /dev "$root/dev"
mount --make-rslave "$root/dev"
[ -z "${SHARED:-}" ] || [ ! -d "$SHARED" ] || { mount --bind "$SHARED" "$root/shared" && mount -o remount,ro,bind "$root/shared"; }
# copies the files that git tracks; the previous build stays, so that a second run is quick
git ls-files -z --cached --others --exclude-standard | tar --null -cf - -T - | tar -C "$root/work" -xf -
rm -rf "$root/work/.git"
cp -r .git "$root/work/.git"
echo "elsewhere: make $WHAT on $(cat "$root/etc/debian_version")"
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${SHARED:+SHARED=/shared} sh -c "make -C /work $WHAT" # unquoted: one or more targets
