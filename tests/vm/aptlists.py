# SPDX-License-Identifier: BSD-2-Clause
"""Package lookup and download through apt, for the machine's own suites and for any other Debian suite.

Another suite gets a private apt state below the cache: /etc/apt and /var/lib/apt are only read. One state per
suite and architecture keeps the lists small, and apt parses the lists anew in each call.
"""
from __future__ import annotations

import functools
import re
import time
from dataclasses import dataclass
from pathlib import Path

from common import VmError, cache_dir, locked, run, tool

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LISTS_MAX_AGE = 24 * 3600


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    depends: str

    @property
    def spec(self) -> str:
        """As apt-get download wants it."""
        return f"{self.name}:{self.architecture}={self.version}"


def configured_uris() -> list[str]:
    """The Debian mirrors of this machine's own apt configuration, in order."""
    uris: list[str] = []
    etc = Path("/etc/apt")
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("deb ") or line.lower().startswith("uris:"):
                uris += re.findall(r"https?://[^\s\]]+", line)
    return [uri.rstrip("/") for uri in uris]


def mirror_for(suite: str) -> str:
    """The mirror that carries a suite, derived from the mirrors this machine already uses."""
    uris = configured_uris()
    main = next((u for u in uris if u.endswith("/debian")), None)
    security = next((u for u in uris if u.endswith("/debian-security")), main and main + "-security")
    chosen = security if suite.endswith("-security") else main
    if chosen is None:
        raise VmError(f"no Debian mirror in /etc/apt to take suite '{suite}' from: add a '.../debian' source")
    return chosen


class Apt:
    """apt with the machine's configuration (suite None) or with a private one for one suite."""

    def __init__(self, suite: str | None, architecture: str) -> None:
        self.suite = suite
        self.architecture = architecture
        self.options = [] if suite is None else self._private(suite)
        self.options += ["-o", "APT::Sandbox::User=root"]  # or apt warns that _apt cannot write to the cache

    def _private(self, suite: str) -> list[str]:
        state = cache_dir() / "apt" / f"{suite}-{self.architecture}"
        for part in ("lists/partial", "cache/archives/partial"):
            (state / part).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        signed = f" signed-by={KEYRING}" if KEYRING.exists() else ""
        source = f"deb [arch={self.architecture}{signed}] {mirror_for(suite)} {suite} main\n"
        (state / "sources.list").write_text(source, encoding="utf-8")
        settings = {
            "Dir::Etc::sourcelist": f"{state}/sources.list", "Dir::Etc::sourceparts": "-",
            "Dir::State": str(state), "Dir::State::status": f"{state}/status", "Dir::State::lists": f"{state}/lists",
            "Dir::Cache": f"{state}/cache", "Dir::Cache::archives": f"{state}/cache/archives",
            "APT::Architecture": self.architecture, "APT::Architectures": self.architecture,
            "APT::Update::Post-Invoke": "", "APT::Update::Post-Invoke-Success": "", "Acquire::Languages": "none",
        }
        options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        with locked(f"apt-{suite}-{self.architecture}"):
            self._update(state / "updated", options)
        return options

    @staticmethod
    def _update(stamp: Path, options: list[str]) -> None:
        if stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_MAX_AGE:
            return
        run(["apt-get", *options, "-qq", "update"])
        stamp.touch()

    def find(self, pattern: str) -> list[Package]:
        """Every package whose whole name matches the pattern, newest version first."""
        wanted = re.compile(pattern)
        prefix = re.match(r"[a-z0-9-]*", pattern.replace("\\", " "))
        listed = run(["apt-cache", *self.options, "pkgnames", prefix.group(0) if prefix else ""])
        names = sorted({n for n in listed.stdout.decode().split() if wanted.fullmatch(n)})
        found = self.show(names) if names else []
        return sorted(found, key=functools.cmp_to_key(_newer_first))

    def show(self, names: list[str]) -> list[Package]:
        """The candidate version of each of these packages."""
        shown = run(["apt-cache", *self.options, "show", "--no-all-versions", *names]).stdout.decode()
        records = [_fields(record) for record in shown.split("\n\n") if record.strip()]
        return [
            Package(r["Package"], r["Version"], r["Architecture"], r.get("Depends", ""))
            for r in records if r["Architecture"] in (self.architecture, "all")
        ]

    def download(self, packages: list[Package]) -> list[Path]:
        """The .deb files of these packages; what is in the cache already is not fetched again."""
        debs = cache_dir() / "debs"
        debs.mkdir(exist_ok=True)
        paths = [debs / _deb_name(package) for package in packages]
        missing = [p.spec if p.architecture != "all" else f"{p.name}={p.version}"
                   for p, path in zip(packages, paths) if not path.exists()]
        if missing:
            run(["apt-get", *self.options, "-qq", "download", *missing], cwd=debs)
        return paths


def _fields(record: str) -> dict[str, str]:
    return {m.group(1): m.group(2) for m in re.finditer(r"^([A-Z][\w-]*): (.*)$", record, re.MULTILINE)}


def _deb_name(package: Package) -> str:
    version = package.version.replace(":", "%3a")
    return f"{package.name}_{version}_{package.architecture}.deb"


@functools.lru_cache(maxsize=None)
def _is_newer(one: str, other: str) -> bool:
    import subprocess  # the status is the answer, so not common.run()
    return subprocess.run([tool("dpkg"), "--compare-versions", one, "gt", other], check=False).returncode == 0


def _newer_first(one: Package, other: Package) -> int:
    if one.version == other.version:
        return 0
    return -1 if _is_newer(one.version, other.version) else 1
