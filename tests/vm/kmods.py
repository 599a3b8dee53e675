# SPDX-License-Identifier: BSD-2-Clause
"""Kernel modules for the guest: found by name in the kernel package or given as a .ko, with dependencies."""
from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import kimage
from common import VmError
from kernels import Kernel


def load(kernel: Kernel, wanted: Iterable[str]) -> list[tuple[str, bytes]]:
    """(name, uncompressed .ko) in the order to insert them. Debian ships no modules.dep: depmod makes it later."""
    available = {_name(path): path for path in kernel.modules_path.glob("**/*.ko*")}
    builtin = _builtin(kernel)
    loaded: dict[str, bytes] = {}

    def add(name: str, path: Path | None) -> None:
        if name in loaded or name in builtin:
            return
        if path is None:
            raise VmError(f"kernel {kernel.release} has no module '{name}': see ls {kernel.modules_path}/kernel")
        data = kimage.unpack(path.read_bytes())  # busybox insmod takes no compressed module
        for dependency in _depends(data):
            add(dependency, available.get(dependency))
        loaded[name] = data

    for one in wanted:
        if one.endswith(".ko"):
            path = Path(one)
            if not path.is_file():
                raise VmError(f"--module {one}: no such file")
            add(_name(path), path)
        else:
            add(_normal(one), available.get(_normal(one)))
    return list(loaded.items())


def _normal(name: str) -> str:
    return name.replace("-", "_")


def _name(path: Path) -> str:
    return _normal(path.name.partition(".ko")[0])


def _builtin(kernel: Kernel) -> set[str]:
    """What other kernels have as a module may be built in here: asking for it is no error."""
    listing = kernel.modules_path / "modules.builtin"
    return {_name(Path(line)) for line in listing.read_text(encoding="utf-8").split()} if listing.exists() else set()


def _depends(module: bytes) -> list[str]:
    found = re.search(rb"\0depends=([^\0]*)\0", module)
    return [_normal(name) for name in found.group(1).decode().split(",") if name] if found else []
