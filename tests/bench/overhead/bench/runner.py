# SPDX-License-Identifier: BSD-2-Clause
"""One measurement: a workload while a configuration is attached."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterator

from .configs import Config
from .errors import BenchError
from .process import Child, bpf_map_bytes, bpf_programs, cpu_seconds, rss_bytes
from .workloads import Workload

ATTACH_SECONDS = 90.0
TRACING_TYPES = {"raw_tracepoint", "tracepoint", "tracing", "kprobe", "lsm", "perf_event"}


@dataclass
class Sample:
    """What one workload cost in one round."""

    round: int
    config: str
    workload: str
    ops: int
    wall_ns: float  # an operation, median over chunks
    cpu_ns: float
    tool_cpu: float  # share of one core
    tool_rss: int
    tool_maps: int
    disturbed: bool  # another tracer was there, too

    def to_json(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)


def tracing_programs() -> set[int]:
    """Ids of all BPF programs that hook into the kernel's work, whoever loaded them."""
    try:
        done = subprocess.run(["bpftool", "-j", "prog", "list"], capture_output=True, text=True,
                              check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError("cannot list BPF programs (bpftool, as root)") from error
    return {prog["id"] for prog in json.loads(done.stdout) if prog["type"] in TRACING_TYPES}


def wait_until_alone(seconds: float) -> None:
    """Other tracers on this host would be measured, too."""
    start = time.monotonic()
    told = False
    while tracing_programs():
        waited = time.monotonic() - start
        if waited > seconds:
            raise BenchError("other tracing programs are attached to this kernel; see: "
                             "bpftool prog list")
        if not told and waited > 3:  # the kernel frees programs some time after their end
            print("waiting for other tracers to end ...", file=sys.stderr)
            told = True
        time.sleep(0.2)


def disturbed_by_others(tool: Child | None) -> bool:
    """Is any program attached that is not the tool's?"""
    own = bpf_programs(tool.pid) if tool else set()
    return bool(tracing_programs() - own)


class Runner:
    """Knows where the programs are and how long to measure."""

    def __init__(self, bench_bin: Path, seconds: float, patience: float) -> None:
        self.bench_bin = bench_bin
        self.seconds = seconds
        self.patience = patience

    @contextmanager
    def _tool(self, config: Config, pid: int | None) -> Iterator[Child | None]:
        if not config.argv:
            yield None
            return
        argv = [*config.argv, *(["-p", str(pid)] if pid else [])]
        child = Child(argv, config.env)
        try:
            child.wait_for(config.ready, ATTACH_SECONDS)
            time.sleep(0.3)  # its first tick, and the grace periods of attaching
            yield child
            child.stop()
        finally:
            child.kill()

    @contextmanager
    def _workload(self, workload: Workload) -> Iterator[Child]:
        program = self.bench_bin / workload.program
        child = Child([str(program), str(self.seconds * workload.scale), *workload.args])
        try:
            child.wait_for("ready", 30)
            yield child
        finally:
            child.kill()

    def _measure(self, number: int, config: Config, workload: Workload, child: Child,
                 tool: Child | None) -> Sample:
        disturbed = disturbed_by_others(tool)
        start, tool_start = time.monotonic(), cpu_seconds(tool.pid) if tool else 0.0
        child.send_line()
        child.wait_for("}", 120 + 20 * self.seconds)
        took = time.monotonic() - start
        tool_cpu = (cpu_seconds(tool.pid) - tool_start) / took if tool else 0.0
        sample = Sample(
            round=number, config=config.name, workload=workload.name, tool_cpu=tool_cpu,
            tool_rss=rss_bytes(tool.pid) if tool else 0,
            tool_maps=bpf_map_bytes(tool.pid) if tool else 0,
            disturbed=disturbed or disturbed_by_others(tool), ops=0, wall_ns=0, cpu_ns=0)
        if workload.program == "live_set":
            child.send_line()
        child.process.wait()
        result = json.loads(child.output[child.output.index("{"):])
        sample.ops, sample.wall_ns, sample.cpu_ns = (result[key] for key in
                                                     ("ops", "wall_ns", "cpu_ns"))
        return sample

    def run(self, number: int, config: Config, workloads: list[Workload]) -> Iterator[Sample]:
        """All workloads under one configuration; the tool is started once if it can be."""
        wait_until_alone(self.patience)
        if config.target == "workload":
            for workload in workloads:
                with self._workload(workload) as child, self._tool(config, child.pid) as tool:
                    yield self._measure(number, config, workload, child, tool)
            return
        idle = Child(["sleep", "3600"]) if config.target == "other" else None
        try:
            with self._tool(config, idle.pid if idle else None) as tool:
                for workload in workloads:
                    with self._workload(workload) as child:
                        yield self._measure(number, config, workload, child, tool)
        finally:
            if idle:
                idle.kill()
