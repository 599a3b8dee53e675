#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where the time of a test program goes: scripts/slowest-tests.py FILE of --gtest_output=json:FILE."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
if not text:
    sys.exit("no times: the program did not come to its end")
suites = json.loads(text)["testsuites"]
tests = [(float(test["time"].rstrip("s")), f"{suite['name']}.{test['name']}")
         for suite in suites for test in suite["testsuite"]]
longest = sorted(tests, reverse=True)[:16]
print("took longest:", ", ".join(f"{name} {seconds:.0f} s" for seconds, name in longest))
