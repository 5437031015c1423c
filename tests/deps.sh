#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the named Debian packages that are missing, and says which.  If none is missing: no
# output, no network. "a|b" means whichever of the two exists in this Debian release, because
# some names contain a version.
set -eu
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }
any_installed() {
    for one in $(echo "$1" | tr '|' ' '); do
        ! installed "$one" || return 0
    done
    return 1
}
missing=""
for p in "$@"; do
    any_installed "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
choose() {
    for p in "$@"; do
        chosen=${p%%|*} # if neither exists, apt-get reports it
        for one in $(echo "$p" | tr '|' ' '); do
            if apt-cache show "$one" >/dev/null 2>&1; then
                chosen=$one
                break
            fi
        done
        echo "$chosen"
    done
}
# shellcheck disable=SC2086
missing=$(choose $missing | tr '\n' ' ')
echo "installing Debian packages: $missing"
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
