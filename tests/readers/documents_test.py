# SPDX-License-Identifier: BSD-2-Clause
"""JSON, JUnit, SARIF and metrics: by their schemas and validators, with the numbers of the JSON."""
import json
import re
import unittest
import xml.etree.ElementTree

from reports import HERE, NPM, READERS, ROOT, Reports, node, output_of


class Documents(Reports):
    def rows(self):
        """What the first screen of the text has."""
        return [group for group in self.groups() if group["attention"] != "none" and not group["companion"]]

    def test_json_keeps_its_schema(self):
        for name in ("before", "after"):
            self.assertEqual(node("validate.cjs", f"{ROOT}/docs/report-schema.json", self.path("json", name)), [])

    def test_junit_keeps_the_schema_of_jenkins(self):
        output_of("xmllint", "--noout", "--schema", f"{HERE}/jenkins-junit.xsd", self.path("junit"))
        suites = xml.etree.ElementTree.parse(self.path("junit")).getroot()
        failed = [(case.get("classname"), case.get("name")) for case in suites.iter("testcase")
                  if case.find("failure") is not None]
        self.assertEqual(sorted(failed), sorted({(f"unfreed.{group['class']}", group["attention"])
                                                 for group in self.rows()}))
        self.assertEqual(int(suites.get("failures")), len(failed))
        self.assertGreater(len(failed), 0)

    def test_the_sarif_validator_has_nothing_to_warn_of(self):
        found = f"{self.folder}/found.sarif"
        output_of(f"{NPM}/.bin/sarif-multitool", "validate", self.path("sarif"),
                  "--output", found, "--log", "ForceOverwrite")
        with open(found) as file:
            self.assertEqual([one["ruleId"] for run in json.load(file)["runs"] for one in run["results"]], [])
        with open(self.path("sarif")) as file:
            results = json.load(file)["runs"][0]["results"]
        self.assertEqual([(one["partialFingerprints"]["unfreedGroup/v1"], one["properties"]["count"]) for one in results],
                         [(group["id"], group["count"]) for group in self.rows()])

    def test_promtool_accepts_the_metrics(self):
        with open(self.path("openmetrics")) as metrics:
            said = output_of(f"{READERS}/root/usr/bin/promtool", "check", "metrics", stdin=metrics)
        self.assertEqual(said, "")
        with open(self.path("openmetrics")) as metrics:
            sums = dict(re.findall(r'^unfreed_objects\{class="(\w+)"\} (\d+)$', metrics.read(), re.M))
        wanted = {}
        for group in self.groups():
            wanted[group["class"]] = wanted.get(group["class"], 0) + group["count"]
        self.assertEqual({name: int(value) for name, value in sums.items() if value != "0"}, wanted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
