#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the verdicts are worth on real programs: runs healthy and leaky loads, one after the other, traces
each for some time host-wide, and writes a table: rows that are called leaking or suspect, and for a
leaky load the rank and the verdict of its own row.

recorded.py [--seconds 60] [--unfreed build/unfreed] [LOAD…]     needs root; a quiet host, since
everything on it is traced."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = "#include <map>\n#include <string>\nstd::map<std::string, int> f() { return {}; }\n"


def shell(script):
    return lambda where: subprocess.Popen(["sh", "-c", script], cwd=where, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL, start_new_session=True)


def python(function):
    """Runs a function of this file, in a process of its own."""
    return lambda where: subprocess.Popen([sys.executable, __file__, "--be", function.__name__], cwd=where,
                                          stdout=subprocess.DEVNULL, start_new_session=True)


# --- what a child of this script is ---------------------------------------------------------------


def churn_sockets():
    while True:
        for _ in range(20):
            one = socket.socket()
            one.close()
            a, b = socket.socketpair()
            a.close()
            b.close()
        time.sleep(0.01)


def keep_alive():
    """200 connections of half a minute each."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    ends = []
    while True:
        while len(ends) < 200:
            client = socket.create_connection(server.getsockname())
            ends.append((time.time() + 30, client, server.accept()[0]))
            time.sleep(0.1)
        until, client, served = ends.pop(0)
        time.sleep(max(0, until - time.time()))
        client.close()
        served.close()


def leak_sockets():
    kept = []
    while True:
        kept.append(socket.socket())
        time.sleep(0.5)


def leak_some_of_many():
    """One of 50 sockets is forgotten."""
    kept = []
    while True:
        for i in range(50):
            one = socket.socket()
            kept.append(one) if i == 7 else one.close()
        time.sleep(0.5)


def never_close_wait():
    """A server that does not close what its peers have closed."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    kept = []
    while True:
        with socket.create_connection(server.getsockname()):
            kept.append(server.accept()[0])
        time.sleep(0.5)


def leak_pipes():
    while True:
        os.pipe()
        time.sleep(0.5)


def leak_files():
    kept = []
    while True:
        kept.append(open(tempfile.mkstemp(dir=".")[1]))
        time.sleep(0.5)


# --- the loads ------------------------------------------------------------------------------------

NGINX = ("nginx -p . -g 'daemon off; pid n.pid; error_log stderr;' -c n.conf & "
         "sleep 1; while :; do ab -q -n 20000 -c 20 http://127.0.0.1:18080/ || sleep 1; done")
HEALTHY = {
    "idle": shell("exec sleep 100000"),
    "find": shell("while :; do find / -xdev; done"),
    "tar": shell("while :; do tar cf - /usr/share | wc -c; done"),
    "compile": shell("while :; do g++ -O2 -c a.cpp -o a.o || sleep 1; done"),
    "fork-storm": shell("while :; do /bin/true; done"),
    "git": shell("git init -q r; cd r; while :; do cp ../a.cpp f$((i=i+1)); git add .; "
                 "git -c user.name=a -c user.email=a@b commit -qm c; git status; done"),
    "nginx": shell(NGINX),
    "sockets": python(churn_sockets),
    "keep-alive": python(keep_alive),
}
LEAKY = {
    "leak-sockets": python(leak_sockets),
    "leak-part": python(leak_some_of_many),
    "close-wait": python(never_close_wait),
    "leak-pipes": python(leak_pipes),
    "leak-files": python(leak_files),
}
CHILDREN = [churn_sockets, keep_alive, leak_sockets, leak_some_of_many, never_close_wait, leak_pipes, leak_files]
CONFIG = "events {}\nhttp { access_log off; server { listen 127.0.0.1:18080; root .; } }\n"


def trace(options, load):
    with tempfile.TemporaryDirectory() as where:
        for name, text in (("a.cpp", SOURCE), ("n.conf", CONFIG), ("index.html", "x")):
            with open(os.path.join(where, name), "w", encoding="utf-8") as file:
                file.write(text)
        process = load(where)
        try:
            time.sleep(3)
            out = subprocess.run([options.unfreed, "--duration", f"{options.seconds}s", "--format", "json", "--top", "100000"],
                                 capture_output=True, text=True, check=False)
            return json.loads(out.stdout), process.pid
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def line(name, report, pid):
    groups = report["groups"]
    accused = {verdict: [g for g in groups if g["verdict"] == verdict] for verdict in ("leaking", "suspect")}
    own = next(((rank, g) for rank, g in enumerate(groups, 1)
                if name in LEAKY and g["verdict"] in accused and any(p["pid"] == pid for p in g["processes"])), None)
    found = f"{own[0]}: {own[1]['verdict']}, {own[1]['class']} {own[1]['cache']}" if own else "none" if name in LEAKY else ""
    others = {f"{g['class']} {g['cache']}" for v in accused.values() for g in v
              if name not in LEAKY or not any(p["pid"] == pid for p in g["processes"])}
    return (f"| {name} | {report['totals']['outstanding']} | {len(accused['leaking'])} | {len(accused['suspect'])} "
            f"| {found} | {', '.join(sorted(others))} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--unfreed", default="build/unfreed")
    parser.add_argument("--be", help=argparse.SUPPRESS)
    parser.add_argument("load", nargs="*")
    options = parser.parse_args()
    if options.be:
        next(f for f in CHILDREN if f.__name__ == options.be)()
    print("| load | outstanding | leaking | suspect | first row of its own | accused besides |\n|---|--:|--:|--:|---|---|")
    for name, load in {**HEALTHY, **LEAKY}.items():
        if options.load and name not in options.load:
            continue
        if name == "nginx" and not (shutil.which("nginx") and shutil.which("ab")):
            continue
        print(line(name, *trace(options, load)), flush=True)


if __name__ == "__main__":
    main()
