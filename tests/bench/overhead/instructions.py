#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs where functions can be hooked: instructions an operation, counted by the
emulator. Boots a kernel under QEMU with a clock that moves by instructions, and runs workloads
there with nothing attached and with the tool. Counts, no times: they repeat on any machine, but
know nothing of caches and stalls. Needs root as tests/vm does; no KVM, no quiet machine."""

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# One workload after the other: alone, then with the tool. Its report goes nowhere; what it says
# when it traces ends the wait.
GUEST = r"""
measure() { # name workload [tool arguments]
    name=$1 workload=$2
    shift 2
    if [ $# -gt 0 ]; then
        "$@" >/dev/null 2>/tmp/tool.err &
        tool=$!
        until grep -q "tracing\|ready" /tmp/tool.err /tmp/tool.out 2>/dev/null; do
            kill -0 $tool || { cat /tmp/tool.err; exit 1; }
            sleep 0.1
        done
        sleep 1
    fi
    echo | /t/$workload SECONDS | sed -n "s/^{/{\"config\": \"$name\", \"workload\": \"$workload\", /p"
    if [ $# -gt 0 ]; then
        kill -INT $tool
        wait $tool
    fi
}
# The kernel's own count for each program, which costs some itself: after what is measured.
programs() { # workload tool...
    workload=$1
    shift
    "$@" >/dev/null 2>/tmp/tool.err &
    tool=$!
    until grep -q "tracing" /tmp/tool.err; do sleep 0.1; done
    echo 1 >/proc/sys/kernel/bpf_stats_enabled
    ops=$(echo | /t/$workload SECONDS | sed -n 's/.*"ops": *\([0-9]*\).*/\1/p')
    echo 0 >/proc/sys/kernel/bpf_stats_enabled
    echo "{\"workload\": \"$workload\", \"ops\": $ops, \"programs\": $(/t/bpftool -j prog show)}"
    kill -INT $tool
    wait $tool
}
ip link set lo up 2>/dev/null || ifconfig lo up
for round in ROUNDS; do
MEASURES
done
PROGRAMS
"""


@dataclass(frozen=True)
class Case:
    """A workload and what the tool is asked to follow meanwhile."""

    workload: str
    arguments: tuple[str, ...]


CASES = (
    Case("connect_close", ("--class", "socket")),
    Case("socket_close", ("--class", "socket")),
    Case("stat_tree", ("--class", "dentry")),
    Case("file_churn", ("--class", "dentry")),
)


def script(cases: list[Case], seconds: float, rounds: int, programs: bool) -> str:
    """What the guest runs."""
    lines, by_program = [], []
    for case in cases:
        tool = " ".join(("/t/unfreed", "trace", *case.arguments))
        lines += [f"measure none {case.workload}", f"measure unfreed {case.workload} {tool}"]
        by_program += [f"programs {case.workload} {tool}"] if programs else []
    return (GUEST.replace("MEASURES", "\n".join(lines)).replace("PROGRAMS", "\n".join(by_program))
            .replace("SECONDS", str(seconds))
            .replace("ROUNDS", " ".join(str(n) for n in range(rounds))))


def print_programs(sample: dict) -> None:
    """A table of what each program takes, without what it takes to call it."""
    print(f"\n{sample['workload']}, by program\n\n| program | runs an operation | instructions a run |"
          "\n|---|--:|--:|")
    operations = sample["ops"]
    for program in sorted(sample["programs"], key=lambda one: -one.get("run_time_ns", 0)):
        runs = program.get("run_cnt", 0)
        if runs >= operations / 10:
            print(f"| {program.get('name', program['id'])} | {runs / operations:.1f} | "
                  f"{program['run_time_ns'] / runs:.0f} |")


def main() -> int:
    """Prints a table, a line a workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernel", nargs="?", default="6.12", help="series of tests/vm/kernels.txt")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--seconds", type=float, default=0.5, help="of the guest's clock, each")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=1500)
    parser.add_argument("--workload", action="append", choices=[case.workload for case in CASES])
    parser.add_argument("--programs", action="store_true", help="each BPF program's part, too")
    args = parser.parse_args()
    cases = [case for case in CASES if not args.workload or case.workload in args.workload]
    built = subprocess.run(["ninja", "-C", str(args.build), "bench_overhead"], check=False,
                           capture_output=True, text=True)
    if built.returncode != 0:
        print(f"instructions.py: cannot build the programs:\n{built.stdout[-2000:]}", file=sys.stderr)
        return 1
    bench_bin = args.build / "tests" / "bench" / "bin"
    files = [str(args.build / "unfreed")] + [str(bench_bin / case.workload) for case in cases]
    command = [str(ROOT / "tests" / "vm" / "run.py"), args.kernel, "--icount", "--timeout",
               str(args.timeout)]
    if args.programs:
        files.append(shutil.which("bpftool") or "/usr/sbin/bpftool")
    for file in files:
        command += ["--file", file]
    done = subprocess.run(command + ["--", script(cases, args.seconds, args.rounds, args.programs)], check=False,
                          stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    samples = [line for line in lines if "programs" not in line]
    if done.returncode != 0 or len(samples) != 2 * len(cases) * args.rounds:
        print(done.stdout, "\ninstructions.py: the guest failed", file=sys.stderr)
        return 1
    print(f"Linux {args.kernel}, instructions an operation, {args.rounds} rounds, the least\n")
    print("| workload | traced | none | unfreed | added |\n|---|---|--:|--:|--:|")
    for case in cases:
        least = {config: min(sample["cpu_ns"] for sample in samples
                             if (sample["config"], sample["workload"]) == (config, case.workload))
                 for config in ("none", "unfreed")}
        added = 100 * (least["unfreed"] / least["none"] - 1)
        print(f"| {case.workload} | {' '.join(case.arguments)} | {least['none']:.0f} | "
              f"{least['unfreed']:.0f} | {added:.1f} % |")
    for line in lines:
        if "programs" in line:
            print_programs(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
