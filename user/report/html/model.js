// SPDX-License-Identifier: BSD-2-Clause
// The report: that of --format json, with frames by number (report/html_data.h), and what is worked
// out from it for this page.

const data = JSON.parse(byId("data").textContent);
byId("data").remove(); // it is twice in memory else
const report = data.report;
const groups = report.groups;
const frames = data.frames;

const ATTENTION = ["leaking", "suspect", "look", "none"];

// As frame_name() of report/call_path.h.
function frameName(frame) {
  if (frame.function !== "")
    return frame.function;
  if (frame.module === "")
    return frame.address || "(unknown)";
  return frame.module.slice(frame.module.lastIndexOf("/") + 1) + "+0x" +
    (frame.offset || 0).toString(16);
}

const frameNames = frames.map(frameName);

function framePlace(frame) {
  let place = "";
  if (frame.module !== "" && frame.module !== "vmlinux")
    place += " [" + frame.module + "]";
  if (frame.file !== "")
    place += "  " + frame.file + (frame.line === null ? "" : ":" + frame.line);
  return place + (frame.inlined ? " (inlined)" : "");
}

// Bytes that come and stay in an hour, as per_hour_phrase() of report/phrases.h has them.
function bytesPerHour(group) {
  let value = group.facts.bytes_per_hour;
  if (!known(value) && known(group.growth_per_s) && known(group.bytes) && group.count !== 0)
    value = group.growth_per_s * 3600 * group.bytes / group.count;
  return known(value) && value >= 0.5 && value <= 1e18 ? value : null;
}

function verdictWord(group) {
  if (!group.judged)
    return "not judged";
  if (group.attention !== "look" || group.verdict !== "live")
    return group.verdict;
  return group.released_at_exit !== 0 && group.released_at_exit === group.count ? "at exit"
                                                                               : "look";
}

const needsLook = (group) => group.judged && group.attention !== "none" && !group.companion &&
  !group.suppressed_by && group.since_baseline !== "known";

// First what needs a look, as on the first screen of the text.
function importance(group) {
  if (!group.judged)
    return 5;
  return needsLook(group) ? ATTENTION.indexOf(group.attention) : 4;
}

groups.forEach((group, i) => {
  group.index = i;
  group.words = data.words[i];
  group.importance = importance(group);
});

const looks = groups.filter(needsLook).length;

// What a search looks at beside the functions of the stacks.
function haystack(group) {
  if (group.haystack === undefined) {
    const words = group.words;
    const of = (list) => (list || []).map((p) => [p.comm, p.pid, p.exe, p.container, p.cgroup].join(" "));
    group.haystack = [group.id, group.class, group.cache, group.kind, group.verdict, group.evidence,
      group.socket, group.pattern, group.directory, group.advice, group.context, words.what, words.by,
      words.site, words.why, ...group.merged_caches, ...of(group.processes), ...of(group.holders)]
      .join("\n").toLowerCase();
  }
  return group.haystack;
}

// Tells of a group whether each word of the search is in it or in one of its functions.
function matcher(search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0)
    return () => true;
  const hits = words.map((word) => frames.map((frame, i) =>
    (frameNames[i] + "\n" + frame.module + "\n" + frame.file).toLowerCase().includes(word)));
  return (group) => words.every((word, i) => haystack(group).includes(word) ||
    group.kernel_stack.some((frame) => hits[i][frame]) ||
    group.user_stack.some((frame) => hits[i][frame]));
}

const METRICS = {
  bytes: {title: "Bytes", of: (group) => group.bytes || 0, format: bytes},
  objects: {title: "Objects", of: (group) => group.count,
    format: (value) => plural(value, "object", "objects")},
  births: {title: "Births", of: (group) => group.births,
    format: (value) => plural(value, "birth", "births")},
};
const METRIC_NAMES = Object.keys(METRICS);
