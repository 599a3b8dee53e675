#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs a real HTTP server, end to end: nginx on the loopback, asked by ab, a new
connection for each request or one kept alive. Rounds alternate between nothing attached and
what was asked for. Two figures: time from end to end, and CPU time of server and client, which
other load on the machine disturbs less. Needs root, nginx and ab (Debian: nginx-light,
apache2-utils)."""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.configs import Config, all_configs
from bench.errors import BenchError
from bench.process import Child, cpu_seconds
from bench.runner import wait_until_alone

ROOT = Path(__file__).resolve().parents[3]
PORT = 18080
CONFIG = """daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; root {dir}; keepalive_requests 10000000;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  server {{ listen 127.0.0.1:{port}; }} }}
"""


@dataclass(frozen=True)
class Cost:
    """Of one request, in microseconds."""

    wall: float
    cpu: float


class Server:
    """nginx with one worker, until the end of a `with`."""

    def __init__(self, folder: Path) -> None:
        Path(folder, "index.html").write_text("x" * 10_000, encoding="ascii")
        config = Path(folder, "nginx.conf")
        config.write_text(CONFIG.format(dir=folder, port=PORT), encoding="ascii")
        self._config = config

    def __enter__(self) -> "Server":
        self._nginx = subprocess.Popen(["nginx", "-c", str(self._config)])
        time.sleep(1)
        if self._nginx.poll() is not None:
            raise BenchError("nginx does not start")
        children = Path(f"/proc/{self._nginx.pid}/task/{self._nginx.pid}/children")
        self._worker = int(children.read_text().split()[0])
        self.ask(2000, False)
        return self

    def __exit__(self, *_: object) -> None:
        self._nginx.terminate()
        self._nginx.wait()

    def ask(self, requests: int, keep_alive: bool) -> Cost:
        """So many requests, four at a time."""
        command = ["ab", "-q", "-n", str(requests), "-c", "4"] + (["-k"] if keep_alive else [])
        before = cpu_seconds(self._worker)
        with tempfile.TemporaryFile("w+") as output:
            client = subprocess.Popen(command + [f"http://127.0.0.1:{PORT}/index.html"],
                                      stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(client.pid, 0)
            client.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            said = output.read()
        cpu = cpu_seconds(self._worker) - before + usage.ru_utime + usage.ru_stime
        rate = re.search(r"Requests per second:\s+([\d.]+)", said)
        failed = re.search(r"Failed requests:\s+(\d+)", said)
        if client.returncode != 0 or not rate or not failed or failed[1] != "0":
            raise BenchError(f"ab failed: {said}")
        return Cost(wall=1e6 / float(rate[1]), cpu=1e6 * cpu / requests)

    def ask_traced(self, config: Config, requests: int, keep_alive: bool) -> Cost:
        """The same while a configuration is attached."""
        if not config.argv:
            return self.ask(requests, keep_alive)
        tool = Child(list(config.argv), env=config.env or None)
        try:
            tool.wait_for(config.ready, 90)
            time.sleep(1)
            return self.ask(requests, keep_alive)
        finally:
            tool.stop()


def chosen(args: argparse.Namespace) -> list[Config]:
    """`none` first, then what was asked for."""
    unfreed = args.unfreed or args.build / "unfreed"
    trace = (str(unfreed), "trace", "-o", "/dev/null")
    own = [Config("socket", "unfreed, class socket only", (*trace, "--class", "socket"),
                  ready="unfreed: tracing")]
    if args.before:
        own.append(Config("before", "another build, adaptive-2",
                          (str(args.before), "trace", "-o", "/dev/null", "--class", "slab",
                           "--stacks", "adaptive", "--copies", "2"), ready="unfreed: tracing"))
    known = {config.name: config
             for config in all_configs(unfreed, args.build / "tests/bench/bin", None) + own}
    names = args.configs.split(",")
    for name in names:
        if name not in known:
            raise BenchError(f"no configuration {name}; there are {', '.join(known)}")
        if known[name].skip:
            raise BenchError(f"{name}: {known[name].skip}")
    return [known["none"]] + [known[name] for name in names]


def compare(args: argparse.Namespace, server: Server, configs: list[Config],
            keep_alive: bool) -> None:
    """A line a configuration and figure for one kind of connection."""
    rounds: list[dict[str, Cost]] = []
    for turn in range(args.rounds):
        costs = {}
        for config in configs if turn % 2 == 0 else configs[::-1]:
            wait_until_alone(300)
            costs[config.name] = server.ask_traced(config, args.requests, keep_alive)
        rounds.append(costs)
    print("kept alive" if keep_alive else "a connection each", f"({args.rounds} rounds)", flush=True)
    for figure, what in (("wall", "end to end"), ("cpu", "CPU of server and client")):
        bare = statistics.median(getattr(costs["none"], figure) for costs in rounds)
        print(f"  {what}: {bare:.1f} us a request", flush=True)
        for config in configs[1:]:
            added = [100 * (getattr(costs[config.name], figure) / getattr(costs["none"], figure) - 1)
                     for costs in rounds]
            quartiles = statistics.quantiles(added, n=4)
            print(f"    {config.name:<12} {config.what:<28} added "
                  f"{statistics.median(added):5.1f} % "
                  f"(quartiles {quartiles[0]:.1f} to {quartiles[2]:.1f})", flush=True)


def main() -> int:
    """Exit status 1 with a message when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--unfreed", type=Path, help="the tool (default: the one in --build)")
    parser.add_argument("--before", type=Path,
                        help="another build of the tool, as configuration `before`")
    parser.add_argument("--configs", default="all-classes",
                        help="names of bench/configs.py, and `socket`; default all-classes")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=20_000)
    args = parser.parse_args()
    try:
        for program in ("nginx", "ab"):
            if not shutil.which(program):
                raise BenchError(f"needs {program} (Debian: nginx-light, apache2-utils)")
        configs = chosen(args)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            with Server(Path(folder)) as server:
                for keep_alive in (False, True):
                    compare(args, server, configs, keep_alive)
    except (BenchError, OSError) as error:
        print(f"web.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
