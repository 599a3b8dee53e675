# SPDX-License-Identifier: BSD-2-Clause
"""The QEMU to run guests with: the installed one, or a newer one extracted from Debian backports.

With a host thread for each emulated CPU, QEMU can execute an instruction that another CPU has patched already.
Linux patches its code at run time, and attaching kprobes, ftrace or BPF trampolines is nothing else: the guest
dies of "Oops: int3" or locks up. With 7.2 that was 1 boot in 17 and every run of a stress that turns tracepoints
on and off; 10.0 passed that one in 38 of 39 runs and died in 2 of 20 that patched every function of the
kernel six times on an overloaded machine. Versions between were not tried.
"""
from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from pathlib import Path

from aptlists import Apt
from common import VmError, cache_dir, locked, run, tool

PROGRAM = "qemu-system-x86_64"
SAFE_WITH_THREADS = (10, 0)
PACKAGES = ("qemu-system-x86", "qemu-system-common", "qemu-system-data", "seabios")


def command(threads: bool) -> list[str]:
    """The start of the QEMU command line; `threads` says that several emulated CPUs will run in parallel."""
    configured = os.environ.get("UNFREED_VM_QEMU")
    if configured:
        return [tool(configured)]
    installed = shutil.which(PROGRAM)
    if installed and (not threads or version(installed) >= SAFE_WITH_THREADS):
        return [installed]
    root = _extracted()
    share = root / "usr" / "share"
    return [str(root / "usr" / "bin" / PROGRAM), "-L", str(share / "qemu"), "-L", str(share / "seabios")]


def version(program: str) -> tuple[int, int]:
    said = run([program, "--version"]).stdout.decode()
    found = re.search(r"version (\d+)\.(\d+)", said)
    if found is None:
        raise VmError(f"{program} --version tells no version: {said[:80]!r}")
    return int(found.group(1)), int(found.group(2))


def _extracted() -> Path:
    root = cache_dir() / "qemu"
    with locked("qemu"):
        if not root.exists():
            _extract(root)
    return root


def _extract(root: Path) -> None:
    """From the backports of this very release: the program uses the libraries installed here."""
    suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "") + "-backports"
    wanted = ".".join(map(str, SAFE_WITH_THREADS))
    try:
        apt = Apt(suite, "amd64")
        packages = [package for name in PACKAGES for package in apt.find(re.escape(name))]
        debs = apt.download(packages)
    except VmError as error:
        raise VmError(f"several CPUs need QEMU {wanted} or newer, and it cannot be had from {suite}: {error}\n"
                      "Install one and name it in UNFREED_VM_QEMU, or use --smp 1.") from error
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".qemu-") as scratch:
        new = Path(scratch) / "qemu"
        new.mkdir()
        for deb in debs:
            run(["dpkg-deb", "-x", str(deb), str(new)])
        _check(new / "usr" / "bin" / PROGRAM, wanted)
        new.rename(root)


def _check(program: Path, wanted: str) -> None:
    if not program.exists():
        raise VmError(f"backports hold no {PROGRAM}; install QEMU {wanted} and name it in UNFREED_VM_QEMU")
    missing = re.findall(r"^\s*(\S+) => not found", run(["ldd", str(program)]).stdout.decode(), re.MULTILINE)
    if missing:
        raise VmError(f"QEMU lacks {' '.join(missing)}: apt install qemu-system-x86 brings its libraries")
