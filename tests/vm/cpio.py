# SPDX-License-Identifier: BSD-2-Clause
"""A file tree in memory and its "newc" cpio archive, the format the kernel unpacks as initramfs."""
from __future__ import annotations

import stat
from pathlib import PurePosixPath

# Like Debian the guest has one /usr: a binary linked against /lib/... and a script naming /usr/bin/env both work.
USR_LINKS = ("bin", "sbin", "lib", "lib64")


class Tree:
    """Paths (without the leading slash) with their mode and data; parents come into being by themselves."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[int, bytes]] = {}
        for name in USR_LINKS:
            self.directory(f"usr/{name}")
            self._entries[name] = (stat.S_IFLNK | 0o777, f"usr/{name}".encode())

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        self._add(path, stat.S_IFREG | mode, data)

    def directory(self, path: str, mode: int = 0o755) -> None:
        self._add(path, stat.S_IFDIR | mode, b"")

    def symlink(self, path: str, target: str) -> None:
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def __contains__(self, path: str) -> bool:
        return str(_inside(path)) in self._entries

    def archive(self) -> bytes:
        parts = [_record(number, name, mode, data)
                 for number, (name, (mode, data)) in enumerate(self._entries.items(), 1)]
        parts.append(_record(0, "TRAILER!!!", 0, b""))
        return b"".join(parts)

    def _add(self, path: str, mode: int, data: bytes) -> None:
        where = _inside(path)
        for parent in reversed(where.parents[:-1]):  # the kernel does not create missing directories
            self._entries.setdefault(str(parent), (stat.S_IFDIR | 0o755, b""))
        self._entries[str(where)] = (mode, data)


def _inside(path: str) -> PurePosixPath:
    """The path as stored: relative, and through the /usr links, which cpio would not follow."""
    where = PurePosixPath(path.lstrip("/"))
    return PurePosixPath("usr", where) if where.parts[0] in USR_LINKS and len(where.parts) > 1 else where


def _record(inode: int, name: str, mode: int, data: bytes) -> bytes:
    encoded = name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    numbers = (inode, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + encoded) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
