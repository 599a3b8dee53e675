# SPDX-License-Identifier: BSD-2-Clause
"""One guest: start QEMU, follow its console, tell how it ended."""
from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import emulator
from common import tool

EXIT_PORT = 0xF4  # as in guest/qexit.c
TAIL_LINES = 60
GRACE_AFTER_END = 10.0

# A breakpoint nobody set: QEMU ran an instruction that another CPU had patched meanwhile (see emulator.py).
STALE_CODE = re.compile(r"\bint3: 0000 \[#")

# Fixed part of the kernel command line. The second row is what takes time under emulation and tests nothing here.
APPEND = (
    "console=ttyS0 quiet panic=-1 "
    "nokaslr mitigations=off cryptomgr.notests no_timer_check tsc=reliable"
)


@dataclass(frozen=True)
class Machine:
    image: Path
    initramfs: bytes
    nonce: str
    cpus: int
    megabytes: int
    append: str
    timeout: float
    accelerator: str
    icount: bool = False  # the guest's clock counts instructions: 1 ns each


@dataclass
class Outcome:
    """How the guest ended: the command's status, or in `failure` why there is none."""

    status: int | None = None
    failure: str | None = None
    kind: str = ""  # of the failure: emulator, panic, timeout, setup, stopped
    boot_seconds: float | None = None
    total_seconds: float = 0.0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))


def boot(machine: Machine) -> Outcome:
    with tempfile.NamedTemporaryFile(prefix="unfreed-initramfs-") as initramfs:
        initramfs.write(machine.initramfs)
        initramfs.flush()
        command = _command(machine, initramfs.name)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            try:
                return Console(machine, process).follow()
            finally:
                process.kill()


def _command(machine: Machine, initramfs: str) -> list[str]:
    is_tcg = machine.accelerator == "tcg"
    threads = ",thread=multi" if is_tcg else ""  # one host thread per CPU: real races
    if machine.icount:
        threads = ",thread=single"
    return [
        # QEMU must not outlive a killed run.py.
        tool("setpriv"), "--pdeathsig", "KILL", *emulator.command(threads=is_tcg and machine.cpus > 1),
        "-accel", machine.accelerator + threads, "-machine", "q35", "-cpu", "max",
        "-smp", str(machine.cpus), "-m", f"{machine.megabytes}M",
        "-kernel", str(machine.image), "-initrd", initramfs, "-append", f"{APPEND} {machine.append}".strip(),
        "-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio",
        "-device", f"isa-debug-exit,iobase={EXIT_PORT:#x},iosize=1",
        *(["-icount", "shift=0,sleep=off"] if machine.icount else []),
    ]


class Console:
    """Reads the serial console: prints what is between BEGIN and END, keeps the tail for a failure."""

    def __init__(self, machine: Machine, process: subprocess.Popen[bytes]) -> None:
        self._machine = machine
        self._process = process
        self._marker = re.compile(rf"@@VM-(BEGIN|END|FAIL)-{machine.nonce}@@ ?(.*)")
        self._start = time.monotonic()
        self._deadline = self._start + machine.timeout
        self._inside = False
        self._panic: str | None = None
        self._is_stale_code = False
        self._partial = b""
        self._outcome = Outcome()

    def follow(self) -> Outcome:
        ended = self._read_all()
        if self._partial:
            self._line(self._partial)
        outcome = self._outcome
        outcome.total_seconds = time.monotonic() - self._start
        if self._is_stale_code:
            outcome.kind = "emulator"
            outcome.failure = "QEMU executed stale code (int3): says nothing about the test, run it again or with --smp 1"
        elif outcome.status is None and outcome.failure is None:
            outcome.kind, outcome.failure = self._why(ended)
        return outcome

    def _read_all(self) -> bool:
        """True when the console closed, False when time was up."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while selector.select(max(0.0, self._deadline - time.monotonic())):
                chunk = os.read(descriptor, 65536)
                if not chunk:
                    return True
                *lines, self._partial = (self._partial + chunk).split(b"\n")
                for line in lines:
                    self._line(line)
        return False

    def _line(self, raw: bytes) -> None:
        raw = raw.rstrip(b"\r")
        text = raw.decode("utf-8", "replace")
        marker = self._marker.search(text)
        if marker is None:
            self._outcome.tail.append(text)
            self._is_stale_code = self._is_stale_code or STALE_CODE.search(text) is not None
            if "Kernel panic - " in text and self._panic is None:
                self._panic = text.partition("Kernel panic - ")[2]
            if self._inside:
                _emit(raw + b"\n")
            return
        if self._inside and marker.start() > 0:
            _emit(raw[: raw.index(b"@@VM-")])  # the command's last line had no newline
        self._mark(marker.group(1), marker.group(2))

    def _mark(self, what: str, value: str) -> None:
        self._inside = what == "BEGIN"
        if what == "BEGIN":
            self._outcome.boot_seconds = time.monotonic() - self._start
        elif what == "FAIL":
            self._outcome.kind, self._outcome.failure = "setup", f"the guest could not set up: {value}"
        else:
            self._outcome.status = int(value)
            self._deadline = min(self._deadline, time.monotonic() + GRACE_AFTER_END)

    def _why(self, ended: bool) -> tuple[str, str]:
        where = "while the command ran" if self._outcome.boot_seconds is not None else "before the command started"
        if self._panic is not None:
            return "panic", f"the guest kernel panicked {where}: {self._panic}"
        if not ended:
            return "timeout", f"the guest hung: no end {where} within {self._machine.timeout:g} s"
        status = self._process.wait()
        return "stopped", f"the guest stopped {where} without an END marker (QEMU status {status})"


def _emit(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
