#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds docs/fleet against a real Prometheus that scrapes a real node_exporter.

A program leaks, unfreed writes its numbers as docs/fleet/unfreed.service has it, and KernelObjectsLeak has to fire for
that program and for no other. Times are cut (scrapes each 2 s, 10 s instead of 5 min before an alert fires), the rules
are those of docs/fleet/alerts.yml. Needs root; prometheus, promtool and prometheus-node-exporter are taken from $PATH
or fetched (tests/readers/get.sh). Some two minutes. Exit status 77: something is missing.
"""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE_S = 150


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def fetch(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def rules(folder):
    text = open(f"{ROOT}/docs/fleet/alerts.yml").read()
    cut, count = re.subn(r"for: 5m", "for: 10s", text)
    assert count == 1, "alerts.yml has another time for KernelObjectsLeak"
    with open(f"{folder}/alerts.yml", "w") as file:
        file.write(cut)


def config(folder, exporter):
    with open(f"{folder}/prometheus.yml", "w") as file:
        file.write("global: {scrape_interval: 2s, evaluation_interval: 2s}\nrule_files: [alerts.yml]\n"
                   f"scrape_configs: [{{job_name: node, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}]\n")


def wait_for(what, check):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if found := check():
                return found
        except OSError:
            pass
        time.sleep(1)
    sys.exit(f"not within {PATIENCE_S} s: {what}")


def firing(port):
    alerts = json.loads(fetch(port, "/api/v1/alerts"))["data"]["alerts"]
    return [alert["labels"] for alert in alerts if alert["state"] == "firing"]


def main():
    programs = ("prometheus", "promtool", "prometheus-node-exporter")
    if not all(map(shutil.which, programs)):
        got = subprocess.run([f"{ROOT}/tests/readers/get.sh"], stdout=subprocess.PIPE, text=True)
        os.environ["PATH"] += f":{got.stdout.strip()}/root/usr/bin"
    for program in programs:
        if not shutil.which(program):
            print(f"needs {program}")
            sys.exit(77)
    if os.geteuid() != 0:
        print("needs root")
        sys.exit(77)
    subprocess.run(["promtool", "check", "rules", "alerts.yml"], cwd=f"{ROOT}/docs/fleet", check=True)
    subprocess.run(["promtool", "test", "rules", "alerts_test.yml"], cwd=f"{ROOT}/docs/fleet", check=True)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    running = []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory(prefix="unfreed-fleet-") as folder:
        exporter, server = free_port(), free_port()
        metrics = f"{folder}/unfreed.prom"
        os.close(os.open(metrics, os.O_CREAT, 0o644))
        rules(folder)
        config(folder, exporter)
        try:
            running.append(subprocess.Popen([f"{ROOT}/build/unfreed", "trace", "--interval", "5s", "--min-age", "2s",
                                             "-o", f"openmetrics={metrics}"], **quiet))
            running.append(subprocess.Popen(["prometheus-node-exporter", "--collector.disable-defaults",
                                             "--collector.textfile", f"--collector.textfile.directory={folder}",
                                             f"--web.listen-address=127.0.0.1:{exporter}"], **quiet))
            running.append(subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml",
                                             f"--storage.tsdb.path={folder}/data",
                                             f"--web.listen-address=127.0.0.1:{server}"], **quiet))
            wait_for("numbers at the exporter", lambda: "unfreed_complete" in fetch(exporter, "/metrics"))
            assert not firing(server), firing(server)
            running.append(subprocess.Popen([f"{ROOT}/build/tests/e2e/bin/tcp_leaker", "6000", "--spread", "300",
                                             "--hold", "forever"], **quiet))
            alerts = wait_for("the alert", lambda: firing(server))
            seen = fetch(exporter, "/metrics")
        finally:
            for process in reversed(running):
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait(30)
    with tempfile.NamedTemporaryFile("w", suffix=".prom") as file:
        file.write("".join(line + "\n" for line in seen.splitlines() if re.match(r"(# (HELP|TYPE) )?unfreed_", line)))
        file.flush()
        subprocess.run(["promtool", "check", "metrics"], stdin=open(file.name), check=True)
    for labels in alerts:
        assert labels["alertname"] == "KernelObjectsLeak" and labels["process"] == "tcp_leaker", labels
    print(f"fired: {alerts}")


if __name__ == "__main__":
    main()
