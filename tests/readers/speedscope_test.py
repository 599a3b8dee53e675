# SPDX-License-Identifier: BSD-2-Clause
"""speedscope, the program, in a browser: what it shows of its own form, of pprof and of folded stacks."""
import base64
import os
import sys
import time
import unittest

from reports import HERE, NPM, Reports, node

sys.path.insert(0, f"{os.path.dirname(HERE)}/browser")
import browser  # noqa: E402

UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}


class Speedscope(Reports):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = browser.Browser(browser.find(), os.path.join(cls.folder, "profile"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        super().tearDownClass()

    def rows(self, form):
        """Of its table of functions: how much each has by itself. It begins with the most."""
        path = self.path(form)
        with open(path, "rb") as file:
            content = base64.b64encode(file.read()).decode()
        with open(f"{self.folder}/load.js", "w") as script:
            script.write(f'speedscope.loadFileFromBase64("{os.path.basename(path)}", "{content}")')
        self.browser.call("Page.navigate", url="about:blank")
        self.browser.until("location.href === 'about:blank'", "an empty page")
        self.browser.call("Page.navigate", url=f"file://{NPM}/speedscope/dist/release/index.html#view=sandwich"
                                               f"&localProfilePath={self.folder[1:]}/load.js")
        table = "[...document.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
        self.browser.until(f"{table}.length > 1", f"speedscope shows {path}")
        time.sleep(0.2)
        return [row for row in self.browser.value(table) if len(row) == 3 and row[0][:1].isdigit() and row[1][:1].isdigit()]

    @staticmethod
    def amount(cell):
        words = cell.split(" (")[0].replace(",", "").split()
        return float(words[0]) * UNITS.get(words[1] if len(words) > 1 else "B", 1)

    def own(self, rows):
        return sum(self.amount(row[1]) for row in rows)

    def test_its_own_form_has_the_objects(self):
        rows = self.rows("speedscope")
        self.assertEqual(self.own(rows), self.sum("count"))
        most = max(self.groups(), key=lambda group: group["count"])
        self.assertEqual(self.amount(rows[0][1]), most["count"])
        self.assertIn(most["cache"], rows[0][2])

    def test_folded_stacks_are_the_same(self):
        self.assertEqual(self.own(self.rows("folded")), self.sum("count"))

    def test_pprof_has_the_bytes(self):
        self.assertAlmostEqual(self.own(self.rows("pprof")) / self.sum("bytes"), 1, places=2)

    def test_its_schema_holds(self):
        schema = f"{NPM}/speedscope/dist/release/file-format-schema.json"
        self.assertEqual(node("validate.cjs", schema, self.path("speedscope")), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
