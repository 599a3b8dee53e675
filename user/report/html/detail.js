// SPDX-License-Identifier: BSD-2-Clause
// All that is known of one group.

function stackList(title, stack) {
  if (stack.length === 0)
    return null;
  const list = el("ol", "stack", stack.map((number) => {
    const frame = frames[number];
    const offset = frame.function === "" || frame.offset === null ? "" : "+0x" + frame.offset.toString(16);
    return el("li", "", el("b", "", frameNames[number]), el("span", "quiet", offset + framePlace(frame)));
  }));
  return el("div", "stack-box", el("h4", "", title), list);
}

function processText(process, many) {
  const parts = [process.comm + "[" + process.pid + "]" + (process.alive ? "" : " (ended)") +
    (many ? " has " + count(process.count) : "")];
  if (process.exe !== "")
    parts.push(process.exe);
  if (process.container !== "")
    parts.push("container " + process.container);
  if (process.cgroup !== "" && process.cgroup !== "/")
    parts.push("cgroup " + process.cgroup);
  return parts.join(", ");
}

function holderText(holder) {
  const other = holder.ways.filter((way) => way !== "fd");
  const fds = holder.fds.length === 0 ? "" : " fd " + holder.fds.join(", ") +
    (holder.fds.length < holder.objects ? ", ..." : "");
  return holder.comm + "[" + holder.pid + "]: " + count(holder.objects) + fds +
    (other.length === 0 ? "" : " " + other.join(" "));
}

function firstFew(list, text) {
  const few = 8;
  const lines = list.slice(0, few).map((one) => el("div", "", text(one)));
  if (list.length > few)
    lines.push(el("div", "quiet", plural(list.length - few, "more", "more")));
  return lines;
}

function objectText(object) {
  const hashed = report.trace.kernel_addresses === "hashed" ? " (hash)" : "";
  const parts = [(object.address ? object.address + hashed : "an object") + ", age " + duration(object.age_ns)];
  for (const [name, value] of Object.entries(object.details))
    parts.push(name + " " + value);
  for (const [stage, ago] of Object.entries(object.stages))
    parts.push(stage + (ago === null ? " (time unknown)" : " " + duration(ago) + " ago"));
  return parts.join(", ");
}

function facts(pairs) {
  const list = el("dl", "facts");
  for (const [name, value] of pairs) {
    const values = [value].flat().filter((one) => one !== null && one !== undefined && one !== "");
    if (values.length !== 0)
      list.append(el("dt", "", name), el("dd", "", ...values));
  }
  return list;
}

// From the youngest to the oldest, on the length of the trace.
function agesText(ages) {
  if (!ages)
    return "";
  return ages.min === ages.max ? duration(ages.max)
                               : duration(ages.min) + " to " + duration(ages.max) + ", half of them over " + duration(ages.p50);
}

function numbersBehind(group) {
  const gates = group.facts.gates;
  if (!gates)
    return null;
  const share = (value) => (known(value) ? value.toFixed(3) : UNKNOWN);
  return el("details", "", el("summary", "", "The numbers behind the verdict"), facts([
    ["Seen for", duration(group.facts.window_ns)],
    ["Objects older than " + duration(gates.age_ns), count(gates.survivors) + " alive, " + count(gates.died) + " died, " +
      count(gates.older_gone) + " older ones gone"],
    ["Parts of the trace", gates.cells_met + " of " + gates.cells + " brought some; the largest brought " +
      percent(gates.largest_cell) + "; the last third " + count(gates.last_third)],
    ["They stay (p_out)", share(gates.p_out)],
    ["They still come (p_now)", share(gates.p_now)],
    ["They replace no others (p_grow)", share(gates.p_grow)],
    ["Confidence", share(gates.confidence) +
      (known(group.facts.confidence_at_half) ? " (after half the time " + share(group.facts.confidence_at_half) + ")" : "")],
  ]));
}

function companionText(one) {
  return count(one.count) + " " + (one.cache || one.class) + (known(one.bytes) ? " (" + bytes(one.bytes) + ")" : "");
}

function inferredText(group) {
  const checks = group.stack_checks;
  return group.stack_quality !== "inferred" ? "" :
    " (inferred: the own stacks of " + count(checks.objects) + " of " + count(group.count) + " objects were read; of " +
    count(checks.births) + " births checked " + count(checks.births - checks.differed) + " had this one)";
}

function countText(group) {
  const range = group.interval ? " (" + count(group.interval[0]) + UNKNOWN + count(group.interval[1]) + ")" : "";
  return about(group.estimated) + count(group.count) + range + " outstanding, " + bytes(group.bytes) + "; " +
    count(group.births) + " born, " + count(group.deaths) + " freed; " + rate(group.growth_per_s);
}

function sureText(group) {
  return verdictWord(group) + (group.kind !== "" && group.kind !== group.verdict ? ", " + group.kind : "") +
    (known(group.confidence) ? ", confidence " + percent(group.confidence) : "");
}

function detailOf(group) {
  const words = group.words;
  const by = group.given_up_by;
  const many = group.processes.length > 1;
  return [
    el("h3", "", badge(group), " ", words.what, " ", el("span", "quiet", words.fate)),
    el("div", "two", facts([
      ["Why", words.why],
      ["Verdict", sureText(group)],
      ["Numbers", group.facts.sentence],
      ["Kernel", group.facts.structure_reason],
      ["Counted", countText(group)],
      ["Ages", agesText(group.age_ns)],
      ["At exit", words.exit],
      ["Missing", words.missing],
      ["Advice", group.advice],
      ["Comes with", group.companion ? "the objects of another group, which lists it" : ""],
    ["With it", group.companions.map(companionText).join(", ")],
      ["Where", words.where],
      ["Names", group.pattern],
      ["Process", firstFew(group.processes, (one) => processText(one, many))],
      ["Held by", group.holders.length === 0 && group.held === 0 && group.age_ns ? "no process, as far as descriptors and directories tell"
                                                                               : firstFew(group.holders, holderText)],
      ["Made in", group.context === "process" ? "" : group.context],
      ["Oldest", firstFew(group.objects, objectText)],
      ["Id", group.id],
    ]), el("div", "", chart(group), lifetimesChart(group))),
    numbersBehind(group),
    el("div", "stacks",
      stackList("Kernel stack, innermost first" + inferredText(group), group.kernel_stack) ||
        el("p", "quiet", "The stack is not known: it could not be read, or the record of it was lost."),
      stackList(group.user_stack_by === "unwind_tables" ? "User stack, of one birth, by unwind tables" : "User stack",
        group.user_stack),
      by ? stackList("Given up by " + (by.pid === null ? by.context : by.comm + "[" + by.pid + "]"), by.kernel_stack) : null),
  ];
}

function drawDetail() {
  const group = groups.find((one) => one.id === state.row);
  byId("detail").hidden = !group;
  replace(byId("detail"), group ? detailOf(group) : []);
}
