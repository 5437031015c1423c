#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make deb: builds build/deb/suhbat_VERSION_ARCH.deb (the device's program) and
# suhbat-desk_VERSION_ARCH.deb (the programs of trainer and coordinator).  BIN is the folder of
# the programs, ARCH Debian's name of the architecture, STRIP its strip.
set -eu
cd "$(dirname "$0")/.."
: "${VERSION:?}" "${ARCH:?}" "${BIN:?}"
STRIP=${STRIP:-strip}
OUT=$PWD/build/deb
WORK=$OUT/work-$ARCH
rm -rf "$WORK"
mkdir -p "$WORK"
when=$(git log -1 --format=%ct 2>/dev/null || date +%s) # time stamps come from the commit, so that the same sources give the same package
export SOURCE_DATE_EPOCH=$when

put() { # MODE FROM TO
    install -D -m "$1" "$2" "$3"
}
docs() { # PACKAGE ROOT
    put 644 package/copyright "$2/usr/share/doc/$1/copyright"
    { echo "$1 ($VERSION) unstable; urgency=medium"
      printf '\n  * See /usr/share/doc/%s/NEWS.gz.\n\n' "$1"
      echo " -- the suhbat authors <maintainers@suhbat.org>  $(date -R -u -d "@$when")"
    } | gzip -9n > "$2/usr/share/doc/$1/changelog.gz"
    gzip -9n < CHANGELOG.md > "$2/usr/share/doc/$1/NEWS.gz"
}
# prints the packages that the programs are linked to, using dpkg-shlibdeps, which needs a
# debian/control file
libraries() { # ROOT
    mkdir -p "$WORK/shlibs/debian"
    printf 'Source: suhbat\n\nPackage: suhbat\nArchitecture: any\n' > "$WORK/shlibs/debian/control"
    (cd "$WORK/shlibs" && find "$1/usr/bin" -type f -print0 |
        xargs -0 dpkg-shlibdeps -O --ignore-missing-info 2> "$WORK/shlibs.log" | sed 's/^shlibs:Depends=//')
}
control() { # PACKAGE ROOT DEPENDS RECOMMENDS SUGGESTS SUMMARY (the description comes on standard input)
    mkdir -p "$2/DEBIAN"
    { echo "Package: $1"
      echo "Version: $VERSION"
      echo "Architecture: $ARCH"
      echo 'Maintainer: the suhbat authors <maintainers@suhbat.org>'
      echo "Installed-Size: $(du -k -s --apparent-size --exclude=DEBIAN "$2" | cut -f1)"
      echo "Depends: $3"
      [ -z "$4" ] || echo "Recommends: $4"
      [ -z "$5" ] || echo "Suggests: $5"
      echo 'Section: science'
      echo 'Priority: optional'
      echo 'Homepage: https://suhbat.org'
      echo "Description: $6"
      sed 's/^/ /; s/^ $/ ./'
    } > "$2/DEBIAN/control"
    (cd "$2" && find usr lib etc -type f 2>/dev/null | LC_ALL=C sort | xargs md5sum > DEBIAN/md5sums)
}
pack() { # PACKAGE ROOT
    find "$2" -newermt "@$when" -print0 | xargs -0r touch -h -d "@$when"
    dpkg-deb --root-owner-group -Zxz --build "$2" "$OUT/${1}_${VERSION}_$ARCH.deb" > /dev/null
    echo "build/deb/${1}_${VERSION}_$ARCH.deb"
}

# ---- the device ----
R=$WORK/suhbat
put 755 "$BIN/suhbat" "$R/usr/bin/suhbat"
put 644 "${BIN%/bin}/lib/suhbat/no-egl.so" "$R/usr/lib/suhbat/no-egl.so"
$STRIP "$R/usr/bin/suhbat" "$R/usr/lib/suhbat/no-egl.so"
put 755 package/kiosk/kiosk-app "$R/usr/lib/suhbat/kiosk-app"
put 755 package/kiosk/kiosk-buttons "$R/usr/lib/suhbat/kiosk-buttons"
put 644 package/kiosk/weston.ini "$R/usr/share/suhbat/weston.ini"
put 644 package/kiosk/pam "$R/etc/pam.d/suhbat-kiosk"
put 644 package/suhbat-kiosk.service "$R/usr/lib/systemd/system/suhbat-kiosk.service"
put 644 package/suhbat.rules "$R/usr/share/polkit-1/rules.d/50-suhbat.rules"
put 644 package/suhbat.desktop "$R/usr/share/applications/suhbat.desktop"
put 644 package/suhbat.metainfo.xml "$R/usr/share/metainfo/org.suhbat.suhbat.metainfo.xml"
put 644 build/icon/suhbat.svg "$R/usr/share/icons/hicolor/scalable/apps/suhbat.svg"
for size in 48 128 256; do
    put 644 build/icon/suhbat-$size.png "$R/usr/share/icons/hicolor/${size}x$size/apps/suhbat.png"
done
install -d "$R/usr/share/man/man1"
gzip -9n < package/suhbat.1 > "$R/usr/share/man/man1/suhbat.1.gz"
docs suhbat "$R"
control suhbat "$R" "$(libraries "$R"), fonts-paratype, adduser, dbus, systemd, libpam-systemd, weston, udisks2, polkitd" \
    'exfatprogs, espeak-ng, alsa-utils' 'libgl1-mesa-dri, age' \
    'interviews on a handheld, sealed on the spot' <<'TXT'
Suhbat collects interviews and focus groups offline, by touch, in Russian,
Kyrgyz and Tajik. It runs on Wayland, on X11 and on a bare console.
.
Every answer is on the medium before the next question shows. A finished
interview is sealed to the study's recipients; nobody can read it on the
device any more.
.
On a device without a desktop this package starts suhbat as a kiosk.
TXT
printf '/etc/pam.d/suhbat-kiosk\n' > "$R/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    put 755 package/$script "$R/DEBIAN/$script"
done
pack suhbat "$R"

# ---- the desk ----
R=$WORK/suhbat-desk
for program in form key sync desk; do
    put 755 "$BIN/suhbat-$program" "$R/usr/bin/suhbat-$program"
    $STRIP "$R/usr/bin/suhbat-$program"
    install -d "$R/usr/share/man/man1"
    gzip -9n < "build/pages/suhbat-$program.1" > "$R/usr/share/man/man1/suhbat-$program.1.gz"
    put 644 "build/pages/suhbat-$program.bash" "$R/usr/share/bash-completion/completions/suhbat-$program"
done
docs suhbat-desk "$R"
control suhbat-desk "$R" "$(libraries "$R"), fonts-paratype" '' 'age, suhbat' \
    'forms, keys and tables of interviews that suhbat collects' <<'TXT'
Programs for trainers and coordinators: suhbat-form checks and packs forms
(XLSForm), suhbat-key manages a study's keys and devices, suhbat-sync imports
batches and exports tables, suhbat-desk does the coordinator's day in a window.
TXT
pack suhbat-desk "$R"
rm -rf "$WORK"
