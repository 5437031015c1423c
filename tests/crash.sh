#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills the program before, half-way through and after every write and sync of a short
# interview.  Also makes the disk full, or fail, at every call.  SHORT=1: every 9th call only.
set -eu
BIN=${BIN:-build/test/bin}
gcc -shared -fPIC -O1 -o "$BIN/help_shim.so" tests/drivers/help_shim.c -ldl
exec "$BIN/help_crash" campaign "$PWD/$BIN/help_shim.so" "${SHORT:+9}"
