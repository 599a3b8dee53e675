// SPDX-License-Identifier: BSD-2-Clause
// The stacks of all groups as one tree: from the program, by its functions and those of the kernel,
// to what was made (call_path() of report/call_path.h).

const steps = {number: new Map(), list: []};

// The same name on the same side is the same step, whatever the offset.
function stepOf(side, name, verdict, frame) {
  const key = side + "\n" + name + "\n" + (verdict || "");
  let number = steps.number.get(key);
  if (number === undefined) {
    number = steps.list.length;
    steps.number.set(key, number);
    steps.list.push({side, name, verdict, frame});
  }
  return number;
}

function pathOf(group) {
  const path = [];
  const first = group.processes[0];
  path.push(stepOf("program", first && first.comm !== "" ? first.comm : "(" + group.context + ")"));
  for (let i = group.user_stack.length - 1; i >= 0; --i)
    path.push(stepOf("user", frameNames[group.user_stack[i]], "", group.user_stack[i]));
  for (let i = group.kernel_stack.length - 1; i >= 0; --i)
    path.push(stepOf("kernel", frameNames[group.kernel_stack[i]], "", group.kernel_stack[i]));
  const attention = group.companion ? "none" : group.attention;
  path.push(stepOf("object", (group.cache || "(unknown cache)") + " " + (group.kind || group.verdict),
    attention));
  return path;
}

// In the order of the report, so that the numbers in the address mean the same each time.
function numberSteps() {
  for (const group of groups)
    group.path = group.judged ? pathOf(group) : [];
}

function newNode(step, parent) {
  return {step, parent, depth: parent ? parent.depth + 1 : 0, children: new Map(), groups: [],
    weight: METRIC_NAMES.map(() => 0)};
}

function buildTree(rows) {
  const root = newNode(-1, null);
  for (const group of rows) {
    if (group.path.length === 0)
      continue;
    const weights = METRIC_NAMES.map((name) => METRICS[name].of(group));
    let node = root;
    addWeight(node, weights);
    for (const step of group.path) {
      let child = node.children.get(step);
      if (!child) {
        child = newNode(step, node);
        node.children.set(step, child);
      }
      node = child;
      addWeight(node, weights);
    }
    node.groups.push(group);
  }
  return root;
}

function addWeight(node, weights) {
  for (let i = 0; i < weights.length; ++i)
    node.weight[i] += weights[i];
}

// "3.17.4": the numbers of the steps from the root.
function nodeAt(root, path) {
  let node = root;
  for (const step of path === "" ? [] : path.split(".")) {
    node = node.children.get(Number(step));
    if (!node)
      return null;
  }
  return node;
}

function addressOf(node) {
  const path = [];
  for (; node.parent; node = node.parent)
    path.unshift(node.step);
  return path.join(".");
}

// Largest first.
function childrenOf(node, metric) {
  return [...node.children.values()].sort((a, b) => b.weight[metric] - a.weight[metric] || a.step - b.step);
}

// By the index of a group: whether its path begins with this one. null: all do.
function framesGroups(path) {
  if (path === "")
    return null;
  const wanted = path.split(".").map(Number);
  return groups.map((group) => wanted.every((step, i) => group.path[i] === step));
}
