#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks the includes of bpf/ and user/ against scripts/layers.txt: no arrow runs up, no circle.

  scripts/layers.py              check the sources
  scripts/layers.py --selfcheck  put arrows that run up and circles into a copy (in memory) of the
                                 sources, and see that each of them is found
"""
import functools
import itertools
import os
import re
import sys

SOURCES = (".h", ".c", ".cpp", ".def", ".inc", ".in")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
EXCEPTION = re.compile(r"except (\S+) -> (\S+)$")


def read_sources(root):
    """Path from the top of the repository: text."""
    texts = {}
    for top in ("bpf", "user"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith(SOURCES):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as source:
                        texts[os.path.relpath(path, root)] = source.read()
    return texts


def read_table(text):
    """Rooms in order, each with the rooms it may include; arrows that are let pass; mistakes."""
    rooms, exceptions, errors = {}, set(), []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        exception = EXCEPTION.match(line)
        if exception:
            exceptions.add(exception.groups())
        elif ":" in line:
            room, below = line.split(":", 1)
            for name in below.split():
                if name not in rooms:
                    errors.append(f"layers.txt:{number}: {name} does not stand above {room}")
            if room in rooms:
                errors.append(f"layers.txt:{number}: {room} is there twice")
            rooms[room] = set(below.split())
        elif line:
            errors.append(f"layers.txt:{number}: not understood: {line}")
    return rooms, exceptions, errors


@functools.lru_cache(maxsize=None)
def includes_of(text):
    return INCLUDE.findall(text)


def arrows_of(texts):
    """(file, included file) of what lies in the repository."""
    known = {path.removesuffix(".in") for path in texts}
    arrows = set()
    for path, text in texts.items():
        for name in includes_of(text):
            for base in (os.path.dirname(path), "user", "bpf"):
                target = os.path.normpath(os.path.join(base, name))
                if target in known:
                    arrows.add((path, target))
                    break
    return arrows


def room_of(path):
    return os.path.dirname(path)


def thing_of(path):
    """x.h and x.cpp are one thing, and so are x.bpf.h and x.bpf.c."""
    return os.path.join(room_of(path), os.path.basename(path).split(".")[0])


def in_circles(arrows):
    """Those of the arrows (between things of one room) that are part of a circle."""
    next_of = {}
    for source, target in arrows:
        next_of.setdefault(source, set()).add(target)

    def reaches(start, goal):
        seen, left = set(), [start]
        while left:
            here = left.pop()
            if here == goal:
                return True
            if here not in seen:
                seen.add(here)
                left.extend(next_of.get(here, ()))
        return False

    return {arrow for arrow in arrows if reaches(arrow[1], arrow[0])}


def check(texts, table):
    rooms, exceptions, errors = read_table(table)
    arrows = arrows_of(texts)
    for path in sorted(texts):
        if room_of(path) not in rooms:
            errors.append(f"{path}: its folder has no line in scripts/layers.txt")
    needed = set()

    def report(arrow, why):
        needed.add(arrow)
        if arrow not in exceptions:
            errors.append(f"{arrow[0]} includes {arrow[1]}: {why}")

    for source, target in sorted(arrows):
        home, away = room_of(source), room_of(target)
        if home != away and home in rooms and away not in rooms[home]:
            report((source, target), f"{home} does not stand on {away} (scripts/layers.txt)")
    within = [arrow for arrow in arrows
              if room_of(arrow[0]) == room_of(arrow[1]) and thing_of(arrow[0]) != thing_of(arrow[1])]
    bad = in_circles({(thing_of(a), thing_of(b)) for a, b in within if (a, b) not in exceptions})
    every = in_circles({(thing_of(a), thing_of(b)) for a, b in within})
    for arrow in sorted(within):
        things = (thing_of(arrow[0]), thing_of(arrow[1]))
        if things in bad or (arrow in exceptions and things in every):
            report(arrow, "part of a circle")
    for arrow in sorted(exceptions - needed):
        errors.append(f"layers.txt: `except {arrow[0]} -> {arrow[1]}` is not needed any more")
    return errors


def broken_copies(texts, table):
    """Copies of the sources with one fault each: (what it is, texts, table)."""
    below, exceptions, _ = read_table(table)
    rooms = list(below)
    file_in = {room: sorted(p for p in texts if room_of(p) == room and p.endswith((".h", ".c")))
               for room in rooms}
    for lower, upper in itertools.permutations(rooms, 2):
        if upper in below[lower] or not file_in[lower] or not file_in[upper]:
            continue
        source, target = file_in[lower][0], file_in[upper][0]
        line = f'#include "{target.split("/", 1)[1]}"\n'
        yield f"{source} -> {target}", {**texts, source: texts[source] + line}, table
    for source, target in sorted(arrows_of(texts)):
        if (room_of(source) == room_of(target) and thing_of(source) != thing_of(target)
                and target in texts and not {(source, target), (target, source)} & exceptions):
            line = f'#include "{os.path.basename(source)}"\n'
            yield (f"the circle {target} -> {source}",
                   {**texts, target: texts[target] + line}, table)
    yield "a folder without a line", {**texts, "user/new_room/file.cpp": ""}, table
    some = sorted(texts)
    yield ("an exception that is not needed", texts,
           table + f"except {some[0]} -> {some[-1]}\n")
    yield "an entry that runs up", texts, table.replace("user/base:", "user/base: user/cli")


def selfcheck(texts, table):
    number, missed = 0, []
    for name, broken, broken_table in broken_copies(texts, table):
        number += 1
        if not check(broken, broken_table):
            missed.append(name)
    for name in missed:
        print(f"not found: {name}", file=sys.stderr)
    print(f"layers: {number} faults put in, {len(missed)} not found")
    return number > 100 and not missed


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    texts = read_sources(root)
    with open(os.path.join(root, "scripts", "layers.txt"), encoding="utf-8") as file:
        table = file.read()
    errors = check(texts, table)
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        return 1
    if sys.argv[1:] == ["--selfcheck"]:
        return 0 if selfcheck(texts, table) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
