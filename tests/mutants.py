#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make mutants: check that a test fails when a guard is removed.

Each guard of custody and of the desk is found by this program and removed, one at a time: its operand is
still evaluated, but the result is ignored.  Then the unit tests that reach it run.  A guard is an operand
of a condition that refuses something (returns false, sets an error, gives a verdict): each operand of its
`||`; in `A || err_set(…)`, A; in a chain `ok = A && B`, each operand that compares.

Failures of the machine at a call (a full disk, a broken card) are not guards here: make crash and
tests/unit/test_faults.c test them.

All guards are in one build and are switched by MUTANT in the environment, so nothing is compiled twice.
It is built with AddressSanitizer, because a removed bound shows as a read beyond the end.
Prints the guards whose removal no test notices; fails if fewer than GOAL percent are noticed.
"""
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

GOAL = 90
OUT = "build/mutants"
LIMIT_S = int(os.environ.get("MUTANTS_SECONDS", "2400"))
FILES = """platform/machine: secret
platform/custody: sign age vault vault_locks store chain record tar batch catalogue package receipt
    enrol travel device device_rows device_drafts device_exchange device_load
tools/desk: desk_store desk_import desk_lock desk_export
tools/key: keys"""

REFUSES = re.compile(
    r"err_set|return (false|bad|strange|damaged|no_desk|refused|NULL|AGE_\w+|CATALOGUE_\w+)|ok = false"
    r"|LOAD_(DAMAGED|UNTRUSTED|OLD|UNLISTED|NEWER)")
MACHINE = re.compile(
    r"\b(db_\w+|store_\w+|file_\w+|stick_\w+|device_row_\w+|device_entry|vault_save|vault_commit|commit|write_at"
    r"|device_go_on|device_advance|prompt_\w+|device_put_entry|progress_\w+|desk_put_\w+|posix_\w+|ftruncate|fstat"
    r"|mkdir|open|fdatasync|desk_histories|device_waiting|device_records|declare_losses|stand|sodium_init|sodium_mlock"
    r"|stretch|walk_history|count_events|left_info|adopt|is_for_us|before_each)\(|^n <=? 0|\bfd\b|^!?(read|changed)$")
HANDED_ON = re.compile(r"^!?\(?\w+\([^;]*\berr\)\)?$", re.S)
JUDGES = re.compile(r"^!?\(?\w*(_read|_open|_check|_trusts|_is_ours|_unlock|_parse|_follows|_load|read_header|_identity_file)\(")
COMPARES = re.compile(r"==|!=|<=|>=|[^-<>]<[^<=]|[^->]>[^>=]|memcmp|_equal\(|_check\(|_trusts\(|_trusted\(|_revoked\(|_starts\("
                      r"|^!?is_\w+\(|_read\(|_unlock\(|_open\(")


def blank(text):
    """Replace comments and preprocessor lines by blanks, and strings by letters, of the same length."""
    out, i = list(text), 0
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|^[ \t]*#(?:\\\n|[^\n])*', re.S | re.M)
    for m in pattern.finditer(text):
        for k in range(m.start(), m.end()):
            if out[k] != "\n":
                out[k] = "x" if text[m.start()] in "\"'" else " "
    return "".join(out)


def closing(code, at):
    """Return the index of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(code)):
        depth += code[i] in "([{"
        depth -= code[i] in ")]}"
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def operands(code, start, end, sign):
    """Split code[start:end] at `sign` at the top level; return (start, end) of each part, trimmed."""
    parts, depth, at, i = [], 0, start, start
    while i < end:
        c = code[i]
        depth += c in "([{"
        depth -= c in ")]}"
        if depth == 0 and code.startswith(sign, i):
            parts.append((at, i))
            at = i + 2
            i += 1
        i += 1
    parts.append((at, end))
    trimmed = []
    for a, b in parts:
        while a < b and code[a].isspace():
            a += 1
        while b > a and code[b - 1].isspace():
            b -= 1
        trimmed.append((a, b))
    return trimmed


def has_top(code, start, end, chars):
    depth = 0
    for i in range(start, end):
        depth += code[i] in "([{"
        depth -= code[i] in ")]}"
        if depth == 0 and any(code.startswith(c, i) for c in chars):
            return True
    return False


def is_guard(text):
    text = text.strip()
    if text in ("!ok", "ok", "!err", "err") or MACHINE.search(text):
        return False
    return not HANDED_ON.match(text) or bool(JUDGES.match(text))


def guards(text):
    """Return (start, end, kind) for each guard in one file; "off": forced to false, "on": forced to true."""
    code, found = blank(text), {}
    for m in re.finditer(r"\bif \(", code):
        start = m.end() - 1
        end = closing(code, start)
        body = end + 1
        while code[body].isspace():
            body += 1
        stop = closing(code, body) if code[body] == "{" else code.index(";", body)
        if not REFUSES.search(text[body:stop + 1]) or stop - body > 900:
            continue
        for a, b in operands(code, start + 1, end, "||"):
            if is_guard(text[a:b]):
                found[(a, b)] = "off"
    for m in re.finditer(r"\|\|\s*\(?(err_set|bad|strange|damaged|no_desk)\(", code):
        depth, i = 0, m.start() - 1
        while i > 0:  # search back for the start of the operand
            depth += code[i] in ")]}"
            depth -= code[i] in "([{"
            if depth < 0 or (depth == 0 and (code.startswith("&&", i) or code[i] in ";{}?:" or
                                             (code[i] == "=" and code[i - 1] not in "=!<>" and code[i + 1] != "=") or
                                             re.match(r"\breturn\b", code[i:i + 7] if code[i - 1].isspace() else ""))):
                break
            i -= 1
        a = i + (2 if code.startswith("&&", i) else 6 if code.startswith("return", i) else 1)
        (a, b), = operands(code, a, m.start(), "\0\0")
        if b > a and is_guard(text[a:b]):
            found.setdefault((a, b), "on")
    for m in re.finditer(r"\b(bool \w+ =|ok =|return|is =|whole =|shape =)\s", code):
        end, start = code.index(";", m.end()), m.end()
        if has_top(code, start, end, ["?", ","]):
            continue
        parts = operands(code, start, end, "&&")
        if len(parts) < 2 or has_top(code, start, end, ["||"]):
            continue
        for a, b in parts:
            if COMPARES.search(text[a:b]) and is_guard(text[a:b]) and "err_set" not in text[a:b]:
                found.setdefault((a, b), "on")
    return sorted((a, b, kind) for (a, b), kind in found.items())


SWITCH_H = """#ifndef TESTS_MUTANT_H
#define TESTS_MUTANT_H
#include <stdbool.h>
bool mutant(int n); /* records that guard n was reached; true if it is the removed one */
#define MUTANT_OFF(n, x) ((x) && !mutant(n))
#define MUTANT_ON(n, x) ((x) || mutant(n))
#endif
"""
SWITCH_C = """#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/mutant.h"
static int gone = -1, log_fd = -1;
static unsigned char seen[%d];
__attribute__((constructor)) static void begin(void)
{
    const char *now = getenv("MUTANT"), *hits = getenv("MUTANT_HITS");
    gone = now ? atoi(now) : -1;
    log_fd = hits ? open(hits, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
}
bool mutant(int n)
{
    if (log_fd >= 0 && !seen[n]) {
        char line[16];
        int len = snprintf(line, sizeof line, "%%d\\n", n);
        seen[n] = write(log_fd, line, (size_t)len) == len;
    }
    return n == gone;
}
"""


def instrument(tree):
    all_guards = []
    for line in FILES.replace("\n    ", " ").splitlines():
        folder, names = line.split(":")
        for name in names.split():
            path = f"{folder}/{name}.c"
            text = open(path).read()
            edits = []
            for a, b, kind in guards(text):
                n = len(all_guards)
                what = " ".join(text[a:b].split())
                all_guards.append((path, text.count("\n", 0, a) + 1, what))
                edits.append((a, 1, -b, f"MUTANT_{kind.upper()}({n}, ("))
                edits.append((b, 0, 0, "))"))
            for at, _, _, insert in sorted(edits, reverse=True):  # an inner one before its outer
                text = text[:at] + insert + text[at:]
            with open(f"{tree}/{path}", "w") as f:
                f.write('#include "tests/mutant.h"\n' + text)
    with open(f"{tree}/tests/mutant.h", "w") as f:
        f.write(SWITCH_H)
    with open(f"{tree}/platform/machine/mutant.c", "w") as f:
        f.write(SWITCH_C % max(1, len(all_guards)))
    return all_guards


def run_test(tree, program, env, limit):
    try:
        done = subprocess.run(["timeout", "-s", "KILL", str(limit), program], cwd=tree, env={**os.environ, **env},
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0
    except OSError:
        return False


def main():
    begun = time.time()
    tree = f"{OUT}/tree"
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(tree)
    for folder in ("platform", "forms", "app", "tools", "tests", "fonts", "package"):
        shutil.copytree(folder, f"{tree}/{folder}", symlinks=True)
    shutil.copy("Makefile", tree)
    if os.path.exists("docs"):
        os.symlink(os.path.abspath("docs"), f"{tree}/docs")
    listed = instrument(tree)
    jobs = os.cpu_count() or 2
    build = subprocess.run(["make", "-s", f"-j{jobs}", "FLAVOUR=asan", "CFLAGS=-O1 -w", "programs", "tests"], cwd=tree,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if build.returncode:
        print(build.stdout[-4000:])
        return 3
    bin_dir = f"{tree}/build/asan/bin"
    programs = sorted(p for p in os.listdir(bin_dir) if p.startswith("test_") and not p.endswith(".d"))
    env = {"BIN": "build/asan/bin", "ASAN_OPTIONS": "detect_leaks=0", "SHARED": os.path.abspath(os.environ.get("SHARED", "../shared"))}
    reach, took = {}, {}
    for program in programs:
        hits = os.path.abspath(f"{OUT}/hits")
        if os.path.exists(hits):
            os.unlink(hits)
        start = time.time()
        if not run_test(tree, f"build/asan/bin/{program}", {**env, "MUTANT_HITS": hits}, 300):
            print(f"mutants: {program} fails as it is")
            return 1
        took[program] = time.time() - start
        if os.path.exists(hits):
            for n in set(open(hits).read().split()):
                reach.setdefault(int(n), []).append(program)
    for by in reach.values():
        by.sort(key=lambda p: took[p])

    def killer(n):
        for program in reach.get(n, []):
            if time.time() - begun > LIMIT_S:
                return "time"
            if not run_test(tree, f"build/asan/bin/{program}", {**env, "MUTANT": str(n)}, int(3 * took[program] + 10)):
                return program
        return None

    with ThreadPoolExecutor(jobs) as pool:
        killers = list(pool.map(killer, range(len(listed))))
    killed = sum(1 for k in killers if k and k != "time")
    left = sum(1 for k in killers if k == "time")
    for n, (path, line, what) in enumerate(listed):
        if not killers[n]:
            why = "no test reaches it" if n not in reach else "survives"
            print(f"{path}:{line}: {why}: {what[:120]}")
    percent = 100 * killed / max(1, len(listed))
    if left:
        print(f"mutants: {left} guards were not tried: the time was up")
    print(f"mutants: {len(listed)} guards, {killed} noticed when they are gone ({percent:.1f} %, goal {GOAL} %), "
          f"{time.time() - begun:.0f} s")
    print(f"{killed} passed, {0 if percent >= GOAL and not left else len(listed) - killed} failed, 0 skipped")
    return 0 if percent >= GOAL and not left else 1


if __name__ == "__main__":
    sys.exit(main())
