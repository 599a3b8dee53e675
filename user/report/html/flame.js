// SPDX-License-Identifier: BSD-2-Clause
// The flame graph, hanging down from the programs. What is narrower than two pixels is not drawn.

const flame = {root: null, at: null, nodes: [], height: 20};
const NARROWEST = 2;
const MOST_DRAWN = 6000;

function metricIndex() {
  return METRIC_NAMES.indexOf(state.metric);
}

function nameOf(node) {
  return node.parent ? steps.list[node.step].name : "all";
}

function buildFlame() {
  const bar = byId("flame-bar");
  const group = el("div", "segments");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Width is");
  for (const name of METRIC_NAMES) {
    const one = button(METRICS[name].title, "", () => choose({metric: name}));
    one.dataset.metric = name;
    group.append(one);
  }
  flame.back = button("Whole graph", "", () => choose({frame: ""}));
  bar.append(group, flame.back);
  flame.box = byId("flame-graph");
  flame.box.addEventListener("click", (event) => {
    const node = nodeOf(event.target);
    if (node)
      choose({frame: addressOf(node)});
  });
  flame.box.addEventListener("pointerover", (event) => {
    const node = nodeOf(event.target);
    if (node)
      describe(node);
  });
  flame.box.addEventListener("keydown", walkByKey);
  flame.box.addEventListener("focus", () => mark(flame.at || zoomed()));
  new ResizeObserver(() => {
    if (flame.root && flame.box.clientWidth !== flame.width)
      drawFlame();
  }).observe(flame.box);
}

const nodeOf = (element) => {
  const bar = element.closest("[data-node]");
  return bar ? flame.nodes[Number(bar.dataset.node)] : null;
};

const zoomed = () => nodeAt(flame.root, state.frame) || flame.root;

// The groups that pass the filters; the search only colours.
function treeChanged() {
  flame.root = buildTree(groups.filter(passesFilters));
  flame.at = null;
  drawFlame();
}

function layOut(top, width) {
  const metric = metricIndex();
  const placed = [];
  for (let node = top.parent; node; node = node.parent)
    placed.push({node, x: 0, width});
  const visit = (node, x, scale) => {
    if (placed.length >= MOST_DRAWN)
      return;
    placed.push({node, x, width: node.weight[metric] * scale});
    let left = x;
    for (const child of childrenOf(node, metric)) {
      const wide = child.weight[metric] * scale;
      if (wide < NARROWEST)
        break; // the others are narrower still
      visit(child, left, scale);
      left += wide;
    }
  };
  if (top.weight[metric] > 0)
    visit(top, 0, width / top.weight[metric]);
  return placed;
}

function drawFlame() {
  const top = zoomed();
  flame.width = flame.box.clientWidth;
  flame.nodes = [];
  const bars = document.createDocumentFragment();
  const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
  let deepest = 0;
  for (const {node, x, width} of layOut(top, flame.width)) {
    deepest = Math.max(deepest, node.depth);
    bars.append(barOf(node, x, width, words, node.depth < top.depth));
  }
  flame.box.replaceChildren(bars);
  flame.box.style.height = (deepest + 1) * flame.height + "px";
  for (const one of byId("flame-bar").querySelectorAll("[data-metric]"))
    one.setAttribute("aria-pressed", String(one.dataset.metric === state.metric));
  flame.back.hidden = top === flame.root;
  const none = top.weight[metricIndex()] === 0;
  flame.box.classList.toggle("empty", none);
  if (none)
    replace(byId("flame-state"), state.metric === "bytes" ? "The size of none of them is known: look at objects."
                                                          : "Nothing to draw.");
  else
    describe(top);
  if (words.length !== 0 && !none)
    byId("flame-state").append(show("; the search finds " + foundText()));
}

// What the rows of the table are of all.
function foundText() {
  const metric = METRICS[state.metric];
  const found = table.rows.filter((group) => group.judged).reduce((sum, group) => sum + metric.of(group), 0);
  return metric.format(found) + ", " + percent(found / flame.root.weight[metricIndex()]);
}

function barOf(node, x, width, words, above) {
  const step = node.parent ? steps.list[node.step] : {side: "root", name: "all"};
  const name = step.name.toLowerCase();
  const hit = words.length !== 0 && words.some((word) => name.includes(word));
  const bar = el("div", "bar-" + step.side + (step.verdict ? " " + step.verdict : "") + (hit ? " hit" : "") +
    (above ? " above" : ""), width > 28 ? step.name : "");
  bar.dataset.node = String(flame.nodes.length);
  flame.nodes.push(node);
  node.bar = bar;
  // In shares, so that it fits on paper, too.
  bar.style.left = 100 * x / flame.width + "%";
  bar.style.top = node.depth * flame.height + "px";
  bar.style.width = "calc(" + 100 * width / flame.width + "% - 1px)";
  return bar;
}

function describe(node) {
  const metric = metricIndex();
  const format = METRICS[state.metric].format;
  const step = node.parent ? steps.list[node.step] : null;
  const place = step && step.frame !== undefined ? framePlace(frames[step.frame]) : "";
  replace(byId("flame-state"), el("b", "", nameOf(node)), place + ": " + format(node.weight[metric]) + ", " +
    percent(node.weight[metric] / (flame.root.weight[metric] || 1)) + " of what is shown");
}

function mark(node) {
  for (const old of flame.box.querySelectorAll(".at"))
    old.classList.remove("at");
  flame.at = node;
  if (node.bar)
    node.bar.classList.add("at");
  describe(node);
}

function walkByKey(event) {
  const at = flame.at || zoomed();
  const metric = metricIndex();
  const drawn = (node) => (node && flame.nodes.includes(node) ? node : null);
  const beside = (by) => {
    const all = at.parent ? childrenOf(at.parent, metric) : [];
    return all[all.indexOf(at) + by];
  };
  const moves = {
    ArrowDown: () => childrenOf(at, metric)[0],
    ArrowUp: () => at.parent,
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
  };
  if (event.key === "Enter") {
    choose({frame: addressOf(at)});
  } else if (event.key === "Escape" || event.key === "Backspace") {
    const top = zoomed();
    choose({frame: top.parent ? addressOf(top.parent) : ""});
  } else if (moves[event.key]) {
    const next = drawn(moves[event.key]());
    if (next)
      mark(next);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
