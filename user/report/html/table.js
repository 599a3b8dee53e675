// SPDX-License-Identifier: BSD-2-Clause
// The table of groups. Only the rows in view are elements, so tens of thousands cost nothing.

const SORTS = {
  importance: {title: "importance"},
  confidence: {title: "confidence", of: (g) => g.confidence},
  what: {title: "what it is", text: (g) => g.words.what},
  process: {title: "process", text: (g) => g.words.by},
  objects: {title: "objects", of: (g) => g.count},
  bytes: {title: "bytes", of: (g) => g.bytes},
  births: {title: "births", of: (g) => g.births},
  hour: {title: "bytes an hour", of: bytesPerHour},
  growth: {title: "growth", of: (g) => g.growth_per_s},
  age: {title: "age of the oldest", of: (g) => g.age_ns && g.age_ns.max},
};

const COLUMNS = [
  {sort: "importance", title: "Verdict", className: "verdict"},
  {sort: "what", title: "What, whose, made where, and why", className: "what"},
  {sort: "objects", title: "Objects", className: "number count"},
  {sort: "bytes", title: "Bytes", className: "number bytes"},
  {sort: "hour", title: "An hour", className: "number hour"},
  {sort: "growth", title: "Growth", className: "number grow"},
  {sort: "age", title: "Oldest", className: "number age"},
];

function byImportance(a, b) {
  return a.importance - b.importance || a.index - b.index;
}

// What is not known comes last, whichever way.
function compareBy(sort, ascending) {
  const way = ascending ? 1 : -1;
  if (sort.text)
    return (a, b) => -way * sort.text(a).localeCompare(sort.text(b)) || byImportance(a, b);
  if (!sort.of)
    return (a, b) => -way * byImportance(a, b);
  return (a, b) => {
    const x = sort.of(a);
    const y = sort.of(b);
    if (!known(x) || !known(y))
      return known(y) - known(x) || byImportance(a, b);
    return way * (x - y) || byImportance(a, b);
  };
}

// The groups that the reader wants to see, in order.
function wantedRows() {
  const matches = matcher(state.search);
  const inFrame = framesGroups(state.frame);
  const rows = groups.filter((g) => passesFilters(g) && (!inFrame || inFrame[g.index]) && matches(g));
  return rows.sort(compareBy(SORTS[state.sort], state.order === "asc"));
}

function passesFilters(group) {
  return (state.show !== "look" || needsLook(group)) && (state.class === "" || group.class === state.class) &&
    (state.verdict === "" || verdictWord(group) === state.verdict);
}

const table = {rows: [], drawn: new Map()};

function buildTable() {
  const head = el("div", "row head");
  head.setAttribute("role", "row");
  for (const column of COLUMNS) {
    const title = button(column.title, "", () => sortBy(column.sort));
    const cell = el("div", column.className, title);
    cell.setAttribute("role", "columnheader");
    cell.dataset.sort = column.sort;
    head.append(cell);
  }
  table.head = head;
  table.space = el("div", "space");
  table.space.setAttribute("role", "rowgroup");
  table.box = el("div", "grid");
  table.box.tabIndex = 0;
  table.box.setAttribute("role", "grid");
  table.box.setAttribute("aria-labelledby", "rows-title");
  table.box.append(head, table.space);
  table.box.addEventListener("scroll", drawRows, {passive: true});
  table.box.addEventListener("keydown", moveByKey);
  table.space.addEventListener("click", (event) => {
    const row = event.target.closest("[data-at]");
    if (row)
      choose({row: table.rows[Number(row.dataset.at)].id});
  });
  new ResizeObserver(() => resizeRows()).observe(table.box);
  byId("table").append(table.box);
}

function sortBy(name) {
  const again = state.sort === name;
  choose({sort: name, order: again && state.order === "" ? "asc" : ""});
}

function cell(className, ...children) {
  const made = el("div", className, ...children);
  made.setAttribute("role", "gridcell");
  return made;
}

function badge(group) {
  return el("span", "badge " + (group.judged ? group.attention : "none"), verdictWord(group));
}

// Of others the confidence that they leak is the answer to a question that nobody asks.
const isAccused = (group) => known(group.confidence) && ["leaking", "suspect"].includes(group.verdict);

function rowOf(group, at) {
  const words = group.words;
  const where = words.site && words.site !== "-" ? el("span", "quiet", " made by " + words.site) : null;
  const row = el("div", "row " + (group.judged ? group.attention : "none"),
    cell("verdict", badge(group), isAccused(group) ? el("span", "sure", percent(group.confidence)) : null),
    cell("what", el("div", "name", el("b", "", words.what), " ", el("span", "who", words.by), where),
      el("div", "why quiet", words.why)),
    cell("number count", about(group.estimated) + count(group.count)),
    cell("number bytes", bytes(group.bytes)),
    cell("number hour", bytesPerHour(group) === null ? UNKNOWN : "+" + bytes(bytesPerHour(group))),
    cell("number grow", sparkline(group), el("span", "", rate(group.growth_per_s))),
    cell("number age", group.age_ns ? duration(group.age_ns.max) : UNKNOWN));
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", String(at + 2));
  row.setAttribute("aria-selected", String(group.id === state.row));
  row.id = "row-" + at;
  row.dataset.at = String(at);
  return row;
}

// Those in view and a few around them.
function drawRows() {
  const height = table.rowHeight;
  const first = Math.max(0, Math.floor(table.box.scrollTop / height) - 4);
  const last = Math.min(table.rows.length, Math.ceil((table.box.scrollTop + table.box.clientHeight) / height) + 4);
  for (const [at, row] of table.drawn)
    if (at < first || at >= last) {
      row.remove();
      table.drawn.delete(at);
    }
  for (let at = first; at < last; ++at) {
    if (table.drawn.has(at))
      continue;
    const row = rowOf(table.rows[at], at);
    row.style.transform = "translateY(" + at * height + "px)";
    table.drawn.set(at, row);
    table.space.append(row);
  }
}

// Rows are of one height, which depends on the width of the page and the size of its letters.
function resizeRows() {
  const probe = el("div", "row");
  table.space.append(probe);
  const height = probe.getBoundingClientRect().height || 48;
  probe.remove();
  if (height !== table.rowHeight)
    for (const [at, row] of table.drawn)
      row.style.transform = "translateY(" + at * height + "px)";
  table.rowHeight = height;
  table.space.style.height = table.rows.length * height + "px";
  drawRows();
}

function showRows(rows) {
  table.rows = rows;
  for (const row of table.drawn.values())
    row.remove();
  table.drawn.clear();
  table.box.setAttribute("aria-rowcount", String(rows.length + 1));
  for (const title of table.head.children) {
    const sorted = title.dataset.sort === state.sort;
    title.setAttribute("aria-sort", !sorted ? "none" : state.order === "asc" ? "ascending" : "descending");
  }
  table.box.scrollTop = 0;
  resizeRows();
}

function markRow() {
  const at = table.rows.findIndex((group) => group.id === state.row);
  for (const [i, row] of table.drawn)
    row.setAttribute("aria-selected", String(i === at));
  if (at < 0) {
    table.box.removeAttribute("aria-activedescendant");
    return;
  }
  const top = at * table.rowHeight;
  const room = table.box.clientHeight - table.head.offsetHeight;
  if (top < table.box.scrollTop)
    table.box.scrollTop = top;
  else if (top + table.rowHeight > table.box.scrollTop + room)
    table.box.scrollTop = top + table.rowHeight - room;
  drawRows();
  table.box.setAttribute("aria-activedescendant", "row-" + at);
}

function moveByKey(event) {
  const page = Math.max(1, Math.floor(table.box.clientHeight / table.rowHeight) - 1);
  const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
  if (event.key === "Enter" && event.target === table.box) {
    byId("detail").focus();
    return;
  }
  if (!(event.key in steps) || table.rows.length === 0 || event.target !== table.box)
    return;
  event.preventDefault();
  const at = table.rows.findIndex((group) => group.id === state.row);
  const next = Math.min(table.rows.length - 1, Math.max(0, at + steps[event.key]));
  choose({row: table.rows[next].id});
}
