# SPDX-License-Identifier: BSD-2-Clause
"""Child processes that say when they are ready, and what they cost."""

import os
import selectors
import signal
import subprocess
import time
from pathlib import Path

from .errors import BenchError


def cpu_seconds(pid: int) -> float:
    """Time on a CPU of all threads of a process, in steps finer than a clock tick."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def rss_bytes(pid: int) -> int:
    """Resident memory of a process, mapped BPF tables included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _fdinfo(pid: int) -> list[dict[str, str]]:
    """What the kernel says of each open file of a process, as key and value."""
    found = []
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            lines = info.read_text().splitlines()
        except OSError:
            continue  # closed meanwhile
        found.append(dict(line.split(":\t", 1) for line in lines if ":\t" in line))
    return found


def bpf_map_bytes(pid: int) -> int:
    """Kernel memory of the BPF maps that a process holds open, each map once."""
    return sum({fields["map_id"]: int(fields["memlock"]) for fields in _fdinfo(pid)
                if "map_id" in fields}.values())


def bpf_programs(pid: int) -> set[int]:
    """Ids of the BPF programs that a process holds open, or links to."""
    return {int(fields["prog_id"]) for fields in _fdinfo(pid) if "prog_id" in fields}


class Child:
    """A process with a pipe to its stdin; its output is read until a text appears."""

    def __init__(self, argv: list[str], env: dict[str, str] | None = None) -> None:
        self.argv = argv
        self.output = ""
        try:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})})
        except OSError as error:
            raise BenchError(f"cannot start {argv[0]}: {error.strerror}") from error
        assert self.process.stdin and self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        os.set_blocking(self._out.fileno(), False)

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def _fail(self, what: str) -> BenchError:
        self.kill()
        tail = "\n".join(self.output.splitlines()[-8:])
        return BenchError(f"{' '.join(self.argv)}: {what}\n{tail}".rstrip())

    def wait_for(self, text: str, seconds: float) -> None:
        """Reads output until it contains the text; BenchError when it ends or takes too long."""
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            while text not in self.output:
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise self._fail(f"no '{text}' within {seconds:.0f} s")
                data = self._out.read()
                if data == b"":
                    raise self._fail(f"ended without '{text}'")
                self.output += (data or b"").decode(errors="replace")

    def send_line(self) -> None:
        """The start (or next) line of a workload."""
        self._in.write(b"go\n")
        self._in.flush()

    def stop(self, seconds: float = 60) -> None:
        """SIGINT, and waits for the end."""
        self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise self._fail(f"does not end within {seconds:.0f} s of SIGINT")
            self.output += (self._out.read() or b"").decode(errors="replace")
            time.sleep(0.01)
        self.kill()

    def kill(self) -> None:
        """Ends it whatever it does; harmless when it has ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._in.close()
        self._out.close()
