#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""qmp.py SOCKET shot FILE.ppm | stick-in IMAGE | stick-out | wake | button | quit: send QEMU a command."""
import json
import socket
import sys

s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
f = s.makefile("rw")
f.readline()


def call(name, **arguments):
    f.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
    f.flush()
    while True:
        answer = json.loads(f.readline())
        if "error" in answer:
            sys.exit("qmp: %s: %s" % (name, answer["error"]["desc"]))
        if "return" in answer:
            return


call("qmp_capabilities")
verb, rest = sys.argv[2], sys.argv[3:]
if verb == "shot":
    call("screendump", filename=rest[0])
elif verb == "stick-in":
    call("blockdev-add", **{"driver": "raw", "node-name": "stick",
                            "file": {"driver": "file", "filename": rest[0]}})
    call("device_add", driver="usb-storage", id="stick", drive="stick", removable=True)
elif verb == "stick-out":
    call("device_del", id="stick")
    while True:  # QEMU releases the image when the guest has released the device
        event = json.loads(f.readline())
        if event.get("event") == "DEVICE_DELETED" and event["data"].get("device") == "stick":
            break
    call("blockdev-del", **{"node-name": "stick"})
else:
    call({"wake": "system_wakeup", "button": "system_powerdown", "quit": "quit"}[verb])
