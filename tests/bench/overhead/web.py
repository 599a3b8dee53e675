#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs a real HTTP server, end to end: nginx on the loopback, asked by ab, a new
connection for each request or one kept alive. Rounds alternate between nothing attached and
what was asked for. Needs root, nginx and ab (Debian: nginx-light, apache2-utils)."""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.configs import Config, all_configs
from bench.errors import BenchError
from bench.process import Child
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


def ask(requests: int, keep_alive: bool) -> float:
    """Microseconds a request, end to end."""
    command = ["ab", "-q", "-n", str(requests), "-c", "4"] + (["-k"] if keep_alive else [])
    done = subprocess.run(command + [f"http://127.0.0.1:{PORT}/index.html"], text=True,
                          capture_output=True, check=False)
    rate = re.search(r"Requests per second:\s+([\d.]+)", done.stdout)
    failed = re.search(r"Failed requests:\s+(\d+)", done.stdout)
    if done.returncode != 0 or not rate or not failed or failed[1] != "0":
        raise BenchError(f"ab failed: {done.stderr or done.stdout}")
    return 1e6 / float(rate[1])


def traced(config: Config, requests: int, keep_alive: bool) -> float:
    """The same while a configuration is attached."""
    if not config.argv:
        return ask(requests, keep_alive)
    tool = Child(list(config.argv), env=config.env or None)
    try:
        tool.wait_for(config.ready, 90)
        time.sleep(1)
        return ask(requests, keep_alive)
    finally:
        tool.stop()


def chosen(args: argparse.Namespace) -> list[Config]:
    """`none` first, then what was asked for."""
    unfreed = args.unfreed or args.build / "unfreed"
    trace = (str(unfreed), "trace", "-o", "/dev/null")
    own = [Config("socket", "unfreed, class socket only", (*trace, "--class", "socket"),
                  ready="unfreed: tracing")]
    known = {config.name: config
             for config in all_configs(unfreed, args.build / "tests/bench/bin", None) + own}
    names = args.configs.split(",")
    for name in names:
        if name not in known:
            raise BenchError(f"no configuration {name}; there are {', '.join(known)}")
        if known[name].skip:
            raise BenchError(f"{name}: {known[name].skip}")
    return [known["none"]] + [known[name] for name in names]


def compare(args: argparse.Namespace, configs: list[Config], keep_alive: bool) -> None:
    """One line a configuration for one kind of connection."""
    bare: list[float] = []
    added: dict[str, list[float]] = {config.name: [] for config in configs[1:]}
    for turn in range(args.rounds):
        order = configs if turn % 2 == 0 else configs[::-1]
        times = {}
        for config in order:
            wait_until_alone(300)
            times[config.name] = traced(config, args.requests, keep_alive)
        bare.append(times["none"])
        for name, values in added.items():
            values.append((times[name] / times["none"] - 1) * 100)
    print(f"{'kept alive' if keep_alive else 'a connection each'}: "
          f"{statistics.median(bare):.1f} us a request, {args.rounds} rounds", flush=True)
    for config in configs[1:]:
        values = added[config.name]
        quartiles = statistics.quantiles(values, n=4)
        print(f"  {config.name:<12} {config.what:<28} added {statistics.median(values):5.1f} % "
              f"(quartiles {quartiles[0]:.1f} to {quartiles[2]:.1f})", flush=True)


def main() -> int:
    """Exit status 1 with a message when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build folder")
    parser.add_argument("--unfreed", type=Path, help="the tool (default: the one in --build)")
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
            Path(folder, "index.html").write_text("x" * 10_000, encoding="ascii")
            config = Path(folder, "nginx.conf")
            config.write_text(CONFIG.format(dir=folder, port=PORT), encoding="ascii")
            with subprocess.Popen(["nginx", "-c", str(config)]) as server:
                try:
                    time.sleep(1)
                    ask(2000, False)
                    for keep_alive in (False, True):
                        compare(args, configs, keep_alive)
                finally:
                    server.terminate()
    except (BenchError, OSError) as error:
        print(f"web.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
