#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make installed: tests the package in a bare Debian (SUITE, bookworm by default) in its own
# chroot: installed by dpkg, upgraded over the previous version while a draft is present,
# removed, purged.  The vault stays unchanged to the byte.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo 'installed: a root folder needs root: sudo make installed' >&2; exit 3; }
tests/deps.sh mmdebstrap
SUITE=${SUITE:-bookworm}
root=$PWD/build/installed/$SUITE
arch=$(dpkg --print-architecture)
new=$(ls "$PWD"/build/deb/suhbat_*_"$arch".deb)
fail() { echo "installed: $1" >&2; exit 1; }
away() { ! mountpoint -q "$root/proc" || umount -l "$root/proc"; }
trap away EXIT
[ -d build/window/device ] || tests/window.sh > /dev/null # a device with an open draft
rm -rf "$root"
mkdir -p "${root%/*}"
mmdebstrap --quiet --variant=minbase "$SUITE" "$root"
mount -t proc proc "$root/proc"
# the previous version: the files of this one under a smaller number
old=$root/tmp/old.deb
dpkg-deb -R "$new" build/installed/old
sed -i 's/^Version: .*/Version: 0.0/' build/installed/old/DEBIAN/control
dpkg-deb --root-owner-group --build build/installed/old "$old" > /dev/null
rm -rf build/installed/old
cp "$new" "$root/tmp/new.deb"
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
in_root apt-get update -qq
in_root apt-get install -y -qq --no-install-recommends /tmp/old.deb > build/installed/log 2>&1 || { cat build/installed/log; fail 'it does not install'; }
[ -L "$root/etc/systemd/system/multi-user.target.wants/suhbat-kiosk.service" ] || fail 'the kiosk does not start by itself'
in_root suhbat --version | grep -q '^suhbat ' || fail 'it does not run'
in_root suhbat --guide ky | grep -q '^# ' || fail 'it prints no guide'
in_root suhbat 2>&1 | grep -q 'cannot open the screen' || fail 'without a screen it does not say so'
mkdir -p "$root/var/lib/suhbat"
cp -r build/window/device "$root/var/lib/suhbat/suhbat"
rm -f "$root/var/lib/suhbat/suhbat/lock"
sums() { (cd "$root/var/lib/suhbat" && find . -type f | LC_ALL=C sort | xargs sha256sum); }
before=$(sums)
in_root dpkg -i /tmp/new.deb >> build/installed/log 2>&1 || fail 'the upgrade fails'
[ "$(sums)" = "$before" ] || fail 'the upgrade touched the vault'
mkdir "$root/tmp/empty"
echo 'Көк асман ак булут сары' | in_root suhbat --data /var/lib/suhbat/suhbat --load /tmp/empty > /dev/null || fail 'the vault does not open after the upgrade'
before=$(sums)
in_root dpkg -r suhbat > build/installed/removed 2>&1 || fail 'it is not removed'
grep -q '/var/lib/suhbat' build/installed/removed || fail 'removing does not say where the vault lies'
[ "$(sums)" = "$before" ] || fail 'removing touched the vault'
in_root dpkg -i /tmp/new.deb >> build/installed/log 2>&1 || fail 'it is not installed again'
[ -L "$root/etc/systemd/system/multi-user.target.wants/suhbat-kiosk.service" ] || fail 'installed again, the kiosk does not start'
in_root dpkg -P suhbat > build/installed/purged 2>&1 || fail 'it is not purged'
grep -q '/var/lib/suhbat' build/installed/purged || fail 'purging does not say where the vault lies'
[ "$(sums)" = "$before" ] || fail 'purging touched the vault'
[ ! -e "$root/usr/bin/suhbat" ] && [ ! -e "$root/etc/pam.d/suhbat-kiosk" ] || fail 'something of the program stayed'
# the desk: it needs no device, and leaves a desk's folder alone
desk=$(ls "$PWD"/build/deb/suhbat-desk_*_"$arch".deb)
cp "$desk" "$root/tmp/desk.deb"
in_root apt-get install -y -qq --no-install-recommends /tmp/desk.deb >> build/installed/log 2>&1 || { cat build/installed/log; fail 'the desk is not installed'; }
in_root suhbat-sync --version | grep -q '^suhbat-sync ' || fail 'the desk does not run'
in_root suhbat-key init /tmp/study --no-passphrase > /dev/null 2>&1 || fail 'the desk makes no study'
in_root suhbat-sync --desk /tmp/desk --identity /tmp/study/coordinator.identity init /tmp/study > /dev/null 2>&1 || fail 'the desk is not begun'
in_root suhbat-desk 2>&1 | grep -q . || fail 'without a screen the window says nothing'
in_root test -s /usr/share/man/man1/suhbat-sync.1.gz || fail 'the desk has no manual page'
before=$(cd "$root/tmp/desk" && find . -type f | LC_ALL=C sort | xargs sha256sum)
in_root dpkg -P suhbat-desk > build/installed/purged 2>&1 || fail 'the desk is not purged'
[ "$(cd "$root/tmp/desk" && find . -type f | LC_ALL=C sort | xargs sha256sum)" = "$before" ] || fail 'purging touched a desk'
[ ! -e "$root/usr/bin/suhbat-sync" ] && [ ! -e "$root/usr/bin/suhbat-desk" ] || fail 'something of the desk stayed'
away
rm -rf "$root"
echo '1 passed, 0 failed, 0 skipped'
