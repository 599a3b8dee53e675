#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""html_test.py HTML_SAMPLES: opens the pages that this program writes in Chromium, uses them as a
reader would, and looks at what is there. Status 77: there is no Chromium."""
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

import browser

ROWS = "[...document.querySelectorAll('.space .row[data-at]')].sort((a, b) => a.dataset.at - b.dataset.at)"
SLOWEST_LOAD_MS = 2000  # of 20 000 groups
# On a slow machine: in times a fixed piece of work of the same browser.
SLOWEST_LOAD_WORKS = 50  # some 30 were measured
WORK_MS = ("(() => { const begin = performance.now(), rows = [];"
           " for (let i = 0; i < 20000; i++) rows.push({id: 'group ' + i, frames: ['a' + i, 'b', 'c'], count: i});"
           " for (let i = 0; i < 3; i++) JSON.parse(JSON.stringify(rows)).sort((a, b) => a.id < b.id ? -1 : 1);"
           " return performance.now() - begin; })()")


def text(selector):
    return f"document.querySelector('{selector}').textContent"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([samples, cls.folder.name], check=True)
        cls.browser = browser.Browser(browser.find(), os.path.join(cls.folder.name, "profile"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.media()
        self.browser.width(1280)

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])

    def open(self, name, view=""):
        self.browser.open(f"file://{self.folder.name}/{name}.html#{view}")

    def value(self, expression):
        return self.browser.value(expression)

    def report(self, name):
        with open(f"{self.folder.name}/{name}.html") as page:
            data = page.read().split('id="data">', 1)[1].split("</script>", 1)[0]
        return json.loads(data)["report"]

    def rows(self, part=".what b"):
        return self.value(f"{ROWS}.map((row) => row.querySelector('{part}').textContent)")

    def test_the_finding_comes_first_and_the_first_row_is_told(self):
        self.open("sample")
        self.assertIn("1\u00a0000 TCP sockets", self.value(text("h1")))
        self.assertEqual(self.rows(), ["TCP socket", "negative *.tmp"])
        self.assertIn("1 000 born, 0 freed", self.value(text("#detail")))
        self.assertIn("sk_prot_alloc", self.value(text("#detail")))
        self.assertIn("objects could not be followed", self.value(text("#trust")))
        self.assertIn("10.0.0.9:51000", self.value(text("#older")))
        self.assertIn("unaccounted", self.value(text("#memory")))
        self.assertEqual(self.value("document.querySelectorAll('.spark').length"), 1)
        self.assertEqual(self.value("document.querySelectorAll('#detail .chart .point').length"), 4)

    def test_lifetimes_are_drawn_with_their_numbers(self):
        self.open("sample")
        rows = self.value("[...document.querySelectorAll('#detail .lifetimes tbody tr')].map((row) => [...row.cells].map("
                          "(cell) => cell.textContent))")
        self.assertEqual(rows,
                         [["under 1\u202fs", "20\u202f000", "0"], ["1\u202fs\u20132\u202fs", "31", "0"],
                          ["2\u202fs\u20134\u202fs", "0", "12"]])
        widths = self.value("[...document.querySelectorAll('#detail .lifetimes rect')].map((bar) => Number(bar.getAttribute('width')))")
        self.assertEqual(widths[0], 100)  # most of all
        self.assertEqual([widths[1], widths[3], widths[4]], [0, widths[3], 0])
        self.assertTrue(0 < widths[5] < widths[2] < 100, widths)

    def test_a_report_of_nothing_has_a_page_too(self):
        self.open("clean")
        self.assertIn("Nothing leaks", self.value(text("h1")))
        self.assertIn("Complete", self.value(text(".trust")))

    def test_search_sort_and_filters_are_in_the_address(self):
        self.open("sample", "show=all&sort=objects")
        self.assertEqual(self.rows(".count")[:2], ["10\u202f012", "5\u202f000"])
        self.open("sample", "show=all&sort=objects&order=asc")
        self.assertEqual(self.rows(".count")[-1], "10\u202f012")
        self.open("sample", "show=all&search=fib_create")  # a function of its stack
        self.assertEqual(self.rows(), ["kmalloc-64"])
        self.open("sample", "show=all&class=dentry")
        self.assertEqual(self.rows(), ["negative *.tmp"])

    def test_typing_searches_and_escape_clears(self):
        self.open("sample", "show=all")
        every = len(self.rows())
        self.browser.key("/")
        for letter in "router":
            self.browser.key(letter)
        self.browser.until("location.hash.includes('search=router')", "what is typed is in the address")
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(self.value("document.querySelectorAll('.hit').length > 0"), True)
        self.assertIn("the search finds 313\u202fKiB, 8\u202f%", self.value(text("#flame-state")))
        self.browser.key("Escape")
        self.browser.until(f"{ROWS}.length === {every}", "all rows come back")

    def test_a_click_sorts_and_another_turns_it(self):
        self.open("sample", "show=all")
        self.browser.click(".head .count button")
        self.browser.until("location.hash.includes('sort=objects')", "sorted")
        self.assertEqual(self.rows(".count")[0], "10\u202f012")
        self.browser.click(".head .count button")
        self.browser.until("location.hash.includes('order=asc')", "turned")
        self.assertEqual(self.rows(".count")[0], "\u2248\u202f1")

    def test_keys_go_through_the_rows(self):
        self.open("sample")
        self.value("document.querySelector('.grid').focus()")
        self.browser.key("ArrowDown")
        self.browser.until("document.querySelector('#detail').textContent.includes('*.tmp')", "the next row is told")
        self.assertEqual(self.value("document.querySelectorAll('.row[aria-selected=true]').length"), 1)

    def test_zoom_filters_the_rows_and_goes_back(self):
        self.open("sample", "show=all&metric=objects")
        drawn = self.value("document.querySelectorAll('#flame-graph > div').length")
        self.browser.click("#flame-graph .bar-program")  # the largest: nginx
        self.browser.until("location.hash.includes('frame=')", "zoomed")
        self.assertEqual(self.rows(), ["negative *.tmp"])
        self.assertIn("10\u202f012 objects", self.value(text("#flame-state")))
        self.assertLess(self.value("document.querySelectorAll('#flame-graph > div').length"), drawn)
        self.value("document.querySelector('#flame-graph').focus()")
        self.browser.key("Escape")
        self.browser.until("!location.hash.includes('frame=')", "the whole graph again")

    def test_widths_are_those_of_the_numbers(self):
        for metric, field in (("objects", "count"), ("bytes", "bytes"), ("births", "births")):
            self.open("sample", "show=all&metric=" + metric)
            found = self.value("[...document.querySelectorAll('#flame-graph .bar-program')].map("
                               "(e) => (e.getBoundingClientRect().width + 1) / document.querySelector('#flame-graph').clientWidth)")
            wanted = {}
            for group in self.report("sample")["groups"]:
                if group["judged"]:
                    program = group["processes"][0]["comm"] if group["processes"] else group["context"]
                    wanted[program] = wanted.get(program, 0) + (group[field] or 0)
            wanted = sorted(wanted.values(), reverse=True)
            self.assertGreater(len(found), 1, metric)
            for one, value in zip(found, wanted):
                self.assertAlmostEqual(one, value / sum(wanted), places=2, msg=metric)

    def test_keys_go_through_the_flame_graph(self):
        self.open("sample", "show=all&metric=objects")
        self.value("document.querySelector('#flame-graph').focus()")
        self.browser.key("ArrowDown")
        self.browser.until("!!document.querySelector('#flame-graph .at.bar-program')", "the largest program is chosen")
        self.assertIn("nginx", self.value(text("#flame-state")))
        self.browser.key("ArrowRight")
        self.browser.until(f"!{text('#flame-state')}.includes('nginx')", "the one beside it")
        self.browser.key("ArrowLeft")
        self.browser.key("Enter")
        self.browser.until("location.hash.includes('frame=')", "zoomed")
        self.assertEqual(self.rows(), ["negative *.tmp"])

    def test_names_are_text_and_nothing_else(self):
        self.open("hostile", "show=all")
        title = self.value("document.title")
        self.assertTrue(title.startswith("unfreed: </script>"), title)
        self.value("document.querySelectorAll('summary').forEach((one) => one.click())")
        self.value("dispatchEvent(new Event('beforeprint'))")
        rows = len(self.rows())
        for _ in range(rows):
            self.value("document.querySelector('.grid').focus()")
            self.browser.key("ArrowDown")
        # Elements of the page itself only, none with a handler or an address.
        self.assertEqual(self.value("document.querySelectorAll('img, iframe, object, embed, base, link').length"), 0)
        self.assertEqual(self.value("document.querySelectorAll('script').length"), 1)
        self.assertEqual(self.value("[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes])"
                                    ".filter((a) => /^on|javascript:|onerror|script>/i.test(a.name + a.value))"
                                    ".map((a) => a.name)"), [])
        self.assertEqual(self.value("document.title"), title)
        # What turns or hides text is written out.
        self.assertNotRegex(self.value("document.body.textContent"), "[\u202e\u2028\u200b\x1b]")
        self.assertIn("\\u{202e}dlrow", self.value("document.body.textContent"))

    def test_the_policy_of_the_page_lets_no_other_script_run(self):
        self.open("sample")
        self.value("(() => { const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"';"
                   " document.body.append(s); })()")
        self.value("document.body.setAttribute('onclick', 'document.title = \"owned\"'); document.body.click()")
        self.assertTrue(self.value("document.title").startswith("unfreed: web-03"))
        self.assertEqual(len(self.browser.complaints), 2)
        self.assertTrue(all("Content Security Policy" in one for one in self.browser.complaints), self.browser.complaints)
        self.browser.complaints.clear()

    def test_20000_groups_load_in_time_and_few_are_drawn(self):
        # The best of three: other work on this machine can only make it slower.
        fastest = fastest_work = float("inf")
        for _ in range(3):
            self.open("large", "show=all")
            fastest = min(fastest, int(self.value("document.documentElement.dataset.readyMs")))
            fastest_work = min(fastest_work, float(self.value(WORK_MS)))
            if fastest < SLOWEST_LOAD_MS:
                break
        print(f"20 000 groups: {fastest} ms, a fixed piece of work: {fastest_work:.0f} ms", file=sys.stderr)
        self.assertLess(fastest, max(SLOWEST_LOAD_MS, SLOWEST_LOAD_WORKS * fastest_work))
        self.assertIn("20\u202f000 groups", self.value(text("#rows-state")))
        self.assertLess(self.value("document.querySelectorAll('*').length"), 8000)
        self.value("document.querySelector('.grid').scrollTop = 1e9")
        self.browser.until(f"{ROWS}.some((row) => row.dataset.at === '19999')", "the last row is drawn")
        self.assertLess(self.value(f"{ROWS}.length"), 60)
        self.value("location.hash = '#show=all&search=caller_17+worker-17'")
        self.browser.until(f"document.querySelector('#rows-state').textContent.startsWith('50 of')", "50 rows are found")

    def test_light_dark_and_paper(self):
        paper = "getComputedStyle(document.body).backgroundColor"
        self.open("sample")
        light = self.value(paper)
        self.browser.key("t")
        self.browser.until(f"{paper} !== '{light}'", "dark by the key")
        self.browser.media(scheme="dark")
        self.open("sample")
        self.assertNotEqual(self.value(paper), light)
        self.open("sample", "theme=light")
        self.assertEqual(self.value(paper), light)
        pdf = base64.b64decode(self.browser.call("Page.printToPDF", printBackground=True)["data"])
        self.assertTrue(1 <= pdf.count(b"/Type /Page\n") <= 12, pdf.count(b"/Type /Page\n"))
        # What is not drawn on a screen that scrolls is on paper.
        self.assertIn("sk_prot_alloc", self.value(text("#print-rows")))
        self.assertIn("20\u202f000", self.value(text("#print-rows .lifetimes")))

    def test_at_400_percent_nothing_is_beside_the_page(self):
        for name in ("sample", "hostile", "large"):
            self.browser.width(320)
            self.open(name)
            self.assertLessEqual(self.value("document.documentElement.scrollWidth"), 320, name)
            self.assertGreater(len(self.rows()), 0)


if __name__ == "__main__":
    if not browser.find():
        print("skipped: needs chromium (scripts/install-deps.sh --tests)", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    samples = sys.argv.pop(1)
    unittest.main(verbosity=2)
