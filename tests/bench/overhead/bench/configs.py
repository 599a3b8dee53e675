# SPDX-License-Identifier: BSD-2-Clause
"""What is attached while the workloads run."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

BPFTRACE_LEAK = """
BEGIN { printf("ready\\n"); }
tracepoint:kmem:kmem_cache_alloc, tracepoint:kmem:kmalloc { @live[args->ptr] = kstack; }
tracepoint:kmem:kmem_cache_free, tracepoint:kmem:kfree { delete(@live[args->ptr]); }
END { clear(@live); }
"""


@dataclass(frozen=True)
class Config:
    """A tool; argv is empty for 'nothing attached'."""

    name: str
    what: str
    argv: tuple[str, ...] = ()
    ready: str = "ready"
    copies: int = 1  # which return-0 row it is compared with
    env: dict[str, str] = field(default_factory=dict)
    target: str = ""  # "workload" or "other": the PID that is added with -p
    skip: str = ""  # why it cannot run


def _why_no_memleak() -> str:
    """bcc compiles its program against the headers of the running kernel when it starts."""
    tool = shutil.which("memleak-bpfcc")
    if not tool:
        return "memleak-bpfcc is not installed (Debian: bpfcc-tools)"
    try:
        done = subprocess.run([tool, "-o", "1", "1", "1"], capture_output=True, text=True,
                              timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return ""
    if done.returncode == 0:
        return ""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "nable" in line]
    return "memleak-bpfcc fails: " + (lines or [done.stderr.strip()[-200:]])[0]


def _unfreed_knows(unfreed: Path, option: str) -> bool:
    done = subprocess.run([unfreed, "trace", "--help"], capture_output=True, text=True, check=False)
    return option in done.stdout


def all_configs(unfreed: Path, bench_bin: Path, max_objects: int | None) -> list[Config]:
    """Every configuration, those that cannot run here with a reason."""
    size = ("--max-objects", str(max_objects)) if max_objects else ()
    trace = (str(unfreed), "trace", *size)
    slab = (*trace, "--class", "slab")

    def tool(name: str, what: str, argv: tuple[str, ...], copies: int = 2, target: str = "",
             skip: str = "") -> Config:
        return Config(name, what, argv, ready="unfreed: tracing", copies=copies, target=target,
                      skip=skip)

    adaptive = (*slab, "--stacks", "adaptive")
    bpftrace = shutil.which("bpftrace")
    return [
        Config("none", "nothing attached"),
        Config("return0-1", "programs that do nothing", (str(bench_bin / "return0"), "1")),
        Config("return0-2", "the same, 2 copies", (str(bench_bin / "return0"), "2"), copies=2),
        Config("return0-3", "the same, 3 copies", (str(bench_bin / "return0"), "3"), copies=3),
        Config("reference", "hash map + stack id each", (str(bench_bin / "reference"),)),
        Config("bpftrace", "bpftrace leak script", (bpftrace or "bpftrace", "-e", BPFTRACE_LEAK),
               env={"BPFTRACE_MAP_KEYS_MAX": "1048576"},
               skip="" if bpftrace else "bpftrace is not installed"),
        Config("memleak", "bcc memleak, kernel mode", ("memleak-bpfcc", "3600"),
               ready="Attaching", skip=_why_no_memleak()),
        tool("adaptive-1", "unfreed, one copy", (*adaptive, "--copies", "1"), copies=1),
        tool("adaptive-2", "unfreed, two copies", (*adaptive, "--copies", "2")),
        tool("adaptive-3", "unfreed, three copies", (*adaptive, "--copies", "3"), copies=3),
        tool("always-2", "unfreed, every stack walked",
             (*slab, "--stacks", "always", "--copies", "2")),
        tool("sockets", "unfreed, class socket only", (*trace, "--class", "socket")),
        tool("sockets-1", "the same, one copy", (*trace, "--class", "socket", "--copies", "1"),
             copies=1),
        tool("dentries", "unfreed, class dentry only", (*trace, "--class", "dentry")),
        tool("all-classes", "unfreed with its defaults", trace),
        tool("sampled-64", "unfreed, 1 of 64", (*adaptive, "--sample", "1/64"),
             skip="" if _unfreed_knows(unfreed, "--sample") else "unfreed has no --sample yet"),
        tool("pid", "unfreed -p of the workload", (*trace, "--follow"), target="workload"),
        tool("idle_neighbour", "unfreed -p of an idle process", trace, target="other"),
    ]
