#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot a kernel under QEMU, run a command in it, exit with the command's status.

Between --file and the command the guest needs nothing prepared: programs come with their shared libraries.
"""
from __future__ import annotations

import argparse
import secrets
import shlex
import signal
import sys

import fetch
import module
import payload
import qemu
from common import VmError

# Statuses for "there is no status of the command"; the message on stderr tells them from a command's own.
STATUS_OF = {"emulator": 249, "panic": 250, "timeout": 251, "stopped": 252, "setup": 253}
STATUS_HOST = 254


def parse(arguments: list[str]) -> tuple[argparse.Namespace, str]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="run.py KERNEL [options] -- COMMAND...",
        epilog="exit status: the command's; 249 emulator (run again), 250 panic, 251 timeout, "
               "252 stopped without END, 253 guest setup, 254 host",
    )
    parser.add_argument("kernel", help="series of kernels.txt, e.g. 6.12; fetched if the cache has none")
    parser.add_argument("--smp", type=int, default=2, metavar="N", help="CPUs (default 2)")
    parser.add_argument("--mem", type=int, default=1024, metavar="MB", help="memory (default 1024)")
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="for boot and command (default 120)")
    parser.add_argument("--append", default="", metavar="ARGS", help="more kernel command line, e.g. slab_nomerge")
    parser.add_argument("--module", action="append", default=[], metavar="M[,M]",
                        help="insert kernel modules: a name, a .ko file, or 'leaky' (built here)")
    parser.add_argument("--file", action="append", default=[], metavar="SRC[:DST]",
                        help="copy a file or directory, by default to /t (in PATH, and the working directory)")
    parser.add_argument("--accel", default="tcg", choices=("tcg", "kvm"), help="QEMU accelerator (default tcg)")
    parser.add_argument("--icount", action="store_true",
                        help="the guest's clock counts instructions, 1 ns each; one CPU")
    parser.add_argument("--quiet", action="store_true", help="no line about times on stderr")
    if "--" not in arguments:
        options = parser.parse_args(arguments)  # --help ends here
        parser.error("no command: end the options with '--' and give one")
    split = arguments.index("--")
    options, words = parser.parse_args(arguments[:split]), arguments[split + 1 :]
    if not words:
        parser.error("no command after '--'")
    return options, words[0] if len(words) == 1 else shlex.join(words)


def boot(options: argparse.Namespace, command: str) -> qemu.Outcome:
    kernel = fetch.ensure(options.kernel)
    wanted = [name for argument in options.module for name in argument.split(",")]
    modules = [str(module.ensure(options.kernel)) if name == "leaky" else name for name in wanted]
    nonce = secrets.token_hex(4)
    return qemu.boot(qemu.Machine(
        image=kernel.image_path, nonce=nonce, cpus=1 if options.icount else options.smp, icount=options.icount,
        megabytes=options.mem, append=options.append,
        timeout=options.timeout, accelerator=options.accel,
        initramfs=payload.initramfs(kernel, command, options.file, modules, nonce),
    ))


def report(options: argparse.Namespace, outcome: qemu.Outcome) -> int:
    if outcome.failure is not None:
        print(f"--- last lines of the console of {options.kernel} ---", file=sys.stderr)
        print("\n".join(outcome.tail), file=sys.stderr)
        print(f"vm {options.kernel}: FAILED: {outcome.failure}", file=sys.stderr)
        return STATUS_OF[outcome.kind]
    assert outcome.status is not None
    if not options.quiet:
        print(f"vm {options.kernel}: status {outcome.status}, boot {outcome.boot_seconds:.1f} s, "
              f"total {outcome.total_seconds:.1f} s", file=sys.stderr)
    return outcome.status


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that QEMU is ended, not left
    options, command = parse(sys.argv[1:])
    try:
        return report(options, boot(options, command))
    except (VmError, OSError) as error:
        print(f"vm {options.kernel}: {error}", file=sys.stderr)
        return STATUS_HOST
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
