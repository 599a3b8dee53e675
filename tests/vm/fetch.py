#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fetch kernels for the VM tier into the cache: Debian packages, extracted, ready to boot.

Nothing is installed and /etc/apt is not touched. A kernel already in the cache costs nothing.
"""
from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import emulator
import kernels
import kimage
from aptlists import Apt, Package
from common import VmError, cache_dir, locked, run
from kernels import Kernel, Series

CANDIDATES = 4  # an index may list packages that the pool has dropped already


def ensure(name: str, architecture: str = "amd64", refresh: bool = False) -> Kernel:
    """The kernel of this series, fetched if the cache has none (or with refresh: if there is a newer one)."""
    series = kernels.series(name)
    kernel = kernels.cached(name, architecture)
    if kernel is not None and not refresh:
        return kernel
    with locked(f"kernel-{name}-{architecture}"):
        kernel = kernels.cached(name, architecture)  # another process may have fetched it meanwhile
        if kernel is not None and not refresh:
            return kernel
        return _fetch(series, architecture, kernel)


def apts(series: Series, architecture: str) -> Iterator[Apt]:
    """Where to look, cheapest first: the machine's own suites need no index download."""
    yield Apt(None, architecture)
    for suite in series.suites:
        yield Apt(suite, architecture)


def _fetch(series: Series, architecture: str, present: Kernel | None) -> Kernel:
    problems: list[str] = []
    for apt in apts(series, architecture):
        for package in apt.find(series.package_pattern(architecture))[:CANDIDATES]:
            if present is not None and (present.package, present.version) == (package.name, package.version):
                return present
            try:
                debs = apt.download([package, *_companions(apt, package)])
            except VmError as error:
                problems.append(str(error))
                continue
            return _install(series, architecture, apt, package, debs)
    if present is not None:
        return present
    tried = ", ".join(series.suites)
    detail = "\n".join(problems) or f"no package matches {series.package_pattern(architecture)}"
    raise VmError(f"cannot fetch {series.name} for {architecture} (suites: {tried}):\n{detail}\n"
                  "Add a suite that still has this series to kernels.txt.")


def _companions(apt: Apt, package: Package) -> list[Package]:
    """The other halves of a split image: linux-modules-*."""
    binary = re.fullmatch(r"linux-binary-(?:unsigned-)?(.*)", package.name)
    return apt.find(re.escape(f"linux-modules-{binary.group(1)}"))[:1] if binary else []


def _install(series: Series, architecture: str, apt: Apt, package: Package, debs: list[Path]) -> Kernel:
    """Extract next to the final place and rename: a kernel directory is complete or absent."""
    target = kernels.kernel_dir(series.name, architecture)
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
        new = Path(scratch) / "kernel"
        root = new / "root"
        root.mkdir(parents=True)
        for deb in debs:
            run(["dpkg-deb", "-x", str(deb), str(root)])
        modules = _modules_of(root)
        (new / "vmlinux").write_bytes(kimage.uncompressed(_boot_image(root).read_bytes()))
        kernel = Kernel(
            series=series.name, architecture=architecture, release=modules.name, package=package.name,
            version=package.version, suite=apt.suite, image="vmlinux", modules=str(modules.relative_to(new)),
            debs={deb.name: hashlib.sha256(deb.read_bytes()).hexdigest() for deb in debs},
        )
        kernel.save(new)
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
    return kernel


def _boot_image(root: Path) -> Path:
    images = [*root.glob("boot/vmlinuz-*"), *root.glob("usr/lib/modules/*/vmlinuz*")]
    if not images:
        raise VmError("the packages hold no vmlinuz: Debian moved it, see _boot_image() in fetch.py")
    return images[0]


def _modules_of(root: Path) -> Path:
    found = [p.parent for p in (*root.glob("lib/modules/*/kernel"), *root.glob("usr/lib/modules/*/kernel"))]
    if not found:
        raise VmError("the packages hold no lib/modules/*/kernel: Debian moved it, see _modules_of() in fetch.py")
    return found[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", nargs="*", help="as in kernels.txt, e.g. 6.1; none: the default set")
    parser.add_argument("--all", action="store_true", help="every series of kernels.txt")
    parser.add_argument("--arch", default="amd64", choices=("amd64", "arm64"), help="Debian architecture")
    parser.add_argument("--refresh", action="store_true", help="look for a newer package of a cached series")
    options = parser.parse_args()
    names = options.series or [s.name for s in kernels.load().values() if options.all or s.is_default]
    failed = 0
    try:
        emulator.command(threads=True)
    except VmError as error:
        print(f"fetch: {error}", file=sys.stderr)
        failed = 1
    for name in names:
        try:
            kernel = ensure(name, options.arch, options.refresh)
            print(f"{name}: {kernel.release} ({kernel.version} from {kernel.suite or 'own suites'}) {kernel.image_path}")
        except VmError as error:
            print(f"fetch: {error}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
