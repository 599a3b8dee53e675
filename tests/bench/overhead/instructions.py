#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs where functions can be hooked: instructions an operation, counted by the
emulator. Boots a kernel under QEMU with a clock that moves by instructions, and runs workloads
there with nothing attached and with the tool. Counts, no times: they repeat on any machine, but
know nothing of caches and stalls. Needs root as tests/vm does; no KVM, no quiet machine."""

import argparse
import json
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
ip link set lo up 2>/dev/null || ifconfig lo up
for round in ROUNDS; do
MEASURES
done
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


def script(cases: list[Case], seconds: float, rounds: int) -> str:
    """What the guest runs."""
    lines = []
    for case in cases:
        tool = " ".join(("/t/unfreed", "trace", *case.arguments))
        lines += [f"measure none {case.workload}", f"measure unfreed {case.workload} {tool}"]
    return (GUEST.replace("SECONDS", str(seconds)).replace("MEASURES", "\n".join(lines))
            .replace("ROUNDS", " ".join(str(n) for n in range(rounds))))


def main() -> int:
    """Prints a table, a line a workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernel", nargs="?", default="6.12", help="series of tests/vm/kernels.txt")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--seconds", type=float, default=0.5, help="of the guest's clock, each")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=1500)
    parser.add_argument("--workload", action="append", choices=[case.workload for case in CASES])
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
    for file in files:
        command += ["--file", file]
    done = subprocess.run(command + ["--", script(cases, args.seconds, args.rounds)], check=False,
                          stdout=subprocess.PIPE, text=True)
    samples = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
