#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""serial.py SOCKET SECONDS: send standard input to the machine's serial console and print the
response until SECONDS are over."""
import select
import socket
import sys
import time

s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.stdin.read().encode())
end = time.time() + float(sys.argv[2])
while time.time() < end:
    if select.select([s], [], [], 0.3)[0]:
        sys.stdout.write(s.recv(65536).decode(errors="replace"))
