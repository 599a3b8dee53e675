# SPDX-License-Identifier: BSD-2-Clause
"""Make the build tools of newer kernel headers run here: they want a newer C library than this machine has."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from aptlists import Apt
from common import run, tool

LOADER = "ld-linux-x86-64.so.2"
LIBRARIES = ("libc6", "libelf1t64", "zlib1g", "libzstd1", "libssl3t64")

# Debian's objtool and modpost only pick one of their variants by the kernel's architecture. They exec it by
# their own path, which under another loader is the loader's, so the wrapper picks.
VARIANTS = (".real-x86", ".real-lsb-64")


def adapt(root: Path, apt: Apt) -> None:
    """Let every tool below `root` run with the C library of its own suite, if this machine's will not do."""
    programs = [path for path in root.glob("usr/lib/linux-kbuild-*/**/*") if _is_program(path)]
    if all(_has_libc(program) for program in programs):
        return
    libc = root / "libc"
    libc.mkdir()
    for deb in apt.download([package for name in LIBRARIES for package in apt.find(re.escape(name))]):
        run(["dpkg-deb", "-x", str(deb), str(libc)])
    for program in programs:
        if not program.name.endswith(VARIANTS):
            _wrap(program, libc)


def _is_program(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or not os.access(path, os.X_OK):
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _has_libc(program: Path) -> bool:
    said = subprocess.run([tool("ldd"), str(program)], capture_output=True, text=True, check=False)
    # Other libraries may be missing: 5.10's certificate tools want an old OpenSSL, and a module build runs neither.
    return "`GLIBC_" not in said.stdout + said.stderr


def _wrap(program: Path, libc: Path) -> None:
    """Put a script in the program's place; it finds the rest relative to itself, so the tree can be moved."""
    variant = next((v for v in VARIANTS if program.with_name(program.name + v).exists()), None)
    real = program.with_name(program.name + (variant or ".elf"))
    if variant is None:
        program.rename(real)
    libraries = f"$here/{os.path.relpath(libc, program.parent)}/usr/lib/x86_64-linux-gnu"
    program.unlink(missing_ok=True)
    program.write_text(
        "#!/bin/sh\n"
        'here=$(dirname "$(readlink -f "$0")")\n'
        f'exec "{libraries}/{LOADER}" --library-path "{libraries}" "$here/{real.name}" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
