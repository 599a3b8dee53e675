// SPDX-License-Identifier: BSD-2-Clause
// What stands below the groups: what is alive and why that is all right, sockets that were not
// traced, the memory of the host, and how far to trust all of it.

function section(id, title, ...children) {
  const made = el("section", "", el("h2", "", title), ...children);
  made.id = id;
  made.setAttribute("aria-labelledby", id + "-title");
  made.firstChild.id = id + "-title";
  return made;
}

// Columns are [title, "number" or ""]; cells are text or nodes.
function plainTable(columns, rows) {
  const made = el("table", "plain",
    el("thead", "", el("tr", "", columns.map(([title, kind]) => el("th", kind, title)))),
    el("tbody", "", rows.map((row) => el("tr", "", row.map((value, i) => {
      const one = el("td", columns[i][1], value);
      one.dataset.title = columns[i][0];
      return one;
    })))));
  return el("div", "scroll", made);
}

// What it holds is made when it is opened.
function folded(title, content) {
  const made = el("details", "", el("summary", "", title));
  made.addEventListener("toggle", () => made.append(content()), {once: true});
  return made;
}

// The first few, and the others behind a click.
function longTable(columns, things, few, rowOf) {
  return [plainTable(columns, things.slice(0, few).map(rowOf)), things.length <= few ? null
    : folded(count(things.length - few) + " more", () => plainTable(columns, things.slice(few).map(rowOf)))];
}

function aliveSection() {
  if (report.alive.length === 0 && report.totals.young === 0)
    return null;
  const guess = about(report.trace.sample < 1);
  const rows = report.alive.map((sum, i) => [guess + count(sum.objects), bytes(sum.bytes), el("span", "",
    data.page.alive[i], el("span", "quiet", sum.largest.length === 0 ? "" : ": " + sum.largest.map((part) =>
      count(part.objects) + " " + part.what + (part.program === "" ? "" : " of " + part.program)).join(", ")))]);
  if (report.totals.young !== 0)
    rows.push([guess + count(report.totals.young), "", "younger than " + duration(report.trace.min_age_ns) + ", too early to say"]);
  return section("alive", report.trace.mode === "run" ? "What else it had, and why that is all right"
                                                      : "Alive, and why that is all right",
    plainTable([["Objects", "number"], ["Bytes", "number"], ["Why", ""]], rows));
}

function endsSection() {
  return data.page.ends.length === 0 ? null : section("ends", "In the last moments",
    data.page.ends.map((line) => el("p", "", line)));
}

function socketRow(group) {
  const first = group.processes[0];
  const whose = !first ? "" : first.comm + "[" + first.pid + "]" + (group.processes.length > 1 ? " +" + (group.processes.length - 1) : "");
  const remotes = (group.remotes || []).map((one) => one.address + " (" + count(one.sockets) + ")").join(", ");
  return [count(group.count), bytes(group.memory_bytes), el("div", "",
    el("b", "", (group.name || group.family + " " + group.type) + " " + group.state), " ", el("span", "who", whose),
    el("div", "quiet", [group.standing, group.kind, group.evidence].filter(Boolean).join("; ")),
    remotes === "" ? null : el("div", "quiet", "remote " + remotes +
      (group.remotes_omitted ? " and " + plural(group.remotes_omitted, "other", "others") : "")),
    group.advice === "" ? null : el("div", "quiet", group.advice),
    group.suppressed_by ? el("div", "quiet", "hidden by the suppression " + group.suppressed_by) : null)];
}

function socketsSection(id, title, part) {
  if (!part || part.count === 0)
    return null;
  const columns = [["Sockets", "number"], ["In queues", "number"], ["What and whose", ""]];
  return section(id, title,
    el("p", "quiet", plural(part.count, "socket", "sockets") + ", " + bytes(part.memory_bytes) + " in their queues." +
      (part.groups_omitted === 0 ? "" : " " + plural(part.groups_omitted, "more kind", "more kinds") + " not listed.")),
    longTable(columns, part.groups, 8, socketRow));
}

// A bar of each part of the memory, and what it grew by.
function memorySection() {
  const memory = report.memory;
  if (!memory)
    return null;
  const parts = [...memory.parts, {name: "unaccounted", ...memory.unaccounted}];
  const rows = parts.map((part) => {
    const bar = svg("svg", {viewBox: "0 0 100 8", preserveAspectRatio: "none", class: "share", "aria-hidden": "true"},
      svg("rect", {x: 0, y: 0, height: 8, width: Math.max(0, Math.min(100, 100 * part.end / memory.total_bytes)), class: "area"}));
    return [part.name, bar, bytes(part.start), bytes(part.end), signed(part.end - part.start, bytes)];
  });
  return section("memory", "Memory of the host", data.page.memory.map((line) => el("p", "", line)),
    plainTable([["Part", ""], ["Share", "bar"], ["At the start", "number"], ["Now", "number"], ["Growth", "number"]], rows));
}

function dentriesSection() {
  const all = report.dentries;
  if (!all)
    return null;
  const reclaim = report.reclaim;
  return section("dentries", "Dentries of the host",
    plainTable([["", ""], ["All", "number"], ["Unused", "number"], ["Negative", "number"], ["Bytes", "number"]], [
      ["The kernel counts", count(all.kernel.total), count(all.kernel.unused), count(all.kernel.negative), bytes(all.kernel.bytes)],
      ["Made in the trace", count(all.traced.total), count(all.traced.unused), count(all.traced.negative), bytes(all.traced.bytes)]]),
    reclaim ? el("p", "", "Asked to free its cache, the kernel freed " + count(reclaim.reclaimed) + " of the dentries above; " +
      count(reclaim.remaining) + " stayed.") : null);
}

const SEVERITY = {info: "to know", notice: "less detail", data_loss: "data lost", error: "error"};
const isGrave = (loss) => loss.count !== 0 && (loss.severity === "data_loss" || loss.severity === "error");

function trustText() {
  if (!report.complete)
    return report.losses.some(isGrave) ? "Incomplete: what was lost may change these numbers."
                                       : "Incomplete: not everything could be watched.";
  return report.losses.some((loss) => loss.count !== 0 && loss.severity === "notice")
    ? "The counts are complete; some details are missing." : "Complete: nothing was lost.";
}

// One reason stands behind most of the hooks that are missing: it is said once.
function missingHooks() {
  const reasons = new Map();
  for (const hook of report.hooks.filter((one) => one.attached_as === "none")) {
    const reason = hook.reason || "no hook could be attached";
    reasons.set(reason, [...(reasons.get(reason) || []), hook.class + " " + hook.stage]);
  }
  return [...reasons].map(([reason, what]) => "not seen: " + what.join(", ") + " (" + reason + ")");
}

function coverageTables() {
  if (report.coverage.length === 0)
    return null;
  const columns = [["Cache", ""], ["Traced", "number"], ["Kernel", "number"], ["Agree", "number"], ["", ""]];
  return [el("h3", "", "Growth against the kernel's own counts"), longTable(columns, report.coverage, 8, (row) => [
    row.cache, signed(row.traced_delta, count), signed(row.kernel_delta, count),
    row.ratio === null ? UNKNOWN : (row.ratio * 100).toFixed(1) + THIN + "%",
    (row.reliable ? "" : "not reliable: ") + row.reason + (row.kernel_uncertainty
      ? (row.reason === "" ? "" : "; ") + "the kernel's count may be wrong by " + count(row.kernel_uncertainty) : "")])];
}

function trustSection() {
  const counted = report.losses.filter((loss) => loss.count !== 0);
  const notes = [...report.notes, ...missingHooks()];
  return section("trust", "How far to trust these numbers",
    el("p", report.complete ? "" : "warn", trustText()),
    data.page.sample === "" ? null : el("p", "warn", data.page.sample),
    el("p", "", "Watched: " + plural(report.totals.births, "birth", "births") + " and " + plural(report.totals.deaths, "death", "deaths") +
      "; " + count(report.totals.outstanding) + " outstanding."),
    counted.length === 0 ? null : plainTable([["Counted", "number"], ["Severity", ""], ["Meaning", ""]],
      counted.map((loss) => [count(loss.count), el("span", isGrave(loss) ? "warn" : "", SEVERITY[loss.severity]), loss.meaning])),
    report.not_judged.length === 0 ? null : el("p", "", "Not judged, since this host hides their frees: " +
      report.not_judged.map((one) => count(one.objects) + " " + (one.cache || "unknown")).join(", ") + "."),
    notes.length === 0 ? null : [el("h3", "", "What this host cannot show"), el("ul", "", notes.map((note) => el("li", "", note)))],
    coverageTables(),
    report.hooks.length === 0 ? null : folded("Hooks", () => plainTable([["Class", ""], ["Stage", ""], ["Function", ""], ["As", ""], ["", ""]],
      report.hooks.map((hook) => [hook.class, hook.stage, hook.function, hook.attached_as, hook.reason]))));
}

function buildSections() {
  add(byId("more"), [aliveSection(), endsSection(),
    socketsSection("older", "Sockets older than the trace", report.pre_attach_sockets),
    socketsSection("hidden", "Sockets that ss does not show", report.hidden_sockets),
    memorySection(), dentriesSection(), trustSection()]);
}
