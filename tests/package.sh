#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests the packages: they build without a lintian error and contain all that the device needs;
# systemd-analyze rates the kiosk unit at 4.5 or below.  Tests that need a chroot are in
# tests/installed.sh.
set -eu
cd "$(dirname "$0")/.."
fail() { echo "package: $1" >&2; exit 1; }
passed=0
ok() { passed=$((passed + 1)); }
${MAKE:-make} --no-print-directory -s deb > build/deb.log 2>&1 || { cat build/deb.log; fail 'it was not built'; }
arch=$(dpkg --print-architecture)
deb=$(ls build/deb/suhbat_*_"$arch".deb) desk=$(ls build/deb/suhbat-desk_*_"$arch".deb)
lintian --allow-root --fail-on error "$deb" "$desk" > build/lintian.log 2>&1 || { cat build/lintian.log; fail 'lintian has errors'; }
ok
list=$(dpkg-deb -c "$deb" | awk '{print $6}')
for file in ./usr/bin/suhbat ./usr/lib/suhbat/no-egl.so ./usr/lib/systemd/system/suhbat-kiosk.service \
    ./usr/share/polkit-1/rules.d/50-suhbat.rules ./usr/share/applications/suhbat.desktop ./usr/share/man/man1/suhbat.1.gz \
    ./usr/share/metainfo/org.suhbat.suhbat.metainfo.xml ./usr/share/icons/hicolor/scalable/apps/suhbat.svg \
    ./usr/share/icons/hicolor/128x128/apps/suhbat.png ./usr/share/suhbat/weston.ini; do
    grep -qxF "$file" <<< "$list" || fail "$file is not in it"
done
ok
for library in libsdl2 libsodium libwayland-client weston udisks2 polkitd fonts-paratype; do
    dpkg-deb -f "$deb" Depends | grep -q "$library" || fail "it does not depend on $library"
done
ok
list=$(dpkg-deb -c "$desk")
for program in form key sync; do
    for file in bin/suhbat-$program share/man/man1/suhbat-$program.1.gz share/bash-completion/completions/suhbat-$program; do
        grep -q "\./usr/$file$" <<< "$list" || fail "the desk lacks $file"
    done
done
ok
systemd-analyze security --offline=true --threshold=45 package/suhbat-kiosk.service > build/security.log 2>&1 ||
    { tail -n 3 build/security.log; fail 'the unit is open above 4.5'; }
grep '→' build/security.log
ok
build/icon/icon svg | head -c 5 | grep -q '<svg ' || fail 'the icon is no SVG'
[ "$(build/icon/icon png 48 | file -b - | cut -d, -f1-2)" = 'PNG image data, 48 x 48' ] || fail 'the icon is no PNG'
ok
echo "$passed passed, 0 failed, 0 skipped"
