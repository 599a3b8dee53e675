# SPDX-License-Identifier: BSD-2-Clause
"""The list of kernels (kernels.txt) and what the cache holds of each."""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from common import HERE, VmError, cache_dir


@dataclass(frozen=True)
class Series:
    name: str
    is_default: bool
    suites: tuple[str, ...]
    pattern: str

    def package_pattern(self, architecture: str) -> str:
        return self.pattern.replace("{arch}", architecture)


@dataclass(frozen=True)
class Kernel:
    """One fetched kernel. Written as kernel.json last, so its presence means the directory is complete."""

    series: str
    architecture: str
    release: str  # as uname -r
    package: str
    version: str
    suite: str | None  # None: from the machine's own suites
    debs: dict[str, str]  # file name -> sha256
    image: str  # the file to boot, relative to the directory
    modules: str  # lib/modules/RELEASE, relative to the directory

    @property
    def directory(self) -> Path:
        return kernel_dir(self.series, self.architecture)

    @property
    def image_path(self) -> Path:
        return self.directory / self.image

    @property
    def modules_path(self) -> Path:
        return self.directory / self.modules

    def save(self, directory: Path) -> None:
        (directory / "kernel.json").write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def kernel_dir(series: str, architecture: str) -> Path:
    return cache_dir() / "kernels" / f"{series}-{architecture}"


def cached(series: str, architecture: str) -> Kernel | None:
    path = kernel_dir(series, architecture) / "kernel.json"
    if not path.exists():
        return None
    try:
        return Kernel(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None  # written by another version of this file: fetch anew


def load() -> dict[str, Series]:
    found: dict[str, Series] = {}
    path = HERE / "kernels.txt"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 4 or words[1] not in ("default", "extended"):
            raise VmError(f"{path.name}:{number}: want 'series default|extended suites package  # why'")
        found[words[0]] = Series(words[0], words[1] == "default", tuple(words[2].split(",")), words[3])
    return found


def series(name: str) -> Series:
    known = load()
    if name not in known:
        raise VmError(f"no kernel series '{name}' in kernels.txt; there is: {' '.join(known)}")
    return known[name]
