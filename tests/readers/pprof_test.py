# SPDX-License-Identifier: BSD-2-Clause
"""pprof in go tool pprof, and in JavaScript: the numbers are those of the JSON."""
import glob
import os
import re
import unittest

from reports import READERS, Reports, node, output_of

GOROOT = (glob.glob(f"{READERS}/root/usr/lib/go-*") + [None])[0]


def go_pprof(*arguments):
    return output_of(f"{GOROOT}/bin/go", "tool", "pprof", "-unit=byte", *arguments,
                     env={**os.environ, "GOROOT": GOROOT, "HOME": "/nonexistent", "GOFLAGS": "-mod=mod"})


def number(text):
    return round(float(re.match(r"-?[0-9.]+", text).group()))


class Pprof(Reports):
    def top(self, *arguments, name="before"):
        """The total, and what each function has itself."""
        text = go_pprof("-top", "-nodefraction=0", "-nodecount=100000", *arguments, self.path("pprof", name))
        total = re.search(r"accounting for \S+ \S+ of (\S+) total", text).group(1)
        rows = [line.split(None, 5) for line in text.splitlines() if re.match(r" *-?[0-9]\S* +-?[0-9.]+%? ", line)]
        return number(total), {row[5]: number(row[0]) for row in rows}

    def test_top_has_the_sums_of_the_json(self):
        for index, field in (("inuse_objects", "count"), ("inuse_space", "bytes"), ("alloc_objects", "births")):
            total, rows = self.top(f"-sample_index={index}")
            self.assertEqual(total, self.sum(field), index)
            self.assertEqual(sum(rows.values()), total, index)
        self.assertEqual(self.top()[0], self.sum("bytes"))  # what it begins with

    def test_tags_have_the_sums_of_each_value(self):
        text = go_pprof("-tags", "-sample_index=inuse_objects", self.path("pprof"))
        for key in ("class", "cache", "verdict"):
            block = re.search(rf"^ *{key}: Total (\S+)\n((?: .*\n)+)", text, re.M)
            found = {row.split("): ")[1]: number(row) for row in block.group(2).strip().splitlines()
                     for row in [row.strip()]}
            wanted = {}
            for group in self.groups():
                wanted[group[key]] = wanted.get(group[key], 0) + group["count"]
            self.assertEqual(found, wanted, text)

    def test_tagfocus_leaves_what_leaks(self):
        leaking = sum(group["count"] for group in self.groups() if group["verdict"] == "leaking")
        self.assertGreater(leaking, 0)
        _, rows = self.top("-sample_index=inuse_objects", "-tagfocus=verdict=leaking")
        self.assertEqual(sum(rows.values()), leaking)

    def test_diff_base_has_what_came_and_what_went(self):
        self.assertEqual(self.top("-diff_base", self.path("pprof"))[1], {})
        _, rows = self.top("-sample_index=inuse_objects", "-diff_base", self.path("pprof"), name="after")
        self.assertEqual(sum(rows.values()), self.sum("count", "after") - self.sum("count"))

    def test_javascript_reads_the_same(self):
        read = node("pprof_sums.cjs", self.path("pprof"))
        self.assertEqual(read["types"], ["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count",
                                         "inuse_space/bytes"])
        self.assertEqual(read["sums"][0], self.sum("births"))
        self.assertEqual(read["sums"][2:], [self.sum("count"), self.sum("bytes")])
        self.assertEqual(read["verdicts"], sorted({group["verdict"] for group in self.groups()}))
        self.assertEqual(read["locationsWithoutFunction"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
