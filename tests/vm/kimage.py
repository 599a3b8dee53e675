#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Look inside kernel images: the uncompressed kernel of a boot image, the BTF of any image.

As a program: kimage.py vmlinux IMAGE OUTPUT | kimage.py btf IMAGE OUTPUT
"""
from __future__ import annotations

import gzip
import lzma
import struct
import sys
import zlib
from pathlib import Path

from common import VmError, run

# First bytes of a compressed stream -> command that unpacks it from stdin.
UNPACKERS: dict[bytes, list[str]] = {
    b"\x28\xb5\x2f\xfd": ["zstd", "-q", "-dc"],
    b"\x02\x21\x4c\x18": ["lz4", "-q", "-dc"],  # the legacy frame the kernel build writes
}


def unpack(data: bytes) -> bytes:
    """Undo one layer of compression; data that is not compressed comes back as it is."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:6] == b"\xfd7zXZ\x00":
        return lzma.decompress(data)
    command = UNPACKERS.get(data[:4])
    return data if command is None else run(command, input=data).stdout


def uncompressed(data: bytes) -> bytes:
    """The kernel itself: ELF for x86, raw Image for arm64.

    On x86 QEMU boots the ELF through its PVH note, so the guest does not have to decompress itself:
    under emulation that takes as long as the rest of the boot.
    """
    if data[0x202:0x206] == b"HdrS":
        return _of_bzimage(data)
    if data[4:8] == b"zimg":
        return _of_zboot(data)
    return unpack(data)


def _of_bzimage(data: bytes) -> bytes:
    """Offsets: Documentation/arch/x86/boot.rst, setup_sects and payload_offset/payload_length."""
    setup_sectors = data[0x1F1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = data[start : start + length - 4]  # the last four bytes are the unpacked size, not the stream
    elf = unpack(payload)
    if elf[:4] != b"\x7fELF":
        raise VmError(f"bzImage: unknown payload compression (first bytes {payload[:4].hex()})")
    return elf


def _of_zboot(data: bytes) -> bytes:
    """EFI zboot, the arm64 images of newer kernels: payload offset and size at 8."""
    offset, length = struct.unpack_from("<II", data, 8)
    payload = data[offset : offset + length]
    if payload[:2] == b"\x1f\x8b":
        # Not gzip.decompress(): it refuses the size that follows the stream.
        return zlib.decompressobj(31).decompress(payload)
    return unpack(payload)


def btf(kernel: bytes) -> bytes:
    """The .BTF data of an uncompressed kernel, found by its header: a raw arm64 Image has no sections."""
    magic = b"\x9f\xeb\x01\x00\x18\x00\x00\x00"  # magic, version 1, flags 0, header length 24
    at = kernel.find(magic)
    while at >= 0:
        types, types_size, strings, strings_size = struct.unpack_from("<IIII", kernel, at + 8)
        # Code that writes or checks the magic matches too: only the kernel's own has megabytes of types.
        if types == 0 and strings == types_size and types_size > 1 << 20:
            return kernel[at : at + 24 + strings + strings_size]
        at = kernel.find(magic, at + 1)
    raise VmError("no BTF in this kernel image: it was built without CONFIG_DEBUG_INFO_BTF")


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or arguments[0] not in ("vmlinux", "btf"):
        print(__doc__, file=sys.stderr)
        return 2
    what, image, output = arguments
    try:
        kernel = uncompressed(Path(image).read_bytes())
        Path(output).write_bytes(btf(kernel) if what == "btf" else kernel)
    except (VmError, OSError) as error:
        print(f"kimage: {image}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
