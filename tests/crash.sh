#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 before, half-way through and after every write and sync of a short interview; a full disk
# and a broken one at every call, too.  SHORT=1: every 9th call.
set -eu
BIN=${BIN:-build/test/bin}
gcc -shared -fPIC -O1 -o "$BIN/help_shim.so" tests/drivers/help_shim.c -ldl
exec "$BIN/help_crash" campaign "$PWD/$BIN/help_shim.so" "${SHORT:+9}"
