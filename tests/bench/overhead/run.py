#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures what unfreed costs, beside other ways to do the same (docs/performance.md). As root."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.configs import Config, all_configs
from bench.errors import BenchError
from bench.results import rows, table
from bench.runner import Runner, Sample
from bench.workloads import Workload, all_workloads

ROOT = Path(__file__).resolve().parents[3]
LIVE_OBJECTS = [10_000, 1_000_000, 5_000_000]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 short rounds: a look, no numbers")
    parser.add_argument("--workload", action="append", default=[], metavar="NAME",
                        help="only this one (may be given several times); --list names them; "
                        "live_N is not among the default")
    parser.add_argument("--config", action="append", default=[], metavar="NAME",
                        help="only this one, and 'none' (may be given several times)")
    parser.add_argument("--list", action="store_true", help="list workloads and configurations")
    parser.add_argument("--rounds", type=int, help="rounds (default 7)")
    parser.add_argument("--seconds", type=float, help="of each measurement (default 1)")
    parser.add_argument("--metric", choices=["cpu", "wall"], default="cpu",
                        help="time that the tables show (default cpu: of the workload's process, "
                        "which other load of the machine disturbs less; JSON has both)")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--unfreed", type=Path, help="the tool (default: the one in --build)")
    parser.add_argument("--max-objects", type=int, help="passed to unfreed")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS",
                        help="how long to wait for other tracers to end (default 300)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples to a file")
    return parser.parse_args()


def choose(names: list[str], known: list[str], what: str) -> list[str]:
    """The given names, after a check; all that are known when there are none."""
    for name in names:
        if name not in known:
            raise BenchError(f"no such {what}: {name}; there are: {', '.join(known)}")
    return names or known


def prepare(build: Path) -> Path:
    """Builds what is compared; the folder of the programs."""
    if not (build / "build.ninja").exists():
        raise BenchError(f"{build} is no build folder: cmake -S . -B {build} -G Ninja")
    done = subprocess.run(["ninja", "-C", str(build), "-j1", "bench_overhead"], check=False,
                          capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"cannot build the programs:\n{done.stdout[-2000:]}")
    return build / "tests" / "bench" / "bin"


def measure(runner: Runner, rounds: int, configs: list[Config],
            workloads: list[Workload]) -> list[Sample]:
    """A B C A B C ...; every other round backwards, so that no one always comes first."""
    samples: list[Sample] = []
    for number in range(rounds):
        for config in configs if number % 2 == 0 else reversed(configs):
            print(f"round {number + 1}/{rounds}: {config.name}", file=sys.stderr)
            samples += runner.run(number, config, workloads)
    return samples


def run(args: argparse.Namespace, folder: Path) -> None:
    """The whole bench."""
    bench_bin = args.build / "tests" / "bench" / "bin"
    unfreed = args.unfreed or args.build / "unfreed"
    workloads = all_workloads(folder, LIVE_OBJECTS)
    if not args.list:
        if os.geteuid() != 0:
            raise BenchError("needs root: it loads BPF programs")
        bench_bin = prepare(args.build)
    configs = all_configs(unfreed, bench_bin, args.max_objects)
    if args.list:
        for item in [*workloads, *configs]:
            print(f"{item.name:16} {item.what}{getattr(item, 'skip', '') and ' - skipped: '}"
                  f"{getattr(item, 'skip', '')}")
        return
    names = choose(args.workload, [w.name for w in workloads], "workload")
    workloads = [w for w in workloads if w.name in names and
                 (args.workload or w.program != "live_set")]
    names = choose(args.config, [c.name for c in configs], "configuration")
    configs = [c for c in configs if c.name in names or c.name == "none"]
    for config in configs:
        if config.skip:
            print(f"skipped: {config.name}: {config.skip}")
    configs = [c for c in configs if not c.skip]
    rounds = args.rounds or (3 if args.quick else 7)
    runner = Runner(bench_bin, args.seconds or (0.25 if args.quick else 1.0), args.patience)
    started = time.time()
    samples = measure(runner, rounds, configs, workloads)
    report(args, samples, configs, workloads, started)


def report(args: argparse.Namespace, samples: list[Sample], configs: list[Config],
           workloads: list[Workload], started: float) -> None:
    """Tables to stdout, samples to the file."""
    day = time.strftime("%Y-%m-%d", time.gmtime(started))
    print(f"{day}, Linux {platform.release()} {platform.machine()}, {os.cpu_count()} CPUs, "
          f"{max(s.round for s in samples) + 1} rounds, medians")
    disturbed = sum(sample.disturbed for sample in samples)
    if disturbed:
        print(f"{disturbed} of {len(samples)} samples left out: another tracer was attached, too")
    for workload in workloads:
        metric = f"{args.metric}_ns"
        print("\n" + table(rows(samples, configs, workload.name, metric), workload, metric))
    if args.json:
        args.json.write_text(json.dumps({
            "date": day, "kernel": platform.release(), "machine": platform.machine(),
            "cpus": os.cpu_count(), "samples": [sample.to_json() for sample in samples]}, indent=1))


def main() -> int:
    """Exit status 1 with a message when something is missing."""
    args = arguments()
    # Also where a shell started it in the background with SIGINT ignored; tools are ended with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="unfreed-bench-") as folder:
            run(args, Path(folder))
    except (BenchError, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
