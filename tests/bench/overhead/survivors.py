#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""CPU time of the tool while it follows and reports N kernel objects that outlive the least age of
a report. Needs root and the programs that run.py builds."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from bench.errors import BenchError
from bench.process import Child, bpf_map_bytes, cpu_seconds, rss_bytes
from bench.runner import wait_until_alone

ROOT = Path(__file__).resolve().parents[3]


def follow(args: argparse.Namespace, objects: int) -> None:
    """One line for one number of survivors."""
    wait_until_alone(300)
    tool = Child([str(args.unfreed or args.build / "unfreed"), "trace", "--class", "slab",
                  "--stacks", "adaptive", "--min-age", "2s", "--max-objects",
                  str(max(640_000, objects * 2 if objects > 640_000 else 0)), "-o", "/dev/null"])
    holder: Child | None = None
    try:
        tool.wait_for("unfreed: tracing", 90)
        rest = cpu_seconds(tool.pid)
        holder = Child([str(args.build / "tests/bench/bin/live_set"), "0.01", str(objects)])
        holder.wait_for("ready", 30)
        holder.send_line()
        holder.wait_for("}", 300)
        time.sleep(args.hold)
        following = cpu_seconds(tool.pid)
        rss, maps = rss_bytes(tool.pid), bpf_map_bytes(tool.pid)
        tool.process.send_signal(signal.SIGINT)
        _, _, usage = os.wait4(tool.pid, 0)
        tool.process.returncode = 0
        print(f"{objects:>9} survivors: {following - rest:.2f} s to follow them for "
              f"{args.hold:.0f} s, {usage.ru_utime + usage.ru_stime - following:.2f} s to report, "
              f"RSS {rss / 1e6:.0f} MB, maps {maps / 1e6:.0f} MB")
        holder.send_line()
        holder.process.wait()
    finally:
        tool.kill()
        if holder:
            holder.kill()


def main() -> int:
    """Exit status 1 with a message when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--unfreed", type=Path, help="the tool (default: the one in --build)")
    parser.add_argument("--hold", type=float, default=6, metavar="SECONDS", help="before the end")
    parser.add_argument("objects", type=int, nargs="*", default=[0, 100_000, 1_000_000])
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        for objects in args.objects:
            follow(args, max(objects, 1))
    except (BenchError, OSError) as error:
        print(f"survivors.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
