# SPDX-License-Identifier: BSD-2-Clause
"""Recordings, what unfreed tells of them in every form, and the programs of others that read it. Run by
test.sh, which says where all of these are."""
import json
import os
import subprocess
import tempfile
import unittest

UNFREED, RECORDINGS, READERS = (os.environ[name] for name in ("UNFREED", "RECORDINGS", "READERS"))
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NPM = f"{READERS}/npm/node_modules"


def output_of(*command, **more):
    """Of a program that has to succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    assert done.returncode == 0, f"{command}: status {done.returncode}\n{done.stdout}"
    return done.stdout


def node(script, *arguments):
    """What a script of this folder prints as JSON."""
    return json.loads(output_of("node", f"{HERE}/{script}", *arguments, env={**os.environ, "NODE_PATH": NPM}))


class Reports(unittest.TestCase):
    """before and after: two recordings of one host in a folder, each in all forms that readers are for."""
    FORMS = {"json": "json", "pprof": "pb.gz", "speedscope": "speedscope.json", "folded": "folded", "junit": "xml",
             "sarif": "sarif", "openmetrics": "prom"}

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        subprocess.run([RECORDINGS, cls.folder], check=True)
        for name in ("before", "after"):
            outputs = [word for form, end in cls.FORMS.items() for word in ("-o", f"{form}={cls.folder}/{name}.{end}")]
            subprocess.run([UNFREED, "report", f"{cls.folder}/{name}.unfreed", *outputs], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def path(self, form, name="before"):
        return f"{self.folder}/{name}.{self.FORMS[form]}"

    def report(self, name="before"):
        with open(self.path("json", name)) as file:
            return json.load(file)

    def groups(self, name="before"):
        report = self.report(name)
        self.assertEqual(report["groups_omitted"], 0)
        return [group for group in report["groups"] if group["judged"]]

    def sum(self, field, name="before"):
        total = sum(group[field] or 0 for group in self.groups(name))
        self.assertGreater(total, 0)
        return total
