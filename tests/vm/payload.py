# SPDX-License-Identifier: BSD-2-Clause
"""What the guest boots with: busybox, our init, and for this run the command, files and kernel modules."""
from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

import kmods
from common import HERE, VmError, cache_dir, locked, run, tool
from cpio import Tree
from kernels import Kernel

HOME = "/t"  # --file without a destination goes here; first in PATH and the working directory of the command


def initramfs(kernel: Kernel, command: str, files: Iterable[str], modules: Iterable[str], nonce: str) -> bytes:
    tree = Tree()
    _base(tree)
    libraries = Libraries(tree)
    for argument in files:
        source, destination = _split(argument)
        _add(tree, libraries, source, destination)
    names = []
    for name, data in kmods.load(kernel, modules):
        tree.file(f"vm/modules/{name}.ko", data)
        names.append(name)
    settings = {"NONCE": nonce, "MODULES": " ".join(names), "LD_LIBRARY_PATH": libraries.search_path()}
    tree.file("vm/env", "".join(f"{k}={shlex.quote(v)}\n" for k, v in settings.items()).encode())
    tree.file("vm/command", command.encode() + b"\n")
    return tree.archive()


def _base(tree: Tree) -> None:
    tree.file("bin/busybox", Path(_static_busybox()).read_bytes(), 0o755)
    tree.symlink("bin/sh", "busybox")
    tree.file("init", (HERE / "guest" / "init").read_bytes(), 0o755)
    tree.file("vm/qexit", _qexit().read_bytes(), 0o755)
    tree.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    tree.file("etc/group", b"root:x:0:\n")
    tree.file("etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n")
    for path in ("dev", "proc", "sys", "run", "root", "tmp", "vm/modules", HOME):
        tree.directory(path)


def _static_busybox() -> str:
    path = tool("busybox")
    if _needs_libraries(path):
        raise VmError(f"{path} is linked dynamically: apt install busybox-static")
    return path


def _qexit() -> Path:
    """The compiled guest/qexit.c; its name carries the hash of the source."""
    source = HERE / "guest" / "qexit.c"
    built = cache_dir() / f"qexit-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}"
    with locked("qexit"):
        if not built.exists():
            run(["gcc", "-O2", "-static", "-s", "-Wall", "-Werror", "-o", f"{built}.new", str(source)])
            os.rename(f"{built}.new", built)
    return built


def _split(argument: str) -> tuple[Path, str]:
    """SRC[:DST]; DST relative to HOME, or a directory if it ends in '/'."""
    name, _, destination = argument.partition(":")
    source = Path(name)
    if not source.exists():
        raise VmError(f"--file {argument}: '{name}' does not exist")
    if not destination or destination.endswith("/"):
        destination += source.name
    return source, os.path.join(HOME, destination)


def _add(tree: Tree, libraries: Libraries, source: Path, destination: str) -> None:
    if source.is_dir():
        tree.directory(destination)
        for child in sorted(source.iterdir()):
            _add(tree, libraries, child, f"{destination}/{child.name}")
        return
    data = source.read_bytes()
    tree.file(destination, data, 0o755 if os.access(source, os.X_OK) else 0o644)
    if data[:4] == b"\x7fELF" and source.suffix not in (".ko", ".o"):
        libraries.add_for(source)


class Libraries:
    """The shared libraries of the programs added, at the paths the host's loader finds them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._directories: dict[str, None] = {}  # in order of appearance

    def add_for(self, program: Path) -> None:
        for path in _ldd(program):
            if path in self._tree:
                continue
            # Path.read_bytes() follows libx.so.1 -> libx.so.1.2.3: the guest gets one plain file per soname.
            self._tree.file(path, Path(path).read_bytes(), 0o755)
            self._directories.setdefault(os.path.dirname(path))

    def search_path(self) -> str:
        """For LD_LIBRARY_PATH: the guest has no ld.so.cache, so directories from ld.so.conf need naming."""
        return ":".join(self._directories)


def _needs_libraries(program: str) -> bool:
    done = subprocess.run([tool("ldd"), program], capture_output=True, check=False)
    return done.returncode == 0 and b"statically linked" not in done.stdout


def _ldd(program: Path) -> list[str]:
    if not _needs_libraries(str(program)):
        return []  # a static program, or one ldd cannot judge: then the guest will say why it does not start
    said = run(["ldd", str(program)]).stdout.decode()
    missing = re.findall(r"^\s*(\S+) => not found", said, re.MULTILINE)
    if missing:
        raise VmError(f"{program}: this machine lacks its libraries {' '.join(missing)}")
    return re.findall(r"(/\S+) \(0x", said)
