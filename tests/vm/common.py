# SPDX-License-Identifier: BSD-2-Clause
"""What every part of the VM tier shares: the error type, the cache, running tools."""
from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Tool -> Debian package, so that a missing tool is told as "apt install X" and not as a FileNotFoundError.
PACKAGE_OF = {
    "apt-cache": "apt",
    "apt-get": "apt",
    "busybox": "busybox-static",
    "dpkg": "dpkg",
    "dpkg-deb": "dpkg",
    "gcc": "gcc libc6-dev",
    "gcc-12": "gcc-12",
    "ldd": "libc-bin",
    "lz4": "lz4",
    "make": "make",
    "pahole": "pahole",
    "qemu-system-x86_64": "qemu-system-x86",
    "setpriv": "util-linux",
    "zstd": "zstd",
}


class VmError(Exception):
    """Something the user can act on; the text says what is wrong and what to do."""


def tool(name: str) -> str:
    """The full path of a program, or an error that names the package to install."""
    path = shutil.which(name)
    if path is None:
        raise VmError(f"'{name}' is not installed: apt install {PACKAGE_OF.get(name, name)}")
    return path


def run(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[bytes]:
    """Run a tool to its end with captured output; a failure shows the end of what it said."""
    argv = [tool(command[0]), *command[1:]]
    done = subprocess.run(argv, capture_output=True, check=False, **kwargs)  # type: ignore[call-overload]
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise VmError(f"{' '.join(command[:8])} ... failed with {done.returncode}:\n  " + "\n  ".join(said[-15:]))
    return done


def cache_dir() -> Path:
    """Where everything downloaded or built lives; nothing of it belongs to the repository."""
    configured = os.environ.get("UNFREED_VM_CACHE")
    path = Path(configured) if configured else Path.home() / ".cache" / "unfreed-vm"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of the cache: parallel test runs must not build the same thing twice at once."""
    locks = cache_dir() / "locks"
    locks.mkdir(exist_ok=True)
    with open(locks / name, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
