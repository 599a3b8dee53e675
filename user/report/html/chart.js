// SPDX-License-Identifier: BSD-2-Clause
// How many there were over the trace: a line in each row, and a chart of the chosen one. How old
// they became: bars.

const times = report.trace.history_ns || [];

// In units of a box of 100 by 100, from 0 at the bottom; empty: no line can be drawn.
function pointsOf(group, most) {
  const span = Math.max(report.trace.duration_ns, times[times.length - 1] || 0, 1);
  return (group.history || []).map((value, i) =>
    [100 * times[i] / span, 100 - 100 * value / Math.max(most, 1)]);
}

const asText = (points) => points.map(([x, y]) => x.toFixed(1) + "," + y.toFixed(1)).join(" ");

const BOX = {viewBox: "0 -4 100 108", preserveAspectRatio: "none"};

function sparkline(group) {
  const points = pointsOf(group, Math.max(...(group.history || []), 1));
  if (points.length < 2)
    return null;
  return svg("svg", {...BOX, class: "spark", "aria-hidden": "true"},
    svg("polyline", {points: asText(points), class: "line"}));
}

function chart(group) {
  const most = Math.max(...(group.history || []), 1);
  const points = pointsOf(group, most);
  if (points.length < 2)
    return null;
  const ends = [points[0][0] + ",100", points[points.length - 1][0] + ",100"];
  const first = group.history[0];
  const last = group.history[group.history.length - 1];
  const words = plural(first, "object", "objects") + " after " + duration(times[0]) + ", " + count(last) +
    " after " + duration(times[group.history.length - 1]) + ", at most " + count(most);
  const drawing = svg("svg", {...BOX, class: "chart " + group.attention, role: "img", "aria-label": words},
    svg("polygon", {points: ends[0] + " " + asText(points) + " " + ends[1], class: "area"}),
    svg("line", {x1: 0, y1: 100, x2: 100, y2: 100, class: "axis"}),
    svg("line", {x1: 0, y1: 0, x2: 100, y2: 0, class: "axis faint"}),
    svg("polyline", {points: asText(points), class: "line"}));
  points.forEach(([x], i) => {
    const left = i === 0 ? x : (x + points[i - 1][0]) / 2;
    const right = i + 1 === points.length ? x : (x + points[i + 1][0]) / 2;
    drawing.append(svg("rect", {x: left, y: 0, width: Math.max(right - left, 0.5), height: 100, class: "point"},
      svg("title", {}, about(group.estimated) + count(group.history[i]) + " after " + duration(times[i]))));
  });
  return el("figure", "growth", el("figcaption", "", "Outstanding over the trace"),
    el("div", "chart-box", el("span", "tick top", about(group.estimated) + count(most)), el("span", "tick zero", "0"), drawing),
    el("div", "ends quiet", el("span", "", "start"), el("span", "", duration(report.trace.duration_ns))));
}

// Few live long where many die young, so the bars are of the order of a number, not of its size.
function lifetimeBar(name, value, most) {
  const bar = svg("svg", {viewBox: "0 0 100 8", preserveAspectRatio: "none", class: name, "aria-hidden": "true"},
    svg("rect", {x: 0, y: 0, height: 8, width: 100 * Math.log2(1 + value) / Math.log2(1 + most)}));
  return [bar, el("span", "", count(value))];
}

// Of births in the trace: who died at which age, and who has reached it and lives.
function lifetimesChart(group) {
  const bands = group.lifetimes || [];
  if (bands.length === 0)
    return null;
  const guess = about(group.estimated);
  const most = Math.max(...bands.flatMap((band) => [band.died, band.alive]), 1);
  const rows = bands.map((band, i) => {
    const from = i === 0 ? "under " : duration(bands[i - 1].up_to_ns) + UNKNOWN;
    return el("tr", "", el("th", "", from + duration(band.up_to_ns)),
      el("td", "", ...lifetimeBar("died", band.died, most)), el("td", "", ...lifetimeBar("alive", band.alive, most)));
  });
  for (const row of rows)
    row.firstChild.scope = "row";
  const heads = ["Age", guess + "died", guess + "alive"].map((title) => el("th", "", title));
  return el("figure", "growth lifetimes " + group.attention, el("figcaption", "", "Lifetimes: how old they became (bars logarithmic)"),
    el("table", "", el("thead", "", el("tr", "", heads)), el("tbody", "", rows)));
}
