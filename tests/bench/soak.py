#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Traces a host with much coming and going, and holds the tool's memory and descriptors against a flat line.

Every second so many programs that were never seen before (own file, own build id) make sockets and end, while one
program opens sockets by 2 000 call paths, and a report is made each second. Exit status 0: flat.

    tests/bench/soak.py --seconds 3600 --csv soak.csv
"""

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BUILD_ID = b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"
MIB = 1024 * 1024
# Beside a twentieth: what a process may grow by in 40 minutes of an hour, or that part of another time.
SPARE_BYTES = 4 * MIB
SPARE_DESCRIPTORS = 4
# 96 MiB of symbols (user/symbolize/user_stack.cpp), 64 of unwind tables, and what is mapped.
NAMER_BYTES = 240 * MIB


class NewPrograms(threading.Thread):
    """Starts copies of a program, each with a build id of its own, and removes them when they have ended."""

    def __init__(self, program, folder, rate):
        super().__init__(daemon=True)
        self.image = open(program, "rb").read()
        self.at = self.image.find(BUILD_ID) + len(BUILD_ID)
        if self.at < len(BUILD_ID):
            sys.exit(f"{program} has no build id")
        self.folder, self.rate, self.stopped, self.started = folder, rate, False, 0
        self.running = []

    def start_one(self):
        path = os.path.join(self.folder, f"new{self.started}")
        with open(path, "wb") as file:
            file.write(self.image[:self.at] + random.randbytes(20) + self.image[self.at + 20:])
        os.chmod(path, 0o755)
        words = [path, "20", "--hold", "3"]
        self.running.append((subprocess.Popen(words, stdout=subprocess.DEVNULL), path))
        self.started += 1

    def reap(self):
        for process, path in [entry for entry in self.running if entry[0].poll() is not None]:
            os.unlink(path)
            self.running.remove((process, path))

    def run(self):
        begun = time.monotonic()
        while not self.stopped:
            self.start_one()
            self.reap()
            time.sleep(max(0, begun + self.started / self.rate - time.monotonic()))

    def stop(self):
        self.stopped = True
        self.join()
        for process, path in self.running:
            process.wait()
            os.unlink(path)


class Reports(threading.Thread):
    """Reads the reports, so that the tool need not wait, and keeps how many objects the last one had."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.count, self.objects, self.lost = stream, 0, {}, {}

    def run(self):
        for line in self.stream:
            if line.startswith("# EOF"):
                self.count += 1
            elif match := re.match(r'unfreed_(objects|lost)\{\w+="(\w+)"\} (\d+)', line):
                (self.objects if match[1] == "objects" else self.lost)[match[2]] = int(match[3])


def status_of(pid, field):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""


def processes_of(tool):
    """The tool and its helpers: name -> number."""
    found = {"unfreed": tool}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and status_of(entry, "PPid") == str(tool):
            found[status_of(entry, "Name")] = int(entry)
    return found


def measure(tool):
    """Resident bytes and descriptors of each process."""
    sample = {}
    for name, pid in processes_of(tool).items():
        resident = status_of(pid, "VmRSS").split()
        try:
            descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            continue
        if resident:
            sample[name] = (pid, int(resident[0]) * 1024, descriptors)
    return sample


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def follow(tool, reports, new, seconds, csv):
    """Samples until the time is over: [(second, {name: (pid, bytes, descriptors)}, objects)]."""
    begun, samples = time.monotonic(), []
    while time.monotonic() - begun < seconds:
        if tool.poll() is not None:
            sys.exit(f"unfreed has ended: {tool.returncode}")
        second, sample = time.monotonic() - begun, measure(tool.pid)
        samples.append((second, sample, sum(reports.objects.values())))
        if csv:
            cells = [f"{second:.0f}", reports.count, new.started, samples[-1][2]]
            for name in ("unfreed", "unfreed-namer", "unfreed-opener"):
                cells += [cell for cell in sample.get(name, (0, 0, 0))]
            print(*cells, sep=",", file=csv, flush=True)
        time.sleep(min(5, seconds / 60))
    return samples


def before_and_after(values, seconds, filling):
    """Two lists of (second, value), and which part of 40 minutes in an hour lies between their middles."""
    if filling:
        return ([v for t, v in values if seconds / 6 <= t < seconds / 3], [v for t, v in values if t >= seconds * 5 / 6],
                1)
    # The namer fills its caches and empties them some six times an hour: each half has several such times.
    middle = seconds * 7 / 12
    return ([v for t, v in values if seconds / 6 <= t < middle], [v for t, v in values if t >= middle], 25 / 40)


def judge(samples, seconds, filling):
    """True: flat. What is compared: two halves of the time after its first sixth; if that is short, two sixths."""
    flat = True
    names = sorted({name for _, sample, _ in samples for name in sample if name.startswith("unfreed")})
    for name in names:
        own = [(t, s[name]) for t, s, _ in samples if name in s]
        early, late, part = before_and_after(own, seconds, filling)
        if not early or not late:
            print(f"{name}: was not there all the time")
            flat = False
            continue
        middle = statistics.median if filling else statistics.mean
        before, after = (middle(v[1] for v in half) for half in (early, late))
        fds_before, fds_after = (max(v[2] for v in half) for half in (early, late))
        peak = max(v[1] for _, v in own)
        print(f"{name}: {before / MIB:.1f} -> {after / MIB:.1f} MiB (peak {peak / MIB:.1f}), "
              f"{fds_before} -> {fds_after} descriptors, "
              f"{len({v[0] for _, v in own})} processes of this name")
        flat &= fds_after <= fds_before + SPARE_DESCRIPTORS
        if name == "unfreed-namer" and filling:
            flat &= peak <= NAMER_BYTES
        else:
            flat &= after <= before + (before * 0.05 + SPARE_BYTES) * part
    return flat


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unfreed", default="build/unfreed")
    parser.add_argument("--programs", default="build/tests/e2e/bin", help="folder of the churners")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--new", type=float, default=7, help="new programs a second")
    parser.add_argument("--filling", action="store_true", help="for less than half an hour: what the namer keeps of "
                        "files is still growing to its ceiling, and is held against that")
    parser.add_argument("--option", action="append", default=[], help="one more for unfreed")
    parser.add_argument("--csv", type=argparse.FileType("w"), help="second, reports, programs started, objects; "
                        "number, bytes, descriptors of tracer, namer, opener")
    return parser.parse_args()


def main():
    options = arguments()
    words = [options.unfreed, "trace", "--interval", "1s", "--min-age", "1s", "--format", "openmetrics"]
    with tempfile.TemporaryDirectory(prefix="unfreed-soak-") as folder:
        tool = subprocess.Popen(words + options.option, stdout=subprocess.PIPE, text=True)
        reports = Reports(tool.stdout)
        reports.start()
        paths = subprocess.Popen([f"{options.programs}/paths_churner", "--seconds", str(int(options.seconds) + 3600)],
                                 stdout=subprocess.DEVNULL)
        new = NewPrograms(f"{options.programs}/tcp_leaker", folder, options.new)
        try:
            while reports.count == 0 and tool.poll() is None:
                time.sleep(0.1)
            new.start()
            samples = follow(tool, reports, new, options.seconds, options.csv)
            cpu = cpu_seconds(tool.pid)
        finally:
            paths.kill()
            if new.is_alive():
                new.stop()
            tool.send_signal(signal.SIGINT)
            tool.wait()
    reports.join()
    lost = {name: count for name, count in reports.lost.items() if count}
    print(f"{options.seconds:.0f} s, {new.started} new programs, {reports.count} reports, "
          f"objects {samples[-1][2]}, {cpu:.0f} s of CPU, status {tool.returncode}\nlost: {lost}")
    flat = judge(samples, options.seconds, options.filling)
    print("flat" if flat else "NOT FLAT")
    sys.exit(0 if flat and tool.returncode in (0, 4) else 1)


if __name__ == "__main__":
    main()
