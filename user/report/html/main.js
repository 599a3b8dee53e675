// SPDX-License-Identifier: BSD-2-Clause
// Puts the page together, and draws again what a choice changes.

function buildHead() {
  const trace = report.trace;
  const what = {run: "Ran " + data.page.command, pid: "Traced process " + trace.targets.join(", "), host: "Traced the whole host"};
  const parts = ["unfreed " + report.tool.version, report.host.hostname, "Linux " + report.host.kernel_release + " " + report.host.arch,
    (what[trace.mode] || "Traced") + " for " + duration(trace.duration_ns), trace.started_at === "" ? "" : "from " + trace.started_at];
  replace(byId("origin"), parts.filter(Boolean).map((part, i) => el("span", i === 0 ? "first" : "", part)));
  document.title = show("unfreed: " + report.host.hostname + ", " + trace.started_at);
  replace(byId("foot"), "unfreed " + report.tool.version + ", " + report.tool.build +
    ". The report is in this file as JSON, and nothing is fetched from elsewhere.");
}

function buildFinding() {
  const [first, ...rest] = data.page.finding;
  const worst = groups.some((g) => needsLook(g) && g.attention === "leaking") ? "leaking"
    : groups.some((g) => needsLook(g) && g.attention === "suspect") ? "suspect" : "none";
  replace(byId("finding"), el("h1", worst, unbroken(first)), rest.map((line) => el("p", "", line)),
    data.page.beside.map((line) => el("p", "beside", unbroken(line))), data.page.known.map((line) => el("p", "known", unbroken(line))),
    data.page.tcp === "" ? null : el("p", "beside", data.page.tcp));
  const trust = el("a", report.complete ? "quiet" : "warn", trustText());
  trust.href = "#trust";
  trust.addEventListener("click", (event) => {
    event.preventDefault(); // the address is for the view
    byId("trust").scrollIntoView();
  });
  byId("finding").append(el("p", "trust", trust));
}

function option(value, title) {
  const made = el("option", "", title);
  made.value = value;
  return made;
}

function select(name, title, options) {
  const made = el("select", "", options);
  made.id = "pick-" + name;
  made.setAttribute("aria-label", title);
  made.addEventListener("change", () => choose(name === "sort" ? {sort: made.value, order: ""} : {[name]: made.value}));
  return made;
}

function tally(of) {
  const counts = new Map();
  for (const group of groups)
    counts.set(of(group), (counts.get(of(group)) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function buildFilters() {
  const search = el("input", "");
  search.type = "search";
  search.id = "search";
  search.placeholder = "Search names, functions, programs";
  search.setAttribute("aria-label", "Search names, functions, programs");
  search.spellcheck = false;
  search.autocomplete = "off";
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => choose({search: search.value}), groups.length > 2000 ? 150 : 0);
  });
  const named = ([value, number]) => option(value, value + " (" + count(number) + ")");
  add(byId("filters"), [search,
    select("show", "Which groups", [option("look", "To look at (" + count(looks) + ")"), option("all", "All (" + count(groups.length) + ")")]),
    select("class", "Class", [option("", "Any class"), ...tally((g) => g.class).map(named)]),
    select("verdict", "Verdict", [option("", "Any verdict"), ...tally(verdictWord).map(named)]),
    select("sort", "Sorted by", Object.entries(SORTS).map(([name, sort]) => option(name, "By " + sort.title))),
    button("Clear", "clear", () => choose({search: "", class: "", verdict: "", frame: "", show: DEFAULTS.show}))]);
}

// "3 of 1 204 groups", and where the others are.
function tellRows(rows) {
  const parts = [rows.length === groups.length ? plural(rows.length, "group", "groups") + "."
                                               : count(rows.length) + " of " + plural(groups.length, "group", "groups") + "."];
  if (state.frame !== "" && flame.root) {
    const node = nodeAt(flame.root, state.frame);
    if (node)
      parts.push(" Only what goes through ", el("b", "", nameOf(node)), ". ", button("Drop this", "link", () => choose({frame: ""})));
  }
  if (rows.length === 0 && state.show === "look" && groups.length !== 0)
    parts.push(" ", button("Look among all groups", "link", () => choose({show: "all"})));
  replace(byId("rows-state"), parts);
}

const KEYS = [["/", "search"], ["\u2191 \u2193", "in the table: another row; Enter: to what is known of it"],
  ["\u2191 \u2193 \u2190 \u2192", "in the flame graph: to callers, what they call, and beside; Enter: zoom, Esc: back"],
  ["a", "all groups, or those to look at"], ["m", "bytes, objects, births"], ["t", "light or dark"], ["Esc", "clear the search"], ["?", "this list"]];

function isDark() {
  return state.theme === "dark" || (state.theme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
}

const ACTIONS = {
  "/": () => byId("search").focus(),
  "a": () => choose({show: state.show === "all" ? "look" : "all"}),
  "m": () => choose({metric: METRIC_NAMES[(metricIndex() + 1) % METRIC_NAMES.length]}),
  "t": () => choose({theme: isDark() ? "light" : "dark"}),
  "?": () => {
    byId("keys").hidden = !byId("keys").hidden;
    byId("help").setAttribute("aria-expanded", String(!byId("keys").hidden));
  },
};

function buildKeys() {
  add(byId("keys"), KEYS.flatMap(([key, what]) => [el("dt", "", key), el("dd", "", what)]));
  byId("help").addEventListener("click", ACTIONS["?"]);
  byId("theme").addEventListener("click", ACTIONS.t);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    table.box.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey)
      return;
    const typing = event.target.matches("input, select");
    if (event.key === "Escape" && (state.search !== "" || typing))
      return choose({search: ""});
    if (!typing && ACTIONS[event.key]) {
      event.preventDefault();
      ACTIONS[event.key]();
    }
  });
}

// Paper has no table to scroll: the first rows, and all that is known of them.
function buildPrint() {
  const most = 20;
  const rows = table.rows.slice(0, most);
  const number = (title) => [title, "number"];
  replace(byId("print-rows"),
    plainTable([["Verdict", ""], number("Objects"), number("Bytes"), number("An hour"), number("Growth"), ["What", ""], ["Made by", ""]],
      rows.map((g) => [badge(g), about(g.estimated) + count(g.count), bytes(g.bytes), bytes(bytesPerHour(g)), rate(g.growth_per_s),
        [el("b", "", g.words.what), " ", g.words.by], g.words.site])),
    table.rows.length > most ? el("p", "quiet", plural(table.rows.length - most, "more group", "more groups") + " in the file.") : null,
    rows.map((group) => el("article", "", detailOf(group))));
}

const FILTERS = ["show", "class", "verdict"];

function draw(before) {
  const changed = (...keys) => !before || keys.some((key) => state[key] !== before[key]);
  document.documentElement.dataset.theme = state.theme;
  byId("theme").textContent = isDark() ? "\u2600" : "\u263e";
  for (const name of ["show", "class", "verdict", "sort"])
    byId("pick-" + name).value = state[name];
  if (byId("search").value !== state.search)
    byId("search").value = state.search;
  if (changed(...FILTERS, "search", "sort", "order", "frame")) {
    const rows = wantedRows();
    if (!rows.some((group) => group.id === state.row) && rows.length !== 0 && !before && state.row === "")
      state.row = rows[0].id;
    showRows(rows);
    markRow();
    tellRows(rows);
  }
  if (!before || changed("row")) {
    markRow();
    drawDetail();
  }
  if (changed(...FILTERS))
    treeChanged();
  else if (changed("metric", "frame", "search"))
    drawFlame();
  if (!before)
    tellRows(table.rows);
}

function start() {
  numberSteps();
  readState();
  buildHead();
  buildFinding();
  buildFilters();
  buildTable();
  buildFlame();
  buildSections();
  buildKeys();
  draw(null);
  addEventListener("hashchange", () => {
    const before = {...state};
    readState();
    draw(before);
  });
  addEventListener("beforeprint", buildPrint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw({...state}));
  // For tests: when all of it was there, since the file began to load.
  document.documentElement.dataset.readyMs = performance.now().toFixed(0);
}

start();
