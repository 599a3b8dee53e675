#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Build the deliberately leaking kernel module (module/) for fetched kernels; prints the path of the .ko."""
from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fetch
import kbuildtools
from aptlists import Apt, Package
from common import HERE, VmError, cache_dir, locked, run, tool
from kernels import Kernel

SOURCES = sorted(p for p in (HERE / "module").iterdir() if p.suffix in (".c", ".h") or p.name == "Makefile")


def ensure(series: str) -> Path:
    """The module for this series, built unless the cache has one of the same sources and kernel."""
    kernel = fetch.ensure(series)
    contents = b"".join(source.read_bytes() for source in SOURCES)
    built = cache_dir() / "modules" / f"{kernel.release}-{hashlib.sha256(contents).hexdigest()[:12]}" / "leaky.ko"
    with locked(f"module-{kernel.release}"):
        if not built.exists():
            built.parent.mkdir(parents=True, exist_ok=True)
            _build(kernel, _headers(kernel), built)
    return built


def _headers(kernel: Kernel) -> Path:
    """The extracted headers of this kernel: what /usr/src/linux-headers-RELEASE would be if installed."""
    root = cache_dir() / "headers" / kernel.release
    if not root.exists():
        apt = Apt(kernel.suite, kernel.architecture)
        debs = apt.download(_header_packages(apt, kernel))
        root.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root.parent, prefix=".new-") as scratch:
            new = Path(scratch) / "root"
            new.mkdir()
            for deb in debs:
                run(["dpkg-deb", "-x", str(deb), str(new)])
            _relocate(new / "usr" / "src" / f"linux-headers-{kernel.release}" / "Makefile", root)
            kbuildtools.adapt(new, apt)
            new.rename(root)
    return root / "usr" / "src" / f"linux-headers-{kernel.release}"


def _header_packages(apt: Apt, kernel: Kernel) -> list[Package]:
    found = apt.find(re.escape(f"linux-headers-{kernel.release}"))
    if not found:
        raise VmError(f"no headers for {kernel.release}: Debian builds none for this kernel, or has dropped them "
                      f"with a newer one (then: fetch.py --refresh {kernel.series})")
    parts = re.findall(r"\blinux-(?:headers|kbuild)-[^\s,]+", found[0].depends)
    return [found[0], *(package for name in parts for package in apt.find(re.escape(name))[:1])]


def _relocate(makefile: Path, root: Path) -> None:
    """The Makefile names the common headers by absolute path; everything else is linked relatively."""
    text = makefile.read_text(encoding="utf-8")
    makefile.write_text(text.replace("/usr/src/", f"{root}/usr/src/"), encoding="utf-8")


def _build(kernel: Kernel, headers: Path, built: Path) -> None:
    gcc = tool("gcc")
    variables = [f"CC={gcc}"]
    if not _pahole_suffices(headers):
        variables.append("CONFIG_DEBUG_INFO_BTF_MODULES=")  # the module works without BTF of its own
    if not _accepts(gcc, "-fmin-function-alignment=16"):
        variables.append("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=")  # the kernel was built by a newer gcc
    with tempfile.TemporaryDirectory(prefix="unfreed-module-") as scratch:
        for source in SOURCES:
            shutil.copy(source, scratch)
        run(["make", "-C", str(headers), f"M={scratch}", *variables, "modules"])
        shutil.copy(Path(scratch) / "leaky.ko", built.with_suffix(".new"))
    built.with_suffix(".new").rename(built)


def _pahole_suffices(headers: Path) -> bool:
    """The build calls pahole with the options of the version that the kernel was built with."""
    config = re.search(r"^CONFIG_PAHOLE_VERSION=(\d+)$", (headers / ".config").read_text("utf-8"), re.MULTILINE)
    if config is None or shutil.which("pahole") is None:
        return False
    return int(run(["pahole", "--numeric_version"]).stdout) >= int(config.group(1))


def _accepts(gcc: str, flag: str) -> bool:
    probe = [gcc, flag, "-fsyntax-only", "-x", "c", "/dev/null"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="+", help="as in kernels.txt")
    for series in parser.parse_args().series:
        try:
            print(ensure(series))
        except VmError as error:
            print(f"module: {series}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
